//! The charters of collaborations, and starts that are not finished.

use huan_core::{
    charter::Charter,
    id::{CollaborationId, PersonId, StartId, WorkspaceId},
    start::UnfinishedStart,
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

macro_rules! columns {
    () => {
        "id, person, content, created_at, updated_at, version"
    };
}

statements! {
    CHARTER = "SELECT content, version FROM charter WHERE workspace = $1 AND collaboration = $2";
    INSERT_CHARTER = "INSERT INTO charter (workspace, collaboration, content, version) VALUES ($1, $2, $3, $4)";
    UPDATE_CHARTER = "UPDATE charter SET content = $3, version = version + 1
        WHERE workspace = $1 AND collaboration = $2 AND version = $4";
    BY_ID = concat!("SELECT ", columns!(), " FROM unfinished_start WHERE workspace = $1 AND id = $2");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM unfinished_start WHERE workspace = $1 AND person = $2
        ORDER BY updated_at DESC, id DESC");
    INSERT = "INSERT INTO unfinished_start (workspace, id, person, content, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE unfinished_start SET content = $3, updated_at = $4, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $5";
    REMOVE = "DELETE FROM unfinished_start WHERE workspace = $1 AND id = $2";
}

fn start(row: &Row) -> Result<UnfinishedStart> {
    Ok(UnfinishedStart {
        id: row.get("id")?,
        person: row.get("person")?,
        start: row.json("content")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// What a collaboration agreed on, with the version of that; nothing and 0 where nothing was.
    pub async fn charter(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<(Charter, i64)> {
        let found = self
            .find(CHARTER, values![workspace, collaboration], |row| Ok((row.json("content")?, row.get("version")?)))
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// An unfinished start by id.
    pub async fn unfinished_start(&mut self, workspace: &WorkspaceId, id: &StartId) -> Result<Option<UnfinishedStart>> {
        self.find(BY_ID, values![workspace, id], start).await
    }

    /// The unfinished starts of a person, the one worked on last first.
    pub async fn unfinished_starts(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
    ) -> Result<Vec<UnfinishedStart>> {
        self.list(OF_PERSON, values![workspace, person], start).await
    }
}

impl Tx {
    /// Writes what a collaboration agreed on over the `version` that was read, and gives the new one. [`crate::Error::Stale`]
    /// when somebody else changed it since.
    pub async fn save_charter(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        charter: &Charter,
        version: i64,
    ) -> Result<i64> {
        if version == 0 {
            self.execute(INSERT_CHARTER, values![workspace, collaboration, json(charter)?, 1_i64]).await?;
        } else {
            self.change("the charter", UPDATE_CHARTER, values![workspace, collaboration, json(charter)?, version])
                .await?;
        }
        Ok(version + 1)
    }

    /// Keeps a start that was begun.
    pub async fn insert_start(&mut self, workspace: &WorkspaceId, start: &UnfinishedStart) -> Result<()> {
        let values = values![
            workspace,
            &start.id,
            &start.person,
            json(&start.start)?,
            start.created_at,
            start.updated_at,
            start.version,
        ];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Writes what was entered over the version that was read. [`crate::Error::Stale`] when it was changed since; else its
    /// version grows by one.
    pub async fn update_start(&mut self, workspace: &WorkspaceId, start: &mut UnfinishedStart) -> Result<()> {
        let values = values![workspace, &start.id, json(&start.start)?, start.updated_at, start.version];
        self.change("the unfinished start", UPDATE, values).await?;
        start.version += 1;
        Ok(())
    }

    /// Takes away a start that was carried out or given up.
    pub async fn remove_start(&mut self, workspace: &WorkspaceId, id: &StartId) -> Result<()> {
        self.execute(REMOVE, values![workspace, id]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        charter::{Content, Tool},
        clock::ServiceLevels,
        situation::Situation,
        start::{Start, StartFrom},
    };

    use super::*;
    use crate::{Error, both_databases, samples};

    both_databases! {
        async fn b1_b2_b3_charters_and_unfinished_starts_are_kept(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, collaboration) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.charter(workspace, collaboration).await.unwrap(), (Charter::default(), 0));
            let mut charter = Charter::default();
            charter.tools.insert(Content::Minutes, Tool::Feishu);
            assert_eq!(tx.save_charter(workspace, collaboration, &charter, 0).await.unwrap(), 1);
            charter.tools.insert(Content::Reports, Tool::Dingtalk);
            assert_eq!(tx.save_charter(workspace, collaboration, &charter, 1).await.unwrap(), 2);
            let stale = tx.save_charter(workspace, collaboration, &charter, 1).await;
            assert!(matches!(stale, Err(Error::Stale { .. })), "{stale:?}");
            assert_eq!(tx.charter(workspace, collaboration).await.unwrap(), (charter.clone(), 2));

            let entered = Start {
                from: StartFrom::Situation { situation: Situation::RemoteTeam },
                name: "产品V2.0".into(),
                goal: String::new(),
                goal_on: None,
                goal_as_it_is: false,
                charter,
                members: Vec::new(),
                rules: "紧急事项 @全体".into(),
                levels: ServiceLevels::default(),
                groups: Vec::new(),
            };
            let mut one = UnfinishedStart {
                id: StartId::from_bits(1),
                person: team.owner.id.clone(),
                start: entered,
                created_at: samples::at(1),
                updated_at: samples::at(1),
                version: 1,
            };
            tx.insert_start(workspace, &one).await.unwrap();
            let mut stale = one.clone();
            one.start.goal = "完成需求评审".into();
            one.updated_at = samples::at(2);
            tx.update_start(workspace, &mut one).await.unwrap();
            let refused = tx.update_start(workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            assert_eq!(tx.unfinished_start(workspace, &one.id).await.unwrap().as_ref(), Some(&one));
            assert_eq!(tx.unfinished_starts(workspace, &one.person).await.unwrap(), std::slice::from_ref(&one));
            assert_eq!(tx.unfinished_starts(workspace, &team.initiator.id).await.unwrap(), []);
            tx.remove_start(workspace, &one.id).await.unwrap();
            assert_eq!(tx.unfinished_start(workspace, &one.id).await.unwrap(), None);
        }
    }
}
