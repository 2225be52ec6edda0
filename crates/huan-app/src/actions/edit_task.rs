//! Changing what a task says: name, description, date, priority, criteria, helpers, level (D1).

use huan_core::{
    history::{Event, Subject},
    id::{PersonId, TaskId},
    level::Level,
    permission::Deed,
    task::{Priority, Task},
};
use jiff::Timestamp;

use super::{create_record, input};
use crate::{error::ActionError, work::Work};

/// The fields to change; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct TaskChange {
    /// The version the caller saw.
    pub version: i64,
    /// What is to be done.
    pub name: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// When it is due; the inner `None` clears it.
    pub due_at: Option<Option<Timestamp>>,
    /// How pressing it is.
    pub priority: Option<Priority>,
    /// How one sees that it is done.
    pub criteria: Option<String>,
    /// Who helps.
    pub helpers: Option<Vec<PersonId>>,
    /// Who may see it.
    pub level: Option<Level>,
}

/// Changes a task's fields.
///
/// # Errors
/// When the caller may not direct the task, it was changed meanwhile, or something given cannot be used.
pub async fn edit_task(work: &mut Work<'_>, id: &TaskId, change: TaskChange) -> Result<Task, ActionError> {
    let was = work.task_for(id, Deed::Direct).await?;
    if was.version != change.version {
        return Err(ActionError::VersionConflict("task"));
    }
    apply(work, was, change).await
}

/// Changes the due time alone.
pub(crate) async fn set_due(work: &mut Work<'_>, id: &TaskId, due_at: Option<Timestamp>) -> Result<Task, ActionError> {
    let was = work.task_for(id, Deed::Direct).await?;
    let change = TaskChange { version: was.version, due_at: Some(due_at), ..TaskChange::default() };
    apply(work, was, change).await
}

async fn apply(work: &mut Work<'_>, was: Task, change: TaskChange) -> Result<Task, ActionError> {
    let mut task = was.clone();
    if let Some(name) = change.name {
        task.name = input::text("name", &name, input::SHORT)?;
    }
    if let Some(description) = change.description {
        task.description = input::optional_text("description", &description, input::LONG)?;
    }
    if let Some(due_at) = change.due_at {
        if due_at != was.due_at && due_at.is_some_and(|due| due <= work.now) && !work.is_of_platform() {
            return Err(ActionError::field("due_at", "past"));
        }
        task.due_at = due_at;
    }
    if let Some(priority) = change.priority {
        task.priority = priority;
    }
    if let Some(criteria) = change.criteria {
        task.criteria = input::optional_text("criteria", &criteria, input::LONG)?;
    }
    if let Some(helpers) = change.helpers {
        task.helpers.clear();
        for helper in helpers {
            input::active_member(work, &task.collaboration.clone(), &helper, "helpers").await?;
            if helper != task.owner && !task.helpers.contains(&helper) {
                task.helpers.push(helper);
            }
        }
    }
    if let Some(level) = change.level {
        task.level = level;
    }
    if task == was {
        return Ok(task);
    }
    task.updated_at = work.now;
    work.tx.update_task(&work.app.workspace, &mut task).await?;
    let subject = Subject::Task(task.id.clone());
    for (field, from, to) in changed_fields(&was, &task) {
        work.happened(subject.clone(), Some(&task.collaboration), Event::Changed { field: field.to_owned(), from, to });
    }
    create_record::follow_task(work, &was, &task).await?;
    work.refresh_cards(&subject).await?;
    Ok(task)
}

fn changed_fields(was: &Task, is: &Task) -> Vec<(&'static str, String, String)> {
    let due = |task: &Task| task.due_at.map(|due| due.to_string()).unwrap_or_default();
    let priority = |task: &Task| code(&task.priority);
    let level = |task: &Task| code(&task.level);
    let helpers = |task: &Task| task.helpers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    [
        ("name", was.name.clone(), is.name.clone()),
        ("description", was.description.clone(), is.description.clone()),
        ("due", due(was), due(is)),
        ("priority", priority(was), priority(is)),
        ("criteria", was.criteria.clone(), is.criteria.clone()),
        ("helpers", helpers(was), helpers(is)),
        ("level", level(was), level(is)),
    ]
    .into_iter()
    .filter(|(_, from, to)| from != to)
    .collect()
}

/// The stable name of a code, as it stands in JSON.
pub(crate) fn code<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
