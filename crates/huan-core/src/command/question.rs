//! What must be asked before a command can be done.

use std::ops::Range;

use jiff::Zoned;

use super::{Due, PersonRef, Suggestion, help::help_text_of};
use crate::{
    i18n::{Language, text},
    status::Status,
    time_expression::{Ambiguity, describe},
};

/// Something missing or unclear.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// A task without a title.
    TitleMissing,
    /// A record without a topic.
    TopicMissing,
    /// Nobody is named.
    OwnerMissing,
    /// Several owners; there is exactly one (I3), the others may help.
    SeveralOwners {
        /// Those named, in order.
        people: Vec<PersonRef>,
    },
    /// No deadline.
    DueMissing {
        /// A time in the title that may be meant.
        suggestion: Option<Due>,
    },
    /// A deadline that can be read in several ways.
    DueAmbiguous {
        /// The instants, in order.
        candidates: Vec<Zoned>,
        /// Why.
        reason: Ambiguity,
        /// The words in the message.
        span: Range<usize>,
    },
    /// A deadline that has passed.
    DuePast {
        /// The instant said.
        when: Zoned,
        /// The next that may be meant.
        next: Option<Zoned>,
        /// The words in the message.
        span: Range<usize>,
    },
    /// Several deadlines.
    SeveralDues {
        /// Those that are clear.
        candidates: Vec<Due>,
        /// All their words in the message.
        spans: Vec<Range<usize>>,
    },
    /// A deadline that is no time expression.
    DueNotUnderstood {
        /// The words.
        written: String,
        /// Where they stand.
        span: Range<usize>,
    },
    /// A status that is none of the five.
    StatusUnknown {
        /// The word.
        written: String,
        /// Where it stands.
        span: Range<usize>,
    },
    /// No task is named.
    WhichTask,
    /// A refusal without a reason (D2).
    ReasonMissing,
    /// A refusal without a proposal (D2).
    ProposalMissing,
    /// A change to nothing.
    ChangeMissing,
    /// Progress without a word or a share.
    ProgressMissing,
    /// A difficulty without a word.
    DifficultyMissing,
    /// A problem without a word.
    ProblemMissing,
    /// An answer to a problem without a word.
    AnswerMissing,
    /// A decision or meeting without a word.
    MinutesMissing,
    /// A share above 100.
    PercentOutOfRange {
        /// The share said.
        said: u32,
    },
}

impl Question {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TitleMissing => "title_missing",
            Self::TopicMissing => "topic_missing",
            Self::OwnerMissing => "owner_missing",
            Self::SeveralOwners { .. } => "several_owners",
            Self::DueMissing { .. } => "due_missing",
            Self::DueAmbiguous { .. } => "due_ambiguous",
            Self::DuePast { .. } => "due_past",
            Self::SeveralDues { .. } => "several_dues",
            Self::DueNotUnderstood { .. } => "due_not_understood",
            Self::StatusUnknown { .. } => "status_unknown",
            Self::WhichTask => "which_task",
            Self::ReasonMissing => "reason_missing",
            Self::ProposalMissing => "proposal_missing",
            Self::ChangeMissing => "change_missing",
            Self::ProgressMissing => "progress_missing",
            Self::DifficultyMissing => "difficulty_missing",
            Self::ProblemMissing => "problem_missing",
            Self::AnswerMissing => "answer_missing",
            Self::MinutesMissing => "minutes_missing",
            Self::PercentOutOfRange { .. } => "percent_out_of_range",
        }
    }

    /// The question in words. `message` is the one that was read, `now` the reader's clock.
    pub fn ask(&self, message: &str, now: &Zoned, language: Language) -> String {
        let key = format!("command.question.{}", self.code());
        let say = |when: &Zoned| describe(when, now, language);
        let or = text(language, "command.or", &[]);
        let quoted = |span: &Range<usize>| message.get(span.clone()).unwrap_or_default().to_owned();
        match self {
            Self::SeveralOwners { people } => {
                let names: Vec<&str> = people.iter().map(|person| person.words.as_str()).collect();
                let first = names.first().copied().unwrap_or_default();
                let comma = text(language, "command.list", &[]);
                let others = names.get(1..).unwrap_or_default().join(&comma);
                text(language, &key, &[("owner", &first), ("others", &others)])
            }
            Self::DueMissing { suggestion: Some(Due::At { when, .. }) } => {
                text(language, "command.question.due_missing_suggested", &[("when", &say(when))])
            }
            Self::DueAmbiguous { candidates, reason, span } => {
                let candidates: Vec<String> = candidates.iter().map(say).collect();
                text(
                    language,
                    &key,
                    &[
                        ("written", &quoted(span)),
                        ("reason", &reason.describe(language)),
                        ("candidates", &candidates.join(&or)),
                    ],
                )
            }
            Self::DuePast { next: Some(next), span, .. } => {
                text(language, "command.question.due_past_next", &[("written", &quoted(span)), ("next", &say(next))])
            }
            Self::DuePast { when, span, .. } => {
                text(language, &key, &[("written", &quoted(span)), ("when", &say(when))])
            }
            Self::SeveralDues { spans, .. } => {
                let words: Vec<String> = spans.iter().map(quoted).collect();
                text(language, &key, &[("candidates", &words.join(&or))])
            }
            Self::DueNotUnderstood { written, .. } => text(language, &key, &[("written", written)]),
            Self::StatusUnknown { written, .. } => {
                let known = Status::ALL.map(|status| text(language, &format!("domain.status.{}", status.name()), &[]));
                text(language, &key, &[("written", written), ("known", &known.join(&or))])
            }
            Self::PercentOutOfRange { said } => text(language, &key, &[("said", said)]),
            _ => text(language, &key, &[]),
        }
    }
}

impl Suggestion {
    /// 「没有命令“任物”，是不是“任务”？」, with the help on it.
    pub fn ask(&self, language: Language) -> String {
        let help = help_text_of(self.kind, language);
        text(language, "command.suggestion", &[("written", &self.written), ("meant", &self.meant), ("help", &help)])
    }
}
