//! Ringing the clocks.
//!
//! A round takes the clocks that are due, reads again what each is about, advances it by the pure function of
//! [`huan_core::clock`], and writes clock, history and messages in one transaction. A clock that someone else changed
//! meanwhile is not written, and then neither are its effects: so each stage happens once.

use std::{collections::HashMap, sync::Arc};

use huan_core::{
    calendar::WorkingTime,
    clock::{Advanced, Clock, ClockKind, Effect, Fired, SubjectFacts, Superior, Superiors, advance},
    collaboration::{Collaboration, Role},
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    person::{Person, Standing},
    record::{FollowUp, Record},
    task::{Stage, Task},
};
use jiff::SignedDuration;

use super::Round;
use crate::{app::App, error::ActionError, notices::Notice, work::Work};

/// How many clocks one round takes.
const AT_ONCE: u32 = 500;
/// How long a node may work on a clock before another may take it.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
/// The longest line of superiors that is followed.
const LONGEST_LINE: usize = 20;

/// Takes the clocks that are due and rings them.
///
/// # Errors
/// When the database fails.
pub async fn round(app: Arc<App>) -> Result<Round, ActionError> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let claimed = tx.claim_clocks(now, now + LEASE, AT_ONCE).await?;
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
    let mut ringing =
        Ringing { work: app.begin_as_huan().await?, people: HashMap::new(), collaborations: HashMap::new() };
    let mut changed = Vec::with_capacity(clocks.len());
    let mut fired = Vec::new();
    for clock in clocks {
        match ringing.advance(clock).await? {
            None | Some((_, Advanced::Idle)) => {}
            Some((_, Advanced::Stopped(clock) | Advanced::Postponed(clock))) => changed.push(clock),
            Some((matter, Advanced::Fired(stage))) => {
                changed.push(stage.clock.clone());
                fired.push((matter, stage));
            }
        }
    }
    let stale = ringing.work.tx.save_clocks(&app.workspace, &changed).await?;
    for (matter, stage) in fired {
        if !stale.contains(&stage.clock.id) {
            ringing.carry_out(&matter, *stage).await?;
        }
    }
    ringing.work.commit().await
}

/// What a clock is about, as it stands now.
enum Matter {
    Task(Box<Task>),
    FollowUp(Box<FollowUp>, CollaborationId),
}

impl Matter {
    fn collaboration(&self) -> &CollaborationId {
        match self {
            Self::Task(task) => &task.collaboration,
            Self::FollowUp(_, collaboration) => collaboration,
        }
    }
}

/// A round of ringing: one transaction, and what was read in it so far.
struct Ringing<'a> {
    work: Work<'a>,
    people: HashMap<PersonId, Option<Person>>,
    collaborations: HashMap<CollaborationId, (Collaboration, Vec<PersonId>)>,
}

impl Ringing<'_> {
    /// Advances one clock; none when what it is about is gone.
    async fn advance(&mut self, clock: &Clock) -> Result<Option<(Matter, Advanced)>, ActionError> {
        let Some((matter, facts)) = self.facts(clock).await? else {
            tracing::error!(clock = %clock.id, subject = clock.subject.id(), "a clock runs for a thing that is gone");
            return Ok(None);
        };
        let holidays = self.work.app.holidays();
        let owner = match &facts.owner {
            Some(owner) => self.person(owner).await?,
            None => None,
        };
        let hours = owner.map_or_else(huan_core::calendar::WorkingHours::office_in_china, |person| person.hours);
        let (collaboration, _) = self.collaboration(matter.collaboration()).await?;
        let time = WorkingTime::new(&hours, &holidays);
        let advanced = advance(clock, &facts, &collaboration.levels, time, self.work.now);
        Ok(Some((matter, advanced)))
    }

    async fn facts(&mut self, clock: &Clock) -> Result<Option<(Matter, SubjectFacts)>, ActionError> {
        let workspace = &self.work.app.workspace;
        Ok(match &clock.subject {
            Subject::Task(id) => match self.work.tx.task(workspace, id).await? {
                Some(task) => Some(self.task_facts(clock.kind, task).await?),
                None => None,
            },
            Subject::FollowUp(id) => match self.work.tx.follow_up(workspace, id).await? {
                Some(follow_up) => self.follow_up_facts(follow_up).await?,
                None => None,
            },
            _ => None,
        })
    }

    async fn task_facts(&mut self, kind: ClockKind, task: Task) -> Result<(Matter, SubjectFacts), ActionError> {
        let stage = task.state.stage();
        let open = match kind {
            ClockKind::Acceptance => stage == Stage::Offered,
            _ => matches!(stage, Stage::InProgress | Stage::Blocked),
        };
        let facts = SubjectFacts {
            open,
            owner: Some(task.owner.clone()),
            initiator: Some(task.initiator.clone()),
            assistants: self.collaboration(&task.collaboration).await?.1,
            superiors: self.superiors(&task.owner).await?,
            call_list: Vec::new(),
        };
        Ok((Matter::Task(Box::new(task)), facts))
    }

    async fn follow_up_facts(&mut self, follow_up: FollowUp) -> Result<Option<(Matter, SubjectFacts)>, ActionError> {
        let record = self.work.tx.record(&self.work.app.workspace, &follow_up.record).await?;
        let Some(Record { collaboration, owner, .. }) = record else { return Ok(None) };
        let facts = SubjectFacts {
            open: follow_up.done_at.is_none(),
            owner: Some(follow_up.person.clone()),
            initiator: Some(owner),
            assistants: self.collaboration(&collaboration).await?.1,
            superiors: self.superiors(&follow_up.person).await?,
            call_list: Vec::new(),
        };
        Ok(Some((Matter::FollowUp(Box::new(follow_up), collaboration), facts)))
    }

    async fn person(&mut self, id: &PersonId) -> Result<Option<Person>, ActionError> {
        if let Some(person) = self.people.get(id) {
            return Ok(person.clone());
        }
        let person = self.work.tx.person(&self.work.app.workspace, id).await?;
        self.people.insert(id.clone(), person.clone());
        Ok(person)
    }

    /// A collaboration and its assistants.
    async fn collaboration(&mut self, id: &CollaborationId) -> Result<(Collaboration, Vec<PersonId>), ActionError> {
        if let Some(known) = self.collaborations.get(id) {
            return Ok(known.clone());
        }
        let workspace = &self.work.app.workspace;
        let collaboration =
            self.work.tx.collaboration(workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))?;
        let members = self.work.tx.memberships(workspace, id).await?;
        let assistants =
            members.into_iter().filter(|member| member.role == Role::Assistant).map(|member| member.person).collect();
        self.collaborations.insert(id.clone(), (collaboration, assistants));
        Ok(self.collaborations[id].clone())
    }

    async fn superiors(&mut self, of: &PersonId) -> Result<Superiors, ActionError> {
        let mut line: HashMap<PersonId, Superior> = HashMap::new();
        let mut below = of.clone();
        while line.len() < LONGEST_LINE {
            let Some(superior) = self.person(&below).await?.and_then(|person| person.superior) else { break };
            let reachable = self.person(&superior).await?.is_some_and(|person| person.standing == Standing::Active);
            if line.insert(below, Superior { person: superior.clone(), reachable }).is_some() {
                break;
            }
            below = superior;
        }
        Ok(Superiors::above(of, |below| line.get(below).cloned()))
    }

    /// Tells whom a stage calls on, and writes it into the history.
    async fn carry_out(&mut self, matter: &Matter, fired: Fired) -> Result<(), ActionError> {
        let subject = fired.clock.subject.clone();
        let collaboration = matter.collaboration().clone();
        let mut told: Vec<PersonId> = Vec::new();
        for effect in &fired.effects {
            for person in self.people_of(effect).await? {
                if let Some(notice) = notice(matter, &fired, effect) {
                    self.work.tell(&person, &subject, &collaboration, notice).await?;
                    told.push(person);
                }
            }
        }
        let event = Event::ClockFired {
            clock: fired.clock.kind.name().to_owned(),
            stage: fired.name.name().to_owned(),
            told,
            merged: fired.merged.iter().map(|merged| merged.name.name().to_owned()).collect(),
        };
        self.work.happened(subject.clone(), Some(&collaboration), event);
        self.work.refresh_cards(&subject).await
    }

    async fn people_of(&mut self, effect: &Effect) -> Result<Vec<PersonId>, ActionError> {
        Ok(match effect {
            Effect::Remind { person }
            | Effect::CallOwnerAgain { person }
            | Effect::TellInitiator { person }
            | Effect::Escalate { to: person, .. }
            | Effect::NameAsMissing { person, .. }
            | Effect::RingNext { person, .. } => vec![person.clone()],
            Effect::TellAssistants { people } => people.clone(),
            Effect::TellAdministrators => {
                let people = self.work.tx.people(&self.work.app.workspace).await?;
                let active = |person: &Person| person.administrator && person.standing == Standing::Active;
                people.into_iter().filter(active).map(|person| person.id).collect()
            }
            Effect::TellEverybody => Vec::new(),
        })
    }
}

/// The message that an effect causes; none where it is only written into the history.
fn notice(matter: &Matter, fired: &Fired, effect: &Effect) -> Option<Notice> {
    let generation = fired.generation;
    match (matter, fired.clock.kind) {
        (Matter::Task(task), ClockKind::Acceptance) => {
            let task = task.id.clone();
            Some(match effect {
                Effect::Remind { .. } => Notice::AnswerReminder { task, generation, late: false },
                Effect::CallOwnerAgain { .. } => Notice::AnswerReminder { task, generation, late: true },
                Effect::Escalate { .. } => Notice::Escalation { task, generation },
                _ => Notice::Unanswered { task, generation },
            })
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
