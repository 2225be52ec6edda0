//! Reading tasks and their activities (§3, §4.4, §5).

use huan_connect::{Activity, CustomValue, ForeignTask, SendError};
use huan_core::platform::{ForeignComment, ForeignProject, ForeignTaskId, ForeignUser};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    api::{AT_ONCE, Api, Call},
    failure::GONE,
    instant,
};
use crate::lenient::{Lenient, as_text};

/// The tasks with these ids that are there.
pub(super) async fn read(api: &Api, tasks: &[ForeignTaskId]) -> Result<Vec<ForeignTask>, SendError> {
    let mut found = Vec::with_capacity(tasks.len());
    for some in tasks.chunks(AT_ONCE) {
        match query(api, some).await {
            Ok(more) => found.extend(more),
            // What is answered when one of several is missing is not documented: then each is asked for alone.
            Err(error) if error.reason_key == GONE && some.len() > 1 => {
                for one in some {
                    match query(api, std::slice::from_ref(one)).await {
                        Ok(more) => found.extend(more),
                        Err(error) if error.reason_key == GONE => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) if error.reason_key == GONE => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn query(api: &Api, tasks: &[ForeignTaskId]) -> Result<Vec<ForeignTask>, SendError> {
    let ids: Vec<&str> = tasks.iter().map(ForeignTaskId::as_str).collect();
    let answer = api.call(&Call::new("GET /v3/task/query", &[]).query("taskId", ids.join(","))).await?;
    Ok(answer.list("result").into_iter().filter_map(task).collect())
}

/// The tasks of a project for which a TQL expression holds (§5.1).
pub(super) async fn of_project(api: &Api, project: &ForeignProject, tql: &str) -> Result<Vec<ForeignTask>, SendError> {
    let make = || {
        Call::new("GET /v3/project/{}/task/query", &[project.as_str()]).query("q", tql).query("includeArchived", "true")
    };
    Ok(api.list(make).await?.iter().filter_map(task).collect())
}

/// The expression for what changed at or after `since`.
pub(super) fn changed_since(since: Option<Timestamp>) -> String {
    format!("updated >= '{}' ORDER BY updated ASC", instant::write(since.unwrap_or(Timestamp::UNIX_EPOCH)))
}

/// A task as Teambition writes it; none without an id.
pub(super) fn task(value: &Value) -> Option<ForeignTask> {
    let user = |key: &str| value.text(key).map(ForeignUser::new);
    let at = |key: &str| instant::read(value.member(key));
    Some(ForeignTask {
        id: ForeignTaskId::new(value.text("taskId").or_else(|| value.text("id"))?),
        project: value.text("projectId").map(ForeignProject::new),
        title: value.text("content").unwrap_or_default(),
        note: value.text("note").unwrap_or_default(),
        creator: user("creatorId"),
        owner: user("executorId"),
        participants: value.texts("involveMembers").into_iter().map(ForeignUser::new).collect(),
        start: at("startDate"),
        due: at("dueDate"),
        priority: value.integer("priority"),
        status: value.text("tfsId").or_else(|| value.text("taskflowstatusId")),
        done: value.flag("isDone"),
        archived: value.flag("isArchived"),
        fields: value.list("customfields").into_iter().filter_map(custom).collect(),
        created: at("created"),
        updated: at("updated"),
    })
}

/// On reads a field of a project's own is called `cfId`, on writes `customfieldId` (§3).
fn custom(value: &Value) -> Option<CustomValue> {
    let field = value.text("cfId").or_else(|| value.text("customfieldId"))?;
    let values = value
        .list("value")
        .into_iter()
        .map(|one| match one {
            Value::Object(_) => (one.text("id").unwrap_or_default(), one.text("title").unwrap_or_default()),
            other => (String::new(), as_text(other).unwrap_or_default()),
        })
        .collect::<Vec<_>>();
    (!values.is_empty()).then_some(CustomValue { field, values })
}

/// What happened to a task, the oldest first. The list is read from its end, as far as needed.
pub(super) async fn activities(
    api: &Api,
    task: &ForeignTaskId,
    since: Option<Timestamp>,
) -> Result<Vec<Activity>, SendError> {
    let make = || Call::new("GET /v3/task/{}/activity/list", &[task.as_str()]).query("orderBy", "created_desc");
    let at = |value: &Value| instant::read(value.member("createTime"));
    let too_old = |value: &Value| since.is_some_and(|since| at(value).is_some_and(|at| at < since));
    let found = api.list_until(make, |page| page.last().is_some_and(too_old)).await?;
    let mut activities: Vec<Activity> = found.iter().filter(|value| !too_old(value)).filter_map(activity).collect();
    activities.sort_by_key(|activity| activity.at);
    Ok(activities)
}

fn activity(value: &Value) -> Option<Activity> {
    let action = value.text("action").unwrap_or_default();
    let is_comment = action == "comment" || action == "activity.comment";
    // The content is JSON inside a string; of a comment it holds the words.
    let content = value.embedded("content");
    let words = match &content {
        Value::Object(_) => content.text("comment").or_else(|| content.text("text")),
        _ => value.text("content"),
    };
    let text = if is_comment { words } else { value.text("message").or_else(|| content.text("title")) };
    Some(Activity {
        id: ForeignComment::new(value.text("id")?),
        by: value.text("creatorId").map(ForeignUser::new),
        at: instant::read(value.member("createTime"))?,
        is_comment,
        text: text.unwrap_or(action),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn s3_the_shape_example_reads() {
        let answer: Value = serde_json::from_str(include_str!("payloads/task.json")).unwrap();
        let read = task(answer.member("result")).unwrap();
        assert_eq!(read.id.as_str(), "65e0f1a2b3c4d5e6f7a8b9c2");
        assert_eq!(read.title, "Deliver the draft contract");
        assert_eq!(read.owner, Some(ForeignUser::new("65e0f1a2b3c4d5e6f7a8b9a2")));
        assert_eq!(read.participants.len(), 2);
        assert_eq!(read.priority, Some(0));
        assert_eq!(read.due, Some("2026-01-05T10:00:00Z".parse().unwrap()));
        assert_eq!((read.start, read.done, read.archived), (None, false, false));
        assert_eq!(read.status.as_deref(), Some("65e0f1a2b3c4d5e6f7a8b9d1"));
        assert!(read.fields.is_empty());
    }

    #[test]
    fn s3_nobody_is_written_in_three_ways() {
        for nobody in [json!({"id": "1", "executorId": null}), json!({"id": "1", "executorId": ""}), json!({"id": "1"})]
        {
            assert_eq!(task(&nobody).unwrap().owner, None);
        }
        assert!(task(&json!({"content": "x"})).is_none());
    }

    #[test]
    fn s3_own_fields_read_by_either_name() {
        let value = json!({"id": "1", "customfields": [
            {"cfId": "a", "type": "select", "value": [{"id": "c1", "title": "已承接", "metaString": ""}]},
            {"customfieldId": "b", "type": "text", "value": [{"id": "", "title": "tsk_1"}]},
            {"cfId": "c", "type": "text", "value": []},
        ]});
        let read = task(&value).unwrap();
        assert_eq!(read.field("a").unwrap().values, [("c1".to_owned(), "已承接".to_owned())]);
        assert_eq!(read.field("b").unwrap().values[0].1, "tsk_1");
        assert!(read.field("c").is_none());
    }

    #[test]
    fn s4_4_comments_are_activities_with_json_inside_a_string() {
        let comment = json!({"id": "1", "creatorId": "u", "action": "comment", "createTime": "2026-01-02T03:04:05.000Z",
            "content": "{\"title\":\"t\",\"comment\":\"完成一半\"}", "message": "u commented"});
        let read = activity(&comment).unwrap();
        assert!(read.is_comment);
        assert_eq!(read.text, "完成一半");
        let moved = json!({"id": "2", "creatorId": "u", "action": "update_dueDate",
            "createTime": "2026-01-02T03:04:05.000Z", "content": "{}", "message": "把截止时间改为周五"});
        assert_eq!(activity(&moved).unwrap().text, "把截止时间改为周五");
    }

    #[test]
    fn s5_1_the_reconcile_expression() {
        let since = "2026-01-02T03:00:00Z".parse().unwrap();
        assert_eq!(changed_since(Some(since)), "updated >= '2026-01-02T03:00:00.000Z' ORDER BY updated ASC");
    }
}
