//! The stage report that goes out by itself when its time has come: what is known, in words.

use jiff::SignedDuration;

use super::ChecklistItem;
use crate::{
    i18n::{Language, text},
    problem::Severity,
    time_text,
};

/// What a stage report tells of.
#[derive(Debug, Clone)]
pub struct StageFacts<'a> {
    /// What is wrong.
    pub title: &'a str,
    /// How severe it is.
    pub severity: Severity,
    /// How long it has been going on.
    pub running_for: SignedDuration,
    /// Who acknowledged first.
    pub acknowledged_by: Option<&'a str>,
    /// What whoever acknowledged has said.
    pub last_words: Option<&'a str>,
    /// The checklist.
    pub checklist: &'a [ChecklistItem],
    /// How many of the open points are late.
    pub late: usize,
}

/// The report in words: what is wrong, who has it in hand, how far the checklist is, and what comes next.
pub fn stage_report(facts: &StageFacts<'_>, language: Language) -> String {
    let say = |key: &str, arguments: &[(&str, &dyn std::fmt::Display)]| {
        text(language, &format!("emergency.stage.{key}"), arguments)
    };
    let severity = text(language, &format!("domain.severity.{}", facts.severity.name()), &[]);
    let since = time_text::span(facts.running_for, language);
    let mut lines = vec![say("head", &[("severity", &severity), ("title", &facts.title), ("since", &since)])];
    lines.push(match facts.acknowledged_by {
        Some(name) => say("acknowledged", &[("name", &name)]),
        None => say("nobody", &[]),
    });
    if let Some(words) = facts.last_words {
        lines.push(say("words", &[("words", &words)]));
    }
    if !facts.checklist.is_empty() {
        let done = facts.checklist.iter().filter(|item| !item.is_open()).count();
        let total = facts.checklist.len();
        lines.push(match facts.late {
            0 => say("checklist", &[("done", &done), ("total", &total)]),
            late => say("checklist_late", &[("done", &done), ("total", &total), ("late", &late)]),
        });
    }
    if let Some(next) = facts.checklist.iter().find(|item| item.is_open()) {
        lines.push(say("next", &[("text", &next.text)]));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        emergency::shipped,
        id::{ChecklistItemId, EmergencyId, PersonId},
    };
    use jiff::Timestamp;

    #[test]
    fn e2_a_stage_report_tells_who_has_it_how_far_it_is_and_what_is_next() {
        let start = Timestamp::UNIX_EPOCH;
        let mut number = 0;
        let mut checklist =
            shipped(Language::Chinese)[0].checklist(&EmergencyId::from_bits(1), Severity::One, start, || {
                number += 1;
                ChecklistItemId::from_bits(number)
            });
        checklist[0].tick(PersonId::from_bits(1), start).unwrap();
        let facts = StageFacts {
            title: "支付模块故障",
            severity: Severity::One,
            running_for: SignedDuration::from_mins(15),
            acknowledged_by: None,
            last_words: None,
            checklist: &checklist,
            late: 0,
        };
        let words = stage_report(&facts, Language::Chinese);
        assert!(words.contains("支付模块故障") && words.contains("15"), "{words}");
        assert!(words.contains(&checklist[1].text), "{words}");
        assert!(words.contains(&format!("1/{}", checklist.len())), "{words}");
        let known = StageFacts { acknowledged_by: Some("李强"), last_words: Some("正在扩容"), late: 2, ..facts };
        for language in Language::ALL {
            let words = stage_report(&known, language);
            assert!(words.contains("李强") && words.contains("正在扩容") && !words.contains("emergency."), "{words}");
        }
    }
}
