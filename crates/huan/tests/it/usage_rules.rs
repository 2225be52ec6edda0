//! The usage rules of a collaboration: announced in the groups of both platforms, confirmed where people are, and whoever has
//! not is reminded when work begins.

use huan_app::{Caller, actions::usage_rules};
use huan_core::{
    clock::ClockKind,
    history::{Source, Subject},
    id::CollaborationId,
};
use huan_sim::{
    Place,
    PlatformName::{Dingtalk, Feishu},
    Press, Say,
};

use crate::world::{World, card_of};

on_databases! {
    b4_rules_are_announced_in_the_groups_and_confirmed_by_button_reply_and_word
}

async fn collaboration(world: &World) -> CollaborationId {
    let mut conn = world.app.db.read().await.unwrap();
    conn.collaborations(&world.app.workspace).await.unwrap().remove(0).id
}

/// 王晓 announces rules; the version that they have then.
async fn announce(world: &World, text: &str, version: i64) -> i64 {
    let id = collaboration(world).await;
    let person = world.company.person("wangxiao").unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &person).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    let rules =
        usage_rules::set_rules(&mut work, &id, text, Some(usage_rules::Announcing::default()), version).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    rules.version
}

/// Who has not confirmed; each of them has exactly one running clock, the others have none.
async fn unread(world: &World) -> Vec<String> {
    let id = collaboration(world).await;
    let mut conn = world.app.db.read().await.unwrap();
    let mut unread = Vec::new();
    for reading in conn.rules_readings(&world.app.workspace, &id).await.unwrap() {
        let subject = Subject::RulesReading(reading.id.clone());
        let clocks = conn.running_clocks(&world.app.workspace, &[subject]).await.unwrap();
        let kinds: Vec<ClockKind> = clocks.iter().map(|clock| clock.kind).collect();
        if reading.confirmed_at.is_some() {
            assert_eq!(kinds, [], "{reading:?}");
            continue;
        }
        assert_eq!(kinds, [ClockKind::RulesRead], "{reading:?}");
        unread.push(conn.person(&world.app.workspace, &reading.person).await.unwrap().unwrap().name);
    }
    unread.sort();
    unread
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.sort();
    names
}

async fn b4_rules_are_announced_in_the_groups_and_confirmed_by_button_reply_and_word(world: World) {
    let rules = "紧急事项：@全体；非紧急事项：只 @相关人。";
    let version = announce(&world, rules, 0).await;
    for (platform, group, viewer) in [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")] {
        let posted = world.group(platform, group, viewer).pop().unwrap();
        assert!(card_of(&posted).unwrap().title.contains("使用规则"), "{posted:#?}");
    }
    let everybody = ["王晓", "何静", "李强", "周婷", "陈明", "赵敏"];
    assert_eq!(unread(&world).await, sorted(&everybody));

    // By the button of one's own card, …
    world.press(Feishu, "liqiang", "我已阅读", &[]).await;
    // … by the one in the group, …
    let posted = world.group(Dingtalk, "product_v2", "wangxiao").pop().unwrap();
    let press = Press {
        person: "wangxiao".into(),
        message: posted.id.clone(),
        button: "我已阅读".into(),
        form: std::collections::BTreeMap::new(),
    };
    world.sim.press(Dingtalk, press).await.unwrap();
    world.settle().await;
    // … in reply to the group's, where nobody needs to call the robot, …
    let posted = world.group(Feishu, "product_v2_dev", "liqiang").pop().unwrap();
    let say = Say {
        person: "zhouting".into(),
        place: Place::Group("product_v2_dev".into()),
        text: "已阅读".into(),
        mentions: None,
        reply_to: Some(posted.id.clone()),
    };
    world.sim.say(Feishu, say).unwrap();
    world.settle().await;
    let answer = world.group(Feishu, "product_v2_dev", "zhouting").pop().unwrap();
    assert!(answer.text.contains("产品V2.0需求评审"), "{}", answer.text);
    // … or in a word to the robot.
    world.say_to_robot(Dingtalk, "hejing", "好的，已阅读").await;
    assert_eq!(unread(&world).await, sorted(&["陈明", "赵敏"]));
    // Said among people, it is no answer.
    world.say(Feishu, "product_v2_dev", "liqiang", "已阅读").await;
    assert_eq!(unread(&world).await, sorted(&["陈明", "赵敏"]));

    // Thursday at nine: whoever has not is reminded, and nobody else.
    let (slow, quick) = (world.told(Feishu, "zhaomin").len(), world.told(Feishu, "liqiang").len());
    world.jump(23 * 60).await;
    assert_eq!(world.told(Feishu, "zhaomin").len(), slow + 1, "{:?}", world.told(Feishu, "zhaomin"));
    assert!(world.told(Feishu, "zhaomin").last().unwrap().contains("产品V2.0需求评审"));
    assert_eq!(world.told(Feishu, "liqiang").len(), quick);

    // Changed in substance they are announced anew, and confirmed anew.
    announce(&world, "紧急事项打电话。", version).await;
    assert_eq!(unread(&world).await, sorted(&everybody));
    world.press(Feishu, "liqiang", "我已阅读", &[]).await;
    assert!(!unread(&world).await.contains(&"李强".to_owned()));
    world.end().await;
}
