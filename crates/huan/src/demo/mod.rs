//! `huan demo`: a whole small organisation on simulated platforms, to be tried without any account.

mod centre;
mod collaborations;
mod kept;
mod minutes;
mod records;
mod scenes;
mod tasks;
mod when;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use huan_app::{
    App, Caller, Leases, Setup,
    actions::session,
    demo::{Demo, FirstLoop, Scene},
    secrets::Secrets,
};
use huan_connect::http::Http;
use huan_core::{
    ambient::{Entropy as _, ShiftedTime, SystemEntropy, TimeSource as _},
    history::Source,
    i18n::{Language, text},
    id::PersonId,
    person::Person,
};
use huan_sim::{Delivery, HttpDelivery, PlatformName, Scenes, Sim, SimOptions, StartError};
use huan_store::Db;
use huan_web::Options;
use jiff::{SignedDuration, Timestamp, civil::Date};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use kept::KeptClock;

use crate::{
    config::LogFormat,
    hub::Hub,
    logging, output, platforms,
    simulated_company::{self, Company, Differences},
    stop,
};

/// With what everybody of the demonstration signs in.
const PASSWORD: &str = "yunfan-demo";
/// What the guided first loop begins with.
const SENTENCE: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";
/// The group in which it is written.
const GROUP: &str = "产品V2.0项目群";
/// What the simulators' page, which is in Chinese, says after a start with kept data.
const CHATS_GONE: &str = "沿用了上次演示的数据：环记得之前的任务，但模拟平台上次的聊天记录没有保留。";

/// The simulators' key of the project assistant, who administers the workspace.
const ADMINISTRATOR: &str = "hejing";

/// How to run the demonstration.
#[derive(Debug, Clone, Args)]
pub struct DemoOptions {
    /// The page's port.
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
    /// Feishu's port.
    #[arg(long, default_value_t = 9101)]
    pub feishu_port: u16,
    /// DingTalk's port.
    #[arg(long, default_value_t = 9102)]
    pub dingtalk_port: u16,
    /// Teambition's port.
    #[arg(long, default_value_t = 9103)]
    pub teambition_port: u16,
    /// The directory of its data.
    #[arg(long, default_value = "data/demo")]
    pub data: PathBuf,
    /// Whether the data of the last demonstration is kept.
    #[arg(long)]
    pub keep: bool,
}

/// A running demonstration.
pub struct RunningDemo {
    /// The hub.
    pub hub: Hub,
    /// The simulated platforms.
    pub sim: Arc<Sim>,
    /// By this one enters as the project assistant.
    pub link: String,
    stage: Arc<Stage>,
    /// Attends to the buttons of the simulators' page.
    attending: JoinHandle<()>,
}

/// What the hub asks of the demonstration.
struct Stage {
    sim: Arc<Sim>,
    time: ShiftedTime,
    first: FirstLoop,
    key: String,
    kept: KeptClock,
    /// The scenes that are being played.
    playing: TaskTracker,
    stopping: CancellationToken,
}

impl Demo for Stage {
    fn simulator_url(&self) -> String {
        self.sim.connection().page
    }

    fn advance(&self, by: SignedDuration) {
        let Ok(by_at_least_nothing) = by.try_into() else { return };
        // The platforms first: what the hub then sends must not come from a platform's future.
        self.sim.advance(by_at_least_nothing);
        self.time.advance(by);
        self.kept.write(self.time.shift());
    }

    fn play(&self, scene: Scene) {
        let (sim, stopping) = (Arc::clone(&self.sim), self.stopping.clone());
        self.playing.spawn(async move { stopping.run_until_cancelled(scenes::play(sim, scene)).await });
    }

    fn first_loop(&self) -> FirstLoop {
        self.first.clone()
    }

    fn key(&self) -> &str {
        &self.key
    }
}

/// Runs the demonstration until told to stop.
pub(crate) async fn run(options: DemoOptions, language: Language) -> anyhow::Result<()> {
    logging::begin(LogFormat::Text, "warn")?;
    let mut demo = RunningDemo::start(options).await?;
    demo.announce(language).await?;
    let ended = tokio::select! {
        told = stop::told() => told.context("waiting for signals"),
        failed = demo.hub.failed() => failed,
    };
    demo.stop().await;
    ended
}

impl RunningDemo {
    /// Starts the platforms and the hub, and fills the hub on its first start.
    ///
    /// # Errors
    /// When a port or the database cannot be had.
    pub async fn start(options: DemoOptions) -> anyhow::Result<Self> {
        let file = options.data.join("demo.db");
        let kept = KeptClock::in_folder(&options.data);
        if !options.keep {
            forget(&file)?;
            kept.forget()?;
        }
        let again = options.keep && file.exists();
        let time = ShiftedTime::default();
        time.advance(kept.read());
        time.advance(when::good_beginning(time.now()).duration_since(time.now()));
        let (buttons, presses) = scenes::buttons();
        let sim = Arc::new(simulators(&options, again, buttons).await?);
        sim.advance(time.shift().try_into().unwrap_or_default());
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)))
            .await
            .with_context(|| format!("port {} is taken; choose another with --port", options.port))?;
        let public_url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
        let db = Db::open(&file.display().to_string()).await.context("opening the database")?;
        db.migrate(time.now()).await?;
        let app = App::open(Setup {
            db,
            time: Arc::new(time.clone()),
            entropy: Arc::new(SystemEntropy),
            http: Http::new()?,
            leases: Leases::default(),
            // What it protects are the credentials of simulated platforms; with `--keep` it must stay the same.
            secrets: Secrets::derive(&[7; 32]),
            public_url,
            platforms: platforms::all(),
        })
        .await?;
        let company = company(&app, &sim).await?;
        push_from_teambition(&app, &sim, &company).await?;
        let world = World { people: people(&app, &company).await?, app: Arc::clone(&app), company };
        let first = collaborations::fill(&world, &sim).await?;
        collaborations::bind_board(&world, &sim, &first).await?;
        let stage = Arc::new(Stage {
            sim: Arc::clone(&sim),
            first: FirstLoop {
                collaboration: first,
                group: GROUP.to_owned(),
                sentence: SENTENCE.to_owned(),
                since: time.now(),
            },
            key: random_key(),
            time,
            kept,
            playing: TaskTracker::new(),
            stopping: CancellationToken::new(),
        });
        stage.kept.write(stage.time.shift());
        app.set_demo(Arc::clone(&stage) as Arc<dyn Demo>);
        let assistant = world.id(ADMINISTRATOR)?;
        let link = app.page(&format!("demo/enter?key={}&person={assistant}", stage.key));
        let hub = Hub::start_with(listener, Arc::clone(&app), Options::default())?;
        let attending = tokio::spawn(scenes::attend(app, Arc::clone(&stage), presses));
        Ok(Self { hub, sim, link, stage, attending })
    }

    /// Puts the clock of the hub and of the platforms forward.
    pub fn advance(&self, by: SignedDuration) {
        self.stage.advance(by);
    }

    async fn announce(&self, language: Language) -> anyhow::Result<()> {
        let say = |key: &str, arguments: &[(&str, &dyn std::fmt::Display)]| {
            output::line(&text(language, &format!("program.demo.{key}"), arguments))
        };
        say("ready", &[])?;
        say("open", &[("link", &self.link)])?;
        say("simulator", &[("url", &self.stage.simulator_url())])?;
        say("first", &[("group", &GROUP), ("sentence", &SENTENCE)])?;
        say("others", &[("url", &self.hub.app.public_url), ("password", &PASSWORD)])?;
        for person in self.hub.app.db.read().await?.people(&self.hub.app.workspace).await? {
            output::line(&format!("  {}\t{}\t{}", person.name, person.job, person.mail.unwrap_or_default()))?;
        }
        Ok(())
    }

    /// Ends hub and platforms.
    pub async fn stop(self) {
        self.attending.abort();
        // Aborted: there is nothing to hear from it.
        let _ = self.attending.await;
        self.hub.stop().await;
        self.stage.stopping.cancel();
        self.stage.playing.close();
        self.stage.playing.wait().await;
        drop(self.stage);
        if let Some(sim) = Arc::into_inner(self.sim) {
            sim.stop().await;
        }
    }
}

/// The simulated platforms, on the ports that were asked for, or on free ones when those are taken.
/// `again` says that the hub remembers chats which they do not.
async fn simulators(options: &DemoOptions, again: bool, buttons: Scenes) -> Result<Sim, StartError> {
    let note = again.then(|| CHATS_GONE.to_owned());
    let anywhere = SimOptions { note, scenes: Some(buttons), ..SimOptions::default() };
    let asked_for = SimOptions {
        feishu_port: options.feishu_port,
        dingtalk_port: options.dingtalk_port,
        teambition_port: options.teambition_port,
        ..anywhere.clone()
    };
    match Sim::start(asked_for).await {
        Err(StartError::Listen { .. }) => Sim::start(anywhere).await,
        started => started,
    }
}

/// Takes the data of the last demonstration away.
fn forget(file: &Path) -> anyhow::Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut path = file.as_os_str().to_owned();
        path.push(ending);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("removing the data of the last demonstration"),
        }
    }
    Ok(())
}

fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    SystemEntropy.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The company: entered on the first start, found again on a start with kept data.
async fn company(app: &App, sim: &Sim) -> anyhow::Result<Company> {
    let connection = sim.connection();
    if app.db.read().await?.administrators(&app.workspace).await? > 0 {
        return Ok(simulated_company::find(app, &connection).await?);
    }
    let company = simulated_company::enter(app, &connection, &Differences::default()).await?;
    let password = session::hash_password(app, PASSWORD).await?;
    let mut work = app.begin_as_huan().await?;
    for id in company.people.values() {
        let now = work.now;
        work.tx.set_password_hash(&app.workspace, id, &password, now).await?;
    }
    let administrator = work.tx.person(&app.workspace, &company.person(ADMINISTRATOR)?).await?;
    let mut administrator = administrator.context("entered above")?;
    administrator.administrator = true;
    work.tx.update_person(&app.workspace, &mut administrator).await?;
    work.commit().await?;
    Ok(company)
}

/// Has Teambition push its events to the hub, as an administrator enters the address in its console.
async fn push_from_teambition(app: &App, sim: &Sim, company: &Company) -> anyhow::Result<()> {
    let events = app.page(&format!("callbacks/{}", company.teambition)).parse()?;
    let push = HttpDelivery { events, robot: None, cards: None, encrypted: false };
    Ok(sim.set_delivery(PlatformName::Teambition, Delivery::Http(Box::new(push))).await?)
}

async fn people(app: &App, company: &Company) -> anyhow::Result<BTreeMap<String, Person>> {
    let mut conn = app.db.read().await?;
    let mut people = BTreeMap::new();
    for (key, id) in &company.people {
        people.insert(key.clone(), conn.person(&app.workspace, id).await?.context("somebody is missing")?);
    }
    Ok(people)
}

/// The hub and its people while it is being filled.
struct World {
    app: Arc<App>,
    company: Company,
    people: BTreeMap<String, Person>,
}

impl World {
    /// Somebody of the company as a caller on the web page.
    fn caller(&self, key: &str) -> anyhow::Result<Caller> {
        let person = self.people.get(key).with_context(|| format!("nobody is called {key}"))?;
        Caller::of(person, Source::Web, self.app.now()).with_context(|| format!("{key} has left"))
    }

    /// The person with this key of the simulators.
    fn id(&self, key: &str) -> anyhow::Result<PersonId> {
        Ok(self.company.person(key)?)
    }

    /// A wall-clock time in the workspace's zone, so many working days from today.
    fn at(&self, days: u32, hour: i8, minute: i8) -> anyhow::Result<Timestamp> {
        when::at(self.app.now(), &self.app.zone(), days, hour, minute)
    }

    /// The day in the workspace's zone so many working days from today.
    fn day(&self, days: u32) -> Date {
        when::day(self.app.now(), &self.app.zone(), days)
    }
}
