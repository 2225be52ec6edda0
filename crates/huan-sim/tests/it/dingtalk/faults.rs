//! Faults of the shell on DingTalk's operations, and the settings over HTTP.

use huan_sim::{Fault, FaultKind, PlatformName};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, START, instant, refused};

fn fault(desk: &Desk, operation: &str, kind: FaultKind) {
    let platform = Some(PlatformName::Dingtalk);
    desk.sim.set_fault(Fault { id: 0, platform, operation: operation.into(), kind, times: Some(1) });
}

fn send(desk: &Desk) -> String {
    json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "msgKey": "sampleText",
        "msgParam": "{\"content\":\"x\"}"})
    .to_string()
}

const SEND: &str = "/v1.0/robot/groupMessages/send";

#[tokio::test]
async fn an_answer_can_be_lost_after_the_message_was_accepted() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    fault(&desk, "POST /v1.0/robot/*", FaultKind::AnswerLost);
    assert!(desk.request(Method::POST, SEND, Some(&token), Some(&send(&desk))).await.is_err());
    assert_eq!(desk.messages("product_v2", None).len(), 1);
    fault(&desk, "POST /v1.0/robot/*", FaultKind::Drop);
    assert!(desk.request(Method::POST, SEND, Some(&token), Some(&send(&desk))).await.is_err());
    assert_eq!(desk.messages("product_v2", None).len(), 1);
}

#[tokio::test]
async fn limits_strike_with_the_bodies_of_each_family() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    fault(&desk, "POST /v1.0/robot/*", FaultKind::RateLimit);
    let answer = desk.call(Method::POST, SEND, Some(&token), Some(&send(&desk))).await;
    refused(answer, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
    fault(&desk, "* /topapi/*", FaultKind::RateLimit);
    assert_eq!(desk.old("/topapi/user/listadmin", json!({})).await["errcode"], 90018);
    fault(&desk, "POST /robot/send", FaultKind::RateLimit);
    assert_eq!(desk.post("/robot/send", json!({})).await.1["errcode"], 130_101);
    fault(&desk, "POST /v1.0/robot/*", FaultKind::ServerError { status: 502 });
    assert_eq!(desk.call(Method::POST, SEND, Some(&token), Some(&send(&desk))).await, (502, Value::Null));
    assert!(desk.messages("product_v2", None).is_empty());
}

#[tokio::test]
async fn settings_events_and_tokens_are_reached_over_http() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    let (status, settings) = desk.post("/sim/dingtalk/settings", json!({"calls_per_second": 5})).await;
    assert_eq!((status, &settings["calls_per_second"]), (200, &json!(5)));
    let (_, settings) = desk.call(Method::GET, "/sim/dingtalk/settings", None, None).await;
    assert_eq!((&settings["calls_per_second"], &settings["redeliver_after"]), (&json!(5), &json!(60.0)));
    assert_eq!(desk.post("/sim/dingtalk/settings", json!({"nonsense": 5})).await.0, 422);
    assert_eq!(desk.post("/sim/dingtalk/events", json!({"kind": "user_add_org", "data": {}})).await.0, 200);
    assert_eq!(desk.sim.state(None).platforms[&PlatformName::Dingtalk].waiting_events, 1);
    assert_eq!(desk.post("/sim/dingtalk/tokens/revoke", json!({})).await.0, 200);
    refused(desk.call(Method::POST, SEND, Some(&token), Some(&send(&desk))).await, 400, "InvalidAuthentication");
    assert_eq!(desk.sim.now(), instant(START));
}
