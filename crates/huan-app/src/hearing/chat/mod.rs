//! Commands in a chat: from a message to the action it asks for and the words that answer it.

mod minutes;
mod named;
mod problem;
mod proposal;
mod record;
mod sign_off;
mod silence;
mod task;

use huan_connect::HeardMessage;
use huan_core::{
    collaboration::Channel,
    command::{self, Command, Context, Question, Reading, Understood},
    i18n::text,
    id::{MessageId, TaskId},
    message::Message,
    permission::Deed,
    problem::Problem,
    task::{ProposalAnswer, Refusal, Stage},
};
use jiff::Zoned;

pub(super) use self::proposal::share_in;
pub(crate) use self::proposal::{proposal_from, resolve};
use super::{
    centre, pending,
    problems::{self, Which},
    tasks::{self, Side},
    usage_rules,
};
use crate::{
    actions::{notice_preferences, task_steps},
    app::OpenAccount,
    error::ActionError,
    naming,
    work::Work,
};

/// The longest title taken from a message, in characters.
const LONGEST_TITLE: usize = 100;

/// What somebody asked in a chat.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) account: &'a OpenAccount,
    pub(super) said: &'a HeardMessage,
    pub(super) channel: Option<&'a Channel>,
    pub(super) message: &'a MessageId,
}

/// Why a command is not carried out: words for its author, no fault.
enum Stop {
    Say(String),
    Fail(ActionError),
}

impl From<ActionError> for Stop {
    fn from(error: ActionError) -> Self {
        Self::Fail(error)
    }
}

impl From<huan_store::Error> for Stop {
    fn from(error: huan_store::Error) -> Self {
        Self::Fail(error.into())
    }
}

/// Does what a message asks, and gives the words that answer it.
///
/// # Errors
/// When the action was refused or failed; nothing may be kept then.
pub(super) async fn carry_out(work: &mut Work<'_>, asked: &Asked<'_>) -> Result<String, ActionError> {
    let mut understood = understand(work, asked.account, asked.said).await?;
    let mut said = asked.said.clone();
    if matches!(understood.reading, Reading::NotACommand { .. })
        && let Some(completed) = pending::completed(work, asked.said).await?
    {
        understood = understand(work, asked.account, &completed).await?;
        said = completed;
    }
    let asked = Asked { said: &said, ..*asked };
    match answer(work, &asked, understood).await {
        Ok(words) | Err(Stop::Say(words)) => Ok(words),
        Err(Stop::Fail(error)) => Err(error),
    }
}

/// How a message reads.
struct Understanding {
    reading: Reading,
    /// The task of the message that is answered.
    answered: Option<TaskId>,
    /// The problem of the message that is answered.
    problem: Option<Problem>,
    now: Zoned,
}

async fn understand(
    work: &mut Work<'_>,
    account: &OpenAccount,
    said: &HeardMessage,
) -> Result<Understanding, ActionError> {
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let mentions: Vec<command::Mention> = said
        .mentions
        .iter()
        .map(|mention| command::Mention {
            text: mention.text.clone(),
            user: mention.user.clone(),
            is_us: mention.is_us,
        })
        .collect();
    let called = naming::called(work).await?;
    let answered = tasks::answered(work, account, said).await?;
    let problem = problems::answered(work, account, said).await?;
    let about_a_task = answered.is_some() || problem.is_some();
    let context = Context { mentions: &mentions, names: &[&called], about_a_task, ..Context::new(&now) };
    let reading = command::read(&said.text, &context);
    Ok(Understanding { reading, answered, problem, now })
}

async fn answer(work: &mut Work<'_>, asked: &Asked<'_>, understanding: Understanding) -> Result<String, Stop> {
    let Understanding { reading, answered, problem, now } = understanding;
    let language = work.language();
    let understood = match reading {
        Reading::Command(understood) => *understood,
        Reading::NotACommand { suggestion } if problem.is_some() || suggestion.is_none() => {
            let words = plain_words(asked.said);
            if problem.is_none()
                && let Some(channel) = asked.channel
                && let Some(message) = work.tx.message(&work.app.workspace, asked.message).await?
            {
                if let Some(taken) = centre::taken(work, channel, &message, &words).await? {
                    return Ok(taken);
                }
                centre::note_decision(work, channel, &message).await?;
            }
            let mut speech = Speech { work, asked, answered, problem };
            // Whatever somebody who is asked says is their answer (E3).
            match problems::find(speech.work, &words, speech.problem.as_ref()).await? {
                Which::None => return Err(Stop::Say(command::help_text(language))),
                Which::One(id) => return speech.answer_problem(&id, &words).await,
                Which::Several(problems) => return Err(speech.which_problem(&problems)),
            }
        }
        Reading::NotACommand { suggestion: Some(suggestion) } => return Err(Stop::Say(suggestion.ask(language))),
        Reading::NotACommand { suggestion: None } => return Err(Stop::Say(command::help_text(language))),
    };
    let Understood { command, mut questions, .. } = understood;
    // Which task is meant can also follow from what waits for the speaker.
    questions.retain(|question| *question != Question::WhichTask);
    // A message that is replied to says itself what the problem is.
    let original = match &command {
        Command::NewProblem(_) | Command::NewMinutes(_) | Command::FileEntry { .. } => original(work, asked).await?,
        _ => None,
    };
    if original.is_some() {
        questions.retain(|question| !matches!(question, Question::ProblemMissing | Question::MinutesMissing));
    }
    if let Some(question) = questions.first() {
        pending::remember(work, asked.said, question).await?;
        let questions: Vec<String> =
            questions.iter().map(|question| question.ask(&asked.said.text, &now, language)).collect();
        return Err(Stop::Say(questions.join("\n")));
    }
    pending::forget(work, asked.said).await?;
    let mut speech = Speech { work, asked, answered, problem };
    // Said in reply to a problem, these are about the problem.
    let named = command::problem_number(&asked.said.text).is_some();
    let about_a_problem = named || (speech.problem.is_some() && speech.answered.is_none());
    let command = match command {
        Command::Accept { task: None } if about_a_problem => {
            Command::AnswerProblem { words: text(language, "chat.problem_taken", &[]) }
        }
        Command::Progress { task: None, text, .. } if about_a_problem => Command::AnswerProblem { words: text },
        Command::Done { task: None, note } if about_a_problem => Command::Solved { words: note },
        other => other,
    };
    match command {
        Command::NewProblem(new) => speech.new_problem(new, original).await,
        Command::NewMinutes(new) => Box::pin(speech.new_minutes(new, original)).await,
        Command::FileEntry { words } => Box::pin(speech.file_entry(&words, original)).await,
        command @ (Command::StageReport { .. } | Command::Checklist { .. } | Command::AllClear { .. }) => {
            Box::pin(speech.lead(command)).await
        }
        Command::AnswerProblem { words } => {
            let id = speech.which(&asked.said.text).await?;
            speech.answer_problem(&id, &words).await
        }
        Command::Solved { words } => {
            let id = speech.which(&asked.said.text).await?;
            if words.trim().is_empty() {
                return Err(speech.say("chat.problem_how_solved", &[]));
            }
            let problem = crate::actions::problems::close_problem(speech.work, &id, &words).await?;
            Ok(speech.about_problem("chat.problem_solved", &problem))
        }
        Command::Change { task: None, proposal } if about_a_problem => {
            let id = speech.which(&asked.said.text).await?;
            let problem = speech.work.problem_for(&id, Deed::See).await?;
            let Some(owner) = &proposal.owner else { return Err(speech.say("chat.problem_to_whom", &[])) };
            let owner = speech.person(Some(&problem.collaboration), owner).await?;
            let problem = crate::actions::problems::reassign_problem(speech.work, &id, &owner).await?;
            Ok(speech.about_problem("chat.problem_passed_on", &problem))
        }
        Command::NewTask(new) => speech.new_task(new).await,
        Command::NewRecord(new) => speech.new_record(new).await,
        Command::Accept { task } => {
            let id = speech.task(task.as_ref(), Side::Owner, &[Stage::Offered]).await?;
            let task = task_steps::accept(speech.work, &id).await?;
            Ok(speech.about("chat.accepted", &task))
        }
        Command::Decline { task, reason, proposal } => {
            let id = speech.task(task.as_ref(), Side::Owner, &[Stage::Offered]).await?;
            let proposal = speech.proposal(&id, proposal).await?;
            let task = task_steps::decline(speech.work, &id, Refusal { reason, proposal }).await?;
            Ok(speech.about("chat.declined", &task))
        }
        Command::Agree { task } => speech.answer_refusal(task.as_ref(), ProposalAnswer::Agree).await,
        Command::Insist { task, words } => speech.answer_refusal(task.as_ref(), ProposalAnswer::Insist { words }).await,
        Command::Change { task, proposal } => {
            let id = speech.task(task.as_ref(), Side::Initiator, &[Stage::Declined]).await?;
            let change = speech.proposal(&id, proposal).await?;
            speech.change(&id, change).await
        }
        Command::Progress { task, text, percent } => {
            let id = speech.task(task.as_ref(), Side::Owner, &WORKED_ON).await?;
            let words = if text.is_empty() { percent_words(percent) } else { text };
            let task = task_steps::report_progress(speech.work, &id, &words, percent).await?;
            Ok(speech.about("chat.progress_noted", &task))
        }
        Command::Done { task, note } => {
            let id = speech.task(task.as_ref(), Side::Owner, &WORKED_ON).await?;
            if !note.trim().is_empty() {
                task_steps::report_progress(speech.work, &id, &note, Some(100)).await?;
            }
            let task = task_steps::finish(speech.work, &id).await?;
            Ok(speech.about("chat.finished", &task))
        }
        Command::Blocked { task, reason, people } => {
            let id = speech.task(task.as_ref(), Side::Owner, &WORKED_ON).await?;
            let mut reason = reason;
            let collaboration = speech.work.task_for(&id, Deed::See).await?.collaboration;
            let helper = speech.helper(&collaboration, &people).await?;
            for person in &people {
                if reason.contains(&person.words) {
                    continue;
                }
                // Who is asked for help stands in the reason, so that everybody who reads it knows.
                reason.push_str(" @");
                reason.push_str(&person.words);
            }
            let channel = asked.channel.map(|channel| &channel.id);
            let task = task_steps::block_and_ask(speech.work, &id, &reason, helper.as_ref(), channel).await?;
            Ok(speech.about("chat.blocked", &task))
        }
        Command::ConfirmRules => usage_rules::confirm(speech.work, asked).await.map_err(Stop::from),
        Command::Sign { words } => Box::pin(speech.sign(&words)).await,
        Command::Refuse { reason } => Box::pin(speech.refuse(&reason)).await,
        Command::Silence { until, span } => speech.silence(until, span).await,
        Command::Unsilence => {
            notice_preferences::silence(speech.work, None).await?;
            Ok(text(language, "chat.unsilenced", &[]))
        }
        Command::Mine => speech.mine().await,
        Command::Help { about } => Ok(match about {
            Some(kind) => command::help_text_of(kind, language),
            None => command::help_text(language),
        }),
    }
}

/// Tasks that their owner is working on, or could be.
const WORKED_ON: [Stage; 3] = [Stage::InProgress, Stage::Blocked, Stage::Offered];

fn percent_words(percent: Option<u8>) -> String {
    percent.map(|percent| format!("{percent}%")).unwrap_or_default()
}

/// A command being carried out.
struct Speech<'s, 'w, 'a> {
    work: &'s mut Work<'w>,
    asked: &'s Asked<'a>,
    answered: Option<TaskId>,
    problem: Option<Problem>,
}

/// What was said without the mention of the robot.
pub(super) fn plain_words(said: &HeardMessage) -> String {
    let mut words = said.text.clone();
    for mention in said.mentions.iter().filter(|mention| mention.is_us && !mention.text.is_empty()) {
        words = words.replace(&mention.text, " ");
    }
    let words = words.trim();
    let words = ["@环", "＠环"].iter().find_map(|name| words.strip_prefix(name)).unwrap_or(words);
    words.trim().to_owned()
}

/// The message that is replied to, where it was heard.
async fn original(work: &mut Work<'_>, asked: &Asked<'_>) -> Result<Option<Message>, ActionError> {
    let Some(reply_to) = &asked.said.reply_to else { return Ok(None) };
    Ok(work.tx.message_of(&work.app.workspace, &asked.account.id, reply_to).await?)
}

/// What a message is called by: its first line, not all of it where it is long.
fn first_line(message: &Message) -> String {
    message.text.lines().next().unwrap_or_default().chars().take(LONGEST_TITLE).collect()
}
