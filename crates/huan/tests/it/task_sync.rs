//! Tasks on two sides: Huan and a Teambition board, under everything that goes wrong between them.

use std::time::Duration;

use huan_app::{
    Caller,
    actions::{
        edit_task::{TaskChange, edit_task},
        task_binding::{self, NewBinding, suggestion},
    },
    queries::{Look, task_sync::SyncView},
};
use huan_core::{
    history::{Event, Source, Subject},
    id::{CollaborationId, TaskId},
    platform::ForeignProject,
    task::{Stage, Task},
    task_sync::{Acceptance, Side, SyncField},
};
use huan_sim::{
    EntryKind, Fault, FaultKind, JournalQuery,
    PlatformName::{self, Dingtalk, Feishu, Teambition},
    TaskView,
};
use huan_store::{Page, testing::Fresh};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{Way, World};

const TASK: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";
const TITLE: &str = "评估数据导出的技术可行性";

/// Tells each story on both databases.
macro_rules! on_both_databases {
    ($($name:ident)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                super::$name(World::new(Fresh::sqlite().await, Way::Connections).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$name(World::new(Fresh::postgres().await, Way::Connections).await).await;
            }
        }
    )*};
}

on_both_databases! {
    d5_a_task_said_in_chat_appears_on_the_board_and_a_move_there_comes_back
    d5_taking_on_is_a_choice_in_a_field_of_the_project
    d5_lost_events_are_made_up_for
    d5_doubled_and_reordered_events_change_nothing_twice
    d5_a_platform_that_fails_half_way_gets_everything_once
    d5_of_edits_on_both_sides_the_later_stands_and_the_other_is_shown
    d5_a_day_off_is_made_up_for
    d5_what_huan_wrote_does_not_come_back_to_it
    d5_without_a_public_address_dingtalk_relays
    d5_a_private_deployment_has_another_base
    d5_whatever_happens_both_sides_agree_in_the_end
}

async fn caller(world: &World, person: &str) -> Caller {
    let id = world.company.person(person).unwrap();
    let found = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&found, Source::Web, world.now()).unwrap()
}

/// Binds the collaboration to the project as its initiator does who takes what is suggested.
async fn bind(world: &World) -> CollaborationId {
    let collaboration =
        world.app.db.read().await.unwrap().collaborations(&world.app.workspace).await.unwrap().remove(0);
    let caller = caller(world, "wangxiao").await;
    let project = ForeignProject::new(world.sim.connection().teambition.project_id);
    let account = world.company.teambition.clone();
    let choices = task_binding::projects(&world.app, &caller, &collaboration.id).await.unwrap();
    assert!(choices[0].projects.as_ref().unwrap().iter().any(|choice| choice.id == project), "{choices:?}");
    let read = task_binding::read_project(&world.app, &caller, &collaboration.id, &account, &project).await.unwrap();
    let mapping = suggestion(&read);
    let new = NewBinding { account, project, mapping, take_existing: true, send_existing: true };
    let mut work = world.app.begin(&caller).await.unwrap();
    task_binding::bind(&mut work, &collaboration.id, new, &read).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    collaboration.id
}

/// The tasks on the board.
fn board(world: &World) -> Vec<TaskView> {
    let project = world.sim.connection().teambition.project_id;
    let projects = world.sim.teambition().view().projects;
    projects.into_iter().find(|each| each.id == project).unwrap().tasks
}

/// The only task on the board.
fn only(world: &World) -> TaskView {
    let tasks = board(world);
    assert_eq!(tasks.len(), 1, "{tasks:#?}");
    tasks.into_iter().next().unwrap()
}

/// Somebody changes a task on the board.
fn edit(world: &World, person: &str, task: &str, what: &str, body: Value) {
    world.sim.teambition().as_person(person, "PUT", &format!("/v3/task/{task}/{what}"), body).unwrap();
}

fn move_to(world: &World, person: &str, task: &str, status: &str) {
    let status = world.sim.connection().teambition.statuses[status].clone();
    edit(world, person, task, "taskflowstatus", json!({"taskflowstatusId": status}));
}

/// Somebody chooses in the field 「承接」.
fn choose(world: &World, person: &str, task: &str, choice: &str) {
    let project = world.sim.connection().teambition.project_id;
    let projects = world.sim.teambition().view().projects;
    let fields = projects.into_iter().find(|each| each.id == project).unwrap().fields;
    let choices = fields.into_iter().find(|each| each.id == field(world)).unwrap().choices;
    let id = choices.into_iter().find(|(_, name)| name == choice).unwrap().0;
    let body = json!({"customfieldId": field(world), "value": [{"id": id, "title": choice}]});
    let path = format!("/v3/task/{task}/customfield/update");
    world.sim.teambition().as_person(person, "POST", &path, body).unwrap();
}

fn field(world: &World) -> String {
    world.sim.connection().teambition.custom_fields["承接"].clone()
}

fn comment(world: &World, person: &str, task: &str, text: &str) {
    let path = format!("/v3/task/{task}/comment");
    world.sim.teambition().as_person(person, "POST", &path, json!({"content": text})).unwrap();
}

fn fault(world: &World, platform: PlatformName, operation: &str, kind: FaultKind, times: Option<u32>) {
    world.sim.set_fault(Fault { id: 0, platform: Some(platform), operation: operation.into(), kind, times });
}

/// Has no event arrive, ever.
fn lose_events(world: &World) {
    world.sim.teambition().configure(|settings| settings.retry = false);
    fault(world, Teambition, "event *", FaultKind::Drop, None);
}

async fn rename(world: &World, person: &str, id: &TaskId, name: &str) {
    let task = world.app.db.read().await.unwrap().task(&world.app.workspace, id).await.unwrap().unwrap();
    let mut work = world.app.begin(&caller(world, person).await).await.unwrap();
    let change = TaskChange { version: task.version, name: Some(name.into()), ..TaskChange::default() };
    edit_task(&mut work, id, change).await.unwrap();
    work.commit().await.unwrap();
}

async fn history(world: &World, id: &TaskId) -> Vec<Event> {
    let subject = Subject::Task(id.clone());
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.history(&world.app.workspace, &subject, &Page::first(500)).await.unwrap();
    listed.rows.into_iter().map(|row| row.entry.event).collect()
}

/// The page 「同步」 as the initiator sees it.
async fn page(world: &World, collaboration: &CollaborationId) -> SyncView {
    let caller = caller(world, "wangxiao").await;
    let mut conn = world.app.db.read().await.unwrap();
    huan_app::queries::task_sync::of(&mut Look::new(&world.app, &mut conn, &caller), collaboration).await.unwrap()
}

async fn the_task(world: &World) -> Task {
    let tasks = world.tasks().await;
    assert_eq!(tasks.len(), 1, "{tasks:#?}");
    tasks.into_iter().next().unwrap()
}

/// How many calls changed something on the platform.
fn writes(world: &World) -> usize {
    let query = JournalQuery { platform: Some(Teambition), kind: Some(EntryKind::Request), ..JournalQuery::default() };
    let entries = world.sim.journal(&query);
    let writing = |operation: &str| {
        (operation.starts_with("PUT ") || operation.starts_with("POST ")) && operation.contains("/v3/task/")
    };
    entries.iter().filter(|entry| writing(&entry.operation)).count()
}

async fn d5_a_task_said_in_chat_appears_on_the_board_and_a_move_there_comes_back(world: World) {
    let collaboration = bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    assert_eq!((there.content.as_str(), there.executor.as_deref()), (TITLE, Some("liqiang")));
    assert_eq!((there.creator.as_deref(), there.due), (Some("wangxiao"), the_task(&world).await.due_at));
    assert_eq!((there.status_name.as_str(), there.field(&field(&world))), ("待处理", None), "nothing chosen yet");
    // 承接 on a card in Feishu moves it on the board.
    world.press(Feishu, "liqiang", "承接", &[]).await;
    let there = only(&world);
    assert_eq!((there.status_name.as_str(), there.field(&field(&world))), ("已承接", Some("已承接")));
    let moved = there.activities.last().unwrap();
    assert_eq!(moved.person.as_deref(), Some("liqiang"), "in the name of whoever did it: {moved:?}");
    // A move there moves it here at once, with everything that belongs to the step.
    move_to(&world, "liqiang", &there.id, "已完成");
    world.settle().await;
    let task = the_task(&world).await;
    assert_eq!(task.state.stage(), Stage::Done);
    assert!(history(&world, &task.id).await.contains(&Event::Finished));
    let told = world.told(Dingtalk, "wangxiao");
    assert!(told.iter().any(|text| text.contains("完成")), "{told:?}");
    // What is said there stands in the history here, and what is reported here is said there.
    comment(&world, "wangxiao", &there.id, "辛苦了");
    world.advance(6).await;
    let commented =
        |event: &Event| matches!(event, Event::Commented { text, by, .. } if text == "辛苦了" && by == "王晓");
    assert!(history(&world, &task.id).await.iter().any(commented));
    let page = page(&world, &collaboration).await;
    assert!(page.troubles.is_empty() && page.conflicts.is_empty(), "{page:#?}");
    world.end().await;
}

async fn d5_taking_on_is_a_choice_in_a_field_of_the_project(world: World) {
    let collaboration = bind(&world).await;
    let binding = page(&world, &collaboration).await.binding.unwrap();
    assert!(matches!(binding.mapping.acceptance, Acceptance::Field { .. }), "{:#?}", binding.mapping);
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    // To decline needs reason and proposal (D2): without words it is not done, and shown.
    choose(&world, "liqiang", &there.id, "已拒绝");
    world.settle().await;
    let task = the_task(&world).await;
    assert_eq!(task.state.stage(), Stage::Offered);
    let troubles = page(&world, &collaboration).await.troubles;
    assert_eq!(troubles.len(), 1, "{troubles:#?}");
    assert_eq!((troubles[0].field.as_str(), troubles[0].task.as_deref()), ("status", Some(task.id.as_str())));
    assert!(troubles[0].reason.reason.contains("理由和建议"), "{troubles:#?}");
    comment(&world, "liqiang", &there.id, "本周排期已满，建议下周一");
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    let link = troubles[0].link.parse().unwrap();
    task_binding::retry(&mut work, &collaboration, &link).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    assert_eq!(the_task(&world).await.state.stage(), Stage::Declined);
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    let declined = |event: &Event| matches!(event, Event::Declined { refusal } if refusal.reason.contains("排期已满"));
    assert!(history(&world, &task.id).await.iter().any(declined));
    // Kept to by the initiator, it waits again; then the choice takes it on.
    world.press(Dingtalk, "wangxiao", "维持原计划", &[]).await;
    assert_eq!(only(&world).field(&field(&world)), Some("待承接"));
    choose(&world, "liqiang", &there.id, "已承接");
    world.settle().await;
    assert_eq!(the_task(&world).await.state.stage(), Stage::InProgress);
    assert!(history(&world, &task.id).await.contains(&Event::Accepted));
    world.end().await;
}

async fn d5_lost_events_are_made_up_for(world: World) {
    bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    lose_events(&world);
    edit(&world, "liqiang", &there.id, "content", json!({"content": "评估数据导出"}));
    edit(&world, "wangxiao", &there.id, "executor", json!({"executorId": user(&world, "zhouting")}));
    world.sim.teambition().as_person("wangxiao", "POST", "/v3/task/create", new_task(&world, "看板上新建")).unwrap();
    world.settle().await;
    assert_eq!(world.tasks().await.len(), 1, "nobody told");
    world.advance(6).await;
    let tasks = world.tasks().await;
    assert_eq!((tasks[0].name.as_str(), &tasks[0].owner), ("评估数据导出", &world.company.person("zhouting").unwrap()));
    assert_eq!(tasks[1].name, "看板上新建");
    let started = |event: &Event| matches!(event, Event::ClockStarted { .. });
    assert!(history(&world, &tasks[1].id).await.iter().any(started), "D1: it has a clock like any other");
    world.end().await;
}

fn user(world: &World, person: &str) -> String {
    let connection = world.sim.connection();
    let found = connection.people.into_iter().find(|known| known.person.key == person).unwrap();
    found.teambition.unwrap().user_id
}

fn new_task(world: &World, title: &str) -> Value {
    let project = world.sim.connection().teambition.project_id;
    json!({"projectId": project, "content": title, "executorId": user(world, "liqiang")})
}

async fn d5_doubled_and_reordered_events_change_nothing_twice(world: World) {
    bind(&world).await;
    fault(&world, Teambition, "event *", FaultKind::Duplicate, Some(3));
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    fault(&world, Teambition, "event *", FaultKind::Reorder, Some(2));
    fault(&world, Teambition, "event *", FaultKind::Duplicate, Some(2));
    for (person, title) in [("liqiang", "一"), ("wangxiao", "二"), ("liqiang", "三")] {
        edit(&world, person, &there.id, "content", json!({"content": title}));
    }
    move_to(&world, "liqiang", &there.id, "进行中");
    world.sim.teambition().as_person("wangxiao", "POST", "/v3/task/create", new_task(&world, "看板上新建")).unwrap();
    world.settle().await;
    world.advance(12).await;
    let tasks = world.tasks().await;
    assert_eq!(tasks.iter().map(|task| task.name.as_str()).collect::<Vec<_>>(), ["三", "看板上新建"]);
    assert_eq!(tasks[0].state.stage(), Stage::InProgress);
    let history = history(&world, &tasks[0].id).await;
    let last = |event: &&Event| matches!(event, Event::Changed { field, to, .. } if field == "name" && to == "三");
    assert_eq!(history.iter().filter(last).count(), 1, "{history:#?}");
    assert_eq!(history.iter().filter(|event| **event == Event::Accepted).count(), 1);
    assert_eq!(board(&world).len(), 2, "and nothing came back as a new task");
    world.end().await;
}

async fn d5_a_platform_that_fails_half_way_gets_everything_once(world: World) {
    let collaboration = bind(&world).await;
    fault(&world, Teambition, "POST */v3/task/create", FaultKind::AnswerLost, Some(1));
    fault(&world, Teambition, "PUT */v3/task/*", FaultKind::ServerError { status: 502 }, Some(2));
    fault(&world, Teambition, "PUT */v3/task/*", FaultKind::AnswerLost, Some(1));
    fault(&world, Teambition, "PUT */v3/task/*", FaultKind::RateLimit, Some(1));
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.advance(30).await;
    let there = only(&world);
    assert_eq!((there.content.as_str(), there.status_name.as_str()), (TITLE, "已承接"));
    assert_eq!(there.executor.as_deref(), Some("liqiang"));
    assert_eq!(the_task(&world).await.state.stage(), Stage::InProgress);
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    // What the platform refuses for good is shown with its reason, and carried over when it is tried again.
    world.sim.clear_faults(None);
    let forbidden = "PUT /v3/task/{taskId}/content".to_owned();
    world.sim.teambition().configure(|settings| settings.forbidden_routes = [forbidden].into());
    let task = the_task(&world).await;
    rename(&world, "wangxiao", &task.id, "改名").await;
    world.settle().await;
    let troubles = page(&world, &collaboration).await.troubles;
    assert_eq!(troubles.len(), 1, "{troubles:#?}");
    assert_eq!((troubles[0].field.as_str(), troubles[0].reason.retried), ("name", false), "{troubles:#?}");
    assert!(troubles[0].address.as_ref().unwrap().ends_with(&format!("/task/{}", there.id)));
    world.sim.teambition().configure(|settings| settings.forbidden_routes.clear());
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    task_binding::retry_all(&mut work, &collaboration).await.unwrap();
    work.commit().await.unwrap();
    world.settle().await;
    assert_eq!(only(&world).content, "改名");
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    world.end().await;
}

async fn d5_of_edits_on_both_sides_the_later_stands_and_the_other_is_shown(world: World) {
    let collaboration = bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let (task, there) = (the_task(&world).await, only(&world));
    lose_events(&world);
    edit(&world, "liqiang", &there.id, "content", json!({"content": "看板上的名字"}));
    edit(&world, "liqiang", &there.id, "note", json!({"note": "看板上的说明"}));
    world.time.advance(SignedDuration::from_mins(1));
    world.sim.advance(Duration::from_secs(60));
    rename(&world, "wangxiao", &task.id, "环里的名字").await;
    world.advance(6).await;
    let (here, on_board) = (the_task(&world).await, only(&world));
    assert_eq!((here.name.as_str(), on_board.content.as_str()), ("环里的名字", "环里的名字"), "the later one");
    assert_eq!((here.description.as_str(), on_board.note.as_str()), ("看板上的说明", "看板上的说明"), "per field");
    let lost = |event: &Event| {
        matches!(event, Event::SyncConflict { field: SyncField::Name, side: Side::Here, kept, lost, .. }
            if kept == "环里的名字" && lost == "看板上的名字")
    };
    assert!(history(&world, &task.id).await.iter().any(lost));
    let conflicts = page(&world, &collaboration).await.conflicts;
    assert_eq!(conflicts.len(), 1, "{conflicts:#?}");
    assert!(conflicts[0].entry.text.contains("看板上的名字"), "{conflicts:#?}");
    // The other way round.
    rename(&world, "wangxiao", &task.id, "环里的第二个名字").await;
    world.time.advance(SignedDuration::from_secs(5));
    world.sim.advance(Duration::from_secs(5));
    edit(&world, "zhouting", &there.id, "content", json!({"content": "看板上的第二个名字"}));
    world.advance(6).await;
    assert_eq!(the_task(&world).await.name, "看板上的第二个名字");
    let conflicts = page(&world, &collaboration).await.conflicts;
    assert!(conflicts[0].entry.text.contains("环里的第二个名字"), "{conflicts:#?}");
    world.end().await;
}

async fn d5_a_day_off_is_made_up_for(world: World) {
    let collaboration = bind(&world).await;
    for name in ["整理评审记录", "评估导出", "压力测试"] {
        world.say(Dingtalk, "product_v2", "wangxiao", &format!("@环 任务 {name} @李强 周五12:00前")).await;
    }
    let id = |title: &str| board(&world).into_iter().find(|task| task.content == title).unwrap().id;
    let (first, second, third) = (id("整理评审记录"), id("评估导出"), id("压力测试"));
    world.sim.set_reachable(false);
    let day = SignedDuration::from_hours(25);
    move_to(&world, "liqiang", &first, "已完成");
    edit(&world, "wangxiao", &second, "dueDate", json!({"dueDate": "2026-12-04T10:00:00.000Z"}));
    edit(&world, "wangxiao", &second, "executor", json!({"executorId": user(&world, "zhouting")}));
    world.sim.teambition().as_person("wangxiao", "POST", &format!("/v3/task/{third}/delete"), json!({})).unwrap();
    world.sim.teambition().as_person("wangxiao", "POST", "/v3/task/create", new_task(&world, "停机时新建")).unwrap();
    world.time.advance(day);
    world.sim.advance(day.try_into().unwrap());
    world.sim.set_reachable(true);
    // What Teambition still tries is not waited for: asking what changed is enough.
    world.sim.teambition().listen_at(None).unwrap();
    for _ in 0..6 {
        huan_app::engine::drain(&world.app).await.unwrap();
        world.time.advance(SignedDuration::from_mins(1));
        world.sim.advance(Duration::from_secs(60));
    }
    let tasks = world.tasks().await;
    let named = |name: &str| tasks.iter().find(|task| task.name == name).unwrap_or_else(|| panic!("{tasks:#?}"));
    assert_eq!(named("整理评审记录").state.stage(), Stage::Done);
    assert_eq!(named("评估导出").owner, world.company.person("zhouting").unwrap());
    assert_eq!(named("评估导出").due_at.unwrap().to_string(), "2026-12-04T10:00:00Z");
    assert_eq!(named("压力测试").state.stage(), Stage::Cancelled, "deleted there: given up here, and kept");
    assert_eq!(named("停机时新建").state.stage(), Stage::Offered);
    let page = page(&world, &collaboration).await;
    assert!(page.troubles.is_empty() && page.binding.unwrap().problem.is_none(), "{:#?}", page.troubles);
    world.end().await;
}

async fn d5_what_huan_wrote_does_not_come_back_to_it(world: World) {
    // Even if the platform does not say which events are echoes.
    world.sim.teambition().configure(|settings| settings.from_me = "maybe".into());
    bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    world.say_to_robot(Feishu, "liqiang", "进展 接口已通 60%").await;
    world.advance(6).await;
    let task = the_task(&world).await;
    let (calls, before) = (writes(&world), history(&world, &task.id).await);
    assert_eq!(only(&world).comments().len(), 1, "the report is said once: {:#?}", only(&world).comments());
    world.advance(30).await;
    assert_eq!(writes(&world), calls, "nothing more is written");
    let of_sync = |event: &&Event| !matches!(event, Event::ClockFired { .. } | Event::Sent { .. });
    let after = history(&world, &task.id).await;
    assert_eq!(after.iter().filter(of_sync).count(), before.iter().filter(of_sync).count(), "{after:#?}");
    assert_eq!(after.iter().filter(|event| **event == Event::Accepted).count(), 1);
    assert_eq!(world.tasks().await.len(), 1);
    world.end().await;
}

async fn d5_without_a_public_address_dingtalk_relays(world: World) {
    world.sim.teambition().listen_at(None).unwrap();
    world.sim.teambition().configure(|settings| settings.relay = true);
    let dingtalk = world.company.dingtalk.to_string();
    world.set(&world.company.teambition, &[("relay", dingtalk.as_str())]).await;
    world.until("DingTalk is connected", || world.sim.state(None).platforms[&Dingtalk].connections > 0).await;
    bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    edit(&world, "liqiang", &there.id, "content", json!({"content": "经钉钉得知"}));
    world
        .until("the event is relayed", || {
            let query =
                JournalQuery { platform: Some(Dingtalk), kind: Some(EntryKind::Delivery), ..JournalQuery::default() };
            world.sim.journal(&query).iter().any(|entry| entry.operation.contains("project_task_updated"))
        })
        .await;
    world.settle().await;
    assert_eq!(the_task(&world).await.name, "经钉钉得知", "at once, without asking");
    move_to(&world, "liqiang", &there.id, "进行中");
    world.settle().await;
    world.advance(1).await;
    assert_eq!(the_task(&world).await.state.stage(), Stage::InProgress);
    world.end().await;
}

async fn d5_a_private_deployment_has_another_base(world: World) {
    let base = world.sim.connection().teambition.private_base_url;
    let before = world.sim.journal(&JournalQuery::default()).last().map_or(0, |entry| entry.number);
    world.set(&world.company.teambition, &[("base_url", base.as_str()), ("token", "app_token")]).await;
    let collaboration = bind(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let there = only(&world);
    move_to(&world, "liqiang", &there.id, "进行中");
    world.settle().await;
    assert_eq!(the_task(&world).await.state.stage(), Stage::InProgress);
    let query = JournalQuery { platform: Some(Teambition), kind: Some(EntryKind::Request), ..JournalQuery::default() };
    let asked = world.sim.journal(&query);
    let since = || asked.iter().filter(|entry| entry.number > before);
    assert!(since().count() > 0 && since().all(|entry| entry.operation.contains(" /gateway/")), "{asked:#?}");
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    world.end().await;
}

/// Chance decides what is edited where, and what goes wrong. In the end both sides agree, and what was given here, or
/// written over there, stands in the history.
async fn d5_whatever_happens_both_sides_agree_in_the_end(world: World) {
    use huan_core::ambient::{Entropy as _, SeededEntropy};

    let collaboration = bind(&world).await;
    world.sim.teambition().configure(|settings| settings.retry = false);
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let (task, there) = (the_task(&world).await, only(&world));
    let dice = SeededEntropy::new(11);
    let roll = |sides: u8| {
        let mut byte = [0];
        dice.fill(&mut byte);
        byte[0] % sides
    };
    let mut given_here = Vec::new();
    for step in 0..40 {
        let seconds = i64::from(roll(60));
        world.time.advance(SignedDuration::from_secs(seconds));
        world.sim.advance(Duration::from_secs(seconds.unsigned_abs()));
        match roll(8) {
            0 | 1 => {
                let title = format!("环{step}");
                rename(&world, "wangxiao", &task.id, &title).await;
                given_here.push(title);
            }
            2 => edit(&world, "liqiang", &there.id, "content", json!({"content": format!("板{step}")})),
            3 => edit(&world, "zhouting", &there.id, "note", json!({"note": format!("说明{step}")})),
            4 => {
                let status = ["待处理", "进行中", "已完成"][usize::from(roll(3))];
                move_to(&world, "liqiang", &there.id, status);
            }
            5 => {
                let kinds = [FaultKind::Drop, FaultKind::Duplicate, FaultKind::Drop];
                fault(&world, Teambition, "event *", kinds[usize::from(roll(3))].clone(), Some(2));
            }
            6 => {
                let kinds = [
                    FaultKind::AnswerLost,
                    FaultKind::RateLimit,
                    FaultKind::ServerError { status: 502 },
                    FaultKind::Drop,
                ];
                fault(&world, Teambition, "* */v3/task/*", kinds[usize::from(roll(4))].clone(), Some(1));
            }
            _ => world.settle().await,
        }
    }
    world.sim.clear_faults(None);
    world.advance(20).await;
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    task_binding::retry_all(&mut work, &collaboration).await.unwrap();
    work.commit().await.unwrap();
    world.advance(6).await;
    let (here, on_board) = (the_task(&world).await, only(&world));
    assert_eq!((&here.name, &here.description), (&on_board.content, &on_board.note));
    let stage = match on_board.status_name.as_str() {
        "待处理" if on_board.field(&field(&world)) != Some("已承接") => Stage::Offered,
        "已完成" => Stage::Done,
        _ => Stage::InProgress,
    };
    assert_eq!(here.state.stage(), stage, "{on_board:#?}");
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    let told = serde_json::to_string(&history(&world, &task.id).await).unwrap();
    for title in &given_here {
        assert!(told.contains(title.as_str()), "{title} vanished");
    }
    for title in written_over(&on_board, "wangxiao") {
        assert!(told.contains(&title), "{title} vanished: {told}");
    }
    world.end().await;
}

/// The titles that others gave and `by`, in whose name Huan wrote, gave another one after.
fn written_over(task: &TaskView, by: &str) -> Vec<String> {
    let titles: Vec<(&str, &str)> = task
        .activities
        .iter()
        .filter(|activity| activity.action == "update_content")
        .map(|activity| (activity.person.as_deref().unwrap_or_default(), activity.message.as_str()))
        .collect();
    let over = titles.windows(2).filter(|pair| pair[0].0 != by && pair[1].0 == by);
    over.map(|pair| pair[0].1.trim_start_matches("修改了标题：").to_owned()).collect()
}
