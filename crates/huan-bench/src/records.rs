//! The record table: pages of 50 rows, filtered and sorted, as far as the reader may see, made ready to be sent.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use huan_app::{
    Caller,
    queries::{Look, records},
};
use huan_core::{
    collaboration::{Membership, Role},
    history::Source,
    level::Level,
    record::{Participant, Record},
    status::Status,
};
use huan_store::{Page, RecordFilter, RecordSort, testing::Fresh};
use jiff::SignedDuration;
use tokio::net::TcpStream;

use crate::{
    figures::{Line, Times},
    http::{Served, exchange, get, token},
    plain,
    world::World,
};

/// Rows written in one transaction while the data is made.
const AT_ONCE: u32 = 1_000;
/// Rows of a page.
const PAGE: u32 = 50;
/// Pages that are turned in one view before the next is opened.
const TURNED: u32 = 5;
/// Milliseconds.
const AIM: f64 = 10.0;

/// A filter and an order that people use.
struct View {
    name: &'static str,
    /// The same as a query of the API, where that offers it.
    query: Option<String>,
    filter: RecordFilter,
    sort: RecordSort,
    descending: bool,
}

/// Makes `count` rows and fetches `pages` pages of them.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, count: u32, pages: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    fill(&world, count).await?;
    let reader = &world.people[3];
    let caller = Caller::of(reader, Source::Web, world.app.now()).context("the reader belongs here")?;

    let views = views(&world);
    let mut all = Times::default();
    let mut slowest = (0.0, "");
    let each = pages.div_ceil(u32::try_from(views.len())?).next_multiple_of(TURNED);
    let served = Served::start(&world).await?;
    let mut browser = Browser { connection: served.connect().await?, token: token(&world, reader).await? };
    let mut over_http = Times::default();
    for View { name, query, filter, sort, descending } in views {
        if let Some(query) = query {
            over_http.join(browser.turn_pages(&query, each).await?);
        }
        let mut times = Times::default();
        let mut page = Page { size: PAGE, after: None, descending };
        for turned in 0..each {
            let start = Instant::now();
            let mut conn = world.app.db.read().await?;
            let mut look = Look::new(&world.app, &mut conn, &caller);
            let (listed, rows) = records::list(&mut look, filter.clone(), sort, &page).await?;
            let sent = serde_json::to_vec(&rows)?;
            drop(conn);
            times.add(start.elapsed());
            ensure!(!rows.is_empty() && sent.len() > rows.len(), "the view «{name}» has rows");
            page.after = if turned % TURNED == TURNED - 1 { None } else { listed.next };
        }
        let p99 = times.percentile(99);
        if p99 > slowest.0 {
            slowest = (p99, name);
        }
        all.join(times);
    }
    served.end().await?;
    let address = fresh.address();
    let plain = plain_pages(&world, &address, pages)?;
    fresh.remove().await;

    let (p50, p99) = (all.percentile(50), all.percentile(99));
    let (http_p50, http_p99) = (over_http.percentile(50), over_http.percentile(99));
    Ok(Line {
        name,
        figures: format!(
            "pages of {PAGE} of {count} rows, filtered and sorted, as a member may see them: p50 {p50:.2} ms, p99 \
             {p99:.2} ms, slowest view «{}» p99 {:.2} ms; over HTTP p50 {http_p50:.2} ms, p99 {http_p99:.2} ms",
            slowest.1, slowest.0
        ),
        against: match plain {
            Some(plain) => format!(
                "a plain SQLite program fetching a page by index, without names and rights: p50 {plain:.2} ms, ratio {:.1}",
                p50 / plain
            ),
            None => format!("of the aim: {:.2}", p99 / AIM),
        },
        aim: "p99 < 10 ms at the server",
        reached: p99 < AIM && http_p99 < AIM,
    })
}

/// A browser that turns pages.
struct Browser {
    connection: TcpStream,
    token: String,
}

impl Browser {
    async fn turn_pages(&mut self, query: &str, pages: u32) -> Result<Times> {
        let mut times = Times::default();
        let mut answer = Vec::with_capacity(1 << 17);
        let mut cursor = String::new();
        for turned in 0..pages {
            let request = get(&format!("/api/v1/records?limit={PAGE}&{query}{cursor}"), &self.token);
            let start = Instant::now();
            let body = exchange(&mut self.connection, &request, &mut answer).await?;
            times.add(start.elapsed());
            let page: serde_json::Value = serde_json::from_slice(&answer[body..])?;
            ensure!(page["items"].as_array().is_some_and(|rows| !rows.is_empty()), "the view «{query}» has rows");
            cursor = match page["next"].as_str().filter(|_| turned % TURNED != TURNED - 1) {
                Some(next) => {
                    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
                    format!("&cursor={next}")
                }
                None => String::new(),
            };
        }
        Ok(times)
    }
}

fn views(world: &World) -> Vec<View> {
    let any = RecordFilter { collaboration: Some(world.collaboration.id.clone()), ..RecordFilter::default() };
    let (owner, participant) = (&world.people[7].id, &world.people[11].id);
    let view = |name, query: Option<&str>, sort, descending, filter| {
        let query = query.map(|query| format!("collaboration={}&{query}", world.collaboration.id));
        View { name, query, filter, sort, descending }
    };
    vec![
        view("newest first", Some("sort=-created"), RecordSort::Created, true, any.clone()),
        view("in progress by due time", Some("status=in_progress&sort=due"), RecordSort::Due, false, {
            with_status(&any, &[Status::InProgress])
        }),
        view("blocked or pending by due time", Some("status=blocked,pending&sort=due"), RecordSort::Due, false, {
            with_status(&any, &[Status::Blocked, Status::Pending])
        }),
        view("one owner's by last change", Some(&format!("owner={owner}&sort=-updated")), RecordSort::Updated, true, {
            RecordFilter { owner: Some(owner.clone()), ..any.clone() }
        }),
        view("done by topic", Some("status=done&sort=topic"), RecordSort::Topic, false, {
            with_status(&any, &[Status::Done])
        }),
        view("on one platform by number", Some("platform=feishu&sort=number"), RecordSort::Number, false, {
            RecordFilter { platform: Some("feishu".to_owned()), ..any.clone() }
        }),
        view(
            "with one participant by due time",
            Some(&format!("participant={participant}&sort=due")),
            RecordSort::Due,
            false,
            RecordFilter { participant: Some(participant.clone()), ..any.clone() },
        ),
        view("untouched for three days, by status", None, RecordSort::Status, false, {
            RecordFilter { untouched_since: Some(world.app.now() - SignedDuration::from_hours(72)), ..any.clone() }
        }),
        view(
            "with a common word by last change",
            Some("query=%E5%AF%BC%E5%87%BA&sort=-updated"),
            RecordSort::Updated,
            true,
            RecordFilter { words: Some("导出".to_owned()), ..any.clone() },
        ),
        view(
            "with a rare word by due time",
            Some("query=%E9%93%B6%E8%A1%8C&sort=due"),
            RecordSort::Due,
            false,
            RecordFilter { words: Some("银行".to_owned()), ..any.clone() },
        ),
        view(
            "blocked, with a rare word that a sentence goes on behind",
            Some("query=%E8%A1%8C%E6%94%B9&status=blocked&sort=-updated"),
            RecordSort::Updated,
            true,
            RecordFilter { words: Some("行改".to_owned()), ..with_status(&any, &[Status::Blocked]) },
        ),
        view("the row with a number", Some("query=000077&sort=number"), RecordSort::Number, false, {
            RecordFilter { words: Some("000077".to_owned()), ..any }
        }),
    ]
}

fn with_status(any: &RecordFilter, statuses: &[Status]) -> RecordFilter {
    RecordFilter { statuses: statuses.to_vec(), ..any.clone() }
}

/// Makes everybody a member of the collaboration and fills its record table.
pub(crate) async fn fill(world: &World, count: u32) -> Result<()> {
    let app = &world.app;
    let mut tx = app.db.write().await?;
    let collaboration = world.collaboration.id.clone();
    for person in &world.people {
        let membership = Membership {
            id: world.id(),
            collaboration: collaboration.clone(),
            person: person.id.clone(),
            role: Role::Member,
            duty: String::new(),
        };
        tx.insert_member(&app.workspace, &membership).await?;
    }
    tx.commit().await?;
    let mut number = 0;
    while number < count {
        let until = (number + AT_ONCE).min(count);
        let mut tx = app.db.write().await?;
        for number in number..until {
            tx.insert_record(&app.workspace, &record(world, number)).await?;
        }
        tx.commit().await?;
        number = until;
    }
    Ok(())
}

/// Rows spread over states, owners, levels and times so that no order follows another.
fn record(world: &World, number: u32) -> Record {
    let person = |step: u32| world.people[(number.wrapping_mul(step) as usize) % world.people.len()].id.clone();
    let spread = number.wrapping_mul(2_654_435_761);
    let hours = |within: u32| SignedDuration::from_hours(i64::from(spread % within));
    let changed = world.app.now() - hours(24 * 30);
    Record {
        id: world.id(),
        collaboration: world.collaboration.id.clone(),
        number: format!("产品部-2026-{number:06}"),
        topic: ["产品V2.0需求评审", "登录页面白屏", "导出接口的容量", "周五演示的准备"][(spread >> 3) as usize % 4]
            .to_owned(),
        participants: vec![
            Participant::Person { person: person(7) },
            Participant::Person { person: person(13) },
            Participant::Named { text: "客户代表".to_owned() },
        ],
        platforms: vec![["dingtalk", "feishu", "telephone"][(spread >> 5) as usize % 3].to_owned()],
        summary: match number % 200 {
            77 => "银行改了对账文件的格式；先看样例，再定交付日期。".to_owned(),
            _ => "客户要求按月导出全部记录；先确认接口能否承受，再定交付日期。".to_owned(),
        },
        owner: person(3),
        due_at: (!number.is_multiple_of(4)).then(|| world.app.now() + hours(24 * 60)),
        status: Status::ALL[(spread >> 7) as usize % Status::ALL.len()],
        follow_up: "同事3在周五12:00前给出容量测试的结果".to_owned(),
        follow_up_excuse: None,
        level: [Level::Public, Level::Internal, Level::Internal, Level::Confidential][(spread >> 9) as usize % 4],
        task: None,
        message: None,
        created_at: changed - SignedDuration::from_hours(1),
        updated_at: changed,
        version: 1,
    }
}

/// The median time, in milliseconds, in which a plain program fetches a page of one status by due time from the same file
/// and writes it as JSON; none where it is no file.
fn plain_pages(world: &World, address: &str, pages: u32) -> Result<Option<f64>> {
    if address.contains("://") {
        return Ok(None);
    }
    let conn = plain::connect(std::path::Path::new(address))?;
    let mut times = Times::default();
    let (workspace, collaboration) = (world.app.workspace.to_string(), world.collaboration.id.to_string());
    for number in 0..pages {
        let start = Instant::now();
        let status = Status::ALL[number as usize % Status::ALL.len()].name();
        let mut select = conn.prepare_cached(
            "SELECT id, number, topic, participants, platforms, summary, owner, due_at, status, follow_up, level, \
             created_at, updated_at, version FROM record \
             WHERE workspace = ?1 AND collaboration = ?2 AND status = ?3 AND due_at > ?4 ORDER BY due_at, id LIMIT 50",
        )?;
        let after = world.app.now().as_microsecond() + i64::from(number % 1_000) * 3_600_000_000;
        let mut rows = select.query(rusqlite::params![workspace, collaboration, status, after])?;
        let mut page = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(14);
            for column in 0..14 {
                cells.push(match row.get_ref(column)? {
                    rusqlite::types::ValueRef::Integer(number) => serde_json::Value::from(number),
                    rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                    _ => serde_json::Value::Null,
                });
            }
            page.push(cells);
        }
        let sent = serde_json::to_vec(&page)?;
        times.add(start.elapsed());
        ensure!(!sent.is_empty(), "a page is written");
    }
    Ok(Some(times.percentile(50)))
}
