//! Clocks due at once: as many offered tasks as asked for, whose answers all have to be reminded of at the same instant.
//! The engine's own rounds ring them, with history, live feed and outbox written; nothing is sent.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use huan_app::engine;
use huan_core::{
    calendar::WorkingTime,
    clock::{Clock, Trigger},
    history::Subject,
};
use huan_store::{Dialect, testing::Fresh};
use jiff::{SignedDuration, Timestamp};

use crate::{
    due_timers,
    figures::{Line, rate},
    world::World,
};

/// Tasks and clocks written in one transaction while the data is made.
const AT_ONCE: u32 = 1_000;
/// Fired in a second.
const AIM: f64 = 10_000.0;

/// Makes `count` tasks with running acceptance clocks, lets the moment of all reminders come, and rings them.
pub(crate) async fn measure(name: &'static str, fresh: Fresh, count: u32) -> Result<Line> {
    let world = World::make(fresh.db()).await?;
    let all_due = fill(&world, count).await?;
    let app = Arc::clone(&world.app);
    world.time.advance(all_due.duration_since(app.now()));
    let history_before = app.db.read().await?.live_position(&app.workspace).await?;

    let start = Instant::now();
    while engine::clocks::round(Arc::clone(&app)).await?.done > 0 {}
    let took = start.elapsed();

    let mut conn = app.db.read().await?;
    let late = conn.clocks_due_before(app.now() + SignedDuration::from_micros(1)).await?;
    let queued = conn.deliveries_open().await?;
    let announced = conn.live_position(&app.workspace).await? - history_before;
    let broken = conn.verify_history(&app.workspace).await?;
    drop(conn);
    let expected = i64::from(count);
    ensure!(late == 0, "{late} clocks are still due");
    ensure!(queued == expected, "{queued} messages are queued for {count} clocks");
    ensure!(announced >= expected, "{announced} changes were announced for {count} clocks");
    ensure!(broken.is_none(), "the history does not hold together");
    fresh.remove().await;

    let fired = rate(count, took);
    let plain = due_timers::measure(count)?;
    Ok(Line {
        name,
        figures: format!("{count} clocks due at once rung in {:.2} s = {fired:.0} fired/s", took.as_secs_f64()),
        against: format!(
            "a plain SQLite program that claims, advances and writes one outbox row: {plain:.0}/s, ratio {:.2}",
            fired / plain
        ),
        aim: match app.db.dialect() {
            Dialect::Sqlite => "≥ 10,000 fired/s",
            Dialect::Postgres => "≥ 10,000 fired/s (1.5 times graphile-worker in batches, seen at 7,000 to 7,700)",
        },
        reached: fired >= AIM,
    })
}

/// Gives the moment at which every clock is due.
async fn fill(world: &World, count: u32) -> Result<Timestamp> {
    let app = &world.app;
    let holidays = app.holidays();
    let mut number = 0;
    let mut all_due = app.now();
    while number < count {
        let until = (number + AT_ONCE).min(count);
        let mut clocks = Vec::with_capacity(AT_ONCE as usize);
        let mut tx = app.db.write().await?;
        for number in number..until {
            let task = world.offered_task(number);
            let owner = &world.people[number as usize % world.people.len()];
            let time = WorkingTime::new(&owner.hours, &holidays);
            let subject = Subject::Task(task.id.clone());
            let clock =
                Clock::start(world.id(), subject, Trigger::Acceptance, &world.collaboration.levels, time, app.now());
            all_due = all_due.max(clock.next_at.context("the reminder's time")?);
            clocks.push(clock);
            tx.insert_task(&app.workspace, &task).await?;
        }
        let stale = tx.save_clocks(&app.workspace, &clocks).await?;
        ensure!(stale.is_empty(), "new clocks are not stale");
        tx.commit().await?;
        number = until;
    }
    Ok(all_due)
}
