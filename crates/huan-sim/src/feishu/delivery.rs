//! Handing events and callbacks to the program: over a connection or by HTTP, with re-sending and faults (Feishu §4.5).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Feishu, PLATFORM, push};
use crate::fault::FaultKind;
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::outgoing::PushError;
use crate::platform::Delivery;

/// How long the platform waits for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(3);
/// How long a delivery is held back by [`FaultKind::Reorder`] if no other follows.
const HELD_FOR: Duration = Duration::from_secs(2);

/// Something to deliver.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    /// `event im.message.receive_v1` or `callback card.action.trigger`.
    pub(super) operation: String,
    pub(super) payload: Value,
    /// Whether it goes to the callback address.
    pub(super) is_callback: bool,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer(pub(super) Vec<u8>);

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    NotConnected,
    ConnectionLost,
    TooSlow,
    Unreachable,
    /// HTTP status, or the code in the reply of a connection.
    Refused(i64),
    /// A fault switch.
    Lost,
}

type Outcome = Result<Answer, NoAnswer>;
type Attempt = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Feishu {
    /// The envelope of an event or callback (Feishu §4.1). Card callbacks carry microseconds, events milliseconds.
    pub(super) fn parcel(&self, event_type: &str, event: Value, is_callback: bool) -> Parcel {
        let now = self.shell.clock.now();
        let microseconds = is_callback || lock(&self.options).event_time_in_microseconds;
        let create_time = if microseconds { now.as_microsecond() } else { now.as_millisecond() };
        let payload = json!({
            "schema": "2.0",
            "header": {
                "event_id": self.shell.random.hex::<16>(), "event_type": event_type, "create_time": create_time.to_string(),
                "token": super::verification_token(), "app_id": super::ids::app(), "tenant_key": super::ids::tenant(),
            },
            "event": event,
        });
        let kind = if is_callback { "callback" } else { "event" };
        Parcel { operation: format!("{kind} {event_type}"), payload, is_callback }
    }

    /// Delivers an event; what is not answered is sent again by the schedule.
    pub(super) fn emit(&self, event_type: &str, event: Value) {
        let Some(me) = self.me.upgrade() else { return };
        let parcel = self.parcel(event_type, event, false);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let fault = self.shell.faults.on_delivery(PLATFORM, &parcel.operation);
        if fault == Some(FaultKind::Reorder) {
            lock(&self.held).push(parcel);
            self.shell.spawn(async move {
                tokio::time::sleep(HELD_FOR).await;
                me.release_held();
            });
            return;
        }
        me.start(parcel, fault);
        me.release_held();
    }

    fn release_held(self: &Arc<Self>) {
        let held = std::mem::take(&mut *lock(&self.held));
        for parcel in held {
            self.start(parcel, None);
        }
    }

    /// The first attempt begins at once, so that events keep their order; the rest happens in the background.
    fn start(self: &Arc<Self>, parcel: Parcel, fault: Option<FaultKind>) {
        let me = self.clone();
        let mut attempt = self.attempt(&parcel, fault);
        self.shell.spawn(async move {
            let mut schedule = me.options().redelivery.into_iter();
            let mut number = 1;
            loop {
                let outcome = attempt.await;
                me.note(&parcel, number, &outcome);
                let wait = match (outcome, schedule.next()) {
                    (Err(_), Some(wait)) => wait,
                    _ => break,
                };
                me.shell.clock.sleep(wait).await;
                number += 1;
                attempt = me.attempt(&parcel, me.shell.faults.on_delivery(PLATFORM, &parcel.operation));
            }
            me.waiting.fetch_sub(1, Ordering::Relaxed);
            me.shell.changed();
        });
    }

    /// Delivers a callback once and waits for the answer.
    pub(super) async fn call_back(self: &Arc<Self>, parcel: &Parcel) -> Outcome {
        let fault = self.shell.faults.on_delivery(PLATFORM, &parcel.operation);
        let outcome = self.attempt(parcel, fault).await;
        self.note(parcel, 1, &outcome);
        outcome
    }

    fn attempt(self: &Arc<Self>, parcel: &Parcel, fault: Option<FaultKind>) -> Attempt {
        match fault {
            Some(FaultKind::Delay { millis }) => {
                let (me, parcel) = (self.clone(), parcel.clone());
                Box::pin(async move {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    me.transmit(&parcel).await
                })
            }
            Some(FaultKind::Drop) => Box::pin(async { Err(NoAnswer::Lost) }),
            Some(FaultKind::Duplicate) => {
                let (first, second) = (self.transmit(parcel), self.transmit(parcel));
                Box::pin(async move {
                    let (first, second) = tokio::join!(first, second);
                    first.or(second)
                })
            }
            Some(FaultKind::Disconnect) => {
                lock(&self.sockets).cut_all();
                Box::pin(async { Err(NoAnswer::ConnectionLost) })
            }
            _ => self.transmit(parcel),
        }
    }

    /// Sends the parcel now; the future waits for the answer.
    fn transmit(&self, parcel: &Parcel) -> Attempt {
        let limit = self.shell.answer_limit.unwrap_or(ANSWER_LIMIT);
        let body = parcel.payload.to_string().into_bytes();
        let delivery = lock(&self.delivery).clone();
        match delivery {
            Delivery::Connection => Box::pin(self.send_over_connection(&body, limit)),
            Delivery::Http(http) => {
                let url = http.cards.filter(|_| parcel.is_callback).unwrap_or(http.events);
                let push = push::sealed(&self.shell, &body, http.encrypted);
                let outgoing = self.shell.outgoing.clone();
                Box::pin(async move {
                    match push.send(&outgoing, &url, limit).await {
                        Ok(answer) if answer.status == 200 => Ok(Answer(answer.body)),
                        Ok(answer) => Err(NoAnswer::Refused(i64::from(answer.status))),
                        Err(PushError::TooSlow) => Err(NoAnswer::TooSlow),
                        Err(PushError::Unreachable) => Err(NoAnswer::Unreachable),
                    }
                })
            }
        }
    }

    fn note(&self, parcel: &Parcel, attempt: u32, outcome: &Outcome) {
        let outcome = match outcome {
            Ok(Answer(body)) => {
                json!({"answered": true, "attempt": attempt, "body": serde_json::from_slice::<Value>(body).unwrap_or(Value::Null)})
            }
            Err(why) => json!({"answered": false, "attempt": attempt, "why": format!("{why:?}")}),
        };
        self.shell.note(PLATFORM, EntryKind::Delivery, &parcel.operation, parcel.payload.clone(), outcome);
    }
}
