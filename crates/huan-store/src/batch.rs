//! Inserting many rows at once.
//!
//! SQLite takes the rows as they are, each value an argument. PostgreSQL takes an array for each column: a message of a
//! few arguments instead of thousands, and one text, planned once, for every number of rows.

use sqlx::SqlSafeStr;

use crate::{
    conn::{Conn, Dialect, Row, Sql},
    error::{Error, Result},
    value::{Kind, Value},
};

/// Rows a statement takes at most on SQLite: with the smaller powers of two below it, a handful of texts serves every number of
/// rows, and each is prepared once. Both databases take more arguments than this needs (SQLite 32,766).
const MOST_ROWS: usize = 64;

/// An insert of many rows of one table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch {
    pub(crate) name: &'static str,
    pub(crate) table: &'static str,
    pub(crate) columns: &'static [&'static str],
    /// What follows the rows: `ON CONFLICT …`, `RETURNING …`.
    pub(crate) suffix: &'static str,
    /// Whether a row that breaks a rule, which only a mistake of ours can bring about, may undo the whole transaction on
    /// SQLite, with others of its group: then SQLite need not keep every page that the statement changes as it was before.
    pub(crate) all_or_nothing: bool,
}

/// An SQL text put together from fixed pieces; values come in only as arguments, numbered in the order of the text.
#[derive(Debug, Clone)]
pub(crate) struct Built {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

impl Sql for Built {
    fn name(&self) -> &'static str {
        self.name
    }
    fn sqlite(self) -> sqlx::SqlStr {
        sqlx::AssertSqlSafe(unnumbered(&self.text)).into_sql_str()
    }
    fn postgres(self) -> sqlx::SqlStr {
        sqlx::AssertSqlSafe(self.text).into_sql_str()
    }
}

/// The same text with `?` for `$1`, `$2`, …: SQLite keeps the names of numbered arguments in a list and searches it for
/// each of them, which for a thousand arguments takes longer than the insert.
fn unnumbered(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut parts = text.split('$');
    plain.extend(parts.next());
    for part in parts {
        plain.push('?');
        plain.push_str(part.trim_start_matches(|character: char| character.is_ascii_digit()));
    }
    plain
}

/// The values of one column of many rows.
pub(crate) enum Array {
    Int(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Bool(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Array {
    fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Int => Self::Int(Vec::with_capacity(rows)),
            Kind::Real => Self::Real(Vec::with_capacity(rows)),
            Kind::Bool => Self::Bool(Vec::with_capacity(rows)),
            Kind::Text => Self::Text(Vec::with_capacity(rows)),
            Kind::Bytes => Self::Bytes(Vec::with_capacity(rows)),
        }
    }

    /// Adds the next row's value, which must be of the column's kind.
    fn push(&mut self, column: &str, value: Value) -> Result<()> {
        match (self, value) {
            (Self::Int(all), Value::Int(value)) => all.push(Some(value)),
            (Self::Int(all), Value::Null(Kind::Int)) => all.push(None),
            (Self::Real(all), Value::Real(value)) => all.push(Some(value)),
            (Self::Real(all), Value::Null(Kind::Real)) => all.push(None),
            (Self::Bool(all), Value::Bool(value)) => all.push(Some(value)),
            (Self::Bool(all), Value::Null(Kind::Bool)) => all.push(None),
            (Self::Text(all), Value::Text(value)) => all.push(Some(value)),
            (Self::Text(all), Value::Null(Kind::Text)) => all.push(None),
            (Self::Bytes(all), Value::Bytes(value)) => all.push(Some(value)),
            (Self::Bytes(all), Value::Null(Kind::Bytes)) => all.push(None),
            (_, value) => return Err(Error::unreadable(column, format!("{value:?} is not of the column's kind"))),
        }
        Ok(())
    }

    /// What PostgreSQL calls its type.
    fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) => "bigint[]",
            Self::Real(_) => "double precision[]",
            Self::Bool(_) => "boolean[]",
            Self::Text(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// The rows turned into columns.
fn arrays(batch: &Batch, rows: Vec<Vec<Value>>) -> Result<Vec<Array>> {
    let mut arrays: Vec<Array> =
        rows.first().into_iter().flatten().map(|value| Array::new(value.kind(), rows.len())).collect();
    for row in rows {
        for ((array, column), value) in arrays.iter_mut().zip(batch.columns).zip(row) {
            array.push(column, value)?;
        }
    }
    Ok(arrays)
}

/// The statement that inserts rows given as one array for each column.
fn by_arrays(batch: &Batch, arrays: &[Array]) -> Built {
    let mut text = batch.begin("INSERT INTO ");
    text.push_str(") SELECT * FROM unnest(");
    for (index, array) in arrays.iter().enumerate() {
        text.push_str(if index == 0 { "$" } else { ", $" });
        text.push_str(&(index + 1).to_string());
        text.push_str("::");
        text.push_str(array.type_name());
    }
    text.push_str(") ");
    text.push_str(batch.suffix);
    Built { name: batch.name, text }
}

/// The statement that inserts so many rows, each value an argument.
struct Insert {
    batch: Batch,
    rows: usize,
}

impl Batch {
    /// `INSERT INTO table (columns`, without the closing parenthesis.
    fn begin(&self, insert: &str) -> String {
        let mut text = String::with_capacity(256);
        text.push_str(insert);
        text.push_str(self.table);
        for (index, column) in self.columns.iter().enumerate() {
            text.push_str(if index == 0 { " (" } else { ", " });
            text.push_str(column);
        }
        text
    }
}

impl Insert {
    /// Arguments have no numbers, as in `Built` for SQLite.
    fn text(&self) -> String {
        let mut text = self.batch.begin(match self.batch.all_or_nothing {
            true => "INSERT OR ROLLBACK INTO ",
            false => "INSERT INTO ",
        });
        text.push_str(") VALUES ");
        for row in 0..self.rows {
            text.push_str(if row == 0 { "(?" } else { ", (?" });
            for _ in 1..self.batch.columns.len() {
                text.push_str(", ?");
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(self.batch.suffix);
        text
    }
}

impl Conn {
    /// Inserts the rows and gives what the suffix returns for them.
    pub(crate) async fn insert(&mut self, batch: Batch, rows: Vec<Vec<Value>>) -> Result<Vec<Row>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        if self.dialect() == Dialect::Postgres {
            let arrays = arrays(&batch, rows)?;
            return self.fetch_all_by_arrays(by_arrays(&batch, &arrays), arrays).await;
        }
        let mut returned = Vec::new();
        for (sql, values) in by_rows(batch, rows) {
            returned.extend(self.fetch_all(sql, values).await?);
        }
        Ok(returned)
    }

    /// Inserts the rows and says how many were: on SQLite much faster than having each answered, for a row that is
    /// answered wakes the thread that waits for it.
    pub(crate) async fn insert_counted(&mut self, batch: Batch, rows: Vec<Vec<Value>>) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        if self.dialect() == Dialect::Postgres {
            let arrays = arrays(&batch, rows)?;
            return self.execute_by_arrays(by_arrays(&batch, &arrays), arrays).await;
        }
        let mut inserted = 0;
        for (sql, values) in by_rows(batch, rows) {
            inserted += self.execute(sql, values).await?;
        }
        Ok(inserted)
    }
}

/// The statements that insert the rows, each value an argument.
fn by_rows(batch: Batch, rows: Vec<Vec<Value>>) -> impl Iterator<Item = (Built, Vec<Value>)> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let size = (1_usize << left.checked_ilog2()?).min(MOST_ROWS);
        left -= size;
        let values = rows.by_ref().take(size).flatten().collect();
        Some((Built { name: batch.name, text: Insert { batch, rows: size }.text() }, values))
    })
}

#[cfg(test)]
mod tests {
    use super::{Array, Batch, Insert, arrays, by_arrays, unnumbered};
    use crate::value::{Kind, Value};

    const PROBE: Batch = Batch {
        name: "probe",
        table: "probe",
        columns: &["id", "note"],
        suffix: "RETURNING id",
        all_or_nothing: false,
    };

    #[test]
    fn an_insert_of_several_rows() {
        let text = Insert { batch: PROBE, rows: 2 }.text();
        assert_eq!(text, "INSERT INTO probe (id, note) VALUES (?, ?), (?, ?) RETURNING id");
        let text = Insert { batch: Batch { all_or_nothing: true, ..PROBE }, rows: 1 }.text();
        assert_eq!(text, "INSERT OR ROLLBACK INTO probe (id, note) VALUES (?, ?) RETURNING id");
    }

    #[test]
    fn an_insert_of_arrays() {
        let rows = vec![vec![Value::Int(1), Value::Null(Kind::Text)], vec![Value::Int(2), Value::Text("a".into())]];
        let arrays = arrays(&PROBE, rows).unwrap();
        let [Array::Int(ids), Array::Text(notes)] = arrays.as_slice() else { panic!("other kinds") };
        assert_eq!(
            (ids.as_slice(), notes.as_slice()),
            ([Some(1), Some(2)].as_slice(), [None, Some("a".into())].as_slice())
        );
        assert_eq!(
            by_arrays(&PROBE, &arrays).text,
            "INSERT INTO probe (id, note) SELECT * FROM unnest($1::bigint[], $2::text[]) RETURNING id"
        );
        let mixed =
            vec![vec![Value::Int(1), Value::Null(Kind::Text)], vec![Value::Bool(true), Value::Null(Kind::Text)]];
        assert!(super::arrays(&PROBE, mixed).is_err(), "a column is of one kind");
    }

    #[test]
    fn arguments_lose_their_numbers() {
        assert_eq!(unnumbered("SELECT a FROM t"), "SELECT a FROM t");
        assert_eq!(unnumbered("($1, $2, $30) ON CONFLICT"), "(?, ?, ?) ON CONFLICT");
    }
}
