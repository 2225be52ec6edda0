//! Groups, direct chats with the robot, and what is written in them.

use std::collections::BTreeSet;

use super::content::Content;

/// A group, or a person's chat with the robot.
#[derive(Debug, Clone)]
pub(crate) struct Chat {
    /// openConversationId.
    pub(crate) id: String,
    pub(crate) kind: ChatKind,
    pub(crate) messages: Vec<Message>,
}

/// What kind of chat.
#[derive(Debug, Clone)]
pub(crate) enum ChatKind {
    Group(Group),
    /// The userId of the person.
    Robot(String),
}

/// A group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The seed's key, or the openConversationId of a group made later.
    pub(crate) key: String,
    pub(crate) chat_id: String,
    pub(crate) title: String,
    /// userId.
    pub(crate) owner: String,
    /// userIds.
    pub(crate) members: Vec<String>,
    pub(crate) has_robot: bool,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Author {
    /// A userId.
    Person(String),
    /// The app's robot.
    Robot,
    /// The custom robot of a group, by name.
    CustomRobot(String),
    /// The app, as a work notification.
    WorkNotice,
}

/// Somebody who is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mention {
    /// A userId.
    Person(String),
    /// The app's robot.
    Robot,
    /// Everybody.
    All,
}

/// One message.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// msgId.
    pub(crate) id: String,
    /// processQueryKey (for cards: carrierId) by which a program recalls the message and asks who read it. The
    /// messages of one batch share it.
    pub(crate) query_key: Option<String>,
    pub(crate) at_ms: i64,
    pub(crate) author: Author,
    pub(crate) content: Content,
    pub(crate) mentions: Vec<Mention>,
    /// When given, only these userIds see it.
    pub(crate) only_for: Option<Vec<String>>,
    /// userIds.
    pub(crate) read_by: BTreeSet<String>,
    pub(crate) recalled: bool,
    /// msgId of the message answered.
    pub(crate) reply_to: Option<String>,
}

impl Message {
    /// A message that nobody has read yet.
    pub(crate) fn new(id: String, at_ms: i64, author: Author, content: Content) -> Self {
        Self {
            id,
            query_key: None,
            at_ms,
            author,
            content,
            mentions: Vec::new(),
            only_for: None,
            read_by: BTreeSet::new(),
            recalled: false,
            reply_to: None,
        }
    }
}

impl Chat {
    /// The group, if it is one.
    pub(crate) fn group(&self) -> Option<&Group> {
        match &self.kind {
            ChatKind::Group(group) => Some(group),
            ChatKind::Robot(_) => None,
        }
    }

    /// userIds of the people in it.
    pub(crate) fn people(&self) -> Vec<&str> {
        match &self.kind {
            ChatKind::Group(group) => group.members.iter().map(String::as_str).collect(),
            ChatKind::Robot(user_id) => vec![user_id],
        }
    }
}
