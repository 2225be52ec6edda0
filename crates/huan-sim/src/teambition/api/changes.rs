//! Changing one field of a task at a time (Teambition §4.2).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::change::{Change, Place, Quietly};
use super::super::event::Event;
use super::super::project::Project;
use super::super::task::{Task, written, written_or_null};
use super::super::tenant::Tenant;
use super::{admit, allowed, create, task};

type Outcome = Result<Reply, Refusal>;

/// Makes the change and answers with the changed member and `updated`.
fn changed(
    sim: &Teambition,
    tenant: &mut Tenant,
    call: &Call,
    change: Change,
    told: impl FnOnce(&Task) -> Value,
) -> Outcome {
    let id = task(tenant, call)?.id.clone();
    let quietly = Quietly { no_activity: call.flag("disableActivity") };
    let task = sim.change(tenant, &id, change, &call.by, quietly)?;
    let mut result = told(&task);
    result["updated"] = json!(written(task.updated));
    Ok(Reply::of(result))
}

/// The project of the task of the path.
fn project<'a>(tenant: &'a Tenant, call: &Call) -> Result<&'a Project, Refusal> {
    let task = task(tenant, call)?;
    tenant.project_of(task).ok_or_else(|| Refusal::bad("该任务不属于任何项目"))
}

/// `PUT /v3/task/{taskId}/content`
pub(super) fn content(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let content = create::content(call)?.to_owned();
    changed(sim, tenant, call, Change::Content(content), |task| json!({"content": task.content}))
}

/// `PUT /v3/task/{taskId}/note`
pub(super) fn note(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    if !matches!(call.text("renderMode")?, None | Some("markdown" | "rtf")) {
        return Err(Refusal::bad("renderMode 只能是 markdown 或 rtf"));
    }
    let note = call.text("note")?.unwrap_or_default().to_owned();
    changed(sim, tenant, call, Change::Note(note), |task| json!({"note": task.note}))
}

/// `PUT /v3/task/{taskId}/executor`
pub(super) fn executor(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    if !call.body.contains_key("executorId") {
        return Err(Refusal::bad("缺少参数 executorId"));
    }
    let executor = call.text("executorId")?.map(str::to_owned);
    let project = task(tenant, call)?.project.clone();
    admit(tenant, &project, executor.as_slice())?;
    changed(sim, tenant, call, Change::Executor(executor), |task| json!({"executorId": task.executor}))
}

/// `PUT /v3/task/{taskId}/involveMembers`
pub(super) fn involved(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let (mut all, project) = {
        let task = task(tenant, call)?;
        (task.involved.clone(), task.project.clone())
    };
    let (added, removed) = (call.texts("addInvolvers")?, call.texts("delInvolvers")?);
    match call.texts("involveMembers")? {
        Some(whole) => all = whole,
        None if added.is_none() && removed.is_none() => return Err(Refusal::bad("缺少参数 involveMembers")),
        None => {}
    }
    let removed = removed.unwrap_or_default();
    all.retain(|user| !removed.contains(user));
    for user in added.unwrap_or_default() {
        if !all.contains(&user) {
            all.push(user);
        }
    }
    admit(tenant, &project, &all)?;
    changed(sim, tenant, call, Change::Involved(all), |task| json!({"involveMembers": task.involved}))
}

/// `PUT /v3/task/{taskId}/dueDate`
pub(super) fn due(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let due = call.instant("dueDate")?.ok_or_else(|| Refusal::bad("缺少参数 dueDate"))?;
    changed(sim, tenant, call, Change::Due(due), |task| json!({"dueDate": written_or_null(task.due)}))
}

/// `PUT /v3/task/{taskId}/startDate`
pub(super) fn start(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let start = call.instant("startDate")?.ok_or_else(|| Refusal::bad("缺少参数 startDate"))?;
    changed(sim, tenant, call, Change::Start(start), |task| json!({"startDate": written_or_null(task.start)}))
}

/// `PUT /v3/task/{taskId}/taskflowstatus`
pub(super) fn status(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let current = task(tenant, call)?.status.clone();
    let project = project(tenant, call)?;
    let found = match (call.text("taskflowstatusId")?, call.text("tfsName")?) {
        (Some(id), _) => project.status(id),
        (None, Some(name)) => project.statuses.iter().find(|status| status.name == name),
        (None, None) => return Err(Refusal::bad("缺少参数 taskflowstatusId")),
    };
    let wanted = found.ok_or_else(|| Refusal::bad("任务状态不属于该任务的工作流"))?;
    if project.status(&current).is_some_and(|current| current.rejected.contains(&wanted.id)) {
        return Err(Refusal::bad("工作流不允许该流转"));
    }
    let note = call.text("tfsUpdateNote")?.unwrap_or_default().to_owned();
    let change = Change::Status(wanted.id.clone(), note);
    changed(sim, tenant, call, change, |task| json!({"taskflowstatusId": task.status}))
}

/// `PUT /v3/task/{taskId}/isDone`
pub(super) fn done(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let done = call.body.get("isDone").and_then(Value::as_bool).ok_or_else(|| Refusal::bad("缺少参数 isDone"))?;
    changed(sim, tenant, call, Change::Done(done), |task| json!({"isDone": task.done}))
}

/// `PUT /v3/task/{taskId}/priority`
pub(super) fn priority(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let priority = create::priority(call)?.ok_or_else(|| Refusal::bad("缺少参数 priority"))?;
    changed(sim, tenant, call, Change::Priority(priority), |task| json!({"priority": task.priority}))
}

/// `PUT /v3/task/{taskId}/progress`
pub(super) fn progress(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let progress = call.number("progress")?.filter(|progress| (0..=100).contains(progress));
    let progress = progress.ok_or_else(|| Refusal::bad("progress 必须在 0 到 100 之间"))?;
    changed(sim, tenant, call, Change::Progress(progress), |task| json!({"progress": task.progress}))
}

/// `PUT /v3/task/{taskId}/storyPoint`
pub(super) fn story_point(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let points = call.text("storyPoint")?.unwrap_or_default().to_owned();
    changed(sim, tenant, call, Change::StoryPoint(points), |task| json!({"storyPoint": task.story_point}))
}

/// `PUT /v3/task/{taskId}/tag`
pub(super) fn tags(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let mut all = task(tenant, call)?.tags.clone();
    let project = project(tenant, call)?;
    let whole = create::tags(project, call, "tagIds", "tagNames")?;
    let added = create::tags(project, call, "addTagIds", "addTagNames")?;
    let removed = create::tags(project, call, "delTagIds", "delTagNames")?;
    if whole.is_none() && added.is_none() && removed.is_none() {
        return Err(Refusal::bad("缺少参数 tagIds"));
    }
    all = whole.unwrap_or(all);
    let removed = removed.unwrap_or_default();
    all.retain(|tag| !removed.contains(tag));
    for tag in added.unwrap_or_default() {
        if !all.contains(&tag) {
            all.push(tag);
        }
    }
    changed(sim, tenant, call, Change::Tags(all), |task| json!({"tagIds": task.tags}))
}

/// `PUT /v3/task/{taskId}/sprint`
pub(super) fn sprint(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let sprint = create::pick(&project(tenant, call)?.sprints, call.text("sprintId")?, "sprintId")?;
    let id = sprint.map(|sprint| sprint.id.clone()).unwrap_or_default();
    changed(sim, tenant, call, Change::Sprint(id), |task| json!({"id": task.id, "sprintId": task.sprint}))
}

/// `PUT /v3/task/{taskId}/stage/update`
pub(super) fn stage(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let stage = create::pick(&project(tenant, call)?.stages, Some(call.needed("stageId")?), "stageId")?;
    let id = stage.map(|stage| stage.id.clone()).unwrap_or_default();
    changed(sim, tenant, call, Change::Stage(id), |task| json!({"id": task.id, "stageId": task.stage}))
}

/// `PUT /v3/task/{taskId}/parent`
pub(super) fn parent(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let parent = call.text("targetId")?.map(str::to_owned);
    if let Some(parent) = &parent {
        let above = tenant.task(parent).ok_or_else(|| Refusal::missing("父任务"))?;
        let own = call.id("taskId");
        if parent == own || tenant.ancestors(above).iter().any(|id| id == own) {
            return Err(Refusal::bad("任务不能是自己的父任务"));
        }
    }
    changed(sim, tenant, call, Change::Parent(parent), |task| json!({"id": task.id}))
}

/// `PUT /v3/task/{taskId}/sfc/update`
pub(super) fn task_type(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let wanted = create::pick(&project.task_types, Some(call.needed("sfcId")?), "sfcId")?;
    let wanted = wanted.map(|wanted| wanted.id.clone()).unwrap_or_default();
    let status = call.text("tfsId")?;
    if status.is_some_and(|status| project.status(status).is_none()) {
        return Err(Refusal::bad("任务状态不属于该项目"));
    }
    let change = Change::TaskType(wanted, status.map(str::to_owned));
    changed(
        sim,
        tenant,
        call,
        change,
        |task| json!({"id": task.id, "scenariofieldconfigId": task.task_type, "taskflowstatusId": task.status}),
    )
}

/// `PUT /v3/task/{taskId}/move`: to another project; answers the whole task
pub(super) fn move_to(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let id = task(tenant, call)?.id.clone();
    let project = tenant.project(call.needed("projectId")?)?;
    allowed(project, call)?;
    let status = match call.text("tfsId")? {
        Some(id) => Some(project.status(id).ok_or_else(|| Refusal::bad("任务状态不属于该项目"))?),
        None => project.first_status(),
    };
    let task_type = create::pick(&project.task_types, call.text("sfcId")?, "sfcId")?;
    let stage = create::pick(&project.stages, call.text("stageId")?, "stageId")?;
    let place = Place {
        project: project.id.clone(),
        status: status.map(|status| status.id.clone()).unwrap_or_default(),
        task_type: task_type.or_else(|| project.task_types.first()).map(|t| t.id.clone()).unwrap_or_default(),
        stage: stage.or_else(|| project.stages.first()).map(|stage| stage.id.clone()).unwrap_or_default(),
        tasklist: project.tasklist.clone(),
    };
    let task = sim.change(tenant, &id, Change::Place(Box::new(place)), &call.by, Quietly::default())?;
    Ok(Reply::of(tenant.object(&task)))
}

/// `PUT /v3/task/{taskId}/archive`
pub(super) fn archive(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    changed(sim, tenant, call, Change::Archived(true), |_| json!({}))
}

/// `POST /v3/task/{taskId}/restore`
pub(super) fn restore(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    changed(sim, tenant, call, Change::Archived(false), |_| json!({}))
}

/// `POST /v3/task/{taskId}/delete`: for good
pub(super) fn delete(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let id = task(tenant, call)?.id.clone();
    let now = tenant.tick(call.now);
    if let Some(mut task) = tenant.delete_task(&id) {
        task.updated = now;
        sim.tell(tenant, Event::lifecycle(&task, "remove"), &call.by);
        sim.shell.changed();
    }
    Ok(Reply::of(json!({})))
}

/// `POST /v3/task/{taskId}/visible/update`
pub(super) fn visible(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let visible = create::visible(call)?.ok_or_else(|| Refusal::bad("缺少参数 visible"))?.to_owned();
    if task(tenant, call)?.visible == visible {
        return Ok(Reply::unchanged());
    }
    changed(sim, tenant, call, Change::Visible(visible), |task| json!({"visible": task.visible}))
}
