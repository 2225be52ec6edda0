//! Binding a collaboration to a project of a task platform (D5), and having another try at what could not be synced.

use huan_connect::{ProjectOutline, ProjectSetUp, SendError, Tasks};
use huan_core::{
    history::{Event, Subject},
    i18n::text,
    id::{AccountId, CollaborationId, TaskLinkId},
    permission::CollaborationDeed,
    platform::{ForeignProject, PlatformKey},
    task_sync::{Binding, Mapping, Side, TaskLink},
};
use huan_store::{Page, TaskFilter, TaskSort};

use super::task_mapping::checked;
pub use super::task_mapping::suggestion;
use crate::{
    app::App,
    caller::Caller,
    engine::task_sync::wake,
    error::ActionError,
    work::{Work, empty_link},
};

/// What a binding is made from.
#[derive(Debug, Clone)]
pub struct NewBinding {
    /// The account.
    pub account: AccountId,
    /// The project.
    pub project: ForeignProject,
    /// What there means what here.
    pub mapping: Mapping,
    /// Whether the open tasks that are there become tasks here.
    pub take_existing: bool,
    /// Whether the open tasks that are here become tasks there.
    pub send_existing: bool,
}

/// The projects of an account.
#[derive(Debug)]
pub struct AccountProjects {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: PlatformKey,
    /// Those that the caller may bind, or why the platform did not tell.
    pub projects: Result<Vec<ProjectOutline>, SendError>,
}

/// The projects that a collaboration can be bound to by the caller, who must manage it: an administrator may bind any,
/// others those in which they take part on the platform too.
///
/// # Errors
/// When they may not, or the database fails. A platform that does not answer is told with its account.
pub async fn projects(
    app: &App,
    caller: &Caller,
    collaboration: &CollaborationId,
) -> Result<Vec<AccountProjects>, ActionError> {
    may_manage(app, caller, collaboration).await?;
    let known = app.db.read().await?.accounts(&app.workspace).await?;
    let mut found = Vec::new();
    for open in app.open_accounts() {
        let (Some(tasks), Some(account)) = (open.live.tasks(), known.iter().find(|account| account.id == open.id))
        else {
            continue;
        };
        let projects = match tasks.projects().await {
            Ok(projects) => own_projects(app, caller, &open.id, tasks, projects).await?,
            Err(error) => Err(error),
        };
        let (name, platform) = (account.name.clone(), open.platform.clone());
        found.push(AccountProjects { account: open.id, name, platform, projects });
    }
    Ok(found)
}

/// Leaves only the projects that the caller may bind.
async fn own_projects(
    app: &App,
    caller: &Caller,
    account: &AccountId,
    tasks: &dyn Tasks,
    projects: Vec<ProjectOutline>,
) -> Result<Result<Vec<ProjectOutline>, SendError>, ActionError> {
    let mut own = Vec::new();
    for project in projects {
        match takes_part(app, caller, account, tasks, &project.id).await? {
            Ok(true) => own.push(project),
            Ok(false) => {}
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(own))
}

/// Whether the caller may have tasks of this project read by all members of a collaboration.
async fn takes_part(
    app: &App,
    caller: &Caller,
    account: &AccountId,
    tasks: &dyn Tasks,
    project: &ForeignProject,
) -> Result<Result<bool, SendError>, ActionError> {
    if caller.viewer.administrator {
        return Ok(Ok(true));
    }
    let me = [caller.person().clone()];
    let identities = app.db.read().await?.identities_of_people(&app.workspace, &me).await?;
    let mine: Vec<_> = identities.into_iter().filter(|identity| identity.account == *account).collect();
    if mine.is_empty() {
        return Ok(Ok(false));
    }
    let members = tasks.members(project).await;
    Ok(members.map(|members| members.iter().any(|member| mine.iter().any(|identity| identity.user == member.user))))
}

/// Reads what can be set up with a project. The caller must manage the collaboration and may bind the project.
///
/// # Errors
/// When they may not, the account keeps no tasks, or the platform does not answer.
pub async fn read_project(
    app: &App,
    caller: &Caller,
    collaboration: &CollaborationId,
    account: &AccountId,
    project: &ForeignProject,
) -> Result<ProjectSetUp, ActionError> {
    may_manage(app, caller, collaboration).await?;
    let account = app.account(account).ok_or(ActionError::field("account", "unknown"))?;
    let tasks = account.live.tasks().ok_or(ActionError::field("account", "unknown"))?;
    let failed = |error: SendError| ActionError::Platform(text(caller.language, error.reason_key, &[]));
    if !takes_part(app, caller, &account.id, tasks, project).await?.map_err(failed)? {
        return Err(ActionError::field("project", "unknown"));
    }
    tasks.set_up(project).await.map_err(failed)
}

/// Requires that the caller manages the collaboration.
///
/// # Errors
/// When they may not.
pub async fn may_manage(app: &App, caller: &Caller, collaboration: &CollaborationId) -> Result<(), ActionError> {
    let mut work = app.begin(caller).await?;
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    Ok(())
}

/// Binds a collaboration to a project that was read before. A binding it has already is set up anew.
///
/// # Errors
/// When the caller may not, the set-up lacks something, or the project is bound elsewhere.
pub async fn bind(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    new: NewBinding,
    read: &ProjectSetUp,
) -> Result<Binding, ActionError> {
    let collaboration = work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let mapping = checked(new.mapping, read)?;
    let workspace = &work.app.workspace;
    let before = work.tx.binding_of(workspace, &collaboration.id).await?;
    let taken = work.tx.binding_of_project(workspace, &new.account, &new.project).await?;
    if taken.is_some_and(|taken| taken.collaboration != collaboration.id) {
        return Err(ActionError::field("project", "taken"));
    }
    let responsible = work.caller()?.person().clone();
    let binding = match before {
        Some(before) if before.account == new.account && before.project == new.project => {
            let binding = Binding {
                mapping,
                project_name: read.name.clone(),
                take_existing: new.take_existing,
                responsible,
                running: true,
                next_at: Some(work.now),
                // Taking over what is there means reading all of it.
                read_to: before.read_to.filter(|_| before.take_existing || !new.take_existing),
                version: before.version + 1,
                ..before
            };
            work.tx.save_binding(workspace, &binding).await?;
            for link in work.tx.links_of_binding(workspace, &binding.id).await? {
                wake(work, &link).await?;
            }
            binding
        }
        other => {
            if let Some(other) = other {
                work.tx.delete_binding(workspace, &other.id).await?;
            }
            let binding = Binding {
                id: work.new_id(),
                collaboration: collaboration.id.clone(),
                account: new.account,
                project: new.project,
                project_name: read.name.clone(),
                mapping,
                running: true,
                take_existing: new.take_existing,
                responsible,
                created_at: work.now,
                read_to: (!new.take_existing).then_some(work.now),
                looked_through_at: Some(work.now),
                next_at: Some(work.now),
                attempts: 0,
                problem: None,
                version: 1,
            };
            work.tx.insert_binding(workspace, &binding).await?;
            binding
        }
    };
    if new.send_existing {
        send_existing(work, &binding).await?;
    }
    changed(work, &binding.collaboration, "", &binding.project_name);
    Ok(binding)
}

/// Links the open tasks that are here and have no task there.
async fn send_existing(work: &mut Work<'_>, binding: &Binding) -> Result<(), ActionError> {
    let filter =
        TaskFilter { collaboration: Some(binding.collaboration.clone()), open: Some(true), ..TaskFilter::default() };
    let mut page = Page::first(200);
    loop {
        let listed = work.tx.tasks(&work.app.workspace, &filter, TaskSort::Number, &page).await?;
        for task in listed.rows {
            if work.tx.link_of_task(&work.app.workspace, &task.id).await?.is_none() {
                let link = TaskLink {
                    binding: binding.id.clone(),
                    task: Some(task.id),
                    title: task.name,
                    ..empty_link(Side::Here, work)
                };
                work.tx.insert_link(&work.app.workspace, &link).await?;
            }
        }
        match listed.next {
            Some(next) => page.after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Pauses a binding or lets it go on. What changed meanwhile is brought into step then.
///
/// # Errors
/// When the caller may not, or there is no binding.
pub async fn set_running(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    running: bool,
) -> Result<Binding, ActionError> {
    let mut binding = existing(work, collaboration).await?;
    binding.running = running;
    binding.next_at = running.then_some(work.now);
    binding.version += 1;
    work.tx.save_binding(&work.app.workspace, &binding).await?;
    if running {
        for link in work.tx.links_of_binding(&work.app.workspace, &binding.id).await? {
            wake(work, &link).await?;
        }
    }
    work.show(&Subject::Collaboration(collaboration.clone()), Some(collaboration));
    Ok(binding)
}

/// Takes a binding away. The tasks stay as they are, on both sides.
///
/// # Errors
/// When the caller may not, or there is no binding.
pub async fn unbind(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<(), ActionError> {
    let binding = existing(work, collaboration).await?;
    work.tx.delete_binding(&work.app.workspace, &binding.id).await?;
    changed(work, collaboration, &binding.project_name, "");
    Ok(())
}

/// Has everything of a binding tried again at once.
///
/// # Errors
/// When the caller may not, or there is no binding.
pub async fn retry_all(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<(), ActionError> {
    let mut binding = existing(work, collaboration).await?;
    for link in work.tx.troubled_links(&work.app.workspace, &binding.id).await? {
        wake(work, &link).await?;
    }
    binding.next_at = Some(work.now);
    Ok(work.tx.save_binding(&work.app.workspace, &binding).await?)
}

/// Has one task tried again at once.
///
/// # Errors
/// When the caller may not, or there is no such link.
pub async fn retry(work: &mut Work<'_>, collaboration: &CollaborationId, link: &TaskLinkId) -> Result<(), ActionError> {
    let binding = existing(work, collaboration).await?;
    let found = work.tx.task_link(&work.app.workspace, link).await?;
    let link = found.filter(|link| link.binding == binding.id).ok_or(ActionError::NotFound("link"))?;
    wake(work, &link).await
}

async fn existing(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<Binding, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let binding = work.tx.binding_of(&work.app.workspace, collaboration).await?;
    binding.ok_or(ActionError::NotFound("binding"))
}

fn changed(work: &mut Work<'_>, collaboration: &CollaborationId, from: &str, to: &str) {
    let event = Event::Changed { field: "task_platform".to_owned(), from: from.to_owned(), to: to.to_owned() };
    work.happened(Subject::Collaboration(collaboration.clone()), Some(collaboration), event);
}
