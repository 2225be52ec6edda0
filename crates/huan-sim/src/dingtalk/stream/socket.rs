//! Step two of a connection: the WebSocket (§5.2 to §5.6).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::connections::{Order, Subscription};
use super::frame::{Ack, Frame, Kind};
use crate::dingtalk::Dingtalk;
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::platform::PlatformName;

/// After `disconnect` the program has this long before the platform closes by itself.
const FAREWELL: Duration = Duration::from_secs(10);

/// What a program must live with: topics that only one official client knows, types that nobody knows, and noise.
const ODD_FRAMES: &[&str] = &[
    r#"{"specVersion":"1.0","type":"SYSTEM","headers":{"topic":"CONNECTED","messageId":"odd1","contentType":"application/json","time":"1690362102194"},"data":"{}"}"#,
    r#"{"specVersion":"1.0","type":"SYSTEM","headers":{"topic":"REGISTERED","messageId":"odd2","contentType":"application/json","time":"1690362102194"},"data":"{}"}"#,
    r#"{"specVersion":"1.0","type":"SYSTEM","headers":{"topic":"KEEPALIVE","messageId":"odd3","contentType":"application/json","time":"1690362102194"}}"#,
    r#"{"specVersion":"9.9","type":"NOVELTY","headers":{"topic":"/nobody/knows","messageId":"odd4","contentType":"application/json","time":"1690362102194"},"data":"{}","more":[]}"#,
    "{not json",
    "[]",
];

/// `GET /connect?ticket=…`
pub(crate) async fn connect(
    State(sim): State<Arc<Dingtalk>>,
    Query(query): Query<BTreeMap<String, String>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let ticket = query.get("ticket").map(String::as_str).unwrap_or_default();
    let redeemed = lock(&sim.tenant).connections.redeem(ticket, sim.shell.clock.millis());
    let Some(subscriptions) = redeemed else { return StatusCode::UNAUTHORIZED.into_response() };
    upgrade.on_upgrade(move |socket| serve(sim, socket, subscriptions))
}

async fn serve(sim: Arc<Dingtalk>, mut socket: WebSocket, subscriptions: Vec<Subscription>) {
    let id = sim.uuid();
    let topics: Vec<&str> = subscriptions.iter().map(|(_, topic)| topic.as_str()).collect();
    sim.note(EntryKind::Connection, "stream open", json!({"connection": id, "topics": topics}), Value::Null);
    let orders = lock(&sim.tenant).connections.add(id.clone(), subscriptions);
    let why = converse(&sim, &mut socket, orders).await;
    lock(&sim.tenant).connections.remove(&id);
    sim.note(EntryKind::Connection, "stream close", json!({"connection": id}), json!(why));
}

/// Talks until the connection ends; the answer is why it did.
async fn converse(sim: &Arc<Dingtalk>, socket: &mut WebSocket, mut orders: UnboundedReceiver<Order>) -> &'static str {
    let ping_every = lock(&sim.tenant).settings.ping_every;
    if lock(&sim.tenant).settings.uncertain.odd_frames {
        for text in ODD_FRAMES {
            let _ = socket.send(Message::Text((*text).into())).await;
        }
    }
    let mut farewell = None;
    loop {
        let until_farewell = async {
            match farewell {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sim.shell.stopping.cancelled() => return "the simulator stops",
            () = until_farewell => return "the platform closed after its announcement",
            () = sim.shell.clock.sleep(ping_every) => {
                let opaque = sim.shell.random.hex::<8>();
                if send(socket, &sim.system_frame("ping", &json!({"opaque": opaque}))).await.is_err() {
                    return "the program is gone";
                }
            }
            order = orders.recv() => match order {
                Some(Order::Send(frame)) => {
                    if send(socket, &frame).await.is_err() {
                        return "the program is gone";
                    }
                }
                Some(Order::Announce) => {
                    let mut frame = sim.system_frame("disconnect", &json!({"reason": "connection is expired"}));
                    if lock(&sim.tenant).settings.uncertain.short_disconnect {
                        frame.headers.remove("messageId");
                        frame.headers.remove("time");
                    }
                    let _ = send(socket, &frame).await;
                    farewell = Some(tokio::time::Instant::now() + FAREWELL);
                }
                Some(Order::Cut) | None => return "the platform cut the connection",
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => {
                    // Whatever is not an answer is ignored: nothing can be sent over the stream.
                    if let Ok(ack) = serde_json::from_str::<Ack>(&text) {
                        lock(&sim.tenant).connections.settle(ack);
                    }
                }
                Some(Ok(Message::Close(_))) => {
                    // The answer to a close is written by the library, but not sent by itself.
                    let _ = socket.flush().await;
                    return "the program closed";
                }
                None => return "the program closed",
                Some(Ok(_)) => {}
                Some(Err(_)) => return "the program is gone",
            },
        }
    }
}

async fn send(socket: &mut WebSocket, frame: &Frame) -> Result<(), axum::Error> {
    let text = serde_json::to_string(frame).map_err(axum::Error::new)?;
    socket.send(Message::Text(text.into())).await
}

impl Dingtalk {
    fn system_frame(&self, topic: &str, data: &Value) -> Frame {
        Frame::new(Kind::System, topic, &self.stream_message_id(), self.shell.clock.millis(), data)
    }

    /// Notes something in the journal.
    pub(crate) fn note(&self, kind: EntryKind, operation: &str, content: Value, outcome: Value) {
        self.shell.note(PlatformName::Dingtalk, kind, operation, content, outcome);
    }
}
