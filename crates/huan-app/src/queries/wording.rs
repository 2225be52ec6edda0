//! What is vague in a follow-up (H3), as pages show it.

use huan_core::{
    i18n::Language,
    id::PersonId,
    record::Record,
    wording::{self, Context, Review},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, names::Names};
use crate::error::ActionError;

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

/// A text with the row it belongs to.
struct Text<'a> {
    words: &'a str,
    topic: &'a str,
    owner: Option<&'a str>,
    due_at: Option<Timestamp>,
}

/// Checks follow-ups. What people are called is read once, and only when a text is not clear without it.
#[derive(Debug, Default)]
pub struct Wording {
    called: Option<Vec<String>>,
}

impl Wording {
    /// What is vague in the follow-up of a row; nothing where the exception was explained.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn findings_of(
        &mut self,
        look: &mut Look<'_>,
        record: &Record,
        names: &Names,
    ) -> Result<Vec<FindingView>, ActionError> {
        if record.follow_up.is_empty() || record.follow_up_excuse.is_some() {
            return Ok(Vec::new());
        }
        let text = Text {
            words: &record.follow_up,
            topic: &record.topic,
            owner: names.called(&record.owner),
            due_at: record.due_at,
        };
        self.findings(look, &text).await
    }

    async fn findings(&mut self, look: &mut Look<'_>, text: &Text<'_>) -> Result<Vec<FindingView>, ActionError> {
        let mut review = check(look, text, &[]);
        if !review.is_concrete() {
            let called = self.called(look).await?;
            review = check(look, text, called);
        }
        Ok(views(&review, text.words, look.caller.language))
    }

    async fn called(&mut self, look: &mut Look<'_>) -> Result<&[String], ActionError> {
        if self.called.is_none() {
            let people = look.conn.people(&look.app.workspace).await?;
            let called = people.into_iter().flat_map(|person| [person.name, person.job]);
            self.called = Some(called.filter(|text| !text.is_empty()).collect());
        }
        Ok(self.called.as_deref().unwrap_or_default())
    }
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
    Wording::default().findings(look, &Text { words, topic: "", owner, due_at }).await
}

fn check(look: &Look<'_>, text: &Text<'_>, called: &[String]) -> Review {
    let zone = &look.caller.zone;
    let now = look.now.to_zoned(zone.clone());
    let due = text.due_at.map(|due| due.to_zoned(zone.clone()));
    let people: Vec<&str> = called.iter().map(String::as_str).collect();
    let context =
        Context { owner: text.owner, due: due.as_ref(), topic: text.topic, people: &people, ..Context::new(&now) };
    wording::check(text.words, &context)
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
