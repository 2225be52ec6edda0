//! Taking messages back (DingTalk, app robot §3.5).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::send::{group_with_robot, robot_code};
use crate::dingtalk::Dingtalk;
use crate::dingtalk::call::Call;
use crate::dingtalk::refusal::NewRefusal;
use crate::dingtalk::tenant::Tenant;

const KEYS_LIMIT: usize = 20;
/// Direct messages can be taken back for a day.
const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;

/// `POST /v1.0/robot/groupMessages/recall`
pub(crate) fn in_group(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let chat = call
        .text("openConversationId")
        .ok_or_else(|| NewRefusal::bad("miss.openConversationId", "错误描述: 缺少参数 openConversationId；"))?;
    group_with_robot(tenant, chat)?;
    Ok(recall(sim, tenant, &keys(call)?, |chat_id, _| chat_id == chat, "invalid.processQueryKey"))
}

/// `POST /v1.0/robot/otoMessages/batchRecall`
pub(crate) fn direct(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, NewRefusal> {
    robot_code(call)?;
    let since = call.now_ms - WINDOW_MS;
    Ok(recall(sim, tenant, &keys(call)?, |_, at_ms| at_ms >= since, "robot.processQueryKey.expired"))
}

fn keys(call: &Call) -> Result<Vec<String>, NewRefusal> {
    let keys = call.texts("processQueryKeys").filter(|keys| !keys.is_empty());
    let keys = keys.ok_or_else(|| {
        NewRefusal::bad("invalidParameter.processQueryKey.missing", "错误描述: 缺少参数 processQueryKeys；")
    })?;
    if keys.len() > KEYS_LIMIT {
        return Err(NewRefusal::bad(
            "invalidParameter.processQueryKeys.overMax",
            "错误描述: processQueryKeys 数量超过上限；",
        ));
    }
    Ok(keys)
}

fn recall(
    sim: &Arc<Dingtalk>,
    tenant: &mut Tenant,
    keys: &[String],
    allowed: impl Fn(&str, i64) -> bool,
    reason: &str,
) -> Value {
    let mut done = Vec::new();
    let mut failed = Map::new();
    for key in keys {
        let mut found = None;
        for chat in &mut tenant.chats {
            for message in &mut chat.messages {
                if message.query_key.as_deref() == Some(key) {
                    let may = allowed(&chat.id, message.at_ms);
                    message.recalled |= may;
                    found = Some(found.unwrap_or(true) && may);
                }
            }
        }
        match found {
            Some(true) => done.push(key.clone()),
            Some(false) => drop(failed.insert(key.clone(), json!(reason))),
            None => drop(failed.insert(key.clone(), json!("invalid.processQueryKey"))),
        }
    }
    sim.shell.changed();
    json!({"successResult": done, "failedResult": failed})
}
