//! The war room in a chat: stage reports, the checklist, the all-clear (E2).

use huan_core::{
    command::problem_number,
    emergency::{ChecklistItem, Emergency, ItemState},
    i18n::text,
    id::CollaborationId,
    permission::Deed,
    problem::Problem,
};

use crate::{
    actions::emergencies::{self, ItemStep},
    error::ActionError,
    work::Work,
};

/// The emergency that is meant: by the number of its problem, by the message that is answered, else the only one that
/// runs in the collaboration of the group, else the only one that runs and the speaker may see.
pub(super) async fn find(
    work: &mut Work<'_>,
    words: &str,
    answered: Option<&Problem>,
    collaboration: Option<&CollaborationId>,
) -> Result<Option<Emergency>, ActionError> {
    let workspace = &work.app.workspace;
    let named = match (problem_number(words), answered) {
        (Some((number, _)), _) => {
            let problem = work.tx.problem_by_number(workspace, number).await?;
            Some(problem.ok_or(ActionError::NotFound("problem"))?.id)
        }
        (None, Some(problem)) => Some(problem.id.clone()),
        (None, None) => None,
    };
    if let Some(problem) = named {
        let emergency = work.tx.emergency_of(workspace, &problem).await?;
        return emergency.map(Some).ok_or(ActionError::NotFound("emergency"));
    }
    let mut running = Vec::new();
    for emergency in work.tx.running_emergencies(workspace).await? {
        if work.emergency_for(&emergency.id, Deed::See).await.is_ok() {
            running.push(emergency);
        }
    }
    if let Some(collaboration) = collaboration
        && running.iter().any(|emergency| emergency.collaboration == *collaboration)
    {
        running.retain(|emergency| emergency.collaboration == *collaboration);
    }
    Ok(if running.len() == 1 { running.pop() } else { None })
}

/// The checklist in words, or one point of it ticked.
pub(super) async fn checklist(
    work: &mut Work<'_>,
    emergency: &Emergency,
    point: Option<usize>,
) -> Result<String, ActionError> {
    if let Some(point) = point {
        let items = work.tx.checklist(&work.app.workspace, &emergency.id).await?;
        let item = point.checked_sub(1).and_then(|place| items.get(place));
        let item = item.ok_or(ActionError::NotFound("checklist_item"))?.id.clone();
        emergencies::step_item(work, &item, ItemStep::Tick, None).await?;
    }
    let items = work.tx.checklist(&work.app.workspace, &emergency.id).await?;
    let done = items.iter().filter(|item| !item.is_open()).count();
    let language = work.language();
    let head =
        text(language, "chat.checklist", &[("plan", &emergency.plan_name), ("done", &done), ("total", &items.len())]);
    let page = work.app.page(&format!("emergencies/{}", emergency.id));
    let lines: Vec<String> = items.iter().enumerate().map(|(place, item)| line(place + 1, item)).collect();
    Ok(format!("{head}\n{}\n{page}", lines.join("\n")))
}

fn line(place: usize, item: &ChecklistItem) -> String {
    let mark = match item.state {
        ItemState::Open => "☐",
        ItemState::Done { .. } => "☑",
        ItemState::Skipped { .. } => "—",
    };
    format!("{mark} {place}. {}", item.text)
}
