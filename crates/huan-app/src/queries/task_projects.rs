//! Projects of task platforms, for setting a bond up.

use huan_connect::{CustomFieldKind, Phase, ProjectSetUp};
use huan_core::{
    i18n::{Language, text},
    task_sync::Mapping,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::names::Named;
use crate::actions::task_binding::{self, AccountProjects};

/// The projects of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountProjectsView {
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub name: String,
    /// The platform's key.
    pub platform: String,
    /// Its projects.
    pub projects: Vec<Named>,
    /// Why the platform did not tell, in the reader's language.
    pub problem: Option<String>,
}

impl AccountProjectsView {
    /// Puts the projects of an account into shape.
    pub fn new(found: AccountProjects, language: Language) -> Self {
        let AccountProjects { account, name, platform, projects } = found;
        let (projects, problem) = match projects {
            Ok(projects) => (projects, None),
            Err(error) => (Vec::new(), Some(text(language, error.reason_key, &[]))),
        };
        let named = |project: huan_connect::ProjectOutline| Named { id: project.id.to_string(), name: project.name };
        Self {
            account: account.to_string(),
            name,
            platform: platform.to_string(),
            projects: projects.into_iter().map(named).collect(),
            problem,
        }
    }
}

/// What can be set up with a project.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProjectSetUpView {
    /// The project's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The statuses, in the order of the board.
    pub statuses: Vec<StatusView>,
    /// The priorities, the most pressing first.
    pub priorities: Vec<PriorityView>,
    /// Its own fields.
    pub fields: Vec<FieldView>,
    /// What most likely means what.
    #[schema(value_type = Object)]
    pub suggestion: Mapping,
}

/// A status of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `start`, `process` or `end`.
    #[schema(value_type = String)]
    pub phase: Phase,
}

/// A priority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriorityView {
    /// The value.
    pub value: i64,
    /// The name.
    pub name: String,
}

/// A project's own field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldView {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// `select`, `text` or `other`.
    pub kind: &'static str,
    /// What can be chosen.
    pub choices: Vec<Named>,
}

impl From<ProjectSetUp> for ProjectSetUpView {
    fn from(read: ProjectSetUp) -> Self {
        let suggestion = task_binding::suggestion(&read);
        let kind = |kind| match kind {
            CustomFieldKind::Select => "select",
            CustomFieldKind::Text => "text",
            CustomFieldKind::Other => "other",
        };
        Self {
            id: read.id.to_string(),
            name: read.name,
            statuses: read
                .statuses
                .into_iter()
                .map(|status| StatusView { id: status.id, name: status.name, phase: status.phase })
                .collect(),
            priorities: read
                .priorities
                .into_iter()
                .map(|level| PriorityView { value: level.value, name: level.name })
                .collect(),
            fields: read
                .fields
                .into_iter()
                .map(|field| FieldView {
                    id: field.id,
                    name: field.name,
                    kind: kind(field.kind),
                    choices: field
                        .choices
                        .into_iter()
                        .map(|choice| Named { id: choice.id, name: choice.name })
                        .collect(),
                })
                .collect(),
            suggestion,
        }
    }
}
