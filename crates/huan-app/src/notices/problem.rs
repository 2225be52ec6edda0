//! What is said about a problem: its card, and plain words.

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    clock::ClockKind,
    collaboration::Collaboration,
    history::Subject,
    id::PersonId,
    level::Level,
    problem::{Asked, Problem, ProblemStage, ProblemState, Urgency},
};
use huan_store::Conn;

use super::{AnswerClock, Name, Notice, Origin, ProblemNews, Reader, compose};
use crate::{app::App, error::ActionError};

/// The longest answer or solution that can be typed into a card, in characters.
const LONGEST_ANSWER: u16 = 500;

/// Everything about a problem that words need.
#[derive(Debug, Clone)]
pub struct ProblemFacts {
    /// The problem.
    pub problem: Problem,
    /// Its collaboration.
    pub collaboration: Collaboration,
    /// Who raised it.
    pub raised_by: Name,
    /// Who is asked to answer.
    pub owner: Name,
    /// Who answered or closed it.
    pub by: Option<Name>,
    /// Who was asked, in order.
    pub asked: Vec<Asked>,
    /// The number of the problem as which it goes on.
    pub merged_into: Option<i64>,
    /// The message it was made from.
    pub origin: Option<Origin>,
    /// Whether the message that it was made from is in the centre.
    filed: bool,
    /// The clock that runs for it.
    pub clock: Option<AnswerClock>,
}

/// Reads everything about a problem that words need.
///
/// # Errors
/// When the database fails.
pub(super) async fn facts(app: &App, conn: &mut Conn, problem: Problem) -> Result<ProblemFacts, ActionError> {
    let workspace = &app.workspace;
    let collaboration =
        conn.collaboration(workspace, &problem.collaboration).await?.ok_or(ActionError::NotFound("collaboration"))?;
    let by = match &problem.state {
        ProblemState::Answered(answer) => Some(answer.by.clone()),
        ProblemState::Closed { by, .. } => Some(by.clone()),
        ProblemState::Waiting | ProblemState::Merged { .. } => None,
    };
    let mut ids = vec![problem.raised_by.clone(), problem.owner.clone()];
    ids.extend(by.clone());
    let people = conn.people_by_id(workspace, &ids).await?;
    let merged_into = match &problem.state {
        ProblemState::Merged { into } => conn.problem(workspace, into).await?.map(|other| other.number),
        _ => None,
    };
    let clock = match problem.clock() {
        Some(trigger) => {
            let subject = Subject::Problem(problem.id.clone());
            conn.clock_of(workspace, &subject, trigger.kind()).await?.filter(huan_core::clock::Clock::is_running)
        }
        None => None,
    };
    Ok(ProblemFacts {
        raised_by: compose::name(&people, &problem.raised_by),
        owner: compose::name(&people, &problem.owner),
        by: by.map(|by| compose::name(&people, &by)),
        asked: conn.asked(workspace, &problem.id).await?,
        merged_into,
        origin: compose::origin(app, conn, problem.message.as_ref()).await?,
        filed: compose::is_filed(app, conn, problem.message.as_ref()).await?,
        clock: clock.map(|clock| AnswerClock { due_at: clock.due_at, generation: clock.generation }),
        collaboration,
        problem,
    })
}

/// Puts a notice about a problem into words, or says that it is no longer needed.
pub(super) fn words(notice: &Notice, facts: &ProblemFacts, reader: &Reader, reference: &str) -> Option<Content> {
    let problem = &facts.problem;
    let current = |generation: u32| facts.clock.is_some_and(|clock| clock.generation == generation);
    let rings = |generation: u32| problem.waits_for(ClockKind::UrgentProblem) && current(generation);
    match notice {
        Notice::ProblemCard { .. } => Some(Content::Card(card(facts, reader, reference))),
        Notice::ProblemEscalation { generation, .. } if current(*generation) => {
            Some(Content::Card(card(facts, reader, reference)))
        }
        Notice::ProblemAlarm { generation, .. } | Notice::ProblemCall { generation, .. } if rings(*generation) => {
            Some(Content::Card(card(facts, reader, reference)))
        }
        Notice::ProblemReminder { generation, late, .. } if current(*generation) => {
            let key = match (problem.state.stage(), late) {
                (ProblemStage::Waiting, _) => "overdue",
                (_, false) => "promise_reminder",
                (_, true) => "promise_overdue",
            };
            Some(Content::Text(said(facts, reader, key)))
        }
        Notice::ProblemUnanswered { generation, .. } if current(*generation) => {
            let key = if problem.state.stage() == ProblemStage::Waiting { "unanswered" } else { "promise_broken" };
            Some(Content::Text(said(facts, reader, key)))
        }
        Notice::ProblemStep { news, .. } => Some(Content::Text(news_words(facts, reader, *news)?)),
        _ => None,
    }
}

/// What a call says, where the platform reads it out.
pub(super) fn call_words(facts: &ProblemFacts, reader: &Reader) -> String {
    if facts.problem.level == Level::Confidential {
        return reader.text("notice.problem.call_confidential", &[]);
    }
    reader.text("notice.problem.call", &[("title", &heading(facts, reader)), ("raised_by", &facts.raised_by.name)])
}

/// 「P3 导出的文件打不开」; an urgent one or a drill says so first.
fn heading(facts: &ProblemFacts, reader: &Reader) -> String {
    let problem = &facts.problem;
    let mut heading = match problem.urgency {
        Urgency::Ordinary => {
            reader.text("notice.problem.title", &[("number", &problem.number), ("title", &problem.title)])
        }
        Urgency::Urgent { severity } => {
            let severity = reader.text(&format!("domain.severity.{}", severity.name()), &[]);
            reader.text(
                "notice.problem.urgent_title",
                &[("number", &problem.number), ("title", &problem.title), ("severity", &severity)],
            )
        }
    };
    if problem.drill {
        heading = format!("{}{heading}", reader.text("notice.problem.drill", &[]));
    }
    heading
}

/// A sentence about the problem followed by the address of its page; nothing but the address where outside people read
/// along with what is confidential.
fn said(facts: &ProblemFacts, reader: &Reader, key: &str) -> String {
    let problem = &facts.problem;
    let words = if is_hidden(facts, reader) {
        reader.text("notice.confidential", &[])
    } else {
        let due = facts.clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
        let by = facts.by.as_ref().map(|name| name.name.as_str()).unwrap_or_default();
        let (text, promised) = match &problem.state {
            ProblemState::Answered(answer) => (answer.text.as_str(), reader.moment(answer.promised_at)),
            ProblemState::Closed { solution, .. } => (solution.as_str(), String::new()),
            _ => ("", String::new()),
        };
        reader.text(
            &format!("notice.problem.{key}"),
            &[
                ("title", &heading(facts, reader)),
                ("owner", &facts.owner.name),
                ("raised_by", &facts.raised_by.name),
                ("by", &by),
                ("text", &text),
                ("promised", &promised),
                ("due", &due),
                ("into", &facts.merged_into.unwrap_or_default()),
            ],
        )
    };
    format!("{words}\n{}", reader.page)
}

/// News are told from the state as it is when they are sent; what another step has overtaken is not told.
fn news_words(facts: &ProblemFacts, reader: &Reader, news: ProblemNews) -> Option<String> {
    let stage = facts.problem.state.stage();
    let key = match (news, stage) {
        (ProblemNews::Answered, ProblemStage::Answered) => "step.answered",
        (ProblemNews::Answered | ProblemNews::Closed, ProblemStage::Closed) => "step.closed",
        (ProblemNews::Merged, ProblemStage::Merged) => "step.merged",
        (ProblemNews::Reassigned, ProblemStage::Waiting | ProblemStage::Answered) => "step.reassigned",
        (ProblemNews::Reopened, ProblemStage::Waiting | ProblemStage::Answered) => "step.reopened",
        _ => return None,
    };
    Some(said(facts, reader, key))
}

fn is_hidden(facts: &ProblemFacts, reader: &Reader) -> bool {
    reader.outsiders && facts.problem.level == Level::Confidential
}

fn card(facts: &ProblemFacts, reader: &Reader, reference: &str) -> Card {
    let problem = &facts.problem;
    let hidden = is_hidden(facts, reader);
    let mut blocks = Vec::new();
    if hidden {
        blocks.push(Block::Text(reader.text("notice.confidential", &[])));
    } else {
        if !problem.detail.is_empty() {
            blocks.push(Block::Text(problem.detail.clone()));
        }
        blocks.push(Block::Facts(fact_lines(facts, reader)));
        blocks.push(Block::Divider);
        blocks.push(Block::Text(state_line(facts, reader)));
    }
    // In a group everybody reads the same card; whoever presses without the right is told so.
    let reader_is = |person: &PersonId| reader.person.as_ref() == Some(person);
    let in_group = reader.person.is_none();
    let answers = in_group || reader_is(&problem.owner) || facts.asked.iter().any(|asked| reader_is(&asked.person));
    let settles = answers || reader_is(&problem.raised_by);
    let (mut buttons, mut forms) = (Vec::new(), Vec::new());
    if problem.state.is_open() && !hidden {
        if answers && problem.state.stage() == ProblemStage::Waiting {
            let label = if problem.urgency.is_urgent() { "acknowledge" } else { "take" };
            buttons.push(answer(reader, facts, "take", label, ButtonStyle::Primary));
            forms.push(form(
                reader,
                facts,
                "answer",
                vec![input(reader, "answer", true), input(reader, "promise", false)],
            ));
        }
        if settles {
            forms.push(form(reader, facts, "solve", vec![input(reader, "solution", true)]));
            forms.push(form(reader, facts, "pass", vec![input(reader, "person", true)]));
        }
    }
    // What was said in a group may be worth keeping, whatever becomes of the problem (F1).
    if !hidden && !facts.filed && facts.origin.as_ref().is_some_and(|origin| origin.group.is_some()) {
        buttons.push(answer(reader, facts, "file", "file", ButtonStyle::Default));
    }
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url: reader.page.clone() },
    });
    blocks.push(Block::Buttons(buttons));
    blocks.extend(forms.into_iter().map(Block::Form));
    if !hidden && let Some(origin) = &facts.origin {
        blocks.push(Block::Note(reader.origin(origin)));
    }
    let title = if hidden { reader.text("notice.confidential_title", &[]) } else { heading(facts, reader) };
    Card { reference: reference.to_owned(), title, tone: tone(facts, reader), blocks }
}

fn tone(facts: &ProblemFacts, reader: &Reader) -> Tone {
    let late = facts.clock.is_some_and(|clock| clock.due_at <= reader.now);
    match &facts.problem.state {
        ProblemState::Waiting if facts.problem.urgency.is_urgent() => Tone::Urgent,
        ProblemState::Waiting | ProblemState::Answered(_) if late => Tone::Warning,
        ProblemState::Waiting | ProblemState::Answered(_) => Tone::Action,
        ProblemState::Closed { .. } => Tone::Good,
        ProblemState::Merged { .. } => Tone::Quiet,
    }
}

fn fact_lines(facts: &ProblemFacts, reader: &Reader) -> Vec<Fact> {
    let line =
        |label: &str, value: String| Fact { label: reader.text(&format!("notice.problem.fact.{label}"), &[]), value };
    vec![
        line("owner", facts.owner.full()),
        line("raised_by", facts.raised_by.full()),
        line("collaboration", facts.collaboration.name.clone()),
    ]
}

/// Where the problem stands, in one or two sentences.
fn state_line(facts: &ProblemFacts, reader: &Reader) -> String {
    let due = facts.clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
    let by = facts.by.as_ref().map(|name| name.name.as_str()).unwrap_or_default();
    let called_on = facts.asked.iter().any(|asked| asked.place > 0 && reader.person.as_ref() == Some(&asked.person));
    let say = |key: &str, arguments: &[(&str, &dyn std::fmt::Display)]| {
        reader.text(&format!("notice.problem.state.{key}"), arguments)
    };
    match &facts.problem.state {
        ProblemState::Waiting if facts.problem.urgency.is_urgent() => say("ringing", &[("owner", &facts.owner.name)]),
        ProblemState::Waiting if called_on => {
            let since = reader.moment(facts.problem.created_at);
            say("escalated", &[("owner", &facts.owner.name), ("due", &due), ("since", &since)])
        }
        ProblemState::Waiting => say("waiting", &[("owner", &facts.owner.name), ("due", &due)]),
        ProblemState::Answered(answer) => {
            let promised = reader.moment(answer.promised_at);
            say("answered", &[("by", &by), ("text", &answer.text), ("promised", &promised)])
        }
        ProblemState::Closed { solution, at, .. } => {
            say("closed", &[("by", &by), ("solution", solution), ("at", &reader.moment(*at))])
        }
        ProblemState::Merged { .. } => say("merged", &[("into", &facts.merged_into.unwrap_or_default())]),
    }
}

fn answer(reader: &Reader, facts: &ProblemFacts, action: &str, label: &str, style: ButtonStyle) -> Button {
    Button {
        label: reader.text(&format!("notice.problem.button.{label}"), &[]),
        style,
        press: Press::Answer(CardAnswer { action: format!("problem.{action}"), subject: facts.problem.id.to_string() }),
    }
}

fn input(reader: &Reader, name: &str, required: bool) -> Input {
    Input {
        name: name.to_owned(),
        label: reader.text(&format!("notice.problem.input.{name}"), &[]),
        placeholder: reader.text(&format!("notice.problem.input.{name}_example"), &[]),
        required,
        multiline: false,
        max_length: LONGEST_ANSWER,
    }
}

fn form(reader: &Reader, facts: &ProblemFacts, action: &str, inputs: Vec<Input>) -> Form {
    Form {
        name: action.to_owned(),
        inputs,
        submit: answer(reader, facts, action, action, ButtonStyle::Default),
        page: Some(reader.page.clone()),
    }
}
