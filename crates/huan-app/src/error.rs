//! What can go wrong with an action, told so that a person knows what to do.

use huan_core::{
    document::DocumentError,
    emergency::{EmergencyError, Gap, PhaseName},
    i18n::{Language, text},
    meeting::{MeetingError, MeetingStage},
    minutes::{Gap as MinutesGap, MinutesError, MinutesStage},
    permission::Denied,
    problem::{ProblemError, ProblemStage},
    sign_off::{SignOffError, SignOffStage},
    task::{Stage, TaskError},
};

/// An action that was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// There is no such thing, or the caller may not know of it.
    #[error("not found: {0}")]
    NotFound(&'static str),
    /// The caller may see it but not do this.
    #[error("not allowed")]
    Forbidden,
    /// Some of what was given cannot be used.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldProblem>),
    /// The task is in a state from which this cannot be done.
    #[error("the task is {}", .0.name())]
    WrongState(Stage),
    /// The problem is in a state from which this cannot be done.
    #[error("the problem is {}", .0.name())]
    ProblemState(ProblemStage),
    /// The meeting is at a stage in which this cannot be done.
    #[error("the meeting is {0}")]
    MeetingStage(MeetingStage),
    /// The minutes are in a stage in which this cannot be done.
    #[error("the minutes are {0}")]
    MinutesStage(MinutesStage),
    /// The round of acceptance is at a stage in which this cannot be done.
    #[error("the acceptance is {0}")]
    SignOffStage(SignOffStage),
    /// The emergency is in a phase in which this cannot be done.
    #[error("the emergency is {0}")]
    EmergencyPhase(PhaseName),
    /// A fault report that lacks something cannot be filed.
    #[error("the fault report lacks {0}")]
    ReportIncomplete(Gap),
    /// It lies in the trash: nothing but taking it out can be done with it.
    #[error("in the trash")]
    InTrash,
    /// Somebody else changed it meanwhile.
    #[error("changed meanwhile: {0}")]
    VersionConflict(&'static str),
    /// It exists already.
    #[error("exists already: {0}")]
    Exists(&'static str),
    /// A signed or one-time link is no longer good.
    #[error("the link is no longer good")]
    LinkExpired,
    /// The name or password is wrong. Which of them is not said.
    #[error("name or password is wrong")]
    WrongCredentials,
    /// Too many attempts.
    #[error("too many attempts")]
    TooManyAttempts,
    /// A platform could not be reached or refused.
    #[error("platform: {0}")]
    Platform(String),
    /// The database could not do it.
    #[error(transparent)]
    Store(#[from] huan_store::Error),
    /// Something that should not happen.
    #[error("internal: {0}")]
    Internal(String),
}

/// One field that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// The field's name in the interface.
    pub field: &'static str,
    /// The stable code: `required`, `too_long`, `unknown`, …; the text is `error.field.<code>`.
    pub code: &'static str,
    /// A number that belongs to the text, such as the longest length.
    pub limit: Option<usize>,
}

impl FieldProblem {
    /// A problem of one field.
    pub fn new(field: &'static str, code: &'static str) -> Self {
        Self { field, code, limit: None }
    }

    /// The problem in words.
    pub fn words(&self, language: Language) -> String {
        let limit = self.limit.unwrap_or_default();
        text(language, &format!("error.field.{}", self.code), &[("limit", &limit)])
    }
}

impl ActionError {
    /// One field that cannot be used.
    pub fn field(field: &'static str, code: &'static str) -> Self {
        Self::Invalid(vec![FieldProblem::new(field, code)])
    }

    /// The stable code that programs rely on; the title is `error.<code>`, what to do is `error.<code>_advice`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Forbidden => "forbidden",
            Self::Invalid(problems) => match problems.as_slice() {
                [FieldProblem { code: "too_long", .. }] => "too_long",
                [FieldProblem { code: "follow_up_vague", .. }] => "follow_up_vague",
                _ => "invalid_input",
            },
            Self::WrongState(_)
            | Self::ProblemState(_)
            | Self::MeetingStage(_)
            | Self::MinutesStage(_)
            | Self::SignOffStage(_)
            | Self::EmergencyPhase(_) => "wrong_state",
            Self::ReportIncomplete(_) => "report_incomplete",
            Self::InTrash => "in_trash",
            Self::VersionConflict(_) => "version_conflict",
            Self::Exists(_) => "exists",
            Self::LinkExpired => "link_expired",
            Self::WrongCredentials => "wrong_credentials",
            Self::TooManyAttempts => "rate_limited",
            Self::Platform(_) => "platform_failed",
            Self::Store(error) if error.is_transient() => "unavailable",
            Self::Store(huan_store::Error::Stale { .. }) => "version_conflict",
            Self::Store(_) | Self::Internal(_) => "internal",
        }
    }

    /// What happened and what to do, for a chat reply or a page.
    pub fn words(&self, language: Language) -> String {
        let detail = match self {
            Self::Invalid(problems) => {
                problems.iter().map(|problem| problem.words(language)).collect::<Vec<_>>().join(" ")
            }
            Self::WrongState(stage) => text(language, &format!("domain.stage.{}", stage.name()), &[]),
            Self::ProblemState(stage) => text(language, &format!("domain.problem_stage.{}", stage.name()), &[]),
            Self::MeetingStage(stage) => text(language, &format!("meeting.stage.{stage}"), &[]),
            Self::MinutesStage(stage) => text(language, &format!("minutes.stage.{stage}"), &[]),
            Self::SignOffStage(stage) => text(language, &format!("sign_off.stage.{stage}"), &[]),
            Self::EmergencyPhase(phase) => text(language, &format!("emergency.phase.{phase}"), &[]),
            Self::ReportIncomplete(gap) => text(language, &format!("emergency.gap.{gap}"), &[]),
            Self::Platform(words) => words.clone(),
            _ => String::new(),
        };
        text(language, &format!("error.{}_advice", self.code()), &[("detail", &detail)])
    }
}

impl From<Denied> for ActionError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Invisible => Self::NotFound("subject"),
            Denied::Forbidden => Self::Forbidden,
        }
    }
}

impl From<TaskError> for ActionError {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::WrongState(stage) => Self::WrongState(stage),
            TaskError::ReasonMissing => Self::field("reason", "required"),
            TaskError::ProposalMissing => Self::field("proposal", "required"),
            TaskError::PercentOutOfRange => Self::field("percent", "out_of_range"),
        }
    }
}

impl From<EmergencyError> for ActionError {
    fn from(error: EmergencyError) -> Self {
        match error {
            EmergencyError::WrongPhase(phase) => Self::EmergencyPhase(phase),
            EmergencyError::UnknownRole => Self::field("role", "unknown"),
            EmergencyError::WordsMissing => Self::field("text", "required"),
            EmergencyError::WrongItemState => Self::VersionConflict("checklist_item"),
            EmergencyError::ReportFiled => Self::Exists("fault_report"),
            EmergencyError::ReportIncomplete(gap) => Self::ReportIncomplete(gap),
        }
    }
}

impl From<ProblemError> for ActionError {
    fn from(error: ProblemError) -> Self {
        match error {
            ProblemError::WrongState(stage) => Self::ProblemState(stage),
            ProblemError::AnswerMissing => Self::field("text", "required"),
            ProblemError::PromisePast => Self::field("promised_at", "past"),
            ProblemError::SolutionMissing => Self::field("solution", "required"),
            ProblemError::CannotMerge => Self::field("into", "cannot_merge"),
        }
    }
}

impl From<DocumentError> for ActionError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Trashed => Self::InTrash,
            DocumentError::OtherEdition => Self::VersionConflict("document"),
            DocumentError::Unchanged => Self::field("text", "unchanged"),
        }
    }
}

impl From<SignOffError> for ActionError {
    fn from(error: SignOffError) -> Self {
        match error {
            SignOffError::WrongStage(stage) => Self::SignOffStage(stage),
            SignOffError::Answered => Self::VersionConflict("signature"),
            SignOffError::ReasonMissing => Self::field("reason", "required"),
        }
    }
}

impl From<MeetingError> for ActionError {
    fn from(error: MeetingError) -> Self {
        match error {
            MeetingError::WrongStage(stage) => Self::MeetingStage(stage),
            MeetingError::TimeMissing => Self::field("starts_at", "required"),
            MeetingError::EndUnfit => Self::field("ends_at", "end_unfit"),
            MeetingError::Past => Self::field("starts_at", "past"),
            MeetingError::PlaceMissing => Self::field("place", "required"),
            MeetingError::NobodyInvited => Self::field("invited", "required"),
            MeetingError::OtherRevision => Self::VersionConflict("meeting"),
            MeetingError::NotInvited => Self::Forbidden,
        }
    }
}

impl From<MinutesError> for ActionError {
    fn from(error: MinutesError) -> Self {
        match error {
            MinutesError::WrongStage(stage) => Self::MinutesStage(stage),
            MinutesError::Incomplete(MinutesGap::Participants) => Self::field("participants", "required"),
            MinutesError::Incomplete(MinutesGap::Conclusions) => Self::field("conclusions", "required"),
            MinutesError::Incomplete(_) => Self::field("actions", "action_incomplete"),
            MinutesError::NoteMissing => Self::field("note", "required"),
            MinutesError::Unchanged => Self::field("content", "unchanged"),
            MinutesError::WordsMissing => Self::field("words", "required"),
            MinutesError::OtherEdition => Self::VersionConflict("minutes"),
        }
    }
}
