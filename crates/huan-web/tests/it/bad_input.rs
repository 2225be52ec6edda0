//! Bad input: each a clear answer with a stable code, and nothing changed.

use serde_json::json;

use crate::harness::{OWNER, Server, person_id};

#[tokio::test]
async fn each_bad_body_has_its_code() {
    let server = Server::start().await;
    let token = &server.tokens.initiator;
    let headers = |kind: &str| vec![("Authorization", format!("Bearer {token}")), ("Content-Type", kind.to_owned())];
    let good = json!({"collaboration": server.collaboration, "name": "a", "owner": person_id(OWNER)});
    let with = |name: &str, value: serde_json::Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    let long = "长".repeat(201);
    let cases = [
        ("{".to_owned(), 400, "malformed_json", ""),
        ("[]".to_owned(), 422, "invalid_input", "body"),
        (with("name", json!(5)), 422, "invalid_input", "name"),
        (with("name", json!("")), 422, "invalid_input", "name"),
        (with("name", json!(long)), 422, "too_long", "name"),
        (with("due_at", json!("tomorrow")), 422, "invalid_input", "due_at"),
        (with("due_at", json!("2020-01-01T00:00:00Z")), 422, "invalid_input", "due_at"),
        (with("owner", json!("nobody")), 422, "invalid_input", "owner"),
        (with("owner", json!(person_id(99))), 422, "invalid_input", "owner"),
        (with("owner", json!(person_id(6))), 422, "invalid_input", "owner"),
        (with("priority", json!("asap")), 422, "invalid_input", "priority"),
        (with("colour", json!("red")), 422, "invalid_input", "colour"),
        (with("collaboration", json!("col_00000000000000000000000009")), 404, "not_found", ""),
    ];
    for (body, status, code, field) in cases {
        let reply = server.raw("POST", "/api/v1/tasks", &headers("application/json"), body.as_bytes()).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{body}: {}", reply.text());
        if !field.is_empty() {
            assert_eq!(reply.json()["fields"][0]["field"], field, "{body}");
        }
    }
    let reply = server.raw("POST", "/api/v1/tasks", &headers("text/plain"), good.to_string().as_bytes()).await;
    assert_eq!((reply.status, reply.code().as_str()), (415, "unsupported_media_type"));
    let huge = vec![b' '; (1 << 20) + 1];
    let reply = server.raw("POST", "/api/v1/tasks", &headers("application/json"), &huge).await;
    assert_eq!((reply.status, reply.code().as_str()), (413, "payload_too_large"));
    let list = server.get(&format!("/api/v1/tasks?collaboration={}", server.collaboration), token).await.json();
    assert_eq!(list["items"], json!([]), "nothing was made");
    server.end().await;
}

#[tokio::test]
async fn each_bad_address_has_its_code() {
    let server = Server::start().await;
    let token = &server.tokens.initiator;
    let cases = [
        ("/api/v1/tasks/nonsense", 404, "not_found"),
        ("/api/v1/tasks/tsk_00000000000000000000000009", 404, "not_found"),
        ("/api/v1/nonsense", 404, "not_found"),
        ("/api/v1/tasks?limit=0", 422, "invalid_input"),
        ("/api/v1/tasks?limit=many", 422, "invalid_input"),
        ("/api/v1/tasks?cursor=xyz", 422, "invalid_input"),
        ("/api/v1/tasks?sort=colour", 422, "invalid_input"),
        ("/api/v1/tasks?status=resolved", 422, "invalid_input"),
        ("/api/v1/tasks?colour=red", 422, "invalid_input"),
        ("/api/v1/history", 422, "invalid_input"),
        ("/api/v1/history?subject=nonsense", 404, "not_found"),
    ];
    for (path, status, code) in cases {
        let reply = server.get(path, token).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{path}: {}", reply.text());
    }
    let reply = server.send("DELETE", "/api/v1/tasks", token, None).await;
    assert_eq!((reply.status, reply.code().as_str()), (405, "method_not_allowed"));
    server.end().await;
}

#[tokio::test]
async fn problems_speak_the_readers_language() {
    let server = Server::start().await;
    let chinese = server.get("/api/v1/tasks/nonsense", &server.tokens.initiator).await.json();
    assert_eq!(chinese["title"], "找不到");
    let headers = [("Accept-Language", "en-GB,en".to_owned())];
    let english = server.raw("GET", "/api/v1/desk", &headers, b"").await;
    assert_eq!(english.json()["title"], "Not signed in");
    assert_eq!(english.header("content-language"), Some("en"));
    server.end().await;
}
