//! Events pushed over HTTP.

use serde_json::json;

use crate::harness::{Reply, Server};

async fn push(server: &Server, route: &str, secret: &str, body: &[u8]) -> Reply {
    let path = format!("/callbacks/{}{route}", server.account);
    server.raw("POST", &path, &[("X-Probe", secret.to_owned())], body).await
}

async fn stored(server: &Server) -> i64 {
    server.db().read().await.unwrap().events_open().await.unwrap()
}

#[tokio::test]
async fn f4_an_event_is_durable_before_it_is_acknowledged_and_kept_once() {
    let server = Server::start().await;
    let body = json!({"event": "e1"}).to_string();
    for _ in 0..2 {
        let reply = push(&server, "/robot/message", "open sesame", body.as_bytes()).await;
        assert_eq!((reply.status, reply.text().as_str()), (200, r#"{"ok":true}"#));
        assert_eq!(stored(&server).await, 1);
    }
    server.end().await;
}

#[tokio::test]
async fn a_forged_or_malformed_callback_changes_nothing() {
    let server = Server::start().await;
    let body = json!({"event": "e1"}).to_string();
    let forged = push(&server, "", "guess", body.as_bytes()).await;
    assert_eq!((forged.status, forged.code().as_str()), (401, "not_genuine"));
    let malformed = push(&server, "", "open sesame", b"{").await;
    assert_eq!((malformed.status, malformed.code().as_str()), (400, "malformed_callback"));
    let huge = push(&server, "", "open sesame", &vec![b'x'; (1 << 20) + 1]).await;
    assert_eq!(huge.status, 413);
    let unknown = server.raw("POST", "/callbacks/acc_00000000000000000000000009", &[], b"{}").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(stored(&server).await, 0);
    server.end().await;
}

#[tokio::test]
async fn many_callbacks_at_once_are_all_kept() {
    let server = std::sync::Arc::new(Server::start().await);
    let mut pushing = tokio::task::JoinSet::new();
    for number in 0..200 {
        let server = std::sync::Arc::clone(&server);
        pushing.spawn(async move {
            let body = json!({"event": format!("e{number}")}).to_string();
            push(&server, "", "open sesame", body.as_bytes()).await.status
        });
    }
    while let Some(status) = pushing.join_next().await {
        assert_eq!(status.unwrap(), 200);
    }
    assert_eq!(stored(&server).await, 200);
}
