//! The DingTalk connector against a server that answers as the test tells it to: what must happen exactly so.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use huan_connect::{
    Account, Certainty, Content, Mentions, Outgoing, Platform, Recipient, Retry, Settings, Surroundings, http::Http,
};
use huan_connectors::dingtalk::DingTalk;
use huan_core::{
    ambient::{ManualTime, SeededEntropy},
    card::{Card, Tone},
    platform::{ForeignConversation, ForeignMessage, ForeignUser},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A call as the server saw it.
#[derive(Debug, Clone)]
struct Seen {
    path: String,
    query: String,
    token: String,
    accept: String,
    body: Value,
}

#[derive(Default)]
struct Script {
    tokens: usize,
    token_answers: VecDeque<(u16, String)>,
    answers: VecDeque<(u16, String)>,
    seen: Vec<Seen>,
}

#[derive(Clone)]
struct Server {
    base: String,
    script: Arc<Mutex<Script>>,
}

impl Server {
    async fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { base, script }
    }

    fn open(&self, time: &ManualTime) -> Arc<dyn Account> {
        let settings: Settings = [
            ("client_id", "dingapp"),
            ("client_secret", "s3cret"),
            ("api_base", self.base.as_str()),
            ("oapi_base", self.base.as_str()),
            ("card_template", "t.schema"),
        ]
        .into_iter()
        .collect();
        let surroundings = Surroundings {
            http: Http::new().unwrap(),
            time: Arc::new(time.clone()),
            entropy: Arc::new(SeededEntropy::new(1)),
        };
        DingTalk.open(&settings, surroundings).unwrap()
    }

    fn then(&self, status: u16, body: impl ToString) -> &Self {
        self.script.lock().unwrap().answers.push_back((status, body.to_string()));
        self
    }

    fn then_token(&self, status: u16, body: impl ToString) -> &Self {
        self.script.lock().unwrap().token_answers.push_back((status, body.to_string()));
        self
    }

    fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }

    fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }

    fn tokens(&self) -> usize {
        self.script.lock().unwrap().tokens
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut script = script.lock().unwrap();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (status, text) = if uri.path() == "/v1.0/oauth2/accessToken" {
        script.tokens += 1;
        let number = script.tokens;
        let usual = (200, json!({"accessToken": format!("tok-{number}"), "expireIn": 7200}).to_string());
        script.token_answers.pop_front().unwrap_or(usual)
    } else {
        script.seen.push(Seen {
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            token: header("x-acs-dingtalk-access-token"),
            accept: header("accept"),
            body: serde_json::from_slice(&body).unwrap_or_default(),
        });
        script.answers.pop_front().unwrap_or((200, json!({"processQueryKey": "pqk"}).to_string()))
    };
    (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], text).into_response()
}

fn clock() -> ManualTime {
    ManualTime::starting_at(Timestamp::from_second(1_700_000_000).unwrap())
}

fn to_group(content: Content) -> Outgoing {
    Outgoing {
        to: Recipient::Conversation { id: ForeignConversation::new("cidA=="), reply_to: None, reply_route: None },
        content,
        mentions: Mentions::default(),
        key: "dlv_1".to_owned(),
    }
}

fn words(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn card() -> Content {
    Content::Card(Card { reference: "dlv_1".into(), title: "任务".into(), tone: Tone::Action, blocks: Vec::new() })
}

#[tokio::test]
async fn s2_1_a_token_is_renewed_five_minutes_early_and_kept_when_that_fails() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let message = to_group(words("x"));
    account.send(&message).await.unwrap();
    time.advance(SignedDuration::from_secs(6899));
    account.send(&message).await.unwrap();
    assert_eq!(server.tokens(), 1);
    time.advance(SignedDuration::from_secs(1));
    server.then_token(503, "busy");
    account.send(&message).await.unwrap();
    assert_eq!(server.seen().last().unwrap().token, "tok-1", "the old token still lasts");
    account.send(&message).await.unwrap();
    assert_eq!(server.seen().last().unwrap().token, "tok-3");
    time.advance(SignedDuration::from_secs(7200));
    server.then_token(503, "busy");
    let error = account.send(&message).await.unwrap_err();
    assert_eq!((error.certainty, error.reason_key), (Certainty::NotSent, "delivery.reason.platform_busy"));
}

#[tokio::test]
async fn s0_3_a_refused_token_is_dropped_and_the_call_made_once_more() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let invalid = json!({"code": "InvalidAuthentication", "requestid": "r", "message": "不合法的access_token"});
    server.then(400, &invalid);
    account.send(&to_group(words("x"))).await.unwrap();
    let tokens: Vec<String> = server.seen().into_iter().map(|seen| seen.token).collect();
    assert_eq!(tokens, ["tok-1", "tok-2"]);
    server.then(400, &invalid).then(401, &invalid);
    let error = account.send(&to_group(words("x"))).await.unwrap_err();
    assert_eq!((error.reason_key, error.retry), ("delivery.reason.credentials", Retry::Transient));
    assert_eq!(server.seen().len(), 4, "once more, not for ever");
    // The old API says it in its own way.
    let old = json!({"errcode": 88, "sub_code": "40014", "sub_msg": "不合法的access_token", "errmsg": "x"});
    let person =
        json!({"errcode": "0", "errmsg": "ok", "result": {"userid": "u1", "name": "王晓", "manager_userid": "m1"}});
    server.then(200, &old).then(200, &person);
    let entry = account.directory().unwrap().person(&ForeignUser::new("u1")).await.unwrap().unwrap();
    assert_eq!(entry.superior, Some(ForeignUser::new("m1")));
    let queries: Vec<String> = server.seen()[4..].iter().map(|seen| seen.query.clone()).collect();
    assert_eq!(queries, ["access_token=tok-4", "access_token=tok-5"]);
}

#[tokio::test]
async fn s3_1_and_s3_2_messages_have_the_documented_form() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let sent = account.send(&to_group(words("你好\"\n"))).await.unwrap().message;
    assert_eq!(sent, Some(ForeignMessage::new("group|cidA==|pqk")));
    let person = Outgoing { to: Recipient::Person(ForeignUser::new("manager1234")), ..to_group(words("hi")) };
    assert_eq!(account.send(&person).await.unwrap().message, Some(ForeignMessage::new("direct|pqk")));
    let seen = server.seen();
    assert_eq!(seen[0].accept, "application/json");
    assert_eq!(server.paths(), ["/v1.0/robot/groupMessages/send", "/v1.0/robot/oToMessages/batchSend"]);
    assert_eq!(
        seen[0].body,
        json!({"robotCode": "dingapp", "openConversationId": "cidA==", "msgKey": "sampleText",
            "msgParam": "{\"content\":\"你好\\\"\"}"})
    );
    assert_eq!(seen[1].body["userIds"], json!(["manager1234"]));
}

#[tokio::test]
async fn s8_4_a_card_has_the_documented_form() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let delivered = json!({"success": true, "result": {"outTrackId": "dlv_1", "deliverResults": [
        {"spaceType": "IM_GROUP", "spaceId": "cidA==", "success": true, "carrierId": "4v+Az=", "errorMsg": ""}]}});
    server.then(200, &delivered);
    let mut message = to_group(card());
    message.mentions.people = vec![(ForeignUser::new("u1"), "李强".to_owned())];
    assert_eq!(account.send(&message).await.unwrap().message, Some(ForeignMessage::new("group|cidA==|4v+Az=")));
    let body = server.seen().remove(0).body;
    assert_eq!(body["openSpaceId"], "dtv1.card//IM_GROUP.cidA==");
    assert_eq!((&body["outTrackId"], &body["callbackType"]), (&json!("dlv_1"), &json!("STREAM")));
    let deliver = &body["imGroupOpenDeliverModel"];
    assert_eq!(*deliver, json!({"robotCode": "dingapp", "atUserIds": {"u1": "李强"}}));
    assert_eq!(body["imGroupOpenSpaceModel"]["supportForward"], false);
    assert_eq!(body["cardData"]["cardParamMap"]["body"], "<a atId=u1>李强</a>");
    let values = body["cardData"]["cardParamMap"].as_object().unwrap();
    assert!(values.values().all(Value::is_string));
}

#[tokio::test]
async fn s8_3_a_card_that_was_not_delivered_is_delivered_by_the_next_attempt_and_not_lost() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let failed = json!({"success": true, "result": {"outTrackId": "dlv_1", "deliverResults": [
        {"spaceType": "IM_GROUP", "spaceId": "cidA==", "success": false, "carrierId": "", "errorMsg": "system.busy"}]}});
    server.then(200, &failed);
    let error = account.send(&to_group(card())).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Transient));
    let exists = json!({"code": "param.cardAlreadyExist", "message": "param.cardAlreadyExist"});
    let now = json!({"success": true, "result": [{"spaceType": "IM_GROUP", "success": true, "carrierId": "k2"}]});
    server.then(400, &exists).then(200, &now);
    assert_eq!(account.send(&to_group(card())).await.unwrap().message, Some(ForeignMessage::new("group|cidA==|k2")));
    assert_eq!(server.paths()[2], "/v1.0/card/instances/deliver");
    // From now on it is one that went through.
    server.then(400, &exists);
    account.send(&to_group(card())).await.unwrap();
    assert_eq!(server.paths().len(), 4);
}

#[tokio::test]
async fn a_long_text_goes_on_where_it_stopped() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let message = to_group(words(&(0..2000).map(|n| format!("第{n}行很长的文字\n")).collect::<String>()));
    server.then(200, json!({"processQueryKey": "k1"}));
    server.then(403, json!({"code": "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "message": "x"}));
    let error = account.send(&message).await.unwrap_err();
    assert_eq!(error.retry, Retry::After(Duration::from_secs(1)));
    for key in ["k2", "k3", "k4"] {
        server.then(200, json!({"processQueryKey": key}));
    }
    let sent = account.send(&message).await.unwrap().message.unwrap();
    assert!(sent.as_str().starts_with("group|cidA==|k1,k2,k3"), "{sent}");
    let contents: Vec<String> = server
        .seen()
        .iter()
        .map(|seen| {
            serde_json::from_str::<Value>(seen.body["msgParam"].as_str().unwrap()).unwrap()["content"].to_string()
        })
        .collect();
    assert!(contents[1] == contents[2], "the refused part is sent again");
    assert!(contents[0] != contents[1], "what went through is not");
    assert!(server.seen().iter().all(|seen| seen.body["msgParam"].as_str().unwrap().len() <= 15_000));
}

#[tokio::test]
async fn s0_4_a_blocked_address_rests() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    server.then(200, "<!doctype html><html>您的访问被阻断</html>");
    let error = account.send(&to_group(words("x"))).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::After(Duration::from_secs(300))));
    assert!(!error.detail.contains("s3cret") && !error.detail.contains("tok-1"));
}

#[tokio::test]
async fn s10_4_a_superior_is_found_along_the_departments() {
    let (server, time) = (Server::start().await, clock());
    let account = server.open(&time);
    let ok = |result: Value| json!({"errcode": 0, "errmsg": "ok", "result": result});
    server
        .then(200, ok(json!({"userid": "u1", "name": "王晓", "dept_id_list": [2]})))
        .then(200, ok(json!({"parent_id_list": [2, 5, 1]})))
        .then(200, ok(json!({"dept_id": 2, "dept_manager_userid_list": ["u1"]})))
        .then(200, ok(json!({"dept_id": 5, "dept_manager_userid_list": ["boss", "u1"]})));
    let entry = account.directory().unwrap().person(&ForeignUser::new("u1")).await.unwrap().unwrap();
    assert_eq!(entry.superior, Some(ForeignUser::new("boss")));
    // Without the permission for departments the person is still found.
    server
        .then(200, ok(json!({"userid": "u1", "name": "王晓", "dept_id_list": [2]})))
        .then(200, json!({"errcode": 60011, "errmsg": "no permission"}));
    let entry = account.directory().unwrap().person(&ForeignUser::new("u1")).await.unwrap().unwrap();
    assert_eq!((entry.name.as_str(), entry.superior), ("王晓", None));
}
