//! Live updates: one commit reaches every open browser, and what an open browser costs.

use std::{net::SocketAddr, path::Path, time::Instant};

use anyhow::{Context as _, Result, ensure};
use huan_core::{
    history::Subject,
    id::{RecordId, RecordKind},
};
use huan_store::testing::Fresh;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    figures::{Line, Times},
    http::{Served, get, token},
    records, start,
    world::World,
};

/// Commits that are told of, one after the other.
const COMMITS: u32 = 40;
/// Milliseconds.
const AIM: f64 = 500.0;
/// Kilobytes of a connection.
const AIM_MEMORY: f64 = 50.0;
/// Opened at the same time.
const OPENED_AT_ONCE: u32 = 200;

/// What a browser noticed.
enum Noticed {
    /// It is greeted.
    Hello,
    /// It is told of a change.
    Changed(Instant),
}

/// Opens `browsers` streams, or as many as this process may, and commits changes that all of them are told of.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, browsers: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    records::fill(&world, 0).await?;
    let served = Served::start(&world).await?;
    let mut tokens = Vec::new();
    for person in &world.people {
        tokens.push(token(&world, person).await?);
    }
    // A stream takes two files of this process: it is both server and browser.
    let browsers = browsers.min(open_files()?.saturating_sub(200) / 2);
    let mut open = Browsers::new();
    open.add(served.address, &tokens, browsers).await?;

    let mut times = Times::default();
    for _ in 0..COMMITS {
        let start = Instant::now();
        let mut work = world.app.begin_as_huan().await?;
        let record: RecordId = world.id::<RecordKind>();
        work.show(&Subject::Record(record), Some(&world.collaboration.id));
        work.commit().await?;
        for _ in 0..browsers {
            let Noticed::Changed(at) = open.next().await? else { anyhow::bail!("each is told of each change once") };
            times.add(at.duration_since(start));
        }
    }
    open.streams.shutdown().await;
    served.end().await?;
    world.app.db.close().await;
    let memory = match start::program() {
        Some(program) => Some(memory(&program, &fresh.address(), &tokens, browsers).await?),
        None => None,
    };
    fresh.remove().await;

    let (p50, p99) = (times.percentile(50), times.percentile(99));
    let tell = |memory: f64| format!("{memory:.0} KB of the released program's memory for an open browser");
    Ok(Line {
        name,
        figures: format!(
            "{COMMITS} commits to {browsers} open browsers: p50 {p50:.0} ms, p99 {p99:.0} ms from the beginning of the \
             commit; {}",
            memory.map_or_else(|| "memory NOT MEASURED, for the program is not built".to_owned(), tell)
        ),
        against: format!("of the aims: {:.2} and {:.2}", p99 / AIM, memory.unwrap_or_default() / AIM_MEMORY),
        aim: "p99 < 500 ms, < 50 KB",
        reached: p99 < AIM && memory.is_some_and(|memory| memory < AIM_MEMORY),
    })
}

/// Open browsers.
struct Browsers {
    streams: JoinSet<Result<()>>,
    notice: mpsc::UnboundedSender<Noticed>,
    noticed: mpsc::UnboundedReceiver<Noticed>,
}

impl Browsers {
    fn new() -> Self {
        let (notice, noticed) = mpsc::unbounded_channel();
        Self { streams: JoinSet::new(), notice, noticed }
    }

    /// Opens so many more, each greeted when this returns.
    async fn add(&mut self, address: SocketAddr, tokens: &[String], browsers: u32) -> Result<()> {
        for number in 0..browsers {
            let mut connection = TcpStream::connect(address).await?;
            connection.write_all(&get("/api/v1/events", &tokens[number as usize % tokens.len()])).await?;
            self.streams.spawn(browse(connection, self.notice.clone()));
            if (number + 1).is_multiple_of(OPENED_AT_ONCE) || number + 1 == browsers {
                for _ in 0..=number % OPENED_AT_ONCE {
                    ensure!(matches!(self.next().await?, Noticed::Hello), "each browser is greeted once");
                }
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Noticed> {
        let waiting = tokio::time::timeout(std::time::Duration::from_secs(30), self.noticed.recv());
        waiting.await.context("a browser was told nothing")?.context("no browser is open")
    }
}

/// The kilobytes that one more browser costs the released program, over those that the first ones cost.
async fn memory(program: &Path, database: &str, tokens: &[String], browsers: u32) -> Result<f64> {
    let listen = start::free_address().await?;
    let mut running = start::Running::start(program, database, listen)?;
    running.ready(listen, Instant::now()).await?;
    let mut open = Browsers::new();
    let first = browsers.min(OPENED_AT_ONCE) / 2;
    open.add(listen, tokens, first).await?;
    let before = running.memory().context("the memory in use")?;
    open.add(listen, tokens, browsers - first).await?;
    let after = running.memory().context("the memory in use")?;
    open.streams.shutdown().await;
    running.stop()?;
    Ok((after - before) * 1_024.0 / f64::from((browsers - first).max(1)))
}

/// Reads a stream of events and says what comes.
async fn browse(mut connection: TcpStream, notice: mpsc::UnboundedSender<Noticed>) -> Result<()> {
    let mut text: Vec<u8> = Vec::with_capacity(1_024);
    loop {
        ensure!(connection.read_buf(&mut text).await? > 0, "the server closed the stream");
        while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let event = String::from_utf8_lossy(&event);
            if event.contains("event: changed") {
                notice.send(Noticed::Changed(Instant::now()))?;
            } else if event.contains("event: hello") {
                notice.send(Noticed::Hello)?;
            }
        }
    }
}

/// How many files this process may have open.
fn open_files() -> Result<u32> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line =
        limits.lines().find_map(|line| line.strip_prefix("Max open files")).context("the limit of open files")?;
    let soft = line.split_whitespace().next().context("the soft limit")?;
    Ok(soft.parse().unwrap_or(u32::MAX))
}
