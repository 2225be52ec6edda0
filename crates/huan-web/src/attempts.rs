//! Failed attempts to sign in, so that passwords cannot be tried one after the other.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

/// So many failures within [`WITHIN`] are let pass.
const MOST: u32 = 10;
/// The time after which failures are forgotten.
const WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// The most names remembered; beyond that the oldest are forgotten.
const NAMES: usize = 10_000;

/// Failed attempts by the name that was tried.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, Failures>>);

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    since: Timestamp,
}

impl Attempts {
    /// Whether another attempt under `name` is allowed at `now`.
    pub(crate) fn allowed(&self, name: &str, now: Timestamp) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&key(name)).is_none_or(|failures| failures.count < MOST || is_over(failures, now))
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, name: &str, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= NAMES {
            all.retain(|_, failures| !is_over(failures, now));
        }
        if all.len() >= NAMES
            && let Some(oldest) = all.iter().min_by_key(|(_, failures)| failures.since).map(|(name, _)| name.clone())
        {
            all.remove(&oldest);
        }
        let failures = all.entry(key(name)).or_insert(Failures { count: 0, since: now });
        if is_over(failures, now) {
            *failures = Failures { count: 0, since: now };
        }
        failures.count += 1;
    }

    /// Forgets the failures of a name that has signed in.
    pub(crate) fn succeeded(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(name));
    }
}

fn is_over(failures: &Failures, now: Timestamp) -> bool {
    now.duration_since(failures.since) > WITHIN
}

fn key(name: &str) -> String {
    name.trim().to_lowercase().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_block_a_name_for_a_while() {
        let attempts = Attempts::default();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for _ in 0..MOST {
            assert!(attempts.allowed("a@b.c", now));
            attempts.failed("A@b.c ", now);
        }
        assert!(!attempts.allowed("a@b.c", now));
        assert!(attempts.allowed("other@b.c", now));
        assert!(attempts.allowed("a@b.c", now + WITHIN + SignedDuration::from_secs(1)));
        attempts.succeeded("a@b.c");
        assert!(attempts.allowed("a@b.c", now));
    }
}
