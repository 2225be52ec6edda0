//! Links from a task to something else (Teambition §4.4).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::task::{Link, written};
use super::super::tenant::Tenant;
use super::task;

/// `POST /v3/task/{taskId}/objectlinks`
pub(super) fn add(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let id = task(tenant, call)?.id.clone();
    let kind = call.needed("linkedType")?;
    if !["task", "post", "event", "work", "testcase"].contains(&kind) && !call.gives("linkedData") {
        return Err(Refusal::bad("linkedType 无效"));
    }
    let linked = json!({
        "linkedId": call.text("linkedId")?.unwrap_or_default(), "linkedType": kind,
        "linkedData": call.body.get("linkedData").cloned().unwrap_or_default(),
    });
    let link = Link { id: sim.new_id(), creator: call.user().to_owned(), created: call.now, linked };
    let reply = object(&id, &link);
    if let Some(task) = tenant.task_mut(&id) {
        task.links.push(link);
    }
    sim.shell.changed();
    Ok(Reply::of(reply))
}

/// `GET /v3/task/{taskId}/objectlinks`
pub(super) fn list(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let task = task(tenant, call)?;
    Ok(Reply::of(json!(task.links.iter().map(|link| object(&task.id, link)).collect::<Vec<_>>())))
}

/// `DELETE /v3/task/{taskId}/objectlinks/{objectlinkId}`
pub(super) fn remove(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let id = task(tenant, call)?.id.clone();
    let task = tenant.task_mut(&id).ok_or_else(|| Refusal::missing("任务"))?;
    let before = task.links.len();
    task.links.retain(|link| link.id != call.id("objectlinkId"));
    if task.links.len() == before {
        return Err(Refusal::missing("关联"));
    }
    sim.shell.changed();
    Ok(Reply::of(json!({})))
}

fn object(task: &str, link: &Link) -> Value {
    let mut object = json!({
        "id": link.id, "objectId": task, "objectType": "task", "creatorId": link.creator,
        "created": written(link.created), "updated": written(link.created),
    });
    for name in ["linkedId", "linkedType", "linkedData"] {
        object[name] = link.linked.get(name).cloned().unwrap_or_default();
    }
    object
}
