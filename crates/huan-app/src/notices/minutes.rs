//! What is said about minutes: their card, and plain words to whoever owes them.

use std::fmt::Display;

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    clock::ClockKind,
    collaboration::Collaboration,
    history::Subject,
    id::PersonId,
    level::Level,
    minutes::{Confirmation, Minutes, MinutesStage, Stand},
    person::Person,
    record::Participant,
};
use huan_store::Conn;

use super::{AnswerClock, Name, Notice, Origin, Reader, compose};
use crate::{app::App, error::ActionError};

/// The longest objection that can be typed into a card, in characters.
const LONGEST_OBJECTION: u16 = 500;
/// A card shows so many characters of a part; the page shows all of it.
const LONGEST_PART: usize = 600;

/// Everything about minutes that words need.
#[derive(Debug, Clone)]
pub(super) struct MinutesFacts {
    pub(super) minutes: Minutes,
    collaboration: Collaboration,
    recorder: Name,
    /// Everybody who is named in them.
    people: Vec<Person>,
    words: Vec<Confirmation>,
    origin: Option<Origin>,
    clock: Option<AnswerClock>,
}

/// Reads everything about minutes that words need.
///
/// # Errors
/// When the database fails.
pub(super) async fn facts(app: &App, conn: &mut Conn, mut minutes: Minutes) -> Result<MinutesFacts, ActionError> {
    let workspace = &app.workspace;
    // What is said is what was filed, not what is being written over it.
    if let Some(edition) = conn.newest_edition(workspace, &minutes.id).await? {
        minutes.title = edition.title;
        minutes.content = edition.content;
    }
    let collaboration =
        conn.collaboration(workspace, &minutes.collaboration).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let words = conn.confirmations(workspace, &minutes.id).await?;
    let mut ids: Vec<PersonId> = minutes.content.everybody().cloned().collect();
    ids.push(minutes.recorder.clone());
    ids.extend(words.iter().map(|word| word.person.clone()));
    for word in &words {
        if let Stand::Objected { reply: Some(reply), .. } = &word.stand {
            ids.push(reply.by.clone());
        }
    }
    let people = conn.people_by_id(workspace, &ids).await?;
    let subject = Subject::Minutes(minutes.id.clone());
    let clock = conn.clock_of(workspace, &subject, ClockKind::Minutes).await?;
    Ok(MinutesFacts {
        recorder: compose::name(&people, &minutes.recorder),
        origin: compose::origin(app, conn, minutes.message.as_ref()).await?,
        clock: clock
            .filter(huan_core::clock::Clock::is_running)
            .map(|clock| AnswerClock { due_at: clock.due_at, generation: clock.generation }),
        people,
        words,
        collaboration,
        minutes,
    })
}

/// Puts a notice about minutes into words, or says that it is no longer needed.
pub(super) fn words(
    app: &App,
    notice: &Notice,
    facts: &MinutesFacts,
    reader: &Reader,
    reference: &str,
) -> Option<Content> {
    let minutes = &facts.minutes;
    let stage = minutes.state.stage();
    let owed = |generation: u32| facts.clock.is_some_and(|clock| clock.generation == generation);
    // Whoever writes them does so on the page; a signed link is for the word of a participant.
    let page = app.page(&format!("minutes/{}", minutes.id));
    let said = |key: &str, more: &[(&str, &dyn Display)]| Some(Content::Text(said(facts, reader, key, more, &page)));
    match notice {
        Notice::MinutesOwed { .. } if stage == MinutesStage::Owed => said("owed", &[]),
        Notice::MinutesReminder { generation, late, .. } if owed(*generation) => {
            said(if *late { "late" } else { "reminder" }, &[])
        }
        Notice::MinutesEscalation { generation, .. } if owed(*generation) => said("escalation", &[]),
        Notice::MinutesOverdue { generation, .. } if owed(*generation) => said("overdue", &[]),
        Notice::MinutesCard { .. } if stage == MinutesStage::Filed => {
            Some(Content::Card(card(facts, reader, reference)))
        }
        Notice::ConfirmationReminder { .. }
            if word_of(facts, reader).is_some_and(|word| word.stand == Stand::Waiting) =>
        {
            let words = said_with(facts, reader, "confirm", &[]);
            Some(Content::Text(format!("{words}\n{}", reader.page)))
        }
        Notice::MinutesLink { .. } if stage == MinutesStage::Filed => {
            Some(Content::Text(format!("{}\n{page}", reader.text("notice.confidential", &[]))))
        }
        Notice::MinutesObjection { person, .. } => {
            let word = facts.words.iter().find(|word| word.person == *person)?;
            let Stand::Objected { words, reply: None, .. } = &word.stand else { return None };
            let name = compose::name(&facts.people, person).name;
            said("objection", &[("person", &name), ("words", words)])
        }
        Notice::ObjectionAnswered { .. } => {
            let word = word_of(facts, reader)?;
            let Stand::Objected { reply: Some(reply), .. } = &word.stand else { return None };
            let by = compose::name(&facts.people, &reply.by).name;
            let words = said_with(facts, reader, "answered", &[("by", &by), ("words", &reply.words)]);
            Some(Content::Text(format!("{words}\n{}", reader.page)))
        }
        _ => None,
    }
}

/// The reader's own word.
fn word_of<'a>(facts: &'a MinutesFacts, reader: &Reader) -> Option<&'a Confirmation> {
    let person = reader.person.as_ref()?;
    facts.words.iter().find(|word| word.person == *person)
}

/// 「会议纪要 M3 首版只支持 CSV 导出」.
fn heading(facts: &MinutesFacts, reader: &Reader) -> String {
    let minutes = &facts.minutes;
    reader.text("notice.minutes.title", &[("number", &minutes.number), ("title", &minutes.title)])
}

fn said(facts: &MinutesFacts, reader: &Reader, key: &str, more: &[(&str, &dyn Display)], page: &str) -> String {
    format!("{}\n{page}", said_with(facts, reader, key, more))
}

fn said_with(facts: &MinutesFacts, reader: &Reader, key: &str, more: &[(&str, &dyn Display)]) -> String {
    if is_hidden(facts, reader) {
        return reader.text("notice.confidential", &[]);
    }
    let due = facts.clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
    let (title, occasion) = (heading(facts, reader), occasion(facts, reader));
    let mut arguments: Vec<(&str, &dyn Display)> =
        vec![("title", &title), ("recorder", &facts.recorder.name), ("due", &due), ("occasion", &occasion)];
    arguments.extend_from_slice(more);
    reader.text(&format!("notice.minutes.{key}"), &arguments)
}

fn occasion(facts: &MinutesFacts, reader: &Reader) -> String {
    reader.text(&format!("minutes.occasion.{}", facts.minutes.occasion), &[])
}

fn is_hidden(facts: &MinutesFacts, reader: &Reader) -> bool {
    reader.outsiders && facts.minutes.level == Level::Confidential
}

fn card(facts: &MinutesFacts, reader: &Reader, reference: &str) -> Card {
    let hidden = is_hidden(facts, reader);
    let word = word_of(facts, reader);
    let asks = word.is_some_and(|word| matches!(word.stand, Stand::Waiting | Stand::Objected { .. }));
    let mut blocks = Vec::new();
    if hidden {
        blocks.push(Block::Text(reader.text("notice.confidential", &[])));
    } else {
        blocks.push(Block::Facts(fact_lines(facts, reader)));
        blocks.extend(part(reader, "conclusions", &facts.minutes.content.conclusions));
        blocks.extend(part(reader, "actions", &actions(facts, reader)));
        blocks.extend(part(reader, "disputes", &facts.minutes.content.disputes));
        blocks.push(Block::Divider);
        blocks.push(Block::Text(state_line(facts, reader, word)));
    }
    let mut buttons = Vec::new();
    if asks && !hidden {
        buttons.push(answer(reader, facts, "confirm", ButtonStyle::Primary));
    }
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url: reader.page.clone() },
    });
    blocks.push(Block::Buttons(buttons));
    if asks && !hidden {
        blocks.push(Block::Form(Form {
            name: "object".to_owned(),
            inputs: vec![Input {
                name: "objection".to_owned(),
                label: reader.text("notice.minutes.input.objection", &[]),
                placeholder: reader.text("notice.minutes.input.objection_example", &[]),
                required: true,
                multiline: false,
                max_length: LONGEST_OBJECTION,
            }],
            submit: answer(reader, facts, "object", ButtonStyle::Default),
            page: Some(reader.page.clone()),
        }));
    }
    if !hidden && let Some(origin) = &facts.origin {
        blocks.push(Block::Note(reader.origin(origin)));
    }
    let title = if hidden { reader.text("notice.confidential_title", &[]) } else { heading(facts, reader) };
    let tone = match word.map(|word| &word.stand) {
        Some(Stand::Waiting) => Tone::Action,
        Some(Stand::Objected { reply: None, .. }) => Tone::Warning,
        Some(Stand::Confirmed { .. } | Stand::Objected { reply: Some(_), .. }) => Tone::Good,
        None => Tone::Quiet,
    };
    Card { reference: reference.to_owned(), title, tone, blocks }
}

fn fact_lines(facts: &MinutesFacts, reader: &Reader) -> Vec<Fact> {
    let minutes = &facts.minutes;
    let line = |label: &str, value: String| Fact { label: reader.text(&format!("minutes.part.{label}"), &[]), value };
    let who = |participants: &[Participant]| {
        let name = |one: &Participant| match one {
            Participant::Person { person } => compose::name(&facts.people, person).name,
            Participant::Named { text } => text.clone(),
        };
        participants.iter().map(name).collect::<Vec<_>>().join("、")
    };
    let mut lines = vec![line("held_at", reader.moment(minutes.content.held_at.unwrap_or(minutes.happened_at)))];
    if !minutes.content.place.is_empty() {
        lines.push(line("place", minutes.content.place.clone()));
    }
    lines.push(line("participants", who(&minutes.content.participants)));
    if !minutes.content.absentees.is_empty() {
        lines.push(line("absentees", who(&minutes.content.absentees)));
    }
    lines.push(line("recorder", facts.recorder.full()));
    lines.push(line("collaboration", facts.collaboration.name.clone()));
    lines
}

/// A part with its heading, each line for itself: not every platform keeps line ends within a paragraph. Nothing where it is
/// empty.
fn part(reader: &Reader, name: &str, words: &str) -> Vec<Block> {
    let mut words: String = words.trim().to_owned();
    if words.is_empty() {
        return Vec::new();
    }
    if words.chars().count() > LONGEST_PART {
        words = words.chars().take(LONGEST_PART).chain("…".chars()).collect();
    }
    let heading = reader.text("minutes.heading", &[("part", &reader.text(&format!("minutes.part.{name}"), &[]))]);
    std::iter::once(heading.as_str()).chain(words.lines()).map(|line| Block::Text(line.to_owned())).collect()
}

fn actions(facts: &MinutesFacts, reader: &Reader) -> String {
    let line = |action: &huan_core::minutes::ActionItem| {
        let owner = action.owner.as_ref().map(|owner| compose::name(&facts.people, owner).name).unwrap_or_default();
        let due = action.due.map(|due| reader.moment(due)).unwrap_or_default();
        reader.text("minutes.action_line", &[("what", &action.what), ("owner", &owner), ("due", &due)])
    };
    facts.minutes.content.actions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Where the reader's word stands; in a group how many have given theirs.
fn state_line(facts: &MinutesFacts, reader: &Reader, word: Option<&Confirmation>) -> String {
    let say = |key: &str, more: &[(&str, &dyn Display)]| reader.text(&format!("notice.minutes.state.{key}"), more);
    match word.map(|word| &word.stand) {
        Some(Stand::Waiting) => say("waiting", &[]),
        Some(Stand::Confirmed { at }) => say("confirmed", &[("at", &reader.moment(*at))]),
        Some(Stand::Objected { words, reply: None, .. }) => say("objected", &[("words", words)]),
        Some(Stand::Objected { words, reply: Some(reply), .. }) => {
            say("answered", &[("words", words), ("reply", &reply.words)])
        }
        None => {
            let count = |name: &str| facts.words.iter().filter(|word| word.stand.name() == name).count();
            let open = count("objected");
            let confirmed = count("confirmed");
            say("count", &[("confirmed", &confirmed), ("all", &facts.words.len()), ("objected", &open)])
        }
    }
}

/// A button names the edition that it is about: pressed on an older card it confirms nothing else.
fn answer(reader: &Reader, facts: &MinutesFacts, action: &str, style: ButtonStyle) -> Button {
    let edition = facts.minutes.state.edition();
    Button {
        label: reader.text(&format!("notice.minutes.button.{action}"), &[]),
        style,
        press: Press::Answer(CardAnswer {
            action: format!("minutes.{action}.{edition}"),
            subject: facts.minutes.id.to_string(),
        }),
    }
}
