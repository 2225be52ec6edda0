//! The inbox: what platforms delivered, kept before it is acknowledged, processed in order per conversation.
//!
//! An event is written once under its account and foreign id. A worker claims events by a short lease (committed before the
//! work), processes each, and finishes it in the same transaction as the effects; the number of the attempt fences it, so that
//! a worker which lost its lease changes nothing.

use std::collections::HashSet;

use huan_core::{
    id::{AccountId, InboxId, WorkspaceId},
    platform::ForeignEvent,
};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    db::Db,
    error::{Error, Result},
    select::{Cursor, Listed, Page, Select},
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{Kind, Value, values},
};

macro_rules! columns {
    () => {
        "id, position, account, foreign_event, order_key, payload, received_at, state, attempts, error, finished_at"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM inbox WHERE workspace = $1 AND id = $2");
    POSITIONS = "INSERT INTO counter (workspace, name, value) VALUES ($1, 'inbox', $2)
        ON CONFLICT (workspace, name) DO UPDATE SET value = counter.value + $2 RETURNING value";
    // An event may be taken when its time has come and no earlier one of its order waits for a later time; only one that was
    // taken up before can. (A scalar subquery, not NOT EXISTS, which PostgreSQL may join by hash, all at once.)
    CLAIM = concat!("UPDATE inbox SET ready_at = $2, attempts = attempts + 1
        WHERE (workspace, id) IN (SELECT i.workspace, i.id FROM inbox i
            WHERE i.ready_at IS NOT NULL AND i.ready_at <= $1
                AND (SELECT e.position FROM inbox e WHERE e.workspace = i.workspace AND e.account = i.account
                    AND e.order_key = i.order_key AND e.position < i.position AND e.ready_at IS NOT NULL
                    AND e.attempts > 0 AND e.ready_at > $1 ORDER BY e.position LIMIT 1) IS NULL
            ORDER BY i.position LIMIT $3)
        RETURNING workspace, ", columns!());
    // Of several claimed together, the later cannot be finished while an earlier one of its order is still open. (An earlier
    // one was taken up no later, so it is among those that were taken up.)
    FINISH = "UPDATE inbox SET state = 'done', ready_at = NULL, error = NULL, finished_at = $4
        WHERE workspace = $1 AND id = $2 AND attempts = $3 AND ready_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM inbox e WHERE e.workspace = inbox.workspace AND e.account = inbox.account
                AND e.order_key = inbox.order_key AND e.position < inbox.position AND e.ready_at IS NOT NULL
                AND e.attempts > 0)";
    RETRY = "UPDATE inbox SET ready_at = $4, error = $5
        WHERE workspace = $1 AND id = $2 AND attempts = $3 AND ready_at IS NOT NULL";
    FAIL = "UPDATE inbox SET state = 'failed', ready_at = NULL, error = $5, finished_at = $4
        WHERE workspace = $1 AND id = $2 AND attempts = $3 AND ready_at IS NOT NULL";
    AGAIN = "UPDATE inbox SET state = 'waiting', ready_at = $3, finished_at = NULL
        WHERE workspace = $1 AND id = $2 AND state = 'failed'";
    // Those that wait for an earlier one of their order do not count.
    NEXT_AT = "SELECT min(i.ready_at) AS ready_at FROM inbox i WHERE i.ready_at IS NOT NULL
        AND (SELECT e.position FROM inbox e WHERE e.workspace = i.workspace AND e.account = i.account
            AND e.order_key = i.order_key AND e.position < i.position AND e.ready_at IS NOT NULL
            AND e.attempts > 0 ORDER BY e.position LIMIT 1) IS NULL";
    OPEN = "SELECT count(*) AS n FROM inbox WHERE ready_at IS NOT NULL";
    PRUNE = "DELETE FROM inbox WHERE workspace = $1 AND state = 'done' AND finished_at < $2";
}

const ADD: Batch = Batch {
    name: "inbox::ADD",
    table: "inbox",
    columns: &[
        "workspace",
        "id",
        "position",
        "account",
        "foreign_event",
        "order_key",
        "payload",
        "received_at",
        "state",
        "ready_at",
        "attempts",
    ],
    suffix: "ON CONFLICT (workspace, account, foreign_event) DO NOTHING",
    all_or_nothing: true,
};

/// From when on a new event may be taken: at once, whatever the clocks of the nodes say, so that no later one overtakes it.
const AT_ONCE: Timestamp = Timestamp::UNIX_EPOCH;

/// An event as it came from a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The id it gets here.
    pub id: InboxId,
    /// The account that heard it.
    pub account: AccountId,
    /// The platform's id of it; a re-delivery has the same one.
    pub event: ForeignEvent,
    /// Events of the account with the same key are processed one after the other.
    pub order_key: String,
    /// The event, as JSON text.
    pub payload: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// An event in the inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxEvent {
    /// Its id.
    pub id: InboxId,
    /// Its place in the order of arrival.
    pub position: i64,
    /// The account that heard it.
    pub account: AccountId,
    /// The platform's id of it.
    pub event: ForeignEvent,
    /// Events of the account with the same key are processed one after the other.
    pub order_key: String,
    /// The event, as JSON text.
    pub payload: String,
    /// When it came.
    pub received_at: Timestamp,
    /// How far it has come.
    pub state: EventState,
    /// How often it was taken up.
    pub attempts: i64,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
}

/// How far an event has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// It waits, or is being processed.
    Waiting,
    /// It was processed.
    Done,
    /// It could not be processed; it stays, visible, and can be tried again.
    Failed,
}

fn event(row: &Row) -> Result<InboxEvent> {
    Ok(InboxEvent {
        id: row.get("id")?,
        position: row.get("position")?,
        account: row.get("account")?,
        event: row.get("foreign_event")?,
        order_key: row.get("order_key")?,
        payload: row.get("payload")?,
        received_at: row.get("received_at")?,
        state: row.get("state")?,
        attempts: row.get("attempts")?,
        error: row.get("error")?,
        finished_at: row.get("finished_at")?,
    })
}

impl Conn {
    /// An event by id.
    pub async fn event(&mut self, workspace: &WorkspaceId, id: &InboxId) -> Result<Option<InboxEvent>> {
        self.find(BY_ID, values![workspace, id], event).await
    }

    /// Events in a state.
    pub async fn events(
        &mut self,
        workspace: &WorkspaceId,
        state: EventState,
        page: &Page,
    ) -> Result<Listed<InboxEvent>> {
        let mut select = Select::new("events", concat!("SELECT ", columns!(), " FROM inbox"));
        select.and("workspace = ").bind(workspace);
        // The first two in the words of the indexes that hold just these.
        match state {
            EventState::Failed => select.and("state = 'failed'"),
            EventState::Waiting => select.and("ready_at IS NOT NULL"),
            EventState::Done => select.and("state = 'done'"),
        };
        let page = page.fitting(Kind::Int);
        select.page("position", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, event).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.position, last.id.as_str())))
    }

    /// When the next event may be taken.
    pub async fn next_event_at(&mut self) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![]).await?.get("ready_at")
    }

    /// How many events are not done yet.
    pub async fn events_open(&mut self) -> Result<i64> {
        self.fetch_one(OPEN, values![]).await?.get("n")
    }
}

impl Tx {
    /// Keeps events in the given order and gives the ids of those that are new; the others were there already.
    pub async fn receive(&mut self, workspace: &WorkspaceId, events: Vec<NewEvent>) -> Result<Vec<InboxId>> {
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        if count == 0 {
            return Ok(Vec::new());
        }
        let last: i64 = self.fetch_one(POSITIONS, values![workspace, count]).await?.get("value")?;
        let mut position = last - count;
        let ids: Vec<InboxId> = events.iter().map(|event| event.id.clone()).collect();
        let mut rows: Vec<Vec<Value>> = Vec::with_capacity(events.len());
        for new in events {
            position += 1;
            let NewEvent { id, account, event, order_key, payload, received_at } = new;
            rows.push(values![
                workspace,
                id,
                position,
                account,
                event,
                order_key,
                payload,
                received_at,
                EventState::Waiting,
                AT_ONCE,
                0_i64
            ]);
        }
        let kept = self.insert_counted(ADD, rows).await?;
        if kept > 0 {
            self.signal(Topic::Inbox);
        }
        if usize::try_from(kept).is_ok_and(|kept| kept == ids.len()) {
            return Ok(ids);
        }
        // Some were there already: the new ones are those whose ids are found.
        let mut select = Select::new("inbox::NEW", "SELECT id FROM inbox");
        select.and("workspace = ").bind(workspace).and("id IN ").list(&ids);
        let (sql, values) = select.build();
        let new: HashSet<InboxId> = self.list(sql, values, |row| row.get("id")).await?.into_iter().collect();
        Ok(ids.into_iter().filter(|id| new.contains(id)).collect())
    }

    /// Takes up to `at_most` events, the oldest first, and keeps other workers off them until `leased_until`. Several of one
    /// order may come together: process them in the given order. Commit before working on them.
    pub async fn claim_events(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<(WorkspaceId, InboxEvent)>> {
        self.take_turn("inbox").await?;
        let read = |row: &Row| Ok((row.get("workspace")?, event(row)?));
        let mut claimed = self.list(CLAIM, values![now, leased_until, at_most], read).await?;
        claimed.sort_by_key(|(_, event)| event.position);
        Ok(claimed)
    }

    /// Marks a claimed event as processed, in the transaction that holds its effects. [`Error::Stale`] when the lease ran
    /// out and someone else took it up, or when an earlier event of its order is still open (it failed and is to be tried
    /// again): then drop the transaction; the event comes again when its lease ends.
    pub async fn finish_event(&mut self, workspace: &WorkspaceId, event: &InboxEvent, now: Timestamp) -> Result<()> {
        self.change("the event", FINISH, values![workspace, &event.id, event.attempts, now]).await
    }

    /// Has a claimed event tried again at a later time. Those after it in its order wait.
    pub async fn retry_event(
        &mut self,
        workspace: &WorkspaceId,
        event: &InboxEvent,
        at: Timestamp,
        error: &str,
    ) -> Result<()> {
        self.change("the event", RETRY, values![workspace, &event.id, event.attempts, at, error]).await
    }

    /// Gives a claimed event up. It stays, visible; those after it in its order go on.
    pub async fn fail_event(
        &mut self,
        workspace: &WorkspaceId,
        event: &InboxEvent,
        now: Timestamp,
        error: &str,
    ) -> Result<()> {
        self.change("the event", FAIL, values![workspace, &event.id, event.attempts, now, error]).await
    }

    /// Has an event that was given up tried again.
    pub async fn reopen_event(&mut self, workspace: &WorkspaceId, id: &InboxId, now: Timestamp) -> Result<()> {
        self.signal(Topic::Inbox);
        self.change("the event", AGAIN, values![workspace, id, now]).await
    }

    /// Forgets processed events that are so old that no platform delivers them again.
    pub async fn prune_events(&mut self, workspace: &WorkspaceId, before: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![workspace, before]).await
    }
}

/// Keeps events that come one by one but at the same time in one go: many callers, one insert, one commit.
///
/// Cheap to clone. It ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Intake(mpsc::Sender<(NewEvent, oneshot::Sender<Result<bool>>)>);

/// The most events kept in one go.
const MOST_AT_ONCE: usize = 256;

impl Intake {
    /// Starts keeping events for a workspace.
    pub fn start(db: Db, workspace: WorkspaceId) -> Self {
        let (sender, receiver) = mpsc::channel(1024);
        tokio::spawn(keep_together(db, workspace, receiver));
        Self(sender)
    }

    /// Returns once the event is durable. Says whether it is new: one that was kept before is not kept again.
    pub async fn keep(&self, event: NewEvent) -> Result<bool> {
        let (told, kept) = oneshot::channel();
        self.0.send((event, told)).await.map_err(|_| Error::Closed)?;
        kept.await.map_err(|_| Error::Closed)?
    }
}

async fn keep_together(
    db: Db,
    workspace: WorkspaceId,
    mut arriving: mpsc::Receiver<(NewEvent, oneshot::Sender<Result<bool>>)>,
) {
    let mut waiting = Vec::with_capacity(MOST_AT_ONCE);
    while arriving.recv_many(&mut waiting, MOST_AT_ONCE).await > 0 {
        gather(&mut arriving, &mut waiting).await;
        let (events, told): (Vec<NewEvent>, Vec<_>) = waiting.drain(..).unzip();
        let ids: Vec<InboxId> = events.iter().map(|event| event.id.clone()).collect();
        let kept = async {
            let mut tx = db.write().await?;
            let new = tx.receive(&workspace, events).await?;
            tx.commit().await?;
            Ok(HashSet::from_iter(new))
        }
        .await;
        for (id, told) in ids.into_iter().zip(told) {
            // Whoever no longer waits has the event kept all the same.
            let _ = told.send(kept.as_ref().map(|new: &HashSet<InboxId>| new.contains(&id)).map_err(Error::clone));
        }
    }
}

/// Lets whoever is about to hand an event over do so, as long as any do: a commit costs much the same for one as for many,
/// and those whose events the last one kept come back all at once. Where nobody else is at work this takes no time.
async fn gather(
    arriving: &mut mpsc::Receiver<(NewEvent, oneshot::Sender<Result<bool>>)>,
    waiting: &mut Vec<(NewEvent, oneshot::Sender<Result<bool>>)>,
) {
    loop {
        let before = waiting.len();
        tokio::task::yield_now().await;
        while waiting.len() < MOST_AT_ONCE
            && let Ok(one) = arriving.try_recv()
        {
            waiting.push(one);
        }
        if waiting.len() == before || waiting.len() == MOST_AT_ONCE {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    fn new(bits: u128, order_key: &str) -> NewEvent {
        NewEvent {
            id: InboxId::from_bits(bits),
            account: AccountId::from_bits(1),
            event: ForeignEvent::new(format!("ev{bits}")),
            order_key: order_key.into(),
            payload: r#"{"text":"你好"}"#.into(),
            received_at: samples::at(0),
        }
    }

    async fn claim(db: &Db, now: i64, until: i64, at_most: u32) -> Vec<InboxEvent> {
        let mut tx = db.write().await.unwrap();
        let claimed = tx.claim_events(samples::at(now), samples::at(until), at_most).await.unwrap();
        tx.commit().await.unwrap();
        claimed.into_iter().map(|(_, event)| event).collect()
    }

    fn bits(events: &[InboxEvent]) -> Vec<u128> {
        (0..20).filter(|bits| events.iter().any(|event| event.id == InboxId::from_bits(*bits))).collect()
    }

    both_databases! {
        async fn f4_a_repeated_event_is_kept_once(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            let first = tx.receive(&workspace, vec![new(1, "a"), new(2, "a")]).await.unwrap();
            assert_eq!(first, [InboxId::from_bits(1), InboxId::from_bits(2)]);
            let again = NewEvent { id: InboxId::from_bits(9), ..new(1, "a") };
            let twice = NewEvent { id: InboxId::from_bits(8), ..new(3, "a") };
            let second = tx.receive(&workspace, vec![again, new(3, "a"), twice]).await.unwrap();
            assert_eq!(second, [InboxId::from_bits(3)]);
            // The same id at another account is another event.
            let elsewhere = NewEvent { id: InboxId::from_bits(10), account: AccountId::from_bits(2), ..new(1, "a") };
            assert_eq!(tx.receive(&workspace, vec![elsewhere]).await.unwrap().len(), 1);
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().events_open().await.unwrap(), 4);
        }

        async fn events_are_claimed_in_order_and_once(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            // Ids fall while positions rise: the order is that of arrival.
            tx.receive(&workspace, vec![new(9, "a"), new(7, "b"), new(5, "a")]).await.unwrap();
            tx.commit().await.unwrap();
            let claimed = claim(&db, 1, 60, 2).await;
            assert_eq!(claimed.iter().map(|event| event.order_key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!(claimed[0].id, InboxId::from_bits(9));
            assert_eq!(claimed[0].attempts, 1);
            // The third waits for the first, which is in hand.
            assert_eq!(claim(&db, 1, 60, 10).await, []);

            let mut tx = db.write().await.unwrap();
            tx.finish_event(&workspace, &claimed[0], samples::at(2)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(bits(&claim(&db, 3, 60, 10).await), [5]);
            let done = db.read().await.unwrap().event(&workspace, &claimed[0].id).await.unwrap().unwrap();
            assert_eq!((done.state, done.finished_at), (EventState::Done, Some(samples::at(2))));
        }

        async fn a_worker_that_lost_its_lease_changes_nothing(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.receive(&workspace, vec![new(1, "a")]).await.unwrap();
            tx.commit().await.unwrap();
            let slow = claim(&db, 0, 10, 1).await.remove(0);
            let fast = claim(&db, 10, 20, 1).await.remove(0);
            assert_eq!(fast.attempts, 2);
            let mut tx = db.write().await.unwrap();
            let late = tx.finish_event(&workspace, &slow, samples::at(11)).await;
            assert!(matches!(late, Err(Error::Stale { .. })));
            drop(tx);
            let mut tx = db.write().await.unwrap();
            tx.finish_event(&workspace, &fast, samples::at(11)).await.unwrap();
            assert!(tx.finish_event(&workspace, &fast, samples::at(12)).await.is_err(), "once is enough");
        }

        async fn a_retried_event_holds_its_order_and_a_failed_one_does_not(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.receive(&workspace, vec![new(1, "a"), new(2, "a"), new(3, "b")]).await.unwrap();
            tx.commit().await.unwrap();
            let first = claim(&db, 0, 10, 1).await.remove(0);
            let mut tx = db.write().await.unwrap();
            tx.retry_event(&workspace, &first, samples::at(100), "busy").await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(bits(&claim(&db, 5, 30, 10).await), [3], "2 waits for 1");
            assert_eq!(db.read().await.unwrap().next_event_at().await.unwrap(), Some(samples::at(30)));

            let first = claim(&db, 100, 200, 1).await.remove(0);
            assert_eq!(first.error.as_deref(), Some("busy"));
            let mut tx = db.write().await.unwrap();
            tx.fail_event(&workspace, &first, samples::at(101), "not understood").await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(bits(&claim(&db, 102, 200, 10).await), [2, 3], "2 goes on; the lease of 3 ran out");
            let failed = db.read().await.unwrap().events(&workspace, EventState::Failed, &Page::first(10)).await.unwrap();
            assert_eq!(bits(&failed.rows), [1]);

            let mut tx = db.write().await.unwrap();
            tx.reopen_event(&workspace, &first.id, samples::at(103)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(bits(&claim(&db, 103, 200, 10).await), [1]);
        }

        async fn a_later_event_cannot_overtake_one_that_is_tried_again(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.receive(&workspace, vec![new(1, "a"), new(2, "a")]).await.unwrap();
            tx.commit().await.unwrap();
            let claimed = claim(&db, 0, 10, 2).await;
            let mut tx = db.write().await.unwrap();
            tx.retry_event(&workspace, &claimed[0], samples::at(5), "busy").await.unwrap();
            let early = tx.finish_event(&workspace, &claimed[1], samples::at(1)).await;
            assert!(matches!(early, Err(Error::Stale { .. })));
            tx.commit().await.unwrap();
            let again = claim(&db, 10, 20, 2).await;
            assert_eq!(bits(&again), [1, 2]);
            let mut tx = db.write().await.unwrap();
            tx.finish_event(&workspace, &again[0], samples::at(11)).await.unwrap();
            tx.finish_event(&workspace, &again[1], samples::at(11)).await.unwrap();
        }

        async fn only_old_processed_events_are_forgotten(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.receive(&workspace, vec![new(1, "a"), new(2, "b"), new(3, "c")]).await.unwrap();
            let claimed = tx.claim_events(samples::at(0), samples::at(10), 2).await.unwrap();
            tx.finish_event(&workspace, &claimed[0].1, samples::at(1)).await.unwrap();
            tx.fail_event(&workspace, &claimed[1].1, samples::at(1), "x").await.unwrap();
            assert_eq!(tx.prune_events(&workspace, samples::at(1)).await.unwrap(), 0);
            assert_eq!(tx.prune_events(&workspace, samples::at(2)).await.unwrap(), 1);
            tx.commit().await.unwrap();
        }

        async fn events_that_come_together_are_kept_together(db: Db) {
            let workspace = samples::workspace(&db).await;
            let intake = Intake::start(db.clone(), workspace.clone());
            let mut waiter = db.waiter(Topic::Inbox);
            let keeping = (0..100_u128).map(|n| {
                let intake = intake.clone();
                // Every event comes twice.
                let event = NewEvent { id: InboxId::from_bits(n), event: ForeignEvent::new(format!("e{}", n / 2)), ..new(n, "a") };
                tokio::spawn(async move { intake.keep(event).await.unwrap() })
            });
            let kept = futures_util::future::join_all(keeping).await;
            assert_eq!(kept.into_iter().filter(|kept| *kept.as_ref().unwrap()).count(), 50);
            assert!(waiter.wait(std::time::Duration::from_secs(5)).await);
            assert_eq!(db.read().await.unwrap().events_open().await.unwrap(), 50);
        }
    }
}
