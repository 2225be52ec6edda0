//! Tasks kept in step with a task platform: bindings, links and comments.
//!
//! A link is brought into step by one worker at a time, which holds its lease. Whoever changes a linked task meanwhile asks
//! for another look by letting `wakes` grow: the worker sees it when it is done. So every change of a link is read and
//! written in one transaction, with the row locked.

use huan_core::{
    id::{AccountId, BindingId, CollaborationId, CommentId, PersonId, TaskId, TaskLinkId, WorkspaceId},
    platform::{ForeignComment, ForeignProject, ForeignTaskId},
    task_sync::{Binding, TaskLink},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    conn::{Conn, Dialect, Row},
    error::{Error, Result},
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{json, values},
};

statements! {
    BINDINGS = "SELECT data FROM task_binding WHERE workspace = $1 ORDER BY id";
    BINDING = "SELECT data FROM task_binding WHERE workspace = $1 AND id = $2";
    LOCK_BINDING = sqlite "SELECT data FROM task_binding WHERE workspace = $1 AND id = $2",
        postgres "SELECT data FROM task_binding WHERE workspace = $1 AND id = $2 FOR UPDATE";
    OF_COLLABORATION = "SELECT data FROM task_binding WHERE workspace = $1 AND collaboration = $2";
    OF_PROJECT = "SELECT data FROM task_binding WHERE workspace = $1 AND account = $2 AND project = $3";
    INSERT_BINDING = "INSERT INTO task_binding
            (workspace, id, collaboration, account, project, next_at, troubled, data, leased_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)";
    SAVE_BINDING = "UPDATE task_binding SET next_at = $3, troubled = $4, data = $5 WHERE workspace = $1 AND id = $2";
    DELETE_BINDING = "DELETE FROM task_binding WHERE workspace = $1 AND id = $2";
    CLAIM_BINDINGS = sqlite "UPDATE task_binding SET leased_until = $3 WHERE rowid IN (SELECT rowid FROM task_binding
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4) RETURNING data",
        postgres "UPDATE task_binding SET leased_until = $3 WHERE ctid = ANY(ARRAY(SELECT ctid FROM task_binding
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4
            FOR UPDATE SKIP LOCKED)) RETURNING data";
    FREE_BINDING = "UPDATE task_binding SET leased_until = 0 WHERE workspace = $1 AND id = $2";

    LINK = "SELECT data FROM task_link WHERE workspace = $1 AND id = $2";
    LOCK_LINK = sqlite "SELECT data FROM task_link WHERE workspace = $1 AND id = $2",
        postgres "SELECT data FROM task_link WHERE workspace = $1 AND id = $2 FOR UPDATE";
    OF_TASK = "SELECT data FROM task_link WHERE workspace = $1 AND task = $2";
    LOCK_OF_FOREIGN = sqlite "SELECT data FROM task_link WHERE workspace = $1 AND binding = $2 AND foreign_task = $3",
        postgres "SELECT data FROM task_link WHERE workspace = $1 AND binding = $2 AND foreign_task = $3 FOR UPDATE";
    LINKS_OF_BINDING = "SELECT data FROM task_link WHERE workspace = $1 AND binding = $2 ORDER BY id";
    TROUBLED_LINKS = "SELECT data FROM task_link WHERE workspace = $1 AND binding = $2 AND troubled ORDER BY id DESC LIMIT 500";
    INSERT_LINK = "INSERT INTO task_link
            (workspace, id, binding, task, foreign_task, next_at, troubled, conflicted_at, data, leased_until)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
    CONFLICTED_LINKS = "SELECT data FROM task_link WHERE workspace = $1 AND binding = $2 AND conflicted_at IS NOT NULL
        ORDER BY conflicted_at DESC LIMIT $3";
    COUNT_LINKS = "SELECT count(*) AS n FROM task_link WHERE workspace = $1 AND binding = $2";
    SAVE_LINK = "UPDATE task_link SET task = $3, foreign_task = $4, next_at = $5, troubled = $6, conflicted_at = $7,
        data = $8 WHERE workspace = $1 AND id = $2";
    DELETE_LINK = "DELETE FROM task_link WHERE workspace = $1 AND id = $2";
    DELETE_LINKS_OF = "DELETE FROM task_link WHERE workspace = $1 AND binding = $2";
    CLAIM_LINKS = sqlite "UPDATE task_link SET leased_until = $3 WHERE rowid IN (SELECT rowid FROM task_link
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4) RETURNING data",
        postgres "UPDATE task_link SET leased_until = $3 WHERE ctid = ANY(ARRAY(SELECT ctid FROM task_link
            WHERE workspace = $1 AND next_at <= $2 AND leased_until <= $2 ORDER BY next_at LIMIT $4
            FOR UPDATE SKIP LOCKED)) RETURNING data";
    FREE_LINK = "UPDATE task_link SET leased_until = 0 WHERE workspace = $1 AND id = $2";
    NEXT_AT = "SELECT min(at) AS at FROM (
            SELECT min(CASE WHEN next_at < leased_until THEN leased_until ELSE next_at END) AS at
                FROM task_link WHERE workspace = $1 AND next_at IS NOT NULL
            UNION ALL
            SELECT min(CASE WHEN next_at < leased_until THEN leased_until ELSE next_at END) AS at
                FROM task_binding WHERE workspace = $1 AND next_at IS NOT NULL) AS both_tables";

    COMMENTS = "SELECT id, task, foreign_comment, author, text, state, attempted_at, created_at FROM task_comment
        WHERE workspace = $1 AND task = $2 ORDER BY created_at, id";
    INSERT_COMMENT = "INSERT INTO task_comment
            (workspace, id, task, foreign_comment, author, text, state, attempted_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    SAVE_COMMENT = "UPDATE task_comment SET foreign_comment = $3, state = $4, attempted_at = $5
        WHERE workspace = $1 AND id = $2";
}

/// Words about a linked task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskComment {
    /// The id.
    pub id: CommentId,
    /// The task.
    pub task: TaskId,
    /// The platform's id, once it is known.
    pub foreign: Option<ForeignComment>,
    /// Who said them.
    pub author: Option<PersonId>,
    /// The words.
    pub text: String,
    /// What became of them.
    pub state: CommentState,
    /// When sending them was last begun.
    pub attempted_at: Option<Timestamp>,
    /// When they were said.
    pub created_at: Timestamp,
}

/// What became of words about a linked task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommentState {
    /// They are to go to the platform.
    Waiting,
    /// They went there.
    Sent,
    /// They came from there.
    Taken,
    /// The platform does not take them.
    Refused,
}

fn data<T: serde::de::DeserializeOwned>(row: &Row) -> Result<T> {
    row.json("data")
}

fn comment(row: &Row) -> Result<TaskComment> {
    Ok(TaskComment {
        id: row.get("id")?,
        task: row.get("task")?,
        foreign: row.get("foreign_comment")?,
        author: row.get("author")?,
        text: row.get("text")?,
        state: row.get("state")?,
        attempted_at: row.get("attempted_at")?,
        created_at: row.get("created_at")?,
    })
}

impl Conn {
    /// All bindings.
    pub async fn bindings(&mut self, workspace: &WorkspaceId) -> Result<Vec<Binding>> {
        self.list(BINDINGS, values![workspace], data).await
    }

    /// A binding by id.
    pub async fn binding(&mut self, workspace: &WorkspaceId, id: &BindingId) -> Result<Option<Binding>> {
        self.find(BINDING, values![workspace, id], data).await
    }

    /// The binding of a collaboration.
    pub async fn binding_of(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Option<Binding>> {
        self.find(OF_COLLABORATION, values![workspace, collaboration], data).await
    }

    /// The binding of a project.
    pub async fn binding_of_project(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        project: &ForeignProject,
    ) -> Result<Option<Binding>> {
        self.find(OF_PROJECT, values![workspace, account, project], data).await
    }

    /// A link by id.
    pub async fn task_link(&mut self, workspace: &WorkspaceId, id: &TaskLinkId) -> Result<Option<TaskLink>> {
        self.find(LINK, values![workspace, id], data).await
    }

    /// The link of a task.
    pub async fn link_of_task(&mut self, workspace: &WorkspaceId, task: &TaskId) -> Result<Option<TaskLink>> {
        self.find(OF_TASK, values![workspace, task], data).await
    }

    /// All links of a binding.
    pub async fn links_of_binding(&mut self, workspace: &WorkspaceId, binding: &BindingId) -> Result<Vec<TaskLink>> {
        self.list(LINKS_OF_BINDING, values![workspace, binding], data).await
    }

    /// The links of a binding of which something could not be brought into step, the newest first; 500 at most.
    pub async fn troubled_links(&mut self, workspace: &WorkspaceId, binding: &BindingId) -> Result<Vec<TaskLink>> {
        self.list(TROUBLED_LINKS, values![workspace, binding], data).await
    }

    /// The links of a binding that were changed on both sides at once, the latest first.
    pub async fn conflicted_links(
        &mut self,
        workspace: &WorkspaceId,
        binding: &BindingId,
        at_most: u32,
    ) -> Result<Vec<TaskLink>> {
        self.list(CONFLICTED_LINKS, values![workspace, binding, at_most], data).await
    }

    /// How many links a binding has.
    pub async fn count_links(&mut self, workspace: &WorkspaceId, binding: &BindingId) -> Result<i64> {
        self.fetch_one(COUNT_LINKS, values![workspace, binding]).await?.get("n")
    }

    /// When the next link or binding is to be looked at and can be.
    pub async fn next_sync_at(&mut self, workspace: &WorkspaceId) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![workspace]).await?.get("at")
    }

    /// Words about a linked task, the oldest first.
    pub async fn task_comments(&mut self, workspace: &WorkspaceId, task: &TaskId) -> Result<Vec<TaskComment>> {
        self.list(COMMENTS, values![workspace, task], comment).await
    }
}

impl Tx {
    /// A binding, locked until the transaction ends.
    pub async fn lock_binding(&mut self, workspace: &WorkspaceId, id: &BindingId) -> Result<Option<Binding>> {
        self.find(LOCK_BINDING, values![workspace, id], data).await
    }

    /// Adds a binding. A duplicate when the collaboration or the project has one.
    pub async fn insert_binding(&mut self, workspace: &WorkspaceId, binding: &Binding) -> Result<()> {
        let Binding { id, collaboration, account, project, next_at, problem, .. } = binding;
        let troubled = problem.is_some();
        let values = values![workspace, id, collaboration, account, project, *next_at, troubled, json(binding)?];
        self.execute(INSERT_BINDING, values).await?;
        self.signal(Topic::Sync);
        Ok(())
    }

    /// Writes a binding that was read in this transaction.
    pub async fn save_binding(&mut self, workspace: &WorkspaceId, binding: &Binding) -> Result<()> {
        let troubled = binding.problem.is_some();
        let values = values![workspace, &binding.id, binding.next_at, troubled, json(binding)?];
        self.change("the binding", SAVE_BINDING, values).await?;
        self.signal(Topic::Sync);
        Ok(())
    }

    /// Takes a binding away with its links. The tasks stay, on both sides.
    pub async fn delete_binding(&mut self, workspace: &WorkspaceId, id: &BindingId) -> Result<()> {
        self.execute(DELETE_LINKS_OF, values![workspace, id]).await?;
        self.execute(DELETE_BINDING, values![workspace, id]).await?;
        Ok(())
    }

    /// Takes bindings whose platform is to be asked what changed. Commit before asking.
    pub async fn claim_bindings(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<Binding>> {
        self.list(CLAIM_BINDINGS, values![workspace, now, leased_until, at_most], data).await
    }

    /// Gives a binding's lease back.
    pub async fn free_binding(&mut self, workspace: &WorkspaceId, id: &BindingId) -> Result<()> {
        self.execute(FREE_BINDING, values![workspace, id]).await?;
        Ok(())
    }

    /// A link, locked until the transaction ends.
    pub async fn lock_link(&mut self, workspace: &WorkspaceId, id: &TaskLinkId) -> Result<Option<TaskLink>> {
        self.find(LOCK_LINK, values![workspace, id], data).await
    }

    /// The links of those of these tasks that have one, locked until the transaction ends. Give the tasks in order, so that no
    /// two nodes wait for each other.
    pub async fn lock_links_of_tasks(&mut self, workspace: &WorkspaceId, tasks: &[&TaskId]) -> Result<Vec<TaskLink>> {
        const AT_ONCE: usize = 500;
        let mut links = Vec::new();
        for tasks in tasks.chunks(AT_ONCE) {
            let mut select = Select::new("lock_links_of_tasks", "SELECT data FROM task_link");
            select.and("workspace = ").bind(workspace).and("task IN ").list(tasks.iter().copied());
            select.push(" ORDER BY task");
            if self.dialect() == Dialect::Postgres {
                select.push(" FOR UPDATE");
            }
            let (sql, values) = select.build();
            links.extend(self.list(sql, values, data).await?);
        }
        Ok(links)
    }

    /// The link of a platform's task, locked until the transaction ends.
    pub async fn lock_link_of_foreign(
        &mut self,
        workspace: &WorkspaceId,
        binding: &BindingId,
        foreign: &ForeignTaskId,
    ) -> Result<Option<TaskLink>> {
        self.find(LOCK_OF_FOREIGN, values![workspace, binding, foreign], data).await
    }

    /// Adds a link.
    pub async fn insert_link(&mut self, workspace: &WorkspaceId, link: &TaskLink) -> Result<()> {
        let TaskLink { id, binding, task, foreign, next_at, problems, conflicted_at, .. } = link;
        let (task, foreign, troubled) = (task.as_ref(), foreign.as_ref(), !problems.is_empty());
        let values = values![workspace, id, binding, task, foreign, *next_at, troubled, *conflicted_at, json(link)?];
        self.execute(INSERT_LINK, values).await?;
        self.signal(Topic::Sync);
        Ok(())
    }

    /// Writes a link that was locked in this transaction.
    pub async fn save_link(&mut self, workspace: &WorkspaceId, link: &TaskLink) -> Result<()> {
        let TaskLink { id, task, foreign, next_at, problems, conflicted_at, .. } = link;
        let (task, foreign, troubled) = (task.as_ref(), foreign.as_ref(), !problems.is_empty());
        let values = values![workspace, id, task, foreign, *next_at, troubled, *conflicted_at, json(link)?];
        self.change("the link", SAVE_LINK, values).await?;
        if next_at.is_some() {
            self.signal(Topic::Sync);
        }
        Ok(())
    }

    /// Takes a link away.
    pub async fn delete_link(&mut self, workspace: &WorkspaceId, id: &TaskLinkId) -> Result<()> {
        self.execute(DELETE_LINK, values![workspace, id]).await?;
        Ok(())
    }

    /// Takes links that are to be looked at. Commit before looking.
    pub async fn claim_links(
        &mut self,
        workspace: &WorkspaceId,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<TaskLink>> {
        self.list(CLAIM_LINKS, values![workspace, now, leased_until, at_most], data).await
    }

    /// Gives a link's lease back.
    pub async fn free_link(&mut self, workspace: &WorkspaceId, id: &TaskLinkId) -> Result<()> {
        self.execute(FREE_LINK, values![workspace, id]).await?;
        Ok(())
    }

    /// Keeps words about a linked task. Says whether they were new: the same comment of the platform is kept once.
    pub async fn insert_task_comment(&mut self, workspace: &WorkspaceId, comment: &TaskComment) -> Result<()> {
        let TaskComment { id, task, foreign, author, text, state, attempted_at, created_at } = comment;
        let (foreign, author) = (foreign.as_ref(), author.as_ref());
        let values = values![workspace, id, task, foreign, author, text, *state, *attempted_at, *created_at];
        self.execute(INSERT_COMMENT, values).await?;
        Ok(())
    }

    /// Writes what became of words about a linked task.
    pub async fn save_task_comment(&mut self, workspace: &WorkspaceId, comment: &TaskComment) -> Result<()> {
        let TaskComment { id, foreign, state, attempted_at, .. } = comment;
        let values = values![workspace, id, foreign.as_ref(), *state, *attempted_at];
        match self.execute(SAVE_COMMENT, values).await? {
            0 => Err(Error::Stale { what: "the comment" }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use huan_core::task_sync::{Mapping, Side, SyncProblem};
    use jiff::SignedDuration;

    use super::*;
    use crate::{both_databases, samples};

    fn binding(team: &samples::Team) -> Binding {
        Binding {
            id: BindingId::from_bits(1),
            collaboration: team.collaboration.id.clone(),
            account: team.account.id.clone(),
            project: ForeignProject::new("65e0"),
            project_name: "产品V2.0".into(),
            mapping: Mapping::default(),
            running: true,
            take_existing: false,
            responsible: team.initiator.id.clone(),
            created_at: samples::at(0),
            read_to: None,
            looked_through_at: None,
            next_at: Some(samples::at(10)),
            attempts: 0,
            problem: None,
            version: 1,
        }
    }

    fn link(bits: u128, binding: &Binding) -> TaskLink {
        TaskLink {
            id: TaskLinkId::from_bits(bits),
            binding: binding.id.clone(),
            task: None,
            foreign: Some(ForeignTaskId::new(format!("f{bits}"))),
            title: "评估".into(),
            origin: Side::There,
            here: BTreeMap::new(),
            common: BTreeMap::new(),
            there_at: None,
            heard_to: None,
            writing_from: None,
            making_at: None,
            missing_at: None,
            gone: false,
            conflicted_at: None,
            problems: BTreeMap::new(),
            next_at: Some(samples::at(20)),
            attempts: 0,
            wakes: 0,
        }
    }

    both_databases! {
        async fn bindings_and_links_are_claimed_when_due_and_by_one(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let binding = binding(&team);
            let mut tx = db.write().await.unwrap();
            tx.insert_binding(workspace, &binding).await.unwrap();
            tx.insert_link(workspace, &link(1, &binding)).await.unwrap();
            assert_eq!(tx.next_sync_at(workspace).await.unwrap(), Some(samples::at(10)));
            let until = samples::at(15) + SignedDuration::from_secs(60);
            assert_eq!(tx.claim_bindings(workspace, samples::at(15), until, 5).await.unwrap(), std::slice::from_ref(&binding));
            assert!(tx.claim_bindings(workspace, samples::at(15), until, 5).await.unwrap().is_empty());
            assert!(tx.claim_links(workspace, samples::at(15), until, 5).await.unwrap().is_empty());
            assert_eq!(tx.claim_links(workspace, samples::at(20), until, 5).await.unwrap(), [link(1, &binding)]);
            assert_eq!(tx.next_sync_at(workspace).await.unwrap(), Some(until), "leases run out");
            tx.free_link(workspace, &link(1, &binding).id).await.unwrap();
            assert_eq!(tx.claim_links(workspace, samples::at(20), until, 5).await.unwrap().len(), 1);
            tx.commit().await.unwrap();
        }

        async fn a_collaboration_and_a_project_have_one_binding(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            tx.insert_binding(&team.workspace, &binding(&team)).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let other = Binding { id: BindingId::from_bits(2), ..binding(&team) };
            assert!(tx.insert_binding(&team.workspace, &other).await.unwrap_err().is_duplicate());
        }

        async fn a_link_is_found_by_either_task_and_its_troubles_listed(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let binding = binding(&team);
            let task = samples::task(&team, 1);
            let mut tx = db.write().await.unwrap();
            tx.insert_binding(workspace, &binding).await.unwrap();
            tx.insert_task(workspace, &task).await.unwrap();
            let mut linked = link(1, &binding);
            tx.insert_link(workspace, &linked).await.unwrap();
            let foreign = linked.foreign.clone().unwrap();
            assert_eq!(tx.lock_link_of_foreign(workspace, &binding.id, &foreign).await.unwrap(), Some(linked.clone()));
            assert_eq!(tx.link_of_task(workspace, &task.id).await.unwrap(), None);
            linked.task = Some(task.id.clone());
            let problem =
                SyncProblem { key: "k".into(), detail: "李强".into(), since: samples::at(1), retried: false };
            linked.problems.insert("owner".into(), problem);
            tx.save_link(workspace, &linked).await.unwrap();
            let unlinked = TaskId::from_bits(99);
            let locked = tx.lock_links_of_tasks(workspace, &[&task.id, &unlinked]).await.unwrap();
            assert_eq!(locked, [linked.clone()]);
            assert_eq!(tx.lock_links_of_tasks(workspace, &[]).await.unwrap(), []);
            assert_eq!(tx.troubled_links(workspace, &binding.id).await.unwrap(), [linked.clone()]);
            linked.problems.clear();
            tx.save_link(workspace, &linked).await.unwrap();
            assert!(tx.troubled_links(workspace, &binding.id).await.unwrap().is_empty());
            assert!(tx.conflicted_links(workspace, &binding.id, 5).await.unwrap().is_empty());
            linked.conflicted_at = Some(samples::at(2));
            tx.save_link(workspace, &linked).await.unwrap();
            let mut later = TaskLink { conflicted_at: Some(samples::at(3)), ..link(2, &binding) };
            later.foreign = None;
            tx.insert_link(workspace, &later).await.unwrap();
            assert_eq!(tx.conflicted_links(workspace, &binding.id, 5).await.unwrap(), [later.clone(), linked]);
            assert_eq!(tx.conflicted_links(workspace, &binding.id, 1).await.unwrap(), [later]);
            assert_eq!(tx.count_links(workspace, &binding.id).await.unwrap(), 2);
            tx.delete_binding(workspace, &binding.id).await.unwrap();
            assert!(tx.task(workspace, &task.id).await.unwrap().is_some(), "the task stays");
            tx.commit().await.unwrap();
        }

        async fn a_comment_of_the_platform_is_kept_once(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let task = samples::task(&team, 1);
            let taken = TaskComment {
                id: CommentId::from_bits(1),
                task: task.id.clone(),
                foreign: Some(ForeignComment::new("c1")),
                author: None,
                text: "完成一半".into(),
                state: CommentState::Taken,
                attempted_at: None,
                created_at: samples::at(0),
            };
            let mut tx = db.write().await.unwrap();
            tx.insert_task(workspace, &task).await.unwrap();
            tx.insert_task_comment(workspace, &taken).await.unwrap();
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let again = TaskComment { id: CommentId::from_bits(2), ..taken.clone() };
            assert!(tx.insert_task_comment(workspace, &again).await.unwrap_err().is_duplicate());
            tx.rollback();
            assert_eq!(db.read().await.unwrap().task_comments(workspace, &task.id).await.unwrap(), [taken]);
        }
    }
}
