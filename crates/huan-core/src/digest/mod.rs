//! The daily progress 「日报」 and the weekly report 「周报」 of a collaboration (C2): when they are due, what they say, and what
//! the assistant has changed in them.
//!
//! ```text
//!            shortly before            at its time
//!  Planned ─────────────────▶ Prepared ────────────▶ Sent
//!     │                          │
//!     └──────────────┬───────────┘
//!                    ▼  left out by hand, or its time is long past
//!                 Skipped
//! ```
//! There is one for each collaboration, rhythm and day, and at most one of a rhythm is open at a time. It is not written
//! down while it is open: [`draft`] makes it anew from the facts whenever somebody looks, and [`Edits`] lie over it, so that
//! what the assistant wrote is never overwritten and what happens meanwhile is not missed.

mod draft;
mod edits;
mod schedule;
mod stale;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    i18n::Language,
    id::{ChannelId, CollaborationId, DeliveryId, DigestId, PersonId},
    level::Level,
    names::names,
    status::Status,
};

pub use draft::{Facts, OpenAction, draft, is_silent, period, title};
pub use edits::{AddedLine, Change, EditedLine, Edits, Standing};
pub use schedule::{Calendar, ReportDay, spread};
pub use stale::{Stale, Staleness, stale};

names! {
    /// How often.
    Rhythm {
        /// 「日报」: on each working day.
        Daily = "daily",
        /// 「周报」: once a week.
        Weekly = "weekly",
    }
}

names! {
    /// Where a digest stands.
    DigestState {
        /// Its day has not come, or its time is still far.
        Planned = "planned",
        /// The assistant has been told of what is missing.
        Prepared = "prepared",
        /// It went out.
        Sent = "sent",
        /// It did not go out.
        Skipped = "skipped",
    }
}

impl DigestState {
    /// Whether it is still to go out.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Prepared)
    }
}

names! {
    /// A part of a digest.
    Part {
        /// 已完成.
        Done = "done",
        /// 有进展.
        Moved = "moved",
        /// 阻塞.
        Blocked = "blocked",
        /// 逾期.
        Overdue = "overdue",
        /// 未更新进展: by name.
        Missing = "missing",
        /// 决定.
        Decisions = "decisions",
        /// 问题.
        Problems = "problems",
        /// 下一步.
        Next = "next",
    }
}

/// The digest of a collaboration for a day or a week.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// The id.
    pub id: DigestId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// How often.
    pub rhythm: Rhythm,
    /// The day on which it is due, in the zone of the collaboration.
    pub day: Date,
    /// Where it stands.
    pub state: DigestState,
    /// It tells of what happened from this moment on.
    pub since: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// When something is to be done with it next: preparing, then sending. None when it is over.
    pub next_at: Option<Timestamp>,
    /// What the assistant changed.
    pub edits: Edits,
    /// What went out.
    pub sent: Option<Sent>,
    /// Grows with each change.
    pub version: i64,
}

/// A digest as it went out. It does not change any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// Who sent it; none when it went out by itself.
    pub by: Option<PersonId>,
    /// Whether it went out after its time, because nothing ran then.
    pub late: bool,
    /// What it said in Chinese …
    pub chinese: Document,
    /// … and in English.
    pub english: Document,
    /// To which groups. Empty when nothing had to be told.
    pub posted: Vec<Posted>,
}

impl Sent {
    /// What it said.
    pub fn document(&self, language: Language) -> &Document {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }
}

/// A group that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The group.
    pub channel: ChannelId,
    /// The message.
    pub delivery: DeliveryId,
}

/// What a digest says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The assistant's words above everything.
    pub note: String,
    /// The lines, part by part in the order of [`Part::ALL`].
    pub lines: Vec<Line>,
    /// How many rows of the record table have each status: the table as it is published with the digest (H4).
    pub table: Vec<(Status, u32)>,
}

/// A line of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// A name that stays when the words change: the part and the id of the thing.
    pub key: String,
    /// The part it stands in.
    pub part: Part,
    /// The words.
    pub text: String,
    /// The id of the thing it tells of.
    pub subject: Option<String>,
    /// Who may read it.
    pub level: Level,
    /// Who has a part in it, and may read it whatever its level.
    pub people: Vec<PersonId>,
}

impl Document {
    /// The lines of a part.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.part == part)
    }

    /// Whether there is nothing to be told.
    pub fn is_empty(&self) -> bool {
        self.note.is_empty() && self.lines.is_empty()
    }

    /// What may be said in a group, and how many lines may not: confidential things in none, and where outside people read
    /// along only what is public (I2). The assistant's own words are for the people of the house.
    #[must_use]
    pub fn for_group(&self, outsiders: bool) -> (Self, usize) {
        let fits = |level: Level| match level {
            Level::Public => true,
            Level::Internal => !outsiders,
            Level::Confidential => false,
        };
        let (said, withheld): (Vec<Line>, Vec<Line>) = self.lines.iter().cloned().partition(|line| fits(line.level));
        let note = if outsiders { String::new() } else { self.note.clone() };
        let table = if outsiders { Vec::new() } else { self.table.clone() };
        (Self { note, lines: said, table }, withheld.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::has;

    fn line(level: Level) -> Line {
        Line {
            key: format!("done {level:?}"),
            part: Part::Done,
            text: "#12".into(),
            subject: None,
            level,
            people: Vec::new(),
        }
    }

    #[test]
    fn i2_a_group_with_outsiders_reads_only_what_is_public_and_no_group_what_is_confidential() {
        let document = Document {
            note: "客户明天到访".into(),
            lines: vec![line(Level::Public), line(Level::Internal), line(Level::Confidential)],
            table: vec![(Status::Done, 1)],
        };
        let (own, withheld) = document.for_group(false);
        assert_eq!((own.lines.len(), withheld, own.note.as_str()), (2, 1, "客户明天到访"));
        let (foreign, withheld) = document.for_group(true);
        assert_eq!((foreign.lines.len(), withheld, foreign.note.as_str()), (1, 2, ""));
        assert_eq!(foreign.table, []);
    }

    #[test]
    fn every_rhythm_state_and_part_has_its_text() {
        let keys = (Rhythm::ALL.iter().map(|rhythm| format!("digest.rhythm.{rhythm}")))
            .chain(DigestState::ALL.iter().map(|state| format!("digest.state.{state}")))
            .chain(Part::ALL.iter().map(|part| format!("digest.part.{part}")))
            .chain(ReportDay::ALL.iter().map(|day| format!("digest.weekday.{day}")));
        for key in keys {
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
    }
}
