//! What whoever runs the database wants to know of it.

use crate::{conn::Conn, error::Result, statement::statements, value::values};

statements! {
    JOURNAL_MODE = sqlite "SELECT journal_mode FROM pragma_journal_mode", postgres "SELECT 'wal' AS journal_mode";
}

impl Conn {
    /// How SQLite keeps its journal: `wal`, unless the disk cannot do it (some network file systems). PostgreSQL always
    /// writes ahead.
    pub async fn journal_mode(&mut self) -> Result<String> {
        self.fetch_one(JOURNAL_MODE, values![]).await?.get("journal_mode")
    }
}

#[cfg(test)]
mod tests {
    use crate::both_databases;

    both_databases! {
        async fn the_journal_is_written_ahead(db: Db) {
            assert_eq!(db.read().await.unwrap().journal_mode().await.unwrap(), "wal");
        }
    }
}
