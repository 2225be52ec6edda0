//! Problems as pages show them.

use std::collections::HashMap;

use huan_core::{
    collaboration::Role,
    history::Subject,
    id::{CollaborationId, PersonId, ProblemId, RecordId, TaskId},
    permission::{self, Deed, Matter},
    problem::{Asked, Problem, ProblemStage, ProblemState},
    record::Record,
    task::Task,
};
use huan_store::{Listed, Page, ProblemFilter, ProblemSort};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    names::{Named, Names, PersonRef},
    origin::{OriginView, Origins},
};
use crate::{error::ActionError, line};

/// A problem.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemView {
    /// The id.
    pub id: String,
    /// The short number that people type: `P3`.
    pub number: i64,
    /// Its collaboration.
    pub collaboration: Named,
    /// What is wrong, in a line.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// `ordinary` or `urgent`.
    pub urgency: &'static str,
    /// How severe an urgent one is: `one`, `two` or `three`.
    pub severity: Option<&'static str>,
    /// Who raised it.
    pub raised_by: PersonRef,
    /// Who is asked to answer.
    pub owner: PersonRef,
    /// `public`, `internal` or `confidential`.
    pub level: String,
    /// `waiting`, `answered`, `closed` or `merged`.
    pub stage: &'static str,
    /// The answer, while a solution is awaited.
    pub answer: Option<AnswerView>,
    /// How it was solved.
    pub solution: Option<SolutionView>,
    /// The problem as which it goes on.
    pub merged_into: Option<ProblemRef>,
    /// The tasks it concerns, as far as the reader may see them.
    pub tasks: Vec<LinkView>,
    /// The rows of the record table it concerns, as far as the reader may see them.
    pub records: Vec<LinkView>,
    /// Who was asked, in order; for a single problem also who comes next.
    pub line: Vec<LineView>,
    /// Its running clock.
    pub clock: Option<ClockView>,
    /// The message it was made from.
    pub origin: Option<OriginView>,
    /// Whether this is a drill.
    pub drill: bool,
    /// The id of the emergency whose plan runs, or ran, for it.
    pub emergency: Option<String>,
    /// When it was raised.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
    /// What the reader may do with it.
    pub may: ProblemRights,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnswerView {
    /// Who answered.
    pub by: PersonRef,
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// By when a solution is promised.
    pub promised_at: Timestamp,
}

/// How a problem was solved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SolutionView {
    /// Who closed it.
    pub by: PersonRef,
    /// The words.
    pub text: String,
    /// When.
    pub at: Timestamp,
}

/// A problem by its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemRef {
    /// The id.
    pub id: String,
    /// The short number.
    pub number: i64,
}

/// A task or row of the record table that a problem concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LinkView {
    /// The id.
    pub id: String,
    /// What people call it: `#12`, 研发部-2026-0001.
    pub number: String,
    /// Its name or topic.
    pub name: String,
}

/// Somebody in the line of those who are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineView {
    /// Who.
    pub person: PersonRef,
    /// Their place: 0 is the owner.
    pub place: u32,
    /// When they were asked; none for those who come next.
    pub asked_at: Option<Timestamp>,
}

/// What the reader may do with a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemRights {
    /// Answer it.
    pub answer: bool,
    /// Solve it, pass it on, merge and link it.
    pub settle: bool,
}

/// The problem, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &ProblemId) -> Result<ProblemView, ActionError> {
    let problem = visible(look, id).await?;
    let coming = coming(look, &problem).await?;
    let mut views = views(look, vec![problem]).await?;
    let mut view = views.pop().ok_or(ActionError::NotFound("problem"))?;
    let mut place = view.line.last().map_or(0, |last| last.place);
    let names = Names::of_people(look, coming.clone()).await?;
    for person in coming {
        if view.line.iter().any(|known| known.person.id == person.as_str()) {
            continue;
        }
        place += 1;
        view.line.push(LineView { person: names.person(&person), place, asked_at: None });
    }
    Ok(view)
}

/// Whom a problem that waits is asked of in the end, if nobody answers before.
async fn coming(look: &mut Look<'_>, problem: &Problem) -> Result<Vec<PersonId>, ActionError> {
    if problem.state.stage() != ProblemStage::Waiting {
        return Ok(Vec::new());
    }
    line::of(look.conn, &look.app.workspace, problem).await
}

/// The problem itself, when the reader may see it.
///
/// # Errors
/// As [`one`].
pub async fn visible(look: &mut Look<'_>, id: &ProblemId) -> Result<Problem, ActionError> {
    let workspace = &look.app.workspace;
    let problem = look.conn.problem(workspace, id).await?.ok_or(ActionError::NotFound("problem"))?;
    let role = look.role(&problem.collaboration).await?;
    let viewer = &look.caller.viewer;
    let asked = look.conn.was_asked(workspace, id, &viewer.person).await?;
    let mut matter = Matter::problem(&problem, role, asked);
    if permission::may(viewer, Deed::See, &matter).is_err() {
        matter.takes_part = look.conn.was_told(workspace, id.as_str(), &viewer.person).await?;
        permission::may(viewer, Deed::See, &matter)?;
    }
    Ok(problem)
}

/// A page of the problems that the reader may see. Without a collaboration these are the ones of all their collaborations.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: ProblemFilter,
    sort: ProblemSort,
    page: &Page,
) -> Result<(Listed<Problem>, Vec<ProblemView>), ActionError> {
    filter.sight = Some(look.sight_of(filter.collaboration.as_ref()).await?);
    let listed = look.conn.problems(&look.app.workspace, &filter, sort, page).await?;
    let views = views(look, listed.rows.clone()).await?;
    Ok((listed, views))
}

/// Puts problems that the reader may see into shape.
///
/// # Errors
/// When the database fails.
pub async fn views(look: &mut Look<'_>, problems: Vec<Problem>) -> Result<Vec<ProblemView>, ActionError> {
    if problems.is_empty() {
        return Ok(Vec::new());
    }
    let workspace = &look.app.workspace;
    let roles = look.roles().await?;
    let ids: Vec<ProblemId> = problems.iter().map(|problem| problem.id.clone()).collect();
    let mut asked: HashMap<ProblemId, Vec<Asked>> = HashMap::new();
    for (problem, one) in look.conn.asked_about(workspace, &ids).await? {
        asked.entry(problem).or_default().push(one);
    }
    let people = problems.iter().flat_map(people_of).chain(asked.values().flatten().map(|one| one.person.clone()));
    let mut names = Names::of_people(look, people.collect()).await?;
    let collaborations = problems.iter().map(|problem| problem.collaboration.clone()).collect();
    names.add_collaborations(look, collaborations).await?;
    let links = Links::read(look, &problems, &roles).await?;
    let emergencies = look.conn.emergencies_of(workspace, &ids).await?;
    let subjects: Vec<Subject> = ids.into_iter().map(Subject::Problem).collect();
    let running = clocks::of(look, &subjects).await?;
    let messages = problems.iter().filter_map(|problem| problem.message.clone()).collect();
    let origins = Origins::read(look, messages).await?;
    let viewer = &look.caller.viewer;
    let mut views = Vec::with_capacity(problems.len());
    for problem in problems {
        let asked = asked.remove(&problem.id).unwrap_or_default();
        let was_asked = asked.iter().any(|one| one.person == viewer.person)
            || line::is_at_hand(look.conn, workspace, &problem, &viewer.person).await?;
        let matter = Matter::problem(&problem, roles.get(&problem.collaboration).copied(), was_asked);
        let may = |deed| permission::may(viewer, deed, &matter).is_ok();
        let open = problem.state.is_open();
        let may = ProblemRights { answer: open && may(Deed::AnswerForIt), settle: may(Deed::Settle) };
        let clock = running.get(problem.id.as_str()).map(|clock| {
            let hours = names.hours(&problem.owner);
            clocks::view(look, clock, &hours)
        });
        let origin = origins.of(problem.message.as_ref());
        let emergency = emergencies.iter().find(|emergency| emergency.problem == problem.id);
        let emergency = emergency.map(|emergency| emergency.id.to_string());
        views.push(ProblemView { emergency, ..view(problem, &names, &links, asked, clock, origin, may) });
    }
    Ok(views)
}

fn people_of(problem: &Problem) -> Vec<PersonId> {
    let mut people = vec![problem.raised_by.clone(), problem.owner.clone()];
    match &problem.state {
        ProblemState::Answered(answer) => people.push(answer.by.clone()),
        ProblemState::Closed { by, .. } => people.push(by.clone()),
        ProblemState::Waiting | ProblemState::Merged { .. } => {}
    }
    people
}

/// What a page of problems is linked with, as far as the reader may see it.
#[derive(Default)]
struct Links {
    tasks: HashMap<TaskId, Task>,
    records: HashMap<RecordId, Record>,
    merged: HashMap<ProblemId, i64>,
}

impl Links {
    async fn read(
        look: &mut Look<'_>,
        problems: &[Problem],
        roles: &HashMap<CollaborationId, Role>,
    ) -> Result<Self, ActionError> {
        let workspace = &look.app.workspace;
        let viewer = &look.caller.viewer;
        let mut links = Self::default();
        let ids: Vec<TaskId> = problems.iter().flat_map(|problem| problem.tasks.iter().cloned()).collect();
        if !ids.is_empty() {
            for task in look.conn.tasks_by_id(workspace, &ids).await? {
                let matter = Matter::task(&task, viewer, roles.get(&task.collaboration).copied(), false);
                if permission::may(viewer, Deed::See, &matter).is_ok() {
                    links.tasks.insert(task.id.clone(), task);
                }
            }
        }
        let ids: Vec<RecordId> = problems.iter().flat_map(|problem| problem.records.iter().cloned()).collect();
        if !ids.is_empty() {
            for record in look.conn.records_by_id(workspace, &ids).await? {
                let matter = Matter::record(&record, viewer, roles.get(&record.collaboration).copied());
                if permission::may(viewer, Deed::See, &matter).is_ok() {
                    links.records.insert(record.id.clone(), record);
                }
            }
        }
        let ids: Vec<ProblemId> = problems.iter().filter_map(|problem| merged_into(problem).cloned()).collect();
        if !ids.is_empty() {
            let found = look.conn.problems_by_id(workspace, &ids).await?;
            links.merged = found.into_iter().map(|problem| (problem.id, problem.number)).collect();
        }
        Ok(links)
    }
}

fn merged_into(problem: &Problem) -> Option<&ProblemId> {
    match &problem.state {
        ProblemState::Merged { into } => Some(into),
        _ => None,
    }
}

fn view(
    problem: Problem,
    names: &Names,
    links: &Links,
    asked: Vec<Asked>,
    clock: Option<ClockView>,
    origin: Option<OriginView>,
    may: ProblemRights,
) -> ProblemView {
    let tasks = problem.tasks.iter().filter_map(|id| {
        let task = links.tasks.get(id)?;
        Some(LinkView { id: id.to_string(), number: format!("#{}", task.number), name: task.name.clone() })
    });
    let records = problem.records.iter().filter_map(|id| {
        let record = links.records.get(id)?;
        Some(LinkView { id: id.to_string(), number: record.number.clone(), name: record.topic.clone() })
    });
    let line = asked.into_iter().map(|one| LineView {
        person: names.person(&one.person),
        place: one.place,
        asked_at: Some(one.at),
    });
    ProblemView {
        id: problem.id.to_string(),
        number: problem.number,
        collaboration: names.collaboration(&problem.collaboration),
        urgency: problem.urgency.name(),
        severity: problem.urgency.severity().map(huan_core::problem::Severity::name),
        raised_by: names.person(&problem.raised_by),
        owner: names.person(&problem.owner),
        level: super::code(&problem.level),
        stage: problem.state.stage().name(),
        answer: match &problem.state {
            ProblemState::Answered(answer) => Some(AnswerView {
                by: names.person(&answer.by),
                text: answer.text.clone(),
                at: answer.at,
                promised_at: answer.promised_at,
            }),
            _ => None,
        },
        solution: match &problem.state {
            ProblemState::Closed { solution, by, at } => {
                Some(SolutionView { by: names.person(by), text: solution.clone(), at: *at })
            }
            _ => None,
        },
        merged_into: merged_into(&problem)
            .map(|id| ProblemRef { id: id.to_string(), number: links.merged.get(id).copied().unwrap_or_default() }),
        tasks: tasks.collect(),
        records: records.collect(),
        line: line.collect(),
        clock,
        origin,
        drill: problem.drill,
        emergency: None,
        created_at: problem.created_at,
        updated_at: problem.updated_at,
        version: problem.version,
        may,
        title: problem.title,
        detail: problem.detail,
    }
}
