//! 「截止：」, 「原因：」: words that name what follows them.

use super::sheet::Sheet;

/// A label in a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled<T> {
    pub(super) label: T,
    /// The label's first character.
    pub(super) from: usize,
    /// Where its value begins.
    pub(super) value: usize,
    /// Where its value ends: at the next label or the end.
    pub(super) to: usize,
}

/// A word that may name what follows.
#[derive(Debug, Clone, Copy)]
pub(super) struct LabelWord<T> {
    pub(super) word: &'static str,
    pub(super) label: T,
    /// Whether it needs a colon behind it; else a word's beginning before it is enough.
    pub(super) colon: bool,
}

/// A label that needs its colon.
pub(super) const fn with_colon<T>(word: &'static str, label: T) -> LabelWord<T> {
    LabelWord { word, label, colon: true }
}

/// A label that stands without a colon too.
pub(super) const fn bare<T>(word: &'static str, label: T) -> LabelWord<T> {
    LabelWord { word, label, colon: false }
}

/// The labels within `from..to`, in order; `table` has longer words before their beginnings.
pub(super) fn labels<T: Copy>(sheet: &Sheet<'_>, from: usize, to: usize, table: &[LabelWord<T>]) -> Vec<Labelled<T>> {
    let mut found: Vec<Labelled<T>> = Vec::new();
    let mut at = from;
    while at < to {
        match label_at(sheet, at, at == from, table).filter(|label| label.value <= to) {
            Some(label) => {
                if let Some(last) = found.last_mut() {
                    last.to = at;
                }
                at = label.value.max(at + 1);
                found.push(Labelled { to, ..label });
            }
            None => at += 1,
        }
    }
    found
}

/// The label at `at`; `first`: nothing that matters stands before it.
fn label_at<T: Copy>(sheet: &Sheet<'_>, at: usize, first: bool, table: &[LabelWord<T>]) -> Option<Labelled<T>> {
    table.iter().find_map(|LabelWord { word, label, colon }| {
        let end = sheet.folded.word(at, word)?;
        let spaced = sheet.folded.skip_spaces(end);
        let behind_colon = sheet.folded.any(spaced, &[":", "="]).map(|next| sheet.folded.skip_spaces(next));
        // A long label with its colon cannot be anything else: 「…导出验收标准：」.
        let plain = word.chars().count() >= 4 && behind_colon.is_some();
        let value = behind_colon.or((!colon).then_some(spaced))?;
        (plain || first || sheet.word_begins(at)).then_some(Labelled { label: *label, from: at, value, to: value })
    })
}
