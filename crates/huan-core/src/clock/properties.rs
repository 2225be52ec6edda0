//! What holds for every clock, tried over years of simulated time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{
    Advanced, Clock, ClockKind, Fired, Missed, OutOfHours, Plan, ServiceLevels, StageName, StopReason, SubjectFacts,
    Superior, Superiors, Then, Trigger, advance,
};
use crate::{
    calendar::{HolidayCalendar, PublicHolidays, Shift, Week, WorkingHours, WorkingTime},
    history::Subject,
    id::{ClockId, PersonId, TaskId},
};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn facts(superiors: u128) -> SubjectFacts {
    let mut next = 100..100 + superiors;
    let line = Superiors::above(&PersonId::from_bits(1), |_| {
        next.next().map(|number| Superior { person: PersonId::from_bits(number), reachable: true })
    });
    SubjectFacts {
        open: true,
        owner: Some(PersonId::from_bits(1)),
        initiator: Some(PersonId::from_bits(2)),
        assistants: vec![PersonId::from_bits(3)],
        superiors: line,
        waiting: vec![PersonId::from_bits(4)],
        call_list: vec![PersonId::from_bits(1), PersonId::from_bits(10)],
    }
}

fn any_hours() -> impl Strategy<Value = WorkingHours> {
    let zone = prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Europe/Berlin"]);
    let shifts = prop::sample::select(vec![
        vec!["09:00-12:00", "13:30-18:00"],
        vec!["22:00-06:00"],
        vec!["08:00-12:00", "20:00-23:00"],
    ]);
    (zone, shifts, any::<bool>()).prop_map(|(zone, shifts, china)| {
        let shifts: Vec<Shift> = shifts.into_iter().map(|text| text.parse().unwrap()).collect();
        let holidays = if china { PublicHolidays::China } else { PublicHolidays::None };
        WorkingHours::new(zone, Week::monday_to_friday(&shifts), holidays).unwrap()
    })
}

/// Any second of 2024 to 2026.
fn any_moment() -> impl Strategy<Value = Timestamp> {
    (1_704_067_200_i64..1_798_761_600).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn any_trigger() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        Just(Trigger::Acceptance),
        Just(Trigger::Proposal),
        Just(Trigger::DailyProgress),
        Just(Trigger::OrdinaryProblem),
        Just(Trigger::UrgentProblem),
        Just(Trigger::Minutes),
        Just(Trigger::Confirmation),
        Just(Trigger::RulesRead),
        any_moment().prop_map(|due| Trigger::FollowUp { due }),
        Just(Trigger::SignOff),
        Just(Trigger::StageReport),
        any_moment().prop_map(|due| Trigger::ChecklistItem { due }),
        Just(Trigger::FaultReport),
    ]
}

/// Naps of the program, in minutes: mostly short, some of weeks.
fn any_naps() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![4 => 1_i64..10, 4 => 10_i64..3_000, 1 => 3_000_i64..60_000], 1..120)
}

fn start(trigger: Trigger, time: WorkingTime<'_>, now: Timestamp) -> Clock {
    let subject = Subject::Task(TaskId::from_bits(1));
    Clock::start(ClockId::from_bits(1), subject, trigger, &ServiceLevels::default(), time, now)
}

/// Advances until nothing more is due at `now`; how often must it be asked? Never more than a few times.
fn settle(clock: &mut Clock, facts: &SubjectFacts, time: WorkingTime<'_>, now: Timestamp) -> Vec<Fired> {
    let mut all = Vec::new();
    for _ in 0..4 {
        match advance(clock, facts, &ServiceLevels::default(), time, now) {
            Advanced::Idle => return all,
            Advanced::Stopped(next) | Advanced::Postponed(next) => *clock = next,
            Advanced::Fired(fired) => {
                *clock = fired.clock.clone();
                all.push(*fired);
            }
        }
    }
    panic!("a storm at {now}: {all:?}");
}

/// The names of the stages that a plan never skips.
fn kept(kind: ClockKind) -> BTreeSet<StageName> {
    let plan = Plan::of(kind, &ServiceLevels::default());
    let mut stages = plan.stages;
    if let Then::Ladder(ladder) = plan.then {
        stages.extend([ladder.rung, ladder.exhausted, ladder.repeat]);
    }
    stages.into_iter().filter(|stage| stage.missed == Missed::Keep).map(|stage| stage.name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Never early, never twice, in order; monotone; never silent; never a storm — whatever naps the program takes.
    #[test]
    fn d2_a_clock_never_fires_early_or_twice_and_always_goes_on(
        trigger in any_trigger(), hours in any_hours(), begin in any_moment(), naps in any_naps(), superiors in 0_u128..5,
    ) {
        let holidays = HolidayCalendar::shipped();
        let time = WorkingTime::new(&hours, &holidays);
        let facts = facts(superiors);
        let mut clock = start(trigger, time, begin);
        let (mut now, mut keys, mut last) = (begin, BTreeSet::new(), None);
        for nap in naps {
            let before = clock.clone();
            now += MINUTE * i32::try_from(nap).unwrap();
            let fired = settle(&mut clock, &facts, time, now);
            for one in &fired {
                prop_assert!(one.planned_at <= now, "early: {} at {now}", one.planned_at);
                prop_assert!(keys.insert(one.key()), "twice: {}", one.key());
                let place = (one.generation, one.stage);
                prop_assert!(last.is_none_or(|last| last < place), "out of order: {last:?} then {place:?}");
                prop_assert!(!one.effects.is_empty());
                last = Some(place);
            }
            // At most one stage reaches people at a time: a machine that was off makes no storm.
            prop_assert!(fired.len() <= 1, "{fired:?}");
            prop_assert!(clock.is_running());
            let next = clock.next_at.unwrap();
            prop_assert!(next > now, "the moment {next} is past at {now}");
            if clock != before {
                prop_assert!(before.next_at.unwrap() < next, "monotone");
                prop_assert_eq!(clock.version, before.version + 1);
            }
            // The computer's clock set back: nothing rings.
            let set_back = advance(&clock, &facts, &ServiceLevels::default(), time, before.started_at);
            prop_assert_eq!(set_back, Advanced::Idle);
        }
    }

    /// An open question is never left alone for long: even over Spring Festival it comes up within two weeks.
    #[test]
    fn d2_an_open_question_never_falls_silent(
        trigger in any_trigger(), hours in any_hours(), begin in any_moment(), superiors in 0_u128..5,
    ) {
        let holidays = HolidayCalendar::shipped();
        let time = WorkingTime::new(&hours, &holidays);
        let facts = facts(superiors);
        let mut clock = start(trigger, time, begin);
        let mut now = clock.next_at.unwrap();
        for _ in 0..300 {
            let fired = settle(&mut clock, &facts, time, now);
            prop_assert_eq!(fired.len(), 1);
            let next = clock.next_at.unwrap();
            prop_assert!(next.duration_since(now) <= SignedDuration::from_hours(14 * 24), "{now} to {next}");
            now = next;
        }
    }

    /// Nobody is woken for an ordinary matter: its stages lie in working time (or at the very end of a shift).
    #[test]
    fn i8_ordinary_stages_lie_in_working_time(
        trigger in any_trigger(), hours in any_hours(), begin in any_moment(), naps in any_naps(), superiors in 0_u128..5,
    ) {
        let kind = trigger.kind();
        prop_assume!(Plan::of(kind, &ServiceLevels::default()).out_of_hours == OutOfHours::WhenWorkBegins);
        let holidays = HolidayCalendar::shipped();
        let time = WorkingTime::new(&hours, &holidays);
        let facts = facts(superiors);
        let mut clock = start(trigger, time, begin);
        let mut now = begin;
        for nap in naps {
            now += MINUTE * i32::try_from(nap).unwrap();
            // A few minutes' grace: a stage at the end of a shift is fired by the next look at the clock.
            let grace = now - SignedDuration::from_mins(10);
            for fired in settle(&mut clock, &facts, time, now) {
                let worked = time.working_between(grace, now).duration > SignedDuration::ZERO;
                prop_assert!(worked || time.is_working(now), "{} at {now}", fired.name);
            }
        }
    }

    /// However many nodes look at a clock at once, each stage is written once: the version decides.
    #[test]
    fn d2_of_two_nodes_one_writes(
        trigger in any_trigger(), begin in any_moment(), steps in prop::collection::vec((1_i64..5_000, 0_i64..120), 1..60),
    ) {
        let (hours, holidays) = (WorkingHours::office_in_china(), HolidayCalendar::shipped());
        let time = WorkingTime::new(&hours, &holidays);
        let (facts, levels) = (facts(2), ServiceLevels::default());
        let mut row = start(trigger, time, begin);
        let (mut now, mut keys) = (begin, BTreeSet::new());
        for (nap, skew) in steps {
            now += MINUTE * i32::try_from(nap).unwrap();
            // Both read the same row; their clocks differ by up to two minutes.
            let read = row.clone();
            for node in [now, now + SignedDuration::from_secs(skew)] {
                let write = match advance(&read, &facts, &levels, time, node) {
                    Advanced::Idle => continue,
                    Advanced::Stopped(clock) | Advanced::Postponed(clock) => (clock, None),
                    Advanced::Fired(fired) => (fired.clock.clone(), Some(fired.key())),
                };
                if row.version + 1 == write.0.version {
                    row = write.0;
                    if let Some(key) = write.1 {
                        prop_assert!(keys.insert(key.clone()), "twice: {key}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Looking every minute for half a year gives the same stages as looking now and then, except that missed stages of
    /// the kind that may merge are merged; and as long as no nap takes more than five minutes even the moments are the same.
    #[test]
    fn d2_stepping_gives_the_same_stages_as_jumping(
        trigger in any_trigger(), hours in any_hours(), begin in any_moment(), naps in any_naps(), superiors in 0_u128..5,
    ) {
        let holidays = HolidayCalendar::shipped();
        let time = WorkingTime::new(&hours, &holidays);
        let facts = facts(superiors);
        let end = begin + SignedDuration::from_hours(183 * 24);

        let mut clock = start(trigger, time, begin);
        let (mut now, mut stepped) = (begin, Vec::new());
        while now < end {
            now += MINUTE;
            for fired in settle(&mut clock, &facts, time, now) {
                prop_assert!(now.duration_since(fired.planned_at) <= MINUTE, "each at its minute");
                for merged in &fired.merged {
                    // Two stages that both waited for work to begin.
                    prop_assert_eq!(merged.planned_at, fired.planned_at);
                    stepped.push((merged.name, merged.planned_at));
                }
                stepped.push((fired.name, fired.planned_at));
            }
        }

        let kept = kept(trigger.kind());
        let mut clock = start(trigger, time, begin);
        let (mut now, mut left, mut attentive) = (begin, stepped.as_slice(), true);
        for nap in naps.iter().cycle() {
            now += MINUTE * i32::try_from(*nap).unwrap();
            attentive &= *nap <= 5;
            if now > end {
                break;
            }
            for fired in settle(&mut clock, &facts, time, now) {
                let merged: usize = fired.merged.iter().map(|stage| stage.times as usize).sum();
                prop_assert!(merged < left.len(), "stepping did not come that far");
                let (passed, rest) = left.split_at(merged);
                let mut skipped = BTreeMap::new();
                for (name, _) in passed {
                    *skipped.entry(*name).or_insert(0_u32) += 1;
                    prop_assert!(!kept.contains(name), "{name} was skipped");
                }
                let told: BTreeMap<StageName, u32> =
                    fired.merged.iter().map(|stage| (stage.name, stage.times)).collect();
                prop_assert_eq!(skipped, told);
                prop_assert_eq!(fired.name, rest[0].0);
                if attentive {
                    prop_assert_eq!(fired.planned_at, rest[0].1);
                }
                left = &rest[1..];
            }
        }
    }
}

/// What can happen to a task, as far as its clocks are concerned.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Assign,
    Accept,
    Decline,
    Insist,
    Progress,
    Finish,
    TimePasses(i64),
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Nobody,
    OwnerAnswers,
    InitiatorAnswers,
    OwnerWorks,
}

fn any_happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => Just(Happening::Assign),
        2 => Just(Happening::Accept),
        1 => Just(Happening::Decline),
        1 => Just(Happening::Insist),
        2 => Just(Happening::Progress),
        1 => Just(Happening::Finish),
        6 => (1_i64..6_000).prop_map(Happening::TimePasses),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Through any life of a task, with one row per kind: exactly the clock of the open question runs.
    #[test]
    fn d2_d4_an_open_question_has_exactly_one_running_clock(
        begin in any_moment(), life in prop::collection::vec(any_happening(), 1..80),
    ) {
        let (hours, holidays) = (WorkingHours::office_in_china(), HolidayCalendar::shipped());
        let time = WorkingTime::new(&hours, &holidays);
        let levels = ServiceLevels::default();
        let mut rows: BTreeMap<ClockKind, Clock> = BTreeMap::new();
        let (mut turn, mut now) = (Turn::Nobody, begin);
        for happening in life {
            let (mut begun, mut ended): (Option<Trigger>, &[ClockKind]) = (None, &[]);
            match (happening, turn) {
                (Happening::Assign | Happening::Insist, _) => {
                    turn = Turn::OwnerAnswers;
                    (begun, ended) = (Some(Trigger::Acceptance), &[ClockKind::DailyProgress, ClockKind::Proposal]);
                }
                (Happening::Accept, Turn::OwnerAnswers) => {
                    turn = Turn::OwnerWorks;
                    (begun, ended) = (Some(Trigger::DailyProgress), &[ClockKind::Acceptance]);
                }
                (Happening::Decline, Turn::OwnerAnswers) => {
                    turn = Turn::InitiatorAnswers;
                    (begun, ended) = (Some(Trigger::Proposal), &[ClockKind::Acceptance]);
                }
                (Happening::Progress, Turn::OwnerWorks) => begun = Some(Trigger::DailyProgress),
                (Happening::Finish, Turn::OwnerWorks) => {
                    turn = Turn::Nobody;
                    ended = &[ClockKind::DailyProgress];
                }
                (Happening::TimePasses(minutes), _) => {
                    now += MINUTE * i32::try_from(minutes).unwrap();
                    for clock in rows.values_mut() {
                        settle(clock, &facts(2), time, now);
                    }
                }
                _ => {}
            }
            for clock in rows.values_mut().filter(|clock| ended.contains(&clock.kind)) {
                if let Some(stopped) = clock.stop(StopReason::Answered, now) {
                    *clock = stopped;
                }
            }
            if let Some(trigger) = begun {
                let clock = match rows.get(&trigger.kind()) {
                    Some(clock) => clock.restart(trigger, &levels, time, now),
                    None => start(trigger, time, now),
                };
                rows.insert(trigger.kind(), clock);
            }
            let running: Vec<ClockKind> = rows.values().filter(|clock| clock.is_running()).map(|clock| clock.kind).collect();
            let expected: &[ClockKind] = match turn {
                Turn::Nobody => &[],
                Turn::OwnerAnswers => &[ClockKind::Acceptance],
                Turn::InitiatorAnswers => &[ClockKind::Proposal],
                Turn::OwnerWorks => &[ClockKind::DailyProgress],
            };
            prop_assert_eq!(running.as_slice(), expected);
            for clock in rows.values() {
                prop_assert_eq!(clock.is_running(), clock.next_at.is_some());
                prop_assert!(clock.next_at.is_none_or(|next| next > now));
            }
        }
    }
}
