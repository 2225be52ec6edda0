//! Queries whose conditions and order are chosen at run time: the filters and sorts of table views.
//!
//! A [`Select`] is put together from fixed pieces of SQL only; every value is an argument. Paging is by key:
//! `(sort column, id) < (value, id)`, which both databases answer from an index however deep the page is.

use std::{fmt, str::FromStr};

use crate::{
    batch::Built,
    value::{Bind, Kind, Value},
};

/// A query being put together.
#[derive(Debug)]
pub(crate) struct Select {
    name: &'static str,
    text: String,
    values: Vec<Value>,
    conditions: usize,
}

impl Select {
    /// Begins with the part up to `WHERE`.
    pub(crate) fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text: text.to_owned(), values: Vec::new(), conditions: 0 }
    }

    /// Adds a fixed piece.
    pub(crate) fn push(&mut self, piece: &'static str) -> &mut Self {
        self.text.push_str(piece);
        self
    }

    /// Adds an argument.
    pub(crate) fn bind(&mut self, value: impl Bind) -> &mut Self {
        self.values.push(value.bind());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Begins another condition: `WHERE` or `AND`.
    pub(crate) fn and(&mut self, piece: &'static str) -> &mut Self {
        self.push(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.conditions += 1;
        self.push(piece)
    }

    /// Adds `($1, $2, …)`. For an empty list this is a list that nothing is in.
    pub(crate) fn list<T: Bind>(&mut self, values: impl IntoIterator<Item = T>) -> &mut Self {
        self.push("(");
        let mut some = false;
        for value in values {
            if some {
                self.push(", ");
            }
            some = true;
            self.bind(value);
        }
        if !some {
            self.push("NULL");
        }
        self.push(")")
    }

    /// Adds the paging condition, the order and the limit. `column` and `id` are names of columns, `id` unique.
    pub(crate) fn page(&mut self, column: &'static str, id: &'static str, page: &Page) -> &mut Self {
        if let Some(after) = &page.after {
            self.and("(").push(column).push(", ").push(id);
            self.push(if page.descending { ") < (" } else { ") > (" });
            self.bind(after.value.clone()).push(", ").bind(after.id.as_str()).push(")");
        }
        let direction = if page.descending { " DESC" } else { " ASC" };
        self.push(" ORDER BY ").push(column).push(direction).push(", ").push(id).push(direction);
        // One row more than asked for tells whether there is another page.
        self.push(" LIMIT ").bind(page.size.saturating_add(1))
    }

    /// The finished query.
    pub(crate) fn build(self) -> (Built, Vec<Value>) {
        (Built { name: self.name, text: self.text }, self.values)
    }
}

/// A part that `LIKE … ESCAPE '!'` finds anywhere in a text, ASCII letters in lower case.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_ascii_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Which part of a sorted list is wanted.
#[derive(Debug, Clone)]
pub struct Page {
    /// How many rows at most.
    pub size: u32,
    /// The row after which to begin; none for the first page.
    pub after: Option<Cursor>,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Page {
    /// The first page, largest first.
    pub fn first(size: u32) -> Self {
        Self { size, after: None, descending: true }
    }

    /// The same page, or the first one when its cursor was made for a sort by another kind of column.
    pub(crate) fn fitting(&self, kind: Kind) -> Self {
        Self { after: self.after.clone().filter(|after| after.is_of(kind)), ..*self }
    }
}

/// A place in a sorted list: the sort value and the id of a row. As text it is opaque to clients.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    value: Value,
    id: String,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not made by this program; begin at the first page")]
pub struct InvalidCursor;

impl Cursor {
    pub(crate) fn new(value: impl Bind, id: impl Into<String>) -> Self {
        Self { value: value.bind(), id: id.into() }
    }

    /// Whether the sort value is of this kind: a cursor of one sort does not fit another.
    fn is_of(&self, kind: Kind) -> bool {
        matches!((&self.value, kind), (Value::Int(_), Kind::Int) | (Value::Text(_), Kind::Text))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Int(number) => write!(f, "{} i{number}", self.id),
            Value::Text(text) => write!(f, "{} t{text}", self.id),
            _ => Err(fmt::Error),
        }
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (id, value) = text.split_once(' ').ok_or(InvalidCursor)?;
        let value = match (value.strip_prefix('i'), value.strip_prefix('t')) {
            (Some(number), _) => Value::Int(number.parse().map_err(|_| InvalidCursor)?),
            (_, Some(text)) => Value::Text(text.to_owned()),
            _ => return Err(InvalidCursor),
        };
        Ok(Self { value, id: id.to_owned() })
    }
}

/// A page of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The place after the last row, when there are more.
    pub next: Option<Cursor>,
}

impl<T> Listed<T> {
    /// Cuts off the extra row that tells of another page.
    pub(crate) fn cut(mut rows: Vec<T>, page: &Page, cursor: impl Fn(&T) -> Cursor) -> Self {
        let size = page.size as usize;
        let next = if rows.len() > size {
            rows.truncate(size);
            rows.last().map(cursor)
        } else {
            None
        };
        Self { rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back() {
        for cursor in [Cursor::new(-5_i64, "rec_1"), Cursor::new("产品 V2.0 需求", "rec_2")] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "rec_1", "rec_1 x5", "rec_1 ifive"] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor));
        }
    }

    #[test]
    fn wildcards_in_a_searched_text_are_ordinary_letters() {
        assert_eq!(contains("50%_A!"), "%50!%!_a!!%");
    }

    #[test]
    fn values_are_arguments_never_text() {
        let mut select = Select::new("test", "SELECT id FROM record");
        select.and("owner = ").bind("'; DROP TABLE record; --");
        select.and("status IN ").list(["a", "b"]);
        select.page("due_at", "id", &Page { after: Some(Cursor::new(7_i64, "r")), ..Page::first(50) });
        let (built, values) = select.build();
        assert_eq!(
            built.text,
            "SELECT id FROM record WHERE owner = $1 AND status IN ($2, $3) AND (due_at, id) < ($4, $5) \
             ORDER BY due_at DESC, id DESC LIMIT $6"
        );
        assert_eq!(values.len(), 6);
    }
}
