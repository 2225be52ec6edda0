//! Tasks 「任务」 and their life (D1–D4).
//!
//! ```text
//!             accept                 finish
//!  Offered ───────────▶ InProgress ───────────▶ Done
//!   ▲   │                 │     ▲                 │
//!   │   │ decline   block │     │ resume   reopen │
//!   │   ▼                 ▼     │                 ▼
//!   │  Declined         Blocked─┘            InProgress
//!   └───┘ the initiator agrees, changes or insists
//! ```
//! Reassigning from any open state offers the task anew. Cancelling is possible from any open state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CollaborationId, MessageId, PersonId, RecordId, TaskId},
    level::Level,
    status::Status,
};

/// A task: exactly one owner (I3), a due time, and an answer that is owed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The id.
    pub id: TaskId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The short number that people type: `#12`. Unique in the workspace.
    pub number: i64,
    /// What is to be done.
    pub name: String,
    /// More about it.
    pub description: String,
    /// Who asked for it.
    pub initiator: PersonId,
    /// Who answers for it.
    pub owner: PersonId,
    /// Who helps.
    pub helpers: Vec<PersonId>,
    /// When it is due, to the minute.
    pub due_at: Option<Timestamp>,
    /// How pressing it is.
    pub priority: Priority,
    /// How one sees that it is done 「验收标准」.
    pub criteria: String,
    /// Who may see it.
    pub level: Level,
    /// Where it stands.
    pub state: TaskState,
    /// The owner's last word on progress.
    pub progress: Option<Progress>,
    /// The row of the record table that was filed with it.
    pub record: Option<RecordId>,
    /// The message it was made from.
    pub message: Option<MessageId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// How pressing a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// 紧急.
    Urgent,
    /// 高.
    High,
    /// 普通.
    #[default]
    Normal,
    /// 低.
    Low,
}

/// What the owner last said about progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The words.
    pub text: String,
    /// The share done, 0 to 100, where it was given.
    pub percent: Option<u8>,
    /// When.
    pub at: Timestamp,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TaskState {
    /// The owner has not answered whether it can be taken on.
    Offered,
    /// 「暂不承接」: the initiator has to answer.
    Declined(Refusal),
    /// 「承接」.
    InProgress,
    /// In difficulty.
    Blocked {
        /// What is in the way.
        reason: String,
    },
    /// Finished.
    Done {
        /// When.
        at: Timestamp,
    },
    /// Given up.
    Cancelled {
        /// Why.
        reason: String,
    },
}

/// Why a task is not taken on, and what is proposed instead. Both are required (D2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why not.
    pub reason: String,
    /// What instead.
    pub proposal: Proposal,
}

/// A proposed change 「建议调整」.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Another owner.
    pub owner: Option<PersonId>,
    /// Another date.
    pub due_at: Option<Timestamp>,
    /// The proposal in words; also carries another scope.
    pub words: String,
}

impl Proposal {
    /// Whether nothing is proposed.
    pub fn is_empty(&self) -> bool {
        self.owner.is_none() && self.due_at.is_none() && self.words.trim().is_empty()
    }
}

/// The initiator's answer to a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ProposalAnswer {
    /// As proposed.
    Agree,
    /// Otherwise changed.
    Change(Proposal),
    /// As it was.
    Insist {
        /// Why.
        words: String,
    },
}

/// A step that a task's state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// The task is not in a state from which this can be done.
    #[error("the task is {}: this cannot be done now", .0.name())]
    WrongState(Stage),
    /// A refusal without a reason.
    #[error("a refusal needs a reason")]
    ReasonMissing,
    /// A refusal without a proposal.
    #[error("a refusal needs a proposal")]
    ProposalMissing,
    /// A percentage above 100.
    #[error("progress is between 0 and 100 percent")]
    PercentOutOfRange,
}

/// A state without its details: for errors, filters and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// See [`TaskState::Offered`].
    Offered,
    /// See [`TaskState::Declined`].
    Declined,
    /// See [`TaskState::InProgress`].
    InProgress,
    /// See [`TaskState::Blocked`].
    Blocked,
    /// See [`TaskState::Done`].
    Done,
    /// See [`TaskState::Cancelled`].
    Cancelled,
}

impl Stage {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Declined => "declined",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

impl TaskState {
    /// The state without its details.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Offered => Stage::Offered,
            Self::Declined(_) => Stage::Declined,
            Self::InProgress => Stage::InProgress,
            Self::Blocked { .. } => Stage::Blocked,
            Self::Done { .. } => Stage::Done,
            Self::Cancelled { .. } => Stage::Cancelled,
        }
    }

    /// The column of the board; none for a cancelled task.
    pub fn status(&self) -> Option<Status> {
        Some(match self {
            Self::Offered => Status::Pending,
            Self::Declined(_) => Status::AwaitingFeedback,
            Self::InProgress => Status::InProgress,
            Self::Blocked { .. } => Status::Blocked,
            Self::Done { .. } => Status::Done,
            Self::Cancelled { .. } => return None,
        })
    }

    /// Whether something is still owed.
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Done { .. } | Self::Cancelled { .. })
    }
}

impl Task {
    fn require(&self, allowed: &[Stage]) -> Result<(), TaskError> {
        let stage = self.state.stage();
        if allowed.contains(&stage) { Ok(()) } else { Err(TaskError::WrongState(stage)) }
    }

    /// 「承接」. Also allowed after a refusal: the owner may think again before the initiator answers.
    ///
    /// # Errors
    /// When no answer is owed.
    pub fn accept(&mut self) -> Result<(), TaskError> {
        self.require(&[Stage::Offered, Stage::Declined])?;
        self.state = TaskState::InProgress;
        Ok(())
    }

    /// 「暂不承接」.
    ///
    /// # Errors
    /// When no answer is owed, or the reason or the proposal is missing.
    pub fn decline(&mut self, refusal: Refusal) -> Result<(), TaskError> {
        self.require(&[Stage::Offered])?;
        if refusal.reason.trim().is_empty() {
            return Err(TaskError::ReasonMissing);
        }
        if refusal.proposal.is_empty() {
            return Err(TaskError::ProposalMissing);
        }
        self.state = TaskState::Declined(refusal);
        Ok(())
    }

    /// The initiator answers a refusal: the task is offered again, changed or not.
    ///
    /// # Errors
    /// When there is no refusal to answer, or a change changes nothing.
    pub fn answer_proposal(&mut self, answer: &ProposalAnswer) -> Result<(), TaskError> {
        let TaskState::Declined(refusal) = &self.state else {
            return Err(TaskError::WrongState(self.state.stage()));
        };
        let change = match answer {
            ProposalAnswer::Agree => Some(refusal.proposal.clone()),
            ProposalAnswer::Change(change) if change.is_empty() => return Err(TaskError::ProposalMissing),
            ProposalAnswer::Change(change) => Some(change.clone()),
            ProposalAnswer::Insist { .. } => None,
        };
        if let Some(change) = change {
            if let Some(owner) = change.owner {
                self.set_owner(owner);
            }
            if let Some(due_at) = change.due_at {
                self.due_at = Some(due_at);
            }
            let words = change.words.trim();
            if !words.is_empty() {
                if !self.description.is_empty() {
                    self.description.push('\n');
                }
                self.description.push_str(words);
            }
        }
        self.state = TaskState::Offered;
        Ok(())
    }

    /// Another owner: the task is offered to them. The old owner has no part in it any more.
    ///
    /// # Errors
    /// When the task is closed.
    pub fn reassign(&mut self, owner: PersonId) -> Result<(), TaskError> {
        self.require(&[Stage::Offered, Stage::Declined, Stage::InProgress, Stage::Blocked])?;
        self.set_owner(owner);
        self.state = TaskState::Offered;
        Ok(())
    }

    fn set_owner(&mut self, owner: PersonId) {
        self.helpers.retain(|helper| *helper != owner);
        self.owner = owner;
    }

    /// The owner's word on progress (D4). Whoever reports on an offered task has taken it on by that.
    ///
    /// # Errors
    /// When the task is closed or refused, or the percentage is out of range.
    pub fn report(&mut self, progress: Progress) -> Result<(), TaskError> {
        self.require(&[Stage::Offered, Stage::InProgress, Stage::Blocked])?;
        if progress.percent.is_some_and(|percent| percent > 100) {
            return Err(TaskError::PercentOutOfRange);
        }
        if self.state == TaskState::Offered {
            self.state = TaskState::InProgress;
        }
        self.progress = Some(progress);
        Ok(())
    }

    /// In difficulty.
    ///
    /// # Errors
    /// When the task is not being worked on, or the reason is missing.
    pub fn block(&mut self, reason: String) -> Result<(), TaskError> {
        self.require(&[Stage::InProgress, Stage::Blocked])?;
        if reason.trim().is_empty() {
            return Err(TaskError::ReasonMissing);
        }
        self.state = TaskState::Blocked { reason };
        Ok(())
    }

    /// The difficulty is over.
    ///
    /// # Errors
    /// When the task is not blocked.
    pub fn resume(&mut self) -> Result<(), TaskError> {
        self.require(&[Stage::Blocked])?;
        self.state = TaskState::InProgress;
        Ok(())
    }

    /// Finished. Whoever finishes an offered task has taken it on by that.
    ///
    /// # Errors
    /// When the task is closed or refused.
    pub fn finish(&mut self, at: Timestamp) -> Result<(), TaskError> {
        self.require(&[Stage::Offered, Stage::InProgress, Stage::Blocked])?;
        self.state = TaskState::Done { at };
        Ok(())
    }

    /// Not finished after all.
    ///
    /// # Errors
    /// When the task is not done.
    pub fn reopen(&mut self) -> Result<(), TaskError> {
        self.require(&[Stage::Done])?;
        self.state = TaskState::InProgress;
        Ok(())
    }

    /// Given up.
    ///
    /// # Errors
    /// When the task is closed, or the reason is missing.
    pub fn cancel(&mut self, reason: String) -> Result<(), TaskError> {
        self.require(&[Stage::Offered, Stage::Declined, Stage::InProgress, Stage::Blocked])?;
        if reason.trim().is_empty() {
            return Err(TaskError::ReasonMissing);
        }
        self.state = TaskState::Cancelled { reason };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered() -> Task {
        Task {
            id: TaskId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            number: 1,
            name: "评估数据导出的技术可行性".into(),
            description: String::new(),
            initiator: PersonId::from_bits(1),
            owner: PersonId::from_bits(2),
            helpers: vec![PersonId::from_bits(3)],
            due_at: None,
            priority: Priority::Normal,
            criteria: String::new(),
            level: Level::Internal,
            state: TaskState::Offered,
            progress: None,
            record: None,
            message: None,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn refusal() -> Refusal {
        Refusal {
            reason: "本周排满".into(),
            proposal: Proposal { due_at: Some(Timestamp::UNIX_EPOCH), ..Proposal::default() },
        }
    }

    #[test]
    fn d2_decline_needs_reason_and_proposal() {
        let mut task = offered();
        assert_eq!(task.decline(Refusal { reason: " ".into(), ..refusal() }), Err(TaskError::ReasonMissing));
        assert_eq!(
            task.decline(Refusal { proposal: Proposal::default(), ..refusal() }),
            Err(TaskError::ProposalMissing)
        );
        assert_eq!(task.state, TaskState::Offered);
        assert_eq!(task.decline(refusal()), Ok(()));
    }

    #[test]
    fn d2_agreeing_applies_the_proposal_and_offers_again() {
        let mut task = offered();
        task.decline(refusal()).unwrap();
        task.answer_proposal(&ProposalAnswer::Agree).unwrap();
        assert_eq!((task.due_at, task.state.stage()), (Some(Timestamp::UNIX_EPOCH), Stage::Offered));
    }

    #[test]
    fn d2_insisting_changes_nothing_but_offers_again() {
        let mut task = offered();
        task.decline(refusal()).unwrap();
        task.answer_proposal(&ProposalAnswer::Insist { words: "客户在等".into() }).unwrap();
        assert_eq!(task, offered());
    }

    #[test]
    fn i3_a_helper_who_becomes_owner_is_no_longer_a_helper() {
        let mut task = offered();
        task.reassign(PersonId::from_bits(3)).unwrap();
        assert_eq!((task.owner.clone(), task.helpers.len()), (PersonId::from_bits(3), 0));
    }

    #[test]
    fn a_closed_task_takes_no_further_steps() {
        let mut task = offered();
        task.accept().unwrap();
        task.finish(Timestamp::UNIX_EPOCH).unwrap();
        let closed = task.clone();
        assert!(task.accept().is_err());
        assert!(task.decline(refusal()).is_err());
        assert!(task.block("x".into()).is_err());
        assert!(task.reassign(PersonId::from_bits(9)).is_err());
        assert!(task.cancel("x".into()).is_err());
        assert_eq!(task, closed);
        task.reopen().unwrap();
        assert_eq!(task.state, TaskState::InProgress);
    }
}
