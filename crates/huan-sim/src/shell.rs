//! What the platforms share: doors, switches, journal, and the seeded company.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ambient::{Clock, Random};
use crate::fault::Faults;
use crate::journal::{EntryKind, Journal};
use crate::lock::lock;
use crate::organisation::Organisation;
use crate::outgoing::Outgoing;
use crate::platform::PlatformName;
use crate::scene::Scenes;
use crate::view::{Ring, RingWay};

/// What the platforms share.
#[derive(Debug)]
pub struct Shell {
    /// The company as it was at the start.
    pub organisation: Organisation,
    /// The company as it is now.
    pub(crate) company: Mutex<Arc<Organisation>>,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Outgoing HTTP.
    pub outgoing: Outgoing,
    /// Fault switches.
    pub faults: Faults,
    /// What happened.
    pub journal: Journal,
    /// How long the platforms wait for an answer of the program, if not as long as the real ones.
    pub answer_limit: Option<Duration>,
    /// Address that the Feishu port listens on.
    pub feishu_address: SocketAddr,
    /// Address that the DingTalk port listens on.
    pub dingtalk_address: SocketAddr,
    /// Address that the Teambition port listens on.
    pub teambition_address: SocketAddr,
    /// Done when the simulator stops; every task ends then.
    pub stopping: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) changes: watch::Sender<u64>,
    pub(crate) rings: Mutex<Vec<Ring>>,
    /// What the page says at its top.
    pub(crate) notice: Option<String>,
    /// Buttons that the page has besides its own.
    pub(crate) scenes: Option<Scenes>,
}

/// Address at which a program on this machine reaches a port that may listen everywhere.
pub(crate) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

impl Shell {
    /// The company as it is now.
    pub(crate) fn company(&self) -> Arc<Organisation> {
        lock(&self.company).clone()
    }

    /// Runs `task` until it ends or the simulator stops.
    pub fn spawn(self: &Arc<Self>, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = task => {}
            }
        });
    }

    /// Tells the open pages that something they show has changed.
    pub fn changed(&self) {
        self.changes.send_modify(|version| *version += 1);
    }

    /// Writes to the journal at the current instant.
    pub fn note(
        &self,
        platform: PlatformName,
        kind: EntryKind,
        operation: impl Into<String>,
        content: Value,
        outcome: Value,
    ) {
        self.journal.add(self.clock.now(), platform, kind, operation, content, outcome);
        self.changed();
    }

    /// Buzzes a person.
    pub fn ring(&self, platform: PlatformName, person: &str, way: RingWay, text: &str, message: &str) {
        let at = self.clock.now();
        let number = {
            let mut rings = lock(&self.rings);
            let number = rings.len() as u64 + 1;
            rings.push(Ring {
                number,
                at,
                platform,
                person: person.into(),
                way,
                text: text.into(),
                message: message.into(),
                answered: false,
            });
            number
        };
        let content =
            serde_json::json!({"number": number, "person": person, "way": way, "text": text, "message": message});
        self.note(platform, EntryKind::Shown, "ring", content, Value::Null);
    }
}
