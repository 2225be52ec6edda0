//! A live account of a DingTalk app.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, LazyLock, Mutex},
};

use async_trait::async_trait;
use huan_connect::{
    Account, Buzz, CallbackRefused, CallbackRequest, CardEditor, ConnectionState, Delivered, Descriptor, Directory,
    Finding, Groups, Heard, Inbox, LaneUse, NotUnderstood, Outgoing, Platform, ReadReceipts, Recall, Roster, SendError,
    Sent, Settings, SettingsError, Surroundings,
};
use huan_core::{
    ambient::{Entropy, TimeSource},
    platform::PlatformKey,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    api::Api,
    progress::Progress,
    roster,
    settings::{Config, Mode, PERMISSIONS, SETTINGS},
    stream,
    understand::Reader,
};

/// The platform of DingTalk apps with a robot.
#[derive(Debug, Clone, Copy, Default)]
pub struct DingTalk;

static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("dingtalk"),
    name_key: "domain.platform.dingtalk",
    settings: SETTINGS,
    permissions: PERMISSIONS,
});

impl Platform for DingTalk {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        Ok(Arc::new(App::new(Config::read(settings)?, surroundings)))
    }
}

/// One app.
pub(super) struct App {
    pub(super) config: Config,
    pub(super) api: Api,
    pub(super) time: Arc<dyn TimeSource>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) progress: Progress,
    /// Cards that DingTalk has but said it could not deliver.
    pub(super) undelivered: Mutex<HashSet<String>>,
    /// Whether this process told DingTalk where card callbacks go.
    pub(super) card_callback_told: tokio::sync::Mutex<bool>,
    /// How fast lists of people and departments are read.
    pub(super) directory_paces: roster::Paces,
    state: watch::Sender<ConnectionState>,
}

impl App {
    pub(super) fn new(config: Config, surroundings: Surroundings) -> Self {
        let Surroundings { http, time, entropy } = surroundings;
        Self {
            api: Api::new(http, Arc::clone(&time), &config),
            config,
            time,
            entropy,
            progress: Progress::default(),
            undelivered: Mutex::default(),
            card_callback_told: tokio::sync::Mutex::default(),
            directory_paces: roster::Paces::default(),
            state: watch::Sender::new(ConnectionState::Idle),
        }
    }

    /// Announces a state.
    pub(super) fn announce(&self, state: ConnectionState) {
        self.state.send_if_modified(|current| {
            let changed = *current != state;
            if changed {
                *current = state;
            }
            changed
        });
    }

    /// The state announced last.
    pub(super) fn current_state(&self) -> ConnectionState {
        self.state.borrow().clone()
    }

    /// An account that hears over HTTP is connected once something worked.
    pub(super) fn something_worked(&self) {
        if self.config.mode == Mode::Http && !matches!(*self.state.borrow(), ConnectionState::Connected { .. }) {
            self.announce(ConnectionState::Connected { since: self.time.now() });
        }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}

#[async_trait]
impl Account for App {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        self.look().await
    }

    async fn listen(&self, inbox: Arc<dyn Inbox>, stop: CancellationToken) {
        if self.config.mode == Mode::Stream {
            stream::listen(self, inbox, stop).await;
        }
    }

    fn callback(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let delivered = self.receive(request)?;
        self.something_worked();
        Ok(delivered)
    }

    fn understand(&self, payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Reader { conversation_link: &self.config.conversation_link }.understand(payload)
    }

    fn lanes(&self, message: &Outgoing) -> LaneUse {
        self.config.lanes(message, self.time.now())
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        let sent = self.deliver(message).await?;
        self.something_worked();
        Ok(sent)
    }

    fn cards(&self) -> Option<&dyn CardEditor> {
        self.config.usable_template().map(|_| self as &dyn CardEditor)
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
        Some(self)
    }

    fn calendars(&self) -> Option<&dyn huan_connect::Calendars> {
        Some(self)
    }

    fn groups(&self) -> Option<&dyn Groups> {
        Some(self)
    }

    fn roster(&self) -> Option<&dyn Roster> {
        Some(self)
    }
}
