//! Imports: asked for, looked at, carried out; and which accounts are kept in step.

use huan_core::{
    directory::run::{ListProblem, Report, Run, RunKind, RunState},
    history::Subject,
    id::{AccountId, DirectoryRunId},
};
use huan_store::DirectorySource;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{From, Told, known::Known, reading};
use crate::{
    actions::input,
    app::App,
    error::{ActionError, FieldProblem},
    work::Work,
};

/// At which minute of the night people are read anew.
const NIGHT: i64 = 3 * 60 + 10;
/// How long a change of departments waits for further ones.
const CALM: SignedDuration = SignedDuration::from_mins(2);

/// What is to be done with a preview.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// Carry it out although rows of the list have problems: those rows are left out.
    pub despite_problems: bool,
    /// Take those who are not told any more as having left.
    pub with_leavers: bool,
    /// Keep the account in step from now on.
    pub in_step: bool,
}

/// Has the people of an account read, to be looked at.
///
/// # Errors
/// When the caller may not, the account cannot list people, or it is being read already.
pub async fn begin(work: &mut Work<'_>, account: &AccountId) -> Result<Run, ActionError> {
    work.require_directory()?;
    require_roster(work, account)?;
    require_free(work, Some(account)).await?;
    start(work, Some(account.clone()), RunKind::Import, RunState::Reading, Report::default()).await
}

/// Takes a list, to be looked at. `problems` are those of its cells.
///
/// # Errors
/// When the caller may not.
pub async fn begin_list(
    work: &mut Work<'_>,
    file: &str,
    told: &Told,
    problems: Vec<ListProblem>,
    ignored_columns: Vec<String>,
) -> Result<Run, ActionError> {
    work.require_directory()?;
    let known = Known::read(work.app, &mut work.tx, From::List).await?;
    let plan = known.plan(work.app, told, From::List, false);
    let names = known.names(&plan);
    let report = Report {
        file: input::optional_text("file", file, input::SHORT)?,
        people: told.people.len(),
        departments: told.departments.len(),
        new_departments: super::applying::new_departments(&plan),
        counts: plan.counts().into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        with_leavers: true,
        problems,
        ignored_columns,
        circles: reading::circles(&plan.circles, &names),
        ..Report::default()
    };
    let run = start(work, None, RunKind::List, RunState::Ready, report).await?;
    let data = serde_json::to_string(told).map_err(|error| ActionError::Internal(error.to_string()))?;
    work.tx.set_directory_told(&work.app.workspace, &run.id, &data).await?;
    work.tx.set_directory_rows(&work.app.workspace, &run.id, &reading::rows(&plan)?).await?;
    Ok(run)
}

/// Carries a preview out.
///
/// # Errors
/// When the caller may not, it is not waiting for that, or it has problems and was not chosen despite them.
pub async fn apply(work: &mut Work<'_>, id: &DirectoryRunId, choice: Choice) -> Result<Run, ActionError> {
    work.require_directory()?;
    let mut run = existing(work, id).await?;
    if run.state != RunState::Ready {
        return Err(ActionError::field("state", "not_ready"));
    }
    if !run.report.problems.is_empty() && !choice.despite_problems {
        return Err(ActionError::Invalid(vec![FieldProblem {
            field: "despite_problems",
            code: "list_has_problems",
            limit: Some(run.report.problems.len()),
        }]));
    }
    run.state = RunState::Applying;
    run.asked_by = Some(work.caller()?.person().clone());
    run.report.with_leavers = choice.with_leavers;
    run.report.done = 0;
    work.tx.update_directory_run(&work.app.workspace, &mut run, None).await?;
    if let (Some(account), true) = (run.account.clone(), choice.in_step) {
        keep_in_step(work, &account, true).await?;
    }
    work.show(&subject(work.app, &run), None);
    Ok(run)
}

/// Throws a preview away.
///
/// # Errors
/// When the caller may not, or it is being carried out already.
pub async fn discard(work: &mut Work<'_>, id: &DirectoryRunId) -> Result<Run, ActionError> {
    work.require_directory()?;
    let mut run = existing(work, id).await?;
    if !matches!(run.state, RunState::Ready | RunState::Reading) {
        return Err(ActionError::field("state", "not_ready"));
    }
    run.state = RunState::Discarded;
    run.ended_at = Some(work.now);
    work.tx.update_directory_run(&work.app.workspace, &mut run, None).await?;
    work.tx.forget_directory_told(&work.app.workspace, id).await?;
    work.show(&subject(work.app, &run), None);
    Ok(run)
}

/// Keeps an account in step by events and every night, or not any more.
///
/// # Errors
/// When the caller may not, or the account cannot list people.
pub async fn set_in_step(work: &mut Work<'_>, account: &AccountId, in_step: bool) -> Result<(), ActionError> {
    work.require_directory()?;
    require_roster(work, account)?;
    keep_in_step(work, account, in_step).await?;
    work.show(&Subject::Account(account.clone()), None);
    Ok(())
}

async fn keep_in_step(work: &mut Work<'_>, account: &AccountId, in_step: bool) -> Result<(), ActionError> {
    let next_at = next_night(work.now, &work.app.zone());
    let source = DirectorySource { account: account.clone(), in_step, next_at };
    Ok(work.tx.set_directory_source(&work.app.workspace, &source).await?)
}

/// Reconciles an account now.
///
/// # Errors
/// When the caller may not, the account cannot list people, or it is being read already.
pub async fn reconcile_now(work: &mut Work<'_>, account: &AccountId) -> Result<Run, ActionError> {
    work.require_directory()?;
    require_roster(work, account)?;
    require_free(work, Some(account)).await?;
    start(work, Some(account.clone()), RunKind::Reconcile, RunState::Reading, Report::default()).await
}

/// An event told that departments changed: everything is read anew soon.
pub(crate) async fn reconcile_soon(work: &mut Work<'_>, account: &AccountId) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let sources = work.tx.directory_sources(workspace).await?;
    let Some(mut source) = sources.into_iter().find(|source| source.account == *account && source.in_step) else {
        return Ok(());
    };
    source.next_at = source.next_at.min(work.now + CALM);
    Ok(work.tx.set_directory_source(workspace, &source).await?)
}

/// Begins the reconciles that are due; says how many.
pub(crate) async fn begin_due(app: &App) -> Result<usize, ActionError> {
    let now = app.now();
    let sources = app.db.read().await?.directory_sources(&app.workspace).await?;
    let mut begun = 0;
    for mut source in sources.into_iter().filter(|source| source.in_step && source.next_at <= now) {
        if app.account(&source.account).is_none_or(|account| account.live.roster().is_none()) {
            continue;
        }
        let mut work = app.begin_as_huan().await?;
        source.next_at = next_night(now, &app.zone());
        work.tx.set_directory_source(&app.workspace, &source).await?;
        if require_free(&mut work, Some(&source.account)).await.is_ok() {
            let account = Some(source.account);
            start(&mut work, account, RunKind::Reconcile, RunState::Reading, Report::default()).await?;
            begun += 1;
        }
        work.commit().await?;
    }
    Ok(begun)
}

/// When the next reconcile is due.
pub(crate) async fn next_at(app: &App) -> Result<Option<Timestamp>, ActionError> {
    let mut conn = app.db.read().await?;
    let sources = conn.directory_sources(&app.workspace).await?;
    let reconcile = sources.into_iter().filter(|source| source.in_step).map(|source| source.next_at).min();
    let leaver = conn.next_leaver_at(&app.workspace).await?;
    drop(conn);
    let guest = super::leavers::next_guest_at(app).await?;
    Ok(reconcile.into_iter().chain(leaver).chain(guest).min())
}

/// Ten past three of the next night, when nobody is at work and no full hour makes platforms busy.
fn next_night(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = now.to_zoned(zone.clone()).date();
    for days in 0..3_i64 {
        let date = today.saturating_add(jiff::Span::new().days(days));
        let midnight = date.to_zoned(zone.clone()).map(|midnight| midnight.timestamp());
        if let Ok(at) = midnight.map(|midnight| midnight + SignedDuration::from_mins(NIGHT))
            && at > now
        {
            return at;
        }
    }
    now + SignedDuration::from_hours(24)
}

async fn start(
    work: &mut Work<'_>,
    account: Option<AccountId>,
    kind: RunKind,
    state: RunState,
    report: Report,
) -> Result<Run, ActionError> {
    let run = Run {
        id: work.new_id(),
        account,
        kind,
        state,
        asked_by: work.caller.as_ref().map(|caller| caller.person().clone()),
        begun_at: work.now,
        ended_at: None,
        report,
        version: 1,
    };
    work.tx.insert_directory_run(&work.app.workspace, &run).await?;
    work.show(&subject(work.app, &run), None);
    Ok(run)
}

/// The subject whose watchers are to look again.
fn subject(app: &App, run: &Run) -> Subject {
    match &run.account {
        Some(account) => Subject::Account(account.clone()),
        None => Subject::Workspace(app.workspace.clone()),
    }
}

/// Has screens look at a reading again.
pub(super) async fn show(app: &App, run: &Run) -> Result<(), ActionError> {
    let mut work = app.begin_as_huan().await?;
    work.show(&subject(app, run), None);
    work.commit().await
}

async fn existing(work: &mut Work<'_>, id: &DirectoryRunId) -> Result<Run, ActionError> {
    work.tx.directory_run(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("import"))
}

fn require_roster(work: &Work<'_>, account: &AccountId) -> Result<(), ActionError> {
    let open = work.app.account(account).ok_or(ActionError::field("account", "not_connected"))?;
    if open.live.roster().is_none() { Err(ActionError::field("account", "cannot_list")) } else { Ok(()) }
}

/// One reading of a source at a time.
async fn require_free(work: &mut Work<'_>, account: Option<&AccountId>) -> Result<(), ActionError> {
    let under_way = work.tx.directory_runs_under_way(&work.app.workspace).await?;
    if under_way.iter().any(|run| run.account.as_ref() == account) {
        return Err(ActionError::field("account", "being_read"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_is_the_workspaces_own() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(next_night(at("2026-11-22T10:00:00Z"), &zone), at("2026-11-22T19:10:00Z"));
        assert_eq!(next_night(at("2026-11-22T19:09:59Z"), &zone), at("2026-11-22T19:10:00Z"));
        assert_eq!(next_night(at("2026-11-22T19:10:00Z"), &zone), at("2026-11-23T19:10:00Z"));
        // A night whose third hour does not exist.
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let before = at("2027-03-27T22:00:00Z");
        assert!(next_night(before, &berlin) > before);
    }
}
