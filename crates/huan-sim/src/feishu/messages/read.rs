//! Reading messages, and who has read them (Feishu §3.6).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::{DAY, existing, own_message};
use crate::feishu::directory::IdType;
use crate::feishu::error::{ApiError, ApiResult, success};
use crate::feishu::model::Message;
use crate::feishu::request::Params;
use crate::feishu::token::Caller;
use crate::feishu::{Feishu, card, ids};
use crate::lock::lock;

/// `GET /open-apis/im/v1/messages/:message_id`
pub(in crate::feishu) async fn get(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let model = lock(&feishu.model);
    let message = existing(&model, &id)?;
    let content = shown_content(&feishu, message, params.get("card_msg_content_type"));
    success(json!({"items": [message.object(&feishu.directory(), id_type, &content)]}))
}

/// `GET /open-apis/im/v1/messages`
pub(in crate::feishu) async fn list(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let kind = params.get("container_id_type").ok_or_else(|| ApiError::required("container_id_type"))?;
    let container = params.get("container_id").ok_or_else(|| ApiError::required("container_id"))?;
    if kind != "chat" {
        return Err(ApiError::new(230019, "The topic does NOT exist."));
    }
    let seconds = |name: &str| match params.get(name) {
        None => Ok(None),
        Some(text) => {
            text.parse::<i64>().map(Some).map_err(|_| ApiError::field(name, text, "must be a timestamp in seconds"))
        }
    };
    let (start, end) = (seconds("start_time")?, seconds("end_time")?);
    let model = lock(&feishu.model);
    let chat = model
        .chats
        .get(container)
        .ok_or_else(|| ApiError::im_parameter(format!("invalid container_id {container}")))?;
    if !chat.robot_is_in {
        return Err(ApiError::new(230002, "The bot can not be outside the group."));
    }
    let mut messages: Vec<&Message> = chat
        .messages
        .iter()
        .filter_map(|id| model.messages.get(id))
        .filter(|message| {
            start.is_none_or(|start| message.at / 1000 >= start) && end.is_none_or(|end| message.at / 1000 <= end)
        })
        .collect();
    if params.get("sort_type") == Some("ByCreateTimeDesc") {
        messages.reverse();
    }
    let page = params.page(&messages, 20, 50)?;
    let items = page.items.iter().map(|message| {
        let content = shown_content(&feishu, message, params.get("card_msg_content_type"));
        message.object(&feishu.directory(), IdType::Open, &content)
    });
    success(page.answer(items.collect()))
}

/// A card is read in a simplified form, unless it is asked for as it was sent.
fn shown_content(feishu: &Feishu, message: &Message, card_form: Option<&str>) -> Value {
    match &message.card {
        Some(shown) if card_form != Some("user_card_content") => {
            let (view, _) = card::layout(&feishu.directory(), &shown.shared);
            let title = view.title.clone();
            let lines = view.plain_text();
            let lines: Vec<Value> = lines
                .lines()
                .skip(usize::from(!title.is_empty()))
                .map(|line| json!([{"tag": "text", "text": line}]))
                .collect();
            json!({"title": title, "elements": lines})
        }
        _ => message.content.clone(),
    }
}

/// `GET /open-apis/im/v1/messages/:message_id/read_users`
pub(in crate::feishu) async fn read_users(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    if params.get("user_id_type").is_none() {
        return Err(ApiError::required("user_id_type"));
    }
    let id_type = params.id_type("user_id_type")?;
    let model = lock(&feishu.model);
    let message = own_message(&model, &id, ApiError::new(230012, "Bot is NOT the sender of the message."))?;
    if feishu.shell.clock.millis() - message.at > 7 * DAY {
        return Err(ApiError::new(
            230033,
            "The message reading status can only be queried within 7 days after sending.",
        ));
    }
    let readers: Vec<(&String, &i64)> = message.read_by.iter().collect();
    let page = params.page(&readers, 20, 100)?;
    let directory = feishu.directory();
    let items = page.items.iter().filter_map(|(key, at)| {
        let member = directory.by_key(key)?;
        Some(json!({"user_id_type": id_type.name(), "user_id": member.id(id_type), "timestamp": at.to_string(), "tenant_key": ids::tenant()}))
    });
    success(page.answer(items.collect()))
}
