//! Messages that the app's robot sends (DingTalk, app robot §3.1 to §3.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::dingtalk::call::Call;
use crate::dingtalk::chat::{Author, Message};
use crate::dingtalk::content::{Content, ContentError};
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;
use crate::dingtalk::{Dingtalk, ids};

/// Longest `msgParam`, in bytes.
const PARAM_LIMIT: usize = 15_000;
/// Most people per call, as the text of the page says.
const RECEIVER_LIMIT: usize = 20;

/// `POST /v1.0/robot/groupMessages/send`
pub(crate) fn to_group(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let chat = call
        .text("openConversationId")
        .ok_or_else(|| NewRefusal::bad("miss.openConversationId", "错误描述: 缺少参数 openConversationId；"))?;
    let content = content_of(call)?;
    group_with_robot(tenant, chat)?;
    let key = sim.query_key();
    let mut message = Message::new(sim.message_id(), call.now_ms, Author::Robot, content);
    message.query_key = Some(key.clone());
    sim.show(tenant, chat, message);
    Ok(json!({"processQueryKey": key}))
}

/// `POST /v1.0/robot/oToMessages/batchSend`
pub(crate) fn to_people(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let user_ids = call.texts("userIds").ok_or_else(|| NewRefusal::field_absent("userIds"))?;
    if user_ids.is_empty() {
        return Err(NewRefusal::bad("invalidParameter.userIds.empty", "错误描述: userIds 为空；"));
    }
    if user_ids.len() > RECEIVER_LIMIT {
        return Err(NewRefusal::bad("invalidParameter.userIds.overMax", "错误描述: userIds 数量超过上限；"));
    }
    let content = content_of(call)?;
    let key = sim.query_key();
    let (mut invalid, mut throttled) = (Vec::new(), Vec::new());
    let mut written_to = BTreeSet::new();
    for user_id in user_ids {
        let Some(member) = tenant.directory.member(&user_id) else {
            invalid.push(user_id);
            continue;
        };
        if tenant.settings.flow_controlled.contains(&member.key) {
            throttled.push(user_id);
            continue;
        }
        if written_to.insert(user_id.clone())
            && let Some(chat) = tenant.robot_chat(&user_id).map(|chat| chat.id.clone())
        {
            let mut message = Message::new(sim.message_id(), call.now_ms, Author::Robot, content.clone());
            message.query_key = Some(key.clone());
            sim.show(tenant, &chat, message);
        }
    }
    if written_to.is_empty() && throttled.is_empty() && tenant.settings.uncertain.no_receiver_is_refused {
        return Err(NewRefusal::bad("staffId.notExisted", "错误描述: staffId 不存在；"));
    }
    Ok(json!({"processQueryKey": key, "invalidStaffIdList": invalid, "flowControlledStaffIdList": throttled}))
}

/// Checks that the robot is the app's own.
pub(crate) fn robot_code(call: &Call) -> Result<(), NewRefusal> {
    let given = call.text("robotCode").or_else(|| call.query.get("robotCode").map(String::as_str));
    match given {
        None => Err(NewRefusal::field_absent("robotCode")),
        Some(code) if code == ids::client() => Ok(()),
        Some(_) => Err(NewRefusal::bad(
            "invalidParameter.robotCode.notExsit",
            "错误描述: robot 不存在；解决方案:请确认 robotCode 是否正确；",
        )),
    }
}

/// Checks that the group exists and the robot is in it.
pub(crate) fn group_with_robot(tenant: &Tenant, chat: &str) -> Result<(), NewRefusal> {
    match tenant.chat(chat).and_then(|chat| chat.group()) {
        Some(group) if group.has_robot => Ok(()),
        Some(_) => Err(NewRefusal::bad("bot.forbidden.sendMessage", "错误描述: 机器人不在群内；")),
        None => Err(NewRefusal::bad("invalid.openConversationId", "错误描述: 无效的 openConversationId；")),
    }
}

fn content_of(call: &Call) -> Result<Content, NewRefusal> {
    let key = call
        .text("msgKey")
        .ok_or_else(|| NewRefusal::bad("invalidParameter.msgKey.empty", "错误描述: msgKey 为空；"))?;
    // `msgParam` is JSON inside a string; an object in its place is a common mistake.
    let param = match call.body.get("msgParam") {
        None => return Err(NewRefusal::field_absent("msgParam")),
        Some(Value::String(text)) => text.as_str(),
        Some(_) => return Err(invalid_param()),
    };
    if param.len() > PARAM_LIMIT {
        return Err(NewRefusal::bad("invalidParameter.msgParam.tooLong", "错误描述: msgParam 超长；"));
    }
    let param: Map<String, Value> = serde_json::from_str(param).map_err(|_| invalid_param())?;
    match Content::from_template(key, &param) {
        None => Err(NewRefusal::bad("invalidParameter.msgKey.invalid", "错误描述: msgKey 无效；")),
        Some(Ok(content)) => Ok(content),
        Some(Err(ContentError::Missing(name))) => {
            Err(NewRefusal::bad(missing_code(key, name), format!("错误描述: msgParam 缺少参数 {name}；")))
        }
        Some(Err(ContentError::UnknownKind(_))) => {
            Err(NewRefusal::bad("invalidParameter.msg.unsupport", "错误描述: 不支持的消息类型；"))
        }
    }
}

fn missing_code(key: &str, name: &str) -> String {
    match (key, name) {
        ("sampleText", _) => "miss.param.contentOfText".to_owned(),
        ("sampleMarkdown", name) => format!("miss.param.markdownTo{name}"),
        ("sampleLink", _) => "miss.param.link".to_owned(),
        ("sampleImageMsg", _) => "miss.param.photo".to_owned(),
        ("sampleFile", _) => "miss.param.file".to_owned(),
        (key, _) if key.starts_with("sampleActionCard") => "miss.param.actionCard".to_owned(),
        _ => "invalidParameter.param.invalid".to_owned(),
    }
}

fn invalid_param() -> NewRefusal {
    NewRefusal::bad("invalidParameter.msgParam.invalid", "错误描述: msgParam 不是合法的 JSON；")
}
