//! The centre: what is said in groups goes into it by rule and by command, and leads back.

use huan_core::{
    centre::{CHANGES, Entry, REQUIREMENTS, RISKS, Way},
    id::ChannelId,
    platform::PlatformKey,
};
use huan_sim::{
    Place,
    PlatformName::{Dingtalk, Feishu},
    Press, Say,
};
use huan_store::{EntryFilter, Page};

use crate::world::{World, card_of};

on_databases! {
    f1_f2_what_is_said_in_groups_goes_into_the_centre_once
    i1_a_decision_in_a_chat_is_listed_until_it_is_recorded
    f1_a_card_takes_its_message_into_the_centre
    f1_the_card_of_a_task_takes_its_message_into_the_centre_and_links_both
}

/// What is in the centre, what was said first first.
async fn entries(world: &World) -> Vec<Entry> {
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.entries(&world.app.workspace, &EntryFilter::default(), &Page::first(50)).await.unwrap();
    let mut entries = listed.rows;
    entries.sort_by_key(|entry| entry.number);
    entries
}

async fn chat_decisions(world: &World) -> Vec<String> {
    let mut conn = world.app.db.read().await.unwrap();
    let workspace = &world.app.workspace;
    let channels: Vec<ChannelId> = conn.channels(workspace).await.unwrap().into_iter().map(|one| one.id).collect();
    let listed = conn.chat_decisions(workspace, &channels, &Page::first(50)).await.unwrap();
    listed.rows.into_iter().map(|message| message.text).collect()
}

/// 李强 replies to a message in the developers' group.
async fn reply(world: &World, to: &str, text: &str) {
    let say = Say {
        person: "liqiang".into(),
        place: Place::Group("product_v2_dev".into()),
        text: text.into(),
        mentions: None,
        reply_to: Some(to.into()),
    };
    world.sim.say(Feishu, say).unwrap();
    world.settle().await;
}

async fn f1_f2_what_is_said_in_groups_goes_into_the_centre_once(world: World) {
    let liqiang = world.company.person("liqiang").unwrap();
    // Feishu shows the robot what people say to each other: a rule takes it in, and nobody is answered.
    let before = world.group(Feishu, "product_v2_dev", "liqiang").len();
    world.say(Feishu, "product_v2_dev", "liqiang", "客户反馈：希望能导出 Excel").await;
    let entry = entries(&world).await.remove(0);
    assert_eq!((entry.section.as_str(), entry.text.as_str()), (REQUIREMENTS, "希望能导出 Excel"));
    assert_eq!((entry.said_by.as_ref(), entry.way, entry.filed_by.as_ref()), (Some(&liqiang), Way::Rule, None));
    assert_eq!(entry.platform, Some(PlatformKey::new("feishu")));
    assert_eq!(world.group(Feishu, "product_v2_dev", "liqiang").len(), before + 1, "nothing is answered");
    // It leads back to where it was said.
    let message = entry.message.clone().unwrap();
    let said = world.app.db.read().await.unwrap().message(&world.app.workspace, &message).await.unwrap().unwrap();
    assert_eq!(said.text, "客户反馈：希望能导出 Excel");
    assert!(said.link.is_some(), "{said:?}");

    // DingTalk shows it only what is said to it: the rule holds all the same, and the product manager is told of a change.
    let told = || world.told(Dingtalk, "wangxiao").iter().filter(|text| text.contains("需求变更")).count();
    world.say(Dingtalk, "product_v2", "hejing", "@环 需求变更：首版加上 Excel 导出").await;
    let change = entries(&world).await.remove(1);
    assert_eq!((change.section.as_str(), change.text.as_str()), (CHANGES, "首版加上 Excel 导出"));
    let answer = world.group(Dingtalk, "product_v2", "hejing").pop().unwrap();
    assert!(answer.text.contains("需求变更") && answer.text.contains("E2"), "{}", answer.text);
    assert_eq!(told(), 1, "{:?}", world.told(Dingtalk, "wangxiao"));

    // By command, with a section and without, in either language.
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 沉淀 风险：供应商可能延期").await;
    world.say(Feishu, "product_v2_dev", "zhouting", "@环 file under risks: the prototype may be late").await;
    let all = entries(&world).await;
    let risks: Vec<(&str, &str)> = all[2..].iter().map(|entry| (entry.section.as_str(), entry.text.as_str())).collect();
    assert_eq!(risks, [(RISKS, "供应商可能延期"), (RISKS, "the prototype may be late")]);
    assert_eq!((all[2].way, all[2].filed_by.is_some()), (Way::Command, true));
    assert_eq!(told(), 1, "told once, and of nothing else");
}

async fn i1_a_decision_in_a_chat_is_listed_until_it_is_recorded(world: World) {
    world.say(Feishu, "product_v2_dev", "liqiang", "接口就按方案二做，下周三联调").await;
    world.say(Feishu, "product_v2_dev", "zhouting", "那接口就按方案二做吗？").await;
    assert_eq!(chat_decisions(&world).await, ["接口就按方案二做，下周三联调"]);
    let said = world.group(Feishu, "product_v2_dev", "liqiang");
    let said = said.iter().find(|said| said.text.contains("联调")).unwrap().id.clone();
    reply(&world, &said, "@环 沉淀").await;
    assert_eq!(chat_decisions(&world).await, Vec::<String>::new());
    let entry = entries(&world).await.remove(0);
    assert_eq!(entry.text, "接口就按方案二做，下周三联调");
    // The same message again, with a section: it moves, and is not there twice.
    reply(&world, &said, "@环 沉淀到需求变更").await;
    let all = entries(&world).await;
    assert_eq!((all.len(), all[0].section.as_str()), (1, CHANGES));
}

async fn f1_the_card_of_a_task_takes_its_message_into_the_centre_and_links_both(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 任务 评估数据导出 @李强 周五12:00前").await;
    let offers = || format!("{:?}", world.card(Feishu, "liqiang").body).contains("沉淀到协作中心");
    assert!(offers());
    world.press(Feishu, "liqiang", "沉淀到协作中心", &[]).await;
    let all = entries(&world).await;
    assert_eq!((all.len(), all[0].way, all[0].text.as_str()), (1, Way::Card, "评估数据导出"));
    assert_eq!(all[0].said_by, Some(world.company.person("wangxiao").unwrap()), "whoever said it");
    let task = world.tasks().await.remove(0);
    let mut conn = world.app.db.read().await.unwrap();
    let links = conn.references_of(&world.app.workspace, all[0].id.as_str()).await.unwrap();
    assert_eq!(links.iter().map(|link| link.target.as_str()).collect::<Vec<_>>(), [task.id.as_str()]);
    drop(conn);
    assert!(!offers(), "it is there, and not offered again");
    world.press(Feishu, "liqiang", "承接", &[]).await;
    assert_eq!(world.tasks().await[0].state.stage(), huan_core::task::Stage::InProgress, "and the task goes on");
}

async fn f1_a_card_takes_its_message_into_the_centre(world: World) {
    world.say(Feishu, "product_v2_dev", "zhouting", "@环 问题 客户说导出的文件打不开 @李强").await;
    let card = || {
        let mut said = world.group(Feishu, "product_v2_dev", "liqiang").into_iter();
        said.rfind(|said| card_of(said).is_some()).unwrap()
    };
    let offers = || format!("{:?}", card().body).contains("沉淀到协作中心");
    assert!(offers());
    let press = Press {
        person: "liqiang".into(),
        message: card().id,
        button: "沉淀到协作中心".into(),
        form: std::collections::BTreeMap::new(),
    };
    world.sim.press(Feishu, press).await.unwrap();
    world.settle().await;
    let all = entries(&world).await;
    assert_eq!((all.len(), all[0].way), (1, Way::Card));
    assert_eq!(all[0].text, "客户说导出的文件打不开");
    assert_eq!(all[0].said_by, Some(world.company.person("zhouting").unwrap()), "whoever said it, not whoever pressed");
    assert!(!offers(), "it is there, and not offered again");
}
