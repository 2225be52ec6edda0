//! What a queued delivery holds: the intent, and how it reaches its reader.

use huan_connect::{Mentions, Recipient};
use huan_core::{
    id::{AccountId, DeliveryId, PersonId},
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use serde::{Deserialize, Serialize};

use crate::notices::Notice;

/// A queued delivery, put into words when it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parcel {
    /// What is to be told.
    pub notice: Notice,
    /// Who reads it; none for a group.
    pub reader: Option<PersonId>,
    /// How it gets there.
    pub way: Way,
    /// The accounts by which it did not get there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<AccountId>,
    /// The deliveries that take it instead, since this one did not get there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<DeliveryId>,
    /// Whether it was to call on everybody, and goes without since the day had no room for that (I5).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withheld: bool,
}

/// How a parcel gets to its reader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "way")]
pub enum Way {
    /// A new message.
    Send {
        /// To whom.
        to: Recipient,
        /// Who is called on.
        mentions: Mentions,
    },
    /// A telephone call through the platform.
    Call {
        /// Whom.
        to: ForeignUser,
    },
    /// A card that stands in a chat is brought up to date.
    Edit {
        /// The message that shows it.
        message: ForeignMessage,
        /// Its reference.
        reference: String,
    },
}

impl Parcel {
    /// To whom it goes, and who is called on. An edit goes to the message that it edits: platforms limit edits by message.
    pub(crate) fn recipient(&self) -> (Recipient, Mentions) {
        match &self.way {
            Way::Send { to, mentions } => (to.clone(), mentions.clone()),
            Way::Call { to } => (Recipient::Person(to.clone()), Mentions::default()),
            Way::Edit { message, .. } => {
                let id = ForeignConversation::new(message.as_str());
                (Recipient::Conversation { id, reply_to: None, reply_route: None }, Mentions::default())
            }
        }
    }

    /// The stable name of the kind of message.
    pub fn what(&self) -> &'static str {
        match self.way {
            Way::Edit { .. } => "card_update",
            Way::Send { .. } | Way::Call { .. } => self.notice.name(),
        }
    }
}

/// How pressing a delivery is: less is sent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// An emergency.
    Urgent,
    /// The answer to somebody who waits.
    Answer,
    /// Something that is asked or told.
    Normal,
    /// Cards brought up to date, digests.
    Low,
}

impl Urgency {
    /// The urgency with this rank; what a newer program ranks lower counts as low.
    pub(crate) fn from_rank(rank: i64) -> Self {
        [Self::Urgent, Self::Answer, Self::Normal]
            .into_iter()
            .find(|urgency| *urgency as i64 == rank)
            .unwrap_or(Self::Low)
    }
}
