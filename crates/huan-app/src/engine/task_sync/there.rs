//! The platform's side: a task's values there, how values of one side look on the other, and what is written.

use std::collections::{BTreeMap, BTreeSet};

use huan_connect::{CustomValue, FieldWrite, ForeignTask};
use huan_core::{
    platform::ForeignUser,
    task::{Priority, Stage, Task},
    task_sync::{Acceptance, Mapping, StatusThere, SyncField},
};

use super::people::People;
use crate::work::moment;

/// A task on both sides, and what is known for translating between them.
pub(super) struct Both<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) people: &'a People,
    pub(super) task: &'a Task,
    pub(super) foreign: &'a ForeignTask,
}

/// A value of one side as the other one would hold it.
#[derive(Debug, Default)]
pub(super) struct Translated {
    /// The value; none where it has no counterpart.
    pub(super) value: Option<String>,
    /// What of it, or all of it, has none: a key and the name of what is missing.
    pub(super) missing: Option<(&'static str, String)>,
}

impl Translated {
    fn whole(value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), missing: None }
    }

    fn nothing(key: &'static str, what: impl Into<String>) -> Self {
        Self { value: None, missing: Some((key, what.into())) }
    }
}

impl Both<'_> {
    /// The platform's values, each in its own form.
    pub(super) fn there(&self) -> BTreeMap<SyncField, String> {
        let foreign = self.foreign;
        [
            (SyncField::Owner, foreign.owner.as_ref().map(ToString::to_string).unwrap_or_default()),
            (SyncField::Name, foreign.title.trim().to_owned()),
            (SyncField::Description, foreign.note.replace("\r\n", "\n").trim().to_owned()),
            (SyncField::Due, moment(foreign.due)),
            (SyncField::Priority, foreign.priority.map(|value| value.to_string()).unwrap_or_default()),
            (SyncField::Helpers, joined(self.others().into_iter().map(ForeignUser::as_str))),
            (SyncField::Status, self.status().code()),
        ]
        .into()
    }

    /// Those who take part beside owner and creator, whom platforms count among them by themselves.
    fn others(&self) -> Vec<&ForeignUser> {
        let own = |user: &&ForeignUser| {
            Some(*user) != self.foreign.owner.as_ref() && Some(*user) != self.foreign.creator.as_ref()
        };
        self.foreign.participants.iter().filter(own).collect()
    }

    fn status(&self) -> StatusThere {
        let foreign = self.foreign;
        let known = foreign.status.as_deref().is_some_and(|status| self.mapping.knows(status));
        let choice = match &self.mapping.acceptance {
            Acceptance::Status => None,
            Acceptance::Field { field, .. } => {
                foreign.field(field).and_then(|value| value.values.first()).map(|(id, _)| id.clone())
            }
        };
        StatusThere { status: foreign.status.clone(), choice, done: foreign.done && !known, archived: foreign.archived }
    }

    /// The platform's value as Huan would hold it.
    pub(super) fn as_here(&self, field: SyncField, there: &str) -> Translated {
        match field {
            SyncField::Name | SyncField::Description | SyncField::Due => Translated::whole(there),
            // Nobody answers for it there; here somebody always does.
            SyncField::Owner if there.is_empty() => Translated::default(),
            SyncField::Owner => match self.people.here(&ForeignUser::new(there)) {
                Some(person) => Translated::whole(person.as_str()),
                None => Translated::nothing("sync.problem.person_not_here", there),
            },
            SyncField::Helpers => {
                let mut missing = Vec::new();
                let mut people = BTreeSet::new();
                for user in there.split_whitespace() {
                    match self.people.here(&ForeignUser::new(user)) {
                        Some(person) if *person != self.task.owner => {
                            people.insert(person.as_str());
                        }
                        Some(_) => {}
                        None => missing.push(user),
                    }
                }
                let missing = (!missing.is_empty()).then(|| ("sync.problem.person_not_here", missing.join(", ")));
                Translated { value: Some(joined(people.into_iter())), missing }
            }
            SyncField::Priority if there.is_empty() => Translated::default(),
            SyncField::Priority => match there.parse().ok().and_then(|value| self.mapping.priority(value)) {
                Some(priority) => Translated::whole(crate::actions::edit_task::code(&priority)),
                None => Translated::nothing("sync.problem.priority_not_mapped", there),
            },
            SyncField::Status => match (self.mapping.stage(&self.status()), self.task.state.stage()) {
                // What is done may be tidied away.
                (Some(Stage::Cancelled), Stage::Done) => Translated::whole(Stage::Done.name()),
                (Some(stage), _) => Translated::whole(stage.name()),
                (None, _) => {
                    let status = self.foreign.status.clone().unwrap_or_default();
                    Translated::nothing("sync.problem.status_not_mapped", status)
                }
            },
        }
    }

    /// Huan's value as the platform would hold it.
    pub(super) fn as_there(&self, field: SyncField, here: &str) -> Translated {
        match field {
            SyncField::Name | SyncField::Description | SyncField::Due => Translated::whole(here),
            SyncField::Owner => match self.people.there(&self.task.owner) {
                Some(user) => Translated::whole(user.as_str()),
                None => Translated::nothing("sync.problem.person_not_there", self.people.name(here)),
            },
            SyncField::Helpers => {
                // Whom Huan does not know stays as they are.
                let mut users: BTreeSet<String> = self
                    .others()
                    .into_iter()
                    .filter(|user| self.people.here(user).is_none())
                    .map(ToString::to_string)
                    .collect();
                let mut missing = Vec::new();
                for helper in &self.task.helpers {
                    match self.people.there(helper) {
                        Some(user) if Some(user) != self.foreign.creator.as_ref() => {
                            users.insert(user.to_string());
                        }
                        Some(_) => {}
                        None => missing.push(self.people.name(helper.as_str())),
                    }
                }
                let missing = (!missing.is_empty()).then(|| ("sync.problem.person_not_there", missing.join("、")));
                Translated { value: Some(joined(users.iter().map(String::as_str))), missing }
            }
            SyncField::Priority => match self.mapping.priority_there(self.task.priority) {
                Some(value) => Translated::whole(value.to_string()),
                None => Translated::nothing("sync.problem.priority_not_mapped", here),
            },
            SyncField::Status => match self.mapping.there(self.task.state.stage(), &self.status()) {
                Some(status) => Translated::whole(status.code()),
                None => Translated::nothing("sync.problem.status_not_there", here),
            },
        }
    }

    /// The calls that bring Huan's value to the platform. `value` is it in the platform's form.
    pub(super) fn writes(&self, field: SyncField, value: &str) -> Vec<FieldWrite> {
        match field {
            SyncField::Name => vec![FieldWrite::Title(value.to_owned())],
            SyncField::Description => vec![FieldWrite::Note(value.to_owned())],
            SyncField::Due => vec![FieldWrite::Due(self.task.due_at)],
            SyncField::Priority => value.parse().map(FieldWrite::Priority).into_iter().collect(),
            SyncField::Owner => vec![FieldWrite::Owner(Some(ForeignUser::new(value)))],
            SyncField::Helpers => {
                let own = self.foreign.participants.iter().filter(|user| {
                    Some(*user) == self.foreign.owner.as_ref() || Some(*user) == self.foreign.creator.as_ref()
                });
                let mut users: Vec<ForeignUser> = own.cloned().collect();
                users.extend(value.split_whitespace().map(ForeignUser::new));
                vec![FieldWrite::Participants(users)]
            }
            SyncField::Status => self.status_writes(),
        }
    }

    fn status_writes(&self) -> Vec<FieldWrite> {
        let now = self.status();
        let Some(wanted) = self.mapping.there(self.task.state.stage(), &now) else { return Vec::new() };
        let mut writes = Vec::new();
        if now.archived && !wanted.archived {
            writes.push(FieldWrite::Archived(false));
        }
        if wanted.status != now.status
            && let Some(status) = &wanted.status
        {
            writes.push(FieldWrite::Status(status.clone()));
        }
        if wanted.choice != now.choice
            && let Acceptance::Field { field, .. } = &self.mapping.acceptance
        {
            let choice = wanted.choice.as_deref().and_then(|id| self.mapping.choice(id));
            let values = choice.map(|choice| (choice.id.clone(), choice.name.clone())).into_iter().collect();
            writes.push(FieldWrite::Custom(CustomValue { field: field.clone(), values }));
        }
        if wanted.archived && !now.archived {
            writes.push(FieldWrite::Archived(true));
        }
        writes
    }

    /// A value as a person reads it, for what is kept of a conflict.
    pub(super) fn readable(&self, field: SyncField, here: &str) -> String {
        match field {
            SyncField::Owner | SyncField::Helpers => {
                here.split_whitespace().map(|person| self.people.name(person)).collect::<Vec<_>>().join("、")
            }
            _ => here.to_owned(),
        }
    }

    /// As [`Both::readable`], of a value that is in the platform's form.
    pub(super) fn readable_there(&self, field: SyncField, there: &str) -> String {
        match field {
            SyncField::Owner | SyncField::Helpers => {
                there.split_whitespace().map(|user| self.people.name_there(user)).collect::<Vec<_>>().join("、")
            }
            _ => self.as_here(field, there).value.unwrap_or_else(|| there.to_owned()),
        }
    }
}

/// The priority by its code.
pub(super) fn priority(code: &str) -> Option<Priority> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}

/// The stage by its name.
pub(super) fn stage(name: &str) -> Option<Stage> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

fn joined<'a>(users: impl Iterator<Item = &'a str>) -> String {
    let mut users: Vec<&str> = users.collect();
    users.sort_unstable();
    users.dedup();
    users.join(" ")
}
