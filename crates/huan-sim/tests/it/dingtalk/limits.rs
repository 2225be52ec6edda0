//! Calls per second and per month (§0.4).

use serde_json::{Value, json};

use super::{Desk, refused};

async fn send(desk: &Desk, token: &str) -> (u16, Value) {
    let body = json!({"robotCode": desk.robot(), "openConversationId": desk.group("product_v2"), "msgKey": "sampleText",
        "msgParam": "{\"content\":\"x\"}"});
    desk.call(reqwest::Method::POST, "/v1.0/robot/groupMessages/send", Some(token), Some(&body.to_string())).await
}

// When exactly a call is one too many is tried without real time in the unit tests of the counter.
#[tokio::test]
async fn each_family_refuses_calls_over_the_limit_of_the_second_in_its_own_words() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    let old = format!("/topapi/user/listadmin?access_token={token}");
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 0);
    refused(send(&desk, &token).await, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi");
    assert_eq!(desk.post(&old, json!({})).await.1["errcode"], 90018);
    desk.sim.dingtalk().configure(|settings| settings.calls_per_second = 20);
    assert_eq!(send(&desk, &token).await.0, 200);
    assert_eq!(desk.post(&old, json!({})).await.1["errcode"], 0);
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
