//! Writes happen once per idempotency key.

use serde_json::{Value, json};

use crate::harness::{OWNER, Reply, Server, person_id};

async fn make(server: &Server, key: &str, body: &Value) -> Reply {
    let headers = [
        ("Authorization", format!("Bearer {}", server.tokens.initiator)),
        ("Content-Type", "application/json".to_owned()),
        ("Idempotency-Key", key.to_owned()),
    ];
    server.raw("POST", "/api/v1/tasks", &headers, body.to_string().as_bytes()).await
}

async fn once_per_key(server: Server) {
    let body = json!({"collaboration": server.collaboration, "name": "一次", "owner": person_id(OWNER)});
    let first = make(&server, "k1", &body).await;
    assert_eq!(first.status, 201);
    let (second, third) = tokio::join!(make(&server, "k1", &body), make(&server, "k1", &body));
    assert_eq!(second.json(), first.json());
    assert_eq!(third.json(), first.json());
    // Two at once under a new key: one makes it, both get it.
    let (one, other) = tokio::join!(make(&server, "k2", &body), make(&server, "k2", &body));
    assert_eq!((one.status, other.status), (201, 201), "{} {}", one.text(), other.text());
    assert_eq!(one.json()["id"], other.json()["id"]);
    let mut different = body.clone();
    different["name"] = json!("另一个");
    let mismatch = make(&server, "k1", &different).await;
    assert_eq!((mismatch.status, mismatch.code().as_str()), (422, "idempotency_mismatch"));
    // A refused write leaves its key free.
    different["name"] = json!("");
    assert_eq!(make(&server, "k3", &different).await.status, 422);
    assert_eq!(make(&server, "k3", &body).await.status, 201);
    let list = format!("/api/v1/tasks?collaboration={}", server.collaboration);
    let list = server.get(&list, &server.tokens.initiator).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    server.end().await;
}

#[tokio::test]
async fn a_write_happens_once_per_key_on_sqlite() {
    once_per_key(Server::start().await).await;
}

#[tokio::test]
async fn a_write_happens_once_per_key_on_postgres() {
    once_per_key(Server::start_on_postgres().await).await;
}

async fn what_comes_of_an_entry_is_made_and_linked_in_one_request(server: Server) {
    let filed = json!({"collaboration": server.collaboration, "text": "客户要 Excel", "section": "requirements"});
    let entry = server.post("/api/v1/entries", &server.tokens.initiator, filed).await.json();
    let id = entry["id"].as_str().unwrap();
    let body =
        json!({"collaboration": server.collaboration, "name": "导出 Excel", "owner": person_id(OWNER), "entry": id});
    let first = make(&server, "k1", &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let again = make(&server, "k1", &body).await;
    assert_eq!(again.json()["id"], first.json()["id"]);
    let record = json!({"collaboration": server.collaboration, "topic": "客户要 Excel", "entry": id});
    let record = server.post("/api/v1/records", &server.tokens.initiator, record).await;
    assert_eq!(record.status, 201, "{}", record.text());
    let problem =
        json!({"collaboration": server.collaboration, "title": "没有样表", "owner": person_id(OWNER), "entry": id});
    let problem = server.post("/api/v1/problems", &server.tokens.initiator, problem).await;
    assert_eq!(problem.status, 201, "{}", problem.text());
    let links = server.get(&format!("/api/v1/entries/{id}"), &server.tokens.initiator).await.json()["links"].clone();
    let mut linked: Vec<&str> = links.as_array().unwrap().iter().map(|link| link["id"].as_str().unwrap()).collect();
    let (first, record, problem) = (first.json(), record.json(), problem.json());
    let mut made = [&first, &record, &problem].map(|one| one["id"].as_str().unwrap());
    linked.sort_unstable();
    made.sort_unstable();
    assert_eq!(linked, made, "each once");
    // What cannot be linked is not made either.
    let mut unknown = body.clone();
    unknown["entry"] = json!("ent_00000000000000000000000009");
    assert_eq!(make(&server, "k2", &unknown).await.status, 404);
    let list = format!("/api/v1/tasks?collaboration={}", server.collaboration);
    let list = server.get(&list, &server.tokens.initiator).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    server.end().await;
}

#[tokio::test]
async fn f4_what_comes_of_an_entry_is_made_and_linked_in_one_request_on_sqlite() {
    what_comes_of_an_entry_is_made_and_linked_in_one_request(Server::start().await).await;
}

#[tokio::test]
async fn f4_what_comes_of_an_entry_is_made_and_linked_in_one_request_on_postgres() {
    what_comes_of_an_entry_is_made_and_linked_in_one_request(Server::start_on_postgres().await).await;
}
