//! How somebody wants to be told of ordinary matters (I5): not at night, and news gathered or not at all. Whatever is urgent, and
//! whatever somebody waits for an answer to, is told all the same.

use std::collections::BTreeMap;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

use crate::{names::names, platform::PlatformKey};

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

/// Hours that begin and end at the same time of day would never end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("quiet hours must end")]
pub struct EndlessQuiet;

impl QuietHours {
    /// Checks hours that a person entered.
    ///
    /// # Errors
    /// When they would last all day.
    pub fn check(&self) -> Result<(), EndlessQuiet> {
        if self.from == self.to { Err(EndlessQuiet) } else { Ok(()) }
    }
}

/// When ordinary messages wait on one platform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum QuietThere {
    /// As everywhere.
    #[default]
    AsUsual,
    /// Never.
    Off,
    /// In hours of its own.
    Hours(QuietHours),
}

/// How somebody wants to be told on one platform. What is left out is as everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnPlatform {
    /// Whether ordinary messages go there. Where no platform takes them they go where the person is reached first: nobody is
    /// lost for having refused all of them.
    pub ordinary: bool,
    /// How news is told there.
    pub news: BTreeMap<News, Handling>,
    /// When ordinary messages wait there.
    pub quiet: QuietThere,
}

impl Default for OnPlatform {
    fn default() -> Self {
        Self { ordinary: true, news: BTreeMap::new(), quiet: QuietThere::AsUsual }
    }
}

/// How somebody wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticePreferences {
    /// When ordinary messages wait; none when they may come at any time.
    pub quiet: Option<QuietHours>,
    /// Until when ordinary messages wait, whatever the hour: 「免打扰」 said once.
    pub silent_until: Option<Timestamp>,
    /// How news is told; of what is left out, at once.
    pub news: BTreeMap<News, Handling>,
    /// When gathered news is told.
    pub gather_at: Vec<Time>,
    /// What is different on a platform.
    pub platforms: BTreeMap<PlatformKey, OnPlatform>,
}

impl Default for NoticePreferences {
    fn default() -> Self {
        Self {
            quiet: None,
            silent_until: None,
            news: BTreeMap::new(),
            platforms: BTreeMap::new(),
            gather_at: vec![Time::constant(9, 30, 0, 0), Time::constant(16, 30, 0, 0)],
        }
    }
}

impl NoticePreferences {
    /// The longest that somebody may silence ordinary messages by one word.
    pub const LONGEST_SILENCE: SignedDuration = SignedDuration::from_hours(72);

    /// Whether ordinary messages are to go to a platform, as long as one takes them.
    pub fn takes_ordinary(&self, platform: &PlatformKey) -> bool {
        self.platforms.get(platform).is_none_or(|there| there.ordinary)
    }

    /// What holds on one platform: its own settings, and the general ones for what it leaves out.
    #[must_use]
    pub fn on(mut self, platform: &PlatformKey) -> Self {
        let Some(there) = self.platforms.remove(platform) else { return self };
        self.news.extend(there.news);
        match there.quiet {
            QuietThere::AsUsual => {}
            QuietThere::Off => self.quiet = None,
            QuietThere::Hours(hours) => self.quiet = Some(hours),
        }
        self
    }

    /// How news of this kind is told.
    pub fn handling(&self, news: News) -> Handling {
        self.news.get(&news).copied().unwrap_or(Handling::AtOnce)
    }

    /// When ordinary messages may come again, if they may not now: after the silence somebody asked for, and then not in
    /// their quiet hours.
    pub fn quiet_until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let silent = self.silent_until.filter(|until| *until > now);
        self.hours_until(silent.unwrap_or(now), zone).or(silent)
    }

    /// When the quiet hours end, if `now` lies in them.
    fn hours_until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
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
    fn i5_silence_ends_where_it_was_said_to_or_with_the_quiet_hours_it_reaches_into() {
        let zone = time_text::zone("Asia/Shanghai");
        let until = |text: &str| NoticePreferences { silent_until: Some(at(text)), ..at_night() };
        let now = at("2026-11-25T14:00");
        assert_eq!(until("2026-11-25T16:00").quiet_until(now, &zone), Some(at("2026-11-25T16:00")));
        assert_eq!(until("2026-11-25T23:00").quiet_until(now, &zone), Some(at("2026-11-26T08:00")));
        assert_eq!(until("2026-11-25T13:00").quiet_until(now, &zone), None, "it is over");
    }

    #[test]
    fn i5_a_platform_has_its_own_settings_and_inherits_what_it_leaves_out() {
        let zone = time_text::zone("Asia/Shanghai");
        let (feishu, dingtalk) = (PlatformKey::new("feishu"), PlatformKey::new("dingtalk"));
        let siesta = QuietHours { from: Time::constant(12, 0, 0, 0), to: Time::constant(13, 30, 0, 0) };
        let there = OnPlatform {
            ordinary: false,
            news: [(News::Problems, Handling::Never)].into(),
            quiet: QuietThere::Hours(siesta),
        };
        let preferences = NoticePreferences {
            news: [(News::Tasks, Handling::Gathered)].into(),
            platforms: [(dingtalk.clone(), there)].into(),
            ..at_night()
        };
        assert!(preferences.takes_ordinary(&feishu) && !preferences.takes_ordinary(&dingtalk));
        let on = |platform: &PlatformKey| preferences.clone().on(platform);
        assert_eq!(on(&feishu).handling(News::Tasks), Handling::Gathered);
        assert_eq!(on(&feishu).handling(News::Problems), Handling::AtOnce);
        assert_eq!(on(&dingtalk).handling(News::Tasks), Handling::Gathered, "inherited");
        assert_eq!(on(&dingtalk).handling(News::Problems), Handling::Never);
        let (noon, night) = (at("2026-11-25T12:30"), at("2026-11-25T23:00"));
        assert_eq!(on(&dingtalk).quiet_until(noon, &zone), Some(at("2026-11-25T13:30")));
        assert_eq!(on(&dingtalk).quiet_until(night, &zone), None);
        assert_eq!(on(&feishu).quiet_until(noon, &zone), None);
        assert_eq!(on(&feishu).quiet_until(night, &zone), Some(at("2026-11-26T08:00")));
        let off = OnPlatform { quiet: QuietThere::Off, ..OnPlatform::default() };
        let preferences = NoticePreferences { platforms: [(dingtalk.clone(), off)].into(), ..at_night() };
        assert_eq!(preferences.on(&dingtalk).quiet_until(night, &zone), None);
    }

    #[test]
    fn quiet_hours_that_never_end_are_refused_and_settings_written_before_are_read() {
        let noon = Time::constant(12, 0, 0, 0);
        assert_eq!(QuietHours { from: noon, to: noon }.check(), Err(EndlessQuiet));
        let before =
            r#"{"quiet":{"from":"22:00:00","to":"08:00:00"},"news":{"tasks":"gathered"},"gather_at":["09:30:00"]}"#;
        let read: NoticePreferences = serde_json::from_str(before).unwrap();
        assert!(read.platforms.is_empty() && read.silent_until.is_none());
        let all =
            r#"{"platforms":{"feishu":{"ordinary":false,"quiet":{"kind":"hours","from":"12:00:00","to":"13:00:00"}}}}"#;
        let read: NoticePreferences = serde_json::from_str(all).unwrap();
        let again: NoticePreferences = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(read, again);
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
