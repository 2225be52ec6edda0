//! Ringing the clocks.
//!
//! A round takes the clocks that are due, reads again what each is about, advances it by the pure function of
//! [`huan_core::clock`], and writes clock, history and messages in one transaction. A clock that someone else changed
//! meanwhile is not written, and then neither are its effects: so each stage happens once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use huan_core::{
    calendar::WorkingTime,
    clock::{Advanced, Clock, ClockKind, Effect, Fired, StageName},
    history::Event,
    id::PersonId,
    person::{Identity, Person, Standing},
    problem::{Asked, Problem},
    task::Task,
};
use huan_store::SentCard;
use jiff::{SignedDuration, Timestamp};

use super::{
    Round,
    matters::{Matter, Matters},
};
use crate::{
    actions::emergencies,
    app::App,
    error::ActionError,
    notices::{Awaited, Notice},
    work::Work,
};

/// How many clocks one round takes.
const AT_ONCE: u32 = 500;
/// For how long after a shift people are taken to be there still.
const STILL_AT_WORK: SignedDuration = SignedDuration::from_mins(10);

/// Takes the clocks that are due and rings them.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let claimed = tx.claim_clocks(now, now + app.leases.clock, AT_ONCE).await?;
    let next_at = if claimed.is_empty() { tx.next_clock_at(now).await? } else { None };
    tx.commit().await?;
    let clocks: Vec<Clock> =
        claimed.into_iter().filter(|(workspace, _)| *workspace == app.workspace).map(|(_, clock)| clock).collect();
    if let Err(error) = ring(&app, &clocks).await {
        if clocks.len() == 1 {
            return Err(error);
        }
        // One of them cannot be rung: the others must not wait for it.
        tracing::error!(%error, "ringing the clocks one by one");
        for clock in &clocks {
            if let Err(error) = ring(&app, std::slice::from_ref(clock)).await {
                tracing::error!(clock = %clock.id, %error, "a clock could not be rung; it is tried again");
            }
        }
    }
    Ok(Round { done: clocks.len(), next_at })
}

async fn ring(app: &App, clocks: &[Clock]) -> Result<(), ActionError> {
    if clocks.is_empty() {
        return Ok(());
    }
    let mut work = app.begin_as_huan().await?;
    let matters = Matters::read(&mut work, clocks).await?;
    let mut changed = Vec::with_capacity(clocks.len());
    let mut rung = Vec::with_capacity(clocks.len());
    for clock in clocks {
        match matters.advance(clock, work.now) {
            None => {
                tracing::error!(clock = %clock.id, subject = clock.subject.id(), "a clock runs for a thing that is gone");
            }
            Some((_, Advanced::Idle)) => {}
            Some((_, Advanced::Stopped(clock) | Advanced::Postponed(clock))) => changed.push(clock),
            Some((matter, Advanced::Fired(fired))) => {
                changed.push(fired.clock.clone());
                rung.push((matter, *fired));
            }
        }
    }
    let stale = work.tx.save_clocks(&app.workspace, &changed).await?;
    rung.retain(|(_, fired)| !stale.contains(&fired.clock.id));
    let mut audience = Audience::read(&mut work, &rung).await?;
    for (matter, fired) in rung {
        if let Matter::Problem(problem) = matter {
            ask_along_the_line(&mut work, problem, matters.at_once(problem), &fired).await?;
        }
        if let Matter::Plan(emergency) = matter
            && fired.clock.kind == ClockKind::StageReport
        {
            emergencies::report_stage_by_itself(&mut work, emergency).await?;
        }
        carry_out(&mut work, &mut audience, matter, fired)?;
    }
    work.commit().await
}

/// Notes who was asked beyond the owner, rings the next person, and calls on everybody: what a stage of a problem's
/// clock does besides telling people.
///
/// `at_once` people were rung when the problem was raised, so the places in the line follow theirs.
async fn ask_along_the_line(
    work: &mut Work<'_>,
    problem: &Problem,
    at_once: usize,
    fired: &Fired,
) -> Result<(), ActionError> {
    let rung_before = u32::try_from(at_once.saturating_sub(1)).unwrap_or_default();
    for effect in &fired.effects {
        let (person, place) = match effect {
            Effect::Escalate { to, level } => (to, *level),
            Effect::RingNext { person, position } => (person, position.saturating_add(rung_before)),
            Effect::TellEverybody => {
                work.call_everybody(problem, fired.generation).await?;
                continue;
            }
            _ => continue,
        };
        let asked = Asked { person: person.clone(), place, at: work.now };
        work.tx.ask(&work.app.workspace, &problem.id, &asked).await?;
        if matches!(effect, Effect::RingNext { .. }) {
            work.ring(problem, person, fired.generation).await?;
        }
    }
    Ok(())
}

/// Whom the stages of a round call on, how they are reached, and which cards show the matters.
struct Audience {
    /// Active administrators, where nobody else is left to be told.
    administrators: Vec<PersonId>,
    identities: HashMap<PersonId, Identity>,
    /// When work begins for those who are not at work now.
    at_work_from: HashMap<PersonId, Timestamp>,
    /// The cards about the thing with this id.
    cards: HashMap<String, Vec<SentCard>>,
}

impl Audience {
    async fn read(work: &mut Work<'_>, rung: &[(Matter<'_>, Fired)]) -> Result<Self, ActionError> {
        let mut audience = Self {
            administrators: Vec::new(),
            identities: HashMap::new(),
            at_work_from: HashMap::new(),
            cards: HashMap::new(),
        };
        let workspace = &work.app.workspace;
        let effects = || rung.iter().flat_map(|(_, fired)| &fired.effects);
        if effects().any(|effect| *effect == Effect::TellAdministrators) {
            let active = |person: &Person| person.administrator && person.standing == Standing::Active;
            let people = work.tx.people(workspace).await?;
            audience.administrators = people.into_iter().filter(active).map(|person| person.id).collect();
        }
        let people: HashSet<PersonId> = effects().flat_map(|effect| audience.of(effect)).cloned().collect();
        if !people.is_empty() {
            let people = Vec::from_iter(people);
            audience.identities = work.reachable_identities(&people).await?;
            audience.at_work_from = begin_of_work(work, &people).await?;
        }
        let subjects: Vec<&str> = rung.iter().map(|(_, fired)| fired.clock.subject.id()).collect();
        if !subjects.is_empty() {
            for card in work.tx.sent_cards_about(workspace, &subjects).await? {
                audience.cards.entry(card.subject.clone()).or_default().push(card);
            }
        }
        Ok(audience)
    }

    /// When `person` is to be told, if that is later than now: an ordinary matter waits for their working time (I8). Whoever
    /// must act is told at once, for the clock goes by their working time already.
    fn tell_from(&self, person: &PersonId, matter: Matter<'_>, kind: ClockKind) -> Option<Timestamp> {
        self.at_work_from.get(person).filter(|_| matter.owner(kind) != Some(person) && kind.waits_for_work()).copied()
    }

    /// The people that an effect reaches.
    fn of<'a>(&'a self, effect: &'a Effect) -> &'a [PersonId] {
        match effect {
            Effect::TellAdministrators => &self.administrators,
            other => other.people(),
        }
    }
}

/// When work begins for those of `people` who are not at work now.
async fn begin_of_work(work: &mut Work<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Timestamp>, ActionError> {
    let holidays = work.app.holidays();
    let now = work.now;
    let mut begin = HashMap::new();
    for person in work.tx.people_by_id(&work.app.workspace, people).await? {
        let time = WorkingTime::new(&person.hours, &holidays);
        let from = time.next_working_moment(now).at;
        // The end of a shift, when much falls due, is still part of it.
        if from > now && !time.is_working(now - STILL_AT_WORK) {
            begin.insert(person.id, from);
        }
    }
    Ok(begin)
}

/// Tells whom a stage calls on, writes it into the history, and brings the cards up to date.
fn carry_out(
    work: &mut Work<'_>,
    audience: &mut Audience,
    matter: Matter<'_>,
    fired: Fired,
) -> Result<(), ActionError> {
    let subject = &fired.clock.subject;
    let collaboration = matter.collaboration();
    let mut told: Vec<PersonId> = Vec::new();
    if let Matter::Problem(_) = matter {
        // Whoever is rung is told by that.
        told.extend(
            fired
                .effects
                .iter()
                .filter(|effect| matches!(effect, Effect::RingNext { .. }))
                .flat_map(Effect::people)
                .cloned(),
        );
    }
    for effect in &fired.effects {
        for person in audience.of(effect) {
            if let Some(notice) = notice(matter, &fired, effect) {
                let identity = audience.identities.get(person);
                let from = audience.tell_from(person, matter, fired.clock.kind).unwrap_or(work.now);
                work.tell_from(person, identity, subject, collaboration, notice, from)?;
                told.push(person.clone());
            }
        }
    }
    let event = Event::ClockFired {
        clock: fired.clock.kind.name().to_owned(),
        stage: fired.name.name().to_owned(),
        told,
        merged: fired.merged.iter().map(|merged| merged.name.name().to_owned()).collect(),
    };
    work.happened(subject.clone(), Some(collaboration), event);
    // Two clocks of one thing that ring together need its cards refreshed once.
    for card in audience.cards.remove(subject.id()).unwrap_or_default() {
        work.refresh_card(subject, card)?;
    }
    Ok(())
}

/// The message that an effect causes; none where it is only written into the history.
fn notice(matter: Matter<'_>, fired: &Fired, effect: &Effect) -> Option<Notice> {
    let generation = fired.generation;
    match (matter, fired.clock.kind) {
        (Matter::Task(task), ClockKind::Acceptance) => Some(unanswered(task, Awaited::Acceptance, generation, effect)),
        (Matter::Task(task), ClockKind::Proposal) => Some(unanswered(task, Awaited::Proposal, generation, effect)),
        (Matter::Problem(problem), _) => {
            let problem = problem.id.clone();
            match effect {
                Effect::Remind { .. } => Some(Notice::ProblemReminder { problem, generation, late: false }),
                Effect::CallOwnerAgain { .. } => Some(Notice::ProblemReminder { problem, generation, late: true }),
                Effect::Escalate { .. } => Some(Notice::ProblemEscalation { problem, generation }),
                Effect::RingNext { .. } | Effect::TellEverybody | Effect::NameAsMissing { .. } => None,
                _ => Some(Notice::ProblemUnanswered { problem, generation }),
            }
        }
        (Matter::Rules(reading), _) => Some(Notice::RulesReminder { reading: reading.id.clone(), generation }),
        (Matter::Minutes(minutes), ClockKind::Confirmation) => {
            Some(Notice::ConfirmationReminder { minutes: minutes.id.clone() })
        }
        (Matter::Minutes(minutes), _) => {
            let minutes = minutes.id.clone();
            Some(match effect {
                Effect::Remind { .. } => Notice::MinutesReminder { minutes, generation, late: false },
                Effect::CallOwnerAgain { .. } => Notice::MinutesReminder { minutes, generation, late: true },
                Effect::Escalate { .. } => Notice::MinutesEscalation { minutes, generation },
                _ => Notice::MinutesOverdue { minutes, generation },
            })
        }
        (Matter::Signature(signature, _), _) => {
            let signature = signature.id.clone();
            Some(match effect {
                Effect::Remind { .. } => Notice::SignatureReminder { signature, generation, late: false },
                Effect::CallOwnerAgain { .. } => Notice::SignatureReminder { signature, generation, late: true },
                Effect::Escalate { .. } => Notice::SignatureEscalation { signature, generation },
                _ => Notice::SignatureOverdue { signature, generation },
            })
        }
        (Matter::Plan(emergency), ClockKind::FaultReport) => {
            let late = !matches!(effect, Effect::Remind { .. });
            Some(Notice::FaultReportDue { emergency: emergency.id.clone(), late })
        }
        // A stage report is said in the groups.
        (Matter::Plan(_), _) => None,
        (Matter::PlanItem(item, _), _) => {
            let late = fired.name != StageName::Due;
            Some(Notice::PlanItemDue { item: item.id.clone(), late })
        }
        (Matter::Task(task), _) => match effect {
            Effect::Remind { .. } => Some(Notice::ProgressReminder { task: task.id.clone() }),
            _ => None,
        },
        (Matter::FollowUp(follow_up, _), _) => {
            let late = !matches!(effect, Effect::Remind { .. });
            Some(Notice::FollowUpReminder { follow_up: follow_up.id.clone(), late })
        }
    }
}

/// The message about an answer that has not come.
fn unanswered(task: &Task, awaited: Awaited, generation: u32, effect: &Effect) -> Notice {
    let task = task.id.clone();
    match effect {
        Effect::Remind { .. } => Notice::AnswerReminder { task, awaited, generation, late: false },
        Effect::CallOwnerAgain { .. } => Notice::AnswerReminder { task, awaited, generation, late: true },
        Effect::Escalate { .. } => Notice::Escalation { task, awaited, generation },
        _ => Notice::Unanswered { task, awaited, generation },
    }
}
