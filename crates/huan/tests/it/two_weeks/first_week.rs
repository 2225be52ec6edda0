//! The first week, to the first weekly report.

use huan_sim::PlatformName::{Dingtalk, Feishu};
use serde_json::{Value, json};

use super::{
    start::unread,
    story::{Story, beijing, text},
};

/// The tasks, by what they are called.
pub(super) const EXPORT: &str = "评估数据导出的技术可行性";
pub(super) const BENCH: &str = "整理压测环境";
pub(super) const PROTOTYPE: &str = "出导出页面原型";
pub(super) const SERVERS: &str = "申请扩容服务器";
pub(super) const FIELDS: &str = "补充导出字段说明";

/// Tasks are said in DingTalk: two are taken on where their owners are, one is declined, one is not answered.
pub(super) async fn monday(story: &Story) {
    story.until("03-30 10:30").await;
    for (task, owner, due) in [
        (EXPORT, "李强", "周五17:00前"),
        (BENCH, "吴刚", "周五12:00前"),
        (PROTOTYPE, "周婷", "周三18:00前"),
        (SERVERS, "吴刚", "4月8日17:00前"),
    ] {
        story.say(Dingtalk, "wangxiao", &format!("@环 任务 {task} @{owner} {due}")).await;
    }
    // In Feishu by a card, on the Teambition board by moving it.
    story.press(Feishu, "liqiang", EXPORT, "承接", &[]).await;
    assert_eq!(story.on_board(EXPORT).executor.as_deref(), Some("liqiang"));
    story.move_on_board("wugang", BENCH, "进行中").await;
    assert_eq!((story.stage(EXPORT).await, story.stage(BENCH).await), ("in_progress".into(), "in_progress".into()));

    // Declined in Feishu, agreed to in DingTalk, taken on in Feishu.
    story.until("03-30 10:50").await;
    let form = [("reason", "周三要出差"), ("proposal", "改到周四18:00")];
    story.press(Feishu, "zhouting", PROTOTYPE, "暂不承接", &form).await;
    story.press(Dingtalk, "wangxiao", PROTOTYPE, "同意建议", &[]).await;
    assert_eq!(story.named("tasks", PROTOTYPE).await["due_at"], "2026-04-02T10:00:00Z");
    story.press(Feishu, "zhouting", PROTOTYPE, "承接", &[]).await;

    // Not answered: a reminder after one working hour, after two the initiator and the superior.
    story.until("03-30 14:05").await;
    let reminded = story.told_since(Dingtalk, "wugang", "03-30 11:30");
    assert!(reminded.iter().filter(|words| words.contains(SERVERS)).count() == 2, "twice: {reminded:#?}");
    let above = story.told_since(Feishu, "zhaomin", "03-30 13:30");
    assert!(above.len() == 1 && above[0].contains(SERVERS), "and the superior once: {above:#?}");
    let initiator = story.told_since(Dingtalk, "wangxiao", "03-30 13:30");
    assert!(initiator.iter().any(|words| words.contains(SERVERS)), "{initiator:#?}");
    story.press(Dingtalk, "wugang", SERVERS, "承接", &[]).await;
    assert_eq!(story.stage(SERVERS).await, "in_progress");

    story.until("03-30 15:00").await;
    story.world.say_to_robot(Feishu, "liqiang", "进展 #1 接口已梳理 40%").await;
    story.world.say_to_robot(Dingtalk, "wugang", "进展 #2 环境已申请").await;
    story.world.say_to_robot(Dingtalk, "wugang", "进展 #4 已提交申请").await;
    supplier_is_recorded(story).await;

    // The one who has told nothing is reminded before the digest and named in it.
    story.until("03-30 16:45").await;
    assert!(story.told_since(Feishu, "zhouting", "03-30 16:00").iter().any(|words| words.contains(PROTOTYPE)));
    assert_eq!(story.told_since(Feishu, "liqiang", "03-30 16:00"), Vec::<String>::new());
    story.until("03-30 17:10").await;
    for platform in [Dingtalk, Feishu] {
        let digest = story.posted(platform, "【日报】产品V2.0需求评审 · 3月30日（周一）");
        for line in ["【日报】", "接口已梳理", "环境已申请", "已提交申请", "周婷：#3"] {
            assert!(digest.contains(line), "{line} in {digest}");
        }
    }
}

/// The assistant keeps a row by hand.
async fn supplier_is_recorded(story: &Story) {
    let row = json!({
        "collaboration": story.collaboration, "topic": "供应商接口人", "owner": story.person("liqiang"),
        "due_at": beijing("03-31 17:00"), "status": "pending", "platforms": ["telephone"], "summary": "对方换了接口人",
    });
    story.post("hejing", "/records", row).await;
}

/// The last one reads the rules; results of conversations come in; the assistant has a hand in the digest.
pub(super) async fn tuesday(story: &Story) {
    story.until("03-31 09:10").await;
    let reminded = story.told_since(Feishu, "zhaomin", "03-31 00:00");
    assert!(reminded.iter().filter(|words| words.contains("规则")).count() == 1, "{reminded:#?}");
    story.press(Feishu, "zhaomin", "使用规则", "我已阅读", &[]).await;
    assert_eq!(unread(story).await, Vec::<String>::new());

    story.until("03-31 10:00").await;
    story.say(Feishu, "liqiang", "客户反馈：希望能导出 Excel").await;
    let feedback = story.named("entries", "希望能导出 Excel").await;
    assert_eq!((text(&feedback["section_name"]), text(&feedback["way"])), ("客户需求", "rule"));
    story.say(Dingtalk, "hejing", "@环 需求变更：首版加上 Excel 导出").await;
    let told = story.told_since(Dingtalk, "wangxiao", "03-31 10:00");
    assert_eq!(told.iter().filter(|words| words.contains("首版加上 Excel 导出")).count(), 1, "F2: {told:#?}");

    // The mirror keeps step, and an edit there comes back.
    story.until("03-31 11:00").await;
    story.mirror().await;
    assert!(story.mirrored("沟通成果").contains("希望能导出 Excel"));
    story.edit_row("hejing", "协作信息记录表", EXPORT, json!({"核心信息摘要": "先评估 CSV 与 Excel 两种"})).await;
    assert_eq!(story.named("records", EXPORT).await["summary"], "先评估 CSV 与 Excel 两种");

    story.world.say_to_robot(Feishu, "zhouting", "进展 #3 首页草图完成 30%").await;
    stale_rows_are_listed_before_the_digest(story).await;
    digest_is_edited_before_it_goes_out(story).await;
}

async fn stale_rows_are_listed_before_the_digest(story: &Story) {
    story.until("03-31 16:40").await;
    let listed = story.told_since(Feishu, "hejing", "03-31 16:20");
    assert!(listed.iter().any(|words| words.contains("供应商接口人")), "H4: {listed:#?}");
    let row = story.named("records", "供应商接口人").await;
    let change = json!({
        "version": row["version"], "status": "done", "summary": "接口人已确认",
        "follow_up": "李强4月9日17:00前回访供应商",
    });
    let changed = story.patch("hejing", &format!("/records/{}", text(&row["id"])), change).await;
    assert_eq!(changed["follow_ups"][0]["due_at"], "2026-04-09T09:00:00Z", "H3: what is concrete is tracked");
}

async fn digest_is_edited_before_it_goes_out(story: &Story) {
    let open = story.get("hejing", &format!("/collaborations/{}/digests?open=true", story.collaboration)).await;
    let daily = open["items"].as_array().unwrap().iter().find(|one| one["rhythm"] == "daily").unwrap();
    let path = format!("/digests/{}", text(&daily["id"]));
    let draft = story.get("hejing", &path).await;
    let lines = draft["lines"].as_array().unwrap();
    let moved = lines.iter().find(|line| line["part"] == "moved" && text(&line["text"]).contains("首页草图")).unwrap();
    let edit = json!({
        "note": "明天上午十点开需求评审会", "version": draft["version"],
        "lines": [{"key": moved["key"], "part": "moved", "text": "周婷：原型草图过半", "over": moved["text"]}],
        "added": [{"part": "next", "text": "确认评审会议室"}],
    });
    story.put("hejing", &path, edit).await;
    story.until("03-31 17:10").await;
    for platform in [Dingtalk, Feishu] {
        let digest = story.posted(platform, "【日报】产品V2.0需求评审 · 3月31日（周二）");
        for line in ["明天上午十点开需求评审会", "原型草图过半", "确认评审会议室"] {
            assert!(digest.contains(line), "{line} in {digest}");
        }
        assert!(!digest.contains("首页草图完成"), "it was reworded: {digest}");
        assert!(!digest.contains("接口已梳理"), "told yesterday: {digest}");
    }
}

/// A decision in a chat is not lost, and a meeting owes minutes.
pub(super) async fn wednesday(story: &Story) {
    story.until("04-01 09:30").await;
    story.say(Feishu, "liqiang", "接口就按方案二做，下周三联调").await;
    let path = format!("/collaborations/{}/chat_decisions", story.collaboration);
    let listed = story.list("hejing", &path).await;
    assert_eq!(listed.len(), 1, "I1: {listed:#?}");
    assert_eq!(listed[0]["text"], "接口就按方案二做，下周三联调");
    let entry = json!({"collaboration": story.collaboration, "message": listed[0]["message"]});
    story.post("hejing", "/entries", entry).await;
    assert!(story.list("hejing", &path).await.is_empty());

    story.until("04-01 11:30").await;
    story.say(Dingtalk, "wangxiao", "@环 会议 导出需求评审 @李强 @周婷 记录人 @何静").await;
    let minutes = story.named("minutes", "导出需求评审").await;
    assert_eq!((text(&minutes["stage"]), text(&minutes["recorder"]["name"])), ("owed", "何静"));
    assert_eq!(minutes["clock"]["due_at"], "2026-04-02T03:30:00Z", "24 hours");
    story.until("04-01 15:00").await;
    story.world.say_to_robot(Feishu, "zhouting", "进展 #3 高保真一半 60%").await;
}

/// The minutes are filed in time and each participant's word is had; a problem is asked.
pub(super) async fn thursday(story: &Story) {
    story.until("04-02 09:30").await;
    let reminded = story.told_since(Feishu, "hejing", "04-02 00:00");
    assert!(reminded.iter().any(|words| words.contains("M1")), "20 hours later, when work begins: {reminded:#?}");
    let owed = story.named("minutes", "导出需求评审").await;
    let path = format!("/minutes/{}", text(&owed["id"]));
    let page = story.get("hejing", &path).await;
    let mut content = page["draft"].clone();
    let attendee = |key: &str| json!({"kind": "person", "person": story.person(key)});
    content["participants"] = json!([attendee("wangxiao"), attendee("liqiang"), attendee("zhouting")]);
    content["absentees"] = json!([attendee("chenming")]);
    content["place"] = json!("三号会议室");
    content["host"] = json!(story.person("wangxiao"));
    content["conclusions"] = json!("首版同时支持 CSV 和 Excel 导出");
    content["disputes"] = json!("是否需要异步导出，下次再议");
    content["actions"] = json!([
        {"key": "a1", "what": FIELDS, "owner": story.person("zhouting"), "due": beijing("04-09 18:00"), "task": null},
    ]);
    let filing = json!({"title": "导出需求评审", "content": content, "note": "", "version": page["version"]});
    let filed = story.post("hejing", &format!("{path}/file"), filing).await;
    assert_eq!((text(&filed["stage"]), text(&filed["tasks"][0]["name"])), ("filed", FIELDS));
    for platform in [Dingtalk, Feishu] {
        assert!(story.posted(platform, "会议纪要 M1").contains("首版同时支持 CSV 和 Excel 导出"));
    }

    story.until("04-02 10:00").await;
    story.press(Feishu, "liqiang", "会议纪要 M1", "确认", &[]).await;
    story.press(Dingtalk, "wangxiao", "会议纪要 M1", "确认", &[]).await;
    story.press(Feishu, "zhouting", "会议纪要 M1", "有异议", &[("objection", "字段说明要产品先给清单")]).await;
    let reply = json!({"person": story.person("zhouting"), "words": "清单已放到资料库"});
    let answered = story.post("hejing", &format!("{path}/answer"), reply).await;
    let stands: Vec<(&str, &str)> =
        words_of(&answered).map(|word| (text(&word["person"]["name"]), text(&word["stand"]))).collect();
    for stand in [("李强", "confirmed"), ("王晓", "confirmed"), ("周婷", "answered")] {
        assert!(stands.contains(&stand), "{stands:?}");
    }
    story.press(Feishu, "zhouting", FIELDS, "承接", &[]).await;

    story.until("04-02 11:00").await;
    story.say(Dingtalk, "wangxiao", "@环 问题 导出的文件打不开 @李强").await;
    let asked = story.group(Feishu).into_iter().filter(|said| said.text.contains("导出的文件打不开"));
    assert_eq!(asked.count(), 1, "asked in the group where its owner is");
    story.until("04-02 16:00").await;
    story.world.say_to_robot(Feishu, "zhouting", "完成 #3").await;
    assert_eq!(story.on_board(PROTOTYPE).status_name, "已完成");
}

fn words_of(page: &Value) -> impl Iterator<Item = &Value> {
    page["words"].as_array().unwrap().iter()
}

/// The problem goes up after 24 hours; the first weekly report.
pub(super) async fn friday(story: &Story) {
    story.until("04-03 10:00").await;
    story.move_on_board("wugang", BENCH, "已完成").await;
    assert_eq!(story.stage(BENCH).await, "done");
    assert_eq!(story.told_since(Feishu, "zhaomin", "04-03 00:00"), Vec::<String>::new());
    story.until("04-03 11:05").await;
    let above = story.told_since(Feishu, "zhaomin", "04-03 11:00");
    assert!(above.len() == 1 && above[0].contains("导出的文件打不开"), "E1: {above:#?}");
    story.press(Feishu, "zhaomin", "导出的文件打不开", "收到，处理中", &[]).await;
    let problem = story.named("problems", "导出的文件打不开").await;
    assert_eq!((text(&problem["stage"]), text(&problem["answer"]["by"]["name"])), ("answered", "赵敏"));
    assert_eq!(problem["answer"]["promised_at"], "2026-04-07T09:00:00Z", "the next working day is Tuesday");

    story.until("04-03 17:10").await;
    let digest = story.posted(Dingtalk, "【日报】产品V2.0需求评审 · 4月3日（周五）");
    assert!(digest.contains("【日报】"), "{digest}");
}
