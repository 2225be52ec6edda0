//! The people and departments of the organisation, as its contacts know them.

use std::collections::{HashMap, HashSet};

use crate::dingtalk::ids;
use crate::organisation::Organisation;
use crate::platform::PlatformName;

/// Number of the root department.
pub(crate) const ROOT: u64 = 1;

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Key in the seed.
    pub(crate) key: String,
    pub(crate) user_id: String,
    pub(crate) union_id: String,
    pub(crate) name: String,
    pub(crate) mobile: String,
    pub(crate) email: String,
    pub(crate) title: String,
    pub(crate) staff_number: String,
    pub(crate) department: u64,
    /// Only when the field 直属主管 is filled in, with somebody who has an account.
    pub(crate) manager: Option<String>,
    pub(crate) main_admin: bool,
}

/// A department below the root.
#[derive(Debug, Clone)]
pub(crate) struct Department {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) parent: u64,
    /// userIds; empty when the leader has no account here.
    pub(crate) managers: Vec<String>,
}

/// Everybody, and every department with the root first.
#[derive(Debug, Clone)]
pub(crate) struct Directory {
    pub(crate) members: Vec<Member>,
    pub(crate) departments: Vec<Department>,
    by_user: HashMap<String, usize>,
}

impl Directory {
    /// The part of the organisation that lives on DingTalk.
    pub(crate) fn new(organisation: &Organisation) -> Self {
        let accounts: HashSet<&str> =
            organisation.people_on(PlatformName::Dingtalk).map(|person| person.key.as_str()).collect();
        let has_account = |key: &str| accounts.contains(key);
        let mut admin_found = false;
        let members = organisation
            .people_on(PlatformName::Dingtalk)
            .map(|person| {
                let account = ids::person(&person.key);
                let main_admin = person.superior.is_none() && !admin_found;
                admin_found |= main_admin;
                Member {
                    key: person.key.clone(),
                    user_id: account.user_id,
                    union_id: account.union_id,
                    name: person.name.clone(),
                    mobile: person.mobile.clone(),
                    email: person.email.clone(),
                    title: person.job_title.clone(),
                    staff_number: person.staff_number.clone(),
                    department: ids::department(&person.department),
                    manager: person
                        .superior
                        .as_deref()
                        .filter(|key| has_account(key))
                        .map(|key| ids::person(key).user_id),
                    main_admin,
                }
            })
            .collect();
        let root = Department { id: ROOT, name: organisation.name.clone(), parent: 0, managers: Vec::new() };
        let below = organisation.departments.iter().map(|department| Department {
            id: ids::department(&department.key),
            name: department.name.clone(),
            parent: department.parent.as_deref().map_or(ROOT, ids::department),
            managers: Some(department.leader.as_str())
                .filter(|key| has_account(key))
                .map(|key| ids::person(key).user_id)
                .into_iter()
                .collect(),
        });
        let members: Vec<Member> = members;
        let departments: Vec<Department> = std::iter::once(root).chain(below).collect();
        let by_user = members.iter().enumerate().map(|(at, member)| (member.user_id.clone(), at)).collect();
        Self { members, departments, by_user }
    }

    /// By userId.
    pub(crate) fn member(&self, user_id: &str) -> Option<&Member> {
        self.by_user.get(user_id).map(|at| &self.members[*at])
    }

    /// By userId or unionId, as the request says.
    pub(crate) fn member_by(&self, id: &str, is_union_id: bool) -> Option<&Member> {
        self.members.iter().find(|member| if is_union_id { member.union_id == id } else { member.user_id == id })
    }

    /// By key or name, as the page and the tests call people.
    pub(crate) fn known_as(&self, key_or_name: &str) -> Option<&Member> {
        self.members
            .iter()
            .find(|member| member.key == key_or_name)
            .or_else(|| self.members.iter().find(|member| member.name == key_or_name))
    }

    /// By number.
    pub(crate) fn department(&self, id: u64) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }

    /// A department and everything above it, nearest first.
    pub(crate) fn upwards(&self, id: u64) -> Vec<u64> {
        let mut line = Vec::new();
        let mut current = self.department(id);
        while let Some(department) = current {
            line.push(department.id);
            current = self.department(department.parent).filter(|parent| !line.contains(&parent.id));
        }
        line
    }
}
