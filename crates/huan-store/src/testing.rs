//! A fresh database of each kind for a test.
//!
//! ```ignore
//! huan_store::both_databases! {
//!     async fn h2_an_import_that_says_resolved_becomes_done(db: Db) { … }
//! }
//! ```
//! makes two tests, `…::sqlite` and `…::postgres`. The second needs a server in `HUAN_TEST_POSTGRES` and fails without one:
//! a suite that ran on one database only is no proof.
#![allow(clippy::expect_used, reason = "a test that cannot get its database has failed")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::{
    Db,
    conn::{Conn, Dialect},
    db::Size,
    error::Result,
    migrate,
};

pub use crate::interrupt::until;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Makes one test per database from one body.
#[macro_export]
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: Db) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn body($db: $crate::Db) $body

            #[tokio::test]
            async fn sqlite() {
                let fresh = $crate::testing::Fresh::sqlite().await;
                body(fresh.db()).await;
                fresh.remove().await;
            }

            #[tokio::test]
            async fn postgres() {
                let fresh = $crate::testing::Fresh::postgres().await;
                body(fresh.db()).await;
                fresh.remove().await;
            }
        }
    )*};
}

/// A fresh, migrated database. It is removed by [`Fresh::remove`]; after a failed test it stays, to be looked at.
#[derive(Debug)]
pub struct Fresh {
    db: Db,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Directory(PathBuf),
    Database { server: String, name: String },
}

impl Fresh {
    /// A SQLite file in the temporary directory.
    pub async fn sqlite() -> Self {
        let fresh = Self::empty_sqlite().await;
        fresh.db.migrate(Timestamp::UNIX_EPOCH).await.expect("the migrations apply to SQLite");
        fresh
    }

    /// A SQLite file without a schema.
    pub async fn empty_sqlite() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let directory = std::env::temp_dir().join(format!("huan-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("the temporary directory is writable");
        let address = directory.join("huan.db").display().to_string();
        let db = Db::open(&address).await.expect("a new SQLite file opens");
        Self { db, place: Place::Directory(directory) }
    }

    /// A database on the server of `HUAN_TEST_POSTGRES`, copied from a migrated template.
    pub async fn postgres() -> Self {
        Self::on_server(true).await
    }

    /// A database without a schema on the server of `HUAN_TEST_POSTGRES`.
    pub async fn empty_postgres() -> Self {
        Self::on_server(false).await
    }

    async fn on_server(migrated: bool) -> Self {
        let server = std::env::var("HUAN_TEST_POSTGRES").expect(
            "the tests run on both databases: set HUAN_TEST_POSTGRES to the address of a throw-away PostgreSQL server",
        );
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("huan_test_{}_{number}", std::process::id());
        let mut admin =
            PgConnection::connect(&server).await.expect("the PostgreSQL server of HUAN_TEST_POSTGRES answers");
        run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        if migrated {
            let template = template(&server, &mut admin).await;
            run(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        } else {
            run(&mut admin, format!("CREATE DATABASE {name}")).await;
        }
        admin.close().await.expect("the connection closes");
        let size = Size { postgres: 6, ..Size::default() };
        let db = Db::open_sized(&database(&server, &name), size).await.expect("the new database opens");
        Self { db, place: Place::Database { server, name } }
    }

    /// The database.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The address by which another node can open it.
    pub fn address(&self) -> String {
        match &self.place {
            Place::Directory(directory) => directory.join("huan.db").display().to_string(),
            Place::Database { server, name } => database(server, name),
        }
    }

    /// Closes and removes it.
    pub async fn remove(self) {
        self.db.close().await;
        match self.place {
            Place::Directory(directory) => std::fs::remove_dir_all(directory).expect("the test's directory is removed"),
            Place::Database { server, name } => {
                let mut admin = PgConnection::connect(&server).await.expect("the server answers");
                run(&mut admin, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            }
        }
    }
}

/// The address of another database on the same server.
fn database(server: &str, name: &str) -> String {
    let (server, options) = server.split_once('?').map_or((server, None), |(server, options)| (server, Some(options)));
    let authority = server.find("://").map_or(0, |at| at + 3);
    let end = server[authority..].find('/').map_or(server.len(), |at| authority + at);
    let options = options.map_or_else(String::new, |options| format!("?{options}"));
    format!("{}/{name}{options}", &server[..end])
}

async fn run(conn: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(conn).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Makes the migrated template, unless another test has made it already.
async fn template(server: &str, admin: &mut PgConnection) -> String {
    let name = format!("huan_template_{}", migrate::fingerprint(Dialect::Postgres));
    run(admin, "SELECT pg_advisory_lock(4842055)".to_owned()).await;
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut *admin)
        .await
        .expect("the server lists its databases");
    if there == 0 {
        let making = format!("{name}_making");
        run(admin, format!("DROP DATABASE IF EXISTS {making} WITH (FORCE)")).await;
        run(admin, format!("CREATE DATABASE {making}")).await;
        let db = Db::open(&database(server, &making)).await.expect("the template opens");
        db.migrate(Timestamp::UNIX_EPOCH).await.expect("the migrations apply to PostgreSQL");
        db.close().await;
        // A connection takes a moment to leave after it was closed.
        run(admin, format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{making}'")).await;
        for attempt in 0.. {
            let sql = format!("ALTER DATABASE {making} RENAME TO {name}");
            match sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *admin).await {
                Ok(_) => break,
                Err(error) if attempt > 50 => panic!("naming the template: {error}"),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    }
    run(admin, "SELECT pg_advisory_unlock(4842055)".to_owned()).await;
    name
}

/// Runs a script on a transaction of its own: for sample rows and for building odd states.
pub async fn script(db: &Db, text: &str) -> Result<()> {
    let mut tx = db.write().await?;
    tx.script("test script", text.to_owned()).await?;
    tx.commit().await
}

/// One number from a query, for tests that look at the tables themselves.
pub async fn number(conn: &mut Conn, sql: &'static str) -> Result<i64> {
    let statement = crate::statement::Statement { name: "test", sqlite: sql, postgres: sql };
    conn.fetch_one(statement, Vec::new()).await?.get("n")
}

/// All tables with their columns, sorted: `table.column`; without the pieces of the word index, which each database keeps in
/// its own way.
pub async fn columns(conn: &mut Conn) -> Result<Vec<String>> {
    const COLUMNS: crate::statement::Statement = crate::statement::Statement {
        name: "columns",
        sqlite: "SELECT m.name || '.' || c.name AS name FROM sqlite_master m, pragma_table_info(m.name) c \
                 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_words%' \
                 ORDER BY 1",
        postgres: "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name NOT LIKE 'search_words%' \
                   ORDER BY 1",
    };
    conn.list(COLUMNS, Vec::new(), |row| row.get("name")).await
}
