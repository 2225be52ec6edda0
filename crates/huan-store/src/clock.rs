//! Clocks. A worker claims those that are due by a short lease, committed before the work; it then writes each back over the
//! version it read, so that a stage happens once however many nodes try.

use std::collections::HashSet;

use huan_core::{
    clock::{Clock, ClockKind},
    history::Subject,
    id::{ClockId, WorkspaceId},
};
use jiff::Timestamp;

use crate::{
    batch::Batch,
    conn::{Conn, Row},
    error::{Error, Result},
    select::Select,
    signal::Topic,
    statement::statements,
    tx::Tx,
    value::{Value, json, values},
};

macro_rules! columns {
    () => {
        "id, subject, kind, stage, generation, started_at, next_at, due_at, called, state, version"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM clock WHERE workspace = $1 AND id = $2");
    OF_KIND = concat!("SELECT ", columns!(), " FROM clock WHERE workspace = $1 AND subject = $2 AND kind = $3");
    OF_SUBJECT = concat!("SELECT ", columns!(), " FROM clock WHERE workspace = $1 AND subject = $2 ORDER BY kind");
    // The lease moves next to the time: a clock is due when both have come.
    CLAIM = sqlite concat!("UPDATE clock SET leased_until = $2
            WHERE rowid IN (SELECT rowid FROM clock WHERE next_at <= $1 AND leased_until <= $1 ORDER BY next_at LIMIT $3)
            RETURNING workspace, ", columns!()),
        postgres concat!("UPDATE clock SET leased_until = $2
            WHERE ctid = ANY(ARRAY(SELECT ctid FROM clock WHERE next_at <= $1 AND leased_until <= $1
                ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED))
            RETURNING workspace, ", columns!());
    NEXT_AT = "SELECT min(next_at) AS next_at FROM clock WHERE next_at IS NOT NULL AND leased_until <= $1";
    LATE = "SELECT count(*) AS n FROM clock WHERE next_at < $1";
}

/// A clock is written over the version before its own; a new one (version 1) only where there is none.
const SAVE: Batch = Batch {
    name: "clock::SAVE",
    table: "clock",
    columns: &[
        "workspace",
        "id",
        "subject",
        "kind",
        "stage",
        "generation",
        "started_at",
        "next_at",
        "due_at",
        "called",
        "state",
        "version",
        "leased_until",
    ],
    suffix: "ON CONFLICT (workspace, id) DO UPDATE SET stage = excluded.stage, generation = excluded.generation, \
             started_at = excluded.started_at, next_at = excluded.next_at, due_at = excluded.due_at, \
             called = excluded.called, state = excluded.state, version = excluded.version, leased_until = 0 \
             WHERE clock.version = excluded.version - 1 RETURNING id",
    all_or_nothing: false,
};

pub(crate) fn clock(row: &Row) -> Result<Clock> {
    let subject: String = row.get("subject")?;
    Ok(Clock {
        id: row.get("id")?,
        subject: Subject::from_id(&subject).ok_or_else(|| Error::unreadable("subject", &subject))?,
        kind: row.get("kind")?,
        stage: row.get("stage")?,
        generation: row.get("generation")?,
        started_at: row.get("started_at")?,
        next_at: row.get("next_at")?,
        due_at: row.get("due_at")?,
        called: row.json("called")?,
        state: row.json("state")?,
        version: row.get("version")?,
    })
}

fn row(workspace: &WorkspaceId, clock: &Clock) -> Result<Vec<Value>> {
    Ok(values![
        workspace,
        &clock.id,
        clock.subject.id(),
        clock.kind,
        clock.stage,
        clock.generation,
        clock.started_at,
        clock.next_at,
        clock.due_at,
        json(&clock.called)?,
        json(&clock.state)?,
        clock.version,
        0_i64,
    ])
}

impl Conn {
    /// A clock by id.
    pub async fn clock(&mut self, workspace: &WorkspaceId, id: &ClockId) -> Result<Option<Clock>> {
        self.find(BY_ID, values![workspace, id], clock).await
    }

    /// The clock of a kind for a subject, running or stopped.
    pub async fn clock_of(
        &mut self,
        workspace: &WorkspaceId,
        subject: &Subject,
        kind: ClockKind,
    ) -> Result<Option<Clock>> {
        self.find(OF_KIND, values![workspace, subject.id(), kind], clock).await
    }

    /// All clocks of a subject, running or stopped.
    pub async fn clocks_of(&mut self, workspace: &WorkspaceId, subject: &Subject) -> Result<Vec<Clock>> {
        self.list(OF_SUBJECT, values![workspace, subject.id()], clock).await
    }

    /// The running clocks of these subjects, for the countdowns of a list.
    pub async fn running_clocks(&mut self, workspace: &WorkspaceId, subjects: &[Subject]) -> Result<Vec<Clock>> {
        let mut select = Select::new("running_clocks", concat!("SELECT ", columns!(), " FROM clock"));
        select.and("workspace = ").bind(workspace).and("next_at IS NOT NULL");
        select.and("subject IN ").list(subjects.iter().map(Subject::id));
        let (sql, values) = select.build();
        self.list(sql, values, clock).await
    }

    /// When the next clock that nobody has in hand is due.
    pub async fn next_clock_at(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![now]).await?.get("next_at")
    }

    /// How many clocks were due before this moment and have not been advanced.
    pub async fn clocks_due_before(&mut self, moment: Timestamp) -> Result<i64> {
        self.fetch_one(LATE, values![moment]).await?.get("n")
    }
}

impl Tx {
    /// Writes new and changed clocks over the versions before theirs, and gives the ids of those for which that was no longer
    /// the version in the database: they were not written.
    pub async fn save_clocks(&mut self, workspace: &WorkspaceId, clocks: &[Clock]) -> Result<Vec<ClockId>> {
        let rows = clocks.iter().map(|clock| row(workspace, clock)).collect::<Result<_>>()?;
        let written = self.insert(SAVE, rows).await?;
        self.signal(Topic::Clocks);
        let written = written.iter().map(|row| row.get("id")).collect::<Result<HashSet<ClockId>>>()?;
        Ok(clocks.iter().map(|clock| &clock.id).filter(|id| !written.contains(id)).cloned().collect())
    }

    /// Adds a clock that was started.
    pub async fn insert_clock(&mut self, workspace: &WorkspaceId, clock: &Clock) -> Result<()> {
        self.save_clock(workspace, clock).await
    }

    /// Writes a changed clock over the version before its own. [`Error::Stale`] when someone else was faster.
    pub async fn update_clock(&mut self, workspace: &WorkspaceId, clock: &Clock) -> Result<()> {
        self.save_clock(workspace, clock).await
    }

    async fn save_clock(&mut self, workspace: &WorkspaceId, clock: &Clock) -> Result<()> {
        match self.save_clocks(workspace, std::slice::from_ref(clock)).await?.as_slice() {
            [] => Ok(()),
            _ => Err(Error::Stale { what: "the clock" }),
        }
    }

    /// Takes up to `at_most` clocks that are due, the longest overdue first, and keeps other workers off them until
    /// `leased_until`. Commit before working on them.
    pub async fn claim_clocks(
        &mut self,
        now: Timestamp,
        leased_until: Timestamp,
        at_most: u32,
    ) -> Result<Vec<(WorkspaceId, Clock)>> {
        let read = |row: &Row| Ok((row.get("workspace")?, clock(row)?));
        let mut claimed = self.list(CLAIM, values![now, leased_until, at_most], read).await?;
        claimed.sort_by(|(_, one), (_, other)| one.next_at.cmp(&other.next_at).then_with(|| one.id.cmp(&other.id)));
        Ok(claimed)
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        clock::{ClockState, StopReason},
        id::{PersonId, TaskId},
    };
    use jiff::SignedDuration;

    use super::*;
    use crate::{both_databases, samples};

    fn clock(bits: u128, next_at: Timestamp) -> Clock {
        Clock {
            id: ClockId::from_bits(bits),
            subject: Subject::Task(TaskId::from_bits(bits)),
            kind: ClockKind::Acceptance,
            stage: 0,
            generation: 1,
            started_at: samples::at(0),
            next_at: Some(next_at),
            due_at: samples::at(7_200),
            called: vec![PersonId::from_bits(7)],
            state: ClockState::Running,
            version: 1,
        }
    }

    fn advanced(clock: &Clock, by: i64) -> Clock {
        Clock {
            stage: clock.stage + 1,
            next_at: clock.next_at.map(|at| at + SignedDuration::from_secs(by)),
            version: clock.version + 1,
            ..clock.clone()
        }
    }

    both_databases! {
        async fn a_clock_reads_back_whole(db: Db) {
            let workspace = samples::workspace(&db).await;
            let running = clock(1, samples::at(10));
            let mut tx = db.write().await.unwrap();
            tx.save_clock(&workspace, &running).await.unwrap();
            assert_eq!(tx.clock(&workspace, &running.id).await.unwrap(), Some(running.clone()));
            let stopped = running.stop(StopReason::Answered, samples::at(3)).unwrap();
            tx.save_clock(&workspace, &stopped).await.unwrap();
            let found = tx.clock_of(&workspace, &running.subject, ClockKind::Acceptance).await.unwrap();
            assert_eq!(found, Some(stopped.clone()));
            assert_eq!(tx.clocks_of(&workspace, &running.subject).await.unwrap(), [stopped]);
            assert_eq!(tx.running_clocks(&workspace, std::slice::from_ref(&running.subject)).await.unwrap(), []);
            assert_eq!(tx.next_clock_at(samples::at(100)).await.unwrap(), None);
        }

        async fn a_clock_is_written_only_over_the_version_before(db: Db) {
            let workspace = samples::workspace(&db).await;
            let first = clock(1, samples::at(10));
            let other = clock(2, samples::at(10));
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.save_clocks(&workspace, &[first.clone(), other.clone()]).await.unwrap(), []);
            let again = tx.save_clocks(&workspace, std::slice::from_ref(&first)).await.unwrap();
            assert_eq!(again, std::slice::from_ref(&first.id), "it is there already");
            let next = advanced(&first, 60);
            tx.save_clock(&workspace, &next).await.unwrap();
            let both = [advanced(&first, 90), advanced(&other, 90)];
            let stale = tx.save_clocks(&workspace, &both).await.unwrap();
            assert_eq!(stale, std::slice::from_ref(&first.id), "one of two");
            assert_eq!(tx.clock(&workspace, &first.id).await.unwrap(), Some(next));
        }

        async fn a_subject_has_one_clock_of_a_kind(db: Db) {
            let workspace = samples::workspace(&db).await;
            let first = clock(1, samples::at(10));
            let second = Clock { id: ClockId::from_bits(2), ..first.clone() };
            let mut tx = db.write().await.unwrap();
            tx.save_clock(&workspace, &first).await.unwrap();
            assert!(tx.save_clock(&workspace, &second).await.unwrap_err().is_duplicate());
        }

        async fn due_clocks_are_claimed_once_the_longest_overdue_first(db: Db) {
            let workspace = samples::workspace(&db).await;
            let clocks = [clock(1, samples::at(30)), clock(2, samples::at(10)), clock(3, samples::at(90))];
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.save_clocks(&workspace, &clocks).await.unwrap(), []);
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().next_clock_at(samples::at(60)).await.unwrap(), Some(samples::at(10)));
            assert_eq!(db.read().await.unwrap().clocks_due_before(samples::at(60)).await.unwrap(), 2);

            let mut tx = db.write().await.unwrap();
            let claimed = tx.claim_clocks(samples::at(60), samples::at(90), 10).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(claimed, [(workspace.clone(), clocks[1].clone()), (workspace.clone(), clocks[0].clone())]);

            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.claim_clocks(samples::at(60), samples::at(95), 10).await.unwrap(), [], "they are in hand");
            tx.save_clock(&workspace, &advanced(&clocks[1], 40)).await.unwrap();
            tx.commit().await.unwrap();

            // One was advanced; the other's worker died, and its lease ran out; the third has become due.
            let mut tx = db.write().await.unwrap();
            let claimed = tx.claim_clocks(samples::at(91), samples::at(120), 10).await.unwrap();
            let ids: Vec<_> = claimed.iter().map(|(_, clock)| clock.id.clone()).collect();
            assert_eq!(ids, [clocks[0].id.clone(), clocks[1].id.clone(), clocks[2].id.clone()]);
            assert_eq!(claimed[1].1.version, 2);
        }

        async fn many_clocks_are_claimed_in_bites(db: Db) {
            let workspace = samples::workspace(&db).await;
            let clocks: Vec<Clock> = (0..150).map(|n| clock(n, samples::at(0))).collect();
            let mut tx = db.write().await.unwrap();
            assert_eq!(tx.save_clocks(&workspace, &clocks).await.unwrap(), []);
            let mut sizes = Vec::new();
            for _ in 0..3 {
                sizes.push(tx.claim_clocks(samples::at(1), samples::at(60), 100).await.unwrap().len());
            }
            assert_eq!(sizes, [100, 50, 0]);
        }
    }
}
