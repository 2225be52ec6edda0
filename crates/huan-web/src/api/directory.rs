//! The people directory: imports, keeping in step, who waits for an administrator, who leaves.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use huan_app::{
    directory::{
        Told,
        answers::{self, Answer},
        imports::{self, Choice},
        leavers,
    },
    error::{ActionError, FieldProblem},
    queries::{
        Look,
        directory::{
            self as views, DirectoryRunView, DirectorySourceView, LeaverView, PreviewRowView, WaitingPersonView,
        },
    },
};
use huan_core::{
    directory::{Field, plan::Kind, run::ListProblem},
    i18n::text,
    id::{AccountKind, DirectoryRunKind, PersonId, PersonKind},
    permission,
};
use huan_files::{
    people::{self, PeopleList},
    sheet,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, Path, PathId, Query, Upload},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

/// The most rows of one page.
const MOST: u32 = 200;
/// How many readings are listed.
const RUNS: u32 = 30;

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(sources))
        .routes(routes!(keep_in_step))
        .routes(routes!(reconcile))
        .routes(routes!(template))
        .routes(routes!(runs, begin))
        .routes(routes!(begin_list))
        .routes(routes!(run, discard))
        .routes(routes!(rows))
        .routes(routes!(apply))
        .routes(routes!(waiting))
        .routes(routes!(answer))
        .routes(routes!(leaving))
        .routes(routes!(hand_over))
        .routes(routes!(stays))
        .routes(routes!(follow))
}

/// The accounts whose people can be read
#[utoipa::path(get, path = "/directory/sources", tag = "directory",
    responses((status = OK, body = Items<DirectorySourceView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn sources(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<DirectorySourceView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(views::sources(&mut look).await?)))
}

/// Whether an account is kept in step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InStep {
    /// Whether its people are kept in step by events and every night.
    in_step: bool,
}

/// Keep an account's people in step, or not any more
#[utoipa::path(patch, path = "/directory/sources/{id}", tag = "directory", params(("id" = String, Path)),
    request_body = InStep, responses((status = OK, body = Items<DirectorySourceView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn keep_in_step(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
    Input { body, replay }: Input<InStep>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    imports::set_in_step(&mut write.work, &id, body.in_step).await?;
    let sources = Items::whole(views::sources(&mut write.look()).await?);
    write.finish(StatusCode::OK, &sources).await
}

/// Reconcile an account's people now
#[utoipa::path(post, path = "/directory/sources/{id}/reconcile", tag = "directory", params(("id" = String, Path)),
    responses((status = ACCEPTED, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn reconcile(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<AccountKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let run = imports::reconcile_now(&mut write.work, &id).await?;
    let view = views::run(&mut write.look(), &run.id).await?;
    write.finish(StatusCode::ACCEPTED, &view).await
}

/// Which template.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichTemplate {
    /// `xlsx` (the default) or `csv`.
    format: Option<String>,
}

/// The template 「人员导入模板」 to fill in
#[utoipa::path(get, path = "/directory/template", tag = "directory", params(WhichTemplate),
    responses((status = OK, content_type = "application/octet-stream")),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn template(signed_in: SignedIn, Query(which): Query<WhichTemplate>) -> Result<Response, Problem> {
    permission::may_keep_directory(&signed_in.caller.viewer).map_err(ActionError::from)?;
    let kind = match which.format.as_deref() {
        None | Some("xlsx") => sheet::Kind::Xlsx,
        Some("csv") => sheet::Kind::Csv,
        Some(_) => return Err(Problem::field("format", "unknown_choice")),
    };
    let language = signed_in.caller.language;
    let file = people::template(kind, language).map_err(|error| ActionError::Internal(error.to_string()))?;
    let name = format!("{}.{}", text(language, "directory.template.file", &[]), kind.ending());
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    let disposition = HeaderValue::from_str(&disposition).map_err(|error| ActionError::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}

/// The last readings of all sources, newest first
#[utoipa::path(get, path = "/directory/imports", tag = "directory",
    responses((status = OK, body = Items<DirectoryRunView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn runs(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<DirectoryRunView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(views::runs(&mut look, RUNS).await?)))
}

/// What to import.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ImportInput {
    /// The account whose people are to be read.
    #[schema(value_type = String)]
    account: huan_core::id::AccountId,
}

/// Have an account's people read, to be looked at
#[utoipa::path(post, path = "/directory/imports", tag = "directory", request_body = ImportInput,
    responses((status = ACCEPTED, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn begin(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<ImportInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let run = imports::begin(&mut write.work, &body.account).await?;
    let view = views::run(&mut write.look(), &run.id).await?;
    write.finish(StatusCode::ACCEPTED, &view).await
}

/// Which list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichList {
    /// The name of the file.
    name: Option<String>,
}

/// Give a list of people as xlsx or csv, to be looked at
#[utoipa::path(post, path = "/directory/imports/list", tag = "directory", params(WhichList),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file, up to 10 MB"),
    responses((status = CREATED, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn begin_list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<WhichList>,
    Upload { body, replay }: Upload,
) -> Result<Response, Refusal> {
    // Rights come before reading: a large file of a stranger is not worth it.
    permission::may_keep_directory(&signed_in.caller.viewer).map_err(ActionError::from)?;
    let read = tokio::task::spawn_blocking(move || people::read(&body)).await;
    let read = read.map_err(|error| ActionError::Internal(error.to_string()))?;
    let PeopleList { people, departments, problems, ignored_columns } = read.map_err(|error| unreadable(&error))?;
    let problems = problems.into_iter().map(|problem| ListProblem {
        row: problem.row,
        column: problem.column.map(|column| column.name().to_owned()),
        code: problem.code.to_owned(),
        value: problem.value,
    });
    let told = Told { people, departments };
    let mut write = web.write(&signed_in, replay).await?;
    let name = which.name.unwrap_or_default();
    let run = imports::begin_list(&mut write.work, &name, &told, problems.collect(), ignored_columns).await?;
    let view = views::run(&mut write.look(), &run.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

fn unreadable(error: &people::ListError) -> ActionError {
    let code = match error.code() {
        "too_large" => "list_too_large",
        "empty" => "list_empty",
        "no_heading" => "list_no_heading",
        _ => "list_unreadable",
    };
    ActionError::Invalid(vec![FieldProblem::new("file", code)])
}

/// A reading
#[utoipa::path(get, path = "/directory/imports/{id}", tag = "directory", params(("id" = String, Path)),
    responses((status = OK, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn run(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DirectoryRunKind>,
) -> Result<Json<DirectoryRunView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::run(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// Throw a preview away
#[utoipa::path(delete, path = "/directory/imports/{id}", tag = "directory", params(("id" = String, Path)),
    responses((status = OK, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn discard(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DirectoryRunKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    imports::discard(&mut write.work, &id).await?;
    let view = views::run(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}

/// Which rows.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichRows {
    /// `new`, `changed`, `unchanged`, `doubtful`, `ignored`, `left` or `parted`.
    kind: Option<String>,
    /// Where to begin.
    cursor: Option<i64>,
    /// How many rows at most, up to 200.
    limit: Option<u32>,
}

/// The rows of a preview
#[utoipa::path(get, path = "/directory/imports/{id}/rows", tag = "directory",
    params(("id" = String, Path), WhichRows), responses((status = OK, body = Items<PreviewRowView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn rows(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DirectoryRunKind>,
    Query(which): Query<WhichRows>,
) -> Result<Json<Items<PreviewRowView>>, Problem> {
    let kind = match which.kind.as_deref() {
        None => None,
        Some(name) => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            Some(kind.ok_or_else(|| Problem::field("kind", "unknown_choice"))?)
        }
    };
    let limit = limit(which.limit)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (items, next) = views::rows(&mut look, &id, kind, which.cursor.unwrap_or_default(), limit).await?;
    Ok(Json(Items { items, next: next.map(|next| next.to_string()) }))
}

fn limit(given: Option<u32>) -> Result<u32, Problem> {
    match given {
        None => Ok(50),
        Some(limit @ 1..=MOST) => Ok(limit),
        Some(_) => Err(Problem::field("limit", "out_of_range")),
    }
}

/// How to carry a preview out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApplyInput {
    /// Carry it out although rows of the list have problems; those rows are left out.
    #[serde(default)]
    despite_problems: bool,
    /// Take those whom the source does not tell any more as having left.
    #[serde(default = "yes")]
    with_leavers: bool,
    /// Keep the account in step from now on.
    #[serde(default)]
    in_step: bool,
}

fn yes() -> bool {
    true
}

/// Carry a preview out
#[utoipa::path(post, path = "/directory/imports/{id}/apply", tag = "directory", params(("id" = String, Path)),
    request_body = ApplyInput, responses((status = ACCEPTED, body = DirectoryRunView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn apply(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DirectoryRunKind>,
    Input { body, replay }: Input<ApplyInput>,
) -> Result<Response, Refusal> {
    let ApplyInput { despite_problems, with_leavers, in_step } = body;
    let mut write = web.write(&signed_in, replay).await?;
    imports::apply(&mut write.work, &id, Choice { despite_problems, with_leavers, in_step }).await?;
    let view = views::run(&mut write.look(), &id).await?;
    write.finish(StatusCode::ACCEPTED, &view).await
}

/// Which part of those who wait.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichWaiting {
    /// Where to begin.
    cursor: Option<String>,
    /// How many at most, up to 200.
    limit: Option<u32>,
}

/// Those of whom an administrator must say who they are 「待确认」
#[utoipa::path(get, path = "/directory/waiting", tag = "directory", params(WhichWaiting),
    responses((status = OK, body = Items<WaitingPersonView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn waiting(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<WhichWaiting>,
) -> Result<Json<Items<WaitingPersonView>>, Problem> {
    let limit = limit(which.limit)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (items, next) = views::waiting(&mut look, which.cursor.as_deref().unwrap_or_default(), limit).await?;
    Ok(Json(Items { items, next }))
}

/// Who somebody is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
enum WhoInput {
    /// This person.
    Is {
        /// The person.
        #[schema(value_type = String)]
        person: PersonId,
    },
    /// Somebody new.
    New,
    /// Nobody who matters here; not asked again.
    Ignore,
}

/// Say who somebody is
#[utoipa::path(post, path = "/directory/waiting/{id}", tag = "directory", params(("id" = String, Path)),
    request_body = WhoInput, responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn answer(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(id): Path<String>,
    Input { body, replay }: Input<WhoInput>,
) -> Result<Response, Refusal> {
    let answer = match body {
        WhoInput::Is { person } => Answer::Is(person),
        WhoInput::New => Answer::New,
        WhoInput::Ignore => Answer::Ignore,
    };
    let mut write = web.write(&signed_in, replay).await?;
    answers::answer(&mut write.work, &id, &answer).await?;
    write.finish_silently().await
}

/// Those who leave, and what they leave behind
#[utoipa::path(get, path = "/directory/leavers", tag = "directory",
    responses((status = OK, body = Items<LeaverView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn leaving(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<LeaverView>>, Problem> {
    Ok(Json(Items::whole(views::leaving(&web.app, &signed_in.caller).await?)))
}

/// Who takes over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuccessorInput {
    /// Who takes over.
    #[schema(value_type = String)]
    successor: PersonId,
}

/// Hand the work of somebody who leaves over
#[utoipa::path(post, path = "/directory/leavers/{id}/hand_over", tag = "directory", params(("id" = String, Path)),
    request_body = SuccessorInput, responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn hand_over(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body, replay }: Input<SuccessorInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    leavers::hand_over(&mut write.work, &id, &body.successor).await?;
    write.finish_silently().await
}

/// Somebody stays after all
#[utoipa::path(post, path = "/directory/leavers/{id}/stays", tag = "directory", params(("id" = String, Path)),
    responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn stays(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    leavers::stays(&mut write.work, &id).await?;
    write.finish_silently().await
}

/// A field that was set by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FollowInput {
    /// The field.
    field: String,
}

/// Let platforms tell a field again that was set by hand
#[utoipa::path(post, path = "/people/{id}/follow", tag = "people", params(("id" = String, Path)),
    request_body = FollowInput, responses((status = NO_CONTENT)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn follow(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<PersonKind>,
    Input { body, replay }: Input<FollowInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    // The right is asked before anything is said about the field.
    write.work.require_directory()?;
    let field = Field::of(&body.field).ok_or_else(|| ActionError::field("field", "unknown_choice"))?;
    answers::follow_sources(&mut write.work, &id, field).await?;
    write.finish_silently().await
}
