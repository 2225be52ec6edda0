//! The schema and its history: numbered, append-only SQL texts for each database.
//!
//! To change the schema add `migrations/sqlite/NNNN_name.sql`, `migrations/postgres/NNNN_name.sql` and sample rows
//! `migrations/samples/NNNN_name.sql`, and list the number in [`ALL`]. Never edit one that was released: its checksum is kept in
//! every database. Expand first, contract a release later, so that old and new programs can run side by side.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::{
    conn::{Conn, Dialect, Row},
    db::Db,
    error::{Error, Result},
    statement::statements,
    value::values,
};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; each is larger than the one before.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    samples: &'static str,
}

macro_rules! migration {
    ($version:literal, $name:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../migrations/postgres/", $file)),
            samples: include_str!(concat!("../migrations/samples/", $file)),
        }
    };
}

/// All steps, in order.
pub const ALL: &[Migration] = &[
    migration!(1, "start", "0001_start.sql"),
    migration!(2, "record_views", "0002_record_views.sql"),
    migration!(3, "problems", "0003_problems.sql"),
    migration!(4, "task_sync", "0004_task_sync.sql"),
    migration!(5, "directory", "0005_directory.sql"),
    migration!(6, "emergencies", "0006_emergencies.sql"),
    migration!(8, "inbox_order", "0008_inbox_order.sql"),
    migration!(9, "search", "0009_search.sql"),
    migration!(10, "minutes", "0010_minutes.sql"),
    migration!(11, "groups", "0011_groups.sql"),
    migration!(12, "search_minutes", "0012_search_minutes.sql"),
    migration!(13, "usage_rules", "0013_usage_rules.sql"),
    migration!(14, "sign_off", "0014_sign_off.sql"),
    migration!(15, "centre", "0015_centre.sql"),
    migration!(16, "digests", "0016_digests.sql"),
    migration!(17, "mirror", "0017_mirror.sql"),
    migration!(18, "documents", "0018_documents.sql"),
    migration!(19, "starts", "0019_starts.sql"),
    migration!(20, "files", "0020_files.sql"),
    migration!(21, "meetings", "0021_meetings.sql"),
    migration!(22, "everybody", "0022_everybody.sql"),
    migration!(23, "message_traces", "0023_message_traces.sql"),
    migration!(24, "search_files", "0024_search_files.sql"),
    migration!(25, "link_titles", "0025_link_titles.sql"),
    migration!(26, "centre_counts", "0026_centre_counts.sql"),
];

/// The table of applied migrations, the same in both databases.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";

/// PostgreSQL: two nodes that start at once migrate one after the other.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4842054)";

statements! {
    APPLIED = "SELECT version, checksum FROM schema_migration ORDER BY version";
    NOTE = "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
    EXISTS = sqlite "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'",
        postgres "SELECT count(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migration'";
}

impl Migration {
    fn text(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }

    /// Rows as they were written at this step, for tests.
    pub fn samples(&self) -> &'static str {
        self.samples
    }

    fn checksum(&self, dialect: Dialect) -> String {
        hex::encode(Sha256::digest(self.text(dialect)))
    }
}

/// A number that changes when any migration changes: names the template database of the tests.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn fingerprint(dialect: Dialect) -> String {
    let all: Vec<String> = ALL.iter().map(|migration| migration.checksum(dialect)).collect();
    hex::encode(Sha256::digest(all.concat())).chars().take(12).collect()
}

/// Checks the applied migrations against those known and gives the ones still to apply.
fn remaining(applied: &[(i64, String)], dialect: Dialect) -> Result<Vec<Migration>> {
    let known = ALL.last().map_or(0, |last| last.version);
    for (version, checksum) in applied {
        let Some(migration) = ALL.iter().find(|migration| migration.version == *version) else {
            return Err(Error::NewerSchema { found: *version, known });
        };
        if migration.checksum(dialect) != *checksum {
            return Err(Error::ChangedMigration { version: *version });
        }
    }
    // Not just those above the last one: steps made side by side may arrive out of the order of their numbers.
    let is_applied = |migration: &&Migration| applied.iter().any(|(version, _)| *version == migration.version);
    Ok(ALL.iter().filter(|migration| !is_applied(migration)).copied().collect())
}

async fn applied(conn: &mut Conn) -> Result<Vec<(i64, String)>> {
    let exists: i64 = conn.fetch_one(EXISTS, values![]).await?.get("n")?;
    if exists == 0 {
        return Ok(Vec::new());
    }
    let read = |row: &Row| Ok((row.get("version")?, row.get("checksum")?));
    conn.list(APPLIED, values![], read).await
}

impl Db {
    /// The migrations this program has and the database has not. Refuses a database of a newer or of another program.
    pub async fn pending(&self) -> Result<Vec<Migration>> {
        let mut conn = self.read().await?;
        remaining(&applied(&mut conn).await?, self.dialect())
    }

    /// Brings the schema, and the word index with it, up to date and says what was applied. Each step is one transaction.
    pub async fn migrate(&self, now: Timestamp) -> Result<Vec<Migration>> {
        let mut done = Vec::new();
        while let Some(migration) = self.migrate_one(now).await? {
            tracing::info!(version = migration.version, name = migration.name, "applied a migration");
            done.push(migration);
        }
        self.fill_search().await?;
        Ok(done)
    }

    async fn migrate_one(&self, now: Timestamp) -> Result<Option<Migration>> {
        let mut tx = self.write().await?;
        if self.dialect() == Dialect::Postgres {
            tx.script("locking the schema", LOCK.to_owned()).await?;
        }
        tx.script("schema_migration", TABLE.to_owned()).await?;
        let remaining = remaining(&applied(&mut tx).await?, self.dialect())?;
        let Some(migration) = remaining.first().copied() else {
            return Ok(None);
        };
        tx.script(migration.name, migration.text(self.dialect()).to_owned()).await?;
        let checksum = migration.checksum(self.dialect());
        tx.execute(NOTE, values![migration.version, migration.name, checksum, now]).await?;
        tx.commit().await?;
        Ok(Some(migration))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fresh, columns, script};

    #[tokio::test]
    async fn both_databases_have_the_same_tables_and_columns() {
        let sqlite = Fresh::sqlite().await;
        let postgres = Fresh::postgres().await;
        let one = columns(&mut sqlite.db().read().await.unwrap()).await.unwrap();
        let other = columns(&mut postgres.db().read().await.unwrap()).await.unwrap();
        assert_eq!(one, other);
        assert!(one.contains(&"schema_migration.checksum".to_owned()));
        sqlite.remove().await;
        postgres.remove().await;
    }

    async fn samples_survive(fresh: Fresh) {
        let db = fresh.db();
        for migration in ALL {
            assert_eq!(db.migrate_one(Timestamp::UNIX_EPOCH).await.unwrap().unwrap().version, migration.version);
            script(&db, migration.samples()).await.unwrap();
        }
        assert!(db.migrate(Timestamp::UNIX_EPOCH).await.unwrap().is_empty(), "a second run does nothing");
        assert!(db.pending().await.unwrap().is_empty());
        fresh.remove().await;
    }

    #[tokio::test]
    async fn sample_rows_of_each_step_survive_the_later_ones_on_sqlite() {
        samples_survive(Fresh::empty_sqlite().await).await;
    }

    #[tokio::test]
    async fn sample_rows_of_each_step_survive_the_later_ones_on_postgres() {
        samples_survive(Fresh::empty_postgres().await).await;
    }

    #[tokio::test]
    async fn the_sample_rows_fill_every_table() {
        let fresh = Fresh::sqlite().await;
        let columns = columns(&mut fresh.db().read().await.unwrap()).await.unwrap();
        let mut tables: Vec<&str> = columns.iter().filter_map(|column| Some(column.split_once('.')?.0)).collect();
        tables.dedup();
        for table in tables.into_iter().filter(|table| *table != "schema_migration") {
            let filled = ALL.iter().any(|migration| migration.samples().contains(&format!("INSERT INTO {table} (")));
            assert!(filled, "no sample row for {table}");
        }
        fresh.remove().await;
    }

    #[tokio::test]
    async fn an_empty_database_has_everything_pending() {
        for fresh in [Fresh::empty_sqlite().await, Fresh::empty_postgres().await] {
            assert_eq!(fresh.db().pending().await.unwrap().len(), ALL.len());
            fresh.remove().await;
        }
    }

    crate::both_databases! {
        async fn a_newer_schema_is_refused(db: Db) {
            script(&db, "INSERT INTO schema_migration VALUES (9999, 'future', 'x', 0)").await.unwrap();
            assert!(matches!(db.pending().await, Err(Error::NewerSchema { found: 9999, .. })));
            assert!(matches!(db.migrate(Timestamp::UNIX_EPOCH).await, Err(Error::NewerSchema { .. })));
        }

        async fn a_changed_migration_is_refused(db: Db) {
            script(&db, "UPDATE schema_migration SET checksum = 'other' WHERE version = 1").await.unwrap();
            assert!(matches!(db.pending().await, Err(Error::ChangedMigration { version: 1 })));
        }
    }

    #[test]
    fn versions_count_up() {
        assert!(ALL.is_sorted_by(|one, next| one.version < next.version));
    }

    #[test]
    fn a_step_that_arrives_late_is_applied_all_the_same() {
        let dialect = Dialect::Sqlite;
        let applied: Vec<(i64, String)> =
            ALL.iter().skip(1).map(|migration| (migration.version, migration.checksum(dialect))).collect();
        let remaining = remaining(&applied, dialect).unwrap();
        assert_eq!(remaining.iter().map(|migration| migration.version).collect::<Vec<_>>(), [1]);
    }
}
