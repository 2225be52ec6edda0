//! What is said about meetings: their card, in groups and to each who is invited, and plain words when something changes.

use std::fmt::Display;

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Press, Tone},
    collaboration::Collaboration,
    history::Subject,
    meeting::{Invited, Meeting, MeetingStage, MeetingState},
    person::Person,
};
use huan_store::Conn;

use super::{Notice, Reader, compose};
use crate::{actions::meetings::place, app::App, error::ActionError};

/// A card shows so many characters of the invitation …
const LONGEST_INVITATION: usize = 600;
/// … and of the agenda; the page shows all of it.
const LONGEST_AGENDA: usize = 300;

/// Everything about a meeting that words need.
pub(super) struct MeetingFacts {
    meeting: Meeting,
    collaboration: Collaboration,
    people: Vec<Person>,
}

impl MeetingFacts {
    /// The meeting as what a message is about.
    pub(super) fn subject(&self) -> Subject {
        Subject::Meeting(self.meeting.id.clone())
    }
}

/// Reads everything about a meeting that words need.
///
/// # Errors
/// When the database fails.
pub(super) async fn facts(app: &App, conn: &mut Conn, meeting: Meeting) -> Result<MeetingFacts, ActionError> {
    let found = conn.collaboration(&app.workspace, &meeting.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let people = conn.people_by_id(&app.workspace, std::slice::from_ref(&meeting.plan.host)).await?;
    Ok(MeetingFacts { meeting, collaboration, people })
}

/// Puts a notice about a meeting into words, or says that it is no longer needed.
pub(super) fn words(
    app: &App,
    notice: &Notice,
    facts: &MeetingFacts,
    reader: &Reader,
    reference: &str,
) -> Option<Content> {
    let meeting = &facts.meeting;
    let stage = meeting.state.stage();
    let known = invited(facts, reader);
    let invited = known.is_some();
    match notice {
        Notice::MeetingCard { .. } if stage != MeetingStage::Draft && (reader.person.is_none() || invited) => {
            Some(Content::Card(card(app, facts, reader, reference)))
        }
        // Of several changes the last one is told.
        Notice::MeetingMoved { revision, .. }
            if stage == MeetingStage::Called && meeting.revision == *revision && invited =>
        {
            let (at, place) = (times(facts, reader), place(meeting, reader.language));
            said(facts, reader, "moved", &[("at", &at), ("place", &place)], &reader.page)
        }
        // Held back until morning it can come too late, and an answer given meanwhile is not asked for again.
        Notice::MeetingReminder { .. }
            if stage == MeetingStage::Called
                && known.is_some_and(|known| known.answer.is_none())
                && meeting.plan.starts_at.is_some_and(|starts_at| app.now() < starts_at) =>
        {
            let (at, place) = (times(facts, reader), place(meeting, reader.language));
            said(facts, reader, "reminder", &[("at", &at), ("place", &place)], &reader.page)
        }
        Notice::MeetingCancelled { .. } => {
            let MeetingState::Cancelled { reason, .. } = &meeting.state else { return None };
            said(facts, reader, "cancelled", &[("at", &times(facts, reader)), ("reason", reason)], &reader.page)
        }
        Notice::MeetingExcused { .. } if stage == MeetingStage::Called && !invited => {
            said(facts, reader, "excused", &[("at", &times(facts, reader))], &page(app, facts))
        }
        _ => None,
    }
}

fn page(app: &App, facts: &MeetingFacts) -> String {
    app.page(&format!("meetings/{}", facts.meeting.id))
}

fn said(
    facts: &MeetingFacts,
    reader: &Reader,
    key: &str,
    more: &[(&str, &dyn Display)],
    page: &str,
) -> Option<Content> {
    let mut arguments: Vec<(&str, &dyn Display)> = vec![("title", &facts.meeting.plan.title)];
    arguments.extend_from_slice(more);
    let words = reader.text(&format!("meeting.notice.{key}"), &arguments);
    Some(Content::Text(format!("{words}\n{page}")))
}

/// What is known of the reader, if they are invited.
fn invited<'a>(facts: &'a MeetingFacts, reader: &Reader) -> Option<&'a Invited> {
    facts.meeting.invited(reader.person.as_ref()?)
}

/// From when to when: 「周五 11月27日 10:00–11:00」.
fn times(facts: &MeetingFacts, reader: &Reader) -> String {
    let plan = &facts.meeting.plan;
    let (Some(starts_at), Some(ends_at)) = (plan.starts_at, plan.ends_at) else { return String::new() };
    let (from, to) = (starts_at.to_zoned(reader.zone.clone()), ends_at.to_zoned(reader.zone.clone()));
    let end = match from.date() == to.date() {
        true => format!("{:02}:{:02}", to.hour(), to.minute()),
        false => reader.moment(ends_at),
    };
    format!("{}–{end}", reader.moment(starts_at))
}

fn card(app: &App, facts: &MeetingFacts, reader: &Reader, reference: &str) -> Card {
    let meeting = &facts.meeting;
    let is_called = meeting.is_called();
    let mut blocks = part(&meeting.plan.invitation, LONGEST_INVITATION);
    blocks.push(Block::Facts(fact_lines(facts, reader)));
    // A group may have outside people in it, and the agenda says what is internal; it stands on the page.
    if reader.person.is_some() && !meeting.plan.agenda.trim().is_empty() {
        blocks.push(Block::Text(reader.text("meeting.part.agenda", &[])));
        blocks.extend(part(&meeting.plan.agenda, LONGEST_AGENDA));
    }
    blocks.push(Block::Divider);
    blocks.push(Block::Text(state_line(facts, reader)));
    let answer = invited(facts, reader).and_then(|invited| invited.answer.as_ref()).map(|answer| answer.coming);
    let mut buttons = Vec::new();
    if is_called {
        if answer != Some(true) {
            buttons.push(choice(facts, reader, "come", ButtonStyle::Primary));
        }
        if answer != Some(false) {
            buttons.push(choice(facts, reader, "stay_away", ButtonStyle::Default));
        }
    }
    let url = if reader.person.is_some() { reader.page.clone() } else { page(app, facts) };
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url },
    });
    blocks.push(Block::Buttons(buttons));
    let tone = match (is_called, answer) {
        (false, _) => Tone::Quiet,
        (true, None) => Tone::Action,
        (true, Some(true)) => Tone::Good,
        (true, Some(false)) => Tone::Warning,
    };
    let title = reader.text("meeting.notice.title", &[("title", &meeting.plan.title)]);
    Card { reference: reference.to_owned(), title, tone, blocks }
}

fn fact_lines(facts: &MeetingFacts, reader: &Reader) -> Vec<Fact> {
    let line = |label: &str, value: String| Fact { label: reader.text(&format!("meeting.part.{label}"), &[]), value };
    let host = compose::name(&facts.people, &facts.meeting.plan.host).full();
    let mut lines = vec![line("time", times(facts, reader)), line("place", place(&facts.meeting, reader.language))];
    lines.extend(facts.meeting.join_url.as_ref().map(|url| line("join", url.clone())));
    lines.extend([line("host", host), line("collaboration", facts.collaboration.name.clone())]);
    lines.retain(|line| !line.value.is_empty());
    lines
}

/// Each line for itself: not every platform keeps line ends within a paragraph.
fn part(words: &str, longest: usize) -> Vec<Block> {
    let mut words = words.trim().to_owned();
    if words.chars().count() > longest {
        words = words.chars().take(longest).chain("…".chars()).collect();
    }
    words.lines().filter(|line| !line.trim().is_empty()).map(|line| Block::Text(line.to_owned())).collect()
}

/// Where the reader's answer stands; in a group how many come.
fn state_line(facts: &MeetingFacts, reader: &Reader) -> String {
    let say = |key: &str, more: &[(&str, &dyn Display)]| reader.text(&format!("meeting.notice.state.{key}"), more);
    let meeting = &facts.meeting;
    match &meeting.state {
        MeetingState::Cancelled { reason, .. } => return say("cancelled", &[("reason", reason)]),
        MeetingState::Held { .. } => return say("held", &[]),
        MeetingState::Draft | MeetingState::Called { .. } => {}
    }
    match invited(facts, reader).map(|invited| &invited.answer) {
        Some(None) => say("waiting", &[]),
        Some(Some(answer)) => say(if answer.coming { "coming" } else { "away" }, &[("at", &reader.moment(answer.at))]),
        None => {
            let answers = || meeting.invited.iter().filter_map(|invited| invited.answer.as_ref());
            let coming = answers().filter(|answer| answer.coming).count();
            let away = answers().count() - coming;
            say("count", &[("coming", &coming), ("away", &away), ("all", &meeting.invited.len())])
        }
    }
}

/// A button names the time and place that it is about: pressed on an older card it answers nothing new.
fn choice(facts: &MeetingFacts, reader: &Reader, action: &str, style: ButtonStyle) -> Button {
    let meeting = &facts.meeting;
    Button {
        label: reader.text(&format!("meeting.answer.{action}"), &[]),
        style,
        press: Press::Answer(CardAnswer {
            action: format!("meeting.{action}.{}", meeting.revision),
            subject: meeting.id.to_string(),
        }),
    }
}
