//! Problems 「问题」 and the steps of their life.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        centre,
        problems::{self as actions, NewProblem, Target},
    },
    error::ActionError,
    queries::{
        Look,
        names::{Names, PersonRef},
        problems::{self, ProblemView},
    },
};
use huan_core::{
    id::{CollaborationId, CollaborationKind, EntryId, MessageId, PersonId, ProblemId, ProblemKind, RecordId, TaskId},
    level::Level,
    permission::{CollaborationDeed, may_in_collaboration},
    problem::{ProblemStage, Severity, Urgency},
};
use huan_store::{ProblemFilter, ProblemSort};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tasks::codes;
use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, raise))
        .routes(routes!(one))
        .routes(routes!(answer))
        .routes(routes!(reassign))
        .routes(routes!(solve))
        .routes(routes!(reopen))
        .routes(routes!(urgency))
        .routes(routes!(merge))
        .routes(routes!(link))
        .routes(routes!(call_list, set_call_list))
}

/// Which problems.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of this collaboration; without it, whatever the reader may see in any of theirs.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// With this owner.
    #[param(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// Raised by this person.
    #[param(value_type = Option<String>)]
    raised_by: Option<PersonId>,
    /// In these stages, separated by commas.
    stage: Option<String>,
    /// Only the open ones, or only the closed ones.
    open: Option<bool>,
    /// Only the urgent ones, or only the ordinary ones.
    urgent: Option<bool>,
    /// Linked with the task or row of the record table that has this id.
    linked: Option<String>,
    /// With these words in the title.
    query: Option<String>,
    /// `updated`, `created` or `number`; with a minus before it, largest first. Without it the last changed come first.
    sort: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of problems
#[utoipa::path(get, path = "/problems", tag = "problems", params(Which),
    responses((status = OK, body = Items<ProblemView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<ProblemView>>, Problem> {
    let (name, descending) = page::sort(which.sort.as_deref().or(Some("-updated")));
    let sort = match name {
        None | Some("updated") => ProblemSort::Updated,
        Some("created") => ProblemSort::Created,
        Some("number") => ProblemSort::Number,
        Some(_) => return Err(Problem::field("sort", "unknown")),
    };
    let page = page::page(which.cursor.as_deref(), which.limit, descending)?;
    let filter = ProblemFilter {
        collaboration: which.collaboration,
        stages: codes::<ProblemStage>("stage", which.stage.as_deref())?,
        open: which.open,
        urgent: which.urgent,
        owner: which.owner,
        raised_by: which.raised_by,
        linked: which.linked,
        words: which.query.filter(|words| !words.trim().is_empty()),
        ..ProblemFilter::default()
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = problems::list(&mut look, filter, sort, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// How pressing a problem is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum UrgencyKind {
    /// An answer within a day.
    Ordinary,
    /// People are rung until somebody acknowledges.
    Urgent,
}

fn urgency_of(kind: Option<&UrgencyKind>, severity: Option<Severity>) -> Urgency {
    match kind {
        Some(UrgencyKind::Urgent) => Urgency::Urgent { severity: severity.unwrap_or_default() },
        Some(UrgencyKind::Ordinary) | None => Urgency::Ordinary,
    }
}

/// A new problem.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProblemInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// What is wrong, in a line.
    title: String,
    /// More about it.
    #[serde(default)]
    detail: String,
    /// `ordinary` or `urgent`.
    #[serde(default)]
    urgency: Option<UrgencyKind>,
    /// How severe an urgent one is: `one`, `two` (without it) or `three`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    severity: Option<Severity>,
    /// Who is asked to answer; without one it follows from the collaboration.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The tasks it concerns.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    tasks: Vec<TaskId>,
    /// The rows of the record table it concerns.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    records: Vec<RecordId>,
    /// The message it is made from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// The entry of the centre that it comes of: both are linked.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
}

/// Raise a problem
#[utoipa::path(post, path = "/problems", tag = "problems", request_body = ProblemInput,
    responses((status = CREATED, body = ProblemView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn raise(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<ProblemInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewProblem {
        detail: body.detail,
        urgency: urgency_of(body.urgency.as_ref(), body.severity),
        level: body.level.unwrap_or(Level::Internal),
        tasks: body.tasks,
        records: body.records,
        message: body.message,
        ..NewProblem::ordinary(body.collaboration, body.title, body.owner)
    };
    let problem = actions::raise_problem(&mut write.work, new).await?;
    if let Some(entry) = &body.entry {
        centre::link(&mut write.work, entry, &centre::Target::Problem(problem.id.clone()), true).await?;
    }
    let view = problems::one(&mut write.look(), &problem.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A problem, with who was asked and who comes next
#[utoipa::path(get, path = "/problems/{id}", tag = "problems", params(("id" = String, Path)),
    responses((status = OK, body = ProblemView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
) -> Result<Json<ProblemView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(problems::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The problem as it is after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &ProblemId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = problems::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, problems::one(&mut write.look(), id)).await),
    }
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerInput {
    /// The words.
    text: String,
    /// By when a solution is promised; without it the next working day at 17:00.
    #[serde(default)]
    promised_at: Option<Timestamp>,
}

/// Answer: whoever was asked may
#[utoipa::path(post, path = "/problems/{id}/answer", tag = "problems", params(("id" = String, Path)),
    request_body = AnswerInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn answer(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<AnswerInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::answer_problem(&mut write.work, &id, &body.text, body.promised_at).await;
    stepped(write, &id, outcome).await
}

/// Another owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReassignInput {
    /// Who is asked.
    #[schema(value_type = String)]
    owner: PersonId,
}

/// Ask somebody else
#[utoipa::path(post, path = "/problems/{id}/reassign", tag = "problems", params(("id" = String, Path)),
    request_body = ReassignInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn reassign(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<ReassignInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::reassign_problem(&mut write.work, &id, &body.owner).await;
    stepped(write, &id, outcome).await
}

/// A solution.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SolutionInput {
    /// How it was solved.
    solution: String,
}

/// Solved
#[utoipa::path(post, path = "/problems/{id}/close", tag = "problems", params(("id" = String, Path)),
    request_body = SolutionInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn solve(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<SolutionInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::close_problem(&mut write.work, &id, &body.solution).await;
    stepped(write, &id, outcome).await
}

/// Not solved after all
#[utoipa::path(post, path = "/problems/{id}/reopen", tag = "problems", params(("id" = String, Path)),
    responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn reopen(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::reopen_problem(&mut write.work, &id).await;
    stepped(write, &id, outcome).await
}

/// How pressing it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UrgencyInput {
    /// `ordinary` or `urgent`.
    urgency: UrgencyKind,
    /// How severe an urgent one is: `one`, `two` (without it) or `three`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    severity: Option<Severity>,
}

/// Make it urgent, or ordinary again
#[utoipa::path(post, path = "/problems/{id}/urgency", tag = "problems", params(("id" = String, Path)),
    request_body = UrgencyInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn urgency(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<UrgencyInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let urgency = urgency_of(Some(&body.urgency), body.severity);
    let outcome = actions::set_urgency(&mut write.work, &id, urgency).await;
    stepped(write, &id, outcome).await
}

/// The problem as which it goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeInput {
    /// That problem.
    #[schema(value_type = String)]
    into: ProblemId,
}

/// Merge it into another one of the same collaboration
#[utoipa::path(post, path = "/problems/{id}/merge", tag = "problems", params(("id" = String, Path)),
    request_body = MergeInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn merge(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<MergeInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::merge_problems(&mut write.work, &id, &body.into).await;
    stepped(write, &id, outcome).await
}

/// A link to a task or a row of the record table: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LinkInput {
    /// The task.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    task: Option<TaskId>,
    /// The row.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    record: Option<RecordId>,
    /// Whether they are to be linked, or no longer.
    linked: bool,
}

/// Link it with a task or a row of the record table, or take the link away
#[utoipa::path(post, path = "/problems/{id}/link", tag = "problems", params(("id" = String, Path)),
    request_body = LinkInput, responses((status = OK, body = ProblemView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn link(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ProblemKind>,
    Input { body, replay }: Input<LinkInput>,
) -> Result<Response, Refusal> {
    let target = match (body.task, body.record) {
        (Some(task), None) => Target::Task(task),
        (None, Some(record)) => Target::Record(record),
        _ => return Err(ActionError::field("target", "required").into()),
    };
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::link_problem(&mut write.work, &id, &target, body.linked).await;
    stepped(write, &id, outcome).await
}

/// Whom an urgent problem is rung with, in order.
#[derive(Serialize, ToSchema)]
struct CallListView {
    /// The people; nobody where it is left to the line of superiors.
    people: Vec<PersonRef>,
}

async fn call_list_view(look: &mut Look<'_>, id: &CollaborationId) -> Result<CallListView, ActionError> {
    let role = look.role(id).await?;
    may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let people = look.conn.call_list(&look.app.workspace, id).await?;
    let names = Names::of_people(look, people.clone()).await?;
    Ok(CallListView { people: people.iter().map(|person| names.person(person)).collect() })
}

/// Whom urgent problems of a collaboration are rung with
#[utoipa::path(get, path = "/collaborations/{id}/call_list", tag = "problems", params(("id" = String, Path)),
    responses((status = OK, body = CallListView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn call_list(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<CallListView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(call_list_view(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// Another call list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallListInput {
    /// The people in order; an empty list leaves it to the line of superiors.
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
}

/// Set whom urgent problems of a collaboration are rung with
#[utoipa::path(put, path = "/collaborations/{id}/call_list", tag = "problems", params(("id" = String, Path)),
    request_body = CallListInput, responses((status = OK, body = CallListView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn set_call_list(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<CallListInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::set_call_list(&mut write.work, &id, &body.people).await?;
    let view = call_list_view(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}
