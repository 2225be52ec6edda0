//! The people directory (A3, I7): what platforms and lists of people say of an organisation, and what that changes here.
//!
//! A source tells [`SourcePerson`]s and [`SourceDepartment`]s; [`plan`](plan::plan) compares them with who is known and says,
//! without doing anything, what is new, changed, doubtful or gone. The same plan is a preview for an administrator and the
//! work of a nightly reconcile, and making it again after it was carried out finds nothing left to do.

pub mod keys;
pub mod matching;
pub mod plan;
pub mod run;
pub mod superiors;

use serde::{Deserialize, Serialize};

/// A person as a source tells of them. What a source does not tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePerson {
    /// The source's own id of them.
    pub key: String,
    /// Other ids of theirs at the source.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The name.
    pub name: String,
    /// The departments they belong to, the main one first, by the source's ids.
    #[serde(default)]
    pub departments: Vec<String>,
    /// The job title.
    #[serde(default)]
    pub job: Option<String>,
    /// The superior entered with the person, by an id of theirs at the source.
    #[serde(default)]
    pub superior: Option<String>,
    /// Mobile number.
    #[serde(default)]
    pub mobile: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// Staff number.
    #[serde(default)]
    pub staff_number: Option<String>,
    /// Whether the source says that they have left.
    #[serde(default)]
    pub left: bool,
}

impl SourcePerson {
    /// Whether `id` is one of their ids at the source.
    pub fn is(&self, id: &str) -> bool {
        self.key == id || self.aliases.iter().any(|alias| alias == id)
    }

    /// Every id of theirs at the source, the main one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// A department as a source tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDepartment {
    /// The source's own id of it.
    pub key: String,
    /// The name.
    pub name: String,
    /// The department it belongs to; none for one right below the organisation.
    #[serde(default)]
    pub parent: Option<String>,
    /// Who leads it, by their ids at the source, the first one foremost.
    #[serde(default)]
    pub leaders: Vec<String>,
    /// Whether it stands for the organisation itself: then it is no department here, but may have a leader.
    #[serde(default)]
    pub is_organisation: bool,
}

/// What is kept of a person and told by sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The name.
    Name,
    /// The department.
    Department,
    /// The job role.
    Job,
    /// The superior.
    Superior,
    /// Mobile number.
    Mobile,
    /// Mail address.
    Mail,
    /// Staff number.
    StaffNumber,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::Department, Self::Job, Self::Superior, Self::Mobile, Self::Mail, Self::StaffNumber];

    /// The stable name, the same as in the history and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Department => "department",
            Self::Job => "job",
            Self::Superior => "superior",
            Self::Mobile => "mobile",
            Self::Mail => "mail",
            Self::StaffNumber => "staff_number",
        }
    }

    /// The field of this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}
