//! 工作台: what waits for the reader, what they have taken on, and what they have asked of others.

use huan_core::{
    clock::ClockKind,
    collaboration::Role,
    digest::DigestState,
    history::Subject,
    id::SignOffId,
    problem::ProblemStage,
    sign_off::SignOffStage,
    task::{Stage, Task, TaskState},
};
use huan_store::{DeliveryFilter, DeliveryState, Page, TaskFilter, TaskSort};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    clocks::{self, ClockView},
    deliveries::{self, DeliveryView},
    meetings::{self, MeetingView},
    minutes::{self, MinutesView},
    names::{Named, Names},
    problems::{self, ProblemView},
    records::{self, FollowUpView, RecordView},
    sign_offs::{self, SignOffView},
    tasks::{self, TaskView},
    usage_rules::{self, RulesToRead, RulesUnread},
};
use crate::{
    demo::{self, GuideView},
    digests,
    error::ActionError,
};

/// The most things of one kind on the desk.
const MOST: u32 = 100;

/// The desk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DeskView {
    /// What waits for the reader, the most pressing first.
    pub waiting: Vec<WaitingView>,
    /// What the reader has taken on.
    pub mine: MineView,
    /// The reader's open tasks for others.
    pub watched: Vec<TaskView>,
    /// Who has not confirmed the usage rules in the collaborations that the reader leads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules_unread: Vec<RulesUnread>,
    /// The day.
    pub today: TodayView,
    /// The guided first loop of a demonstration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<GuideView>,
}

/// What the reader has taken on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MineView {
    /// The tasks in progress or blocked.
    pub in_progress: Vec<TaskView>,
}

/// The reader's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodayView {
    /// The date in the reader's zone.
    pub date: String,
    /// When the day's progress is due, if any is.
    pub digest_at: Option<Timestamp>,
}

/// Something that waits for the reader.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WaitingView {
    /// `accept`, `answer_proposal`, `progress`, `problem`, `solution`, `meeting`, `minutes`, `objection`, `confirm_minutes`, `rules`,
    /// `sign`, `sign_off_refused`, `follow_up`, `blocked`, `stale_rows`, `delivery_failed`, `unsure` or `leavers`.
    pub kind: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// The task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskView>,
    /// The problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemView>,
    /// The meeting that the reader is invited to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<MeetingView>,
    /// The minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<MinutesView>,
    /// The rules to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<RulesToRead>,
    /// The round of acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_off: Option<SignOffView>,
    /// The row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordView>,
    /// The follow-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUpView>,
    /// The message that could not be delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryView>,
    /// The digest before which rows of the record table are to be touched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<WaitingDigest>,
    /// How many rows are to be touched, or how many people: those of whom it is not clear who they are, or those who leave with open work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// The clock that runs for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockView>,
}

/// A digest that is about to go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingDigest {
    /// The id.
    pub id: String,
    /// The collaboration.
    pub collaboration: Named,
    /// `daily` or `weekly`.
    pub rhythm: &'static str,
    /// When it is due.
    pub due_at: Timestamp,
}

impl WaitingView {
    fn new(kind: &'static str, since: Timestamp) -> Self {
        Self {
            kind,
            since,
            task: None,
            problem: None,
            meeting: None,
            minutes: None,
            rules: None,
            sign_off: None,
            record: None,
            follow_up: None,
            delivery: None,
            digest: None,
            count: None,
            clock: None,
        }
    }

    fn task(kind: &'static str, since: Timestamp, task: TaskView) -> Self {
        Self { clock: task.clock.clone(), task: Some(task), ..Self::new(kind, since) }
    }

    /// The most pressing first: by the clock that runs, then by age.
    fn order(&self) -> (bool, Timestamp) {
        (self.clock.is_none(), self.clock.as_ref().map_or(self.since, |clock| clock.due_at))
    }
}

/// The reader's desk.
///
/// # Errors
/// When the database fails.
pub async fn of(look: &mut Look<'_>) -> Result<DeskView, ActionError> {
    let me = look.caller.person().clone();
    let owned = open_tasks(look, TaskFilter { owner: Some(me.clone()), ..TaskFilter::default() }).await?;
    let raised = open_tasks(look, TaskFilter { initiator: Some(me.clone()), ..TaskFilter::default() }).await?;
    let unreported = unreported(look, &owned).await?;
    let owned = tasks::views(look, owned).await?;
    let watched: Vec<Task> =
        raised.into_iter().filter(|task| task.owner != me || !matches!(task.state, TaskState::Offered)).collect();
    let watched = tasks::views(look, watched).await?;
    let mut waiting = Vec::new();
    let mut in_progress = Vec::new();
    for task in owned {
        let since = task.updated_at;
        match task.stage {
            "offered" => waiting.push(WaitingView::task("accept", since, task)),
            "in_progress" | "blocked" => {
                if unreported.contains(&task.id) {
                    waiting.push(WaitingView::task("progress", since, task.clone()));
                }
                in_progress.push(task);
            }
            _ => {}
        }
    }
    for task in &watched {
        match task.stage {
            "declined" => waiting.push(WaitingView::task("answer_proposal", task.updated_at, task.clone())),
            "blocked" if task.owner.id != me.as_str() => {
                waiting
                    .push(WaitingView { clock: None, ..WaitingView::task("blocked", task.updated_at, task.clone()) });
            }
            _ => {}
        }
    }
    waiting.extend(problems(look).await?);
    waiting.extend(meetings::asked(look).await?.into_iter().map(|meeting| {
        let since = meeting.told_at.unwrap_or(look.now);
        WaitingView { meeting: Some(meeting), ..WaitingView::new("meeting", since) }
    }));
    waiting.extend(minutes(look).await?);
    waiting.extend(usage_rules::to_read(look).await?.into_iter().map(|rules| {
        let (clock, since) = (rules.clock.clone(), rules.asked_at);
        WaitingView { clock, rules: Some(rules), ..WaitingView::new("rules", since) }
    }));
    waiting.extend(sign_offs(look).await?);
    waiting.extend(follow_ups(look).await?);
    waiting.extend(stale_rows(look).await?);
    if look.caller.viewer.administrator {
        waiting.extend(undelivered(look).await?);
        waiting.extend(directory(look).await?);
    }
    waiting.sort_by_key(WaitingView::order);
    let watched = watched.into_iter().filter(|task| task.owner.id != me.as_str()).collect();
    let rules_unread = usage_rules::unread(look).await?;
    let guide = demo::guide(look).await?;
    let today = today(look, &in_progress);
    Ok(DeskView { waiting, today, mine: MineView { in_progress }, watched, rules_unread, guide })
}

async fn open_tasks(look: &mut Look<'_>, filter: TaskFilter) -> Result<Vec<Task>, ActionError> {
    let filter = TaskFilter { open: Some(true), ..filter };
    let page = Page { descending: false, ..Page::first(MOST) };
    Ok(look.conn.tasks(&look.app.workspace, &filter, TaskSort::Due, &page).await?.rows)
}

/// The tasks whose progress of the day is called for: their reminder has rung, and nothing was said since.
async fn unreported(look: &mut Look<'_>, owned: &[Task]) -> Result<Vec<String>, ActionError> {
    let at_work = |task: &&Task| matches!(task.state.stage(), Stage::InProgress | Stage::Blocked);
    let subjects: Vec<Subject> = owned.iter().filter(at_work).map(|task| Subject::Task(task.id.clone())).collect();
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let clocks = look.conn.running_clocks(&look.app.workspace, &subjects).await?;
    let due = clocks
        .into_iter()
        .filter(|clock| clock.kind == ClockKind::DailyProgress && (clock.stage > 0 || clock.due_at <= look.now));
    Ok(due.map(|clock| clock.subject.id().to_owned()).collect())
}

/// The problems that the reader was asked to answer, and those that they promised to solve.
async fn problems(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let me = look.caller.person().clone();
    let mut open = look.conn.problems_asked_of(&look.app.workspace, &me).await?;
    open.retain(|problem| problem.state.stage() == ProblemStage::Waiting || *problem.responsible() == me);
    let views = problems::views(look, open).await?;
    Ok(views
        .into_iter()
        .map(|problem| {
            let kind = if problem.stage == "waiting" { "problem" } else { "solution" };
            let clock = problem.clock.clone();
            WaitingView { clock, problem: Some(problem.clone()), ..WaitingView::new(kind, problem.updated_at) }
        })
        .collect())
}

/// The minutes that the reader has to file, those to which somebody objects, and those on which their word is asked for.
async fn minutes(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let me = look.caller.person().clone();
    let mine = look.conn.minutes_open_of(&look.app.workspace, &me).await?;
    let asked = look.conn.minutes_asked_of(&look.app.workspace, &me).await?;
    let mut waiting = Vec::with_capacity(mine.len() + asked.len());
    for minutes in minutes::views(look, mine).await? {
        let kind = if minutes.stage == "owed" { "minutes" } else { "objection" };
        let clock = minutes.clock.clone();
        waiting.push(WaitingView {
            clock,
            minutes: Some(minutes.clone()),
            ..WaitingView::new(kind, minutes.updated_at)
        });
    }
    for minutes in minutes::views(look, asked).await? {
        let since = minutes.updated_at;
        waiting.push(WaitingView { minutes: Some(minutes), ..WaitingView::new("confirm_minutes", since) });
    }
    Ok(waiting)
}

/// The rounds of acceptance that the reader has to sign, and those of theirs that were refused and not called for anew.
async fn sign_offs(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let me = look.caller.person().clone();
    let workspace = &look.app.workspace;
    let asked: Vec<SignOffId> =
        look.conn.signatures_asked_of(workspace, &me).await?.into_iter().map(|one| one.sign_off).collect();
    let asked = match asked.as_slice() {
        [] => Vec::new(),
        ids => look.conn.sign_offs_by_id(workspace, ids).await?,
    };
    let mut called = look.conn.sign_offs_called_by(workspace, &me).await?;
    called.retain(|round| round.state.stage() == SignOffStage::Refused);
    let mut waiting = Vec::with_capacity(asked.len() + called.len());
    for round in sign_offs::views(look, asked).await? {
        let mine = round.signatures.iter().find(|one| one.person.id == me.as_str());
        let clock = mine.and_then(|one| one.clock.clone());
        let since = round.called_at;
        waiting.push(WaitingView { clock, sign_off: Some(round), ..WaitingView::new("sign", since) });
    }
    for round in sign_offs::views(look, called).await? {
        let since = round.ended_at.unwrap_or(round.called_at);
        waiting.push(WaitingView { sign_off: Some(round), ..WaitingView::new("sign_off_refused", since) });
    }
    Ok(waiting)
}

async fn follow_ups(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let open = look.conn.open_follow_ups(&look.app.workspace, look.caller.person()).await?;
    let people = open.iter().map(|one| one.person.clone()).collect();
    let names = Names::of_people(look, people).await?;
    let subjects: Vec<Subject> = open.iter().map(|one| Subject::FollowUp(one.id.clone())).collect();
    let running = clocks::of(look, &subjects).await?;
    let mut waiting = Vec::with_capacity(open.len());
    for follow_up in open {
        // The row may be more confidential than the action in it; then only the action is shown.
        let record = match records::one(look, &follow_up.record).await {
            Ok(record) => Some(record),
            Err(ActionError::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        let clock = running.get(follow_up.id.as_str());
        let clock = clock.map(|clock| clocks::view(look, clock, &names.hours(&follow_up.person)));
        let since = clock.as_ref().map_or(follow_up.due_at, |clock| clock.started_at);
        waiting.push(WaitingView {
            record,
            follow_up: Some(records::follow_up_view(&follow_up, &names)),
            clock,
            ..WaitingView::new("follow_up", since)
        });
    }
    Ok(waiting)
}

/// The record tables that the reader keeps in which rows should have been touched before the digest goes out (H4).
async fn stale_rows(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let workspace = &look.app.workspace;
    let mut waiting = Vec::new();
    for (of, role) in look.roles().await? {
        if role != Role::Assistant {
            continue;
        }
        let open = look.conn.open_digests(workspace, &of).await?;
        let Some(digest) = open.into_iter().find(|digest| digest.state == DigestState::Prepared) else { continue };
        let Some(collaboration) = look.conn.collaboration(workspace, &of).await? else { continue };
        let stale = digests::stale_rows(look.app, look.conn, &collaboration, look.now).await?;
        if stale.is_empty() {
            continue;
        }
        let view = WaitingDigest {
            id: digest.id.to_string(),
            collaboration: Named { id: of.to_string(), name: collaboration.name },
            rhythm: digest.rhythm.name(),
            due_at: digest.due_at,
        };
        let count = i64::try_from(stale.len()).ok();
        waiting.push(WaitingView { digest: Some(view), count, ..WaitingView::new("stale_rows", look.now) });
    }
    Ok(waiting)
}

async fn undelivered(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let states = vec![DeliveryState::Failed, DeliveryState::Uncertain];
    let filter = DeliveryFilter { states, ..DeliveryFilter::default() };
    let (_, failed) = deliveries::list(look, &filter, &Page::first(20)).await?;
    Ok(failed
        .into_iter()
        .map(|delivery| {
            let since = delivery.queued_at;
            WaitingView { delivery: Some(delivery), ..WaitingView::new("delivery_failed", since) }
        })
        .collect())
}

/// What the people directory asks of whoever keeps it. There can be thousands at once after an import, so they are counted.
async fn directory(look: &mut Look<'_>) -> Result<Vec<WaitingView>, ActionError> {
    let workspace = &look.app.workspace;
    let mut waiting = Vec::new();
    let unsure = look.conn.count_directory_waiting(workspace).await?;
    if unsure > 0 {
        waiting.push(WaitingView { count: Some(unsure), ..WaitingView::new("unsure", look.now) });
    }
    let leavers = look.conn.open_leavers(workspace, MOST).await?;
    if let Some(since) = leavers.iter().map(|leaver| leaver.noticed_at).min() {
        let count = i64::try_from(leavers.len()).ok();
        waiting.push(WaitingView { count, ..WaitingView::new("leavers", since) });
    }
    Ok(waiting)
}

fn today(look: &Look<'_>, in_progress: &[TaskView]) -> TodayView {
    let date = look.now.to_zoned(look.caller.zone.clone()).date();
    let daily = in_progress.iter().filter_map(|task| task.clock.as_ref());
    let digest_at = daily.filter(|clock| clock.kind == ClockKind::DailyProgress.name()).map(|clock| clock.due_at).min();
    TodayView { date: date.to_string(), digest_at }
}
