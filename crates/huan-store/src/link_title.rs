//! What things of platforms are called, as far as it was asked.

use huan_core::{
    document::{ObjectKind, Titled},
    id::{DocumentId, WorkspaceId},
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::values,
};

macro_rules! columns {
    () => {
        "platform, kind, id, title, owner, reason, detail, asked_by, attempts, checked_at, next_at"
    };
}

statements! {
    ONE = concat!("SELECT ", columns!(), " FROM link_title WHERE workspace = $1 AND platform = $2 AND kind = $3 AND id = $4");
    ASK = "INSERT INTO link_title (workspace, platform, kind, id, asked_by, attempts, next_at) VALUES ($1, $2, $3, $4, $5, 0, $6)
        ON CONFLICT (workspace, platform, kind, id) DO UPDATE SET asked_by = excluded.asked_by, attempts = 0,
            next_at = excluded.next_at WHERE link_title.next_at IS NULL";
    DUE = concat!("SELECT ", columns!(), " FROM link_title WHERE workspace = $1 AND next_at <= $2 ORDER BY next_at LIMIT $3");
    CLAIM = "UPDATE link_title SET next_at = $6 WHERE workspace = $1 AND platform = $2 AND kind = $3 AND id = $4
        AND next_at = $5";
    NEXT_AT = "SELECT min(next_at) AS next_at FROM link_title WHERE workspace = $1 AND next_at IS NOT NULL";
    SETTLE = "UPDATE link_title SET title = $5, owner = $6, reason = $7, detail = $8, attempts = $9, checked_at = $10,
            next_at = $11
        WHERE workspace = $1 AND platform = $2 AND kind = $3 AND id = $4";
}

/// What a thing is called, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTitle {
    /// The key of the platform.
    pub platform: String,
    /// What it is.
    pub kind: ObjectKind,
    /// Its id there.
    pub id: String,
    /// What it is called; none while that is not known. It stays when it cannot be asked any more.
    pub title: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Why the title could not be read when it was last asked: a key of the translation files.
    pub reason: Option<String>,
    /// What the platform said to that.
    pub detail: Option<String>,
    /// The document that had it asked.
    pub asked_by: DocumentId,
    /// How often it was asked in vain.
    pub attempts: i64,
    /// When it was last asked and answered.
    pub checked_at: Option<Timestamp>,
    /// When it is asked (again); none when it is known, or given up.
    pub next_at: Option<Timestamp>,
}

fn read(row: &Row) -> Result<LinkTitle> {
    let kind: String = row.get("kind")?;
    Ok(LinkTitle {
        platform: row.get("platform")?,
        kind: ObjectKind::from_name(&kind).ok_or_else(|| Error::unreadable("kind", &kind))?,
        id: row.get("id")?,
        title: row.get("title")?,
        owner: row.get("owner")?,
        reason: row.get("reason")?,
        detail: row.get("detail")?,
        asked_by: row.get("asked_by")?,
        attempts: row.get("attempts")?,
        checked_at: row.get("checked_at")?,
        next_at: row.get("next_at")?,
    })
}

impl Conn {
    /// What a thing is called; none when nobody asked.
    pub async fn link_title(&mut self, workspace: &WorkspaceId, thing: &Titled) -> Result<Option<LinkTitle>> {
        let values = values![workspace, thing.platform, thing.kind.name(), thing.id.as_str()];
        self.find(ONE, values, read).await
    }

    /// When the next title is to be asked.
    pub async fn next_link_title_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        Ok(self.find(NEXT_AT, values![workspace], |row: &Row| row.get("next_at")).await?.flatten())
    }
}

impl Tx {
    /// Has the title of a thing asked, unless it is about to be.
    pub async fn ask_link_title(
        &mut self,
        workspace: &WorkspaceId,
        thing: &Titled,
        asked_by: &DocumentId,
        at: Timestamp,
    ) -> Result<()> {
        self.signal(Topic::Titles);
        let values = values![workspace, thing.platform, thing.kind.name(), thing.id.as_str(), asked_by, at];
        self.execute(ASK, values).await?;
        Ok(())
    }

    /// Takes titles that are to be asked; until `until` nobody else takes them.
    pub async fn claim_link_titles(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<LinkTitle>> {
        let due = self.list(DUE, values![workspace, now, most], read).await?;
        let mut claimed = Vec::with_capacity(due.len());
        for one in due {
            let (platform, kind, id) = (one.platform.as_str(), one.kind.name(), one.id.as_str());
            if self.execute(CLAIM, values![workspace, platform, kind, id, one.next_at, until]).await? > 0 {
                claimed.push(one);
            }
        }
        Ok(claimed)
    }

    /// Writes what came of asking.
    pub async fn settle_link_title(&mut self, workspace: &WorkspaceId, title: &LinkTitle) -> Result<()> {
        let values = values![
            workspace,
            title.platform.as_str(),
            title.kind.name(),
            title.id.as_str(),
            title.title.as_deref(),
            title.owner.as_deref(),
            title.reason.as_deref(),
            title.detail.as_deref(),
            title.attempts,
            title.checked_at,
            title.next_at,
        ];
        self.execute(SETTLE, values).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::document::titled;

    use crate::{both_databases, samples};

    both_databases! {
        async fn c3_a_title_is_asked_once_and_kept(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let (document, edition) = crate::document::tests::begun(&team, 7, "接口约定", "x");
            let thing = titled("https://example.feishu.cn/wiki/wikcn1").unwrap();
            let (now, later) = (samples::at(1), samples::at(2));
            let mut tx = db.write().await.unwrap();
            tx.insert_document(workspace, &document, &edition, &[]).await.unwrap();
            assert_eq!(tx.link_title(workspace, &thing).await.unwrap(), None);
            tx.ask_link_title(workspace, &thing, &document.id, now).await.unwrap();
            tx.ask_link_title(workspace, &thing, &document.id, later).await.unwrap();
            assert_eq!(tx.next_link_title_at(workspace).await.unwrap(), Some(now), "it is about to be asked already");
            let mut claimed = tx.claim_link_titles(workspace, now, later, 9).await.unwrap();
            assert_eq!(claimed.len(), 1);
            assert_eq!(tx.claim_link_titles(workspace, now, later, 9).await.unwrap(), [], "once");
            let mut known = claimed.remove(0);
            known.title = Some("上线计划".into());
            known.checked_at = Some(now);
            known.next_at = None;
            tx.settle_link_title(workspace, &known).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.link_title(workspace, &thing).await.unwrap(), Some(known));
            assert_eq!(conn.next_link_title_at(workspace).await.unwrap(), None);
        }
    }
}
