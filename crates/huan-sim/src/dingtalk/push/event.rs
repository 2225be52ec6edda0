//! Events (§6 over HTTP, §5.3 over the stream).

use std::sync::Arc;

use serde_json::{Value, json};

use super::http::Push;
use crate::dingtalk::envelope::{EventSecrets, Sealed};
use crate::dingtalk::stream::frame::{Frame, Kind};
use crate::dingtalk::tenant::{FailedPush, Tenant};
use crate::dingtalk::{Dingtalk, ids};
use crate::lock::lock;
use crate::platform::Delivery;

/// A push that was given up can be fetched some minutes later (§6.6).
const FETCH_AFTER_MS: i64 = 3 * 60 * 1000;

/// One event; the two ways of delivery spell some fields differently.
pub(crate) struct Event {
    pub(crate) kind: String,
    pub(crate) stream_data: Value,
    pub(crate) http_data: Value,
}

impl Event {
    /// An event whose fields are spelled alike on both ways.
    pub(crate) fn new(kind: impl Into<String>, data: Value) -> Self {
        Self { kind: kind.into(), http_data: data.clone(), stream_data: data }
    }
}

impl Dingtalk {
    /// Tells the program that something has happened.
    pub(crate) fn emit(self: &Arc<Self>, tenant: &mut Tenant, event: Event) {
        let now_ms = self.shell.clock.millis();
        let event_id = self.shell.random.hex::<16>();
        match tenant.delivery.clone() {
            Delivery::Connection => {
                let topic = tenant.settings.uncertain.event_topic.clone();
                let mut frame = Frame::new(Kind::Event, &topic, &self.stream_message_id(), now_ms, &event.stream_data);
                frame.set("eventType", &event.kind);
                frame.set("eventId", &event_id);
                frame.set("eventCorpId", &ids::corp());
                frame.set("eventBornTime", &now_ms.to_string());
                frame.set("eventUnifiedAppId", &ids::client());
                self.push_frame(tenant, frame, None);
            }
            Delivery::Http(addresses) => {
                let mut body = json!({
                    "EventType": event.kind, "EventTime": now_ms, "CorpId": ids::corp(),
                    "BizId": self.shell.random.below(1_000_000_000).to_string(), "eventId": event_id,
                });
                if let (Some(body), Value::Object(fields)) = (body.as_object_mut(), event.http_data) {
                    body.extend(fields);
                }
                tenant.waiting += 1;
                let sim = self.clone();
                self.shell.spawn(async move {
                    sim.push_event(&addresses.events, &event.kind, &body).await;
                    lock(&sim.tenant).waiting -= 1;
                });
            }
        }
    }

    async fn push_event(&self, url: &url::Url, kind: &str, body: &Value) {
        let retries = lock(&self.tenant).settings.http_retries.clone();
        let mut waits = retries.into_iter();
        let at_ms = self.shell.clock.millis();
        while self.post_event(url, kind, body).await.is_err() {
            let Some(wait) = waits.next() else {
                let ready_ms = self.shell.clock.millis() + FETCH_AFTER_MS;
                let failed = FailedPush { event: kind.to_owned(), at_ms, ready_ms, data: body.clone() };
                lock(&self.tenant).failed_pushes.push(failed);
                return;
            };
            self.shell.clock.sleep(wait).await;
        }
    }

    /// Posts an event once; the error says in words what was wrong with the answer.
    pub(crate) async fn post_event(&self, url: &url::Url, kind: &str, body: &Value) -> Result<(), String> {
        let uncertain = lock(&self.tenant).settings.uncertain.clone();
        let owner = if uncertain.owner_is_corp { ids::corp() } else { ids::client() };
        let secrets = EventSecrets::new(&ids::callback_token(), &ids::callback_aes_key(), &owner)
            .map_err(|error| error.to_string())?;
        let timestamp = self.shell.clock.millis().to_string();
        let sealed = secrets.seal(self.printable(), &body.to_string(), &timestamp, &self.shell.random.hex::<4>());
        let mut address = url.clone();
        for name in &uncertain.signature_names {
            address.query_pairs_mut().append_pair(name, &sealed.signature);
        }
        address.query_pairs_mut().append_pair("timestamp", &sealed.timestamp).append_pair("nonce", &sealed.nonce);
        let push = Push {
            operation: format!("event {kind}"),
            url: &address,
            headers: Vec::new(),
            body: json!({"encrypt": sealed.encrypt}).to_string().into_bytes(),
            told: body,
            limit: self.event_limit(),
        };
        let answer = self.push_http(push).await.map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("the answer has status {}", answer.status));
        }
        check_reply(&secrets, &answer.body)
    }

    /// 16 printable characters, as the official libraries use them.
    fn printable(&self) -> [u8; 16] {
        let mut random = [0; 16];
        random.copy_from_slice(self.shell.random.hex::<8>().as_bytes());
        random
    }
}

/// The reply must be «success», encrypted and signed (§6.5).
fn check_reply(secrets: &EventSecrets, body: &[u8]) -> Result<(), String> {
    let reply: Value = serde_json::from_slice(body).map_err(|_| "the answer is not JSON".to_owned())?;
    let text = |names: [&str; 2]| match names.iter().find_map(|name| reply.get(name)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let sealed = Sealed {
        signature: text(["msg_signature", "signature"]),
        timestamp: text(["timeStamp", "timestamp"]),
        nonce: text(["nonce", "nonce"]),
        encrypt: text(["encrypt", "encrypt"]),
    };
    match secrets.open(&sealed) {
        Ok(message) if message == "success" => Ok(()),
        Ok(_) => Err("the answer does not say success".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reply_of_vector_d_counts_and_a_plain_success_does_not() {
        let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
        let secrets = EventSecrets::new("demoToken123", key, "dingdemoappkey01").unwrap();
        let reply = br#"{"msg_signature":"7e2e432c952e50e60f107a746ae505a43706610a","timeStamp":"1700000000000","nonce":"nonce123","encrypt":"Q3stYC6hdFzMh9T8HCvyDD5dVMaaZmK6ZzZA1b5vOyMFkyYFMPHbUh2MaVSSZWfWKMaZI5AXbtTD5LZaDgGo2g=="}"#;
        assert_eq!(check_reply(&secrets, reply), Ok(()));
        assert!(check_reply(&secrets, b"success").is_err());
        assert!(check_reply(&secrets, br#"{"msg_signature":"x"}"#).is_err());
    }
}
