//! Who is meant by a name or job role.

use huan_core::{
    id::{CollaborationId, PersonId},
    person::{Person, Standing},
};

use crate::{error::ActionError, work::Work};

/// Who was found under a name.
pub(crate) enum Found {
    /// Exactly one person.
    One(PersonId),
    /// Nobody.
    Nobody,
    /// Several; one cannot choose.
    Several(Vec<Person>),
}

/// Finds a person by name or job role, first in the collaboration and then in the whole workspace.
///
/// # Errors
/// When the database fails.
pub(crate) async fn find(
    work: &mut Work<'_>,
    collaboration: Option<&CollaborationId>,
    words: &str,
) -> Result<Found, ActionError> {
    let workspace = &work.app.workspace;
    let wanted = words.trim().trim_start_matches(['@', '＠']).trim();
    let mut people = work.tx.people(workspace).await?;
    people.retain(|person| (person.name == wanted || person.job == wanted) && is_here(person, work));
    if let Some(collaboration) = collaboration {
        let members = work.tx.memberships(workspace, collaboration).await?;
        let is_member = |person: &Person| members.iter().any(|member| member.person == person.id);
        if people.iter().any(is_member) {
            people.retain(is_member);
        }
    }
    Ok(match people.len() {
        0 => Found::Nobody,
        1 => Found::One(people.remove(0).id),
        _ => Found::Several(people),
    })
}

fn is_here(person: &Person, work: &Work<'_>) -> bool {
    match person.standing {
        Standing::Active => true,
        Standing::Guest { until } => work.now < until,
        Standing::Left { .. } => false,
    }
}

/// Names and job roles by which people are called, so that the end of `@李强评估…` is seen.
///
/// # Errors
/// When the database fails.
pub(crate) async fn names(work: &mut Work<'_>) -> Result<Vec<String>, ActionError> {
    let people = work.tx.people(&work.app.workspace).await?;
    Ok(people.into_iter().flat_map(|person| [person.name, person.job]).filter(|name| !name.is_empty()).collect())
}
