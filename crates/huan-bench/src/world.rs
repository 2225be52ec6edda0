//! A small organisation to measure with: people in a line of superiors, each reached in Feishu, and one collaboration.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use huan_app::{App, Leases, Setup, engine::accounts, secrets::Secrets};
use huan_connect::{Settings, http::Http};
use huan_connectors::feishu::Feishu;
use huan_core::{
    ambient::{Entropy, ShiftedTime, SystemEntropy, TimeSource},
    calendar::WorkingHours,
    clock::ServiceLevels,
    collaboration::{Collaboration, CollaborationState},
    i18n::Language,
    id::{AccountId, CollaborationId, Id, IdentityId, Kind, PersonId},
    level::Level,
    person::{Identity, Person, Standing},
    platform::{ForeignUser, PlatformKey},
    task::{Priority, Task, TaskState},
};
use huan_store::{Db, PlatformAccount};
use jiff::Timestamp;
use url::Url;

/// How many people there are.
pub(crate) const PEOPLE: usize = 200;
/// The key with which the account's callbacks are encrypted and signed.
pub(crate) const ENCRYPT_KEY: &str = "a key of the benchmark";
/// The id of the account's app.
pub(crate) const APP_ID: &str = "cli_bench";

/// The organisation.
pub(crate) struct World {
    /// The application on the database that is measured.
    pub(crate) app: Arc<App>,
    /// The clock: it was put to the morning of a working day and runs on from there. Ids begin with the time, so with a
    /// clock that stands still each would fall at a random place of its indexes, as it does in no installation.
    pub(crate) time: ShiftedTime,
    /// The people.
    pub(crate) people: Vec<Person>,
    /// The collaboration.
    pub(crate) collaboration: Collaboration,
    /// The Feishu account.
    pub(crate) account: AccountId,
}

impl World {
    /// Makes the organisation in an empty, migrated database.
    pub(crate) async fn make(db: Db) -> Result<Self> {
        let morning: Timestamp = "2026-11-23T10:00:00+08:00".parse().context("the morning")?;
        let time = ShiftedTime::default();
        time.advance(morning.duration_since(time.now()));
        let app = App::open(Setup {
            db,
            time: Arc::new(time.clone()),
            entropy: Arc::new(SystemEntropy),
            http: Http::new()?,
            secrets: Secrets::derive(&[7; 32]),
            public_url: Url::parse("http://127.0.0.1:8080")?,
            leases: Leases::default(),
            platforms: vec![Arc::new(Feishu)],
        })
        .await?;
        let account = feishu(&app)?;
        let collaboration = collaboration(&app);
        let people = people(&app);
        let mut tx = app.db.write().await?;
        tx.insert_account(&app.workspace, &account).await?;
        tx.insert_collaboration(&app.workspace, &collaboration).await?;
        for person in &people {
            tx.insert_person(&app.workspace, person).await?;
            tx.insert_identity(&app.workspace, &identity(&app, person, &account.id)).await?;
        }
        tx.commit().await?;
        accounts::open_all(&app).await?;
        Ok(Self { app, time, people, collaboration, account: account.id })
    }

    /// A new task that waits for its owner's answer, not added.
    pub(crate) fn offered_task(&self, number: u32) -> Task {
        let index = number as usize;
        Task {
            id: self.id(),
            collaboration: self.collaboration.id.clone(),
            number: i64::from(number),
            name: format!("评估数据导出的技术可行性 {number}"),
            description: "客户要求按月导出全部记录，先看接口能否承受。".to_owned(),
            initiator: self.people[(index + 1) % PEOPLE].id.clone(),
            owner: self.people[index % PEOPLE].id.clone(),
            helpers: Vec::new(),
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            state: TaskState::Offered,
            progress: None,
            record: None,
            message: None,
            created_at: self.app.now(),
            updated_at: self.app.now(),
            version: 1,
        }
    }

    /// A new id.
    pub(crate) fn id<K: Kind>(&self) -> Id<K> {
        new_id(&self.app)
    }
}

fn new_id<K: Kind>(app: &App) -> Id<K> {
    let (time, entropy): (&dyn TimeSource, &dyn Entropy) = (&*app.time, &*app.entropy);
    Id::new(time, entropy)
}

fn feishu(app: &App) -> Result<PlatformAccount> {
    let id: AccountId = new_id(app);
    let settings: Settings = [
        ("app_id", APP_ID),
        ("app_secret", "secret"),
        ("mode", "http_callback"),
        ("encrypt_key", ENCRYPT_KEY),
        // Nothing is sent in a benchmark; if it were, nobody would listen.
        ("base_url", "http://127.0.0.1:9"),
    ]
    .into_iter()
    .collect();
    Ok(PlatformAccount {
        settings: accounts::seal(app, &id, &settings)?,
        id,
        platform: PlatformKey::new("feishu"),
        name: "飞书".to_owned(),
        enabled: true,
        created_at: app.now(),
        version: 1,
    })
}

fn collaboration(app: &App) -> Collaboration {
    Collaboration {
        id: new_id::<_>(app) as CollaborationId,
        name: "产品V2.0".to_owned(),
        goal: "完成产品V2.0需求文档评审".to_owned(),
        goal_on: None,
        state: CollaborationState::Running,
        levels: ServiceLevels::default(),
        created_at: app.now(),
        version: 1,
    }
}

/// Everybody's superior is the tenth before them.
fn people(app: &App) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        people.push(Person {
            id: new_id::<_>(app) as PersonId,
            name: format!("同事{number}"),
            department: None,
            job: "研发工程师".to_owned(),
            superior: number.checked_sub(10).map(|above| people[above].id.clone()),
            hours: WorkingHours::office_in_china(),
            language: Language::Chinese,
            mobile: None,
            mail: None,
            staff_number: None,
            administrator: number == 0,
            standing: Standing::Active,
            version: 1,
        });
    }
    people
}

fn identity(app: &App, person: &Person, account: &AccountId) -> Identity {
    let id: IdentityId = new_id(app);
    Identity {
        user: ForeignUser::new(format!("ou_{}", person.id)),
        id,
        person: Some(person.id.clone()),
        account: account.clone(),
        aliases: Vec::new(),
        name: person.name.clone(),
        preferred: true,
    }
}
