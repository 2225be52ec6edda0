//! Tokens, and sending, changing and recalling messages.

use std::time::Duration;

use serde_json::{Value, json};

use super::{FEISHU, GROUP, Tenant, card};
use huan_sim::{Read, RingWay};

const SEND: &str = "/open-apis/im/v1/messages?receive_id_type=chat_id";

#[tokio::test]
async fn a_token_is_given_again_until_half_an_hour_before_its_end_and_both_are_valid_then() {
    let mut tenant = Tenant::standing().await;
    let first = tenant.token.clone();
    tenant.sim.advance(Duration::from_secs(5400));
    let again = tenant.new_token().await;
    assert_eq!((again["tenant_access_token"].as_str(), again["expire"].as_i64()), (Some(first.as_str()), Some(1800)));
    tenant.sim.advance(Duration::from_secs(1));
    let second = tenant.new_token().await;
    assert_eq!(second["expire"], 7200);
    assert_ne!(second["tenant_access_token"], json!(first));
    assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), 0);
    tenant.sim.advance(Duration::from_secs(1799));
    let expired = tenant.get("/open-apis/bot/v3/info").await;
    assert_eq!((expired.status, expired.code()), (400, 99991663));
    tenant.token = second["tenant_access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        tenant.get("/open-apis/bot/v3/info").await.body["bot"]["open_id"],
        json!(tenant.connection.feishu.robot_open_id)
    );
}

#[tokio::test]
async fn a_bad_token_is_refused_with_the_code_of_its_kind() {
    let mut tenant = Tenant::standing().await;
    for (token, code) in [("", 99991661), ("x-1", 99991671), ("t-1", 99991663), ("u-1", 99991668), ("eyJ0", 99991668)] {
        tenant.token = token.to_owned();
        assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), code, "«{token}»");
    }
    let wrong = json!({"app_id": tenant.connection.feishu.app_id, "app_secret": "wrong"});
    let refused = tenant.post("/open-apis/auth/v3/tenant_access_token/internal", wrong).await;
    assert_eq!((refused.status, refused.code()), (200, 10014));
}

#[tokio::test]
async fn tokens_taken_back_early_are_refused() {
    let tenant = Tenant::standing().await;
    tenant.sim.feishu().revoke_tokens();
    assert_eq!(tenant.get("/open-apis/bot/v3/info").await.code(), 99991663);
}

#[tokio::test]
async fn the_same_uuid_sends_once_within_an_hour() {
    let tenant = Tenant::standing().await;
    let body =
        json!({"receive_id": tenant.chat_id(GROUP), "msg_type": "text", "content": "{\"text\":\"一\"}", "uuid": "k"});
    let first = tenant.post(SEND, body.clone()).await.data();
    tenant.sim.advance(Duration::from_secs(3599));
    assert_eq!(tenant.post(SEND, body.clone()).await.data()["message_id"], first["message_id"]);
    tenant.sim.feishu().configure(|options| options.repeated_uuid_is_refused = true);
    assert_eq!(tenant.post(SEND, body.clone()).await.code(), 230049);
    assert_eq!(tenant.shown(GROUP).len(), 1);
    tenant.sim.advance(Duration::from_secs(1));
    let mut tenant = tenant;
    tenant.token = tenant.new_token().await["tenant_access_token"].as_str().unwrap().to_owned();
    assert_ne!(tenant.post(SEND, body).await.data()["message_id"], first["message_id"]);
    assert_eq!(tenant.shown(GROUP).len(), 2);
}

#[tokio::test]
async fn a_malformed_request_is_refused_and_changes_nothing() {
    let tenant = Tenant::standing().await;
    let chat = tenant.chat_id(GROUP);
    let good = json!({"receive_id": chat, "msg_type": "text", "content": "{\"text\":\"x\"}"});
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (path, body, code) in [
        ("/open-apis/im/v1/messages", good.clone(), 99992402),
        ("/open-apis/im/v1/messages?receive_id_type=fax", good.clone(), 99992402),
        (SEND, with("receive_id", json!("")), 99992402),
        (SEND, with("receive_id", json!("oc_nothing")), 230034),
        (SEND, with("content", json!({"text": "x"})), 99992402),
        (SEND, with("content", json!("x")), 230001),
        (SEND, with("msg_type", json!("shout")), 230001),
        (SEND, with("uuid", json!("x".repeat(51))), 99992402),
        ("/open-apis/im/v1/messages?receive_id_type=open_id", with("receive_id", json!("nobody")), 99992351),
        (
            "/open-apis/im/v1/messages?receive_id_type=open_id",
            with("receive_id", json!(format!("ou_{}", "0".repeat(32)))),
            99992361,
        ),
        (SEND, json!([1]), 9499),
    ] {
        let refused = tenant.post(path, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{path} {body}");
    }
    let violation = tenant.post(SEND, with("receive_id", json!(""))).await.body["error"]["field_violations"][0].clone();
    assert_eq!(violation["field"], "receive_id");
    assert!(tenant.shown(GROUP).is_empty());
    tenant.sim.feishu().configure(|options| options.out_of_range = ["liqiang".to_owned()].into());
    let body = with("receive_id", json!(tenant.open_id("liqiang")));
    assert_eq!(tenant.post("/open-apis/im/v1/messages?receive_id_type=open_id", body).await.code(), 230013);
}

#[tokio::test]
async fn a_text_can_be_edited_twenty_times_and_only_by_its_sender() {
    let tenant = Tenant::standing().await;
    let sent = tenant.send(GROUP, "text", json!({"text": "0"})).await.data();
    let path = format!("/open-apis/im/v1/messages/{}", sent["message_id"].as_str().unwrap());
    let edit = |text: &str| Some(json!({"msg_type": "text", "content": json!({"text": text}).to_string()}));
    for number in 1..=20 {
        tenant.call("PUT", &path, edit(&number.to_string())).await.data();
        tenant.sim.advance(Duration::from_secs(1));
    }
    assert_eq!(tenant.call("PUT", &path, edit("21")).await.code(), 230072);
    assert_eq!(tenant.shown(GROUP)[0].text, "20");
    let theirs = tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "我的").unwrap();
    assert_eq!(tenant.call("PUT", &format!("/open-apis/im/v1/messages/{theirs}"), edit("x")).await.code(), 230071);
    assert_eq!(tenant.call("DELETE", &format!("/open-apis/im/v1/messages/{theirs}"), None).await.code(), 230026);
}

#[tokio::test]
async fn a_recalled_message_can_not_be_answered_edited_or_buzzed() {
    let tenant = Tenant::standing().await;
    let id = tenant.send_card(GROUP, card("卡片")).await;
    let path = format!("/open-apis/im/v1/messages/{id}");
    tenant.call("DELETE", &path, None).await.data();
    assert!(tenant.shown(GROUP)[0].recalled);
    let text = json!({"msg_type": "text", "content": "{\"text\":\"x\"}"});
    assert_eq!(tenant.post(&format!("{path}/reply"), text).await.code(), 230011);
    assert_eq!(tenant.call("PATCH", &path, Some(json!({"content": card("新").to_string()}))).await.code(), 230011);
    let body = json!({"user_id_list": [tenant.open_id("liqiang")]});
    assert_eq!(
        tenant.call("PATCH", &format!("{path}/urgent_app?user_id_type=open_id"), Some(body)).await.code(),
        230011
    );
}

#[tokio::test]
async fn a_call_rings_only_for_members_of_the_chat_and_uses_up_the_quota() {
    let tenant = Tenant::standing().await;
    let id = tenant.send(GROUP, "text", json!({"text": "急"})).await.data()["message_id"].as_str().unwrap().to_owned();
    let urge = async |way: &str, people: &[&str]| {
        let ids: Vec<String> = people.iter().map(|key| tenant.open_id(key)).collect();
        let path = format!("/open-apis/im/v1/messages/{id}/urgent_{way}?user_id_type=open_id");
        tenant.call("PATCH", &path, Some(json!({"user_id_list": ids}))).await
    };
    let data = urge("phone", &["liqiang", "sunli"]).await.data();
    assert_eq!(data["invalid_user_id_list"], json!([tenant.open_id("sunli")]));
    let rings: Vec<_> = tenant.sim.rings().into_iter().map(|ring| (ring.person, ring.way)).collect();
    assert_eq!(rings, [("liqiang".to_owned(), RingWay::App), ("liqiang".to_owned(), RingWay::Phone)]);
    assert_eq!(urge("sms", &["sunli"]).await.code(), 230001);
    tenant.sim.feishu().configure(|options| options.urgent_calls_left = Some(1));
    urge("phone", &["liqiang"]).await.data();
    assert_eq!(urge("phone", &["liqiang"]).await.code(), 230024);
    let without_type = format!("/open-apis/im/v1/messages/{id}/urgent_app");
    assert_eq!(tenant.call("PATCH", &without_type, Some(json!({"user_id_list": ["x"]}))).await.code(), 99992402);
    let theirs = tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "我的").unwrap();
    let path = format!("/open-apis/im/v1/messages/{theirs}/urgent_app?user_id_type=open_id");
    assert_eq!(tenant.call("PATCH", &path, Some(json!({"user_id_list": ["x"]}))).await.code(), 230012);
}

#[tokio::test]
async fn who_has_read_a_message_can_be_asked_for_a_week() {
    let mut tenant = Tenant::standing().await;
    let id = tenant.send(GROUP, "text", json!({"text": "看"})).await.data()["message_id"].as_str().unwrap().to_owned();
    tenant.sim.read(FEISHU, Read { person: "liqiang".into(), message: id.clone() }).unwrap();
    let path = format!("/open-apis/im/v1/messages/{id}/read_users?user_id_type=open_id");
    let items = tenant.get(&path).await.data()["items"].clone();
    assert_eq!((items[0]["user_id"].as_str(), items[1].is_null()), (Some(tenant.open_id("liqiang").as_str()), true));
    tenant.sim.advance(Duration::from_secs(7 * 86_400 + 1));
    tenant.token = tenant.new_token().await["tenant_access_token"].as_str().unwrap().to_owned();
    assert_eq!(tenant.get(&path).await.code(), 230033);
}

#[tokio::test]
async fn a_new_group_is_made_once_per_uuid_and_gets_members() {
    let tenant = Tenant::standing().await;
    let body =
        json!({"name": "故障处理", "user_id_list": [tenant.open_id("liqiang")], "owner_id": tenant.open_id("zhaomin")});
    let path = "/open-apis/im/v1/chats?user_id_type=open_id&uuid=g1";
    let chat = tenant.post(path, body.clone()).await.data()["chat_id"].as_str().unwrap().to_owned();
    assert_eq!(tenant.post(path, body).await.data()["chat_id"], json!(chat));
    let members = format!("/open-apis/im/v1/chats/{chat}/members");
    tenant
        .post(&format!("{members}?member_id_type=open_id"), json!({"id_list": [tenant.open_id("hejing")]}))
        .await
        .data();
    assert_eq!(tenant.get(&members).await.data()["member_total"], 3);
    let unknown = tenant.post(&format!("{members}?member_id_type=open_id"), json!({"id_list": ["ou_x"]})).await;
    assert_eq!(unknown.code(), 232043);
    assert_eq!(tenant.get("/open-apis/im/v1/chats/oc_x").await.code(), 232006);
    assert_eq!(tenant.sim.state(None).platforms[&FEISHU].conversation("故障处理").unwrap().members.len(), 3);
}

#[tokio::test]
async fn people_are_looked_up_and_the_chain_of_superiors_ends() {
    let tenant = Tenant::standing().await;
    let body = json!({"mobiles": ["+8613800010002", "13900000000"], "emails": ["LIQIANG@yunfan.example"]});
    let list =
        tenant.post("/open-apis/contact/v3/users/batch_get_id?user_id_type=open_id", body).await.data()["user_list"]
            .clone();
    assert_eq!(list[0]["user_id"], json!(tenant.open_id("liqiang")));
    assert_eq!(list[1]["user_id"], list[0]["user_id"]);
    assert_eq!(list[2], json!({"mobile": "13900000000"}));
    let user = async |id: String| tenant.get(&format!("/open-apis/contact/v3/users/{id}?user_id_type=open_id")).await;
    let liqiang = user(tenant.open_id("liqiang")).await.data()["user"].clone();
    assert_eq!(liqiang["leader_user_id"], json!(tenant.open_id("zhaomin")));
    assert_eq!(user(tenant.open_id("zhaomin")).await.data()["user"]["leader_user_id"], "");
    tenant.sim.feishu().configure(|options| options.out_of_range = ["zhaomin".to_owned()].into());
    assert_eq!(user(tenant.open_id("zhaomin")).await.code(), 41050);
    let department = liqiang["department_ids"][0].as_str().unwrap();
    let members =
        tenant.get(&format!("/open-apis/contact/v3/users/find_by_department?department_id={department}")).await.data();
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    assert_eq!(tenant.get("/open-apis/contact/v3/departments/0/children?page_size=51").await.code(), 40011);
}

#[tokio::test]
async fn reactions_and_pins_are_kept_once() {
    let tenant = Tenant::standing().await;
    let id = tenant.sim.say_in_group(FEISHU, "liqiang", GROUP, "完成了").unwrap();
    let path = format!("/open-apis/im/v1/messages/{id}/reactions");
    let body = json!({"reaction_type": {"emoji_type": "DONE"}});
    let first = tenant.post(&path, body.clone()).await.data()["reaction_id"].clone();
    assert_eq!(tenant.post(&path, body).await.data()["reaction_id"], first);
    assert_eq!(tenant.get(&path).await.data()["items"].as_array().unwrap().len(), 1);
    let one = format!("{path}/{}", first.as_str().unwrap());
    tenant.call("DELETE", &one, None).await.data();
    assert_eq!(tenant.call("DELETE", &one, None).await.code(), 231007);
    for _ in 0..2 {
        assert_eq!(
            tenant.post("/open-apis/im/v1/pins", json!({"message_id": id})).await.data()["pin"]["message_id"],
            json!(id)
        );
    }
    let pins = format!("/open-apis/im/v1/pins?chat_id={}", tenant.chat_id(GROUP));
    assert_eq!(tenant.get(&pins).await.data()["items"].as_array().unwrap().len(), 1);
    tenant.call("DELETE", &format!("/open-apis/im/v1/pins/{id}"), None).await.data();
    assert!(tenant.get(&pins).await.data()["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn only_pictures_that_the_app_uploaded_can_be_sent() {
    let tenant = Tenant::standing().await;
    assert_eq!(tenant.send(GROUP, "image", json!({"image_key": "img_of_somebody_else"})).await.code(), 230017);
    assert!(tenant.shown(GROUP).is_empty());
}
