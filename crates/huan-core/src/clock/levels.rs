//! Service levels: how long each kind of matter may take. Settings of a collaboration, with these defaults.

use jiff::{SignedDuration, civil::Time, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{calendar::PublicHolidays, digest::ReportDay};

/// A span longer than a year is a slip of the pen.
const LONGEST: u32 = 366 * 24 * 60;

/// More calls on everybody in a day than this are no limit.
const MOST_CALLS: u32 = 50;

/// By which time a span is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// All time counts.
    Elapsed,
    /// Only the owner's working time counts.
    Working,
}

/// An amount of time, in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// How many minutes.
    pub minutes: u32,
    /// Which minutes count.
    pub basis: Basis,
}

impl Span {
    /// `minutes` of working time.
    pub const fn working(minutes: u32) -> Self {
        Self { minutes, basis: Basis::Working }
    }

    /// `minutes` of elapsed time.
    pub const fn elapsed(minutes: u32) -> Self {
        Self { minutes, basis: Basis::Elapsed }
    }

    /// Half of it, rounded up to a whole minute.
    pub(super) fn half(self) -> Self {
        Self { minutes: self.minutes.div_ceil(2), ..self }
    }

    /// The length; never less than a minute, so that no plan can stand still.
    pub(super) fn duration(self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.minutes.max(1)))
    }
}

/// The service levels of a collaboration. What a file leaves out has its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceLevels {
    /// Taking on a task 「承接确认」, and answering a refusal.
    pub acceptance: AcceptanceLevel,
    /// Daily progress.
    pub daily_progress: DailyProgressLevel,
    /// The sync rhythm: daily digest and weekly report (C2).
    pub digest: DigestLevel,
    /// An ordinary problem.
    pub ordinary_problem: ProblemLevel,
    /// An urgent problem.
    pub urgent_problem: UrgentLevel,
    /// Minutes 「会议纪要」 of a decision or meeting.
    pub minutes: RemindedLevel,
    /// Having read the usage rules.
    pub rules_read: RulesReadLevel,
    /// A follow-up 「后续行动」.
    pub follow_up: FollowUpLevel,
    /// Signing an acceptance 「签字确认」.
    pub sign_off: RemindedLevel,
    /// The stage reports of an emergency.
    pub stage_report: StageReportLevel,
    /// The points of an emergency's checklist.
    pub checklist_item: ChecklistLevel,
    /// The fault report 「故障报告」 of an emergency.
    pub fault_report: RemindedLevel,
    /// Calling on everybody in a group 「@全体」 (I5).
    pub everybody: EverybodyLevel,
}

/// How often everybody in a group may be called on 「@全体」 (I5). Emergencies have room of their own: they are counted, and
/// never held back by what is ordinary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EverybodyLevel {
    /// Ordinary calls for each group and day; 0 for none at all.
    pub ordinary_a_day: u32,
}

impl Default for EverybodyLevel {
    fn default() -> Self {
        Self { ordinary_a_day: 2 }
    }
}

/// Taking on a task: reminder at half time, escalation at the end, then up the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceLevel {
    /// How long the owner has to answer.
    pub answer_within: Span,
    /// How long each superior has before the next one is called on.
    pub escalate_every: Span,
}

/// Daily progress: reminder before the digest, named as missing in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DailyProgressLevel {
    /// When the digest goes out on each working day, wall-clock time.
    pub digest_at: Time,
    /// How many minutes before the digest the owner is reminded.
    pub remind_before_minutes: u32,
    /// The IANA time zone of `digest_at`; the owner's own when it is left out.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// The sync rhythm of a collaboration (C2). The time of the daily digest, and the zone of both, are those of the daily progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DigestLevel {
    /// Whether there is a daily digest on each working day.
    pub daily: bool,
    /// The day of the weekly report; none for no weekly report.
    pub weekly_on: Option<ReportDay>,
    /// When the weekly report goes out on that day, wall-clock time.
    pub weekly_at: Time,
    /// How many minutes before the daily digest the assistants are told of the rows that should have been touched (H4).
    pub prepare_before_minutes: u32,
    /// After how many working days an open row should have been touched.
    pub untouched_after_days: u32,
    /// Which public holidays are no working days.
    pub public_holidays: PublicHolidays,
}

impl Default for DigestLevel {
    fn default() -> Self {
        Self {
            daily: true,
            weekly_on: Some(ReportDay::Friday),
            weekly_at: Time::constant(17, 0, 0, 0),
            prepare_before_minutes: 30,
            untouched_after_days: 3,
            public_holidays: PublicHolidays::China,
        }
    }
}

/// An ordinary problem: the superior after a while, then up the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProblemLevel {
    /// How long whoever was asked has to answer.
    pub answer_within: Span,
    /// How long each superior has before the next one is called on.
    pub escalate_every: Span,
}

/// An urgent problem: one person after the other, then everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrgentLevel {
    /// Minutes until the next person is rung.
    pub ring_every_minutes: u32,
    /// Once everybody was told: minutes until they are told again.
    pub repeat_every_minutes: u32,
}

/// The stage reports of an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageReportLevel {
    /// Minutes from one to the next.
    pub report_every_minutes: u32,
}

/// The points of an emergency's checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistLevel {
    /// Minutes after which a point that is late comes up again.
    pub remind_every_minutes: u32,
}

/// A matter with one reminder before the escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemindedLevel {
    /// When the reminder comes.
    pub remind_after: Span,
    /// When the matter is due and the superior is called on.
    pub escalate_after: Span,
    /// How long each superior has before the next one is called on.
    pub escalate_every: Span,
}

/// Having read the usage rules: reminded until confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesReadLevel {
    /// Working days from one reminder to the next.
    pub remind_every_days: u32,
}

/// A follow-up: reminder before it is due, then like a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUpLevel {
    /// How many minutes before it is due the owner is reminded.
    pub remind_before_minutes: u32,
    /// How long after it was due the superior is called on.
    pub escalate_after: Span,
    /// How long each superior has before the next one is called on.
    pub escalate_every: Span,
}

const HOUR: u32 = 60;
const DAY: u32 = 24 * HOUR;

impl Default for ServiceLevels {
    fn default() -> Self {
        Self {
            acceptance: AcceptanceLevel {
                answer_within: Span::working(2 * HOUR),
                escalate_every: Span::working(2 * HOUR),
            },
            daily_progress: DailyProgressLevel {
                digest_at: Time::constant(17, 0, 0, 0),
                remind_before_minutes: 30,
                time_zone: None,
            },
            digest: DigestLevel::default(),
            ordinary_problem: ProblemLevel { answer_within: Span::elapsed(DAY), escalate_every: Span::elapsed(DAY) },
            urgent_problem: UrgentLevel { ring_every_minutes: 5, repeat_every_minutes: 15 },
            minutes: RemindedLevel {
                remind_after: Span::elapsed(20 * HOUR),
                escalate_after: Span::elapsed(DAY),
                escalate_every: Span::elapsed(DAY),
            },
            rules_read: RulesReadLevel { remind_every_days: 1 },
            follow_up: FollowUpLevel {
                remind_before_minutes: 2 * HOUR,
                escalate_after: Span::elapsed(DAY),
                escalate_every: Span::elapsed(DAY),
            },
            sign_off: RemindedLevel {
                remind_after: Span::elapsed(DAY),
                escalate_after: Span::elapsed(2 * DAY),
                escalate_every: Span::elapsed(DAY),
            },
            stage_report: StageReportLevel { report_every_minutes: 30 },
            checklist_item: ChecklistLevel { remind_every_minutes: 10 },
            fault_report: RemindedLevel {
                remind_after: Span::elapsed(20 * HOUR),
                escalate_after: Span::elapsed(DAY),
                escalate_every: Span::elapsed(DAY),
            },
            everybody: EverybodyLevel::default(),
        }
    }
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidLevels {
    /// The path of the setting: `acceptance.answer_within`.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: LevelProblem,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LevelProblem {
    /// Shorter than possible or longer than a year.
    #[error("the span must be between a minute (two for an answer) and a year")]
    OutOfRange,
    /// A reminder that would not come before the escalation.
    #[error("the reminder must come before the escalation, both measured by the same time")]
    ReminderTooLate,
    /// Not a zone of the IANA time zone database.
    #[error("this is not a time zone such as Asia/Shanghai")]
    TimeZone,
}

impl LevelProblem {
    /// The stable name; `clock.level.<code>` is its text.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutOfRange => "out_of_range",
            Self::ReminderTooLate => "reminder_too_late",
            Self::TimeZone => "time_zone",
        }
    }
}

impl ServiceLevels {
    /// Checks settings that a person entered.
    ///
    /// # Errors
    /// The first setting that cannot be. (A clock copes with settings that were never checked; its stages then merge.)
    pub fn check(&self) -> Result<(), InvalidLevels> {
        let spans = [
            ("acceptance.escalate_every", self.acceptance.escalate_every.minutes),
            ("daily_progress.remind_before_minutes", self.daily_progress.remind_before_minutes),
            ("ordinary_problem.answer_within", self.ordinary_problem.answer_within.minutes),
            ("ordinary_problem.escalate_every", self.ordinary_problem.escalate_every.minutes),
            ("urgent_problem.ring_every_minutes", self.urgent_problem.ring_every_minutes),
            ("urgent_problem.repeat_every_minutes", self.urgent_problem.repeat_every_minutes),
            ("minutes.remind_after", self.minutes.remind_after.minutes),
            ("minutes.escalate_after", self.minutes.escalate_after.minutes),
            ("minutes.escalate_every", self.minutes.escalate_every.minutes),
            ("rules_read.remind_every_days", self.rules_read.remind_every_days.saturating_mul(DAY)),
            ("follow_up.remind_before_minutes", self.follow_up.remind_before_minutes),
            ("follow_up.escalate_after", self.follow_up.escalate_after.minutes),
            ("follow_up.escalate_every", self.follow_up.escalate_every.minutes),
            ("sign_off.remind_after", self.sign_off.remind_after.minutes),
            ("sign_off.escalate_after", self.sign_off.escalate_after.minutes),
            ("sign_off.escalate_every", self.sign_off.escalate_every.minutes),
            ("stage_report.report_every_minutes", self.stage_report.report_every_minutes),
            ("checklist_item.remind_every_minutes", self.checklist_item.remind_every_minutes),
            ("fault_report.remind_after", self.fault_report.remind_after.minutes),
            ("fault_report.escalate_after", self.fault_report.escalate_after.minutes),
            ("fault_report.escalate_every", self.fault_report.escalate_every.minutes),
        ];
        let refuse = |field, problem| Err(InvalidLevels { field, problem });
        for (field, minutes) in spans {
            if !(1..=LONGEST).contains(&minutes) {
                return refuse(field, LevelProblem::OutOfRange);
            }
        }
        if self.everybody.ordinary_a_day > MOST_CALLS {
            return refuse("everybody.ordinary_a_day", LevelProblem::OutOfRange);
        }
        if !(2..=LONGEST).contains(&self.acceptance.answer_within.minutes) {
            return refuse("acceptance.answer_within", LevelProblem::OutOfRange);
        }
        let reminded = [
            ("minutes.remind_after", &self.minutes),
            ("sign_off.remind_after", &self.sign_off),
            ("fault_report.remind_after", &self.fault_report),
        ];
        for (field, level) in reminded {
            let (reminder, escalation) = (level.remind_after, level.escalate_after);
            if reminder.basis != escalation.basis || reminder.minutes >= escalation.minutes {
                return refuse(field, LevelProblem::ReminderTooLate);
            }
        }
        let digest = &self.daily_progress;
        // The reminder must lie on the day of the digest.
        let minute_of_digest =
            digest.digest_at.hour().unsigned_abs() as u32 * HOUR + u32::from(digest.digest_at.minute().unsigned_abs());
        if digest.remind_before_minutes > minute_of_digest {
            return refuse("daily_progress.remind_before_minutes", LevelProblem::OutOfRange);
        }
        if self.digest.prepare_before_minutes > minute_of_digest {
            return refuse("digest.prepare_before_minutes", LevelProblem::OutOfRange);
        }
        if !(1..=366).contains(&self.digest.untouched_after_days) {
            return refuse("digest.untouched_after_days", LevelProblem::OutOfRange);
        }
        if let Some(zone) = &digest.time_zone
            && TimeZone::get(zone).is_err()
        {
            return refuse("daily_progress.time_zone", LevelProblem::TimeZone);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, has};

    #[test]
    fn i4_defaults_are_those_of_the_requirements_and_are_valid() {
        let levels = ServiceLevels::default();
        assert_eq!(levels.check(), Ok(()));
        assert_eq!(levels.acceptance.answer_within, Span::working(120));
        assert_eq!(levels.ordinary_problem.answer_within, Span::elapsed(24 * 60));
        assert_eq!(levels.minutes.remind_after, Span::elapsed(20 * 60));
        assert_eq!(levels.minutes.escalate_after, Span::elapsed(24 * 60));
        assert_eq!(levels.daily_progress.digest_at, Time::constant(17, 0, 0, 0));
        assert_eq!(levels.daily_progress.remind_before_minutes, 30);
    }

    #[test]
    fn i4_levels_are_editable_one_by_one() {
        let levels: ServiceLevels = serde_json::from_str(
            r#"{"acceptance":{"answer_within":{"minutes":30,"basis":"elapsed"},
                "escalate_every":{"minutes":15,"basis":"elapsed"}},
                "daily_progress":{"digest_at":"18:30","remind_before_minutes":45}}"#,
        )
        .unwrap();
        assert_eq!(levels.acceptance.answer_within, Span::elapsed(30));
        assert_eq!(levels.daily_progress.digest_at, Time::constant(18, 30, 0, 0));
        assert_eq!(levels.minutes, ServiceLevels::default().minutes);
        let json = serde_json::to_string(&levels).unwrap();
        assert_eq!(serde_json::from_str::<ServiceLevels>(&json).unwrap(), levels);
        assert!(serde_json::from_str::<ServiceLevels>(r#"{"acceptence":{}}"#).is_err());
    }

    #[test]
    fn every_problem_has_its_text() {
        for problem in [LevelProblem::OutOfRange, LevelProblem::ReminderTooLate, LevelProblem::TimeZone] {
            let key = format!("clock.level.{}", problem.code());
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
    }

    #[test]
    fn i4_impossible_levels_are_refused() {
        let refused = |change: fn(&mut ServiceLevels)| {
            let mut levels = ServiceLevels::default();
            change(&mut levels);
            levels.check().map_err(|error| error.field)
        };
        assert_eq!(refused(|l| l.acceptance.answer_within.minutes = 1), Err("acceptance.answer_within"));
        assert_eq!(refused(|l| l.follow_up.escalate_every.minutes = 0), Err("follow_up.escalate_every"));
        assert_eq!(refused(|l| l.rules_read.remind_every_days = u32::MAX), Err("rules_read.remind_every_days"));
        assert_eq!(refused(|l| l.digest.prepare_before_minutes = 18 * 60), Err("digest.prepare_before_minutes"));
        assert_eq!(refused(|l| l.digest.untouched_after_days = 0), Err("digest.untouched_after_days"));
        assert_eq!(refused(|l| l.minutes.remind_after.minutes = 24 * 60), Err("minutes.remind_after"));
        assert_eq!(refused(|l| l.sign_off.remind_after.basis = Basis::Working), Err("sign_off.remind_after"));
        assert_eq!(
            refused(|l| l.daily_progress.remind_before_minutes = 18 * 60),
            Err("daily_progress.remind_before_minutes")
        );
        assert_eq!(
            refused(|l| l.daily_progress.time_zone = Some("Mars/Olympus".into())),
            Err("daily_progress.time_zone")
        );
    }
}
