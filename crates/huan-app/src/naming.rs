//! Who is meant by a name or job role.

use std::sync::{Arc, PoisonError, RwLock};

use huan_core::{
    called::Called,
    id::{CollaborationId, PersonId},
    person::{Person, Standing},
};
use huan_store::Conn;

use crate::{app::App, error::ActionError, work::Work};

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
    if wanted.is_empty() {
        return Ok(Found::Nobody);
    }
    let mut people = work.tx.people_called(workspace, wanted).await?;
    people.retain(|person| is_here(person, work));
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

/// What people are called, as it was last read.
#[derive(Debug, Default)]
pub(crate) struct CalledNow(RwLock<Option<(i64, Arc<Called>)>>);

impl App {
    /// Names and job roles by which people are called: read again only when people have changed since.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn called(&self, conn: &mut Conn) -> Result<Arc<Called>, ActionError> {
        // Asked first: a change in between makes the next reader read again.
        let changes = conn.people_changes(&self.workspace).await?;
        let known = self.called.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, called)) = known.filter(|(at, _)| *at == changes) {
            return Ok(called);
        }
        let called = Arc::new(Called::new(conn.callings(&self.workspace).await?));
        *self.called.0.write().unwrap_or_else(PoisonError::into_inner) = Some((changes, Arc::clone(&called)));
        Ok(called)
    }
}

/// Names and job roles by which people are called, so that the end of `@李强评估…` is seen.
///
/// # Errors
/// When the database fails.
pub(crate) async fn called(work: &mut Work<'_>) -> Result<Arc<Called>, ActionError> {
    if work.tx.has_changed_people(&work.app.workspace) {
        // Others must not see what may yet be undone.
        return Ok(Arc::new(Called::new(work.tx.callings(&work.app.workspace).await?)));
    }
    work.app.called(&mut work.tx).await
}
