//! Figures and the line that tells them.

use std::{fmt, time::Duration};

/// What a benchmark found, on one line.
#[derive(Debug)]
pub(crate) struct Line {
    /// The benchmark.
    pub(crate) name: &'static str,
    /// What was measured.
    pub(crate) figures: String,
    /// What it is compared with, and the ratio.
    pub(crate) against: String,
    /// What is aimed at.
    pub(crate) aim: &'static str,
    /// Whether this run reached it.
    pub(crate) reached: bool,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, figures, against, aim, reached } = self;
        let verdict = if *reached { "reached" } else { "MISSED" };
        write!(f, "{name}: {figures}; {against}; aim {aim}: {verdict}")
    }
}

/// How many in a second.
pub(crate) fn rate(count: u32, took: Duration) -> f64 {
    f64::from(count) / took.as_secs_f64().max(f64::EPSILON)
}

/// How long single pieces of work took.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Notes one.
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// Adds those of another.
    pub(crate) fn join(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The time within which this share (0 to 100) of all were done, in milliseconds.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        self.0.get((self.0.len() * percent / 100).min(last)).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
    }
}
