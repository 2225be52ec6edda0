//! People, departments and their identities on the platforms.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::WorkingHours,
    i18n::Language,
    id::{AccountId, DepartmentId, IdentityId, PersonId, WorkspaceId},
    platform::ForeignUser,
};

/// A workspace: one organisation's walled-off world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// The organisation's name.
    pub name: String,
    /// The IANA zone in which days begin and digests go out.
    pub zone: String,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name, which also begins the numbers of its records (部门-年份-序号).
    pub name: String,
    /// The department it belongs to.
    pub parent: Option<DepartmentId>,
}

/// A person. One person is one person on all platforms (A3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// The department.
    pub department: Option<DepartmentId>,
    /// The job role: 研发组长.
    pub job: String,
    /// The superior 「上级」.
    pub superior: Option<PersonId>,
    /// When and in which zone they work; times are told to them in that zone.
    pub hours: WorkingHours,
    /// The language they are spoken to in.
    pub language: Language,
    /// Mobile number.
    pub mobile: Option<String>,
    /// Mail address; also the name to sign in with.
    pub mail: Option<String>,
    /// Staff number.
    pub staff_number: Option<String>,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Whether they belong to the organisation.
    pub standing: Standing,
    /// Grows with each change.
    pub version: i64,
}

/// Whether a person belongs to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Standing {
    /// Works here.
    Active,
    /// An outside person 「访客」 who sees only what is shared with guests, until then.
    Guest {
        /// When the access ends.
        until: Timestamp,
    },
    /// No longer works here.
    Left {
        /// Since when.
        since: Timestamp,
    },
}

/// Who a person is on a connected account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id.
    pub id: IdentityId,
    /// The person; none while an administrator has not joined it up.
    pub person: Option<PersonId>,
    /// The account through which the id was learnt (Feishu's `open_id` differs from app to app).
    pub account: AccountId,
    /// The id to send to.
    pub user: ForeignUser,
    /// Other ids of the same person there, such as a union id.
    pub aliases: Vec<ForeignUser>,
    /// The name there.
    pub name: String,
    /// Whether this is where the person is to be reached first.
    pub preferred: bool,
}

impl Identity {
    /// Whether a name is known; else the id stands for it.
    pub fn is_named(&self) -> bool {
        !self.name.is_empty()
            && self.name != self.user.as_str()
            && !self.aliases.iter().any(|id| self.name == id.as_str())
    }
}
