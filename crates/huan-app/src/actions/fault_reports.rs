//! The fault report 「故障报告」 of an emergency: written, filed, and its measures made into tasks (E2).

use huan_core::{
    emergency::{Emergency, FaultReport, Measure},
    history::{Event, Subject},
    i18n::text,
    id::EmergencyId,
    permission::Deed,
    problem::Problem,
    task::Priority,
};

use super::{
    create_task::{NewTask, create_task},
    emergencies, input,
};
use crate::{error::ActionError, work::Work};

/// More measures than this are a list of wishes.
const MOST_MEASURES: usize = 30;
/// More lines than this no course has.
const MOST_LINES: usize = 2_000;

/// Writes the report, as far as it has come. `version` is the one of the emergency that the caller saw.
///
/// # Errors
/// When the caller has no part in it, the report is filed, or somebody else wrote meanwhile.
pub async fn write_report(
    work: &mut Work<'_>,
    id: &EmergencyId,
    report: FaultReport,
    version: i64,
) -> Result<Emergency, ActionError> {
    let mut emergency = work.emergency_for(id, Deed::Settle).await?;
    if emergency.version != version {
        return Err(ActionError::VersionConflict("emergency"));
    }
    let report = checked(work, &emergency, report).await?;
    emergency.write_report(report)?;
    emergency.updated_at = work.now;
    work.tx.update_emergency(&work.app.workspace, &mut emergency).await?;
    work.show(&Subject::Emergency(emergency.id.clone()), Some(&emergency.collaboration));
    Ok(emergency)
}

async fn checked(work: &mut Work<'_>, emergency: &Emergency, report: FaultReport) -> Result<FaultReport, ActionError> {
    if report.measures.len() > MOST_MEASURES {
        return Err(ActionError::field("measures", "out_of_range"));
    }
    if report.timeline.len() > MOST_LINES {
        return Err(ActionError::field("timeline", "out_of_range"));
    }
    let known = emergency.report.as_ref().map(|report| report.measures.as_slice()).unwrap_or_default();
    let mut measures = Vec::with_capacity(report.measures.len());
    for measure in report.measures {
        if let Some(owner) = &measure.owner {
            input::active_member(work, &emergency.collaboration, owner, "measures").await?;
        }
        // Which task a measure became is not the caller's to say.
        let task = known.iter().find(|one| one.what == measure.what).and_then(|one| one.task.clone());
        let what = input::optional_text("measures", &measure.what, input::SHORT)?;
        measures.push(Measure { what, task, ..measure });
    }
    let mut timeline = report.timeline;
    for line in &mut timeline {
        line.text = input::optional_text("timeline", &line.text, input::LONG)?;
    }
    timeline.retain(|line| !line.text.is_empty());
    Ok(FaultReport {
        summary: input::optional_text("summary", &report.summary, input::LONG)?,
        impact: input::optional_text("impact", &report.impact, input::LONG)?,
        timeline,
        cause: input::optional_text("cause", &report.cause, input::LONG)?,
        handling: input::optional_text("handling", &report.handling, input::LONG)?,
        measures,
        filed: None,
    })
}

/// Files the report: it is changed no more, and each measure becomes a task of its owner.
///
/// # Errors
/// When the caller has no part in it, it is too early, the report lacks something, or a measure's time has passed.
pub async fn file_report(work: &mut Work<'_>, id: &EmergencyId) -> Result<Emergency, ActionError> {
    let before = work.emergency_for(id, Deed::Settle).await?;
    let found = work.tx.problem(&work.app.workspace, &before.problem).await?;
    let problem = found.ok_or(ActionError::NotFound("problem"))?;
    let mut emergency = before.clone();
    emergency.file_report(work.caller()?.person().clone(), work.now)?;
    let drill = emergency.drill;
    if let Some(report) = &mut emergency.report {
        for measure in report.measures.iter_mut().filter(|measure| measure.task.is_none()) {
            measure.task = Some(Box::pin(task_of(work, &problem, measure, drill)).await?);
        }
    }
    emergencies::finish(work, before, emergency, Event::ReportFiled).await
}

async fn task_of(
    work: &mut Work<'_>,
    problem: &Problem,
    measure: &Measure,
    drill: bool,
) -> Result<huan_core::id::TaskId, ActionError> {
    let Some(owner) = measure.owner.clone() else { return Err(ActionError::field("measures", "required")) };
    let language = work.language();
    let description = text(language, "emergency.measure_of", &[("number", &problem.number), ("title", &problem.title)]);
    let name = match drill {
        true => format!("{}{}", text(language, "notice.problem.drill", &[]), measure.what),
        false => measure.what.clone(),
    };
    let task = create_task(
        work,
        NewTask {
            collaboration: problem.collaboration.clone(),
            name,
            description,
            owner,
            helpers: Vec::new(),
            due_at: measure.due,
            priority: Priority::Normal,
            criteria: String::new(),
            level: problem.level,
            message: problem.message.clone(),
            platforms: Vec::new(),
        },
    )
    .await?;
    Ok(task.id)
}
