//! Conversations as the clients show them.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::model::{Chat, Message, Model, Sender};
use super::{Feishu, PLATFORM, card};
use crate::lock::lock;
use crate::view::{Body, ConversationKind, ConversationView, MessageView, PlatformView};

impl Feishu {
    pub(super) fn platform_view(&self, viewer: Option<&str>) -> PlatformView {
        let model = lock(&self.model);
        let mut chats: Vec<&Chat> = model.chats.values().collect();
        let order = |chat: &Chat| {
            let organisation = &self.shell.organisation;
            let seeded = match &chat.direct {
                None => organisation.groups.iter().position(|group| group.key == chat.key),
                Some(person) => organisation.people.iter().position(|known| known.key == *person),
            };
            (chat.direct.is_some(), seeded.unwrap_or(usize::MAX))
        };
        chats.sort_by_key(|chat| order(chat));
        PlatformView {
            platform: PLATFORM,
            conversations: chats
                .into_iter()
                .filter(|chat| self.is_played(chat))
                .map(|chat| self.conversation_view(&model, chat, viewer))
                .collect(),
            connections: lock(&self.sockets).count(),
            delivery: lock(&self.delivery).clone(),
            waiting_events: self.waiting.load(Ordering::Relaxed),
        }
    }

    /// Whether the page shows a chat: people of a crowd are only shown once they were written to.
    fn is_played(&self, chat: &Chat) -> bool {
        let Some(person) = &chat.direct else { return true };
        !chat.messages.is_empty() || self.shell.organisation.person(person).is_some()
    }

    fn conversation_view(&self, model: &Model, chat: &Chat, viewer: Option<&str>) -> ConversationView {
        // In a direct conversation only one person looks on.
        let viewer = chat.direct.as_deref().or(viewer);
        let messages = chat.messages.iter().filter_map(|id| model.messages.get(id));
        ConversationView {
            id: chat.id.clone(),
            key: chat.key.clone(),
            name: chat.name.clone(),
            kind: if chat.direct.is_some() { ConversationKind::Direct } else { ConversationKind::Group },
            members: chat.members.clone(),
            total: chat.messages.len(),
            messages: messages.map(|message| self.message_view(message, viewer)).collect(),
        }
    }

    fn message_view(&self, message: &Message, viewer: Option<&str>) -> MessageView {
        let mut mentions: Vec<String> = message
            .mentions
            .iter()
            .map(|mention| mention.person.clone().unwrap_or_else(|| "robot".to_owned()))
            .collect();
        if message.mentions_all {
            mentions.push("all".into());
        }
        let (person, sender) = match &message.sender {
            Sender::Person(key) => (Some(key.clone()), self.directory().name(key).to_owned()),
            Sender::Robot => (None, self.shell.organisation.robot_name.clone()),
            Sender::CustomRobot(name) => (None, name.clone()),
        };
        let text = if message.recalled { String::new() } else { self.plain_text(message, viewer) };
        let body = if message.recalled {
            Body::Other { label: "消息已撤回".into() }
        } else {
            self.body(message, viewer, &text)
        };
        MessageView {
            id: message.id.clone(),
            at: Timestamp::from_millisecond(message.at).unwrap_or(Timestamp::UNIX_EPOCH),
            person,
            sender,
            text,
            body,
            reply_to: message.parent.clone(),
            edited: message.edits > 0,
            recalled: message.recalled,
            mentions,
            read_by: message.read_by.keys().cloned().collect(),
        }
    }

    fn body(&self, message: &Message, viewer: Option<&str>, text: &str) -> Body {
        match (&message.card, message.kind.as_str()) {
            (Some(shown), _) => Body::Card { card: card::layout(&self.directory(), shown.as_seen_by(viewer)).0 },
            (None, "text") => Body::Text { text: text.to_owned() },
            (None, "post") => {
                let title = message.content.get("title").and_then(Value::as_str).unwrap_or_default();
                let text = text.strip_prefix(title).unwrap_or(text).trim_start_matches('\n');
                Body::Markdown { title: title.to_owned(), text: text.to_owned() }
            }
            (None, kind) => Body::Other { label: format!("[{kind}]") },
        }
    }

    /// A message as plain text, with names in place of placeholders.
    pub(super) fn plain_text(&self, message: &Message, viewer: Option<&str>) -> String {
        let raw = match (&message.card, message.kind.as_str()) {
            (Some(shown), _) => card::layout(&self.directory(), shown.as_seen_by(viewer)).0.plain_text(),
            (None, "text") => message.content.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
            (None, "post") => post_text(&message.content),
            (None, kind) => format!("[{kind}]"),
        };
        let mut text = raw.replace("@_all", "@所有人");
        // From the last to the first, so that `@_user_1` does not strike inside `@_user_12`.
        let directory = self.directory();
        for mention in message.mentions.iter().rev() {
            let name = match &mention.person {
                Some(key) => directory.name(key),
                None => &self.shell.organisation.robot_name,
            };
            text = text.replace(&mention.placeholder, &format!("@{name}"));
        }
        text
    }
}

fn post_text(content: &Value) -> String {
    let member = |element: &Value, name: &str| element.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let piece = |element: &Value| match element.get("tag").and_then(Value::as_str) {
        Some("a") => format!("[{}]({})", member(element, "text"), member(element, "href")),
        Some("at") => member(element, "user_id"),
        Some("img") => "[图片]".to_owned(),
        Some("media") => "[视频]".to_owned(),
        Some("emotion") => format!("[{}]", member(element, "emoji_type")),
        Some("hr") => "---".to_owned(),
        _ => member(element, "text"),
    };
    let paragraphs = content.get("content").and_then(Value::as_array).into_iter().flatten();
    let lines = paragraphs.map(|paragraph| paragraph.as_array().into_iter().flatten().map(piece).collect::<String>());
    let title = content.get("title").and_then(Value::as_str).unwrap_or_default().to_owned();
    std::iter::once(title).chain(lines).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
