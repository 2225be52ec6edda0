//! What is said about a task in plain words.

use huan_core::{
    level::Level,
    task::{Proposal, TaskState},
};

use super::{Awaited, Reader, Step, TaskFacts};

pub(super) fn answer_reminder(facts: &TaskFacts, reader: &Reader, awaited: Awaited, late: bool) -> String {
    let due = facts.answer_clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
    let key = match (awaited, late) {
        (Awaited::Acceptance, false) => "notice.answer_reminder",
        (Awaited::Acceptance, true) => "notice.answer_overdue",
        (Awaited::Proposal, false) => "notice.proposal_reminder",
        (Awaited::Proposal, true) => "notice.proposal_overdue",
    };
    said(facts, reader, key, &[("due", &due)])
}

pub(super) fn unanswered(facts: &TaskFacts, reader: &Reader, awaited: Awaited) -> String {
    let key = match awaited {
        Awaited::Acceptance => "notice.unanswered",
        Awaited::Proposal => "notice.proposal_unanswered",
    };
    said(facts, reader, key, &[])
}

pub(super) fn escalation(facts: &TaskFacts, reader: &Reader, awaited: Awaited) -> String {
    let key = match awaited {
        Awaited::Acceptance => "notice.escalation",
        Awaited::Proposal => "notice.proposal_escalation",
    };
    said(facts, reader, key, &[])
}

pub(super) fn progress_reminder(facts: &TaskFacts, reader: &Reader) -> String {
    said(facts, reader, "notice.progress_reminder", &[])
}

pub(super) fn step(facts: &TaskFacts, reader: &Reader, step: &Step) -> String {
    let due = facts.answer_clock.map(|clock| reader.moment(clock.due_at)).unwrap_or_default();
    match (step, &facts.task.state) {
        (Step::Accepted, _) => said(facts, reader, "notice.step.accepted", &[]),
        (Step::Declined, TaskState::Declined(refusal)) => said(
            facts,
            reader,
            "notice.step.declined",
            &[("reason", &refusal.reason), ("proposal", &proposal_words(facts, reader, &refusal.proposal))],
        ),
        // The refusal was answered before this was sent: the new offer's own message says the rest.
        (Step::Declined, _) => said(facts, reader, "notice.step.declined_and_answered", &[]),
        (Step::OfferedAgain, _) => said(facts, reader, "notice.step.offered_again", &[("due", &due)]),
        (Step::Blocked, TaskState::Blocked { reason }) => {
            said(facts, reader, "notice.step.blocked", &[("reason", reason)])
        }
        (Step::Blocked, _) => said(facts, reader, "notice.step.unblocked", &[]),
        (Step::Finished, _) => said(facts, reader, "notice.step.finished", &[]),
        (Step::Cancelled, TaskState::Cancelled { reason }) => {
            said(facts, reader, "notice.step.cancelled", &[("reason", reason)])
        }
        (Step::Cancelled, _) => said(facts, reader, "notice.step.offered_again", &[("due", &due)]),
        (Step::TakenAway, _) => said(facts, reader, "notice.step.taken_away", &[]),
    }
}

/// A sentence about the task followed by the address of its page; nothing but the address where outside people read along.
fn said(facts: &TaskFacts, reader: &Reader, key: &str, more: &[(&str, &dyn std::fmt::Display)]) -> String {
    let words = if reader.outsiders && facts.task.level == Level::Confidential {
        reader.text("notice.confidential", &[])
    } else {
        let due = facts.task.due_at.map_or_else(|| reader.text("notice.no_due", &[]), |due| reader.moment(due));
        let mut arguments: Vec<(&str, &dyn std::fmt::Display)> = vec![
            ("number", &facts.task.number),
            ("name", &facts.task.name),
            ("owner", &facts.owner.name),
            ("initiator", &facts.initiator.name),
            ("task_due", &due),
        ];
        arguments.extend_from_slice(more);
        reader.text(key, &arguments)
    };
    format!("{words}\n{}", reader.page)
}

/// A proposal in words: 「改由周婷负责；改到 周一 12:00；分两期」.
pub(super) fn proposal_words(facts: &TaskFacts, reader: &Reader, proposal: &Proposal) -> String {
    let mut parts = Vec::new();
    if let (Some(_), Some(owner)) = (&proposal.owner, &facts.proposed_owner) {
        parts.push(reader.text("notice.proposal.owner", &[("owner", &owner.full())]));
    }
    if let Some(due) = proposal.due_at {
        parts.push(reader.text("notice.proposal.due", &[("due", &reader.moment(due))]));
    }
    if !proposal.words.trim().is_empty() {
        parts.push(proposal.words.trim().to_owned());
    }
    parts.join("；")
}
