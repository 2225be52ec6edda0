//! Sending and answering (Feishu §3.2, §3.3).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::Value;

use super::{HOUR, content_text, existing, unknown_id};
use crate::feishu::content::{self, Content};
use crate::feishu::directory::IdType;
use crate::feishu::error::{ApiError, ApiResult, success};
use crate::feishu::model::{Message, Model, Sender};
use crate::feishu::request::{JsonBody, Params, optional_text, text};
use crate::feishu::token::Caller;
use crate::feishu::{Feishu, ids};
use crate::lock::lock;

impl Feishu {
    /// The chat that `receive_id` means.
    fn receiver(&self, model: &Model, kind: &str, id: &str) -> Result<String, ApiError> {
        let directory = self.directory();
        let member = match kind {
            "chat_id" => {
                let chat = model.chats.get(id).ok_or_else(|| ApiError::new(230034, "The receive_id is invalid."))?;
                if !chat.robot_is_in {
                    return Err(ApiError::new(230002, "The bot can not be outside the group."));
                }
                return Ok(chat.id.clone());
            }
            "email" => directory.by_email(id).ok_or_else(|| ApiError::new(230034, "The receive_id is invalid."))?,
            _ => {
                let kind = IdType::parse(kind).ok_or_else(|| {
                    ApiError::field(
                        "receive_id_type",
                        kind,
                        "receive_id_type is not one of open_id, user_id, union_id, email, chat_id",
                    )
                })?;
                directory.by_id(kind, id).ok_or_else(|| unknown_id(kind, id))?
            }
        };
        if !self.in_range(member) {
            return Err(ApiError::new(230013, "Bot has NO availability to this user."));
        }
        Ok(ids::direct_chat(&member.person.key))
    }

    /// Keeps a message of the robot and gives its id. The same `uuid` within an hour gives the first message again.
    fn keep(
        &self,
        model: &mut Model,
        chat: &str,
        kind: &str,
        content: Content,
        uuid: Option<&str>,
        parent: Option<&Message>,
    ) -> String {
        let now = self.shell.clock.millis();
        let message = Message {
            id: self.new_message_id(),
            chat: chat.to_owned(),
            at: now,
            updated_at: now,
            sender: Sender::Robot,
            kind: kind.to_owned(),
            content: content.value,
            card: content.card,
            mentions: content.mentions,
            mentions_all: content.mentions_all,
            root: parent.map(|parent| parent.root.clone().unwrap_or_else(|| parent.id.clone())),
            parent: parent.map(|parent| parent.id.clone()),
            edits: 0,
            recalled: false,
            read_by: Default::default(),
            reactions: Vec::new(),
            pinned: None,
        };
        let id = message.id.clone();
        if let Some(uuid) = uuid {
            model.uuids.insert(uuid.to_owned(), (id.clone(), now));
        }
        model.add(message);
        id
    }

    /// The answer to a repeated `uuid`: the first message, or a refusal (§14 leaves it open).
    fn sent_under(&self, model: &Model, uuid: Option<&str>) -> Option<ApiResult> {
        let (id, at) = model.uuids.get(uuid?)?;
        if self.shell.clock.millis() - at >= HOUR {
            return None;
        }
        Some(match lock(&self.options).repeated_uuid_is_refused {
            true => Err(ApiError::new(230049, "The message is being sent.")),
            false => success(self.message_object(model, id)),
        })
    }
}

fn check_uuid(body: &Value) -> Result<Option<&str>, ApiError> {
    let uuid = optional_text(body, "uuid")?;
    match uuid {
        Some(text) if text.chars().count() > 50 => Err(ApiError::field("uuid", text, "the max len is 50")),
        other => Ok(other),
    }
}

/// Pictures and files must have been uploaded by this app.
fn check_resources(model: &Model, kind: &str, content: &Content) -> Result<(), ApiError> {
    let names: &[&str] = match kind {
        "image" => &["image_key"],
        "file" | "audio" | "media" => &["file_key", "image_key"],
        _ => &[],
    };
    let keys = names.iter().filter_map(|name| content.value.get(name)).filter_map(Value::as_str);
    for key in keys {
        if !model.resources.contains(key) {
            return Err(ApiError::new(230017, "Bot is NOT the owner of the resource."));
        }
    }
    Ok(())
}

/// `POST /open-apis/im/v1/messages`
pub(in crate::feishu) async fn send(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let id_type = params.get("receive_id_type").ok_or_else(|| ApiError::required("receive_id_type"))?;
    let receive_id = text(&body, "receive_id")?;
    let kind = text(&body, "msg_type")?;
    let content = content_text(&body)?;
    let uuid = check_uuid(&body)?;
    let content = content::check(&feishu.directory(), kind, content)?;
    let object = {
        let mut model = lock(&feishu.model);
        let chat = feishu.receiver(&model, id_type, receive_id)?;
        if let Some(first) = feishu.sent_under(&model, uuid) {
            return first;
        }
        check_resources(&model, kind, &content)?;
        feishu.message_limit(&format!("chat {chat}"))?;
        let id = feishu.keep(&mut model, &chat, kind, content, uuid, None);
        feishu.message_object(&model, &id)
    };
    feishu.shell.changed();
    success(object)
}

/// `POST /open-apis/im/v1/messages/:message_id/reply`
pub(in crate::feishu) async fn reply(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(parent): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = text(&body, "msg_type")?;
    let content = content_text(&body)?;
    let uuid = check_uuid(&body)?;
    let content = content::check(&feishu.directory(), kind, content)?;
    let parent = {
        let model = lock(&feishu.model);
        let parent = existing(&model, &parent)?.clone();
        if parent.recalled {
            return Err(ApiError::new(230011, "The message is recalled."));
        }
        if !model.chats.get(&parent.chat).is_some_and(|chat| chat.robot_is_in) {
            return Err(ApiError::new(230002, "The bot can not be outside the group."));
        }
        if let Some(first) = feishu.sent_under(&model, uuid) {
            return first;
        }
        parent
    };
    feishu.message_limit(&format!("chat {}", parent.chat))?;
    let object = {
        let mut model = lock(&feishu.model);
        check_resources(&model, kind, &content)?;
        let id = feishu.keep(&mut model, &parent.chat, kind, content, uuid, Some(&parent));
        feishu.message_object(&model, &id)
    };
    feishu.shell.changed();
    success(object)
}
