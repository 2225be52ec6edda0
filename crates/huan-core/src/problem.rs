//! Problems 「问题」 and their life (E1–E3).
//!
//! ```text
//!            answer                    close
//!  Waiting ───────────▶ Answered ───────────▶ Closed
//!   ▲  ▲                  │   ▲ another answer   │
//!   │  └── reassign ──────┘   └──────            │
//!   └──────────────── reopen ────────────────────┘
//! ```
//! A problem can be closed or merged into another one from any open state. While it is open exactly one clock runs for
//! it: until the answer that of its urgency, afterwards the one for the moment by which a solution was promised.

use jiff::{SignedDuration, Timestamp, civil::Time};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::WorkingTime,
    clock::{ClockKind, Trigger},
    id::{CollaborationId, MessageId, PersonId, ProblemId, RecordId, TaskId},
    level::Level,
};

/// When a solution is due on the day it is promised for, where no time was said.
const END_OF_DAY: Time = Time::constant(17, 0, 0, 0);
/// By when an urgent problem is promised to be solved, where nothing was said.
const URGENT_PROMISE: SignedDuration = SignedDuration::from_hours(2);

/// A problem: one person is asked to answer, never none (I3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The id.
    pub id: ProblemId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The short number that people type: `P3`. Unique in the workspace.
    pub number: i64,
    /// What is wrong, in a line.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Who raised it.
    pub raised_by: PersonId,
    /// Who is asked to answer.
    pub owner: PersonId,
    /// Where it stands.
    pub state: ProblemState,
    /// Who may see it.
    pub level: Level,
    /// The tasks it concerns.
    pub tasks: Vec<TaskId>,
    /// The rows of the record table it concerns.
    pub records: Vec<RecordId>,
    /// The message it was made from.
    pub message: Option<MessageId>,
    /// Whether this is a drill 「演练」.
    pub drill: bool,
    /// When it was raised.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// How pressing a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Urgency {
    /// 普通: an answer within a day; nobody is woken for it.
    #[default]
    Ordinary,
    /// 【紧急】: people are rung until somebody acknowledges.
    Urgent {
        /// How severe it is.
        severity: Severity,
    },
}

impl Urgency {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Urgent { .. } => "urgent",
        }
    }

    /// Whether people are rung for it.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Urgent { .. })
    }

    /// How severe an urgent problem is.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Ordinary => None,
            Self::Urgent { severity } => Some(severity),
        }
    }
}

/// The severity of an urgent problem: I is the gravest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// I 级: everything stands still.
    One,
    /// II 级: much is disturbed.
    #[default]
    Two,
    /// III 级: a part is disturbed.
    Three,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Three];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Two => "two",
            Self::Three => "three",
        }
    }
}

/// Where a problem stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ProblemState {
    /// 待回复: whoever was asked has not answered.
    Waiting,
    /// 处理中: somebody answered and promised a solution.
    Answered(Answer),
    /// 已解决.
    Closed {
        /// How it was solved.
        solution: String,
        /// Who closed it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// 已合并: it goes on as another problem.
    Merged {
        /// Which one.
        into: ProblemId,
    },
}

/// An answer to a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Who answered: the owner, or another person who was asked.
    pub by: PersonId,
    /// The words.
    pub text: String,
    /// When it was given.
    pub at: Timestamp,
    /// By when a solution is promised.
    pub promised_at: Timestamp,
}

/// A state without its details: for errors, filters and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemStage {
    /// See [`ProblemState::Waiting`].
    Waiting,
    /// See [`ProblemState::Answered`].
    Answered,
    /// See [`ProblemState::Closed`].
    Closed,
    /// See [`ProblemState::Merged`].
    Merged,
}

impl ProblemStage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Answered, Self::Closed, Self::Merged];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }
}

impl ProblemState {
    /// The state without its details.
    pub fn stage(&self) -> ProblemStage {
        match self {
            Self::Waiting => ProblemStage::Waiting,
            Self::Answered(_) => ProblemStage::Answered,
            Self::Closed { .. } => ProblemStage::Closed,
            Self::Merged { .. } => ProblemStage::Merged,
        }
    }

    /// Whether something is still owed.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Answered(_))
    }
}

/// A step that a problem does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// The problem is not in a state from which this can be done.
    #[error("the problem is {}: this cannot be done now", .0.name())]
    WrongState(ProblemStage),
    /// An answer without a word.
    #[error("an answer needs words")]
    AnswerMissing,
    /// A solution is promised for a moment that has passed.
    #[error("the promised moment has passed")]
    PromisePast,
    /// Closed without a solution.
    #[error("a problem is closed with its solution")]
    SolutionMissing,
    /// Merged into itself, or into a problem of another collaboration.
    #[error("the problem cannot be merged into that one")]
    CannotMerge,
}

/// Somebody who was asked to answer a problem. Any of them may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Who.
    pub person: PersonId,
    /// Their place in the line: 0 is the owner, then the superiors (or the call list) in order.
    pub place: u32,
    /// When they were asked.
    pub at: Timestamp,
}

impl Problem {
    /// The clock that runs for the problem as it stands; none when nothing is owed.
    pub fn clock(&self) -> Option<Trigger> {
        match (&self.state, self.urgency) {
            (ProblemState::Waiting, Urgency::Ordinary) => Some(Trigger::OrdinaryProblem),
            (ProblemState::Waiting, Urgency::Urgent { .. }) => Some(Trigger::UrgentProblem),
            (ProblemState::Answered(answer), _) => Some(Trigger::FollowUp { due: answer.promised_at }),
            (ProblemState::Closed { .. } | ProblemState::Merged { .. }, _) => None,
        }
    }

    /// The kinds of clock that can run for a problem.
    pub const CLOCKS: [ClockKind; 3] = [ClockKind::OrdinaryProblem, ClockKind::UrgentProblem, ClockKind::FollowUp];

    /// Whether a clock of this kind waits for something that is still owed.
    pub fn waits_for(&self, kind: ClockKind) -> bool {
        self.clock().is_some_and(|trigger| trigger.kind() == kind)
    }

    /// Who must act: whoever is asked, and after an answer whoever promised the solution.
    pub fn responsible(&self) -> &PersonId {
        match &self.state {
            ProblemState::Answered(answer) => &answer.by,
            _ => &self.owner,
        }
    }

    /// The people whom an unanswered urgent problem is rung with, in order: its owner, then `listed` (the call list of
    /// the collaboration), or without one the owner's `superiors`. Nobody twice.
    pub fn call_list(&self, listed: &[PersonId], superiors: &[PersonId]) -> Vec<PersonId> {
        let mut people = vec![self.owner.clone()];
        for person in if listed.is_empty() { superiors } else { listed } {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people
    }

    fn require_open(&self) -> Result<(), ProblemError> {
        if self.state.is_open() { Ok(()) } else { Err(ProblemError::WrongState(self.state.stage())) }
    }

    /// An answer, or a further one with another promise.
    ///
    /// # Errors
    /// When the problem is closed, nothing is said, or the promise is not ahead of the answer.
    pub fn answer(&mut self, answer: Answer) -> Result<(), ProblemError> {
        self.require_open()?;
        if answer.text.trim().is_empty() {
            return Err(ProblemError::AnswerMissing);
        }
        if answer.promised_at <= answer.at {
            return Err(ProblemError::PromisePast);
        }
        self.state = ProblemState::Answered(answer);
        Ok(())
    }

    /// Somebody else is asked: the question is put anew.
    ///
    /// # Errors
    /// When the problem is closed.
    pub fn reassign(&mut self, owner: PersonId) -> Result<(), ProblemError> {
        self.require_open()?;
        self.owner = owner;
        self.state = ProblemState::Waiting;
        Ok(())
    }

    /// It turned out to be more or less pressing: the question is put anew.
    ///
    /// # Errors
    /// When the problem is closed.
    pub fn set_urgency(&mut self, urgency: Urgency) -> Result<(), ProblemError> {
        self.require_open()?;
        if self.urgency != urgency {
            let rung_anew = self.urgency.is_urgent() != urgency.is_urgent();
            self.urgency = urgency;
            if rung_anew {
                self.state = ProblemState::Waiting;
            }
        }
        Ok(())
    }

    /// Solved.
    ///
    /// # Errors
    /// When the problem is closed already, or the solution is missing.
    pub fn close(&mut self, solution: String, by: PersonId, at: Timestamp) -> Result<(), ProblemError> {
        self.require_open()?;
        if solution.trim().is_empty() {
            return Err(ProblemError::SolutionMissing);
        }
        self.state = ProblemState::Closed { solution, by, at };
        Ok(())
    }

    /// Not solved after all: the owner is asked again.
    ///
    /// # Errors
    /// When the problem is not closed.
    pub fn reopen(&mut self) -> Result<(), ProblemError> {
        match self.state.stage() {
            ProblemStage::Closed => {
                self.state = ProblemState::Waiting;
                Ok(())
            }
            stage => Err(ProblemError::WrongState(stage)),
        }
    }

    /// It is the same as `other`, which takes over what it is linked with.
    ///
    /// # Errors
    /// When one of them is closed, or they cannot be one.
    pub fn merge_into(&mut self, other: &mut Self) -> Result<(), ProblemError> {
        if self.id == other.id || self.collaboration != other.collaboration {
            return Err(ProblemError::CannotMerge);
        }
        self.require_open()?;
        other.require_open()?;
        for task in &self.tasks {
            if !other.tasks.contains(task) {
                other.tasks.push(task.clone());
            }
        }
        for record in &self.records {
            if !other.records.contains(record) {
                other.records.push(record.clone());
            }
        }
        // What is as grave as the graver of the two, and as guarded as the more guarded.
        if let (Urgency::Ordinary, Urgency::Urgent { .. }) = (other.urgency, self.urgency) {
            other.set_urgency(self.urgency)?;
        }
        other.level = other.level.max(self.level);
        self.state = ProblemState::Merged { into: other.id.clone() };
        Ok(())
    }
}

/// By when a solution is taken to be promised where the answer says nothing of it, so that nothing falls silent: the next
/// working day at 17:00, for an urgent problem two hours after the answer.
pub fn default_promise(urgency: Urgency, time: WorkingTime<'_>, now: Timestamp) -> Timestamp {
    if urgency.is_urgent() {
        return now.saturating_add(URGENT_PROMISE).unwrap_or(Timestamp::MAX);
    }
    let day = time.add_working_days(time.date_of(now), 1).date;
    time.hours().zone().to_timestamp(day.to_datetime(END_OF_DAY)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{HolidayCalendar, WorkingHours};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn raised() -> Problem {
        Problem {
            id: ProblemId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            number: 1,
            title: "导出的文件打不开".into(),
            detail: String::new(),
            urgency: Urgency::Ordinary,
            raised_by: person(1),
            owner: person(2),
            state: ProblemState::Waiting,
            level: Level::Internal,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            drill: false,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn answer(text: &str) -> Answer {
        Answer {
            by: person(2),
            text: text.into(),
            at: at("2026-11-25T02:00:00Z"),
            promised_at: at("2026-11-26T09:00:00Z"),
        }
    }

    fn urgent() -> Urgency {
        Urgency::Urgent { severity: Severity::One }
    }

    #[test]
    fn e1_an_open_problem_has_exactly_one_clock_and_a_closed_one_none() {
        let mut problem = raised();
        assert_eq!(problem.clock(), Some(Trigger::OrdinaryProblem));
        problem.answer(answer("在看")).unwrap();
        assert_eq!(problem.clock(), Some(Trigger::FollowUp { due: answer("").promised_at }));
        problem.reassign(person(3)).unwrap();
        assert_eq!(problem.clock(), Some(Trigger::OrdinaryProblem));
        problem.set_urgency(urgent()).unwrap();
        assert_eq!(problem.clock(), Some(Trigger::UrgentProblem));
        problem.close("换了编码".into(), person(3), at("2026-11-26T09:00:00Z")).unwrap();
        assert_eq!(problem.clock(), None);
        problem.reopen().unwrap();
        assert_eq!(Problem::CLOCKS.into_iter().filter(|kind| problem.waits_for(*kind)).count(), 1);
    }

    #[test]
    fn e1_an_answer_says_something_and_promises_what_lies_ahead() {
        let mut problem = raised();
        assert_eq!(problem.answer(answer(" ")), Err(ProblemError::AnswerMissing));
        let late = Answer { promised_at: answer("").at, ..answer("在看") };
        assert_eq!(problem.answer(late), Err(ProblemError::PromisePast));
        assert_eq!(problem, raised(), "a refused answer changes nothing");
        problem.answer(answer("在看")).unwrap();
        problem.answer(answer("还要一天")).unwrap();
        assert_eq!(problem.state.stage(), ProblemStage::Answered, "a further answer is welcome");
    }

    #[test]
    fn e1_it_is_closed_with_a_solution_only() {
        let mut problem = raised();
        let now = at("2026-11-25T02:00:00Z");
        assert_eq!(problem.close("  ".into(), person(2), now), Err(ProblemError::SolutionMissing));
        problem.close("换了编码".into(), person(2), now).unwrap();
        let closed = Err(ProblemError::WrongState(ProblemStage::Closed));
        assert_eq!(problem.close("再来".into(), person(2), now), closed);
        assert_eq!(problem.answer(answer("在看")), closed);
        assert_eq!(problem.reassign(person(3)), closed);
        assert_eq!(problem.set_urgency(urgent()), closed);
    }

    #[test]
    fn e1_a_merged_problem_leaves_its_links_to_the_other() {
        let (mut one, mut other) = (raised(), Problem { id: ProblemId::from_bits(2), ..raised() });
        one.tasks = vec![TaskId::from_bits(1), TaskId::from_bits(2)];
        one.level = Level::Confidential;
        other.tasks = vec![TaskId::from_bits(2)];
        one.merge_into(&mut other).unwrap();
        assert_eq!(one.clock(), None);
        assert_eq!(other.tasks, [TaskId::from_bits(2), TaskId::from_bits(1)]);
        assert_eq!(other.level, Level::Confidential);
        assert_eq!(one.merge_into(&mut other), Err(ProblemError::WrongState(ProblemStage::Merged)));
        assert_eq!(other.merge_into(&mut one), Err(ProblemError::WrongState(ProblemStage::Merged)));
        let mut same = other.clone();
        assert_eq!(other.merge_into(&mut same), Err(ProblemError::CannotMerge));
        let mut elsewhere =
            Problem { id: ProblemId::from_bits(3), collaboration: CollaborationId::from_bits(2), ..raised() };
        assert_eq!(other.merge_into(&mut elsewhere), Err(ProblemError::CannotMerge));
    }

    #[test]
    fn e2_what_turns_urgent_is_asked_anew_and_another_severity_is_not() {
        let mut problem = raised();
        problem.answer(answer("在看")).unwrap();
        problem.set_urgency(urgent()).unwrap();
        assert_eq!(problem.state.stage(), ProblemStage::Waiting);
        problem.answer(answer("收到")).unwrap();
        problem.set_urgency(Urgency::Urgent { severity: Severity::Three }).unwrap();
        assert_eq!(problem.state.stage(), ProblemStage::Answered);
    }

    #[test]
    fn e2_the_call_list_begins_with_the_owner_and_names_nobody_twice() {
        let problem = raised();
        let superiors = [person(5), person(6)];
        assert_eq!(problem.call_list(&[], &superiors), [person(2), person(5), person(6)]);
        assert_eq!(problem.call_list(&[person(7), person(2), person(7)], &superiors), [person(2), person(7)]);
    }

    #[test]
    fn e1_a_promise_not_made_is_the_next_working_day_at_five() {
        let (hours, holidays) = (WorkingHours::office_in_china(), HolidayCalendar::shipped());
        let time = WorkingTime::new(&hours, &holidays);
        let promise = |urgency, now: &str| default_promise(urgency, time, at(now));
        // Friday evening in Beijing: Monday.
        assert_eq!(promise(Urgency::Ordinary, "2026-11-27T12:00:00Z"), at("2026-11-30T09:00:00Z"));
        // Before the National Day holiday of 2026 (1 to 7 October).
        assert_eq!(promise(Urgency::Ordinary, "2026-09-30T02:00:00Z"), at("2026-10-08T09:00:00Z"));
        assert_eq!(promise(urgent(), "2026-11-27T18:00:00Z"), at("2026-11-27T20:00:00Z"));
    }
}
