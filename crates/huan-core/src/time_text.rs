//! Moments and spans in words, in the reader's zone and language (I8).

use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::i18n::{Language, text};

/// The zone with this IANA name; a name that is not known counts as Shanghai, where most readers are.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).or_else(|_| TimeZone::get("Asia/Shanghai")).unwrap_or(TimeZone::UTC)
}

/// A moment as a reader says it: 「今天 17:00」, 「周五 11月27日 12:00」.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone, language: Language) -> String {
    let at = at.to_zoned(zone.clone());
    let now = now.to_zoned(zone.clone());
    let clock = format!("{:02}:{:02}", at.hour(), at.minute());
    let days = at.date().since(now.date()).map_or(i32::MAX, |span| span.get_days());
    let day = match days {
        0 => text(language, "moment.today", &[]),
        1 => text(language, "moment.tomorrow", &[]),
        -1 => text(language, "moment.yesterday", &[]),
        _ => day(&at, &now, language),
    };
    format!("{day} {clock}")
}

fn day(at: &Zoned, now: &Zoned, language: Language) -> String {
    date(at.date(), now.date(), language)
}

/// A date with its weekday, and with its year where that is not the one of `today`: 「11月27日（周五）」.
pub fn date(date: Date, today: Date, language: Language) -> String {
    let weekday = text(language, &format!("moment.weekday.{}", weekday(date.weekday())), &[]);
    let month = match language {
        Language::Chinese => date.month().to_string(),
        Language::English => text(language, &format!("moment.month.{}", date.month()), &[]),
    };
    let key = if date.year() == today.year() { "moment.date" } else { "moment.date_with_year" };
    text(language, key, &[("weekday", &weekday), ("month", &month), ("day", &date.day()), ("year", &date.year())])
}

fn weekday(weekday: Weekday) -> i8 {
    weekday.to_monday_one_offset()
}

/// A span in words, to two units: 「1 小时 20 分钟」.
pub fn span(length: SignedDuration, language: Language) -> String {
    let minutes = length.as_mins().abs();
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let unit = |count: i64, key: &str| (count > 0).then(|| text(language, key, &[("n", &count)]));
    let parts: Vec<String> = match (days, hours) {
        (0, 0) => vec![text(language, "moment.minutes", &[("n", &minutes)])],
        (0, _) => [unit(hours, "moment.hours"), unit(minutes, "moment.minutes")].into_iter().flatten().collect(),
        _ => [unit(days, "moment.days"), unit(hours, "moment.hours")].into_iter().flatten().collect(),
    };
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn i8_a_moment_is_told_in_the_readers_zone() {
        let now = at("2026-11-22T16:30:00Z");
        let due = at("2026-11-27T04:00:00Z");
        let shanghai = zone("Asia/Shanghai");
        assert_eq!(moment(due, now, &shanghai, Language::Chinese), "11月27日（周五） 12:00");
        assert_eq!(moment(due, now, &zone("America/New_York"), Language::English), "Thu 26 Nov 23:00");
        assert_eq!(moment(at("2026-11-23T01:00:00Z"), now, &shanghai, Language::Chinese), "今天 09:00");
        assert_eq!(moment(at("2026-11-23T16:30:00Z"), now, &shanghai, Language::Chinese), "明天 00:30");
        assert_eq!(moment(at("2027-01-01T01:00:00Z"), now, &shanghai, Language::Chinese), "2027年1月1日（周五） 09:00");
    }

    #[test]
    fn a_span_has_at_most_two_units() {
        assert_eq!(span(SignedDuration::from_mins(80), Language::Chinese), "1 小时 20 分钟");
        assert_eq!(span(SignedDuration::from_mins(1500), Language::English), "1 d 1 h");
        assert_eq!(span(SignedDuration::ZERO, Language::Chinese), "0 分钟");
    }
}
