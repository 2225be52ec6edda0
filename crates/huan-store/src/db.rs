//! The database: opening, reading, writing.

use std::{fmt, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{sync::Mutex, task::JoinSet};

use crate::{
    conn::{Conn, Dialect, Link},
    error::{Error, Result},
    signal::{Signals, Topic, Topics, Waiter},
    tx::Tx,
    writer::Writer,
};

const CHANNEL: &str = "huan";
/// Signals to other nodes are gathered this long: a notification is a commit of its own for PostgreSQL.
const GATHER: Duration = Duration::from_millis(5);

/// A database, cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    engine: Engine,
    /// Where it is, without the password.
    place: String,
    signals: Signals,
    /// Tasks that end with the database.
    tasks: Mutex<JoinSet<()>>,
}

enum Engine {
    Sqlite { writer: Writer, readers: SqlitePool },
    Postgres(PgPool),
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({})", self.0.place)
    }
}

/// How many connections are kept open.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// SQLite connections that read (each is a thread).
    pub sqlite_readers: u32,
    /// PostgreSQL connections, one of which listens for signals.
    pub postgres: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { sqlite_readers: 4, postgres: 16 }
    }
}

/// Where a database is.
enum Address {
    Sqlite(PathBuf),
    Postgres(Box<PgConnectOptions>),
}

impl Address {
    fn parse(address: &str) -> Result<Self> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(address).map_err(|_| Error::Address)?;
            return Ok(Self::Postgres(Box::new(options)));
        }
        let path = match address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")) {
            Some(path) => path,
            None if address.contains("://") => return Err(Error::Address),
            None => address,
        };
        if path.is_empty() { Err(Error::Address) } else { Ok(Self::Sqlite(path.into())) }
    }
}

impl Db {
    /// Opens a database by address: a path or `sqlite:///path/huan.db` (made if missing), or
    /// `postgres://user:password@host:port/name`. The schema is not touched: see [`Db::migrate`].
    pub async fn open(address: &str) -> Result<Self> {
        Self::open_sized(address, Size::default()).await
    }

    /// Opens a database with so many connections.
    pub async fn open_sized(address: &str, size: Size) -> Result<Self> {
        match Address::parse(address)? {
            Address::Sqlite(path) => Self::open_sqlite(path, size).await,
            Address::Postgres(options) => Self::open_postgres(*options, size).await,
        }
    }

    async fn open_sqlite(path: PathBuf, size: Size) -> Result<Self> {
        if let Some(parent) = path.parent() {
            let made = tokio::fs::create_dir_all(parent).await;
            made.map_err(sqlx::Error::Io).map_err(Error::database("opening the directory"))?;
        }
        let place = format!("sqlite:{}", path.display());
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(512)
            // Rows come from SQLite's thread one by one. With room for a whole answer that thread need not stop half-way,
            // and the reader takes many each time it is woken.
            .row_buffer_size(1_024)
            .pragma("temp_store", "MEMORY")
            .pragma("mmap_size", "268435456")
            .disable_statement_logging();
        // Copying the log back into the file costs syncs of its own: do it every 32 MB, not every 4.
        let writing = options
            .clone()
            .pragma("cache_size", "-32000")
            .pragma("wal_autocheckpoint", "8000")
            .pragma("journal_size_limit", "67108864");
        let conn = writing.connect().await;
        let conn = conn.map_err(Error::database("opening the file"))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(size.sqlite_readers.max(1))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.pragma("cache_size", "-4000").pragma("query_only", "ON"));
        let signals = Signals::default();
        let writer = Writer::start(conn, signals.clone());
        Ok(Self(Arc::new(Inner {
            engine: Engine::Sqlite { writer, readers },
            place,
            signals,
            tasks: Mutex::new(JoinSet::new()),
        })))
    }

    async fn open_postgres(options: PgConnectOptions, size: Size) -> Result<Self> {
        let place = format!(
            "postgres://{}@{}:{}/{}",
            options.get_username(),
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or_default()
        );
        let options = options.application_name("huan").statement_cache_capacity(512).disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(size.postgres.max(2))
            .test_before_acquire(false)
            .connect_with(options)
            .await
            .map_err(Error::database("connecting"))?;
        let listener = Listener::start(&pool).await?;
        let signals = Signals::default();
        let mut tasks = JoinSet::new();
        let node = listener.node;
        tasks.spawn(listener.run(signals.clone()));
        tasks.spawn(tell_other_nodes(pool.clone(), node, signals.clone()));
        Ok(Self(Arc::new(Inner { engine: Engine::Postgres(pool), place, signals, tasks: Mutex::new(tasks) })))
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        match self.0.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn> {
        Ok(Conn(match &self.0.engine {
            Engine::Sqlite { readers, .. } => {
                Link::SqliteReader(readers.acquire().await.map_err(Error::database("taking a connection"))?)
            }
            Engine::Postgres(pool) => {
                Link::Postgres(pool.acquire().await.map_err(Error::database("taking a connection"))?)
            }
        }))
    }

    /// A transaction. On SQLite this waits for its turn.
    pub async fn write(&self) -> Result<Tx> {
        Ok(match &self.0.engine {
            Engine::Sqlite { writer, .. } => Tx::sqlite(writer.turn().await?),
            Engine::Postgres(pool) => {
                let tx = pool.begin().await.map_err(Error::database("BEGIN"))?;
                Tx::postgres(tx, self.0.signals.clone())
            }
        })
    }

    /// Registers interest in a topic; do it before the query whose answer may change.
    pub fn waiter(&self, topic: Topic) -> Waiter {
        self.0.signals.waiter(topic)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.read().await?.script("ping", "SELECT 1".to_owned()).await
    }

    /// Lets running writes finish and closes all connections.
    pub async fn close(&self) {
        self.0.tasks.lock().await.shutdown().await;
        match &self.0.engine {
            Engine::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}

/// Hears what other nodes commit (PostgreSQL).
struct Listener {
    inner: PgListener,
    /// The number of this listening connection, which names this node among those now connected.
    node: i32,
}

impl Listener {
    async fn start(pool: &PgPool) -> Result<Self> {
        let mut inner = PgListener::connect_with(pool).await.map_err(Error::database("connecting to listen"))?;
        inner.listen(CHANNEL).await.map_err(Error::database("LISTEN"))?;
        let node = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut inner).await;
        Ok(Self { inner, node: node.map_err(Error::database("pg_backend_pid"))? })
    }

    async fn run(mut self, signals: Signals) {
        loop {
            match self.inner.try_recv().await {
                Ok(Some(notification)) => {
                    if let Some((node, letters)) = notification.payload().split_once(' ')
                        && node != self.node.to_string()
                    {
                        signals.wake(Topics::from_letters(letters));
                    }
                }
                // The connection was lost, and with it perhaps a signal: everybody looks.
                Ok(None) => {
                    let mut all = Topics::default();
                    Topic::ALL.into_iter().for_each(|topic| all.insert(topic));
                    signals.wake(all);
                }
                Err(error) => {
                    tracing::warn!(%error, "listening for the other nodes failed; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }
}

/// Tells the other nodes what was committed here, a few milliseconds' worth at a time.
async fn tell_other_nodes(pool: PgPool, node: i32, signals: Signals) {
    let mut waiting = signals.abroad();
    while waiting.changed().await.is_ok() {
        tokio::time::sleep(GATHER).await;
        let topics = signals.take_abroad();
        if topics.is_empty() {
            continue;
        }
        let payload = format!("{node} {}", topics.letters());
        let told = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(payload).execute(&pool).await;
        if let Err(error) = told {
            tracing::warn!(%error, "telling the other nodes failed; they will see it when they look next");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let path = |text| match Address::parse(text) {
            Ok(Address::Sqlite(path)) => path.display().to_string(),
            _ => String::from("none"),
        };
        assert_eq!(path("sqlite:///var/lib/huan/huan.db"), "/var/lib/huan/huan.db");
        assert_eq!(path("sqlite://huan.db"), "huan.db");
        assert_eq!(path("data/huan.db"), "data/huan.db");
        assert!(matches!(Address::parse("mysql://x"), Err(Error::Address)));
        assert!(matches!(Address::parse(""), Err(Error::Address)));
        assert!(matches!(Address::parse("postgres://u:p@h/d"), Ok(Address::Postgres(_))));
    }
}
