//! Keeping the platform accounts open and listening.
//!
//! A reconciler: it takes no input, compares the accounts in the database with those open in this process, and mends the
//! difference. Every node opens every enabled account, so that it can send; only the node that holds an account's lease
//! listens, since a platform splits its events among connections.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use huan_connect::{ConnectionState, Envelope, Inbox, InboxUnavailable, Settings};
use huan_core::id::AccountId;
use huan_store::{KnownState, PlatformAccount};
use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::ingest::Ingest;
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
};

/// How often the accounts are looked at; oftener where leases are short, since looking renews them.
const EVERY: Duration = Duration::from_secs(2);

/// A listening task, what it listens to, and until when this node may.
struct Listening {
    version: i64,
    held_until: Timestamp,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// Opens the accounts as the database has them now.
///
/// # Errors
/// When the database fails. An account that cannot be opened is logged, shown as refused, and left out.
pub async fn open_all(app: &App) -> Result<(), ActionError> {
    let wanted = app.db.read().await?.accounts(&app.workspace).await?;
    let open = app.open_accounts();
    let mut now_open = Vec::with_capacity(wanted.len());
    for account in wanted.into_iter().filter(|account| account.enabled) {
        let kept = open.iter().find(|open| open.id == account.id && open.version == account.version);
        match kept {
            Some(kept) => now_open.push(kept.clone()),
            None => now_open.extend(open_one(app, &account).await?),
        }
    }
    app.set_open_accounts(now_open);
    Ok(())
}

async fn open_one(app: &App, account: &PlatformAccount) -> Result<Option<OpenAccount>, ActionError> {
    let opened = settings(app, account).and_then(|settings| {
        let platform =
            app.platform(&account.platform).ok_or_else(|| format!("unknown platform {}", account.platform))?;
        platform.open(&settings, app.surroundings()).map_err(|error| error.to_string())
    });
    match opened {
        Ok(live) => Ok(Some(OpenAccount {
            id: account.id.clone(),
            platform: account.platform.clone(),
            version: account.version,
            live,
        })),
        Err(reason) => {
            tracing::error!(account = %account.id, %reason, "a platform account cannot be opened");
            write_state(app, &account.id, &ConnectionState::Refused { reason }).await?;
            Ok(None)
        }
    }
}

/// The settings of an account, opened with the installation's keys.
///
/// # Errors
/// In words, when the keys do not open them.
pub fn settings(app: &App, account: &PlatformAccount) -> Result<Settings, String> {
    let plain = app.secrets.open(account.id.as_str(), &account.settings).map_err(|error| error.to_string())?;
    let pairs: Vec<(String, String)> = serde_json::from_slice(&plain).map_err(|error| error.to_string())?;
    Ok(pairs.into_iter().collect())
}

/// Seals the settings of an account for the database.
///
/// # Errors
/// When they cannot be sealed.
pub fn seal(app: &App, id: &AccountId, settings: &Settings) -> Result<Vec<u8>, ActionError> {
    let pairs: Vec<(&str, &str)> = settings.iter().collect();
    let plain = serde_json::to_vec(&pairs).map_err(|error| ActionError::Internal(error.to_string()))?;
    app.secrets.seal(&*app.entropy, id.as_str(), &plain).map_err(|error| ActionError::Internal(error.to_string()))
}

/// Runs until `stop`.
pub(crate) async fn run(app: Arc<App>, stop: CancellationToken) {
    let node = format!("{:032x}", u128::from_be_bytes(random(&app)));
    let mut listening: HashMap<AccountId, Listening> = HashMap::new();
    let every = EVERY.min(app.leases.account.unsigned_abs() / 3);
    loop {
        if let Err(error) = reconcile(&app, &node, &mut listening).await {
            tracing::error!(%error, "the platform accounts could not be looked at; trying again");
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(every) => {}
        }
    }
    for (id, listener) in listening {
        listener.end().await;
        let_go(&app, &id, &node).await;
    }
}

async fn reconcile(
    app: &Arc<App>,
    node: &str,
    listening: &mut HashMap<AccountId, Listening>,
) -> Result<(), ActionError> {
    open_all(app).await?;
    let open = app.open_accounts();
    let gone: Vec<AccountId> = listening
        .iter()
        .filter(|(id, listener)| !open.iter().any(|open| open.id == **id && open.version == listener.version))
        .map(|(id, _)| id.clone())
        .collect();
    for id in gone {
        if let Some(listener) = listening.remove(&id) {
            listener.end().await;
        }
    }
    for account in open {
        let now = app.now();
        // Renewed at half time: late enough that a hub at rest hardly writes, early enough for a few tries.
        if listening.get(&account.id).is_some_and(|listener| now + app.leases.account / 2 < listener.held_until) {
            continue;
        }
        let until = now + app.leases.account;
        let mut tx = app.db.write().await?;
        let held = tx.hold_account(&app.workspace, &account.id, node, until, now).await?;
        tx.commit().await?;
        if !held {
            if let Some(listener) = listening.remove(&account.id) {
                listener.end().await;
            }
        } else if let Some(listener) = listening.get_mut(&account.id) {
            listener.held_until = until;
        } else {
            listening.insert(account.id.clone(), Listening::start(app, account, until));
        }
    }
    Ok(())
}

impl Listening {
    fn start(app: &Arc<App>, account: OpenAccount, held_until: Timestamp) -> Self {
        let stop = CancellationToken::new();
        let version = account.version;
        let task = tokio::spawn(listen(Arc::clone(app), account, stop.clone()));
        Self { version, held_until, stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a listener ended badly");
        }
    }
}

async fn listen(app: Arc<App>, account: OpenAccount, stop: CancellationToken) {
    let inbox = Arc::new(AccountInbox { ingest: app.ingest.clone(), account: account.id.clone() });
    let mut state = account.live.state();
    let watching = async {
        loop {
            let current = state.borrow_and_update().clone();
            if let Err(error) = write_state(&app, &account.id, &current).await {
                tracing::error!(account = %account.id, %error, "the state of a connection could not be written");
            }
            if state.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = async {
            account.live.listen(inbox, stop.clone()).await;
            // An account that hears over HTTP has nothing to listen to; its state is watched all the same.
            stop.cancelled().await;
        } => {}
        () = watching => {}
    }
}

/// Writes the state of a connection and tells the screens.
async fn write_state(app: &App, account: &AccountId, state: &ConnectionState) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    let known = KnownState { state: state_json(state), at: work.now };
    work.tx.set_account_state(&app.workspace, account, &known).await?;
    work.show(&huan_core::history::Subject::Account(account.clone()), None);
    work.commit().await
}

fn state_json(state: &ConnectionState) -> serde_json::Value {
    match state {
        ConnectionState::Idle => serde_json::json!({ "kind": "idle" }),
        ConnectionState::Connecting => serde_json::json!({ "kind": "connecting" }),
        ConnectionState::Connected { since } => serde_json::json!({ "kind": "connected", "since": since }),
        ConnectionState::Waiting { reason, until } => {
            serde_json::json!({ "kind": "waiting", "reason": reason, "until": until })
        }
        ConnectionState::Refused { reason } => serde_json::json!({ "kind": "refused", "reason": reason }),
    }
}

async fn let_go(app: &App, account: &AccountId, node: &str) {
    let released = async {
        let mut tx = app.db.write().await?;
        tx.let_account_go(&app.workspace, account, node).await?;
        tx.commit().await
    };
    if let Err(error) = released.await {
        tracing::warn!(account = %account, %error, "the lease of an account runs out by itself");
    }
}

fn random(app: &App) -> [u8; 16] {
    let mut bytes = [0; 16];
    app.entropy.fill(&mut bytes);
    bytes
}

/// The inbox of one account.
struct AccountInbox {
    ingest: Ingest,
    account: AccountId,
}

#[async_trait]
impl Inbox for AccountInbox {
    async fn store(&self, envelope: Envelope) -> Result<(), InboxUnavailable> {
        self.ingest.store(&self.account, vec![envelope]).await
    }
}
