//! Forgetting what nobody will ask for any more.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::{app::App, error::ActionError};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(600);
/// How long the live feed is kept: a browser that was away longer loads anew.
const LIVE: SignedDuration = SignedDuration::from_hours(24);
/// How long the raw form of an event that was carried out is kept. What it said stands in messages and history for good;
/// no platform delivers an event again after so long.
const EVENTS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long attempts are kept: no limit counts further back, and the page shows them while a delivery is of interest.
const ATTEMPTS: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How long readings of the people directory are kept, with their previews.
const DIRECTORY_RUNS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long it is known how often everybody in a group was called on.
const EVERYBODY_CALLS: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long an idempotency key is known.
const KEYS: SignedDuration = SignedDuration::from_hours(48);

pub(crate) async fn run(app: Arc<App>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = tidy(&app).await {
            tracing::warn!(%error, "housekeeping failed; it is done again later");
        }
    }
}

/// Forgets once.
///
/// # Errors
/// When the database fails.
pub async fn tidy(app: &App) -> Result<(), ActionError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    tx.prune_live(&app.workspace, now - LIVE).await?;
    tx.prune_events(&app.workspace, now - EVENTS).await?;
    tx.prune_attempts(&app.workspace, now - ATTEMPTS).await?;
    tx.prune_directory_runs(&app.workspace, now - DIRECTORY_RUNS).await?;
    tx.prune_sessions(now).await?;
    tx.prune_one_time_links(now).await?;
    tx.prune_keys(now - KEYS).await?;
    tx.forget_everybody_calls(app.day(now - EVERYBODY_CALLS)).await?;
    Ok(tx.commit().await?)
}
