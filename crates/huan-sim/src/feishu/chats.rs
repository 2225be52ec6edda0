//! Groups (Feishu §3.9).

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::directory::IdType;
use super::error::{ApiError, ApiResult, success};
use super::messages::unknown_id;
use super::model::{Chat, Model};
use super::request::{JsonBody, Params, optional_text, texts};
use super::token::Caller;
use super::{Feishu, ids};
use crate::lock::lock;

const UUID_HOURS_MILLIS: i64 = 10 * 3_600_000;

impl Feishu {
    fn chat_fields(&self, chat: &Chat, id_type: IdType) -> Value {
        let directory = self.directory();
        let owner = chat.owner.as_deref().and_then(|key| directory.by_key(key)).map_or("", |member| member.id(id_type));
        json!({
            "avatar": "", "name": chat.name, "description": chat.description, "owner_id": owner, "owner_id_type": id_type.name(),
            "external": false, "tenant_key": ids::tenant(), "chat_status": "normal",
        })
    }

    fn chat_details(&self, chat: &Chat, id_type: IdType) -> Value {
        let mut details = self.chat_fields(chat, id_type);
        let more = json!({
            "chat_mode": if chat.direct.is_some() { "p2p" } else { "group" }, "chat_type": "private", "chat_tag": "inner",
            "urgent_setting": if chat.all_may_urge { "all_members" } else { "only_owner" },
            "add_member_permission": "all_members", "share_card_permission": "allowed", "at_all_permission": "all_members",
            "edit_permission": "all_members", "membership_approval": "no_approval_required", "group_message_type": "chat",
            "join_message_visibility": "all_members", "leave_message_visibility": "all_members", "moderation_permission": "all_members",
            "user_count": chat.members.len().to_string(), "bot_count": usize::from(chat.robot_is_in).to_string(),
        });
        if let (Some(details), Some(more)) = (details.as_object_mut(), more.as_object()) {
            details.extend(more.clone());
        }
        details
    }
}

fn existing<'a>(model: &'a Model, id: &str) -> Result<&'a Chat, ApiError> {
    let chat = model
        .chats
        .get(id)
        .ok_or_else(|| ApiError::new(232006, "Your request specifies a chat_id which is invalid."))?;
    if chat.robot_is_in { Ok(chat) } else { Err(ApiError::new(232011, "Operator can NOT be out of the chat.")) }
}

/// `GET /open-apis/im/v1/chats`: the groups that the robot is in.
pub(super) async fn list(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    list_where(&feishu, &params, |_| true)
}

/// `GET /open-apis/im/v1/chats/search`
pub(super) async fn search(State(feishu): State<Arc<Feishu>>, _: Caller, params: Params) -> ApiResult {
    let query = params.get("query").unwrap_or_default();
    list_where(&feishu, &params, |chat| chat.name.contains(query))
}

fn list_where(feishu: &Feishu, params: &Params, wanted: impl Fn(&Chat) -> bool) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let model = lock(&feishu.model);
    let chats: Vec<&Chat> =
        model.chats.values().filter(|chat| chat.direct.is_none() && chat.robot_is_in && wanted(chat)).collect();
    let page = params.page(&chats, 20, 100)?;
    let items = page.items.iter().map(|chat| {
        let mut item = feishu.chat_fields(chat, id_type);
        item["chat_id"] = json!(chat.id);
        item
    });
    success(page.answer(items.collect()))
}

/// `GET /open-apis/im/v1/chats/:chat_id`
pub(super) async fn get(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let model = lock(&feishu.model);
    success(feishu.chat_details(existing(&model, &id)?, id_type))
}

/// `GET /open-apis/im/v1/chats/:chat_id/members`: people only, robots are not listed.
pub(super) async fn members(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
) -> ApiResult {
    let id_type = params.id_type("member_id_type")?;
    let model = lock(&feishu.model);
    let chat = existing(&model, &id)?;
    let page = params.page(&chat.members, 20, 100)?;
    let directory = feishu.directory();
    let items = page.items.iter().filter_map(|key| {
        let member = directory.by_key(key)?;
        Some(json!({"member_id_type": id_type.name(), "member_id": member.id(id_type), "name": member.person.name, "tenant_key": ids::tenant()}))
    });
    let mut answer = page.answer(items.collect());
    answer["member_total"] = json!(chat.members.len());
    success(answer)
}

/// `POST /open-apis/im/v1/chats`
pub(super) async fn create(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let id_type = params.id_type("user_id_type")?;
    let now = feishu.shell.clock.millis();
    let directory = feishu.directory();
    let mut people = Vec::new();
    for id in texts(&body, "user_id_list", 50)? {
        let member = directory
            .by_id(id_type, &id)
            .ok_or_else(|| ApiError::new(232043, "Your request contains unavailable ids."))?;
        people.push(member.person.key.clone());
    }
    texts(&body, "bot_id_list", 5)?;
    let owner = match optional_text(&body, "owner_id")? {
        Some(id) => Some(directory.by_id(id_type, id).ok_or_else(|| unknown_id(id_type, id))?.person.key.clone()),
        None => None,
    };
    people.extend(owner.clone());
    people.sort();
    people.dedup();
    let mut model = lock(&feishu.model);
    if let Some(uuid) = params.get("uuid") {
        let first = model
            .chat_uuids
            .get(uuid)
            .filter(|(_, at)| now - at < UUID_HOURS_MILLIS)
            .and_then(|(id, _)| model.chats.get(id));
        if let Some(chat) = first {
            return created(&feishu, chat, id_type);
        }
    }
    let id = format!("oc_{}", feishu.shell.random.hex::<16>());
    let chat = Chat {
        key: id.clone(),
        name: optional_text(&body, "name")?.unwrap_or("(无主题)").to_owned(),
        description: optional_text(&body, "description")?.unwrap_or_default().to_owned(),
        direct: None,
        members: people.clone(),
        owner,
        robot_is_in: true,
        all_may_urge: optional_text(&body, "urgent_setting")? != Some("only_owner"),
        messages: Vec::new(),
        id: id.clone(),
    };
    let answer = created(&feishu, &chat, id_type);
    model.chats.insert(id.clone(), chat.clone());
    if let Some(uuid) = params.get("uuid") {
        model.chat_uuids.insert(uuid.to_owned(), (id, now));
    }
    drop(model);
    feishu.members_added(&chat, &people);
    feishu.shell.changed();
    answer
}

fn created(feishu: &Feishu, chat: &Chat, id_type: IdType) -> ApiResult {
    let mut data = feishu.chat_details(chat, id_type);
    data["chat_id"] = json!(chat.id);
    success(data)
}

/// `POST /open-apis/im/v1/chats/:chat_id/members`
pub(super) async fn add_members(
    State(feishu): State<Arc<Feishu>>,
    _: Caller,
    Path(id): Path<String>,
    params: Params,
    JsonBody(body): JsonBody,
) -> ApiResult {
    let wanted = texts(&body, "id_list", 50)?;
    if wanted.is_empty() {
        return Err(ApiError::required("id_list"));
    }
    if params.get("member_id_type") == Some("app_id") {
        let unknown: Vec<&String> = wanted.iter().filter(|id| **id != ids::app()).collect();
        existing(&lock(&feishu.model), &id)?;
        return success(json!({"invalid_id_list": unknown, "not_existed_id_list": [], "pending_approval_id_list": []}));
    }
    let id_type = params.id_type("member_id_type")?;
    let mut missing = Vec::new();
    let mut added = Vec::new();
    let chat = {
        let mut model = lock(&feishu.model);
        existing(&model, &id)?;
        for wanted in wanted {
            match feishu.directory().by_id(id_type, &wanted) {
                Some(member) => added.push(member.person.key.clone()),
                None => missing.push(wanted),
            }
        }
        if !missing.is_empty() && params.get("succeed_type").unwrap_or("0") == "0" {
            return Err(ApiError::new(232043, "Your request contains unavailable ids."));
        }
        let Some(chat) = model.chats.get_mut(&id) else { return success(json!({})) };
        added.retain(|key| !chat.members.contains(key));
        chat.members.extend(added.iter().cloned());
        chat.clone()
    };
    feishu.members_added(&chat, &added);
    feishu.shell.changed();
    success(json!({"invalid_id_list": missing, "not_existed_id_list": [], "pending_approval_id_list": []}))
}
