//! Groups that Huan makes: the war room of an emergency, and a group of a collaboration.

use huan_app::{
    Caller,
    actions::{
        emergencies::{self, Choice, Room},
        groups::{self, NewGroup},
        problems::{self, NewProblem},
    },
    queries::{
        Look,
        emergencies::{self as views, WarRoomView},
        groups::GroupRequestView,
    },
};
use huan_core::{
    history::Source,
    id::{AccountId, CollaborationId, EmergencyId, GroupRequestId},
    problem::{Severity, Urgency},
};
use huan_sim::{
    Fault, FaultKind, PlatformName,
    PlatformName::{Dingtalk, Feishu},
    view::{ConversationKind, ConversationView},
};

use crate::world::World;

on_databases! {
    e2_a_war_room_is_made_with_those_who_have_a_role_and_are_on_its_platform
    e2_an_emergency_goes_on_where_no_group_can_be_made_and_it_is_tried_again
    e2_an_answer_that_was_lost_never_makes_two_groups
    e2_where_nobody_knows_a_person_looks
    e2_who_gets_a_role_later_comes_into_the_war_room
    b3_a_group_of_a_collaboration_is_made_and_bound
}

const CREATE: &str = "POST /open-apis/im/v1/chats";

async fn caller(world: &World, key: &str) -> Caller {
    let id = world.company.person(key).unwrap();
    let person = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&person, Source::Web, world.now()).unwrap()
}

async fn collaboration(world: &World) -> CollaborationId {
    let wangxiao = world.company.person("wangxiao").unwrap();
    let mut conn = world.app.db.read().await.unwrap();
    conn.collaborations_of(&world.app.workspace, &wangxiao).await.unwrap().remove(0).id
}

async fn raise(world: &World, account: &AccountId) -> EmergencyId {
    let new = NewProblem {
        urgency: Urgency::Urgent { severity: Severity::One },
        choice: Choice { room: Room::New(account.clone()), ..Choice::default() },
        ..NewProblem::ordinary(collaboration(world).await, "支付模块故障", world.company.person("liqiang").ok())
    };
    let mut work = world.app.begin(&caller(world, "wangxiao").await).await.unwrap();
    let problem = Box::pin(problems::raise_problem(&mut work, new)).await.unwrap();
    let emergency = work.tx.emergency_of(&world.app.workspace, &problem.id).await.unwrap().unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    emergency.id
}

async fn room(world: &World, id: &EmergencyId) -> WarRoomView {
    let caller = caller(world, "wangxiao").await;
    let mut conn = world.app.db.read().await.unwrap();
    views::war_room(&mut Look::new(&world.app, &mut conn, &caller), id).await.unwrap()
}

async fn request(world: &World, id: &EmergencyId) -> GroupRequestView {
    room(world, id).await.group.expect("a group was asked for")
}

async fn timeline(world: &World, id: &EmergencyId) -> Vec<String> {
    let caller = caller(world, "wangxiao").await;
    let mut conn = world.app.db.read().await.unwrap();
    let entries = views::timeline(&mut Look::new(&world.app, &mut conn, &caller), id).await.unwrap();
    entries.into_iter().map(|entry| entry.text).collect()
}

/// The groups on a platform whose name holds `name`.
fn groups_named(world: &World, platform: PlatformName, name: &str) -> Vec<ConversationView> {
    let state = world.sim.state(None);
    let mut found = state.platforms[&platform].conversations.clone();
    found.retain(|one| one.kind == ConversationKind::Group && one.name.contains(name));
    found
}

fn fails(world: &World, platform: PlatformName, operation: &str, kind: FaultKind, times: Option<u32>) {
    world.sim.set_fault(Fault { id: 0, platform: Some(platform), operation: operation.to_owned(), kind, times });
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names
}

async fn e2_a_war_room_is_made_with_those_who_have_a_role_and_are_on_its_platform(world: World) {
    let id = raise(&world, &world.company.feishu).await;
    let made = groups_named(&world, Feishu, "支付模块故障");
    assert_eq!(made.len(), 1, "{made:#?}");
    let group = request(&world, &id).await;
    assert_eq!((group.state, group.robot_is_out), ("made", false), "{group:#?}");
    let inside = sorted(group.people.iter().map(|person| person.name.clone()).collect());
    assert_eq!(inside, sorted(vec!["李强".into(), "赵敏".into(), "何静".into()]));
    assert_eq!(sorted(made[0].members.clone()), ["hejing", "liqiang", "zhaomin"]);
    let left_out: Vec<(&str, &str)> =
        group.left_out.iter().map(|one| (one.person.name.as_str(), one.reason.as_str())).collect();
    assert_eq!(left_out, [("王晓", "没有这个平台的账号")]);
    let room = room(&world, &id).await;
    assert_eq!(room.war_room.as_ref().map(|room| room.id.clone()), group.channel);
    let messages = &made[0].messages;
    assert!(messages.iter().any(|said| said.person.is_none() && said.text.contains("支付模块故障")), "{messages:#?}");
    assert!(timeline(&world, &id).await.iter().any(|line| line.contains("建成作战群")));

    // What is said there is part of the timeline.
    world.sim.say_in_group(Feishu, "liqiang", &made[0].key, "@环 已重启").unwrap();
    world.settle().await;
    assert!(timeline(&world, &id).await.iter().any(|line| line.contains("已重启")));
    world.end().await;
}

async fn e2_an_emergency_goes_on_where_no_group_can_be_made_and_it_is_tried_again(world: World) {
    fails(&world, Feishu, CREATE, FaultKind::ServerError { status: 403 }, None);
    let id = raise(&world, &world.company.feishu).await;
    let group = request(&world, &id).await;
    assert_eq!(group.state, "failed", "{group:#?}");
    assert!(group.reason.is_some());
    let before = room(&world, &id).await;
    let alarmed = world.group(Feishu, "product_v2_dev", "hejing");
    assert!(alarmed.iter().any(|said| said.text.contains("支付模块故障")), "{alarmed:#?}");
    assert!(before.war_room.is_some(), "it goes on in a group that is there");
    assert!(timeline(&world, &id).await.iter().any(|line| line.contains("未能在飞书建成群")));

    world.sim.clear_faults(None);
    let request_id: GroupRequestId = group.id.parse().unwrap();
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    groups::retry_group(&mut work, &request_id).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let after = room(&world, &id).await;
    assert_eq!(after.group.unwrap().state, "made");
    assert_ne!(after.war_room.unwrap().id, before.war_room.unwrap().id);
    assert_eq!(groups_named(&world, Feishu, "支付模块故障").len(), 1);
    world.end().await;
}

async fn e2_an_answer_that_was_lost_never_makes_two_groups(world: World) {
    fails(&world, Feishu, CREATE, FaultKind::AnswerLost, Some(2));
    let id = raise(&world, &world.company.feishu).await;
    world.advance(2).await;
    assert_eq!(request(&world, &id).await.state, "made");
    let made = groups_named(&world, Feishu, "支付模块故障");
    assert_eq!(made.len(), 1, "it is known again by its key: {made:#?}");
    world.end().await;
}

async fn e2_where_nobody_knows_a_person_looks(world: World) {
    let create = "POST /v1.0/im/group/create";
    fails(&world, Dingtalk, create, FaultKind::AnswerLost, Some(1));
    let id = raise(&world, &world.company.dingtalk).await;
    world.advance(30).await;
    let group = request(&world, &id).await;
    assert_eq!(group.state, "uncertain", "{group:#?}");
    assert_eq!(groups_named(&world, Dingtalk, "支付模块故障").len(), 1, "it is not tried again by itself");
    assert!(timeline(&world, &id).await.iter().any(|line| line.contains("不确定")));

    // Somebody looks: it is there, and by a word to the robot Huan knows it too.
    let there = groups_named(&world, Dingtalk, "支付模块故障").remove(0);
    world.say(Dingtalk, &there.key, "wangxiao", "@环 帮助").await;
    let mut conn = world.app.db.read().await.unwrap();
    let channels = conn.channels(&world.app.workspace).await.unwrap();
    let channel = channels.into_iter().find(|channel| channel.conversation.as_str() == there.id).unwrap();
    assert_eq!(channel.collaboration, None);
    drop(conn);
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    groups::found_group(&mut work, &group.id.parse().unwrap(), &channel.id).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let room = room(&world, &id).await;
    assert_eq!(room.group.unwrap().state, "made");
    assert_eq!(room.war_room.unwrap().id, channel.id.to_string());
    assert_eq!(groups_named(&world, Dingtalk, "支付模块故障").len(), 1);
    world.end().await;
}

async fn e2_who_gets_a_role_later_comes_into_the_war_room(world: World) {
    let id = raise(&world, &world.company.feishu).await;
    for (role, person) in [("liaison", "zhouting"), ("recorder", "wangxiao")] {
        let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
        let person = world.company.person(person).unwrap();
        emergencies::fill_role(&mut work, &id, role, &person).await.unwrap();
        work.commit().await.unwrap();
        world.settle().await;
    }
    let made = groups_named(&world, Feishu, "支付模块故障");
    assert!(made[0].members.iter().any(|member| member == "zhouting"), "{:?}", made[0].members);
    let group = request(&world, &id).await;
    assert_eq!(group.left_out.len(), 1, "王晓 is not on Feishu: {group:#?}");
    world.end().await;
}

async fn b3_a_group_of_a_collaboration_is_made_and_bound(world: World) {
    let collaboration = collaboration(&world).await;
    let ask = async |account: &AccountId| {
        let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
        let new = NewGroup {
            collaboration: collaboration.clone(),
            account: account.clone(),
            title: "产品V2.0二期需求评审与联调沟通专用大群".into(),
            people: Vec::new(),
        };
        let asked = groups::make_group(&mut work, new).await;
        match asked {
            Ok(request) => {
                work.commit().await.unwrap();
                world.settle().await;
                Ok(request.id)
            }
            Err(error) => Err(error),
        }
    };
    let refused = ask(&world.company.teambition).await.unwrap_err();
    assert_eq!(refused.code(), "invalid_input", "a platform without groups says so");
    ask(&world.company.dingtalk).await.unwrap();
    let made = groups_named(&world, Dingtalk, "产品V2.0二期");
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].name.chars().count(), 20, "DingTalk takes no longer name: {}", made[0].name);
    assert_eq!(sorted(made[0].members.clone()), ["chenming", "hejing", "wangxiao", "zhouting"]);
    let mut conn = world.app.db.read().await.unwrap();
    let channels = conn.channels_of(&world.app.workspace, &collaboration).await.unwrap();
    let bound = channels.iter().find(|channel| channel.conversation.as_str() == made[0].id);
    assert!(bound.is_some_and(|channel| channel.present), "{channels:#?}");
    drop(conn);
    world.end().await;
}
