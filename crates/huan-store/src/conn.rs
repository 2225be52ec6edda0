//! A connection to either database: the one file in which values meet a driver.

use futures_util::{TryStreamExt as _, stream::BoxStream};
use sqlx::{
    Column as _, Database, PgConnection, Row as _, SqlSafeStr, SqliteConnection,
    pool::PoolConnection,
    postgres::{PgRow, Postgres},
    sqlite::{Sqlite, SqliteRow},
};
use tokio::sync::OwnedMutexGuard;

use crate::{
    batch::{Array, Built},
    error::{Error, Result},
    interrupt::interruptible,
    promptly::promptly,
    statement::Statement,
    value::{Column, Kind, Value},
};

/// A connection on which statements run. [`crate::Db::read`] gives one for reading; a [`crate::Tx`] is one too.
#[derive(Debug)]
pub struct Conn(pub(crate) Link);

/// The concrete connections behind a [`Conn`].
#[derive(Debug)]
pub(crate) enum Link {
    /// A SQLite connection that only reads.
    SqliteReader(PoolConnection<Sqlite>),
    /// The one SQLite connection that writes, held while a transaction has its turn.
    SqliteWriter(OwnedMutexGuard<SqliteConnection>),
    /// A PostgreSQL connection outside a transaction.
    Postgres(PoolConnection<Postgres>),
    /// A PostgreSQL transaction; dropping it rolls it back.
    PostgresTx(sqlx::Transaction<'static, Postgres>),
}

/// The two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, inside the program.
    Sqlite,
    /// PostgreSQL, over the network.
    Postgres,
}

enum Target<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A row of either database.
#[derive(Debug)]
pub struct Row(RowOf);

#[derive(Debug)]
enum RowOf {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    pub fn get<T: Column>(&self, column: &str) -> Result<T> {
        let value = match &self.0 {
            RowOf::Sqlite(row) => value_of(row, column, T::KIND),
            RowOf::Postgres(row) => value_of(row, column, T::KIND),
        }
        .map_err(|error| Error::unreadable(column, error))?;
        T::read(value).map_err(|reason| Error::unreadable(column, reason))
    }

    /// The value of a column that holds JSON as text.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| Error::unreadable(column, error))
    }

    /// The value of a column that holds JSON as text, or nothing.
    pub fn optional_json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| Error::unreadable(column, error))).transpose()
    }

    /// The names of the columns, in order.
    pub fn columns(&self) -> Vec<String> {
        match &self.0 {
            RowOf::Sqlite(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
            RowOf::Postgres(row) => row.columns().iter().map(|column| column.name().to_owned()).collect(),
        }
    }
}

/// Reads a column of a concrete row as the given kind.
fn value_of<R>(row: &R, column: &str, kind: Kind) -> sqlx::Result<Value>
where
    R: sqlx::Row,
    for<'a> &'a str: sqlx::ColumnIndex<R>,
    for<'a> i64: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    for<'a> f64: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    for<'a> bool: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    for<'a> String: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
    for<'a> Vec<u8>: sqlx::Decode<'a, R::Database> + sqlx::Type<R::Database>,
{
    Ok(match kind {
        Kind::Int => row.try_get::<Option<i64>, _>(column)?.map(Value::Int),
        Kind::Real => row.try_get::<Option<f64>, _>(column)?.map(Value::Real),
        Kind::Bool => row.try_get::<Option<bool>, _>(column)?.map(Value::Bool),
        Kind::Text => row.try_get::<Option<String>, _>(column)?.map(Value::Text),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(column)?.map(Value::Bytes),
    }
    .unwrap_or(Value::Null(kind)))
}

/// Builds the query of one driver with its arguments bound.
macro_rules! bound {
    ($driver:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<$driver>($sql);
        for value in $values {
            query = match value {
                Value::Null(Kind::Int) => query.bind(None::<i64>),
                Value::Null(Kind::Real) => query.bind(None::<f64>),
                Value::Null(Kind::Bool) => query.bind(None::<bool>),
                Value::Null(Kind::Text) => query.bind(None::<String>),
                Value::Null(Kind::Bytes) => query.bind(None::<Vec<u8>>),
                Value::Int(number) => query.bind(number),
                Value::Real(number) => query.bind(number),
                Value::Bool(truth) => query.bind(truth),
                Value::Text(text) => query.bind(without_nul(text)),
                Value::Bytes(bytes) => query.bind(bytes),
            };
        }
        query
    }};
}

/// Builds a query of PostgreSQL with arrays as its arguments.
macro_rules! bound_arrays {
    ($sql:expr, $arrays:expr) => {{
        let mut query = sqlx::query::<Postgres>($sql.postgres());
        for array in $arrays {
            query = match array {
                Array::Int(all) => query.bind(all),
                Array::Real(all) => query.bind(all),
                Array::Bool(all) => query.bind(all),
                Array::Text(mut all) => {
                    all.iter_mut().flatten().for_each(replace_nul);
                    query.bind(all)
                }
                Array::Bytes(all) => query.bind(all),
            };
        }
        query
    }};
}

fn no_arrays(name: &'static str) -> Error {
    Error::database(name)(sqlx::Error::Protocol("SQLite has no arrays".to_owned()))
}

/// Runs one body for whichever driver is behind the connection, with the query already bound.
macro_rules! on_either {
    ($conn:expr, $sql:expr, $values:expr, |$query:ident, $db:ident| $body:expr, $sqlite:path, $postgres:path) => {{
        let sql = $sql;
        let values = $values;
        match $conn.target() {
            Target::Sqlite($db) => {
                let $query = bound!(Sqlite, sql.sqlite(), values);
                interruptible(promptly($body)).await.map($sqlite)
            }
            Target::Postgres($db) => {
                let $query = bound!(Postgres, sql.postgres(), values);
                interruptible($body).await.map($postgres)
            }
        }
    }};
}

/// PostgreSQL keeps no NUL in text. Both databases get U+FFFD instead, so that a message never fails to be kept.
fn without_nul(mut text: String) -> String {
    replace_nul(&mut text);
    text
}

fn replace_nul(text: &mut String) {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        *text = text.replace('\0', "\u{FFFD}");
    }
}

/// Something that has an SQL text: a [`Statement`], or the outcome of a builder.
pub trait Sql {
    /// Its name, for errors and logs.
    fn name(&self) -> &'static str;
    /// The text for SQLite.
    fn sqlite(self) -> sqlx::SqlStr;
    /// The text for PostgreSQL.
    fn postgres(self) -> sqlx::SqlStr;
}

impl Sql for Statement {
    fn name(&self) -> &'static str {
        self.name
    }
    fn sqlite(self) -> sqlx::SqlStr {
        self.sqlite.into_sql_str()
    }
    fn postgres(self) -> sqlx::SqlStr {
        self.postgres.into_sql_str()
    }
}

/// All rows of a stream from SQLite's thread, waiting for each as for an answer.
async fn all_rows(mut rows: BoxStream<'_, sqlx::Result<SqliteRow>>) -> sqlx::Result<Vec<SqliteRow>> {
    let mut all = Vec::new();
    while let Some(row) = promptly(rows.try_next()).await? {
        all.push(row);
    }
    Ok(all)
}

fn sqlite_rows(rows: Vec<SqliteRow>) -> Vec<Row> {
    rows.into_iter().map(|row| Row(RowOf::Sqlite(row))).collect()
}

fn postgres_rows(rows: Vec<PgRow>) -> Vec<Row> {
    rows.into_iter().map(|row| Row(RowOf::Postgres(row))).collect()
}

fn sqlite_row(row: Option<SqliteRow>) -> Option<Row> {
    row.map(|row| Row(RowOf::Sqlite(row)))
}

fn postgres_row(row: Option<PgRow>) -> Option<Row> {
    row.map(|row| Row(RowOf::Postgres(row)))
}

fn sqlite_count(done: <Sqlite as Database>::QueryResult) -> u64 {
    done.rows_affected()
}

fn postgres_count(done: <Postgres as Database>::QueryResult) -> u64 {
    done.rows_affected()
}

impl Conn {
    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Link::SqliteReader(_) | Link::SqliteWriter(_) => Dialect::Sqlite,
            Link::Postgres(_) | Link::PostgresTx(_) => Dialect::Postgres,
        }
    }

    fn target(&mut self) -> Target<'_> {
        match &mut self.0 {
            Link::SqliteReader(conn) => Target::Sqlite(conn),
            Link::SqliteWriter(conn) => Target::Sqlite(conn),
            Link::Postgres(conn) => Target::Postgres(conn),
            Link::PostgresTx(conn) => Target::Postgres(conn),
        }
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: impl Sql, values: Vec<Value>) -> Result<u64> {
        let name = sql.name();
        on_either!(self, sql, values, |query, db| query.execute(db), sqlite_count, postgres_count)
            .map_err(Error::database(name))
    }

    /// Runs a statement and gives all its rows.
    pub(crate) async fn fetch_all(&mut self, sql: impl Sql, values: Vec<Value>) -> Result<Vec<Row>> {
        let name = sql.name();
        match self.target() {
            Target::Sqlite(db) => {
                let rows = bound!(Sqlite, sql.sqlite(), values).fetch(db);
                interruptible(all_rows(rows)).await.map(sqlite_rows)
            }
            Target::Postgres(db) => {
                let query = bound!(Postgres, sql.postgres(), values);
                interruptible(query.fetch_all(db)).await.map(postgres_rows)
            }
        }
        .map_err(Error::database(name))
    }

    /// Runs a statement whose arguments are arrays, which only PostgreSQL has, and gives all its rows.
    pub(crate) async fn fetch_all_by_arrays(&mut self, sql: Built, arrays: Vec<Array>) -> Result<Vec<Row>> {
        let name = sql.name;
        let Target::Postgres(db) = self.target() else { return Err(no_arrays(name)) };
        let query = bound_arrays!(sql, arrays);
        interruptible(query.fetch_all(db)).await.map(postgres_rows).map_err(Error::database(name))
    }

    /// Runs a statement whose arguments are arrays, which only PostgreSQL has, and says how many rows it touched.
    pub(crate) async fn execute_by_arrays(&mut self, sql: Built, arrays: Vec<Array>) -> Result<u64> {
        let name = sql.name;
        let Target::Postgres(db) = self.target() else { return Err(no_arrays(name)) };
        let query = bound_arrays!(sql, arrays);
        interruptible(query.execute(db)).await.map(postgres_count).map_err(Error::database(name))
    }

    /// Runs a statement and gives its first row, if any.
    pub(crate) async fn fetch_optional(&mut self, sql: impl Sql, values: Vec<Value>) -> Result<Option<Row>> {
        let name = sql.name();
        on_either!(self, sql, values, |query, db| query.fetch_optional(db), sqlite_row, postgres_row)
            .map_err(Error::database(name))
    }

    /// Runs a statement that always gives a row (an aggregate, an upsert with `RETURNING`).
    pub(crate) async fn fetch_one(&mut self, sql: impl Sql, values: Vec<Value>) -> Result<Row> {
        let name = sql.name();
        self.fetch_optional(sql, values).await?.ok_or(sqlx::Error::RowNotFound).map_err(Error::database(name))
    }

    /// Runs a statement and maps each row.
    pub(crate) async fn list<T>(
        &mut self,
        sql: impl Sql,
        values: Vec<Value>,
        map: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.fetch_all(sql, values).await?.iter().map(map).collect()
    }

    /// Runs a statement and maps its first row, if any.
    pub(crate) async fn find<T>(
        &mut self,
        sql: impl Sql,
        values: Vec<Value>,
        map: impl Fn(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        self.fetch_optional(sql, values).await?.as_ref().map(map).transpose()
    }

    /// Runs a versioned change, which touches one row, or none when the version is no longer the one that was read.
    pub(crate) async fn change(&mut self, what: &'static str, sql: Statement, values: Vec<Value>) -> Result<()> {
        match self.execute(sql, values).await? {
            0 => Err(Error::Stale { what }),
            _ => Ok(()),
        }
    }

    /// Runs a script of several statements without arguments.
    pub(crate) async fn script(&mut self, name: &'static str, text: String) -> Result<()> {
        let script = sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        match self.target() {
            Target::Sqlite(db) => script.execute(db).await.map(|_| ()),
            Target::Postgres(db) => script.execute(db).await.map(|_| ()),
        }
        .map_err(Error::database(name))
    }

    /// Has the database parse and plan a statement without running it.
    pub async fn prepare(&mut self, statement: Statement) -> Result<()> {
        use sqlx::Executor as _;
        match self.target() {
            Target::Sqlite(db) => db.prepare(statement.sqlite.into_sql_str()).await.map(|_| ()),
            Target::Postgres(db) => db.prepare(statement.postgres.into_sql_str()).await.map(|_| ()),
        }
        .map_err(Error::database(statement.name))
    }
}
