//! Killed while messages go out and clocks ring.

use std::{sync::Arc, time::Duration};

use huan::simulated_company::{self, Company, Differences, NewCollaboration};
use huan_app::{
    App, Caller,
    actions::create_task::{NewTask, create_task},
};
use huan_core::{
    ambient::{ManualTime, SystemTime, TimeSource as _},
    calendar::{PublicHolidays, Shift, Week, WorkingHours},
    clock::Span,
    history::{Event, Source, Subject},
    id::TaskId,
    level::Level,
    task::Priority,
};
use huan_sim::{Connection, Fault, FaultKind, PlatformName, Sim, SimOptions};
use huan_store::{Page, testing::Fresh};
use jiff::SignedDuration;

use super::program::{self, Chance, Program};

const TASKS: usize = 6;
const KILLS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn f4_killed_again_and_again_nothing_is_lost_and_nothing_told_twice_sqlite() {
    program::run_if_child().await;
    let this = "killed::telling::f4_killed_again_and_again_nothing_is_lost_and_nothing_told_twice_sqlite";
    killed_while_telling(this, Fresh::sqlite().await, 1).await;
}

/// With a second node beside the one that is killed.
#[tokio::test(flavor = "multi_thread")]
async fn f4_killed_again_and_again_nothing_is_lost_and_nothing_told_twice_postgres() {
    program::run_if_child().await;
    let this = "killed::telling::f4_killed_again_and_again_nothing_is_lost_and_nothing_told_twice_postgres";
    killed_while_telling(this, Fresh::postgres().await, 2).await;
}

async fn killed_while_telling(test: &str, fresh: Fresh, nodes: usize) {
    let chance = Chance::new();
    let address = fresh.address();
    fresh.db().close().await;
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let tasks = half_an_hour_ago(&address, &sim.connection()).await;
    // Some requests hang until the program is dead, some are carried out but their answer never comes.
    for (kind, times) in [(FaultKind::Delay { millis: 2_500 }, 1), (FaultKind::AnswerLost, 3)] {
        let operation = "POST /open-apis/im/v1/messages".to_owned();
        sim.set_fault(Fault { id: 0, platform: Some(PlatformName::Feishu), operation, kind, times: Some(times) });
    }

    let steady: Vec<Program> = (1..nodes).map(|_| Program::start(test, &address, 0)).collect();
    for _ in 0..KILLS {
        let program = Program::start(test, &address, 0);
        chance.pause(150..2_200).await;
        drop(program);
    }
    // With several nodes the last one standing is one that was never killed.
    let last = if steady.is_empty() { Some(Program::start(test, &address, 0)) } else { None };
    let told = || -> Vec<String> {
        let messages = sim.messages(PlatformName::Feishu, "liqiang", Some("liqiang"));
        messages.into_iter().filter(|message| message.person.is_none()).map(|message| message.text).collect()
    };
    // What was in hand at a kill is taken up again when its lease has run out.
    for _ in 0..400 {
        if told().len() >= 2 * TASKS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Whatever would come twice comes when the leases of the last kill have run out.
    tokio::time::sleep(program::LEASES.message.unsigned_abs() + Duration::from_millis(500)).await;
    let told = told();
    assert_eq!(told.len(), 2 * TASKS, "a card and a reminder for each task, no more and no less: {told:#?}");
    drop((steady, last));

    let app = program::application(&address, Arc::new(SystemTime), 0).await;
    let mut conn = app.db.read().await.unwrap();
    for task in tasks {
        let subject = Subject::Task(task);
        let history = conn.history(&app.workspace, &subject, &Page::first(100)).await.unwrap().rows;
        let rung = history.iter().filter(|row| matches!(row.entry.event, Event::ClockFired { .. })).count();
        assert_eq!(rung, 1, "the clock rings once: {history:#?}");
    }
    assert_eq!(conn.verify_history(&app.workspace).await.unwrap(), None, "the history is whole");
    drop(conn);
    app.db.close().await;
    sim.stop().await;
    fresh.remove().await;
}

/// Fills a database as it was left half an hour ago: tasks that were handed out, of which nobody has been told yet, and whose
/// reminders have fallen due meanwhile.
async fn half_an_hour_ago(address: &str, connection: &Connection) -> Vec<TaskId> {
    let then = SystemTime.now() - SignedDuration::from_mins(31);
    let app = program::application(address, Arc::new(ManualTime::starting_at(then)), 0).await;
    let company = simulated_company::enter(&app, connection, &Differences::default()).await.unwrap();
    let tasks = hand_out(&app, connection, &company).await;
    app.db.close().await;
    tasks
}

async fn hand_out(app: &App, connection: &Connection, company: &Company) -> Vec<TaskId> {
    let new = NewCollaboration {
        name: "产品V2.0需求评审",
        goal: "完成产品V2.0需求文档评审",
        initiator: "wangxiao",
        assistant: "hejing",
        members: &[("liqiang", "评估技术可行性")],
        groups: &["product_v2"],
    };
    let collaboration = simulated_company::enter_collaboration(app, connection, company, new).await.unwrap();
    let mut work = app.begin_as_huan().await.unwrap();
    let mut changed = work.tx.collaboration(&app.workspace, &collaboration).await.unwrap().unwrap();
    changed.levels.acceptance.answer_within = Span::working(60);
    work.tx.update_collaboration(&app.workspace, &mut changed).await.unwrap();
    // Somebody who always works, so that the story can be told at any hour of any day.
    let always = vec![Shift::new(0, 24 * 60).unwrap()];
    let week = Week { saturday: always.clone(), sunday: always.clone(), ..Week::monday_to_friday(&always) };
    let mut owner = work.person(&company.person("liqiang").unwrap(), "person").await.unwrap();
    owner.hours = WorkingHours::new("Asia/Shanghai", week, PublicHolidays::None).unwrap();
    work.tx.update_person(&app.workspace, &mut owner).await.unwrap();
    let initiator = work.person(&company.person("wangxiao").unwrap(), "person").await.unwrap();
    work.commit().await.unwrap();
    let caller = Caller::of(&initiator, Source::Web, app.now()).unwrap();
    let mut tasks = Vec::new();
    for number in 0..TASKS {
        let mut work = app.begin(&caller).await.unwrap();
        let new = NewTask {
            collaboration: collaboration.clone(),
            name: format!("评估第{number}项"),
            description: String::new(),
            owner: company.person("liqiang").unwrap(),
            helpers: Vec::new(),
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            message: None,
            platforms: Vec::new(),
        };
        tasks.push(create_task(&mut work, new).await.unwrap().id);
        work.commit().await.unwrap();
    }
    tasks
}
