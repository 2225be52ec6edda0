//! Keeping a collaboration's tasks in step with a project of a task platform.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::task_binding::{self, NewBinding},
    queries::{
        Look,
        task_projects::{AccountProjectsView, ProjectSetUpView},
        task_sync::{self as views, SyncView},
    },
};
use huan_core::{
    id::{AccountId, CollaborationId, CollaborationKind, TaskLinkId},
    platform::ForeignProject,
    task_sync::Mapping,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, Path, PathId, Query, optional_object},
    page::Items,
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(one, bind, edit, unbind))
        .routes(routes!(projects))
        .routes(routes!(project))
        .routes(routes!(retry_all))
        .routes(routes!(retry))
}

/// How the collaboration stands with its task platform
#[utoipa::path(get, path = "/collaborations/{id}/sync", tag = "task sync", params(("id" = String, Path)),
    responses((status = OK, body = SyncView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<SyncView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The projects that the collaboration can be bound to
#[utoipa::path(get, path = "/collaborations/{id}/sync/projects", tag = "task sync", params(("id" = String, Path)),
    responses((status = OK, body = Items<AccountProjectsView>)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn projects(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<Items<AccountProjectsView>>, Problem> {
    let found = task_binding::projects(&web.app, &signed_in.caller, &id).await?;
    let language = signed_in.caller.language;
    Ok(Json(Items::whole(found.into_iter().map(|found| AccountProjectsView::new(found, language)).collect())))
}

/// Which project.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The account.
    #[param(value_type = String)]
    account: AccountId,
    /// The project's id there.
    project: String,
}

/// What can be set up with a project
#[utoipa::path(get, path = "/collaborations/{id}/sync/project", tag = "task sync",
    params(("id" = String, Path), Which), responses((status = OK, body = ProjectSetUpView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn project(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Query(which): Query<Which>,
) -> Result<Json<ProjectSetUpView>, Problem> {
    let project = ForeignProject::new(which.project);
    let read = task_binding::read_project(&web.app, &signed_in.caller, &id, &which.account, &project).await?;
    Ok(Json(ProjectSetUpView::from(read)))
}

/// A bond to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BindingInput {
    /// The account.
    #[schema(value_type = String)]
    account: AccountId,
    /// The project's id there.
    project: String,
    /// What there means what here; what Huan suggests when not given.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(value_type = Option<Object>)]
    mapping: Option<Mapping>,
    /// Whether the open tasks that are there become tasks here.
    #[serde(default)]
    take_existing: bool,
    /// Whether the open tasks that are here become tasks there.
    #[serde(default)]
    send_existing: bool,
}

/// Bind the collaboration to a project, or set its bond up anew
#[utoipa::path(post, path = "/collaborations/{id}/sync", tag = "task sync", params(("id" = String, Path)),
    request_body = BindingInput, responses((status = OK, body = SyncView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn bind(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<BindingInput>,
) -> Result<Response, Refusal> {
    web.not_yet_answered(&signed_in, &replay).await?;
    let BindingInput { account, project, mapping, take_existing, send_existing } = body;
    let project = ForeignProject::new(project);
    let read = task_binding::read_project(&web.app, &signed_in.caller, &id, &account, &project).await?;
    let mut write = web.write(&signed_in, replay).await?;
    let mapping = mapping.unwrap_or_else(|| task_binding::suggestion(&read));
    let new = NewBinding { account, project, mapping, take_existing, send_existing };
    task_binding::bind(&mut write.work, &id, new, &read).await?;
    finish(write, &id).await
}

/// A change of a bond.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BindingPatch {
    /// Whether it is at work.
    running: bool,
}

/// Pause the bond, or let it go on
#[utoipa::path(patch, path = "/collaborations/{id}/sync", tag = "task sync", params(("id" = String, Path)),
    request_body = BindingPatch, responses((status = OK, body = SyncView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<BindingPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    task_binding::set_running(&mut write.work, &id, body.running).await?;
    finish(write, &id).await
}

/// Take the bond away; the tasks stay, on both sides
#[utoipa::path(delete, path = "/collaborations/{id}/sync", tag = "task sync", params(("id" = String, Path)),
    responses((status = NO_CONTENT)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn unbind(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    task_binding::unbind(&mut write.work, &id).await?;
    write.finish_silently().await
}

/// Try everything again that could not be brought into step
#[utoipa::path(post, path = "/collaborations/{id}/sync/retry", tag = "task sync", params(("id" = String, Path)),
    responses((status = OK, body = SyncView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn retry_all(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    task_binding::retry_all(&mut write.work, &id).await?;
    finish(write, &id).await
}

/// Try one task again that could not be brought into step
#[utoipa::path(post, path = "/collaborations/{id}/sync/links/{link}/retry", tag = "task sync",
    params(("id" = String, Path), ("link" = String, Path)), responses((status = OK, body = SyncView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn retry(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path((id, link)): Path<(String, String)>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let id: CollaborationId = id.parse().map_err(|_| Problem::not_found())?;
    let link: TaskLinkId = link.parse().map_err(|_| Problem::not_found())?;
    let mut write = web.write(&signed_in, replay).await?;
    task_binding::retry(&mut write.work, &id, &link).await?;
    finish(write, &id).await
}

async fn finish(mut write: Write<'_>, id: &CollaborationId) -> Result<Response, Refusal> {
    let view = views::of(&mut write.look(), id).await?;
    write.finish(StatusCode::OK, &view).await
}
