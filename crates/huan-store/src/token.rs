//! Bearer tokens of the HTTP interface, found by their hash.

use huan_core::id::{PersonId, TokenId, WorkspaceId};
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
        "workspace, id, hash, name, person, created_at, expires_at, used_at, revoked_at"
    };
}

statements! {
    BY_HASH = concat!("SELECT ", columns!(), " FROM token
        WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)");
    ALL = concat!("SELECT ", columns!(), " FROM token WHERE workspace = $1 ORDER BY id");
    OF_PERSON = concat!("SELECT ", columns!(), " FROM token WHERE workspace = $1 AND person = $2 ORDER BY id");
    INSERT = "INSERT INTO token (workspace, id, hash, name, person, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    USED = "UPDATE token SET used_at = $3 WHERE workspace = $1 AND id = $2";
    REVOKE_ALL = "UPDATE token SET revoked_at = $3 WHERE workspace = $1 AND person = $2 AND revoked_at IS NULL";
    REVOKE = "UPDATE token SET revoked_at = $3 WHERE workspace = $1 AND id = $2 AND revoked_at IS NULL";
}

/// A bearer token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The id.
    pub id: TokenId,
    /// The hash of the secret, made by the caller.
    pub hash: String,
    /// What it is for, in words.
    pub name: String,
    /// On whose behalf it acts.
    pub person: PersonId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; none for never.
    pub expires_at: Option<Timestamp>,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// When it was called back.
    pub revoked_at: Option<Timestamp>,
}

fn token(row: &Row) -> Result<Token> {
    Ok(Token {
        workspace: row.get("workspace")?,
        id: row.get("id")?,
        hash: row.get("hash")?,
        name: row.get("name")?,
        person: row.get("person")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.get("used_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

impl Conn {
    /// The token with this hash, if it is good now.
    pub async fn token_by_hash(&mut self, hash: &str, now: Timestamp) -> Result<Option<Token>> {
        self.find(BY_HASH, values![hash, now], token).await
    }

    /// All tokens, good or not, the oldest first.
    pub async fn tokens(&mut self, workspace: &WorkspaceId) -> Result<Vec<Token>> {
        self.list(ALL, values![workspace], token).await
    }

    /// A person's tokens, good or not, the oldest first.
    pub async fn tokens_of(&mut self, workspace: &WorkspaceId, person: &PersonId) -> Result<Vec<Token>> {
        self.list(OF_PERSON, values![workspace, person], token).await
    }
}

impl Tx {
    /// Revokes every token of a person.
    pub async fn revoke_tokens_of(&mut self, workspace: &WorkspaceId, person: &PersonId, now: Timestamp) -> Result<()> {
        self.execute(REVOKE_ALL, values![workspace, person, now]).await?;
        Ok(())
    }

    /// Adds a token.
    pub async fn insert_token(&mut self, token: &Token) -> Result<()> {
        let Token { workspace, id, hash, name, person, created_at, expires_at, .. } = token;
        self.execute(INSERT, values![workspace, id, hash, name, person, *created_at, *expires_at]).await?;
        Ok(())
    }

    /// Notes that a token was used.
    pub async fn token_used(&mut self, workspace: &WorkspaceId, id: &TokenId, at: Timestamp) -> Result<()> {
        self.execute(USED, values![workspace, id, at]).await?;
        Ok(())
    }

    /// Calls a token back. Says whether it was good until now.
    pub async fn revoke_token(&mut self, workspace: &WorkspaceId, id: &TokenId, at: Timestamp) -> Result<bool> {
        Ok(self.execute(REVOKE, values![workspace, id, at]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_token_is_good_until_it_ends_or_is_called_back(db: Db) {
            let team = samples::team(&db).await;
            let token = |bits, expires_at| Token {
                workspace: team.workspace.clone(),
                id: TokenId::from_bits(bits),
                hash: format!("hash{bits}"),
                name: "导入".into(),
                person: team.owner.id.clone(),
                created_at: samples::at(0),
                expires_at,
                used_at: None,
                revoked_at: None,
            };
            let (lasting, ending) = (token(1, None), token(2, Some(samples::at(10))));
            let mut tx = db.write().await.unwrap();
            tx.insert_token(&lasting).await.unwrap();
            tx.insert_token(&ending).await.unwrap();
            assert_eq!(tx.token_by_hash("hash1", samples::at(99)).await.unwrap(), Some(lasting.clone()));
            assert_eq!(tx.token_by_hash("hash2", samples::at(9)).await.unwrap(), Some(ending));
            assert_eq!(tx.token_by_hash("hash2", samples::at(10)).await.unwrap(), None);
            tx.token_used(&team.workspace, &lasting.id, samples::at(5)).await.unwrap();
            assert!(tx.revoke_token(&team.workspace, &lasting.id, samples::at(6)).await.unwrap());
            assert!(!tx.revoke_token(&team.workspace, &lasting.id, samples::at(7)).await.unwrap());
            assert_eq!(tx.token_by_hash("hash1", samples::at(8)).await.unwrap(), None);
            let all = tx.tokens(&team.workspace).await.unwrap();
            assert_eq!((all.len(), all[0].used_at, all[0].revoked_at), (2, Some(samples::at(5)), Some(samples::at(6))));
            assert_eq!(tx.tokens_of(&team.workspace, &team.owner.id).await.unwrap(), all);
            assert_eq!(tx.tokens_of(&team.workspace, &team.initiator.id).await.unwrap(), []);
        }
    }
}
