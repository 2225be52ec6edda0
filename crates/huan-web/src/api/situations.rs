//! The situations that collaborations start from, and what service levels mean.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::situations,
    queries::{
        Look,
        foresight::{self, Asked, ForesightView},
        situations::{self as views, SituationView},
    },
};
use huan_core::{
    clock::{ClockKind, ServiceLevels},
    id::{CollaborationKind, PersonId},
    situation::Situation,
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, Path, PathId, object, optional_object},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set)).routes(routes!(foresee))
}

/// The situations that a collaboration can start from
#[utoipa::path(get, path = "/situations", tag = "collaborations",
    responses((status = OK, body = Items<SituationView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<SituationView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = views::list(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?;
    Ok(Json(Items::whole(items)))
}

/// What collaborations of a situation start from.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SituationPatch {
    /// The service levels; `null` takes those that come with the program again.
    #[serde(default, deserialize_with = "optional_object")]
    #[schema(value_type = Option<Object>)]
    levels: Option<ServiceLevels>,
}

/// Set the service levels that collaborations of a situation start from
#[utoipa::path(patch, path = "/situations/{key}", tag = "collaborations", params(("key" = String, Path)),
    request_body = SituationPatch, responses((status = OK, body = SituationView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn set(
    State(web): State<Web>,
    signed_in: SignedIn,
    Path(key): Path<String>,
    Input { body, replay }: Input<SituationPatch>,
) -> Result<Response, Refusal> {
    let situation = Situation::from_name(&key).ok_or_else(Problem::not_found)?;
    let mut write = web.write(&signed_in, replay).await?;
    situations::set_levels(&mut write.work, situation, body.levels).await?;
    let view = views::one(&mut write.look(), situation).await?;
    write.finish(StatusCode::OK, &view).await
}

/// A clock that is to be foreseen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForesightInput {
    /// The kind of clock: `acceptance`, `ordinary_problem`, …
    #[schema(value_type = String)]
    pub(super) kind: ClockKind,
    /// The service levels, as far as they are edited.
    #[serde(deserialize_with = "object")]
    #[schema(value_type = Object)]
    pub(super) levels: ServiceLevels,
    /// Who must answer; oneself when not given.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(super) owner: Option<PersonId>,
    /// When the clock starts; now when not given.
    #[serde(default)]
    pub(super) starts_at: Option<Timestamp>,
}

/// Foresee what a clock does when nobody answers
#[utoipa::path(post, path = "/collaborations/{id}/foresight", tag = "collaborations", params(("id" = String, Path)),
    request_body = ForesightInput, responses((status = OK, body = ForesightView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn foresee(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, .. }: Input<ForesightInput>,
) -> Result<Json<ForesightView>, Problem> {
    let ForesightInput { kind, levels, owner, starts_at } = body;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(foresight::of(&mut look, &id, Asked { kind, levels, owner, starts_at }).await?))
}
