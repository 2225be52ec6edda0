//! The steps of a task's life (D2–D4). Each is one small function; what all have in common is [`TaskStep`].

use huan_core::{
    clock::{ClockKind, StopReason, Trigger},
    collaboration::Role,
    history::{Event, Subject},
    id::{ChannelId, PersonId, TaskId},
    permission::Deed,
    person::{Person, Standing},
    task::{Progress, Proposal, ProposalAnswer, Refusal, Stage, Task, TaskState},
};

use super::{input, problems};
use crate::{
    error::ActionError,
    notices::{Notice, Step},
    work::Work,
};

/// A task in the course of a step.
struct TaskStep {
    task: Task,
    before: Task,
}

impl TaskStep {
    /// Reads the task and checks that the caller may do `deed` with it.
    async fn begin(work: &mut Work<'_>, id: &TaskId, deed: Deed) -> Result<Self, ActionError> {
        let task = work.task_for(id, deed).await?;
        Ok(Self { before: task.clone(), task })
    }

    /// Writes the task, its history, its clocks, its row in the record table and the messages that follow.
    async fn finish(self, work: &mut Work<'_>, event: Event) -> Result<Task, ActionError> {
        // Every step ends here; on the heap, none of them carries all of it along.
        Box::pin(self.write(work, event)).await
    }

    async fn write(mut self, work: &mut Work<'_>, event: Event) -> Result<Task, ActionError> {
        self.task.updated_at = work.now;
        work.tx.update_task(&work.app.workspace, &mut self.task).await?;
        let (task, before) = (self.task, self.before);
        work.happened(Subject::Task(task.id.clone()), Some(&task.collaboration), event);
        super::create_record::follow_task(work, &before, &task).await?;
        move_clocks(work, &before, &task).await?;
        let was_blocked = before.state.stage() == Stage::Blocked;
        if was_blocked && task.state.stage() != Stage::Blocked {
            problems::settle_difficulties(work, &before).await?;
        }
        tell_those_concerned(work, &before, &task).await?;
        work.refresh_cards(&Subject::Task(task.id.clone())).await?;
        Ok(task)
    }
}

/// Starts and stops the task's clocks so that exactly those run which the new state asks for.
async fn move_clocks(work: &mut Work<'_>, before: &Task, task: &Task) -> Result<(), ActionError> {
    let collaboration = work
        .tx
        .collaboration(&work.app.workspace, &task.collaboration)
        .await?
        .ok_or(ActionError::NotFound("collaboration"))?;
    let subject = Subject::Task(task.id.clone());
    let (was, is) = (before.state.stage(), task.state.stage());
    let reason = match is {
        Stage::Cancelled => StopReason::Withdrawn,
        Stage::Done => StopReason::Closed,
        _ => StopReason::Answered,
    };
    if is == Stage::Offered && (was != Stage::Offered || before.owner != task.owner) {
        work.start_task_clock(task, &collaboration, Trigger::Acceptance).await?;
    } else if is != Stage::Offered {
        work.stop_clock(&subject, &task.collaboration, ClockKind::Acceptance, reason).await?;
    }
    if is == Stage::Declined && (was != Stage::Declined || before.initiator != task.initiator) {
        work.start_task_clock(task, &collaboration, Trigger::Proposal).await?;
    } else if is != Stage::Declined {
        work.stop_clock(&subject, &task.collaboration, ClockKind::Proposal, reason).await?;
    }
    let works = |stage: Stage| matches!(stage, Stage::InProgress | Stage::Blocked);
    match (works(was), works(is)) {
        (false, true) => work.start_task_clock(task, &collaboration, Trigger::DailyProgress).await,
        (true, false) => work.stop_clock(&subject, &task.collaboration, ClockKind::DailyProgress, reason).await,
        (true, true) if before.progress != task.progress => {
            work.start_task_clock(task, &collaboration, Trigger::DailyProgress).await
        }
        _ => Ok(()),
    }
}

/// Who acted needs no message about it; everybody else concerned gets exactly one.
async fn tell_those_concerned(work: &mut Work<'_>, before: &Task, task: &Task) -> Result<(), ActionError> {
    let subject = Subject::Task(task.id.clone());
    let step = |step: Step| Notice::TaskStep { task: task.id.clone(), step };
    let card = || Notice::TaskCard { task: task.id.clone() };
    let (was, is) = (before.state.stage(), task.state.stage());
    if before.owner != task.owner {
        work.tell_other(&before.owner, &subject, &task.collaboration, step(Step::TakenAway)).await?;
    }
    if before.initiator != task.initiator && is == Stage::Declined {
        // The refusal waits for an answer, now for theirs.
        work.tell_other(&task.initiator, &subject, &task.collaboration, card()).await?;
    }
    match (was, is) {
        (Stage::Offered | Stage::Declined, Stage::InProgress) => {
            work.tell_other(&task.initiator, &subject, &task.collaboration, step(Step::Accepted)).await?;
        }
        (_, Stage::Declined) if was != Stage::Declined => {
            work.tell_other(&task.initiator, &subject, &task.collaboration, card()).await?;
        }
        (_, Stage::Offered) if was != Stage::Offered || before.owner != task.owner => {
            if before.owner == task.owner {
                work.tell_other(&task.owner, &subject, &task.collaboration, step(Step::OfferedAgain)).await?;
            } else {
                work.tell_other(&task.owner, &subject, &task.collaboration, card()).await?;
            }
        }
        (_, Stage::Done) if was != Stage::Done => {
            work.tell_other(&task.initiator, &subject, &task.collaboration, step(Step::Finished)).await?;
        }
        (_, Stage::Cancelled) => {
            work.tell_other(&task.owner, &subject, &task.collaboration, step(Step::Cancelled)).await?;
        }
        _ => {}
    }
    Ok(())
}

/// 「承接」.
///
/// # Errors
/// When the caller is not the owner or no answer is owed.
pub async fn accept(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    step.task.accept()?;
    step.finish(work, Event::Accepted).await
}

/// 「暂不承接」 with a reason and a proposal.
///
/// # Errors
/// When the caller is not the owner, no answer is owed, or the reason or proposal is missing or unusable.
pub async fn decline(work: &mut Work<'_>, id: &TaskId, refusal: Refusal) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    let reason = input::optional_text("reason", &refusal.reason, input::LONG)?;
    let proposal = usable(work, &step.task, refusal.proposal, "proposal").await?;
    let refusal = Refusal { reason, proposal };
    step.task.decline(refusal.clone())?;
    step.finish(work, Event::Declined { refusal }).await
}

/// The initiator's answer to a refusal.
///
/// # Errors
/// When the caller may not direct the task or there is no refusal to answer.
pub async fn answer_proposal(work: &mut Work<'_>, id: &TaskId, answer: ProposalAnswer) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::Direct).await?;
    let answer = match answer {
        ProposalAnswer::Change(change) => ProposalAnswer::Change(usable(work, &step.task, change, "change").await?),
        ProposalAnswer::Insist { words } => {
            ProposalAnswer::Insist { words: input::optional_text("words", &words, input::LONG)? }
        }
        ProposalAnswer::Agree => {
            if let TaskState::Declined(refusal) = &step.task.state {
                // What was a good proposal then may have become impossible meanwhile.
                usable(work, &step.task, refusal.proposal.clone(), "proposal").await?;
            }
            ProposalAnswer::Agree
        }
    };
    step.task.answer_proposal(&answer)?;
    step.finish(work, Event::ProposalAnswered { answer }).await
}

/// Checks a proposed change: the owner must be in the collaboration, the date must lie ahead.
async fn usable(
    work: &mut Work<'_>,
    task: &Task,
    proposal: Proposal,
    field: &'static str,
) -> Result<Proposal, ActionError> {
    let words = input::optional_text(field, &proposal.words, input::LONG)?;
    if let Some(owner) = &proposal.owner {
        input::active_member(work, &task.collaboration, owner, "owner").await?;
    }
    if proposal.due_at.is_some_and(|due| due <= work.now) {
        return Err(ActionError::field("due_at", "past"));
    }
    Ok(Proposal { words, ..proposal })
}

/// Another owner.
///
/// # Errors
/// When the caller may not direct the task, it is closed, or the person is not in the collaboration.
pub async fn reassign(work: &mut Work<'_>, id: &TaskId, owner: &PersonId) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::Direct).await?;
    input::active_member(work, &step.task.collaboration.clone(), owner, "owner").await?;
    step.task.reassign(owner.clone())?;
    step.finish(work, Event::Assigned { owner: owner.clone() }).await
}

/// Another initiator, because the one before leaves (I7).
pub(super) async fn entrust(work: &mut Work<'_>, id: &TaskId, from: &Person, to: &Person) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::Direct).await?;
    step.task.initiator = to.id.clone();
    let event = Event::Changed { field: "initiator".to_owned(), from: from.name.clone(), to: to.name.clone() };
    step.finish(work, event).await
}

/// One helper less, because they leave (I7).
pub(super) async fn release_helper(work: &mut Work<'_>, id: &TaskId, helper: &Person) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::Direct).await?;
    let all = |task: &Task| task.helpers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let from = all(&step.task);
    step.task.helpers.retain(|other| *other != helper.id);
    let to = all(&step.task);
    step.finish(work, Event::Changed { field: "helpers".to_owned(), from, to }).await
}

/// The owner's word on progress (D4).
///
/// # Errors
/// When the caller is not the owner, or the task is closed.
pub async fn report_progress(
    work: &mut Work<'_>,
    id: &TaskId,
    text: &str,
    percent: Option<u8>,
) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    let text = input::text("text", text, input::LONG)?;
    step.task.report(Progress { text: text.clone(), percent, at: work.now })?;
    step.finish(work, Event::Progressed { text, percent }).await
}

/// The owner is in difficulty (D4): a problem is raised and put to whoever can help.
///
/// # Errors
/// When the caller is not the owner, the task is not being worked on, or the reason is missing.
pub async fn block(work: &mut Work<'_>, id: &TaskId, reason: &str) -> Result<Task, ActionError> {
    block_and_ask(work, id, reason, None, None).await
}

/// As [`block`], asking `helper` where one was named, in the group where it was said.
///
/// # Errors
/// As [`block`], and when the helper is not in the collaboration.
pub async fn block_and_ask(
    work: &mut Work<'_>,
    id: &TaskId,
    reason: &str,
    helper: Option<&PersonId>,
    channel: Option<&ChannelId>,
) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    let reason = input::text("reason", reason, input::LONG)?;
    step.task.block(reason.clone())?;
    let unchanged = step.task.state == step.before.state;
    let task = step.finish(work, Event::Blocked { reason: reason.clone() }).await?;
    let raised = problems::raise_difficulty(work, &task, &reason, helper, channel).await?;
    // Whoever is asked to help hears of it by that.
    if !unchanged && raised.is_none_or(|problem| problem.owner != task.initiator) {
        let notice = Notice::TaskStep { task: task.id.clone(), step: Step::Blocked };
        work.tell_other(&task.initiator, &Subject::Task(task.id.clone()), &task.collaboration, notice).await?;
    }
    Ok(task)
}

/// The difficulty is over.
///
/// # Errors
/// When the caller is not the owner or the task is not blocked.
pub async fn resume(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    step.task.resume()?;
    step.finish(work, Event::Resumed).await
}

/// Finished.
///
/// # Errors
/// When the caller is not the owner, or the task is closed.
pub async fn finish(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::AnswerForIt).await?;
    step.task.finish(work.now)?;
    step.finish(work, Event::Finished).await
}

/// Not finished after all. The owner as well as whoever directs the task may say so.
///
/// # Errors
/// When the caller may do neither, or the task is not done.
pub async fn reopen(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    let deed = match work.task_for(id, Deed::Direct).await {
        Ok(_) => Deed::Direct,
        Err(_) => Deed::AnswerForIt,
    };
    let mut step = TaskStep::begin(work, id, deed).await?;
    step.task.reopen()?;
    // Whoever left while it was closed handed nothing over: it falls to whoever answers for the collaboration (I7).
    let members = work.tx.memberships(&work.app.workspace, &step.task.collaboration).await?;
    let lead = members.into_iter().find(|member| member.role == Role::Initiator).map(|member| member.person);
    if let Some(lead) = lead {
        if has_left(work, &step.task.initiator).await? {
            step.task.initiator = lead.clone();
        }
        if has_left(work, &step.task.owner).await? {
            step.task.reassign(lead)?;
        }
    }
    let before = step.before.clone();
    let subject = Subject::Task(id.clone());
    let task = step.finish(work, Event::Reopened).await?;
    if before.initiator != task.initiator {
        let from = work.person(&before.initiator, "initiator").await?.name;
        let to = work.person(&task.initiator, "initiator").await?.name;
        let event = Event::Changed { field: "initiator".to_owned(), from, to };
        work.happened(subject.clone(), Some(&task.collaboration), event);
    }
    if before.owner != task.owner {
        work.happened(subject, Some(&task.collaboration), Event::Assigned { owner: task.owner.clone() });
    }
    Ok(task)
}

async fn has_left(work: &mut Work<'_>, person: &PersonId) -> Result<bool, ActionError> {
    Ok(matches!(work.person(person, "owner").await?.standing, Standing::Left { .. }))
}

/// Given up.
///
/// # Errors
/// When the caller may not direct the task, it is closed, or the reason is missing.
pub async fn cancel(work: &mut Work<'_>, id: &TaskId, reason: &str) -> Result<Task, ActionError> {
    let mut step = TaskStep::begin(work, id, Deed::Direct).await?;
    let reason = input::text("reason", reason, input::LONG)?;
    step.task.cancel(reason.clone())?;
    step.finish(work, Event::Cancelled { reason }).await
}

/// Moves a task to 「进行中」 by whichever step leads there: accepting, resuming or reopening.
///
/// # Errors
/// As those steps.
pub async fn take_up(work: &mut Work<'_>, id: &TaskId) -> Result<Task, ActionError> {
    match work.task_for(id, Deed::See).await?.state.stage() {
        Stage::Offered | Stage::Declined => accept(work, id).await,
        Stage::Blocked => resume(work, id).await,
        Stage::Done => reopen(work, id).await,
        stage @ (Stage::InProgress | Stage::Cancelled) => Err(ActionError::WrongState(stage)),
    }
}
