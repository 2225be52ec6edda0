//! 工作台.

use axum::{Json, extract::State};
use huan_app::queries::{Look, desk, desk::DeskView};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, problem::Problem, state::Web};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What waits for the reader
#[utoipa::path(get, path = "/desk", tag = "desk", responses((status = OK, body = DeskView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn show(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<DeskView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(desk::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?))
}
