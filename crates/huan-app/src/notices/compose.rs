//! Reading what a notice is about, and putting it into words for its reader.

use huan_connect::Content;
use huan_core::{
    clock::ClockKind,
    directory::run::LeaverState,
    history::Subject,
    i18n::{Language, text},
    id::{CollaborationId, FollowUpId, MessageId, PersonId},
    level::Level,
    person::{Person, Standing},
    task::{Stage, Task, TaskState},
    time_text,
};
use huan_store::{Conn, Page, TaskFilter, TaskSort};
use jiff::{SignedDuration, Timestamp};

use super::{
    AnswerClock, Awaited, Name, Notice, Origin, Reader, TaskFacts, centre, compose_for_task, digest, emergency,
    meeting, minutes, problem, sign_off, usage_rules,
};
use crate::{
    actions::leaving::OpenWork,
    app::App,
    error::ActionError,
    links::{LinkTo, SignedLink},
    parcel::{Parcel, Way},
};

/// One message names so many tasks …
const MOST_NAMED: usize = 10;
/// … of so many that are looked at.
const MOST_TASKS: u32 = 200;
/// How long a signed link in a message is good.
const LINK: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Puts a parcel into words from the state as it is now; none when nothing is left to be said.
///
/// # Errors
/// When the database fails.
pub async fn compose(app: &App, parcel: &Parcel, reference: &str) -> Result<Option<Content>, ActionError> {
    let Notice::Gathered { notices } = &parcel.notice else { return compose_one(app, parcel, reference).await };
    let mut words = Vec::with_capacity(notices.len());
    for notice in notices {
        let one = Parcel { notice: notice.clone(), ..parcel.clone() };
        match compose_one(app, &one, reference).await? {
            Some(Content::Text(text)) => words.push(text),
            Some(Content::Card(card)) => words.push(card.title),
            None => {}
        }
    }
    if words.len() < 2 {
        return Ok(words.pop().map(Content::Text));
    }
    let mut conn = app.db.read().await?;
    let reader = reader(app, &mut conn, parcel, None).await?;
    let head = reader.text("notice.gathered", &[("count", &words.len())]);
    words.insert(0, head);
    Ok(Some(Content::Text(words.join("\n\n"))))
}

/// Puts a parcel with one notice into words.
async fn compose_one(app: &App, parcel: &Parcel, reference: &str) -> Result<Option<Content>, ActionError> {
    let mut conn = app.db.read().await?;
    if has_left(app, &mut conn, parcel).await? {
        return Ok(None);
    }
    let task = match &parcel.notice {
        Notice::Words { text } => return Ok(Some(Content::Text(text.clone()))),
        // News is not gathered twice.
        Notice::Gathered { .. } => return Ok(None),
        Notice::FollowUpReminder { follow_up, late } => {
            return follow_up_words(app, &mut conn, parcel, follow_up, *late).await;
        }
        Notice::ProblemCard { problem }
        | Notice::ProblemEscalation { problem, .. }
        | Notice::ProblemReminder { problem, .. }
        | Notice::ProblemUnanswered { problem, .. }
        | Notice::ProblemAlarm { problem, .. }
        | Notice::ProblemCall { problem, .. }
        | Notice::ProblemStep { problem, .. } => {
            let Some(problem) = conn.problem(&app.workspace, problem).await? else { return Ok(None) };
            let facts = problem::facts(app, &mut conn, problem).await?;
            let reader = reader(app, &mut conn, parcel, Some(&Subject::Problem(facts.problem.id.clone()))).await?;
            return Ok(problem::words(&parcel.notice, &facts, &reader, reference_of(parcel, reference)));
        }
        notice @ (Notice::PlanRole { .. }
        | Notice::StageReport { .. }
        | Notice::PlanItemDue { .. }
        | Notice::FaultReportDue { .. }) => {
            let Some(facts) = emergency::facts(app, &mut conn, notice).await? else { return Ok(None) };
            let reader = reader(app, &mut conn, parcel, None).await?;
            return Ok(emergency::words(app, notice, &facts, &reader));
        }
        Notice::MeetingCard { meeting }
        | Notice::MeetingMoved { meeting, .. }
        | Notice::MeetingReminder { meeting }
        | Notice::MeetingCancelled { meeting }
        | Notice::MeetingExcused { meeting } => {
            let Some(meeting) = conn.meeting(&app.workspace, meeting).await? else { return Ok(None) };
            let facts = meeting::facts(app, &mut conn, meeting).await?;
            let reader = reader(app, &mut conn, parcel, Some(&facts.subject())).await?;
            return Ok(meeting::words(app, &parcel.notice, &facts, &reader, reference_of(parcel, reference)));
        }
        Notice::MinutesOwed { minutes }
        | Notice::MinutesReminder { minutes, .. }
        | Notice::MinutesEscalation { minutes, .. }
        | Notice::MinutesOverdue { minutes, .. }
        | Notice::MinutesCard { minutes }
        | Notice::ConfirmationReminder { minutes }
        | Notice::MinutesLink { minutes }
        | Notice::MinutesObjection { minutes, .. }
        | Notice::ObjectionAnswered { minutes } => {
            let Some(minutes) = conn.minutes(&app.workspace, minutes).await? else { return Ok(None) };
            let facts = minutes::facts(app, &mut conn, minutes).await?;
            let reader = reader(app, &mut conn, parcel, Some(&Subject::Minutes(facts.minutes.id.clone()))).await?;
            return Ok(minutes::words(app, &parcel.notice, &facts, &reader, reference_of(parcel, reference)));
        }
        Notice::Digest { digest, outsiders } => {
            let reader = reader(app, &mut conn, parcel, None).await?;
            return digest::card(app, &mut conn, digest, *outsiders, &reader, reference_of(parcel, reference)).await;
        }
        Notice::DigestStaleRows { digest } => {
            let reader = reader(app, &mut conn, parcel, None).await?;
            return digest::stale_rows(app, &mut conn, digest, &reader).await;
        }
        notice @ (Notice::RulesPosted { .. } | Notice::RulesCard { .. } | Notice::RulesReminder { .. }) => {
            let Some(facts) = usage_rules::facts(app, &mut conn, notice).await? else { return Ok(None) };
            let subject = match notice {
                Notice::RulesCard { reading } | Notice::RulesReminder { reading, .. } => {
                    Some(Subject::RulesReading(reading.clone()))
                }
                Notice::RulesPosted { collaboration } => Some(Subject::Collaboration(collaboration.clone())),
                _ => None,
            };
            let reader = reader(app, &mut conn, parcel, subject.as_ref()).await?;
            return Ok(usage_rules::words(notice, &facts, &reader, reference_of(parcel, reference)));
        }
        notice @ (Notice::SignatureCard { .. }
        | Notice::SignatureReminder { .. }
        | Notice::SignatureEscalation { .. }
        | Notice::SignatureOverdue { .. }
        | Notice::SignOffRefused { .. }
        | Notice::SignOffCompleted { .. }) => {
            let Some(facts) = sign_off::facts(app, &mut conn, notice, parcel.reader.as_ref()).await? else {
                return Ok(None);
            };
            let reader = reader(app, &mut conn, parcel, facts.subject().as_ref()).await?;
            return Ok(sign_off::words(app, notice, &facts, &reader, reference_of(parcel, reference)));
        }
        Notice::RequirementChanged { entry } => {
            let Some(entry) = conn.entry(&app.workspace, entry).await? else { return Ok(None) };
            let origin = origin(app, &mut conn, entry.message.as_ref()).await?;
            let reader = reader(app, &mut conn, parcel, None).await?;
            return Ok(centre::requirement_changed(app, &entry, origin.as_ref(), &reader));
        }
        Notice::GuestWork { guest, collaboration } => {
            return guest_words(app, &mut conn, parcel, guest, collaboration).await;
        }
        Notice::ProgressReminder { .. } if parcel.reader.is_some() => {
            return progress_words(app, &mut conn, parcel, reference).await;
        }
        Notice::TaskCard { task }
        | Notice::AnswerReminder { task, .. }
        | Notice::Unanswered { task, .. }
        | Notice::Escalation { task, .. }
        | Notice::ProgressReminder { task }
        | Notice::TaskStep { task, .. } => task,
    };
    let Some(task) = conn.task(&app.workspace, task).await? else { return Ok(None) };
    let facts = task_facts(app, &mut conn, task).await?;
    let reader = reader(app, &mut conn, parcel, Some(&Subject::Task(facts.task.id.clone()))).await?;
    Ok(compose_for_task(&parcel.notice, &facts, &reader, reference_of(parcel, reference)))
}

/// The reference of the card: an edit keeps the one that it was sent with.
fn reference_of<'a>(parcel: &'a Parcel, new: &'a str) -> &'a str {
    match &parcel.way {
        Way::Edit { reference, .. } => reference,
        Way::Send { .. } | Way::Call { .. } => new,
    }
}

/// What a call about a problem says, where the platform reads it out.
///
/// # Errors
/// When the database fails.
pub(crate) async fn call_words(app: &App, parcel: &Parcel) -> Result<String, ActionError> {
    let Notice::ProblemCall { problem, .. } = &parcel.notice else { return Ok(String::new()) };
    let mut conn = app.db.read().await?;
    let Some(problem) = conn.problem(&app.workspace, problem).await? else { return Ok(String::new()) };
    let facts = problem::facts(app, &mut conn, problem).await?;
    let reader = reader(app, &mut conn, parcel, None).await?;
    Ok(problem::call_words(&facts, &reader))
}

/// Everything about a task that words need.
///
/// # Errors
/// When the database fails.
pub async fn task_facts(app: &App, conn: &mut Conn, task: Task) -> Result<TaskFacts, ActionError> {
    let workspace = &app.workspace;
    let collaboration =
        conn.collaboration(workspace, &task.collaboration).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let proposed = match &task.state {
        TaskState::Declined(refusal) => refusal.proposal.owner.clone(),
        _ => None,
    };
    let mut ids = vec![task.initiator.clone(), task.owner.clone()];
    ids.extend(task.helpers.iter().chain(&proposed).cloned());
    let people = conn.people_by_id(workspace, &ids).await?;
    let named = |id: &PersonId| name(&people, id);
    let record_number = match &task.record {
        Some(record) => conn.record(workspace, record).await?.map(|record| record.number),
        None => None,
    };
    let clock = match Awaited::at(task.state.stage()) {
        Some(awaited) => conn.clock_of(workspace, &Subject::Task(task.id.clone()), awaited.clock()).await?,
        None => None,
    };
    Ok(TaskFacts {
        initiator: named(&task.initiator),
        owner: named(&task.owner),
        helpers: task.helpers.iter().map(named).collect(),
        proposed_owner: proposed.as_ref().map(named),
        record_number,
        origin: origin(app, conn, task.message.as_ref()).await?,
        filed: is_filed(app, conn, task.message.as_ref()).await?,
        answer_clock: clock
            .filter(huan_core::clock::Clock::is_running)
            .map(|clock| AnswerClock { due_at: clock.due_at, generation: clock.generation }),
        collaboration,
        task,
    })
}

pub(super) fn name(people: &[Person], id: &PersonId) -> Name {
    let known = people.iter().find(|person| person.id == *id);
    Name {
        id: id.clone(),
        name: known.map_or_else(|| id.to_string(), |person| person.name.clone()),
        job: known.map(|person| person.job.clone()).unwrap_or_default(),
    }
}

/// Whether a message is in the centre.
pub(super) async fn is_filed(app: &App, conn: &mut Conn, message: Option<&MessageId>) -> Result<bool, ActionError> {
    let Some(message) = message else { return Ok(false) };
    let entry = conn.entry_of_message(&app.workspace, message).await?;
    Ok(entry.is_some_and(|entry| entry.removed.is_none()))
}

pub(super) async fn origin(
    app: &App,
    conn: &mut Conn,
    message: Option<&MessageId>,
) -> Result<Option<Origin>, ActionError> {
    let Some(id) = message else { return Ok(None) };
    let Some(message) = conn.message(&app.workspace, id).await? else { return Ok(None) };
    let group = match &message.channel {
        Some(channel) => conn.channel(&app.workspace, channel).await?.map(|channel| channel.title),
        None => None,
    };
    let account = conn.account(&app.workspace, &message.account).await?;
    Ok(account.map(|account| Origin { platform: account.platform, group, message }))
}

/// Whether the person whom a parcel is for has left, or is told to have: they are told nothing more (I7).
async fn has_left(app: &App, conn: &mut Conn, parcel: &Parcel) -> Result<bool, ActionError> {
    let Some(person) = &parcel.reader else { return Ok(false) };
    if !conn.leaving_among(&app.workspace, std::slice::from_ref(person)).await?.is_empty() {
        return Ok(true);
    }
    let person = conn.person(&app.workspace, person).await?;
    Ok(person.is_some_and(|person| matches!(person.standing, Standing::Left { .. })))
}

/// Who reads a parcel.
async fn reader(app: &App, conn: &mut Conn, parcel: &Parcel, subject: Option<&Subject>) -> Result<Reader, ActionError> {
    let now = app.now();
    let person = match &parcel.reader {
        Some(person) => conn.person(&app.workspace, person).await?,
        None => None,
    };
    let page = match (&person, subject) {
        (Some(person), Some(subject)) => link(app, subject, &person.id, now),
        (None, Some(subject)) => page(app, subject),
        (_, None) => app.page(""),
    };
    Ok(Reader {
        person: person.as_ref().map(|person| person.id.clone()),
        language: person.as_ref().map_or(Language::default(), |person| person.language),
        zone: person.as_ref().map_or_else(|| app.zone(), |person| person.hours.zone().clone()),
        now,
        // A group may have outside people in it; a person is told only of what concerns them.
        outsiders: person.is_none(),
        page,
    })
}

/// The address of a signed link by which `person` can act on a task, problem, minutes or signature; for other things that of their page.
pub fn link(app: &App, subject: &Subject, person: &PersonId, now: Timestamp) -> String {
    let to = match subject {
        Subject::Task(task) => LinkTo::Task(task.clone()),
        Subject::Problem(problem) => LinkTo::Problem(problem.clone()),
        Subject::Meeting(meeting) => LinkTo::Meeting(meeting.clone()),
        Subject::Minutes(minutes) => LinkTo::Minutes(minutes.clone()),
        Subject::RulesReading(reading) => LinkTo::Rules(reading.clone()),
        Subject::Signature(signature) => LinkTo::Signature(signature.clone()),
        other => return page(app, other),
    };
    let link = SignedLink { to, person: person.clone(), until: now + LINK };
    app.page(&format!("l/{}", link.token(&app.secrets)))
}

fn page(app: &App, subject: &Subject) -> String {
    match subject {
        Subject::Task(task) => app.page(&format!("tasks/{task}")),
        Subject::Problem(problem) => app.page(&format!("problems/{problem}")),
        Subject::Meeting(meeting) => app.page(&format!("meetings/{meeting}")),
        Subject::Minutes(minutes) => app.page(&format!("minutes/{minutes}")),
        Subject::Document(document) => app.page(&format!("documents/{document}")),
        Subject::Collaboration(collaboration) => app.page(&format!("c/{collaboration}/members")),
        Subject::Entry(entry) => app.page(&format!("entries/{entry}")),
        _ => app.page(""),
    }
}

async fn follow_up_words(
    app: &App,
    conn: &mut Conn,
    parcel: &Parcel,
    id: &FollowUpId,
    late: bool,
) -> Result<Option<Content>, ActionError> {
    let Some(follow_up) = conn.follow_up(&app.workspace, id).await? else { return Ok(None) };
    if follow_up.done_at.is_some() {
        return Ok(None);
    }
    let Some(record) = conn.record(&app.workspace, &follow_up.record).await? else { return Ok(None) };
    let reader = reader(app, conn, parcel, None).await?;
    let page = app.page(&format!("c/{}/records?row={}", record.collaboration, record.id));
    let key = if late { "notice.follow_up_overdue" } else { "notice.follow_up_reminder" };
    let words = if record.level == Level::Confidential && reader.outsiders {
        reader.text("notice.confidential", &[])
    } else {
        let due = time_text::moment(follow_up.due_at, reader.now, &reader.zone, reader.language);
        text(reader.language, key, &[("action", &follow_up.action), ("due", &due)])
    };
    Ok(Some(Content::Text(format!("{words}\n{page}"))))
}

/// Asks the reader for the day's progress of every task for which it is called: one message, however many tasks there are.
async fn progress_words(
    app: &App,
    conn: &mut Conn,
    parcel: &Parcel,
    reference: &str,
) -> Result<Option<Content>, ActionError> {
    let mut tasks = unreported(app, conn, parcel.reader.as_ref()).await?;
    if tasks.len() < 2 {
        let Some(task) = tasks.pop() else { return Ok(None) };
        let facts = task_facts(app, conn, task).await?;
        let reader = reader(app, conn, parcel, Some(&Subject::Task(facts.task.id.clone()))).await?;
        let notice = Notice::ProgressReminder { task: facts.task.id.clone() };
        return Ok(compose_for_task(&notice, &facts, &reader, reference_of(parcel, reference)));
    }
    let reader = reader(app, conn, parcel, None).await?;
    let mut words = vec![reader.text("notice.progress_reminders", &[("count", &tasks.len())])];
    for task in tasks.iter().take(MOST_NAMED) {
        words.push(format!("· #{} {}", task.number, task.name));
    }
    if tasks.len() > MOST_NAMED {
        words.push(reader.text("notice.and_more", &[("count", &(tasks.len() - MOST_NAMED))]));
    }
    words.push(reader.page);
    Ok(Some(Content::Text(words.join("\n"))))
}

/// The tasks of `owner` whose progress of the day is called for and has not come.
async fn unreported(app: &App, conn: &mut Conn, owner: Option<&PersonId>) -> Result<Vec<Task>, ActionError> {
    let stages = vec![Stage::InProgress, Stage::Blocked];
    let filter = TaskFilter { owner: owner.cloned(), stages, open: Some(true), ..TaskFilter::default() };
    let page = Page { descending: false, ..Page::first(MOST_TASKS) };
    let mut tasks = conn.tasks(&app.workspace, &filter, TaskSort::Number, &page).await?.rows;
    let subjects: Vec<Subject> = tasks.iter().map(|task| Subject::Task(task.id.clone())).collect();
    let clocks = conn.running_clocks(&app.workspace, &subjects).await?;
    let now = app.now();
    tasks.retain(|task| {
        clocks.iter().any(|clock| {
            clock.kind == ClockKind::DailyProgress
                && clock.subject.id() == task.id.as_str()
                && (clock.stage > 0 || clock.due_at <= now)
        })
    });
    Ok(tasks)
}

/// What a guest whose time is up leaves open in a collaboration, as long as it waits for somebody.
async fn guest_words(
    app: &App,
    conn: &mut Conn,
    parcel: &Parcel,
    guest: &PersonId,
    collaboration: &CollaborationId,
) -> Result<Option<Content>, ActionError> {
    let workspace = &app.workspace;
    let waits = conn.leaver(workspace, guest).await?.filter(|leaver| leaver.state == LeaverState::Open);
    let (Some(waits), Some(person)) = (waits, conn.person(workspace, guest).await?) else { return Ok(None) };
    let Some(where_to) = conn.collaboration(workspace, collaboration).await? else { return Ok(None) };
    let open = OpenWork::of(app, conn, guest, Some(collaboration)).await?;
    if open.is_empty() {
        return Ok(None);
    }
    let reader = reader(app, conn, parcel, None).await?;
    let due = time_text::moment(waits.due_at, reader.now, &reader.zone, reader.language);
    let count = open.count();
    let facts: [(&str, &dyn std::fmt::Display); 4] =
        [("guest", &person.name), ("collaboration", &where_to.name), ("count", &count), ("due", &due)];
    let words = text(reader.language, "notice.guest_work", &facts);
    Ok(Some(Content::Text(format!("{words}\n{}", app.page(&format!("c/{collaboration}"))))))
}
