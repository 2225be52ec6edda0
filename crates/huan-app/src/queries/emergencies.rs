//! Emergencies as pages show them: the list, and the war room with its roles, checklist, timeline and report.

use std::collections::HashSet;

use huan_core::{
    clock::Clock,
    emergency::{
        ChecklistItem, Emergency, FaultReport, ItemState, Phase, PlanTemplate, ReportFacts, ReportLine, TimelineKind,
        draft, kind_of,
    },
    history::Subject,
    id::{ChannelId, EmergencyId, PersonId},
    permission::{self, CollaborationDeed, Deed},
    problem::{Problem, ProblemState},
};
use huan_store::{EmergencyFilter, Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    groups::{self, GroupRequestView},
    history,
    names::{Names, PersonRef},
    problems::{self, ProblemView},
};
use crate::{actions::emergencies, error::ActionError};

/// The most entries of a timeline that are read from one source.
const LONGEST: u32 = 1_000;

/// An emergency in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EmergencyView {
    /// The id.
    pub id: String,
    /// Its problem: what is wrong, who is asked, who comes next.
    pub problem: ProblemView,
    /// The plan's name.
    pub plan: String,
    /// `one`, `two` or `three`.
    pub severity: &'static str,
    /// `running`, `all_clear` or `stood_down`.
    pub phase: &'static str,
    /// Whether this is a drill.
    pub drill: bool,
    /// Whether telephones ring; in a drill only when that was chosen.
    pub calls: bool,
    /// Who acknowledged, the first one first.
    pub acknowledged: Vec<AcknowledgedView>,
    /// How many points of the checklist are done or left out.
    pub done: usize,
    /// How many there are.
    pub points: usize,
    /// Whether the fault report is filed.
    pub report_filed: bool,
    /// When it started.
    pub started_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// Somebody who acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AcknowledgedView {
    /// Who.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// The war room of an emergency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WarRoomView {
    /// What a list shows of it.
    #[serde(flatten)]
    pub emergency: EmergencyView,
    /// The roles.
    pub roles: Vec<RoleView>,
    /// The checklist, in the order in which its points are due.
    pub checklist: Vec<ItemView>,
    /// The group that serves as war room.
    pub war_room: Option<RoomView>,
    /// The groups of the collaboration that could.
    pub rooms: Vec<RoomView>,
    /// The group that was asked for as its war room, and what became of it.
    pub group: Option<GroupRequestView>,
    /// The address of a conference.
    pub meeting: Option<String>,
    /// When the next stage report goes out, or by when the fault report is due.
    pub clock: Option<ClockView>,
    /// What the next stage report would say now.
    pub stage_draft: Option<String>,
    /// The all-clear.
    pub all_clear: Option<AllClearView>,
    /// The fault report: as it was written, or a draft from the timeline.
    #[schema(value_type = Option<Object>)]
    pub report: Option<FaultReport>,
    /// Whether the report is one that somebody wrote, not a draft.
    pub report_written: bool,
    /// The names of the people whom the report names, by id.
    pub report_people: Vec<PersonRef>,
    /// What the reader may do with it.
    pub rights: PlanRights,
}

/// A role of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoleView {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What it answers for.
    pub duty: String,
    /// Who has it.
    pub person: PersonRef,
}

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemView {
    /// The id.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// The name of the role that answers for it.
    pub role: Option<String>,
    /// Who that is.
    pub person: Option<PersonRef>,
    /// By when.
    pub due_at: Timestamp,
    /// `open`, `done` or `skipped`.
    pub state: &'static str,
    /// Who did it or left it out.
    pub by: Option<PersonRef>,
    /// When.
    pub at: Option<Timestamp>,
    /// Why it was left out.
    pub reason: Option<String>,
    /// Grows with each change.
    pub version: i64,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoomView {
    /// The id of the channel.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its platform.
    pub platform: String,
}

/// The all-clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AllClearView {
    /// The words.
    pub words: String,
    /// Who gave it.
    pub by: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// What the reader may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanRights {
    /// Acknowledge.
    pub acknowledge: bool,
    /// Fill roles, give the all-clear, write and file the report.
    pub lead: bool,
    /// Tick points, add points and notes, give a stage report.
    pub work: bool,
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// The id of the entry of the history or of the message.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub kind: &'static str,
    /// What it is, in the reader's language.
    pub label: String,
    /// Who did or said it; none when Huan did.
    pub actor: Option<String>,
    /// The words.
    pub text: String,
    /// The platform on which it was said.
    pub platform: Option<String>,
    /// An address that opens the message.
    pub link: Option<String>,
}

/// The emergency with its problem, when the reader may see it.
///
/// # Errors
/// When there is none, they may not see it, or the database fails.
pub async fn visible(look: &mut Look<'_>, id: &EmergencyId) -> Result<(Emergency, Problem), ActionError> {
    let found = look.conn.emergency(&look.app.workspace, id).await?;
    let emergency = found.ok_or(ActionError::NotFound("emergency"))?;
    let problem = problems::visible(look, &emergency.problem).await?;
    Ok((emergency, problem))
}

/// A page of the emergencies that the reader may see.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    mut filter: EmergencyFilter,
    page: &Page,
) -> Result<(Listed<Emergency>, Vec<EmergencyView>), ActionError> {
    filter.sight = Some(match &filter.collaboration {
        Some(collaboration) => {
            let role = look.role(collaboration).await?;
            permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
            look.sight(role)
        }
        None => look.wide_sight().await?,
    });
    let listed = look.conn.emergencies(&look.app.workspace, &filter, page).await?;
    let mut views = Vec::with_capacity(listed.rows.len());
    for emergency in &listed.rows {
        views.push(view(look, emergency).await?);
    }
    Ok((listed, views))
}

/// The emergency of a problem, for pages that show the problem.
///
/// # Errors
/// When the database fails.
pub async fn of_problem(
    look: &mut Look<'_>,
    problem: &huan_core::id::ProblemId,
) -> Result<Option<EmergencyId>, ActionError> {
    Ok(look.conn.emergency_of(&look.app.workspace, problem).await?.map(|emergency| emergency.id))
}

async fn view(look: &mut Look<'_>, emergency: &Emergency) -> Result<EmergencyView, ActionError> {
    let problem = problems::one(look, &emergency.problem).await?;
    let people = emergency.acknowledged.iter().map(|one| one.person.clone()).collect();
    let names = Names::of_people(look, people).await?;
    let checklist = look.conn.checklist(&look.app.workspace, &emergency.id).await?;
    Ok(EmergencyView {
        id: emergency.id.to_string(),
        problem,
        plan: emergency.plan_name.clone(),
        severity: emergency.severity.name(),
        phase: emergency.phase.name().name(),
        drill: emergency.drill,
        calls: emergency.calls,
        acknowledged: emergency
            .acknowledged
            .iter()
            .map(|one| AcknowledgedView { person: names.person(&one.person), at: one.at })
            .collect(),
        done: checklist.iter().filter(|item| !item.is_open()).count(),
        points: checklist.len(),
        report_filed: emergency.is_filed(),
        started_at: emergency.started_at,
        ended_at: emergency.ended_at(),
        version: emergency.version,
    })
}

/// The war room of an emergency.
///
/// # Errors
/// When there is none, the reader may not see it, or the database fails.
pub async fn war_room(look: &mut Look<'_>, id: &EmergencyId) -> Result<WarRoomView, ActionError> {
    let (emergency, problem) = visible(look, id).await?;
    let workspace = &look.app.workspace;
    let checklist = look.conn.checklist(workspace, id).await?;
    let mut people: Vec<PersonId> = emergency.roles.iter().map(|role| role.person.clone()).collect();
    people.extend(checklist.iter().filter_map(|item| done_by(item).map(|(by, _)| by.clone())));
    if let Phase::AllClear { by, .. } = &emergency.phase {
        people.push(by.clone());
    }
    let report_written = emergency.report.is_some();
    let report = match (&emergency.report, &emergency.phase) {
        (Some(report), _) => Some(report.clone()),
        (None, Phase::AllClear { .. }) => Some(report_draft(look, &emergency, &problem).await?),
        (None, _) => None,
    };
    let named: Vec<PersonId> = report.iter().flat_map(people_of).collect();
    people.extend(named.iter().cloned());
    let names = Names::of_people(look, people).await?;
    let rooms = rooms(look, &emergency).await?;
    let group = groups::of_emergency(look, id).await?;
    let running = clocks::of(look, &[Subject::Emergency(id.clone())]).await?;
    let clock = match (running.get(id.as_str()), emergency.commander()) {
        (Some(clock), Some(commander)) => Some(clock_view(look, clock, commander).await?),
        _ => None,
    };
    let stage_draft = match emergency.is_running() {
        true => {
            let language = look.caller.language;
            Some(emergencies::stage_words(look.conn, workspace, &emergency, look.now, language).await?)
        }
        false => None,
    };
    let item = |item: &ChecklistItem| item_view(&emergency, item, &names);
    let role = look.role(&emergency.collaboration).await?;
    let view = view(look, &emergency).await?;
    let viewer = &look.caller.viewer;
    let has_role = emergency.has_role(&viewer.person);
    let matter = permission::Matter {
        takes_part: has_role || view.problem.may.settle,
        ..permission::Matter::problem(&problem, role, false)
    };
    let may = |deed| permission::may(viewer, deed, &matter).is_ok();
    let rights = PlanRights {
        acknowledge: problem.state.is_open() && view.problem.may.answer,
        lead: may(Deed::Settle),
        work: may(Deed::EditRecord),
    };
    Ok(WarRoomView {
        roles: emergency
            .roles
            .iter()
            .map(|role| RoleView {
                key: role.key.clone(),
                name: role.name.clone(),
                duty: role.duty.clone(),
                person: names.person(&role.person),
            })
            .collect(),
        checklist: checklist.iter().map(item).collect(),
        war_room: rooms
            .iter()
            .find(|room| emergency.war_room.as_ref().is_some_and(|id| room.id == id.as_str()))
            .cloned(),
        rooms,
        group,
        meeting: emergency.meeting.clone(),
        clock,
        stage_draft,
        all_clear: match &emergency.phase {
            Phase::AllClear { words, by, at } => {
                Some(AllClearView { words: words.clone(), by: names.person(by), at: *at })
            }
            Phase::Running | Phase::StoodDown { .. } => None,
        },
        report,
        report_written,
        report_people: named.iter().map(|person| names.person(person)).collect(),
        rights,
        emergency: view,
    })
}

async fn clock_view(look: &mut Look<'_>, clock: &Clock, whose: &PersonId) -> Result<ClockView, ActionError> {
    let names = Names::of_people(look, vec![whose.clone()]).await?;
    let hours = names.hours(whose);
    Ok(clocks::view(look, clock, &hours))
}

fn people_of(report: &FaultReport) -> Vec<PersonId> {
    let owners = report.measures.iter().filter_map(|measure| measure.owner.clone());
    owners.chain(report.filed.as_ref().map(|filed| filed.by.clone())).collect()
}

fn done_by(item: &ChecklistItem) -> Option<(&PersonId, Timestamp)> {
    match &item.state {
        ItemState::Open => None,
        ItemState::Done { by, at } | ItemState::Skipped { by, at, .. } => Some((by, *at)),
    }
}

fn item_view(emergency: &Emergency, item: &ChecklistItem, names: &Names) -> ItemView {
    let role = item.role.as_deref().and_then(|key| emergency.roles.iter().find(|role| role.key == key));
    let done = done_by(item);
    ItemView {
        id: item.id.to_string(),
        text: item.text.clone(),
        role: role.map(|role| role.name.clone()),
        person: emergency.holder(item.role.as_deref()).map(|person| names.person(person)),
        due_at: item.due_at,
        state: match &item.state {
            ItemState::Open => "open",
            ItemState::Done { .. } => "done",
            ItemState::Skipped { .. } => "skipped",
        },
        by: done.map(|(by, _)| names.person(by)),
        at: done.map(|(_, at)| at),
        reason: match &item.state {
            ItemState::Skipped { reason, .. } => Some(reason.clone()),
            _ => None,
        },
        version: item.version,
    }
}

async fn rooms(look: &mut Look<'_>, emergency: &Emergency) -> Result<Vec<RoomView>, ActionError> {
    let channels = look.conn.channels_of(&look.app.workspace, &emergency.collaboration).await?;
    let rooms = channels.into_iter().filter(|channel| channel.present).filter_map(|channel| {
        let account = look.app.account(&channel.account)?;
        Some(RoomView { id: channel.id.to_string(), title: channel.title, platform: account.platform.to_string() })
    });
    Ok(rooms.collect())
}

/// The timeline: the history of the problem, the emergency and its checklist, and what was said in the war room while it
/// ran. The oldest entry comes first.
///
/// # Errors
/// When there is none, the reader may not see it, or the database fails.
pub async fn timeline(look: &mut Look<'_>, id: &EmergencyId) -> Result<Vec<TimelineEntry>, ActionError> {
    let (emergency, _) = visible(look, id).await?;
    timeline_of(look, &emergency).await
}

async fn timeline_of(look: &mut Look<'_>, emergency: &Emergency) -> Result<Vec<TimelineEntry>, ActionError> {
    let workspace = &look.app.workspace;
    let mut subjects = vec![Subject::Problem(emergency.problem.clone()), Subject::Emergency(emergency.id.clone())];
    let checklist = look.conn.checklist(workspace, &emergency.id).await?;
    subjects.extend(checklist.into_iter().map(|item| Subject::ChecklistItem(item.id)));
    let mut timeline = Vec::new();
    for entry in history::of_all(look, &subjects, LONGEST).await? {
        let Some(kind) = kind_of(&entry.event) else { continue };
        let SourceOf { platform, link } = SourceOf::entry(&entry);
        let text = entry.text;
        let actor = entry.actor.map(|actor| actor.name);
        timeline.push(line(look, (entry.id, entry.at, kind), actor, text, platform, link));
    }
    if let Some(room) = &emergency.war_room {
        for message in messages(look, room, emergency).await? {
            let platform = look.app.account(&message.account).map(|account| account.platform.to_string());
            let moment = (message.id.to_string(), message.sent_at, TimelineKind::Message);
            timeline.push(line(look, moment, Some(message.speaker_name), message.text, platform, message.link));
        }
    }
    // Stable: what happened in the same instant keeps the order in which it was written.
    timeline.sort_by_key(|entry| entry.at);
    Ok(timeline)
}

struct SourceOf {
    platform: Option<String>,
    link: Option<String>,
}

impl SourceOf {
    fn entry(entry: &history::EntryView) -> Self {
        Self { platform: entry.source.platform.clone(), link: entry.source.link.clone() }
    }
}

fn line(
    look: &Look<'_>,
    (id, at, kind): (String, Timestamp, TimelineKind),
    actor: Option<String>,
    text: String,
    platform: Option<String>,
    link: Option<String>,
) -> TimelineEntry {
    let label = huan_core::i18n::text(look.caller.language, &format!("emergency.timeline.{kind}"), &[]);
    TimelineEntry { id, at, kind: kind.name(), label, actor, text, platform, link }
}

/// What was said in the war room while the emergency ran, with the message from which it was raised.
async fn messages(
    look: &mut Look<'_>,
    room: &ChannelId,
    emergency: &Emergency,
) -> Result<Vec<huan_core::message::Message>, ActionError> {
    let until = emergency.ended_at().unwrap_or(look.now);
    let found = look.conn.messages_between(&look.app.workspace, room, emergency.started_at, until, LONGEST).await?;
    Ok(found)
}

/// A draft of the fault report from what the timeline tells.
///
/// # Errors
/// When the database fails.
async fn report_draft(
    look: &mut Look<'_>,
    emergency: &Emergency,
    problem: &Problem,
) -> Result<FaultReport, ActionError> {
    let timeline = timeline_of(look, emergency).await?;
    let first = emergency.acknowledged.first();
    let names = Names::of_people(look, first.iter().map(|one| one.person.clone()).collect()).await?;
    let by = first.map(|one| names.person(&one.person).name).unwrap_or_default();
    // A delivery to each person is noise in a report; what went wrong with one is not.
    let told = |kind: &str| kind != TimelineKind::Called.name();
    let lines = timeline.into_iter().filter(|entry| told(entry.kind)).map(|entry| ReportLine {
        at: entry.at,
        text: match entry.actor {
            Some(actor) => format!("{actor}：{}", entry.text),
            None => entry.text,
        },
    });
    let facts = ReportFacts {
        title: &problem.title,
        detail: &problem.detail,
        severity: emergency.severity,
        drill: emergency.drill,
        started_at: emergency.started_at,
        acknowledged: first.map(|one| (one.at, by.as_str())),
        ended_at: emergency.ended_at().unwrap_or(look.now),
        solution: match &problem.state {
            ProblemState::Closed { solution, .. } => Some(solution.as_str()),
            _ => None,
        },
        timeline: lines.collect(),
        zone: &look.caller.zone,
    };
    Ok(draft(facts, look.caller.language))
}

/// The templates of emergency plans, in the reader's language where nobody edited them.
///
/// # Errors
/// When the database fails.
pub async fn templates(look: &mut Look<'_>) -> Result<Vec<(PlanTemplate, bool)>, ActionError> {
    let language = look.caller.language;
    let own = look.conn.plan_templates(&look.app.workspace).await?;
    let own: HashSet<String> = own.into_iter().map(|template| template.key).collect();
    let all = emergencies::templates(look.conn, &look.app.workspace, language).await?;
    Ok(all
        .into_iter()
        .map(|template| {
            let edited = own.contains(&template.key);
            (template, edited)
        })
        .collect())
}
