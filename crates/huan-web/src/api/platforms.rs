//! The platforms that accounts can be made for.

use axum::{Json, extract::State};
use huan_app::queries::{Look, accounts, accounts::PlatformView};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::SignedIn, page::Items, problem::Problem, state::Web};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The platforms that accounts can be made for
#[utoipa::path(get, path = "/platforms", tag = "accounts", responses((status = OK, body = Items<PlatformView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<PlatformView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(accounts::platforms(&look))))
}
