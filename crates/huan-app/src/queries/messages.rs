//! A message, and what became of it: the way back from where something was said to everything that was made of it (F4).

use huan_core::{history::Subject, id::MessageId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    entries::{self, EntryLink},
    history::{self, EntryView},
    names::{Named, Names},
    origin::{OriginView, Origins},
    search::messages::Messages,
};
use crate::error::ActionError;

/// The most things done by one message that are told.
const MOST: u32 = 100;

/// A message, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageView {
    /// What was said, by whom and where.
    #[serde(flatten)]
    pub origin: OriginView,
    /// The collaboration in whose group it was said.
    pub collaboration: Option<Named>,
    /// What was made of it, as far as the reader may see it, the oldest first.
    pub made: Vec<EntryLink>,
    /// What was done by it, as far as the reader may see it, in order.
    pub done: Vec<DeedView>,
}

/// Something that was done by a message.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeedView {
    /// What was done.
    #[serde(flatten)]
    pub entry: EntryView,
    /// To which thing; none where it has no page of its own.
    pub about: Option<EntryLink>,
}

/// A message, when the reader may read it: because they may read what is said where it was said, or because they see something that
/// came of it, with which its words are shown. An outside person reads only the former.
///
/// # Errors
/// When there is none, they may not read it, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &MessageId) -> Result<MessageView, ActionError> {
    const NONE: ActionError = ActionError::NotFound("message");
    let workspace = look.app.workspace.clone();
    let message = look.conn.message(&workspace, id).await?.ok_or(NONE)?;
    let roles = look.roles().await?;
    let readable = !Messages::readable(look, &roles, std::slice::from_ref(id)).await?.messages.is_empty();
    if !readable && look.caller.viewer.guest {
        return Err(NONE);
    }
    let mut made = Vec::new();
    for subject in look.conn.made_of(&workspace, id).await? {
        made.extend(entries::link(look, &subject).await?);
    }
    let done = look.conn.done_by(&workspace, id, MOST).await?;
    let done = history::visible_only(look, done).await?;
    if !readable && made.is_empty() && done.is_empty() {
        return Err(NONE);
    }
    let subjects: Vec<Subject> = done.iter().map(|entry| entry.subject.clone()).collect();
    let mut deeds = Vec::with_capacity(done.len());
    for (entry, subject) in history::views(look, done).await?.into_iter().zip(subjects) {
        deeds.push(DeedView { entry, about: entries::link(look, &subject).await? });
    }
    let channel = match &message.channel {
        Some(channel) => look.conn.channel(&workspace, channel).await?,
        None => None,
    };
    let mut names = Names::default();
    let collaboration = channel.and_then(|channel| channel.collaboration);
    names.add_collaborations(look, collaboration.iter().cloned().collect()).await?;
    let origins = Origins::read(look, vec![message.id.clone()]).await?;
    Ok(MessageView {
        origin: origins.of(Some(&message.id)).ok_or(NONE)?,
        collaboration: collaboration.map(|id| names.collaboration(&id)),
        made,
        done: deeds,
    })
}
