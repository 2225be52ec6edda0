use jiff::Zoned;
use proptest::prelude::*;

use super::{Finding, Meaning, describe, describe_deadline, find, parse_whole};
use crate::i18n::{Language, has};

/// A Wednesday morning in Shanghai.
const WEDNESDAY: &str = "2026-11-25T10:00:00+08:00[Asia/Shanghai]";
const FRIDAY_AFTERNOON: &str = "2026-11-27T15:00:00+08:00[Asia/Shanghai]";
const SATURDAY: &str = "2026-11-28T10:00:00+08:00[Asia/Shanghai]";
const SUNDAY: &str = "2026-11-22T10:00:00+08:00[Asia/Shanghai]";
const EVENING: &str = "2026-11-25T20:00:00+08:00[Asia/Shanghai]";

fn at(now: &str) -> Zoned {
    now.parse().unwrap()
}

fn short(when: &Zoned) -> String {
    when.strftime("%Y-%m-%d %H:%M").to_string()
}

fn say(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Found { when, precision } => format!("{} {precision:?}", short(when)),
        Meaning::WorkingDays { count } => format!("{count} working days"),
        Meaning::Ambiguous { candidates, reason } => {
            format!("{reason:?}: {}", candidates.iter().map(short).collect::<Vec<_>>().join(" | "))
        }
        Meaning::Past { when, next } => {
            format!("past {} next {}", short(when), next.as_ref().map_or("-".to_owned(), short))
        }
    }
}

#[track_caller]
fn whole(now: &str, table: &[(&str, &str)]) {
    let now = at(now);
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let got = parse_whole(text, &now).map_or("none".to_owned(), |meaning| say(&meaning));
            (got != *expected).then(|| format!("{text}: got {got}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn reads_days() {
    whole(
        WEDNESDAY,
        &[
            ("今天", "2026-11-25 18:00 Day"),
            ("今日", "2026-11-25 18:00 Day"),
            ("明天", "2026-11-26 18:00 Day"),
            ("明日", "2026-11-26 18:00 Day"),
            ("后天", "2026-11-27 18:00 Day"),
            ("後天", "2026-11-27 18:00 Day"),
            ("大后天", "2026-11-28 18:00 Day"),
            ("今晚", "2026-11-25 21:00 DayPart"),
            ("明早", "2026-11-26 12:00 DayPart"),
            ("明天上午", "2026-11-26 12:00 DayPart"),
            ("明天下班前", "2026-11-26 18:00 EndOfWork"),
            ("下班前", "2026-11-25 18:00 EndOfWork"),
            ("昨天", "past 2026-11-24 18:00 next -"),
            ("前天", "past 2026-11-23 18:00 next -"),
            ("昨天17:00", "past 2026-11-24 17:00 next -"),
            ("今天9:00", "2026-11-25 21:00 Minute"),
            ("今天09:00", "past 2026-11-25 09:00 next -"),
            ("你好", "none"),
            ("", "none"),
        ],
    );
}

#[test]
fn reads_weekdays() {
    whole(
        WEDNESDAY,
        &[
            ("周五", "2026-11-27 18:00 Day"),
            ("星期五", "2026-11-27 18:00 Day"),
            ("礼拜五", "2026-11-27 18:00 Day"),
            ("週五", "2026-11-27 18:00 Day"),
            ("本周五", "2026-11-27 18:00 Day"),
            ("这周五", "2026-11-27 18:00 Day"),
            ("周日", "2026-11-29 18:00 Day"),
            ("周天", "2026-11-29 18:00 Day"),
            ("周一", "2026-11-30 18:00 Day"),
            ("下周一", "2026-11-30 18:00 Day"),
            ("下周五", "2026-12-04 18:00 Day"),
            ("下个星期三", "2026-12-02 18:00 Day"),
            ("下下周三", "2026-12-09 18:00 Day"),
            ("下周日", "WhichWeek: 2026-11-29 18:00 | 2026-12-06 18:00"),
            ("本周一", "past 2026-11-23 18:00 next 2026-11-30 18:00"),
            ("上周五", "past 2026-11-20 18:00 next -"),
            ("周三", "SameWeekday: 2026-11-25 18:00 | 2026-12-02 18:00"),
            ("周三17:00", "2026-11-25 17:00 Minute"),
            ("周三08:30", "SameWeekday: 2026-12-02 08:30"),
            ("周末", "NoDay: 2026-11-28 18:00 | 2026-11-29 18:00"),
            ("周末前", "NoDay: 2026-11-27 18:00 | 2026-11-29 18:00"),
            ("下周", "NoDay: 2026-12-04 18:00 | 2026-12-06 18:00"),
            ("本周内", "NoDay: 2026-11-27 18:00 | 2026-11-29 18:00"),
            ("下周前", "NoDay: 2026-11-27 18:00 | 2026-11-29 18:00"),
            ("周五12:00前", "2026-11-27 12:00 Minute"),
            ("周五 12：00 前", "2026-11-27 12:00 Minute"),
            ("下周一17:00前", "2026-11-30 17:00 Minute"),
            ("截止周五", "2026-11-27 18:00 Day"),
        ],
    );
    whole(
        FRIDAY_AFTERNOON,
        &[
            ("周五12:00", "SameWeekday: 2026-12-04 12:00"),
            ("周五17:00", "2026-11-27 17:00 Minute"),
            ("周五", "SameWeekday: 2026-11-27 18:00 | 2026-12-04 18:00"),
            ("下周五", "2026-12-04 18:00 Day"),
        ],
    );
    whole(
        SATURDAY,
        &[
            ("下周五", "WhichWeek: 2026-12-04 18:00 | 2026-12-11 18:00"),
            ("下周一", "2026-11-30 18:00 Day"),
            ("周五", "2026-12-04 18:00 Day"),
            ("本周五", "past 2026-11-27 18:00 next 2026-12-04 18:00"),
        ],
    );
    whole(
        SUNDAY,
        &[
            ("下周五", "WhichWeek: 2026-11-27 18:00 | 2026-12-04 18:00"),
            ("周日", "SameWeekday: 2026-11-22 18:00 | 2026-11-29 18:00"),
            ("周末", "2026-11-22 18:00 Period"),
        ],
    );
}

#[test]
fn reads_dates() {
    whole(
        WEDNESDAY,
        &[
            ("3月5日", "2027-03-05 18:00 Day"),
            ("3月5号", "2027-03-05 18:00 Day"),
            ("三月五日", "2027-03-05 18:00 Day"),
            ("12月1日", "2026-12-01 18:00 Day"),
            ("十二月二十一日", "2026-12-21 18:00 Day"),
            ("5号", "2026-12-05 18:00 Day"),
            ("28号", "2026-11-28 18:00 Day"),
            ("25号", "2026-11-25 18:00 Day"),
            ("2026年3月5日", "past 2026-03-05 18:00 next -"),
            ("2027年3月5日", "2027-03-05 18:00 Day"),
            ("二〇二七年三月五日", "2027-03-05 18:00 Day"),
            ("2027-03-05", "2027-03-05 18:00 Day"),
            ("2027/3/5 17:00", "2027-03-05 17:00 Minute"),
            ("2027.3.5", "2027-03-05 18:00 Day"),
            ("2027-03-05T17:00", "2027-03-05 17:00 Minute"),
            ("2027-03-05T09:00:00Z", "2027-03-05 17:00 Minute"),
            ("03-05", "2027-03-05 18:00 Day"),
            ("截止3/5", "2027-03-05 18:00 Day"),
            ("3/5前", "2027-03-05 18:00 Day"),
            ("3/5", "DayOrMonthFirst: 2027-03-05 18:00 | 2027-05-03 18:00"),
            ("25/12", "2026-12-25 18:00 Day"),
            ("11月20日", "past 2026-11-20 18:00 next 2027-11-20 18:00"),
            ("11月31日", "NoSuchDay: 2026-11-30 18:00 | 2026-12-01 18:00"),
            ("2月30日", "NoSuchDay: 2027-02-28 18:00 | 2027-03-01 18:00"),
            ("31号", "NoSuchDay: 2026-11-30 18:00 | 2026-12-31 18:00"),
            ("13月5日", "none"),
            ("3月5日（周五）", "2027-03-05 18:00 Day"),
            ("3月5日周一17:00", "WeekdayContradicts: 2027-03-05 17:00 | 2027-03-08 17:00"),
            ("本月28日", "2026-11-28 18:00 Day"),
            ("下月5号", "2026-12-05 18:00 Day"),
            ("下个月5号12:00前", "2026-12-05 12:00 Minute"),
            ("明年3月5日", "2027-03-05 18:00 Day"),
            ("12-05 17:00", "2026-12-05 17:00 Minute"),
            ("１２月１日１７：００", "2026-12-01 17:00 Minute"),
        ],
    );
}

#[test]
fn reads_edges_of_longer_times() {
    whole(
        WEDNESDAY,
        &[
            ("月底", "2026-11-30 18:00 Period"),
            ("本月底", "2026-11-30 18:00 Period"),
            ("月底前", "2026-11-30 18:00 Period"),
            ("下月底", "2026-12-31 18:00 Period"),
            ("下个月底", "2026-12-31 18:00 Period"),
            ("月初", "2026-12-01 18:00 Period"),
            ("下月初", "2026-12-01 18:00 Period"),
            ("12月底", "2026-12-31 18:00 Period"),
            ("3月底前", "2027-03-31 18:00 Period"),
            ("12月中旬", "2026-12-20 18:00 Period"),
            ("本月内", "2026-11-30 18:00 Period"),
            ("年底", "2026-12-31 18:00 Period"),
            ("今年年底", "2026-12-31 18:00 Period"),
            ("明年底", "2027-12-31 18:00 Period"),
            ("2027年底", "2027-12-31 18:00 Period"),
            ("年初", "2027-01-01 18:00 Period"),
            ("季度末", "2026-12-31 18:00 Period"),
            ("本季度末", "2026-12-31 18:00 Period"),
            ("下季度末", "2027-03-31 18:00 Period"),
            ("Q1末", "2027-03-31 18:00 Period"),
            ("3月前", "NoDay: 2027-02-28 18:00 | 2027-03-31 18:00"),
        ],
    );
}

#[test]
fn reads_times_of_day() {
    whole(
        WEDNESDAY,
        &[
            ("17:00", "2026-11-25 17:00 Minute"),
            ("17：00", "2026-11-25 17:00 Minute"),
            ("17:00前", "2026-11-25 17:00 Minute"),
            ("17点", "2026-11-25 17:00 Minute"),
            ("17时30分", "2026-11-25 17:30 Minute"),
            ("下午5点", "2026-11-25 17:00 Minute"),
            ("下午5点半", "2026-11-25 17:30 Minute"),
            ("下午五点一刻", "2026-11-25 17:15 Minute"),
            ("下午三点三刻", "2026-11-25 15:45 Minute"),
            ("晚上8点", "2026-11-25 20:00 Minute"),
            ("中午12点", "2026-11-25 12:00 Minute"),
            ("12点", "2026-11-25 12:00 Minute"),
            ("晚上12点", "2026-11-26 00:00 Minute"),
            ("24:00", "2026-11-26 00:00 Minute"),
            ("凌晨1点", "2026-11-26 01:00 Minute"),
            ("上午10点30分", "2026-11-25 10:30 Minute"),
            ("十点三十", "2026-11-25 10:30 Minute"),
            ("5点", "2026-11-25 17:00 Minute"),
            ("明天5点", "MorningOrAfternoon: 2026-11-26 05:00 | 2026-11-26 17:00"),
            ("明天五点一刻", "MorningOrAfternoon: 2026-11-26 05:15 | 2026-11-26 17:15"),
            ("明天05:00", "2026-11-26 05:00 Minute"),
            ("明天10点", "2026-11-26 10:00 Minute"),
            ("9点", "HourPassed: 2026-11-25 21:00 | 2026-11-26 09:00"),
            ("09:30", "past 2026-11-25 09:30 next 2026-11-26 09:30"),
            ("明天下午3点前", "2026-11-26 15:00 Minute"),
            ("明天下午两点半前", "2026-11-26 14:30 Minute"),
            ("今晚8点", "2026-11-25 20:00 Minute"),
            ("明晚8点半之前", "2026-11-26 20:30 Minute"),
            ("周五24点", "2026-11-28 00:00 Minute"),
            ("25:00", "none"),
            ("17:60", "none"),
        ],
    );
    whole(
        "2026-11-25T03:00:00+08:00[Asia/Shanghai]",
        &[
            ("5点", "MorningOrAfternoon: 2026-11-25 05:00 | 2026-11-25 17:00"),
            ("5点半前", "MorningOrAfternoon: 2026-11-25 05:30 | 2026-11-25 17:30"),
        ],
    );
    whole(
        EVENING,
        &[
            ("今天", "2026-11-25 23:59 Day"),
            ("下班前", "past 2026-11-25 18:00 next 2026-11-26 18:00"),
            ("5点", "MorningOrAfternoon: 2026-11-26 05:00 | 2026-11-26 17:00"),
            ("17:00", "past 2026-11-25 17:00 next 2026-11-26 17:00"),
            ("今天17:00", "past 2026-11-25 17:00 next -"),
            ("0点前", "2026-11-26 00:00 Minute"),
        ],
    );
}

#[test]
fn reads_lengths_of_time() {
    whole(
        WEDNESDAY,
        &[
            ("3日内", "2026-11-28 18:00 Day"),
            ("三天内", "2026-11-28 18:00 Day"),
            ("3天之内", "2026-11-28 18:00 Day"),
            ("3个工作日内", "3 working days"),
            ("三个工作日内", "3 working days"),
            ("2小时内", "2026-11-25 12:00 Minute"),
            ("两个小时内", "2026-11-25 12:00 Minute"),
            ("半小时内", "2026-11-25 10:30 Minute"),
            ("半个小时内", "2026-11-25 10:30 Minute"),
            ("一个半小时内", "2026-11-25 11:30 Minute"),
            ("1.5小时内", "2026-11-25 11:30 Minute"),
            ("1小时30分钟内", "2026-11-25 11:30 Minute"),
            ("30分钟内", "2026-11-25 10:30 Minute"),
            ("一刻钟内", "2026-11-25 10:15 Minute"),
            ("24小时内", "2026-11-26 10:00 Minute"),
            ("一周内", "2026-12-02 18:00 Day"),
            ("两周后", "2026-12-09 18:00 Day"),
            ("两个星期后", "2026-12-09 18:00 Day"),
            ("一个月内", "2026-12-25 18:00 Day"),
            ("半个月内", "2026-12-10 18:00 Day"),
            ("半年内", "2027-05-25 18:00 Day"),
            ("半天内", "HalfDay: 2026-11-25 14:00 | 2026-11-25 22:00"),
            ("3-5天内", "Range: 2026-11-28 18:00 | 2026-11-30 18:00"),
            ("3天前", "past 2026-11-22 10:00 next -"),
            ("5日前", "2026-12-05 18:00 Day"),
            ("2h内", "2026-11-25 12:00 Minute"),
            ("3天", "none"),
        ],
    );
    whole("2026-11-25T10:00:20+08:00[Asia/Shanghai]", &[("2小时内", "2026-11-25 12:01 Minute")]);
}

#[test]
fn reads_english() {
    whole(
        WEDNESDAY,
        &[
            ("today", "2026-11-25 18:00 Day"),
            ("Tomorrow", "2026-11-26 18:00 Day"),
            ("the day after tomorrow", "2026-11-27 18:00 Day"),
            ("yesterday", "past 2026-11-24 18:00 next -"),
            ("Friday", "2026-11-27 18:00 Day"),
            ("Friday 12:00", "2026-11-27 12:00 Minute"),
            ("by Fri", "2026-11-27 18:00 Day"),
            ("next monday", "2026-11-30 18:00 Day"),
            ("next friday", "WhichWeek: 2026-11-27 18:00 | 2026-12-04 18:00"),
            ("this friday", "2026-11-27 18:00 Day"),
            ("last friday", "past 2026-11-20 18:00 next -"),
            ("by 5pm", "2026-11-25 17:00 Minute"),
            ("5:30 pm", "2026-11-25 17:30 Minute"),
            ("5pm tomorrow", "2026-11-26 17:00 Minute"),
            ("tomorrow at 5pm", "2026-11-26 17:00 Minute"),
            ("tomorrow at 5", "MorningOrAfternoon: 2026-11-26 05:00 | 2026-11-26 17:00"),
            ("12am", "past 2026-11-25 00:00 next 2026-11-26 00:00"),
            ("tonight", "2026-11-25 21:00 DayPart"),
            ("tonight at 8pm", "2026-11-25 20:00 Minute"),
            ("tomorrow morning", "2026-11-26 12:00 DayPart"),
            ("noon", "2026-11-25 12:00 Minute"),
            ("midnight", "2026-11-26 00:00 Minute"),
            ("EOD", "2026-11-25 18:00 EndOfWork"),
            ("end of day friday", "2026-11-27 18:00 EndOfWork"),
            ("in 2 hours", "2026-11-25 12:00 Minute"),
            ("in half an hour", "2026-11-25 10:30 Minute"),
            ("within 3 days", "2026-11-28 18:00 Day"),
            ("within 3 working days", "3 working days"),
            ("2 weeks from now", "2026-12-09 18:00 Day"),
            ("2 hours ago", "past 2026-11-25 08:00 next -"),
            ("end of month", "2026-11-30 18:00 Period"),
            ("by the end of the month", "2026-11-30 18:00 Period"),
            ("end of next month", "2026-12-31 18:00 Period"),
            ("EOW", "NoDay: 2026-11-27 18:00 | 2026-11-29 18:00"),
            ("Mar 5", "2027-03-05 18:00 Day"),
            ("March 5th, 2027", "2027-03-05 18:00 Day"),
            ("5 March", "2027-03-05 18:00 Day"),
            ("by the 5th", "2026-12-05 18:00 Day"),
            ("due: Dec 1 17:00", "2026-12-01 17:00 Minute"),
        ],
    );
}

fn found_in(text: &str) -> Vec<(String, bool)> {
    find(text, &at(WEDNESDAY)).into_iter().map(|found| (text[found.span].to_owned(), found.is_deadline)).collect()
}

#[test]
fn finds_expressions_within_text() {
    let cases: &[(&str, &[(&str, bool)])] = &[
        ("评估数据导出的技术可行性 @研发组长 周五12:00前", &[("周五12:00前", true)]),
        ("任务：周五 12：00 前　评估数据导出", &[("周五 12：00 前", true)]),
        ("销售代表明日12:00前联系", &[("明日12:00前", true)]),
        ("张三周五前确认", &[("周五前", true)]),
        ("周五前端联调", &[("周五", false)]),
        ("周五前提交报告", &[("周五前", true)]),
        ("准备明天的会议，周五前完成", &[("明天", false), ("周五前", true)]),
        ("在周五前完成", &[("在周五前", true)]),
        ("在周五的会上", &[("周五", false)]),
        ("3天内部署完成", &[("3天内", true)]),
        ("三天内部评审", &[]),
        ("下午茶采购 请于3月5日17:00之前", &[("于3月5日17:00之前", true)]),
        ("9:00到11:00", &[("9:00", false), ("11:00", false)]),
        ("finish the report by Friday 5pm please", &[("by Friday 5pm", true)]),
        ("截止时间：明天12点；负责人", &[("截止时间：明天12点", true)]),
        ("12月1日17:00前交付", &[("12月1日17:00前", true)]),
    ];
    for (text, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|(span, deadline)| ((*span).to_owned(), *deadline)).collect();
        assert_eq!(found_in(text), expected, "{text}");
    }
}

#[test]
fn leaves_what_is_no_time() {
    for text in [
        "说明天气",
        "声明日期",
        "三周五天",
        "先天后天",
        "每周五例会",
        "每天17:00同步",
        "每月5号发布",
        "every Friday 17:00",
        "提三点建议",
        "3点意见",
        "有一点问题",
        "产品V2.0需求评审",
        "v3/5",
        "5号楼",
        "第3日报告",
        "00季度之前",
        "0 hours ago",
        "近7日数据",
        "24/7 support",
        "3-5个人",
        "一周一次",
        "#12",
        "T-12",
        "192.168.3.5",
        "10%",
        "sun protection",
        "we may 50 people",
        "比例16:9",
        "开会2小时",
        "同时及时",
        "前端工程师",
        "半成品",
        "大前端",
        "青年中心",
        "重点5项",
        "电话13800138000",
        "订单20261125001",
    ] {
        assert_eq!(found_in(text), [], "{text}");
    }
}

#[test]
fn i8_uses_the_zone_of_the_speaker() {
    let berlin = at("2026-11-25T10:00:00+01:00[Europe/Berlin]");
    let Some(Meaning::Found { when, .. }) = parse_whole("17:00", &berlin) else { panic!() };
    assert_eq!(when.to_string(), "2026-11-25T17:00:00+01:00[Europe/Berlin]");
}

#[test]
fn i8_jumps_over_the_gap_of_summer_time() {
    let before = at("2027-03-27T10:00:00+01:00[Europe/Berlin]");
    let Some(Meaning::Found { when, .. }) = parse_whole("明天02:30", &before) else { panic!() };
    assert_eq!(when.to_string(), "2027-03-28T03:30:00+02:00[Europe/Berlin]");
}

#[test]
fn describes_instants() {
    let now = at(WEDNESDAY);
    let limit = |when: &str, language| describe_deadline(&at(when), &now, language);
    // Another zone's instant is told in the reader's.
    assert_eq!(describe(&at("2026-11-25T10:00:00+01:00[Europe/Berlin]"), &now, Language::Chinese), "今天 17:00");
    assert_eq!(limit("2026-11-25T17:00:00+08:00[Asia/Shanghai]", Language::Chinese), "今日17:00前");
    assert_eq!(limit("2026-11-26T09:00:00+08:00[Asia/Shanghai]", Language::English), "by 09:00 tomorrow");
    assert_eq!(limit("2026-12-01T12:00:00+08:00[Asia/Shanghai]", Language::Chinese), "12月1日（周二）12:00前");
    assert_eq!(limit("2027-03-05T12:00:00+08:00[Asia/Shanghai]", Language::English), "by Fri 5 Mar 2027 12:00");
}

#[test]
fn every_ambiguity_has_a_text() {
    for reason in super::Ambiguity::ALL {
        for language in Language::ALL {
            assert!(has(language, &format!("time.ambiguity.{}", reason.code())), "{reason:?}");
        }
    }
}

/// Pieces that make up time expressions and their surroundings.
const PIECES: &[&str] = &[
    "今天",
    "明",
    "后天",
    "周",
    "五",
    "日",
    "下",
    "下周",
    "本",
    "月",
    "底",
    "3",
    "12",
    "31",
    "30",
    "点",
    "半",
    "一刻",
    ":",
    "：",
    "00",
    "17",
    "前",
    "内",
    "之前",
    "小时",
    "天",
    "个",
    "工作日",
    "年",
    "2026",
    "2",
    "29",
    "-",
    "/",
    ".",
    "号",
    "（",
    "）",
    " ",
    "　",
    "上午",
    "下午",
    "晚上",
    "凌晨",
    "十",
    "二",
    "百",
    "by ",
    "in ",
    "friday",
    "mar ",
    "pm",
    "at ",
    "next ",
    "the ",
    "end of ",
    "month",
    "days",
    "截止",
    "在",
    "每",
    "@",
    "评估",
    "，",
    "。",
    "\n",
    "T",
    "Z",
    "+",
    "😀",
    "e\u{301}",
    "\u{200b}",
    "季度",
    "末",
    "Q4",
    "999999",
];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.concat()),
        any::<String>(),
    ]
}

fn instants() -> impl Strategy<Value = Zoned> {
    let zones =
        prop::sample::select(&["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"][..]);
    (1_700_000_000_i64..2_000_000_000, zones)
        .prop_map(|(second, zone)| jiff::Timestamp::from_second(second).unwrap().in_tz(zone).unwrap())
}

fn full_width(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            ' ' => '\u{3000}',
            '!'..='~' => char::from_u32(char as u32 + 0xfee0).unwrap(),
            char => char,
        })
        .collect()
}

fn half_width(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            '\u{3000}' => ' ',
            '！'..='～' => char::from_u32(char as u32 - 0xfee0).unwrap(),
            char => char,
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn spans_lie_on_characters_and_in_order(text in texts(), now in instants()) {
        let mut last = 0;
        for Finding { span, .. } in find(&text, &now) {
            prop_assert!(text.get(span.clone()).is_some_and(|part| !part.is_empty()));
            prop_assert!(span.start >= last);
            last = span.end;
        }
        let _ = parse_whole(&text, &now);
    }

    #[test]
    fn found_instants_are_not_before_now(text in texts(), now in instants()) {
        for Finding { meaning, .. } in find(&text, &now) {
            match meaning {
                Meaning::Found { when, .. } => prop_assert!(when >= now, "{when} in {text:?}"),
                Meaning::Ambiguous { candidates, .. } => {
                    prop_assert!(!candidates.is_empty());
                    prop_assert!(candidates.is_sorted());
                    prop_assert!(candidates.iter().all(|when| *when >= now), "{candidates:?} in {text:?}");
                }
                Meaning::Past { when, next } => {
                    prop_assert!(when < now, "{when} in {text:?}");
                    prop_assert!(next.is_none_or(|next| next >= now));
                }
                Meaning::WorkingDays { count } => prop_assert!(count > 0),
            }
        }
    }

    #[test]
    fn full_width_reads_like_half_width(text in texts(), now in instants()) {
        let meanings = |text: &str| find(text, &now).into_iter().map(|found| found.meaning).collect::<Vec<_>>();
        let half = half_width(&text);
        prop_assert_eq!(meanings(&half), meanings(&full_width(&half)));
    }
}
