//! A new row of the record table, by hand, by chat command, or filed with a task (H1, H2).

use huan_core::{
    history::{Event, Subject},
    id::{CollaborationId, MessageId, PersonId},
    level::Level,
    permission::CollaborationDeed,
    record::{Participant, Record, number},
    status::Status,
    task::Task,
};
use jiff::Timestamp;

use super::{follow_up, input};
use crate::{
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The most participants or platforms of one row.
const MOST: usize = 50;

/// What a new row is made from.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// 沟通主题.
    pub topic: String,
    /// 参与人员.
    pub participants: Vec<Participant>,
    /// 主要平台.
    pub platforms: Vec<String>,
    /// 核心信息摘要.
    pub summary: String,
    /// 负责人.
    pub owner: PersonId,
    /// 截止时间.
    pub due_at: Option<Timestamp>,
    /// 当前状态.
    pub status: Status,
    /// 备注/后续行动.
    pub follow_up: String,
    /// Why a vague follow-up is left as it is.
    pub follow_up_excuse: Option<String>,
    /// Who may see it.
    pub level: Level,
    /// The message it comes from.
    pub message: Option<MessageId>,
    /// Whether a vague follow-up is refused (typed by hand) or only flagged (imported, said in a chat).
    pub strict: bool,
}

/// Makes the row.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create_record(work: &mut Work<'_>, new: NewRecord) -> Result<Record, ActionError> {
    work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?;
    let owner = input::active_member(work, &new.collaboration, &new.owner, "owner").await?;
    let topic = input::text("topic", &new.topic, input::SHORT)?;
    let summary = input::optional_text("summary", &new.summary, input::LONG)?;
    let follow_up = input::optional_text("follow_up", &new.follow_up, input::LONG)?;
    let follow_up_excuse = excuse(new.follow_up_excuse.as_deref())?;
    let participants = participants(work, new.participants).await?;
    let platforms = platforms(new.platforms)?;
    let record = Record {
        id: work.new_id(),
        collaboration: new.collaboration,
        number: next_number(work, owner.department.as_ref()).await?,
        topic,
        participants,
        platforms,
        summary,
        owner: owner.id,
        due_at: new.due_at,
        status: new.status,
        follow_up,
        follow_up_excuse,
        level: new.level,
        task: None,
        message: new.message,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    let review = match new.strict {
        true => follow_up::concrete(work, &record).await?,
        false => follow_up::review(work, &record).await?,
    };
    insert(work, &record).await?;
    follow_up::track(work, &record, review).await?;
    Ok(record)
}

async fn insert(work: &mut Work<'_>, record: &Record) -> Result<(), ActionError> {
    work.tx.insert_record(&work.app.workspace, record).await?;
    work.happened(Subject::Record(record.id.clone()), Some(&record.collaboration), Event::Created);
    Ok(())
}

/// Files the row of a new task. The task's own rights were checked by whoever makes it.
pub(super) async fn file_for_task(
    work: &mut Work<'_>,
    task: &Task,
    platforms: Vec<String>,
) -> Result<Record, ActionError> {
    let owner = work.person(&task.owner, "owner").await?;
    let mut people = vec![task.initiator.clone(), task.owner.clone()];
    people.extend(task.helpers.iter().cloned());
    people.dedup();
    let record = Record {
        id: work.new_id(),
        collaboration: task.collaboration.clone(),
        number: next_number(work, owner.department.as_ref()).await?,
        topic: task.name.clone(),
        participants: people.into_iter().map(|person| Participant::Person { person }).collect(),
        platforms: self::platforms(platforms)?,
        summary: if task.description.is_empty() { task.name.clone() } else { task.description.clone() },
        owner: task.owner.clone(),
        due_at: task.due_at,
        status: Status::Pending,
        follow_up: String::new(),
        follow_up_excuse: None,
        level: task.level,
        task: Some(task.id.clone()),
        message: task.message.clone(),
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    insert(work, &record).await?;
    Ok(record)
}

/// Keeps the row of a task in step with it: topic, owner, due time and status say the same in both places.
pub(super) async fn follow_task(work: &mut Work<'_>, before: &Task, task: &Task) -> Result<(), ActionError> {
    let Some(id) = &task.record else { return Ok(()) };
    let Some(mut record) = work.tx.record(&work.app.workspace, id).await? else { return Ok(()) };
    let was = record.clone();
    if before.name != task.name {
        record.topic = task.name.clone();
    }
    record.owner = task.owner.clone();
    record.due_at = task.due_at;
    record.level = task.level;
    // A cancelled task leaves nothing to be done; the row says why in its history.
    record.status = task.state.status().unwrap_or(Status::Done);
    if record == was {
        return Ok(());
    }
    super::edit_record::write_changes(work, &was, record, None).await.map(|_| ())
}

/// 部门-年份-序号: counted by department and year of the workspace's zone.
async fn next_number(
    work: &mut Work<'_>,
    department: Option<&huan_core::id::DepartmentId>,
) -> Result<String, ActionError> {
    let name = match department {
        Some(id) => work.tx.department(&work.app.workspace, id).await?.map(|department| department.name),
        None => None,
    }
    .unwrap_or_else(|| huan_core::i18n::text(work.language(), "domain.no_department", &[]));
    let year = work.now.to_zoned(work.app.zone()).year();
    let sequence = work.tx.next_record_number(&work.app.workspace, &name, year).await?;
    Ok(number(&name, year, sequence))
}

pub(super) fn excuse(given: Option<&str>) -> Result<Option<String>, ActionError> {
    let text = input::optional_text("follow_up_excuse", given.unwrap_or_default(), input::SHORT)?;
    Ok((!text.is_empty()).then_some(text))
}

pub(super) async fn participants(
    work: &mut Work<'_>,
    given: Vec<Participant>,
) -> Result<Vec<Participant>, ActionError> {
    within_most("participants", given.len())?;
    let mut kept: Vec<Participant> = Vec::with_capacity(given.len());
    for participant in given {
        let participant = match participant {
            Participant::Person { person } => {
                Participant::Person { person: work.person(&person, "participants").await?.id }
            }
            Participant::Named { text } => {
                Participant::Named { text: input::text("participants", &text, input::SHORT)? }
            }
        };
        if !kept.contains(&participant) {
            kept.push(participant);
        }
    }
    Ok(kept)
}

pub(super) fn platforms(given: Vec<String>) -> Result<Vec<String>, ActionError> {
    within_most("platforms", given.len())?;
    let mut kept: Vec<String> = Vec::with_capacity(given.len());
    for platform in given {
        let platform = input::text("platforms", &platform, input::SHORT)?;
        if !kept.contains(&platform) {
            kept.push(platform);
        }
    }
    Ok(kept)
}

fn within_most(field: &'static str, count: usize) -> Result<(), ActionError> {
    if count <= MOST {
        return Ok(());
    }
    Err(ActionError::Invalid(vec![FieldProblem { field, code: "too_many", limit: Some(MOST) }]))
}
