//! What is said in the course of an emergency plan, beside the card of its problem.

use huan_connect::Content;
use huan_core::{
    emergency::{ChecklistItem, Emergency},
    id::{ChecklistItemId, EmergencyId, WorkspaceId},
    level::Level,
    problem::Problem,
};
use huan_store::Conn;

use super::{Notice, Reader};
use crate::{app::App, error::ActionError};

/// Everything about an emergency that words need.
pub(super) struct PlanFacts {
    pub(super) emergency: Emergency,
    pub(super) problem: Problem,
    /// The point of the checklist that it is about.
    item: Option<ChecklistItem>,
}

/// Reads everything about an emergency that words need; `None` when the notice is about no emergency.
pub(super) async fn facts(app: &App, conn: &mut Conn, notice: &Notice) -> Result<Option<PlanFacts>, ActionError> {
    let workspace = &app.workspace;
    let item = match notice {
        Notice::PlanItemDue { item, .. } => Some(item_of(conn, workspace, item).await?),
        _ => None,
    };
    let id: EmergencyId = match (notice, &item) {
        (
            Notice::PlanRole { emergency }
            | Notice::StageReport { emergency, .. }
            | Notice::FaultReportDue { emergency, .. },
            _,
        ) => emergency.clone(),
        (_, Some(item)) => item.emergency.clone(),
        _ => return Ok(None),
    };
    let emergency = conn.emergency(workspace, &id).await?.ok_or(ActionError::NotFound("emergency"))?;
    let problem = conn.problem(workspace, &emergency.problem).await?.ok_or(ActionError::NotFound("problem"))?;
    Ok(Some(PlanFacts { emergency, problem, item }))
}

async fn item_of(conn: &mut Conn, workspace: &WorkspaceId, id: &ChecklistItemId) -> Result<ChecklistItem, ActionError> {
    conn.checklist_item(workspace, id).await?.ok_or(ActionError::NotFound("checklist_item"))
}

/// Puts a notice about an emergency into words, or says that it is no longer needed.
pub(super) fn words(app: &App, notice: &Notice, facts: &PlanFacts, reader: &Reader) -> Option<Content> {
    let PlanFacts { emergency, problem, item } = facts;
    let page = app.page(&format!("emergencies/{}", emergency.id));
    if reader.outsiders && problem.level == Level::Confidential {
        return Some(Content::Text(format!("{}\n{page}", reader.text("notice.confidential", &[]))));
    }
    let severity = reader.text(&format!("domain.severity.{}", emergency.severity.name()), &[]);
    let mark = match emergency.drill {
        true => reader.text("notice.problem.drill", &[]),
        false => String::new(),
    };
    let title = reader.text(
        "notice.problem.urgent_title",
        &[("number", &problem.number), ("title", &problem.title), ("severity", &severity)],
    );
    let title = format!("{mark}{title}");
    let said = match notice {
        Notice::PlanRole { .. } if emergency.is_running() => {
            let roles = emergency.roles.iter().filter(|role| Some(&role.person) == reader.person.as_ref());
            let roles: Vec<String> = roles
                .map(|role| reader.text("notice.plan.role_line", &[("role", &role.name), ("duty", &role.duty)]))
                .collect();
            if roles.is_empty() {
                return None;
            }
            reader.text("notice.plan.roles", &[("title", &title), ("roles", &roles.join("\n"))])
        }
        // What was drafted says itself what it is about.
        Notice::StageReport { text, .. } if text.contains(&problem.title) => format!("{mark}{text}"),
        Notice::StageReport { text, .. } => format!("{title}\n{text}"),
        Notice::PlanItemDue { late, .. } => {
            let item = item.as_ref().filter(|item| item.is_open() && emergency.is_running())?;
            let key = if *late { "notice.plan.item_late" } else { "notice.plan.item_due" };
            reader.text(key, &[("title", &title), ("text", &item.text), ("due", &reader.moment(item.due_at))])
        }
        Notice::FaultReportDue { late, .. } => {
            if emergency.is_running() || emergency.clock().is_none() {
                return None;
            }
            let key = if *late { "notice.plan.report_late" } else { "notice.plan.report_due" };
            reader.text(key, &[("title", &title)])
        }
        _ => return None,
    };
    Some(Content::Text(format!("{said}\n{page}")))
}
