//! Instants in words, for asking back and for proposals.

use jiff::Zoned;

use super::Ambiguity;
use crate::{
    i18n::{Language, text},
    time_text::moment,
};

/// `when` as a person of `now`'s zone says it: 「明天 17:00」, "Fri 27 Nov 12:00".
pub fn describe(when: &Zoned, now: &Zoned, language: Language) -> String {
    moment(when.timestamp(), now.timestamp(), now.time_zone(), language)
}

/// `when` as a limit within a sentence: 「今日17:00前」, "by 17:00 today".
pub fn describe_deadline(when: &Zoned, now: &Zoned, language: Language) -> String {
    let when = when.with_time_zone(now.time_zone().clone());
    let days = now.date().until(when.date()).map_or(i32::MAX, |span| span.get_days());
    let time = format!("{:02}:{:02}", when.hour(), when.minute());
    match days {
        0 => text(language, "time.before.today", &[("time", &time)]),
        1 => text(language, "time.before.tomorrow", &[("time", &time)]),
        _ => {
            let named = describe(&when, now, language);
            // Chinese sets no space between a date and its time within a sentence.
            let named = if language == Language::Chinese { named.replace(' ', "") } else { named };
            text(language, "time.before.named", &[("when", &named)])
        }
    }
}

impl Ambiguity {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::MorningOrAfternoon,
        Self::HourPassed,
        Self::SameWeekday,
        Self::WhichWeek,
        Self::NoDay,
        Self::DayOrMonthFirst,
        Self::NoSuchDay,
        Self::WeekdayContradicts,
        Self::HalfDay,
        Self::Range,
    ];

    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::MorningOrAfternoon => "morning_or_afternoon",
            Self::HourPassed => "hour_passed",
            Self::SameWeekday => "same_weekday",
            Self::WhichWeek => "which_week",
            Self::NoDay => "no_day",
            Self::DayOrMonthFirst => "day_or_month_first",
            Self::NoSuchDay => "no_such_day",
            Self::WeekdayContradicts => "weekday_contradicts",
            Self::HalfDay => "half_day",
            Self::Range => "range",
        }
    }

    /// The reason in words.
    pub fn describe(self, language: Language) -> String {
        text(language, &format!("time.ambiguity.{}", self.code()), &[])
    }
}
