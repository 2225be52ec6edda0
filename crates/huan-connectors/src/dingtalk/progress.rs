//! Which parts of a long message went through, so that trying again sends only the rest.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many unfinished messages are remembered; beyond that the oldest knowledge is not worth its room.
const MOST: usize = 1_000;

/// The parts that a platform accepted, by the message's key. Kept in memory: after a restart a long message of which
/// only a part went through is sent again whole.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<HashMap<String, Vec<String>>>);

impl Progress {
    /// What the parts sent so far were called by the platform.
    pub(super) fn done(&self, key: &str) -> Vec<String> {
        self.parts().get(key).cloned().unwrap_or_default()
    }

    /// One more part went through.
    pub(super) fn add(&self, key: &str, part: String) {
        let mut parts = self.parts();
        if parts.len() >= MOST && !parts.contains_key(key) {
            parts.clear();
        }
        parts.entry(key.to_owned()).or_default().push(part);
    }

    /// The whole message went through.
    pub(super) fn finish(&self, key: &str) {
        self.parts().remove(key);
    }

    fn parts(&self) -> MutexGuard<'_, HashMap<String, Vec<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
