//! Events that DingTalk pushes over HTTP: robot messages (§7), card presses (§8.6) and events (§6).

use huan_connect::{Answer, CallbackRefused, CallbackRequest, Delivered};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    account::App,
    received::{Kind, Received, fingerprint},
    sealed::{Opened, Seal, SealError},
    settings::Mode,
    signature,
};
use crate::lenient::Lenient;

/// How far the time of a request whose body is not signed may be from now (DingTalk, §7.1).
const OLDEST: SignedDuration = SignedDuration::from_hours(1);
/// How far the time of a sealed event may be from now. DingTalk names no limit and repeats for less than a minute (§6.6),
/// but does not say whether each attempt is signed anew; what came before is known by its content for longer than this.
const OLDEST_SEALED: SignedDuration = SignedDuration::from_hours(8);
/// Letters of nonces and paddings.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl App {
    /// Checks a pushed request and says what to store and to answer.
    pub(super) fn receive(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        if self.config.mode != Mode::Http {
            return Err(CallbackRefused::NotConfigured("mode"));
        }
        match request.route.as_str() {
            "robot" => self.receive_message(request),
            "card" => self.receive_press(request),
            "event" => self.receive_event(request),
            "" if request.header("x-ddpaas-signature").is_some() => self.receive_press(request),
            "" if request.header("sign").is_some() => self.receive_message(request),
            "" => self.receive_event(request),
            other => Err(CallbackRefused::Malformed(format!("no callback is called «{other}»"))),
        }
    }

    fn receive_message(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let timestamp = request.header("timestamp").ok_or(CallbackRefused::NotGenuine("no timestamp"))?;
        let sign = request.header("sign").ok_or(CallbackRefused::NotGenuine("no signature"))?;
        let expected = signature::of_timestamp_and_secret(timestamp, self.config.client_secret.reveal());
        if !signature::equal(&expected, sign) {
            return Err(CallbackRefused::NotGenuine("the signature differs"));
        }
        let at = self.recent(timestamp, OLDEST)?;
        let data = json(&request.body)?;
        let received = Received { kind: Kind::Robot, at, topic: None, data };
        Ok(Delivered {
            envelopes: vec![received.envelope(&fingerprint(&[&request.body]))],
            // «Say nothing»: the answer is sent when it is known.
            answer: Answer::json(r#"{"msgtype":"empty"}"#),
        })
    }

    fn receive_press(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let timestamp =
            request.header("x-ddpaas-signature-timestamp").ok_or(CallbackRefused::NotGenuine("no timestamp"))?;
        let sign = request.header("x-ddpaas-signature").ok_or(CallbackRefused::NotGenuine("no signature"))?;
        let expected = signature::of_timestamp(timestamp, self.config.card_secret.reveal());
        if !signature::equal(&expected, sign) {
            return Err(CallbackRefused::NotGenuine("the signature differs"));
        }
        let at = self.recent(timestamp, OLDEST)?;
        let data = json(&request.body)?;
        let received = Received { kind: Kind::Card, at, topic: None, data };
        // A press has no id. One signed moment with one body is one press, however often it arrives.
        let delivery = fingerprint(&[timestamp.as_bytes(), &request.body]);
        Ok(Delivered { envelopes: vec![received.envelope(&delivery)], answer: Answer::json("{}") })
    }

    fn receive_event(&self, request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        let seal = self.config.seal.as_ref().ok_or(CallbackRefused::NotConfigured("callback_token"))?;
        let parameter = |names: [&str; 2]| {
            names
                .iter()
                .find_map(|name| request.parameter(name))
                .ok_or(CallbackRefused::NotGenuine("no signature in the address"))
        };
        let given = parameter(["msg_signature", "signature"])?;
        let timestamp = parameter(["timestamp", "timeStamp"])?;
        let nonce = parameter(["nonce", "nonce"])?;
        let encrypt =
            json(&request.body)?.text("encrypt").ok_or_else(|| CallbackRefused::Malformed("no encrypt".to_owned()))?;
        let Opened { message, owner } = seal.open(given, timestamp, nonce, &encrypt).map_err(|error| match error {
            SealError::WrongSignature => CallbackRefused::NotGenuine("the signature differs"),
            error => CallbackRefused::Malformed(error.to_string()),
        })?;
        // Which of the two it is depends on the kind of app (DingTalk, §6.1).
        if owner != self.config.client_id && Some(&owner) != self.config.corp_id.as_ref() {
            return Err(CallbackRefused::NotGenuine("meant for another app"));
        }
        self.recent(timestamp, OLDEST_SEALED)?;
        let data = json(message.as_bytes())?;
        let topic = data.text("EventType");
        let mut envelopes = Vec::new();
        let mut said = "success".to_owned();
        match topic.as_deref() {
            Some("check_url") => {}
            Some("check_create_suite_url" | "check_update_suite_url") => {
                said = data.text("Random").unwrap_or(said);
            }
            _ => {
                let at = data.millis("EventTime").unwrap_or_else(|| self.time.now());
                let received = Received { kind: Kind::Event, at, topic, data };
                envelopes.push(received.envelope(&fingerprint(&[message.as_bytes()])));
            }
        }
        Ok(Delivered { envelopes, answer: self.sealed_answer(seal, &said, &owner)? })
    }

    fn sealed_answer(&self, seal: &Seal, message: &str, owner: &str) -> Result<Answer, CallbackRefused> {
        let timestamp = self.time.now().as_millisecond().to_string();
        let nonce: [u8; 16] = self.letters();
        let nonce = String::from_utf8_lossy(&nonce);
        let answer = seal
            .answer(message, owner, &self.letters(), &timestamp, &nonce)
            .map_err(|error| CallbackRefused::Malformed(error.to_string()))?;
        Ok(Answer::json(serde_json::to_string(&answer).unwrap_or_default()))
    }

    fn letters(&self) -> [u8; 16] {
        let mut letters = [0; 16];
        self.entropy.fill(&mut letters);
        letters.map(|byte| LETTERS[usize::from(byte) % LETTERS.len()])
    }

    /// The moment that a timestamp names, in milliseconds or seconds, if it is near.
    fn recent(&self, timestamp: &str, oldest: SignedDuration) -> Result<Timestamp, CallbackRefused> {
        let number: i64 = timestamp.parse().map_err(|_| CallbackRefused::Malformed("timestamp".to_owned()))?;
        let at =
            if number > 100_000_000_000 { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) }
                .map_err(|_| CallbackRefused::Malformed("timestamp".to_owned()))?;
        if self.time.now().duration_since(at).abs() > oldest {
            return Err(CallbackRefused::NotGenuine("the timestamp is too far from now"));
        }
        Ok(at)
    }
}

fn json(body: &[u8]) -> Result<Value, CallbackRefused> {
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(CallbackRefused::Malformed("not a JSON object".to_owned())),
        Err(error) => Err(CallbackRefused::Malformed(error.to_string())),
    }
}

#[cfg(test)]
mod tests;
