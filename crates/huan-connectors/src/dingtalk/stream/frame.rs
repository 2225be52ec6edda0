//! The frames of stream mode (DingTalk, stream mode §5.3–§5.6).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    dingtalk::received::{Kind, Received},
    lenient::Lenient,
};

/// Messages to the robot.
pub(super) const ROBOT: &str = "/v1.0/im/bot/messages/get";
/// Presses on cards.
pub(super) const CARD: &str = "/v1.0/card/instances/callback";

/// A frame from DingTalk.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Frame {
    kind: String,
    headers: Value,
    data: String,
}

/// What a frame asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Asked {
    /// Answer this at once.
    Answer(String),
    /// Answer this if anything, then use another connection.
    Leave(Option<String>),
    /// Keep this, then answer.
    Keep(Box<Delivery>),
}

/// Something to keep before it is acknowledged.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Delivery {
    /// What.
    pub(super) received: Received,
    /// The name of this delivery, the same when it is repeated.
    pub(super) name: String,
    /// The answer once it is kept.
    pub(super) kept: String,
    /// The answer when it cannot be kept. None: silence, which makes DingTalk push a message or a press again
    /// (§5.7), while an event is asked for again in words.
    pub(super) not_kept: Option<String>,
}

impl Frame {
    /// Reads a text frame; none when it is not of the form.
    pub(super) fn read(text: &str) -> Option<Self> {
        let frame: Value = serde_json::from_str(text).ok()?;
        Some(Self {
            kind: frame.text("type")?,
            headers: Some(frame.member("headers")).filter(|headers| headers.is_object())?.clone(),
            data: match frame.member("data") {
                Value::String(data) => data.clone(),
                Value::Null => String::new(),
                other => other.to_string(),
            },
        })
    }

    /// What is to be done; `now` stands in where the frame tells no time.
    pub(super) fn asked(&self, now: Timestamp) -> Asked {
        let topic = self.headers.text("topic").unwrap_or_default();
        match (self.kind.as_str(), topic.as_str()) {
            ("SYSTEM", "disconnect") => Asked::Leave(self.headers.text("messageId").map(|_| self.ack(&self.data))),
            // Ping, and topics of which only the official clients know, want their data back.
            ("SYSTEM", _) => Asked::Answer(self.ack(&self.data)),
            ("EVENT", _) => self.keep(
                Kind::Event,
                self.headers.text("eventType"),
                now,
                self.ack(r#"{"status":"SUCCESS","message":"success"}"#),
                Some(self.ack(r#"{"status":"LATER","message":"later"}"#)),
            ),
            ("CALLBACK", ROBOT) => self.keep(Kind::Robot, None, now, self.ack(r#"{"response":null}"#), None),
            ("CALLBACK", CARD) => self.keep(Kind::Card, None, now, self.ack(r#"{"response":{}}"#), None),
            _ => self.keep(Kind::Unforeseen, Some(topic), now, self.ack(r#"{"response":null}"#), None),
        }
    }

    fn keep(&self, kind: Kind, topic: Option<String>, now: Timestamp, kept: String, not_kept: Option<String>) -> Asked {
        let at = ["eventBornTime", "time"].iter().find_map(|key| self.headers.millis(key)).unwrap_or(now);
        let name = match self.headers.text("eventId") {
            Some(event) => format!("event:{event}"),
            None => format!("frame:{}", self.headers.text("messageId").unwrap_or_default()),
        };
        // What is not JSON is kept as it came.
        let data = serde_json::from_str(&self.data).unwrap_or_else(|_| Value::String(self.data.clone()));
        Asked::Keep(Box::new(Delivery { received: Received { kind, at, topic, data }, name, kept, not_kept }))
    }

    /// The answer to this frame; `data` is JSON text and is sent as text (§5.4).
    fn ack(&self, data: &str) -> String {
        json!({
            "code": 200,
            "headers": {"messageId": self.headers.text("messageId").unwrap_or_default(), "contentType": "application/json"},
            "message": "OK",
            "data": data,
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(text: &str) -> Asked {
        Frame::read(text).unwrap().asked(Timestamp::UNIX_EPOCH)
    }

    fn same_json(left: &str, right: &str) {
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(parse(left), parse(right));
    }

    #[test]
    fn the_ping_of_dingtalk_5_6_gets_its_data_back() {
        let ping = r#"{"specVersion":"1.0","type":"SYSTEM","headers":{"topic":"ping","messageId":"213d…","contentType":"application/json","time":"1690362102194"},"data":"{\"opaque\":\"123-dsfs\"}"}"#;
        let Asked::Answer(answer) = asked(ping) else { panic!() };
        same_json(
            &answer,
            r#"{"code":200,"headers":{"contentType":"application/json","messageId":"213d…"},"message":"OK","data":"{\"opaque\":\"123-dsfs\"}"}"#,
        );
    }

    #[test]
    fn the_disconnect_of_dingtalk_5_6_needs_no_answer_without_an_id() {
        let plain = r#"{"type":"SYSTEM","headers":{"topic":"disconnect","contentType":"application/json"},"data":"{\"reason\":\"connection is expired\"}"}"#;
        assert_eq!(asked(plain), Asked::Leave(None));
        let with_id = r#"{"type":"SYSTEM","headers":{"topic":"disconnect","messageId":"m"},"data":"{}"}"#;
        assert!(matches!(asked(with_id), Asked::Leave(Some(_))));
    }

    #[test]
    fn the_robot_frame_of_dingtalk_5_3_is_kept_before_it_is_acknowledged() {
        let data = include_str!("../payloads/robot_text_group.json");
        let frame = json!({"specVersion":"1.0","type":"CALLBACK","headers":{"appId":"1305d5f5-…","connectionId":"…",
            "contentType":"application/json","messageId":"212ca9d7_974_1898c159aa6_1783b","time":"1690362102194",
            "topic":"/v1.0/im/bot/messages/get"},"data":data});
        let Asked::Keep(delivery) = asked(&frame.to_string()) else { panic!() };
        assert_eq!(delivery.received.kind, Kind::Robot);
        assert_eq!(delivery.received.at.as_millisecond(), 1_690_362_102_194);
        assert_eq!(delivery.received.envelope(&delivery.name).event.as_str(), "msg:msgLICYe==");
        same_json(
            &delivery.kept,
            r#"{"code":200,"headers":{"messageId":"212ca9d7_974_1898c159aa6_1783b","contentType":"application/json"},"message":"OK","data":"{\"response\":null}"}"#,
        );
        assert_eq!(delivery.not_kept, None, "silence makes DingTalk push again");
    }

    #[test]
    fn an_event_frame_of_dingtalk_5_3_is_asked_for_again_when_it_cannot_be_kept() {
        let frame = r#"{"type":"EVENT","headers":{"topic":"*","messageId":"m1","eventType":"user_add_org","eventId":"e1","eventBornTime":"1685501863357","time":"1685501863999"},"data":"{\"userId\":[\"015227\"]}"}"#;
        let Asked::Keep(delivery) = asked(frame) else { panic!() };
        assert_eq!(delivery.received.envelope(&delivery.name).event.as_str(), "event:e1");
        assert_eq!(delivery.received.topic.as_deref(), Some("user_add_org"));
        assert!(delivery.kept.contains("SUCCESS"));
        assert!(delivery.not_kept.unwrap().contains("LATER"));
    }

    #[test]
    fn a_press_is_named_by_its_frame_and_a_repeated_frame_has_the_same_name() {
        let frame =
            json!({"type":"CALLBACK","headers":{"topic":CARD,"messageId":"m7"},"data":"{\"outTrackId\":\"c1\"}"});
        let Asked::Keep(delivery) = asked(&frame.to_string()) else { panic!() };
        let envelope = delivery.received.envelope(&delivery.name);
        assert_eq!((envelope.event.as_str(), envelope.order_key.as_str()), ("frame:m7", "card:c1"));
    }

    #[test]
    fn an_unforeseen_topic_is_kept_too() {
        let Asked::Keep(delivery) = asked(r#"{"type":"CALLBACK","headers":{"topic":"/v1.0/new"},"data":"x"}"#) else {
            panic!()
        };
        assert_eq!((delivery.received.kind, delivery.received.topic.as_deref()), (Kind::Unforeseen, Some("/v1.0/new")));
    }

    proptest! {
        #[test]
        fn no_frame_panics(text in "\\PC{0,80}", kind in "SYSTEM|EVENT|CALLBACK|x", topic in "ping|disconnect|/v1.0/im/bot/messages/get|x", data in "\\PC{0,40}", time in any::<i64>()) {
            let _ = Frame::read(&text);
            let frame = json!({"type": kind, "headers": {"topic": topic, "time": time}, "data": data}).to_string();
            let _ = asked(&frame);
        }
    }
}
