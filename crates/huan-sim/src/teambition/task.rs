//! A task with its history (Teambition §3).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::project::Project;
use super::settings::TeambitionSettings;

/// A task.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Task {
    pub(super) id: String,
    /// The short number within the organisation.
    pub(super) number: u64,
    pub(super) content: String,
    pub(super) note: String,
    /// Empty for a task without a project, as only the relay makes them.
    pub(super) project: String,
    pub(super) stage: String,
    pub(super) tasklist: String,
    /// The status; empty without a project.
    pub(super) status: String,
    pub(super) task_type: String,
    pub(super) sprint: String,
    pub(super) parent: Option<String>,
    pub(super) creator: String,
    pub(super) executor: Option<String>,
    pub(super) involved: Vec<String>,
    pub(super) priority: i64,
    pub(super) done: bool,
    pub(super) archived: bool,
    /// `members` or `involves`.
    pub(super) visible: String,
    pub(super) start: Option<Timestamp>,
    pub(super) due: Option<Timestamp>,
    pub(super) accomplished: Option<Timestamp>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) tags: Vec<String>,
    pub(super) story_point: String,
    pub(super) progress: i64,
    pub(super) recurrence: Vec<String>,
    /// By field; an empty one is not kept.
    pub(super) fields: BTreeMap<String, Vec<FieldValue>>,
    pub(super) activities: Vec<Activity>,
    pub(super) links: Vec<Link>,
}

/// One entry of a custom field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldValue {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) meta: String,
}

impl FieldValue {
    pub(super) fn json(&self) -> Value {
        json!({"id": self.id, "title": self.title, "metaString": self.meta})
    }
}

/// One line of a task's history; comments are among them (Teambition §4.4).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Activity {
    pub(super) id: String,
    pub(super) creator: String,
    pub(super) action: String,
    pub(super) at: Timestamp,
    /// What happened, with the values.
    pub(super) content: Value,
    /// What happened, in words.
    pub(super) message: String,
}

/// A link from a task to something else (Teambition §4.4).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    pub(super) id: String,
    pub(super) creator: String,
    pub(super) created: Timestamp,
    /// `linkedId`, `linkedType` and `linkedData` as they were given.
    pub(super) linked: Value,
}

/// An instant as Teambition writes it: UTC with milliseconds.
pub(super) fn written(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// An instant that may be absent, as a member of a task.
pub(super) fn written_or_null(instant: Option<Timestamp>) -> Value {
    instant.map_or(Value::Null, |instant| json!(written(instant)))
}

impl Task {
    /// Whether somebody who is not of the project sees the task, or only its participants.
    pub(super) fn is_seen_by(&self, user_id: &str, project: Option<&Project>) -> bool {
        let takes_part = self.creator == user_id
            || self.executor.as_deref() == Some(user_id)
            || self.involved.iter().any(|known| known == user_id);
        match project {
            Some(project) if self.visible == "members" => {
                takes_part || project.visibility == "organization" || project.has_member(user_id)
            }
            _ => takes_part,
        }
    }

    /// The task object (Teambition §3). `ancestors` are the tasks above, nearest first.
    pub(super) fn object(
        &self,
        project: Option<&Project>,
        ancestors: &[String],
        settings: &TeambitionSettings,
    ) -> Value {
        let nobody = if settings.nobody_is_empty { json!("") } else { Value::Null };
        let number = if settings.numeric_unique_id { json!(self.number) } else { json!(self.number.to_string()) };
        let kind = |field: &str| project.and_then(|project| project.field(field)).map_or("text", |f| f.kind.name());
        let fields: Vec<Value> = self
            .fields
            .iter()
            .map(|(id, values)| {
                let values: Vec<Value> = values.iter().map(FieldValue::json).collect();
                json!({"cfId": id, "type": kind(id), "value": values})
            })
            .collect();
        json!({
            "id": self.id, "taskId": self.id, "content": self.content, "note": self.note, "projectId": self.project,
            "ancestorIds": ancestors, "parentTaskId": self.parent.clone().unwrap_or_default(), "tfsId": self.status,
            "tasklistId": self.tasklist, "stageId": self.stage, "tagIds": self.tags, "creatorId": self.creator,
            "executorId": self.executor.as_ref().map_or(nobody, |executor| json!(executor)),
            "involveMembers": self.involved, "priority": self.priority, "storyPoint": self.story_point,
            "recurrence": self.recurrence, "isDone": self.done, "isArchived": self.archived, "visible": self.visible,
            "uniqueId": number, "startDate": written_or_null(self.start), "dueDate": written_or_null(self.due),
            "accomplishTime": written_or_null(self.accomplished), "created": written(self.created),
            "updated": written(self.updated), "sfcId": self.task_type, "sprintId": self.sprint, "sourceId": "",
            "progress": self.progress, "pos": 65536 * self.number, "customfields": fields,
        })
    }
}
