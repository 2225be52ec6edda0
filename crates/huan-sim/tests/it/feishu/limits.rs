//! Limits, with the bodies and headers of the real platform.

use std::time::Duration;

use serde_json::json;

use super::{GROUP, Tenant};

#[tokio::test]
async fn the_sixth_message_of_a_second_to_one_chat_is_refused_with_230020() {
    let tenant = Tenant::standing().await;
    for number in 0..5 {
        tenant.send(GROUP, "text", json!({"text": number.to_string()})).await.data();
    }
    let refused = tenant.send(GROUP, "text", json!({"text": "6"})).await;
    assert_eq!((refused.status, refused.code()), (400, 230020));
    tenant.send("marketing_coop", "text", json!({"text": "other"})).await.data();
    tenant.sim.advance(Duration::from_secs(1));
    tenant.send(GROUP, "text", json!({"text": "6"})).await.data();
    assert_eq!(tenant.shown(GROUP).len(), 6);
}

#[tokio::test]
async fn the_gateway_names_the_seconds_to_wait() {
    let tenant = Tenant::standing().await;
    tenant.sim.feishu().configure(|options| options.calls = (10, 3));
    for _ in 0..3 {
        tenant.get("/open-apis/bot/v3/info").await;
    }
    let refused = tenant.get("/open-apis/bot/v3/info").await;
    assert_eq!((refused.status, refused.code()), (429, 99991400));
    assert_eq!(refused.body["msg"], "request trigger frequency limit");
    assert_eq!(
        (refused.header("x-ogw-ratelimit-reset"), refused.header("x-ogw-ratelimit-limit")),
        (Some("1"), Some("100"))
    );
    tenant.sim.advance(Duration::from_secs(1));
    for _ in 0..2 {
        for _ in 0..3 {
            assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), 0);
        }
        tenant.sim.advance(Duration::from_secs(1));
    }
    assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), 0);
    let refused = tenant.get("/open-apis/bot/v3/info").await;
    assert_eq!(refused.header("x-ogw-ratelimit-reset"), Some("57"), "ten in a minute");
}

#[tokio::test]
async fn older_endpoints_answer_400_with_the_same_body() {
    let tenant = Tenant::standing().await;
    tenant.sim.feishu().configure(|options| options.calls = (0, 0));
    let refused = tenant.get("/open-apis/im/v1/messages?container_id_type=chat&container_id=x").await;
    assert_eq!((refused.status, refused.code()), (400, 99991400));
    tenant.sim.feishu().configure(|options| options.im_limit_status = 429);
    assert_eq!(tenant.get("/open-apis/im/v1/messages?container_id_type=chat&container_id=x").await.status, 429);
}
