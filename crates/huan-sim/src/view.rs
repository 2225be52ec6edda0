//! What the people's clients show, in one form for the platforms on which people talk: the page renders it and tests
//! read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::feishu::drive::screen::DriveView;
use crate::platform::{Delivery, PlatformName};
use crate::teambition::screen::TeambitionView;

/// One platform as its clients show it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlatformView {
    /// Which platform.
    pub platform: PlatformName,
    /// Groups first, then each person's direct conversation with the robot.
    pub conversations: Vec<ConversationView>,
    /// How many connections the program holds open.
    pub connections: usize,
    /// How events are delivered.
    pub delivery: Delivery,
    /// Events that were neither acknowledged nor given up yet.
    pub waiting_events: usize,
}

impl PlatformView {
    /// Keeps only the last messages of each conversation.
    pub(crate) fn keep_last(&mut self, last: usize) {
        for conversation in &mut self.conversations {
            conversation.messages.drain(..conversation.messages.len().saturating_sub(last));
        }
    }

    /// The conversation with this key, name or platform id.
    pub fn conversation(&self, name: &str) -> Option<&ConversationView> {
        self.conversations
            .iter()
            .find(|conversation| conversation.key == name || conversation.id == name || conversation.name == name)
    }
}

/// A group, or a person's conversation with the robot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConversationView {
    /// The platform's id.
    pub id: String,
    /// The seed's key of a group, the key of the person of a direct conversation, else the id.
    pub key: String,
    /// Name shown.
    pub name: String,
    /// Group or direct.
    pub kind: ConversationKind,
    /// Keys of the people in it, without the robot.
    pub members: Vec<String>,
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// How many there are, also when only the last ones are listed.
    pub total: usize,
}

/// Group or direct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// A group.
    Group,
    /// One person and the robot.
    Direct,
}

/// A message as shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageView {
    /// The id with which to press, read or answer.
    pub id: String,
    /// When it was sent, on the simulator's clock.
    pub at: jiff::Timestamp,
    /// Key of the person who wrote it; none for a robot.
    pub person: Option<String>,
    /// Name of the sender.
    pub sender: String,
    /// Everything as plain text, for tests and for search.
    pub text: String,
    /// How it looks.
    pub body: Body,
    /// Id of the message answered.
    pub reply_to: Option<String>,
    /// Whether it was changed after sending.
    pub edited: bool,
    /// Whether it was taken back.
    pub recalled: bool,
    /// Keys of those whom it mentions; the robot is `robot`, everybody is `all`.
    pub mentions: Vec<String>,
    /// Keys of those who opened it.
    pub read_by: Vec<String>,
}

/// How a message looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// Markdown in the platform's dialect.
    Markdown {
        /// Title, possibly empty.
        title: String,
        /// The text.
        text: String,
    },
    /// A card.
    Card {
        /// The card as it stands now.
        card: CardView,
    },
    /// Something the page only names, such as a picture or a file.
    Other {
        /// What it is.
        label: String,
    },
}

/// An event in people's calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEventView {
    /// The platform's id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// When it begins; none for a whole day.
    pub starts_at: Option<jiff::Timestamp>,
    /// When it ends.
    pub ends_at: Option<jiff::Timestamp>,
    /// Where it is.
    pub place: String,
    /// The address of its online meeting.
    pub join_url: Option<String>,
    /// Keys of those in whose calendars it stands.
    pub people: Vec<String>,
}

/// A card as rendered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CardView {
    /// Title line, possibly empty.
    pub title: String,
    /// Second line, possibly empty.
    pub subtitle: String,
    /// Colour name of the header (Feishu's template names), possibly empty.
    pub colour: String,
    /// Tags in the header.
    pub tags: Vec<Tag>,
    /// The parts, top to bottom.
    pub blocks: Vec<Block>,
}

/// A small coloured label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The text.
    pub text: String,
    /// Colour name.
    pub colour: String,
}

/// A part of a card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Block {
    /// Markdown in the platform's dialect.
    Markdown {
        /// The text.
        text: String,
    },
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// Small grey text.
    Note {
        /// The text.
        text: String,
    },
    /// A line across.
    Divider,
    /// Blocks side by side.
    Columns {
        /// Left to right.
        columns: Vec<Vec<Block>>,
    },
    /// A form: its inputs are handed over when one of its submitting buttons is pressed.
    Form {
        /// The form's name.
        name: String,
        /// What is in it.
        blocks: Vec<Block>,
    },
    /// An input.
    Input(Input),
    /// A button.
    Button(Button),
    /// Something the page only names.
    Other {
        /// What it is.
        label: String,
    },
}

/// An input of a card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Name under which the value is handed over.
    pub name: String,
    /// Label, possibly empty.
    pub label: String,
    /// Placeholder, possibly empty.
    pub placeholder: String,
    /// First value.
    pub value: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// Whether it has several lines.
    pub multiline: bool,
    /// Longest value in characters.
    pub max_length: Option<u32>,
    /// `text`, `date`, `datetime`, `select` or `person`.
    pub input: String,
    /// For `select` and `person`: value and label of each choice.
    pub options: Vec<(String, String)>,
}

/// A button of a card.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Button {
    /// The key with which to press it, unique within the card.
    pub key: String,
    /// The text on it.
    pub text: String,
    /// `default`, `primary`, `danger` or `text`.
    pub style: String,
    /// Whether it can not be pressed.
    pub disabled: bool,
    /// Question asked first, if any.
    pub confirm: Option<String>,
    /// Address it opens, if it is a link.
    pub url: Option<String>,
    /// Whether it hands over the form it stands in.
    pub submits: bool,
}

impl CardView {
    /// All buttons, in order.
    pub fn buttons(&self) -> Vec<&Button> {
        let mut found = Vec::new();
        walk(&self.blocks, &mut |block| {
            if let Block::Button(button) = block {
                found.push(button);
            }
        });
        found
    }

    /// All inputs, in order.
    pub fn inputs(&self) -> Vec<&Input> {
        let mut found = Vec::new();
        walk(&self.blocks, &mut |block| {
            if let Block::Input(input) = block {
                found.push(input);
            }
        });
        found
    }

    /// The whole card as plain text, one line per part.
    pub fn plain_text(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        lines.push(self.title.clone());
        lines.push(self.subtitle.clone());
        lines.extend(self.tags.iter().map(|tag| tag.text.clone()));
        walk(&self.blocks, &mut |block| match block {
            Block::Markdown { text } | Block::Text { text } | Block::Note { text } => lines.push(text.clone()),
            Block::Button(button) => lines.push(format!("[{}]", button.text)),
            Block::Input(input) => lines.push(input.label.clone()),
            Block::Other { label } => lines.push(label.clone()),
            Block::Divider | Block::Columns { .. } | Block::Form { .. } => {}
        });
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }
}

fn walk<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(&'a Block)) {
    for block in blocks {
        visit(block);
        match block {
            Block::Form { blocks, .. } => walk(blocks, visit),
            Block::Columns { columns } => columns.iter().for_each(|column| walk(column, visit)),
            _ => {}
        }
    }
}

/// A buzz on somebody's device: in the app, as a text message, or as a telephone call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// Running number from 1.
    pub number: u64,
    /// When, on the simulator's clock.
    pub at: jiff::Timestamp,
    /// Which platform did it.
    pub platform: PlatformName,
    /// Key of the person.
    pub person: String,
    /// By which way.
    pub way: RingWay,
    /// What it is about, as the person hears or reads it.
    pub text: String,
    /// Platform id of the message or DING it belongs to.
    pub message: String,
    /// Whether the person has picked up or put it away at the page.
    pub answered: bool,
}

/// How somebody is buzzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingWay {
    /// In the app.
    App,
    /// Text message.
    Sms,
    /// Telephone call.
    Phone,
}

/// Everything that can be seen at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StateView {
    /// The simulator's clock.
    pub now: jiff::Timestamp,
    /// The platforms on which people talk, by name.
    pub platforms: BTreeMap<PlatformName, PlatformView>,
    /// Projects and tasks.
    pub teambition: TeambitionView,
    /// Wiki spaces, documents and Bitables of Feishu.
    pub drive: DriveView,
    /// What stands in people's calendars, by platform.
    pub calendars: BTreeMap<PlatformName, Vec<CalendarEventView>>,
    /// All buzzes so far, oldest first.
    pub rings: Vec<Ring>,
    /// Faults that are switched on.
    pub faults: Vec<crate::fault::Fault>,
}
