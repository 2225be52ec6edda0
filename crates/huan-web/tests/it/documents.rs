//! The library over the API: who may do what, and how a conflict is answered.

use serde_json::{Value, json};

use crate::harness::{MEMBER, Server, person_id};

async fn begin(server: &Server, title: &str, level: &str) -> String {
    let body = json!({"collaboration": server.collaboration, "title": title, "text": "# 分页\n", "level": level});
    let made = server.post("/api/v1/documents", &server.tokens.owner, body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn i6_a_conflict_is_answered_with_what_was_saved_meanwhile() {
    let server = Server::start().await;
    let path = format!("/api/v1/documents/{}", begin(&server, "接口约定", "internal").await);
    let write = |text: &str| json!({"title": "接口约定", "text": text, "note": "改", "edition": 1});
    let saved = server.send("PUT", &path, &server.tokens.member, Some(write("甲写的"))).await;
    assert_eq!((saved.status, saved.json()["edition"].as_u64()), (200, Some(2)), "{}", saved.text());
    let refused = server.send("PUT", &path, &server.tokens.owner, Some(write("乙写的"))).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "version_conflict"));
    assert_eq!(refused.json()["current"]["text"], "甲写的\n");
    let compared = server
        .post(&format!("{path}/compare"), &server.tokens.owner, json!({"title": "接口约定", "text": "乙写的"}))
        .await;
    assert_eq!(
        compared.json()["lines"],
        json!([{"kept": "removed", "text": "甲写的"}, {"kept": "added", "text": "乙写的"}])
    );
    let unknown = server.get(&format!("{path}/difference?from=1&to=9"), &server.tokens.owner).await;
    assert_eq!((unknown.status, unknown.json()["fields"][0]["field"].as_str()), (422, Some("to")));
    assert_eq!(server.get(&format!("{path}/editions/1"), &server.tokens.owner).await.json()["text"], "# 分页\n");
    assert_eq!(server.get(&format!("{path}/editions/x"), &server.tokens.owner).await.code(), "not_found");
    let trashed = server.post(&format!("{path}/trash"), &server.tokens.owner, json!({})).await;
    assert_eq!(trashed.json()["trashed"]["by"]["name"], "李强", "{}", trashed.text());
    let refused = server.send("PUT", &path, &server.tokens.owner, Some(write("乙写的"))).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "in_trash"));
    assert_eq!(server.post(&format!("{path}/restore"), &server.tokens.member, json!({})).await.status, 200);
    server.end().await;
}

#[tokio::test]
async fn i2_guests_read_what_is_shared_and_write_nothing() {
    let server = Server::start().await;
    let internal = begin(&server, "内部", "internal").await;
    let public = begin(&server, "公开", "public").await;
    let list = format!("/api/v1/documents?collaboration={}", server.collaboration);
    let titles = |listed: Value| -> Vec<String> {
        listed["items"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(server.get(&list, &server.tokens.guest).await.json()), ["公开"]);
    assert_eq!(server.get(&format!("/api/v1/documents/{internal}"), &server.tokens.guest).await.code(), "not_found");
    let body = json!({"collaboration": server.collaboration, "title": "a"});
    assert_eq!(server.post("/api/v1/documents", &server.tokens.guest, body).await.code(), "forbidden");
    let path = format!("/api/v1/documents/{public}");
    let shown = server.get(&path, &server.tokens.guest).await.json();
    assert_eq!(shown["may"], json!({"write": false, "share": false}));
    let write = json!({"title": "a", "text": "b", "edition": 1});
    assert_eq!(server.send("PUT", &path, &server.tokens.guest, Some(write)).await.code(), "forbidden");
    for step in ["trash", "restore"] {
        assert_eq!(server.post(&format!("{path}/{step}"), &server.tokens.guest, json!({})).await.code(), "forbidden");
    }
    // In the trash it is gone for them.
    assert_eq!(server.post(&format!("{path}/trash"), &server.tokens.member, json!({})).await.status, 200);
    assert_eq!(server.get(&path, &server.tokens.guest).await.code(), "not_found");
    let trash = server.get(&format!("{list}&trashed=true"), &server.tokens.guest).await.json();
    assert!(titles(trash).is_empty());
    // What is confidential is for nobody else, until it is shared.
    let secret = format!("/api/v1/documents/{}", begin(&server, "机密", "confidential").await);
    assert_eq!(server.get(&secret, &server.tokens.member).await.code(), "not_found");
    let share = json!({"readers": [person_id(MEMBER)], "version": 1});
    let shared = server.patch(&secret, &server.tokens.owner, share).await;
    assert_eq!(shared.status, 200, "{}", shared.text());
    assert_eq!(server.get(&secret, &server.tokens.member).await.json()["may"], json!({"write": true, "share": false}));
    server.end().await;
}

#[tokio::test]
async fn c3_a_preview_is_as_safe_as_the_page() {
    let server = Server::start().await;
    let text = "<script>alert(1)</script>\n\n[x](javascript:alert(1))";
    let seen = server.post("/api/v1/documents/preview", &server.tokens.guest, json!({"text": text})).await;
    assert_eq!(
        seen.json()["html"],
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;<br />\n</p>\n<p>x</p>\n",
        "{}",
        seen.text()
    );
    server.end().await;
}
