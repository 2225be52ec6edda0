//! What is vague in a follow-up (H3), as pages show it.

use huan_core::{i18n::Language, id::PersonId, record::Record, wording::Review};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, names::Names};
use crate::{error::ActionError, wording::FollowUpText};

/// Something vague in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// The stable code.
    pub code: String,
    /// The part of the text, as offsets in UTF-16 units.
    pub span: [usize; 2],
    /// What is vague about it, in the reader's language.
    pub message: String,
    /// The whole text as it could be written instead.
    pub suggestion: Option<String>,
}

/// What is vague in the follow-up of a row; nothing where the exception was explained.
///
/// # Errors
/// When the database fails.
pub async fn findings_of(look: &mut Look<'_>, record: &Record, names: &Names) -> Result<Vec<FindingView>, ActionError> {
    if record.follow_up.is_empty() || record.follow_up_excuse.is_some() {
        return Ok(Vec::new());
    }
    findings(look, &FollowUpText::of(record, names.called(&record.owner))).await
}

/// What is vague in a text that is being typed.
///
/// # Errors
/// When the database fails.
pub async fn review(
    look: &mut Look<'_>,
    words: &str,
    owner: Option<&PersonId>,
    due_at: Option<Timestamp>,
) -> Result<Vec<FindingView>, ActionError> {
    let names = Names::of_people(look, owner.cloned().into_iter().collect()).await?;
    let owner = owner.and_then(|owner| names.called(owner));
    findings(look, &FollowUpText { words, topic: "", owner, due_at, participants: &[] }).await
}

async fn findings(look: &mut Look<'_>, text: &FollowUpText<'_>) -> Result<Vec<FindingView>, ActionError> {
    let called = look.called().await?;
    let review = text.review(&called, look.now, &look.caller.zone);
    Ok(views(&review, text.words, look.caller.language))
}

fn views(review: &Review, words: &str, language: Language) -> Vec<FindingView> {
    let suggestion = review.proposal(words);
    review
        .findings()
        .map(|finding| FindingView {
            code: finding.code.name().to_owned(),
            span: [utf16(words, finding.span.start), utf16(words, finding.span.end)],
            message: finding.describe(words, language),
            suggestion: suggestion.clone(),
        })
        .collect()
}

/// The offset in UTF-16 units, as browsers count, of a byte offset.
fn utf16(text: &str, byte: usize) -> usize {
    text.get(..byte).map_or(0, |before| before.encode_utf16().count())
}

#[cfg(test)]
mod tests {
    use super::utf16;

    #[test]
    fn offsets_are_counted_as_browsers_count() {
        assert_eq!(utf16("需尽快确认", 3), 1);
        assert_eq!(utf16("🙂尽快", 4), 2);
    }
}
