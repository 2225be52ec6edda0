//! What is said about the usage rules of a collaboration: in its groups, and to each member who has to read them.

use huan_connect::Content;
use huan_core::{
    card::{Block, Button, ButtonStyle, Card, CardAnswer, Press, Tone},
    clock::{Clock, ClockKind},
    collaboration::Collaboration,
    history::Subject,
    id::CollaborationId,
    usage_rules::{RulesReading, UsageRules},
};
use huan_store::Conn;

use super::{Notice, Reader};
use crate::{app::App, error::ActionError};

/// Everything about rules that words need.
pub(super) struct RulesFacts {
    collaboration: Collaboration,
    rules: UsageRules,
    reading: Option<RulesReading>,
    /// Which start of the reader's clock runs.
    generation: Option<u32>,
}

/// Reads everything about rules that words need; none when the member has nothing to read any more.
pub(super) async fn facts(app: &App, conn: &mut Conn, notice: &Notice) -> Result<Option<RulesFacts>, ActionError> {
    let workspace = &app.workspace;
    let (id, reading): (CollaborationId, _) = match notice {
        Notice::RulesPosted { collaboration } => (collaboration.clone(), None),
        Notice::RulesCard { reading } | Notice::RulesReminder { reading, .. } => {
            let Some(reading) = conn.rules_reading(workspace, reading).await? else { return Ok(None) };
            (reading.collaboration.clone(), Some(reading))
        }
        _ => return Ok(None),
    };
    let Some(collaboration) = conn.collaboration(workspace, &id).await? else { return Ok(None) };
    let Some(rules) = conn.usage_rules(workspace, &id).await? else { return Ok(None) };
    let generation = match &reading {
        Some(reading) => {
            let subject = Subject::RulesReading(reading.id.clone());
            let clock = conn.clock_of(workspace, &subject, ClockKind::RulesRead).await?;
            clock.filter(Clock::is_running).map(|clock| clock.generation)
        }
        None => None,
    };
    Ok(Some(RulesFacts { collaboration, rules, reading, generation }))
}

/// Puts a notice about rules into words, or says that it is no longer needed.
pub(super) fn words(notice: &Notice, facts: &RulesFacts, reader: &Reader, reference: &str) -> Option<Content> {
    let name = &facts.collaboration.name;
    match notice {
        Notice::RulesReminder { generation, .. } => (facts.generation == Some(*generation)).then(|| {
            let words = reader.text("rules.notice.reminder", &[("collaboration", name)]);
            Content::Text(format!("{words}\n{}", reader.page))
        }),
        _ => Some(Content::Card(card(facts, reader, reference))),
    }
}

fn card(facts: &RulesFacts, reader: &Reader, reference: &str) -> Card {
    let mut blocks = vec![Block::Text(facts.rules.text.clone()), Block::Divider];
    let mut buttons = Vec::new();
    let mut tone = Tone::Quiet;
    let confirm = |subject: String, revision: u32| Button {
        label: reader.text("rules.confirm", &[]),
        style: ButtonStyle::Primary,
        press: Press::Answer(CardAnswer { action: format!("rules.confirm.{revision}"), subject }),
    };
    match &facts.reading {
        Some(reading) => match reading.confirmed_at {
            Some(at) => {
                blocks.push(Block::Text(reader.text("rules.notice.confirmed", &[("at", &reader.moment(at))])));
                tone = Tone::Good;
            }
            None => {
                blocks.push(Block::Text(reader.text("rules.notice.asked", &[])));
                tone = Tone::Action;
                buttons.push(confirm(reading.id.to_string(), reading.revision));
            }
        },
        None => {
            blocks.push(Block::Text(reader.text("rules.notice.posted", &[])));
            buttons.push(confirm(facts.collaboration.id.to_string(), facts.rules.revision));
        }
    }
    buttons.push(Button {
        label: reader.text("notice.button.open", &[]),
        style: ButtonStyle::Default,
        press: Press::Open { url: reader.page.clone() },
    });
    blocks.push(Block::Buttons(buttons));
    let title = reader.text("rules.notice.title", &[("collaboration", &facts.collaboration.name)]);
    Card { reference: reference.to_owned(), title, tone, blocks }
}
