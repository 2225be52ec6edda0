//! The custom group robot (Feishu §1): the simplest form, which can only post to its own group.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use huan_connect::{
    Account, CallbackRefused, CallbackRequest, Certainty, ConnectionState, Content, Delivered, Descriptor, Finding,
    Heard, Inbox, LaneUse, NotUnderstood, Outgoing, Platform, Recipient, SendError, Sent, Setting, SettingKind,
    Settings, SettingsError, Severity, Surroundings,
};
use huan_core::platform::PlatformKey;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    card::{self, Answers},
    crypto, failure, lanes, markup, settings,
};
use crate::secret::Secret;

const FORM: &[Setting] = &[
    Setting {
        key: "webhook",
        label_key: "feishu.setting.webhook",
        // The token in the address is all that it takes to post.
        kind: SettingKind::Secret,
        required: true,
        default: None,
    },
    Setting {
        key: "sign_secret",
        label_key: "feishu.setting.sign_secret",
        kind: SettingKind::Secret,
        required: false,
        default: None,
    },
];

pub(super) static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("feishu_hook"),
    name_key: "feishu.hook_name",
    settings: FORM,
    permissions: &[],
});

/// The custom group robot of Feishu: push only, to one group.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeishuHook;

impl Platform for FeishuHook {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        let webhook = settings.get("webhook").ok_or(SettingsError::Missing("webhook"))?;
        let webhook = settings::address("webhook", webhook)?;
        if !webhook.contains("/open-apis/bot/v2/hook/") {
            let problem = "it is not the address of a custom group robot (…/open-apis/bot/v2/hook/…)".to_owned();
            return Err(SettingsError::Malformed { key: "webhook", problem });
        }
        Ok(Arc::new(HookAccount {
            webhook: Secret::new(webhook),
            secret: settings.get("sign_secret").map(Secret::new),
            surroundings,
            state: watch::Sender::new(ConnectionState::Idle),
        }))
    }
}

#[derive(Debug)]
struct HookAccount {
    webhook: Secret,
    secret: Option<Secret>,
    surroundings: Surroundings,
    state: watch::Sender<ConnectionState>,
}

impl HookAccount {
    /// What is posted: `content` is an object here, and a card is called `card` (§1.4).
    fn body(&self, message: &Outgoing) -> Value {
        let mut body = match &message.content {
            Content::Text(text) => {
                let text = format!("{}{}", markup::text_mentions(&message.mentions), markup::plain(text));
                json!({"msg_type": "text", "content": {"text": text}})
            }
            Content::Card(card) => {
                json!({"msg_type": "interactive", "card": card::render(card, &message.mentions, Answers::Cannot)})
            }
        };
        if let Some(secret) = &self.secret {
            let timestamp = self.surroundings.time.now().as_second();
            if let Some(sign) = crypto::hook_signature(timestamp, secret.reveal()) {
                body["timestamp"] = json!(timestamp.to_string());
                body["sign"] = json!(sign);
            }
        }
        body
    }
}

#[async_trait]
impl Account for HookAccount {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let finding = |severity, key| Finding { severity, key, detail: String::new() };
        findings.push(finding(Severity::Good, "feishu.doctor.hook_unproved"));
        if self.secret.is_none() {
            findings.push(finding(Severity::Warning, "feishu.doctor.hook_unsigned"));
        }
        findings
    }

    async fn listen(&self, _inbox: Arc<dyn Inbox>, _stop: CancellationToken) {}

    fn callback(&self, _request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        // A custom group robot hears nothing.
        Err(CallbackRefused::NotConfigured("app_id"))
    }

    fn understand(&self, _payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Err(NotUnderstood("a custom group robot hears nothing".to_owned()))
    }

    fn lanes(&self, _message: &Outgoing) -> LaneUse {
        lanes::hook()
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        if matches!(message.to, Recipient::Person(_)) {
            return Err(failure::never("delivery.reason.unsupported", "a custom group robot speaks to its group only"));
        }
        let request = self.surroundings.http.post(self.webhook.reveal()).json(&self.body(message));
        let response = request.send().await.map_err(|error| failure::unanswered(&error))?;
        let answer: Value = response.json().map_err(|_| failure::unreadable(&response))?;
        // Some deployments answer with `StatusCode` only (§1.5).
        let code = answer.get("code").or_else(|| answer.get("StatusCode")).and_then(Value::as_i64);
        match code {
            Some(0) => {
                let since = self.surroundings.time.now();
                if !matches!(*self.state.borrow(), ConnectionState::Connected { .. }) {
                    self.state.send_replace(ConnectionState::Connected { since });
                }
                Ok(Sent { message: None })
            }
            Some(code) => {
                let error = failure::refused(&response, code, &answer);
                if error.reason_key == "delivery.reason.credentials" && error.certainty == Certainty::NotSent {
                    self.state.send_replace(ConnectionState::Refused { reason: error.detail.clone() });
                }
                Err(error)
            }
            None => Err(failure::unreadable(&response)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_connect::{Mentions, http::Http};
    use huan_core::{
        ambient::{ManualTime, SeededEntropy},
        platform::ForeignConversation,
    };

    fn account(secret: Option<&str>) -> HookAccount {
        let time = ManualTime::starting_at(jiff::Timestamp::from_second(1_599_360_473).unwrap());
        HookAccount {
            webhook: Secret::new("https://open.feishu.cn/open-apis/bot/v2/hook/x"),
            secret: secret.map(Secret::new),
            surroundings: Surroundings {
                http: Http::new().unwrap(),
                time: Arc::new(time),
                entropy: Arc::new(SeededEntropy::new(1)),
            },
            state: watch::Sender::new(ConnectionState::Idle),
        }
    }

    fn text(words: &str) -> Outgoing {
        let id = ForeignConversation::new("hook");
        Outgoing {
            to: Recipient::Conversation { id, reply_to: None, reply_route: None },
            content: Content::Text(words.to_owned()),
            mentions: Mentions { everybody: true, people: Vec::new() },
            key: "k".to_owned(),
        }
    }

    #[test]
    fn s1_4_a_signed_text() {
        assert_eq!(
            account(Some("demo")).body(&text("新更新提醒")),
            json!({"timestamp": "1599360473", "sign": "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
                "msg_type": "text", "content": {"text": "<at user_id=\"all\"></at> 新更新提醒"}})
        );
        assert!(account(None).body(&text("x")).get("sign").is_none());
    }

    #[test]
    fn s1_4_a_card_is_an_object_called_card() {
        let card = super::super::card::tests::sample();
        let body = account(None).body(&Outgoing { content: Content::Card(card), ..text("") });
        assert_eq!(body["msg_type"], "interactive");
        assert_eq!(body["card"]["schema"], "2.0");
        assert!(body.get("content").is_none());
    }

    #[tokio::test]
    async fn it_speaks_to_no_single_person() {
        let to = Recipient::Person(huan_core::platform::ForeignUser::new("ou_1"));
        let error = account(None).send(&Outgoing { to, ..text("x") }).await.unwrap_err();
        assert_eq!(error.reason_key, "delivery.reason.unsupported");
    }

    #[test]
    fn an_address_of_something_else_is_refused_without_being_repeated() {
        let surroundings = account(None).surroundings;
        let settings: Settings = [("webhook", "https://example.com/tok3n")].into_iter().collect();
        let error = FeishuHook.open(&settings, surroundings).err().unwrap();
        assert!(matches!(error, SettingsError::Malformed { key: "webhook", .. }));
        assert!(!error.to_string().contains("tok3n"));
    }
}
