//! A task platform in memory, which can refuse, lose its answers, and be edited while it is being written to.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use huan_connect::{
    Account, Activity, CallbackRefused, CallbackRequest, Certainty, ConnectionState, Delivered, Descriptor, FieldWrite,
    Finding, ForeignMember, ForeignTask, Heard, Inbox, Lane, LaneUse, NewForeignTask, NotUnderstood, Outgoing,
    Platform, ProjectOutline, ProjectSetUp, Retry, SendError, Sent, Settings, SettingsError, Surroundings, Tasks,
};
use huan_core::{
    ambient::{ManualTime, TimeSource},
    platform::{ForeignComment, ForeignProject, ForeignTaskId, ForeignUser, PlatformKey},
};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is not taken, for now.
    Busy,
    /// It is taken, but the answer is lost.
    AnswerLost,
    /// It is refused for good.
    Refused,
}

/// An edit that somebody makes when the next write comes in, just before it.
type Edit = (ForeignTaskId, FieldWrite, ForeignUser);

#[derive(Default)]
struct Kept {
    tasks: BTreeMap<ForeignTaskId, ForeignTask>,
    activities: Vec<(ForeignTaskId, Activity)>,
    faults: Vec<Fault>,
    before_the_next_write: Vec<Edit>,
    /// Whether a person gave each task its present title, and the titles that people had given when the program wrote over them.
    title_by_people: BTreeMap<ForeignTaskId, bool>,
    written_over: Vec<(ForeignTaskId, String)>,
    calls: usize,
    last: Option<Timestamp>,
    number: usize,
}

/// The platform.
pub(super) struct Board {
    time: ManualTime,
    kept: Mutex<Kept>,
    state: watch::Sender<ConnectionState>,
}

pub(super) const OPERATOR: &str = "operator";
pub(super) const PROJECT: &str = "project";

impl Board {
    pub(super) fn new(time: ManualTime) -> Arc<Self> {
        Arc::new(Self { time, kept: Mutex::default(), state: watch::Sender::new(ConnectionState::Idle) })
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the next calls that change something go wrong, the last one first.
    pub(super) fn fail(&self, faults: &[Fault]) {
        self.kept().faults = faults.to_vec();
    }

    /// Has somebody edit a task just before the next write comes in.
    pub(super) fn edit_before_the_next_write(&self, task: &ForeignTaskId, write: FieldWrite, by: &str) {
        self.kept().before_the_next_write.push((task.clone(), write, ForeignUser::new(by)));
    }

    /// The titles that people gave and the program wrote over.
    pub(super) fn written_over(&self, task: &ForeignTaskId) -> Vec<String> {
        self.kept().written_over.iter().filter(|(of, _)| of == task).map(|(_, title)| title.clone()).collect()
    }

    /// How many calls changed something or tried to.
    pub(super) fn calls(&self) -> usize {
        self.kept().calls
    }

    pub(super) fn tasks(&self) -> Vec<ForeignTask> {
        self.kept().tasks.values().cloned().collect()
    }

    pub(super) fn task(&self, id: &ForeignTaskId) -> ForeignTask {
        self.kept().tasks[id].clone()
    }

    pub(super) fn comments(&self, id: &ForeignTaskId) -> Vec<String> {
        let kept = self.kept();
        let of = kept.activities.iter().filter(|(task, activity)| task == id && activity.is_comment);
        of.map(|(_, activity)| activity.text.clone()).collect()
    }

    /// Somebody makes a task.
    pub(super) fn make(&self, title: &str, owner: Option<&str>, by: &str) -> ForeignTaskId {
        let new = NewForeignTask {
            project: ForeignProject::new(PROJECT),
            title: title.into(),
            note: String::new(),
            owner: owner.map(ForeignUser::new),
            helpers: Vec::new(),
            due: None,
            priority: Some(0),
            status: None,
            reference: None,
        };
        self.add(&new, &ForeignUser::new(by)).id
    }

    /// Somebody edits a task.
    pub(super) fn edit(&self, task: &ForeignTaskId, write: &FieldWrite, by: &str) {
        edit(&mut self.kept(), self.time.now(), task, write, &ForeignUser::new(by));
    }

    /// Somebody comments.
    pub(super) fn say(&self, task: &ForeignTaskId, text: &str, by: &str) {
        comment(&mut self.kept(), self.time.now(), task, text, &ForeignUser::new(by));
    }

    pub(super) fn delete(&self, task: &ForeignTaskId) {
        self.kept().tasks.remove(task);
    }

    fn add(&self, new: &NewForeignTask, by: &ForeignUser) -> ForeignTask {
        let mut kept = self.kept();
        let at = tick(&mut kept, self.time.now());
        kept.number += 1;
        let mut participants = new.helpers.clone();
        participants.extend(new.owner.clone());
        participants.push(by.clone());
        let task = ForeignTask {
            id: ForeignTaskId::new(format!("t{}", kept.number)),
            project: Some(new.project.clone()),
            title: new.title.clone(),
            note: new.note.clone(),
            creator: Some(by.clone()),
            owner: new.owner.clone(),
            participants,
            start: None,
            due: new.due,
            priority: new.priority,
            status: Some("todo".into()),
            done: false,
            archived: false,
            fields: Vec::new(),
            created: Some(at),
            updated: Some(at),
        };
        kept.tasks.insert(task.id.clone(), task.clone());
        task
    }

    /// Takes the next fault. The call is carried out when there is none, or when only its answer is lost.
    fn fault(&self) -> Result<Option<SendError>, SendError> {
        let mut kept = self.kept();
        kept.calls += 1;
        let error = |certainty, retry| SendError {
            certainty,
            retry,
            reason_key: "delivery.reason.platform_busy",
            detail: String::new(),
        };
        match kept.faults.pop() {
            None => Ok(None),
            Some(Fault::Busy) => Err(error(Certainty::NotSent, Retry::Transient)),
            Some(Fault::Refused) => Err(error(Certainty::NotSent, Retry::Never)),
            Some(Fault::AnswerLost) => Ok(Some(error(Certainty::Unknown, Retry::Transient))),
        }
    }
}

/// The platform's clock never stands still: two changes never have the same time.
fn tick(kept: &mut Kept, now: Timestamp) -> Timestamp {
    let at = kept.last.map_or(now, |last| now.max(last + SignedDuration::from_millis(1)));
    kept.last = Some(at);
    at
}

/// Somebody changes a task.
fn edit(kept: &mut Kept, now: Timestamp, id: &ForeignTaskId, write: &FieldWrite, by: &ForeignUser) {
    if matches!(write, FieldWrite::Title(_)) {
        kept.title_by_people.insert(id.clone(), true);
    }
    change(kept, now, id, write, by);
}

fn change(
    kept: &mut Kept,
    now: Timestamp,
    id: &ForeignTaskId,
    write: &FieldWrite,
    by: &ForeignUser,
) -> Option<Timestamp> {
    let at = tick(kept, now);
    let task = kept.tasks.get_mut(id)?;
    match write.clone() {
        FieldWrite::Title(title) => task.title = title,
        FieldWrite::Note(note) => task.note = note,
        FieldWrite::Owner(owner) => {
            task.owner = owner;
            task.participants.extend(task.owner.clone());
        }
        FieldWrite::Participants(people) => task.participants = people,
        FieldWrite::Start(start) => task.start = start,
        FieldWrite::Due(due) => task.due = due,
        FieldWrite::Priority(priority) => task.priority = Some(priority),
        FieldWrite::Status(status) => {
            task.done = status == "done";
            task.status = Some(status);
        }
        FieldWrite::Custom(value) => {
            task.fields.retain(|field| field.field != value.field);
            if !value.values.is_empty() {
                task.fields.push(value);
            }
        }
        FieldWrite::Archived(archived) => task.archived = archived,
    }
    task.updated = Some(at);
    note(kept, id, at, by, false, format!("{write:?}"));
    Some(at)
}

fn comment(kept: &mut Kept, now: Timestamp, id: &ForeignTaskId, text: &str, by: &ForeignUser) -> ForeignComment {
    let at = tick(kept, now);
    note(kept, id, at, by, true, text.to_owned())
}

fn note(
    kept: &mut Kept,
    id: &ForeignTaskId,
    at: Timestamp,
    by: &ForeignUser,
    is_comment: bool,
    text: String,
) -> ForeignComment {
    kept.number += 1;
    let name = ForeignComment::new(format!("a{}", kept.number));
    let activity = Activity { id: name.clone(), by: Some(by.clone()), at, is_comment, text };
    kept.activities.push((id.clone(), activity));
    name
}

#[async_trait]
impl Tasks for Board {
    async fn projects(&self) -> Result<Vec<ProjectOutline>, SendError> {
        Ok(Vec::new())
    }

    async fn set_up(&self, project: &ForeignProject) -> Result<ProjectSetUp, SendError> {
        Ok(ProjectSetUp {
            id: project.clone(),
            name: String::new(),
            statuses: Vec::new(),
            priorities: Vec::new(),
            fields: Vec::new(),
        })
    }

    async fn members(&self, _project: &ForeignProject) -> Result<Vec<ForeignMember>, SendError> {
        Ok(Vec::new())
    }

    async fn create(&self, new: &NewForeignTask, operator: &ForeignUser) -> Result<ForeignTask, SendError> {
        let lost = self.fault()?;
        let task = self.add(new, operator);
        lost.map_or(Ok(task), Err)
    }

    async fn made(&self, new: &NewForeignTask, since: Timestamp) -> Result<Vec<ForeignTask>, SendError> {
        let mut found = self.tasks();
        found.retain(|task| task.title == new.title && task.created >= Some(since));
        Ok(found)
    }

    async fn read(&self, tasks: &[ForeignTaskId]) -> Result<Vec<ForeignTask>, SendError> {
        let mut found = self.tasks();
        found.retain(|task| tasks.contains(&task.id));
        Ok(found)
    }

    async fn changed_since(
        &self,
        _project: &ForeignProject,
        since: Option<Timestamp>,
    ) -> Result<Vec<ForeignTask>, SendError> {
        let mut found = self.tasks();
        found.retain(|task| task.updated >= since);
        found.sort_by_key(|task| task.updated);
        Ok(found)
    }

    async fn write(
        &self,
        task: &ForeignTaskId,
        write: &FieldWrite,
        operator: &ForeignUser,
    ) -> Result<Option<Timestamp>, SendError> {
        let lost = self.fault()?;
        let mut kept = self.kept();
        for (task, write, by) in std::mem::take(&mut kept.before_the_next_write) {
            edit(&mut kept, self.time.now(), &task, &write, &by);
        }
        if let FieldWrite::Title(title) = write
            && kept.title_by_people.insert(task.clone(), false) == Some(true)
            && let Some(before) = kept.tasks.get(task).map(|task| task.title.clone()).filter(|before| before != title)
        {
            kept.written_over.push((task.clone(), before));
        }
        let at = change(&mut kept, self.time.now(), task, write, operator);
        lost.map_or(Ok(at), Err)
    }

    async fn comment(
        &self,
        task: &ForeignTaskId,
        text: &str,
        _call_on: &[ForeignUser],
        operator: &ForeignUser,
    ) -> Result<ForeignComment, SendError> {
        let lost = self.fault()?;
        let id = comment(&mut self.kept(), self.time.now(), task, text, operator);
        lost.map_or(Ok(id), Err)
    }

    async fn activities(&self, task: &ForeignTaskId, since: Option<Timestamp>) -> Result<Vec<Activity>, SendError> {
        let kept = self.kept();
        let of = kept.activities.iter().filter(|(of, activity)| of == task && Some(activity.at) >= since);
        Ok(of.map(|(_, activity)| activity.clone()).collect())
    }

    fn link(&self, task: &ForeignTaskId) -> String {
        format!("http://board.test/{task}")
    }

    fn relay(&self) -> Option<&str> {
        None
    }

    fn operator(&self) -> Option<ForeignUser> {
        Some(ForeignUser::new(OPERATOR))
    }
}

#[async_trait]
impl Account for Board {
    fn state(&self) -> watch::Receiver<ConnectionState> {
        self.state.subscribe()
    }

    async fn check(&self) -> Vec<Finding> {
        Vec::new()
    }

    async fn listen(&self, _inbox: Arc<dyn Inbox>, _stop: CancellationToken) {}

    fn callback(&self, _request: &CallbackRequest) -> Result<Delivered, CallbackRefused> {
        Err(CallbackRefused::NotConfigured("callback"))
    }

    fn understand(&self, _payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
        Ok(Vec::new())
    }

    fn lanes(&self, _message: &Outgoing) -> LaneUse {
        LaneUse { sender: Lane { key: "app".into(), limits: &[] }, target: None, idempotent: false }
    }

    async fn send(&self, _message: &Outgoing) -> Result<Sent, SendError> {
        Ok(Sent { message: None })
    }

    fn sends(&self) -> bool {
        false
    }

    fn tasks(&self) -> Option<&dyn Tasks> {
        Some(self)
    }
}

/// The platform of the board.
pub(super) struct Boards(pub(super) Arc<Board>);

static DESCRIPTOR: LazyLock<Descriptor> = LazyLock::new(|| Descriptor {
    key: PlatformKey::new("teambition"),
    name_key: "domain.platform.teambition",
    settings: &[],
    permissions: &[],
});

impl Platform for Boards {
    fn descriptor(&self) -> &Descriptor {
        &DESCRIPTOR
    }

    fn open(&self, _settings: &Settings, _surroundings: Surroundings) -> Result<Arc<dyn Account>, SettingsError> {
        Ok(Arc::clone(&self.0) as Arc<dyn Account>)
    }
}
