//! The fault report 「故障报告」: drafted from the timeline, completed by people, filed with measures that become tasks.

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{
    i18n::{Language, text},
    id::{PersonId, TaskId},
    names::names,
    problem::Severity,
    time_text,
};

/// A fault report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultReport {
    /// What happened, in short.
    pub summary: String,
    /// Whom and what it hit.
    pub impact: String,
    /// The course of it.
    pub timeline: Vec<ReportLine>,
    /// The root cause 「根本原因」.
    pub cause: String,
    /// What was done about it.
    pub handling: String,
    /// What follows, so that it does not happen again.
    pub measures: Vec<Measure>,
    /// When it was filed, and by whom.
    pub filed: Option<Filed>,
}

/// A line of the course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// Something to be done afterwards. Filed, it becomes a task.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Measure {
    /// What.
    pub what: String,
    /// Who does it.
    pub owner: Option<PersonId>,
    /// By when.
    pub due: Option<Timestamp>,
    /// The task that it became.
    pub task: Option<TaskId>,
}

/// That a report was filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

names! {
    /// What a report lacks before it can be filed. `emergency.gap.<name>` is its text.
    Gap {
        /// The summary.
        Summary = "summary",
        /// The root cause.
        Cause = "cause",
        /// There is no measure.
        Measures = "measures",
        /// A measure without words.
        MeasureWhat = "measure_what",
        /// A measure that nobody owns.
        MeasureOwner = "measure_owner",
        /// A measure without a date.
        MeasureDue = "measure_due",
    }
}

impl FaultReport {
    /// The first thing that it lacks.
    pub fn gap(&self) -> Option<Gap> {
        let empty = |text: &str| text.trim().is_empty();
        let of_measure = |measure: &Measure| match measure {
            measure if empty(&measure.what) => Some(Gap::MeasureWhat),
            Measure { owner: None, .. } => Some(Gap::MeasureOwner),
            Measure { due: None, .. } => Some(Gap::MeasureDue),
            _ => None,
        };
        match self {
            report if empty(&report.summary) => Some(Gap::Summary),
            report if empty(&report.cause) => Some(Gap::Cause),
            report if report.measures.is_empty() => Some(Gap::Measures),
            report => report.measures.iter().find_map(of_measure),
        }
    }
}

/// What a draft is made from.
#[derive(Debug, Clone)]
pub struct ReportFacts<'a> {
    /// What was wrong.
    pub title: &'a str,
    /// More about it.
    pub detail: &'a str,
    /// How severe it was.
    pub severity: Severity,
    /// Whether it was a drill.
    pub drill: bool,
    /// When it was raised.
    pub started_at: Timestamp,
    /// When somebody acknowledged first, and who.
    pub acknowledged: Option<(Timestamp, &'a str)>,
    /// When it was over, or now.
    pub ended_at: Timestamp,
    /// How it was solved.
    pub solution: Option<&'a str>,
    /// The timeline in words.
    pub timeline: Vec<ReportLine>,
    /// The zone in which moments are written.
    pub zone: &'a TimeZone,
}

/// A draft: what the timeline tells is written down, what only people know is left to them.
pub fn draft(facts: ReportFacts<'_>, language: Language) -> FaultReport {
    let say = |key: &str, arguments: &[(&str, &dyn std::fmt::Display)]| {
        text(language, &format!("emergency.report.{key}"), arguments)
    };
    // A report is read long afterwards: «today» would be wrong then.
    let moment = |at: Timestamp| at.to_zoned(facts.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let lasted = time_text::span(facts.ended_at.duration_since(facts.started_at), language);
    let severity = text(language, &format!("domain.severity.{}", facts.severity.name()), &[]);
    let mut summary = vec![say(
        "draft_summary",
        &[
            ("severity", &severity),
            ("title", &facts.title),
            ("start", &moment(facts.started_at)),
            ("end", &moment(facts.ended_at)),
            ("lasted", &lasted),
        ],
    )];
    if let Some((at, name)) = facts.acknowledged {
        let after = time_text::span(at.duration_since(facts.started_at), language);
        summary.push(say("draft_acknowledged", &[("name", &name), ("after", &after)]));
    }
    if facts.drill {
        summary.push(say("draft_drill", &[]));
    }
    FaultReport {
        summary: summary.join("\n"),
        impact: facts.detail.to_owned(),
        timeline: facts.timeline,
        handling: facts.solution.unwrap_or_default().to_owned(),
        ..FaultReport::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::has;

    #[test]
    fn e2_the_draft_tells_what_the_timeline_knows_and_leaves_the_cause_to_people() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let zone = time_text::zone("Asia/Shanghai");
        let facts = ReportFacts {
            title: "支付模块故障",
            detail: "下单失败",
            severity: Severity::One,
            drill: true,
            started_at: at("2026-11-25T18:00:00Z"),
            acknowledged: Some((at("2026-11-25T18:06:00Z"), "李强")),
            ended_at: at("2026-11-25T19:30:00Z"),
            solution: Some("扩容"),
            timeline: vec![ReportLine { at: at("2026-11-25T18:00:00Z"), text: "提出".into() }],
            zone: &zone,
        };
        for language in Language::ALL {
            let report = draft(facts.clone(), language);
            assert!(!report.summary.contains("emergency."), "{}", report.summary);
            for known in ["支付模块故障", "02:00", "03:30", "李强"] {
                assert!(report.summary.contains(known), "{known} in {}", report.summary);
            }
            assert_eq!((report.impact.as_str(), report.handling.as_str()), ("下单失败", "扩容"));
            assert_eq!(report.timeline.len(), 1);
            assert_eq!(report.gap(), Some(Gap::Cause));
        }
        for gap in Gap::ALL {
            assert!(Language::ALL.into_iter().all(|language| has(language, &format!("emergency.gap.{gap}"))));
        }
    }
}
