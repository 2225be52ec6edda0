//! Whether a collaboration is on course, and what speaks against it (C3).

use jiff::civil::Date;

use crate::{collaboration::CollaborationState, names::names};

/// What is known of a collaboration at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Where it stands.
    pub state: CollaborationState,
    /// The day by which the goal is to be reached.
    pub goal_on: Option<Date>,
    /// The reader's day.
    pub today: Date,
    /// Open urgent problems.
    pub urgent: i64,
    /// Tasks past their time.
    pub overdue: i64,
    /// Clocks that ended without an answer.
    pub unanswered: i64,
    /// Tasks whose owner is in difficulty.
    pub blocked: i64,
}

names! {
    /// Whether a collaboration is on course.
    Course {
        /// Nothing speaks against it.
        On = "on",
        /// Something is late or stuck.
        AtRisk = "at_risk",
        /// The day of the goal has passed, or something urgent is open.
        Off = "off",
        /// The goal is reached.
        Done = "done",
    }
}

names! {
    /// What speaks against it.
    Against {
        /// The day of the goal has passed.
        GoalPassed = "goal_passed",
        /// Urgent problems are open.
        Urgent = "urgent",
        /// Tasks are past their time.
        Overdue = "overdue",
        /// Somebody who was asked has not answered in time.
        Unanswered = "unanswered",
        /// Owners are in difficulty.
        Blocked = "blocked",
        /// No day is set for the goal, so that nobody can tell.
        NoDay = "no_day",
    }
}

impl Glance {
    /// Whether it is on course, and what speaks against it with how often, the worst first.
    pub fn course(&self) -> (Course, Vec<(Against, i64)>) {
        if self.state != CollaborationState::Running {
            return (Course::Done, Vec::new());
        }
        let passed = self.goal_on.map_or(0, |day| i64::from((self.today - day).get_days()).max(0));
        let against = [
            (Against::GoalPassed, passed),
            (Against::Urgent, self.urgent),
            (Against::Overdue, self.overdue),
            (Against::Unanswered, self.unanswered),
            (Against::Blocked, self.blocked),
            (Against::NoDay, i64::from(self.goal_on.is_none())),
        ];
        let against: Vec<_> = against.into_iter().filter(|(_, count)| *count > 0).collect();
        let course = match against.first() {
            Some((Against::GoalPassed | Against::Urgent, _)) => Course::Off,
            Some((Against::NoDay, _)) | None => Course::On,
            Some(_) => Course::AtRisk,
        };
        (course, against)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn c3_whether_a_collaboration_is_on_course() {
        let calm = Glance {
            state: CollaborationState::Running,
            goal_on: Some(date(2026, 12, 31)),
            today: date(2026, 11, 25),
            urgent: 0,
            overdue: 0,
            unanswered: 0,
            blocked: 0,
        };
        assert_eq!(calm.course(), (Course::On, vec![]));
        assert_eq!(Glance { blocked: 2, ..calm }.course(), (Course::AtRisk, vec![(Against::Blocked, 2)]));
        let late = Glance { overdue: 1, unanswered: 3, ..calm };
        assert_eq!(late.course(), (Course::AtRisk, vec![(Against::Overdue, 1), (Against::Unanswered, 3)]));
        let urgent = Glance { urgent: 1, blocked: 1, ..calm };
        assert_eq!(urgent.course(), (Course::Off, vec![(Against::Urgent, 1), (Against::Blocked, 1)]));
        let today = Glance { goal_on: Some(calm.today), ..calm };
        assert_eq!(today.course(), (Course::On, vec![]), "the day itself still counts");
        let passed = Glance { goal_on: Some(date(2026, 10, 31)), ..calm };
        assert_eq!(passed.course(), (Course::Off, vec![(Against::GoalPassed, 25)]), "in days, across months");
        let open = Glance { goal_on: None, ..calm };
        assert_eq!(open.course(), (Course::On, vec![(Against::NoDay, 1)]));
        let done = Glance { state: CollaborationState::Done, overdue: 9, ..calm };
        assert_eq!(done.course(), (Course::Done, vec![]));
    }
}
