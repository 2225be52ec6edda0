//! Lists.

use huan_store::{Cursor, Listed, Page};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;

/// The most rows of one page.
const MOST: u32 = 200;
/// The rows of a page when the client does not say.
const USUAL: u32 = 50;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Items<T: ToSchema> {
    /// The things.
    pub items: Vec<T>,
    /// What to give as `cursor` for the next part; none at the end.
    pub next: Option<String>,
}

impl<T: ToSchema> Items<T> {
    /// A list that is whole.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A part of a list whose rows were put into shape.
    pub(crate) fn part<R>(listed: &Listed<R>, items: Vec<T>) -> Self {
        Self { items, next: listed.next.as_ref().map(ToString::to_string) }
    }
}

/// The part of a list that the client asks for.
pub(crate) fn page(cursor: Option<&str>, limit: Option<u32>, descending: bool) -> Result<Page, Problem> {
    let size = match limit {
        None => USUAL,
        Some(size @ 1..=MOST) => size,
        Some(_) => return Err(Problem::field("limit", "out_of_range")),
    };
    let after = cursor.map(str::parse::<Cursor>).transpose().map_err(|_| Problem::field("cursor", "malformed"))?;
    Ok(Page { size, after, descending })
}

/// A sort as the client writes it: a name, with a minus before it for largest first.
pub(crate) fn sort(given: Option<&str>) -> (Option<&str>, bool) {
    match given {
        Some(name) => name.strip_prefix('-').map_or((Some(name), false), |name| (Some(name), true)),
        None => (None, false),
    }
}
