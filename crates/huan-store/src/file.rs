//! Files of the library, and what they hold, in parts.

use huan_core::{
    document::Trashed,
    file::File,
    id::{CollaborationId, DocumentId, FileId, PersonId, WorkspaceId},
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, values},
};

/// How much of a file lies in one row, in bytes.
const PART: usize = 256 * 1024;

macro_rules! columns {
    () => {
        "id, collaboration, document, name, kind, size, digest, level, created_by, trashed_by, trashed_at, created_at, \
         updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM file WHERE workspace = $1 AND id = $2");
    INSERT = "INSERT INTO file (workspace, id, collaboration, document, name, kind, size, digest, level, created_by, trashed_by,
            trashed_at, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    UPDATE = "UPDATE file SET name = $3, level = $4, trashed_by = $5, trashed_at = $6, updated_at = $7, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $8";
    ADD_PART = "INSERT INTO file_part (workspace, file, number, data) VALUES ($1, $2, $3, $4)";
    OF_DOCUMENT = concat!("SELECT ", columns!(), " FROM file WHERE workspace = $1 AND document = $2 ORDER BY id");
    FIND_PART = "SELECT data FROM file_part WHERE workspace = $1 AND file = $2 AND number = $3";
}

/// What a list of files is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct FileFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Of this document; without it those of none.
    pub document: Option<DocumentId>,
    /// Whether they lie in the trash.
    pub trashed: bool,
    /// With these words in the name.
    pub words: Option<String>,
    /// As far as this person may see; the files of a document are for whoever sees that.
    pub sight: Option<Sight>,
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM file");

pub(crate) fn file(row: &Row) -> Result<File> {
    let by: Option<PersonId> = row.get("trashed_by")?;
    let at = row.get("trashed_at")?;
    Ok(File {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        document: row.get("document")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        size: row.get("size")?,
        digest: row.get("digest")?,
        level: row.get("level")?,
        created_by: row.get("created_by")?,
        trashed: by.zip(at).map(|(by, at)| Trashed { by, at }),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// A file by id.
    pub async fn file(&mut self, workspace: &WorkspaceId, id: &FileId) -> Result<Option<File>> {
        self.find(BY_ID, values![workspace, id], file).await
    }

    /// A page of files, by when they were given.
    pub async fn files(&mut self, workspace: &WorkspaceId, filter: &FileFilter, page: &Page) -> Result<Listed<File>> {
        let mut select = Select::new("files", SELECT);
        select.and("workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        match &filter.document {
            Some(document) => select.and("document = ").bind(document),
            None => select.and("document IS NULL"),
        };
        select.and(if filter.trashed { "trashed_at IS NOT NULL" } else { "trashed_at IS NULL" });
        if let Some(words) = &filter.words {
            select.and("lower(name) LIKE ").bind(contains(words)).push(" ESCAPE '!'");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR created_by = ").bind(&sight.person).push(")");
        }
        let page = page.fitting(Kind::Int);
        select.page("created_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, file).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.created_at, last.id.as_str())))
    }

    /// Several files by id, in no particular order; ids without a file are left out.
    pub async fn files_by_id(&mut self, workspace: &WorkspaceId, ids: &[FileId]) -> Result<Vec<File>> {
        let mut select = Select::new("files_by_id", SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, file).await
    }

    /// Every file of a document, those in the trash too.
    pub async fn files_of(&mut self, workspace: &WorkspaceId, document: &DocumentId) -> Result<Vec<File>> {
        self.list(OF_DOCUMENT, values![workspace, document], file).await
    }

    /// A part of what a file holds, counted from 0; none behind the last one.
    pub async fn file_part(&mut self, workspace: &WorkspaceId, id: &FileId, number: i64) -> Result<Option<Vec<u8>>> {
        self.find(FIND_PART, values![workspace, id, number], |row| row.get("data")).await
    }
}

impl Tx {
    /// Adds a file with what it holds.
    pub async fn insert_file(&mut self, workspace: &WorkspaceId, file: &File, held: &[u8]) -> Result<()> {
        let values = values![
            workspace,
            &file.id,
            &file.collaboration,
            file.document.as_ref(),
            &file.name,
            file.kind,
            file.size,
            &file.digest,
            file.level,
            &file.created_by,
            file.trashed.as_ref().map(|trashed| &trashed.by),
            file.trashed.as_ref().map(|trashed| trashed.at),
            file.created_at,
            file.updated_at,
            file.version,
        ];
        self.execute(INSERT, values).await?;
        for (number, part) in (0_i64..).zip(held.chunks(PART)) {
            self.execute(ADD_PART, values![workspace, &file.id, number, part]).await?;
        }
        self.index_file(workspace, file).await
    }

    /// Writes a file that was read and changed. [`crate::Error::Stale`] when it was changed by someone else since it was read; else
    /// its version grows by one.
    pub async fn update_file(&mut self, workspace: &WorkspaceId, file: &mut File) -> Result<()> {
        let values = values![
            workspace,
            &file.id,
            &file.name,
            file.level,
            file.trashed.as_ref().map(|trashed| &trashed.by),
            file.trashed.as_ref().map(|trashed| trashed.at),
            file.updated_at,
            file.version,
        ];
        self.change("the file", UPDATE, values).await?;
        file.version += 1;
        self.index_file(workspace, file).await
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{file::MediaKind, level::Level};

    use super::*;
    use crate::{Error, both_databases, samples};

    fn given(team: &samples::Team, bits: u128, name: &str, held: &[u8]) -> File {
        File {
            id: FileId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            document: None,
            name: name.into(),
            kind: MediaKind::of(held),
            size: i64::try_from(held.len()).unwrap(),
            digest: String::new(),
            level: Level::Internal,
            created_by: team.initiator.id.clone(),
            trashed: None,
            created_at: samples::at(i64::try_from(bits).unwrap()),
            updated_at: samples::at(0),
            version: 1,
        }
    }

    async fn names(conn: &mut Conn, workspace: &WorkspaceId, filter: FileFilter) -> Vec<String> {
        let listed = conn.files(workspace, &filter, &Page::first(50)).await.unwrap();
        listed.rows.into_iter().map(|file| file.name).collect()
    }

    both_databases! {
        async fn c3_what_a_file_holds_comes_back_byte_by_byte(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let held: Vec<u8> = (0..PART * 2 + 7).map(|place| u8::try_from(place % 251).unwrap()).collect();
            let (mut file, empty) = (given(&team, 1, "大文件.bin", &held), given(&team, 2, "空.txt", b""));
            let mut tx = db.write().await.unwrap();
            tx.insert_file(workspace, &file, &held).await.unwrap();
            tx.insert_file(workspace, &empty, b"").await.unwrap();
            assert_eq!(tx.file(workspace, &file.id).await.unwrap().as_ref(), Some(&file));
            let mut stale = file.clone();
            file.name = "改名.bin".into();
            tx.update_file(workspace, &mut file).await.unwrap();
            let refused = tx.update_file(workspace, &mut stale).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let mut read = Vec::new();
            let mut sizes = Vec::new();
            while let Some(part) = conn.file_part(workspace, &file.id, i64::try_from(sizes.len()).unwrap()).await.unwrap() {
                sizes.push(part.len());
                read.extend(part);
            }
            assert_eq!(sizes, [PART, PART, 7]);
            assert!(read == held, "every byte");
            assert_eq!(conn.file_part(workspace, &empty.id, 0).await.unwrap(), None);
        }

        async fn i2_a_list_of_files_holds_what_one_may_see(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut secret = given(&team, 2, "底价 50%.xlsx", b"");
            secret.level = Level::Confidential;
            let mut gone = given(&team, 3, "旧稿.doc", b"");
            gone.trashed = Some(Trashed { by: team.owner.id.clone(), at: samples::at(9) });
            let mut tx = db.write().await.unwrap();
            for file in [&given(&team, 1, "原型.png", b""), &secret, &gone] {
                tx.insert_file(workspace, file, b"").await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let all = FileFilter { collaboration: Some(team.collaboration.id.clone()), ..FileFilter::default() };
            assert_eq!(names(&mut conn, workspace, all.clone()).await, ["底价 50%.xlsx", "原型.png"]);
            assert_eq!(names(&mut conn, workspace, FileFilter { trashed: true, ..all.clone() }).await, ["旧稿.doc"]);
            let words = FileFilter { words: Some("50%".into()), ..all.clone() };
            assert_eq!(names(&mut conn, workspace, words).await, ["底价 50%.xlsx"]);
            let sees = |person: &PersonId| Some(Sight { person: person.clone(), levels: vec![Level::Internal], also: Vec::new() });
            let seen = FileFilter { sight: sees(&team.owner.id), ..all.clone() };
            assert_eq!(names(&mut conn, workspace, seen).await, ["原型.png"]);
            let own = FileFilter { sight: sees(&team.initiator.id), ..all.clone() };
            assert_eq!(names(&mut conn, workspace, own).await.len(), 2, "whoever gave it sees it");
            let of_document = FileFilter { document: Some(DocumentId::from_bits(1)), ..all };
            assert!(names(&mut conn, workspace, of_document).await.is_empty());
        }
    }
}
