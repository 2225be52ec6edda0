//! Minutes 「会议纪要」 of decisions and meetings: begun, written, passed on, withdrawn (F3). Filing them is [`super::filing`].

use huan_core::{
    clock::{ClockKind, StopReason},
    history::{Event, Subject},
    id::{CollaborationId, MessageId, MinutesId, PersonId},
    level::Level,
    minutes::{ActionItem, Content, Minutes, MinutesState, Occasion},
    permission::{CollaborationDeed, Deed},
    person::Person,
    record::Participant,
};
use jiff::Timestamp;

use super::{create_record, input};
use crate::{
    error::{ActionError, FieldProblem},
    notices::Notice,
    work::Work,
};

/// More actions than this are a project.
const MOST_ACTIONS: usize = 50;
/// More marks of guesses than there are parts.
const MOST_GUESSES: usize = 100;

/// What new minutes are begun from.
#[derive(Debug, Clone)]
pub struct NewMinutes {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What they are of.
    pub occasion: Occasion,
    /// What was decided or met about, in a line.
    pub title: String,
    /// Who writes them; without one whoever begins them does.
    pub recorder: Option<PersonId>,
    /// When the decision was taken or the meeting ended; without it now.
    pub happened_at: Option<Timestamp>,
    /// What is known already.
    pub content: Content,
    /// Who may see them.
    pub level: Level,
    /// The message in which it was decided.
    pub message: Option<MessageId>,
}

impl NewMinutes {
    /// Minutes of a collaboration of which nothing is known but what they are about.
    pub fn of(collaboration: CollaborationId, occasion: Occasion, title: impl Into<String>) -> Self {
        Self {
            collaboration,
            occasion,
            title: title.into(),
            recorder: None,
            happened_at: None,
            content: Content::default(),
            level: Level::Internal,
            message: None,
        }
    }
}

/// A decision was taken or a meeting ended: the minutes are owed, and their clock starts.
///
/// # Errors
/// When the caller may not, something given cannot be used, or it lies in the future.
pub async fn begin(work: &mut Work<'_>, new: NewMinutes) -> Result<Minutes, ActionError> {
    work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?;
    let starter = work.caller()?.person().clone();
    begin_for(work, starter, new).await
}

/// Begins minutes in the name of `starter`, whose right to do so was checked.
pub(super) async fn begin_for(work: &mut Work<'_>, starter: PersonId, new: NewMinutes) -> Result<Minutes, ActionError> {
    let collaboration = new.collaboration;
    let title = input::text("title", &new.title, input::SHORT)?;
    let happened_at = new.happened_at.unwrap_or(work.now);
    if happened_at > work.now {
        return Err(ActionError::field("happened_at", "future"));
    }
    let recorder = new.recorder.unwrap_or_else(|| starter.clone());
    let recorder = recorder_of(work, &collaboration, &recorder).await?;
    let content = checked(work, &collaboration, &[], new.content).await?;
    let minutes = Minutes {
        id: work.new_id(),
        collaboration,
        number: work.tx.next_minutes_number(&work.app.workspace).await?,
        occasion: new.occasion,
        title,
        level: new.level,
        started_by: starter,
        recorder,
        state: MinutesState::Owed,
        content,
        message: new.message,
        happened_at,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_minutes(&work.app.workspace, &minutes).await?;
    let subject = Subject::Minutes(minutes.id.clone());
    work.happened(subject.clone(), Some(&minutes.collaboration), Event::Created);
    work.happened(subject, Some(&minutes.collaboration), Event::Assigned { owner: minutes.recorder.clone() });
    start_clock(work, &minutes).await?;
    Ok(minutes)
}

/// Somebody who works here and can be asked for minutes; an outside person cannot.
pub(super) async fn recorder_of(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    person: &PersonId,
) -> Result<PersonId, ActionError> {
    let person = input::active_member(work, collaboration, person, "recorder").await?;
    match person.standing {
        huan_core::person::Standing::Active => Ok(person.id),
        _ => Err(ActionError::field("recorder", "unknown")),
    }
}

/// Starts the clock for whoever records, and tells them.
async fn start_clock(work: &mut Work<'_>, minutes: &Minutes) -> Result<(), ActionError> {
    let Some(trigger) = minutes.clock() else { return Ok(()) };
    let collaboration = work.tx.collaboration(&work.app.workspace, &minutes.collaboration).await?;
    let collaboration = collaboration.ok_or(ActionError::NotFound("collaboration"))?;
    work.start_minutes_clock(minutes, &collaboration, trigger).await?;
    let notice = Notice::MinutesOwed { minutes: minutes.id.clone() };
    let subject = Subject::Minutes(minutes.id.clone());
    work.tell_other(&minutes.recorder, &subject, &minutes.collaboration, notice).await
}

/// Writes what has been put down so far. `version` is the one that the caller saw.
///
/// # Errors
/// When the caller does not record them, they were withdrawn, or somebody else wrote meanwhile.
pub async fn write(
    work: &mut Work<'_>,
    id: &MinutesId,
    title: &str,
    content: Content,
    level: Option<Level>,
    version: i64,
) -> Result<Minutes, ActionError> {
    let was = work.minutes_for(id, Deed::Record).await?;
    let mut minutes = written(work, &was, title, content, level, version).await?;
    if minutes == was {
        return Ok(minutes);
    }
    minutes.updated_at = work.now;
    work.tx.update_minutes(&work.app.workspace, &mut minutes).await?;
    note_level(work, &was, &minutes);
    work.show(&Subject::Minutes(minutes.id.clone()), Some(&minutes.collaboration));
    Ok(minutes)
}

/// The minutes with what was given, not stored yet.
pub(super) async fn written(
    work: &mut Work<'_>,
    was: &Minutes,
    title: &str,
    content: Content,
    level: Option<Level>,
    version: i64,
) -> Result<Minutes, ActionError> {
    if was.version != version {
        return Err(ActionError::VersionConflict("minutes"));
    }
    let title = input::text("title", title, input::SHORT)?;
    let content = checked(work, &was.collaboration, &was.content.actions, content).await?;
    let mut minutes = was.clone();
    minutes.write(title, content)?;
    minutes.level = level.unwrap_or(was.level);
    Ok(minutes)
}

/// Who may see them is no part of an edition; a change of it stands in the history.
pub(super) fn note_level(work: &mut Work<'_>, was: &Minutes, minutes: &Minutes) {
    if was.level == minutes.level {
        return;
    }
    let code = |level: Level| super::edit_task::code(&level);
    let event = Event::Changed { field: "level".to_owned(), from: code(was.level), to: code(minutes.level) };
    work.happened(Subject::Minutes(minutes.id.clone()), Some(&minutes.collaboration), event);
}

/// What was given, within bounds. Which task an action became is not the caller's to say.
async fn checked(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    known: &[ActionItem],
    given: Content,
) -> Result<Content, ActionError> {
    if given.actions.len() > MOST_ACTIONS {
        let problem = FieldProblem { field: "actions", code: "too_many", limit: Some(MOST_ACTIONS) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    if let Some(host) = &given.host {
        work.person(host, "host").await?;
    }
    let mut actions: Vec<ActionItem> = Vec::with_capacity(given.actions.len());
    for action in given.actions {
        let what = input::optional_text("actions", &action.what, input::SHORT)?;
        if what.is_empty() && action.owner.is_none() && action.due.is_none() {
            continue;
        }
        if let Some(owner) = &action.owner {
            input::active_member(work, collaboration, owner, "actions").await?;
        }
        let key = input::optional_text("actions", &action.key, 40)?;
        let is_taken = |key: &str| actions.iter().chain(known).any(|one| one.key == key);
        let key = match key.is_empty() || actions.iter().any(|one| one.key == key) {
            true => (1..).map(|number| format!("a{number}")).find(|key| !is_taken(key)).unwrap_or_default(),
            false => key,
        };
        let task = known.iter().find(|one| one.key == key).and_then(|one| one.task.clone());
        actions.push(ActionItem { key, what, task, ..action });
    }
    let participants = create_record::participants(work, given.participants).await?;
    let mut absentees = create_record::participants(work, given.absentees).await?;
    absentees.retain(|absent| !participants.contains(absent));
    let mut guessed = given.guessed;
    guessed.truncate(MOST_GUESSES);
    guessed.retain(|part| part.len() <= 60);
    Ok(Content {
        held_at: given.held_at,
        place: input::optional_text("place", &given.place, input::SHORT)?,
        host: given.host,
        participants,
        absentees,
        agenda: input::optional_text("agenda", &given.agenda, input::LONG)?,
        conclusions: input::optional_text("conclusions", &given.conclusions, input::LONG)?,
        disputes: input::optional_text("disputes", &given.disputes, input::LONG)?,
        actions,
        guessed,
    })
}

/// Somebody else records. The moment by which the minutes are due stays, unless it has passed.
///
/// # Errors
/// When the caller does not record them, they were withdrawn, or the person is not in the collaboration.
pub async fn reassign(work: &mut Work<'_>, id: &MinutesId, recorder: &PersonId) -> Result<Minutes, ActionError> {
    let minutes = work.minutes_for(id, Deed::Record).await?;
    let recorder = recorder_of(work, &minutes.collaboration, recorder).await?;
    pass_on(work, minutes, recorder).await
}

/// Somebody leaves, and `recorder` answers for the minutes in their place (I7). Whoever lets them go may do so without a
/// part in them.
pub(super) async fn hand_over(work: &mut Work<'_>, id: &MinutesId, recorder: &Person) -> Result<(), ActionError> {
    let found = work.tx.minutes(&work.app.workspace, id).await?;
    let minutes = found.ok_or(ActionError::NotFound("minutes"))?;
    pass_on(work, minutes, recorder.id.clone()).await.map(|_| ())
}

async fn pass_on(work: &mut Work<'_>, mut minutes: Minutes, recorder: PersonId) -> Result<Minutes, ActionError> {
    if minutes.recorder == recorder {
        return Ok(minutes);
    }
    minutes.reassign(recorder.clone())?;
    minutes.updated_at = work.now;
    work.tx.update_minutes(&work.app.workspace, &mut minutes).await?;
    let subject = Subject::Minutes(minutes.id.clone());
    work.happened(subject, Some(&minutes.collaboration), Event::Assigned { owner: recorder });
    start_clock(work, &minutes).await?;
    Ok(minutes)
}

/// There was no decision, or it was entered twice: nothing is owed.
///
/// # Errors
/// When the caller does not record them, they are filed, or no reason is given.
pub async fn withdraw(work: &mut Work<'_>, id: &MinutesId, reason: &str) -> Result<Minutes, ActionError> {
    let mut minutes = work.minutes_for(id, Deed::Record).await?;
    let reason = input::text("reason", reason, input::LONG)?;
    minutes.withdraw(reason.clone(), work.caller()?.person().clone(), work.now)?;
    minutes.updated_at = work.now;
    work.tx.update_minutes(&work.app.workspace, &mut minutes).await?;
    let subject = Subject::Minutes(minutes.id.clone());
    work.happened(subject.clone(), Some(&minutes.collaboration), Event::MinutesWithdrawn { reason });
    work.stop_clock(&subject, &minutes.collaboration, ClockKind::Minutes, StopReason::Withdrawn).await?;
    Ok(minutes)
}

/// Known people as participants.
pub(crate) fn participants(people: impl IntoIterator<Item = PersonId>) -> Vec<Participant> {
    people.into_iter().map(|person| Participant::Person { person }).collect()
}
