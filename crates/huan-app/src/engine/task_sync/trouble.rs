//! Why a pass broke off.

use std::fmt;

use huan_connect::{Certainty, Retry, SendError};
use huan_core::{i18n::Language, task_sync::SyncProblem};
use jiff::{SignedDuration, Timestamp};

use super::{growing, whole};
use crate::error::ActionError;

/// Why a pass broke off.
#[derive(Debug)]
pub(in crate::engine) struct Trouble {
    key: String,
    detail: String,
    retry: Option<When>,
    /// Whether the platform may have done it all the same.
    pub(super) uncertain: bool,
}

#[derive(Debug, Clone, Copy)]
enum When {
    Growing,
    After(SignedDuration),
}

impl Trouble {
    /// Something that passes by itself.
    pub(in crate::engine) fn later(key: &str, detail: impl Into<String>) -> Self {
        Self { key: key.to_owned(), detail: detail.into(), retry: Some(When::Growing), uncertain: false }
    }

    /// Something to be looked at once more after a while.
    pub(in crate::engine) fn after(key: &str, pause: SignedDuration) -> Self {
        Self { key: key.to_owned(), detail: String::new(), retry: Some(When::After(pause)), uncertain: false }
    }

    /// Something that a person must mend.
    pub(in crate::engine) fn never(key: &str, detail: impl Into<String>) -> Self {
        Self { key: key.to_owned(), detail: detail.into(), retry: None, uncertain: false }
    }

    /// Whether it is tried again by itself.
    pub(in crate::engine) fn is_retried(&self) -> bool {
        self.retry.is_some()
    }

    /// How long the next attempt waits.
    pub(in crate::engine) fn pause(&self, attempts: u32) -> SignedDuration {
        match self.retry {
            Some(When::After(pause)) => pause,
            _ => growing(attempts),
        }
    }

    /// As it is shown.
    pub(in crate::engine) fn problem(&self, since: Timestamp) -> SyncProblem {
        SyncProblem { key: self.key.clone(), detail: self.detail.clone(), since, retried: self.is_retried() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.detail)
    }
}

impl From<SendError> for Trouble {
    fn from(error: SendError) -> Self {
        let retry = match error.retry {
            Retry::After(pause) => Some(When::After(whole(pause))),
            Retry::Transient => Some(When::Growing),
            Retry::Never => None,
        };
        let uncertain = error.certainty == Certainty::Unknown;
        Self { key: error.reason_key.to_owned(), detail: error.detail, retry, uncertain }
    }
}

impl From<ActionError> for Trouble {
    fn from(error: ActionError) -> Self {
        match error.code() {
            "unavailable" | "internal" | "version_conflict" => Self::later("sync.problem.internal", error.to_string()),
            _ => Self::never("sync.problem.refused_here", error.words(Language::default())),
        }
    }
}

impl From<huan_store::Error> for Trouble {
    fn from(error: huan_store::Error) -> Self {
        ActionError::from(error).into()
    }
}
