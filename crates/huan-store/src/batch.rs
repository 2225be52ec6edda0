//! Inserting many rows at once.

use sqlx::SqlSafeStr;

use crate::{
    conn::{Conn, Row, Sql},
    error::Result,
    value::Value,
};

/// Rows a statement takes at most: with the smaller powers of two below it, a handful of texts serves every number of
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

/// The statement that inserts so many rows.
struct Insert {
    batch: Batch,
    rows: usize,
}

impl Insert {
    fn text(&self, argument: impl Fn(&mut String, usize)) -> String {
        let Batch { table, columns, suffix, .. } = self.batch;
        let mut text = String::with_capacity(256 + self.rows * columns.len() * 6);
        text.push_str("INSERT INTO ");
        text.push_str(table);
        for (index, column) in columns.iter().enumerate() {
            text.push_str(if index == 0 { " (" } else { ", " });
            text.push_str(column);
        }
        text.push_str(") VALUES ");
        for row in 0..self.rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..columns.len() {
                if column > 0 {
                    text.push_str(", ");
                }
                argument(&mut text, row * columns.len() + column + 1);
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(suffix);
        text
    }
}

impl Sql for Insert {
    fn name(&self) -> &'static str {
        self.batch.name
    }
    fn sqlite(self) -> sqlx::SqlStr {
        // Without numbers, as in `Built`.
        sqlx::AssertSqlSafe(self.text(|text, _| text.push('?'))).into_sql_str()
    }
    fn postgres(self) -> sqlx::SqlStr {
        let numbered = |text: &mut String, number: usize| {
            text.push('$');
            text.push_str(&number.to_string());
        };
        sqlx::AssertSqlSafe(self.text(numbered)).into_sql_str()
    }
}

impl Conn {
    /// Inserts the rows and gives what the suffix returns for them.
    pub(crate) async fn insert(&mut self, batch: Batch, rows: Vec<Vec<Value>>) -> Result<Vec<Row>> {
        let mut returned = Vec::new();
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            let size = (1 << left.ilog2()).min(MOST_ROWS);
            let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
            returned.extend(self.fetch_all(Insert { batch, rows: size }, values).await?);
            left -= size;
        }
        Ok(returned)
    }
}

#[cfg(test)]
mod tests {
    use super::{Batch, Insert, Sql as _, unnumbered};

    #[test]
    fn an_insert_of_several_rows() {
        let batch = Batch { name: "probe", table: "probe", columns: &["id", "note"], suffix: "RETURNING id" };
        let insert = || Insert { batch, rows: 2 };
        let sqlite = insert().sqlite();
        assert_eq!(sqlite.as_str(), "INSERT INTO probe (id, note) VALUES (?, ?), (?, ?) RETURNING id");
        let postgres = insert().postgres();
        assert_eq!(postgres.as_str(), "INSERT INTO probe (id, note) VALUES ($1, $2), ($3, $4) RETURNING id");
    }

    #[test]
    fn arguments_lose_their_numbers() {
        assert_eq!(unnumbered("SELECT a FROM t"), "SELECT a FROM t");
        assert_eq!(unnumbered("($1, $2, $30) ON CONFLICT"), "(?, ?, ?) ON CONFLICT");
    }
}
