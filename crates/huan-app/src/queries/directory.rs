//! The people directory as pages show it, for whoever keeps it.

use std::collections::{BTreeMap, HashMap};

use huan_core::{
    directory::{
        matching::{By, Doubt},
        plan::{Change, Kind},
        run::{Leaver, LeaverState, Run, RunState},
    },
    i18n::{Language, text},
    id::{AccountId, DirectoryRunId, PersonId},
    permission,
};
use huan_store::{PlatformAccount, PreviewRow, Waiting};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Look,
    names::{Named, Names, PersonRef},
};
use crate::{actions::leaving, app::App, caller::Caller, directory::leavers, error::ActionError};

/// How many of somebody's open things are named; the rest is counted.
const NAMED: usize = 20;
/// How many leavers are listed.
const MOST_LEAVERS: u32 = 200;
/// How many with whom it ended are listed.
const ENDED: u32 = 20;

/// An account whose people can be read.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectorySourceView {
    /// The account.
    pub account: String,
    /// The platform.
    pub platform: String,
    /// The account's name.
    pub name: String,
    /// Whether it is connected and can list people.
    pub can_list: bool,
    /// Whether it is kept in step by events and every night.
    pub in_step: bool,
    /// When it is read next.
    pub next_at: Option<Timestamp>,
    /// The last reading, or the one under way.
    pub last: Option<DirectoryRunView>,
}

/// A reading of a source.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DirectoryRunView {
    /// The id.
    pub id: String,
    /// The account; none for a list.
    pub account: Option<String>,
    /// `import`, `list` or `reconcile`.
    pub kind: &'static str,
    /// `reading`, `ready`, `applying`, `done`, `failed` or `discarded`.
    pub state: &'static str,
    /// Who asked for it; none when Huan did.
    pub asked_by: Option<PersonRef>,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The name of the file.
    pub file: String,
    /// How many people were told.
    pub people: usize,
    /// How many departments were told.
    pub departments: usize,
    /// How many departments are new.
    pub new_departments: usize,
    /// How many people of each kind there are: `new`, `changed`, `unchanged`, `doubtful`, `ignored`, `left`, `parted`.
    pub counts: BTreeMap<String, usize>,
    /// How many people were dealt with so far.
    pub done: usize,
    /// Whether those who are not told any more are taken as having left.
    pub with_leavers: bool,
    /// What is wrong in the cells of a list.
    pub problems: Vec<ListProblemView>,
    /// Headings of a list that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// Circles of superiors, by name; each is cut above its first.
    pub circles: Vec<Vec<String>>,
    /// Why it failed, or what was held back, in words.
    pub error: Option<String>,
}

/// Something wrong in a cell of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListProblemView {
    /// The row as the spreadsheet numbers it.
    pub row: usize,
    /// The column's heading.
    pub column: Option<String>,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub text: String,
}

/// A row of a preview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PreviewRowView {
    /// Its place, from 1.
    pub position: i64,
    /// `new`, `changed`, `unchanged`, `doubtful`, `ignored`, `left` or `parted`.
    pub kind: &'static str,
    /// The name at the source.
    pub name: String,
    /// The source's id.
    pub key: String,
    /// Who it is here.
    pub person: Option<PersonRef>,
    /// By what they were found: `identity`, `mobile`, `mail`, `staff_number`.
    #[schema(value_type = Vec<String>)]
    pub by: Vec<By>,
    /// Whether their id at the source is joined to the person.
    pub joins: bool,
    /// What changes.
    pub changes: Vec<ChangeView>,
    /// What the source tells otherwise and stays as it was set by hand.
    pub kept: Vec<String>,
    /// Why it is not clear who it is.
    pub doubt: Option<DoubtView>,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangeView {
    /// The stable name.
    pub field: String,
    /// The name in the reader's language.
    pub label: String,
    /// The value before.
    pub from: String,
    /// The value afterwards.
    pub to: String,
}

/// Why it is not clear who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DoubtView {
    /// The stable name: `ambiguous`, `contradiction`, `name_only`, `taken`, `twice_in_source`, `has_left`.
    pub reason: String,
    /// In words.
    pub text: String,
    /// Who it could be.
    pub candidates: Vec<PersonRef>,
}

/// Somebody who waits for an administrator 「待确认」.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingPersonView {
    /// The id by which an answer names them.
    pub id: String,
    /// The platform; none for somebody of a list.
    pub platform: Option<String>,
    /// The platform's id.
    pub user: Option<String>,
    /// The name.
    pub name: String,
    /// The job title that was told.
    pub job: Option<String>,
    /// The mobile number that was told.
    pub mobile: Option<String>,
    /// The mail address that was told.
    pub mail: Option<String>,
    /// The staff number that was told.
    pub staff_number: Option<String>,
    /// Why it is not clear who it is; none for somebody who was only heard in a chat.
    pub doubt: Option<DoubtView>,
}

/// Somebody who leaves.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeaverView {
    /// Who.
    pub person: PersonRef,
    /// The name of the account that told so; none when a list or an administrator did.
    pub source: Option<String>,
    /// For a guest: when their access ended.
    pub guest_until: Option<Timestamp>,
    /// When it was told.
    pub noticed_at: Timestamp,
    /// When the work goes to `would_be` by itself, and that of a guest to the initiators of its collaborations.
    pub due_at: Timestamp,
    /// `open`, `handed_over` or `stays`.
    pub state: &'static str,
    /// Who took over.
    pub successor: Option<PersonRef>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Who takes over when nobody is chosen.
    pub would_be: Option<PersonRef>,
    /// What is open.
    pub open: Option<OpenWorkView>,
}

/// A row of the record table that somebody leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenRecordView {
    /// The id.
    pub id: String,
    /// Its topic.
    pub name: String,
    /// The collaboration.
    pub collaboration: String,
}

/// What somebody leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenWorkView {
    /// Tasks they own, the first of them.
    pub tasks: Vec<Named>,
    /// How many tasks.
    pub task_count: usize,
    /// How many tasks of others they asked for.
    pub asked_for_count: usize,
    /// Rows of the record table they own, the first of them.
    pub records: Vec<OpenRecordView>,
    /// How many rows.
    pub record_count: usize,
    /// How many minutes wait for them.
    pub minutes_count: usize,
    /// How many signatures they are asked for.
    pub signature_count: usize,
    /// How many follow-ups.
    pub follow_up_count: usize,
    /// Collaborations they are the initiator of.
    pub collaborations: Vec<Named>,
    /// How many people report to them.
    pub report_count: usize,
}

/// The accounts whose people can be read.
///
/// # Errors
/// When the reader may not, or the database fails.
pub async fn sources(look: &mut Look<'_>) -> Result<Vec<DirectorySourceView>, ActionError> {
    permission::may_keep_directory(&look.caller.viewer)?;
    let workspace = &look.app.workspace;
    let known = look.conn.directory_sources(workspace).await?;
    let mut views = Vec::new();
    for account in look.conn.accounts(workspace).await? {
        let can_list = look.app.account(&account.id).is_some_and(|open| open.live.roster().is_some());
        let source = known.iter().find(|source| source.account == account.id);
        if !can_list && source.is_none() {
            continue;
        }
        let last = look.conn.directory_runs(workspace, Some(&account.id), 1).await?.pop();
        let in_step = source.is_some_and(|source| source.in_step);
        views.push(DirectorySourceView {
            account: account.id.to_string(),
            platform: account.platform.to_string(),
            name: account.name,
            can_list,
            in_step,
            next_at: source.filter(|_| in_step).map(|source| source.next_at),
            last: match last {
                Some(run) => Some(run_view(look, run).await?),
                None => None,
            },
        });
    }
    Ok(views)
}

/// A reading.
///
/// # Errors
/// When there is none, the reader may not see it, or the database fails.
pub async fn run(look: &mut Look<'_>, id: &DirectoryRunId) -> Result<DirectoryRunView, ActionError> {
    permission::may_keep_directory(&look.caller.viewer)?;
    let run = look.conn.directory_run(&look.app.workspace, id).await?;
    run_view(look, run.ok_or(ActionError::NotFound("import"))?).await
}

/// The last readings of all sources, newest first.
///
/// # Errors
/// When the reader may not see them, or the database fails.
pub async fn runs(look: &mut Look<'_>, at_most: u32) -> Result<Vec<DirectoryRunView>, ActionError> {
    permission::may_keep_directory(&look.caller.viewer)?;
    let runs = look.conn.directory_runs(&look.app.workspace, None, at_most).await?;
    let mut views = Vec::with_capacity(runs.len());
    for run in runs {
        views.push(run_view(look, run).await?);
    }
    Ok(views)
}

async fn run_view(look: &mut Look<'_>, run: Run) -> Result<DirectoryRunView, ActionError> {
    let language = look.caller.language;
    let names = Names::of_people(look, run.asked_by.iter().cloned().collect()).await?;
    let report = run.report;
    let problems = report.problems.into_iter().map(|problem| ListProblemView {
        row: problem.row,
        column: problem.column.map(|column| text(language, &format!("directory.column.{column}"), &[])),
        text: text(language, &format!("directory.problem.{}", problem.code), &[("value", &problem.value)]),
        code: problem.code,
    });
    Ok(DirectoryRunView {
        id: run.id.to_string(),
        account: run.account.map(|account| account.to_string()),
        kind: run.kind.name(),
        state: run.state.name(),
        asked_by: run.asked_by.as_ref().map(|person| names.person(person)),
        begun_at: run.begun_at,
        ended_at: run.ended_at,
        file: report.file,
        people: report.people,
        departments: report.departments,
        new_departments: report.new_departments,
        counts: report.counts,
        done: if run.state == RunState::Reading { 0 } else { report.done },
        with_leavers: report.with_leavers,
        problems: problems.collect(),
        ignored_columns: report.ignored_columns,
        circles: report.circles,
        error: report.error.map(|error| {
            let words = text(language, &error.reason, &[("detail", &error.detail)]);
            if error.detail.is_empty() || words.contains(&error.detail) {
                words
            } else {
                format!("{words}（{}）", error.detail)
            }
        }),
    })
}

/// What a row's JSON holds.
#[derive(Deserialize)]
struct Details {
    key: String,
    person: Option<PersonId>,
    by: Vec<By>,
    joins: bool,
    changes: Vec<Change>,
    kept: Vec<huan_core::directory::Field>,
    doubt: Option<Doubt>,
}

/// Rows of a preview after a place, of one kind or of all; and the place after which there are more.
///
/// # Errors
/// When there is no such reading, the reader may not see it, or the database fails.
pub async fn rows(
    look: &mut Look<'_>,
    id: &DirectoryRunId,
    kind: Option<Kind>,
    after: i64,
    at_most: u32,
) -> Result<(Vec<PreviewRowView>, Option<i64>), ActionError> {
    permission::may_keep_directory(&look.caller.viewer)?;
    let workspace = &look.app.workspace;
    if look.conn.directory_run(workspace, id).await?.is_none() {
        return Err(ActionError::NotFound("import"));
    }
    let mut rows = look.conn.directory_rows(workspace, id, kind, after, at_most.saturating_add(1)).await?;
    let more = rows.len() > at_most as usize;
    rows.truncate(at_most as usize);
    let next = rows.last().filter(|_| more).map(|row| row.position);
    let mut details = Vec::with_capacity(rows.len());
    for row in rows {
        let read: Details =
            serde_json::from_value(row.data.clone()).map_err(|error| ActionError::Internal(error.to_string()))?;
        details.push((row, read));
    }
    let mentioned = details.iter().flat_map(|(_, details)| {
        details.person.iter().chain(details.doubt.iter().flat_map(|doubt| &doubt.candidates)).cloned()
    });
    let names = Names::of_people(look, mentioned.collect()).await?;
    let language = look.caller.language;
    Ok((details.into_iter().map(|(row, details)| row_view(row, details, &names, language)).collect(), next))
}

fn row_view(row: PreviewRow, details: Details, names: &Names, language: Language) -> PreviewRowView {
    let label = |field: huan_core::directory::Field| text(language, &format!("history.field.{}", field.name()), &[]);
    PreviewRowView {
        position: row.position,
        kind: row.kind.name(),
        name: row.name,
        key: details.key,
        person: details.person.map(|person| names.person(&person)),
        by: details.by,
        joins: details.joins,
        changes: details
            .changes
            .into_iter()
            .map(|change| ChangeView {
                field: change.field.name().to_owned(),
                label: label(change.field),
                from: change.from,
                to: change.to,
            })
            .collect(),
        kept: details.kept.into_iter().map(label).collect(),
        doubt: details.doubt.map(|doubt| doubt_view(&doubt, names, language)),
    }
}

fn doubt_view(doubt: &Doubt, names: &Names, language: Language) -> DoubtView {
    DoubtView {
        reason: doubt.reason.name().to_owned(),
        text: text(language, &format!("directory.doubt.{}", doubt.reason.name()), &[]),
        candidates: doubt.candidates.iter().map(|person| names.person(person)).collect(),
    }
}

/// Those who wait for an administrator after the one with this id; and the id after which there are more.
///
/// # Errors
/// When the reader may not see them, or the database fails.
pub async fn waiting(
    look: &mut Look<'_>,
    after: &str,
    at_most: u32,
) -> Result<(Vec<WaitingPersonView>, Option<String>), ActionError> {
    permission::may_keep_directory(&look.caller.viewer)?;
    let workspace = &look.app.workspace;
    let mut found = look.conn.directory_waiting(workspace, after, at_most.saturating_add(1)).await?;
    let more = found.len() > at_most as usize;
    found.truncate(at_most as usize);
    let next = found.last().filter(|_| more).map(|one| one.id.clone());
    let accounts = accounts(look).await?;
    let candidates = found.iter().filter_map(|one| one.doubt.as_ref()).flat_map(|doubt| doubt.candidates.clone());
    let names = Names::of_people(look, candidates.collect()).await?;
    let language = look.caller.language;
    Ok((found.into_iter().map(|one| waiting_view(one, &accounts, &names, language)).collect(), next))
}

fn waiting_view(
    one: Waiting,
    accounts: &HashMap<AccountId, PlatformAccount>,
    names: &Names,
    language: Language,
) -> WaitingPersonView {
    let told = one.told.unwrap_or_default();
    WaitingPersonView {
        id: one.id,
        platform: one.account.and_then(|id| accounts.get(&id)).map(|account| account.platform.to_string()),
        user: one.user.map(|user| user.to_string()),
        name: one.name,
        job: told.job,
        mobile: told.mobile,
        mail: told.mail,
        staff_number: told.staff_number,
        doubt: one.doubt.map(|doubt| doubt_view(&doubt, names, language)),
    }
}

async fn accounts(look: &mut Look<'_>) -> Result<HashMap<AccountId, PlatformAccount>, ActionError> {
    let accounts = look.conn.accounts(&look.app.workspace).await?;
    Ok(accounts.into_iter().map(|account| (account.id.clone(), account)).collect())
}

/// Those who leave and those with whom it ended lately. What is open is read for each, so this begins its own transaction.
///
/// # Errors
/// When the reader may not see them, or the database fails.
pub async fn leaving(app: &App, caller: &Caller) -> Result<Vec<LeaverView>, ActionError> {
    let mut work = app.begin(caller).await?;
    work.require_directory()?;
    let open = work.tx.open_leavers(&app.workspace, MOST_LEAVERS).await?;
    let ended = work.tx.ended_leavers(&app.workspace, ENDED).await?;
    let mut gathered = Vec::with_capacity(open.len());
    for leaver in open {
        let person = crate::actions::people::existing(&mut work, &leaver.person).await?;
        let until = leavers::guest_until(&person);
        let would_be = match until {
            Some(_) => None,
            None => leavers::successor_of(&mut work, &person).await?,
        };
        let open = leaving::open_work(&mut work, &leaver.person).await?;
        gathered.push((leaver, until, would_be, Some(open)));
    }
    gathered.extend(ended.into_iter().map(|leaver| (leaver, None, None, None)));
    work.tx.rollback();
    let mut conn = app.db.read().await?;
    let mut look = Look::new(app, &mut conn, caller);
    let accounts = accounts(&mut look).await?;
    let people = gathered.iter().flat_map(|(leaver, _, would_be, _)| {
        [Some(leaver.person.clone()), leaver.successor.clone(), would_be.clone()].into_iter().flatten()
    });
    let mut names = Names::of_people(&mut look, people.collect()).await?;
    let collaborations =
        gathered.iter().filter_map(|(_, _, _, open)| open.as_ref()).flat_map(|open| open.initiates.clone());
    names.add_collaborations(&mut look, collaborations.collect()).await?;
    Ok(gathered
        .into_iter()
        .map(|(leaver, until, would_be, open)| LeaverView {
            guest_until: until,
            ..leaver_view(leaver, would_be, open, &accounts, &names)
        })
        .collect())
}

fn leaver_view(
    leaver: Leaver,
    would_be: Option<PersonId>,
    open: Option<leaving::OpenWork>,
    accounts: &HashMap<AccountId, PlatformAccount>,
    names: &Names,
) -> LeaverView {
    LeaverView {
        person: names.person(&leaver.person),
        guest_until: None,
        source: leaver.account.as_ref().and_then(|id| accounts.get(id)).map(|account| account.name.clone()),
        noticed_at: leaver.noticed_at,
        due_at: leaver.due_at,
        state: leaver.state.name(),
        successor: leaver.successor.as_ref().map(|person| names.person(person)),
        ended_at: leaver.ended_at,
        would_be: would_be.as_ref().map(|person| names.person(person)),
        open: open.filter(|_| leaver.state == LeaverState::Open).map(|open| OpenWorkView {
            task_count: open.tasks.len(),
            asked_for_count: open.asked_for.len(),
            tasks: open
                .tasks
                .iter()
                .take(NAMED)
                .map(|task| Named { id: task.id.to_string(), name: task.name.clone() })
                .collect(),
            record_count: open.records.len(),
            records: open
                .records
                .iter()
                .take(NAMED)
                .map(|record| OpenRecordView {
                    id: record.id.to_string(),
                    name: record.topic.clone(),
                    collaboration: record.collaboration.to_string(),
                })
                .collect(),
            minutes_count: open.minutes.len(),
            signature_count: open.signatures.len(),
            follow_up_count: open.follow_ups.len(),
            collaborations: open.initiates.iter().map(|id| names.collaboration(id)).collect(),
            report_count: open.reports.len(),
        }),
    }
}
