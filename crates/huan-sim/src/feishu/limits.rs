//! Counting calls against the platform's limits (Feishu §0.4, §1.1).

use std::collections::{HashMap, VecDeque};

/// So many calls in so many milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub(super) calls: usize,
    pub(super) millis: i64,
}

impl Limit {
    pub(super) const fn per_second(calls: usize) -> Self {
        Self { calls, millis: 1_000 }
    }

    pub(super) const fn per_minute(calls: usize) -> Self {
        Self { calls, millis: 60_000 }
    }
}

/// A custom robot (Feishu §1.1).
pub(super) const CUSTOM_ROBOT: [Limit; 2] = [Limit::per_minute(100), Limit::per_second(5)];

/// The calls of the recent past, by what is limited.
#[derive(Debug, Default)]
pub(super) struct Limits {
    calls: HashMap<String, VecDeque<i64>>,
}

impl Limits {
    /// Counts one call now, unless that would be over one of the limits: then the answer is how many milliseconds to wait.
    pub(super) fn take(&mut self, what: &str, limits: &[Limit], now: i64) -> Result<(), i64> {
        let longest = limits.iter().map(|limit| limit.millis).max().unwrap_or(0);
        let calls = self.calls.entry(what.to_owned()).or_default();
        while calls.front().is_some_and(|at| now - at >= longest) {
            calls.pop_front();
        }
        for limit in limits {
            let within = calls.iter().rev().take_while(|at| now - **at < limit.millis).count();
            if within >= limit.calls {
                // A limit of zero has no oldest call: it lasts as long as it is set.
                let oldest = calls.get(calls.len() - limit.calls).copied().unwrap_or(now);
                return Err(oldest + limit.millis - now);
            }
        }
        calls.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: [Limit; 1] = [Limit::per_second(5)];

    #[test]
    fn the_sixth_message_of_a_second_must_wait_until_the_first_is_a_second_old() {
        let mut limits = Limits::default();
        for at in 0..5 {
            assert_eq!(limits.take("chat", &FIVE, at * 100), Ok(()));
        }
        assert_eq!(limits.take("chat", &FIVE, 600), Err(400));
        assert_eq!(limits.take("another chat", &FIVE, 600), Ok(()));
        assert_eq!(limits.take("chat", &FIVE, 1000), Ok(()));
    }
}
