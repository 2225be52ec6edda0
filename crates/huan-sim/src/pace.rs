//! How many calls a second a platform lets through.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// Calls per second of one app to one operation. Measured in real time, because it protects
/// the platform from real load also when the simulated clock stands.
#[derive(Debug, Default)]
pub(crate) struct PerSecond {
    calls: BTreeMap<String, VecDeque<Instant>>,
}

impl PerSecond {
    /// Counts a call, unless `limit` calls were counted within the last second.
    pub(crate) fn admit(&mut self, operation: &str, limit: usize, now: Instant) -> bool {
        let calls = self.calls.entry(operation.to_owned()).or_default();
        while calls.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(1)) {
            calls.pop_front();
        }
        let admitted = calls.len() < limit;
        if admitted {
            calls.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_twenty_first_call_within_a_second_is_refused() {
        let mut calls = PerSecond::default();
        let start = Instant::now();
        assert!((0..20).all(|_| calls.admit("a", 20, start)));
        assert!(!calls.admit("a", 20, start + Duration::from_millis(999)));
        assert!(calls.admit("b", 20, start));
        assert!(calls.admit("a", 20, start + Duration::from_secs(1)));
    }
}
