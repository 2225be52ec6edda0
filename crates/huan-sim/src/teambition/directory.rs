//! The members and departments of the organisation as Teambition knows them (Teambition §7).

use std::collections::HashMap;

use super::ids;
use crate::organisation::{Department, Organisation, Person};
use crate::platform::PlatformName;

/// Somebody with an account on Teambition.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) person: Person,
    pub(super) user_id: String,
    pub(super) member_id: String,
    /// userId on DingTalk, for whoever has an account there as well.
    pub(super) dingtalk: Option<String>,
    /// Left the organisation.
    pub(super) disabled: bool,
}

/// Everybody, in the order of the organisation, and the tree of departments with the root first.
#[derive(Debug, Default)]
pub(super) struct Directory {
    members: Vec<Member>,
    by_user: HashMap<String, usize>,
    by_key: HashMap<String, usize>,
    by_dingtalk: HashMap<String, usize>,
    pub(super) departments: Vec<Department>,
    pub(super) organisation: String,
}

impl Directory {
    pub(super) fn new(organisation: &Organisation) -> Self {
        let mut directory = Self {
            departments: organisation.departments.clone(),
            organisation: organisation.name.clone(),
            ..Self::default()
        };
        organisation.people_on(PlatformName::Teambition).for_each(|person| directory.add(person));
        directory
    }

    fn add(&mut self, person: &Person) {
        let account = ids::person(&person.key);
        let lives_there = person.lives_on(PlatformName::Dingtalk);
        let dingtalk = lives_there.then(|| crate::dingtalk::ids::person(&person.key).user_id);
        let at = self.members.len();
        self.by_user.insert(account.user_id.clone(), at);
        self.by_key.insert(person.key.clone(), at);
        if let Some(id) = &dingtalk {
            self.by_dingtalk.insert(id.clone(), at);
        }
        self.members.push(Member {
            person: person.clone(),
            user_id: account.user_id,
            member_id: account.member_id,
            dingtalk,
            disabled: false,
        });
    }

    /// The organisation as it is now. Whoever is no longer in it stays as a disabled member, so that old tasks still
    /// say who it was.
    pub(super) fn renewed(&self, organisation: &Organisation) -> Self {
        let mut renewed = Self::new(organisation);
        for member in &self.members {
            if !renewed.by_key.contains_key(&member.person.key) {
                renewed.add(&member.person);
                if let Some(left) = renewed.members.last_mut() {
                    left.disabled = true;
                }
            }
        }
        renewed
    }

    pub(super) fn all(&self) -> &[Member] {
        &self.members
    }

    /// Everybody who has not left.
    pub(super) fn enabled(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| !member.disabled)
    }

    /// By userId.
    pub(super) fn user(&self, user_id: &str) -> Option<&Member> {
        self.by_user.get(user_id).map(|at| &self.members[*at])
    }

    /// By userId on DingTalk.
    pub(super) fn dingtalk_user(&self, user_id: &str) -> Option<&Member> {
        self.by_dingtalk.get(user_id).map(|at| &self.members[*at])
    }

    /// By the seed's key or by name.
    pub(super) fn known_as(&self, key_or_name: &str) -> Option<&Member> {
        let by_key = self.by_key.get(key_or_name).map(|at| &self.members[*at]);
        by_key.or_else(|| self.members.iter().find(|member| member.person.name == key_or_name))
    }

    /// The name shown; the id itself for somebody unknown.
    pub(super) fn name<'a>(&'a self, user_id: &'a str) -> &'a str {
        self.user(user_id).map_or(user_id, |member| &member.person.name)
    }

    /// A department below the root, by its id.
    pub(super) fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| ids::department(&department.key) == id)
    }

    /// The departments above one, nearest first, without the root.
    pub(super) fn above(&self, key: &str) -> Vec<&Department> {
        let by_key = |key: &str| self.departments.iter().find(|department| department.key == key);
        let mut line: Vec<&Department> = Vec::new();
        let mut next = by_key(key).and_then(|department| department.parent.as_deref()).and_then(by_key);
        while let Some(department) = next {
            if line.iter().any(|known| known.key == department.key) {
                break;
            }
            line.push(department);
            next = department.parent.as_deref().and_then(by_key);
        }
        line
    }
}
