//! The history.

use axum::{Json, extract::State};
use huan_app::queries::{Look, history, history::EntryView};
use huan_core::{history::Subject, id::CollaborationId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::Query,
    page::{self, Items},
    problem::Problem,
    state::Web,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which part of a history, the latest first.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// Whose history.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Of the thing with this id.
    subject: Option<String>,
    /// Of everything in this collaboration.
    #[param(value_type = Option<String>)]
    collaboration: Option<CollaborationId>,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The history of a thing or a collaboration
#[utoipa::path(get, path = "/history", tag = "history", params(Which),
    responses((status = OK, body = Items<EntryView>)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    Query(which): Query<Which>,
) -> Result<Json<Items<EntryView>>, Problem> {
    let subject = match (which.subject, which.collaboration) {
        (Some(id), None) => Subject::from_id(&id).ok_or_else(Problem::not_found)?,
        (None, Some(id)) => Subject::Collaboration(id),
        _ => return Err(Problem::field("subject", "required")),
    };
    let part = Part { cursor: which.cursor, limit: which.limit };
    page_of(&web, &signed_in, &subject, &part).await
}

pub(super) async fn page_of(
    web: &Web,
    signed_in: &SignedIn,
    subject: &Subject,
    part: &Part,
) -> Result<Json<Items<EntryView>>, Problem> {
    let page = page::page(part.cursor.as_deref(), part.limit, true)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (next, items) = history::of(&mut look, subject, &page).await?;
    Ok(Json(Items { items, next }))
}
