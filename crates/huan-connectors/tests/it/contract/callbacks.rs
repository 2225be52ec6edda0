//! Callbacks over HTTP: genuine ones of both simulators, and what becomes of them when they are not.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::post,
};
use huan_connect::{Account, CallbackRefused, CallbackRequest, Content, Outgoing, Platform, Recipient, Settings};
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Press as OnPress, Tone},
    platform::{ForeignEvent, ForeignUser},
};
use huan_sim::{Delivery, HttpDelivery, PlatformName, Press, Sim, SimOptions};
use jiff::SignedDuration;

use super::*;

/// Recorded payloads of both platforms, as they are stored.
pub(super) fn payloads() -> Vec<Value> {
    let mut payloads = Vec::new();
    for platform in ["feishu", "dingtalk", "teambition"] {
        let directory = format!("{}/src/{platform}/payloads", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(directory).unwrap() {
            payloads.push(serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap());
        }
    }
    payloads
}

/// An account that is pushed to, the same for another tenant, and what was pushed to it.
struct Pushed {
    who: &'static str,
    account: Arc<dyn Account>,
    stranger: Arc<dyn Account>,
    time: ManualTime,
    requests: Vec<CallbackRequest>,
}

impl Pushed {
    /// Whether the platform's signature covers the body. DingTalk's over robot messages (§7.1) and presses (§8.6) does not.
    fn is_body_signed(&self, request: &CallbackRequest) -> bool {
        self.who == "feishu" || request.route == "event"
    }

    fn events(&self, request: &CallbackRequest) -> Result<Vec<ForeignEvent>, CallbackRefused> {
        let delivered = self.account.callback(request)?;
        Ok(delivered.envelopes.into_iter().map(|envelope| envelope.event).collect())
    }
}

type Recorder = (Arc<dyn Account>, Arc<Mutex<Vec<CallbackRequest>>>);

async fn record(
    State((account, seen)): State<Recorder>,
    Path(route): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let request = CallbackRequest {
        route: if route == "plain" { String::new() } else { route },
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
            .collect(),
        body: body.to_vec(),
    };
    match account.callback(&request) {
        Ok(delivered) => {
            // Handshakes hold no event: what counts are the others.
            if !delivered.envelopes.is_empty() {
                seen.lock().unwrap().push(request);
            }
            ([("content-type", delivered.answer.content_type)], delivered.answer.body).into_response()
        }
        Err(error) => (StatusCode::UNAUTHORIZED, error.to_string()).into_response(),
    }
}

/// Lets both simulated platforms push a message, a press and an event.
async fn pushed() -> Vec<Pushed> {
    let sim = Sim::start(SimOptions { seed: Some(1), ..SimOptions::default() }).await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let time = ManualTime::starting_at(sim.now());
    let mut router = Router::new();
    let mut all = Vec::new();
    for who in ["feishu", "dingtalk"] {
        let (platform, settings, other) = settings(&sim, who, &base);
        let around = || Surroundings { time: Arc::new(time.clone()), ..surroundings() };
        let account = platform.open(&settings, around()).unwrap();
        let stranger = platform.open(&other, around()).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let recorder: Recorder = (Arc::clone(&account), Arc::clone(&seen));
        router = router.route(&format!("/{who}/{{route}}"), post(record).with_state(recorder));
        all.push((who, account, stranger, seen));
    }
    tokio::spawn(async move { axum::serve(listener, router).await });
    let at = |path: &str| format!("{base}/{path}").parse().unwrap();
    let feishu = HttpDelivery { events: at("feishu/plain"), robot: None, cards: None, encrypted: true };
    sim.set_delivery(PlatformName::Feishu, Delivery::Http(Box::new(feishu))).await.unwrap();
    let dingtalk = HttpDelivery {
        events: at("dingtalk/event"),
        robot: Some(at("dingtalk/robot")),
        cards: Some(at("dingtalk/card")),
        encrypted: true,
    };
    sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(dingtalk))).await.unwrap();
    sim.say_in_group(PlatformName::Feishu, "liqiang", "product_v2_dev", "@环 帮助").unwrap();
    sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    for (who, account, _, seen) in &all {
        press_a_card(&sim, who, account).await;
        let expected = if *who == "feishu" { 2 } else { 3 };
        for _ in 0..500 {
            if seen.lock().unwrap().len() >= expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(seen.lock().unwrap().len() >= expected, "{who} pushed everything");
    }
    sim.stop().await;
    let pushed = all.into_iter().map(|(who, account, stranger, seen)| {
        let requests = seen.lock().unwrap().clone();
        Pushed { who, account, stranger, time: time.clone(), requests }
    });
    pushed.collect()
}

fn settings(sim: &Sim, who: &str, base: &str) -> (Arc<dyn Platform>, Settings, Settings) {
    let connection = sim.connection();
    if who == "feishu" {
        let feishu = connection.feishu;
        let own: Settings = [
            ("app_id", feishu.app_id.as_str()),
            ("app_secret", &feishu.app_secret),
            ("base_url", &feishu.base_url),
            ("mode", "http_callback"),
            ("verification_token", &feishu.verification_token),
            ("encrypt_key", &feishu.encrypt_key),
        ]
        .into_iter()
        .collect();
        let mut other = own.clone();
        other.set("encrypt_key", "another tenant's key");
        other.set("verification_token", "another tenant's token");
        return (Arc::new(Feishu), own, other);
    }
    let dingtalk = connection.dingtalk;
    let own: Settings = [
        ("client_id", dingtalk.client_id.clone()),
        ("client_secret", dingtalk.client_secret.clone()),
        ("corp_id", dingtalk.corp_id.clone()),
        ("robot_code", dingtalk.robot_code.clone()),
        ("api_base", dingtalk.api_base_url.clone()),
        ("oapi_base", dingtalk.oapi_base_url.clone()),
        ("card_template", dingtalk.card_templates[0].clone()),
        ("mode", "http".to_owned()),
        ("callback_token", dingtalk.callback_token.clone()),
        ("callback_aes_key", dingtalk.callback_aes_key.clone()),
        ("card_callback_url", format!("{base}/dingtalk/card")),
    ]
    .into_iter()
    .collect();
    let mut other = own.clone();
    other.set("client_id", "ding-another-tenant");
    other.set("client_secret", "another tenant's secret");
    other.set("callback_token", "another tenant's token");
    (Arc::new(DingTalk), own, other)
}

/// The account sends a card to 周婷, who lives on both platforms, and she presses its button.
async fn press_a_card(sim: &Sim, who: &str, account: &Arc<dyn Account>) {
    let person = sim.connection().people.into_iter().find(|person| person.person.key == "zhouting").unwrap();
    let (platform, user) = match who {
        "feishu" => (PlatformName::Feishu, person.feishu.unwrap().open_id),
        _ => (PlatformName::Dingtalk, person.dingtalk.unwrap().user_id),
    };
    let press = OnPress::Answer(CardAnswer { action: "task.accept".to_owned(), subject: "tsk_42".to_owned() });
    let button = Button { label: "承接".to_owned(), style: ButtonStyle::Primary, press };
    let card = Card {
        reference: "dlv_7".to_owned(),
        title: "新任务".to_owned(),
        tone: Tone::Action,
        blocks: vec![Block::Buttons(vec![button])],
    };
    let to = Recipient::Person(ForeignUser::new(user));
    account.send(&Outgoing { to, content: Content::Card(card), key: "dlv_7".to_owned(), ..to_group() }).await.unwrap();
    let message = sim.messages(platform, "zhouting", Some("zhouting")).pop().unwrap().id;
    let press = Press { person: "zhouting".into(), message, button: "承接".into(), form: BTreeMap::new() };
    let pressed = sim.press(platform, press).await.unwrap();
    assert_eq!(pressed.error, None, "{who}");
}

/// The same request with another byte at `place` of its body.
fn tampered(request: &CallbackRequest, place: usize) -> CallbackRequest {
    let mut changed = request.clone();
    changed.body[place] ^= 1;
    changed
}

/// The same request with every value of a name that holds one of these words changed.
fn altered(request: &CallbackRequest, words: &[&str]) -> CallbackRequest {
    let mut changed = request.clone();
    for (name, value) in changed.headers.iter_mut().chain(&mut changed.query) {
        if words.iter().any(|word| name.to_lowercase().contains(word)) {
            let last = if value.ends_with('1') { '2' } else { '1' };
            value.pop();
            value.push(last);
        }
    }
    changed
}

/// The same request without what holds one of these words in its name.
fn without(request: &CallbackRequest, words: &[&str]) -> CallbackRequest {
    let keeps = |(name, _): &(String, String)| !words.iter().any(|word| name.to_lowercase().contains(word));
    let mut changed = request.clone();
    changed.headers.retain(keeps);
    changed.query.retain(keeps);
    changed
}

#[tokio::test]
async fn f4_a_callback_is_believed_only_as_it_was_signed() {
    for pushed in pushed().await {
        let who = pushed.who;
        for request in &pushed.requests {
            let events = pushed.events(request).unwrap();
            assert_eq!(pushed.events(request).unwrap(), events, "{who}: told twice, it is the same event");
            let what = format!("{who} {}", request.route);

            for place in (0..request.body.len()).step_by(request.body.len() / 40 + 1) {
                match pushed.events(&tampered(request, place)) {
                    Err(_) => {}
                    Ok(others) => {
                        assert!(!pushed.is_body_signed(request), "{what}: byte {place} was changed and it is believed");
                        // What carries an id of its own is known by that, however else it was changed: it was told already.
                        if request.route != "robot" {
                            assert_ne!(others, events, "{what}: another body is another event");
                        }
                    }
                }
            }
            for words in [&["sign"][..], &["timestamp"], &["sign", "timestamp", "nonce"]] {
                assert!(pushed.events(&altered(request, words)).is_err(), "{what}: {words:?} altered");
                assert!(pushed.events(&without(request, words)).is_err(), "{what}: without {words:?}");
            }
            for length in [0, 1, request.body.len() / 2, request.body.len() - 1] {
                let mut cut = request.clone();
                cut.body.truncate(length);
                assert!(pushed.events(&cut).is_err(), "{what}: cut to {length} bytes");
            }
            assert!(pushed.stranger.callback(request).is_err(), "{what}: for another tenant");
        }
        for (ahead, words) in [(9, "long ago"), (-18, "from the future")] {
            pushed.time.advance(SignedDuration::from_hours(ahead));
            for request in &pushed.requests {
                let outcome = pushed.events(request);
                assert!(
                    matches!(outcome, Err(CallbackRefused::NotGenuine(_))),
                    "{who} {} {words}: {outcome:?}",
                    request.route
                );
            }
        }
        pushed.time.advance(SignedDuration::from_hours(9));
    }
}

#[test]
fn whatever_is_pushed_is_refused_without_a_word_of_what_is_inside() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() });
    let accounts: Vec<Arc<dyn Account>> = kinds()
        .iter()
        .map(|kind| {
            let mut settings = (kind.settings)("http://127.0.0.1:1");
            let heard_over_http = [("mode", if kind.name() == "feishu" { "http_callback" } else { "http" })];
            let keys =
                [("verification_token", "s3cret-token"), ("encrypt_key", "s3cret-key"), ("callback_token", "s3cret-t")];
            for (key, value) in heard_over_http.into_iter().chain(keys) {
                if kind.platform.descriptor().settings.iter().any(|setting| setting.key == key) {
                    settings.set(key, value);
                }
            }
            if kind.name() == "dingtalk" {
                settings.set("callback_aes_key", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij");
            }
            kind.platform.open(&settings, surroundings()).unwrap()
        })
        .collect();
    let names = ["x-lark-signature", "x-lark-request-timestamp", "sign", "timestamp", "msg_signature", "nonce"];
    let pairs = || prop::collection::vec((prop::sample::select(names.to_vec()), ".{0,20}"), 0..6);
    let body = prop_oneof![
        any_json().prop_map(|value| value.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
        ".{0,60}".prop_map(|text| json!({"encrypt": text}).to_string().into_bytes()),
    ];
    let route = prop::sample::select(vec!["", "robot", "card", "event", "x"]);
    runner
        .run(&(route, pairs(), pairs(), body), |(route, headers, query, body)| {
            let owned =
                |pairs: Vec<(&str, String)>| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let request =
                CallbackRequest { route: route.to_owned(), query: owned(query), headers: owned(headers), body };
            for account in &accounts {
                let refused = account.callback(&request);
                prop_assert!(refused.is_err(), "{:?}", refused);
                let shown = format!("{refused:?}");
                prop_assert!(!shown.contains(SECRET), "{}", shown);
            }
            Ok(())
        })
        .unwrap();
}
