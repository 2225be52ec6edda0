//! A hub in a process of its own, to be killed without a word.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use huan::{Hub, platforms};
use huan_app::{App, Leases, Setup, secrets::Secrets};
use huan_connect::http::Http;
use huan_core::ambient::{Entropy as _, SeededEntropy, SystemEntropy, SystemTime, TimeSource};
use huan_store::Db;
use jiff::SignedDuration;
use tokio::net::TcpListener;

const KEY: [u8; 32] = [5; 32];
/// Where a hub that is to be killed finds its database and port; the test's own, for its child.
const CHILD: &str = "HUAN_TEST_CHILD";

/// What a node that died had in hand lies still this long. Otherwise the stories would take minutes.
pub(super) const LEASES: Leases = Leases {
    event: SignedDuration::from_millis(1_500),
    clock: SignedDuration::from_millis(1_500),
    message: SignedDuration::from_millis(3_000),
    account: SignedDuration::from_millis(1_200),
};

/// What an application on `db` is made of.
pub(super) fn setup(db: Db, time: Arc<dyn TimeSource>, port: u16) -> Setup {
    Setup {
        db,
        time,
        entropy: Arc::new(SystemEntropy),
        http: Http::new().unwrap(),
        secrets: Secrets::derive(&KEY),
        public_url: format!("http://127.0.0.1:{port}/").parse().unwrap(),
        platforms: platforms::all(),
        leases: LEASES,
    }
}

/// The application on a database, without workers: to prepare a story, and to look at how it ended.
pub(super) async fn application(address: &str, time: Arc<dyn TimeSource>, port: u16) -> Arc<App> {
    App::open(setup(Db::open(address).await.unwrap(), time, port)).await.unwrap()
}

/// In the child: runs the hub, until it is killed. In the test itself: does nothing.
pub(super) async fn run_if_child() {
    let Ok(place) = std::env::var(CHILD) else { return };
    let (port, address) = place.split_once(' ').unwrap();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    let db = Db::open(address).await.unwrap();
    db.migrate(SystemTime.now()).await.unwrap();
    let setup = setup(db, Arc::new(SystemTime), listener.local_addr().unwrap().port());
    let mut hub = Hub::start(listener, setup, huan_web::Options::default()).await.unwrap();
    hub.failed().await.unwrap();
}

/// A running hub; killed when it goes out of scope.
pub(super) struct Program(Child);

impl Program {
    /// Starts this process's own test `test` once more, as the child that runs the hub. Port 0 takes a free one.
    pub(super) fn start(test: &str, database: &str, port: u16) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(CHILD, format!("{port} {database}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Moments and choices that can be made again.
pub(super) struct Chance(SeededEntropy);

impl Chance {
    /// By the seed of `HUAN_TEST_SEED`, else by a new one.
    pub(super) fn new() -> Self {
        let seed = match std::env::var("HUAN_TEST_SEED") {
            Ok(seed) => seed.parse().unwrap(),
            Err(_) => {
                let mut bytes = [0; 4];
                SystemEntropy.fill(&mut bytes);
                u64::from(u32::from_be_bytes(bytes))
            }
        };
        Self::with(seed)
    }

    #[expect(clippy::print_stdout, reason = "shown when the test fails")]
    fn with(seed: u64) -> Self {
        println!("HUAN_TEST_SEED={seed}");
        Self(SeededEntropy::new(seed))
    }

    /// A number of `range`.
    pub(super) fn pick(&self, range: std::ops::Range<u64>) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        range.start + u64::from_be_bytes(bytes) % (range.end - range.start)
    }

    /// Waits so many milliseconds.
    pub(super) async fn pause(&self, range: std::ops::Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.pick(range))).await;
    }
}

/// A port that was free a moment ago.
pub(super) async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
