//! A delivery: what it holds and how far it has come.

use huan_core::{
    id::{AccountId, ChannelId, CollaborationId, DeliveryId, PersonId},
    platform::ForeignMessage,
};
use jiff::Timestamp;

use crate::{conn::Row, error::Result};

/// The columns that [`read`] reads, of a table called `d`.
macro_rules! columns {
    () => {
        "d.id, d.position, d.account, d.lane, d.target_lane, d.urgency, d.order_key, d.merge_key, d.subject, \
         d.collaboration, d.person, d.channel, d.what, d.message, d.idempotency_key, d.state, d.ready_at, d.attempts, \
         d.foreign_message, d.reason, d.detail, d.created_at, d.sent_at, d.delivered_at, d.read_at, d.answered_at, d.version"
    };
}
pub(super) use columns;

/// A message to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The id it gets.
    pub id: DeliveryId,
    /// The account that sends it.
    pub account: AccountId,
    /// The sender's lane, whose limits hold.
    pub lane: String,
    /// The lane of the group or person it goes to.
    pub target_lane: Option<String>,
    /// How pressing it is: less is sent first.
    pub urgency: i64,
    /// Deliveries of the account with the same key go out in the order in which they were caused; more pressing ones pass.
    pub order_key: String,
    /// While one with the same key is queued, this one takes its place. When they are about different things, what then waits
    /// is about none of them.
    pub merge_key: Option<String>,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for; none for a group.
    pub person: Option<PersonId>,
    /// The group it goes to.
    pub channel: Option<ChannelId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// The same at every attempt, and no other delivery of the account has it.
    pub idempotency_key: String,
    /// When it may go out.
    pub ready_at: Timestamp,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// A message that no platform can take to its reader: shown as failed from the start, so that nothing vanishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeliverable {
    /// The id it gets.
    pub id: DeliveryId,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for.
    pub person: Option<PersonId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// Why not, as a key of the translation files.
    pub reason: String,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// A delivery and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its place in the order in which deliveries were caused.
    pub position: i64,
    /// The account that sends it; none when no platform reaches the person.
    pub account: Option<AccountId>,
    /// The sender's lane.
    pub lane: String,
    /// The lane of the group or person it goes to.
    pub target_lane: Option<String>,
    /// How pressing it is: less is sent first.
    pub urgency: i64,
    /// See [`NewDelivery::order_key`].
    pub order_key: String,
    /// See [`NewDelivery::merge_key`].
    pub merge_key: Option<String>,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for; none for a group.
    pub person: Option<PersonId>,
    /// The group it goes to.
    pub channel: Option<ChannelId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// The same at every attempt.
    pub idempotency_key: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// When it may be taken (again); none when nothing is left to do.
    pub ready_at: Option<Timestamp>,
    /// How many attempts were begun.
    pub attempts: i64,
    /// The platform's id of it, once it was sent.
    pub foreign_message: Option<ForeignMessage>,
    /// Why it failed or waits, as a key of the translation files.
    pub reason: Option<String>,
    /// What the platform said.
    pub detail: Option<String>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// When the platform took it.
    pub sent_at: Option<Timestamp>,
    /// When it reached the reader's device.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits.
    Queued,
    /// A worker has it in hand; or had it when it died.
    Sending,
    /// The platform took it.
    Sent,
    /// It reached the reader's device.
    Delivered,
    /// It was read.
    Read,
    /// It was answered.
    Answered,
    /// It was not sent, and will not be by itself.
    Failed,
    /// It was perhaps sent; nobody can tell.
    Uncertain,
    /// Its platform did not take it: another delivery takes the message by another way.
    Rerouted,
    /// It was not needed any more.
    Dropped,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The platform took it.
    Sent,
    /// It did not.
    Failed,
    /// Nobody can tell.
    Unknown,
}

/// What a worker has to say about a delivery it has in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The platform took it, under this id where it gives one.
    Sent {
        /// The platform's id.
        message: Option<ForeignMessage>,
    },
    /// To be tried again then.
    Later {
        /// When.
        at: Timestamp,
        /// Whether it may have been sent this time.
        outcome: Outcome,
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Over without success.
    Failed {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Perhaps sent, and not to be tried again by itself.
    Uncertain {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Not sent, and on its way by another delivery.
    Rerouted {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Not needed any more.
    Dropped {
        /// Why, as a key of the translation files.
        reason: String,
    },
}

/// What a list of deliveries is about. Everything given must hold; an empty list means any.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// In one of these states.
    pub states: Vec<DeliveryState>,
    /// For this person.
    pub person: Option<PersonId>,
    /// About the thing with this id.
    pub subject: Option<String>,
    /// By this account.
    pub account: Option<AccountId>,
    /// About something of this collaboration.
    pub collaboration: Option<CollaborationId>,
}

/// Reads a delivery out of a row.
pub(super) fn read(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        position: row.get("position")?,
        account: row.get("account")?,
        lane: row.get("lane")?,
        target_lane: row.get("target_lane")?,
        urgency: row.get("urgency")?,
        order_key: row.get("order_key")?,
        merge_key: row.get("merge_key")?,
        subject: row.get("subject")?,
        collaboration: row.get("collaboration")?,
        person: row.get("person")?,
        channel: row.get("channel")?,
        what: row.get("what")?,
        message: row.get("message")?,
        idempotency_key: row.get("idempotency_key")?,
        state: row.get("state")?,
        ready_at: row.get("ready_at")?,
        attempts: row.get("attempts")?,
        foreign_message: row.get("foreign_message")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        created_at: row.get("created_at")?,
        sent_at: row.get("sent_at")?,
        delivered_at: row.get("delivered_at")?,
        read_at: row.get("read_at")?,
        answered_at: row.get("answered_at")?,
        version: row.get("version")?,
    })
}
