//! People who are leaving, until their work is handed over (I7).

use huan_core::{
    directory::run::Leaver,
    id::{PersonId, WorkspaceId},
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::values,
};

macro_rules! columns {
    () => {
        "person, account, noticed_at, due_at, state, successor, ended_at"
    };
}

statements! {
    BY_PERSON = concat!("SELECT ", columns!(), " FROM leaver WHERE workspace = $1 AND person = $2");
    OPEN = concat!("SELECT ", columns!(), " FROM leaver WHERE workspace = $1 AND state = 'open'
        ORDER BY due_at, person LIMIT $2");
    ENDED = concat!("SELECT ", columns!(), " FROM leaver WHERE workspace = $1 AND state <> 'open'
        ORDER BY ended_at DESC, person LIMIT $2");
    DUE = concat!("SELECT ", columns!(), " FROM leaver WHERE workspace = $1 AND state = 'open' AND due_at <= $2
        ORDER BY due_at, person LIMIT 1");
    NEXT = "SELECT min(due_at) AS due_at FROM leaver WHERE workspace = $1 AND state = 'open'";
    SET = "INSERT INTO leaver (workspace, person, account, noticed_at, due_at, state, successor, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (workspace, person) DO UPDATE SET account = excluded.account, noticed_at = excluded.noticed_at,
            due_at = excluded.due_at, state = excluded.state, successor = excluded.successor,
            ended_at = excluded.ended_at";
}

fn leaver(row: &Row) -> Result<Leaver> {
    Ok(Leaver {
        person: row.get("person")?,
        account: row.get("account")?,
        noticed_at: row.get("noticed_at")?,
        due_at: row.get("due_at")?,
        state: row.get("state")?,
        successor: row.get("successor")?,
        ended_at: row.get("ended_at")?,
    })
}

impl Conn {
    /// Who of these is told to have left and still waits for their work to be handed over.
    pub async fn leaving_among(&mut self, workspace: &WorkspaceId, people: &[PersonId]) -> Result<Vec<PersonId>> {
        let mut select = Select::new("leaving_among", "SELECT person FROM leaver");
        select.and("workspace = ").bind(workspace).and("state = 'open'").and("person IN ").list(people);
        let (sql, values) = select.build();
        self.list(sql, values, |row| row.get("person")).await
    }

    /// How it stands with somebody who is or was leaving.
    pub async fn leaver(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Option<Leaver>> {
        self.find(BY_PERSON, values![workspace, person], leaver).await
    }

    /// Those whose work waits to be handed over, the most urgent first.
    pub async fn open_leavers(&mut self, workspace: &WorkspaceId, at_most: u32) -> Result<Vec<Leaver>> {
        self.list(OPEN, values![workspace, at_most], leaver).await
    }

    /// Those with whom it ended, the last one first.
    pub async fn ended_leavers(&mut self, workspace: &WorkspaceId, at_most: u32) -> Result<Vec<Leaver>> {
        self.list(ENDED, values![workspace, at_most], leaver).await
    }

    /// One whose work is to go to the superior now.
    pub async fn due_leaver(&mut self, workspace: &WorkspaceId, now: Timestamp) -> Result<Option<Leaver>> {
        self.find(DUE, values![workspace, now], leaver).await
    }

    /// When the next one is due.
    pub async fn next_leaver_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT, values![workspace]).await?.get("due_at")
    }
}

impl Tx {
    /// Writes how it stands with somebody who is leaving.
    pub async fn set_leaver(&mut self, workspace: &WorkspaceId, leaver: &Leaver) -> Result<()> {
        let Leaver { person, account, noticed_at, due_at, state, successor, ended_at } = leaver;
        let values =
            values![workspace, person, account.as_ref(), *noticed_at, *due_at, *state, successor.as_ref(), *ended_at,];
        self.execute(SET, values).await?;
        self.signal(Topic::Directory);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};
    use huan_core::directory::run::LeaverState;

    both_databases! {
        async fn i7_a_leaver_is_due_until_the_work_is_handed_over(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut leaving = Leaver {
                person: team.owner.id.clone(),
                account: Some(team.account.id.clone()),
                noticed_at: samples::at(0),
                due_at: samples::at(60),
                state: LeaverState::Open,
                successor: None,
                ended_at: None,
            };
            let mut tx = db.write().await.unwrap();
            tx.set_leaver(workspace, &leaving).await.unwrap();
            assert_eq!(tx.open_leavers(workspace, 10).await.unwrap(), [leaving.clone()]);
            let both = [team.initiator.id.clone(), team.owner.id.clone()];
            assert_eq!(tx.leaving_among(workspace, &both).await.unwrap(), std::slice::from_ref(&team.owner.id));
            assert_eq!(tx.due_leaver(workspace, samples::at(59)).await.unwrap(), None);
            assert_eq!(tx.due_leaver(workspace, samples::at(60)).await.unwrap(), Some(leaving.clone()));
            assert_eq!(tx.next_leaver_at(workspace).await.unwrap(), Some(samples::at(60)));
            leaving.state = LeaverState::HandedOver;
            leaving.successor = Some(team.initiator.id.clone());
            leaving.ended_at = Some(samples::at(61));
            tx.set_leaver(workspace, &leaving).await.unwrap();
            assert_eq!(tx.due_leaver(workspace, samples::at(99)).await.unwrap(), None);
            assert_eq!(tx.next_leaver_at(workspace).await.unwrap(), None);
            assert_eq!(tx.open_leavers(workspace, 10).await.unwrap(), []);
            assert_eq!(tx.ended_leavers(workspace, 10).await.unwrap(), [leaving.clone()]);
            assert_eq!(tx.leaver(workspace, &team.owner.id).await.unwrap(), Some(leaving));
        }
    }
}
