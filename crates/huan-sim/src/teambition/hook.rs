//! The webhook: telling the program of changes (Teambition §9).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use super::call::Actor;
use super::event::Event;
use super::tenant::Tenant;
use super::{PLATFORM, Teambition, ids, token};
use crate::fault::FaultKind;
use crate::journal::EntryKind;
use crate::lock::lock;
use crate::platform::SimError;

/// How long the platform waits for the answer (§9.2).
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The longest wait between two tries (§9.4).
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);
/// For how long an event is tried (§9.4).
const TRIED_FOR: Duration = Duration::from_secs(6 * 24 * 3600);
/// How long a push is held back by [`FaultKind::Reorder`] if no other follows.
const HELD_FOR: Duration = Duration::from_secs(2);

/// The app's subscription.
#[derive(Debug, Default)]
pub(super) struct Hook {
    /// Where events go; nobody is told without an address.
    pub(super) url: Option<Url>,
    /// How many pushes in succession failed.
    failed: u32,
    /// Since when every push has failed.
    failing_since: Option<Timestamp>,
    /// Pushing has stopped until the program calls `listen`.
    silent: bool,
    /// Until when pushing rests after `listen`.
    back_at: Option<Timestamp>,
    /// Events that are neither answered nor given up.
    pub(super) waiting: usize,
}

/// An event on its way.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    /// `event v3.task.create`
    operation: String,
    body: Value,
    origin: Option<String>,
    request_id: String,
}

impl Hook {
    /// Whether pushing has stopped until `listen` is called.
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// Starts pushing again, `after` that instant.
    pub(super) fn listen(&mut self, after: Timestamp) {
        self.silent = false;
        self.failed = 0;
        self.failing_since = None;
        self.back_at = Some(after);
    }

    /// Why nothing is pushed at the moment.
    fn closed(&self, now: Timestamp, unavailable_after: u32) -> Option<&'static str> {
        if self.silent {
            Some("pushing has stopped until listen is called")
        } else if self.back_at.is_some_and(|at| now < at) {
            Some("pushing is not back yet")
        } else if self.failed >= unavailable_after && self.waiting > 0 {
            // An event that waits to be tried again finds out when the address is back.
            Some("the address counts as unavailable")
        } else {
            None
        }
    }
}

impl Teambition {
    /// Tells the program of a change, by the webhook and through DingTalk.
    pub(super) fn tell(&self, tenant: &mut Tenant, event: Event, by: &Actor) {
        if let (true, Some(relayed)) = (tenant.settings.relay, event.relayed(&tenant.directory)) {
            // Nobody listens once the simulator stops.
            let _ = self.relay.send(relayed);
        }
        let Some((kind, data)) = event.native(tenant.settings.unconfirmed_events) else { return };
        if tenant.hook.url.is_none() || !tenant.settings.installed {
            return;
        }
        let body = json!({
            "orgId": ids::organisation(), "timestamp": self.shell.clock.millis(), "event": kind,
            "eventId": self.new_id(), "hookId": ids::hook(), "data": data,
        });
        let operation = format!("event {kind}");
        let now = self.shell.clock.now();
        if let Some(why) = tenant.hook.closed(now, tenant.settings.unavailable_after) {
            self.shell.note(PLATFORM, EntryKind::Delivery, &operation, body, json!({"answered": false, "why": why}));
            // Each new event makes the old ones be tried at once (§9.4), also when it is itself dropped.
            self.nudge();
            return;
        }
        let parcel = Parcel { operation, body, origin: by.app.clone(), request_id: self.shell.random.hex::<16>() };
        tenant.hook.waiting += 1;
        let _ = self.outbox.send(parcel);
        self.nudge();
    }

    fn nudge(&self) {
        self.nudged.send_modify(|count| *count += 1);
    }

    /// Makes the first try of each event, in order; what fails is tried again on its own.
    pub(super) async fn deliver(self: Arc<Self>, mut parcels: tokio::sync::mpsc::UnboundedReceiver<Parcel>) {
        while let Some(parcel) = parcels.recv().await {
            let fault = self.shell.faults.on_delivery(PLATFORM, &parcel.operation);
            let sim = self.clone();
            match fault {
                Some(FaultKind::Delay { millis }) => self.shell.spawn(async move {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    sim.follow(parcel, None).await;
                }),
                Some(FaultKind::Reorder) => self.shell.spawn(async move {
                    let mut delivered = sim.delivered.subscribe();
                    let _ = tokio::time::timeout(HELD_FOR, delivered.changed()).await;
                    sim.follow(parcel, None).await;
                }),
                fault => {
                    if self.attempt(&parcel, fault.as_ref(), 1).await {
                        self.settled();
                    } else {
                        self.shell.spawn(async move { sim.retry(parcel).await });
                    }
                }
            }
        }
    }

    async fn follow(self: Arc<Self>, parcel: Parcel, fault: Option<FaultKind>) {
        if self.attempt(&parcel, fault.as_ref(), 1).await {
            self.settled();
        } else {
            self.retry(parcel).await;
        }
    }

    fn settled(&self) {
        let hook = &mut lock(&self.tenant).hook;
        hook.waiting = hook.waiting.saturating_sub(1);
        self.shell.changed();
    }

    async fn retry(&self, parcel: Parcel) {
        let (retry, scale) = {
            let settings = &lock(&self.tenant).settings;
            (settings.retry, settings.retry_scale.max(0.0))
        };
        let scaled = |wait: Duration| wait.mul_f64(scale);
        let end = SignedDuration::try_from(scaled(TRIED_FOR)).unwrap_or(SignedDuration::MAX);
        let end = self.shell.clock.now().saturating_add(end).unwrap_or(Timestamp::MAX);
        let mut wait = Duration::from_secs(2);
        let mut number = 2;
        while retry && self.shell.clock.now() < end && !lock(&self.tenant).hook.silent {
            let mut nudged = self.nudged.subscribe();
            let waited = tokio::select! {
                () = self.shell.clock.sleep(scaled(wait)) => true,
                result = nudged.changed() => result.is_err(),
            };
            let fault = self.shell.faults.on_delivery(PLATFORM, &parcel.operation);
            if self.attempt(&parcel, fault.as_ref(), number).await {
                break;
            }
            number += 1;
            // An extra try for a new event does not move the schedule on.
            if waited {
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
        self.settled();
    }

    /// One try; whether it was answered with 200 in time.
    async fn attempt(&self, parcel: &Parcel, fault: Option<&FaultKind>, number: u32) -> bool {
        let url = lock(&self.tenant).hook.url.clone();
        let outcome = match (url, fault) {
            (None, _) => Err("no address is entered".to_owned()),
            (_, Some(FaultKind::Drop | FaultKind::Disconnect)) => Err("lost on the way".to_owned()),
            (Some(url), fault) => {
                if let Some(FaultKind::Delay { millis }) = fault {
                    tokio::time::sleep(Duration::from_millis(*millis)).await;
                }
                if fault == Some(&FaultKind::Duplicate) {
                    let _ = self.post(&url, parcel, number).await;
                }
                self.post(&url, parcel, number).await
            }
        };
        self.delivered.send_modify(|count| *count += 1);
        let told = match &outcome {
            Ok(()) => json!({"answered": true, "attempt": number}),
            Err(why) => json!({"answered": false, "attempt": number, "why": why}),
        };
        self.note_outcome(outcome.is_ok());
        self.shell.note(PLATFORM, EntryKind::Delivery, &parcel.operation, parcel.body.clone(), told);
        outcome.is_ok()
    }

    fn note_outcome(&self, answered: bool) {
        let now = self.shell.clock.now();
        let tenant = &mut *lock(&self.tenant);
        if answered {
            tenant.hook.failed = 0;
            tenant.hook.failing_since = None;
            return;
        }
        tenant.hook.failed += 1;
        let since = *tenant.hook.failing_since.get_or_insert(now);
        tenant.hook.silent |= now.duration_since(since).as_secs_f64() >= tenant.settings.silent_after;
    }

    async fn post(&self, url: &Url, parcel: &Parcel, number: u32) -> Result<(), String> {
        let (base64, sign_encoded, from_me, new_id) = {
            let settings = &lock(&self.tenant).settings;
            let from_me = if parcel.origin == Some(ids::app()) { settings.from_me.clone() } else { "false".to_owned() };
            (settings.base64, settings.base64_is_signed, from_me, settings.new_request_id_per_attempt)
        };
        let plain = parcel.body.to_string().into_bytes();
        let encoded = STANDARD.encode(&plain).into_bytes();
        let signature = signature(&ids::app_secret(), if base64 && sign_encoded { &encoded } else { &plain });
        let request_id = if new_id && number > 1 { self.shell.random.hex::<16>() } else { parcel.request_id.clone() };
        let organisation = ids::organisation();
        let mut headers = vec![
            ("content-type", "application/json"),
            ("x-signature", signature.as_str()),
            ("x-request-id", request_id.as_str()),
            ("x-trigger-from-me", from_me.as_str()),
            ("x-tenant-id", organisation.as_str()),
            ("x-tenant-type", "organization"),
        ];
        if let Some(origin) = &parcel.origin {
            headers.push(("x-request-origin-appid", origin));
        }
        if base64 {
            headers.push(("content-transfer-encoding", "base64"));
        }
        let limit = self.shell.answer_limit.unwrap_or(ANSWER_LIMIT);
        let answer = self.shell.outgoing.post(url, &headers, if base64 { encoded } else { plain }, limit).await;
        match answer {
            Ok(answer) if answer.status == 200 => Ok(()),
            Ok(answer) => Err(format!("the answer has status {}", answer.status)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Enters the address of the webhook in the console, publishes the app and installs it. The console makes no check
    /// of its own. Nothing is told to nobody.
    pub(crate) fn set_webhook(&self, url: Option<Url>) -> Result<(), SimError> {
        let tenant = &mut *lock(&self.tenant);
        tenant.hook.listen(self.shell.clock.now());
        tenant.hook.url = url;
        self.shell.changed();
        Ok(())
    }
}

/// `X-Signature` (§9.3).
fn signature(secret: &str, body: &[u8]) -> String {
    use hmac::Mac;
    token::mac(secret, body).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of §9.3.
    #[test]
    fn the_signature_is_that_of_the_worked_vectors() {
        assert_eq!(
            signature("your secret", b"your data"),
            "5550382e95c66eb2f3dc7f2c5c478758b1b451013cfaaa98d3e72b6e0bbb62dc"
        );
        let body = br#"{"orgId":"5f59d997a41fa40016891500","timestamp":1767323045000,"event":"v3.task.executor.update","eventId":"65e0f1a2b3c4d5e6f7a8b9c0","hookId":"65e0f1a2b3c4d5e6f7a8b9c1","data":{"taskId":"65e0f1a2b3c4d5e6f7a8b9c2","executorId":"65e0f1a2b3c4d5e6f7a8b9c3"}}"#;
        assert_eq!(body.len(), 254);
        assert_eq!(
            signature("example-app-secret", body),
            "1fd6a643a783bfebc4e6bfa0df026f0b624d0d49de321630cf40bf6705070a68"
        );
        assert_eq!(
            signature("example-app-secret", STANDARD.encode(body).as_bytes()),
            "c15d6bc1026787e5eddb5d0e5726acf1404aa09f6f7edfd04831d8927a495fbb"
        );
    }
}
