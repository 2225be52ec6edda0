//! The other way, where the sources disagree (§15).

use huan_sim::dingtalk::Uncertain;
use huan_sim::{Delivery, HttpDelivery, PlatformName, SimError};
use reqwest::Method;
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::stream::Program;
use super::{Desk, eventually, refused};

async fn with(change: impl FnOnce(&mut Uncertain)) -> Desk {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| change(&mut settings.uncertain));
    desk
}

#[tokio::test]
async fn an_expired_token_may_be_a_401() {
    let desk = with(|uncertain| uncertain.expired_token_status = 401).await;
    let answer = desk.call(Method::POST, "/v1.0/card/instances", Some("old"), Some("{}")).await;
    refused(answer, 401, "InvalidAuthentication");
}

#[tokio::test]
async fn a_direct_message_to_nobody_may_be_refused() {
    let desk = with(|uncertain| uncertain.no_receiver_is_refused = true).await;
    let body = json!({"robotCode": desk.robot(), "userIds": ["nobody"], "msgKey": "sampleText", "msgParam": "{\"content\":\"x\"}"});
    refused(desk.app("/v1.0/robot/oToMessages/batchSend", body).await, 400, "staffId.notExisted");
}

#[tokio::test]
async fn an_unknown_custom_robot_may_have_the_documented_code() {
    let desk = with(|uncertain| uncertain.robot_unknown = (400_101, "access_token不存在".into())).await;
    let (_, body) = desk.post("/robot/send?access_token=x", json!({})).await;
    assert_eq!(body, json!({"errcode": 400_101, "errmsg": "access_token不存在"}));
}

#[tokio::test]
async fn the_old_api_may_quote_its_numbers() {
    let desk = with(|uncertain| uncertain.old_api_quotes_numbers = true).await;
    let found = desk.old("/topapi/v2/user/get", json!({"userid": desk.user("chenming")})).await;
    assert_eq!((&found["errcode"], &found["result"]["admin"]), (&json!("0"), &json!("true")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_may_carry_odd_frames_other_topics_and_new_members() {
    let desk = with(|uncertain| {
        uncertain.odd_frames = true;
        uncertain.event_topic = "dingTalk".into();
        uncertain.unknown_members = true;
        uncertain.short_disconnect = false;
    })
    .await;
    let mut program = Program::connect(&desk).await;
    let odd = program.raw(6).await;
    assert_eq!(odd.iter().filter(|text| serde_json::from_str::<Value>(text).is_err()).count(), 1);
    desk.sim.dingtalk().emit_event("user_add_org", json!({}));
    let event = program.next().await;
    assert_eq!(event["headers"]["topic"], "dingTalk");
    desk.sim.say_to_robot(PlatformName::Dingtalk, "hejing", "hi").unwrap();
    assert!(Program::data(&program.next().await)["openThreadId"].is_object());
    desk.sim.disconnect(PlatformName::Dingtalk);
    assert!(program.next().await["headers"]["messageId"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn card_callbacks_may_have_the_older_shape() {
    let desk = with(|uncertain| uncertain.old_card_callback = true).await;
    let mut program = Program::connect(&desk).await;
    let buttons = json!([{"id": "task.accept", "text": "承接", "value": "tsk_1"}]).to_string();
    let card = json!({
        "cardTemplateId": desk.connection.dingtalk.card_templates[0], "outTrackId": "c", "callbackType": "STREAM",
        "cardData": {"cardParamMap": {"title": "t", "buttons": buttons}}, "imRobotOpenSpaceModel": {"supportForward": false},
        "openSpaceId": format!("dtv1.card//IM_ROBOT.{}", desk.user("hejing")), "imRobotOpenDeliverModel": {},
    });
    let (status, body) = desk.app("/v1.0/card/instances/createAndDeliver", card).await;
    assert_eq!(status, 200, "{body}");
    let message = desk.last("hejing", None).id;
    let (_, ()) = tokio::join!(desk.press("hejing", &message, "承接"), async {
        let frame = program.next().await;
        let data = Program::data(&frame);
        assert!(data.get("content").is_none());
        let value: Value = serde_json::from_str(data["value"].as_str().unwrap()).unwrap();
        let params = json!({"action": "task.accept", "value": "tsk_1"});
        assert_eq!(value, json!({"cardPrivateData": {"actionIds": ["task.accept"]}, "params": params}));
        program.ack(&frame, json!({"response": {}})).await;
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn event_pushes_may_end_with_the_corp_and_have_one_signature() {
    let desk = with(|uncertain| {
        uncertain.owner_is_corp = true;
        uncertain.signature_names = vec!["msg_signature".into()];
    })
    .await;
    let mut by_corp = desk.connection.dingtalk.clone();
    by_corp.client_id = by_corp.corp_id.clone();
    let receiver = Receiver::start(&by_corp).await;
    let events = format!("{}/events", receiver.address).parse().unwrap();
    let delivery = HttpDelivery { events, robot: None, cards: None, encrypted: true };
    let result: Result<(), SimError> =
        desk.sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(delivery))).await;
    result.unwrap();
    desk.sim.dingtalk().emit_event("user_add_org", json!({}));
    eventually(|| receiver.heard().len() == 2).await;
}

#[tokio::test]
async fn an_earlier_callback_route_may_be_given_back() {
    let desk = with(|uncertain| uncertain.earlier_route_is_given = true).await;
    let register = |url: &str| json!({"callbackRouteKey": "k", "callbackUrl": url});
    let path = "/v1.0/card/callbacks/register";
    desk.app(path, register("http://a.example/")).await;
    let (status, body) = desk.app(path, register("http://b.example/")).await;
    assert_eq!((status, &body["result"]["callbackUrl"]), (200, &json!("http://a.example/")));
}

#[tokio::test]
async fn a_banned_address_gets_a_page() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.banned = true);
    let answer = desk.request(Method::GET, "/gettoken", None, None).await.unwrap();
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.text().await.unwrap().starts_with("<html>"));
}
