use super::*;
use huan_connect::{Account, DirectoryNews, Heard, Settings, Surroundings, http::Http};
use huan_core::{
    ambient::{ManualTime, SeededEntropy},
    platform::ForeignUser,
};
use proptest::prelude::*;
use std::sync::Arc;

use crate::dingtalk::settings::Config;

const NOW: i64 = 1_700_000_000_000;

fn app(more: &[(&str, &str)]) -> App {
    let settings: Settings = [
        ("client_id", "dingdemoappkey01"),
        ("client_secret", "demoAppSecret"),
        ("mode", "http"),
        ("callback_token", "demoToken123"),
        ("callback_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
        ("card_secret", "demoApiSecret"),
    ]
    .iter()
    .chain(more)
    .copied()
    .collect();
    let time = ManualTime::starting_at(Timestamp::from_millisecond(NOW).unwrap());
    App::new(
        Config::read(&settings).unwrap(),
        Surroundings { http: Http::new().unwrap(), time: Arc::new(time), entropy: Arc::new(SeededEntropy::new(1)) },
    )
}

fn request(route: &str, query: &[(&str, &str)], headers: &[(&str, &str)], body: &str) -> CallbackRequest {
    let pairs = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    CallbackRequest {
        route: route.to_owned(),
        query: pairs(query),
        headers: pairs(headers),
        body: body.as_bytes().to_vec(),
    }
}

fn pushed(app: &App, message: &str) -> CallbackRequest {
    let seal = app.config.seal.as_ref().unwrap();
    let answer = seal.answer(message, "dingdemoappkey01", b"fedcba9876543210", "1700000000000", "nonce456").unwrap();
    let answer = serde_json::to_value(&answer).unwrap();
    let body = serde_json::json!({"encrypt": answer["encrypt"]}).to_string();
    let signature = answer["msg_signature"].as_str().unwrap().to_owned();
    request(
        "event",
        &[("msg_signature", &signature), ("timestamp", "1700000000000"), ("nonce", "nonce456")],
        &[],
        &body,
    )
}

fn opened(app: &App, answer: &Answer) -> String {
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let part = |key: &str| answer.text(key).unwrap();
    let seal = app.config.seal.as_ref().unwrap();
    seal.open(&part("msg_signature"), &part("timeStamp"), &part("nonce"), &part("encrypt")).unwrap().message
}

#[test]
fn check_url_of_dingtalk_6_7_vector_c_is_answered_and_stores_nothing() {
    let app = app(&[]);
    let encrypt = "DpQeJfnf/MGZ/+GTIspwVIU0ssnkrF7rlkT3KmRPoP/piu2V+OFQ1wvgnaqKA2XdGA2YblB4eKasKQsnBGgFaw==";
    let signature = "01b36ed56cc22b58d6d0b30b14743e83c3073a06";
    for name in ["msg_signature", "signature"] {
        let query = [(name, signature), ("timestamp", "1700000000000"), ("nonce", "nonce456")];
        let delivered = app.receive(&request("", &query, &[], &format!(r#"{{"encrypt":"{encrypt}"}}"#))).unwrap();
        assert!(delivered.envelopes.is_empty());
        assert_eq!(opened(&app, &delivered.answer), "success");
    }
}

#[test]
fn an_event_of_dingtalk_6_4_is_stored_under_its_id_and_answered_sealed() {
    let app = app(&[]);
    let event = r#"{"EventType":"user_add_org","EventTime":1663143335567,"CorpId":"ding9f50b15b","BizId":"166335567","eventId":"c7c7120f2c07419","timeStamp":"1685501863357","userId":["015227"]}"#;
    let delivered = app.callback(&pushed(&app, event)).unwrap();
    assert_eq!(delivered.envelopes[0].event.as_str(), "event:c7c7120f2c07419");
    assert_eq!(opened(&app, &delivered.answer), "success");
    let heard = app.understand(&delivered.envelopes[0].payload).unwrap();
    assert_eq!(heard, [Heard::Directory(DirectoryNews::People(vec![ForeignUser::new("015227")]))]);
}

#[test]
fn the_random_text_of_a_suite_check_of_dingtalk_6_4_comes_back() {
    let app = app(&[]);
    let delivered =
        app.receive(&pushed(&app, r#"{"EventType":"check_create_suite_url","Random":"LPIdSnlF"}"#)).unwrap();
    assert_eq!(opened(&app, &delivered.answer), "LPIdSnlF");
}

#[test]
fn a_forged_event_is_refused() {
    let app = app(&[]);
    let mut forged = pushed(&app, r#"{"EventType":"user_add_org"}"#);
    forged.query[0].1 = "0".repeat(40);
    assert_eq!(app.receive(&forged), Err(CallbackRefused::NotGenuine("the signature differs")));
    forged.query.clear();
    assert!(matches!(app.receive(&forged), Err(CallbackRefused::NotGenuine(_))));
    let other = self::app(&[("client_id", "dingotherapp")]);
    let meant_for_another = pushed(&app, r#"{"EventType":"check_url"}"#);
    assert_eq!(other.receive(&meant_for_another), Err(CallbackRefused::NotGenuine("meant for another app")));
}

#[test]
fn a_robot_message_of_dingtalk_7_1_is_believed_by_its_headers() {
    let app = app(&[]);
    let sign = "nobQXCWOqrk+wczUaMxd/z0GeKQc4Ti6BJQ6ICnSdk4=";
    let body = include_str!("../payloads/robot_text_group.json");
    let headers = [("timestamp", "1700000000000"), ("sign", sign)];
    let delivered = app.receive(&request("robot", &[], &headers, body)).unwrap();
    assert_eq!(delivered.envelopes[0].event.as_str(), "msg:msgLICYe==");
    assert_eq!(delivered.envelopes[0].order_key, "cidAsXSBLnA==");
    assert_eq!(delivered.answer.body, r#"{"msgtype":"empty"}"#);
    assert_eq!(app.receive(&request("", &[], &headers, body)).unwrap(), delivered, "a re-delivery is the same");
    for headers in [
        &[("timestamp", "1700000000000"), ("sign", "nobQ")][..],
        &[("timestamp", "1700000000001"), ("sign", sign)],
        &[("timestamp", "1700000000000")],
        &[("sign", sign)],
        &[],
    ] {
        assert!(matches!(app.receive(&request("robot", &[], headers, body)), Err(CallbackRefused::NotGenuine(_))));
    }
    assert!(matches!(app.receive(&request("robot", &[], &headers, "[]")), Err(CallbackRefused::Malformed(_))));
}

#[test]
fn an_old_robot_message_is_refused() {
    let app = app(&[]);
    let old = (NOW - 3_600_001).to_string();
    let sign = signature::of_timestamp_and_secret(&old, "demoAppSecret");
    let refused = app.receive(&request("robot", &[], &[("timestamp", &old), ("sign", &sign)], "{}"));
    assert_eq!(refused, Err(CallbackRefused::NotGenuine("the timestamp is too far from now")));
}

#[test]
fn a_press_over_http_of_dingtalk_8_6_is_stored_once_per_delivery() {
    let app = app(&[]);
    let headers = [
        ("x-ddpaas-signature-timestamp", "1700000000000"),
        ("x-ddpaas-signature", "XJtFSyA/iGGEooVQUUuaYC6n1AA/ISVGVZy07IiBMmE="),
    ];
    let body = include_str!("../payloads/card_press.json");
    let first = app.receive(&request("card", &[], &headers, body)).unwrap();
    let again = app.receive(&request("", &[], &headers, body)).unwrap();
    assert_eq!(first.envelopes[0].event, again.envelopes[0].event);
    assert_eq!(first.answer.body, "{}");
    let Heard::CardPressed(press) = &app.understand(&first.envelopes[0].payload).unwrap()[0] else { panic!() };
    assert_eq!(press.at.as_millisecond(), NOW);
    let wrong = [headers[0], ("x-ddpaas-signature", "x")];
    assert!(matches!(app.receive(&request("card", &[], &wrong, body)), Err(CallbackRefused::NotGenuine(_))));
}

#[test]
fn a_stream_account_takes_nothing_over_http() {
    let app = app(&[("mode", "stream")]);
    assert_eq!(app.receive(&request("robot", &[], &[], "{}")), Err(CallbackRefused::NotConfigured("mode")));
}

proptest! {
    #[test]
    fn no_request_panics(route in "|robot|card|event|x", names in proptest::collection::vec("timestamp|sign|x-ddpaas-signature|x-ddpaas-signature-timestamp|msg_signature|nonce", 0..5), value in "\\PC{0,30}|[0-9]{1,30}", body in "\\PC{0,60}|\\{\"encrypt\":\"[A-Za-z0-9+/=]{0,90}\"\\}") {
        let app = app(&[]);
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), value.as_str())).collect();
        prop_assert!(app.receive(&request(&route, &pairs, &pairs, &body)).is_err());
    }
}
