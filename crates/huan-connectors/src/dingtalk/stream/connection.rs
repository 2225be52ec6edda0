//! One WebSocket of stream mode. What comes in is stored one after the other and acknowledged once it is durable;
//! meanwhile pings are answered.

use std::{collections::VecDeque, future::Future, pin::Pin, sync::Arc, time::Duration};

use futures_util::{SinkExt, StreamExt};
use huan_connect::{Inbox, websocket::WebSocket};
use huan_core::ambient::TimeSource;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::frame::{Asked, Delivery, Frame};

/// How often the connection is tried when it is silent (the official clients: 8 to 120 s, DingTalk §5.8).
const PING: Duration = Duration::from_secs(30);
/// A connection that was silent this long, in spite of pings, is dead.
const SILENCE: Duration = Duration::from_secs(75);
/// How long one frame may take to be sent.
const SEND: Duration = Duration::from_secs(10);
/// Deliveries waiting to be stored; beyond that nothing more is read.
const WAITING: usize = 256;
/// The pauses between attempts at storing; the last one again and again.
const STORE_AGAIN: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(1), Duration::from_secs(5)];
/// How long what came in may take to be stored when Huan stops.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Why a connection is not served any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Huan stops.
    Stopped,
    /// DingTalk asked for another connection; this one still works for a while.
    Asked,
    /// It broke; in words.
    Lost(String),
}

type Storing = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

/// A connection and what is in flight on it.
pub(super) struct Connection {
    socket: WebSocket,
    inbox: Arc<dyn Inbox>,
    time: Arc<dyn TimeSource>,
    stop: CancellationToken,
    waiting: VecDeque<Delivery>,
    storing: Option<Storing>,
    /// Whether it brought anything to keep.
    pub(super) delivered: bool,
}

impl Connection {
    pub(super) fn new(
        socket: WebSocket,
        inbox: Arc<dyn Inbox>,
        time: Arc<dyn TimeSource>,
        stop: CancellationToken,
    ) -> Self {
        Self { socket, inbox, time, stop, waiting: VecDeque::new(), storing: None, delivered: false }
    }

    /// Serves it until it ends.
    pub(super) async fn serve(&mut self) -> End {
        let mut ping = interval(PING);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = Instant::now();
        loop {
            if self.storing.is_none()
                && let Some(delivery) = self.waiting.pop_front()
            {
                self.storing = Some(self.store(delivery));
            }
            tokio::select! {
                () = self.stop.cancelled() => return End::Stopped,
                answer = stored(&mut self.storing), if self.storing.is_some() => {
                    self.storing = None;
                    if let Some(answer) = answer
                        && let Err(lost) = self.say(answer).await
                    {
                        return lost;
                    }
                }
                message = self.socket.next(), if self.waiting.len() < WAITING => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => {
                            match self.take(&text).await {
                                Ok(false) => {}
                                Ok(true) => return End::Asked,
                                Err(lost) => return lost,
                            }
                        }
                        Some(Ok(Message::Close(_))) | None => return End::Lost("DingTalk closed the connection".into()),
                        // Pings are answered by the library.
                        Some(Ok(_)) => {}
                        Some(Err(error)) => return End::Lost(error.to_string()),
                    }
                }
                _ = ping.tick() => {
                    // While nothing is read, silence says nothing about the other side.
                    if heard.elapsed() > SILENCE && self.waiting.len() < WAITING {
                        return End::Lost("the connection fell silent".into());
                    }
                    if let Err(lost) = self.send(Message::Ping(Vec::new().into())).await {
                        return lost;
                    }
                }
            }
        }
    }

    /// Brings a connection to its end: what it still says is heard for at most `longest` if DingTalk asked for another
    /// one, and what it said is stored, for DingTalk does not promise to say it again.
    pub(super) async fn finish(mut self, end: &End, longest: Duration) {
        if *end == End::Asked {
            let left = async { while self.serve().await == End::Asked {} };
            let _ = timeout(longest, left).await;
        }
        let stop = self.stop.clone();
        let storing = async {
            loop {
                let storing = match (self.storing.take(), self.waiting.pop_front()) {
                    (Some(storing), Some(next)) => {
                        self.waiting.push_front(next);
                        storing
                    }
                    (Some(storing), None) => storing,
                    (None, Some(next)) => self.store(next),
                    (None, None) => break,
                };
                if let Some(answer) = storing.await {
                    // The other side may be gone; then it says it again, and Huan knows it already.
                    let _ = self.say(answer).await;
                }
            }
        };
        tokio::select! {
            () = storing => {}
            () = async { stop.cancelled().await; sleep(LAST_WORDS).await } => {}
        }
        let _ = timeout(LAST_WORDS, self.socket.close(None)).await;
    }

    fn store(&self, delivery: Delivery) -> Storing {
        Box::pin(store(Arc::clone(&self.inbox), delivery, self.stop.clone()))
    }

    /// Takes a text frame; true when DingTalk asks for another connection.
    async fn take(&mut self, text: &str) -> Result<bool, End> {
        let Some(frame) = Frame::read(text) else {
            tracing::warn!(bytes = text.len(), "DingTalk sent a frame that cannot be read");
            return Ok(false);
        };
        match frame.asked(self.time.now()) {
            Asked::Answer(answer) => self.say(answer).await.map(|()| false),
            Asked::Leave(answer) => {
                if let Some(answer) = answer {
                    self.say(answer).await?;
                }
                Ok(true)
            }
            Asked::Keep(delivery) => {
                self.delivered = true;
                self.waiting.push_back(*delivery);
                Ok(false)
            }
        }
    }

    async fn say(&mut self, answer: String) -> Result<(), End> {
        self.send(Message::Text(answer.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(sent) => sent.map_err(|error| End::Lost(error.to_string())),
            Err(_) => Err(End::Lost("DingTalk does not read what is sent".into())),
        }
    }
}

/// The answer of what is being stored.
async fn stored(storing: &mut Option<Storing>) -> Option<String> {
    match storing {
        Some(storing) => storing.await,
        None => None,
    }
}

/// Stores a delivery and says what to answer. An event that cannot be stored is asked for again; a message or a press,
/// of which that is not promised (DingTalk, §5.7), is tried again until Huan stops.
async fn store(inbox: Arc<dyn Inbox>, delivery: Delivery, stop: CancellationToken) -> Option<String> {
    let envelope = delivery.received.envelope(&delivery.name);
    for attempt in 0.. {
        if inbox.store(envelope.clone()).await.is_ok() {
            return Some(delivery.kept);
        }
        let last = STORE_AGAIN.len() - 1;
        if delivery.not_kept.is_some() && attempt >= last || stop.is_cancelled() {
            break;
        }
        tokio::select! {
            () = sleep(STORE_AGAIN[attempt.min(last)]) => {}
            () = stop.cancelled() => {}
        }
    }
    tracing::error!("an event from DingTalk was not stored; it is left for DingTalk to deliver again");
    delivery.not_kept
}
