//! Webhook events (§9).

use base64::{Engine, engine::general_purpose::STANDARD};
use huan_connect::{Answer, CallbackRefused, CallbackRequest, Delivered, Envelope};
use huan_core::platform::ForeignEvent;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{settings::AppSettings, signature, understand};
use crate::lenient::Lenient;

/// The oldest event that is believed: one is sent again for up to six or seven days (§9.4).
const OLDEST: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How far Teambition's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// Checks an event and says what to store.
pub(super) fn read(
    settings: &AppSettings,
    request: &CallbackRequest,
    now: Timestamp,
) -> Result<Delivered, CallbackRefused> {
    let given = request.header("x-signature").ok_or(CallbackRefused::NotGenuine("no signature"))?;
    let key = settings.app_secret.reveal().as_bytes();
    let decoded = decoded(request);
    // In base64 mode it is not documented which of the two is signed (§9.3).
    let genuine = signature::is_of(given, key, &request.body)
        || decoded.as_ref().is_some_and(|body| signature::is_of(given, key, body));
    if !genuine {
        return Err(CallbackRefused::NotGenuine("the signature is wrong"));
    }
    let event: Value = serde_json::from_slice(decoded.as_deref().unwrap_or(&request.body))
        .map_err(|_| CallbackRefused::Malformed("the body is not JSON".to_owned()))?;
    if !event.is_object() {
        return Err(CallbackRefused::Malformed("the body is not a JSON object".to_owned()));
    }
    check_age(&event, now)?;
    // The app may be installed elsewhere too; what happens there is nothing to this account, and no error.
    let ours = event.text("orgId").is_none_or(|organization| organization == settings.organization);
    let envelopes = if ours { vec![envelope(event, from_us(settings, request))] } else { Vec::new() };
    Ok(Delivered { envelopes, answer: Answer::json("{}") })
}

/// The body in the clear, where it came in base64.
fn decoded(request: &CallbackRequest) -> Option<Vec<u8>> {
    let told =
        request.header("content-transfer-encoding").is_some_and(|mode| mode.trim().eq_ignore_ascii_case("base64"));
    let is_json = request.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !told && is_json {
        return None;
    }
    let text: Vec<u8> = request.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

/// `X-Trigger-From-Me` has no published form, so every way of saying yes counts; beside it stands the id of the app that
/// caused the change (§9.2).
fn from_us(settings: &AppSettings, request: &CallbackRequest) -> bool {
    let told = request.header("x-trigger-from-me").map(str::trim).unwrap_or_default();
    let yes = ["true", "1", "yes", "y"].iter().any(|word| told.eq_ignore_ascii_case(word)) || told == settings.app_id;
    yes || request.header("x-request-origin-appid").is_some_and(|app| app.trim() == settings.app_id)
}

fn check_age(event: &Value, now: Timestamp) -> Result<(), CallbackRefused> {
    let Some(told) = event.millis("timestamp") else { return Ok(()) };
    let age = now.duration_since(told);
    if age > OLDEST || age < -AHEAD {
        return Err(CallbackRefused::NotGenuine("the timestamp is too far from now"));
    }
    Ok(())
}

fn envelope(event: Value, by_us: bool) -> Envelope {
    let id = event.text("eventId").unwrap_or_else(|| {
        // The same body is the same event.
        format!("hash:{}", hex::encode(Sha256::digest(event.to_string().as_bytes())))
    });
    let order_key = understand::task_of(&event).map_or_else(|| "events".to_owned(), |task| format!("task:{task}"));
    Envelope { event: ForeignEvent::new(id), order_key, payload: json!({"by_us": by_us, "event": event}).to_string() }
}

#[cfg(test)]
mod tests {
    use super::{super::settings::tests::vectors, *};

    const BODY: &str = r#"{"orgId":"5f59d997a41fa40016891500","timestamp":1767323045000,"event":"v3.task.executor.update","eventId":"65e0f1a2b3c4d5e6f7a8b9c0","hookId":"65e0f1a2b3c4d5e6f7a8b9c1","data":{"taskId":"65e0f1a2b3c4d5e6f7a8b9c2","executorId":"65e0f1a2b3c4d5e6f7a8b9c3"}}"#;
    const SIGNATURE: &str = "1fd6a643a783bfebc4e6bfa0df026f0b624d0d49de321630cf40bf6705070a68";
    const SIGNATURE_OF_BASE64: &str = "c15d6bc1026787e5eddb5d0e5726acf1404aa09f6f7edfd04831d8927a495fbb";

    fn settings() -> AppSettings {
        AppSettings::read(&vectors()).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_767_323_050).unwrap()
    }

    fn request(body: &str, headers: &[(&str, &str)]) -> CallbackRequest {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        CallbackRequest { route: String::new(), query: Vec::new(), headers, body: body.as_bytes().to_vec() }
    }

    fn signed(body: &str) -> String {
        hex::encode(signature::hmac(b"example-app-secret", body.as_bytes()).unwrap())
    }

    #[test]
    fn s9_3_the_worked_vector_is_taken() {
        assert_eq!(BODY.len(), 254);
        let delivered = read(&settings(), &request(BODY, &[("x-signature", SIGNATURE)]), now()).unwrap();
        assert_eq!(delivered.envelopes[0].event.as_str(), "65e0f1a2b3c4d5e6f7a8b9c0");
        assert_eq!(delivered.envelopes[0].order_key, "task:65e0f1a2b3c4d5e6f7a8b9c2");
        assert!(delivered.envelopes[0].payload.contains(r#""by_us":false"#));
    }

    #[test]
    fn s9_3_base64_mode_is_taken_whichever_of_the_two_is_signed() {
        let encoded = STANDARD.encode(BODY);
        for signature in [SIGNATURE, SIGNATURE_OF_BASE64] {
            for mode in [Some(("content-transfer-encoding", "base64")), None] {
                let headers: Vec<(&str, &str)> = [("x-signature", signature)].into_iter().chain(mode).collect();
                let delivered = read(&settings(), &request(&encoded, &headers), now()).unwrap();
                assert_eq!(delivered.envelopes[0].event.as_str(), "65e0f1a2b3c4d5e6f7a8b9c0");
            }
        }
    }

    #[test]
    fn a_forged_or_stale_event_is_refused() {
        let refused = |request: &CallbackRequest, at: Timestamp| {
            let result = read(&settings(), request, at);
            assert!(matches!(result, Err(CallbackRefused::NotGenuine(_))), "{result:?}");
        };
        refused(&request(BODY, &[]), now());
        refused(&request(BODY, &[("x-signature", "")]), now());
        refused(&request(BODY, &[("x-signature", &SIGNATURE.replace('a', "b"))]), now());
        refused(&request(&format!("{BODY} "), &[("x-signature", SIGNATURE)]), now());
        refused(&request(BODY, &[("x-signature", SIGNATURE)]), now() + SignedDuration::from_hours(9 * 24));
        refused(&request(BODY, &[("x-signature", SIGNATURE)]), now() - SignedDuration::from_mins(11));
        for rubbish in ["", "{", "[]", "not base64 !"] {
            let result = read(&settings(), &request(rubbish, &[("x-signature", &signed(rubbish))]), now());
            assert!(matches!(result, Err(CallbackRefused::Malformed(_))), "{rubbish:?} {result:?}");
        }
    }

    #[test]
    fn s9_2_what_we_caused_is_known_in_every_form() {
        let by_us = |header: (&str, &str)| {
            let request = request(BODY, &[("x-signature", SIGNATURE), header]);
            read(&settings(), &request, now()).unwrap().envelopes[0].payload.contains(r#""by_us":true"#)
        };
        for yes in ["true", "True", "1", " yes ", "5f0426cac1183f001a6f10c7"] {
            assert!(by_us(("x-trigger-from-me", yes)), "{yes}");
        }
        for no in ["false", "0", "", "5f0426cac1183f001a6f10c8"] {
            assert!(!by_us(("x-trigger-from-me", no)), "{no}");
        }
        assert!(by_us(("x-request-origin-appid", "5f0426cac1183f001a6f10c7")));
        assert!(!by_us(("x-request-origin-appid", "5f0426cac1183f001a6f10c8")));
    }

    #[test]
    fn what_happens_in_another_organisation_is_not_ours_and_no_error() {
        let body = BODY.replace("5f59d997a41fa40016891500", "5f59d997a41fa40016891501");
        let delivered = read(&settings(), &request(&body, &[("x-signature", &signed(&body))]), now()).unwrap();
        assert!(delivered.envelopes.is_empty());
    }

    #[test]
    fn an_event_without_an_id_is_known_by_its_body() {
        let body = r#"{"event":"task.update","data":{"taskId":"1"}}"#;
        let deliver = |body: &str| read(&settings(), &request(body, &[("x-signature", &signed(body))]), now()).unwrap();
        let (first, second) = (deliver(body), deliver(body));
        assert_eq!(first.envelopes[0].event, second.envelopes[0].event);
        assert_ne!(deliver(&body.replace('1', "2")).envelopes[0].event, first.envelopes[0].event);
    }
}
