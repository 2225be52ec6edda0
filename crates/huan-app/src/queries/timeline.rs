//! The timeline of a collaboration across all platforms: what was done in the hub and what was said in its groups.

use std::collections::HashMap;

use huan_core::{
    history::{Entry, Subject},
    id::{CollaborationId, PersonId},
    message::Message,
    permission::{self, CollaborationDeed},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Look, history, names::Names, search::messages::Messages, subjects};
use crate::error::ActionError;

/// Something in the timeline of a collaboration.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MomentView {
    /// The id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// `message` for what was said in a group; else what it happened to: `task`, `record`, `problem`, `minutes`, `entry`, …
    pub kind: String,
    /// The id of that thing; of a follow-up that of its row; none for a message.
    pub subject: Option<String>,
    /// What people call it: `#12 评估数据导出`.
    pub title: String,
    /// Who said or did it; none when Huan did.
    pub actor: Option<String>,
    /// What was said or done.
    pub text: String,
    /// The platform on which it was said or done; none for the page.
    pub platform: Option<String>,
    /// The group's name.
    pub conversation: Option<String>,
    /// An address that opens the platform at the message.
    pub link: Option<String>,
}

/// What a timeline is to show.
#[derive(Debug, Clone, Default)]
pub struct TimelineFilter {
    /// Only this kind: `message`, `task`, …
    pub kind: Option<String>,
    /// Only what was said or done on this platform.
    pub platform: Option<String>,
}

/// A place in a timeline: how far the history and the messages have been shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimelineCursor {
    /// The place in the history.
    history: Option<i64>,
    /// The message.
    message: Option<(Timestamp, String)>,
}

impl std::fmt::Display for TimelineCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let position = self.history.map(|position| position.to_string()).unwrap_or_default();
        match &self.message {
            Some((at, id)) => write!(f, "{position}.{}.{id}", at.as_microsecond()),
            None => write!(f, "{position}.."),
        }
    }
}

impl std::str::FromStr for TimelineCursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().ok_or(());
        let (position, at, id) = (next()?, next()?, next()?);
        let history = if position.is_empty() { None } else { Some(position.parse().map_err(|_| ())?) };
        let message = match at {
            "" => None,
            at => {
                let at = at.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or(())?;
                Some((at, id.to_owned()))
            }
        };
        Ok(Self { history, message })
    }
}

/// How many entries of the history are read at once, and how often for one page.
const AT_ONCE: u32 = 100;
const ROUNDS: usize = 5;

/// A page of what was said in the groups and done in a collaboration, the newest first, with the place of the next page.
///
/// # Errors
/// When it is not the reader's to see, or the database fails.
pub async fn page(
    look: &mut Look<'_>,
    id: &CollaborationId,
    filter: &TimelineFilter,
    from: TimelineCursor,
    size: u32,
) -> Result<(Option<TimelineCursor>, Vec<MomentView>), ActionError> {
    let role = look.role(id).await?;
    permission::may_in_collaboration(&look.caller.viewer, CollaborationDeed::See, role)?;
    let size = size as usize;
    let done = done_before(look, id, filter, from.history, size).await?;
    let said = said_before(look, id, filter, from.message.as_ref(), size, done.seen_until).await?;
    let mut next = from;
    let mut moments = Vec::with_capacity(size);
    let (mut done_rows, mut said_rows) = (done.rows.into_iter().peekable(), said.rows.into_iter().peekable());
    while moments.len() < size {
        let take_said = match (done_rows.peek(), said_rows.peek()) {
            (Some((_, done)), Some(said)) => said.0.sent_at >= done.at,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => break,
        };
        if take_said {
            let Some((message, moment)) = said_rows.next() else { break };
            next.message = Some((message.sent_at, message.id.to_string()));
            moments.push(moment);
        } else {
            let Some((position, moment)) = done_rows.next() else { break };
            next.history = Some(position);
            moments.push(moment);
        }
    }
    let (done_left, said_left) = (done_rows.peek().is_some(), said_rows.peek().is_some());
    // What was read and left out is not read again.
    if !done_left && let Some(position) = done.read_to {
        next.history = Some(position);
    }
    if !said_left && let Some(read_to) = said.read_to {
        next.message = Some(read_to);
    }
    let more = done_left || said_left || done.more || said.more;
    Ok((more.then_some(next), moments))
}

struct Done {
    rows: Vec<(i64, MomentView)>,
    /// The last place that was read.
    read_to: Option<i64>,
    /// Before this moment there may be more that was not read; messages from before it belong on a later page.
    seen_until: Option<Timestamp>,
    more: bool,
}

async fn done_before(
    look: &mut Look<'_>,
    id: &CollaborationId,
    filter: &TimelineFilter,
    before: Option<i64>,
    size: usize,
) -> Result<Done, ActionError> {
    let mut done = Done { rows: Vec::new(), read_to: None, seen_until: None, more: false };
    if filter.kind.as_deref() == Some("message") {
        return Ok(done);
    }
    let mut from = before;
    let mut kept: Vec<(i64, Entry)> = Vec::new();
    for _ in 0..ROUNDS {
        let read = look.conn.history_before(&look.app.workspace, id, from, AT_ONCE).await?;
        done.more = read.len() == AT_ONCE as usize;
        if let Some(last) = read.last() {
            from = Some(last.position);
            done.seen_until = done.more.then_some(last.entry.at);
        }
        let places: HashMap<_, _> = read.iter().map(|row| (row.entry.id.clone(), row.position)).collect();
        let news = read.into_iter().map(|row| row.entry).filter(|entry| {
            entry.event.is_news()
                && filter.kind.as_ref().is_none_or(|kind| kind_of(&entry.subject) == kind)
                && filter.platform.as_ref().is_none_or(|platform| entry.source.platform() == Some(platform.as_str()))
        });
        let visible = history::visible_only(look, news.collect()).await?;
        kept.extend(visible.into_iter().filter_map(|entry| Some((*places.get(&entry.id)?, entry))));
        if kept.len() >= size || !done.more {
            break;
        }
    }
    done.read_to = from;
    if kept.len() >= size {
        // What follows the last row that is shown is on a later page, whatever it is.
        done.seen_until = None;
        done.more |= kept.len() > size;
    }
    let titles = subjects::titles(look, kept.iter().map(|(_, entry)| &entry.subject)).await?;
    let (positions, entries): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    let subjects: Vec<Subject> = entries.iter().map(|entry| entry.subject.clone()).collect();
    let views = history::views(look, entries).await?;
    done.rows = positions
        .into_iter()
        .zip(views)
        .zip(subjects)
        .map(|((position, view), subject)| {
            let titled = titles.get(subject.id()).cloned().unwrap_or_default();
            let moment = MomentView {
                id: view.id,
                at: view.at,
                kind: kind_of(&subject).to_owned(),
                subject: Some(titled.page).filter(|page| !page.is_empty()),
                title: titled.title,
                actor: view.actor.map(|actor| actor.name),
                text: view.text,
                platform: view.source.platform,
                conversation: view.source.conversation,
                link: view.source.link,
            };
            (position, moment)
        })
        .collect();
    Ok(done)
}

/// Under which kind something stands in the timeline.
fn kind_of(subject: &Subject) -> &'static str {
    match subject {
        Subject::FollowUp(_) => "record",
        Subject::ChecklistItem(_) | Subject::Emergency(_) => "emergency",
        other => other.kind(),
    }
}

struct Spoken {
    rows: Vec<(Message, MomentView)>,
    /// The last message that was read.
    read_to: Option<(Timestamp, String)>,
    more: bool,
}

async fn said_before(
    look: &mut Look<'_>,
    id: &CollaborationId,
    filter: &TimelineFilter,
    before: Option<&(Timestamp, String)>,
    size: usize,
    not_before: Option<Timestamp>,
) -> Result<Spoken, ActionError> {
    let mut spoken = Spoken { rows: Vec::new(), read_to: None, more: false };
    if filter.kind.as_deref().is_some_and(|kind| kind != "message") {
        return Ok(spoken);
    }
    let workspace = &look.app.workspace;
    let accounts = look.conn.accounts(workspace).await?;
    let platforms: HashMap<_, _> =
        accounts.into_iter().map(|account| (account.id, account.platform.to_string())).collect();
    let mut read: Vec<Message> = Vec::new();
    let most = u32::try_from(size).unwrap_or(u32::MAX).saturating_add(1);
    for channel in look.conn.channels_of(workspace, id).await? {
        if filter.platform.as_ref().is_some_and(|wanted| platforms.get(&channel.account) != Some(wanted)) {
            continue;
        }
        let before = before.map(|(at, id)| (*at, id.as_str()));
        read.extend(look.conn.said_before(workspace, &channel.id, before, most).await?);
    }
    read.sort_by(|one, other| (other.sent_at, &other.id).cmp(&(one.sent_at, &one.id)));
    spoken.more = read.len() > size;
    read.truncate(size);
    if let Some(not_before) = not_before {
        let all = read.len();
        read.retain(|message| message.sent_at >= not_before);
        spoken.more |= read.len() < all;
    }
    spoken.read_to = read.last().map(|last| (last.sent_at, last.id.to_string()));
    let roles = look.roles().await?;
    let ids: Vec<_> = read.iter().map(|message| message.id.clone()).collect();
    let readable = Messages::readable(look, &roles, &ids).await?;
    let mut people: Vec<PersonId> = read.iter().filter_map(|message| message.speaker.clone()).collect();
    people.sort_unstable();
    people.dedup();
    let names = Names::of_people(look, people).await?;
    read.retain(|message| readable.messages.iter().any(|one| one.id == message.id));
    spoken.rows = read
        .into_iter()
        .map(|message| {
            let channel = message.channel.as_ref().and_then(|channel| readable.channels.get(channel));
            let speaker = message.speaker.as_ref().map(|speaker| names.person(speaker).name);
            let moment = MomentView {
                id: message.id.to_string(),
                at: message.sent_at,
                kind: "message".to_owned(),
                subject: None,
                title: String::new(),
                actor: Some(speaker.unwrap_or_else(|| message.speaker_name.clone())),
                text: message.text.clone(),
                platform: platforms.get(&message.account).cloned(),
                conversation: channel.map(|channel| channel.title.clone()),
                link: message.link.clone(),
            };
            (message, moment)
        })
        .collect();
    Ok(spoken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_timeline_reads_back() {
        let at = Timestamp::from_microsecond(1_800_000_000_000_001).unwrap();
        for cursor in [
            TimelineCursor::default(),
            TimelineCursor { history: Some(7), message: None },
            TimelineCursor { history: None, message: Some((at, "msg_1".into())) },
            TimelineCursor { history: Some(7), message: Some((at, "msg_1".into())) },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "x", "1", "x..", "1.x.y"] {
            assert_eq!(text.parse::<TimelineCursor>(), Err(()), "{text}");
        }
    }
}
