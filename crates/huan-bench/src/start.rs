//! Start to ready: from starting the released program on an existing database until it says that it is ready; and how much
//! memory it takes once it has nothing to do.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use huan_core::{
    message::Message,
    platform::{ForeignConversation, ForeignMessage},
};
use huan_store::testing::Fresh;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::{
    figures::{Line, Times},
    records,
    world::World,
};

/// Messages written in one transaction while the data is made.
const AT_ONCE: u32 = 1_000;
/// How often the program is started.
const STARTS: u32 = 7;
/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the program is left alone before its memory is read.
const SETTLING: Duration = Duration::from_secs(5);
/// Milliseconds.
const START_AIM: f64 = 300.0;
/// Megabytes.
const MEMORY_AIM: f64 = 60.0;

/// The released program beside this one; none when it was not built.
pub(crate) fn program() -> Option<PathBuf> {
    let path = std::env::current_exe().ok()?.with_file_name("huan");
    path.is_file().then_some(path)
}

/// Starts `program` on a database of `count` messages and `count` rows of the record table.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, program: &Path, count: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    records::fill(&world, count).await?;
    fill(&world, count).await?;
    let address = fresh.address();
    world.app.db.close().await;

    let mut times = Times::default();
    let mut memory = None;
    for round in 0..STARTS {
        let listen = free_address().await?;
        let start = Instant::now();
        let mut running = Running::start(program, &address, listen)?;
        running.ready(listen, start).await?;
        times.add(start.elapsed());
        if round == 0 {
            tokio::time::sleep(SETTLING).await;
            memory = running.memory();
        }
        running.stop()?;
    }
    fresh.remove().await;
    let (median, slowest) = (times.percentile(50), times.percentile(100));
    let megabytes = memory.context("the system tells no program's memory under /proc")?;
    Ok(Line {
        name,
        figures: format!(
            "`huan serve` on {count} messages and {count} records, {STARTS} starts: ready after {median:.0} ms (median), \
             {slowest:.0} ms (slowest); {megabytes:.0} MB resident when idle"
        ),
        against: format!("of the aims: {:.2} and {:.2}", median / START_AIM, megabytes / MEMORY_AIM),
        aim: "ready < 300 ms, idle < 60 MB",
        reached: median < START_AIM && megabytes < MEMORY_AIM,
    })
}

async fn fill(world: &World, count: u32) -> Result<()> {
    let app = &world.app;
    let mut number = 0;
    while number < count {
        let until = (number + AT_ONCE).min(count);
        let mut tx = app.db.write().await?;
        for number in number..until {
            let speaker = &world.people[number as usize % world.people.len()];
            let message = Message {
                id: world.id(),
                account: world.account.clone(),
                foreign: ForeignMessage::new(format!("om_{number:032}")),
                conversation: ForeignConversation::new(format!("oc_{:032}", number % 50)),
                channel: None,
                speaker: Some(speaker.id.clone()),
                speaker_name: speaker.name.clone(),
                text: format!("第{number}条：导出接口今天先压测一轮，结果周五前发到群里。"),
                reply_to: None,
                link: None,
                sent_at: app.now(),
                heard_at: app.now(),
            };
            ensure!(tx.insert_message(&app.workspace, &message).await?, "message {number} is new");
        }
        tx.commit().await?;
        number = until;
    }
    Ok(())
}

/// An address on which nobody listens just now.
pub(crate) async fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

/// A running program, killed when dropped.
pub(crate) struct Running(Child);

impl Running {
    /// Starts `program` on a database.
    pub(crate) fn start(program: &Path, database: &str, listen: SocketAddr) -> Result<Self> {
        let folder = std::env::temp_dir();
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("HUAN_")) {
            command.env_remove(name);
        }
        let child = command
            .arg("serve")
            .current_dir(&folder)
            .env("HUAN_DATA", &folder)
            .env("HUAN_DATABASE", database)
            .env("HUAN_LISTEN", listen.to_string())
            .env("HUAN_SECRET_KEY", "07".repeat(32))
            .env("HUAN_LOG_LEVEL", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Ok(Self(child.with_context(|| format!("starting {}", program.display()))?))
    }

    /// Returns as soon as `/readyz` answers 200.
    pub(crate) async fn ready(&mut self, listen: SocketAddr, start: Instant) -> Result<()> {
        loop {
            if is_ready(listen).await.unwrap_or(false) {
                return Ok(());
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("the program ended before it was ready: {status}");
            }
            ensure!(start.elapsed() < PATIENCE, "the program is not ready after {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Megabytes of the program that are in the machine's memory (Linux, proc(5): `VmRSS`).
    pub(crate) fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok().map(|kilobytes| kilobytes / 1_024.0)
    }

    /// Tells the program to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        let told = Command::new("kill").arg(self.0.id().to_string()).status()?;
        ensure!(told.success(), "the program cannot be told to stop");
        let status = self.0.wait()?;
        ensure!(status.success(), "the program stopped with {status}");
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the benchmark failed half-way.
        let _ = self.0.kill();
    }
}

async fn is_ready(listen: SocketAddr) -> Result<bool> {
    let mut connection = TcpStream::connect(listen).await?;
    connection.write_all(b"GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
