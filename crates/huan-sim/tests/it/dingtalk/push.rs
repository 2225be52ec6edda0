//! Events and robot messages over HTTP (§6 and §7).

use std::time::Duration;

use huan_sim::{Delivery, Fault, FaultKind, HttpDelivery, PlatformName, SimError};
use serde_json::{Value, json};
use url::Url;

use super::receiver::Receiver;
use super::{Desk, eventually};

async fn deliver_to(desk: &Desk, receiver: &Receiver) -> Result<(), SimError> {
    let address = |path: &str| -> Url { format!("{}/{path}", receiver.address).parse().unwrap() };
    let delivery = HttpDelivery {
        events: address("events"),
        robot: Some(address("plain")),
        cards: Some(address("plain")),
        encrypted: true,
    };
    desk.sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(delivery))).await
}

async fn advance_until(desk: &Desk, mut condition: impl FnMut() -> bool) {
    for _ in 0..100 {
        if condition() {
            return;
        }
        desk.advance(1);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within a hundred simulated seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_checked_before_it_is_used() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    receiver.answer([Some(json!("success"))]);
    assert!(matches!(deliver_to(&desk, &receiver).await, Err(SimError::CallbackCheck(_))));
    deliver_to(&desk, &receiver).await.unwrap();
    assert!(receiver.heard().iter().all(|heard| heard.body == json!({"EventType": "check_url"})));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_pushed_until_it_is_answered_rightly() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    deliver_to(&desk, &receiver).await.unwrap();
    receiver.answer([Some(json!("success")), Some(json!({"msg_signature": "forged"})), None]);
    desk.sim.dingtalk().emit_event("user_add_org", json!({"userId": ["015227"]}));
    advance_until(&desk, || receiver.heard().len() == 4).await;
    let pushes: Vec<Value> = receiver.heard().into_iter().skip(1).map(|heard| heard.body).collect();
    assert!(pushes.iter().all(|push| *push == pushes[0]));
    assert_eq!((&pushes[0]["EventType"], &pushes[0]["userId"]), (&json!("user_add_org"), &json!(["015227"])));
    assert_eq!(pushes[0]["CorpId"], desk.connection.dingtalk.corp_id);
    assert!(pushes[0]["EventTime"].is_i64() && pushes[0]["eventId"].is_string() && pushes[0]["BizId"].is_string());
    eventually(|| desk.sim.state(None).platforms[&PlatformName::Dingtalk].waiting_events == 0).await;
    // It was answered in the end, so nothing is left to fetch.
    desk.advance(600);
    assert_eq!(desk.old("/call_back/get_call_back_failed_result", json!({})).await["failed_list"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_given_up_can_be_fetched_once_some_minutes_later() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    deliver_to(&desk, &receiver).await.unwrap();
    let started = desk.now_ms();
    receiver.answer(std::iter::repeat_n(Some(json!({})), 3));
    desk.sim.dingtalk().emit_event("org_dept_create", json!({"deptId": [1]}));
    advance_until(&desk, || desk.sim.state(None).platforms[&PlatformName::Dingtalk].waiting_events == 0).await;
    assert_eq!(receiver.heard().len(), 4);
    // Ten seconds before the first retry, thirty before the second.
    assert!((40_000..60_000).contains(&(desk.now_ms() - started)));
    let fetch = async || desk.old("/call_back/get_call_back_failed_result", json!({})).await;
    assert_eq!(fetch().await["failed_list"], json!([]));
    desk.advance(180);
    let list = fetch().await["failed_list"].clone();
    assert_eq!(list[0]["call_back_tag"], "org_dept_create");
    assert_eq!(list[0]["org_dept_create"]["deptId"], json!([1]));
    assert_eq!(fetch().await["failed_list"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_robot_message_is_signed_by_its_headers_and_its_answer_is_posted() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    deliver_to(&desk, &receiver).await.unwrap();
    let mention = format!("@{} 收到", desk.user("wangxiao"));
    receiver.answer([
        Some(json!(502)),
        Some(json!({"msgtype": "text", "text": {"content": mention}, "at": {"atUserIds": [desk.user("wangxiao")]}})),
        Some(json!({"msgtype": "empty"})),
    ]);
    desk.sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    advance_until(&desk, || desk.messages("product_v2", None).len() == 2).await;
    let answer = desk.last("product_v2", None);
    assert_eq!((answer.text.as_str(), answer.mentions.as_slice()), ("@王晓 收到", &["wangxiao".to_owned()][..]));
    let heard = receiver.heard();
    assert_eq!(heard[1].body["msgId"], heard[2].body["msgId"]);
    assert_eq!(heard[1].body["text"]["content"], " 帮助");
    assert!(heard[1].headers["content-type"].starts_with("application/json"));
    let timestamp = &heard[2].headers["timestamp"];
    assert_eq!(heard[2].headers["sign"], sign(&desk.connection.dingtalk.client_secret, timestamp));
    desk.sim.say_to_robot(PlatformName::Dingtalk, "hejing", "quiet").unwrap();
    eventually(|| receiver.heard().len() == 4).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(desk.messages("hejing", None).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_pushes_can_be_doubled_and_dropped() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    deliver_to(&desk, &receiver).await.unwrap();
    let fault = |kind| {
        let operation = "callback *".to_owned();
        desk.sim.set_fault(Fault { id: 0, platform: None, operation, kind, times: Some(1) })
    };
    fault(FaultKind::Duplicate);
    desk.sim.say_to_robot(PlatformName::Dingtalk, "hejing", "twice").unwrap();
    eventually(|| receiver.heard().len() == 3).await;
    assert_eq!(receiver.heard()[1].body, receiver.heard()[2].body);
    fault(FaultKind::Drop);
    desk.sim.say_to_robot(PlatformName::Dingtalk, "hejing", "lost at first").unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(receiver.heard().len(), 3);
    advance_until(&desk, || receiver.heard().len() == 4).await;
}

/// The signature of §7.1, written down again.
fn sign(secret: &str, timestamp: &str) -> String {
    use base64::Engine;
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}\n{secret}").as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}
