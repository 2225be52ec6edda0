//! Access tokens (§2).

use reqwest::Method;
use serde_json::json;

use super::{Desk, refused};

#[tokio::test]
async fn three_ways_of_asking_give_one_token_for_both_families() {
    let desk = Desk::standing().await;
    let dingtalk = &desk.connection.dingtalk;
    let (id, secret) = (&dingtalk.client_id, &dingtalk.client_secret);
    let first = desk.token().await;
    let (_, old) = desk.call(Method::GET, &format!("/gettoken?appkey={id}&appsecret={secret}"), None, None).await;
    assert_eq!(old, json!({"errcode": 0, "access_token": first, "errmsg": "ok", "expires_in": 7200}));
    let unified = json!({"client_id": id, "client_secret": secret, "grant_type": "client_credentials"});
    let (_, unified) = desk.post(&format!("/v1.0/oauth2/{}/token", dingtalk.corp_id), unified).await;
    assert_eq!(unified, json!({"access_token": first, "expires_in": 7200}));
    let user = desk.old("/topapi/v2/user/get", json!({"userid": desk.user("wangxiao")})).await;
    assert_eq!(user["errcode"], 0);
}

#[tokio::test]
async fn a_token_is_extended_by_asking_and_dies_after_two_hours() {
    let desk = Desk::standing().await;
    let first = desk.token().await;
    desk.advance(7000);
    assert_eq!(desk.token().await, first);
    desk.advance(7000);
    let use_it = async |token: &str| desk.call(Method::POST, "/v1.0/card/instances", Some(token), Some("{}")).await;
    refused(use_it(&first).await, 400, "param.cardTemplateIdEmpty");
    desk.advance(200);
    refused(use_it(&first).await, 400, "InvalidAuthentication");
    assert_ne!(desk.token().await, first);
}

#[tokio::test]
async fn a_secret_that_is_reset_ends_every_token() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    desk.sim.dingtalk().revoke_tokens();
    let answer = desk.call(Method::POST, "/v1.0/card/instances", Some(&token), Some("{}")).await;
    refused(answer, 400, "InvalidAuthentication");
}
