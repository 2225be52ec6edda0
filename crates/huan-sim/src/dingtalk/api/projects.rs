//! Tasks of Teambition through DingTalk (Teambition §11). The names of the members are those of DingTalk's official
//! client, which differ from call to call.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use url::form_urlencoded::Serializer;

use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;
use crate::teambition::relay::{RelayRefusal, Relayed};

type Answer = Result<Value, NewRefusal>;

/// Most tasks in one answer of a search.
const LARGEST_PAGE: usize = 500;

impl From<RelayRefusal> for NewRefusal {
    fn from(refusal: RelayRefusal) -> Self {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
        let code = match refusal.status {
            403 => "Forbidden.NoPermission",
            404 => "NotFound",
            _ => "InvalidParameter",
        };
        Self::with(status, code, refusal.text)
    }
}

fn path<'a>(call: &'a Call, name: &str) -> &'a str {
    call.path.get(name).map_or("", String::as_str)
}

fn asked<'a>(call: &'a Call, name: &str) -> &'a str {
    call.query.get(name).map_or("", String::as_str)
}

/// An operation of the open API on behalf of the person of the path.
fn relayed(sim: &Dingtalk, call: &Call, method: &str, to: &str, body: Map<String, Value>) -> Relayed {
    sim.teambition.relayed(path(call, "userId"), method, to, body)
}

fn query(pairs: &[(&str, &str)]) -> String {
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    Serializer::new(String::new()).extend_pairs(given).finish()
}

/// Reads pages until as many are found as were asked for.
fn searched(sim: &Dingtalk, call: &Call, to: &str, pairs: &[(&str, &str)]) -> Result<(Vec<Value>, String), NewRefusal> {
    let wanted = match asked(call, "maxResults") {
        "" => 10,
        text => text
            .parse()
            .ok()
            .filter(|wanted| (1..=LARGEST_PAGE).contains(wanted))
            .ok_or_else(|| NewRefusal::bad("InvalidParameter", "maxResults 必须在 1 到 500 之间"))?,
    };
    let mut next = asked(call, "nextToken").to_owned();
    let mut found: Vec<Value> = Vec::new();
    loop {
        let size = (wanted - found.len()).min(sim.teambition.largest_page()).to_string();
        let mut pairs = pairs.to_vec();
        pairs.extend([("pageSize", size.as_str()), ("pageToken", next.as_str())]);
        let (result, following) = relayed(sim, call, "GET", &format!("{to}?{}", query(&pairs)), Map::new())?;
        if let Value::Array(list) = result {
            found.extend(list);
        }
        next = following;
        if next.is_empty() || found.len() >= wanted {
            return Ok((found, next));
        }
    }
}

/// Gives members of an object other names.
fn renamed(mut object: Value, names: &[(&str, &str)]) -> Value {
    if let Some(members) = object.as_object_mut() {
        for (from, to) in names {
            if let Some(value) = members.remove(*from) {
                members.insert((*to).to_owned(), value);
            }
        }
    }
    object
}

fn without(mut object: Value, names: &[&str]) -> Value {
    if let Some(members) = object.as_object_mut() {
        names.iter().for_each(|name| {
            members.remove(*name);
        });
    }
    object
}

/// The custom fields of a task under other names.
fn fields(task: &Value, id: &str, value_id: &str) -> Value {
    let fields = task.get("customfields").and_then(Value::as_array).into_iter().flatten().map(|field| {
        let values = field.get("value").and_then(Value::as_array).into_iter().flatten();
        let values: Vec<Value> = values.map(|value| renamed(value.clone(), &[("id", value_id)])).collect();
        json!({id: field.get("cfId"), "type": field.get("type"), "value": values})
    });
    fields.collect()
}

/// A task as the query by id and the search of a person's tasks show it.
fn by_id_form(task: Value) -> Value {
    let fields = fields(&task, "customFieldId", "customFieldValueId");
    let mut task = renamed(
        without(task, &["id", "customfields", "progress", "pos", "sourceId", "visible"]),
        &[
            ("sfcId", "scenarioFieldConfigId"),
            ("stageId", "taskStageId"),
            ("tasklistId", "taskListId"),
            ("tfsId", "taskflowStatusId"),
        ],
    );
    task["customFields"] = fields;
    task
}

/// A task as the search of a project shows it.
fn of_project_form(task: Value) -> Value {
    let fields = fields(&task, "customfieldId", "id");
    let mut task = renamed(
        without(task, &["customfields", "pos", "sourceId", "visible", "uniqueId", "recurrence", "parentTaskId"]),
        &[
            ("id", "taskId"),
            ("accomplishTime", "accomplished"),
            ("sfcId", "scenariofieldconfigId"),
            ("tfsId", "taskflowstatusId"),
        ],
    );
    task["customfields"] = fields;
    task["isDeleted"] = json!(false);
    task["labels"] = json!([]);
    task
}

/// A task as its making shows it.
fn created_form(task: &Value) -> Value {
    let fields = fields(task, "customfieldId", "id");
    let mut object = json!({"customfields": fields});
    for name in [
        "content",
        "created",
        "creatorId",
        "dueDate",
        "executorId",
        "involveMembers",
        "note",
        "priority",
        "projectId",
        "sprintId",
        "storyPoint",
        "tagIds",
        "taskId",
        "tasklistId",
    ] {
        object[name] = task.get(name).cloned().unwrap_or_default();
    }
    object
}

/// A task without a project.
fn organisation_form(task: &Value) -> Value {
    let mut object = json!({"isDeleted": task.get("isArchived"), "labels": [], "id": task.get("taskId")});
    for name in [
        "ancestorIds",
        "content",
        "created",
        "creatorId",
        "dueDate",
        "executorId",
        "involveMembers",
        "isDone",
        "note",
        "priority",
        "startDate",
        "taskId",
        "updated",
        "visible",
    ] {
        object[name] = task.get(name).cloned().unwrap_or_default();
    }
    object
}

/// Values of a custom field as the open API wants them: each with an `id`.
fn with_ids(value: &Value) -> Value {
    let list = value.as_array().into_iter().flatten().map(|entry| {
        let mut entry = entry.clone();
        if entry.get("id").is_none_or(Value::is_null) {
            entry["id"] = json!("");
        }
        entry
    });
    list.collect()
}

/// `GET /v1.0/project/teambition/organizations`
pub(crate) fn organisation(sim: &Arc<Dingtalk>, _: &mut Tenant, _: &Call) -> Answer {
    Ok(json!({"result": sim.teambition.relayed_organisation()}))
}

/// `GET /v1.0/project/teambition/users`
pub(crate) fn user(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let (result, _) = sim.teambition.relayed_user(asked(call, "userId"))?;
    Ok(json!({"result": result}))
}

/// `POST /v1.0/project/users/{userId}/tasks`
pub(crate) fn create(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let mut body = call.body.clone();
    if let Some(Value::Array(fields)) = body.get_mut("customfields") {
        for field in fields {
            let values = with_ids(field.get("value").unwrap_or(&Value::Null));
            *field = renamed(field.take(), &[("customfieldId", "cfId")]);
            field["value"] = values;
        }
    }
    let (task, _) = relayed(sim, call, "POST", "/v3/task/create", body)?;
    Ok(json!({"result": created_form(&task)}))
}

/// `GET /v1.0/project/users/{userId}/tasks?taskId=` or `?parentTaskId=`
pub(crate) fn get(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let pairs = [("taskId", asked(call, "taskId")), ("parentTaskId", asked(call, "parentTaskId"))];
    let (result, _) = relayed(sim, call, "GET", &format!("/v3/task/query?{}", query(&pairs)), Map::new())?;
    let tasks = result.as_array().cloned().unwrap_or_default();
    Ok(json!({"result": tasks.into_iter().map(by_id_form).collect::<Vec<_>>()}))
}

/// `GET /v1.0/project/users/{userId}/projectIds/{projectId}/tasks`
pub(crate) fn of_project(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/project/{}/task/query", path(call, "projectId"));
    let (found, next) = searched(sim, call, &to, &[("q", asked(call, "query"))])?;
    let total = found.len();
    let result: Vec<Value> = found.into_iter().map(of_project_form).collect();
    Ok(json!({"result": result, "nextToken": next, "totalCount": total}))
}

/// `POST /v1.0/project/users/{userId}/tasks/search`: what somebody made, owns or takes part in
pub(crate) fn of_user(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let pairs = [("roleTypes", asked(call, "roleTypes")), ("tql", asked(call, "tql"))];
    let (found, next) = searched(sim, call, "/v3/usertasks/search", &pairs)?;
    let result: Vec<Value> = found.into_iter().map(by_id_form).collect();
    Ok(json!({"result": result, "nextToken": next, "requestId": ""}))
}

/// `POST /v1.0/project/users/{userId}/tql/tasks/search`: ids alone
pub(crate) fn by_query(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let (found, next) = searched(sim, call, "/v2/all-task/search", &[("tql", asked(call, "tql"))])?;
    Ok(json!({"totalSize": found.len(), "result": found, "nextToken": next, "requestId": ""}))
}

/// `PUT /v1.0/project/users/{userId}/tasks/{taskId}/…`
pub(crate) fn update(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let (method, to, body) = match path(call, "what") {
        "taskflowStatuses" => {
            let names = [("taskflowStatusId", "taskflowstatusId"), ("taskflowStatusUpdateNote", "tfsUpdateNote")];
            ("PUT", "taskflowstatus", renamed(Value::Object(call.body.clone()), &names))
        }
        "customFields" => return field(sim, call),
        "executors" => ("PUT", "executor", Value::Object(call.body.clone())),
        "contents" => ("PUT", "content", Value::Object(call.body.clone())),
        "notes" => ("PUT", "note", Value::Object(call.body.clone())),
        "priorities" => ("PUT", "priority", Value::Object(call.body.clone())),
        "dueDates" => ("PUT", "dueDate", Value::Object(call.body.clone())),
        "startDates" => ("PUT", "startDate", Value::Object(call.body.clone())),
        "involveMembers" => ("PUT", "involveMembers", Value::Object(call.body.clone())),
        "stages" => ("PUT", "stage/update", Value::Object(call.body.clone())),
        // Tasks without a project have no workflow.
        "states" => ("PUT", "isDone", Value::Object(call.body.clone())),
        _ => return Err(NewRefusal::with(StatusCode::NOT_FOUND, "InvalidAction.NotFound", "no such action")),
    };
    let to = format!("/v3/task/{}/{to}", path(call, "taskId"));
    let body = if let Value::Object(body) = body { body } else { Map::new() };
    let (mut result, _) = relayed(sim, call, method, &to, body)?;
    if path(call, "what") == "states" {
        result = renamed(result, &[("updated", "updateTime")]);
    }
    Ok(json!({"result": result}))
}

fn field(sim: &Arc<Dingtalk>, call: &Call) -> Answer {
    let mut body = Map::new();
    for (from, to) in [("customFieldId", "customfieldId"), ("customFieldName", "customfieldName")] {
        if let Some(value) = call.body.get(from) {
            body.insert(to.to_owned(), value.clone());
        }
    }
    body.insert("value".into(), with_ids(call.body.get("value").unwrap_or(&Value::Null)));
    let id = path(call, "taskId");
    relayed(sim, call, "POST", &format!("/v3/task/{id}/customfield/update"), body)?;
    let (tasks, _) = relayed(sim, call, "GET", &format!("/v3/task/query?taskId={id}"), Map::new())?;
    let fields = tasks.get(0).map(|task| fields(task, "customFieldId", "id")).unwrap_or_default();
    Ok(json!({"result": {"customFields": fields}}))
}

/// `POST /v1.0/project/users/{userId}/tasks/{taskId}/archive`
pub(crate) fn archive(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/task/{}/archive", path(call, "taskId"));
    let (result, _) = relayed(sim, call, "PUT", &to, Map::new())?;
    Ok(json!({"result": result}))
}

/// `DELETE /v1.0/project/users/{userId}/tasks/{taskId}`
pub(crate) fn delete(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/task/{}/delete", path(call, "taskId"));
    let (result, _) = relayed(sim, call, "POST", &to, Map::new())?;
    Ok(json!({"result": result}))
}

/// `POST /v1.0/project/users/{userId}/tasks/{taskId}/objectLinks`
pub(crate) fn link(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/task/{}/objectlinks", path(call, "taskId"));
    let mut body = call.body.clone();
    body.insert("linkedType".into(), json!("web"));
    let (link, _) = relayed(sim, call, "POST", &to, body)?;
    Ok(json!({"result": {"objectLinkId": link.get("id"), "created": link.get("created")}}))
}

/// `GET /v1.0/project/users/{userId}/projects/{projectId}/taskflowStatuses/search`
pub(crate) fn statuses(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/project/{}/taskflowstatus/search", path(call, "projectId"));
    let pairs = [("q", asked(call, "query")), ("tfIds", asked(call, "tfIds")), ("tfsIds", asked(call, "tfsIds"))];
    let (found, next) = searched(sim, call, &to, &pairs)?;
    let result: Vec<Value> = found.into_iter().map(|status| renamed(status, &[("id", "taskflowStatusId")])).collect();
    Ok(json!({"result": result, "nextToken": next}))
}

/// `GET /v1.0/project/users/{userId}/projects/{projectId}/customfields/search`
pub(crate) fn custom_fields(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/project/{}/customfield/search", path(call, "projectId"));
    let pairs = [("q", asked(call, "query")), ("cfIds", asked(call, "customFieldIds"))];
    let (found, next) = searched(sim, call, &to, &pairs)?;
    let result = found.into_iter().map(|field| {
        let mut field = renamed(field, &[("id", "customFieldId"), ("advancedCustomfield", "advancedCustomField")]);
        if let Some(Value::Array(choices)) = field.get_mut("choices") {
            choices.iter_mut().for_each(|choice| *choice = renamed(choice.take(), &[("id", "choiceId")]));
        }
        field
    });
    Ok(json!({"result": result.collect::<Vec<_>>(), "nextToken": next}))
}

/// `GET /v1.0/project/users/{userId}/projects/{projectId}/members`
pub(crate) fn members(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/project/{}/member", path(call, "projectId"));
    let (found, _) = searched(sim, call, &to, &[])?;
    let result: Vec<Value> = found.into_iter().map(|member| renamed(member, &[("id", "memberId")])).collect();
    Ok(json!({"result": result}))
}

/// `GET /v1.0/project/users/{userId}/projects/query`
pub(crate) fn projects(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let pairs = [("projectIds", asked(call, "projectIds")), ("name", asked(call, "name"))];
    let (found, next) = searched(sim, call, "/v3/project/query", &pairs)?;
    let names = [("id", "projectId"), ("customfields", "customFields")];
    let result: Vec<Value> = found.into_iter().map(|project| renamed(project, &names)).collect();
    Ok(json!({"result": result, "nextToken": next, "requestId": ""}))
}

/// `GET /v1.0/project/organizations/users/{userId}/priorities`
pub(crate) fn priorities(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let (result, _) = relayed(sim, call, "GET", "/v3/project/priority/list", Map::new())?;
    let list = result.as_array().cloned().unwrap_or_default().into_iter().map(|level| {
        let mut level = renamed(level, &[("id", "priorityId")]);
        // A text here, by the official client.
        level["priority"] = json!(level.get("priority").map(Value::to_string));
        level
    });
    Ok(json!({"result": list.collect::<Vec<_>>()}))
}

/// `POST /v1.0/project/organizations/users/{userId}/tasks`: a task without a project
pub(crate) fn create_without_project(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let (task, _) = sim.teambition.relayed_without_project(path(call, "userId"), call.body.clone())?;
    Ok(json!({"result": organisation_form(&task)}))
}

/// `GET /v1.0/project/organizations/users/{userId}/tasks/{taskId}`
pub(crate) fn get_without_project(sim: &Arc<Dingtalk>, _: &mut Tenant, call: &Call) -> Answer {
    let to = format!("/v3/task/query?taskId={}", path(call, "taskId"));
    let (tasks, _) = relayed(sim, call, "GET", &to, Map::new())?;
    let task = tasks.get(0).ok_or_else(|| NewRefusal::with(StatusCode::NOT_FOUND, "NotFound", "任务不存在"))?;
    Ok(json!({"result": organisation_form(task)}))
}
