//! Commands in a chat: from a message to the action it asks for and the words that answer it.

use huan_connect::HeardMessage;
use huan_core::{
    calendar::WorkingTime,
    centre::Way,
    clock::ClockKind,
    collaboration::{Channel, CollaborationState},
    command::{self, Command, Context, Due, PersonRef, Question, Reading, TaskRef, Understood},
    emergency::Emergency,
    history::Subject,
    i18n::text,
    id::{CollaborationId, MessageId, PersonId, ProblemId, SignOffId, TaskId},
    level::Level,
    message::Message,
    minutes::{Content, Occasion},
    notice_preference::NoticePreferences,
    permission::Deed,
    problem::{Problem, ProblemState},
    record::Participant,
    sign_off::SignOff,
    status::Status,
    task::{Priority, Proposal, ProposalAnswer, Refusal, Stage, Task},
    time_expression, time_text,
};
use huan_store::{Page, TaskFilter, TaskSort};
use jiff::{SignedDuration, Span, SpanFieldwise, Timestamp, Zoned, tz::TimeZone};

use super::{
    centre, emergencies, pending, people,
    problems::{self, Which},
    sign_offs,
    tasks::{self, Side},
    usage_rules,
};
use crate::{
    actions::{
        create_record::{NewRecord, create_record},
        create_task::{NewTask, create_task},
        emergencies::Choice,
        notice_preferences,
        problems::{NewProblem, raise_problem},
        task_steps,
    },
    app::OpenAccount,
    error::ActionError,
    naming::{self, Found},
    work::Work,
};

/// The longest title taken from a message, in characters.
const LONGEST_TITLE: usize = 100;
/// For how long 「免打扰」 without a time holds ordinary messages back.
const USUAL_SILENCE: SignedDuration = SignedDuration::from_hours(2);
/// The most tasks that an answer lists.
const LISTED: u32 = 10;

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

impl Speech<'_, '_, '_> {
    async fn new_task(&mut self, new: command::NewTask) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let Some(owner) = &new.owner else { return Err(self.say("command.question.owner_missing", &[])) };
        let owner = self.person(Some(&collaboration), owner).await?;
        let mut helpers = Vec::with_capacity(new.helpers.len());
        for helper in &new.helpers {
            helpers.push(self.person(Some(&collaboration), helper).await?);
        }
        let due_at = match new.due {
            Some(due) => Some(self.due(&owner, due).await?),
            None => None,
        };
        let platforms = self.platforms(&owner).await?;
        let new = NewTask {
            collaboration,
            name: new.title,
            description: new.description,
            owner,
            helpers,
            due_at,
            priority: new.priority.unwrap_or(Priority::Normal),
            criteria: new.criteria,
            level: Level::Internal,
            message: Some(self.asked.message.clone()),
            platforms,
        };
        let task = create_task(self.work, new).await?;
        self.created(&task).await
    }

    /// 「免打扰」: ordinary messages wait for the speaker. What is urgent, and answers to what they ask, come all the same.
    async fn silence(&mut self, until: Option<Due>, span: Option<SpanFieldwise>) -> Result<String, Stop> {
        let me = self.work.caller()?.person().clone();
        let until = match (until, span) {
            (Some(due), _) => self.due(&me, due).await?,
            (None, span) => {
                let now = self.work.now.to_zoned(self.work.caller()?.zone.clone());
                let later = match span {
                    Some(span) => now.checked_add(span.0),
                    None => now.checked_add(USUAL_SILENCE),
                };
                later.map_err(|_| ActionError::field("until", "out_of_range"))?.timestamp()
            }
        };
        if until > self.work.now + NoticePreferences::LONGEST_SILENCE {
            let days = NoticePreferences::LONGEST_SILENCE.as_hours() / 24;
            return Err(self.say("chat.silence_too_long", &[("days", &days)]));
        }
        notice_preferences::silence(self.work, Some(until)).await?;
        Ok(text(self.work.language(), "chat.silenced", &[("until", &self.moment(until))]))
    }

    async fn created(&mut self, task: &Task) -> Result<String, Stop> {
        let owner = self.work.person(&task.owner, "owner").await?;
        let identity = self.work.reachable_identity(&task.owner).await?;
        let platform = identity
            .and_then(|identity| self.work.app.account(&identity.account))
            .map_or_else(|| "web".to_owned(), |account| account.platform.to_string());
        let language = self.work.language();
        let platform = text(language, &format!("domain.platform.{platform}"), &[]);
        let record = match &task.record {
            Some(id) => self.work.tx.record(&self.work.app.workspace, id).await?.map(|record| record.number),
            None => None,
        }
        .unwrap_or_default();
        let due = task.due_at.map_or_else(|| text(language, "notice.no_due", &[]), |due| self.moment(due));
        let page = self.work.app.page(&format!("tasks/{}", task.id));
        Ok(text(
            language,
            "chat.task_created",
            &[
                ("number", &task.number),
                ("name", &task.name),
                ("owner", &format!("{}（{}）", owner.name, owner.job)),
                ("due", &due),
                ("record", &record),
                ("platform", &platform),
                ("page", &page),
            ],
        ))
    }

    async fn new_record(&mut self, new: command::NewRecord) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let owner = match &new.owner {
            Some(owner) => self.person(Some(&collaboration), owner).await?,
            None => self.work.caller()?.person().clone(),
        };
        let mut participants = Vec::with_capacity(new.participants.len());
        for named in &new.participants {
            participants.push(self.participant(&collaboration, named).await?);
        }
        let due_at = match new.due {
            Some(due) => Some(self.due(&owner, due).await?),
            None => None,
        };
        let platforms = if new.platforms.is_empty() { self.platforms(&owner).await? } else { new.platforms };
        let new = NewRecord {
            collaboration,
            topic: new.topic,
            participants,
            platforms,
            summary: if new.summary.is_empty() { self.asked.said.text.clone() } else { new.summary },
            owner,
            due_at,
            status: new.status.map_or(Status::Pending, |read| read.status),
            follow_up: new.follow_up,
            follow_up_excuse: None,
            level: Level::Internal,
            message: Some(self.asked.message.clone()),
            strict: false,
        };
        let record = create_record(self.work, new).await?;
        let page = self.work.app.page(&format!("c/{}/records?row={}", record.collaboration, record.id));
        let arguments: [(&str, &dyn std::fmt::Display); 3] =
            [("number", &record.number), ("topic", &record.topic), ("page", &page)];
        Ok(text(self.work.language(), "chat.record_created", &arguments))
    }

    async fn new_problem(&mut self, new: command::NewProblem, original: Option<Message>) -> Result<String, Stop> {
        let collaboration = self.collaboration().await?;
        let owner = match &new.owner {
            Some(owner) => match self.person(Some(&collaboration), owner).await {
                Ok(person) => Some(person),
                // An emergency does not wait until a name is spelt right: the call list stands in.
                Err(Stop::Say(_)) if new.urgency.is_urgent() => None,
                Err(stop) => return Err(stop),
            },
            None => None,
        };
        let tasks = match &new.task {
            Some(task) => vec![crate::actions::create_task::by_number(self.work, task.number).await?],
            None => self.answered.iter().cloned().collect(),
        };
        let (mut title, mut detail) = (new.title, new.detail);
        let message = match original {
            Some(original) => {
                if title.is_empty() {
                    title = original.text.lines().next().unwrap_or_default().chars().take(LONGEST_TITLE).collect();
                }
                if detail.is_empty() && original.text != title {
                    detail.clone_from(&original.text);
                }
                original.id
            }
            None => self.asked.message.clone(),
        };
        let new = NewProblem {
            detail,
            urgency: new.urgency,
            tasks,
            message: Some(message),
            channel: self.asked.channel.map(|channel| channel.id.clone()),
            drill: new.drill,
            choice: Choice { calls: new.calls, ..Choice::default() },
            ..NewProblem::ordinary(collaboration, title, owner)
        };
        let problem = raise_problem(self.work, new).await?;
        let owner = self.work.person(&problem.owner, "owner").await?;
        let emergency = self.work.tx.emergency_of(&self.work.app.workspace, &problem.id).await?;
        let (key, page) = match &emergency {
            Some(emergency) => {
                let key = if emergency.drill { "chat.drill_started" } else { "chat.problem_alarmed" };
                (key, self.work.app.page(&format!("emergencies/{}", emergency.id)))
            }
            None => ("chat.problem_raised", self.work.app.page(&format!("problems/{}", problem.id))),
        };
        Ok(text(
            self.work.language(),
            key,
            &[("number", &problem.number), ("title", &problem.title), ("owner", &owner.name), ("page", &page)],
        ))
    }

    /// A decision was taken or a meeting ended: whoever is named took part.
    async fn new_minutes(&mut self, new: command::NewMinutes, original: Option<Message>) -> Result<String, Stop> {
        use crate::actions::minutes;

        let collaboration = self.collaboration().await?;
        let recorder = match &new.recorder {
            Some(recorder) => Some(self.person(Some(&collaboration), recorder).await?),
            None => None,
        };
        let mut participants = vec![self.work.caller()?.person().clone()];
        participants.extend(recorder.clone());
        let mut named = minutes::participants(participants);
        for person in &new.people {
            named.push(self.participant(&collaboration, person).await?);
        }
        let (mut title, mut conclusions) = (new.title, new.detail);
        let message = match original {
            Some(original) => {
                if title.is_empty() {
                    title = original.text.lines().next().unwrap_or_default().chars().take(LONGEST_TITLE).collect();
                }
                if conclusions.is_empty() {
                    conclusions.clone_from(&original.text);
                }
                original.id
            }
            None => self.asked.message.clone(),
        };
        let title: String = title.chars().take(crate::actions::input::SHORT).collect();
        let mut content = Content { participants: named, ..Content::default() };
        match new.occasion {
            // What was decided is the conclusion, until somebody writes it better.
            Occasion::Decision => {
                content.conclusions = if conclusions.is_empty() { title.clone() } else { conclusions }
            }
            Occasion::Meeting => content.agenda = conclusions,
        }
        let new = minutes::NewMinutes {
            recorder,
            content,
            message: Some(message),
            ..minutes::NewMinutes::of(collaboration, new.occasion, title)
        };
        let minutes = minutes::begin(self.work, new).await?;
        let recorder = self.work.person(&minutes.recorder, "recorder").await?;
        let subject = Subject::Minutes(minutes.id.clone());
        let clock = self.work.tx.clock_of(&self.work.app.workspace, &subject, ClockKind::Minutes).await?;
        let due = clock.map(|clock| self.moment(clock.due_at)).unwrap_or_default();
        let page = self.work.app.page(&format!("minutes/{}", minutes.id));
        Ok(text(
            self.work.language(),
            &format!("chat.minutes_begun.{}", minutes.occasion),
            &[
                ("number", &minutes.number),
                ("title", &minutes.title),
                ("recorder", &recorder.name),
                ("due", &due),
                ("page", &page),
            ],
        ))
    }

    /// 「签字确认」.
    async fn sign(&mut self, words: &str) -> Result<String, Stop> {
        let id = self.which_sign_off().await?;
        let sign_off = crate::actions::sign_offs::sign(self.work, &id, words).await?;
        self.about_sign_off("chat.signed", &sign_off).await
    }

    /// 「驳回」.
    async fn refuse(&mut self, reason: &str) -> Result<String, Stop> {
        let id = self.which_sign_off().await?;
        if reason.trim().is_empty() {
            return Err(self.say("chat.refuse_why", &[]));
        }
        let sign_off = crate::actions::sign_offs::refuse(self.work, &id, reason).await?;
        self.about_sign_off("chat.refused", &sign_off).await
    }

    async fn which_sign_off(&mut self) -> Result<SignOffId, Stop> {
        match sign_offs::find(self.work, self.asked.account, self.asked.said).await? {
            sign_offs::Which::One(id) => Ok(id),
            sign_offs::Which::None => Err(self.say("chat.no_signature_waits", &[])),
            sign_offs::Which::Several(rounds) => {
                let mut names = Vec::with_capacity(rounds.len());
                for round in rounds {
                    names.push(self.name_of(&round.collaboration).await?);
                }
                Err(self.say("chat.which_sign_off", &[("names", &names.join("、"))]))
            }
        }
    }

    async fn about_sign_off(&mut self, key: &str, sign_off: &SignOff) -> Result<String, Stop> {
        let name = self.name_of(&sign_off.collaboration).await?;
        Ok(text(self.work.language(), key, &[("collaboration", &name), ("round", &sign_off.round)]))
    }

    async fn name_of(&mut self, collaboration: &CollaborationId) -> Result<String, Stop> {
        let found = self.work.tx.collaboration(&self.work.app.workspace, collaboration).await?;
        Ok(found.map(|collaboration| collaboration.name).unwrap_or_default())
    }

    /// What was said goes into the centre: in reply to a message that one, else what stands behind the word (F1).
    async fn file_entry(&mut self, words: &str, original: Option<Message>) -> Result<String, Stop> {
        use crate::actions::centre as actions;

        let collaboration = self.collaboration().await?;
        let (outline, _) = actions::outline(self.work.app, &mut self.work.tx, &collaboration).await?;
        let (mut section, mut words) = match outline.named(words) {
            Some((section, words)) => (Some(section.key.clone()), words.to_owned()),
            None => (None, words.trim().to_owned()),
        };
        if words.is_empty() && original.is_none() {
            return Err(self.say("chat.entry_missing", &[]));
        }
        if section.is_none()
            && let Some(sorted) = outline.sort(&words)
        {
            (section, words) = (Some(sorted.section), sorted.text);
        }
        let new = actions::NewEntry {
            section,
            text: Some(words).filter(|words| !words.is_empty()),
            level: None,
            message: Some(original.map_or_else(|| self.asked.message.clone(), |original| original.id)),
        };
        let entry = actions::file(self.work, &collaboration, new, Way::Command).await?;
        Ok(centre::filed(self.work, &entry).await?)
    }

    /// What leads an emergency: a stage report, the checklist, the all-clear.
    async fn lead(&mut self, command: Command) -> Result<String, Stop> {
        use crate::actions::emergencies as actions;

        let emergency = self.emergency().await?;
        let language = self.work.language();
        match command {
            Command::StageReport { words } => {
                let words = match words.trim() {
                    "" => actions::stage_report_draft(self.work, &emergency).await?,
                    _ => words,
                };
                actions::report_stage(self.work, &emergency.id, &words).await?;
                Ok(text(language, "chat.stage_reported", &[]))
            }
            Command::Checklist { point } => Ok(emergencies::checklist(self.work, &emergency, point).await?),
            Command::AllClear { words } if !words.trim().is_empty() => {
                let emergency = actions::all_clear(self.work, &emergency.id, &words).await?;
                let page = self.work.app.page(&format!("emergencies/{}", emergency.id));
                Ok(text(language, "chat.all_clear", &[("page", &page)]))
            }
            _ => Err(self.say("chat.all_clear_how", &[])),
        }
    }

    /// The emergency that is spoken of.
    async fn emergency(&mut self) -> Result<Emergency, Stop> {
        let collaboration = self.asked.channel.and_then(|channel| channel.collaboration.clone());
        let words = &self.asked.said.text;
        let found = emergencies::find(self.work, words, self.problem.as_ref(), collaboration.as_ref()).await?;
        found.ok_or_else(|| self.say("chat.which_emergency", &[]))
    }

    async fn which(&mut self, words: &str) -> Result<ProblemId, Stop> {
        match problems::find(self.work, words, self.problem.as_ref()).await? {
            Which::One(id) => Ok(id),
            Which::None => Err(self.say("chat.no_problem_waits", &[])),
            Which::Several(problems) => Err(self.which_problem(&problems)),
        }
    }

    fn which_problem(&self, problems: &[Problem]) -> Stop {
        let lines: Vec<String> =
            problems.iter().map(|problem| format!("P{} {}", problem.number, problem.title)).collect();
        self.say("chat.which_problem", &[("list", &lines.join("\n"))])
    }

    async fn answer_problem(&mut self, id: &ProblemId, words: &str) -> Result<String, Stop> {
        let promised_at = problems::promise_in(self.work, words)?;
        let problem = crate::actions::problems::answer_problem(self.work, id, words, promised_at).await?;
        let promised = match &problem.state {
            ProblemState::Answered(answer) => self.moment(answer.promised_at),
            _ => String::new(),
        };
        Ok(text(
            self.work.language(),
            "chat.problem_answered",
            &[("number", &problem.number), ("title", &problem.title), ("promised", &promised)],
        ))
    }

    fn about_problem(&self, key: &str, problem: &Problem) -> String {
        text(self.work.language(), key, &[("number", &problem.number), ("title", &problem.title)])
    }

    /// Who of those named can be asked to help: the first one who is in the collaboration.
    async fn helper(
        &mut self,
        collaboration: &CollaborationId,
        people: &[PersonRef],
    ) -> Result<Option<PersonId>, ActionError> {
        for named in people {
            let found =
                people::find(self.work, self.asked.account, self.asked.said, Some(collaboration), named).await?;
            if let Found::One(person) = found
                && self.work.tx.role(&self.work.app.workspace, collaboration, &person).await?.is_some()
            {
                return Ok(Some(person));
            }
        }
        Ok(None)
    }

    /// A participant: a known person where there is exactly one, else the words as they were written.
    async fn participant(&mut self, collaboration: &CollaborationId, named: &PersonRef) -> Result<Participant, Stop> {
        let found = people::find(self.work, self.asked.account, self.asked.said, Some(collaboration), named).await?;
        Ok(match found {
            Found::One(person) => Participant::Person { person },
            Found::Nobody | Found::Several(_) => Participant::Named { text: named.words.clone() },
        })
    }

    async fn answer_refusal(&mut self, named: Option<&TaskRef>, answer: ProposalAnswer) -> Result<String, Stop> {
        let id = self.task(named, Side::Initiator, &[Stage::Declined]).await?;
        let task = task_steps::answer_proposal(self.work, &id, answer).await?;
        Ok(self.about("chat.offered_again", &task))
    }

    /// 改为: the answer to a refusal, or a change to a task that runs.
    async fn change(&mut self, id: &TaskId, change: Proposal) -> Result<String, Stop> {
        let task = self.work.task_for(id, Deed::See).await?;
        let task = if task.state.stage() == Stage::Declined {
            task_steps::answer_proposal(self.work, id, ProposalAnswer::Change(change)).await?
        } else {
            let mut task = task;
            if let Some(due_at) = change.due_at {
                task = crate::actions::edit_task::set_due(self.work, id, Some(due_at)).await?;
            }
            if let Some(owner) = change.owner.filter(|owner| *owner != task.owner) {
                task = task_steps::reassign(self.work, id, &owner).await?;
            }
            task
        };
        Ok(self.about("chat.changed", &task))
    }

    async fn mine(&mut self) -> Result<String, Stop> {
        let filter =
            TaskFilter { owner: Some(self.work.caller()?.person().clone()), open: Some(true), ..TaskFilter::default() };
        let page = Page { size: LISTED, after: None, descending: false };
        let tasks = self.work.tx.tasks(&self.work.app.workspace, &filter, TaskSort::Due, &page).await?.rows;
        if tasks.is_empty() {
            return Ok(text(self.work.language(), "chat.nothing_mine", &[]));
        }
        Ok(format!("{}\n{}", text(self.work.language(), "chat.mine", &[]), self.list(&tasks)))
    }

    /// The collaboration that is spoken of: the one the group belongs to, or the only one the speaker is in.
    async fn collaboration(&mut self) -> Result<CollaborationId, Stop> {
        if let Some(channel) = self.asked.channel {
            return match &channel.collaboration {
                Some(collaboration) => Ok(collaboration.clone()),
                None => {
                    let page = self.work.app.page("accounts");
                    Err(self.say("chat.channel_unbound", &[("group", &channel.title), ("page", &page)]))
                }
            };
        }
        let person = self.work.caller()?.person().clone();
        let mut mine = self.work.tx.collaborations_of(&self.work.app.workspace, &person).await?;
        mine.retain(|collaboration| collaboration.state == CollaborationState::Running);
        match mine.len() {
            0 => Err(self.say("chat.no_collaboration", &[])),
            1 => Ok(mine.remove(0).id),
            _ => {
                let names: Vec<String> = mine.into_iter().map(|collaboration| collaboration.name).collect();
                Err(self.say("chat.which_collaboration", &[("names", &names.join("、"))]))
            }
        }
    }

    async fn person(&mut self, collaboration: Option<&CollaborationId>, named: &PersonRef) -> Result<PersonId, Stop> {
        match people::find(self.work, self.asked.account, self.asked.said, collaboration, named).await? {
            Found::One(person) => Ok(person),
            Found::Nobody => Err(self.say("chat.nobody", &[("name", &named.words)])),
            Found::Several(people) => {
                let names: Vec<String> =
                    people.into_iter().map(|person| format!("{}（{}）", person.name, person.job)).collect();
                Err(self.say("chat.several_people", &[("name", &named.words), ("names", &names.join("、"))]))
            }
        }
    }

    async fn task(&mut self, named: Option<&TaskRef>, side: Side, stages: &[Stage]) -> Result<TaskId, Stop> {
        match tasks::find(self.work, named, self.answered.clone(), side, stages).await? {
            tasks::Found::One(task) => Ok(task),
            tasks::Found::None => Err(self.say("chat.no_task_waits", &[])),
            tasks::Found::Several(tasks) => {
                let list = self.list(&tasks);
                Err(self.say("chat.which_task", &[("list", &list)]))
            }
        }
    }

    async fn proposal(&mut self, task: &TaskId, given: command::Proposal) -> Result<Proposal, Stop> {
        let task = self.work.task_for(task, Deed::See).await?;
        let owner = match &given.owner {
            Some(owner) => Some(self.person(Some(&task.collaboration), owner).await?),
            None => None,
        };
        let due_at = match given.due {
            Some(due) => Some(self.due(owner.as_ref().unwrap_or(&task.owner), due).await?),
            None => postponed(&task, given.later, &self.work.caller()?.zone),
        };
        let now = self.work.now.to_zoned(self.work.caller()?.zone.clone());
        let words = further_words(&given.words, given.owner.as_ref(), due_at.is_some(), &now);
        Ok(Proposal { owner, due_at, words })
    }

    async fn due(&mut self, owner: &PersonId, due: Due) -> Result<Timestamp, ActionError> {
        resolve(self.work, owner, due).await
    }

    /// The platforms on which a matter is talked about: where it was said, and where its owner is reached.
    async fn platforms(&mut self, owner: &PersonId) -> Result<Vec<String>, ActionError> {
        let mut platforms = vec![self.asked.account.platform.to_string()];
        if let Some(identity) = self.work.reachable_identity(owner).await?
            && let Some(account) = self.work.app.account(&identity.account)
            && !platforms.contains(&account.platform.to_string())
        {
            platforms.push(account.platform.to_string());
        }
        Ok(platforms)
    }

    fn say(&self, key: &str, arguments: &[(&str, &dyn std::fmt::Display)]) -> Stop {
        Stop::Say(text(self.work.language(), key, arguments))
    }

    fn about(&self, key: &str, task: &Task) -> String {
        text(self.work.language(), key, &[("number", &task.number), ("name", &task.name)])
    }

    fn moment(&self, at: Timestamp) -> String {
        let zone = self.work.caller.as_ref().map_or_else(|| self.work.app.zone(), |caller| caller.zone.clone());
        time_text::moment(at, self.work.now, &zone, self.work.language())
    }

    fn list(&self, tasks: &[Task]) -> String {
        let lines: Vec<String> = tasks
            .iter()
            .map(|task| {
                let stage = text(self.work.language(), &format!("domain.stage.{}", task.state.stage().name()), &[]);
                let due = task.due_at.map(|due| self.moment(due)).unwrap_or_default();
                format!("#{} {} · {stage} · {due}", task.number, task.name)
            })
            .collect();
        lines.join("\n")
    }
}

/// The instant of a deadline; working days are counted by the owner's calendar.
pub(crate) async fn resolve(work: &mut Work<'_>, owner: &PersonId, due: Due) -> Result<Timestamp, ActionError> {
    match due {
        Due::At { when, .. } => Ok(when.timestamp()),
        Due::WorkingDays { count } => {
            let owner = work.person(owner, "owner").await?;
            let holidays = work.app.holidays();
            let time = WorkingTime::new(&owner.hours, &holidays);
            let day = time.add_working_days(time.date_of(work.now), count).date;
            time.end_of_working_day(day).ok_or(ActionError::field("due_at", "malformed"))
        }
    }
}

/// 「延期两天」: so much later than the task's own deadline, by the speaker's calendar.
fn postponed(task: &Task, later: Option<Span>, zone: &TimeZone) -> Option<Timestamp> {
    let due = task.due_at?.to_zoned(zone.clone());
    due.checked_add(later?).ok().map(|due| due.timestamp())
}

/// A proposal typed into one field of a card: 「改到下周一12:00」, 「@周婷 更合适」.
///
/// # Errors
/// When the task may not be seen, or a date or person in it cannot be used.
pub(crate) async fn proposal_from(work: &mut Work<'_>, task: &TaskId, words: &str) -> Result<Proposal, ActionError> {
    if words.is_empty() {
        return Ok(Proposal::default());
    }
    let task = work.task_for(task, Deed::See).await?;
    let now = work.now.to_zoned(work.caller()?.zone.clone());
    let called = naming::called(work).await?;
    let context = Context { names: &[&called], about_a_task: true, ..Context::new(&now) };
    let Reading::Command(understood) = command::read(&format!("改为 {words}"), &context) else {
        return Ok(Proposal { words: words.to_owned(), ..Proposal::default() });
    };
    let Command::Change { proposal, .. } = understood.command else {
        return Ok(Proposal { words: words.to_owned(), ..Proposal::default() });
    };
    let is_unclear = |question: &Question| matches!(question, Question::DueAmbiguous { .. } | Question::DuePast { .. });
    if understood.questions.iter().any(is_unclear) {
        return Err(ActionError::field("proposal", "time_unclear"));
    }
    let owner = match &proposal.owner {
        Some(named) => {
            match naming::find(work, Some(&task.collaboration), &named.words).await? {
                Found::One(person) => Some(person),
                // The initiator reads the words all the same.
                Found::Nobody | Found::Several(_) => None,
            }
        }
        None => None,
    };
    let due_at = match proposal.due {
        Some(due) => Some(resolve(work, owner.as_ref().unwrap_or(&task.owner), due).await?),
        None => postponed(&task, proposal.later, now.time_zone()),
    };
    let words = further_words(words, proposal.owner.as_ref(), due_at.is_some(), &now);
    Ok(Proposal { owner, due_at, words })
}

/// The words of a proposal, unless they say nothing but the date and the person that were understood from them.
fn further_words(words: &str, owner: Option<&PersonRef>, has_date: bool, now: &Zoned) -> String {
    const FILLERS: [&str; 16] = [
        "建议", "改到", "改为", "改由", "改成", "改派", "推迟", "延期", "延后", "调整", "负责", "来做", "到", "给",
        "由", "前",
    ];
    if owner.is_none() && !has_date {
        return words.to_owned();
    }
    let mut rest = words.to_owned();
    if has_date {
        for finding in time_expression::find(words, now).iter().rev() {
            rest.replace_range(finding.span.clone(), "");
        }
    }
    if let Some(owner) = owner {
        rest = rest.replace(&owner.words, "");
    }
    for filler in FILLERS {
        rest = rest.replace(filler, "");
    }
    if rest.chars().any(char::is_alphanumeric) { words.to_owned() } else { String::new() }
}

/// The share done in progress typed into one field of a card: 「分析完成，待技术评审 60%」.
pub(super) fn share_in(progress: &str, now: &Zoned) -> Option<u8> {
    let context = Context { about_a_task: true, ..Context::new(now) };
    let Reading::Command(understood) = command::read(&format!("进展 {progress}"), &context) else { return None };
    match understood.command {
        Command::Progress { percent, .. } => percent,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d2_a_proposal_of_a_date_alone_is_not_repeated_in_words() {
        let now: Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        assert_eq!(further_words("改到下周一12:00", None, true, &now), "");
        assert_eq!(
            further_words("改到下周一12:00前，先交接口部分", None, true, &now),
            "改到下周一12:00前，先交接口部分"
        );
        assert_eq!(further_words("分两期", None, false, &now), "分两期");
        let owner = PersonRef { words: "周婷".into(), mention: None, span: 0..0 };
        assert_eq!(further_words("改由 @周婷 负责", Some(&owner), false, &now), "");
    }

    #[test]
    fn d4_a_share_is_read_from_the_words() {
        let now: Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap();
        assert_eq!(share_in("分析完成 60%", &now), Some(60));
        assert_eq!(share_in("分析完成，待技术评审 ６０％", &now), Some(60));
        assert_eq!(share_in("分析完成", &now), None);
        assert_eq!(share_in("完成 600%", &now), None);
        assert_eq!(share_in("", &now), None);
    }
}
