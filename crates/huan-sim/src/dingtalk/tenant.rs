//! Everything the platform remembers about the organisation and its app.

use std::collections::{BTreeMap, HashSet, VecDeque};

use serde_json::Value;

use super::api::calendar::Calendars;
use super::card::instance::Card;
use super::card::template::{self, Template};
use super::chat::{Chat, ChatKind, Group, Message};
use super::directory::Directory;
use super::ids;
use super::quota::RobotMinute;
use super::settings::Settings;
use super::stream::connections::Connections;
use super::token::Tokens;
use crate::organisation::Organisation;
use crate::pace::PerSecond;
use crate::platform::{Delivery, PlatformName};

/// Everything the platform remembers. One lock guards it; nothing waits while holding it.
pub(crate) struct Tenant {
    pub(crate) settings: Settings,
    pub(crate) tokens: Tokens,
    pub(crate) calls: PerSecond,
    pub(crate) directory: Directory,
    pub(crate) chats: Vec<Chat>,
    /// By access_token.
    pub(crate) custom_robots: BTreeMap<String, CustomRobot>,
    /// By session.
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) templates: Vec<Template>,
    /// By outTrackId.
    pub(crate) cards: BTreeMap<String, Card>,
    /// By callbackRouteKey.
    pub(crate) card_routes: BTreeMap<String, CardRoute>,
    /// By openDingId.
    pub(crate) dings: BTreeMap<String, Ding>,
    /// By downloadCode or media_id.
    pub(crate) media: BTreeMap<String, Media>,
    /// uuid of a group creation to the answer it got.
    pub(crate) groups_created: BTreeMap<String, Value>,
    /// Day, receiver and content of work notifications that were delivered.
    pub(crate) work_notices: VecDeque<(i64, String, String)>,
    pub(crate) calendars: Calendars,
    pub(crate) connections: Connections,
    pub(crate) delivery: Delivery,
    /// Pushes that were given up and wait to be fetched.
    pub(crate) failed_pushes: Vec<FailedPush>,
    /// Deliveries that are neither settled nor given up.
    pub(crate) waiting: usize,
}

/// A custom robot of a group.
pub(crate) struct CustomRobot {
    pub(crate) chat: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) minute: RobotMinute,
    /// Idempotency keys that were accepted.
    pub(crate) seen: VecDeque<String>,
}

/// A session webhook.
pub(crate) struct Session {
    pub(crate) chat: String,
    pub(crate) expires_ms: i64,
    /// Idempotency keys that were accepted.
    pub(crate) seen: VecDeque<String>,
}

/// Where presses on cards with this route key go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CardRoute {
    pub(crate) url: String,
    pub(crate) api_secret: Option<String>,
}

/// A DING.
pub(crate) struct Ding {
    pub(crate) receivers: Vec<String>,
    pub(crate) recalled: bool,
}

/// A file.
pub(crate) struct Media {
    pub(crate) bytes: Vec<u8>,
}

/// A push that was given up.
pub(crate) struct FailedPush {
    pub(crate) event: String,
    pub(crate) at_ms: i64,
    /// From when it can be fetched.
    pub(crate) ready_ms: i64,
    pub(crate) data: Value,
}

impl Tenant {
    /// The seeded organisation.
    pub(crate) fn seeded(organisation: &Organisation, settings: Settings) -> Self {
        let directory = Directory::new(organisation);
        let mut chats = Vec::new();
        let mut custom_robots = BTreeMap::new();
        for group in organisation.groups_on(PlatformName::Dingtalk) {
            let id = ids::conversation(&group.key);
            let user_id = |key: &String| ids::person(key).user_id;
            chats.push(Chat {
                id: id.clone(),
                kind: ChatKind::Group(Group {
                    key: group.key.clone(),
                    chat_id: ids::chat(&group.key),
                    title: group.name.clone(),
                    owner: user_id(&group.owner),
                    members: group.members.iter().map(user_id).collect(),
                    has_robot: true,
                }),
                messages: Vec::new(),
            });
            let robot = CustomRobot {
                chat: id,
                group: group.key.clone(),
                name: format!("{}提醒", organisation.robot_name),
                secret: ids::custom_robot_secret(&group.key),
                minute: RobotMinute::default(),
                seen: VecDeque::new(),
            };
            custom_robots.insert(ids::custom_robot_token(&group.key), robot);
        }
        for member in &directory.members {
            chats.push(Chat {
                id: ids::robot_chat(&member.key),
                kind: ChatKind::Robot(member.user_id.clone()),
                messages: Vec::new(),
            });
        }
        Self {
            settings,
            tokens: Tokens::default(),
            calls: PerSecond::default(),
            directory,
            chats,
            custom_robots,
            sessions: BTreeMap::new(),
            templates: template::seeded().unwrap_or_default(),
            cards: BTreeMap::new(),
            card_routes: BTreeMap::new(),
            dings: BTreeMap::new(),
            media: BTreeMap::new(),
            groups_created: BTreeMap::new(),
            work_notices: VecDeque::new(),
            calendars: Calendars::default(),
            connections: Connections::default(),
            delivery: Delivery::default(),
            failed_pushes: Vec::new(),
            waiting: 0,
        }
    }

    /// The company has changed. Whoever is new can be written to; the chats of those who left stay, and nobody sees them.
    pub(crate) fn company_changed(&mut self, company: &Organisation) {
        self.directory = Directory::new(company);
        let known: HashSet<String> = self
            .chats
            .iter()
            .filter_map(|chat| if let ChatKind::Robot(user_id) = &chat.kind { Some(user_id.clone()) } else { None })
            .collect();
        for member in self.directory.members.iter().filter(|member| !known.contains(&member.user_id)) {
            self.chats.push(Chat {
                id: ids::robot_chat(&member.key),
                kind: ChatKind::Robot(member.user_id.clone()),
                messages: Vec::new(),
            });
        }
    }

    /// A chat by openConversationId.
    pub(crate) fn chat(&self, id: &str) -> Option<&Chat> {
        self.chats.iter().find(|chat| chat.id == id)
    }

    /// A chat by openConversationId.
    pub(crate) fn chat_mut(&mut self, id: &str) -> Option<&mut Chat> {
        self.chats.iter_mut().find(|chat| chat.id == id)
    }

    /// The chat of a person with the robot.
    pub(crate) fn robot_chat(&self, user_id: &str) -> Option<&Chat> {
        self.chats.iter().find(|chat| matches!(&chat.kind, ChatKind::Robot(of) if of == user_id))
    }

    /// The group with this key, name or openConversationId, as the page and the tests call groups.
    pub(crate) fn group_known_as(&self, name: &str) -> Option<&Chat> {
        self.chats
            .iter()
            .find(|chat| chat.group().is_some_and(|group| chat.id == name || group.key == name || group.title == name))
    }

    /// All messages that share a processQueryKey, each with its chat.
    pub(crate) fn messages_of<'a>(&'a self, query_key: &'a str) -> impl Iterator<Item = (&'a Chat, &'a Message)> {
        self.chats.iter().flat_map(move |chat| {
            chat.messages
                .iter()
                .filter(move |message| message.query_key.as_deref() == Some(query_key))
                .map(move |message| (chat, message))
        })
    }
}

/// Keeps the newest keys only; enough for any retry.
pub(crate) fn remember(seen: &mut VecDeque<String>, key: &str) {
    seen.push_back(key.to_owned());
    if seen.len() > 1000 {
        seen.pop_front();
    }
}
