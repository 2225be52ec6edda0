//! Work notifications (DingTalk, app robot §3.10).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::dingtalk::call::Call;
use crate::dingtalk::chat::{Author, Message};
use crate::dingtalk::content::{Content, Link};
use crate::dingtalk::refusal::OldRefusal;
use crate::dingtalk::tenant::Tenant;
use crate::dingtalk::{Dingtalk, ids};

const SIZE_LIMIT: usize = 2048;
const RECEIVER_LIMIT: usize = 100;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// `POST oapi/topapi/message/corpconversation/asyncsend_v2`
pub(crate) fn send(sim: &Arc<Dingtalk>, tenant: &mut Tenant, call: &Call) -> Result<Value, OldRefusal> {
    if call.number("agent_id") != i64::try_from(ids::AGENT).ok() {
        return Err(OldRefusal::top(400_002, "请求参数错误，无效的agent_id"));
    }
    // A form carries `msg` as a text.
    let msg = match call.body.get("msg") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        Some(other) => other.clone(),
        None => return Err(OldRefusal::parameter("msg")),
    };
    let written = msg.to_string();
    if written.len() > SIZE_LIMIT {
        return Err(OldRefusal::top(400_002, "请求参数错误，msg超过2048字节"));
    }
    let content = content_of(&msg).ok_or_else(|| OldRefusal::top(400_002, "请求参数错误，无效的msg"))?;
    let receivers = receivers(tenant, call)?;
    for user_id in receivers {
        let day = call.now_ms.div_euclid(DAY_MS);
        let same = (day, user_id.clone(), written.clone());
        // The same content to the same person on one day is accepted and not delivered.
        if tenant.work_notices.contains(&same) {
            continue;
        }
        let Some(chat) = tenant.robot_chat(&user_id).map(|chat| chat.id.clone()) else { continue };
        tenant.work_notices.push_back(same);
        let message = Message::new(sim.message_id(), call.now_ms, Author::WorkNotice, content.clone());
        sim.show(tenant, &chat, message);
    }
    let task = 256_000_000_000 + sim.shell.random.below(1_000_000_000);
    Ok(json!({"errcode": 0, "errmsg": "ok", "task_id": task, "request_id": sim.shell.random.hex::<8>()}))
}

fn receivers(tenant: &Tenant, call: &Call) -> Result<Vec<String>, OldRefusal> {
    let everybody =
        matches!(call.body.get("to_all_user"), Some(Value::Bool(true))) || call.text("to_all_user") == Some("true");
    if everybody {
        return Ok(tenant.directory.members.iter().map(|member| member.user_id.clone()).collect());
    }
    let mut people: Vec<String> = listed(call, "userid_list");
    if people.len() > RECEIVER_LIMIT {
        return Err(OldRefusal::top(400_002, "请求参数错误，userid_list超过100个"));
    }
    for department in listed(call, "dept_id_list") {
        let members = tenant.directory.members.iter().filter(|member| member.department.to_string() == department);
        people.extend(members.map(|member| member.user_id.clone()));
    }
    if people.is_empty() {
        return Err(OldRefusal::parameter("userid_list"));
    }
    Ok(people)
}

fn listed(call: &Call, name: &str) -> Vec<String> {
    call.text(name).map(|list| list.split(',').map(|id| id.trim().to_owned()).collect()).unwrap_or_default()
}

fn content_of(msg: &Value) -> Option<Content> {
    let text = |pointer: &str| msg.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    match msg.get("msgtype")?.as_str()? {
        "text" => Some(Content::Text { text: text("/text/content")? }),
        "markdown" => Some(Content::Markdown { title: text("/markdown/title")?, text: text("/markdown/text")? }),
        "link" => Some(Content::Link {
            title: text("/link/title")?,
            text: text("/link/text")?,
            url: text("/link/messageUrl")?,
        }),
        "action_card" => {
            let single = text("/action_card/single_title").zip(text("/action_card/single_url"));
            let links = match single {
                Some((title, url)) => vec![Link { title, url }],
                None => msg
                    .pointer("/action_card/btn_json_list")?
                    .as_array()?
                    .iter()
                    .map(|button| {
                        let field = |name: &str| button.get(name).and_then(Value::as_str).map(str::to_owned);
                        Some(Link { title: field("title")?, url: field("action_url")? })
                    })
                    .collect::<Option<Vec<_>>>()?,
            };
            Some(Content::ActionCard {
                title: text("/action_card/title")?,
                text: text("/action_card/markdown")?,
                links,
            })
        }
        "oa" => Some(Content::Markdown {
            title: text("/oa/body/title").unwrap_or_default(),
            text: text("/oa/body/content").unwrap_or_default(),
        }),
        "image" => Some(Content::Media { media: text("/image/media_id")?, name: "image".to_owned() }),
        "voice" => Some(Content::Media { media: text("/voice/media_id")?, name: "voice".to_owned() }),
        "file" => Some(Content::Media { media: text("/file/media_id")?, name: "file".to_owned() }),
        _ => None,
    }
}
