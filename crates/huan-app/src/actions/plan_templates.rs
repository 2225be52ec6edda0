//! Templates of emergency plans, as an administrator edits them.

use huan_core::{
    emergency::{PlanTemplate, TemplateError, shipped},
    history::{Event, Subject},
};

use crate::{error::ActionError, work::Work};

/// Writes a template in place of the one with the same key, or adds it. Plans that run keep what they began with.
///
/// # Errors
/// When the caller does not administer, or the template cannot be.
pub async fn set_template(work: &mut Work<'_>, template: PlanTemplate) -> Result<PlanTemplate, ActionError> {
    work.require_administrator()?;
    template.check().map_err(refused)?;
    work.tx.set_plan_template(&work.app.workspace, &template).await?;
    changed(work, &template.name);
    Ok(template)
}

/// Takes an edited template away: the one that ships counts again, if there is one.
///
/// # Errors
/// When the caller does not administer, or there is none.
pub async fn drop_template(work: &mut Work<'_>, key: &str) -> Result<(), ActionError> {
    work.require_administrator()?;
    if work.tx.drop_plan_template(&work.app.workspace, key).await? {
        changed(work, key);
        return Ok(());
    }
    // What ships and was never edited is there already.
    match shipped(work.language()).iter().any(|template| template.key == key) {
        true => Ok(()),
        false => Err(ActionError::NotFound("plan_template")),
    }
}

fn changed(work: &mut Work<'_>, name: &str) {
    let event = Event::Changed { field: "plan_template".to_owned(), from: String::new(), to: name.to_owned() };
    work.happened(Subject::Workspace(work.app.workspace.clone()), None, event);
}

/// The part of the template that is wrong, by the name of its field.
fn refused(error: TemplateError) -> ActionError {
    let field = match error.field.split('.').next() {
        Some("key") => "key",
        Some("name") => "name",
        Some("summary") => "summary",
        Some("roles") => "roles",
        Some("checklist") => "checklist",
        _ => "paces",
    };
    ActionError::field(field, error.code)
}
