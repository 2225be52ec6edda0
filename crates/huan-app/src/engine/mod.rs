//! What goes on by itself: events are understood, clocks ring, messages go out, connections are kept.
//!
//! Every worker follows the same doctrine. The **scan** of the database is the truth, the **signal** of a commit is speed:
//! a worker registers its interest, looks for work, and sleeps until it is woken or the next moment comes. Work is taken
//! under a short lease that is committed first and written back under a version, so that a node which dies loses nothing
//! and a node which is late changes nothing. There is no leader: any number of nodes may run.

pub mod accounts;
mod allowance;
pub mod calendars;
pub mod clocks;
pub mod digests;
pub mod directory;
pub mod fallback;
mod group_fallback;
pub mod groups;
pub mod housekeeping;
pub mod inbox;
pub mod ingest;
mod leases;
mod matters;
pub mod meetings;
pub mod mirror;
pub mod outbox;
pub(crate) mod peace;
pub mod task_sync;
pub mod titles;

pub use leases::Leases;

use std::{sync::Arc, time::Duration};

use huan_store::{Topic, Waiter};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{app::App, error::ActionError};

/// How long a worker sleeps at most before it looks again without having been woken.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long a worker rests after the database failed it.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// The running workers of a node.
#[derive(Debug)]
pub struct Engine {
    stop: CancellationToken,
    workers: JoinSet<()>,
}

/// What a worker found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// How many pieces of work were done.
    pub done: usize,
    /// When there will be something to do, as far as is known now.
    pub next_at: Option<Timestamp>,
}

impl Engine {
    /// Starts every worker.
    pub fn start(app: &Arc<App>) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        workers.spawn(accounts::run(Arc::clone(app), stop.clone()));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Inbox, "inbox", inbox::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Clocks, "clocks", clocks::round));
        workers.spawn(outbox::run(Arc::clone(app), stop.clone()));
        workers.spawn(fallback::run(Arc::clone(app), stop.clone()));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Sync, "task_sync", task_sync::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Groups, "groups", groups::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Digests, "digests", digests::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Mirror, "mirror", mirror::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Meetings, "meetings", meetings::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Meetings, "calendars", calendars::round));
        workers.spawn(work(Arc::clone(app), stop.clone(), Topic::Titles, "titles", titles::round));
        workers.spawn(directory::run(Arc::clone(app), stop.clone()));
        workers.spawn(housekeeping::run(Arc::clone(app), stop.clone()));
        Self { stop, workers }
    }

    /// Keeps only the connections, for tests that do everything else by [`drain`].
    pub fn listen(app: &Arc<App>) -> Self {
        let stop = CancellationToken::new();
        let mut workers = JoinSet::new();
        workers.spawn(accounts::run(Arc::clone(app), stop.clone()));
        Self { stop, workers }
    }

    /// Lets every worker finish the piece of work it has in hand, and waits for that.
    pub async fn stop(mut self) {
        self.stop.cancel();
        while self.workers.join_next().await.is_some() {}
    }
}

/// Does everything that can be done at the present moment, for tests that stand still in time: what is in the inbox,
/// what is due, what is to be sent, and what follows from it.
///
/// # Errors
/// When the database fails.
pub async fn drain(app: &Arc<App>) -> Result<(), ActionError> {
    loop {
        let heard = inbox::round(Arc::clone(app)).await?.done;
        let rung = clocks::round(Arc::clone(app)).await?.done;
        let moved = fallback::round(Arc::clone(app)).await?.done;
        let sent = outbox::round(Arc::clone(app)).await?.done;
        let grouped = groups::round(Arc::clone(app)).await?.done;
        let posted = digests::round(Arc::clone(app)).await?.done;
        let synced = task_sync::round(Arc::clone(app)).await?.done;
        let mirrored = mirror::round(Arc::clone(app)).await?.done;
        let met = meetings::round(Arc::clone(app)).await?.done;
        let entered = calendars::round(Arc::clone(app)).await?.done;
        let kept = directory::round(Arc::clone(app)).await?.done;
        let titled = titles::round(Arc::clone(app)).await?.done;
        if heard + rung + moved + sent + grouped + posted + synced + mirrored + met + entered + kept + titled == 0 {
            return Ok(());
        }
    }
}

/// Repeats `round` until it is told to stop: at once while there is work, else when woken or when time comes.
async fn work<F, R>(app: Arc<App>, stop: CancellationToken, topic: Topic, name: &'static str, round: F)
where
    F: Fn(Arc<App>) -> R,
    R: Future<Output = Result<Round, ActionError>>,
{
    loop {
        // Interest is registered before looking, so that nothing committed meanwhile is slept through.
        let mut waiter: Waiter = app.db.waiter(topic);
        let pause = match round(Arc::clone(&app)).await {
            Ok(Round { done: 0, next_at }) => until(&app, next_at),
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(worker = name, %error, "a round failed; trying again");
                AFTER_FAILURE
            }
        };
        if stop.is_cancelled() {
            return;
        }
        if pause > Duration::ZERO {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = waiter.wait(pause) => {}
            }
        }
    }
}

fn until(app: &App, next_at: Option<Timestamp>) -> Duration {
    let Some(next_at) = next_at else { return LONGEST_SLEEP };
    // A moment that has come but could not be worked on yet (leased elsewhere) is looked at again shortly.
    let wait = Duration::try_from(next_at.duration_since(app.now())).unwrap_or_default();
    wait.clamp(Duration::from_millis(20), LONGEST_SLEEP)
}
