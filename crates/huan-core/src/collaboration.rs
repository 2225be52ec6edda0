//! Collaborations 「协作」, the roles people have in them, and the platform groups bound to them.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    clock::ServiceLevels,
    id::{AccountId, ChannelId, CollaborationId, MembershipId, PersonId},
    platform::ForeignConversation,
};

/// A collaboration: people of several departments with one core goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collaboration {
    /// The id.
    pub id: CollaborationId,
    /// A short name.
    pub name: String,
    /// The core goal 「核心目标」, an outcome that can be checked.
    pub goal: String,
    /// The day by which the goal is to be reached.
    pub goal_on: Option<Date>,
    /// Where it stands.
    pub state: CollaborationState,
    /// How long each kind of matter may take (I4).
    pub levels: ServiceLevels,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// Where a collaboration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollaborationState {
    /// At work.
    Running,
    /// The goal is reached and signed.
    Done,
    /// Read-only.
    Archived,
}

/// A person's part in a collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The id.
    pub id: MembershipId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The person.
    pub person: PersonId,
    /// The role.
    pub role: Role,
    /// The duty boundary 「职责边界」.
    pub duty: String,
}

/// A role in a collaboration. The order is that of the rights, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 「发起人」: answers for the whole.
    Initiator,
    /// 「项目助理」: keeps the record table.
    Assistant,
    /// 「参与人」.
    Member,
    /// 「访客」: an outside person.
    Guest,
}

/// A platform group bound to a collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The id.
    pub id: ChannelId,
    /// The collaboration whose matters are talked about in it; none while it is not bound.
    pub collaboration: Option<CollaborationId>,
    /// The account through which it is heard.
    pub account: AccountId,
    /// The platform's id of it.
    pub conversation: ForeignConversation,
    /// Its name.
    pub title: String,
    /// Whether outside people are in it: confidential text then never goes there (I2).
    pub has_outsiders: bool,
    /// Whether our robot is in it.
    pub present: bool,
}
