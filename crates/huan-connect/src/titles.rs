//! The ability to tell what a thing of the platform is called, for links to it.

use async_trait::async_trait;
use huan_core::{document::ObjectKind, platform::ForeignUser};

use crate::SendError;

/// What a thing is called, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TitleOf {
    /// Its title.
    pub title: String,
    /// Whose it is, where the platform tells.
    pub owner: Option<ForeignUser>,
}

/// Tells titles.
#[async_trait]
pub trait Titles: Send + Sync {
    /// What the thing of this kind and id is called. It changes nothing on the platform.
    ///
    /// # Errors
    /// As for sending; [`crate::Retry::Never`] where there is no such thing, or we may not see it.
    async fn title(&self, kind: ObjectKind, id: &str) -> Result<TitleOf, SendError>;
}
