//! What is said about entries of the centre.

use huan_connect::Content;
use huan_core::{
    centre::{CHANGES, Entry},
    level::Level,
};

use super::{Origin, Reader};
use crate::app::App;

/// A requirement change, to whoever answers for requirements; nothing when it is none any more.
pub(super) fn requirement_changed(
    app: &App,
    entry: &Entry,
    origin: Option<&Origin>,
    reader: &Reader,
) -> Option<Content> {
    if entry.section != CHANGES || entry.removed.is_some() {
        return None;
    }
    let page = app.page(&format!("entries/{}", entry.id));
    if reader.outsiders && entry.level == Level::Confidential {
        return Some(Content::Text(format!("{}\n{page}", reader.text("notice.confidential", &[]))));
    }
    let words = reader.text("notice.requirement_changed", &[("number", &entry.number), ("text", &entry.text)]);
    let said = origin.map(|origin| format!("\n{}", reader.origin(origin))).unwrap_or_default();
    Some(Content::Text(format!("{words}{said}\n{page}")))
}
