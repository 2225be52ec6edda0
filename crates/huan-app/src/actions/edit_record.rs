//! Changing cells of a row (H1–H3, H5). Each changed cell stands in the history with its value before and after.

use huan_core::{
    history::{Event, Subject},
    id::{PersonId, RecordId},
    level::Level,
    permission::{Deed, Matter, may},
    record::{Column, Participant, Record},
    status::Status,
    task::Stage,
    wording::Review,
};
use jiff::Timestamp;

use super::{create_record, follow_up, input, task_steps};
use crate::{error::ActionError, work::Work};

/// The cells to change; `None` leaves a cell as it is.
#[derive(Debug, Clone, Default)]
pub struct RecordChange {
    /// The version the caller saw.
    pub version: i64,
    /// 沟通主题.
    pub topic: Option<String>,
    /// 参与人员.
    pub participants: Option<Vec<Participant>>,
    /// 主要平台.
    pub platforms: Option<Vec<String>>,
    /// 核心信息摘要.
    pub summary: Option<String>,
    /// 负责人.
    pub owner: Option<PersonId>,
    /// 截止时间; the inner `None` clears it.
    pub due_at: Option<Option<Timestamp>>,
    /// 当前状态.
    pub status: Option<Status>,
    /// 备注/后续行动.
    pub follow_up: Option<String>,
    /// Why a vague follow-up is left as it is.
    pub follow_up_excuse: Option<Option<String>>,
    /// Who may see it.
    pub level: Option<Level>,
}

/// Changes a row.
///
/// A row that was filed with a task has one truth with it: its owner, due time and status are changed by the task's own
/// steps, so that clocks and messages follow.
///
/// # Errors
/// When the caller may not, the row was changed meanwhile, or something given cannot be used.
pub async fn edit_record(work: &mut Work<'_>, id: &RecordId, change: RecordChange) -> Result<Record, ActionError> {
    let was = record_for(work, id, Deed::EditRecord).await?;
    if was.version != change.version {
        return Err(ActionError::VersionConflict("record"));
    }
    if was.task.is_some() {
        change_task_of(work, &was, &change).await?;
    }
    let was = work.tx.record(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("record"))?;
    let mut record = was.clone();
    let alone = was.task.is_none();
    if let Some(topic) = change.topic {
        record.topic = input::text("topic", &topic, input::SHORT)?;
    }
    if let Some(participants) = change.participants {
        record.participants = create_record::participants(work, participants).await?;
    }
    if let Some(platforms) = change.platforms {
        record.platforms = create_record::platforms(platforms)?;
    }
    if let Some(summary) = change.summary {
        record.summary = input::optional_text("summary", &summary, input::LONG)?;
    }
    if let Some(owner) = change.owner.filter(|_| alone) {
        record.owner = input::active_member(work, &was.collaboration, &owner, "owner").await?.id;
    }
    if let Some(due_at) = change.due_at.filter(|_| alone) {
        record.due_at = due_at;
    }
    if let Some(status) = change.status.filter(|_| alone) {
        record.status = status;
    }
    if let Some(text) = &change.follow_up {
        record.follow_up = input::optional_text("follow_up", text, input::LONG)?;
    }
    if let Some(excuse) = &change.follow_up_excuse {
        record.follow_up_excuse = create_record::excuse(excuse.as_deref())?;
    }
    if let Some(level) = change.level.filter(|_| alone) {
        record.level = level;
    }
    if record == was {
        return Ok(record);
    }
    let review = match record.follow_up != was.follow_up || record.follow_up_excuse != was.follow_up_excuse {
        true => Some(follow_up::concrete(work, &record).await?),
        false => None,
    };
    write_changes(work, &was, record, review).await
}

/// Carries the changes that belong to the row's task out as steps of the task.
async fn change_task_of(work: &mut Work<'_>, was: &Record, change: &RecordChange) -> Result<(), ActionError> {
    let Some(task) = &was.task else { return Ok(()) };
    if let Some(owner) = change.owner.as_ref().filter(|owner| **owner != was.owner) {
        task_steps::reassign(work, task, owner).await?;
    }
    if let Some(due_at) = change.due_at.filter(|due_at| *due_at != was.due_at) {
        super::edit_task::set_due(work, task, due_at).await?;
    }
    if let Some(status) = change.status.filter(|status| *status != was.status) {
        match status {
            Status::Done => task_steps::finish(work, task).await?,
            Status::InProgress => task_steps::take_up(work, task).await?,
            Status::Blocked => {
                let reason = change.follow_up.clone().unwrap_or_else(|| was.follow_up.clone());
                task_steps::block(work, task, &reason).await?
            }
            // These two are the outcome of offering and declining, which need more than a status.
            Status::Pending | Status::AwaitingFeedback => return Err(ActionError::WrongState(Stage::InProgress)),
        };
    }
    Ok(())
}

/// The row, when the caller may do `deed` with it.
///
/// # Errors
/// When there is none or they may not.
pub async fn record_for(work: &mut Work<'_>, id: &RecordId, deed: Deed) -> Result<Record, ActionError> {
    let record = work.tx.record(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("record"))?;
    let role = work.role(&record.collaboration).await?;
    let viewer = work.caller()?.viewer.clone();
    may(&viewer, deed, &Matter::record(&record, &viewer, role))?;
    Ok(record)
}

/// Writes a changed row, the history of its cells, and its follow-ups, of which the caller may know the review.
pub(super) async fn write_changes(
    work: &mut Work<'_>,
    was: &Record,
    mut record: Record,
    review: Option<Review>,
) -> Result<Record, ActionError> {
    record.updated_at = work.now;
    work.tx.update_record(&work.app.workspace, &mut record).await?;
    for (field, from, to) in changed_cells(work, was, &record).await? {
        let event = Event::Changed { field: field.to_owned(), from, to };
        work.happened(Subject::Record(record.id.clone()), Some(&record.collaboration), event);
    }
    // Only new words make new follow-ups: reading the old ones again would count «Friday» from today.
    if record.follow_up != was.follow_up {
        let review = match review {
            Some(review) => review,
            None => follow_up::review(work, &record).await?,
        };
        follow_up::track(work, &record, review).await?;
    }
    Ok(record)
}

async fn changed_cells(
    work: &mut Work<'_>,
    was: &Record,
    is: &Record,
) -> Result<Vec<(&'static str, String, String)>, ActionError> {
    let mut changed = Vec::new();
    for column in Column::ALL {
        let (from, to) = (cell(work, was, column).await?, cell(work, is, column).await?);
        if from != to {
            changed.push((column.name(), from, to));
        }
    }
    if was.level != is.level {
        let name = |level: Level| super::edit_task::code(&level);
        changed.push(("level", name(was.level), name(is.level)));
    }
    if was.follow_up_excuse != is.follow_up_excuse {
        let text = |record: &Record| record.follow_up_excuse.clone().unwrap_or_default();
        changed.push(("follow_up_excuse", text(was), text(is)));
    }
    Ok(changed)
}

/// A cell's value as it is kept in the history: people by name, so that it reads the same when they have left;
/// instants and codes in their neutral form, so that each reader gets them in their own zone and language.
async fn cell(work: &mut Work<'_>, record: &Record, column: Column) -> Result<String, ActionError> {
    Ok(match column {
        Column::Topic => record.topic.clone(),
        Column::Participants => {
            let mut names = Vec::with_capacity(record.participants.len());
            for participant in &record.participants {
                names.push(match participant {
                    Participant::Person { person } => work.person(person, "participants").await?.name,
                    Participant::Named { text } => text.clone(),
                });
            }
            names.join("、")
        }
        Column::Platforms => record.platforms.join("、"),
        Column::Summary => record.summary.clone(),
        Column::Owner => work.person(&record.owner, "owner").await?.name,
        Column::Due => record.due_at.map(|due| due.to_string()).unwrap_or_default(),
        Column::Status => record.status.name().to_owned(),
        Column::FollowUp => record.follow_up.clone(),
    })
}
