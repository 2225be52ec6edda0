//! What is asked about deliveries: lists, what is ready, what waits.

use huan_core::{
    id::{AccountId, DeliveryId, PersonId, WorkspaceId},
    platform::ForeignMessage,
};
use jiff::Timestamp;

use super::delivery::{Delivery, DeliveryFilter, DeliveryState, columns, read};
use crate::{
    conn::Conn,
    error::Result,
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    value::{Kind, values},
};

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM delivery d WHERE d.workspace = $1 AND d.id = $2");
    OF_SUBJECT = concat!("SELECT ", columns!(), " FROM delivery d WHERE d.workspace = $1 AND d.subject = $2
        ORDER BY d.position");
    WAS_TOLD = "SELECT 1 AS n FROM delivery WHERE workspace = $1 AND subject = $2 AND person = $3 LIMIT 1";
    SUBJECT_OF = "SELECT subject FROM delivery
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND subject IS NOT NULL LIMIT 1";
    WAITING = concat!("SELECT ", columns!(), " FROM delivery d
        WHERE d.workspace = $1 AND d.ready_at IS NOT NULL AND d.state = 'queued' AND d.person IS NOT NULL
            AND (d.urgency = 0 AND d.created_at <= $2 OR d.urgency > 0 AND d.created_at <= $3) AND d.position > $4
        ORDER BY d.position LIMIT $5");
    NEXT_AT = "SELECT min(ready_at) AS ready_at FROM delivery WHERE ready_at > $1";
    OPEN = "SELECT count(*) AS n FROM delivery WHERE ready_at IS NOT NULL";
    UNDER_WAY = "SELECT count(*) AS n FROM delivery
        WHERE ready_at IS NOT NULL AND (ready_at <= $1 OR state = 'sending')";
}

impl Conn {
    /// A delivery by id.
    pub async fn delivery(&mut self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Option<Delivery>> {
        self.find(BY_ID, values![workspace, id], read).await
    }

    /// All deliveries about the thing with this id, in order.
    pub async fn deliveries_about(&mut self, workspace: &WorkspaceId, subject: &str) -> Result<Vec<Delivery>> {
        self.list(OF_SUBJECT, values![workspace, subject], read).await
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
        let rows = self.list(sql, values, read).await?;
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
        self.list(sql, values, |row| Ok((row.get("workspace")?, read(row)?))).await
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
        self.list(WAITING, values![workspace, urgent, others, after, at_most], read).await
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
