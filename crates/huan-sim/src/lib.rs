//! Simulators of Feishu, DingTalk and Teambition over real HTTP and WebSocket, with a small page on which one can play the people.
//!
//! [`Sim::start`] runs them on a seeded company. What a person can do on the page can be done by the methods of [`Sim`]
//! and by the control API under `/sim/` (see [`control`]). The simulator shares no code with the connectors.

pub mod ambient;
pub mod company;
pub mod connection;
pub mod control;
pub mod dingtalk;
mod door;
pub mod fault;
pub mod feishu;
pub mod journal;
mod lock;
pub mod organisation;
pub mod outgoing;
mod pace;
mod page;
pub mod platform;
pub mod scene;
pub mod server;
pub mod shell;
pub mod teambition;
pub mod view;
mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::middleware;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use crate::ambient::ClockMode;
pub use crate::company::Crowd;
pub use crate::connection::Connection;
pub use crate::dingtalk::Settings as DingtalkSettings;
pub use crate::fault::{Fault, FaultKind};
pub use crate::feishu::drive::act::DriveAct;
pub use crate::feishu::drive::screen::{BlockView, ContentView, DriveView, PageView, RowView, SpaceView, TableView};
pub use crate::feishu::options::{ClientConfig, FeishuOptions, RepeatedClientToken};
pub use crate::journal::{Entry, EntryKind, JournalQuery};
pub use crate::platform::{Delivery, HttpDelivery, Place, PlatformName, Press, Pressed, Read, Say, SimError, Toast};
pub use crate::scene::{Scene, Scenes};
pub use crate::teambition::screen::{ProjectView, TaskView, TeambitionView};
pub use crate::teambition::settings::TeambitionSettings;
pub use crate::view::{
    CalendarEventView, CardView, ConversationView, MessageView, PlatformView, Ring, RingWay, StateView,
};

use crate::ambient::{Clock, Random};
use crate::dingtalk::Dingtalk;
use crate::fault::Faults;
use crate::feishu::Feishu;
use crate::journal::Journal;
use crate::organisation::Organisation;
use crate::outgoing::Outgoing;
use crate::platform::{Messenger, Platform};
use crate::shell::Shell;
use crate::teambition::Teambition;
use crate::world::World;

/// How to start the simulator.
#[derive(Debug, Clone)]
pub struct SimOptions {
    /// Address to listen on.
    pub bind: IpAddr,
    /// Port of Feishu; 0 takes a free one.
    pub feishu_port: u16,
    /// Port of DingTalk; 0 takes a free one.
    pub dingtalk_port: u16,
    /// Port of Teambition; 0 takes a free one.
    pub teambition_port: u16,
    /// How the clock runs.
    pub clock: ClockMode,
    /// Makes random values repeatable.
    pub seed: Option<u64>,
    /// How long the platforms wait for the program's answer to an event or a card callback. None: each platform's own
    /// limit (Feishu 3 s, DingTalk 2.5 s, Teambition 5 s).
    pub answer_limit: Option<Duration>,
    /// Settings of Feishu alone.
    pub feishu: FeishuOptions,
    /// Settings of DingTalk alone.
    pub dingtalk: DingtalkSettings,
    /// What the page says at its top to whoever plays.
    pub note: Option<String>,
    /// Settings of Teambition alone.
    pub teambition: TeambitionSettings,
    /// Buttons that the page has besides its own.
    pub scenes: Option<Scenes>,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            feishu_port: 0,
            dingtalk_port: 0,
            teambition_port: 0,
            clock: ClockMode::Running,
            seed: None,
            answer_limit: None,
            feishu: FeishuOptions::default(),
            dingtalk: DingtalkSettings::default(),
            note: None,
            teambition: TeambitionSettings::default(),
            scenes: None,
        }
    }
}

/// Why the simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port could not be opened.
    #[error("cannot listen on {address}: {source}. Is the port taken by another program?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The seed that is built in is broken.
    #[error("the built-in organisation cannot be read: {0}")]
    Seed(#[from] serde_json::Error),
    /// The HTTP client could not be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// The running simulator. Dropping it stops it without waiting; [`Sim::stop`] waits.
pub struct Sim {
    world: Arc<World>,
}

impl Sim {
    /// Opens the ports and starts serving.
    pub async fn start(options: SimOptions) -> Result<Self, StartError> {
        let organisation = Organisation::seeded()?;
        let (feishu_listener, feishu_address) = listen(options.bind, options.feishu_port).await?;
        let (dingtalk_listener, dingtalk_address) = listen(options.bind, options.dingtalk_port).await?;
        let (teambition_listener, teambition_address) = listen(options.bind, options.teambition_port).await?;
        let shell = Arc::new(Shell {
            company: Mutex::new(Arc::new(organisation.clone())),
            organisation,
            clock: Clock::new(options.clock),
            random: Random::new(options.seed),
            outgoing: Outgoing::new()?,
            faults: Faults::default(),
            journal: Journal::default(),
            answer_limit: options.answer_limit,
            feishu_address,
            dingtalk_address,
            teambition_address,
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            changes: watch::Sender::new(0),
            rings: Mutex::default(),
            notice: options.note,
            scenes: options.scenes,
        });
        let (teambition, relayed) = Teambition::new(shell.clone(), options.teambition);
        let world = Arc::new(World {
            feishu: Feishu::new(shell.clone(), options.feishu),
            dingtalk: Dingtalk::new(shell.clone(), options.dingtalk, teambition.clone()),
            teambition,
            shell: shell.clone(),
        });
        shell.spawn(world.dingtalk.clone().relay(relayed));
        let control = control::router(world.clone())
            .merge(dingtalk::control::router(world.dingtalk.clone()))
            .merge(feishu::control::router(world.feishu.clone()))
            .merge(teambition::control::router(world.teambition.clone()))
            .merge(page::router());
        let feishu = guarded(&shell, &world.feishu).merge(control.clone());
        let dingtalk = guarded(&shell, &world.dingtalk).merge(control.clone());
        let teambition = guarded(&shell, &world.teambition).merge(control);
        shell.tasks.spawn(server::serve(shell.clone(), feishu_listener, feishu));
        shell.tasks.spawn(server::serve(shell.clone(), dingtalk_listener, dingtalk));
        shell.tasks.spawn(server::serve(shell.clone(), teambition_listener, teambition));
        Ok(Self { world })
    }

    /// What a program needs to connect.
    pub fn connection(&self) -> Connection {
        self.world.connection()
    }

    /// What only Feishu has: its settings, its tokens, its events.
    pub fn feishu(&self) -> &Feishu {
        &self.world.feishu
    }

    /// What only DingTalk has: its settings, its tokens, its events.
    pub fn dingtalk(&self) -> &Dingtalk {
        &self.world.dingtalk
    }

    /// What only Teambition has: its tasks, its settings, what people do in it.
    pub fn teambition(&self) -> &Teambition {
        &self.world.teambition
    }

    /// A person writes; the answer is the platform's id of the message.
    pub fn say(&self, platform: PlatformName, say: Say) -> Result<String, SimError> {
        self.world.say(platform, say)
    }

    /// A person writes in a group; mentions are found in the text.
    pub fn say_in_group(
        &self,
        platform: PlatformName,
        person: &str,
        group: &str,
        text: &str,
    ) -> Result<String, SimError> {
        self.say(
            platform,
            Say {
                person: person.into(),
                place: Place::Group(group.into()),
                text: text.into(),
                mentions: None,
                reply_to: None,
            },
        )
    }

    /// A person writes to the robot directly.
    pub fn say_to_robot(&self, platform: PlatformName, person: &str, text: &str) -> Result<String, SimError> {
        self.say(
            platform,
            Say { person: person.into(), place: Place::Robot, text: text.into(), mentions: None, reply_to: None },
        )
    }

    /// A person presses a button and waits for what follows.
    pub async fn press(&self, platform: PlatformName, press: Press) -> Result<Pressed, SimError> {
        self.world.press(platform, press).await
    }

    /// A person opens a message.
    pub fn read(&self, platform: PlatformName, read: Read) -> Result<(), SimError> {
        self.world.read(platform, read)
    }

    /// What the clients show, as `viewer` (a person's key) would see it, or as most people would.
    pub fn state(&self, viewer: Option<&str>) -> StateView {
        self.world.state(viewer)
    }

    /// The messages of a group (key, name or id) or of a person's direct conversation (key), as `viewer` would see them.
    pub fn messages(&self, platform: PlatformName, conversation: &str, viewer: Option<&str>) -> Vec<MessageView> {
        let view = match platform {
            PlatformName::Feishu => self.world.feishu.view(viewer),
            PlatformName::Dingtalk => self.world.dingtalk.view(viewer),
            PlatformName::Teambition => return Vec::new(),
        };
        view.conversation(conversation).map(|conversation| conversation.messages.clone()).unwrap_or_default()
    }

    /// All buzzes so far.
    pub fn rings(&self) -> Vec<Ring> {
        lock::lock(&self.world.shell.rings).clone()
    }

    /// The person picks up, or puts the buzz away.
    pub fn answer_ring(&self, number: u64) -> Result<(), SimError> {
        self.world.answer_ring(number)
    }

    /// Switches a fault on; the answer is its number.
    pub fn set_fault(&self, fault: Fault) -> u64 {
        self.world.shell.faults.set(fault)
    }

    /// Switches one fault off, or all; the answer is how many were on.
    pub fn clear_faults(&self, id: Option<u64>) -> usize {
        self.world.shell.faults.clear(id)
    }

    /// What happened.
    pub fn journal(&self, query: &JournalQuery) -> Vec<Entry> {
        self.world.shell.journal.find(query)
    }

    /// Changes with everything that is written to the journal or shown.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.world.shell.changes.subscribe()
    }

    /// The simulator's clock.
    pub fn now(&self) -> Timestamp {
        self.world.shell.clock.now()
    }

    /// Moves the simulator's clock forward.
    pub fn advance(&self, by: Duration) {
        self.world.shell.clock.advance(by);
        self.world.shell.changed();
    }

    /// Changes how events are delivered, after the platform's own check of an address.
    pub async fn set_delivery(&self, platform: PlatformName, delivery: Delivery) -> Result<(), SimError> {
        self.world.set_delivery(platform, delivery).await
    }

    /// Adds many people to the company on every platform, without telling the program.
    pub fn add_crowd(&self, crowd: &Crowd) {
        self.world.add_crowd(crowd);
    }

    /// Changes the company: people join, change and leave, and the platforms tell the program.
    ///
    /// # Errors
    /// What `change` returns; the company stays as it was then.
    pub fn change_company(
        &self,
        change: impl FnOnce(&mut Organisation) -> Result<(), SimError>,
    ) -> Result<(), SimError> {
        self.world.change_company(change)
    }

    /// Presses one of the buttons of [`SimOptions::scenes`].
    ///
    /// # Errors
    /// When there is no such button, or nobody who does what it says.
    pub fn play(&self, scene: &str) -> Result<(), SimError> {
        self.world.play(scene)
    }

    /// Whether the program can be reached over HTTP by any platform: `false` is as if it were off.
    pub fn set_reachable(&self, reachable: bool) {
        self.world.set_reachable(reachable);
    }

    /// Closes every open connection of the program to `platform`; the answer is how many.
    pub fn disconnect(&self, platform: PlatformName) -> usize {
        self.world.disconnect(platform)
    }

    /// Stops: running requests are finished, connections closed, ports freed.
    pub async fn stop(self) {
        self.world.shell.stopping.cancel();
        self.world.shell.tasks.close();
        self.world.shell.tasks.wait().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.world.shell.stopping.cancel();
    }
}

async fn listen(ip: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let address = SocketAddr::new(ip, port);
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

fn guarded<P: Platform>(shell: &Arc<Shell>, platform: &Arc<P>) -> Router {
    platform.clone().router().layer(middleware::from_fn_with_state((shell.clone(), platform.clone()), door::pass::<P>))
}
