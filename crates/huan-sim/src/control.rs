//! The control API under `/sim/`: the page uses it, and so can tests of another process.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /sim/connection` | addresses, credentials, people, groups |
//! | `GET /sim/state?viewer=KEY&last=100` | what the clients show ([`crate::view::StateView`]), of each conversation the last messages |
//! | `GET /sim/journal?after=&platform=&kind=&operation=` | what happened |
//! | `GET /sim/changes` | server-sent events: a number each time something changed |
//! | `POST /sim/say`, `/sim/press`, `/sim/read` | what a person does: `platform` and the members of [`Say`], [`Press`], [`Read`] |
//! | `POST /sim/rings/{number}/answer` | the person picks up or puts the buzz away |
//! | `GET`, `POST`, `DELETE /sim/faults`, `DELETE /sim/faults/{id}` | the fault switches |
//! | `POST /sim/time/advance` | `{"seconds": 7200}` |
//! | `POST /sim/delivery` | `platform` and the members of [`Delivery`] |
//! | `POST /sim/reachable` | `{"reachable": false}`: nothing that is pushed over HTTP arrives, as if the program were off |
//! | `POST /sim/company/crowd` | a [`Crowd`], e.g. `{"people": 10000}`: many people appear in every directory, silently |
//! | `POST /sim/company/people` | a [`Person`] joins; the platforms tell the program |
//! | `POST`, `DELETE /sim/company/people/{key}` | some members of a person change, or the person leaves |
//! | `POST /sim/scenes/{key}` | presses a button of `scenes` of the connection |
//! | `POST /sim/disconnect` | `{"platform": "feishu"}`: closes the program's connections |
//! | `GET`, `POST /sim/dingtalk/settings` | [`crate::DingtalkSettings`]; a POST changes the members it names |
//! | `POST /sim/dingtalk/events` | `{"kind": "user_add_org", "data": {…}}`: tells the program of an event |
//! | `POST /sim/dingtalk/tokens/revoke` | makes every access token invalid |

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::company::Crowd;
use crate::fault::Fault;
use crate::journal::JournalQuery;
use crate::organisation::Person;
use crate::platform::{Delivery, PlatformName, Press, Read, Say, SimError};
use crate::world::World;

pub(crate) fn router(world: Arc<World>) -> Router {
    Router::new()
        .route("/sim/connection", get(async |State(world): State<Arc<World>>| Json(world.connection())))
        .route(
            "/sim/state",
            get(async |State(world): State<Arc<World>>, Query(query): Query<StateQuery>| {
                let mut state = world.state(query.viewer.as_deref());
                if let Some(last) = query.last {
                    state.platforms.values_mut().for_each(|platform| platform.keep_last(last));
                }
                Json(state)
            }),
        )
        .route(
            "/sim/journal",
            get(async |State(world): State<Arc<World>>, Query(query): Query<JournalQuery>| {
                Json(world.shell.journal.find(&query))
            }),
        )
        .route("/sim/changes", get(changes))
        .route("/sim/say", post(say))
        .route("/sim/press", post(press))
        .route("/sim/read", post(read))
        .route("/sim/rings/{number}/answer", post(answer_ring))
        .route("/sim/faults", get(list_faults).post(set_fault).delete(clear_faults))
        .route("/sim/faults/{id}", delete(clear_fault))
        .route("/sim/time/advance", post(advance))
        .route("/sim/delivery", post(set_delivery))
        .route("/sim/company/crowd", post(add_crowd))
        .route("/sim/company/people", post(join))
        .route("/sim/company/people/{key}", post(change_person).delete(leave))
        .route("/sim/scenes/{key}", post(play))
        .route("/sim/reachable", post(set_reachable))
        .route("/sim/disconnect", post(disconnect))
        .with_state(world)
}

/// A JSON body; a bad one is answered in JSON too.
struct Body<T>(T);

impl<S: Send + Sync, T> FromRequest<S> for Body<T>
where
    Json<T>: FromRequest<S, Rejection = JsonRejection>,
{
    type Rejection = Response;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => {
                Err((rejection.status(), Json(json!({"code": "bad_body", "message": rejection.body_text()})))
                    .into_response())
            }
        }
    }
}

impl IntoResponse for SimError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Unknown { .. } => (StatusCode::NOT_FOUND, "unknown"),
            Self::NotPossible(_) => (StatusCode::CONFLICT, "not_possible"),
            Self::CallbackCheck(_) => (StatusCode::BAD_GATEWAY, "callback_check_failed"),
        };
        (status, Json(json!({"code": code, "message": self.to_string()}))).into_response()
    }
}

#[derive(Deserialize)]
struct StateQuery {
    viewer: Option<String>,
    last: Option<usize>,
}

/// A request that concerns one platform.
#[derive(Deserialize)]
struct On<T> {
    platform: PlatformName,
    #[serde(flatten)]
    what: T,
}

async fn changes(State(world): State<Arc<World>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changed = world.shell.changes.subscribe();
    let stopping = world.shell.stopping.clone();
    let events = stream::unfold((changed, stopping), |(mut changed, stopping)| async move {
        tokio::select! {
            () = stopping.cancelled() => return None,
            result = changed.changed() => result.ok()?,
        }
        // Bursts are common (one message shows up in many places): gather them.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let version = *changed.borrow_and_update();
        Some((Ok(Event::default().data(version.to_string())), (changed, stopping)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn say(State(world): State<Arc<World>>, Body(request): Body<On<Say>>) -> Result<Json<Value>, SimError> {
    let id = world.say(request.platform, request.what)?;
    Ok(Json(json!({"message": id})))
}

async fn press(State(world): State<Arc<World>>, Body(request): Body<On<Press>>) -> Result<Response, SimError> {
    Ok(Json(world.press(request.platform, request.what).await?).into_response())
}

async fn read(State(world): State<Arc<World>>, Body(request): Body<On<Read>>) -> Result<Json<Value>, SimError> {
    world.read(request.platform, request.what)?;
    Ok(Json(json!({})))
}

async fn answer_ring(State(world): State<Arc<World>>, Path(number): Path<u64>) -> Result<Json<Value>, SimError> {
    world.answer_ring(number)?;
    Ok(Json(json!({})))
}

async fn list_faults(State(world): State<Arc<World>>) -> Json<Vec<Fault>> {
    Json(world.shell.faults.list())
}

async fn set_fault(State(world): State<Arc<World>>, Body(fault): Body<Fault>) -> Json<Value> {
    let id = world.shell.faults.set(fault);
    world.shell.changed();
    Json(json!({"id": id}))
}

async fn clear_faults(State(world): State<Arc<World>>) -> Json<Value> {
    let cleared = world.shell.faults.clear(None);
    world.shell.changed();
    Json(json!({"cleared": cleared}))
}

async fn clear_fault(State(world): State<Arc<World>>, Path(id): Path<u64>) -> Result<Json<Value>, SimError> {
    let cleared = world.shell.faults.clear(Some(id));
    world.shell.changed();
    if cleared == 0 { Err(SimError::unknown("fault", id.to_string())) } else { Ok(Json(json!({"cleared": cleared}))) }
}

#[derive(Deserialize)]
struct Advance {
    seconds: f64,
}

async fn advance(State(world): State<Arc<World>>, Body(request): Body<Advance>) -> Result<Json<Value>, SimError> {
    let by = Duration::try_from_secs_f64(request.seconds)
        .map_err(|_| SimError::NotPossible("time can only be moved forward".into()))?;
    world.shell.clock.advance(by);
    world.shell.changed();
    Ok(Json(json!({"now": world.shell.clock.now()})))
}

async fn set_delivery(
    State(world): State<Arc<World>>,
    Body(request): Body<On<Delivery>>,
) -> Result<Json<Value>, SimError> {
    world.set_delivery(request.platform, request.what).await?;
    Ok(Json(json!({})))
}

async fn add_crowd(State(world): State<Arc<World>>, Body(crowd): Body<Crowd>) -> Json<Value> {
    world.add_crowd(&crowd);
    Json(json!({"people": world.shell.company().people.len()}))
}

async fn join(State(world): State<Arc<World>>, Body(person): Body<Person>) -> Result<Json<Value>, SimError> {
    world.change_company(|company| company.join(person))?;
    Ok(Json(json!({})))
}

async fn change_person(
    State(world): State<Arc<World>>,
    Path(key): Path<String>,
    Body(members): Body<Map<String, Value>>,
) -> Result<Json<Value>, SimError> {
    world.change_company(|company| company.change(&key, members))?;
    Ok(Json(json!({})))
}

async fn leave(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<Json<Value>, SimError> {
    world.change_company(|company| company.leave(&key))?;
    Ok(Json(json!({})))
}

async fn play(State(world): State<Arc<World>>, Path(key): Path<String>) -> Result<Json<Value>, SimError> {
    world.play(&key)?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Reachable {
    reachable: bool,
}

async fn set_reachable(State(world): State<Arc<World>>, Body(request): Body<Reachable>) -> Json<Value> {
    world.set_reachable(request.reachable);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Disconnect {
    platform: PlatformName,
}

async fn disconnect(State(world): State<Arc<World>>, Body(request): Body<Disconnect>) -> Json<Value> {
    Json(json!({"closed": world.disconnect(request.platform)}))
}
