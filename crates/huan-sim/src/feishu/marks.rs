//! Reactions and pins (Feishu §3.7).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::error::{ApiError, ApiResult, success};
use super::model::{Message, Model, Pin, Reaction};
use super::request::{JsonBody, Params, text};
use super::token::Caller;
use super::{Feishu, ids};
use crate::lock::lock;

fn reaction_object(reaction: &Reaction) -> Value {
    json!({
        "reaction_id": reaction.id, "operator": {"operator_id": ids::app(), "operator_type": "app"},
        "action_time": reaction.at.to_string(), "reaction_type": {"emoji_type": reaction.emoji},
    })
}

fn message_for_reaction<'a>(model: &'a mut Model, id: &str) -> Result<&'a mut Message, ApiError> {
    let found = model.messages.get_mut(id).filter(|message| !message.recalled);
    found.ok_or_else(|| ApiError::new(231003, "The message is not found, or is already recalled."))
}

/// `POST /open-apis/im/v1/messages/:message_id/reactions`
pub(super) async fn react(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = body.get("reaction_type").ok_or_else(|| ApiError::required("reaction_type"))?;
    let emoji = text(kind, "emoji_type")?;
    if !emoji.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(ApiError::new(231001, "reaction type is invalid."));
    }
    let at = feishu.shell.clock.millis();
    let reaction = {
        let mut model = lock(&feishu.model);
        let message = message_for_reaction(&mut model, &id)?;
        match message.reactions.iter().find(|known| known.emoji == emoji) {
            Some(known) => known.clone(),
            None => {
                let reaction = Reaction { id: feishu.shell.random.hex::<32>(), emoji: emoji.to_owned(), at };
                message.reactions.push(reaction.clone());
                reaction
            }
        }
    };
    feishu.shell.changed();
    success(reaction_object(&reaction))
}

/// `GET /open-apis/im/v1/messages/:message_id/reactions`
pub(super) async fn reactions(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let mut model = lock(&feishu.model);
    let message = message_for_reaction(&mut model, &id)?;
    let only = params.get("reaction_type");
    let found: Vec<&Reaction> =
        message.reactions.iter().filter(|reaction| only.is_none_or(|only| only == reaction.emoji)).collect();
    let page = params.page(&found, 20, 50)?;
    success(page.answer(page.items.iter().map(|reaction| reaction_object(reaction)).collect()))
}

/// `DELETE /open-apis/im/v1/messages/:message_id/reactions/:reaction_id`
pub(super) async fn take_reaction_back(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path((id, reaction)): Path<(String, String)>,
) -> ApiResult {
    let mut model = lock(&feishu.model);
    let message = message_for_reaction(&mut model, &id)?;
    let at = message.reactions.iter().position(|known| known.id == reaction);
    let at = at.ok_or_else(|| ApiError::new(231007, "the operator has no permission to delete this reaction."))?;
    success(reaction_object(&message.reactions.remove(at)))
}

fn pin_object(message: &Message, pin: &Pin) -> Value {
    json!({
        "message_id": message.id, "chat_id": message.chat, "operator_id": ids::app(), "operator_id_type": "app_id",
        "create_time": pin.at.to_string(),
    })
}

/// `POST /open-apis/im/v1/pins`: pinning twice gives the first pin again.
pub(super) async fn pin(State(feishu): State<Arc<Feishu>>, _: Caller, JsonBody(body): JsonBody) -> ApiResult {
    let id = text(&body, "message_id")?;
    let at = feishu.shell.clock.millis();
    let mut model = lock(&feishu.model);
    let message = model.messages.get_mut(id).ok_or_else(|| ApiError::im_parameter("invalid message_id"))?;
    if message.recalled {
        return Err(ApiError::new(230011, "The message is recalled."));
    }
    let pin = *message.pinned.get_or_insert(Pin { at });
    success(json!({"pin": pin_object(message, &pin)}))
}

/// `DELETE /open-apis/im/v1/pins/:message_id`: also succeeds when it was not pinned.
pub(super) async fn unpin(State(feishu): State<Arc<Feishu>>, _: Caller, Path(id): Path<String>) -> ApiResult {
    let mut model = lock(&feishu.model);
    let message = model.messages.get_mut(&id).ok_or_else(|| ApiError::im_parameter("invalid message_id"))?;
    message.pinned = None;
    success(json!({}))
}

/// `GET /open-apis/im/v1/pins?chat_id=`
pub(super) async fn pins(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let id = params.get("chat_id").ok_or_else(|| ApiError::required("chat_id"))?;
    let model = lock(&feishu.model);
    let chat = model.chats.get(id).ok_or_else(|| ApiError::im_parameter("invalid chat_id"))?;
    let messages = chat.messages.iter().rev().filter_map(|id| model.messages.get(id));
    let pinned: Vec<Value> =
        messages.filter_map(|message| message.pinned.map(|pin| pin_object(message, &pin))).collect();
    let page = params.page(&pinned, 20, 50)?;
    success(page.answer(page.items.to_vec()))
}
