//! The time of meetings: who has not answered is reminded, and when their end comes their minutes are begun, so that the clock of
//! the minutes runs whether or not anybody thinks of them (C1, F3).

use std::sync::Arc;

use huan_store::Error as StoreError;

use super::Round;
use crate::{actions::meetings as actions, app::App, error::ActionError};

/// How many meetings one round takes.
const AT_ONCE: u32 = 50;

/// Reminds those who have not answered, and ends the meetings whose end has come.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let due = app.db.read().await?.meetings_due(&app.workspace, now, AT_ONCE).await?;
    let mut done = 0;
    for meeting in due {
        let mut work = app.begin_as_huan().await?;
        let kept = match actions::keep_time(&mut work, &meeting.id).await {
            Ok(true) => work.commit().await.map(|()| 1),
            Ok(false) => Ok(0),
            Err(error) => Err(error),
        };
        match kept {
            Ok(kept) => done += kept,
            // Somebody changed it at the same moment, or another node was faster.
            Err(ActionError::Store(StoreError::Stale { .. })) => {}
            Err(error) => {
                tracing::error!(meeting = %meeting.id, %error, "the time of a meeting could not be kept; it is tried again");
            }
        }
    }
    let next_at = app.db.read().await?.next_meeting_at(&app.workspace, now).await?;
    Ok(Round { done, next_at })
}
