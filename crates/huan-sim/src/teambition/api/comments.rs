//! Comments and the history of a task (Teambition §4.4).

use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::event::Event;
use super::super::task::{Activity, written};
use super::super::tenant::Tenant;
use super::task;

/// Most people whom a comment can mention.
const MOST_MENTIONED: usize = 30;

/// `POST /v3/task/{taskId}/comment`
pub(super) fn comment(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let id = task(tenant, call)?.id.clone();
    let text = call.needed("content")?.to_owned();
    if !matches!(call.text("renderMode")?, None | Some("markdown")) {
        return Err(Refusal::bad("renderMode 只能是 markdown"));
    }
    let mentioned = call.texts("mentionUserIds")?.unwrap_or_default();
    if mentioned.len() > MOST_MENTIONED {
        return Err(Refusal::bad("mentionUserIds 不能超过 30 个"));
    }
    if let Some(unknown) = mentioned.iter().find(|user| tenant.directory.user(user).is_none()) {
        return Err(Refusal::bad(format!("用户不存在：{unknown}")));
    }
    let now = tenant.tick(call.now);
    let touches = tenant.settings.comment_touches;
    let creator = call.user().to_owned();
    let activity = Activity {
        id: sim.new_id(),
        creator: creator.clone(),
        action: "comment".into(),
        at: now,
        content: json!({"title": "", "comment": text, "mentionUserIds": mentioned}),
        message: text.clone(),
    };
    let reply = json!({
        "id": activity.id, "creatorId": creator, "boundToObjectId": id, "boundToObjectType": "task",
        "createTime": written(now), "updateTime": written(now), "content": {"title": "", "comment": text},
    });
    let event = tenant.task_mut(&id).map(|task| {
        if touches {
            task.updated = now;
        }
        let event = Event::comment(task, &creator, &activity.id, &text, &mentioned);
        task.activities.push(activity);
        event
    });
    if let Some(event) = event {
        sim.tell(tenant, event, &call.by);
    }
    sim.shell.changed();
    Ok(Reply::of(reply))
}

/// `GET /v3/task/{taskId}/activity/list`
pub(super) fn activities(_: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let task = task(tenant, call)?;
    let (only, without, creators) =
        (call.asked_list("actions"), call.asked_list("excludeActions"), call.asked_list("creatorIds"));
    let mut found: Vec<&Activity> = task
        .activities
        .iter()
        .filter(|activity| {
            only.as_ref().is_none_or(|only| only.contains(&activity.action.as_str()))
                && without.as_ref().is_none_or(|without| !without.contains(&activity.action.as_str()))
                && creators.as_ref().is_none_or(|creators| creators.contains(&activity.creator.as_str()))
        })
        .collect();
    match call.asked("orderBy") {
        None | Some("created" | "updated") => {}
        Some("created_desc" | "updated_desc") => found.reverse(),
        Some(_) => return Err(Refusal::bad("orderBy 无效")),
    }
    let (page, next) = call.page(tenant, &found, 10)?;
    let list: Vec<Value> = page.iter().map(|activity| object(&task.id, activity)).collect();
    Ok(Reply::of(json!(list)).with("nextPageToken", json!(next)))
}

/// `content` is JSON as a text.
fn object(task: &str, activity: &Activity) -> Value {
    json!({
        "id": activity.id, "creatorId": activity.creator, "action": activity.action, "boundToObjectId": task,
        "boundToObjectType": "task", "createTime": written(activity.at), "updateTime": written(activity.at),
        "content": activity.content.to_string(), "message": activity.message,
    })
}
