//! Working through the inbox: each stored event is understood and carried out, in the order of its conversation.

use std::sync::Arc;

use huan_connect::Heard;
use huan_store::InboxEvent;
use jiff::SignedDuration;

use super::Round;
use crate::{app::App, error::ActionError, hearing};

/// How many events one round takes.
const AT_ONCE: u32 = 64;
/// After so many failures an event is set aside, visible, and can be tried again.
const MOST_ATTEMPTS: i64 = 8;

/// Takes what can be taken and carries it out.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let events = tx.claim_events(now, now + app.leases.event, AT_ONCE).await?;
    let next_at = if events.is_empty() { tx.next_event_at().await? } else { None };
    tx.commit().await?;
    let done = events.len();
    for (_, event) in events.into_iter().filter(|(workspace, _)| *workspace == app.workspace) {
        one(&app, &event).await?;
    }
    Ok(Round { done, next_at })
}

async fn one(app: &App, event: &InboxEvent) -> Result<(), ActionError> {
    let Err(error) = carry_out(app, event).await else { return Ok(()) };
    let now = app.now();
    tracing::warn!(event = %event.id, attempts = event.attempts, %error, "an event could not be carried out");
    let mut tx = app.db.write().await?;
    if event.attempts < MOST_ATTEMPTS {
        tx.retry_event(&app.workspace, event, now + pause(event.attempts), &error.to_string()).await?;
    } else {
        tx.fail_event(&app.workspace, event, now, &error.to_string()).await?;
    }
    Ok(tx.commit().await?)
}

/// Does what an event says. That it is done is marked in the transaction of the last thing it says, so that nothing is
/// done twice; what comes before that in the same event is known by the platform's own ids.
async fn carry_out(app: &App, event: &InboxEvent) -> Result<(), ActionError> {
    let account = app
        .account(&event.account)
        .ok_or_else(|| ActionError::Platform(format!("the account {} is not open", event.account)))?;
    let heard = account.live.understand(&event.payload).map_err(|error| ActionError::Internal(error.to_string()))?;
    let (last, before) = match heard.split_last() {
        Some((last, before)) => (last.clone(), before),
        None => (Heard::Other { kind: String::new() }, &[][..]),
    };
    for heard in before {
        hearing::hear(app, &account, heard, None).await?;
    }
    hearing::hear(app, &account, &last, Some(event)).await
}

/// Growing pauses: 1 s, 4 s, 16 s … up to ten minutes.
fn pause(attempts: i64) -> SignedDuration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    SignedDuration::from_secs(4_i64.saturating_pow(exponent).min(600))
}
