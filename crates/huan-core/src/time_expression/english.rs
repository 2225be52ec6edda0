//! The English twin.

use jiff::{
    Span, Zoned,
    civil::{Date, Weekday},
};

use super::{
    Ambiguity, Meaning, Precision,
    clock::{ClockPart, meridiem, twelve_hour},
    date::{DatePart, coming_weekday, day_of_month, plus_days, starts_number, year_or_coming},
    duration::{Unit, count_ago, count_from_now, span_of},
    number::digits,
    resolve::end_of_day_minutes,
};
use crate::folded::{END, Folded};

fn begins_word(text: &Folded, at: usize) -> bool {
    !text.before(at).is_ascii_alphanumeric()
}

/// A word of `table` at `at` that ends where it ends.
fn word_of<T: Copy>(text: &Folded, at: usize, table: &[(&str, T)]) -> Option<(T, usize)> {
    table.iter().find_map(|(word, value)| Some((*value, text.word(at, word)?)))
}

fn words(text: &Folded, at: usize, sequence: &[&str]) -> Option<usize> {
    sequence.iter().try_fold(at, |at, word| text.word(text.skip_spaces(at), word))
}

/// A date at `at`. `sure`: something before it says that a time follows, so that "sun" is Sunday.
pub(super) fn date(text: &Folded, at: usize, today: Date, sure: bool) -> Option<(DatePart, usize)> {
    if !begins_word(text, at) {
        return None;
    }
    if text.at(at).is_ascii_digit() {
        return day_first(text, at, today);
    }
    if !text.at(at).is_ascii_alphabetic() {
        return None;
    }
    relative_day(text, at, today)
        .or_else(|| weekday(text, at, today, sure))
        .or_else(|| month_first(text, at, today))
        .or_else(|| edge(text, at, today))
        .or_else(|| text.word(at, "the").and_then(|next| day_first(text, text.skip_spaces(next), today)))
}

fn relative_day(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    const DAYS: &[(&str, i64)] = &[
        ("today", 0),
        ("tonight", 0),
        ("tomorrow", 1),
        ("tmrw", 1),
        ("tmr", 1),
        ("yesterday", -1),
        ("the day after tomorrow", 2),
        ("day after tomorrow", 2),
        ("this", 0),
    ];
    let (days, next) = word_of(text, at, DAYS)?;
    let part = DatePart::day(plus_days(today, days)?);
    // "tonight" and "this afternoon" leave the part of the day to the clock.
    if text.word(at, "tonight").is_some() {
        let hour = [next, text.word(text.skip_spaces(next), "at").unwrap_or(next)]
            .into_iter()
            .find_map(|at| digits(text, text.skip_spaces(at)));
        return Some((part, if hour.is_some() { next } else { at + 2 }));
    }
    if text.word(at, "this").is_some() {
        return text.any_word(text.skip_spaces(next), &["morning", "afternoon", "evening"]).map(|_| (part, next));
    }
    Some((part, next))
}

const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const SHORT_WEEKDAYS: &[(&str, Weekday)] = &[
    ("mon", Weekday::Monday),
    ("tues", Weekday::Tuesday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thurs", Weekday::Thursday),
    ("thur", Weekday::Thursday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Coming,
    This,
    Next,
    Last,
}

fn weekday(text: &Folded, at: usize, today: Date, sure: bool) -> Option<(DatePart, usize)> {
    const WHICH: &[(&str, Which)] =
        &[("this", Which::This), ("coming", Which::Coming), ("next", Which::Next), ("last", Which::Last)];
    let (which, word_at) = match word_of(text, at, WHICH) {
        Some((which, next)) => (Some(which), text.skip_spaces(next)),
        None => (None, at),
    };
    let (weekday, next) = word_of(text, word_at, WEEKDAYS).or_else(|| {
        let (weekday, next) = word_of(text, word_at, SHORT_WEEKDAYS)?;
        let next = text.literal(next, ".").unwrap_or(next);
        let clock = super::clock::digital(text, text.skip_spaces(next)).is_some();
        (sure || which.is_some() || clock).then_some((weekday, next))
    })?;
    let coming = coming_weekday(today, weekday)?;
    let first = *coming.options.first()?;
    let offset = i64::from(today.weekday().to_monday_zero_offset());
    let this_week = plus_days(today, i64::from(weekday.to_monday_zero_offset()) - offset)?;
    let part = match which {
        None | Some(Which::Coming) => coming,
        Some(Which::This) => DatePart { next: plus_days(this_week, 7), ..DatePart::day(this_week) },
        Some(Which::Last) => DatePart::day(if this_week < today { this_week } else { plus_days(this_week, -7)? }),
        // "next Friday" said on a Monday is this week's for some and the one after for others.
        Some(Which::Next) if this_week > today || offset >= 5 => {
            DatePart::several(vec![first, plus_days(first, 7)?], Ambiguity::WhichWeek)?
        }
        Some(Which::Next) => DatePart::day(plus_days(this_week, 7)?),
    };
    Some((part, next))
}

const MONTHS: &[(&str, i16)] = &[
    ("january", 1),
    ("february", 2),
    ("march", 3),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("august", 8),
    ("september", 9),
    ("october", 10),
    ("november", 11),
    ("december", 12),
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sept", 9),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

/// "5", "5th"; whether it has its ending.
fn ordinal(text: &Folded, at: usize) -> Option<(i8, bool, usize)> {
    let (day, next) = digits(text, at).filter(|(_, next)| next - at <= 2)?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    match text.any(next, &["st", "nd", "rd", "th"]) {
        Some(end) if !text.at(end).is_ascii_alphanumeric() => Some((day, true, end)),
        _ if text.at(next).is_ascii_alphanumeric() || matches!(text.at(next), ':' | '%') => None,
        _ => Some((day, false, next)),
    }
}

/// ", 2027" or " 2027" behind a month and a day.
fn year(text: &Folded, at: usize) -> Option<(i16, usize)> {
    let next = text.skip_spaces(text.literal(at, ",").unwrap_or(at));
    let (year, end) = digits(text, next).filter(|(_, end)| end - next == 4)?;
    let year = i16::try_from(year).ok().filter(|year| (2000..=2999).contains(year))?;
    (!text.at(end).is_ascii_alphanumeric() && text.at(end) != ':').then_some((year, end))
}

fn dated(text: &Folded, month: i16, day: i8, at: usize, today: Date) -> Option<(DatePart, usize)> {
    match year(text, at) {
        Some((year, next)) => Some((year_or_coming(Some(year), month, day, today)?, next)),
        None => Some((year_or_coming(None, month, day, today)?, at)),
    }
}

fn month_first(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    let (month, next) = word_of(text, at, MONTHS)?;
    let next = text.skip_spaces(text.literal(next, ".").unwrap_or(next));
    let next = text.word(next, "the").map_or(next, |next| text.skip_spaces(next));
    let (day, _, next) = ordinal(text, next)?;
    dated(text, month, day, next, today)
}

fn day_first(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    if !starts_number(text, at) {
        return None;
    }
    let (day, ending, next) = ordinal(text, at)?;
    let month_at = text.skip_spaces(next);
    let month_at = text.word(month_at, "of").map_or(month_at, |next| text.skip_spaces(next));
    if let Some((month, next)) = word_of(text, month_at, MONTHS) {
        return dated(text, month, day, text.literal(next, ".").unwrap_or(next), today);
    }
    if ending && !text.has_chinese() && text.word(month_at, "floor").is_none() {
        return Some((day_of_month(day, today)?, next));
    }
    None
}

#[derive(Clone, Copy)]
enum Edge {
    Week(i64),
    WeekDay(i64),
    Weekend,
    Month(i64),
    Quarter,
    Year,
}

/// "end of month", "EOM", "next week", "weekend".
fn edge(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    const EDGES: &[(&str, Edge)] = &[
        ("eow", Edge::WeekDay(0)),
        ("eom", Edge::Month(0)),
        ("eoq", Edge::Quarter),
        ("eoy", Edge::Year),
        ("next week", Edge::Week(1)),
        ("this week", Edge::Week(0)),
        ("this weekend", Edge::Weekend),
        ("the weekend", Edge::Weekend),
        ("weekend", Edge::Weekend),
    ];
    const ENDS: &[(&str, Edge)] = &[
        ("this week", Edge::WeekDay(0)),
        ("next week", Edge::WeekDay(1)),
        ("week", Edge::WeekDay(0)),
        ("this month", Edge::Month(0)),
        ("next month", Edge::Month(1)),
        ("month", Edge::Month(0)),
        ("this quarter", Edge::Quarter),
        ("quarter", Edge::Quarter),
        ("this year", Edge::Year),
        ("year", Edge::Year),
    ];
    let (edge, next) = word_of(text, at, EDGES).or_else(|| {
        let next = text.word(at, "the").map_or(at, |next| text.skip_spaces(next));
        let next = text.skip_spaces(words(text, next, &["end", "of"])?);
        let next = text.word(next, "the").map_or(next, |next| text.skip_spaces(next));
        word_of(text, next, ENDS)
    })?;
    let monday = plus_days(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    let of_week = |weeks: i64, first: i64| -> Option<DatePart> {
        let dates = vec![plus_days(monday, weeks * 7 + first)?, plus_days(monday, weeks * 7 + 6)?];
        DatePart::several(dates, Ambiguity::NoDay)
    };
    let month = today.first_of_month();
    let part = match edge {
        Edge::Week(weeks) | Edge::WeekDay(weeks) => of_week(weeks, 4)?,
        Edge::Weekend => of_week(0, 5)?,
        Edge::Month(months) => {
            DatePart::period(month.checked_add(jiff::Span::new().try_months(months).ok()?).ok()?.last_of_month())
        }
        Edge::Quarter => {
            let last = (today.month() - 1) / 3 * 3 + 3;
            DatePart::period(Date::new(today.year(), last, 1).ok()?.last_of_month())
        }
        Edge::Year => DatePart::period(Date::new(today.year(), 12, 31).ok()?),
    };
    Some((part, next))
}

/// A time of day at `at`; `dated`: a date stands before it.
pub(super) fn clock(text: &Folded, at: usize, dated: bool) -> Option<(ClockPart, usize)> {
    const NAMED: &[(&str, i32)] = &[("noon", 12 * 60), ("midday", 12 * 60), ("midnight", 24 * 60)];
    if !begins_word(text, at) && text.literal(at, "night").is_none() {
        return None;
    }
    if let Some((minutes, next)) = word_of(text, at, NAMED) {
        return Some((ClockPart { rolls: minutes >= 24 * 60, ..ClockPart::at(minutes) }, next));
    }
    const ENDS: &[&str] =
        &["eod", "cob", "eob", "end of the day", "end of day", "close of business", "end of business"];
    if let Some(next) = text.any_word(at, ENDS) {
        return Some((ClockPart { precision: Precision::EndOfWork, ..ClockPart::at(end_of_day_minutes()) }, next));
    }
    const PARTS: &[(&str, i32)] =
        &[("morning", 12 * 60), ("afternoon", 18 * 60), ("evening", 21 * 60), ("night", 21 * 60)];
    if let Some((minutes, next)) = word_of(text, at, PARTS) {
        let part = ClockPart { precision: Precision::DayPart, ..ClockPart::at(minutes) };
        return dated.then_some((part, next));
    }
    if !starts_number(text, at) {
        return None;
    }
    let (hour, next) = digits(text, at).filter(|(_, next)| next - at <= 2)?;
    let hour = i32::try_from(hour).ok()?;
    if let Some((afternoon, end)) = meridiem(text, next) {
        return Some((ClockPart::at(twelve_hour(hour, afternoon)? * 60), end));
    }
    let oclock = text.any(text.skip_spaces(next), &["o'clock", "o’clock", "oclock"]);
    // "tomorrow at 5"
    let after_at = matches!(text.before(at), ' ') && at >= 3 && text.word(at - 3, "at").is_some();
    let bounded = matches!(text.at(next), END | '.' | ',' | ';' | '!' | '\n' | ')');
    let end = match oclock {
        Some(end) => end,
        None if dated && after_at && bounded => next,
        None => return None,
    };
    let time = hour * 60;
    let part = match hour {
        1..=7 => ClockPart { minutes: vec![time, time + 12 * 60], ..ClockPart::at(time) },
        8..=11 => ClockPart { evening: Some(time + 12 * 60), ..ClockPart::at(time) },
        12..=23 => ClockPart::at(time),
        _ => return None,
    };
    Some((part, end))
}

const UNITS: &[(&str, Unit)] = &[
    ("minutes", Unit::Minute),
    ("minute", Unit::Minute),
    ("mins", Unit::Minute),
    ("min", Unit::Minute),
    ("hours", Unit::Hour),
    ("hour", Unit::Hour),
    ("hrs", Unit::Hour),
    ("hr", Unit::Hour),
    ("h", Unit::Hour),
    ("working days", Unit::WorkingDay),
    ("working day", Unit::WorkingDay),
    ("business days", Unit::WorkingDay),
    ("business day", Unit::WorkingDay),
    ("workdays", Unit::WorkingDay),
    ("days", Unit::Day),
    ("day", Unit::Day),
    ("weeks", Unit::Week),
    ("week", Unit::Week),
    ("months", Unit::Month),
    ("month", Unit::Month),
    ("years", Unit::Year),
    ("year", Unit::Year),
];

const COUNTS: &[(&str, i64)] = &[
    ("half an", 5),
    ("half a", 5),
    ("a", 10),
    ("an", 10),
    ("one", 10),
    ("two", 20),
    ("three", 30),
    ("four", 40),
    ("five", 50),
    ("six", 60),
    ("seven", 70),
    ("eight", 80),
    ("nine", 90),
    ("ten", 100),
    ("the next", 10),
];

fn length(text: &Folded, at: usize) -> Option<(i64, Unit, usize)> {
    let (tenths, next) = match word_of(text, at, COUNTS) {
        Some(found) => found,
        None => {
            let (count, next) = digits(text, at)?;
            let tenth = text.literal(next, ".").and_then(|at| digits(text, at).filter(|(_, next)| next - at == 1));
            match tenth {
                Some((tenth, next)) => (i64::from(count) * 10 + i64::from(tenth), next),
                None => (i64::from(count) * 10, next),
            }
        }
    };
    let (unit, next) = word_of(text, text.skip_spaces(next), UNITS)?;
    Some((tenths, unit, next))
}

/// "2 days" at `at` and the place behind it.
pub(crate) fn length_of_time(text: &Folded, at: usize) -> Option<(Span, usize)> {
    let (tenths, unit, next) = length(text, at)?;
    Some((span_of(tenths, unit)?, next))
}

/// "in 2 hours", "within 3 days", "2 weeks from now", "3 days ago"; whether it says a limit, and the place behind it.
pub(super) fn duration(text: &Folded, at: usize, now: &Zoned) -> Option<(Meaning, bool, usize)> {
    if !begins_word(text, at) {
        return None;
    }
    if let Some((within, next)) = word_of(text, at, &[("within", true), ("in", false)]) {
        let next = text.skip_spaces(next);
        let next = text.any_word(next, &["the next", "at most"]).map_or(next, |next| text.skip_spaces(next));
        let (tenths, unit, next) = length(text, next)?;
        return Some((count_from_now(now, tenths, unit)?, within, next));
    }
    if text.at(at).is_ascii_digit() && !starts_number(text, at) {
        return None;
    }
    let (tenths, unit, next) = length(text, at)?;
    let behind = text.skip_spaces(next);
    if let Some(next) = text.any_word(behind, &["from now", "later"]) {
        return Some((count_from_now(now, tenths, unit)?, false, next));
    }
    let next = text.word(behind, "ago")?;
    Some((count_ago(now, tenths, unit)?, false, next))
}
