//! Calls per second and per month (§0.4).

use serde_json::{Value, json};

use super::{Desk, refused};

async fn send(desk: &Desk, token: &str) -> (u16, Value) {
    let body = json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "msgKey": "sampleText",
        "msgParam": "{\"content\":\"x\"}"});
    desk.call(reqwest::Method::POST, "/v1.0/robot/groupMessages/send", Some(token), Some(&body.to_string())).await
}

#[tokio::test]
async fn the_new_api_refuses_the_call_over_the_limit_of_the_second() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 3);
    let token = desk.token().await;
    for _ in 0..3 {
        assert_eq!(send(&desk, &token).await.0, 200);
    }
    refused(send(&desk, &token).await, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(send(&desk, &token).await.0, 200);
}

#[tokio::test]
async fn the_old_api_refuses_the_call_over_the_limit_of_the_second() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 3);
    let path = format!("/topapi/user/listadmin?access_token={}", desk.token().await);
    for _ in 0..3 {
        assert_eq!(desk.post(&path, json!({})).await.1["errcode"], 0);
    }
    assert_eq!(desk.post(&path, json!({})).await.1["errcode"], 90018);
}

#[tokio::test]
async fn the_calls_of_a_month_run_out_but_contacts_and_tokens_go_on() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| settings.calls_left_this_month = Some(1));
    let token = desk.token().await;
    assert_eq!(send(&desk, &token).await.0, 200);
    refused(send(&desk, &token).await, 403, "Forbidden.AccessDenied.ApiCountLimitForOrg");
    assert_eq!(desk.old("/topapi/user/listadmin", json!({})).await["errcode"], 0);
}
