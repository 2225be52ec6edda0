//! The contract between Huan and the platforms it connects.
//!
//! A [`Platform`] is static knowledge: what it is called, what its account needs to be configured, how to open one.
//! An [`Account`] is live: it sends, listens, understands what it heard, and may have further abilities.
//!
//! What comes in is made durable before it is understood: a connector checks and decrypts an event, hands the
//! [`Envelope`] to the [`Inbox`], acknowledges it to the platform once the inbox has it, and only later is asked
//! to [`Account::understand`] the stored payload. A mistake in understanding therefore never loses an event.

pub mod account;
pub mod calendars;
pub mod callback;
pub mod descriptor;
pub mod groups;
pub mod heard;
pub mod http;
pub mod outgoing;
pub mod spaces;
pub mod tasks;
pub mod titles;
mod tls;
pub mod websocket;

pub use account::{
    Ability, Account, Buzz, CardEditor, ConnectionState, Depth, Directory, DirectoryEntry, Finding, Inbox,
    InboxUnavailable, Platform, ReadReceipts, Reading, Recall, Roster, RosterPage, SettingsError, Severity,
    Surroundings,
};
pub use calendars::{Calendars, KeptEvent};
pub use callback::{Answer, CallbackRefused, CallbackRequest, Delivered};
pub use descriptor::{Descriptor, Permission, Setting, SettingKind, Settings};
pub use groups::{Groups, LeftOut, MadeGroup, NewGroup};
pub use heard::{
    CardPressed, Conversation, ConversationKind, DirectoryNews, Envelope, Heard, HeardMessage, Mention, NotUnderstood,
    Speaker, TaskChanged,
};
pub use outgoing::{
    BuzzKind, Certainty, Content, Lane, LaneUse, Limit, Mentions, Outgoing, Recipient, Retry, SendError, Sent,
};
pub use spaces::{
    Documents, FoundRow, NewCells, NewColumn, PageKind, PageOutline, SeenColumn, SeenDocument, SpaceOutline,
    TableOutline, Tables,
};
pub use tasks::{
    Activity, CustomField, CustomFieldKind, CustomValue, FieldChoice, FieldWrite, ForeignMember, ForeignTask,
    NewForeignTask, Phase, PriorityLevel, ProjectOutline, ProjectSetUp, TaskStatus, Tasks,
};
pub use titles::{TitleOf, Titles};
