//! Pushing over the stream until the program has answered (§5.7).

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::frame::{Ack, Frame, Kind};
use crate::dingtalk::Dingtalk;
use crate::dingtalk::tenant::Tenant;
use crate::fault::FaultKind;
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::platform::PlatformName;

/// How long a delivery that was held back waits for another one to overtake it.
const OVERTAKE: Duration = Duration::from_secs(2);
/// How far ahead the other one gets.
const LEAD: Duration = Duration::from_millis(200);

/// How one attempt went so far.
enum Attempt {
    /// The frame is out.
    Sent(oneshot::Receiver<Ack>),
    /// Nobody listens.
    NoConnection,
    /// A fault: it shall go out later.
    Delayed(Duration),
    /// A fault: it shall go out after the next one.
    Held,
    /// A fault: it is lost.
    Lost,
}

impl Dingtalk {
    /// Pushes a frame. The first attempt is made at once, so that frames keep their order. Whoever asks gets the first
    /// answer of the program.
    pub(crate) fn push_frame(
        self: &Arc<Self>,
        tenant: &mut Tenant,
        frame: Frame,
        answer: Option<oneshot::Sender<Ack>>,
    ) {
        let first = self.attempt(tenant, &frame, true);
        tenant.waiting += 1;
        let sim = self.clone();
        self.shell.spawn(async move {
            let outcome = sim.follow(&frame, first, answer).await;
            lock(&sim.tenant).waiting -= 1;
            let data: Value = serde_json::from_str(&frame.data).unwrap_or_default();
            sim.note(EntryKind::Delivery, &operation(&frame), data, json!(outcome));
        });
    }

    fn attempt(&self, tenant: &mut Tenant, frame: &Frame, with_faults: bool) -> Attempt {
        let fault = with_faults.then(|| self.shell.faults.on_delivery(PlatformName::Dingtalk, &operation(frame)));
        match fault.flatten() {
            Some(FaultKind::Delay { millis }) => return Attempt::Delayed(Duration::from_millis(millis)),
            Some(FaultKind::Reorder) => return Attempt::Held,
            Some(FaultKind::Drop) => return Attempt::Lost,
            Some(FaultKind::Disconnect) => {
                tenant.connections.cut();
                return Attempt::NoConnection;
            }
            Some(FaultKind::Duplicate) => {
                let sent = self.send_now(tenant, frame);
                tenant.connections.send_again(frame);
                return sent;
            }
            _ => {}
        }
        self.send_now(tenant, frame)
    }

    fn send_now(&self, tenant: &mut Tenant, frame: &Frame) -> Attempt {
        match tenant.connections.send(frame, |bound| self.shell.random.below(bound)) {
            Some(answer) => {
                self.delivered.send_modify(|count| *count += 1);
                Attempt::Sent(answer)
            }
            None => Attempt::NoConnection,
        }
    }

    async fn follow(
        &self,
        frame: &Frame,
        mut attempt: Attempt,
        mut answer: Option<oneshot::Sender<Ack>>,
    ) -> &'static str {
        let mut attempts = 1;
        loop {
            let (redeliver_after, limit, keep) = {
                let settings = &lock(&self.tenant).settings;
                (settings.redeliver_after, settings.stream_attempts, settings.keep_while_offline)
            };
            match attempt {
                Attempt::Delayed(delay) => {
                    tokio::time::sleep(delay).await;
                    attempt = self.attempt(&mut lock(&self.tenant), frame, false);
                    continue;
                }
                Attempt::Held => {
                    self.wait_to_be_overtaken().await;
                    attempt = self.attempt(&mut lock(&self.tenant), frame, false);
                    continue;
                }
                Attempt::NoConnection if !keep => return "lost: no connection",
                Attempt::NoConnection => {
                    let mut opened = lock(&self.tenant).connections.opened();
                    attempt = self.attempt(&mut lock(&self.tenant), frame, false);
                    if matches!(attempt, Attempt::NoConnection) {
                        let _ = opened.changed().await;
                        attempt = self.attempt(&mut lock(&self.tenant), frame, false);
                    }
                    continue;
                }
                Attempt::Sent(received) => {
                    let ack = tokio::select! {
                        ack = received => Some(ack),
                        () = self.shell.clock.sleep(redeliver_after) => None,
                    };
                    if let Some(Err(_)) = ack {
                        // The connection ended before the answer. Another one may be there already, and this does
                        // not count as an attempt.
                        attempt = self.attempt(&mut lock(&self.tenant), frame, false);
                        continue;
                    }
                    if let Some(Ok(ack)) = ack {
                        let settled = ack.settles();
                        if let Some(answer) = answer.take() {
                            let _ = answer.send(ack);
                        }
                        if settled {
                            return "acknowledged";
                        }
                        // «Later»: it comes again after the usual wait.
                        self.shell.clock.sleep(redeliver_after).await;
                    }
                }
                Attempt::Lost => self.shell.clock.sleep(redeliver_after).await,
            }
            if attempts >= limit {
                return "given up";
            }
            attempts += 1;
            attempt = self.attempt(&mut lock(&self.tenant), frame, true);
        }
    }

    /// Waits until another delivery has gone out and is a little ahead, but not for ever.
    pub(crate) async fn wait_to_be_overtaken(&self) {
        let mut delivered = self.delivered.subscribe();
        if tokio::time::timeout(OVERTAKE, delivered.changed()).await.is_ok() {
            tokio::time::sleep(LEAD).await;
        }
    }
}

/// The name of a delivery for faults and journal.
fn operation(frame: &Frame) -> String {
    match frame.kind {
        Kind::Event => format!("event {}", frame.header("eventType")),
        Kind::Callback | Kind::System => format!("callback {}", frame.header("topic")),
    }
}
