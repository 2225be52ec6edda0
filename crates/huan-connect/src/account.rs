//! Platforms and their live accounts.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use huan_core::{
    ambient::{Entropy, TimeSource},
    card::Card,
    directory::{SourceDepartment, SourcePerson},
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    BuzzKind, CallbackRefused, CallbackRequest, Conversation, Delivered, Descriptor, Envelope, Groups, Heard, LaneUse,
    NotUnderstood, Outgoing, SendError, Sent, Settings, Tasks, http::Http,
};

/// Static knowledge of a platform.
pub trait Platform: Send + Sync {
    /// What it is and what its accounts need.
    fn descriptor(&self) -> &Descriptor;

    /// Opens an account. Does no I/O: a wrong credential shows when the account is checked or used.
    ///
    /// # Errors
    /// When a setting is missing or malformed.
    fn open(&self, settings: &Settings, surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError>;
}

/// What an account may use of the world.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The door for outgoing HTTP.
    pub http: Http,
    /// The door for time.
    pub time: Arc<dyn TimeSource>,
    /// The door for randomness.
    pub entropy: Arc<dyn Entropy>,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A required setting is absent.
    #[error("setting «{0}» is missing")]
    Missing(&'static str),
    /// A setting has an unusable value; the value itself is not repeated.
    #[error("setting «{key}» cannot be used: {problem}")]
    Malformed {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// A live account at a platform.
#[async_trait]
pub trait Account: Send + Sync {
    /// Whether the account can hear and send just now; changes are announced.
    fn state(&self) -> watch::Receiver<ConnectionState>;

    /// Looks whether credentials and permissions suffice, for `huan doctor` and the page.
    async fn check(&self) -> Vec<Finding>;

    /// Listens until `stop`: keeps a long connection up, reconnecting by itself, and acknowledges each event only
    /// after `inbox` has it. An account that hears over HTTP only returns as soon as it knows what reading callbacks
    /// needs.
    async fn listen(&self, inbox: Arc<dyn Inbox>, stop: CancellationToken);

    /// Checks and decrypts an event pushed over HTTP.
    ///
    /// # Errors
    /// When the request is not genuine.
    fn callback(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused>;

    /// Reads a stored payload. Pure: the same payload always says the same.
    ///
    /// # Errors
    /// When the payload is not of a form that this version knows.
    fn understand(&self, payload: &str) -> Result<Vec<Heard>, NotUnderstood>;

    /// The lanes that `message` would go through.
    fn lanes(&self, message: &Outgoing) -> LaneUse;

    /// Sends a message.
    ///
    /// # Errors
    /// When the platform did not, or perhaps did not, take it.
    async fn send(&self, message: &Outgoing) -> Result<Sent, SendError>;

    /// Whether messages can be sent through it at all. Nobody is reached through an account that keeps tasks only.
    fn sends(&self) -> bool {
        true
    }

    /// Edits cards in place, where the platform can.
    fn cards(&self) -> Option<&dyn CardEditor> {
        None
    }

    /// Takes messages back, where the platform can.
    fn recall(&self) -> Option<&dyn Recall> {
        None
    }

    /// Buzzes, texts and telephones, where the platform can.
    fn buzz(&self) -> Option<&dyn Buzz> {
        None
    }

    /// Tells who read a message, where the platform can.
    fn receipts(&self) -> Option<&dyn ReadReceipts> {
        None
    }

    /// Looks people and groups up, where the platform can.
    fn directory(&self) -> Option<&dyn Directory> {
        None
    }

    /// Keeps tasks, where the platform can.
    fn tasks(&self) -> Option<&dyn Tasks> {
        None
    }

    /// Keeps documents in spaces, where the platform can.
    fn documents(&self) -> Option<&dyn crate::Documents> {
        None
    }

    /// Keeps tables in spaces, where the platform can.
    fn tables(&self) -> Option<&dyn crate::Tables> {
        None
    }

    /// Tells what things of the platform are called, where the platform can.
    fn titles(&self) -> Option<&dyn crate::Titles> {
        None
    }

    /// Lists everybody and every department, where the platform can.
    fn roster(&self) -> Option<&dyn Roster> {
        None
    }

    /// Makes groups, where the platform lets a program do so.
    fn groups(&self) -> Option<&dyn Groups> {
        None
    }

    /// Keeps events in people's calendars, where the platform has calendars.
    fn calendars(&self) -> Option<&dyn crate::Calendars> {
        None
    }

    /// Everything this account can do, for the page.
    fn abilities(&self) -> Vec<Ability> {
        [
            self.cards().map(|_| Ability::EditCards),
            self.recall().map(|_| Ability::Recall),
            self.buzz().map(|_| Ability::Buzz),
            self.receipts().map(|_| Ability::Receipts),
            self.directory().map(|_| Ability::Directory),
            self.tasks().map(|_| Ability::Tasks),
            self.roster().map(|_| Ability::Roster),
            self.groups().map(|_| Ability::Groups),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What an account can do beyond sending and listening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// Edit a card in place.
    EditCards,
    /// Take a message back.
    Recall,
    /// Buzz, text, telephone.
    Buzz,
    /// Tell who read a message.
    Receipts,
    /// Look people and groups up.
    Directory,
    /// Keep tasks.
    Tasks,
    /// List everybody and every department.
    Roster,
    /// Make groups.
    Groups,
}

/// Whether an account can hear and send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectionState {
    /// Opened, not connected yet.
    Idle,
    /// Connecting.
    Connecting,
    /// Connected since then. An account that hears over HTTP is connected once a call or a callback succeeded.
    Connected {
        /// Since when.
        since: Timestamp,
    },
    /// Lost, trying again.
    Waiting {
        /// What happened; holds no secret.
        reason: String,
        /// When the next attempt is made.
        until: Timestamp,
    },
    /// The platform refuses the credentials; nothing helps but a change of settings.
    Refused {
        /// What the platform said.
        reason: String,
    },
}

/// Where events are made durable.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Returns once the event is durable. An event stored before is not stored again, and that is no error.
    ///
    /// # Errors
    /// When it could not be stored: the platform must not be told that it arrived.
    async fn store(&self, envelope: Envelope) -> Result<(), InboxUnavailable>;
}

/// The inbox could not store an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the inbox cannot store events just now")]
pub struct InboxUnavailable;

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was found: a key of the translation files (`doctor.…`); `…_advice` beside it says what to do.
    pub key: &'static str,
    /// Details, such as the platform's own words or the missing scope.
    pub detail: String,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// As it should be.
    Good,
    /// Something optional is missing.
    Warning,
    /// It will not work.
    Problem,
}

/// Edits cards in place.
#[async_trait]
pub trait CardEditor: Send + Sync {
    /// Replaces the card that `message` shows by `card` (same reference).
    ///
    /// # Errors
    /// As for sending. Editing twice with the same card is harmless, so an unknown outcome may be tried again.
    async fn edit(&self, message: &ForeignMessage, card: &Card) -> Result<(), SendError>;
}

/// Takes messages back.
#[async_trait]
pub trait Recall: Send + Sync {
    /// Takes `message` back.
    ///
    /// # Errors
    /// As for sending.
    async fn recall(&self, message: &ForeignMessage) -> Result<(), SendError>;
}

/// Buzzes, texts and telephones.
#[async_trait]
pub trait Buzz: Send + Sync {
    /// Whether the call is about a message that must have been sent before. Where it is not, `message` is not looked at.
    fn needs_message(&self) -> bool {
        true
    }

    /// Calls on `people` about `message`, which was sent before and which they can see; `words` is a short summary
    /// for platforms that read it out or show it.
    ///
    /// # Errors
    /// As for sending.
    async fn buzz(
        &self,
        kind: BuzzKind,
        message: &ForeignMessage,
        people: &[ForeignUser],
        words: &str,
    ) -> Result<(), SendError>;
}

/// Tells who read a message.
#[async_trait]
pub trait ReadReceipts: Send + Sync {
    /// Who has read `message`.
    ///
    /// # Errors
    /// As for sending.
    async fn readers(&self, message: &ForeignMessage) -> Result<Vec<Reading>, SendError>;
}

/// Somebody read a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub reader: ForeignUser,
    /// When, where the platform tells.
    pub at: Option<Timestamp>,
}

/// Looks people and groups up.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The person with this mobile number or mail address.
    ///
    /// # Errors
    /// As for sending.
    async fn find(&self, mobile: Option<&str>, mail: Option<&str>) -> Result<Option<DirectoryEntry>, SendError>;

    /// The person with this id.
    ///
    /// # Errors
    /// As for sending.
    async fn person(&self, user: &ForeignUser) -> Result<Option<DirectoryEntry>, SendError>;

    /// The groups that the robot is in, where the platform tells.
    ///
    /// # Errors
    /// As for sending.
    async fn groups(&self) -> Result<Vec<Conversation>, SendError>;

    /// The people in a group, where the platform tells.
    ///
    /// # Errors
    /// As for sending.
    async fn members(&self, group: &ForeignConversation) -> Result<Vec<ForeignUser>, SendError>;
}

/// Lists everybody and every department (A3).
#[async_trait]
pub trait Roster: Send + Sync {
    /// Gives everybody and every department to `pages`, page by page as they come, within the platform's limits. A person
    /// who belongs to several departments is given once. When it returns without an error, that was all of them.
    ///
    /// # Errors
    /// As for sending, after what can be tried again was tried again. What was given until then is a part of the whole.
    async fn list(&self, depth: Depth, pages: mpsc::Sender<RosterPage>) -> Result<(), SendError>;

    /// The person with this id as the list would give them; none when the platform does not have or show them.
    ///
    /// # Errors
    /// As for sending.
    async fn one(&self, user: &ForeignUser) -> Result<Option<SourcePerson>, SendError>;
}

/// How much is asked for of each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What the pages of the list tell.
    Pages,
    /// Also what costs a call for each person, such as the superior entered with them at DingTalk.
    EachPerson,
}

/// A part of the list of everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RosterPage {
    /// Some departments.
    Departments(Vec<SourceDepartment>),
    /// Some people.
    People(Vec<SourcePerson>),
}

/// A person as a platform knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// The id to send to.
    pub user: ForeignUser,
    /// Other ids on the platform.
    pub aliases: Vec<ForeignUser>,
    /// The name.
    pub name: String,
    /// The job title.
    pub job: Option<String>,
    /// The superior.
    pub superior: Option<ForeignUser>,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
}

impl fmt::Debug for DirectoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectoryEntry").field("user", &self.user).field("name", &self.name).finish_non_exhaustive()
    }
}
