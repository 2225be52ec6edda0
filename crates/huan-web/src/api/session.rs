//! Signing in and out, and who one is.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use huan_app::{
    actions::session::{self, Begun},
    error::ActionError,
    queries::{Look, people, people::PersonView},
};
use huan_core::{history::Source, i18n::Language, person::Workspace};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{SignedIn, clear_cookie, set_cookie},
    input::Input,
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(me, sign_in, sign_out)).routes(routes!(preferences))
}

/// Who is signed in, and where.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The person.
    person: PersonView,
    /// The workspace.
    workspace: WorkspaceView,
    /// Whether they administer it.
    administrator: bool,
    /// Their language.
    language: String,
    /// What this installation offers.
    features: Features,
    /// The server's present moment.
    server_time: Timestamp,
}

/// The workspace.
#[derive(Debug, Serialize, ToSchema)]
struct WorkspaceView {
    /// The id.
    id: String,
    /// The organisation's name.
    name: String,
    /// The IANA zone in which days begin.
    zone: String,
}

/// What this installation offers.
#[derive(Debug, Serialize, ToSchema)]
struct Features {
    /// Whether it is the demo.
    demo: bool,
    /// Where the simulated platforms can be played on.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulator_url: Option<String>,
}

impl Me {
    async fn read(look: &mut Look<'_>, web: &Web) -> Result<Self, ActionError> {
        let person = people::one(look, &look.caller.person().clone()).await?;
        let found = look.conn.workspace(&look.app.workspace).await?;
        let Workspace { id, name, zone } = found.ok_or(ActionError::NotFound("workspace"))?;
        let demo = web.app.demo();
        Ok(Self {
            administrator: look.caller.viewer.administrator,
            language: person.language.clone(),
            person,
            workspace: WorkspaceView { id: id.to_string(), name, zone },
            features: Features { demo: demo.is_some(), simulator_url: demo.map(|demo| demo.simulator_url()) },
            server_time: look.now,
        })
    }
}

/// The answer to whoever has just signed in.
pub(super) async fn welcome(web: &Web, begun: Begun) -> Result<Response, Problem> {
    let caller = huan_app::Caller::of(&begun.person, Source::Web, web.app.now());
    let caller = caller.ok_or_else(Problem::not_signed_in)?;
    let mut conn = web.app.db.read().await?;
    let me = Me::read(&mut Look::new(&web.app, &mut conn, &caller), web).await?;
    Ok(([(header::SET_COOKIE, set_cookie(web, &begun.secret))], Json(me)).into_response())
}

/// What the browser calls itself.
pub(super) fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default()
}

/// Who is signed in
#[utoipa::path(get, path = "/session", tag = "session", responses((status = OK, body = Me)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn me(State(web): State<Web>, signed_in: SignedIn) -> Result<Json<Me>, Problem> {
    let mut conn = web.app.db.read().await?;
    Ok(Json(Me::read(&mut Look::new(&web.app, &mut conn, &signed_in.caller), &web).await?))
}

/// What signs somebody in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The mail address.
    mail: String,
    /// The password.
    password: String,
}

/// Sign in
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials,
    responses((status = OK, body = Me)), security(()))]
async fn sign_in(
    State(web): State<Web>,
    headers: HeaderMap,
    Input { body, .. }: Input<Credentials>,
) -> Result<Response, Problem> {
    let now = web.app.now();
    if !web.attempts.allowed(&body.mail, now) {
        return Err(ActionError::TooManyAttempts.into());
    }
    match session::sign_in(&web.app, &body.mail, &body.password, user_agent(&headers)).await {
        Ok(begun) => {
            web.attempts.succeeded(&body.mail);
            welcome(&web, begun).await
        }
        Err(error) => {
            if matches!(error, ActionError::WrongCredentials) {
                web.attempts.failed(&body.mail, now);
            }
            Err(error.into())
        }
    }
}

/// Sign out
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = NO_CONTENT)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn sign_out(State(web): State<Web>, signed_in: SignedIn) -> Result<Response, Problem> {
    if let Some(session) = &signed_in.session {
        session::sign_out(&web.app, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, clear_cookie(&web))]).into_response())
}

/// One's own preferences.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Preferences {
    /// `zh-CN` or `en`.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
}

/// Change one's own preferences
#[utoipa::path(patch, path = "/session/preferences", tag = "session", request_body = Preferences,
    responses((status = OK, body = Me)), security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn preferences(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<Preferences>,
) -> Result<Response, Refusal> {
    let mut write = web.write(&signed_in, replay).await?;
    if let Some(language) = body.language {
        session::set_language(&mut write.work, language).await?;
    }
    let me = Me::read(&mut write.look(), &web).await?;
    write.finish(StatusCode::OK, &me).await
}
