//! The Teambition connector against a scripted server.

mod server;

use std::sync::Arc;

use huan_connect::{
    Account, Certainty, FieldWrite, NewForeignTask, Platform, Retry, SendError, Settings, Severity, Surroundings,
    http::Http,
};
use huan_connectors::teambition::Teambition;
use huan_core::{
    ambient::{ManualTime, SeededEntropy},
    platform::{ForeignProject, ForeignTaskId, ForeignUser},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use server::Server;

const OPERATOR: &str = "65e0f1a2b3c4d5e6f7a8b9a1";
const PROJECT: &str = "65e0f1a2b3c4d5e6f7a8b900";
const TASK: &str = "65e0f1a2b3c4d5e6f7a8b9c2";

fn settings(base: &str) -> Settings {
    [
        ("app_id", "5f0426cac1183f001a6f10c7"),
        ("app_secret", "example-app-secret"),
        ("organization_id", "5f59d997a41fa40016891500"),
        ("operator_id", OPERATOR),
        ("base_url", base),
    ]
    .into_iter()
    .collect()
}

fn clock() -> ManualTime {
    ManualTime::starting_at(Timestamp::from_second(1_767_323_045).unwrap())
}

fn open_at(settings: &Settings, time: &ManualTime) -> Arc<dyn Account> {
    let surroundings = Surroundings {
        http: Http::new().unwrap(),
        time: Arc::new(time.clone()),
        entropy: Arc::new(SeededEntropy::new(7)),
    };
    Teambition.open(settings, surroundings).unwrap()
}

fn open(server: &Server) -> Arc<dyn Account> {
    open_at(&settings(&server.base), &clock())
}

fn ok(result: &Value) -> Value {
    json!({"code": 200, "errorMessage": "", "requestId": "r", "result": result})
}

fn operator() -> ForeignUser {
    ForeignUser::new(OPERATOR)
}

fn task_id() -> ForeignTaskId {
    ForeignTaskId::new(TASK)
}

fn title() -> FieldWrite {
    FieldWrite::Title("合同初稿".into())
}

async fn write(account: &Arc<dyn Account>) -> Result<Option<Timestamp>, SendError> {
    account.tasks().unwrap().write(&task_id(), &title(), &operator()).await
}

#[tokio::test]
async fn s1_2_a_write_carries_token_tenant_and_operator() {
    let server = Server::start().await;
    server.answer(200, &ok(&json!({"content": "合同初稿", "updated": "2026-01-02T03:04:06.000Z"})));
    let updated = write(&open(&server)).await.unwrap();
    assert_eq!(updated, Some("2026-01-02T03:04:06Z".parse().unwrap()));
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, format!("PUT /gateway/v3/task/{TASK}/content"));
    assert_eq!(seen.body, json!({"content": "合同初稿"}));
    assert_eq!(
        seen.header("authorization"),
        "Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3NjczMjI4MDAsImV4cCI6MTc2NzMyNjc2MCwiX2FwcElkIjoiNWYwNDI2Y2FjMTE4M2YwMDFhNmYxMGM3In0.QrqPKtPRA7qpWf4xOxx_mUnApBtDdCGYPcBJ93a8bKA"
    );
    assert_eq!(seen.header("x-tenant-id"), "5f59d997a41fa40016891500");
    assert_eq!(seen.header("x-tenant-type"), "organization");
    assert_eq!(seen.header("x-operator-id"), OPERATOR);
}

#[tokio::test]
async fn d5_every_write_names_its_operator() {
    let server = Server::start().await;
    let account = open(&server);
    let tasks = account.tasks().unwrap();
    let user = ForeignUser::new("65e0f1a2b3c4d5e6f7a8b9a2");
    let writes = [
        title(),
        FieldWrite::Note("n".into()),
        FieldWrite::Owner(Some(user.clone())),
        FieldWrite::Participants(vec![user.clone()]),
        FieldWrite::Due(None),
        FieldWrite::Start(None),
        FieldWrite::Priority(1),
        FieldWrite::Status("s".into()),
        FieldWrite::Custom(huan_connect::CustomValue { field: "f".into(), values: vec![] }),
        FieldWrite::Archived(true),
        FieldWrite::Archived(false),
    ];
    for write in &writes {
        tasks.write(&task_id(), write, &user).await.unwrap();
    }
    tasks.comment(&task_id(), "完成一半", &[operator()], &user).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), writes.len() + 1);
    assert!(seen.iter().all(|seen| seen.header("x-operator-id") == user.as_str()));
    assert_eq!(seen.last().unwrap().body, json!({"content": "完成一半", "mentionUserIds": [OPERATOR]}));
}

#[tokio::test]
async fn s1_4_a_refused_token_is_signed_anew_once() {
    let server = Server::start().await;
    let time = clock();
    let account = open_at(&settings(&server.base), &time);
    server.answer(401, &json!({"code": 401, "errorMessage": "token expired"}));
    server.answer(200, &ok(&json!({})));
    write(&account).await.unwrap();
    assert_eq!(server.seen().len(), 2);
    for _ in 0..2 {
        server.answer(200, &json!({"code": 401, "errorMessage": "app not installed"}));
    }
    let error = write(&account).await.unwrap_err();
    assert_eq!(error.reason_key, "delivery.reason.credentials");
    assert_eq!(error.retry, Retry::Never);
    assert_eq!(server.seen().len(), 4, "tried once more, not for ever");
    // The next hour has its own token.
    time.advance(SignedDuration::from_hours(1));
    server.answer(200, &ok(&json!({})));
    write(&account).await.unwrap();
    let seen = server.seen();
    assert_ne!(seen[0].header("authorization"), seen.last().unwrap().header("authorization"));
}

#[tokio::test]
async fn s2_2_the_token_can_be_asked_for() {
    let server = Server::start().await;
    let mut settings = settings(&server.base);
    settings.set("token", "app_token");
    let account = open_at(&settings, &clock());
    server.answer(200, &ok(&json!({"appToken": "given", "expire": 3600})));
    server.answer(200, &ok(&json!({})));
    write(&account).await.unwrap();
    write(&account).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[0].line, "POST /gateway/appToken");
    assert_eq!(seen[0].body, json!({"appId": "5f0426cac1183f001a6f10c7", "appSecret": "example-app-secret"}));
    assert_eq!(seen[1].header("authorization"), "Bearer given");
    assert_eq!(seen[2].header("authorization"), "Bearer given");
}

#[tokio::test]
async fn a_lost_answer_is_uncertain_and_a_refusal_is_not() {
    let server = Server::start().await;
    let account = open(&server);
    server.hang_up();
    let error = write(&account).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::Unknown, Retry::Transient));
    server.answer(200, &json!({"code": 403, "errorMessage": "tb-core:task:update"}));
    let error = write(&account).await.unwrap_err();
    assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never));
    assert!(error.detail.contains("tb-core:task:update"));
    let nowhere = open_at(&settings("http://127.0.0.1:9/gateway"), &clock());
    assert_eq!(write(&nowhere).await.unwrap_err().certainty, Certainty::NotSent);
}

#[tokio::test]
async fn s5_reading_by_id_takes_what_is_there() {
    let server = Server::start().await;
    let account = open(&server);
    let tasks = account.tasks().unwrap();
    server.answer(200, &ok(&json!([{"taskId": TASK, "content": "t", "executorId": ""}])));
    let read = tasks.read(&[task_id()]).await.unwrap();
    assert_eq!((read.len(), read[0].owner.as_ref()), (1, None));
    assert_eq!(server.seen()[0].line, format!("GET /gateway/v3/task/query?taskId={TASK}"));
    server.answer(200, &json!({"code": 404, "errorMessage": "not found"}));
    assert!(tasks.read(&[task_id()]).await.unwrap().is_empty());
    // One of two is gone and the call as a whole says so: then each is asked for alone.
    server.answer(200, &json!({"code": 404}));
    server.answer(200, &ok(&json!([{"taskId": "a"}])));
    server.answer(404, &json!({"code": 404}));
    let both = tasks.read(&[ForeignTaskId::new("a"), ForeignTaskId::new("b")]).await.unwrap();
    assert_eq!(both.len(), 1);
}

#[tokio::test]
async fn s9_4_what_changed_is_read_page_by_page() {
    let server = Server::start().await;
    let account = open(&server);
    server.answer(200, &json!({"code": 200, "result": [{"taskId": "a"}], "nextPageToken": "p2"}));
    server.answer(200, &json!({"code": 200, "result": [{"taskId": "b", "isArchived": true}], "nextPageToken": ""}));
    let since = "2026-01-02T03:00:00Z".parse().unwrap();
    let found = account.tasks().unwrap().changed_since(&ForeignProject::new(PROJECT), Some(since)).await.unwrap();
    assert_eq!(
        found.iter().map(|task| (task.id.as_str(), task.archived)).collect::<Vec<_>>(),
        [("a", false), ("b", true)]
    );
    let seen = server.seen();
    assert_eq!(seen[0].query("q").as_deref(), Some("updated >= '2026-01-02T03:00:00.000Z' ORDER BY updated ASC"));
    assert_eq!(seen[0].query("includeArchived").as_deref(), Some("true"));
    assert_eq!(seen[1].query("pageToken").as_deref(), Some("p2"));
}

#[tokio::test]
async fn s4_1_what_may_have_been_made_is_looked_for() {
    let server = Server::start().await;
    let account = open(&server);
    let tasks = account.tasks().unwrap();
    let new = NewForeignTask {
        project: ForeignProject::new(PROJECT),
        title: "合同".into(),
        note: String::new(),
        owner: None,
        helpers: Vec::new(),
        due: None,
        priority: None,
        status: None,
        reference: Some(("65e0f1a2b3c4d5e6f7a8b9d9".into(), "tsk_01".into())),
    };
    let value = |text: &str| json!([{"cfId": "65e0f1a2b3c4d5e6f7a8b9d9", "type": "text", "value": [{"id": "", "title": text}]}]);
    server.answer(
        200,
        &ok(&json!([
            {"taskId": "a", "customfields": value("tsk_012")},
            {"taskId": "b", "customfields": value("tsk_01")},
        ])),
    );
    let since = Timestamp::from_second(1_767_323_045).unwrap();
    let found = tasks.made(&new, since).await.unwrap();
    assert_eq!(found.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(server.seen()[0].query("q").as_deref(), Some("cf:65e0f1a2b3c4d5e6f7a8b9d9 ~ 'tsk_01'"));
    let unmarked = NewForeignTask { reference: None, ..new };
    server.answer(200, &ok(&json!([
        {"taskId": "c", "content": "合同"}, {"taskId": "d", "content": "合同二"}, {"taskId": "e", "content": "合同", "executorId": "u"},
    ])));
    let found = tasks.made(&unmarked, since).await.unwrap();
    assert_eq!(found.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["c"]);
}

#[tokio::test]
async fn s6_a_projects_set_up_is_read() {
    let server = Server::start().await;
    server.answer(200, &ok(&json!([{"id": PROJECT, "name": "产品V2.0"}])));
    server.answer(
        200,
        &ok(&json!([
            {"id": "s3", "name": "已完成", "pos": 3, "kind": "end", "taskflowId": "f"},
            {"id": "s1", "name": "待处理", "pos": 1, "kind": "start", "taskflowId": "f"},
            {"id": "s2", "name": "旧", "pos": 2, "kind": "process", "taskflowId": "f", "isDeleted": true},
        ])),
    );
    server.answer(200, &ok(&json!([{"id": "p", "name": "普通", "priority": 0, "color": "grey"}])));
    server.answer(200, &ok(&json!([{"id": "cf", "name": "环编号", "type": "text"}])));
    let account = open(&server);
    let read = account.tasks().unwrap().set_up(&ForeignProject::new(PROJECT)).await.unwrap();
    assert_eq!(read.name, "产品V2.0");
    assert_eq!(read.statuses.iter().map(|status| status.id.as_str()).collect::<Vec<_>>(), ["s1", "s3"]);
    assert_eq!(read.priorities[0].value, 0);
    assert_eq!(read.fields[0].id, "cf");
    assert!(server.seen()[2].line.contains("organizationId=5f59d997a41fa40016891500"));
}

#[tokio::test]
async fn an_account_that_works_says_so_and_messages_are_not_for_it() {
    let server = Server::start().await;
    let account = open(&server);
    assert!(!account.sends());
    let state = account.state();
    server.answer(200, &ok(&json!({})));
    write(&account).await.unwrap();
    assert!(matches!(*state.borrow(), huan_connect::ConnectionState::Connected { .. }));
    for _ in 0..2 {
        server.answer(401, &json!({"code": 401}));
    }
    write(&account).await.unwrap_err();
    assert!(matches!(*state.borrow(), huan_connect::ConnectionState::Refused { .. }));
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong() {
    let server = Server::start().await;
    for _ in 0..2 {
        server.answer(401, &json!({"code": 401, "errorMessage": "no"}));
    }
    let findings = open(&server).check().await;
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].severity, findings[0].key), (Severity::Problem, "teambition.doctor.credentials_refused"));
    server.answer(200, &ok(&json!({"name": "样板公司"})));
    server.answer(200, &ok(&json!([{"userId": OPERATOR, "name": "王敏"}])));
    server.answer(200, &ok(&json!([{"id": PROJECT, "name": "产品V2.0"}])));
    server.answer(200, &ok(&json!({"message": "ok"})));
    let findings = open(&server).check().await;
    let keys: Vec<&str> = findings.iter().map(|finding| finding.key).collect();
    assert_eq!(
        keys,
        [
            "teambition.doctor.credentials_good",
            "teambition.doctor.operator_good",
            "teambition.doctor.projects_good",
            "teambition.doctor.events_good",
            "teambition.doctor.webhook"
        ]
    );
    assert!(findings.iter().all(|finding| finding.severity == Severity::Good));
    assert_eq!(server.seen().last().unwrap().line, "POST /gateway/webhook/v1/apps/5f0426cac1183f001a6f10c7/listen");
}
