//! Problems: asked in a group, answered anywhere, chased up the line – and rung when they are urgent.

use huan_app::{
    Caller,
    actions::problems::{self, NewProblem},
};
use huan_core::{
    clock::{Clock, ClockKind},
    history::{Source, Subject},
    problem::{Problem, ProblemStage, Severity, Urgency},
};
use huan_sim::{
    Fault, FaultKind, Place, PlatformName,
    PlatformName::{Dingtalk, Feishu},
    Say,
    view::RingWay,
};
use huan_store::{Page, ProblemFilter, ProblemSort};

use crate::world::{World, card_of};

on_databases! {
    e1_a_problem_is_asked_where_its_owner_is_and_answered_there
    e1_unanswered_over_a_weekend_it_waits_for_the_morning_and_the_superior_answers
    e1_e3_a_message_becomes_a_problem_and_two_become_one
    d4_a_difficulty_becomes_a_problem_until_it_is_over
    e2_an_emergency_rings_one_after_the_other_until_somebody_acknowledges
    e2_i9_with_feishu_down_and_dingtalk_throttling_the_phone_rings
}

const PROBLEM: &str = "@环 问题 导出的文件打不开 @李强";

async fn all(world: &World) -> Vec<Problem> {
    let page = Page { descending: false, ..Page::first(50) };
    let mut conn = world.app.db.read().await.unwrap();
    let filter = ProblemFilter::default();
    conn.problems(&world.app.workspace, &filter, ProblemSort::Number, &page).await.unwrap().rows
}

async fn running(world: &World, problem: &Problem) -> Vec<Clock> {
    let subject = Subject::Problem(problem.id.clone());
    let mut conn = world.app.db.read().await.unwrap();
    conn.running_clocks(&world.app.workspace, &[subject]).await.unwrap()
}

/// The kind of the one clock that runs for the problem.
async fn clock(world: &World, problem: &Problem) -> ClockKind {
    let running = running(world, problem).await;
    assert_eq!(running.len(), 1, "exactly one clock: {running:?}");
    running[0].kind
}

/// Somebody answers a message in a group.
async fn reply(world: &World, platform: PlatformName, group: &str, person: &str, to: &str, text: &str) {
    let say = Say {
        person: person.into(),
        place: Place::Group(group.into()),
        text: text.into(),
        mentions: None,
        reply_to: Some(to.into()),
    };
    world.sim.say(platform, say).unwrap();
    world.settle().await;
}

async fn caller(world: &World, key: &str) -> Caller {
    let id = world.company.person(key).unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&person, Source::Web, world.now()).unwrap()
}

fn phoned(world: &World) -> Vec<(PlatformName, String)> {
    let rings = world.sim.rings().into_iter().filter(|ring| ring.way == RingWay::Phone);
    rings.map(|ring| (ring.platform, ring.person)).collect()
}

async fn e1_a_problem_is_asked_where_its_owner_is_and_answered_there(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", PROBLEM).await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.owner, world.company.person("liqiang").unwrap());
    assert_eq!(clock(&world, &problem).await, ClockKind::OrdinaryProblem);
    let asked = world.group(Feishu, "product_v2_dev", "liqiang").pop().unwrap();
    assert!(card_of(&asked).unwrap().title.contains("导出的文件打不开"), "{asked:#?}");
    assert!(asked.text.contains("@李强"), "the simulator knows whom the card calls on: {asked:#?}");

    let words = "@环 在查，明天17:00前修好";
    reply(&world, Feishu, "product_v2_dev", "liqiang", &asked.id, words).await;
    let problem = all(&world).await.remove(0);
    assert_eq!(
        problem.state.stage(),
        ProblemStage::Answered,
        "{:#?}",
        world.group(Feishu, "product_v2_dev", "liqiang").pop()
    );
    assert_eq!(clock(&world, &problem).await, ClockKind::FollowUp);
    assert_eq!(running(&world, &problem).await[0].due_at.to_string(), "2026-11-26T09:00:00Z", "the promise");
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("在查"), "whoever raised it hears of it");

    // Solved by a word in the other place.
    world.say_to_robot(Feishu, "liqiang", "已解决 P1 导出改为 UTF-8").await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.state.stage(), ProblemStage::Closed);
    assert_eq!(running(&world, &problem).await, [], "no clock runs for what is closed");
    let told = world.told(Dingtalk, "wangxiao").len();
    world.jump(48 * 60).await;
    assert_eq!(world.told(Dingtalk, "wangxiao").len(), told, "and nobody is chased");
    world.end().await;
}

async fn e1_unanswered_over_a_weekend_it_waits_for_the_morning_and_the_superior_answers(world: World) {
    // From Wednesday ten o'clock to Friday, eight in the evening.
    world.jump(58 * 60).await;
    world.say(Dingtalk, "product_v2", "wangxiao", PROBLEM).await;
    let (before, above) = (world.told(Feishu, "liqiang").len(), world.told(Feishu, "zhaomin").len());
    world.jump(24 * 60 + 1).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), above, "nobody is called on a Saturday evening");
    // Monday, one minute to nine.
    world.jump(36 * 60 + 58).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), above, "nor before work begins");
    world.advance(1).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), above + 1, "the superior is called on when work begins");
    assert_eq!(world.told(Feishu, "liqiang").len(), before + 1, "and the owner once more");
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("李强"), "and whoever raised it is told");
    let problem = all(&world).await.remove(0);
    let line = world.app.db.read().await.unwrap().asked(&world.app.workspace, &problem.id).await.unwrap();
    let line: Vec<_> = line.into_iter().map(|asked| (asked.place, asked.person)).collect();
    let person = |key: &str| world.company.person(key).unwrap();
    assert_eq!(line, [(0, person("liqiang")), (1, person("zhaomin"))], "each step is recorded");

    world.press(Feishu, "zhaomin", "收到，处理中", &[]).await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.state.stage(), ProblemStage::Answered, "whoever was asked may answer");
    assert_eq!(clock(&world, &problem).await, ClockKind::FollowUp);
    assert_eq!(running(&world, &problem).await[0].due_at.to_string(), "2026-12-01T09:00:00Z", "the next working day");
    world.end().await;
}

async fn e1_e3_a_message_becomes_a_problem_and_two_become_one(world: World) {
    world.say(Feishu, "product_v2_dev", "liqiang", "@环 帮助").await;
    let said = world.group(Feishu, "product_v2_dev", "liqiang");
    let said = said.iter().find(|message| message.person.is_some()).unwrap();
    reply(&world, Feishu, "product_v2_dev", "hejing", &said.id, "@环 问题 @周婷").await;
    world.say(Dingtalk, "product_v2", "hejing", "@环 问题 导出乱码 @周婷").await;
    let problems = all(&world).await;
    assert_eq!(problems.len(), 2, "{:#?}", world.group(Feishu, "product_v2_dev", "hejing"));
    assert!(problems[0].title.contains("帮助"), "the message that was replied to is the problem: {problems:?}");

    let mut work = world.app.begin(&caller(&world, "hejing").await).await.unwrap();
    problems::merge_problems(&mut work, &problems[1].id, &problems[0].id).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let problems = all(&world).await;
    assert_eq!(problems[1].state.stage(), ProblemStage::Merged);
    assert_eq!(running(&world, &problems[1]).await, []);
    assert_eq!(clock(&world, &problems[0]).await, ClockKind::OrdinaryProblem);

    // What somebody who is asked says to the robot is their answer, on any platform.
    world.say_to_robot(Dingtalk, "zhouting", "在看了").await;
    let problems = all(&world).await;
    assert_eq!(problems[0].state.stage(), ProblemStage::Answered, "{:?}", world.told(Dingtalk, "zhouting"));
    world.end().await;
}

async fn d4_a_difficulty_becomes_a_problem_until_it_is_over(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前").await;
    world.say_to_robot(Feishu, "liqiang", "承接").await;
    world.say_to_robot(Feishu, "liqiang", "求助 #1 缺少测试环境 @周婷").await;
    let problem = all(&world).await.remove(0);
    let task = world.tasks().await.remove(0);
    assert_eq!((problem.tasks.clone(), problem.raised_by.clone()), (vec![task.id.clone()], task.owner.clone()));
    assert_eq!(problem.owner, world.company.person("zhouting").unwrap(), "whoever was named is asked");
    let asked = world.group(Feishu, "product_v2_dev", "zhouting").pop().unwrap();
    assert!(card_of(&asked).unwrap().title.contains("缺少测试环境"), "in the group: {asked:#?}");
    assert_eq!(clock(&world, &problem).await, ClockKind::OrdinaryProblem);
    world.say_to_robot(Feishu, "liqiang", "完成 #1").await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.state.stage(), ProblemStage::Closed, "nobody is asked any more");
    assert_eq!(running(&world, &problem).await, []);
    world.end().await;
}

async fn e2_an_emergency_rings_one_after_the_other_until_somebody_acknowledges(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 紧急 支付模块故障 @李强 II级").await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.urgency, Urgency::Urgent { severity: Severity::Two });
    assert_eq!(clock(&world, &problem).await, ClockKind::UrgentProblem);
    assert_eq!(phoned(&world), [(Feishu, "liqiang".to_owned())], "the phone rings at once");
    for (platform, group) in [(Dingtalk, "product_v2"), (Feishu, "product_v2_dev")] {
        let messages = world.group(platform, group, "hejing");
        let alarm = messages.iter().find(|message| card_of(message).is_some_and(|card| card.title.contains("紧急")));
        assert!(alarm.is_some(), "【紧急】 in {group}: {messages:#?}");
    }

    world.advance(4).await;
    assert_eq!(phoned(&world).len(), 1, "not before its time");
    world.advance(1).await;
    assert_eq!(phoned(&world)[1..], [(Feishu, "zhaomin".to_owned())], "then the next person");

    // Acknowledged in the group on the other platform; nobody is rung any more.
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 收到").await;
    assert_eq!(all(&world).await[0].state.stage(), ProblemStage::Waiting, "whoever raised it cannot acknowledge it");
    world.press(Feishu, "zhaomin", "收到", &[]).await;
    let problem = all(&world).await.remove(0);
    assert_eq!(problem.state.stage(), ProblemStage::Answered);
    assert_eq!(clock(&world, &problem).await, ClockKind::FollowUp);
    world.advance(20).await;
    assert_eq!(phoned(&world).len(), 2, "acknowledged: the ringing stops");
    let heard = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(heard.text.contains("赵敏"), "the groups hear who took it up: {heard:#?}");
    world.end().await;
}

async fn e2_i9_with_feishu_down_and_dingtalk_throttling_the_phone_rings(world: World) {
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
    let id = {
        let mut conn = world.app.db.read().await.unwrap();
        conn.collaborations_of(&world.app.workspace, &world.company.person("wangxiao").unwrap())
            .await
            .unwrap()
            .remove(0)
            .id
    };
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    let zhouting = world.company.person("zhouting").unwrap();
    let new = NewProblem {
        urgency: Urgency::Urgent { severity: Severity::Two },
        ..NewProblem::ordinary(id, "支付模块故障", Some(zhouting))
    };
    problems::raise_problem(&mut work, new).await.unwrap();
    work.commit().await.unwrap();
    world.advance(1).await;
    assert_eq!(phoned(&world), [(Dingtalk, "zhouting".to_owned())], "Feishu is her first platform, and it is down");
    world.end().await;
}
