//! 「3日内」, 「半小时内」, 「两周后」, 「3个工作日内」: from now on.

use jiff::{Span, ToSpan, Zoned};

use super::{
    Ambiguity, END_OF_DAY, Meaning, Precision,
    number::{digits, number},
    resolve::{ceil_minute, deadline_of},
    scan::{ago, is_within},
};
use crate::folded::Folded;

/// The unit of a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Minute,
    Quarter,
    Hour,
    Day,
    WorkingDay,
    Week,
    Month,
    SeasonQuarter,
    Year,
}

const UNITS: &[(&str, Unit)] = &[
    ("个工作日", Unit::WorkingDay),
    ("工作日", Unit::WorkingDay),
    ("个工作天", Unit::WorkingDay),
    ("个小时", Unit::Hour),
    ("小时", Unit::Hour),
    ("个钟头", Unit::Hour),
    ("钟头", Unit::Hour),
    ("个钟", Unit::Hour),
    ("分钟", Unit::Minute),
    ("刻钟", Unit::Quarter),
    ("天", Unit::Day),
    ("个自然日", Unit::Day),
    ("自然日", Unit::Day),
    ("日", Unit::Day),
    ("个星期", Unit::Week),
    ("星期", Unit::Week),
    ("个礼拜", Unit::Week),
    ("礼拜", Unit::Week),
    ("周", Unit::Week),
    ("个月", Unit::Month),
    ("个季度", Unit::SeasonQuarter),
    ("季度", Unit::SeasonQuarter),
    ("年", Unit::Year),
    ("min", Unit::Minute),
    ("h", Unit::Hour),
    ("d", Unit::Day),
];

/// Tenths of a unit, so that 「1.5小时」 and 「半小时」 are exact.
#[derive(Debug, Clone, Copy)]
struct Length {
    tenths: i64,
    unit: Unit,
}

/// A length of time from now at `at`.
pub(super) fn duration(text: &Folded, at: usize, now: &Zoned) -> Option<(Meaning, usize)> {
    if !super::date::starts_number(text, at) {
        return None;
    }
    if let Some((meaning, next)) = range(text, at, now) {
        return Some((meaning, next));
    }
    let (first, mut next) = length(text, at)?;
    let mut lengths = vec![first];
    // 「1小时30分钟内」
    if first.unit == Unit::Hour
        && let Some((second, behind)) = length(text, text.skip_spaces(next)).or_else(|| minutes(text, next))
        && second.unit == Unit::Minute
    {
        lengths.push(second);
        next = behind;
    }
    if let Some(end) = ago(text, next) {
        // 「5日前」 is before the fifth, not five days ago.
        if first.unit == Unit::Day && text.literal(next.checked_sub(1)?, "日").is_some() {
            return None;
        }
        let when = shift(now, &lengths, -1)?;
        // 「0季度前」 is no time at all.
        return (when < *now).then_some((Meaning::Past { when, next: None }, end));
    }
    let end = is_within(text, next)?;
    Some((from_now(now, &lengths)?, end))
}

fn minutes(text: &Folded, at: usize) -> Option<(Length, usize)> {
    let (count, next) = number(text, at)?;
    let next = text.literal(next, "分")?;
    Some((Length { tenths: i64::from(count) * 10, unit: Unit::Minute }, next))
}

fn unit(text: &Folded, at: usize) -> Option<(Unit, usize)> {
    let (unit, next) = text.one_of(text.skip_spaces(at), UNITS)?;
    // Latin units end with their letter.
    let latin = text.before(next).is_ascii_alphabetic();
    (!latin || !text.at(next).is_ascii_alphanumeric()).then_some((unit, next))
}

fn length(text: &Folded, at: usize) -> Option<(Length, usize)> {
    if let Some(next) = text.literal(at, "半") {
        let (unit, next) = unit(text, next)?;
        return Some((Length { tenths: 5, unit }, next));
    }
    let (count, next) = number(text, at)?;
    let whole = i64::from(count) * 10;
    // 「1.5小时」
    if text.at(next) == '.' && text.at(at).is_ascii_digit() {
        let (tenth, behind) = digits(text, next + 1).filter(|(_, behind)| *behind == next + 2)?;
        let (unit, next) = unit(text, behind)?;
        return Some((Length { tenths: whole + i64::from(tenth), unit }, next));
    }
    // 「两个半小时」, 「一个半月」
    if let Some(half) = text.literal(next, "个半") {
        let (unit, next) = unit(text, half).or_else(|| text.literal(half, "月").map(|next| (Unit::Month, next)))?;
        return Some((Length { tenths: whole + 5, unit }, next));
    }
    let (unit, next) = unit(text, next)?;
    // 「两天半」
    if let Some(next) = text.literal(next, "半") {
        return Some((Length { tenths: whole + 5, unit }, next));
    }
    Some((Length { tenths: whole, unit }, next))
}

/// A length of time at `at` and the place behind it: 「两天」, 「半小时」. Working days are none: they need a calendar.
pub(crate) fn length_of_time(text: &Folded, at: usize) -> Option<(Span, usize)> {
    let (length, next) = length(text, at)?;
    (length.unit != Unit::WorkingDay).then(|| span(length, 1)).flatten().map(|span| (span, next))
}

/// 「3-5天内」
fn range(text: &Folded, at: usize, now: &Zoned) -> Option<(Meaning, usize)> {
    let (low, next) = number(text, at)?;
    let next = text.any(next, &["-", "~", "到", "至"])?;
    let (high, next) = number(text, next)?;
    let (unit, next) = unit(text, next)?;
    let end = is_within(text, next)?;
    if unit == Unit::WorkingDay || low >= high {
        return None;
    }
    let both = [low, high].map(|count| from_now(now, &[Length { tenths: i64::from(count) * 10, unit }]));
    let candidates: Vec<Zoned> = both
        .into_iter()
        .filter_map(|meaning| match meaning {
            Some(Meaning::Found { when, .. }) => Some(when),
            _ => None,
        })
        .collect();
    (candidates.len() == 2).then_some((Meaning::Ambiguous { candidates, reason: Ambiguity::Range }, end))
}

/// `count` units from now, as words that were read elsewhere say it ("in 2 hours").
pub(super) fn count_from_now(now: &Zoned, tenths: i64, unit: Unit) -> Option<Meaning> {
    from_now(now, &[Length { tenths, unit }])
}

/// So many tenths of a unit; `None` for working days.
pub(super) fn span_of(tenths: i64, unit: Unit) -> Option<Span> {
    (unit != Unit::WorkingDay).then(|| span(Length { tenths, unit }, 1)).flatten()
}

/// `count` units before now ("2 hours ago").
pub(super) fn count_ago(now: &Zoned, tenths: i64, unit: Unit) -> Option<Meaning> {
    let when = shift(now, &[Length { tenths, unit }], -1)?;
    (when < *now).then_some(Meaning::Past { when, next: None })
}

fn from_now(now: &Zoned, lengths: &[Length]) -> Option<Meaning> {
    let first = lengths.first()?;
    match first.unit {
        Unit::WorkingDay => {
            let count = u32::try_from(first.tenths / 10).ok().filter(|count| *count > 0)?;
            (first.tenths % 10 == 0).then_some(Meaning::WorkingDays { count })
        }
        Unit::Minute | Unit::Quarter | Unit::Hour => {
            let when = ceil_minute(&shift(now, lengths, 1)?)?;
            Some(Meaning::Found { when, precision: Precision::Minute })
        }
        Unit::Day if first.tenths == 5 => {
            // Half a working day is four hours, half a day of the clock twelve.
            let candidates = [4, 12].into_iter().filter_map(|hours| ceil_minute(&now.checked_add(hours.hours()).ok()?));
            Some(Meaning::Ambiguous { candidates: candidates.collect(), reason: Ambiguity::HalfDay })
        }
        _ => {
            let date = shift(now, lengths, 1)?.date();
            let when = deadline_of(date, END_OF_DAY, now)?;
            (when >= *now).then_some(Meaning::Found { when, precision: Precision::Day })
        }
    }
}

fn shift(now: &Zoned, lengths: &[Length], sign: i64) -> Option<Zoned> {
    lengths.iter().try_fold(now.clone(), |when, length| when.checked_add(span(*length, sign)?).ok())
}

/// The span of a length; halves of calendar units are fifteen days, six months and so on, rounded up.
fn span(length: Length, sign: i64) -> Option<Span> {
    let Length { tenths, unit } = length;
    let whole = tenths / 10 * sign;
    let half = if tenths % 10 == 0 { 0 } else { sign };
    let tenths = tenths * sign;
    let span = Span::new();
    match unit {
        Unit::Minute => span.try_seconds(tenths * 6),
        Unit::Quarter => span.try_minutes(tenths * 15 / 10),
        Unit::Hour => span.try_minutes(tenths * 6),
        Unit::Day | Unit::WorkingDay => span.try_days(whole + half),
        Unit::Week => span.try_days(whole * 7 + half * 4),
        Unit::Month => span.try_months(whole).and_then(|span| span.try_days(half * 15)),
        Unit::SeasonQuarter => span.try_months(whole * 3 + half * 2),
        Unit::Year => span.try_months(whole * 12 + half * 6),
    }
    .ok()
}
