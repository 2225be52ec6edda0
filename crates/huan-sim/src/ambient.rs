//! The doors by which time and randomness enter the simulator.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::lock::lock;

/// How the simulator's clock runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClockMode {
    /// Like the machine's clock, but it can be advanced.
    #[default]
    Running,
    /// Stands at the given instant and moves only when advanced.
    Standing(Timestamp),
}

/// The simulator's clock. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Clock {
    mode: ClockMode,
    advanced: watch::Sender<SignedDuration>,
}

impl Clock {
    /// A clock that has not been advanced yet.
    pub fn new(mode: ClockMode) -> Self {
        Self { mode, advanced: watch::Sender::new(SignedDuration::ZERO) }
    }

    /// The simulated instant.
    #[allow(clippy::disallowed_methods)] // this is the simulator's door for time
    pub fn now(&self) -> Timestamp {
        let base = match self.mode {
            ClockMode::Running => Timestamp::now(),
            ClockMode::Standing(instant) => instant,
        };
        base.saturating_add(*self.advanced.borrow()).unwrap_or(Timestamp::MAX)
    }

    /// Milliseconds since the Unix epoch.
    pub fn millis(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Seconds since the Unix epoch.
    pub fn seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Moves the clock forward and wakes whoever waits for an instant that has now come.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.advanced.send_modify(|total| *total = total.saturating_add(by));
    }

    /// Waits until `wait` has passed on this clock.
    pub async fn sleep(&self, wait: Duration) {
        let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
        let until = self.now().saturating_add(wait).unwrap_or(Timestamp::MAX);
        let mut advanced = self.advanced.subscribe();
        loop {
            let left = until.duration_since(self.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let running = async {
                match self.mode {
                    ClockMode::Running => tokio::time::sleep(left.unsigned_abs()).await,
                    ClockMode::Standing(_) => std::future::pending().await,
                }
            };
            tokio::select! {
                () = running => {}
                // The sender lives in `self`, so this only fails when nobody can wait any more.
                _ = advanced.changed() => {}
            }
        }
    }
}

/// The simulator's source of randomness: the system's, or a repeatable one from a seed.
#[derive(Debug)]
pub struct Random {
    seeded: Option<Mutex<(u64, u64)>>,
}

impl Random {
    /// Repeatable when a seed is given.
    pub fn new(seed: Option<u64>) -> Self {
        Self { seeded: seed.map(|seed| Mutex::new((seed, 0))) }
    }

    /// `N` random bytes.
    #[allow(clippy::disallowed_methods)] // this is the simulator's door for randomness
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let filled = match &self.seeded {
            None => getrandom::fill(&mut bytes).is_ok(),
            Some(_) => false,
        };
        if !filled {
            for chunk in bytes.chunks_mut(32) {
                chunk.copy_from_slice(&self.block()[..chunk.len()]);
            }
        }
        bytes
    }

    /// `2 * N` lowercase hexadecimal digits.
    pub fn hex<const N: usize>(&self) -> String {
        hex::encode(self.bytes::<N>())
    }

    /// A number below `bound` (which must not be zero; zero gives zero).
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.bytes()).checked_rem(bound).unwrap_or(0)
    }

    fn block(&self) -> [u8; 32] {
        let (seed, counter) = match &self.seeded {
            None => (0, 0),
            Some(state) => {
                let mut state = lock(state);
                state.1 += 1;
                *state
            }
        };
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(counter.to_le_bytes());
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_on_a_standing_clock_wakes_when_the_clock_is_advanced_far_enough() {
        let clock = std::sync::Arc::new(Clock::new(ClockMode::Standing(Timestamp::UNIX_EPOCH)));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(300)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(299));
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        tokio::time::timeout(Duration::from_secs(5), sleeper).await.unwrap().unwrap();
        assert_eq!(clock.seconds(), 300);
    }

    #[test]
    fn a_seed_repeats_and_successive_values_differ() {
        let (a, b) = (Random::new(Some(7)), Random::new(Some(7)));
        let first = a.hex::<16>();
        assert_eq!(first, b.hex::<16>());
        assert_ne!(first, a.hex::<16>());
    }
}
