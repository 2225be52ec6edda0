//! Messages heard on the platforms.

use huan_core::{
    id::{AccountId, ChannelId, MessageId, WorkspaceId},
    message::Message,
    platform::ForeignMessage,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    searchable,
    select::{Cursor, Listed, Page, Select},
    statement::statements,
    tx::Tx,
    value::{Kind, values},
};

macro_rules! columns {
    () => {
        "id, account, foreign_message, conversation, channel, speaker, speaker_name, text, reply_to, link, sent_at, heard_at"
    };
}

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM message WHERE workspace = $1 AND id = $2");
    BY_FOREIGN = concat!("SELECT ", columns!(), " FROM message
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3");
    LAST_HEARD = "SELECT max(heard_at) AS heard_at FROM message WHERE workspace = $1 AND account = $2";
    INSERT = "INSERT INTO message (workspace, id, account, foreign_message, conversation, channel, speaker, speaker_name,
            text, reply_to, link, sent_at, heard_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (workspace, account, foreign_message) DO NOTHING";
}

/// The beginning of a query that [`message`] reads.
pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM message");

pub(crate) fn message(row: &Row) -> Result<Message> {
    Ok(Message {
        id: row.get("id")?,
        account: row.get("account")?,
        foreign: row.get("foreign_message")?,
        conversation: row.get("conversation")?,
        channel: row.get("channel")?,
        speaker: row.get("speaker")?,
        speaker_name: row.get("speaker_name")?,
        text: row.get("text")?,
        reply_to: row.get("reply_to")?,
        link: row.get("link")?,
        sent_at: row.get("sent_at")?,
        heard_at: row.get("heard_at")?,
    })
}

impl Conn {
    /// A message by id.
    pub async fn message(&mut self, workspace: &WorkspaceId, id: &MessageId) -> Result<Option<Message>> {
        self.find(BY_ID, values![workspace, id], message).await
    }

    /// A message by the platform's id of it.
    pub async fn message_of(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        foreign: &ForeignMessage,
    ) -> Result<Option<Message>> {
        self.find(BY_FOREIGN, values![workspace, account, foreign], message).await
    }

    /// When a message was last heard through an account.
    pub async fn last_heard_at(&mut self, workspace: &WorkspaceId, account: &AccountId) -> Result<Option<Timestamp>> {
        self.fetch_one(LAST_HEARD, values![workspace, account]).await?.get("heard_at")
    }

    /// What was said in a channel.
    pub async fn messages_in(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelId,
        page: &Page,
    ) -> Result<Listed<Message>> {
        let mut select = Select::new("messages_in", concat!("SELECT ", columns!(), " FROM message"));
        select.and("workspace = ").bind(workspace).and("channel = ").bind(channel);
        let page = page.fitting(Kind::Int);
        select.page("sent_at", "id", &page);
        let (sql, values) = select.build();
        let rows = self.list(sql, values, message).await?;
        Ok(Listed::cut(rows, &page, |last| Cursor::new(last.sent_at, last.id.as_str())))
    }

    /// What was said in a channel between two moments, both included, the oldest first; of more than `most` the newest.
    pub async fn messages_between(
        &mut self,
        workspace: &WorkspaceId,
        channel: &ChannelId,
        from: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<Message>> {
        let mut select = Select::new("messages_between", concat!("SELECT ", columns!(), " FROM message"));
        select.and("workspace = ").bind(workspace).and("channel = ").bind(channel);
        select.and("sent_at >= ").bind(from).and("sent_at <= ").bind(until);
        select.push(" ORDER BY sent_at DESC, id DESC LIMIT ").bind(most);
        let (sql, values) = select.build();
        let mut rows = self.list(sql, values, message).await?;
        rows.reverse();
        Ok(rows)
    }
}

impl Tx {
    /// Adds a message, unless the same one was heard before. Says whether it is new.
    pub async fn insert_message(&mut self, workspace: &WorkspaceId, message: &Message) -> Result<bool> {
        let values = values![
            workspace,
            &message.id,
            &message.account,
            &message.foreign,
            &message.conversation,
            message.channel.as_ref(),
            message.speaker.as_ref(),
            &message.speaker_name,
            &message.text,
            message.reply_to.as_ref(),
            message.link.as_ref(),
            message.sent_at,
            message.heard_at,
        ];
        let is_new = self.execute(INSERT, values).await? == 1;
        if is_new {
            self.index_new(workspace, &searchable::message(message)).await?;
        }
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn f4_a_message_heard_twice_is_kept_once(db: Db) {
            let team = samples::team(&db).await;
            let first = samples::message(&team, 1);
            let again = Message { id: MessageId::from_bits(2), text: "改过".into(), ..first.clone() };
            let mut tx = db.write().await.unwrap();
            assert!(tx.insert_message(&team.workspace, &first).await.unwrap());
            assert!(!tx.insert_message(&team.workspace, &again).await.unwrap());
            assert_eq!(tx.message(&team.workspace, &first.id).await.unwrap(), Some(first.clone()));
            assert_eq!(tx.message(&team.workspace, &again.id).await.unwrap(), None);
            assert_eq!(tx.message_of(&team.workspace, &first.account, &first.foreign).await.unwrap(), Some(first.clone()));
            assert_eq!(tx.last_heard_at(&team.workspace, &first.account).await.unwrap(), Some(first.heard_at));
            assert_eq!(tx.last_heard_at(&team.workspace, &AccountId::from_bits(99)).await.unwrap(), None);
        }

        async fn messages_of_a_channel_come_newest_first(db: Db) {
            let team = samples::team(&db).await;
            let channel = samples::channel(&team);
            let mut tx = db.write().await.unwrap();
            for bits in 1..=5_i32 {
                let mut message = samples::message(&team, u128::from(bits.unsigned_abs()));
                message.channel = (bits != 3).then(|| channel.id.clone());
                message.sent_at = samples::at(i64::from(bits));
                tx.insert_message(&team.workspace, &message).await.unwrap();
            }
            let page = tx.messages_in(&team.workspace, &channel.id, &Page::first(3)).await.unwrap();
            let seconds = |rows: &[Message]| rows.iter().map(|row| row.sent_at.as_second() - samples::at(0).as_second()).collect::<Vec<_>>();
            assert_eq!(seconds(&page.rows), [5, 4, 2]);
            let rest = tx.messages_in(&team.workspace, &channel.id, &Page { after: page.next, ..Page::first(3) }).await.unwrap();
            assert_eq!(seconds(&rest.rows), [1]);
            assert_eq!(rest.next, None);
            let (from, until) = (samples::at(1), samples::at(4));
            let between = tx.messages_between(&team.workspace, &channel.id, from, until, 10).await.unwrap();
            assert_eq!(seconds(&between), [1, 2, 4]);
            let newest = tx.messages_between(&team.workspace, &channel.id, from, until, 2).await.unwrap();
            assert_eq!(seconds(&newest), [2, 4]);
        }
    }
}
