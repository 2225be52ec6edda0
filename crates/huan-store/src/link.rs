//! Links that work once, and what became of signed links.
//!
//! A one-time link (first administrator, new password) is kept by its hash and used up. A signed link holds everything itself;
//! here stands only how often it was used and whether it was called back.

use huan_core::id::{LinkId, PersonId, WorkspaceId};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    statement::statements,
    tx::Tx,
    value::values,
};

macro_rules! columns {
    () => {
        "workspace, id, hash, purpose, person, created_at, expires_at, used_at"
    };
}

statements! {
    BY_HASH = concat!("SELECT ", columns!(), " FROM one_time_link
        WHERE hash = $1 AND used_at IS NULL AND expires_at > $2");
    INSERT = "INSERT INTO one_time_link (workspace, id, hash, purpose, person, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    USE = "UPDATE one_time_link SET used_at = $3
        WHERE workspace = $1 AND id = $2 AND used_at IS NULL AND expires_at > $3";
    WITHDRAW = "DELETE FROM one_time_link WHERE workspace = $1 AND purpose = $2 AND used_at IS NULL";
    PRUNE = "DELETE FROM one_time_link WHERE expires_at <= $1";
    SIGNED = "SELECT uses, used_at, revoked_at FROM signed_link WHERE workspace = $1 AND hash = $2";
    USE_SIGNED = "INSERT INTO signed_link (workspace, hash, subject, uses, used_at) VALUES ($1, $2, $3, 1, $4)
        ON CONFLICT (workspace, hash) DO UPDATE SET uses = signed_link.uses + 1, used_at = excluded.used_at
        RETURNING uses, used_at, revoked_at";
    REVOKE_SIGNED = "INSERT INTO signed_link (workspace, hash, subject, uses, revoked_at) VALUES ($1, $2, $3, 0, $4)
        ON CONFLICT (workspace, hash) DO UPDATE SET revoked_at = excluded.revoked_at";
}

/// A link that works once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The id.
    pub id: LinkId,
    /// The hash of the secret in it, made by the caller.
    pub hash: String,
    /// What it is for: `first_administrator`, `password`.
    pub purpose: String,
    /// Whom it is for.
    pub person: Option<PersonId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// What became of a signed link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedLinkUse {
    /// How often something was done by it.
    pub uses: i64,
    /// When last.
    pub used_at: Option<Timestamp>,
    /// When it was called back.
    pub revoked_at: Option<Timestamp>,
}

fn one_time_link(row: &Row) -> Result<OneTimeLink> {
    Ok(OneTimeLink {
        workspace: row.get("workspace")?,
        id: row.get("id")?,
        hash: row.get("hash")?,
        purpose: row.get("purpose")?,
        person: row.get("person")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
    })
}

fn signed_link(row: &Row) -> Result<SignedLinkUse> {
    Ok(SignedLinkUse { uses: row.get("uses")?, used_at: row.get("used_at")?, revoked_at: row.get("revoked_at")? })
}

impl Conn {
    /// The one-time link with this hash, if it can still be used.
    pub async fn one_time_link_by_hash(&mut self, hash: &str, now: Timestamp) -> Result<Option<OneTimeLink>> {
        self.find(BY_HASH, values![hash, now], one_time_link).await
    }

    /// What became of a signed link; none while nothing has.
    pub async fn signed_link(&mut self, workspace: &WorkspaceId, hash: &str) -> Result<Option<SignedLinkUse>> {
        self.find(SIGNED, values![workspace, hash], signed_link).await
    }
}

impl Tx {
    /// Adds a one-time link.
    pub async fn insert_one_time_link(&mut self, link: &OneTimeLink) -> Result<()> {
        let OneTimeLink { workspace, id, hash, purpose, person, created_at, expires_at, .. } = link;
        let values = values![workspace, id, hash, purpose, person.as_ref(), *created_at, *expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Uses a one-time link up. Says whether it could be used: of two who try at once, one can.
    pub async fn use_one_time_link(&mut self, workspace: &WorkspaceId, id: &LinkId, now: Timestamp) -> Result<bool> {
        Ok(self.execute(USE, values![workspace, id, now]).await? == 1)
    }

    /// Takes unused one-time links of a purpose back: a new one replaces them.
    pub async fn withdraw_one_time_links(&mut self, workspace: &WorkspaceId, purpose: &str) -> Result<u64> {
        self.execute(WITHDRAW, values![workspace, purpose]).await
    }

    /// Forgets one-time links that have ended.
    pub async fn prune_one_time_links(&mut self, now: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![now]).await
    }

    /// Notes that something was done by a signed link, and gives what became of it so far, this use included.
    pub async fn use_signed_link(
        &mut self,
        workspace: &WorkspaceId,
        hash: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<SignedLinkUse> {
        signed_link(&self.fetch_one(USE_SIGNED, values![workspace, hash, subject, now]).await?)
    }

    /// Calls a signed link back.
    pub async fn revoke_signed_link(
        &mut self,
        workspace: &WorkspaceId,
        hash: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<()> {
        self.execute(REVOKE_SIGNED, values![workspace, hash, subject, now]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_one_time_link_works_once(db: Db) {
            let workspace = samples::workspace(&db).await;
            let link = |bits| OneTimeLink {
                workspace: workspace.clone(),
                id: LinkId::from_bits(bits),
                hash: format!("hash{bits}"),
                purpose: "first_administrator".into(),
                person: None,
                created_at: samples::at(0),
                expires_at: samples::at(10),
                used_at: None,
            };
            let mut tx = db.write().await.unwrap();
            tx.insert_one_time_link(&link(1)).await.unwrap();
            tx.insert_one_time_link(&link(2)).await.unwrap();
            assert_eq!(tx.one_time_link_by_hash("hash1", samples::at(9)).await.unwrap(), Some(link(1)));
            assert!(!tx.use_one_time_link(&workspace, &link(1).id, samples::at(10)).await.unwrap(), "too late");
            assert!(tx.use_one_time_link(&workspace, &link(1).id, samples::at(9)).await.unwrap());
            assert!(!tx.use_one_time_link(&workspace, &link(1).id, samples::at(9)).await.unwrap(), "used up");
            assert_eq!(tx.one_time_link_by_hash("hash1", samples::at(9)).await.unwrap(), None);
            assert_eq!(tx.withdraw_one_time_links(&workspace, "first_administrator").await.unwrap(), 1);
            assert_eq!(tx.one_time_link_by_hash("hash2", samples::at(9)).await.unwrap(), None);
            assert_eq!(tx.prune_one_time_links(samples::at(10)).await.unwrap(), 1);
        }

        async fn d3_uses_of_a_signed_link_are_counted_and_it_can_be_called_back(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.signed_link(&workspace, "h").await.unwrap(), None);
            assert_eq!(tx.use_signed_link(&workspace, "h", "tsk_1", samples::at(1)).await.unwrap().uses, 1);
            assert_eq!(tx.use_signed_link(&workspace, "h", "tsk_1", samples::at(2)).await.unwrap().uses, 2);
            tx.revoke_signed_link(&workspace, "h", "tsk_1", samples::at(3)).await.unwrap();
            tx.revoke_signed_link(&workspace, "unused", "tsk_1", samples::at(4)).await.unwrap();
            let used = SignedLinkUse { uses: 2, used_at: Some(samples::at(2)), revoked_at: Some(samples::at(3)) };
            assert_eq!(tx.signed_link(&workspace, "h").await.unwrap(), Some(used));
            assert!(tx.signed_link(&workspace, "unused").await.unwrap().unwrap().revoked_at.is_some());
        }
    }
}
