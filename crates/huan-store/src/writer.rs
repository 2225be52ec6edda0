//! SQLite's one writer, with group commit.
//!
//! Transactions take turns on one connection. Those which wait at the same time share one `BEGIN IMMEDIATE … COMMIT`, each in
//! a savepoint of its own, and each is told of success only after the shared `COMMIT` is on the disk. One sync to the disk thus
//! serves many writers.
//!
//! One task owns the flow: it hands the connection out and takes it back, whatever happens to the future that had it. A
//! transaction that is dropped half-way (error, cancellation, panic) is undone alone; the others of its group are kept.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, mpsc, oneshot},
    time::Instant,
};

use crate::{
    error::{Error, Result},
    promptly::promptly,
    signal::{Signals, Topics},
};

/// A group takes no more members than this …
const MOST_MEMBERS: usize = 256;
/// … and no new one when its first has waited this long.
const OLDEST: Duration = Duration::from_millis(25);
/// A turn longer than this is reported: everybody else waits for it.
const SLOW_TURN: Duration = Duration::from_secs(1);

/// The way to the writer task.
#[derive(Debug, Clone)]
pub(crate) struct Writer(mpsc::Sender<Request>);

#[derive(Debug)]
enum Request {
    Turn(oneshot::Sender<Result<Turn>>),
    Close(oneshot::Sender<()>),
}

/// The connection, for the time of one transaction. Dropping it undoes the transaction.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) conn: OwnedMutexGuard<SqliteConnection>,
    pub(crate) finish: oneshot::Sender<Finish>,
}

/// A transaction that is to be kept.
#[derive(Debug)]
pub(crate) struct Finish {
    pub(crate) topics: Topics,
    pub(crate) done: oneshot::Sender<Result<()>>,
}

impl Writer {
    /// Starts the writer task on this connection.
    pub(crate) fn start(conn: SqliteConnection, signals: Signals) -> Self {
        let (sender, receiver) = mpsc::channel(1024);
        tokio::spawn(run(Arc::new(Mutex::new(conn)), receiver, signals));
        Self(sender)
    }

    /// Waits for a turn; turns are given in the order in which they were asked for.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        let (sender, receiver) = oneshot::channel();
        self.0.send(Request::Turn(sender)).await.map_err(|_| Error::Closed)?;
        receiver.await.map_err(|_| Error::Closed)?
    }

    /// Lets those who already wait finish, then closes the connection.
    pub(crate) async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.0.send(Request::Close(sender)).await.is_ok() {
            // An error means that the task has ended already.
            let _ = receiver.await;
        }
    }
}

async fn run(conn: Arc<Mutex<SqliteConnection>>, mut requests: mpsc::Receiver<Request>, signals: Signals) {
    let mut closing = None;
    while let Some(request) = requests.recv().await {
        match request {
            Request::Turn(first) => {
                closing = Group::new(&conn).run(first, &mut requests, &signals).await;
            }
            Request::Close(told) => closing = Some(told),
        }
        if closing.is_some() {
            break;
        }
    }
    requests.close();
    drop(requests);
    if let Some(conn) = Arc::into_inner(conn)
        && let Err(error) = conn.into_inner().close().await
    {
        tracing::warn!(%error, "closing the database's writing connection failed");
    }
    if let Some(told) = closing {
        // Nobody waiting for the answer is fine.
        let _ = told.send(());
    }
}

/// Transactions that share one commit.
struct Group<'w> {
    conn: &'w Arc<Mutex<SqliteConnection>>,
    begun: bool,
    members: Vec<Finish>,
    /// When the first member asked to be kept.
    since: Instant,
}

impl<'w> Group<'w> {
    fn new(conn: &'w Arc<Mutex<SqliteConnection>>) -> Self {
        Self { conn, begun: false, members: Vec::new(), since: Instant::now() }
    }

    /// Gives turns until nobody waits or the group is full, then commits. Gives back a request to close met on the way.
    async fn run(
        mut self,
        first: oneshot::Sender<Result<Turn>>,
        requests: &mut mpsc::Receiver<Request>,
        signals: &Signals,
    ) -> Option<oneshot::Sender<()>> {
        let mut next = Some(first);
        let mut closing = None;
        while let Some(asker) = next.take() {
            if !asker.is_closed()
                && let Err(error) = self.give_turn(asker).await
            {
                self.fail(&error).await;
                return None;
            }
            if self.members.is_empty() || (self.members.len() < MOST_MEMBERS && self.since.elapsed() < OLDEST) {
                match requests.try_recv() {
                    Ok(Request::Turn(asker)) => next = Some(asker),
                    Ok(Request::Close(told)) => closing = Some(told),
                    Err(_) => {}
                }
            }
        }
        self.commit(signals).await;
        closing
    }

    /// Lets one transaction run. An error here means that the shared transaction is lost.
    async fn give_turn(&mut self, asker: oneshot::Sender<Result<Turn>>) -> Result<()> {
        let mut conn = Arc::clone(self.conn).lock_owned().await;
        // The first member needs no savepoint: undoing it is undoing everything.
        let nested = self.begun;
        let opened = match nested {
            true => step(&mut conn, "SAVEPOINT turn").await,
            false => step(&mut conn, "BEGIN IMMEDIATE").await,
        };
        if let Err(error) = opened {
            // The asker may have gone away.
            let _ = asker.send(Err(error.clone()));
            return if nested { Err(error) } else { Ok(()) };
        }
        self.begun = true;

        let (finish, finished) = oneshot::channel();
        let taken = Instant::now();
        // If the asker has gone away the turn comes back and is dropped here, which counts as undone.
        drop(asker.send(Ok(Turn { conn, finish })));
        let outcome = finished.await;
        if taken.elapsed() > SLOW_TURN {
            tracing::warn!(took = ?taken.elapsed(), "a transaction kept all other writers waiting");
        }

        let mut conn = Arc::clone(self.conn).lock_owned().await;
        match outcome {
            Ok(finish) => {
                if self.members.is_empty() {
                    self.since = Instant::now();
                }
                self.members.push(finish);
                if nested {
                    step(&mut conn, "RELEASE turn").await?;
                }
            }
            Err(_) if nested => {
                step(&mut conn, "ROLLBACK TO turn").await?;
                step(&mut conn, "RELEASE turn").await?;
            }
            Err(_) => {
                self.begun = false;
                // It fails only when SQLite has rolled back by itself already, after a full disk for instance.
                if let Err(error) = step(&mut conn, "ROLLBACK").await {
                    tracing::debug!(%error, "nothing was left to roll back");
                }
            }
        }
        Ok(())
    }

    /// Commits, wakes the waiters and tells every member.
    async fn commit(self, signals: &Signals) {
        if !self.begun {
            return;
        }
        let committed = {
            let mut conn = self.conn.lock().await;
            step(&mut conn, "COMMIT").await
        };
        if let Err(error) = committed {
            return self.fail(&error).await;
        }
        let mut topics = Topics::default();
        for member in &self.members {
            topics.extend(member.topics);
        }
        signals.committed(topics);
        for member in self.members {
            // A member that no longer waits has its change kept all the same.
            let _ = member.done.send(Ok(()));
        }
    }

    /// Undoes the whole group and tells every member.
    async fn fail(self, error: &Error) {
        tracing::error!(%error, members = self.members.len(), "a group of writes was not kept");
        let mut conn = self.conn.lock().await;
        if let Err(error) = step(&mut conn, "ROLLBACK").await {
            tracing::debug!(%error, "nothing was left to roll back");
        }
        drop(conn);
        for member in self.members {
            let _ = member.done.send(Err(Error::NotCommitted(error.to_string())));
        }
    }
}

async fn step(conn: &mut SqliteConnection, sql: &'static str) -> Result<()> {
    promptly(sqlx::query(sql).execute(conn)).await.map(|_| ()).map_err(Error::database(sql))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;

    use crate::{
        Db,
        statement::statements,
        testing::{Fresh, number, script},
        value::values,
    };

    statements! {
        ADD = "INSERT INTO probe (id) VALUES ($1)";
        FIND = "SELECT id FROM probe WHERE id = $1";
        ADD_CHILD = "INSERT INTO child (id, parent) VALUES ($1, $2)";
    }

    async fn rows(db: &Db) -> i64 {
        number(&mut db.read().await.unwrap(), "SELECT count(*) AS n FROM probe").await.unwrap()
    }

    #[tokio::test]
    async fn waiting_writers_share_one_commit_and_are_served_in_order() {
        let fresh = Fresh::empty_sqlite().await;
        let db = fresh.db();
        script(&db, "CREATE TABLE probe (id BIGINT PRIMARY KEY)").await.unwrap();

        // While the first has its turn, three more ask; the third is dropped half-way.
        let mut first = db.write().await.unwrap();
        let others = tokio::spawn({
            let db = db.clone();
            async move {
                let write = |id: i64| {
                    let db = db.clone();
                    async move {
                        let mut tx = db.write().await.unwrap();
                        tx.execute(ADD, values![id]).await.unwrap();
                        if id == 3 {
                            tx.rollback();
                        } else {
                            tx.commit().await.unwrap();
                        }
                        (id, rows(&db).await)
                    }
                };
                join_all([write(2), write(3), write(4)]).await
            }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        first.execute(ADD, values![1_i64]).await.unwrap();
        let kept = tokio::spawn(async move { first.commit().await });
        let seen = others.await.unwrap();
        kept.await.unwrap().unwrap();
        // Whoever was told of success sees all of the group, for it was committed as one.
        assert_eq!(seen[0], (2, 3));
        assert_eq!(seen[2], (4, 3));
        assert_eq!(rows(&db).await, 3);
        fresh.remove().await;
    }

    #[tokio::test]
    async fn a_failed_commit_fails_every_member_and_keeps_nothing() {
        let fresh = Fresh::empty_sqlite().await;
        let db = fresh.db();
        script(
            &db,
            "CREATE TABLE probe (id BIGINT PRIMARY KEY);
             CREATE TABLE child (id BIGINT, parent BIGINT REFERENCES probe DEFERRABLE INITIALLY DEFERRED)",
        )
        .await
        .unwrap();
        let mut first = db.write().await.unwrap();
        first.execute(ADD, values![1_i64]).await.unwrap();
        let second = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.write().await?;
                // A reference that is checked only at the shared commit: the commit itself fails.
                tx.execute(ADD_CHILD, values![1_i64, 99_i64]).await?;
                tx.commit().await
            }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(first.commit().await.is_err());
        assert!(second.await.unwrap().is_err());
        assert_eq!(rows(&db).await, 0);

        let mut tx = db.write().await.unwrap();
        tx.execute(ADD, values![2_i64]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rows(&db).await, 1, "the writer works on");
        fresh.remove().await;
    }

    #[tokio::test]
    async fn closing_lets_the_waiting_writes_finish() {
        let fresh = Fresh::empty_sqlite().await;
        let db = fresh.db();
        script(&db, "CREATE TABLE probe (id BIGINT PRIMARY KEY)").await.unwrap();
        let address = fresh.address();
        let writes: Vec<_> = (0..20_i64)
            .map(|id| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut tx = db.write().await?;
                    tx.execute(ADD, values![id]).await?;
                    tx.commit().await
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(5)).await;
        db.close().await;
        let told = join_all(writes).await.into_iter().filter(|write| matches!(write, Ok(Ok(())))).count();
        let again = Db::open(&address).await.unwrap();
        assert_eq!(rows(&again).await, i64::try_from(told).unwrap(), "who was told of success is there, no one else");
        again.close().await;
        fresh.remove().await;
    }

    const CRASH: &str = "HUAN_TEST_CRASH";
    const THIS: &str = "writer::tests::killed_at_any_moment_whoever_was_told_of_success_is_there";

    /// What the killed child of the next test does: writes without end, and tells of each success.
    async fn write_until_killed(address: &str) {
        use std::io::Write as _;
        let db = Db::open(address).await.unwrap();
        let writers = (0..16_i64).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..1_000_000_i64 {
                    let id = n * 16 + writer;
                    let mut tx = db.write().await.unwrap();
                    tx.execute(ADD, values![id]).await.unwrap();
                    tx.commit().await.unwrap();
                    writeln!(std::io::stdout(), "\nkept {id}").unwrap();
                }
            })
        });
        join_all(writers).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn killed_at_any_moment_whoever_was_told_of_success_is_there() {
        use std::io::{BufRead as _, BufReader};
        if let Ok(address) = std::env::var(CRASH) {
            return write_until_killed(&address).await;
        }
        let fresh = Fresh::empty_sqlite().await;
        script(&fresh.db(), "CREATE TABLE probe (id BIGINT PRIMARY KEY)").await.unwrap();
        let mut told = 0_i64;
        for _ in 0..3 {
            script(&fresh.db(), "DELETE FROM probe").await.unwrap();
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--nocapture", THIS])
                .env(CRASH, fresh.address())
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut kept = Vec::new();
            for line in lines.map_while(Result::ok) {
                if let Some(id) = line.strip_prefix("kept ").and_then(|id| id.parse::<i64>().ok()) {
                    kept.push(id);
                }
                if kept.len() == 100 {
                    child.kill().unwrap();
                }
            }
            child.wait().unwrap();
            let again = Db::open(&fresh.address()).await.unwrap();
            let mut conn = again.read().await.unwrap();
            for id in &kept {
                let found = conn.fetch_optional(FIND, values![*id]).await.unwrap();
                assert!(found.is_some(), "{id} was told of success and is gone");
            }
            told += i64::try_from(kept.len()).unwrap();
            drop(conn);
            again.close().await;
        }
        assert!(told >= 300, "the child wrote while it lived");
        fresh.remove().await;
    }
}
