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
