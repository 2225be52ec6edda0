//! Tasks. This module is the pattern for the others: columns and statements at the top, one function that reads a row, reading
//! methods on [`Conn`], writing methods on [`Tx`], tests on both databases below.

use huan_core::{
    id::{CollaborationId, MessageId, PersonId, TaskId, WorkspaceId},
    search::Kind as Found,
    task::{Priority, Stage, Task, TaskState},
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    due::Due,
    error::{Error, Result},
    search::from_found,
    searchable,
    select::{Cursor, Listed, Page, Select, contains},
    sight::Sight,
    statement::statements,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, number, name, description, initiator, owner, helpers, due_at, priority, criteria, level, \
         stage, state, progress, record, message, created_at, updated_at, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM task WHERE workspace = $1 AND id = $2");
    BY_NUMBER = concat!("SELECT ", columns!(), " FROM task WHERE workspace = $1 AND number = $2");
    OF_MESSAGE = concat!("SELECT ", columns!(), " FROM task WHERE workspace = $1 AND message = $2 ORDER BY id LIMIT 1");
    BEFORE = "SELECT collaboration, stage, helpers FROM task WHERE workspace = $1 AND id = $2 AND version = $3";
    INSERT = "INSERT INTO task (workspace, id, collaboration, number, name, description, initiator, owner, helpers, due_at,
            priority, priority_rank, criteria, level, stage, state, is_open, progress, record, message, created_at,
            updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    UPDATE = "UPDATE task SET collaboration = $3, name = $4, description = $5, initiator = $6, owner = $7, helpers = $8,
            due_at = $9, priority = $10, priority_rank = $11, criteria = $12, level = $13, stage = $14, state = $15,
            is_open = $16, progress = $17, record = $18, message = $19, updated_at = $20, version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $21";
    OVERDUE = "SELECT count(*) AS n FROM task
        WHERE workspace = $1 AND collaboration = $2 AND is_open = true AND due_at < $3";
    ADD_HELPER = "INSERT INTO task_helper (workspace, person, task) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    CLEAR_HELPERS = "DELETE FROM task_helper WHERE workspace = $1 AND task = $2";
}

/// What a list of tasks is about. Everything given must hold; an empty list of stages means any.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// In one of these stages.
    pub stages: Vec<Stage>,
    /// Only those still open, or only those closed.
    pub open: Option<bool>,
    /// With this owner.
    pub owner: Option<PersonId>,
    /// From this initiator.
    pub initiator: Option<PersonId>,
    /// With this helper.
    pub helper: Option<PersonId>,
    /// Due before this.
    pub due_before: Option<Timestamp>,
    /// With these words in the name.
    pub words: Option<String>,
    /// As far as this person may see.
    pub sight: Option<Sight>,
}

/// The order of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TaskSort {
    /// By due time; those without one count as the latest.
    #[default]
    Due,
    /// By last change.
    Updated,
    /// By number.
    Number,
}

impl TaskSort {
    fn column(self) -> &'static str {
        match self {
            Self::Due => "due_at",
            Self::Updated => "updated_at",
            Self::Number => "number",
        }
    }

    fn cursor(self, task: &Task) -> Cursor {
        match self {
            Self::Due => Cursor::new(Due(task.due_at), task.id.as_str()),
            Self::Updated => Cursor::new(task.updated_at, task.id.as_str()),
            Self::Number => Cursor::new(task.number, task.id.as_str()),
        }
    }
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM task");

pub(crate) fn task(row: &Row) -> Result<Task> {
    Ok(Task {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        number: row.get("number")?,
        name: row.get("name")?,
        description: row.get("description")?,
        initiator: row.get("initiator")?,
        owner: row.get("owner")?,
        helpers: row.json("helpers")?,
        due_at: row.get::<Due>("due_at")?.0,
        priority: row.get("priority")?,
        criteria: row.get("criteria")?,
        level: row.get("level")?,
        state: row.json::<TaskState>("state")?,
        progress: row.optional_json("progress")?,
        record: row.get("record")?,
        message: row.get("message")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        version: row.get("version")?,
    })
}

fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Urgent => 0,
        Priority::High => 1,
        Priority::Normal => 2,
        Priority::Low => 3,
    }
}

/// The name under which tasks of a stage are counted for their collaboration.
fn tally(stage: Stage) -> String {
    format!("task:{}", stage.name())
}

impl Conn {
    /// A task by id.
    pub async fn task(&mut self, workspace: &WorkspaceId, id: &TaskId) -> Result<Option<Task>> {
        self.find(BY_ID, values![workspace, id], task).await
    }

    /// A task by the short number that people type.
    pub async fn task_by_number(&mut self, workspace: &WorkspaceId, number: i64) -> Result<Option<Task>> {
        self.find(BY_NUMBER, values![workspace, number], task).await
    }

    /// The task that was made from a message.
    pub async fn task_of_message(&mut self, workspace: &WorkspaceId, message: &MessageId) -> Result<Option<Task>> {
        self.find(OF_MESSAGE, values![workspace, message], task).await
    }

    /// How many open tasks of a collaboration are past their due time.
    pub async fn overdue_tasks(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        now: Timestamp,
    ) -> Result<i64> {
        self.fetch_one(OVERDUE, values![workspace, collaboration, now]).await?.get("n")
    }

    /// A page of tasks. A cursor made for another order begins at the first page.
    pub async fn tasks(
        &mut self,
        workspace: &WorkspaceId,
        filter: &TaskFilter,
        sort: TaskSort,
        page: &Page,
    ) -> Result<Listed<Task>> {
        let with_words = match &filter.words {
            Some(words) => self.few_found(Found::Task, filter.collaboration.as_ref(), words).await?,
            None => None,
        };
        let mut select = match &with_words {
            Some(few) => {
                let text = concat!("SELECT ", columns!(), from_found!(), "task");
                let mut select = Select::new("tasks with rare words", text);
                select.found(self.dialect(), workspace, few, "task.id");
                select
            }
            None => Select::new("tasks", SELECT),
        };
        select.and("task.workspace = ").bind(workspace);
        if let Some(collaboration) = &filter.collaboration {
            select.and("collaboration = ").bind(collaboration);
        }
        if let Some(owner) = &filter.owner {
            select.and("owner = ").bind(owner);
        }
        if let Some(initiator) = &filter.initiator {
            select.and("initiator = ").bind(initiator);
        }
        if let Some(helper) = &filter.helper {
            select.and("id IN (SELECT task FROM task_helper WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(helper).push(")");
        }
        match filter.stages.as_slice() {
            [] => {}
            [stage] => {
                select.and("stage = ").bind(*stage);
            }
            stages => {
                select.and("stage IN ").list(stages.iter().copied());
            }
        }
        if let Some(open) = filter.open {
            select.and("is_open = ").bind(open);
        }
        if let Some(before) = filter.due_before {
            select.and("due_at < ").bind(before);
        }
        if let Some(words) = &filter.words {
            select.and("lower(name) LIKE ").bind(contains(words)).push(" ESCAPE '!'");
        }
        if let Some(sight) = &filter.sight {
            select.within_sight(sight);
            select.push(" OR owner = ").bind(&sight.person).push(" OR initiator = ").bind(&sight.person);
            select.push(" OR id IN (SELECT task FROM task_helper WHERE workspace = ").bind(workspace);
            select.push(" AND person = ").bind(&sight.person).push("))");
        }
        let page = page.fitting(Kind::Int);
        select.page(sort.column(), "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, task).await?;
        Ok(Listed::cut(rows, &page, |last| sort.cursor(last)))
    }
}

impl Tx {
    /// The next short number for a task.
    pub async fn next_task_number(&mut self, workspace: &WorkspaceId) -> Result<i64> {
        self.next_number(workspace, "task").await
    }

    /// Adds a task.
    pub async fn insert_task(&mut self, workspace: &WorkspaceId, task: &Task) -> Result<()> {
        let stage = task.state.stage();
        let values = values![
            workspace,
            &task.id,
            &task.collaboration,
            task.number,
            &task.name,
            &task.description,
            &task.initiator,
            &task.owner,
            json(&task.helpers)?,
            Due(task.due_at),
            task.priority,
            rank(task.priority),
            &task.criteria,
            task.level,
            stage,
            json(&task.state)?,
            task.state.is_open(),
            task.progress.as_ref().map(json).transpose()?,
            task.record.as_ref(),
            task.message.as_ref(),
            task.created_at,
            task.updated_at,
            task.version,
        ];
        self.execute(INSERT, values).await?;
        self.add_helpers(workspace, task).await?;
        self.index_new(workspace, &searchable::task(task)).await?;
        self.count(workspace, task.collaboration.as_str(), &tally(stage), 1);
        Ok(())
    }

    /// Writes a task that was read and changed. [`Error::Stale`] when it was changed by someone else since it was read;
    /// else its version grows by one.
    pub async fn update_task(&mut self, workspace: &WorkspaceId, task: &mut Task) -> Result<()> {
        let before = self.fetch_optional(BEFORE, values![workspace, &task.id, task.version]).await?;
        let before = before.ok_or(Error::Stale { what: "the task" })?;
        let stage = task.state.stage();
        let values = values![
            workspace,
            &task.id,
            &task.collaboration,
            &task.name,
            &task.description,
            &task.initiator,
            &task.owner,
            json(&task.helpers)?,
            Due(task.due_at),
            task.priority,
            rank(task.priority),
            &task.criteria,
            task.level,
            stage,
            json(&task.state)?,
            task.state.is_open(),
            task.progress.as_ref().map(json).transpose()?,
            task.record.as_ref(),
            task.message.as_ref(),
            task.updated_at,
            task.version,
        ];
        self.change("the task", UPDATE, values).await?;
        task.version += 1;
        if before.json::<Vec<PersonId>>("helpers")? != task.helpers {
            self.execute(CLEAR_HELPERS, values![workspace, &task.id]).await?;
            self.add_helpers(workspace, task).await?;
        }
        self.index(workspace, &searchable::task(task)).await?;
        let before_collaboration: CollaborationId = before.get("collaboration")?;
        self.count(workspace, before_collaboration.as_str(), &tally(before.get("stage")?), -1);
        self.count(workspace, task.collaboration.as_str(), &tally(stage), 1);
        Ok(())
    }

    async fn add_helpers(&mut self, workspace: &WorkspaceId, task: &Task) -> Result<()> {
        for helper in &task.helpers {
            self.execute(ADD_HELPER, values![workspace, helper, &task.id]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        level::Level,
        task::{Progress, Proposal, Refusal},
    };

    use super::*;
    use crate::{both_databases, samples};

    async fn names(conn: &mut Conn, workspace: &WorkspaceId, filter: TaskFilter) -> Vec<i64> {
        let page = Page { descending: false, ..Page::first(50) };
        let listed = conn.tasks(workspace, &filter, TaskSort::Number, &page).await.unwrap();
        listed.rows.iter().map(|task| task.number).collect()
    }

    both_databases! {
        async fn d1_a_task_reads_back_whole(db: Db) {
            let team = samples::team(&db).await;
            let mut task = samples::task(&team, 7);
            task.message = Some(MessageId::from_bits(3));
            task.helpers = vec![team.initiator.id.clone()];
            task.due_at = Some(samples::at(3_600));
            let mut tx = db.write().await.unwrap();
            tx.insert_task(&team.workspace, &task).await.unwrap();
            assert_eq!(tx.task(&team.workspace, &task.id).await.unwrap(), Some(task.clone()));
            let made_from = tx.task_of_message(&team.workspace, &MessageId::from_bits(3)).await.unwrap();
            assert_eq!(made_from, Some(task.clone()));
            let proposal = Proposal { due_at: Some(samples::at(9)), ..Proposal::default() };
            task.decline(Refusal { reason: "本周排满".into(), proposal }).unwrap();
            task.progress = Some(Progress { text: "分析完".into(), percent: Some(40), at: samples::at(8) });
            task.helpers.clear();
            task.initiator = team.owner.id.clone();
            task.level = Level::Confidential;
            tx.update_task(&team.workspace, &mut task).await.unwrap();
            assert_eq!(task.version, 2);
            assert_eq!(tx.task_by_number(&team.workspace, 7).await.unwrap(), Some(task.clone()));
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().task(&team.workspace, &TaskId::from_bits(99)).await.unwrap(), None);
        }

        async fn a_task_changed_by_two_is_changed_by_the_first(db: Db) {
            let team = samples::team(&db).await;
            let mut first = samples::task(&team, 1);
            let mut tx = db.write().await.unwrap();
            tx.insert_task(&team.workspace, &first).await.unwrap();
            let mut second = first.clone();
            first.accept().unwrap();
            tx.update_task(&team.workspace, &mut first).await.unwrap();
            second.name = "另一个".into();
            let late = tx.update_task(&team.workspace, &mut second).await;
            assert!(matches!(late, Err(Error::Stale { .. })), "{late:?}");
        }

        async fn task_numbers_count_up(db: Db) {
            let team = samples::team(&db).await;
            for expected in 1..=3 {
                let mut tx = db.write().await.unwrap();
                assert_eq!(tx.next_task_number(&team.workspace).await.unwrap(), expected);
                tx.commit().await.unwrap();
            }
            let mut tx = db.write().await.unwrap();
            tx.insert_task(&team.workspace, &samples::task(&team, 1)).await.unwrap();
            let same = Task { id: TaskId::from_bits(2), ..samples::task(&team, 1) };
            assert!(tx.insert_task(&team.workspace, &same).await.unwrap_err().is_duplicate());
        }

        async fn i3_an_owner_who_is_nobody_is_refused(db: Db) {
            let team = samples::team(&db).await;
            let task = Task { owner: PersonId::from_bits(77), ..samples::task(&team, 1) };
            let mut tx = db.write().await.unwrap();
            assert!(tx.insert_task(&team.workspace, &task).await.unwrap_err().is_broken_reference());
        }

        async fn tasks_are_filtered(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut tx = db.write().await.unwrap();
            for number in 1..=4 {
                let mut task = samples::task(&team, number);
                match number {
                    1 => task.due_at = Some(samples::at(10)),
                    2 => task.state = TaskState::Done { at: samples::at(1) },
                    3 => task.owner = team.initiator.id.clone(),
                    _ => {
                        task.level = Level::Confidential;
                        task.owner = team.initiator.id.clone();
                        task.name = "100%_Export".into();
                    }
                }
                tx.insert_task(workspace, &task).await.unwrap();
            }
            let mut with_helper = tx.task_by_number(workspace, 3).await.unwrap().unwrap();
            with_helper.helpers = vec![team.owner.id.clone()];
            tx.update_task(workspace, &mut with_helper).await.unwrap();
            tx.commit().await.unwrap();

            let owner = team.owner.id.clone();
            let conn = &mut db.read().await.unwrap();
            let any = TaskFilter::default;
            assert_eq!(names(conn, workspace, any()).await, [1, 2, 3, 4]);
            assert_eq!(names(conn, workspace, TaskFilter { owner: Some(owner.clone()), ..any() }).await, [1, 2]);
            assert_eq!(names(conn, workspace, TaskFilter { open: Some(true), ..any() }).await, [1, 3, 4]);
            assert_eq!(names(conn, workspace, TaskFilter { stages: vec![Stage::Done], ..any() }).await, [2]);
            let stages = vec![Stage::Done, Stage::Offered];
            assert_eq!(names(conn, workspace, TaskFilter { stages, ..any() }).await, [1, 2, 3, 4]);
            assert_eq!(names(conn, workspace, TaskFilter { helper: Some(owner.clone()), ..any() }).await, [3]);
            assert_eq!(names(conn, workspace, TaskFilter { due_before: Some(samples::at(11)), ..any() }).await, [1]);
            assert_eq!(conn.overdue_tasks(workspace, &team.collaboration.id, samples::at(11)).await.unwrap(), 1);
            assert_eq!(conn.overdue_tasks(workspace, &team.collaboration.id, samples::at(9)).await.unwrap(), 0);
            assert_eq!(names(conn, workspace, TaskFilter { words: Some("0%_exp".into()), ..any() }).await, [4]);
            assert_eq!(names(conn, workspace, TaskFilter { words: Some("0_%".into()), ..any() }).await, [0; 0]);
            let initiator = Some(team.initiator.id.clone());
            assert_eq!(names(conn, workspace, TaskFilter { initiator, ..any() }).await.len(), 4);
            let elsewhere = Some(CollaborationId::from_bits(9));
            assert_eq!(names(conn, workspace, TaskFilter { collaboration: elsewhere, ..any() }).await, [0; 0]);
        }

        async fn i2_confidential_tasks_are_listed_only_for_those_with_a_part(db: Db) {
            let team = samples::team(&db).await;
            let mut outsider = samples::person(9, "旁人");
            let mut tx = db.write().await.unwrap();
            tx.insert_person(&team.workspace, &outsider).await.unwrap();
            outsider.version += 1;
            for number in 1..=2 {
                let level = if number == 1 { Level::Internal } else { Level::Confidential };
                let task = Task { level, ..samples::task(&team, number) };
                tx.insert_task(&team.workspace, &task).await.unwrap();
            }
            for (person, seen) in [(&team.owner, vec![1, 2]), (&team.initiator, vec![1, 2]), (&outsider, vec![1])] {
                let sight = Sight { person: person.id.clone(), levels: vec![Level::Public, Level::Internal], also: Vec::new() };
                let filter = TaskFilter { sight: Some(sight), ..TaskFilter::default() };
                assert_eq!(names(&mut tx, &team.workspace, filter).await, seen, "{}", person.name);
            }
            let none = Sight { person: outsider.id.clone(), levels: Vec::new(), also: Vec::new() };
            let filter = TaskFilter { sight: Some(none), ..TaskFilter::default() };
            assert_eq!(names(&mut tx, &team.workspace, filter).await, [0; 0]);
        }

        async fn pages_follow_one_another_without_gap_or_repeat(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            for number in 1..=25 {
                let mut task = samples::task(&team, number);
                // Many with the same due time, and some with none.
                task.due_at = (number % 5 != 0).then(|| samples::at(i64::try_from(number).unwrap() / 10));
                tx.insert_task(&team.workspace, &task).await.unwrap();
            }
            for (sort, descending) in [(TaskSort::Due, false), (TaskSort::Due, true), (TaskSort::Updated, true)] {
                let mut page = Page { descending, ..Page::first(10) };
                let mut seen = Vec::new();
                loop {
                    let listed = tx.tasks(&team.workspace, &TaskFilter::default(), sort, &page).await.unwrap();
                    seen.extend(listed.rows);
                    let Some(next) = listed.next else { break };
                    page.after = Some(next.to_string().parse().unwrap());
                }
                assert_eq!(seen.len(), 25);
                let key = |task: &Task| (task.due_at.is_none(), task.due_at, task.id.clone());
                if sort == TaskSort::Due {
                    let mut sorted = seen.clone();
                    sorted.sort_by_key(key);
                    if descending {
                        sorted.reverse();
                    }
                    assert_eq!(seen, sorted);
                }
                seen.sort_by_key(key);
                seen.dedup();
                assert_eq!(seen.len(), 25);
            }
        }

        async fn open_tasks_are_counted_by_stage(db: Db) {
            let team = samples::team(&db).await;
            let scope = team.collaboration.id.to_string();
            let mut tx = db.write().await.unwrap();
            for number in 1..=3 {
                tx.insert_task(&team.workspace, &samples::task(&team, number)).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let mut task = tx.task_by_number(&team.workspace, 2).await.unwrap().unwrap();
            task.accept().unwrap();
            tx.update_task(&team.workspace, &mut task).await.unwrap();
            tx.commit().await.unwrap();
            let counts = db.read().await.unwrap().tallies(&team.workspace, &scope).await.unwrap();
            assert_eq!(counts, [("task:in_progress".to_owned(), 1), ("task:offered".to_owned(), 2)]);
        }
    }
}
