//! Writing mirrors of collaborations on platforms that keep pages and tables (C3, F1), and taking back what people change there.
//!
//! A reconciler, like the one for tasks: it takes no input but what is to stand there, what is known to be ours, and what was seen
//! there. So a lost, doubled or late event changes nothing, a run that broke off is simply made again, and once everything stands
//! there a run makes no call that changes anything. A mirror is looked at when something of its collaboration changed, when the
//! platform told that its tables changed, and every ten minutes.

mod back;
mod content;
mod pages;
mod pass;
mod rows;

use std::sync::Arc;

use huan_core::{mirror::Mirror, task_sync::SyncProblem};
use jiff::SignedDuration;

use super::{Round, task_sync::trouble::Trouble};
use crate::{app::App, error::ActionError};

pub(crate) use pass::{BASE, ROOT};

/// How many mirrors one round takes.
const AT_ONCE: u32 = 4;
/// How long a node may work on a mirror before another may take it.
const LEASE: SignedDuration = SignedDuration::from_mins(15);
/// After how long a run ends and leaves the rest to the next one.
const LONGEST_RUN: SignedDuration = SignedDuration::from_mins(10);
/// How often what stands there is read, for what no event told.
const EVERY: SignedDuration = SignedDuration::from_mins(10);

/// Takes mirrors that are due and writes them.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let next_at = app.db.read().await?.next_mirror_at(&app.workspace).await?;
    if next_at.is_none_or(|at| at > now) {
        return Ok(Round { done: 0, next_at });
    }
    let mut tx = app.db.write().await?;
    let mirrors = tx.claim_mirrors(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    tx.commit().await?;
    let done = mirrors.len();
    let mut runs = tokio::task::JoinSet::new();
    for mirror in mirrors {
        let app = Arc::clone(&app);
        runs.spawn(async move {
            let outcome = pass::run(&app, &mirror, now + LONGEST_RUN).await;
            settle(&app, &mirror, outcome).await
        });
    }
    while let Some(ended) = runs.join_next().await {
        ended.map_err(|error| ActionError::Internal(error.to_string()))??;
    }
    Ok(Round { done, next_at: None })
}

/// Writes down how a run went, and when the next one is made.
async fn settle(app: &App, claimed: &Mirror, outcome: Result<u32, Trouble>) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let workspace = &app.workspace;
    let Some(mut mirror) = work.tx.lock_mirror(workspace, &claimed.id).await? else { return Ok(()) };
    match outcome {
        Ok(calls) => {
            mirror.attempts = 0;
            mirror.problem = None;
            mirror.mirrored_at = Some(work.now);
            mirror.calls = calls;
            mirror.next_at = Some(work.now + EVERY);
        }
        Err(trouble) => {
            tracing::warn!(mirror = %mirror.id, %trouble, "a mirror could not be written");
            mirror.attempts = mirror.attempts.saturating_add(1);
            let since = mirror.problem.as_ref().map_or(work.now, |problem| problem.since);
            // What a person must mend is looked at again now and then all the same: they mend it over there.
            let pause = if trouble.is_retried() { trouble.pause(mirror.attempts) } else { EVERY };
            mirror.problem = Some(SyncProblem { retried: true, ..trouble.problem(since) });
            mirror.next_at = Some(work.now + pause);
        }
    }
    if mirror.wakes != claimed.wakes {
        let soon = work.now + SignedDuration::from_secs(1);
        mirror.next_at = mirror.next_at.map(|at| at.min(soon));
    }
    // While it was being written, it may have been paused.
    if !mirror.running {
        mirror.next_at = None;
    }
    work.tx.save_mirror(workspace, &mirror).await?;
    work.tx.free_mirror(workspace, &mirror.id).await?;
    let collaboration = mirror.collaboration.clone();
    work.show(&huan_core::history::Subject::Collaboration(collaboration.clone()), Some(&collaboration));
    work.commit().await
}
