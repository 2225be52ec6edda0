//! Calls: the token's life, what is sent, and what errors become.

use std::time::Duration;

use huan_connect::{BuzzKind, Certainty, ConnectionState, Platform, Retry, Severity};
use huan_connectors::feishu::{Feishu, FeishuHook};
use huan_core::platform::{ForeignConversation, ForeignMessage, ForeignUser};
use jiff::SignedDuration;
use serde_json::json;

use super::{
    clock, open,
    server::{Answer, Server, json_answer},
    settings, surroundings, to_group, to_person,
};

#[tokio::test]
async fn s2_1_a_token_is_fetched_once_for_all_who_wait() {
    let server = Server::start().await;
    let account = open(&server.base);
    let messages: Vec<_> = (0..10).map(|n| to_person(&format!("ou_{n}"))).collect();
    for sent in futures_util::future::join_all(messages.iter().map(|message| account.send(message))).await {
        assert_eq!(sent.unwrap().message, Some(ForeignMessage::new("om_1")));
    }
    assert_eq!(server.tokens(), 1);
    assert!(server.seen().iter().all(|seen| seen.token == "Bearer t-1"));
}

#[tokio::test]
async fn s2_1_a_token_is_renewed_before_its_end() {
    let server = Server::start().await;
    let time = clock();
    let account = Feishu.open(&settings(&server.base), surroundings(&time)).unwrap();
    account.send(&to_group(None)).await.unwrap();
    time.advance(SignedDuration::from_secs(6599));
    account.send(&to_group(None)).await.unwrap();
    assert_eq!(server.tokens(), 1);
    time.advance(SignedDuration::from_secs(1));
    server.tokens_live(8);
    account.send(&to_group(None)).await.unwrap();
    assert_eq!(server.tokens(), 2);
    // A short token too is used for most of its life.
    time.advance(SignedDuration::from_secs(5));
    account.send(&to_group(None)).await.unwrap();
    assert_eq!(server.tokens(), 2);
    time.advance(SignedDuration::from_secs(1));
    account.send(&to_group(None)).await.unwrap();
    assert_eq!(server.tokens(), 3);
}

#[tokio::test]
async fn s0_7_a_refused_token_is_dropped_and_the_call_made_once_more() {
    let server = Server::start().await;
    let account = open(&server.base);
    server.answer(json_answer(400, &json!({"code": 99991663, "msg": "Invalid access token for authorization"})));
    account.send(&to_group(None)).await.unwrap();
    let tokens: Vec<String> = server.seen().into_iter().map(|seen| seen.token).collect();
    assert_eq!(tokens, ["Bearer t-1", "Bearer t-2"]);
    for _ in 0..2 {
        server.answer(json_answer(400, &json!({"code": 99991671, "msg": "must start with t-/u-"})));
    }
    let error = account.send(&to_group(None)).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Transient));
    assert_eq!(error.reason_key, "delivery.reason.credentials");
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn s3_2_a_message_goes_to_the_right_kind_of_id() {
    let server = Server::start().await;
    let account = open(&server.base);
    account.send(&to_group(None)).await.unwrap();
    for id in ["ou_1", "on_1", "a@example.com", "e33ggbyz"] {
        account.send(&to_person(id)).await.unwrap();
    }
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    let expected = ["chat_id", "open_id", "union_id", "email", "user_id"]
        .map(|kind| format!("/open-apis/im/v1/messages?receive_id_type={kind}"));
    assert_eq!(targets, expected);
    let first = server.seen().remove(0);
    assert_eq!(
        first.body,
        json!({"receive_id": "oc_1", "msg_type": "text", "content": "{\"text\":\"你好\"}", "uuid": "msg_1"})
    );
}

#[tokio::test]
async fn s3_3_a_reply_to_a_message_that_is_gone_stands_by_itself() {
    let server = Server::start().await;
    let account = open(&server.base);
    account.send(&to_group(Some("om_9"))).await.unwrap();
    server.answer(json_answer(400, &json!({"code": 230011, "msg": "The message is recalled."})));
    account.send(&to_group(Some("om_9"))).await.unwrap();
    server.answer(json_answer(400, &json!({"code": 230002, "msg": "The bot can not be outside the group."})));
    let error = account.send(&to_group(Some("om_9"))).await.unwrap_err();
    assert_eq!(error.reason_key, "delivery.reason.not_in_group");
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    let (reply, direct) = ("/open-apis/im/v1/messages/om_9/reply", "/open-apis/im/v1/messages?receive_id_type=chat_id");
    assert_eq!(targets, [reply, reply, direct, reply]);
    // The same uuid all the way: whichever arrives, it is one message.
    assert!(server.seen().iter().all(|seen| seen.body["uuid"] == "msg_1"));
}

#[tokio::test]
async fn s0_4_a_throttled_sender_rests() {
    let server = Server::start().await;
    let account = open(&server.base);
    server.answer(Answer {
        status: 429,
        headers: vec![("x-ogw-ratelimit-limit", "100"), ("x-ogw-ratelimit-reset", "52")],
        body: json!({"code": 99991400, "msg": "request trigger frequency limit"}).to_string(),
    });
    let error = account.send(&to_group(None)).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::After(Duration::from_secs(52))));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_leaves_the_outcome_unknown() {
    let server = Server::start().await;
    let account = open(&server.base);
    for (status, body) in [(502, "<html>"), (200, ""), (200, "{\"data\":{}}"), (500, "{\"code\":7}")] {
        server.answer(Answer { status, headers: Vec::new(), body: body.to_owned() });
        let error = account.send(&to_group(None)).await.unwrap_err();
        assert_eq!((error.certainty, error.retry), (Certainty::Unknown, Retry::Transient), "{status} {body}");
    }
}

#[tokio::test]
async fn an_unreachable_platform_took_nothing() {
    // Nobody listens on a port that was just given back.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = open(&base).send(&to_group(None)).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Transient));
    assert_eq!(error.reason_key, "delivery.reason.unreachable");
    assert!(!error.detail.contains("s3cret"));
}

#[tokio::test]
async fn s3_4_s3_5_edit_recall_buzz_and_receipts() {
    let server = Server::start().await;
    let account = open(&server.base);
    let message = ForeignMessage::new("om_1");
    account.recall().unwrap().recall(&message).await.unwrap();
    server.answer(json_answer(400, &json!({"code": 230011, "msg": "recalled"})));
    account.recall().unwrap().recall(&message).await.unwrap();
    let buzz = account.buzz().unwrap();
    for kind in [BuzzKind::InApp, BuzzKind::Sms, BuzzKind::Phone] {
        server.answer(json_answer(200, &json!({"code": 0, "data": {"invalid_user_id_list": []}})));
        buzz.buzz(kind, &message, &[ForeignUser::new("ou_1")], "").await.unwrap();
    }
    server.answer(json_answer(200, &json!({"code": 0, "data": {"invalid_user_id_list": ["ou_2"]}})));
    let people = [ForeignUser::new("ou_1"), ForeignUser::new("ou_2")];
    let error = buzz.buzz(BuzzKind::InApp, &message, &people, "").await.unwrap_err();
    assert_eq!((error.reason_key, error.detail.as_str()), ("delivery.reason.not_in_conversation", "not buzzed: ou_2"));
    server.answer(json_answer(
        200,
        &json!({"code": 0, "data": {"has_more": true, "page_token": "p2", "items": [
        {"user_id_type": "open_id", "user_id": "ou_1", "timestamp": "1700000000000"}]}}),
    ));
    server.answer(json_answer(200, &json!({"code": 0, "data": {"has_more": false, "items": [{"user_id": "ou_2"}]}})));
    let readings = account.receipts().unwrap().readers(&message).await.unwrap();
    assert_eq!(readings.len(), 2);
    assert_eq!(readings[0].at, Some("2023-11-14T22:13:20Z".parse().unwrap()));
    let calls: Vec<String> = server.seen().iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect();
    let own = "/open-apis/im/v1/messages/om_1";
    assert_eq!(
        calls,
        [
            format!("DELETE {own}"),
            format!("DELETE {own}"),
            format!("PATCH {own}/urgent_app?user_id_type=open_id"),
            format!("PATCH {own}/urgent_sms?user_id_type=open_id"),
            format!("PATCH {own}/urgent_phone?user_id_type=open_id"),
            format!("PATCH {own}/urgent_app?user_id_type=open_id"),
            format!("GET {own}/read_users?user_id_type=open_id&page_size=100"),
            format!("GET {own}/read_users?user_id_type=open_id&page_size=100&page_token=p2"),
        ]
    );
}

#[tokio::test]
async fn s9_people_and_groups() {
    let server = Server::start().await;
    let account = open(&server.base);
    let directory = account.directory().unwrap();
    server.answer(json_answer(
        200,
        &json!({"code": 0, "data": {"user_list": [
        {"mobile": "13800000000"}, {"user_id": "ou_1", "email": "a@example.com"}]}}),
    ));
    server.answer(json_answer(
        200,
        &json!({"code": 0, "data": {"user":
        {"open_id": "ou_1", "union_id": "on_1", "name": "张三", "leader_user_id": "ou_boss"}}}),
    ));
    let found = directory.find(Some("13800000000"), Some("a@example.com")).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.superior), ("张三", Some(ForeignUser::new("ou_boss"))));
    server.answer(json_answer(200, &json!({"code": 0, "data": {"user_list": [{"mobile": "1"}]}})));
    assert!(directory.find(Some("1"), None).await.unwrap().is_none());
    server.answer(json_answer(400, &json!({"code": 41050, "msg": "no user authority error"})));
    assert!(directory.person(&ForeignUser::new("ou_far")).await.unwrap().is_none());
    // The id can be looked up, the person not: the id is enough to send to.
    server.answer(json_answer(200, &json!({"code": 0, "data": {"user_list": [{"user_id": "ou_2"}]}})));
    server.answer(json_answer(400, &json!({"code": 99991672, "msg": "Access denied."})));
    let found = directory.find(Some("13800000001"), None).await.unwrap().unwrap();
    assert_eq!((found.user, found.mobile.as_deref()), (ForeignUser::new("ou_2"), Some("13800000001")));
    server.answer(json_answer(
        200,
        &json!({"code": 0, "data": {"has_more": false, "items": [{"chat_id": "oc_1", "name": "产品组"}]}}),
    ));
    let groups = directory.groups().await.unwrap();
    assert_eq!((groups[0].id.as_str(), groups[0].title.as_deref()), ("oc_1", Some("产品组")));
    server.answer(json_answer(200, &json!({"code": 0, "data": {"items": [{"member_id": "ou_1"}]}})));
    let members = directory.members(&ForeignConversation::new("oc_1")).await.unwrap();
    assert_eq!(members, [ForeignUser::new("ou_1")]);
}

#[tokio::test]
async fn s1_5_answers_to_a_group_robot() {
    let server = Server::start().await;
    let mut settings = huan_connect::Settings::default();
    settings.set("webhook", format!("{}/open-apis/bot/v2/hook/0b1f-tok3n", server.base));
    let account = FeishuHook.open(&settings, surroundings(&clock())).unwrap();
    for body in [
        r#"{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}"#,
        r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#,
    ] {
        server.answer(Answer { status: 200, headers: Vec::new(), body: body.to_owned() });
        assert_eq!(account.send(&to_group(None)).await.unwrap().message, None);
    }
    assert!(matches!(*account.state().borrow(), ConnectionState::Connected { .. }));
    let never = Retry::Never;
    for (code, retry, reason) in [
        (11232, Retry::Transient, "delivery.reason.throttled"),
        (9499, never, "delivery.reason.rejected"),
        (19001, never, "delivery.reason.credentials"),
        (19002, never, "delivery.reason.rejected"),
        (19021, never, "delivery.reason.credentials"),
        (19022, never, "delivery.reason.address_denied"),
        (19024, never, "delivery.reason.content_refused"),
        (19036, never, "delivery.reason.too_long"),
    ] {
        server.answer(json_answer(200, &json!({"code": code, "msg": "no"})));
        let error = account.send(&to_group(None)).await.unwrap_err();
        assert_eq!((error.certainty, error.retry, error.reason_key), (Certainty::NotSent, retry, reason), "{code}");
        assert!(!error.to_string().contains("tok3n"));
    }
    let lanes = account.lanes(&to_group(None));
    assert!(!lanes.idempotent);
    assert_eq!(lanes.sender.limits.iter().map(|limit| limit.count).collect::<Vec<_>>(), [5, 100]);
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong() {
    let server = Server::start().await;
    let mut http = settings(&server.base);
    http.set("mode", "http_callback");
    let account = Feishu.open(&http, surroundings(&clock())).unwrap();
    server.answer(json_answer(
        200,
        &json!({"code": 0, "bot": {"activate_status": 1, "app_name": "环", "open_id": "ou_robot"}}),
    ));
    server.answer(json_answer(
        200,
        &json!({"code": 0, "data": {"scopes": [
        {"scope_name": "im:message", "grant_status": 1}, {"scope_name": "im:message.p2p_msg", "grant_status": 1}]}}),
    ));
    let findings = account.check().await;
    let problems: Vec<(&str, &str)> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Problem)
        .map(|finding| (finding.key, finding.detail.as_str()))
        .collect();
    // The server answers with the real time, and our clock stands in 2023.
    assert_eq!(problems[0].0, "feishu.doctor.clock_skewed");
    assert_eq!(
        problems[1..],
        [
            ("feishu.doctor.robot_disabled", "环 (1)"),
            ("feishu.doctor.scope_missing", "im:message.group_at_msg:readonly"),
            ("feishu.doctor.callback_unprotected", ""),
        ]
    );
}
