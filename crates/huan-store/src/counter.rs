//! Numbers handed out one by one: no two the same, and none twice.

use huan_core::id::WorkspaceId;

use crate::{error::Result, statement::statements, tx::Tx, value::values};

statements! {
    NEXT = "INSERT INTO counter (workspace, name, value) VALUES ($1, $2, 1)
        ON CONFLICT (workspace, name) DO UPDATE SET value = counter.value + 1 RETURNING value";
    // Until the transaction ends, others who ask for the same turn wait. SQLite has one writer anyway.
    // PostgreSQL is also told to read in the order of an index rather than to sort: of many rows that wait only the first few
    // are wanted, and it cannot guess how soon they are found.
    TURN = sqlite "SELECT $1 AS turn",
        postgres "SELECT pg_advisory_xact_lock(hashtext($1))::text AS turn, set_config('enable_sort', 'off', true)";
}

impl Tx {
    /// Keeps other nodes from doing the same kind of work until this transaction ends: claims in order need it.
    pub(crate) async fn take_turn(&mut self, work: &str) -> Result<()> {
        self.execute(TURN, values![work]).await?;
        Ok(())
    }

    /// The next number of a row of numbers. On PostgreSQL others who want one wait until this transaction ends.
    pub(crate) async fn next_number(&mut self, workspace: &WorkspaceId, name: &str) -> Result<i64> {
        self.fetch_one(NEXT, values![workspace, name]).await?.get("value")
    }
}
