//! Queueing: what waits when a transaction commits, what takes another one's place, what is tried again by hand.

use std::collections::HashSet;

use huan_core::id::{AccountId, ChannelId, CollaborationId, DeliveryId, WorkspaceId};
use jiff::Timestamp;

use super::delivery::{DeliveryState, NewDelivery, Undeliverable};
use crate::{
    batch::Batch,
    error::Result,
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{Value, values},
};

statements! {
    POSITIONS = "INSERT INTO counter (workspace, name, value) VALUES ($1, 'outbox', $2)
        ON CONFLICT (workspace, name) DO UPDATE SET value = counter.value + $2 RETURNING value";
    MERGE = "UPDATE delivery SET what = $4, message = $5, version = version + 1,
            urgency = CASE WHEN urgency < $6 THEN urgency ELSE $6 END,
            ready_at = CASE WHEN ready_at < $7 THEN ready_at ELSE $7 END,
            subject = CASE WHEN subject = $8 THEN subject END,
            collaboration = CASE WHEN collaboration = $9 THEN collaboration END
        WHERE workspace = $1 AND account = $2 AND merge_key = $3 AND state = 'queued'";
    REWRITE = "UPDATE delivery SET message = $3 WHERE workspace = $1 AND id = $2";
    AGAIN = "UPDATE delivery SET state = 'queued', ready_at = $3, version = version + 1
        WHERE workspace = $1 AND id = $2 AND state IN ('failed', 'uncertain', 'dropped') AND account IS NOT NULL";
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

/// What is queued when the transaction commits.
#[derive(Debug)]
pub(crate) enum Queued {
    Deliverable(Box<NewDelivery>),
    Undeliverable(Box<Undeliverable>),
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
}
