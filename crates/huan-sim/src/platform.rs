//! What the shell asks of a simulated platform, and the words in which it asks.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::view::PlatformView;

/// The platforms that are simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformName {
    /// 飞书
    Feishu,
    /// 钉钉
    Dingtalk,
    /// Teambition, which has tasks and no conversations
    Teambition,
}

/// Where a person speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the group with this key, name or platform id.
    Group(String),
    /// In the person's direct conversation with the robot.
    Robot,
}

/// A person writes something.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Say {
    /// Key or name of the person.
    pub person: String,
    /// Where.
    pub place: Place,
    /// The text as the person sees it, mentions written `@姓名`.
    pub text: String,
    /// Names or keys of those whom the client really mentions. When absent, every `@姓名` of the robot or of a member
    /// of the group counts; any other `@…` stays plain text, as in the real clients.
    #[serde(default)]
    pub mentions: Option<Vec<String>>,
    /// Platform id of the message answered, if any.
    #[serde(default)]
    pub reply_to: Option<String>,
}

/// A person presses a button of a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Press {
    /// Key or name of the person.
    pub person: String,
    /// Platform id of the message that shows the card (see [`crate::view::MessageView::id`]).
    pub message: String,
    /// The button's key ([`crate::view::Button::key`]) or its text.
    pub button: String,
    /// What the person filled in, by input name.
    #[serde(default)]
    pub form: BTreeMap<String, Value>,
}

/// What the person sees after pressing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pressed {
    /// The short notice that the program answered with.
    pub toast: Option<Toast>,
    /// The platform's own complaint, shown when the program answered badly or not at all.
    pub error: Option<PressError>,
    /// Address that the client opens, for a button that is a link.
    pub open_url: Option<String>,
}

/// A short notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toast {
    /// `info`, `success`, `error` or `warning`.
    pub kind: String,
    /// The text.
    pub text: String,
}

/// The platform's complaint to the person who pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PressError {
    /// The platform's code.
    pub code: i64,
    /// What it says.
    pub text: String,
}

/// A person opens a message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Read {
    /// Key or name of the person.
    pub person: String,
    /// Platform id of the message.
    pub message: String,
}

/// How the platform hands events to the program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Delivery {
    /// Over the connection that the program opens (Feishu: long connection, DingTalk: Stream).
    #[default]
    Connection,
    /// POSTed to the program.
    Http(Box<HttpDelivery>),
}

/// Where events are POSTed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpDelivery {
    /// Where events go.
    pub events: Url,
    /// Where robot messages go, if that is another address (DingTalk).
    #[serde(default)]
    pub robot: Option<Url>,
    /// Where card presses go, if that is another address.
    #[serde(default)]
    pub cards: Option<Url>,
    /// Whether pushes are encrypted and signed with the tenant's keys (Feishu; DingTalk events always are).
    #[serde(default = "yes")]
    pub encrypted: bool,
}

fn yes() -> bool {
    true
}

/// A request of the person at the simulator's page, or of a test, that cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimError {
    /// Something named in the request does not exist.
    #[error("there is no {what} «{name}»")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// What was asked for.
        name: String,
    },
    /// The person could not do this on the real platform either.
    #[error("{0}")]
    NotPossible(String),
    /// The program under test refused or failed the platform's check of its callback address.
    #[error("the callback address failed the platform's check: {0}")]
    CallbackCheck(String),
}

impl SimError {
    /// Something named in the request does not exist.
    pub fn unknown(what: &'static str, name: impl Into<String>) -> Self {
        Self::Unknown { what, name: name.into() }
    }
}

/// One simulated platform, as the layer around its router sees it.
pub trait Platform: Send + Sync + 'static {
    /// Which one.
    fn name(&self) -> PlatformName;

    /// Everything the platform serves: REST, webhooks and the WebSocket. The shell adds the journal, the faults and `/sim/`.
    fn router(self: Arc<Self>) -> Router;

    /// The platform's real answer to a caller over its limits; used by [`crate::FaultKind::RateLimit`].
    fn rate_limited(&self, path: &str) -> Response;
}

/// A platform on which people talk.
pub trait Messenger: Platform {
    /// A person writes; the answer is the platform's id of the message.
    fn say(&self, say: Say) -> Result<String, SimError>;

    /// A person presses a button and waits for what follows.
    fn press(&self, press: Press) -> impl Future<Output = Result<Pressed, SimError>> + Send;

    /// A person opens a message.
    fn read(&self, read: Read) -> Result<(), SimError>;

    /// What the clients show: all conversations as `viewer` (a person's key) would see them, or as most members would.
    fn view(&self, viewer: Option<&str>) -> PlatformView;

    /// Changes how events are delivered, after the platform's own check of an address.
    fn set_delivery(&self, delivery: Delivery) -> impl Future<Output = Result<(), SimError>> + Send;

    /// Closes every open connection of the program, as the platforms do now and then. The answer is how many.
    fn disconnect(&self) -> usize;
}
