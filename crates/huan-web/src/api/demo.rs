//! What only a demonstration has: its clock can be put forward, scenes can be played, and it is entered by a link instead
//! of a password.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use huan_app::{
    actions::session::Begun,
    demo::{self, Leap, Scene},
};
use huan_core::id::PersonId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::session::user_agent;
use crate::{
    auth::{SignedIn, set_cookie},
    input::{Input, Query},
    problem::Problem,
    state::Web,
    write::Refusal,
};

pub(super) fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(advance)).routes(routes!(play)).routes(routes!(look))
}

/// The demonstration.
#[derive(Serialize, ToSchema)]
struct DemoView {
    /// Its present moment.
    server_time: Timestamp,
    /// Where the simulated platforms can be played on.
    simulator_url: String,
}

/// The demonstration
#[utoipa::path(get, path = "/demo", tag = "demo", responses((status = OK, body = DemoView)),
    security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn look(State(web): State<Web>, _: SignedIn) -> Result<Json<DemoView>, Problem> {
    view(&web).map(Json)
}

fn view(web: &Web) -> Result<DemoView, Problem> {
    let demo = web.app.demo().ok_or_else(Problem::not_found)?;
    Ok(DemoView { server_time: web.app.now(), simulator_url: demo.simulator_url() })
}

/// How far the clock is put forward.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// `+1h`, `+2h` or `next_morning`.
    to: String,
}

/// Put the demonstration's clock forward
#[utoipa::path(post, path = "/demo/advance", tag = "demo", request_body = Advance,
    responses((status = OK, body = DemoView)), security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn advance(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<Advance>,
) -> Result<Response, Refusal> {
    let leap = Leap::parse(&body.to).ok_or_else(|| Problem::field("to", "unknown"))?;
    // Time is moved outside any transaction: what falls due on the way has transactions of its own.
    web.not_yet_answered(&signed_in, &replay).await?;
    demo::advance(&web.app, leap).await?;
    let write = web.write(&signed_in, replay).await?;
    write.finish(StatusCode::OK, &view(&web)?).await
}

/// What is to happen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Play {
    /// `payment_breaks`.
    scene: String,
}

/// Let something happen on the simulated platforms
#[utoipa::path(post, path = "/demo/scenes", tag = "demo", request_body = Play,
    responses((status = OK, body = DemoView)), security(("session" = ["signed_in"]), ("token" = ["signed_in"])))]
async fn play(
    State(web): State<Web>,
    signed_in: SignedIn,
    Input { body, replay }: Input<Play>,
) -> Result<Response, Refusal> {
    let scene = Scene::parse(&body.scene).ok_or_else(|| Problem::field("scene", "unknown"))?;
    web.not_yet_answered(&signed_in, &replay).await?;
    demo::play(&web.app, scene)?;
    let write = web.write(&signed_in, replay).await?;
    write.finish(StatusCode::OK, &view(&web)?).await
}

/// As whom a demonstration is entered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entrance {
    /// The secret of the demonstration's link.
    key: String,
    /// The person.
    person: PersonId,
}

/// `GET /demo/enter?key=…&person=…`: signs the browser in and goes on to the desk.
pub(crate) async fn enter(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(entrance): Query<Entrance>,
) -> Result<Response, Problem> {
    let Begun { secret, .. } = demo::enter(&web.app, &entrance.key, &entrance.person, user_agent(&headers)).await?;
    Ok(([(header::SET_COOKIE, set_cookie(&web, &secret))], Redirect::to("/")).into_response())
}
