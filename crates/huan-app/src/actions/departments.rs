//! Departments.

use huan_core::{
    history::{Event, Subject},
    id::DepartmentId,
    person::Department,
};

use super::input;
use crate::{error::ActionError, work::Work};

/// The deepest nesting of departments that is followed.
const DEEPEST: usize = 50;

/// What to change of a department; `None` leaves it as it is, an inner `None` clears it.
#[derive(Debug, Clone, Default)]
pub struct DepartmentChange {
    /// The name.
    pub name: Option<String>,
    /// The department it belongs to.
    pub parent: Option<Option<DepartmentId>>,
}

/// Makes a department. Its name begins the numbers of its records, so it is there only once.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn create_department(
    work: &mut Work<'_>,
    name: &str,
    parent: Option<DepartmentId>,
) -> Result<Department, ActionError> {
    work.require_administrator()?;
    let department = Department { id: work.new_id(), name: free_name(work, None, name).await?, parent: None };
    let parent = parent_of(work, &department.id, parent).await?;
    let department = Department { parent, ..department };
    work.tx.insert_department(&work.app.workspace, &department).await?;
    changed(work, "department", String::new(), department.name.clone());
    Ok(department)
}

/// Renames a department or moves it under another one.
///
/// # Errors
/// When the caller may not, there is no such department, or something given cannot be used.
pub async fn edit_department(
    work: &mut Work<'_>,
    id: &DepartmentId,
    change: DepartmentChange,
) -> Result<Department, ActionError> {
    work.require_administrator()?;
    let was = work.tx.department(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("department"))?;
    let mut department = was.clone();
    if let Some(name) = &change.name {
        department.name = free_name(work, Some(id), name).await?;
    }
    if let Some(parent) = change.parent {
        department.parent = parent_of(work, id, parent).await?;
    }
    if department != was {
        work.tx.update_department(&work.app.workspace, &department).await?;
        let (from, to) = (placed(work, &was).await?, placed(work, &department).await?);
        changed(work, "department", from, to);
    }
    Ok(department)
}

async fn free_name(work: &mut Work<'_>, own: Option<&DepartmentId>, given: &str) -> Result<String, ActionError> {
    let name = input::text("name", given, input::SHORT)?;
    match work.tx.department_by_name(&work.app.workspace, &name).await? {
        Some(other) if Some(&other.id) != own => Err(ActionError::field("name", "taken")),
        _ => Ok(name),
    }
}

/// The name of a department below that of its parent.
async fn placed(work: &mut Work<'_>, department: &Department) -> Result<String, ActionError> {
    let Some(parent) = &department.parent else { return Ok(department.name.clone()) };
    let above = work.tx.department(&work.app.workspace, parent).await?;
    Ok(above.map_or_else(|| department.name.clone(), |above| format!("{} / {}", above.name, department.name)))
}

/// A parent that does not lie below the department itself.
async fn parent_of(
    work: &mut Work<'_>,
    id: &DepartmentId,
    parent: Option<DepartmentId>,
) -> Result<Option<DepartmentId>, ActionError> {
    let mut next = parent.clone();
    for _ in 0..DEEPEST {
        let Some(above) = next else { return Ok(parent) };
        if above == *id {
            return Err(ActionError::field("parent", "circle"));
        }
        let department = work.tx.department(&work.app.workspace, &above).await?;
        next = department.ok_or(ActionError::field("parent", "unknown"))?.parent;
    }
    Err(ActionError::field("parent", "circle"))
}

fn changed(work: &mut Work<'_>, field: &str, from: String, to: String) {
    let subject = Subject::Workspace(work.app.workspace.clone());
    work.happened(subject, None, Event::Changed { field: field.to_owned(), from, to });
}
