//! Cards that stand in a chat and can be changed there.

use huan_core::{
    id::{AccountId, ChannelId, PersonId, WorkspaceId},
    platform::ForeignMessage,
};
use jiff::Timestamp;

use crate::{
    conn::{Conn, Row},
    error::Result,
    statement::statements,
    tx::Tx,
    value::values,
};

macro_rules! columns {
    () => {
        "account, foreign_message, subject, person, channel, kind, reference, shows, sent_at"
    };
}

statements! {
    ABOUT = concat!("SELECT ", columns!(), " FROM sent_card WHERE workspace = $1 AND subject = $2
        ORDER BY sent_at, foreign_message");
    BY_MESSAGE = concat!("SELECT ", columns!(), " FROM sent_card
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3");
    KEEP = "INSERT INTO sent_card
            (workspace, account, foreign_message, subject, person, channel, kind, reference, shows, sent_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (workspace, account, foreign_message) DO UPDATE SET shows = excluded.shows";
    SHOWS = "UPDATE sent_card SET shows = $4 WHERE workspace = $1 AND account = $2 AND foreign_message = $3";
    FORGET = "DELETE FROM sent_card WHERE workspace = $1 AND account = $2 AND foreign_message = $3";
}

/// A card that a platform took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCard {
    /// The account that sent it.
    pub account: AccountId,
    /// The platform's id of the message that shows it.
    pub foreign_message: ForeignMessage,
    /// The id of what it is about.
    pub subject: String,
    /// The person it was sent to; none for a group.
    pub person: Option<PersonId>,
    /// The group it was sent to.
    pub channel: Option<ChannelId>,
    /// What kind of card.
    pub kind: String,
    /// By which the platform's callbacks name it.
    pub reference: String,
    /// A fingerprint of what it shows now: the same card is not written again.
    pub shows: String,
    /// When it was sent.
    pub sent_at: Timestamp,
}

pub(crate) const SELECT: &str = concat!("SELECT ", columns!(), " FROM sent_card");

pub(crate) fn sent_card(row: &Row) -> Result<SentCard> {
    Ok(SentCard {
        account: row.get("account")?,
        foreign_message: row.get("foreign_message")?,
        subject: row.get("subject")?,
        person: row.get("person")?,
        channel: row.get("channel")?,
        kind: row.get("kind")?,
        reference: row.get("reference")?,
        shows: row.get("shows")?,
        sent_at: row.get("sent_at")?,
    })
}

impl Conn {
    /// The cards about the thing with this id, the oldest first.
    pub async fn sent_cards(&mut self, workspace: &WorkspaceId, subject: &str) -> Result<Vec<SentCard>> {
        self.list(ABOUT, values![workspace, subject], sent_card).await
    }

    /// The card that a message shows.
    pub async fn sent_card(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
    ) -> Result<Option<SentCard>> {
        self.find(BY_MESSAGE, values![workspace, account, message], sent_card).await
    }
}

impl Tx {
    /// Remembers a card that a platform took.
    pub async fn keep_sent_card(&mut self, workspace: &WorkspaceId, card: &SentCard) -> Result<()> {
        let SentCard { account, foreign_message, subject, person, channel, kind, reference, shows, sent_at } = card;
        let (person, channel) = (person.as_ref(), channel.as_ref());
        let values =
            values![workspace, account, foreign_message, subject, person, channel, kind, reference, shows, *sent_at];
        self.execute(KEEP, values).await?;
        Ok(())
    }

    /// Notes what a card shows now.
    pub async fn set_card_shows(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        shows: &str,
    ) -> Result<()> {
        self.execute(SHOWS, values![workspace, account, message, shows]).await?;
        Ok(())
    }

    /// Forgets a card that stands nowhere any more.
    pub async fn forget_sent_card(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
    ) -> Result<()> {
        self.execute(FORGET, values![workspace, account, message]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{both_databases, samples};

    both_databases! {
        async fn a_card_is_found_by_what_it_is_about_and_by_its_message(db: Db) {
            let workspace = samples::workspace(&db).await;
            let mut card = SentCard {
                account: AccountId::from_bits(1),
                foreign_message: ForeignMessage::new("om_1"),
                subject: "tsk_1".into(),
                person: Some(PersonId::from_bits(2)),
                channel: None,
                kind: "task".into(),
                reference: "ref1".into(),
                shows: "a".into(),
                sent_at: samples::at(0),
            };
            let mut tx = db.write().await.unwrap();
            tx.keep_sent_card(&workspace, &card).await.unwrap();
            tx.set_card_shows(&workspace, &card.account, &card.foreign_message, "b").await.unwrap();
            card.shows = "b".into();
            assert_eq!(tx.sent_cards(&workspace, "tsk_1").await.unwrap(), std::slice::from_ref(&card));
            assert_eq!(tx.sent_cards(&workspace, "tsk_2").await.unwrap(), []);
            let about = tx.sent_cards_about(&workspace, &["tsk_2", "tsk_1"]).await.unwrap();
            assert_eq!(about, std::slice::from_ref(&card));
            let found = tx.sent_card(&workspace, &card.account, &card.foreign_message).await.unwrap();
            assert_eq!(found, Some(card.clone()));
            card.shows = "c".into();
            tx.keep_sent_card(&workspace, &card).await.unwrap();
            assert_eq!(tx.sent_cards(&workspace, "tsk_1").await.unwrap(), std::slice::from_ref(&card));
            tx.forget_sent_card(&workspace, &card.account, &card.foreign_message).await.unwrap();
            assert_eq!(tx.sent_cards(&workspace, "tsk_1").await.unwrap(), []);
        }
    }
}
