//! A transaction.

use std::ops::{Deref, DerefMut};

use tokio::sync::oneshot;

use crate::{
    conn::{Conn, Link},
    error::{Error, Result},
    history::Pending,
    interrupt::interruptible,
    signal::{Signals, Topic, Topics},
    writer::{Finish, Turn},
};

/// A transaction: everything done with it is kept by [`Tx::commit`] or, when it is dropped instead, not at all.
///
/// It can do everything a reading [`Conn`] can, and sees its own changes. On SQLite all other writers wait while it lives:
/// do no network call and no long work inside, and never ask for a second one while holding the first.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    end: End,
    topics: Topics,
    pub(crate) pending: Pending,
}

#[derive(Debug)]
enum End {
    Sqlite(oneshot::Sender<Finish>),
    Postgres(Signals),
}

impl Tx {
    pub(crate) fn sqlite(turn: Turn) -> Self {
        Self {
            conn: Conn(Link::SqliteWriter(turn.conn)),
            end: End::Sqlite(turn.finish),
            topics: Topics::default(),
            pending: Pending::default(),
        }
    }

    pub(crate) fn postgres(tx: sqlx::Transaction<'static, sqlx::Postgres>, signals: Signals) -> Self {
        Self {
            conn: Conn(Link::PostgresTx(tx)),
            end: End::Postgres(signals),
            topics: Topics::default(),
            pending: Pending::default(),
        }
    }

    /// Has the waiters of a topic woken once this transaction is committed.
    pub fn signal(&mut self, topic: Topic) {
        self.topics.insert(topic);
    }

    /// Keeps everything: returns when it is durable, and wakes the waiters of the topics concerned.
    ///
    /// On an error nothing was kept, except that a connection to PostgreSQL lost at this very moment leaves it open.
    pub async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        match (self.end, self.conn.0) {
            (End::Sqlite(finish), link) => {
                drop(link);
                let (done, kept) = oneshot::channel();
                finish.send(Finish { topics: self.topics, done }).map_err(|_| Error::Closed)?;
                interruptible(kept).await.map_err(|_| Error::Closed)?
            }
            (End::Postgres(signals), Link::PostgresTx(tx)) => {
                interruptible(tx.commit()).await.map_err(Error::database("COMMIT"))?;
                signals.committed(self.topics);
                Ok(())
            }
            (End::Postgres(_), _) => Err(Error::Closed),
        }
    }

    /// Undoes everything; the same as dropping it.
    pub fn rollback(self) {
        drop(self);
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::{
        Db, Topic, both_databases,
        statement::statements,
        testing::{Fresh, number, script},
        value::values,
    };

    statements! {
        ADD = "INSERT INTO probe (id, note) VALUES ($1, $2)";
    }

    const PROBE: &str = "CREATE TABLE probe (id BIGINT PRIMARY KEY, note TEXT NOT NULL)";

    async fn rows(db: &Db) -> i64 {
        number(&mut db.read().await.unwrap(), "SELECT count(*) AS n FROM probe").await.unwrap()
    }

    async fn add(db: &Db, id: i64) -> crate::Result<()> {
        let mut tx = db.write().await?;
        tx.execute(ADD, values![id, "a"]).await?;
        tx.commit().await
    }

    both_databases! {
        async fn what_is_committed_is_kept_and_what_is_dropped_is_not(db: Db) {
            script(&db, PROBE).await.unwrap();
            let mut tx = db.write().await.unwrap();
            tx.execute(ADD, values![1_i64, "kept"]).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            tx.execute(ADD, values![2_i64, "not"]).await.unwrap();
            assert_eq!(number(&mut tx, "SELECT count(*) AS n FROM probe").await.unwrap(), 2, "it sees its own change");
            tx.rollback();
            assert_eq!(rows(&db).await, 1);
        }

        async fn a_duplicate_is_told_apart(db: Db) {
            script(&db, PROBE).await.unwrap();
            add(&db, 1).await.unwrap();
            let error = add(&db, 1).await.unwrap_err();
            assert!(error.is_duplicate(), "{error}");
            assert!(!error.is_transient());
        }

        async fn a_nul_in_a_text_is_kept_readable(db: Db) {
            script(&db, PROBE).await.unwrap();
            let mut tx = db.write().await.unwrap();
            tx.execute(ADD, values![1_i64, "a\0b"]).await.unwrap();
            tx.commit().await.unwrap();
            let n = number(&mut db.read().await.unwrap(), "SELECT count(*) AS n FROM probe WHERE note = 'a\u{FFFD}b'").await;
            assert_eq!(n.unwrap(), 1);
        }

        async fn failing_and_cancelled_writers_leave_the_others_whole(db: Db) {
            script(&db, PROBE).await.unwrap();
            let mut running = tokio::task::JoinSet::new();
            for id in 0..120_i64 {
                let db = db.clone();
                running.spawn(async move {
                    match id % 4 {
                        // Dropped with a change made.
                        0 => {
                            let mut tx = db.write().await.unwrap();
                            tx.execute(ADD, values![id, "dropped"]).await.unwrap();
                        }
                        // Cancelled somewhere on its way.
                        1 => {
                            let write = async {
                                let mut tx = db.write().await.unwrap();
                                for more in 0..50_i64 {
                                    tx.execute(ADD, values![1_000 + id * 100 + more, "cancelled"]).await.unwrap();
                                }
                                tokio::time::sleep(Duration::from_millis(2)).await;
                                std::future::pending::<()>().await;
                            };
                            let cut = Duration::from_micros(300 * id.unsigned_abs());
                            assert!(tokio::time::timeout(cut, write).await.is_err());
                        }
                        // Fails: a second row with the same key.
                        2 => {
                            let mut tx = db.write().await.unwrap();
                            tx.execute(ADD, values![id, "first"]).await.unwrap();
                            tx.execute(ADD, values![id, "second"]).await.unwrap_err();
                        }
                        _ => add(&db, id).await.unwrap(),
                    }
                });
            }
            while let Some(done) = running.join_next().await {
                done.unwrap();
            }
            assert_eq!(rows(&db).await, 30, "exactly the writers that committed");
            add(&db, 5_000).await.unwrap();
        }

        async fn a_panicking_writer_does_not_poison_the_database(db: Db) {
            script(&db, PROBE).await.unwrap();
            let panicking = db.clone();
            let task = tokio::spawn(async move {
                let mut tx = panicking.write().await.unwrap();
                tx.execute(ADD, values![1_i64, "panicked"]).await.unwrap();
                panic!("on purpose");
            });
            assert!(task.await.unwrap_err().is_panic());
            add(&db, 2).await.unwrap();
            assert_eq!(rows(&db).await, 1);
        }

        async fn a_commit_wakes_the_waiters_of_its_topics(db: Db) {
            script(&db, PROBE).await.unwrap();
            let mut outbox = db.waiter(Topic::Outbox);
            let mut inbox = db.waiter(Topic::Inbox);
            let mut tx = db.write().await.unwrap();
            tx.signal(Topic::Outbox);
            tx.rollback();
            assert!(!outbox.wait(Duration::from_millis(5)).await, "an undone transaction wakes nobody");
            let mut tx = db.write().await.unwrap();
            tx.signal(Topic::Outbox);
            tx.commit().await.unwrap();
            assert!(outbox.wait(Duration::from_secs(5)).await);
            assert!(!inbox.wait(Duration::from_millis(5)).await);
        }

        async fn a_closed_database_says_so(db: Db) {
            db.close().await;
            assert!(db.write().await.is_err());
            assert!(db.read().await.is_err());
        }
    }

    #[tokio::test]
    async fn a_commit_wakes_the_other_nodes() {
        let fresh = Fresh::postgres().await;
        let other = Db::open(&fresh.address()).await.unwrap();
        let mut waiter = other.waiter(Topic::Clocks);
        let mut tx = fresh.db().write().await.unwrap();
        tx.signal(Topic::Clocks);
        tx.commit().await.unwrap();
        assert!(waiter.wait(Duration::from_secs(5)).await);
        other.close().await;
        fresh.remove().await;
    }
}
