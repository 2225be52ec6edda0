//! How somebody wants to be told of ordinary matters (I5): not at night, and news gathered or not at all. Whatever is urgent, and
//! whatever somebody waits for an answer to, is told all the same.

use std::collections::BTreeMap;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::names::names;

names! {
    /// News: what somebody is told and need not act on.
    News {
        /// Steps of tasks.
        Tasks = "tasks",
        /// Steps of problems.
        Problems = "problems",
        /// Steps of minutes.
        Minutes = "minutes",
    }
}

names! {
    /// How news is told.
    Handling {
        /// As it comes.
        AtOnce = "at_once",
        /// Several in one message, at set times.
        Gathered = "gathered",
        /// Not at all; the page shows it.
        Never = "never",
    }
}

/// When ordinary messages wait, wall-clock time in the person's zone. An end that is not after the begin is on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From when …
    pub from: Time,
    /// … until when.
    pub to: Time,
}

/// How somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticePreferences {
    /// When ordinary messages wait; none when they may come at any time.
    pub quiet: Option<QuietHours>,
    /// How news is told; of what is left out, at once.
    pub news: BTreeMap<News, Handling>,
    /// When gathered news is told.
    pub gather_at: Vec<Time>,
}

impl Default for NoticePreferences {
    fn default() -> Self {
        Self {
            quiet: None,
            news: BTreeMap::new(),
            gather_at: vec![Time::constant(9, 30, 0, 0), Time::constant(16, 30, 0, 0)],
        }
    }
}

impl NoticePreferences {
    /// How news of this kind is told.
    pub fn handling(&self, news: News) -> Handling {
        self.news.get(&news).copied().unwrap_or(Handling::AtOnce)
    }

    /// When the quiet hours end, if `now` lies in them.
    pub fn quiet_until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let QuietHours { from, to } = self.quiet?;
        let here = zone.to_datetime(now);
        let (today, time) = (here.date(), here.time());
        let ends = |day: Date| zone.to_timestamp(day.to_datetime(to)).ok();
        let until = if from < to {
            if time >= from && time < to { ends(today) } else { None }
        } else if time >= from {
            ends(today.tomorrow().ok()?)
        } else if time < to {
            ends(today)
        } else {
            None
        };
        until.filter(|until| *until > now)
    }

    /// When gathered news is told next: not in the quiet hours.
    pub fn next_gathering(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = zone.to_datetime(now).date();
        let days = std::iter::successors(Some(today), |day| day.tomorrow().ok()).take(3);
        let moments = days.flat_map(|day| {
            self.gather_at.iter().filter_map(move |time| zone.to_timestamp(day.to_datetime(*time)).ok())
        });
        let next = moments.filter(|at| *at > now).min();
        // Without any time it is told after an hour.
        let next = next.unwrap_or(now + SignedDuration::from_hours(1));
        self.quiet_until(next, zone).unwrap_or(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::{Language, has},
        time_text,
    };

    fn at(text: &str) -> Timestamp {
        format!("{text}[Asia/Shanghai]").parse::<jiff::Zoned>().unwrap().timestamp()
    }

    fn at_night() -> NoticePreferences {
        let quiet = QuietHours { from: Time::constant(22, 0, 0, 0), to: Time::constant(8, 0, 0, 0) };
        NoticePreferences { quiet: Some(quiet), ..NoticePreferences::default() }
    }

    #[test]
    fn i5_quiet_hours_reach_over_midnight() {
        let zone = time_text::zone("Asia/Shanghai");
        let preferences = at_night();
        let until = |text: &str| preferences.quiet_until(at(text), &zone);
        assert_eq!(until("2026-11-25T21:59"), None);
        assert_eq!(until("2026-11-25T22:00"), Some(at("2026-11-26T08:00")));
        assert_eq!(until("2026-11-26T07:59"), Some(at("2026-11-26T08:00")));
        assert_eq!(until("2026-11-26T08:00"), None);
        let noon = QuietHours { from: Time::constant(12, 0, 0, 0), to: Time::constant(13, 30, 0, 0) };
        let siesta = NoticePreferences { quiet: Some(noon), ..NoticePreferences::default() };
        assert_eq!(siesta.quiet_until(at("2026-11-25T12:30"), &zone), Some(at("2026-11-25T13:30")));
        assert_eq!(siesta.quiet_until(at("2026-11-25T23:30"), &zone), None);
        let always = NoticePreferences::default();
        assert_eq!(always.quiet_until(at("2026-11-26T03:00"), &zone), None);
    }

    #[test]
    fn i5_news_is_gathered_until_the_next_time() {
        let zone = time_text::zone("Asia/Shanghai");
        let preferences = NoticePreferences::default();
        let next = |text: &str| preferences.next_gathering(at(text), &zone);
        assert_eq!(next("2026-11-25T09:00"), at("2026-11-25T09:30"));
        assert_eq!(next("2026-11-25T09:30"), at("2026-11-25T16:30"));
        assert_eq!(next("2026-11-25T18:00"), at("2026-11-26T09:30"));
        let early = NoticePreferences { gather_at: vec![Time::constant(6, 0, 0, 0)], ..at_night() };
        assert_eq!(
            early.next_gathering(at("2026-11-25T18:00"), &zone),
            at("2026-11-26T08:00"),
            "not in the quiet hours"
        );
    }

    #[test]
    fn every_kind_and_handling_has_its_text() {
        let keys = (News::ALL.iter().map(|news| format!("notice_preference.news.{news}")))
            .chain(Handling::ALL.iter().map(|handling| format!("notice_preference.handling.{handling}")));
        for key in keys {
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
    }
}
