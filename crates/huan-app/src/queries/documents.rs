//! Documents of the library as pages show them, their editions, and what they are linked with.

use std::collections::HashSet;

use huan_core::{
    document::{self as rules, Document, Edition},
    history::Subject,
    id::{CollaborationId, DocumentId, PersonId},
    permission::{self, Deed, Matter},
};
use huan_store::{DocumentFilter, Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look, minutes,
    names::{Named, Names, PersonRef},
    problems, records, tasks,
};
use crate::error::ActionError;

/// So many editions are told of; older ones can still be read by their number.
const MOST_EDITIONS: u32 = 200;

/// A document in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DocumentView {
    /// The id.
    pub id: String,
    /// The short number that people type: `D3`.
    pub number: i64,
    /// Its collaboration.
    pub collaboration: Named,
    /// The title.
    pub title: String,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// Whether it is a template.
    pub template: bool,
    /// The number of the newest edition.
    pub edition: u32,
    /// Who began it.
    pub created_by: PersonRef,
    /// Who wrote the newest edition.
    pub changed_by: PersonRef,
    /// Who put it into the trash, and when.
    pub trashed: Option<TrashedView>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// What the reader may do with it.
    pub may: DocumentRights,
}

/// That something lies in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrashedView {
    /// Who put it there.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// What the reader may do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentRights {
    /// Write it, link it, put it into the trash and take it out.
    pub write: bool,
    /// Say who may see it.
    pub share: bool,
}

/// A document with what it says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DocumentPage {
    /// What a list shows of it.
    #[serde(flatten)]
    pub document: DocumentView,
    /// The text, in Markdown.
    pub text: String,
    /// The text as HTML that is safe to put into a page.
    pub html: String,
    /// With whom it is shared beyond its level.
    pub readers: Vec<PersonRef>,
    /// The editions, the newest first; 200 at most.
    pub editions: Vec<DocumentEditionNote>,
    /// What it is linked with, as far as the reader may see that.
    pub links: Vec<DocumentLinkView>,
}

/// An edition in the list of editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentEditionNote {
    /// Its number, from 1.
    pub number: u32,
    /// What changed, in the author's words.
    pub note: String,
    /// How many lines were added.
    pub added: u32,
    /// How many lines were removed.
    pub removed: u32,
    /// Who wrote it.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// An edition with what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentEditionView {
    /// Its number, from 1.
    pub number: u32,
    /// The title.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
    /// The text as HTML that is safe to put into a page.
    pub html: String,
}

/// A thing that a document is linked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DocumentLinkView {
    /// `task`, `record`, `problem`, `minutes` or `document`.
    pub kind: &'static str,
    /// The id.
    pub id: String,
    /// By which people call it: `#12`, `P3`, 研发部-2026-0001.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// Its collaboration.
    pub collaboration: String,
    /// Whether it was linked by hand; else the text leads there.
    pub by_hand: bool,
}

/// What changed between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextDifference {
    /// The title of the earlier one.
    pub from_title: String,
    /// The title of the later one.
    pub to_title: String,
    /// Each line of both, in order.
    pub lines: Vec<TextLine>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextLine {
    /// `same`, `added` or `removed`.
    pub kept: &'static str,
    /// The words.
    pub text: String,
}

/// The document, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &DocumentId) -> Result<DocumentPage, ActionError> {
    let document = visible(look, id).await?;
    let workspace = &look.app.workspace;
    let newest = edition_of(look, &document, document.edition).await?;
    let editions = look.conn.document_editions(workspace, id, MOST_EDITIONS).await?;
    let mut people: Vec<PersonId> = editions.iter().map(|edition| edition.by.clone()).collect();
    people.extend(document.readers.iter().cloned());
    let names = Names::of_people(look, people).await?;
    let links = links(look, id).await?;
    let readers = document.readers.iter().map(|reader| names.person(reader)).collect();
    let view = views(look, vec![document]).await?.pop().ok_or(ActionError::NotFound("document"))?;
    Ok(DocumentPage {
        html: rules::html(&newest.text),
        text: newest.text,
        readers,
        editions: editions.into_iter().map(|edition| note(edition, &names)).collect(),
        links,
        document: view,
    })
}

fn note(edition: Edition, names: &Names) -> DocumentEditionNote {
    DocumentEditionNote {
        number: edition.number,
        note: edition.note,
        added: edition.added,
        removed: edition.removed,
        by: names.person(&edition.by),
        at: edition.at,
    }
}

/// The document itself, when the reader may see it. What lies in the trash is for whoever could take it out.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &DocumentId) -> Result<Document, ActionError> {
    require(look, id, Deed::See).await
}

/// The document, when the reader may do `deed` with it.
///
/// # Errors
/// As [`one`].
pub(super) async fn require(look: &mut Look<'_>, id: &DocumentId, deed: Deed) -> Result<Document, ActionError> {
    let found = look.conn.document(&look.app.workspace, id).await?;
    let document = found.ok_or(ActionError::NotFound("document"))?;
    let role = look.role(&document.collaboration).await?;
    let viewer = &look.caller.viewer;
    let matter = Matter::document(&document, viewer, role);
    permission::may(viewer, deed, &matter)?;
    if document.trashed.is_some() && permission::may(viewer, Deed::Write, &matter).is_err() {
        return Err(ActionError::NotFound("document"));
    }
    Ok(document)
}

/// A page of the documents that the reader may see. Without a collaboration these are the ones of all their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: DocumentFilter,
    page: &Page,
) -> Result<(Listed<Document>, Vec<DocumentView>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let trash = filter.trashed;
    let listed = look.conn.documents(&look.app.workspace, &filter, page).await?;
    let mut views = views(look, listed.rows.clone()).await?;
    views.retain(|view| !trash || view.may.write);
    Ok((listed, views))
}

/// Puts documents that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, documents: Vec<Document>) -> Result<Vec<DocumentView>, ActionError> {
    if documents.is_empty() {
        return Ok(Vec::new());
    }
    let roles = look.roles().await?;
    let people = documents.iter().flat_map(|one| {
        [Some(&one.created_by), Some(&one.changed_by), one.trashed.as_ref().map(|trashed| &trashed.by)]
    });
    let mut names = Names::of_people(look, people.flatten().cloned().collect()).await?;
    names.add_collaborations(look, documents.iter().map(|one| one.collaboration.clone()).collect()).await?;
    let viewer = &look.caller.viewer;
    Ok(documents
        .into_iter()
        .map(|one| {
            let matter = Matter::document(&one, viewer, roles.get(&one.collaboration).copied());
            let may = |deed| permission::may(viewer, deed, &matter).is_ok();
            DocumentView {
                id: one.id.to_string(),
                number: one.number,
                collaboration: names.collaboration(&one.collaboration),
                level: super::code(&one.level),
                template: one.template,
                edition: one.edition,
                created_by: names.person(&one.created_by),
                changed_by: names.person(&one.changed_by),
                trashed: one
                    .trashed
                    .as_ref()
                    .map(|trashed| TrashedView { by: names.person(&trashed.by), at: trashed.at }),
                created_at: one.created_at,
                updated_at: one.updated_at,
                version: one.version,
                may: DocumentRights { write: may(Deed::Write), share: may(Deed::Share) },
                title: one.title,
            }
        })
        .collect())
}

async fn edition_of(look: &mut Look<'_>, document: &Document, number: u32) -> Result<Edition, ActionError> {
    let found = look.conn.document_edition(&look.app.workspace, &document.id, number).await?;
    found.ok_or(ActionError::NotFound("edition"))
}

/// One edition of a document.
///
/// # Errors
/// When there is none, the reader may not see it, or the database fails.
pub async fn edition(look: &mut Look<'_>, id: &DocumentId, number: u32) -> Result<DocumentEditionView, ActionError> {
    let document = visible(look, id).await?;
    let Edition { number, title, text, .. } = edition_of(look, &document, number).await?;
    Ok(DocumentEditionView { number, title, html: rules::html(&text), text })
}

/// What changed between two editions.
///
/// # Errors
/// When there are none, the reader may not see them, or the database fails.
pub async fn changed(look: &mut Look<'_>, id: &DocumentId, from: u32, to: u32) -> Result<TextDifference, ActionError> {
    let document = visible(look, id).await?;
    let earlier = edition_of(look, &document, from).await.map_err(|_| ActionError::field("from", "unknown"))?;
    let later = edition_of(look, &document, to).await.map_err(|_| ActionError::field("to", "unknown"))?;
    Ok(difference(&earlier, &later.title, &later.text))
}

/// What a text that is not saved changes against the newest edition.
///
/// # Errors
/// When there is no such document, the reader may not see it, or the database fails.
pub async fn compared(
    look: &mut Look<'_>,
    id: &DocumentId,
    title: &str,
    text: &str,
) -> Result<TextDifference, ActionError> {
    let document = visible(look, id).await?;
    let newest = edition_of(look, &document, document.edition).await?;
    Ok(difference(&newest, title, text))
}

fn difference(earlier: &Edition, title: &str, text: &str) -> TextDifference {
    let lines = rules::compare(&earlier.text, text);
    TextDifference {
        from_title: earlier.title.clone(),
        to_title: title.to_owned(),
        lines: lines.into_iter().map(|(kept, text)| TextLine { kept: kept.name(), text }).collect(),
    }
}

/// A thing that a document can be linked with, as far as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// By which people call it.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// Its collaboration.
    pub collaboration: CollaborationId,
}

/// The thing; none when there is no such thing or the reader may not see it.
///
/// # Errors
/// When the database fails.
pub async fn reference(look: &mut Look<'_>, subject: &Subject) -> Result<Option<Reference>, ActionError> {
    let found = match subject {
        Subject::Task(id) => tasks::visible(look, id).await.map(|task| Reference {
            name: format!("#{}", task.number),
            title: task.name,
            collaboration: task.collaboration,
        }),
        Subject::Record(id) => records::visible(look, id).await.map(|record| Reference {
            name: record.number,
            title: record.topic,
            collaboration: record.collaboration,
        }),
        Subject::Problem(id) => problems::visible(look, id).await.map(|problem| Reference {
            name: format!("P{}", problem.number),
            title: problem.title,
            collaboration: problem.collaboration,
        }),
        Subject::Minutes(id) => minutes::visible(look, id).await.map(|minutes| Reference {
            name: format!("M{}", minutes.number),
            title: minutes.title,
            collaboration: minutes.collaboration,
        }),
        Subject::Document(id) => visible(look, id).await.map(|document| Reference {
            name: format!("D{}", document.number),
            title: document.title,
            collaboration: document.collaboration,
        }),
        _ => return Ok(None),
    };
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn links(look: &mut Look<'_>, id: &DocumentId) -> Result<Vec<DocumentLinkView>, ActionError> {
    let links = look.conn.document_links(&look.app.workspace, id).await?;
    let by_hand: HashSet<String> = links.iter().filter(|link| link.by_hand).map(|link| link.target.clone()).collect();
    let mut views: Vec<DocumentLinkView> = Vec::with_capacity(links.len());
    for link in links {
        let Some(subject) = Subject::from_id(&link.target) else { continue };
        // What the text leads to and was linked by hand too is one thing.
        if views.iter().any(|view| view.id == link.target) {
            continue;
        }
        if let Some(found) = reference(look, &subject).await? {
            views.push(DocumentLinkView {
                kind: subject.kind(),
                by_hand: by_hand.contains(&link.target),
                id: link.target,
                name: found.name,
                title: found.title,
                collaboration: found.collaboration.to_string(),
            });
        }
    }
    Ok(views)
}
