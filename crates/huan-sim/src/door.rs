//! The layer around a platform's router: it writes every request to the journal and lets the faults strike.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::fault::FaultKind;
use crate::journal::EntryKind;
use crate::platform::Platform;
use crate::server::CutConnection;
use crate::shell::Shell;

/// Larger bodies are refused; no endpoint that we simulate takes more.
const BODY_LIMIT: usize = 40 * 1024 * 1024;

pub(crate) async fn pass<P: Platform>(
    State((shell, platform)): State<(Arc<Shell>, Arc<P>)>,
    request: Request,
    next: Next,
) -> Response {
    let operation = format!("{} {}", request.method(), request.uri().path());
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let name = platform.name();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let content = json!({"query": query, "body": readable(&body)});
    let note = |outcome: Value| shell.note(name, EntryKind::Request, &operation, content, outcome);

    let fault = shell.faults.on_request(name, &operation);
    match &fault {
        Some(FaultKind::Delay { millis }) => tokio::time::sleep(std::time::Duration::from_millis(*millis)).await,
        Some(FaultKind::Drop) => {
            note(json!({"fault": "drop"}));
            return CutConnection::response();
        }
        Some(FaultKind::RateLimit) => {
            note(json!({"fault": "rate_limit"}));
            return platform.rate_limited(&path);
        }
        Some(FaultKind::ServerError { status }) => {
            note(json!({"fault": "server_error", "status": status}));
            return StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        }
        _ => {}
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        note(json!({"status": 101}));
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let lost = matches!(fault, Some(FaultKind::AnswerLost));
    note(json!({"status": parts.status.as_u16(), "body": readable(&body), "answer_lost": lost}));
    if lost {
        return CutConnection::response();
    }
    let mut response = Response::from_parts(parts, Body::from(body));
    response.headers_mut().remove(header::TRANSFER_ENCODING);
    response
}

/// JSON as such, other text as text, anything else by its size.
fn readable(bytes: &Bytes) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    if let Ok(value) = serde_json::from_slice(bytes) {
        return value;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::String(text.chars().take(4000).collect()),
        Err(_) => json!({"bytes": bytes.len()}),
    }
}
