//! From what a platform delivered to what it means for the team.
//!
//! One inbox row is one unit of work: the message it holds, the action it asks for, the answer to it and the mark that
//! the row is done commit together. What a person got wrong is answered in words; a fault of ours leaves the row waiting.

mod card;
mod centre;
mod chat;
mod directory;
mod emergencies;
mod meetings;
mod message;
mod minutes;
mod pending;
mod people;
mod problems;
mod sign_offs;
mod task;
mod tasks;
mod usage_rules;

pub(crate) use chat::resolve;
pub(crate) use message::know_channel;

use huan_connect::Heard;
use huan_core::{history::Source, platform::ForeignMessage};
use huan_store::InboxEvent;
use jiff::Timestamp;

use crate::{
    app::{App, OpenAccount},
    error::ActionError,
    work::Work,
};

/// Carries out one thing that a stored event says. With `event`, the event is marked as done in the same transaction.
///
/// # Errors
/// When it is to be tried again later.
pub(crate) async fn hear(
    app: &App,
    account: &OpenAccount,
    heard: &Heard,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    match heard {
        // Each is a long way into the actions: on the heap, the others do not carry it along.
        Heard::Message(said) => Box::pin(message::hear(app, account, said, event)).await,
        Heard::CardPressed(pressed) => Box::pin(card::hear(app, account, pressed, event)).await,
        Heard::Read { messages, reader: _, at } => read(app, account, messages, *at, event).await,
        Heard::Membership { conversation, present } => {
            let mut work = app.begin_for(event).await?;
            message::know_channel(&mut work, account, conversation, Some(*present)).await?;
            work.commit().await
        }
        Heard::Directory(news) => Box::pin(directory::hear(app, account, news, event)).await,
        // A recalled message stays in the record: what was decided on it must remain traceable.
        Heard::TaskChanged(changed) => Box::pin(task::hear(app, account, changed, event)).await,
        Heard::TableChanged { base } => {
            let mut work = app.begin_for(event).await?;
            work.tx.wake_mirrors_of_base(&app.workspace, &account.id, base, work.now).await?;
            work.commit().await
        }
        Heard::Recalled { .. } | Heard::Other { .. } => app.begin_for(event).await?.commit().await,
    }
}

async fn read(
    app: &App,
    account: &OpenAccount,
    messages: &[ForeignMessage],
    at: Timestamp,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    let mut work = app.begin_for(event).await?;
    for message in messages {
        work.tx.delivery_was_read(&app.workspace, &account.id, message, at).await?;
    }
    work.commit().await
}

/// Whether an action failed for a reason that its author can be told and mend.
fn is_the_authors(error: &ActionError) -> bool {
    !matches!(error.code(), "unavailable" | "internal")
}

impl Work<'_> {
    /// Lets `person` act from here on, by way of `source`. Someone who has left does not become a caller.
    pub(crate) fn act_as(&mut self, person: &huan_core::person::Person, source: Source) -> bool {
        self.caller = crate::caller::Caller::of(person, source, self.now);
        self.caller.is_some()
    }
}
