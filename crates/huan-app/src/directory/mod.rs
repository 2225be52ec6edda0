//! The people directory (A3, I7): reading what platforms and lists tell, carrying out what it changes, and asking an
//! administrator about what is not clear.
//!
//! What is to be done is decided by the pure `huan_core::directory::plan`; here it is read, previewed and written. Every
//! reading is a row that a worker takes under a lease, so that it goes on after a restart, and planning anew finds only what
//! is still to be done.

pub mod answers;
pub(crate) mod applying;
pub mod imports;
mod known;
pub mod leavers;
pub(crate) mod reading;

use huan_core::{
    directory::{SourceDepartment, SourcePerson},
    id::AccountId,
};
use serde::{Deserialize, Serialize};

/// What a source told, as it is kept between preview and carrying out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The people.
    pub people: Vec<SourcePerson>,
    /// The departments.
    pub departments: Vec<SourceDepartment>,
}

/// Where something was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From<'a> {
    /// By a platform account.
    Account(&'a AccountId),
    /// By a list that an administrator gave.
    List,
}

impl<'a> From<'a> {
    /// The source of a reading.
    pub(crate) fn of(account: Option<&'a AccountId>) -> Self {
        account.map_or(Self::List, Self::Account)
    }

    /// The account, when it is one.
    pub(crate) fn account(self) -> Option<&'a AccountId> {
        match self {
            Self::Account(account) => Some(account),
            Self::List => None,
        }
    }
}
