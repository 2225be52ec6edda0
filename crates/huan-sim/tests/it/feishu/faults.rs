//! The fault switches do what they say.

use std::time::Duration;

use huan_sim::{Fault, FaultKind};
use serde_json::json;

use super::http_push::pushing;
use super::{FEISHU, GROUP, Tenant, until};

const SEND: &str = "/open-apis/im/v1/messages?receive_id_type=chat_id";

fn once(operation: &str, kind: FaultKind) -> Fault {
    Fault { id: 0, platform: Some(FEISHU), operation: operation.into(), kind, times: Some(1) }
}

#[tokio::test]
async fn an_answer_lost_after_acceptance_cuts_the_connection_but_the_message_was_sent() {
    let tenant = Tenant::standing().await;
    let body =
        json!({"receive_id": tenant.chat_id(GROUP), "msg_type": "text", "content": "{\"text\":\"一\"}", "uuid": "k"});
    tenant.sim.set_fault(once("POST /open-apis/im/v1/messages", FaultKind::AnswerLost));
    assert!(tenant.try_call("POST", SEND, Some(body.clone())).await.is_none());
    assert_eq!(tenant.shown(GROUP).len(), 1);
    tenant.post(SEND, body).await.data();
    assert_eq!(tenant.shown(GROUP).len(), 1, "the uuid keeps the repetition from being sent");
}

#[tokio::test]
async fn a_dropped_request_is_cut_and_nothing_is_done() {
    let tenant = Tenant::standing().await;
    let body = json!({"receive_id": tenant.chat_id(GROUP), "msg_type": "text", "content": "{\"text\":\"一\"}"});
    tenant.sim.set_fault(once("POST *", FaultKind::Drop));
    assert!(tenant.try_call("POST", SEND, Some(body)).await.is_none());
    assert!(tenant.shown(GROUP).is_empty());
}

#[tokio::test]
async fn rate_limits_and_server_errors_look_like_the_platforms() {
    let tenant = Tenant::standing().await;
    tenant.sim.set_fault(once("GET /open-apis/bot/*", FaultKind::RateLimit));
    let limited = tenant.get("/open-apis/bot/v3/info").await;
    assert_eq!((limited.status, limited.code(), limited.header("x-ogw-ratelimit-reset")), (429, 99991400, Some("1")));
    tenant.sim.set_fault(once("GET *", FaultKind::ServerError { status: 502 }));
    assert_eq!(tenant.get("/open-apis/bot/v3/info").await.status, 502);
    assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), 0);
}

#[tokio::test]
async fn events_are_duplicated_reordered_and_lost_on_demand() {
    let tenant = Tenant::standing().await;
    let receiver = pushing(&tenant).await;
    let say = |text: &str| tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, text).unwrap();
    tenant.sim.set_fault(once("event *", FaultKind::Duplicate));
    say("一");
    until("both copies", || receiver.count() == 2).await;
    let ids = receiver.event_ids();
    assert_eq!(ids[0], ids[1]);

    tenant.sim.set_fault(once("event *", FaultKind::Drop));
    say("二");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.count(), 2);
    tenant.sim.advance(Duration::from_secs(15));
    until("the re-sent event", || receiver.count() == 3).await;

    tenant.sim.set_fault(once("event *", FaultKind::Reorder));
    say("三");
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.count(), 3, "held back");
    say("四");
    until("both events", || receiver.count() == 5).await;
    let mut texts = receiver.texts().split_off(3);
    texts.sort();
    assert_eq!(texts, ["三", "四"]);
}
