//! Collaborations: what is to be reached, by when, and how long each matter may take (B1, I4).

use huan_core::{
    centre::Outline,
    clock::ServiceLevels,
    collaboration::{Collaboration, CollaborationState, Membership, Role},
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    permission::{CollaborationDeed, may_create_collaboration},
    person::Standing,
    situation::Situation,
};
use jiff::civil::Date;

use super::{digests, input, situations, usage_rules};
use crate::{error::ActionError, work::Work};

/// What a new collaboration is made from.
#[derive(Debug, Clone, Default)]
pub struct NewCollaboration {
    /// A short name.
    pub name: String,
    /// The core goal 「核心目标」, an outcome that can be checked.
    pub goal: String,
    /// The day by which it is to be reached.
    pub goal_on: Option<Date>,
    /// Who answers for the whole; the caller when it is left out.
    pub initiator: Option<PersonId>,
    /// The situation that it starts from.
    pub situation: Option<Situation>,
    /// How long each kind of matter may take; that of the situation when it is left out.
    pub levels: Option<ServiceLevels>,
}

/// What to change of a collaboration; `None` leaves it as it is, an inner `None` clears it.
#[derive(Debug, Clone, Default)]
pub struct CollaborationChange {
    /// The version the caller saw.
    pub version: i64,
    /// The name.
    pub name: Option<String>,
    /// The core goal.
    pub goal: Option<String>,
    /// The day by which it is to be reached.
    pub goal_on: Option<Option<Date>>,
    /// Where it stands.
    pub state: Option<CollaborationState>,
    /// How long each kind of matter may take.
    pub levels: Option<ServiceLevels>,
}

/// Makes a collaboration. The initiator is its first member.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create_collaboration(work: &mut Work<'_>, new: NewCollaboration) -> Result<Collaboration, ActionError> {
    let viewer = work.caller()?.viewer.clone();
    let initiator = new.initiator.unwrap_or_else(|| viewer.person.clone());
    may_create_collaboration(&viewer, &initiator)?;
    let initiator = work.person(&initiator, "initiator").await?;
    if !matches!(initiator.standing, Standing::Active) {
        return Err(ActionError::field("initiator", "unknown"));
    }
    let levels = match (new.levels, new.situation) {
        (Some(levels), _) => levels,
        (None, Some(situation)) => situations::levels(&mut work.tx, &work.app.workspace, situation).await?,
        (None, None) => ServiceLevels::default(),
    };
    let collaboration = Collaboration {
        id: work.new_id(),
        name: input::text("name", &new.name, input::SHORT)?,
        goal: input::text("goal", &new.goal, input::LONG)?,
        goal_on: new.goal_on,
        state: CollaborationState::Running,
        levels: checked(levels)?,
        created_at: work.now,
        version: 1,
    };
    work.tx.insert_collaboration(&work.app.workspace, &collaboration).await?;
    let outline = Outline::of(new.situation);
    if outline != Outline::default() {
        work.tx.set_outline(&work.app.workspace, &collaboration.id, &outline, 0).await?;
    }
    let membership = Membership {
        id: work.new_id(),
        collaboration: collaboration.id.clone(),
        person: initiator.id,
        role: Role::Initiator,
        duty: String::new(),
    };
    work.tx.insert_member(&work.app.workspace, &membership).await?;
    let subject = Subject::Collaboration(collaboration.id.clone());
    work.happened(subject.clone(), Some(&collaboration.id), Event::Created);
    let situation = new.situation.map(|situation| ("situation", situation.name().to_owned()));
    for (field, to) in situation.into_iter().chain([("initiator", initiator.name)]) {
        let event = Event::Changed { field: field.to_owned(), from: String::new(), to };
        work.happened(subject.clone(), Some(&collaboration.id), event);
    }
    Ok(collaboration)
}

/// Changes a collaboration. New service levels hold for clocks that start from now on.
///
/// # Errors
/// When the caller may not, it was changed meanwhile, or something given cannot be used.
pub async fn edit_collaboration(
    work: &mut Work<'_>,
    id: &CollaborationId,
    change: CollaborationChange,
) -> Result<Collaboration, ActionError> {
    let was = work.collaboration_for(id, CollaborationDeed::Manage).await?;
    if was.version != change.version {
        return Err(ActionError::VersionConflict("collaboration"));
    }
    let mut collaboration = was.clone();
    if let Some(name) = &change.name {
        collaboration.name = input::text("name", name, input::SHORT)?;
    }
    if let Some(goal) = &change.goal {
        collaboration.goal = input::text("goal", goal, input::LONG)?;
    }
    if let Some(goal_on) = change.goal_on {
        collaboration.goal_on = goal_on;
    }
    if let Some(state) = change.state.filter(|state| *state != was.state) {
        // The work is done when it was accepted, and not by saying so (G1).
        if state == CollaborationState::Done {
            return Err(ActionError::field("state", "not_accepted"));
        }
        collaboration.state = state;
    }
    if let Some(levels) = change.levels {
        collaboration.levels = checked(levels)?;
    }
    if collaboration == was {
        return Ok(collaboration);
    }
    work.tx.update_collaboration(&work.app.workspace, &mut collaboration).await?;
    for (field, from, to) in differences(&was, &collaboration)? {
        work.happened(Subject::Collaboration(id.clone()), Some(id), Event::Changed { field, from, to });
    }
    let rhythm = |of: &Collaboration| (of.state, of.levels.digest.clone(), of.levels.daily_progress.clone());
    if rhythm(&was) != rhythm(&collaboration) {
        digests::follow_settings(work, &collaboration).await?;
    }
    if collaboration.state != was.state {
        usage_rules::follow_state(work, &collaboration).await?;
    }
    Ok(collaboration)
}

/// The last signature was given: the work is done.
pub(super) async fn accept(work: &mut Work<'_>, id: &CollaborationId) -> Result<(), ActionError> {
    let found = work.tx.collaboration(&work.app.workspace, id).await?;
    let was = found.ok_or(ActionError::NotFound("collaboration"))?;
    if was.state != CollaborationState::Running {
        return Ok(());
    }
    let mut collaboration = Collaboration { state: CollaborationState::Done, ..was.clone() };
    work.tx.update_collaboration(&work.app.workspace, &mut collaboration).await?;
    for (field, from, to) in differences(&was, &collaboration)? {
        work.happened(Subject::Collaboration(id.clone()), Some(id), Event::Changed { field, from, to });
    }
    usage_rules::follow_state(work, &collaboration).await
}

/// Levels that a person entered, when they can be.
pub(crate) fn checked(levels: ServiceLevels) -> Result<ServiceLevels, ActionError> {
    match levels.check() {
        Ok(()) => Ok(levels),
        Err(wrong) => Err(ActionError::field(wrong.field, wrong.problem.code())),
    }
}

/// The changed fields with their values before and after.
fn differences(was: &Collaboration, is: &Collaboration) -> Result<Vec<(String, String, String)>, ActionError> {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let fields = [
        ("name", was.name.clone(), is.name.clone()),
        ("goal", was.goal.clone(), is.goal.clone()),
        ("goal_on", day(was.goal_on), day(is.goal_on)),
        ("state", state_name(was.state).to_owned(), state_name(is.state).to_owned()),
    ];
    let mut changed: Vec<(String, String, String)> = fields
        .into_iter()
        .filter(|(_, from, to)| from != to)
        .map(|(field, from, to)| (field.to_owned(), from, to))
        .collect();
    changed.extend(level_changes("levels", &was.levels, &is.levels)?);
    Ok(changed)
}

/// The levels that differ, each as `levels.acceptance.answer_within` with its JSON before and after.
pub(super) fn level_changes(
    prefix: &str,
    was: &ServiceLevels,
    is: &ServiceLevels,
) -> Result<Vec<(String, String, String)>, ActionError> {
    let json =
        |levels: &ServiceLevels| serde_json::to_value(levels).map_err(|error| ActionError::Internal(error.to_string()));
    let (was, is) = (json(was)?, json(is)?);
    let mut changed = Vec::new();
    for (kind, fields) in is.as_object().into_iter().flatten() {
        for (name, to) in fields.as_object().into_iter().flatten() {
            let from = &was[kind][name];
            if from != to {
                changed.push((format!("{prefix}.{kind}.{name}"), from.to_string(), to.to_string()));
            }
        }
    }
    Ok(changed)
}

fn state_name(state: CollaborationState) -> &'static str {
    match state {
        CollaborationState::Running => "running",
        CollaborationState::Done => "done",
        CollaborationState::Archived => "archived",
    }
}
