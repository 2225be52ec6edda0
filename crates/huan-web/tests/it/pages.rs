//! Health, figures, description and the embedded page.

use crate::harness::Server;

#[tokio::test]
async fn health_figures_and_description_are_served() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.raw("GET", path, &[], b"").await.status, 200, "{path}");
    }
    server.task().await;
    let metrics = server.raw("GET", "/metrics", &[], b"").await.text();
    let counted = "huan_http_requests_total{method=\"POST\",route=\"/api/v1/tasks\",status=\"201\"} 1";
    assert!(metrics.contains(counted), "{metrics}");
    assert!(metrics.contains("huan_outbox_open") && metrics.contains("huan_http_request_seconds_bucket"));
    let description = server.raw("GET", "/api/openapi.json", &[], b"").await.json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(description["paths"]["/api/v1/tasks/{id}/decline"]["post"].is_object());
    server.end().await;
}

#[tokio::test]
async fn every_answer_is_safe_for_browsers() {
    let server = Server::start().await;
    for path in ["/", "/api/v1/desk", "/l/x", "/healthz"] {
        let reply = server.raw("GET", path, &[], b"").await;
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(reply.header("x-request-id").is_some_and(|id| !id.is_empty()));
    }
    let given = server.raw("GET", "/healthz", &[("X-Request-Id", "abc-1".to_owned())], b"").await;
    assert_eq!(given.header("x-request-id"), Some("abc-1"));
    server.end().await;
}

#[tokio::test]
async fn unknown_assets_are_missing_and_other_addresses_are_places_in_the_page() {
    let server = Server::start().await;
    let missing = server.raw("GET", "/assets/none.js", &[], b"").await;
    assert_eq!(missing.code(), "not_found");
    let (root, place) =
        (server.raw("GET", "/", &[], b"").await, server.raw("GET", "/collaborations/x", &[], b"").await);
    assert_eq!(root.body, place.body);
    assert_eq!(root.status, place.status);
    server.end().await;
}
