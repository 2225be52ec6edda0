//! Writing tasks (§4): one call for each field.

use huan_connect::{CustomValue, FieldWrite, ForeignTask, NewForeignTask, SendError};
use huan_core::platform::{ForeignComment, ForeignTaskId, ForeignUser};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    api::{Api, Call},
    instant, reading,
};
use crate::lenient::Lenient;

/// Makes a task (§4.1). The call is not idempotent.
pub(super) async fn create(api: &Api, new: &NewForeignTask, operator: &ForeignUser) -> Result<ForeignTask, SendError> {
    let answer = api.call(&Call::new("POST /v3/task/create", &[]).body(new_task(new)).by(operator)).await?;
    reading::task(answer.member("result")).ok_or_else(|| SendError {
        // It was made, but which one it is was not said: as if the answer had been lost.
        certainty: huan_connect::Certainty::Unknown,
        retry: huan_connect::Retry::Transient,
        reason_key: "delivery.reason.answer_lost",
        detail: "the new task's id is missing in the answer".to_owned(),
    })
}

fn new_task(new: &NewForeignTask) -> Value {
    let mut body = json!({"projectId": new.project.as_str(), "content": new.title});
    if !new.note.is_empty() {
        body["note"] = json!(new.note);
        body["noteRenderMode"] = json!("markdown");
    }
    if let Some(owner) = &new.owner {
        body["executorId"] = json!(owner.as_str());
    }
    if !new.helpers.is_empty() {
        body["involveMembers"] = users(&new.helpers);
    }
    if let Some(due) = new.due {
        body["dueDate"] = json!(instant::write(due));
    }
    if let Some(priority) = new.priority {
        body["priority"] = json!(priority);
    }
    if let Some(status) = &new.status {
        body["taskflowstatusId"] = json!(status);
    }
    if let Some((field, reference)) = &new.reference {
        body["customfields"] = json!([{"cfId": field, "value": [{"id": "", "title": reference}]}]);
    }
    body
}

/// Writes one field (§4.2). People are told by Huan, so Teambition need not tell them a second time.
pub(super) async fn write(
    api: &Api,
    task: &ForeignTaskId,
    write: &FieldWrite,
    operator: &ForeignUser,
) -> Result<Option<Timestamp>, SendError> {
    let (route, body) = call_of(write);
    let mut call = Call::new(route, &[task.as_str()]).by(operator);
    if let Some(body) = body {
        call = call.body(body);
    }
    let answer = api.call(&call).await?;
    Ok(instant::read(answer.member("result").member("updated")))
}

fn call_of(write: &FieldWrite) -> (&'static str, Option<Value>) {
    let (route, body) = match write {
        FieldWrite::Title(title) => ("PUT /v3/task/{}/content", json!({"content": title})),
        FieldWrite::Note(note) => ("PUT /v3/task/{}/note", json!({"note": note, "renderMode": "markdown"})),
        FieldWrite::Owner(owner) => (
            "PUT /v3/task/{}/executor",
            json!({"executorId": owner.as_ref().map(ForeignUser::as_str), "disableNotification": true}),
        ),
        FieldWrite::Participants(people) => {
            ("PUT /v3/task/{}/involveMembers", json!({"involveMembers": users(people), "disableNotification": true}))
        }
        FieldWrite::Start(at) => {
            ("PUT /v3/task/{}/startDate", json!({"startDate": instant::value(*at), "disableNotification": true}))
        }
        FieldWrite::Due(at) => {
            ("PUT /v3/task/{}/dueDate", json!({"dueDate": instant::value(*at), "disableNotification": true}))
        }
        FieldWrite::Priority(priority) => ("PUT /v3/task/{}/priority", json!({"priority": priority})),
        FieldWrite::Status(status) => ("PUT /v3/task/{}/taskflowstatus", json!({"taskflowstatusId": status})),
        FieldWrite::Custom(value) => ("POST /v3/task/{}/customfield/update", custom(value)),
        FieldWrite::Archived(true) => return ("PUT /v3/task/{}/archive", None),
        FieldWrite::Archived(false) => ("POST /v3/task/{}/restore", json!({})),
    };
    (route, Some(body))
}

/// Each object must have an `id`, if need be the empty string; an empty list clears (§4.2).
fn custom(value: &CustomValue) -> Value {
    let values: Vec<Value> = value.values.iter().map(|(id, title)| json!({"id": id, "title": title})).collect();
    json!({"customfieldId": value.field, "value": values})
}

fn users(people: &[ForeignUser]) -> Value {
    people.iter().map(ForeignUser::as_str).collect()
}

/// Comments on a task (§4.4).
pub(super) async fn comment(
    api: &Api,
    task: &ForeignTaskId,
    text: &str,
    call_on: &[ForeignUser],
    operator: &ForeignUser,
) -> Result<ForeignComment, SendError> {
    /// The most people of one comment.
    const MOST: usize = 30;
    let mut body = json!({"content": text});
    if !call_on.is_empty() {
        body["mentionUserIds"] = users(&call_on[..call_on.len().min(MOST)]);
    }
    let answer = api.call(&Call::new("POST /v3/task/{}/comment", &[task.as_str()]).body(body).by(operator)).await?;
    Ok(ForeignComment::new(answer.member("result").text("id").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::platform::ForeignProject;

    #[test]
    fn s4_1_the_example_of_a_new_task() {
        let new = NewForeignTask {
            project: ForeignProject::new("65e0f1a2b3c4d5e6f7a8b900"),
            title: "Deliver the draft contract".into(),
            note: "Acceptance: signed PDF".into(),
            owner: Some(ForeignUser::new("65e0f1a2b3c4d5e6f7a8b9a2")),
            helpers: vec![ForeignUser::new("65e0f1a2b3c4d5e6f7a8b9a1")],
            due: Some("2026-01-05T10:00:00Z".parse().unwrap()),
            priority: None,
            status: None,
            reference: None,
        };
        let expected: Value = serde_json::from_str(
            r#"{"projectId":"65e0f1a2b3c4d5e6f7a8b900","content":"Deliver the draft contract","executorId":"65e0f1a2b3c4d5e6f7a8b9a2","involveMembers":["65e0f1a2b3c4d5e6f7a8b9a1"],"dueDate":"2026-01-05T10:00:00.000Z","note":"Acceptance: signed PDF","noteRenderMode":"markdown"}"#,
        )
        .unwrap();
        assert_eq!(new_task(&new), expected);
        let bare = NewForeignTask { note: String::new(), owner: None, helpers: vec![], due: None, ..new };
        let with_reference = NewForeignTask { reference: Some(("cf1".into(), "tsk_1".into())), ..bare };
        assert_eq!(
            new_task(&with_reference)["customfields"],
            json!([{"cfId": "cf1", "value": [{"id": "", "title": "tsk_1"}]}])
        );
    }

    #[test]
    fn s4_2_each_field_has_its_own_call() {
        let at: Timestamp = "2026-01-05T10:00:00Z".parse().unwrap();
        let quiet = |mut body: Value| {
            body["disableNotification"] = json!(true);
            Some(body)
        };
        let table = [
            (FieldWrite::Title("t".into()), "PUT /v3/task/{}/content", Some(json!({"content": "t"}))),
            (
                FieldWrite::Note("n".into()),
                "PUT /v3/task/{}/note",
                Some(json!({"note": "n", "renderMode": "markdown"})),
            ),
            (
                FieldWrite::Owner(Some(ForeignUser::new("u"))),
                "PUT /v3/task/{}/executor",
                quiet(json!({"executorId": "u"})),
            ),
            (FieldWrite::Owner(None), "PUT /v3/task/{}/executor", quiet(json!({"executorId": null}))),
            (
                FieldWrite::Participants(vec![ForeignUser::new("u")]),
                "PUT /v3/task/{}/involveMembers",
                quiet(json!({"involveMembers": ["u"]})),
            ),
            (
                FieldWrite::Due(Some(at)),
                "PUT /v3/task/{}/dueDate",
                quiet(json!({"dueDate": "2026-01-05T10:00:00.000Z"})),
            ),
            (FieldWrite::Start(None), "PUT /v3/task/{}/startDate", quiet(json!({"startDate": null}))),
            (FieldWrite::Priority(-10), "PUT /v3/task/{}/priority", Some(json!({"priority": -10}))),
            (FieldWrite::Status("s".into()), "PUT /v3/task/{}/taskflowstatus", Some(json!({"taskflowstatusId": "s"}))),
            (
                FieldWrite::Custom(CustomValue { field: "f".into(), values: vec![("c".into(), "已承接".into())] }),
                "POST /v3/task/{}/customfield/update",
                Some(json!({"customfieldId": "f", "value": [{"id": "c", "title": "已承接"}]})),
            ),
            (FieldWrite::Archived(true), "PUT /v3/task/{}/archive", None),
            (FieldWrite::Archived(false), "POST /v3/task/{}/restore", Some(json!({}))),
        ];
        for (write, route, body) in table {
            assert_eq!(call_of(&write), (route, body), "{write:?}");
        }
    }
}
