//! Tasks as pages show them.

use std::collections::HashMap;

use huan_core::{
    history::Subject,
    id::{RecordId, TaskId},
    permission::{self, Deed, Matter},
    task::{Proposal, Task, TaskState},
};
use huan_store::{Listed, Page, TaskFilter, TaskSort};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    names::{Named, Names, PersonRef},
    origin::{OriginView, Origins},
};
use crate::error::ActionError;

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskView {
    /// The id.
    pub id: String,
    /// The short number that people type.
    pub number: i64,
    /// Its collaboration.
    pub collaboration: Named,
    /// What is to be done.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Who asked for it.
    pub initiator: PersonRef,
    /// Who answers for it.
    pub owner: PersonRef,
    /// Who helps.
    pub helpers: Vec<PersonRef>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// `urgent`, `high`, `normal` or `low`.
    pub priority: String,
    /// How one sees that it is done.
    pub criteria: String,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// `offered`, `declined`, `in_progress`, `blocked`, `done` or `cancelled`.
    pub stage: &'static str,
    /// The column of the board; none for a cancelled task.
    pub status: Option<&'static str>,
    /// Why it is not taken on and what is proposed instead, while it is declined.
    pub refusal: Option<RefusalView>,
    /// What is in the way, while it is blocked; why it was given up, when it is cancelled.
    pub blocked_reason: Option<String>,
    /// The owner's last word on progress.
    pub progress: Option<ProgressView>,
    /// Its row of the record table.
    pub record: Option<RecordRef>,
    /// Its running clock.
    pub clock: Option<ClockView>,
    /// The message it was made from.
    pub origin: Option<OriginView>,
    /// The same task on the task platform that it is kept in step with; not in lists.
    pub there: Option<ThereView>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// What the reader may do with it.
    pub may: TaskRights,
}

/// Why a task is not taken on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RefusalView {
    /// Why not.
    pub reason: String,
    /// What instead.
    pub proposal: ProposalView,
}

/// A proposed change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProposalView {
    /// Another owner.
    pub owner: Option<PersonRef>,
    /// Another date.
    pub due_at: Option<Timestamp>,
    /// The proposal in words.
    pub words: String,
}

/// A task on a task platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ThereView {
    /// The platform.
    pub platform: String,
    /// The address that opens it there.
    pub link: String,
}

/// The owner's last word on progress.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProgressView {
    /// The words.
    pub text: String,
    /// The share done, 0 to 100.
    pub percent: Option<u8>,
    /// When.
    pub at: Timestamp,
}

/// A row of the record table by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordRef {
    /// The id.
    pub id: String,
    /// 部门-年份-序号.
    pub number: String,
}

/// What the reader may do with a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskRights {
    /// Accept, decline, report, block, finish.
    pub answer: bool,
    /// Answer a refusal, change, reassign, cancel.
    pub direct: bool,
    /// Read it.
    pub see: bool,
}

/// The task, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &TaskId) -> Result<TaskView, ActionError> {
    let task = visible(look, id).await?;
    let there = there(look, id).await?;
    let view = views(look, vec![task]).await?.pop().ok_or(ActionError::NotFound("task"))?;
    Ok(TaskView { there, ..view })
}

/// The task as a task platform knows it, where it is kept in step with one.
async fn there(look: &mut Look<'_>, id: &TaskId) -> Result<Option<ThereView>, ActionError> {
    let workspace = &look.app.workspace;
    let Some(link) = look.conn.link_of_task(workspace, id).await? else { return Ok(None) };
    let Some(binding) = look.conn.binding(workspace, &link.binding).await? else { return Ok(None) };
    let live = look.app.account(&binding.account).map(|account| (account.platform.clone(), account.live));
    Ok(live.zip(link.foreign).and_then(|((platform, live), foreign)| {
        let link = live.tasks()?.link(&foreign);
        Some(ThereView { platform: platform.to_string(), link })
    }))
}

/// The task itself, when the reader may see it.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let workspace = &look.app.workspace;
    let task = look.conn.task(workspace, id).await?.ok_or(ActionError::NotFound("task"))?;
    let role = look.role(&task.collaboration).await?;
    let viewer = &look.caller.viewer;
    let mut matter = Matter::task(&task, viewer, role, false);
    if permission::may(viewer, Deed::See, &matter).is_err() {
        matter.takes_part = look.conn.was_told(&look.app.workspace, task.id.as_str(), &viewer.person).await?;
        permission::may(viewer, Deed::See, &matter)?;
    }
    Ok(task)
}

/// A page of the tasks that the reader may see. Without a collaboration these are the ones of all their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: TaskFilter,
    sort: TaskSort,
    page: &Page,
) -> Result<(Listed<Task>, Vec<TaskView>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let listed = look.conn.tasks(&look.app.workspace, &filter, sort, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// Puts tasks that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, tasks: Vec<Task>) -> Result<Vec<TaskView>, ActionError> {
    let roles = look.roles().await?;
    let people = tasks.iter().flat_map(people_of).collect();
    let mut names = Names::of_people(look, people).await?;
    let collaborations = tasks.iter().map(|task| task.collaboration.clone()).collect();
    names.add_collaborations(look, collaborations).await?;
    let subjects: Vec<Subject> = tasks.iter().map(|task| Subject::Task(task.id.clone())).collect();
    let running = clocks::of(look, &subjects).await?;
    let records: Vec<RecordId> = tasks.iter().filter_map(|task| task.record.clone()).collect();
    let numbers = numbers_of(look, &records).await?;
    let messages = tasks.iter().filter_map(|task| task.message.clone()).collect();
    let origins = Origins::read(look, messages).await?;
    let viewer = &look.caller.viewer;
    Ok(tasks
        .into_iter()
        .map(|task| {
            let matter = Matter::task(&task, viewer, roles.get(&task.collaboration).copied(), true);
            let may = |deed| permission::may(viewer, deed, &matter).is_ok();
            let rights = TaskRights { answer: may(Deed::AnswerForIt), direct: may(Deed::Direct), see: true };
            let clock = running.get(task.id.as_str()).map(|clock| {
                let hours = names.hours(&task.owner);
                clocks::view(look, clock, &hours)
            });
            view(&task, &names, &numbers, clock, origins.of(task.message.as_ref()), rights)
        })
        .collect())
}

fn people_of(task: &Task) -> Vec<huan_core::id::PersonId> {
    let mut people = vec![task.initiator.clone(), task.owner.clone()];
    people.extend(task.helpers.iter().cloned());
    if let TaskState::Declined(refusal) = &task.state {
        people.extend(refusal.proposal.owner.clone());
    }
    people
}

async fn numbers_of(look: &mut Look<'_>, ids: &[RecordId]) -> Result<HashMap<RecordId, String>, ActionError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(look.conn.record_numbers(&look.app.workspace, ids).await?.into_iter().collect())
}

fn view(
    task: &Task,
    names: &Names,
    numbers: &HashMap<RecordId, String>,
    clock: Option<ClockView>,
    origin: Option<OriginView>,
    may: TaskRights,
) -> TaskView {
    TaskView {
        id: task.id.to_string(),
        number: task.number,
        collaboration: names.collaboration(&task.collaboration),
        name: task.name.clone(),
        description: task.description.clone(),
        initiator: names.person(&task.initiator),
        owner: names.person(&task.owner),
        helpers: task.helpers.iter().map(|helper| names.person(helper)).collect(),
        due_at: task.due_at,
        priority: super::code(&task.priority),
        criteria: task.criteria.clone(),
        level: super::code(&task.level),
        stage: task.state.stage().name(),
        status: task.state.status().map(huan_core::status::Status::name),
        refusal: match &task.state {
            TaskState::Declined(refusal) => {
                Some(RefusalView { reason: refusal.reason.clone(), proposal: proposal(&refusal.proposal, names) })
            }
            _ => None,
        },
        blocked_reason: match &task.state {
            TaskState::Blocked { reason } | TaskState::Cancelled { reason } => Some(reason.clone()),
            _ => None,
        },
        progress: task.progress.as_ref().map(|progress| ProgressView {
            text: progress.text.clone(),
            percent: progress.percent,
            at: progress.at,
        }),
        record: task.record.as_ref().and_then(|id| {
            let number = numbers.get(id)?.clone();
            Some(RecordRef { id: id.to_string(), number })
        }),
        clock,
        origin,
        there: None,
        created_at: task.created_at,
        updated_at: task.updated_at,
        version: task.version,
        may,
    }
}

fn proposal(proposal: &Proposal, names: &Names) -> ProposalView {
    ProposalView {
        owner: proposal.owner.as_ref().map(|owner| names.person(owner)),
        due_at: proposal.due_at,
        words: proposal.words.clone(),
    }
}
