//! The people directory over the API: a list with errors, who waits, who leaves.

use huan_app::engine;
use serde_json::{Value, json};

use crate::harness::{MEMBER, OWNER, Reply, Server, person_id};

const LIST: &str = "姓名,手机号,邮箱,工号,部门,职务,直接上级,状态\n\
    李强,13800000003,p3@example.com,A3,研发部,研发总监,,在职\n\
    小周,13900000001,,A9,研发部/后端组,工程师,李强,\n\
    王磊,,,A4,,,,\n\
    没号码,,,,,,,\n\
    小吴,无,,A10,,,,\n";

impl Server {
    async fn give(&self, token: &str, file: &[u8]) -> Reply {
        let headers =
            [("Authorization", format!("Bearer {token}")), ("Content-Type", "application/octet-stream".to_owned())];
        self.raw("POST", "/api/v1/directory/imports/list?name=%E5%90%8D%E5%8D%95.csv", &headers, file).await
    }

    async fn waiting(&self) -> Vec<Value> {
        let list = self.get("/api/v1/directory/waiting", &self.tokens.admin).await.json();
        list["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a3_a_list_with_errors_is_previewed_and_imported_only_when_chosen() {
    let server = Server::start().await;
    let admin = server.tokens.admin.clone();
    let reply = server.give(&admin, LIST.as_bytes()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let run = reply.json();
    assert_eq!((run["state"].as_str(), run["file"].as_str()), (Some("ready"), Some("名单.csv")));
    let problems: Vec<(u64, &str)> = run["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| (problem["row"].as_u64().unwrap(), problem["code"].as_str().unwrap()))
        .collect();
    assert_eq!(problems, [(5, "no_key"), (6, "mobile_malformed")]);
    let counts = ["new", "changed", "doubtful"].map(|kind| run["counts"][kind].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1], "小周 is new, 李强 has a number and a department now, 王磊 is a name only");
    let id = run["id"].as_str().unwrap();
    let rows = server.get(&format!("/api/v1/directory/imports/{id}/rows?kind=changed"), &admin).await.json();
    let changes: Vec<&str> = rows["items"][0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    assert_eq!(changes, ["department", "job", "staff_number"]);

    let path = format!("/api/v1/directory/imports/{id}/apply");
    let refused = server.post(&path, &admin, json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid_input"), "{}", refused.text());
    engine::drain(&server.app).await.unwrap();
    let people = server.get("/api/v1/people?query=%E5%B0%8F%E5%91%A8", &admin).await.json();
    assert_eq!(people["items"].as_array().unwrap().len(), 0, "nothing is imported before it is chosen");

    let applied = server.post(&path, &admin, json!({"despite_problems": true})).await;
    assert_eq!(applied.status, 202, "{}", applied.text());
    engine::drain(&server.app).await.unwrap();
    let done = server.get(&format!("/api/v1/directory/imports/{id}"), &admin).await.json();
    assert_eq!(done["state"], "done", "{done}");
    let people = server.get("/api/v1/people?query=%E5%B0%8F%E5%91%A8", &admin).await.json();
    let new = &people["items"][0];
    assert_eq!((new["department"]["name"].as_str(), new["superior"]["name"].as_str()), (Some("后端组"), Some("李强")));
    let owner = server.get(&format!("/api/v1/people/{}", person_id(OWNER)), &admin).await.json();
    assert_eq!(owner["by_hand"], json!(["department", "job", "staff_number"]), "{owner}");

    let waiting = server.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0]["doubt"]["reason"], "name_only");
    assert_eq!(waiting[0]["doubt"]["candidates"][0]["id"], person_id(MEMBER).to_string());
    let answer = format!("/api/v1/directory/waiting/{}", waiting[0]["id"].as_str().unwrap());
    let joined = server.post(&answer, &admin, json!({"kind": "is", "person": person_id(MEMBER)})).await;
    assert_eq!(joined.status, 204, "{}", joined.text());
    let member = server.get(&format!("/api/v1/people/{}", person_id(MEMBER)), &admin).await.json();
    assert_eq!(member["staff_number"], "A4");
    assert!(server.waiting().await.is_empty());

    // The same list again changes nothing.
    let again = server.give(&admin, LIST.as_bytes()).await.json();
    let counts = ["new", "changed", "doubtful", "unchanged"].map(|kind| again["counts"][kind].as_u64().unwrap());
    assert_eq!(counts, [0, 0, 0, 3], "{again}");
    server.end().await;
}

#[tokio::test]
async fn a3_the_template_reads_back_and_other_files_are_refused_in_words() {
    let server = Server::start().await;
    let admin = server.tokens.admin.clone();
    for format in ["xlsx", "csv"] {
        let template = server.get(&format!("/api/v1/directory/template?format={format}"), &admin).await;
        assert_eq!(template.status, 200);
        let disposition = template.header("content-disposition").unwrap();
        assert!(disposition.ends_with(&format!(".{format}")), "{disposition}");
        let run = server.give(&admin, &template.body).await;
        assert_eq!((run.status, run.json()["people"].as_u64()), (201, Some(0)), "{}", run.text());
    }
    for (file, code) in
        [(&b""[..], "list_empty"), (b"PK\x03\x04", "list_unreadable"), (b"a,b\n1,2\n", "list_no_heading")]
    {
        let reply = server.give(&admin, file).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
        assert_eq!(reply.json()["fields"][0]["code"], code, "{}", reply.text());
    }
    let reply = server.give(&server.tokens.member, LIST.as_bytes()).await;
    assert_eq!(reply.code(), "forbidden");
    server.end().await;
}

#[tokio::test]
async fn i7_a_list_says_who_left_and_their_work_waits_for_an_administrator() {
    let server = Server::start().await;
    let admin = server.tokens.admin.clone();
    let task = server.task().await;
    let list = "姓名,手机号,状态\n李强,13800000003,离职\n孙悦,13800000006,离职\n";
    let run = server.give(&admin, list.as_bytes()).await.json();
    assert_eq!(run["counts"]["left"], 2, "{run}");
    let path = format!("/api/v1/directory/imports/{}/apply", run["id"].as_str().unwrap());
    assert_eq!(server.post(&path, &admin, json!({})).await.status, 202);
    engine::drain(&server.app).await.unwrap();

    let leavers = server.get("/api/v1/directory/leavers", &admin).await.json();
    let states: Vec<(&str, &str)> = leavers["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leaver| (leaver["person"]["name"].as_str().unwrap(), leaver["state"].as_str().unwrap()))
        .collect();
    assert_eq!(states, [("李强", "open"), ("孙悦", "handed_over")], "孙悦 had nothing open");
    assert_eq!(leavers["items"][0]["open"]["tasks"][0]["id"], task["id"]);
    assert_eq!(leavers["items"][0]["would_be"]["name"], "赵敏", "no superior: the administrator");
    let theirs = server.get("/api/v1/session", &server.tokens.owner).await;
    assert_eq!(theirs.status, 401, "their token ended at once");

    let path = format!("/api/v1/directory/leavers/{}/hand_over", person_id(OWNER));
    let done = server.post(&path, &admin, json!({"successor": person_id(MEMBER)})).await;
    assert_eq!(done.status, 204, "{}", done.text());
    let task = server.get(&format!("/api/v1/tasks/{}", task["id"].as_str().unwrap()), &admin).await.json();
    assert_eq!(task["owner"]["id"], person_id(MEMBER).to_string());
    let gone = server.get(&format!("/api/v1/people/{}", person_id(OWNER)), &admin).await.json();
    assert_eq!(gone["standing"]["kind"], "left");
    let history = server.get(&format!("/api/v1/history?subject={}", person_id(OWNER)), &admin).await.json();
    let said: Vec<&str> =
        history["items"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
    assert!(said.iter().any(|text| text.contains("离职")), "{said:?}");
    server.end().await;
}

#[tokio::test]
async fn i7_what_an_administrator_sets_by_hand_is_shown_and_can_follow_the_platforms_again() {
    let server = Server::start().await;
    let admin = server.tokens.admin.clone();
    let path = format!("/api/v1/people/{}", person_id(MEMBER));
    let edited = server.patch(&path, &admin, json!({"version": 1, "job": "设计组长"})).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    assert_eq!(edited.json()["by_hand"], json!(["job"]));
    let follow = server.post(&format!("{path}/follow"), &admin, json!({"field": "job"})).await;
    assert_eq!(follow.status, 204, "{}", follow.text());
    assert!(server.get(&path, &admin).await.json().get("by_hand").is_none());
    server.end().await;
}
