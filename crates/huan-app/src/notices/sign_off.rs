//! What is said about an acceptance: the signer's card, and plain words to whoever waits.

use std::fmt::Display;

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone},
    clock::ClockKind,
    collaboration::Collaboration,
    history::Subject,
    id::PersonId,
    person::Person,
    sign_off::{Answer, SignOff, SignOffStage, SignOffState, Signature},
};
use huan_store::Conn;

use super::{AnswerClock, Name, Notice, Reader, compose};
use crate::{
    app::App,
    caller::Caller,
    error::ActionError,
    queries::{
        Look,
        sign_offs::{self, EvidenceView},
    },
};

/// The longest reason that can be typed into a card, in characters.
const LONGEST_REASON: u16 = 500;
/// A card shows so many pieces of evidence; the page shows all.
const MOST_SHOWN: usize = 10;

/// Everything about an acceptance that words need.
pub(super) struct SignOffFacts {
    sign_off: SignOff,
    collaboration: Collaboration,
    /// The signature that it is about.
    signature: Option<Signature>,
    signatures: Vec<Signature>,
    people: Vec<Person>,
    /// What its reader may see of the evidence.
    evidence: Vec<EvidenceView>,
    clock: Option<AnswerClock>,
}

impl SignOffFacts {
    /// To what a signed link leads: only a signature can be given behind one.
    pub(super) fn subject(&self) -> Option<Subject> {
        self.signature.as_ref().map(|signature| Subject::Signature(signature.id.clone()))
    }

    fn name(&self, person: &PersonId) -> Name {
        compose::name(&self.people, person)
    }

    fn signed(&self) -> usize {
        self.signatures.iter().filter(|one| matches!(one.answer, Answer::Signed { .. })).count()
    }
}

/// Reads everything about an acceptance that words need; `None` when the notice is about none, or it is gone.
///
/// # Errors
/// When the database fails.
pub(super) async fn facts(
    app: &App,
    conn: &mut Conn,
    notice: &Notice,
    reader: Option<&PersonId>,
) -> Result<Option<SignOffFacts>, ActionError> {
    let workspace = &app.workspace;
    let (signature, id) = match notice {
        Notice::SignatureCard { signature }
        | Notice::SignatureReminder { signature, .. }
        | Notice::SignatureEscalation { signature, .. }
        | Notice::SignatureOverdue { signature, .. } => {
            let Some(signature) = conn.signature(workspace, signature).await? else { return Ok(None) };
            let id = signature.sign_off.clone();
            (Some(signature), id)
        }
        Notice::SignOffRefused { sign_off } | Notice::SignOffCompleted { sign_off } => (None, sign_off.clone()),
        _ => return Ok(None),
    };
    let Some(sign_off) = conn.sign_off(workspace, &id).await? else { return Ok(None) };
    let found = conn.collaboration(workspace, &sign_off.collaboration).await?;
    let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
    let signatures = conn.signatures(workspace, &id).await?;
    let mut ids: Vec<PersonId> = signatures.iter().map(|one| one.person.clone()).collect();
    ids.push(sign_off.called_by.clone());
    ids.extend(reader.cloned());
    let people = conn.people_by_id(workspace, &ids).await?;
    let clock = match &signature {
        Some(signature) => {
            let subject = Subject::Signature(signature.id.clone());
            conn.clock_of(workspace, &subject, ClockKind::SignOff).await?
        }
        None => None,
    };
    let now = app.now();
    let reader = people.iter().find(|person| Some(&person.id) == reader);
    let caller = reader.and_then(|person| Caller::of(person, huan_core::history::Source::Huan, now));
    let evidence = match &caller {
        Some(caller) => sign_offs::evidence(&mut Look::at(app, conn, caller, now), &sign_off).await?.0,
        None => Vec::new(),
    };
    let clock = clock.filter(huan_core::clock::Clock::is_running);
    Ok(Some(SignOffFacts {
        clock: clock.map(|clock| AnswerClock { due_at: clock.due_at, generation: clock.generation }),
        sign_off,
        collaboration,
        signature,
        signatures,
        people,
        evidence,
    }))
}

/// Puts a notice about an acceptance into words, or says that it is no longer needed.
pub(super) fn words(
    app: &App,
    notice: &Notice,
    facts: &SignOffFacts,
    reader: &Reader,
    reference: &str,
) -> Option<Content> {
    let page = app.page(&format!("c/{}/sign_off", facts.sign_off.collaboration));
    let current = |generation: u32| facts.clock.is_some_and(|clock| clock.generation == generation);
    let said = |key: &str, more: &[(&str, &dyn Display)], page: &str| {
        Some(Content::Text(format!("{}\n{page}", said(facts, reader, key, more))))
    };
    match notice {
        Notice::SignatureCard { .. } => {
            // Whoever is asked no more, for somebody else signs in their place, keeps what was sent as it is.
            let signature = facts.signature.as_ref()?;
            (Some(&signature.person) == reader.person.as_ref())
                .then(|| Content::Card(card(facts, signature, reader, reference)))
        }
        Notice::SignatureReminder { generation, late, .. } if current(*generation) => {
            said(if *late { "late" } else { "reminder" }, &[], &reader.page)
        }
        Notice::SignatureEscalation { generation, .. } if current(*generation) => said("escalation", &[], &page),
        Notice::SignatureOverdue { generation, .. } if current(*generation) => said("overdue", &[], &page),
        Notice::SignOffRefused { .. } => {
            let refused = facts.signatures.iter().find_map(|one| match &one.answer {
                Answer::Refused { reason, .. } => Some((&one.person, reason)),
                _ => None,
            });
            let (person, reason) = refused?;
            said("refused", &[("person", &facts.name(person).name), ("reason", reason)], &page)
        }
        Notice::SignOffCompleted { .. } if facts.sign_off.state.stage() == SignOffStage::Signed => {
            said("completed", &[("count", &facts.signed())], &page)
        }
        _ => None,
    }
}

fn said(facts: &SignOffFacts, reader: &Reader, key: &str, more: &[(&str, &dyn Display)]) -> String {
    let due = facts.clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
    let signer = facts.signature.as_ref().map(|one| facts.name(&one.person).full()).unwrap_or_default();
    let initiator = facts.name(&facts.sign_off.called_by).name;
    let mut arguments: Vec<(&str, &dyn Display)> = vec![
        ("collaboration", &facts.collaboration.name),
        ("round", &facts.sign_off.round),
        ("signer", &signer),
        ("initiator", &initiator),
        ("due", &due),
    ];
    arguments.extend_from_slice(more);
    reader.text(&format!("notice.sign_off.{key}"), &arguments)
}

fn card(facts: &SignOffFacts, signature: &Signature, reader: &Reader, reference: &str) -> Card {
    let sign_off = &facts.sign_off;
    let line = |label: &str, value: String| Fact { label: reader.text(&format!("sign_off.part.{label}"), &[]), value };
    let mut lines = vec![
        line("collaboration", facts.collaboration.name.clone()),
        line("goal", facts.collaboration.goal.clone()),
        line("called_by", facts.name(&sign_off.called_by).full()),
        line("signed", format!("{}/{}", facts.signed(), facts.signatures.len())),
    ];
    if let Some(clock) = facts.clock {
        lines.push(line("due", reader.moment(clock.due_at)));
    }
    let mut blocks = vec![Block::Facts(lines)];
    blocks.extend(sign_off.statement.lines().map(|line| Block::Text(line.to_owned())));
    if !facts.evidence.is_empty() {
        let heading = reader.text("sign_off.part.evidence", &[]);
        blocks.push(Block::Text(reader.text("minutes.heading", &[("part", &heading)])));
        let shown = facts.evidence.iter().take(MOST_SHOWN);
        blocks.extend(shown.map(|one| Block::Text(one.line(reader.language))));
    }
    blocks.push(Block::Divider);
    blocks.push(Block::Text(state_line(facts, signature, reader)));
    let asks = signature.answer == Answer::Waiting && sign_off.state == SignOffState::Open;
    let mut buttons = Vec::new();
    if asks {
        buttons.push(answer(reader, signature, "sign", ButtonStyle::Primary));
    }
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url: reader.page.clone() },
    });
    blocks.push(Block::Buttons(buttons));
    if asks {
        blocks.push(Block::Form(Form {
            name: "refuse".to_owned(),
            inputs: vec![Input {
                name: "reason".to_owned(),
                label: reader.text("notice.sign_off.input.reason", &[]),
                placeholder: reader.text("notice.sign_off.input.reason_example", &[]),
                required: true,
                multiline: false,
                max_length: LONGEST_REASON,
            }],
            submit: answer(reader, signature, "refuse", ButtonStyle::Default),
            page: Some(reader.page.clone()),
        }));
    }
    let tone = match (&signature.answer, sign_off.state.stage()) {
        (Answer::Waiting, _) => Tone::Action,
        (Answer::Refused { .. }, _) => Tone::Warning,
        (Answer::Signed { .. }, SignOffStage::Open | SignOffStage::Signed) => Tone::Good,
        (Answer::Signed { .. } | Answer::Released { .. }, _) => Tone::Quiet,
    };
    let title = said(facts, reader, "title", &[]);
    Card { reference: reference.to_owned(), title, tone, blocks }
}

/// Where the reader's signature stands, and the round when it is over.
fn state_line(facts: &SignOffFacts, signature: &Signature, reader: &Reader) -> String {
    let say = |key: &str, more: &[(&str, &dyn Display)]| said(facts, reader, &format!("state.{key}"), more);
    let mine = match &signature.answer {
        Answer::Waiting => say("waiting", &[]),
        Answer::Signed { at, .. } => say("signed", &[("at", &reader.moment(*at))]),
        Answer::Refused { reason, .. } => say("refused", &[("reason", reason)]),
        Answer::Released { .. } => String::new(),
    };
    let round = match (&facts.sign_off.state, &signature.answer) {
        (SignOffState::Signed { .. }, _) => say("completed", &[]),
        (SignOffState::Refused { by, .. }, answer) if !matches!(answer, Answer::Refused { .. }) => {
            say("round_refused", &[("person", &facts.name(by).name)])
        }
        (SignOffState::Withdrawn { reason, .. }, _) => say("withdrawn", &[("reason", reason)]),
        _ => String::new(),
    };
    [mine, round].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn answer(reader: &Reader, signature: &Signature, action: &str, style: ButtonStyle) -> Button {
    Button {
        label: reader.text(&format!("notice.sign_off.button.{action}"), &[]),
        style,
        press: Press::Answer(CardAnswer { action: format!("signature.{action}"), subject: signature.id.to_string() }),
    }
}
