//! The mirror of a collaboration on a platform that keeps pages and tables (C3, F1): the rule, without any I/O.
//!
//! Everything that is mirrored has a key of ours and, once it was made there, an identity there. What is to be done follows from
//! what is to stand there, what is known to be ours, and what was seen there: [`page::next`] for the blocks of a page,
//! [`table::plan`] for the rows of a table. Both are pure, so a run that broke off is simply made again, and once everything stands
//! there nothing is left to do. What others put there – blocks and rows without a key of ours – is never touched.

pub mod page;
pub mod table;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, CollaborationId, MirrorId, PersonId},
    platform::{ForeignContent, ForeignPage, ForeignSpace},
    task_sync::SyncProblem,
};

/// A collaboration's mirror.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mirror {
    /// The id.
    pub id: MirrorId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The account.
    pub account: AccountId,
    /// The space in which it stands.
    pub space: ForeignSpace,
    /// Its name.
    pub space_name: String,
    /// Who set it up: what somebody changed there whom nobody here knows is carried out in their name.
    pub responsible: PersonId,
    /// Whether it is at work.
    pub running: bool,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When a run last went through.
    pub mirrored_at: Option<Timestamp>,
    /// When it is looked at again.
    pub next_at: Option<Timestamp>,
    /// How often a run failed in a row.
    pub attempts: u32,
    /// What is in the way of all of it.
    pub problem: Option<SyncProblem>,
    /// Grows whenever somebody asks for another look.
    pub wakes: u64,
    /// How many calls the last run that went through made that change something there.
    pub calls: u32,
}

/// A page that was made, with what it says to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageIdentity {
    /// The page.
    pub page: ForeignPage,
    /// What it holds: a document, or tables.
    pub content: ForeignContent,
}

/// Something of ours that stands there, or is to stand there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Piece {
    /// A page.
    Page(PagePiece),
    /// A table.
    Table(table::TableState),
    /// A row of a table.
    Row(table::RowState),
}

/// A page of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PagePiece {
    /// Its title as we gave it.
    pub title: String,
    /// The page there; none while it is to be made.
    pub identity: Option<PageIdentity>,
    /// Whether making it was begun and it is not known how that ended.
    pub making: bool,
    /// Its blocks.
    pub state: page::PageState,
    /// What could not be brought over.
    pub problem: Option<SyncProblem>,
}

impl Piece {
    /// Whether something of it could not be brought over.
    pub fn is_troubled(&self) -> bool {
        match self {
            Self::Page(page) => page.problem.is_some(),
            Self::Table(table) => !table.problems.is_empty(),
            Self::Row(row) => !row.problems.is_empty(),
        }
    }

    /// When a change of it was last lost against one of the other side.
    pub fn conflicted_at(&self) -> Option<Timestamp> {
        match self {
            Self::Row(row) => row.conflicted_at,
            Self::Page(_) | Self::Table(_) => None,
        }
    }
}

/// How long after a change the mirror is written: what changes together goes there together.
pub const GATHERING: jiff::SignedDuration = jiff::SignedDuration::from_secs(3);
