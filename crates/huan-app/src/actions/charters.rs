//! The charter of a collaboration: milestones, who answers for which duty, which tool is used for what (B2, B3, C1).

use huan_core::{
    charter::{Charter, Flaw},
    history::{Event, Subject},
    i18n::{Language, text},
    id::{CollaborationId, PersonId},
    permission::CollaborationDeed,
    person::Person,
};

use super::{input, members};
use crate::{error::ActionError, work::Work};

/// The most milestones or duties of one collaboration.
const MOST: usize = 200;

/// Writes the charter over the `version` that the caller saw, 0 where there was none. Who answers for what stands with the members
/// too, where nobody wrote something else there.
///
/// # Errors
/// When the caller may not manage the collaboration, somebody else wrote meanwhile, a milestone has no name or day, or a duty is
/// without exactly one member who answers for it.
pub async fn set_charter(
    work: &mut Work<'_>,
    id: &CollaborationId,
    charter: Charter,
    version: i64,
) -> Result<(), ActionError> {
    let collaboration = work.collaboration_for(id, CollaborationDeed::Manage).await?;
    limited(&charter)?;
    let workspace = &work.app.workspace;
    let (was, known) = work.tx.charter(workspace, id).await?;
    if known != version {
        return Err(ActionError::VersionConflict("charter"));
    }
    let everybody = work.tx.memberships(workspace, id).await?;
    let people: Vec<PersonId> = everybody.iter().map(|member| member.person.clone()).collect();
    let today = work.now.to_zoned(work.caller()?.zone.clone()).date();
    for found in charter.review(collaboration.goal_on, today, &people) {
        // What is under way has milestones behind it.
        if !matches!(found.flaw, Flaw::MilestonePast | Flaw::MilestoneAfterGoal) {
            let part = if found.flaw.is_of_a_milestone() { "milestones" } else { "duties" };
            return Err(ActionError::field(part, "doubtful"));
        }
    }
    if charter == was && known > 0 {
        return Ok(());
    }
    work.tx.save_charter(workspace, id, &charter, known).await?;
    let answering = was.duties.iter().chain(&charter.duties).filter_map(|duty| duty.person.clone()).collect::<Vec<_>>();
    let answering = work.tx.people_by_id(workspace, &answering).await?;
    let language = work.language();
    for (field, from, to) in [
        ("milestones", milestones(&was), milestones(&charter)),
        ("duties", duties(&was, &answering), duties(&charter, &answering)),
        ("tools", tools(&was, language), tools(&charter, language)),
    ] {
        if from != to {
            let event = Event::Changed { field: field.to_owned(), from, to };
            work.happened(Subject::Collaboration(id.clone()), Some(id), event);
        }
    }
    for member in everybody {
        let (before, after) = (was.duties_of(&member.person).join("；"), charter.duties_of(&member.person).join("；"));
        if before != after && member.duty == before {
            members::change_member(work, id, &member.id, None, Some(&after)).await?;
        }
    }
    Ok(())
}

/// Refuses a charter that is larger than anybody would write.
pub(super) fn limited(charter: &Charter) -> Result<(), ActionError> {
    if charter.milestones.len() > MOST {
        return Err(ActionError::field("milestones", "out_of_range"));
    }
    if charter.duties.len() > MOST {
        return Err(ActionError::field("duties", "out_of_range"));
    }
    for milestone in &charter.milestones {
        input::optional_text("milestones", &milestone.name, input::SHORT)?;
    }
    for duty in &charter.duties {
        input::optional_text("duties", &duty.name, input::SHORT)?;
        input::optional_text("duties", &duty.boundary, input::LONG)?;
    }
    Ok(())
}

fn milestones(charter: &Charter) -> String {
    let shown = charter.milestones.iter().map(|one| match one.on {
        Some(on) => format!("{on} {}", one.name),
        None => one.name.clone(),
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn duties(charter: &Charter, people: &[Person]) -> String {
    let shown = charter.duties.iter().map(|one| {
        let name = people.iter().find(|person| one.person.as_ref() == Some(&person.id)).map(|person| &person.name);
        let parts = [Some(&one.name), name, Some(&one.boundary)];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
    });
    shown.collect::<Vec<_>>().join("\n")
}

fn tools(charter: &Charter, language: Language) -> String {
    let shown = charter.tools.iter().map(|(content, tool)| {
        let words = |key: String| text(language, &key, &[]);
        format!("{} → {}", words(format!("start.content.{content}")), words(format!("start.tool.{tool}")))
    });
    shown.collect::<Vec<_>>().join("\n")
}
