//! Who people are on the platforms.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::identities::{self, IdentityChange},
    queries::{
        Look,
        people::{self as views, IdentityView},
    },
};
use huan_core::id::{IdentityKind, PersonId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, PathId, Query, double_option},
    page::Items,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(edit))
}

/// Which identities.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those that are joined to nobody.
    #[serde(default)]
    unmatched: bool,
}

/// The identities on the platforms
#[utoipa::path(get, path = "/identities", tag = "people", params(Which),
    responses((status = OK, body = Items<IdentityView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<IdentityView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(Items::whole(views::identities(&mut look, which.unmatched).await?)))
}

/// A change of an identity; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityPatch {
    /// The person it is joined to; `null` for nobody.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    person: Option<Option<PersonId>>,
    /// Whether the person is to be reached here first.
    preferred: Option<bool>,
}

/// Join an identity to a person
#[utoipa::path(patch, path = "/identities/{id}", tag = "people", params(("id" = String, Path)),
    request_body = IdentityPatch, responses((status = OK, body = IdentityView)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<IdentityKind>,
    Input { body, replay }: Input<IdentityPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let IdentityPatch { person, preferred } = body;
    identities::edit_identity(&mut write.work, &id, IdentityChange { person, preferred }).await?;
    let view = views::identity(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}
