//! The ability to keep tasks: what a task platform such as Teambition has in common with others.
//!
//! Writes are one field at a time, because such platforms have no call that changes a task as a whole, and each can fail
//! alone. None of them is known again by a key: after an unknown outcome the task is read, not written again blindly.

use async_trait::async_trait;
use huan_core::platform::{ForeignComment, ForeignProject, ForeignTaskId, ForeignUser};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::SendError;

/// A platform that keeps tasks.
///
/// `operator` is the person of the platform on whose behalf a write is made: they become its author.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// The projects that can be bound.
    ///
    /// # Errors
    /// As for sending.
    async fn projects(&self) -> Result<Vec<ProjectOutline>, SendError>;

    /// Everything about a project that a binding must know.
    ///
    /// # Errors
    /// As for sending.
    async fn set_up(&self, project: &ForeignProject) -> Result<ProjectSetUp, SendError>;

    /// The people of a project.
    ///
    /// # Errors
    /// As for sending.
    async fn members(&self, project: &ForeignProject) -> Result<Vec<ForeignMember>, SendError>;

    /// Makes a task.
    ///
    /// # Errors
    /// As for sending. After an unknown outcome look with [`Tasks::made`] before trying again.
    async fn create(&self, new: &NewForeignTask, operator: &ForeignUser) -> Result<ForeignTask, SendError>;

    /// Tasks of a project that [`Tasks::create`] may have made at or after `since`: by their reference where the project
    /// has a field for it, else by their title.
    ///
    /// # Errors
    /// As for sending.
    async fn made(&self, new: &NewForeignTask, since: Timestamp) -> Result<Vec<ForeignTask>, SendError>;

    /// The tasks with these ids. One that is not among the answers was not found.
    ///
    /// # Errors
    /// As for sending.
    async fn read(&self, tasks: &[ForeignTaskId]) -> Result<Vec<ForeignTask>, SendError>;

    /// The tasks of a project that changed at or after `since`, those in the recycle bin among them, the longest
    /// unchanged first.
    ///
    /// # Errors
    /// As for sending.
    async fn changed_since(
        &self,
        project: &ForeignProject,
        since: Option<Timestamp>,
    ) -> Result<Vec<ForeignTask>, SendError>;

    /// Writes one field of a task. Gives the time of the task's last change, where the platform tells.
    ///
    /// # Errors
    /// As for sending.
    async fn write(
        &self,
        task: &ForeignTaskId,
        write: &FieldWrite,
        operator: &ForeignUser,
    ) -> Result<Option<Timestamp>, SendError>;

    /// Comments on a task; `call_on` is told by the platform.
    ///
    /// # Errors
    /// As for sending.
    async fn comment(
        &self,
        task: &ForeignTaskId,
        text: &str,
        call_on: &[ForeignUser],
        operator: &ForeignUser,
    ) -> Result<ForeignComment, SendError>;

    /// What happened to a task at or after `since`, comments among it, the oldest first.
    ///
    /// # Errors
    /// As for sending.
    async fn activities(&self, task: &ForeignTaskId, since: Option<Timestamp>) -> Result<Vec<Activity>, SendError>;

    /// The address of a task's page.
    fn link(&self, task: &ForeignTaskId) -> String;

    /// The id of the account whose events also tell of this account's tasks: the way in where the platform cannot reach
    /// us itself.
    fn relay(&self) -> Option<&str>;

    /// The person on whose behalf writes are made that have no author of their own there.
    fn operator(&self) -> Option<ForeignUser>;
}

/// A project in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectOutline {
    /// Its id.
    pub id: ForeignProject,
    /// Its name.
    pub name: String,
}

/// What a binding must know of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSetUp {
    /// Its id.
    pub id: ForeignProject,
    /// Its name.
    pub name: String,
    /// The statuses of its workflows, in the order of the board.
    pub statuses: Vec<TaskStatus>,
    /// The priorities, the most pressing first.
    pub priorities: Vec<PriorityLevel>,
    /// Its own fields.
    pub fields: Vec<CustomField>,
}

/// A status of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The workflow that it belongs to.
    pub workflow: Option<String>,
    /// The phase.
    pub phase: Phase,
}

/// The phase of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Not begun.
    Start,
    /// Under way.
    Process,
    /// Finished.
    End,
}

/// A priority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorityLevel {
    /// The value as tasks hold it.
    pub value: i64,
    /// Its name.
    pub name: String,
}

/// A project's own field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomField {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: CustomFieldKind,
    /// What can be chosen.
    pub choices: Vec<FieldChoice>,
}

/// What a field of a project's own holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomFieldKind {
    /// One of several choices.
    Select,
    /// Text.
    Text,
    /// Something else.
    Other,
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Somebody of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignMember {
    /// Their id.
    pub user: ForeignUser,
    /// Their name; empty where the platform does not tell.
    pub name: String,
}

/// A task as a platform has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignTask {
    /// Its id.
    pub id: ForeignTaskId,
    /// Its project.
    pub project: Option<ForeignProject>,
    /// The title.
    pub title: String,
    /// The note.
    pub note: String,
    /// Who made it.
    pub creator: Option<ForeignUser>,
    /// Who answers for it.
    pub owner: Option<ForeignUser>,
    /// Everybody who takes part; most platforms count owner and creator among them.
    pub participants: Vec<ForeignUser>,
    /// When it begins.
    pub start: Option<Timestamp>,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// The priority's value.
    pub priority: Option<i64>,
    /// The status' id.
    pub status: Option<String>,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is in the recycle bin.
    pub archived: bool,
    /// Its own fields; an empty one is not in the list.
    pub fields: Vec<CustomValue>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub updated: Option<Timestamp>,
}

impl ForeignTask {
    /// What the field with this id holds.
    pub fn field(&self, id: &str) -> Option<&CustomValue> {
        self.fields.iter().find(|value| value.field == id)
    }
}

/// What a field of a project's own holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomValue {
    /// The field.
    pub field: String,
    /// The choices' ids and texts; the id is empty for text.
    pub values: Vec<(String, String)>,
}

/// What a task is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewForeignTask {
    /// The project.
    pub project: ForeignProject,
    /// The title.
    pub title: String,
    /// The note.
    pub note: String,
    /// Who answers for it.
    pub owner: Option<ForeignUser>,
    /// Who helps.
    pub helpers: Vec<ForeignUser>,
    /// When it is due.
    pub due: Option<Timestamp>,
    /// The priority's value.
    pub priority: Option<i64>,
    /// The status' id; only one of phase [`Phase::Start`].
    pub status: Option<String>,
    /// Our id of it, and the text field to keep it in.
    pub reference: Option<(String, String)>,
}

/// A change of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldWrite {
    /// The title.
    Title(String),
    /// The note.
    Note(String),
    /// Who answers for it.
    Owner(Option<ForeignUser>),
    /// Everybody who takes part.
    Participants(Vec<ForeignUser>),
    /// When it begins.
    Start(Option<Timestamp>),
    /// When it is due.
    Due(Option<Timestamp>),
    /// The priority's value.
    Priority(i64),
    /// The status' id.
    Status(String),
    /// A field of the project's own; without values it is cleared.
    Custom(CustomValue),
    /// Into the recycle bin, or out of it.
    Archived(bool),
}

/// Something that happened to a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its id.
    pub id: ForeignComment,
    /// Who did it.
    pub by: Option<ForeignUser>,
    /// When.
    pub at: Timestamp,
    /// Whether it is a comment.
    pub is_comment: bool,
    /// A comment's words, else what happened in the platform's words.
    pub text: String,
}
