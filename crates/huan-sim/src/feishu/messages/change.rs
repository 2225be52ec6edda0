//! Editing, replacing and recalling (Feishu §3.4).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::json;

use super::{DAY, content_text, own_message};
use crate::feishu::error::{ApiError, ApiResult, ok_with, success};
use crate::feishu::request::{JsonBody, text};
use crate::feishu::token::Caller;
use crate::feishu::{Feishu, card, content};
use crate::lock::lock;

/// Our tenant's window for edits and recalls; the real one is set by its administrator.
const WINDOW: i64 = DAY;
const MOST_EDITS: u32 = 20;

/// `PUT /open-apis/im/v1/messages/:message_id`: edits a text or a post.
pub(in crate::feishu) async fn edit(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = text(&body, "msg_type")?;
    if !matches!(kind, "text" | "post") {
        return Err(ApiError::new(230054, "This operation is not supported for this message type."));
    }
    let content = content::check(&feishu.directory(), kind, content_text(&body)?)?;
    feishu.message_limit(&format!("edit {id}"))?;
    let object = {
        let now = feishu.shell.clock.millis();
        let mut model = lock(&feishu.model);
        let message =
            own_message(&model, &id, ApiError::new(230071, "The operator is not the sender of the message."))?;
        if !matches!(message.kind.as_str(), "text" | "post") {
            return Err(ApiError::new(230054, "This operation is not supported for this message type."));
        }
        if message.edits >= MOST_EDITS {
            return Err(ApiError::new(230072, "The message has reached the number of times it can be edited."));
        }
        if now - message.at > WINDOW {
            return Err(ApiError::new(230075, "The message exceeds the time limit for editing."));
        }
        if let Some(message) = model.messages.get_mut(&id) {
            message.kind = kind.to_owned();
            message.content = content.value;
            message.mentions = content.mentions;
            message.mentions_all = content.mentions_all;
            message.edits += 1;
            message.updated_at = now;
        }
        feishu.message_object(&model, &id)
    };
    feishu.shell.changed();
    success(object)
}

/// `PATCH /open-apis/im/v1/messages/:message_id`: replaces a card.
pub(in crate::feishu) async fn update_card(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let content = content::check(&feishu.directory(), "interactive", content_text(&body)?)?;
    feishu.message_limit(&format!("edit {id}"))?;
    {
        let now = feishu.shell.clock.millis();
        let mut model = lock(&feishu.model);
        let message = own_message(&model, &id, ApiError::new(230012, "Bot is NOT the sender of the message."))?;
        let (Some(old), Some(new)) = (&message.card, &content.card) else {
            return Err(ApiError::im_parameter("only a card message can be patched"));
        };
        if now - message.at > 14 * DAY {
            return Err(ApiError::new(230031, "Message can only be modified within 14 days after sending."));
        }
        if card::version(&old.shared) == 2 && card::version(&new.shared) == 1 {
            return Err(ApiError::card(200830, "a card of schema 2.0 can not be updated to schema 1.0", "schema"));
        }
        if !card::is_shared(&old.shared) || !card::is_shared(&new.shared) {
            return Err(ApiError::im_parameter(
                "config.update_multi of the card must be true before and after the update",
            ));
        }
        if let Some(message) = model.messages.get_mut(&id) {
            message.content = content.value;
            message.card = content.card;
            message.edits += 1;
            message.updated_at = now;
        }
    }
    feishu.shell.changed();
    ok_with(json!({"data": {}}))
}

/// `DELETE /open-apis/im/v1/messages/:message_id`
pub(in crate::feishu) async fn recall(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
) -> ApiResult {
    {
        let now = feishu.shell.clock.millis();
        let mut model = lock(&feishu.model);
        let message = own_message(&model, &id, ApiError::new(230026, "No permission to recall this message."))?;
        if now - message.at > WINDOW {
            return Err(ApiError::new(230009, "The message can not be recalled: it was sent too long ago."));
        }
        if let Some(message) = model.messages.get_mut(&id) {
            message.recalled = true;
            message.updated_at = now;
        }
    }
    feishu.shell.changed();
    success(json!({}))
}
