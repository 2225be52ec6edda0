//! What the people's clients show of Teambition: projects, tasks and their history. The page draws it and tests read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Teambition;
use super::ids;
use super::project::{FieldKind, Project, StatusKind};
use super::task::Task;
use super::tenant::{PRIORITIES, Tenant};
use crate::lock::lock;

/// Teambition as its clients show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TeambitionView {
    /// All projects.
    pub projects: Vec<ProjectView>,
    /// Levels of urgency: value and name.
    pub priorities: Vec<(i64, String)>,
    /// Where events go.
    pub webhook: Option<Url>,
    /// Whether pushing has stopped until the program calls `listen`.
    pub silent: bool,
    /// Events that were neither answered nor given up yet.
    pub waiting_events: usize,
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProjectView {
    /// The platform's id.
    pub id: String,
    /// Name shown.
    pub name: String,
    /// Keys of the members.
    pub members: Vec<String>,
    /// In the order of the workflow.
    pub statuses: Vec<StatusView>,
    /// The custom fields.
    pub fields: Vec<FieldView>,
    /// All tasks, oldest first, also those in the recycle bin.
    pub tasks: Vec<TaskView>,
}

/// A status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusView {
    /// The platform's id.
    pub id: String,
    /// Name shown.
    pub name: String,
    /// Its phase.
    pub kind: StatusKind,
}

/// A custom field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    /// The platform's id.
    pub id: String,
    /// Name shown.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Id and name of each choice.
    pub choices: Vec<(String, String)>,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    /// The platform's id.
    pub id: String,
    /// Short number.
    pub number: u64,
    /// Title.
    pub content: String,
    /// Description.
    pub note: String,
    /// Id of the status.
    pub status: String,
    /// Name of the status.
    pub status_name: String,
    /// Key of the person who made it; none for somebody unknown.
    pub creator: Option<String>,
    /// Key of the person who owns it.
    pub executor: Option<String>,
    /// Keys of the participants.
    pub involved: Vec<String>,
    /// Value of the level of urgency.
    pub priority: i64,
    /// When it should begin.
    pub start: Option<Timestamp>,
    /// When it should be done.
    pub due: Option<Timestamp>,
    /// Whether it is done.
    pub done: bool,
    /// Whether it lies in the recycle bin.
    pub archived: bool,
    /// Id of the task above.
    pub parent: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// The fields that hold something: id of the field, and what is shown.
    pub fields: Vec<(String, String)>,
    /// What happened, oldest first.
    pub activities: Vec<ActivityView>,
}

impl TaskView {
    /// What a custom field shows.
    pub fn field(&self, id: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == id).map(|(_, shown)| shown.as_str())
    }

    /// The texts of the comments, oldest first.
    pub fn comments(&self) -> Vec<&str> {
        let comments = self.activities.iter().filter(|activity| activity.action == "comment");
        comments.map(|activity| activity.message.as_str()).collect()
    }
}

/// A line of a task's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityView {
    /// When.
    pub at: Timestamp,
    /// Key of the person.
    pub person: Option<String>,
    /// `comment`, or what was done.
    pub action: String,
    /// The comment, or what was done in words.
    pub message: String,
}

impl ProjectView {
    /// The task with this id, short number or title.
    pub fn task(&self, name: &str) -> Option<&TaskView> {
        self.tasks.iter().find(|task| task.id == name || task.content == name || task.number.to_string() == name)
    }
}

impl Teambition {
    /// What the clients show.
    pub fn view(&self) -> TeambitionView {
        let tenant = &*lock(&self.tenant);
        TeambitionView {
            projects: tenant.projects.iter().map(|project| project_view(tenant, project)).collect(),
            priorities: PRIORITIES.iter().map(|(value, name, _)| (*value, (*name).to_owned())).collect(),
            webhook: tenant.hook.url.clone(),
            silent: tenant.hook.is_silent(),
            waiting_events: tenant.hook.waiting,
        }
    }

    /// A task with this id, as the clients show it.
    pub fn task(&self, id: &str) -> Option<TaskView> {
        let tenant = &*lock(&self.tenant);
        tenant.task(id).map(|task| task_view(tenant, task))
    }

    /// The userId of a person (key or name).
    pub fn user_id(&self, person: &str) -> Option<String> {
        lock(&self.tenant).directory.known_as(person).map(|member| member.user_id.clone())
    }

    /// The organisation's id.
    pub fn organisation_id(&self) -> String {
        ids::organisation()
    }
}

fn key(tenant: &Tenant, user: &str) -> Option<String> {
    tenant.directory.user(user).map(|member| member.person.key.clone())
}

fn project_view(tenant: &Tenant, project: &Project) -> ProjectView {
    ProjectView {
        id: project.id.clone(),
        name: project.name.clone(),
        members: project.members.iter().filter_map(|(user, _)| key(tenant, user)).collect(),
        statuses: project
            .statuses
            .iter()
            .map(|status| StatusView { id: status.id.clone(), name: status.name.clone(), kind: status.kind })
            .collect(),
        fields: project
            .fields
            .iter()
            .map(|field| FieldView {
                id: field.id.clone(),
                name: field.name.clone(),
                kind: field.kind,
                choices: field.choices.iter().map(|choice| (choice.id.clone(), choice.name.clone())).collect(),
            })
            .collect(),
        tasks: tenant.tasks().filter(|task| task.project == project.id).map(|task| task_view(tenant, task)).collect(),
    }
}

fn task_view(tenant: &Tenant, task: &Task) -> TaskView {
    let kind = |field: &str| tenant.project_of(task).and_then(|project| project.field(field)).map(|f| f.kind);
    let shown = |field: &str, title: &str| match kind(field) {
        Some(FieldKind::Member) => tenant.directory.name(title).to_owned(),
        _ => title.to_owned(),
    };
    TaskView {
        id: task.id.clone(),
        number: task.number,
        content: task.content.clone(),
        note: task.note.clone(),
        status: task.status.clone(),
        status_name: tenant.status_of(task).map(|status| status.name.clone()).unwrap_or_default(),
        creator: key(tenant, &task.creator),
        executor: task.executor.as_deref().and_then(|user| key(tenant, user)),
        involved: task.involved.iter().filter_map(|user| key(tenant, user)).collect(),
        priority: task.priority,
        start: task.start,
        due: task.due,
        done: task.done,
        archived: task.archived,
        parent: task.parent.clone(),
        created: task.created,
        updated: task.updated,
        fields: task
            .fields
            .iter()
            .map(|(field, values)| {
                let titles: Vec<String> = values.iter().map(|value| shown(field, &value.title)).collect();
                (field.clone(), titles.join("、"))
            })
            .collect(),
        activities: task
            .activities
            .iter()
            .map(|activity| ActivityView {
                at: activity.at,
                person: key(tenant, &activity.creator),
                action: activity.action.clone(),
                message: activity.message.clone(),
            })
            .collect(),
    }
}
