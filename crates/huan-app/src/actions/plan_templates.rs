//! Templates of emergency plans, as an administrator edits them.

use huan_core::{
    emergency::{PlanTemplate, TemplateError, shipped},
    history::{Event, Subject},
};

use super::emergencies::templates;
use crate::{error::ActionError, work::Work};

/// Writes a template in place of the one with the same key, or adds it. Plans that run keep what they began with.
///
/// # Errors
/// When the caller does not administer, the template cannot be, or none would be left in use.
pub async fn set_template(work: &mut Work<'_>, template: PlanTemplate) -> Result<PlanTemplate, ActionError> {
    work.require_administrator()?;
    template.check().map_err(refused)?;
    if template.retired {
        require_another(work, &template.key).await?;
    }
    work.tx.set_plan_template(&work.app.workspace, &template).await?;
    changed(work, &template.name);
    Ok(template)
}

/// Takes an edited template away: the one that ships counts again. One that was added is retired: whoever looks at an
/// emergency that was led by it can still read it.
///
/// # Errors
/// When the caller does not administer, there is none, or none would be left in use.
pub async fn drop_template(work: &mut Work<'_>, key: &str) -> Result<(), ActionError> {
    work.require_administrator()?;
    let workspace = &work.app.workspace;
    let ships = shipped(work.language()).iter().any(|template| template.key == key);
    let own = work.tx.plan_templates(workspace).await?.into_iter().find(|template| template.key == key);
    match own {
        Some(own) if ships => {
            work.tx.drop_plan_template(workspace, key).await?;
            changed(work, &own.name);
        }
        Some(own) => {
            set_template(work, PlanTemplate { retired: true, ..own }).await?;
        }
        // What ships and was never edited is there already.
        None if ships => {}
        None => return Err(ActionError::NotFound("plan_template")),
    }
    Ok(())
}

/// At two in the morning there must be a plan.
async fn require_another(work: &mut Work<'_>, key: &str) -> Result<(), ActionError> {
    let language = work.language();
    let all = templates(&mut work.tx, &work.app.workspace, language).await?;
    match all.iter().any(|template| template.key != key && !template.retired) {
        true => Ok(()),
        false => Err(ActionError::field("retired", "last_template")),
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
