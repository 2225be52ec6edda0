//! How much may be written: per minute for custom robots.

use std::collections::VecDeque;

/// The limit of one custom robot: 20 messages a minute, and ten minutes of silence for whoever sends more (§1.5).
#[derive(Debug, Default)]
pub(crate) struct RobotMinute {
    sent_ms: VecDeque<i64>,
    silent_until_ms: i64,
}

impl RobotMinute {
    const PER_MINUTE: usize = 20;
    const SILENCE_MS: i64 = 10 * 60 * 1000;

    /// Counts a message, or begins the silence.
    pub(crate) fn admit(&mut self, now_ms: i64) -> bool {
        if now_ms < self.silent_until_ms {
            return false;
        }
        while self.sent_ms.front().is_some_and(|first| now_ms - first >= 60_000) {
            self.sent_ms.pop_front();
        }
        if self.sent_ms.len() >= Self::PER_MINUTE {
            self.silent_until_ms = now_ms + Self::SILENCE_MS;
            self.sent_ms.clear();
            return false;
        }
        self.sent_ms.push_back(now_ms);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_message_of_a_minute_silences_a_robot_for_ten_minutes() {
        let mut robot = RobotMinute::default();
        assert!((0..20).all(|second| robot.admit(second * 1000)));
        assert!(!robot.admit(59_000));
        assert!(!robot.admit(59_000 + 599_999));
        assert!(robot.admit(59_000 + 600_000));
    }

    #[test]
    fn twenty_a_minute_can_go_on_for_ever() {
        let mut robot = RobotMinute::default();
        assert!((0..200).all(|number| robot.admit(number * 3000)));
    }
}
