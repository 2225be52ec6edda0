//! What people ask of Huan in chat, in Chinese and English.
//!
//! [`read`] takes a message as a platform delivered it and says which [`Command`] it is, what is still missing or can be
//! read in two ways ([`Question`]), or that it is no command at all. It is forgiving about spacing, full-width signs,
//! punctuation and order:
//!
//! ```
//! use huan_core::command::{Command, Context, Reading, read};
//! let now: jiff::Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse()?;
//! let context = Context { bot_names: &["环"], ..Context::new(&now) };
//! let Reading::Command(understood) = read("@环 任务 评估数据导出的技术可行性 @研发组长 周五12:00前", &context) else {
//!     unreachable!()
//! };
//! let Command::NewTask(task) = understood.command else { unreachable!() };
//! assert_eq!(task.title, "评估数据导出的技术可行性");
//! assert_eq!(task.owner.unwrap().words, "研发组长");
//! assert!(understood.questions.is_empty());
//! # Ok::<(), jiff::Error>(())
//! ```
//!
//! People stay references ([`PersonRef`]): the caller knows the directory.

mod answer;
mod due;
mod entry;
mod help;
mod labels;
mod minutes;
mod problem;
mod question;
mod record;
pub(crate) mod sheet;
mod silence;
mod suggest;
mod task;
#[cfg(test)]
mod tests;
mod words;
mod work;

use std::ops::Range;

use jiff::{Span, SpanFieldwise, Zoned};
use serde::{Deserialize, Serialize};

use crate::{
    called::Called, minutes::Occasion, platform::ForeignUser, problem::Urgency, status::ReadStatus, task::Priority,
};

pub use due::Due;
pub use help::{help_text, help_text_of};
pub use problem::problem_number;
pub use question::Question;
pub use words::Kind;

/// Somebody named in a message, as the platform tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The text that stands for the mention: `@李强`.
    pub text: String,
    /// The platform's id of the person, where the platform tells it.
    pub user: Option<ForeignUser>,
    /// Whether it is our robot that is named.
    pub is_us: bool,
}

/// What surrounds a message.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// When it was said, in the speaker's zone.
    pub now: &'a Zoned,
    /// Who the platform says is named in it.
    pub mentions: &'a [Mention],
    /// Names that Huan's robot goes by, for a mention that is plain text.
    pub bot_names: &'a [&'a str],
    /// What people are called, to see where `@李强评估…` ends. May be empty.
    pub names: &'a [&'a Called],
    /// Whether the message answers one that belongs to a task, so that none needs to be named.
    pub about_a_task: bool,
}

impl<'a> Context<'a> {
    /// Nothing but the time.
    pub fn new(now: &'a Zoned) -> Self {
        Self { now, mentions: &[], bot_names: &["环", "huan"], names: &[], about_a_task: false }
    }
}

/// What a message turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A command, perhaps with open questions.
    Command(Box<Understood>),
    /// Something said among people.
    NotACommand {
        /// The command that a near word may have meant.
        suggestion: Option<Suggestion>,
    },
}

/// A command and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The command.
    pub command: Command,
    /// What must be asked before it can be done; empty when it is complete.
    pub questions: Vec<Question>,
    /// The bytes of the message that were understood as something particular, in order.
    pub parts: Vec<Part>,
}

/// A word that is nearly a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What was written.
    pub written: String,
    /// What may have been meant.
    pub meant: &'static str,
    /// The command it belongs to.
    pub kind: Kind,
}

/// A piece of the message that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its bytes in the message.
    pub span: Range<usize>,
    /// As what.
    pub role: PartRole,
}

/// As what a piece of a message was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartRole {
    /// The robot's own name.
    Robot,
    /// The command word.
    Command,
    /// A person.
    Person,
    /// A time expression.
    Time,
    /// A priority.
    Priority,
    /// The number of a task.
    Task,
}

/// A person as named in a message; the caller finds out who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRef {
    /// The name or job role, without `@`.
    pub words: String,
    /// The index in [`Context::mentions`], when the platform knows the person.
    pub mention: Option<usize>,
    /// The bytes in the message; empty for a mention that the platform tells of and the text does not show.
    pub span: Range<usize>,
}

/// A task as named by its short number: `#12`, `T-12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRef {
    /// The number.
    pub number: i64,
    /// The bytes in the message.
    pub span: Range<usize>,
}

/// What is asked of Huan.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// 任务: make a task (D1).
    NewTask(NewTask),
    /// 记录: file a row of the record table (H1).
    NewRecord(NewRecord),
    /// 承接 (D2). The task of this and the following is `None` when only the context tells it.
    Accept {
        /// Which task.
        task: Option<TaskRef>,
    },
    /// 暂不承接, with a reason and a proposal (D2).
    Decline {
        /// Which task.
        task: Option<TaskRef>,
        /// Why; empty when missing.
        reason: String,
        /// What instead; empty when missing.
        proposal: Proposal,
    },
    /// 同意: the initiator accepts the proposal (D2).
    Agree {
        /// Which task.
        task: Option<TaskRef>,
    },
    /// 坚持: the initiator keeps the plan (D2).
    Insist {
        /// Which task.
        task: Option<TaskRef>,
        /// Why; may be empty.
        words: String,
    },
    /// 改为, 改派: the initiator changes owner, date or scope (D2).
    Change {
        /// Which task.
        task: Option<TaskRef>,
        /// To what.
        proposal: Proposal,
    },
    /// 进展 (D4).
    Progress {
        /// Which task.
        task: Option<TaskRef>,
        /// The words; may be empty when a share is given.
        text: String,
        /// The share done, 0 to 100.
        percent: Option<u8>,
    },
    /// 完成 (D4).
    Done {
        /// Which task.
        task: Option<TaskRef>,
        /// A note; may be empty.
        note: String,
    },
    /// 阻塞, 求助 (D4): the owner raises a difficulty.
    Blocked {
        /// Which task.
        task: Option<TaskRef>,
        /// What stands in the way.
        reason: String,
        /// The people concerned, to be mentioned.
        people: Vec<PersonRef>,
    },
    /// 问题, 紧急: raise a problem (E1, E2).
    NewProblem(NewProblem),
    /// 答复: answer a problem (E3). Which one is told by [`problem_number`] or the context.
    AnswerProblem {
        /// The words.
        words: String,
    },
    /// 已解决: a problem is solved.
    Solved {
        /// How; may be empty.
        words: String,
    },
    /// 阶段报告: a stage report of an emergency; without words it is drafted.
    StageReport {
        /// The words.
        words: String,
    },
    /// 清单: the checklist of an emergency, or a point of it that is done.
    Checklist {
        /// The place of the point, from 1.
        point: Option<usize>,
    },
    /// 解除: an emergency is over.
    AllClear {
        /// How it was solved; may be empty.
        words: String,
    },
    /// 决定, 会议: minutes are owed (F3).
    NewMinutes(NewMinutes),
    /// 已阅读: the usage rules are confirmed (B4). Of which collaboration, the context tells.
    ConfirmRules,
    /// 签字确认: somebody signs an acceptance (G1). Which one is told by the context.
    Sign {
        /// The words that go with it; may be empty.
        words: String,
    },
    /// 驳回: somebody refuses to sign (G1).
    Refuse {
        /// Why; may be missing.
        reason: String,
    },
    /// 沉淀: what was said goes into the centre (F1).
    FileEntry {
        /// The section, where one is named, and the words; which is which only the collaboration tells.
        words: String,
    },
    /// 免打扰: ordinary notices wait for a while (I5).
    Silence {
        /// Until when; without it and `span`, for the usual while.
        until: Option<Due>,
        /// For how long: 「免打扰 2小时」.
        span: Option<SpanFieldwise>,
    },
    /// 恢复通知: they come again (I5).
    Unsilence,
    /// 我的任务.
    Mine,
    /// 帮助.
    Help {
        /// About which command; `None` for all.
        about: Option<Kind>,
    },
}

impl Command {
    /// Which command it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NewTask(_) => Kind::NewTask,
            Self::NewRecord(_) => Kind::NewRecord,
            Self::Accept { .. } => Kind::Accept,
            Self::Decline { .. } => Kind::Decline,
            Self::Agree { .. } => Kind::Agree,
            Self::Insist { .. } => Kind::Insist,
            Self::Change { .. } => Kind::Change,
            Self::Progress { .. } => Kind::Progress,
            Self::Done { .. } => Kind::Done,
            Self::Blocked { .. } => Kind::Blocked,
            Self::NewProblem(NewProblem { urgency: Urgency::Ordinary, .. }) => Kind::NewProblem,
            Self::NewProblem(NewProblem { drill: true, .. }) => Kind::Drill,
            Self::NewProblem(_) => Kind::Urgent,
            Self::StageReport { .. } => Kind::StageReport,
            Self::Checklist { .. } => Kind::Checklist,
            Self::AllClear { .. } => Kind::AllClear,
            Self::AnswerProblem { .. } => Kind::AnswerProblem,
            Self::Solved { .. } => Kind::Solved,
            Self::NewMinutes(NewMinutes { occasion: Occasion::Decision, .. }) => Kind::Decision,
            Self::NewMinutes(NewMinutes { occasion: Occasion::Meeting, .. }) => Kind::Meeting,
            Self::ConfirmRules => Kind::ConfirmRules,
            Self::Sign { .. } => Kind::Sign,
            Self::Refuse { .. } => Kind::Refuse,
            Self::FileEntry { .. } => Kind::FileEntry,
            Self::Silence { .. } => Kind::Silence,
            Self::Unsilence => Kind::Unsilence,
            Self::Mine => Kind::Mine,
            Self::Help { .. } => Kind::Help,
        }
    }
}

/// A task to be made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewTask {
    /// What is to be done: the first line, without what was understood otherwise.
    pub title: String,
    /// The further lines, and what stands behind 「说明：」.
    pub description: String,
    /// The one owner; `None` with [`Question::OwnerMissing`]. With [`Question::SeveralOwners`] the first one named.
    pub owner: Option<PersonRef>,
    /// The helpers.
    pub helpers: Vec<PersonRef>,
    /// Until when; `None` with a question.
    pub due: Option<Due>,
    /// The priority, where one was said.
    pub priority: Option<Priority>,
    /// The acceptance criteria 「验收标准」; may be empty.
    pub criteria: String,
}

/// A row of the record table to be filed: the columns of H1, as far as they were said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewRecord {
    /// 沟通主题.
    pub topic: String,
    /// 参与人员.
    pub participants: Vec<PersonRef>,
    /// 主要平台, as written.
    pub platforms: Vec<String>,
    /// 核心信息摘要.
    pub summary: String,
    /// 负责人.
    pub owner: Option<PersonRef>,
    /// 截止时间.
    pub due: Option<Due>,
    /// 当前状态.
    pub status: Option<ReadStatus>,
    /// 后续行动.
    pub follow_up: String,
}

/// A problem to be raised.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewProblem {
    /// What is wrong: the first line, without what was understood otherwise.
    pub title: String,
    /// The further lines.
    pub detail: String,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Who is asked to answer: the first person named.
    pub owner: Option<PersonRef>,
    /// Who else is named.
    pub others: Vec<PersonRef>,
    /// The task it concerns.
    pub task: Option<TaskRef>,
    /// Whether it is a drill 「演练」.
    pub drill: bool,
    /// Whether telephones are to ring in the drill.
    pub calls: bool,
}

/// A decision or meeting of which minutes are owed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMinutes {
    /// What they are of.
    pub occasion: Occasion,
    /// What was decided or met about: the first line.
    pub title: String,
    /// The further lines.
    pub detail: String,
    /// Who is to write them: whoever is named behind 「记录」.
    pub recorder: Option<PersonRef>,
    /// Who else is named.
    pub people: Vec<PersonRef>,
}

/// A proposed change: another owner, another date, another scope in words.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// Another owner.
    pub owner: Option<PersonRef>,
    /// Another date.
    pub due: Option<Due>,
    /// So much later than the task's own deadline: 「延期两天」.
    pub later: Option<Span>,
    /// The proposal as written; carries another scope.
    pub words: String,
}

impl PartialEq for Proposal {
    /// Lengths are equal when they are written in the same units.
    fn eq(&self, other: &Self) -> bool {
        let later = |proposal: &Self| proposal.later.map(Span::fieldwise);
        (&self.owner, &self.due, &self.words) == (&other.owner, &other.due, &other.words) && later(self) == later(other)
    }
}

impl Proposal {
    /// Whether nothing is proposed.
    pub fn is_empty(&self) -> bool {
        self.owner.is_none() && self.due.is_none() && self.later.is_none() && self.words.is_empty()
    }
}

/// Reads a message.
pub fn read(message: &str, context: &Context<'_>) -> Reading {
    let sheet = sheet::Sheet::new(message, context);
    let Some(mut found) = words::locate(&sheet).or_else(|| problem::urgent_word(&sheet)) else {
        return Reading::NotACommand { suggestion: suggest::suggest(&sheet) };
    };
    // 「任务 #12 完成」 is about a task, and makes none.
    if found.kind == Kind::NewTask
        && let Some(inner) = words::behind_reference(&sheet, &found)
    {
        found = inner;
    }
    if found.kind == Kind::NewProblem
        && let Some(inner) = problem::behind_reference(&sheet, &found)
    {
        found = inner;
    }
    let mut questions = Vec::new();
    let command = match found.kind {
        Kind::NewTask => Command::NewTask(task::read(&sheet, &found, &mut questions)),
        Kind::NewRecord => Command::NewRecord(record::read(&sheet, &found, &mut questions)),
        Kind::Accept | Kind::Decline | Kind::Agree | Kind::Insist | Kind::Change => {
            answer::read(&sheet, &found, &mut questions)
        }
        Kind::Progress | Kind::Done | Kind::Blocked => work::read(&sheet, &found, &mut questions),
        Kind::NewProblem
        | Kind::Urgent
        | Kind::AnswerProblem
        | Kind::Solved
        | Kind::Drill
        | Kind::StageReport
        | Kind::Checklist
        | Kind::AllClear => problem::read(&sheet, &found, &mut questions),
        Kind::Decision | Kind::Meeting => minutes::read(&sheet, &found, &mut questions),
        Kind::ConfirmRules => Command::ConfirmRules,
        Kind::Sign => Command::Sign { words: problem::words(&sheet, &found) },
        Kind::Refuse => Command::Refuse { reason: problem::words(&sheet, &found) },
        Kind::FileEntry => entry::read(&sheet, &found),
        Kind::Silence => silence::read(&sheet, &found, &mut questions),
        Kind::Unsilence => Command::Unsilence,
        Kind::Mine => Command::Mine,
        Kind::Help => Command::Help { about: words::topic(&sheet, &found) },
    };
    let mut parts = sheet.parts();
    parts.push(Part { span: sheet.bytes(found.from, found.to), role: PartRole::Command });
    parts.sort_by_key(|part| (part.span.start, part.span.end));
    Reading::Command(Box::new(Understood { command, questions, parts }))
}
