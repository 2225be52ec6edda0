//! Making tasks (Teambition §4.1).

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::event::Event;
use super::super::project::{Named, Project, StatusKind, by_id, by_name};
use super::super::task::{Activity, FieldValue, Task};
use super::super::tenant::{PRIORITIES, Tenant};
use super::{admit, allowed, fields};

/// Longest title in characters.
const LONGEST_CONTENT: usize = 500;

/// `POST /v3/task/create`
pub(super) fn create(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let project = chosen_project(tenant, call)?;
    allowed(project, call)?;
    let id = project.id.clone();
    make(sim, tenant, call, Some(&id))
}

/// A task without a project, as only the relay makes them (Teambition §11).
pub(in super::super) fn without_project(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    make(sim, tenant, call, None)
}

fn make(sim: &Teambition, tenant: &mut Tenant, call: &Call, project: Option<&str>) -> Result<Reply, Refusal> {
    let content = content(call)?.to_owned();
    let executor = call.text("executorId")?.map(str::to_owned);
    let mut involved = call.texts("involveMembers")?.unwrap_or_default();
    involved.extend(call.by.user.clone());
    involved.extend(executor.clone());
    let mut known = std::collections::BTreeSet::new();
    involved.retain(|user| known.insert(user.clone()));
    let named: Vec<String> = involved.iter().filter(|user| Some(*user) != call.by.user.as_ref()).cloned().collect();
    admit(tenant, project.unwrap_or_default(), &named)?;
    let place = match project {
        Some(id) => place(tenant.project(id)?, call)?,
        None => Place::default(),
    };
    let priority = priority(call)?.unwrap_or_default();
    let parent = call.text("parentTaskId")?.map(str::to_owned);
    if parent.as_ref().is_some_and(|parent| tenant.task(parent).is_none()) {
        return Err(Refusal::missing("父任务"));
    }
    let visible = visible(call)?.unwrap_or("members").to_owned();
    let (start, due) = (call.instant("startDate")?.flatten(), call.instant("dueDate")?.flatten());
    let now = tenant.tick(call.now);
    let creator = call.user().to_owned();
    let task = Task {
        id: sim.new_id(),
        number: tenant.next_number(),
        content: content.clone(),
        note: call.text("note")?.unwrap_or_default().to_owned(),
        project: project.unwrap_or_default().to_owned(),
        stage: place.stage,
        tasklist: place.tasklist,
        status: place.status,
        task_type: place.task_type,
        sprint: place.sprint,
        parent,
        creator: creator.clone(),
        executor,
        involved,
        priority,
        done: false,
        archived: false,
        visible,
        start,
        due,
        accomplished: None,
        created: now,
        updated: now,
        tags: place.tags,
        story_point: call.text("storyPoint")?.unwrap_or_default().to_owned(),
        progress: call.number("progress")?.unwrap_or_default(),
        recurrence: Vec::new(),
        fields: place.fields,
        activities: vec![Activity {
            id: sim.new_id(),
            creator,
            action: "create".into(),
            at: now,
            content: serde_json::json!({"content": content}),
            message: "创建了任务".into(),
        }],
        links: Vec::new(),
    };
    let event = Event::created(&task, &tenant.ancestors(&task));
    let object = tenant.object(&task);
    tenant.add_task(task);
    sim.tell(tenant, event, &call.by);
    sim.shell.changed();
    Ok(Reply::of(object))
}

/// Where a new task stands in its project.
#[derive(Default)]
struct Place {
    status: String,
    stage: String,
    tasklist: String,
    task_type: String,
    sprint: String,
    tags: Vec<String>,
    fields: BTreeMap<String, Vec<FieldValue>>,
}

fn place(project: &Project, call: &Call) -> Result<Place, Refusal> {
    let status = match (call.text("taskflowstatusId")?, call.text("tfsName")?) {
        (Some(id), _) => Some(project.status(id).ok_or_else(|| Refusal::bad("任务状态不属于该项目"))?),
        (None, Some(name)) => {
            let found = project.statuses.iter().find(|status| status.name == name);
            Some(found.ok_or_else(|| Refusal::bad("任务状态不存在"))?)
        }
        (None, None) => project.first_status(),
    };
    // Only a status in which work begins may be given (§4.3).
    if status.is_some_and(|status| status.kind != StatusKind::Start) {
        return Err(Refusal::bad("创建任务时只能使用开始状态"));
    }
    let stage = pick(&project.stages, call.text("stageId")?, "stageId")?.or_else(|| project.stages.first());
    if call.text("tasklistId")?.is_some_and(|id| id != project.tasklist) {
        return Err(Refusal::bad("tasklistId 不属于该项目"));
    }
    let task_type = match call.text("scenariofieldconfigAlias")? {
        Some(alias) => by_name(&project.task_types, alias),
        None => pick(&project.task_types, call.text("scenariofieldconfigId")?, "scenariofieldconfigId")?,
    };
    let task_type = task_type.or_else(|| project.task_types.first());
    let sprint = pick(&project.sprints, call.text("sprintId")?, "sprintId")?;
    let id = |entry: Option<&Named>| entry.map(|entry| entry.id.clone()).unwrap_or_default();
    Ok(Place {
        status: status.map(|status| status.id.clone()).unwrap_or_default(),
        stage: id(stage),
        tasklist: project.tasklist.clone(),
        task_type: id(task_type),
        sprint: id(sprint),
        tags: tags(project, call, "tagIds", "tagNames")?.unwrap_or_default(),
        fields: fields::given(project, call)?,
    })
}

/// The project that is named: the id wins, else the first whose name matches.
fn chosen_project<'a>(tenant: &'a Tenant, call: &Call) -> Result<&'a Project, Refusal> {
    if let Some(id) = call.text("projectId")? {
        return tenant.project(id);
    }
    let name = call.text("projectName")?.ok_or_else(|| Refusal::bad("缺少参数 projectId"))?;
    tenant.projects.iter().find(|project| project.name.contains(name)).ok_or_else(|| Refusal::missing("项目"))
}

/// The title.
pub(super) fn content(call: &Call) -> Result<&str, Refusal> {
    let content = call.needed("content")?;
    if content.chars().count() > LONGEST_CONTENT {
        return Err(Refusal::bad("content 不能超过 500 个字符"));
    }
    Ok(content)
}

/// A level of urgency, by its value or its name.
pub(super) fn priority(call: &Call) -> Result<Option<i64>, Refusal> {
    if let Some(value) = call.number("priority")? {
        let known = PRIORITIES.iter().any(|(known, ..)| *known == value);
        return if known { Ok(Some(value)) } else { Err(Refusal::bad("优先级不存在")) };
    }
    let Some(name) = call.text("priorityName")? else { return Ok(None) };
    let found = PRIORITIES.iter().find(|(_, known, _)| *known == name);
    found.map(|(value, ..)| Some(*value)).ok_or_else(|| Refusal::bad("优先级不存在"))
}

/// Who may see the task.
pub(super) fn visible(call: &Call) -> Result<Option<&str>, Refusal> {
    match call.text("visible")? {
        Some(known @ ("involves" | "members")) => Ok(Some(known)),
        None => Ok(None),
        Some(_) => Err(Refusal::bad("visible 只能是 involves 或 members")),
    }
}

/// One of `all`, by id.
pub(super) fn pick<'a>(all: &'a [Named], id: Option<&str>, name: &str) -> Result<Option<&'a Named>, Refusal> {
    let Some(id) = id else { return Ok(None) };
    by_id(all, id).map(Some).ok_or_else(|| Refusal::bad(format!("{name} 不属于该项目")))
}

/// The tags that are given by id or by name; none when neither is.
pub(super) fn tags(project: &Project, call: &Call, ids: &str, names: &str) -> Result<Option<Vec<String>>, Refusal> {
    let (by_ids, by_names) = (call.texts(ids)?, call.texts(names)?);
    if by_ids.is_none() && by_names.is_none() {
        return Ok(None);
    }
    let unknown = || Refusal::bad("标签不存在");
    let mut found = Vec::new();
    for id in by_ids.unwrap_or_default() {
        found.push(by_id(&project.tags, &id).ok_or_else(unknown)?.id.clone());
    }
    for name in by_names.unwrap_or_default() {
        found.push(by_name(&project.tags, &name).ok_or_else(unknown)?.id.clone());
    }
    Ok(Some(found))
}

/// Whether a value is a list of objects.
pub(super) fn objects<'a>(value: &'a Value, name: &str) -> Result<Vec<&'a Value>, Refusal> {
    let list = value.as_array().ok_or_else(|| Refusal::bad(format!("{name} 必须是数组")))?;
    if list.iter().all(Value::is_object) {
        Ok(list.iter().collect())
    } else {
        Err(Refusal::bad(format!("{name} 必须是对象数组")))
    }
}
