//! A server that answers as the test tells it to.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::frames::Frame;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) token: String,
    pub(super) body: Value,
}

/// An answer to be given.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) body: String,
}

/// An answer with a JSON body.
pub(super) fn json_answer(status: u16, body: &Value) -> Answer {
    Answer { status, headers: Vec::new(), body: body.to_string() }
}

/// An open long connection, seen from Feishu's side.
pub(super) struct Line {
    pub(super) heard: mpsc::UnboundedReceiver<Frame>,
    pub(super) say: mpsc::UnboundedSender<Frame>,
}

#[derive(Default)]
struct Script {
    tokens: AtomicUsize,
    lifetime: AtomicUsize,
    answers: Mutex<VecDeque<Answer>>,
    bootstraps: Mutex<VecDeque<Value>>,
    seen: Mutex<Vec<Seen>>,
    lines: Mutex<Option<mpsc::UnboundedSender<Line>>>,
    base: Mutex<String>,
}

/// The server.
pub(super) struct Server {
    pub(super) base: String,
    script: Arc<Script>,
    lines: mpsc::UnboundedReceiver<Line>,
}

impl Server {
    /// Starts it on a free port.
    pub(super) async fn start() -> Self {
        let (sender, lines) = mpsc::unbounded_channel();
        let script = Arc::new(Script::default());
        script.lifetime.store(7200, Ordering::SeqCst);
        *script.lines.lock().unwrap() = Some(sender);
        let router = Router::new()
            .route("/open-apis/auth/v3/tenant_access_token/internal", post(token))
            .route("/callback/ws/endpoint", post(bootstrap))
            .route("/ws", get(upgrade))
            .fallback(any(answer))
            .with_state(Arc::clone(&script));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        *script.base.lock().unwrap() = base.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, script, lines }
    }

    /// Gives this answer to the next call.
    pub(super) fn answer(&self, answer: Answer) {
        self.script.answers.lock().unwrap().push_back(answer);
    }

    /// Gives this answer to the next bootstrap; otherwise it succeeds.
    pub(super) fn bootstrap(&self, answer: Value) {
        self.script.bootstraps.lock().unwrap().push_back(answer);
    }

    /// How many tokens were given.
    pub(super) fn tokens(&self) -> usize {
        self.script.tokens.load(Ordering::SeqCst)
    }

    /// How long tokens live, in seconds.
    pub(super) fn tokens_live(&self, seconds: usize) {
        self.script.lifetime.store(seconds, Ordering::SeqCst);
    }

    /// Every call but those for tokens and bootstraps.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().unwrap().clone()
    }

    /// The next long connection.
    pub(super) async fn line(&mut self) -> Line {
        super::soon(self.lines.recv()).await.unwrap()
    }
}

async fn token(State(script): State<Arc<Script>>, Json(body): Json<Value>) -> Response {
    assert_eq!(body, json!({"app_id": "cli_0123456789abcdef", "app_secret": "s3cret"}));
    // Long enough for callers to pile up.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let number = script.tokens.fetch_add(1, Ordering::SeqCst) + 1;
    let expire = script.lifetime.load(Ordering::SeqCst);
    Json(json!({"code": 0, "msg": "ok", "tenant_access_token": format!("t-{number}"), "expire": expire}))
        .into_response()
}

async fn bootstrap(State(script): State<Arc<Script>>, Json(body): Json<Value>) -> Response {
    assert_eq!(body, json!({"AppID": "cli_0123456789abcdef", "AppSecret": "s3cret"}));
    let scripted = script.bootstraps.lock().unwrap().pop_front();
    let base = script.base.lock().unwrap().replace("http://", "ws://");
    let config = json!({"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 120});
    let url = format!("{base}/ws?device_id=1&service_id=9&ticket=x");
    Json(scripted.unwrap_or_else(|| json!({"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": config}})))
        .into_response()
}

async fn upgrade(State(script): State<Arc<Script>>, upgrade: WebSocketUpgrade) -> Response {
    let sender = script.lines.lock().unwrap().clone().unwrap();
    upgrade.on_upgrade(move |socket| serve(socket, sender))
}

async fn serve(mut socket: WebSocket, lines: mpsc::UnboundedSender<Line>) {
    let (heard_sender, heard) = mpsc::unbounded_channel();
    let (say, mut said) = mpsc::unbounded_channel::<Frame>();
    lines.send(Line { heard, say }).unwrap();
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    let _ = heard_sender.send(Frame::decode(&bytes));
                }
                Some(Ok(_)) => {}
                _ => return,
            },
            frame = said.recv() => match frame {
                Some(frame) => socket.send(Message::Binary(frame.encode().into())).await.unwrap(),
                // The test hung up.
                None => return,
            },
        }
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("authorization").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    script.seen.lock().unwrap().push(Seen { method, target: uri.to_string(), token, body });
    let scripted = script.answers.lock().unwrap().pop_front();
    let scripted = scripted
        .unwrap_or_else(|| json_answer(200, &json!({"code": 0, "msg": "success", "data": {"message_id": "om_1"}})));
    let mut response = (StatusCode::from_u16(scripted.status).unwrap(), scripted.body).into_response();
    for (name, value) in scripted.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
