//! How a collaboration stands with its mirror (C3): where it is, what could not be mirrored, and which edits did not stand.

use huan_connect::SendError;
use huan_core::{
    history::{Event, Subject},
    i18n::{Language, has, text},
    id::CollaborationId,
    mirror::{Mirror, Piece},
    permission::{self, CollaborationDeed},
};
use huan_store::Page;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    history::{self, EntryView},
    names::{Names, PersonRef},
    records,
    task_sync::ReasonView,
    tasks,
};
use crate::{
    actions::mirror::AccountSpaces,
    engine::mirror::{BASE, ROOT},
    error::ActionError,
};

/// How far back a row's history is searched for its conflicts.
const ENTRIES: u32 = 100;

/// How a collaboration stands with its mirror.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MirrorView {
    /// The mirror; none while there is none.
    pub mirror: Option<MirrorStandingView>,
    /// What could not be mirrored; 500 things at most.
    pub troubles: Vec<MirrorTroubleView>,
    /// Edits that did not stand, the latest first.
    pub conflicts: Vec<MirrorConflictView>,
    /// Whether the reader may set it up and have things tried again.
    pub may_manage: bool,
}

/// A mirror.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MirrorStandingView {
    /// The platform's key.
    pub platform: String,
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub account_name: String,
    /// The space's id there.
    pub space: String,
    /// The space's name.
    pub space_name: String,
    /// Whether it is at work.
    pub running: bool,
    /// Who set it up.
    pub responsible: PersonRef,
    /// When.
    pub created_at: Timestamp,
    /// When a run last went through.
    pub mirrored_at: Option<Timestamp>,
    /// How many calls that run made that changed something there.
    pub calls: u32,
    /// When it is looked at again.
    pub next_at: Option<Timestamp>,
    /// What is in the way of all of it.
    pub problem: Option<ReasonView>,
    /// How many rows stand there.
    pub rows: i64,
    /// The address of its first page there.
    pub address: Option<String>,
    /// The address of its tables there.
    pub tables_address: Option<String>,
}

/// Something that could not be mirrored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MirrorTroubleView {
    /// What it is called.
    pub title: String,
    /// The record here, for a row of the record table.
    pub record: Option<String>,
    /// The task here, for a row of the tasks.
    pub task: Option<String>,
    /// The column in the reader's language; none for all of it.
    pub field_name: Option<String>,
    /// Why.
    #[serde(flatten)]
    pub reason: ReasonView,
}

/// An edit that did not stand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MirrorConflictView {
    /// What it is called.
    pub title: String,
    /// The record.
    pub record: Option<String>,
    /// The task.
    pub task: Option<String>,
    /// What happened, with both values.
    pub entry: EntryView,
}

/// The spaces of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountSpacesView {
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub name: String,
    /// The platform's key.
    pub platform: String,
    /// The spaces in which it may make pages.
    pub spaces: Vec<SpaceView>,
    /// Why the platform did not tell them.
    pub problem: Option<String>,
}

/// A space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpaceView {
    /// Its id there.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl AccountSpacesView {
    /// As the page shows it.
    pub fn new(found: AccountSpaces, language: Language) -> Self {
        let (spaces, problem) = match found.spaces {
            Ok(spaces) => (spaces, None),
            Err(SendError { reason_key, .. }) => (Vec::new(), Some(text(language, reason_key, &[]))),
        };
        Self {
            account: found.account.to_string(),
            name: found.name,
            platform: found.platform.to_string(),
            spaces: spaces.into_iter().map(|space| SpaceView { id: space.id.to_string(), name: space.name }).collect(),
            problem,
        }
    }
}

/// How a collaboration that the reader may see stands with its mirror.
///
/// # Errors
/// When there is no such collaboration, they may not see it, or the database fails.
pub async fn of(look: &mut Look<'_>, id: &CollaborationId) -> Result<MirrorView, ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let may_manage = permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok();
    let workspace = &look.app.workspace;
    look.conn.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let Some(mirror) = look.conn.mirror_of(workspace, id).await? else {
        return Ok(MirrorView { mirror: None, troubles: Vec::new(), conflicts: Vec::new(), may_manage });
    };
    let troubles = troubles(look, &mirror).await?;
    let conflicts = conflicts(look, &mirror).await?;
    Ok(MirrorView { mirror: Some(standing(look, mirror).await?), troubles, conflicts, may_manage })
}

async fn standing(look: &mut Look<'_>, mirror: Mirror) -> Result<MirrorStandingView, ActionError> {
    let workspace = &look.app.workspace;
    let account = look.conn.account(workspace, &mirror.account).await?;
    let rows = look.conn.count_pieces(workspace, &mirror.id, "row/").await?;
    let pages = look.conn.mirror_pages(workspace, &mirror.id, &[ROOT, BASE]).await?;
    let names = Names::of_people(look, vec![mirror.responsible.clone()]).await?;
    let live = look.app.account(&mirror.account).map(|account| account.live);
    let documents = live.as_ref().and_then(|live| live.documents());
    let address = |key: &str| {
        let Some(Piece::Page(page)) = pages.get(key) else { return None };
        documents.zip(page.identity.as_ref()).map(|(documents, identity)| documents.address(&identity.page))
    };
    let (platform, account_name) =
        account.map(|account| (account.platform.to_string(), account.name)).unwrap_or_default();
    Ok(MirrorStandingView {
        platform,
        account: mirror.account.to_string(),
        account_name,
        space: mirror.space.to_string(),
        space_name: mirror.space_name,
        running: mirror.running,
        responsible: names.person(&mirror.responsible),
        created_at: mirror.created_at,
        mirrored_at: mirror.mirrored_at,
        calls: mirror.calls,
        next_at: mirror.next_at,
        problem: mirror.problem.as_ref().map(|problem| ReasonView::of(look, problem)),
        rows,
        address: address(ROOT),
        tables_address: address(BASE),
    })
}

/// What a row is about, and whether the reader may see it.
async fn visible(look: &mut Look<'_>, key: &str) -> Result<Option<Subject>, ActionError> {
    let Some(subject) = key.strip_prefix("row/").and_then(Subject::from_id) else { return Ok(None) };
    let seen = match &subject {
        Subject::Record(id) => records::visible(look, id).await.map(drop),
        Subject::Task(id) => tasks::visible(look, id).await.map(drop),
        _ => return Ok(None),
    };
    match seen {
        Ok(()) => Ok(Some(subject)),
        Err(ActionError::NotFound(_) | ActionError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ids(subject: &Subject) -> (Option<String>, Option<String>) {
    match subject {
        Subject::Record(id) => (Some(id.to_string()), None),
        Subject::Task(id) => (None, Some(id.to_string())),
        _ => (None, None),
    }
}

async fn troubles(look: &mut Look<'_>, mirror: &Mirror) -> Result<Vec<MirrorTroubleView>, ActionError> {
    let mut shown = Vec::new();
    for (key, piece) in look.conn.troubled_pieces(&look.app.workspace, &mirror.id).await? {
        match piece {
            Piece::Page(page) => shown.extend(page.problem.as_ref().map(|problem| MirrorTroubleView {
                title: page.title.clone(),
                record: None,
                task: None,
                field_name: None,
                reason: ReasonView::of(look, problem),
            })),
            Piece::Row(row) => {
                let Some(subject) = visible(look, &key).await? else { continue };
                let (record, task) = ids(&subject);
                for (column, problem) in &row.problems {
                    shown.push(MirrorTroubleView {
                        title: row.title.clone(),
                        record: record.clone(),
                        task: task.clone(),
                        field_name: column_name(look.caller.language, column),
                        reason: ReasonView::of(look, problem),
                    });
                }
            }
            Piece::Table(table) => {
                let title = text(look.caller.language, &format!("mirror.{}", key.replace('/', ".")), &[]);
                shown.extend(table.problems.iter().map(|(column, problem)| MirrorTroubleView {
                    title: title.clone(),
                    record: None,
                    task: None,
                    field_name: column_name(look.caller.language, column),
                    reason: ReasonView::of(look, problem),
                }));
            }
        }
    }
    Ok(shown)
}

/// The heading of a column in a language; none for the whole row.
pub(super) fn column_name(language: Language, column: &str) -> Option<String> {
    let keys = [format!("domain.column.{column}"), format!("sync.field.{column}")];
    keys.iter().find(|key| has(language, key)).map(|key| text(language, key, &[]))
}

async fn conflicts(look: &mut Look<'_>, mirror: &Mirror) -> Result<Vec<MirrorConflictView>, ActionError> {
    let mut shown = Vec::new();
    let workspace = &look.app.workspace;
    for (key, piece) in look.conn.conflicted_pieces(workspace, &mirror.id).await? {
        let Piece::Row(row) = piece else { continue };
        let Some(subject) = visible(look, &key).await? else { continue };
        let page = Page { descending: true, ..Page::first(ENTRIES) };
        let listed = look.conn.history(workspace, &subject, &page).await?;
        let ours = |event: &Event| matches!(event, Event::MirrorConflict { .. } | Event::MirrorRefused { .. });
        let entries = listed.rows.into_iter().map(|row| row.entry).filter(|entry| ours(&entry.event)).collect();
        let (record, task) = ids(&subject);
        for entry in history::views(look, entries).await? {
            shown.push(MirrorConflictView {
                title: row.title.clone(),
                record: record.clone(),
                task: task.clone(),
                entry,
            });
        }
    }
    shown.sort_by_key(|conflict| std::cmp::Reverse(conflict.entry.at));
    Ok(shown)
}
