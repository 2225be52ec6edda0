//! The operations that programs call, one file per area of the documentation.

pub(super) mod changes;
pub(super) mod comments;
pub(super) mod create;
pub(super) mod fields;
pub(super) mod hooks;
pub(super) mod links;
pub(super) mod members;
pub(super) mod projects;
pub(super) mod read;
pub(super) mod routes;
pub(super) mod sso;

use super::answer::Refusal;
use super::call::Call;
use super::project::Project;
use super::task::Task;
use super::tenant::Tenant;

/// The task of the path, if the operator sees it.
fn task<'a>(tenant: &'a Tenant, call: &Call) -> Result<&'a Task, Refusal> {
    let task = tenant.task(call.id("taskId")).ok_or_else(|| Refusal::missing("任务"))?;
    seen(tenant, call, task)?;
    Ok(task)
}

/// Refuses an operator who does not see the task (Teambition §1.2).
fn seen(tenant: &Tenant, call: &Call, task: &Task) -> Result<(), Refusal> {
    match &call.by.user {
        Some(user) if !task.is_seen_by(user, tenant.project_of(task)) => {
            Err(Refusal::forbidden("操作者没有查看该任务的权限"))
        }
        _ => Ok(()),
    }
}

/// The project of the path, if the operator sees it.
fn project<'a>(tenant: &'a Tenant, call: &Call) -> Result<&'a Project, Refusal> {
    let project = tenant.project(call.id("projectId"))?;
    allowed(project, call)?;
    Ok(project)
}

/// Refuses an operator who does not see the project.
fn allowed(project: &Project, call: &Call) -> Result<(), Refusal> {
    match &call.by.user {
        Some(user) if project.visibility == "project" && !project.has_member(user) => {
            Err(Refusal::forbidden("操作者没有访问该项目的权限"))
        }
        _ => Ok(()),
    }
}

/// Makes sure that everybody named may take part in a task of the project (§14, 9). Without a project, anybody of the
/// organisation may.
fn admit(tenant: &mut Tenant, project: &str, users: &[String]) -> Result<(), Refusal> {
    for user in users {
        match tenant.directory.user(user) {
            None => return Err(Refusal::bad(format!("用户不存在：{user}"))),
            Some(member) if member.disabled => return Err(Refusal::bad(format!("用户已停用：{user}"))),
            Some(_) => {}
        }
        if project.is_empty() || tenant.project(project)?.has_member(user) {
            continue;
        }
        if !tenant.settings.outsiders_are_added {
            return Err(Refusal::forbidden(format!("用户不是项目成员：{user}")));
        }
        tenant.project_mut(project)?.members.push((user.clone(), 0));
    }
    Ok(())
}
