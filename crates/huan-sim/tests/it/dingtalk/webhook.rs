//! Custom robots of groups (§1) and session webhooks (§3.7).

use huan_sim::PlatformName;
use serde_json::{Value, json};

use super::{Desk, eventually, stream::Program};

/// The signature of §1.2, written down again.
fn sign(secret: &str, timestamp: i64) -> String {
    use base64::Engine;
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}\n{secret}").as_bytes());
    let base64 = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    url::form_urlencoded::byte_serialize(base64.as_bytes()).collect()
}

/// Posts to the custom robot of the project group, signed at `timestamp`.
async fn post_signed(desk: &Desk, timestamp: i64, body: Value) -> Value {
    let robot = desk.connection.dingtalk.custom_robots.iter().find(|robot| robot.group == "product_v2").unwrap();
    let path = robot.webhook_url.strip_prefix(&desk.connection.dingtalk.oapi_base_url).unwrap();
    let path = format!("{path}&timestamp={timestamp}&sign={}", sign(&robot.secret, timestamp));
    let (status, answer) = desk.post(&path, body).await;
    assert_eq!(status, 200);
    answer
}

async fn post(desk: &Desk, body: Value) -> Value {
    post_signed(desk, desk.now_ms(), body).await
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn ok() -> Value {
    json!({"errcode": 0, "errmsg": "ok"})
}

#[tokio::test]
async fn a_signed_message_appears_and_a_wrong_signature_or_clock_does_not() {
    let desk = Desk::standing().await;
    assert_eq!(post(&desk, text("你好")).await, ok());
    let shown = desk.last("product_v2", None);
    assert_eq!((shown.text.as_str(), shown.person.as_deref(), shown.sender.as_str()), ("你好", None, "环提醒"));
    let hour = 3_600_000;
    assert_eq!(post_signed(&desk, desk.now_ms() - hour, text("an hour ago")).await, ok());
    let refused = post_signed(&desk, desk.now_ms() - hour - 1, text("too late")).await;
    assert_eq!(refused, json!({"errcode": 310_000, "errmsg": "invalid timestamp"}));
    let robot = &desk.connection.dingtalk.custom_robots[0];
    let path = robot.webhook_url.strip_prefix(&desk.connection.dingtalk.oapi_base_url).unwrap();
    let forged = format!("{path}&timestamp={}&sign=AAAA", desk.now_ms());
    assert_eq!(desk.post(&forged, text("x")).await.1, json!({"errcode": 310_000, "errmsg": "sign not match"}));
    assert_eq!(desk.post(path, text("x")).await.1["errmsg"], "invalid timestamp");
    assert_eq!(desk.messages("product_v2", None).len(), 2);
}

#[tokio::test]
async fn keywords_size_and_kinds_are_checked() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.robot_keywords = vec!["任务".into()]);
    assert_eq!(post(&desk, text("hello")).await, json!({"errcode": 310_000, "errmsg": "keywords not in content"}));
    assert_eq!(post(&desk, text("任务更新")).await, ok());
    let long = post(&desk, text(&format!("任务{}", "x".repeat(20_000)))).await;
    assert_eq!(long, json!({"errcode": 460_101, "errmsg": "message too long, exceed 20000 bytes"}));
    let unknown = post(&desk, json!({"msgtype": "任务"})).await;
    assert_eq!(unknown["errcode"], 400_105);
    assert_eq!(post(&desk, json!({"msgtype": "markdown", "markdown": {"title": "任务"}})).await["errcode"], 40035);
}

#[tokio::test]
async fn twenty_a_minute_then_ten_minutes_of_silence() {
    let desk = Desk::standing().await;
    for number in 0..20 {
        assert_eq!(post(&desk, text(&number.to_string())).await, ok());
    }
    let too_fast = json!({"errcode": 130_101, "errmsg": "send too fast, exceed 20 times per minute"});
    assert_eq!(post(&desk, text("21")).await, too_fast);
    desk.advance(9 * 60);
    assert_eq!(post(&desk, text("still silent")).await, too_fast);
    desk.advance(60);
    assert_eq!(post(&desk, text("again")).await, ok());
    assert_eq!(desk.messages("product_v2", None).len(), 21);
}

#[tokio::test]
async fn the_code_for_too_fast_can_be_the_documented_one() {
    let desk = Desk::standing().await;
    desk.sim
        .dingtalk()
        .configure(|settings| settings.uncertain.robot_too_fast = (410_100, "发送速度太快而限流".into()));
    for _ in 0..20 {
        post(&desk, text("x")).await;
    }
    assert_eq!(post(&desk, text("x")).await["errcode"], 410_100);
}

#[tokio::test]
async fn a_repeated_uuid_is_accepted_and_shown_once() {
    let desk = Desk::standing().await;
    let body = json!({"msgtype": "text", "text": {"content": "once"}, "msgUuid": "u-1"});
    for _ in 0..30 {
        assert_eq!(post(&desk, body.clone()).await, ok());
    }
    assert_eq!(desk.messages("product_v2", None).len(), 1);
}

#[tokio::test]
async fn only_members_that_are_named_in_the_text_are_mentioned() {
    let desk = Desk::standing().await;
    let hejing = desk.user("hejing");
    let outsider = desk.user("qianjin");
    let content = format!("@{hejing} @13800010001 @13800010099 请看");
    let at =
        json!({"atUserIds": [hejing, outsider, desk.user("chenming")], "atMobiles": ["13800010001", "13800010099"]});
    let body = json!({"msgtype": "text", "text": {"content": content}, "at": at});
    assert_eq!(post(&desk, body).await, ok());
    let shown = desk.last("product_v2", None);
    assert_eq!(shown.mentions, ["hejing", "wangxiao"]);
    assert_eq!(shown.text, "@何静 @王晓 @*** 请看");
    let all = json!({"msgtype": "link", "link": {"title": "t", "text": "x", "messageUrl": "https://example.com/"},
        "at": {"isAtAll": true}});
    assert_eq!(post(&desk, all).await, ok());
    assert!(desk.last("product_v2", None).mentions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_webhook_replies_with_mentions_until_it_expires() {
    let desk = Desk::standing().await;
    let mut program = Program::connect(&desk).await;
    desk.sim.say_in_group(PlatformName::Dingtalk, "wangxiao", "product_v2", "@环 帮助").unwrap();
    let frame = program.next().await;
    program.ack(&frame, json!({"response": null})).await;
    let message = Program::data(&frame);
    assert_eq!(message["sessionWebhookExpiredTime"].as_i64().unwrap() - desk.now_ms(), 5_400_000);
    let webhook = message["sessionWebhook"].as_str().unwrap();
    let path = webhook.strip_prefix(&desk.connection.dingtalk.oapi_base_url).unwrap();
    let reply = json!({"msgtype": "text", "text": {"content": format!("收到 @{}", desk.user("wangxiao"))},
        "at": {"atUserIds": [desk.user("wangxiao")]}, "msgUuid": "r-1"});
    assert_eq!(desk.post(path, reply.clone()).await.1, ok());
    assert_eq!(desk.post(path, reply).await.1, ok());
    assert_eq!(desk.post(path, json!({"msgtype": "empty"})).await.1, ok());
    let shown = desk.last("product_v2", None);
    assert_eq!((shown.text.as_str(), shown.sender.as_str()), ("收到 @王晓", "环"));
    assert_eq!(shown.mentions, ["wangxiao"]);
    assert_eq!(desk.messages("product_v2", None).len(), 2);
    desk.advance(5400);
    let gone = json!({"errcode": 300_001, "errmsg": "session 不存在"});
    assert_eq!(desk.post(path, text("late")).await.1, gone);
    assert_eq!(desk.post("/robot/sendBySession?session=none", text("x")).await.1, gone);
    eventually(|| desk.messages("product_v2", None).len() == 2).await;
}
