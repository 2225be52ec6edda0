//! The guided start, on the platforms: a group that exists is bound, another is made, the rules are announced in both, and the
//! members confirm them where they are.

use huan_app::{Caller, actions::starts};
use huan_core::{
    charter::{Content, Tool},
    collaboration::Role,
    history::Source,
    situation::Situation,
    start::{StartFrom, StartGroup, StartMember},
};
use huan_sim::{
    PlatformName::{Dingtalk, Feishu},
    view::ConversationKind,
};

use crate::world::{World, card_of};

on_databases! {
    a1_b4_a_collaboration_is_started_its_groups_are_there_and_its_rules_confirmed
}

async fn a1_b4_a_collaboration_is_started_its_groups_are_there_and_its_rules_confirmed(world: World) {
    let [wangxiao, liqiang, zhouting] =
        ["wangxiao", "liqiang", "zhouting"].map(|key| world.company.person(key).unwrap());
    let workspace = &world.app.workspace;
    let (person, channel) = {
        let mut conn = world.app.db.read().await.unwrap();
        let person = conn.person(workspace, &wangxiao).await.unwrap().unwrap();
        let channels = conn.channels(workspace).await.unwrap();
        (person, channels.into_iter().find(|one| one.account == world.company.dingtalk).unwrap())
    };
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    let from = StartFrom::Situation { situation: Situation::JointProject };
    let mut kept = starts::begin_start(&mut work, from).await.unwrap();
    let start = &mut kept.start;
    start.name = "数据导出".into();
    start.goal = "完成数据导出上线".into();
    start.goal_on = Some(jiff::civil::date(2027, 1, 29));
    start.members = vec![
        StartMember { person: liqiang.clone(), role: Role::Member },
        StartMember { person: zhouting.clone(), role: Role::Member },
    ];
    for (duty, who) in start.charter.duties.iter_mut().zip([&wangxiao, &liqiang, &zhouting, &wangxiao]) {
        duty.person = Some(who.clone());
    }
    start.charter.tools.insert(Content::Minutes, Tool::Feishu);
    start.groups = vec![
        StartGroup::Bind { channel: channel.id.clone() },
        StartGroup::Make { account: world.company.feishu.clone(), title: "数据导出群".into() },
    ];
    let kept = starts::save_start(&mut work, &kept.id, kept.start, kept.version).await.unwrap();
    let made = Box::pin(starts::carry_out(&mut work, &kept.id, kept.version)).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;

    // The rules stand in the group that was bound, and in the one that was made.
    let posted = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    assert!(card_of(&posted).unwrap().title.contains("数据导出"), "{posted:#?}");
    let state = world.sim.state(Some("liqiang"));
    let groups = &state.platforms[&Feishu].conversations;
    let new = groups.iter().find(|one| one.kind == ConversationKind::Group && one.name == "数据导出群").unwrap();
    let rules = new.messages.iter().filter_map(card_of).find(|card| card.title.contains("使用规则"));
    assert!(rules.is_some_and(|card| card.title.contains("数据导出")), "{new:#?}");

    world.press(Feishu, "liqiang", "我已阅读", &[]).await;
    world.press(Feishu, "zhouting", "我已阅读", &[]).await;
    let mut conn = world.app.db.read().await.unwrap();
    let readings = conn.rules_readings(workspace, &made.id).await.unwrap();
    let waiting: Vec<_> = readings.into_iter().filter(|one| one.confirmed_at.is_none()).map(|one| one.person).collect();
    assert_eq!(waiting, [wangxiao]);
    drop(conn);
    world.end().await;
}
