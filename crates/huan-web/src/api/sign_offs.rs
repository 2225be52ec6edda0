//! Acceptance 「验收」 of a collaboration.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::sign_offs::{self as actions, Call},
    error::ActionError,
    queries::{
        Look,
        sign_offs::{self, BeforeView, SignOffView},
    },
};
use huan_core::{
    id::{CollaborationId, CollaborationKind, PersonId, SignOffId, SignOffKind},
    sign_off::Evidence,
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
    OpenApiRouter::new()
        .routes(routes!(list, call))
        .routes(routes!(before))
        .routes(routes!(one))
        .routes(routes!(sign))
        .routes(routes!(refuse))
        .routes(routes!(withdraw))
}

/// Which rounds.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Where the page begins: `next` of the page before.
    cursor: Option<String>,
    /// How many, 200 at most.
    limit: Option<u32>,
}

/// The rounds of acceptance of a collaboration that the reader may see, the newest first
#[utoipa::path(get, path = "/collaborations/{id}/sign_offs", tag = "acceptance", params(("id" = String, Path), Which),
    responses((status = OK, body = Items<SignOffView>)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn list(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Query(which): Query<Which>,
) -> Result<Json<Items<SignOffView>>, Problem> {
    let page = page::page(which.cursor.as_deref(), which.limit, true)?;
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    let (listed, views) = sign_offs::list(&mut look, &id, &page).await?;
    Ok(Json(Items::part(&listed, views)))
}

/// What is still open before acceptance is called for, and whether the reader may call
#[utoipa::path(get, path = "/collaborations/{id}/sign_offs/before", tag = "acceptance", params(("id" = String, Path)),
    responses((status = OK, body = BeforeView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn before(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<BeforeView>, Problem> {
    let mut conn = web.app.db.read().await?;
    let mut look = Look::new(&web.app, &mut conn, &signed_in.caller);
    Ok(Json(sign_offs::before(&mut look, &id).await?))
}

/// A call for acceptance.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallInput {
    /// What was reached.
    statement: String,
    /// What shows it, each with its `kind`: `record` with `record`, `task` with `task`, `minutes` with `minutes`, `note` with
    /// `text`, `address` with `title` and `url`.
    #[schema(value_type = Vec<Object>)]
    evidence: Vec<Evidence>,
    /// Who must sign: members of the collaboration, outside people too.
    #[schema(value_type = Vec<String>)]
    signers: Vec<PersonId>,
}

/// Call for acceptance: a round begins, and each signer is asked
#[utoipa::path(post, path = "/collaborations/{id}/sign_offs", tag = "acceptance", params(("id" = String, Path)),
    request_body = CallInput, responses((status = CREATED, body = SignOffView)),
    security(("session" = ["initiator"]), ("token" = ["initiator"])))]
async fn call(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<CallInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let CallInput { statement, evidence, signers } = body;
    let collaboration: CollaborationId = id;
    let called = actions::call(&mut write.work, Call { collaboration, statement, evidence, signers }).await?;
    let view = sign_offs::one(&mut write.look(), &called.id).await?;
    write.finish(StatusCode::CREATED, &view).await
}

/// A round of acceptance
#[utoipa::path(get, path = "/sign_offs/{id}", tag = "acceptance", params(("id" = String, Path)),
    responses((status = OK, body = SignOffView)),
    security(("session" = ["member", "owner"]), ("token" = ["member", "owner"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<SignOffKind>,
) -> Result<Json<SignOffView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(sign_offs::one(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// The round as it is after a step, or why the step was refused.
async fn stepped<T>(
    mut write: Write<'_>,
    id: &SignOffId,
    outcome: Result<T, ActionError>,
) -> Result<Response, Refusal> {
    match outcome {
        Ok(_) => {
            let view = sign_offs::one(&mut write.look(), id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, sign_offs::one(&mut write.look(), id)).await),
    }
}

/// A signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInput {
    /// The words that go with it.
    #[serde(default)]
    words: String,
}

/// Sign: whoever is asked may; with the last signature the work is done
#[utoipa::path(post, path = "/sign_offs/{id}/sign", tag = "acceptance", params(("id" = String, Path)),
    request_body = SignInput, responses((status = OK, body = SignOffView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn sign(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<SignOffKind>,
    Input { body, replay }: Input<SignInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::sign(&mut write.work, &id, &body.words).await;
    stepped(write, &id, outcome).await
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefusalInput {
    /// The reason.
    reason: String,
}

/// Refuse to sign: the round is over, and whoever called is told why
#[utoipa::path(post, path = "/sign_offs/{id}/refuse", tag = "acceptance", params(("id" = String, Path)),
    request_body = RefusalInput, responses((status = OK, body = SignOffView)),
    security(("session" = ["owner"]), ("token" = ["owner"])))]
async fn refuse(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<SignOffKind>,
    Input { body, replay }: Input<RefusalInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::refuse(&mut write.work, &id, &body.reason).await;
    stepped(write, &id, outcome).await
}

/// Take the call back while it is open
#[utoipa::path(post, path = "/sign_offs/{id}/withdraw", tag = "acceptance", params(("id" = String, Path)),
    request_body = RefusalInput, responses((status = OK, body = SignOffView)),
    security(("session" = ["initiator"]), ("token" = ["initiator"])))]
async fn withdraw(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<SignOffKind>,
    Input { body, replay }: Input<RefusalInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let outcome = actions::withdraw(&mut write.work, &id, &body.reason).await;
    stepped(write, &id, outcome).await
}
