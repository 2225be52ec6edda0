//! The first closed loop: a task is said in DingTalk, answered in Feishu, and chased when it is not.

use huan_core::{status::Status, task::Stage};
use huan_sim::PlatformName::{Dingtalk, Feishu};

use crate::world::{World, card_of};

const TASK: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";

on_both! {
    d1_a_task_said_in_dingtalk_reaches_its_owner_in_feishu
    d2_declined_agreed_and_accepted
    d2_unanswered_is_chased_up_the_line
    d2_an_unanswered_proposal_is_chased_up_the_line
    d1_what_is_unclear_is_asked_back_and_answered_in_a_word
    d4_progress_trouble_and_completion_are_said_in_chat
}

async fn d1_a_task_said_in_dingtalk_reaches_its_owner_in_feishu(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;

    let tasks = world.tasks().await;
    assert_eq!(tasks.len(), 1);
    let task = &tasks[0];
    assert_eq!(task.name, "评估数据导出的技术可行性");
    assert_eq!(task.owner, world.company.person("liqiang").unwrap());
    assert_eq!(task.initiator, world.company.person("wangxiao").unwrap());
    assert_eq!(task.due_at.unwrap().to_string(), "2026-11-27T04:00:00Z", "Friday noon in Beijing");

    let record = task.record.clone().expect("a row of the record table is filed");
    let record = world.app.db.read().await.unwrap().record(&world.app.workspace, &record).await.unwrap().unwrap();
    assert_eq!((record.status, record.number.as_str()), (Status::Pending, "研发部-2026-0001"));
    assert_eq!(record.platforms, ["dingtalk", "feishu"]);

    let card = world.card(Feishu, "liqiang");
    let shown = card_of(&card).unwrap();
    assert!(shown.title.contains("评估数据导出的技术可行性"), "{shown:#?}");
    let buttons: Vec<&str> = shown.buttons().iter().map(|button| button.text.as_str()).collect();
    assert!(buttons.contains(&"承接") && buttons.contains(&"暂不承接"), "{buttons:?}");

    let answer = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(answer.person.is_none() && answer.text.contains("#1"), "{answer:#?}");
    world.end().await;
}

async fn d2_declined_agreed_and_accepted(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;

    world.say_to_robot(Feishu, "liqiang", "暂不承接 原因：本周排期已满").await;
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("建议"), "the proposal is asked for");
    assert_eq!(world.tasks().await[0].state.stage(), Stage::Offered, "without a proposal nothing changes");

    let form = [("reason", "本周排期已满"), ("proposal", "改到下周一12:00")];
    world.press(Feishu, "liqiang", "暂不承接", &form).await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::Declined);
    let told = world.card(Dingtalk, "wangxiao");
    assert!(card_of(&told).unwrap().plain_text().contains("本周排期已满"), "{told:#?}");

    world.advance(30).await;
    world.press(Dingtalk, "wangxiao", "同意建议", &[]).await;
    let task = world.tasks().await.remove(0);
    assert_eq!(task.state.stage(), Stage::Offered);
    assert_eq!(task.due_at.unwrap().to_string(), "2026-11-30T04:00:00Z", "the new date is Monday noon");
    let clocks = {
        let subject = huan_core::history::Subject::Task(task.id.clone());
        world.app.db.read().await.unwrap().clocks_of(&world.app.workspace, &subject).await.unwrap()
    };
    let running: Vec<_> = clocks.iter().filter(|clock| clock.is_running()).collect();
    assert_eq!(running.len(), 1);
    assert_eq!(running[0].started_at, world.now(), "the clock starts again");

    world.press(Feishu, "liqiang", "承接", &[]).await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::InProgress);
    for (platform, person) in [(Feishu, "liqiang"), (Dingtalk, "wangxiao")] {
        let card = world.card(platform, person);
        let card = card_of(&card).unwrap();
        assert!(card.plain_text().contains("已承接"), "{person}'s card changed by itself: {card:#?}");
    }
    world.end().await;
}

async fn d2_unanswered_is_chased_up_the_line(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let told = world.told(Feishu, "liqiang").len();

    world.advance(59).await;
    assert_eq!(world.told(Feishu, "liqiang").len(), told, "not before its time");
    world.advance(1).await;
    assert_eq!(world.told(Feishu, "liqiang").len(), told + 1, "the reminder at one hour");
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("提醒"));

    world.advance(59).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), 0);
    // Noon: the lunch break does not count.
    world.advance(91).await;
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("超时"), "the owner is called on again");
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("未在时限内答复"), "the initiator is told");
    assert!(world.told(Feishu, "zhaomin").last().unwrap().contains("请协调"), "the superior is called on");
    assert_eq!(world.told(Feishu, "zhaomin").len(), 1);
    world.end().await;
}

async fn d2_an_unanswered_proposal_is_chased_up_the_line(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let form = [("reason", "本周排期已满"), ("proposal", "改到下周一12:00")];
    world.press(Feishu, "liqiang", "暂不承接", &form).await;
    let (asked, owner) = (world.told(Dingtalk, "wangxiao").len(), world.told(Feishu, "liqiang").len());

    world.advance(60).await;
    assert_eq!(world.told(Dingtalk, "wangxiao").len(), asked + 1, "the reminder at one hour");
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("提醒"));
    assert_eq!(world.told(Feishu, "liqiang").len(), owner, "whoever has answered is left alone");

    world.advance(150).await;
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("超时"), "the initiator is called on again");
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("未在时限内答复"), "the owner is told");
    let superior = [Dingtalk, Feishu].map(|platform| world.told(platform, "chenming")).concat();
    assert!(superior.last().unwrap().contains("请协调"), "the initiator's superior is called on: {superior:#?}");

    world.press(Dingtalk, "wangxiao", "同意建议", &[]).await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::Offered);
    world.end().await;
}

async fn d1_what_is_unclear_is_asked_back_and_answered_in_a_word(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 整理客户反馈 @周婷 明天5点前").await;
    let asked = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(asked.text.contains("05:00") && asked.text.contains("17:00"), "both are offered: {asked:#?}");
    assert_eq!(world.tasks().await.len(), 0, "nothing is guessed");

    world.say(Dingtalk, "product_v2", "wangxiao", "@环 明天17:00").await;
    let tasks = world.tasks().await;
    assert_eq!(tasks.len(), 1, "{:#?}", world.group(Dingtalk, "product_v2", "wangxiao").pop());
    assert_eq!(tasks[0].due_at.unwrap().to_string(), "2026-11-26T09:00:00Z");
    assert_eq!(tasks[0].owner, world.company.person("zhouting").unwrap());
    world.end().await;
}

async fn d4_progress_trouble_and_completion_are_said_in_chat(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.say_to_robot(Feishu, "liqiang", "承接").await;
    world.say_to_robot(Feishu, "liqiang", "进展 分析完成，待技术评审 60%").await;
    let task = world.tasks().await.remove(0);
    assert_eq!(task.progress.as_ref().and_then(|progress| progress.percent), Some(60));

    world.say_to_robot(Feishu, "liqiang", "求助 #1 缺少测试环境 @吴刚").await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::Blocked);
    let asked = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(asked.text.contains("缺少测试环境"), "the initiator is asked to help, in the group: {asked:#?}");

    world.say_to_robot(Feishu, "liqiang", "完成 #1").await;
    assert_eq!(world.tasks().await[0].state.stage(), Stage::Done);
    let told = world.told(Dingtalk, "wangxiao").len();
    world.advance(24 * 60).await;
    assert_eq!(world.told(Dingtalk, "wangxiao").len(), told, "no clock rings for what is done");
    world.end().await;
}
