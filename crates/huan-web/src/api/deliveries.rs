//! What became of messages.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    error::ActionError,
    queries::{
        Look,
        deliveries::{self, DeliveryView, RestingView},
    },
};
use huan_core::id::{AccountId, CollaborationId, DeliveryKind, PersonId};
use huan_store::{DeliveryFilter, DeliveryState, Topic};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::tasks::codes;
use crate::{
    auth::SignedIn,
    input::{Input, Nothing, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(resting)).routes(routes!(retry))
}

/// Which deliveries, the latest first.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// About the thing with this id.
    subject: Option<String>,
    /// About something of this collaboration, for those who direct it. Without subject and collaboration: all of them,
    /// for administrators.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// For this person.
    #[param(value_type = Option<String>)]
    person: Option<PersonId>,
    /// Sent by this account.
    #[param(value_type = Option<String>)]
    account: Option<AccountId>,
    /// In these states, separated by commas.
    state: Option<String>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// What became of messages
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", params(Which),
    responses((status = OK, body = Items<DeliveryView>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<DeliveryView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let states = codes::<DeliveryState>("state", which.state.as_deref())?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let Which { subject, collaboration, person, account, .. } = which;
    let filter = DeliveryFilter { states, person, subject, account, collaboration };
    let (next, items) = deliveries::list(&mut look, &filter, &page).await?;
    Ok(Json(Items { items, next }))
}

/// The senders that a platform told to rest
#[utoipa::path(get, path = "/deliveries/resting", tag = "deliveries", responses((status = OK, body = Items<RestingView>)),
    security(("session" = ["administrator"]), ("token" = ["administrator"])))]
async fn resting(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Items<RestingView>>, Problem> {
    let mut conn = web.app.db.read().await?;
    let items = deliveries::resting(&mut Look::new(&web.app, &mut conn, &signed_in.caller)).await?;
    Ok(Json(Items::whole(items)))
}

/// Send a message again
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "deliveries", params(("id" = String, Path)),
    responses((status = OK, body = DeliveryView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn retry(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DeliveryKind>,
    Input { body: Nothing {}, replay }: Input<Nothing>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let delivery = deliveries::visible(&mut write.look(), &id).await?;
    if signed_in.caller.viewer.guest {
        return Err(ActionError::Forbidden.into());
    }
    if !matches!(delivery.state, DeliveryState::Failed | DeliveryState::Uncertain) || delivery.account.is_none() {
        return Err(Problem::new(StatusCode::CONFLICT, "wrong_state").into());
    }
    let now = write.work.now;
    write.work.tx.requeue_delivery(&web.app.workspace, &id, now).await?;
    write.work.tx.signal(Topic::Outbox);
    let delivery = deliveries::visible(&mut write.look(), &id).await?;
    let view = deliveries::views(&mut write.look(), vec![delivery]).await?.pop();
    write.finish(StatusCode::OK, &view).await
}
