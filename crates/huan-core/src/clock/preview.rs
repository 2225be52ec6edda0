//! What a clock would do if nobody answered: shown before a task is assigned, and while settings are edited.

use jiff::Timestamp;
use serde::Serialize;

use super::{Advanced, Clock, Effect, ServiceLevels, StageName, SubjectFacts, Trigger, advance};
use crate::{
    calendar::WorkingTime,
    history::Subject,
    id::{ClockId, TaskId},
};

/// The future of a clock that nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Until when the answer is due.
    pub due_at: Timestamp,
    /// The stages in order.
    pub stages: Vec<Foreseen>,
    /// The years without holiday data that this runs through: a holiday there would move it.
    pub assumed_years: Vec<i16>,
}

/// A stage to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Foreseen {
    /// Its name.
    pub name: StageName,
    /// When it comes.
    pub at: Timestamp,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// The first `count` stages of a clock started at `now`.
pub fn preview(
    trigger: Trigger,
    facts: &SubjectFacts,
    levels: &ServiceLevels,
    time: WorkingTime<'_>,
    now: Timestamp,
    count: usize,
) -> Preview {
    let subject = Subject::Task(TaskId::from_bits(0));
    let facts = SubjectFacts { open: true, ..facts.clone() };
    let mut clock = Clock::start(ClockId::from_bits(0), subject, trigger, levels, time, now);
    let due_at = clock.due_at;
    let mut stages = Vec::with_capacity(count);
    while let (true, Some(at)) = (stages.len() < count, clock.next_at) {
        let Advanced::Fired(fired) = advance(&clock, &facts, levels, time, at) else {
            break;
        };
        stages.push(Foreseen { name: fired.name, at, effects: fired.effects });
        clock = fired.clock;
    }
    let until = stages.last().map_or(due_at, |stage| stage.at.max(due_at));
    Preview { due_at, stages, assumed_years: time.working_between(now, until).assumed_years }
}
