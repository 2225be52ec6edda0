//! The line of people that a problem is asked of, one after the other, until somebody answers.

use huan_core::{
    clock::{Superior, Superiors},
    id::{PersonId, WorkspaceId},
    person::{Person, Standing},
    problem::{Asked, Problem},
};
use huan_store::Conn;

use crate::error::ActionError;

/// Everybody whom a problem is asked of in the end, if nobody answers before: its owner, then the superiors; for an
/// urgent one the call list of its collaboration where there is one.
pub(crate) async fn of(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    problem: &Problem,
) -> Result<Vec<PersonId>, ActionError> {
    let superiors = superiors(conn, workspace, &problem.owner).await?;
    let listed = match problem.urgency.is_urgent() {
        true => called(conn, workspace, problem).await?,
        false => Vec::new(),
    };
    Ok(problem.call_list(&listed, superiors.as_slice()))
}

/// How many people were rung when an urgent problem was raised: those who were asked in the same moment as its owner.
pub(crate) fn rung_at_once(asked: &[Asked]) -> usize {
    let Some(first) = asked.first() else { return 1 };
    asked.iter().filter(|asked| asked.at == first.at).count()
}

/// The call list of the problem's collaboration, without those who have left or are told to be leaving.
pub(crate) async fn called(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    problem: &Problem,
) -> Result<Vec<PersonId>, ActionError> {
    let listed = conn.call_list(workspace, &problem.collaboration).await?;
    let people = conn.people_by_id(workspace, &listed).await?;
    let leaving = conn.leaving_among(workspace, &listed).await?;
    let here = |id: &PersonId| {
        people.iter().any(|person| person.id == *id && person.standing == Standing::Active) && !leaving.contains(id)
    };
    Ok(listed.into_iter().filter(here).collect())
}

/// Whether a person may acknowledge an urgent problem though nobody has rung them yet: they are on its call list, or have
/// a role in its plan. Never whoever raised it, unless they are asked like anybody else: it is not their own question.
pub(crate) async fn is_at_hand(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    problem: &Problem,
    person: &PersonId,
) -> Result<bool, ActionError> {
    if !problem.urgency.is_urgent() || problem.raised_by == *person {
        return Ok(false);
    }
    let listed = of(conn, workspace, problem).await?.contains(person);
    Ok(listed || has_role(conn, workspace, problem, person).await?)
}

/// Whether a person has a role in the emergency plan of a problem.
pub(crate) async fn has_role(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    problem: &Problem,
    person: &PersonId,
) -> Result<bool, ActionError> {
    if !problem.urgency.is_urgent() {
        return Ok(false);
    }
    let emergency = conn.emergency_of(workspace, &problem.id).await?;
    Ok(emergency.is_some_and(|emergency| emergency.has_role(person)))
}

/// The superiors of a problem's owner.
pub(crate) async fn superiors(
    conn: &mut Conn,
    workspace: &WorkspaceId,
    owner: &PersonId,
) -> Result<Superiors, ActionError> {
    let mut above: Vec<(PersonId, Superior)> = Vec::new();
    let mut next = conn.person(workspace, owner).await?;
    while let Some(person) = next {
        let known = |id: &PersonId| above.iter().any(|(below, _)| below == id);
        let Some(superior) = person.superior.clone().filter(|_| !known(&person.id)) else { break };
        let found: Option<Person> = conn.person(workspace, &superior).await?;
        let leaving = !conn.leaving_among(workspace, std::slice::from_ref(&superior)).await?.is_empty();
        let reachable = found.as_ref().is_some_and(|person| person.standing == Standing::Active) && !leaving;
        above.push((person.id, Superior { person: superior, reachable }));
        next = found;
    }
    let of = |id: &PersonId| above.iter().find(|(below, _)| below == id).map(|(_, superior)| superior.clone());
    Ok(Superiors::above(owner, of))
}
