//! Making events durable: every event is in the database before its platform is told that it arrived.

use std::sync::Arc;

use huan_connect::{Envelope, InboxUnavailable};
use huan_core::{
    ambient::{Entropy, TimeSource},
    id::{AccountId, InboxId, WorkspaceId},
};
use huan_store::{Db, Intake, NewEvent};

/// Where events are made durable. Those that come in at the same time share one commit.
#[derive(Debug, Clone)]
pub struct Ingest {
    intake: Intake,
    time: Arc<dyn TimeSource>,
    entropy: Arc<dyn Entropy>,
}

impl Ingest {
    pub(crate) fn start(db: Db, workspace: WorkspaceId, time: Arc<dyn TimeSource>, entropy: Arc<dyn Entropy>) -> Self {
        Self { intake: Intake::start(db, workspace), time, entropy }
    }

    /// Returns once all of `envelopes` are durable. One that was stored before is not stored again.
    ///
    /// # Errors
    /// When one could not be stored: the platform must not be told that it arrived.
    pub async fn store(&self, account: &AccountId, envelopes: Vec<Envelope>) -> Result<(), InboxUnavailable> {
        for envelope in envelopes {
            let event = NewEvent {
                id: InboxId::new(&*self.time, &*self.entropy),
                account: account.clone(),
                event: envelope.event,
                order_key: envelope.order_key,
                payload: envelope.payload,
                received_at: self.time.now(),
            };
            if let Err(error) = self.intake.keep(event).await {
                tracing::error!(%account, %error, "an event could not be stored; its platform will send it again");
                return Err(InboxUnavailable);
            }
        }
        Ok(())
    }
}
