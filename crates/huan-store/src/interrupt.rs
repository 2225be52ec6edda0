//! Breaking work off at a chosen moment, for tests: as if the machine had died just there.
//!
//! The moments are counted by statements and commits, not by time or by turns of the scheduler, so that they are the same ones
//! on a fast machine and on a busy one.

#[cfg(any(test, feature = "testing"))]
pub use counted::until;

/// Awaits a statement or a commit, with a moment before it and one after it at which a test may break the work off.
#[cfg(any(test, feature = "testing"))]
pub(crate) async fn interruptible<F: Future>(statement: F) -> F::Output {
    counted::moment().await;
    let answer = statement.await;
    counted::moment().await;
    answer
}

/// Awaits a statement or a commit.
#[cfg(not(any(test, feature = "testing")))]
pub(crate) fn interruptible<F: Future>(statement: F) -> F {
    statement
}

#[cfg(any(test, feature = "testing"))]
mod counted {
    use std::{cell::RefCell, future, sync::Arc};

    use tokio::sync::Notify;

    thread_local! {
        /// A test's runtime has one thread, so this holds for whatever the work spawns too.
        static END: RefCell<Option<End>> = const { RefCell::new(None) };
    }

    struct End {
        /// The moments that may still pass.
        left: usize,
        come: Arc<Notify>,
    }

    /// Passes a moment, or never returns when it is the one at which the work is broken off.
    pub(super) async fn moment() {
        let passes = END.with_borrow_mut(|end| {
            let Some(end) = end else { return true };
            if end.left == 0 {
                end.come.notify_one();
                return false;
            }
            end.left -= 1;
            true
        });
        if !passes {
            future::pending().await
        }
    }

    /// Runs work until so many moments have passed and lets go of it, and of what it spawned for itself, at the next one;
    /// nothing is then returned.
    pub async fn until<F: Future>(moments: usize, work: F) -> Option<F::Output> {
        let come = Arc::new(Notify::new());
        END.set(Some(End { left: moments, come: Arc::clone(&come) }));
        let output = tokio::select! {
            output = work => Some(output),
            () = come.notified() => None,
        };
        END.set(None);
        output
    }
}

#[cfg(test)]
mod tests {
    use super::{interruptible, until};

    #[tokio::test]
    async fn work_is_let_go_of_at_the_moment_asked_for() {
        for (moments, steps) in [(0, 0), (1, 1), (2, 1), (3, 2)] {
            let mut taken = 0;
            let work = async {
                for _ in 0..2 {
                    interruptible(async { taken += 1 }).await;
                }
            };
            assert_eq!(until(moments, work).await, None);
            assert_eq!(taken, steps, "after {moments} moments");
        }
        assert_eq!(until(4, async { interruptible(async {}).await }).await, Some(()));
    }
}
