//! Groups that Huan is to make on a platform: what is wanted, and what became of it.
//!
//! ```text
//!            made                    ┌─ retried ─┐
//!  Waiting ────────▶ Made            ▼           │
//!   │  │ └─ refused, or given up ─▶ Failed ──────┘
//!   │  └─── nobody knows ─────────▶ Uncertain ── somebody looked ──▶ Made, or Waiting again
//!   └────── not wanted any more ──▶ Dropped (from Failed and Uncertain as well)
//! ```
//! Never two groups for one request: an attempt of unknown outcome is made again only as long as the platform knows it
//! again by its key. After that a person looks on the platform and says what is there.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, ChannelId, CollaborationId, EmergencyId, GroupRequestId, PersonId},
    names::names,
};

/// After so many attempts that were refused for the moment it is given up; a person may have it tried again.
const MOST_ATTEMPTS: u32 = 8;
/// The pause after the first attempt; it triples …
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(2);
/// … up to this.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A group that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRequest {
    /// The id; also the key by which a platform knows a repeated attempt.
    pub id: GroupRequestId,
    /// The collaboration that it will belong to.
    pub collaboration: CollaborationId,
    /// The account that makes it.
    pub account: AccountId,
    /// Its name.
    pub title: String,
    /// Who is to be in it; the first one of them who is on that platform owns it where it needs an owner.
    pub people: Vec<Invited>,
    /// The emergency whose war room it becomes.
    pub emergency: Option<EmergencyId>,
    /// Who asked for it; none when a plan did.
    pub requested_by: Option<PersonId>,
    /// When.
    pub requested_at: Timestamp,
    /// What became of it.
    pub state: GroupState,
    /// Since when it is not known whether an attempt succeeded. Set before each attempt, so that it outlives the program.
    pub unsure_since: Option<Timestamp>,
    /// How many attempts were made since somebody last wanted it.
    pub attempts: u32,
    /// When something is to be done next.
    pub next_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// Somebody who is to be in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// Who.
    pub person: PersonId,
    /// Whether they are.
    pub place: InGroup,
}

/// Whether somebody is in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum InGroup {
    /// Not yet.
    Waiting,
    /// They were put in.
    In,
    /// They could not be.
    Out {
        /// Why, as a key of the translation files.
        reason: String,
    },
}

/// What became of a group that was to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum GroupState {
    /// It is being made.
    Waiting {
        /// Why the last attempt did not succeed, as a key of the translation files.
        reason: Option<String>,
    },
    /// It is there.
    Made {
        /// As which channel.
        channel: ChannelId,
    },
    /// It could not be made.
    Failed {
        /// Why, as a key of the translation files.
        reason: String,
        /// What the platform said.
        detail: String,
    },
    /// Nobody knows whether it was made: a person has to look.
    Uncertain {
        /// Why, as a key of the translation files.
        reason: String,
    },
    /// It is not wanted any more.
    Dropped,
}

names! {
    /// What became of a group, without the particulars.
    GroupStateName {
        /// It is being made.
        Waiting = "waiting",
        /// It is there.
        Made = "made",
        /// It could not be made.
        Failed = "failed",
        /// Nobody knows.
        Uncertain = "uncertain",
        /// It is not wanted any more.
        Dropped = "dropped",
    }
}

impl GroupState {
    /// Its name.
    pub fn name(&self) -> GroupStateName {
        match self {
            Self::Waiting { .. } => GroupStateName::Waiting,
            Self::Made { .. } => GroupStateName::Made,
            Self::Failed { .. } => GroupStateName::Failed,
            Self::Uncertain { .. } => GroupStateName::Uncertain,
            Self::Dropped => GroupStateName::Dropped,
        }
    }
}

/// Why an attempt did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// Whether the platform may have made the group all the same.
    pub maybe_made: bool,
    /// After how long trying again can help; none when the platform gives no time of its own …
    pub rest: Option<SignedDuration>,
    /// … and false when it never can.
    pub can_be_repeated: bool,
    /// Why, as a key of the translation files.
    pub reason: String,
    /// What the platform said.
    pub detail: String,
}

/// A step that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not while the group is {0}")]
pub struct NotNow(pub GroupStateName);

impl GroupRequest {
    /// Whether nobody needs to do anything about it any more.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, GroupState::Made { .. } | GroupState::Dropped)
    }

    /// Whether an attempt may be made now, on a platform that knows a repeated one by its key for `remembered`.
    ///
    /// Without it an attempt whose outcome is unknown must not be repeated.
    pub fn may_attempt(&self, remembered: Option<SignedDuration>, now: Timestamp) -> bool {
        match self.unsure_since {
            None => true,
            Some(since) => remembered.is_some_and(|remembered| now < since + remembered),
        }
    }

    /// Notes that an attempt begins. Gives what [`Self::set_back`] needs to know of before.
    pub fn begin_attempt(&mut self, now: Timestamp) -> Option<Timestamp> {
        let before = self.unsure_since;
        self.attempts = self.attempts.saturating_add(1);
        self.unsure_since = before.or(Some(now));
        before
    }

    /// An attempt did not succeed. `unsure_before` is what [`Self::begin_attempt`] gave.
    pub fn set_back(&mut self, setback: Setback, unsure_before: Option<Timestamp>, now: Timestamp) {
        let Setback { maybe_made, rest, can_be_repeated, reason, detail } = setback;
        if !maybe_made {
            self.unsure_since = unsure_before;
        }
        let pause = rest.unwrap_or_else(|| pause(self.attempts));
        if can_be_repeated && self.attempts < MOST_ATTEMPTS {
            self.state = GroupState::Waiting { reason: Some(reason) };
            self.next_at = Some(now + pause);
            return;
        }
        self.next_at = None;
        self.state = match self.unsure_since {
            Some(_) => GroupState::Uncertain { reason },
            None => GroupState::Failed { reason, detail },
        };
    }

    /// An earlier attempt may have succeeded and cannot be repeated: a person has to look.
    pub fn ask_a_person(&mut self) {
        let reason = match &self.state {
            GroupState::Waiting { reason: Some(reason) } => reason.clone(),
            _ => "delivery.reason.answer_lost".to_owned(),
        };
        self.state = GroupState::Uncertain { reason };
        self.next_at = None;
    }

    /// The group is there as `channel`. Whoever is still to be put in follows at once.
    pub fn made(&mut self, channel: ChannelId, now: Timestamp) {
        self.state = GroupState::Made { channel };
        self.unsure_since = None;
        self.attempts = 0;
        let somebody_waits = self.waiting().next().is_some();
        self.next_at = somebody_waits.then_some(now);
    }

    /// Has it tried again: after a failure, or after somebody looked and saw that there is no such group.
    ///
    /// # Errors
    /// When it is neither.
    pub fn retry(&mut self, now: Timestamp) -> Result<(), NotNow> {
        match self.state {
            GroupState::Failed { .. } | GroupState::Uncertain { .. } => {
                self.state = GroupState::Waiting { reason: None };
                self.unsure_since = None;
                self.attempts = 0;
                self.next_at = Some(now);
                for invited in &mut self.people {
                    invited.place = InGroup::Waiting;
                }
                Ok(())
            }
            _ => Err(NotNow(self.state.name())),
        }
    }

    /// Somebody looked and found the group: it is `channel`. Who is in it is not known.
    ///
    /// # Errors
    /// When nobody had to look.
    pub fn found(&mut self, channel: ChannelId) -> Result<(), NotNow> {
        match self.state {
            GroupState::Uncertain { .. } => {
                self.state = GroupState::Made { channel };
                self.unsure_since = None;
                self.next_at = None;
                Ok(())
            }
            _ => Err(NotNow(self.state.name())),
        }
    }

    /// It is not wanted any more.
    ///
    /// # Errors
    /// When it is made, or being made.
    pub fn drop_it(&mut self) -> Result<(), NotNow> {
        match self.state {
            GroupState::Failed { .. } | GroupState::Uncertain { .. } => {
                self.state = GroupState::Dropped;
                self.next_at = None;
                Ok(())
            }
            _ => Err(NotNow(self.state.name())),
        }
    }

    /// Somebody more is to be in it. Whether that is anybody new.
    pub fn invite(&mut self, person: &PersonId, now: Timestamp) -> bool {
        if self.people.iter().any(|invited| invited.person == *person) {
            return false;
        }
        self.people.push(Invited { person: person.clone(), place: InGroup::Waiting });
        if matches!(self.state, GroupState::Made { .. }) {
            self.next_at = Some(now);
        }
        true
    }

    /// Who is still to be put in.
    pub fn waiting(&self) -> impl Iterator<Item = &PersonId> {
        self.people.iter().filter(|invited| invited.place == InGroup::Waiting).map(|invited| &invited.person)
    }

    /// Notes where somebody is.
    pub fn place(&mut self, person: &PersonId, place: InGroup) {
        for invited in self.people.iter_mut().filter(|invited| invited.person == *person) {
            invited.place = place.clone();
        }
    }

    /// Putting people into the group that is there did not succeed; doing it again is harmless.
    pub fn not_put_in(&mut self, setback: Setback, now: Timestamp) {
        self.attempts = self.attempts.saturating_add(1);
        if setback.can_be_repeated && self.attempts < MOST_ATTEMPTS {
            self.next_at = Some(now + setback.rest.unwrap_or_else(|| pause(self.attempts)));
            return;
        }
        self.next_at = None;
        for invited in self.people.iter_mut().filter(|invited| invited.place == InGroup::Waiting) {
            invited.place = InGroup::Out { reason: setback.reason.clone() };
        }
    }
}

fn pause(attempts: u32) -> SignedDuration {
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1).min(10));
    (FIRST_PAUSE * factor).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> GroupRequest {
        GroupRequest {
            id: GroupRequestId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            account: AccountId::from_bits(1),
            title: "作战群".to_owned(),
            people: vec![Invited { person: PersonId::from_bits(1), place: InGroup::Waiting }],
            emergency: None,
            requested_by: None,
            requested_at: Timestamp::UNIX_EPOCH,
            state: GroupState::Waiting { reason: None },
            unsure_since: None,
            attempts: 0,
            next_at: Some(Timestamp::UNIX_EPOCH),
            version: 1,
        }
    }

    fn setback(maybe_made: bool, can_be_repeated: bool) -> Setback {
        let reason = "delivery.reason.answer_lost".to_owned();
        Setback { maybe_made, rest: None, can_be_repeated, reason, detail: String::new() }
    }

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[test]
    fn an_unknown_outcome_is_repeated_only_while_the_platform_knows_the_key() {
        let now = Timestamp::UNIX_EPOCH;
        let mut group = request();
        assert!(group.may_attempt(None, now));
        let before = group.begin_attempt(now);
        assert!(!group.may_attempt(None, now), "the program may have died in between");
        group.set_back(setback(true, true), before, now);
        assert_eq!(group.state.name(), GroupStateName::Waiting);
        assert!(!group.may_attempt(None, now));
        assert!(group.may_attempt(Some(HOUR), now + HOUR / 2));
        assert!(!group.may_attempt(Some(HOUR), now + HOUR));
        group.ask_a_person();
        assert_eq!(group.state, GroupState::Uncertain { reason: "delivery.reason.answer_lost".into() });
        group.retry(now + HOUR).unwrap();
        assert!(group.may_attempt(None, now + HOUR), "somebody looked: there is none");
    }

    #[test]
    fn a_refusal_after_an_unknown_outcome_is_no_proof_that_there_is_none() {
        let now = Timestamp::UNIX_EPOCH;
        let mut group = request();
        let before = group.begin_attempt(now);
        group.set_back(setback(true, true), before, now);
        let before = group.begin_attempt(now);
        group.set_back(setback(false, false), before, now);
        assert_eq!(group.state.name(), GroupStateName::Uncertain);
        let mut group = request();
        let before = group.begin_attempt(now);
        group.set_back(setback(false, false), before, now);
        assert_eq!(group.state.name(), GroupStateName::Failed);
        assert_eq!((group.unsure_since, group.next_at), (None, None));
    }

    #[test]
    fn it_is_given_up_after_growing_pauses() {
        let mut now = Timestamp::UNIX_EPOCH;
        let mut group = request();
        let mut pauses = Vec::new();
        while let Some(at) = group.next_at {
            pauses.push(at.duration_since(now).as_secs());
            now = at;
            let before = group.begin_attempt(now);
            group.set_back(setback(false, true), before, now);
        }
        assert_eq!(pauses, [0, 2, 6, 18, 54, 162, 300, 300]);
        assert_eq!(group.state.name(), GroupStateName::Failed);
    }

    #[test]
    fn who_comes_later_is_put_in_later_and_nobody_twice() {
        let now = Timestamp::UNIX_EPOCH;
        let (first, second) = (PersonId::from_bits(1), PersonId::from_bits(2));
        let mut group = request();
        assert!(!group.invite(&first, now));
        group.place(&first, InGroup::In);
        group.made(ChannelId::from_bits(1), now);
        assert_eq!(group.next_at, None);
        assert!(group.invite(&second, now));
        assert_eq!((group.next_at, group.waiting().collect::<Vec<_>>()), (Some(now), vec![&second]));
        group.not_put_in(setback(false, false), now);
        assert_eq!(group.people[1].place, InGroup::Out { reason: "delivery.reason.answer_lost".into() });
        assert!(group.is_settled());
        assert!(group.retry(now).is_err() && group.found(ChannelId::from_bits(2)).is_err() && group.drop_it().is_err());
    }
}
