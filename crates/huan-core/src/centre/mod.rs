//! The collaboration centre 「协作中心」: what came of conversations, entry by entry, in sections (F1, F2).

pub mod course;
pub mod decided;
mod outline;

pub use outline::{BUILT_IN, CHANGES, Outline, OutlineProblem, REQUIREMENTS, RISKS, Rule, Section, Sorted};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    collaboration::Role,
    id::{CollaborationId, EntryId, MessageId, PersonId},
    level::Level,
    names::names,
    platform::PlatformKey,
};

/// A result of a conversation that was taken into the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The id.
    pub id: EntryId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The short number that people type: `E3`.
    pub number: i64,
    /// The key of its section.
    pub section: String,
    /// What it says.
    pub text: String,
    /// Who may see it.
    pub level: Level,
    /// Who said it, where they are a known person.
    pub said_by: Option<PersonId>,
    /// Their name where it was said; empty for a known person.
    pub said_by_name: String,
    /// When it was said.
    pub said_at: Timestamp,
    /// Where it was said; none when it was written on the page.
    pub platform: Option<PlatformKey>,
    /// The message that it came from. One message is one entry.
    pub message: Option<MessageId>,
    /// Who took it in; none when a rule did.
    pub filed_by: Option<PersonId>,
    /// How it came in.
    pub way: Way,
    /// When whoever answers for requirements was told of it, as a requirement change.
    pub told_at: Option<Timestamp>,
    /// Who took it out again, and when.
    pub removed: Option<Removed>,
    /// When it was taken in.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// An entry was taken out of the centre. It stays findable for whoever takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Who did it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

names! {
    /// How an entry came into the centre.
    Way {
        /// By a rule: the message began with certain words or bore a tag.
        Rule = "rule",
        /// By a word to the robot.
        Command = "command",
        /// By a button of a card.
        Card = "card",
        /// On the page.
        Page = "page",
    }
}

/// A member, as far as it matters for who answers for requirements.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Who.
    pub person: &'a PersonId,
    /// Their role in the collaboration.
    pub role: Role,
    /// Their job role.
    pub job: &'a str,
    /// Their duty in the collaboration.
    pub duty: &'a str,
}

/// What whoever answers for requirements is called.
const PRODUCT_MANAGER: &[&str] = &["产品经理", "产品负责人", "product manager", "product owner"];

/// Who is told of a requirement change (F2): the one member whose duty in the collaboration names the product manager, else
/// whose job does – first the one who is called nothing else –, else the initiator. Outside people are never it.
pub fn product_manager<'a>(members: &[Candidate<'a>]) -> Option<&'a PersonId> {
    let rank = |member: &Candidate<'_>| {
        let (duty, job) = (member.duty.to_lowercase(), member.job.trim().to_lowercase());
        let names = |text: &str| PRODUCT_MANAGER.iter().any(|name| text.contains(name));
        if names(&duty) {
            Some(0)
        } else if PRODUCT_MANAGER.contains(&job.as_str()) {
            Some(1)
        } else if names(&job) {
            Some(2)
        } else if member.role == Role::Initiator {
            Some(3)
        } else {
            None
        }
    };
    let inside = members.iter().filter(|member| member.role != Role::Guest);
    let ranked = inside.filter_map(|member| Some((rank(member)?, member.person)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, person)| person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_the_product_manager_is_told_of_a_requirement_change_else_the_initiator() {
        let ids: Vec<PersonId> = (1..=4).map(PersonId::from_bits).collect();
        let member = |place: usize, role, job, duty| Candidate { person: &ids[place], role, job, duty };
        let initiator = member(0, Role::Initiator, "市场经理", "");
        let developer = member(1, Role::Member, "研发组长", "评估技术可行性");
        let manager = member(2, Role::Member, "产品经理", "");
        assert_eq!(product_manager(&[initiator, developer, manager]), Some(&ids[2]));
        assert_eq!(product_manager(&[initiator, developer]), Some(&ids[0]));
        let duty = member(1, Role::Member, "研发组长", "兼任产品经理，负责需求");
        assert_eq!(product_manager(&[initiator, duty, manager]), Some(&ids[1]), "the duty here before the job");
        let senior = member(1, Role::Member, "高级产品经理", "");
        assert_eq!(product_manager(&[initiator, senior, manager]), Some(&ids[2]), "called nothing else");
        let client = member(3, Role::Guest, "Product Manager", "");
        assert_eq!(product_manager(&[client, initiator]), Some(&ids[0]), "not the client's");
        assert_eq!(product_manager(&[member(1, Role::Assistant, "Product Owner", ""), initiator]), Some(&ids[1]));
        assert_eq!(product_manager(&[]), None);
    }
}
