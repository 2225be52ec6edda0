//! A live Feishu app: hears, sends, and everything beyond.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use huan_connect::{
    Account, Buzz, BuzzKind, CallbackRefused, CallbackRequest, CardEditor, ConnectionState, Content, Delivered,
    Directory, Documents, Finding, Groups, Heard, Inbox, LaneUse, Mentions, NotUnderstood, Outgoing, ReadReceipts,
    Reading, Recall, Recipient, Retry, Roster, SendError, Sent, Surroundings, Tables, Titles,
};
use huan_core::{
    card::Card,
    platform::{ForeignMessage, ForeignUser},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    api::{Api, Call, SharedApi, Verb, segment},
    callback,
    card::{self, Answers},
    connection, crypto, doctor, failure, ids, lanes, markup,
    people::People,
    settings::{AppSettings, Mode},
    understand,
};

/// The longest `uuid` (§3.2).
const LONGEST_UUID: usize = 50;
/// The most people of one buzz (§3.5).
const MOST_BUZZED: usize = 200;

/// The pause before asking again who the robot is; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A live Feishu app.
#[derive(Debug)]
pub(super) struct AppAccount {
    pub(super) api: SharedApi,
    people: People,
    state: watch::Sender<ConnectionState>,
}

impl AppAccount {
    /// Opens the account; does no I/O.
    pub(super) fn open(settings: AppSettings, surroundings: Surroundings) -> Self {
        let api = Arc::new(Api::new(settings, surroundings));
        Self { people: People(Arc::clone(&api)), api, state: watch::Sender::new(ConnectionState::Idle) }
    }

    /// Over HTTP, what succeeds or is refused is all that tells whether the account works.
    pub(super) fn note<T>(&self, result: Result<T, SendError>) -> Result<T, SendError> {
        if self.api.settings.mode == Mode::HttpCallback {
            match &result {
                Ok(_) => self.note_success(),
                Err(error) if error.retry == Retry::Never && error.reason_key == "delivery.reason.credentials" => {
                    self.state.send_replace(ConnectionState::Refused { reason: error.detail.clone() });
                }
                Err(_) => {}
            }
        }
        result
    }

    fn note_success(&self) {
        let since = self.api.surroundings.time.now();
        self.state.send_if_modified(|state| {
            let connected = matches!(state, ConnectionState::Connected { .. });
            if !connected {
                *state = ConnectionState::Connected { since };
            }
            !connected
        });
    }

    /// Callbacks are read without waiting for anything, so who the robot is must be known before they come.
    async fn learn_who_we_are(&self) {
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.note(self.api.robot().await.map(drop)) {
            tracing::warn!(app = self.api.settings.app_id, %error, "Feishu does not tell who the robot is");
            tokio::time::sleep(pause / 2 + self.api.random_up_to(pause / 2)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn deliver(&self, call: Call) -> Result<Sent, SendError> {
        let answer = self.note(self.api.call(&call).await)?;
        let message = answer.pointer("/data/message_id").and_then(Value::as_str).filter(|id| !id.is_empty());
        Ok(Sent { message: message.map(ForeignMessage::new) })
    }
}

#[async_trait]
impl Account for AppAccount {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        doctor::examine(&self.api).await
    }

    async fn listen(&self, inbox: Arc<dyn Inbox>, stop: CancellationToken) {
        match self.api.settings.mode {
            Mode::LongConnection => connection::keep(&self.api, &self.state, inbox.as_ref(), &stop).await,
            Mode::HttpCallback => {
                stop.run_until_cancelled(self.learn_who_we_are()).await;
            }
        }
    }

    fn callback(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let now = self.api.surroundings.time.now();
        let delivered = callback::read(&self.api.settings, request, self.api.known_robot(), now)?;
        if self.api.settings.mode == Mode::HttpCallback {
            self.note_success();
        }
        Ok(delivered)
    }

    fn understand(&self, payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        understand::understand(payload, &self.api.settings.links)
    }

    fn lanes(&self, message: &Outgoing) -> LaneUse {
        lanes::app(message)
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let body = body(message);
        let reply = match &message.to {
            Recipient::Conversation { reply_to: Some(parent), .. } => Some(parent),
            _ => None,
        };
        if let Some(parent) = reply {
            let path = format!("im/v1/messages/{}/reply", segment(parent.as_str()));
            match self.deliver(Call::new(Verb::Post, path).body(body.clone())).await {
                // The message that is answered is gone, or cannot be answered: then the answer stands by itself.
                Err(error) if CANNOT_REPLY.contains(&error.reason_key) => {}
                done => return done,
            }
        }
        self.deliver(direct(&message.to, body)).await
    }

    fn cards(&self) -> Option<&dyn CardEditor> {
        Some(self)
    }

    fn recall(&self) -> Option<&dyn Recall> {
        Some(self)
    }

    fn buzz(&self) -> Option<&dyn Buzz> {
        Some(self)
    }

    fn receipts(&self) -> Option<&dyn ReadReceipts> {
        Some(self)
    }

    fn directory(&self) -> Option<&dyn Directory> {
        Some(&self.people)
    }

    fn calendars(&self) -> Option<&dyn huan_connect::Calendars> {
        Some(self)
    }

    fn groups(&self) -> Option<&dyn Groups> {
        Some(self)
    }

    fn documents(&self) -> Option<&dyn Documents> {
        Some(self)
    }

    fn tables(&self) -> Option<&dyn Tables> {
        Some(self)
    }

    fn titles(&self) -> Option<&dyn Titles> {
        Some(self)
    }

    fn roster(&self) -> Option<&dyn Roster> {
        Some(&self.people)
    }
}

/// Reasons that concern the message that is answered and not the answer (230071, 230072 and 230075 mean other things
/// for a reply than for an edit: no threads, an aggregated message, an encrypted chat).
const CANNOT_REPLY: [&str; 3] =
    ["delivery.reason.message_gone", "delivery.reason.not_ours", "delivery.reason.too_late"];

/// A message that answers no other.
fn direct(to: &Recipient, mut body: Value) -> Call {
    let (id, kind) = match to {
        Recipient::Conversation { id, .. } => (id.as_str(), "chat_id"),
        Recipient::Person(user) => (user.as_str(), ids::person(user.as_str())),
    };
    body["receive_id"] = json!(id);
    Call::new(Verb::Post, "im/v1/messages").query("receive_id_type", kind).body(body)
}

/// Type, content (JSON inside a string) and `uuid` of a message (§3.2).
fn body(message: &Outgoing) -> Value {
    let nobody = Mentions::default();
    // In a direct conversation there is nobody to call on but the reader.
    let mentions = match &message.to {
        Recipient::Conversation { .. } => &message.mentions,
        Recipient::Person(_) => &nobody,
    };
    let (kind, content) = match &message.content {
        Content::Text(text) => {
            let text = format!("{}{}", markup::text_mentions(mentions), markup::plain(text));
            ("text", json!({"text": text}))
        }
        Content::Card(card) => ("interactive", card::render(card, mentions, Answers::ComeBack)),
    };
    json!({"msg_type": kind, "content": content.to_string(), "uuid": uuid(&message.key)})
}

/// The key in Feishu's form: the same key gives the same `uuid`.
pub(super) fn uuid(key: &str) -> String {
    if key.len() <= LONGEST_UUID {
        return key.to_owned();
    }
    crypto::fingerprint(key.as_bytes()).chars().take(LONGEST_UUID).collect()
}

#[async_trait]
impl CardEditor for AppAccount {
    async fn edit(&self, message: &ForeignMessage, card: &Card) -> Result<(), SendError> {
        let content = card::render(card, &Mentions::default(), Answers::ComeBack).to_string();
        let path = format!("im/v1/messages/{}", segment(message.as_str()));
        let call = Call::new(Verb::Patch, path).body(json!({"content": content}));
        self.note(self.api.call(&call).await).map(drop)
    }
}

#[async_trait]
impl Recall for AppAccount {
    async fn recall(&self, message: &ForeignMessage) -> Result<(), SendError> {
        let call = Call::new(Verb::Delete, format!("im/v1/messages/{}", segment(message.as_str())));
        match self.note(self.api.call(&call).await) {
            // Taken back already.
            Err(error) if error.reason_key == "delivery.reason.message_gone" => Ok(()),
            done => done.map(drop),
        }
    }
}

#[async_trait]
impl Buzz for AppAccount {
    /// The call says that there is an urgent message; `words` is not read out (§3.5).
    async fn buzz(
        &self,
        kind: BuzzKind,
        message: &ForeignMessage,
        people: &[ForeignUser],
        _words: &str,
    ) -> Result<(), SendError> {
        let action = match kind {
            BuzzKind::InApp => "urgent_app",
            BuzzKind::Sms => "urgent_sms",
            BuzzKind::Phone => "urgent_phone",
        };
        let mut missed = Vec::new();
        for id_type in ["open_id", "union_id", "user_id"] {
            let ids: Vec<&str> =
                people.iter().map(ForeignUser::as_str).filter(|id| ids::person(id) == id_type).collect();
            for some in ids.chunks(MOST_BUZZED) {
                let path = format!("im/v1/messages/{}/{action}", segment(message.as_str()));
                let call =
                    Call::new(Verb::Patch, path).query("user_id_type", id_type).body(json!({"user_id_list": some}));
                let answer = self.note(self.api.call(&call).await)?;
                let invalid = answer.pointer("/data/invalid_user_id_list").and_then(Value::as_array);
                missed.extend(invalid.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            }
        }
        missed
            .extend(people.iter().map(ForeignUser::as_str).filter(|id| ids::person(id) == "email").map(str::to_owned));
        if missed.is_empty() {
            Ok(())
        } else {
            let detail = format!("not buzzed: {}", missed.join(", "));
            Err(failure::never("delivery.reason.not_in_conversation", detail))
        }
    }
}

#[async_trait]
impl ReadReceipts for AppAccount {
    async fn readers(&self, message: &ForeignMessage) -> Result<Vec<Reading>, SendError> {
        let path = format!("im/v1/messages/{}/read_users", segment(message.as_str()));
        let make = || Call::new(Verb::Get, path.clone()).query("user_id_type", "open_id").query("page_size", "100");
        let items = self.note(self.api.list(make).await)?;
        Ok(items
            .iter()
            .filter_map(|item| {
                let reader = ForeignUser::new(item.get("user_id")?.as_str()?);
                let at = item.get("timestamp").and_then(Value::as_str).and_then(|text| text.parse().ok());
                Some(Reading { reader, at: at.and_then(|at| Timestamp::from_millisecond(at).ok()) })
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::platform::ForeignConversation;

    fn outgoing(to: Recipient, content: Content) -> Outgoing {
        let mentions = Mentions { everybody: false, people: vec![(ForeignUser::new("ou_1"), "李强".to_owned())] };
        Outgoing { to, content, mentions, key: "msg_1".to_owned() }
    }

    #[test]
    fn s3_2_content_is_json_inside_a_string() {
        let to = Recipient::Conversation { id: ForeignConversation::new("oc_1"), reply_to: None, reply_route: None };
        let body = body(&outgoing(to, Content::Text("第一行\n\"引号\"".to_owned())));
        assert_eq!(body["msg_type"], "text");
        assert_eq!(body["uuid"], "msg_1");
        let content: Value = serde_json::from_str(body["content"].as_str().unwrap()).unwrap();
        assert_eq!(content, json!({"text": "<at user_id=\"ou_1\">李强</at> 第一行\n\"引号\""}));
    }

    #[test]
    fn a_direct_message_calls_on_nobody() {
        let to = Recipient::Person(ForeignUser::new("ou_1"));
        let body = body(&outgoing(to, Content::Text("你好".to_owned())));
        assert_eq!(body["content"], r#"{"text":"你好"}"#);
    }

    #[test]
    fn a_long_key_becomes_a_stable_uuid() {
        let long = "k".repeat(51);
        assert_eq!(uuid(&long).len(), 50);
        assert_eq!(uuid(&long), uuid(&long));
        assert_ne!(uuid(&long), uuid(&"k".repeat(52)));
        assert_eq!(uuid(&"k".repeat(50)), "k".repeat(50));
    }
}
