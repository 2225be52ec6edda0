//! Where a thing was first spoken of.

use std::collections::HashMap;

use huan_core::{id::MessageId, message::Message, platform::PlatformKey};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::error::ActionError;

/// The message behind a thing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OriginView {
    /// The message's id.
    pub message: String,
    /// The platform it was said on.
    pub platform: String,
    /// The group's name; empty for a direct conversation.
    pub conversation_title: String,
    /// Who said it.
    pub speaker: String,
    /// The words.
    pub text: String,
    /// When it was said.
    pub sent_at: Timestamp,
    /// An address that opens the platform at the message, where there is one.
    pub link: Option<String>,
}

/// The origins of many things, read at once.
#[derive(Debug, Default)]
pub struct Origins {
    messages: HashMap<MessageId, Message>,
    titles: HashMap<String, String>,
    platforms: HashMap<String, PlatformKey>,
}

impl Origins {
    /// Reads the messages and the names of their groups.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(look: &mut Look<'_>, ids: Vec<MessageId>) -> Result<Self, ActionError> {
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let workspace = &look.app.workspace;
        let mut messages = look.conn.messages_by_id(workspace, &ids).await?;
        let viewer = &look.caller.viewer;
        // An outside person who may see the thing need not have been there when it was said (I2).
        messages.retain(|message| !viewer.guest || message.speaker.as_ref() == Some(&viewer.person));
        let messages: HashMap<_, _> = messages.into_iter().map(|message| (message.id.clone(), message)).collect();
        let channels = look.conn.channels(workspace).await?;
        let accounts = look.conn.accounts(workspace).await?;
        Ok(Self {
            messages,
            titles: channels.into_iter().map(|channel| (channel.id.to_string(), channel.title)).collect(),
            platforms: accounts.into_iter().map(|account| (account.id.to_string(), account.platform)).collect(),
        })
    }

    /// The origin that a message is.
    pub fn of(&self, id: Option<&MessageId>) -> Option<OriginView> {
        let message = self.messages.get(id?)?;
        let title = message.channel.as_ref().and_then(|channel| self.titles.get(channel.as_str()));
        Some(OriginView {
            message: message.id.to_string(),
            platform: self.platforms.get(message.account.as_str()).map(ToString::to_string).unwrap_or_default(),
            conversation_title: title.cloned().unwrap_or_default(),
            speaker: message.speaker_name.clone(),
            text: message.text.clone(),
            sent_at: message.sent_at,
            link: message.link.clone(),
        })
    }
}
