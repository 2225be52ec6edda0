//! What stands of a meeting in the calendars of one account: at most one event, whatever happens.
//!
//! ```text
//!           made, changed                  ┌─ retried ─┐
//!  Waiting ───────────────▶ Kept           ▼           │
//!   │ │ ▲ └─ refused, or given up ──────▶ Failed ──────┘
//!   │ │ └────── the meeting changes ───── Kept, Failed, Gone
//!   │ └──────── nobody knows ───────────▶ Uncertain ── somebody looked ──▶ Waiting
//!   └────────── not wanted any more ────▶ Gone
//! ```
//! An attempt of unknown outcome is made again only as long as the platform knows it again by its key. After that a person looks.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    group_request::Setback,
    id::{AccountId, MeetingId, PersonId},
    platform::{ForeignCalendarEvent, ForeignUser},
};

/// After so many attempts that were refused for the moment it is given up; a person may have it tried again.
const MOST_ATTEMPTS: u32 = 8;
/// The pause after the first attempt; it triples …
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(2);
/// … up to this.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventText {
    /// Its name; cut where the platform wants it shorter.
    pub title: String,
    /// What it is about; cut likewise.
    pub description: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The IANA name of the zone in which it is shown.
    pub zone: String,
    /// Where it is.
    pub place: String,
    /// Whether the platform is to make an online meeting for it.
    pub online: bool,
}

/// An event as it is to be, or as it was written last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What it says.
    pub text: EventText,
    /// Who is in it. The first one owns it where the platform needs a person as owner.
    pub people: Vec<Attendee>,
}

/// Somebody in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    /// Who.
    pub person: PersonId,
    /// As whom the platform knows them.
    pub user: ForeignUser,
}

/// What stands of a meeting in the calendars of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarEntry {
    /// The meeting.
    pub meeting: MeetingId,
    /// The account.
    pub account: AccountId,
    /// The key by which the platform knows a repeated attempt at making the event.
    pub key: String,
    /// What became of it.
    pub state: EntryState,
    /// The event, once it is known.
    pub event: Option<ForeignCalendarEvent>,
    /// What was written last.
    pub written: Option<Standing>,
    /// Who may be in it beside those who were written: they were asked for, and the answer was lost.
    #[serde(default)]
    pub maybe: Vec<Attendee>,
    /// Who could not be put in, and why, as a key of the translation files.
    #[serde(default)]
    pub left_out: Vec<(PersonId, String)>,
    /// Since when it is not known whether an attempt to make it succeeded. Set before each attempt, so that it outlives the program.
    pub unsure_since: Option<Timestamp>,
    /// How many attempts were made since somebody last wanted something.
    pub attempts: u32,
    /// When something is to be done next.
    pub next_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum EntryState {
    /// Something is being done about it.
    Waiting {
        /// Why the last attempt did not succeed, as a key of the translation files.
        reason: Option<String>,
    },
    /// It stands there as it is to be.
    Kept,
    /// It could not be brought into step.
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
    /// There is none, and none is wanted.
    Gone,
}

impl EntryState {
    /// Its stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Kept => "kept",
            Self::Failed { .. } => "failed",
            Self::Uncertain { .. } => "uncertain",
            Self::Gone => "gone",
        }
    }
}

/// What is to be done next about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// Make it.
    Make,
    /// Have it say something else, or have others in it.
    Change,
    /// Take it away.
    Remove,
    /// Nothing.
    Nothing,
}

impl CalendarEntry {
    /// An event that is to be made.
    pub fn new(meeting: MeetingId, account: AccountId, now: Timestamp) -> Self {
        Self {
            key: format!("{meeting}-{account}"),
            meeting,
            account,
            state: EntryState::Waiting { reason: None },
            event: None,
            written: None,
            maybe: Vec::new(),
            left_out: Vec::new(),
            unsure_since: None,
            attempts: 0,
            next_at: Some(now),
            version: 1,
        }
    }

    /// What is to be done, if it is `wanted` to stand like this.
    pub fn todo(&self, wanted: Option<&Standing>) -> Todo {
        match (wanted, &self.event) {
            (Some(_), None) => Todo::Make,
            (Some(wanted), Some(_)) if self.written.as_ref() != Some(wanted) => Todo::Change,
            (Some(_), Some(_)) => Todo::Nothing,
            (None, Some(_)) => Todo::Remove,
            // It may be there all the same: made again under its key it is known, and can be taken away.
            (None, None) if self.unsure_since.is_some() && self.written.is_some() => Todo::Make,
            (None, None) => Todo::Nothing,
        }
    }

    /// The meeting changed, or somebody wants it tried again. Nobody asks anew what a person has to look at.
    pub fn wake(&mut self, now: Timestamp) {
        if !matches!(self.state, EntryState::Uncertain { .. }) {
            self.state = EntryState::Waiting { reason: None };
            self.attempts = 0;
            self.next_at = Some(now);
        }
    }

    /// Has it tried again: after a failure, or after somebody looked and saw that there is no such event. Whether there was anything to
    /// be tried.
    pub fn retry(&mut self, now: Timestamp) -> bool {
        match self.state {
            EntryState::Uncertain { .. } => self.unsure_since = None,
            EntryState::Failed { .. } => {}
            _ => return false,
        }
        self.state = EntryState::Waiting { reason: None };
        self.attempts = 0;
        self.next_at = Some(now);
        true
    }

    /// Whether an attempt to make it may be made now, on a platform that knows a repeated one by its key for `remembered`.
    pub fn may_make(&self, remembered: SignedDuration, now: Timestamp) -> bool {
        self.unsure_since.is_none_or(|since| now < since + remembered)
    }

    /// What it is made as. Made again after an unknown outcome it is what it was then: under its key the platform gives the event of the
    /// first attempt, whatever is wanted by now.
    pub fn to_make(&self, wanted: Option<&Standing>) -> Option<Standing> {
        match self.unsure_since {
            Some(_) => self.written.clone(),
            None => wanted.cloned(),
        }
    }

    /// Notes that an attempt begins, to make it or to have it stand as `attempt`. Gives what [`Self::set_back`] needs to know of before.
    pub fn begin_attempt(&mut self, attempt: Option<&Standing>, now: Timestamp) -> Option<Timestamp> {
        let before = self.unsure_since;
        self.attempts = self.attempts.saturating_add(1);
        let Some(standing) = attempt else { return before };
        if self.event.is_none() {
            self.unsure_since = before.or(Some(now));
            self.written = Some(standing.clone());
        }
        for attendee in &standing.people {
            if !self.maybe.contains(attendee) {
                self.maybe.push(attendee.clone());
            }
        }
        before
    }

    /// An attempt did not succeed. `unsure_before` is what [`Self::begin_attempt`] gave.
    pub fn set_back(&mut self, setback: Setback, unsure_before: Option<Timestamp>, now: Timestamp) {
        let Setback { maybe_made, rest, can_be_repeated, reason, detail } = setback;
        if !maybe_made {
            self.unsure_since = unsure_before;
        }
        if can_be_repeated && self.attempts < MOST_ATTEMPTS {
            self.state = EntryState::Waiting { reason: Some(reason) };
            self.next_at = Some(now + rest.unwrap_or_else(|| pause(self.attempts)));
            return;
        }
        self.next_at = None;
        self.state = match self.unsure_since {
            Some(_) => EntryState::Uncertain { reason },
            None => EntryState::Failed { reason, detail },
        };
    }

    /// An earlier attempt may have succeeded and cannot be repeated: a person has to look.
    pub fn ask_a_person(&mut self) {
        let reason = match &self.state {
            EntryState::Waiting { reason: Some(reason) } => reason.clone(),
            _ => "delivery.reason.answer_lost".to_owned(),
        };
        self.state = EntryState::Uncertain { reason };
        self.next_at = None;
    }

    /// It stands there as `written`.
    pub fn stands(&mut self, event: ForeignCalendarEvent, written: Standing, left_out: Vec<(PersonId, String)>) {
        self.event = Some(event);
        self.maybe.clear();
        self.written = Some(written);
        self.left_out = left_out;
        self.unsure_since = None;
        self.attempts = 0;
    }

    /// There is no such event any more. `anew` is the key of the next one.
    pub fn is_gone(&mut self, anew: String) {
        self.event = None;
        self.written = None;
        self.maybe.clear();
        self.left_out = Vec::new();
        self.unsure_since = None;
        self.key = anew;
    }

    /// Nothing more is to be done, or at once if it is not as it is `wanted` by now.
    pub fn settle(&mut self, wanted: Option<&Standing>, now: Timestamp) {
        let todo = self.todo(wanted);
        self.next_at = (todo != Todo::Nothing).then_some(now);
        self.state = match (todo, wanted) {
            (Todo::Nothing, Some(_)) => EntryState::Kept,
            (Todo::Nothing, None) => EntryState::Gone,
            _ => EntryState::Waiting { reason: None },
        };
    }
}

fn pause(attempts: u32) -> SignedDuration {
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1).min(10));
    (FIRST_PAUSE * factor).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn standing(place: &str) -> Standing {
        let text = EventText {
            title: "启动会".into(),
            description: String::new(),
            starts_at: at(3600),
            ends_at: at(7200),
            zone: "Asia/Shanghai".into(),
            place: place.into(),
            online: false,
        };
        let people = vec![Attendee { person: PersonId::from_bits(1), user: ForeignUser::new("ou_1") }];
        Standing { text, people }
    }

    fn entry() -> CalendarEntry {
        CalendarEntry::new(MeetingId::from_bits(1), AccountId::from_bits(1), at(0))
    }

    fn lost(can_be_repeated: bool) -> Setback {
        let reason = "delivery.reason.answer_lost".to_owned();
        Setback { maybe_made: true, rest: None, can_be_repeated, reason, detail: String::new() }
    }

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[test]
    fn c1_what_is_to_be_done_follows_from_what_is_wanted_and_what_stands() {
        let (here, there) = (standing("三楼"), standing("四楼"));
        let mut entry = entry();
        assert_eq!((entry.todo(Some(&here)), entry.todo(None)), (Todo::Make, Todo::Nothing));
        entry.begin_attempt(Some(&here), at(0));
        entry.stands(ForeignCalendarEvent::new("e"), here.clone(), Vec::new());
        entry.settle(Some(&here), at(0));
        assert_eq!((&entry.state, entry.next_at, entry.unsure_since), (&EntryState::Kept, None, None));
        entry.settle(Some(&there), at(1));
        assert_eq!((entry.todo(Some(&there)), entry.next_at), (Todo::Change, Some(at(1))), "it changed meanwhile");
        assert_eq!(entry.todo(None), Todo::Remove);
        entry.begin_attempt(Some(&there), at(1));
        assert_eq!((&entry.written, &entry.maybe), (&Some(here), &there.people), "lost, they may be in it");
        entry.is_gone("another".into());
        entry.settle(None, at(2));
        assert_eq!(entry.state, EntryState::Gone);
    }

    #[test]
    fn c1_an_unknown_outcome_is_repeated_only_while_the_platform_knows_the_key() {
        let mut entry = entry();
        let before = entry.begin_attempt(Some(&standing("三楼")), at(0));
        assert_eq!(entry.to_make(Some(&standing("四楼"))), Some(standing("三楼")), "the key gives the first one");
        assert_eq!(entry.todo(None), Todo::Make, "cancelled meanwhile, it is found by its key and taken away");
        entry.set_back(lost(true), before, at(1));
        assert!(entry.may_make(HOUR, at(3599)) && !entry.may_make(HOUR, at(3600)));
        entry.ask_a_person();
        entry.wake(at(4000));
        assert_eq!(entry.state.name(), "uncertain", "a change asks nobody anew");
        assert!(entry.retry(at(4000)));
        assert!(entry.may_make(HOUR, at(4000)), "somebody looked: there is none");
        assert!(!entry.retry(at(4000)));
    }

    #[test]
    fn c1_it_is_given_up_with_the_platforms_words() {
        let mut entry = entry();
        let mut now = at(0);
        let refused = Setback { maybe_made: false, detail: "quota".into(), ..lost(true) };
        let mut attempts = 0;
        while let Some(next) = entry.next_at {
            now = next;
            let before = entry.begin_attempt(Some(&standing("三楼")), now);
            entry.set_back(refused.clone(), before, now);
            attempts += 1;
        }
        assert_eq!((attempts, entry.state.name(), entry.unsure_since), (8, "failed", None));
        let mut once = super::tests::entry();
        let before = once.begin_attempt(Some(&standing("三楼")), now);
        once.set_back(lost(false), before, now);
        assert_eq!(once.state.name(), "uncertain");
    }
}
