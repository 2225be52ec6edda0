//! A reading of a source: an import that an administrator previews, or the nightly reconcile.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SourcePerson, matching::Doubt};
use crate::id::{AccountId, DirectoryEntryId, DirectoryRunId, PersonId};

/// A reading of a source, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The id.
    pub id: DirectoryRunId,
    /// The platform account that is read; none for a list from a file.
    pub account: Option<AccountId>,
    /// What it is for.
    pub kind: RunKind,
    /// How far it is.
    pub state: RunState,
    /// Who asked for it; none when Huan did.
    pub asked_by: Option<PersonId>,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What came of it.
    pub report: Report,
    /// Grows with each change.
    pub version: i64,
}

/// What a reading is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// An administrator looks at it before it is carried out.
    Import,
    /// A list from a file, looked at in the same way.
    List,
    /// The nightly reconcile, or one asked for by an event or an administrator: carried out at once.
    Reconcile,
}

impl RunKind {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::List => "list",
            Self::Reconcile => "reconcile",
        }
    }
}

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// The source is being read.
    Reading,
    /// Waits for an administrator.
    Ready,
    /// Is being carried out.
    Applying,
    /// Was carried out.
    Done,
    /// Could not be.
    Failed,
    /// An administrator does not want it.
    Discarded,
}

impl RunState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Ready => "ready",
            Self::Applying => "applying",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Discarded => "discarded",
        }
    }

    /// Whether a worker has something to do.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Reading | Self::Applying)
    }
}

/// What came of a reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// The name of the file.
    pub file: String,
    /// How many people the source told.
    pub people: usize,
    /// How many departments the source told.
    pub departments: usize,
    /// How many departments are new.
    pub new_departments: usize,
    /// How many people of each kind there are.
    pub counts: BTreeMap<String, usize>,
    /// How many people were dealt with so far.
    pub done: usize,
    /// Whether those who are not told any more are taken as having left.
    pub with_leavers: bool,
    /// What is wrong in the cells of a list.
    pub problems: Vec<ListProblem>,
    /// Headings of a list that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Circles of superiors, by name; each is cut below its first.
    pub circles: Vec<Vec<String>>,
    /// Why it failed.
    pub error: Option<RunError>,
}

/// Something wrong in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListProblem {
    /// The row as a spreadsheet numbers it.
    pub row: usize,
    /// The stable name of the column.
    pub column: Option<String>,
    /// What is wrong; the text is `directory.problem.<code>`.
    pub code: String,
    /// What stands there.
    pub value: String,
}

/// Why a reading failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunError {
    /// The key of the reason in the translation files.
    pub reason: String,
    /// Details, such as the platform's own words.
    pub detail: String,
}

/// What a source told of somebody last, and whether an administrator must say who it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The id.
    pub id: DirectoryEntryId,
    /// The account; none for a list.
    pub account: Option<AccountId>,
    /// What was told.
    pub told: SourcePerson,
    /// How it stands with them.
    pub state: EntryState,
    /// Why it is not clear who it is.
    pub doubt: Option<Doubt>,
    /// When they were told last.
    pub seen_at: Timestamp,
}

/// How it stands with somebody whom a source told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// It is known who they are.
    Known,
    /// Waits for an administrator 「待确认」.
    Waiting,
    /// Ignored, as an administrator said.
    Ignored,
}

/// Somebody who is leaving (I7): their open work waits to be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaver {
    /// Who.
    pub person: PersonId,
    /// The account that told so; none when a list or an administrator did.
    pub account: Option<AccountId>,
    /// When it was told.
    pub noticed_at: Timestamp,
    /// When the work goes to the superior by itself.
    pub due_at: Timestamp,
    /// How it stands.
    pub state: LeaverState,
    /// Who took the work over.
    pub successor: Option<PersonId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// How it stands with somebody who is leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaverState {
    /// Their work waits to be handed over.
    Open,
    /// Their work was handed over, and they are out of everything.
    HandedOver,
    /// They stay after all.
    Stays,
}

impl LeaverState {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HandedOver => "handed_over",
            Self::Stays => "stays",
        }
    }
}
