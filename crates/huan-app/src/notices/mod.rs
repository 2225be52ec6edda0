//! What Huan says to people about their commitments.
//!
//! A [`Notice`] is queued as an intent, without words. It is put into words only when it is about to be sent, from the
//! state as it is then and in the reader's language; a question that was answered meanwhile is then not asked.

mod centre;
mod compose;
mod digest;
mod emergency;
mod meeting;
mod minutes;
mod problem;
mod sign_off;
mod task_card;
mod task_text;
mod usage_rules;

pub(crate) use compose::call_words;
pub use compose::{compose, link, task_facts};
pub use problem::ProblemFacts;

use huan_core::{
    clock::ClockKind,
    collaboration::Collaboration,
    i18n::Language,
    id::{
        ChecklistItemId, CollaborationId, DigestId, EmergencyId, EntryId, MeetingId, MinutesId, PersonId, ProblemId,
        RulesReadingId, SignOffId, SignatureId, TaskId,
    },
    message::Message,
    notice_preference::News,
    platform::PlatformKey,
    task::{Stage, Task},
};
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use huan_connect::Content;

/// An intent to tell somebody something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Notice {
    /// The task's card, as it fits the reader: the owner can answer on it, the initiator answers a refusal on it.
    TaskCard {
        /// The task.
        task: TaskId,
    },
    /// Whoever must answer has not done so yet.
    AnswerReminder {
        /// The task.
        task: TaskId,
        /// Which answer is awaited.
        #[serde(default)]
        awaited: Awaited,
        /// Which offer of the task it is about: after a new offer the old reminder is not sent.
        generation: u32,
        /// Whether the time is up.
        late: bool,
    },
    /// Whoever waits for the answer is told that none came.
    Unanswered {
        /// The task.
        task: TaskId,
        /// Which answer is awaited.
        #[serde(default)]
        awaited: Awaited,
        /// Which offer of the task it is about.
        generation: u32,
    },
    /// A superior is called on because no answer came.
    Escalation {
        /// The task.
        task: TaskId,
        /// Which answer is awaited.
        #[serde(default)]
        awaited: Awaited,
        /// Which offer of the task it is about.
        generation: u32,
    },
    /// The owner has not reported progress today.
    ProgressReminder {
        /// The task.
        task: TaskId,
    },
    /// Somebody concerned is told of a step of the task.
    TaskStep {
        /// The task.
        task: TaskId,
        /// The step.
        step: Step,
    },
    /// A follow-up is due soon, or was due.
    FollowUpReminder {
        /// The follow-up.
        follow_up: huan_core::id::FollowUpId,
        /// Whether its time is up.
        late: bool,
    },
    /// The problem's card: whoever was asked can answer on it.
    ProblemCard {
        /// The problem.
        problem: ProblemId,
    },
    /// A superior is called on because nobody has answered; it shows as the card.
    ProblemEscalation {
        /// The problem.
        problem: ProblemId,
        /// Which question it is about: after a new one the old escalation is not sent.
        generation: u32,
    },
    /// Whoever must act has not answered, or the promised solution is due.
    ProblemReminder {
        /// The problem.
        problem: ProblemId,
        /// Which question or promise it is about.
        generation: u32,
        /// Whether the time is up.
        late: bool,
    },
    /// Whoever raised a problem is told that it is not answered, or not solved as promised.
    ProblemUnanswered {
        /// The problem.
        problem: ProblemId,
        /// Which question or promise it is about.
        generation: u32,
    },
    /// 【紧急】: an urgent problem that nobody has acknowledged; it shows as the card.
    ProblemAlarm {
        /// The problem.
        problem: ProblemId,
        /// Which question it is about.
        generation: u32,
    },
    /// A telephone call about an urgent problem that nobody has acknowledged.
    ProblemCall {
        /// The problem.
        problem: ProblemId,
        /// Which question it is about.
        generation: u32,
    },
    /// Those concerned are told of a step of the problem.
    ProblemStep {
        /// The problem.
        problem: ProblemId,
        /// What happened.
        news: ProblemNews,
    },
    /// Somebody has a role in an emergency plan.
    PlanRole {
        /// The emergency.
        emergency: EmergencyId,
    },
    /// A stage report of an emergency.
    StageReport {
        /// The emergency.
        emergency: EmergencyId,
        /// The words: they stand in the timeline too.
        text: String,
    },
    /// A point of an emergency's checklist is due.
    PlanItemDue {
        /// The point.
        item: ChecklistItemId,
        /// Whether its time is up for long.
        late: bool,
    },
    /// The fault report of an emergency is to be filed.
    FaultReportDue {
        /// The emergency.
        emergency: EmergencyId,
        /// Whether its time is up.
        late: bool,
    },
    /// The card of a meeting that people are invited to: who is invited answers on it.
    MeetingCard {
        /// The meeting.
        meeting: MeetingId,
    },
    /// A meeting takes place at another time or place.
    MeetingMoved {
        /// The meeting.
        meeting: MeetingId,
        /// Which time and place: of several changes the last one is told.
        revision: u32,
    },
    /// Somebody has not answered the invitation to a meeting.
    MeetingReminder {
        /// The meeting.
        meeting: MeetingId,
    },
    /// A meeting does not take place.
    MeetingCancelled {
        /// The meeting.
        meeting: MeetingId,
    },
    /// Somebody is not invited to a meeting any more.
    MeetingExcused {
        /// The meeting.
        meeting: MeetingId,
    },
    /// Somebody is to write minutes.
    MinutesOwed {
        /// The minutes.
        minutes: MinutesId,
    },
    /// The minutes are due soon, or overdue.
    MinutesReminder {
        /// The minutes.
        minutes: MinutesId,
        /// Which start of their clock it is about.
        generation: u32,
        /// Whether the time is up.
        late: bool,
    },
    /// A superior is called on because minutes are overdue.
    MinutesEscalation {
        /// The minutes.
        minutes: MinutesId,
        /// Which start of their clock it is about.
        generation: u32,
    },
    /// Whoever began minutes is told that they are overdue.
    MinutesOverdue {
        /// The minutes.
        minutes: MinutesId,
        /// Which start of their clock it is about.
        generation: u32,
    },
    /// The card of filed minutes: participants confirm or object on it.
    MinutesCard {
        /// The minutes.
        minutes: MinutesId,
    },
    /// A participant has not given their word on filed minutes.
    ConfirmationReminder {
        /// The minutes.
        minutes: MinutesId,
    },
    /// Minutes were filed, in a group where they may not be read: only their address.
    MinutesLink {
        /// The minutes.
        minutes: MinutesId,
    },
    /// The recorder is told of an objection.
    MinutesObjection {
        /// The minutes.
        minutes: MinutesId,
        /// Who objects.
        person: PersonId,
    },
    /// Whoever objected is told the answer.
    ObjectionAnswered {
        /// The minutes.
        minutes: MinutesId,
    },
    /// The daily or weekly digest of a collaboration, in a group.
    Digest {
        /// The digest.
        digest: DigestId,
        /// Whether outside people read along: then only what is public is said.
        outsiders: bool,
    },
    /// An assistant is told which rows should have been touched before the digest goes out.
    DigestStaleRows {
        /// The digest.
        digest: DigestId,
    },
    /// The usage rules, in a group.
    RulesPosted {
        /// The collaboration.
        collaboration: CollaborationId,
    },
    /// The usage rules, for a member who is to confirm them.
    RulesCard {
        /// What they have to read.
        reading: RulesReadingId,
    },
    /// A member has not confirmed the usage rules.
    RulesReminder {
        /// What they have to read.
        reading: RulesReadingId,
        /// Which start of their clock it is about.
        generation: u32,
    },
    /// The card of a signature that is asked for: 「签字确认」 or 「驳回」 on it.
    SignatureCard {
        /// The signature.
        signature: SignatureId,
    },
    /// A signature is due soon, or overdue.
    SignatureReminder {
        /// The signature.
        signature: SignatureId,
        /// Which start of its clock it is about.
        generation: u32,
        /// Whether the time is up.
        late: bool,
    },
    /// A superior is called on because a signature is overdue.
    SignatureEscalation {
        /// The signature.
        signature: SignatureId,
        /// Which start of its clock it is about.
        generation: u32,
    },
    /// Whoever called for acceptance is told that a signature is overdue.
    SignatureOverdue {
        /// The signature.
        signature: SignatureId,
        /// Which start of its clock it is about.
        generation: u32,
    },
    /// Whoever called for acceptance is told that somebody refused.
    SignOffRefused {
        /// The round.
        sign_off: SignOffId,
    },
    /// Everybody has signed: the work is done.
    SignOffCompleted {
        /// The round.
        sign_off: SignOffId,
    },
    /// Whoever answers for requirements is told of a change (F2).
    RequirementChanged {
        /// The entry.
        entry: EntryId,
    },
    /// The initiator is told what a guest leaves open whose time is up.
    GuestWork {
        /// The guest.
        guest: PersonId,
        /// The collaboration.
        collaboration: CollaborationId,
    },
    /// News that was gathered for a reader.
    Gathered {
        /// In the order in which it was caused.
        notices: Vec<Notice>,
    },
    /// Words already chosen: the answer to a chat command.
    Words {
        /// The words.
        text: String,
    },
}

/// A step of a problem that others are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemNews {
    /// Somebody answered.
    Answered,
    /// Solved.
    Closed,
    /// It goes on as another one.
    Merged,
    /// Somebody else is asked now.
    Reassigned,
    /// Not solved after all.
    Reopened,
}

/// A step of a task that others are told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub enum Step {
    /// 「承接」.
    Accepted,
    /// 「暂不承接」.
    Declined,
    /// The initiator answered the refusal; the task is offered again.
    OfferedAgain,
    /// The owner is in difficulty.
    Blocked,
    /// Finished.
    Finished,
    /// Given up.
    Cancelled,
    /// Somebody else is the owner now.
    TakenAway,
}

/// An answer that a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// The owner's, whether they take the task on.
    #[default]
    Acceptance,
    /// The initiator's, to a refusal and its proposal.
    Proposal,
}

impl Awaited {
    /// The answer that a task in this state waits for.
    fn at(stage: Stage) -> Option<Self> {
        match stage {
            Stage::Offered => Some(Self::Acceptance),
            Stage::Declined => Some(Self::Proposal),
            Stage::InProgress | Stage::Blocked | Stage::Done | Stage::Cancelled => None,
        }
    }

    /// The clock that runs for it.
    fn clock(self) -> ClockKind {
        match self {
            Self::Acceptance => ClockKind::Acceptance,
            Self::Proposal => ClockKind::Proposal,
        }
    }
}

impl Notice {
    /// What kind of news it is; none when somebody is asked to act, or told that something is late.
    pub(crate) fn news(&self) -> Option<News> {
        match self {
            Self::TaskStep { .. } => Some(News::Tasks),
            Self::ProblemStep { .. } => Some(News::Problems),
            Self::ObjectionAnswered { .. } => Some(News::Minutes),
            _ => None,
        }
    }

    /// Whether it may wait for the end of the reader's quiet hours: nothing of an emergency does.
    pub(crate) fn may_wait(&self) -> bool {
        !matches!(self, Self::PlanRole { .. } | Self::StageReport { .. } | Self::PlanItemDue { .. })
    }

    /// Whether several that wait for one reader are told in one message: whichever is sent is put into words for all.
    pub(crate) fn gathers(&self) -> bool {
        matches!(self, Self::ProgressReminder { .. } | Self::DigestStaleRows { .. })
    }

    /// The stable name of the kind of message, for history, the list of deliveries and statistics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TaskCard { .. } => "task_card",
            Self::AnswerReminder { awaited: Awaited::Acceptance, late: false, .. } => "answer_reminder",
            Self::AnswerReminder { awaited: Awaited::Acceptance, late: true, .. } => "answer_overdue",
            Self::AnswerReminder { awaited: Awaited::Proposal, late: false, .. } => "proposal_reminder",
            Self::AnswerReminder { awaited: Awaited::Proposal, late: true, .. } => "proposal_overdue",
            Self::Unanswered { .. } => "unanswered",
            Self::Escalation { .. } => "escalation",
            Self::ProgressReminder { .. } => "progress_reminder",
            Self::TaskStep { .. } => "task_step",
            Self::FollowUpReminder { .. } => "follow_up_reminder",
            Self::ProblemCard { .. } => "problem_card",
            Self::ProblemEscalation { .. } => "problem_escalation",
            Self::ProblemReminder { .. } => "problem_reminder",
            Self::ProblemUnanswered { .. } => "problem_unanswered",
            Self::ProblemAlarm { .. } => "problem_alarm",
            Self::ProblemCall { .. } => "problem_call",
            Self::ProblemStep { .. } => "problem_step",
            Self::PlanRole { .. } => "plan_role",
            Self::StageReport { .. } => "stage_report",
            Self::PlanItemDue { .. } => "plan_item_due",
            Self::FaultReportDue { .. } => "fault_report_due",
            Self::MeetingCard { .. } => "meeting_card",
            Self::MeetingMoved { .. } => "meeting_moved",
            Self::MeetingReminder { .. } => "meeting_reminder",
            Self::MeetingCancelled { .. } => "meeting_cancelled",
            Self::MeetingExcused { .. } => "meeting_excused",
            Self::MinutesOwed { .. } => "minutes_owed",
            Self::MinutesReminder { .. } => "minutes_reminder",
            Self::MinutesEscalation { .. } => "minutes_escalation",
            Self::MinutesOverdue { .. } => "minutes_overdue",
            Self::MinutesCard { .. } => "minutes_card",
            Self::ConfirmationReminder { .. } => "confirmation_reminder",
            Self::MinutesLink { .. } => "minutes_link",
            Self::MinutesObjection { .. } => "minutes_objection",
            Self::ObjectionAnswered { .. } => "objection_answered",
            Self::Digest { .. } => "digest",
            Self::DigestStaleRows { .. } => "digest_stale_rows",
            Self::RulesPosted { .. } => "rules_posted",
            Self::RulesCard { .. } => "rules_card",
            Self::RulesReminder { .. } => "rules_reminder",
            Self::SignatureCard { .. } => "signature_card",
            Self::SignatureReminder { .. } => "signature_reminder",
            Self::SignatureEscalation { .. } => "signature_escalation",
            Self::SignatureOverdue { .. } => "signature_overdue",
            Self::SignOffRefused { .. } => "sign_off_refused",
            Self::SignOffCompleted { .. } => "sign_off_completed",
            Self::RequirementChanged { .. } => "requirement_changed",
            Self::GuestWork { .. } => "guest_work",
            Self::Gathered { .. } => "gathered",
            Self::Words { .. } => "reply",
        }
    }
}

/// A person as notices and pages name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The person.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// The job role.
    pub job: String,
}

impl Name {
    /// Name and role: 「李强（研发组长）」.
    pub fn full(&self) -> String {
        if self.job.is_empty() { self.name.clone() } else { format!("{}（{}）", self.name, self.job) }
    }
}

/// Where a matter was first spoken of.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The platform.
    pub platform: PlatformKey,
    /// The group's name; none for a direct conversation.
    pub group: Option<String>,
    /// The message.
    pub message: Message,
}

/// Everything about a task that words need.
#[derive(Debug, Clone)]
pub struct TaskFacts {
    /// The task.
    pub task: Task,
    /// Its collaboration.
    pub collaboration: Collaboration,
    /// Who asked for it.
    pub initiator: Name,
    /// Who answers for it.
    pub owner: Name,
    /// Who helps.
    pub helpers: Vec<Name>,
    /// The proposed other owner.
    pub proposed_owner: Option<Name>,
    /// The number of its row in the record table.
    pub record_number: Option<String>,
    /// The message it was made from.
    pub origin: Option<Origin>,
    /// Whether the message that it was made from is in the centre.
    pub filed: bool,
    /// When the answer that the task waits for is due, and for which offer the clock runs.
    pub answer_clock: Option<AnswerClock>,
}

/// The running clock of the answer that a task waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerClock {
    /// When the answer is due.
    pub due_at: Timestamp,
    /// Which offer of the task it belongs to.
    pub generation: u32,
}

/// Who is told.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The person; none for a group.
    pub person: Option<PersonId>,
    /// The language.
    pub language: Language,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// The present moment.
    pub now: Timestamp,
    /// Whether outside people read along: confidential text is then replaced by a link (I2).
    pub outsiders: bool,
    /// The address of the task's page for this reader: a signed link for a person, the web page for a group.
    pub page: String,
}

impl Reader {
    pub(crate) fn text(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> String {
        huan_core::i18n::text(self.language, key, arguments)
    }

    pub(crate) fn moment(&self, at: Timestamp) -> String {
        huan_core::time_text::moment(at, self.now, &self.zone, self.language)
    }

    /// Where and by whom it was said, for the foot of a card.
    pub(crate) fn origin(&self, origin: &Origin) -> String {
        let platform = self.text(&format!("domain.platform.{}", origin.platform), &[]);
        let group = origin.group.clone().unwrap_or_else(|| self.text("notice.direct", &[]));
        let speaker = &origin.message.speaker_name;
        self.text("notice.origin", &[("platform", &platform), ("group", &group), ("speaker", speaker)])
    }
}

/// Puts a notice about a task into words, or says that it is no longer needed.
pub fn compose_for_task(notice: &Notice, facts: &TaskFacts, reader: &Reader, reference: &str) -> Option<Content> {
    let stage = facts.task.state.stage();
    let open = |awaited: Awaited, generation: u32| {
        Awaited::at(stage) == Some(awaited) && facts.answer_clock.is_some_and(|clock| clock.generation == generation)
    };
    match notice {
        Notice::TaskCard { .. } => Some(Content::Card(task_card::card(facts, reader, reference))),
        Notice::AnswerReminder { awaited, generation, late, .. } if open(*awaited, *generation) => {
            Some(Content::Text(task_text::answer_reminder(facts, reader, *awaited, *late)))
        }
        Notice::Unanswered { awaited, generation, .. } if open(*awaited, *generation) => {
            Some(Content::Text(task_text::unanswered(facts, reader, *awaited)))
        }
        Notice::Escalation { awaited, generation, .. } if open(*awaited, *generation) => {
            Some(Content::Text(task_text::escalation(facts, reader, *awaited)))
        }
        Notice::ProgressReminder { .. } if matches!(stage, Stage::InProgress | Stage::Blocked) => {
            Some(Content::Text(task_text::progress_reminder(facts, reader)))
        }
        Notice::TaskStep { step, .. } => Some(Content::Text(task_text::step(facts, reader, step))),
        Notice::Words { text } => Some(Content::Text(text.clone())),
        _ => None,
    }
}
