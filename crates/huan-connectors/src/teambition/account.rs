//! A live Teambition app.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use async_trait::async_trait;
use huan_connect::{
    Account, CallbackRefused, CallbackRequest, ConnectionState, Delivered, Finding, Heard, Inbox, Lane, LaneUse, Limit,
    NotUnderstood, Outgoing, Roster, SendError, Sent, Surroundings, Tasks, Titles,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    api::{Api, Call, SharedApi},
    callback, doctor, failure, pace,
    settings::AppSettings,
    understand,
};

/// The pause before asking again to be told of events; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How often Teambition is told that we listen: it stops pushing after long trouble (§9.4).
const LISTEN_AGAIN: Duration = Duration::from_secs(6 * 3600);

static LIMITS: LazyLock<[Limit; 1]> =
    LazyLock::new(|| [Limit { count: u32::try_from(pace::A_SECOND).unwrap_or(u32::MAX), per: Duration::from_secs(1) }]);

/// A live Teambition app.
#[derive(Debug)]
pub(super) struct AppAccount {
    pub(super) api: SharedApi,
    state: watch::Sender<ConnectionState>,
}

impl AppAccount {
    /// Opens the account; does no I/O.
    pub(super) fn open(settings: AppSettings, surroundings: Surroundings) -> Self {
        Self { api: Arc::new(Api::new(settings, surroundings)), state: watch::Sender::new(ConnectionState::Idle) }
    }

    /// There is no connection: what succeeds or is refused is all that tells whether the account works.
    pub(super) fn note<T>(&self, result: Result<T, SendError>) -> Result<T, SendError> {
        match &result {
            Ok(_) => self.something_worked(),
            Err(error) if error.reason_key == failure::CREDENTIALS => {
                self.state.send_replace(ConnectionState::Refused { reason: error.detail.clone() });
            }
            Err(_) => {}
        }
        result
    }

    fn something_worked(&self) {
        let since = self.api.surroundings.time.now();
        self.state.send_if_modified(|state| {
            let connected = matches!(state, ConnectionState::Connected { .. });
            if !connected {
                *state = ConnectionState::Connected { since };
            }
            !connected
        });
    }

    /// Tells Teambition that we are there: pushing that stopped after long trouble begins again (§9.4).
    pub(super) async fn ask_for_events(&self) -> Result<(), SendError> {
        let call = Call::new("POST /webhook/v1/apps/{}/listen", &[self.api.settings.app_id.as_str()]);
        self.note(self.api.call(&call).await).map(drop)
    }

    async fn keep_asking(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.ask_for_events().await {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    tokio::time::sleep(LISTEN_AGAIN).await;
                }
                Err(error) => {
                    tracing::warn!(app = self.api.settings.app_id, %error, "Teambition does not take that we listen");
                    let until = self.api.surroundings.time.now().saturating_add(pause);
                    if let Ok(until) = until
                        && error.reason_key != failure::CREDENTIALS
                    {
                        self.state.send_replace(ConnectionState::Waiting { reason: error.detail, until });
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
}

#[async_trait]
impl Account for AppAccount {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        doctor::examine(self).await
    }

    async fn listen(&self, _inbox: Arc<dyn Inbox>, stop: CancellationToken) {
        stop.run_until_cancelled(self.keep_asking()).await;
    }

    fn callback(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let delivered = callback::read(&self.api.settings, request, self.api.surroundings.time.now())?;
        self.something_worked();
        Ok(delivered)
    }

    fn understand(&self, payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        understand::understand(payload)
    }

    fn lanes(&self, _message: &Outgoing) -> LaneUse {
        LaneUse { sender: Lane { key: "app".to_owned(), limits: &*LIMITS }, target: None, idempotent: false }
    }

    /// Teambition has no messages (§13).
    async fn send(&self, _message: &Outgoing) -> Result<Sent, SendError> {
        Err(failure::never("delivery.reason.unsupported", "Teambition has no messages"))
    }

    fn sends(&self) -> bool {
        false
    }

    fn roster(&self) -> Option<&dyn Roster> {
        Some(self)
    }

    fn tasks(&self) -> Option<&dyn Tasks> {
        Some(self)
    }

    fn titles(&self) -> Option<&dyn Titles> {
        Some(self)
    }
}
