//! Reading a platform's people.

use std::collections::HashMap;

use huan_connect::{Depth, RosterPage, SendError};
use huan_core::directory::run::{Report, Run, RunError, RunKind, RunState};
use huan_store::PreviewRow;
use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::{From, Told, known::Known};
use crate::{
    app::{App, OpenAccount},
    error::ActionError,
};

/// How long a worker has a reading before another may take it.
pub(crate) const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// How many pages may wait to be taken.
const PAGES: usize = 16;
/// So many people at least must be gone at once before it looks like a mistake …
const FEW: usize = 5;
/// … and so large a part of all: one in five.
const PART: usize = 5;

/// Reads the source of `run` and goes on: an import becomes a preview, a reconcile is carried out next.
pub(crate) async fn read(app: &App, run: &mut Run) -> Result<(), ActionError> {
    let Some(id) = run.account.clone() else {
        return fail(app, run, "directory.reason.no_source", String::new()).await;
    };
    let Some(account) = app.account(&id) else {
        return fail(app, run, "directory.reason.not_connected", String::new()).await;
    };
    let depth = if run.kind == RunKind::Reconcile { Depth::EachPerson } else { Depth::Pages };
    let mut told = match everything(app, &account, depth, run).await? {
        Ok(told) => told,
        Err(error) => return fail(app, run, error.reason_key, error.detail).await,
    };
    let mut conn = app.db.read().await?;
    let known = Known::read(app, &mut conn, From::Account(&id)).await?;
    drop(conn);
    if depth == Depth::Pages {
        remember_superiors(&mut told, &known);
    }
    finish(app, run, &told, &known).await
}

/// Everything the platform tells. The inner error is the platform's.
async fn everything(
    app: &App,
    account: &OpenAccount,
    depth: Depth,
    run: &mut Run,
) -> Result<Result<Told, SendError>, ActionError> {
    let Some(roster) = account.live.roster() else {
        return Ok(Err(SendError {
            certainty: huan_connect::Certainty::NotSent,
            retry: huan_connect::Retry::Never,
            reason_key: "directory.reason.cannot_list",
            detail: String::new(),
        }));
    };
    let (pages, coming) = mpsc::channel(PAGES);
    let mut told = Told::default();
    let mut kept_at = app.now();
    let listing = async { Ok(roster.list(depth, pages).await) };
    let taking = async {
        let mut coming = coming;
        while let Some(page) = coming.recv().await {
            match page {
                RosterPage::Departments(departments) => told.departments.extend(departments),
                RosterPage::People(people) => told.people.extend(people),
            }
            run.report.people = told.people.len();
            run.report.departments = told.departments.len();
            let now = app.now();
            if now.duration_since(kept_at) > LEASE / 4 {
                keep(app, run).await?;
                kept_at = now;
            }
        }
        Ok::<_, ActionError>(())
    };
    let (listed, ()) = tokio::try_join!(listing, taking)?;
    Ok(listed.map(|()| told))
}

/// Shows the progress and goes on having the reading.
pub(super) async fn keep(app: &App, run: &mut Run) -> Result<(), ActionError> {
    let mut tx = app.db.write().await?;
    tx.update_directory_run(&app.workspace, run, Some(app.now() + LEASE)).await?;
    Ok(tx.commit().await?)
}

/// Where the pages of a list do not tell the superiors entered with people, those told last hold.
fn remember_superiors(told: &mut Told, known: &Known) {
    if told.people.iter().any(|person| person.superior.is_some()) {
        return;
    }
    for person in &mut told.people {
        person.superior = known.entries.get(&person.key).and_then(|entry| entry.told.superior.clone());
    }
}

async fn finish(app: &App, run: &mut Run, told: &Told, known: &Known) -> Result<(), ActionError> {
    let plan = known.plan(app, told, From::of(run.account.as_ref()), true);
    let names = known.names(&plan);
    let counts = plan.counts();
    let gone = counts.get("left").copied().unwrap_or_default() + counts.get("parted").copied().unwrap_or_default();
    run.report = Report {
        people: told.people.len(),
        departments: told.departments.iter().filter(|one| !one.is_organisation).count(),
        new_departments: super::applying::new_departments(&plan),
        counts: counts.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect(),
        with_leavers: true,
        circles: circles(&plan.circles, &names),
        ..Report::default()
    };
    // A range that was narrowed by mistake must not send half the company away.
    if gone > FEW && gone * PART > known.seen() && run.kind == RunKind::Reconcile {
        run.report.with_leavers = false;
        let reason = "directory.reason.too_many_left".to_owned();
        run.report.error = Some(RunError { reason, detail: gone.to_string() });
    }
    let data = serde_json::to_string(told).map_err(|error| ActionError::Internal(error.to_string()))?;
    let mut tx = app.db.write().await?;
    tx.set_directory_told(&app.workspace, &run.id, &data).await?;
    if run.kind == RunKind::Reconcile {
        run.state = RunState::Applying;
    } else {
        run.state = RunState::Ready;
        tx.set_directory_rows(&app.workspace, &run.id, &rows(&plan)?).await?;
    }
    tx.update_directory_run(&app.workspace, run, None).await?;
    tx.commit().await?;
    super::imports::show(app, run).await
}

pub(super) fn circles(
    circles: &[Vec<huan_core::id::PersonId>],
    names: &HashMap<huan_core::id::PersonId, String>,
) -> Vec<Vec<String>> {
    let name = |id| names.get(id).cloned().unwrap_or_default();
    circles.iter().map(|circle| circle.iter().map(name).collect()).collect()
}

/// The rows of a preview.
pub(super) fn rows(plan: &huan_core::directory::plan::Plan) -> Result<Vec<PreviewRow>, ActionError> {
    let mut rows = Vec::with_capacity(plan.steps.len());
    for (position, step) in (1_i64..).zip(&plan.steps) {
        let data = serde_json::json!({
            "key": step.key,
            "person": step.person.as_ref().filter(|_| step.kind != huan_core::directory::plan::Kind::New),
            "by": step.by,
            "joins": step.joins,
            "changes": step.changes,
            "kept": step.kept,
            "doubt": step.doubt,
        });
        rows.push(PreviewRow { position, kind: step.kind, name: step.name.clone(), data });
    }
    Ok(rows)
}

/// Ends a reading that could not be done.
pub(crate) async fn fail(app: &App, run: &mut Run, reason: &str, detail: String) -> Result<(), ActionError> {
    tracing::warn!(run = %run.id, reason, %detail, "the people directory could not be read");
    run.state = RunState::Failed;
    run.ended_at = Some(app.now());
    run.report.error = Some(RunError { reason: reason.to_owned(), detail });
    let mut tx = app.db.write().await?;
    tx.update_directory_run(&app.workspace, run, None).await?;
    tx.commit().await?;
    super::imports::show(app, run).await
}
