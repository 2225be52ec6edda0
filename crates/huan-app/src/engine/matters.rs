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
    history::Subject,
    id::{CollaborationId, FollowUpId, PersonId, ProblemId, RecordId, TaskId},
    person::{Person, Standing},
    problem::Problem,
    record::{FollowUp, Record},
    task::{Stage, Task},
};
use jiff::Timestamp;

use crate::{error::ActionError, line, work::Work};

/// What a clock is about, as it stands now.
#[derive(Debug, Clone, Copy)]
pub(super) enum Matter<'k> {
    /// A task.
    Task(&'k Task),
    /// A problem.
    Problem(&'k Problem),
    /// A follow-up, and the row of the record table that it belongs to.
    FollowUp(&'k FollowUp, &'k Record),
}

impl<'k> Matter<'k> {
    /// The collaboration it belongs to.
    pub(super) fn collaboration(&self) -> &'k CollaborationId {
        match self {
            Self::Task(task) => &task.collaboration,
            Self::Problem(problem) => &problem.collaboration,
            Self::FollowUp(_, record) => &record.collaboration,
        }
    }

    /// Who must answer.
    pub(super) fn owner(&self) -> &'k PersonId {
        match self {
            Self::Task(task) => &task.owner,
            Self::Problem(problem) => problem.responsible(),
            Self::FollowUp(follow_up, _) => &follow_up.person,
        }
    }

    /// Who asked.
    fn initiator(&self) -> &'k PersonId {
        match self {
            Self::Task(task) => &task.initiator,
            Self::Problem(problem) => &problem.raised_by,
            Self::FollowUp(_, record) => &record.owner,
        }
    }

    /// Whether what a clock of this kind waits for is still to be done.
    fn is_open(&self, kind: ClockKind) -> bool {
        match (self, kind) {
            (Self::Task(task), ClockKind::Acceptance) => task.state.stage() == Stage::Offered,
            (Self::Task(task), _) => matches!(task.state.stage(), Stage::InProgress | Stage::Blocked),
            (Self::Problem(problem), kind) => problem.waits_for(kind),
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
    follow_ups: HashMap<FollowUpId, FollowUp>,
    records: HashMap<RecordId, Record>,
    /// Each with its assistants.
    collaborations: HashMap<CollaborationId, (Collaboration, Vec<PersonId>)>,
    /// The owners, and everybody above them.
    people: HashMap<PersonId, Person>,
    holidays: Arc<HolidayCalendar>,
}

impl Matters {
    /// Reads what these clocks are about.
    pub(super) async fn read(work: &mut Work<'_>, clocks: &[Clock]) -> Result<Self, ActionError> {
        let mut matters = Self {
            tasks: HashMap::new(),
            problems: HashMap::new(),
            call_lists: HashMap::new(),
            follow_ups: HashMap::new(),
            records: HashMap::new(),
            collaborations: HashMap::new(),
            people: HashMap::new(),
            holidays: work.app.holidays(),
        };
        matters.read_things(work, clocks).await?;
        let known: Vec<Matter<'_>> = clocks.iter().filter_map(|clock| matters.thing(&clock.subject)).collect();
        let collaborations: HashSet<CollaborationId> =
            known.iter().map(|matter| matter.collaboration().clone()).collect();
        let owners: HashSet<PersonId> = known.iter().map(|matter| matter.owner().clone()).collect();
        matters.read_collaborations(work, collaborations).await?;
        matters.read_people(work, owners).await?;
        Ok(matters)
    }

    async fn read_things(&mut self, work: &mut Work<'_>, clocks: &[Clock]) -> Result<(), ActionError> {
        let workspace = &work.app.workspace;
        let mut tasks: Vec<TaskId> = Vec::new();
        let mut problems: Vec<ProblemId> = Vec::new();
        let mut follow_ups: Vec<FollowUpId> = Vec::new();
        for clock in clocks {
            match &clock.subject {
                Subject::Task(id) => tasks.push(id.clone()),
                Subject::Problem(id) => problems.push(id.clone()),
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
        let superiors = Superiors::above(matter.owner(), |below| self.superior_of(below));
        let call_list = match matter {
            Matter::Problem(problem) if problem.urgency.is_urgent() => {
                let listed = self.call_lists.get(&problem.id).map(Vec::as_slice).unwrap_or_default();
                problem.call_list(listed, superiors.as_slice())
            }
            _ => Vec::new(),
        };
        let facts = SubjectFacts {
            open: matter.is_open(clock.kind),
            owner: Some(matter.owner().clone()),
            initiator: Some(matter.initiator().clone()),
            assistants: assistants.clone(),
            superiors,
            call_list,
        };
        let office;
        let hours = match self.people.get(matter.owner()) {
            Some(owner) => &owner.hours,
            None => {
                office = WorkingHours::office_in_china();
                &office
            }
        };
        let time = WorkingTime::new(hours, &self.holidays);
        Some((matter, advance(clock, &facts, &collaboration.levels, time, now)))
    }

    fn superior_of(&self, below: &PersonId) -> Option<Superior> {
        let superior = self.people.get(below)?.superior.as_ref()?;
        let reachable = self.people.get(superior).is_some_and(|person| person.standing == Standing::Active);
        Some(Superior { person: superior.clone(), reachable })
    }
}
