//! Countdowns.

use std::collections::HashMap;

use huan_core::{
    calendar::{WorkingHours, WorkingTime},
    clock::{Clock, ClockKind, ClockState},
    history::Subject,
    i18n::text,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::error::ActionError;

/// A running clock.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ClockView {
    /// The id.
    pub id: String,
    /// What it waits for.
    pub kind: &'static str,
    /// The number of the stage that comes next, as text.
    pub stage: String,
    /// What it waits for, in the reader's language.
    pub stage_name: String,
    /// When it started.
    pub started_at: Timestamp,
    /// When its next stage comes.
    pub next_at: Option<Timestamp>,
    /// Until when the answer is due.
    pub due_at: Timestamp,
    /// `running` or `stopped`.
    pub state: &'static str,
    /// Years without holiday data that it runs through, in which ordinary weekdays are assumed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed_years: Vec<i16>,
}

/// The running clocks of these things. Where a thing has several, the one that is due first.
///
/// # Errors
/// When the database fails.
pub async fn of(look: &mut Look<'_>, subjects: &[Subject]) -> Result<HashMap<String, Clock>, ActionError> {
    let mut first: HashMap<String, Clock> = HashMap::new();
    if subjects.is_empty() {
        return Ok(first);
    }
    for clock in look.conn.running_clocks(&look.app.workspace, subjects).await? {
        let known = first.get(clock.subject.id());
        if known.is_none_or(|known| precedence(&clock) < precedence(known)) {
            first.insert(clock.subject.id().to_owned(), clock);
        }
    }
    Ok(first)
}

/// The answer that is owed goes before the day's progress.
fn precedence(clock: &Clock) -> (bool, Timestamp) {
    (clock.kind == ClockKind::DailyProgress, clock.due_at)
}

/// A clock as the reader sees it. `hours` are those by which it runs.
pub fn view(look: &Look<'_>, clock: &Clock, hours: &WorkingHours) -> ClockView {
    let holidays = look.app.holidays();
    let assumed = WorkingTime::new(hours, &holidays).working_between(look.now, clock.due_at.max(look.now));
    ClockView {
        id: clock.id.to_string(),
        kind: clock.kind.name(),
        stage: clock.stage.to_string(),
        stage_name: text(look.caller.language, &format!("clock.kind.{}", clock.kind.name()), &[]),
        started_at: clock.started_at,
        next_at: clock.next_at,
        due_at: clock.due_at,
        state: match clock.state {
            ClockState::Running => "running",
            ClockState::Stopped { .. } => "stopped",
        },
        assumed_years: assumed.assumed_years,
    }
}
