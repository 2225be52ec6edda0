//! What is heard of a delivery after it was sent: that it arrived, was read, was answered.

use huan_core::{
    id::{AccountId, PersonId, WorkspaceId},
    platform::ForeignMessage,
};
use jiff::Timestamp;

use crate::{error::Result, statement::statements, tx::Tx, value::values};

statements! {
    DELIVERED = "UPDATE delivery SET state = 'delivered', delivered_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state = 'sent'";
    READ = "UPDATE delivery SET state = 'read', read_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state IN ('sent', 'delivered')";
    ANSWERED = "UPDATE delivery SET state = 'answered', answered_at = $4, version = version + 1
        WHERE workspace = $1 AND account = $2 AND foreign_message = $3 AND state IN ('sent', 'delivered', 'read')";
    ANSWERED_ABOUT = "UPDATE delivery SET state = 'answered', answered_at = $4, version = version + 1
        WHERE workspace = $1 AND subject = $2 AND person = $3 AND state IN ('sent', 'delivered', 'read')";
}

impl Tx {
    /// Notes that a message reached the reader's device.
    pub async fn delivery_arrived(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(DELIVERED, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a message was read.
    pub async fn delivery_was_read(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(READ, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a message was answered.
    pub async fn delivery_was_answered(
        &mut self,
        workspace: &WorkspaceId,
        account: &AccountId,
        message: &ForeignMessage,
        at: Timestamp,
    ) -> Result<bool> {
        Ok(self.execute(ANSWERED, values![workspace, account, message, at]).await? > 0)
    }

    /// Notes that a person answered what they were asked about a thing, whichever message it was.
    pub async fn deliveries_were_answered(
        &mut self,
        workspace: &WorkspaceId,
        subject: &str,
        person: &PersonId,
        at: Timestamp,
    ) -> Result<u64> {
        self.execute(ANSWERED_ABOUT, values![workspace, subject, person, at]).await
    }
}
