//! Everything that reached the simulator and everything it delivered or showed, for tests and for the page.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::matches;
use crate::lock::lock;
use crate::platform::PlatformName;

/// The newest entries kept; older ones are forgotten.
const KEPT: usize = 20_000;

/// One thing that happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Running number from 1.
    pub number: u64,
    /// When, on the simulator's clock.
    pub at: Timestamp,
    /// On which platform.
    pub platform: PlatformName,
    /// What kind of thing.
    pub kind: EntryKind,
    /// Which operation; see [`crate::Fault::operation`] for the names.
    pub operation: String,
    /// What was received, delivered or shown.
    pub content: Value,
    /// What came of it: HTTP status and body of the answer, or how a delivery went.
    pub outcome: Value,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// The program called the platform.
    Request,
    /// The platform delivered an event or callback to the program.
    Delivery,
    /// Something appeared on a person's screen or device.
    Shown,
    /// Something happened to a connection.
    Connection,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct JournalQuery {
    /// Only entries after this number.
    #[serde(default)]
    pub after: u64,
    /// Only this platform.
    pub platform: Option<PlatformName>,
    /// Only this kind.
    pub kind: Option<EntryKind>,
    /// Only operations that fit this pattern, with `*` for anything.
    pub operation: Option<String>,
}

/// The journal.
#[derive(Debug, Default)]
pub struct Journal {
    state: Mutex<(u64, VecDeque<Entry>)>,
}

impl Journal {
    /// Adds an entry and gives its number.
    pub fn add(
        &self,
        at: Timestamp,
        platform: PlatformName,
        kind: EntryKind,
        operation: impl Into<String>,
        content: Value,
        outcome: Value,
    ) -> u64 {
        let mut state = lock(&self.state);
        state.0 += 1;
        let number = state.0;
        state.1.push_back(Entry { number, at, platform, kind, operation: operation.into(), content, outcome });
        if state.1.len() > KEPT {
            state.1.pop_front();
        }
        number
    }

    /// The entries asked for, oldest first.
    pub fn find(&self, query: &JournalQuery) -> Vec<Entry> {
        lock(&self.state)
            .1
            .iter()
            .filter(|entry| {
                entry.number > query.after
                    && query.platform.is_none_or(|platform| platform == entry.platform)
                    && query.kind.is_none_or(|kind| kind == entry.kind)
                    && query.operation.as_deref().is_none_or(|pattern| matches(pattern, &entry.operation))
            })
            .cloned()
            .collect()
    }
}
