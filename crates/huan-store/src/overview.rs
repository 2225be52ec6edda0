//! What the centre of a collaboration shows at a glance: the clocks that run out, who owes what, and its timeline.

use huan_core::{
    clock::Clock,
    id::{ChannelId, CollaborationId, PersonId, WorkspaceId},
    message::Message,
};
use jiff::Timestamp;

use crate::{
    clock,
    conn::Conn,
    error::Result,
    history::{self, Chained},
    message,
    select::Select,
    sight::Sight,
    statement::statements,
    value::values,
};

statements! {
    // The day's progress is asked for every day: it is no risk, and neither is a drill. Follow-ups are looked up from their own side, since rows of the
    // record table are many and open follow-ups few.
    RUNNING_OUT = "SELECT c.id, c.subject, c.kind, c.stage, c.generation, c.started_at, c.next_at, c.due_at, c.state, c.called, c.version
        FROM task t JOIN clock c ON c.workspace = t.workspace AND c.subject = t.id
        WHERE t.workspace = $1 AND t.collaboration = $2 AND t.is_open AND c.next_at IS NOT NULL AND c.due_at < $3
            AND c.kind <> 'daily_progress'
        UNION ALL
        SELECT c.id, c.subject, c.kind, c.stage, c.generation, c.started_at, c.next_at, c.due_at, c.state, c.called, c.version
        FROM problem p JOIN clock c ON c.workspace = p.workspace AND c.subject = p.id
        WHERE p.workspace = $1 AND p.collaboration = $2 AND p.is_open AND p.drill = false AND c.next_at IS NOT NULL
            AND c.due_at < $3
        UNION ALL
        SELECT c.id, c.subject, c.kind, c.stage, c.generation, c.started_at, c.next_at, c.due_at, c.state, c.called, c.version
        FROM minutes m JOIN clock c ON c.workspace = m.workspace AND c.subject = m.id
        WHERE m.workspace = $1 AND m.collaboration = $2 AND m.stage = 'owed' AND c.next_at IS NOT NULL AND c.due_at < $3
        UNION ALL
        SELECT c.id, c.subject, c.kind, c.stage, c.generation, c.started_at, c.next_at, c.due_at, c.state, c.called, c.version
        FROM follow_up f JOIN clock c ON c.workspace = f.workspace AND c.subject = f.id
        WHERE f.workspace = $1 AND f.done_at IS NULL AND c.next_at IS NOT NULL AND c.due_at < $3 AND EXISTS
            (SELECT 1 FROM record r WHERE r.workspace = f.workspace AND r.id = f.record AND r.collaboration = $2)
        ORDER BY due_at LIMIT $4";
}

/// What somebody owes in a collaboration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owes {
    /// Who.
    pub person: PersonId,
    /// How many.
    pub open: i64,
    /// How many of them are past their time.
    pub late: i64,
}

/// The kinds of things that somebody can owe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owed {
    /// Tasks.
    Tasks,
    /// Answers to problems, and their solutions.
    Problems,
    /// Minutes.
    Minutes,
}

impl Conn {
    /// The running clocks of a collaboration's tasks, problems, minutes and follow-ups that end before `before`, the first to
    /// end first. Drills are left out.
    pub async fn clocks_running_out(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        before: Timestamp,
        most: u32,
    ) -> Result<Vec<Clock>> {
        self.list(RUNNING_OUT, values![workspace, collaboration, before, most], clock::clock).await
    }

    /// Who owes how many things of a kind in a collaboration, as far as may be seen; who is late with most first.
    pub async fn owing(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        owed: Owed,
        sight: &Sight,
        now: Timestamp,
    ) -> Result<Vec<Owes>> {
        let mut select = match owed {
            Owed::Tasks => {
                let mut select =
                    Select::new("owing tasks", "SELECT owner AS person, count(*) AS n, count(CASE WHEN due_at < ");
                select.bind(now).push(" THEN 1 END) AS late FROM task");
                select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration).and("is_open");
                select
            }
            Owed::Problems => {
                let text = "SELECT owner AS person, count(*) AS n, count(CASE WHEN urgency = 'urgent' THEN 1 END) AS late \
                            FROM problem";
                let mut select = Select::new("owing problems", text);
                select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
                select.and("is_open").and("drill = false");
                select
            }
            Owed::Minutes => {
                let mut select = Select::new(
                    "owing minutes",
                    "SELECT recorder AS person, count(*) AS n, count(CASE WHEN EXISTS (SELECT 1 FROM clock c \
                     WHERE c.workspace = minutes.workspace AND c.subject = minutes.id AND c.next_at IS NOT NULL \
                     AND c.due_at < ",
                );
                select.bind(now).push(") THEN 1 END) AS late FROM minutes");
                select.and("workspace = ").bind(workspace).and("collaboration = ").bind(collaboration);
                select.and("stage = 'owed'");
                select
            }
        };
        select.within_sight(sight);
        let own = if owed == Owed::Minutes { " OR recorder = " } else { " OR owner = " };
        select.push(own).bind(&sight.person).push(")");
        select.push(" GROUP BY 1 ORDER BY 3 DESC, 2 DESC, 1");
        let (sql, values) = select.build();
        let read =
            |row: &crate::Row| Ok(Owes { person: row.get("person")?, open: row.get("n")?, late: row.get("late")? });
        self.list(sql, values, read).await
    }

    /// The history of a collaboration with all that belongs to it before a place in the chain, the newest first.
    pub async fn history_before(
        &mut self,
        workspace: &WorkspaceId,
        collaboration: &CollaborationId,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<Chained>> {
        // The places first, from their index alone: left to choose, SQLite walks back through the history of the whole
        // workspace, which is long for a collaboration that was quiet.
        let mut select = Select::new("history_before", history::SELECT);
        select.and("workspace = ").bind(workspace);
        select.and("position IN (SELECT position FROM history WHERE workspace = ").bind(workspace);
        select.push(" AND collaboration = ").bind(collaboration);
        if let Some(before) = before {
            select.push(" AND position < ").bind(before);
        }
        select.push(" ORDER BY position DESC LIMIT ").bind(most).push(") ORDER BY position DESC");
        let (sql, values) = select.build();
        self.list(sql, values, history::entry).await
    }

    /// What was said in a channel before a message, the newest first.
    pub async fn said_before(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelId,
        before: Option<(Timestamp, &str)>,
        most: u32,
    ) -> Result<Vec<Message>> {
        let mut select = Select::new("said_before", message::SELECT);
        select.and("workspace = ").bind(workspace).and("channel = ").bind(channel);
        if let Some((at, id)) = before {
            select.and("(sent_at, id) < (").bind(at).push(", ").bind(id).push(")");
        }
        select.push(" ORDER BY sent_at DESC, id DESC LIMIT ").bind(most);
        let (sql, values) = select.build();
        self.list(sql, values, message::message).await
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        clock::{ClockKind, ClockState},
        history::{Entry, Event, Source, Subject},
        id::{ClockId, HistoryId, MessageId, TaskId},
        level::Level,
        task::TaskState,
    };

    use super::*;
    use crate::{both_databases, samples};

    fn clock(bits: u128, due_at: Timestamp) -> Clock {
        Clock {
            id: ClockId::from_bits(bits),
            subject: Subject::Task(TaskId::from_bits(bits)),
            kind: ClockKind::Acceptance,
            stage: 0,
            generation: 1,
            started_at: samples::at(0),
            next_at: Some(due_at),
            due_at,
            called: Vec::new(),
            state: ClockState::Running,
            version: 1,
        }
    }

    both_databases! {
        async fn c3_who_owes_what_and_which_clocks_run_out(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, of) = (&team.workspace, &team.collaboration.id);
            let mut tx = db.write().await.unwrap();
            for (bits, due, done) in [(1_u128, 10, false), (2, 500, false), (3, 20, true)] {
                let mut task = samples::task(&team, bits);
                task.owner = team.owner.id.clone();
                task.due_at = Some(samples::at(due));
                if done {
                    task.state = TaskState::Done { at: samples::at(5) };
                }
                tx.insert_task(workspace, &task).await.unwrap();
                tx.insert_clock(workspace, &clock(bits, samples::at(due))).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let soon = conn.clocks_running_out(workspace, of, samples::at(100), 9).await.unwrap();
            assert_eq!(soon.iter().map(|clock| clock.subject.id()).collect::<Vec<_>>(), [TaskId::from_bits(1).as_str()]);
            assert_eq!(soon[0].kind, ClockKind::Acceptance);
            let sight = Sight { person: PersonId::from_bits(77), levels: vec![Level::Internal], also: Vec::new() };
            let owing = conn.owing(workspace, of, Owed::Tasks, &sight, samples::at(100)).await.unwrap();
            assert_eq!(owing, [Owes { person: team.owner.id.clone(), open: 2, late: 1 }]);
            for owed in [Owed::Problems, Owed::Minutes] {
                assert_eq!(conn.owing(workspace, of, owed, &sight, samples::at(100)).await.unwrap(), []);
            }
            let blind = Sight { levels: Vec::new(), ..sight };
            assert_eq!(conn.owing(workspace, of, Owed::Tasks, &blind, samples::at(100)).await.unwrap(), []);
        }

        async fn c3_history_and_messages_are_read_backwards_from_a_place(db: Db) {
            let team = samples::team(&db).await;
            let (workspace, of) = (&team.workspace, &team.collaboration.id);
            let channel = samples::channel(&team);
            let mut tx = db.write().await.unwrap();
            tx.insert_channel(workspace, &channel).await.unwrap();
            for bits in 1..=3_u8 {
                let mut message = samples::message(&team, u128::from(bits));
                message.channel = Some(channel.id.clone());
                message.sent_at = samples::at(i64::from(bits));
                tx.insert_message(workspace, &message).await.unwrap();
                let entry = Entry {
                    id: HistoryId::from_bits(u128::from(bits)),
                    subject: Subject::Collaboration(of.clone()),
                    collaboration: Some(of.clone()),
                    at: samples::at(i64::from(bits)),
                    actor: None,
                    source: Source::Huan,
                    event: Event::Created,
                };
                tx.add_history(workspace, entry);
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let places = |rows: Vec<Chained>| rows.into_iter().map(|row| row.position).collect::<Vec<_>>();
            assert_eq!(places(conn.history_before(workspace, of, None, 2).await.unwrap()), [3, 2]);
            assert_eq!(places(conn.history_before(workspace, of, Some(2), 2).await.unwrap()), [1]);
            let ids = |rows: Vec<Message>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
            let said = ids(conn.said_before(workspace, &channel.id, None, 2).await.unwrap());
            assert_eq!(said, [MessageId::from_bits(3), MessageId::from_bits(2)]);
            let before = Some((samples::at(2), said[1].as_str()));
            assert_eq!(ids(conn.said_before(workspace, &channel.id, before, 2).await.unwrap()), [MessageId::from_bits(1)]);
        }
    }
}
