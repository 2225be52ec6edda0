//! Public holidays and make-up workdays, year by year.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::i18n::{Language, text};

/// The years whose arrangement the State Council has published, as shipped with the program.
const SHIPPED: &[&str] = &[
    include_str!("../../data/holidays/cn-2024.json"),
    include_str!("../../data/holidays/cn-2025.json"),
    include_str!("../../data/holidays/cn-2026.json"),
];

/// More special days than this in a year is a mistake in the file (a published year has about 40).
const MOST_DAYS: usize = 80;
const LONGEST_NAME: usize = 40;

static SHIPPED_CALENDAR: LazyLock<HolidayCalendar> = LazyLock::new(|| {
    // The files are part of the program and a test reads each one.
    let years = SHIPPED.iter().filter_map(|file| HolidayYear::from_json(file).ok());
    years.fold(HolidayCalendar::default(), HolidayCalendar::with_year)
});

/// What a special day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A day off.
    Holiday,
    /// A Saturday or Sunday worked in exchange for a day off 「调休上班」.
    Workday,
}

/// A day that is not like others of its weekday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialDay {
    /// The day.
    pub date: Date,
    /// Whether it is a day off or a make-up workday.
    pub kind: DayKind,
    /// The holiday it belongs to: 「国庆节」.
    pub name: String,
}

/// The special days of one year: what a holiday file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayYear {
    year: i16,
    source: String,
    verified: bool,
    days: BTreeMap<Date, SpecialDay>,
}

/// How a holiday file is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayFile {
    country: String,
    year: i16,
    source: String,
    #[serde(default)]
    verified: bool,
    days: Vec<FileDay>,
}

/// A day as written: the date is still text, so that each wrong date is reported beside the others.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDay {
    date: String,
    kind: DayKind,
    name: String,
}

/// One thing that is wrong with a holiday file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HolidayFileProblem {
    /// Not JSON of the expected form.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// A country whose holidays Huan does not know how to use.
    #[error("«{0}» is not supported, only «CN» is")]
    Country(String),
    /// A year outside 2000–2100.
    #[error("{0} is not a year between 2000 and 2100")]
    Year(i16),
    /// No source is named.
    #[error("the source is missing: name the notice that the dates come from")]
    SourceMissing,
    /// No days at all.
    #[error("the file lists no days")]
    Empty,
    /// More days than a year of holidays can have.
    #[error("{0} special days are too many for one year")]
    TooManyDays(usize),
    /// Not a date that exists.
    #[error("«{0}» is not a date of the form 2027-01-31")]
    Date(String),
    /// A date of another year.
    #[error("{date} is not in {year}")]
    OtherYear {
        /// The date.
        date: Date,
        /// The year of the file.
        year: i16,
    },
    /// A date listed more than once.
    #[error("{0} is listed twice")]
    Duplicate(Date),
    /// A day without a name, or with one of more than 40 characters.
    #[error("{0} needs the name of its holiday, in at most 40 characters")]
    Name(Date),
    /// A make-up workday on a Monday to Friday.
    #[error("{0} is no Saturday or Sunday, so it cannot be a make-up workday")]
    WorkdayInTheWeek(Date),
}

impl HolidayFileProblem {
    /// A stable name, for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Country(_) => "country",
            Self::Year(_) => "year",
            Self::SourceMissing => "source_missing",
            Self::Empty => "empty",
            Self::TooManyDays(_) => "too_many_days",
            Self::Date(_) => "date",
            Self::OtherYear { .. } => "other_year",
            Self::Duplicate(_) => "duplicate",
            Self::Name(_) => "name",
            Self::WorkdayInTheWeek(_) => "workday_in_the_week",
        }
    }

    /// What is wrong, for the administrator who imports the file.
    pub fn text(&self, language: Language) -> String {
        let detail = match self {
            Self::Unreadable(text) | Self::Country(text) | Self::Date(text) => text.clone(),
            Self::Year(year) => year.to_string(),
            Self::TooManyDays(days) => days.to_string(),
            Self::OtherYear { date, .. } | Self::Duplicate(date) | Self::Name(date) | Self::WorkdayInTheWeek(date) => {
                date.to_string()
            }
            Self::SourceMissing | Self::Empty => String::new(),
        };
        text(language, &format!("calendar.holidays.{}", self.code()), &[("detail", &detail)])
    }
}

/// A holiday file that was refused, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the holiday file is refused: {}", list(.problems))]
pub struct InvalidHolidayFile {
    /// What is wrong; never empty.
    pub problems: Vec<HolidayFileProblem>,
}

fn list(problems: &[HolidayFileProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl HolidayYear {
    /// Reads a holiday file (`crates/huan-core/data/holidays/cn-2026.json` is an example) and checks all of it.
    ///
    /// # Errors
    /// Every problem of the file, not only the first.
    pub fn from_json(text: &str) -> Result<Self, InvalidHolidayFile> {
        let file: HolidayFile = serde_json::from_str(text).map_err(|error| InvalidHolidayFile {
            problems: vec![HolidayFileProblem::Unreadable(error.to_string())],
        })?;
        let mut problems = Vec::new();
        if file.country != "CN" {
            problems.push(HolidayFileProblem::Country(file.country.chars().take(20).collect()));
        }
        if !(2000..=2100).contains(&file.year) {
            problems.push(HolidayFileProblem::Year(file.year));
        }
        if file.source.trim().is_empty() {
            problems.push(HolidayFileProblem::SourceMissing);
        }
        match file.days.len() {
            0 => problems.push(HolidayFileProblem::Empty),
            1..=MOST_DAYS => {}
            many => problems.push(HolidayFileProblem::TooManyDays(many)),
        }
        let mut days = BTreeMap::new();
        for day in file.days.into_iter().take(MOST_DAYS) {
            match check(day, file.year) {
                Ok(day) if days.contains_key(&day.date) => problems.push(HolidayFileProblem::Duplicate(day.date)),
                Ok(day) => drop(days.insert(day.date, day)),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(InvalidHolidayFile { problems });
        }
        Ok(Self { year: file.year, source: file.source.trim().to_owned(), verified: file.verified, days })
    }

    /// The file's text, which [`Self::from_json`] reads back.
    pub fn to_json(&self) -> serde_json::Value {
        let days: Vec<&SpecialDay> = self.days.values().collect();
        serde_json::json!({
            "country": "CN", "year": self.year, "source": self.source, "verified": self.verified, "days": days,
        })
    }

    /// The year.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// Where the dates come from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether somebody compared the dates with the published notice.
    pub fn verified(&self) -> bool {
        self.verified
    }

    /// The special days in order.
    pub fn days(&self) -> impl Iterator<Item = &SpecialDay> {
        self.days.values()
    }
}

fn check(day: FileDay, year: i16) -> Result<SpecialDay, HolidayFileProblem> {
    let date: Date = day.date.parse().map_err(|_| HolidayFileProblem::Date(day.date.chars().take(40).collect()))?;
    let name = day.name.trim();
    if date.year() != year {
        return Err(HolidayFileProblem::OtherYear { date, year });
    }
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(HolidayFileProblem::Name(date));
    }
    if day.kind == DayKind::Workday && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
        return Err(HolidayFileProblem::WorkdayInTheWeek(date));
    }
    Ok(SpecialDay { date, kind: day.kind, name: name.to_owned() })
}

/// Whether the holidays of a year are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "coverage", rename_all = "snake_case")]
pub enum Coverage {
    /// They are known.
    Known {
        /// Where they come from.
        source: String,
        /// Whether somebody compared them with the published notice.
        verified: bool,
    },
    /// They are not known: the year is computed as if it had none.
    Unknown,
}

/// The public holidays of China, for the years that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HolidayCalendar {
    years: BTreeMap<i16, HolidayYear>,
}

impl HolidayCalendar {
    /// The calendar with the years that the program brings along.
    pub fn shipped() -> Self {
        SHIPPED_CALENDAR.clone()
    }

    /// The calendar with `year` in place of what it knew of that year.
    #[must_use]
    pub fn with_year(mut self, year: HolidayYear) -> Self {
        self.years.insert(year.year, year);
        self
    }

    /// Whether the holidays of `year` are known, and from where.
    pub fn coverage(&self, year: i16) -> Coverage {
        match self.years.get(&year) {
            Some(known) => Coverage::Known { source: known.source.clone(), verified: known.verified },
            None => Coverage::Unknown,
        }
    }

    /// Whether the holidays of `year` are known.
    pub fn knows(&self, year: i16) -> bool {
        self.years.contains_key(&year)
    }

    /// The known years in order.
    pub fn years(&self) -> impl Iterator<Item = &HolidayYear> {
        self.years.values()
    }

    /// What is special about `date`, if anything is known to be.
    pub fn special(&self, date: Date) -> Option<&SpecialDay> {
        self.years.get(&date.year())?.days.get(&date)
    }

    /// The years among `years` without data, in order.
    pub(super) fn unknown_among(&self, years: &BTreeSet<i16>) -> Vec<i16> {
        years.iter().copied().filter(|year| !self.knows(*year)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use tyme4rs::tyme::{Culture, solar::SolarDay};

    #[test]
    fn i8_shipped_years_equal_the_oracle_day_by_day() {
        let calendar = HolidayCalendar::shipped();
        assert_eq!(calendar.years().map(HolidayYear::year).collect::<Vec<_>>(), [2024, 2025, 2026]);
        for year in 2024..=2026 {
            for day in date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() == year) {
                let ours =
                    calendar.special(day).map(|special| (special.kind == DayKind::Workday, special.name.clone()));
                let (y, m, d) = (isize::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs());
                let theirs = SolarDay::from_ymd(y, m.into(), d.into())
                    .get_legal_holiday()
                    .map(|holiday| (holiday.is_work(), holiday.get_name()));
                assert_eq!(ours, theirs, "{day}");
            }
        }
    }

    /// The notice for 2026 as published: 春节 15–23 February with 14 and 28 February worked, 国庆 1–7 October with
    /// 20 September and 10 October worked.
    #[test]
    fn i8_national_day_and_spring_festival_of_2026() {
        let calendar = HolidayCalendar::shipped();
        let kind = |month, day| calendar.special(date(2026, month, day)).map(|special| special.kind);
        for day in 15..=23 {
            assert_eq!(kind(2, day), Some(DayKind::Holiday));
        }
        for day in 1..=7 {
            assert_eq!(kind(10, day), Some(DayKind::Holiday));
        }
        for (month, day) in [(2, 14), (2, 28), (9, 20), (10, 10), (1, 4), (5, 9)] {
            assert_eq!(kind(month, day), Some(DayKind::Workday));
        }
        assert_eq!(kind(10, 8), None);
    }

    #[test]
    fn i8_a_year_without_data_is_said_to_be_so() {
        let calendar = HolidayCalendar::shipped();
        assert!(matches!(calendar.coverage(2026), Coverage::Known { verified: true, .. }));
        assert_eq!(calendar.coverage(2027), Coverage::Unknown);
        let imported = HolidayYear::from_json(
            r#"{"country":"CN","year":2027,"source":"公司通知","days":[
                {"date":"2027-01-01","kind":"holiday","name":"元旦"}]}"#,
        )
        .unwrap();
        let calendar = calendar.with_year(imported);
        assert_eq!(
            calendar.coverage(2027),
            Coverage::Known { source: "公司通知".into(), verified: false },
            "a file that does not say it was verified is not"
        );
    }

    #[test]
    fn i8_a_faulty_holiday_file_is_refused_with_every_problem() {
        let refused = HolidayYear::from_json(
            r#"{"country":"US","year":2027,"source":" ","days":[
                {"date":"2027-02-30","kind":"holiday","name":"x"},
                {"date":"2026-01-01","kind":"holiday","name":"元旦"},
                {"date":"2027-01-01","kind":"holiday","name":"元旦"},
                {"date":"2027-01-01","kind":"holiday","name":"元旦"},
                {"date":"2027-01-04","kind":"workday","name":"元旦"},
                {"date":"2027-01-02","kind":"holiday","name":" "}]}"#,
        )
        .unwrap_err();
        for problem in &refused.problems {
            for language in Language::ALL {
                let text = problem.text(language);
                assert!(!text.contains("calendar.holidays") && !text.contains('{'), "{text}");
            }
        }
        assert_eq!(refused.problems[3].text(Language::Chinese), "2026-01-01不属于该文件的年份");
        let codes: Vec<_> = refused.problems.iter().map(HolidayFileProblem::code).collect();
        assert_eq!(
            codes,
            ["country", "source_missing", "date", "other_year", "duplicate", "workday_in_the_week", "name"]
        );
        let code = |text: &str| HolidayYear::from_json(text).unwrap_err().problems[0].code();
        assert_eq!(code("nonsense"), "unreadable");
        assert_eq!(code(r#"{"country":"CN","year":2027,"source":"s","days":[],"more":1}"#), "unreadable");
        assert_eq!(code(r#"{"country":"CN","year":2027,"source":"s","days":[]}"#), "empty");
        assert_eq!(code(r#"{"country":"CN","year":1900,"source":"s","days":[]}"#), "year");
    }

    #[test]
    fn every_problem_has_its_text() {
        use HolidayFileProblem as P;
        let (date, text) = (date(2026, 1, 1), String::new);
        for problem in [
            P::Unreadable(text()),
            P::Country(text()),
            P::Year(1),
            P::SourceMissing,
            P::Empty,
            P::TooManyDays(99),
            P::Date(text()),
            P::OtherYear { date, year: 2027 },
            P::Duplicate(date),
            P::Name(date),
            P::WorkdayInTheWeek(date),
        ] {
            let key = format!("calendar.holidays.{}", problem.code());
            assert!(Language::ALL.into_iter().all(|language| crate::i18n::has(language, &key)), "{key}");
        }
    }

    #[test]
    fn a_holiday_file_reads_back() {
        for year in HolidayCalendar::shipped().years() {
            assert_eq!(&HolidayYear::from_json(&year.to_json().to_string()).unwrap(), year);
        }
    }
}
