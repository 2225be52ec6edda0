//! Documents, messages and other things that belong to a task or a record, and back (F4).

use huan_core::id::WorkspaceId;
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    select::Select,
    statement::statements,
    tx::Tx,
    value::values,
};

statements! {
    OF = "SELECT subject, target, kind, title, added_at FROM reference WHERE workspace = $1 AND subject = $2
        ORDER BY added_at, target";
    TO = "SELECT subject, target, kind, title, added_at FROM reference WHERE workspace = $1 AND target = $2
        ORDER BY added_at, subject";
    ADD = "INSERT INTO reference (workspace, subject, target, kind, title, added_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace, subject, target) DO UPDATE SET title = excluded.title";
    REMOVE = "DELETE FROM reference WHERE workspace = $1 AND subject = $2 AND target = $3";
}

/// One thing that belongs to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The id of the task or record.
    pub subject: String,
    /// What it points to: an id of ours, or an address.
    pub target: String,
    /// What kind of thing that is: `document`, `message`, `task`, `record`.
    pub kind: String,
    /// How it is shown.
    pub title: String,
    /// When it was added.
    pub added_at: Timestamp,
}

fn reference(row: &Row) -> Result<Reference> {
    Ok(Reference {
        subject: row.get("subject")?,
        target: row.get("target")?,
        kind: row.get("kind")?,
        title: row.get("title")?,
        added_at: row.get("added_at")?,
    })
}

impl Conn {
    /// What belongs to the thing with this id.
    pub async fn references_of(&mut self, workspace: &WorkspaceId, subject: &str) -> Result<Vec<Reference>> {
        self.list(OF, values![workspace, subject], reference).await
    }

    /// What belongs to each of these things, by when it was added.
    pub async fn references_of_all(&mut self, workspace: &WorkspaceId, subjects: &[&str]) -> Result<Vec<Reference>> {
        let text = "SELECT subject, target, kind, title, added_at FROM reference";
        let mut select = Select::new("references_of_all", text);
        select.and("workspace = ").bind(workspace).and("subject IN ").list(subjects.iter().copied());
        select.push(" ORDER BY added_at, target");
        let (sql, values) = select.build();
        self.list(sql, values, reference).await
    }

    /// What the thing with this id or address belongs to.
    pub async fn references_to(&mut self, workspace: &WorkspaceId, target: &str) -> Result<Vec<Reference>> {
        self.list(TO, values![workspace, target], reference).await
    }
}

impl Tx {
    /// Adds a reference; one that is there already gets the new title.
    pub async fn add_reference(&mut self, workspace: &WorkspaceId, reference: &Reference) -> Result<()> {
        let Reference { subject, target, kind, title, added_at } = reference;
        self.execute(ADD, values![workspace, subject, target, kind, title, *added_at]).await?;
        Ok(())
    }

    /// Takes a reference away. Says whether it was there.
    pub async fn remove_reference(&mut self, workspace: &WorkspaceId, subject: &str, target: &str) -> Result<bool> {
        Ok(self.execute(REMOVE, values![workspace, subject, target]).await? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn f4_what_belongs_together_is_found_from_both_ends(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut document = Reference {
                subject: "tsk_1".into(),
                target: "https://docs.example/1".into(),
                kind: "document".into(),
                title: "需求文档".into(),
                added_at: samples::at(0),
            };
            let mut tx = db.write().await.unwrap();
            tx.add_reference(&workspace, &document).await.unwrap();
            document.title = "需求文档 V2".into();
            tx.add_reference(&workspace, &document).await.unwrap();
            assert_eq!(tx.references_of(&workspace, "tsk_1").await.unwrap(), std::slice::from_ref(&document));
            let of_all = tx.references_of_all(&workspace, &["tsk_1", "tsk_2"]).await.unwrap();
            assert_eq!(of_all, std::slice::from_ref(&document));
            assert_eq!(tx.references_to(&workspace, &document.target).await.unwrap(), std::slice::from_ref(&document));
            assert!(tx.remove_reference(&workspace, "tsk_1", &document.target).await.unwrap());
            assert!(!tx.remove_reference(&workspace, "tsk_1", &document.target).await.unwrap());
        }
    }
}
