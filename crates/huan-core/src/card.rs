//! Platform-neutral cards: what a person sees and can press, before a connector gives it a platform's form.

use serde::{Deserialize, Serialize};

/// A card. Sent once, then edited in place as the matter moves on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The caller's stable name of this card instance, unique within the workspace. At most 64 ASCII characters;
    /// a platform that wants an id of ours for the card (DingTalk's `outTrackId`) is given this one.
    pub reference: String,
    /// The heading; also the text of the notification.
    pub title: String,
    /// The colour of the heading.
    pub tone: Tone,
    /// The body, from top to bottom.
    pub blocks: Vec<Block>,
}

/// What the colour of a card says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Something to do.
    Action,
    /// Done, agreed.
    Good,
    /// Time is running out, or an answer was a refusal.
    Warning,
    /// Urgent.
    Urgent,
    /// No longer current.
    Quiet,
}

/// One part of a card's body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A paragraph. Plain text: a connector escapes what its platform would take for markup.
    Text(String),
    /// Label and value pairs.
    Facts(Vec<Fact>),
    /// A line across.
    Divider,
    /// Small print.
    Note(String),
    /// Buttons side by side.
    Buttons(Vec<Button>),
    /// Inputs with a button that sends them.
    Form(Form),
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// How it stands.
    pub value: String,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// The words on it.
    pub label: String,
    /// How it looks.
    pub style: ButtonStyle,
    /// What pressing it does.
    pub press: Press,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonStyle {
    /// The expected answer.
    Primary,
    /// Another answer.
    Default,
    /// An answer that should give pause.
    Danger,
}

/// What pressing a button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Comes back to Huan as a pressed card.
    Answer(CardAnswer),
    /// Opens a page.
    Open {
        /// The page's address.
        url: String,
    },
}

/// What comes back when a button is pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardAnswer {
    /// The stable name of the action: `task.accept`.
    pub action: String,
    /// The id of the thing acted on: `tsk_…`.
    pub subject: String,
}

/// Inputs with a button that sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// A name unique in the card.
    pub name: String,
    /// The inputs.
    pub inputs: Vec<Input>,
    /// The button; its answer comes with the inputs' values.
    pub submit: Button,
    /// Where the same can be done in a browser, for platforms without inputs in cards.
    pub page: Option<String>,
}

/// One text input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The key of the value that comes back.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// An example of a good answer.
    pub placeholder: String,
    /// Whether an empty answer is refused.
    pub required: bool,
    /// Whether several lines are welcome.
    pub multiline: bool,
    /// The longest answer, in characters.
    pub max_length: u16,
}
