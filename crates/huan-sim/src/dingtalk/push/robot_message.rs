//! A message that somebody wrote to the robot (§5.9 over the stream, §7 over HTTP; the object is the same).

use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::http::Push;
use crate::dingtalk::chat::{Author, Chat, Mention, Message};
use crate::dingtalk::content::Content;
use crate::dingtalk::signature;
use crate::dingtalk::stream::frame::{BOT_MESSAGE, Frame, Kind};
use crate::dingtalk::tenant::{Session, Tenant};
use crate::dingtalk::{Dingtalk, ids};
use crate::lock::lock;
use crate::platform::Delivery;

impl Dingtalk {
    /// Hands a person's message to the program. `text` is what is left after taking the mention of the robot out.
    pub(crate) fn tell_robot_message(
        self: &Arc<Self>,
        tenant: &mut Tenant,
        chat: &Chat,
        message: &Message,
        text: &str,
    ) {
        let data = self.robot_message(tenant, chat, message, text);
        match tenant.delivery.clone() {
            Delivery::Connection => {
                let now_ms = self.shell.clock.millis();
                let frame = Frame::new(Kind::Callback, BOT_MESSAGE, &self.stream_message_id(), now_ms, &data);
                self.push_frame(tenant, frame, None);
            }
            Delivery::Http(addresses) => {
                let url = addresses.robot.unwrap_or(addresses.events);
                tenant.waiting += 1;
                let sim = self.clone();
                let chat = chat.id.clone();
                self.shell.spawn(async move {
                    sim.push_robot_message(&url, &chat, &data).await;
                    lock(&sim.tenant).waiting -= 1;
                });
            }
        }
    }

    fn robot_message(&self, tenant: &mut Tenant, chat: &Chat, message: &Message, text: &str) -> Value {
        let Author::Person(user_id) = &message.author else { return Value::Null };
        let robot = ids::encrypted("robot");
        let (session, expires_ms) = self.new_session(tenant, &chat.id);
        let mut data = json!({
            "senderPlatform": "Win", "conversationId": chat.id, "chatbotCorpId": ids::corp(), "chatbotUserId": robot,
            "msgId": message.id, "senderNick": "", "isAdmin": false, "sessionWebhookExpiredTime": expires_ms,
            "createAt": message.at_ms, "senderCorpId": ids::corp(), "senderId": ids::encrypted(user_id),
            "conversationType": if chat.group().is_some() { "2" } else { "1" },
            "sessionWebhook": session, "robotCode": ids::client(), "msgtype": "text",
        });
        let Some(fields) = data.as_object_mut() else { return data };
        if tenant.settings.inbound_quota_used_up {
            fields.insert("errorCode".into(), json!(20001));
            fields.insert("errorMessage".into(), json!("受调用量超量影响，当前我的消息服务已经暂停，请联系管理员"));
        } else {
            fields.insert("text".into(), json!({"content": text}));
        }
        if let Some(sender) = tenant.directory.member(user_id) {
            fields.insert("senderNick".into(), json!(sender.name));
            if tenant.settings.tell_sender {
                fields.insert("senderStaffId".into(), json!(sender.user_id));
                fields.insert("isAdmin".into(), json!(sender.main_admin));
            }
        }
        if tenant.settings.uncertain.unknown_members {
            fields.insert("openThreadId".into(), json!({"of": ["nobody", 1, null]}));
        }
        if let Some(group) = chat.group() {
            let mut at_users = vec![json!({"dingtalkId": robot})];
            for mention in &message.mentions {
                if let Mention::Person(user_id) = mention {
                    at_users.push(json!({"dingtalkId": ids::encrypted(user_id), "staffId": user_id}));
                }
            }
            fields.insert("conversationTitle".into(), json!(group.title));
            fields.insert("isInAtList".into(), json!(true));
            fields.insert("atUsers".into(), json!(at_users));
        }
        data
    }

    fn new_session(&self, tenant: &mut Tenant, chat: &str) -> (String, i64) {
        let key = self.shell.random.hex::<16>();
        let lifetime = i64::try_from(tenant.settings.session_lifetime.as_millis()).unwrap_or(i64::MAX);
        let expires_ms = self.shell.clock.millis().saturating_add(lifetime);
        let url = format!("{}/robot/sendBySession?session={key}", self.base_url());
        tenant.sessions.insert(key, Session { chat: chat.to_owned(), expires_ms, seen: Default::default() });
        (url, expires_ms)
    }

    /// Nothing is documented about retries of this callback; we retry as with events.
    async fn push_robot_message(self: &Arc<Self>, url: &Url, chat: &str, data: &Value) {
        let retries = lock(&self.tenant).settings.http_retries.clone();
        let mut waits = retries.into_iter();
        loop {
            let timestamp = self.shell.clock.millis().to_string();
            let sign = signature::timestamp_and_secret(&ids::client_secret(), &timestamp);
            let push = Push {
                operation: format!("callback {BOT_MESSAGE}"),
                url,
                headers: vec![("timestamp", timestamp), ("sign", sign)],
                body: data.to_string().into_bytes(),
                told: data,
                limit: self.event_limit(),
            };
            match self.push_http(push).await {
                Ok(answer) if answer.status == 200 => return self.post_answer(chat, &answer.body),
                _ => {}
            }
            let Some(wait) = waits.next() else { return };
            self.shell.clock.sleep(wait).await;
        }
    }

    /// The answer may itself be a message for the conversation (§7.4).
    fn post_answer(self: &Arc<Self>, chat: &str, body: &[u8]) {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        if let Ok(content) = Content::from_webhook(&body) {
            self.post(&mut lock(&self.tenant), chat, Author::Robot, &body, content);
        }
    }
}
