//! The app token by call, and signing in with Teambition (§2.2, §8).

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn an_app_token_can_be_asked_for() {
    let desk = Desk::standing().await;
    let app = &desk.connection.teambition;
    let ask = async |secret: &str| {
        let request = desk.http.post(format!("{}/appToken", app.base_url));
        desk.send(request.json(&json!({"appId": app.app_id, "appSecret": secret}))).await
    };
    let token = ask(&app.app_secret).await.result();
    let request = desk.http.get(format!("{}/org/info", app.base_url)).bearer_auth(token["appToken"].as_str().unwrap());
    desk.send(request.header("X-Tenant-Id", &app.organization_id)).await.result();
    assert_eq!(ask("wrong").await.refusal(), 401);
}

#[tokio::test]
async fn a_browser_comes_back_with_a_code_and_the_code_gives_the_person() {
    let desk = Desk::standing().await;
    let app = &desk.connection.teambition;
    let query = [("app_id", app.app_id.as_str()), ("redirect_uri", "https://huan.example/back?x=1"), ("state", "s t")];
    let ask = || desk.http.get(format!("{}/oauth/sso", app.base_url)).query(&query);
    let page = ask().send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("李强"));
    desk.sim.teambition().configure(|settings| settings.signed_in = Some("liqiang".into()));
    let answer = ask().send().await.unwrap();
    assert_eq!(answer.status(), 302);
    let back: url::Url = answer.headers()["location"].to_str().unwrap().parse().unwrap();
    let given: std::collections::BTreeMap<String, String> = back.query_pairs().into_owned().collect();
    assert_eq!((given["state"].as_str(), given["x"].as_str()), ("s t", "1"));
    let post = async |path: &str, body: Value| {
        let request = desk.http.post(format!("{}{path}", app.base_url)).bearer_auth(desk.token());
        desk.send(request.json(&body)).await
    };
    let exchange = json!({"code": given["code"], "grantType": "authorization_code"});
    let token = post("/oauth/userAccessToken", exchange.clone()).await.result();
    assert_eq!((&token["userId"], &token["tokenType"]), (&json!(desk.user("liqiang")), &json!("Bearer")));
    assert_eq!(post("/oauth/userAccessToken", exchange).await.refusal(), 400);
    let info = post("/oauth/userInfo", json!({"userAccessToken": token["accessToken"]})).await.result();
    assert_eq!(info["name"], "李强");
    // The person's own token stands for the person, without further headers (§1.2).
    let me = desk.http.request(Method::GET, format!("{}/users/me", app.base_url));
    let me = desk.send(me.bearer_auth(token["accessToken"].as_str().unwrap())).await.result();
    assert_eq!(me["userId"], desk.user("liqiang"));
    desk.sim.advance(Duration::from_secs(86_401));
    assert_eq!(post("/oauth/userInfo", json!({"userAccessToken": token["accessToken"]})).await.refusal(), 401);
    let refresh = json!({"refreshToken": token["refreshToken"], "grantType": "refreshToken", "expires": 60});
    let renewed = post("/oauth/userAccessToken", refresh).await.result();
    assert_eq!(renewed["expires"], 60);
    post("/oauth/userInfo", json!({"userAccessToken": renewed["accessToken"]})).await.result();
}
