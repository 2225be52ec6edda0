//! Bearer tokens, by which a program acts on a person's behalf.

use huan_core::{
    history::{Event, Subject},
    id::{PersonId, TokenId},
};
use huan_store::Token;
use jiff::Timestamp;

use super::{
    input,
    session::{Secret, TOKEN_PREFIX},
};
use crate::{error::ActionError, work::Work};

/// Makes a token that acts as the caller. Its secret is told once.
///
/// # Errors
/// When the name cannot be used or the end has passed.
pub async fn create(
    work: &mut Work<'_>,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<(Token, Secret), ActionError> {
    let person = work.caller()?.person().clone();
    create_for(work, person, name, expires_at).await
}

/// Makes a token that acts as `person`, without asking for rights: for the program's own command line.
///
/// # Errors
/// When the name cannot be used or the end has passed.
pub async fn create_for(
    work: &mut Work<'_>,
    person: PersonId,
    name: &str,
    expires_at: Option<Timestamp>,
) -> Result<(Token, Secret), ActionError> {
    let name = input::text("name", name, input::SHORT)?;
    if expires_at.is_some_and(|at| at <= work.now) {
        return Err(ActionError::field("expires_at", "past"));
    }
    let secret = Secret::new(work.app, TOKEN_PREFIX);
    let token = Token {
        workspace: work.app.workspace.clone(),
        id: work.new_id(),
        hash: secret.hash(),
        name,
        person,
        created_at: work.now,
        expires_at,
        used_at: None,
        revoked_at: None,
    };
    work.tx.insert_token(&token).await?;
    note(work, &token, String::new(), token.name.clone());
    Ok((token, secret))
}

/// Calls a token back. One's own; an administrator anybody's.
///
/// # Errors
/// When there is no such token or it is another's.
pub async fn revoke(work: &mut Work<'_>, id: &TokenId) -> Result<(), ActionError> {
    let viewer = work.caller()?.viewer.clone();
    let tokens = work.tx.tokens(&work.app.workspace).await?;
    let token = tokens
        .into_iter()
        .find(|token| token.id == *id && (viewer.administrator || token.person == viewer.person))
        .ok_or(ActionError::NotFound("token"))?;
    if work.tx.revoke_token(&work.app.workspace, id, work.now).await? {
        note(work, &token, token.name.clone(), String::new());
    }
    Ok(())
}

fn note(work: &mut Work<'_>, token: &Token, from: String, to: String) {
    let event = Event::Changed { field: "token".to_owned(), from, to };
    work.happened(Subject::Person(token.person.clone()), None, event);
}
