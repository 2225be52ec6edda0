//! Friday evening: what was told in two weeks, what is found, and that nobody heard anything twice.

use std::collections::{BTreeMap, BTreeSet};

use huan_sim::PlatformName::{Dingtalk, Feishu};
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{
    first_week::{BENCH, EXPORT, FIELDS, PROTOTYPE, SERVERS},
    second_week::{FROM_BOARD, GUIDE, LOAD_TEST},
    story::{Story, text},
};

pub(super) async fn looked_back(story: &Story) {
    digests_came_on_working_days(story).await;
    weekly_reports_tell_exactly_what_happened(story).await;
    everything_is_found(story).await;
    story.mirror().await;
    the_mirror_is_whole(story);
    nothing_came_twice(story).await;
}

async fn sent(story: &Story, rhythm: &str) -> BTreeMap<String, Value> {
    let sent = story.list("wangxiao", &format!("/collaborations/{}/digests", story.collaboration)).await;
    let of = sent.into_iter().filter(|one| one["rhythm"] == rhythm && one["state"] == "sent");
    of.map(|one| (text(&one["day"]).to_owned(), one)).collect()
}

async fn digests_came_on_working_days(story: &Story) {
    let daily = sent(story, "daily").await;
    let days: Vec<&str> = daily.keys().map(String::as_str).collect();
    let working = ["03-30", "03-31", "04-01", "04-02", "04-03", "04-07", "04-08", "04-09", "04-10"]
        .map(|day| format!("2026-{day}"));
    assert_eq!(days, working);
    for (day, digest) in daily.iter().chain(&sent(story, "weekly").await) {
        assert_eq!(digest["groups"], 2, "{digest:#}");
        let at: jiff::Timestamp = text(&digest["sent_at"]).parse().unwrap();
        let time = at.to_zoned(TimeZone::get("Asia/Shanghai").unwrap()).time();
        assert!(
            ("17:00".parse().unwrap().."17:10".parse::<jiff::civil::Time>().unwrap()).contains(&time),
            "{day} {time}"
        );
    }
    for platform in [Dingtalk, Feishu] {
        let posted = story.group(platform);
        let cards = posted.iter().filter_map(crate::world::card_of).map(|card| card.title.clone());
        let titles: Vec<String> =
            cards.filter(|title| title.contains("【日报】") || title.contains("【周报】")).collect();
        assert_eq!(titles.len(), 11, "{titles:#?}");
    }
}

async fn weekly_reports_tell_exactly_what_happened(story: &Story) {
    let weekly = sent(story, "weekly").await;
    assert_eq!(weekly.keys().collect::<Vec<_>>(), ["2026-04-03", "2026-04-10"]);
    let first = lines(story, &weekly["2026-04-03"]).await;
    let expected = [
        ("done", "#2 整理压测环境（吴刚）"),
        ("done", "#3 出导出页面原型（周婷）"),
        ("done", "研发部-2026-0002 供应商接口人（李强）"),
        ("moved", "#1 评估数据导出的技术可行性（李强）：接口已梳理（40%）"),
        ("moved", "#4 申请扩容服务器（吴刚）：已提交申请"),
        ("overdue", "#1 评估数据导出的技术可行性（李强），应于今天 17:00 完成"),
        // From Tuesday to Friday; 周婷 on Monday, Thursday and Friday.
        ("missing", "李强：本周缺 4 次"),
        ("missing", "吴刚：本周缺 4 次"),
        ("missing", "周婷：本周缺 3 次"),
        ("decisions", "M1 导出需求评审：首版同时支持 CSV 和 Excel 导出"),
        ("problems", "P1 导出的文件打不开（李强）：处理中，承诺4月7日（周二） 17:00 解决"),
        ("next", "#4 申请扩容服务器（吴刚），4月8日（周三） 17:00 到期"),
        ("next", "#5 补充导出字段说明（周婷），4月9日（周四） 18:00 到期"),
        ("next", "李强：回访供应商（供应商接口人），4月9日（周四） 17:00 到期"),
    ];
    assert_eq!(first, expected.map(|(part, text)| (part.to_owned(), text.to_owned())));
    let second = lines(story, &weekly["2026-04-10"]).await;
    let expected = [
        ("done", "#1 评估数据导出的技术可行性（李强）"),
        ("done", "#4 申请扩容服务器（吴刚）"),
        ("done", "#5 补充导出字段说明（周婷）"),
        ("done", "#6 支付模块压测（吴刚）"),
        ("moved", "#7 核对导出权限（周婷）：权限表已列出"),
        // From Tuesday to Thursday; 周婷 on Tuesday, Wednesday and Friday.
        ("missing", "吴刚：本周缺 3 次"),
        ("missing", "周婷：本周缺 3 次"),
        ("problems", "P1 导出的文件打不开（李强）：已解决，导出改为 UTF-8"),
        ("problems", "【紧急】P2 支付模块故障（吴刚）：已解决，重启并扩容后恢复"),
        ("next", "#7 核对导出权限（周婷），4月15日（周三） 18:00 到期"),
    ];
    assert_eq!(second, expected.map(|(part, text)| (part.to_owned(), text.to_owned())));
}

/// What a digest said: each line with the part it stood in.
async fn lines(story: &Story, digest: &Value) -> Vec<(String, String)> {
    let page = story.get("wangxiao", &format!("/digests/{}", text(&digest["id"]))).await;
    let lines = page["lines"].as_array().unwrap().iter();
    lines.map(|line| (text(&line["part"]).to_owned(), text(&line["text"]).to_owned())).collect()
}

async fn everything_is_found(story: &Story) {
    for (kind, words, name) in [
        ("message", "希望能导出", "希望能导出 Excel"),
        ("task", "技术可行性", EXPORT),
        ("task", "压测环境", BENCH),
        ("task", "页面原型", PROTOTYPE),
        ("task", "扩容服务器", SERVERS),
        ("task", "字段说明", FIELDS),
        ("task", "模块压测", LOAD_TEST),
        ("task", "导出权限", FROM_BOARD),
        ("record", "供应商", "供应商接口人"),
        ("entry", "Excel", "首版加上 Excel 导出"),
        ("entry", "方案二", "接口就按方案二做"),
        ("problem", "打不开", "导出的文件打不开"),
        ("emergency", "支付模块", "支付模块故障"),
        ("minutes", "评审", "导出需求评审"),
        ("document", "字段清单", GUIDE),
        ("digest", "评审会", "日报"),
    ] {
        let found = story.list("hejing", &format!("/search?query={}&kind={kind}", encoded(words))).await;
        let said = |hit: &Value| format!("{}{}", segments(&hit["title"]), segments(&hit["snippet"]));
        assert!(found.iter().any(|hit| said(hit).contains(name)), "{kind} {words}: {found:#?}");
        let ids: BTreeSet<&str> = found.iter().map(|hit| text(&hit["id"])).collect();
        assert_eq!(ids.len(), found.len(), "each once: {found:#?}");
    }
}

fn segments(value: &Value) -> String {
    value.as_array().unwrap().iter().map(|part| text(&part["text"])).collect()
}

fn encoded(words: &str) -> String {
    words.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn the_mirror_is_whole(story: &Story) {
    for task in [EXPORT, BENCH, PROTOTYPE, SERVERS, FIELDS, LOAD_TEST] {
        assert_eq!(story.row("任务", task).cells["状态"], "已完成", "{task}");
    }
    assert_eq!(story.row("任务", FROM_BOARD).cells["状态"], "进行中");
    assert!(story.mirrored("会议纪要").contains("首版同时支持 CSV 和 Excel 导出"));
    assert!(story.mirrored("沟通成果").contains("接口就按方案二做"));
}

/// Nobody was told the same thing twice on a day, and what was taken by a platform is no more than what was to be sent.
async fn nothing_came_twice(story: &Story) {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let mut heard = BTreeMap::new();
    for said in story.said_by_huan() {
        let day = said.at.to_zoned(zone.clone()).date();
        if let Some(before) = heard.insert((said.place.clone(), day, said.text.clone()), said.at) {
            panic!("twice, at {before} and {}: {} {}", said.at, said.place, said.text);
        }
    }
    let deliveries = story.all("deliveries").await;
    assert!(deliveries.len() > 100, "{}", deliveries.len());
    let unwell: Vec<&Value> =
        deliveries.iter().filter(|one| ["failed", "uncertain"].contains(&text(&one["state"]))).collect();
    assert!(unwell.is_empty(), "{unwell:#?}");
}
