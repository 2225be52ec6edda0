//! Numbers handed out one by one: no two the same, and none twice.

use huan_core::id::WorkspaceId;

use crate::{error::Result, statement::statements, tx::Tx, value::values};

statements! {
    NEXT = "INSERT INTO counter (workspace, name, value) VALUES ($1, $2, 1)
        ON CONFLICT (workspace, name) DO UPDATE SET value = counter.value + 1 RETURNING value";
}

impl Tx {
    /// The next number of a row of numbers. On PostgreSQL others who want one wait until this transaction ends.
    pub(crate) async fn next_number(&mut self, workspace: &WorkspaceId, name: &str) -> Result<i64> {
        self.fetch_one(NEXT, values![workspace, name]).await?.get("value")
    }
}
