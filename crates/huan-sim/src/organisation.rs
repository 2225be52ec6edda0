//! The seeded tenant: people, departments, groups and projects, with ids that follow from their keys.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::platform::PlatformName;

/// One company, with the same people on all platforms.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Organisation {
    /// Company name.
    pub name: String,
    /// Name of the application and of its robot on the platforms where people talk.
    pub robot_name: String,
    /// Departments, each after the one above it.
    pub departments: Vec<Department>,
    /// Everybody.
    pub people: Vec<Person>,
    /// Groups that exist at the start.
    pub groups: Vec<Group>,
    /// Teambition projects that exist at the start.
    pub projects: Vec<Project>,
}

/// A department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    /// Stable key, e.g. `product`.
    pub key: String,
    /// Name shown.
    pub name: String,
    /// Key of the person who leads it.
    pub leader: String,
    /// Key of the department above; none directly below the root.
    #[serde(default)]
    pub parent: Option<String>,
}

/// A person of the company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Stable key, e.g. `wangxiao`.
    pub key: String,
    /// Name shown.
    pub name: String,
    /// Job title, e.g. 产品经理.
    pub job_title: String,
    /// Key of the department.
    pub department: String,
    /// Key of the superior, if any.
    pub superior: Option<String>,
    /// Mobile number in mainland form, without `+86`.
    pub mobile: String,
    /// Mail address.
    pub email: String,
    /// Staff number.
    pub staff_number: String,
    /// The platforms on which this person has an account.
    pub platforms: Vec<PlatformName>,
}

/// A group that exists at the start; the robot is a member of each.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// Stable key, e.g. `product_v2`.
    pub key: String,
    /// Where it lives.
    pub platform: PlatformName,
    /// Name shown.
    pub name: String,
    /// Key of the person who owns the group.
    pub owner: String,
    /// Keys of the members.
    pub members: Vec<String>,
}

/// A Teambition project that exists at the start.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    /// Stable key, e.g. `product_v2`.
    pub key: String,
    /// Name shown.
    pub name: String,
    /// Key of the person who owns it.
    pub owner: String,
    /// Keys of the members.
    pub members: Vec<String>,
    /// Keys of the DingTalk groups that are bound to it.
    pub groups: Vec<String>,
}

const SEED: &str = include_str!("../seed/organisation.json");

impl Organisation {
    /// The organisation that ships with the simulator.
    pub fn seeded() -> Result<Self, serde_json::Error> {
        serde_json::from_str(SEED)
    }

    /// The person with this key or exactly this name.
    pub fn person(&self, key_or_name: &str) -> Option<&Person> {
        self.people
            .iter()
            .find(|person| person.key == key_or_name)
            .or_else(|| self.people.iter().find(|person| person.name == key_or_name))
    }

    /// The people who have an account on `platform`.
    pub fn people_on(&self, platform: PlatformName) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.platforms.contains(&platform))
    }

    /// The groups of `platform`.
    pub fn groups_on(&self, platform: PlatformName) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.platform == platform)
    }
}

impl Person {
    /// Whether this person has an account on `platform`.
    pub fn lives_on(&self, platform: PlatformName) -> bool {
        self.platforms.contains(&platform)
    }
}

/// 32 bytes that follow from a kind of id and a key: the same in every run and on every machine.
pub fn derived(kind: &str, key: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update(b":");
    hash.update(key.as_bytes());
    hash.finalize().into()
}

/// The first `digits` hexadecimal digits (at most 64) of [`derived`].
pub fn derived_hex(kind: &str, key: &str, digits: usize) -> String {
    let mut text = hex::encode(derived(kind, key));
    text.truncate(digits);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_inside_the_seed_resolves() {
        let organisation = Organisation::seeded().unwrap();
        let known = |key: &str| organisation.people.iter().any(|person| person.key == key);
        for person in &organisation.people {
            assert!(
                organisation.departments.iter().any(|department| department.key == person.department),
                "{}",
                person.key
            );
            assert!(person.superior.as_deref().is_none_or(known), "{}", person.key);
            assert!(!person.platforms.is_empty(), "{}", person.key);
        }
        for department in &organisation.departments {
            assert!(known(&department.leader), "{}", department.key);
        }
        for group in &organisation.groups {
            assert!(group.members.contains(&group.owner), "{}", group.key);
            for member in &group.members {
                let person = organisation.person(member).unwrap();
                assert!(person.lives_on(group.platform), "{member} is not on the platform of {}", group.key);
            }
        }
    }
}
