//! Setting up a collaboration's mirror on a platform that keeps pages and tables (C3).

use huan_connect::{SendError, SpaceOutline};
use huan_core::{
    history::{Event, Subject},
    i18n::text,
    id::{AccountId, CollaborationId},
    mirror::{
        Mirror, PagePiece, Piece,
        table::{RowState, TableState},
    },
    permission::CollaborationDeed,
    platform::{ForeignSpace, PlatformKey},
};

use super::task_binding::may_manage;
use crate::{app::App, caller::Caller, engine::mirror::BASE, error::ActionError, work::Work};

/// The spaces of an account.
#[derive(Debug)]
pub struct AccountSpaces {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its platform.
    pub platform: PlatformKey,
    /// Those in which it may make pages, or why the platform did not tell.
    pub spaces: Result<Vec<SpaceOutline>, SendError>,
}

/// The spaces in which a mirror of this collaboration can stand; the caller must manage it.
///
/// # Errors
/// When they may not, or the database fails. A platform that does not answer is told with its account.
pub async fn spaces(
    app: &App,
    caller: &Caller,
    collaboration: &CollaborationId,
) -> Result<Vec<AccountSpaces>, ActionError> {
    may_manage(app, caller, collaboration).await?;
    let known = app.db.read().await?.accounts(&app.workspace).await?;
    let mut found = Vec::new();
    for open in app.open_accounts() {
        let account = known.iter().find(|account| account.id == open.id);
        let (Some(documents), Some(_), Some(account)) = (open.live.documents(), open.live.tables(), account) else {
            continue;
        };
        let spaces = documents.spaces().await;
        let (name, platform) = (account.name.clone(), open.platform.clone());
        found.push(AccountSpaces { account: open.id, name, platform, spaces });
    }
    Ok(found)
}

/// Looks a space up before it is chosen; the caller must manage the collaboration.
///
/// # Errors
/// When they may not, the account keeps no spaces, or there is no such space.
pub async fn space(
    app: &App,
    caller: &Caller,
    collaboration: &CollaborationId,
    account: &AccountId,
    space: &ForeignSpace,
) -> Result<SpaceOutline, ActionError> {
    may_manage(app, caller, collaboration).await?;
    let account = app.account(account).ok_or(ActionError::field("account", "unknown"))?;
    let documents = account.live.documents().ok_or(ActionError::field("account", "unknown"))?;
    let failed = |error: SendError| ActionError::Platform(text(caller.language, error.reason_key, &[]));
    let spaces = documents.spaces().await.map_err(failed)?;
    spaces.into_iter().find(|one| one.id == *space).ok_or(ActionError::field("space", "unknown"))
}

/// Has a mirror written in a space that was looked up before. A mirror that stands elsewhere already is given up: what stands
/// there stays.
///
/// # Errors
/// When the caller may not.
pub async fn set_up(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    account: AccountId,
    space: &SpaceOutline,
) -> Result<Mirror, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let workspace = &work.app.workspace;
    let responsible = work.caller()?.person().clone();
    let before = match work.tx.mirror_of(workspace, collaboration).await? {
        Some(before) => work.tx.lock_mirror(workspace, &before.id).await?,
        None => None,
    };
    if let Some(before) = before {
        if before.account == account && before.space == space.id {
            let mirror = Mirror {
                responsible,
                running: true,
                next_at: Some(work.now),
                space_name: space.name.clone(),
                ..before
            };
            work.tx.save_mirror(workspace, &mirror).await?;
            return Ok(mirror);
        }
        work.tx.delete_mirror(workspace, &before.id).await?;
    }
    let mirror = Mirror {
        id: work.new_id(),
        collaboration: collaboration.clone(),
        account,
        space: space.id.clone(),
        space_name: space.name.clone(),
        responsible,
        running: true,
        created_at: work.now,
        mirrored_at: None,
        next_at: Some(work.now),
        attempts: 0,
        problem: None,
        wakes: 0,
        calls: 0,
    };
    work.tx.insert_mirror(workspace, &mirror).await?;
    changed(work, collaboration, "", &mirror.space_name);
    Ok(mirror)
}

/// Pauses a mirror or lets it go on. What changed meanwhile is written then.
///
/// # Errors
/// When the caller may not, or there is none.
pub async fn set_running(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    running: bool,
) -> Result<Mirror, ActionError> {
    let mut mirror = existing(work, collaboration).await?;
    mirror.running = running;
    mirror.next_at = running.then_some(work.now);
    work.tx.save_mirror(&work.app.workspace, &mirror).await?;
    work.show(&Subject::Collaboration(collaboration.clone()), Some(collaboration));
    Ok(mirror)
}

/// Has everything tried again that could not be mirrored. What was deleted there is made anew.
///
/// # Errors
/// When the caller may not, or there is no mirror.
pub async fn retry(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<Mirror, ActionError> {
    let mut mirror = existing(work, collaboration).await?;
    let workspace = &work.app.workspace;
    let gone = |problem: &Option<huan_core::task_sync::SyncProblem>| {
        problem.as_ref().is_some_and(|problem| problem.key == "mirror.reason.gone")
    };
    let base_gone = gone(&mirror.problem);
    let pieces = work.tx.mirror_pieces(workspace, &mirror.id).await?;
    for (key, piece) in pieces {
        let fresh = match piece {
            // The page is still known by its title, should it be there after all.
            Piece::Page(page) if gone(&page.problem) || (base_gone && key == BASE) => {
                Piece::Page(PagePiece { title: page.title, ..PagePiece::default() })
            }
            Piece::Page(page) if page.problem.is_some() => Piece::Page(PagePiece { problem: None, ..page }),
            Piece::Table(_) if base_gone => Piece::Table(TableState::default()),
            Piece::Row(row) if base_gone => Piece::Row(RowState { title: row.title, ..RowState::default() }),
            Piece::Row(row) if !row.problems.is_empty() => {
                Piece::Row(RowState { problems: std::collections::BTreeMap::new(), ..row })
            }
            _ => continue,
        };
        work.tx.save_piece(workspace, &mirror.id, &key, &fresh).await?;
    }
    mirror.problem = None;
    mirror.attempts = 0;
    mirror.next_at = mirror.running.then_some(work.now);
    work.tx.save_mirror(workspace, &mirror).await?;
    Ok(mirror)
}

/// Gives a mirror up. What stands on the platform stays.
///
/// # Errors
/// When the caller may not, or there is none.
pub async fn give_up(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<(), ActionError> {
    let mirror = existing(work, collaboration).await?;
    work.tx.delete_mirror(&work.app.workspace, &mirror.id).await?;
    changed(work, collaboration, &mirror.space_name, "");
    Ok(())
}

async fn existing(work: &mut Work<'_>, collaboration: &CollaborationId) -> Result<Mirror, ActionError> {
    work.collaboration_for(collaboration, CollaborationDeed::Manage).await?;
    let found = work.tx.mirror_of(&work.app.workspace, collaboration).await?;
    let id = found.ok_or(ActionError::NotFound("mirror"))?.id;
    work.tx.lock_mirror(&work.app.workspace, &id).await?.ok_or(ActionError::NotFound("mirror"))
}

fn changed(work: &mut Work<'_>, collaboration: &CollaborationId, from: &str, to: &str) {
    let event = Event::Changed { field: "mirror".to_owned(), from: from.to_owned(), to: to.to_owned() };
    work.happened(Subject::Collaboration(collaboration.clone()), Some(collaboration), event);
}
