//! A button of the card of a meeting: whoever is invited comes, or does not (C1).

use huan_core::id::MeetingId;

use crate::{actions::meetings, error::ActionError, work::Work};

/// Does what was pressed: `meeting.come.2` answers the second time and place that people were told of.
pub(super) async fn press(work: &mut Work<'_>, id: &MeetingId, action: &str) -> Result<(), ActionError> {
    let unknown = || ActionError::NotFound("action");
    let (what, revision) = action.rsplit_once('.').ok_or_else(unknown)?;
    let revision = revision.parse().map_err(|_| unknown())?;
    let coming = match what {
        "meeting.come" => true,
        "meeting.stay_away" => false,
        _ => return Err(unknown()),
    };
    meetings::answer(work, id, revision, coming, "").await.map(drop)
}
