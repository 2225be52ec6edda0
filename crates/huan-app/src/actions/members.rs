//! Who has which part in a collaboration (B2): one role per person, exactly one initiator.

use huan_core::{
    collaboration::{Membership, Role},
    history::{Event, Subject},
    id::{CollaborationId, MembershipId, PersonId},
    permission::CollaborationDeed,
    person::{Person, Standing},
};

use super::{input, leaving, sign_offs, usage_rules};
use crate::{error::ActionError, work::Work};

/// Takes a person into a collaboration. Whoever becomes initiator takes over from the one before.
///
/// # Errors
/// When the caller may not, the person is a member already, or they have left.
pub async fn add_member(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    person: &PersonId,
    role: Role,
    duty: &str,
) -> Result<Membership, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let person = work.person(person, "person").await?;
    let role = suitable(&person, role)?;
    let duty = input::optional_text("duty", duty, input::LONG)?;
    if work.tx.role(&work.app.workspace, collaboration, &person.id).await?.is_some() {
        return Err(ActionError::Exists("member"));
    }
    if role == Role::Initiator {
        step_down(work, collaboration, &person.id).await?;
    }
    let membership =
        Membership { id: work.new_id(), collaboration: collaboration.clone(), person: person.id.clone(), role, duty };
    work.tx.insert_member(&work.app.workspace, &membership).await?;
    changed(work, collaboration, "member", String::new(), describe(&person, &membership));
    usage_rules::ask_newcomer(work, collaboration, &person).await?;
    Ok(membership)
}

/// Changes a member's role or duty.
///
/// # Errors
/// When the caller may not, there is no such member, or the initiator would be nobody.
pub async fn change_member(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    id: &MembershipId,
    role: Option<Role>,
    duty: Option<&str>,
) -> Result<Membership, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let was = member(work, collaboration, id).await?;
    let person = work.person(&was.person, "person").await?;
    let mut membership = was.clone();
    if let Some(role) = role {
        membership.role = suitable(&person, role)?;
    }
    if let Some(duty) = duty {
        membership.duty = input::optional_text("duty", duty, input::LONG)?;
    }
    if membership == was {
        return Ok(membership);
    }
    match (was.role, membership.role) {
        (Role::Initiator, Role::Initiator) => {}
        // There is always exactly one: another one is named, then this one steps down by that.
        (Role::Initiator, _) => return Err(ActionError::field("role", "initiator_needed")),
        (_, Role::Initiator) => step_down(work, collaboration, &person.id).await?,
        _ => {}
    }
    work.tx.update_member(&work.app.workspace, &membership).await?;
    changed(work, collaboration, "member", describe(&person, &was), describe(&person, &membership));
    Ok(membership)
}

/// Takes a member out of a collaboration. What they have open in it goes to `successor`, who becomes a member if they are not
/// (I3).
///
/// # Errors
/// When the caller may not, there is no such member, they are its initiator, or they have something open in it and nobody
/// takes over.
pub async fn remove_member(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    id: &MembershipId,
    successor: Option<&PersonId>,
) -> Result<(), ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let was = member(work, collaboration, id).await?;
    if was.role == Role::Initiator {
        return Err(ActionError::field("role", "initiator_needed"));
    }
    let person = work.person(&was.person, "person").await?;
    leaving::give_up_within(work, collaboration, &person, successor).await?;
    work.tx.remove_member(&work.app.workspace, id).await?;
    changed(work, collaboration, "member", describe(&person, &was), String::new());
    Ok(())
}

async fn member(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    id: &MembershipId,
) -> Result<Membership, ActionError> {
    let members = work.tx.memberships(&work.app.workspace, collaboration).await?;
    members.into_iter().find(|membership| membership.id == *id).ok_or(ActionError::NotFound("member"))
}

/// A role that the person can have: an outside person is a guest and nothing else.
fn suitable(person: &Person, role: Role) -> Result<Role, ActionError> {
    match person.standing {
        Standing::Left { .. } => Err(ActionError::field("person", "left")),
        Standing::Guest { .. } if role != Role::Guest => Err(ActionError::field("role", "guest_only")),
        Standing::Guest { .. } | Standing::Active => Ok(role),
    }
}

/// The initiator becomes a member, for `heir` answers for the whole from now on.
async fn step_down(work: &mut Work<'_>, collaboration: &CollaborationId, heir: &PersonId) -> Result<(), ActionError> {
    for was in work.tx.memberships(&work.app.workspace, collaboration).await? {
        if was.role != Role::Initiator {
            continue;
        }
        let person = work.person(&was.person, "person").await?;
        let membership = Membership { role: Role::Member, ..was.clone() };
        work.tx.update_member(&work.app.workspace, &membership).await?;
        sign_offs::entrust(work, collaboration, &was.person, heir).await?;
        changed(work, collaboration, "member", describe(&person, &was), describe(&person, &membership));
    }
    Ok(())
}

fn describe(person: &Person, membership: &Membership) -> String {
    let role = match membership.role {
        Role::Initiator => "initiator",
        Role::Assistant => "assistant",
        Role::Member => "member",
        Role::Guest => "guest",
    };
    if membership.duty.is_empty() {
        format!("{} ({role})", person.name)
    } else {
        format!("{} ({role}): {}", person.name, membership.duty)
    }
}

fn changed(work: &mut Work<'_>, collaboration: &CollaborationId, field: &str, from: String, to: String) {
    let event = Event::Changed { field: field.to_owned(), from, to };
    work.happened(Subject::Collaboration(collaboration.clone()), Some(collaboration), event);
}
