//! What people do in their clients: write, press, read.

use std::sync::Arc;

use serde_json::json;

use super::Dingtalk;
use super::chat::{Author, Chat, Mention, Message};
use super::content::Content;
use super::directory::Member;
use super::ids;
use super::push::event::Event;
use super::tenant::Tenant;
use crate::lock::lock;
use crate::platform::{Place, Press, Pressed, Read, Say, SimError};

impl Dingtalk {
    /// A person writes.
    pub(crate) fn person_says(self: &Arc<Self>, say: &Say) -> Result<String, SimError> {
        let tenant = &mut *lock(&self.tenant);
        let member = tenant.known_person(&say.person)?.clone();
        let chat = match &say.place {
            Place::Group(name) => tenant.group_known_as(name).ok_or_else(|| SimError::unknown("group", name))?,
            Place::Robot => tenant
                .robot_chat(&member.user_id)
                .ok_or_else(|| SimError::unknown("chat with the robot", member.name.as_str()))?,
        }
        .clone();
        if !chat.people().contains(&member.user_id.as_str()) {
            return Err(SimError::NotPossible(format!("{} is not in this group", member.name)));
        }
        let robot = &self.shell.organisation.robot_name;
        let mut message = Message::new(
            self.message_id(),
            self.shell.clock.millis(),
            Author::Person(member.user_id.clone()),
            Content::Text { text: say.text.clone() },
        );
        message.mentions = mentioned(tenant, &chat, robot, say);
        message.reply_to = say.reply_to.clone();
        message.read_by.insert(member.user_id.clone());
        let id = message.id.clone();
        let to_robot = chat.group().is_none()
            || (message.mentions.contains(&Mention::Robot) && chat.group().is_some_and(|group| group.has_robot));
        self.show(tenant, &chat.id, message.clone());
        if to_robot {
            // The mention of the robot is taken out, the blank after it stays (§7.2).
            let text = say.text.replace(&format!("@{robot}"), "");
            self.tell_robot_message(tenant, &chat, &message, &text);
        }
        Ok(id)
    }

    /// A person presses a button.
    pub(crate) async fn person_presses(self: &Arc<Self>, press: &Press) -> Result<Pressed, SimError> {
        let (member, chat, content) = {
            let tenant = lock(&self.tenant);
            let member = tenant.known_person(&press.person)?.clone();
            let (chat, message) = tenant.seen_message(&member, &press.message)?;
            (member, chat.clone(), message.content.clone())
        };
        match content {
            Content::Card { out_track_id } => {
                self.press_card(&member, &chat, &out_track_id, &press.button, &press.form).await
            }
            Content::ActionCard { links, .. } | Content::FeedCard { links } => {
                let numbered = |number: usize| press.button == format!("link{}", number + 1);
                let link =
                    links.iter().enumerate().find(|(number, link)| numbered(*number) || link.title == press.button);
                let (_, link) = link.ok_or_else(|| SimError::unknown("button", press.button.as_str()))?;
                Ok(Pressed { open_url: Some(link.url.clone()), ..Pressed::default() })
            }
            Content::Link { url, .. } => Ok(Pressed { open_url: Some(url), ..Pressed::default() }),
            _ => Err(SimError::NotPossible("this message has no buttons".to_owned())),
        }
    }

    /// A person opens a message.
    pub(crate) fn person_reads(self: &Arc<Self>, read: &Read) -> Result<(), SimError> {
        let tenant = &mut *lock(&self.tenant);
        let member = tenant.known_person(&read.person)?.clone();
        let chat_id = tenant.seen_message(&member, &read.message)?.0.id.clone();
        let message = tenant
            .chat_mut(&chat_id)
            .and_then(|chat| chat.messages.iter_mut().find(|message| message.id == read.message));
        let Some(message) = message else { return Ok(()) };
        let newly = message.read_by.insert(member.user_id.clone());
        let query_key = message.query_key.clone().filter(|_| message.author == Author::Robot);
        if let (true, Some(key)) = (newly, query_key) {
            self.emit(tenant, message_read(&member, &chat_id, &key, self.shell.clock.millis()));
        }
        self.shell.changed();
        Ok(())
    }
}

/// `robot_msg_read`; over HTTP the fields begin with capitals (§11.1).
fn message_read(member: &Member, chat: &str, query_key: &str, now_ms: i64) -> Event {
    Event {
        kind: "robot_msg_read".to_owned(),
        stream_data: json!({
            "unionId": member.union_id, "operatTime": now_ms.to_string(), "robotCode": ids::client(),
            "openConversationId": chat, "userId": member.user_id, "processQueryKey": query_key,
        }),
        http_data: json!({
            "UnionId": member.union_id, "OperatTime": now_ms.to_string(), "RobotCode": ids::client(),
            "OpenConversationId": chat, "UserId": member.user_id, "ProcessQueryKey": query_key,
        }),
    }
}

/// Whom the client mentions: those named in the request, or every `@姓名` of the robot, a member, or everybody.
fn mentioned(tenant: &Tenant, chat: &Chat, robot: &str, say: &Say) -> Vec<Mention> {
    if chat.group().is_none() {
        return Vec::new();
    }
    let members: Vec<&Member> =
        chat.people().into_iter().filter_map(|user_id| tenant.directory.member(user_id)).collect();
    let named = |name: &str, key: &str| match &say.mentions {
        Some(list) => list.iter().any(|entry| entry == name || entry == key),
        None => say.text.contains(&format!("@{name}")),
    };
    let mut mentions = Vec::new();
    if named(robot, "robot") {
        mentions.push(Mention::Robot);
    }
    if named("所有人", "all") {
        mentions.push(Mention::All);
    }
    for member in members {
        if named(&member.name, &member.key) {
            mentions.push(Mention::Person(member.user_id.clone()));
        }
    }
    mentions
}

impl Tenant {
    fn known_person(&self, key_or_name: &str) -> Result<&Member, SimError> {
        self.directory.known_as(key_or_name).ok_or_else(|| SimError::unknown("person on DingTalk", key_or_name))
    }

    /// A message that this person can see.
    fn seen_message(&self, member: &Member, id: &str) -> Result<(&Chat, &Message), SimError> {
        let found = self
            .chats
            .iter()
            .find_map(|chat| chat.messages.iter().find(|message| message.id == id).map(|message| (chat, message)));
        let (chat, message) = found.ok_or_else(|| SimError::unknown("message", id))?;
        let shown = message.only_for.as_ref().is_none_or(|only| only.contains(&member.user_id));
        if !shown || message.recalled || !chat.people().contains(&member.user_id.as_str()) {
            return Err(SimError::NotPossible(format!("{} does not see this message", member.name)));
        }
        Ok((chat, message))
    }
}
