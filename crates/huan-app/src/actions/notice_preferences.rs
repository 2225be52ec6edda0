//! How somebody wants to be told of ordinary matters (I5).

use huan_core::{
    history::Subject,
    id::{IdentityId, PersonId},
    notice_preference::{NoticePreferences, QuietThere},
};
use jiff::Timestamp;

use crate::{
    engine::peace,
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The most times a day at which news is gathered.
const MOST_GATHERINGS: usize = 6;

/// Keeps how the caller wants to be told, and where they are to be reached first.
///
/// # Errors
/// When there are too many times, none at all, quiet hours that never end, or the identity is not theirs.
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
    let there = preferences.platforms.values().filter_map(|there| match there.quiet {
        QuietThere::Hours(hours) => Some(hours),
        QuietThere::AsUsual | QuietThere::Off => None,
    });
    if preferences.quiet.into_iter().chain(there).any(|hours| hours.check().is_err()) {
        return Err(ActionError::field("quiet", "out_of_range"));
    }
    check_silence(work, preferences.silent_until)?;
    keep(work, &person, &preferences).await?;
    let workspace = &work.app.workspace;
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

/// 「免打扰」: the caller's ordinary messages wait until `until`; without it they come again.
///
/// # Errors
/// When that is past, or too far.
pub async fn silence(work: &mut Work<'_>, until: Option<Timestamp>) -> Result<(), ActionError> {
    let person = work.caller()?.person().clone();
    if until.is_some_and(|until| until <= work.now) {
        return Err(ActionError::field("until", "past"));
    }
    check_silence(work, until)?;
    let known = work.tx.notice_preferences(&work.app.workspace, &person).await?;
    let preferences = NoticePreferences { silent_until: until, ..known.unwrap_or_default() };
    keep(work, &person, &preferences).await?;
    work.show(&Subject::Person(person), None);
    Ok(())
}

fn check_silence(work: &Work<'_>, until: Option<Timestamp>) -> Result<(), ActionError> {
    match until {
        Some(until) if until > work.now + NoticePreferences::LONGEST_SILENCE => {
            Err(ActionError::field("silent_until", "out_of_range"))
        }
        _ => Ok(()),
    }
}

/// Keeps preferences. What waits for the end of quiet hours is looked at again: they may have become shorter.
async fn keep(work: &mut Work<'_>, person: &PersonId, preferences: &NoticePreferences) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    work.tx.set_notice_preferences(workspace, person, preferences).await?;
    for identity in work.tx.identities_of(workspace, person).await? {
        work.tx.let_in(workspace, &identity.account, &peace::quiet_order(person), work.now).await?;
    }
    Ok(())
}
