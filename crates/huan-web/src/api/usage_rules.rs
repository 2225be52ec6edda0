//! The usage rules 「使用规则」 of collaborations.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use huan_app::{
    actions::usage_rules as actions,
    queries::{
        Look,
        usage_rules::{self, RulesView},
    },
};
use huan_core::id::CollaborationKind;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::SignedIn,
    input::{Input, PathId},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(one, set)).routes(routes!(confirm))
}

/// The usage rules of a collaboration, and who has read them
#[utoipa::path(get, path = "/collaborations/{id}/rules", tag = "collaborations", params(("id" = String, Path)),
    responses((status = OK, body = RulesView)), security(("session" = ["member"]), ("token" = ["member"])))]
async fn one(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
) -> Result<Json<RulesView>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(usage_rules::of(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &id).await?))
}

/// Rules as they are to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RulesInput {
    /// The words.
    text: String,
    /// Whether they changed in substance: they are announced, and each member is asked to read them.
    announce: bool,
    /// Whether everybody in the groups is called on with that 「@全体」, as far as the day has room for it.
    #[serde(default)]
    everybody: bool,
    /// The version that the page shows; 0 while nobody has written any.
    version: i64,
}

/// Write the usage rules, and announce them where they changed in substance
#[utoipa::path(put, path = "/collaborations/{id}/rules", tag = "collaborations", params(("id" = String, Path)),
    request_body = RulesInput, responses((status = OK, body = RulesView)),
    security(("session" = ["director"]), ("token" = ["director"])))]
async fn set(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<RulesInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    let announce = body.announce.then_some(actions::Announcing { everybody: body.everybody });
    match actions::set_rules(&mut write.work, &id, &body.text, announce, body.version).await {
        Ok(_) => {
            let view = usage_rules::of(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, usage_rules::of(&mut write.look(), &id)).await),
    }
}

/// Rules that were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadInput {
    /// Which announcement was read.
    revision: u32,
}

/// Confirm having read the usage rules
#[utoipa::path(post, path = "/collaborations/{id}/rules/confirm", tag = "collaborations", params(("id" = String, Path)),
    request_body = ReadInput, responses((status = OK, body = RulesView)),
    security(("session" = ["member"]), ("token" = ["member"])))]
async fn confirm(
    State(web): State<Web>,
    signed_in: SignedIn,
    PathId(id): PathId<CollaborationKind>,
    Input { body, replay }: Input<ReadInput>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    match actions::confirm_rules(&mut write.work, &id, body.revision).await {
        Ok(()) => {
            let view = usage_rules::of(&mut write.look(), &id).await?;
            write.finish(StatusCode::OK, &view).await
        }
        Err(error) => Err(Refusal::of_step(error, usage_rules::of(&mut write.look(), &id)).await),
    }
}
