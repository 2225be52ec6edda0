use jiff::{Span, ToSpan, Zoned};
use proptest::prelude::*;

use super::{
    Command, Context, Due, Kind, Mention, NewProblem, NewRecord, NewTask, PersonRef, Question, Reading, TaskRef,
    Understood, help_text, problem_number, read,
};
use crate::{
    called::Called,
    i18n::{Language, has},
    platform::ForeignUser,
    problem::{Severity, Urgency},
    status::Status,
    task::Priority,
};

/// A Wednesday morning in Shanghai.
fn now() -> Zoned {
    "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap()
}

fn try_read(message: &str) -> Reading {
    let now = now();
    read(message, &Context { about_a_task: true, ..Context::new(&now) })
}

#[track_caller]
fn understood(message: &str) -> Understood {
    match try_read(message) {
        Reading::Command(understood) => *understood,
        Reading::NotACommand { suggestion } => panic!("{message}: no command, suggestion {suggestion:?}"),
    }
}

#[track_caller]
fn task(message: &str) -> (NewTask, Vec<&'static str>) {
    let Understood { command, questions, .. } = understood(message);
    let Command::NewTask(task) = command else { panic!("{message}: {command:?}") };
    (task, questions.iter().map(Question::code).collect())
}

#[track_caller]
fn record(message: &str) -> (NewRecord, Vec<&'static str>) {
    let Understood { command, questions, .. } = understood(message);
    let Command::NewRecord(record) = command else { panic!("{message}: {command:?}") };
    (record, questions.iter().map(Question::code).collect())
}

fn due(due: Option<&Due>) -> String {
    match due {
        Some(Due::At { when, .. }) => when.strftime("%m-%d %H:%M").to_string(),
        Some(Due::WorkingDays { count }) => format!("{count} working days"),
        None => "none".to_owned(),
    }
}

fn names(people: &[PersonRef]) -> Vec<&str> {
    people.iter().map(|person| person.words.as_str()).collect()
}

const STORY: &str = "评估数据导出的技术可行性";

#[test]
fn d1_the_story_line_in_every_order_and_spelling() {
    for message in [
        "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前",
        "任务：周五 12：00 前　评估数据导出的技术可行性 ＠研发组长",
        "任务 @研发组长 周五12:00前 评估数据导出的技术可行性",
        "@环 任务：评估数据导出的技术可行性，@研发组长，周五12:00前",
        "@环任务:评估数据导出的技术可行性@研发组长 周五12:00前。",
        "@环 @研发组长 任务 周五12：00之前 评估数据导出的技术可行性",
        "周五12:00前 任务 @研发组长 评估数据导出的技术可行性 @环",
        "＠环　新任务　评估数据导出的技术可行性　＠研发组长　周五　12：00前",
        "@环 派任务 周五12点前 评估数据导出的技术可行性 @研发组长",
        "任务评估数据导出的技术可行性 @研发组长 周五12:00前",
        "任务 评估数据导出的技术可行性 @研发组长周五12:00前",
        "任务 评估数据导出的技术可行性 周五 @研发组长 12:00前",
        "评估数据导出的技术可行性 任务 @研发组长 周五12:00前",
        "任务\n评估数据导出的技术可行性\n@研发组长\n截止：周五12:00",
        "任务：评估数据导出的技术可行性 负责人：研发组长 截止：周五12:00",
        "任务 评估数据导出的技术可行性 负责人 @研发组长 截止时间：周五 12:00",
        "请新建任务：评估数据导出的技术可行性；负责人：@研发组长；截止：周五中午12点",
        "@Huan task 评估数据导出的技术可行性 @研发组长 by Friday 12:00",
        "/任务 评估数据导出的技术可行性 @研发组长 Friday noon",
    ] {
        let (task, questions) = task(message);
        assert_eq!(task.title, STORY, "{message}");
        assert_eq!(task.owner.as_ref().map(|owner| owner.words.as_str()), Some("研发组长"), "{message}");
        assert_eq!(due(task.due.as_ref()), "11-27 12:00", "{message}");
        assert_eq!(questions, Vec::<&str>::new(), "{message}");
        assert!(task.helpers.is_empty() && task.priority.is_none() && task.description.is_empty(), "{message}");
    }
}

#[test]
fn d1_platform_mentions_carry_their_person() {
    let now = now();
    let mention =
        |text: &str, user: &str, is_us| Mention { text: text.to_owned(), user: Some(ForeignUser::new(user)), is_us };
    let mentions = [mention("@Huan Bot", "b", true), mention("@Li Qiang", "u1", false), mention("@李强", "u2", false)];
    let context = Context { mentions: &mentions, ..Context::new(&now) };
    let message = "@Huan Bot 任务 评估导出 @Li Qiang 协助 ＠李强 明天17:00前";
    let Reading::Command(understood) = read(message, &context) else { panic!() };
    let Command::NewTask(task) = understood.command else { panic!() };
    let owner = task.owner.unwrap();
    assert_eq!((owner.words.as_str(), owner.mention), ("Li Qiang", Some(1)));
    assert_eq!(&message[owner.span], "@Li Qiang");
    assert_eq!((task.helpers[0].words.as_str(), task.helpers[0].mention), ("李强", Some(2)));
    assert_eq!(task.title, "评估导出");
}

#[test]
fn d1_a_mention_the_text_does_not_show_is_the_owner() {
    let now = now();
    let mentions = [Mention { text: "@李强".into(), user: Some(ForeignUser::new("u")), is_us: false }];
    let context = Context { mentions: &mentions, ..Context::new(&now) };
    let Reading::Command(understood) = read("任务 评估导出 明天17:00前", &context) else { panic!() };
    let Command::NewTask(task) = understood.command else { panic!() };
    assert_eq!(task.owner.map(|owner| owner.mention), Some(Some(0)));
}

#[test]
fn d1_known_names_end_where_they_end() {
    let now = now();
    let context = Context { names: &[&Called::new(["李强", "研发组长", "周五一"])], ..Context::new(&now) };
    for (message, owner, title) in [
        ("任务 @李强评估导出 明天17:00前", "李强", "评估导出"),
        ("任务 评估导出@研发组长明天17:00前", "研发组长", "评估导出"),
        ("任务 评估导出 @周五一 明天17:00前", "周五一", "评估导出"),
    ] {
        let Reading::Command(understood) = read(message, &context) else { panic!("{message}") };
        let Command::NewTask(task) = understood.command else { panic!("{message}") };
        assert_eq!((task.owner.unwrap().words.as_str(), task.title.as_str()), (owner, title), "{message}");
        assert_eq!(due(task.due.as_ref()), "11-26 17:00", "{message}");
    }
}

#[test]
fn d1_helpers_priority_and_criteria() {
    let (full, questions) = task(
        "紧急任务：修复支付超时 @李强 协助 @王五、@赵六 今天18:00前 验收标准：连续一小时无超时；说明：见告警 #12\n补充：先看日志",
    );
    assert_eq!(full.title, "修复支付超时");
    assert_eq!(full.owner.unwrap().words, "李强");
    assert_eq!(names(&full.helpers), ["王五", "赵六"]);
    assert_eq!(due(full.due.as_ref()), "11-25 18:00");
    assert_eq!(full.priority, Some(Priority::Urgent));
    assert_eq!(full.criteria, "连续一小时无超时");
    assert_eq!(full.description, "见告警 #12\n补充：先看日志");
    assert_eq!(questions, Vec::<&str>::new());

    for (words, priority) in [
        ("紧急", Some(Priority::Urgent)),
        ("【紧急】", Some(Priority::Urgent)),
        ("P0", Some(Priority::Urgent)),
        ("p1", Some(Priority::High)),
        ("高", Some(Priority::High)),
        ("优先级：高", Some(Priority::High)),
        ("高优先级", Some(Priority::High)),
        ("中", Some(Priority::Normal)),
        ("P3", Some(Priority::Low)),
        ("低", Some(Priority::Low)),
        ("！", Some(Priority::High)),
        ("!!", Some(Priority::Urgent)),
        ("priority: low", Some(Priority::Low)),
        ("", None),
    ] {
        let message = format!("任务 {words} 评估高可用方案中的风险 @李强 明天12:00前");
        let (task, _) = task(&message);
        assert_eq!(task.priority, priority, "{message}");
        assert_eq!(task.title, "评估高可用方案中的风险", "{message}");
    }
    let (task, _) = task("任务 协助客户完成导出 @李强 明天12:00前！");
    assert_eq!((task.title.as_str(), task.priority), ("协助客户完成导出", None));
}

#[test]
fn d1_helpers_may_stand_before_or_behind() {
    for (message, helpers, expected) in [
        ("任务 评估导出 @李强 协助：@王五 @赵六 明天12:00前", &["王五", "赵六"][..], &[] as &[&str]),
        ("任务 评估导出 协助人 @王五 @赵六 负责人 @李强 明天12:00前", &["王五", "赵六"], &[]),
        ("任务 评估导出 协助人 @王五 @赵六，明天12:00前 负责人 @李强", &["王五", "赵六"], &[]),
        ("任务 评估导出 协助 @王五，@赵六 明天12:00前 @李强", &["王五", "赵六"], &[]),
        ("task 评估导出 @李强 helpers @王五 and @赵六 tomorrow 12:00", &["王五", "赵六"], &[]),
        ("任务 评估导出 @李强 负责 @王五 协助 明天12:00前", &["王五"], &[]),
        ("任务：评估导出 负责人：李强 协助人：王五、赵六 截止：明天12:00", &["王五", "赵六"], &[]),
    ] {
        let (task, questions) = task(message);
        assert_eq!(task.owner.map(|owner| owner.words), Some("李强".to_owned()), "{message}");
        assert_eq!(names(&task.helpers), helpers, "{message}");
        assert_eq!(task.title, "评估导出", "{message}");
        assert_eq!(questions, expected, "{message}");
    }
}

#[test]
fn i3_one_owner_never_none_never_two() {
    let (two, questions) = task("任务 评估导出 @李强 @王五 明天12:00前");
    assert_eq!(two.owner.unwrap().words, "李强");
    assert_eq!(questions, ["several_owners"]);
    let (none, questions) = task("任务 评估导出 明天12:00前");
    assert_eq!(none.owner, None);
    assert_eq!(questions, ["owner_missing"]);
    let (everyone, questions) = task("任务 评估导出 @所有人 明天12:00前");
    assert_eq!((everyone.owner, everyone.title.as_str()), (None, "评估导出"));
    assert_eq!(questions, ["owner_missing"]);
}

#[test]
fn d1_what_is_missing_or_unclear_is_asked() {
    for (message, expected) in [
        ("任务", &["title_missing", "due_missing", "owner_missing"][..]),
        ("任务 @李强 明天12:00前", &["title_missing"]),
        ("任务 评估导出 @李强", &["due_missing"]),
        ("任务 评估导出 @李强 明天5点前", &["due_ambiguous"]),
        ("任务 评估导出 @李强 昨天", &["due_past"]),
        ("任务 评估导出 @李强 09:00前", &["due_past"]),
        ("任务 评估导出 @李强 周五前 下周一前", &["several_dues"]),
        ("任务 评估导出 @李强 下周", &["due_ambiguous"]),
        ("任务 评估导出 @李强 3个工作日内", &[]),
        ("任务 整理上周五的会议纪要 @李强 明天12:00前", &[]),
        ("任务 准备明天的会议 @李强 今天18:00前", &[]),
        ("任务 准备明天的会议 @李强", &["due_missing"]),
    ] {
        let (_, questions) = task(message);
        assert_eq!(questions, expected, "{message}");
    }
    let (task, _) = task("任务 准备明天的会议 @李强 今天18:00前");
    assert_eq!(task.title, "准备明天的会议");
}

#[test]
fn questions_are_asked_in_words() {
    let message = "任务 评估导出 @李强 @王五 明天5点前";
    let asked = |language| -> Vec<String> {
        understood(message).questions.iter().map(|question| question.ask(message, &now(), language)).collect()
    };
    assert_eq!(
        asked(Language::Chinese),
        [
            "“明天5点前”不够明确（是上午还是下午？）。请选择：明天 05:00 / 明天 17:00",
            "负责人只能有一位：由 李强 负责，王五 作为协助人，对吗？"
        ]
    );
    assert_eq!(
        asked(Language::English),
        [
            "“明天5点前” is not clear (morning or afternoon?). Please choose: tomorrow 05:00 / tomorrow 17:00",
            "There is one owner only: 李强 owns it and 王五 help, is that right?"
        ]
    );
}

#[test]
fn h1_records_by_position_by_label_and_in_one_breath() {
    let (row, questions) = record(
        "记录 产品V2.0需求评审 | 产品经理、研发组长、设计专员 | 飞书文档+钉群 | 客户提出数据导出需求，需评估可行性 | @研发组长 | 今天12:00 | 进行中 | 设计专员明天17:00前输出初步原型",
    );
    assert_eq!(row.topic, "产品V2.0需求评审");
    assert_eq!(names(&row.participants), ["产品经理", "研发组长", "设计专员"]);
    assert_eq!(row.platforms, ["飞书文档", "钉群"]);
    assert_eq!(row.summary, "客户提出数据导出需求，需评估可行性");
    assert_eq!(row.owner.unwrap().words, "研发组长");
    assert_eq!(due(row.due.as_ref()), "11-25 12:00");
    assert_eq!(row.status.unwrap().status, Status::InProgress);
    assert_eq!(row.follow_up, "设计专员明天17:00前输出初步原型");
    assert_eq!(questions, Vec::<&str>::new());

    let (row, questions) = record(
        "@环 登记：主题：系统故障处理；参与人员：@运维工程师 @客服专员；平台：钉群+电话；摘要：支付模块宕机；负责人：运维工程师；截止：18：00；状态：已解决；后续：输出故障报告",
    );
    assert_eq!(row.topic, "系统故障处理");
    assert_eq!(names(&row.participants), ["运维工程师", "客服专员"]);
    assert_eq!(row.platforms, ["钉群", "电话"]);
    assert_eq!(row.owner.unwrap().words, "运维工程师");
    assert_eq!(due(row.due.as_ref()), "11-25 18:00");
    let status = row.status.unwrap();
    assert_eq!((status.status, status.renamed), (Status::Done, true));
    assert_eq!(row.follow_up, "输出故障报告");
    assert_eq!(questions, Vec::<&str>::new());

    let (row, questions) = record("记录 客户要求导出 @李强 周五12:00前");
    assert_eq!(row.topic, "客户要求导出");
    assert_eq!(row.owner.unwrap().words, "李强");
    assert_eq!(due(row.due.as_ref()), "11-27 12:00");
    assert_eq!(questions, Vec::<&str>::new());

    let (row, questions) =
        record("record Q3 campaign | Sales, Marketing | mail | key visual settled | @Ann | 17:00 | done | none");
    assert_eq!(row.topic, "Q3 campaign");
    assert_eq!(names(&row.participants), ["Sales", "Marketing"]);
    assert_eq!(row.owner.unwrap().words, "Ann");
    assert_eq!(questions, Vec::<&str>::new());

    let (row, questions) = record("记录 客户反馈 状态：也许 截止：不急");
    assert_eq!(row.topic, "客户反馈");
    assert_eq!(questions, ["status_unknown", "due_not_understood", "owner_missing"]);
    assert_eq!(record("记录").1, ["topic_missing", "owner_missing"]);
}

#[test]
fn d2_decline_needs_reason_and_proposal() {
    for (message, reason, words, owner, when, expected) in [
        ("暂不承接 原因：人手不足 建议：改为下周一17:00", "人手不足", "改为下周一17:00", None, "11-30 17:00", &[][..]),
        ("暂不承接，原因：人手不足；建议调整：@王五", "人手不足", "@王五", Some("王五"), "none", &[]),
        ("拒绝 人手不足，建议改派给王五", "人手不足", "改派给王五", Some("王五"), "none", &[]),
        (
            "暂不承接 #12 因为在休假，建议由运维工程师负责",
            "在休假",
            "由运维工程师负责",
            Some("运维工程师"),
            "none",
            &[],
        ),
        ("暂不承接 建议：只做导出CSV 原因：时间不够", "时间不够", "只做导出CSV", None, "none", &[]),
        ("暂不承接原因：忙 改到周五", "忙", "改到周五", None, "11-27 18:00", &[]),
        ("decline reason: on leave proposal: next monday 5pm", "on leave", "next monday 5pm", None, "11-30 17:00", &[]),
        (
            "暂不承接 原因：延期风险大 建议：改派 @王五，改为下周一12:00",
            "延期风险大",
            "改派 @王五，改为下周一12:00",
            Some("王五"),
            "11-30 12:00",
            &[],
        ),
        ("拒绝 改派@王五 原因：忙", "忙", "改派@王五", Some("王五"), "none", &[]),
        ("暂不承接 人手不足", "人手不足", "", None, "none", &["proposal_missing"]),
        ("暂不承接 建议：下周一", "", "下周一", None, "11-30 18:00", &["reason_missing"]),
        ("暂不承接", "", "", None, "none", &["reason_missing", "proposal_missing"]),
        ("暂不承接 原因：忙 建议：明天5点", "忙", "明天5点", None, "none", &["due_ambiguous"]),
    ] {
        let Understood { command, questions, .. } = understood(message);
        let Command::Decline { reason: got, proposal, .. } = command else { panic!("{message}: {command:?}") };
        assert_eq!(got, reason, "{message}");
        assert_eq!(proposal.words, words, "{message}");
        assert_eq!(proposal.owner.map(|owner| owner.words), owner.map(str::to_owned), "{message}");
        assert_eq!(due(proposal.due.as_ref()), when, "{message}");
        assert_eq!(questions.iter().map(Question::code).collect::<Vec<_>>(), expected, "{message}");
    }
}

#[test]
fn d2_the_initiator_agrees_changes_or_insists() {
    for (message, kind) in [
        ("同意", Kind::Agree),
        ("同意调整", Kind::Agree),
        ("接受调整。", Kind::Agree),
        ("agree", Kind::Agree),
        ("accept the proposal", Kind::Agree),
        ("不同意", Kind::Insist),
        ("坚持", Kind::Insist),
        ("维持原计划，客户已经确认", Kind::Insist),
        ("insist: the client waits", Kind::Insist),
        ("改为 周一12:00", Kind::Change),
        ("改派 @王五", Kind::Change),
        ("change to Monday 12:00", Kind::Change),
    ] {
        assert_eq!(understood(message).command.kind(), kind, "{message}");
    }
    let Command::Change { proposal, .. } = understood("改为周一12:00").command else { panic!() };
    assert_eq!(due(proposal.due.as_ref()), "11-30 12:00");
    let Command::Change { proposal, .. } = understood("改派王五").command else { panic!() };
    assert_eq!(proposal.owner.unwrap().words, "王五");
    let Command::Change { proposal, .. } = understood("改派 @王五 改为周一12:00").command else { panic!() };
    assert_eq!((proposal.owner.unwrap().words.as_str(), due(proposal.due.as_ref()).as_str()), ("王五", "11-30 12:00"));
    let Command::Insist { words, .. } = understood("维持原计划，客户已经确认").command else { panic!() };
    assert_eq!(words, "客户已经确认");
    for (message, later) in [
        ("延期两天", 2.days()),
        ("改为 延期2天 #12", 2.days()),
        ("推迟一周，客户同意了", 7.days()),
        ("postpone by 2 days", 2.days()),
        ("顺延半小时", 30.minutes()),
    ] {
        let Understood { command, questions, .. } = understood(message);
        let Command::Change { proposal, .. } = command else { panic!("{message}: {command:?}") };
        assert_eq!(proposal.later.map(Span::fieldwise), Some(later.fieldwise()), "{message}");
        assert_eq!(questions, [], "{message}");
    }
    let Command::Decline { proposal, .. } = understood("暂不承接 原因：忙 建议：延期两天").command
    else {
        panic!()
    };
    assert_eq!(proposal.later.map(Span::fieldwise), Some(2.days().fieldwise()));
    assert_eq!(understood("改为").questions, [Question::ChangeMissing]);
}

#[test]
fn d3_answers_name_their_task_or_are_asked() {
    let now = now();
    for (message, kind, number) in [
        ("承接", Kind::Accept, None),
        ("@环 承接 #12", Kind::Accept, Some(12)),
        ("#12 承接", Kind::Accept, Some(12)),
        ("承接 T-12", Kind::Accept, Some(12)),
        ("承接 12", Kind::Accept, Some(12)),
        ("承接＃１２", Kind::Accept, Some(12)),
        ("收到，承接！", Kind::Accept, None),
        ("好的，承接", Kind::Accept, None),
        ("OK 承接 #12", Kind::Accept, Some(12)),
        ("接受", Kind::Accept, None),
        ("accept #7", Kind::Accept, Some(7)),
        ("任务 #12 完成", Kind::Done, Some(12)),
        ("任务#12：承接", Kind::Accept, Some(12)),
        ("#12 暂不承接 原因：忙 建议：周五", Kind::Decline, Some(12)),
    ] {
        let Reading::Command(understood) = read(message, &Context::new(&now)) else { panic!("{message}") };
        assert_eq!(understood.command.kind(), kind, "{message}");
        let task = match understood.command {
            Command::Accept { task } | Command::Done { task, .. } | Command::Decline { task, .. } => task,
            other => panic!("{other:?}"),
        };
        assert_eq!(task.map(|task| task.number), number, "{message}");
        assert_eq!(understood.questions.contains(&Question::WhichTask), number.is_none(), "{message}");
    }
    assert_eq!(understood("承接").questions, []);
}

#[test]
fn d4_progress_done_and_difficulties() {
    for (message, text, percent) in [
        ("进展 分析完成，等待技术评审", "分析完成，等待技术评审", None),
        ("进展：50% 分析完成", "分析完成", Some(50)),
        ("#12 进度 80", "", Some(80)),
        ("进度80％", "", Some(80)),
        ("进展 百分之三 分析", "百分之三 分析", None),
        ("完成 50%", "", Some(50)),
        ("progress #12 30% waiting for review", "waiting for review", Some(30)),
        ("进展 修复了3个问题", "修复了3个问题", None),
    ] {
        let Understood { command, questions, .. } = understood(message);
        let Command::Progress { text: got, percent: share, .. } = command else { panic!("{message}: {command:?}") };
        assert_eq!((got.as_str(), share), (text, percent), "{message}");
        assert_eq!(questions, [], "{message}");
    }
    assert_eq!(understood("进展").questions, [Question::ProgressMissing]);
    assert_eq!(understood("进度 120%").questions, [Question::PercentOutOfRange { said: 120 }]);

    let Command::Done { note, .. } = understood("完成 报告已上传").command else { panic!() };
    assert_eq!(note, "报告已上传");
    for message in ["已完成", "完成了", "搞定了！", "done", "完成 100%"] {
        assert_eq!(understood(message).command.kind(), Kind::Done, "{message}");
    }
    let Command::Blocked { task, reason, people } = understood("求助 #12 接口权限没有开通 @运维工程师").command
    else {
        panic!()
    };
    assert_eq!(task, Some(TaskRef { number: 12, span: 7..10 }));
    assert_eq!(reason, "接口权限没有开通 @运维工程师");
    assert_eq!(names(&people), ["运维工程师"]);
    assert_eq!(understood("阻塞").questions, [Question::DifficultyMissing]);
}

#[test]
fn b4_the_usage_rules_are_confirmed_in_words() {
    for message in ["已阅读", "@环 我已阅读。", "好的，已阅读", "已阅读使用规则！", "I have read the rules."]
    {
        assert_eq!(understood(message).command, Command::ConfirmRules, "{message}");
    }
    for message in ["已阅读报告，下午讨论", "我已阅读了前三章"] {
        assert!(matches!(read(message, &Context::new(&now())), Reading::NotACommand { .. }), "{message}");
    }
}

#[test]
fn i5_notices_are_silenced_for_a_while_and_let_in_again() {
    let said = |message: &str| {
        let understood = understood(message);
        assert_eq!(understood.questions, [], "{message}");
        let Command::Silence { until, span } = understood.command else { panic!("{message}") };
        let until = until.map(|due| match due {
            Due::At { when, .. } => when.strftime("%d %H:%M").to_string(),
            Due::WorkingDays { .. } => panic!("{message}"),
        });
        (until, span.map(|span| span.0.total(jiff::Unit::Minute).is_ok_and(|minutes| (minutes - 120.0).abs() < 0.1)))
    };
    for message in ["免打扰", "@环 免打扰一下", "do not disturb"] {
        assert_eq!(said(message), (None, None), "{message}");
    }
    for message in ["免打扰 2小时", "免打扰两小时", "do not disturb for 2 hours"] {
        assert_eq!(said(message), (None, Some(true)), "{message}");
    }
    for message in ["免打扰到18:00", "免打扰 18:00", "do not disturb until 18:00"] {
        let (until, span) = said(message);
        assert!(
            until.as_deref().is_some_and(|until| until.ends_with("18:00")) && span.is_none(),
            "{message}: {until:?}"
        );
    }
    for message in ["恢复通知", "取消免打扰", "unmute me"] {
        assert_eq!(understood(message).command, Command::Unsilence, "{message}");
    }
}

#[test]
fn lists_and_help() {
    for message in ["我的任务", "我的", "待办", "我的任务有哪些", "my tasks", "@环 我的任务？"] {
        assert_eq!(understood(message).command, Command::Mine, "{message}");
    }
    for (message, about) in [
        ("帮助", None),
        ("help", None),
        ("？", None),
        ("帮助 任务", Some(Kind::NewTask)),
        ("help decline", Some(Kind::Decline)),
    ] {
        assert_eq!(understood(message).command, Command::Help { about }, "{message}");
    }
}

#[test]
fn what_people_say_among_themselves_is_no_command() {
    for message in [
        "",
        "   ",
        "大家好",
        "任务很多啊",
        "完成度怎么样？",
        "进展如何",
        "帮助他一下",
        "我的电脑坏了",
        "记录表在哪里",
        "同意的请举手",
        "收到",
        "收到任务",
        "好的",
        "接受采访的安排",
        "help wanted ads",
        "list the files please",
        "today is fine",
        "@环",
        "@李强 看一下",
        "😀",
    ] {
        let reading = try_read(message);
        let expected_help = message.starts_with("help wanted");
        assert!(expected_help || matches!(reading, Reading::NotACommand { .. }), "{message}: {reading:?}");
    }
}

#[test]
fn a_near_word_is_suggested() {
    for (message, meant) in [
        ("仼务 评估导出 @李强 周五", Some("任务")),
        ("taks review @bob", Some("task")),
        ("progres 50%", Some("progress")),
        ("暂不承揽 原因：忙", Some("暂不承接")),
        ("declin reason: busy", Some("decline")),
        ("服务 挂了", None),
        ("hello", None),
    ] {
        let Reading::NotACommand { suggestion } = try_read(message) else { panic!("{message}") };
        assert_eq!(suggestion.as_ref().map(|suggestion| suggestion.meant), meant, "{message}");
        if let Some(suggestion) = suggestion {
            assert!(suggestion.ask(Language::Chinese).contains(&suggestion.written), "{message}");
        }
    }
}

#[track_caller]
#[test]
fn e2_a_drill_is_an_emergency_that_rings_nobody_unless_asked() {
    let (drill, _) = problem("@环 演练 支付模块故障 @李强 I级");
    assert_eq!((drill.title.as_str(), drill.drill, drill.calls), ("支付模块故障", true, false));
    assert_eq!(drill.urgency, Urgency::Urgent { severity: Severity::One });
    let (drill, _) = problem("@环 应急演练 支付模块故障 真实呼叫");
    assert_eq!((drill.title.as_str(), drill.drill, drill.calls), ("支付模块故障", true, true));
    assert!(!problem("@环 紧急 支付模块故障 @李强").0.drill);
}

#[test]
fn e2_the_war_room_is_led_by_words() {
    let said = |message: &str| understood(message).command;
    assert!(matches!(said("@环 阶段报告 P3 正在扩容"), Command::StageReport { words } if words == "正在扩容"));
    assert!(matches!(said("@环 清单"), Command::Checklist { point: None }));
    assert!(matches!(said("@环 清单 3 已完成"), Command::Checklist { point: Some(3) }));
    assert!(matches!(said("@环 清单 P7 2"), Command::Checklist { point: Some(2) }));
    assert!(matches!(said("@环 解除 已恢复"), Command::AllClear { words } if words == "已恢复"));
}

fn problem(message: &str) -> (NewProblem, Vec<&'static str>) {
    let Understood { command, questions, .. } = understood(message);
    let Command::NewProblem(problem) = command else { panic!("{message}: {command:?}") };
    (problem, questions.iter().map(Question::code).collect())
}

#[test]
fn e3_a_problem_in_many_spellings() {
    for message in [
        "@环 问题 导出的文件打不开 @李强",
        "@环 问题：导出的文件打不开，@李强",
        "问题 @李强 导出的文件打不开",
        "＠环　提个问题　导出的文件打不开　＠李强",
        "@环问题导出的文件打不开 @李强",
        "请帮我 上报问题：导出的文件打不开 @李强",
        "@Huan problem 导出的文件打不开 @李强",
    ] {
        let (problem, questions) = problem(message);
        assert_eq!(problem.title, "导出的文件打不开", "{message}");
        assert_eq!(problem.owner.as_ref().map(|owner| owner.words.as_str()), Some("李强"), "{message}");
        assert_eq!((questions, problem.urgency), (vec![], Urgency::Ordinary), "{message}");
    }
    assert_eq!(problem("问题 导出的文件打不开").1, ["owner_missing"]);
    assert_eq!(problem("问题 @李强").1, ["problem_missing"]);
    let (linked, _) = problem("问题 #12 接口超时 @李强 @周婷\n从昨天开始");
    assert_eq!((linked.title.as_str(), linked.detail.as_str()), ("接口超时", "从昨天开始"));
    assert_eq!(linked.task.map(|task| task.number), Some(12));
    assert_eq!(names(&linked.others), ["周婷"]);
}

#[test]
fn e2_an_emergency_asks_nothing_back() {
    let urgent = |severity| Urgency::Urgent { severity };
    for (message, severity) in [
        ("@环 紧急 支付模块故障", Severity::Two),
        ("@环 【紧急】支付模块故障", Severity::Two),
        ("紧急：支付模块故障 I级", Severity::One),
        ("@环 紧急事件 支付模块故障 三级", Severity::Three),
        ("@环 问题 紧急 支付模块故障 Ⅰ级", Severity::One),
        ("urgent 支付模块故障 sev3", Severity::Three),
        ("emergency: 支付模块故障", Severity::Two),
    ] {
        let (problem, questions) = problem(message);
        assert_eq!((problem.title.as_str(), problem.urgency), ("支付模块故障", urgent(severity)), "{message}");
        assert_eq!(questions, Vec::<&str>::new(), "{message}");
    }
    assert!(matches!(understood("紧急 任务 修支付 @李强 今天18:00前").command, Command::NewTask(_)), "still a task");
    assert!(matches!(understood("紧急任务 修支付 @李强 今天18:00前").command, Command::NewTask(_)));
}

#[test]
fn e1_answers_and_solutions_name_their_problem() {
    for (message, number) in [("答复 P3 在看", 3), ("p-12 已解决", 12), ("问题3 明天修好", 3)] {
        assert_eq!(problem_number(message).map(|(number, _)| number), Some(number), "{message}");
    }
    for message in ["有问题3个", "mp3 打不开", "P0 故障", "没有编号", "p3x"] {
        assert_eq!(problem_number(message), None, "{message}");
    }
    let command = |message: &str| understood(message).command;
    assert_eq!(command("答复 P3 在看，明天修好"), Command::AnswerProblem { words: "在看，明天修好".into() });
    assert_eq!(command("问题 P3 明天修好"), Command::AnswerProblem { words: "明天修好".into() });
    assert_eq!(command("@环 问题 P3 已解决 换了编码"), Command::Solved { words: "换了编码".into() });
    assert_eq!(command("已解决 P3：换了编码"), Command::Solved { words: "换了编码".into() });
    assert!(matches!(command("问题 P3 转给 @周婷"), Command::Change { .. }));
    assert_eq!(understood("答复 P3").questions, [Question::AnswerMissing]);
}

#[test]
fn the_parts_are_spans_of_the_message() {
    let message = "@环 任务 评估导出 ＠李强 紧急 周五 12：00 前";
    let parts: Vec<_> = understood(message).parts.into_iter().map(|part| message[part.span].to_owned()).collect();
    assert_eq!(parts, ["@环", "任务", "＠李强", "紧急", "周五 12：00 前"]);
}

#[test]
fn help_covers_every_command_in_both_languages() {
    for language in Language::ALL {
        let help = help_text(language);
        for kind in Kind::ALL {
            for part in ["usage", "purpose"] {
                let key = format!("command.{part}.{}", kind.name());
                assert!(has(language, &key), "{key}");
                assert!(help.contains(&crate::i18n::text(language, &key, &[])), "{key}");
            }
        }
    }
    // A variant that is missing from the list would be missing from the help.
    let listed = |kind: Kind| Kind::ALL.contains(&kind);
    for message in [
        "任务",
        "记录",
        "承接",
        "暂不承接",
        "同意",
        "坚持",
        "改为",
        "进展",
        "完成",
        "阻塞",
        "问题",
        "紧急",
        "答复",
        "已解决",
        "演练",
        "阶段报告",
        "清单",
        "解除",
        "决定",
        "会议",
        "已阅读",
        "签字",
        "驳回 缺少报告",
        "沉淀",
        "免打扰",
        "恢复通知",
        "我的",
        "帮助",
    ] {
        let kind = understood(message).command.kind();
        assert!(listed(kind), "{kind:?}");
        match kind {
            Kind::NewTask | Kind::NewRecord | Kind::Accept | Kind::Decline | Kind::Agree | Kind::Insist => {}
            Kind::Change | Kind::Progress | Kind::Done | Kind::Blocked | Kind::Mine | Kind::Help => {}
            Kind::NewProblem | Kind::Urgent | Kind::AnswerProblem | Kind::Solved => {}
            Kind::Drill | Kind::StageReport | Kind::Checklist | Kind::AllClear => {}
            Kind::Decision | Kind::Meeting | Kind::ConfirmRules | Kind::Sign | Kind::Refuse | Kind::FileEntry => {}
            Kind::Silence | Kind::Unsilence => {}
        }
    }
    assert_eq!(Kind::ALL.len(), 28);
}

#[test]
fn g1_a_signature_and_a_refusal_are_read_with_their_words() {
    let said = |message: &str| understood(message).command;
    let sign = |words: &str| Command::Sign { words: words.into() };
    let refuse = |reason: &str| Command::Refuse { reason: reason.into() };
    assert_eq!(said("签字"), sign(""));
    assert_eq!(said("@环 签字确认 没有问题"), sign("没有问题"));
    assert_eq!(said("同意签字"), sign(""));
    assert_eq!(said("sign"), sign(""));
    assert_eq!(said("驳回：缺少压力测试报告"), refuse("缺少压力测试报告"));
    assert_eq!(said("refuse the load test report is missing"), refuse("the load test report is missing"));
    assert_eq!(said("驳回"), refuse(""), "why is asked for where it is carried out");
}

#[test]
fn f3_a_decision_and_a_meeting_are_read_with_their_recorder() {
    use crate::minutes::Occasion;
    let read = |message: &str| {
        let understood = understood(message);
        assert_eq!(understood.questions, [], "{message}");
        let Command::NewMinutes(new) = understood.command else { panic!("{message}") };
        new
    };
    let new = read("@环 决定 首版只支持 CSV 导出 @李强 记录人 @周婷");
    assert_eq!((new.occasion, new.title.as_str()), (Occasion::Decision, "首版只支持 CSV 导出 @李强"));
    assert_eq!(new.recorder.unwrap().words, "周婷");
    assert_eq!(new.people.iter().map(|person| person.words.as_str()).collect::<Vec<_>>(), ["李强"]);
    let new = read("会议：需求评审\n比较了两种格式");
    assert_eq!(
        (new.occasion, new.title.as_str(), new.detail.as_str()),
        (Occasion::Meeting, "需求评审", "比较了两种格式")
    );
    assert_eq!(new.recorder, None);
    assert_eq!(read("decision: CSV only, recorder @Ann").recorder.unwrap().words, "Ann");
    assert_eq!(understood("决定").questions, [Question::MinutesMissing]);
}

#[test]
fn the_usage_lines_of_the_help_are_commands() {
    for kind in Kind::ALL {
        for language in Language::ALL {
            let usage = crate::i18n::text(language, &format!("command.usage.{}", kind.name()), &[]);
            let usage = usage.replace("#number", "#12").replace("#编号", "#12");
            assert_eq!(understood(&usage).command.kind(), kind, "{usage}");
        }
    }
}

#[test]
fn every_question_has_a_text() {
    let span = 0..0;
    let questions = [
        Question::TitleMissing,
        Question::TopicMissing,
        Question::OwnerMissing,
        Question::SeveralOwners { people: vec![] },
        Question::DueMissing { suggestion: None },
        Question::DueMissing {
            suggestion: Some(Due::At { when: now(), precision: crate::time_expression::Precision::Day }),
        },
        Question::DuePast { when: now(), next: None, span: span.clone() },
        Question::DuePast { when: now(), next: Some(now()), span: span.clone() },
        Question::SeveralDues { candidates: vec![], spans: vec![] },
        Question::DueNotUnderstood { written: "x".into(), span: span.clone() },
        Question::StatusUnknown { written: "x".into(), span },
        Question::WhichTask,
        Question::ReasonMissing,
        Question::ProposalMissing,
        Question::ChangeMissing,
        Question::ProgressMissing,
        Question::DifficultyMissing,
        Question::ProblemMissing,
        Question::AnswerMissing,
        Question::MinutesMissing,
        Question::PercentOutOfRange { said: 120 },
    ];
    for question in questions {
        for language in Language::ALL {
            let asked = question.ask("", &now(), language);
            assert!(!asked.starts_with("command."), "{asked}");
            assert!(!asked.contains('{'), "{asked}");
        }
    }
}

const PIECES: &[&str] = &[
    "任务",
    "新任务",
    "记录",
    "承接",
    "暂不承接",
    "原因：",
    "建议：",
    "改为",
    "改派",
    "@",
    "@环",
    "@李强 ",
    "＠王五",
    "协助",
    "负责人",
    "：",
    ":",
    " ",
    "　",
    "|",
    "；",
    "，",
    "\n",
    "周五",
    "12:00",
    "前",
    "明天",
    "5点",
    "#12",
    "T-",
    "50%",
    "进展",
    "完成",
    "了",
    "紧急",
    "P0",
    "!",
    "验收标准：",
    "截止：",
    "状态：",
    "已完成",
    "task ",
    "decline ",
    "by ",
    "help",
    "😀",
    "\u{200b}",
    "e\u{301}",
    "评估导出",
    "【",
    "】",
    "(",
    ")",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_message_is_read_and_its_spans_lie_on_characters(
        message in prop_oneof![
            prop::collection::vec(prop::sample::select(PIECES), 0..14).prop_map(|pieces| pieces.concat()),
            any::<String>(),
        ],
        about_a_task in any::<bool>(),
    ) {
        let now = now();
        let mentions = [
            Mention { text: "@李强".into(), user: None, is_us: false },
            Mention { text: "@环".into(), user: None, is_us: true },
            Mention { text: String::new(), user: None, is_us: false },
        ];
        for mentions in [&mentions[..], &[]] {
            let context = Context { mentions, about_a_task, names: &[&Called::new(["王五", ""])], ..Context::new(&now) };
            if let Reading::Command(understood) = read(&message, &context) {
                for part in &understood.parts {
                    prop_assert!(message.get(part.span.clone()).is_some());
                }
                for question in &understood.questions {
                    prop_assert!(!question.ask(&message, &now, Language::Chinese).is_empty());
                }
            }
        }
    }
}

#[test]
fn d1_everyday_ways_to_hand_out_a_task() {
    let now = now();
    let context = Context { names: &[&Called::new(["李强", "王五"])], ..Context::new(&now) };
    for (message, title, when) in [
        ("@环 请帮我派任务给@李强：周五前整理周报", "整理周报", "11-27 18:00"),
        ("任务 给@李强 整理周报 周五前", "整理周报", "11-27 18:00"),
        ("任务 让@李强周五前整理周报", "整理周报", "11-27 18:00"),
        ("任务 整理周报 交给 @李强 DDL：周五12点", "整理周报", "11-27 12:00"),
        ("assign @李强 to write the weekly report by tomorrow noon", "write the weekly report", "11-26 12:00"),
        ("task write the weekly report for @李强 EOD Friday", "write the weekly report", "11-27 18:00"),
        ("任务 修复 #12 的回归问题 @李强 明早10点", "修复 #12 的回归问题", "11-26 10:00"),
        ("任务 评估 V2.0 方案（含导出） @李强 11/27 12:00", "评估 V2.0 方案（含导出）", "11-27 12:00"),
        ("任务 把报价单发给客户 @李强 下班前", "把报价单发给客户", "11-25 18:00"),
    ] {
        let Reading::Command(understood) = read(message, &context) else { panic!("{message}") };
        let Command::NewTask(task) = understood.command else { panic!("{message}") };
        assert_eq!(task.title, title, "{message}");
        assert_eq!(task.owner.map(|owner| owner.words), Some("李强".to_owned()), "{message}");
        assert_eq!(due(task.due.as_ref()), when, "{message}");
        assert_eq!(understood.questions, [], "{message}");
    }
    let (_, questions) = task("任务 与客户开会 @李强 明天下午2点到4点");
    assert_eq!(questions, ["several_dues"]);
}

#[test]
fn f1_what_is_to_go_into_the_centre_is_kept_as_it_was_said() {
    let now = now();
    let context = Context { names: &[&Called::new(["李强"])], ..Context::new(&now) };
    for (message, words) in [
        ("@环 沉淀 风险：供应商周五前交不了 @李强", "风险：供应商周五前交不了 @李强"),
        ("@环 沉淀到需求变更", "需求变更"),
        ("@环 沉淀", ""),
        ("@环 收录到 风险 供应商可能延期", "风险 供应商可能延期"),
        ("@huan file under risks: the supplier may be late", "risks: the supplier may be late"),
        ("@环 file: the supplier may be late", "the supplier may be late"),
    ] {
        let Reading::Command(understood) = read(message, &context) else { panic!("{message}") };
        assert_eq!(understood.questions, [], "{message}");
        assert_eq!(understood.command, Command::FileEntry { words: words.into() }, "{message}");
    }
    assert!(matches!(read("@环 沉淀了很多经验", &context), Reading::NotACommand { .. }));
}
