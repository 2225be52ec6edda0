//! Documents and tables in spaces, with the simulated platform: neither knows the other's code, and both must mean the same.

use std::{collections::BTreeMap, sync::Arc};

use huan_connect::{
    Account, Certainty, Documents, Heard, NewCells, NewColumn, PageKind, Platform, Retry, Settings, Surroundings,
    Tables, http::Http,
};
use huan_connectors::feishu::Feishu;
use huan_core::{
    ambient::{SystemEntropy, SystemTime},
    mirror::{
        page::{Block, BlockKind},
        table::{Cell, ColumnKind},
    },
    platform::{ForeignContent, ForeignRow, ForeignSpace, ForeignTable, ForeignUser},
};
use huan_sim::{DriveAct, Fault, FaultKind, PlatformName, Sim, SimOptions};
use serde_json::json;

struct Space {
    sim: Sim,
    account: Arc<dyn Account>,
    space: ForeignSpace,
}

impl Space {
    async fn open() -> Self {
        let sim = Sim::start(SimOptions::default()).await.unwrap();
        let feishu = sim.connection().feishu;
        let settings: Settings = [
            ("app_id", feishu.app_id.as_str()),
            ("app_secret", feishu.app_secret.as_str()),
            ("base_url", feishu.base_url.as_str()),
        ]
        .into_iter()
        .collect();
        let surroundings =
            Surroundings { http: Http::new().unwrap(), time: Arc::new(SystemTime), entropy: Arc::new(SystemEntropy) };
        let account = Feishu.open(&settings, surroundings).unwrap();
        let spaces = account.documents().unwrap().spaces().await.unwrap();
        assert_eq!(spaces.len(), 1, "only where the robot is a member: {spaces:?}");
        Self { sim, account, space: spaces[0].id.clone() }
    }

    fn documents(&self) -> &dyn Documents {
        self.account.documents().unwrap()
    }

    fn tables(&self) -> &dyn Tables {
        self.account.tables().unwrap()
    }

    fn fault(&self, operation: &str, kind: FaultKind) {
        let platform = Some(PlatformName::Feishu);
        self.sim.set_fault(Fault { id: 0, platform, operation: operation.into(), kind, times: Some(1) });
    }

    async fn table(&self) -> (ForeignContent, ForeignTable) {
        let page = self.documents().make_page(&self.space, None, "台账", PageKind::Tables).await.unwrap();
        let columns = [
            ("主题", ColumnKind::Text),
            ("状态", ColumnKind::Choice),
            ("平台", ColumnKind::Choices),
            ("截止", ColumnKind::Moment),
            ("编号", ColumnKind::Link),
        ];
        let columns = columns.map(|(name, kind)| NewColumn { name: name.into(), kind });
        let table = self.tables().make_table(&page.content, "记录表", &columns).await.unwrap();
        let again = self.tables().make_table(&page.content, "记录表", &columns).await.unwrap();
        assert_eq!(again, table, "a table of that name is that one");
        (page.content, table.id)
    }
}

fn cells(number: u32) -> NewCells {
    [
        ("主题", Cell::Text(format!("第{number}条\n第二行"))),
        ("状态", Cell::Choice("进行中".into())),
        ("平台", Cell::Choices(vec!["飞书".into(), "电话".into()])),
        ("截止", Cell::Moment("2026-11-27T04:00:00Z".parse().unwrap())),
        ("编号", Cell::Link { text: format!("#{number}"), address: format!("https://huan.example/r/{number}?a=1") }),
    ]
    .map(|(name, cell)| (name.to_owned(), cell))
    .into()
}

fn block(text: &str) -> Block {
    Block::plain(BlockKind::Bullet, text).bold("粗").link("原文", "https://huan.example/c/1?row=2")
}

#[tokio::test]
async fn s6_a_page_is_made_found_written_and_read_back() {
    let space = Space::open().await;
    let documents = space.documents();
    let top = documents.make_page(&space.space, None, "协作中心", PageKind::Document).await.unwrap();
    let page = documents.make_page(&space.space, Some(&top.id), "决定", PageKind::Document).await.unwrap();
    assert_eq!(documents.pages(&space.space, Some(&top.id)).await.unwrap(), std::slice::from_ref(&page));
    let read = documents.page(&page.id).await.unwrap();
    assert_eq!(read.as_ref(), Some(&page));
    documents.rename_page(&space.space, &page.id, "改了名").await.unwrap();
    assert_eq!(documents.page(&page.id).await.unwrap().unwrap().title, "改了名");
    let nothing = huan_core::platform::ForeignPage::new("wikcnNothing");
    assert_eq!(documents.page(&nothing).await.unwrap(), None);
    let empty = documents.read(&page.content).await.unwrap();
    assert!(empty.blocks.is_empty());
    let blocks = [
        Block::plain(BlockKind::Heading { level: 2 }, "决定"),
        block("一"),
        Block::plain(BlockKind::Todo { done: false }, "做"),
    ];
    let (ids, revision) = documents.make_blocks(&page.content, empty.revision, 0, &blocks, "k1").await.unwrap();
    let (again, _) = documents.make_blocks(&page.content, revision, 0, &blocks, "k1").await.unwrap();
    assert_eq!(ids, again, "the same key makes nothing twice");
    let done = Block::plain(BlockKind::Todo { done: true }, "做完了");
    let changes = [(ids[1].clone(), block("二")), (ids[2].clone(), done.clone())];
    let revision = documents.change_blocks(&page.content, revision, &changes).await.unwrap();
    let act = DriveAct::AddBlock { document: page.content.to_string(), index: Some(0), text: "别人的".into() };
    space.sim.feishu().drive_act("liqiang", act).unwrap();
    let refused = documents.delete_blocks(&page.content, revision, 0, 1).await.unwrap_err();
    assert_eq!((refused.certainty, refused.retry), (Certainty::NotSent, Retry::Never), "somebody wrote meanwhile");
    let seen = documents.read(&page.content).await.unwrap();
    let read: Vec<Option<Block>> = seen.blocks.into_iter().map(|one| one.block).collect();
    let theirs = Block::plain(BlockKind::Paragraph, "别人的");
    assert_eq!(read, [Some(theirs), Some(blocks[0].clone()), Some(block("二")), Some(done)]);
    documents.delete_blocks(&page.content, seen.revision, 2, 3).await.unwrap();
    assert_eq!(documents.read(&page.content).await.unwrap().blocks.len(), 3);
    assert!(documents.address(&page.id).contains(page.id.as_str()));
    space.sim.stop().await;
}

#[tokio::test]
async fn s7_rows_are_made_once_changed_and_read_back_with_who_changed_them() {
    let space = Space::open().await;
    let tables = space.tables();
    let (base, table) = space.table().await;
    let rows = [cells(1), cells(2)];
    let made = tables.make_rows(&base, &table, &rows, "k1").await.unwrap();
    assert_eq!(tables.make_rows(&base, &table, &rows, "k1").await.unwrap(), made);
    let change: NewCells =
        [("状态".to_owned(), Cell::Choice("已完成".into())), ("截止".to_owned(), Cell::Empty)].into();
    tables.change_rows(&base, &table, &[(made[0].clone(), change)]).await.unwrap();
    let act = DriveAct::EditRow {
        base: base.to_string(),
        table: table.to_string(),
        record: made[1].to_string(),
        cells: json!({"主题": "李强改的"}),
    };
    space.sim.feishu().drive_act("liqiang", act).unwrap();
    let read = tables.rows(&base, &table).await.unwrap();
    let mut expected: BTreeMap<String, Cell> = cells(1);
    expected.insert("状态".into(), Cell::Choice("已完成".into()));
    expected.remove("截止");
    assert_eq!(read[0].cells, expected);
    assert_eq!(read[0].changed_by, None, "it was us");
    let connection = space.sim.connection();
    let liqiang = connection.people.iter().find(|person| person.person.key == "liqiang").unwrap();
    let liqiang = ForeignUser::new(liqiang.feishu.as_ref().unwrap().open_id.clone());
    assert_eq!((&read[1].cells["主题"], &read[1].changed_by), (&Cell::Text("李强改的".into()), &Some(liqiang)));
    let nothing = ForeignRow::new("recNothing");
    let absent = tables.absent(&base, &table, &[made[0].clone(), nothing.clone()]).await.unwrap();
    assert_eq!(absent, [nothing]);
    let column = NewColumn { name: "备注".into(), kind: ColumnKind::Text };
    tables.make_column(&base, &table, &column).await.unwrap();
    assert_eq!(tables.columns(&base, &table).await.unwrap().len(), 6);
    tables.subscribe(&base).await.unwrap();
    space.sim.stop().await;
}

#[tokio::test]
async fn s7_5_refusals_say_what_they_mean() {
    let space = Space::open().await;
    let tables = space.tables();
    let (base, table) = space.table().await;
    let unknown = ForeignContent::new("bascnNothing");
    let gone = tables.change_rows(&unknown, &table, &[(ForeignRow::new("rec1"), cells(1))]).await.unwrap_err();
    assert_eq!((gone.certainty, gone.retry, gone.reason_key), (Certainty::NotSent, Retry::Never, "mirror.reason.gone"));
    let row = tables.change_rows(&base, &table, &[(ForeignRow::new("rec1"), cells(1))]).await.unwrap_err();
    assert_eq!((row.retry, row.reason_key), (Retry::Transient, "mirror.reason.changed_meanwhile"));
    space.sim.feishu().configure(|options| options.rows_per_table = 0);
    let full = tables.make_rows(&base, &table, &[cells(1)], "k").await.unwrap_err();
    assert_eq!((full.retry, full.reason_key), (Retry::Never, "mirror.reason.full"));
    let seen = space.sim.feishu().drive_view();
    let act = DriveAct::SetMembership { space: seen.spaces[0].id.clone(), member: false };
    space.sim.feishu().drive_act("liqiang", act).unwrap();
    let closed = tables.make_rows(&base, &table, &[cells(1)], "k").await.unwrap_err();
    assert_eq!((closed.retry, closed.reason_key), (Retry::Never, "mirror.reason.no_access"));
    space.sim.stop().await;
}

#[tokio::test]
async fn s0_4_writes_are_made_once_and_say_whether_they_may_have_been_made() {
    let space = Space::open().await;
    let tables = space.tables();
    let (base, table) = space.table().await;
    space.fault("POST *batch_create", FaultKind::RateLimit);
    let throttled = tables.make_rows(&base, &table, &[cells(1)], "k").await.unwrap_err();
    assert_eq!(throttled.certainty, Certainty::NotSent);
    assert!(matches!(throttled.retry, Retry::After(_)), "{throttled:?}");
    space.fault("POST *batch_create", FaultKind::AnswerLost);
    let lost = tables.make_rows(&base, &table, &[cells(1)], "k").await.unwrap_err();
    assert_eq!(lost.certainty, Certainty::Unknown);
    assert_eq!(tables.rows(&base, &table).await.unwrap().len(), 1);
    // What only reads is asked again by itself.
    space.fault("POST *search", FaultKind::AnswerLost);
    assert_eq!(tables.rows(&base, &table).await.unwrap().len(), 1);
    space.sim.stop().await;
}

#[test]
fn s4_8_a_changed_row_names_its_bitable() {
    let account = super::open("http://localhost:1");
    let payload = include_str!("../../../src/feishu/payloads/bitable_changed.json");
    let heard = account.understand(payload).unwrap();
    assert_eq!(heard, [Heard::TableChanged { base: ForeignContent::new("bascnKTfo9l2nGmW") }]);
}
