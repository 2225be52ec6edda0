//! The tenant's people as Feishu knows them.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::ids;
use crate::connection::FeishuIds;
use crate::organisation::{Department, Organisation, Person};
use crate::platform::PlatformName;

/// Which of a person's ids is meant (Feishu §0.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum IdType {
    Open,
    Union,
    User,
}

impl IdType {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "open_id" => Some(Self::Open),
            "union_id" => Some(Self::Union),
            "user_id" => Some(Self::User),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Open => "open_id",
            Self::Union => "union_id",
            Self::User => "user_id",
        }
    }
}

/// A person with an account on Feishu.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) person: Person,
    pub(super) ids: FeishuIds,
}

impl Member {
    pub(super) fn id(&self, kind: IdType) -> &str {
        match kind {
            IdType::Open => &self.ids.open_id,
            IdType::Union => &self.ids.union_id,
            IdType::User => &self.ids.user_id,
        }
    }

    /// The three ids as events carry them.
    pub(super) fn all_ids(&self) -> Value {
        json!({"union_id": self.ids.union_id, "user_id": self.ids.user_id, "open_id": self.ids.open_id})
    }
}

/// Everybody with an account on Feishu, and all departments.
#[derive(Debug, Default)]
pub(super) struct Directory {
    members: Vec<Member>,
    by_key: HashMap<String, usize>,
    /// By open_id, union_id and user_id.
    by_id: HashMap<(IdType, String), usize>,
    /// By key of the department.
    by_department: HashMap<String, Vec<usize>>,
    pub(super) departments: Vec<Department>,
}

impl Directory {
    pub(super) fn new(organisation: &Organisation) -> Self {
        let mut directory = Self { departments: organisation.departments.clone(), ..Self::default() };
        for person in organisation.people_on(PlatformName::Feishu) {
            let member = Member { person: person.clone(), ids: ids::person(&person.key) };
            let at = directory.members.len();
            for kind in [IdType::Open, IdType::Union, IdType::User] {
                directory.by_id.insert((kind, member.id(kind).to_owned()), at);
            }
            directory.by_key.insert(person.key.clone(), at);
            directory.by_department.entry(person.department.clone()).or_default().push(at);
            directory.members.push(member);
        }
        directory
    }

    pub(super) fn all(&self) -> &[Member] {
        &self.members
    }

    /// Those who stand directly in a department, by its key.
    pub(super) fn of_department(&self, key: &str) -> impl Iterator<Item = &Member> {
        self.by_department.get(key).into_iter().flatten().map(|at| &self.members[*at])
    }

    /// The departments above one, nearest first, without the root.
    pub(super) fn above(&self, department: &Department) -> Vec<&Department> {
        let by_key = |key: &str| self.departments.iter().find(|known| known.key == key);
        let mut line: Vec<&Department> = Vec::new();
        let mut next = department.parent.as_deref().and_then(by_key);
        while let Some(above) = next.filter(|above| line.iter().all(|known| known.key != above.key)) {
            line.push(above);
            next = above.parent.as_deref().and_then(by_key);
        }
        line
    }

    /// Whether a department lies anywhere below another, by its key.
    pub(super) fn is_below(&self, department: &Department, above: &str) -> bool {
        self.above(department).iter().any(|known| known.key == above)
    }

    /// By the seed's key or by name.
    pub(super) fn by_key(&self, key_or_name: &str) -> Option<&Member> {
        let found = self.by_key.get(key_or_name).map(|at| &self.members[*at]);
        found.or_else(|| self.members.iter().find(|member| member.person.name == key_or_name))
    }

    /// By one of the platform's ids.
    pub(super) fn by_id(&self, kind: IdType, id: &str) -> Option<&Member> {
        self.by_id.get(&(kind, id.to_owned())).map(|at| &self.members[*at])
    }

    /// By whichever id it is.
    pub(super) fn by_any_id(&self, id: &str) -> Option<&Member> {
        [IdType::Open, IdType::Union, IdType::User].into_iter().find_map(|kind| self.by_id(kind, id))
    }

    pub(super) fn by_email(&self, email: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.person.email.eq_ignore_ascii_case(email))
    }

    /// Mainland numbers with or without `+86`.
    pub(super) fn by_mobile(&self, mobile: &str) -> Option<&Member> {
        let mobile = mobile.strip_prefix("+86").unwrap_or(mobile);
        self.members.iter().find(|member| member.person.mobile == mobile)
    }

    /// The name shown for a key; the key itself for somebody unknown.
    pub(super) fn name<'a>(&'a self, key: &'a str) -> &'a str {
        self.by_key(key).map_or(key, |member| &member.person.name)
    }
}
