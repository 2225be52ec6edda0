//! The application: what every action, query and worker needs.

use std::sync::{Arc, PoisonError, RwLock};

use huan_connect::{Account, Platform, Surroundings, http::Http};
use huan_core::{
    ambient::{Entropy, TimeSource},
    calendar::HolidayCalendar,
    id::{AccountId, WorkspaceId},
    platform::PlatformKey,
};
use huan_store::Db;
use jiff::Timestamp;
use url::Url;

use crate::secrets::Secrets;

/// The doors to the world and the settings of one installation.
pub struct Setup {
    /// The database.
    pub db: Db,
    /// The door for time.
    pub time: Arc<dyn TimeSource>,
    /// The door for randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The door for outgoing HTTP.
    pub http: Http,
    /// The keys of the installation.
    pub secrets: Secrets,
    /// Where people reach the web page.
    pub public_url: Url,
    /// The platforms that accounts can be made for.
    pub platforms: Vec<Arc<dyn Platform>>,
}

/// The application.
pub struct App {
    /// The database.
    pub db: Db,
    /// The workspace that this installation serves.
    pub workspace: WorkspaceId,
    /// The door for time.
    pub time: Arc<dyn TimeSource>,
    /// The door for randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The door for outgoing HTTP.
    pub http: Http,
    /// The keys of the installation.
    pub secrets: Secrets,
    /// Where people reach the web page.
    pub public_url: Url,
    platforms: Vec<Arc<dyn Platform>>,
    holidays: RwLock<Arc<HolidayCalendar>>,
    accounts: RwLock<Vec<OpenAccount>>,
}

/// An account that is open in this process.
#[derive(Clone)]
pub struct OpenAccount {
    /// Its id.
    pub id: AccountId,
    /// Its platform.
    pub platform: PlatformKey,
    /// The version of the settings it was opened with.
    pub version: i64,
    /// The connector's account.
    pub live: Arc<dyn Account>,
}

impl App {
    pub(crate) fn new(setup: Setup, workspace: WorkspaceId, holidays: HolidayCalendar) -> Self {
        Self {
            db: setup.db,
            workspace,
            time: setup.time,
            entropy: setup.entropy,
            http: setup.http,
            secrets: setup.secrets,
            public_url: setup.public_url,
            platforms: setup.platforms,
            holidays: RwLock::new(Arc::new(holidays)),
            accounts: RwLock::new(Vec::new()),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The public holidays as far as they are known.
    pub fn holidays(&self) -> Arc<HolidayCalendar> {
        Arc::clone(&self.holidays.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set_holidays(&self, holidays: HolidayCalendar) {
        *self.holidays.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(holidays);
    }

    /// The platforms that accounts can be made for.
    pub fn platforms(&self) -> &[Arc<dyn Platform>] {
        &self.platforms
    }

    /// The platform with this key.
    pub fn platform(&self, key: &PlatformKey) -> Option<&Arc<dyn Platform>> {
        self.platforms.iter().find(|platform| platform.descriptor().key == *key)
    }

    /// The account with this id, when it is open in this process.
    pub fn account(&self, id: &AccountId) -> Option<OpenAccount> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).iter().find(|account| account.id == *id).cloned()
    }

    /// Every account that is open in this process.
    pub fn open_accounts(&self) -> Vec<OpenAccount> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_open_accounts(&self, accounts: Vec<OpenAccount>) {
        *self.accounts.write().unwrap_or_else(PoisonError::into_inner) = accounts;
    }

    /// What a connector may use of the world.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings { http: self.http.clone(), time: Arc::clone(&self.time), entropy: Arc::clone(&self.entropy) }
    }

    /// The address of a page of the web interface; `path` begins without a slash.
    pub fn page(&self, path: &str) -> String {
        format!("{}/{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}
