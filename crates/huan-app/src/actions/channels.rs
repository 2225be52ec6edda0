//! Platform groups and the collaborations they belong to.

use huan_core::{
    collaboration::Channel,
    history::{Event, Subject},
    id::{ChannelId, CollaborationId},
    permission::CollaborationDeed,
};

use super::usage_rules;
use crate::{error::ActionError, work::Work};

/// What to change of a channel; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct ChannelChange {
    /// The collaboration whose matters are talked about in it; the inner `None` unbinds it.
    pub collaboration: Option<Option<CollaborationId>>,
    /// Whether outside people are in it (I2).
    pub has_outsiders: Option<bool>,
}

/// Binds a group to a collaboration, unbinds it, or says whether outside people are in it.
///
/// # Errors
/// When there is no such group, or the caller may not manage the collaboration it belongs to or is to belong to.
pub async fn edit_channel(work: &mut Work<'_>, id: &ChannelId, change: ChannelChange) -> Result<Channel, ActionError> {
    let was = work.tx.channel(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("channel"))?;
    let mut channel = was.clone();
    if let Some(collaboration) = change.collaboration {
        channel.collaboration = collaboration;
    }
    if let Some(has_outsiders) = change.has_outsiders {
        channel.has_outsiders = has_outsiders;
    }
    let concerned: Vec<&CollaborationId> = was.collaboration.iter().chain(&channel.collaboration).collect();
    if concerned.is_empty() {
        work.require_administrator()?;
    }
    for collaboration in concerned {
        work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    }
    if channel == was {
        return Ok(channel);
    }
    work.tx.update_channel(&work.app.workspace, &channel).await?;
    if was.collaboration != channel.collaboration {
        if let Some(before) = &was.collaboration {
            changed(work, before, "channel", was.title.clone(), String::new());
        }
        if let Some(now) = &channel.collaboration {
            was_bound(work, now, &channel.title);
            usage_rules::post_in(work, &channel).await?;
        }
    }
    if was.has_outsiders != channel.has_outsiders
        && let Some(now) = &channel.collaboration
    {
        changed(work, now, "has_outsiders", was.has_outsiders.to_string(), channel.has_outsiders.to_string());
    }
    Ok(channel)
}

/// A group came to a collaboration.
pub(super) fn was_bound(work: &mut Work<'_>, collaboration: &CollaborationId, title: &str) {
    changed(work, collaboration, "channel", String::new(), title.to_owned());
}

fn changed(work: &mut Work<'_>, collaboration: &CollaborationId, field: &str, from: String, to: String) {
    let event = Event::Changed { field: field.to_owned(), from, to };
    work.happened(Subject::Collaboration(collaboration.clone()), Some(collaboration), event);
}
