//! The machine dies at any moment: the real program is killed again and again while it works.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use huan::{
    platforms,
    simulated_company::{self, Company, Differences, NewCollaboration},
};
use huan_app::{
    App, Caller, Setup,
    actions::create_task::{NewTask, create_task},
    secrets::Secrets,
};
use huan_connect::http::Http;
use huan_core::{
    ambient::{ManualTime, SystemEntropy, SystemTime, TimeSource as _},
    calendar::{PublicHolidays, Shift, Week, WorkingHours},
    clock::Span,
    history::{Event, Source, Subject},
    id::TaskId,
    level::Level,
    task::Priority,
};
use huan_sim::{Connection, Fault, FaultKind, PlatformName, Sim, SimOptions};
use huan_store::{Db, Page};
use jiff::SignedDuration;

const KEY: [u8; 32] = [5; 32];
const TASKS: usize = 6;
/// When the program is killed, counted from its start, in milliseconds.
const KILLED_AFTER: [u64; 5] = [400, 900, 1_300, 1_700, 2_100];

/// A directory of this test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("huan-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The real program; killed without a word when it goes out of scope.
struct Program(Child);

impl Program {
    fn start(data: &Path) -> Self {
        let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let child = Command::new(env!("CARGO_BIN_EXE_huan"))
            .arg("serve")
            .current_dir(data)
            .env_clear()
            .env("HUAN_DATA", data)
            .env("HUAN_LISTEN", "127.0.0.1:0")
            .env("HUAN_SECRET_KEY", key)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f4_killed_again_and_again_nothing_is_lost_and_nothing_told_twice() {
    let directory = Directory::new("killed");
    let sim = Sim::start(SimOptions::default()).await.unwrap();
    let tasks = half_an_hour_ago(&directory.0, &sim.connection()).await;
    // Some requests hang until the program is dead, some are carried out but their answer never comes.
    for (kind, times) in [(FaultKind::Delay { millis: 5_000 }, 1), (FaultKind::AnswerLost, 3)] {
        let operation = "POST /open-apis/im/v1/messages".to_owned();
        sim.set_fault(Fault { id: 0, platform: Some(PlatformName::Feishu), operation, kind, times: Some(times) });
    }

    for after in KILLED_AFTER {
        let program = Program::start(&directory.0);
        tokio::time::sleep(Duration::from_millis(after)).await;
        drop(program);
    }
    let program = Program::start(&directory.0);
    let told = || -> Vec<String> {
        let messages = sim.messages(PlatformName::Feishu, "liqiang", Some("liqiang"));
        messages.into_iter().filter(|message| message.person.is_none()).map(|message| message.text).collect()
    };
    // What was in hand at a kill is taken up again when its lease of a minute has run out.
    for _ in 0..1_200 {
        if told().len() >= 2 * TASKS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Whatever would come twice comes within the next moments.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let told = told();
    assert_eq!(told.len(), 2 * TASKS, "a card and a reminder for each task, no more and no less: {told:#?}");
    drop(program);

    let db = Db::open(&directory.0.join("huan.db").display().to_string()).await.unwrap();
    let mut conn = db.read().await.unwrap();
    let workspace = conn.workspaces().await.unwrap().remove(0).id;
    for task in tasks {
        let subject = Subject::Task(task);
        let history = conn.history(&workspace, &subject, &Page::first(100)).await.unwrap().rows;
        let rung = history.iter().filter(|row| matches!(row.entry.event, Event::ClockFired { .. })).count();
        assert_eq!(rung, 1, "the clock rings once: {history:#?}");
    }
    assert_eq!(conn.verify_history(&workspace).await.unwrap(), None, "the history is whole");
    drop(conn);
    db.close().await;
    sim.stop().await;
}

/// Fills a database as it was left half an hour ago: tasks that were handed out, of which nobody has been told yet, and whose
/// reminders have fallen due meanwhile.
async fn half_an_hour_ago(data: &Path, connection: &Connection) -> Vec<TaskId> {
    let db = Db::open(&data.join("huan.db").display().to_string()).await.unwrap();
    let then = SystemTime.now() - SignedDuration::from_mins(31);
    db.migrate(then).await.unwrap();
    let app = App::open(Setup {
        db,
        time: Arc::new(ManualTime::starting_at(then)),
        entropy: Arc::new(SystemEntropy),
        http: Http::new().unwrap(),
        secrets: Secrets::derive(&KEY),
        public_url: "http://huan.test/".parse().unwrap(),
        platforms: platforms::all(),
    })
    .await
    .unwrap();
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
