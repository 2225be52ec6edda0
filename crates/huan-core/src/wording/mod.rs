//! Follow-ups 「后续行动」 that can be tracked: each names an action, a person and a time (H3).
//!
//! ```
//! use huan_core::wording::{Context, Code, check};
//! let now: jiff::Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse()?;
//! let context = Context { owner: Some("市场经理"), topic: "客户反馈", ..Context::new(&now) };
//! let review = check("需尽快确认", &context);
//! assert_eq!(review.actions[0].proposal.as_deref(), Some("市场经理今日17:00前确认客户反馈"));
//! assert!(review.findings().any(|finding| finding.code == Code::VagueTime));
//! # Ok::<(), jiff::Error>(())
//! ```

mod person;
mod propose;
mod rules;
mod segment;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::LazyLock};

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::{
    called::Called,
    command::{self, Due, sheet::Sheet},
    i18n::{Language, text},
    time_expression::{Finding as TimeFinding, Meaning},
};

use rules::Slot;
use segment::Segment;

/// The row that a follow-up belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The writer's clock and zone.
    pub now: &'a Zoned,
    /// The row's owner, by name or job role.
    pub owner: Option<&'a str>,
    /// The row's deadline.
    pub due: Option<&'a Zoned>,
    /// The row's topic, for what an action without an object is about. May be empty.
    pub topic: &'a str,
    /// What people are called. May be empty.
    pub people: &'a Called,
    /// What others are called who take part in the row and stand in no directory. May be empty.
    pub others: &'a [&'a str],
}

impl<'a> Context<'a> {
    /// Nothing but the time.
    pub fn new(now: &'a Zoned) -> Self {
        static NOBODY: LazyLock<Called> = LazyLock::new(Called::default);
        Self { now, owner: None, due: None, topic: "", people: &NOBODY, others: &[] }
    }
}

/// What a follow-up says.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Its actions, in order; none when there is no follow-up.
    pub actions: Vec<Action>,
}

impl Review {
    /// Whether every action names what, who and when. True of no follow-up at all.
    pub fn is_concrete(&self) -> bool {
        self.actions.iter().all(|action| action.findings.is_empty())
    }

    /// What is vague or missing, in order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.actions.iter().flat_map(|action| &action.findings)
    }

    /// The whole follow-up as proposed: concrete actions as written, the others mended. `None` when nothing is to be
    /// mended or something cannot be.
    pub fn proposal(&self, original: &str) -> Option<String> {
        if self.is_concrete() {
            return None;
        }
        let mended: Option<Vec<&str>> = self
            .actions
            .iter()
            .map(|action| match &action.proposal {
                Some(proposal) => Some(proposal.as_str()),
                None if action.findings.is_empty() => original.get(action.span.clone()),
                None => None,
            })
            .collect();
        let sign = if crate::folded::Folded::new(original).has_chinese() { "；" } else { "; " };
        Some(mended?.join(sign))
    }
}

/// One action of a follow-up.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Its bytes in the follow-up.
    pub span: Range<usize>,
    /// Who, when and what, when all three are clear.
    pub concrete: Option<Concrete>,
    /// What is vague or missing; empty when concrete.
    pub findings: Vec<Finding>,
    /// The action mended, in the language it was written in. `None` when concrete, or when nobody is known to name.
    pub proposal: Option<String>,
}

/// An action that can be tracked.
#[derive(Debug, Clone, PartialEq)]
pub struct Concrete {
    /// The person as written, without `@`.
    pub person_text: String,
    /// Until when.
    pub due: Due,
    /// What, without person and time.
    pub action: String,
}

/// Something vague or missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// The vague words, or the whole action when something is missing; bytes in the follow-up.
    pub span: Range<usize>,
}

impl Finding {
    /// The reason in words. `original` is the follow-up that was checked.
    pub fn describe(&self, original: &str, language: Language) -> String {
        let words = original.get(self.span.clone()).unwrap_or_default();
        text(language, &format!("wording.{}", self.code.name()), &[("words", &words)])
    }
}

/// What can be wrong with a follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 「尽快」 in the place of a time.
    VagueTime,
    /// 「相关人员」 in the place of a person.
    VaguePerson,
    /// 「跟进一下」 in the place of an action.
    VagueAction,
    /// 「争取」: a commitment taken back.
    Hedge,
    /// No time.
    TimeMissing,
    /// A time that can be read in several ways.
    TimeAmbiguous,
    /// A time that has passed.
    TimePast,
    /// Nobody named.
    PersonMissing,
    /// A department in the place of a person.
    PersonIsGroup,
    /// Nothing to be done.
    ActionMissing,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 10] = [
        Self::VagueTime,
        Self::VaguePerson,
        Self::VagueAction,
        Self::Hedge,
        Self::TimeMissing,
        Self::TimeAmbiguous,
        Self::TimePast,
        Self::PersonMissing,
        Self::PersonIsGroup,
        Self::ActionMissing,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::VagueTime => "vague_time",
            Self::VaguePerson => "vague_person",
            Self::VagueAction => "vague_action",
            Self::Hedge => "hedge",
            Self::TimeMissing => "time_missing",
            Self::TimeAmbiguous => "time_ambiguous",
            Self::TimePast => "time_past",
            Self::PersonMissing => "person_missing",
            Self::PersonIsGroup => "person_is_group",
            Self::ActionMissing => "action_missing",
        }
    }
}

/// Checks a follow-up.
pub fn check(follow_up: &str, context: &Context<'_>) -> Review {
    let of_the_row = Called::new(context.others.iter().copied().chain(context.owner));
    let names = [context.people, &of_the_row];
    let surroundings = command::Context { bot_names: &[], names: &names, ..command::Context::new(context.now) };
    let sheet = Sheet::new(follow_up, &surroundings);
    let mut actions = Vec::new();
    let mut before = None;
    for segment in segment::split(&sheet) {
        let read = read(&sheet, &segment, before.take().filter(|_| segment.continues));
        actions.push(judge(&sheet, &segment, &read, context));
        before = Some(read);
    }
    Review { actions }
}

/// Who, when and what, as far as a segment says it.
struct Read {
    who: Who,
    when: Option<TimeFinding>,
    what: String,
    vague: Vec<(Slot, (usize, usize))>,
}

#[derive(Clone)]
enum Who {
    Person(String),
    Group((usize, usize)),
    Nobody,
}

fn read(sheet: &Sheet<'_>, segment: &Segment, before: Option<Read>) -> Read {
    let Segment { from, to, .. } = *segment;
    let mut without = Vec::new();
    let found = person::find(sheet, segment);
    let (who, place) = match found {
        Some(person::Found::Person { words, place }) => (Who::Person(words), Some(place)),
        Some(person::Found::Group { place }) => (Who::Group(place), Some(place)),
        None => (Who::Nobody, None),
    };
    without.extend(place);
    let times = sheet.times(from, to);
    let free = |(piece, _): &&(&command::sheet::Piece, &TimeFinding)| sheet.folded.at(piece.to) != '的';
    let when = times
        .iter()
        .find(|(_, finding)| finding.is_deadline)
        .or_else(|| times.iter().filter(free).find(|(_, finding)| !matches!(finding.meaning, Meaning::Past { .. })))
        .or_else(|| times.iter().find(free));
    without.extend(when.map(|(piece, _)| (piece.from, piece.to)));
    let mut vague = rules::find(sheet, from, to, &without);
    // 「通知相关人员」 says whom the action concerns, not who does it.
    let named = matches!(who, Who::Person(_));
    let in_place = |at: usize| !named && person::is_doing(&sheet.folded, from, at);
    vague.retain(|(slot, (at, _))| *slot != Slot::Person || in_place(*at));
    without.extend(vague.iter().map(|(_, place)| *place));
    let what = sheet.text(from, to, &without);
    let mut read = Read { who, when: when.map(|(_, finding)| (*finding).clone()), what, vague };
    // 「市场经理今日17:00前确认反馈，更新方案」: who and when go on behind the comma.
    if let Some(before) = before {
        if matches!(read.who, Who::Nobody) {
            read.who = before.who;
        }
        read.when = read.when.or(before.when);
    }
    read
}

fn judge(sheet: &Sheet<'_>, segment: &Segment, read: &Read, context: &Context<'_>) -> Action {
    let span = sheet.bytes(segment.from, segment.to);
    let bytes = |place: (usize, usize)| sheet.bytes(place.0, place.1);
    let vague = |slot: Slot| read.vague.iter().find(|(found, _)| *found == slot).map(|(_, place)| bytes(*place));
    let mut findings = Vec::new();
    let mut note = |code: Code, place: Option<Range<usize>>| {
        findings.push(Finding { code, span: place.unwrap_or_else(|| span.clone()) });
    };

    let person = match &read.who {
        Who::Person(words) => Some(words.as_str()),
        Who::Group(place) => {
            note(Code::PersonIsGroup, Some(bytes(*place)));
            None
        }
        Who::Nobody => {
            match vague(Slot::Person) {
                Some(place) => note(Code::VaguePerson, Some(place)),
                None => note(Code::PersonMissing, None),
            }
            None
        }
    };
    let due = read.when.as_ref().and_then(|finding| Due::of(&finding.meaning));
    if due.is_none() {
        match (read.when.as_ref().map(|finding| (&finding.meaning, finding.span.clone())), vague(Slot::Time)) {
            (Some((Meaning::Past { .. }, place)), _) => note(Code::TimePast, Some(place)),
            (Some((_, place)), _) => note(Code::TimeAmbiguous, Some(place)),
            (None, Some(place)) => note(Code::VagueTime, Some(place)),
            (None, None) => note(Code::TimeMissing, None),
        }
    }
    if let Some(place) = vague(Slot::Hedge) {
        note(Code::Hedge, Some(place));
    }
    let action = (!read.what.is_empty()).then_some(read.what.as_str());
    if action.is_none() {
        match vague(Slot::Action).or_else(|| vague(Slot::Undecided)) {
            Some(place) => note(Code::VagueAction, Some(place)),
            None => note(Code::ActionMissing, None),
        }
    } else if let Some(place) = vague(Slot::Undecided) {
        note(Code::VagueAction, Some(place));
    }

    let concrete = match (person, &due, action) {
        (Some(person), Some(due), Some(action)) if findings.is_empty() => {
            Some(Concrete { person_text: person.to_owned(), due: due.clone(), action: action.to_owned() })
        }
        _ => None,
    };
    let proposal = if concrete.is_some() {
        None
    } else {
        propose::propose(person, read.when.as_ref().map(|finding| &finding.meaning), action, sheet, context)
    };
    Action { span, concrete, findings, proposal }
}
