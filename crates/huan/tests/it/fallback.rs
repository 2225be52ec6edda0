//! When a platform fails, a message goes to its reader by another one.

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
