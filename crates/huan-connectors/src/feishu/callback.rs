//! Events and card callbacks pushed over HTTP (Feishu §4).

use huan_connect::{Answer, CallbackRefused, CallbackRequest, Delivered};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{crypto, event, settings::AppSettings};

/// The oldest signature that is believed. Feishu sends an event again for up to 7 hours and 5 minutes (§4.5) and does
/// not say whether the later attempts are signed anew; what came before is known by its id anyway.
const OLDEST: SignedDuration = SignedDuration::from_hours(8);
/// How far Feishu's clock may be ahead of ours.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

/// Checks and decrypts a callback.
pub(super) fn read(
    settings: &AppSettings,
    request: &CallbackRequest,
    robot: Option<&str>,
    now: Timestamp,
) -> Result<Delivered, CallbackRefused> {
    if settings.encrypt_key.is_none() && settings.verification_token.is_none() {
        return Err(CallbackRefused::NotConfigured("verification_token"));
    }
    let body: Value = serde_json::from_slice(&request.body)
        .map_err(|_| CallbackRefused::Malformed("the body is not JSON".to_owned()))?;
    if !body.is_object() {
        return Err(CallbackRefused::Malformed("the body is not a JSON object".to_owned()));
    }
    let (event, encrypted) = match body.get("encrypt").and_then(Value::as_str) {
        Some(text) => (decrypted(settings, text)?, true),
        None => (body, false),
    };
    if event.get("type").and_then(Value::as_str) == Some("url_verification") {
        return handshake(settings, &event, encrypted);
    }
    let kind = event::kind(&event).to_owned();
    if kind == event::OLD_CARD_PRESSED && !encrypted {
        check_old_card(settings, request, now)?;
    } else if let Some(key) = &settings.encrypt_key {
        check_signature(request, |timestamp, nonce| crypto::signature(timestamp, nonce, key.reveal(), &request.body))?;
        check_age(request, now)?;
    } else {
        check_token(settings, &event)?;
    }
    if let Some(app) = event.pointer("/header/app_id").and_then(Value::as_str)
        && app != settings.app_id
    {
        return Err(CallbackRefused::NotGenuine("it is for another app"));
    }
    let answer = event::answer(&kind).unwrap_or_else(|| json!({"msg": "success"}));
    Ok(Delivered { envelopes: vec![event::envelope(event, robot, now)], answer: Answer::json(answer.to_string()) })
}

fn decrypted(settings: &AppSettings, text: &str) -> Result<Value, CallbackRefused> {
    let key = settings.encrypt_key.as_ref().ok_or(CallbackRefused::NotConfigured("encrypt_key"))?;
    let clear =
        crypto::decrypt(key.reveal(), text).ok_or(CallbackRefused::NotGenuine("it is not encrypted with our key"))?;
    let event: Value =
        serde_json::from_slice(&clear).map_err(|_| CallbackRefused::NotGenuine("what it decrypts to is not JSON"))?;
    if event.is_object() {
        Ok(event)
    } else {
        Err(CallbackRefused::Malformed("what it decrypts to is not a JSON object".to_owned()))
    }
}

/// The address is being saved in the console (§4.2). Such a request carries no signature.
fn handshake(settings: &AppSettings, event: &Value, encrypted: bool) -> Result<Delivered, CallbackRefused> {
    if settings.verification_token.is_some() {
        check_token(settings, event)?;
    } else if !encrypted {
        return Err(CallbackRefused::NotGenuine("it is neither encrypted nor has it a token we know"));
    }
    let challenge = event
        .get("challenge")
        .and_then(Value::as_str)
        .ok_or_else(|| CallbackRefused::Malformed("there is no challenge".to_owned()))?;
    Ok(Delivered { envelopes: Vec::new(), answer: Answer::json(json!({"challenge": challenge}).to_string()) })
}

/// Without an encrypt key the token in the body is all there is.
fn check_token(settings: &AppSettings, event: &Value) -> Result<(), CallbackRefused> {
    let expected = settings.verification_token.as_ref().ok_or(CallbackRefused::NotConfigured("verification_token"))?;
    let given = event.pointer("/header/token").or_else(|| event.get("token")).and_then(Value::as_str);
    match given {
        Some(given) if crypto::same(given, expected.reveal()) => Ok(()),
        _ => Err(CallbackRefused::NotGenuine("the verification token is not ours")),
    }
}

/// The old card callback is never encrypted and signed with the verification token (§4.4).
fn check_old_card(settings: &AppSettings, request: &CallbackRequest, now: Timestamp) -> Result<(), CallbackRefused> {
    let token = settings.verification_token.as_ref().ok_or(CallbackRefused::NotConfigured("verification_token"))?;
    check_signature(request, |timestamp, nonce| {
        crypto::old_card_signature(timestamp, nonce, token.reveal(), &request.body)
    })?;
    check_age(request, now)
}

fn check_signature(
    request: &CallbackRequest,
    expected: impl FnOnce(&str, &str) -> String,
) -> Result<(), CallbackRefused> {
    let header = |name: &str| request.header(name).unwrap_or_default();
    let expected = expected(header("x-lark-request-timestamp"), header("x-lark-request-nonce"));
    if crypto::same(header("x-lark-signature"), &expected) {
        Ok(())
    } else {
        Err(CallbackRefused::NotGenuine("the signature is wrong"))
    }
}

fn check_age(request: &CallbackRequest, now: Timestamp) -> Result<(), CallbackRefused> {
    let seconds = request.header("x-lark-request-timestamp").and_then(|text| text.trim().parse::<i64>().ok());
    let signed = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let Some(signed) = signed else {
        return Err(CallbackRefused::NotGenuine("the timestamp is not one"));
    };
    let age = now.duration_since(signed);
    if age > OLDEST || age < -AHEAD {
        return Err(CallbackRefused::NotGenuine("the timestamp is too far from now"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::crypto::tests::{V3, V4};
    use super::*;
    use huan_connect::Settings;
    use proptest::prelude::*;

    const APP: &str = "cli_0123456789abcdef";

    fn settings(more: &[(&str, &str)]) -> AppSettings {
        let mut settings: Settings = [("app_id", APP), ("app_secret", "s")].into_iter().collect();
        for (key, value) in more {
            settings.set(*key, *value);
        }
        AppSettings::read(&settings).unwrap()
    }

    fn encrypted_settings() -> AppSettings {
        settings(&[("encrypt_key", "test key"), ("verification_token", "vtok_demo")])
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_700_000_001).unwrap()
    }

    fn request(body: &str, headers: &[(&str, &str)]) -> CallbackRequest {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        CallbackRequest { route: String::new(), query: Vec::new(), headers, body: body.as_bytes().to_vec() }
    }

    fn signed(body: &str, signature: &str) -> CallbackRequest {
        request(
            body,
            &[
                ("x-lark-request-timestamp", "1700000000"),
                ("x-lark-request-nonce", "abc123nonce"),
                ("x-lark-signature", signature),
            ],
        )
    }

    #[test]
    fn s4_2_the_encrypted_challenge_is_answered_in_clear() {
        let body = format!(r#"{{"encrypt":"{V3}"}}"#);
        let delivered = read(&encrypted_settings(), &request(&body, &[]), None, now()).unwrap();
        assert_eq!(delivered.answer.body, r#"{"challenge":"ajls384kdjxxxx"}"#);
        assert!(delivered.envelopes.is_empty());
    }

    #[test]
    fn s4_2_the_clear_challenge_needs_our_token() {
        let body = r#"{"challenge":"ajls384kdjxxxx","token":"vtok_demo","type":"url_verification"}"#;
        let settings = settings(&[("verification_token", "vtok_demo")]);
        let delivered = read(&settings, &request(body, &[]), None, now()).unwrap();
        assert_eq!(delivered.answer.body, r#"{"challenge":"ajls384kdjxxxx"}"#);
        let forged = body.replace("vtok_demo", "vtok_demO");
        assert!(matches!(read(&settings, &request(&forged, &[]), None, now()), Err(CallbackRefused::NotGenuine(_))));
    }

    #[test]
    fn s4_4_a_signed_event_is_taken() {
        let body = format!(r#"{{"encrypt":"{V4}"}}"#);
        let genuine = signed(&body, "ac3cf41784e74d2205057e18607cff764b274a335d2438979dfd92e71cac4ca4");
        let delivered = read(&encrypted_settings(), &genuine, Some("ou_us"), now()).unwrap();
        assert_eq!(delivered.answer.body, r#"{"msg":"success"}"#);
        assert_eq!(delivered.envelopes[0].event.as_str(), "ev_1");
        assert!(delivered.envelopes[0].payload.contains(r#""robot":"ou_us""#));
        assert!(!delivered.envelopes[0].payload.contains("vtok_demo"));
    }

    #[test]
    fn a_forged_or_stale_event_is_refused() {
        let body = format!(r#"{{"encrypt":"{V4}"}}"#);
        let right = "ac3cf41784e74d2205057e18607cff764b274a335d2438979dfd92e71cac4ca4";
        let refused = |request: &CallbackRequest, at: Timestamp| {
            let result = read(&encrypted_settings(), request, None, at);
            assert!(matches!(result, Err(CallbackRefused::NotGenuine(_))), "{result:?}");
        };
        refused(&signed(&body, &right.replace('a', "b")), now());
        refused(&signed(&body, ""), now());
        refused(&request(&body, &[]), now());
        refused(&signed(&format!("{body} "), right), now());
        refused(&signed(&body, right), now() + SignedDuration::from_hours(9));
        refused(&signed(&body, right), now() - SignedDuration::from_mins(11));
        // An event in the clear is not believed once a key is set, even with the right token.
        let clear = r#"{"schema":"2.0","header":{"event_id":"1","event_type":"x","token":"vtok_demo"},"event":{}}"#;
        refused(&request(clear, &[]), now());
    }

    #[test]
    fn the_token_protects_where_nothing_is_encrypted() {
        let settings = settings(&[("verification_token", "vtok_demo")]);
        for body in [
            r#"{"schema":"2.0","header":{"event_id":"1","event_type":"x","token":"vtok_demo"},"event":{}}"#,
            r#"{"uuid":"1","token":"vtok_demo","type":"event_callback","event":{"type":"x"}}"#,
        ] {
            assert!(read(&settings, &request(body, &[]), None, now()).is_ok(), "{body}");
            let forged = body.replace("vtok_demo", "guess");
            assert!(read(&settings, &request(&forged, &[]), None, now()).is_err(), "{forged}");
            let absent = body.replace("\"token\":\"vtok_demo\"", "\"x\":1");
            assert!(read(&settings, &request(&absent, &[]), None, now()).is_err(), "{absent}");
        }
    }

    #[test]
    fn an_event_for_another_app_is_refused() {
        let settings = settings(&[("verification_token", "vtok_demo")]);
        let body = r#"{"schema":"2.0","header":{"event_id":"1","event_type":"x","token":"vtok_demo","app_id":"cli_other"},"event":{}}"#;
        assert_eq!(
            read(&settings, &request(body, &[]), None, now()),
            Err(CallbackRefused::NotGenuine("it is for another app"))
        );
    }

    #[test]
    fn s4_7_a_pressed_card_is_answered_with_a_notice_in_both_languages() {
        let settings = settings(&[("verification_token", "vtok_demo")]);
        let body = r#"{"schema":"2.0","header":{"event_id":"1","event_type":"card.action.trigger","token":"vtok_demo"},"event":{}}"#;
        let delivered = read(&settings, &request(body, &[]), None, now()).unwrap();
        let answer: Value = serde_json::from_str(&delivered.answer.body).unwrap();
        assert_eq!(
            answer,
            json!({"toast": {"type": "info", "content": "已收到", "i18n": {"zh_cn": "已收到", "en_us": "Received"}}})
        );
    }

    #[test]
    fn s4_4_the_old_card_callback_is_proved_by_its_own_signature() {
        let body = include_str!("payloads/card_pressed_old.json");
        let sign = crypto::old_card_signature("1700000000", "abc123nonce", "vtok_demo", body.as_bytes());
        for settings in [encrypted_settings(), settings(&[("verification_token", "vtok_demo")])] {
            let delivered = read(&settings, &signed(body, &sign), None, now()).unwrap();
            assert_eq!(delivered.answer.body, "{}");
            assert!(read(&settings, &signed(body, "00"), None, now()).is_err());
            assert!(read(&settings, &request(body, &[]), None, now()).is_err());
        }
    }

    #[test]
    fn an_account_without_keys_hears_nothing_over_http() {
        let result = read(&settings(&[]), &request("{}", &[]), None, now());
        assert_eq!(result, Err(CallbackRefused::NotConfigured("verification_token")));
        let only_token = settings(&[("verification_token", "vtok_demo")]);
        let encrypted = request(&format!(r#"{{"encrypt":"{V3}"}}"#), &[]);
        assert_eq!(read(&only_token, &encrypted, None, now()), Err(CallbackRefused::NotConfigured("encrypt_key")));
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        for body in ["", "{", "[]", "null", "\u{0}", "<xml/>"] {
            let result = read(&encrypted_settings(), &request(body, &[]), None, now());
            assert!(matches!(result, Err(CallbackRefused::Malformed(_))), "{body:?} {result:?}");
        }
    }

    proptest! {
        #[test]
        fn malformed_callbacks_never_panic(body in ".*", header in ".*") {
            let request = request(&body, &[("x-lark-request-timestamp", &header), ("x-lark-signature", &header)]);
            prop_assert!(read(&encrypted_settings(), &request, None, now()).is_err());
        }
    }
}
