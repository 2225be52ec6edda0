//! Time expressions as people write them, in Chinese and English, relative to the speaker's clock.
//!
//! ```
//! use huan_core::time_expression::{find, Meaning};
//! let now: jiff::Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse()?;
//! let text = "评估数据导出 周五 12：00 前";
//! let found = find(text, &now);
//! assert_eq!(&text[found[0].span.clone()], "周五 12：00 前");
//! let Meaning::Found { when, .. } = &found[0].meaning else { unreachable!() };
//! assert_eq!(when.to_string(), "2026-11-27T12:00:00+08:00[Asia/Shanghai]");
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! What can be read in two ways is [`Meaning::Ambiguous`] and is asked back; nothing is guessed. The conventions:
//!
//! - A date without a time means [`END_OF_DAY`] of that date, and says so in its [`Precision`].
//! - Weeks begin on Monday. 「周五」 is the coming one; 「下周五」 said at a weekend, and 「下周日」 on any day, are ambiguous.
//! - 「8点」 to 「12点」 without a part of the day are morning and noon; 「1点」 to 「7点」 are ambiguous while both lie ahead.
//!   Two-digit digital times («05:00») are on the 24-hour clock.
//! - 「前」 behind a date includes the date.
//! - A date without a year that passed within the last 90 days is [`Meaning::Past`]; longer ago it means next year.
//!
//! Not read: recurring times (「每周五」), lunar dates and festivals, durations that are not deadlines (「开会2小时」).

mod clock;
mod date;
mod describe;
mod duration;
mod english;
mod number;
mod resolve;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jiff::{Zoned, civil::Time};
use serde::{Deserialize, Serialize};

pub use describe::{describe, describe_deadline};

/// The time a deadline has when only its date was given.
pub const END_OF_DAY: Time = Time::constant(18, 0, 0, 0);

/// The last minute of a day, meant by 「今天」 when [`END_OF_DAY`] has passed.
pub const LAST_MINUTE: Time = Time::constant(23, 59, 0, 0);

/// A time expression within a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its bytes in the original text, with its 「截止」 or 「前」.
    pub span: Range<usize>,
    /// What it means.
    pub meaning: Meaning,
    /// Whether its own words make it a deadline: 「前」, 「内」, 「截止」, "by". 「明天」 alone may as well be part of a title.
    pub is_deadline: bool,
}

/// What a time expression means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// One instant, not before now.
    Found {
        /// The instant, in the speaker's zone.
        when: Zoned,
        /// How exactly it was said.
        precision: Precision,
    },
    /// So many working days from now; the caller asks the owner's calendar.
    WorkingDays {
        /// How many, at least one.
        count: u32,
    },
    /// Several instants, all ahead; the speaker is asked.
    Ambiguous {
        /// At least one, in order of time.
        candidates: Vec<Zoned>,
        /// Why it is not clear.
        reason: Ambiguity,
    },
    /// A time that has passed.
    Past {
        /// The instant said.
        when: Zoned,
        /// The next instant that the same words could mean.
        next: Option<Zoned>,
    },
}

/// How exactly a time was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// To the minute: 「周五12:00」, 「2小时内」.
    Minute,
    /// A part of a day: 「明天上午」.
    DayPart,
    /// The end of work: 「下班前」. [`END_OF_DAY`] stands for it; the caller may know the person's hours.
    EndOfWork,
    /// A date: 「3月5日」, 「3日内」.
    Day,
    /// The edge of a longer time: 「月底」, 「年底」.
    Period,
}

impl Precision {
    /// Whether the time of day was said, and is not a default.
    pub fn time_given(self) -> bool {
        self == Self::Minute
    }
}

/// Why a time expression can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ambiguity {
    /// 「5点」: in the morning or in the afternoon.
    MorningOrAfternoon,
    /// 「9点」 said in the afternoon: this evening or tomorrow.
    HourPassed,
    /// 「周五」 said on a Friday: today or in a week.
    SameWeekday,
    /// 「下周五」 said at the weekend, 「下周日」, "next Friday": which week.
    WhichWeek,
    /// 「下周」, 「周末」: no day.
    NoDay,
    /// "3/5": third of May or fifth of March.
    DayOrMonthFirst,
    /// 「2月30日」: not in the calendar.
    NoSuchDay,
    /// 「3月5日（周一）」: the date is another weekday.
    WeekdayContradicts,
    /// 「半天内」: of a working day or of the clock.
    HalfDay,
    /// 「3-5天内」.
    Range,
}

/// A length of time at the folded character `at`, and the place behind it.
pub(crate) fn length_of_time(text: &crate::folded::Folded, at: usize) -> Option<(jiff::Span, usize)> {
    duration::length_of_time(text, at).or_else(|| english::length_of_time(text, at))
}

/// Every time expression in `text`, in order, relative to `now` and its zone. Spans never overlap.
pub fn find(text: &str, now: &Zoned) -> Vec<Finding> {
    scan::find(text, now)
}

/// The meaning of `text` when, but for spaces and end marks, it is one time expression and nothing else.
pub fn parse_whole(text: &str, now: &Zoned) -> Option<Meaning> {
    scan::parse_whole(text, now)
}
