//! Who is meant: speakers by their identity, people named in words by name or job role.

use huan_connect::{HeardMessage, Speaker};
use huan_core::{
    command::PersonRef,
    id::{CollaborationId, PersonId},
    person::{Identity, Person, Standing},
    platform::ForeignUser,
};

use crate::{
    app::OpenAccount,
    error::ActionError,
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
    Ok(identity)
}

/// Who was found under a name.
pub(super) enum Found {
    /// Exactly one person.
    One(PersonId),
    /// Nobody.
    Nobody,
    /// Several; one cannot choose.
    Several(Vec<Person>),
}

/// Finds a person named in a message: by the platform's own mention, else by name or job role, first in the
/// collaboration and then in the whole workspace.
pub(super) async fn find(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
    collaboration: Option<&CollaborationId>,
    named: &PersonRef,
) -> Result<Found, ActionError> {
    let mentioned = named.mention.and_then(|index| said.mentions.get(index)).and_then(|mention| mention.user.clone());
    find_named(work, account, mentioned, collaboration, &named.words).await
}

/// As [`find`], for a person named by words and perhaps by an id.
pub(super) async fn find_named(
    work: &mut Work<'_>,
    account: &OpenAccount,
    mentioned: Option<ForeignUser>,
    collaboration: Option<&CollaborationId>,
    words: &str,
) -> Result<Found, ActionError> {
    let workspace = &work.app.workspace;
    if let Some(user) = mentioned
        && let Some(identity) = work.tx.identity_of(workspace, &account.id, &user).await?
        && let Some(person) = identity.person
    {
        return Ok(Found::One(person));
    }
    let wanted = words.trim().trim_start_matches(['@', '＠']).trim();
    let mut people = work.tx.people(workspace).await?;
    people.retain(|person| is_here(person, work) && (person.name == wanted || person.job == wanted));
    if let Some(collaboration) = collaboration {
        let members = work.tx.memberships(workspace, collaboration).await?;
        let is_member = |person: &Person| members.iter().any(|member| member.person == person.id);
        if people.iter().any(is_member) {
            people.retain(is_member);
        }
    }
    Ok(match people.len() {
        0 => Found::Nobody,
        1 => Found::One(people.remove(0).id),
        _ => Found::Several(people),
    })
}

fn is_here(person: &Person, work: &Work<'_>) -> bool {
    match person.standing {
        Standing::Active => true,
        Standing::Guest { until } => work.now < until,
        Standing::Left { .. } => false,
    }
}

/// Names and job roles by which people are called, so that the end of `@李强评估…` is seen.
pub(super) async fn names(work: &mut Work<'_>) -> Result<Vec<String>, ActionError> {
    let people = work.tx.people(&work.app.workspace).await?;
    Ok(people.into_iter().flat_map(|person| [person.name, person.job]).filter(|name| !name.is_empty()).collect())
}
