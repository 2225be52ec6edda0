//! How a collaboration stands with its task platform (D5): the bond, what could not be brought into step, and what was
//! changed on both sides at once.

use huan_core::{
    history::{Event, Subject},
    i18n::{has, text},
    id::{CollaborationId, TaskId},
    permission::{self, CollaborationDeed},
    task_sync::{Binding, Mapping, SyncProblem, TaskLink},
};
use huan_store::Page;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    history::{self, EntryView},
    names::{Names, PersonRef},
    tasks,
};
use crate::error::ActionError;

/// Of how many tasks with conflicts these are shown. The older ones stand in the tasks' own histories.
const CONFLICTED_TASKS: u32 = 30;
/// How far back a task's history is searched for its conflicts.
const ENTRIES: u32 = 200;

/// How a collaboration stands with its task platform.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SyncView {
    /// The bond; none while there is none.
    pub binding: Option<BindingView>,
    /// What could not be brought into step, the newest task first; 500 tasks at most.
    pub troubles: Vec<TroubleView>,
    /// What was changed on both sides at once, the latest first.
    pub conflicts: Vec<ConflictView>,
    /// Whether the reader may set it up and have things tried again.
    pub may_manage: bool,
}

/// A bond with a project.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BindingView {
    /// The id.
    pub id: String,
    /// The platform's key.
    pub platform: String,
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub account_name: String,
    /// The project's id there.
    pub project: String,
    /// The project's name.
    pub project_name: String,
    /// What there means what here.
    #[schema(value_type = Object)]
    pub mapping: Mapping,
    /// Whether it is at work.
    pub running: bool,
    /// Whether the tasks that were there before are taken over.
    pub take_existing: bool,
    /// Who set it up.
    pub responsible: PersonRef,
    /// When.
    pub created_at: Timestamp,
    /// How many tasks are linked.
    pub linked: i64,
    /// When the platform is asked again what changed.
    pub next_at: Option<Timestamp>,
    /// Why the platform cannot be asked.
    pub problem: Option<ReasonView>,
}

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonView {
    /// In the reader's language.
    pub reason: String,
    /// A name, a value, or the platform's words.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is tried again by itself.
    pub retried: bool,
}

/// A field of a task, or a whole task, that could not be brought into step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TroubleView {
    /// The link's id.
    pub link: String,
    /// What the task is called.
    pub title: String,
    /// The task here; none when it could not be made here.
    pub task: Option<String>,
    /// The address of the task there; none when it could not be made there.
    pub address: Option<String>,
    /// The field: `owner`, `name`, `description`, `due`, `priority`, `helpers`, `status`, `comment`; `task` for all of it.
    pub field: String,
    /// The field in the reader's language.
    pub field_name: String,
    /// Why.
    #[serde(flatten)]
    pub reason: ReasonView,
    /// When it is tried again by itself.
    pub next_at: Option<Timestamp>,
}

/// A change that lost against one of the other side.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConflictView {
    /// The task.
    pub task: String,
    /// What it is called.
    pub title: String,
    /// What happened, with both values.
    pub entry: EntryView,
}

/// How a collaboration that the reader may see stands with its task platform.
///
/// # Errors
/// When there is no such collaboration, they may not see it, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &CollaborationId) -> Result<SyncView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let may_manage = permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok();
    let workspace = &look.app.workspace;
    look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let Some(binding) = look.conn.binding_of(workspace, id).await? else {
        return Ok(SyncView { binding: None, troubles: Vec::new(), conflicts: Vec::new(), may_manage });
    };
    let troubles = troubles(look, &binding).await?;
    let conflicts = conflicts(look, &binding).await?;
    Ok(SyncView { binding: Some(view(look, binding).await?), troubles, conflicts, may_manage })
}

async fn view(look: &mut Look<'_>, binding: Binding) -> Result<BindingView, ActionError> {
    let workspace = &look.app.workspace;
    let account = look.conn.account(workspace, &binding.account).await?;
    let linked = look.conn.count_links(workspace, &binding.id).await?;
    let names = Names::of_people(look, vec![binding.responsible.clone()]).await?;
    let (platform, account_name) =
        account.map(|account| (account.platform.to_string(), account.name)).unwrap_or_default();
    Ok(BindingView {
        id: binding.id.to_string(),
        platform,
        account: binding.account.to_string(),
        account_name,
        project: binding.project.to_string(),
        project_name: binding.project_name,
        mapping: binding.mapping,
        running: binding.running,
        take_existing: binding.take_existing,
        responsible: names.person(&binding.responsible),
        created_at: binding.created_at,
        linked,
        next_at: binding.next_at,
        problem: binding.problem.as_ref().map(|problem| reason(look, problem)),
    })
}

impl ReasonView {
    /// A problem as it is shown to the reader.
    pub(super) fn of(look: &Look<'_>, problem: &SyncProblem) -> Self {
        reason(look, problem)
    }
}

fn reason(look: &Look<'_>, problem: &SyncProblem) -> ReasonView {
    ReasonView {
        reason: text(look.caller.language, &problem.key, &[]),
        detail: problem.detail.clone(),
        since: problem.since,
        retried: problem.retried,
    }
}

/// Whether the reader may see the task of a link. One that is not here yet is everybody's who sees the collaboration.
async fn is_visible(look: &mut Look<'_>, task: Option<&TaskId>) -> Result<bool, ActionError> {
    let Some(task) = task else { return Ok(true) };
    match tasks::visible(look, task).await {
        Ok(_) => Ok(true),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn troubles(look: &mut Look<'_>, binding: &Binding) -> Result<Vec<TroubleView>, ActionError> {
    let mut shown = Vec::new();
    for link in look.conn.troubled_links(&look.app.workspace, &binding.id).await? {
        if is_visible(look, link.task.as_ref()).await? {
            shown.extend(troubles_of(look, binding, &link));
        }
    }
    Ok(shown)
}

fn troubles_of(look: &Look<'_>, binding: &Binding, link: &TaskLink) -> Vec<TroubleView> {
    let live = look.app.account(&binding.account).map(|account| account.live);
    let tasks = live.as_ref().and_then(|live| live.tasks());
    let address = tasks.zip(link.foreign.as_ref()).map(|(tasks, foreign)| tasks.link(foreign));
    let field_name = |field: &str| {
        let key = format!("sync.field.{field}");
        if has(look.caller.language, &key) { text(look.caller.language, &key, &[]) } else { field.to_owned() }
    };
    link.problems
        .iter()
        .map(|(field, problem)| TroubleView {
            link: link.id.to_string(),
            title: link.title.clone(),
            task: link.task.as_ref().map(ToString::to_string),
            address: address.clone(),
            field: field.clone(),
            field_name: field_name(field),
            reason: reason(look, problem),
            next_at: link.next_at.filter(|_| problem.retried),
        })
        .collect()
}

async fn conflicts(look: &mut Look<'_>, binding: &Binding) -> Result<Vec<ConflictView>, ActionError> {
    let mut shown = Vec::new();
    let workspace = &look.app.workspace;
    for link in look.conn.conflicted_links(workspace, &binding.id, CONFLICTED_TASKS).await? {
        let Some(task) = link.task.filter(|_| link.conflicted_at.is_some()) else { continue };
        if !is_visible(look, Some(&task)).await? {
            continue;
        }
        let page = Page { descending: true, ..Page::first(ENTRIES) };
        let listed = look.conn.history(workspace, &Subject::Task(task.clone()), &page).await?;
        let of_sync = |event: &Event| matches!(event, Event::SyncConflict { .. } | Event::SyncOverwrote { .. });
        let entries = listed.rows.into_iter().map(|row| row.entry).filter(|entry| of_sync(&entry.event)).collect();
        for entry in history::views(look, entries).await? {
            shown.push(ConflictView { task: task.to_string(), title: link.title.clone(), entry });
        }
    }
    shown.sort_by_key(|conflict| std::cmp::Reverse(conflict.entry.at));
    Ok(shown)
}
