//! What a demonstration adds to an installation: simulated platforms, a clock that can be put forward, scenes that can be
//! played, a guided first loop, and entering without a password.

use std::{sync::Arc, time::Duration};

use huan_core::{
    calendar::WorkingHours,
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    task::{Stage, Task},
};
use huan_store::{Page, TaskFilter, TaskSort, Topic};
use jiff::{SignedDuration, Timestamp, ToSpan, civil::time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::session::{self, Begun},
    app::App,
    engine,
    error::ActionError,
    queries::Look,
};

/// The most days that are looked through for the next morning of work.
const LONGEST_HOLIDAY: usize = 30;
/// At how many moments one leap stops at most.
const MOST_STOPS: usize = 200;
/// How much after the first thing that is due a stop is.
const STOP: SignedDuration = SignedDuration::from_mins(1);
/// How often is looked whether everything due at a stop is done, and how long is waited between two looks.
const SETTLING_ROUNDS: usize = 10;
const SETTLING_PAUSE: Duration = Duration::from_millis(20);

/// A running demonstration.
pub trait Demo: Send + Sync {
    /// Where the simulated platforms can be watched and played.
    fn simulator_url(&self) -> String;

    /// Puts the clock of the hub and of the simulated platforms forward, both by the same amount.
    fn advance(&self, by: SignedDuration);

    /// Lets something happen on the simulated platforms, without waiting until all of it has happened.
    fn play(&self, scene: Scene);

    /// Where the guided first loop is played.
    fn first_loop(&self) -> FirstLoop;

    /// The secret in the link by which one enters without a password.
    fn key(&self) -> &str;
}

/// Where the guided first loop is played.
#[derive(Debug, Clone)]
pub struct FirstLoop {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The name of the group to write in.
    pub group: String,
    /// What to write there.
    pub sentence: String,
    /// Only what happened since counts.
    pub since: Timestamp,
}

/// How far the guided first loop is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GuideView {
    /// How many steps are done from the first on.
    pub step: usize,
    /// What to write.
    pub sentence: String,
    /// The group to write it in.
    pub group: String,
    /// Whether each step is done: written and heard, the owner asked, declined, proposal answered, taken on.
    pub done: Vec<bool>,
}

/// Something that can happen in a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// The payment module fails, and somebody calls for help.
    PaymentBreaks,
}

impl Scene {
    /// Reads `payment_breaks`.
    pub fn parse(text: &str) -> Option<Self> {
        (text == "payment_breaks").then_some(Self::PaymentBreaks)
    }
}

/// How far the clock is to be put forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leap {
    /// By this much.
    By(SignedDuration),
    /// To the beginning of the next working day.
    NextMorning,
}

impl Leap {
    /// Reads `+1h`, `+2h` or `next_morning`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "+1h" => Some(Self::By(SignedDuration::from_hours(1))),
            "+2h" => Some(Self::By(SignedDuration::from_hours(2))),
            "next_morning" => Some(Self::NextMorning),
            _ => None,
        }
    }
}

/// Puts the clock of a demonstration forward, stopping at every moment at which something is due, so that a leap over
/// noon rings before noon what rang there. The answer is the new time.
///
/// # Errors
/// When this is no demonstration, or the database fails.
pub async fn advance(app: &Arc<App>, leap: Leap) -> Result<Timestamp, ActionError> {
    let demo = required(app)?;
    let goal = match leap {
        Leap::By(by) => app.now().saturating_add(by).unwrap_or(Timestamp::MAX),
        Leap::NextMorning => next_morning(app)?,
    };
    for _ in 0..MOST_STOPS {
        let mut conn = app.db.read().await?;
        let (clock, digest) = (conn.next_clock_at(app.now()).await?, conn.next_digest_at(app.now()).await?);
        drop(conn);
        let next = [clock, digest].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next < goal) else { break };
        // What is due within a minute is done at one stop.
        let stop = goal.min(next.max(app.now()) + STOP);
        demo.advance(stop.duration_since(app.now()));
        settle(app).await?;
    }
    demo.advance(goal.duration_since(app.now()).max(SignedDuration::ZERO));
    // What is due now happens at once.
    let mut work = app.begin_as_huan().await?;
    for topic in [Topic::Clocks, Topic::Outbox, Topic::Inbox, Topic::Sync, Topic::Digests] {
        work.tx.signal(topic);
    }
    work.commit().await?;
    Ok(app.now())
}

/// Plays a scene of a demonstration.
///
/// # Errors
/// When this is no demonstration.
pub fn play(app: &App, scene: Scene) -> Result<(), ActionError> {
    required(app)?.play(scene);
    Ok(())
}

/// Does what is due, and waits for what a worker has in hand already.
async fn settle(app: &Arc<App>) -> Result<(), ActionError> {
    for _ in 0..SETTLING_ROUNDS {
        let mut waiter = app.db.waiter(Topic::Outbox);
        engine::drain(app).await?;
        let mut conn = app.db.read().await?;
        let left = conn.clocks_due_before(app.now()).await? + conn.deliveries_under_way(app.now()).await?;
        drop(conn);
        if left == 0 {
            break;
        }
        waiter.wait(SETTLING_PAUSE).await;
    }
    Ok(())
}

/// Nine o'clock of the next day on which offices in China work.
fn next_morning(app: &App) -> Result<Timestamp, ActionError> {
    let holidays = app.holidays();
    let hours = WorkingHours::office_in_china();
    let mut day = app.now().to_zoned(app.zone()).date();
    for _ in 0..LONGEST_HOLIDAY {
        day = day.saturating_add(1.day());
        if !hours.shifts_on(day, &holidays).is_empty() {
            break;
        }
    }
    let morning = day.to_datetime(time(9, 0, 0, 0)).to_zoned(app.zone());
    Ok(morning.map_err(|error| ActionError::Internal(error.to_string()))?.timestamp())
}

/// Enters a demonstration as anybody, by the key of its link.
///
/// # Errors
/// When this is no demonstration or the key is another one.
pub async fn enter(app: &App, key: &str, person: &PersonId, user_agent: &str) -> Result<Begun, ActionError> {
    let demo = required(app)?;
    if !bool::from(subtle::ConstantTimeEq::ct_eq(key.as_bytes(), demo.key().as_bytes())) {
        return Err(ActionError::LinkExpired);
    }
    let mut work = app.begin_as_huan().await?;
    let person = work.tx.person(&app.workspace, person).await?.ok_or(ActionError::NotFound("person"))?;
    let begun = session::begin(&mut work, person, user_agent).await?;
    work.commit().await?;
    Ok(begun)
}

fn required(app: &App) -> Result<&Arc<dyn Demo>, ActionError> {
    app.demo().ok_or(ActionError::NotFound("demo"))
}

/// How far the guided first loop is, by what really happened; none when this is no demonstration.
///
/// # Errors
/// When the database fails.
pub async fn guide(look: &mut Look<'_>) -> Result<Option<GuideView>, ActionError> {
    let Some(demo) = look.app.demo() else { return Ok(None) };
    let first = demo.first_loop();
    let mut done = vec![false; 5];
    // A step counts with whichever task it was tried: nobody is stuck for having taken the first one on at once.
    for task in told_tasks(look, &first).await? {
        let events = events_of(look, &task).await?;
        let happened = |wanted: fn(&Event) -> bool| events.iter().any(wanted);
        let asked = |event: &Event| matches!(event, Event::Sent { to: Some(to), .. } if *to == task.owner);
        let steps = [
            true,
            events.iter().any(asked),
            happened(|event| matches!(event, Event::Declined { .. })),
            happened(|event| matches!(event, Event::ProposalAnswered { .. })),
            happened(|event| matches!(event, Event::Accepted)) || task.state.stage() == Stage::InProgress,
        ];
        done.iter_mut().zip(steps).for_each(|(done, step)| *done |= step);
        if done.iter().all(|done| *done) {
            break;
        }
    }
    let step = done.iter().take_while(|done| **done).count();
    Ok(Some(GuideView { step, sentence: first.sentence, group: first.group, done }))
}

/// The tasks that somebody made in a chat since the demonstration began, the first first.
async fn told_tasks(look: &mut Look<'_>, first: &FirstLoop) -> Result<Vec<Task>, ActionError> {
    let filter = TaskFilter { collaboration: Some(first.collaboration.clone()), ..TaskFilter::default() };
    let listed = look.conn.tasks(&look.app.workspace, &filter, TaskSort::Updated, &Page::first(200)).await?;
    let mut told: Vec<Task> =
        listed.rows.into_iter().filter(|task| task.message.is_some() && task.created_at >= first.since).collect();
    told.sort_by_key(|task| task.number);
    Ok(told)
}

async fn events_of(look: &mut Look<'_>, task: &Task) -> Result<Vec<Event>, ActionError> {
    let subject = Subject::Task(task.id.clone());
    let listed = look.conn.history(&look.app.workspace, &subject, &Page::first(200)).await?;
    Ok(listed.rows.into_iter().map(|row| row.entry.event).collect())
}
