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

impl Batch {
    fn text(&self, rows: usize) -> Built {
        let width = self.columns.len();
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.table, self.columns.join(", "));
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for column in 0..width {
                if column > 0 {
                    text.push_str(", ");
                }
                text.push('$');
                text.push_str(&(row * width + column + 1).to_string());
            }
            text.push(')');
        }
        text.push(' ');
        text.push_str(self.suffix);
        Built { name: self.name, text }
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
            returned.extend(self.fetch_all(batch.text(size), values).await?);
            left -= size;
        }
        Ok(returned)
    }
}

#[cfg(test)]
mod tests {
    use super::unnumbered;

    #[test]
    fn arguments_lose_their_numbers() {
        assert_eq!(unnumbered("SELECT a FROM t"), "SELECT a FROM t");
        assert_eq!(unnumbered("($1, $2, $30) ON CONFLICT"), "(?, ?, ?) ON CONFLICT");
    }
}
