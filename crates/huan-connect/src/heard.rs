//! What a platform tells Huan.

use std::collections::BTreeMap;

use huan_core::platform::{
    ForeignContent, ForeignConversation, ForeignEvent, ForeignMessage, ForeignProject, ForeignTaskId, ForeignUser,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One event, checked and decrypted but not yet understood: what the inbox stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The platform's id of the event; a re-delivery has the same one.
    pub event: ForeignEvent,
    /// Events with the same key are processed one after the other, in the order of their arrival.
    pub order_key: String,
    /// The decrypted event, as JSON text.
    pub payload: String,
}

/// A stored payload that could not be understood. It stays in the inbox, visible, and can be tried again after an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not understood: {0}")]
pub struct NotUnderstood(pub String);

/// What an event turned out to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// Somebody wrote something.
    Message(HeardMessage),
    /// Somebody pressed a button of a card.
    CardPressed(CardPressed),
    /// Somebody read a message of ours.
    Read {
        /// The messages read.
        messages: Vec<ForeignMessage>,
        /// Who read them.
        reader: ForeignUser,
        /// When.
        at: Timestamp,
    },
    /// A message was taken back by its author.
    Recalled {
        /// The message.
        message: ForeignMessage,
        /// When.
        at: Timestamp,
    },
    /// The robot was added to a group or removed from it.
    Membership {
        /// The group.
        conversation: Conversation,
        /// Whether the robot is in it now.
        present: bool,
    },
    /// A task was changed on a task platform. What it is now must be read: events come late, twice, and out of order.
    TaskChanged(TaskChanged),
    /// Rows of a table were changed. What they are now must be read.
    TableChanged {
        /// What the table stands in.
        base: ForeignContent,
    },
    /// Something changed in the directory of the organisation.
    Directory(DirectoryNews),
    /// Something that concerns nobody yet; kept, not acted on.
    Other {
        /// The platform's name of the kind of event.
        kind: String,
    },
}

/// What changed in the directory. Platforms tell in some events only that something did: it is read anew then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryNews {
    /// These people joined or changed.
    People(Vec<ForeignUser>),
    /// These people left.
    Left(Vec<ForeignUser>),
    /// Departments changed, or which people the app may see.
    Everything,
}

impl From<DirectoryNews> for Heard {
    fn from(news: DirectoryNews) -> Self {
        Self::Directory(news)
    }
}

/// A group or a direct conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The platform's id.
    pub id: ForeignConversation,
    /// Whether it is a group.
    pub kind: ConversationKind,
    /// The group's name, where the event tells it.
    pub title: Option<String>,
}

/// Group or direct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Several people.
    Group,
    /// One person and the robot.
    Direct,
}

/// Who said or pressed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The id to match with an identity first.
    pub user: ForeignUser,
    /// Other ids of the same person on the platform (union id, encrypted id), best first.
    pub aliases: Vec<ForeignUser>,
    /// The name, where the event tells it.
    pub name: Option<String>,
}

/// Somebody named in a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The text that stands for the mention in [`HeardMessage::text`]: `@李强`.
    pub text: String,
    /// The platform's id of the person, where the event tells it.
    pub user: Option<ForeignUser>,
    /// Whether it is our robot that is named.
    pub is_us: bool,
}

/// A message in a group or to the robot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeardMessage {
    /// The platform's id.
    pub message: ForeignMessage,
    /// Where it was said.
    pub conversation: Conversation,
    /// Who said it.
    pub speaker: Speaker,
    /// The words, with mentions written as `@name`. For other than text: what can be said in words.
    pub text: String,
    /// Who is named in it.
    pub mentions: Vec<Mention>,
    /// The message it answers.
    pub reply_to: Option<ForeignMessage>,
    /// When it was said.
    pub sent_at: Timestamp,
    /// How to answer in place; opaque, given back in [`crate::Recipient::Conversation`].
    pub reply_route: Option<String>,
    /// An address that opens the conversation at the message, or as near as the platform can.
    pub link: Option<String>,
}

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPressed {
    /// Our reference of the card, where the platform gives it back.
    pub reference: Option<String>,
    /// The message that shows the card, where the platform tells.
    pub message: Option<ForeignMessage>,
    /// Who pressed.
    pub speaker: Speaker,
    /// The action of the button: `task.accept`.
    pub action: String,
    /// The thing acted on: `tsk_…`.
    pub subject: String,
    /// The values of the inputs.
    pub inputs: BTreeMap<String, String>,
    /// When.
    pub at: Timestamp,
}

/// A task that changed on a task platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChanged {
    /// The task.
    pub task: ForeignTaskId,
    /// Its project, where the event tells.
    pub project: Option<ForeignProject>,
    /// Whether the platform says that a write of ours caused it.
    pub by_us: bool,
    /// The platform's name of the kind of event.
    pub kind: String,
}
