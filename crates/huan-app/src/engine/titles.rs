//! Asking platforms what the things are called that texts lead to.
//!
//! A title is asked when somebody looks at a document that leads there, and again after a day; what is not looked at is not
//! asked. A platform that cannot say so now is asked a few times more, with growing pauses; one that may not tell is left alone.

use std::sync::Arc;

use huan_connect::{Retry, SendError, TitleOf};
use huan_core::history::Subject;
use huan_store::LinkTitle;
use jiff::SignedDuration;

use super::Round;
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
};

/// How many titles one round asks for.
const AT_ONCE: u32 = 10;
/// How long a node may take for one.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// After so many attempts in vain it is left until somebody looks again.
const MOST_ATTEMPTS: i64 = 4;
/// The longest title that is kept, in characters.
const LONGEST: usize = 300;

/// Asks for the titles that are wanted.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let next_at = app.db.read().await?.next_link_title_at(&app.workspace).await?;
    if next_at.is_none_or(|at| at > now) {
        return Ok(Round { done: 0, next_at });
    }
    let mut tx = app.db.write().await?;
    let claimed = tx.claim_link_titles(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    tx.commit().await?;
    let done = claimed.len();
    for title in claimed {
        ask(&app, title).await?;
    }
    Ok(Round { done, next_at: None })
}

async fn ask(app: &App, mut title: LinkTitle) -> Result<(), ActionError> {
    let mut outcome: Option<Result<(OpenAccount, TitleOf), SendError>> = None;
    for account in app.open_accounts().into_iter().filter(|account| account.platform.as_str() == title.platform) {
        let Some(titles) = account.live.titles() else { continue };
        match titles.title(title.kind, &title.id).await {
            Ok(found) => {
                outcome = Some(Ok((account, found)));
                break;
            }
            Err(error) => outcome = Some(Err(error)),
        }
    }
    let mut work = app.begin_as_huan().await?;
    title.next_at = None;
    match outcome {
        Some(Ok((account, found))) => {
            title.owner = match &found.owner {
                Some(user) => work.tx.identity_of(&app.workspace, &account.id, user).await?.map(|one| one.name),
                None => None,
            };
            title.title = Some(found.title.chars().take(LONGEST).collect());
            (title.reason, title.detail, title.attempts) = (None, None, 0);
            title.checked_at = Some(work.now);
        }
        Some(Err(error)) => {
            title.attempts += 1;
            // Whoever may not see it any more is not told what it was called.
            if error.retry == Retry::Never {
                (title.title, title.owner) = (None, None);
            } else if title.attempts < MOST_ATTEMPTS {
                title.next_at = Some(work.now + pause(&error, title.attempts));
            }
            title.reason = Some(error.reason_key.to_owned());
            title.detail = Some(error.detail);
            title.checked_at = Some(work.now);
        }
        None => {
            (title.reason, title.detail) = (Some("delivery.reason.account_closed".to_owned()), None);
            title.checked_at = Some(work.now);
        }
    }
    work.tx.settle_link_title(&app.workspace, &title).await?;
    if let Some(document) = work.tx.document(&app.workspace, &title.asked_by).await? {
        work.show(&Subject::Document(document.id), Some(&document.collaboration));
    }
    work.commit().await
}

/// How long a platform is left alone before it is asked again.
fn pause(error: &SendError, attempts: i64) -> SignedDuration {
    let growing = SignedDuration::from_secs(15 << (2 * attempts.clamp(0, 5)));
    match error.retry {
        Retry::After(rest) => SignedDuration::try_from(rest).unwrap_or(growing).max(growing),
        Retry::Transient | Retry::Never => growing,
    }
}
