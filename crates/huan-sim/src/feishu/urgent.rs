//! Buzzing people about a message: in the app, by text message, by telephone (Feishu §3.5).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::json;

use super::Feishu;
use super::error::{ApiError, ApiResult, success};
use super::messages::own_message;
use super::request::{JsonBody, Params, texts};
use super::token::Caller;
use crate::lock::lock;
use crate::platform::PlatformName;
use crate::view::RingWay;

/// `PATCH …/urgent_app`
pub(super) async fn app(
    feishu: State<Arc<Feishu>>,
    caller: Caller,
    id: Path<String>,
    params: Params,
    body: JsonBody,
) -> ApiResult {
    urge(feishu, caller, id, params, body, RingWay::App)
}

/// `PATCH …/urgent_sms`
pub(super) async fn sms(
    feishu: State<Arc<Feishu>>,
    caller: Caller,
    id: Path<String>,
    params: Params,
    body: JsonBody,
) -> ApiResult {
    urge(feishu, caller, id, params, body, RingWay::Sms)
}

/// `PATCH …/urgent_phone`
pub(super) async fn phone(
    feishu: State<Arc<Feishu>>,
    caller: Caller,
    id: Path<String>,
    params: Params,
    body: JsonBody,
) -> ApiResult {
    urge(feishu, caller, id, params, body, RingWay::Phone)
}

fn urge(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
    JsonBody(body): JsonBody,
    way: RingWay,
) -> ApiResult {
    if params.get("user_id_type").is_none() {
        return Err(ApiError::required("user_id_type"));
    }
    let id_type = params.id_type("user_id_type")?;
    let wanted = texts(&body, "user_id_list", 200)?;
    if wanted.is_empty() {
        return Err(ApiError::required("user_id_list"));
    }
    let mut invalid = Vec::new();
    let mut buzzed = Vec::new();
    let summary = {
        let model = lock(&feishu.model);
        let message = own_message(&model, &id, ApiError::new(230012, "Bot is NOT the sender of the message."))?;
        let Some(chat) = model.chats.get(&message.chat) else {
            return Err(ApiError::new(232009, "The chat is dissolved."));
        };
        if !chat.robot_is_in {
            return Err(ApiError::new(230002, "The bot can not be outside the group."));
        }
        if !chat.all_may_urge {
            return Err(ApiError::new(230052, "Can not urgent this message."));
        }
        for user in wanted {
            match feishu.directory().by_id(id_type, &user) {
                Some(member) if chat.members.contains(&member.person.key) => buzzed.push(member.person.key.clone()),
                _ => invalid.push(user),
            }
        }
        feishu.plain_text(message, None).lines().next().unwrap_or_default().to_owned()
    };
    if buzzed.is_empty() {
        return Err(ApiError::im_parameter("all user ids in user_id_list are invalid"));
    }
    feishu.use_quota(way, buzzed.len())?;
    let robot = &feishu.shell.organisation.robot_name;
    for person in buzzed {
        feishu.shell.ring(PlatformName::Feishu, &person, RingWay::App, &format!("{robot} 加急: {summary}"), &id);
        if way != RingWay::App {
            // A call and a text message do not tell what the message says.
            let text = format!("{robot} 给你发了一条加急消息，请打开飞书查看");
            feishu.shell.ring(PlatformName::Feishu, &person, way, &text, &id);
        }
    }
    success(json!({"invalid_user_id_list": invalid}))
}

impl Feishu {
    /// Text messages and calls use up what the tenant has paid for.
    fn use_quota(&self, way: RingWay, people: usize) -> Result<(), ApiError> {
        let mut options = lock(&self.options);
        let left = match way {
            RingWay::App => return Ok(()),
            RingWay::Sms => &mut options.urgent_texts_left,
            RingWay::Phone => &mut options.urgent_calls_left,
        };
        let Some(left) = left else { return Ok(()) };
        match u32::try_from(people).ok().and_then(|people| left.checked_sub(people)) {
            Some(rest) => *left = rest,
            None => return Err(ApiError::new(230024, "Reach the upper limit of urgent message.")),
        }
        Ok(())
    }
}
