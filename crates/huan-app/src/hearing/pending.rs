//! A question that was asked back, and the few words that answer it.
//!
//! 「5点」 can be morning or afternoon; when the speaker then says just 「17:00」, that completes what they said before.
//! The question is forgotten after ten minutes or with the next command.

use huan_connect::{HeardMessage, Mention};
use huan_core::{command::Question, id::PersonId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{error::ActionError, work::Work};

/// How long a question waits for its answer.
const WAITS: SignedDuration = SignedDuration::from_mins(10);

/// What was said, open at the place where the answer belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    before: String,
    after: String,
    /// Whether a deadline was asked for: 「17:00」 then means 「17:00前」.
    is_deadline: bool,
    mentions: Vec<Mention>,
    asked_at: Timestamp,
}

/// Remembers what `question` asks about; a question that a few words cannot answer is not remembered.
pub(super) async fn remember(work: &mut Work<'_>, said: &HeardMessage, question: &Question) -> Result<(), ActionError> {
    let pending = gap(&said.text, question).map(|(before, after)| Pending {
        before,
        after,
        is_deadline: is_deadline(question),
        mentions: said.mentions.clone(),
        asked_at: work.now,
    });
    write(work, said, pending).await
}

/// Forgets: the speaker went on to something else.
pub(super) async fn forget(work: &mut Work<'_>, said: &HeardMessage) -> Result<(), ActionError> {
    if read(work, said).await?.is_some() { write(work, said, None).await } else { Ok(()) }
}

/// What was said before, completed by `said`; none when nothing was asked.
pub(super) async fn completed(work: &mut Work<'_>, said: &HeardMessage) -> Result<Option<HeardMessage>, ActionError> {
    let Some(pending) = read(work, said).await? else { return Ok(None) };
    if work.now > pending.asked_at + WAITS {
        return Ok(None);
    }
    let mut words = said.text.clone();
    // Some platforms tell of the mention of the robot without showing it in the text.
    for mention in said.mentions.iter().filter(|mention| mention.is_us && !mention.text.is_empty()) {
        words = words.replace(&mention.text, " ");
    }
    let mut mentions = pending.mentions;
    mentions.extend(said.mentions.iter().filter(|mention| !mention.is_us).cloned());
    let words = words.trim();
    let mark = if pending.is_deadline && !words.ends_with(['前', '内', '止']) { "前" } else { "" };
    let text = format!("{}{words}{mark}{}", pending.before, pending.after);
    Ok(Some(HeardMessage { text, mentions, ..said.clone() }))
}

fn is_deadline(question: &Question) -> bool {
    matches!(
        question,
        Question::DueAmbiguous { .. }
            | Question::DuePast { .. }
            | Question::DueNotUnderstood { .. }
            | Question::DueMissing { .. }
    )
}

/// The text before and after the place where the answer belongs.
fn gap(text: &str, question: &Question) -> Option<(String, String)> {
    let at =
        |span: &std::ops::Range<usize>| Some((text.get(..span.start)?.to_owned(), text.get(span.end..)?.to_owned()));
    let behind = |label: &str| Some((format!("{text} {label}"), String::new()));
    match question {
        Question::DueAmbiguous { span, .. }
        | Question::DuePast { span, .. }
        | Question::DueNotUnderstood { span, .. }
        | Question::StatusUnknown { span, .. } => at(span),
        Question::OwnerMissing => behind("@"),
        Question::ReasonMissing => behind("原因："),
        Question::ProposalMissing => behind("建议："),
        Question::DueMissing { .. }
        | Question::TitleMissing
        | Question::TopicMissing
        | Question::ChangeMissing
        | Question::ProgressMissing
        | Question::DifficultyMissing
        | Question::ProblemMissing
        | Question::AnswerMissing
        | Question::MinutesMissing => behind(""),
        Question::SeveralOwners { .. }
        | Question::SeveralDues { .. }
        | Question::WhichTask
        | Question::PercentOutOfRange { .. } => None,
    }
}

/// One question per speaker and conversation.
fn key(said: &HeardMessage, speaker: &PersonId) -> String {
    format!("pending question {} {speaker}", said.conversation.id)
}

async fn read(work: &mut Work<'_>, said: &HeardMessage) -> Result<Option<Pending>, ActionError> {
    let key = key(said, work.caller()?.person());
    Ok(work.tx.setting::<Option<Pending>>(&work.app.workspace, &key).await?.flatten())
}

async fn write(work: &mut Work<'_>, said: &HeardMessage, pending: Option<Pending>) -> Result<(), ActionError> {
    let key = key(said, work.caller()?.person());
    Ok(work.tx.set_setting(&work.app.workspace, &key, &pending, work.now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_goes_to_the_place_of_the_question() {
        let text = "任务 评估 @李强 5点前";
        let start = text.find("5点").unwrap();
        let question = Question::DueNotUnderstood { written: "5点".into(), span: start..start + "5点".len() };
        assert_eq!(gap(text, &question), Some(("任务 评估 @李强 ".into(), "前".into())));
        assert_eq!(gap("任务 评估", &Question::OwnerMissing), Some(("任务 评估 @".into(), String::new())));
        assert_eq!(gap("完成", &Question::WhichTask), None);
    }
}
