//! What the assistant changed in a digest before it went out. It lies over the draft and is never overwritten by it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Document, Line, Part};
use crate::{id::PersonId, level::Level, names::names};

/// The changes that an assistant made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edits {
    /// Words above everything.
    pub note: String,
    /// The drafted lines that were changed, by their key.
    pub changed: BTreeMap<String, Change>,
    /// Lines of their own.
    pub added: Vec<AddedLine>,
    /// Who changed something last.
    pub by: Option<PersonId>,
    /// When.
    pub at: Option<Timestamp>,
}

/// What became of a drafted line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The words in its place; none when it is left out.
    pub text: Option<String>,
    /// What the draft said when it was changed. When the draft says something else now, that is offered.
    pub over: String,
    /// The part it stood in: a line that was rewritten stays though the draft has no such line any more.
    pub part: Part,
    /// Who may read it.
    #[serde(default = "internal")]
    pub level: Level,
}

fn internal() -> Level {
    Level::Internal
}

/// A line that the assistant wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedLine {
    /// The part it stands in.
    pub part: Part,
    /// The words.
    pub text: String,
}

names! {
    /// How a line of an edited digest came about.
    Standing {
        /// As drafted.
        Drafted = "drafted",
        /// Rewritten.
        Rewritten = "rewritten",
        /// Left out: it does not go out.
        LeftOut = "left_out",
        /// Written by the assistant.
        Added = "added",
    }
}

/// A line of a digest that is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedLine {
    /// The line as it goes out; for one that is left out, as it was drafted.
    pub line: Line,
    /// How it came about.
    pub standing: Standing,
    /// What the draft says, where the line says something else.
    pub drafted: Option<String>,
    /// Whether the draft has changed since the line was: its words are offered in place of these.
    pub offered: bool,
}

impl Edits {
    /// The draft with the changes over it: every line, also those that are left out. `drafts` are the draft in the language
    /// that is wanted, and in any other: a change made over the one is a change over the other.
    pub fn over(&self, draft: &Document, others: &[&Document]) -> Vec<EditedLine> {
        let mut edited: Vec<EditedLine> = Vec::with_capacity(draft.lines.len() + self.added.len());
        for line in &draft.lines {
            let Some(change) = self.changed.get(&line.key) else {
                let line = line.clone();
                edited.push(EditedLine { line, standing: Standing::Drafted, drafted: None, offered: false });
                continue;
            };
            let same_line =
                |other: &&Document| other.lines.iter().any(|one| one.key == line.key && one.text == change.over);
            let offered = line.text != change.over && !others.iter().any(same_line);
            edited.push(match &change.text {
                Some(text) => EditedLine {
                    drafted: Some(line.text.clone()),
                    line: Line { text: text.clone(), ..line.clone() },
                    standing: Standing::Rewritten,
                    offered,
                },
                None => EditedLine { drafted: None, line: line.clone(), standing: Standing::LeftOut, offered },
            });
        }
        // What was rewritten stays, though it is no longer so: the assistant decides.
        for (key, change) in &self.changed {
            if let Some(text) = &change.text
                && !draft.lines.iter().any(|line| line.key == *key)
            {
                let line = own(key.clone(), change.part, text, change.level);
                edited.push(EditedLine { line, standing: Standing::Rewritten, drafted: None, offered: true });
            }
        }
        for (place, added) in self.added.iter().enumerate() {
            let line = own(format!("added:{place}"), added.part, &added.text, Level::Internal);
            edited.push(EditedLine { line, standing: Standing::Added, drafted: None, offered: false });
        }
        edited.sort_by_key(|line| line.line.part);
        edited
    }

    /// The draft as it goes out.
    #[must_use]
    pub fn applied(&self, draft: &Document, others: &[&Document]) -> Document {
        let goes_out = |line: &EditedLine| line.standing != Standing::LeftOut;
        let lines = self.over(draft, others).into_iter().filter(goes_out).map(|line| line.line).collect();
        Document { note: self.note.clone(), lines, table: draft.table.clone() }
    }
}

fn own(key: String, part: Part, text: &str, level: Level) -> Line {
    Line { key, part, text: text.to_owned(), subject: None, level, people: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(lines: &[(&str, &str)]) -> Document {
        let line = |(key, text): &(&str, &str)| own((*key).to_owned(), Part::Blocked, text, Level::Internal);
        Document { lines: lines.iter().map(line).collect(), ..Document::default() }
    }

    fn change(text: Option<&str>, over: &str) -> Change {
        Change { text: text.map(str::to_owned), over: over.into(), part: Part::Blocked, level: Level::Internal }
    }

    #[test]
    fn c2_edits_are_kept_when_the_draft_changes_and_what_is_new_is_offered() {
        let edits = Edits {
            note: "明天评审".into(),
            changed: BTreeMap::from([
                ("a".to_owned(), change(Some("甲，已协调"), "甲")),
                ("b".to_owned(), change(None, "乙")),
            ]),
            added: vec![AddedLine { part: Part::Next, text: "准备演示".into() }],
            ..Edits::default()
        };
        let before = draft(&[("a", "甲"), ("b", "乙")]);
        let texts = |document: &Document| document.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        let out = edits.applied(&before, &[]);
        assert_eq!(
            (texts(&out), out.note.as_str()),
            (vec!["甲，已协调".to_owned(), "准备演示".to_owned()], "明天评审")
        );
        assert!(edits.over(&before, &[]).iter().all(|line| !line.offered));

        let after = draft(&[("a", "甲，又变了"), ("b", "乙"), ("c", "丙")]);
        let over = edits.over(&after, &[]);
        let offered: Vec<&EditedLine> = over.iter().filter(|line| line.offered).collect();
        assert_eq!(offered.len(), 1);
        assert_eq!((offered[0].line.text.as_str(), offered[0].drafted.as_deref()), ("甲，已协调", Some("甲，又变了")));
        assert_eq!(texts(&edits.applied(&after, &[])), ["甲，已协调", "丙", "准备演示"], "what is new goes out");

        // The same draft in another language is no change.
        let english = draft(&[("a", "A"), ("b", "B")]);
        assert!(edits.over(&english, &[&before]).iter().all(|line| !line.offered));

        let gone = draft(&[]);
        assert_eq!(texts(&edits.applied(&gone, &[])), ["甲，已协调", "准备演示"], "what was rewritten stays");
        assert!(edits.over(&gone, &[])[0].offered, "and is said to be no longer so");
    }
}
