//! A task changed on its platform: it is looked at. What the event says of it is not believed, since events come late,
//! twice and out of order.

use huan_connect::TaskChanged;
use huan_core::task_sync::{Binding, Side, TaskLink};
use huan_store::InboxEvent;

use crate::{
    app::{App, OpenAccount},
    engine::task_sync::wake,
    error::ActionError,
    work::{Work, empty_link},
};

/// Has the task looked at in every binding that hears through this account.
pub(super) async fn hear(
    app: &App,
    account: &OpenAccount,
    changed: &TaskChanged,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    let mut work = app.begin_for(event).await?;
    // What we wrote ourselves is known. Should the platform be wrong in that, asking it regularly brings it up.
    if !changed.by_us {
        for binding in work.tx.bindings(&app.workspace).await? {
            if binding.running && hears_through(app, &binding, account) {
                look(&mut work, binding, changed).await?;
            }
        }
    }
    work.commit().await
}

/// Whether the events of a binding come through this account: its own, or the one that passes them on.
fn hears_through(app: &App, binding: &Binding, account: &OpenAccount) -> bool {
    binding.account == account.id
        || app
            .account(&binding.account)
            .is_some_and(|own| own.live.tasks().and_then(|tasks| tasks.relay()) == Some(account.id.as_str()))
}

async fn look(work: &mut Work<'_>, mut binding: Binding, changed: &TaskChanged) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    if let Some(link) = work.tx.lock_link_of_foreign(workspace, &binding.id, &changed.task).await? {
        return wake(work, &link).await;
    }
    match &changed.project {
        Some(project) if *project == binding.project => {
            let link =
                TaskLink { binding: binding.id, foreign: Some(changed.task.clone()), ..empty_link(Side::There, work) };
            Ok(work.tx.insert_link(workspace, &link).await?)
        }
        Some(_) => Ok(()),
        // Which project it belongs to is not told: the platform is asked what changed in this one.
        None => {
            binding.next_at = Some(binding.next_at.map_or(work.now, |at| at.min(work.now)));
            Ok(work.tx.save_binding(workspace, &binding).await?)
        }
    }
}
