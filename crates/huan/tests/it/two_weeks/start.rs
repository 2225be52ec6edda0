//! Monday morning: the guided start, what is connected to it, and the usage rules.

use huan_sim::PlatformName::{Dingtalk, Feishu};
use serde_json::{Value, json};

use super::story::{FEISHU_GROUP, Story, text};

pub(super) async fn started(story: &mut Story) {
    // The robot hears in a group that nobody has bound yet.
    story.say(Dingtalk, "wangxiao", "@环 帮助").await;
    story.collaboration = guided_start(story).await;
    everything_is_connected(story).await;
    rules_are_read_by_all_but_one(story).await;
}

async fn guided_start(story: &Story) -> String {
    let from = json!({"from": {"kind": "situation", "situation": "joint_project"}});
    let begun = story.post("wangxiao", "/starts", from).await;
    let path = format!("/starts/{}", text(&begun["id"]));
    let mut start = begun["start"].clone();
    start["name"] = json!("产品V2.0需求评审");
    start["goal"] = json!("推进需求");
    start["goal_on"] = start["charter"]["milestones"].as_array().unwrap().last().unwrap()["on"].clone();
    start["members"] = json!([
        {"person": story.person("hejing"), "role": "assistant"},
        {"person": story.person("liqiang"), "role": "member"},
        {"person": story.person("zhouting"), "role": "member"},
        {"person": story.person("wugang"), "role": "member"},
        {"person": story.person("chenming"), "role": "member"},
        {"person": story.person("zhaomin"), "role": "member"},
    ]);
    let doubtful = story.put("wangxiao", &path, json!({"start": start, "version": begun["version"]})).await;
    let doubts: Vec<&str> = doubtful["findings"].as_array().unwrap().iter().map(|one| text(&one["part"])).collect();
    assert!(doubts.contains(&"goal"), "B1: {:#}", doubtful["findings"]);
    assert!(doubts.iter().filter(|part| **part == "duties").count() == 4, "B2, nobody answers: {doubts:?}");
    let seen = json!({"version": doubtful["version"]});
    let (status, refused) = story.ask("wangxiao", "POST", &format!("{path}/carry-out"), Some(&seen)).await;
    assert!((400..500).contains(&status), "it is not carried out: {status} {refused:#}");

    start["goal"] = json!("完成产品V2.0需求文档评审");
    for (place, who) in ["wangxiao", "liqiang", "zhouting", "chenming"].into_iter().enumerate() {
        start["charter"]["duties"][place]["person"] = json!(story.person(who));
    }
    let unbound = story.get("wangxiao", "/channels?unbound=true").await;
    let channel = unbound["items"].as_array().unwrap().iter().find(|one| one["platform"] == "dingtalk").unwrap();
    start["groups"] = json!([
        {"kind": "bind", "channel": channel["id"]},
        {"kind": "make", "account": story.world.company.feishu, "title": FEISHU_GROUP},
    ]);
    let clear = story.put("wangxiao", &path, json!({"start": start, "version": doubtful["version"]})).await;
    assert_eq!(clear["findings"], json!([]));
    let tools: Vec<(&str, &str)> =
        clear["tools"].as_array().unwrap().iter().map(|tool| (text(&tool["content"]), text(&tool["tool"]))).collect();
    assert!(tools.contains(&("tasks", "teambition")) && tools.contains(&("documents", "feishu")), "B3: {tools:?}");
    let seen = json!({"version": clear["version"]});
    let made = story.post("wangxiao", &format!("{path}/carry-out"), seen).await;
    text(&made["id"]).to_owned()
}

/// The Teambition project and the Feishu space, each as its dialog on the page does it.
async fn everything_is_connected(story: &Story) {
    let of = format!("/collaborations/{}", story.collaboration);
    let project = story.world.sim.connection().teambition.project_id;
    let account = story.world.company.teambition.to_string();
    let bind = json!({"account": account, "project": project, "take_existing": true, "send_existing": true});
    story.post("wangxiao", &format!("{of}/sync"), bind).await;
    let offered = story.get("wangxiao", &format!("{of}/mirror/spaces")).await;
    let (account, space) = (&offered["items"][0]["account"], &offered["items"][0]["spaces"][0]["id"]);
    story.post("wangxiao", &format!("{of}/mirror"), json!({"account": account, "space": space})).await;
    story.mirror().await;
    let groups = story.get("wangxiao", &of).await["channels"].as_array().unwrap().len();
    assert_eq!(groups, 2, "one was bound, one was made");
}

async fn rules_are_read_by_all_but_one(story: &Story) {
    let posted = story.posted(Dingtalk, "使用规则");
    assert!(posted.contains("产品V2.0需求评审") && posted.contains("@全体"), "B4: {posted}");
    assert!(story.posted(Feishu, "使用规则").contains("产品V2.0需求评审"));

    story.until("03-30 09:30").await;
    // Each where they are: on a card, in a word to the robot, in the group, on the page.
    story.press(Feishu, "liqiang", "使用规则", "我已阅读", &[]).await;
    story.press(Feishu, "zhouting", "使用规则", "我已阅读", &[]).await;
    story.world.say_to_robot(Dingtalk, "wugang", "已阅读").await;
    story.reply(Dingtalk, "chenming", "使用规则", "@环 已阅读").await;
    let path = format!("/collaborations/{}/rules", story.collaboration);
    for person in ["wangxiao", "hejing"] {
        let rules = story.get(person, &path).await;
        story.post(person, &format!("{path}/confirm"), json!({"revision": rules["revision"]})).await;
    }
    assert_eq!(unread(story).await, ["赵敏"], "who has not is shown");
}

/// Who has not confirmed the rules.
pub(super) async fn unread(story: &Story) -> Vec<String> {
    let rules = story.get("wangxiao", &format!("/collaborations/{}/rules", story.collaboration)).await;
    let open = rules["readings"].as_array().unwrap().iter().filter(|one| one["confirmed_at"] == Value::Null);
    open.map(|one| text(&one["person"]["name"]).to_owned()).collect()
}
