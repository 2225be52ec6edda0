//! Starting and stopping the clocks of what is changed.

use super::Work;
use crate::error::ActionError;
use huan_core::{
    calendar::WorkingTime,
    clock::{Clock, ClockKind, StopReason, Trigger},
    collaboration::Collaboration,
    history::{Event, Subject},
    id::{CollaborationId, PersonId},
    minutes::Minutes,
    problem::Problem,
    record::{FollowUp, Record},
    sign_off::Signature,
    task::Task,
    usage_rules::RulesReading,
};
use jiff::Timestamp;

impl Work<'_> {
    /// Starts a clock of a task, by the working time of whoever must act, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_task_clock(
        &mut self,
        task: &Task,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<(), ActionError> {
        let who = if trigger == Trigger::Proposal { &task.initiator } else { &task.owner };
        self.start_clock(Subject::Task(task.id.clone()), who, collaboration, trigger).await.map(|_| ())
    }

    /// Starts the clock of a follow-up, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_follow_up_clock(&mut self, follow_up: &FollowUp, record: &Record) -> Result<(), ActionError> {
        let collaboration = self
            .tx
            .collaboration(&self.app.workspace, &record.collaboration)
            .await?
            .ok_or(ActionError::NotFound("collaboration"))?;
        let trigger = Trigger::FollowUp { due: follow_up.due_at };
        let subject = Subject::FollowUp(follow_up.id.clone());
        self.start_clock(subject, &follow_up.person, &collaboration, trigger).await.map(|_| ())
    }

    /// Starts a clock of a problem, by the working time of whoever must act, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_problem_clock(
        &mut self,
        problem: &Problem,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<Clock, ActionError> {
        let subject = Subject::Problem(problem.id.clone());
        let emergency = match trigger.kind() {
            ClockKind::UrgentProblem => self.tx.emergency_of(&self.app.workspace, &problem.id).await?,
            _ => None,
        };
        let mut collaboration = collaboration.clone();
        if let Some(emergency) = emergency {
            collaboration.levels = emergency.pace.over(&collaboration.levels);
        }
        self.start_clock(subject, problem.responsible(), &collaboration, trigger).await
    }

    /// Starts a clock of an emergency or of a point of its checklist, or starts it anew. `collaboration` has the service
    /// levels as the severity changes them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_emergency_clock(
        &mut self,
        subject: Subject,
        owner: &PersonId,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<(), ActionError> {
        self.start_clock(subject, owner, collaboration, trigger).await.map(|_| ())
    }

    /// Starts the clock of minutes, or starts it anew: it runs from the decision or the end of the meeting, or from now when the
    /// time that this gives has passed already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_minutes_clock(
        &mut self,
        minutes: &Minutes,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<(), ActionError> {
        let recorder = self.person(&minutes.recorder, "recorder").await?;
        let holidays = self.app.holidays();
        let time = WorkingTime::new(&recorder.hours, &holidays);
        let subject = Subject::Minutes(minutes.id.clone());
        let trial =
            Clock::start(self.new_id(), subject.clone(), trigger, &collaboration.levels, time, minutes.happened_at);
        let from = if trial.due_at > self.now { minutes.happened_at } else { self.now };
        self.start_clock_from(subject, &minutes.recorder, collaboration, trigger, from).await.map(|_| ())
    }

    /// Starts the clock of a member who has rules to read, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_rules_clock(
        &mut self,
        reading: &RulesReading,
        collaboration: &Collaboration,
    ) -> Result<(), ActionError> {
        let Some(trigger) = reading.clock() else { return Ok(()) };
        let subject = Subject::RulesReading(reading.id.clone());
        self.start_clock(subject, &reading.person, collaboration, trigger).await.map(|_| ())
    }

    /// Starts the clock that reminds the participants of filed minutes of their word, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_confirmation_clock(&mut self, minutes: &Minutes) -> Result<(), ActionError> {
        let found = self.tx.collaboration(&self.app.workspace, &minutes.collaboration).await?;
        let collaboration = found.ok_or(ActionError::NotFound("collaboration"))?;
        let subject = Subject::Minutes(minutes.id.clone());
        self.start_clock(subject, &minutes.recorder, &collaboration, Trigger::Confirmation).await.map(|_| ())
    }

    /// Starts the clock of a signature, or starts it anew.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_signature_clock(
        &mut self,
        signature: &Signature,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<(), ActionError> {
        let subject = Subject::Signature(signature.id.clone());
        self.start_clock(subject, &signature.person, collaboration, trigger).await.map(|_| ())
    }

    async fn start_clock(
        &mut self,
        subject: Subject,
        owner: &PersonId,
        collaboration: &Collaboration,
        trigger: Trigger,
    ) -> Result<Clock, ActionError> {
        self.start_clock_from(subject, owner, collaboration, trigger, self.now).await
    }

    async fn start_clock_from(
        &mut self,
        subject: Subject,
        owner: &PersonId,
        collaboration: &Collaboration,
        trigger: Trigger,
        from: Timestamp,
    ) -> Result<Clock, ActionError> {
        let owner = self.person(owner, "owner").await?;
        let holidays = self.app.holidays();
        let time = WorkingTime::new(&owner.hours, &holidays);
        let before = self.tx.clock_of(&self.app.workspace, &subject, trigger.kind()).await?;
        let clock = match before {
            Some(before) => {
                let clock = before.restart(trigger, &collaboration.levels, time, from);
                self.tx.update_clock(&self.app.workspace, &clock).await?;
                clock
            }
            None => {
                let clock = Clock::start(self.new_id(), subject, trigger, &collaboration.levels, time, from);
                self.tx.insert_clock(&self.app.workspace, &clock).await?;
                clock
            }
        };
        let event = Event::ClockStarted { clock: clock.kind.name().to_owned(), due_at: clock.due_at };
        self.happened(clock.subject.clone(), Some(&collaboration.id), event);
        Ok(clock)
    }

    /// Stops a clock; nothing happens when it does not run.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stop_clock(
        &mut self,
        subject: &Subject,
        collaboration: &CollaborationId,
        kind: ClockKind,
        reason: StopReason,
    ) -> Result<(), ActionError> {
        let Some(clock) = self.tx.clock_of(&self.app.workspace, subject, kind).await? else { return Ok(()) };
        let Some(stopped) = clock.stop(reason, self.now) else { return Ok(()) };
        self.tx.update_clock(&self.app.workspace, &stopped).await?;
        let event = Event::ClockStopped { clock: kind.name().to_owned() };
        self.happened(subject.clone(), Some(collaboration), event);
        Ok(())
    }
}
