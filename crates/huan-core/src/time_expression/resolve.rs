//! From a date and a time as said to instants.

use jiff::{
    RoundMode, Unit, Zoned, ZonedRound,
    civil::{Date, Time},
};

use super::{
    Ambiguity, END_OF_DAY, LAST_MINUTE, Meaning, Precision,
    clock::{ClockPart, minutes_of},
    date::{DatePart, plus_days},
};

const DAY: i32 = 24 * 60;

/// The meaning of a date, a time of day, or both.
pub(super) fn resolve(date: Option<DatePart>, clock: Option<ClockPart>, now: &Zoned) -> Option<Meaning> {
    match (date, clock) {
        (Some(date), Some(clock)) => timed(&date, &clock, now),
        (Some(date), None) => untimed(&date, now),
        (None, Some(clock)) => undated(&clock, now),
        (None, None) => None,
    }
}

/// The instant a date's deadline has; a gap of the clock is jumped forward.
pub(super) fn deadline_of(date: Date, time: Time, now: &Zoned) -> Option<Zoned> {
    date.to_datetime(time).to_zoned(now.time_zone().clone()).ok()
}

/// The next whole minute, or the instant itself when it is one.
pub(super) fn ceil_minute(when: &Zoned) -> Option<Zoned> {
    when.round(ZonedRound::new().smallest(Unit::Minute).mode(RoundMode::Ceil)).ok()
}

fn instant(date: Date, minutes: i32, now: &Zoned) -> Option<Zoned> {
    let date = plus_days(date, i64::from(minutes.div_euclid(DAY)))?;
    let minutes = minutes.rem_euclid(DAY);
    let time = Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
    deadline_of(date, time, now)
}

fn instants(dates: &[Date], minutes: &[i32], now: &Zoned) -> Vec<Zoned> {
    let mut all: Vec<Zoned> =
        dates.iter().flat_map(|date| minutes.iter().filter_map(|minutes| instant(*date, *minutes, now))).collect();
    all.sort();
    all.dedup();
    all
}

fn ahead(all: &[Zoned], now: &Zoned) -> Vec<Zoned> {
    all.iter().filter(|when| *when >= now).cloned().collect()
}

/// A reading that is wrong in itself is asked even when only one way to mend it lies ahead.
fn must_ask(ambiguity: Option<Ambiguity>) -> Option<Ambiguity> {
    ambiguity.filter(|reason| matches!(reason, Ambiguity::NoSuchDay | Ambiguity::WeekdayContradicts))
}

fn settle(
    mut candidates: Vec<Zoned>,
    reason: Ambiguity,
    ask: Option<Ambiguity>,
    precision: Precision,
) -> Option<Meaning> {
    match (candidates.len(), ask) {
        (0, _) => None,
        (1, None) => candidates.pop().map(|when| Meaning::Found { when, precision }),
        (_, ask) => Some(Meaning::Ambiguous { candidates, reason: ask.unwrap_or(reason) }),
    }
}

fn timed(date: &DatePart, clock: &ClockPart, now: &Zoned) -> Option<Meaning> {
    let mut minutes = clock.minutes.clone();
    let mut all = instants(&date.options, &minutes, now);
    if ahead(&all, now).is_empty()
        && let Some(evening) = clock.evening
        && date.options.contains(&now.date())
    {
        let late = instants(&[now.date()], &[evening], now);
        if !ahead(&late, now).is_empty() {
            (minutes, all) = (vec![evening], late);
        }
    }
    let candidates = ahead(&all, now);
    let reason = date.ambiguity.unwrap_or(Ambiguity::MorningOrAfternoon);
    if let Some(meaning) = settle(candidates, reason, must_ask(date.ambiguity), clock.precision) {
        return Some(meaning);
    }
    if date.same_weekday {
        let candidates = instants(&[date.next?], &minutes, now);
        return Some(Meaning::Ambiguous { candidates, reason: Ambiguity::SameWeekday });
    }
    let next = match (date.next, minutes.as_slice()) {
        (Some(next), [minutes]) => instant(next, *minutes, now).filter(|when| when >= now),
        _ => None,
    };
    Some(Meaning::Past { when: all.pop()?, next })
}

fn untimed(date: &DatePart, now: &Zoned) -> Option<Meaning> {
    let deadline = |date: Date| {
        let when = deadline_of(date, END_OF_DAY, now)?;
        // 「今天」 said in the evening is the rest of the day.
        if date == now.date() && when < *now { deadline_of(date, LAST_MINUTE, now) } else { Some(when) }
    };
    let mut all: Vec<Zoned> = date.options.iter().filter_map(|date| deadline(*date)).collect();
    all.sort();
    let next = date.next.and_then(deadline).filter(|when| when >= now);
    if date.same_weekday {
        let mut candidates = ahead(&all, now);
        candidates.extend(next);
        return Some(Meaning::Ambiguous { candidates, reason: Ambiguity::SameWeekday });
    }
    let precision = if date.ambiguity.is_some() { Precision::Period } else { date.precision };
    let reason = date.ambiguity.unwrap_or(Ambiguity::NoDay);
    if let Some(meaning) = settle(ahead(&all, now), reason, must_ask(date.ambiguity), precision) {
        return Some(meaning);
    }
    Some(Meaning::Past { when: all.pop()?, next })
}

fn undated(clock: &ClockPart, now: &Zoned) -> Option<Meaning> {
    let today = now.date();
    let tomorrow = plus_days(today, 1)?;
    let found = |when: Zoned| Some(Meaning::Found { when, precision: clock.precision });
    // 「半夜2点」 said at half past midnight is this night's.
    let small_hours = now.time() < Time::constant(6, 0, 0, 0);
    if let [minutes] = clock.minutes.as_slice()
        && *minutes > DAY
        && small_hours
        && let Some(when) = instant(today, minutes - DAY, now).filter(|when| when >= now)
    {
        return found(when);
    }
    let mut all = instants(&[today], &clock.minutes, now);
    let candidates = ahead(&all, now);
    if let Some(meaning) = settle(candidates, Ambiguity::MorningOrAfternoon, None, clock.precision) {
        return Some(meaning);
    }
    let later = instants(&[tomorrow], &clock.minutes, now);
    if let Some(evening) = clock.evening {
        let mut candidates = ahead(&instants(&[today], &[evening], now), now);
        candidates.extend(later);
        return Some(Meaning::Ambiguous { candidates, reason: Ambiguity::HourPassed });
    }
    match later.as_slice() {
        [_, _, ..] => Some(Meaning::Ambiguous { candidates: later, reason: Ambiguity::MorningOrAfternoon }),
        [when] if clock.rolls => found(when.clone()),
        _ => Some(Meaning::Past { when: all.pop()?, next: later.into_iter().next() }),
    }
}

/// The default deadline in minutes, for words that stand for it.
pub(super) fn end_of_day_minutes() -> i32 {
    minutes_of(END_OF_DAY)
}
