//! Documents of the library 「资料库」: begun, saved, shared, linked, put into the trash and taken out (C3, I6, I2, F4).

use huan_core::{
    document::{self, Document, Edition, Written},
    history::{Event, Subject},
    id::{CollaborationId, DocumentId, PersonId},
    level::Level,
    permission::{CollaborationDeed, Deed},
};

use super::{edit_task::code, input};
use crate::{
    error::{ActionError, FieldProblem},
    queries::{Look, documents as views},
    work::Work,
};

/// The longest text of a document, in characters: a book's chapter several times over, and well within a request's body.
const LONGEST_TEXT: usize = 200_000;
/// With more people than this a document is shared by its level.
const MOST_READERS: usize = 100;

/// What a new document is begun from.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
    /// Who may see it.
    pub level: Level,
    /// Whether it is a template.
    pub template: bool,
    /// With whom it is shared beyond its level.
    pub readers: Vec<PersonId>,
    /// The thing it is about.
    pub about: Option<Subject>,
}

impl NewDocument {
    /// A document of a collaboration, for its members.
    pub fn of(collaboration: CollaborationId, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            collaboration,
            title: title.into(),
            text: text.into(),
            level: Level::Internal,
            template: false,
            readers: Vec::new(),
            about: None,
        }
    }
}

/// Begins a document.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create(work: &mut Work<'_>, new: NewDocument) -> Result<Document, ActionError> {
    let collaboration = work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?;
    let written = checked(&new.title, &new.text, "")?;
    let readers = checked_readers(work, &new.readers, &[]).await?;
    let author = work.caller()?.person().clone();
    let first = Edition::first(written, author.clone(), work.now);
    let document = Document {
        id: work.new_id(),
        collaboration: collaboration.id,
        number: work.tx.next_document_number(&work.app.workspace).await?,
        title: first.title.clone(),
        level: new.level,
        template: new.template,
        readers,
        created_by: author.clone(),
        changed_by: author,
        edition: first.number,
        trashed: None,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    let targets = document::references(&first.text);
    work.tx.insert_document(&work.app.workspace, &document, &first, &targets).await?;
    happened(work, &document, Event::Created);
    if let Some(about) = &new.about {
        link(work, &document.id, about, true).await?;
    }
    Ok(document)
}

/// What is saved, and over which edition it was written.
#[derive(Debug, Clone)]
pub struct Saving {
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
    /// What changed, in the author's words; may be empty.
    pub note: String,
    /// The number of the edition that was written over.
    pub edition: u32,
}

/// Saves what was written as the next edition.
///
/// # Errors
/// When the caller may not, it lies in the trash, nothing changed, or somebody else saved meanwhile.
pub async fn save(work: &mut Work<'_>, id: &DocumentId, saving: Saving) -> Result<Document, ActionError> {
    let mut document = work.document_for(id, Deed::Write).await?;
    let newest = newest(work, &document).await?;
    let written = checked(&saving.title, &saving.text, &saving.note)?;
    let author = work.caller()?.person().clone();
    let edition = document.save(&newest, saving.edition, written, author, work.now)?;
    let targets = document::references(&edition.text);
    work.tx.update_document(&work.app.workspace, &mut document, &edition).await?;
    work.tx.write_edition(&work.app.workspace, id, &edition, &targets).await?;
    happened(work, &document, Event::DocumentSaved { edition: edition.number, note: edition.note });
    Ok(document)
}

/// Who may see a document; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct Sharing {
    /// The level.
    pub level: Option<Level>,
    /// With whom it is shared beyond that.
    pub readers: Option<Vec<PersonId>>,
    /// Whether it is a template.
    pub template: Option<bool>,
    /// The version the caller saw.
    pub version: i64,
}

/// Says who may see a document, and whether it is a template.
///
/// # Errors
/// When the caller may not, it lies in the trash, or was changed meanwhile.
pub async fn share(work: &mut Work<'_>, id: &DocumentId, sharing: Sharing) -> Result<Document, ActionError> {
    let was = work.document_for(id, Deed::Share).await?;
    was.require_kept()?;
    if was.version != sharing.version {
        return Err(ActionError::VersionConflict("document"));
    }
    let mut document = was.clone();
    document.level = sharing.level.unwrap_or(was.level);
    document.template = sharing.template.unwrap_or(was.template);
    if let Some(readers) = sharing.readers {
        document.readers = checked_readers(work, &readers, &was.readers).await?;
    }
    if document == was {
        return Ok(document);
    }
    document.updated_at = work.now;
    write(work, &mut document).await?;
    let readers = |of: &Document| of.readers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let changes = [
        ("level", code(&was.level), code(&document.level)),
        ("readers", readers(&was), readers(&document)),
        ("template", was.template.to_string(), document.template.to_string()),
    ];
    for (field, from, to) in changes.into_iter().filter(|(_, from, to)| from != to) {
        happened(work, &document, Event::Changed { field: field.to_owned(), from, to });
    }
    Ok(document)
}

/// Puts a document into the trash. It keeps its editions and links, but is found only there.
///
/// # Errors
/// When the caller may not, or it lies there already.
pub async fn trash(work: &mut Work<'_>, id: &DocumentId) -> Result<Document, ActionError> {
    let mut document = work.document_for(id, Deed::Write).await?;
    document.trash(work.caller()?.person().clone(), work.now)?;
    write(work, &mut document).await?;
    happened(work, &document, Event::Trashed);
    Ok(document)
}

/// Takes a document out of the trash. One that is not there stays as it is.
///
/// # Errors
/// When the caller may not.
pub async fn restore(work: &mut Work<'_>, id: &DocumentId) -> Result<Document, ActionError> {
    let mut document = work.document_for(id, Deed::Write).await?;
    if document.restore(work.now) {
        write(work, &mut document).await?;
        happened(work, &document, Event::Restored);
    }
    Ok(document)
}

/// Links a document with a thing, or takes that back. What its text leads to is linked by itself.
///
/// # Errors
/// When the caller may not write the document or not see the thing, or documents cannot be linked with such a thing.
pub async fn link(work: &mut Work<'_>, id: &DocumentId, target: &Subject, linked: bool) -> Result<(), ActionError> {
    let document = work.document_for(id, Deed::Write).await?;
    document.require_kept()?;
    if !document::is_referable(target) || target.id() == id.as_str() {
        return Err(ActionError::field("target", "unknown"));
    }
    let caller = work.caller()?.clone();
    let mut look = Look::at(work.app, &mut work.tx, &caller, work.now);
    let (name, collaboration) = match views::reference(&mut look, target).await? {
        Some(found) => (found.name, found.collaboration),
        None => return Err(ActionError::field("target", "unknown")),
    };
    let workspace = &work.app.workspace;
    let changed = match linked {
        true => work.tx.link_document(workspace, id, target).await?,
        false => work.tx.unlink_document(workspace, id, target).await?,
    };
    if !changed {
        return Ok(());
    }
    let event = |what: &str, name: String| {
        let what = what.to_owned();
        if linked { Event::Linked { what, name } } else { Event::Unlinked { what, name } }
    };
    happened(work, &document, event(target.kind(), name));
    // Told without the title: whoever sees the thing may not be one who sees the document.
    let name = format!("D{}", document.number);
    work.happened(target.clone(), Some(&collaboration), event("document", name));
    Ok(())
}

fn happened(work: &mut Work<'_>, document: &Document, event: Event) {
    work.happened(Subject::Document(document.id.clone()), Some(&document.collaboration), event);
}

async fn newest(work: &mut Work<'_>, document: &Document) -> Result<Edition, ActionError> {
    let found = work.tx.document_edition(&work.app.workspace, &document.id, document.edition).await?;
    found.ok_or_else(|| ActionError::Internal(format!("{} has no edition {}", document.id, document.edition)))
}

async fn write(work: &mut Work<'_>, document: &mut Document) -> Result<(), ActionError> {
    let newest = newest(work, document).await?;
    Ok(work.tx.update_document(&work.app.workspace, document, &newest).await?)
}

fn checked(title: &str, text: &str, note: &str) -> Result<Written, ActionError> {
    Ok(Written {
        title: input::text("title", title, input::SHORT)?,
        text: markdown("text", text)?,
        note: input::optional_text("note", note, input::SHORT)?,
    })
}

/// A text in Markdown: within bounds, its lines ended the same way, without control characters but tabs. What stands at the
/// beginning of a line means something and stays.
pub(crate) fn markdown(field: &'static str, given: &str) -> Result<String, ActionError> {
    let given = given.replace("\r\n", "\n").replace('\r', "\n");
    let mut text: String = given.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    text.truncate(text.trim_end().len());
    if text.chars().count() > LONGEST_TEXT {
        let problem = FieldProblem { field, code: "too_long", limit: Some(LONGEST_TEXT) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(text)
}

/// People with whom a document is shared, each once. Those who were there may stay, also when they have left since.
async fn checked_readers(
    work: &mut Work<'_>,
    given: &[PersonId],
    known: &[PersonId],
) -> Result<Vec<PersonId>, ActionError> {
    if given.len() > MOST_READERS {
        let problem = FieldProblem { field: "readers", code: "too_many", limit: Some(MOST_READERS) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    let mut readers: Vec<PersonId> = Vec::with_capacity(given.len());
    for reader in given {
        let person = work.person(reader, "readers").await?;
        if !known.contains(reader) && huan_core::permission::Viewer::of(&person, work.now).is_none() {
            return Err(ActionError::field("readers", "unknown"));
        }
        if !readers.contains(reader) {
            readers.push(reader.clone());
        }
    }
    Ok(readers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c3_markdown_keeps_what_means_something() {
        assert_eq!(markdown("text", "    code\r\n\tx\u{7}\r\n\n").unwrap(), "    code\n\tx\n");
        assert_eq!(markdown("text", " \n").unwrap(), "");
        assert_eq!(markdown("text", &"字".repeat(LONGEST_TEXT + 1)).unwrap_err().code(), "too_long");
    }
}
