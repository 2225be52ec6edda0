//! Daily and weekly digests: planned, edited, sent, left out (C2).

use std::collections::BTreeMap;

use huan_core::{
    collaboration::{Collaboration, CollaborationState},
    digest::{self, AddedLine, Change, Digest, DigestState, Edits, Part, Rhythm, Sent},
    history::{Event, Subject},
    id::DigestId,
    level::Level,
    permission::CollaborationDeed,
};
use jiff::{Timestamp, civil::Date};

use super::input;
use crate::{
    digests,
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The most lines that an assistant adds to a digest.
const MOST_ADDED: usize = 50;

/// What an assistant wants a digest to say.
#[derive(Debug, Clone)]
pub struct DigestEdit {
    /// Words above everything.
    pub note: String,
    /// The drafted lines that are to say something else, or nothing.
    pub lines: Vec<LineEdit>,
    /// Lines of their own.
    pub added: Vec<AddedLine>,
    /// The version that the page shows.
    pub version: i64,
}

/// A drafted line that is to say something else.
#[derive(Debug, Clone)]
pub struct LineEdit {
    /// The line's key.
    pub key: String,
    /// The part it stands in.
    pub part: Part,
    /// The words; none to leave it out.
    pub text: Option<String>,
    /// What the draft said when it was changed.
    pub over: String,
}

/// The digest, when the caller may see to it and it is still to go out.
async fn open(work: &mut Work<'_>, id: &DigestId, version: i64) -> Result<(Digest, Collaboration), ActionError> {
    let found = work.tx.digest(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("digest"))?;
    let collaboration = work.collaboration_for(&found.collaboration, CollaborationDeed::Manage).await?;
    if !found.state.is_open() {
        return Err(ActionError::field("version", "digest_over"));
    }
    if found.version != version {
        return Err(ActionError::VersionConflict("digest"));
    }
    Ok((found, collaboration))
}

/// Changes what a digest will say. What is drafted later does not overwrite it.
///
/// # Errors
/// When the caller may not, it has gone out, it was changed meanwhile, or something given cannot be used.
pub async fn edit(work: &mut Work<'_>, id: &DigestId, edit: DigestEdit) -> Result<Digest, ActionError> {
    let (mut digest, collaboration) = open(work, id, edit.version).await?;
    if edit.added.len() > MOST_ADDED {
        let problem = FieldProblem { field: "added", code: "too_many", limit: Some(MOST_ADDED) };
        return Err(ActionError::Invalid(vec![problem]));
    }
    let drafts = digests::drafts(work.app, &mut work.tx, &collaboration, &digest, work.now).await?;
    let mut changed = BTreeMap::new();
    for line in edit.lines {
        let text = match &line.text {
            Some(text) => Some(input::text("lines", text, input::SHORT * 2)?),
            None => None,
        };
        let key = input::text("lines", &line.key, input::SHORT)?;
        let over = input::optional_text("lines", &line.over, input::LONG)?;
        // Whoever may read the line that was rewritten may read what stands in its place, and nobody else.
        let drafted = drafts.chinese.lines.iter().find(|drafted| drafted.key == key).map(|drafted| drafted.level);
        let known = digest.edits.changed.get(&key).map(|change| change.level);
        let level = drafted.or(known).unwrap_or(Level::Internal);
        changed.insert(key, Change { text, over, part: line.part, level });
    }
    let mut added = Vec::with_capacity(edit.added.len());
    for line in edit.added {
        added.push(AddedLine { text: input::text("added", &line.text, input::SHORT * 2)?, ..line });
    }
    digest.edits = Edits {
        note: input::optional_text("note", &edit.note, input::LONG)?,
        changed,
        added,
        by: Some(work.caller()?.person().clone()),
        at: Some(work.now),
    };
    work.tx.update_digest(&work.app.workspace, &mut digest).await?;
    happened(work, &digest, |rhythm, day| Event::DigestEdited { rhythm, day });
    Ok(digest)
}

/// Sends a digest before its time; it does not go out again at its time. On request `everybody` in the groups is called on,
/// as far as the day has room for it (I5). One that goes out by itself calls on nobody.
///
/// # Errors
/// When the caller may not, it has gone out, or it was changed meanwhile.
pub async fn send_now(
    work: &mut Work<'_>,
    id: &DigestId,
    version: i64,
    everybody: bool,
) -> Result<Digest, ActionError> {
    let (digest, collaboration) = open(work, id, version).await?;
    send(work, &collaboration, digest, everybody).await
}

/// Leaves a digest out. What it would have said joins the next one.
///
/// # Errors
/// When the caller may not, it has gone out, or it was changed meanwhile.
pub async fn skip(work: &mut Work<'_>, id: &DigestId, version: i64) -> Result<Digest, ActionError> {
    let (digest, collaboration) = open(work, id, version).await?;
    leave_out(work, &collaboration, digest).await
}

/// Sends a digest to the groups, archives it, and plans the next one: all in one transaction, so that it goes out once.
///
/// # Errors
/// When the database fails, or somebody else was faster.
pub(crate) async fn send(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    mut digest: Digest,
    everybody: bool,
) -> Result<Digest, ActionError> {
    let drafts = digests::drafts(work.app, &mut work.tx, collaboration, &digest, work.now).await?;
    let chinese = digest.edits.applied(&drafts.chinese, &[&drafts.english]);
    let english = digest.edits.applied(&drafts.english, &[&drafts.chinese]);
    // Whoever has nothing to say disturbs nobody.
    let posted = if chinese.is_empty() { Vec::new() } else { work.post_digest(&digest, everybody).await? };
    let by = work.caller.as_ref().map(|caller| caller.person().clone());
    let late = is_late(&digest, work.now);
    digest.sent = Some(Sent { at: work.now, by, late, chinese, english, posted });
    digest.state = DigestState::Sent;
    digest.next_at = None;
    work.tx.update_digest(&work.app.workspace, &mut digest).await?;
    happened(work, &digest, |rhythm, day| Event::DigestSent { rhythm, day, late });
    plan_after(work, collaboration, &digest, work.now).await?;
    Ok(digest)
}

/// Whether a digest goes out so late that it says so: after the spread of its wave and a little more.
fn is_late(digest: &Digest, now: Timestamp) -> bool {
    now.duration_since(digest.due_at) > jiff::SignedDuration::from_mins(15)
}

/// A digest does not go out; the next one tells of its time as well.
///
/// # Errors
/// When the database fails, or somebody else was faster.
pub(crate) async fn leave_out(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    mut digest: Digest,
) -> Result<Digest, ActionError> {
    digest.state = DigestState::Skipped;
    digest.next_at = None;
    work.tx.update_digest(&work.app.workspace, &mut digest).await?;
    happened(work, &digest, |rhythm, day| Event::DigestSkipped { rhythm, day });
    plan_after(work, collaboration, &digest, digest.since).await?;
    Ok(digest)
}

/// Plans the digest that follows one that is over: the last one whose time has passed meanwhile, else the next one.
async fn plan_after(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    over: &Digest,
    since: Timestamp,
) -> Result<(), ActionError> {
    let holidays = work.app.holidays();
    let calendar = digests::calendar(work.app, collaboration, &holidays);
    let missed = calendar.missed(over.rhythm, over.day, work.now);
    match missed.or_else(|| calendar.next(over.rhythm, over.day)) {
        Some(day) => plan_on(work, collaboration, over.rhythm, day, since, Edits::default()).await.map(drop),
        None => Ok(()),
    }
}

/// Plans the next digest of a rhythm of a collaboration that has none. Says whether there is one.
///
/// # Errors
/// When the database fails.
pub(crate) async fn plan(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    rhythm: Rhythm,
) -> Result<bool, ActionError> {
    if collaboration.state != CollaborationState::Running {
        return Ok(false);
    }
    let workspace = &work.app.workspace;
    let last = work.tx.last_digest(workspace, &collaboration.id, rhythm).await?;
    let sent = work.tx.last_sent_digest(workspace, &collaboration.id, rhythm).await?;
    // A digest tells of what happened after the last one; the first one of everything.
    let before_all = collaboration.created_at - jiff::SignedDuration::from_micros(1);
    let since = sent.and_then(|digest| digest.sent).map_or(before_all, |sent| sent.at);
    let holidays = work.app.holidays();
    let calendar = digests::calendar(work.app, collaboration, &holidays);
    let mut day = calendar.upcoming(rhythm, work.now);
    if let (Some(upcoming), Some(last)) = (day, &last)
        && upcoming <= last.day
    {
        day = calendar.next(rhythm, last.day);
    }
    match day {
        Some(day) => plan_on(work, collaboration, rhythm, day, since, Edits::default()).await,
        None => Ok(false),
    }
}

async fn plan_on(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    rhythm: Rhythm,
    day: Date,
    since: Timestamp,
    edits: Edits,
) -> Result<bool, ActionError> {
    let holidays = work.app.holidays();
    let calendar = digests::calendar(work.app, collaboration, &holidays);
    let due_at = calendar.due(rhythm, day);
    let digest = Digest {
        id: work.new_id(),
        collaboration: collaboration.id.clone(),
        rhythm,
        day,
        state: DigestState::Planned,
        since,
        due_at,
        next_at: Some(calendar.prepare_at(&collaboration.id, due_at).max(work.now)),
        edits,
        sent: None,
        version: 1,
    };
    Ok(work.tx.insert_digest(&work.app.workspace, &digest).await?)
}

/// Brings the open digests of a collaboration in step with its settings, and plans those that are missing. What an
/// assistant wrote goes along to another day.
///
/// # Errors
/// When the database fails, or somebody else was faster.
pub(crate) async fn follow_settings(work: &mut Work<'_>, collaboration: &Collaboration) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let holidays = work.app.holidays();
    let calendar = digests::calendar(work.app, collaboration, &holidays);
    let runs = collaboration.state == CollaborationState::Running;
    let mut without: Vec<Rhythm> = Rhythm::ALL.to_vec();
    for mut digest in work.tx.open_digests(workspace, &collaboration.id).await? {
        let due_at = calendar.due(digest.rhythm, digest.day);
        if runs && calendar.is_day(digest.rhythm, digest.day) && due_at > work.now {
            without.retain(|rhythm| *rhythm != digest.rhythm);
            if due_at != digest.due_at {
                digest.due_at = due_at;
                digest.state = DigestState::Planned;
                digest.next_at = Some(calendar.prepare_at(&collaboration.id, due_at).max(work.now));
                work.tx.update_digest(workspace, &mut digest).await?;
            }
            continue;
        }
        // One whose time has come is seen to by the worker; the others have no day any more.
        if runs && digest.due_at <= work.now {
            without.retain(|rhythm| *rhythm != digest.rhythm);
            continue;
        }
        work.tx.drop_digest(workspace, &digest).await?;
        let next = calendar.upcoming(digest.rhythm, work.now).filter(|_| runs);
        if let Some(day) = next {
            without.retain(|rhythm| *rhythm != digest.rhythm);
            plan_on(work, collaboration, digest.rhythm, day, digest.since, digest.edits).await?;
        }
    }
    for rhythm in without {
        plan(work, collaboration, rhythm).await?;
    }
    Ok(())
}

/// Notes when a digest is looked at again.
///
/// # Errors
/// When the database fails, or somebody else was faster.
pub(crate) async fn wait(work: &mut Work<'_>, mut digest: Digest, until: Timestamp) -> Result<(), ActionError> {
    digest.state = DigestState::Prepared;
    digest.next_at = Some(until);
    work.tx.update_digest(&work.app.workspace, &mut digest).await?;
    show(work, &digest);
    Ok(())
}

fn show(work: &mut Work<'_>, digest: &Digest) {
    work.show(&Subject::Collaboration(digest.collaboration.clone()), Some(&digest.collaboration));
}

fn happened(work: &mut Work<'_>, digest: &Digest, event: impl FnOnce(Rhythm, Date) -> Event) {
    let subject = Subject::Collaboration(digest.collaboration.clone());
    work.happened(subject, Some(&digest.collaboration), event(digest.rhythm, digest.day));
}

/// When a digest that is due at `due_at` goes out: the wave is spread.
pub(crate) fn goes_out_at(digest: &Digest) -> Timestamp {
    digest.due_at.saturating_add(digest::spread(&digest.collaboration)).unwrap_or(digest.due_at)
}
