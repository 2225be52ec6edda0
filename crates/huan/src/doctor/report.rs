//! What was found, in words.

use std::fmt::Display;

use huan_connect::Severity;
use huan_core::i18n::{Language, has, text};

/// The findings so far.
pub(super) struct Report {
    language: Language,
    lines: Vec<String>,
    worst: Severity,
}

impl Report {
    pub(super) fn new(language: Language) -> Self {
        Self { language, lines: Vec::new(), worst: Severity::Good }
    }

    /// It is as it should be.
    pub(super) fn good(&mut self, key: &str, arguments: &[(&str, &dyn Display)]) {
        self.add(Severity::Good, None, key, arguments);
    }

    /// Something optional is missing.
    pub(super) fn warning(&mut self, key: &str, arguments: &[(&str, &dyn Display)]) {
        self.add(Severity::Warning, None, key, arguments);
    }

    /// It will not work.
    pub(super) fn problem(&mut self, key: &str, arguments: &[(&str, &dyn Display)]) {
        self.add(Severity::Problem, None, key, arguments);
    }

    /// A finding, of the thing with that name if it is one of several; `<key>_advice` says what to do.
    pub(super) fn add(&mut self, severity: Severity, of: Option<&str>, key: &str, arguments: &[(&str, &dyn Display)]) {
        self.worst = self.worst.max(severity);
        let sign = match severity {
            Severity::Good => "✓",
            Severity::Warning => "!",
            Severity::Problem => "✗",
        };
        let of = of.map(|of| format!("{of}: ")).unwrap_or_default();
        self.lines.push(format!("{sign} {of}{}", text(self.language, key, arguments)));
        let advice = format!("{key}_advice");
        if severity != Severity::Good && has(self.language, &advice) {
            self.lines.push(format!("  → {}", text(self.language, &advice, arguments)));
        }
    }

    /// The findings as lines to print.
    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether nothing was found that will not work.
    pub(super) fn is_well(&self) -> bool {
        self.worst < Severity::Problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_follows_what_is_wrong_and_not_what_is_well() {
        let mut report = Report::new(Language::English);
        report.good("program.doctor.schema", &[]);
        assert!(report.is_well());
        report.problem("program.doctor.schema_old", &[("count", &2)]);
        assert!(!report.is_well());
        assert_eq!(report.lines().len(), 3, "{:?}", report.lines());
        assert!(report.lines()[2].contains("huan migrate"), "{:?}", report.lines());
    }
}
