//! A small company with a platform that takes every message and finds people by their mobile number.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use huan_app::{
    ActionError, App, Caller, Leases, Setup, Work,
    actions::{
        accounts::{self, NewAccount},
        collaborations::{self, NewCollaboration},
        create_task::{NewTask, create_task},
        identities::{self, NewIdentity},
        members,
        people::{self, NewPerson},
    },
    engine,
    queries::{self, Look},
    secrets::Secrets,
};
use huan_connect::{
    Account, CallbackRefused, CallbackRequest, Certainty, ConnectionState, Content, Conversation, Delivered,
    Descriptor, Directory, DirectoryEntry, Finding, Heard, Inbox, Lane, LaneUse, Limit, NotUnderstood, Outgoing,
    Platform, Recipient, Retry, SendError, Sent, Settings, SettingsError, Surroundings, http::Http,
};
use huan_core::{
    ambient::{ManualTime, SeededEntropy, TimeSource},
    card::Card,
    collaboration::{Channel, Role},
    history::{Source, Subject},
    id::{AccountId, ChannelId, CollaborationId, PersonId},
    level::Level,
    platform::{ForeignConversation, ForeignMessage, ForeignUser, PlatformKey},
    task::{Priority, Task},
};
use huan_store::{Db, Page};
use jiff::{SignedDuration, Timestamp, Zoned};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Wednesday, ten o'clock in Beijing.
const START: &str = "2026-11-25T10:00[Asia/Shanghai]";

pub(crate) struct Company {
    pub(crate) app: Arc<App>,
    pub(crate) time: ManualTime,
    pub(crate) post: Arc<Post>,
    pub(crate) account: AccountId,
    pub(crate) collaboration: CollaborationId,
    /// Administers the workspace; in no collaboration.
    pub(crate) boss: PersonId,
    /// Initiator of the collaboration; reports to the boss.
    pub(crate) wang: PersonId,
    /// A member; reports to 王晓.
    pub(crate) li: PersonId,
    /// A member; reports to 王晓.
    pub(crate) zhou: PersonId,
    /// Works here, in no collaboration.
    pub(crate) sun: PersonId,
}

impl Company {
    pub(crate) async fn on(db: Db) -> Self {
        Self::beginning(db, START).await
    }

    /// As [`Company::on`], at another time.
    pub(crate) async fn beginning(db: Db, at: &str) -> Self {
        let time = ManualTime::starting_at(at.parse::<Zoned>().unwrap().timestamp());
        let post = Arc::new(Post::default());
        let app = App::open(Setup {
            db,
            time: Arc::new(time.clone()),
            entropy: Arc::new(SeededEntropy::new(3)),
            http: Http::new().unwrap(),
            secrets: Secrets::derive(&[7; 32]),
            public_url: "http://huan.test/".parse().unwrap(),
            leases: Leases::default(),
            platforms: vec![Arc::new(PostOffice(Arc::clone(&post)))],
        })
        .await
        .unwrap();
        let mut work = app.begin_as_huan().await.unwrap();
        let mut hired: Vec<PersonId> = Vec::new();
        for (name, superior) in
            [("赵敏", None), ("王晓", Some(0)), ("李强", Some(1)), ("周婷", Some(1)), ("孙悦", None)]
        {
            let new = NewPerson {
                name: name.into(),
                superior: superior.map(|above: usize| hired[above].clone()),
                mobile: Some(format!("1380000000{}", hired.len())),
                administrator: hired.is_empty(),
                ..NewPerson::default()
            };
            hired.push(people::add_person(&mut work, new).await.unwrap().id);
        }
        work.commit().await.unwrap();
        let [boss, wang, li, zhou, sun] = hired.try_into().unwrap();
        let mut company = Self {
            time,
            post,
            account: AccountId::from_bits(0),
            collaboration: CollaborationId::from_bits(0),
            app,
            boss,
            wang,
            li,
            zhou,
            sun,
        };
        company.furnish().await;
        company
    }

    async fn furnish(&mut self) {
        let app = Arc::clone(&self.app);
        let mut work = app.begin(&self.caller(&self.boss).await).await.unwrap();
        let new = NewAccount {
            platform: PlatformKey::new("feishu"),
            name: "邮局".into(),
            settings: std::collections::BTreeMap::new(),
            enabled: true,
        };
        self.account = accounts::create_account(&mut work, new).await.unwrap().id;
        for person in [&self.boss, &self.wang, &self.li, &self.zhou, &self.sun] {
            let identity = NewIdentity {
                account: self.account.clone(),
                user: ForeignUser::new(person.as_str()),
                aliases: Vec::new(),
                name: "某人".into(),
                person: person.clone(),
                preferred: true,
            };
            identities::add_identity(&mut work, identity).await.unwrap();
        }
        let new = NewCollaboration {
            name: "产品V2.0".into(),
            goal: "完成产品V2.0需求文档评审".into(),
            initiator: Some(self.wang.clone()),
            ..NewCollaboration::default()
        };
        self.collaboration = collaborations::create_collaboration(&mut work, new).await.unwrap().id;
        for person in [&self.li, &self.zhou] {
            members::add_member(&mut work, &self.collaboration, person, Role::Member, "").await.unwrap();
        }
        work.commit().await.unwrap();
        engine::accounts::open_all(&app).await.unwrap();
    }

    pub(crate) async fn caller(&self, person: &PersonId) -> Caller {
        let found = self.app.db.read().await.unwrap().person(&self.app.workspace, person).await.unwrap().unwrap();
        Caller::of(&found, Source::Web, self.app.now()).expect("somebody who works here")
    }

    /// Somebody does something; kept when it succeeds.
    pub(crate) async fn does<T>(
        &self,
        person: &PersonId,
        deed: impl AsyncFnOnce(&mut Work<'_>) -> Result<T, ActionError>,
    ) -> Result<T, ActionError> {
        let mut work = self.app.begin(&self.caller(person).await).await?;
        let done = deed(&mut work).await?;
        work.commit().await?;
        Ok(done)
    }

    /// 王晓 asks `owner` for something.
    pub(crate) async fn task(&self, name: &str, owner: &PersonId) -> Task {
        self.task_from(&self.wang, name, owner, &[]).await
    }

    /// 王晓 asks `owner` for something confidential.
    pub(crate) async fn secret_task(&self, name: &str, owner: &PersonId) -> Task {
        let level = Level::Confidential;
        self.does(&self.wang, async |work| {
            create_task(work, NewTask { level, ..self.new_task(name, owner, &[]) }).await
        })
        .await
        .unwrap()
    }

    pub(crate) async fn task_from(&self, from: &PersonId, name: &str, owner: &PersonId, helpers: &[&PersonId]) -> Task {
        let new = self.new_task(name, owner, helpers);
        self.does(from, async |work| create_task(work, new).await).await.unwrap()
    }

    fn new_task(&self, name: &str, owner: &PersonId, helpers: &[&PersonId]) -> NewTask {
        NewTask {
            collaboration: self.collaboration.clone(),
            name: name.into(),
            description: String::new(),
            owner: owner.clone(),
            helpers: helpers.iter().map(|helper| (*helper).clone()).collect(),
            due_at: Some(self.app.now() + SignedDuration::from_hours(48)),
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            message: None,
            platforms: Vec::new(),
        }
    }

    pub(crate) async fn now(&self, task: &Task) -> Task {
        self.app.db.read().await.unwrap().task(&self.app.workspace, &task.id).await.unwrap().unwrap()
    }

    /// Sends what is queued.
    pub(crate) async fn send(&self) {
        while engine::outbox::round(Arc::clone(&self.app)).await.unwrap().done > 0 {}
    }

    /// Time passes; what is due rings and is sent.
    pub(crate) async fn later(&self, hours: i64) {
        self.time.advance(SignedDuration::from_hours(hours));
        while engine::clocks::round(Arc::clone(&self.app)).await.unwrap().done > 0 {}
        self.send().await;
    }

    /// The clock is set to a later moment; everything that is due then is done.
    pub(crate) async fn until(&self, at: &str) {
        let at = at.parse::<Zoned>().unwrap().timestamp();
        self.time.advance(at.duration_since(self.app.now()));
        engine::drain(&self.app).await.unwrap();
    }

    /// A group of the collaboration.
    pub(crate) async fn group(&self, conversation: &str, has_outsiders: bool) -> ChannelId {
        let mut work = self.app.begin_as_huan().await.unwrap();
        let channel = Channel {
            id: work.new_id(),
            collaboration: Some(self.collaboration.clone()),
            account: self.account.clone(),
            conversation: ForeignConversation::new(conversation),
            title: conversation.into(),
            has_outsiders,
            present: true,
        };
        work.tx.insert_channel(&self.app.workspace, &channel).await.unwrap();
        work.commit().await.unwrap();
        channel.id
    }

    /// The cards that were sent to a group.
    pub(crate) fn posted(&self, conversation: &str) -> Vec<Card> {
        let posted = self.post.posted.lock().unwrap_or_else(PoisonError::into_inner);
        posted.iter().filter(|(_, to, _)| to == conversation).map(|(_, _, card)| card.clone()).collect()
    }

    /// To whom messages were sent, in order.
    pub(crate) fn sent(&self) -> Vec<String> {
        let sent = self.post.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().map(|(_, to, _)| to.clone()).collect()
    }

    /// What was sent to somebody.
    pub(crate) fn told(&self, person: &PersonId) -> Vec<String> {
        let sent = self.post.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().filter(|(_, to, _)| to == person.as_str()).map(|(_, _, text)| text.clone()).collect()
    }

    /// The history of a thing as the boss reads it, newest first. Each line must have its words.
    pub(crate) async fn history(&self, subject: &Subject) -> Vec<String> {
        let caller = self.caller(&self.boss).await;
        let mut conn = self.app.db.read().await.unwrap();
        let mut look = Look::new(&self.app, &mut conn, &caller);
        let (_, lines) = queries::history::of(&mut look, subject, &Page::first(100)).await.unwrap();
        let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
        for line in &lines {
            assert!(!line.contains("history.") && !line.contains("domain."), "a word is missing: {line}");
        }
        lines
    }
}

/// What the platform took, in order: under which key, to whom and what.
#[derive(Default)]
pub(crate) struct Post {
    sent: Mutex<Vec<(String, String, String)>>,
    /// The cards in groups.
    posted: Mutex<Vec<(String, String, Card)>>,
    /// What came when limits held.
    gate: Mutex<Option<Gate>>,
}

/// A platform that counts what comes, and refuses what is too much.
#[derive(Default)]
struct Gate {
    came: HashMap<String, Vec<Timestamp>>,
    arrived: Vec<(Timestamp, String, String)>,
    throttled: usize,
}

/// As Feishu limits an app (Feishu §0.4) …
const APP: &[Limit] =
    &[Limit { count: 50, per: Duration::from_secs(1) }, Limit { count: 1000, per: Duration::from_secs(60) }];
/// … and whom it writes to, …
const TARGET: &[Limit] = &[Limit { count: 5, per: Duration::from_secs(1) }];
/// … and DingTalk the robot of a group (DingTalk §0.4).
const ROBOT: &[Limit] = &[Limit { count: 20, per: Duration::from_secs(60) }];

impl Post {
    /// From now on the platform has limits; groups whose name begins with `robot` are told by a robot of their own.
    pub(crate) fn limit(&self) {
        *self.gate.lock().unwrap_or_else(PoisonError::into_inner) = Some(Gate::default());
    }

    /// When what arrived where, with its heading, since limits hold; and how often something was refused.
    pub(crate) fn arrivals(&self) -> (Vec<(Timestamp, String, String)>, usize) {
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.as_ref().map(|gate| (gate.arrived.clone(), gate.throttled)).unwrap_or_default()
    }

    fn lanes(&self, to: &Recipient) -> Option<LaneUse> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner).as_ref()?;
        let target = match to {
            Recipient::Person(user) => format!("user {user}"),
            Recipient::Conversation { id, .. } => format!("group {id}"),
        };
        let sender = if target.starts_with("group robot") {
            Lane { key: format!("hook {target}"), limits: ROBOT }
        } else {
            Lane { key: "app".into(), limits: APP }
        };
        Some(LaneUse { sender, target: Some(Lane { key: target, limits: TARGET }), idempotent: true })
    }

    /// Counts a message that comes at `now`.
    fn let_in(&self, message: &Outgoing, now: Timestamp) -> Result<(), SendError> {
        let Some(lanes) = self.lanes(&message.to) else { return Ok(()) };
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(gate) = gate.as_mut() else { return Ok(()) };
        for lane in [Some(&lanes.sender), lanes.target.as_ref()].into_iter().flatten() {
            let came = gate.came.entry(lane.key.clone()).or_default();
            let within = |limit: &Limit| {
                let begin = now - SignedDuration::try_from(limit.per).unwrap();
                came.iter().filter(|at| **at > begin).count() < limit.count as usize
            };
            if !lane.limits.iter().all(within) {
                gate.throttled += 1;
                return Err(SendError {
                    certainty: Certainty::NotSent,
                    retry: Retry::After(Duration::from_secs(600)),
                    reason_key: "delivery.reason.throttled",
                    detail: lane.key.clone(),
                });
            }
        }
        for lane in [Some(&lanes.sender), lanes.target.as_ref()].into_iter().flatten() {
            gate.came.entry(lane.key.clone()).or_default().push(now);
        }
        let to = match &message.to {
            Recipient::Person(user) => user.to_string(),
            Recipient::Conversation { id, .. } => id.to_string(),
        };
        let heading = match &message.content {
            Content::Text(text) => text.clone(),
            Content::Card(card) => card.title.clone(),
        };
        gate.arrived.push((now, to, heading));
        Ok(())
    }
}

struct PostOffice(Arc<Post>);

impl Platform for PostOffice {
    fn descriptor(&self) -> &Descriptor {
        static DESCRIPTOR: std::sync::LazyLock<Descriptor> = std::sync::LazyLock::new(|| Descriptor {
            key: PlatformKey::new("feishu"),
            name_key: "domain.platform.feishu",
            settings: &[],
            permissions: &[],
        });
        &DESCRIPTOR
    }

    fn open(&self, _: &Settings, world: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        Ok(Arc::new(Letterbox(Arc::clone(&self.0), watch::channel(ConnectionState::Idle).0, world.time)))
    }
}

struct Letterbox(Arc<Post>, watch::Sender<ConnectionState>, Arc<dyn TimeSource>);

#[async_trait]
impl Account for Letterbox {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.1.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        Vec::new()
    }

    async fn listen(&self, _: Arc<dyn Inbox>, _: CancellationToken) {}

    fn callback(&self, _: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        Err(CallbackRefused::NotGenuine("post"))
    }

    fn understand(&self, _: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Ok(Vec::new())
    }

    fn lanes(&self, message: &Outgoing) -> LaneUse {
        let unlimited = || LaneUse { sender: Lane { key: "app".into(), limits: &[] }, target: None, idempotent: true };
        self.0.lanes(&message.to).unwrap_or_else(unlimited)
    }

    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError> {
        self.0.let_in(message, self.2.now())?;
        let user = match &message.to {
            Recipient::Person(user) => user,
            Recipient::Conversation { id, .. } => {
                let mut posted = self.0.posted.lock().unwrap_or_else(PoisonError::into_inner);
                if let Content::Card(card) = &message.content
                    && !posted.iter().any(|(key, _, _)| *key == message.key)
                {
                    posted.push((message.key.clone(), id.to_string(), card.clone()));
                }
                return Ok(Sent { message: None });
            }
        };
        let text = match &message.content {
            Content::Text(text) => text.clone(),
            Content::Card(card) => format!("card: {}", card.title),
        };
        // The same key is the same message: it is taken once.
        let mut sent = self.0.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if !sent.iter().any(|(key, _, _)| *key == message.key) {
            sent.push((message.key.clone(), user.to_string(), text));
        }
        Ok(Sent { message: Some(ForeignMessage::new(&message.key)) })
    }

    fn directory(&self) -> Option<&dyn Directory> {
        Some(self)
    }
}

#[async_trait]
impl Directory for Letterbox {
    async fn find(&self, mobile: Option<&str>, _: Option<&str>) -> Result<Option<DirectoryEntry>, SendError> {
        Ok(mobile.filter(|mobile| mobile.starts_with("139")).map(|mobile| DirectoryEntry {
            user: ForeignUser::new(format!("user-{mobile}")),
            aliases: vec![ForeignUser::new(format!("union-{mobile}"))],
            name: "目录中的名字".into(),
            job: None,
            superior: None,
            mobile: Some(mobile.to_owned()),
            mail: None,
        }))
    }

    async fn person(&self, _: &ForeignUser) -> Result<Option<DirectoryEntry>, SendError> {
        Ok(None)
    }

    async fn groups(&self) -> Result<Vec<Conversation>, SendError> {
        Ok(Vec::new())
    }

    async fn members(&self, _: &ForeignConversation) -> Result<Vec<ForeignUser>, SendError> {
        Ok(Vec::new())
    }
}
