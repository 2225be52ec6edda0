//! Messages heard on the platforms: the origin that records and tasks link back to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, ChannelId, MessageId, PersonId},
    platform::{ForeignConversation, ForeignMessage},
};

/// A message heard on a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// The account that heard it.
    pub account: AccountId,
    /// The platform's id of it; unique in the account.
    pub foreign: ForeignMessage,
    /// Where it was said.
    pub conversation: ForeignConversation,
    /// The channel, where the conversation is a known group.
    pub channel: Option<ChannelId>,
    /// Who said it, where the identity is joined to a person.
    pub speaker: Option<PersonId>,
    /// The name the platform gave.
    pub speaker_name: String,
    /// The words.
    pub text: String,
    /// The message it answers.
    pub reply_to: Option<ForeignMessage>,
    /// An address that opens it, or as near as the platform can.
    pub link: Option<String>,
    /// When it was said.
    pub sent_at: Timestamp,
    /// When Huan heard it.
    pub heard_at: Timestamp,
}
