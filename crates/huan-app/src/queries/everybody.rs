//! How often everybody in the groups of a collaboration was called on today 「@全体」, for whoever is about to (I5).

use huan_core::{
    id::CollaborationId,
    permission::{self, CollaborationDeed},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::error::ActionError;

/// How much room is left for calling on everybody today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EverybodyView {
    /// How often a day everybody in a group may be called on with what is no emergency.
    pub limit: u32,
    /// The groups.
    pub groups: Vec<EverybodyGroup>,
}

/// A group, and how often everybody in it was called on today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EverybodyGroup {
    /// The group's id.
    pub channel: String,
    /// Its name.
    pub title: String,
    /// Its platform.
    pub platform: String,
    /// Calls that were no emergency.
    pub called: u32,
    /// How many more of them the day has room for.
    pub left: u32,
    /// Calls of emergencies; they have their own room.
    pub emergencies: u32,
    /// Messages that went without calling on everybody, since there was no room.
    pub withheld: u32,
}

/// The room that is left in the groups of a collaboration, for those who direct it.
///
/// # Errors
/// When the reader does not, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &CollaborationId) -> Result<EverybodyView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role)?;
    let workspace = &look.app.workspace;
    let collaboration = look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let called = look.conn.everybody_called(workspace, id, look.app.day(look.now)).await?;
    let channels = look.conn.channels_of(workspace, id).await?;
    let level = collaboration.levels.everybody;
    let groups = channels.into_iter().filter(|channel| channel.present).filter_map(|channel| {
        let platform = look.app.account(&channel.account)?.platform.to_string();
        let called = called.get(&channel.id).copied().unwrap_or_default();
        Some(EverybodyGroup {
            channel: channel.id.to_string(),
            title: channel.title,
            platform,
            called: called.ordinary,
            left: level.left(called),
            emergencies: called.emergency,
            withheld: called.withheld,
        })
    });
    Ok(EverybodyView { limit: level.ordinary_a_day, groups: groups.collect() })
}
