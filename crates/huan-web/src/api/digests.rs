//! Daily and weekly digests 「日报/周报」.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::digests::{self as actions, DigestEdit, LineEdit},
    error::ActionError,
    queries::{
        Look,
        digests::{self, DigestPage, DigestView},
    },
};
use huan_core::{
    digest::{AddedLine, Part},
    id::{CollaborationKind, DigestId, DigestKind},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, PathId, Query},
    page::{self, Items},
    problem::Problem,
    state::{Web, Write},
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one, edit)).routes(routes!(send)).routes(routes!(skip))
}

/// Which digests.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Those that are still to go out, instead of the archive.
    #[serde(default)]
    open: bool,
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The digests of a collaboration, the latest first
#[utoipa::path(get, path = "/collaborations/{id}/digests", tag = "digests", params(("id" = String, Path), Which),
    responses((status = OK, body = Items<DigestView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Query(which): Query<Which>,
) -> Result<Json<Items<DigestView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = digests::list(&mut look, &id, which.open, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// A digest: one that is still to go out as it would now, else as it went out
#[utoipa::path(get, path = "/digests/{id}", tag = "digests", params(("id" = String, Path)),
    responses((status = OK, body = DigestPage)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DigestKind>,
) -> Result<Json<DigestPage>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(digests::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// A drafted line that is to say something else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LineInput {
    /// The line's key.
    key: String,
    /// The part it stands in.
    #[schema(value_type = String)]
    part: Part,
    /// The words; none to leave it out.
    text: Option<String>,
    /// What the draft said when it was changed.
    over: String,
}

/// A line of the assistant's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddedInput {
    /// The part it stands in.
    #[schema(value_type = String)]
    part: Part,
    /// The words.
    text: String,
}

/// What a digest is to say instead of its draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DigestInput {
    /// Words above everything.
    #[serde(default)]
    note: String,
    /// Every drafted line that is to say something else, or nothing; the others go out as drafted.
    #[serde(default)]
    lines: Vec<LineInput>,
    /// Lines of the assistant's own.
    #[serde(default)]
    added: Vec<AddedInput>,
    /// The version that the page shows.
    version: i64,
}

/// The digest as it is after a step, or why the step was refused.
async fn stepped<T>(mut write: Write<'_>, id: &DigestId, outcome: Result<T, ActionError>) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = digests::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, digests::one(&mut write.look(), id)).await),
    }
}

/// Change what a digest will say; later drafts do not overwrite it
#[utoipa::path(put, path = "/digests/{id}", tag = "digests", params(("id" = String, Path)), request_body = DigestInput,
    responses((status = OK, body = DigestPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn edit(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DigestKind>,
    Input { body, replay }: Input<DigestInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let line = |line: LineInput| LineEdit { key: line.key, part: line.part, text: line.text, over: line.over };
    let edit = DigestEdit {
        note: body.note,
        lines: body.lines.into_iter().map(line).collect(),
        added: body.added.into_iter().map(|line| AddedLine { part: line.part, text: line.text }).collect(),
        version: body.version,
    };
    let outcome = actions::edit(&mut write.work, &id, edit).await;
    stepped(write, &id, outcome).await
}

/// The version that the page shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DigestStep {
    /// The version.
    version: i64,
}

/// A digest to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DigestSendInput {
    /// The version that the page shows.
    version: i64,
    /// Whether everybody in the groups is called on 「@全体」, as far as the day has room for it.
    #[serde(default)]
    everybody: bool,
}

/// Send a digest before its time; it does not go out again
#[utoipa::path(post, path = "/digests/{id}/send", tag = "digests", params(("id" = String, Path)),
    request_body = DigestSendInput, responses((status = OK, body = DigestPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn send(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DigestKind>,
    Input { body, replay }: Input<DigestSendInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::send_now(&mut write.work, &id, body.version, body.everybody).await;
    stepped(write, &id, outcome).await
}

/// Leave a digest out; what it would have said joins the next one
#[utoipa::path(post, path = "/digests/{id}/skip", tag = "digests", params(("id" = String, Path)),
    request_body = DigestStep, responses((status = OK, body = DigestPage)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn skip(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<DigestKind>,
    Input { body, replay }: Input<DigestStep>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::skip(&mut write.work, &id, body.version).await;
    stepped(write, &id, outcome).await
}
