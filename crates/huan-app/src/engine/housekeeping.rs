//! Forgetting what nobody will ask for any more.

use std::{sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::{app::App, error::ActionError};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(600);
/// How long the live feed is kept: a browser that was away longer loads anew.
const LIVE: SignedDuration = SignedDuration::from_hours(24);

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
    Ok(tx.commit().await?)
}
