//! Keeping to the limit: 40 calls a second for each route (§1.5).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::Semaphore;

/// Calls of one route in a second, per app and organisation.
pub(super) const A_SECOND: usize = 40;

/// Lets each route be called no more often than Teambition allows. The limit holds for this process; several nodes
/// together can meet 429, which is tried again.
#[derive(Debug)]
pub(super) struct Pace {
    per: Duration,
    routes: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { per: Duration::from_secs(1), routes: Mutex::default() }
    }
}

impl Pace {
    /// Waits until `route` may be called.
    pub(super) async fn turn(&self, route: &'static str) {
        let turns = {
            let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(routes.entry(route).or_insert_with(|| Arc::new(Semaphore::new(A_SECOND))))
        };
        let Ok(turn) = turns.acquire_owned().await else { return };
        let per = self.per;
        tokio::spawn(async move {
            tokio::time::sleep(per).await;
            drop(turn);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn s1_5_the_forty_first_call_of_a_route_waits() {
        let pace = Pace { per: Duration::from_secs(3600), ..Pace::default() };
        for _ in 0..A_SECOND {
            pace.turn("GET /a").await;
        }
        pace.turn("GET /b").await;
        let late = tokio::time::timeout(Duration::from_millis(20), pace.turn("GET /a")).await;
        assert!(late.is_err(), "the limit does not hold");
    }

    #[tokio::test]
    async fn s1_5_turns_come_back() {
        let pace = Pace { per: Duration::from_millis(5), ..Pace::default() };
        for _ in 0..=A_SECOND {
            tokio::time::timeout(Duration::from_secs(20), pace.turn("GET /a")).await.unwrap();
        }
    }
}
