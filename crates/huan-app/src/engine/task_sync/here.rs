//! Huan's side: what was changed on the platform is carried out by the same actions that pages and chats use.

use huan_core::{
    i18n::{Language, text},
    id::TaskId,
    platform::PlatformKey,
    task::{Proposal, ProposalAnswer, Refusal, Stage, Task},
    task_sync::SyncField,
};

use super::there::{priority, stage};
use crate::{
    actions::{
        edit_task::{TaskChange, edit_task},
        task_steps,
    },
    error::ActionError,
    work::Work,
};

/// Gives a field of a task the value that it has on the platform. `said` is the last comment there, for a refusal.
pub(in crate::engine) async fn apply(
    work: &mut Work<'_>,
    task: &Task,
    field: SyncField,
    value: &str,
    platform: &PlatformKey,
    said: Option<&str>,
) -> Result<(), ActionError> {
    let change = TaskChange { version: task.version, ..TaskChange::default() };
    let unusable = || ActionError::field("value", "malformed");
    let change = match field {
        SyncField::Owner => {
            let owner = value.parse().map_err(|_| unusable())?;
            return task_steps::reassign(work, &task.id, &owner).await.map(drop);
        }
        SyncField::Status => {
            let to = stage(value).ok_or_else(unusable)?;
            return move_to(work, &task.id, to, platform, said).await;
        }
        SyncField::Name => TaskChange { name: Some(value.to_owned()), ..change },
        SyncField::Description => TaskChange { description: Some(value.to_owned()), ..change },
        SyncField::Due if value.is_empty() => TaskChange { due_at: Some(None), ..change },
        SyncField::Due => TaskChange { due_at: Some(Some(value.parse().map_err(|_| unusable())?)), ..change },
        SyncField::Priority => TaskChange { priority: Some(priority(value).ok_or_else(unusable)?), ..change },
        SyncField::Helpers => {
            let helpers = value.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(|_| unusable())?;
            TaskChange { helpers: Some(helpers), ..change }
        }
    };
    edit_task(work, &task.id, change).await.map(drop)
}

/// Moves a task to a stage by the steps that lead there.
async fn move_to(
    work: &mut Work<'_>,
    id: &TaskId,
    to: Stage,
    platform: &PlatformKey,
    said: Option<&str>,
) -> Result<(), ActionError> {
    let name = text(Language::default(), &format!("domain.platform.{platform}"), &[]);
    let reason = |key: &str| text(Language::default(), &format!("sync.reason.{key}"), &[("platform", &name)]);
    let task = work.tx.task(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("task"))?;
    match (task.state.stage(), to) {
        (now, to) if now == to => {}
        (Stage::Cancelled, _) => return Err(ActionError::WrongState(Stage::Cancelled)),
        (Stage::Done, Stage::Cancelled) => {}
        (_, Stage::Cancelled) => drop(task_steps::cancel(work, id, &reason("archived")).await?),
        (Stage::Declined, Stage::Done) => {
            task_steps::accept(work, id).await?;
            task_steps::finish(work, id).await?;
        }
        (_, Stage::Done) => drop(task_steps::finish(work, id).await?),
        (_, Stage::InProgress) => drop(task_steps::take_up(work, id).await?),
        (now, Stage::Blocked) => {
            if now != Stage::InProgress {
                task_steps::take_up(work, id).await?;
            }
            task_steps::block(work, id, &reason("blocked")).await?;
        }
        (Stage::Declined, Stage::Offered) => {
            let answer = ProposalAnswer::Insist { words: reason("reopened") };
            task_steps::answer_proposal(work, id, answer).await?;
        }
        (now, Stage::Offered) => offer_again(work, &task, now).await?,
        (now, Stage::Declined) => {
            // D2: a refusal says why, and what instead.
            let why = said.ok_or(ActionError::field("reason", "required"))?;
            if now != Stage::Offered {
                offer_again(work, &task, now).await?;
            }
            let proposal = Proposal { words: reason("declined"), ..Proposal::default() };
            task_steps::decline(work, id, Refusal { reason: why.to_owned(), proposal }).await?;
        }
    }
    Ok(())
}

/// Asks the same owner anew.
async fn offer_again(work: &mut Work<'_>, task: &Task, now: Stage) -> Result<(), ActionError> {
    if now == Stage::Done {
        task_steps::reopen(work, &task.id).await?;
    }
    task_steps::reassign(work, &task.id, &task.owner).await.map(drop)
}
