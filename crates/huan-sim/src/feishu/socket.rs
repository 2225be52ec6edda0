//! The long connection: bootstrap, upgrade, pings, and the frames of each direction (Feishu §5).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::ws::{Message as WsMessage, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::delivery::{Answer, NoAnswer};
use super::frame::{CONTROL, DATA, Frame};
use super::request::{JsonBody, Params};
use super::{Feishu, PLATFORM};
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::shell::reachable;

/// Most connections of one app.
const MOST_CONNECTIONS: usize = 50;
/// How long the address of a connection may be used.
const TICKET_LIFE_MILLIS: i64 = 120_000;
const CONNECTION_LIMIT_EXCEEDED: i64 = 1_000_040_350;
const WRONG_CREDENTIALS: i64 = 1_000_040_345;
const WRONG_TICKET: i64 = 1_000_040_343;

/// The open connections and what they wait for.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    next: u64,
    open: Vec<Connection>,
    /// When each unused address was given out.
    tickets: HashMap<String, i64>,
    /// Who waits for the reply to a message, and over which connection it went.
    pending: HashMap<String, (u64, oneshot::Sender<Reply>)>,
}

#[derive(Debug)]
struct Connection {
    number: u64,
    service: i32,
    out: mpsc::UnboundedSender<Vec<u8>>,
}

/// The payload of a client's reply.
#[derive(Debug)]
struct Reply {
    code: i64,
    data: Option<Vec<u8>>,
}

impl Sockets {
    pub(super) fn count(&self) -> usize {
        self.open.len()
    }

    /// Drops every connection at once. Their tasks end because nobody can send to them any more.
    pub(super) fn cut_all(&mut self) -> usize {
        let cut = self.open.len();
        self.open.clear();
        self.pending.clear();
        cut
    }

    fn close(&mut self, number: u64) {
        self.open.retain(|connection| connection.number != number);
        self.pending.retain(|_, (over, _)| *over != number);
    }
}

/// `POST /callback/ws/endpoint`
pub(super) async fn bootstrap(State(feishu): State<Arc<Feishu>>, JsonBody(body): JsonBody) -> Response {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if !feishu.credentials_are_right(text("AppID"), text("AppSecret")) {
        return Json(json!({"code": WRONG_CREDENTIALS, "msg": "app_id or app_secret is invalid"})).into_response();
    }
    let random = &feishu.shell.random;
    let ticket = random.hex::<16>();
    let device: u64 = 7_000_000_000_000_000_000 + random.below(1_000_000_000_000_000_000);
    let service = 33_554_432 + random.below(1000);
    {
        let now = feishu.shell.clock.millis();
        let mut sockets = lock(&feishu.sockets);
        sockets.tickets.retain(|_, at| now - *at <= TICKET_LIFE_MILLIS);
        sockets.tickets.insert(ticket.clone(), now);
    }
    let url = format!(
        "ws://{}/ws/v2?fpid=493&aid=552564&device_id={device}&access_key={}&service_id={service}&ticket={ticket}",
        reachable(feishu.shell.feishu_address),
        random.hex::<16>(),
    );
    Json(json!({"code": 0, "msg": "", "data": {"URL": url, "ClientConfig": feishu.options().client_config}}))
        .into_response()
}

/// `GET /ws/v2`: the upgrade. The reason of a refusal stands in headers (Feishu §5.2).
pub(super) async fn connect(State(feishu): State<Arc<Feishu>>, params: Params, upgrade: WebSocketUpgrade) -> Response {
    let service = params.get("service_id").and_then(|text| text.parse::<i32>().ok());
    let fresh = {
        let now = feishu.shell.clock.millis();
        let mut sockets = lock(&feishu.sockets);
        if sockets.count() >= MOST_CONNECTIONS {
            return refuse(CONNECTION_LIMIT_EXCEEDED, "the number of connections exceeded the limit");
        }
        let given = params.get("ticket").and_then(|ticket| sockets.tickets.remove(ticket));
        given.is_some_and(|at| now - at <= TICKET_LIFE_MILLIS)
    };
    match service {
        Some(service) if fresh => upgrade.on_upgrade(move |socket| serve(feishu, socket, service)),
        _ => refuse(WRONG_TICKET, "the ticket is invalid or expired"),
    }
}

fn refuse(code: i64, msg: &'static str) -> Response {
    let mut response = StatusCode::FORBIDDEN.into_response();
    let headers = response.headers_mut();
    headers.insert("Handshake-Status", HeaderValue::from_static("514"));
    headers.insert("Handshake-Msg", HeaderValue::from_static(msg));
    headers.insert("Handshake-Autherrcode", HeaderValue::from(code));
    response
}

async fn serve(feishu: Arc<Feishu>, mut socket: WebSocket, service: i32) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let number = {
        let mut sockets = lock(&feishu.sockets);
        sockets.next += 1;
        let number = sockets.next;
        sockets.open.push(Connection { number, service, out });
        number
    };
    feishu.shell.note(PLATFORM, EntryKind::Connection, "open", json!({"connection": number}), Value::Null);
    loop {
        tokio::select! {
            () = feishu.shell.stopping.cancelled() => {
                let _ = socket.send(WsMessage::Close(None)).await;
                break;
            }
            frame = outgoing.recv() => match frame {
                Some(frame) => if socket.send(WsMessage::Binary(frame.into())).await.is_err() { break },
                None => break, // cut on purpose, without a closing handshake
            },
            message = socket.recv() => match message {
                Some(Ok(WsMessage::Binary(bytes))) => {
                    if let Some(answer) = feishu.received(service, &bytes)
                        && socket.send(WsMessage::Binary(answer.into())).await.is_err()
                    {
                        break;
                    }
                }
                Some(Ok(WsMessage::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {} // text is ignored; WebSocket pings are answered by the library
            },
        }
    }
    lock(&feishu.sockets).close(number);
    feishu.shell.note(PLATFORM, EntryKind::Connection, "closed", json!({"connection": number}), Value::Null);
}

impl Feishu {
    /// Handles a frame of a client; the answer is a frame to send back.
    fn received(&self, service: i32, bytes: &[u8]) -> Option<Vec<u8>> {
        let frame = Frame::read(bytes)?;
        match (frame.method, frame.header("type")) {
            (CONTROL, Some("ping")) => Some(Frame::pong(service, &self.options().client_config).bytes()),
            (DATA, _) => {
                let waiting = lock(&self.sockets).pending.remove(frame.header("message_id")?);
                // A reply after the time limit finds nobody waiting: the platform has given up on it.
                if let (Some((_, waiting)), Some(reply)) =
                    (waiting, read_reply(frame.payload.as_deref().unwrap_or_default()))
                {
                    let _ = waiting.send(reply);
                }
                None
            }
            _ => None,
        }
    }

    /// Sends `payload` over one connection, chosen at random, now; the future waits for the reply.
    pub(super) fn send_over_connection(
        &self,
        payload: &[u8],
        limit: Duration,
    ) -> impl Future<Output = Result<Answer, NoAnswer>> + Send + use<> {
        let message_id = self.shell.random.hex::<16>();
        let (sender, receiver) = oneshot::channel();
        let sent = {
            let mut sockets = lock(&self.sockets);
            let chosen = usize::try_from(self.shell.random.below(sockets.open.len() as u64)).unwrap_or(0);
            match sockets.open.get(chosen) {
                None => false,
                Some(connection) => {
                    let (number, millis) = (connection.number, self.shell.clock.millis());
                    let trace = self.shell.random.hex::<16>();
                    let frames = Frame::data(
                        connection.service,
                        number,
                        &message_id,
                        &trace,
                        millis,
                        payload,
                        lock(&self.options).split_frames_at,
                    );
                    let sent = frames.iter().all(|frame| connection.out.send(frame.bytes()).is_ok());
                    sockets.pending.insert(message_id.clone(), (number, sender));
                    sent
                }
            }
        };
        let me = self.me.clone();
        async move {
            if !sent {
                return Err(NoAnswer::NotConnected);
            }
            let reply = tokio::time::timeout(limit, receiver).await;
            if let Some(me) = me.upgrade() {
                lock(&me.sockets).pending.remove(&message_id);
            }
            match reply {
                Err(_) => Err(NoAnswer::TooSlow),
                Ok(Err(_)) => Err(NoAnswer::ConnectionLost),
                Ok(Ok(reply)) if reply.code == 200 => Ok(Answer(reply.data.unwrap_or_default())),
                Ok(Ok(reply)) => Err(NoAnswer::Refused(reply.code)),
            }
        }
    }
}

/// `{"code":200,"headers":null,"data":"<base64>"}`; empty members may be absent.
fn read_reply(payload: &[u8]) -> Option<Reply> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    let data = match value.get("data").and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Some(STANDARD.decode(text).ok()?),
        _ => None,
    };
    Some(Reply { code: value.get("code")?.as_i64()?, data })
}
