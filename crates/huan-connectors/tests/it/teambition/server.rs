//! A server that answers as the test tells it to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Verb and target.
    pub(super) line: String,
    pub(super) body: Value,
    headers: HeaderMap,
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(super) fn query(&self, name: &str) -> Option<String> {
        let query = self.line.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

enum Answer {
    Json(u16, String),
    HangUp,
}

#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
}

/// The server of a private deployment: its paths begin with `/gateway`.
pub(super) struct Server {
    pub(super) base: String,
    script: Arc<Script>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let script = Arc::new(Script::default());
        let router = Router::new().fallback(any(answer)).with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/gateway", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, script }
    }

    /// Gives this answer to the next call; without one, calls succeed with nothing to tell.
    pub(super) fn answer(&self, status: u16, body: &Value) {
        self.script.answers.lock().unwrap().push_back(Answer::Json(status, body.to_string()));
    }

    /// Takes the next call and breaks off in the middle of its answer.
    pub(super) fn hang_up(&self) {
        self.script.answers.lock().unwrap().push_back(Answer::HangUp);
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.seen.lock().unwrap().push(Seen { line: format!("{method} {uri}"), body, headers });
    let scripted = script.answers.lock().unwrap().pop_front();
    match scripted {
        None => (StatusCode::OK, json!({"code": 200, "result": {}}).to_string()).into_response(),
        Some(Answer::Json(status, body)) => (StatusCode::from_u16(status).unwrap(), body).into_response(),
        Some(Answer::HangUp) => {
            let broken = futures_util::stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
            Response::new(Body::from_stream(broken))
        }
    }
}
