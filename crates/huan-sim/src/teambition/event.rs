//! What the program is told of a change (Teambition §9.5).

use serde_json::{Map, Value, json};

use super::directory::Directory;
use super::ids;
use super::task::{FieldValue, Task, written, written_or_null};

/// An event, in the native form and in the form in which DingTalk relays it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// e.g. `task.executor.update`
    kind: String,
    data: Map<String, Value>,
    /// Whether the native webhook has this event for certain (§14, 2).
    confirmed: bool,
    /// Whether DingTalk relays it.
    relayed: bool,
    lifecycle: bool,
}

impl Event {
    /// A field was changed.
    pub(super) fn of(task: &Task, what: &str, fields: Value) -> Self {
        let data = json!({
            "creatorId": task.creator, "created": written(task.created), "updated": written(task.updated),
            "taskId": task.id,
        });
        let mut event =
            Self { kind: format!("task.{what}"), data: Map::new(), confirmed: true, relayed: true, lifecycle: false };
        for members in [data, fields] {
            if let Value::Object(members) = members {
                event.data.extend(members);
            }
        }
        event
    }

    /// A field was changed of which only the relay is known to tell.
    pub(super) fn unconfirmed(task: &Task, what: &str, fields: Value) -> Self {
        Self { confirmed: false, ..Self::of(task, what, fields) }
    }

    /// An event that the relay does not have.
    pub(super) fn native_only(self) -> Self {
        Self { relayed: false, ..self }
    }

    /// The task was archived, brought back or deleted.
    pub(super) fn lifecycle(task: &Task, what: &str) -> Self {
        let mut fields = json!({"projectId": task.project});
        if let Some(parent) = &task.parent {
            fields["parentId"] = json!(parent);
        }
        Self { lifecycle: true, ..Self::of(task, what, fields) }
    }

    /// The task was made.
    pub(super) fn created(task: &Task, ancestors: &[String]) -> Self {
        let fields: Vec<Value> = task
            .fields
            .iter()
            .map(|(id, values)| {
                json!({"customfieldId": id, "value": values.iter().map(FieldValue::json).collect::<Vec<_>>()})
            })
            .collect();
        let whole = json!({
            "projectId": task.project, "content": task.content, "note": task.note, "visible": task.visible,
            "involveMembers": task.involved, "startDate": written_or_null(task.start),
            "dueDate": written_or_null(task.due), "priority": task.priority, "executorId": task.executor,
            "stageId": task.stage, "tasklistId": task.tasklist, "sfcId": task.task_type, "tfsId": task.status,
            "organizationId": ids::organisation(), "labels": [], "ancestorIds": ancestors, "customfields": fields,
            "recurrence": task.recurrence,
        });
        Self { lifecycle: true, ..Self::of(task, "create", whole) }
    }

    /// Somebody wrote a comment.
    pub(super) fn comment(task: &Task, creator: &str, activity: &str, text: &str, mentioned: &[String]) -> Self {
        let fields = json!({
            "creatorId": creator, "activityId": activity, "content": {"attachments": [], "text": text},
            "mentionIds": mentioned,
        });
        Self { lifecycle: true, confirmed: false, ..Self::of(task, "comment", fields) }
    }

    /// Name and `data` for the webhook; none when only the relay tells of this and `all` is not asked for.
    pub(super) fn native(&self, all: bool) -> Option<(String, Value)> {
        (self.confirmed || all).then(|| (format!("v3.{}", self.kind), Value::Object(self.data.clone())))
    }

    /// Event type and `data` of DingTalk's relay (Teambition §11), with DingTalk's ids of people.
    pub(super) fn relayed(&self, directory: &Directory) -> Option<Relayed> {
        if !self.relayed {
            return None;
        }
        let foreign = |user: &Value| match user.as_str().and_then(|user| directory.user(user)) {
            Some(member) => json!(member.dingtalk),
            None => user.clone(),
        };
        let mut data = self.data.clone();
        for name in ["creatorId", "executorId"] {
            if let Some(user) = data.get_mut(name) {
                *user = foreign(user);
            }
        }
        for name in ["involveMembers", "oldInvolveMembers", "mentionIds"] {
            if let Some(Value::Array(users)) = data.get_mut(name) {
                users.iter_mut().for_each(|user| *user = foreign(user));
            }
        }
        data.insert("eventSubType".into(), json!(format!("tb.v3.{}", self.kind)));
        let task = data.get("taskId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = if self.lifecycle { "project_task_changed" } else { "project_task_updated" };
        Some(Relayed { kind, task, data: Value::Object(data) })
    }
}

/// An event in DingTalk's form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relayed {
    /// `project_task_changed` or `project_task_updated`.
    pub(crate) kind: &'static str,
    /// The task's id.
    pub(crate) task: String,
    /// `eventSubType` and the fields.
    pub(crate) data: Value,
}
