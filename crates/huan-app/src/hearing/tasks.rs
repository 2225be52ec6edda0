//! Which task is meant: by its number, by the message that is answered, or because there is only one.

use huan_connect::HeardMessage;
use huan_core::{
    command::TaskRef,
    history::Subject,
    id::TaskId,
    task::{Stage, Task},
};
use huan_store::{Page, TaskFilter, TaskSort};

use crate::{actions::create_task, app::OpenAccount, error::ActionError, work::Work};

/// On whose side of a task the speaker stands when they say something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// They answer for it.
    Owner,
    /// They asked for it.
    Initiator,
}

/// Which task was found.
pub(super) enum Found {
    /// Exactly this one.
    One(TaskId),
    /// None that waits for this.
    None,
    /// Several; one cannot choose.
    Several(Vec<Task>),
}

/// The task of the message that is answered, when that is about one.
pub(super) async fn answered(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<Option<TaskId>, ActionError> {
    let Some(message) = &said.reply_to else { return Ok(None) };
    let workspace = &work.app.workspace;
    if let Some(subject) = work.tx.subject_of_message(workspace, &account.id, message).await? {
        return Ok(match Subject::from_id(&subject) {
            Some(Subject::Task(task)) => Some(task),
            _ => None,
        });
    }
    let Some(origin) = work.tx.message_of(workspace, &account.id, message).await? else { return Ok(None) };
    Ok(work.tx.task_of_message(workspace, &origin.id).await?.map(|task| task.id))
}

/// Finds the task that is meant.
pub(super) async fn find(
    work: &mut Work<'_>,
    named: Option<&TaskRef>,
    answered: Option<TaskId>,
    side: Side,
    stages: &[Stage],
) -> Result<Found, ActionError> {
    if let Some(named) = named {
        return Ok(Found::One(create_task::by_number(work, named.number).await?));
    }
    if let Some(answered) = answered {
        return Ok(Found::One(answered));
    }
    let person = work.caller()?.person().clone();
    let mut filter = TaskFilter { stages: stages.to_vec(), ..TaskFilter::default() };
    match side {
        Side::Owner => filter.owner = Some(person),
        Side::Initiator => filter.initiator = Some(person),
    }
    let page = Page { size: 10, after: None, descending: false };
    let mut tasks = work.tx.tasks(&work.app.workspace, &filter, TaskSort::Due, &page).await?.rows;
    Ok(match tasks.len() {
        0 => Found::None,
        1 => Found::One(tasks.remove(0).id),
        _ => Found::Several(tasks),
    })
}
