//! The situations that collaborations start from, and the service levels set for each (A1, I4).

use huan_core::{
    clock::ServiceLevels,
    history::{Event, Subject},
    id::WorkspaceId,
    situation::Situation,
};
use huan_store::Conn;

use super::collaborations::{checked, level_changes};
use crate::{error::ActionError, work::Work};

/// The service levels that an administrator set for a situation; none while those of the program hold.
///
/// # Errors
/// When the database fails.
pub async fn own_levels(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    situation: Situation,
) -> Result<Option<ServiceLevels>, ActionError> {
    let set: Option<Option<ServiceLevels>> = conn.setting(workspace, &setting(situation)).await?;
    Ok(set.flatten())
}

/// The service levels that a collaboration of this situation starts from.
///
/// # Errors
/// When the database fails.
pub async fn levels(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    situation: Situation,
) -> Result<ServiceLevels, ActionError> {
    Ok(own_levels(conn, workspace, situation).await?.unwrap_or_else(|| situation.levels()))
}

/// Sets the service levels that collaborations of a situation start from; `None` takes those of the program again.
/// Collaborations that exist keep theirs.
///
/// # Errors
/// When the caller may not, or a level cannot be.
pub async fn set_levels(
    work: &mut Work<'_>,
    situation: Situation,
    levels: Option<ServiceLevels>,
) -> Result<(), ActionError> {
    work.require_administrator()?;
    let levels = levels.map(checked).transpose()?;
    let workspace = &work.app.workspace;
    let was = self::levels(&mut work.tx, workspace, situation).await?;
    let is = levels.clone().unwrap_or_else(|| situation.levels());
    work.tx.set_setting(workspace, &setting(situation), &levels, work.now).await?;
    for (field, from, to) in level_changes(&format!("situation.{situation}"), &was, &is)? {
        work.happened(Subject::Workspace(workspace.clone()), None, Event::Changed { field, from, to });
    }
    Ok(())
}

fn setting(situation: Situation) -> String {
    format!("situation.{situation}.levels")
}
