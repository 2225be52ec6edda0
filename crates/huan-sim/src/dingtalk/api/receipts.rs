//! Who has read what (DingTalk, app robot §3.6).

use std::sync::Arc;

use serde_json::{Value, json};

use super::send::{group_with_robot, robot_code};
use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::chat::ChatKind;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;

/// Direct messages can be asked about for a day.
const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;
const PAGE_LIMIT: i64 = 200;

/// `GET /v1.0/robot/oToMessages/readStatus`
pub(crate) fn direct(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let key = call.query.get("processQueryKey").ok_or_else(|| NewRefusal::field_absent("processQueryKey"))?;
    let mut people = Vec::new();
    let mut recalled = false;
    let mut sent_ms = None;
    for (chat, message) in tenant.messages_of(key) {
        let ChatKind::Robot(user_id) = &chat.kind else { continue };
        let status = if message.read_by.contains(user_id) { "READ" } else { "UNREAD" };
        let name = tenant.directory.member(user_id).map(|member| member.name.clone()).unwrap_or_default();
        people.push(json!({"name": name, "userId": user_id, "readStatus": status}));
        recalled |= message.recalled;
        sent_ms = Some(message.at_ms);
    }
    check_age(sent_ms, call.now_ms)?;
    Ok(json!({"sendStatus": send_status(recalled), "messageReadInfoList": people}))
}

/// `POST /v1.0/robot/groupMessages/query`
pub(crate) fn in_group(_: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let key = call.needed("processQueryKey")?;
    let wanted_chat = call.text("openConversationId");
    if let Some(chat) = wanted_chat {
        group_with_robot(tenant, chat)?;
    }
    let size = call.number("maxResults").unwrap_or(PAGE_LIMIT);
    if !(1..=PAGE_LIMIT).contains(&size) {
        return Err(NewRefusal::bad("invalidParameter.pageSize.invalid", "错误描述: maxResults 无效；"));
    }
    let start: usize = match call.text("nextToken") {
        None => 0,
        Some(token) => token
            .parse()
            .map_err(|_| NewRefusal::bad("invalidParameter.cursor.invalid", "错误描述: nextToken 无效；"))?,
    };
    let found = tenant.messages_of(key).find(|(chat, _)| wanted_chat.is_none_or(|wanted| wanted == chat.id));
    check_age(found.map(|(_, message)| message.at_ms), call.now_ms)?;
    let Some((_, message)) = found else { return Err(unknown_key()) };
    let page: Vec<&String> = message.read_by.iter().skip(start).take(size as usize).collect();
    let next = start + page.len();
    let readers: Vec<Value> = page
        .iter()
        .filter_map(|user_id| tenant.directory.member(user_id))
        .map(|member| json!({"unionId": member.union_id, "userId": member.user_id}))
        .collect();
    Ok(json!({
        "sendStatus": send_status(message.recalled),
        "readUserIds": page,
        "readUsers": readers,
        "hasMore": next < message.read_by.len(),
        "nextToken": next.to_string(),
    }))
}

fn send_status(recalled: bool) -> &'static str {
    if recalled { "RECALLED" } else { "SUCCESS" }
}

fn check_age(sent_ms: Option<i64>, now_ms: i64) -> Result<(), NewRefusal> {
    match sent_ms {
        None => Err(unknown_key()),
        Some(sent_ms) if now_ms - sent_ms > WINDOW_MS => {
            Err(NewRefusal::bad("processQueryKey.expireTime", "错误描述: processQueryKey 未生成或已过期；"))
        }
        Some(_) => Ok(()),
    }
}

fn unknown_key() -> NewRefusal {
    NewRefusal::bad("invalid.processQueryKey", "错误描述: 无效的 processQueryKey；")
}
