//! Making groups, where the platform lets a program do so.

use std::time::Duration;

use async_trait::async_trait;
use huan_core::platform::{ForeignConversation, ForeignUser};

use crate::SendError;

/// A group that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Its name; cut where the platform wants it shorter.
    pub title: String,
    /// Who is to be in it. The first one owns it where the platform needs a person as owner.
    pub people: Vec<ForeignUser>,
    /// The same key is given at each attempt at the same group.
    pub key: String,
}

/// A group that was made. The robot can be spoken to in it unless the platform says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeGroup {
    /// The group.
    pub id: ForeignConversation,
    /// Its name as it was given.
    pub title: String,
    /// Whether the robot is in it, where the platform tells; where it does not, it is taken to be.
    pub robot_is_in: bool,
    /// Who could not be put in.
    pub left_out: Vec<LeftOut>,
    /// Who is still to be put in by [`Groups::add`], or to be asked for again to be sure.
    pub to_add: Vec<ForeignUser>,
}

/// Somebody whom a platform does not put into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Who.
    pub person: ForeignUser,
    /// Why: a key of the translation files (`delivery.reason.…` or `group.reason.…`).
    pub reason_key: &'static str,
}

/// Makes groups and puts people into them.
#[async_trait]
pub trait Groups: Send + Sync {
    /// For how long a second [`Groups::make`] with the same key gives the group of the first one instead of another;
    /// none where the platform has no such key. Be honest: a wrong answer makes two groups.
    fn remembers(&self) -> Option<Duration>;

    /// Makes a group with the robot and these people in it. One who cannot be put in does not keep the group from being
    /// made.
    ///
    /// # Errors
    /// When the platform did not, or perhaps did not, make it.
    async fn make(&self, group: &NewGroup) -> Result<MadeGroup, SendError>;

    /// Puts more people in; doing so twice is harmless. Gives those who could not be put in.
    ///
    /// # Errors
    /// When that failed for all of them, or the platform has no such call.
    async fn add(&self, group: &ForeignConversation, people: &[ForeignUser]) -> Result<Vec<LeftOut>, SendError>;
}
