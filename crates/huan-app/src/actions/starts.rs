//! The guided start of a collaboration 「新建协作」: what is entered is kept until it is carried out or given up, and carried out as
//! a whole (A1, B1–B4).

use huan_core::{
    calendar::WorkingTime,
    charter::Milestone,
    collaboration::{Collaboration, CollaborationState, Role},
    id::{CollaborationId, StartId},
    permission::{CollaborationDeed, may_create_collaboration},
    person::{Person, Standing},
    start::{Start, StartFinding, StartFrom, StartGroup, StartMember, UnfinishedStart, templates},
    usage_rules::UsageRules,
};
use jiff::{ToSpan, civil::Date};

use super::{
    channels::{self, ChannelChange},
    charters,
    collaborations::{self, NewCollaboration},
    groups::{self, NewGroup},
    input, members, situations, usage_rules,
};
use crate::{
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The most milestones, duties, members or groups of one start.
const MOST: usize = 200;

/// Begins a start, with what its situation or an earlier collaboration brings along.
///
/// # Errors
/// When the caller is an outside person, or may not see the earlier collaboration, or that one is still at work.
pub async fn begin_start(work: &mut Work<'_>, from: StartFrom) -> Result<UnfinishedStart, ActionError> {
    let me = work.caller()?.person().clone();
    may_create_collaboration(&work.caller()?.viewer, &me)?;
    let start = match from {
        StartFrom::Situation { situation } => {
            let levels = situations::levels(&mut work.tx, &work.app.workspace, situation).await?;
            let template = templates(work.language()).iter().find(|template| template.situation == situation);
            let template = template.ok_or(ActionError::NotFound("situation"))?;
            let (person, holidays) = (work.person(&me, "person").await?, work.app.holidays());
            let time = WorkingTime::new(&person.hours, &holidays);
            template.start(levels, today(work)?, time)
        }
        StartFrom::Collaboration { collaboration } => of_collaboration(work, &collaboration).await?,
    };
    let start = UnfinishedStart {
        id: work.new_id(),
        person: me,
        start,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_start(&work.app.workspace, &start).await?;
    Ok(start)
}

fn today(work: &Work<'_>) -> Result<Date, ActionError> {
    Ok(work.now.to_zoned(work.caller()?.zone.clone()).date())
}

/// What an earlier collaboration brings along: everything but its groups, with its milestones as long after today as they were
/// after its own beginning, and whoever is still here.
async fn of_collaboration(work: &mut Work<'_>, id: &CollaborationId) -> Result<Start, ActionError> {
    let earlier = work.collaboration_for(id, CollaborationDeed::See).await?;
    if earlier.state == CollaborationState::Running {
        return Err(ActionError::field("collaboration", "still_running"));
    }
    let workspace = &work.app.workspace;
    let me = work.caller()?.person().clone();
    let (mut charter, _) = work.tx.charter(workspace, id).await?;
    let rules = work.tx.usage_rules(workspace, id).await?;
    let rules = rules.unwrap_or_else(|| UsageRules::usual(id.clone(), work.language())).text;
    let mut people = Vec::new();
    for membership in work.tx.memberships(workspace, id).await? {
        let person = work.person(&membership.person, "person").await?;
        if is_here(&person, work) {
            let role = if membership.role == Role::Initiator { Role::Member } else { membership.role };
            people.push(StartMember { person: person.id, role });
        }
    }
    for duty in &mut charter.duties {
        duty.person = duty.person.take().filter(|one| people.iter().any(|member| member.person == *one));
    }
    people.retain(|member| member.person != me);
    let began = earlier.created_at.to_zoned(work.caller()?.zone.clone()).date();
    let (today, holidays) = (today(work)?, work.app.holidays());
    let hours = work.person(&me, "person").await?.hours;
    let time = WorkingTime::new(&hours, &holidays);
    for Milestone { on, .. } in &mut charter.milestones {
        let after = on.and_then(|on| on.since(began).ok()).map_or(0, |span| span.get_days().max(0));
        *on = today.checked_add(after.days()).ok().map(|day| time.add_working_days(day, 0).date);
    }
    Ok(Start {
        from: StartFrom::Collaboration { collaboration: id.clone() },
        name: earlier.name,
        goal: earlier.goal,
        goal_on: None,
        goal_as_it_is: false,
        charter,
        members: people,
        rules,
        levels: earlier.levels,
        groups: Vec::new(),
    })
}

fn is_here(person: &Person, work: &Work<'_>) -> bool {
    match person.standing {
        Standing::Active => true,
        Standing::Guest { until } => work.now < until,
        Standing::Left { .. } => false,
    }
}

/// Keeps what was entered. `version` is the one that the caller saw.
///
/// # Errors
/// When it is not the caller's, or was changed meanwhile, or is larger than anybody would enter.
pub async fn save_start(
    work: &mut Work<'_>,
    id: &StartId,
    start: Start,
    version: i64,
) -> Result<UnfinishedStart, ActionError> {
    let mut kept = own(work, id).await?;
    if kept.version != version {
        return Err(ActionError::VersionConflict("start"));
    }
    limited(&start)?;
    if kept.start != start {
        kept.start = start;
        kept.updated_at = work.now;
        work.tx.update_start(&work.app.workspace, &mut kept).await?;
    }
    Ok(kept)
}

fn limited(start: &Start) -> Result<(), ActionError> {
    input::optional_text("name", &start.name, input::SHORT)?;
    input::optional_text("goal", &start.goal, input::LONG)?;
    input::optional_text("rules", &start.rules, input::LONG)?;
    charters::limited(&start.charter)?;
    if start.members.len() > MOST || start.groups.len() > MOST {
        return Err(ActionError::field("members", "out_of_range"));
    }
    Ok(())
}

/// Gives a start up.
///
/// # Errors
/// When it is not the caller's.
pub async fn drop_start(work: &mut Work<'_>, id: &StartId) -> Result<(), ActionError> {
    own(work, id).await?;
    Ok(work.tx.remove_start(&work.app.workspace, id).await?)
}

async fn own(work: &mut Work<'_>, id: &StartId) -> Result<UnfinishedStart, ActionError> {
    let me = work.caller()?.person().clone();
    let found = work.tx.unfinished_start(&work.app.workspace, id).await?;
    found.filter(|start| start.person == me).ok_or(ActionError::NotFound("start"))
}

/// Carries a start out: the collaboration is made with its members, charter and groups, and its rules are announced.
///
/// # Errors
/// When it is not the caller's, was changed meanwhile, something in it is missing or doubtful, or one of its steps is refused;
/// then nothing is made and the start is kept.
pub async fn carry_out(work: &mut Work<'_>, id: &StartId, version: i64) -> Result<Collaboration, ActionError> {
    let kept = own(work, id).await?;
    if kept.version != version {
        return Err(ActionError::VersionConflict("start"));
    }
    let UnfinishedStart { person: me, start, .. } = kept;
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let mut problems: Vec<FieldProblem> = start.review(&me, &now).iter().map(problem).collect();
    problems.dedup();
    if !problems.is_empty() {
        return Err(ActionError::Invalid(problems));
    }
    let situation = match start.from {
        StartFrom::Situation { situation } => Some(situation),
        StartFrom::Collaboration { .. } => None,
    };
    let new = NewCollaboration {
        name: start.name,
        goal: start.goal,
        goal_on: start.goal_on,
        initiator: Some(me.clone()),
        situation,
        levels: Some(start.levels),
    };
    let made = collaborations::create_collaboration(work, new).await?;
    for member in start.members.iter().filter(|member| member.person != me) {
        let role = if member.role == Role::Initiator { Role::Member } else { member.role };
        members::add_member(work, &made.id, &member.person, role, "").await?;
    }
    charters::set_charter(work, &made.id, start.charter, 0).await?;
    for group in start.groups {
        match group {
            StartGroup::Bind { channel } => {
                let change = ChannelChange { collaboration: Some(Some(made.id.clone())), has_outsiders: None };
                channels::edit_channel(work, &channel, change).await?;
            }
            StartGroup::Make { account, title } => {
                let new = NewGroup { collaboration: made.id.clone(), account, title, people: Vec::new() };
                groups::make_group(work, new).await?;
            }
        }
    }
    usage_rules::set_rules(work, &made.id, &start.rules, Some(usage_rules::Announcing::default()), 0).await?;
    work.tx.remove_start(&work.app.workspace, id).await?;
    Ok(made)
}

fn problem(finding: &StartFinding) -> FieldProblem {
    match finding {
        StartFinding::Unnamed => FieldProblem::new("name", "required"),
        StartFinding::Goal(_) => FieldProblem::new("goal", "doubtful"),
        StartFinding::Charter(found) if found.flaw.is_of_a_milestone() => FieldProblem::new("milestones", "doubtful"),
        StartFinding::Charter(_) => FieldProblem::new("duties", "doubtful"),
        StartFinding::NoRules => FieldProblem::new("rules", "required"),
    }
}
