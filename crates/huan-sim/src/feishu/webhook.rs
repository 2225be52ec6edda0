//! Custom robots of a group (Feishu §1).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::content;
use super::crypto::robot_signature;
use super::limits::CUSTOM_ROBOT;
use super::model::{Message, Sender};
use super::{Feishu, ids};
use crate::lock::lock;
use crate::organisation::derived_hex;

const BODY_LIMIT: usize = 20 * 1024;

/// A custom robot.
#[derive(Debug, Clone)]
pub(super) struct CustomRobot {
    pub(super) group: String,
    pub(super) token: String,
    /// Empty: no signature is asked for.
    pub(super) secret: String,
    /// One of them must occur, unless there are none.
    pub(super) keywords: Vec<String>,
    pub(super) name: String,
}

/// The robots of the seeded groups: a signed one each, and in the last group one with a keyword.
pub(super) fn seeded(groups: &[&str]) -> Vec<CustomRobot> {
    let robot = |group: &str, kind: &str| {
        let hex = derived_hex(kind, group, 32);
        let token = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        CustomRobot {
            group: group.to_owned(),
            token,
            secret: String::new(),
            keywords: Vec::new(),
            name: "群机器人".into(),
        }
    };
    let mut robots: Vec<CustomRobot> = Vec::new();
    for group in groups {
        let secret = derived_hex("feishu custom robot secret", group, 22);
        robots.push(CustomRobot { secret, ..robot(group, "feishu custom robot") });
    }
    if let Some(group) = groups.last() {
        robots.push(CustomRobot { keywords: vec!["环".into()], ..robot(group, "feishu keyword robot") });
    }
    robots
}

/// A refusal that has the HTTP status that the settings say.
fn refuse(feishu: &Feishu, code: i64, msg: &str) -> Response {
    let status = StatusCode::from_u16(lock(&feishu.options).webhook_failure_status).unwrap_or(StatusCode::OK);
    answer(status, code, msg)
}

fn answer(status: StatusCode, code: i64, msg: &str) -> Response {
    (status, Json(json!({"code": code, "data": {}, "msg": msg}))).into_response()
}

/// `POST /open-apis/bot/v2/hook/{token}`. Checks in the order size, JSON, kind, signature, keywords, rate.
pub(super) async fn receive(State(feishu): State<Arc<Feishu>>, Path(token): Path<String>, body: Bytes) -> Response {
    if body.len() > BODY_LIMIT {
        return answer(StatusCode::BAD_REQUEST, 9499, "Bad Request");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return answer(StatusCode::BAD_REQUEST, 9499, "Bad Request");
    };
    let Some(robot) = feishu.custom_robots.iter().find(|robot| robot.token == token) else {
        return refuse(&feishu, 19001, "param invalid: incoming webhook access token invalid");
    };
    let Some(kind) = body.get("msg_type").and_then(Value::as_str) else {
        return refuse(&feishu, 19002, "params error, msg_type need");
    };
    if !robot.secret.is_empty() && !signature_is_right(&feishu, &robot.secret, &body) {
        return refuse(&feishu, 19021, "sign match fail or timestamp is not within one hour from current time");
    }
    let Some(content) = content_of(kind, &body) else {
        return refuse(&feishu, 19002, "params error, incorrect input format");
    };
    if !robot.keywords.is_empty() && !robot.keywords.iter().any(|keyword| has_text(&content, keyword)) {
        return refuse(&feishu, 19024, "Key Words Not Found");
    }
    let now = feishu.shell.clock.millis();
    if lock(&feishu.limits).take(&format!("hook {token}"), &CUSTOM_ROBOT, now).is_err() {
        return refuse(&feishu, 11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]");
    }
    let content = match content::check(&feishu.directory(), kind, &content.to_string()) {
        Ok(content) => content,
        Err(error) => return refuse(&feishu, 19002, &error.msg),
    };
    let message = Message {
        id: feishu.new_message_id(),
        chat: ids::chat(&robot.group),
        at: now,
        updated_at: now,
        sender: Sender::CustomRobot(robot.name.clone()),
        kind: kind.to_owned(),
        content: content.value,
        card: content.card,
        mentions: content.mentions,
        mentions_all: content.mentions_all,
        root: None,
        parent: None,
        edits: 0,
        recalled: false,
        read_by: Default::default(),
        reactions: Vec::new(),
        pinned: None,
    };
    lock(&feishu.model).add(message);
    feishu.shell.changed();
    Json(json!({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})).into_response()
}

/// `POST /open-apis/bot/hook/{token}`, the old form: `{"title": "optional", "text": "required"}`.
pub(super) async fn receive_old(feishu: State<Arc<Feishu>>, token: Path<String>, body: Bytes) -> Response {
    let Ok(old) = serde_json::from_slice::<Value>(&body) else {
        return answer(StatusCode::BAD_REQUEST, 9499, "Bad Request");
    };
    let Some(text) = old.get("text").and_then(Value::as_str) else {
        return refuse(&feishu, 19002, "params error, text need");
    };
    let title = old.get("title").and_then(Value::as_str).unwrap_or_default();
    let text = if title.is_empty() { text.to_owned() } else { format!("{title}\n{text}") };
    let new = json!({"msg_type": "text", "content": {"text": text}, "timestamp": old.get("timestamp"), "sign": old.get("sign")});
    receive(feishu, token, Bytes::from(new.to_string())).await
}

fn signature_is_right(feishu: &Feishu, secret: &str, body: &Value) -> bool {
    let timestamp = match body.get("timestamp") {
        Some(Value::String(text)) => text.parse::<i64>().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        _ => None,
    };
    let (Some(timestamp), Some(sign)) = (timestamp, body.get("sign").and_then(Value::as_str)) else { return false };
    let fresh = (feishu.shell.clock.seconds() - timestamp).abs() <= 3600;
    fresh && bool::from(robot_signature(timestamp, secret).as_bytes().ct_eq(sign.as_bytes()))
}

/// Here `content` is an object, and a card stands in `card`.
fn content_of(kind: &str, body: &Value) -> Option<Value> {
    match kind {
        "interactive" => body.get("card").filter(|card| card.is_object()).cloned(),
        "post" => body.pointer("/content/post").filter(|post| post.is_object()).cloned(),
        "share_chat" => body.pointer("/content/share_chat_id").map(|id| json!({"chat_id": id})),
        "text" | "image" => body.get("content").filter(|content| content.is_object()).cloned(),
        _ => None,
    }
}

/// Whether `keyword` stands in a text or title, not in an address.
fn has_text(value: &Value, keyword: &str) -> bool {
    match value {
        Value::String(text) => text.contains(keyword),
        Value::Array(list) => list.iter().any(|item| has_text(item, keyword)),
        Value::Object(members) => members
            .iter()
            .any(|(name, member)| !matches!(name.as_str(), "href" | "url" | "tag") && has_text(member, keyword)),
        _ => false,
    }
}
