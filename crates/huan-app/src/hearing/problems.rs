//! Problems in a chat: which one is meant, and from words to the action they ask for (E1–E3).

use huan_connect::HeardMessage;
use huan_core::{
    centre::Way,
    command::problem_number,
    history::Subject,
    id::{PersonId, ProblemId},
    problem::{Problem, ProblemStage},
    time_expression::{self, Meaning},
};
use jiff::Timestamp;

use crate::{
    actions::{centre, problems},
    app::OpenAccount,
    error::ActionError,
    line,
    naming::{self, Found},
    work::Work,
};

/// The problem of the message that is answered: one of ours about it, or the one it was made from.
pub(super) async fn answered(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<Option<Problem>, ActionError> {
    let Some(message) = &said.reply_to else { return Ok(None) };
    let workspace = &work.app.workspace;
    let mut found = match work.tx.subject_of_message(workspace, &account.id, message).await? {
        Some(subject) => match Subject::from_id(&subject) {
            Some(Subject::Problem(id)) => work.tx.problem(workspace, &id).await?,
            _ => None,
        },
        None => match work.tx.message_of(workspace, &account.id, message).await? {
            Some(origin) => work.tx.problem_of_message(workspace, &origin.id).await?,
            None => None,
        },
    };
    // What was merged goes on as the other.
    while let Some(huan_core::problem::ProblemState::Merged { into }) = found.as_ref().map(|problem| &problem.state) {
        found = work.tx.problem(workspace, into).await?;
    }
    Ok(found)
}

/// Whether a message that does not address the robot is an answer all the same: somebody who was asked replies to the
/// question (E3).
pub(super) async fn is_answer(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
    speaker: Option<&PersonId>,
) -> Result<bool, ActionError> {
    let Some(speaker) = speaker else { return Ok(false) };
    let Some(problem) = answered(work, account, said).await? else { return Ok(false) };
    let workspace = &work.app.workspace;
    let may = work.tx.was_asked(workspace, &problem.id, speaker).await?
        || line::is_at_hand(&mut work.tx, workspace, &problem, speaker).await?;
    Ok(problem.state.is_open() && may)
}

/// Which problem was found.
pub(super) enum Which {
    /// Exactly this one.
    One(ProblemId),
    /// None that waits for the speaker.
    None,
    /// Several; one cannot choose.
    Several(Vec<Problem>),
}

/// The problem that is meant: by its number, by the message that is answered, or because just one waits for the speaker.
pub(super) async fn find(work: &mut Work<'_>, words: &str, answered: Option<&Problem>) -> Result<Which, ActionError> {
    if let Some((number, _)) = problem_number(words) {
        let problem = work.tx.problem_by_number(&work.app.workspace, number).await?;
        return Ok(Which::One(problem.ok_or(ActionError::NotFound("problem"))?.id));
    }
    if let Some(problem) = answered {
        return Ok(Which::One(problem.id.clone()));
    }
    let person = work.caller()?.person().clone();
    let mut open = work.tx.problems_asked_of(&work.app.workspace, &person).await?;
    // What waits for an answer goes before what was answered.
    if open.iter().any(|problem| problem.state.stage() == ProblemStage::Waiting) {
        open.retain(|problem| problem.state.stage() == ProblemStage::Waiting);
    }
    Ok(match open.len() {
        0 => Which::None,
        1 => Which::One(open.remove(0).id),
        _ => Which::Several(open),
    })
}

/// By when an answer promises a solution: 「在查，明天17:00前修好」. What is unclear or has passed promises nothing.
pub(super) fn promise_in(work: &Work<'_>, words: &str) -> Result<Option<Timestamp>, ActionError> {
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let moments = time_expression::find(words, &now).into_iter().filter_map(|finding| match finding.meaning {
        Meaning::Found { when, .. } if when.timestamp() > work.now => Some((finding.is_deadline, when.timestamp())),
        _ => None,
    });
    // 「今天查，周五前修好」: the deadline counts, else the last moment named.
    Ok(moments.max_by_key(|(is_deadline, at)| (*is_deadline, *at)).map(|(_, at)| at))
}

/// A button of a problem's card.
pub(super) async fn press(
    work: &mut Work<'_>,
    problem: &ProblemId,
    action: &str,
    input: impl Fn(&str) -> String,
) -> Result<(), ActionError> {
    match action {
        "problem.take" => {
            let words = huan_core::i18n::text(work.language(), "chat.problem_taken", &[]);
            problems::answer_problem(work, problem, &words, None).await?
        }
        "problem.answer" => {
            let (words, promise) = (input("answer"), input("promise"));
            let promised_at = match promise.as_str() {
                "" => promise_in(work, &words)?,
                promise => Some(promise_in(work, promise)?.ok_or(ActionError::field("promised_at", "time_unclear"))?),
            };
            problems::answer_problem(work, problem, &words, promised_at).await?
        }
        "problem.solve" => problems::close_problem(work, problem, &input("solution")).await?,
        "problem.pass" => {
            let collaboration = work.problem_for(problem, huan_core::permission::Deed::See).await?.collaboration;
            match naming::find(work, Some(&collaboration), &input("person")).await? {
                Found::One(person) => problems::reassign_problem(work, problem, &person).await?,
                Found::Nobody | Found::Several(_) => return Err(ActionError::field("owner", "unknown")),
            }
        }
        "problem.file" => {
            let problem = work.problem_for(problem, huan_core::permission::Deed::See).await?;
            // Without the word to the robot and the names that the message begins with.
            let text = Some(problem.title.clone());
            let new = centre::NewEntry { message: problem.message.clone(), text, ..centre::NewEntry::default() };
            if new.message.is_none() {
                return Err(ActionError::NotFound("message"));
            }
            centre::file(work, &problem.collaboration, new, Way::Card).await?;
            work.refresh_cards(&Subject::Problem(problem.id.clone())).await?;
            problem
        }
        _ => return Err(ActionError::NotFound("action")),
    };
    Ok(())
}
