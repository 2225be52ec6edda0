//! The outbox: messages to be delivered, every attempt at them, and what each sender may still send.
//!
//! A delivery is queued in the transaction that causes it. A worker then, in one transaction of its own: takes its turn, looks
//! at the deliveries that are ready, computes from the attempts what each lane still allows, writes an attempt for each one it
//! begins ([`Tx::begin_attempt`]) and commits; only then it sends. What came of it is written over the version it took
//! ([`Tx::settle`]). A worker that dies leaves a delivery in state «sending» with an ended lease, of which nobody knows whether
//! it was sent: whoever takes it up must ask before sending again.

use std::collections::HashSet;

use huan_core::{
    id::{AccountId, AttemptId, ChannelId, CollaborationId, DeliveryId, PersonId, WorkspaceId},
    platform::ForeignMessage,
};
use jiff::Timestamp;

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::{Error, Result},
    select::{Cursor, Listed, Page, Select},
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{Kind, Value, values},
};

macro_rules! columns {
    () => {
        "d.id, d.position, d.account, d.lane, d.target_lane, d.urgency, d.order_key, d.merge_key, d.subject, \
         d.collaboration, d.person, d.channel, d.what, d.message, d.idempotency_key, d.state, d.ready_at, d.attempts, \
         d.foreign_message, d.reason, d.detail, d.created_at, d.sent_at, d.delivered_at, d.read_at, d.answered_at, d.version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM delivery d WHERE d.workspace = $1 AND d.id = $2");
    OF_SUBJECT = concat!("SELECT ", columns!(), " FROM delivery d WHERE d.workspace = $1 AND d.subject = $2
        ORDER BY d.position");
    WAS_TOLD = "SELECT 1 AS n FROM delivery WHERE workspace = $1 AND subject = $2 AND person = $3 LIMIT 1";
    SUBJECT_OF = "SELECT subject FROM delivery
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND subject IS NOT NULL LIMIT 1";
    POSITIONS = "INSERT INTO counter (workspace, name, value) VALUES ($1, 'outbox', $2)
        ON CONFLICT (workspace, name) DO UPDATE SET value = counter.value + $2 RETURNING value";
    MERGE = "UPDATE delivery SET what = $4, message = $5, version = version + 1,
            urgency = CASE WHEN urgency < $6 THEN urgency ELSE $6 END,
            ready_at = CASE WHEN ready_at < $7 THEN ready_at ELSE $7 END,
            subject = CASE WHEN subject = $8 THEN subject END,
            collaboration = CASE WHEN collaboration = $9 THEN collaboration END
        WHERE workspace = $1 AND account = $2 AND merge_key = $3 AND state = 'queued'";
    BEGIN = "UPDATE delivery SET state = 'sending', ready_at = $4, attempts = attempts + 1, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $3 AND ready_at IS NOT NULL";
    ADD_ATTEMPT = "INSERT INTO attempt (workspace, id, delivery, account, lane, target_lane, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    END_ATTEMPT = "UPDATE attempt SET finished_at = $3, outcome = $4, reason = $5, detail = $6
        WHERE workspace = $1 AND id = $2";
    SENT = "UPDATE delivery SET state = 'sent', ready_at = NULL, foreign_message = $4, sent_at = $5, reason = NULL,
            detail = NULL, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $3";
    LATER = "UPDATE delivery SET state = 'queued', ready_at = $4, reason = $5, detail = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $3";
    OVER = "UPDATE delivery SET state = $4, ready_at = NULL, reason = $5, detail = $6, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $3";
    REWRITE = "UPDATE delivery SET message = $3 WHERE workspace = $1 AND id = $2";
    AGAIN = "UPDATE delivery SET state = 'queued', ready_at = $3, version = version + 1
        WHERE workspace = $1 AND id = $2 AND state IN ('failed', 'uncertain', 'dropped') AND account IS NOT NULL";
    DELIVERED = "UPDATE delivery SET state = 'delivered', delivered_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state = 'sent'";
    READ = "UPDATE delivery SET state = 'read', read_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state IN ('sent', 'delivered')";
    ANSWERED = "UPDATE delivery SET state = 'answered', answered_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state IN ('sent', 'delivered', 'read')";
    ANSWERED_ABOUT = "UPDATE delivery SET state = 'answered', answered_at = $4, version = version + 1
        WHERE workspace = $1 AND subject = $2 AND person = $3 AND state IN ('sent', 'delivered', 'read')";
    WAITING = concat!("SELECT ", columns!(), " FROM delivery d
        WHERE d.workspace = $1 AND d.ready_at IS NOT NULL AND d.state = 'queued' AND d.person IS NOT NULL
            AND (d.urgency = 0 AND d.created_at <= $2 OR d.urgency > 0 AND d.created_at <= $3) AND d.position > $4
        ORDER BY d.position LIMIT $5");
    NEXT_AT = "SELECT min(ready_at) AS ready_at FROM delivery WHERE ready_at > $1";
    OPEN = "SELECT count(*) AS n FROM delivery WHERE ready_at IS NOT NULL";
    UNDER_WAY = "SELECT count(*) AS n FROM delivery
        WHERE ready_at IS NOT NULL AND (ready_at <= $1 OR state = 'sending')";
    ATTEMPTS = "SELECT id, delivery, account, lane, target_lane, started_at, finished_at, outcome, reason, detail
        FROM attempt WHERE workspace = $1 AND delivery = $2 ORDER BY started_at, id";
    LANE_USES = "SELECT started_at, finished_at FROM attempt
            WHERE workspace = $1 AND account = $2 AND lane = $3 AND started_at > $4
        UNION ALL
        SELECT started_at, finished_at FROM attempt
            WHERE workspace = $1 AND account = $2 AND target_lane = $3 AND started_at > $4
        ORDER BY started_at";
    REST = "INSERT INTO lane_rest (workspace, account, lane, until, reason) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, account, lane) DO UPDATE SET reason = excluded.reason,
            until = CASE WHEN lane_rest.until > excluded.until THEN lane_rest.until ELSE excluded.until END";
    RESTING = "SELECT account, lane, until, reason FROM lane_rest WHERE workspace = $1 AND until > $2
        ORDER BY account, lane";
    PRUNE_ATTEMPTS = "DELETE FROM attempt WHERE workspace = $1 AND started_at < $2";
}

const ADD: Batch = Batch {
    name: "outbox::ADD",
    table: "delivery",
    columns: &[
        "workspace",
        "id",
        "position",
        "account",
        "lane",
        "target_lane",
        "urgency",
        "order_key",
        "merge_key",
        "subject",
        "collaboration",
        "person",
        "channel",
        "what",
        "message",
        "idempotency_key",
        "state",
        "ready_at",
        "attempts",
        "reason",
        "created_at",
        "version",
    ],
    suffix: "",
    all_or_nothing: true,
};

/// A message to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The id it gets.
    pub id: DeliveryId,
    /// The account that sends it.
    pub account: AccountId,
    /// The sender's lane, whose limits hold.
    pub lane: String,
    /// The lane of the group or person it goes to.
    pub target_lane: Option<String>,
    /// How pressing it is: less is sent first.
    pub urgency: i64,
    /// Deliveries of the account with the same key go out in the order in which they were caused; more pressing ones pass.
    pub order_key: String,
    /// While one with the same key is queued, this one takes its place. When they are about different things, what then waits
    /// is about none of them.
    pub merge_key: Option<String>,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for; none for a group.
    pub person: Option<PersonId>,
    /// The group it goes to.
    pub channel: Option<ChannelId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// The same at every attempt, and no other delivery of the account has it.
    pub idempotency_key: String,
    /// When it may go out.
    pub ready_at: Timestamp,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// A message that no platform can take to its reader: shown as failed from the start, so that nothing vanishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undeliverable {
    /// The id it gets.
    pub id: DeliveryId,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for.
    pub person: Option<PersonId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// Why not, as a key of the translation files.
    pub reason: String,
    /// When it was caused.
    pub created_at: Timestamp,
}

/// A delivery and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its place in the order in which deliveries were caused.
    pub position: i64,
    /// The account that sends it; none when no platform reaches the person.
    pub account: Option<AccountId>,
    /// The sender's lane.
    pub lane: String,
    /// The lane of the group or person it goes to.
    pub target_lane: Option<String>,
    /// How pressing it is: less is sent first.
    pub urgency: i64,
    /// See [`NewDelivery::order_key`].
    pub order_key: String,
    /// See [`NewDelivery::merge_key`].
    pub merge_key: Option<String>,
    /// The id of what it is about.
    pub subject: Option<String>,
    /// The collaboration of what it is about.
    pub collaboration: Option<CollaborationId>,
    /// The person it is for; none for a group.
    pub person: Option<PersonId>,
    /// The group it goes to.
    pub channel: Option<ChannelId>,
    /// What kind of message.
    pub what: String,
    /// The message, as JSON text.
    pub message: String,
    /// The same at every attempt.
    pub idempotency_key: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// When it may be taken (again); none when nothing is left to do.
    pub ready_at: Option<Timestamp>,
    /// How many attempts were begun.
    pub attempts: i64,
    /// The platform's id of it, once it was sent.
    pub foreign_message: Option<ForeignMessage>,
    /// Why it failed or waits, as a key of the translation files.
    pub reason: Option<String>,
    /// What the platform said.
    pub detail: Option<String>,
    /// When it was caused.
    pub created_at: Timestamp,
    /// When the platform took it.
    pub sent_at: Option<Timestamp>,
    /// When it reached the reader's device.
    pub delivered_at: Option<Timestamp>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits.
    Queued,
    /// A worker has it in hand; or had it when it died.
    Sending,
    /// The platform took it.
    Sent,
    /// It reached the reader's device.
    Delivered,
    /// It was read.
    Read,
    /// It was answered.
    Answered,
    /// It was not sent, and will not be by itself.
    Failed,
    /// It was perhaps sent; nobody can tell.
    Uncertain,
    /// Its platform did not take it: another delivery takes the message by another way.
    Rerouted,
    /// It was not needed any more.
    Dropped,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The platform took it.
    Sent,
    /// It did not.
    Failed,
    /// Nobody can tell.
    Unknown,
}

/// What a worker has to say about a delivery it has in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// The platform took it, under this id where it gives one.
    Sent {
        /// The platform's id.
        message: Option<ForeignMessage>,
    },
    /// To be tried again then.
    Later {
        /// When.
        at: Timestamp,
        /// Whether it may have been sent this time.
        outcome: Outcome,
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Over without success.
    Failed {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Perhaps sent, and not to be tried again by itself.
    Uncertain {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Not sent, and on its way by another delivery.
    Rerouted {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Not needed any more.
    Dropped {
        /// Why, as a key of the translation files.
        reason: String,
    },
}

/// An attempt as it counts against the limits of its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneUse {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it goes on, or when whoever made it was stopped in its midst.
    pub finished_at: Option<Timestamp>,
}

/// One attempt at a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The account.
    pub account: AccountId,
    /// The sender's lane.
    pub lane: String,
    /// The lane of the group or person.
    pub target_lane: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What came of it; none while it runs, or when the worker died.
    pub outcome: Option<Outcome>,
    /// Why, as a key of the translation files.
    pub reason: Option<String>,
    /// What the platform said.
    pub detail: Option<String>,
}

/// A lane that the platform has told to rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// The account.
    pub account: AccountId,
    /// The lane.
    pub lane: String,
    /// Until when.
    pub until: Timestamp,
    /// Why, as a key of the translation files.
    pub reason: String,
}

/// What a list of deliveries is about. Everything given must hold; an empty list means any.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// In one of these states.
    pub states: Vec<DeliveryState>,
    /// For this person.
    pub person: Option<PersonId>,
    /// About the thing with this id.
    pub subject: Option<String>,
    /// By this account.
    pub account: Option<AccountId>,
    /// About something of this collaboration.
    pub collaboration: Option<CollaborationId>,
}

fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        position: row.get("position")?,
        account: row.get("account")?,
        lane: row.get("lane")?,
        target_lane: row.get("target_lane")?,
        urgency: row.get("urgency")?,
        order_key: row.get("order_key")?,
        merge_key: row.get("merge_key")?,
        subject: row.get("subject")?,
        collaboration: row.get("collaboration")?,
        person: row.get("person")?,
        channel: row.get("channel")?,
        what: row.get("what")?,
        message: row.get("message")?,
        idempotency_key: row.get("idempotency_key")?,
        state: row.get("state")?,
        ready_at: row.get("ready_at")?,
        attempts: row.get("attempts")?,
        foreign_message: row.get("foreign_message")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        created_at: row.get("created_at")?,
        sent_at: row.get("sent_at")?,
        delivered_at: row.get("delivered_at")?,
        read_at: row.get("read_at")?,
        answered_at: row.get("answered_at")?,
        version: row.get("version")?,
    })
}

fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        id: row.get("id")?,
        delivery: row.get("delivery")?,
        account: row.get("account")?,
        lane: row.get("lane")?,
        target_lane: row.get("target_lane")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        outcome: row.get("outcome")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
    })
}

fn row(workspace: &WorkspaceId, position: i64, new: NewDelivery) -> Vec<Value> {
    values![
        workspace,
        new.id,
        position,
        new.account,
        new.lane,
        new.target_lane,
        new.urgency,
        new.order_key,
        new.merge_key,
        new.subject,
        new.collaboration,
        new.person,
        new.channel,
        new.what,
        new.message,
        new.idempotency_key,
        DeliveryState::Queued,
        new.ready_at,
        0_i64,
        None::<String>,
        new.created_at,
        1_i64,
    ]
}

fn undeliverable_row(workspace: &WorkspaceId, position: i64, new: Undeliverable) -> Vec<Value> {
    let key = new.id.to_string();
    values![
        workspace,
        new.id,
        position,
        None::<AccountId>,
        "",
        None::<String>,
        0_i64,
        "",
        None::<String>,
        new.subject,
        new.collaboration,
        new.person,
        None::<ChannelId>,
        new.what,
        new.message,
        key,
        DeliveryState::Failed,
        None::<Timestamp>,
        0_i64,
        new.reason,
        new.created_at,
        1_i64,
    ]
}

/// What is queued when the transaction commits.
#[derive(Debug)]
pub(crate) enum Queued {
    Deliverable(Box<NewDelivery>),
    Undeliverable(Box<Undeliverable>),
}

impl Conn {
    /// A delivery by id.
    pub async fn delivery(&mut self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Option<Delivery>> {
        self.find(BY_ID, values![workspace, id], delivery).await
    }

    /// All deliveries about the thing with this id, in order.
    pub async fn deliveries_about(&mut self, workspace: &WorkspaceId, subject: &str) -> Result<Vec<Delivery>> {
        self.list(OF_SUBJECT, values![workspace, subject], delivery).await
    }

    /// A page of deliveries by age.
    pub async fn deliveries(
        &mut self,
        workspace: &WorkspaceId,
        filter: &DeliveryFilter,
        page: &Page,
    ) -> Result<Listed<Delivery>> {
        let mut select = Select::new("deliveries", concat!("SELECT ", columns!(), " FROM delivery d"));
        select.and("d.workspace = ").bind(workspace);
        match filter.states.as_slice() {
            [] => {}
            [state] => {
                select.and("d.state = ").bind(*state);
            }
            states => {
                select.and("d.state IN ").list(states.iter().copied());
            }
        }
        let troubled = |state: &DeliveryState| matches!(state, DeliveryState::Failed | DeliveryState::Uncertain);
        if !filter.states.is_empty() && filter.states.iter().all(troubled) {
            // Says nothing new, but in the words of the index that holds just these.
            select.and("d.state IN ('failed', 'uncertain')");
        }
        if let Some(person) = &filter.person {
            select.and("d.person = ").bind(person);
        }
        if let Some(subject) = &filter.subject {
            select.and("d.subject = ").bind(subject);
        }
        if let Some(account) = &filter.account {
            select.and("d.account = ").bind(account);
        }
        if let Some(collaboration) = &filter.collaboration {
            select.and("d.collaboration = ").bind(collaboration);
        }
        let page = page.fitting(Kind::Int);
        select.page("d.position", "d.id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, delivery).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.position, last.id.as_str())))
    }

    /// The deliveries that may go out now, the most pressing first: of each order only the first, none of a resting lane and
    /// none of `full` lanes (account and lane, as sender's or as target's). A delivery in state «sending» among them was in
    /// the hand of a worker that died. Quick only after [`Tx::take_outbox_turn`].
    pub async fn ready_deliveries(
        &mut self,
        now: Timestamp,
        full: &[(AccountId, String)],
        at_most: u32,
    ) -> Result<Vec<(WorkspaceId, Delivery)>> {
        let mut select =
            Select::new("ready_deliveries", concat!("SELECT d.workspace, ", columns!(), " FROM delivery d"));
        select.and("d.ready_at <= ").bind(now);
        // A scalar subquery, which PostgreSQL answers row by row from the index: it joins a NOT EXISTS by hash, all at once.
        select.and(
            "d.position = (SELECT e.position FROM delivery e WHERE e.workspace = d.workspace AND e.account = d.account
                AND e.order_key = d.order_key AND e.ready_at IS NOT NULL AND e.urgency <= d.urgency
                ORDER BY e.position LIMIT 1)",
        );
        select.and(
            "NOT EXISTS (SELECT 1 FROM lane_rest r WHERE r.workspace = d.workspace AND r.account = d.account
                AND (r.lane = d.lane OR r.lane = d.target_lane) AND r.until > ",
        );
        select.bind(now).push(")");
        for (account, lane) in full {
            select.and("NOT (d.account = ").bind(account).push(" AND (d.lane = ").bind(lane);
            select.push(" OR COALESCE(d.target_lane, '') = ").bind(lane).push("))");
        }
        select.push(" ORDER BY d.urgency, d.ready_at, d.position LIMIT ").bind(at_most);
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("workspace")?, delivery(row)?))).await
    }

    /// When the next delivery that is not ready yet will be.
    pub async fn next_delivery_at(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![now]).await?.get("ready_at")
    }

    /// How many deliveries are still to go out.
    pub async fn deliveries_open(&mut self) -> Result<i64> {
        self.fetch_one(OPEN, values![]).await?.get("n")
    }

    /// How many deliveries are being sent, or could be at `now`; those held for later are not counted.
    pub async fn deliveries_under_way(&mut self, now: Timestamp) -> Result<i64> {
        self.fetch_one(UNDER_WAY, values![now]).await?.get("n")
    }

    /// The messages to people that have waited: urgent ones since `urgent`, others since `others`. In the order in which
    /// they were caused, after the position `after`.
    pub async fn deliveries_waiting(
        &mut self,
        workspace: &WorkspaceId,
        urgent: Timestamp,
        others: Timestamp,
        after: i64,
        at_most: u32,
    ) -> Result<Vec<Delivery>> {
        self.list(WAITING, values![workspace, urgent, others, after, at_most], delivery).await
    }

    /// The attempts through a lane that began after `since`, in this order: what its limits are computed from.
    pub async fn lane_uses(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        lane: &str,
        since: Timestamp,
    ) -> Result<Vec<LaneUse>> {
        let lane_use =
            |row: &Row| Ok(LaneUse { started_at: row.get("started_at")?, finished_at: row.get("finished_at")? });
        self.list(LANE_USES, values![workspace, account, lane, since], lane_use).await
    }

    /// The attempts at a delivery, the oldest first.
    pub async fn attempts(&mut self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Vec<Attempt>> {
        self.list(ATTEMPTS, values![workspace, id], attempt).await
    }

    /// The lanes that rest now.
    pub async fn resting_lanes(&mut self, workspace: &WorkspaceId, now: Timestamp) -> Result<Vec<Resting>> {
        let read = |row: &Row| {
            Ok(Resting {
                account: row.get("account")?,
                lane: row.get("lane")?,
                until: row.get("until")?,
                reason: row.get("reason")?,
            })
        };
        self.list(RESTING, values![workspace, now], read).await
    }

    /// Whether a message about the thing with this id was ever meant for a person.
    pub async fn was_told(&mut self, workspace: &WorkspaceId, subject: &str, person: &PersonId) -> Result<bool> {
        Ok(self.fetch_optional(WAS_TOLD, values![workspace, subject, person]).await?.is_some())
    }

    /// The id of the thing that a message of ours is about.
    pub async fn subject_of_message(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
    ) -> Result<Option<String>> {
        self.find(SUBJECT_OF, values![workspace, account, message], |row| row.get("subject")).await
    }
}

impl Tx {
    /// Queues a message, when this transaction commits. Where one with the same merge key is queued, it takes its place.
    pub fn enqueue(&mut self, workspace: &WorkspaceId, mut new: NewDelivery) {
        self.signal(Topic::Outbox);
        let queued = &mut self.pending.deliveries;
        if new.merge_key.is_some() {
            queued.retain(|(of, other)| {
                let Queued::Deliverable(other) = other else { return true };
                if of != workspace || other.account != new.account || other.merge_key != new.merge_key {
                    return true;
                }
                new.subject = new.subject.take().filter(|subject| other.subject.as_ref() == Some(subject));
                let same = |of: &CollaborationId| other.collaboration.as_ref() == Some(of);
                new.collaboration = new.collaboration.take().filter(same);
                new.urgency = new.urgency.min(other.urgency);
                new.ready_at = new.ready_at.min(other.ready_at);
                false
            });
        }
        queued.push((workspace.clone(), Queued::Deliverable(Box::new(new))));
    }

    /// Notes a message that cannot be delivered, when this transaction commits.
    pub fn note_undeliverable(&mut self, workspace: &WorkspaceId, new: Undeliverable) {
        self.pending.deliveries.push((workspace.clone(), Queued::Undeliverable(Box::new(new))));
    }

    /// Writes what was queued, in order.
    pub(crate) async fn flush_deliveries(&mut self, queued: Vec<(WorkspaceId, Queued)>) -> Result<()> {
        let mut workspaces: Vec<WorkspaceId> = queued.iter().map(|(workspace, _)| workspace.clone()).collect();
        workspaces.sort();
        workspaces.dedup();
        let mut left = queued;
        for workspace in workspaces {
            let (of, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(other, _)| *other == workspace);
            left = others;
            let waiting = self.waiting_merge_keys(&workspace, &of).await?;
            let mut new = Vec::with_capacity(of.len());
            for (_, queued) in of {
                if !self.merge(&workspace, &queued, &waiting).await? {
                    new.push(queued);
                }
            }
            let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
            if count == 0 {
                continue;
            }
            let last: i64 = self.fetch_one(POSITIONS, values![&workspace, count]).await?.get("value")?;
            let rows = (last - count + 1..=last).zip(new).map(|(position, queued)| match queued {
                Queued::Deliverable(new) => row(&workspace, position, *new),
                Queued::Undeliverable(new) => undeliverable_row(&workspace, position, *new),
            });
            self.insert(ADD, rows.collect()).await?;
        }
        Ok(())
    }

    /// The merge keys among these under which something is queued already: asked for many at once, since mostly nothing is.
    async fn waiting_merge_keys(
        &mut self,
        workspace: &WorkspaceId,
        queued: &[(WorkspaceId, Queued)],
    ) -> Result<HashSet<String>> {
        const AT_ONCE: usize = 64;
        let keys: Vec<&str> = queued
            .iter()
            .filter_map(|(_, queued)| match queued {
                Queued::Deliverable(new) => new.merge_key.as_deref(),
                Queued::Undeliverable(_) => None,
            })
            .collect();
        let mut waiting = HashSet::new();
        for keys in keys.chunks(AT_ONCE) {
            let mut select = Select::new("waiting_merge_keys", "SELECT merge_key FROM delivery");
            select.and("workspace = ").bind(workspace).and("state = 'queued'");
            select.and("merge_key IN ").list(keys.iter().copied());
            let (sql, values) = select.build();
            waiting.extend(self.list(sql, values, |row| row.get::<String>("merge_key")).await?);
        }
        Ok(waiting)
    }

    /// Puts a message in the place of a queued one with the same merge key. Says whether there was one.
    async fn merge(&mut self, workspace: &WorkspaceId, queued: &Queued, waiting: &HashSet<String>) -> Result<bool> {
        let Queued::Deliverable(new) = queued else { return Ok(false) };
        let Some(key) = new.merge_key.as_ref().filter(|key| waiting.contains(*key)) else { return Ok(false) };
        let (subject, collaboration) = (new.subject.as_ref(), new.collaboration.as_ref());
        let values = values![
            workspace,
            &new.account,
            key,
            &new.what,
            &new.message,
            new.urgency,
            new.ready_at,
            subject,
            collaboration,
        ];
        Ok(self.execute(MERGE, values).await? > 0)
    }

    /// Keeps other nodes from beginning attempts until this transaction ends, so that together they stay within the limits.
    pub async fn take_outbox_turn(&mut self) -> Result<()> {
        self.take_turn("outbox").await
    }

    /// Begins an attempt at a delivery that was found ready: commit, then send. The delivery is changed to what it is then.
    /// [`Error::Stale`] when someone else was faster.
    pub async fn begin_attempt(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &mut Delivery,
        attempt: &AttemptId,
        now: Timestamp,
        leased_until: Timestamp,
    ) -> Result<()> {
        let account = delivery.account.as_ref().ok_or(Error::Stale { what: "the delivery" })?;
        let target = delivery.target_lane.as_ref();
        self.change("the delivery", BEGIN, values![workspace, &delivery.id, delivery.version, leased_until]).await?;
        let values = values![workspace, attempt, &delivery.id, account, &delivery.lane, target, now];
        self.execute(ADD_ATTEMPT, values).await?;
        delivery.state = DeliveryState::Sending;
        delivery.ready_at = Some(leased_until);
        delivery.attempts += 1;
        delivery.version += 1;
        Ok(())
    }

    /// Writes what came of a delivery, with or without an attempt begun for it. [`Error::Stale`] when someone else has taken
    /// it up or changed it since.
    pub async fn settle(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &Delivery,
        attempt: Option<&AttemptId>,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<()> {
        let (id, version) = (&delivery.id, delivery.version);
        let (outcome, reason, detail) = match settlement {
            Settlement::Sent { .. } => (Outcome::Sent, None, None),
            Settlement::Later { outcome, reason, detail, .. } => (*outcome, Some(reason), Some(detail)),
            Settlement::Failed { reason, detail } | Settlement::Rerouted { reason, detail } => {
                (Outcome::Failed, Some(reason), Some(detail))
            }
            Settlement::Uncertain { reason, detail } => (Outcome::Unknown, Some(reason), Some(detail)),
            Settlement::Dropped { reason } => (Outcome::Failed, Some(reason), None),
        };
        if let Some(attempt) = attempt {
            self.execute(END_ATTEMPT, values![workspace, attempt, now, outcome, reason, detail]).await?;
        }
        let (statement, values) = match settlement {
            Settlement::Sent { message } => (SENT, values![workspace, id, version, message.as_ref(), now]),
            Settlement::Later { at, .. } => (LATER, values![workspace, id, version, *at, reason, detail]),
            Settlement::Failed { .. } => (OVER, values![workspace, id, version, DeliveryState::Failed, reason, detail]),
            Settlement::Uncertain { .. } => {
                (OVER, values![workspace, id, version, DeliveryState::Uncertain, reason, detail])
            }
            Settlement::Rerouted { .. } => {
                (OVER, values![workspace, id, version, DeliveryState::Rerouted, reason, detail])
            }
            Settlement::Dropped { .. } => {
                (OVER, values![workspace, id, version, DeliveryState::Dropped, reason, detail])
            }
        };
        self.change("the delivery", statement, values).await?;
        self.signal(Topic::Outbox);
        Ok(())
    }

    /// Writes what a delivery holds anew: where its message went instead.
    pub async fn rewrite_delivery(&mut self, workspace: &WorkspaceId, id: &DeliveryId, message: &str) -> Result<()> {
        self.execute(REWRITE, values![workspace, id, message]).await?;
        Ok(())
    }

    /// Has a delivery that failed, is uncertain or was dropped tried again: somebody pressed the button. It keeps its
    /// reason, by which the sender sees that its last attempt came to an end and was not cut off.
    pub async fn requeue_delivery(&mut self, workspace: &WorkspaceId, id: &DeliveryId, now: Timestamp) -> Result<()> {
        self.signal(Topic::Outbox);
        self.change("the delivery", AGAIN, values![workspace, id, now]).await
    }

    /// Has a lane rest, because the platform said so. A longer rest stays.
    pub async fn rest_lane(&mut self, workspace: &WorkspaceId, resting: &Resting) -> Result<()> {
        let Resting { account, lane, until, reason } = resting;
        self.execute(REST, values![workspace, account, lane, *until, reason]).await?;
        Ok(())
    }

    /// Notes that a message reached the reader's device.
    pub async fn delivery_arrived(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(DELIVERED, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a message was read.
    pub async fn delivery_was_read(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(READ, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a message was answered.
    pub async fn delivery_was_answered(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(ANSWERED, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a person answered what they were asked about a thing, whichever message it was.
    pub async fn deliveries_were_answered(
        &mut self,
        workspace: &WorkspaceId,
        subject: &str,
        person: &PersonId,
        at: Timestamp,
    ) -> Result<u64> {
        self.execute(ANSWERED_ABOUT, values![workspace, subject, person, at]).await
    }

    /// Forgets attempts so old that no limit counts them.
    pub async fn prune_attempts(&mut self, workspace: &WorkspaceId, before: Timestamp) -> Result<u64> {
        self.execute(PRUNE_ATTEMPTS, values![workspace, before]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Db, both_databases, samples};

    fn new(bits: u128) -> NewDelivery {
        NewDelivery {
            id: DeliveryId::from_bits(bits),
            account: AccountId::from_bits(1),
            lane: "app".into(),
            target_lane: Some("user:ou_1".into()),
            urgency: 2,
            order_key: format!("person {bits}"),
            merge_key: None,
            subject: Some("tsk_1".into()),
            collaboration: None,
            person: Some(PersonId::from_bits(2)),
            channel: None,
            what: "task_card".into(),
            message: "{}".into(),
            idempotency_key: format!("key{bits}"),
            ready_at: samples::at(0),
            created_at: samples::at(0),
        }
    }

    async fn queue(db: &Db, workspace: &WorkspaceId, new: impl IntoIterator<Item = NewDelivery>) {
        let mut tx = db.write().await.unwrap();
        for new in new {
            tx.enqueue(workspace, new);
        }
        tx.commit().await.unwrap();
    }

    async fn ready(db: &Db, now: i64, full: &[(AccountId, String)]) -> Vec<Delivery> {
        let mut conn = db.read().await.unwrap();
        let ready = conn.ready_deliveries(samples::at(now), full, 50).await.unwrap();
        ready.into_iter().map(|(_, delivery)| delivery).collect()
    }

    fn keys(deliveries: &[Delivery]) -> Vec<&str> {
        deliveries.iter().map(|delivery| delivery.idempotency_key.as_str()).collect()
    }

    async fn begin(db: &Db, workspace: &WorkspaceId, delivery: &mut Delivery, attempt: u128, now: i64) -> Result<()> {
        let mut tx = db.write().await.unwrap();
        tx.take_outbox_turn().await.unwrap();
        let attempt = AttemptId::from_bits(attempt);
        tx.begin_attempt(workspace, delivery, &attempt, samples::at(now), samples::at(now + 30)).await?;
        tx.commit().await
    }

    async fn settle(db: &Db, workspace: &WorkspaceId, delivery: &Delivery, attempt: u128, settlement: Settlement) {
        let mut tx = db.write().await.unwrap();
        let attempt = AttemptId::from_bits(attempt);
        tx.settle(workspace, delivery, Some(&attempt), &settlement, samples::at(5)).await.unwrap();
        tx.commit().await.unwrap();
    }

    both_databases! {
        async fn a_delivery_goes_from_queued_to_read(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut waiter = db.waiter(Topic::Outbox);
            queue(&db, &workspace, [new(1)]).await;
            assert!(waiter.wait(std::time::Duration::from_secs(5)).await);
            let mut delivery = ready(&db, 0, &[]).await.remove(0);
            assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Queued, 0));
            begin(&db, &workspace, &mut delivery, 1, 1).await.unwrap();
            assert_eq!(ready(&db, 2, &[]).await, [], "it is in hand");
            let message = ForeignMessage::new("om_1");
            settle(&db, &workspace, &delivery, 1, Settlement::Sent { message: Some(message.clone()) }).await;

            let account = AccountId::from_bits(1);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.subject_of_message(&workspace, &account, &message).await.unwrap().as_deref(), Some("tsk_1"));
            assert!(tx.delivery_arrived(&workspace, &account, &message, samples::at(6)).await.unwrap());
            assert!(tx.delivery_was_read(&workspace, &account, &message, samples::at(7)).await.unwrap());
            assert!(!tx.delivery_was_read(&workspace, &account, &message, samples::at(8)).await.unwrap(), "once");
            assert!(tx.delivery_was_answered(&workspace, &account, &message, samples::at(9)).await.unwrap());
            assert!(!tx.delivery_arrived(&workspace, &account, &message, samples::at(9)).await.unwrap(), "never back");
            let read = tx.delivery(&workspace, &delivery.id).await.unwrap().unwrap();
            assert_eq!(read.state, DeliveryState::Answered);
            assert_eq!(read.foreign_message, Some(message));
            assert_eq!([read.sent_at, read.delivered_at, read.read_at, read.answered_at], [5, 6, 7, 9].map(|at| Some(samples::at(at))));
            let attempts = tx.attempts(&workspace, &delivery.id).await.unwrap();
            assert_eq!(attempts.len(), 1);
            assert_eq!(attempts[0].outcome, Some(Outcome::Sent));
            assert_eq!(tx.deliveries_open().await.unwrap(), 0);
        }

        async fn an_order_is_kept_and_the_pressing_pass(db: Db) {
            let workspace = samples::workspace(&db).await;
            let of = |bits, urgency| NewDelivery { order_key: "cid1".into(), urgency, ..new(bits) };
            // Ids fall while the deliveries follow one another.
            queue(&db, &workspace, [of(9, 2), of(8, 2), of(7, 0)]).await;
            let mut first = ready(&db, 0, &[]).await;
            assert_eq!(keys(&first), ["key7", "key9"], "the pressing one first; key8 waits for key9");
            let mut delivery = first.remove(1);
            begin(&db, &workspace, &mut delivery, 1, 0).await.unwrap();
            assert_eq!(keys(&ready(&db, 1, &[]).await), ["key7"], "key8 waits while key9 is in hand");
            let later = Settlement::Later { at: samples::at(100), outcome: Outcome::Failed, reason: "r".into(), detail: "d".into() };
            settle(&db, &workspace, &delivery, 1, later).await;
            assert_eq!(keys(&ready(&db, 1, &[]).await), ["key7"], "key8 waits while key9 is to be tried again");
            assert_eq!(db.read().await.unwrap().next_delivery_at(samples::at(1)).await.unwrap(), Some(samples::at(100)));
            let again = ready(&db, 100, &[]).await;
            assert_eq!(keys(&again), ["key7", "key9"]);
            assert_eq!(again[1].reason.as_deref(), Some("r"));
            let mut tx = db.write().await.unwrap();
            let dropped = Settlement::Dropped { reason: "answered".into() };
            tx.settle(&workspace, &again[1], None, &dropped, samples::at(100)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(keys(&ready(&db, 100, &[]).await), ["key7", "key8"]);
        }

        async fn one_worker_takes_a_delivery(db: Db) {
            let workspace = samples::workspace(&db).await;
            queue(&db, &workspace, [new(1)]).await;
            let mut one = ready(&db, 0, &[]).await.remove(0);
            let mut other = one.clone();
            begin(&db, &workspace, &mut one, 1, 0).await.unwrap();
            assert!(matches!(begin(&db, &workspace, &mut other, 2, 0).await, Err(Error::Stale { .. })));
            // The worker dies; the next one sees that it was being sent.
            let mut taken = ready(&db, 31, &[]).await.remove(0);
            assert_eq!(taken.state, DeliveryState::Sending);
            begin(&db, &workspace, &mut taken, 3, 31).await.unwrap();
            let mut tx = db.write().await.unwrap();
            let sent = Settlement::Sent { message: None };
            let late = tx.settle(&workspace, &one, Some(&AttemptId::from_bits(1)), &sent, samples::at(32)).await;
            assert!(matches!(late, Err(Error::Stale { .. })));
        }

        async fn a_message_with_the_same_merge_key_takes_the_place_of_the_queued_one(db: Db) {
            let workspace = samples::workspace(&db).await;
            let merged = |bits, message: &str| NewDelivery {
                merge_key: Some("card om_1".into()),
                message: message.into(),
                ..new(bits)
            };
            queue(&db, &workspace, [merged(1, "a"), merged(2, "b")]).await;
            queue(&db, &workspace, [NewDelivery { urgency: 1, ..merged(3, "c") }]).await;
            let mut only = ready(&db, 0, &[]).await;
            assert_eq!(only.len(), 1);
            assert_eq!((only[0].message.as_str(), only[0].urgency), ("c", 1));
            // Once it is in hand, the next one is another.
            begin(&db, &workspace, &mut only[0], 1, 0).await.unwrap();
            queue(&db, &workspace, [merged(4, "d")]).await;
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.deliveries_open().await.unwrap(), 2);
            assert_eq!(conn.deliveries_under_way(samples::at(0)).await.unwrap(), 2);
            let before = samples::at(0) - jiff::SignedDuration::from_secs(1);
            assert_eq!(conn.deliveries_under_way(before).await.unwrap(), 1, "what is in hand, not what is held");
            drop(conn);
        }

        async fn the_attempts_tell_what_a_lane_has_used(db: Db) {
            let workspace = samples::workspace(&db).await;
            let group = |bits| NewDelivery { target_lane: Some("group:cid1".into()), ..new(bits) };
            queue(&db, &workspace, [new(1), group(2), group(3)]).await;
            for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
                begin(&db, &workspace, delivery, n as u128, i64::try_from(n).unwrap() * 10).await.unwrap();
            }
            let account = AccountId::from_bits(1);
            let mut conn = db.read().await.unwrap();
            let mut starts = async |lane: &str, since| {
                let uses = conn.lane_uses(&workspace, &account, lane, samples::at(since)).await.unwrap();
                uses.into_iter().map(|one| one.started_at).collect::<Vec<_>>()
            };
            assert_eq!(starts("app", -1).await, [samples::at(0), samples::at(10), samples::at(20)]);
            assert_eq!(starts("group:cid1", -1).await, [samples::at(10), samples::at(20)]);
            assert_eq!(starts("group:cid1", 10).await, [samples::at(20)]);
            assert_eq!(starts("hook", -1).await, []);
        }

        async fn full_and_resting_lanes_are_left_out(db: Db) {
            let workspace = samples::workspace(&db).await;
            let account = AccountId::from_bits(1);
            let plain = NewDelivery { target_lane: None, lane: "hook".into(), ..new(3) };
            queue(&db, &workspace, [new(1), NewDelivery { target_lane: Some("group:cid1".into()), ..new(2) }, plain]).await;
            assert_eq!(keys(&ready(&db, 0, &[(account.clone(), "group:cid1".into())]).await), ["key1", "key3"]);
            assert_eq!(keys(&ready(&db, 0, &[(account.clone(), "app".into())]).await), ["key3"]);
            let mut rest = Resting { account: account.clone(), lane: "app".into(), until: samples::at(50), reason: "throttled".into() };
            let mut tx = db.write().await.unwrap();
            tx.rest_lane(&workspace, &rest).await.unwrap();
            let shorter = Resting { until: samples::at(20), ..rest.clone() };
            tx.rest_lane(&workspace, &shorter).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(keys(&ready(&db, 49, &[]).await), ["key3"]);
            rest.until = samples::at(50);
            assert_eq!(db.read().await.unwrap().resting_lanes(&workspace, samples::at(49)).await.unwrap(), [rest]);
            assert_eq!(keys(&ready(&db, 50, &[]).await), ["key1", "key2", "key3"]);
        }

        async fn a_failed_delivery_can_be_tried_again_by_hand(db: Db) {
            let workspace = samples::workspace(&db).await;
            queue(&db, &workspace, [new(1), new(2)]).await;
            for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
                begin(&db, &workspace, delivery, n as u128, 0).await.unwrap();
                let (reason, detail) = ("delivery.reason.x".to_owned(), "403".to_owned());
                let end = if n == 0 { Settlement::Failed { reason, detail } } else { Settlement::Uncertain { reason, detail } };
                settle(&db, &workspace, delivery, n as u128, end).await;
            }
            let filter = DeliveryFilter { states: vec![DeliveryState::Failed, DeliveryState::Uncertain], ..DeliveryFilter::default() };
            let page = Page::first(10);
            let failed = db.read().await.unwrap().deliveries(&workspace, &filter, &page).await.unwrap().rows;
            assert_eq!(keys(&failed), ["key2", "key1"]);
            assert_eq!(failed[1].detail.as_deref(), Some("403"));
            let mut tx = db.write().await.unwrap();
            for delivery in &failed {
                tx.requeue_delivery(&workspace, &delivery.id, samples::at(9)).await.unwrap();
            }
            assert!(tx.requeue_delivery(&workspace, &failed[0].id, samples::at(9)).await.is_err(), "it is queued already");
            tx.commit().await.unwrap();
            let again = ready(&db, 9, &[]).await;
            assert_eq!(again.len(), 2);
            assert!(again.iter().all(|delivery| delivery.reason.is_some()), "their last attempts were not cut off");
        }

        async fn a_message_that_nobody_can_deliver_is_seen(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.note_undeliverable(&workspace, Undeliverable {
                id: DeliveryId::from_bits(1),
                subject: Some("tsk_1".into()),
                collaboration: None,
                person: Some(PersonId::from_bits(2)),
                what: "task_card".into(),
                message: "{}".into(),
                reason: "delivery.reason.unreachable".into(),
                created_at: samples::at(0),
            });
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let shown = tx.deliveries_about(&workspace, "tsk_1").await.unwrap();
            assert_eq!((shown[0].state, shown[0].account.clone()), (DeliveryState::Failed, None));
            assert!(tx.was_told(&workspace, "tsk_1", &PersonId::from_bits(2)).await.unwrap());
            assert!(!tx.was_told(&workspace, "tsk_1", &PersonId::from_bits(3)).await.unwrap());
            assert!(tx.requeue_delivery(&workspace, &shown[0].id, samples::at(1)).await.is_err(), "no account, no try");
        }

        async fn an_answer_settles_what_was_asked(db: Db) {
            let workspace = samples::workspace(&db).await;
            queue(&db, &workspace, [new(1), NewDelivery { subject: Some("tsk_2".into()), ..new(2) }]).await;
            for (n, delivery) in ready(&db, 0, &[]).await.iter_mut().enumerate() {
                begin(&db, &workspace, delivery, n as u128, 0).await.unwrap();
                settle(&db, &workspace, delivery, n as u128, Settlement::Sent { message: None }).await;
            }
            let mut tx = db.write().await.unwrap();
            let person = PersonId::from_bits(2);
            assert_eq!(tx.deliveries_were_answered(&workspace, "tsk_1", &person, samples::at(9)).await.unwrap(), 1);
            assert_eq!(tx.deliveries_about(&workspace, "tsk_2").await.unwrap()[0].state, DeliveryState::Sent);
            assert_eq!(tx.prune_attempts(&workspace, samples::at(1)).await.unwrap(), 2);
        }
    }
}
