//! The two webhooks that take a message body: the custom robot of a group (§1) and the session of a robot message
//! (§3.7).

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::dingtalk::Dingtalk;
use crate::dingtalk::chat::{Author, Mention, Message};
use crate::dingtalk::content::{Content, ContentError};
use crate::dingtalk::refusal::OldRefusal;
use crate::dingtalk::settings::Settings;
use crate::dingtalk::signature;
use crate::dingtalk::tenant::{CustomRobot, Tenant, remember};
use crate::lock::lock;

const SIZE_LIMIT: usize = 20_000;
const CLOCK_SKEW_MS: i64 = 60 * 60 * 1000;
const MENTION_LIMIT: usize = 50;

/// What a webhook was called with.
struct Posted {
    method: Method,
    is_json: bool,
    query: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Posted {
    fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// `POST oapi/robot/send`
pub(crate) async fn custom_robot(State(sim): State<Arc<Dingtalk>>, request: Request) -> Response {
    let posted = read(request).await;
    sim.answer_old(sim.custom_robot(&posted))
}

/// `POST oapi/robot/sendBySession`
pub(crate) async fn session(State(sim): State<Arc<Dingtalk>>, request: Request) -> Response {
    let posted = read(request).await;
    sim.answer_old(sim.session_reply(&posted))
}

async fn read(request: Request) -> Posted {
    let (parts, body) = request.into_parts();
    let content_type =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Posted {
        method: parts.method,
        is_json: content_type.to_ascii_lowercase().contains("application/json"),
        query: url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect(),
        body: to_bytes(body, usize::MAX).await.map(|bytes| bytes.to_vec()).unwrap_or_default(),
    }
}

impl Dingtalk {
    /// The order of the checks is our choice, it is not documented: method, token, body, kind, security, size, rate.
    fn custom_robot(self: &Arc<Self>, posted: &Posted) -> Result<Value, OldRefusal> {
        let now_ms = self.shell.clock.millis();
        let tenant = &mut *lock(&self.tenant);
        if posted.method != Method::POST {
            return Err(OldRefusal::plain(43002, "需要POST请求"));
        }
        let token = posted.query("access_token").ok_or_else(|| OldRefusal::plain(40035, "缺少参数 access_token"))?;
        let Some(robot) = tenant.custom_robots.get(token) else {
            return Err(unknown_robot(&tenant.settings));
        };
        let (body, content) = message(posted)?;
        check_security(posted, robot, &tenant.settings, &content, now_ms)?;
        if posted.body.len() > SIZE_LIMIT {
            return Err(OldRefusal::plain(460_101, "message too long, exceed 20000 bytes"));
        }
        let too_fast = tenant.settings.uncertain.robot_too_fast.clone();
        let Some(robot) = tenant.custom_robots.get_mut(token) else {
            return Err(unknown_robot(&tenant.settings));
        };
        let uuid = body.get("msgUuid").and_then(Value::as_str);
        if uuid.is_some_and(|uuid| robot.seen.iter().any(|seen| seen == uuid)) {
            return Ok(json!({"errcode": 0, "errmsg": "ok"}));
        }
        if !robot.minute.admit(now_ms) {
            return Err(OldRefusal::plain(too_fast.0, too_fast.1));
        }
        if let Some(uuid) = uuid {
            remember(&mut robot.seen, uuid);
        }
        let (chat, author) = (robot.chat.clone(), Author::CustomRobot(robot.name.clone()));
        self.post(tenant, &chat, author, &body, content);
        Ok(json!({"errcode": 0, "errmsg": "ok"}))
    }

    fn session_reply(self: &Arc<Self>, posted: &Posted) -> Result<Value, OldRefusal> {
        let now_ms = self.shell.clock.millis();
        let tenant = &mut *lock(&self.tenant);
        if posted.method != Method::POST {
            return Err(OldRefusal::plain(43002, "需要POST请求"));
        }
        let unknown = || OldRefusal::plain(300_001, "session 不存在");
        let key = posted.query("session").ok_or_else(unknown)?;
        let session = tenant.sessions.get_mut(key).filter(|session| session.expires_ms > now_ms).ok_or_else(unknown)?;
        if serde_json::from_slice::<Value>(&posted.body).is_ok_and(|body| body["msgtype"] == "empty") {
            return Ok(json!({"errcode": 0, "errmsg": "ok"}));
        }
        let (body, content) = message(posted)?;
        if posted.body.len() > SIZE_LIMIT {
            return Err(OldRefusal::plain(460_101, "message too long, exceed 20000 bytes"));
        }
        if let Some(uuid) = body.get("msgUuid").and_then(Value::as_str) {
            if session.seen.iter().any(|seen| seen == uuid) {
                return Ok(json!({"errcode": 0, "errmsg": "ok"}));
            }
            remember(&mut session.seen, uuid);
        }
        let chat = session.chat.clone();
        self.post(tenant, &chat, Author::Robot, &body, content);
        Ok(json!({"errcode": 0, "errmsg": "ok"}))
    }

    /// Puts a webhook message into a chat, with its mentions.
    pub(crate) fn post(
        self: &Arc<Self>,
        tenant: &mut Tenant,
        chat: &str,
        author: Author,
        body: &Value,
        content: Content,
    ) {
        let (mentions, content) = mentions(tenant, chat, body, content);
        let mut message = Message::new(self.message_id(), self.shell.clock.millis(), author, content);
        message.mentions = mentions;
        self.show(tenant, chat, message);
    }
}

fn message(posted: &Posted) -> Result<(Value, Content), OldRefusal> {
    if !posted.is_json {
        return Err(OldRefusal::plain(43004, "无效的HTTP HEADER Content-Type"));
    }
    let body: Value = serde_json::from_slice(&posted.body).ok().filter(Value::is_object).ok_or_else(no_json)?;
    match Content::from_webhook(&body) {
        Ok(content) => Ok((body, content)),
        Err(ContentError::UnknownKind(kind)) => {
            Err(OldRefusal::plain(400_105, format!("错误描述: 不支持类型 msgType:{kind} ;解决方案:请使用支持的类型;")))
        }
        Err(ContentError::Missing(name)) => Err(OldRefusal::plain(40035, format!("缺少参数 {name}"))),
    }
}

fn unknown_robot(settings: &Settings) -> OldRefusal {
    let (code, text) = settings.uncertain.robot_unknown.clone();
    OldRefusal::plain(code, text)
}

fn no_json() -> OldRefusal {
    OldRefusal::plain(40035, "缺少参数 json")
}

fn check_security(
    posted: &Posted,
    robot: &CustomRobot,
    settings: &Settings,
    content: &Content,
    now_ms: i64,
) -> Result<(), OldRefusal> {
    let failed = |reason: &'static str| OldRefusal::plain(310_000, reason);
    let text = content.visible_text();
    if !settings.robot_keywords.is_empty() && !settings.robot_keywords.iter().any(|keyword| text.contains(keyword)) {
        return Err(failed("keywords not in content"));
    }
    if settings.robot_signature {
        let timestamp = posted.query("timestamp").unwrap_or_default();
        let at_ms: i64 = timestamp.parse().map_err(|_| failed("invalid timestamp"))?;
        if (now_ms - at_ms).abs() > CLOCK_SKEW_MS {
            return Err(failed("invalid timestamp"));
        }
        let expected = signature::timestamp_and_secret(&robot.secret, timestamp);
        if !signature::equal(&expected, posted.query("sign").unwrap_or_default()) {
            return Err(failed("sign not match"));
        }
    }
    Ok(())
}

/// Whom a webhook message really mentions: members of the group that are listed in `at` and written `@id` in the text.
/// In the text the person's name takes the place of the id, and a number that is nobody's is masked.
fn mentions(tenant: &Tenant, chat: &str, body: &Value, mut content: Content) -> (Vec<Mention>, Content) {
    if !content.may_mention() {
        return (Vec::new(), content);
    }
    let list = |name: &str| -> Vec<&str> {
        body.pointer(&format!("/at/{name}"))
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).take(MENTION_LIMIT).collect())
            .unwrap_or_default()
    };
    let people = tenant.chat(chat).map(|chat| chat.people()).unwrap_or_default();
    let mut found = Vec::new();
    if body.pointer("/at/isAtAll").is_some_and(|all| *all == true || *all == "true") {
        found.push(Mention::All);
    }
    let by_user = list("atUserIds").into_iter().map(|id| (id, tenant.directory.member(id)));
    let by_mobile = list("atMobiles")
        .into_iter()
        .map(|mobile| (mobile, tenant.directory.members.iter().find(|member| member.mobile == mobile)));
    for (written, member) in by_user.chain(by_mobile) {
        let written_at = format!("@{written}");
        let member = member.filter(|member| people.contains(&member.user_id.as_str()));
        let shown = member.map_or_else(|| "@***".to_owned(), |member| format!("@{}", member.name));
        if content.replace(&written_at, &shown)
            && let Some(member) = member
        {
            found.push(Mention::Person(member.user_id.clone()));
        }
    }
    (found, content)
}
