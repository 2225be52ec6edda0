//! Custom robots of a group.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{GROUP, Tenant};

/// Written here once more, so that the simulator's own code does not judge itself.
fn sign(timestamp: i64, secret: &str) -> String {
    let key = format!("{timestamp}\n{secret}");
    STANDARD.encode(Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().finalize().into_bytes())
}

fn robot<'a>(tenant: &'a Tenant, group: &str, signed: bool) -> (&'a str, &'a str) {
    let robots = &tenant.connection.feishu.custom_robots;
    let robot = robots.iter().find(|robot| robot.group == group && robot.secret.is_empty() != signed).unwrap();
    (robot.webhook_url.strip_prefix(&tenant.connection.feishu.base_url).unwrap(), &robot.secret)
}

#[tokio::test]
async fn a_signed_message_appears_and_a_wrong_or_old_signature_is_refused() {
    let tenant = Tenant::standing().await;
    let (path, secret) = robot(&tenant, GROUP, true);
    let now = tenant.sim.now().as_second();
    let message = |timestamp: i64, sign: String| json!({"timestamp": timestamp.to_string(), "sign": sign, "msg_type": "text", "content": {"text": "通知"}});
    let answer = tenant.post(path, message(now, sign(now, secret))).await;
    assert_eq!(
        answer.body,
        json!({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})
    );
    assert_eq!(tenant.shown(GROUP)[0].text, "通知");
    for (timestamp, sign) in [(now, sign(now, "other")), (now - 3601, sign(now - 3601, secret))] {
        let refused = tenant.post(path, message(timestamp, sign)).await;
        assert_eq!((refused.status, refused.code()), (200, 19021));
        assert_eq!(refused.body["msg"], "sign match fail or timestamp is not within one hour from current time");
    }
    tenant.sim.feishu().configure(|options| options.webhook_failure_status = 400);
    assert_eq!(tenant.post(path, message(now, String::new())).await.status, 400);
    assert_eq!(tenant.shown(GROUP).len(), 1);
}

#[tokio::test]
async fn each_bad_request_has_its_own_code() {
    let tenant = Tenant::standing().await;
    let (path, _) = robot(&tenant, "marketing_coop", false);
    let text = |text: &str| json!({"msg_type": "text", "content": {"text": text}});
    let code = async |path: &str, body: Value| tenant.post(path, body).await.code();
    assert_eq!(code("/open-apis/bot/v2/hook/none", text("环")).await, 19001);
    assert_eq!(code(path, json!({"content": {"text": "环"}})).await, 19002);
    assert_eq!(code(path, text("没有关键词")).await, 19024);
    assert_eq!(code(path, text(&"环".repeat(7000))).await, 9499);
    assert_eq!(code(path, text("环：好")).await, 0);
    let card = json!({"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": [{"tag": "markdown", "content": "环"}]}}});
    assert_eq!(code(path, card).await, 0);
    let old = path.replace("/v2/", "/");
    assert_eq!(code(&old, json!({"title": "环", "text": "旧式"})).await, 0);
    assert_eq!(tenant.shown("marketing_coop").len(), 3);
}

#[tokio::test]
async fn the_sixth_message_of_a_second_is_refused_with_11232() {
    let tenant = Tenant::standing().await;
    let (path, _) = robot(&tenant, "marketing_coop", false);
    let text = json!({"msg_type": "text", "content": {"text": "环"}});
    for _ in 0..5 {
        assert_eq!(tenant.post(path, text.clone()).await.code(), 0);
    }
    let refused = tenant.post(path, text.clone()).await;
    assert_eq!((refused.status, refused.code()), (200, 11232));
    tenant.sim.advance(Duration::from_secs(1));
    assert_eq!(tenant.post(path, text).await.code(), 0);
}
