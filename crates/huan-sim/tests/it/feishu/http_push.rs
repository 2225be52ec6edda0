//! Events and callbacks pushed over HTTP: re-sending, ordering, the check of the address.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use huan_sim::{Delivery, HttpDelivery, SimError, SimOptions};
use serde_json::{Value, json};

use super::{FEISHU, GROUP, Tenant, card, until};

/// A program that receives pushes in clear and answers as it is told.
#[derive(Clone, Default)]
pub(super) struct Receiver {
    pub(super) received: Arc<Mutex<Vec<Value>>>,
    pub(super) signed: Arc<Mutex<Vec<bool>>>,
    /// Status and body of the next answers; 200 `{}` when there are none.
    pub(super) answers: Arc<Mutex<Vec<(u16, Value)>>>,
    /// How long it thinks before it answers.
    pub(super) slow: Arc<Mutex<Duration>>,
}

impl Receiver {
    pub(super) async fn listen(&self) -> url::Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(receive).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/feishu").parse().unwrap()
    }

    pub(super) fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    pub(super) fn event_ids(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        received.iter().map(|event| event["header"]["event_id"].as_str().unwrap().to_owned()).collect()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let received = self.received.lock().unwrap();
        let content = |event: &Value| event["event"]["message"]["content"].as_str().unwrap().to_owned();
        received
            .iter()
            .map(|event| serde_json::from_str::<Value>(&content(event)).unwrap()["text"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    receiver.signed.lock().unwrap().push(headers.contains_key("x-lark-signature"));
    if body["type"] == "url_verification" {
        return axum::Json(json!({"challenge": body["challenge"]})).into_response();
    }
    receiver.received.lock().unwrap().push(body);
    let slow = *receiver.slow.lock().unwrap();
    tokio::time::sleep(slow).await;
    let mut answers = receiver.answers.lock().unwrap();
    let (status, body) = if answers.is_empty() { (200, json!({})) } else { answers.remove(0) };
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

pub(super) async fn pushing(tenant: &Tenant) -> Receiver {
    let receiver = Receiver::default();
    let events = receiver.listen().await;
    let delivery = HttpDelivery { events, robot: None, cards: None, encrypted: false };
    tenant.sim.set_delivery(FEISHU, Delivery::Http(Box::new(delivery))).await.unwrap();
    receiver
}

#[tokio::test]
async fn an_unanswered_event_is_sent_again_after_15_seconds_5_minutes_an_hour_and_6_hours_and_then_given_up() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    *receiver.answers.lock().unwrap() = vec![(500, json!({})); 9];
    tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "@环 帮助").unwrap();
    let waiting = || tenant.sim.state(None).platforms[&FEISHU].waiting_events;
    for (attempt, seconds) in [(1, 15), (2, 300), (3, 3600), (4, 21600)] {
        until("the attempt", || receiver.count() == attempt).await;
        // The next wait begins only when the answer has come back.
        tokio::time::sleep(Duration::from_millis(50)).await;
        tenant.sim.advance(Duration::from_secs(seconds - 1));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!((receiver.count(), waiting()), (attempt, 1));
        tenant.sim.advance(Duration::from_secs(1));
    }
    until("the last attempt", || receiver.count() == 5 && waiting() == 0).await;
    tenant.sim.advance(Duration::from_secs(100_000));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.count(), 5);
    let mut ids = receiver.event_ids();
    ids.dedup();
    assert_eq!(ids.len(), 1, "all attempts carry the same event_id");
}

#[tokio::test]
async fn an_answered_event_is_not_sent_again() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "@环 帮助").unwrap();
    until("the acknowledgement", || tenant.sim.state(None).platforms[&FEISHU].waiting_events == 0).await;
    tenant.sim.advance(Duration::from_secs(100_000));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.count(), 1);
    let event = receiver.received.lock().unwrap()[0].clone();
    assert_eq!(event["header"]["create_time"].as_str().unwrap().len(), 13);
    assert_eq!(event["header"]["token"], json!(tenant.connection.feishu.verification_token));
    assert_eq!(event["event"]["message"]["chat_id"], json!(tenant.chat_id(GROUP)));
    let mention = &event["event"]["message"]["mentions"][0];
    assert_eq!(mention["id"]["open_id"], json!(tenant.connection.feishu.robot_open_id));
    assert_eq!(receiver.texts(), ["@_user_1 帮助"]);
    assert!(receiver.signed.lock().unwrap().iter().all(|signed| !signed), "without an Encrypt Key nothing is signed");
}

#[tokio::test]
async fn an_app_that_may_only_hear_mentions_hears_nothing_else() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    tenant.sim.feishu().configure(|options| options.hears_all_group_messages = false);
    tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "大家好 @赵敏").unwrap();
    tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "@环 帮助 @研发组长").unwrap();
    tenant.sim.say_to_robot(FEISHU, "liqiang", "在吗").unwrap();
    until("two events", || receiver.count() == 2).await;
    let mut texts = receiver.texts();
    texts.sort();
    assert_eq!(texts, ["@_user_1 帮助 @研发组长", "在吗"]);
}

#[tokio::test]
async fn an_address_that_does_not_repeat_the_challenge_is_not_saved() {
    let tenant = Tenant::standing().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let events = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(async || "no")).await });
    let delivery = HttpDelivery { events, robot: None, cards: None, encrypted: true };
    let refused = tenant.sim.set_delivery(FEISHU, Delivery::Http(Box::new(delivery))).await;
    assert!(matches!(refused, Err(SimError::CallbackCheck(_))), "{refused:?}");
    assert_eq!(tenant.sim.state(None).platforms[&FEISHU].delivery, Delivery::Connection);
}

#[tokio::test]
async fn a_press_that_is_answered_badly_shows_the_platforms_code_and_is_never_sent_again() {
    let options = SimOptions { answer_limit: Some(Duration::from_millis(300)), ..SimOptions::default() };
    let tenant = Tenant::start(options).await;
    let id = tenant.send_card(GROUP, card("任务")).await;
    let code =
        async |tenant: &Tenant| tenant.press("liqiang", &id, "承接").await.unwrap().error.map(|error| error.code);
    assert_eq!(code(&tenant).await, Some(200342), "nobody is connected");
    let receiver = pushing(&tenant).await;
    let first_card = json!({"elements": []});
    *receiver.answers.lock().unwrap() = vec![
        (500, json!({})),
        (200, json!("text")),
        (200, json!({"card": {"type": "raw", "data": first_card}})),
        (200, json!({"card": {"type": "raw", "data": {"schema": "2.0", "body": {"elements": [{"tag": "note"}]}}}})),
        (200, json!({})),
    ];
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(code(&tenant).await);
    }
    assert_eq!(codes, [Some(200671), Some(200672), Some(200830), Some(200673), None]);
    assert_eq!(receiver.count(), 5);
    assert_eq!(tenant.shown(GROUP)[0].text, "任务\n[承接]", "the card stays as it was");
    let press = receiver.received.lock().unwrap()[0].clone();
    assert_eq!(press["header"]["create_time"].as_str().unwrap().len(), 16, "callbacks carry microseconds");
}
