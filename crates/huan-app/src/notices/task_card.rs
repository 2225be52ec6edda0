//! The card of a task: one card for every reader and every state, so that an edit is the same as a new one.

use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    level::Level,
    task::{Stage, TaskState},
};

use super::{Reader, TaskFacts};

/// The longest reason or proposal that can be typed into a card, in characters.
const LONGEST_ANSWER: u16 = 500;

pub(super) fn card(facts: &TaskFacts, reader: &Reader, reference: &str) -> Card {
    let task = &facts.task;
    let is_owner = reader.person.as_ref() == Some(&task.owner);
    let is_initiator = reader.person.as_ref() == Some(&task.initiator);
    let hidden = reader.outsiders && task.level == Level::Confidential;
    let mut blocks = Vec::new();
    if hidden {
        blocks.push(Block::Text(reader.text("notice.confidential", &[])));
    } else {
        if !task.description.is_empty() {
            blocks.push(Block::Text(task.description.clone()));
        }
        blocks.push(Block::Facts(fact_lines(facts, reader)));
        if let Some(line) = state_line(facts, reader) {
            blocks.push(Block::Divider);
            blocks.push(Block::Text(line));
        }
    }
    let mut buttons = Vec::new();
    let mut form = None;
    match task.state.stage() {
        Stage::Offered if is_owner => {
            buttons.push(answer(reader, facts, "accept", ButtonStyle::Primary));
            form = Some(decline_form(facts, reader));
        }
        Stage::Declined if is_initiator => {
            buttons.push(answer(reader, facts, "agree", ButtonStyle::Primary));
            buttons.push(answer(reader, facts, "insist", ButtonStyle::Default));
            form = Some(change_form(facts, reader));
        }
        Stage::InProgress | Stage::Blocked if is_owner => {
            buttons.push(answer(reader, facts, "finish", ButtonStyle::Primary));
            form = Some(progress_form(facts, reader));
        }
        _ => {}
    }
    // What was said in a group may be worth keeping, whatever becomes of the task (F1).
    if !hidden && !facts.filed && facts.origin.as_ref().is_some_and(|origin| origin.group.is_some()) {
        buttons.push(answer(reader, facts, "file", ButtonStyle::Default));
    }
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url: reader.page.clone() },
    });
    blocks.push(Block::Buttons(buttons));
    blocks.extend(form.map(Block::Form));
    if !hidden && let Some(origin) = &facts.origin {
        blocks.push(Block::Note(reader.origin(origin)));
    }
    let name = if hidden { reader.text("notice.confidential_title", &[]) } else { task.name.clone() };
    Card {
        reference: reference.to_owned(),
        title: reader.text("notice.card.title", &[("number", &task.number), ("name", &name)]),
        tone: tone(facts, reader),
        blocks,
    }
}

fn tone(facts: &TaskFacts, reader: &Reader) -> Tone {
    match &facts.task.state {
        TaskState::Offered if facts.answer_clock.is_some_and(|clock| clock.due_at <= reader.now) => Tone::Warning,
        TaskState::Offered | TaskState::InProgress => Tone::Action,
        TaskState::Declined(_) | TaskState::Blocked { .. } => Tone::Warning,
        TaskState::Done { .. } => Tone::Good,
        TaskState::Cancelled { .. } => Tone::Quiet,
    }
}

fn fact_lines(facts: &TaskFacts, reader: &Reader) -> Vec<Fact> {
    let task = &facts.task;
    let mut lines = Vec::new();
    let mut line = |label: &str, value: String| {
        lines.push(Fact { label: reader.text(&format!("notice.fact.{label}"), &[]), value });
    };
    line("owner", facts.owner.full());
    if !facts.helpers.is_empty() {
        line("helpers", facts.helpers.iter().map(|name| name.name.as_str()).collect::<Vec<_>>().join("、"));
    }
    line("initiator", facts.initiator.full());
    line("due", task.due_at.map_or_else(|| reader.text("notice.no_due", &[]), |due| reader.moment(due)));
    if task.priority != huan_core::task::Priority::Normal {
        let name = match task.priority {
            huan_core::task::Priority::Urgent => "urgent",
            huan_core::task::Priority::High => "high",
            huan_core::task::Priority::Normal => "normal",
            huan_core::task::Priority::Low => "low",
        };
        line("priority", reader.text(&format!("domain.priority.{name}"), &[]));
    }
    if !task.criteria.is_empty() {
        line("criteria", task.criteria.clone());
    }
    line("collaboration", facts.collaboration.name.clone());
    if let Some(number) = &facts.record_number {
        line("record", number.clone());
    }
    lines
}

/// Where the task stands, in one or two sentences.
fn state_line(facts: &TaskFacts, reader: &Reader) -> Option<String> {
    Some(match &facts.task.state {
        TaskState::Offered => {
            let clock = facts.answer_clock?;
            reader.text("notice.state.offered", &[("due", &reader.moment(clock.due_at))])
        }
        TaskState::Declined(refusal) => {
            let proposal = super::task_text::proposal_words(facts, reader, &refusal.proposal);
            reader.text(
                "notice.state.declined",
                &[("owner", &facts.owner.name), ("reason", &refusal.reason), ("proposal", &proposal)],
            )
        }
        TaskState::InProgress => match &facts.task.progress {
            Some(progress) => {
                reader.text("notice.state.progress", &[("text", &progress.text), ("at", &reader.moment(progress.at))])
            }
            None => reader.text("notice.state.accepted", &[("owner", &facts.owner.name)]),
        },
        TaskState::Blocked { reason } => reader.text("notice.state.blocked", &[("reason", reason)]),
        TaskState::Done { at } => reader.text("notice.state.done", &[("at", &reader.moment(*at))]),
        TaskState::Cancelled { reason } => reader.text("notice.state.cancelled", &[("reason", reason)]),
    })
}

fn answer(reader: &Reader, facts: &TaskFacts, action: &str, style: ButtonStyle) -> Button {
    Button {
        label: reader.text(&format!("notice.button.{action}"), &[]),
        style,
        press: Press::Answer(CardAnswer { action: format!("task.{action}"), subject: facts.task.id.to_string() }),
    }
}

fn input(reader: &Reader, name: &str, required: bool) -> Input {
    Input {
        name: name.to_owned(),
        label: reader.text(&format!("notice.input.{name}"), &[]),
        placeholder: reader.text(&format!("notice.input.{name}_example"), &[]),
        required,
        multiline: false,
        max_length: LONGEST_ANSWER,
    }
}

fn form(facts: &TaskFacts, reader: &Reader, action: &str, inputs: Vec<Input>) -> Form {
    Form {
        name: action.to_owned(),
        inputs,
        submit: answer(reader, facts, action, ButtonStyle::Default),
        page: Some(reader.page.clone()),
    }
}

fn decline_form(facts: &TaskFacts, reader: &Reader) -> Form {
    form(facts, reader, "decline", vec![input(reader, "reason", true), input(reader, "proposal", true)])
}

fn change_form(facts: &TaskFacts, reader: &Reader) -> Form {
    form(facts, reader, "change", vec![input(reader, "change", true)])
}

fn progress_form(facts: &TaskFacts, reader: &Reader) -> Form {
    form(facts, reader, "progress", vec![input(reader, "progress", true)])
}
