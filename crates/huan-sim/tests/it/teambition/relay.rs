//! The same tasks through DingTalk (§11).

use huan_sim::{Delivery, HttpDelivery, PlatformName};
use reqwest::Method;
use serde_json::{Value, json};

use super::Desk;
use crate::dingtalk::receiver::Receiver;

/// The app's token on DingTalk.
async fn dingtalk_token(desk: &Desk) -> String {
    let app = &desk.connection.dingtalk;
    let body = json!({"appKey": app.client_id, "appSecret": app.client_secret});
    let request = desk.http.post(format!("{}/v1.0/oauth2/accessToken", app.api_base_url)).json(&body);
    desk.send(request).await.body["accessToken"].as_str().unwrap().to_owned()
}

fn staff(desk: &Desk, key: &str) -> String {
    let person = desk.connection.people.iter().find(|person| person.person.key == key).unwrap();
    person.dingtalk.as_ref().unwrap().user_id.clone()
}

async fn call(desk: &Desk, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/v1.0/project/{path}", desk.connection.dingtalk.api_base_url);
    let request = desk.http.request(method, url).header("x-acs-dingtalk-access-token", token).json(&body);
    let reply = desk.send(request).await;
    (reply.status, reply.body)
}

#[tokio::test]
async fn what_is_written_through_dingtalk_is_the_same_task() {
    let desk = Desk::standing().await;
    let token = dingtalk_token(&desk).await;
    let me = staff(&desk, "wangxiao");
    let call = async |method, path: &str, body| call(&desk, &token, method, path, body).await;
    let (_, map) = call(Method::GET, &format!("teambition/users?optUserId={me}&userId={me}"), json!({})).await;
    assert_eq!(map["result"]["tbUserId"], desk.user("wangxiao"));
    let body = json!({"projectId": desk.project(), "content": "从钉钉来", "executorId": staff(&desk, "zhouting"),
        "dueDate": "2026-12-01T10:00:00.000Z"});
    let (status, made) = call(Method::POST, &format!("users/{me}/tasks"), body).await;
    assert_eq!(status, 200, "{made}");
    let task = made["result"]["taskId"].as_str().unwrap().to_owned();
    assert_eq!(made["result"]["executorId"], staff(&desk, "zhouting"));
    let read = desk.read(&task).await;
    assert_eq!(
        (&read["creatorId"], &read["executorId"]),
        (&json!(desk.user("wangxiao")), &json!(desk.user("zhouting")))
    );
    let put = async |what: &str, body: Value| {
        let (status, answer) = call(Method::PUT, &format!("users/{me}/tasks/{task}/{what}"), body).await;
        assert_eq!(status, 200, "{what}: {answer}");
        answer
    };
    put("contents", json!({"content": "改了"})).await;
    put("executors", json!({"executorId": me})).await;
    put("taskflowStatuses", json!({"taskflowStatusId": desk.status("已完成")})).await;
    let fields =
        put("customFields", json!({"customFieldId": desk.field("承接"), "value": [{"title": "已承接"}]})).await;
    assert_eq!(fields["result"]["customFields"][0]["value"][0]["title"], "已承接");
    let seen = desk.seen(&task);
    assert_eq!((seen.content.as_str(), seen.executor.as_deref(), seen.done), ("改了", Some("wangxiao"), true));
    let (_, found) = call(Method::GET, &format!("users/{me}/tasks?taskId={task}"), json!({})).await;
    let found = &found["result"][0];
    assert_eq!((&found["taskId"], &found["taskflowStatusId"]), (&json!(task), &json!(desk.status("已完成"))));
    assert_eq!(found["executorId"], me);
    let path = format!("users/{me}/projectIds/{}/tasks?query=isDone%20%3D%20true&maxResults=500", desk.project());
    let (_, listed) = call(Method::GET, &path, json!({})).await;
    assert_eq!(listed["result"][0]["taskId"], task);
    let path = format!("users/{me}/projects/{}/taskflowStatuses/search?maxResults=50", desk.project());
    let (_, statuses) = call(Method::GET, &path, json!({})).await;
    assert_eq!(statuses["result"].as_array().unwrap().len(), 5);
    let (status, refusal) = call(Method::POST, "users/nobody/tasks", json!({"content": "x"})).await;
    assert_eq!((status, refusal["code"].as_str()), (404, Some("NotFound")));
    let (_, archived) = call(Method::POST, &format!("users/{me}/tasks/{task}/archive"), json!({})).await;
    assert!(archived["result"]["updated"].is_string());
    let (_, deleted) = call(Method::DELETE, &format!("users/{me}/tasks/{task}"), json!({})).await;
    assert_eq!(deleted["result"], json!({}));
    assert!(desk.sim.teambition().task(&task).is_none());
}

#[tokio::test]
async fn a_task_without_a_project_lives_on_dingtalk_alone() {
    let desk = Desk::standing().await;
    let token = dingtalk_token(&desk).await;
    let me = staff(&desk, "wangxiao");
    let path = format!("organizations/users/{me}/tasks");
    let (_, made) = call(&desk, &token, Method::POST, &path, json!({"content": "独立任务", "executorId": me})).await;
    let task = made["result"]["taskId"].as_str().unwrap().to_owned();
    let path = format!("{path}/{task}");
    let (status, done) = call(&desk, &token, Method::PUT, &format!("{path}/states"), json!({"isDone": true})).await;
    assert_eq!((status, &done["result"]["isDone"]), (200, &json!(true)));
    let (_, found) = call(&desk, &token, Method::GET, &path, json!({})).await;
    assert_eq!((&found["result"]["isDone"], &found["result"]["executorId"]), (&json!(true), &json!(me)));
}

#[tokio::test]
async fn changes_of_tasks_are_relayed_with_the_ids_of_dingtalk() {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.dingtalk).await;
    let events = format!("{}/events", receiver.address).parse().unwrap();
    let http = HttpDelivery { events, robot: None, cards: None, encrypted: true };
    desk.sim.set_delivery(PlatformName::Dingtalk, Delivery::Http(Box::new(http))).await.unwrap();
    desk.sim.teambition().configure(|settings| settings.relay = true);
    let task = desk.task("会被转发").await;
    desk.by_hand("wangxiao", &task, "executor", json!({"executorId": desk.user("wangxiao")}));
    desk.post(&task, "comment", json!({"content": "看到了"})).await.result();
    for _ in 0..2000 {
        // The check of the address comes first.
        if receiver.heard().len() >= 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let heard = receiver.heard();
    let of = |sub: &str| heard.iter().find(|one| one.body["data"]["eventSubType"] == sub).unwrap().body.clone();
    let created = of("tb.v3.task.create");
    assert_eq!(
        (&created["EventType"], &created["BizId"]),
        (&json!("project_task_changed"), &json!(format!("tb_{task}")))
    );
    assert_eq!(created["CorpId"], desk.connection.dingtalk.corp_id.as_str());
    assert_eq!(created["data"]["creatorId"], staff(&desk, "hejing"));
    let executor = of("tb.v3.task.executor.update");
    assert_eq!(executor["EventType"], "project_task_updated");
    assert_eq!(executor["data"]["executorId"], staff(&desk, "wangxiao"));
    assert_eq!(of("tb.v3.task.comment")["data"]["content"]["text"], "看到了");
}
