//! The check of a follow-up (H3) within its row: the same for the one who saves it and for everybody who reads it.

use huan_core::{
    called::Called,
    person::Person,
    record::{Participant, Record},
    wording::{self, Context, Review},
};
use jiff::{Timestamp, tz::TimeZone};

/// A follow-up with what its row says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FollowUpText<'a> {
    /// The text.
    pub(crate) words: &'a str,
    /// The row's topic; may be empty.
    pub(crate) topic: &'a str,
    /// What the row's owner is called.
    pub(crate) owner: Option<&'a str>,
    /// The row's due time.
    pub(crate) due_at: Option<Timestamp>,
    /// Who takes part.
    pub(crate) participants: &'a [Participant],
}

impl<'a> FollowUpText<'a> {
    /// The follow-up of a row.
    pub(crate) fn of(record: &'a Record, owner: Option<&'a str>) -> Self {
        Self {
            words: &record.follow_up,
            topic: &record.topic,
            owner,
            due_at: record.due_at,
            participants: &record.participants,
        }
    }

    /// What the check says, for somebody in `zone`.
    pub(crate) fn review(&self, called: &Called, now: Timestamp, zone: &TimeZone) -> Review {
        let now = now.to_zoned(zone.clone());
        let due = self.due_at.map(|due| due.to_zoned(zone.clone()));
        let named = self.participants.iter().filter_map(|participant| match participant {
            Participant::Named { text } => Some(text.as_str()),
            Participant::Person { .. } => None,
        });
        let context = Context {
            owner: self.owner,
            due: due.as_ref(),
            topic: self.topic,
            people: called,
            others: &named.collect::<Vec<_>>(),
            ..Context::new(&now)
        };
        wording::check(self.words, &context)
    }
}

/// By what a person is called in a follow-up: the job role, else the name.
pub(crate) fn called(person: &Person) -> &str {
    if person.job.is_empty() { &person.name } else { &person.job }
}
