//! The first closed loop over the API.

use serde_json::{Value, json};

use crate::harness::{MEMBER, OWNER, Server, person_id};

async fn step(server: &Server, task: &str, step: &str, token: &str, body: Value) -> Value {
    let reply = server.post(&format!("/api/v1/tasks/{task}/{step}"), token, body).await;
    assert_eq!(reply.status, 200, "{step}: {}", reply.text());
    reply.json()
}

async fn loop_closes(server: Server) {
    let task = server.task().await;
    let id = task["id"].as_str().unwrap().to_owned();
    assert_eq!((task["stage"].as_str(), task["status"].as_str()), (Some("offered"), Some("pending")));
    assert_eq!(task["owner"]["job"], "研发组长");
    assert_eq!(task["clock"]["kind"], "acceptance");
    // Two hours of work from 10:00 are interrupted by the break from 12:00 to 13:30.
    assert_eq!(task["clock"]["due_at"], "2026-11-25T04:00:00Z");
    assert!(task["record"]["number"].as_str().unwrap().contains("2026"));
    let desk = server.get("/api/v1/desk", &server.tokens.owner).await.json();
    assert_eq!(desk["waiting"][0]["kind"], "accept");
    assert_eq!(desk["waiting"][0]["task"]["id"], task["id"]);
    let refused = server
        .post(
            &format!("/api/v1/tasks/{id}/decline"),
            &server.tokens.owner,
            json!({"reason": "本周排满", "proposal": {}}),
        )
        .await;
    assert_eq!(refused.code(), "invalid_input");
    assert_eq!(refused.json()["fields"][0]["field"], "proposal");
    let proposal = json!({"due_at": "2026-11-30T04:00:00Z", "owner": person_id(MEMBER)});
    let body = json!({"reason": "本周排满", "proposal": proposal});
    let declined = step(&server, &id, "decline", &server.tokens.owner, body).await;
    assert_eq!(declined["refusal"]["proposal"]["owner"]["name"], "王磊");
    assert_eq!(declined["clock"]["kind"], "proposal", "now the initiator owes an answer");
    let desk = server.get("/api/v1/desk", &server.tokens.initiator).await.json();
    assert_eq!(desk["waiting"][0]["kind"], "answer_proposal");
    let body = json!({"kind": "change", "due_at": "2026-11-28T04:00:00Z"});
    let offered = step(&server, &id, "answer", &server.tokens.initiator, body).await;
    assert_eq!(
        (offered["stage"].as_str(), offered["due_at"].as_str()),
        (Some("offered"), Some("2026-11-28T04:00:00Z"))
    );
    assert_eq!(offered["clock"]["kind"], "acceptance");
    let accepted = step(&server, &id, "accept", &server.tokens.owner, json!({})).await;
    assert_eq!(accepted["stage"], "in_progress");
    let body = json!({"text": "分析完成，待技术评审", "percent": 60});
    let reported = step(&server, &id, "progress", &server.tokens.owner, body).await;
    assert_eq!(reported["progress"]["percent"], 60);
    let again = server.post(&format!("/api/v1/tasks/{id}/accept"), &server.tokens.owner, json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "wrong_state"));
    assert_eq!(again.json()["current"]["stage"], "in_progress");
    let done = step(&server, &id, "finish", &server.tokens.owner, json!({})).await;
    assert_eq!((done["status"].as_str(), done["clock"].clone()), (Some("done"), Value::Null));
    let record = format!("/api/v1/records/{}", task["record"]["id"].as_str().unwrap());
    let record = server.get(&record, &server.tokens.member).await.json();
    assert_eq!(record["status"], "done");
    assert_eq!(record["task"]["number"], task["number"]);
    history_tells(&server, &id).await;
    server.end().await;
}

async fn history_tells(server: &Server, id: &str) {
    let path = format!("/api/v1/history?subject={id}");
    let history = server.get(&path, &server.tokens.member).await.json();
    let texts: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
    for expected in ["完成", "进展 60%：分析完成，待技术评审", "承接", "交给 李强", "新建任务"]
    {
        assert!(texts.contains(&expected), "{expected} in {texts:?}");
    }
    assert!(texts.iter().any(|text| text.starts_with("暂不承接：本周排满；建议：改由 王磊 负责，改到")), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("history.")), "{texts:?}");
    assert_eq!(history["items"][0]["source"]["kind"], "api");
}

#[tokio::test]
async fn d2_the_loop_closes_over_the_api_on_sqlite() {
    loop_closes(Server::start().await).await;
}

#[tokio::test]
async fn d2_the_loop_closes_over_the_api_on_postgres() {
    loop_closes(Server::start_on_postgres().await).await;
}

#[tokio::test]
async fn h1_rows_are_made_listed_and_edited() {
    let server = Server::start().await;
    let new = |topic: &str, status: &str| {
        json!({
            "collaboration": server.collaboration, "topic": topic, "status": status,
            "participants": [{"kind": "person", "person": person_id(OWNER)}, {"kind": "named", "text": "客户方"}],
            "platforms": ["feishu", "telephone"], "summary": "客户提出数据导出",
        })
    };
    for (topic, status) in [("需求评审", "in_progress"), ("系统故障处理", "done"), ("营销活动", "pending")]
    {
        let reply = server.post("/api/v1/records", &server.tokens.member, new(topic, status)).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
    }
    let list = format!("/api/v1/records?collaboration={}", server.collaboration);
    let first = server.get(&format!("{list}&sort=number&limit=2"), &server.tokens.member).await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    assert_eq!(first["items"][0]["owner"]["name"], "王磊");
    assert_eq!(first["items"][0]["participants"][1]["text"], "客户方");
    let cursor = first["next"].as_str().unwrap().replace(' ', "%20");
    let second = server.get(&format!("{list}&sort=number&limit=2&cursor={cursor}"), &server.tokens.member).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["next"], Value::Null);
    let filtered = server.get(&format!("{list}&status=done,pending"), &server.tokens.member).await.json();
    assert_eq!(filtered["items"].as_array().unwrap().len(), 2);
    let row = &first["items"][0];
    let path = format!("/api/v1/records/{}", row["id"].as_str().unwrap());
    let edited = server.patch(&path, &server.tokens.member, json!({"version": 1, "summary": "改过"})).await;
    assert_eq!((edited.status, edited.json()["version"].as_i64()), (200, Some(2)));
    let late = server.patch(&path, &server.tokens.owner, json!({"version": 1, "summary": "晚了"})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "version_conflict"));
    assert_eq!(late.json()["current"]["summary"], "改过");
    let history = server.get(&format!("{path}/history"), &server.tokens.member).await.json();
    assert_eq!(history["items"][0]["text"], "核心信息摘要：客户提出数据导出 → 改过");
    server.end().await;
}

#[tokio::test]
async fn h3_a_vague_follow_up_comes_back_with_a_proposal() {
    let server = Server::start().await;
    let new = json!({
        "collaboration": server.collaboration, "topic": "客户反馈", "owner": person_id(OWNER), "follow_up": "需尽快确认",
    });
    let refused = server.post("/api/v1/records", &server.tokens.member, new.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "follow_up_vague"));
    let field = &refused.json()["fields"][0];
    assert_eq!(field["field"], "follow_up");
    assert!(field["suggestion"].as_str().unwrap().contains("研发组长"), "{field}");
    let mut excused = new;
    excused["follow_up_excuse"] = json!("等客户回话");
    assert_eq!(server.post("/api/v1/records", &server.tokens.member, excused).await.status, 201);
    let typing = json!({"text": "需尽快确认", "owner": person_id(OWNER)});
    let typing = server.post("/api/v1/wording", &server.tokens.member, typing).await.json();
    assert!(!typing["findings"].as_array().unwrap().is_empty());
    let time = |text: &str| json!({ "text": text });
    let found = server.post("/api/v1/time", &server.tokens.member, time("周五12:00前")).await.json();
    assert_eq!((found["kind"].as_str(), found["at"].as_str()), (Some("found"), Some("2026-11-27T04:00:00Z")));
    let none = server.post("/api/v1/time", &server.tokens.member, time("香蕉")).await.json();
    assert_eq!(none["kind"], "none");
    server.end().await;
}
