//! The mirror of a collaboration on a platform that keeps pages and tables.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::mirror,
    queries::{
        Look,
        mirror::{self as views, AccountSpacesView, MirrorView},
    },
};
use huan_core::{
    id::{AccountId, CollaborationId, CollaborationKind},
    platform::ForeignSpace,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId},
    page::Items,
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(one, set_up, edit, give_up)).routes(routes!(spaces)).routes(routes!(retry))
}

/// How the collaboration stands with its mirror
#[utoipa::path(get, path = "/collaborations/{id}/mirror", tag = "mirror", params(("id" = String, Path)),
    responses((status = OK, body = MirrorView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<MirrorView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(views::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The spaces in which a mirror of the collaboration can stand
#[utoipa::path(get, path = "/collaborations/{id}/mirror/spaces", tag = "mirror", params(("id" = String, Path)),
    responses((status = OK, body = Items<AccountSpacesView>)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn spaces(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<Items<AccountSpacesView>>, Problem> {
    let found = mirror::spaces(&web.app, &signed_in.caller, &id).await?;
    let language = signed_in.caller.language;
    Ok(Json(Items::whole(found.into_iter().map(|found| AccountSpacesView::new(found, language)).collect())))
}

/// Where a mirror is to stand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MirrorInput {
    /// The account.
    #[schema(value_type = String)]
    account: AccountId,
    /// The space's id there.
    space: String,
}

/// Have the collaboration mirrored in a space
#[utoipa::path(post, path = "/collaborations/{id}/mirror", tag = "mirror", params(("id" = String, Path)),
    request_body = MirrorInput, responses((status = OK, body = MirrorView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn set_up(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<MirrorInput>,
) -> Result<Response, Refusal> {
    web.not_yet_answered(&signed_in, &replay).await?;
    let MirrorInput { account, space } = body;
    let space = mirror::space(&web.app, &signed_in.caller, &id, &account, &ForeignSpace::new(space)).await?;
    let mut write = web.write(&signed_in, replay).await?;
    mirror::set_up(&mut write.work, &id, account, &space).await?;
    finish(write, &id).await
}

/// A change of a mirror.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MirrorPatch {
    /// Whether it is at work.
    running: bool,
}

/// Pause the mirror, or let it go on
#[utoipa::path(patch, path = "/collaborations/{id}/mirror", tag = "mirror", params(("id" = String, Path)),
    request_body = MirrorPatch, responses((status = OK, body = MirrorView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<MirrorPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    mirror::set_running(&mut write.work, &id, body.running).await?;
    finish(write, &id).await
}

/// Give the mirror up; what stands there stays
#[utoipa::path(delete, path = "/collaborations/{id}/mirror", tag = "mirror", params(("id" = String, Path)),
    responses((status = NO_CONTENT)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn give_up(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    mirror::give_up(&mut write.work, &id).await?;
    write.finish_silently().await
}

/// Try everything again that could not be mirrored
#[utoipa::path(post, path = "/collaborations/{id}/mirror/retry", tag = "mirror", params(("id" = String, Path)),
    responses((status = OK, body = MirrorView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn retry(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    mirror::retry(&mut write.work, &id).await?;
    finish(write, &id).await
}

async fn finish(mut write: Write<'_>, id: &CollaborationId) -> Result<Response, Refusal> {
    let view = views::of(&mut write.look(), id).await?;
    write.finish(StatusCode::OK, &view).await
}
