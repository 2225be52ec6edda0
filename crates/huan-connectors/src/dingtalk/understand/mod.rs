//! Reading what the inbox kept.

mod event;
mod press;
mod robot;

use huan_connect::{Heard, NotUnderstood};
use serde_json::Value;

use super::received::{Kind, Received};
use crate::lenient::Lenient;

/// What an account adds to a payload when it is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The link that opens a conversation, with `{conversation}` and `{message}`.
    pub(super) conversation_link: &'a str,
}

impl Reader<'_> {
    /// Reads a stored payload.
    pub(super) fn understand(&self, payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        let received: Received = serde_json::from_str(payload).map_err(|error| NotUnderstood(error.to_string()))?;
        match received.kind {
            Kind::Robot => self.message(&received),
            Kind::Card => press::press(&received),
            Kind::Event => event::event(&received),
            Kind::Unforeseen => Ok(vec![Heard::Other { kind: received.topic.unwrap_or_default() }]),
        }
    }

    /// The link to a message, or as near as DingTalk can.
    fn link(&self, conversation: &str, message: &str) -> String {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        self.conversation_link.replace("{conversation}", &encode(conversation)).replace("{message}", &encode(message))
    }
}

/// The first of several spellings of a member: HTTP events write some names differently (DingTalk, events §11.1).
fn either(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| value.text(key))
}

/// What must be there.
fn needed(value: &Value, key: &str) -> Result<String, NotUnderstood> {
    value.text(key).ok_or_else(|| NotUnderstood(format!("no {key}")))
}

#[cfg(test)]
mod tests;
