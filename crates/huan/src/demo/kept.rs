//! How far the demonstration's clock is ahead, kept beside its data: a start with kept data must not go back in time.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use jiff::SignedDuration;

/// The file that holds it, in whole milliseconds.
#[derive(Debug)]
pub(super) struct KeptClock(PathBuf);

impl KeptClock {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self(folder.join("demo.clock"))
    }

    /// Nothing where nothing was kept.
    pub(super) fn read(&self) -> SignedDuration {
        let kept = std::fs::read_to_string(&self.0).ok().and_then(|text| text.trim().parse().ok());
        SignedDuration::from_millis(kept.unwrap_or(0))
    }

    pub(super) fn write(&self, ahead: SignedDuration) {
        // Rounded up, so that the clock does not go back by a part of a millisecond.
        let millis = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
        if let Err(error) = std::fs::write(&self.0, millis.to_string()) {
            tracing::warn!(file = %self.0.display(), %error, "the demonstration's clock could not be kept");
        }
    }

    pub(super) fn forget(&self) -> anyhow::Result<()> {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).context("removing the data of the last demonstration")
            }
            _ => Ok(()),
        }
    }
}
