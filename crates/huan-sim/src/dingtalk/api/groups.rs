//! Groups and the robots in them (DingTalk, app robot §3.9).

use std::sync::Arc;

use serde_json::{Value, json};

use super::send::robot_code;
use crate::dingtalk::call::Call;
use crate::dingtalk::chat::{Chat, ChatKind, Group};
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;
use crate::dingtalk::{Dingtalk, ids};

/// `POST /v1.0/im/group/create`
pub(crate) fn create(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let invalid = |what: &str| NewRefusal::bad("parameter.invalid", format!("参数错误: {what}"));
    let uuid = call.text("uuid");
    if let Some(answer) = uuid.and_then(|uuid| tenant.groups_created.get(uuid)) {
        return Ok(answer.clone());
    }
    let name = call.text("name").filter(|name| name.chars().count() <= 20).ok_or_else(|| invalid("name"))?;
    let owner = call.text("owner").ok_or_else(|| invalid("owner"))?;
    let mut members = call.texts("useridlist").ok_or_else(|| invalid("useridlist"))?;
    if !members.iter().any(|member| member == owner) {
        members.push(owner.to_owned());
    }
    if let Some(stranger) = members.iter().find(|member| tenant.directory.member(member).is_none()) {
        return Err(NewRefusal::bad("permession.checkFailed", format!("用户不在授权范围内: {stranger}")));
    }
    let key = sim.shell.random.hex::<8>();
    let id = ids::conversation(&key);
    let group = Group {
        key: id.clone(),
        chat_id: ids::chat(&key),
        title: name.to_owned(),
        owner: owner.to_owned(),
        members,
        // A group that an app makes has the app's robot in it.
        has_robot: true,
    };
    let answer = json!({
        "conversationTag": call.number("conversationTag").unwrap_or(2),
        "openConversationId": id,
        "chatid": group.chat_id,
    });
    tenant.chats.push(Chat { id, kind: ChatKind::Group(group), messages: Vec::new() });
    if let Some(uuid) = uuid {
        tenant.groups_created.insert(uuid.to_owned(), answer.clone());
    }
    sim.shell.changed();
    Ok(answer)
}

/// `POST /v1.0/im/sceneGroups`: a group made from a scene template.
pub(crate) fn create_scene(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    for field in ["templateId", "groupName", "groupOwnerId"] {
        call.needed(field)?;
    }
    let rename = [("groupName", "name"), ("groupOwnerId", "owner"), ("userIdList", "useridlist"), ("uuid", "uuid")];
    let mut body: serde_json::Map<String, Value> =
        rename.iter().filter_map(|(from, to)| Some(((*to).to_owned(), call.body.get(*from)?.clone()))).collect();
    body.entry("useridlist").or_insert_with(|| json!([]));
    let made = create(sim, tenant, &Call { now_ms: call.now_ms, body, ..Call::default() })?;
    Ok(json!({"openConversationId": made["openConversationId"]}))
}

/// `POST /v1.0/im/chat/{chatId}/convertToOpenConversationId`
pub(crate) fn open_conversation_id(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let wanted = call.path.get("chatId").map(String::as_str).unwrap_or_default();
    let chat = tenant.chats.iter().find(|chat| chat.group().is_some_and(|group| group.chat_id == wanted));
    let chat = chat.ok_or_else(|| NewRefusal::bad("invalideChatId", "无效的 chatId"))?;
    Ok(json!({"openConversationId": chat.id}))
}

/// `POST /v1.0/im/sceneGroups/members/batchQuery`
pub(crate) fn members(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let group = group(tenant, call)?;
    let size = call.number("maxResults").ok_or_else(|| NewRefusal::field_absent("maxResults"))?.clamp(1, 1000);
    let start = call.text("nextToken").and_then(|token| token.parse().ok()).unwrap_or(0_usize);
    let page: Vec<&String> = group.members.iter().skip(start).take(size as usize).collect();
    let next = start + page.len();
    let people: Vec<_> = page.iter().filter_map(|user_id| tenant.directory.member(user_id)).collect();
    let nicks = |id: fn(&crate::dingtalk::directory::Member) -> &String| -> Value {
        people.iter().map(|member| (id(member).clone(), Value::String(member.name.clone()))).collect()
    };
    let union_ids: Vec<&String> = people.iter().map(|member| &member.union_id).collect();
    Ok(json!({
        "success": true,
        "memberUserIds": page,
        "unionIdList": union_ids,
        "staffIdNickMap": nicks(|member| &member.user_id),
        "unionIdNickMap": nicks(|member| &member.union_id),
        "hasMore": next < group.members.len(),
        "nextToken": next.to_string(),
    }))
}

/// `POST /v1.0/im/sceneGroups/query`
pub(crate) fn info(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = call.needed("openConversationId")?;
    let group = group(tenant, call)?;
    Ok(json!({
        "success": true, "openConversationId": id, "title": group.title, "ownerUserId": group.owner, "status": 1,
    }))
}

/// `POST /v1.0/robot/groups/robots/query`
pub(crate) fn robots(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    let id = call.needed("openConversationId")?;
    let group = group(tenant, call)?;
    let mut robots = Vec::new();
    if group.has_robot {
        robots.push(json!({
            "robotCode": ids::client(), "name": sim.shell.organisation.robot_name, "downloadIconURL": "", "openRobotType": 2,
        }));
    }
    for (token, robot) in &tenant.custom_robots {
        if robot.chat == id {
            robots.push(json!({"robotCode": token, "name": robot.name, "downloadIconURL": "", "openRobotType": 1}));
        }
    }
    Ok(json!({"chatbotInstanceVOList": robots}))
}

/// `POST /v1.0/robot/installed/groups/query`
pub(crate) fn installed(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let groups: Vec<&String> = tenant
        .chats
        .iter()
        .filter(|chat| chat.group().is_some_and(|group| group.has_robot))
        .map(|chat| &chat.id)
        .collect();
    let size = call.number("maxResult").or_else(|| call.number("maxResults")).unwrap_or(20).clamp(1, 100);
    let start = call.text("nextToken").and_then(|token| token.parse().ok()).unwrap_or(0_usize);
    let page: Vec<&&String> = groups.iter().skip(start).take(size as usize).collect();
    let next = start + page.len();
    Ok(json!({"openConversationIds": page, "hasMore": next < groups.len(), "nextToken": next.to_string()}))
}

fn group<'a>(tenant: &'a Tenant, call: &Call) -> Result<&'a Group, NewRefusal> {
    let id = call.needed("openConversationId")?;
    let group = tenant.chat(id).and_then(|chat| chat.group());
    group.ok_or_else(|| NewRefusal::bad("invalid.openConversationId", "无效的 openConversationId"))
}
