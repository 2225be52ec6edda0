use jiff::Zoned;
use proptest::prelude::*;

use super::{Action, Code, Context, check};
use crate::{
    called::Called,
    command::Due,
    i18n::{Language, has},
};

/// A Wednesday morning in Shanghai.
fn now() -> Zoned {
    "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap()
}

fn actions(text: &str) -> Vec<Action> {
    let now = now();
    check(text, &Context { owner: Some("运维工程师"), topic: "客户反馈", ..Context::new(&now) }).actions
}

fn codes(action: &Action) -> Vec<&'static str> {
    action.findings.iter().map(|finding| finding.code.name()).collect()
}

/// "who | when | what" of a concrete action, else its codes.
fn say(action: &Action) -> String {
    match &action.concrete {
        Some(concrete) => {
            let due = match &concrete.due {
                Due::At { when, .. } => when.strftime("%m-%d %H:%M").to_string(),
                Due::WorkingDays { count } => format!("{count} working days"),
            };
            format!("{} | {due} | {}", concrete.person_text, concrete.action)
        }
        None => codes(action).join(" "),
    }
}

#[track_caller]
fn table(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let got: Vec<String> = actions(text).iter().map(say).collect();
            (got != *expected).then(|| format!("{text}: got {got:?}, expected {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn h3_concrete_follow_ups() {
    table(&[
        ("销售代表3日内反馈首批客户意向", &["销售代表 | 11-28 18:00 | 反馈首批客户意向"]),
        ("市场经理今日17:00前确认客户反馈", &["市场经理 | 11-25 17:00 | 确认客户反馈"]),
        ("请市场经理今日17:00前确认客户反馈", &["市场经理 | 11-25 17:00 | 确认客户反馈"]),
        ("设计专员明天12点前输出初步原型", &["设计专员 | 11-26 12:00 | 输出初步原型"]),
        ("@李强 周五12:00前提交报告", &["李强 | 11-27 12:00 | 提交报告"]),
        ("周五12:00前由张三提交报告", &["张三 | 11-27 12:00 | 提交报告"]),
        ("张三周五前确认方案", &["张三 | 11-27 18:00 | 确认方案"]),
        ("张三：周五前确认方案", &["张三 | 11-27 18:00 | 确认方案"]),
        ("张三负责在月底前整理资料", &["张三 | 11-30 18:00 | 整理资料"]),
        ("产品经理3个工作日内更新需求文档", &["产品经理 | 3 working days | 更新需求文档"]),
        ("市场经理明日12:00前跟进客户意向", &["市场经理 | 11-26 12:00 | 跟进客户意向"]),
        ("市场经理今日17:00前通知相关人员", &["市场经理 | 11-25 17:00 | 通知相关人员"]),
        (
            "Marketing manager to confirm client feedback by Friday 17:00",
            &["Marketing manager | 11-27 17:00 | confirm client feedback"],
        ),
        ("@bob send the report by 5pm", &["bob | 11-25 17:00 | send the report"]),
        ("如客户同意，销售代表明日12:00前联系客户", &["销售代表 | 11-26 12:00 | 如客户同意，联系客户"]),
        ("设计专员明日17:00前输出原型，供评审", &["设计专员 | 11-26 17:00 | 输出原型，供评审"]),
        ("本周五前完成测试报告 @李强", &["李强 | 11-27 18:00 | 完成测试报告"]),
        ("输出故障报告（运维工程师，今日18:00前）", &["运维工程师 | 11-25 18:00 | 输出故障报告"]),
        ("李强11月30日17:00前回访供应商", &["李强 | 11-30 17:00 | 回访供应商"]),
        ("吴刚周五前提交扩容申请", &["吴刚 | 11-27 18:00 | 提交扩容申请"]),
        ("已知问题由张三周五前修复", &["张三 | 11-27 18:00 | 已知问题修复"]),
        ("产品经理 11月27日 18:00 更新PRD V2.1", &["产品经理 | 11-27 18:00 | 更新PRD V2.1"]),
        (
            "Alice will send the deck by Friday noon, Bob will review it by Monday",
            &["Alice | 11-27 12:00 | send the deck", "Bob | 11-30 18:00 | review it"],
        ),
        ("已通知销售，无需跟进", &[]),
        ("", &[]),
        ("无", &[]),
        ("  。；", &[]),
        ("N/A", &[]),
    ]);
}

#[test]
fn h3_vague_follow_ups() {
    table(&[
        ("需尽快确认", &["person_missing vague_time"]),
        ("相关人员及时跟进", &["vague_person vague_time vague_action"]),
        ("大家抓紧处理一下", &["vague_person vague_time vague_action"]),
        ("后续再看", &["person_missing vague_time vague_action"]),
        ("市场经理尽快确认客户反馈", &["vague_time"]),
        ("市场经理争取周五前确认客户反馈", &["hedge"]),
        ("今日17:00前确认客户反馈", &["person_missing"]),
        ("市场经理确认客户反馈", &["time_missing"]),
        ("市场经理今日17:00前", &["action_missing"]),
        ("市场经理今日17:00前跟进一下", &["vague_action"]),
        ("市场经理明天5点前确认反馈", &["time_ambiguous"]),
        ("市场经理昨天确认反馈", &["time_past"]),
        ("研发部3日内修复缺陷", &["person_is_group"]),
        ("李强和王五周五前完成接口联调", &["person_is_group"]),
        ("市场经理、销售代表3日内反馈意向", &["person_is_group"]),
        ("客服专员每天17:00汇总反馈", &["time_missing"]),
        ("通知销售代表", &["person_missing time_missing"]),
        ("3日内反馈给市场经理", &["person_missing"]),
        ("Follow up ASAP", &["person_missing vague_time vague_action"]),
        ("Someone should confirm the feedback soon", &["vague_person vague_time"]),
        ("Need to confirm by Friday", &["person_missing"]),
        ("方案待定", &["person_missing time_missing vague_action"]),
    ]);
}

#[test]
fn h6_the_three_sample_rows() {
    table(&[
        // Row 2: nobody is named in either half.
        ("输出故障报告，下周开展压力测试", &["person_missing time_missing", "person_missing time_ambiguous"]),
        ("销售代表3日内反馈首批客户意向", &["销售代表 | 11-28 18:00 | 反馈首批客户意向"]),
        ("设计专员明日12:00前提交初步原型", &["设计专员 | 11-26 12:00 | 提交初步原型"]),
    ]);
}

#[test]
fn h3_several_actions_in_one_follow_up() {
    table(&[
        (
            "市场经理今日17:00前确认客户反馈；销售代表3日内反馈意向",
            &["市场经理 | 11-25 17:00 | 确认客户反馈", "销售代表 | 11-28 18:00 | 反馈意向"],
        ),
        (
            "市场经理今日17:00前确认客户反馈，更新方案",
            &["市场经理 | 11-25 17:00 | 确认客户反馈", "市场经理 | 11-25 17:00 | 更新方案"],
        ),
        (
            "1、产品经理明日12:00前更新需求\n2、研发组长周五前评估工作量。",
            &["产品经理 | 11-26 12:00 | 更新需求", "研发组长 | 11-27 18:00 | 评估工作量"],
        ),
        (
            "李强: 周五12:00前提交报告, 王五: 周六前复核",
            &["李强 | 11-27 12:00 | 提交报告", "王五 | 11-28 18:00 | 复核"],
        ),
        ("市场经理今日17:00前，确认客户反馈", &["市场经理 | 11-25 17:00 | 确认客户反馈"]),
        (
            "市场经理今日17:00前确认反馈；尽快更新方案",
            &["市场经理 | 11-25 17:00 | 确认反馈", "person_missing vague_time"],
        ),
    ]);
}

#[test]
fn h3_proposals_are_concrete() {
    let now = now();
    let late: Zoned = "2026-11-27T16:00:00+08:00[Asia/Shanghai]".parse().unwrap();
    let due: Zoned = "2026-11-26T12:00:00+08:00[Asia/Shanghai]".parse().unwrap();
    let base = Context { owner: Some("市场经理"), topic: "客户反馈", ..Context::new(&now) };
    for (text, context, expected) in [
        ("需尽快确认", base, Some("市场经理今日17:00前确认客户反馈")),
        ("需尽快确认", Context { due: Some(&due), ..base }, Some("市场经理明日12:00前确认客户反馈")),
        ("需尽快确认", Context { now: &late, ..base }, Some("市场经理11月30日（周一）12:00前确认客户反馈")),
        ("需尽快确认", Context { owner: None, ..base }, None),
        ("需尽快确认客户意向", base, Some("市场经理今日17:00前确认客户意向")),
        ("相关人员及时跟进", base, Some("市场经理今日17:00前反馈客户反馈的进展")),
        ("销售代表尽快联系客户", base, Some("销售代表今日17:00前联系客户")),
        ("明日12:00前联系客户", base, Some("市场经理明日12:00前联系客户")),
        ("3个工作日内联系客户", base, Some("市场经理3个工作日内联系客户")),
        (
            "输出故障报告，下周开展压力测试",
            Context { owner: Some("运维工程师"), topic: "系统故障处理", ..base },
            Some("运维工程师今日17:00前输出故障报告；运维工程师12月4日（周五）18:00前开展压力测试"),
        ),
        (
            "市场经理今日17:00前确认反馈；尽快更新方案",
            base,
            Some("市场经理今日17:00前确认反馈；市场经理今日17:00前更新方案"),
        ),
        (
            "Confirm ASAP",
            Context { owner: Some("Ann"), topic: "the client's feedback", ..base },
            Some("Ann to confirm the client's feedback by 17:00 today"),
        ),
        ("市场经理今日17:00前确认客户反馈", base, None),
    ] {
        let review = check(text, &context);
        assert_eq!(review.proposal(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn h3_a_proposal_passes_its_own_check() {
    let now = now();
    let context = Context { owner: Some("市场经理"), topic: "客户反馈", ..Context::new(&now) };
    for text in [
        "需尽快确认",
        "相关人员及时跟进",
        "大家抓紧处理一下",
        "后续再看",
        "市场经理争取周五前确认客户反馈",
        "输出故障报告，下周开展压力测试",
        "研发部3日内修复缺陷",
        "明天5点前确认反馈",
        "昨天确认反馈",
        "待定",
    ] {
        let proposal = check(text, &context).proposal(text).unwrap();
        let second = check(&proposal, &context);
        assert!(second.is_concrete(), "{text} → {proposal}: {:?}", second.findings().collect::<Vec<_>>());
        assert!(!second.actions.is_empty());
    }
}

#[test]
fn h3_names_of_the_directory_are_persons() {
    let now = now();
    let context = Context { people: &Called::new(["欧阳修远", "Ann Lee", "运维"]), ..Context::new(&now) };
    for (text, person) in [
        ("欧阳修远明日12:00前提交报告", "欧阳修远"),
        ("ann lee明日12:00前提交报告", "ann lee"),
        ("运维今日18:00前重启服务", "运维"),
    ] {
        let review = check(text, &context);
        assert_eq!(
            review.actions[0].concrete.as_ref().map(|concrete| concrete.person_text.as_str()),
            Some(person),
            "{text}"
        );
    }
}

#[test]
fn findings_point_at_their_words_and_say_why() {
    let text = "市场经理尽快确认客户反馈";
    let finding = &actions(text)[0].findings[0];
    assert_eq!(&text[finding.span.clone()], "尽快");
    assert_eq!(finding.describe(text, Language::Chinese), "“尽快”不是一个时间，请写到几点几分。");
    for code in Code::ALL {
        for language in Language::ALL {
            assert!(has(language, &format!("wording.{}", code.name())), "{code:?}");
        }
    }
}

const PIECES: &[&str] = &[
    "需",
    "尽快",
    "确认",
    "客户反馈",
    "市场经理",
    "销售代表",
    "相关人员",
    "大家",
    "今日17:00前",
    "3日内",
    "下周",
    "昨天",
    "，",
    "；",
    "。",
    "\n",
    "@",
    "@李强 ",
    "张三",
    "请",
    "由",
    "跟进",
    "一下",
    "后续",
    "再看",
    "争取",
    "研发部",
    "1、",
    "2.",
    "：",
    "Ann ",
    "to ",
    "confirm ",
    "asap",
    "by Friday ",
    " ",
    "的",
    "给",
    "如",
    "供",
    "😀",
    "e\u{301}",
    "\u{200b}",
    "无",
    "(",
    ")",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_follow_up_is_checked(
        text in prop_oneof![
            prop::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ],
    ) {
        let now = now();
        let context = Context { owner: Some("市场经理"), topic: "客户反馈", people: &Called::new(["李强", ""]), ..Context::new(&now) };
        let review = check(&text, &context);
        let mut last = 0;
        for action in &review.actions {
            prop_assert!(text.get(action.span.clone()).is_some());
            prop_assert!(action.span.start >= last);
            last = action.span.end;
            prop_assert_eq!(action.concrete.is_some(), action.findings.is_empty());
            prop_assert_eq!(action.proposal.is_some(), action.concrete.is_none());
            for finding in &action.findings {
                prop_assert!(text.get(finding.span.clone()).is_some());
                prop_assert!(!finding.describe(&text, Language::English).is_empty());
            }
        }
    }
}
