//! Emergencies 「紧急」: the plan that runs around an urgent problem (E2).
//!
//! The problem leads: whatever happens to it — raised, acknowledged, solved, reopened, made ordinary — the emergency
//! follows in the same transaction ([`follow`]). The other actions are what people do in the plan itself.

use huan_core::{
    clock::{ClockKind, StopReason, Trigger},
    collaboration::{Channel, Collaboration, Role},
    emergency::{Candidates, ChecklistItem, Emergency, Phase, PlanTemplate, StageFacts, shipped, stage_report},
    history::{Event, Subject},
    i18n::Language,
    id::{AccountId, ChannelId, ChecklistItemId, CollaborationId, EmergencyId, PersonId},
    permission::Deed,
    person::Standing,
    platform::PlatformKey,
    problem::{Problem, ProblemState},
};
use huan_store::Conn;
use jiff::{SignedDuration, Timestamp};

use super::{groups, input, problems};
use crate::{error::ActionError, line, notices::Notice, work::Work};

/// A point that is added without a time is to be done within this.
const POINT_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// The most points that a checklist may come to have.
const MOST_POINTS: usize = 100;

/// What whoever raises an emergency chooses, beside the problem itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The key of the template; the first one without it.
    pub plan: Option<String>,
    /// In a drill: whether telephones really ring and everybody is really called on.
    pub calls: bool,
    /// The group in which it was raised: it serves as war room until there is another.
    pub channel: Option<ChannelId>,
    /// Whether a group is made as war room.
    pub room: Room,
}

/// Where the people concerned are to meet 「作战群」.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Room {
    /// As the template says.
    #[default]
    AsPlanned,
    /// In a group that is there.
    Existing,
    /// In one that is made on this account.
    New(AccountId),
}

/// The templates as they count in this workspace: those that ship, where nobody put another in their place, and those
/// that were added.
///
/// # Errors
/// When the database fails.
pub async fn templates(
    conn: &mut Conn,
    workspace: &huan_core::id::WorkspaceId,
    language: Language,
) -> Result<Vec<PlanTemplate>, ActionError> {
    let mut own = conn.plan_templates(workspace).await?;
    let mut all = Vec::new();
    for template in shipped(language) {
        match own.iter().position(|other| other.key == template.key) {
            Some(at) => all.push(own.remove(at)),
            None => all.push(template),
        }
    }
    all.append(&mut own);
    Ok(all)
}

async fn template(work: &mut Work<'_>, key: Option<&str>) -> Result<PlanTemplate, ActionError> {
    let language = work.language();
    let mut all = templates(&mut work.tx, &work.app.workspace, language).await?;
    let at = match key {
        Some(key) => all.iter().position(|template| template.key == key),
        // There is always one: the last one in use cannot be retired.
        None => all.iter().position(|template| !template.retired),
    };
    at.map(|at| all.remove(at)).ok_or(ActionError::field("plan", "unknown"))
}

/// Lets the emergency of a problem follow it. Called within each step of a problem, before its clocks are moved.
///
/// # Errors
/// When the template is unknown or the database fails.
pub(super) async fn follow(
    work: &mut Work<'_>,
    before: Option<&Problem>,
    problem: &Problem,
    choice: &Choice,
) -> Result<(), ActionError> {
    let found = work.tx.emergency_of(&work.app.workspace, &problem.id).await?;
    let severity = problem.urgency.severity();
    let Some(emergency) = found else {
        return match severity {
            Some(_) if problem.state.is_open() => start(work, problem, choice).await,
            _ => Ok(()),
        };
    };
    let mut step = Step::of(emergency);
    match (&problem.state, severity, step.emergency.is_running()) {
        (ProblemState::Closed { solution, by, .. }, _, true) => {
            step.emergency.all_clear(solution.clone(), by.clone(), work.now)?;
            step.finish(work, Some(Event::AllClear { text: solution.clone() })).await?;
        }
        (ProblemState::Merged { .. }, _, true) | (_, None, true) => {
            step.emergency.stand_down(work.now)?;
            step.finish(work, Some(Event::StoodDown)).await?;
        }
        (ProblemState::Waiting | ProblemState::Answered(_), Some(severity), running) => {
            let mut event = None;
            if !running {
                step.emergency.resume()?;
                event = Some(Event::Reopened);
            }
            if step.emergency.severity != severity {
                let plan = step.emergency.plan.clone();
                // A template that was taken away meanwhile leaves the pace as it is.
                let pace = match template(work, Some(&plan)).await {
                    Ok(template) => template.paces.of(severity),
                    Err(_) => step.emergency.pace.clone(),
                };
                step.emergency.set_severity(severity, pace)?;
            }
            if let ProblemState::Answered(answer) = &problem.state
                && before.is_none_or(|before| before.state != problem.state)
            {
                step.emergency.acknowledge(&answer.by, answer.at);
            }
            step.finish(work, event).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Starts the plan of an urgent problem: roles are filled, the checklist is set, its clocks run.
async fn start(work: &mut Work<'_>, problem: &Problem, choice: &Choice) -> Result<(), ActionError> {
    let Some(severity) = problem.urgency.severity() else { return Ok(()) };
    let template = template(work, choice.plan.as_deref()).await?;
    let candidates = candidates(work, problem).await?;
    let id: EmergencyId = work.new_id();
    let mut checklist = template.checklist(&id, severity, work.now, || ChecklistItemId::from_bits(0));
    for item in &mut checklist {
        item.id = work.new_id();
    }
    let war_room = match &choice.channel {
        Some(channel) => Some(channel.clone()),
        None => work.groups_for(&problem.collaboration, problem.level).await?.into_iter().next().map(|group| group.id),
    };
    let emergency = Emergency {
        id,
        problem: problem.id.clone(),
        collaboration: problem.collaboration.clone(),
        plan: template.key.clone(),
        plan_name: template.name.clone(),
        severity,
        pace: template.paces.of(severity),
        phase: Phase::Running,
        roles: template.fill(&candidates),
        drill: problem.drill,
        calls: !problem.drill || choice.calls,
        war_room,
        meeting: None,
        acknowledged: Vec::new(),
        report: None,
        started_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_emergency(&work.app.workspace, &emergency, &checklist).await?;
    let subject = Subject::Emergency(emergency.id.clone());
    let plan = Event::PlanStarted { plan: template.name, severity, drill: emergency.drill };
    work.happened(subject.clone(), Some(&emergency.collaboration), plan);
    for role in &emergency.roles {
        let filled = Event::RoleFilled { role: role.name.clone(), person: role.person.clone() };
        work.happened(subject.clone(), Some(&emergency.collaboration), filled);
    }
    tell_roles(work, &emergency, &emergency.roles.iter().map(|role| role.person.clone()).collect::<Vec<_>>()).await?;
    move_clocks(work, None, &emergency).await?;
    open_war_room(work, &emergency, &choice.room, template.new_group).await
}

/// Asks for a war room of its own, where one is wanted. It goes on in the groups that are there until it is made.
async fn open_war_room(
    work: &mut Work<'_>,
    emergency: &Emergency,
    room: &Room,
    planned: bool,
) -> Result<(), ActionError> {
    match room {
        Room::New(account) => {
            let known = work.tx.account(&work.app.workspace, account).await?;
            let known = known.ok_or(ActionError::field("account", "unknown"))?;
            groups::ask_for_war_room(work, emergency, &known.id).await.map(drop)
        }
        Room::AsPlanned if planned => {
            let people: Vec<PersonId> = emergency.roles.iter().map(|role| role.person.clone()).collect();
            match groups::best_maker(work, &people).await? {
                Some(account) => groups::ask_for_war_room(work, emergency, &account.id).await.map(drop),
                None => {
                    let event = Event::GroupNotMade {
                        platform: PlatformKey::new("web"),
                        title: emergency.plan_name.clone(),
                        reason: "group.reason.no_platform".to_owned(),
                        uncertain: false,
                    };
                    work.happened(Subject::Emergency(emergency.id.clone()), Some(&emergency.collaboration), event);
                    Ok(())
                }
            }
        }
        Room::AsPlanned | Room::Existing => Ok(()),
    }
}

/// A group was made for an emergency: from now on it is its war room, and the first thing in it is what is wrong.
pub(super) async fn move_into(work: &mut Work<'_>, id: &EmergencyId, channel: &Channel) -> Result<(), ActionError> {
    let found = work.tx.emergency(&work.app.workspace, id).await?;
    let Some(emergency) = found.filter(Emergency::is_running) else { return Ok(()) };
    let mut step = Step::of(emergency);
    step.emergency.war_room = Some(channel.id.clone());
    let platform = work.app.account(&channel.account).map_or_else(|| PlatformKey::new("web"), |open| open.platform);
    let event = Event::GroupMade { platform, title: channel.title.clone() };
    let emergency = step.finish(work, Some(event)).await?;
    let found = work.tx.problem(&work.app.workspace, &emergency.problem).await?;
    let problem = found.ok_or(ActionError::NotFound("problem"))?;
    work.say_in_war_room(&problem, channel).await
}

/// Who is there to fill roles: only people who are here.
async fn candidates(work: &mut Work<'_>, problem: &Problem) -> Result<Candidates, ActionError> {
    let workspace = &work.app.workspace;
    let superior = line::superiors(&mut work.tx, workspace, &problem.owner).await?.at_level(1).cloned();
    let members = work.tx.memberships(workspace, &problem.collaboration).await?;
    let assistants: Vec<PersonId> =
        members.into_iter().filter(|member| member.role == Role::Assistant).map(|member| member.person).collect();
    let people = work.tx.people_by_id(workspace, &assistants).await?;
    let here = |id: &PersonId| people.iter().any(|person| person.id == *id && person.standing == Standing::Active);
    Ok(Candidates {
        owner: problem.owner.clone(),
        raiser: problem.raised_by.clone(),
        superior,
        assistant: assistants.into_iter().find(here),
        call_list: line::of(&mut work.tx, workspace, problem).await?,
    })
}

/// Whoever has a role hears of it, each once; whoever acts knows, and the owner of the problem is rung.
async fn tell_roles(work: &mut Work<'_>, emergency: &Emergency, people: &[PersonId]) -> Result<(), ActionError> {
    let problem = work.tx.problem(&work.app.workspace, &emergency.problem).await?;
    let owner = problem.map(|problem| problem.owner);
    let mut told: Vec<&PersonId> = Vec::new();
    for person in people {
        if told.contains(&person) || (Some(person) == owner.as_ref() && emergency.acknowledged.is_empty()) {
            continue;
        }
        let notice = Notice::PlanRole { emergency: emergency.id.clone() };
        let subject = Subject::Problem(emergency.problem.clone());
        work.tell_other(person, &subject, &emergency.collaboration, notice).await?;
        told.push(person);
    }
    Ok(())
}

/// An emergency in the course of a step.
struct Step {
    emergency: Emergency,
    before: Emergency,
}

impl Step {
    fn of(emergency: Emergency) -> Self {
        Self { before: emergency.clone(), emergency }
    }

    /// Reads the emergency and checks that the caller may do `deed` with its problem.
    async fn begin(work: &mut Work<'_>, id: &EmergencyId, deed: Deed) -> Result<Self, ActionError> {
        Ok(Self::of(work.emergency_for(id, deed).await?))
    }

    /// Writes the emergency, its history and its clocks.
    async fn finish(self, work: &mut Work<'_>, event: Option<Event>) -> Result<Emergency, ActionError> {
        // Every step ends here; on the heap, none of them carries all of it along.
        Box::pin(self.write(work, event)).await
    }

    async fn write(mut self, work: &mut Work<'_>, event: Option<Event>) -> Result<Emergency, ActionError> {
        if self.emergency != self.before {
            self.emergency.updated_at = work.now;
            work.tx.update_emergency(&work.app.workspace, &mut self.emergency).await?;
        }
        let subject = Subject::Emergency(self.emergency.id.clone());
        match event {
            Some(event) => work.happened(subject, Some(&self.emergency.collaboration), event),
            None => work.show(&subject, Some(&self.emergency.collaboration)),
        }
        move_clocks(work, Some(&self.before), &self.emergency).await?;
        Ok(self.emergency)
    }
}

/// Writes a step of an emergency that another file of the actions did.
pub(super) async fn finish(
    work: &mut Work<'_>,
    before: Emergency,
    emergency: Emergency,
    event: Event,
) -> Result<Emergency, ActionError> {
    Step { emergency, before }.finish(work, Some(event)).await
}

/// Starts and stops clocks so that exactly those run which the emergency asks for as it stands.
async fn move_clocks(
    work: &mut Work<'_>,
    before: Option<&Emergency>,
    emergency: &Emergency,
) -> Result<(), ActionError> {
    let wanted = emergency.clock();
    let had = before.and_then(Emergency::clock);
    let paced = before.is_some_and(|before| before.pace != emergency.pace);
    if wanted == had && !paced {
        return Ok(());
    }
    let subject = Subject::Emergency(emergency.id.clone());
    for kind in [ClockKind::StageReport, ClockKind::FaultReport] {
        if wanted.is_none_or(|trigger| trigger.kind() != kind) {
            work.stop_clock(&subject, &emergency.collaboration, kind, StopReason::Closed).await?;
        }
    }
    let collaboration = paced_collaboration(work, emergency).await?;
    if let Some(trigger) = wanted
        && let Some(holder) = whose(emergency, trigger.kind()).cloned()
    {
        work.start_emergency_clock(subject, &holder, &collaboration, trigger).await?;
    }
    if wanted == had {
        return Ok(());
    }
    for item in work.tx.checklist(&work.app.workspace, &emergency.id).await? {
        move_item_clock(work, emergency, &item, &collaboration).await?;
    }
    Ok(())
}

/// Whom a clock of the emergency itself calls on: the report is the recorder's.
pub(crate) fn whose(emergency: &Emergency, kind: ClockKind) -> Option<&PersonId> {
    match kind {
        ClockKind::FaultReport => emergency.holder(Some("recorder")),
        _ => emergency.commander(),
    }
}

/// The collaboration, with the service levels as the severity changes them.
async fn paced_collaboration(work: &mut Work<'_>, emergency: &Emergency) -> Result<Collaboration, ActionError> {
    let found = work.tx.collaboration(&work.app.workspace, &emergency.collaboration).await?;
    let mut collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    collaboration.levels = emergency.pace.over(&collaboration.levels);
    Ok(collaboration)
}

async fn move_item_clock(
    work: &mut Work<'_>,
    emergency: &Emergency,
    item: &ChecklistItem,
    collaboration: &Collaboration,
) -> Result<(), ActionError> {
    let subject = Subject::ChecklistItem(item.id.clone());
    match emergency.holder(item.role.as_deref()).filter(|_| emergency.is_running() && item.is_open()) {
        Some(holder) => {
            let trigger = Trigger::ChecklistItem { due: item.due_at };
            work.start_emergency_clock(subject, &holder.clone(), collaboration, trigger).await
        }
        None => {
            let reason = if item.is_open() { StopReason::Closed } else { StopReason::Answered };
            work.stop_clock(&subject, &emergency.collaboration, ClockKind::ChecklistItem, reason).await
        }
    }
}

/// The all-clear: the problem is solved, and the emergency is over.
///
/// # Errors
/// When the caller has no part in it, it does not run, or nothing is said.
pub async fn all_clear(work: &mut Work<'_>, id: &EmergencyId, words: &str) -> Result<Emergency, ActionError> {
    let emergency = work.emergency_for(id, Deed::Settle).await?;
    if !emergency.is_running() {
        return Err(huan_core::emergency::EmergencyError::WrongPhase(emergency.phase.name()).into());
    }
    Box::pin(problems::close_problem(work, &emergency.problem, words)).await?;
    let found = work.tx.emergency(&work.app.workspace, id).await?;
    found.ok_or(ActionError::NotFound("emergency"))
}

/// Acknowledges the emergency: the telephone stops ringing.
///
/// # Errors
/// When the caller may not answer it, or it is over.
pub async fn acknowledge(work: &mut Work<'_>, id: &EmergencyId, words: Option<&str>) -> Result<Emergency, ActionError> {
    let emergency = work.emergency_for(id, Deed::AnswerForIt).await?;
    let taken = huan_core::i18n::text(work.language(), "chat.problem_taken", &[]);
    Box::pin(problems::answer_problem(work, &emergency.problem, words.unwrap_or(&taken), None)).await?;
    let found = work.tx.emergency(&work.app.workspace, id).await?;
    found.ok_or(ActionError::NotFound("emergency"))
}

/// Gives a role to somebody.
///
/// # Errors
/// When the caller has no part in it, there is no such role, or the person is not in the collaboration.
pub async fn fill_role(
    work: &mut Work<'_>,
    id: &EmergencyId,
    role: &str,
    person: &PersonId,
) -> Result<Emergency, ActionError> {
    let mut step = Step::begin(work, id, Deed::Settle).await?;
    let known = work.person(person, "person").await?;
    if known.standing != Standing::Active {
        return Err(ActionError::field("person", "unknown"));
    }
    if !step.emergency.fill_role(role, person.clone())? {
        return Ok(step.emergency);
    }
    let name = step.emergency.roles.iter().find(|one| one.key == role).map(|one| one.name.clone());
    let event = Event::RoleFilled { role: name.unwrap_or_default(), person: person.clone() };
    let emergency = step.finish(work, Some(event)).await?;
    tell_roles(work, &emergency, std::slice::from_ref(person)).await?;
    groups::invite_to_war_room(work, &emergency, person).await?;
    Ok(emergency)
}

/// Says where the people concerned meet: a group of the collaboration, the address of a conference, or both.
///
/// # Errors
/// When the caller has no part in it, or the group is not one of the collaboration.
pub async fn set_war_room(
    work: &mut Work<'_>,
    id: &EmergencyId,
    channel: Option<&ChannelId>,
    meeting: Option<&str>,
) -> Result<Emergency, ActionError> {
    let mut step = Step::begin(work, id, Deed::Settle).await?;
    if let Some(channel) = channel {
        let groups = work.tx.channels_of(&work.app.workspace, &step.emergency.collaboration).await?;
        if !groups.iter().any(|group| group.id == *channel) {
            return Err(ActionError::field("channel", "unknown"));
        }
    }
    let meeting = match meeting.map(str::trim).filter(|address| !address.is_empty()) {
        Some(address) if address.starts_with("https://") || address.starts_with("http://") => {
            Some(input::text("meeting", address, input::SHORT)?)
        }
        Some(_) => return Err(ActionError::field("meeting", "unknown")),
        None => None,
    };
    step.emergency.war_room = channel.cloned();
    if step.emergency.meeting != meeting {
        let event = Event::Changed {
            field: "meeting".to_owned(),
            from: step.before.meeting.clone().unwrap_or_default(),
            to: meeting.clone().unwrap_or_default(),
        };
        step.emergency.meeting = meeting;
        return step.finish(work, Some(event)).await;
    }
    step.finish(work, None).await
}

/// A note in the timeline.
///
/// # Errors
/// When the caller may not see it or is a guest, or nothing is said.
pub async fn note(work: &mut Work<'_>, id: &EmergencyId, text: &str) -> Result<Emergency, ActionError> {
    let step = Step::begin(work, id, Deed::EditRecord).await?;
    let text = input::text("text", text, input::LONG)?;
    step.finish(work, Some(Event::Noted { text })).await
}

/// A stage report by hand: it goes to all groups, and the time to the next one begins anew.
///
/// # Errors
/// When the caller may not, it does not run, or nothing is said.
pub async fn report_stage(work: &mut Work<'_>, id: &EmergencyId, text: &str) -> Result<Emergency, ActionError> {
    let emergency = work.emergency_for(id, Deed::EditRecord).await?;
    if !emergency.is_running() {
        return Err(huan_core::emergency::EmergencyError::WrongPhase(emergency.phase.name()).into());
    }
    let text = input::text("text", text, input::LONG)?;
    post_stage_report(work, &emergency, text, false).await?;
    let collaboration = paced_collaboration(work, &emergency).await?;
    if let Some(commander) = emergency.commander() {
        let subject = Subject::Emergency(emergency.id.clone());
        work.start_emergency_clock(subject, &commander.clone(), &collaboration, Trigger::StageReport).await?;
    }
    Ok(emergency)
}

/// The stage report that goes out because its time has come, drafted from what is known.
///
/// # Errors
/// When the database fails.
pub(crate) async fn report_stage_by_itself(work: &mut Work<'_>, emergency: &Emergency) -> Result<(), ActionError> {
    let words = stage_report_draft(work, emergency).await?;
    post_stage_report(work, emergency, words, true).await
}

/// What a stage report would say now.
///
/// # Errors
/// When the database fails.
pub async fn stage_report_draft(work: &mut Work<'_>, emergency: &Emergency) -> Result<String, ActionError> {
    let language = work.language();
    stage_words(&mut work.tx, &work.app.workspace, emergency, work.now, language).await
}

/// What a stage report would say at `now`.
///
/// # Errors
/// When the database fails.
pub async fn stage_words(
    conn: &mut Conn,
    workspace: &huan_core::id::WorkspaceId,
    emergency: &Emergency,
    now: Timestamp,
    language: Language,
) -> Result<String, ActionError> {
    let problem = conn.problem(workspace, &emergency.problem).await?.ok_or(ActionError::NotFound("problem"))?;
    let checklist = conn.checklist(workspace, &emergency.id).await?;
    let first = match emergency.acknowledged.first() {
        Some(first) => conn.person(workspace, &first.person).await?.map(|person| person.name),
        None => None,
    };
    let last_words = match &problem.state {
        ProblemState::Answered(answer) => Some(answer.text.as_str()),
        _ => None,
    };
    let facts = StageFacts {
        title: &problem.title,
        severity: emergency.severity,
        running_for: now.duration_since(emergency.started_at),
        acknowledged_by: first.as_deref(),
        last_words,
        late: checklist.iter().filter(|item| item.is_late(now)).count(),
        checklist: &checklist,
    };
    Ok(stage_report(&facts, language))
}

async fn post_stage_report(
    work: &mut Work<'_>,
    emergency: &Emergency,
    text: String,
    automatic: bool,
) -> Result<(), ActionError> {
    let found = work.tx.problem(&work.app.workspace, &emergency.problem).await?;
    let problem = found.ok_or(ActionError::NotFound("problem"))?;
    let subject = Subject::Emergency(emergency.id.clone());
    let event = Event::StageReported { text: text.clone(), automatic };
    work.happened(subject, Some(&emergency.collaboration), event);
    let notice = Notice::StageReport { emergency: emergency.id.clone(), text };
    work.say_in_all_groups(&problem, false, &notice).await
}

/// A step of a point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemStep {
    /// Done.
    Tick,
    /// Left out.
    Skip {
        /// Why.
        reason: String,
    },
    /// Not done after all.
    Untick,
}

/// Does a step with a point of the checklist. `version` is the one that the caller saw, where they saw one.
///
/// # Errors
/// When the caller may not, the emergency does not run, or the point is not in a state for it.
pub async fn step_item(
    work: &mut Work<'_>,
    id: &ChecklistItemId,
    step: ItemStep,
    version: Option<i64>,
) -> Result<Emergency, ActionError> {
    let found = work.tx.checklist_item(&work.app.workspace, id).await?;
    let mut item = found.ok_or(ActionError::NotFound("checklist_item"))?;
    let emergency = work.emergency_for(&item.emergency, Deed::EditRecord).await?;
    require_running(&emergency)?;
    if version.is_some_and(|seen| seen != item.version) {
        return Err(ActionError::VersionConflict("checklist_item"));
    }
    let by = work.caller()?.person().clone();
    let text = item.text.clone();
    let event = match step {
        ItemStep::Tick => {
            item.tick(by, work.now)?;
            Event::ItemDone { text }
        }
        ItemStep::Skip { reason } => {
            let reason = input::text("reason", &reason, input::SHORT)?;
            item.skip(reason.clone(), by, work.now)?;
            Event::ItemSkipped { text, reason }
        }
        ItemStep::Untick => {
            item.untick()?;
            Event::ItemReopened { text }
        }
    };
    work.tx.update_checklist_item(&work.app.workspace, &mut item).await?;
    work.happened(Subject::Emergency(emergency.id.clone()), Some(&emergency.collaboration), event);
    let collaboration = paced_collaboration(work, &emergency).await?;
    move_item_clock(work, &emergency, &item, &collaboration).await?;
    Ok(emergency)
}

/// Adds a point to the checklist.
///
/// # Errors
/// When the caller may not, the emergency does not run, there is no such role, or the time has passed.
pub async fn add_item(
    work: &mut Work<'_>,
    id: &EmergencyId,
    text: &str,
    role: Option<&str>,
    due_at: Option<Timestamp>,
) -> Result<Emergency, ActionError> {
    let emergency = work.emergency_for(id, Deed::EditRecord).await?;
    require_running(&emergency)?;
    let text = input::text("text", text, input::SHORT)?;
    if role.is_some_and(|role| !emergency.roles.iter().any(|one| one.key == role)) {
        return Err(ActionError::field("role", "unknown"));
    }
    let due_at = due_at.unwrap_or(work.now + POINT_WITHIN);
    if due_at <= work.now {
        return Err(ActionError::field("due_at", "past"));
    }
    let points = work.tx.checklist(&work.app.workspace, id).await?.len();
    if points >= MOST_POINTS {
        return Err(ActionError::field("text", "out_of_range"));
    }
    let place = u32::try_from(points).unwrap_or(u32::MAX);
    let item = emergency.new_item(work.new_id(), place, text.clone(), role.map(str::to_owned), due_at);
    work.tx.insert_checklist_item(&work.app.workspace, &item).await?;
    let added = Event::ItemAdded { text, due_at };
    work.happened(Subject::Emergency(emergency.id.clone()), Some(&emergency.collaboration), added);
    let collaboration = paced_collaboration(work, &emergency).await?;
    move_item_clock(work, &emergency, &item, &collaboration).await?;
    Ok(emergency)
}

fn require_running(emergency: &Emergency) -> Result<(), ActionError> {
    match emergency.is_running() {
        true => Ok(()),
        false => Err(huan_core::emergency::EmergencyError::WrongPhase(emergency.phase.name()).into()),
    }
}

/// Whoever leaves, or leaves the collaboration `within`, had roles in emergencies: the successor has them from now on, else
/// whoever answers for the matter (I7).
///
/// # Errors
/// When the database fails.
pub(super) async fn hand_over(
    work: &mut Work<'_>,
    from: &PersonId,
    successor: Option<&PersonId>,
    within: Option<&CollaborationId>,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let mut all = work.tx.running_emergencies(workspace).await?;
    all.extend(work.tx.emergencies_without_report(workspace).await?);
    let here = |emergency: &Emergency| within.is_none_or(|one| emergency.collaboration == *one);
    for emergency in all.into_iter().filter(|emergency| emergency.has_role(from) && here(emergency)) {
        let to = match successor {
            Some(successor) => successor.clone(),
            None => match stand_in(work, &emergency, from).await? {
                Some(person) => person,
                None => continue,
            },
        };
        let mut step = Step::of(emergency);
        let roles = step.emergency.roles.iter().filter(|role| role.person == *from).map(|role| role.name.clone());
        let role = roles.collect::<Vec<_>>().join("、");
        step.emergency.hand_over(from, &to);
        step.finish(work, Some(Event::RoleFilled { role, person: to })).await?;
    }
    Ok(())
}

/// Who is here and has to do with an emergency, other than `from`.
async fn stand_in(
    work: &mut Work<'_>,
    emergency: &Emergency,
    from: &PersonId,
) -> Result<Option<PersonId>, ActionError> {
    let workspace = &work.app.workspace;
    let problem = work.tx.problem(workspace, &emergency.problem).await?;
    let mut people: Vec<PersonId> =
        problem.into_iter().flat_map(|problem| [problem.owner, problem.raised_by]).collect();
    people.extend(emergency.roles.iter().map(|role| role.person.clone()));
    let known = work.tx.people_by_id(workspace, &people).await?;
    let here = |id: &PersonId| {
        id != from && known.iter().any(|person| person.id == *id && person.standing == Standing::Active)
    };
    Ok(people.into_iter().find(here))
}
