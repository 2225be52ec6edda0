//! The part of the control API that only Feishu has.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /sim/feishu/settings` | the [`super::options::FeishuOptions`] |
//! | `POST /sim/feishu/settings` | changes the members that are given |
//! | `POST /sim/feishu/events` | `{"kind": "contact.user.updated_v3", "data": {…}}`: tells the program of an event |
//! | `POST /sim/feishu/tokens/revoke` | makes every access token invalid |
//! | `POST /sim/feishu/drive` | `{"person": "zhouting", "do": "edit_row", …}`: a person does something in a document or Bitable, see [`DriveAct`] |

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Feishu;
use super::drive::act::DriveAct;
use super::options::FeishuOptions;
use crate::lock::lock;
use crate::platform::SimError;

/// The routes.
pub(crate) fn router(feishu: Arc<Feishu>) -> Router {
    Router::new()
        .route("/sim/feishu/settings", get(settings).post(change))
        .route("/sim/feishu/events", post(emit))
        .route("/sim/feishu/tokens/revoke", post(revoke))
        .route("/sim/feishu/drive", post(act))
        .with_state(feishu)
}

async fn settings(State(feishu): State<Arc<Feishu>>) -> Json<FeishuOptions> {
    Json(feishu.options())
}

async fn change(State(feishu): State<Arc<Feishu>>, Json(members): Json<Value>) -> Response {
    match feishu.options().changed(members) {
        Ok(options) => {
            *lock(&feishu.options) = options.clone();
            Json(options).into_response()
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

async fn emit(State(feishu): State<Arc<Feishu>>, Json(event): Json<Emit>) -> Json<Value> {
    feishu.emit_event(&event.kind, event.data);
    Json(json!({}))
}

#[derive(Deserialize)]
struct Act {
    person: String,
    #[serde(flatten)]
    act: Value,
}

async fn act(State(feishu): State<Arc<Feishu>>, Json(act): Json<Act>) -> Result<Json<Value>, SimError> {
    let what = serde_json::from_value::<DriveAct>(act.act).map_err(|error| SimError::NotPossible(error.to_string()))?;
    Ok(Json(json!({"id": feishu.drive_act(&act.person, what)?})))
}

async fn revoke(State(feishu): State<Arc<Feishu>>) -> Json<Value> {
    feishu.revoke_tokens();
    Json(json!({}))
}
