//! An answer to a call for acceptance, by a button of its card or in words (G1).

use huan_connect::HeardMessage;
use huan_core::{
    history::Subject,
    id::{SignOffId, SignatureId},
    sign_off::SignOff,
};

use crate::{actions::sign_offs, app::OpenAccount, error::ActionError, work::Work};

/// Does what was pressed. A card answers for whoever presses it: another's card gives nobody their signature.
pub(super) async fn press(
    work: &mut Work<'_>,
    id: &SignatureId,
    action: &str,
    reason: &str,
) -> Result<(), ActionError> {
    let found = work.tx.signature(&work.app.workspace, id).await?;
    let signature = found.ok_or(ActionError::NotFound("signature"))?;
    if signature.person != *work.caller()?.person() {
        return Err(ActionError::Forbidden);
    }
    match action {
        "signature.sign" => sign_offs::sign(work, &signature.sign_off, "").await?,
        "signature.refuse" => sign_offs::refuse(work, &signature.sign_off, reason).await?,
        _ => return Err(ActionError::NotFound("action")),
    };
    Ok(())
}

/// Which round of acceptance was found.
pub(super) enum Which {
    /// Exactly this one.
    One(SignOffId),
    /// None that waits for the speaker.
    None,
    /// Several; one cannot choose.
    Several(Vec<SignOff>),
}

/// The round that is meant: by the card that is answered, or because just one waits for the speaker.
pub(super) async fn find(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<Which, ActionError> {
    let workspace = &work.app.workspace;
    if let Some(message) = &said.reply_to
        && let Some(subject) = work.tx.subject_of_message(workspace, &account.id, message).await?
        && let Some(Subject::Signature(id)) = Subject::from_id(&subject)
        && let Some(signature) = work.tx.signature(workspace, &id).await?
    {
        return Ok(Which::One(signature.sign_off));
    }
    let person = work.caller()?.person().clone();
    let waiting = work.tx.signatures_asked_of(workspace, &person).await?;
    let ids: Vec<SignOffId> = waiting.into_iter().map(|one| one.sign_off).collect();
    Ok(match ids.as_slice() {
        [] => Which::None,
        [one] => Which::One(one.clone()),
        several => Which::Several(work.tx.sign_offs_by_id(workspace, several).await?),
    })
}
