//! Reading tasks (Teambition §5).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::task::Task;
use super::super::tenant::Tenant;
use super::super::tql::Query;
use super::{project, seen};

/// `GET /v3/task/query`: by id, by short number, or the sub-tasks of one
pub(super) fn query(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let by_id = call.asked_list("taskId");
    let found: Vec<&Task> = match (&by_id, call.asked("parentTaskId"), call.asked_list("shortIds")) {
        (Some(_), Some(_), _) => return Err(Refusal::bad("taskId 与 parentTaskId 不能同时使用")),
        (Some(ids), None, _) => ids.iter().filter_map(|id| tenant.task(id)).collect(),
        (None, Some(parent), _) => tenant.tasks().filter(|task| task.parent.as_deref() == Some(parent)).collect(),
        (None, None, Some(numbers)) => {
            tenant.tasks().filter(|task| numbers.contains(&task.number.to_string().as_str())).collect()
        }
        (None, None, None) => return Err(Refusal::bad("缺少参数 taskId")),
    };
    if found.is_empty() && by_id.is_some() && tenant.settings.missing_task_is_404 {
        return Err(Refusal::missing("任务"));
    }
    for task in &found {
        seen(tenant, call, task)?;
    }
    Ok(Reply::of(found.into_iter().map(|task| tenant.object(task)).collect()))
}

/// `GET /v3/project/{projectId}/task/query`
pub(super) fn in_project(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let found = matching_in_project(tenant, call)?;
    let (page, next) = call.page(tenant, &found, 10)?;
    let list: Vec<Value> = page
        .iter()
        .map(|task| {
            // This one answers `id` alone (§3).
            let mut object = tenant.object(task);
            if let Some(members) = object.as_object_mut() {
                members.remove("taskId");
            }
            object
        })
        .collect();
    Ok(Reply::of(json!(list)).with("nextPageToken", json!(next)).with("totalSize", json!(found.len())))
}

/// `GET /v3/project/{projectId}/task/count`
pub(super) fn count(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::of(json!(matching_in_project(tenant, call)?.len())))
}

fn matching_in_project<'a>(tenant: &'a Tenant, call: &Call) -> Result<Vec<&'a Task>, Refusal> {
    let project = project(tenant, call)?.id.clone();
    let archived_too = call.asked("includeArchived") == Some("true");
    let query = Query::read(call.asked("q").unwrap_or_default())?;
    matching(tenant, call, &query, |task| task.project == project && (archived_too || !task.archived))
}

/// `GET /v2/all-task/search`: ids alone
pub(super) fn everywhere(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let query = Query::read(call.asked("tql").unwrap_or_default())?;
    let archived_too = query.asks_for("isArchived");
    let found = matching(tenant, call, &query, |task| archived_too || !task.archived)?;
    let (page, next) = call.page(tenant, &found, 10)?;
    let ids: Vec<&String> = page.iter().map(|task| &task.id).collect();
    Ok(Reply::of(json!(ids)).with("nextPageToken", json!(next)).with("count", json!(found.len())))
}

/// `GET /v3/usertasks/search`: what the operator made, owns or takes part in
pub(super) fn of_user(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let user = call.by.user.clone().ok_or_else(|| Refusal::bad("缺少 X-Operator-Id"))?;
    let roles = call.asked_list("roleTypes").unwrap_or_else(|| vec!["executor"]);
    if let Some(unknown) = roles.iter().find(|role| !["creator", "executor", "involveMember"].contains(role)) {
        return Err(Refusal::bad(format!("roleTypes 无效：{unknown}")));
    }
    let query = Query::read(call.asked("tql").unwrap_or_default())?;
    let archived_too = query.asks_for("isArchived");
    let found = matching(tenant, call, &query, |task| {
        let has = |role: &str| roles.contains(&role);
        (archived_too || !task.archived)
            && ((has("creator") && task.creator == user)
                || (has("executor") && task.executor.as_ref() == Some(&user))
                || (has("involveMember") && task.involved.contains(&user)))
    })?;
    let (page, next) = call.page(tenant, &found, 10)?;
    let list: Vec<Value> = page.iter().map(|task| tenant.object(task)).collect();
    Ok(Reply::of(json!(list)).with("nextPageToken", json!(next)))
}

fn matching<'a>(
    tenant: &'a Tenant,
    call: &Call,
    query: &Query,
    within: impl Fn(&Task) -> bool,
) -> Result<Vec<&'a Task>, Refusal> {
    let mut found = Vec::new();
    for task in tenant.tasks().filter(|task| within(task)) {
        if seen(tenant, call, task).is_ok() && query.fits(task, call.by.user.as_deref(), call.now)? {
            found.push(task);
        }
    }
    query.sort(&mut found);
    Ok(found)
}

/// `GET /v3/task/{taskId}/tfs`: the statuses of the task's own workflow
pub(super) fn statuses(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let task = super::task(tenant, call)?;
    let project = tenant.project_of(task).ok_or_else(|| Refusal::bad("该任务不属于任何项目"))?;
    Ok(Reply::of(json!(super::projects::status_objects(project))))
}
