//! Connected platform accounts, and which node holds an account's long connection.

use huan_core::{
    id::{AccountId, WorkspaceId},
    platform::PlatformKey,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    tx::Tx,
    value::{Kind, values},
};

/// A connected platform account. Its `Debug` form leaves the settings out.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformAccount {
    /// The id.
    pub id: AccountId,
    /// The platform.
    pub platform: PlatformKey,
    /// A name for people.
    pub name: String,
    /// The settings, sealed by the caller.
    pub settings: Vec<u8>,
    /// Whether it is to be connected.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

impl std::fmt::Debug for PlatformAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlatformAccount")
            .field("id", &self.id)
            .field("platform", &self.platform)
            .finish_non_exhaustive()
    }
}

/// The last known state of an account's connection, whichever node has it.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownState {
    /// The state, as JSON.
    pub state: serde_json::Value,
    /// Since when.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, platform, name, settings, enabled, created_at, version"
    };
}

statements! {
    ALL = concat!("SELECT ", columns!(), " FROM account WHERE workspace = $1 ORDER BY created_at, id");
    BY_ID = concat!("SELECT ", columns!(), " FROM account WHERE workspace = $1 AND id = $2");
    INSERT = "INSERT INTO account (workspace, id, platform, name, settings, enabled, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE account SET name = $3, settings = $4, enabled = $5, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $6";
    STATE = "SELECT state, state_at FROM account WHERE workspace = $1 AND id = $2 AND state IS NOT NULL";
    SET_STATE = "UPDATE account SET state = $3, state_at = $4 WHERE workspace = $1 AND id = $2";
    HOLD = "UPDATE account SET holder = $3, held_until = $4
        WHERE workspace = $1 AND id = $2 AND (holder IS NULL OR holder = $3 OR held_until < $5)";
    LET_GO = "UPDATE account SET holder = NULL, held_until = NULL WHERE workspace = $1 AND id = $2 AND holder = $3";
}

fn account(row: &Row) -> Result<PlatformAccount> {
    Ok(PlatformAccount {
        id: row.get("id")?,
        platform: row.get("platform")?,
        name: row.get("name")?,
        settings: row.get("settings")?,
        enabled: row.get("enabled")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// All accounts, oldest first.
    pub async fn accounts(&mut self, workspace: &WorkspaceId) -> Result<Vec<PlatformAccount>> {
        self.list(ALL, values![workspace], account).await
    }

    /// A page of the accounts, oldest first.
    pub async fn account_page(&mut self, workspace: &WorkspaceId, page: &Page) -> Result<Listed<PlatformAccount>> {
        let mut select = Select::new("account_page", concat!("SELECT ", columns!(), " FROM account"));
        select.and("workspace = ").bind(workspace);
        let page = page.fitting(Kind::Int);
        select.page("created_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, account).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.created_at, last.id.as_str())))
    }

    /// An account by id.
    pub async fn account(&mut self, workspace: &WorkspaceId, id: &AccountId) -> Result<Option<PlatformAccount>> {
        self.find(BY_ID, values![workspace, id], account).await
    }

    /// The last known state of an account's connection.
    pub async fn account_state(&mut self, workspace: &WorkspaceId, id: &AccountId) -> Result<Option<KnownState>> {
        let read = |row: &Row| Ok(KnownState { state: row.json("state")?, at: row.get("state_at")? });
        self.find(STATE, values![workspace, id], read).await
    }
}

impl Tx {
    /// Adds an account.
    pub async fn insert_account(&mut self, workspace: &WorkspaceId, account: &PlatformAccount) -> Result<()> {
        let PlatformAccount { id, platform, name, settings, enabled, created_at, version } = account;
        let settings = settings.as_slice();
        self.execute(INSERT, values![workspace, id, platform, name, settings, *enabled, *created_at, *version]).await?;
        Ok(())
    }

    /// Writes an account that was read and changed; its version grows by one.
    pub async fn update_account(&mut self, workspace: &WorkspaceId, account: &mut PlatformAccount) -> Result<()> {
        let PlatformAccount { id, name, settings, enabled, version, .. } = &*account;
        let values = values![workspace, id, name, settings.as_slice(), *enabled, *version];
        self.change("the account", UPDATE, values).await?;
        account.version += 1;
        Ok(())
    }

    /// Notes the state of an account's connection.
    pub async fn set_account_state(
        &mut self,
        workspace: &WorkspaceId,
        id: &AccountId,
        known: &KnownState,
    ) -> Result<()> {
        self.execute(SET_STATE, values![workspace, id, known.state.to_string(), known.at]).await?;
        Ok(())
    }

    /// Takes or keeps the right to hold an account's long connection. Says whether `node` has it now.
    pub async fn hold_account(
        &mut self,
        workspace: &WorkspaceId,
        id: &AccountId,
        node: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(HOLD, values![workspace, id, node, until, now]).await? == 1)
    }

    /// Gives the right up, so that another node need not wait for its end.
    pub async fn let_account_go(&mut self, workspace: &WorkspaceId, id: &AccountId, node: &str) -> Result<()> {
        self.execute(LET_GO, values![workspace, id, node]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, both_databases, samples};

    both_databases! {
        async fn an_account_is_kept_with_its_sealed_settings(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut account = samples::account(1, "feishu");
            let mut tx = db.write().await.unwrap();
            tx.insert_account(&workspace, &account).await.unwrap();
            account.settings = vec![0, 255, 7];
            account.enabled = false;
            let mut stale = account.clone();
            tx.update_account(&workspace, &mut account).await.unwrap();
            assert!(matches!(tx.update_account(&workspace, &mut stale).await, Err(Error::Stale { .. })));
            assert_eq!(tx.account(&workspace, &account.id).await.unwrap(), Some(account.clone()));
            assert_eq!(tx.accounts(&workspace).await.unwrap(), [account.clone()]);
            let mut younger = samples::account(2, "dingtalk");
            younger.created_at = samples::at(5);
            tx.insert_account(&workspace, &younger).await.unwrap();
            let mut page = Page { size: 1, after: None, descending: false };
            let first = tx.account_page(&workspace, &page).await.unwrap();
            assert_eq!(first.rows, [account.clone()]);
            page.after = first.next;
            let second = tx.account_page(&workspace, &page).await.unwrap();
            assert_eq!((second.rows, second.next), (vec![younger], None));
            assert_eq!(tx.account_state(&workspace, &account.id).await.unwrap(), None);
            let known = KnownState { state: serde_json::json!({"kind": "connected"}), at: samples::at(3) };
            tx.set_account_state(&workspace, &account.id, &known).await.unwrap();
            assert_eq!(tx.account_state(&workspace, &account.id).await.unwrap(), Some(known));
            assert!(!format!("{account:?}").contains("255"), "settings are not shown");
        }

        async fn one_node_holds_the_connection(db: Db) {
            let workspace = samples::workspace(&db).await;
            let account = samples::account(1, "feishu");
            let mut tx = db.write().await.unwrap();
            tx.insert_account(&workspace, &account).await.unwrap();
            let until = samples::at(60);
            assert!(tx.hold_account(&workspace, &account.id, "a", until, samples::at(0)).await.unwrap());
            assert!(!tx.hold_account(&workspace, &account.id, "b", until, samples::at(1)).await.unwrap());
            assert!(tx.hold_account(&workspace, &account.id, "a", samples::at(90), samples::at(30)).await.unwrap());
            assert!(!tx.hold_account(&workspace, &account.id, "b", until, samples::at(61)).await.unwrap());
            assert!(tx.hold_account(&workspace, &account.id, "b", until, samples::at(91)).await.unwrap(), "it ran out");
            tx.let_account_go(&workspace, &account.id, "b").await.unwrap();
            assert!(tx.hold_account(&workspace, &account.id, "a", until, samples::at(92)).await.unwrap());
        }
    }
}
