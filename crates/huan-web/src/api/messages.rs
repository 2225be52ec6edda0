//! What was said on the platforms, and what became of it.

use axum::{Json, extract::State};
use huan_app::queries::{
    Look,
    messages::{self, MessageView},
};
use huan_core::id::MessageKind;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, input::PathId, problem::Problem, state::Web};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(one))
}

/// A message, with everything that was made of it and done by it
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = OK, body = MessageView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<MessageKind>,
) -> Result<Json<MessageView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(messages::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}
