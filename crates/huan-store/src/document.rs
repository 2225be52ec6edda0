//! Documents of the library, their editions, their readers, and what they are linked with.

use huan_core::{
    document::{Document, Edition, Trashed},
    history::Subject,
    id::{CollaborationId, DocumentId, PersonId, WorkspaceId},
};

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, title, level, template, readers, created_by, changed_by, edition, trashed_by, trashed_at, \
         created_at, updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM document WHERE workspace = $1 AND id = $2");
    INSERT = "INSERT INTO document (workspace, id, collaboration, number, title, level, template, readers, created_by, changed_by,
            edition, trashed_by, trashed_at, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    UPDATE = "UPDATE document SET title = $3, level = $4, template = $5, readers = $6, changed_by = $7, edition = $8,
            trashed_by = $9, trashed_at = $10, updated_at = $11, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $12";
    EDITIONS = "SELECT number, title, '' AS text, note, added, removed, written_by, written_at FROM document_edition
        WHERE workspace = $1 AND document = $2 ORDER BY number DESC LIMIT $3";
    EDITION = "SELECT number, title, text, note, added, removed, written_by, written_at FROM document_edition
        WHERE workspace = $1 AND document = $2 AND number = $3";
    ADD_EDITION = "INSERT INTO document_edition (workspace, document, number, title, text, note, added, removed, written_by,
            written_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    DROP_READERS = "DELETE FROM document_reader WHERE workspace = $1 AND document = $2";
    ADD_READER = "INSERT INTO document_reader (workspace, person, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    LINKS = "SELECT target, by_hand FROM document_link WHERE workspace = $1 AND document = $2 ORDER BY target, by_hand";
    DROP_WRITTEN_LINKS = "DELETE FROM document_link WHERE workspace = $1 AND document = $2 AND by_hand = FALSE";
    ADD_LINK = "INSERT INTO document_link (workspace, target, document, by_hand) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    DROP_LINK = "DELETE FROM document_link WHERE workspace = $1 AND target = $2 AND document = $3 AND by_hand = TRUE";
}

/// What a list of documents is about. Everything given must hold.
#[derive(Debug, Clone, Default)]
pub struct DocumentFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Linked with the thing that has this id.
    pub linked: Option<String>,
    /// Whether they are templates; none for both.
    pub template: Option<bool>,
    /// Whether they lie in the trash.
    pub trashed: bool,
    /// With these words in the title or the text.
    pub words: Option<String>,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

/// A thing that a document is linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLink {
    /// The thing's id.
    pub target: String,
    /// Whether it was linked by hand; else the text leads there.
    pub by_hand: bool,
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM document");

pub(crate) fn document(row: &Row) -> Result<Document> {
    let by: Option<PersonId> = row.get("trashed_by")?;
    let at = row.get("trashed_at")?;
    Ok(Document {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        title: row.get("title")?,
        level: row.get("level")?,
        template: row.get("template")?,
        readers: row.json("readers")?,
        created_by: row.get("created_by")?,
        changed_by: row.get("changed_by")?,
        edition: row.get("edition")?,
        trashed: by.zip(at).map(|(by, at)| Trashed { by, at }),
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn edition(row: &Row) -> Result<Edition> {
    Ok(Edition {
        number: row.get("number")?,
        title: row.get("title")?,
        text: row.get("text")?,
        note: row.get("note")?,
        added: row.get("added")?,
        removed: row.get("removed")?,
        by: row.get("written_by")?,
        at: row.get("written_at")?,
    })
}

impl Conn {
    /// A document by id.
    pub async fn document(&mut self, workspace: &WorkspaceId, id: &DocumentId) -> Result<Option<Document>> {
        self.find(BY_ID, values![workspace, id], document).await
    }

    /// A page of documents, by when they last changed.
    pub async fn documents(
        &mut self,
        workspace: &WorkspaceId,
        filter: &DocumentFilter,
        page: &Page,
    ) -> Result<Listed<Document>> {
        let mut select = Select::new("documents", SELECT);
        select.and("workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if let Some(template) = filter.template {
            select.and("template = ").bind(template);
        }
        select.and(if filter.trashed { "trashed_at IS NOT NULL" } else { "trashed_at IS NULL" });
        if let Some(linked) = &filter.linked {
            select.and("id IN (SELECT document FROM document_link WHERE workspace = ").bind(workspace);
            select.push(" AND target = ").bind(linked.as_str()).push(")");
        }
        if let Some(words) = &filter.words {
            let pattern = contains(words);
            select.and("(lower(title) LIKE ").bind(pattern.as_str()).push(" ESCAPE '!'");
            select.push(
                " OR EXISTS (SELECT 1 FROM document_edition AS newest WHERE newest.workspace = document.workspace",
            );
            select.push(
                " AND newest.document = document.id AND newest.number = document.edition AND lower(newest.text) LIKE ",
            );
            select.bind(pattern.as_str()).push(" ESCAPE '!'))");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR created_by = ").bind(&sight.person);
            select.push(" OR id IN (SELECT document FROM document_reader WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(&sight.person).push("))");
        }
        let page = page.fitting(Kind::Int);
        select.page("updated_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, document).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.updated_at, last.id.as_str())))
    }

    /// The newest editions of a document without their texts, the newest first.
    pub async fn document_editions(
        &mut self,
        workspace: &WorkspaceId,
        id: &DocumentId,
        most: u32,
    ) -> Result<Vec<Edition>> {
        self.list(EDITIONS, values![workspace, id, most], edition).await
    }

    /// One edition of a document.
    pub async fn document_edition(
        &mut self,
        workspace: &WorkspaceId,
        id: &DocumentId,
        number: u32,
    ) -> Result<Option<Edition>> {
        self.find(EDITION, values![workspace, id, number], edition).await
    }

    /// What a document is linked with.
    pub async fn document_links(&mut self, workspace: &WorkspaceId, id: &DocumentId) -> Result<Vec<DocumentLink>> {
        let read = |row: &Row| Ok(DocumentLink { target: row.get("target")?, by_hand: row.get("by_hand")? });
        self.list(LINKS, values![workspace, id], read).await
    }
}

impl Tx {
    /// The next short number for a document.
    pub async fn next_document_number(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.next_number(workspace, "document").await
    }

    /// Adds a document with its first edition, which leads to `targets`.
    pub async fn insert_document(
        &mut self,
        workspace: &WorkspaceId,
        document: &Document,
        first: &Edition,
        targets: &[Subject],
    ) -> Result<()> {
        let values = values![
            workspace,
            &document.id,
            &document.collaboration,
            document.number,
            &document.title,
            document.level,
            document.template,
            json(&document.readers)?,
            &document.created_by,
            &document.changed_by,
            document.edition,
            document.trashed.as_ref().map(|trashed| &trashed.by),
            document.trashed.as_ref().map(|trashed| trashed.at),
            document.created_at,
            document.updated_at,
            document.version,
        ];
        self.execute(INSERT, values).await?;
        self.write_readers(workspace, document).await?;
        self.write_edition(workspace, &document.id, first, targets).await?;
        self.index_document(workspace, document, first).await
    }

    /// Writes a document that was read and changed, with its newest edition. [`crate::Error::Stale`] when it was changed by someone
    /// else since it was read; else its version grows by one.
    pub async fn update_document(
        &mut self,
        workspace: &WorkspaceId,
        document: &mut Document,
        newest: &Edition,
    ) -> Result<()> {
        let values = values![
            workspace,
            &document.id,
            &document.title,
            document.level,
            document.template,
            json(&document.readers)?,
            &document.changed_by,
            document.edition,
            document.trashed.as_ref().map(|trashed| &trashed.by),
            document.trashed.as_ref().map(|trashed| trashed.at),
            document.updated_at,
            document.version,
        ];
        self.change("the document", UPDATE, values).await?;
        document.version += 1;
        self.write_readers(workspace, document).await?;
        self.index_document(workspace, document, newest).await
    }

    async fn write_readers(&mut self, workspace: &WorkspaceId, document: &Document) -> Result<()> {
        self.execute(DROP_READERS, values![workspace, &document.id]).await?;
        for reader in &document.readers {
            self.execute(ADD_READER, values![workspace, reader, &document.id]).await?;
        }
        Ok(())
    }

    /// Adds an edition of a document, which leads to `targets`.
    pub async fn write_edition(
        &mut self,
        workspace: &WorkspaceId,
        id: &DocumentId,
        edition: &Edition,
        targets: &[Subject],
    ) -> Result<()> {
        let values = values![
            workspace,
            id,
            edition.number,
            &edition.title,
            &edition.text,
            &edition.note,
            edition.added,
            edition.removed,
            &edition.by,
            edition.at,
        ];
        self.execute(ADD_EDITION, values).await?;
        self.execute(DROP_WRITTEN_LINKS, values![workspace, id]).await?;
        for target in targets.iter().filter(|target| target.id() != id.as_str()) {
            self.execute(ADD_LINK, values![workspace, target.id(), id, false]).await?;
        }
        Ok(())
    }

    /// Links a document with a thing by hand. Whether that is new tells the answer.
    pub async fn link_document(&mut self, workspace: &WorkspaceId, id: &DocumentId, target: &Subject) -> Result<bool> {
        Ok(self.execute(ADD_LINK, values![workspace, target.id(), id, true]).await? > 0)
    }

    /// Takes back what was linked by hand. Whether it was linked tells the answer.
    pub async fn unlink_document(
        &mut self,
        workspace: &WorkspaceId,
        id: &DocumentId,
        target: &Subject,
    ) -> Result<bool> {
        Ok(self.execute(DROP_LINK, values![workspace, target.id(), id]).await? > 0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use huan_core::{
        document::Written,
        id::TaskId,
        level::Level,
        search::{Kind as SearchKind, Query},
    };

    use super::*;
    use crate::{Error, Hearing, SearchFilter, both_databases, samples};

    pub(crate) fn begun(team: &samples::Team, bits: u128, title: &str, text: &str) -> (Document, Edition) {
        let written = Written { title: title.into(), text: text.into(), note: String::new() };
        let first = Edition::first(written, team.initiator.id.clone(), samples::at(i64::try_from(bits).unwrap()));
        let document = Document {
            id: DocumentId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            number: i64::try_from(bits).unwrap(),
            title: title.into(),
            level: Level::Internal,
            template: false,
            readers: Vec::new(),
            created_by: team.initiator.id.clone(),
            changed_by: team.initiator.id.clone(),
            edition: 1,
            trashed: None,
            created_at: first.at,
            updated_at: first.at,
            version: 1,
        };
        (document, first)
    }

    async fn numbers(conn: &mut Conn, workspace: &WorkspaceId, filter: DocumentFilter) -> Vec<i64> {
        let listed = conn.documents(workspace, &filter, &Page::first(50)).await.unwrap();
        listed.rows.iter().map(|document| document.number).collect()
    }

    async fn found(
        conn: &mut Conn,
        team: &samples::Team,
        person: &PersonId,
        levels: Vec<Level>,
        words: &str,
    ) -> Vec<String> {
        let filter = SearchFilter {
            query: Query::read(words),
            kinds: vec![SearchKind::Document],
            collaboration: None,
            person: None,
            platform: None,
            from: None,
            before: None,
            sight: Sight { person: person.clone(), levels, also: Vec::new() },
            hearing: Hearing::Channels(Vec::new()),
        };
        let hits = conn.search(&team.workspace, &filter, None, 9).await.unwrap();
        hits.into_iter().map(|hit| hit.thing).collect()
    }

    both_databases! {
        async fn i6_documents_read_back_whole_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let (mut document, first) = begun(&team, 7, "接口约定", "# 接口\n");
            document.readers = vec![team.owner.id.clone()];
            let mut tx = db.write().await.unwrap();
            tx.insert_document(&team.workspace, &document, &first, &[]).await.unwrap();
            assert_eq!(tx.document(&team.workspace, &document.id).await.unwrap().as_ref(), Some(&document));
            let mut stale = document.clone();
            let written = Written { title: "接口约定".into(), text: "# 接口\n用游标\n".into(), note: "定分页".into() };
            let second = document.save(&first, 1, written, team.owner.id.clone(), samples::at(9)).unwrap();
            tx.update_document(&team.workspace, &mut document, &second).await.unwrap();
            tx.write_edition(&team.workspace, &document.id, &second, &[]).await.unwrap();
            assert_eq!(document.version, 2);
            let refused = tx.update_document(&team.workspace, &mut stale, &first).await;
            assert!(matches!(refused, Err(Error::Stale { .. })), "{refused:?}");
            document.trash(team.owner.id.clone(), samples::at(10)).unwrap();
            tx.update_document(&team.workspace, &mut document, &second).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(conn.document(&team.workspace, &document.id).await.unwrap().as_ref(), Some(&document));
            assert_eq!(conn.document_edition(&team.workspace, &document.id, 1).await.unwrap(), Some(first));
            assert_eq!(conn.document_edition(&team.workspace, &document.id, 2).await.unwrap().as_ref(), Some(&second));
            assert_eq!(conn.document_edition(&team.workspace, &document.id, 3).await.unwrap(), None);
            let notes = conn.document_editions(&team.workspace, &document.id, 9).await.unwrap();
            assert_eq!(notes.iter().map(|one| (one.number, one.note.as_str())).collect::<Vec<_>>(), [(2, "定分页"), (1, "")]);
        }

        async fn f4_a_document_is_found_from_what_it_is_linked_with(db: Db) {
            let team = samples::team(&db).await;
            let (mut document, first) = begun(&team, 1, "背景", "");
            let (in_text, by_hand) = (Subject::Task(TaskId::from_bits(1)), Subject::Task(TaskId::from_bits(2)));
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            tx.insert_document(workspace, &document, &first, std::slice::from_ref(&in_text)).await.unwrap();
            assert!(tx.link_document(workspace, &document.id, &by_hand).await.unwrap());
            assert!(!tx.link_document(workspace, &document.id, &by_hand).await.unwrap());
            let of = |target: &Subject| DocumentFilter { linked: Some(target.id().to_owned()), ..DocumentFilter::default() };
            assert_eq!(numbers(&mut tx, workspace, of(&in_text)).await, [1]);
            assert_eq!(numbers(&mut tx, workspace, of(&by_hand)).await, [1]);
            // The text does not lead there any more; what was linked by hand stays.
            let written = Written { title: "背景".into(), text: "改了".into(), note: String::new() };
            let second = document.save(&first, 1, written, team.owner.id.clone(), samples::at(9)).unwrap();
            tx.update_document(workspace, &mut document, &second).await.unwrap();
            tx.write_edition(workspace, &document.id, &second, &[]).await.unwrap();
            assert!(numbers(&mut tx, workspace, of(&in_text)).await.is_empty());
            let links = tx.document_links(workspace, &document.id).await.unwrap();
            assert_eq!(links, [DocumentLink { target: by_hand.id().to_owned(), by_hand: true }]);
            assert!(tx.unlink_document(workspace, &document.id, &by_hand).await.unwrap());
            assert!(!tx.unlink_document(workspace, &document.id, &by_hand).await.unwrap());
            assert!(numbers(&mut tx, workspace, of(&by_hand)).await.is_empty());
            tx.commit().await.unwrap();
        }

        async fn i2_a_list_of_documents_holds_what_one_may_see(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let (open, one) = begun(&team, 1, "接口约定", "# 分页\n每页 50%\n");
            let (mut secret, two) = begun(&team, 2, "报价", "底价\n");
            secret.level = Level::Confidential;
            let (mut template, three) = begun(&team, 3, "周报模板", "本周完成\n");
            template.template = true;
            let (mut gone, four) = begun(&team, 4, "旧稿", "作废\n");
            gone.trash(team.initiator.id.clone(), samples::at(5)).unwrap();
            let mut tx = db.write().await.unwrap();
            for (document, first) in [(&open, &one), (&secret, &two), (&template, &three), (&gone, &four)] {
                tx.insert_document(workspace, document, first, &[]).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let all = DocumentFilter { collaboration: Some(team.collaboration.id.clone()), ..DocumentFilter::default() };
            assert_eq!(numbers(&mut conn, workspace, all.clone()).await, [3, 2, 1]);
            assert_eq!(numbers(&mut conn, workspace, DocumentFilter { trashed: true, ..all.clone() }).await, [4]);
            assert_eq!(numbers(&mut conn, workspace, DocumentFilter { template: Some(true), ..all.clone() }).await, [3]);
            for (words, expected) in [("50%", vec![1]), ("报价", vec![2]), ("5_%", vec![])] {
                let filter = DocumentFilter { words: Some(words.into()), ..all.clone() };
                assert_eq!(numbers(&mut conn, workspace, filter).await, expected, "{words}");
            }
            let (owner, internal) = (team.owner.id.clone(), vec![Level::Internal]);
            let sight = Some(Sight { person: owner.clone(), levels: internal.clone(), also: Vec::new() });
            let seen = DocumentFilter { sight, ..all.clone() };
            assert_eq!(numbers(&mut conn, workspace, seen.clone()).await, [3, 1]);
            assert!(found(&mut conn, &team, &owner, internal.clone(), "底价").await.is_empty());
            assert_eq!(found(&mut conn, &team, &owner, internal.clone(), "分页").await, [open.id.to_string()]);
            assert!(found(&mut conn, &team, &owner, internal.clone(), "作废").await.is_empty(), "what is in the trash");
            drop(conn);

            // Shared with them, taken out of the trash.
            secret.readers = vec![owner.clone()];
            assert!(gone.restore(samples::at(6)));
            let mut tx = db.write().await.unwrap();
            tx.update_document(workspace, &mut secret, &two).await.unwrap();
            tx.update_document(workspace, &mut gone, &four).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            assert_eq!(numbers(&mut conn, workspace, seen).await, [4, 3, 2, 1]);
            assert_eq!(found(&mut conn, &team, &owner, internal.clone(), "底价").await, [secret.id.to_string()]);
            assert_eq!(found(&mut conn, &team, &owner, internal, "作废").await, [gone.id.to_string()]);
        }
    }
}
