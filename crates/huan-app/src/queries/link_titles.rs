//! What the things are called that a document leads to on the platforms. A title is told to whoever may see the document.

use huan_core::{
    document::{Titled, titled_in},
    i18n::{has, text},
    id::DocumentId,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, documents};
use crate::{actions::link_titles::MOST, error::ActionError};

/// A thing of a platform that a document leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkTitleView {
    /// The key of the platform.
    pub platform: String,
    /// What it is: `document`, `wiki`, `base` or `task`.
    pub kind: &'static str,
    /// Its id there, as in its address.
    pub id: String,
    /// What it is called, as far as that is known.
    pub title: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// `unknown` while nobody asked, `waiting`, `known`, or `unreadable`.
    pub state: &'static str,
    /// Why the title cannot be read, in the reader's language, and what may help.
    pub reason: Option<String>,
    /// When it was last asked.
    pub checked_at: Option<Timestamp>,
}

/// The things that a document leads to whose titles can be asked, with what is known of them.
///
/// # Errors
/// When there is no such document, the reader may not see it, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &DocumentId) -> Result<Vec<LinkTitleView>, ActionError> {
    let document = documents::visible(look, id).await?;
    let workspace = &look.app.workspace;
    let edition = look.conn.document_edition(workspace, id, document.edition).await?;
    let text = edition.map(|edition| edition.text).unwrap_or_default();
    let mut views = Vec::new();
    for thing in titled_in(&text).into_iter().take(MOST) {
        let known = look.conn.link_title(workspace, &thing).await?;
        let state = match &known {
            None => "unknown",
            Some(known) if known.next_at.is_some() && known.title.is_none() => "waiting",
            Some(known) if known.title.is_some() => "known",
            Some(_) => "unreadable",
        };
        let refused = known.as_ref().and_then(|known| known.reason.clone()).filter(|_| state == "unreadable");
        views.push(LinkTitleView {
            reason: refused.map(|reason| why(look, &thing, &reason)),
            platform: thing.platform.to_owned(),
            kind: thing.kind.name(),
            id: thing.id,
            state,
            checked_at: known.as_ref().and_then(|known| known.checked_at),
            owner: known.as_ref().and_then(|known| known.owner.clone()),
            title: known.and_then(|known| known.title),
        });
    }
    Ok(views)
}

/// Why a title cannot be read; where a right is missing, which one.
fn why(look: &Look<'_>, thing: &Titled, reason: &str) -> String {
    let language = look.caller.language;
    let hint = format!("documents.title.hint.{}.{}", thing.platform, thing.kind);
    match reason {
        "mirror.reason.no_access" | "delivery.reason.permission_missing" if has(language, &hint) => {
            let hint = text(language, &hint, &[]);
            text(language, "documents.title.no_access", &[("hint", &hint)])
        }
        "mirror.reason.gone" | "delivery.reason.task_gone" => text(language, "documents.title.gone", &[]),
        other if has(language, other) => text(language, other, &[]),
        _ => text(language, "documents.title.unreadable", &[]),
    }
}
