//! Meetings that are called with an agenda and an invitation, and what is known of them until their minutes are owed (C1).
//!
//! ```text
//!            call               its end comes, or somebody says that it is over
//!  Draft ──────────▶ Called ────────────────────────────────────────────────────▶ Held
//!    │                 │
//!    └──── cancel ─────┴────▶ Cancelled
//! ```
//! A meeting that was held owes minutes: they are begun once, and their clock runs from its end.

mod draft;
mod event;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    id::{CollaborationId, MeetingId, MinutesId, PersonId},
    names::names,
    platform::PlatformKey,
    record::Participant,
};

pub use draft::{Draft, Facts, MemberFacts, draft};
pub use event::{Attendee, CalendarEntry, EntryState, EventText, Standing, Todo};

/// Who has not answered is reminded so long before the beginning.
const REMIND_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// No meeting is longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

names! {
    /// What a meeting is for. `meeting.kind.<name>` is its text.
    MeetingKind {
        /// The kick-off meeting 「启动会」 of a collaboration.
        KickOff = "kick_off",
    }
}

names! {
    /// Where a meeting stands. `meeting.stage.<name>` is its text.
    MeetingStage {
        /// It is being prepared: nobody was invited yet.
        Draft = "draft",
        /// People are invited.
        Called = "called",
        /// It is over, and its minutes are begun.
        Held = "held",
        /// It does not take place.
        Cancelled = "cancelled",
    }
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// The id.
    pub id: MeetingId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What it is for.
    pub kind: MeetingKind,
    /// What is said, by whom, when and where.
    pub plan: Plan,
    /// Who is invited.
    pub invited: Vec<Invited>,
    /// Where it stands.
    pub state: MeetingState,
    /// Which time and place people were told of: 0 before they were invited, one more whenever either changes.
    pub revision: u32,
    /// When people were told of it.
    #[serde(default)]
    pub told_at: Option<Timestamp>,
    /// Up to which revision those who had not answered were reminded.
    #[serde(default)]
    pub reminded: u32,
    /// The address of its online meeting, once the platform has told it.
    pub join_url: Option<String>,
    /// Who prepared it.
    pub drafted_by: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// What a meeting is about, when and where it is: what can be written as long as it was not held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What people call it.
    pub title: String,
    /// What is said to those who are invited, in the groups too.
    pub invitation: String,
    /// What is gone through.
    pub agenda: String,
    /// When it begins.
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Where it is: a room, or an address.
    pub place: String,
    /// The platform that makes an online meeting for it; none for no such meeting.
    pub online: Option<PlatformKey>,
    /// Who leads through it.
    pub host: PersonId,
    /// Who writes its minutes.
    pub recorder: PersonId,
}

/// Somebody who is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// Who.
    pub who: Participant,
    /// What they answered; none while they have not.
    pub answer: Option<Answer>,
    /// Whether they were there, where that was noted.
    pub present: Option<bool>,
}

/// The answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether they come.
    pub coming: bool,
    /// Why not, or what else there is to be said; may be empty.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

/// Where a meeting stands, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MeetingState {
    /// It is being prepared.
    Draft,
    /// People are invited.
    Called {
        /// By whom.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// It is over.
    Held {
        /// By whom it was called.
        by: PersonId,
        /// When it ended.
        at: Timestamp,
        /// Its minutes.
        minutes: MinutesId,
        /// The version of the minutes that was written from here last: as long as it is theirs, nobody else has written.
        written: i64,
    },
    /// It does not take place.
    Cancelled {
        /// Who said so.
        by: PersonId,
        /// When.
        at: Timestamp,
        /// Why.
        reason: String,
        /// Whether people had been invited.
        was_called: bool,
    },
}

impl MeetingState {
    /// The stage.
    pub fn stage(&self) -> MeetingStage {
        match self {
            Self::Draft => MeetingStage::Draft,
            Self::Called { .. } => MeetingStage::Called,
            Self::Held { .. } => MeetingStage::Held,
            Self::Cancelled { .. } => MeetingStage::Cancelled,
        }
    }
}

/// Why something cannot be done with a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeetingError {
    /// It is at a stage in which this cannot be done.
    #[error("the meeting is {0}")]
    WrongStage(MeetingStage),
    /// Nobody knows when it begins or ends.
    #[error("the meeting has no time")]
    TimeMissing,
    /// It would end before it begins, or last longer than a day.
    #[error("the meeting's end does not fit its beginning")]
    EndUnfit,
    /// It would begin in the past.
    #[error("the meeting would begin in the past")]
    Past,
    /// It is nowhere: no place, and not online.
    #[error("the meeting has no place")]
    PlaceMissing,
    /// Nobody is invited.
    #[error("nobody is invited")]
    NobodyInvited,
    /// The answer is about another time or place.
    #[error("time or place changed meanwhile")]
    OtherRevision,
    /// Whoever answers is not invited.
    #[error("not invited")]
    NotInvited,
}

/// What a change of a meeting that people are invited to means for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Time or place is another one: those who stay invited are told.
    pub moved: bool,
    /// Who is invited now and was not before.
    pub joined: Vec<PersonId>,
    /// Who was invited and is not any more.
    pub left: Vec<PersonId>,
}

impl Meeting {
    /// The people who are invited and known.
    pub fn people(&self) -> impl Iterator<Item = &PersonId> {
        self.invited.iter().filter_map(|invited| match &invited.who {
            Participant::Person { person } => Some(person),
            Participant::Named { .. } => None,
        })
    }

    /// What is known of somebody who is invited.
    pub fn invited(&self, person: &PersonId) -> Option<&Invited> {
        self.invited.iter().find(|invited| matches!(&invited.who, Participant::Person { person: one } if one == person))
    }

    /// Whether people are invited, so that it stands in calendars.
    pub fn is_called(&self) -> bool {
        self.state.stage() == MeetingStage::Called
    }

    /// Its minutes, once they are begun.
    pub fn minutes(&self) -> Option<&MinutesId> {
        match &self.state {
            MeetingState::Held { minutes, .. } => Some(minutes),
            _ => None,
        }
    }

    /// When something happens by itself: who has not answered is reminded, and a meeting that was called ends.
    pub fn next_at(&self) -> Option<Timestamp> {
        if !self.is_called() {
            return None;
        }
        self.remind_at().into_iter().chain(self.plan.ends_at).min()
    }

    /// Who is known and has not answered.
    pub fn unanswered(&self) -> impl Iterator<Item = &PersonId> {
        self.people().filter(|person| self.invited(person).is_some_and(|invited| invited.answer.is_none()))
    }

    /// When those who have not answered are reminded: a day before the beginning; when they are told later than two days before, half-way.
    /// Once for each time and place that they were told of.
    pub fn remind_at(&self) -> Option<Timestamp> {
        if !self.is_called() || self.reminded >= self.revision || self.unanswered().next().is_none() {
            return None;
        }
        let starts_at = self.plan.starts_at?;
        let before = match self.told_at {
            Some(told_at) => REMIND_BEFORE.min(starts_at.duration_since(told_at) / 2),
            None => REMIND_BEFORE,
        };
        starts_at.checked_sub(before).ok()
    }

    /// Those who have not answered are reminded, if it is time. Who they are; nobody once it has begun.
    pub fn remind(&mut self, now: Timestamp) -> Vec<PersonId> {
        if self.remind_at().is_none_or(|at| at > now) {
            return Vec::new();
        }
        let still = self.plan.starts_at.is_some_and(|starts_at| now < starts_at);
        let unanswered = self.unanswered().filter(|_| still).cloned().collect();
        self.reminded = self.revision;
        unanswered
    }

    /// Writes what it is about, when and where it is, and who is invited. Answers stay where they still hold: to another time
    /// people answer anew, but whoever chose it comes.
    ///
    /// # Errors
    /// When it is over or cancelled; when people are invited already and time, place or they would be missing.
    pub fn write(
        &mut self,
        plan: Plan,
        invited: Vec<Participant>,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<Change, MeetingError> {
        let stage = self.state.stage();
        if !matches!(stage, MeetingStage::Draft | MeetingStage::Called) {
            return Err(MeetingError::WrongStage(stage));
        }
        let was = self.clone();
        let retimed = plan.starts_at != was.plan.starts_at || plan.ends_at != was.plan.ends_at;
        if stage == MeetingStage::Called {
            plan.require_whole(retimed.then_some(now))?;
            if invited.is_empty() {
                return Err(MeetingError::NobodyInvited);
            }
        }
        let moved = retimed || plan.place != was.plan.place || plan.online != was.plan.online;
        if plan.online != was.plan.online {
            self.join_url = None;
        }
        self.plan = plan;
        self.invited = invited
            .into_iter()
            .map(|who| {
                let known = was.invited.iter().find(|known| known.who == who);
                let answer = known.and_then(|known| known.answer.clone()).filter(|_| !retimed);
                Invited { who, answer, present: known.and_then(|known| known.present) }
            })
            .collect();
        if stage == MeetingStage::Draft {
            return Ok(Change::default());
        }
        if moved {
            self.revision = self.revision.saturating_add(1);
            self.told_at = Some(now);
            self.comes(by, now);
        }
        let joined = self.people().filter(|person| was.invited(person).is_none()).cloned().collect();
        let left = was.people().filter(|person| self.invited(person).is_none()).cloned().collect();
        Ok(Change { moved, joined, left })
    }

    /// Whoever sets the time comes, and is not asked.
    fn comes(&mut self, by: &PersonId, now: Timestamp) {
        let is_them = |one: &&mut Invited| matches!(&one.who, Participant::Person { person } if person == by);
        if let Some(invited) = self.invited.iter_mut().find(is_them) {
            invited.answer.get_or_insert(Answer { coming: true, words: String::new(), at: now });
        }
    }

    /// People are invited. Whoever invites comes.
    ///
    /// # Errors
    /// When they are already, or time, place or people are missing.
    pub fn call(&mut self, by: PersonId, now: Timestamp) -> Result<(), MeetingError> {
        self.require(MeetingStage::Draft)?;
        self.plan.require_whole(Some(now))?;
        if self.invited.is_empty() {
            return Err(MeetingError::NobodyInvited);
        }
        self.comes(&by, now);
        self.state = MeetingState::Called { by, at: now };
        self.revision = 1;
        self.told_at = Some(now);
        Ok(())
    }

    /// It does not take place.
    ///
    /// # Errors
    /// When it was held or cancelled.
    pub fn cancel(&mut self, by: PersonId, reason: String, now: Timestamp) -> Result<(), MeetingError> {
        let stage = self.state.stage();
        if !matches!(stage, MeetingStage::Draft | MeetingStage::Called) {
            return Err(MeetingError::WrongStage(stage));
        }
        let was_called = stage == MeetingStage::Called;
        self.state = MeetingState::Cancelled { by, at: now, reason, was_called };
        Ok(())
    }

    /// Somebody who is invited answers, on what `revision` said. Whether that is anything new.
    ///
    /// # Errors
    /// When nobody is invited any more, they are not, or time or place changed meanwhile.
    pub fn answer(
        &mut self,
        person: &PersonId,
        revision: u32,
        coming: bool,
        words: String,
        now: Timestamp,
    ) -> Result<bool, MeetingError> {
        self.require(MeetingStage::Called)?;
        let newest = self.revision;
        let invited = self
            .invited
            .iter_mut()
            .find(|invited| matches!(&invited.who, Participant::Person { person: one } if one == person))
            .ok_or(MeetingError::NotInvited)?;
        if revision != newest {
            return Err(MeetingError::OtherRevision);
        }
        let same = invited.answer.as_ref().is_some_and(|known| known.coming == coming && known.words == words);
        if !same {
            invited.answer = Some(Answer { coming, words, at: now });
        }
        Ok(!same)
    }

    /// Notes whether somebody was there. Whether that is anything new.
    ///
    /// # Errors
    /// When nobody was invited yet, it was cancelled or has not begun, or they are not invited.
    pub fn note_presence(
        &mut self,
        who: &Participant,
        present: Option<bool>,
        now: Timestamp,
    ) -> Result<bool, MeetingError> {
        let stage = self.state.stage();
        let begun = self.plan.starts_at.is_some_and(|starts_at| starts_at <= now);
        match stage {
            MeetingStage::Held => {}
            MeetingStage::Called if begun => {}
            _ => return Err(MeetingError::WrongStage(stage)),
        }
        let invited = self.invited.iter_mut().find(|one| one.who == *who).ok_or(MeetingError::NotInvited)?;
        let changed = invited.present != present;
        invited.present = present;
        Ok(changed)
    }

    /// When it ended, if it is over at `now`; a meeting that has begun can be said to be over before its time.
    ///
    /// # Errors
    /// When it was not called, was held already, or has not begun.
    pub fn end(&self, now: Timestamp) -> Result<Timestamp, MeetingError> {
        self.require(MeetingStage::Called)?;
        let (Some(starts_at), Some(ends_at)) = (self.plan.starts_at, self.plan.ends_at) else {
            return Err(MeetingError::TimeMissing);
        };
        if starts_at > now { Err(MeetingError::WrongStage(MeetingStage::Called)) } else { Ok(ends_at.min(now)) }
    }

    /// It is over, and its minutes are begun.
    ///
    /// # Errors
    /// When it was not called or was held already.
    pub fn held(&mut self, at: Timestamp, minutes: MinutesId, written: i64) -> Result<(), MeetingError> {
        let MeetingState::Called { by, .. } = &self.state else {
            return Err(MeetingError::WrongStage(self.state.stage()));
        };
        self.state = MeetingState::Held { by: by.clone(), at, minutes, written };
        Ok(())
    }

    /// Who took part and who did not: what was noted, else what they answered; whoever said nothing counts as having been
    /// there, for a person to mend.
    pub fn attendance(&self) -> (Vec<Participant>, Vec<Participant>) {
        let there = |invited: &&Invited| {
            invited.present.or_else(|| invited.answer.as_ref().map(|answer| answer.coming)).unwrap_or(true)
        };
        let (there, away): (Vec<&Invited>, Vec<&Invited>) = self.invited.iter().partition(there);
        let who = |some: Vec<&Invited>| some.into_iter().map(|invited| invited.who.clone()).collect();
        (who(there), who(away))
    }

    fn require(&self, stage: MeetingStage) -> Result<(), MeetingError> {
        let now = self.state.stage();
        if now == stage { Ok(()) } else { Err(MeetingError::WrongStage(now)) }
    }
}

impl Plan {
    /// Whether people can be invited to it. `not_before` is the moment before which it must not begin.
    fn require_whole(&self, not_before: Option<Timestamp>) -> Result<(), MeetingError> {
        let (Some(starts_at), Some(ends_at)) = (self.starts_at, self.ends_at) else {
            return Err(MeetingError::TimeMissing);
        };
        if ends_at <= starts_at || ends_at.duration_since(starts_at) > LONGEST {
            return Err(MeetingError::EndUnfit);
        }
        if not_before.is_some_and(|now| starts_at < now) {
            return Err(MeetingError::Past);
        }
        if self.place.trim().is_empty() && self.online.is_none() {
            return Err(MeetingError::PlaceMissing);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, has};

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn known(bits: u128) -> Participant {
        Participant::Person { person: person(bits) }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn meeting() -> Meeting {
        let invited = [known(1), known(2), Participant::Named { text: "客户王总".into() }];
        Meeting {
            id: MeetingId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            kind: MeetingKind::KickOff,
            plan: Plan {
                title: "启动会".into(),
                invitation: "请参加".into(),
                agenda: "目标".into(),
                starts_at: Some(at(60)),
                ends_at: Some(at(120)),
                place: "三楼会议室".into(),
                online: None,
                host: person(1),
                recorder: person(2),
            },
            invited: invited.into_iter().map(|who| Invited { who, answer: None, present: None }).collect(),
            state: MeetingState::Draft,
            revision: 0,
            told_at: None,
            reminded: 0,
            join_url: None,
            drafted_by: person(1),
            created_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn called() -> Meeting {
        let mut meeting = meeting();
        meeting.call(person(1), at(0)).unwrap();
        meeting
    }

    fn who(meeting: &Meeting) -> Vec<Participant> {
        meeting.invited.iter().map(|invited| invited.who.clone()).collect()
    }

    #[test]
    fn c1_nobody_is_invited_to_a_meeting_without_time_place_or_people() {
        let refused = |change: &dyn Fn(&mut Meeting)| {
            let mut meeting = meeting();
            change(&mut meeting);
            meeting.call(person(1), at(0)).unwrap_err()
        };
        assert_eq!(refused(&|meeting| meeting.plan.starts_at = None), MeetingError::TimeMissing);
        assert_eq!(refused(&|meeting| meeting.plan.ends_at = meeting.plan.starts_at), MeetingError::EndUnfit);
        assert_eq!(refused(&|meeting| meeting.plan.ends_at = Some(at(60 + 24 * 60 + 1))), MeetingError::EndUnfit);
        assert_eq!(refused(&|meeting| meeting.plan.starts_at = Some(at(-1))), MeetingError::Past);
        assert_eq!(refused(&|meeting| meeting.plan.place = " ".into()), MeetingError::PlaceMissing);
        assert_eq!(refused(&|meeting| meeting.invited.clear()), MeetingError::NobodyInvited);
        let mut online = meeting();
        online.plan.place = String::new();
        online.plan.online = Some(PlatformKey::new("feishu"));
        online.call(person(1), at(0)).unwrap();
        assert_eq!(online.call(person(1), at(0)), Err(MeetingError::WrongStage(MeetingStage::Called)));
    }

    #[test]
    fn c1_another_time_is_answered_anew_and_another_agenda_is_not() {
        let mut meeting = called();
        assert!(meeting.answer(&person(2), 1, true, String::new(), at(1)).unwrap());
        assert!(!meeting.answer(&person(2), 1, true, String::new(), at(2)).unwrap(), "a second time is nothing new");
        let everybody = who(&meeting);
        let agenda = Plan { agenda: "目标与分工".into(), ..meeting.plan.clone() };
        assert_eq!(meeting.write(agenda, everybody.clone(), &person(1), at(3)), Ok(Change::default()));
        assert_eq!(meeting.revision, 1);
        let place = Plan { place: "四楼".into(), ..meeting.plan.clone() };
        assert!(meeting.write(place, everybody.clone(), &person(1), at(3)).unwrap().moved);
        assert!(meeting.invited(&person(2)).unwrap().answer.is_some(), "whoever comes comes there too");
        let later = Plan { starts_at: Some(at(70)), ..meeting.plan.clone() };
        assert!(meeting.write(later, everybody, &person(1), at(3)).unwrap().moved);
        assert_eq!((meeting.revision, meeting.invited(&person(2)).unwrap().answer.clone()), (3, None));
        assert_eq!(
            meeting.answer(&person(2), 1, true, String::new(), at(4)),
            Err(MeetingError::OtherRevision),
            "an old card answers nothing new"
        );
        assert_eq!(meeting.answer(&person(9), 3, true, String::new(), at(4)), Err(MeetingError::NotInvited));
    }

    #[test]
    fn c1_who_joins_and_who_is_no_longer_invited_is_known() {
        let mut meeting = called();
        let change = meeting.write(meeting.plan.clone(), vec![known(2), known(3)], &person(1), at(1)).unwrap();
        assert_eq!(change, Change { moved: false, joined: vec![person(3)], left: vec![person(1)] });
        assert_eq!(
            meeting.write(meeting.plan.clone(), Vec::new(), &person(1), at(1)),
            Err(MeetingError::NobodyInvited)
        );
    }

    #[test]
    fn f3_a_meeting_is_held_once_and_owes_minutes_from_its_end() {
        let mut meeting = called();
        meeting.remind(at(30));
        assert_eq!(meeting.next_at(), Some(at(120)));
        assert_eq!(meeting.end(at(59)), Err(MeetingError::WrongStage(MeetingStage::Called)), "it has not begun");
        assert_eq!(meeting.end(at(90)), Ok(at(90)), "it was shorter than planned");
        assert_eq!(meeting.end(at(500)), Ok(at(120)), "late or not, its end is its end");
        meeting.held(at(120), MinutesId::from_bits(1), 1).unwrap();
        let again = meeting.held(at(121), MinutesId::from_bits(2), 1);
        assert_eq!(again, Err(MeetingError::WrongStage(MeetingStage::Held)));
        assert_eq!((meeting.next_at(), meeting.minutes()), (None, Some(&MinutesId::from_bits(1))));
        assert!(meeting.cancel(person(1), String::new(), at(121)).is_err());
    }

    #[test]
    fn c1_who_has_not_answered_is_reminded_once_for_each_time_they_were_told() {
        let mut meeting = called();
        assert_eq!(meeting.next_at(), Some(at(30)), "called an hour before: half-way");
        assert_eq!(meeting.remind(at(29)), []);
        assert_eq!(meeting.remind(at(31)), [person(2)], "whoever called comes; a name in no directory gets no message");
        assert_eq!((meeting.remind(at(32)), meeting.next_at()), (vec![], Some(at(120))));

        let days = 24 * 60;
        let plan = Plan { starts_at: Some(at(5 * days)), ends_at: Some(at(5 * days + 60)), ..meeting.plan.clone() };
        let everybody = who(&meeting);
        meeting.write(plan, everybody, &person(1), at(40)).unwrap();
        assert_eq!(meeting.next_at(), Some(at(4 * days)), "another time is asked about anew, a day before");
        meeting.answer(&person(2), 2, false, String::new(), at(41)).unwrap();
        assert_eq!(meeting.next_at(), Some(at(5 * days + 60)), "everybody has answered");
    }

    #[test]
    fn c1_nobody_is_reminded_of_what_has_begun() {
        let mut meeting = called();
        assert_eq!(meeting.remind(at(60)), []);
        assert_eq!(meeting.next_at(), Some(at(120)));
        meeting.cancel(person(1), String::new(), at(61)).unwrap();
        assert_eq!(meeting.next_at(), None);
    }

    #[test]
    fn c1_what_was_noted_counts_before_what_was_answered() {
        let mut meeting = called();
        meeting.answer(&person(1), 1, false, "出差".into(), at(1)).unwrap();
        meeting.answer(&person(2), 1, false, String::new(), at(1)).unwrap();
        assert!(meeting.note_presence(&known(2), Some(true), at(2)).is_err(), "it has not begun");
        assert!(meeting.note_presence(&known(2), Some(true), at(61)).unwrap());
        assert!(!meeting.note_presence(&known(2), Some(true), at(61)).unwrap());
        let (there, away) = meeting.attendance();
        assert_eq!(there, [known(2), Participant::Named { text: "客户王总".into() }]);
        assert_eq!(away, [known(1)]);
    }

    #[test]
    fn every_name_has_its_words() {
        let kinds = MeetingKind::ALL.iter().map(|kind| format!("meeting.kind.{kind}"));
        let stages = MeetingStage::ALL.iter().map(|stage| format!("meeting.stage.{stage}"));
        for key in kinds.chain(stages) {
            assert!(has(Language::Chinese, &key) && has(Language::English, &key), "{key}");
        }
    }
}
