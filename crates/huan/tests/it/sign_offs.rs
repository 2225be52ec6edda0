//! Acceptance: called for on the page, refused and signed on each signer's own platform, chased in between.

use huan_app::{
    Caller,
    actions::sign_offs::{self, Call},
};
use huan_core::{
    collaboration::{Collaboration, CollaborationState},
    history::{Source, Subject},
    sign_off::{Evidence, SignOff, SignOffStage},
};
use huan_sim::PlatformName::{Dingtalk, Feishu};

use crate::world::{World, card_of};

on_databases! {
    g1_acceptance_is_refused_mended_signed_where_people_are_and_the_work_is_done
}

async fn collaboration(world: &World) -> Collaboration {
    let wangxiao = world.company.person("wangxiao").unwrap();
    let mut conn = world.app.db.read().await.unwrap();
    conn.collaborations_of(&world.app.workspace, &wangxiao).await.unwrap().remove(0)
}

/// 王晓 calls for acceptance by 李强 and 周婷.
async fn call(world: &World, statement: &str) -> SignOff {
    let id = world.company.person("wangxiao").unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    let caller = Caller::of(&person, Source::Web, world.now()).unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    let call = Call {
        collaboration: collaboration(world).await.id,
        statement: statement.into(),
        evidence: vec![Evidence::Note { text: "评审记录已归档".into() }],
        signers: ["liqiang", "zhouting"].map(|key| world.company.person(key).unwrap()).to_vec(),
    };
    let called = sign_offs::call(&mut work, call).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    called
}

async fn stage(world: &World, round: &SignOff) -> SignOffStage {
    let mut conn = world.app.db.read().await.unwrap();
    conn.sign_off(&world.app.workspace, &round.id).await.unwrap().unwrap().state.stage()
}

async fn clocks(world: &World, round: &SignOff) -> usize {
    let mut conn = world.app.db.read().await.unwrap();
    let asked = conn.signatures(&world.app.workspace, &round.id).await.unwrap();
    let subjects: Vec<Subject> = asked.into_iter().map(|one| Subject::Signature(one.id)).collect();
    conn.running_clocks(&world.app.workspace, &subjects).await.unwrap().len()
}

async fn g1_acceptance_is_refused_mended_signed_where_people_are_and_the_work_is_done(world: World) {
    // From Wednesday ten o'clock to Friday, four in the afternoon.
    world.jump(54 * 60).await;
    let first = call(&world, "需求文档评审通过").await;
    assert_eq!(clocks(&world, &first).await, 2);
    let card = world.card(Feishu, "liqiang");
    assert!(card_of(&card).unwrap().title.contains("验收"), "{card:#?}");

    // Nobody is woken at the weekend; a day of elapsed time later it is Monday morning.
    let before = world.told(Feishu, "liqiang").len();
    world.jump(48 * 60).await;
    assert_eq!(world.told(Feishu, "liqiang").len(), before, "not on Saturday or Sunday");
    world.jump(17 * 60).await;
    assert!(world.told(Feishu, "liqiang").len() > before, "reminded when work begins");

    // One signs by the button, the other refuses in words.
    world.press(Feishu, "liqiang", "签字确认", &[]).await;
    assert_eq!((stage(&world, &first).await, clocks(&world, &first).await), (SignOffStage::Open, 1));
    world.say_to_robot(Feishu, "zhouting", "驳回 缺少压力测试报告").await;
    assert_eq!((stage(&world, &first).await, clocks(&world, &first).await), (SignOffStage::Refused, 0));
    let told = world.told(Dingtalk, "wangxiao");
    assert!(told.last().unwrap().contains("缺少压力测试报告"), "the initiator hears why: {told:?}");

    let second = call(&world, "需求文档评审通过，已补压力测试报告").await;
    world.press(Feishu, "zhouting", "签字确认", &[]).await;
    world.say_to_robot(Feishu, "liqiang", "签字").await;
    assert_eq!((stage(&world, &second).await, clocks(&world, &second).await), (SignOffStage::Signed, 0));
    assert_eq!(collaboration(&world).await.state, CollaborationState::Done);
    for (platform, group, viewer) in [(Dingtalk, "product_v2", "wangxiao"), (Feishu, "product_v2_dev", "liqiang")] {
        let posted = world.group(platform, group, viewer).pop().unwrap();
        assert!(posted.text.contains("已完成") && card_of(&posted).is_none(), "{posted:#?}");
    }
    assert!(world.told(Dingtalk, "wangxiao").last().unwrap().contains("已完成"));
    world.end().await;
}
