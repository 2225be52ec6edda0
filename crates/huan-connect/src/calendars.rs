//! Events in people's calendars, where the platform has calendars.

use std::time::Duration;

use async_trait::async_trait;
use huan_core::{
    meeting::EventText,
    platform::{ForeignCalendarEvent, ForeignUser},
};

use crate::{LeftOut, SendError};

/// An event that stands in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// The platform's id of it.
    pub id: ForeignCalendarEvent,
    /// The address of its online meeting, where there is one and it is known.
    pub join_url: Option<String>,
    /// Who is in it.
    pub people: Vec<ForeignUser>,
    /// Who could not be put in.
    pub left_out: Vec<LeftOut>,
}

/// Keeps events. People are put in without a message from the platform: they are told by ours, once.
#[async_trait]
pub trait Calendars: Send + Sync {
    /// For how long a second [`Calendars::make`] with the same key gives the event of the first one instead of another. Be honest: a
    /// wrong answer makes two events.
    fn remembers(&self) -> Duration;

    /// Makes an event for these people, the first of whom owns it where the platform needs a person as owner. It may leave people out
    /// who are then put in by [`Calendars::change`].
    ///
    /// # Errors
    /// When the platform did not, or perhaps did not, make it.
    async fn make(&self, event: &EventText, people: &[ForeignUser], key: &str) -> Result<KeptEvent, SendError>;

    /// Has an event say this, and these people in it. Those who `were` are in it, and of those who are `maybe` in it nobody knows:
    /// they were asked for, and the answer was lost. Doing so twice is harmless.
    ///
    /// # Errors
    /// When that failed, wholly or in part: it is to be repeated. A reason `meeting.reason.gone` says that the event is not there
    /// any more.
    async fn change(
        &self,
        id: &ForeignCalendarEvent,
        event: &EventText,
        people: &[ForeignUser],
        were: &[ForeignUser],
        maybe: &[ForeignUser],
    ) -> Result<KeptEvent, SendError>;

    /// Takes an event away. One that is not there is taken away already.
    ///
    /// # Errors
    /// When the platform did not.
    async fn remove(&self, id: &ForeignCalendarEvent) -> Result<(), SendError>;
}
