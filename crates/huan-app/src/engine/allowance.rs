//! How much a lane may still send, from the attempts that were begun through it.

use huan_connect::Limit;
use jiff::{SignedDuration, Timestamp};

/// A lane's limits and the attempts that count against them.
#[derive(Debug)]
pub(super) struct Allowance {
    limits: &'static [Limit],
    /// In order of time.
    starts: Vec<Timestamp>,
}

impl Allowance {
    pub(super) fn new(limits: &'static [Limit], mut starts: Vec<Timestamp>) -> Self {
        starts.sort_unstable();
        Self { limits, starts }
    }

    /// How far back attempts count.
    pub(super) fn longest(limits: &[Limit]) -> SignedDuration {
        limits.iter().map(window).max().unwrap_or(SignedDuration::ZERO)
    }

    /// Counts one more attempt.
    pub(super) fn take(&mut self, now: Timestamp) {
        self.starts.push(now);
    }

    /// When the lane has room again; none when it has room now.
    pub(super) fn free_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.limits.iter().filter_map(|limit| self.free_of(limit, now)).max()
    }

    fn free_of(&self, limit: &Limit, now: Timestamp) -> Option<Timestamp> {
        let begin = now - window(limit);
        let counting = &self.starts[self.starts.partition_point(|start| *start <= begin)..];
        // With as many as allowed in the window, there is room once the oldest of the last `count` has left it.
        let oldest = counting.len().checked_sub(limit.count as usize)?;
        counting.get(oldest).map(|start| *start + window(limit))
    }
}

fn window(limit: &Limit) -> SignedDuration {
    SignedDuration::try_from(limit.per).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const LIMITS: &[Limit] =
        &[Limit { count: 3, per: Duration::from_secs(60) }, Limit { count: 2, per: Duration::from_secs(1) }];

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_000 + seconds).unwrap()
    }

    #[test]
    fn all_limits_hold_at_once() {
        let mut allowance = Allowance::new(LIMITS, Vec::new());
        assert_eq!(allowance.free_at(at(0)), None);
        allowance.take(at(0));
        allowance.take(at(0));
        assert_eq!(allowance.free_at(at(0)), Some(at(1)), "two a second");
        assert_eq!(allowance.free_at(at(1)), None);
        allowance.take(at(1));
        assert_eq!(allowance.free_at(at(2)), Some(at(60)), "three a minute");
        assert_eq!(allowance.free_at(at(60)), None);
    }

    #[test]
    fn a_lane_never_sends_more_than_allowed_in_any_window() {
        let mut allowance = Allowance::new(LIMITS, Vec::new());
        let mut sent = Vec::new();
        for step in 0..2_000 {
            let now = Timestamp::from_millisecond(step * 100).unwrap();
            if allowance.free_at(now).is_none() {
                allowance.take(now);
                sent.push(now);
            }
        }
        for limit in LIMITS {
            for (index, first) in sent.iter().enumerate() {
                let within = sent[index..].iter().filter(|at| at.duration_since(*first) < window(limit)).count();
                assert!(within <= limit.count as usize, "{within} within {:?}", limit.per);
            }
        }
        assert!(sent.len() >= 9, "and it does not stand still: {}", sent.len());
    }
}
