//! Minutes: a decision in a chat, chased until they are filed, confirmed on each participant's own platform.

use huan_app::{
    Caller,
    actions::filing::{self, Filing},
};
use huan_core::{
    clock::{Clock, ClockKind},
    history::{Source, Subject},
    id::TaskId,
    minutes::{ActionItem, Minutes, MinutesStage},
};
use huan_sim::PlatformName::{Dingtalk, Feishu};
use huan_store::{MinutesFilter, Page};
use jiff::SignedDuration;

use crate::world::{World, card_of};

on_databases! {
    f3_a_decision_over_a_weekend_is_chased_filed_and_confirmed_where_people_are
    f3_a_message_becomes_a_decision_and_confidential_minutes_stay_out_of_the_groups
}

async fn all(world: &World) -> Vec<Minutes> {
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.minutes_list(&world.app.workspace, &MinutesFilter::default(), &Page::first(50)).await.unwrap();
    listed.rows
}

async fn running(world: &World, minutes: &Minutes) -> Vec<Clock> {
    let subject = Subject::Minutes(minutes.id.clone());
    let mut conn = world.app.db.read().await.unwrap();
    conn.running_clocks(&world.app.workspace, &[subject]).await.unwrap()
}

async fn stands(world: &World, minutes: &Minutes) -> Vec<(String, &'static str)> {
    let mut conn = world.app.db.read().await.unwrap();
    let mut stands = Vec::new();
    for word in conn.confirmations(&world.app.workspace, &minutes.id).await.unwrap() {
        let person = conn.person(&world.app.workspace, &word.person).await.unwrap().unwrap();
        stands.push((person.name, word.stand.name()));
    }
    stands.sort();
    stands
}

/// Files what stands in the minutes, with one action of 李强.
async fn file(world: &World, by: &str, minutes: &Minutes, change: impl FnOnce(&mut Filing)) -> Minutes {
    let id = world.company.person(by).unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut content = minutes.content.clone();
    content.actions = vec![ActionItem {
        key: "a1".into(),
        what: "给出导出功能的工作量评估".into(),
        owner: Some(world.company.person("liqiang").unwrap()),
        due: Some(world.now() + SignedDuration::from_hours(72)),
        task: None,
    }];
    let mut filing = Filing {
        title: minutes.title.clone(),
        content,
        level: None,
        note: String::new(),
        removed: Vec::new(),
        version: minutes.version,
    };
    change(&mut filing);
    let mut work = world.app.begin(&caller).await.unwrap();
    let filed = filing::file(&mut work, &minutes.id, filing).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    filed
}

async fn f3_a_decision_over_a_weekend_is_chased_filed_and_confirmed_where_people_are(world: World) {
    // From Wednesday ten o'clock to Friday, four in the afternoon.
    world.jump(54 * 60).await;
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 决定 首版只支持 CSV 导出 @周婷 记录人 @李强").await;
    let minutes = all(&world).await.remove(0);
    assert_eq!(minutes.title, "首版只支持 CSV 导出 @周婷");
    assert_eq!(minutes.recorder, world.company.person("liqiang").unwrap());
    assert_eq!(running(&world, &minutes).await.len(), 1);
    assert_eq!(running(&world, &minutes).await[0].kind, ClockKind::Minutes);
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("M1"), "the recorder is told where they are");
    let answer = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(answer.text.contains("M1") && answer.text.contains("李强"), "{}", answer.text);

    // Nobody is woken on a Saturday; on Monday at nine the superior is called on.
    let (before, above) = (world.told(Feishu, "liqiang").len(), world.told(Feishu, "zhaomin").len());
    world.jump(48 * 60).await;
    assert_eq!(world.told(Feishu, "liqiang").len(), before, "not on Saturday or Sunday");
    world.jump(17 * 60).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), above + 1, "{:?}", world.told(Feishu, "zhaomin"));
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("逾期"));
    assert_eq!(running(&world, &minutes).await.len(), 1, "it runs until they are filed");

    let filed = file(&world, "liqiang", &minutes, |_| {}).await;
    assert_eq!(filed.state.stage(), MinutesStage::Filed);
    let kinds: Vec<ClockKind> = running(&world, &minutes).await.iter().map(|clock| clock.kind).collect();
    assert_eq!(kinds, [ClockKind::Confirmation], "they are filed, and the participants' word is waited for");
    let tasks = world.tasks().await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(filed.content.actions[0].task.as_ref(), Some(&tasks[0].id));
    // In both groups, for all to read.
    for (platform, group, viewer) in [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")] {
        let posted = world.group(platform, group, viewer).pop().unwrap();
        assert!(card_of(&posted).unwrap().title.contains("会议纪要 M1"), "{posted:#?}");
    }
    let waiting =
        [("周婷", "waiting"), ("李强", "confirmed"), ("王晓", "waiting")].map(|(name, stand)| (name.to_owned(), stand));
    let mut waiting = waiting.to_vec();
    waiting.sort();
    assert_eq!(stands(&world, &minutes).await, waiting);

    // Each on their own platform: one confirms, one objects with words.
    world.press(Feishu, "zhouting", "确认", &[]).await;
    // Inputs of a DingTalk card have the names of its template.
    world.press(Dingtalk, "wangxiao", "有异议", &[("input1", "还要支持 Excel")]).await;
    let stood = stands(&world, &minutes).await;
    assert!(stood.contains(&("周婷".to_owned(), "confirmed")), "{stood:?}");
    assert!(stood.contains(&("王晓".to_owned(), "objected")), "{stood:?}");
    assert!(world.told(Feishu, "liqiang").last().unwrap().contains("还要支持 Excel"), "the recorder hears of it");

    // A new edition asks again, for the text changed; the task stays the one it is.
    let told = world.told(Feishu, "zhouting").len();
    let content = filed.content.clone();
    let second = file(&world, "liqiang", &filed, |filing| {
        filing.content = content;
        filing.content.conclusions = "首版支持 CSV，Excel 放到下一版".into();
        filing.note = "写明 Excel".into();
    })
    .await;
    assert_eq!(second.state.edition(), 2);
    assert_eq!(world.tasks().await.len(), 1, "no second task");
    assert!(world.told(Feishu, "zhouting").len() > told, "asked again");
    assert!(stands(&world, &minutes).await.contains(&("周婷".to_owned(), "waiting")));

    world.end().await;
}

async fn f3_a_message_becomes_a_decision_and_confidential_minutes_stay_out_of_the_groups(world: World) {
    use huan_core::level::Level;
    use huan_sim::{Place, Say};

    world.say(Feishu, "product_v2_dev", "liqiang", "薪酬方案按甲方案执行").await;
    let said = world.group(Feishu, "product_v2_dev", "liqiang").pop().unwrap();
    let say = Say {
        person: "liqiang".into(),
        place: Place::Group("product_v2_dev".into()),
        text: "@环 决定".into(),
        mentions: None,
        reply_to: Some(said.id.clone()),
    };
    world.sim.say(Feishu, say).unwrap();
    world.settle().await;
    let minutes = all(&world).await.remove(0);
    assert_eq!(minutes.title, "薪酬方案按甲方案执行");
    let mut conn = world.app.db.read().await.unwrap();
    let origin = conn.message(&world.app.workspace, minutes.message.as_ref().unwrap()).await.unwrap().unwrap();
    assert_eq!(origin.text, "薪酬方案按甲方案执行", "the message that was answered is the decision");
    let back = conn.minutes_of_message(&world.app.workspace, &origin.id).await.unwrap();
    assert_eq!(back.map(|found| found.id), Some(minutes.id.clone()));
    drop(conn);

    file(&world, "liqiang", &minutes, |filing| filing.level = Some(Level::Confidential)).await;
    for (platform, group, viewer) in [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")] {
        let posted = world.group(platform, group, viewer).pop().unwrap();
        assert!(!posted.text.contains("甲方案") && card_of(&posted).is_none(), "only a link: {posted:#?}");
        assert!(posted.text.contains("http://huan.test/minutes/"), "{}", posted.text);
    }
    let task: TaskId = world.tasks().await[0].id.clone();
    let mut conn = world.app.db.read().await.unwrap();
    let level = conn.task(&world.app.workspace, &task).await.unwrap().unwrap().level;
    assert_eq!(level, Level::Confidential, "what comes of it is as confidential");
    drop(conn);
    world.end().await;
}
