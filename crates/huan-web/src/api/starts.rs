//! The guided start of collaborations, and their charters.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::{charters, starts as actions},
    queries::{
        Look,
        collaborations::{self, CollaborationView},
        foresight::{self, Asked, ForesightView},
        starts::{self, CharterView, StartSummary, StartView},
    },
};
use huan_core::{
    charter::Charter,
    id::{CollaborationKind, StartKind},
    start::{Start, StartFrom},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::situations::ForesightInput;
use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, object},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(one, save, drop_it))
        .routes(routes!(carry_out))
        .routes(routes!(foresee))
        .routes(routes!(charter, set_charter))
}

/// The reader's unfinished starts
#[utoipa::path(get, path = "/starts", tag = "collaborations", responses((status = OK, body = Items<StartSummary>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<StartSummary>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = starts::list(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?;
    Ok(Json(Items::whole(items)))
}

/// What a start begins from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StartInput {
    /// `{"kind": "situation", "situation": …}` or `{"kind": "collaboration", "collaboration": …}`.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    from: StartFrom,
}

/// Begin to start a collaboration
#[utoipa::path(post, path = "/starts", tag = "collaborations", request_body = StartInput,
    responses((status = CREATED, body = StartView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn begin(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<StartInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let begun = actions::begin_start(&mut write.work, body.from).await?;
    let view = starts::one(&mut write.look(), &begun.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// An unfinished start
#[utoipa::path(get, path = "/starts/{id}", tag = "collaborations", params(("id" = String, Path)),
    responses((status = OK, body = StartView)), security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<StartKind>,
) -> Result<Json<StartView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(starts::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// What was entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnteredInput {
    /// All of it.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    start: Start,
    /// The version that was seen.
    version: i64,
}

/// Keep what was entered
#[utoipa::path(put, path = "/starts/{id}", tag = "collaborations", params(("id" = String, Path)),
    request_body = EnteredInput, responses((status = OK, body = StartView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn save(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<StartKind>,
    Input { body, replay }: Input<EnteredInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    match actions::save_start(&mut write.work, &id, body.start, body.version).await {
        Ok(_) => {
            let view = starts::one(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, starts::one(&mut write.look(), &id)).await),
    }
}

/// Give a start up
#[utoipa::path(delete, path = "/starts/{id}", tag = "collaborations", params(("id" = String, Path)),
    responses((status = NO_CONTENT)), security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn drop_it(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<StartKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    actions::drop_start(&mut write.work, &id).await?;
    write.finish_silently().await
}

/// A start that is carried out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenInput {
    /// The version that was seen.
    version: i64,
}

/// Start the collaboration
#[utoipa::path(post, path = "/starts/{id}/carry-out", tag = "collaborations", params(("id" = String, Path)),
    request_body = SeenInput, responses((status = CREATED, body = CollaborationView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn carry_out(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<StartKind>,
    Input { body, replay }: Input<SeenInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    match actions::carry_out(&mut write.work, &id, body.version).await {
        Ok(made) => {
            let view = collaborations::one(&mut write.look(), &made.id).await?;
            write.finish(StatusCode::CREATED, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, starts::one(&mut write.look(), &id)).await),
    }
}

/// What a clock of the collaboration would do if nobody answered
#[utoipa::path(post, path = "/starts/{id}/foresight", tag = "collaborations", params(("id" = String, Path)),
    request_body = ForesightInput, responses((status = OK, body = ForesightView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn foresee(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<StartKind>,
    Input { body, .. }: Input<ForesightInput>,
) -> Result<Json<ForesightView>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let ForesightInput { kind, levels, owner, starts_at } = body;
    Ok(Json(foresight::of_start(&mut look, &id, Asked { kind, levels, owner, starts_at }).await?))
}

/// The charter of a collaboration: milestones, duties, tools
#[utoipa::path(get, path = "/collaborations/{id}/charter", tag = "collaborations", params(("id" = String, Path)),
    responses((status = OK, body = CharterView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn charter(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<CharterView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(starts::charter(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A charter as it is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CharterInput {
    /// Milestones, duties and tools.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    charter: Charter,
    /// The version that was seen; 0 where nothing was agreed on.
    version: i64,
}

/// Write the charter of a collaboration
#[utoipa::path(put, path = "/collaborations/{id}/charter", tag = "collaborations", params(("id" = String, Path)),
    request_body = CharterInput, responses((status = OK, body = CharterView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn set_charter(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<CharterInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    match charters::set_charter(&mut write.work, &id, body.charter, body.version).await {
        Ok(()) => {
            let view = starts::charter(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, starts::charter(&mut write.look(), &id)).await),
    }
}
