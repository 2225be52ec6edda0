//! Platform groups and the collaborations they are bound to.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::channels::{self, ChannelChange},
    queries::{
        Look,
        collaborations::{self as views, ChannelView},
    },
};
use huan_core::id::{AccountId, ChannelKind, CollaborationId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, PathId, Query, double_option},
    page::{self, Items},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(edit))
}

/// Which groups.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those that are bound to no collaboration.
    #[serde(default)]
    unbound: bool,
    /// Only those that are heard through this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The groups that the reader may know of, by title
#[utoipa::path(get, path = "/channels", tag = "channels", params(Which),
    responses((status = OK, body = Items<ChannelView>)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<ChannelView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, false)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = views::channels(&mut look, which.account, which.unbound, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// A change of a group; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChannelPatch {
    /// The collaboration it is bound to; `null` unbinds it.
    #[serde(default, deserialize_with = "double_option")]
    #[schema(value_type = Option<String>)]
    collaboration: Option<Option<CollaborationId>>,
    /// Whether outside people are in it: confidential text then never goes there.
    has_outsiders: Option<bool>,
}

/// Bind a group
#[utoipa::path(patch, path = "/channels/{id}", tag = "channels", params(("id" = String, Path)),
    request_body = ChannelPatch, responses((status = OK, body = ChannelView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<ChannelKind>,
    Input { body, replay }: Input<ChannelPatch>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let ChannelPatch { collaboration, has_outsiders } = body;
    channels::edit_channel(&mut write.work, &id, ChannelChange { collaboration, has_outsiders }).await?;
    let view = views::channel(&mut write.look(), &id).await?;
    write.finish(StatusCode::OK, &view).await
}
