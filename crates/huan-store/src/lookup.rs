//! Many things by id at once, for the pages of a list and the rounds of the engine.

use huan_core::{
    collaboration::Channel,
    emergency::Emergency,
    id::{ChannelId, CollaborationId, FollowUpId, MessageId, RecordId, TaskId, WorkspaceId},
    level::Level,
    message::Message,
    problem::Problem,
    record::{FollowUp, Record},
    task::Task,
};

use crate::{
    collaboration,
    conn::Conn,
    emergency,
    error::Result,
    message, problem, record,
    select::Select,
    sent_card::{self, SentCard},
    task,
};

impl Conn {
    /// These tasks, in no particular order.
    pub async fn tasks_by_id(&mut self, workspace: &WorkspaceId, ids: &[TaskId]) -> Result<Vec<Task>> {
        let mut select = Select::new("tasks_by_id", task::SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, task::task).await
    }

    /// These rows of the record table, in no particular order.
    pub async fn records_by_id(&mut self, workspace: &WorkspaceId, ids: &[RecordId]) -> Result<Vec<Record>> {
        let mut select = Select::new("records_by_id", record::SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, record::record).await
    }

    /// These follow-ups, in no particular order.
    pub async fn follow_ups_by_id(&mut self, workspace: &WorkspaceId, ids: &[FollowUpId]) -> Result<Vec<FollowUp>> {
        let mut select = Select::new("follow_ups_by_id", record::SELECT_FOLLOW_UP);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, record::follow_up).await
    }

    /// The cards about the things with these ids, the oldest first.
    pub async fn sent_cards_about(&mut self, workspace: &WorkspaceId, subjects: &[&str]) -> Result<Vec<SentCard>> {
        let mut select = Select::new("sent_cards_about", sent_card::SELECT);
        select.and("workspace = ").bind(workspace).and("subject IN ").list(subjects.iter().copied());
        select.push(" ORDER BY sent_at, foreign_message");
        let (sql, values) = select.build();
        self.list(sql, values, sent_card::sent_card).await
    }

    /// These messages, in no particular order.
    pub async fn messages_by_id(&mut self, workspace: &WorkspaceId, ids: &[MessageId]) -> Result<Vec<Message>> {
        let mut select = Select::new("messages_by_id", message::SELECT);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, message::message).await
    }

    /// The confidential tasks that were made of these messages.
    pub async fn confidential_tasks_of(
        &mut self,
        workspace: &WorkspaceId,
        messages: &[MessageId],
    ) -> Result<Vec<Task>> {
        let mut select = Select::new("confidential_tasks_of", task::SELECT);
        select.and("workspace = ").bind(workspace).and("message IN ").list(messages);
        select.and("level = ").bind(Level::Confidential);
        let (sql, values) = select.build();
        self.list(sql, values, task::task).await
    }

    /// The confidential rows of the record table that were made of these messages.
    pub async fn confidential_records_of(
        &mut self,
        workspace: &WorkspaceId,
        messages: &[MessageId],
    ) -> Result<Vec<Record>> {
        let mut select = Select::new("confidential_records_of", record::SELECT);
        select.and("workspace = ").bind(workspace).and("message IN ").list(messages);
        select.and("level = ").bind(Level::Confidential);
        let (sql, values) = select.build();
        self.list(sql, values, record::record).await
    }

    /// The confidential problems that were made of these messages.
    pub async fn confidential_problems_of(
        &mut self,
        workspace: &WorkspaceId,
        messages: &[MessageId],
    ) -> Result<Vec<Problem>> {
        let mut select = Select::new("confidential_problems_of", problem::SELECT);
        select.and("workspace = ").bind(workspace).and("message IN ").list(messages);
        select.and("level = ").bind(Level::Confidential);
        let (sql, values) = select.build();
        self.list(sql, values, problem::problem).await
    }

    /// The emergencies, running or over, whose war rooms these channels are or were last.
    pub async fn emergencies_with_rooms(
        &mut self,
        workspace: &WorkspaceId,
        channels: &[ChannelId],
    ) -> Result<Vec<Emergency>> {
        let mut select = Select::new("emergencies_with_rooms", emergency::SELECT);
        select.and("workspace = ").bind(workspace).and("war_room IN ").list(channels);
        let (sql, values) = select.build();
        self.list(sql, values, emergency::emergency).await
    }

    /// These channels, in no particular order.
    pub async fn channels_by_id(&mut self, workspace: &WorkspaceId, ids: &[ChannelId]) -> Result<Vec<Channel>> {
        let mut select = Select::new("channels_by_id", collaboration::SELECT_CHANNEL);
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, collaboration::channel).await
    }

    /// The channels of these collaborations.
    pub async fn channels_of_all(
        &mut self,
        workspace: &WorkspaceId,
        collaborations: &[CollaborationId],
    ) -> Result<Vec<ChannelId>> {
        let mut select = Select::new("channels_of_all", "SELECT id FROM channel");
        select.and("workspace = ").bind(workspace).and("collaboration IN ").list(collaborations);
        let (sql, values) = select.build();
        self.list(sql, values, |row| row.get("id")).await
    }

    /// The names of these collaborations.
    pub async fn collaboration_names(
        &mut self,
        workspace: &WorkspaceId,
        ids: &[CollaborationId],
    ) -> Result<Vec<(CollaborationId, String)>> {
        let mut select = Select::new("collaboration_names", "SELECT id, name FROM collaboration");
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("id")?, row.get("name")?))).await
    }

    /// The numbers of these rows of the record table.
    pub async fn record_numbers(
        &mut self,
        workspace: &WorkspaceId,
        ids: &[RecordId],
    ) -> Result<Vec<(RecordId, String)>> {
        let mut select = Select::new("record_numbers", "SELECT id, number FROM record");
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("id")?, row.get("number")?))).await
    }

    /// The short numbers of these tasks.
    pub async fn task_numbers(&mut self, workspace: &WorkspaceId, ids: &[TaskId]) -> Result<Vec<(TaskId, i64)>> {
        let mut select = Select::new("task_numbers", "SELECT id, number FROM task");
        select.and("workspace = ").bind(workspace).and("id IN ").list(ids);
        let (sql, values) = select.build();
        self.list(sql, values, |row| Ok((row.get("id")?, row.get("number")?))).await
    }

    /// The follow-ups of these rows, the oldest first.
    pub async fn follow_ups_of_records(
        &mut self,
        workspace: &WorkspaceId,
        records: &[RecordId],
    ) -> Result<Vec<FollowUp>> {
        let mut select = Select::new("follow_ups_of_records", record::SELECT_FOLLOW_UP);
        select.and("workspace = ").bind(workspace).and("record IN ").list(records);
        select.push(" ORDER BY id");
        let (sql, values) = select.build();
        self.list(sql, values, record::follow_up).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn many_things_are_found_at_once(db: Db) {
            let team = samples::team(&db).await;
            let mut tx = db.write().await.unwrap();
            for bits in 1..=3 {
                tx.insert_task(&team.workspace, &samples::task(&team, bits)).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut conn = db.read().await.unwrap();
            let ids = [TaskId::from_bits(1), TaskId::from_bits(3), TaskId::from_bits(9)];
            let mut tasks = conn.tasks_by_id(&team.workspace, &ids).await.unwrap();
            tasks.sort_by_key(|task| task.number);
            assert_eq!(tasks, [samples::task(&team, 1), samples::task(&team, 3)]);
            let mut numbers = conn.task_numbers(&team.workspace, &ids).await.unwrap();
            numbers.sort();
            assert_eq!(numbers, [(TaskId::from_bits(1), 1), (TaskId::from_bits(3), 3)]);
            let nobody = conn.messages_by_id(&team.workspace, &[MessageId::from_bits(1)]).await.unwrap();
            assert_eq!(nobody, []);
            let records = [RecordId::from_bits(1)];
            assert_eq!(conn.record_numbers(&team.workspace, &records).await.unwrap(), []);
            assert_eq!(conn.records_by_id(&team.workspace, &records).await.unwrap(), []);
            assert_eq!(conn.follow_ups_by_id(&team.workspace, &[FollowUpId::from_bits(1)]).await.unwrap(), []);
            assert_eq!(conn.follow_ups_of_records(&team.workspace, &records).await.unwrap(), []);
        }
    }
}
