//! Sending, changing, recalling and reading messages (Feishu §3.2–3.4, §3.6).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::content::{self, Content};
use super::directory::IdType;
use super::error::{ApiError, ApiResult, ok_with, success};
use super::limits::Limit;
use super::model::{Message, Model, Sender};
use super::request::{JsonBody, Params, optional_text, text};
use super::token::Caller;
use super::{Feishu, card, ids};
use crate::lock::lock;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Our tenant's window for edits and recalls; the real one is set by its administrator.
const WINDOW: i64 = DAY;
const MOST_EDITS: u32 = 20;

impl Feishu {
    fn message_limit(&self, what: &str) -> Result<(), ApiError> {
        let now = self.shell.clock.millis();
        let limit = Limit::per_second(lock(&self.options).messages_per_second);
        let taken = lock(&self.limits).take(what, &[limit], now);
        taken.map_err(|_| ApiError::new(230020, "This operation triggers the frequency limit."))
    }

    /// The chat that `receive_id` means.
    fn receiver(&self, model: &Model, kind: &str, id: &str) -> Result<String, ApiError> {
        let member = match kind {
            "chat_id" => {
                let chat = model.chats.get(id).ok_or_else(|| ApiError::new(230034, "The receive_id is invalid."))?;
                if !chat.robot_is_in {
                    return Err(ApiError::new(230002, "The bot can not be outside the group."));
                }
                return Ok(chat.id.clone());
            }
            "email" => {
                self.directory.by_email(id).ok_or_else(|| ApiError::new(230034, "The receive_id is invalid."))?
            }
            _ => {
                let kind = IdType::parse(kind).ok_or_else(|| {
                    ApiError::field(
                        "receive_id_type",
                        kind,
                        "receive_id_type is not one of open_id, user_id, union_id, email, chat_id",
                    )
                })?;
                self.directory.by_id(kind, id).ok_or_else(|| unknown_id(kind, id))?
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

    fn message_object(&self, model: &Model, id: &str) -> Value {
        model
            .messages
            .get(id)
            .map(|message| message.object(&self.directory, IdType::Open, &message.content))
            .unwrap_or_default()
    }
}

/// The platform's complaint about an id that nobody has.
pub(super) fn unknown_id(kind: IdType, id: &str) -> ApiError {
    let foreign = kind == IdType::Open && id.starts_with("ou_") && id.len() == 35;
    if foreign {
        ApiError::new(99992361, "open_id cross app")
    } else {
        ApiError::new(99992351, format!("not a valid {{{}}}: {id}", kind.name()))
    }
}

fn check_uuid(body: &Value) -> Result<Option<&str>, ApiError> {
    let uuid = optional_text(body, "uuid")?;
    match uuid {
        Some(text) if text.chars().count() > 50 => Err(ApiError::field("uuid", text, "the max len is 50")),
        other => Ok(other),
    }
}

/// `content` must be a string that holds JSON; an object is the mistake of many callers.
fn content_text(body: &Value) -> Result<&str, ApiError> {
    match body.get("content") {
        Some(Value::Object(_) | Value::Array(_)) => {
            Err(ApiError::field("content", "", "content must be a string in json format"))
        }
        _ => text(body, "content"),
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

/// The robot's own message, not recalled.
pub(super) fn own_message<'a>(model: &'a Model, id: &str, not_own: ApiError) -> Result<&'a Message, ApiError> {
    let message = existing(model, id)?;
    if message.sender != Sender::Robot {
        return Err(not_own);
    }
    if message.recalled {
        return Err(ApiError::new(230011, "The message is recalled."));
    }
    Ok(message)
}

fn existing<'a>(model: &'a Model, id: &str) -> Result<&'a Message, ApiError> {
    model.messages.get(id).ok_or_else(|| ApiError::im_parameter(format!("invalid message_id {id}")))
}

/// `POST /open-apis/im/v1/messages`
pub(super) async fn send(
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
    let content = content::check(&feishu.directory, kind, content)?;
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
pub(super) async fn reply(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(parent): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = text(&body, "msg_type")?;
    let content = content_text(&body)?;
    let uuid = check_uuid(&body)?;
    let content = content::check(&feishu.directory, kind, content)?;
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

/// `PUT /open-apis/im/v1/messages/:message_id`: edits a text or a post.
pub(super) async fn edit(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let kind = text(&body, "msg_type")?;
    if !matches!(kind, "text" | "post") {
        return Err(ApiError::new(230054, "This operation is not supported for this message type."));
    }
    let content = content::check(&feishu.directory, kind, content_text(&body)?)?;
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
pub(super) async fn update_card(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let content = content::check(&feishu.directory, "interactive", content_text(&body)?)?;
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
pub(super) async fn recall(State(feishu): State<Arc<Feishu>>, _: Caller, Path(id): Path<String>) -> ApiResult {
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

/// `GET /open-apis/im/v1/messages/:message_id`
pub(super) async fn get(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let model = lock(&feishu.model);
    let message = existing(&model, &id)?;
    let content = shown_content(&feishu, message, params.get("card_msg_content_type"));
    success(json!({"items": [message.object(&feishu.directory, id_type, &content)]}))
}

/// `GET /open-apis/im/v1/messages`
pub(super) async fn list(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
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
        message.object(&feishu.directory, IdType::Open, &content)
    });
    success(page.answer(items.collect()))
}

/// A card is read in a simplified form, unless it is asked for as it was sent.
fn shown_content(feishu: &Feishu, message: &Message, card_form: Option<&str>) -> Value {
    match &message.card {
        Some(shown) if card_form != Some("user_card_content") => {
            let (view, _) = card::layout(&feishu.directory, &shown.shared);
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
pub(super) async fn read_users(
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
    let items = page.items.iter().filter_map(|(key, at)| {
        let member = feishu.directory.by_key(key)?;
        Some(json!({"user_id_type": id_type.name(), "user_id": member.id(id_type), "timestamp": at.to_string(), "tenant_key": ids::tenant()}))
    });
    success(page.answer(items.collect()))
}
