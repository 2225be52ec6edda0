//! Rows of the record table as pages show them.

use std::collections::HashMap;

use huan_core::{
    id::{PersonId, RecordId, TaskId},
    permission::{self, Deed, Matter},
    record::{FollowUp, Participant, Record},
};
use huan_store::{Listed, Page, RecordFilter, RecordSort};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Names, PersonRef},
    origin::{OriginView, Origins},
    wording::{self, FindingView},
};
use crate::error::ActionError;

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordView {
    /// The id.
    pub id: String,
    /// 部门-年份-序号.
    pub number: String,
    /// The collaboration's id.
    pub collaboration: String,
    /// 沟通主题.
    pub topic: String,
    /// 参与人员.
    pub participants: Vec<ParticipantView>,
    /// 主要平台.
    pub platforms: Vec<String>,
    /// 核心信息摘要.
    pub summary: String,
    /// 负责人.
    pub owner: PersonRef,
    /// 截止时间.
    pub due_at: Option<Timestamp>,
    /// 当前状态.
    pub status: &'static str,
    /// 备注/后续行动.
    pub follow_up: String,
    /// Why a vague follow-up was left as it is.
    pub follow_up_excuse: Option<String>,
    /// What is vague in the follow-up.
    pub follow_up_findings: Vec<FindingView>,
    /// The tracked follow-ups.
    pub follow_ups: Vec<FollowUpView>,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// The task it was filed with.
    pub task: Option<TaskRef>,
    /// The message it came from.
    pub origin: Option<OriginView>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// Whether the reader may change its cells.
    pub may_edit: bool,
}

/// Someone who takes part.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ParticipantView {
    /// A known person.
    Person {
        /// Who.
        person: PersonRef,
    },
    /// A name, role or department that is nobody's in the directory.
    Named {
        /// The words.
        text: String,
    },
}

/// A tracked follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUpView {
    /// The id.
    pub id: String,
    /// Who.
    pub person: PersonRef,
    /// What.
    pub action: String,
    /// Until when.
    pub due_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

/// A task by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskRef {
    /// The id.
    pub id: String,
    /// The short number that people type.
    pub number: i64,
}

/// The row, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &RecordId) -> Result<RecordView, ActionError> {
    let record = visible(look, id).await?;
    let mut views = views(look, vec![record]).await?;
    views.pop().ok_or(ActionError::NotFound("record"))
}

/// The row itself, when the reader may see it.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &RecordId) -> Result<Record, ActionError> {
    let record = look.conn.record(&look.app.workspace, id).await?.ok_or(ActionError::NotFound("record"))?;
    let role = look.role(&record.collaboration).await?;
    let viewer = &look.caller.viewer;
    permission::may(viewer, Deed::See, &Matter::record(&record, viewer, role))?;
    Ok(record)
}

/// A page of the rows that the reader may see. Without a collaboration these are the ones of all their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: RecordFilter,
    sort: RecordSort,
    page: &Page,
) -> Result<(Listed<Record>, Vec<RecordView>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let listed = look.conn.records(&look.app.workspace, &filter, sort, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// Puts rows that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, records: Vec<Record>) -> Result<Vec<RecordView>, ActionError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let roles = look.roles().await?;
    let ids: Vec<RecordId> = records.iter().map(|record| record.id.clone()).collect();
    let mut follow_ups: HashMap<RecordId, Vec<FollowUp>> = HashMap::new();
    for follow_up in look.conn.follow_ups_of_records(&look.app.workspace, &ids).await? {
        follow_ups.entry(follow_up.record.clone()).or_default().push(follow_up);
    }
    let tasks: Vec<TaskId> = records.iter().filter_map(|record| record.task.clone()).collect();
    let numbers: HashMap<TaskId, i64> = match tasks.as_slice() {
        [] => HashMap::new(),
        tasks => look.conn.task_numbers(&look.app.workspace, tasks).await?.into_iter().collect(),
    };
    let people: Vec<PersonId> = records
        .iter()
        .flat_map(people_of)
        .chain(follow_ups.values().flatten().map(|follow_up| follow_up.person.clone()))
        .collect();
    let names = Names::of_people(look, people).await?;
    let messages = records.iter().filter_map(|record| record.message.clone()).collect();
    let origins = Origins::read(look, messages).await?;
    let viewer = look.caller.viewer.clone();
    let mut views = Vec::with_capacity(records.len());
    for record in records {
        let role = roles.get(&record.collaboration).copied();
        let matter = Matter::record(&record, &viewer, role);
        let may_edit = permission::may(&viewer, Deed::EditRecord, &matter).is_ok();
        let follow_up_findings = wording::findings_of(look, &record, &names).await?;
        let tracked = follow_ups.remove(&record.id).unwrap_or_default();
        views.push(RecordView {
            id: record.id.to_string(),
            number: record.number.clone(),
            collaboration: record.collaboration.to_string(),
            participants: record.participants.iter().map(|one| participant(one, &names)).collect(),
            owner: names.person(&record.owner),
            due_at: record.due_at,
            status: record.status.name(),
            follow_up_findings,
            follow_ups: tracked.iter().map(|follow_up| follow_up_view(follow_up, &names)).collect(),
            level: super::code(&record.level),
            task: record.task.as_ref().and_then(|id| {
                let number = *numbers.get(id)?;
                Some(TaskRef { id: id.to_string(), number })
            }),
            origin: origins.of(record.message.as_ref()),
            created_at: record.created_at,
            updated_at: record.updated_at,
            version: record.version,
            may_edit,
            topic: record.topic,
            platforms: record.platforms,
            summary: record.summary,
            follow_up: record.follow_up,
            follow_up_excuse: record.follow_up_excuse,
        });
    }
    Ok(views)
}

fn people_of(record: &Record) -> Vec<PersonId> {
    let mut people = vec![record.owner.clone()];
    people.extend(record.participants.iter().filter_map(|participant| match participant {
        Participant::Person { person } => Some(person.clone()),
        Participant::Named { .. } => None,
    }));
    people
}

fn participant(participant: &Participant, names: &Names) -> ParticipantView {
    match participant {
        Participant::Person { person } => ParticipantView::Person { person: names.person(person) },
        Participant::Named { text } => ParticipantView::Named { text: text.clone() },
    }
}

/// A tracked follow-up as the reader sees it.
pub fn follow_up_view(follow_up: &FollowUp, names: &Names) -> FollowUpView {
    FollowUpView {
        id: follow_up.id.to_string(),
        person: names.person(&follow_up.person),
        action: follow_up.action.clone(),
        due_at: follow_up.due_at,
        done_at: follow_up.done_at,
    }
}
