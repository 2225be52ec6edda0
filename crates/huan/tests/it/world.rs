//! A world to tell stories in: Huan, the simulated platforms, and one clock that both live by.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use huan::{
    platforms,
    simulated_company::{self, Company, Differences, NewCollaboration},
};
use huan_app::{
    App, Leases, Setup,
    engine::{self, Engine, accounts},
    secrets::Secrets,
};
use huan_connect::http::Http;
use huan_core::{
    ambient::{ManualTime, SeededEntropy},
    id::AccountId,
    task::Task,
};
use huan_sim::{
    CardView, ClockMode, Delivery, HttpDelivery, MessageView, PlatformName, Press, Pressed, Sim, SimOptions, view::Body,
};
use huan_store::{Page, TaskFilter, TaskSort, testing::Fresh};
use jiff::{SignedDuration, Timestamp};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Wednesday, ten o'clock in Beijing.
const START: &str = "2026-11-25T10:00:00+08:00[Asia/Shanghai]";

pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) sim: Sim,
    pub(crate) company: Company,
    pub(crate) time: ManualTime,
    /// Whether mirrors wait until they are given their turn: they keep Feishu's limits in real time.
    pub(crate) mirrors_wait: bool,
    engine: Engine,
    web: Web,
    fresh: Fresh,
}

/// How the platforms' events come to Huan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over the connections that Huan opens: Feishu's long connection, DingTalk's stream.
    Connections,
    /// Pushed over HTTP to Huan's web side, signed and encrypted.
    Http,
}

/// The web side, for platforms that push.
struct Web {
    stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    address: SocketAddr,
}

impl Web {
    async fn start(app: &Arc<App>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let web = huan_web::Web::new(Arc::clone(app), huan_web::Options::default(), stop.clone());
        Self { stop, serving: tokio::spawn(huan_web::serve(listener, web)), address }
    }

    async fn end(self) {
        self.stop.cancel();
        self.serving.await.unwrap().unwrap();
    }
}

/// What Huan knows when a story begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// The accounts.
    Accounts,
    /// And the people.
    People,
    /// And a collaboration.
    Collaboration,
}

impl World {
    pub(crate) async fn new(fresh: Fresh, way: Way) -> Self {
        Self::start(fresh, way, START, Known::Collaboration).await
    }

    /// A world whose accounts are connected and whose people are still to be imported.
    pub(crate) async fn of_nobody(fresh: Fresh) -> Self {
        Self::start(fresh, Way::Connections, START, Known::Accounts).await
    }

    /// A world of people who have no collaboration yet, beginning at `start`.
    pub(crate) async fn of_people(fresh: Fresh, way: Way, start: &str) -> Self {
        Self::start(fresh, way, start, Known::People).await
    }

    async fn start(fresh: Fresh, way: Way, start: &str, known: Known) -> Self {
        let start: jiff::Zoned = start.parse().unwrap();
        let start = start.timestamp();
        let sim = Sim::start(SimOptions { clock: ClockMode::Standing(start), seed: Some(1), ..SimOptions::default() })
            .await
            .unwrap();
        let time = ManualTime::starting_at(start);
        let app = App::open(Setup {
            db: fresh.db(),
            time: Arc::new(time.clone()),
            entropy: Arc::new(SeededEntropy::new(7)),
            http: Http::new().unwrap(),
            secrets: Secrets::derive(&[9; 32]),
            public_url: "http://huan.test/".parse().unwrap(),
            leases: Leases::default(),
            platforms: platforms::all(),
        })
        .await
        .unwrap();
        let connection = sim.connection();
        let company = if known >= Known::People {
            simulated_company::enter(&app, &connection, &Differences::default()).await.unwrap()
        } else {
            simulated_company::enter_accounts(&app, &connection).await.unwrap()
        };
        let new = NewCollaboration {
            name: "产品V2.0需求评审",
            goal: "完成产品V2.0需求文档评审",
            initiator: "wangxiao",
            assistant: "hejing",
            members: &[("liqiang", "评估技术可行性"), ("zhouting", "出原型"), ("chenming", ""), ("zhaomin", "")],
            groups: &["product_v2", "product_v2_dev"],
        };
        if known == Known::Collaboration {
            simulated_company::enter_collaboration(&app, &connection, &company, new).await.unwrap();
        }
        let web = Web::start(&app).await;
        if way == Way::Http {
            hear_over_http(&app, &company, web.address).await;
        }
        let engine = Engine::listen(&app);
        let world = Self { app, sim, company, time, mirrors_wait: false, engine, web, fresh };
        world.push_from_teambition().await;
        match way {
            Way::Connections => {
                world
                    .until("both platforms are connected", || {
                        world.sim.state(None).platforms.values().all(|platform| platform.connections > 0)
                    })
                    .await;
            }
            Way::Http => world.push_over_http().await,
        }
        world
    }

    /// Has both platforms push their events; each checks the address first.
    async fn push_over_http(&self) {
        let feishu =
            HttpDelivery { events: self.callback(&self.company.feishu, ""), robot: None, cards: None, encrypted: true };
        self.sim.set_delivery(PlatformName::Feishu, Delivery::Http(Box::new(feishu))).await.unwrap();
        let dingtalk = HttpDelivery {
            events: self.callback(&self.company.dingtalk, "/event"),
            robot: Some(self.callback(&self.company.dingtalk, "/robot")),
            cards: Some(self.callback(&self.company.dingtalk, "/card")),
            encrypted: true,
        };
        self.sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(dingtalk))).await.unwrap();
    }

    /// Has Teambition push its events; it knows no other way but the relay through DingTalk.
    async fn push_from_teambition(&self) {
        let events = self.callback(&self.company.teambition, "");
        let push = HttpDelivery { events, robot: None, cards: None, encrypted: false };
        self.sim.set_delivery(PlatformName::Teambition, Delivery::Http(Box::new(push))).await.unwrap();
    }

    /// Changes settings of an account, as an administrator would.
    pub(crate) async fn set(&self, account: &AccountId, differences: &[(&str, &str)]) {
        set(&self.app, account, differences).await;
    }

    /// Where an account's events are pushed to.
    pub(crate) fn callback(&self, account: &AccountId, route: &str) -> Url {
        format!("http://{}/callbacks/{account}{route}", self.web.address).parse().unwrap()
    }

    pub(crate) async fn end(self) {
        self.web.end().await;
        self.engine.stop().await;
        self.sim.stop().await;
        drop(self.app);
        self.fresh.remove().await;
    }

    /// Somebody says something in a group, and Huan does what follows from it.
    pub(crate) async fn say(&self, platform: PlatformName, group: &str, person: &str, text: &str) {
        self.sim.say_in_group(platform, person, group, text).unwrap();
        self.settle().await;
    }

    /// Somebody writes to the robot directly.
    pub(crate) async fn say_to_robot(&self, platform: PlatformName, person: &str, text: &str) {
        self.sim.say_to_robot(platform, person, text).unwrap();
        self.settle().await;
    }

    /// Somebody presses a button of the newest card that they see.
    pub(crate) async fn press(
        &self,
        platform: PlatformName,
        person: &str,
        button: &str,
        form: &[(&str, &str)],
    ) -> Pressed {
        let card = self.card(platform, person);
        let form = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let press = Press { person: person.to_owned(), message: card.id, button: button.to_owned(), form };
        let pressed = self.sim.press(platform, press).await.unwrap();
        self.settle().await;
        pressed
    }

    /// Time passes, for everybody; what falls due on the way happens at its time.
    pub(crate) async fn advance(&self, minutes: i64) {
        for _ in 0..minutes {
            self.time.advance(SignedDuration::from_mins(1));
            self.sim.advance(Duration::from_secs(60));
            self.work().await;
        }
        self.settle().await;
    }

    /// Where the web side answers.
    pub(crate) fn web(&self) -> SocketAddr {
        self.web.address
    }

    /// Time passes at one stroke; what fell due on the way is caught up with.
    pub(crate) async fn jump(&self, minutes: i64) {
        self.time.advance(SignedDuration::from_mins(minutes));
        self.sim.advance(Duration::from_secs(60 * minutes.unsigned_abs()));
        self.work().await;
        self.settle().await;
    }

    /// Waits until every event has arrived and everything that follows from it is done.
    pub(crate) async fn settle(&self) {
        loop {
            self.until("all events are taken", || self.all_taken()).await;
            self.work().await;
            if self.all_taken() {
                return;
            }
        }
    }

    /// Everything is done that can be done at this moment.
    async fn work(&self) {
        if !self.mirrors_wait {
            return engine::drain(&self.app).await.unwrap();
        }
        loop {
            let app = || Arc::clone(&self.app);
            let rounds = [
                engine::inbox::round(app()).await,
                engine::clocks::round(app()).await,
                engine::fallback::round(app()).await,
                engine::outbox::round(app()).await,
                engine::groups::round(app()).await,
                engine::digests::round(app()).await,
                engine::task_sync::round(app()).await,
                engine::directory::round(app()).await,
            ];
            if rounds.into_iter().all(|round| round.unwrap().done == 0) {
                return;
            }
        }
    }

    fn all_taken(&self) -> bool {
        let state = self.sim.state(None);
        state.teambition.waiting_events == 0 && state.platforms.values().all(|platform| platform.waiting_events == 0)
    }

    pub(crate) async fn until(&self, what: &str, mut reached: impl FnMut() -> bool) {
        for _ in 0..1_000 {
            if reached() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("waited too long until {what}: {:#?}", self.sim.state(None));
    }

    /// The messages in a person's conversation with the robot, the oldest first.
    pub(crate) fn direct(&self, platform: PlatformName, person: &str) -> Vec<MessageView> {
        let state = self.sim.state(Some(person));
        let platform = &state.platforms[&platform];
        let conversation = platform.conversations.iter().find(|conversation| {
            conversation.kind == huan_sim::view::ConversationKind::Direct
                && conversation.members.iter().any(|member| member == person)
        });
        conversation.map(|conversation| conversation.messages.clone()).unwrap_or_default()
    }

    /// The messages in a group, as `viewer` sees them.
    pub(crate) fn group(&self, platform: PlatformName, group: &str, viewer: &str) -> Vec<MessageView> {
        self.sim.messages(platform, group, Some(viewer))
    }

    /// The newest card in a person's conversation with the robot.
    pub(crate) fn card(&self, platform: PlatformName, person: &str) -> MessageView {
        let mut cards = self.direct(platform, person).into_iter().filter(|message| card_of(message).is_some());
        cards.next_back().unwrap_or_else(|| panic!("{person} has no card: {:#?}", self.direct(platform, person)))
    }

    /// What a person was told directly, as plain text, the oldest first.
    pub(crate) fn told(&self, platform: PlatformName, person: &str) -> Vec<String> {
        self.direct(platform, person).into_iter().filter(|said| said.person.is_none()).map(|said| said.text).collect()
    }

    /// Every task, in the order of their numbers.
    pub(crate) async fn tasks(&self) -> Vec<Task> {
        let page = Page { size: 50, after: None, descending: false };
        let mut conn = self.app.db.read().await.unwrap();
        conn.tasks(&self.app.workspace, &TaskFilter::default(), TaskSort::Number, &page).await.unwrap().rows
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }
}

/// Lets both accounts hear over HTTP, as an administrator would set it.
pub(crate) async fn hear_over_http(app: &App, company: &Company, address: SocketAddr) {
    let card_address = format!("http://{address}/callbacks/{}/card", company.dingtalk);
    set(app, &company.feishu, &[("mode", "http_callback")]).await;
    set(app, &company.dingtalk, &[("mode", "http"), ("card_callback_url", card_address.as_str())]).await;
}

/// Changes settings of an account.
async fn set(app: &App, id: &AccountId, differences: &[(&str, &str)]) {
    let mut tx = app.db.write().await.unwrap();
    let mut account = tx.account(&app.workspace, id).await.unwrap().unwrap();
    let mut settings = accounts::settings(app, &account).unwrap();
    for (key, value) in differences {
        settings.set(*key, *value);
    }
    account.settings = accounts::seal(app, id, &settings).unwrap();
    tx.update_account(&app.workspace, &mut account).await.unwrap();
    tx.commit().await.unwrap();
    accounts::open_all(app).await.unwrap();
}

/// The card that a message shows.
pub(crate) fn card_of(message: &MessageView) -> Option<&CardView> {
    match &message.body {
        Body::Card { card } => Some(card),
        _ => None,
    }
}
