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
    assert_eq!(seen.json()["html"], "<p>&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n<p>x</p>\n", "{}", seen.text());
    server.end().await;
}

/// A file given by somebody, as it is told.
async fn give(server: &Server, token: &str, query: &str, held: &[u8]) -> crate::harness::Reply {
    let path = format!("/api/v1/files?collaboration={}{query}", server.collaboration);
    server.raw("POST", &path, &[("Authorization", format!("Bearer {token}"))], held).await
}

#[tokio::test]
async fn c3_a_file_comes_back_as_it_was_given_and_nothing_in_it_runs() {
    let server = Server::start().await;
    let held: Vec<u8> = (0..700_000_u32).map(|place| u8::try_from(place % 251).unwrap()).collect();
    let given = give(&server, &server.tokens.owner, "&name=..%2F%E6%8A%A5%E4%BB%B7%20V2.xlsx", &held).await;
    assert_eq!(given.status, 201, "{}", given.text());
    let file = given.json();
    assert_eq!((file["name"].as_str(), file["size"].as_u64()), (Some("报价 V2.xlsx"), Some(700_000)));
    let path = format!("/api/v1/files/{}", file["id"].as_str().unwrap());
    let back = server.get(&path, &server.tokens.member).await;
    assert!(back.body == held, "every byte");
    assert_eq!(back.header("content-type"), Some("application/octet-stream"));
    assert_eq!(back.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(back.header("content-disposition"), Some("attachment; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20V2.xlsx"));
    assert_eq!(back.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let headers = [
        ("Authorization", format!("Bearer {}", server.tokens.member)),
        ("If-None-Match", back.header("etag").unwrap().to_owned()),
    ];
    assert_eq!(server.raw("GET", &path, &headers, b"").await.status, 304);

    // A page that calls itself a picture is none; a picture may be shown.
    let page = give(&server, &server.tokens.owner, "&name=a.png", b"<svg onload=alert(1)>").await.json();
    let back = server.get(&format!("/api/v1/files/{}", page["id"].as_str().unwrap()), &server.tokens.owner).await;
    assert_eq!(back.header("content-type"), Some("application/octet-stream"));
    assert!(back.header("content-disposition").unwrap().starts_with("attachment;"));
    let picture = give(&server, &server.tokens.owner, "&name=a.png", b"\x89PNG\r\n\x1a\n0").await.json();
    assert_eq!(picture["kind"], "png");
    let back = server.get(&format!("/api/v1/files/{}", picture["id"].as_str().unwrap()), &server.tokens.owner).await;
    assert_eq!(back.header("content-type"), Some("image/png"));
    assert!(back.header("content-disposition").unwrap().starts_with("inline;"));

    let unnamed = give(&server, &server.tokens.owner, "&name=..%2F..", b"a").await;
    assert_eq!((unnamed.status, unnamed.json()["fields"][0]["field"].as_str()), (422, Some("name")));
    let empty = give(&server, &server.tokens.owner, "&name=a.txt", b"").await;
    assert_eq!((empty.status, empty.json()["fields"][0]["field"].as_str()), (422, Some("file")));
    let large = give(&server, &server.tokens.owner, "&name=a.bin", &vec![0; (20 << 20) + 1]).await;
    assert_eq!((large.status, large.code().as_str()), (413, "payload_too_large"));
    server.end().await;
}

#[tokio::test]
async fn i2_a_file_is_seen_by_whoever_sees_its_level_or_its_document() {
    let server = Server::start().await;
    let id = |reply: crate::harness::Reply| reply.json()["id"].as_str().unwrap().to_owned();
    let internal = format!("/api/v1/files/{}", id(give(&server, &server.tokens.owner, "&name=a.txt", b"a").await));
    let public = id(give(&server, &server.tokens.owner, "&name=b.txt&level=public", b"b").await);
    let public = format!("/api/v1/files/{public}");
    for (path, token, expected) in [
        (&internal, &server.tokens.member, 200),
        (&internal, &server.tokens.guest, 404),
        (&internal, &server.tokens.stranger, 404),
        (&public, &server.tokens.guest, 200),
    ] {
        assert_eq!(server.get(path, token).await.status, expected, "{path}");
    }
    assert_eq!(give(&server, &server.tokens.guest, "&name=a.txt", b"a").await.code(), "forbidden");
    assert_eq!(server.post(&format!("{public}/trash"), &server.tokens.guest, json!({})).await.code(), "forbidden");
    let rename = json!({"name": "c.txt", "version": 1});
    assert_eq!(server.patch(&internal, &server.tokens.member, rename.clone()).await.code(), "forbidden");
    assert_eq!(server.patch(&internal, &server.tokens.owner, rename).await.json()["name"], "c.txt");
    let secret = json!({"level": "confidential", "version": 2});
    assert_eq!(server.patch(&internal, &server.tokens.owner, secret).await.status, 200);
    assert_eq!(server.get(&internal, &server.tokens.member).await.status, 404);
    let list = format!("/api/v1/files?collaboration={}", server.collaboration);
    let count = |listed: Value| listed["items"].as_array().unwrap().len();
    assert_eq!(count(server.get(&list, &server.tokens.member).await.json()), 1);
    assert_eq!(count(server.get(&list, &server.tokens.owner).await.json()), 2);

    // The trash gives back.
    assert_eq!(server.post(&format!("{public}/trash"), &server.tokens.member, json!({})).await.status, 200);
    assert_eq!(server.get(&public, &server.tokens.guest).await.status, 404);
    assert_eq!(count(server.get(&format!("{list}&trashed=true"), &server.tokens.member).await.json()), 1);
    assert_eq!(server.post(&format!("{public}/restore"), &server.tokens.member, json!({})).await.status, 200);
    assert_eq!(server.get(&public, &server.tokens.guest).await.status, 200);

    // A document's file is for whoever sees the document.
    let document = begin(&server, "机密", "confidential").await;
    let of_document = format!("&name=d.png&document={document}&level=public");
    assert_eq!(give(&server, &server.tokens.member, &of_document, b"d").await.code(), "not_found");
    let picture = format!("/api/v1/files/{}", id(give(&server, &server.tokens.owner, &of_document, b"d").await));
    assert_eq!(server.get(&picture, &server.tokens.member).await.status, 404);
    let share = json!({"readers": [person_id(MEMBER)], "version": 1});
    assert_eq!(server.patch(&format!("/api/v1/documents/{document}"), &server.tokens.owner, share).await.status, 200);
    assert_eq!(server.get(&picture, &server.tokens.member).await.status, 200);
    assert_eq!(count(server.get(&list, &server.tokens.owner).await.json()), 2, "it is listed with its document");
    let listed = server.get(&format!("/api/v1/files?document={document}"), &server.tokens.member).await.json();
    assert_eq!(count(listed), 1);
    assert_eq!(server.get(&format!("/api/v1/files?document={document}"), &server.tokens.guest).await.status, 404);
    let history = server
        .get(&format!("/api/v1/history?subject={}", picture.rsplit('/').next().unwrap()), &server.tokens.owner)
        .await;
    assert_eq!(history.json()["items"][0]["text"], "上传文件");
    server.end().await;
}

/// The ids of the files that somebody finds.
async fn files_found(server: &Server, token: &str, query: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(query.as_bytes()).collect();
    let reply = server.get(&format!("/api/v1/search?query={query}&kind=file"), token).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let body = reply.json();
    body["items"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

async fn files_are_found(server: Server) {
    let initiator = &server.tokens.initiator;
    let give = async |name: &str, document: Option<&str>| {
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let of = document.map(|document| format!("&document={document}")).unwrap_or_default();
        let path = format!("/api/v1/files?collaboration={}&name={name}{of}", server.collaboration);
        let headers = [("Authorization", format!("Bearer {initiator}"))];
        let given = server.raw("POST", &path, &headers, b"held").await;
        assert_eq!(given.status, 201, "{}", given.text());
        given.json()
    };
    let file = give("报价单.xlsx", None).await;
    let id = file["id"].as_str().unwrap().to_owned();
    assert_eq!(files_found(&server, &server.tokens.member, "报价").await, std::slice::from_ref(&id));
    let rename = json!({"version": 1, "name": "合同附件.xlsx"});
    let renamed = server.patch(&format!("/api/v1/files/{id}"), initiator, rename).await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    assert!(files_found(&server, initiator, "报价").await.is_empty());
    assert_eq!(files_found(&server, &server.tokens.member, "合同附件").await, std::slice::from_ref(&id));
    server.post(&format!("/api/v1/files/{id}/trash"), initiator, json!({})).await;
    assert!(files_found(&server, initiator, "合同附件").await.is_empty(), "it lies in the trash");

    // A file of a document is found by the document's title too, by whoever sees that and nobody else.
    let body =
        json!({"collaboration": server.collaboration, "title": "底价测算", "text": "x", "level": "confidential"});
    let document = server.post("/api/v1/documents", initiator, body).await.json();
    let document = document["id"].as_str().unwrap();
    let secret = give("附表.xlsx", Some(document)).await["id"].as_str().unwrap().to_owned();
    for words in ["附表", "底价测算"] {
        assert_eq!(files_found(&server, initiator, words).await, std::slice::from_ref(&secret), "{words}");
        assert!(files_found(&server, &server.tokens.member, words).await.is_empty(), "{words}");
    }
    server.post(&format!("/api/v1/documents/{document}/trash"), initiator, json!({})).await;
    assert!(files_found(&server, initiator, "附表").await.is_empty(), "its document lies in the trash");
    server.post(&format!("/api/v1/documents/{document}/restore"), initiator, json!({})).await;
    assert_eq!(files_found(&server, initiator, "附表").await, [secret]);
    server.end().await;
}

#[tokio::test]
async fn i2_files_are_found_by_their_names_by_whoever_may_see_them() {
    files_are_found(Server::start().await).await;
}

#[tokio::test]
async fn i2_files_are_found_by_their_names_by_whoever_may_see_them_on_postgres() {
    files_are_found(Server::start_on_postgres().await).await;
}
