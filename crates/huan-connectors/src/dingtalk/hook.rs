//! Custom group robots 「自定义机器人」: an address that takes messages for one group, and nothing more
//! (DingTalk, custom robot §1).

use std::{
    fmt,
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use huan_connect::{
    Account, CallbackRefused, CallbackRequest, ConnectionState, Content, Delivered, Descriptor, Finding, Heard, Inbox,
    Lane, LaneUse, Limit, NotUnderstood, Outgoing, Platform, Recipient, SendError, Sent, Setting, SettingKind,
    Settings, SettingsError, Severity, Surroundings, http::Http,
};
use huan_core::{ambient::TimeSource, platform::PlatformKey};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    api::Api,
    fault::{Fault, impossible},
    progress::Progress,
    settings::{address, malformed, setting},
    signature, webhook,
};
use crate::secret::Secret;

/// The form of a custom robot.
pub(super) const SETTINGS: &[Setting] = &[
    setting("address", "dingtalk.setting.hook_address", SettingKind::Secret).required(),
    setting("secret", "dingtalk.setting.hook_secret", SettingKind::Secret).optional(),
    setting("keyword", "dingtalk.setting.hook_keyword", SettingKind::Text).optional(),
];

/// Twenty a minute; whoever sends more is silenced for ten minutes (DingTalk, custom robot §1.5).
pub(super) const LIMITS: &[Limit] = &[Limit { count: 20, per: Duration::from_secs(60) }];

/// The platform of custom group robots.
#[derive(Debug, Clone, Copy, Default)]
pub struct DingTalkHook;

static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("dingtalk_hook"),
    name_key: "domain.platform.dingtalk_hook",
    settings: SETTINGS,
    permissions: &[],
});

impl Platform for DingTalkHook {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        let webhook = settings.get("address").ok_or(SettingsError::Missing("address"))?;
        let hook = Hook::new("address", webhook, settings.get("secret"), settings.get("keyword"))?;
        let Surroundings { http, time, .. } = surroundings;
        Ok(Arc::new(HookAccount {
            hook,
            http,
            time,
            state: watch::Sender::new(ConnectionState::Idle),
            progress: Progress::default(),
        }))
    }
}

/// One custom robot.
#[derive(Clone)]
pub(super) struct Hook {
    /// The address without its query.
    address: String,
    access_token: Secret,
    secret: Option<Secret>,
    keyword: Option<String>,
}

impl Hook {
    /// Reads the address that the group's settings show; `key` is the setting it came from.
    pub(super) fn new(
        key: &'static str,
        webhook: &str,
        secret: Option<&str>,
        keyword: Option<&str>,
    ) -> Result<Self, SettingsError> {
        let mut url = address(key, webhook)?;
        let access_token = url
            .query_pairs()
            .find(|(name, _)| name == "access_token")
            .map(|(_, value)| value.into_owned())
            .filter(|token| !token.is_empty())
            .ok_or_else(|| malformed(key, "the address has no access_token"))?;
        url.set_query(None);
        Ok(Self {
            address: url.into(),
            access_token: Secret::new(access_token),
            secret: secret.map(Secret::new),
            keyword: keyword.map(str::to_owned),
        })
    }

    /// Sends `message`, leaving out the parts that went through before.
    pub(super) async fn send(
        &self,
        http: &Http,
        time: &dyn TimeSource,
        progress: &Progress,
        message: &Outgoing,
    ) -> Result<Sent, SendError> {
        let message = self.with_keyword(message);
        let bodies = webhook::bodies(&message);
        let done = progress.done(&message.key);
        for (number, mut body) in bodies.into_iter().enumerate().skip(done.len()) {
            webhook::key(&mut body, &message, number);
            self.post(http, time, &body).await?;
            progress.add(&message.key, String::new());
        }
        progress.finish(&message.key);
        // A custom robot tells no id: nothing can be done to its messages afterwards.
        Ok(Sent { message: None })
    }

    async fn post(&self, http: &Http, time: &dyn TimeSource, body: &Value) -> Result<(), Fault> {
        let timestamp = time.now().as_millisecond().to_string();
        let sign = self.secret.as_ref().map(|secret| signature::of_timestamp_and_secret(&timestamp, secret.reveal()));
        let mut query = vec![("access_token", self.access_token.reveal())];
        if let Some(sign) = &sign {
            query.extend([("timestamp", timestamp.as_str()), ("sign", sign.as_str())]);
        }
        Api::post_webhook(http, &self.address, &query, body).await
    }

    /// Whether the address works: a message of a type that does not exist is refused, and how tells the rest.
    async fn look(&self, http: &Http, time: &dyn TimeSource) -> Finding {
        let (severity, key, detail) = match self.post(http, time, &json!({"msgtype": "huan_doctor"})).await {
            Ok(()) => (Severity::Good, "dingtalk.doctor.hook", String::new()),
            Err(fault) => {
                let (severity, key) = match (&fault, fault.code()) {
                    // Unsupported type, missing parameter: the address itself was accepted.
                    (_, Some("400105" | "40035")) => (Severity::Good, "dingtalk.doctor.hook"),
                    (_, Some("300005" | "300001" | "400101" | "400106" | "400102")) => {
                        (Severity::Problem, "dingtalk.doctor.hook_unknown")
                    }
                    (_, Some("310000")) => (Severity::Problem, "dingtalk.doctor.hook_security"),
                    (Fault::NoAnswer(_), _) => (Severity::Problem, "dingtalk.doctor.unreachable"),
                    _ => (Severity::Warning, "dingtalk.doctor.unclear"),
                };
                (severity, key, fault.to_string())
            }
        };
        Finding { severity, key, detail }
    }

    /// A robot with keywords takes only messages that hold one.
    fn with_keyword(&self, message: &Outgoing) -> Outgoing {
        let mut message = message.clone();
        if let Some(keyword) = &self.keyword {
            match &mut message.content {
                Content::Text(text) if !text.contains(keyword.as_str()) => *text = format!("{keyword}\n{text}"),
                Content::Card(card) if !card.title.contains(keyword.as_str()) => {
                    card.title = format!("{keyword} {}", card.title);
                }
                _ => {}
            }
        }
        message
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("signed", &self.secret.is_some()).finish_non_exhaustive()
    }
}

/// A custom robot as an account: it only sends, and only to its group.
struct HookAccount {
    hook: Hook,
    http: Http,
    time: Arc<dyn TimeSource>,
    state: watch::Sender<ConnectionState>,
    progress: Progress,
}

#[async_trait]
impl Account for HookAccount {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        vec![self.hook.look(&self.http, self.time.as_ref()).await]
    }

    async fn listen(&self, _inbox: Arc<dyn Inbox>, _stop: CancellationToken) {}

    fn callback(&self, _request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        Err(CallbackRefused::NotConfigured("callback_token"))
    }

    fn understand(&self, _payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Err(NotUnderstood("a custom robot hears nothing".to_owned()))
    }

    fn lanes(&self, _message: &Outgoing) -> LaneUse {
        LaneUse { sender: Lane { key: "hook".to_owned(), limits: LIMITS }, target: None, idempotent: true }
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        if matches!(message.to, Recipient::Person(_)) {
            return Err(impossible("delivery.reason.unsupported", "a custom robot writes only to its group"));
        }
        let sent = self.hook.send(&self.http, self.time.as_ref(), &self.progress, message).await?;
        let now = self.time.now();
        self.state.send_if_modified(|state| {
            let first = !matches!(state, ConnectionState::Connected { .. });
            if first {
                *state = ConnectionState::Connected { since: now };
            }
            first
        });
        Ok(sent)
    }
}
