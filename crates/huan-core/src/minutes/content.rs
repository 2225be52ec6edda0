//! What minutes say.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{PersonId, TaskId},
    names::names,
    record::Participant,
};

/// A line of the minutes, as a reader reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The part it belongs to: `conclusions`.
    pub part: &'static str,
    /// The words.
    pub text: String,
}

/// What minutes say. Texts may be empty while they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// 时间: when it began.
    pub held_at: Option<Timestamp>,
    /// 地点.
    pub place: String,
    /// 主持人.
    pub host: Option<PersonId>,
    /// 参会人.
    pub participants: Vec<Participant>,
    /// 缺席.
    pub absentees: Vec<Participant>,
    /// 议题与摘要.
    pub agenda: String,
    /// 结论.
    pub conclusions: String,
    /// 分歧.
    pub disputes: String,
    /// 行动项.
    pub actions: Vec<ActionItem>,
    /// The parts that rules guessed and nobody has looked at yet: `place`, or an action by its key.
    pub guessed: Vec<String>,
}

/// Something that somebody is to do by a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionItem {
    /// A name that stays when the words change.
    pub key: String,
    /// What.
    pub what: String,
    /// Who.
    pub owner: Option<PersonId>,
    /// By when, to the minute.
    pub due: Option<Timestamp>,
    /// The task it became when the minutes were filed.
    pub task: Option<TaskId>,
}

names! {
    /// What minutes can lack.
    Gap {
        /// Nobody took part.
        Participants = "participants",
        /// Nothing was concluded.
        Conclusions = "conclusions",
        /// An action without words.
        ActionWhat = "action_what",
        /// An action that is nobody's.
        ActionOwner = "action_owner",
        /// An action without a time.
        ActionDue = "action_due",
    }
}

/// What a participant vouches for.
type Substance<'a> = (
    Option<Timestamp>,
    &'a str,
    Option<&'a PersonId>,
    [&'a str; 3],
    Vec<(&'a str, Option<&'a PersonId>, Option<Timestamp>)>,
);

impl Content {
    /// The first thing that is missing for filing.
    pub fn gap(&self) -> Option<Gap> {
        if self.participants.is_empty() {
            return Some(Gap::Participants);
        }
        if self.conclusions.trim().is_empty() {
            return Some(Gap::Conclusions);
        }
        self.actions.iter().find_map(|action| {
            if action.what.trim().is_empty() {
                Some(Gap::ActionWhat)
            } else if action.owner.is_none() {
                Some(Gap::ActionOwner)
            } else if action.due.is_none() {
                Some(Gap::ActionDue)
            } else {
                None
            }
        })
    }

    /// The participants who are known people.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.participants.iter().filter_map(known)
    }

    /// Everybody who is named anywhere.
    pub fn everybody(&self) -> impl Iterator<Item = &PersonId> {
        let owners = self.actions.iter().filter_map(|action| action.owner.as_ref());
        self.people().chain(self.absentees.iter().filter_map(known)).chain(&self.host).chain(owners)
    }

    /// What a participant vouches for: all but who else took part and which tasks came of it.
    pub(super) fn substance(&self) -> Substance<'_> {
        (
            self.held_at,
            &self.place,
            self.host.as_ref(),
            [&self.agenda, &self.conclusions, &self.disputes],
            self.actions.iter().map(|action| (action.what.as_str(), action.owner.as_ref(), action.due)).collect(),
        )
    }
}

fn known(participant: &Participant) -> Option<&PersonId> {
    match participant {
        Participant::Person { person } => Some(person),
        Participant::Named { .. } => None,
    }
}
