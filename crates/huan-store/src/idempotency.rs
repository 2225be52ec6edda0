//! Keys by which a program repeats a write of the HTTP interface without doing it twice: the first answer is kept and given
//! again. The key is taken in the transaction of the write itself, so that both are kept or neither.

use huan_core::id::{PersonId, WorkspaceId};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    statement::statements,
    tx::Tx,
    value::values,
};

statements! {
    TAKE = "INSERT INTO idempotency (workspace, person, key, request_hash, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (workspace, person, key) DO NOTHING";
    FOUND = "SELECT request_hash, status, answer FROM idempotency WHERE workspace = $1 AND person = $2 AND key = $3";
    ANSWER = "UPDATE idempotency SET status = $4, answer = $5 WHERE workspace = $1 AND person = $2 AND key = $3";
    PRUNE = "DELETE FROM idempotency WHERE created_at < $1";
}

/// What is known under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyTaken {
    /// Nothing was: do the write, then note its answer in the same transaction.
    New,
    /// The same request was answered with this.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        answer: String,
    },
    /// Another request was made under the same key: refuse this one.
    Other,
}

impl Conn {
    /// What is known under a key so far, without taking it.
    pub async fn key(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        key: &str,
        request_hash: &str,
    ) -> Result<KeyTaken> {
        let read = |row: &Row| {
            if row.get::<String>("request_hash")? != request_hash {
                return Ok(KeyTaken::Other);
            }
            match (row.get("status")?, row.get("answer")?) {
                (Some(status), Some(answer)) => Ok(KeyTaken::Answered { status, answer }),
                // Kept without an answer: that write was not finished by its transaction.
                _ => Ok(KeyTaken::New),
            }
        };
        Ok(self.find(FOUND, values![workspace, person, key], read).await?.unwrap_or(KeyTaken::New))
    }
}

impl Tx {
    /// Takes a key for a request. A second request under the same key waits until the first transaction has ended.
    pub async fn take_key(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        key: &str,
        request_hash: &str,
        now: Timestamp,
    ) -> Result<KeyTaken> {
        if self.execute(TAKE, values![workspace, person, key, request_hash, now]).await? == 1 {
            return Ok(KeyTaken::New);
        }
        self.key(workspace, person, key, request_hash).await
    }

    /// Keeps the answer for a key that was taken.
    pub async fn answer_key(
        &mut self,
        workspace: &WorkspaceId,
        person: &PersonId,
        key: &str,
        status: u16,
        answer: &str,
    ) -> Result<()> {
        self.execute(ANSWER, values![workspace, person, key, status, answer]).await?;
        Ok(())
    }

    /// Forgets old keys.
    pub async fn prune_keys(&mut self, before: Timestamp) -> Result<u64> {
        self.execute(PRUNE, values![before]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_repeated_request_gets_the_first_answer(db: Db) {
            let workspace = samples::workspace(&db).await;
            let person = PersonId::from_bits(1);
            let mut tx = db.write().await.unwrap();
            let first = tx.take_key(&workspace, &person, "k", "hash", samples::at(0)).await.unwrap();
            assert_eq!(first, KeyTaken::New);
            tx.answer_key(&workspace, &person, "k", 201, "{}").await.unwrap();
            tx.commit().await.unwrap();

            let known = db.read().await.unwrap().key(&workspace, &person, "k", "hash").await.unwrap();
            assert_eq!(known, KeyTaken::Answered { status: 201, answer: "{}".into() });
            let mut tx = db.write().await.unwrap();
            let again = tx.take_key(&workspace, &person, "k", "hash", samples::at(1)).await.unwrap();
            assert_eq!(again, KeyTaken::Answered { status: 201, answer: "{}".into() });
            let other = tx.take_key(&workspace, &person, "k", "another", samples::at(1)).await.unwrap();
            assert_eq!(other, KeyTaken::Other);
            let someone_else = PersonId::from_bits(2);
            let theirs = tx.take_key(&workspace, &someone_else, "k", "another", samples::at(1)).await.unwrap();
            assert_eq!(theirs, KeyTaken::New);
            assert_eq!(tx.prune_keys(samples::at(1)).await.unwrap(), 1);
        }

        async fn an_undone_request_leaves_its_key_free(db: Db) {
            let workspace = samples::workspace(&db).await;
            let person = PersonId::from_bits(1);
            for _ in 0..2 {
                let mut tx = db.write().await.unwrap();
                let taken = tx.take_key(&workspace, &person, "k", "hash", samples::at(0)).await.unwrap();
                assert_eq!(taken, KeyTaken::New);
                tx.rollback();
            }
        }
    }
}
