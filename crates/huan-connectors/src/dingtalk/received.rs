//! What came in, in one form for the stream and for HTTP: the payload that the inbox keeps.

use huan_connect::Envelope;
use huan_core::platform::ForeignEvent;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::lenient::Lenient;

/// Something DingTalk told, before it is understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Received {
    /// What it is.
    pub(super) kind: Kind,
    /// When DingTalk told it.
    pub(super) at: Timestamp,
    /// The type of an event; the topic of something unforeseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) topic: Option<String>,
    /// What DingTalk wrote.
    pub(super) data: Value,
}

/// The three things DingTalk tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// A message to the robot.
    Robot,
    /// A press on a card.
    Card,
    /// An event ticked in the console.
    Event,
    /// A topic of which this version knows nothing.
    Unforeseen,
}

impl Received {
    /// The envelope for the inbox. `delivery` names this delivery, for what carries no id of its own; a re-delivery
    /// has the same.
    pub(super) fn envelope(&self, delivery: &str) -> Envelope {
        let own = |key: &str| self.data.text(key);
        let (event, order_key) = match self.kind {
            Kind::Robot => (
                own("msgId").map(|id| format!("msg:{id}")),
                own("conversationId").unwrap_or_else(|| "robot".to_owned()),
            ),
            Kind::Card => (None, format!("card:{}", own("outTrackId").unwrap_or_default())),
            Kind::Event => (own("eventId").map(|id| format!("event:{id}")), "events".to_owned()),
            Kind::Unforeseen => (None, "unforeseen".to_owned()),
        };
        Envelope {
            event: ForeignEvent::new(event.unwrap_or_else(|| delivery.to_owned())),
            order_key,
            payload: serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

/// A name for a delivery over HTTP that carries no id: the same bytes have the same name.
pub(super) fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or_default().to_be_bytes());
        hash.update(part);
    }
    format!("hash:{}", hex::encode(hash.finalize()))
}
