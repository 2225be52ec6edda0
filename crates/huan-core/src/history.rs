//! History: what happened to a thing, who did it, by which way, and the message behind it (F4, I10).

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    digest::Rhythm,
    id::{
        AccountId, ChecklistItemId, CollaborationId, DocumentId, EmergencyId, EntryId, FileId, FollowUpId, HistoryId,
        MeetingId, MessageId, MinutesId, PersonId, ProblemId, RecordId, RulesReadingId, SignOffId, SignatureId, TaskId,
        WorkspaceId,
    },
    platform::PlatformKey,
    problem::Severity,
    task::{ProposalAnswer, Refusal},
    task_sync::{Side, SyncField},
};

/// A thing that has a history, clocks and cards.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Subject {
    /// A task.
    Task(TaskId),
    /// A row of the record table.
    Record(RecordId),
    /// A tracked follow-up.
    FollowUp(FollowUpId),
    /// A problem.
    Problem(ProblemId),
    /// An emergency.
    Emergency(EmergencyId),
    /// A point of an emergency's checklist.
    ChecklistItem(ChecklistItemId),
    /// A meeting that people are invited to.
    Meeting(MeetingId),
    /// The minutes of a decision or meeting.
    Minutes(MinutesId),
    /// A document of the library.
    Document(DocumentId),
    /// A file of the library.
    File(FileId),
    /// What a member has to read.
    RulesReading(RulesReadingId),
    /// A round of acceptance of a collaboration.
    SignOff(SignOffId),
    /// The signature that is asked of somebody in it.
    Signature(SignatureId),
    /// An entry of the centre.
    Entry(EntryId),
    /// A collaboration.
    Collaboration(CollaborationId),
    /// A person.
    Person(PersonId),
    /// A connected account.
    Account(AccountId),
    /// The workspace itself: its departments, calendar and settings.
    Workspace(WorkspaceId),
}

impl Subject {
    /// The stable name of the kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Task(_) => "task",
            Self::Record(_) => "record",
            Self::FollowUp(_) => "follow_up",
            Self::Problem(_) => "problem",
            Self::Emergency(_) => "emergency",
            Self::ChecklistItem(_) => "checklist_item",
            Self::Meeting(_) => "meeting",
            Self::Minutes(_) => "minutes",
            Self::Document(_) => "document",
            Self::File(_) => "file",
            Self::RulesReading(_) => "rules_reading",
            Self::SignOff(_) => "sign_off",
            Self::Signature(_) => "signature",
            Self::Entry(_) => "entry",
            Self::Collaboration(_) => "collaboration",
            Self::Person(_) => "person",
            Self::Account(_) => "account",
            Self::Workspace(_) => "workspace",
        }
    }

    /// The id as text. Ids carry their kind as prefix, so the text alone names the thing.
    pub fn id(&self) -> &str {
        match self {
            Self::Task(id) => id.as_str(),
            Self::Record(id) => id.as_str(),
            Self::FollowUp(id) => id.as_str(),
            Self::Problem(id) => id.as_str(),
            Self::Emergency(id) => id.as_str(),
            Self::ChecklistItem(id) => id.as_str(),
            Self::Meeting(id) => id.as_str(),
            Self::Minutes(id) => id.as_str(),
            Self::Document(id) => id.as_str(),
            Self::File(id) => id.as_str(),
            Self::RulesReading(id) => id.as_str(),
            Self::SignOff(id) => id.as_str(),
            Self::Signature(id) => id.as_str(),
            Self::Entry(id) => id.as_str(),
            Self::Collaboration(id) => id.as_str(),
            Self::Person(id) => id.as_str(),
            Self::Account(id) => id.as_str(),
            Self::Workspace(id) => id.as_str(),
        }
    }

    /// The subject that an id's text names.
    pub fn from_id(text: &str) -> Option<Self> {
        text.parse()
            .map(Self::Task)
            .or_else(|_| text.parse().map(Self::Record))
            .or_else(|_| text.parse().map(Self::FollowUp))
            .or_else(|_| text.parse().map(Self::Problem))
            .or_else(|_| text.parse().map(Self::Emergency))
            .or_else(|_| text.parse().map(Self::ChecklistItem))
            .or_else(|_| text.parse().map(Self::Meeting))
            .or_else(|_| text.parse().map(Self::Minutes))
            .or_else(|_| text.parse().map(Self::Document))
            .or_else(|_| text.parse().map(Self::File))
            .or_else(|_| text.parse().map(Self::RulesReading))
            .or_else(|_| text.parse().map(Self::SignOff))
            .or_else(|_| text.parse().map(Self::Signature))
            .or_else(|_| text.parse().map(Self::Entry))
            .or_else(|_| text.parse().map(Self::Collaboration))
            .or_else(|_| text.parse().map(Self::Person))
            .or_else(|_| text.parse().map(Self::Account))
            .or_else(|_| text.parse().map(Self::Workspace))
            .ok()
    }
}

/// An entry of the history. Entries are only ever added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The id.
    pub id: HistoryId,
    /// What it happened to.
    pub subject: Subject,
    /// The collaboration it belongs to.
    pub collaboration: Option<CollaborationId>,
    /// When.
    pub at: Timestamp,
    /// Who did it; none when Huan did.
    pub actor: Option<PersonId>,
    /// By which way.
    pub source: Source,
    /// What.
    pub event: Event,
}

/// By which way something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Source {
    /// The web page.
    Web,
    /// A program with a bearer token.
    Api,
    /// A page behind a signed link.
    SignedLink,
    /// A message in a chat.
    Chat {
        /// The platform.
        platform: PlatformKey,
        /// The message.
        message: MessageId,
    },
    /// A button of a card.
    Card {
        /// The platform.
        platform: PlatformKey,
    },
    /// A bound task platform.
    TaskPlatform {
        /// The platform.
        platform: PlatformKey,
        /// Who did it there, where that is known and they are nobody here.
        editor: String,
    },
    /// A clock.
    Clock,
    /// Huan itself.
    Huan,
}

impl Source {
    /// The platform on which it was done; none for the page, a clock and Huan itself.
    pub fn platform(&self) -> Option<&str> {
        match self {
            Self::Chat { platform, .. } | Self::Card { platform } | Self::TaskPlatform { platform, .. } => {
                Some(platform.as_str())
            }
            Self::Web | Self::Api | Self::SignedLink | Self::Clock | Self::Huan => None,
        }
    }
}

impl Event {
    /// Whether it is news to those who take part. That a clock began or a message went out is how Huan works, and stands in
    /// the history of the thing only.
    pub fn is_news(&self) -> bool {
        !matches!(
            self,
            Self::ClockStarted { .. } | Self::ClockStopped { .. } | Self::Sent { .. } | Self::SendFailed { .. }
        )
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Event {
    /// It was made.
    Created,
    /// A task was given to an owner.
    Assigned {
        /// The owner.
        owner: PersonId,
    },
    /// A problem was passed on to somebody else 「转交」.
    PassedOn {
        /// To whom.
        owner: PersonId,
        /// Why.
        reason: String,
    },
    /// 「承接」.
    Accepted,
    /// 「暂不承接」.
    Declined {
        /// Reason and proposal.
        refusal: Refusal,
    },
    /// The initiator answered a refusal.
    ProposalAnswered {
        /// How.
        answer: ProposalAnswer,
    },
    /// Progress was reported.
    Progressed {
        /// The words.
        text: String,
        /// The share done.
        percent: Option<u8>,
    },
    /// In difficulty.
    Blocked {
        /// What is in the way.
        reason: String,
    },
    /// The difficulty is over.
    Resumed,
    /// Finished.
    Finished,
    /// Not finished after all.
    Reopened,
    /// Given up.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// A problem was answered.
    Answered {
        /// The words.
        text: String,
        /// By when a solution is promised.
        promised_at: Timestamp,
    },
    /// A problem was solved.
    Solved {
        /// How.
        solution: String,
    },
    /// A problem goes on as another one.
    MergedInto {
        /// Which one.
        problem: ProblemId,
        /// Its number.
        number: i64,
    },
    /// Another problem goes on as this one.
    Absorbed {
        /// Which one.
        problem: ProblemId,
        /// Its number.
        number: i64,
    },
    /// A problem turned out to be urgent.
    MadeUrgent {
        /// How severe it is.
        severity: Severity,
    },
    /// A problem turned out to be an ordinary one.
    MadeOrdinary,
    /// An emergency plan started.
    PlanStarted {
        /// The plan's name.
        plan: String,
        /// How severe it is.
        severity: Severity,
        /// Whether it is a drill.
        drill: bool,
    },
    /// A role of an emergency plan was given to somebody.
    RoleFilled {
        /// The role's name.
        role: String,
        /// To whom.
        person: PersonId,
    },
    /// A point of a checklist was done.
    ItemDone {
        /// What.
        text: String,
    },
    /// A point of a checklist was left out.
    ItemSkipped {
        /// What.
        text: String,
        /// Why.
        reason: String,
    },
    /// A point of a checklist is not done after all.
    ItemReopened {
        /// What.
        text: String,
    },
    /// A point was added to a checklist.
    ItemAdded {
        /// What.
        text: String,
        /// By when.
        due_at: Timestamp,
    },
    /// A stage report went out.
    StageReported {
        /// The words.
        text: String,
        /// Whether Huan wrote it because its time had come.
        automatic: bool,
    },
    /// Something was noted by hand.
    Noted {
        /// The words.
        text: String,
    },
    /// Huan made a group as a war room.
    GroupMade {
        /// The platform.
        platform: PlatformKey,
        /// Its name.
        title: String,
    },
    /// A group was not made, or nobody knows whether it was.
    GroupNotMade {
        /// The platform.
        platform: PlatformKey,
        /// The name it was to have.
        title: String,
        /// Why, as a key of the translation files.
        reason: String,
        /// Whether it may be there all the same.
        uncertain: bool,
    },
    /// Somebody would have been rung, but this is a drill.
    Spared {
        /// Who.
        person: PersonId,
    },
    /// The all-clear was given.
    AllClear {
        /// The words.
        text: String,
    },
    /// It was no emergency.
    StoodDown,
    /// The fault report was filed.
    ReportFiled,
    /// People were invited to a meeting.
    MeetingCalled {
        /// The meeting's title.
        title: String,
        /// When it begins.
        starts_at: Timestamp,
    },
    /// A meeting takes place at another time or place: people were told.
    MeetingMoved {
        /// When it begins now.
        starts_at: Timestamp,
        /// Where it is now.
        place: String,
    },
    /// A meeting does not take place.
    MeetingCancelled {
        /// The meeting's title.
        title: String,
        /// Why.
        reason: String,
    },
    /// Somebody who is invited to a meeting answered.
    MeetingAnswered {
        /// Whether they come.
        coming: bool,
        /// Why not, or what else there is to be said; may be empty.
        words: String,
    },
    /// Those who had not answered the invitation to a meeting were reminded.
    MeetingReminded {
        /// How many.
        count: usize,
    },
    /// A meeting is over, and its minutes are begun.
    MeetingHeld {
        /// The number of the minutes.
        number: i64,
    },
    /// Minutes were filed.
    MinutesFiled {
        /// The number of the edition.
        edition: u32,
        /// What changed against the one before; empty for the first.
        note: String,
    },
    /// A participant confirmed minutes.
    MinutesConfirmed {
        /// The number of the edition.
        edition: u32,
    },
    /// A participant objected to minutes.
    MinutesObjected {
        /// The number of the edition.
        edition: u32,
        /// What is wrong.
        words: String,
    },
    /// An objection was answered.
    ObjectionAnswered {
        /// Whose.
        person: PersonId,
        /// The words.
        words: String,
    },
    /// There was nothing to be filed.
    MinutesWithdrawn {
        /// Why.
        reason: String,
    },
    /// A daily or weekly digest went out.
    DigestSent {
        /// How often it comes.
        rhythm: Rhythm,
        /// Its day.
        day: Date,
        /// Whether it went out after its time.
        late: bool,
    },
    /// A digest did not go out.
    DigestSkipped {
        /// How often it comes.
        rhythm: Rhythm,
        /// Its day.
        day: Date,
    },
    /// Somebody changed what a digest will say.
    DigestEdited {
        /// How often it comes.
        rhythm: Rhythm,
        /// Its day.
        day: Date,
    },
    /// A document got a new edition.
    DocumentSaved {
        /// The number of the edition.
        edition: u32,
        /// What changed, in the author's words; may be empty.
        note: String,
    },
    /// It was put into the trash.
    Trashed,
    /// It was taken out of the trash.
    Restored,
    /// Usage rules were announced.
    RulesAnnounced {
        /// Which announcement it is.
        revision: u32,
    },
    /// A member confirmed having read the usage rules.
    RulesConfirmed {
        /// Which announcement it is about.
        revision: u32,
    },
    /// Acceptance of a collaboration was called for.
    SignOffCalled {
        /// Who must sign.
        signers: Vec<PersonId>,
    },
    /// 「签字确认」.
    Signed {
        /// The words that go with it; may be empty.
        words: String,
    },
    /// 「驳回」.
    SignatureRefused {
        /// Why.
        reason: String,
    },
    /// Somebody else signs in the place of one who leaves.
    SignaturePassedOn {
        /// In whose place.
        from: PersonId,
        /// Who signs.
        to: PersonId,
    },
    /// One who leaves is not asked any more: whoever takes over signs already.
    SignatureDropped {
        /// Who.
        person: PersonId,
    },
    /// A call for acceptance was taken back.
    SignOffWithdrawn {
        /// Why.
        reason: String,
    },
    /// The last signature was given: the work is accepted.
    SignOffCompleted,
    /// An entry was taken into the centre.
    EntryFiled {
        /// The key of its section.
        section: String,
        /// What the section is called, where it has a name of its own.
        name: String,
        /// What it says.
        text: String,
    },
    /// An entry went into another section.
    EntryMoved {
        /// What the section before was called, as a key or a name of its own.
        from: String,
        /// What it is called now.
        to: String,
    },
    /// An entry says something else now.
    EntryEdited {
        /// What it said.
        from: String,
        /// What it says.
        to: String,
        /// Why; may be empty.
        note: String,
    },
    /// An entry was taken out of the centre.
    EntryRemoved,
    /// An entry was taken back into the centre.
    EntryRestored,
    /// The sections of the centre, or their rules, were changed.
    SectionsChanged {
        /// What they are called now.
        names: Vec<String>,
    },
    /// It was linked with another thing.
    Linked {
        /// That thing's kind.
        what: String,
        /// What people call it: `#12`, 研发部-2026-0001.
        name: String,
    },
    /// It is not linked with that thing any more.
    Unlinked {
        /// That thing's kind.
        what: String,
        /// What people call it.
        name: String,
    },
    /// Something was said about a task on its platform.
    Commented {
        /// The platform.
        platform: PlatformKey,
        /// Who said it there.
        by: String,
        /// The words.
        text: String,
    },
    /// A field was changed here and on the task platform at once: one value stands, the other is kept here.
    SyncConflict {
        /// The platform.
        platform: PlatformKey,
        /// The field.
        field: SyncField,
        /// The side whose value stands.
        side: Side,
        /// The value that stands.
        kept: String,
        /// The other side's.
        lost: String,
    },
    /// Somebody changed the task on its platform while Huan was writing to it: Huan's value may stand over theirs.
    SyncOverwrote {
        /// The platform.
        platform: PlatformKey,
        /// What they did, in the platform's words.
        text: String,
    },
    /// A cell was changed here and in the mirror at once: one value stands, the other is kept here.
    MirrorConflict {
        /// The platform of the mirror.
        platform: PlatformKey,
        /// The column's stable name.
        field: String,
        /// The side whose value stands.
        side: Side,
        /// The value that stands.
        kept: String,
        /// The other side's.
        lost: String,
    },
    /// A cell was changed in the mirror to something that is not taken here.
    MirrorRefused {
        /// The platform of the mirror.
        platform: PlatformKey,
        /// The column's stable name.
        field: String,
        /// The value that stands.
        kept: String,
        /// The value that was not taken.
        lost: String,
        /// Why: a key of the translation files.
        reason: String,
    },
    /// A field or cell has another value.
    Changed {
        /// The field's stable name.
        field: String,
        /// The value before, as a person reads it.
        from: String,
        /// The value now.
        to: String,
    },
    /// A person was told to have left; their work waits to be handed over.
    Leaving {
        /// The name of the account that told so; empty when a list did.
        told_by: String,
    },
    /// A guest's access has ended; their open work waits to be handed over.
    GuestEnded,
    /// A person who was told to have left stays after all.
    Stays,
    /// A field of a person that was set by hand follows the platforms again.
    Follows {
        /// The field's stable name.
        field: String,
    },
    /// A clock began to run.
    ClockStarted {
        /// The kind of clock, by its stable name.
        clock: String,
        /// The end it runs to.
        due_at: Timestamp,
    },
    /// A clock was stopped by an answer.
    ClockStopped {
        /// The kind of clock.
        clock: String,
    },
    /// A clock reached a stage.
    ClockFired {
        /// The kind of clock.
        clock: String,
        /// The stage's stable name.
        stage: String,
        /// Who was called on or told.
        told: Vec<PersonId>,
        /// Earlier stages that were missed while the machine was off.
        merged: Vec<String>,
    },
    /// A message about it was accepted by a platform.
    Sent {
        /// The platform.
        platform: PlatformKey,
        /// To whom; none for a group.
        to: Option<PersonId>,
        /// What kind of message.
        what: String,
    },
    /// A message about it could not be delivered.
    SendFailed {
        /// The platform.
        platform: PlatformKey,
        /// To whom; none for a group.
        to: Option<PersonId>,
        /// What kind of message.
        what: String,
        /// The reason, as a key of the translation files.
        reason: String,
    },
}
