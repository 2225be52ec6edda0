//! What became of a message: the things that were made of it, and what else was done by it (F4).

use huan_core::{
    history::{Entry, Subject},
    id::{MessageId, WorkspaceId},
};

use crate::{
    conn::Conn,
    error::{Error, Result},
    history,
    statement::statements,
    value::values,
};

statements! {
    MADE = "SELECT id, created_at FROM task WHERE workspace = $1 AND message = $2
        UNION ALL SELECT id, created_at FROM record WHERE workspace = $1 AND message = $2
        UNION ALL SELECT id, created_at FROM problem WHERE workspace = $1 AND message = $2
        UNION ALL SELECT emergency.id, problem.created_at FROM problem
            JOIN emergency ON emergency.workspace = problem.workspace AND emergency.problem = problem.id
            WHERE problem.workspace = $1 AND problem.message = $2
        UNION ALL SELECT id, created_at FROM minutes WHERE workspace = $1 AND message = $2
        UNION ALL SELECT id, created_at FROM entry WHERE workspace = $1 AND message = $2
        ORDER BY created_at, id";
    DONE = sqlite "SELECT position, id, subject, collaboration, at, actor, source, event, previous, hash FROM history
            WHERE workspace = $1 AND (source ->> '$.message') = $2 AND (source ->> '$.message') IS NOT NULL
            ORDER BY position LIMIT $3",
        postgres "SELECT position, id, subject, collaboration, at, actor, source, event, previous, hash FROM history
            WHERE workspace = $1 AND (source::jsonb ->> 'message') = $2 AND (source::jsonb ->> 'message') IS NOT NULL
            ORDER BY position LIMIT $3";
}

impl Conn {
    /// The tasks, rows, problems, emergencies, minutes and entries that were made of a message, the oldest first.
    pub async fn made_of(&mut self, workspace: &WorkspaceId, message: &MessageId) -> Result<Vec<Subject>> {
        self.list(MADE, values![workspace, message], |row| {
            let id: String = row.get("id")?;
            Subject::from_id(&id).ok_or_else(|| Error::unreadable("id", &id))
        })
        .await
    }

    /// What was done by a message, in the order of the history; of more than `most` entries the oldest.
    pub async fn done_by(&mut self, workspace: &WorkspaceId, message: &MessageId, most: u32) -> Result<Vec<Entry>> {
        self.list(DONE, values![workspace, message, most], |row| Ok(history::entry(row)?.entry)).await
    }
}

#[cfg(test)]
mod tests {
    use huan_core::{
        history::{Event, Source},
        id::HistoryId,
        platform::PlatformKey,
        record::Record,
        task::Task,
    };

    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn f4_a_message_leads_to_what_was_made_of_it_and_done_by_it(db: Db) {
            let team = samples::team(&db).await;
            let (said, other) = (samples::message(&team, 1), samples::message(&team, 2));
            let record = Record { message: Some(said.id.clone()), ..samples::record(&team, 1) };
            let task = Task { message: Some(said.id.clone()), record: Some(record.id.clone()), ..samples::task(&team, 1) };
            let by = |bits: u128, source: Source| Entry {
                id: HistoryId::from_bits(bits),
                subject: Subject::Task(task.id.clone()),
                collaboration: Some(task.collaboration.clone()),
                at: samples::at(1),
                actor: None,
                source,
                event: Event::Accepted,
            };
            let chat = |message: &MessageId| Source::Chat { platform: PlatformKey::new("feishu"), message: message.clone() };
            let (first, second) = (by(1, chat(&said.id)), by(2, Source::Web));
            let mut tx = db.write().await.unwrap();
            tx.insert_message(&team.workspace, &said).await.unwrap();
            tx.insert_record(&team.workspace, &record).await.unwrap();
            tx.insert_task(&team.workspace, &task).await.unwrap();
            tx.add_history(&team.workspace, first.clone());
            tx.add_history(&team.workspace, second);
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let made = conn.made_of(&team.workspace, &said.id).await.unwrap();
            assert_eq!(made.len(), 2, "{made:?}");
            assert!(made.contains(&Subject::Task(task.id.clone())) && made.contains(&Subject::Record(record.id.clone())));
            assert_eq!(conn.done_by(&team.workspace, &said.id, 10).await.unwrap(), [first]);
            assert_eq!(conn.made_of(&team.workspace, &other.id).await.unwrap(), []);
            assert_eq!(conn.done_by(&team.workspace, &other.id, 10).await.unwrap(), []);
        }
    }
}
