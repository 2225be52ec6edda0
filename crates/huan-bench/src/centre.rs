//! The collaboration centre: its glance, its sections, their entries and its timeline, made ready to be sent to a member, in a
//! collaboration with many rows, tasks and entries.

use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use huan_app::{
    Caller,
    queries::{
        Look, centre, entries,
        timeline::{self, TimelineCursor, TimelineFilter},
    },
};
use huan_core::{
    centre::{CHANGES, Entry, REQUIREMENTS, RISKS, Way},
    history::{Event, Source, Subject},
    level::Level,
    platform::PlatformKey,
};
use huan_store::{EntryFilter, Page, testing::Fresh};
use jiff::SignedDuration;

use crate::{
    figures::{Line, Times},
    records,
    world::World,
};

/// Things written in one transaction while the data is made.
const AT_ONCE: u32 = 1_000;
/// Entries and moments of a page.
const PAGE: u32 = 50;
/// Milliseconds.
const AIM: f64 = 20.0;

/// Something the page asks for.
#[derive(Debug, Clone, Copy)]
enum Ask {
    /// Goal, clocks at risk, what is owed, what was decided.
    Glance,
    /// The sections with their counts.
    Sections,
    /// The entries of a section.
    Section,
    /// Entries with words.
    Words,
    /// What was done and said.
    Timeline,
}

const ALL: [(Ask, &str); 5] = [
    (Ask::Glance, "glance"),
    (Ask::Sections, "sections"),
    (Ask::Section, "a section"),
    (Ask::Words, "entries with words"),
    (Ask::Timeline, "timeline"),
];

/// Makes a collaboration with `count` rows, a fifth as many entries and a tenth as many tasks, and asks for each part of its
/// centre `times` times.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, count: u32, times: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    records::fill(&world, count).await?;
    fill(&world, count).await?;
    let caller = Caller::of(&world.people[3], Source::Web, world.app.now()).context("the reader belongs here")?;
    let mut parts = Vec::with_capacity(ALL.len());
    let mut slowest: f64 = 0.0;
    for (ask, words) in ALL {
        let mut each = Times::default();
        for _ in 0..times.div_ceil(u32::try_from(ALL.len())?) {
            let start = Instant::now();
            let mut conn = world.app.db.read().await?;
            let mut look = Look::new(&world.app, &mut conn, &caller);
            let sent = fetch(&mut look, &world, ask).await?;
            each.add(start.elapsed());
            ensure!(sent > 2, "{words}: there is something to show");
        }
        let (p50, p99) = (each.percentile(50), each.percentile(99));
        slowest = slowest.max(p99);
        parts.push(format!("{words} p50 {p50:.2} ms, p99 {p99:.2} ms"));
    }
    fresh.remove().await;
    Ok(Line {
        name,
        figures: format!("the centre over {count} rows, as a member may see it: {}", parts.join("; ")),
        against: format!("of the aim: {:.2}", slowest / AIM),
        aim: "p99 < 20 ms at the server for each part",
        reached: slowest < AIM,
    })
}

/// Fetches a part as the page gets it; how long it is.
async fn fetch(look: &mut Look<'_>, world: &World, ask: Ask) -> Result<usize> {
    let id = &world.collaboration.id;
    let of = EntryFilter { collaboration: Some(id.clone()), ..EntryFilter::default() };
    let page = Page { size: PAGE, after: None, descending: true };
    let sent = match ask {
        Ask::Glance => serde_json::to_vec(&centre::one(look, id).await?)?,
        Ask::Sections => serde_json::to_vec(&entries::sections(look, id).await?)?,
        Ask::Section => {
            let filter = EntryFilter { section: Some(RISKS.to_owned()), ..of };
            serde_json::to_vec(&entries::list(look, filter, &page).await?.1)?
        }
        Ask::Words => {
            let filter = EntryFilter { words: Some("银行".to_owned()), ..of };
            serde_json::to_vec(&entries::list(look, filter, &page).await?.1)?
        }
        Ask::Timeline => {
            let from = TimelineCursor::default();
            serde_json::to_vec(&timeline::page(look, id, &TimelineFilter::default(), from, PAGE).await?.1)?
        }
    };
    Ok(sent.len())
}

/// Tasks, entries, and what the history says of them.
async fn fill(world: &World, count: u32) -> Result<()> {
    let app = &world.app;
    let id = &world.collaboration.id;
    let (entries, tasks) = (count.div_ceil(5), count.div_ceil(10));
    let mut number = 0;
    while number < entries {
        let until = (number + AT_ONCE).min(entries);
        let mut work = app.begin_as_huan().await?;
        for number in number..until {
            let entry = entry(world, number);
            work.tx.insert_entry(&app.workspace, &entry).await?;
            let event =
                Event::EntryFiled { section: entry.section.clone(), name: String::new(), text: entry.text.clone() };
            work.happened(Subject::Entry(entry.id.clone()), Some(id), event);
            if number < tasks {
                let task = world.offered_task(number);
                work.tx.insert_task(&app.workspace, &task).await?;
                work.happened(Subject::Task(task.id.clone()), Some(id), Event::Created);
            }
        }
        work.commit().await?;
        number = until;
    }
    Ok(())
}

fn entry(world: &World, number: u32) -> Entry {
    let spread = number.wrapping_mul(2_654_435_761);
    let at = world.app.now() - SignedDuration::from_mins(i64::from(spread % (60 * 24 * 60)));
    let person = |step: u32| world.people[(number.wrapping_mul(step) as usize) % world.people.len()].id.clone();
    Entry {
        id: world.id(),
        collaboration: world.collaboration.id.clone(),
        number: i64::from(number) + 1,
        section: [REQUIREMENTS, CHANGES, RISKS][(spread >> 7) as usize % 3].to_owned(),
        text: match number % 200 {
            77 => "银行改了对账文件的格式".to_owned(),
            _ => format!("客户要求按月导出全部记录 {number}"),
        },
        level: [Level::Public, Level::Internal, Level::Internal, Level::Confidential][(spread >> 9) as usize % 4],
        said_by: Some(person(7)),
        said_by_name: String::new(),
        said_at: at,
        platform: Some(PlatformKey::new(["dingtalk", "feishu"][(spread >> 5) as usize % 2])),
        message: None,
        filed_by: Some(person(3)),
        way: Way::Command,
        told_at: None,
        removed: None,
        created_at: at,
        updated_at: at,
        version: 1,
    }
}
