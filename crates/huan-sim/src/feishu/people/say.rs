//! Writing: what was typed, whom it mentions, and the event it becomes (Feishu §4.6).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::feishu::directory::Member;
use crate::feishu::model::{Chat, Mention, Message, Sender};
use crate::feishu::{Feishu, ids};
use crate::lock::lock;
use crate::platform::{Place, Say, SimError};

impl Feishu {
    pub(in crate::feishu) fn person_says(&self, say: &Say) -> Result<String, SimError> {
        let member = self.member(&say.person)?;
        if say.text.trim().is_empty() {
            return Err(SimError::NotPossible("an empty message can not be sent".into()));
        }
        let now = self.shell.clock.millis();
        let (event, id) = {
            let mut model = lock(&self.model);
            let chat = match &say.place {
                Place::Group(name) => model.group(name).ok_or_else(|| SimError::unknown("group on Feishu", name))?,
                Place::Robot => {
                    let id = ids::direct_chat(&member.person.key);
                    model.chats.get(&id).ok_or_else(|| SimError::unknown("conversation", id))?
                }
            }
            .clone();
            if !chat.members.contains(&member.person.key) {
                return Err(SimError::NotPossible(format!(
                    "{} is not in the group «{}»",
                    member.person.name, chat.name
                )));
            }
            let parent = match &say.reply_to {
                Some(id) => Some(model.messages.get(id).cloned().ok_or_else(|| SimError::unknown("message", id))?),
                None => None,
            };
            let typed = self.typed(&chat, &say.text, say.mentions.as_deref());
            let message = Message {
                id: self.new_message_id(),
                chat: chat.id.clone(),
                at: now,
                updated_at: now,
                sender: Sender::Person(member.person.key.clone()),
                kind: "text".into(),
                content: json!({"text": typed.text}),
                card: None,
                mentions: typed.mentions,
                mentions_all: typed.all,
                root: parent.as_ref().map(|parent| parent.root.clone().unwrap_or_else(|| parent.id.clone())),
                parent: parent.map(|parent| parent.id),
                edits: 0,
                recalled: false,
                read_by: BTreeMap::from([(member.person.key.clone(), now)]),
                reactions: Vec::new(),
                pinned: None,
            };
            let mentioned = message.mentions.iter().any(|mention| mention.person.is_none());
            let heard = chat.direct.is_some() || mentioned || lock(&self.options).hears_all_group_messages;
            let event = (chat.robot_is_in && heard).then(|| self.receive_event(&chat, &message, &member));
            let id = message.id.clone();
            model.add(message);
            (event, id)
        };
        self.shell.changed();
        if let Some(event) = event {
            self.emit("im.message.receive_v1", event);
        }
        Ok(id)
    }

    /// The event of Feishu §4.6.
    fn receive_event(&self, chat: &Chat, message: &Message, sender: &Member) -> Value {
        let tenant = ids::tenant();
        let mut body = json!({
            "message_id": message.id, "create_time": message.at.to_string(), "update_time": message.updated_at.to_string(), "chat_id": chat.id,
            "chat_type": if chat.direct.is_some() { "p2p" } else { "group" }, "message_type": message.kind, "content": message.content.to_string(),
        });
        if let (Some(root), Some(parent)) = (&message.root, &message.parent) {
            body["root_id"] = json!(root);
            body["parent_id"] = json!(parent);
        }
        if !message.mentions.is_empty() {
            let directory = self.directory();
            let mentions = message.mentions.iter().map(|mention| {
                let member = mention.person.as_deref().and_then(|key| directory.by_key(key));
                let robot = &self.shell.organisation.robot_name;
                let (id, kind, name) = match member {
                    Some(member) => (member.all_ids(), "user", &member.person.name),
                    None => (json!({"union_id": "", "user_id": "", "open_id": ids::robot()}), "bot", robot),
                };
                json!({"key": mention.placeholder, "id": id, "mentioned_type": kind, "name": name, "tenant_key": tenant})
            });
            body["mentions"] = mentions.collect();
        }
        json!({"sender": {"sender_id": sender.all_ids(), "sender_type": "user", "tenant_key": tenant}, "message": body})
    }

    /// Turns `@姓名` into mentions where the client would have done so.
    fn typed(&self, chat: &Chat, text: &str, chosen: Option<&[String]>) -> Typed {
        let robot = self.shell.organisation.robot_name.as_str();
        let directory = self.directory();
        let mut candidates: Vec<(&str, Target)> = vec![(robot, Target::Robot), ("所有人", Target::All)];
        for key in &chat.members {
            if let Some(member) = directory.by_key(key) {
                candidates.push((&member.person.name, Target::Person(member.person.key.clone())));
            }
        }
        let mut text = text.to_owned();
        if let Some(chosen) = chosen {
            candidates.retain(|(name, target)| chosen.iter().any(|wanted| target.is_called(name, wanted)));
            // Whoever was chosen but not written stands at the beginning, as after picking a name in the client.
            let missing = candidates
                .iter()
                .filter(|(name, _)| !text.contains(&format!("@{name}")))
                .map(|(name, _)| format!("@{name} "));
            text = missing.collect::<String>() + &text;
        }
        // Of 「王晓」 and 「王晓明」 the longer name wins.
        candidates.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut typed = Typed::default();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('@') {
            typed.text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let Some((name, target)) = candidates.iter().find(|(name, _)| rest.starts_with(name)) else {
                typed.text.push('@');
                continue;
            };
            rest = &rest[name.len()..];
            let person = match target {
                Target::All => {
                    typed.all = true;
                    typed.text.push_str("@_all");
                    continue;
                }
                Target::Robot => None,
                Target::Person(key) => Some(key.clone()),
            };
            let placeholder = format!("@_user_{}", typed.mentions.len() + 1);
            typed.text.push_str(&placeholder);
            typed.mentions.push(Mention { placeholder, person });
        }
        typed.text.push_str(rest);
        typed
    }
}

#[derive(Default)]
struct Typed {
    text: String,
    mentions: Vec<Mention>,
    all: bool,
}

enum Target {
    Robot,
    All,
    Person(String),
}

impl Target {
    fn is_called(&self, name: &str, wanted: &str) -> bool {
        let key = match self {
            Self::Robot => "robot",
            Self::All => "all",
            Self::Person(key) => key,
        };
        wanted == name || wanted == key
    }
}
