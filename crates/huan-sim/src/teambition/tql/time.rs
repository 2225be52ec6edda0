//! Instants in queries. The calendar is that of China, as the organisation's.

use jiff::civil::Weekday;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, Zoned};

use super::parser::{Edge, Unit};

/// China has one time zone without daylight saving.
fn zone() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// An instant with an offset or `Z`, or the beginning of a day.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let day: jiff::civil::Date = text.parse().ok()?;
        day.to_zoned(zone()).ok().map(|day| day.timestamp())
    })
}

/// The first or the last instant of a stretch of the calendar.
pub(super) fn edge(edge: Edge, now: Timestamp) -> Option<Timestamp> {
    let mut today = now.to_zoned(zone());
    if let Some((count, unit)) = edge.offset {
        today = today.checked_add(span(count, unit)).ok()?;
    }
    let first = beginning(&today, edge.unit)?;
    if !edge.end {
        return Some(first.timestamp());
    }
    let next = first.checked_add(span(1, edge.unit)).ok()?;
    next.timestamp().checked_sub(jiff::SignedDuration::from_millis(1)).ok()
}

fn span(count: i64, unit: Unit) -> Span {
    match unit {
        Unit::Day => Span::new().days(count),
        Unit::Week => Span::new().weeks(count),
        Unit::Month => Span::new().months(count),
        Unit::Year => Span::new().years(count),
    }
}

fn beginning(day: &Zoned, unit: Unit) -> Option<Zoned> {
    let date = day.date();
    let first = match unit {
        Unit::Day => date,
        // Weeks begin on Monday (§5.1).
        Unit::Week => date.checked_sub(Span::new().days(date.weekday().since(Weekday::Monday))).ok()?,
        Unit::Month => date.first_of_month(),
        Unit::Year => date.first_of_year(),
    };
    first.to_zoned(zone()).ok()
}
