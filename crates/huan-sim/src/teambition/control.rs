//! The part of the control API that only Teambition has.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /sim/teambition/settings` | the [`TeambitionSettings`] |
//! | `POST /sim/teambition/settings` | changes the members that are given |
//! | `POST /sim/teambition/webhook` | `{"url": "http://…"}`: where events go; `{"url": null}` takes it away |
//! | `POST /sim/teambition/act` | `{"person": "wangxiao", "method": "PUT", "path": "/v3/task/…/content", "body": {…}}`: a person does something in the client |

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::Teambition;
use super::settings::TeambitionSettings;
use crate::platform::SimError;

/// The routes.
pub(crate) fn router(sim: Arc<Teambition>) -> Router {
    Router::new()
        .route("/sim/teambition/settings", get(settings).post(change))
        .route("/sim/teambition/webhook", post(webhook))
        .route("/sim/teambition/act", post(act))
        .with_state(sim)
}

async fn settings(State(sim): State<Arc<Teambition>>) -> Json<TeambitionSettings> {
    Json(sim.settings())
}

async fn change(State(sim): State<Arc<Teambition>>, Json(members): Json<Value>) -> Response {
    match sim.settings().changed(members) {
        Ok(settings) => {
            sim.configure(|current| *current = settings.clone());
            Json(settings).into_response()
        }
        Err(error) => {
            let body = json!({"code": "bad_body", "message": error.to_string()});
            (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
        }
    }
}

#[derive(Deserialize)]
struct Webhook {
    url: Option<Url>,
}

async fn webhook(State(sim): State<Arc<Teambition>>, Json(webhook): Json<Webhook>) -> Result<Json<Value>, SimError> {
    sim.set_webhook(webhook.url)?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
struct Act {
    person: String,
    method: String,
    path: String,
    #[serde(default)]
    body: Value,
}

async fn act(State(sim): State<Arc<Teambition>>, Json(act): Json<Act>) -> Result<Json<Value>, SimError> {
    sim.act(&act.person, &act.method, &act.path, act.body).map(Json)
}
