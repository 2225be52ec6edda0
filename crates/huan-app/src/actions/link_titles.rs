//! Having the titles asked of what a document leads to on the platforms.

use huan_core::{document::titled_in, id::DocumentId};
use jiff::SignedDuration;

use crate::{
    error::ActionError,
    queries::{Look, documents},
    work::Work,
};

/// A title is asked anew when it is older than this and somebody looks.
const AGE: SignedDuration = SignedDuration::from_hours(24);
/// What could not be read is asked anew after this.
const AGE_OF_FAILURES: SignedDuration = SignedDuration::from_mins(30);
/// The most links of a document whose titles are asked.
pub(crate) const MOST: usize = 50;

/// Has the titles asked that are not known, or known for too long: the caller looks at the document.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn ask(work: &mut Work<'_>, id: &DocumentId) -> Result<(), ActionError> {
    let caller = work.caller()?.clone();
    let text = {
        let mut look = Look::new(work.app, &mut work.tx, &caller);
        let document = documents::visible(&mut look, id).await?;
        look.conn.document_edition(&work.app.workspace, id, document.edition).await?.map(|edition| edition.text)
    };
    let workspace = &work.app.workspace;
    for thing in titled_in(&text.unwrap_or_default()).into_iter().take(MOST) {
        let known = work.tx.link_title(workspace, &thing).await?;
        let age = match &known {
            Some(known) if known.reason.is_some() => AGE_OF_FAILURES,
            _ => AGE,
        };
        let is_fresh = known.and_then(|known| known.checked_at).is_some_and(|at| work.now < at + age);
        if !is_fresh {
            work.tx.ask_link_title(workspace, &thing, id, work.now).await?;
        }
    }
    Ok(())
}
