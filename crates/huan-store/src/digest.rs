//! Daily and weekly digests, and what they are made from.

use huan_core::{
    digest::{Digest, DigestState, OpenAction, Rhythm},
    id::{CollaborationId, DigestId, TaskId, WorkspaceId},
    minutes::Minutes,
    problem::Problem,
    record::{FollowUp, Record},
    status::Status,
    task::Task,
};
use jiff::{Timestamp, civil::Date};

use crate::{
    conn::{Conn, Row},
    error::{Error, Result},
    minutes, problem, record,
    select::{Cursor, Listed, Page, Select},
    signal::Topic,
    statement::statements,
    task,
    tx::Tx,
    value::{Kind, json, values},
};

macro_rules! columns {
    () => {
        "id, collaboration, rhythm, day, state, since, due_at, next_at, edits, sent, version"
    };
}

/// Things of one kind that a digest is made from at most. Beyond that nobody reads it.
const MOST: u32 = 2_000;

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM digest WHERE workspace = $1 AND id = $2");
    LAST = concat!("SELECT ", columns!(), " FROM digest WHERE workspace = $1 AND collaboration = $2 AND rhythm = $3
        ORDER BY day DESC LIMIT 1");
    LAST_SENT = concat!("SELECT ", columns!(), " FROM digest WHERE workspace = $1 AND collaboration = $2 AND rhythm = $3
        AND state = 'sent' ORDER BY day DESC LIMIT 1");
    OPEN = concat!("SELECT ", columns!(), " FROM digest WHERE workspace = $1 AND collaboration = $2 AND next_at IS NOT NULL
        ORDER BY due_at, rhythm");
    DUE = concat!("SELECT workspace, ", columns!(), " FROM digest WHERE next_at <= $1 ORDER BY next_at, rhythm LIMIT $2");
    NEXT_AT = "SELECT min(next_at) AS next_at FROM digest WHERE next_at > $1";
    WITHOUT = "SELECT c.id FROM collaboration c WHERE c.workspace = $1 AND c.state = 'running' AND NOT EXISTS
            (SELECT 1 FROM digest d WHERE d.workspace = c.workspace AND d.collaboration = c.id AND d.rhythm = $2
                AND d.next_at IS NOT NULL)
        ORDER BY c.id";
    INSERT = "INSERT INTO digest (workspace, id, collaboration, rhythm, day, state, since, due_at, next_at, edits, sent, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    UPDATE = "UPDATE digest SET state = $3, since = $4, due_at = $5, next_at = $6, edits = $7, sent = $8,
            version = version + 1
        WHERE workspace = $1 AND id = $2 AND version = $9";
    DROP = "DELETE FROM digest WHERE workspace = $1 AND id = $2 AND version = $3";
    ACTIONS = "SELECT f.id, f.record, f.person, f.action, f.due_at, f.done_at, f.version, r.topic, r.level
        FROM follow_up f JOIN record r ON r.workspace = f.workspace AND r.id = f.record
        WHERE f.workspace = $1 AND r.collaboration = $2 AND f.done_at IS NULL AND f.due_at < $3
        ORDER BY f.due_at, f.id LIMIT 2000";
    TABLE = "SELECT status, count(*) AS n FROM record WHERE workspace = $1 AND collaboration = $2 GROUP BY status";
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM digest");

pub(crate) fn digest(row: &Row) -> Result<Digest> {
    let day: String = row.get("day")?;
    Ok(Digest {
        id: row.get("id")?,
        collaboration: row.get("collaboration")?,
        rhythm: row.get("rhythm")?,
        day: day.parse::<Date>().map_err(|_| Error::unreadable("day", &day))?,
        state: row.get("state")?,
        since: row.get("since")?,
        due_at: row.get("due_at")?,
        next_at: row.get("next_at")?,
        edits: row.json("edits")?,
        sent: row.optional_json("sent")?,
        version: row.get("version")?,
    })
}

impl Conn {
    /// A digest by id.
    pub async fn digest(&mut self, workspace: &WorkspaceId, id: &DigestId) -> Result<Option<Digest>> {
        self.find(BY_ID, values![workspace, id], digest).await
    }

    /// The digest of a rhythm with the latest day, whatever became of it.
    pub async fn last_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        rhythm: Rhythm,
    ) -> Result<Option<Digest>> {
        self.find(LAST, values![workspace, collaboration, rhythm], digest).await
    }

    /// The digest of a rhythm that went out last.
    pub async fn last_sent_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        rhythm: Rhythm,
    ) -> Result<Option<Digest>> {
        self.find(LAST_SENT, values![workspace, collaboration, rhythm], digest).await
    }

    /// The digests of a collaboration that are still to go out, the next one first.
    pub async fn open_digests(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Vec<Digest>> {
        self.list(OPEN, values![workspace, collaboration], digest).await
    }

    /// A page of the digests of a collaboration in one of these states, by when they were due.
    pub async fn digests(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        states: &[DigestState],
        page: &Page,
    ) -> Result<Listed<Digest>> {
        let mut select = Select::new("digests", SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
        select.and("state IN ").list(states.iter().copied());
        let page = page.fitting(Kind::Int);
        select.page("due_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, digest).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.due_at, last.id.as_str())))
    }

    /// The digests with which something is to be done, the longest waiting first.
    pub async fn digests_due(&mut self, now: Timestamp, at_most: u32) -> Result<Vec<(WorkspaceId, Digest)>> {
        self.list(DUE, values![now, at_most], |row| Ok((row.get("workspace")?, digest(row)?))).await
    }

    /// When something is to be done with a digest next.
    pub async fn next_digest_at(&mut self, now: Timestamp) -> Result<Option<Timestamp>> {
        self.fetch_one(NEXT_AT, values![now]).await?.get("next_at")
    }

    /// The collaborations at work that have no open digest of a rhythm.
    pub async fn collaborations_without_digest(
        &mut self,
        workspace: &WorkspaceId,
        rhythm: Rhythm,
    ) -> Result<Vec<CollaborationId>> {
        self.list(WITHOUT, values![workspace, rhythm], |row| row.get("id")).await
    }

    /// The tasks of a collaboration that are open, or were changed after `since`; by number.
    pub async fn tasks_for_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        since: Timestamp,
    ) -> Result<Vec<Task>> {
        let mut select = Select::new("tasks_for_digest", task::SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
        select.and("(is_open = true OR updated_at > ").bind(since).push(") ORDER BY number LIMIT ").bind(MOST);
        let (sql, values) = select.build();
        self.list(sql, values, task::task).await
    }

    /// The rows of a collaboration that are open, or were changed after `since`; those due soonest first.
    pub async fn records_for_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        since: Timestamp,
    ) -> Result<Vec<Record>> {
        let mut select = Select::new("records_for_digest", record::SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
        select.and("(status <> ").bind(Status::Done).push(" OR updated_at > ").bind(since);
        select.push(") ORDER BY due_at, id LIMIT ").bind(MOST);
        let (sql, values) = select.build();
        self.list(sql, values, record::record).await
    }

    /// How many rows of a collaboration have each status.
    pub async fn record_table(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
    ) -> Result<Vec<(Status, u32)>> {
        let count = |row: &Row| Ok((row.get("status")?, row.get("n")?));
        let mut counted: Vec<(Status, u32)> = self.list(TABLE, values![workspace, collaboration], count).await?;
        counted.sort_unstable();
        Ok(counted)
    }

    /// The problems of a collaboration that are open, or were changed after `since`; by number. Those of
    /// drills are not reported.
    pub async fn problems_for_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        since: Timestamp,
    ) -> Result<Vec<Problem>> {
        let mut select = Select::new("problems_for_digest", problem::SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration).and("drill = false");
        select.and("(is_open = true OR updated_at > ").bind(since).push(") ORDER BY number LIMIT ").bind(MOST);
        let (sql, values) = select.build();
        self.list(sql, values, problem::problem).await
    }

    /// The minutes of a collaboration whose decision was taken, or that were changed, after `since`; by number.
    pub async fn minutes_for_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        since: Timestamp,
    ) -> Result<Vec<Minutes>> {
        let mut select = Select::new("minutes_for_digest", minutes::SELECT);
        select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
        select.and("(happened_at > ").bind(since).push(" OR updated_at > ").bind(since);
        select.push(") ORDER BY number LIMIT ").bind(MOST);
        let (sql, values) = select.build();
        self.list(sql, values, minutes::minutes).await
    }

    /// The open follow-ups of a collaboration that are due before `horizon`, with what their rows say.
    pub async fn actions_for_digest(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        horizon: Timestamp,
    ) -> Result<Vec<OpenAction>> {
        let read = |row: &Row| {
            let follow_up: FollowUp = record::follow_up(row)?;
            Ok(OpenAction { follow_up, topic: row.get("topic")?, level: row.get("level")? })
        };
        self.list(ACTIONS, values![workspace, collaboration, horizon], read).await
    }

    /// When these tasks were last touched.
    pub async fn tasks_touched(&mut self, workspace: &WorkspaceId, ids: &[TaskId]) -> Result<Vec<(TaskId, Timestamp)>> {
        let mut select = Select::new("tasks_touched", "SELECT id, updated_at FROM task");
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("id")?, row.get("updated_at")?))).await
    }
}

impl Tx {
    /// Adds a digest, unless there is one of its collaboration, rhythm and day already. Says whether it was added.
    pub async fn insert_digest(&mut self, workspace: &WorkspaceId, digest: &Digest) -> Result<bool> {
        let sent = digest.sent.as_ref().map(json).transpose()?;
        let values = values![
            workspace,
            &digest.id,
            &digest.collaboration,
            digest.rhythm,
            digest.day.to_string(),
            digest.state,
            digest.since,
            digest.due_at,
            digest.next_at,
            json(&digest.edits)?,
            sent,
            digest.version,
        ];
        let added = self.execute(INSERT, values).await? > 0;
        self.signal(Topic::Digests);
        Ok(added)
    }

    /// Writes a digest that was read and changed. [`crate::Error::Stale`] when it was changed by someone else since it was
    /// read; else its version grows by one.
    pub async fn update_digest(&mut self, workspace: &WorkspaceId, digest: &mut Digest) -> Result<()> {
        let sent = digest.sent.as_ref().map(json).transpose()?;
        let values = values![
            workspace,
            &digest.id,
            digest.state,
            digest.since,
            digest.due_at,
            digest.next_at,
            json(&digest.edits)?,
            sent,
            digest.version,
        ];
        self.change("the digest", UPDATE, values).await?;
        digest.version += 1;
        self.signal(Topic::Digests);
        self.index_digest(workspace, digest).await
    }

    /// Takes away a digest that is still open: its day has no digest any more. [`crate::Error::Stale`] when it was changed by
    /// someone else since it was read.
    pub async fn drop_digest(&mut self, workspace: &WorkspaceId, digest: &Digest) -> Result<()> {
        self.change("the digest", DROP, values![workspace, &digest.id, digest.version]).await?;
        self.signal(Topic::Digests);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        digest::{Document, Edits, Sent},
        id::{FollowUpId, PersonId},
        level::Level,
        search::{Kind as SearchKind, Query},
    };

    use super::*;
    use crate::{Hearing, SearchFilter, Sight, both_databases, samples};

    fn planned(team: &samples::Team, bits: u128, day: &str) -> Digest {
        Digest {
            id: DigestId::from_bits(bits),
            collaboration: team.collaboration.id.clone(),
            rhythm: Rhythm::Daily,
            day: day.parse().unwrap(),
            state: DigestState::Planned,
            since: samples::at(0),
            due_at: samples::at(i64::try_from(bits).unwrap() * 10),
            next_at: Some(samples::at(i64::try_from(bits).unwrap() * 10)),
            edits: Edits::default(),
            sent: None,
            version: 1,
        }
    }

    both_databases! {
        async fn c2_there_is_one_digest_a_day_and_nobody_writes_over_another(db: Db) {
            let team = samples::team(&db).await;
            let workspace = &team.workspace;
            let mut conn = db.read().await.unwrap();
            let without = conn.collaborations_without_digest(workspace, Rhythm::Daily).await.unwrap();
            assert_eq!(without, std::slice::from_ref(&team.collaboration.id));
            drop(conn);

            let mut digest = planned(&team, 1, "2026-11-25");
            let mut tx = db.write().await.unwrap();
            assert!(tx.insert_digest(workspace, &digest).await.unwrap());
            assert!(!tx.insert_digest(workspace, &planned(&team, 2, "2026-11-25")).await.unwrap(), "the same day");
            assert!(tx.insert_digest(workspace, &planned(&team, 3, "2026-11-26")).await.unwrap());
            tx.commit().await.unwrap();

            let mut tx = db.write().await.unwrap();
            let mut stale = digest.clone();
            digest.edits.note = "明天评审".into();
            digest.state = DigestState::Sent;
            digest.next_at = None;
            let document = Document { note: "明天评审".into(), ..Document::default() };
            let at = samples::at(11);
            digest.sent =
                Some(Sent { at, by: None, late: true, chinese: document.clone(), english: document, posted: Vec::new() });
            tx.update_digest(workspace, &mut digest).await.unwrap();
            assert!(matches!(tx.update_digest(workspace, &mut stale).await, Err(Error::Stale { .. })));
            tx.commit().await.unwrap();

            let mut conn = db.read().await.unwrap();
            let filter = SearchFilter {
                query: Query::read("评审"),
                kinds: vec![SearchKind::Digest],
                collaboration: None,
                person: None,
                platform: None,
                from: None,
                before: None,
                sight: Sight { person: PersonId::from_bits(77), levels: vec![Level::Internal], also: Vec::new() },
                hearing: Hearing::Channels(Vec::new()),
            };
            assert_eq!(conn.search(workspace, &filter, None, 10).await.unwrap().len(), 1, "what went out is found");
            assert_eq!(conn.digest(workspace, &digest.id).await.unwrap(), Some(digest.clone()));
            assert_eq!(conn.collaborations_without_digest(workspace, Rhythm::Daily).await.unwrap(), []);
            assert_eq!(conn.collaborations_without_digest(workspace, Rhythm::Weekly).await.unwrap().len(), 1);
            let of = &team.collaboration.id;
            let last = conn.last_digest(workspace, of, Rhythm::Daily).await.unwrap().unwrap();
            assert_eq!(last.day.to_string(), "2026-11-26");
            assert_eq!(conn.last_sent_digest(workspace, of, Rhythm::Daily).await.unwrap(), Some(digest.clone()));
            assert_eq!(conn.last_digest(workspace, of, Rhythm::Weekly).await.unwrap(), None);
            assert_eq!(conn.open_digests(workspace, of).await.unwrap(), std::slice::from_ref(&last));
            assert_eq!(conn.digests_due(samples::at(29), 9).await.unwrap(), []);
            assert_eq!(conn.next_digest_at(samples::at(29)).await.unwrap(), Some(samples::at(30)));
            assert_eq!(conn.digests_due(samples::at(30), 9).await.unwrap(), [(workspace.clone(), last.clone())]);
            let sent = conn.digests(workspace, of, &[DigestState::Sent], &Page::first(9)).await.unwrap();
            assert_eq!(sent.rows, [digest]);
            drop(conn);

            let mut tx = db.write().await.unwrap();
            tx.drop_digest(workspace, &last).await.unwrap();
            assert!(matches!(tx.drop_digest(workspace, &last).await, Err(Error::Stale { .. })));
            tx.commit().await.unwrap();
            assert_eq!(db.read().await.unwrap().open_digests(workspace, of).await.unwrap(), []);
        }

        async fn c2_what_a_digest_is_made_from_is_what_is_open_and_what_has_changed(db: Db) {
            use huan_core::task::TaskState;
            let team = samples::team(&db).await;
            let (workspace, of) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            let done = |bits, updated| Task {
                state: TaskState::Done { at: samples::at(updated) },
                updated_at: samples::at(updated),
                ..samples::task(&team, bits)
            };
            for task in [samples::task(&team, 1), done(2, 50), done(3, 5)] {
                tx.insert_task(workspace, &task).await.unwrap();
            }
            let open = Record { status: Status::InProgress, ..samples::record(&team, 1) };
            let finished = Record { status: Status::Done, updated_at: samples::at(5), ..samples::record(&team, 2) };
            tx.insert_record(workspace, &open).await.unwrap();
            tx.insert_record(workspace, &finished).await.unwrap();
            let follow_up = FollowUp {
                id: FollowUpId::from_bits(1),
                record: open.id.clone(),
                person: team.owner.id.clone(),
                action: "反馈客户意向".into(),
                due_at: samples::at(60),
                done_at: None,
                version: 1,
            };
            tx.insert_follow_up(workspace, &follow_up).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let tasks = conn.tasks_for_digest(workspace, of, samples::at(10)).await.unwrap();
            assert_eq!(tasks.iter().map(|task| task.number).collect::<Vec<_>>(), [1, 2]);
            let records = conn.records_for_digest(workspace, of, samples::at(10)).await.unwrap();
            assert_eq!(records, std::slice::from_ref(&open));
            let table = conn.record_table(workspace, of).await.unwrap();
            assert_eq!(table, [(Status::InProgress, 1), (Status::Done, 1)]);
            assert_eq!(conn.actions_for_digest(workspace, of, samples::at(60)).await.unwrap(), []);
            let actions = conn.actions_for_digest(workspace, of, samples::at(61)).await.unwrap();
            assert_eq!(actions, [OpenAction { follow_up, topic: open.topic.clone(), level: Level::Internal }]);
            assert_eq!(conn.problems_for_digest(workspace, of, samples::at(0)).await.unwrap(), []);
            assert_eq!(conn.minutes_for_digest(workspace, of, samples::at(0)).await.unwrap(), []);
            let touched = conn.tasks_touched(workspace, &[TaskId::from_bits(2)]).await.unwrap();
            assert_eq!(touched, [(TaskId::from_bits(2), samples::at(50))]);
        }
    }
}
