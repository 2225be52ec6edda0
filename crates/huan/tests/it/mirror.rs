//! A collaboration and its mirror in a Feishu space, under everything that goes wrong between them.

use std::{collections::BTreeMap, time::Duration};

use huan_app::{
    Caller,
    actions::{
        centre::{self, EntryChange},
        collaborations::{CollaborationChange, edit_collaboration},
        create_record::{NewRecord, create_record},
        edit_record::{RecordChange, edit_record},
        mirror as actions,
    },
    queries::{Look, mirror::MirrorView},
};
use huan_core::{
    centre::Entry,
    history::{Event, Source, Subject},
    id::{CollaborationId, RecordId},
    level::Level,
    record::Record,
    status::Status,
    task_sync::Side,
};
use huan_sim::{
    DriveAct, EntryKind, Fault, FaultKind, JournalQuery,
    PlatformName::{Dingtalk, Feishu},
    RepeatedClientToken, RowView, TableView,
};
use huan_store::{EntryFilter, Page, RecordFilter, RecordSort, testing::Fresh};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{Way, World};

const TASK: &str = "@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前";
const TITLE: &str = "评估数据导出的技术可行性";
const RECORDS: &str = "协作信息记录表";
const TASKS: &str = "任务";
const HOME: &str = "协作中心 · 产品V2.0需求评审";
const ENTRIES: &str = "沟通成果";

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
    c3_the_centre_stands_in_the_space_and_a_second_run_changes_nothing
    c3_edits_in_the_table_come_back_with_the_rights_of_whoever_made_them
    c3_of_edits_on_both_sides_the_later_stands_and_the_other_is_shown
    c3_what_people_write_in_between_is_left_alone
    i2_what_becomes_confidential_leaves_the_mirror
    f1_results_of_conversations_stand_there_and_a_new_name_of_the_collaboration
    i2_a_rewritten_paragraph_of_what_became_confidential_is_shown
}

async fn caller(world: &World, person: &str) -> Caller {
    let id = world.company.person(person).unwrap();
    let found = world.app.db.read().await.unwrap().person(&world.app.workspace, &id).await.unwrap().unwrap();
    Caller::of(&found, Source::Web, world.now()).unwrap()
}

/// Has a mirror written, as the initiator does who takes the space that is offered.
async fn set_up(world: &World) -> CollaborationId {
    world.sim.feishu().configure(|options| {
        options.drive_limits = false;
        options.edits_per_document = 1000;
    });
    let collaborations = world.app.db.read().await.unwrap().collaborations(&world.app.workspace).await.unwrap();
    let collaboration = collaborations[0].id.clone();
    let caller = caller(world, "wangxiao").await;
    let choices = actions::spaces(&world.app, &caller, &collaboration).await.unwrap();
    assert_eq!(choices.len(), 1, "{choices:?}");
    let spaces = choices[0].spaces.as_ref().unwrap();
    let names: Vec<&str> = spaces.iter().map(|space| space.name.as_str()).collect();
    assert_eq!(names, ["产品协作空间"], "not the one that the robot is no member of");
    let account = choices[0].account.clone();
    let mut work = world.app.begin(&caller).await.unwrap();
    actions::set_up(&mut work, &collaboration, account, &spaces[0]).await.unwrap();
    work.commit().await.unwrap();
    collaboration
}

/// Lets enough time pass for what changed to be mirrored.
async fn run(world: &World) {
    pass(world, 5).await;
}

async fn pass(world: &World, seconds: i64) {
    world.time.advance(SignedDuration::from_secs(seconds));
    world.sim.advance(Duration::from_secs(seconds.unsigned_abs()));
    world.settle().await;
}

/// Lets time pass until a run has gone through.
async fn until_mirrored(world: &World, collaboration: &CollaborationId) -> MirrorView {
    for _ in 0..60 {
        run(world).await;
        let view = page(world, collaboration).await;
        let mirror = view.mirror.as_ref().unwrap();
        if mirror.problem.is_none() && mirror.mirrored_at.is_some() {
            return view;
        }
        pass(world, 300).await;
    }
    panic!("never mirrored: {:#?}", page(world, collaboration).await);
}

/// The mirror as the initiator sees it.
async fn page(world: &World, collaboration: &CollaborationId) -> MirrorView {
    let caller = caller(world, "wangxiao").await;
    let mut conn = world.app.db.read().await.unwrap();
    huan_app::queries::mirror::of(&mut Look::new(&world.app, &mut conn, &caller), collaboration).await.unwrap()
}

/// A table there, with its Bitable's token.
fn table(world: &World, name: &str) -> (String, TableView) {
    let view = world.sim.feishu().drive_view();
    let (base, table) = view.table(name).unwrap_or_else(|| panic!("no table {name}: {view:#?}"));
    (base.to_owned(), table.clone())
}

fn row(world: &World, name: &str, first: &str) -> RowView {
    let (_, table) = table(world, name);
    let heading = &table.fields[0].1;
    let mut rows = table.rows.iter().filter(|row| row.cells.get(heading).and_then(Value::as_str) == Some(first));
    let row = rows.next().unwrap_or_else(|| panic!("no row {first}: {table:#?}")).clone();
    assert!(rows.next().is_none(), "it stands there twice: {table:#?}");
    row
}

fn texts(world: &World, page: &str) -> Vec<String> {
    let view = world.sim.feishu().drive_view();
    let page = view.page(page).unwrap_or_else(|| panic!("no page {page}: {view:#?}"));
    page.blocks().iter().map(|block| block.text.clone()).collect()
}

/// How many calls changed something in the space.
fn writes(world: &World) -> usize {
    let query = JournalQuery { platform: Some(Feishu), kind: Some(EntryKind::Request), ..JournalQuery::default() };
    let entries = world.sim.journal(&query);
    let changing = |operation: &str| {
        let ours = ["/wiki/", "/docx/", "/bitable/"].iter().any(|part| operation.contains(part));
        ours && !operation.starts_with("GET ") && !operation.ends_with("/search") && !operation.ends_with("/batch_get")
    };
    entries.iter().filter(|entry| changing(&entry.operation)).count()
}

fn edit(world: &World, person: &str, name: &str, first: &str, cells: Value) {
    let ((base, table), record) = (table(world, name), row(world, name, first).id);
    let act = DriveAct::EditRow { base, table: table.id, record, cells };
    world.sim.feishu().drive_act(person, act).unwrap();
}

async fn records(world: &World) -> Vec<Record> {
    let page = Page { size: 200, after: None, descending: false };
    let mut conn = world.app.db.read().await.unwrap();
    let filter = RecordFilter::default();
    conn.records(&world.app.workspace, &filter, RecordSort::Created, &page).await.unwrap().rows
}

async fn record(world: &World, id: &RecordId) -> Record {
    world.app.db.read().await.unwrap().record(&world.app.workspace, id).await.unwrap().unwrap()
}

fn new_record(world: &World, collaboration: &CollaborationId, topic: &str) -> NewRecord {
    NewRecord {
        collaboration: collaboration.clone(),
        topic: topic.to_owned(),
        participants: Vec::new(),
        platforms: Vec::new(),
        summary: String::new(),
        owner: world.company.person("liqiang").unwrap(),
        due_at: None,
        status: Status::Pending,
        follow_up: String::new(),
        follow_up_excuse: None,
        level: Level::Internal,
        message: None,
        strict: false,
    }
}

/// A row that somebody enters on the page.
async fn enter(world: &World, collaboration: &CollaborationId, person: &str, topic: &str) -> Record {
    let mut work = world.app.begin(&caller(world, person).await).await.unwrap();
    let made = create_record(&mut work, new_record(world, collaboration, topic)).await.unwrap();
    work.commit().await.unwrap();
    made
}

async fn change(world: &World, person: &str, id: &RecordId, change: RecordChange) {
    let version = record(world, id).await.version;
    let mut work = world.app.begin(&caller(world, person).await).await.unwrap();
    edit_record(&mut work, id, RecordChange { version, ..change }).await.unwrap();
    work.commit().await.unwrap();
}

async fn events(world: &World, id: &RecordId) -> Vec<Event> {
    let mut conn = world.app.db.read().await.unwrap();
    let listed = conn.history(&world.app.workspace, &Subject::Record(id.clone()), &Page::first(200)).await.unwrap();
    listed.rows.into_iter().map(|row| row.entry.event).collect()
}

async fn c3_the_centre_stands_in_the_space_and_a_second_run_changes_nothing(world: World) {
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    let collaboration = set_up(&world).await;
    let view = until_mirrored(&world, &collaboration).await;
    assert!(view.troubles.is_empty() && view.conflicts.is_empty(), "{view:#?}");
    let home = texts(&world, HOME);
    assert!(home.contains(&"完成产品V2.0需求文档评审".to_owned()), "{home:?}");
    assert!(home.iter().any(|line| line.contains("李强") && line.contains("评估技术可行性")), "{home:?}");
    let (_, records) = table(&world, RECORDS);
    let headings: Vec<&str> = records.fields.iter().map(|(_, name, _)| name.as_str()).collect();
    let eight = [
        "沟通主题",
        "参与人员（部门/角色）",
        "主要平台",
        "核心信息摘要",
        "负责人",
        "任务/反馈截止时间",
        "当前状态",
        "备注/后续行动",
    ];
    assert_eq!(headings[..8], eight, "H1");
    let there = row(&world, RECORDS, TITLE);
    assert_eq!((&there.cells["负责人"], &there.cells["当前状态"]), (&json!("李强"), &json!("待处理")));
    assert_eq!(row(&world, TASKS, TITLE).cells["状态"], "待承接");
    let address = there.cells["编号"]["link"].as_str().unwrap();
    assert!(address.starts_with("http://huan.test/c/"), "F4: it leads back: {address}");
    // A second run, and one that is asked for, change nothing.
    let before = writes(&world);
    pass(&world, 700).await;
    let view = until_mirrored(&world, &collaboration).await;
    assert_eq!((writes(&world), view.mirror.unwrap().calls), (before, 0));
    // A step of the task changes its cells and nothing else: one call for each table.
    world.press(Feishu, "liqiang", "承接", &[]).await;
    run(&world).await;
    assert_eq!(row(&world, TASKS, TITLE).cells["状态"], "进行中");
    assert_eq!(row(&world, RECORDS, TITLE).cells["当前状态"], "进行中");
    assert_eq!(writes(&world), before + 2);
    // A new row is one call, too.
    enter(&world, &collaboration, "hejing", "第二条").await;
    run(&world).await;
    row(&world, RECORDS, "第二条");
    assert_eq!(writes(&world), before + 3);
    world.end().await;
}

async fn c3_edits_in_the_table_come_back_with_the_rights_of_whoever_made_them(world: World) {
    let collaboration = set_up(&world).await;
    let made = enter(&world, &collaboration, "hejing", "首版范围").await;
    until_mirrored(&world, &collaboration).await;
    let due = "2026-11-27T09:00:00Z";
    let millis = due.parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let cells = json!({"核心信息摘要": "只做 CSV", "负责人": "周婷", "当前状态": "进行中", "主要平台": ["飞书", "电话"],
        "任务/反馈截止时间": millis, "参与人员（部门/角色）": "李强, 设计组"});
    edit(&world, "hejing", RECORDS, "首版范围", cells);
    // The event alone brings it here: nothing changed in Huan, and the next reading is minutes away.
    run(&world).await;
    let here = record(&world, &made.id).await;
    assert_eq!((here.summary.as_str(), here.status), ("只做 CSV", Status::InProgress));
    assert_eq!(here.owner, world.company.person("zhouting").unwrap());
    assert_eq!(here.platforms, ["feishu", "telephone"]);
    assert_eq!(here.due_at, Some(due.parse().unwrap()));
    assert_eq!(here.participants.len(), 2);
    let mut conn = world.app.db.read().await.unwrap();
    let page_of = Page::first(50);
    let listed = conn.history(&world.app.workspace, &Subject::Record(made.id.clone()), &page_of).await.unwrap();
    drop(conn);
    let changed = listed
        .rows
        .iter()
        .map(|row| &row.entry)
        .find(|entry| matches!(&entry.event, Event::Changed { field, .. } if field == "summary"));
    assert_eq!(changed.unwrap().actor, world.company.person("hejing").ok(), "in the name of whoever did it");
    assert_eq!(row(&world, RECORDS, "首版范围").cells["参与人员（部门/角色）"], "李强、设计组", "in Huan's form");
    // Nobody of that name: put back, kept and shown.
    edit(&world, "hejing", RECORDS, "首版范围", json!({"负责人": "不认识的人"}));
    run(&world).await;
    assert_eq!(row(&world, RECORDS, "首版范围").cells["负责人"], "周婷");
    let view = page(&world, &collaboration).await;
    assert_eq!((view.troubles.len(), view.conflicts.len()), (1, 1), "{view:#?}");
    assert!(view.conflicts[0].entry.text.contains("不认识的人"), "{view:#?}");
    // A task is finished there by its owner: everything that belongs to the step happens.
    world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
    world.press(Feishu, "liqiang", "承接", &[]).await;
    run(&world).await;
    edit(&world, "liqiang", TASKS, TITLE, json!({"状态": "已完成"}));
    run(&world).await;
    let tasks = world.tasks().await;
    assert_eq!(tasks[0].state.stage().name(), "done");
    // What that changed in the record table goes there with the next run, which it has asked for.
    run(&world).await;
    assert_eq!(row(&world, RECORDS, TITLE).cells["当前状态"], "已完成");
    // What came from there does not go there again.
    let before = writes(&world);
    pass(&world, 700).await;
    assert_eq!(writes(&world), before);
    world.end().await;
}

async fn c3_of_edits_on_both_sides_the_later_stands_and_the_other_is_shown(world: World) {
    let collaboration = set_up(&world).await;
    let made = enter(&world, &collaboration, "hejing", "首版范围").await;
    until_mirrored(&world, &collaboration).await;
    // Theirs first, ours a minute later.
    edit(&world, "zhouting", RECORDS, "首版范围", json!({"核心信息摘要": "他们的"}));
    world.time.advance(SignedDuration::from_secs(60));
    world.sim.advance(Duration::from_secs(60));
    let ours = RecordChange { summary: Some("我们的".into()), ..RecordChange::default() };
    change(&world, "hejing", &made.id, ours).await;
    run(&world).await;
    assert_eq!(record(&world, &made.id).await.summary, "我们的");
    assert_eq!(row(&world, RECORDS, "首版范围").cells["核心信息摘要"], "我们的");
    let kept = events(&world, &made.id).await.into_iter().any(|event| {
        matches!(event, Event::MirrorConflict { side: Side::Here, kept, lost, .. } if kept == "我们的" && lost == "他们的")
    });
    assert!(kept, "{:#?}", events(&world, &made.id).await);
    // Ours first, theirs later.
    let ours = RecordChange { summary: Some("我们的二".into()), ..RecordChange::default() };
    change(&world, "hejing", &made.id, ours).await;
    world.time.advance(SignedDuration::from_secs(1));
    world.sim.advance(Duration::from_secs(1));
    edit(&world, "zhouting", RECORDS, "首版范围", json!({"核心信息摘要": "他们的二"}));
    run(&world).await;
    assert_eq!(record(&world, &made.id).await.summary, "他们的二");
    let view = page(&world, &collaboration).await;
    assert_eq!(view.conflicts.len(), 2, "{view:#?}");
    assert!(view.conflicts.iter().any(|one| one.entry.text.contains("我们的二")), "{view:#?}");
    world.end().await;
}

async fn c3_what_people_write_in_between_is_left_alone(world: World) {
    let collaboration = set_up(&world).await;
    let made = enter(&world, &collaboration, "hejing", "首版范围").await;
    until_mirrored(&world, &collaboration).await;
    let (base, records) = table(&world, RECORDS);
    let feishu = world.sim.feishu();
    let act =
        DriveAct::AddRow {
            base: base.clone(), table: records.id.clone(), cells: json!({"沟通主题": "别人的一行"})
        };
    feishu.drive_act("zhouting", act).unwrap();
    let view = feishu.drive_view();
    let document = view.page(HOME).unwrap().object.clone();
    let goal = view.page(HOME).unwrap().blocks().iter().position(|block| block.text == "核心目标").unwrap();
    let act = DriveAct::AddBlock { document: document.clone(), index: Some(goal + 1), text: "别人的一段".into() };
    feishu.drive_act("zhouting", act).unwrap();
    // A column gets another name, and the person who cares for it has one of their own.
    let field = records.fields.iter().find(|(_, name, _)| name == "核心信息摘要").unwrap().0.clone();
    let act = DriveAct::RenameField { base, table: records.id, field, name: "摘要（改名）".into() };
    feishu.drive_act("zhouting", act).unwrap();
    let changed = RecordChange { summary: Some("只做 CSV".into()), ..RecordChange::default() };
    change(&world, "hejing", &made.id, changed).await;
    run(&world).await;
    assert_eq!(row(&world, RECORDS, "首版范围").cells["摘要（改名）"], "只做 CSV");
    row(&world, RECORDS, "别人的一行");
    assert_eq!(texts(&world, HOME)[goal + 1], "别人的一段");
    // A row of ours that somebody took away stands there again, once.
    let ((base, records), gone) = (table(&world, RECORDS), row(&world, RECORDS, "首版范围").id);
    feishu.drive_act("zhouting", DriveAct::DeleteRow { base, table: records.id, record: gone.clone() }).unwrap();
    pass(&world, 700).await;
    until_mirrored(&world, &collaboration).await;
    assert_ne!(row(&world, RECORDS, "首版范围").id, gone);
    // A column of another type than ours is not written any more, which is shown; the others are.
    let (base, records) = table(&world, RECORDS);
    let field = records.fields.iter().find(|(_, name, _)| name == "当前状态").unwrap().0.clone();
    feishu.drive_act("zhouting", DriveAct::MakeFieldText { base, table: records.id, field }).unwrap();
    let changed = RecordChange {
        status: Some(Status::InProgress),
        summary: Some("也做 Excel".into()),
        ..RecordChange::default()
    };
    change(&world, "hejing", &made.id, changed).await;
    run(&world).await;
    let stands = row(&world, RECORDS, "首版范围").cells;
    assert_eq!((&stands["摘要（改名）"], &stands["当前状态"]), (&json!("也做 Excel"), &json!("待处理")));
    let view = page(&world, &collaboration).await;
    assert_eq!(view.troubles.len(), 1, "{view:#?}");
    let trouble = &view.troubles[0];
    assert_eq!((trouble.title.as_str(), trouble.field_name.as_deref()), (RECORDS, Some("当前状态")));
    assert!(trouble.reason.reason.contains("类型"), "{trouble:#?}");
    let before = writes(&world);
    pass(&world, 700).await;
    assert_eq!(writes(&world), before);
    world.end().await;
}

async fn i2_what_becomes_confidential_leaves_the_mirror(world: World) {
    let collaboration = set_up(&world).await;
    let made = enter(&world, &collaboration, "hejing", "薪酬方案").await;
    until_mirrored(&world, &collaboration).await;
    let changed = RecordChange { level: Some(Level::Confidential), ..RecordChange::default() };
    change(&world, "hejing", &made.id, changed).await;
    run(&world).await;
    let text = serde_json::to_string(&world.sim.feishu().drive_view()).unwrap();
    assert!(!text.contains("薪酬方案"), "{text}");
    let emptied = row(&world, RECORDS, "机密，请在环中查看");
    assert!(!emptied.cells.contains_key("负责人") && emptied.cells.contains_key("编号"));
    let before = writes(&world);
    pass(&world, 700).await;
    assert_eq!(writes(&world), before);
    world.end().await;
}

/// Something said that is taken into the centre.
const RISK: &str = "@环 沉淀 风险：供应商可能延期";

/// The entry that it became.
async fn entry(world: &World, collaboration: &CollaborationId) -> Entry {
    let filter = EntryFilter { collaboration: Some(collaboration.clone()), ..EntryFilter::default() };
    let mut conn = world.app.db.read().await.unwrap();
    let mut listed = conn.entries(&world.app.workspace, &filter, &Page::first(10)).await.unwrap().rows;
    assert_eq!(listed.len(), 1, "{listed:?}");
    listed.remove(0)
}

async fn change_entry(world: &World, entry: &Entry, change: EntryChange) {
    let mut work = world.app.begin(&caller(world, "wangxiao").await).await.unwrap();
    centre::edit(&mut work, &entry.id, EntryChange { version: entry.version, ..change }).await.unwrap();
    work.commit().await.unwrap();
}

async fn f1_results_of_conversations_stand_there_and_a_new_name_of_the_collaboration(world: World) {
    let collaboration = set_up(&world).await;
    until_mirrored(&world, &collaboration).await;
    assert!(!texts(&world, ENTRIES).contains(&"风险".to_owned()));
    world.say(Dingtalk, "product_v2", "wangxiao", RISK).await;
    run(&world).await;
    let stands = texts(&world, ENTRIES);
    let heading = stands.iter().position(|line| line == "风险").unwrap_or_else(|| panic!("{stands:?}"));
    let line = &stands[heading + 1];
    assert!(line.contains("供应商可能延期") && line.contains("王晓") && line.contains("钉钉"), "F4: {line}");
    // Moved to another section it stands below that one, and only there.
    let moved = EntryChange { section: Some("changes".into()), ..EntryChange::default() };
    change_entry(&world, &entry(&world, &collaboration).await, moved).await;
    run(&world).await;
    let stands = texts(&world, ENTRIES);
    assert!(!stands.contains(&"风险".to_owned()), "{stands:?}");
    assert_eq!(stands.iter().filter(|line| line.contains("供应商可能延期")).count(), 1);
    // A new name is a new title, and nothing else changes there.
    let before = writes(&world);
    rename(&world, &collaboration, "新名字").await;
    run(&world).await;
    assert!(world.sim.feishu().drive_view().page("协作中心 · 新名字").is_some());
    assert_eq!(writes(&world), before + 1);
    // A title that somebody gave it is theirs.
    let page = world.sim.feishu().drive_view().page("协作中心 · 新名字").unwrap().token.clone();
    let act = DriveAct::RenamePage { page, title: "我们的中心".into() };
    world.sim.feishu().drive_act("zhouting", act).unwrap();
    rename(&world, &collaboration, "又一个名字").await;
    run(&world).await;
    pass(&world, 700).await;
    assert!(world.sim.feishu().drive_view().page("我们的中心").is_some());
    assert_eq!(writes(&world), before + 1);
    world.end().await;
}

async fn rename(world: &World, collaboration: &CollaborationId, name: &str) {
    let change = CollaborationChange { name: Some(name.into()), ..CollaborationChange::default() };
    change_collaboration(world, collaboration, change).await;
}

async fn change_collaboration(world: &World, collaboration: &CollaborationId, change: CollaborationChange) {
    let found = world.app.db.read().await.unwrap().collaboration(&world.app.workspace, collaboration).await.unwrap();
    let version = found.unwrap().version;
    let mut work = world.app.begin(&caller(world, "wangxiao").await).await.unwrap();
    edit_collaboration(&mut work, collaboration, CollaborationChange { version, ..change }).await.unwrap();
    work.commit().await.unwrap();
}

async fn i2_a_rewritten_paragraph_of_what_became_confidential_is_shown(world: World) {
    let collaboration = set_up(&world).await;
    world.say(Dingtalk, "product_v2", "wangxiao", RISK).await;
    until_mirrored(&world, &collaboration).await;
    let view = world.sim.feishu().drive_view();
    let page_of = view.page(ENTRIES).unwrap();
    let block = page_of.blocks().iter().find(|block| block.text.contains("供应商可能延期")).unwrap().id.clone();
    let document = page_of.object.clone();
    let words = "供应商可能延期，我补充一句".to_owned();
    let act = DriveAct::EditBlock { document: document.clone(), block: block.clone(), text: words.clone() };
    world.sim.feishu().drive_act("zhouting", act).unwrap();
    let entry = entry(&world, &collaboration).await;
    let change = EntryChange { level: Some(Level::Confidential), ..EntryChange::default() };
    change_entry(&world, &entry, change).await;
    run(&world).await;
    let view = page(&world, &collaboration).await;
    assert_eq!(view.troubles.len(), 1, "{view:#?}");
    assert_eq!(view.troubles[0].title, ENTRIES);
    assert_eq!(view.troubles[0].reason.detail, format!("E{}", entry.number), "which one, and nothing of what it says");
    assert!(texts(&world, ENTRIES).contains(&words), "what somebody wrote is not taken away");
    // Nor is it forgotten, however often a run is made or tried again.
    let before = writes(&world);
    let mut work = world.app.begin(&caller(&world, "wangxiao").await).await.unwrap();
    actions::retry(&mut work, &collaboration).await.unwrap();
    work.commit().await.unwrap();
    pass(&world, 700).await;
    assert_eq!(page(&world, &collaboration).await.troubles.len(), 1);
    assert_eq!(writes(&world), before);
    world.sim.feishu().drive_act("zhouting", DriveAct::DeleteBlock { document, block }).unwrap();
    pass(&world, 700).await;
    assert!(page(&world, &collaboration).await.troubles.is_empty());
    world.end().await;
}

/// Everything that makes or changes something there.
const CALLS: [&str; 9] = [
    "POST /open-apis/wiki/v2/spaces/*/nodes",
    "POST /open-apis/wiki/v2/spaces/*/update_title",
    "POST /open-apis/docx/v1/documents/*/children",
    "PATCH /open-apis/docx/v1/documents/*",
    "DELETE /open-apis/docx/v1/documents/*",
    "POST /open-apis/bitable/v1/apps/*/tables",
    "POST /open-apis/bitable/v1/apps/*/records/batch_create",
    "POST /open-apis/bitable/v1/apps/*/records/batch_update",
    "POST /open-apis/bitable/v1/apps/*/records/search",
];

/// Each call fails once in each way, with each thing that a repeated key may do: everything stands there once in the end.
#[tokio::test]
async fn c3_whatever_fails_everything_stands_there_once() {
    let tokens = [RepeatedClientToken::AnsweredAgain, RepeatedClientToken::Refused, RepeatedClientToken::Unknown];
    let faults = [FaultKind::ServerError { status: 502 }, FaultKind::RateLimit, FaultKind::Drop];
    for (number, repeated) in tokens.into_iter().enumerate() {
        let world = World::new(Fresh::sqlite().await, Way::Connections).await;
        world.say(Dingtalk, "product_v2", "wangxiao", TASK).await;
        let collaboration = set_up(&world).await;
        let made = enter(&world, &collaboration, "hejing", "首版范围").await;
        world.sim.feishu().configure(|options| options.repeated_client_token = repeated);
        // Everywhere a fault, and behind it a lost answer.
        for call in CALLS {
            for kind in [faults[number].clone(), FaultKind::AnswerLost] {
                world.sim.set_fault(Fault {
                    id: 0,
                    platform: Some(Feishu),
                    operation: call.into(),
                    kind,
                    times: Some(1),
                });
            }
        }
        until_mirrored(&world, &collaboration).await;
        let changed = RecordChange { summary: Some("只做 CSV".into()), ..RecordChange::default() };
        change(&world, "hejing", &made.id, changed).await;
        world.say(Dingtalk, "product_v2", "wangxiao", RISK).await;
        let name = CollaborationChange {
            name: Some("新名字".into()),
            goal: Some("完成产品V2.0需求文档评审并发布".into()),
            ..CollaborationChange::default()
        };
        change_collaboration(&world, &collaboration, name).await;
        run(&world).await;
        until_mirrored(&world, &collaboration).await;
        assert_eq!(world.sim.clear_faults(None), 0, "{repeated:?}: each call failed");
        assert_eq!(row(&world, RECORDS, "首版范围").cells["核心信息摘要"], "只做 CSV", "{repeated:?}");
        row(&world, TASKS, TITLE);
        let view = world.sim.feishu().drive_view();
        let mut titles: Vec<&str> =
            view.spaces.iter().flat_map(|space| &space.pages).map(|page| page.title.as_str()).collect();
        titles.sort_unstable();
        assert_eq!(titles, ["会议纪要", "决定", "协作中心 · 新名字", "协作台账", ENTRIES], "{repeated:?}");
        for title in ["协作中心 · 新名字", "决定", "会议纪要", ENTRIES] {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for text in texts(&world, title) {
                *counts.entry(text).or_default() += 1;
            }
            assert!(counts.values().all(|count| *count == 1), "{repeated:?} {title}: {counts:?}");
        }
        assert_eq!(table(&world, RECORDS).1.rows.len(), records(&world).await.len(), "{repeated:?}");
        let before = writes(&world);
        pass(&world, 700).await;
        assert_eq!(writes(&world), before, "{repeated:?}: a second run");
        world.end().await;
    }
}

/// More rows than one call takes, into a table that does not take them all.
#[tokio::test]
async fn c3_five_hundred_rows_go_in_one_call_and_a_full_table_is_shown() {
    let world = World::new(Fresh::sqlite().await, Way::Connections).await;
    let collaboration = set_up(&world).await;
    world.sim.feishu().configure(|options| options.rows_per_table = 520);
    let mut work = world.app.begin(&caller(&world, "hejing").await).await.unwrap();
    for number in 0..530 {
        create_record(&mut work, new_record(&world, &collaboration, &format!("第{number}条"))).await.unwrap();
    }
    work.commit().await.unwrap();
    let view = until_mirrored(&world, &collaboration).await;
    assert_eq!(table(&world, RECORDS).1.rows.len(), 520);
    assert_eq!(view.troubles.len(), 10, "{:#?}", view.troubles.first());
    assert!(view.troubles[0].reason.reason.contains("数量上限"), "{:#?}", view.troubles[0]);
    let query = JournalQuery { platform: Some(Feishu), kind: Some(EntryKind::Request), ..JournalQuery::default() };
    let batches = world.sim.journal(&query).into_iter().filter(|entry| entry.operation.ends_with("batch_create"));
    let full = batches.map(|entry| entry.content["body"]["records"].as_array().map_or(0, Vec::len)).max();
    assert_eq!(full, Some(500));
    let before = writes(&world);
    pass(&world, 700).await;
    assert_eq!(writes(&world), before, "what was refused is not tried again by itself");
    world.end().await;
}
