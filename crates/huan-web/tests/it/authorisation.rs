//! Every endpoint of the description is tried without a right.

use serde_json::{Value, json};

use crate::harness::{Server, person_id};

/// The endpoints that anybody may call.
const FOR_ANYBODY: &[&str] = &["POST /session", "GET /setup", "POST /setup", "POST /invite/accept"];

/// Every operation of the description: method, path, roles.
fn operations() -> Vec<(String, String, Vec<String>)> {
    let description = serde_json::to_value(huan_web::openapi()).unwrap();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").expect("everything lies below /api/v1");
        for (method, operation) in item.as_object().unwrap() {
            let Some(security) = operation["security"].as_array() else {
                panic!("{method} {path} does not say who may call it");
            };
            let roles = security
                .iter()
                .filter_map(|requirement| requirement["token"].as_array())
                .flatten()
                .map(|role| role.as_str().unwrap().to_owned())
                .collect();
            operations.push((method.to_uppercase(), path.to_owned(), roles));
        }
    }
    operations
}

/// Ids that exist, for the paths.
pub fn filled(path: &str, server: &Server, task: &Value) -> String {
    let id = match path.split('/').nth(1).unwrap() {
        "problems" => task["problem"].as_str().unwrap().to_owned(),
        "emergencies" => task["emergency"].as_str().unwrap_or("emg_00000000000000000000000001").to_owned(),
        "checklist_items" => task["point"].as_str().unwrap_or("chk_00000000000000000000000001").to_owned(),
        "entries" => task["entry"].as_str().unwrap_or("ent_00000000000000000000000001").to_owned(),
        "chat_decisions" | "messages" => "msg_00000000000000000000000001".to_owned(),
        "meetings" => task["meeting"].as_str().unwrap_or("mtg_00000000000000000000000001").to_owned(),
        "minutes" => task["minutes"].as_str().unwrap_or("min_00000000000000000000000001").to_owned(),
        "digests" => task["digest"].as_str().unwrap_or("dgs_00000000000000000000000001").to_owned(),
        "documents" => task["document"].as_str().unwrap_or("doc_00000000000000000000000001").to_owned(),
        "files" => task["file"].as_str().unwrap_or("fil_00000000000000000000000001").to_owned(),
        "sign_offs" => task["sign_off"].as_str().unwrap_or("sof_00000000000000000000000001").to_owned(),
        "tasks" => task["id"].as_str().unwrap().to_owned(),
        "records" => task["record"]["id"].as_str().unwrap().to_owned(),
        "collaborations" => server.collaboration.to_string(),
        "people" => person_id(1).to_string(),
        "accounts" => server.account.to_string(),
        "departments" => "dep_00000000000000000000000001".to_owned(),
        "identities" => "idn_00000000000000000000000001".to_owned(),
        "starts" => "sta_00000000000000000000000001".to_owned(),
        "groups" => "grp_00000000000000000000000001".to_owned(),
        "channels" => "chn_00000000000000000000000001".to_owned(),
        "deliveries" => "dlv_00000000000000000000000001".to_owned(),
        "follow_ups" => "flw_00000000000000000000000001".to_owned(),
        "tokens" => "tok_00000000000000000000000001".to_owned(),
        "directory" => match path.split('/').nth(2).unwrap() {
            "sources" => server.account.to_string(),
            "leavers" => person_id(1).to_string(),
            "imports" => "dir_00000000000000000000000001".to_owned(),
            _ => "idn_00000000000000000000000001".to_owned(),
        },
        _ => String::new(),
    };
    path.replace("{key}", "emergency")
        .replace("{id}", &id)
        .replace("{member}", "mbr_00000000000000000000000002")
        .replace("{link}", "tln_00000000000000000000000001")
        .replace("{number}", "1")
        .replace("{year}", "2027")
}

/// A task, and the ids of a problem and an emergency beside it.
pub async fn with_problem(server: &Server) -> Value {
    let mut task = server.task().await;
    let body = json!({"collaboration": server.collaboration, "title": "导出的文件打不开", "owner": person_id(3)});
    let problem = server.post("/api/v1/problems", &server.tokens.initiator, body).await.json();
    task["problem"] = problem["id"].clone();
    let body = json!({"collaboration": server.collaboration, "title": "支付模块故障", "owner": person_id(3)});
    let emergency = server.post("/api/v1/emergencies", &server.tokens.initiator, body).await.json();
    task["emergency"] = emergency["id"].clone();
    task["point"] = emergency["checklist"][0]["id"].clone();
    let body = json!({"collaboration": server.collaboration, "occasion": "decision", "title": "首版只支持 CSV 导出"});
    let minutes = server.post("/api/v1/minutes", &server.tokens.initiator, body).await.json();
    task["minutes"] = minutes["id"].clone();
    let address = format!("/api/v1/collaborations/{}/meetings", server.collaboration);
    let meeting = server.post(&address, &server.tokens.initiator, json!({"kind": "kick_off"})).await.json();
    task["meeting"] = meeting["meeting"]["id"].clone();
    huan_app::engine::digests::round(std::sync::Arc::clone(&server.app)).await.unwrap();
    let digests = format!("/api/v1/collaborations/{}/digests?open=true", server.collaboration);
    task["digest"] = server.get(&digests, &server.tokens.initiator).await.json()["items"][0]["id"].clone();
    let body = json!({"collaboration": server.collaboration, "title": "接口约定", "text": "# 分页"});
    let document = server.post("/api/v1/documents", &server.tokens.initiator, body).await.json();
    task["document"] = document["id"].clone();
    let given = format!("/api/v1/files?collaboration={}&name=a.txt", server.collaboration);
    let headers = [("Authorization", format!("Bearer {}", server.tokens.initiator))];
    let file = server.raw("POST", &given, &headers, b"a").await.json();
    task["file"] = file["id"].clone();
    let body = json!({
        "statement": "评审通过", "evidence": [{"kind": "note", "text": "评审记录"}], "signers": [person_id(3)],
    });
    let address = format!("/api/v1/collaborations/{}/sign_offs", server.collaboration);
    let sign_off = server.post(&address, &server.tokens.initiator, body).await.json();
    task["sign_off"] = sign_off["id"].clone();
    let body = json!({"collaboration": server.collaboration, "text": "供应商可能延期", "section": "risks"});
    let entry = server.post("/api/v1/entries", &server.tokens.initiator, body).await.json();
    task["entry"] = entry["id"].clone();
    task
}

/// A body that each endpoint can read, so that the right is what decides.
fn body(method: &str, path: &str, server: &Server) -> Option<Value> {
    let me = person_id(4);
    Some(match (method, path) {
        ("GET" | "DELETE", _) => return None,
        ("POST", "/tasks") => json!({"collaboration": server.collaboration, "name": "a", "owner": me}),
        ("PATCH", "/tasks/{id}" | "/records/{id}" | "/people/{id}" | "/collaborations/{id}" | "/accounts/{id}") => {
            json!({"version": 1, "name": "b"})
        }
        (_, "/tasks/{id}/decline") => json!({"reason": "a", "proposal": {"words": "b"}}),
        (_, "/tasks/{id}/answer") => json!({"kind": "agree"}),
        (_, "/tasks/{id}/reassign") => json!({"owner": me}),
        (_, "/tasks/{id}/progress") => json!({"text": "a"}),
        (_, "/tasks/{id}/block" | "/tasks/{id}/cancel") => json!({"reason": "a"}),
        ("POST", "/problems") => json!({"collaboration": server.collaboration, "title": "a"}),
        (_, "/problems/{id}/answer") => json!({"text": "a"}),
        (_, "/problems/{id}/reassign") => json!({"owner": me}),
        (_, "/problems/{id}/close") => json!({"solution": "a"}),
        (_, "/problems/{id}/urgency") => json!({"urgency": "urgent"}),
        (_, "/problems/{id}/merge") => json!({"into": "prb_00000000000000000000000002"}),
        (_, "/problems/{id}/link") => json!({"task": "tsk_00000000000000000000000001", "linked": true}),
        ("POST", "/emergencies") => json!({"collaboration": server.collaboration, "title": "a"}),
        (_, "/emergencies/{id}/role") => json!({"role": "commander", "person": me}),
        (_, "/emergencies/{id}/note" | "/emergencies/{id}/stage_report" | "/emergencies/{id}/all_clear") => {
            json!({"text": "a"})
        }
        (_, "/emergencies/{id}/items") => json!({"text": "a"}),
        (_, "/checklist_items/{id}") => json!({"step": "tick"}),
        ("PUT", "/emergencies/{id}/report") => json!({"report": {"summary": "a"}, "version": 1}),
        ("PUT", "/plan_templates/{key}") => json!({"template": {
            "key": "emergency", "name": "a", "summary": "",
            "roles": [{"key": "commander", "name": "a", "fill": {"kind": "owner"}}], "checklist": [],
            "paces": {"one": {"ring_at_once": 1, "everybody": true}, "two": {"ring_at_once": 1, "everybody": true},
                "three": {"ring_at_once": 1, "everybody": false}},
        }}),
        ("POST", "/collaborations/{id}/groups") => json!({"account": server.account, "title": "a"}),
        (_, "/emergencies/{id}/group") => json!({"account": server.account}),
        (_, "/groups/{id}/found") => json!({"channel": "chn_00000000000000000000000001"}),
        ("PUT", "/collaborations/{id}/rules") => json!({"text": "a", "announce": true, "version": 0}),
        (_, "/collaborations/{id}/rules/confirm") => json!({"revision": 1}),
        ("PUT", "/collaborations/{id}/call_list") => json!({"people": [me]}),
        ("POST", "/collaborations/{id}/meetings") => json!({"kind": "kick_off"}),
        ("PUT", "/meetings/{id}") => json!({"title": "a", "invitation": "", "agenda": "", "host": me, "recorder": me,
            "invited": [], "version": 1}),
        (_, "/meetings/{id}/send") => json!({"version": 1}),
        (_, "/meetings/{id}/answer") => json!({"coming": true, "revision": 1}),
        (_, "/meetings/{id}/presence") => json!({"who": {"kind": "person", "person": me}, "present": true}),
        ("POST", "/minutes") => json!({"collaboration": server.collaboration, "occasion": "decision", "title": "a"}),
        (_, "/minutes/draft") => json!({"collaboration": server.collaboration, "text": "a"}),
        ("PUT", "/minutes/{id}") | (_, "/minutes/{id}/file") => json!({"title": "a", "content": {}, "version": 1}),
        (_, "/minutes/{id}/reassign") => json!({"recorder": me}),
        (_, "/minutes/{id}/withdraw") => json!({"reason": "a"}),
        (_, "/minutes/{id}/confirm") => json!({"edition": 1}),
        (_, "/minutes/{id}/object") => json!({"edition": 1, "words": "a"}),
        (_, "/minutes/{id}/answer") => json!({"person": me, "words": "a"}),
        ("PUT", "/digests/{id}") | (_, "/digests/{id}/send" | "/digests/{id}/skip") => json!({"version": 1}),
        ("POST", "/documents") => json!({"collaboration": server.collaboration, "title": "a"}),
        (_, "/documents/preview") => json!({"text": "a"}),
        ("PUT", "/documents/{id}") => json!({"title": "a", "text": "b", "edition": 1}),
        ("PATCH", "/documents/{id}") => json!({"level": "public", "version": 1}),
        (_, "/documents/{id}/link") => json!({"target": "tsk_00000000000000000000000001", "linked": true}),
        (_, "/documents/{id}/compare") => json!({"title": "a", "text": "b"}),
        ("PATCH", "/files/{id}") => json!({"name": "b.txt", "version": 1}),
        ("POST", "/collaborations/{id}/sign_offs") => {
            json!({"statement": "a", "evidence": [{"kind": "note", "text": "a"}], "signers": [me]})
        }
        (_, "/sign_offs/{id}/refuse" | "/sign_offs/{id}/withdraw") => json!({"reason": "a"}),
        ("POST", "/entries") => json!({"collaboration": server.collaboration, "text": "a"}),
        ("PATCH", "/entries/{id}") => json!({"version": 1, "text": "b"}),
        (_, "/entries/{id}/link") => json!({"target": "tsk_00000000000000000000000001", "linked": true}),
        (_, "/chat_decisions/{id}") => json!({"dismissed": true}),
        ("PUT", "/collaborations/{id}/sections") => json!({"sections": [], "version": 0}),
        ("POST", "/records") => json!({"collaboration": server.collaboration, "topic": "a"}),
        (_, "/wording" | "/time") => json!({"text": "a"}),
        ("POST", "/people" | "/departments" | "/tokens") => json!({"name": "a"}),
        ("POST", "/collaborations") => json!({"name": "a", "goal": "完成评审"}),
        ("POST", "/collaborations/{id}/members") => json!({"person": me, "role": "member"}),
        ("PUT", "/collaborations/{id}/charter") => json!({"charter": {}, "version": 0}),
        ("PUT", "/starts/{id}") => json!({"version": 1, "start": {
            "from": {"kind": "situation", "situation": "joint_project"}, "name": "a", "goal": "", "goal_on": null,
            "goal_as_it_is": false, "charter": {}, "members": [], "rules": "", "levels": {}, "groups": [],
        }}),
        (_, "/starts/{id}/carry-out") => json!({"version": 1}),
        (_, "/starts/{id}/foresight") => json!({"kind": "acceptance", "levels": {}}),
        ("POST", "/starts") => json!({"from": {"kind": "situation", "situation": "joint_project"}}),
        (_, "/collaborations/{id}/foresight") => json!({"kind": "acceptance", "levels": {}}),
        ("POST", "/collaborations/{id}/mirror") => json!({"account": server.account, "space": "a"}),
        ("PATCH", "/collaborations/{id}/mirror") => json!({"running": true}),
        ("POST", "/collaborations/{id}/sync") => json!({"account": server.account, "project": "a"}),
        ("PATCH", "/collaborations/{id}/sync") => json!({"running": true}),
        ("POST", "/accounts") => json!({"platform": "probe", "name": "a", "settings": {"secret": "x"}}),
        ("PATCH", "/directory/sources/{id}") => json!({"in_step": true}),
        ("POST", "/directory/imports") => json!({"account": server.account}),
        ("POST", "/directory/waiting/{id}") => json!({"kind": "new"}),
        (_, "/directory/leavers/{id}/hand_over") => json!({"successor": me}),
        (_, "/people/{id}/follow") => json!({"field": "job"}),
        (_, "/demo/advance") => json!({"to": "+1h"}),
        (_, "/demo/scenes") => json!({"scene": "payment_breaks"}),
        ("POST", "/session") => json!({"mail": "a", "password": "b"}),
        _ => json!({}),
    })
}

#[test]
fn the_endpoints_are_those_that_are_written_down() {
    let mut listed: Vec<String> = operations()
        .into_iter()
        .map(|(method, path, roles)| format!("{method:<6} {path:<42} {}", roles.join(", ")).trim_end().to_owned())
        .collect();
    listed.sort_by_key(|line| (line[7..].to_owned(), line.clone()));
    let listed = format!("{}\n", listed.join("\n"));
    let written = include_str!("endpoints.txt");
    assert!(listed == written, "endpoints.txt is to say:\n{listed}");
}

#[tokio::test]
async fn every_endpoint_refuses_whoever_is_not_signed_in() {
    let server = Server::start().await;
    let task = with_problem(&server).await;
    let operations = operations();
    assert!(operations.len() > 50, "{}", operations.len());
    for (method, path, _) in operations {
        if FOR_ANYBODY.contains(&format!("{method} {path}").as_str()) {
            continue;
        }
        let address = format!("/api/v1{}", filled(&path, &server, &task));
        let reply = server.raw(&method, &address, &[], b"").await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "not_signed_in"), "{method} {path}");
        let reply = server.send(&method, &address, "huan_forged", None).await;
        assert_eq!(reply.status, 401, "{method} {path} with a forged token");
    }
    server.end().await;
}

#[tokio::test]
async fn every_endpoint_refuses_whoever_lacks_the_role() {
    let server = Server::start().await;
    let task = with_problem(&server).await;
    for (method, path, roles) in operations() {
        let (token, who) = match roles.first().map(String::as_str) {
            None | Some("signed_in") => continue,
            Some("administrator") => (&server.tokens.initiator, "the initiator"),
            // Somebody who works here, but has no part in it.
            Some("member" | "director") => (&server.tokens.stranger, "a stranger"),
            Some("initiator") => (&server.tokens.member, "another member"),
            Some("owner") => (&server.tokens.stranger, "somebody else"),
            Some(role) => panic!("{method} {path}: no case for the role {role}"),
        };
        let mut address = format!("/api/v1{}", filled(&path, &server, &task));
        if path == "/history" || path == "/deliveries" {
            address = format!("{address}?subject={}", task["id"].as_str().unwrap());
        }
        if path == "/collaborations/{id}/sync/project" {
            address = format!("{address}?account={}&project=a", server.account);
        }
        if path == "/minutes/{id}/difference" || path == "/documents/{id}/difference" {
            address = format!("{address}?from=1&to=2");
        }
        if (method.as_str(), path.as_str()) == ("POST", "/files") {
            address = format!("{address}?collaboration={}&name=a.txt", server.collaboration);
        }
        let reply = match (method.as_str(), path.as_str()) {
            // The year's file is no JSON object of fields.
            ("PUT", "/calendar/years/{year}") => {
                let headers = [("Authorization", format!("Bearer {token}"))];
                server.raw(&method, &address, &headers, b"{}").await
            }
            _ => server.send(&method, &address, token, patched(body(&method, &path, &server), &path)).await,
        };
        assert!(matches!(reply.status, 403 | 404), "{method} {path} as {who}: {} {}", reply.status, reply.text());
        assert!(["forbidden", "not_found"].contains(&reply.code().as_str()), "{method} {path}: {}", reply.text());
    }
    server.end().await;
}

/// Writes that take no idempotency key, and why.
const WITHOUT_KEY: &[(&str, &str)] = &[
    ("POST /session", "nobody is signed in whose key it could be, and each time is a session of its own"),
    ("POST /setup", "nobody is signed in; the link works once"),
    ("POST /invite/accept", "nobody is signed in; the link works once"),
    ("DELETE /session", "afterwards nobody is signed in who could repeat it"),
    (
        "POST /people/{id}/invite",
        "the address is told once and kept nowhere; a repetition makes another, the first stays good",
    ),
    ("POST /accounts/{id}/check", "changes nothing"),
    ("POST /collaborations/{id}/foresight", "changes nothing"),
    ("POST /starts/{id}/foresight", "changes nothing"),
    ("POST /minutes/draft", "changes nothing"),
    ("POST /documents/preview", "changes nothing"),
    ("POST /documents/{id}/compare", "changes nothing"),
    ("POST /wording", "changes nothing"),
    ("POST /time", "changes nothing"),
];

#[tokio::test]
async fn every_writing_endpoint_honours_an_idempotency_key_or_says_why_not() {
    let server = Server::start().await;
    let task = with_problem(&server).await;
    let send = async |method: &str, address: &str, body: String| {
        let headers = [
            ("Authorization", format!("Bearer {}", server.tokens.admin)),
            ("Content-Type", "application/json".to_owned()),
            ("Idempotency-Key", "used".to_owned()),
        ];
        server.raw(method, address, &headers, body.as_bytes()).await
    };
    let first = send("POST", "/api/v1/departments", json!({"name": "先用了这个键"}).to_string()).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let mut exempt: Vec<&str> = WITHOUT_KEY.iter().map(|(operation, _)| *operation).collect();
    for (method, path, _) in operations() {
        let operation = format!("{method} {path}");
        if method == "GET" {
            continue;
        }
        if let Some(place) = exempt.iter().position(|known| *known == operation) {
            exempt.remove(place);
            continue;
        }
        let mut address = format!("/api/v1{}", filled(&path, &server, &task));
        if path == "/files" {
            address = format!("{address}?collaboration={}&name=a.txt", server.collaboration);
        }
        let body = match path.as_str() {
            // A file, which is read before the key is looked at, as JSON is.
            "/directory/imports/list" => "姓名,手机号\n".to_owned(),
            _ => patched(body(&method, &path, &server), &path).unwrap_or_else(|| json!({})).to_string(),
        };
        let reply = send(&method, &address, body).await;
        assert!(reply.status >= 400, "{operation} does not look at the key: {}", reply.text());
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "idempotency_mismatch"),
            "{operation}: {}",
            reply.text()
        );
    }
    assert!(exempt.is_empty(), "no such endpoints: {exempt:?}");
    server.end().await;
}

/// Rows have no name but a topic.
fn patched(body: Option<Value>, path: &str) -> Option<Value> {
    match path {
        "/records/{id}" => Some(json!({"version": 1, "topic": "b"})),
        "/accounts/{id}/check" | "/accounts/{id}/groups/refresh" => Some(json!({})),
        _ => body,
    }
}

#[tokio::test]
async fn i2_what_one_may_not_see_does_not_exist() {
    let server = Server::start().await;
    let body = json!({
        "collaboration": server.collaboration, "name": "薪酬方案", "owner": person_id(3), "level": "confidential",
    });
    let task = server.post("/api/v1/tasks", &server.tokens.initiator, body).await.json();
    let id = task["id"].as_str().unwrap();
    let record = task["record"]["id"].as_str().unwrap();
    for token in [&server.tokens.member, &server.tokens.guest, &server.tokens.stranger] {
        for path in [
            format!("/api/v1/tasks/{id}"),
            format!("/api/v1/history?subject={id}"),
            format!("/api/v1/deliveries?subject={id}"),
            format!("/api/v1/records/{record}"),
        ] {
            assert_eq!(server.get(&path, token).await.code(), "not_found", "{path}");
        }
    }
    let list = format!("/api/v1/tasks?collaboration={}", server.collaboration);
    let names = |reply: Value| reply["items"].as_array().unwrap().len();
    assert_eq!(names(server.get(&list, &server.tokens.member).await.json()), 0);
    assert_eq!(names(server.get(&list, &server.tokens.owner).await.json()), 1);
    assert_eq!(names(server.get(&list, &server.tokens.admin).await.json()), 1);
    assert_eq!(server.get(&list, &server.tokens.stranger).await.code(), "not_found");
    server.end().await;
}

#[tokio::test]
async fn i2_a_search_over_all_collaborations_finds_what_one_may_see() {
    let server = Server::start().await;
    server.task().await;
    let found = async |token: &str| {
        let list = server.get("/api/v1/tasks?query=%E8%AF%84%E4%BC%B0", token).await.json();
        list["items"].as_array().unwrap().len()
    };
    assert_eq!(found(&server.tokens.member).await, 1, "internal, and theirs to see as a member");
    assert_eq!(found(&server.tokens.admin).await, 1);
    assert_eq!(found(&server.tokens.guest).await, 0);
    assert_eq!(found(&server.tokens.stranger).await, 0);
    server.end().await;
}

#[tokio::test]
async fn private_data_of_others_is_not_told() {
    let server = Server::start().await;
    let path = format!("/api/v1/people/{}", person_id(3));
    let seen = server.get(&path, &server.tokens.member).await.json();
    assert!(seen.get("mail").is_none() && seen.get("mobile").is_none(), "{seen}");
    let own = server.get(&path, &server.tokens.owner).await.json();
    assert_eq!(own["mail"], "p3@example.com");
    assert_eq!(server.get(&path, &server.tokens.admin).await.json()["mail"], "p3@example.com");
    // A guest knows only those with whom they share a collaboration.
    let stranger = format!("/api/v1/people/{}", person_id(6));
    assert_eq!(server.get(&stranger, &server.tokens.guest).await.code(), "not_found");
    server.end().await;
}
