//! What the clocks of a round are about, read in one go: a thousand clocks that ring at the same moment share a handful
//! of queries.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use huan_core::{
    calendar::{HolidayCalendar, WorkingHours, WorkingTime},
    clock::{Advanced, Clock, ClockKind, SubjectFacts, Superior, Superiors, advance},
    collaboration::{Collaboration, Role},
    emergency::{ChecklistItem, Emergency},
    history::Subject,
    id::{
        ChecklistItemId, CollaborationId, EmergencyId, FollowUpId, MinutesId, PersonId, ProblemId, RecordId,
        RulesReadingId, SignOffId, SignatureId, TaskId,
    },
    minutes::{Minutes, MinutesStage, Stand},
    person::{Person, Standing},
    problem::{Asked, Problem},
    record::{FollowUp, Record},
    sign_off::{SignOff, Signature},
    task::{Stage, Task},
    usage_rules::RulesReading,
};
use jiff::Timestamp;

use crate::{actions::emergencies, error::ActionError, line, work::Work};

/// What a clock is about, as it stands now.
#[derive(Debug, Clone, Copy)]
pub(super) enum Matter<'k> {
    /// A task.
    Task(&'k Task),
    /// A problem.
    Problem(&'k Problem),
    /// An emergency: its stage reports and its fault report.
    Plan(&'k Emergency),
    /// A point of an emergency's checklist.
    PlanItem(&'k ChecklistItem, &'k Emergency),
    /// Minutes that are to be filed.
    Minutes(&'k Minutes),
    /// Usage rules that a member has to read.
    Rules(&'k RulesReading),
    /// A signature that is asked for, and its round of acceptance.
    Signature(&'k Signature, &'k SignOff),
    /// A follow-up, and the row of the record table that it belongs to.
    FollowUp(&'k FollowUp, &'k Record),
}

impl<'k> Matter<'k> {
    /// The collaboration it belongs to.
    pub(super) fn collaboration(&self) -> &'k CollaborationId {
        match self {
            Self::Task(task) => &task.collaboration,
            Self::Problem(problem) => &problem.collaboration,
            Self::Plan(emergency) | Self::PlanItem(_, emergency) => &emergency.collaboration,
            Self::Minutes(minutes) => &minutes.collaboration,
            Self::Rules(reading) => &reading.collaboration,
            Self::Signature(_, sign_off) => &sign_off.collaboration,
            Self::FollowUp(_, record) => &record.collaboration,
        }
    }

    /// Who must do what a clock of this kind waits for.
    pub(super) fn owner(&self, kind: ClockKind) -> Option<&'k PersonId> {
        match (self, kind) {
            (Self::Plan(emergency), _) => emergencies::whose(emergency, kind),
            (Self::PlanItem(item, emergency), _) => emergency.holder(item.role.as_deref()),
            (Self::Task(task), ClockKind::Proposal) => Some(&task.initiator),
            (Self::Task(task), _) => Some(&task.owner),
            (Self::Problem(problem), _) => Some(problem.responsible()),
            (Self::Minutes(minutes), _) => Some(&minutes.recorder),
            (Self::Rules(reading), _) => Some(&reading.person),
            (Self::Signature(signature, _), _) => Some(&signature.person),
            (Self::FollowUp(follow_up, _), _) => Some(&follow_up.person),
        }
    }

    /// Who asked for it.
    fn initiator(&self, kind: ClockKind) -> Option<&'k PersonId> {
        match (self, kind) {
            (Self::Task(task), ClockKind::Proposal) => Some(&task.owner),
            (Self::Task(task), _) => Some(&task.initiator),
            (Self::Problem(problem), _) => Some(&problem.raised_by),
            (Self::Minutes(minutes), _) => Some(&minutes.started_by),
            (Self::Rules(_), _) => None,
            (Self::Signature(_, sign_off), _) => Some(&sign_off.called_by),
            (Self::Plan(emergency) | Self::PlanItem(_, emergency), _) => emergency.commander(),
            (Self::FollowUp(_, record), _) => Some(&record.owner),
        }
    }

    /// Whether what a clock of this kind waits for is still to be done.
    fn is_open(&self, kind: ClockKind) -> bool {
        match (self, kind) {
            (Self::Task(task), ClockKind::Acceptance) => task.state.stage() == Stage::Offered,
            (Self::Task(task), ClockKind::Proposal) => task.state.stage() == Stage::Declined,
            (Self::Task(task), _) => matches!(task.state.stage(), Stage::InProgress | Stage::Blocked),
            (Self::Problem(problem), kind) => problem.waits_for(kind),
            (Self::Plan(emergency), kind) => emergency.clock().is_some_and(|trigger| trigger.kind() == kind),
            (Self::PlanItem(item, emergency), _) => item.is_open() && emergency.is_running(),
            (Self::Rules(reading), _) => reading.clock().is_some(),
            // Whose word is waited for is not told by the minutes themselves.
            (Self::Minutes(minutes), ClockKind::Confirmation) => minutes.state.stage() == MinutesStage::Filed,
            (Self::Minutes(minutes), kind) => minutes.clock().is_some_and(|trigger| trigger.kind() == kind),
            (Self::Signature(signature, _), kind) => signature.clock().is_some_and(|trigger| trigger.kind() == kind),
            (Self::FollowUp(follow_up, _), _) => follow_up.done_at.is_none(),
        }
    }
}

/// Everything that a round's clocks need, as the round's transaction sees it.
pub(super) struct Matters {
    tasks: HashMap<TaskId, Task>,
    problems: HashMap<ProblemId, Problem>,
    /// The call lists of the collaborations in which an urgent problem waits.
    call_lists: HashMap<ProblemId, Vec<PersonId>>,
    /// Who was asked already to answer each problem, in the order of the line.
    asked: HashMap<ProblemId, Vec<Asked>>,
    /// The emergencies of problems: by their severity they change the service levels.
    emergencies: HashMap<ProblemId, Emergency>,
    plans: HashMap<EmergencyId, Emergency>,
    plan_items: HashMap<ChecklistItemId, ChecklistItem>,
    minutes: HashMap<MinutesId, Minutes>,
    rules: HashMap<RulesReadingId, RulesReading>,
    /// Whose word is waited for on each.
    unconfirmed: HashMap<MinutesId, Vec<PersonId>>,
    signatures: HashMap<SignatureId, Signature>,
    sign_offs: HashMap<SignOffId, SignOff>,
    follow_ups: HashMap<FollowUpId, FollowUp>,
    records: HashMap<RecordId, Record>,
    /// Each with its assistants.
    collaborations: HashMap<CollaborationId, (Collaboration, Vec<PersonId>)>,
    /// The owners, and everybody above them.
    people: HashMap<PersonId, Person>,
    /// Who of them is told to have left, while their work waits to be handed over.
    leaving: HashSet<PersonId>,
    holidays: Arc<HolidayCalendar>,
}

impl Matters {
    /// Reads what these clocks are about.
    pub(super) async fn read(work: &mut Work<'_>, clocks: &[Clock]) -> Result<Self, ActionError> {
        let mut matters = Self {
            tasks: HashMap::new(),
            problems: HashMap::new(),
            call_lists: HashMap::new(),
            asked: HashMap::new(),
            emergencies: HashMap::new(),
            plans: HashMap::new(),
            plan_items: HashMap::new(),
            minutes: HashMap::new(),
            rules: HashMap::new(),
            unconfirmed: HashMap::new(),
            signatures: HashMap::new(),
            sign_offs: HashMap::new(),
            follow_ups: HashMap::new(),
            records: HashMap::new(),
            collaborations: HashMap::new(),
            people: HashMap::new(),
            leaving: HashSet::new(),
            holidays: work.app.holidays(),
        };
        matters.read_things(work, clocks).await?;
        let known: Vec<(Matter<'_>, ClockKind)> =
            clocks.iter().filter_map(|clock| Some((matters.thing(&clock.subject)?, clock.kind))).collect();
        let collaborations: HashSet<CollaborationId> =
            known.iter().map(|(matter, _)| matter.collaboration().clone()).collect();
        let owners: HashSet<PersonId> =
            known.iter().filter_map(|(matter, kind)| matter.owner(*kind)).cloned().collect();
        matters.read_collaborations(work, collaborations).await?;
        matters.read_people(work, owners).await?;
        Ok(matters)
    }

    async fn read_things(&mut self, work: &mut Work<'_>, clocks: &[Clock]) -> Result<(), ActionError> {
        let workspace = &work.app.workspace;
        let mut tasks: Vec<TaskId> = Vec::new();
        let mut problems: Vec<ProblemId> = Vec::new();
        let mut plans: Vec<EmergencyId> = Vec::new();
        let mut plan_items: Vec<ChecklistItemId> = Vec::new();
        let mut minutes: Vec<MinutesId> = Vec::new();
        let mut rules: Vec<RulesReadingId> = Vec::new();
        let mut signatures: Vec<SignatureId> = Vec::new();
        let mut follow_ups: Vec<FollowUpId> = Vec::new();
        for clock in clocks {
            match &clock.subject {
                Subject::Task(id) => tasks.push(id.clone()),
                Subject::Problem(id) => problems.push(id.clone()),
                Subject::Emergency(id) => plans.push(id.clone()),
                Subject::ChecklistItem(id) => plan_items.push(id.clone()),
                Subject::Minutes(id) => minutes.push(id.clone()),
                Subject::RulesReading(id) => rules.push(id.clone()),
                Subject::Signature(id) => signatures.push(id.clone()),
                Subject::FollowUp(id) => follow_ups.push(id.clone()),
                _ => {}
            }
        }
        if !tasks.is_empty() {
            let found = work.tx.tasks_by_id(workspace, &tasks).await?;
            self.tasks = found.into_iter().map(|task| (task.id.clone(), task)).collect();
        }
        if !problems.is_empty() {
            for problem in work.tx.problems_by_id(workspace, &problems).await? {
                if problem.waits_for(ClockKind::UrgentProblem) {
                    let listed = line::called(&mut work.tx, workspace, &problem).await?;
                    self.call_lists.insert(problem.id.clone(), listed);
                }
                self.problems.insert(problem.id.clone(), problem);
            }
            for (problem, asked) in work.tx.asked_about(workspace, &problems).await? {
                self.asked.entry(problem).or_default().push(asked);
            }
            let found = work.tx.emergencies_of(workspace, &problems).await?;
            self.emergencies = found.into_iter().map(|emergency| (emergency.problem.clone(), emergency)).collect();
        }
        if !plan_items.is_empty() {
            let found = work.tx.checklist_items_by_id(workspace, &plan_items).await?;
            plans.extend(found.iter().map(|item| item.emergency.clone()));
            self.plan_items = found.into_iter().map(|item| (item.id.clone(), item)).collect();
        }
        if !plans.is_empty() {
            let found = work.tx.emergencies_by_id(workspace, &plans).await?;
            self.plans = found.into_iter().map(|emergency| (emergency.id.clone(), emergency)).collect();
        }
        if !minutes.is_empty() {
            let found = work.tx.minutes_by_id(workspace, &minutes).await?;
            self.minutes = found.into_iter().map(|minutes| (minutes.id.clone(), minutes)).collect();
            for (id, word) in work.tx.confirmations_of(workspace, &minutes).await? {
                if word.stand == Stand::Waiting {
                    self.unconfirmed.entry(id).or_default().push(word.person);
                }
            }
        }
        if !rules.is_empty() {
            let found = work.tx.rules_readings_by_id(workspace, &rules).await?;
            self.rules = found.into_iter().map(|reading| (reading.id.clone(), reading)).collect();
        }
        if !signatures.is_empty() {
            let found = work.tx.signatures_by_id(workspace, &signatures).await?;
            let rounds: HashSet<SignOffId> = found.iter().map(|one| one.sign_off.clone()).collect();
            self.signatures = found.into_iter().map(|one| (one.id.clone(), one)).collect();
            let found = work.tx.sign_offs_by_id(workspace, &Vec::from_iter(rounds)).await?;
            self.sign_offs = found.into_iter().map(|sign_off| (sign_off.id.clone(), sign_off)).collect();
        }
        if !follow_ups.is_empty() {
            let found = work.tx.follow_ups_by_id(workspace, &follow_ups).await?;
            let records: Vec<RecordId> = found.iter().map(|follow_up| follow_up.record.clone()).collect();
            self.follow_ups = found.into_iter().map(|follow_up| (follow_up.id.clone(), follow_up)).collect();
            let found = work.tx.records_by_id(workspace, &records).await?;
            self.records = found.into_iter().map(|record| (record.id.clone(), record)).collect();
        }
        Ok(())
    }

    async fn read_collaborations(
        &mut self,
        work: &mut Work<'_>,
        ids: HashSet<CollaborationId>,
    ) -> Result<(), ActionError> {
        let workspace = &work.app.workspace;
        for id in ids {
            let Some(collaboration) = work.tx.collaboration(workspace, &id).await? else { continue };
            let members = work.tx.memberships(workspace, &id).await?;
            let assistants = members.into_iter().filter(|member| member.role == Role::Assistant);
            let assistants = assistants.map(|member| member.person).collect();
            self.collaborations.insert(id, (collaboration, assistants));
        }
        Ok(())
    }

    /// Reads people and those above them, a level of the organisation at a time.
    async fn read_people(&mut self, work: &mut Work<'_>, mut wanted: HashSet<PersonId>) -> Result<(), ActionError> {
        while !wanted.is_empty() {
            let ids: Vec<PersonId> = wanted.drain().collect();
            let found = work.tx.people_by_id(&work.app.workspace, &ids).await?;
            self.leaving.extend(work.tx.leaving_among(&work.app.workspace, &ids).await?);
            for person in found {
                wanted.extend(person.superior.clone());
                self.people.insert(person.id.clone(), person);
            }
            wanted.retain(|id| !self.people.contains_key(id));
        }
        Ok(())
    }

    fn thing(&self, subject: &Subject) -> Option<Matter<'_>> {
        match subject {
            Subject::Task(id) => self.tasks.get(id).map(Matter::Task),
            Subject::Problem(id) => self.problems.get(id).map(Matter::Problem),
            Subject::Emergency(id) => self.plans.get(id).map(Matter::Plan),
            Subject::ChecklistItem(id) => {
                let item = self.plan_items.get(id)?;
                Some(Matter::PlanItem(item, self.plans.get(&item.emergency)?))
            }
            Subject::Minutes(id) => self.minutes.get(id).map(Matter::Minutes),
            Subject::RulesReading(id) => self.rules.get(id).map(Matter::Rules),
            Subject::Signature(id) => {
                let signature = self.signatures.get(id)?;
                Some(Matter::Signature(signature, self.sign_offs.get(&signature.sign_off)?))
            }
            Subject::FollowUp(id) => {
                let follow_up = self.follow_ups.get(id)?;
                Some(Matter::FollowUp(follow_up, self.records.get(&follow_up.record)?))
            }
            _ => None,
        }
    }

    /// Advances one clock; none when what it is about is gone.
    pub(super) fn advance(&self, clock: &Clock, now: Timestamp) -> Option<(Matter<'_>, Advanced)> {
        let matter = self.thing(&clock.subject)?;
        let (collaboration, assistants) = self.collaborations.get(matter.collaboration())?;
        let owner = matter.owner(clock.kind);
        let mut superiors = match owner {
            Some(owner) => Superiors::above(owner, |below| self.superior_of(below)),
            None => Superiors::default(),
        };
        // A promise is chased up the line of whoever gave it, which begins anew.
        if let Matter::Problem(problem) = matter
            && matches!(clock.kind, ClockKind::OrdinaryProblem | ClockKind::UrgentProblem)
        {
            superiors = superiors.after(&self.asked_beside_owner(problem));
        }
        let call_list = match matter {
            Matter::Problem(problem) if problem.urgency.is_urgent() => {
                let listed = self.call_lists.get(&problem.id).map(Vec::as_slice).unwrap_or_default();
                let asked = self.asked_beside_owner(problem);
                let listed: Vec<PersonId> = match listed {
                    [] => Vec::new(),
                    _ => asked.iter().chain(listed).cloned().collect(),
                };
                let mut line = problem.call_list(&listed, superiors.as_slice());
                // Those who were rung at once, beside the first, are not next.
                let at_once = self.at_once(problem);
                line.drain(1..at_once.clamp(1, line.len()));
                line
            }
            _ => Vec::new(),
        };
        let waiting = match matter {
            Matter::Minutes(minutes) => self.unconfirmed.get(&minutes.id).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        let answered = clock.kind == ClockKind::Confirmation && waiting.is_empty();
        let facts = SubjectFacts {
            open: matter.is_open(clock.kind) && !answered,
            owner: owner.cloned(),
            initiator: matter.initiator(clock.kind).cloned(),
            assistants: assistants.clone(),
            superiors,
            waiting,
            call_list,
        };
        let office;
        let hours = match owner.and_then(|owner| self.people.get(owner)) {
            Some(owner) => &owner.hours,
            None => {
                office = WorkingHours::office_in_china();
                &office
            }
        };
        let time = WorkingTime::new(hours, &self.holidays);
        let pace = match matter {
            Matter::Problem(problem) => self.emergencies.get(&problem.id).filter(|_| problem.urgency.is_urgent()),
            Matter::Plan(emergency) | Matter::PlanItem(_, emergency) => Some(emergency),
            Matter::Task(_) | Matter::Minutes(_) | Matter::Rules(_) | Matter::Signature(..) | Matter::FollowUp(..) => {
                None
            }
        };
        let paced = pace.map(|emergency| emergency.pace.over(&collaboration.levels));
        let levels = paced.as_ref().unwrap_or(&collaboration.levels);
        Some((matter, advance(clock, &facts, levels, time, now)))
    }

    /// How many people of a problem's call list were rung when it was raised.
    pub(super) fn at_once(&self, problem: &Problem) -> usize {
        self.asked.get(&problem.id).map_or(1, |asked| line::rung_at_once(asked))
    }

    /// Who was asked to answer a problem beside its owner, in order.
    fn asked_beside_owner(&self, problem: &Problem) -> Vec<PersonId> {
        let asked = self.asked.get(&problem.id).into_iter().flatten();
        asked.map(|asked| asked.person.clone()).filter(|person| *person != problem.owner).collect()
    }

    fn superior_of(&self, below: &PersonId) -> Option<Superior> {
        let superior = self.people.get(below)?.superior.as_ref()?;
        let works_here = self.people.get(superior).is_some_and(|person| person.standing == Standing::Active);
        let reachable = works_here && !self.leaving.contains(superior);
        Some(Superior { person: superior.clone(), reachable })
    }
}
