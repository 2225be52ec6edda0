//! Keeping tasks in step with task platforms (D5).
//!
//! A reconciler: it takes no input but the two tasks as they are now and what they last agreed on, so a lost, doubled or
//! late event changes nothing, and a pass that broke off half-way is simply made again. A link is looked at when its task
//! changed here, when the platform told that it changed there, or when asking the platform what changed brought it up.

#[cfg(test)]
mod board;
mod comments;
pub(super) mod here;
mod pass;
mod people;
#[cfg(test)]
mod tests;
mod there;
pub(super) mod trouble;

use std::{sync::Arc, time::Duration};

use huan_connect::ForeignTask;
use huan_core::task_sync::{Binding, Side, SyncProblem, TaskLink};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use super::Round;
use crate::{
    app::App,
    error::ActionError,
    work::{Work, empty_link},
};
use trouble::Trouble;

/// How many links one round takes.
const AT_ONCE: u32 = 16;
/// How long a node may work on a link before another may take it.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How often a platform is asked what changed.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How far back beyond the last change seen it is asked: clocks and orders of a platform's nodes differ.
const OVERLAP: SignedDuration = SignedDuration::from_mins(2);
/// How often every linked task is read, for what no «what changed» tells: tasks that were deleted.
const LOOK_THROUGH: SignedDuration = SignedDuration::from_hours(24);

/// Takes what is due and brings it into step.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let next_at = app.db.read().await?.next_sync_at(&app.workspace).await?;
    if next_at.is_none_or(|at| at > now) {
        return Ok(Round { done: 0, next_at });
    }
    let mut tx = app.db.write().await?;
    let bindings = tx.claim_bindings(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    let links = tx.claim_links(&app.workspace, now, now + LEASE, AT_ONCE).await?;
    tx.commit().await?;
    let done = bindings.len() + links.len();
    for binding in bindings {
        ask_what_changed(&app, binding).await?;
    }
    let mut passes = JoinSet::new();
    for link in links {
        let app = Arc::clone(&app);
        passes.spawn(async move {
            let outcome = pass::run(&app, &link).await;
            settle(&app, &link, outcome).await
        });
    }
    while let Some(ended) = passes.join_next().await {
        ended.map_err(|error| ActionError::Internal(error.to_string()))??;
    }
    Ok(Round { done, next_at: None })
}

/// Asks a binding's platform what changed, and has those links looked at.
async fn ask_what_changed(app: &App, claimed: Binding) -> Result<(), ActionError> {
    let since = claimed.read_to.map(|at| at.saturating_sub(OVERLAP).unwrap_or(at));
    let found = match app.account(&claimed.account) {
        Some(account) => match account.live.tasks() {
            Some(tasks) => tasks.changed_since(&claimed.project, since).await.map_err(Trouble::from),
            None => Err(Trouble::later("sync.problem.account_closed", "")),
        },
        None => Err(Trouble::later("sync.problem.account_closed", "")),
    };
    let mut work = app.begin_as_huan().await?;
    let workspace = &app.workspace;
    let Some(mut binding) = work.tx.lock_binding(workspace, &claimed.id).await? else { return Ok(()) };
    match found {
        Ok(found) => {
            for task in &found {
                heard_of(&mut work, &binding, task).await?;
            }
            let last = found.iter().filter_map(|task| task.updated).max();
            binding.read_to = last.max(binding.read_to).or(Some(binding.created_at));
            if binding.looked_through_at.is_none_or(|at| work.now.duration_since(at) >= LOOK_THROUGH) {
                for link in work.tx.links_of_binding(workspace, &binding.id).await? {
                    if link.foreign.is_some() && !link.gone {
                        wake(&mut work, &link).await?;
                    }
                }
                binding.looked_through_at = Some(work.now);
            }
            binding.attempts = 0;
            binding.problem = None;
            binding.next_at = Some(work.now + EVERY);
        }
        Err(trouble) => {
            binding.attempts = binding.attempts.saturating_add(1);
            binding.next_at = Some(work.now + trouble.pause(binding.attempts));
            let since = binding.problem.as_ref().map_or(work.now, |problem| problem.since);
            binding.problem = Some(SyncProblem { retried: true, ..trouble.problem(since) });
        }
    }
    // While the platform was asked, it may have been paused.
    if !binding.running {
        binding.next_at = None;
    }
    work.tx.save_binding(workspace, &binding).await?;
    work.tx.free_binding(workspace, &binding.id).await?;
    work.commit().await
}

/// A platform's task was brought up: its link is looked at if there is something new, or one is made.
async fn heard_of(work: &mut Work<'_>, binding: &Binding, task: &ForeignTask) -> Result<(), ActionError> {
    let known = work.tx.lock_link_of_foreign(&work.app.workspace, &binding.id, &task.id).await?;
    match known {
        Some(link) if link.there_at.is_some() && link.there_at >= task.updated => Ok(()),
        Some(link) => wake(work, &link).await,
        None if is_wanted(binding, task) => {
            let link = TaskLink {
                binding: binding.id.clone(),
                foreign: Some(task.id.clone()),
                title: task.title.clone(),
                ..empty_link(Side::There, work)
            };
            Ok(work.tx.insert_link(&work.app.workspace, &link).await?)
        }
        None => Ok(()),
    }
}

/// Whether a task that was made there is to be one here: it is open, and newer than the binding or taken over with it.
pub(crate) fn is_wanted(binding: &Binding, task: &ForeignTask) -> bool {
    let newer = task.created.is_none_or(|created| created >= binding.created_at);
    !task.archived && (newer || (binding.take_existing && !task.done))
}

/// Has a link looked at.
pub(crate) async fn wake(work: &mut Work<'_>, link: &TaskLink) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let Some(mut link) = work.tx.lock_link(workspace, &link.id).await? else { return Ok(()) };
    link.next_at = Some(work.now);
    link.wakes += 1;
    Ok(work.tx.save_link(workspace, &link).await?)
}

/// Writes down how a pass went, and when the next one is made.
async fn settle(app: &App, claimed: &TaskLink, outcome: Result<(), Trouble>) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let workspace = &app.workspace;
    let Some(mut link) = work.tx.lock_link(workspace, &claimed.id).await? else { return Ok(()) };
    match outcome {
        Ok(()) => {
            link.attempts = 0;
            link.next_at = None;
            link.problems.remove(TASK);
        }
        Err(trouble) => {
            tracing::warn!(link = %link.id, %trouble, "a task could not be brought into step");
            link.attempts = link.attempts.saturating_add(1);
            let since = link.problems.get(TASK).map_or(work.now, |problem| problem.since);
            link.problems.insert(TASK.to_owned(), trouble.problem(since));
            link.next_at = trouble.is_retried().then(|| work.now + trouble.pause(link.attempts));
        }
    }
    if link.wakes != claimed.wakes {
        link.next_at = Some(link.next_at.map_or(work.now, |at| at.min(work.now + SignedDuration::from_secs(1))));
    }
    work.tx.save_link(workspace, &link).await?;
    work.tx.free_link(workspace, &link.id).await?;
    if let Some(task) = &link.task {
        work.show(&huan_core::history::Subject::Task(task.clone()), None);
    }
    work.commit().await
}

/// Under which problems of the whole task stand.
pub(crate) const TASK: &str = "task";

/// Growing pauses: 5 s, 20 s, 80 s … up to fifteen minutes.
fn growing(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs(5_i64.saturating_mul(4_i64.saturating_pow(attempts.saturating_sub(1))).min(900))
}

fn whole(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::from_hours(1))
}

/// The later of two times of which either may be unknown.
fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.max(other)
}
