//! How somebody wants to be told of ordinary matters (I5).

use huan_core::{history::Subject, id::IdentityId, notice_preference::NoticePreferences};

use crate::{
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The most times a day at which news is gathered.
const MOST_GATHERINGS: usize = 6;

/// Keeps how the caller wants to be told, and where they are to be reached first.
///
/// # Errors
/// When there are too many times, none at all, or the identity is not theirs.
pub async fn set(
    work: &mut Work<'_>,
    mut preferences: NoticePreferences,
    first: Option<&IdentityId>,
) -> Result<(), ActionError> {
    let person = work.caller()?.person().clone();
    preferences.gather_at.sort_unstable();
    preferences.gather_at.dedup();
    if preferences.gather_at.is_empty() {
        return Err(ActionError::field("gather_at", "required"));
    }
    if preferences.gather_at.len() > MOST_GATHERINGS {
        let problem = FieldProblem { field: "gather_at", code: "too_many", limit: Some(MOST_GATHERINGS) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    let workspace = &work.app.workspace;
    work.tx.set_notice_preferences(workspace, &person, &preferences).await?;
    if let Some(first) = first {
        let mut identities = work.tx.identities_of(workspace, &person).await?;
        if !identities.iter().any(|identity| identity.id == *first) {
            return Err(ActionError::field("first", "unknown"));
        }
        for identity in &mut identities {
            let preferred = identity.id == *first;
            if identity.preferred != preferred {
                identity.preferred = preferred;
                work.tx.update_identity(workspace, identity).await?;
            }
        }
    }
    work.show(&Subject::Person(person), None);
    Ok(())
}
