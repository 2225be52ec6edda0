//! The one door by which time and randomness enter the program.
//!
//! Everything that needs the present moment or a random byte is handed a [`TimeSource`] or an [`Entropy`];
//! the lints in `clippy.toml` ban every other way. A test can therefore freeze and move time and repeat ids.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Where the present moment comes from.
pub trait TimeSource: Send + Sync + std::fmt::Debug {
    /// The present moment, in whole microseconds (what the database keeps).
    fn now(&self) -> Timestamp;
}

/// Where random bytes come from.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemTime;

impl TimeSource for SystemTime {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn now(&self) -> Timestamp {
        whole_microseconds(Timestamp::now())
    }
}

/// The operating system's random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no randomness to give; no secret may be made then.
    #[expect(clippy::disallowed_methods, clippy::expect_used, reason = "this is the door")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// A clock that stands still until it is moved: for tests and for the demo's «next morning».
#[derive(Debug, Clone)]
pub struct ManualTime(Arc<Mutex<Timestamp>>);

impl ManualTime {
    /// A clock standing at `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(whole_microseconds(start))))
    }

    /// Moves the clock forward by `by`.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = whole_microseconds(now.saturating_add(by).unwrap_or(Timestamp::MAX));
    }

    /// Puts the clock to `to`, forward or back.
    pub fn set(&self, to: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = whole_microseconds(to);
    }
}

impl TimeSource for ManualTime {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The computer's clock moved by a settable amount: time runs on by itself and can also be put forward.
#[derive(Debug, Clone, Default)]
pub struct ShiftedTime(Arc<Mutex<SignedDuration>>);

impl ShiftedTime {
    /// How far the clock is ahead of the computer's own.
    pub fn shift(&self) -> SignedDuration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the clock forward by `by` (on top of earlier shifts).
    pub fn advance(&self, by: SignedDuration) {
        let mut shift = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shift = shift.saturating_add(by);
    }
}

impl TimeSource for ShiftedTime {
    fn now(&self) -> Timestamp {
        SystemTime.now().saturating_add(self.shift()).unwrap_or(Timestamp::MAX)
    }
}

/// A repeatable generator for tests (SplitMix64); never for secrets.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<u64>);

impl SeededEntropy {
    /// A generator which gives the same bytes for the same `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            word ^= word >> 31;
            for (byte, random) in chunk.iter_mut().zip(word.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}

/// Cuts an instant down to the microseconds that the database keeps, so that a value read back equals the one written.
pub fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
