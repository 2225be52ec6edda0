//! What Huan tells a platform, and how that can fail.

use std::time::Duration;

use huan_core::{
    card::Card,
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use serde::{Deserialize, Serialize};

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// To whom.
    pub to: Recipient,
    /// What.
    pub content: Content,
    /// Who is called on in a group.
    pub mentions: Mentions,
    /// The same key is given at each attempt at the same message; a platform that has such keys gets it
    /// (cut or hashed to its form). At most 50 ASCII characters.
    pub key: String,
}

/// To whom a message goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A group, or a direct conversation by its id.
    Conversation {
        /// The conversation.
        id: ForeignConversation,
        /// The message that is answered.
        reply_to: Option<ForeignMessage>,
        /// The route that came with that message; may have expired.
        reply_route: Option<String>,
    },
    /// One person.
    Person(ForeignUser),
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Words; a line break is a line break.
    Text(String),
    /// A card.
    Card(Card),
}

/// Who is called on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentions {
    /// Everybody in the group.
    pub everybody: bool,
    /// These people, with their names.
    pub people: Vec<(ForeignUser, String)>,
}

/// A message that the platform accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The platform's id, for edits, recall, buzz and receipts; none where the platform gives none.
    pub message: Option<ForeignMessage>,
}

/// How loudly a person is called on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BuzzKind {
    /// A notice in the app that stays until read.
    InApp,
    /// A text message.
    Sms,
    /// A telephone call.
    Phone,
}

/// A message that was not, or perhaps not, accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason_key}: {detail}")]
pub struct SendError {
    /// Whether it is sure that nothing was sent.
    pub certainty: Certainty,
    /// Whether and when trying again can help.
    pub retry: Retry,
    /// The reason in words: a key of the translation files (`delivery.reason.…`).
    pub reason_key: &'static str,
    /// What the platform said, for the engineer. Never holds a secret or an address with one.
    pub detail: String,
}

/// Whether it is sure that nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The platform did not take it.
    NotSent,
    /// The platform may have taken it: the answer was lost.
    Unknown,
}

/// Whether and when trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The sender is throttled: the whole lane rests this long.
    After(Duration),
    /// Soon, with growing pauses.
    Transient,
    /// Never: the message, the recipient or the permission is wrong.
    Never,
}

/// A sender's allowance at a platform, shared by all that the same sender sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// A name unique in the account: `app`, `group:cid…`, `user:ou_…`, `hook`.
    pub key: String,
    /// All of these hold at once.
    pub limits: &'static [Limit],
}

/// So many in such a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub count: u32,
    /// In how long.
    pub per: Duration,
}

/// The lanes that a message goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneUse {
    /// The sender's own.
    pub sender: Lane,
    /// That of the group or person it goes to.
    pub target: Option<Lane>,
    /// Whether the platform takes [`Outgoing::key`] and sends the same key only once:
    /// only then is a message of unknown outcome sent again.
    pub idempotent: bool,
}
