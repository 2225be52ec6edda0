//! The plainest program that rings timers: what the engine's clocks are compared with.

use std::time::Instant;

use anyhow::{Result, ensure};
use rusqlite::{Connection, params};

use crate::{figures::rate, plain::Plain};

/// Timers claimed and advanced in one transaction.
const AT_ONCE: u32 = 500;

/// Rings `count` timers and says how many a second: batches of [`AT_ONCE`], each claimed, advanced and given one outbox row
/// in one durable transaction, without a thing to be read again, history, live feed, permissions or people.
pub(crate) fn measure(count: u32) -> Result<f64> {
    let plain = Plain::open(
        "CREATE TABLE timer (id TEXT PRIMARY KEY, next_at INTEGER NOT NULL, version INTEGER NOT NULL);
         CREATE INDEX timer_due ON timer (next_at);
         CREATE TABLE outbox (id INTEGER PRIMARY KEY, message TEXT NOT NULL);",
    )?;
    fill(&plain.conn, count)?;
    let start = Instant::now();
    let mut fired = 0;
    loop {
        let rung = ring(&plain.conn)?;
        if rung == 0 {
            break;
        }
        fired += rung;
    }
    let took = start.elapsed();
    ensure!(fired == count, "{fired} of {count} timers rang");
    plain.remove()?;
    Ok(rate(count, took))
}

fn fill(conn: &Connection, count: u32) -> Result<()> {
    let transaction = conn.unchecked_transaction()?;
    let mut insert = conn.prepare("INSERT INTO timer (id, next_at, version) VALUES (?1, 10, 1)")?;
    for number in 0..count {
        insert.execute([format!("clk_{number:026}")])?;
    }
    drop(insert);
    Ok(transaction.commit()?)
}

fn ring(conn: &Connection) -> Result<u32> {
    let transaction = conn.unchecked_transaction()?;
    let due: Vec<(String, i64)> = conn
        .prepare_cached("SELECT id, version FROM timer WHERE next_at <= 10 ORDER BY next_at LIMIT ?1")?
        .query_map([AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut advance = conn.prepare_cached(
        "UPDATE timer SET next_at = next_at + 3600, version = version + 1 WHERE id = ?1 AND version = ?2",
    )?;
    let mut send = conn.prepare_cached("INSERT INTO outbox (message) VALUES (?1)")?;
    for (id, version) in &due {
        advance.execute(params![id, version])?;
        send.execute([format!("{{\"kind\":\"answer_reminder\",\"clock\":\"{id}\"}}")])?;
    }
    drop((advance, send));
    transaction.commit()?;
    Ok(u32::try_from(due.len())?)
}
