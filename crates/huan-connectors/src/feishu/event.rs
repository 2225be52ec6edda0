//! The envelopes of events (Feishu §4.1) and the form in which Huan stores them.

use huan_connect::Envelope;
use huan_core::{
    i18n::{Language, text},
    platform::ForeignEvent,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::crypto;

/// A pressed button; over HTTP and over the long connection.
pub(super) const CARD_PRESSED: &str = "card.action.trigger";
/// A pressed button in the old form, over HTTP only.
pub(super) const OLD_CARD_PRESSED: &str = "card.action.trigger_v1";
/// Somebody wrote something.
pub(super) const MESSAGE: &str = "im.message.receive_v1";

/// What the inbox keeps of an event: the event itself, and what its reading depends on. Reading it later is therefore
/// pure.
#[derive(Debug, Deserialize)]
pub(super) struct Stored {
    /// When it came here: some events tell no time.
    pub(super) received: Timestamp,
    /// The robot's `open_id`, where it was known: tells whether a mention means us.
    #[serde(default)]
    pub(super) robot: Option<String>,
    /// The event as Feishu gave it, without its verification token and other credentials.
    pub(super) event: Value,
}

/// What to store of a genuine event.
pub(super) fn envelope(mut event: Value, robot: Option<&str>, received: Timestamp) -> Envelope {
    let id = id(&event);
    let order_key = order_key(&event);
    strip_credentials(&mut event);
    // Put together by hand, so that the event is moved and not copied.
    let mut stored = Map::new();
    stored.insert("received".to_owned(), Value::String(received.to_string()));
    if let Some(robot) = robot {
        stored.insert("robot".to_owned(), Value::String(robot.to_owned()));
    }
    stored.insert("event".to_owned(), event);
    Envelope { event: ForeignEvent::new(id), order_key, payload: Value::Object(stored).to_string() }
}

/// The kind of an event, of version 2.0, 1.0, or the old card callback.
pub(super) fn kind(event: &Value) -> &str {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).filter(|kind| !kind.is_empty());
    if let Some(kind) = text("/header/event_type").or_else(|| text("/event/type")) {
        return kind;
    }
    if event.get("action").is_some() && event.get("open_message_id").is_some() {
        return OLD_CARD_PRESSED;
    }
    text("/type").unwrap_or("unknown")
}

/// What Feishu shows the person who waits for the answer; none for an event, whose answer says nothing.
pub(super) fn answer(kind: &str) -> Option<Value> {
    match kind {
        CARD_PRESSED => {
            // Which language the person reads is not told: Feishu picks from both.
            let chinese = text(Language::Chinese, "feishu.toast", &[]);
            let english = text(Language::English, "feishu.toast", &[]);
            let both = json!({"zh_cn": &chinese, "en_us": english});
            Some(json!({"toast": {"type": "info", "content": chinese, "i18n": both}}))
        }
        // An empty answer leaves the card, or the link's preview, as it is.
        OLD_CARD_PRESSED => Some(json!({})),
        other if other.starts_with("url.preview") => Some(json!({})),
        _ => None,
    }
}

/// The name of the event. Messages are known by the message's id, as Feishu advises (§4.5).
fn id(event: &Value) -> String {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).filter(|id| !id.is_empty());
    let message = if kind(event) == MESSAGE { text("/event/message/message_id") } else { None };
    message
        .or_else(|| text("/header/event_id"))
        .or_else(|| text("/uuid"))
        .map_or_else(|| crypto::fingerprint(event.to_string().as_bytes()), str::to_owned)
}

/// Events of one conversation are read in order.
fn order_key(event: &Value) -> String {
    const PLACES: [&str; 6] = [
        "/event/message/chat_id",
        "/event/context/open_chat_id",
        "/event/chat_id",
        "/open_chat_id",
        "/event/reader/reader_id/open_id",
        "/event/operator/open_id",
    ];
    let place = PLACES.iter().find_map(|place| event.pointer(place)?.as_str().filter(|key| !key.is_empty()));
    place.unwrap_or_else(|| kind(event)).to_owned()
}

/// The verification token proves callbacks, and a card's token allows to replace it: neither is kept.
fn strip_credentials(event: &mut Value) {
    let mut strip = |pointer: &str| {
        if let Some(object) = event.pointer_mut(pointer).and_then(Value::as_object_mut) {
            let _: &mut Map<String, Value> = object;
            object.remove("token");
        }
    };
    strip("");
    strip("/header");
    strip("/event");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_1_both_versions_have_a_kind_and_an_id() {
        let v2 =
            json!({"schema": "2.0", "header": {"event_id": "5e37", "event_type": "im.chat.updated_v1"}, "event": {}});
        assert_eq!((kind(&v2), id(&v2).as_str()), ("im.chat.updated_v1", "5e37"));
        let v1 = json!({"ts": "1502199207.7171419", "uuid": "bc44", "token": "t", "type": "event_callback",
            "event": {"type": "p2p_chat_create"}});
        assert_eq!((kind(&v1), id(&v1).as_str()), ("p2p_chat_create", "bc44"));
    }

    #[test]
    fn s4_5_messages_are_known_by_their_own_id() {
        let event = json!({"header": {"event_id": "one", "event_type": MESSAGE},
            "event": {"message": {"message_id": "om_1", "chat_id": "oc_1"}}});
        let envelope = envelope(event, None, Timestamp::UNIX_EPOCH);
        assert_eq!((envelope.event.as_str(), envelope.order_key.as_str()), ("om_1", "oc_1"));
    }

    #[test]
    fn an_event_without_a_name_is_named_by_what_it_says() {
        let one = envelope(json!({"a": 1}), None, Timestamp::UNIX_EPOCH);
        let same = envelope(json!({"a": 1}), Some("ou_1"), Timestamp::MAX);
        let other = envelope(json!({"a": 2}), None, Timestamp::UNIX_EPOCH);
        assert_eq!(one.event, same.event);
        assert_ne!(one.event, other.event);
    }

    #[test]
    fn tokens_are_not_stored() {
        let event = json!({"schema": "2.0", "token": "SECRET1", "header": {"event_id": "1", "token": "SECRET2"},
            "event": {"token": "c-SECRET3", "context": {"open_chat_id": "oc_1"}}});
        let envelope = envelope(event, None, Timestamp::UNIX_EPOCH);
        assert!(!envelope.payload.contains("SECRET"), "{}", envelope.payload);
    }
}
