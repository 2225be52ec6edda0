//! Tokens, headers, limits, the forms of errors, and the fault switches (§1, §2).

use std::time::Duration;

use huan_sim::teambition::settings::ErrorForm;
use huan_sim::{Fault, FaultKind, PlatformName};
use reqwest::Method;
use serde_json::json;

use super::{Desk, signed};

#[tokio::test]
async fn only_a_token_of_the_app_opens_the_door() {
    let desk = Desk::standing().await;
    let app = &desk.connection.teambition;
    let now = desk.sim.now().as_second();
    let ask = async |token: &str| {
        let request = desk.http.get(format!("{}/org/info", app.base_url)).bearer_auth(token);
        desk.send(request.header("X-Tenant-Id", &app.organization_id)).await
    };
    let hour = now / 3600 * 3600;
    ask(&signed(&app.app_id, &app.app_secret, hour, hour + 3960)).await.result();
    assert_eq!(ask(&signed(&app.app_id, &app.app_secret, now - 7200, now - 3600)).await.refusal(), 401);
    assert_eq!(ask(&signed(&app.app_id, "another secret", now, now + 3600)).await.refusal(), 401);
    assert_eq!(ask(&signed(&"0".repeat(24), &app.app_secret, now, now + 3600)).await.refusal(), 401);
    assert_eq!(ask("abc").await.refusal(), 401);
    let none = desk.send(desk.http.get(format!("{}/org/info", app.base_url))).await;
    assert_eq!(none.refusal(), 401);
    // While the secret is changed, two hold.
    desk.sim.teambition().configure(|settings| settings.further_secrets = vec!["a newer one".into()]);
    ask(&signed(&app.app_id, "a newer one", now, now + 3600)).await.result();
    desk.sim.teambition().configure(|settings| settings.installed = false);
    assert_eq!(ask(&desk.token()).await.refusal(), 401);
}

#[tokio::test]
async fn organisation_and_operator_are_checked() {
    let desk = Desk::standing().await;
    let app = &desk.connection.teambition;
    let request = || desk.http.get(format!("{}/org/info", app.base_url)).bearer_auth(desk.token());
    assert_eq!(desk.send(request()).await.refusal(), 400);
    assert_eq!(desk.send(request().header("X-Tenant-Id", "0".repeat(24))).await.refusal(), 401);
    let wrong_type = request().header("X-Tenant-Id", &app.organization_id).header("X-Tenant-Type", "user");
    assert_eq!(desk.send(wrong_type).await.refusal(), 400);
    let body = json!({"projectId": desk.project(), "content": "x"});
    let create = || desk.request(Method::POST, "/v3/task/create").json(&body);
    assert_eq!(desk.send(create()).await.refusal(), 400);
    assert_eq!(desk.send(create().header("x-operator-id", "0".repeat(24))).await.refusal(), 403);
    desk.sim.teambition().configure(|settings| settings.operator_needed = false);
    assert_eq!(desk.send(create()).await.result()["creatorId"], "");
    let forbidden = "POST /v3/task/create".to_owned();
    desk.sim.teambition().configure(|settings| settings.forbidden_routes = [forbidden].into());
    assert_eq!(desk.send(create()).await.refusal(), 403);
}

#[tokio::test]
async fn both_prefixes_serve_the_same_and_anything_else_is_misdirected() {
    let desk = Desk::standing().await;
    let task = desk.task("两个前缀").await;
    let app = &desk.connection.teambition;
    let request = desk.http.get(format!("{}/v3/task/query?taskId={task}", app.private_base_url));
    let request = request.bearer_auth(desk.token()).header("X-Tenant-Id", &app.organization_id);
    assert_eq!(desk.send(request).await.result()[0]["content"], "两个前缀");
    let unknown = desk.get("/v3/task/nonsense/at/all").await;
    assert_eq!((unknown.status, &unknown.body["error"]), (421, &json!("MisdirectedRequest")));
    let outside = desk.send(desk.http.get(format!("{}/v3/task/query", app.web_url))).await;
    assert_eq!(outside.status, 421);
    let page = desk.http.get(format!("{}/task/{task}", app.web_url)).send().await.unwrap();
    assert_eq!(page.headers()["location"], format!("/sim/#teambition/{}/-/{task}", desk.project()));
}

#[tokio::test]
async fn errors_show_in_the_status_in_the_header_or_in_the_body_alone() {
    let desk = Desk::standing().await;
    let ask = async || desk.put(&"0".repeat(24), "content", json!({"content": "x"})).await;
    let plain = ask().await;
    assert_eq!(plain.headers["x-request-id"].to_str().unwrap(), plain.body["requestId"]);
    assert_eq!(plain.refusal(), 404);
    desk.sim.teambition().configure(|settings| settings.errors = ErrorForm::Header);
    let header = ask().await;
    assert_eq!((header.status, header.headers["x-http-status"].to_str().unwrap()), (200, "404"));
    desk.sim.teambition().configure(|settings| settings.errors = ErrorForm::Body);
    let body = ask().await;
    assert_eq!((body.status, &body.body["code"]), (200, &json!(404)));
    assert_eq!(body.headers.get("x-http-status"), None);
}

#[tokio::test]
async fn the_forty_first_call_of_a_second_to_one_route_is_too_many() {
    let desk = Desk::standing().await;
    let mut statuses = Vec::new();
    let calls: Vec<_> = (0..60).map(|_| desk.get("/org/info")).collect();
    for call in futures_util::future::join_all(calls).await {
        statuses.push(call.status);
    }
    // Slow machines may spread the calls over more than a second; no second has more than forty.
    assert!(statuses.iter().filter(|status| **status == 200).count() >= 40, "{statuses:?}");
    // Another route is counted apart.
    assert_eq!(desk.get("/org/departments").await.status, 200);
    desk.sim.teambition().configure(|settings| settings.calls_per_second = 1);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(desk.get("/org/info").await.status, 200);
    assert_eq!(desk.get("/org/info").await.refusal(), 429);
}

#[tokio::test]
async fn the_fault_switches_strike_requests() {
    let desk = Desk::standing().await;
    let fault = |kind| Fault {
        id: 0,
        platform: Some(PlatformName::Teambition),
        operation: "POST /api/v3/task/create".into(),
        kind,
        times: Some(1),
    };
    let body = json!({"projectId": desk.project(), "content": "也许有"});
    let create = || {
        let request = desk.request(Method::POST, "/v3/task/create").json(&body);
        request.header("X-Operator-Id", desk.user("hejing"))
    };
    desk.sim.set_fault(fault(FaultKind::RateLimit));
    assert_eq!(desk.send(create()).await.refusal(), 429);
    desk.sim.set_fault(fault(FaultKind::ServerError { status: 503 }));
    assert_eq!(desk.send(create()).await.status, 503);
    desk.sim.set_fault(fault(FaultKind::Drop));
    assert!(create().send().await.is_err());
    let count = format!("/v3/project/{}/task/count", desk.project());
    assert_eq!(desk.get(&count).await.result(), 0);
    // Carried out, but nobody is told: a second try makes a second task.
    desk.sim.set_fault(fault(FaultKind::AnswerLost));
    assert!(create().send().await.is_err());
    assert_eq!(desk.get(&count).await.result(), 1);
    desk.send(create()).await.result();
    assert_eq!(desk.get(&count).await.result(), 2);
}
