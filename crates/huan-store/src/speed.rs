//! Measurements of the hot paths, to be run by hand: `cargo test -p huan-store --release speed -- --ignored --nocapture`.
//! The suite's own figures come from `cargo xtask bench`; these are for whoever changes a query.

use std::time::Duration;

use futures_util::future::join_all;
use huan_core::{
    clock::{Clock, ClockKind, ClockState},
    history::{Entry, Event, Source, Subject},
    id::{AccountId, ClockId, DeliveryId, HistoryId, InboxId, PersonId, TaskId},
    platform::ForeignEvent,
    status::Status,
};
use tokio::time::Instant;

use crate::{
    Db, Intake, NewDelivery, NewEvent, Page, RecordFilter, RecordSort, Sight, samples,
    statement::statements,
    testing::{Fresh, script},
    value::values,
};

statements! {
    ADD = "INSERT INTO probe (id, payload) VALUES ($1, $2)";
}

const PAYLOAD: &str = r#"{"schema":"2.0","header":{"event_id":"5e3702a84e847582be8db7fb73283c02","event_type":"im.message.receive_v1"},"event":{"message":{"content":"{\"text\":\"@_user_1 任务 评估数据导出的技术可行性\"}"}}}"#;

fn rate(n: u32, took: Duration) -> f64 {
    f64::from(n) / took.as_secs_f64()
}

async fn group_commit(db: &Db, writers: u32, each: u32) -> f64 {
    let start = Instant::now();
    let tasks = (0..writers).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            for n in 0..each {
                let mut tx = db.write().await.unwrap();
                let id = i64::from(writers * 1_000_000 + writer * each + n);
                tx.execute(ADD, values![id, PAYLOAD]).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    join_all(tasks).await;
    rate(writers * each, start.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn durable_writes() {
    let fresh = Fresh::sqlite().await;
    let db = fresh.db();
    script(&db, "CREATE TABLE probe (id BIGINT PRIMARY KEY, payload TEXT)").await.unwrap();
    let workspace = samples::workspace(&db).await;
    for writers in [1_u32, 8, 64, 256] {
        let rows = group_commit(&db, writers, 4_096 / writers).await;
        let intake = Intake::start(db.clone(), workspace.clone());
        let start = Instant::now();
        let tasks = (0..writers).map(|writer| {
            let intake = intake.clone();
            tokio::spawn(async move {
                for n in 0..4_096 / writers {
                    let bits = u128::from(writers * 1_000_000 + writer * 10_000 + n);
                    let event = NewEvent {
                        id: InboxId::from_bits(bits),
                        account: AccountId::from_bits(1),
                        event: ForeignEvent::new(format!("ev{bits}")),
                        order_key: format!("c{writer}"),
                        payload: PAYLOAD.into(),
                        received_at: samples::at(0),
                    };
                    assert!(intake.keep(event).await.unwrap());
                }
            })
        });
        join_all(tasks).await;
        let intake = rate(4_096, start.elapsed());
        eprintln!("{writers} writers: group commit {rows:.0}/s, intake {intake:.0}/s, ratio {:.2}", intake / rows);
    }
    fresh.remove().await;
}

async fn record_lists(fresh: Fresh) {
    let db = fresh.db();
    let team = samples::team(&db).await;
    for chunk in 0..100_u32 {
        let mut tx = db.write().await.unwrap();
        for n in 0..1_000_u32 {
            let n = chunk * 1_000 + n;
            let mut record = samples::record(&team, u128::from(n));
            record.status = Status::ALL[n as usize % 5];
            record.owner = if n % 7 == 0 { team.initiator.id.clone() } else { team.owner.id.clone() };
            record.updated_at = samples::at(i64::from(n.wrapping_mul(7_919) % 100_000));
            record.created_at = samples::at(i64::from(n));
            record.due_at = (n % 3 != 0).then(|| samples::at(i64::from(n.wrapping_mul(104_729) % 100_000)));
            record.topic = format!("主题{}", n.wrapping_mul(31) % 1_000);
            tx.insert_record(&team.workspace, &record).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
    let any = RecordFilter { collaboration: Some(team.collaboration.id.clone()), ..RecordFilter::default() };
    let sight = Some(Sight {
        person: PersonId::from_bits(9),
        levels: vec![huan_core::level::Level::Internal],
        also: Vec::new(),
    });
    let cases = [
        ("all by change", RecordSort::Updated, any.clone()),
        ("blocked by change", RecordSort::Updated, RecordFilter { statuses: vec![Status::Blocked], ..any.clone() }),
        ("blocked by due", RecordSort::Due, RecordFilter { statuses: vec![Status::Blocked], ..any.clone() }),
        (
            "two statuses by due",
            RecordSort::Due,
            RecordFilter { statuses: vec![Status::Blocked, Status::Done], ..any.clone() },
        ),
        ("of an owner by due", RecordSort::Due, RecordFilter { owner: Some(team.initiator.id.clone()), ..any.clone() }),
        (
            "of an owner by topic",
            RecordSort::Topic,
            RecordFilter { owner: Some(team.initiator.id.clone()), ..any.clone() },
        ),
        (
            "blocked of an owner by status",
            RecordSort::Status,
            RecordFilter { owner: Some(team.initiator.id.clone()), statuses: vec![Status::Blocked], ..any.clone() },
        ),
        ("seen by someone by change", RecordSort::Updated, RecordFilter { sight, ..any.clone() }),
        ("by rare words", RecordSort::Updated, RecordFilter { words: Some("R99999".into()), ..any }),
    ];
    let mut conn = db.read().await.unwrap();
    for (name, sort, filter) in cases {
        let mut took = Vec::new();
        for descending in [true, false] {
            let mut page = Page { descending, ..Page::first(50) };
            for _ in 0..50 {
                let start = Instant::now();
                let listed = conn.records(&team.workspace, &filter, sort, &page).await.unwrap();
                took.push(start.elapsed());
                page.after = listed.next;
            }
        }
        took.sort_unstable();
        eprintln!("{:?} {name}: p50 {:?}, p99 {:?}", db.dialect(), took[50], took[98]);
    }
    drop(conn);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn lists_of_records_on_sqlite() {
    record_lists(Fresh::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn lists_of_records_on_postgres() {
    record_lists(Fresh::postgres().await).await;
}

async fn clocks(fresh: Fresh) {
    const COUNT: u32 = 20_000;
    const BITE: u32 = 500;
    let db = fresh.db();
    let workspace = samples::workspace(&db).await;
    for chunk in 0..COUNT / BITE {
        let clocks: Vec<Clock> = (0..BITE)
            .map(|n| {
                let bits = u128::from(chunk * BITE + n);
                Clock {
                    id: ClockId::from_bits(bits),
                    subject: Subject::Task(TaskId::from_bits(bits)),
                    kind: ClockKind::Acceptance,
                    stage: 0,
                    generation: 1,
                    started_at: samples::at(0),
                    next_at: Some(samples::at(10)),
                    due_at: samples::at(20),
                    state: ClockState::Running,
                    version: 1,
                }
            })
            .collect();
        let mut tx = db.write().await.unwrap();
        tx.save_clocks(&workspace, &clocks).await.unwrap();
        tx.commit().await.unwrap();
    }
    let start = Instant::now();
    let mut fired = 0_u32;
    loop {
        let mut tx = db.write().await.unwrap();
        let claimed = tx.claim_clocks(samples::at(11), samples::at(60), BITE).await.unwrap();
        tx.commit().await.unwrap();
        if claimed.is_empty() {
            break;
        }
        let mut tx = db.write().await.unwrap();
        let mut advanced = Vec::new();
        for (_, clock) in claimed {
            fired += 1;
            tx.add_history(
                &workspace,
                Entry {
                    id: HistoryId::from_bits(u128::from(fired)),
                    subject: clock.subject.clone(),
                    collaboration: None,
                    at: samples::at(11),
                    actor: None,
                    source: Source::Clock,
                    event: Event::ClockFired {
                        clock: "acceptance".into(),
                        stage: "half".into(),
                        told: vec![],
                        merged: vec![],
                    },
                },
            );
            tx.enqueue(
                &workspace,
                NewDelivery {
                    id: DeliveryId::from_bits(u128::from(fired)),
                    account: AccountId::from_bits(1),
                    lane: "app".into(),
                    target_lane: None,
                    urgency: 2,
                    order_key: format!("person {}", fired % 100),
                    merge_key: None,
                    subject: Some(clock.subject.id().to_owned()),
                    collaboration: None,
                    person: Some(PersonId::from_bits(u128::from(fired % 100))),
                    channel: None,
                    what: "reminder".into(),
                    message: PAYLOAD.into(),
                    idempotency_key: fired.to_string(),
                    ready_at: samples::at(11),
                    created_at: samples::at(11),
                },
            );
            advanced.push(Clock { stage: 1, next_at: Some(samples::at(99)), version: clock.version + 1, ..clock });
        }
        assert_eq!(tx.save_clocks(&workspace, &advanced).await.unwrap(), []);
        tx.commit().await.unwrap();
    }
    let took = start.elapsed();
    eprintln!("{:?}: {fired} clocks, {:.0}/s", db.dialect(), rate(fired, took));

    let start = Instant::now();
    for _ in 0..20 {
        let mut conn = db.write().await.unwrap();
        conn.take_outbox_turn().await.unwrap();
        assert_eq!(conn.ready_deliveries(samples::at(12), &[], 100).await.unwrap().len(), 100);
    }
    eprintln!("{:?}: ready deliveries of {COUNT} queued: {:?}", db.dialect(), start.elapsed() / 20);
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn clocks_on_sqlite() {
    clocks(Fresh::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn clocks_on_postgres() {
    clocks(Fresh::postgres().await).await;
}
