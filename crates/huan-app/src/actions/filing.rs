//! Filing minutes, and the participants' word on them (F3, I6).

use huan_core::{
    clock::{ClockKind, StopReason},
    history::{Event, Subject},
    i18n::text,
    id::{MinutesId, PersonId, TaskId},
    level::Level,
    minutes::{ActionItem, Confirmation, Content, Edition, Minutes, Removed, Reply, Stand, asked_about},
    permission::Deed,
    task::Priority,
    wording::{self, Code},
};

use super::{
    create_task::{NewTask, create_task},
    edit_task::{self, TaskChange},
    input,
    minutes::{note_level, written},
    task_steps,
};
use crate::{error::ActionError, naming, notices::Notice, work::Work};

/// What is filed.
#[derive(Debug, Clone)]
pub struct Filing {
    /// What was decided or met about.
    pub title: String,
    /// What the minutes say.
    pub content: Content,
    /// Who may see them; none leaves that as it is.
    pub level: Option<Level>,
    /// What changed against the edition before; the first one needs none.
    pub note: String,
    /// What becomes of the open tasks whose action is no longer in the minutes.
    pub removed: Vec<Removed>,
    /// The version that the caller saw.
    pub version: i64,
}

/// Files minutes: the next edition stands, their clock stops, each new action becomes a task of its owner, and the
/// participants are asked for their word.
///
/// # Errors
/// When the caller does not record them, something is missing or vague, nothing is said about a task whose action was taken
/// out, or somebody else wrote meanwhile.
pub async fn file(work: &mut Work<'_>, id: &MinutesId, filing: Filing) -> Result<Minutes, ActionError> {
    // Much is carried along; it has its own place in memory.
    Box::pin(file_now(work, id, filing)).await
}

async fn file_now(work: &mut Work<'_>, id: &MinutesId, filing: Filing) -> Result<Minutes, ActionError> {
    let workspace = &work.app.workspace;
    let was = work.minutes_for(id, Deed::Record).await?;
    let note = input::optional_text("note", &filing.note, input::SHORT)?;
    let mut minutes = written(work, &was, &filing.title, filing.content, filing.level, filing.version).await?;
    let editions = work.tx.minutes_editions(workspace, id).await?;
    let newest = editions.last();
    let by = work.caller()?.person().clone();
    let mut edition = minutes.file(newest, &note, by, work.now)?;
    concrete(work, &edition.content).await?;
    settle_removed(work, &minutes, newest, &filing.removed).await?;
    let about = minutes.clone();
    for action in &mut minutes.content.actions {
        match action.task.clone() {
            None => action.task = Some(task_of(work, &about, action).await?),
            Some(task) => follow(work, &task, newest, action).await?,
        }
    }
    edition.content = minutes.content.clone();
    minutes.updated_at = work.now;
    work.tx.update_minutes(workspace, &mut minutes).await?;
    work.tx.add_edition(workspace, id, &edition).await?;
    let subject = Subject::Minutes(id.clone());
    note_level(work, &was, &minutes);
    let event = Event::MinutesFiled { edition: edition.number, note };
    work.happened(subject.clone(), Some(&minutes.collaboration), event);
    work.stop_clock(&subject, &minutes.collaboration, ClockKind::Minutes, StopReason::Answered).await?;
    ask_participants(work, &minutes, &edition, &editions).await?;
    if newest.is_none_or(|newest| !newest.says_the_same(&edition)) {
        work.post_minutes(&minutes).await?;
    }
    work.refresh_cards(&subject).await?;
    Ok(minutes)
}

/// Refuses an action whose wording says nothing (H3): who and by when stand beside it.
async fn concrete(work: &mut Work<'_>, content: &Content) -> Result<(), ActionError> {
    let called = naming::called(work).await?;
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let context = wording::Context { people: &called, ..wording::Context::new(&now) };
    let vague = content.actions.iter().any(|action| is_vague(&action.what, &context));
    if vague { Err(ActionError::field("actions", "action_vague")) } else { Ok(()) }
}

/// Whether the words of an action say nothing that can be done. Who and by when is told beside them.
pub(crate) fn is_vague(what: &str, context: &wording::Context<'_>) -> bool {
    let review = wording::check(what, context);
    review.findings().any(|finding| {
        matches!(
            finding.code,
            Code::VagueAction | Code::Hedge | Code::VagueTime | Code::VaguePerson | Code::ActionMissing
        )
    })
}

/// Gives up or lets go on what came of actions that are no longer in the minutes.
async fn settle_removed(
    work: &mut Work<'_>,
    minutes: &Minutes,
    newest: Option<&Edition>,
    removed: &[Removed],
) -> Result<(), ActionError> {
    let Some(newest) = newest else { return Ok(()) };
    for gone in newest.content.actions.iter().filter_map(|action| action.task.clone()) {
        if minutes.content.actions.iter().any(|action| action.task.as_ref() == Some(&gone)) {
            continue;
        }
        let Some(task) = work.tx.task(&work.app.workspace, &gone).await? else { continue };
        if !task.state.is_open() {
            continue;
        }
        let Some(choice) = removed.iter().find(|choice| choice.task == gone) else {
            return Err(ActionError::field("removed", "action_removed"));
        };
        if choice.cancel {
            let reason = text(work.language(), "minutes.removed", &[("number", &minutes.number)]);
            task_steps::cancel(work, &gone, &reason).await?;
        }
    }
    Ok(())
}

async fn task_of(work: &mut Work<'_>, minutes: &Minutes, action: &ActionItem) -> Result<TaskId, ActionError> {
    let Some(owner) = action.owner.clone() else { return Err(ActionError::field("actions", "required")) };
    if action.due.is_none_or(|due| due <= work.now) {
        return Err(ActionError::field("actions", "past"));
    }
    let description =
        text(work.language(), "minutes.task_of", &[("number", &minutes.number), ("title", &minutes.title)]);
    let new = NewTask {
        collaboration: minutes.collaboration.clone(),
        name: action.what.clone(),
        description,
        owner,
        helpers: Vec::new(),
        due_at: action.due,
        priority: Priority::Normal,
        criteria: String::new(),
        level: minutes.level,
        message: minutes.message.clone(),
        platforms: Vec::new(),
    };
    let task = create_task(work, new).await?;
    work.tx.link_minutes(&work.app.workspace, &minutes.id, &task.id).await?;
    let name = format!("M{}", minutes.number);
    let linked = Event::Linked { what: "minutes".to_owned(), name };
    work.happened(Subject::Task(task.id.clone()), Some(&task.collaboration), linked);
    let linked = Event::Linked { what: "task".to_owned(), name: format!("#{}", task.number) };
    work.happened(Subject::Minutes(minutes.id.clone()), Some(&minutes.collaboration), linked);
    Ok(task.id)
}

/// Carries what changed in an action over to its task, while that is open.
async fn follow(
    work: &mut Work<'_>,
    task: &TaskId,
    newest: Option<&Edition>,
    action: &ActionItem,
) -> Result<(), ActionError> {
    let before = newest.and_then(|newest| newest.content.actions.iter().find(|one| one.task.as_ref() == Some(task)));
    let Some(before) = before else { return Ok(()) };
    if before.what == action.what && before.owner == action.owner && before.due == action.due {
        return Ok(());
    }
    let now = work.task_for(task, Deed::See).await?;
    if !now.state.is_open() {
        return Ok(());
    }
    if before.what != action.what || before.due != action.due {
        let change = TaskChange {
            version: now.version,
            name: (before.what != action.what).then(|| action.what.clone()),
            due_at: (before.due != action.due).then_some(action.due),
            ..TaskChange::default()
        };
        edit_task::edit_task(work, task, change).await?;
    }
    match &action.owner {
        Some(owner) if before.owner != action.owner && now.owner != *owner => {
            task_steps::reassign(work, task, owner).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// Asks the participants for their word; whoever confirmed a text that says the same is not asked again.
async fn ask_participants(
    work: &mut Work<'_>,
    minutes: &Minutes,
    edition: &Edition,
    earlier: &[Edition],
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let known = work.tx.confirmations(workspace, &minutes.id).await?;
    let asked = asked_about(edition, earlier, &known);
    for gone in known.iter().filter(|known| asked.iter().all(|one| one.person != known.person)) {
        work.tx.drop_confirmation(workspace, &minutes.id, &gone.person).await?;
    }
    let subject = Subject::Minutes(minutes.id.clone());
    for word in asked {
        let before = known.iter().find(|known| known.person == word.person);
        if before == Some(&word) {
            continue;
        }
        work.tx.set_confirmation(workspace, &minutes.id, &word).await?;
        // Whoever has the question before them already sees it change there.
        if word.stand == Stand::Waiting && before.is_none_or(|before| before.stand != Stand::Waiting) {
            let notice = Notice::MinutesCard { minutes: minutes.id.clone() };
            work.tell_other(&word.person, &subject, &minutes.collaboration, notice).await?;
        }
    }
    match is_waited_for(work, minutes).await? {
        true => work.start_confirmation_clock(minutes).await,
        false => stop_reminding(work, minutes).await,
    }
}

/// Whether the word of somebody is still waited for.
async fn is_waited_for(work: &mut Work<'_>, minutes: &Minutes) -> Result<bool, ActionError> {
    let words = work.tx.confirmations(&work.app.workspace, &minutes.id).await?;
    Ok(words.iter().any(|word| word.stand == Stand::Waiting))
}

async fn stop_reminding(work: &mut Work<'_>, minutes: &Minutes) -> Result<(), ActionError> {
    let subject = Subject::Minutes(minutes.id.clone());
    work.stop_clock(&subject, &minutes.collaboration, ClockKind::Confirmation, StopReason::Answered).await
}

/// 「确认」: a participant confirms an edition.
///
/// # Errors
/// When the caller's word is not asked for, or the edition is not the newest.
pub async fn confirm(work: &mut Work<'_>, id: &MinutesId, edition: u32) -> Result<Minutes, ActionError> {
    let (minutes, mut word) = asked(work, id).await?;
    if matches!(word.stand, Stand::Confirmed { .. }) && word.edition == edition {
        return Ok(minutes);
    }
    word.confirm(edition, minutes.state.edition(), work.now)?;
    say(work, &minutes, &word, Event::MinutesConfirmed { edition }).await?;
    Ok(minutes)
}

/// 「有异议」: a participant objects; the recorder is told.
///
/// # Errors
/// When the caller's word is not asked for, nothing is said, or the edition is not the newest.
pub async fn object(work: &mut Work<'_>, id: &MinutesId, edition: u32, words: &str) -> Result<Minutes, ActionError> {
    let (minutes, mut word) = asked(work, id).await?;
    let words = input::text("words", words, input::LONG)?;
    word.object(words.clone(), edition, minutes.state.edition(), work.now)?;
    say(work, &minutes, &word, Event::MinutesObjected { edition, words }).await?;
    let notice = Notice::MinutesObjection { minutes: minutes.id.clone(), person: word.person };
    work.tell_other(&minutes.recorder, &Subject::Minutes(id.clone()), &minutes.collaboration, notice).await?;
    Ok(minutes)
}

/// Answers a participant's objection: it is open no longer, and they can still confirm.
///
/// # Errors
/// When the caller does not record them, there is no objection, or nothing is said.
pub async fn answer_objection(
    work: &mut Work<'_>,
    id: &MinutesId,
    person: &PersonId,
    words: &str,
) -> Result<Minutes, ActionError> {
    let minutes = work.minutes_for(id, Deed::Record).await?;
    let words = input::text("words", words, input::LONG)?;
    let found = work.tx.confirmation(&work.app.workspace, id, person).await?;
    let mut word = found.ok_or(ActionError::field("person", "unknown"))?;
    word.answer(Reply { by: work.caller()?.person().clone(), words: words.clone(), at: work.now })?;
    say(work, &minutes, &word, Event::ObjectionAnswered { person: person.clone(), words }).await?;
    let notice = Notice::ObjectionAnswered { minutes: id.clone() };
    work.tell_other(person, &Subject::Minutes(id.clone()), &minutes.collaboration, notice).await?;
    Ok(minutes)
}

/// The minutes and the caller's word on them, which is asked for.
async fn asked(work: &mut Work<'_>, id: &MinutesId) -> Result<(Minutes, Confirmation), ActionError> {
    let minutes = work.minutes_for(id, Deed::Confirm).await?;
    let person = work.caller()?.person().clone();
    let word = work.tx.confirmation(&work.app.workspace, id, &person).await?.ok_or(ActionError::Forbidden)?;
    Ok((minutes, word))
}

async fn say(work: &mut Work<'_>, minutes: &Minutes, word: &Confirmation, event: Event) -> Result<(), ActionError> {
    work.tx.set_confirmation(&work.app.workspace, &minutes.id, word).await?;
    let subject = Subject::Minutes(minutes.id.clone());
    work.happened(subject.clone(), Some(&minutes.collaboration), event);
    if !is_waited_for(work, minutes).await? {
        stop_reminding(work, minutes).await?;
    }
    work.refresh_cards(&subject).await
}
