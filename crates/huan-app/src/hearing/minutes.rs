//! A button of the card of minutes: a participant confirms, or objects (F3).

use huan_core::id::MinutesId;

use crate::{actions::filing, error::ActionError, work::Work};

/// Does what was pressed: `minutes.confirm.3` confirms the third edition.
pub(super) async fn press(
    work: &mut Work<'_>,
    id: &MinutesId,
    action: &str,
    objection: &str,
) -> Result<(), ActionError> {
    let unknown = || ActionError::NotFound("action");
    let (what, edition) = action.rsplit_once('.').ok_or_else(unknown)?;
    let edition = edition.parse().map_err(|_| unknown())?;
    match what {
        "minutes.confirm" => filing::confirm(work, id, edition).await?,
        "minutes.object" => filing::object(work, id, edition, objection).await?,
        _ => return Err(unknown()),
    };
    Ok(())
}
