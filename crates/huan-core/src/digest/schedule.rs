//! When digests are due: in the zone of the collaboration, on its working days, with public holidays and 调休.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time, Weekday},
};

use super::Rhythm;
use crate::{
    calendar::{HolidayCalendar, WorkingHours, WorkingTime},
    clock::ServiceLevels,
    id::CollaborationId,
    names::names,
};

names! {
    /// The day of the weekly report.
    ReportDay {
        /// 周一.
        Monday = "monday",
        /// 周二.
        Tuesday = "tuesday",
        /// 周三.
        Wednesday = "wednesday",
        /// 周四.
        Thursday = "thursday",
        /// 周五.
        Friday = "friday",
        /// 周六.
        Saturday = "saturday",
        /// 周日.
        Sunday = "sunday",
    }
}

impl ReportDay {
    fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// How far ahead and back a day for a digest is looked for. No public holiday is longer.
const FARTHEST: usize = 40;
/// Digests of one moment go out over this time …
const SPREAD_OVER: u64 = 240;
/// … beginning so much later: Feishu asks senders to avoid the full hour and half hour (Feishu §1.1).
const NOT_ON_THE_HOUR: u64 = 60;
/// A digest that is later than this was missed, and does not go out at night.
const MISSED_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How long after its time the digest of a collaboration goes out: between one minute and five, the same for it every day.
pub fn spread(collaboration: &CollaborationId) -> SignedDuration {
    // FNV-1a: any even spread will do, as long as every node finds the same.
    let hash = collaboration
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let millis = NOT_ON_THE_HOUR * 1_000 + hash % (SPREAD_OVER * 1_000);
    SignedDuration::from_millis(i64::try_from(millis).unwrap_or_default())
}

/// The days and times of a collaboration's digests.
#[derive(Debug)]
pub struct Calendar<'a> {
    levels: &'a ServiceLevels,
    hours: WorkingHours,
    holidays: &'a HolidayCalendar,
}

impl<'a> Calendar<'a> {
    /// The calendar of a collaboration with these levels in a workspace whose zone is `zone`.
    pub fn new(levels: &'a ServiceLevels, zone: &str, holidays: &'a HolidayCalendar) -> Self {
        let office = WorkingHours::office_in_china();
        let zone = levels.daily_progress.time_zone.as_deref().unwrap_or(zone);
        let hours = WorkingHours::new(zone, office.week().clone(), levels.digest.public_holidays).unwrap_or(office);
        Self { levels, hours, holidays }
    }

    /// The hours of the collaboration: its zone and working days.
    pub fn hours(&self) -> &WorkingHours {
        &self.hours
    }

    /// The working time of the collaboration.
    pub fn time(&self) -> WorkingTime<'_> {
        WorkingTime::new(&self.hours, self.holidays)
    }

    /// The date in the zone of the collaboration.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.time().date_of(at)
    }

    /// Whether a digest is due on `date`. A weekly report whose day is a day off comes on the last working day before it in
    /// the same week; in a week without one there is none.
    pub fn is_day(&self, rhythm: Rhythm, date: Date) -> bool {
        if !self.time().is_working_day(date) {
            return false;
        }
        match rhythm {
            Rhythm::Daily => self.levels.digest.daily,
            Rhythm::Weekly => {
                let Some(on) = self.levels.digest.weekly_on else { return false };
                let offset = date.weekday().to_monday_zero_offset();
                let wanted = on.weekday().to_monday_zero_offset();
                let days_after = usize::try_from(wanted - offset);
                let is_working = |date: &Date| self.time().is_working_day(*date);
                days_after.is_ok_and(|days| !later(date).take(days).any(|date| is_working(&date)))
            }
        }
    }

    /// When the digest of `date` is due.
    pub fn due(&self, rhythm: Rhythm, date: Date) -> Timestamp {
        let at: Time = match rhythm {
            Rhythm::Daily => self.levels.daily_progress.digest_at,
            Rhythm::Weekly => self.levels.digest.weekly_at,
        };
        self.hours.zone().to_timestamp(date.to_datetime(at)).unwrap_or(Timestamp::MAX)
    }

    /// The first day of a digest after `date`; none when there are none.
    pub fn next(&self, rhythm: Rhythm, date: Date) -> Option<Date> {
        later(date).take(FARTHEST).find(|date| self.is_day(rhythm, *date))
    }

    /// The first day of a digest whose time is still to come.
    pub fn upcoming(&self, rhythm: Rhythm, now: Timestamp) -> Option<Date> {
        let today = self.date_of(now);
        let is_today = self.is_day(rhythm, today) && self.due(rhythm, today) > now;
        if is_today { Some(today) } else { self.next(rhythm, today) }
    }

    /// The last day after `date` whose digest was due at `now`: what a program that did not run then still has to send.
    pub fn missed(&self, rhythm: Rhythm, date: Date, now: Timestamp) -> Option<Date> {
        let today = self.date_of(now);
        let back = std::iter::successors(Some(today), |date| date.yesterday().ok()).take(FARTHEST);
        let mut due = back.take_while(|day| *day > date).filter(|day| self.is_day(rhythm, *day));
        due.find(|day| self.due(rhythm, *day) <= now)
    }

    /// When the assistant is told of what is missing: before the digest, and not on the full or half hour either.
    pub fn prepare_at(&self, collaboration: &CollaborationId, due: Timestamp) -> Timestamp {
        let before = SignedDuration::from_mins(i64::from(self.levels.digest.prepare_before_minutes));
        due.saturating_sub(before + spread(collaboration)).unwrap_or(due)
    }

    /// When a digest that is due goes out at the soonest, if that is later than `now`: one that was missed disturbs
    /// nobody at night or on a day off.
    pub fn waits_until(&self, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let missed = now.duration_since(due) > MISSED_AFTER;
        let at = self.time().next_working_moment(now).at;
        Some(at).filter(|at| missed && *at > now)
    }
}

/// The days after `date`.
fn later(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(date.tomorrow().ok(), |date| date.tomorrow().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Zoned>().unwrap().timestamp()
    }

    /// The days of a stretch of 2026 on which there is a digest.
    fn days(levels: &ServiceLevels, rhythm: Rhythm, from: Date, to: Date) -> Vec<Date> {
        let holidays = HolidayCalendar::shipped();
        let calendar = Calendar::new(levels, "Asia/Shanghai", &holidays);
        let before = from.yesterday().unwrap();
        std::iter::successors(calendar.next(rhythm, before), |day| calendar.next(rhythm, *day))
            .take_while(|day| *day <= to)
            .collect()
    }

    #[test]
    fn c2_the_daily_comes_on_working_days_with_the_make_up_days_and_not_on_holidays() {
        // 2026: National Day and Mid-Autumn, 1 to 7 October; 20 September and 10 October are worked.
        let days = days(&ServiceLevels::default(), Rhythm::Daily, date(2026, 9, 19), date(2026, 10, 12));
        let expected = [20, 21, 22, 23, 24, 28, 29, 30].map(|day| date(2026, 9, day));
        assert_eq!(days[..8], expected, "25 to 27 September are Mid-Autumn");
        assert_eq!(days[8..], [8, 9, 10, 12].map(|day| date(2026, 10, day)));
    }

    #[test]
    fn c2_a_weekly_report_whose_friday_is_off_comes_on_the_last_working_day_before() {
        let days = days(&ServiceLevels::default(), Rhythm::Weekly, date(2026, 9, 14), date(2026, 10, 16));
        let expected = [date(2026, 9, 18), date(2026, 9, 24), date(2026, 9, 30), date(2026, 10, 9), date(2026, 10, 16)];
        assert_eq!(days, expected, "on the Thursday before Mid-Autumn and the Wednesday before National Day");
    }

    #[test]
    fn c2_the_rhythm_is_a_setting_in_the_zone_of_the_collaboration() {
        let mut levels = ServiceLevels::default();
        levels.daily_progress.digest_at = Time::constant(9, 30, 0, 0);
        levels.daily_progress.time_zone = Some("America/New_York".into());
        levels.digest.public_holidays = crate::calendar::PublicHolidays::None;
        levels.digest.weekly_on = None;
        let holidays = HolidayCalendar::shipped();
        let calendar = Calendar::new(&levels, "Asia/Shanghai", &holidays);
        assert!(calendar.is_day(Rhythm::Daily, date(2026, 10, 1)), "no public holidays of China");
        assert_eq!(calendar.due(Rhythm::Daily, date(2026, 10, 1)), at("2026-10-01T09:30[America/New_York]"));
        assert_eq!(calendar.next(Rhythm::Weekly, date(2026, 10, 1)), None, "switched off");
        levels.digest.daily = false;
        let calendar = Calendar::new(&levels, "Asia/Shanghai", &holidays);
        assert_eq!(calendar.upcoming(Rhythm::Daily, at("2026-10-01T09:00[America/New_York]")), None);
    }

    #[test]
    fn c2_what_was_missed_is_the_last_one_only() {
        let levels = ServiceLevels::default();
        let holidays = HolidayCalendar::shipped();
        let calendar = Calendar::new(&levels, "Asia/Shanghai", &holidays);
        let monday = date(2026, 11, 23);
        let missed = |now: &str| calendar.missed(Rhythm::Daily, monday, at(now));
        assert_eq!(missed("2026-11-23T17:30[Asia/Shanghai]"), None, "the day itself is the one that is open");
        assert_eq!(missed("2026-11-24T16:59[Asia/Shanghai]"), None);
        assert_eq!(missed("2026-11-26T09:00[Asia/Shanghai]"), Some(date(2026, 11, 25)));
        assert_eq!(calendar.upcoming(Rhythm::Daily, at("2026-11-27T17:00[Asia/Shanghai]")), Some(date(2026, 11, 30)));
    }

    #[test]
    fn i8_a_digest_that_was_missed_waits_for_working_time() {
        let levels = ServiceLevels::default();
        let holidays = HolidayCalendar::shipped();
        let calendar = Calendar::new(&levels, "Asia/Shanghai", &holidays);
        let due = calendar.due(Rhythm::Daily, date(2026, 11, 27));
        assert_eq!(calendar.waits_until(due, at("2026-11-27T17:20[Asia/Shanghai]")), None);
        let at_night = calendar.waits_until(due, at("2026-11-28T03:00[Asia/Shanghai]"));
        assert_eq!(at_night, Some(at("2026-11-30T09:00[Asia/Shanghai]")), "on Monday");
        // A collaboration may have its digest in the evening.
        assert_eq!(
            calendar.waits_until(at("2026-11-27T21:00[Asia/Shanghai]"), at("2026-11-27T21:03[Asia/Shanghai]")),
            None
        );
    }

    #[test]
    fn c2_the_wave_is_spread_evenly_and_off_the_full_hour() {
        let mut minutes = [0; 5];
        for bits in 0..2_000_u128 {
            let later = spread(&CollaborationId::from_bits(bits.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            assert!(later >= SignedDuration::from_secs(60) && later < SignedDuration::from_secs(300), "{later}");
            minutes[usize::try_from(later.as_secs() / 60).unwrap()] += 1;
        }
        assert_eq!(minutes[0], 0);
        assert!(minutes[1..].iter().all(|count| (400..600).contains(count)), "{minutes:?}");
    }
}
