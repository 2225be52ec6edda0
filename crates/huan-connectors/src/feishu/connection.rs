//! The long connection (Feishu §5).

use std::{
    pin::Pin,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{
    SinkExt, StreamExt,
    stream::{FuturesUnordered, SplitSink},
};
use huan_connect::{
    ConnectionState, Inbox,
    websocket::{self, WebSocket},
};
use prost::Message as _;
use serde::Serialize;
use serde_json::Value;
use tokio::{
    sync::watch,
    time::{Interval, MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::{
    api::Api,
    assembly::Assembly,
    bootstrap::{self, NoConnection, Pauses},
    event,
    frame::{self, Frame},
};

/// The inbox must store an event within this time: Feishu waits 3 seconds for the reply.
const STORE: Duration = Duration::from_millis(2500);
/// How long a frame may take to be written: longer, and the other side is gone.
const WRITE: Duration = Duration::from_secs(10);
/// This many pings may stay unanswered.
const PATIENT_PINGS: u32 = 2;
/// This many events are stored at the same time; more wait in the socket.
const MOST_IN_FLIGHT: usize = 64;
/// The pause after Feishu refused the app. It is tried again, for an administrator may mend it at Feishu's side.
const REFUSED_PAUSE: Duration = Duration::from_secs(300);
/// The pause after the first failed attempt; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Keeps a connection up until `stop`.
pub(super) async fn keep(
    api: &Api,
    state: &watch::Sender<ConnectionState>,
    inbox: &dyn Inbox,
    stop: &CancellationToken,
) {
    let mut connection = Connection { api, state, inbox, pauses: Pauses::default() };
    let mut failures = 0;
    loop {
        let (reason, pause) = match connection.once(stop).await {
            Ended::Stopped => break,
            Ended::Lost(reason) => {
                failures = 0;
                (Some(reason), api.random_up_to(connection.pauses.nonce))
            }
            Ended::NoConnection(NoConnection::TryAgain(reason)) => {
                failures += 1;
                (Some(reason), connection.pause_after(failures))
            }
            Ended::NoConnection(NoConnection::Refused(reason)) => {
                tracing::warn!(app = api.settings.app_id, reason, "Feishu refuses the long connection");
                state.send_replace(ConnectionState::Refused { reason });
                (None, REFUSED_PAUSE / 2 + api.random_up_to(REFUSED_PAUSE / 2))
            }
        };
        if let Some(reason) = reason {
            tracing::info!(app = api.settings.app_id, reason, ?pause, "no long connection to Feishu; trying again");
            let until = api.surroundings.time.now().saturating_add(pause).unwrap_or(jiff::Timestamp::MAX);
            state.send_replace(ConnectionState::Waiting { reason, until });
        }
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            break;
        }
    }
    state.send_replace(ConnectionState::Idle);
}

/// How a connection ended.
enum Ended {
    /// We were told to stop.
    Stopped,
    /// It was up, and broke.
    Lost(String),
    /// It was not made.
    NoConnection(NoConnection),
}

struct Connection<'a> {
    api: &'a Api,
    state: &'a watch::Sender<ConnectionState>,
    inbox: &'a dyn Inbox,
    pauses: Pauses,
}

type Handling<'a> = Pin<Box<dyn Future<Output = Frame> + Send + 'a>>;
type Sink = SplitSink<WebSocket, Message>;

impl<'a> Connection<'a> {
    /// Connects and serves until the connection ends.
    async fn once(&mut self, stop: &CancellationToken) -> Ended {
        if !matches!(*self.state.borrow(), ConnectionState::Refused { .. }) {
            self.state.send_replace(ConnectionState::Connecting);
        }
        let (socket, service) = match stop.run_until_cancelled(self.connect()).await {
            None => return Ended::Stopped,
            Some(Err(why)) => return Ended::NoConnection(why),
            Some(Ok(connected)) => connected,
        };
        let since = self.api.surroundings.time.now();
        self.state.send_replace(ConnectionState::Connected { since });
        tracing::info!(app = self.api.settings.app_id, "long connection to Feishu is up");
        self.serve(socket, service, stop).await
    }

    async fn connect(&mut self) -> Result<(WebSocket, i32), NoConnection> {
        let Api { settings, surroundings, .. } = self.api;
        let endpoint = bootstrap::endpoint(&surroundings.http, settings, self.pauses).await?;
        self.pauses = endpoint.pauses;
        // Events are stored together with who we are. Not to know it is no reason to hear nothing.
        if let Err(error) = self.api.robot().await {
            tracing::warn!(app = settings.app_id, %error, "Feishu does not tell who the robot is");
        }
        let socket = websocket::open(endpoint.url.reveal()).await.map_err(bootstrap::upgrade)?;
        Ok((socket, endpoint.service))
    }

    /// Twice as long at each failure up to what the server wants, and never the same for all of an app's connections.
    fn pause_after(&self, failures: u32) -> Duration {
        let doubled = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(12));
        let pause = doubled.min(self.pauses.reconnect);
        pause / 2 + self.api.random_up_to(pause / 2)
    }

    async fn serve(&mut self, socket: WebSocket, service: i32, stop: &CancellationToken) -> Ended {
        let (mut sink, mut stream) = socket.split();
        let mut pings = every(self.pauses.ping);
        let mut unanswered = 0;
        let mut assembly = Assembly::default();
        let mut handling: FuturesUnordered<Handling<'a>> = FuturesUnordered::new();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    // What was heard is still stored and acknowledged; the rest is sent again to the next connection.
                    while let Some(reply) = handling.next().await {
                        if send(&mut sink, &reply).await.is_err() {
                            break;
                        }
                    }
                    let _ = timeout(Duration::from_secs(1), sink.close()).await;
                    return Ended::Stopped;
                }
                Some(reply) = handling.next(), if !handling.is_empty() => {
                    if let Err(reason) = send(&mut sink, &reply).await {
                        return Ended::Lost(reason);
                    }
                }
                _ = pings.tick() => {
                    if unanswered >= PATIENT_PINGS {
                        return Ended::Lost("Feishu does not answer pings".to_owned());
                    }
                    unanswered += 1;
                    if let Err(reason) = send(&mut sink, &Frame::ping(service)).await {
                        return Ended::Lost(reason);
                    }
                }
                message = stream.next(), if handling.len() < MOST_IN_FLIGHT => {
                    let bytes = match message {
                        Some(Ok(Message::Binary(bytes))) => bytes,
                        Some(Ok(Message::Close(_))) | None => {
                            return Ended::Lost("Feishu closed the connection".to_owned());
                        }
                        Some(Ok(_)) => continue,
                        Some(Err(error)) => return Ended::Lost(error.to_string()),
                    };
                    let Ok(frame) = Frame::decode(bytes) else {
                        tracing::warn!("a message of Feishu's long connection is not a frame");
                        continue;
                    };
                    match frame.method {
                        frame::CONTROL if frame.header("type") == Some("pong") => {
                            unanswered = 0;
                            let before = self.pauses.ping;
                            self.adopt(&frame);
                            if self.pauses.ping != before {
                                pings = every(self.pauses.ping);
                                pings.reset();
                            }
                        }
                        frame::DATA => {
                            if let Some((frame, payload)) = whole(&mut assembly, frame) {
                                handling.push(Box::pin(handle(self.api, self.inbox, frame, payload)));
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    fn adopt(&mut self, pong: &Frame) {
        let payload = pong.payload.as_deref().unwrap_or_default();
        if let Ok(config) = serde_json::from_slice::<Value>(payload) {
            self.pauses = self.pauses.adopt(&config);
        }
    }
}

/// Ticks at once and then at each `period`.
fn every(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn send(sink: &mut Sink, frame: &Frame) -> Result<(), String> {
    match timeout(WRITE, sink.send(Message::Binary(frame.encode_to_vec().into()))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("Feishu takes no more bytes".to_owned()),
    }
}

/// The frame to reply to and its whole payload, once all parts are here.
fn whole(assembly: &mut Assembly, mut frame: Frame) -> Option<(Frame, Vec<u8>)> {
    let number = |key: &str, otherwise: usize| match frame.header(key) {
        Some(text) => text.parse().ok(),
        None => Some(otherwise),
    };
    let (sum, seq) = (number("sum", 1)?, number("seq", 0)?);
    let part = frame.payload.take().unwrap_or_default();
    let id = frame.header("message_id").unwrap_or_default();
    match assembly.add(id, sum, seq, part, Instant::now()) {
        Ok(payload) => payload.map(|payload| (frame, payload)),
        Err(error) => {
            tracing::warn!(%error, "an event of Feishu was dropped; it is sent again");
            None
        }
    }
}

/// Stores an event and makes the reply: only a stored event is acknowledged.
async fn handle(api: &Api, inbox: &dyn Inbox, frame: Frame, payload: Vec<u8>) -> Frame {
    let began = Instant::now();
    let answer = match serde_json::from_slice::<Value>(&payload) {
        Ok(event) if event.is_object() => {
            let answer = event::answer(event::kind(&event));
            let envelope = event::envelope(event, api.known_robot(), api.surroundings.time.now());
            match timeout(STORE, inbox.store(envelope)).await {
                Ok(Ok(())) => Reply::stored(answer.as_ref()),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "an event of Feishu was not stored; it is sent again");
                    Reply::FAILED
                }
                Err(_) => {
                    tracing::warn!("an event of Feishu was not stored in time; it is sent again");
                    Reply::FAILED
                }
            }
        }
        _ => {
            tracing::warn!("an event of Feishu is not a JSON object");
            Reply::FAILED
        }
    };
    // The reply has only numbers, text and null: it can always be written.
    let payload = serde_json::to_vec(&answer).unwrap_or_default();
    frame.reply(began.elapsed().as_millis(), payload)
}

/// What a reply frame says (§5.5).
#[derive(Debug, Serialize)]
struct Reply {
    code: u16,
    headers: Option<()>,
    data: Option<String>,
}

impl Reply {
    /// Not stored: Feishu sends it again.
    const FAILED: Self = Self { code: 500, headers: None, data: None };

    /// Stored, with what is shown to a person who waits.
    fn stored(answer: Option<&Value>) -> Self {
        Self { code: 200, headers: None, data: answer.map(|answer| STANDARD.encode(answer.to_string())) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::{DATA_BYTES, SERVICE};
    use super::*;
    use serde_json::json;

    #[test]
    fn s5_5_replies_are_written_as_the_official_client_does() {
        let written = |reply: &Reply| serde_json::to_string(reply).unwrap();
        assert_eq!(written(&Reply::stored(None)), r#"{"code":200,"headers":null,"data":null}"#);
        assert_eq!(written(&Reply::FAILED), r#"{"code":500,"headers":null,"data":null}"#);
        let toast = json!({"toast": {"content": "ok"}});
        let encoded = STANDARD.encode(r#"{"toast":{"content":"ok"}}"#);
        assert_eq!(
            written(&Reply::stored(Some(&toast))),
            format!(r#"{{"code":200,"headers":null,"data":"{encoded}"}}"#)
        );
    }

    #[test]
    fn s5_5_the_frame_of_the_last_part_is_replied_to() {
        let bytes = hex::decode(DATA_BYTES).unwrap();
        let part = |seq: &str, payload: &[u8]| {
            let mut frame = Frame::decode(bytes.as_slice()).unwrap();
            for header in &mut frame.headers {
                match header.key.as_str() {
                    "sum" => header.value = "2".to_owned(),
                    "seq" => header.value = seq.to_owned(),
                    _ => {}
                }
            }
            frame.payload = Some(payload.to_vec());
            frame
        };
        let mut assembly = Assembly::default();
        assert!(whole(&mut assembly, part("1", b"world")).is_none());
        let (frame, payload) = whole(&mut assembly, part("0", b"hello ")).unwrap();
        assert_eq!((frame.header("seq"), frame.service), (Some("0"), SERVICE));
        assert_eq!(payload, b"hello world");
        assert!(whole(&mut assembly, part("x", b"")).is_none());
    }
}
