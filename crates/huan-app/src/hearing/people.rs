//! Who is meant: speakers by their identity, people named in words by name or job role.

use huan_connect::{HeardMessage, Speaker};
use huan_core::{command::PersonRef, id::CollaborationId, person::Identity};

use crate::{
    app::OpenAccount,
    error::ActionError,
    naming::{self, Found},
    work::Work,
};

/// The identity of a speaker: found by any of their ids, or made, for an administrator to join up with a person.
pub(super) async fn know(
    work: &mut Work<'_>,
    account: &OpenAccount,
    speaker: &Speaker,
) -> Result<Identity, ActionError> {
    let workspace = &work.app.workspace;
    for user in std::iter::once(&speaker.user).chain(&speaker.aliases) {
        if let Some(identity) = work.tx.identity_of(workspace, &account.id, user).await? {
            ask_for_name(work, account, &identity).await?;
            return Ok(identity);
        }
    }
    let identity = Identity {
        id: work.new_id(),
        person: None,
        account: account.id.clone(),
        user: speaker.user.clone(),
        aliases: speaker.aliases.clone(),
        name: speaker.name.clone().unwrap_or_else(|| speaker.user.to_string()),
        preferred: false,
    };
    work.tx.insert_identity(workspace, &identity).await?;
    ask_for_name(work, account, &identity).await?;
    Ok(identity)
}

/// Events of some platforms tell ids only: the platform is asked how somebody is called whom nobody has joined up yet.
async fn ask_for_name(work: &mut Work<'_>, account: &OpenAccount, identity: &Identity) -> Result<(), ActionError> {
    if identity.person.is_none() && !identity.is_named() && account.live.directory().is_some() {
        work.tx.ask_directory_anew(&work.app.workspace, &account.id, &identity.user, work.now).await?;
    }
    Ok(())
}

/// Finds a person named in a message: by the platform's own mention, else by name or job role.
pub(super) async fn find(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
    collaboration: Option<&CollaborationId>,
    named: &PersonRef,
) -> Result<Found, ActionError> {
    let mentioned = named.mention.and_then(|index| said.mentions.get(index)).and_then(|mention| mention.user.as_ref());
    if let Some(user) = mentioned
        && let Some(identity) = work.tx.identity_of(&work.app.workspace, &account.id, user).await?
        && let Some(person) = identity.person
    {
        return Ok(Found::One(person));
    }
    naming::find(work, collaboration, &named.words).await
}
