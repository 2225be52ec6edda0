//! Raising problems and bringing them to their end (E1–E3). What all steps have in common is [`ProblemStep`].

use huan_core::{
    calendar::WorkingTime,
    clock::{Clock, ClockKind, StopReason},
    collaboration::{Collaboration, Role},
    history::{Event, Subject},
    id::{ChannelId, CollaborationId, MessageId, PersonId, ProblemId, RecordId, TaskId},
    level::Level,
    permission::{CollaborationDeed, Deed},
    person::Standing,
    problem::{Answer, Asked, Problem, ProblemStage, ProblemState, Urgency, default_promise},
    task::Task,
};
use huan_store::{Page, ProblemFilter, ProblemSort};
use jiff::{SignedDuration, Timestamp};

use super::{
    edit_record,
    emergencies::{self, Choice},
    input,
};
use crate::{
    error::ActionError,
    line,
    notices::{Notice, ProblemNews},
    work::{CallOn, Work},
};

/// The most problems that may wait for the same task: more are one and the same difficulty.
const MOST_LINKED: u32 = 50;

/// What a new problem is made from.
#[derive(Debug, Clone)]
pub struct NewProblem {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// What is wrong, in a line.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// How pressing it is.
    pub urgency: Urgency,
    /// Who is asked to answer; without one it follows from the collaboration, so that a problem is never nobody's.
    pub owner: Option<PersonId>,
    /// Who may see it.
    pub level: Level,
    /// The tasks it concerns.
    pub tasks: Vec<TaskId>,
    /// The rows of the record table it concerns.
    pub records: Vec<RecordId>,
    /// The message it is made from.
    pub message: Option<MessageId>,
    /// The group in which it was raised.
    pub channel: Option<ChannelId>,
    /// Whether this is a drill.
    pub drill: bool,
    /// What is chosen for the plan of an urgent one.
    pub choice: Choice,
}

impl NewProblem {
    /// An ordinary problem of a collaboration.
    pub fn ordinary(collaboration: CollaborationId, title: impl Into<String>, owner: Option<PersonId>) -> Self {
        Self {
            collaboration,
            title: title.into(),
            detail: String::new(),
            urgency: Urgency::Ordinary,
            owner,
            level: Level::Internal,
            tasks: Vec::new(),
            records: Vec::new(),
            message: None,
            channel: None,
            drill: false,
            choice: Choice::default(),
        }
    }
}

/// Raises a problem: its owner is called on, and its clock starts.
///
/// # Errors
/// When the caller may not, or something given cannot be used.
pub async fn raise_problem(work: &mut Work<'_>, new: NewProblem) -> Result<Problem, ActionError> {
    let collaboration = work.collaboration_for(&new.collaboration, CollaborationDeed::Contribute).await?;
    let title = input::text("title", &new.title, input::SHORT)?;
    let detail = input::optional_text("detail", &new.detail, input::LONG)?;
    let owner = match new.owner {
        Some(owner) => input::active_member(work, &collaboration.id, &owner, "owner").await?.id,
        None => default_owner(work, &collaboration, new.urgency).await?,
    };
    for task in &new.tasks {
        work.task_for(task, Deed::See).await?;
    }
    for record in &new.records {
        edit_record::record_for(work, record, Deed::See).await?;
    }
    let problem = Problem {
        id: work.new_id(),
        collaboration: collaboration.id.clone(),
        number: work.tx.next_problem_number(&work.app.workspace).await?,
        title,
        detail,
        urgency: new.urgency,
        raised_by: work.caller()?.person().clone(),
        owner,
        state: ProblemState::Waiting,
        level: new.level,
        tasks: new.tasks,
        records: new.records,
        message: new.message,
        drill: new.drill,
        created_at: work.now,
        updated_at: work.now,
        version: 1,
    };
    work.tx.insert_problem(&work.app.workspace, &problem).await?;
    let subject = Subject::Problem(problem.id.clone());
    work.happened(subject.clone(), Some(&problem.collaboration), Event::Created);
    work.happened(subject, Some(&problem.collaboration), Event::Assigned { owner: problem.owner.clone() });
    let choice = Choice { channel: new.choice.channel.or_else(|| new.channel.clone()), ..new.choice };
    // A plan is much to carry along; it has its own place in memory.
    Box::pin(emergencies::follow(work, None, &problem, &choice)).await?;
    put_question(work, &problem, &collaboration, new.channel.as_ref()).await?;
    Ok(problem)
}

/// Who is asked when nobody was named: the first of the call list for an urgent problem, else the initiator, the
/// assistant or any member that is here.
async fn default_owner(
    work: &mut Work<'_>,
    collaboration: &Collaboration,
    urgency: Urgency,
) -> Result<PersonId, ActionError> {
    let workspace = &work.app.workspace;
    let mut candidates = Vec::new();
    if urgency.is_urgent() {
        candidates.extend(work.tx.call_list(workspace, &collaboration.id).await?);
    }
    let mut members = work.tx.memberships(workspace, &collaboration.id).await?;
    members.retain(|member| member.role != Role::Guest);
    members.sort_by_key(|member| member.role);
    candidates.extend(members.into_iter().map(|member| member.person));
    let people = work.tx.people_by_id(workspace, &candidates).await?;
    let here = |id: &PersonId| people.iter().any(|person| person.id == *id && person.standing == Standing::Active);
    candidates.into_iter().find(here).ok_or(ActionError::field("owner", "required"))
}

/// Puts the question to the owner: starts the clock, notes that they were asked, and calls on them.
async fn put_question(
    work: &mut Work<'_>,
    problem: &Problem,
    collaboration: &Collaboration,
    channel: Option<&ChannelId>,
) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    work.tx.forget_asked(workspace, &problem.id).await?;
    let asked = Asked { person: problem.owner.clone(), place: 0, at: work.now };
    work.tx.ask(workspace, &problem.id, &asked).await?;
    let Some(trigger) = problem.clock() else { return Ok(()) };
    let clock = work.start_problem_clock(problem, collaboration, trigger).await?;
    if trigger.kind() == ClockKind::UrgentProblem {
        return work.sound_alarm(problem, clock.generation).await;
    }
    let notice = Notice::ProblemCard { problem: problem.id.clone() };
    let call = CallOn { person: &problem.owner, level: problem.level, prefer: channel, notice };
    work.call_on(&Subject::Problem(problem.id.clone()), &problem.collaboration, call).await
}

/// A problem in the course of a step.
struct ProblemStep {
    problem: Problem,
    before: Problem,
}

impl ProblemStep {
    /// Reads the problem and checks that the caller may do `deed` with it.
    async fn begin(work: &mut Work<'_>, id: &ProblemId, deed: Deed) -> Result<Self, ActionError> {
        let problem = work.problem_for(id, deed).await?;
        Ok(Self { before: problem.clone(), problem })
    }

    /// Writes the problem, its history, its clocks and the messages that follow.
    async fn finish(self, work: &mut Work<'_>, event: Event) -> Result<Problem, ActionError> {
        // Every step ends here; on the heap, none of them carries all of it along.
        Box::pin(self.write(work, event)).await
    }

    async fn write(mut self, work: &mut Work<'_>, event: Event) -> Result<Problem, ActionError> {
        self.problem.updated_at = work.now;
        work.tx.update_problem(&work.app.workspace, &mut self.problem).await?;
        let (problem, before) = (self.problem, self.before);
        let subject = Subject::Problem(problem.id.clone());
        work.happened(subject.clone(), Some(&problem.collaboration), event);
        tell_those_concerned(work, &before, &problem).await?;
        Box::pin(emergencies::follow(work, Some(&before), &problem, &Choice::default())).await?;
        move_clock(work, &before, &problem).await?;
        work.refresh_cards(&subject).await?;
        Ok(problem)
    }
}

/// Starts and stops the problem's clocks so that exactly the one runs which the new state asks for.
async fn move_clock(work: &mut Work<'_>, before: &Problem, problem: &Problem) -> Result<(), ActionError> {
    let subject = Subject::Problem(problem.id.clone());
    let reason = match problem.state.stage() {
        ProblemStage::Closed => StopReason::Closed,
        ProblemStage::Merged => StopReason::Withdrawn,
        ProblemStage::Waiting | ProblemStage::Answered => StopReason::Answered,
    };
    for kind in Problem::CLOCKS.into_iter().filter(|kind| !problem.waits_for(*kind)) {
        work.stop_clock(&subject, &problem.collaboration, kind, reason).await?;
    }
    let anew = before.clock() != problem.clock() || before.owner != problem.owner;
    if !anew && before.urgency != problem.urgency {
        ring_at_new_pace(work, problem).await?;
    }
    let Some(trigger) = problem.clock().filter(|_| anew) else { return Ok(()) };
    let collaboration = work.tx.collaboration(&work.app.workspace, &problem.collaboration).await?;
    let collaboration = collaboration.ok_or(ActionError::NotFound("collaboration"))?;
    match problem.state.stage() {
        ProblemStage::Waiting => put_question(work, problem, &collaboration, None).await,
        _ => work.start_problem_clock(problem, &collaboration, trigger).await.map(|_| ()),
    }
}

/// Another severity rings in another interval: from the last call on, so that the next person is called neither twice nor
/// earlier than the new interval allows. Once everybody is called on that goes on in its own interval.
async fn ring_at_new_pace(work: &mut Work<'_>, problem: &Problem) -> Result<(), ActionError> {
    let workspace = &work.app.workspace;
    let subject = Subject::Problem(problem.id.clone());
    let clock = work.tx.clock_of(workspace, &subject, ClockKind::UrgentProblem).await?;
    let Some(clock) = clock.filter(Clock::is_running) else { return Ok(()) };
    let Some(collaboration) = work.tx.collaboration(workspace, &problem.collaboration).await? else { return Ok(()) };
    let Some(emergency) = work.tx.emergency_of(workspace, &problem.id).await? else { return Ok(()) };
    let asked = work.tx.asked(workspace, &problem.id).await?;
    let mut people = line::of(&mut work.tx, workspace, problem).await?;
    people.extend(asked.iter().map(|asked| asked.person.clone()));
    people.sort_unstable();
    people.dedup();
    // The stages of the clock are the people who were not rung at once, and then everybody, once in this interval.
    let rungs = people.len().saturating_sub(line::rung_at_once(&asked));
    if usize::try_from(clock.stage).is_ok_and(|stage| stage > rungs) {
        return Ok(());
    }
    let every = emergency.pace.over(&collaboration.levels).urgent_problem.ring_every_minutes;
    let last = asked.iter().map(|asked| asked.at).max().unwrap_or(clock.started_at).max(clock.started_at);
    let next_at = (last + SignedDuration::from_mins(i64::from(every))).max(work.now);
    if clock.next_at == Some(next_at) {
        return Ok(());
    }
    let due_at = if clock.next_at == Some(clock.due_at) { next_at } else { clock.due_at };
    let clock = Clock { next_at: Some(next_at), due_at, version: clock.version + 1, ..clock };
    Ok(work.tx.update_clock(workspace, &clock).await?)
}

/// Who acted needs no message about it; everybody else concerned gets exactly one. Who is asked anew is called on by
/// [`put_question`].
async fn tell_those_concerned(work: &mut Work<'_>, before: &Problem, problem: &Problem) -> Result<(), ActionError> {
    let was_asked = work.tx.asked(&work.app.workspace, &problem.id).await?;
    let mut concerned = vec![problem.raised_by.clone()];
    let news = match (&before.state, &problem.state) {
        (_, ProblemState::Answered(_)) if before.state != problem.state => ProblemNews::Answered,
        (_, ProblemState::Closed { .. }) if before.state != problem.state => {
            concerned.push(problem.owner.clone());
            ProblemNews::Closed
        }
        (_, ProblemState::Merged { .. }) if before.state != problem.state => {
            concerned.push(problem.owner.clone());
            ProblemNews::Merged
        }
        (_, ProblemState::Waiting) if before.owner != problem.owner => ProblemNews::Reassigned,
        (ProblemState::Closed { .. }, ProblemState::Waiting) => ProblemNews::Reopened,
        _ => return Ok(()),
    };
    concerned.extend(was_asked.into_iter().map(|asked| asked.person));
    let mut told: Vec<PersonId> = Vec::new();
    for person in concerned {
        // Whoever is asked now hears of it by being asked.
        let is_asked = problem.state.stage() == ProblemStage::Waiting && person == problem.owner;
        if is_asked || told.contains(&person) {
            continue;
        }
        let notice = Notice::ProblemStep { problem: problem.id.clone(), news };
        work.tell_other(&person, &Subject::Problem(problem.id.clone()), &problem.collaboration, notice).await?;
        told.push(person);
    }
    // Whoever was alarmed hears who took it up, and that it is over.
    let acknowledged = news == ProblemNews::Answered && before.waits_for(ClockKind::UrgentProblem);
    if acknowledged || (news == ProblemNews::Closed && problem.urgency.is_urgent()) {
        work.give_all_groups_word(problem, news).await?;
    }
    Ok(())
}

/// An answer, which stops the clock whoever of those asked gives it. Without a promise the solution is due the next
/// working day.
///
/// # Errors
/// When the caller was not asked, the problem is closed, nothing is said, or the promise lies in the past.
pub async fn answer_problem(
    work: &mut Work<'_>,
    id: &ProblemId,
    text: &str,
    promised_at: Option<Timestamp>,
) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::AnswerForIt).await?;
    let text = input::text("text", text, input::LONG)?;
    let by = work.caller()?.person().clone();
    let promised_at = match promised_at {
        Some(promised_at) => promised_at,
        None => {
            let person = work.person(&by, "person").await?;
            let holidays = work.app.holidays();
            default_promise(step.problem.urgency, WorkingTime::new(&person.hours, &holidays), work.now)
        }
    };
    step.problem.answer(Answer { by, text: text.clone(), at: work.now, promised_at })?;
    step.finish(work, Event::Answered { text, promised_at }).await
}

/// Somebody else is asked.
///
/// # Errors
/// When the caller has no part in it, it is closed, or the person is not in the collaboration.
pub async fn reassign_problem(work: &mut Work<'_>, id: &ProblemId, owner: &PersonId) -> Result<Problem, ActionError> {
    give_to(work, id, owner, Event::Assigned { owner: owner.clone() }).await
}

/// Whoever was asked passes it on to somebody else 「转交」, and says why.
///
/// # Errors
/// As for [`reassign_problem`], and when no reason is given.
pub async fn pass_on_problem(
    work: &mut Work<'_>,
    id: &ProblemId,
    owner: &PersonId,
    reason: &str,
) -> Result<Problem, ActionError> {
    let reason = input::text("reason", reason, input::SHORT)?;
    give_to(work, id, owner, Event::PassedOn { owner: owner.clone(), reason }).await
}

async fn give_to(work: &mut Work<'_>, id: &ProblemId, owner: &PersonId, event: Event) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::Settle).await?;
    input::active_member(work, &step.problem.collaboration.clone(), owner, "owner").await?;
    step.problem.reassign(owner.clone())?;
    step.finish(work, event).await
}

/// Somebody leaves, and `owner` is asked in their place (I7). Whoever lets them go may do so without a part in the problem.
///
/// # Errors
/// When the problem is closed.
pub(super) async fn hand_over(work: &mut Work<'_>, id: &ProblemId, owner: &PersonId) -> Result<(), ActionError> {
    let problem = work.tx.problem(&work.app.workspace, id).await?.ok_or(ActionError::NotFound("problem"))?;
    let mut step = ProblemStep { before: problem.clone(), problem };
    step.problem.reassign(owner.clone())?;
    step.finish(work, Event::Assigned { owner: owner.clone() }).await.map(|_| ())
}

/// Solved.
///
/// # Errors
/// When the caller has no part in it, it is closed already, or the solution is missing.
pub async fn close_problem(work: &mut Work<'_>, id: &ProblemId, solution: &str) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::Settle).await?;
    let solution = input::text("solution", solution, input::LONG)?;
    step.problem.close(solution.clone(), work.caller()?.person().clone(), work.now)?;
    step.finish(work, Event::Solved { solution }).await
}

/// Not solved after all: its owner is asked again.
///
/// # Errors
/// When the caller has no part in it or it is not closed.
pub async fn reopen_problem(work: &mut Work<'_>, id: &ProblemId) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::Settle).await?;
    step.problem.reopen()?;
    step.finish(work, Event::Reopened).await
}

/// It turned out to be urgent, or not.
///
/// # Errors
/// When the caller has no part in it or it is closed.
pub async fn set_urgency(work: &mut Work<'_>, id: &ProblemId, urgency: Urgency) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::Settle).await?;
    step.problem.set_urgency(urgency)?;
    if step.problem == step.before {
        return Ok(step.problem);
    }
    let event = match urgency {
        Urgency::Urgent { severity } => Event::MadeUrgent { severity },
        Urgency::Ordinary => Event::MadeOrdinary,
    };
    step.finish(work, event).await
}

/// It is the same as another one, which goes on in its place.
///
/// # Errors
/// When the caller has no part in one of them, or they cannot be one.
pub async fn merge_problems(work: &mut Work<'_>, id: &ProblemId, into: &ProblemId) -> Result<Problem, ActionError> {
    let mut one = ProblemStep::begin(work, id, Deed::Settle).await?;
    let mut other = ProblemStep::begin(work, into, Deed::Settle).await?;
    one.problem.merge_into(&mut other.problem)?;
    let merged = Event::MergedInto { problem: other.problem.id.clone(), number: other.problem.number };
    let absorbed = Event::Absorbed { problem: one.problem.id.clone(), number: one.problem.number };
    other.finish(work, absorbed).await?;
    one.finish(work, merged).await
}

/// Something that a problem concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A task.
    Task(TaskId),
    /// A row of the record table.
    Record(RecordId),
}

/// Links a problem with a task or a row of the record table, or takes the link away.
///
/// # Errors
/// When the caller has no part in it, or the other thing is not theirs to see or of another collaboration.
pub async fn link_problem(
    work: &mut Work<'_>,
    id: &ProblemId,
    target: &Target,
    linked: bool,
) -> Result<Problem, ActionError> {
    let mut step = ProblemStep::begin(work, id, Deed::Settle).await?;
    let problem = &mut step.problem;
    let (what, name, collaboration) = match target {
        Target::Task(task) => {
            let task = work.task_for(task, Deed::See).await?;
            set(&mut problem.tasks, &task.id, linked);
            ("task", format!("#{}", task.number), task.collaboration)
        }
        Target::Record(record) => {
            let record = edit_record::record_for(work, record, Deed::See).await?;
            set(&mut problem.records, &record.id, linked);
            ("record", record.number, record.collaboration)
        }
    };
    if collaboration != problem.collaboration {
        return Err(ActionError::field("target", "unknown"));
    }
    if *problem == step.before {
        return Ok(step.problem);
    }
    let what = what.to_owned();
    let event = if linked { Event::Linked { what, name } } else { Event::Unlinked { what, name } };
    step.finish(work, event).await
}

fn set<T: Clone + PartialEq>(among: &mut Vec<T>, one: &T, present: bool) {
    among.retain(|other| other != one);
    if present {
        among.push(one.clone());
    }
}

/// A task's owner is in difficulty (D4): a problem linked with the task is put to whoever can help. While one waits
/// already, no second one is raised. Says whether one was.
pub(crate) async fn raise_difficulty(
    work: &mut Work<'_>,
    task: &Task,
    reason: &str,
    asked: Option<&PersonId>,
    channel: Option<&ChannelId>,
) -> Result<Option<Problem>, ActionError> {
    if !open_difficulties(work, task).await?.is_empty() {
        return Ok(None);
    }
    let owner = match asked {
        Some(asked) => Some(asked.clone()),
        None => helper_of(work, task).await?,
    };
    let title: String = reason.lines().next().unwrap_or_default().chars().take(input::SHORT).collect();
    let source = match &work.source() {
        huan_core::history::Source::Chat { message, .. } => Some(message.clone()),
        _ => None,
    };
    let new = NewProblem {
        detail: if title == reason { String::new() } else { reason.to_owned() },
        level: task.level,
        tasks: vec![task.id.clone()],
        records: task.record.iter().cloned().collect(),
        message: source,
        channel: channel.cloned(),
        ..NewProblem::ordinary(task.collaboration.clone(), title, owner)
    };
    raise_problem(work, new).await.map(Some)
}

/// Who can help the owner of a task when nobody was named: whoever asked for it, else the initiator of the
/// collaboration, an assistant, the superior – never the owner, as long as there is somebody else.
async fn helper_of(work: &mut Work<'_>, task: &Task) -> Result<Option<PersonId>, ActionError> {
    let workspace = &work.app.workspace;
    let mut members = work.tx.memberships(workspace, &task.collaboration).await?;
    members.retain(|member| member.role != Role::Guest && member.person != task.owner);
    members.sort_by_key(|member| (member.person != task.initiator, member.role));
    for member in members {
        let person = work.tx.person(workspace, &member.person).await?;
        if person.is_some_and(|person| person.standing == Standing::Active) {
            return Ok(Some(member.person));
        }
    }
    Ok(None)
}

/// The difficulty of a task is over: what its owner raised about it is solved, so that nobody is asked any more.
pub(crate) async fn settle_difficulties(work: &mut Work<'_>, task: &Task) -> Result<(), ActionError> {
    for problem in open_difficulties(work, task).await? {
        let mut step = ProblemStep { before: problem.clone(), problem };
        let solution = huan_core::i18n::text(work.language(), "notice.problem.difficulty_over", &[]);
        let by = work.caller.as_ref().map_or_else(|| task.owner.clone(), |caller| caller.person().clone());
        step.problem.close(solution.clone(), by, work.now)?;
        step.finish(work, Event::Solved { solution }).await?;
    }
    Ok(())
}

async fn open_difficulties(work: &mut Work<'_>, task: &Task) -> Result<Vec<Problem>, ActionError> {
    let filter = ProblemFilter {
        raised_by: Some(task.owner.clone()),
        linked: Some(task.id.to_string()),
        open: Some(true),
        ..ProblemFilter::default()
    };
    let page = Page::first(MOST_LINKED);
    Ok(work.tx.problems(&work.app.workspace, &filter, ProblemSort::Created, &page).await?.rows)
}

/// Whom an urgent problem of a collaboration is rung with, in order. An empty list leaves it to the line of superiors.
///
/// # Errors
/// When the caller may not manage the collaboration, or somebody named does not belong here.
pub async fn set_call_list(work: &mut Work<'_>, id: &CollaborationId, people: &[PersonId]) -> Result<(), ActionError> {
    work.collaboration_for(id, CollaborationDeed::Manage).await?;
    let mut unique: Vec<PersonId> = Vec::new();
    for person in people {
        let known = work.person(person, "people").await?;
        if known.standing != Standing::Active {
            return Err(ActionError::field("people", "unknown"));
        }
        if !unique.contains(person) {
            unique.push(person.clone());
        }
    }
    let before = work.tx.call_list(&work.app.workspace, id).await?;
    if before == unique {
        return Ok(());
    }
    work.tx.set_call_list(&work.app.workspace, id, &unique).await?;
    let (from, to) = (names(work, &before).await?, names(work, &unique).await?);
    let event = Event::Changed { field: "call_list".to_owned(), from, to };
    work.happened(Subject::Collaboration(id.clone()), Some(id), event);
    Ok(())
}

async fn names(work: &mut Work<'_>, ids: &[PersonId]) -> Result<String, ActionError> {
    let people = work.tx.people_by_id(&work.app.workspace, ids).await?;
    let name = |id: &PersonId| people.iter().find(|person| person.id == *id).map(|person| person.name.clone());
    Ok(ids.iter().filter_map(name).collect::<Vec<_>>().join("、"))
}
