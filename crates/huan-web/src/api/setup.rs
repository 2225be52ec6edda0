//! The first administrator, and invited people choosing a password.

use axum::{Json, extract::State, http::HeaderMap, response::Response};
use huan_app::actions::setup::{self, First, Link};
use huan_core::i18n::Language;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::session::{Me, user_agent, welcome};
use crate::{
    input::{Input, Query},
    problem::Problem,
    state::Web,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(look, begin)).routes(routes!(accept))
}

/// Which link is meant.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// What follows `?link=`.
    link: String,
}

/// What a link is good for.
#[derive(Serialize, ToSchema)]
struct LinkView {
    /// Whether it can still be used.
    valid: bool,
    /// `first`: make the first administrator; `invite`: choose a password.
    kind: Option<&'static str>,
    /// The invited person's name.
    name: Option<String>,
}

/// What a one-time link is good for
#[utoipa::path(get, path = "/setup", tag = "session", params(Which), responses((status = OK, body = LinkView)),
    security(()))]
async fn look(State(web): State<Web>, Query(which): Query<Which>) -> Result<Json<LinkView>, Problem> {
    Ok(Json(match setup::look_at(&web.app, &which.link).await? {
        Some(Link::First) => LinkView { valid: true, kind: Some("first"), name: None },
        Some(Link::Invitation { name }) => LinkView { valid: true, kind: Some("invite"), name: Some(name) },
        None => LinkView { valid: false, kind: None, name: None },
    }))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstInput {
    /// The link's secret.
    link: String,
    /// Their name.
    name: String,
    /// Their mail address, by which they sign in.
    mail: String,
    /// Their password.
    password: String,
    /// The organisation's name.
    workspace_name: Option<String>,
    /// `zh-CN` or `en`.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Language,
}

/// Make the first administrator
#[utoipa::path(post, path = "/setup", tag = "session", request_body = FirstInput,
    responses((status = OK, body = Me)), security(()))]
async fn begin(
    State(web): State<Web>,
    headers: HeaderMap,
    Input { body, .. }: Input<FirstInput>,
) -> Result<Response, Problem> {
    let FirstInput { link, name, mail, password, workspace_name, language } = body;
    let first = First { link, name, mail, password, workspace_name, language };
    let begun = setup::make_first(&web.app, first, user_agent(&headers)).await?;
    welcome(&web, begun).await
}

/// An invited person's choice.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// The link's secret.
    link: String,
    /// The new password.
    password: String,
}

/// Choose a password by an invitation
#[utoipa::path(post, path = "/invite/accept", tag = "session", request_body = Choice,
    responses((status = OK, body = Me)), security(()))]
async fn accept(
    State(web): State<Web>,
    headers: HeaderMap,
    Input { body, .. }: Input<Choice>,
) -> Result<Response, Problem> {
    let begun = setup::accept_invitation(&web.app, &body.link, &body.password, user_agent(&headers)).await?;
    welcome(&web, begun).await
}
