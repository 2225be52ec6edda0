//! The frames of Stream mode (DingTalk, Stream mode §5.3 and §5.4).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Topic of messages written to the robot.
pub(crate) const BOT_MESSAGE: &str = "/v1.0/im/bot/messages/get";
/// Topic of presses on card buttons.
pub(crate) const CARD_CALLBACK: &str = "/v1.0/card/instances/callback";
/// The one topic under which events are subscribed; which of them come is chosen in the console.
pub(crate) const ALL_EVENTS: &str = "*";

/// The three kinds of frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Kind {
    System,
    Event,
    Callback,
}

/// A frame from the platform to the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Frame {
    spec_version: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    pub(crate) headers: Map<String, Value>,
    pub(crate) data: String,
}

impl Frame {
    /// All header values are strings, also the numbers: the official Go client decodes them into a map of strings.
    pub(crate) fn new(kind: Kind, topic: &str, message_id: &str, now_ms: i64, data: &Value) -> Self {
        let mut frame = Self { spec_version: "1.0", kind, headers: Map::new(), data: data.to_string() };
        frame.set("topic", topic);
        frame.set("messageId", message_id);
        frame.set("contentType", "application/json");
        frame.set("time", &now_ms.to_string());
        frame
    }

    /// Sets one header.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.to_owned(), Value::String(value.to_owned()));
    }

    /// Value of one header, empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// The app's answer to a frame. Lenient, because the official clients differ (§5.4).
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Ack {
    #[serde(default)]
    code: i64,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    data: Value,
}

impl Ack {
    /// Which frame is answered.
    pub(crate) fn message_id(&self) -> &str {
        self.headers.get("messageId").and_then(Value::as_str).unwrap_or_default()
    }

    /// `true` when the platform may forget the frame. `LATER` and code 500 ask for it again; 404 means that the app
    /// will never want it.
    pub(crate) fn settles(&self) -> bool {
        let later = self.payload().get("status").and_then(Value::as_str) == Some("LATER");
        !later && self.code != 500
    }

    /// The answer to a card callback, if the app gave one.
    pub(crate) fn response(&self) -> Option<Value> {
        self.payload().get("response").filter(|response| response.is_object()).cloned()
    }

    /// `data` is documented as a string, may be empty, and is tolerated as an object.
    pub(crate) fn payload(&self) -> Value {
        match &self.data {
            Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ack(value: Value) -> Ack {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn every_header_is_a_string_as_in_section_5_3() {
        let frame = Frame::new(Kind::Callback, BOT_MESSAGE, "m1", 1_690_362_102_194, &json!({"a": 1}));
        let wire = serde_json::to_value(&frame).unwrap();
        assert_eq!(
            wire,
            json!({"specVersion":"1.0","type":"CALLBACK","data":"{\"a\":1}","headers":{
                "topic":"/v1.0/im/bot/messages/get","messageId":"m1","contentType":"application/json",
                "time":"1690362102194"}})
        );
    }

    #[test]
    fn the_answers_of_the_official_clients_are_understood() {
        let headers = json!({"messageId": "m1", "contentType": "application/json"});
        let node = ack(json!({"code":200,"headers":headers,"message":"OK","data":"{\"response\":null}"}));
        assert!(node.settles() && node.response().is_none() && node.message_id() == "m1");
        let go_default = ack(json!({"code":200,"headers":headers,"message":"","data":""}));
        assert!(go_default.settles());
        let go_later = ack(
            json!({"code":500,"headers":headers,"message":"ok","data":"{\"status\":\"LATER\",\"message\":\"later\"}"}),
        );
        assert!(!go_later.settles());
        let later = ack(json!({"code":200,"headers":headers,"data":"{\"status\":\"LATER\"}"}));
        assert!(!later.settles());
        let python_event = ack(json!({"code":200,"headers":headers,"message":"OK","data":"{\"userId\":[\"a\"]}"}));
        assert!(python_event.settles());
        let card = ack(json!({"code":200,"headers":headers,
            "data":"{\"response\":{\"cardData\":{\"cardParamMap\":{\"status\":\"accepted\"}}}}"}));
        assert_eq!(card.response(), Some(json!({"cardData":{"cardParamMap":{"status":"accepted"}}})));
    }
}
