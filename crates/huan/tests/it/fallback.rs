//! When a platform fails, a message goes to its reader by another one.

use huan_app::{
    Caller,
    queries::{
        Look,
        deliveries::{self, DeliveryView},
    },
};
use huan_core::history::Source;
use huan_sim::{
    Fault, FaultKind,
    PlatformName::{Dingtalk, Feishu},
};
use huan_store::{DeliveryFilter, DeliveryState, Page};

use crate::world::{World, card_of};

/// The project assistant lives on both platforms, and is reached on Feishu first.
const TASK: &str = "@环 任务 整理评审记录 @何静 周五12:00前";

on_both! {
    i9_a_platform_that_takes_nothing_is_passed_by_after_a_while
    i9_a_platform_that_refuses_is_passed_by_at_once
    i9_who_may_have_got_it_does_not_get_it_twice
    i9_what_is_said_in_a_group_goes_to_the_group_on_the_other_platform
    i9_where_there_is_no_other_group_those_concerned_are_told_directly
    i9_an_alarm_that_is_in_every_group_reaches_nobody_twice
}

fn feishu_fails(world: &World, kind: FaultKind) {
    let operation = "POST /open-apis/im/v1/messages*".to_owned();
    world.sim.set_fault(Fault { id: 0, platform: Some(Feishu), operation, kind, times: None });
}

async fn states(world: &World) -> Vec<DeliveryState> {
    let filter = DeliveryFilter { person: world.company.person("hejing").ok(), ..DeliveryFilter::default() };
    let page = Page { descending: false, ..Page::first(20) };
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.deliveries(&world.app.workspace, &filter, &page).await.unwrap();
    listed.rows.into_iter().map(|delivery| delivery.state).collect()
}

async fn i9_a_platform_that_takes_nothing_is_passed_by_after_a_while(world: World) {
    feishu_fails(&world, FaultKind::RateLimit);
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    assert_eq!(states(&world).await, [DeliveryState::Queued], "it is tried again");
    world.advance(9).await;
    assert!(world.told(Dingtalk, "hejing").is_empty(), "a platform may stumble");
    world.advance(3).await;
    assert_eq!(states(&world).await, [DeliveryState::Rerouted, DeliveryState::Sent]);
    let card = world.card(Dingtalk, "hejing");
    assert!(card_of(&card).unwrap().title.contains("整理评审记录"), "{card:#?}");
    world.sim.clear_faults(None);
    world.advance(15).await;
    assert!(world.told(Feishu, "hejing").is_empty(), "and not by the first way as well");
    world.press(Dingtalk, "hejing", "承接", &[]).await;
    assert_eq!(world.tasks().await[0].state.stage(), huan_core::task::Stage::InProgress);
    world.end().await;
}

async fn i9_a_platform_that_refuses_is_passed_by_at_once(world: World) {
    feishu_fails(&world, FaultKind::ServerError { status: 403 });
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    assert_eq!(states(&world).await, [DeliveryState::Rerouted, DeliveryState::Sent]);
    assert_eq!(world.told(Dingtalk, "hejing").len(), 1);
    world.end().await;
}

async fn i9_who_may_have_got_it_does_not_get_it_twice(world: World) {
    feishu_fails(&world, FaultKind::AnswerLost);
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.advance(30).await;
    assert!(world.told(Dingtalk, "hejing").is_empty(), "Feishu may have taken it: no second way");
    assert_eq!(world.told(Feishu, "hejing").len(), 1, "and by its key it took it once");
    world.end().await;
}

/// The messages about the collaboration, as whoever directs it sees them, the oldest first.
async fn all(world: &World) -> Vec<DeliveryView> {
    let id = world.company.person("wangxiao").unwrap();
    let mut conn = world.app.db.read().await.unwrap();
    let person = conn.person(&world.app.workspace, &id).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let collaboration = conn.collaborations_of(&world.app.workspace, &id).await.unwrap().remove(0).id;
    let filter = DeliveryFilter { collaboration: Some(collaboration), ..DeliveryFilter::default() };
    let page = Page { descending: false, ..Page::first(50) };
    let mut look = Look::new(&world.app, &mut conn, &caller);
    deliveries::list(&mut look, &filter, &page).await.unwrap().1
}

/// Those of them that went to groups.
async fn to_groups(world: &World) -> Vec<DeliveryView> {
    let mut views = all(world).await;
    views.retain(|view| view.channel.is_some() && view.what != "card_update");
    views
}

/// How often the robot said something with these words in a group.
fn said(world: &World, platform: huan_sim::PlatformName, group: &str, words: &str) -> usize {
    let messages = world.group(platform, group, "hejing");
    messages.iter().filter(|said| said.person.is_none() && format!("{said:?}").contains(words)).count()
}

const PROBLEM: &str = "@环 问题 导出的文件打不开 @何静";

async fn i9_what_is_said_in_a_group_goes_to_the_group_on_the_other_platform(world: World) {
    feishu_fails(&world, FaultKind::ServerError { status: 403 });
    world.say(Dingtalk, "product_v2", "wangxiao", PROBLEM).await;
    let views = to_groups(&world).await;
    let failed = views.iter().find(|view| view.state == "rerouted").unwrap_or_else(|| panic!("{views:#?}"));
    assert_eq!(failed.platform.as_deref(), Some("feishu"));
    assert!(failed.reason.is_some(), "and why: {failed:#?}");
    let instead = failed.instead.first().unwrap_or_else(|| panic!("where it went: {failed:#?}"));
    assert_eq!((instead.platform.as_deref(), instead.state.as_str()), (Some("dingtalk"), "sent"));
    let messages = world.group(Dingtalk, "product_v2", "hejing");
    let asked = messages.iter().filter(|said| said.person.is_none() && card_of(said).is_some()).count();
    assert_eq!(asked, 1, "{messages:#?}");
    assert!(world.told(Dingtalk, "hejing").is_empty(), "who reads it in the group is not told directly as well");
    world.sim.clear_faults(None);
    world.advance(15).await;
    assert_eq!(said(&world, Feishu, "product_v2_dev", "导出的文件打不开"), 0, "not by the first way as well");
    world.end().await;
}

async fn i9_where_there_is_no_other_group_those_concerned_are_told_directly(world: World) {
    let mut tx = world.app.db.write().await.unwrap();
    for mut channel in tx.channels(&world.app.workspace).await.unwrap() {
        if channel.account == world.company.dingtalk {
            channel.present = false;
            tx.update_channel(&world.app.workspace, &channel).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    feishu_fails(&world, FaultKind::ServerError { status: 403 });
    world.say_to_robot(Dingtalk, "wangxiao", "问题 导出的文件打不开 @何静").await;
    let views = to_groups(&world).await;
    let failed = views.iter().find(|view| view.state == "rerouted").unwrap_or_else(|| panic!("{views:#?}"));
    let to: Vec<_> = failed.instead.iter().filter_map(|other| other.to.as_ref()).map(|to| to.name.as_str()).collect();
    assert_eq!(to, ["何静"], "{failed:#?}");
    assert_eq!(world.told(Dingtalk, "hejing").len(), 1);
    world.end().await;
}

async fn i9_an_alarm_that_is_in_every_group_reaches_nobody_twice(world: World) {
    feishu_fails(&world, FaultKind::ServerError { status: 403 });
    world.say(Dingtalk, "product_v2", "wangxiao", "@环 紧急 支付模块故障 @李强 III级").await;
    world.advance(2).await;
    let views = to_groups(&world).await;
    let alarms =
        views.iter().filter(|view| view.what == "problem_alarm" && view.platform.as_deref() == Some("dingtalk"));
    assert_eq!(alarms.count(), 1, "the group on DingTalk was alarmed anyway: {views:#?}");
    let views = all(&world).await;
    let directly = views.iter().filter(|view| view.what == "problem_alarm" && view.to.is_some());
    let told: Vec<&str> = directly.filter_map(|view| view.to.as_ref()).map(|to| to.name.as_str()).collect();
    assert!(!told.contains(&"何静"), "何静 reads it in the group: {told:?}");
    world.end().await;
}
