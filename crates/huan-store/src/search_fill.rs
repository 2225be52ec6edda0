//! Taking into the word index what was there before it.
//!
//! Words are cut by the program, so a migration's SQL cannot do it. It is done when the schema is brought up to date, before
//! anything is served: a search never misses what was written before. Each step is one transaction and says how far it came,
//! so that it can be broken off anywhere and goes on at the next start.

use huan_core::{id::WorkspaceId, search::Kind};

use crate::{
    centre,
    conn::Row,
    db::Db,
    digest, document, emergency,
    error::{Error, Result},
    file, message, minutes, problem, record, searchable,
    select::Select,
    statement::statements,
    task,
    tx::Tx,
    value::values,
};

statements! {
    UNFINISHED = "SELECT workspace, kind, after FROM search_fill ORDER BY workspace, kind";
    CAME_TO = "UPDATE search_fill SET after = $3 WHERE workspace = $1 AND kind = $2";
    DONE = "DELETE FROM search_fill WHERE workspace = $1 AND kind = $2";
}

/// Things taken in with one transaction.
const AT_ONCE: u32 = 500;

impl Db {
    /// Takes everything into the index that is not in it yet. Once that is done there is nothing to do.
    pub(crate) async fn fill_search(&self) -> Result<()> {
        let mut conn = self.read().await?;
        let read = |row: &Row| Ok((row.get("workspace")?, row.get("kind")?, row.get("after")?));
        let unfinished: Vec<(WorkspaceId, String, String)> = conn.list(UNFINISHED, values![], read).await?;
        drop(conn);
        for (workspace, name, mut after) in unfinished {
            // A kind that only another version of the program knows is left to it.
            let Some(kind) = Kind::from_name(&name) else { continue };
            let mut taken = 0;
            loop {
                let mut tx = self.write().await?;
                let ids = tx.fill(&workspace, kind, &after).await?;
                match ids.last() {
                    Some(last) => {
                        after.clone_from(last);
                        tx.execute(CAME_TO, values![&workspace, &name, &after]).await?
                    }
                    None => tx.execute(DONE, values![&workspace, &name]).await?,
                };
                tx.commit().await?;
                taken += ids.len();
                if ids.is_empty() {
                    break;
                }
                if taken.is_multiple_of(50_000) {
                    tracing::info!(kind = name, taken, "taking older things into the word index");
                }
            }
            tracing::info!(kind = name, taken, "took older things into the word index");
        }
        Ok(())
    }
}

impl Tx {
    /// Takes in the next things of a kind and gives their ids.
    async fn fill(&mut self, workspace: &WorkspaceId, kind: Kind, after: &str) -> Result<Vec<String>> {
        let things = match kind {
            Kind::Message => message::SELECT,
            Kind::Record => record::SELECT,
            Kind::Task => task::SELECT,
            Kind::Problem => problem::SELECT,
            Kind::Emergency => emergency::SELECT,
            Kind::Minutes => minutes::SELECT,
            Kind::Digest => digest::SELECT,
            Kind::Document => document::SELECT,
            Kind::Entry => centre::SELECT,
            Kind::File => file::SELECT,
        };
        let mut select = Select::new("things for the word index", things);
        select.and("workspace = ").bind(workspace).and("id > ").bind(after).push(" ORDER BY id LIMIT ").bind(AT_ONCE);
        let (sql, values) = select.build();
        let rows = self.fetch_all(sql, values).await?;
        let mut ids = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: String = row.get("id")?;
            match self.take_in(workspace, kind, row).await {
                // Nobody can open such a thing either; that it is broken shall not keep everything else from being served.
                Err(error @ Error::Unreadable { .. }) => tracing::warn!(id, %error, "left out of the word index"),
                taken => taken?,
            }
            ids.push(id);
        }
        Ok(ids)
    }

    async fn take_in(&mut self, workspace: &WorkspaceId, kind: Kind, row: &Row) -> Result<()> {
        match kind {
            Kind::Message => self.index(workspace, &searchable::message(&message::message(row)?)).await,
            Kind::Record => self.index(workspace, &searchable::record(&record::record(row)?)).await,
            Kind::Task => self.index(workspace, &searchable::task(&task::task(row)?)).await,
            Kind::Problem => self.index_problem(workspace, &problem::problem(row)?).await,
            Kind::Emergency => self.index_report(workspace, &emergency::emergency(row)?).await,
            Kind::Minutes => self.index_minutes(workspace, &minutes::minutes(row)?).await,
            Kind::Digest => self.index_digest(workspace, &digest::digest(row)?).await,
            Kind::Document => {
                let document = document::document(row)?;
                match self.document_edition(workspace, &document.id, document.edition).await? {
                    Some(newest) => self.index_document(workspace, &document, &newest).await,
                    None => Ok(()),
                }
            }
            Kind::Entry => self.index(workspace, &searchable::centre_entry(&centre::entry(row)?)).await,
            Kind::File => self.index_file(workspace, &file::file(row)?).await,
        }
    }
}
