//! Emergencies: raised by one line, rung by their severity, led by a plan, told by a timeline, closed by a fault report.

use huan_app::{
    Caller,
    actions::{
        emergencies::{self, Choice},
        fault_reports,
        problems::{self, NewProblem},
    },
    queries::{
        Look,
        emergencies::{self as views, TimelineEntry, WarRoomView},
    },
};
use huan_core::{
    clock::ClockKind,
    emergency::{Emergency, FaultReport, Measure, PhaseName},
    history::{Source, Subject},
    id::CollaborationId,
    problem::{ProblemStage, Severity, Urgency},
};
use huan_sim::{
    Fault, FaultKind, Place, PlatformName,
    PlatformName::{Dingtalk, Feishu},
    Say,
    view::RingWay,
};
use huan_store::{EmergencyFilter, Page};
use jiff::SignedDuration;

use crate::world::{World, card_of};

on_databases! {
    e2_from_one_line_in_chat_to_the_filed_fault_report
    e2_severity_decides_who_is_rung_and_how_often
    e2_acknowledged_by_a_reply_from_somebody_on_the_call_list
    e2_acknowledged_on_the_page_before_being_rung
    e2_a_drill_phones_nobody_unless_that_is_chosen
    e2_i9_with_feishu_down_and_dingtalk_throttling_the_timeline_is_whole
    e2_what_goes_on_as_another_or_is_none_stands_down_and_what_comes_back_resumes
}

async fn all(world: &World) -> Vec<Emergency> {
    let page = Page { descending: false, ..Page::first(50) };
    let mut conn = world.app.db.read().await.unwrap();
    conn.emergencies(&world.app.workspace, &EmergencyFilter::default(), &page).await.unwrap().rows
}

async fn only(world: &World) -> Emergency {
    let mut all = all(world).await;
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

async fn caller(world: &World, key: &str) -> Caller {
    let id = world.company.person(key).unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&person, Source::Web, world.now()).unwrap()
}

/// The war room as somebody sees it.
async fn room(world: &World, key: &str) -> WarRoomView {
    let caller = caller(world, key).await;
    let emergency = only(world).await;
    let mut conn = world.app.db.read().await.unwrap();
    views::war_room(&mut Look::new(&world.app, &mut conn, &caller), &emergency.id).await.unwrap()
}

async fn timeline(world: &World) -> Vec<TimelineEntry> {
    let caller = caller(world, "wangxiao").await;
    let emergency = only(world).await;
    let mut conn = world.app.db.read().await.unwrap();
    views::timeline(&mut Look::new(&world.app, &mut conn, &caller), &emergency.id).await.unwrap()
}

/// The places in the timeline at which these kinds stand, the first of each behind the one before: they came in this order.
fn assert_course(timeline: &[TimelineEntry], course: &[&str]) {
    let mut at = 0;
    for kind in course {
        let found = timeline[at..].iter().position(|entry| entry.kind == *kind);
        let kinds: Vec<_> = timeline.iter().map(|entry| (entry.kind, entry.text.as_str())).collect();
        at += found.unwrap_or_else(|| panic!("no «{kind}» behind place {at}: {kinds:#?}")) + 1;
    }
    assert!(timeline.is_sorted_by_key(|entry| entry.at));
}

/// The clocks that run for the emergency and its checklist.
async fn clocks(world: &World, emergency: &Emergency) -> Vec<ClockKind> {
    let mut conn = world.app.db.read().await.unwrap();
    let items = conn.checklist(&world.app.workspace, &emergency.id).await.unwrap();
    let mut subjects = vec![Subject::Emergency(emergency.id.clone())];
    subjects.extend(items.into_iter().map(|item| Subject::ChecklistItem(item.id)));
    let mut kinds: Vec<ClockKind> = conn
        .running_clocks(&world.app.workspace, &subjects)
        .await
        .unwrap()
        .into_iter()
        .map(|clock| clock.kind)
        .collect();
    kinds.sort_unstable();
    kinds
}

fn phoned(world: &World) -> Vec<String> {
    world.sim.rings().into_iter().filter(|ring| ring.way == RingWay::Phone).map(|ring| ring.person).collect()
}

/// Whether everybody in a group was called on by what the robot said there.
fn everybody(world: &World, platform: PlatformName, group: &str) -> bool {
    let messages = world.group(platform, group, "hejing");
    messages.iter().any(|message| message.person.is_none() && message.mentions.iter().any(|name| name == "all"))
}

async fn collaboration(world: &World) -> CollaborationId {
    let wangxiao = world.company.person("wangxiao").unwrap();
    let mut conn = world.app.db.read().await.unwrap();
    conn.collaborations_of(&world.app.workspace, &wangxiao).await.unwrap().remove(0).id
}

async fn raise(world: &World, owner: &str, severity: Severity, drill: bool, calls: bool) {
    let owner = world.company.person(owner).unwrap();
    let new = NewProblem {
        urgency: Urgency::Urgent { severity },
        drill,
        choice: Choice { calls, ..Choice::default() },
        ..NewProblem::ordinary(collaboration(world).await, "支付模块故障", Some(owner))
    };
    let mut work = world.app.begin(&caller(world, "wangxiao").await).await.unwrap();
    problems::raise_problem(&mut work, new).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
}

async fn e2_from_one_line_in_chat_to_the_filed_fault_report(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 紧急 支付模块故障 @李强 I级").await;
    let emergency = only(&world).await;
    let person = |key: &str| world.company.person(key).unwrap();
    assert_eq!((emergency.severity, emergency.phase.name()), (Severity::One, PhaseName::Running));
    assert_eq!(emergency.holder(Some("engineer")), Some(&person("liqiang")));
    assert_eq!(emergency.commander(), Some(&person("zhaomin")), "the owner's superior leads");
    assert_eq!(emergency.holder(Some("liaison")), Some(&person("wangxiao")));
    let mut at_once = phoned(&world);
    at_once.sort_unstable();
    assert_eq!(at_once, ["liqiang", "zhaomin"], "severity I rings two people at once");
    let running = clocks(&world, &emergency).await;
    assert_eq!(running[0], ClockKind::StageReport);
    assert!(running.len() > 5 && running[1..].iter().all(|kind| *kind == ClockKind::ChecklistItem), "{running:?}");

    // What is said in the group where it was raised is part of the timeline.
    world.say(Dingtalk, "product_v2", "hejing", "@环 帮助").await;
    world.advance(2).await;
    world.press(Feishu, "liqiang", "收到", &[]).await;
    assert_eq!(only(&world).await.acknowledged[0].person, person("liqiang"));
    world.advance(3).await;
    let told = world.told(Feishu, "liqiang");
    assert!(told.iter().any(|words| words.contains("确认影响范围")), "a point is due after 5 minutes: {told:#?}");
    world.say_to_robot(Feishu, "liqiang", "清单 1").await;
    assert_eq!(room(&world, "wangxiao").await.emergency.done, 1, "{:?}", world.told(Feishu, "liqiang").last());

    // A quarter of an hour after the start the groups hear how it stands, drafted from what is known.
    world.advance(10).await;
    for (platform, group) in [(Dingtalk, "product_v2"), (Feishu, "product_v2_dev")] {
        let messages = world.group(platform, group, "hejing");
        let reports: Vec<_> = messages.iter().filter(|message| message.text.contains("【阶段报告")).collect();
        assert_eq!(reports.len(), 1, "in {group}: {messages:#?}");
        assert!(reports[0].text.contains("李强") && reports[0].text.contains("1/"), "{:?}", reports[0].text);
    }
    // By hand ten minutes later: the next one is due a quarter of an hour after that.
    world.advance(10).await;
    world.say_to_robot(Feishu, "liqiang", "阶段报告 已扩容，恢复中").await;
    let reports = |world: &World| {
        let messages = world.group(Dingtalk, "product_v2", "hejing");
        messages.iter().filter(|message| message.text.contains("【阶段报告") || message.text.contains("已扩容")).count()
    };
    assert_eq!(reports(&world), 2);
    world.advance(14).await;
    assert_eq!(reports(&world), 2, "the time began anew");
    world.advance(1).await;
    assert_eq!(reports(&world), 3);

    world.say_to_robot(Feishu, "liqiang", "解除 扩容后恢复").await;
    let emergency = only(&world).await;
    assert_eq!(emergency.phase.name(), PhaseName::AllClear, "{:?}", world.told(Feishu, "liqiang").last());
    assert_eq!(clocks(&world, &emergency).await, [ClockKind::FaultReport], "nothing else is owed");
    let said = world.group(Dingtalk, "product_v2", "hejing").pop().unwrap();
    assert!(said.text.contains("扩容后恢复"), "the groups hear that it is over: {said:#?}");
    let course = ["raised", "called", "message", "acknowledged", "clock", "checklist", "report", "report", "ended"];
    let timeline = timeline(&world).await;
    assert_course(&timeline, &course);
    let said = |entry: &&TimelineEntry| entry.kind == "message" && entry.actor.as_deref() == Some("何静");
    assert_eq!(timeline.iter().find(said).unwrap().platform.as_deref(), Some("dingtalk"));

    Box::pin(file(&world, emergency)).await;
    world.end().await;
}

/// Completes and files the fault report.
async fn file(world: &World, emergency: Emergency) {
    let person = |key: &str| world.company.person(key).unwrap();
    // The draft knows the course; the cause and the measures are for people.
    let seen = room(world, "liqiang").await;
    let draft = seen.report.unwrap();
    assert!(!seen.report_written && draft.summary.contains("支付模块故障") && draft.summary.contains("李强"));
    assert!(draft.timeline.len() > 5 && draft.handling == "扩容后恢复", "{draft:#?}");
    let as_owner = caller(world, "liqiang").await;
    let mut work = world.app.begin(&as_owner).await.unwrap();
    let refused = Box::pin(fault_reports::file_report(&mut work, &emergency.id)).await.unwrap_err();
    assert_eq!(refused.code(), "report_incomplete");
    drop(work);
    let due = world.now() + SignedDuration::from_hours(100);
    let measure =
        Measure { what: "支付模块压测".into(), owner: Some(person("zhouting")), due: Some(due), task: None };
    let report = FaultReport { cause: "服务器负载".into(), measures: vec![measure], ..draft };
    let mut work = world.app.begin(&as_owner).await.unwrap();
    let written =
        Box::pin(fault_reports::write_report(&mut work, &emergency.id, report, emergency.version)).await.unwrap();
    let filed = Box::pin(fault_reports::file_report(&mut work, &written.id)).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    assert_eq!(clocks(world, &filed).await, [], "nothing is owed any more");
    let task = world.tasks().await.remove(0);
    assert_eq!((task.name.as_str(), &task.owner, task.due_at), ("支付模块压测", &person("zhouting"), Some(due)));
    assert_eq!(filed.report.unwrap().measures[0].task, Some(task.id), "the measure is followed up as a task");
}

async fn e2_severity_decides_who_is_rung_and_how_often(world: World) {
    raise(&world, "liqiang", Severity::Three, false, true).await;
    assert_eq!(phoned(&world), ["liqiang"]);
    assert!(!everybody(&world, Dingtalk, "product_v2"), "severity III does not call on everybody");
    world.advance(9).await;
    assert_eq!(phoned(&world).len(), 1);
    world.advance(1).await;
    assert_eq!(phoned(&world), ["liqiang", "zhaomin"], "ten minutes later the next one");

    // It turns out to be worse: from now on it is asked more often.
    let emergency = only(&world).await;
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    problems::set_urgency(&mut work, &emergency.problem, Urgency::Urgent { severity: Severity::One }).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let emergency = only(&world).await;
    assert_eq!((emergency.severity, emergency.pace.report_every_minutes), (Severity::One, Some(15)));
    world.advance(15).await;
    let messages = world.group(Dingtalk, "product_v2", "hejing");
    assert!(messages.iter().any(|message| message.text.contains("阶段报告")), "not only after an hour: {messages:#?}");
    world.end().await;
}

async fn e2_acknowledged_by_a_reply_from_somebody_on_the_call_list(world: World) {
    raise(&world, "liqiang", Severity::Two, false, true).await;
    assert!(everybody(&world, Dingtalk, "product_v2"), "severity II calls on everybody");
    let alarm = world
        .group(Feishu, "product_v2_dev", "zhaomin")
        .into_iter()
        .find(|message| card_of(message).is_some_and(|card| card.title.contains("紧急")))
        .unwrap();
    // Nobody has rung the superior yet, but the phone of the owner need not ring on.
    let say = Say {
        person: "zhaomin".into(),
        place: Place::Group("product_v2_dev".into()),
        text: "我来处理".into(),
        mentions: None,
        reply_to: Some(alarm.id),
    };
    world.sim.say(Feishu, say).unwrap();
    world.settle().await;
    let emergency = only(&world).await;
    assert_eq!(emergency.acknowledged[0].person, world.company.person("zhaomin").unwrap());
    world.advance(20).await;
    assert_eq!(phoned(&world), ["liqiang"], "acknowledged: the ringing stops");
    world.end().await;
}

async fn e2_acknowledged_on_the_page_before_being_rung(world: World) {
    raise(&world, "liqiang", Severity::Two, false, true).await;
    let emergency = only(&world).await;
    assert!(room(&world, "zhaomin").await.rights.acknowledge);
    assert!(!room(&world, "wangxiao").await.rights.acknowledge, "it is not the question of whoever raised it");
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    let refused = emergencies::acknowledge(&mut work, &emergency.id, None).await.unwrap_err();
    assert_eq!(refused.code(), "forbidden");
    drop(work);
    let mut work = world.app.begin(&caller(&world, "zhaomin").await).await.unwrap();
    emergencies::acknowledge(&mut work, &emergency.id, None).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    world.advance(20).await;
    assert_eq!(phoned(&world), ["liqiang"]);
    let said = world.group(Dingtalk, "product_v2", "wangxiao");
    assert!(said.iter().any(|message| message.text.contains("赵敏")), "the groups hear who has it: {said:#?}");
    world.end().await;
}

async fn e2_a_drill_phones_nobody_unless_that_is_chosen(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 演练 支付模块故障 @李强 I级").await;
    let emergency = only(&world).await;
    assert!(emergency.drill && !emergency.calls);
    world.advance(40).await;
    assert_eq!(phoned(&world), [""; 0], "nobody is phoned");
    assert!(!everybody(&world, Dingtalk, "product_v2") && !everybody(&world, Feishu, "product_v2_dev"));
    let marked = |messages: &[huan_sim::view::MessageView]| {
        messages
            .iter()
            .filter(|message| message.person.is_none())
            .filter(|message| message.text.contains("支付模块故障") || message.text.contains("阶段报告"))
            .map(|message| message.text.contains("演练"))
            .collect::<Vec<_>>()
    };
    let messages = world.group(Feishu, "product_v2_dev", "liqiang");
    let marks = marked(&messages);
    assert!(marks.len() > 2 && marks.iter().all(|marked| *marked), "everything is marked as a drill: {messages:#?}");
    let messages = world.direct(Feishu, "liqiang");
    let marks = marked(&messages);
    assert!(marks.len() > 1 && marks.iter().all(|marked| *marked), "{messages:#?}");
    let spared: Vec<_> = timeline(&world).await.into_iter().filter(|entry| entry.text.contains("未真正拨打")).collect();
    assert!(spared.len() >= 2, "the timeline tells whose phone would have rung: {spared:#?}");
    world.press(Feishu, "liqiang", "收到", &[]).await;
    world.say_to_robot(Feishu, "liqiang", "解除 演练结束").await;
    assert_eq!(clocks(&world, &only(&world).await).await, [ClockKind::FaultReport], "the whole plan, to its report");

    // With the words for it the phones ring.
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 演练 机房断电 @李强 真实呼叫").await;
    assert_eq!(phoned(&world), ["liqiang"]);
    // What Feishu says on the phone is its own; the message it calls to says that it is a drill.
    let rung = world.sim.rings().pop().unwrap();
    let card = world.direct(Feishu, "liqiang").into_iter().find(|message| message.id == rung.message).unwrap();
    assert!(card.text.contains("演练"), "{card:?}");
    world.end().await;
}

async fn e2_i9_with_feishu_down_and_dingtalk_throttling_the_timeline_is_whole(world: World) {
    let fault = |platform, operation: &str, kind| Fault {
        id: 0,
        platform: Some(platform),
        operation: operation.to_owned(),
        kind,
        times: None,
    };
    world.sim.set_fault(fault(Feishu, "P*", FaultKind::ServerError { status: 502 }));
    world.sim.set_fault(fault(Dingtalk, "POST /v1.0/robot/groupMessages/*", FaultKind::RateLimit));
    world.sim.set_fault(fault(Dingtalk, "POST /v1.0/robot/oToMessages/*", FaultKind::RateLimit));
    world.sim.set_fault(fault(Dingtalk, "POST /v1.0/card/*", FaultKind::RateLimit));
    raise(&world, "zhouting", Severity::One, false, true).await;
    world.advance(1).await;
    assert!(phoned(&world).contains(&"zhouting".to_owned()), "the phone rings: {:?}", phoned(&world));
    world.advance(3).await;
    let emergency = only(&world).await;
    let mut work = world.app.begin(&caller(&world, "zhouting").await).await.unwrap();
    emergencies::acknowledge(&mut work, &emergency.id, Some("在看支付网关")).await.unwrap();
    work.commit().await.unwrap();
    let mut work = world.app.begin(&caller(&world, "zhouting").await).await.unwrap();
    emergencies::note(&mut work, &emergency.id, "网关重启").await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    world.advance(12).await;
    world.sim.clear_faults(None);
    world.advance(15).await;
    let mut work = world.app.begin(&caller(&world, "zhouting").await).await.unwrap();
    emergencies::all_clear(&mut work, &emergency.id, "网关重启后恢复").await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    world.advance(2).await;

    let timeline = timeline(&world).await;
    assert_course(&timeline, &["raised", "called", "acknowledged", "note", "report", "ended"]);
    let told = |words: &str| timeline.iter().any(|entry| entry.text.contains(words));
    assert!(told("启动") && told("在看支付网关") && told("网关重启") && told("周婷"), "{timeline:#?}");
    // When the platforms are back, the groups hear that it is over.
    let said = world.group(Dingtalk, "product_v2", "hejing");
    assert!(said.iter().any(|message| message.text.contains("网关重启后恢复")), "{said:#?}");
    let said = world.group(Feishu, "product_v2_dev", "liqiang");
    assert!(said.iter().any(|message| message.text.contains("网关重启后恢复")), "{said:#?}");
    world.end().await;
}

async fn e2_what_goes_on_as_another_or_is_none_stands_down_and_what_comes_back_resumes(world: World) {
    raise(&world, "liqiang", Severity::Two, false, true).await;
    let emergency = only(&world).await;
    let act = async |step: &str| {
        let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
        let problem = &emergency.problem;
        let after = match step {
            "ordinary" => problems::set_urgency(&mut work, problem, Urgency::Ordinary).await.unwrap(),
            "urgent" => {
                let urgency = Urgency::Urgent { severity: Severity::Two };
                problems::set_urgency(&mut work, problem, urgency).await.unwrap()
            }
            "close" => problems::close_problem(&mut work, problem, "误报").await.unwrap(),
            _ => problems::reopen_problem(&mut work, problem).await.unwrap(),
        };
        work.commit().await.unwrap();
        world.settle().await;
        after
    };
    act("ordinary").await;
    let standing = only(&world).await;
    assert_eq!((standing.phase.name(), clocks(&world, &standing).await), (PhaseName::StoodDown, vec![]));
    let before = phoned(&world).len();
    act("urgent").await;
    let again = only(&world).await;
    assert_eq!(again.phase.name(), PhaseName::Running);
    assert_eq!(clocks(&world, &again).await[0], ClockKind::StageReport);
    assert_eq!(phoned(&world).len(), before + 1, "the question is put anew");
    act("close").await;
    assert_eq!(only(&world).await.phase.name(), PhaseName::AllClear);
    let problem = act("reopen").await;
    assert_eq!(problem.state.stage(), ProblemStage::Waiting);
    assert_eq!(only(&world).await.phase.name(), PhaseName::Running, "not over after all");
    world.end().await;
}
