//! When the demonstration plays: at a time at which people work.

use anyhow::Context as _;
use huan_core::calendar::{HolidayCalendar, WorkingHours, WorkingTime};
use jiff::{
    Timestamp, ToSpan as _, Zoned,
    civil::{Date, time},
    tz::TimeZone,
};

/// The most days that are looked through.
const LONGEST_HOLIDAY: usize = 30;

/// The present moment while people work and some of the day is left, else half past nine of the next working day: clocks
/// that count working time would stand still otherwise.
pub(super) fn good_beginning(now: Timestamp) -> Timestamp {
    let hours = WorkingHours::office_in_china();
    let holidays = HolidayCalendar::shipped();
    let here = now.to_zoned(hours.zone().clone());
    let works = |day: &Zoned| !hours.shifts_on(day.date(), &holidays).is_empty();
    let mut day = here.clone();
    if works(&day) && here.time() >= time(9, 0, 0, 0) && here.time() < time(11, 0, 0, 0) {
        return now;
    }
    for _ in 0..LONGEST_HOLIDAY {
        let begins = day.with().time(time(9, 30, 0, 0)).build().map(|begins| begins.timestamp());
        match begins {
            Ok(begins) if works(&day) && begins >= now => return begins,
            _ => day = day.saturating_add(1.day()),
        }
    }
    now
}

/// The day so many working days from today.
pub(super) fn day(now: Timestamp, zone: &TimeZone, days: u32) -> Date {
    let (hours, holidays) = (WorkingHours::office_in_china(), HolidayCalendar::shipped());
    let today = now.to_zoned(zone.clone()).date();
    WorkingTime::new(&hours, &holidays).add_working_days(today, days).date
}

/// A wall-clock time, so many working days from today.
pub(super) fn at(now: Timestamp, zone: &TimeZone, days: u32, hour: i8, minute: i8) -> anyhow::Result<Timestamp> {
    let at = day(now, zone, days).to_datetime(time(hour, minute, 0, 0)).to_zoned(zone.clone());
    Ok(at.context("no such time of day")?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(now: &str) -> String {
        let now: Zoned = now.parse().unwrap();
        good_beginning(now.timestamp()).to_zoned(now.time_zone().clone()).strftime("%F %H:%M").to_string()
    }

    #[test]
    fn the_demonstration_begins_on_a_working_morning() {
        assert_eq!(begins("2026-11-23T10:12[Asia/Shanghai]"), "2026-11-23 10:12");
        assert_eq!(begins("2026-11-23T04:00[Asia/Shanghai]"), "2026-11-23 09:30");
        assert_eq!(begins("2026-11-23T21:00[Asia/Shanghai]"), "2026-11-24 09:30");
        assert_eq!(begins("2026-11-20T15:00[Asia/Shanghai]"), "2026-11-23 09:30", "after a weekend");
        assert_eq!(begins("2026-10-01T10:00[Asia/Shanghai]"), "2026-10-08 09:30", "after the National Day holiday");
    }

    #[test]
    fn nothing_is_due_on_a_day_off() {
        let friday: Zoned = "2026-11-20T09:30[Asia/Shanghai]".parse().unwrap();
        let due = |days| {
            at(friday.timestamp(), friday.time_zone(), days, 12, 0).unwrap().to_zoned(friday.time_zone().clone())
        };
        assert_eq!(due(0).strftime("%F %H:%M").to_string(), "2026-11-20 12:00");
        assert_eq!(due(1).strftime("%F %H:%M").to_string(), "2026-11-23 12:00");
        assert_eq!(due(4).strftime("%F %H:%M").to_string(), "2026-11-26 12:00");
    }
}
