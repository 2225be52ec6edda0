//! Who asks for an action, and by which way.

use huan_core::{history::Source, i18n::Language, id::PersonId, permission::Viewer, person::Person};
use jiff::{Timestamp, tz::TimeZone};

/// Who asks for an action.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What they may see and do.
    pub viewer: Viewer,
    /// The language they are answered in.
    pub language: Language,
    /// The zone in which their words about time are understood.
    pub zone: TimeZone,
    /// By which way they ask.
    pub source: Source,
}

impl Caller {
    /// The caller that `person` is at `now`; none when they have left or their access as a guest has ended.
    pub fn of(person: &Person, source: Source, now: Timestamp) -> Option<Self> {
        Some(Self {
            viewer: Viewer::of(person, now)?,
            language: person.language,
            zone: person.hours.zone().clone(),
            source,
        })
    }

    /// The person.
    pub fn person(&self) -> &PersonId {
        &self.viewer.person
    }
}
