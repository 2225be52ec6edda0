//! Clocks: the running deadlines of commitments, as plain rows and pure functions.
//!
//! A [`Clock`] is one row per subject and kind. Its life is driven from outside: [`Clock::start`] when the question is
//! put, [`Clock::restart`] when it is put anew, [`Clock::stop`] when it is answered, and [`advance`] whenever its
//! `next_at` has come. [`advance`] returns the row as it must be written and the [`Effect`]s to carry out, as data.
//! Whoever writes the row checks its `version`, so that a stage happens once however many nodes try.
//!
//! What each kind does and when is data too: [`Plan::of`] builds it from the collaboration's [`ServiceLevels`].
//!
//! Rules that hold for every kind (and are tested as properties):
//! - nothing fires before its time, twice, or out of order; setting the computer's clock back changes nothing;
//! - an open question never falls silent: after the last superior it comes up again every working day;
//! - after an outage, missed reminders merge into the stage that is current; escalations are not skipped but follow one
//!   another with their full interval, so that each person asked has the time to act;
//! - ordinary matters wait for working time, urgent ones never pause.

mod advance;
mod effect;
mod levels;
mod plan;
mod preview;
#[cfg(test)]
mod properties;
mod row;
mod schedule;
mod subject;

pub use advance::{Advanced, Fired, MergedStage, advance};
pub use effect::Effect;
pub use levels::{
    AcceptanceLevel, Basis, ChecklistLevel, DailyProgressLevel, DigestLevel, EverybodyLevel, FollowUpLevel,
    InvalidLevels, LevelProblem, ProblemLevel, RemindedLevel, RulesReadLevel, ServiceLevels, Span, StageReportLevel,
    UrgentLevel,
};
pub use plan::{Ask, ClockKind, Ladder, Line, Missed, Moment, OutOfHours, Plan, Stage, StageName, Then};
pub use preview::{Foreseen, Preview, preview};
pub use row::{Clock, ClockState, StopReason, Trigger};
pub use subject::{SubjectFacts, Superior, Superiors};
