//! Somebody pressed a button of a card.

use huan_connect::{CardPressed, Mentions, Recipient};
use huan_core::{
    centre::Way,
    history::{Source, Subject},
    i18n::{Language, text},
    id::TaskId,
    permission::Deed,
    task::{ProposalAnswer, Refusal, Task},
};
use huan_store::InboxEvent;

use super::{chat, meetings, minutes, people, problems, sign_offs, usage_rules};
use crate::{
    actions::{centre, task_steps},
    app::{App, OpenAccount},
    error::ActionError,
    work::{Place, Work},
};

pub(super) async fn hear(
    app: &App,
    account: &OpenAccount,
    pressed: &CardPressed,
    event: Option<&InboxEvent>,
) -> Result<(), ActionError> {
    let Some(problem) = attempt(app, account, pressed, event, None).await? else { return Ok(()) };
    attempt(app, account, pressed, event, Some(problem)).await.map(|_| ())
}

/// Does what was pressed, or, given what was wrong with that, tells the presser and shows the card as it is.
async fn attempt(
    app: &App,
    account: &OpenAccount,
    pressed: &CardPressed,
    event: Option<&InboxEvent>,
    problem: Option<ActionError>,
) -> Result<Option<ActionError>, ActionError> {
    let mut work = app.begin_for(event).await?;
    let identity = people::know(&mut work, account, &pressed.speaker).await?;
    let person = match &identity.person {
        Some(person) => work.tx.person(&app.workspace, person).await?,
        None => None,
    };
    let source = Source::Card { platform: account.platform.clone() };
    let known = person.as_ref().is_some_and(|person| work.act_as(person, source));
    let words = match (known, problem) {
        (false, _) => Some(text(Language::default(), "chat.unknown_speaker", &[("name", &identity.name)])),
        (true, Some(problem)) => Some(problem.words(work.language())),
        (true, None) => match carry_out(&mut work, pressed).await {
            Ok(()) => None,
            Err(error) if super::is_the_authors(&error) => return Ok(Some(error)),
            Err(error) => return Err(error),
        },
    };
    if let Some(words) = words {
        let place = Place { account: account.id.clone(), channel: None, to: Recipient::Person(identity.user.clone()) };
        work.answer(&place, None, words, Mentions::default()).await?;
        if let Some(subject) = Subject::from_id(&pressed.subject) {
            work.refresh_cards(&subject).await?;
        }
    }
    work.commit().await?;
    Ok(None)
}

/// 「沉淀到协作中心」: what a task was made from goes into the centre and is linked with it.
async fn file(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let task = work.task_for(id, Deed::See).await?;
    if task.message.is_none() {
        return Err(ActionError::NotFound("message"));
    }
    // Without the word to the robot, the names and the times that the message holds.
    let text = Some(task.name.clone());
    let new = centre::NewEntry { message: task.message.clone(), text, ..centre::NewEntry::default() };
    let entry = centre::file(work, &task.collaboration, new, Way::Card).await?;
    centre::link(work, &entry.id, &centre::Target::Task(task.id.clone()), true).await?;
    work.refresh_cards(&Subject::Task(task.id.clone())).await?;
    Ok(task)
}

async fn carry_out(work: &mut Work<'_>, pressed: &CardPressed) -> Result<(), ActionError> {
    if let Ok(problem) = pressed.subject.parse() {
        let input = |name: &str| pressed.inputs.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        return problems::press(work, &problem, &pressed.action, input).await;
    }
    if let Ok(id) = pressed.subject.parse() {
        let objection = pressed.inputs.get("objection").map(|words| words.trim()).unwrap_or_default();
        return minutes::press(work, &id, &pressed.action, objection).await;
    }
    if let Ok(id) = pressed.subject.parse() {
        return meetings::press(work, &id, &pressed.action).await;
    }
    if let Some(revision) = pressed.action.strip_prefix("rules.confirm.") {
        return usage_rules::press(work, &pressed.subject, revision).await;
    }
    if let Ok(id) = pressed.subject.parse() {
        let reason = pressed.inputs.get("reason").map(|words| words.trim()).unwrap_or_default();
        return sign_offs::press(work, &id, &pressed.action, reason).await;
    }
    let task: TaskId = pressed.subject.parse().map_err(|_| ActionError::NotFound("task"))?;
    let input = |name: &str| pressed.inputs.get(name).map(|value| value.trim()).unwrap_or_default();
    match pressed.action.as_str() {
        "task.accept" => task_steps::accept(work, &task).await?,
        "task.decline" => {
            let proposal = chat::proposal_from(work, &task, input("proposal")).await?;
            let refusal = Refusal { reason: input("reason").to_owned(), proposal };
            task_steps::decline(work, &task, refusal).await?
        }
        "task.agree" => task_steps::answer_proposal(work, &task, ProposalAnswer::Agree).await?,
        "task.insist" => {
            let answer = ProposalAnswer::Insist { words: String::new() };
            task_steps::answer_proposal(work, &task, answer).await?
        }
        "task.change" => {
            let change = chat::proposal_from(work, &task, input("change")).await?;
            task_steps::answer_proposal(work, &task, ProposalAnswer::Change(change)).await?
        }
        "task.progress" => {
            let words = input("progress");
            let percent = chat::share_in(words, &work.now.to_zoned(work.caller()?.zone.clone()));
            task_steps::report_progress(work, &task, words, percent).await?
        }
        "task.finish" => task_steps::finish(work, &task).await?,
        "task.file" => file(work, &task).await?,
        _ => return Err(ActionError::NotFound("action")),
    };
    Ok(())
}
