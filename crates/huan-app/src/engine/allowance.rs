//! How much a lane may still send, from the attempts that were begun through it.

use huan_connect::{Limit, http::EXCHANGE};
use huan_store::LaneUse;
use jiff::{SignedDuration, Timestamp};

/// A lane's limits and the attempts that count against them.
///
/// The platform counts a call when it arrives there, which is some time between its start and its answer. So a call
/// counts until its *answer* is a window old; a call on its way counts as made now.
#[derive(Debug)]
pub(super) struct Allowance {
    limits: &'static [Limit],
    /// The latest moment at which each call may have been counted, in order.
    counted: Vec<Timestamp>,
}

impl Allowance {
    pub(super) fn new(limits: &'static [Limit], uses: &[LaneUse], now: Timestamp) -> Self {
        // Whoever was stopped in the midst of a call never writes down its end.
        let at_the_latest = |one: &LaneUse| one.finished_at.unwrap_or_else(|| now.min(one.started_at + EXCHANGE));
        let mut counted: Vec<Timestamp> = uses.iter().map(at_the_latest).collect();
        counted.sort_unstable();
        Self { limits, counted }
    }

    /// How far back attempts that began then may count.
    pub(super) fn longest(limits: &[Limit]) -> SignedDuration {
        let longest = limits.iter().map(window).max().unwrap_or(SignedDuration::ZERO);
        longest + SignedDuration::try_from(EXCHANGE).unwrap_or(SignedDuration::ZERO)
    }

    /// Counts one more attempt.
    pub(super) fn take(&mut self, now: Timestamp) {
        self.counted.push(now);
    }

    /// When the lane has room again; none when it has room now. What is not `urgent` leaves a tenth of it free, so that a
    /// wave of ordinary messages never uses up what an emergency needs.
    pub(super) fn free_at(&self, now: Timestamp, urgent: bool) -> Option<Timestamp> {
        self.limits.iter().filter_map(|limit| self.free_of(limit, now, urgent)).max()
    }

    fn free_of(&self, limit: &Limit, now: Timestamp, urgent: bool) -> Option<Timestamp> {
        let begin = now - window(limit);
        let counting = &self.counted[self.counted.partition_point(|at| *at <= begin)..];
        let count = if urgent { limit.count } else { limit.count - kept_free(limit) };
        // With as many as allowed in the window, there is room once the oldest of the last `count` has left it.
        let oldest = counting.len().checked_sub(count as usize)?;
        counting.get(oldest).map(|at| *at + window(limit))
    }
}

/// How much of a limit is kept for what is urgent; nothing of one that is too small to be shared.
fn kept_free(limit: &Limit) -> u32 {
    if limit.count < 5 { 0 } else { limit.count.div_ceil(10) }
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
        let mut allowance = Allowance::new(LIMITS, &[], at(0));
        assert_eq!(allowance.free_at(at(0), false), None);
        allowance.take(at(0));
        allowance.take(at(0));
        assert_eq!(allowance.free_at(at(0), false), Some(at(1)), "two a second");
        assert_eq!(allowance.free_at(at(1), false), None);
        allowance.take(at(1));
        assert_eq!(allowance.free_at(at(2), false), Some(at(60)), "three a minute");
        assert_eq!(allowance.free_at(at(60), false), None);
    }

    #[test]
    fn i5_ordinary_messages_leave_room_for_urgent_ones() {
        const ROBOT: &[Limit] = &[Limit { count: 20, per: Duration::from_secs(60) }];
        let mut allowance = Allowance::new(ROBOT, &[], at(0));
        for _ in 0..18 {
            assert_eq!(allowance.free_at(at(0), false), None);
            allowance.take(at(0));
        }
        assert_eq!(allowance.free_at(at(1), false), Some(at(60)), "two are kept");
        for _ in 0..2 {
            assert_eq!(allowance.free_at(at(1), true), None);
            allowance.take(at(1));
        }
        assert_eq!(allowance.free_at(at(1), true), Some(at(60)), "and the limit holds for them too");
    }

    /// The platform counted these calls when they arrived, half a second after they began.
    #[test]
    fn a_call_counts_until_its_answer_is_a_window_old() {
        let half = SignedDuration::from_millis(500);
        let answered = LaneUse { started_at: at(0), finished_at: Some(at(0) + half) };
        let on_its_way = LaneUse { finished_at: None, ..answered };
        let free_at = |uses: &[LaneUse], now| Allowance::new(&LIMITS[1..], uses, now).free_at(now, false);
        assert_eq!(free_at(&[answered; 2], at(1)), Some(at(1) + half));
        assert_eq!(free_at(&[answered; 2], at(1) + half), None);
        assert_eq!(free_at(&[answered, on_its_way], at(1)), Some(at(1) + half));
        assert_eq!(free_at(&[on_its_way; 2], at(1)), Some(at(2)));
        assert_eq!(free_at(&[on_its_way; 2], at(3_600)), None, "nobody waits for a call that was never answered");
    }

    #[test]
    fn a_lane_never_sends_more_than_allowed_in_any_window() {
        let mut allowance = Allowance::new(LIMITS, &[], at(0));
        let mut sent = Vec::new();
        for step in 0..2_000 {
            let now = Timestamp::from_millisecond(step * 100).unwrap();
            if allowance.free_at(now, false).is_none() {
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
