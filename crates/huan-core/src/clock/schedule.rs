//! When the stages of a plan come.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    Basis, Clock, ClockKind, Moment, OutOfHours, Plan, ServiceLevels, Span, Stage, SubjectFacts, Then, Trigger,
};
use crate::calendar::WorkingTime;

/// The next stage of a clock and its moment: the part of a clock that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) generation: u32,
    pub(super) stage: u32,
    pub(super) started_at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) at: Timestamp,
}

impl Position {
    pub(super) fn of(clock: &Clock) -> Option<Self> {
        Some(Self {
            generation: clock.generation,
            stage: clock.stage,
            started_at: clock.started_at,
            due_at: clock.due_at,
            at: clock.next_at?,
        })
    }
}

/// A plan laid over a person's working time.
pub(super) struct Schedule<'a> {
    pub(super) plan: Plan,
    levels: &'a ServiceLevels,
    time: WorkingTime<'a>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(kind: ClockKind, levels: &'a ServiceLevels, time: WorkingTime<'a>) -> Self {
        Self { plan: Plan::of(kind, levels), levels, time }
    }

    /// The first position of a clock that starts at `now`. `today_is_done`: the day's question of a daily clock is
    /// answered already.
    pub(super) fn begin(&self, trigger: Trigger, now: Timestamp, today_is_done: bool) -> Position {
        let start = Position { generation: 1, stage: 0, started_at: now, due_at: now, at: now };
        match trigger {
            Trigger::DailyProgress => {
                let today = self.digest_zone().to_datetime(now).date();
                let first = if today_is_done { self.digest_day(after(today)) } else { self.digest_day(today) };
                let position = self.on_day(first, start);
                // Whoever starts after the day's reminder is not asked on that day.
                if position.at > now { position } else { self.on_day(self.digest_day(after(first)), start) }
            }
            Trigger::FollowUp { due } | Trigger::ChecklistItem { due } => {
                self.first_stage(Position { due_at: due, ..start })
            }
            _ => self.first_stage(Position { due_at: self.due(start), ..start }),
        }
    }

    /// A reminder that would come before the clock even starts is left out.
    fn first_stage(&self, start: Position) -> Position {
        let facts = SubjectFacts::default();
        let mut position = start;
        while let Some((stage, _)) = self.plan.stage(position.stage, &facts) {
            position.at = self.moment(stage.moment, start.at, &start).max(start.at);
            if !matches!(stage.moment, Moment::BeforeDue(_)) || position.at > start.at {
                break;
            }
            position.stage += 1;
        }
        position
    }

    /// Until when the answer is due: the end of the last fixed stage measured from the start, without waiting for
    /// working time; else the first moment of the plan.
    fn due(&self, start: Position) -> Timestamp {
        let from_start = self.plan.stages.iter().rev().find_map(|stage| match stage.moment {
            Moment::AfterStart(span) => Some(self.exactly(start.at, span)),
            _ => None,
        });
        from_start.unwrap_or_else(|| self.first_stage(start).at)
    }

    /// What comes after the stage at `position`, when that happened (or was scheduled) at `base`.
    pub(super) fn following(&self, position: &Position, base: Timestamp, facts: &SubjectFacts) -> Position {
        let number = position.stage.saturating_add(1);
        match self.plan.stage(number, facts) {
            Some((stage, _)) => {
                let at = self.moment(stage.moment, base, position).max(position.at);
                Position { stage: number, at, ..*position }
            }
            None => {
                let next = Position {
                    generation: position.generation.saturating_add(1),
                    started_at: position.at,
                    ..*position
                };
                self.on_day(self.digest_day(after(self.day_of(position))), next)
            }
        }
    }

    /// The stage at `position`, and the level it calls on.
    pub(super) fn stage(&self, position: &Position, facts: &SubjectFacts) -> (Stage, u32) {
        let stage = self.plan.stage(position.stage, facts).map(|(stage, level)| (*stage, level));
        // A number beyond the plan can only come from a plan that was longer once; its last stage stands for it.
        stage.or_else(|| self.plan.stages.last().map(|stage| (*stage, 1))).unwrap_or((QUIET, 1))
    }

    fn moment(&self, moment: Moment, base: Timestamp, position: &Position) -> Timestamp {
        match moment {
            Moment::AfterStart(span) => self.after_span(position.started_at, span),
            Moment::AfterPrevious(span) => self.after_span(base, span),
            // A follow-up can be written when it is already overdue.
            Moment::AtDue => self.in_hours(position.due_at.max(position.started_at)),
            Moment::BeforeDue(minutes) => {
                let before = SignedDuration::from_mins(i64::from(minutes));
                self.in_hours(position.due_at.saturating_sub(before).unwrap_or(Timestamp::MIN))
            }
            Moment::WorkingDaysLater(days) => {
                let day = self.time.add_working_days(self.time.date_of(base), days.max(1)).date;
                self.time.start_of_working_day(day).unwrap_or(Timestamp::MAX)
            }
        }
    }

    fn exactly(&self, from: Timestamp, span: Span) -> Timestamp {
        match span.basis {
            Basis::Elapsed => from.saturating_add(span.duration()).unwrap_or(Timestamp::MAX),
            Basis::Working => self.time.add_working(from, span.duration()).at,
        }
    }

    /// A span of working time ends in working time; the end of elapsed time may have to wait for it.
    fn after_span(&self, from: Timestamp, span: Span) -> Timestamp {
        let at = self.exactly(from, span);
        if span.basis == Basis::Working { at } else { self.in_hours(at) }
    }

    fn in_hours(&self, at: Timestamp) -> Timestamp {
        match self.plan.out_of_hours {
            OutOfHours::AtOnce => at,
            OutOfHours::WhenWorkBegins => self.time.next_working_moment(at).at,
        }
    }

    /// When work begins, if a stage that is late must wait for that at `now`.
    pub(super) fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        Some(self.in_hours(now)).filter(|at| *at > now)
    }

    fn digest_zone(&self) -> TimeZone {
        let named = self.levels.daily_progress.time_zone.as_deref();
        named.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(|| self.time.hours().zone().clone())
    }

    /// The day of the digest that a daily clock is running for.
    pub(super) fn day_of(&self, position: &Position) -> Date {
        self.digest_zone().to_datetime(position.due_at).date()
    }

    /// The first working day not before `date`.
    fn digest_day(&self, date: Date) -> Date {
        self.time.add_working_days(date, 0).date
    }

    /// The first stage of a daily clock on `day`.
    fn on_day(&self, day: Date, position: Position) -> Position {
        let digest = day.to_datetime(self.levels.daily_progress.digest_at);
        let due_at = self.digest_zone().to_timestamp(digest).unwrap_or(Timestamp::MAX);
        let position = Position { stage: 0, due_at, at: due_at, ..position };
        let first = self.plan.stages.first().filter(|_| self.plan.then == Then::NextWorkingDay);
        let at = first.map_or(due_at, |stage| self.moment(stage.moment, due_at, &position));
        Position { at, ..position }
    }
}

const QUIET: Stage = Stage {
    name: super::StageName::Unanswered,
    moment: Moment::WorkingDaysLater(1),
    asks: &[],
    missed: super::Missed::Merge,
};

fn after(date: Date) -> Date {
    date.tomorrow().unwrap_or(Date::MAX)
}
