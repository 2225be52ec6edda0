//! The application: what every action, query and worker needs.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use huan_connect::{Account, Platform, Surroundings, http::Http};
use huan_core::{
    ambient::{Entropy, TimeSource},
    calendar::{HolidayCalendar, HolidayYear},
    id::{AccountId, WorkspaceId},
    person::Workspace,
    platform::PlatformKey,
    time_text,
};
use huan_store::Db;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use url::Url;

use crate::{
    demo::Demo,
    engine::{Leases, ingest::Ingest},
    error::ActionError,
    naming::CalledNow,
    secrets::Secrets,
};

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
    /// How long a node may keep what it took.
    pub leases: Leases,
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
    /// Where events are made durable.
    pub ingest: Ingest,
    /// How long a node may keep what it took.
    pub leases: Leases,
    zone: TimeZone,
    platforms: Vec<Arc<dyn Platform>>,
    holidays: RwLock<Arc<HolidayCalendar>>,
    accounts: RwLock<Vec<OpenAccount>>,
    demo: OnceLock<Arc<dyn Demo>>,
    pub(crate) called: CalledNow,
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
    /// Opens the application on a database that has the current schema. The first time, it makes the workspace.
    ///
    /// # Errors
    /// When the database fails or holds a holiday year that cannot be read.
    pub async fn open(setup: Setup) -> Result<Arc<Self>, ActionError> {
        let workspace = first_workspace(&setup).await?;
        let holidays = known_holidays(&setup.db, &workspace.id).await?;
        let ingest =
            Ingest::start(setup.db.clone(), workspace.id.clone(), Arc::clone(&setup.time), Arc::clone(&setup.entropy));
        let app = Arc::new(Self::new(setup, workspace, ingest, holidays));
        crate::engine::accounts::open_all(&app).await?;
        Ok(app)
    }

    fn new(setup: Setup, workspace: Workspace, ingest: Ingest, holidays: HolidayCalendar) -> Self {
        Self {
            ingest,
            zone: time_text::zone(&workspace.zone),
            db: setup.db,
            workspace: workspace.id,
            time: setup.time,
            entropy: setup.entropy,
            http: setup.http,
            secrets: setup.secrets,
            public_url: setup.public_url,
            platforms: setup.platforms,
            leases: setup.leases,
            holidays: RwLock::new(Arc::new(holidays)),
            accounts: RwLock::new(Vec::new()),
            demo: OnceLock::new(),
            called: CalledNow::default(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The zone of the workspace: in it days begin and years are counted.
    pub fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// The day of an instant, where the workspace is.
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The public holidays as far as they are known.
    pub fn holidays(&self) -> Arc<HolidayCalendar> {
        Arc::clone(&self.holidays.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the imported holiday years again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reload_holidays(&self) -> Result<(), ActionError> {
        let holidays = known_holidays(&self.db, &self.workspace).await?;
        *self.holidays.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(holidays);
        Ok(())
    }

    /// Makes this installation a demonstration. It stays one; a second call changes nothing.
    pub fn set_demo(&self, demo: Arc<dyn Demo>) {
        let _ = self.demo.set(demo);
    }

    /// The demonstration that this installation is.
    pub fn demo(&self) -> Option<&Arc<dyn Demo>> {
        self.demo.get()
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

/// The workspace of this installation; made the first time.
async fn first_workspace(setup: &Setup) -> Result<Workspace, ActionError> {
    let mut known = setup.db.read().await?.workspaces().await?;
    if !known.is_empty() {
        return Ok(known.remove(0));
    }
    let workspace = Workspace {
        id: WorkspaceId::new(&*setup.time, &*setup.entropy),
        name: String::new(),
        zone: "Asia/Shanghai".to_owned(),
    };
    let mut tx = setup.db.write().await?;
    tx.insert_workspace(&workspace).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// The years the program brings along, and over them those that an administrator imported.
async fn known_holidays(db: &Db, workspace: &WorkspaceId) -> Result<HolidayCalendar, ActionError> {
    let mut holidays = HolidayCalendar::shipped();
    for file in db.read().await?.holiday_years(workspace).await? {
        let year = HolidayYear::from_json(&file.data)
            .map_err(|error| ActionError::Internal(format!("holiday year {}: {error}", file.year)))?;
        holidays = holidays.with_year(year);
    }
    Ok(holidays)
}
