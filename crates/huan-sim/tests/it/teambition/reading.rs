//! Reading tasks and settings (§5, §6).

use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn tasks_of_a_project_are_paged_and_sorted_by_updated() {
    let desk = Desk::standing().await;
    let mut made = Vec::new();
    for number in 0..25 {
        made.push(desk.task(&format!("任务 {number}")).await);
    }
    let path = format!("/v3/project/{}/task/query", desk.project());
    let mut found: Vec<String> = Vec::new();
    let mut token = String::new();
    let mut pages = 0;
    loop {
        let query = [("q", "ORDER BY updated ASC"), ("pageToken", token.as_str())];
        let page = desk.ask(&path, &query).await;
        assert_eq!(page.body["totalSize"], 25);
        token = page.body["nextPageToken"].as_str().unwrap().to_owned();
        for task in page.result().as_array().unwrap() {
            // Here only `id` is given.
            assert_eq!(task.get("taskId"), None);
            found.push(task["id"].as_str().unwrap().to_owned());
        }
        pages += 1;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!((found, pages), (made.clone(), 3));
    // What the reconcile job asks: everything since the newest that was seen.
    let newest = desk.read(&made[20]).await["updated"].as_str().unwrap().to_owned();
    let since = format!("updated >= '{newest}' ORDER BY updated ASC");
    let page = desk.ask(&path, &[("q", &since), ("pageSize", "50"), ("includeArchived", "true")]).await.result();
    assert_eq!(page.as_array().unwrap().len(), 5);
    assert_eq!(desk.ask(&path, &[("pageSize", "0")]).await.refusal(), 400);
    assert_eq!(desk.ask(&path, &[("pageToken", "x")]).await.refusal(), 400);
    assert_eq!(desk.ask(&path, &[("q", "colour = 'red'")]).await.refusal(), 400);
    let count = desk.get(&format!("/v3/project/{}/task/count", desk.project())).await.result();
    assert_eq!(count, 25);
}

#[tokio::test]
async fn a_task_is_found_by_the_number_that_the_program_put_into_a_field() {
    let desk = Desk::standing().await;
    let task = desk.task("可找回").await;
    desk.task("另一个").await;
    let field = desk.field("环任务编号");
    let value = json!([{"id": "", "title": "OWN-42"}]);
    desk.post(&task, "customfield/update", json!({"customfieldId": field, "value": value})).await.result();
    let tql = format!("cf:{field} ~ 'OWN-42'");
    let found = desk.ask("/v2/all-task/search", &[("tql", &tql)]).await;
    assert_eq!(found.body["count"], 1);
    assert_eq!(found.result(), json!([task]));
    let own = desk.request(Method::GET, "/v3/usertasks/search").query(&[("roleTypes", "creator"), ("tql", &tql)]);
    let own = desk.send(own.header("X-Operator-Id", desk.user("hejing"))).await.result();
    assert_eq!(own[0]["taskId"], task);
    assert_eq!(desk.get("/v3/usertasks/search").await.refusal(), 400);
    let number = desk.read(&task).await["uniqueId"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(&format!("/v3/task/query?shortIds={number}")).await.result()[0]["id"], task);
    desk.sim.teambition().configure(|settings| {
        settings.numeric_unique_id = true;
        settings.nobody_is_empty = true;
    });
    let read = desk.read(&task).await;
    assert!(read["uniqueId"].is_u64());
    assert_eq!(read["executorId"], "");
}

#[tokio::test]
async fn a_task_for_its_participants_is_hidden_from_others() {
    let desk = Desk::standing().await;
    let task = desk.task("私下").await;
    desk.post(&task, "visible/update", json!({"visible": "involves"})).await.result();
    let path = format!("/v3/task/query?taskId={task}");
    assert_eq!(desk.write("liqiang", Method::GET, &path, json!({})).await.refusal(), 403);
    assert_eq!(desk.write("hejing", Method::GET, &path, json!({})).await.result()[0]["id"], task);
    let all = format!("/v3/project/{}/task/query", desk.project());
    assert_eq!(desk.write("liqiang", Method::GET, &all, json!({})).await.result(), json!([]));
}

#[tokio::test]
async fn the_settings_of_a_project_are_read() {
    let desk = Desk::standing().await;
    let project = desk.project();
    let found = desk.ask("/v3/project/query", &[("name", "产品")]).await.result();
    assert_eq!((&found[0]["id"], &found[0]["name"]), (&json!(project), &json!("产品V2.0")));
    let statuses = desk.get(&format!("/v3/project/{project}/taskflowstatus/search")).await.result();
    let kinds: Vec<(&str, &str)> = statuses
        .as_array()
        .unwrap()
        .iter()
        .map(|status| (status["name"].as_str().unwrap(), status["kind"].as_str().unwrap()))
        .collect();
    let expected =
        [("待处理", "start"), ("已承接", "process"), ("进行中", "process"), ("待验收", "process"), ("已完成", "end")];
    assert_eq!(kinds, expected);
    let fields = desk.get(&format!("/v3/project/{project}/customfield/search?q=承接")).await.result();
    assert_eq!(
        (fields[0]["type"].as_str(), fields[0]["choices"][1]["value"].as_str()),
        (Some("select"), Some("已承接"))
    );
    let types = desk.get(&format!("/v3/project/{project}/scenariofieldconfig/search")).await.result();
    assert_eq!(types[0]["taskflowId"], statuses[0]["taskflowId"]);
    let levels = desk.get("/v3/project/priority/list").await;
    let default = levels.body["defaultOptionId"].clone();
    let levels = levels.result();
    assert!(levels.as_array().unwrap().iter().any(|level| level["id"] == default && level["name"] == "普通"));
    let members = desk.get(&format!("/v3/project/{project}/member?pageSize=50")).await.result();
    assert_eq!(members.as_array().unwrap().len(), 10);
    for list in ["stage", "tasklist", "tag", "sprint", "taskflow"] {
        let found: Value = desk.get(&format!("/v3/project/{project}/{list}/search")).await.result();
        assert!(!found.as_array().unwrap().is_empty(), "{list}");
    }
    let task = desk.task("x").await;
    assert_eq!(desk.get(&format!("/v3/task/{task}/tfs")).await.result(), statuses);
    let group = &desk.connection.groups.iter().find(|group| group.key == "product_v2").unwrap().id;
    let cids = desk.get(&format!("/group/getBindingCidsByProjectId?projectId={project}")).await.result();
    assert_eq!(cids["cids"], json!([group]));
    let bound = desk.ask("/group/getBindingProjectIdsByCid", &[("cid", group)]).await.result();
    assert_eq!(bound["projectIds"], json!([project]));
}
