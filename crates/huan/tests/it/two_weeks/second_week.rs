//! The second week, to the second weekly report.

use huan_sim::PlatformName::{Dingtalk, Feishu};
use serde_json::json;

use super::{
    first_week::{EXPORT, FIELDS, SERVERS},
    story::{Story, beijing, text},
};

pub(super) const LOAD_TEST: &str = "支付模块压测";
pub(super) const FROM_BOARD: &str = "核对导出权限";
pub(super) const GUIDE: &str = "导出字段清单";

/// The fault report with its measure; what is done on the board is done here.
pub(super) async fn tuesday(story: &Story) {
    story.until("04-07 09:30").await;
    let emergency = story.all("emergencies").await.remove(0);
    let path = format!("/emergencies/{}", text(&emergency["id"]));
    let room = story.get("wugang", &path).await;
    let mut report = room["report"].clone();
    report["cause"] = json!("服务器负载");
    report["impact"] = json!("支付中断四十分钟");
    report["measures"] =
        json!([{"what": LOAD_TEST, "owner": story.person("wugang"), "due": beijing("04-10 16:00"), "task": null}]);
    story.put("wugang", &format!("{path}/report"), json!({"report": report, "version": room["version"]})).await;
    story.post("wugang", &format!("{path}/report/file"), json!({})).await;
    story.move_on_board("wugang", LOAD_TEST, "进行中").await;
    assert_eq!(story.stage(LOAD_TEST).await, "in_progress");

    story.until("04-07 10:00").await;
    story.move_on_board("liqiang", EXPORT, "已完成").await;
    assert_eq!(story.stage(EXPORT).await, "done");
    story.until("04-07 15:00").await;
    story.world.say_to_robot(Feishu, "liqiang", "已解决 P1 导出改为 UTF-8").await;
    assert_eq!(text(&story.named("problems", "导出的文件打不开").await["stage"]), "closed");
}

/// A document gets a second version; a task is made on the board.
pub(super) async fn wednesday(story: &Story) {
    story.until("04-08 09:30").await;
    let task = story.named("tasks", FIELDS).await;
    let first = json!({
        "collaboration": story.collaboration, "title": GUIDE, "text": "- 编号\n- 主题\n", "about": task["id"],
    });
    let made = story.post("zhouting", "/documents", first).await;
    let path = format!("/documents/{}", text(&made["id"]));
    let second = json!({
        "title": GUIDE, "text": "- 编号\n- 主题\n- 负责人\n", "note": "补上负责人", "edition": made["edition"],
    });
    assert_eq!(story.put("wangxiao", &path, second).await["edition"], 2);
    let difference = story.get("zhouting", &format!("{path}/difference?from=1&to=2")).await;
    let added = difference["lines"].as_array().unwrap().iter().filter(|line| line["kept"] == "added");
    assert_eq!(added.map(|line| text(&line["text"])).collect::<Vec<_>>(), ["- 负责人"]);

    story.until("04-08 10:00").await;
    let connection = story.world.sim.connection();
    let user = |key: &str| {
        let known = connection.people.iter().find(|known| known.person.key == key).unwrap();
        known.teambition.as_ref().unwrap().user_id.clone()
    };
    let new = json!({
        "projectId": connection.teambition.project_id, "content": FROM_BOARD, "executorId": user("zhouting"),
        "dueDate": "2026-04-15T10:00:00.000Z",
    });
    story.world.sim.teambition().as_person("wangxiao", "POST", "/v3/task/create", new).unwrap();
    story.world.settle().await;
    story.press(Feishu, "zhouting", FROM_BOARD, "承接", &[]).await;
    assert_eq!(story.on_board(FROM_BOARD).status_name, "已承接");
    story.world.say_to_robot(Dingtalk, "wugang", "完成 #4").await;
    assert_eq!(story.stage(SERVERS).await, "done");
}

/// A task is done in the Bitable, a follow-up on the page.
pub(super) async fn thursday(story: &Story) {
    story.until("04-09 11:00").await;
    story.mirror().await;
    story.edit_row("zhouting", "任务", FIELDS, json!({"状态": "已完成"})).await;
    assert_eq!(story.stage(FIELDS).await, "done");
    story.until("04-09 15:00").await;
    let row = story.named("records", "供应商接口人").await;
    let follow_up = text(&row["follow_ups"][0]["id"]).to_owned();
    story.post("liqiang", &format!("/follow_ups/{follow_up}/done"), json!({})).await;
    story.world.say_to_robot(Feishu, "zhouting", "进展 #7 权限表已列出").await;
}

pub(super) async fn friday(story: &Story) {
    story.until("04-10 15:00").await;
    story.move_on_board("wugang", LOAD_TEST, "已完成").await;
    story.until("04-10 17:10").await;
    story.posted(Dingtalk, "【日报】产品V2.0需求评审 · 4月10日（周五）");
}
