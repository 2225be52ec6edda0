//! Reading a stored event. Its form is known only in part, so nothing but the task's id is believed: the task is read
//! anew (§9.4).

use huan_connect::{Heard, NotUnderstood, TaskChanged};
use huan_core::platform::{ForeignProject, ForeignTaskId};
use serde_json::Value;

use crate::lenient::Lenient;

/// Reads what [`super::callback`] stored.
pub(super) fn understand(payload: &str) -> Result<Vec<Heard>, NotUnderstood> {
    let stored: Value = serde_json::from_str(payload).map_err(|error| NotUnderstood(error.to_string()))?;
    let event = stored.member("event");
    if !event.is_object() {
        return Err(NotUnderstood("no event".to_owned()));
    }
    let kind = event.text("event").unwrap_or_default();
    Ok(vec![match task_of(event) {
        Some(task) => Heard::TaskChanged(TaskChanged {
            task: ForeignTaskId::new(task),
            project: project_of(event).map(ForeignProject::new),
            by_us: stored.flag("by_us"),
            kind,
        }),
        None => Heard::Other { kind },
    }])
}

/// The task that an event is about, in the new form, the old one, or that of a comment (§9.5).
pub(super) fn task_of(event: &Value) -> Option<String> {
    let data = event.member("data");
    data.text("taskId")
        .or_else(|| data.member("task").text("taskId"))
        .or_else(|| data.text("objectId").filter(|_| data.text("objectType").as_deref() == Some("task")))
}

fn project_of(event: &Value) -> Option<String> {
    let data = event.member("data");
    data.text("projectId").or_else(|| data.member("task").text("projectId"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn heard(event: &str) -> Heard {
        let event: Value = serde_json::from_str(event).unwrap();
        let mut heard = understand(&json!({"by_us": false, "event": event}).to_string()).unwrap();
        assert_eq!(heard.len(), 1);
        heard.remove(0)
    }

    fn changed(event: &str) -> TaskChanged {
        match heard(event) {
            Heard::TaskChanged(changed) => changed,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn s9_5_new_events_name_the_task() {
        let update = changed(include_str!("payloads/executor_updated.json"));
        assert_eq!((update.task.as_str(), update.project), ("65e0f1a2b3c4d5e6f7a8b9c2", None));
        assert_eq!(update.kind, "v3.task.executor.update");
        let created = changed(include_str!("payloads/task_created.json"));
        assert_eq!(created.project.unwrap().as_str(), "65e0f1a2b3c4d5e6f7a8b900");
        assert_eq!(changed(include_str!("payloads/task_archived.json")).kind, "v3.task.archive");
    }

    #[test]
    fn s9_5_old_events_name_it_elsewhere() {
        let update = changed(include_str!("payloads/task_updated_old.json"));
        assert_eq!(update.task.as_str(), "65e0f1a2b3c4d5e6f7a8b9c2");
        assert_eq!(update.project.unwrap().as_str(), "65e0f1a2b3c4d5e6f7a8b900");
        assert_eq!(changed(include_str!("payloads/comment_old.json")).task.as_str(), "65e0f1a2b3c4d5e6f7a8b9c2");
    }

    #[test]
    fn what_concerns_no_task_concerns_nobody() {
        assert_eq!(
            heard(include_str!("payloads/project_created_old.json")),
            Heard::Other { kind: "project.create".into() }
        );
        assert!(understand("{}").is_err());
        assert!(understand("rubbish").is_err());
    }
}
