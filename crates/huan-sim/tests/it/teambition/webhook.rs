//! The webhook (§9).

use std::time::Duration;

use huan_sim::{EntryKind, Fault, FaultKind, JournalQuery, PlatformName};
use reqwest::Method;
use serde_json::json;

use super::Desk;
use super::receiver::Receiver;

async fn heard() -> (Desk, Receiver) {
    let desk = Desk::standing().await;
    let receiver = Receiver::start(&desk.connection.teambition.app_secret).await;
    desk.sim.teambition().listen_at(Some(receiver.url.parse().unwrap())).unwrap();
    (desk, receiver)
}

fn fault(kind: FaultKind, times: Option<u32>) -> Fault {
    Fault { id: 0, platform: Some(PlatformName::Teambition), operation: "event *".into(), kind, times }
}

/// How many tries the journal holds.
fn tries(desk: &Desk) -> usize {
    let query = JournalQuery {
        platform: Some(PlatformName::Teambition),
        kind: Some(EntryKind::Delivery),
        ..JournalQuery::default()
    };
    desk.sim.journal(&query).len()
}

async fn tried(desk: &Desk, count: usize) {
    for _ in 0..2000 {
        if tries(desk) >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} tries instead of {count}", tries(desk));
}

#[tokio::test]
async fn each_change_is_told_once_signed_and_marked_when_it_is_our_own() {
    let (desk, receiver) = heard().await;
    let task = desk.task("听得见").await;
    desk.by_hand("liqiang", &task, "executor", json!({"executorId": desk.user("liqiang")}));
    desk.by_hand("liqiang", &task, "dueDate", json!({"dueDate": "2026-12-01T10:00:00.000Z"}));
    desk.by_hand("liqiang", &task, "dueDate", json!({"dueDate": ""}));
    desk.by_hand("liqiang", &task, "taskflowstatus", json!({"tfsName": "进行中"}));
    let events = receiver.wait(5).await;
    let names: Vec<&str> = events.iter().map(|heard| heard.event()).collect();
    let expected = [
        "v3.task.create",
        "v3.task.executor.update",
        "v3.task.dueDate.update",
        "v3.task.dueDate.update",
        "v3.task.taskflowstatus.update",
    ];
    assert_eq!(names, expected);
    let own = &events[0];
    let app = &desk.connection.teambition;
    assert_eq!(own.headers["x-trigger-from-me"], "true");
    assert_eq!(own.headers["x-request-origin-appid"], app.app_id);
    assert_eq!(
        (own.headers["x-tenant-id"].as_str(), own.headers["x-tenant-type"].as_str()),
        (app.organization_id.as_str(), "organization")
    );
    assert_eq!(own.body["orgId"], app.organization_id.as_str());
    assert_eq!(own.body["timestamp"], desk.sim.now().as_millisecond());
    assert_eq!(
        (&own.body["data"]["content"], &own.body["data"]["projectId"]),
        (&json!("听得见"), &json!(desk.project()))
    );
    let executor = &events[1];
    assert_eq!(executor.headers["x-trigger-from-me"], "false");
    assert_eq!(executor.headers.get("x-request-origin-appid"), None);
    assert_eq!(executor.body["data"]["executorId"], desk.user("liqiang"));
    assert_eq!(executor.body["data"]["taskId"], task);
    assert_eq!(executor.body["data"].get("projectId"), None);
    assert_eq!(events[3].body["data"]["dueDate"], "");
    let mut ids: Vec<&str> = events.iter().map(|heard| heard.body["eventId"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn what_only_the_relay_is_known_to_tell_is_told_when_switched_on() {
    let (desk, receiver) = heard().await;
    let task = desk.task("评论").await;
    desk.post(&task, "comment", json!({"content": "一"})).await.result();
    desk.put(&task, "priority", json!({"priority": 1})).await.result();
    desk.sim.teambition().configure(|settings| settings.unconfirmed_events = true);
    desk.post(&task, "comment", json!({"content": "二"})).await.result();
    desk.put(&task, "archive", json!({})).await.result();
    let events = receiver.wait(3).await;
    let names: Vec<&str> = events.iter().map(|heard| heard.event()).collect();
    assert_eq!(names, ["v3.task.create", "v3.task.comment", "v3.task.archive"]);
    assert_eq!(events[1].body["data"]["content"]["text"], "二");
}

#[tokio::test]
async fn a_push_that_failed_is_tried_after_2_4_8_seconds_under_the_same_event_id() {
    let (desk, receiver) = heard().await;
    receiver.answer([500, 502, 404]);
    desk.task("重试").await;
    receiver.wait(1).await;
    for (wait, count) in [(2, 2), (4, 3), (8, 4)] {
        tried(&desk, count - 1).await;
        // Let the retry fall asleep, then stop just short of its time.
        tokio::time::sleep(Duration::from_millis(100)).await;
        desk.sim.advance(Duration::from_secs(wait) - Duration::from_millis(1));
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(receiver.heard().len(), count - 1);
        desk.sim.advance(Duration::from_millis(1));
        receiver.wait(count).await;
    }
    let events = receiver.heard();
    assert!(events.iter().all(|heard| heard.body == events[0].body));
    assert_ne!(events[0].headers["x-request-id"], events[1].headers["x-request-id"]);
    assert_eq!(desk.sim.state(None).teambition.waiting_events, 0);
}

#[tokio::test]
async fn without_retry_a_miss_is_lost() {
    let (desk, receiver) = heard().await;
    desk.sim.teambition().configure(|settings| settings.retry = false);
    receiver.answer([500]);
    desk.task("丢了").await;
    tried(&desk, 1).await;
    desk.task("到了").await;
    let events = receiver.wait(2).await;
    assert_eq!(events[1].body["data"]["content"], "到了");
    desk.sim.advance(Duration::from_secs(3600));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(receiver.heard().len(), 2);
}

#[tokio::test]
async fn pushes_are_lost_doubled_delayed_and_reordered_by_the_fault_switches() {
    let (desk, receiver) = heard().await;
    desk.sim.teambition().configure(|settings| settings.retry = false);
    desk.sim.set_fault(fault(FaultKind::Drop, Some(1)));
    let task = desk.task("丢").await;
    tried(&desk, 1).await;
    desk.sim.set_fault(fault(FaultKind::Duplicate, Some(1)));
    desk.put(&task, "content", json!({"content": "双"})).await.result();
    let events = receiver.wait(2).await;
    assert_eq!(events[0].body, events[1].body);
    desk.sim.set_fault(fault(FaultKind::Reorder, Some(1)));
    desk.put(&task, "content", json!({"content": "先"})).await.result();
    desk.put(&task, "content", json!({"content": "后"})).await.result();
    let events = receiver.wait(4).await;
    let order: Vec<&str> = events[2..].iter().map(|heard| heard.body["data"]["content"].as_str().unwrap()).collect();
    assert_eq!(order, ["后", "先"]);
    desk.sim.set_fault(fault(FaultKind::Delay { millis: 300 }, Some(1)));
    desk.put(&task, "content", json!({"content": "慢"})).await.result();
    desk.put(&task, "content", json!({"content": "快"})).await.result();
    let events = receiver.wait(6).await;
    assert_eq!(events[4].body["data"]["content"], "快");
}

#[tokio::test]
async fn while_the_program_is_off_for_a_day_events_are_dropped_and_listen_brings_pushing_back() {
    let (desk, receiver) = heard().await;
    let task = desk.task("关机之前").await;
    receiver.wait(1).await;
    desk.sim.set_reachable(false);
    let mut expected = tries(&desk);
    for number in 0..8 {
        desk.by_hand("liqiang", &task, "content", json!({"content": format!("改 {number}")}));
        // A first try each, and one more of each that waits.
        expected += 1;
        tried(&desk, expected).await;
    }
    for _ in 0..24 {
        desk.sim.advance(Duration::from_secs(3600));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    desk.by_hand("liqiang", &task, "content", json!({"content": "第二天"}));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(desk.sim.state(None).teambition.silent);
    desk.sim.set_reachable(true);
    desk.by_hand("liqiang", &task, "note", json!({"note": "没人听见"}));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(receiver.heard().len(), 1);
    let path = format!("/webhook/v1/apps/{}/listen", desk.connection.teambition.app_id);
    let answer = desk.send(desk.request(Method::POST, &path)).await.result();
    assert!(answer["message"].is_string());
    desk.by_hand("liqiang", &task, "note", json!({"note": "又听见了"}));
    let events = receiver.wait(2).await;
    assert_eq!(events[1].body["data"]["note"], "又听见了");
    // What was missed is found by asking.
    let since = "updated >= '2026-11-20T07:58:00.000Z' ORDER BY updated ASC";
    let path = format!("/v3/project/{}/task/query", desk.project());
    let found = desk.ask(&path, &[("q", since), ("includeArchived", "true")]).await.result();
    assert_eq!(found[0]["content"], "第二天");
}

#[tokio::test]
async fn a_new_event_makes_the_old_one_be_tried_at_once() {
    let (desk, receiver) = heard().await;
    receiver.answer([500]);
    let task = desk.task("旧").await;
    tried(&desk, 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    desk.put(&task, "content", json!({"content": "新"})).await.result();
    let events = receiver.wait(3).await;
    let mut names: Vec<&str> = events.iter().map(|heard| heard.event()).collect();
    names.sort_unstable();
    assert_eq!(names, ["v3.task.content.update", "v3.task.create", "v3.task.create"]);
}

#[tokio::test]
async fn base64_mode_is_signed_either_way() {
    let (desk, receiver) = heard().await;
    desk.sim.teambition().configure(|settings| settings.base64 = true);
    let task = desk.task("编码").await;
    receiver.wait(1).await;
    desk.sim.teambition().configure(|settings| settings.base64_is_signed = true);
    desk.put(&task, "content", json!({"content": "又编码"})).await.result();
    assert_eq!(receiver.wait(2).await[1].headers["content-transfer-encoding"], "base64");
    let request = desk.http.get(format!("{}/webhook/ips", desk.connection.teambition.base_url));
    let ips = desk.send(request.bearer_auth(desk.token())).await.result();
    assert_eq!(ips["ip_list"], json!(["127.0.0.1"]));
}
