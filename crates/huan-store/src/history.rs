//! The history: entries that are only ever added, each carrying the hash of the one before (I10), and the live feed of the
//! browsers, which grows beside it.
//!
//! Both are written when the transaction commits, in one go: all writers of a workspace meet at one row (`stream`), and the
//! later and shorter they hold it the better. So an entry is not to be seen within its own transaction.

use huan_core::{
    history::{Entry, Source, Subject},
    id::{CollaborationId, HistoryId, WorkspaceId},
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::{Error, Result},
    outbox::Queued,
    select::{Cursor, Listed, Page, Select},
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{Kind, Value, json, values},
};

macro_rules! columns {
    () => {
        "position, id, subject, collaboration, at, actor, source, event, previous, hash"
    };
}

statements! {
    ADVANCE = "UPDATE stream SET history = history + $2, live = live + $3 WHERE workspace = $1
        RETURNING history, hash, live";
    SET_HASH = "UPDATE stream SET hash = $2 WHERE workspace = $1";
    HEAD = "SELECT history, hash, live FROM stream WHERE workspace = $1";
    CHAIN = concat!("SELECT ", columns!(), " FROM history WHERE workspace = $1 AND position > $2
        ORDER BY position LIMIT $3");
    LIVE_AFTER = "SELECT position, at, kind, subject, collaboration, data FROM live
        WHERE workspace = $1 AND position > $2 ORDER BY position LIMIT $3";
    LIVE_OLDEST = "SELECT min(position) AS position FROM live WHERE workspace = $1";
    LIVE_PRUNE = "DELETE FROM live WHERE workspace = $1 AND at < $2";
    TALLY = "INSERT INTO tally (workspace, scope, name, n) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, scope, name) DO UPDATE SET n = tally.n + excluded.n";
    TALLIES = "SELECT name, n FROM tally WHERE workspace = $1 AND scope = $2 AND n <> 0 ORDER BY name";
}

const ADD: Batch = Batch {
    name: "history::ADD",
    table: "history",
    columns: &[
        "workspace",
        "position",
        "id",
        "subject",
        "collaboration",
        "at",
        "actor",
        "source",
        "event",
        "previous",
        "hash",
    ],
    suffix: "",
    all_or_nothing: true,
};

const ADD_LIVE: Batch = Batch {
    name: "history::ADD_LIVE",
    table: "live",
    columns: &["workspace", "position", "at", "kind", "subject", "collaboration", "data"],
    suffix: "",
    all_or_nothing: true,
};

/// An entry with its place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chained {
    /// Its place, from 1 on without gaps.
    pub position: i64,
    /// The entry.
    pub entry: Entry,
}

/// Something the browsers are told of: which thing changed and how, so that they fetch or patch it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What happened: `task.changed`, `record.created`.
    pub kind: String,
    /// The id of the thing.
    pub subject: String,
    /// The collaboration it belongs to, on which the right to see it may depend.
    pub collaboration: Option<CollaborationId>,
    /// More about it, as JSON.
    pub data: serde_json::Value,
}

/// A change with its place in the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Announced {
    /// Its place; a browser that comes back asks for what follows it.
    pub position: i64,
    /// The change.
    pub change: Change,
}

/// The first place at which the history is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The place.
    pub position: i64,
}

/// What a transaction has still to write when it commits.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    history: Vec<(WorkspaceId, Entry)>,
    live: Vec<(WorkspaceId, Change)>,
    pub(crate) deliveries: Vec<(WorkspaceId, Queued)>,
    tallies: std::collections::BTreeMap<(String, String, String), i64>,
}

impl Pending {
    /// The workspaces concerned, each once, in order: so that no two writers wait for each other.
    fn workspaces(&self) -> Vec<WorkspaceId> {
        let history = self.history.iter().map(|(workspace, _)| workspace);
        let live = self.live.iter().map(|(workspace, _)| workspace);
        let mut all: Vec<WorkspaceId> = history.chain(live).cloned().collect();
        all.sort();
        all.dedup();
        all
    }
}

/// The columns of an entry that the hash covers.
struct Sealed {
    id: String,
    subject: String,
    collaboration: Option<String>,
    at: i64,
    actor: Option<String>,
    source: String,
    event: String,
}

impl Sealed {
    fn of(entry: &Entry) -> Result<Self> {
        Ok(Self {
            id: entry.id.to_string(),
            subject: entry.subject.id().to_owned(),
            collaboration: entry.collaboration.as_ref().map(ToString::to_string),
            at: entry.at.as_microsecond(),
            actor: entry.actor.as_ref().map(ToString::to_string),
            source: json(&entry.source)?,
            event: json(&entry.event)?,
        })
    }

    fn hash(&self, previous: &str, position: i64) -> Result<String> {
        let Self { id, subject, collaboration, at, actor, source, event } = self;
        let text = json(&(previous, position, id, subject, collaboration, at, actor, source, event))?;
        Ok(hex::encode(Sha256::digest(text)))
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            subject: row.get("subject")?,
            collaboration: row.get("collaboration")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            source: row.get("source")?,
            event: row.get("event")?,
        })
    }
}

/// The beginning of a query that [`entry`] reads.
pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM history");

pub(crate) fn entry(row: &Row) -> Result<Chained> {
    let subject: String = row.get("subject")?;
    Ok(Chained {
        position: row.get("position")?,
        entry: Entry {
            id: row.get::<HistoryId>("id")?,
            subject: Subject::from_id(&subject).ok_or_else(|| Error::unreadable("subject", &subject))?,
            collaboration: row.get("collaboration")?,
            at: row.get("at")?,
            actor: row.get("actor")?,
            source: row.json::<Source>("source")?,
            event: row.json("event")?,
        },
    })
}

fn announced(row: &Row) -> Result<Announced> {
    Ok(Announced {
        position: row.get("position")?,
        change: Change {
            at: row.get("at")?,
            kind: row.get("kind")?,
            subject: row.get("subject")?,
            collaboration: row.get("collaboration")?,
            data: row.json("data")?,
        },
    })
}

impl Tx {
    /// Adds an entry to the history, when this transaction commits.
    pub fn add_history(&mut self, workspace: &WorkspaceId, entry: Entry) {
        self.pending.history.push((workspace.clone(), entry));
    }

    /// Tells the browsers of a change, when this transaction commits.
    pub fn announce(&mut self, workspace: &WorkspaceId, change: Change) {
        self.signal(Topic::Live);
        self.pending.live.push((workspace.clone(), change));
    }

    /// Counts something up or down, when this transaction commits.
    pub(crate) fn count(&mut self, workspace: &WorkspaceId, scope: &str, name: &str, by: i64) {
        let key = (workspace.to_string(), scope.to_owned(), name.to_owned());
        *self.pending.tallies.entry(key).or_default() += by;
    }

    /// Whether this transaction has counted something that nobody else sees yet.
    pub(crate) fn counts(&self, workspace: &WorkspaceId, scope: &str, name: &str) -> bool {
        let key = (workspace.to_string(), scope.to_owned(), name.to_owned());
        self.pending.tallies.get(&key).is_some_and(|by| *by != 0)
    }

    /// Writes what was kept back until the commit.
    pub(crate) async fn flush(&mut self) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let workspaces = pending.workspaces();
        for ((workspace, scope, name), by) in pending.tallies {
            if by != 0 {
                self.execute(TALLY, values![workspace, scope, name, by]).await?;
            }
        }
        self.flush_deliveries(pending.deliveries).await?;
        for workspace in workspaces {
            let history: Vec<&Entry> =
                pending.history.iter().filter(|(of, _)| *of == workspace).map(|(_, entry)| entry).collect();
            let live: Vec<&Change> =
                pending.live.iter().filter(|(of, _)| *of == workspace).map(|(_, change)| change).collect();
            self.extend(&workspace, &history, &live).await?;
        }
        Ok(())
    }

    async fn extend(&mut self, workspace: &WorkspaceId, history: &[&Entry], live: &[&Change]) -> Result<()> {
        let (entries, changes) = (length(history), length(live));
        let head = self.fetch_one(ADVANCE, values![workspace, entries, changes]).await?;
        let mut position = head.get::<i64>("history")? - entries;
        let mut hash: String = head.get("hash")?;
        let mut rows = Vec::with_capacity(history.len());
        for entry in history {
            position += 1;
            let sealed = Sealed::of(entry)?;
            let previous = std::mem::take(&mut hash);
            hash = sealed.hash(&previous, position)?;
            let Sealed { id, subject, collaboration, at, actor, source, event } = sealed;
            rows.push(values![
                workspace,
                position,
                id,
                subject,
                collaboration,
                at,
                actor,
                source,
                event,
                previous,
                hash.clone()
            ]);
        }
        if entries > 0 {
            self.insert(ADD, rows).await?;
            self.execute(SET_HASH, values![workspace, hash]).await?;
        }
        let mut position = head.get::<i64>("live")? - changes;
        let mut rows: Vec<Vec<Value>> = Vec::with_capacity(live.len());
        for change in live {
            position += 1;
            let Change { at, kind, subject, collaboration, data } = change;
            rows.push(values![workspace, position, *at, kind, subject, collaboration.as_ref(), json(data)?]);
        }
        self.insert(ADD_LIVE, rows).await?;
        Ok(())
    }

    /// Forgets changes that no browser will ask for any more.
    pub async fn prune_live(&mut self, workspace: &WorkspaceId, before: Timestamp) -> Result<u64> {
        self.execute(LIVE_PRUNE, values![workspace, before]).await
    }
}

fn length<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

impl Conn {
    /// The history of one thing, or of a collaboration with all that belongs to it.
    pub async fn history(&mut self, workspace: &WorkspaceId, of: &Subject, page: &Page) -> Result<Listed<Chained>> {
        let mut select = Select::new("history", concat!("SELECT ", columns!(), " FROM history"));
        select.and("workspace = ").bind(workspace);
        match of {
            Subject::Collaboration(id) => select.and("collaboration = ").bind(id),
            other => select.and("subject = ").bind(other.id()),
        };
        let page = page.fitting(Kind::Int);
        select.page("position", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, entry).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.position, last.entry.id.to_string())))
    }

    /// The history of several things, the oldest entry first; of more than `most` entries the newest.
    pub async fn history_of_all(&mut self, workspace: &WorkspaceId, of: &[Subject], most: u32) -> Result<Vec<Chained>> {
        let mut select = Select::new("history_of_all", concat!("SELECT ", columns!(), " FROM history"));
        select.and("workspace = ").bind(workspace).and("subject IN ").list(of.iter().map(Subject::id));
        select.push(" ORDER BY position DESC LIMIT ").bind(most);
        let (sql, values) = select.build();
        let mut rows = self.list(sql, values, entry).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Recomputes the chain of hashes and gives the first place where it does not hold.
    pub async fn verify_history(&mut self, workspace: &WorkspaceId) -> Result<Option<Broken>> {
        const STRIDE: i64 = 1_000;
        let Some(head) = self.fetch_optional(HEAD, values![workspace]).await? else { return Ok(None) };
        let (last, last_hash): (i64, String) = (head.get("history")?, head.get("hash")?);
        let (mut position, mut hash) = (0_i64, String::new());
        loop {
            let rows = self.fetch_all(CHAIN, values![workspace, position, STRIDE]).await?;
            for row in &rows {
                position += 1;
                let next = Sealed::read(row)?.hash(&hash, position)?;
                let holds = row.get::<i64>("position")? == position
                    && row.get::<String>("previous")? == hash
                    && row.get::<String>("hash")? == next;
                if !holds {
                    return Ok(Some(Broken { position }));
                }
                hash = next;
                // What was added since the head was read is not judged by the head.
                if position == last && hash != last_hash {
                    return Ok(Some(Broken { position }));
                }
            }
            if length(&rows) < STRIDE {
                return Ok((position < last).then_some(Broken { position: position + 1 }));
            }
        }
    }

    /// What the browsers are to be told after a place in the feed.
    pub async fn live_after(&mut self, workspace: &WorkspaceId, after: i64, at_most: u32) -> Result<Vec<Announced>> {
        self.list(LIVE_AFTER, values![workspace, after, at_most], announced).await
    }

    /// The last place of the feed.
    pub async fn live_position(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        Ok(self.find(HEAD, values![workspace], |row| row.get("live")).await?.unwrap_or(0))
    }

    /// The first place still kept. A browser further back has to load anew.
    pub async fn live_oldest(&mut self, workspace: &WorkspaceId) -> Result<Option<i64>> {
        self.fetch_one(LIVE_OLDEST, values![workspace]).await?.get("position")
    }

    /// Counts kept under a scope: for a collaboration, `task:offered` and `record:pending` and so on.
    pub async fn tallies(&mut self, workspace: &WorkspaceId, scope: &str) -> Result<Vec<(String, i64)>> {
        self.list(TALLIES, values![workspace, scope], |row| Ok((row.get("name")?, row.get("n")?))).await
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        history::Event,
        id::{PersonId, TaskId},
    };

    use super::*;
    use crate::{both_databases, samples, testing};

    fn entry(bits: u128, task: u128) -> Entry {
        Entry {
            id: HistoryId::from_bits(bits),
            subject: Subject::Task(TaskId::from_bits(task)),
            collaboration: Some(CollaborationId::from_bits(1)),
            at: samples::at(i64::try_from(bits).unwrap()),
            actor: bits.is_multiple_of(2).then(|| PersonId::from_bits(2)),
            source: Source::Web,
            event: Event::Changed { field: "due".into(), from: "周五".into(), to: "下周一".into() },
        }
    }

    fn change(kind: &str) -> Change {
        Change {
            at: samples::at(0),
            kind: kind.into(),
            subject: "tsk_1".into(),
            collaboration: None,
            data: serde_json::json!({"n": 1}),
        }
    }

    both_databases! {
        async fn f4_the_history_of_a_thing_reads_back_in_order(db: Db) {
            let workspace = samples::workspace(&db).await;
            for bits in [9, 7, 8] {
                let mut tx = db.write().await.unwrap();
                tx.add_history(&workspace, entry(bits, 1));
                tx.add_history(&workspace, entry(bits + 10, 2));
                tx.commit().await.unwrap();
            }
            let mut conn = db.read().await.unwrap();
            let of = Subject::Task(TaskId::from_bits(1));
            let page = Page { descending: false, ..Page::first(2) };
            let listed = conn.history(&workspace, &of, &page).await.unwrap();
            let ids = |rows: &[Chained]| rows.iter().map(|row| row.entry.id.clone()).collect::<Vec<_>>();
            assert_eq!(ids(&listed.rows), [HistoryId::from_bits(9), HistoryId::from_bits(7)]);
            assert_eq!(listed.rows[0].entry, entry(9, 1));
            let rest = conn.history(&workspace, &of, &Page { after: listed.next, ..page }).await.unwrap();
            assert_eq!(ids(&rest.rows), [HistoryId::from_bits(8)]);
            let all = Subject::Collaboration(CollaborationId::from_bits(1));
            let all = conn.history(&workspace, &all, &Page::first(50)).await.unwrap();
            assert_eq!(all.rows.iter().map(|row| row.position).collect::<Vec<_>>(), [6, 5, 4, 3, 2, 1]);
            let both = [Subject::Task(TaskId::from_bits(2)), Subject::Task(TaskId::from_bits(1))];
            let positions = |rows: Vec<Chained>| rows.iter().map(|row| row.position).collect::<Vec<_>>();
            assert_eq!(positions(conn.history_of_all(&workspace, &both, 50).await.unwrap()), [1, 2, 3, 4, 5, 6]);
            assert_eq!(positions(conn.history_of_all(&workspace, &both, 2).await.unwrap()), [5, 6], "the newest");
            assert_eq!(positions(conn.history_of_all(&workspace, &both[..1], 50).await.unwrap()), [2, 4, 6]);
        }

        async fn i10_a_changed_history_does_not_go_unnoticed(db: Db) {
            let workspace = samples::workspace(&db).await;
            assert_eq!(db.read().await.unwrap().verify_history(&workspace).await.unwrap(), None, "an empty one holds");
            for bits in 1..=5 {
                let mut tx = db.write().await.unwrap();
                tx.add_history(&workspace, entry(bits, 1));
                tx.commit().await.unwrap();
            }
            assert_eq!(db.read().await.unwrap().verify_history(&workspace).await.unwrap(), None);
            for (forgery, noticed_at) in [
                ("UPDATE history SET event = replace(event, '周五', '周六') WHERE position = 3", 3),
                ("UPDATE history SET at = at + 1 WHERE position = 2", 2),
                ("DELETE FROM history WHERE position = 4", 4),
                ("DELETE FROM history WHERE position = 5", 5),
                ("UPDATE history SET actor = NULL WHERE position = 4", 4),
            ] {
                let mut tx = db.write().await.unwrap();
                tx.script("forgery", forgery.to_owned()).await.unwrap();
                assert_eq!(tx.verify_history(&workspace).await.unwrap(), Some(Broken { position: noticed_at }), "{forgery}");
                tx.rollback();
            }
        }

        async fn an_undone_transaction_leaves_no_history(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.add_history(&workspace, entry(1, 1));
            tx.rollback();
            let mut tx = db.write().await.unwrap();
            tx.add_history(&workspace, entry(2, 1));
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let of = Subject::Task(TaskId::from_bits(1));
            let rows = conn.history(&workspace, &of, &Page::first(9)).await.unwrap().rows;
            assert_eq!((rows.len(), rows[0].position), (1, 1));
        }

        async fn writers_at_the_same_time_make_one_chain(db: Db) {
            let workspace = samples::workspace(&db).await;
            let writers = (0..40_u128).map(|bits| {
                let (db, workspace) = (db.clone(), workspace.clone());
                tokio::spawn(async move {
                    let mut tx = db.write().await.unwrap();
                    tx.add_history(&workspace, entry(bits, bits));
                    tx.announce(&workspace, change("task.changed"));
                    tx.commit().await.unwrap();
                })
            });
            for writer in futures_util::future::join_all(writers).await {
                writer.unwrap();
            }
            let mut conn = db.read().await.unwrap();
            assert_eq!(testing::number(&mut conn, "SELECT count(*) AS n FROM history").await.unwrap(), 40);
            assert_eq!(conn.verify_history(&workspace).await.unwrap(), None);
            assert_eq!(conn.live_position(&workspace).await.unwrap(), 40);
        }

        async fn a_browser_that_comes_back_gets_what_it_missed(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut waiter = db.waiter(Topic::Live);
            let mut tx = db.write().await.unwrap();
            tx.announce(&workspace, change("one"));
            tx.announce(&workspace, change("two"));
            tx.commit().await.unwrap();
            assert!(waiter.wait(std::time::Duration::from_secs(5)).await);
            let mut conn = db.read().await.unwrap();
            let missed = conn.live_after(&workspace, 0, 10).await.unwrap();
            assert_eq!(missed, [
                Announced { position: 1, change: change("one") },
                Announced { position: 2, change: change("two") },
            ]);
            assert_eq!(conn.live_after(&workspace, 1, 10).await.unwrap().len(), 1);
            assert_eq!(conn.live_after(&workspace, 2, 10).await.unwrap(), []);
            assert_eq!(conn.live_oldest(&workspace).await.unwrap(), Some(1));
            drop(conn);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.prune_live(&workspace, samples::at(1)).await.unwrap(), 2);
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.live_oldest(&workspace).await.unwrap(), None);
            assert_eq!(conn.live_position(&workspace).await.unwrap(), 2, "places are never used again");
        }
    }
}
