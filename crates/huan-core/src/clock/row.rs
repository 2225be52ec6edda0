//! The row of a clock, and its life apart from ringing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClockKind, ServiceLevels, schedule::Schedule};
use crate::{
    calendar::WorkingTime,
    history::Subject,
    id::{ClockId, PersonId},
    names::names,
};

/// A clock. There is one row per subject and kind: a question put anew restarts its clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The clock's id.
    pub id: ClockId,
    /// What it is about.
    pub subject: Subject,
    /// What it waits for.
    pub kind: ClockKind,
    /// The number of the stage that comes next, from 0.
    pub stage: u32,
    /// How often the clock has been started: 1 at first, one more at each restart, and for a daily clock each day.
    pub generation: u32,
    /// When this generation started.
    pub started_at: Timestamp,
    /// When the next stage comes; `None` for a clock that is stopped.
    pub next_at: Option<Timestamp>,
    /// Until when the answer is due: what a countdown shows. It stays when the time is up.
    pub due_at: Timestamp,
    /// Whom this generation has called on up the line, in order: a place in the line stays taken though somebody leaves.
    pub called: Vec<PersonId>,
    /// Whether it runs.
    pub state: ClockState,
    /// One more at each change. Whoever writes a changed clock does so only over the version before it.
    pub version: i64,
}

/// Whether a clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ClockState {
    /// It runs. (An open question's clock runs for ever: after its last stage the matter comes up every working day.)
    Running,
    /// It was stopped.
    Stopped {
        /// When.
        at: Timestamp,
        /// Why.
        reason: StopReason,
    },
}

names! {
    /// Why a clock was stopped. `clock.stopped.<reason>` is its text.
    StopReason {
        /// The question was answered.
        Answered = "answered",
        /// The question was withdrawn: the task was cancelled, its owner changed.
        Withdrawn = "withdrawn",
        /// What it was about is closed.
        Closed = "closed",
    }
}

/// What starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A task was assigned or reassigned, or its initiator insists.
    Acceptance,
    /// A task was declined: its initiator must answer the proposal.
    Proposal,
    /// A task was taken on (the first day), or the day's progress was entered (a restart: from the next working day).
    DailyProgress,
    /// An ordinary problem: whoever must answer was mentioned.
    OrdinaryProblem,
    /// An urgent problem was raised and the first person rung.
    UrgentProblem,
    /// A decision was taken or a meeting ended.
    Minutes,
    /// Minutes were filed, and participants are asked for their word.
    Confirmation,
    /// The usage rules were announced to a member.
    RulesRead,
    /// A follow-up was written, or its date changed.
    FollowUp {
        /// When it is to be done.
        due: Timestamp,
    },
    /// A signature was called for.
    SignOff,
    /// An emergency began, or a stage report was given.
    StageReport,
    /// A point of an emergency's checklist was set.
    ChecklistItem {
        /// By when it is to be done.
        due: Timestamp,
    },
    /// The all-clear of an emergency was given.
    FaultReport,
}

impl Trigger {
    /// The kind of clock that this starts.
    pub fn kind(self) -> ClockKind {
        match self {
            Self::Acceptance => ClockKind::Acceptance,
            Self::Proposal => ClockKind::Proposal,
            Self::DailyProgress => ClockKind::DailyProgress,
            Self::OrdinaryProblem => ClockKind::OrdinaryProblem,
            Self::UrgentProblem => ClockKind::UrgentProblem,
            Self::Minutes => ClockKind::Minutes,
            Self::Confirmation => ClockKind::Confirmation,
            Self::RulesRead => ClockKind::RulesRead,
            Self::FollowUp { .. } => ClockKind::FollowUp,
            Self::SignOff => ClockKind::SignOff,
            Self::StageReport => ClockKind::StageReport,
            Self::ChecklistItem { .. } => ClockKind::ChecklistItem,
            Self::FaultReport => ClockKind::FaultReport,
        }
    }
}

impl Clock {
    /// A new clock, started at `now`. `time` is the working time of whoever must answer.
    pub fn start(
        id: ClockId,
        subject: Subject,
        trigger: Trigger,
        levels: &ServiceLevels,
        time: WorkingTime<'_>,
        now: Timestamp,
    ) -> Self {
        let beginning = Schedule::new(trigger.kind(), levels, time).begin(trigger, now, false);
        Self {
            id,
            subject,
            kind: trigger.kind(),
            stage: beginning.stage,
            generation: 1,
            started_at: beginning.started_at,
            next_at: Some(beginning.at),
            due_at: beginning.due_at,
            called: Vec::new(),
            state: ClockState::Running,
            version: 1,
        }
    }

    /// The clock started anew at `now`, whether it runs or was stopped: the question was put again.
    ///
    /// For a daily clock that runs it says that the day's question is answered, and begins with the next working day.
    #[must_use]
    pub fn restart(&self, trigger: Trigger, levels: &ServiceLevels, time: WorkingTime<'_>, now: Timestamp) -> Self {
        let beginning = Schedule::new(trigger.kind(), levels, time).begin(trigger, now, self.is_running());
        Self {
            kind: trigger.kind(),
            stage: beginning.stage,
            generation: self.generation.saturating_add(1),
            started_at: beginning.started_at,
            next_at: Some(beginning.at),
            due_at: beginning.due_at,
            called: Vec::new(),
            state: ClockState::Running,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// The clock stopped at `now`; `None` when it does not run, so that nothing is to be written.
    #[must_use]
    pub fn stop(&self, reason: StopReason, now: Timestamp) -> Option<Self> {
        self.is_running().then(|| Self {
            next_at: None,
            state: ClockState::Stopped { at: now, reason },
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Whether the clock runs.
    pub fn is_running(&self) -> bool {
        self.state == ClockState::Running
    }
}
