//! What a digest is made from, read from the database.

use std::collections::{HashMap, HashSet};

use huan_core::{
    calendar::HolidayCalendar,
    clock::Clock,
    collaboration::Collaboration,
    digest::{self, Calendar, Digest, DigestState, Document, Facts, Part, Rhythm, Stale},
    history::Subject,
    i18n::Language,
    id::{PersonId, TaskId},
    person::Person,
    task::{Stage, Task},
};
use huan_store::{Conn, Page};
use jiff::{Timestamp, civil::Date};

use crate::{app::App, error::ActionError};

/// The daily digests in which a weekly report looks for who was missing: more than there are in a week.
const DAILY_ONES: u32 = 31;

/// The calendar of a collaboration's digests.
pub(crate) fn calendar<'a>(app: &App, of: &'a Collaboration, holidays: &'a HolidayCalendar) -> Calendar<'a> {
    Calendar::new(&of.levels, app.zone().iana_name().unwrap_or("Asia/Shanghai"), holidays)
}

/// A digest as the rules draft it from the facts at `until`, in each language.
#[derive(Debug)]
pub(crate) struct Drafts {
    pub(crate) chinese: Document,
    pub(crate) english: Document,
}

impl Drafts {
    /// The draft in a language, and the other one.
    pub(crate) fn in_language(&self, language: Language) -> (&Document, &Document) {
        match language {
            Language::Chinese => (&self.chinese, &self.english),
            Language::English => (&self.english, &self.chinese),
        }
    }
}

/// Drafts a digest from the facts at `until`.
///
/// # Errors
/// When the database fails.
pub(crate) async fn drafts(
    app: &App,
    conn: &mut Conn,
    of: &Collaboration,
    digest: &Digest,
    until: Timestamp,
) -> Result<Drafts, ActionError> {
    let facts = facts(app, conn, of, digest, until).await?;
    let draft = |language| digest::draft(&facts, language);
    Ok(Drafts { chinese: draft(Language::Chinese), english: draft(Language::English) })
}

async fn facts(
    app: &App,
    conn: &mut Conn,
    of: &Collaboration,
    digest: &Digest,
    until: Timestamp,
) -> Result<Facts, ActionError> {
    let holidays = app.holidays();
    let calendar = calendar(app, of, &holidays);
    let (workspace, since) = (&app.workspace, digest.since);
    let horizon = horizon(&calendar, digest);
    let tasks = conn.tasks_for_digest(workspace, &of.id, since).await?;
    let mut records = conn.records_for_digest(workspace, &of.id, since).await?;
    // A row that was filed with a task is told of by its task.
    records.retain(|record| record.task.is_none());
    let problems = conn.problems_for_digest(workspace, &of.id, since).await?;
    let minutes = conn.minutes_for_digest(workspace, &of.id, since).await?;
    let actions = conn.actions_for_digest(workspace, &of.id, horizon).await?;
    let missed = match digest.rhythm {
        Rhythm::Daily => Vec::new(),
        Rhythm::Weekly => missed(app, conn, of, since).await?,
    };
    let people: HashSet<PersonId> = (tasks.iter().map(|task| &task.owner))
        .chain(records.iter().map(|record| &record.owner))
        .chain(problems.iter().map(|problem| &problem.owner))
        .chain(actions.iter().map(|action| &action.follow_up.person))
        .chain(missed.iter().map(|(person, _)| person))
        .cloned()
        .collect();
    let people = conn.people_by_id(workspace, &Vec::from_iter(people)).await?;
    // Nobody is missing on a day that has not come.
    let silent = match digest.rhythm {
        Rhythm::Daily if calendar.date_of(until) >= digest.day => {
            silent(app, conn, of, digest.day, &tasks, &people).await?
        }
        Rhythm::Daily | Rhythm::Weekly => Vec::new(),
    };
    Ok(Facts {
        rhythm: digest.rhythm,
        zone: calendar.hours().zone().clone(),
        since,
        until,
        horizon,
        silent,
        missed,
        records,
        table: conn.record_table(workspace, &of.id).await?,
        problems,
        minutes,
        actions,
        names: people.into_iter().map(|person| (person.id, person.name)).collect(),
        tasks,
    })
}

/// Until when a digest looks ahead: to the end of the next working day, or of the coming week.
fn horizon(calendar: &Calendar<'_>, digest: &Digest) -> Timestamp {
    let last = match digest.rhythm {
        Rhythm::Daily => calendar.time().add_working_days(digest.day, 1).date,
        Rhythm::Weekly => digest.day.checked_add(jiff::Span::new().days(7)).unwrap_or(digest.day),
    };
    let midnight = last.tomorrow().unwrap_or(Date::MAX).to_datetime(jiff::civil::Time::midnight());
    calendar.hours().zone().to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}

/// The tasks whose owner was to report on `day` and has not.
async fn silent(
    app: &App,
    conn: &mut Conn,
    of: &Collaboration,
    day: Date,
    tasks: &[Task],
    people: &[Person],
) -> Result<Vec<TaskId>, ActionError> {
    let at_work: Vec<&Task> =
        tasks.iter().filter(|task| matches!(task.state.stage(), Stage::InProgress | Stage::Blocked)).collect();
    if at_work.is_empty() {
        return Ok(Vec::new());
    }
    let subjects: Vec<Subject> = at_work.iter().map(|task| Subject::Task(task.id.clone())).collect();
    let running = conn.running_clocks(&app.workspace, &subjects).await?;
    let mut clocks: HashMap<&str, Vec<&Clock>> = HashMap::new();
    for clock in &running {
        clocks.entry(clock.subject.id()).or_default().push(clock);
    }
    let is_silent = |task: &&Task| {
        let owner = people.iter().find(|person| person.id == task.owner);
        let zone = owner.map_or_else(|| app.zone(), |owner| owner.hours.zone().clone());
        let mut clocks = clocks.get(task.id.as_str()).into_iter().flatten();
        clocks.any(|clock| digest::is_silent(task, Some(*clock), &of.levels, &zone, day))
    };
    Ok(at_work.into_iter().filter(is_silent).map(|task| task.id.clone()).collect())
}

/// How often somebody was named as missing in the daily digests that went out after `since`.
async fn missed(
    app: &App,
    conn: &mut Conn,
    of: &Collaboration,
    since: Timestamp,
) -> Result<Vec<(PersonId, u32)>, ActionError> {
    let listed = conn.digests(&app.workspace, &of.id, &[DigestState::Sent], &Page::first(DAILY_ONES)).await?;
    let mut counted: Vec<(PersonId, u32)> = Vec::new();
    for sent in listed.rows.iter().filter(|one| one.rhythm == Rhythm::Daily).filter_map(|one| one.sent.as_ref()) {
        if sent.at <= since {
            continue;
        }
        for line in sent.chinese.of(Part::Missing) {
            let Some(person) = line.subject.as_deref().and_then(|id| id.parse::<PersonId>().ok()) else { continue };
            match counted.iter_mut().find(|(other, _)| *other == person) {
                Some((_, count)) => *count += 1,
                None => counted.push((person, 1)),
            }
        }
    }
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(counted)
}

/// The rows of the record table that should have been touched and were not (H4).
///
/// # Errors
/// When the database fails.
pub(crate) async fn stale_rows(
    app: &App,
    conn: &mut Conn,
    of: &Collaboration,
    now: Timestamp,
) -> Result<Vec<Stale>, ActionError> {
    let rows = conn.records_for_digest(&app.workspace, &of.id, now).await?;
    let tasks: Vec<TaskId> = rows.iter().filter_map(|record| record.task.clone()).collect();
    let touched: HashMap<TaskId, Timestamp> = match tasks.as_slice() {
        [] => HashMap::new(),
        tasks => conn.tasks_touched(&app.workspace, tasks).await?.into_iter().collect(),
    };
    let rows = rows.into_iter().map(|record| {
        let of_task = record.task.as_ref().and_then(|task| touched.get(task)).copied();
        let at = of_task.map_or(record.updated_at, |at| at.max(record.updated_at));
        (record, at)
    });
    let holidays = app.holidays();
    let calendar = calendar(app, of, &holidays);
    Ok(digest::stale(rows.collect(), &calendar, of.levels.digest.untouched_after_days, now))
}
