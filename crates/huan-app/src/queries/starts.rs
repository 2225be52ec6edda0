//! Unfinished starts and charters, with what is missing or doubtful in them, as pages show them.

use huan_core::{
    charter::{Charter, CharterFinding, Connected, Content, Missing, Tool},
    goal::GoalProposal,
    i18n::text,
    id::{CollaborationId, PersonId, StartId},
    permission::{self, CollaborationDeed},
    start::{Start, StartFinding, StartFrom, UnfinishedStart, templates},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Names, PersonRef},
};
use crate::error::ActionError;

/// An unfinished start in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StartSummary {
    /// The id.
    pub id: String,
    /// What was entered as its name; may be empty.
    pub name: String,
    /// What it starts from, in the reader's language.
    pub origin: String,
    /// When something was entered.
    pub updated_at: Timestamp,
}

/// An unfinished start.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StartView {
    /// What the list shows of it.
    #[serde(flatten)]
    pub summary: StartSummary,
    /// What was entered.
    #[schema(value_type = Object)]
    pub start: Start,
    /// What keeps it from being carried out; nothing when it is complete.
    pub findings: Vec<StartFindingView>,
    /// A goal that would do, as an example.
    pub example: String,
    /// Who is named in it, the reader first.
    pub people: Vec<PersonRef>,
    /// Which tools can be chosen for what, the chosen one marked.
    pub tools: Vec<ToolView>,
    /// Grows with each change.
    pub version: i64,
}

/// What keeps a start from being carried out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StartFindingView {
    /// `name`, `goal`, `milestones`, `duties` or `rules`.
    pub part: &'static str,
    /// The stable code.
    pub code: String,
    /// The place of the milestone or duty, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// What it is, in the reader's language.
    pub message: String,
    /// The goal as it would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<GoalProposalView>,
}

/// A goal as it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GoalProposalView {
    /// The words.
    pub goal: String,
    /// The day.
    #[schema(value_type = Option<String>)]
    pub on: Option<Date>,
}

/// Which tools can be chosen for something.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ToolView {
    /// For what: the stable name.
    pub content: &'static str,
    /// For what, in the reader's language.
    pub name: String,
    /// What Huan does by that choice, in the reader's language.
    pub effect: String,
    /// The tool that is chosen.
    pub tool: &'static str,
    /// All that can be chosen.
    pub choices: Vec<ToolChoice>,
    /// What is still to be set up before it goes there: `group`, `project` or `mirror`.
    pub missing: Option<&'static str>,
}

/// A tool that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToolChoice {
    /// The stable name.
    pub tool: &'static str,
    /// The name in the reader's language.
    pub name: String,
}

/// The charter of a collaboration.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CharterView {
    /// Milestones, duties and tools.
    #[schema(value_type = Object)]
    pub charter: Charter,
    /// What is missing or doubtful.
    pub findings: Vec<StartFindingView>,
    /// Who is named in it.
    pub people: Vec<PersonRef>,
    /// Which tools can be chosen for what, the chosen one marked.
    pub tools: Vec<ToolView>,
    /// Whether the reader may change it.
    pub may_manage: bool,
    /// Grows with each change; 0 where nothing was agreed on.
    pub version: i64,
}

/// The reader's unfinished starts, the one worked on last first.
///
/// # Errors
/// When the database fails.
pub async fn list(look: &mut Look<'_>) -> Result<Vec<StartSummary>, ActionError> {
    let me = look.caller.person().clone();
    let starts = look.conn.unfinished_starts(&look.app.workspace, &me).await?;
    let mut summaries = Vec::with_capacity(starts.len());
    for start in &starts {
        summaries.push(summary(look, start).await?);
    }
    Ok(summaries)
}

async fn summary(look: &mut Look<'_>, kept: &UnfinishedStart) -> Result<StartSummary, ActionError> {
    let origin = match &kept.start.from {
        StartFrom::Situation { situation } => text(look.caller.language, &format!("domain.situation.{situation}"), &[]),
        StartFrom::Collaboration { collaboration } => {
            look.conn.collaboration(&look.app.workspace, collaboration).await?.map(|one| one.name).unwrap_or_default()
        }
    };
    Ok(StartSummary { id: kept.id.to_string(), name: kept.start.name.clone(), origin, updated_at: kept.updated_at })
}

/// An unfinished start of the reader.
///
/// # Errors
/// When there is none, it is somebody else's, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &StartId) -> Result<StartView, ActionError> {
    let kept = own(look, id).await?;
    let me = look.caller.person().clone();
    let start = &kept.start;
    let mut people: Vec<PersonId> = vec![me.clone()];
    people.extend(start.members.iter().map(|member| member.person.clone()));
    people.extend(start.charter.duties.iter().filter_map(|duty| duty.person.clone()));
    let now = look.now.to_zoned(look.caller.zone.clone());
    let findings = start.review(&me, &now).iter().map(|finding| finding_view(look, finding)).collect();
    let example = match &start.from {
        StartFrom::Situation { situation } => {
            let all = templates(look.caller.language);
            all.iter().find(|template| template.situation == *situation).map(|one| one.goal.clone())
        }
        StartFrom::Collaboration { .. } => None,
    };
    Ok(StartView {
        summary: summary(look, &kept).await?,
        findings,
        example: example.unwrap_or_default(),
        people: tags(look, people).await?,
        tools: tools(look, &start.charter, None),
        version: kept.version,
        start: kept.start,
    })
}

/// The start, when it is the reader's.
pub(super) async fn own(look: &mut Look<'_>, id: &StartId) -> Result<UnfinishedStart, ActionError> {
    let found = look.conn.unfinished_start(&look.app.workspace, id).await?;
    found.filter(|start| start.person == *look.caller.person()).ok_or(ActionError::NotFound("start"))
}

/// Name tags, each once, in the order given.
async fn tags(look: &mut Look<'_>, mut people: Vec<PersonId>) -> Result<Vec<PersonRef>, ActionError> {
    let mut seen = std::collections::HashSet::new();
    people.retain(|person| seen.insert(person.clone()));
    let names = Names::of_people(look, people.clone()).await?;
    Ok(people.iter().map(|person| names.person(person)).collect())
}

/// What a collaboration is connected with.
pub(super) async fn connected(look: &mut Look<'_>, id: &CollaborationId) -> Result<Connected, ActionError> {
    let workspace = &look.app.workspace;
    let channels = look.conn.channels_of(workspace, id).await?.into_iter().filter(|channel| channel.present);
    let groups = channels.filter_map(|channel| Some(look.app.account(&channel.account)?.platform.clone())).collect();
    let project = look.conn.binding_of(workspace, id).await?.is_some();
    let mirror = look.conn.mirror_of(workspace, id).await?.is_some();
    Ok(Connected { groups, project, mirror })
}

/// Which tools can be chosen; of a collaboration that runs, with what is still to be set up.
pub(super) fn tools(look: &Look<'_>, charter: &Charter, connected: Option<&Connected>) -> Vec<ToolView> {
    let language = look.caller.language;
    let name = |tool: Tool| text(language, &format!("start.tool.{tool}"), &[]);
    let view = |content: &Content| ToolView {
        content: content.name(),
        name: text(language, &format!("start.content.{content}"), &[]),
        effect: text(language, &format!("start.content.{content}.effect"), &[]),
        tool: charter.tool(*content).name(),
        choices: content.tools().iter().map(|tool| ToolChoice { tool: tool.name(), name: name(*tool) }).collect(),
        missing: connected.and_then(|connected| charter.missing(*content, connected)).map(Missing::name),
    };
    Content::ALL.iter().map(view).collect()
}

fn finding_view(look: &Look<'_>, finding: &StartFinding) -> StartFindingView {
    let language = look.caller.language;
    let plain = |part, code: &str| StartFindingView {
        part,
        code: code.to_owned(),
        place: None,
        message: text(language, &format!("start.finding.{code}"), &[]),
        proposal: None,
    };
    match finding {
        StartFinding::Unnamed => plain("name", "unnamed"),
        StartFinding::NoRules => plain("rules", "no_rules"),
        StartFinding::Goal(found) => StartFindingView {
            part: "goal",
            code: found.doubt.name().to_owned(),
            place: None,
            message: found.describe(language),
            proposal: found.proposal.clone().map(|GoalProposal { goal, on }| GoalProposalView { goal, on }),
        },
        StartFinding::Charter(found) => charter_finding(look, *found),
    }
}

fn charter_finding(look: &Look<'_>, found: CharterFinding) -> StartFindingView {
    StartFindingView {
        part: if found.flaw.is_of_a_milestone() { "milestones" } else { "duties" },
        code: found.flaw.name().to_owned(),
        place: Some(found.place),
        message: found.describe(look.caller.language),
        proposal: None,
    }
}

/// The charter of a collaboration.
///
/// # Errors
/// When the reader may not see the collaboration, or the database fails.
pub async fn charter(look: &mut Look<'_>, id: &CollaborationId) -> Result<CharterView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let workspace = &look.app.workspace;
    let collaboration = look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let (charter, version) = look.conn.charter(workspace, id).await?;
    let members = look.conn.memberships(workspace, id).await?;
    let members: Vec<PersonId> = members.into_iter().map(|member| member.person).collect();
    let today = look.now.to_zoned(look.caller.zone.clone()).date();
    let findings = charter.review(collaboration.goal_on, today, &members);
    // Where nothing was agreed on, nothing is missing.
    let connected = if version > 0 { Some(connected(look, id).await?) } else { None };
    let answering = charter.duties.iter().filter_map(|duty| duty.person.clone()).collect();
    Ok(CharterView {
        findings: findings.into_iter().map(|found| charter_finding(look, found)).collect(),
        people: tags(look, answering).await?,
        tools: tools(look, &charter, connected.as_ref()),
        may_manage: permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok(),
        charter,
        version,
    })
}
