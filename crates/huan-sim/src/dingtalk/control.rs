//! The part of the control API that only DingTalk has.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /sim/dingtalk/settings` | the [`super::Settings`] |
//! | `POST /sim/dingtalk/settings` | changes the members that are given |
//! | `POST /sim/dingtalk/events` | `{"kind": "user_add_org", "data": {…}}`: tells the program of an event |
//! | `POST /sim/dingtalk/tokens/revoke` | makes every access token invalid |

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Dingtalk, Settings};
use crate::lock::lock;

/// The routes.
pub(crate) fn router(sim: Arc<Dingtalk>) -> Router {
    Router::new()
        .route("/sim/dingtalk/settings", get(settings).post(change))
        .route("/sim/dingtalk/events", post(emit))
        .route("/sim/dingtalk/tokens/revoke", post(revoke))
        .with_state(sim)
}

async fn settings(State(sim): State<Arc<Dingtalk>>) -> Json<Settings> {
    Json(lock(&sim.tenant).settings.clone())
}

async fn change(State(sim): State<Arc<Dingtalk>>, Json(members): Json<Value>) -> Response {
    let changed = lock(&sim.tenant).settings.changed(members);
    match changed {
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
struct Emit {
    kind: String,
    data: Value,
}

async fn emit(State(sim): State<Arc<Dingtalk>>, Json(event): Json<Emit>) -> Json<Value> {
    sim.emit_event(&event.kind, event.data);
    Json(json!({}))
}

async fn revoke(State(sim): State<Arc<Dingtalk>>) -> Json<Value> {
    sim.revoke_tokens();
    Json(json!({}))
}
