//! The timeline of an emergency: which entries of the history belong in it. It is the history itself, together with what
//! was said in the war room, so that it writes itself and cannot be changed unnoticed (I10).

use crate::{history::Event, names::names};

names! {
    /// What an entry of the timeline is, for its mark on the page.
    TimelineKind {
        /// It was raised, or its severity changed.
        Raised = "raised",
        /// Somebody was rung, told or called on.
        Called = "called",
        /// Somebody could not be reached on a platform.
        Failed = "failed",
        /// Somebody acknowledged or answered.
        Acknowledged = "acknowledged",
        /// A role was given to somebody.
        Role = "role",
        /// A point of the checklist was done, left out, added or taken back.
        Checklist = "checklist",
        /// A stage report.
        Report = "report",
        /// A note by hand.
        Note = "note",
        /// Something said in the war room.
        Message = "message",
        /// A clock called.
        Clock = "clock",
        /// The all-clear, or it was stood down.
        Ended = "ended",
        /// Something else changed.
        Changed = "changed",
    }
}

/// What an event is in the timeline; `None` for what tells nothing of the course: the starting and stopping of clocks.
pub fn kind_of(event: &Event) -> Option<TimelineKind> {
    Some(match event {
        Event::ClockStarted { .. } | Event::ClockStopped { .. } => return None,
        Event::Created | Event::MadeUrgent { .. } | Event::PlanStarted { .. } | Event::Reopened => TimelineKind::Raised,
        Event::Assigned { .. } | Event::PassedOn { .. } | Event::Sent { .. } | Event::Spared { .. } => {
            TimelineKind::Called
        }
        Event::SendFailed { .. } | Event::GroupNotMade { .. } => TimelineKind::Failed,
        Event::Answered { .. } => TimelineKind::Acknowledged,
        Event::RoleFilled { .. } => TimelineKind::Role,
        Event::ItemDone { .. } | Event::ItemSkipped { .. } | Event::ItemReopened { .. } | Event::ItemAdded { .. } => {
            TimelineKind::Checklist
        }
        Event::StageReported { .. } | Event::ReportFiled => TimelineKind::Report,
        Event::Noted { .. } => TimelineKind::Note,
        Event::ClockFired { .. } => TimelineKind::Clock,
        Event::AllClear { .. } | Event::StoodDown | Event::Solved { .. } | Event::MadeOrdinary => TimelineKind::Ended,
        _ => TimelineKind::Changed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, has};

    #[test]
    fn e2_every_kind_has_its_word() {
        for kind in TimelineKind::ALL {
            assert!(Language::ALL.into_iter().all(|language| has(language, &format!("emergency.timeline.{kind}"))));
        }
    }

    #[test]
    fn e2_only_clocks_that_start_or_stop_tell_nothing() {
        let clock = || "urgent_problem".to_owned();
        assert_eq!(kind_of(&Event::ClockStopped { clock: clock() }), None);
        assert_eq!(kind_of(&Event::Noted { text: "x".into() }), Some(TimelineKind::Note));
        assert_eq!(kind_of(&Event::Created), Some(TimelineKind::Raised));
    }
}
