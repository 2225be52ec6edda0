//! Service levels: what they mean is shown before they hold, and each situation has its own.

use serde_json::json;

use crate::harness::{OWNER, Server, person_id};

#[tokio::test]
async fn i4_what_a_service_level_means_is_foreseen() {
    let server = Server::start().await;
    let owner = format!("/api/v1/people/{}", person_id(OWNER));
    let raised = server.patch(&owner, &server.tokens.admin, json!({"version": 1, "superior": person_id(2)})).await;
    assert_eq!(raised.status, 200, "{}", raised.text());
    let path = format!("/api/v1/collaborations/{}", server.collaboration);
    let levels = server.get(&path, &server.tokens.member).await.json()["levels"].clone();
    let foresee = format!("{path}/foresight");
    // A Friday, ten minutes before the end of work.
    let friday = "2026-11-27T09:50:00Z";
    let asked = json!({"kind": "acceptance", "levels": levels, "owner": person_id(OWNER), "starts_at": friday});
    let reply = server.post(&foresee, &server.tokens.member, asked.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let course = reply.json();
    assert_eq!((course["owner"]["name"].as_str(), course["starts_at"].as_str()), (Some("李强"), Some(friday)));
    let stages = course["stages"].as_array().unwrap();
    assert_eq!(stages[0]["at"], "2026-11-30T01:50:00Z", "Monday 9:50: an hour of work later");
    assert_eq!(stages[0]["effects"], json!(["提醒李强"]));
    assert_eq!(stages[1]["at"], "2026-11-30T02:50:00Z", "Monday 10:50");
    assert_eq!(stages[1]["effects"], json!(["再次请负责人李强答复", "请第1级上级陈静协调"]));

    let mut shorter = asked.clone();
    shorter["levels"]["acceptance"]["answer_within"] = json!({"minutes": 20, "basis": "elapsed"});
    let course = server.post(&foresee, &server.tokens.member, shorter).await.json();
    assert_eq!(course["due_at"], "2026-11-27T10:10:00Z");

    let mut impossible = asked.clone();
    impossible["levels"]["acceptance"]["answer_within"]["minutes"] = json!(0);
    let refused = server.post(&foresee, &server.tokens.member, impossible).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid_input"), "{}", refused.text());
    for kind in [
        "daily_progress",
        "ordinary_problem",
        "urgent_problem",
        "minutes",
        "follow_up",
        "rules_read",
        "sign_off",
        "stage_report",
        "checklist_item",
        "fault_report",
    ] {
        let mut other = asked.clone();
        other["kind"] = json!(kind);
        let course = server.post(&foresee, &server.tokens.member, other).await.json();
        let moments: Vec<&str> =
            course["stages"].as_array().unwrap().iter().map(|stage| stage["at"].as_str().unwrap()).collect();
        assert!(!moments.is_empty() && moments.is_sorted(), "{kind}: {moments:?}");
        assert!(!course.to_string().contains("clock."), "{kind}: a text is missing in {course}");
    }
    server.end().await;
}

#[tokio::test]
async fn a1_i4_a_collaboration_starts_from_the_levels_of_its_situation() {
    let server = Server::start().await;
    let situations = server.get("/api/v1/situations", &server.tokens.member).await.json();
    let names: Vec<&str> =
        situations["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["多部门联合项目", "远程/混合办公", "跨地域客户对接", "紧急事务协同", "工具信息整合"]);
    let start = json!({"name": "支付故障", "goal": "今日18:00前恢复支付", "situation": "emergency"});
    let made = server.post("/api/v1/collaborations", &server.tokens.owner, start.clone()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["levels"]["urgent_problem"]["ring_every_minutes"], 3);

    let mut levels = situations["items"][3]["levels"].clone();
    levels["urgent_problem"]["ring_every_minutes"] = json!(2);
    let path = "/api/v1/situations/emergency";
    let refused = server.patch(path, &server.tokens.owner, json!({"levels": levels})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    let changed = server.patch(path, &server.tokens.admin, json!({"levels": levels})).await;
    assert_eq!((changed.status, changed.json()["changed"].as_bool()), (200, Some(true)), "{}", changed.text());
    let made = server.post("/api/v1/collaborations", &server.tokens.owner, start.clone()).await;
    assert_eq!(made.json()["levels"]["urgent_problem"]["ring_every_minutes"], 2);

    let back = server.patch(path, &server.tokens.admin, json!({"levels": null})).await;
    assert_eq!((back.status, back.json()["changed"].as_bool()), (200, Some(false)));
    let made = server.post("/api/v1/collaborations", &server.tokens.owner, start).await.json();
    assert_eq!(made["levels"]["urgent_problem"]["ring_every_minutes"], 3);
    assert_eq!(server.patch("/api/v1/situations/party", &server.tokens.admin, json!({})).await.status, 404);

    let mut levels = made["levels"].clone();
    levels["acceptance"]["answer_within"] = json!({"minutes": 60, "basis": "elapsed"});
    let path = format!("/api/v1/collaborations/{}", made["id"].as_str().unwrap());
    let edited = server.patch(&path, &server.tokens.owner, json!({"version": 1, "levels": levels})).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let history = format!("/api/v1/history?subject={}", made["id"].as_str().unwrap());
    let history = server.get(&history, &server.tokens.owner).await.text();
    assert!(history.contains("承接确认 · 多久内答复"), "{history}");
    assert!(history.contains("紧急事务协同"), "{history}");
    server.end().await;
}
