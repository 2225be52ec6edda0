//! The people directory: imported from two platforms, kept in step, and those who leave.

use std::collections::HashMap;

use huan_app::{
    Caller,
    actions::{leaving, people::NewPerson},
    directory::imports::{self, Choice},
    queries::{self, Look},
};
use huan_core::{
    directory::run::{LeaverState, Run, RunState},
    history::{Source, Subject},
    id::{AccountId, DirectoryRunId, PersonId},
    person::{Person, Standing},
    task::Stage,
};
use huan_sim::{PlatformName, organisation::Organisation};
use huan_store::{Page, testing::Fresh};
use serde_json::json;

use crate::world::{Way, World};

macro_rules! on_both_databases {
    ($($name:ident($fresh:ident))*) => {$(
        mod $name {
            use huan_store::testing::Fresh;

            #[tokio::test]
            async fn sqlite() {
                super::$name(Fresh::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(Fresh::postgres().await).await;
            }
        }
    )*};
}

on_both_databases! {
    a3_people_of_two_platforms_become_one_person_each(fresh)
    a3_whoever_is_heard_of_by_an_id_only_waits_under_their_name(fresh)
    i7_who_leaves_on_a_platform_is_listed_and_their_work_handed_over(fresh)
    i7_nobody_chooses_and_the_work_goes_to_the_superior(fresh)
    a3_the_nightly_reconcile_repairs_a_lost_event(fresh)
    i7_joining_moving_and_leaving_are_followed_by_events_of_both_platforms(fresh)
}

const ALL: Choice = Choice { despite_problems: false, with_leavers: true, in_step: true };

/// Somebody who may keep the directory.
async fn administrator(world: &World) -> Caller {
    let mut work = world.app.begin_as_huan().await.unwrap();
    let new = NewPerson { name: "管理员".into(), administrator: true, ..NewPerson::default() };
    let person = huan_app::actions::people::add_person(&mut work, new).await.unwrap();
    work.commit().await.unwrap();
    Caller::of(&person, Source::Web, world.now()).unwrap()
}

async fn run(world: &World, id: &DirectoryRunId) -> Run {
    world.app.db.read().await.unwrap().directory_run(&world.app.workspace, id).await.unwrap().unwrap()
}

/// Imports an account's people, looking at the preview first.
async fn import(world: &World, caller: &Caller, account: &AccountId) -> (Run, Run) {
    let mut work = world.app.begin(caller).await.unwrap();
    let begun = imports::begin(&mut work, account).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let preview = run(world, &begun.id).await;
    assert_eq!(preview.state, RunState::Ready, "{preview:#?}");
    let mut work = world.app.begin(caller).await.unwrap();
    imports::apply(&mut work, &begun.id, ALL).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let done = run(world, &begun.id).await;
    assert_eq!(done.state, RunState::Done, "{done:#?}");
    (preview, done)
}

async fn reconcile(world: &World, caller: &Caller, account: &AccountId) -> Run {
    let mut work = world.app.begin(caller).await.unwrap();
    let begun = imports::reconcile_now(&mut work, account).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    let done = run(world, &begun.id).await;
    assert_eq!(done.state, RunState::Done, "{done:#?}");
    done
}

async fn people(world: &World) -> Vec<Person> {
    world.app.db.read().await.unwrap().people(&world.app.workspace).await.unwrap()
}

fn count(run: &Run, kind: &str) -> usize {
    run.report.counts.get(kind).copied().unwrap_or_default()
}

async fn a3_whoever_is_heard_of_by_an_id_only_waits_under_their_name(fresh: Fresh) {
    let world = World::of_nobody(fresh).await;
    // Feishu's events tell who spoke by ids only.
    world.say(huan_sim::PlatformName::Feishu, "product_v2_dev", "liqiang", "@环 帮助").await;
    world.settle().await;
    let mut conn = world.app.db.read().await.unwrap();
    let waiting = conn.directory_waiting(&world.app.workspace, "", 10).await.unwrap();
    let names: Vec<&str> = waiting.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["李强"], "{waiting:?}");
    assert!(people(&world).await.is_empty(), "nobody becomes a person by being heard");
    drop(conn);
    world.end().await;
}

async fn a3_people_of_two_platforms_become_one_person_each(fresh: Fresh) {
    let world = World::of_nobody(fresh).await;
    let caller = administrator(&world).await;
    let seed = Organisation::seeded().unwrap();
    let on = |platform| seed.people_on(platform).count();

    let (preview, _) = import(&world, &caller, &world.company.feishu).await;
    assert_eq!(count(&preview, "new"), on(PlatformName::Feishu));
    assert_eq!(people(&world).await.len(), on(PlatformName::Feishu) + 1, "and the administrator");
    let (preview, _) = import(&world, &caller, &world.company.dingtalk).await;
    let both = seed
        .people
        .iter()
        .filter(|person| person.lives_on(PlatformName::Feishu) && person.lives_on(PlatformName::Dingtalk))
        .count();
    assert!(both > 0, "somebody lives on both");
    assert_eq!(count(&preview, "changed"), both, "joined: {:#?}", preview.report);
    assert_eq!(count(&preview, "doubtful"), 0);
    // What only each person's own page tells comes with the reconcile.
    for account in [&world.company.feishu, &world.company.dingtalk] {
        reconcile(&world, &caller, account).await;
        let again = reconcile(&world, &caller, account).await;
        assert_eq!(count(&again, "unchanged"), again.report.people, "{:#?}", again.report);
    }

    let everybody = people(&world).await;
    let known: Vec<_> = seed
        .people
        .iter()
        .filter(|person| person.lives_on(PlatformName::Feishu) || person.lives_on(PlatformName::Dingtalk))
        .collect();
    assert_eq!(everybody.len(), known.len() + 1, "one person each");
    let by_number: HashMap<&str, &Person> =
        everybody.iter().filter_map(|person| Some((person.staff_number.as_deref()?, person))).collect();
    let mut conn = world.app.db.read().await.unwrap();
    for told in &known {
        let person = by_number[told.staff_number.to_uppercase().as_str()];
        assert_eq!(person.name, told.name);
        let platforms = [PlatformName::Feishu, PlatformName::Dingtalk].into_iter();
        let accounts = platforms.filter(|platform| told.lives_on(*platform)).count();
        let identities = conn.identities_of(&world.app.workspace, &person.id).await.unwrap();
        assert_eq!(identities.len(), accounts, "{}", told.name);
        // A superior on a platform of theirs is told by it.
        let superior = told.superior.as_deref().and_then(|key| seed.person(key));
        let platform = |person: &huan_sim::organisation::Person, platform| person.lives_on(platform);
        let told_by_a_platform = superior.filter(|superior| {
            platform(told, PlatformName::Feishu) && platform(superior, PlatformName::Feishu)
                || !platform(told, PlatformName::Feishu) && platform(superior, PlatformName::Dingtalk)
        });
        if let Some(superior) = told_by_a_platform {
            let expected = &by_number[superior.staff_number.to_uppercase().as_str()].id;
            assert_eq!(person.superior.as_ref(), Some(expected), "{} reports to {}", told.name, superior.name);
        }
    }
    let departments = conn.departments(&world.app.workspace).await.unwrap();
    assert_eq!(departments.len(), seed.departments.len(), "one department each");
    drop(conn);
    world.end().await;
}

/// The world with a task that 李强 has taken on, and an administrator.
async fn with_a_task(fresh: Fresh) -> (World, Caller, PersonId) {
    let world = World::new(fresh, Way::Connections).await;
    let caller = administrator(&world).await;
    world.say(PlatformName::Dingtalk, "product_v2", "wangxiao", "@环 任务 评估数据导出 @研发组长 周五12:00前").await;
    world.press(PlatformName::Feishu, "liqiang", "承接", &[]).await;
    let leaver = world.company.person("liqiang").unwrap();
    only_on_feishu(&world, &leaver).await;
    (world, caller, leaver)
}

/// Whoever is known on another platform as well has not left when one of them does not tell them any more.
async fn only_on_feishu(world: &World, person: &PersonId) {
    let workspace = &world.app.workspace;
    let mut tx = world.app.db.write().await.unwrap();
    for identity in tx.identities_of(workspace, person).await.unwrap() {
        if identity.account != world.company.feishu {
            tx.remove_identity(workspace, &identity.id).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

fn left(world: &World, key: &str) {
    let people = world.sim.connection().people;
    let ids = people.into_iter().find(|person| person.person.key == key).unwrap().feishu.unwrap();
    let object = json!({"open_id": ids.open_id, "union_id": ids.union_id, "user_id": ids.user_id, "name": key});
    world.sim.feishu().emit_event("contact.user.deleted_v3", json!({"object": object, "old_object": {}}));
}

async fn i7_who_leaves_on_a_platform_is_listed_and_their_work_handed_over(fresh: Fresh) {
    let (world, caller, leaver) = with_a_task(fresh).await;
    left(&world, "liqiang");
    world.settle().await;

    let listed = huan_app::queries::directory::leaving(&world.app, &caller).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].person.id.as_str(), listed[0].state), (leaver.as_str(), "open"));
    assert_eq!(listed[0].open.as_ref().unwrap().tasks[0].name, "评估数据导出");
    let task = world.tasks().await.remove(0);
    assert_eq!(task.owner, leaver, "not ownerless for a moment");

    let successor = world.company.person("zhouting").unwrap();
    let mut work = world.app.begin(&caller).await.unwrap();
    leaving::leave(&mut work, &leaver, Some(&successor)).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;

    let task = world.tasks().await.remove(0);
    assert_eq!((task.owner, task.state.stage()), (successor.clone(), Stage::Offered), "offered to the successor");
    let mut conn = world.app.db.read().await.unwrap();
    let gone = conn.person(&world.app.workspace, &leaver).await.unwrap().unwrap();
    assert!(matches!(gone.standing, Standing::Left { .. }));
    assert_eq!(conn.identities_of(&world.app.workspace, &leaver).await.unwrap(), []);
    assert_eq!(conn.memberships_of(&world.app.workspace, &leaver).await.unwrap(), []);
    let ended = conn.leaver(&world.app.workspace, &leaver).await.unwrap().unwrap();
    assert_eq!((ended.state, ended.successor), (LeaverState::HandedOver, Some(successor)));
    drop(conn);
    world.end().await;
}

async fn i7_nobody_chooses_and_the_work_goes_to_the_superior(fresh: Fresh) {
    let (world, _, leaver) = with_a_task(fresh).await;
    let superior = people(&world).await.into_iter().find(|person| person.id == leaver).unwrap().superior.unwrap();
    left(&world, "liqiang");
    world.settle().await;
    world.jump(23 * 60).await;
    assert_eq!(world.tasks().await[0].owner, leaver, "an administrator still has time to choose");
    world.jump(60).await;
    assert_eq!(world.tasks().await[0].owner, superior);
    let mut conn = world.app.db.read().await.unwrap();
    assert!(conn.open_leavers(&world.app.workspace, 9).await.unwrap().is_empty());
    let broken = conn.verify_history(&world.app.workspace).await.unwrap();
    assert!(broken.is_none(), "{broken:?}");
    drop(conn);
    world.end().await;
}

async fn a3_the_nightly_reconcile_repairs_a_lost_event(fresh: Fresh) {
    let world = World::new(fresh, Way::Connections).await;
    let caller = administrator(&world).await;
    let feishu = world.company.feishu.clone();
    let mut work = world.app.begin(&caller).await.unwrap();
    imports::set_in_step(&mut work, &feishu, true).await.unwrap();
    work.commit().await.unwrap();
    let first = reconcile(&world, &caller, &feishu).await;
    assert_eq!(count(&first, "new") + count(&first, "doubtful"), 0, "everybody is known: {:#?}", first.report);

    // 李强 leaves, and the event is lost.
    world.sim.feishu().configure(|options| {
        options.out_of_range.insert("liqiang".to_owned());
    });
    let leaver = world.company.person("liqiang").unwrap();
    only_on_feishu(&world, &leaver).await;
    world.jump(20 * 60).await;
    let runs = {
        let mut conn = world.app.db.read().await.unwrap();
        conn.directory_runs(&world.app.workspace, Some(&feishu), 9).await.unwrap()
    };
    assert_eq!(runs.len(), 2, "one by hand, one at night: {runs:#?}");
    assert_eq!((runs[0].state, count(&runs[0], "left")), (RunState::Done, 1), "{:#?}", runs[0].report);
    let person = people(&world).await.into_iter().find(|person| person.id == leaver).unwrap();
    let mut conn = world.app.db.read().await.unwrap();
    let known = conn.leaver(&world.app.workspace, &leaver).await.unwrap().expect("noticed");
    let handed_over = known.state == LeaverState::HandedOver && matches!(person.standing, Standing::Left { .. });
    assert!(handed_over || known.state == LeaverState::Open, "{known:?}");
    drop(conn);
    world.end().await;
}

async fn i7_joining_moving_and_leaving_are_followed_by_events_of_both_platforms(fresh: Fresh) {
    let world = World::new(fresh, Way::Connections).await;
    let caller = administrator(&world).await;
    for account in [&world.company.feishu, &world.company.dingtalk] {
        let mut work = world.app.begin(&caller).await.unwrap();
        imports::set_in_step(&mut work, account, true).await.unwrap();
        work.commit().await.unwrap();
        reconcile(&world, &caller, account).await;
    }
    let seed = Organisation::seeded().unwrap();
    let pattern = seed.person("zhouting").unwrap().clone();
    let newcomer = huan_sim::organisation::Person {
        key: "newcomer".into(),
        name: "方圆".into(),
        mobile: "13912340000".into(),
        email: "fangyuan@example.com".into(),
        staff_number: "N1".into(),
        superior: Some("liqiang".into()),
        platforms: vec![PlatformName::Feishu, PlatformName::Dingtalk],
        ..pattern
    };
    world.sim.change_company(|company| company.join(newcomer.clone())).unwrap();
    world.settle().await;
    let found: Vec<Person> = people(&world).await.into_iter().filter(|person| person.name == "方圆").collect();
    let [person] = found.as_slice() else { panic!("one person of two platforms: {found:#?}") };
    assert_eq!(person.superior, Some(world.company.person("liqiang").unwrap()));
    assert_eq!(identities(&world, &person.id).await, 2);

    let moved = json!({"job_title": "架构师", "superior": "hejing"});
    world.sim.change_company(|company| company.change("newcomer", moved.as_object().unwrap().clone())).unwrap();
    world.settle().await;
    let person = people(&world).await.into_iter().find(|one| one.id == person.id).unwrap();
    assert_eq!(person.job, "架构师");
    assert_eq!(person.superior, Some(world.company.person("hejing").unwrap()));

    world.sim.change_company(|company| company.leave("newcomer")).unwrap();
    world.settle().await;
    let gone = people(&world).await.into_iter().find(|one| one.id == person.id).unwrap();
    assert!(matches!(gone.standing, Standing::Left { .. }), "nothing was open: {gone:#?}");
    assert_eq!(identities(&world, &person.id).await, 0);
    let mut conn = world.app.db.read().await.unwrap();
    let mut look = Look::new(&world.app, &mut conn, &caller);
    let subject = Subject::Person(person.id.clone());
    let (_, lines) = queries::history::of(&mut look, &subject, &Page::first(50)).await.unwrap();
    let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    for words in ["加入组织", "离职"] {
        assert!(lines.iter().any(|line| line.contains(words)), "{words} in the history: {lines:#?}");
    }
    drop(conn);
    world.end().await;
}

async fn identities(world: &World, person: &PersonId) -> usize {
    let mut conn = world.app.db.read().await.unwrap();
    conn.identities_of(&world.app.workspace, person).await.unwrap().len()
}
