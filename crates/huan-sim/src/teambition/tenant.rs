//! Everything that Teambition remembers about the organisation.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::answer::Refusal;
use super::directory::Directory;
use super::hook::Hook;
use super::ids;
use super::project::{Project, Status};
use super::settings::TeambitionSettings;
use super::task::Task;
use crate::organisation::Organisation;
use crate::pace::PerSecond;

/// Everything that Teambition remembers. One lock guards it; nothing waits while holding it.
pub(super) struct Tenant {
    pub(super) settings: TeambitionSettings,
    pub(super) calls: PerSecond,
    pub(super) directory: Directory,
    pub(super) projects: Vec<Project>,
    /// By id.
    tasks: HashMap<String, Task>,
    /// The ids of all tasks, oldest first.
    order: Vec<String>,
    numbered: u64,
    /// The newest `updated` that was given.
    newest: Timestamp,
    /// Codes of the browser's sign-in, each with the userId.
    pub(super) codes: BTreeMap<String, String>,
    /// Tokens of people.
    pub(super) user_tokens: BTreeMap<String, UserToken>,
    pub(super) hook: Hook,
}

/// A token that acts as a person (Teambition §8).
#[derive(Debug, Clone)]
pub(super) struct UserToken {
    pub(super) user: String,
    pub(super) refresh: String,
    pub(super) expires: Timestamp,
}

/// Levels of urgency of the organisation: value, name and colour (Teambition §6.3).
pub(super) const PRIORITIES: [(i64, &str, &str); 4] =
    [(-10, "较低", "#8C8C8C"), (0, "普通", "#1B9AEE"), (1, "紧急", "#FA8C15"), (2, "非常紧急", "#E62412")];

impl Tenant {
    pub(super) fn seeded(organisation: &Organisation, settings: TeambitionSettings, now: Timestamp) -> Self {
        let directory = Directory::new(organisation);
        let projects = organisation.projects.iter().map(|seed| {
            let user = |key: &String| ids::person(key).user_id;
            let mut project = Project::new(ids::project(&seed.key), &seed.name, &user(&seed.owner), now);
            let others = seed.members.iter().filter(|key| **key != seed.owner);
            project.members.extend(others.map(|key| (user(key), 0)));
            project.groups = seed.groups.iter().map(|key| crate::dingtalk::ids::conversation(key)).collect();
            project
        });
        Self {
            projects: projects.collect(),
            settings,
            calls: PerSecond::default(),
            directory,
            tasks: HashMap::new(),
            order: Vec::new(),
            numbered: 0,
            newest: Timestamp::MIN,
            codes: BTreeMap::new(),
            user_tokens: BTreeMap::new(),
            hook: Hook::default(),
        }
    }

    /// The instant of a write. No two are the same, and later ones are later, so that whoever reads on from the newest
    /// `updated` misses nothing.
    pub(super) fn tick(&mut self, now: Timestamp) -> Timestamp {
        let now = Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now);
        let next = self.newest.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
        self.newest = now.max(next);
        self.newest
    }

    pub(super) fn project(&self, id: &str) -> Result<&Project, Refusal> {
        self.projects.iter().find(|project| project.id == id).ok_or_else(|| Refusal::missing("项目"))
    }

    pub(super) fn project_mut(&mut self, id: &str) -> Result<&mut Project, Refusal> {
        self.projects.iter_mut().find(|project| project.id == id).ok_or_else(|| Refusal::missing("项目"))
    }

    /// The project of a task; none for a task without one.
    pub(super) fn project_of(&self, task: &Task) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == task.project)
    }

    pub(super) fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.get(id)
    }

    pub(super) fn task_mut(&mut self, id: &str) -> Option<&mut Task> {
        self.tasks.get_mut(id)
    }

    /// All tasks, oldest first, also those in the recycle bin.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.order.iter().filter_map(|id| self.tasks.get(id))
    }

    /// The short number of the next task.
    pub(super) fn next_number(&mut self) -> u64 {
        self.numbered += 1;
        self.numbered
    }

    pub(super) fn add_task(&mut self, task: Task) {
        self.order.push(task.id.clone());
        self.tasks.insert(task.id.clone(), task);
    }

    /// Forgets a task for good.
    pub(super) fn delete_task(&mut self, id: &str) -> Option<Task> {
        self.order.retain(|known| known != id);
        self.tasks.remove(id)
    }

    /// The tasks above one, nearest first.
    pub(super) fn ancestors(&self, task: &Task) -> Vec<String> {
        let mut line: Vec<String> = Vec::new();
        let mut next = task.parent.clone();
        while let Some(id) = next.filter(|id| !line.contains(id)) {
            next = self.tasks.get(&id).and_then(|above| above.parent.clone());
            line.push(id);
        }
        line
    }

    /// The task object of the answers.
    pub(super) fn object(&self, task: &Task) -> serde_json::Value {
        task.object(self.project_of(task), &self.ancestors(task), &self.settings)
    }

    /// The status of a task.
    pub(super) fn status_of(&self, task: &Task) -> Option<&Status> {
        self.project_of(task).and_then(|project| project.status(&task.status))
    }
}
