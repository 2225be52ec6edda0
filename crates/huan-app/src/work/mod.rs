//! One unit of work: a transaction together with what every change brings with it.
//!
//! A change, its history, the clocks it starts or stops and the messages it causes commit together or not at all.

mod calling;
mod clocks;
mod mirroring;
mod syncing;
mod telling;

pub(crate) use calling::CallOn;
pub(crate) use syncing::{empty_link, moment, values_of};
pub use telling::Place;
pub(crate) use telling::{About, lanes_of, reached_first};

use std::collections::BTreeMap;

use huan_core::{
    collaboration::{Channel, Collaboration, Role},
    document::Document,
    emergency::Emergency,
    file::File,
    history::{Entry, Event, Source, Subject},
    i18n::Language,
    id::{
        CollaborationId, DocumentId, EmergencyId, FileId, Id, Kind, MinutesId, PersonId, ProblemId, SignOffId, TaskId,
    },
    minutes::Minutes,
    permission::{CollaborationDeed, Deed, Matter, may, may_administer, may_in_collaboration, may_keep_directory},
    person::Person,
    problem::Problem,
    sign_off::SignOff,
    task::Task,
};
use huan_store::{Change, InboxEvent, Tx};
use jiff::Timestamp;

use crate::{app::App, caller::Caller, error::ActionError, line};

/// A unit of work on behalf of a caller, or of Huan itself.
pub struct Work<'a> {
    /// The application.
    pub app: &'a App,
    /// The transaction.
    pub tx: Tx,
    /// On whose behalf; none when Huan acts by itself.
    pub caller: Option<Caller>,
    /// The moment at which all of it happens.
    pub now: Timestamp,
    /// The inbox event that this carries out: it is marked as done with it.
    event: Option<InboxEvent>,
    /// The tasks that were changed, to be brought into step with their platform.
    touched: BTreeMap<TaskId, syncing::Touched>,
    /// The collaborations in which something changed, for their mirrors.
    mirrored: Vec<CollaborationId>,
}

impl App {
    /// Begins a unit of work on behalf of `caller`.
    ///
    /// # Errors
    /// When the database gives no transaction.
    pub async fn begin(&self, caller: &Caller) -> Result<Work<'_>, ActionError> {
        Ok(Work {
            app: self,
            tx: self.db.write().await?,
            caller: Some(caller.clone()),
            now: self.now(),
            event: None,
            touched: BTreeMap::new(),
            mirrored: Vec::new(),
        })
    }

    /// Begins a unit of work of Huan itself.
    ///
    /// # Errors
    /// When the database gives no transaction.
    pub async fn begin_as_huan(&self) -> Result<Work<'_>, ActionError> {
        self.begin_for(None).await
    }

    /// Begins the unit of work that carries out `event`.
    pub(crate) async fn begin_for(&self, event: Option<&InboxEvent>) -> Result<Work<'_>, ActionError> {
        Ok(Work {
            app: self,
            tx: self.db.write().await?,
            caller: None,
            now: self.now(),
            event: event.cloned(),
            touched: BTreeMap::new(),
            mirrored: Vec::new(),
        })
    }
}

impl Work<'_> {
    /// Keeps everything. Returns when it is durable.
    ///
    /// # Errors
    /// When nothing was kept.
    pub async fn commit(mut self) -> Result<(), ActionError> {
        self.note_touched_tasks().await?;
        self.note_touched_mirrors().await?;
        if let Some(event) = &self.event {
            self.tx.finish_event(&self.app.workspace, event, self.now).await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// A new id.
    pub fn new_id<K: Kind>(&self) -> Id<K> {
        Id::new(&*self.app.time, &*self.app.entropy)
    }

    /// Who acts, by which way.
    pub fn source(&self) -> Source {
        self.caller.as_ref().map_or(Source::Huan, |caller| caller.source.clone())
    }

    /// The language in which the caller is answered.
    pub fn language(&self) -> Language {
        self.caller.as_ref().map_or(Language::default(), |caller| caller.language)
    }

    /// The caller.
    ///
    /// # Errors
    /// When Huan acts by itself: then there is nobody to be asked for rights.
    pub fn caller(&self) -> Result<&Caller, ActionError> {
        self.caller.as_ref().ok_or(ActionError::Forbidden)
    }

    /// The caller's role in a collaboration.
    ///
    /// # Errors
    /// When the database fails or Huan acts by itself.
    pub async fn role(&mut self, collaboration: &CollaborationId) -> Result<Option<Role>, ActionError> {
        let person = self.caller()?.person().clone();
        Ok(self.tx.role(&self.app.workspace, collaboration, &person).await?)
    }

    /// Requires that the caller may administer the workspace.
    ///
    /// # Errors
    /// When they may not.
    pub fn require_administrator(&self) -> Result<(), ActionError> {
        Ok(may_administer(&self.caller()?.viewer)?)
    }

    /// Requires that the caller may keep the people directory.
    ///
    /// # Errors
    /// When they may not.
    pub fn require_directory(&self) -> Result<(), ActionError> {
        Ok(may_keep_directory(&self.caller()?.viewer)?)
    }

    /// The collaboration, when the caller may do `deed` with it.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn collaboration_for(
        &mut self,
        id: &CollaborationId,
        deed: CollaborationDeed,
    ) -> Result<Collaboration, ActionError> {
        let role = self.role(id).await?;
        may_in_collaboration(&self.caller()?.viewer, deed, role)?;
        self.tx.collaboration(&self.app.workspace, id).await?.ok_or(ActionError::NotFound("collaboration"))
    }

    /// The task, when the caller may do `deed` with it.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn task_for(&mut self, id: &TaskId, deed: Deed) -> Result<Task, ActionError> {
        let task = self.tx.task(&self.app.workspace, id).await?.ok_or(ActionError::NotFound("task"))?;
        let role = self.role(&task.collaboration).await?;
        let viewer = self.caller()?.viewer.clone();
        let called_on = self.is_called_on(&task, &viewer.person).await?;
        may(&viewer, deed, &Matter::task(&task, &viewer, role, called_on))?;
        Ok(task)
    }

    /// The problem, when the caller may do `deed` with it.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn problem_for(&mut self, id: &ProblemId, deed: Deed) -> Result<Problem, ActionError> {
        let workspace = &self.app.workspace;
        let problem = self.tx.problem(workspace, id).await?.ok_or(ActionError::NotFound("problem"))?;
        let role = self.role(&problem.collaboration).await?;
        let viewer = self.caller()?.viewer.clone();
        let asked = self.tx.was_asked(workspace, id, &viewer.person).await?
            || line::is_at_hand(&mut self.tx, workspace, &problem, &viewer.person).await?;
        let mut matter = Matter::problem(&problem, role, asked);
        matter.takes_part |= line::has_role(&mut self.tx, workspace, &problem, &viewer.person).await?;
        if deed == Deed::See {
            matter.takes_part |= self.tx.was_told(workspace, id.as_str(), &viewer.person).await?;
        }
        may(&viewer, deed, &matter)?;
        Ok(problem)
    }

    /// The emergency, when the caller may do `deed` with its problem.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn emergency_for(&mut self, id: &EmergencyId, deed: Deed) -> Result<Emergency, ActionError> {
        let found = self.tx.emergency(&self.app.workspace, id).await?;
        let emergency = found.ok_or(ActionError::NotFound("emergency"))?;
        self.problem_for(&emergency.problem, deed).await?;
        Ok(emergency)
    }

    /// The minutes, when the caller may do `deed` with them.
    ///
    /// # Errors
    /// When there are none or they may not.
    pub async fn minutes_for(&mut self, id: &MinutesId, deed: Deed) -> Result<Minutes, ActionError> {
        let workspace = &self.app.workspace;
        let minutes = self.tx.minutes(workspace, id).await?.ok_or(ActionError::NotFound("minutes"))?;
        let role = self.role(&minutes.collaboration).await?;
        let viewer = self.caller()?.viewer.clone();
        let participant = self.tx.confirmation(workspace, id, &viewer.person).await?.is_some();
        let mut matter = Matter::minutes(&minutes, role, participant);
        if deed == Deed::See {
            matter.takes_part |= self.tx.was_told(workspace, id.as_str(), &viewer.person).await?;
        }
        may(&viewer, deed, &matter)?;
        Ok(minutes)
    }

    /// The document, when the caller may do `deed` with it.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn document_for(&mut self, id: &DocumentId, deed: Deed) -> Result<Document, ActionError> {
        let found = self.tx.document(&self.app.workspace, id).await?;
        let document = found.ok_or(ActionError::NotFound("document"))?;
        let role = self.role(&document.collaboration).await?;
        let viewer = self.caller()?.viewer.clone();
        may(&viewer, deed, &Matter::document(&document, &viewer, role))?;
        Ok(document)
    }

    /// The file, when the caller may do `deed` with it: as with its document, where it belongs to one.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn file_for(&mut self, id: &FileId, deed: Deed) -> Result<File, ActionError> {
        let file = self.tx.file(&self.app.workspace, id).await?.ok_or(ActionError::NotFound("file"))?;
        if let Some(document) = &file.document {
            self.document_for(document, deed).await?;
            return Ok(file);
        }
        let role = self.role(&file.collaboration).await?;
        may(&self.caller()?.viewer, deed, &Matter::file(&file, role))?;
        Ok(file)
    }

    /// The round of acceptance, when the caller may do `deed` with it.
    ///
    /// # Errors
    /// When there is none or they may not.
    pub async fn sign_off_for(&mut self, id: &SignOffId, deed: Deed) -> Result<SignOff, ActionError> {
        let workspace = &self.app.workspace;
        let sign_off = self.tx.sign_off(workspace, id).await?.ok_or(ActionError::NotFound("sign_off"))?;
        let role = self.role(&sign_off.collaboration).await?;
        let viewer = self.caller()?.viewer.clone();
        let signer = self.tx.signatures(workspace, id).await?.iter().any(|one| one.person == viewer.person);
        may(&viewer, deed, &Matter::sign_off(&sign_off, role, signer))?;
        Ok(sign_off)
    }

    /// Whether `person` was called on as a superior about the task.
    async fn is_called_on(&mut self, task: &Task, person: &PersonId) -> Result<bool, ActionError> {
        Ok(self.tx.was_told(&self.app.workspace, task.id.as_str(), person).await?)
    }

    /// The person.
    ///
    /// # Errors
    /// When there is none.
    pub async fn person(&mut self, id: &PersonId, field: &'static str) -> Result<Person, ActionError> {
        self.tx.person(&self.app.workspace, id).await?.ok_or(ActionError::field(field, "unknown"))
    }

    /// Writes what happened into the history and tells the screens that show it.
    pub fn happened(&mut self, subject: Subject, collaboration: Option<&CollaborationId>, event: Event) {
        self.touch(&subject, collaboration, &event);
        self.touch_mirror(collaboration);
        self.note_quietly(subject.clone(), collaboration, event);
        self.show(&subject, collaboration);
    }

    /// Writes what happened into the history. For work on many things at once, which tells the screens once.
    pub fn note_quietly(&mut self, subject: Subject, collaboration: Option<&CollaborationId>, event: Event) {
        let source = self.source();
        let entry = Entry {
            id: self.new_id(),
            subject,
            collaboration: collaboration.cloned(),
            at: self.now,
            // Where Huan acts with somebody's rights, it was not them who did it.
            actor: self.caller.as_ref().filter(|_| source != Source::Huan).map(|caller| caller.person().clone()),
            source,
            event,
        };
        self.tx.add_history(&self.app.workspace, entry);
    }

    /// Tells the screens that show `subject` to look again.
    pub fn show(&mut self, subject: &Subject, collaboration: Option<&CollaborationId>) {
        let change = Change {
            at: self.now,
            kind: subject.kind().to_owned(),
            subject: subject.id().to_owned(),
            collaboration: collaboration.cloned(),
            data: serde_json::Value::Null,
        };
        self.tx.announce(&self.app.workspace, change);
    }

    /// Tells the screens that show groups to look again: one that is bound to nothing concerns whoever could bind it.
    pub fn show_channel(&mut self, channel: &Channel) {
        let change = Change {
            at: self.now,
            kind: "channel".to_owned(),
            subject: channel.id.to_string(),
            collaboration: channel.collaboration.clone(),
            data: serde_json::Value::Null,
        };
        self.tx.announce(&self.app.workspace, change);
    }

    /// The address of a signed link by which `person` can act on the task.
    pub fn task_link(&self, task: &TaskId, person: &PersonId) -> String {
        crate::notices::link(self.app, &Subject::Task(task.clone()), person, self.now)
    }
}
