//! How people want to be told, and what waits for that.

use std::collections::HashMap;

use huan_core::{
    id::{AccountId, PersonId, WorkspaceId},
    notice_preference::NoticePreferences,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    outbox::Delivery,
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

statements! {
    OF = "SELECT preferences FROM notice_preference WHERE workspace = $1 AND person = $2";
    SET = "INSERT INTO notice_preference (workspace, person, preferences) VALUES ($1, $2, $3)
        ON CONFLICT (workspace, person) DO UPDATE SET preferences = excluded.preferences";
    LET_IN = "UPDATE delivery SET ready_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND order_key = $3 AND state = 'queued' AND ready_at > $4";
    WAITS = "UPDATE delivery SET ready_at = $4, order_key = $5, merge_key = COALESCE($6, merge_key), version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $3 AND state = 'queued'";
    GATHERED = "SELECT id FROM delivery WHERE workspace = $1 AND account = $2 AND merge_key = $3 AND state = 'queued'
        ORDER BY position LIMIT 1";
    JOIN = "UPDATE delivery SET message = $3, what = $4, subject = NULL, collaboration = NULL, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $5";
}

impl Conn {
    /// How a person wants to be told; none when they never said.
    pub async fn notice_preferences(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Option<NoticePreferences>> {
        self.find(OF, values![workspace, person], |row: &Row| row.json("preferences")).await
    }

    /// How people want to be told, those who ever said.
    pub async fn notice_preferences_of(
        &mut self,
        workspace: &WorkspaceId,
        people: &[PersonId],
    ) -> Result<HashMap<PersonId, NoticePreferences>> {
        if people.is_empty() {
            return Ok(HashMap::new());
        }
        let mut select = Select::new("notice_preferences_of", "SELECT person, preferences FROM notice_preference");
        select.and("workspace = ").bind(workspace).and("person IN ").list(people);
        let (sql, values) = select.build();
        let found = self.list(sql, values, |row: &Row| Ok((row.get("person")?, row.json("preferences")?))).await?;
        Ok(found.into_iter().collect())
    }

    /// The message in which news for a reader is gathered, while it waits.
    pub async fn gathered_delivery(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        key: &str,
    ) -> Result<Option<Delivery>> {
        let found = self.find(GATHERED, values![workspace, account, key], |row: &Row| row.get("id")).await?;
        match found {
            Some(id) => self.delivery(workspace, &id).await,
            None => Ok(None),
        }
    }
}

impl Tx {
    /// Keeps how a person wants to be told.
    pub async fn set_notice_preferences(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        preferences: &NoticePreferences,
    ) -> Result<()> {
        self.execute(SET, values![workspace, person, json(preferences)?]).await?;
        Ok(())
    }

    /// Has a queued delivery wait until `at`, in the order `order` of its own, so that it holds nothing up that does not wait;
    /// with `key`, others join it meanwhile. [`crate::Error::Stale`] when it was changed since it was read.
    pub async fn postpone_delivery(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &Delivery,
        at: Timestamp,
        order: &str,
        key: Option<&str>,
    ) -> Result<()> {
        self.signal(Topic::Outbox);
        let values = values![workspace, &delivery.id, delivery.version, at, order, key];
        self.change("the delivery", WAITS, values).await
    }

    /// Has the deliveries of an account that wait in the order `order` looked at now.
    pub async fn let_in(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        order: &str,
        now: Timestamp,
    ) -> Result<u64> {
        self.signal(Topic::Outbox);
        self.execute(LET_IN, values![workspace, account, order, now]).await
    }

    /// Writes what a waiting delivery says anew, for another message that joined it. It is about no single thing any more.
    pub async fn join_delivery(
        &mut self,
        workspace: &WorkspaceId,
        delivery: &Delivery,
        message: &str,
        what: &str,
    ) -> Result<()> {
        self.change("the delivery", JOIN, values![workspace, &delivery.id, message, what, delivery.version]).await
    }
}

#[cfg(test)]
mod tests {
    use huan_core::notice_preference::{Handling, News};

    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn i5_preferences_are_kept_per_person(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, person) = (&team.workspace, &team.owner.id);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.notice_preferences(workspace, person).await.unwrap(), None);
            let mut preferences = NoticePreferences { quiet: None, ..NoticePreferences::default() };
            preferences.news.insert(News::Tasks, Handling::Gathered);
            tx.set_notice_preferences(workspace, person, &NoticePreferences::default()).await.unwrap();
            tx.set_notice_preferences(workspace, person, &preferences).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.notice_preferences(workspace, person).await.unwrap(), Some(preferences));
            assert_eq!(conn.notice_preferences(workspace, &team.initiator.id).await.unwrap(), None);
            let both = [person.clone(), team.initiator.id.clone()];
            let known = conn.notice_preferences_of(workspace, &both).await.unwrap();
            assert_eq!(known.keys().collect::<Vec<_>>(), [person]);
        }
    }
}
