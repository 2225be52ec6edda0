//! A new task (D1): it is offered to its owner, its clock starts, and a row is filed in the record table.

use huan_core::{
    clock::Trigger,
    history::{Event, Subject},
    id::{CollaborationId, MessageId, PersonId, TaskId},
    level::Level,
    permission::CollaborationDeed,
    task::{Priority, Task, TaskState},
};
use jiff::Timestamp;

use super::{create_record, input};
use crate::{error::ActionError, notices::Notice, work::Work};

/// What a new task is made from.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What is to be done.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Who answers for it.
    pub owner: PersonId,
    /// Who helps.
    pub helpers: Vec<PersonId>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// How pressing it is.
    pub priority: Priority,
    /// How one sees that it is done.
    pub criteria: String,
    /// Who may see it.
    pub level: Level,
    /// The message it is made from.
    pub message: Option<MessageId>,
    /// The platforms on which it is talked about, for its row in the record table.
    pub platforms: Vec<String>,
}

/// Makes the task and everything that belongs to it.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create_task(work: &mut Work<'_>, new: NewTask) -> Result<Task, ActionError> {
    let collaboration = work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?;
    let name = input::text("name", &new.name, input::SHORT)?;
    let description = input::optional_text("description", &new.description, input::LONG)?;
    let criteria = input::optional_text("criteria", &new.criteria, input::LONG)?;
    if new.due_at.is_some_and(|due| due <= work.now) && !work.is_of_platform() {
        return Err(ActionError::field("due_at", "past"));
    }
    input::active_member(work, &collaboration.id, &new.owner, "owner").await?;
    let mut helpers = Vec::new();
    for helper in new.helpers {
        input::active_member(work, &collaboration.id, &helper, "helpers").await?;
        if helper != new.owner && !helpers.contains(&helper) {
            helpers.push(helper);
        }
    }
    let initiator = work.caller()?.person().clone();
    let mut task = Task {
        id: work.new_id(),
        collaboration: collaboration.id.clone(),
        number: work.tx.next_task_number(&work.app.workspace).await?,
        name,
        description,
        initiator,
        owner: new.owner,
        helpers,
        due_at: new.due_at,
        priority: new.priority,
        criteria,
        level: new.level,
        state: TaskState::Offered,
        progress: None,
        record: None,
        message: new.message,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    let record = create_record::file_for_task(work, &task, new.platforms).await?;
    task.record = Some(record.id);
    work.tx.insert_task(&work.app.workspace, &task).await?;
    let subject = Subject::Task(task.id.clone());
    work.happened(subject.clone(), Some(&task.collaboration), Event::Created);
    work.happened(subject, Some(&task.collaboration), Event::Assigned { owner: task.owner.clone() });
    work.start_task_clock(&task, &collaboration, Trigger::Acceptance).await?;
    let card = Notice::TaskCard { task: task.id.clone() };
    let subject = Subject::Task(task.id.clone());
    work.tell(&task.owner, &subject, &task.collaboration, card).await?;
    Ok(task)
}

/// The task's id, for callers that hold only the short number people type.
///
/// # Errors
/// When there is no such task.
pub async fn by_number(work: &mut Work<'_>, number: i64) -> Result<TaskId, ActionError> {
    let task = work.tx.task_by_number(&work.app.workspace, number).await?;
    Ok(task.ok_or(ActionError::NotFound("task"))?.id)
}
