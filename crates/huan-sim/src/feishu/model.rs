//! Chats and messages as Feishu keeps them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::directory::{Directory, IdType};
use super::ids;
use crate::organisation::{Organisation, Person};
use crate::platform::PlatformName;

/// All chats and messages.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) chats: BTreeMap<String, Chat>,
    pub(super) messages: HashMap<String, Message>,
    /// Message sent under a `uuid`, and when (milliseconds).
    pub(super) uuids: HashMap<String, (String, i64)>,
    /// Group made under a `uuid`, and when (milliseconds).
    pub(super) chat_uuids: HashMap<String, (String, i64)>,
    /// Keys of uploaded pictures and files.
    pub(super) resources: BTreeSet<String>,
    /// Tokens of pressed cards, for delayed updates.
    pub(super) card_tokens: HashMap<String, CardToken>,
}

/// A group, or a person's conversation with the robot.
#[derive(Debug, Clone)]
pub(super) struct Chat {
    pub(super) id: String,
    /// The seed's key, or the id.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) description: String,
    /// For a direct conversation: whose.
    pub(super) direct: Option<String>,
    /// Keys of the people in it.
    pub(super) members: Vec<String>,
    /// Key of the owner; none when the robot owns it.
    pub(super) owner: Option<String>,
    pub(super) robot_is_in: bool,
    /// Whether everybody may buzz (`urgent_setting`).
    pub(super) all_may_urge: bool,
    /// Ids, oldest first.
    pub(super) messages: Vec<String>,
}

/// Who sent a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sender {
    /// Key of a person.
    Person(String),
    /// The app's robot.
    Robot,
    /// A custom robot of the group, by name.
    CustomRobot(String),
}

/// A mention in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// `@_user_1`
    pub(super) placeholder: String,
    /// Key of a person; none for the app's robot.
    pub(super) person: Option<String>,
}

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) chat: String,
    /// Milliseconds.
    pub(super) at: i64,
    /// Milliseconds.
    pub(super) updated_at: i64,
    pub(super) sender: Sender,
    pub(super) kind: String,
    /// The received form of the content; for a card the card as sent.
    pub(super) content: Value,
    pub(super) card: Option<Card>,
    pub(super) mentions: Vec<Mention>,
    pub(super) mentions_all: bool,
    pub(super) root: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) edits: u32,
    pub(super) recalled: bool,
    /// Key of the reader and milliseconds.
    pub(super) read_by: BTreeMap<String, i64>,
    /// The robot's reactions.
    pub(super) reactions: Vec<Reaction>,
    pub(super) pinned: Option<Pin>,
}

/// A reaction of the robot.
#[derive(Debug, Clone)]
pub(super) struct Reaction {
    pub(super) id: String,
    pub(super) emoji: String,
    /// Milliseconds.
    pub(super) at: i64,
}

/// Since when a message is pinned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pin {
    /// Milliseconds.
    pub(super) at: i64,
}

/// A card in a message.
#[derive(Debug, Clone)]
pub(super) struct Card {
    /// What everybody sees.
    pub(super) shared: Value,
    /// What single people see instead (cards that are not shared).
    pub(super) own: BTreeMap<String, Value>,
}

impl Card {
    pub(super) fn as_seen_by(&self, viewer: Option<&str>) -> &Value {
        viewer.and_then(|viewer| self.own.get(viewer)).unwrap_or(&self.shared)
    }
}

/// The token of one press, for delayed updates (Feishu §3.14).
#[derive(Debug, Clone)]
pub(super) struct CardToken {
    pub(super) message: String,
    /// Milliseconds.
    pub(super) given_at: i64,
    pub(super) uses: u32,
    /// Whether the press was answered: an update before that is lost.
    pub(super) answered: bool,
}

impl Chat {
    /// A person's conversation with the robot.
    pub(super) fn direct(person: &Person) -> Self {
        Self {
            id: ids::direct_chat(&person.key),
            key: person.key.clone(),
            name: person.name.clone(),
            description: String::new(),
            direct: Some(person.key.clone()),
            members: vec![person.key.clone()],
            owner: None,
            robot_is_in: true,
            all_may_urge: true,
            messages: Vec::new(),
        }
    }
}

impl Model {
    pub(super) fn seeded(organisation: &Organisation) -> Self {
        let mut model = Self::default();
        for group in organisation.groups_on(PlatformName::Feishu) {
            let chat = Chat {
                id: ids::chat(&group.key),
                key: group.key.clone(),
                name: group.name.clone(),
                description: String::new(),
                direct: None,
                members: group.members.clone(),
                owner: Some(group.owner.clone()),
                robot_is_in: true,
                all_may_urge: true,
                messages: Vec::new(),
            };
            model.chats.insert(chat.id.clone(), chat);
        }
        for person in organisation.people_on(PlatformName::Feishu) {
            let chat = Chat::direct(person);
            model.chats.insert(chat.id.clone(), chat);
        }
        model
    }

    /// A group by key, name or chat_id.
    pub(super) fn group(&self, name: &str) -> Option<&Chat> {
        let mut groups = self.chats.values().filter(|chat| chat.direct.is_none());
        groups.find(|chat| chat.id == name || chat.key == name || chat.name == name)
    }

    /// Stores a message and appends it to its chat.
    pub(super) fn add(&mut self, message: Message) {
        if let Some(chat) = self.chats.get_mut(&message.chat) {
            chat.messages.push(message.id.clone());
        }
        self.messages.insert(message.id.clone(), message);
    }
}

impl Message {
    /// The *message* object of the REST answers (Feishu §3.2).
    pub(super) fn object(&self, directory: &Directory, id_type: IdType, content: &Value) -> Value {
        let tenant = ids::tenant();
        let sender = match &self.sender {
            Sender::Person(key) => {
                let id = directory.by_key(key).map_or("", |member| member.id(id_type));
                json!({"id": id, "id_type": id_type.name(), "sender_type": "user", "tenant_key": tenant})
            }
            Sender::Robot => json!({"id": ids::app(), "id_type": "app_id", "sender_type": "app", "tenant_key": tenant}),
            Sender::CustomRobot(name) => {
                json!({"id": name, "id_type": "app_id", "sender_type": "app", "tenant_key": tenant})
            }
        };
        let mut object = json!({
            "message_id": self.id, "msg_type": self.kind, "chat_id": self.chat,
            "create_time": self.at.to_string(), "update_time": self.updated_at.to_string(),
            "deleted": self.recalled, "updated": self.edits > 0, "sender": sender,
            "body": {"content": content.to_string()},
        });
        if let Some(root) = &self.root {
            object["root_id"] = json!(root);
        }
        if let Some(parent) = &self.parent {
            object["parent_id"] = json!(parent);
        }
        if !self.mentions.is_empty() {
            let mentions = self.mentions.iter().map(|mention| match mention.person.as_deref().and_then(|key| directory.by_key(key)) {
                Some(member) => {
                    json!({"key": mention.placeholder, "id": member.id(id_type), "id_type": id_type.name(), "name": member.person.name, "tenant_key": tenant})
                }
                None => json!({"key": mention.placeholder, "id": ids::robot(), "id_type": "open_id", "name": "环", "tenant_key": tenant}),
            });
            object["mentions"] = mentions.collect();
        }
        object
    }
}
