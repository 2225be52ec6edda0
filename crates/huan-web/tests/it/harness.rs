//! A server on a fresh database with a small organisation, and a client that speaks HTTP over a plain socket.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use async_trait::async_trait;
use huan_app::{
    App, Leases, Setup,
    actions::{accounts, accounts::NewAccount, token},
    secrets::Secrets,
};
use huan_connect::{
    Account, Answer, CallbackRefused, CallbackRequest, ConnectionState, Delivered, Descriptor, Envelope, Finding,
    Heard, Inbox, Lane, LaneUse, NotUnderstood, Outgoing, Platform, SendError, Sent, Setting, SettingKind, Settings,
    SettingsError, Surroundings, http::Http,
};
use huan_core::{
    ambient::{ManualTime, SystemEntropy},
    calendar::WorkingHours,
    clock::ServiceLevels,
    collaboration::{Collaboration, CollaborationState, Membership, Role},
    i18n::Language,
    id::{AccountId, CollaborationId, MembershipId, PersonId},
    person::{Person, Standing},
    platform::{ForeignEvent, PlatformKey},
};
use huan_store::{Db, testing::Fresh};
use huan_web::{Options, Web};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_util::sync::CancellationToken;

/// A Wednesday, 10:00 in Shanghai.
pub const NOW: &str = "2026-11-25T02:00:00Z";

pub struct Server {
    pub app: Arc<App>,
    pub time: ManualTime,
    pub address: String,
    pub stop: CancellationToken,
    pub collaboration: CollaborationId,
    pub account: AccountId,
    pub tokens: Tokens,
    fresh: Fresh,
}

/// The bearer tokens of the cast.
pub struct Tokens {
    /// Administers the workspace; no member.
    pub admin: String,
    /// Initiator of the collaboration.
    pub initiator: String,
    /// A member who owns tasks.
    pub owner: String,
    /// A member with no part in the tasks.
    pub member: String,
    /// An outside person in the collaboration.
    pub guest: String,
    /// Works here but is not in the collaboration.
    pub stranger: String,
}

pub fn person_id(number: u128) -> PersonId {
    PersonId::from_bits(number)
}

pub const OWNER: u128 = 3;
pub const MEMBER: u128 = 4;

fn person(number: u128, name: &str, job: &str, standing: Standing) -> Person {
    Person {
        id: person_id(number),
        name: name.into(),
        department: None,
        job: job.into(),
        superior: None,
        hours: WorkingHours::office_in_china(),
        language: Language::Chinese,
        mobile: Some(format!("1380000000{number}")),
        mail: Some(format!("p{number}@example.com")),
        staff_number: None,
        administrator: number == 1,
        standing,
        version: 1,
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::on(Fresh::sqlite().await).await
    }

    pub async fn start_on_postgres() -> Self {
        Self::on(Fresh::postgres().await).await
    }

    async fn on(fresh: Fresh) -> Self {
        let time = ManualTime::starting_at(NOW.parse().unwrap());
        let setup = Setup {
            db: fresh.db(),
            time: Arc::new(time.clone()),
            entropy: Arc::new(SystemEntropy),
            http: Http::new().unwrap(),
            secrets: Secrets::derive(&[7; 32]),
            public_url: "http://127.0.0.1:7380".parse().unwrap(),
            leases: Leases::default(),
            platforms: vec![Arc::new(Probe)],
        };
        let app = App::open(setup).await.unwrap();
        let collaboration = CollaborationId::from_bits(1);
        let (tokens, account) = seed(&app, &collaboration).await;
        huan_app::engine::accounts::open_all(&app).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = CancellationToken::new();
        let web = Web::new(Arc::clone(&app), Options::default(), stop.clone());
        tokio::spawn(huan_web::serve(listener, web));
        Self { app, time, address, stop, collaboration, account, tokens, fresh }
    }

    pub fn db(&self) -> Db {
        self.app.db.clone()
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.fresh.remove().await;
    }

    /// A request with a bearer token and a body.
    pub async fn send(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Reply {
        let mut headers = vec![("Authorization", format!("Bearer {token}"))];
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        if !body.is_empty() {
            headers.push(("Content-Type", "application/json".to_owned()));
        }
        self.raw(method, path, &headers, body.as_bytes()).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Reply {
        self.send("GET", path, token, None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send("POST", path, token, Some(body)).await
    }

    pub async fn patch(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send("PATCH", path, token, Some(body)).await
    }

    /// A request exactly as given.
    pub async fn raw(&self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
        let mut stream = self.open(method, path, headers, body).await;
        let mut bytes = Vec::new();
        tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await.unwrap().unwrap();
        Reply::read(&bytes)
    }

    /// A request whose answer is read by the caller.
    pub async fn open(&self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        // HTTP/1.0: the answer is not chunked and ends with the connection.
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: huan.test\r\n");
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        write!(head, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may answer and close before it has read a body that is too large.
        let _ = stream.write_all(body).await;
        stream
    }

    /// A task from the initiator to the owner.
    pub async fn task(&self) -> Value {
        let body = serde_json::json!({
            "collaboration": self.collaboration, "name": "评估数据导出的技术可行性", "owner": person_id(OWNER),
            "due_at": "2026-11-27T04:00:00Z",
        });
        let reply = self.post("/api/v1/tasks", &self.tokens.initiator, body).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }
}

async fn seed(app: &App, collaboration: &CollaborationId) -> (Tokens, AccountId) {
    let guest_until = "2027-01-01T00:00:00Z".parse().unwrap();
    let cast = [
        person(1, "赵敏", "行政", Standing::Active),
        person(2, "陈静", "产品经理", Standing::Active),
        person(OWNER, "李强", "研发组长", Standing::Active),
        person(MEMBER, "王磊", "设计专员", Standing::Active),
        person(5, "客户甲", "客户", Standing::Guest { until: guest_until }),
        person(6, "孙悦", "财务", Standing::Active),
    ];
    let mut work = app.begin_as_huan().await.unwrap();
    for person in &cast {
        work.tx.insert_person(&app.workspace, person).await.unwrap();
    }
    let made = Collaboration {
        id: collaboration.clone(),
        name: "产品V2.0".into(),
        goal: "完成产品V2.0需求文档评审".into(),
        goal_on: None,
        state: CollaborationState::Running,
        levels: ServiceLevels::default(),
        created_at: work.now,
        version: 1,
    };
    work.tx.insert_collaboration(&app.workspace, &made).await.unwrap();
    let roles = [(2, Role::Initiator), (OWNER, Role::Member), (MEMBER, Role::Member), (5, Role::Guest)];
    for (number, role) in roles {
        let membership = Membership {
            id: MembershipId::from_bits(number),
            collaboration: collaboration.clone(),
            person: person_id(number),
            role,
            duty: String::new(),
        };
        work.tx.insert_member(&app.workspace, &membership).await.unwrap();
    }
    let mut secrets = Vec::new();
    for person in &cast {
        let (_, secret) = token::create_for(&mut work, person.id.clone(), "test", None).await.unwrap();
        secrets.push(secret.reveal().to_owned());
    }
    work.commit().await.unwrap();
    let caller = huan_app::Caller::of(&cast[0], huan_core::history::Source::Web, app.now()).unwrap();
    let mut work = app.begin(&caller).await.unwrap();
    let new = NewAccount {
        platform: PlatformKey::new("probe"),
        name: "探针".into(),
        settings: [("secret".to_owned(), "open sesame".to_owned())].into(),
        enabled: true,
    };
    let account = accounts::create_account(&mut work, new).await.unwrap().id;
    work.commit().await.unwrap();
    let [admin, initiator, owner, member, guest, stranger] = secrets.try_into().unwrap();
    (Tokens { admin, initiator, owner, member, guest, stranger }, account)
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head") + 4;
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: bytes[end..].to_vec() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The stable code of a problem document.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

/// A platform whose events carry a secret header.
struct Probe;

const SETTINGS: &[Setting] =
    &[Setting { key: "secret", label_key: "probe.secret", kind: SettingKind::Secret, required: true, default: None }];

impl Platform for Probe {
    fn descriptor(&self) -> &Descriptor {
        static DESCRIPTOR: std::sync::LazyLock<Descriptor> = std::sync::LazyLock::new(|| Descriptor {
            key: PlatformKey::new("probe"),
            name_key: "probe.name",
            settings: SETTINGS,
            permissions: &[],
        });
        &DESCRIPTOR
    }

    fn open(&self, settings: &Settings, _: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        let secret = settings.get("secret").ok_or(SettingsError::Missing("secret"))?.to_owned();
        Ok(Arc::new(ProbeAccount { secret, state: watch::channel(ConnectionState::Idle).0 }))
    }
}

struct ProbeAccount {
    secret: String,
    state: watch::Sender<ConnectionState>,
}

#[async_trait]
impl Account for ProbeAccount {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        Vec::new()
    }

    async fn listen(&self, _: Arc<dyn Inbox>, _: CancellationToken) {}

    fn callback(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        if request.header("x-probe") != Some(&self.secret) {
            return Err(CallbackRefused::NotGenuine("x-probe"));
        }
        let body: Value =
            serde_json::from_slice(&request.body).map_err(|error| CallbackRefused::Malformed(error.to_string()))?;
        let event = body["event"].as_str().unwrap_or_default().to_owned();
        let envelope =
            Envelope { event: ForeignEvent::new(event), order_key: request.route.clone(), payload: body.to_string() };
        Ok(Delivered { envelopes: vec![envelope], answer: Answer::json(r#"{"ok":true}"#) })
    }

    fn understand(&self, _: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Ok(Vec::new())
    }

    fn lanes(&self, _: &Outgoing) -> LaneUse {
        LaneUse { sender: Lane { key: "app".into(), limits: &[] }, target: None, idempotent: false }
    }

    async fn send(&self, _: &Outgoing) -> Result<Sent, SendError> {
        Ok(Sent { message: None })
    }
}
