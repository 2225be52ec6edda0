//! What a unit of work leaves behind for the task platforms: which linked tasks changed, and what was said about them.
//!
//! Every way in goes through [`Work`], so none of them can forget it; and since it is written in the transaction of the
//! change, nothing is lost when the program dies.

use std::collections::{BTreeMap, HashMap};

use huan_core::{
    history::{Event, Source, Subject},
    i18n::{Language, text},
    id::{CollaborationId, TaskId},
    platform::PlatformKey,
    task::Task,
    task_sync::{Held, Side, SyncField, TaskLink},
};
use huan_store::{CommentState, TaskComment};
use jiff::Timestamp;

use super::Work;
use crate::{caller::Caller, error::ActionError};

/// What was done to a task that was changed.
#[derive(Debug)]
pub(super) struct Touched {
    collaboration: Option<CollaborationId>,
    created: bool,
    said: Vec<String>,
}

impl Work<'_> {
    /// Whether what is done comes from a bound task platform.
    pub(crate) fn is_of_platform(&self) -> bool {
        matches!(self.source(), Source::TaskPlatform { .. })
    }

    /// Lets `person` act by what they did on a bound task platform. Someone who has left does not become a caller.
    pub(crate) fn act_on_platform(
        &mut self,
        person: &huan_core::person::Person,
        platform: &PlatformKey,
        editor: &str,
    ) -> bool {
        let source = Source::TaskPlatform { platform: platform.clone(), editor: editor.to_owned() };
        self.caller = Caller::of(person, source, self.now);
        if let Some(caller) = &mut self.caller {
            caller.viewer.by_binding = true;
        }
        self.caller.is_some()
    }

    /// Notes that a task was changed, and what was said about it.
    pub(super) fn touch(&mut self, subject: &Subject, collaboration: Option<&CollaborationId>, event: &Event) {
        let Subject::Task(task) = subject else { return };
        let said = words_of(event).filter(|_| !self.is_of_platform());
        let created = matches!(event, Event::Created);
        let touched = self.touched.entry(task.clone()).or_insert_with(|| Touched {
            collaboration: collaboration.cloned(),
            created: false,
            said: Vec::new(),
        });
        touched.created |= created;
        touched.said.extend(said);
    }

    /// Asks for the changed tasks to be brought into step.
    pub(super) async fn note_touched_tasks(&mut self) -> Result<(), ActionError> {
        let all = std::mem::take(&mut self.touched);
        // Asked for all at once: a round of clocks touches hundreds, of which mostly none is linked.
        let tasks = Vec::from_iter(all.keys());
        let found = self.tx.lock_links_of_tasks(&self.app.workspace, &tasks).await?;
        let mut links: HashMap<TaskId, TaskLink> =
            found.into_iter().filter_map(|link| Some((link.task.clone()?, link))).collect();
        for (task, touched) in all {
            let link = match links.remove(&task) {
                Some(link) => link,
                None if touched.created && !self.is_of_platform() => match self.new_link(&task, &touched).await? {
                    Some(link) => link,
                    None => continue,
                },
                None => continue,
            };
            self.note(link, &task, touched).await?;
        }
        Ok(())
    }

    /// The link of a task that was made in a bound collaboration.
    async fn new_link(&mut self, task: &TaskId, touched: &Touched) -> Result<Option<TaskLink>, ActionError> {
        let Some(collaboration) = &touched.collaboration else { return Ok(None) };
        let Some(binding) = self.tx.binding_of(&self.app.workspace, collaboration).await? else { return Ok(None) };
        let link = TaskLink {
            id: self.new_id(),
            binding: binding.id,
            task: Some(task.clone()),
            ..empty_link(Side::Here, self)
        };
        self.tx.insert_link(&self.app.workspace, &link).await?;
        Ok(Some(link))
    }

    async fn note(&mut self, mut link: TaskLink, task: &TaskId, touched: Touched) -> Result<(), ActionError> {
        let workspace = &self.app.workspace;
        let Some(task) = self.tx.task(workspace, task).await? else { return Ok(()) };
        let by = self.caller.as_ref().map(|caller| caller.person().clone());
        for (field, value) in values_of(&task) {
            if link.here.get(&field).is_none_or(|held| held.value != value) {
                link.here.insert(field, Held { value, at: self.now, by: by.clone() });
            }
        }
        link.title.clone_from(&task.name);
        for text in &touched.said {
            let comment = TaskComment {
                id: self.new_id(),
                task: task.id.clone(),
                foreign: None,
                author: by.clone(),
                text: text.clone(),
                state: CommentState::Waiting,
                attempted_at: None,
                created_at: self.now,
            };
            self.tx.insert_task_comment(workspace, &comment).await?;
        }
        let in_step = SyncField::ALL.iter().all(|field| {
            let here = link.here.get(field).map(|held| &held.value);
            link.common.get(field).map(|common| &common.here) == here
        });
        if !in_step || !touched.said.is_empty() {
            link.next_at = Some(self.now);
            link.wakes += 1;
        }
        Ok(self.tx.save_link(workspace, &link).await?)
    }
}

/// A link of which nothing is known yet, to be looked at at once.
pub(crate) fn empty_link(origin: Side, work: &Work<'_>) -> TaskLink {
    TaskLink {
        id: work.new_id(),
        binding: work.new_id(),
        task: None,
        foreign: None,
        title: String::new(),
        origin,
        here: BTreeMap::new(),
        common: BTreeMap::new(),
        there_at: None,
        heard_to: None,
        writing_from: None,
        making_at: None,
        missing_at: None,
        gone: false,
        conflicted_at: None,
        problems: BTreeMap::new(),
        next_at: Some(work.now),
        attempts: 0,
        wakes: 0,
    }
}

/// The fields of a task that are kept in step, in the neutral form of the history.
pub(crate) fn values_of(task: &Task) -> BTreeMap<SyncField, String> {
    let mut helpers: Vec<&str> = task.helpers.iter().map(|helper| helper.as_str()).collect();
    helpers.sort_unstable();
    [
        (SyncField::Owner, task.owner.to_string()),
        (SyncField::Name, task.name.clone()),
        (SyncField::Description, task.description.clone()),
        (SyncField::Due, moment(task.due_at)),
        (SyncField::Priority, crate::actions::edit_task::code(&task.priority)),
        (SyncField::Helpers, helpers.join(" ")),
        (SyncField::Status, task.state.stage().name().to_owned()),
    ]
    .into()
}

/// An instant to the millisecond, as platforms keep it; empty for none.
pub(crate) fn moment(at: Option<Timestamp>) -> String {
    at.and_then(|at| Timestamp::from_millisecond(at.as_millisecond()).ok()).map(|at| at.to_string()).unwrap_or_default()
}

/// What is said with a step, for the comments of the platform.
fn words_of(event: &Event) -> Option<String> {
    let say = |key: &str, arguments: &[(&str, &dyn std::fmt::Display)]| {
        Some(text(Language::default(), &format!("sync.said.{key}"), arguments))
    };
    match event {
        Event::Progressed { text, percent: None } => say("progressed", &[("text", text)]),
        Event::Progressed { text, percent: Some(percent) } => {
            say("progressed_to", &[("text", text), ("percent", percent)])
        }
        Event::Blocked { reason } => say("blocked", &[("reason", reason)]),
        Event::Declined { refusal } => {
            say("declined", &[("reason", &refusal.reason), ("proposal", &refusal.proposal.words)])
        }
        Event::Cancelled { reason } => say("cancelled", &[("reason", reason)]),
        _ => None,
    }
}
