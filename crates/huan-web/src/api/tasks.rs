//! Tasks and the steps of their life.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{
        centre,
        create_task::{self, NewTask},
        edit_task::{self, TaskChange},
        task_steps,
    },
    error::ActionError,
    queries::{Look, tasks, tasks::TaskView},
};
use huan_core::{
    id::{CollaborationId, EntryId, PersonId, TaskId, TaskKind},
    level::Level,
    status::Status,
    task::{Priority, Proposal, ProposalAnswer, Refusal as Declined, Stage},
};
use huan_store::{TaskFilter, TaskSort};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query, double_option},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(one, edit))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(answer))
        .routes(routes!(reassign))
        .routes(routes!(progress))
        .routes(routes!(block))
        .routes(routes!(resume))
        .routes(routes!(finish))
        .routes(routes!(reopen))
        .routes(routes!(cancel))
}

/// Which tasks.
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
    /// From this initiator.
    #[param(value_type = Option<String>)]
    initiator: Option<PersonId>,
    /// In these stages, separated by commas.
    stage: Option<String>,
    /// With these statuses, separated by commas.
    status: Option<String>,
    /// With these words in the name.
    query: Option<String>,
    /// `due` (the default), `updated` or `number`; with a minus before it, largest first.
    sort: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// A list of tasks
#[utoipa::path(get, path = "/tasks", tag = "tasks", params(Which), responses((status = OK, body = Items<TaskView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<TaskView>>, Problem> {
    let (name, descending) = page::sort(which.sort.as_deref());
    let sort = match name {
        None | Some("due") => TaskSort::Due,
        Some("updated") => TaskSort::Updated,
        Some("number") => TaskSort::Number,
        Some(_) => return Err(Problem::field("sort", "unknown")),
    };
    let page = page::page(which.cursor.as_deref(), which.limit, descending)?;
    let mut stages = codes::<Stage>("stage", which.stage.as_deref())?;
    stages.extend(codes::<Status>("status", which.status.as_deref())?.into_iter().map(stage_of));
    let filter = TaskFilter {
        collaboration: which.collaboration,
        stages,
        owner: which.owner,
        initiator: which.initiator,
        words: which.query.filter(|words| !words.trim().is_empty()),
        ..TaskFilter::default()
    };
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = tasks::list(&mut look, filter, sort, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// Codes separated by commas.
pub(super) fn codes<T: serde::de::DeserializeOwned>(
    field: &'static str,
    given: Option<&str>,
) -> Result<Vec<T>, Problem> {
    let words = given.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| serde_json::from_value(serde_json::Value::String(word.to_owned())))
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::field(field, "unknown"))
}

fn stage_of(status: Status) -> Stage {
    match status {
        Status::Pending => Stage::Offered,
        Status::AwaitingFeedback => Stage::Declined,
        Status::InProgress => Stage::InProgress,
        Status::Blocked => Stage::Blocked,
        Status::Done => Stage::Done,
    }
}

/// A new task.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskInput {
    /// The collaboration.
    #[schema(value_type = String)]
    collaboration: CollaborationId,
    /// What is to be done.
    name: String,
    /// More about it.
    #[serde(default)]
    description: String,
    /// Who answers for it.
    #[schema(value_type = String)]
    owner: PersonId,
    /// Who helps.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    helpers: Vec<PersonId>,
    /// When it is due.
    #[serde(default)]
    due_at: Option<Timestamp>,
    /// `urgent`, `high`, `normal` or `low`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    priority: Option<Priority>,
    /// How one sees that it is done.
    #[serde(default)]
    criteria: String,
    /// `public`, `internal` or `confidential`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// The entry of the centre that it comes of: both are linked.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    entry: Option<EntryId>,
}

/// Make a task
#[utoipa::path(post, path = "/tasks", tag = "tasks", request_body = TaskInput,
    responses((status = CREATED, body = TaskView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn create(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<TaskInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let new = NewTask {
        collaboration: body.collaboration,
        name: body.name,
        description: body.description,
        owner: body.owner,
        helpers: body.helpers,
        due_at: body.due_at,
        priority: body.priority.unwrap_or_default(),
        criteria: body.criteria,
        level: body.level.unwrap_or(Level::Internal),
        message: None,
        platforms: vec!["web".to_owned()],
    };
    let task = create_task::create_task(&mut write.work, new).await?;
    if let Some(entry) = &body.entry {
        centre::link(&mut write.work, entry, &centre::Target::Task(task.id.clone()), true).await?;
    }
    let view = tasks::one(&mut write.look(), &task.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A task
#[utoipa::path(get, path = "/tasks/{id}", tag = "tasks", params(("id" = String, Path)),
    responses((status = OK, body = TaskView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
) -> Result<Json<TaskView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(tasks::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A change of a task; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskPatch {
    /// The version that was seen.
    version: i64,
    /// What is to be done.
    name: Option<String>,
    /// More about it.
    description: Option<String>,
    /// When it is due; `null` clears it.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Option<Timestamp>>,
    /// `urgent`, `high`, `normal` or `low`.
    #[schema(value_type = Option<String>)]
    priority: Option<Priority>,
    /// How one sees that it is done.
    criteria: Option<String>,
    /// Who helps.
    #[schema(value_type = Option<Vec<String>>)]
    helpers: Option<Vec<PersonId>>,
    /// `public`, `internal` or `confidential`.
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
}

/// Change a task
#[utoipa::path(patch, path = "/tasks/{id}", tag = "tasks", params(("id" = String, Path)), request_body = TaskPatch,
    responses((status = OK, body = TaskView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<TaskPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let TaskPatch { version, name, description, due_at, priority, criteria, helpers, level } = body;
    let change = TaskChange { version, name, description, due_at, priority, criteria, helpers, level };
    match edit_task::edit_task(&mut write.work, &id, change).await {
        Ok(_) => answered(write, &id).await,
        Err(error) => Err(refused(write, &id, error).await),
    }
}

/// The task as it is after a step.
async fn answered(mut write: Write<'_>, id: &TaskId) -> Result<Response, Refusal> {
    let view = tasks::one(&mut write.look(), id).await?;
    write.finish(StatusCode::OK, &view).await
}

/// A refused step, with the task as it is where that helps.
async fn refused(mut write: Write<'_>, id: &TaskId, error: ActionError) -> Refusal {
    Refusal::of_step(error, tasks::one(&mut write.look(), id)).await
}

macro_rules! step {
    ($web:ident, $signed_in:ident, $id:ident, $replay:ident, |$work:ident| $step:expr) => {{
        let mut write = $web.write(&$signed_in, $replay).await?;
        let outcome = {
            let $work = &mut write.work;
            $step.await
        };
        match outcome {
            Ok(_) => answered(write, &$id).await,
            Err(error) => Err(refused(write, &$id, error).await),
        }
    }};
}

/// A step that needs no more than the version that was seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// The version that was seen; without it the step is taken whatever has changed.
    version: Option<i64>,
}

/// 承接: take it on
#[utoipa::path(post, path = "/tasks/{id}/accept", tag = "tasks", params(("id" = String, Path)), request_body = Seen,
    responses((status = OK, body = TaskView)), security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn accept(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<Seen>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    if let Some(seen) = body.version {
        let task = tasks::visible(&mut write.look(), &id).await?;
        if task.version != seen {
            return Err(refused(write, &id, ActionError::VersionConflict("task")).await);
        }
    }
    match task_steps::accept(&mut write.work, &id).await {
        Ok(_) => answered(write, &id).await,
        Err(error) => Err(refused(write, &id, error).await),
    }
}

/// A proposed change.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
struct ProposalInput {
    /// Another owner.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// Another date.
    #[serde(default)]
    due_at: Option<Timestamp>,
    /// In words; also another scope.
    #[serde(default)]
    words: Option<String>,
}

impl From<ProposalInput> for Proposal {
    fn from(input: ProposalInput) -> Self {
        Self { owner: input.owner, due_at: input.due_at, words: input.words.unwrap_or_default() }
    }
}

/// A refusal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeclineInput {
    /// Why not.
    reason: String,
    /// What instead.
    proposal: ProposalInput,
}

/// 暂不承接: decline with a reason and a proposal
#[utoipa::path(post, path = "/tasks/{id}/decline", tag = "tasks", params(("id" = String, Path)),
    request_body = DeclineInput, responses((status = OK, body = TaskView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn decline(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<DeclineInput>,
) -> Result<Response, Refusal> {
    let refusal = Declined { reason: body.reason, proposal: body.proposal.into() };
    step!(web, signed_in, id, replay, |work| task_steps::decline(work, &id, refusal))
}

/// The initiator's answer to a refusal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerInput {
    /// How.
    kind: AnswerKind,
    /// With `change`: another owner.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<PersonId>,
    /// With `change`: another date.
    #[serde(default)]
    due_at: Option<Timestamp>,
    /// With `change`: otherwise in words; with `insist`: why.
    #[serde(default)]
    words: Option<String>,
}

/// How a refusal is answered.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AnswerKind {
    /// As proposed.
    Agree,
    /// Otherwise changed.
    Change,
    /// As it was.
    Insist,
}

/// Answer a refusal
#[utoipa::path(post, path = "/tasks/{id}/answer", tag = "tasks", params(("id" = String, Path)),
    request_body = AnswerInput, responses((status = OK, body = TaskView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn answer(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<AnswerInput>,
) -> Result<Response, Refusal> {
    let AnswerInput { kind, owner, due_at, words } = body;
    let words = words.unwrap_or_default();
    let answer = match kind {
        AnswerKind::Agree => ProposalAnswer::Agree,
        AnswerKind::Change => ProposalAnswer::Change(Proposal { owner, due_at, words }),
        AnswerKind::Insist => ProposalAnswer::Insist { words },
    };
    step!(web, signed_in, id, replay, |work| task_steps::answer_proposal(work, &id, answer))
}

/// Another owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReassignInput {
    /// Who.
    #[schema(value_type = String)]
    owner: PersonId,
    /// A word to the description.
    #[serde(default)]
    words: Option<String>,
}

/// Give it to another owner
#[utoipa::path(post, path = "/tasks/{id}/reassign", tag = "tasks", params(("id" = String, Path)),
    request_body = ReassignInput, responses((status = OK, body = TaskView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn reassign(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<ReassignInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    match reassign_with_words(&mut write, &id, &body).await {
        Ok(()) => answered(write, &id).await,
        Err(error) => Err(refused(write, &id, error).await),
    }
}

/// The words belong to what the new owner reads: they are added to the description first.
async fn reassign_with_words(write: &mut Write<'_>, id: &TaskId, input: &ReassignInput) -> Result<(), ActionError> {
    let words = input.words.as_deref().map(str::trim).unwrap_or_default();
    if !words.is_empty() {
        let task = tasks::visible(&mut write.look(), id).await?;
        let mut description = task.description.clone();
        if !description.is_empty() {
            description.push('\n');
        }
        description.push_str(words);
        let change = TaskChange { version: task.version, description: Some(description), ..TaskChange::default() };
        edit_task::edit_task(&mut write.work, id, change).await?;
    }
    task_steps::reassign(&mut write.work, id, &input.owner).await.map(|_| ())
}

/// The owner's word on progress.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProgressInput {
    /// The words.
    text: String,
    /// The share done, 0 to 100.
    #[serde(default)]
    percent: Option<u8>,
}

/// Report progress
#[utoipa::path(post, path = "/tasks/{id}/progress", tag = "tasks", params(("id" = String, Path)),
    request_body = ProgressInput, responses((status = OK, body = TaskView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn progress(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<ProgressInput>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::report_progress(work, &id, &body.text, body.percent))
}

/// A reason.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Why.
    reason: String,
}

/// In difficulty
#[utoipa::path(post, path = "/tasks/{id}/block", tag = "tasks", params(("id" = String, Path)), request_body = Reason,
    responses((status = OK, body = TaskView)), security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn block(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<Reason>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::block(work, &id, &body.reason))
}

/// The difficulty is over
#[utoipa::path(post, path = "/tasks/{id}/resume", tag = "tasks", params(("id" = String, Path)),
    responses((status = OK, body = TaskView)), security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn resume(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::resume(work, &id))
}

/// Finished
#[utoipa::path(post, path = "/tasks/{id}/finish", tag = "tasks", params(("id" = String, Path)),
    responses((status = OK, body = TaskView)), security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn finish(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::finish(work, &id))
}

/// Not finished after all
#[utoipa::path(post, path = "/tasks/{id}/reopen", tag = "tasks", params(("id" = String, Path)),
    responses((status = OK, body = TaskView)),
    security(("session" = ["owner", "director"]), ("token" = ["owner", "director"])))]
async fn reopen(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::reopen(work, &id))
}

/// Given up
#[utoipa::path(post, path = "/tasks/{id}/cancel", tag = "tasks", params(("id" = String, Path)), request_body = Reason,
    responses((status = OK, body = TaskView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn cancel(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<TaskKind>,
    Input { body, replay }: Input<Reason>,
) -> Result<Response, Refusal> {
    step!(web, signed_in, id, replay, |work| task_steps::cancel(work, &id, &body.reason))
}
