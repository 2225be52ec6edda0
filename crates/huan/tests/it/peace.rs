//! Somebody says on which platform ordinary matters are to come, and that they want to be left in peace for a while; what is
//! urgent comes all the same, and a platform that fails loses nothing.

use huan_app::{Caller, actions::notice_preferences};
use huan_core::{
    history::Source,
    notice_preference::{Handling, News, NoticePreferences, OnPlatform},
    platform::PlatformKey,
};
use huan_sim::{
    Fault, FaultKind,
    PlatformName::{self, Dingtalk, Feishu},
};

use crate::world::{World, card_of};

on_databases! {
    i5_ordinary_matters_come_where_they_are_wanted_and_by_another_platform_when_that_fails
    i5_who_asks_for_silence_has_it_but_for_what_is_urgent
}

/// How 何静 wants to be told, who lives on both platforms and is reached on Feishu first.
async fn prefers(world: &World, preferences: NoticePreferences) {
    let person = world.company.person("hejing").unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &person).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    notice_preferences::set(&mut work, preferences, None).await.unwrap();
    work.commit().await.unwrap();
}

fn cards(world: &World, platform: PlatformName, title: &str) -> usize {
    let messages = world.direct(platform, "hejing");
    messages.iter().filter(|said| card_of(said).is_some_and(|card| card.title.contains(title))).count()
}

async fn i5_ordinary_matters_come_where_they_are_wanted_and_by_another_platform_when_that_fails(world: World) {
    let not_there =
        OnPlatform { ordinary: false, news: [(News::Tasks, Handling::Never)].into(), ..OnPlatform::default() };
    let platforms = [(PlatformKey::new("feishu"), not_there)].into();
    prefers(&world, NoticePreferences { platforms, ..NoticePreferences::default() }).await;
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 整理评审记录 @何静 周五12:00前").await;
    assert_eq!((cards(&world, Feishu, "整理评审记录"), cards(&world, Dingtalk, "整理评审记录")), (0, 1));

    // The platform that they chose fails: it comes by the one that they did not choose.
    let fails = FaultKind::ServerError { status: 403 };
    world.sim.set_fault(Fault {
        id: 0,
        platform: Some(Dingtalk),
        operation: "POST *".into(),
        kind: fails,
        times: None,
    });
    world.say(Feishu, "product_v2_dev", "liqiang", "@环 任务 核对导出字段 @何静 周五12:00前").await;
    world.advance(12).await;
    assert_eq!((cards(&world, Feishu, "核对导出字段"), cards(&world, Dingtalk, "核对导出字段")), (1, 0));
    // News of a kind that they do not want there comes too, since it was wanted where it did not get through.
    world.say(Feishu, "product_v2_dev", "hejing", "@环 任务 确认评审时间 @李强 周五12:00前").await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.advance(12).await;
    let told = world.told(Feishu, "hejing");
    assert!(told.iter().any(|text| text.contains("确认评审时间")), "{told:#?}");
    world.end().await;
}

async fn i5_who_asks_for_silence_has_it_but_for_what_is_urgent(world: World) {
    world.say_to_robot(Feishu, "hejing", "免打扰 2小时").await;
    let answer = world.told(Feishu, "hejing").pop().unwrap();
    assert!(answer.contains("12:00"), "until when: {answer}");
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 整理评审记录 @何静 周五12:00前").await;
    assert_eq!(cards(&world, Feishu, "整理评审记录"), 0);
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 紧急 支付模块故障 @何静 I级").await;
    let told = world.direct(Feishu, "hejing");
    assert!(told.iter().any(|said| format!("{said:?}").contains("支付模块故障")), "{told:#?}");
    assert_eq!(cards(&world, Feishu, "整理评审记录"), 0, "what is not urgent still waits");

    world.say_to_robot(Feishu, "hejing", "恢复通知").await;
    assert_eq!(cards(&world, Feishu, "整理评审记录"), 1, "what waited comes at once");

    // Without a word it ends by itself.
    world.say_to_robot(Feishu, "hejing", "免打扰到10:30").await;
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 核对导出字段 @何静 周五12:00前").await;
    world.advance(29).await;
    assert_eq!(cards(&world, Feishu, "核对导出字段"), 0);
    world.advance(2).await;
    assert_eq!(cards(&world, Feishu, "核对导出字段"), 1);
    world.say_to_robot(Feishu, "hejing", "免打扰到下周五").await;
    let answer = world.told(Feishu, "hejing").pop().unwrap();
    assert!(answer.contains("3 天"), "{answer}");
    world.end().await;
}
