//! When a person works: a weekly pattern of shifts in their time zone.

use std::{fmt, str::FromStr};

use jiff::{
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use super::{DayKind, HolidayCalendar};
use crate::i18n::{Language, text};

const DAY: u16 = 24 * 60;

/// A stretch of work within a day, in whole minutes of wall-clock time: `09:00-12:00`.
///
/// An end that is not after the start lies on the next day (`22:00-06:00`), and the shift belongs to the day on which
/// it starts. A day ends at `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shift {
    /// Minutes after midnight at which work begins, below 1440.
    from: u16,
    /// Minutes after the same midnight at which it ends: more than `from`, at most `from` + 1440.
    to: u16,
}

impl Shift {
    /// The shift between two minutes of the day; an end at or before the start is on the next day.
    ///
    /// # Errors
    /// When a time does not exist or the shift has no length.
    pub fn new(from: u16, to: u16) -> Result<Self, InvalidHours> {
        if from >= DAY || to > DAY || from == to {
            return Err(InvalidHours::Shift(format!("{}-{}", clock_face(from), clock_face(to))));
        }
        Ok(Self { from, to: if to > from { to } else { to + DAY } })
    }

    pub(super) fn from(self) -> u16 {
        self.from
    }

    pub(super) fn to(self) -> u16 {
        self.to
    }

    /// Whether the shift reaches into the next day.
    pub fn is_overnight(self) -> bool {
        self.to > DAY
    }
}

fn clock_face(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = if self.is_overnight() { self.to - DAY } else { self.to };
        write!(f, "{}-{}", clock_face(self.from), clock_face(to))
    }
}

impl From<Shift> for String {
    fn from(shift: Shift) -> Self {
        shift.to_string()
    }
}

impl FromStr for Shift {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let wrong = || InvalidHours::Shift(text.chars().take(40).collect());
        let (from, to) = text.split_once(['-', '–']).ok_or_else(wrong)?;
        Self::new(minutes(from).ok_or_else(wrong)?, minutes(to).ok_or_else(wrong)?).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Shift {
    type Error = InvalidHours;

    fn try_from(text: String) -> Result<Self, InvalidHours> {
        text.parse()
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once([':', '：'])?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && hour <= 24).then_some(hour * 60 + minute).filter(|total| *total <= DAY)
}

/// The shifts of each weekday. A weekday without shifts is a day off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    /// The shifts of Monday.
    pub monday: Vec<Shift>,
    /// The shifts of Tuesday.
    pub tuesday: Vec<Shift>,
    /// The shifts of Wednesday.
    pub wednesday: Vec<Shift>,
    /// The shifts of Thursday.
    pub thursday: Vec<Shift>,
    /// The shifts of Friday.
    pub friday: Vec<Shift>,
    /// The shifts of Saturday.
    pub saturday: Vec<Shift>,
    /// The shifts of Sunday.
    pub sunday: Vec<Shift>,
}

impl Week {
    /// The same shifts from Monday to Friday, the weekend off.
    pub fn monday_to_friday(shifts: &[Shift]) -> Self {
        let day = || shifts.to_vec();
        Self { monday: day(), tuesday: day(), wednesday: day(), thursday: day(), friday: day(), ..Self::default() }
    }

    /// The shifts of a weekday.
    pub fn on(&self, weekday: Weekday) -> &[Shift] {
        match weekday {
            Weekday::Monday => &self.monday,
            Weekday::Tuesday => &self.tuesday,
            Weekday::Wednesday => &self.wednesday,
            Weekday::Thursday => &self.thursday,
            Weekday::Friday => &self.friday,
            Weekday::Saturday => &self.saturday,
            Weekday::Sunday => &self.sunday,
        }
    }

    fn days(&self) -> [&[Shift]; 7] {
        [&self.monday, &self.tuesday, &self.wednesday, &self.thursday, &self.friday, &self.saturday, &self.sunday]
    }

    /// Shifts must follow one another, within a day and from day to day, Sunday night into Monday included.
    fn check(&self) -> Result<(), InvalidHours> {
        let mut all: Vec<(u32, u32, Shift)> = Vec::new();
        for (day, shifts) in (0_u32..).zip(self.days()) {
            for shift in shifts {
                let midnight = day * u32::from(DAY);
                all.push((midnight + u32::from(shift.from), midnight + u32::from(shift.to), *shift));
            }
        }
        let Some(&(first, _, first_shift)) = all.first() else {
            return Err(InvalidHours::NoWork);
        };
        for pair in all.windows(2) {
            if pair[1].0 < pair[0].1 {
                return Err(InvalidHours::Overlap(pair[0].2, pair[1].2));
            }
        }
        match all.last() {
            Some(&(_, end, last_shift)) if end > first + 7 * u32::from(DAY) => {
                Err(InvalidHours::Overlap(last_shift, first_shift))
            }
            _ => Ok(()),
        }
    }
}

/// Which public holidays are days off for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicHolidays {
    /// Those of China, with the make-up workdays.
    #[default]
    China,
    /// None: the week is the same all year (a client abroad, a duty roster).
    None,
}

/// Hours that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// Not a stretch of a day.
    #[error("«{0}» is not a stretch of a day such as 09:00-12:00")]
    Shift(String),
    /// Two shifts at the same time, or not in order.
    #[error("{0} and {1} overlap or are not in order")]
    Overlap(Shift, Shift),
    /// A week without any working time, in which no working-time clock would ever end.
    #[error("the week has no working time")]
    NoWork,
    /// Not a zone of the IANA time zone database.
    #[error("«{0}» is not a time zone such as Asia/Shanghai")]
    TimeZone(String),
}

impl InvalidHours {
    /// A stable name, for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shift(_) => "shift",
            Self::Overlap(..) => "overlap",
            Self::NoWork => "no_work",
            Self::TimeZone(_) => "time_zone",
        }
    }

    /// What is wrong, for whoever edits the hours.
    pub fn text(&self, language: Language) -> String {
        let detail = match self {
            Self::Shift(text) | Self::TimeZone(text) => text.clone(),
            Self::Overlap(first, second) => format!("{first}, {second}"),
            Self::NoWork => String::new(),
        };
        text(language, &format!("calendar.hours.{}", self.code()), &[("detail", &detail)])
    }
}

/// When a person works. Always valid: there is working time in the week and no two shifts overlap.
///
/// As JSON: `{"time_zone":"Asia/Shanghai","week":{"monday":["09:00-12:00","13:30-18:00"],…},"public_holidays":"china"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HoursForm", into = "HoursForm")]
pub struct WorkingHours {
    zone: TimeZone,
    zone_name: String,
    week: Week,
    public_holidays: PublicHolidays,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HoursForm {
    time_zone: String,
    week: Week,
    #[serde(default)]
    public_holidays: PublicHolidays,
}

impl TryFrom<HoursForm> for WorkingHours {
    type Error = InvalidHours;

    fn try_from(form: HoursForm) -> Result<Self, InvalidHours> {
        Self::new(&form.time_zone, form.week, form.public_holidays)
    }
}

impl From<WorkingHours> for HoursForm {
    fn from(hours: WorkingHours) -> Self {
        Self { time_zone: hours.zone_name, week: hours.week, public_holidays: hours.public_holidays }
    }
}

impl WorkingHours {
    /// The hours of a person who lives by the zone `time_zone` (an IANA name: `Asia/Shanghai`).
    ///
    /// # Errors
    /// When the zone is unknown, shifts overlap or the week has no working time.
    pub fn new(time_zone: &str, week: Week, public_holidays: PublicHolidays) -> Result<Self, InvalidHours> {
        week.check()?;
        let zone = TimeZone::get(time_zone)
            .ok()
            .filter(|zone| zone.iana_name().is_some())
            .ok_or_else(|| InvalidHours::TimeZone(time_zone.chars().take(60).collect()))?;
        let zone_name = zone.iana_name().unwrap_or(time_zone).to_owned();
        Ok(Self { zone, zone_name, week, public_holidays })
    }

    /// Monday to Friday 09:00–12:00 and 13:30–18:00 in Beijing, with the public holidays of China.
    pub fn office_in_china() -> Self {
        let shifts = [Shift { from: 9 * 60, to: 12 * 60 }, Shift { from: 13 * 60 + 30, to: 18 * 60 }];
        let zone_name = "Asia/Shanghai".to_owned();
        // The zone database is compiled in; China has had one fixed offset since 1991.
        let zone = TimeZone::get(&zone_name).unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)));
        Self { zone, zone_name, week: Week::monday_to_friday(&shifts), public_holidays: PublicHolidays::China }
    }

    /// The person's time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The IANA name of the person's time zone.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The weekly pattern.
    pub fn week(&self) -> &Week {
        &self.week
    }

    /// Which public holidays are days off.
    pub fn public_holidays(&self) -> PublicHolidays {
        self.public_holidays
    }

    /// The shifts that start on `date`, public holidays and make-up workdays considered.
    ///
    /// A make-up workday stands for a day of the working week, so it is worked like the first weekday that has shifts.
    pub fn shifts_on(&self, date: Date, holidays: &HolidayCalendar) -> &[Shift] {
        let usual = self.week.on(date.weekday());
        if self.public_holidays == PublicHolidays::None {
            return usual;
        }
        match holidays.special(date).map(|special| special.kind) {
            Some(DayKind::Holiday) => &[],
            Some(DayKind::Workday) => self.week.days().into_iter().find(|day| !day.is_empty()).unwrap_or(usual),
            None => usual,
        }
    }

    pub(super) fn has_overnight_shifts(&self) -> bool {
        self.week.days().into_iter().flatten().any(|shift| shift.is_overnight())
    }
}

/// The wall-clock moment `minutes` after the midnight that begins `date`.
pub(super) fn wall_clock(date: Date, minutes: u16) -> Option<jiff::civil::DateTime> {
    let mut date = date;
    for _ in 0..minutes / DAY {
        date = date.tomorrow().ok()?;
    }
    let minute = minutes % DAY;
    let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
    Some(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i8_hours_are_written_as_people_write_them() {
        let json = serde_json::to_value(WorkingHours::office_in_china()).unwrap();
        assert_eq!(json["time_zone"], "Asia/Shanghai");
        assert_eq!(json["week"]["friday"], serde_json::json!(["09:00-12:00", "13:30-18:00"]));
        assert_eq!(json["week"]["sunday"], serde_json::json!([]));
        let back: WorkingHours = serde_json::from_value(json).unwrap();
        assert_eq!(back, WorkingHours::office_in_china());
        for text in ["22:00-06:00", "00:00-24:00", "18:00-24:00", "18:00-00:00"] {
            let shift: Shift = text.parse().unwrap();
            assert_eq!(shift.to_string().parse::<Shift>().unwrap(), shift);
        }
        assert!("22:00-06:00".parse::<Shift>().unwrap().is_overnight());
        assert!(!"18:00-24:00".parse::<Shift>().unwrap().is_overnight());
    }

    #[test]
    fn every_problem_has_its_text() {
        let shift: Shift = "09:00-12:00".parse().unwrap();
        let all = [
            InvalidHours::Shift("x".into()),
            InvalidHours::Overlap(shift, shift),
            InvalidHours::NoWork,
            InvalidHours::TimeZone("x".into()),
        ];
        for problem in all {
            let key = format!("calendar.hours.{}", problem.code());
            assert!(Language::ALL.into_iter().all(|language| crate::i18n::has(language, &key)), "{key}");
        }
        assert_eq!(
            InvalidHours::Overlap(shift, shift).text(Language::Chinese),
            "时段重叠或未按先后排列：09:00-12:00, 09:00-12:00"
        );
    }

    #[test]
    fn i8_impossible_hours_are_refused() {
        let code = |json: serde_json::Value| {
            let form: Result<HoursForm, _> = serde_json::from_value(json);
            match form {
                Ok(form) => WorkingHours::try_from(form).map_err(|error| error.code()).err(),
                Err(_) => Some("form"),
            }
        };
        let hours = |zone: &str, week: serde_json::Value| serde_json::json!({"time_zone": zone, "week": week});
        let monday = |shifts: &[&str]| serde_json::json!({"monday": shifts});
        assert_eq!(code(hours("Asia/Shanghai", monday(&["09:00-12:00"]))), None);
        assert_eq!(code(hours("Asia/Shanghai", serde_json::json!({}))), Some("no_work"));
        assert_eq!(code(hours("Mars/Olympus", monday(&["09:00-12:00"]))), Some("time_zone"));
        assert_eq!(code(hours("Asia/Shanghai", monday(&["09:00-12:00", "11:00-13:00"]))), Some("overlap"));
        assert_eq!(code(hours("Asia/Shanghai", monday(&["13:00-14:00", "09:00-10:00"]))), Some("overlap"));
        assert_eq!(
            code(hours("Asia/Shanghai", serde_json::json!({"sunday": ["22:00-06:00"], "monday": ["05:00-09:00"]}))),
            Some("overlap")
        );
        for wrong in ["9-12", "25:00-26:00", "09:00-09:00", "09:60-10:00", "", "24:00-06:00", "24:30-25:00"] {
            assert_eq!(code(hours("Asia/Shanghai", monday(&[wrong]))), Some("form"), "{wrong}");
        }
    }
}
