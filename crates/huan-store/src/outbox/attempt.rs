//! Attempts at deliveries, and what they leave of the limits of each lane.

use huan_core::id::{AccountId, AttemptId, DeliveryId, WorkspaceId};
use jiff::Timestamp;

use super::delivery::{Delivery, DeliveryState, Outcome, Settlement};
use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::values,
};

statements! {
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

impl Conn {
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
}

impl Tx {
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

    /// Has a lane rest, because the platform said so. A longer rest stays.
    pub async fn rest_lane(&mut self, workspace: &WorkspaceId, resting: &Resting) -> Result<()> {
        let Resting { account, lane, until, reason } = resting;
        self.execute(REST, values![workspace, account, lane, *until, reason]).await?;
        Ok(())
    }

    /// Forgets attempts so old that no limit counts them.
    pub async fn prune_attempts(&mut self, workspace: &WorkspaceId, before: Timestamp) -> Result<u64> {
        self.execute(PRUNE_ATTEMPTS, values![workspace, before]).await
    }
}
