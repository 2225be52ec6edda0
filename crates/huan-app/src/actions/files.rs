//! Files of the library: given, renamed, put into the trash and taken out (C3, I2).

use huan_core::{
    document::Trashed,
    file::{File, MediaKind, safe_name},
    history::{Event, Subject},
    id::{CollaborationId, DocumentId, FileId},
    level::Level,
    permission::{CollaborationDeed, Deed},
};
use sha2::{Digest as _, Sha256};

use super::{edit_task::code, input};
use crate::{error::ActionError, work::Work};

/// What is given with a file.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The document it belongs to.
    pub document: Option<DocumentId>,
    /// Its name.
    pub name: String,
    /// Who may see it, where it belongs to no document.
    pub level: Level,
}

/// Keeps a file.
///
/// # Errors
/// When the caller may not, it has no usable name, or is empty.
pub async fn give(work: &mut Work<'_>, new: NewFile, held: &[u8]) -> Result<File, ActionError> {
    let collaboration = match &new.document {
        Some(document) => {
            let document = work.document_for(document, Deed::Write).await?;
            document.require_kept()?;
            document.collaboration
        }
        None => work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?.id,
    };
    if collaboration != new.collaboration {
        return Err(ActionError::field("document", "unknown"));
    }
    if held.is_empty() {
        return Err(ActionError::field("file", "required"));
    }
    let file = File {
        id: work.new_id(),
        collaboration,
        document: new.document,
        name: checked_name(&new.name)?,
        kind: MediaKind::of(held),
        size: i64::try_from(held.len()).unwrap_or(i64::MAX),
        digest: hex::encode(Sha256::digest(held)),
        level: new.level,
        created_by: work.caller()?.person().clone(),
        trashed: None,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_file(&work.app.workspace, &file, held).await?;
    happened(work, &file, Event::Created);
    Ok(file)
}

fn checked_name(given: &str) -> Result<String, ActionError> {
    input::text("name", &safe_name(given), input::SHORT)
}

/// What is to change; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct FileChange {
    /// The name.
    pub name: Option<String>,
    /// Who may see it.
    pub level: Option<Level>,
    /// The version the caller saw.
    pub version: i64,
}

/// Renames a file, or says who may see it: whoever gave it or leads the collaboration may; the level of a document's file is the
/// document's.
///
/// # Errors
/// When the caller may not, it lies in the trash, or was changed meanwhile.
pub async fn change(work: &mut Work<'_>, id: &FileId, change: FileChange) -> Result<File, ActionError> {
    let was = work.file_for(id, Deed::Share).await?;
    was.require_kept()?;
    if was.version != change.version {
        return Err(ActionError::VersionConflict("file"));
    }
    let mut file = was.clone();
    if let Some(name) = &change.name {
        file.name = checked_name(name)?;
    }
    file.level = change.level.unwrap_or(was.level);
    if file == was {
        return Ok(file);
    }
    file.updated_at = work.now;
    work.tx.update_file(&work.app.workspace, &mut file).await?;
    let changes = [("name", was.name.clone(), file.name.clone()), ("level", code(&was.level), code(&file.level))];
    for (field, from, to) in changes.into_iter().filter(|(_, from, to)| from != to) {
        happened(work, &file, Event::Changed { field: field.to_owned(), from, to });
    }
    Ok(file)
}

/// Puts a file into the trash, or takes it out. What is there already stays as it is.
///
/// # Errors
/// When the caller may not.
pub async fn set_trashed(work: &mut Work<'_>, id: &FileId, trashed: bool) -> Result<File, ActionError> {
    let mut file = work.file_for(id, Deed::Write).await?;
    if file.trashed.is_some() == trashed {
        return Ok(file);
    }
    let by = work.caller()?.person().clone();
    file.trashed = trashed.then_some(Trashed { by, at: work.now });
    file.updated_at = work.now;
    work.tx.update_file(&work.app.workspace, &mut file).await?;
    happened(work, &file, if trashed { Event::Trashed } else { Event::Restored });
    Ok(file)
}

fn happened(work: &mut Work<'_>, file: &File, event: Event) {
    work.happened(Subject::File(file.id.clone()), Some(&file.collaboration), event);
}
