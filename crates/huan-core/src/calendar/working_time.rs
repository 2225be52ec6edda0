//! Arithmetic on working time.
//!
//! Working time is measured in real elapsed time inside shifts, so a night shift over a change to summer time is an
//! hour shorter. A shift includes its first moment and excludes its last.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{HolidayCalendar, PublicHolidays, Shift, WorkingHours, hours::wall_clock};

/// A person's working time: their hours together with the public holidays.
#[derive(Debug, Clone, Copy)]
pub struct WorkingTime<'a> {
    hours: &'a WorkingHours,
    holidays: &'a HolidayCalendar,
}

/// A moment that was computed over working time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The moment.
    pub at: Timestamp,
    /// The years without holiday data that the computation ran through, in order: they were taken to have none.
    pub assumed_years: Vec<i16>,
}

/// An amount of working time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worked {
    /// The amount.
    pub duration: SignedDuration,
    /// The years without holiday data that the computation ran through, in order: they were taken to have none.
    pub assumed_years: Vec<i16>,
}

/// A day that was computed over working days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachedDay {
    /// The day.
    pub date: Date,
    /// The years without holiday data that the computation ran through, in order: they were taken to have none.
    pub assumed_years: Vec<i16>,
}

impl<'a> WorkingTime<'a> {
    /// The working time of a person with these `hours`.
    pub fn new(hours: &'a WorkingHours, holidays: &'a HolidayCalendar) -> Self {
        Self { hours, holidays }
    }

    /// The person's hours.
    pub fn hours(&self) -> &'a WorkingHours {
        self.hours
    }

    /// The earliest moment by which `amount` of working time has passed since `from`; for no amount (or less), the
    /// next working moment. Whoever would work past the end of the calendar (year 9999) gets its last moment.
    pub fn add_working(&self, from: Timestamp, amount: SignedDuration) -> Reached {
        let mut left = amount.max(SignedDuration::ZERO);
        let mut walk = self.walk(from);
        while let Some((start, end)) = walk.next() {
            let length = end.duration_since(start);
            if left <= length {
                return walk.reached(start.saturating_add(left).unwrap_or(end));
            }
            left -= length;
        }
        walk.reached(Timestamp::MAX)
    }

    /// The working time between two moments; none when `to` is not after `from`.
    pub fn working_between(&self, from: Timestamp, to: Timestamp) -> Worked {
        let mut duration = SignedDuration::ZERO;
        let mut walk = self.walk(from).until(to);
        for (start, end) in walk.by_ref() {
            if start >= to {
                break;
            }
            duration += end.min(to).duration_since(start);
        }
        Worked { duration, assumed_years: walk.assumed_years() }
    }

    /// `at` itself when it is working time, else the moment work begins next.
    pub fn next_working_moment(&self, at: Timestamp) -> Reached {
        self.add_working(at, SignedDuration::ZERO)
    }

    /// Whether `at` lies in a shift.
    pub fn is_working(&self, at: Timestamp) -> bool {
        self.walk(at).until(at).next().is_some_and(|(start, _)| start <= at)
    }

    /// The date of `at` in the person's zone.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.hours.zone().to_datetime(at).date()
    }

    /// Whether a shift starts on `date`.
    pub fn is_working_day(&self, date: Date) -> bool {
        !self.hours.shifts_on(date, self.holidays).is_empty()
    }

    /// The `count`th working day after `date`; for a count of 0 the first one not before it.
    pub fn add_working_days(&self, date: Date, count: u32) -> ReachedDay {
        let mut consulted = BTreeSet::new();
        let (mut left, mut date) = (count, date);
        if count > 0 {
            date = date.tomorrow().unwrap_or(Date::MAX);
            left -= 1;
        }
        loop {
            self.consult(date, &mut consulted);
            if self.is_working_day(date) {
                if left == 0 {
                    break;
                }
                left -= 1;
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        ReachedDay { date, assumed_years: self.holidays.unknown_among(&consulted) }
    }

    /// When the first shift of `date` starts; `None` on a day off.
    pub fn start_of_working_day(&self, date: Date) -> Option<Timestamp> {
        self.hours.shifts_on(date, self.holidays).first().and_then(|shift| self.bounds(date, *shift)).map(|span| span.0)
    }

    /// When the last shift that starts on `date` ends, possibly on the next day; `None` on a day off.
    pub fn end_of_working_day(&self, date: Date) -> Option<Timestamp> {
        self.hours.shifts_on(date, self.holidays).last().and_then(|shift| self.bounds(date, *shift)).map(|span| span.1)
    }

    /// A shift's bounds as instants; wall-clock times that a change of offset skips or repeats are resolved as
    /// RFC 5545 does (skipped: later by the gap; repeated: the first).
    fn bounds(&self, date: Date, shift: Shift) -> Option<(Timestamp, Timestamp)> {
        let at = |minutes| self.hours.zone().to_timestamp(wall_clock(date, minutes)?).ok();
        Some((at(shift.from())?, at(shift.to())?))
    }

    fn consult(&self, date: Date, consulted: &mut BTreeSet<i16>) {
        if self.hours.public_holidays() == PublicHolidays::China {
            consulted.insert(date.year());
        }
    }

    fn walk(&self, from: Timestamp) -> Walk<'a> {
        let today = self.date_of(from);
        // Only a night shift can have begun yesterday and still run.
        let yesterday = if self.hours.has_overnight_shifts() { today.yesterday().ok() } else { None };
        Walk {
            time: *self,
            next_date: Some(yesterday.unwrap_or(today)),
            last_date: Date::MAX,
            today: &[],
            date: today,
            worked_until: from,
            consulted: BTreeSet::new(),
        }
    }
}

/// The shifts from a moment on, in order and without overlap, the first one cut to begin no earlier than the moment.
struct Walk<'a> {
    time: WorkingTime<'a>,
    next_date: Option<Date>,
    last_date: Date,
    /// The shifts of `date` that are still to come.
    today: &'a [Shift],
    date: Date,
    worked_until: Timestamp,
    consulted: BTreeSet<i16>,
}

impl Walk<'_> {
    /// Looks at no day after that of `to`.
    fn until(mut self, to: Timestamp) -> Self {
        self.last_date = self.time.date_of(to);
        self
    }

    fn assumed_years(&self) -> Vec<i16> {
        self.time.holidays.unknown_among(&self.consulted)
    }

    fn reached(&self, at: Timestamp) -> Reached {
        Reached { at, assumed_years: self.assumed_years() }
    }
}

impl Iterator for Walk<'_> {
    type Item = (Timestamp, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            while let Some((shift, rest)) = self.today.split_first() {
                self.today = rest;
                let (start, end) = self.time.bounds(self.date, *shift)?;
                // A make-up workday can put an early shift where last night's still runs.
                let start = start.max(self.worked_until);
                if end > start {
                    self.worked_until = end;
                    return Some((start, end));
                }
            }
            let date = self.next_date.filter(|date| *date <= self.last_date)?;
            self.time.consult(date, &mut self.consulted);
            self.date = date;
            self.today = self.time.hours.shifts_on(date, self.time.holidays);
            self.next_date = date.tomorrow().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Week;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn h(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    fn min(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    fn hours(zone: &str, shifts: &[&str], public_holidays: PublicHolidays) -> WorkingHours {
        let shifts: Vec<Shift> = shifts.iter().map(|text| text.parse().unwrap()).collect();
        WorkingHours::new(zone, Week::monday_to_friday(&shifts), public_holidays).unwrap()
    }

    /// (from, working minutes, reached, assumed years), Beijing office hours.
    #[test]
    fn i8_working_time_over_lunch_weekend_holidays_and_make_up_days() {
        let office = WorkingHours::office_in_china();
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&office, &shipped);
        let table: &[(&str, i64, &str, &[i16])] = &[
            // Over lunch, and up to its very beginning.
            ("2026-11-24T11:00:00+08:00", 120, "2026-11-24T14:30:00+08:00", &[]),
            ("2026-11-24T11:00:00+08:00", 60, "2026-11-24T12:00:00+08:00", &[]),
            ("2026-11-24T12:30:00+08:00", 0, "2026-11-24T13:30:00+08:00", &[]),
            // Over night and weekend.
            ("2026-11-20T17:50:00+08:00", 60, "2026-11-23T09:50:00+08:00", &[]),
            ("2026-11-20T17:50:00+08:00", 120, "2026-11-23T10:50:00+08:00", &[]),
            ("2026-11-22T03:00:00+08:00", 60, "2026-11-23T10:00:00+08:00", &[]),
            // National Day 2026: Wednesday 30 September to Thursday 8 October.
            ("2026-09-30T17:30:00+08:00", 60, "2026-10-08T09:30:00+08:00", &[]),
            // Saturday 10 October is worked for it, and Sunday 20 September.
            ("2026-10-09T17:30:00+08:00", 60, "2026-10-10T09:30:00+08:00", &[]),
            ("2026-09-18T17:30:00+08:00", 60, "2026-09-20T09:30:00+08:00", &[]),
            ("2026-10-10T17:30:00+08:00", 60, "2026-10-12T09:30:00+08:00", &[]),
            // Spring Festival 2026: from Saturday 14 February (worked) to Tuesday 24 February.
            ("2026-02-14T17:59:00+08:00", 2, "2026-02-24T09:01:00+08:00", &[]),
            // The year's end into a year without data.
            ("2026-12-31T17:00:00+08:00", 60, "2026-12-31T18:00:00+08:00", &[]),
            ("2026-12-31T17:00:00+08:00", 61, "2027-01-01T09:01:00+08:00", &[2027]),
            ("2023-12-29T17:30:00+08:00", 60, "2024-01-02T09:30:00+08:00", &[2023]),
        ];
        for (from, minutes, reached, assumed) in table {
            let result = time.add_working(at(from), min(*minutes));
            assert_eq!(result, Reached { at: at(reached), assumed_years: assumed.to_vec() }, "{from} + {minutes}");
            assert_eq!(time.working_between(at(from), at(reached)).duration, min(*minutes), "{from} .. {reached}");
        }
    }

    #[test]
    fn i8_working_moments() {
        let office = WorkingHours::office_in_china();
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&office, &shipped);
        for (moment, working) in [
            ("2026-11-24T08:59:59+08:00", false),
            ("2026-11-24T09:00:00+08:00", true),
            ("2026-11-24T11:59:59+08:00", true),
            ("2026-11-24T12:00:00+08:00", false),
            ("2026-11-22T10:00:00+08:00", false),
            ("2026-10-01T10:00:00+08:00", false),
            ("2026-10-10T10:00:00+08:00", true),
        ] {
            assert_eq!(time.is_working(at(moment)), working, "{moment}");
        }
        assert_eq!(time.working_between(at("2026-11-24T12:00:00Z"), at("2026-11-24T01:00:00Z")).duration, h(0));
    }

    #[test]
    fn i8_working_days() {
        let office = WorkingHours::office_in_china();
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&office, &shipped);
        let day = |from, count| time.add_working_days(from, count);
        assert_eq!(day(date(2026, 9, 30), 1), ReachedDay { date: date(2026, 10, 8), assumed_years: vec![] });
        assert_eq!(day(date(2026, 10, 1), 0).date, date(2026, 10, 8));
        assert_eq!(day(date(2026, 10, 8), 0).date, date(2026, 10, 8));
        assert_eq!(day(date(2026, 10, 8), 3).date, date(2026, 10, 12));
        assert_eq!(day(date(2026, 12, 31), 1), ReachedDay { date: date(2027, 1, 1), assumed_years: vec![2027] });
        assert_eq!(time.end_of_working_day(date(2026, 10, 10)), Some(at("2026-10-10T18:00:00+08:00")));
        assert_eq!(time.start_of_working_day(date(2026, 10, 10)), Some(at("2026-10-10T09:00:00+08:00")));
        assert_eq!(time.end_of_working_day(date(2026, 10, 7)), None);
    }

    #[test]
    fn i8_a_night_shift_belongs_to_the_day_it_starts() {
        let night = hours("Asia/Shanghai", &["22:00-06:00"], PublicHolidays::China);
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&night, &shipped);
        // Friday's shift runs into Saturday; none starts on Saturday or Sunday.
        assert!(time.is_working(at("2026-11-21T05:59:00+08:00")));
        assert!(!time.is_working(at("2026-11-21T06:00:00+08:00")));
        assert!(!time.is_working(at("2026-11-23T05:00:00+08:00")));
        assert_eq!(time.add_working(at("2026-11-21T05:00:00+08:00"), h(2)).at, at("2026-11-23T23:00:00+08:00"));
        // The night before National Day is worked to its end.
        assert_eq!(time.add_working(at("2026-09-30T23:00:00+08:00"), h(8)).at, at("2026-10-08T23:00:00+08:00"));
        // On 1 January 2024 the last night of 2023 counts, so 2023 is named as assumed.
        assert_eq!(time.add_working(at("2024-01-01T10:00:00+08:00"), h(1)).assumed_years, [2023]);
        let office = WorkingHours::office_in_china();
        let time = WorkingTime::new(&office, &shipped);
        assert_eq!(time.add_working(at("2024-01-01T10:00:00+08:00"), h(1)).assumed_years, [0_i16; 0]);
    }

    /// New York springs forward on 8 March and falls back on 1 November 2026; Berlin on 29 March and 25 October.
    #[test]
    fn i8_changes_of_offset_in_other_zones() {
        let none = HolidayCalendar::default();
        let new_york = hours("America/New_York", &["09:00-17:00"], PublicHolidays::None);
        let time = WorkingTime::new(&new_york, &none);
        assert_eq!(time.add_working(at("2026-03-06T16:00:00-05:00"), h(2)).at, at("2026-03-09T10:00:00-04:00"));
        assert_eq!(time.add_working(at("2026-10-30T16:00:00-04:00"), h(2)).at, at("2026-11-02T10:00:00-05:00"));

        let week = Week {
            saturday: vec!["22:00-06:00".parse().unwrap()],
            ..Week::monday_to_friday(&["09:00-17:00".parse().unwrap()])
        };
        let berlin = WorkingHours::new("Europe/Berlin", week, PublicHolidays::None).unwrap();
        let time = WorkingTime::new(&berlin, &none);
        let night = |from: &str, to: &str| time.working_between(at(from), at(to)).duration;
        assert_eq!(night("2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00"), h(7));
        assert_eq!(night("2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00"), h(9));
        assert_eq!(time.add_working(at("2026-03-28T23:00:00+01:00"), h(7)).at, at("2026-03-30T10:00:00+02:00"));
        // Holidays of China do not touch them, and no year is assumed.
        assert!(time.add_working(at("2030-10-01T10:00:00Z"), h(100)).assumed_years.is_empty());
    }

    /// A shift inside the skipped hour has no length and is passed over.
    #[test]
    fn i8_a_shift_in_the_skipped_hour_never_happens() {
        let none = HolidayCalendar::default();
        let week = Week { sunday: vec!["02:00-03:00".parse().unwrap()], ..Week::default() };
        let hours = WorkingHours::new("America/New_York", week, PublicHolidays::None).unwrap();
        let time = WorkingTime::new(&hours, &none);
        assert_eq!(time.add_working(at("2026-03-07T12:00:00Z"), min(30)).at, at("2026-03-15T02:30:00-04:00"));
    }

    #[test]
    fn i8_a_long_span_is_quick() {
        let office = WorkingHours::office_in_china();
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&office, &shipped);
        let reached = time.add_working(at("2026-01-01T00:00:00Z"), h(50 * 250 * 7));
        assert!(reached.at > at("2070-01-01T00:00:00Z"));
        assert_eq!(reached.assumed_years[0], 2027);
    }

    /// At the end of the calendar the arithmetic stops instead of running on.
    #[test]
    fn i8_the_end_of_time_is_survived() {
        let office = WorkingHours::office_in_china();
        let shipped = HolidayCalendar::shipped();
        let time = WorkingTime::new(&office, &shipped);
        assert_eq!(time.add_working(Timestamp::MAX - h(24), h(1000)).at, Timestamp::MAX);
        assert!(time.add_working_days(Date::MAX, 3).date == Date::MAX);
    }

    fn any_hours() -> impl Strategy<Value = WorkingHours> {
        let zone = prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kolkata"]);
        let shifts = prop::sample::select(vec![
            vec!["09:00-12:00", "13:30-18:00"],
            vec!["22:00-06:00"],
            vec!["00:00-24:00"],
            vec!["01:30-02:30", "08:00-12:00", "20:00-23:59"],
        ]);
        (zone, shifts, any::<bool>()).prop_map(|(zone, shifts, china)| {
            hours(zone, &shifts, if china { PublicHolidays::China } else { PublicHolidays::None })
        })
    }

    /// Seconds from 2024 to 2027.
    fn any_moment() -> impl Strategy<Value = Timestamp> {
        (1_704_067_200_i64..1_830_297_600).prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    proptest! {
        #[test]
        fn i8_adding_and_measuring_are_inverse(hours in any_hours(), from in any_moment(), amount in 0_i64..2_000_000) {
            let shipped = HolidayCalendar::shipped();
            let time = WorkingTime::new(&hours, &shipped);
            let amount = SignedDuration::from_secs(amount);
            let reached = time.add_working(from, amount);
            prop_assert!(reached.at >= from);
            prop_assert_eq!(time.working_between(from, reached.at).duration, amount);
            if amount > SignedDuration::ZERO {
                // It is the earliest such moment: a second before, something was still missing.
                let before = reached.at - SignedDuration::from_secs(1);
                prop_assert!(time.working_between(from, before).duration < amount);
            } else {
                prop_assert!(time.is_working(reached.at));
            }
        }

        #[test]
        fn i8_amounts_add_up(hours in any_hours(), from in any_moment(), a in 1_i64..500_000, b in 1_i64..500_000) {
            let shipped = HolidayCalendar::shipped();
            let time = WorkingTime::new(&hours, &shipped);
            let (a, b) = (SignedDuration::from_secs(a), SignedDuration::from_secs(b));
            let in_two_steps = time.add_working(time.add_working(from, a).at, b).at;
            prop_assert_eq!(in_two_steps, time.add_working(from, a + b).at);
        }

        #[test]
        fn i8_an_hour_contains_no_more_than_an_hour(hours in any_hours(), from in any_moment(), seconds in 0_i64..100_000) {
            let shipped = HolidayCalendar::shipped();
            let time = WorkingTime::new(&hours, &shipped);
            let to = from + SignedDuration::from_secs(seconds);
            let worked = time.working_between(from, to).duration;
            prop_assert!(worked >= SignedDuration::ZERO && worked <= SignedDuration::from_secs(seconds));
        }
    }
}
