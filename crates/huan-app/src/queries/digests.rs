//! Daily and weekly digests as pages show them: open ones as they would go out now, the others as they went out.

use std::collections::BTreeMap;

use huan_core::{
    charter::Content,
    collaboration::{Channel, Collaboration, Role},
    digest::{self, Digest, DigestState, EditedLine, Line, Standing},
    id::{ChannelId, CollaborationId, DigestId, PersonId},
    level::Level,
    permission::{self, CollaborationDeed, Deed, Matter},
    platform::PlatformKey,
};
use huan_store::{Listed, Page};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Look, code,
    names::{Names, PersonRef},
};
use crate::{actions::digests::goes_out_at, digests, error::ActionError};

/// A digest in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DigestView {
    /// The id.
    pub id: String,
    /// The collaboration's id.
    pub collaboration: String,
    /// `daily` or `weekly`.
    pub rhythm: &'static str,
    /// The day on which it is due, in the zone of the collaboration.
    pub day: String,
    /// The day or the days that it tells of, in the reader's language.
    pub period: String,
    /// `planned`, `prepared`, `sent` or `skipped`.
    pub state: &'static str,
    /// It tells of what happened from this moment on.
    pub since: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
    /// When it goes out: some minutes after it is due, spread over all collaborations.
    pub goes_out_at: Timestamp,
    /// When it went out.
    pub sent_at: Option<Timestamp>,
    /// Whether it went out after its time.
    pub late: bool,
    /// Who sent it early.
    pub sent_by: Option<PersonRef>,
    /// To how many groups it went, or goes as far as is known now.
    pub groups: usize,
    /// How many lines each part has that the reader may read; only for what went out.
    pub counts: BTreeMap<&'static str, usize>,
    /// Grows with each change.
    pub version: i64,
}

/// A digest with all it says.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DigestPage {
    /// What the list shows of it.
    #[serde(flatten)]
    pub digest: DigestView,
    /// The assistant's words above everything.
    pub note: String,
    /// The lines that the reader may read.
    pub lines: Vec<DigestLineView>,
    /// How many they may not.
    pub hidden: usize,
    /// The record table in numbers.
    pub table: Vec<StatusCountView>,
    /// The rows that should have been touched; for whoever may edit an open digest.
    pub stale: Vec<StaleView>,
    /// The groups that were told.
    pub posted: Vec<PostedView>,
    /// Who edited it last.
    pub edited_by: Option<PersonRef>,
    /// When.
    pub edited_at: Option<Timestamp>,
    /// Whether the reader may edit, send and leave it out.
    pub may_edit: bool,
}

/// A line of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DigestLineView {
    /// The line's key.
    pub key: String,
    /// The part: `done`, `moved`, `blocked`, `overdue`, `missing`, `decisions`, `problems` or `next`.
    pub part: &'static str,
    /// The words.
    pub text: String,
    /// `public`, `internal` or `confidential`.
    #[schema(value_type = String)]
    pub level: Level,
    /// The id of the thing it tells of.
    pub subject: Option<String>,
    /// `drafted`, `rewritten`, `left_out` or `added`.
    pub standing: &'static str,
    /// What the draft says, where the line says something else.
    pub drafted: Option<String>,
    /// What the draft said when the line was changed.
    pub over: Option<String>,
    /// Whether the draft has changed since the line was.
    pub offered: bool,
}

/// How many rows have a status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusCountView {
    /// The status.
    pub status: &'static str,
    /// How many.
    pub count: u32,
}

/// A row that should have been touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StaleView {
    /// The row's id.
    pub record: String,
    /// Its number.
    pub number: String,
    /// Its topic.
    pub topic: String,
    /// Who answers for it.
    pub owner: PersonRef,
    /// `overdue`, `due_today` or `untouched`.
    pub why: &'static str,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was last touched.
    pub touched_at: Timestamp,
}

/// A group that was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PostedView {
    /// The group's name.
    pub title: String,
    /// Its platform.
    pub platform: String,
    /// How far the message has come.
    pub state: String,
}

/// The collaboration, when the reader may see it, and their role in it.
async fn visible(look: &mut Look<'_>, id: &CollaborationId) -> Result<(Collaboration, Option<Role>), ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let found = look.conn.collaboration(&look.app.workspace, id).await?;
    Ok((found.ok_or(ActionError::NotFound("collaboration"))?, role))
}

/// The digests of a collaboration that are over, the latest first; or all that are still to go out.
///
/// # Errors
/// When the collaboration is not the reader's to see, or the database fails.
pub async fn list(
    look: &mut Look<'_>,
    of: &CollaborationId,
    open: bool,
    page: &Page,
) -> Result<(Listed<Digest>, Vec<DigestView>), ActionError> {
    let (collaboration, role) = visible(look, of).await?;
    let workspace = &look.app.workspace;
    let listed = if open {
        Listed { rows: look.conn.open_digests(workspace, of).await?, next: None }
    } else {
        look.conn.digests(workspace, of, &[DigestState::Sent, DigestState::Skipped], page).await?
    };
    let senders = listed.rows.iter().filter_map(|digest| digest.sent.as_ref()?.by.clone()).collect();
    let names = Names::of_people(look, senders).await?;
    let groups = groups(look, &collaboration).await?;
    let views = listed.rows.iter().map(|digest| view(look, digest, role, &names, groups)).collect();
    Ok((listed, views))
}

/// How many groups a digest would go to now.
async fn groups(look: &mut Look<'_>, of: &Collaboration) -> Result<usize, ActionError> {
    let channels = look.conn.channels_of(&look.app.workspace, &of.id).await?;
    let (charter, _) = look.conn.charter(&look.app.workspace, &of.id).await?;
    let on_platform = |channel: &Channel| {
        let account = look.app.account(&channel.account).filter(|_| channel.present)?;
        Some((channel.id.clone(), account.platform.clone()))
    };
    let open: Vec<(ChannelId, PlatformKey)> = channels.iter().filter_map(on_platform).collect();
    Ok(charter.groups_for(Content::Reports, open).len())
}

fn view(look: &Look<'_>, digest: &Digest, role: Option<Role>, names: &Names, groups: usize) -> DigestView {
    let language = look.caller.language;
    let mut counts = BTreeMap::new();
    if let Some(sent) = &digest.sent {
        for line in sent.document(language).lines.iter().filter(|line| may_read(look, role, line)) {
            *counts.entry(line.part.name()).or_default() += 1;
        }
    }
    let sent = digest.sent.as_ref();
    DigestView {
        id: digest.id.to_string(),
        collaboration: digest.collaboration.to_string(),
        rhythm: digest.rhythm.name(),
        day: digest.day.to_string(),
        period: digest::period(digest.rhythm, digest.day, language),
        state: digest.state.name(),
        since: digest.since,
        due_at: digest.due_at,
        goes_out_at: goes_out_at(digest).max(digest.next_at.filter(|at| *at > digest.due_at).unwrap_or(digest.due_at)),
        sent_at: sent.map(|sent| sent.at),
        late: sent.is_some_and(|sent| sent.late),
        sent_by: sent.and_then(|sent| sent.by.as_ref()).map(|by| names.person(by)),
        groups: sent.map_or(groups, |sent| sent.posted.len()),
        counts,
        version: digest.version,
    }
}

/// Whether the reader, having `role` in the collaboration, may read a line.
fn may_read(look: &Look<'_>, role: Option<Role>, line: &Line) -> bool {
    let takes_part = line.people.contains(look.caller.person());
    may_read_level(look, role, line.level, takes_part)
}

fn may_read_level(look: &Look<'_>, role: Option<Role>, level: Level, takes_part: bool) -> bool {
    let nobody = PersonId::from_bits(0);
    let matter = Matter { level, role, initiator: None, owner: &nobody, asked: false, takes_part };
    permission::may(&look.caller.viewer, Deed::See, &matter).is_ok()
}

/// A digest with all it says.
///
/// # Errors
/// When there is none, its collaboration is not the reader's to see, or the database fails.
pub async fn one(look: &mut Look<'_>, id: &DigestId) -> Result<DigestPage, ActionError> {
    let found = look.conn.digest(&look.app.workspace, id).await?;
    let digest = found.ok_or(ActionError::NotFound("digest"))?;
    let (collaboration, role) = visible(look, &digest.collaboration).await?;
    let manages = permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::Manage, role).is_ok();
    let may_edit = manages && digest.state.is_open();
    let language = look.caller.language;
    let (note, lines, table) = match &digest.sent {
        Some(sent) => {
            let document = sent.document(language).clone();
            let as_sent = |line| EditedLine { line, standing: Standing::Drafted, drafted: None, offered: false };
            (document.note, document.lines.into_iter().map(as_sent).collect(), document.table)
        }
        None => {
            let drafts = digests::drafts(look.app, look.conn, &collaboration, &digest, look.now).await?;
            let (draft, other) = drafts.in_language(language);
            (digest.edits.note.clone(), digest.edits.over(draft, &[other]), draft.table.clone())
        }
    };
    let all = lines.len();
    let shown: Vec<EditedLine> = lines
        .into_iter()
        .filter(|line| may_read(look, role, &line.line) && (may_edit || line.standing != Standing::LeftOut))
        .collect();
    let stale =
        if may_edit { digests::stale_rows(look.app, look.conn, &collaboration, look.now).await? } else { Vec::new() };
    let mut people: Vec<PersonId> = stale.iter().map(|row| row.record.owner.clone()).collect();
    people.extend(digest.edits.by.clone());
    people.extend(digest.sent.as_ref().and_then(|sent| sent.by.clone()));
    let names = Names::of_people(look, people).await?;
    let groups = groups(look, &collaboration).await?;
    let inside = may_read_level(look, role, Level::Internal, false);
    let posted = posted(look, &digest).await?;
    let left_out = |key: &String| digest.edits.changed.get(key);
    Ok(DigestPage {
        note: if inside { note } else { String::new() },
        hidden: all - shown.len(),
        lines: shown
            .into_iter()
            .map(|edited| DigestLineView {
                over: left_out(&edited.line.key).map(|change| change.over.clone()),
                key: edited.line.key,
                part: edited.line.part.name(),
                text: edited.line.text,
                level: edited.line.level,
                subject: edited.line.subject,
                standing: edited.standing.name(),
                drafted: edited.drafted,
                offered: edited.offered,
            })
            .collect(),
        table: match inside {
            true => table.into_iter().map(|(status, count)| StatusCountView { status: status.name(), count }).collect(),
            false => Vec::new(),
        },
        stale: stale
            .into_iter()
            .map(|row| StaleView {
                owner: names.person(&row.record.owner),
                record: row.record.id.to_string(),
                number: row.record.number,
                topic: row.record.topic,
                why: row.why.name(),
                due_at: row.record.due_at,
                touched_at: row.touched_at,
            })
            .collect(),
        posted,
        edited_by: digest.edits.by.as_ref().map(|by| names.person(by)),
        edited_at: digest.edits.at,
        may_edit,
        digest: view(look, &digest, role, &names, groups),
    })
}

/// The groups that were told, and how far each message has come.
async fn posted(look: &mut Look<'_>, digest: &Digest) -> Result<Vec<PostedView>, ActionError> {
    let Some(sent) = digest.sent.as_ref().filter(|sent| !sent.posted.is_empty()) else { return Ok(Vec::new()) };
    let workspace = &look.app.workspace;
    let ids: Vec<ChannelId> = sent.posted.iter().map(|posted| posted.channel.clone()).collect();
    let channels = look.conn.channels_by_id(workspace, &ids).await?;
    let accounts = look.conn.accounts(workspace).await?;
    let mut views = Vec::with_capacity(sent.posted.len());
    for posted in &sent.posted {
        let Some(channel) = channels.iter().find(|channel| channel.id == posted.channel) else { continue };
        let delivery = look.conn.delivery(workspace, &posted.delivery).await?;
        let account = accounts.iter().find(|account| account.id == channel.account);
        views.push(PostedView {
            title: channel.title.clone(),
            platform: account.map(|account| account.platform.to_string()).unwrap_or_default(),
            state: delivery.map(|delivery| code(&delivery.state)).unwrap_or_default(),
        });
    }
    Ok(views)
}
