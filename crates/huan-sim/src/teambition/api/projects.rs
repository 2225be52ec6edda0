//! Projects and their settings (Teambition §6).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::ids;
use super::super::project::{Field, Named, Project};
use super::super::task::written;
use super::super::tenant::{PRIORITIES, Tenant};
use super::project;

type Outcome = Result<Reply, Refusal>;

fn object(project: &Project) -> Value {
    json!({
        "id": project.id, "name": project.name, "logo": "", "description": "", "organizationId": ids::organisation(),
        "visibility": project.visibility, "isTemplate": false, "creatorId": project.creator, "isArchived": false,
        "isSuspended": false, "suspendedAt": null, "uniqueIdPrefix": "", "created": written(project.created),
        "updated": written(project.created), "startDate": null, "endDate": null, "sourceId": "", "customfields": [],
    })
}

/// `GET /v3/project/query`
pub(super) fn query(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let ids = call.asked_list("projectIds");
    let found: Vec<&Project> = tenant
        .projects
        .iter()
        .filter(|project| {
            ids.as_ref().is_none_or(|ids| ids.contains(&project.id.as_str()))
                && call.asked("name").is_none_or(|name| project.name.contains(name))
        })
        .collect();
    let (page, next) = call.page(tenant, &found, 10)?;
    Ok(Reply::of(page.iter().map(|project| object(project)).collect()).with("nextPageToken", json!(next)))
}

/// `GET /project/search`: ids alone. Of the query language only `name` and nothing at all are understood.
pub(super) fn search(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    if call.asked("tql").is_some() {
        return Err(Refusal::bad("TQL 中有不支持的字段"));
    }
    let ids: Vec<&String> = tenant.projects.iter().map(|project| &project.id).collect();
    let (page, next) = call.page(tenant, &ids, 10)?;
    Ok(Reply::of(json!(page)).with("nextPageToken", json!(next)).with("totalSize", json!(ids.len())))
}

/// `POST /v3/project/create`
pub(super) fn create(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let name = call.needed("name")?;
    let project = Project::new(sim.new_id(), name, call.user(), call.now);
    let mut reply = object(&project);
    for (name, value) in [("normalType", "taskflow"), ("rootCollectionId", ""), ("defaultCollectionId", "")] {
        reply[name] = json!(value);
    }
    tenant.projects.push(project);
    sim.shell.changed();
    Ok(Reply::of(reply))
}

/// `GET /v3/project/{projectId}/member`
pub(super) fn members(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let only = call.asked_list("userIds");
    let found: Vec<Value> = project
        .members
        .iter()
        .filter(|(user, _)| only.as_ref().is_none_or(|only| only.contains(&user.as_str())))
        .map(|(user, role)| {
            let role_id = ids::part(&project.id, "role", &role.to_string());
            json!({"id": ids::part(&project.id, "project member", user), "userId": user, "role": role,
                "roleIds": [role_id]})
        })
        .collect();
    let (page, next) = call.page(tenant, &found, 10)?;
    Ok(Reply::of(json!(page)).with("nextPageToken", json!(next)))
}

/// `GET /v3/project/{projectId}/member-role`: -1 is outside, -2 cannot see
pub(super) fn member_role(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = tenant.project(call.id("projectId"))?;
    let outside = if project.visibility == "organization" { -1 } else { -2 };
    let users = call.asked_list("userIds").ok_or_else(|| Refusal::bad("缺少参数 userIds"))?;
    let list = users.into_iter().map(|user| {
        let role = project.members.iter().find(|(known, _)| known == user).map_or(outside, |(_, role)| *role);
        json!({"projectId": project.id, "userId": user, "role": role})
    });
    Ok(Reply::of(list.collect()))
}

/// `POST /v3/project/{projectId}/member/create-v2`
pub(super) fn add_members(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let id = project(tenant, call)?.id.clone();
    let users = call.texts("userIds")?.ok_or_else(|| Refusal::bad("缺少参数 userIds"))?;
    if users.len() > 100 {
        return Err(Refusal::bad("userIds 不能超过 100 个"));
    }
    let mut added = Vec::new();
    for user in users {
        let member = tenant.directory.user(&user).filter(|member| !member.disabled);
        let member_id = member.ok_or_else(|| Refusal::bad(format!("用户不存在：{user}")))?.member_id.clone();
        let project = tenant.project_mut(&id)?;
        if !project.has_member(&user) {
            project.members.push((user.clone(), 0));
        }
        added.push(json!({
            "id": ids::part(&id, "project member", &user), "memberId": member_id, "userId": user,
            "boundToObjectId": id, "boundToObjectType": "project", "role": 0,
            "roleId": ids::part(&id, "role", "0"), "roleIds": [ids::part(&id, "role", "0")],
            "joined": written(call.now),
        }));
    }
    sim.shell.changed();
    Ok(Reply::of(json!(added)))
}

/// `POST /v3/project/{projectId}/member/delete`
pub(super) fn remove_members(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let id = project(tenant, call)?.id.clone();
    let users = call.texts("userIds")?.ok_or_else(|| Refusal::bad("缺少参数 userIds"))?;
    tenant.project_mut(&id)?.members.retain(|(user, _)| !users.contains(user));
    sim.shell.changed();
    Ok(Reply::of(json!(users)).with("errors", json!([])))
}

/// `GET /v3/project/priority/list`
pub(super) fn priorities(_: &Teambition, _: &mut Tenant, _: &Call) -> Outcome {
    let list = PRIORITIES.iter().map(
        |(value, name, colour)| json!({"id": ids::priority(*value), "name": name, "priority": value, "color": colour}),
    );
    Ok(Reply::of(list.collect()).with("defaultOptionId", json!(ids::priority(0))))
}

/// The statuses of a project's workflow as the answers show them.
pub(super) fn status_objects(project: &Project) -> Vec<Value> {
    project
        .statuses
        .iter()
        .enumerate()
        .map(|(at, status)| {
            json!({
                "id": status.id, "name": status.name, "pos": 65536 * (at + 1), "taskflowId": project.taskflow,
                "rejectStatusIds": status.rejected, "kind": status.kind, "creatorId": project.creator,
                "originalId": ids::part("organisation", "status", &status.name), "isDeleted": false,
                "isTaskflowstatusruleexector": true, "created": written(project.created),
                "updated": written(project.created),
            })
        })
        .collect()
}

/// One page of those of `all` that fit `q` and the list of ids named `only`.
fn searched(tenant: &Tenant, call: &Call, all: Vec<Value>, only: &str, default: usize) -> Outcome {
    let ids = call.asked_list(only);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let found: Vec<Value> = all
        .into_iter()
        .filter(|entry| {
            ids.as_ref().is_none_or(|ids| ids.contains(&text(entry, "id").as_str()))
                && call
                    .asked("q")
                    .is_none_or(|q| format!("{}{}", text(entry, "name"), text(entry, "title")).contains(q))
        })
        .collect();
    let (page, next) = call.page(tenant, &found, default)?;
    Ok(Reply::of(json!(page)).with("nextPageToken", json!(next)))
}

/// `GET /v3/project/{projectId}/taskflowstatus/search`
pub(super) fn statuses(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let flows = call.asked_list("tfIds");
    let all = if flows.is_none_or(|flows| flows.contains(&project.taskflow.as_str())) {
        status_objects(project)
    } else {
        Vec::new()
    };
    searched(tenant, call, all, "tfsIds", 50)
}

/// `PUT /v3/project/{projectId}/taskflowstatus/{tfsId}/rejectstatus`
pub(super) fn reject(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let id = project(tenant, call)?.id.clone();
    let (added, removed) = (call.texts("add")?.unwrap_or_default(), call.texts("del")?.unwrap_or_default());
    let project = tenant.project_mut(&id)?;
    let status = project.statuses.iter_mut().find(|status| status.id == call.id("tfsId"));
    let status = status.ok_or_else(|| Refusal::missing("任务状态"))?;
    status.rejected.retain(|known| !removed.contains(known));
    status.rejected.extend(added);
    Ok(Reply::of(json!({"id": status.id})))
}

/// `GET /v3/project/{projectId}/taskflow/search`
pub(super) fn taskflows(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all = vec![json!({
        "id": project.taskflow, "name": "任务流程", "boundToObjectId": project.id, "boundToObjectType": "project",
        "proTemplateConfigType": "", "creatorId": project.creator, "isDeleted": false,
        "created": written(project.created), "updated": written(project.created), "setting": {},
    })];
    searched(tenant, call, all, "tfIds", 50)
}

/// `GET /v3/project/{projectId}/scenariofieldconfig/search`
pub(super) fn task_types(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let fields: Vec<Value> = project
        .fields
        .iter()
        .map(|field| json!({"customfieldId": field.id, "fieldType": "customfield", "required": false}))
        .collect();
    let all = project.task_types.iter().map(|task_type| {
        json!({
            "id": task_type.id, "name": task_type.name, "icon": "task", "type": "task", "scenariofields": fields,
            "creatorId": project.creator, "source": "application", "created": written(project.created),
            "boundToObjectId": project.id, "boundToObjectType": "project", "taskflowId": project.taskflow,
            "originalId": ids::part("organisation", "task type", &task_type.name), "isArchived": false,
        })
    });
    let all = all.collect();
    searched(tenant, call, all, "sfcIds", 50)
}

/// `GET /v3/project/{projectId}/customfield/search`
pub(super) fn fields(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all: Vec<Value> = project.fields.iter().map(|field| field_object(project, field)).collect();
    let total = all.len();
    Ok(searched(tenant, call, all, "cfIds", 50)?.with("total", json!(total)))
}

fn field_object(project: &Project, field: &Field) -> Value {
    let choices: Vec<Value> =
        field.choices.iter().map(|choice| json!({"id": choice.id, "value": choice.name})).collect();
    json!({
        "id": field.id, "name": field.name, "type": field.kind.name(), "boundToObjectId": project.id,
        "boundToObjectType": "project", "originalId": ids::part("organisation", "field", &field.name),
        "creatorId": project.creator, "choices": choices, "created": written(project.created), "payload": {},
        "advancedCustomfield": null,
    })
}

fn named(project: &Project, all: &[Named], extra: impl Fn(&mut Value)) -> Vec<Value> {
    all.iter()
        .map(|entry| {
            let mut object = json!({
                "id": entry.id, "name": entry.name, "projectId": project.id, "creatorId": project.creator,
                "created": written(project.created), "updated": written(project.created),
            });
            extra(&mut object);
            object
        })
        .collect()
}

/// `GET /v3/project/{projectId}/stage/search`
pub(super) fn stages(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all = named(project, &project.stages, |stage| {
        stage["tasklistId"] = json!(project.tasklist);
        stage["description"] = json!("");
    });
    searched(tenant, call, all, "stageIds", 50)
}

/// `GET /v3/project/{projectId}/tasklist/search`
pub(super) fn tasklists(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all = vec![json!({
        "id": project.tasklist, "title": "任务", "description": "", "projectId": project.id,
        "creatorId": project.creator, "created": written(project.created), "updated": written(project.created),
    })];
    searched(tenant, call, all, "tasklistIds", 50)
}

/// `GET /v3/project/{projectId}/tag/search`
pub(super) fn tags(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all = named(project, &project.tags, |tag| {
        tag["organizationId"] = json!(ids::organisation());
        tag["tagcategoryIds"] = json!([]);
        tag["color"] = json!("blue");
        tag["isArchived"] = json!(false);
    });
    searched(tenant, call, all, "tagIds", 50)
}

/// `GET /v3/project/{projectId}/sprint/search`
pub(super) fn sprints(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = project(tenant, call)?;
    let all = named(project, &project.sprints, |sprint| {
        sprint["executorId"] = json!(project.creator);
        sprint["description"] = json!("");
        sprint["status"] = json!("active");
        sprint["startDate"] = Value::Null;
        sprint["dueDate"] = Value::Null;
        sprint["accomplished"] = Value::Null;
        sprint["payload"] = json!({});
        sprint["labels"] = json!([]);
    });
    searched(tenant, call, all, "sprintIds", 50)
}

/// `GET /group/getBindingCidsByProjectId`: the DingTalk groups of a project
pub(super) fn groups(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let project = tenant.project(call.asked("projectId").unwrap_or_default())?;
    Ok(Reply::of(json!({"cids": project.groups})))
}

/// `GET /group/getBindingProjectIdsByCid`: the projects of a DingTalk group
pub(super) fn projects_of_group(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let group = call.asked("cid").ok_or_else(|| Refusal::bad("缺少参数 cid"))?;
    let bound = tenant.projects.iter().filter(|project| project.groups.iter().any(|known| known == group));
    let ids: Vec<&String> = bound.map(|project| &project.id).collect();
    Ok(Reply::of(json!({"projectIds": ids})))
}

/// `GET /group/getBindingCidByTaskId`: the DingTalk group of a task
pub(super) fn group_of_task(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Outcome {
    let task = tenant.task(call.asked("taskId").unwrap_or_default()).ok_or_else(|| Refusal::missing("任务"))?;
    let group = tenant.project_of(task).and_then(|project| project.groups.first());
    Ok(Reply::of(json!({"taskId": task.id, "cid": group.cloned().unwrap_or_default()})))
}
