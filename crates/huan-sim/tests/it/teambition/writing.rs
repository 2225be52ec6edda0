//! Writing tasks (§4).

use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;

#[tokio::test]
async fn a_task_is_made_with_everything_that_can_be_given() {
    let desk = Desk::standing().await;
    let (owner, other) = (desk.user("liqiang"), desk.user("zhouting"));
    let body = json!({
        "projectId": desk.project(), "content": "交付合同草案", "executorId": owner, "involveMembers": [other],
        "dueDate": "2026-11-25T18:00:00+08:00", "startDate": "2026-11-21T01:00:00.000Z", "note": "验收：签字 PDF",
        "noteRenderMode": "markdown", "priorityName": "紧急", "tagNames": ["风险"], "storyPoint": "3", "progress": 10,
        "visible": "members", "tfsName": "待处理",
        "customfields": [
            {"cfId": desk.field("环任务编号"), "value": [{"title": "OWN-42"}]},
            {"customfieldName": "承接", "value": [{"id": "", "title": "待承接"}]},
        ],
    });
    let task = desk.write("hejing", Method::POST, "/v3/task/create", body).await.result();
    let id = task["id"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    assert!(id.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit)));
    assert_eq!(task["taskId"], id);
    assert_eq!(task["dueDate"], "2026-11-25T10:00:00.000Z");
    assert_eq!(task["startDate"], "2026-11-21T01:00:00.000Z");
    assert_eq!(task["created"], "2026-11-20T08:00:00.000Z");
    assert_eq!(task["created"], task["updated"]);
    assert_eq!((&task["creatorId"], &task["executorId"]), (&json!(desk.user("hejing")), &json!(owner)));
    assert_eq!(task["involveMembers"], json!([other, desk.user("hejing"), owner]));
    assert_eq!((&task["priority"], &task["isDone"], &task["accomplishTime"]), (&json!(1), &json!(false), &Value::Null));
    assert_eq!(task["tfsId"], desk.status("待处理"));
    let fields = task["customfields"].as_array().unwrap();
    assert_eq!(fields.len(), 2);
    let own = fields.iter().find(|field| field["cfId"] == desk.field("环任务编号")).unwrap();
    assert_eq!((&own["type"], &own["value"][0]["title"]), (&json!("text"), &json!("OWN-42")));
    let choice = fields.iter().find(|field| field["cfId"] == desk.field("承接")).unwrap();
    assert_eq!(choice["value"][0]["id"].as_str().unwrap().len(), 24);
    assert_eq!(desk.read(id).await, task);
}

#[tokio::test]
async fn each_field_is_changed_alone_and_answers_itself_with_a_later_updated() {
    let desk = Desk::standing().await;
    let task = desk.task("第一版").await;
    let sub = desk.task("子任务").await;
    let project: Value = desk.get(&format!("/v3/project/{}/stage/search", desk.project())).await.result();
    let stage = project[1]["id"].clone();
    let sprint = desk.get(&format!("/v3/project/{}/sprint/search", desk.project())).await.result()[0]["id"].clone();
    let kinds = desk.get(&format!("/v3/project/{}/scenariofieldconfig/search", desk.project())).await.result();
    let liqiang = desk.user("liqiang");
    let members = json!([liqiang, desk.user("hejing")]);
    let changes = [
        ("content", json!({"content": "第二版"}), "content", json!("第二版")),
        ("note", json!({"note": "写明白", "renderMode": "markdown"}), "note", json!("写明白")),
        ("executor", json!({"executorId": liqiang}), "executorId", json!(liqiang)),
        ("involveMembers", json!({"involveMembers": members}), "involveMembers", members.clone()),
        ("dueDate", json!({"dueDate": "2026-12-01T10:00:00.000Z"}), "dueDate", json!("2026-12-01T10:00:00.000Z")),
        ("startDate", json!({"startDate": "2026-11-30T10:00:00.000Z"}), "startDate", json!("2026-11-30T10:00:00.000Z")),
        ("taskflowstatus", json!({"tfsName": "进行中"}), "taskflowstatusId", json!(desk.status("进行中"))),
        ("priority", json!({"priority": 2}), "priority", json!(2)),
        ("progress", json!({"progress": 50}), "progress", json!(50)),
        ("storyPoint", json!({"storyPoint": "5"}), "storyPoint", json!("5")),
        ("sprint", json!({"sprintId": sprint}), "sprintId", sprint.clone()),
        ("stage/update", json!({"stageId": stage}), "stageId", stage.clone()),
        ("sfc/update", json!({"sfcId": kinds[1]["id"]}), "scenariofieldconfigId", kinds[1]["id"].clone()),
        ("isDone", json!({"isDone": true}), "isDone", json!(true)),
        ("isDone", json!({"isDone": false}), "isDone", json!(false)),
        ("executor", json!({"executorId": null}), "executorId", Value::Null),
        ("dueDate", json!({"dueDate": null}), "dueDate", Value::Null),
    ];
    let mut last = String::new();
    for (what, body, member, expected) in changes {
        let result = desk.put(&task, what, body).await.result();
        assert_eq!(result[member], expected, "{what}");
        let updated = result["updated"].as_str().unwrap().to_owned();
        assert!(updated > last, "{what}: {updated} is not after {last}");
        last = updated;
    }
    let tag = desk.put(&task, "tag", json!({"addTagNames": ["风险"]})).await.result()["tagIds"].clone();
    assert_eq!(tag.as_array().unwrap().len(), 1);
    assert_eq!(desk.put(&task, "tag", json!({"delTagNames": ["风险"]})).await.result()["tagIds"], json!([]));
    desk.put(&sub, "parent", json!({"targetId": task})).await.result();
    assert_eq!(desk.put(&task, "parent", json!({"targetId": sub})).await.refusal(), 400);
    let read = desk.read(&sub).await;
    assert_eq!((&read["parentTaskId"], &read["ancestorIds"]), (&json!(task), &json!([task])));
    let below = desk.get(&format!("/v3/task/query?parentTaskId={task}")).await.result();
    assert_eq!(below[0]["id"], sub);
    let read = desk.read(&task).await;
    assert_eq!((&read["content"], &read["note"], &read["dueDate"]), (&json!("第二版"), &json!("写明白"), &Value::Null));
}

#[tokio::test]
async fn writing_what_is_already_so_leaves_no_trace() {
    let desk = Desk::standing().await;
    let task = desk.task("同名").await;
    let before = desk.read(&task).await;
    let result = desk.put(&task, "content", json!({"content": "同名"})).await.result();
    assert_eq!(result["updated"], before["updated"]);
    assert_eq!(desk.seen(&task).activities.len(), 1);
    let visible = desk.post(&task, "visible/update", json!({"visible": "members"})).await;
    assert_eq!((visible.status, &visible.body["code"]), (200, &json!(204)));
}

#[tokio::test]
async fn a_status_of_kind_end_makes_done_and_leaving_it_undoes_that() {
    let desk = Desk::standing().await;
    let task = desk.task("收尾").await;
    desk.put(&task, "taskflowstatus", json!({"taskflowstatusId": desk.status("已完成")})).await.result();
    let read = desk.read(&task).await;
    assert_eq!((&read["isDone"], &read["accomplishTime"]), (&json!(true), &read["updated"]));
    desk.put(&task, "taskflowstatus", json!({"tfsName": "进行中", "tfsUpdateNote": "返工"})).await.result();
    let read = desk.read(&task).await;
    assert_eq!((&read["isDone"], &read["accomplishTime"]), (&json!(false), &Value::Null));
    // A transition that the workflow refuses.
    let path = format!("/v3/project/{}/taskflowstatus/{}/rejectstatus", desk.project(), desk.status("进行中"));
    desk.write("hejing", Method::PUT, &path, json!({"add": [desk.status("已完成")]})).await.result();
    assert_eq!(desk.put(&task, "taskflowstatus", json!({"tfsName": "已完成"})).await.refusal(), 400);
    assert_eq!(desk.put(&task, "taskflowstatus", json!({"tfsName": "没有的状态"})).await.refusal(), 400);
}

#[tokio::test]
async fn custom_fields_take_the_forms_of_the_documentation_and_empty_ones_are_not_returned() {
    let desk = Desk::standing().await;
    let task = desk.task("字段").await;
    let field = |name: &str| desk.field(name).to_owned();
    let write = async |name: &str, value: Value| {
        desk.post(&task, "customfield/update", json!({"customfieldId": field(name), "value": value})).await
    };
    write("环任务编号", json!([{"id": "", "title": "OWN-7"}])).await.result();
    write("承诺日期", json!([{"id": "", "title": "2026-12-01T10:00:00+08:00"}])).await.result();
    write("预计工时", json!([{"id": "", "title": "8"}])).await.result();
    write("验收人", json!([{"id": desk.user("chenming"), "title": desk.user("chenming")}])).await.result();
    desk.post(
        &task,
        "customfield/update",
        json!({"customfieldName": "承接", "value": [{"id": "", "title": "已承接"}]}),
    )
    .await
    .result();
    let seen = desk.seen(&task);
    assert_eq!(seen.field(desk.field("承接")), Some("已承接"));
    assert_eq!(seen.field(desk.field("承诺日期")), Some("2026-12-01T02:00:00.000Z"));
    assert_eq!(seen.field(desk.field("验收人")), Some("陈明"));
    assert_eq!(desk.read(&task).await["customfields"].as_array().unwrap().len(), 5);
    // Every value must have an id.
    assert_eq!(write("环任务编号", json!([{"title": "OWN-8"}])).await.refusal(), 400);
    assert_eq!(write("承接", json!([{"id": "", "title": "也许"}])).await.refusal(), 400);
    assert_eq!(write("预计工时", json!([{"id": "", "title": "八"}])).await.refusal(), 400);
    assert_eq!(write("环任务编号", json!([{"id": "", "title": "a"}, {"id": "", "title": "b"}])).await.refusal(), 400);
    write("环任务编号", json!([])).await.result();
    assert_eq!(desk.read(&task).await["customfields"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn the_recycle_bin_takes_and_gives_back_and_deleting_is_final() {
    let desk = Desk::standing().await;
    let task = desk.task("要删的").await;
    desk.put(&task, "archive", json!({})).await.result();
    assert_eq!(desk.read(&task).await["isArchived"], true);
    let listed = |all: &str| format!("/v3/project/{}/task/query?includeArchived={all}", desk.project());
    assert_eq!(desk.get(&listed("false")).await.body["totalSize"], 0);
    assert_eq!(desk.get(&listed("true")).await.body["totalSize"], 1);
    desk.post(&task, "restore", json!({})).await.result();
    assert_eq!(desk.read(&task).await["isArchived"], false);
    desk.post(&task, "delete", json!({})).await.result();
    assert_eq!(desk.get(&format!("/v3/task/query?taskId={task}")).await.result(), json!([]));
    assert_eq!(desk.put(&task, "content", json!({"content": "x"})).await.refusal(), 404);
    desk.sim.teambition().configure(|settings| settings.missing_task_is_404 = true);
    assert_eq!(desk.get(&format!("/v3/task/query?taskId={task}")).await.refusal(), 404);
}

#[tokio::test]
async fn comments_are_read_back_from_the_activities() {
    let desk = Desk::standing().await;
    let task = desk.task("讨论").await;
    let body = json!({"content": "@李强 请看", "renderMode": "markdown", "mentionUserIds": [desk.user("liqiang")]});
    let comment = desk.post(&task, "comment", body).await.result();
    assert_eq!((&comment["boundToObjectId"], &comment["content"]["comment"]), (&json!(task), &json!("@李强 请看")));
    desk.put(&task, "content", json!({"content": "改名"})).await.result();
    let list = desk.get(&format!("/v3/task/{task}/activity/list?actions=comment")).await.result();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!((&list[0]["id"], &list[0]["creatorId"]), (&comment["id"], &json!(desk.user("hejing"))));
    let content: Value = serde_json::from_str(list[0]["content"].as_str().unwrap()).unwrap();
    assert_eq!(content["comment"], "@李强 请看");
    let all = desk.get(&format!("/v3/task/{task}/activity/list?orderBy=created_desc&pageSize=2")).await;
    let next = all.body["nextPageToken"].as_str().unwrap().to_owned();
    assert_eq!(all.result()[0]["action"], "update_content");
    let last = desk.get(&format!("/v3/task/{task}/activity/list?orderBy=created_desc&pageToken={next}")).await.result();
    assert_eq!(last[0]["action"], "create");
    let many: Vec<String> = vec![desk.user("liqiang"); 31];
    let body = json!({"content": "太多", "mentionUserIds": many});
    assert_eq!(desk.post(&task, "comment", body).await.refusal(), 400);
}

#[tokio::test]
async fn links_lead_out_and_can_be_taken_away() {
    let desk = Desk::standing().await;
    let task = desk.task("有链接").await;
    let data = json!({"subType": "web", "title": "环", "url": "https://huan.example/t/1"});
    let link = desk.post(&task, "objectlinks", json!({"linkedType": "task", "linkedData": data})).await.result();
    let path = format!("/v3/task/{task}/objectlinks");
    assert_eq!(desk.get(&path).await.result()[0]["linkedData"]["title"], "环");
    let path = format!("{path}/{}", link["id"].as_str().unwrap());
    desk.write("hejing", Method::DELETE, &path, json!({})).await.result();
    assert_eq!(desk.write("hejing", Method::DELETE, &path, json!({})).await.refusal(), 404);
}

#[tokio::test]
async fn making_a_task_is_refused_with_a_reason() {
    let desk = Desk::standing().await;
    let make = async |body: Value| desk.write("hejing", Method::POST, "/v3/task/create", body).await.refusal();
    let project = desk.project();
    assert_eq!(make(json!({"content": "x"})).await, 400);
    assert_eq!(make(json!({"projectId": project})).await, 400);
    assert_eq!(make(json!({"projectId": "0".repeat(24), "content": "x"})).await, 404);
    assert_eq!(make(json!({"projectId": project, "content": "字".repeat(501)})).await, 400);
    assert_eq!(make(json!({"projectId": project, "content": "x", "executorId": "0".repeat(24)})).await, 400);
    assert_eq!(make(json!({"projectId": project, "content": "x", "dueDate": "tomorrow"})).await, 400);
    // Only a status of kind `start` (§4.3).
    let status = desk.status("进行中");
    assert_eq!(make(json!({"projectId": project, "content": "x", "taskflowstatusId": status})).await, 400);
    assert_eq!(make(json!({"projectId": project, "content": "x", "priority": 99})).await, 400);
}

#[tokio::test]
async fn somebody_outside_the_project_is_refused_until_added() {
    let desk = Desk::standing().await;
    let made = desk.write("hejing", Method::POST, "/v3/project/create", json!({"name": "新项目"})).await.result();
    let project = made["id"].as_str().unwrap();
    let body = json!({"projectId": project, "content": "x", "executorId": desk.user("liqiang")});
    assert_eq!(desk.write("hejing", Method::POST, "/v3/task/create", body.clone()).await.refusal(), 403);
    // 李强 does not see the project either.
    let path = format!("/v3/project/{project}/task/query");
    assert_eq!(desk.write("liqiang", Method::GET, &path, json!({})).await.refusal(), 403);
    let path = format!("/v3/project/{project}/member/create-v2");
    desk.write("hejing", Method::POST, &path, json!({"userIds": [desk.user("liqiang")]})).await.result();
    desk.write("hejing", Method::POST, "/v3/task/create", body).await.result();
    let path = format!("/v3/project/{project}/member-role?userIds={},{}", desk.user("liqiang"), desk.user("wangxiao"));
    let roles = desk.get(&path).await.result();
    assert_eq!((&roles[0]["role"], &roles[1]["role"]), (&json!(0), &json!(-2)));
}

#[tokio::test]
async fn a_task_moves_to_another_project_whole() {
    let desk = Desk::standing().await;
    let task = desk.task("搬家").await;
    let made = desk.write("hejing", Method::POST, "/v3/project/create", json!({"name": "新家"})).await.result();
    let moved = desk.put(&task, "move", json!({"projectId": made["id"]})).await.result();
    assert_eq!((&moved["projectId"], &moved["content"]), (&made["id"], &json!("搬家")));
    assert_ne!(moved["tfsId"], desk.status("待处理"));
}
