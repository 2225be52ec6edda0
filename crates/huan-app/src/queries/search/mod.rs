//! Search over everything: messages, rows of the record table, tasks, problems, fault reports, minutes.
//!
//! The index of the store chooses, as far as the reader may see; then each thing that was found is read and asked about at
//! `huan_core::permission` before a word of it is shown (`things.rs`). To add a kind: `huan_core::search::Kind`, what of it is
//! kept in the index (`huan-store/src/searchable.rs`), and how a hit is shown (`things.rs`).

pub(super) mod messages;
mod things;

use std::collections::HashMap;

use huan_core::{
    collaboration::Role,
    id::{AccountId, CollaborationId, PersonId},
    level::Level,
    permission::{self, CollaborationDeed, Deed, Matter},
    search::{Kind, Query, Segment, snippet},
};
use huan_store::{Hearing, SearchFilter};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look,
    names::{Named, PersonRef},
};
use crate::error::ActionError;

/// The most characters of a snippet.
const SNIPPET: usize = 140;
/// The most characters of a title.
const TITLE: usize = 80;
/// So often at most what is not to be seen after all is made up for. Then the page is shorter than asked for.
const ROUNDS: usize = 4;

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The words, as they were typed.
    pub words: String,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Only of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Only that in which this person has a part.
    pub person: Option<PersonId>,
    /// Only on this platform.
    pub platform: Option<String>,
    /// Only what came up at this time or later.
    pub from: Option<Timestamp>,
    /// Only what came up before this time.
    pub before: Option<Timestamp>,
}

/// A thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HitView {
    /// `message`, `record`, `task`, `problem`, `emergency`, `minutes` or `entry`.
    pub kind: &'static str,
    /// The id of the thing.
    pub id: String,
    /// By which people call it: `#12`, `P3`, `M2`, 研发部-2026-0001.
    pub number: Option<String>,
    /// Its name; of a message where it was said, empty for a direct conversation.
    pub title: Vec<SegmentView>,
    /// The words around the first hit.
    pub snippet: Vec<SegmentView>,
    /// Its collaboration.
    pub collaboration: Option<Named>,
    /// Who answers for it; who said a message, where that is known.
    pub person: Option<PersonRef>,
    /// Who said a message, by the name the platform gave.
    pub speaker: Option<String>,
    /// The platform a message was said on.
    pub platform: Option<String>,
    /// An address that opens a message on its platform.
    pub link: Option<String>,
    /// Where it stands: the stage of a task, problem or minutes, the status of a row.
    pub state: Option<&'static str>,
    /// When it came up.
    pub at: Timestamp,
}

/// A part of a text, marked where it was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentView {
    /// The words.
    pub text: String,
    /// Whether they were looked for.
    pub hit: bool,
}

/// A page of what was found, the newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The things.
    pub hits: Vec<HitView>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// What was found, as far as the reader may see: at most `most` things below the place `below`.
///
/// # Errors
/// When the collaboration is not theirs to see, or the database fails.
pub async fn search(look: &mut Look<'_>, wanted: Wanted, below: Option<i64>, most: u32) -> Result<Found, ActionError> {
    let roles = look.roles().await?;
    let filter = filter(look, wanted, &roles).await?;
    let mut below = below;
    let mut hits: Vec<HitView> = Vec::new();
    for _ in 0..ROUNDS {
        let room = most.saturating_sub(u32::try_from(hits.len()).unwrap_or(most));
        let mut found = look.conn.search(&look.app.workspace, &filter, below, room.saturating_add(1)).await?;
        let is_all = found.len() <= room as usize;
        found.truncate(room as usize);
        below = found.last().map(|last| last.place).or(below);
        hits.extend(things::views(look, &filter.query, &roles, &found).await?);
        if is_all {
            return Ok(Found { hits, next: None });
        }
        if hits.len() >= most as usize {
            break;
        }
    }
    Ok(Found { hits, next: below })
}

async fn filter(
    look: &mut Look<'_>,
    wanted: Wanted,
    roles: &HashMap<CollaborationId, Role>,
) -> Result<SearchFilter, ActionError> {
    let workspace = &look.app.workspace;
    let collaboration = match wanted.collaboration {
        Some(id) => {
            let role = roles.get(&id).copied();
            permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
            let channels = look.conn.channels_of_all(workspace, std::slice::from_ref(&id)).await?;
            Some((id, channels))
        }
        None => None,
    };
    let platform = match wanted.platform {
        Some(platform) => {
            let accounts = look.conn.accounts(workspace).await?;
            let there = accounts.into_iter().filter(|account| account.platform.as_str() == platform);
            let there: Vec<AccountId> = there.map(|account| account.id).collect();
            Some((platform, there))
        }
        None => None,
    };
    Ok(SearchFilter {
        query: Query::read(&wanted.words),
        kinds: wanted.kinds,
        collaboration,
        person: wanted.person,
        platform,
        from: wanted.from,
        before: wanted.before,
        sight: look.wide_sight().await?,
        hearing: hearing(look, roles).await?,
    })
}

/// What messages the reader may read: those of the groups of collaborations whose internal matters are theirs to see.
async fn hearing(look: &mut Look<'_>, roles: &HashMap<CollaborationId, Role>) -> Result<Hearing, ActionError> {
    let stranger = PersonId::from_bits(0);
    let viewer = &look.caller.viewer;
    let hears = |role: Option<Role>| {
        let matter =
            Matter { level: Level::Internal, role, initiator: None, owner: &stranger, asked: false, takes_part: false };
        permission::may(viewer, Deed::See, &matter).is_ok()
    };
    if hears(None) {
        return Ok(Hearing::EveryGroup);
    }
    let theirs: Vec<CollaborationId> =
        roles.iter().filter(|(_, role)| hears(Some(**role))).map(|(id, _)| id.clone()).collect();
    if theirs.is_empty() {
        return Ok(Hearing::Channels(Vec::new()));
    }
    Ok(Hearing::Channels(look.conn.channels_of_all(&look.app.workspace, &theirs).await?))
}

fn marked(text: &str, query: &Query, most: usize) -> Vec<SegmentView> {
    let segments = snippet(text, query, most);
    segments.into_iter().map(|Segment { text, hit }| SegmentView { text, hit }).collect()
}

/// The words of a thing beside its name.
fn marked_all<'a>(texts: impl IntoIterator<Item = &'a str>, query: &Query) -> Vec<SegmentView> {
    let texts: Vec<&str> = texts.into_iter().map(str::trim).filter(|text| !text.is_empty()).collect();
    marked(&texts.join(" · "), query, SNIPPET)
}
