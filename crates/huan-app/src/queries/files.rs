//! Files of the library as pages show them.

use huan_core::{
    file::File,
    id::{DocumentId, FileId},
    permission::{self, Deed, Matter},
};
use huan_store::{FileFilter, Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    documents::{self, TrashedView},
    names::{Named, Names, PersonRef},
};
use crate::error::ActionError;

/// A file in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FileView {
    /// The id.
    pub id: String,
    /// Its collaboration.
    pub collaboration: Named,
    /// The document it belongs to.
    pub document: Option<String>,
    /// Its name, with its ending.
    pub name: String,
    /// `png`, `jpeg`, `gif`, `webp`, `pdf` or `other`: told by how it begins, whatever its name says.
    pub kind: &'static str,
    /// How long it is, in bytes.
    pub size: i64,
    /// `public`, `internal` or `confidential`; of a document's file the document's level counts.
    pub level: String,
    /// Who gave it.
    pub created_by: PersonRef,
    /// Who put it into the trash, and when.
    pub trashed: Option<TrashedView>,
    /// When it was given.
    pub created_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// What the reader may do with it.
    pub may: FileRights,
}

/// What the reader may do with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileRights {
    /// Put it into the trash and take it out.
    pub write: bool,
    /// Rename it and say who may see it.
    pub share: bool,
}

/// The file itself, when the reader may see it. What lies in the trash is for whoever could take it out.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn visible(look: &mut Look<'_>, id: &FileId) -> Result<File, ActionError> {
    let found = look.conn.file(&look.app.workspace, id).await?;
    let file = found.ok_or(ActionError::NotFound("file"))?;
    require(look, &file, Deed::See).await?;
    if file.trashed.is_some() && require(look, &file, Deed::Write).await.is_err() {
        return Err(ActionError::NotFound("file"));
    }
    Ok(file)
}

/// Whether the reader may do `deed` with the file: as with its document, where it belongs to one.
async fn require(look: &mut Look<'_>, file: &File, deed: Deed) -> Result<(), ActionError> {
    if let Some(document) = &file.document {
        return documents::require(look, document, deed).await.map(drop);
    }
    let role = look.role(&file.collaboration).await?;
    Ok(permission::may(&look.caller.viewer, deed, &Matter::file(file, role))?)
}

/// A file as a list shows it.
///
/// # Errors
/// As [`visible`].
pub async fn one(look: &mut Look<'_>, id: &FileId) -> Result<FileView, ActionError> {
    let file = visible(look, id).await?;
    views(look, vec![file]).await?.pop().ok_or(ActionError::NotFound("file"))
}

/// A page of the files that the reader may see: of a document, or those of none.
///
/// # Errors
/// When the collaboration or document is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: FileFilter,
    page: &Page,
) -> Result<(Listed<File>, Vec<FileView>), ActionError> {
    match &filter.document {
        Some(document) => documents::visible(look, document).await.map(drop)?,
        None => filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?),
    }
    let trash = filter.trashed;
    let listed = look.conn.files(&look.app.workspace, &filter, page).await?;
    let mut views = views(look, listed.rows.clone()).await?;
    views.retain(|view| !trash || view.may.write);
    Ok((listed, views))
}

async fn views(look: &mut Look<'_>, files: Vec<File>) -> Result<Vec<FileView>, ActionError> {
    let people = files.iter().flat_map(|one| [Some(&one.created_by), one.trashed.as_ref().map(|trashed| &trashed.by)]);
    let mut names = Names::of_people(look, people.flatten().cloned().collect()).await?;
    names.add_collaborations(look, files.iter().map(|one| one.collaboration.clone()).collect()).await?;
    let mut views = Vec::with_capacity(files.len());
    for file in files {
        let may = FileRights {
            write: require(look, &file, Deed::Write).await.is_ok(),
            share: require(look, &file, Deed::Share).await.is_ok(),
        };
        views.push(FileView {
            id: file.id.to_string(),
            collaboration: names.collaboration(&file.collaboration),
            document: file.document.as_ref().map(DocumentId::to_string),
            kind: file.kind.name(),
            size: file.size,
            level: super::code(&file.level),
            created_by: names.person(&file.created_by),
            trashed: file.trashed.as_ref().map(|trashed| TrashedView { by: names.person(&trashed.by), at: trashed.at }),
            created_at: file.created_at,
            version: file.version,
            may,
            name: file.name,
        });
    }
    Ok(views)
}
