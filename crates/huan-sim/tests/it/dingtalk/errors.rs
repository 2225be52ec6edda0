//! The exact bodies of §0.3.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Desk, refused};

const SEND: &str = "/v1.0/robot/oToMessages/batchSend";

/// The body without its request id, which must be there.
fn without_request_id(mut body: Value) -> Value {
    let id = body.as_object_mut().unwrap().remove("requestid");
    assert!(id.is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty())));
    body
}

#[tokio::test]
async fn credentials_that_are_wrong_or_missing() {
    let desk = Desk::standing().await;
    let corp = &desk.connection.dingtalk.corp_id;
    let (status, body) = desk.call(Method::GET, "/gettoken?appkey=a&appsecret=b", None, None).await;
    assert_eq!((status, body), (200, json!({"errcode": 40096, "errmsg": "不合法的appKey或appSecret"})));
    let (status, body) = desk.call(Method::GET, "/gettoken", None, None).await;
    assert_eq!((status, body), (200, json!({"errcode": 40035, "errmsg": "缺少参数 corpid or appkey"})));
    let (status, body) = desk.post("/v1.0/oauth2/accessToken", json!({"appKey": "a", "appSecret": "b"})).await;
    let expected = json!({"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"});
    assert_eq!((status, without_request_id(body)), (400, expected));
    let (status, body) = desk.post("/v1.0/oauth2/dingnowhere/token", json!({"grant_type": "client_credentials"})).await;
    assert_eq!((status, without_request_id(body)), (500, json!({"code": "unknownError", "message": "未知错误"})));
    refused(
        desk.post(&format!("/v1.0/oauth2/{corp}/token"), json!({"grant_type": "x"})).await,
        400,
        "unsupported.grant.type",
    );
    let (status, body) = desk
        .post("/v1.0/gateway/connections/open", json!({"clientId": "a", "clientSecret": "b", "subscriptions": []}))
        .await;
    assert_eq!((status, without_request_id(body)), (401, json!({"code": "authFailed", "message": "鉴权失败"})));
}

#[tokio::test]
async fn tokens_that_are_wrong_or_missing() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    let (status, body) = desk.call(Method::POST, SEND, Some("wrong"), Some("{}")).await;
    let expected = json!({"code": "InvalidAuthentication", "message": "不合法的access_token"});
    assert_eq!((status, without_request_id(body)), (400, expected));
    // A token in the query does not count.
    let (status, body) = desk.call(Method::POST, &format!("{SEND}?access_token={token}"), None, Some("{}")).await;
    let expected =
        json!({"code": "AuthenticationFailed.MissingParameter", "message": "缺少参数：x-acs-dingtalk-access-token"});
    assert_eq!((status, without_request_id(body)), (400, expected));
    let (status, body) = desk.post("/topapi/v2/user/get?access_token=wrong", json!({"userid": "x"})).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["errcode"], &body["sub_code"], &body["sub_msg"], &body["errmsg"]),
        (
            &json!(88),
            &json!("40014"),
            &json!("不合法的access_token"),
            &json!("ding talk error[subcode=40014,submsg=不合法的access_token]")
        )
    );
    let (_, body) = desk.post("/topapi/v2/user/get", json!({"userid": "x"})).await;
    assert_eq!(
        (&body["errcode"], &body["sub_code"], &body["sub_msg"]),
        (&json!(88), &json!("40000"), &json!("access_token is blank"))
    );
}

#[tokio::test]
async fn bodies_that_are_wrong_or_missing() {
    let desk = Desk::standing().await;
    let token = desk.token().await;
    let (status, body) = desk.call(Method::POST, SEND, Some(&token), None).await;
    let expected = json!({"code": "Missingbody", "message": "body is mandatory for this action."});
    assert_eq!((status, without_request_id(body)), (400, expected));
    let (status, body) = desk.call(Method::POST, SEND, Some(&token), Some("{not json")).await;
    let expected =
        json!({"code": "Invalidbody", "message": "Specified parameter body is not valid. JSON parsing error"});
    assert_eq!((status, without_request_id(body)), (400, expected));
    let (status, body) = desk.app(SEND, json!({"robotCode": desk.robot(), "msgKey": "sampleText"})).await;
    let expected = json!({"code": "MissinguserIds", "message": "userIds is mandatory for this action."});
    assert_eq!((status, without_request_id(body)), (400, expected));
}

#[tokio::test]
async fn a_permission_that_the_app_lacks() {
    let desk = Desk::standing().await;
    desk.sim.dingtalk().configure(|settings| {
        settings.missing_permissions.insert("Card.Instance.Write".into());
    });
    let (status, body) = desk.app("/v1.0/card/instances", json!({})).await;
    assert_eq!(status, 403);
    assert_eq!(body["code"], "Forbidden.AccessDenied.AccessTokenPermissionDenied");
    assert_eq!(body["accessdenieddetail"], json!({"requiredScopes": ["Card.Instance.Write"]}));
    desk.send_text("product_v2", "others still work").await;
}

#[tokio::test]
async fn addresses_that_do_not_exist() {
    let desk = Desk::standing().await;
    let expected = (200, json!({"errcode": 404, "errmsg": "请求的URI地址不存在"}));
    assert_eq!(desk.post("/v1.0/robot/nothing", json!({})).await, expected);
    assert_eq!(desk.call(Method::GET, SEND, None, None).await, expected);
    let (_, body) = desk.post("/topapi/v2/user/nothing", json!({})).await;
    assert_eq!((&body["errcode"], &body["errmsg"]), (&json!(22), &json!("Invalid method[v2.user.nothing]")));
}

#[tokio::test]
async fn webhooks_without_a_usable_token() {
    let desk = Desk::standing().await;
    let text = json!({"msgtype": "text", "text": {"content": "x"}});
    let unknown = format!("/robot/send?access_token={}", "0".repeat(64));
    assert_eq!(
        desk.post(&unknown, text.clone()).await,
        (200, json!({"errcode": 300_005, "errmsg": "token is not exist"}))
    );
    assert_eq!(
        desk.post("/robot/send", text).await,
        (200, json!({"errcode": 40035, "errmsg": "缺少参数 access_token"}))
    );
    assert_eq!(
        desk.call(Method::GET, &unknown, None, None).await,
        (200, json!({"errcode": 43002, "errmsg": "需要POST请求"}))
    );
}
