//! What happens when a clock's moment has come.

use jiff::{SignedDuration, Timestamp};

use super::{
    Ask, Clock, Effect, Missed, ServiceLevels, StageName, StopReason, SubjectFacts,
    schedule::{Position, Schedule},
};
use crate::{calendar::WorkingTime, id::PersonId};

/// A stage that fires later than this was missed (the program was off): what is measured from it is measured from the
/// moment it really fired, so that everybody has the full interval.
const MISSED_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What [`advance`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advanced {
    /// Nothing is due (or the clock does not run): nothing is to be written.
    Idle,
    /// The question was answered meanwhile: the clock is to be written as stopped, and nobody hears of it.
    Stopped(Clock),
    /// A stage was missed (the program was off) and it is not working time now: the clock is to be written with its
    /// stage moved to when work begins, and nobody hears of it yet.
    Postponed(Clock),
    /// A stage fired.
    Fired(Box<Fired>),
}

/// A stage that fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// The clock as it is to be written.
    pub clock: Clock,
    /// The generation that the stage belongs to.
    pub generation: u32,
    /// The stage's number.
    pub stage: u32,
    /// The stage's name.
    pub name: StageName,
    /// The moment for which it was planned; not after the moment it fires.
    pub planned_at: Timestamp,
    /// What is to be done, in order; never empty.
    pub effects: Vec<Effect>,
    /// Stages that were missed and are merged into this one, for the history.
    pub merged: Vec<MergedStage>,
}

/// A missed stage that was merged into a later one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MergedStage {
    /// The stage's name.
    pub name: StageName,
    /// The moment for which it was planned, the first one when there were several.
    pub planned_at: Timestamp,
    /// How often.
    pub times: u32,
}

impl Fired {
    /// The people that the effects reach, each once, in order.
    pub fn told(&self) -> Vec<PersonId> {
        let mut told: Vec<PersonId> = Vec::new();
        for person in self.effects.iter().flat_map(Effect::people) {
            if !told.contains(person) {
                told.push(person.clone());
            }
        }
        told
    }

    /// The stable key of this firing, the same however often it is computed: an idempotency key for what it causes.
    pub fn key(&self) -> String {
        format!("{}:{}:{}", self.clock.id, self.generation, self.stage)
    }
}

/// Advances a clock whose moment may have come.
///
/// `facts` must have been read in the same transaction that writes the result; `time` is the working time of whoever
/// must answer. At most one stage fires per call. The result's `next_at` can be past already only if the stage after
/// it is due as well, so that calling again until [`Advanced::Idle`] catches up in order.
pub fn advance(
    clock: &Clock,
    facts: &SubjectFacts,
    levels: &ServiceLevels,
    time: WorkingTime<'_>,
    now: Timestamp,
) -> Advanced {
    let Some(mut position) = Position::of(clock).filter(|_| clock.is_running()) else {
        return Advanced::Idle;
    };
    if !facts.open {
        return clock.stop(StopReason::Answered, now).map_or(Advanced::Idle, Advanced::Stopped);
    }
    if now < position.at {
        return Advanced::Idle;
    }
    let facts = &facts.having_called(&clock.called);
    let schedule = Schedule::new(clock.kind, levels, time);
    let mut merged: Vec<MergedStage> = Vec::new();
    let (stage, level) = loop {
        let (stage, level) = schedule.stage(&position, facts);
        let next = schedule.following(&position, position.at, facts);
        if stage.missed == Missed::Keep || next.at > now {
            break (stage, level);
        }
        match merged.iter_mut().find(|earlier| earlier.name == stage.name) {
            Some(earlier) => earlier.times += 1,
            None => merged.push(MergedStage { name: stage.name, planned_at: position.at, times: 1 }),
        }
        position = next;
    };
    let late = now.duration_since(position.at) > MISSED_AFTER;
    if late && let Some(at) = schedule.waits_until(now) {
        return Advanced::Postponed(Clock { next_at: Some(at), version: clock.version + 1, ..clock.clone() });
    }
    let effects = effects(stage.asks, level, facts, || schedule.day_of(&position));
    let mut called = clock.called.clone();
    for effect in &effects {
        match effect {
            Effect::Escalate { to, .. } if !called.contains(to) => called.push(to.clone()),
            _ => {}
        }
    }
    let facts = &facts.having_called(&called);
    let next = schedule.following(&position, if late { now } else { position.at }, facts);
    Advanced::Fired(Box::new(Fired {
        clock: Clock {
            stage: next.stage,
            generation: next.generation,
            started_at: next.started_at,
            due_at: next.due_at,
            next_at: Some(next.at),
            called,
            version: clock.version + 1,
            ..clock.clone()
        },
        generation: position.generation,
        stage: position.stage,
        name: stage.name,
        planned_at: position.at,
        effects,
        merged,
    }))
}

/// Turns what a stage asks into effects on the people there are. Whoever is asked for an answer is not also told, and
/// when nobody is left the administrators are.
fn effects(asks: &[Ask], level: u32, facts: &SubjectFacts, day: impl Fn() -> jiff::civil::Date) -> Vec<Effect> {
    let superior = facts.superiors.at_level(level);
    let owner = facts.owner.as_ref();
    let mut effects = Vec::new();
    let mut nobody_to_ask = false;
    for ask in asks {
        let effect = match ask {
            Ask::RemindOwner => owner.map(|person| Effect::Remind { person: person.clone() }),
            Ask::RemindWaiting => {
                effects.extend(facts.waiting.iter().map(|person| Effect::Remind { person: person.clone() }));
                continue;
            }
            Ask::CallOwnerAgain => owner.map(|person| Effect::CallOwnerAgain { person: person.clone() }),
            Ask::NameAsMissing => owner.map(|person| Effect::NameAsMissing { person: person.clone(), day: day() }),
            Ask::Escalate => superior.map(|to| Effect::Escalate { to: to.clone(), level }),
            Ask::RingNext => usize::try_from(level)
                .ok()
                .and_then(|position| facts.call_list.get(position))
                .map(|person| Effect::RingNext { person: person.clone(), position: level }),
            Ask::TellEverybody => Some(Effect::TellEverybody),
            Ask::TellInitiator | Ask::TellAssistants => continue,
        };
        nobody_to_ask |= effect.is_none();
        effects.extend(effect);
    }
    let asked = |person: &PersonId, effects: &[Effect]| {
        Some(person) == owner
            || effects.iter().any(|effect| matches!(effect, Effect::Escalate { to, .. } if to == person))
    };
    // An owner or a superior who is not there must not let the matter drop: initiator and assistants hear of it.
    if asks.contains(&Ask::TellInitiator) || nobody_to_ask {
        let initiator = facts.initiator.iter().filter(|person| !asked(person, &effects)).cloned();
        let told: Vec<Effect> = initiator.map(|person| Effect::TellInitiator { person }).collect();
        effects.extend(told);
    }
    if asks.contains(&Ask::TellAssistants) || nobody_to_ask {
        let told = |person: &&PersonId| !asked(person, &effects) && facts.initiator.as_ref() != Some(*person);
        let people: Vec<PersonId> = facts.assistants.iter().filter(told).cloned().collect();
        if !people.is_empty() {
            effects.push(Effect::TellAssistants { people });
        }
    }
    if effects.is_empty() {
        effects.push(Effect::TellAdministrators);
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::{HolidayCalendar, WorkingHours},
        clock::{ClockState, Span, Superior, Superiors, Trigger, preview},
        history::Subject,
        id::{ClockId, TaskId},
    };

    const OWNER: u128 = 1;
    const INITIATOR: u128 = 2;
    const ASSISTANT: u128 = 3;

    fn person(number: u128) -> PersonId {
        PersonId::from_bits(number)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Open, with this line of superiors.
    fn facts(superiors: &[u128]) -> SubjectFacts {
        let mut left = superiors.iter();
        let line = Superiors::above(&person(OWNER), |_| {
            left.next().map(|number| Superior { person: person(*number), reachable: true })
        });
        SubjectFacts {
            open: true,
            owner: Some(person(OWNER)),
            initiator: Some(person(INITIATOR)),
            assistants: vec![person(ASSISTANT)],
            superiors: line,
            waiting: vec![person(20), person(21)],
            call_list: vec![person(OWNER), person(10), person(11)],
        }
    }

    struct Office {
        hours: WorkingHours,
        holidays: HolidayCalendar,
        levels: ServiceLevels,
    }

    impl Office {
        fn new() -> Self {
            Self {
                hours: WorkingHours::office_in_china(),
                holidays: HolidayCalendar::shipped(),
                levels: ServiceLevels::default(),
            }
        }

        fn time(&self) -> WorkingTime<'_> {
            WorkingTime::new(&self.hours, &self.holidays)
        }

        fn start(&self, trigger: Trigger, now: &str) -> Clock {
            let subject = Subject::Task(TaskId::from_bits(1));
            Clock::start(ClockId::from_bits(1), subject, trigger, &self.levels, self.time(), at(now))
        }

        fn advance(&self, clock: &Clock, facts: &SubjectFacts, now: &str) -> Advanced {
            advance(clock, facts, &self.levels, self.time(), at(now))
        }

        /// Advances a clock that must fire.
        fn fire(&self, clock: &Clock, facts: &SubjectFacts, now: &str) -> Fired {
            match self.advance(clock, facts, now) {
                Advanced::Fired(fired) => *fired,
                other => panic!("nothing fired at {now}: {other:?}"),
            }
        }

        /// The first stages of a clock that nobody answers: name and Beijing time.
        fn course(&self, trigger: Trigger, facts: &SubjectFacts, now: &str, count: usize) -> Vec<(String, String)> {
            let preview = preview(trigger, facts, &self.levels, self.time(), at(now), count);
            let zone = self.hours.zone();
            let local = |at: Timestamp| zone.to_datetime(at).strftime("%a %m-%d %H:%M").to_string();
            preview.stages.into_iter().map(|stage| (stage.name.to_string(), local(stage.at))).collect()
        }
    }

    fn assert_course(course: &[(String, String)], expected: &[(&str, &str)]) {
        let course: Vec<(&str, &str)> = course.iter().map(|(name, at)| (name.as_str(), at.as_str())).collect();
        assert_eq!(course, expected);
    }

    fn remind(number: u128) -> Effect {
        Effect::Remind { person: person(number) }
    }

    fn tell_initiator() -> Effect {
        Effect::TellInitiator { person: person(INITIATOR) }
    }

    fn tell_assistants() -> Effect {
        Effect::TellAssistants { people: vec![person(ASSISTANT)] }
    }

    /// The story: the reminder comes at one hour, and at two hours the initiator is told and the superior called on.
    #[test]
    fn d2_unanswered_acceptance_reminds_at_one_hour_and_escalates_at_two() {
        let office = Office::new();
        let facts = facts(&[20, 21]);
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        assert_eq!(clock.due_at, at("2026-11-24T11:00:00+08:00"));
        assert_eq!(clock.next_at, Some(at("2026-11-24T10:00:00+08:00")));
        assert_eq!((clock.stage, clock.generation, clock.version), (0, 1, 1));

        assert_eq!(office.advance(&clock, &facts, "2026-11-24T09:59:59+08:00"), Advanced::Idle);
        let fired = office.fire(&clock, &facts, "2026-11-24T10:00:00+08:00");
        assert_eq!((fired.name, fired.stage, fired.clock.version), (StageName::Reminder, 0, 2));
        assert_eq!(fired.effects, [remind(OWNER)]);
        assert_eq!(fired.key(), format!("{}:1:0", clock.id));

        let clock = fired.clock;
        assert_eq!(office.advance(&clock, &facts, "2026-11-24T10:59:59+08:00"), Advanced::Idle);
        let fired = office.fire(&clock, &facts, "2026-11-24T11:00:00+08:00");
        assert_eq!(fired.name, StageName::Overdue);
        assert_eq!(
            fired.effects,
            [
                Effect::CallOwnerAgain { person: person(OWNER) },
                Effect::Escalate { to: person(20), level: 1 },
                tell_initiator(),
            ]
        );
        assert_eq!(fired.told(), [person(OWNER), person(20), person(INITIATOR)]);
        assert_eq!(fired.clock.due_at, clock.due_at, "the countdown keeps showing since when the answer is overdue");

        // Two working hours later (lunch between) the next superior, then every working day initiator and assistant.
        let fired = office.fire(&fired.clock, &facts, "2026-11-24T14:30:00+08:00");
        assert_eq!(fired.effects, [Effect::Escalate { to: person(21), level: 2 }]);
        let fired = office.fire(&fired.clock, &facts, "2026-11-25T09:00:00+08:00");
        assert_eq!(fired.name, StageName::Unanswered);
        assert_eq!(fired.effects, [tell_initiator(), tell_assistants()]);
        assert_eq!(fired.clock.next_at, Some(at("2026-11-26T09:00:00+08:00")));
    }

    #[test]
    fn d2_i8_acceptance_over_weekend_and_holidays() {
        let office = Office::new();
        let superiors = facts(&[20, 21]);
        assert_course(
            &office.course(Trigger::Acceptance, &superiors, "2026-11-20T17:50:00+08:00", 5),
            &[
                ("reminder", "Mon 11-23 09:50"),
                ("overdue", "Mon 11-23 10:50"),
                ("next_superior", "Mon 11-23 14:20"),
                ("unanswered", "Tue 11-24 09:00"),
                ("unanswered", "Wed 11-25 09:00"),
            ],
        );
        assert_course(
            &office.course(Trigger::Acceptance, &superiors, "2026-09-30T17:30:00+08:00", 5),
            &[
                ("reminder", "Thu 10-08 09:30"),
                ("overdue", "Thu 10-08 10:30"),
                ("next_superior", "Thu 10-08 14:00"),
                ("unanswered", "Fri 10-09 09:00"),
                ("unanswered", "Sat 10-10 09:00"),
            ],
        );
        let preview = |now| preview(Trigger::Acceptance, &superiors, &office.levels, office.time(), at(now), 2);
        assert!(preview("2026-12-31T10:00:00+08:00").assumed_years.is_empty());
        assert_eq!(preview("2026-12-31T17:30:00+08:00").assumed_years, [2027], "next year's holidays are not known");
    }

    #[test]
    fn d2_an_answered_clock_stops_and_says_nothing() {
        let office = Office::new();
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let answered = SubjectFacts { open: false, ..facts(&[20]) };
        let Advanced::Stopped(stopped) = office.advance(&clock, &answered, "2026-11-24T11:00:00+08:00") else {
            panic!("it runs on");
        };
        let (at, reason) = (at("2026-11-24T11:00:00+08:00"), StopReason::Answered);
        assert_eq!(stopped.state, ClockState::Stopped { at, reason });
        assert_eq!((stopped.next_at, stopped.version), (None, 2));
        assert_eq!(office.advance(&stopped, &facts(&[20]), "2027-11-24T11:00:00+08:00"), Advanced::Idle);
        assert_eq!(stopped.stop(StopReason::Closed, at), None);
    }

    #[test]
    fn d2_a_restarted_clock_begins_again_as_a_new_generation() {
        let office = Office::new();
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let fired = office.fire(&clock, &facts(&[20]), "2026-11-24T10:00:00+08:00");
        let now = at("2026-11-24T10:30:00+08:00");
        let stopped = fired.clock.stop(StopReason::Withdrawn, now).unwrap();
        for before in [&fired.clock, &stopped] {
            let clock = before.restart(Trigger::Acceptance, &office.levels, office.time(), now);
            assert_eq!((clock.stage, clock.generation, clock.version), (0, 2, before.version + 1));
            assert_eq!(clock.next_at, Some(at("2026-11-24T11:30:00+08:00")));
            assert_eq!(clock.due_at, at("2026-11-24T14:00:00+08:00"));
            assert!(clock.is_running());
            let again = office.fire(&clock, &facts(&[20]), "2026-11-24T11:30:00+08:00");
            assert_ne!(again.key(), fired.key());
        }
    }

    /// Whoever is missing, somebody hears of it; and nobody hears the same twice in one stage.
    #[test]
    fn d2_holes_in_the_line_never_silence_a_clock() {
        let office = Office::new();
        let overdue = |change: fn(&mut SubjectFacts), superiors: &[u128]| {
            let mut facts = facts(superiors);
            change(&mut facts);
            let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
            office.fire(&clock, &facts, "2026-11-24T11:00:00+08:00").effects
        };
        let call_owner = Effect::CallOwnerAgain { person: person(OWNER) };
        assert_eq!(overdue(|_| {}, &[]), [call_owner.clone(), tell_initiator(), tell_assistants()]);
        assert_eq!(
            overdue(|facts| facts.owner = None, &[20]),
            [Effect::Escalate { to: person(20), level: 1 }, tell_initiator(), tell_assistants()]
        );
        // The initiator is the superior: called on, not also told. The initiator is the owner: not told of themselves.
        assert_eq!(
            overdue(|_| {}, &[INITIATOR]),
            [call_owner.clone(), Effect::Escalate { to: person(INITIATOR), level: 1 }]
        );
        assert_eq!(
            overdue(|facts| facts.initiator = facts.owner.clone(), &[20]),
            [call_owner, Effect::Escalate { to: person(20), level: 1 }]
        );
        let nobody = |facts: &mut SubjectFacts| {
            *facts = SubjectFacts { open: true, ..SubjectFacts::default() };
        };
        assert_eq!(overdue(nobody, &[]), [Effect::TellAdministrators]);
    }

    /// Off from Tuesday 09:30 to Wednesday 15:00: the reminder merges, the first superior comes before the second.
    #[test]
    fn d2_catching_up_merges_reminders_and_passes_nobody_over() {
        let office = Office::new();
        let facts = facts(&[20, 21]);
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let fired = office.fire(&clock, &facts, "2026-11-25T15:00:00+08:00");
        assert_eq!(fired.name, StageName::Overdue);
        assert_eq!(fired.planned_at, at("2026-11-24T11:00:00+08:00"));
        assert_eq!(
            fired.merged,
            [MergedStage { name: StageName::Reminder, planned_at: at("2026-11-24T10:00:00+08:00"), times: 1 }]
        );
        assert_eq!(office.advance(&fired.clock, &facts, "2026-11-25T15:00:00+08:00"), Advanced::Idle, "no storm");
        assert_eq!(fired.clock.next_at, Some(at("2026-11-25T17:00:00+08:00")), "the superior has the full interval");
        let fired = office.fire(&fired.clock, &facts, "2026-11-25T17:00:00+08:00");
        assert_eq!(fired.effects, [Effect::Escalate { to: person(21), level: 2 }]);
        assert!(fired.merged.is_empty());
    }

    /// Back at three in the night: nobody is woken, and at nine it goes on.
    #[test]
    fn i8_catching_up_at_night_waits_for_the_morning() {
        let office = Office::new();
        let facts = facts(&[20]);
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let Advanced::Postponed(clock) = office.advance(&clock, &facts, "2026-11-25T03:00:00+08:00") else {
            panic!("somebody was woken");
        };
        assert_eq!((clock.next_at, clock.stage, clock.version), (Some(at("2026-11-25T09:00:00+08:00")), 0, 2));
        let fired = office.fire(&clock, &facts, "2026-11-25T09:00:00+08:00");
        assert_eq!(fired.name, StageName::Overdue);
    }

    #[test]
    fn d2_a_clock_set_back_does_not_ring_again() {
        let office = Office::new();
        let facts = facts(&[20]);
        let clock = office.start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let fired = office.fire(&clock, &facts, "2026-11-24T10:00:01+08:00");
        for earlier in ["2026-11-24T10:00:00+08:00", "2026-11-24T08:00:00+08:00", "2020-01-01T00:00:00Z"] {
            assert_eq!(office.advance(&fired.clock, &facts, earlier), Advanced::Idle);
        }
    }

    #[test]
    fn d4_daily_progress_reminds_before_the_digest_and_names_the_missing() {
        let office = Office::new();
        let facts = facts(&[20]);
        assert_course(
            &office.course(Trigger::DailyProgress, &facts, "2026-11-26T10:00:00+08:00", 6),
            &[
                ("reminder", "Thu 11-26 16:30"),
                ("missing", "Thu 11-26 17:00"),
                ("reminder", "Fri 11-27 16:30"),
                ("missing", "Fri 11-27 17:00"),
                ("reminder", "Mon 11-30 16:30"),
                ("missing", "Mon 11-30 17:00"),
            ],
        );
        let clock = office.start(Trigger::DailyProgress, "2026-11-26T10:00:00+08:00");
        assert_eq!(clock.due_at, at("2026-11-26T17:00:00+08:00"));
        let fired = office.fire(&clock, &facts, "2026-11-26T16:30:00+08:00");
        assert_eq!(fired.effects, [remind(OWNER)]);
        let fired = office.fire(&fired.clock, &facts, "2026-11-26T17:00:00+08:00");
        let day = "2026-11-26".parse().unwrap();
        assert_eq!(fired.effects, [Effect::NameAsMissing { person: person(OWNER), day }]);
        assert_eq!((fired.generation, fired.clock.generation, fired.clock.stage), (1, 2, 0));
        assert_eq!(fired.clock.due_at, at("2026-11-27T17:00:00+08:00"));
    }

    #[test]
    fn d4_progress_entered_moves_the_clock_to_the_next_working_day() {
        let office = Office::new();
        let clock = office.start(Trigger::DailyProgress, "2026-09-30T10:00:00+08:00");
        let entered = |now: &str| clock.restart(Trigger::DailyProgress, &office.levels, office.time(), at(now));
        // Wednesday before National Day: the next digest is on Thursday 8 October.
        let next = entered("2026-09-30T11:00:00+08:00");
        assert_eq!(next.next_at, Some(at("2026-10-08T16:30:00+08:00")));
        assert_eq!((next.generation, next.stage), (2, 0));
        // A second entry on the same day changes nothing but the generation.
        let again =
            next.restart(Trigger::DailyProgress, &office.levels, office.time(), at("2026-09-30T18:00:00+08:00"));
        assert_eq!((again.next_at, again.due_at), (next.next_at, next.due_at));
        // Taken on after the reminder's time: asked from the next day on. Taken on again after a stop: today counts.
        let late = office.start(Trigger::DailyProgress, "2026-09-30T16:30:00+08:00");
        assert_eq!(late.next_at, Some(at("2026-10-08T16:30:00+08:00")));
        let stopped = clock.stop(StopReason::Withdrawn, at("2026-09-30T11:00:00+08:00")).unwrap();
        let now = at("2026-09-30T12:00:00+08:00");
        let again = stopped.restart(Trigger::DailyProgress, &office.levels, office.time(), now);
        assert_eq!(again.next_at, Some(at("2026-09-30T16:30:00+08:00")));
    }

    /// Off from Thursday noon to Tuesday: only Monday's digest is still named.
    #[test]
    fn d4_days_that_were_missed_merge() {
        let office = Office::new();
        let clock = office.start(Trigger::DailyProgress, "2026-11-26T10:00:00+08:00");
        let fired = office.fire(&clock, &facts(&[]), "2026-12-01T03:00:00+08:00");
        let day = "2026-11-30".parse().unwrap();
        assert_eq!(fired.effects, [Effect::NameAsMissing { person: person(OWNER), day }]);
        let merged: Vec<_> = fired.merged.iter().map(|stage| (stage.name, stage.times)).collect();
        assert_eq!(merged, [(StageName::Reminder, 3), (StageName::Missing, 2)]);
        assert_eq!((fired.generation, fired.clock.generation), (3, 4));
        assert_eq!(fired.clock.next_at, Some(at("2026-12-01T16:30:00+08:00")));
    }

    /// The digest goes out in the collaboration's zone, on the owner's working days.
    #[test]
    fn d4_i8_the_digest_has_a_zone_of_its_own() {
        let mut office = Office::new();
        office.levels.daily_progress.time_zone = Some("Europe/Berlin".into());
        let clock = office.start(Trigger::DailyProgress, "2026-11-26T10:00:00+08:00");
        assert_eq!(clock.due_at, at("2026-11-26T17:00:00+01:00"));
        assert_eq!(clock.next_at, Some(at("2026-11-26T16:30:00+01:00")));
    }

    #[test]
    fn i4_i8_elapsed_clocks_wait_for_work_to_begin() {
        let office = Office::new();
        // Friday 15:00: 24 hours end on Saturday, so it goes out on Monday at nine.
        assert_course(
            &office.course(Trigger::OrdinaryProblem, &facts(&[20, 21]), "2026-11-20T15:00:00+08:00", 4),
            &[
                ("overdue", "Mon 11-23 09:00"),
                ("next_superior", "Tue 11-24 09:00"),
                ("unanswered", "Wed 11-25 09:00"),
                ("unanswered", "Thu 11-26 09:00"),
            ],
        );
        let clock = office.start(Trigger::OrdinaryProblem, "2026-11-20T15:00:00+08:00");
        assert_eq!(clock.due_at, at("2026-11-21T15:00:00+08:00"), "the answer is due after 24 hours all the same");
        assert_course(
            &office.course(Trigger::Minutes, &facts(&[20]), "2026-11-24T16:00:00+08:00", 3),
            &[("reminder", "Wed 11-25 13:30"), ("overdue", "Wed 11-25 16:00"), ("unanswered", "Thu 11-26 09:00")],
        );
        assert_course(
            &office.course(Trigger::SignOff, &facts(&[20]), "2026-11-24T10:00:00+08:00", 3),
            &[("reminder", "Wed 11-25 10:00"), ("overdue", "Thu 11-26 10:00"), ("unanswered", "Fri 11-27 09:00")],
        );
        assert_course(
            &office.course(Trigger::RulesRead, &facts(&[]), "2026-11-20T10:00:00+08:00", 2),
            &[("reminder", "Mon 11-23 09:00"), ("reminder", "Tue 11-24 09:00")],
        );
    }

    #[test]
    fn i4_an_urgent_clock_never_pauses() {
        let office = Office::new();
        assert_course(
            &office.course(Trigger::UrgentProblem, &facts(&[20]), "2026-11-22T03:00:00+08:00", 5),
            &[
                ("next_person", "Sun 11-22 03:05"),
                ("next_person", "Sun 11-22 03:10"),
                ("everybody", "Sun 11-22 03:15"),
                ("everybody", "Sun 11-22 03:30"),
                ("everybody", "Sun 11-22 03:45"),
            ],
        );
        let clock = office.start(Trigger::UrgentProblem, "2026-11-22T03:00:00+08:00");
        let fired = office.fire(&clock, &facts(&[]), "2026-11-22T03:05:00+08:00");
        assert_eq!(fired.effects, [Effect::RingNext { person: person(10), position: 1 }]);
        // Off for an hour: everybody, once.
        let fired = office.fire(&clock, &facts(&[]), "2026-11-22T04:00:00+08:00");
        assert_eq!(fired.effects, [Effect::TellEverybody]);
        assert_eq!(fired.clock.next_at, Some(at("2026-11-22T04:15:00+08:00")));
    }

    #[test]
    fn i4_a_follow_up_is_reminded_before_it_is_due_and_then_chased() {
        let office = Office::new();
        let course = |due: &str, now: &str| office.course(Trigger::FollowUp { due: at(due) }, &facts(&[20]), now, 4);
        assert_course(
            &course("2026-11-25T17:00:00+08:00", "2026-11-24T10:00:00+08:00"),
            &[
                ("reminder", "Wed 11-25 15:00"),
                ("due", "Wed 11-25 17:00"),
                ("overdue", "Thu 11-26 17:00"),
                ("unanswered", "Fri 11-27 09:00"),
            ],
        );
        // Written within the reminder's time: no reminder at once, the due time speaks for itself.
        let late = course("2026-11-24T11:00:00+08:00", "2026-11-24T10:00:00+08:00");
        assert_eq!(late[0], ("due".to_owned(), "Tue 11-24 11:00".to_owned()));
        // Written in the evening when it is overdue already: asked in the morning.
        let overdue = course("2026-11-24T11:00:00+08:00", "2026-11-24T20:00:00+08:00");
        assert_eq!(overdue[0], ("due".to_owned(), "Wed 11-25 09:00".to_owned()));
        let clock =
            office.start(Trigger::FollowUp { due: at("2026-11-25T17:00:00+08:00") }, "2026-11-24T10:00:00+08:00");
        assert_eq!(clock.due_at, at("2026-11-25T17:00:00+08:00"));
    }

    #[test]
    fn i4_levels_of_the_collaboration_shape_the_clock() {
        let mut office = Office::new();
        office.levels.acceptance.answer_within = Span::elapsed(30);
        office.levels.acceptance.escalate_every = Span::elapsed(10);
        assert_course(
            &office.course(Trigger::Acceptance, &facts(&[20, 21]), "2026-11-24T10:00:00+08:00", 3),
            &[("reminder", "Tue 11-24 10:15"), ("overdue", "Tue 11-24 10:30"), ("next_superior", "Tue 11-24 10:40")],
        );
    }

    #[test]
    fn a_clock_reads_back_from_json() {
        let clock = Office::new().start(Trigger::Acceptance, "2026-11-24T09:00:00+08:00");
        let json = serde_json::to_string(&clock).unwrap();
        assert_eq!(serde_json::from_str::<Clock>(&json).unwrap(), clock);
    }
}
