//! Workspaces, and what is set for one as a whole: settings and holiday years.

use huan_core::{id::WorkspaceId, person::Workspace};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    statement::statements,
    tx::Tx,
    value::{json, values},
};

statements! {
    ALL = "SELECT id, name, zone FROM workspace ORDER BY id";
    BY_ID = "SELECT id, name, zone FROM workspace WHERE id = $1";
    INSERT = "INSERT INTO workspace (id, name, zone) VALUES ($1, $2, $3)";
    INSERT_STREAM = "INSERT INTO stream (workspace, history, hash, live) VALUES ($1, 0, '', 0)";
    UPDATE = "UPDATE workspace SET name = $2, zone = $3 WHERE id = $1";
    SETTING = "SELECT value FROM setting WHERE workspace = $1 AND name = $2";
    SET = "INSERT INTO setting (workspace, name, value, updated_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at";
    HOLIDAY_YEARS = "SELECT year, data FROM holiday_year WHERE workspace = $1 ORDER BY year";
    SET_HOLIDAY_YEAR = "INSERT INTO holiday_year (workspace, year, data, imported_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, year) DO UPDATE SET data = excluded.data, imported_at = excluded.imported_at";
    REMOVE_HOLIDAY_YEAR = "DELETE FROM holiday_year WHERE workspace = $1 AND year = $2";
}

fn workspace(row: &Row) -> Result<Workspace> {
    Ok(Workspace { id: row.get("id")?, name: row.get("name")?, zone: row.get("zone")? })
}

/// The holiday file of one year, as an administrator imported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayFile {
    /// The year.
    pub year: i16,
    /// The file's text.
    pub data: String,
}

impl Conn {
    /// All workspaces, oldest first.
    pub async fn workspaces(&mut self) -> Result<Vec<Workspace>> {
        self.list(ALL, values![], workspace).await
    }

    /// A workspace by id.
    pub async fn workspace(&mut self, id: &WorkspaceId) -> Result<Option<Workspace>> {
        self.find(BY_ID, values![id], workspace).await
    }

    /// A setting of the workspace; none while it was never set.
    pub async fn setting<T: DeserializeOwned>(&mut self, workspace: &WorkspaceId, name: &str) -> Result<Option<T>> {
        self.find(SETTING, values![workspace, name], |row| row.json("value")).await
    }

    /// The holiday years imported into the workspace, which go before those the program brings along.
    pub async fn holiday_years(&mut self, workspace: &WorkspaceId) -> Result<Vec<HolidayFile>> {
        let read = |row: &Row| Ok(HolidayFile { year: row.get("year")?, data: row.get("data")? });
        self.list(HOLIDAY_YEARS, values![workspace], read).await
    }
}

impl Tx {
    /// Adds a workspace.
    pub async fn insert_workspace(&mut self, workspace: &Workspace) -> Result<()> {
        self.execute(INSERT, values![&workspace.id, &workspace.name, &workspace.zone]).await?;
        self.execute(INSERT_STREAM, values![&workspace.id]).await?;
        Ok(())
    }

    /// Renames a workspace or moves it to another zone.
    pub async fn update_workspace(&mut self, workspace: &Workspace) -> Result<()> {
        let values = values![&workspace.id, &workspace.name, &workspace.zone];
        match self.execute(UPDATE, values).await? {
            0 => Err(Error::Stale { what: "the workspace" }),
            _ => Ok(()),
        }
    }

    /// Sets a setting of the workspace.
    pub async fn set_setting<T: Serialize>(
        &mut self,
        workspace: &WorkspaceId,
        name: &str,
        value: &T,
        now: Timestamp,
    ) -> Result<()> {
        self.execute(SET, values![workspace, name, json(value)?, now]).await?;
        Ok(())
    }

    /// Puts a holiday year in place of what was imported for that year.
    pub async fn set_holiday_year(
        &mut self,
        workspace: &WorkspaceId,
        file: &HolidayFile,
        now: Timestamp,
    ) -> Result<()> {
        self.execute(SET_HOLIDAY_YEAR, values![workspace, file.year, &file.data, now]).await?;
        Ok(())
    }

    /// Takes an imported holiday year back.
    pub async fn remove_holiday_year(&mut self, workspace: &WorkspaceId, year: i16) -> Result<()> {
        self.execute(REMOVE_HOLIDAY_YEAR, values![workspace, year]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_workspace_is_kept_and_renamed(db: Db) {
            let id = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            let mut workspace = tx.workspace(&id).await.unwrap().unwrap();
            workspace.name = "环宇".into();
            tx.update_workspace(&workspace).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().workspaces().await.unwrap(), [workspace]);
        }

        async fn settings_are_replaced(db: Db) {
            let id = samples::workspace(&db).await;
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.setting::<Vec<u8>>(&id, "quiet").await.unwrap(), None);
            tx.set_setting(&id, "quiet", &vec![1_u8], samples::at(0)).await.unwrap();
            tx.set_setting(&id, "quiet", &vec![2_u8, 3], samples::at(1)).await.unwrap();
            assert_eq!(tx.setting::<Vec<u8>>(&id, "quiet").await.unwrap(), Some(vec![2, 3]));
        }

        async fn i8_an_imported_holiday_year_replaces_the_one_before(db: Db) {
            let id = samples::workspace(&db).await;
            let file = |data: &str| HolidayFile { year: 2027, data: data.into() };
            let mut tx = db.write().await.unwrap();
            tx.set_holiday_year(&id, &file("a"), samples::at(0)).await.unwrap();
            tx.set_holiday_year(&id, &file("b"), samples::at(1)).await.unwrap();
            assert_eq!(tx.holiday_years(&id).await.unwrap(), [file("b")]);
            tx.remove_holiday_year(&id, 2027).await.unwrap();
            assert_eq!(tx.holiday_years(&id).await.unwrap(), []);
        }
    }
}
