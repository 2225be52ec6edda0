//! What a clock would do if nobody answered (I4): shown while service levels are edited.

use std::{collections::HashMap, fmt::Display};

use huan_core::{
    calendar::WorkingTime,
    clock::{self, ClockKind, Effect, ServiceLevels, SubjectFacts, Superior, Superiors, Trigger},
    collaboration::Role,
    i18n::text,
    id::{CollaborationId, PersonId, StartId},
    permission::{self, CollaborationDeed},
    person::{Person, Standing},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Names, PersonRef},
};
use crate::{actions::collaborations::checked, error::ActionError};

/// How many stages are foreseen.
const STAGES: usize = 5;
/// When a point of a checklist is due for which no time was said.
const ITEM_IN: SignedDuration = SignedDuration::from_mins(15);
/// When a follow-up is due whose time was not said.
const FOLLOW_UP_IN: SignedDuration = SignedDuration::from_hours(24);

/// What is to be foreseen.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The kind of clock.
    pub kind: ClockKind,
    /// The service levels, as far as they are edited.
    pub levels: ServiceLevels,
    /// Who must answer; the reader when it is left out.
    pub owner: Option<PersonId>,
    /// When the clock starts; now when it is left out.
    pub starts_at: Option<Timestamp>,
}

/// The course of a clock that nobody answers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ForesightView {
    /// The kind of clock.
    pub kind: &'static str,
    /// Who must answer.
    pub owner: PersonRef,
    /// When it starts.
    pub starts_at: Timestamp,
    /// Until when the answer is due.
    pub due_at: Timestamp,
    /// Its first stages, in order.
    pub stages: Vec<ForeseenView>,
    /// Years without holiday data that it runs through, in which ordinary weekdays are assumed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed_years: Vec<i16>,
}

/// A stage to come.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ForeseenView {
    /// The stable name.
    pub stage: &'static str,
    /// What it is, in the reader's language.
    pub text: String,
    /// When it comes.
    pub at: Timestamp,
    /// What it does, in the reader's language.
    pub effects: Vec<String>,
}

/// The course of a clock of a collaboration.
///
/// # Errors
/// When the reader may not see the collaboration, the owner is not known, a level cannot be, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &CollaborationId, asked: Asked) -> Result<ForesightView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let members = look.conn.memberships(&look.app.workspace, id).await?;
    let parts: Vec<(PersonId, Role)> = members.into_iter().map(|member| (member.person, member.role)).collect();
    course(look, &parts, asked).await
}

/// The course of a clock of a collaboration that is being started.
///
/// # Errors
/// When the start is not the reader's, the owner is not known, a level cannot be, or the database fails.
pub async fn of_start(look: &mut Look<'_>, id: &StartId, asked: Asked) -> Result<ForesightView, ActionError> {
    let kept = super::starts::own(look, id).await?;
    let mut parts: Vec<(PersonId, Role)> =
        kept.start.members.into_iter().map(|member| (member.person, member.role)).collect();
    parts.push((kept.person, Role::Initiator));
    course(look, &parts, asked).await
}

/// The course of a clock among people with these parts.
async fn course(look: &mut Look<'_>, parts: &[(PersonId, Role)], asked: Asked) -> Result<ForesightView, ActionError> {
    let levels = checked(asked.levels)?;
    let owner = asked.owner.unwrap_or_else(|| look.caller.person().clone());
    let line = line_of(look, &owner).await?;
    let hours = line.get(&owner).ok_or(ActionError::field("owner", "unknown"))?.hours.clone();
    let with = |role: Role| parts.iter().filter(move |(_, has)| *has == role).map(|(person, _)| person.clone());
    let superiors = Superiors::above(&owner, |below| superior_of(&line, below));
    let call_list = [owner.clone()].into_iter().chain(superiors.as_slice().iter().cloned()).collect();
    let facts = SubjectFacts {
        open: true,
        owner: Some(owner.clone()),
        initiator: with(Role::Initiator).next(),
        assistants: with(Role::Assistant).collect(),
        superiors,
        waiting: with(Role::Member).collect(),
        call_list,
    };
    let holidays = look.app.holidays();
    let time = WorkingTime::new(&hours, &holidays);
    let starts_at = asked.starts_at.unwrap_or(look.now);
    let course = clock::preview(trigger(asked.kind, starts_at), &facts, &levels, time, starts_at, STAGES);

    let told = course.stages.iter().flat_map(|stage| &stage.effects).flat_map(Effect::people).cloned();
    let names = Names::of_people(look, told.chain([owner.clone()]).collect()).await?;
    let stages = course.stages.iter().map(|stage| ForeseenView {
        stage: stage.name.name(),
        text: text(look.caller.language, &format!("clock.stage.{}.{}", asked.kind, stage.name), &[]),
        at: stage.at,
        effects: stage.effects.iter().map(|effect| words(look, &names, effect)).collect(),
    });
    Ok(ForesightView {
        kind: asked.kind.name(),
        owner: names.person(&owner),
        starts_at,
        due_at: course.due_at,
        stages: stages.collect(),
        assumed_years: course.assumed_years,
    })
}

fn trigger(kind: ClockKind, starts_at: Timestamp) -> Trigger {
    match kind {
        ClockKind::Acceptance => Trigger::Acceptance,
        ClockKind::Proposal => Trigger::Proposal,
        ClockKind::DailyProgress => Trigger::DailyProgress,
        ClockKind::OrdinaryProblem => Trigger::OrdinaryProblem,
        ClockKind::UrgentProblem => Trigger::UrgentProblem,
        ClockKind::Minutes => Trigger::Minutes,
        ClockKind::Confirmation => Trigger::Confirmation,
        ClockKind::RulesRead => Trigger::RulesRead,
        ClockKind::FollowUp => {
            Trigger::FollowUp { due: starts_at.saturating_add(FOLLOW_UP_IN).unwrap_or(Timestamp::MAX) }
        }
        ClockKind::SignOff => Trigger::SignOff,
        ClockKind::StageReport => Trigger::StageReport,
        ClockKind::ChecklistItem => {
            Trigger::ChecklistItem { due: starts_at.saturating_add(ITEM_IN).unwrap_or(Timestamp::MAX) }
        }
        ClockKind::FaultReport => Trigger::FaultReport,
    }
}

/// A person and everybody above them.
async fn line_of(look: &mut Look<'_>, person: &PersonId) -> Result<HashMap<PersonId, Person>, ActionError> {
    let mut line = HashMap::new();
    let mut next = Some(person.clone());
    while let Some(id) = next.filter(|id| !line.contains_key(id)) {
        let Some(found) = look.conn.person(&look.app.workspace, &id).await? else { break };
        next = found.superior.clone();
        line.insert(id, found);
    }
    Ok(line)
}

fn superior_of(line: &HashMap<PersonId, Person>, below: &PersonId) -> Option<Superior> {
    let superior = line.get(below)?.superior.as_ref()?;
    let reachable = line.get(superior).is_some_and(|person| person.standing == Standing::Active);
    Some(Superior { person: superior.clone(), reachable })
}

/// What an effect does, with the names of those it reaches.
fn words(look: &Look<'_>, names: &Names, effect: &Effect) -> String {
    let people: Vec<String> = effect.people().iter().map(|person| names.person(person).name).collect();
    let people = people.join("、");
    let number = match effect {
        Effect::Escalate { level, .. } => level.to_string(),
        // The first person of a call list is rung when the matter is raised.
        Effect::RingNext { position, .. } => (position + 1).to_string(),
        _ => String::new(),
    };
    let day = match effect {
        Effect::NameAsMissing { day, .. } => day.to_string(),
        _ => String::new(),
    };
    let values: [(&str, &dyn Display); 5] =
        [("person", &people), ("people", &people), ("level", &number), ("position", &number), ("day", &day)];
    text(look.caller.language, &format!("clock.effect.{}", effect.name()), &values)
}
