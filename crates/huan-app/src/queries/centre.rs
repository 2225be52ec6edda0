//! The collaboration centre 「协作中心」: one page that answers at a glance whether things are on course, who owes what, what
//! was decided, and where everything is (C3).

use std::collections::{BTreeMap, HashMap};

use huan_core::{
    centre::course::Glance,
    clock::Clock,
    collaboration::Collaboration,
    history::Subject,
    id::{CollaborationId, PersonId},
    minutes::MinutesStage,
    permission::{self, CollaborationDeed},
};
use huan_store::{
    DocumentFilter, EntryFilter, MinutesFilter, Owed, Page, ProblemFilter, ProblemSort, RecordFilter, RecordSort,
};
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    collaborations::{self, CountsView},
    documents::{self, DocumentView},
    entries::{self, CentreEntry, SectionsView},
    minutes::{self, MinutesView},
    names::{Names, PersonRef},
    origin::OriginView,
    problems::{self, ProblemView},
    records::{self, RecordView},
    starts::{self, ToolView},
};
use crate::error::ActionError;

/// Clocks that end within this time are at risk.
const SOON: SignedDuration = SignedDuration::from_hours(24);
/// How many of each kind the page shows; the rest is a click away.
const FEW: u32 = 5;
/// How many clocks are read, of which the first few that the reader may see are shown.
const CLOCKS: u32 = 40;
/// How many entries of a section are shown.
const ENTRIES: u32 = 4;

/// All that the centre shows at a glance.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CentreView {
    /// `on`, `at_risk`, `off` or `done`.
    pub course: &'static str,
    /// What speaks against it, the worst first.
    pub against: Vec<AgainstView>,
    /// The core goal.
    pub goal: String,
    /// The day by which it is to be reached.
    pub goal_on: Option<String>,
    /// How many days are left until then; negative when it has passed.
    pub days_left: Option<i32>,
    /// The milestones, in order.
    pub milestones: Vec<MilestoneView>,
    /// What was agreed to go to a tool and does not go there yet, for whoever manages it.
    pub missing: Vec<ToolView>,
    /// Tasks and rows by status.
    pub counts: CountsView,
    /// The clocks that end within a day or have ended, the first to end first.
    pub clocks: Vec<RiskView>,
    /// Who owes what, who is late with most first.
    pub owing: Vec<OwingView>,
    /// The last decisions and meetings.
    pub minutes: Vec<MinutesView>,
    /// The open problems, the last changed first; without those of drills.
    pub problems: Vec<ProblemView>,
    /// The rows that changed last.
    pub records: Vec<RecordView>,
    /// The documents that changed last.
    pub documents: Vec<DocumentView>,
    /// The sections of what came of conversations.
    pub sections: SectionsView,
    /// The last entries of each section, by its key.
    pub entries: BTreeMap<String, Vec<CentreEntry>>,
    /// What was said, looks like a decision and is not in the centre yet: the newest.
    pub chat_decisions: Vec<OriginView>,
    /// Whether the reader may take things in.
    pub may_contribute: bool,
}

/// What speaks against a collaboration being on course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgainstView {
    /// `goal_passed`, `urgent`, `overdue`, `unanswered`, `blocked` or `no_day`.
    pub kind: &'static str,
    /// How often; for a goal that has passed the days since.
    pub count: i64,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MilestoneView {
    /// What is reached.
    pub name: String,
    /// By which day.
    pub on: Option<String>,
    /// How many days are left until then; negative when it has passed.
    pub days_left: Option<i32>,
}

/// A clock that runs out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RiskView {
    /// `task`, `problem`, `minutes` or `follow_up`.
    pub kind: &'static str,
    /// The id of what it is about; of a follow-up that of its row.
    pub id: String,
    /// What people call it: `#12`, `P3`, `M2`, 研发部-2026-0001.
    pub number: String,
    /// Its name.
    pub title: String,
    /// Who answers for it.
    pub owner: PersonRef,
    /// The clock.
    pub clock: ClockView,
}

/// What somebody owes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwingView {
    /// Who.
    pub person: PersonRef,
    /// Open tasks.
    pub tasks: i64,
    /// Of these past their time.
    pub late: i64,
    /// Open problems that are theirs to answer.
    pub problems: i64,
    /// Minutes to be filed.
    pub minutes: i64,
}

/// The centre of a collaboration.
///
/// # Errors
/// When it is not the reader's to see, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &CollaborationId) -> Result<CentreView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let found = look.conn.collaboration(&look.app.workspace, id).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let counts = collaborations::counts(look, id).await?;
    let (clocks, unanswered) = running_out(look, id).await?;
    let owing = owing(look, id).await?;
    let of = Some(id.clone());
    let few = Page::first(FEW);
    let filter = MinutesFilter {
        collaboration: of.clone(),
        stages: vec![MinutesStage::Owed, MinutesStage::Filed],
        ..MinutesFilter::default()
    };
    let (_, minutes) = minutes::list(look, filter, &few).await?;
    // What is only a drill says nothing about the course.
    let filter =
        ProblemFilter { collaboration: of.clone(), open: Some(true), drill: Some(false), ..ProblemFilter::default() };
    let urgent = ProblemFilter { urgent: Some(true), sight: Some(look.sight_of(Some(id)).await?), ..filter.clone() };
    let urgent = look.conn.problems(&look.app.workspace, &urgent, ProblemSort::Updated, &Page::first(CLOCKS)).await?;
    let (_, problems) = problems::list(look, filter, ProblemSort::Updated, &few).await?;
    let filter = RecordFilter { collaboration: of.clone(), ..RecordFilter::default() };
    let (_, records) = records::list(look, filter, RecordSort::Updated, &few).await?;
    let filter = DocumentFilter { collaboration: of.clone(), ..DocumentFilter::default() };
    let (_, documents) = documents::list(look, filter, &few).await?;
    let sections = entries::sections(look, id).await?;
    let mut shown = BTreeMap::new();
    for section in sections.sections.iter().filter(|section| section.count > 0) {
        let filter =
            EntryFilter { collaboration: of.clone(), section: Some(section.key.clone()), ..EntryFilter::default() };
        let (_, entries) = entries::list(look, filter, &Page::first(ENTRIES)).await?;
        shown.insert(section.key.clone(), entries);
    }
    let (_, chat_decisions) = entries::chat_decisions(look, id, &few).await?;
    let may_contribute =
        permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Contribute, role).is_ok();
    let urgent = i64::try_from(urgent.rows.len()).unwrap_or_default();
    let glance = glance(look, &collaboration, &counts, unanswered, urgent);
    let (course, against) = glance.course();
    let (charter, agreed) = look.conn.charter(&look.app.workspace, id).await?;
    let mut missing = Vec::new();
    if agreed > 0 && permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok() {
        let connected = starts::connected(look, id).await?;
        missing = starts::tools(look, &charter, Some(&connected));
        missing.retain(|tool| tool.missing.is_some());
    }
    let milestones = charter.milestones.into_iter().map(|milestone| MilestoneView {
        name: milestone.name,
        on: milestone.on.map(|day| day.to_string()),
        days_left: milestone.on.map(|day| (day - glance.today).get_days()),
    });
    Ok(CentreView {
        course: course.name(),
        against: against.into_iter().map(|(kind, count)| AgainstView { kind: kind.name(), count }).collect(),
        days_left: collaboration.goal_on.map(|day| (day - glance.today).get_days()),
        goal: collaboration.goal,
        goal_on: collaboration.goal_on.map(|day| day.to_string()),
        milestones: milestones.collect(),
        missing,
        counts,
        clocks,
        owing,
        minutes,
        problems,
        records,
        documents,
        sections,
        entries: shown,
        chat_decisions,
        may_contribute,
    })
}

fn glance(look: &Look<'_>, collaboration: &Collaboration, counts: &CountsView, unanswered: i64, urgent: i64) -> Glance {
    Glance {
        state: collaboration.state,
        goal_on: collaboration.goal_on,
        today: look.now.to_zoned(look.caller.zone.clone()).date(),
        urgent,
        overdue: counts.overdue,
        unanswered,
        blocked: counts.tasks.get("blocked").copied().unwrap_or_default(),
    }
}

/// The clocks that run out, as far as the reader may see what they are about, and how many of them have ended.
async fn running_out(look: &mut Look<'_>, id: &CollaborationId) -> Result<(Vec<RiskView>, i64), ActionError> {
    let clocks = look.conn.clocks_running_out(&look.app.workspace, id, look.now + SOON, CLOCKS).await?;
    let mut about = Vec::with_capacity(clocks.len());
    for clock in clocks {
        if let Some(subject) = risk(look, &clock.subject).await? {
            about.push((clock, subject));
        }
    }
    let ended = about.iter().filter(|(clock, _)| clock.due_at <= look.now).count();
    let names = Names::of_people(look, about.iter().map(|(_, risk)| risk.owner.clone()).collect()).await?;
    let view = |(clock, risk): (Clock, Risk)| RiskView {
        kind: risk.kind,
        id: risk.id,
        number: risk.number,
        title: risk.title,
        clock: clocks::view(look, &clock, &names.hours(&risk.owner)),
        owner: names.person(&risk.owner),
    };
    let views = about.into_iter().take(SHOWN_CLOCKS).map(view).collect();
    Ok((views, i64::try_from(ended).unwrap_or(i64::MAX)))
}

/// How many clocks are shown.
const SHOWN_CLOCKS: usize = 8;

/// What a clock is about.
struct Risk {
    kind: &'static str,
    id: String,
    number: String,
    title: String,
    owner: PersonId,
}

async fn risk(look: &mut Look<'_>, subject: &Subject) -> Result<Option<Risk>, ActionError> {
    let kind = subject.kind();
    let found = match subject {
        Subject::Task(id) => super::tasks::visible(look, id).await.map(|task| Risk {
            kind,
            id: id.to_string(),
            number: format!("#{}", task.number),
            title: task.name,
            owner: task.owner,
        }),
        Subject::Problem(id) => problems::visible(look, id).await.map(|problem| Risk {
            kind,
            id: id.to_string(),
            number: format!("P{}", problem.number),
            title: problem.title,
            owner: problem.owner,
        }),
        Subject::Minutes(id) => minutes::visible(look, id).await.map(|minutes| Risk {
            kind,
            id: id.to_string(),
            number: format!("M{}", minutes.number),
            title: minutes.title,
            owner: minutes.recorder,
        }),
        Subject::FollowUp(id) => {
            let Some(follow_up) = look.conn.follow_up(&look.app.workspace, id).await? else { return Ok(None) };
            records::visible(look, &follow_up.record).await.map(|record| Risk {
                kind,
                id: record.id.to_string(),
                number: record.number,
                title: follow_up.action,
                owner: follow_up.person,
            })
        }
        _ => return Ok(None),
    };
    seen(found)
}

/// What may not be seen is left out.
fn seen<T>(found: Result<T, ActionError>) -> Result<Option<T>, ActionError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// How many people are shown of those who owe something.
const OWING: usize = 12;

async fn owing(look: &mut Look<'_>, id: &CollaborationId) -> Result<Vec<OwingView>, ActionError> {
    let sight = look.sight_of(Some(id)).await?;
    let workspace = &look.app.workspace;
    let mut all: HashMap<PersonId, OwingView> = HashMap::new();
    let mut found = Vec::new();
    for owed in [Owed::Tasks, Owed::Problems, Owed::Minutes] {
        for owes in look.conn.owing(workspace, id, owed, &sight, look.now).await? {
            found.push((owed, owes));
        }
    }
    let names = Names::of_people(look, found.iter().map(|(_, owes)| owes.person.clone()).collect()).await?;
    for (owed, owes) in found {
        let person = names.person(&owes.person);
        let view = all.entry(owes.person).or_insert(OwingView { person, tasks: 0, late: 0, problems: 0, minutes: 0 });
        match owed {
            Owed::Tasks => (view.tasks, view.late) = (owes.open, view.late + owes.late),
            Owed::Problems => view.problems = owes.open,
            Owed::Minutes => (view.minutes, view.late) = (owes.open, view.late + owes.late),
        }
    }
    let mut all: Vec<OwingView> = all.into_values().collect();
    let open = |view: &OwingView| view.tasks + view.problems + view.minutes;
    all.sort_by(|one, other| (other.late, open(other), &one.person.id).cmp(&(one.late, open(one), &other.person.id)));
    all.truncate(OWING);
    Ok(all)
}
