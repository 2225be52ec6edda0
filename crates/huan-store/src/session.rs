//! Browser sessions, found by the hash of the secret in the cookie.

use huan_core::id::{PersonId, SessionId, WorkspaceId};
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
        "workspace, id, hash, person, user_agent, created_at, seen_at, expires_at"
    };
}

statements! {
    BY_HASH = concat!("SELECT ", columns!(), " FROM session WHERE hash = $1 AND expires_at > $2");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM session WHERE workspace = $1 AND person = $2 AND expires_at > $3
        ORDER BY seen_at DESC, id");
    INSERT = "INSERT INTO session (workspace, id, hash, person, user_agent, created_at, seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    SEEN = "UPDATE session SET seen_at = $3, expires_at = $4 WHERE workspace = $1 AND id = $2";
    END = "DELETE FROM session WHERE workspace = $1 AND id = $2";
    END_ALL = "DELETE FROM session WHERE workspace = $1 AND person = $2";
    PRUNE = "DELETE FROM session WHERE expires_at <= $1";
}

/// A browser session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The id.
    pub id: SessionId,
    /// The hash of the secret, made by the caller.
    pub hash: String,
    /// Who signed in.
    pub person: PersonId,
    /// What the browser calls itself, for the list of one's sessions.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

fn session(row: &Row) -> Result<Session> {
    Ok(Session {
        workspace: row.get("workspace")?,
        id: row.get("id")?,
        hash: row.get("hash")?,
        person: row.get("person")?,
        user_agent: row.get("user_agent")?,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
    })
}

impl Conn {
    /// The session with this hash, unless it has ended.
    pub async fn session_by_hash(&mut self, hash: &str, now: Timestamp) -> Result<Option<Session>> {
        self.find(BY_HASH, values![hash, now], session).await
    }

    /// The running sessions of a person, the last used first.
    pub async fn sessions_of(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        now: Timestamp,
    ) -> Result<Vec<Session>> {
        self.list(OF_PERSON, values![workspace, person, now], session).await
    }
}

impl Tx {
    /// Begins a session.
    pub async fn insert_session(&mut self, session: &Session) -> Result<()> {
        let Session { workspace, id, hash, person, user_agent, created_at, seen_at, expires_at } = session;
        let values = values![workspace, id, hash, person, user_agent, *created_at, *seen_at, *expires_at];
        self.execute(INSERT, values).await?;
        Ok(())
    }

    /// Notes that a session was used, and when it ends now.
    pub async fn session_seen(
        &mut self,
        workspace: &WorkspaceId,
        id: &SessionId,
        seen_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        self.execute(SEEN, values![workspace, id, seen_at, expires_at]).await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&mut self, workspace: &WorkspaceId, id: &SessionId) -> Result<()> {
        self.execute(END, values![workspace, id]).await?;
        Ok(())
    }

    /// Ends all sessions of a person.
    pub async fn end_sessions_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<u64> {
        self.execute(END_ALL, values![workspace, person]).await
    }

    /// Forgets sessions that have ended.
    pub async fn prune_sessions(&mut self, now: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![now]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_session_is_found_until_it_ends(db: Db) {
            let team = samples::team(&db).await;
            let mut session = Session {
                workspace: team.workspace.clone(),
                id: SessionId::from_bits(1),
                hash: "abc".into(),
                person: team.owner.id.clone(),
                user_agent: "Firefox".into(),
                created_at: samples::at(0),
                seen_at: samples::at(0),
                expires_at: samples::at(100),
            };
            let other = Session { id: SessionId::from_bits(2), hash: "def".into(), ..session.clone() };
            let mut tx = db.write().await.unwrap();
            tx.insert_session(&session).await.unwrap();
            tx.insert_session(&other).await.unwrap();
            assert_eq!(tx.session_by_hash("abc", samples::at(99)).await.unwrap(), Some(session.clone()));
            assert_eq!(tx.session_by_hash("abc", samples::at(100)).await.unwrap(), None);
            assert_eq!(tx.session_by_hash("xyz", samples::at(0)).await.unwrap(), None);
            tx.session_seen(&team.workspace, &session.id, samples::at(50), samples::at(150)).await.unwrap();
            (session.seen_at, session.expires_at) = (samples::at(50), samples::at(150));
            let both = tx.sessions_of(&team.workspace, &team.owner.id, samples::at(60)).await.unwrap();
            assert_eq!(both, [session.clone(), other.clone()]);
            tx.end_session(&team.workspace, &other.id).await.unwrap();
            assert_eq!(tx.session_by_hash("def", samples::at(60)).await.unwrap(), None);
            assert_eq!(tx.prune_sessions(samples::at(149)).await.unwrap(), 0);
            assert_eq!(tx.end_sessions_of(&team.workspace, &team.owner.id).await.unwrap(), 1);
            assert_eq!(tx.session_by_hash("abc", samples::at(60)).await.unwrap(), None);
        }
    }
}
