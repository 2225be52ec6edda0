//! What the clients show.

use jiff::Timestamp;
use serde_json::json;

use super::Dingtalk;
use super::chat::{Author, Chat, ChatKind, Mention, Message};
use super::content::{Content, Link};
use super::tenant::Tenant;
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::platform::PlatformName;
use crate::view::{Block, Body, Button, CardView, ConversationKind, ConversationView, MessageView, PlatformView};

impl Dingtalk {
    /// Puts a message into a chat, where everybody sees it at once.
    pub(crate) fn show(&self, tenant: &mut Tenant, chat: &str, message: Message) {
        let view = tenant.chat(chat).map(|chat| self.message_view(tenant, chat, &message, None));
        if let Some(view) = view {
            let content = json!({"chat": chat, "message": view.id, "sender": view.sender, "text": view.text});
            self.note(EntryKind::Shown, "message", content, serde_json::Value::Null);
        }
        if let Some(chat) = tenant.chat_mut(chat) {
            chat.messages.push(message);
        }
        self.shell.changed();
    }

    /// Everything, as `viewer` (a person's key) sees it.
    pub(crate) fn platform_view(&self, viewer: Option<&str>) -> PlatformView {
        let tenant = &*lock(&self.tenant);
        let viewer = viewer.and_then(|key| tenant.directory.known_as(key)).map(|member| member.user_id.as_str());
        PlatformView {
            platform: PlatformName::Dingtalk,
            conversations: sorted(tenant)
                .filter(|chat| self.is_played(tenant, chat))
                .map(|chat| self.conversation_view(tenant, chat, viewer))
                .collect(),
            connections: tenant.connections.count(),
            delivery: tenant.delivery.clone(),
            waiting_events: tenant.waiting,
        }
    }

    /// Whether the page shows a chat: people of a crowd are only shown once they were written to.
    fn is_played(&self, tenant: &Tenant, chat: &Chat) -> bool {
        let ChatKind::Robot(user_id) = &chat.kind else { return true };
        !chat.messages.is_empty() || self.shell.organisation.person(&key_of(tenant, user_id)).is_some()
    }

    fn conversation_view(&self, tenant: &Tenant, chat: &Chat, viewer: Option<&str>) -> ConversationView {
        let (key, name, kind) = match &chat.kind {
            ChatKind::Group(group) => (group.key.clone(), group.title.clone(), ConversationKind::Group),
            ChatKind::Robot(user_id) => (key_of(tenant, user_id), name_of(tenant, user_id), ConversationKind::Direct),
        };
        // In one's own chat with the robot one is always the viewer.
        let viewer = match &chat.kind {
            ChatKind::Robot(user_id) => Some(user_id.as_str()),
            ChatKind::Group(_) => viewer,
        };
        let shown = |message: &&Message| match (&message.only_for, viewer) {
            (Some(only), Some(viewer)) => only.iter().any(|user_id| user_id == viewer),
            _ => true,
        };
        let messages: Vec<MessageView> = chat
            .messages
            .iter()
            .filter(shown)
            .map(|message| self.message_view(tenant, chat, message, viewer))
            .collect();
        ConversationView {
            id: chat.id.clone(),
            key,
            name,
            kind,
            members: chat.people().into_iter().map(|user_id| key_of(tenant, user_id)).collect(),
            total: messages.len(),
            messages,
        }
    }

    fn message_view(&self, tenant: &Tenant, chat: &Chat, message: &Message, viewer: Option<&str>) -> MessageView {
        let robot = &self.shell.organisation.robot_name;
        let body = body(tenant, &message.content, viewer);
        let text = match &body {
            Body::Card { card } => card.plain_text(),
            Body::Text { text } => text.clone(),
            Body::Markdown { title, text } => format!("{title}\n{text}"),
            Body::Other { label } => label.clone(),
        };
        let edited = match &message.content {
            Content::Card { out_track_id } => tenant.cards.get(out_track_id).is_some_and(|card| card.updated),
            _ => false,
        };
        MessageView {
            id: message.id.clone(),
            at: Timestamp::from_millisecond(message.at_ms).unwrap_or_default(),
            person: match &message.author {
                Author::Person(user_id) => Some(key_of(tenant, user_id)),
                _ => None,
            },
            sender: match &message.author {
                Author::Person(user_id) => name_of(tenant, user_id),
                Author::Robot => robot.clone(),
                Author::CustomRobot(name) => name.clone(),
                Author::WorkNotice => format!("工作通知 · {robot}"),
            },
            text,
            body,
            reply_to: message.reply_to.clone(),
            edited,
            recalled: message.recalled,
            mentions: message
                .mentions
                .iter()
                .map(|mention| match mention {
                    Mention::Person(user_id) => key_of(tenant, user_id),
                    Mention::Robot => "robot".to_owned(),
                    Mention::All => "all".to_owned(),
                })
                .collect(),
            read_by: message
                .read_by
                .iter()
                .filter(|user_id| chat.people().contains(&user_id.as_str()))
                .map(|user_id| key_of(tenant, user_id))
                .collect(),
        }
    }
}

/// Groups first.
fn sorted(tenant: &Tenant) -> impl Iterator<Item = &Chat> {
    let groups = tenant.chats.iter().filter(|chat| chat.group().is_some());
    groups.chain(tenant.chats.iter().filter(|chat| chat.group().is_none()))
}

fn body(tenant: &Tenant, content: &Content, viewer: Option<&str>) -> Body {
    match content {
        Content::Text { text } => Body::Text { text: text.clone() },
        Content::Markdown { title, text } => Body::Markdown { title: title.clone(), text: text.clone() },
        Content::Link { title, text, url } => {
            let link = Link { title: title.clone(), url: url.clone() };
            Body::Card { card: linked_card(title, text, std::slice::from_ref(&link)) }
        }
        Content::ActionCard { title, text, links } => Body::Card { card: linked_card(title, text, links) },
        Content::FeedCard { links } => Body::Card { card: linked_card("", "", links) },
        Content::Media { name, .. } => Body::Other { label: name.clone() },
        Content::Card { out_track_id } => {
            let card = tenant.cards.get(out_track_id);
            let template = card.and_then(|card| tenant.templates.iter().find(|known| known.id == card.template_id));
            match (card, template) {
                (Some(card), Some(template)) => {
                    Body::Card { card: template.draw(&card.seen_by(viewer.unwrap_or_default())) }
                }
                _ => Body::Other { label: out_track_id.clone() },
            }
        }
    }
}

fn linked_card(title: &str, text: &str, links: &[Link]) -> CardView {
    let mut blocks = Vec::new();
    if !text.is_empty() {
        blocks.push(Block::Markdown { text: text.to_owned() });
    }
    blocks.extend(links.iter().enumerate().map(|(number, link)| {
        Block::Button(Button {
            key: format!("link{}", number + 1),
            text: link.title.clone(),
            style: "default".to_owned(),
            url: Some(link.url.clone()),
            ..Button::default()
        })
    }));
    CardView { title: title.to_owned(), blocks, ..CardView::default() }
}

fn key_of(tenant: &Tenant, user_id: &str) -> String {
    tenant.directory.member(user_id).map_or_else(|| user_id.to_owned(), |member| member.key.clone())
}

fn name_of(tenant: &Tenant, user_id: &str) -> String {
    tenant.directory.member(user_id).map_or_else(|| user_id.to_owned(), |member| member.name.clone())
}
