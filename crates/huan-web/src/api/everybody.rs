//! How often everybody in the groups of a collaboration was called on today.

use axum::{Json, extract::State};
use huan_app::queries::{
    Look,
    everybody::{self, EverybodyView},
};
use huan_core::id::CollaborationKind;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, input::PathId, problem::Problem, state::Web};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(of))
}

/// How much room is left today for calling on everybody 「@全体」 in the groups of a collaboration
#[utoipa::path(get, path = "/collaborations/{id}/everybody", tag = "collaborations", params(("id" = String, Path)),
    responses((status = OK, body = EverybodyView)), security(("session" = ["director"]), ("token" = ["director"])))]
async fn of(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<EverybodyView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(everybody::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}
