//! Signing in, the first administrator, invitations.

use huan_app::actions::setup;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Reply, Server, person_id};

async fn anonymous(server: &Server, method: &str, path: &str, cookie: Option<&str>, body: Value) -> Reply {
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    if let Some(cookie) = cookie {
        headers.push(("Cookie", cookie.to_owned()));
        headers.push(("X-Huan-CSRF", "1".to_owned()));
    }
    server.raw(method, path, &headers, body.to_string().as_bytes()).await
}

fn cookie(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_invited_person_signs_in_and_out() {
    let server = Server::start().await;
    let invite = format!("/api/v1/people/{}/invite", person_id(3));
    let url = server.post(&invite, &server.tokens.admin, json!({})).await.json()["url"].as_str().unwrap().to_owned();
    let link = url.split_once("link=").unwrap().1.to_owned();
    let look = server.raw("GET", &format!("/api/v1/setup?link={link}"), &[], b"").await.json();
    assert_eq!(look, json!({"valid": true, "kind": "invite", "name": "李强"}));
    let choose = |password: &str| json!({"link": link, "password": password});
    let short = anonymous(&server, "POST", "/api/v1/invite/accept", None, choose("short")).await;
    assert_eq!(short.json()["fields"][0]["code"], "too_short");
    let accepted = anonymous(&server, "POST", "/api/v1/invite/accept", None, choose("一句足够长的密码短语")).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    assert_eq!(accepted.json()["person"]["name"], "李强");
    let again = anonymous(&server, "POST", "/api/v1/invite/accept", None, choose("一句足够长的密码短语")).await;
    assert_eq!((again.status, again.code().as_str()), (410, "link_expired"));

    let sign_in = |password: &str| json!({"mail": "P3@Example.com", "password": password});
    let wrong = anonymous(&server, "POST", "/api/v1/session", None, sign_in("不对的密码短语啊啊")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "wrong_credentials"));
    let right = anonymous(&server, "POST", "/api/v1/session", None, sign_in("一句足够长的密码短语")).await;
    assert_eq!(right.status, 200, "{}", right.text());
    let cookie = cookie(&right);
    let me = server.raw("GET", "/api/v1/session", &[("Cookie", cookie.clone())], b"").await;
    assert_eq!(me.json()["person"]["mail"], "p3@example.com");
    // A form on another site can send the cookie but not the header.
    let forged = server.raw("DELETE", "/api/v1/session", &[("Cookie", cookie.clone())], b"").await;
    assert_eq!((forged.status, forged.code().as_str()), (403, "csrf_missing"));
    let english =
        anonymous(&server, "PATCH", "/api/v1/session/preferences", Some(&cookie), json!({"language": "en"})).await;
    assert_eq!(english.json()["language"], "en");
    let out = anonymous(&server, "DELETE", "/api/v1/session", Some(&cookie), json!({})).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let gone = server.raw("GET", "/api/v1/session", &[("Cookie", cookie)], b"").await;
    assert_eq!(gone.code(), "not_signed_in");
    server.end().await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used() {
    let server = Server::start().await;
    let mut work = server.app.begin_as_huan().await.unwrap();
    let link = setup::invitation(&mut work, person_id(3)).await.unwrap();
    work.commit().await.unwrap();
    let link = link.split_once("link=").unwrap().1;
    let body = json!({"link": link, "password": "一句足够长的密码短语"});
    let cookie = cookie(&anonymous(&server, "POST", "/api/v1/invite/accept", None, body).await);
    let headers = [("Cookie", cookie)];
    server.time.advance(SignedDuration::from_hours(13 * 24));
    assert_eq!(server.raw("GET", "/api/v1/session", &headers, b"").await.status, 200);
    server.time.advance(SignedDuration::from_hours(13 * 24));
    assert_eq!(server.raw("GET", "/api/v1/session", &headers, b"").await.status, 200, "each use prolongs it");
    server.time.advance(SignedDuration::from_hours(15 * 24));
    assert_eq!(server.raw("GET", "/api/v1/session", &headers, b"").await.code(), "not_signed_in");
    server.end().await;
}

#[tokio::test]
async fn passwords_cannot_be_tried_without_end() {
    let server = Server::start().await;
    let body = json!({"mail": "nobody@example.com", "password": "irgendetwas"});
    for _ in 0..10 {
        let reply = anonymous(&server, "POST", "/api/v1/session", None, body.clone()).await;
        assert_eq!(reply.code(), "wrong_credentials");
    }
    let reply = anonymous(&server, "POST", "/api/v1/session", None, body).await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "rate_limited"));
    server.end().await;
}

#[tokio::test]
async fn tokens_are_told_once_and_called_back() {
    let server = Server::start().await;
    let made = server.post("/api/v1/tokens", &server.tokens.owner, json!({"name": "报表"})).await.json();
    let token = made["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("huan_"));
    assert_eq!(server.get("/api/v1/session", &token).await.json()["person"]["name"], "李强");
    let list = server.get("/api/v1/tokens", &server.tokens.owner).await.text();
    assert!(list.contains("报表") && !list.contains(&token));
    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send("DELETE", &path, &server.tokens.member, None).await.code(), "not_found");
    assert_eq!(server.send("DELETE", &path, &server.tokens.owner, None).await.status, 204);
    assert_eq!(server.get("/api/v1/session", &token).await.code(), "not_signed_in");
    server.end().await;
}

#[tokio::test]
async fn the_first_administrator_is_made_only_once() {
    let server = Server::start().await;
    assert_eq!(setup::first_link(&server.app).await.unwrap(), None, "there is an administrator");
    let body = json!({
        "link": "forged", "name": "某人", "mail": "a@b.cn", "password": "一句足够长的密码短语", "language": "zh-CN",
    });
    let reply = anonymous(&server, "POST", "/api/v1/setup", None, body).await;
    assert_eq!((reply.status, reply.code().as_str()), (410, "link_expired"));
    let look = server.raw("GET", "/api/v1/setup?link=forged", &[], b"").await.json();
    assert_eq!(look["valid"], false);
    server.end().await;
}
