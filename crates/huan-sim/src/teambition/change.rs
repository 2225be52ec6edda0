//! Changing a task: the one place where `updated` moves, history is written and the program is told
//! (Teambition §4.2, §9.5).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Teambition;
use super::answer::Refusal;
use super::call::Actor;
use super::event::Event;
use super::project::StatusKind;
use super::task::{Activity, FieldValue, Task, written, written_or_null};
use super::tenant::Tenant;

/// What is changed on a task.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    Content(String),
    Note(String),
    Executor(Option<String>),
    Involved(Vec<String>),
    Due(Option<Timestamp>),
    Start(Option<Timestamp>),
    /// A status of the task's workflow, with the note given for it.
    Status(String, String),
    Done(bool),
    Priority(i64),
    Progress(i64),
    StoryPoint(String),
    Tags(Vec<String>),
    Sprint(String),
    Stage(String),
    Parent(Option<String>),
    /// A task type and a status.
    TaskType(String, Option<String>),
    Place(Box<Place>),
    Field(String, Vec<FieldValue>),
    Archived(bool),
    Visible(String),
}

/// Where a task goes when it is moved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) project: String,
    pub(super) status: String,
    pub(super) task_type: String,
    pub(super) stage: String,
    pub(super) tasklist: String,
}

/// How loudly a change is made (`disableActivity`, Teambition §4.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quietly {
    pub(super) no_activity: bool,
}

impl Teambition {
    /// Makes a change. One that changes nothing is accepted and leaves no trace.
    pub(super) fn change(
        &self,
        tenant: &mut Tenant,
        id: &str,
        change: Change,
        by: &Actor,
        quietly: Quietly,
    ) -> Result<Task, Refusal> {
        let before = tenant.task(id).cloned().ok_or_else(|| Refusal::missing("任务"))?;
        let mut after = before.clone();
        set(tenant, &mut after, &change);
        if after == before {
            return Ok(after);
        }
        let now = tenant.tick(self.shell.clock.now());
        after.updated = now;
        if after.done != before.done {
            after.accomplished = after.done.then_some(now);
        }
        if !quietly.no_activity {
            let (action, content, message) = told(tenant, &change, &before, &after);
            after.activities.push(Activity {
                id: self.new_id(),
                creator: by.user.clone().unwrap_or_default(),
                action: action.to_owned(),
                at: now,
                content,
                message,
            });
        }
        if let Some(task) = tenant.task_mut(id) {
            *task = after.clone();
        }
        if let Some(event) = event(tenant, &change, &before, &after) {
            self.tell(tenant, event, by);
        }
        self.shell.changed();
        Ok(after)
    }
}

fn set(tenant: &Tenant, task: &mut Task, change: &Change) {
    match change.clone() {
        Change::Content(content) => task.content = content,
        Change::Note(note) => task.note = note,
        Change::Executor(executor) => {
            // Whoever owns a task takes part in it.
            if let Some(executor) = executor.as_ref().filter(|executor| !task.involved.contains(executor)) {
                task.involved.push(executor.clone());
            }
            task.executor = executor;
        }
        Change::Involved(involved) => task.involved = involved,
        Change::Due(due) => task.due = due,
        Change::Start(start) => task.start = start,
        Change::Status(status, _) => enter(tenant, task, &status),
        Change::Done(done) => task.done = done,
        Change::Priority(priority) => task.priority = priority,
        Change::Progress(progress) => task.progress = progress,
        Change::StoryPoint(points) => task.story_point = points,
        Change::Tags(tags) => task.tags = tags,
        Change::Sprint(sprint) => task.sprint = sprint,
        Change::Stage(stage) => task.stage = stage,
        Change::Parent(parent) => task.parent = parent,
        Change::TaskType(task_type, status) => {
            task.task_type = task_type;
            if let Some(status) = status {
                enter(tenant, task, &status);
            }
        }
        Change::Place(place) => {
            task.project = place.project;
            task.task_type = place.task_type;
            task.stage = place.stage;
            task.tasklist = place.tasklist;
            // The fields of the old project mean nothing in the new one.
            task.fields.clear();
            enter(tenant, task, &place.status);
        }
        Change::Field(field, values) if values.is_empty() => {
            task.fields.remove(&field);
        }
        Change::Field(field, values) => {
            task.fields.insert(field, values);
        }
        Change::Archived(archived) => task.archived = archived,
        Change::Visible(visible) => task.visible = visible,
    }
}

/// Puts a task into a status. One of kind `end` makes it done, and leaving it undoes that (our rule, §12).
fn enter(tenant: &Tenant, task: &mut Task, status: &str) {
    task.status = status.to_owned();
    if let Some(status) = tenant.status_of(task).filter(|_| tenant.settings.end_means_done) {
        task.done = status.kind == StatusKind::End;
    }
}

/// The activity: its action, its content, and a sentence. The actions' names are our own but for `comment`.
fn told(tenant: &Tenant, change: &Change, before: &Task, after: &Task) -> (&'static str, Value, String) {
    let name = |user: &Option<String>| match user {
        Some(user) => tenant.directory.name(user).to_owned(),
        None => "无".to_owned(),
    };
    let status = |task: &Task| tenant.status_of(task).map_or_else(String::new, |status| status.name.clone());
    let date = |instant: Option<Timestamp>| instant.map_or_else(|| "无".to_owned(), written);
    match change {
        Change::Content(text) => ("update_content", json!({"content": text}), format!("修改了标题：{text}")),
        Change::Note(text) => ("update_note", json!({"note": text}), "修改了备注".to_owned()),
        Change::Executor(user) => {
            ("update_executor", json!({"executorId": user}), format!("把执行者改为 {}", name(user)))
        }
        Change::Involved(users) => {
            ("update_involve_members", json!({"involveMembers": users}), "修改了参与者".to_owned())
        }
        Change::Due(due) => {
            ("update_duedate", json!({"dueDate": written_or_null(*due)}), format!("把截止时间改为 {}", date(*due)))
        }
        Change::Start(start) => (
            "update_startdate",
            json!({"startDate": written_or_null(*start)}),
            format!("把开始时间改为 {}", date(*start)),
        ),
        Change::Status(_, note) => (
            "update_taskflowstatus",
            json!({"tfsId": after.status, "oldTfsId": before.status, "note": note}),
            format!("把状态从 {} 改为 {}", status(before), status(after)),
        ),
        Change::Done(true) => ("done", json!({"isDone": true}), "完成了任务".to_owned()),
        Change::Done(false) => ("undone", json!({"isDone": false}), "重做了任务".to_owned()),
        Change::Priority(value) => ("update_priority", json!({"priority": value}), "修改了优先级".to_owned()),
        Change::Progress(value) => ("update_progress", json!({"progress": value}), format!("把进度改为 {value}%")),
        Change::StoryPoint(points) => ("update_storypoint", json!({"storyPoint": points}), "修改了故事点".to_owned()),
        Change::Tags(tags) => ("update_tag", json!({"tagIds": tags}), "修改了标签".to_owned()),
        Change::Sprint(id) => ("update_sprint", json!({"sprintId": id}), "修改了迭代".to_owned()),
        Change::Stage(id) => ("update_stage", json!({"stageId": id}), "移动了任务".to_owned()),
        Change::Parent(id) => ("update_parent", json!({"parentTaskId": id}), "修改了父任务".to_owned()),
        Change::TaskType(id, _) => ("update_sfc", json!({"sfcId": id}), "修改了任务类型".to_owned()),
        Change::Place(place) => ("move", json!({"projectId": place.project}), "把任务移到了另一个项目".to_owned()),
        Change::Field(id, values) => {
            let field = tenant.project_of(after).and_then(|project| project.field(id));
            let titles: Vec<&str> = values.iter().map(|value| value.title.as_str()).collect();
            let values: Vec<Value> = values.iter().map(FieldValue::json).collect();
            let name = field.map_or("", |field| &field.name);
            (
                "update_customfield",
                json!({"customfieldId": id, "value": values}),
                format!("把「{name}」改为 {}", titles.join("、")),
            )
        }
        Change::Archived(true) => ("archive", json!({}), "把任务移到了回收站".to_owned()),
        Change::Archived(false) => ("unarchive", json!({}), "把任务移出了回收站".to_owned()),
        Change::Visible(who) => ("update_visible", json!({"visible": who}), "修改了可见范围".to_owned()),
    }
}

/// The event of a change (Teambition §9.5). Some changes have none.
fn event(tenant: &Tenant, change: &Change, before: &Task, after: &Task) -> Option<Event> {
    let date = |instant: Option<Timestamp>| instant.map_or_else(String::new, written);
    let fields = |task: &Task, id: &str| -> Vec<Value> {
        task.fields.get(id).into_iter().flatten().map(FieldValue::json).collect()
    };
    let kind = |id: &str| {
        let field = tenant.project_of(after).and_then(|project| project.field(id));
        field.map_or("", |field| field.kind.name())
    };
    let event = match change {
        Change::Content(text) => Event::of(after, "content.update", json!({"content": text})),
        Change::Note(text) => Event::of(after, "note.update", json!({"note": text})),
        Change::Executor(user) => {
            Event::of(after, "executor.update", json!({"executorId": user.clone().unwrap_or_default()}))
        }
        Change::Involved(users) => Event::of(
            after,
            "involveMembers.update",
            json!({"oldInvolveMembers": before.involved, "involveMembers": users}),
        ),
        Change::Due(due) => Event::of(after, "dueDate.update", json!({"dueDate": date(*due)})),
        Change::Start(start) => Event::of(after, "startDate.update", json!({"startDate": date(*start)})),
        Change::Status(..) | Change::Done(_) => {
            Event::of(after, "taskflowstatus.update", json!({"projectId": after.project, "tfsId": after.status}))
        }
        Change::Priority(value) => Event::unconfirmed(after, "priority.update", json!({"priority": value})),
        Change::Progress(value) => Event::unconfirmed(after, "progress.update", json!({"progress": value})),
        Change::Tags(tags) => {
            Event::unconfirmed(after, "tagIds.update", json!({"oldTagIds": before.tags, "tagIds": tags}))
        }
        Change::Sprint(id) => Event::of(after, "sprint.update", json!({"sprintId": id})).native_only(),
        Change::Stage(id) => Event::of(after, "stage.update", json!({"stageId": id})).native_only(),
        Change::Parent(id) => Event::of(
            after,
            "parent.update",
            json!({"parentId": id.clone().unwrap_or_default(),
                "old": {"parentId": before.parent.clone().unwrap_or_default()}}),
        ),
        Change::TaskType(id, _) => {
            Event::of(after, "scenariofieldconfig.update", json!({"scenariofieldconfigId": id, "sfcId": id}))
                .native_only()
        }
        Change::Place(place) => {
            Event::of(after, "project.update", json!({"projectId": place.project, "oldProjectId": before.project}))
                .native_only()
        }
        Change::Field(id, _) => Event::of(
            after,
            "customfield.update",
            json!({"customfieldId": id, "customfieldType": kind(id), "customfieldValue": fields(after, id),
                "customfieldOldValue": fields(before, id)}),
        ),
        Change::Archived(true) => Event::lifecycle(after, "archive"),
        Change::Archived(false) => Event::lifecycle(after, "unarchive"),
        Change::StoryPoint(_) | Change::Visible(_) => return None,
    };
    Some(event)
}
