//! Events ticked in the console (DingTalk, events §11.1).

use huan_connect::{Conversation, ConversationKind, DirectoryNews, Heard, NotUnderstood, TaskChanged};
use huan_core::platform::{ForeignMessage, ForeignProject, ForeignTaskId, ForeignUser};
use jiff::Timestamp;
use serde_json::Value;

use super::either;
use crate::{
    dingtalk::{
        ids::{self, SentMessage},
        received::Received,
    },
    lenient::Lenient,
};

pub(super) fn event(received: &Received) -> Result<Vec<Heard>, NotUnderstood> {
    let data = &received.data;
    let kind = received.topic.clone().or_else(|| data.text("EventType")).unwrap_or_default();
    let at = ["operatTime", "OperatTime", "timeStamp"].iter().find_map(|key| data.millis(key)).unwrap_or(received.at);
    Ok(match kind.as_str() {
        "robot_msg_read" => read(data, at).unwrap_or_else(|| vec![Heard::Other { kind }]),
        "robot_msg_recall" => candidates(data).into_iter().map(|message| Heard::Recalled { message, at }).collect(),
        "project_task_changed" | "project_task_updated" => vec![task(data, kind)],
        "chat_disband" => match either(data, &["openConversationId", "OpenConversationId"]) {
            Some(group) => vec![Heard::Membership {
                conversation: Conversation { id: ids::group(&group), kind: ConversationKind::Group, title: None },
                present: false,
            }],
            None => vec![Heard::Other { kind }],
        },
        "user_add_org" | "user_modify_org" => people(data, DirectoryNews::People),
        "user_leave_org" => people(data, DirectoryNews::Left),
        "org_dept_create" | "org_dept_modify" | "org_dept_remove" => vec![Heard::Directory(DirectoryNews::Everything)],
        _ => vec![Heard::Other { kind }],
    })
}

/// Teambition's events, passed on by DingTalk (Teambition, §11). The people in them are DingTalk's, so nothing but the
/// task's id is taken: the task is read at Teambition.
fn task(data: &Value, kind: String) -> Heard {
    let inner = match data.embedded("data") {
        Value::Object(inner) => Value::Object(inner),
        _ => data.clone(),
    };
    let Some(task) = either(&inner, &["taskId", "TaskId"]) else { return Heard::Other { kind } };
    Heard::TaskChanged(TaskChanged {
        task: ForeignTaskId::new(task),
        project: either(&inner, &["projectId", "ProjectId"]).map(ForeignProject::new),
        by_us: false,
        kind: either(&inner, &["eventSubType", "EventSubType"]).unwrap_or(kind),
    })
}

/// The people of an event: a list of ids, or one whole profile (the two pages on changes disagree, §11.1). An event that
/// names nobody has the whole list read anew.
fn people(data: &Value, news: fn(Vec<ForeignUser>) -> DirectoryNews) -> Vec<Heard> {
    let mut people: Vec<ForeignUser> =
        ["userId", "UserId", "userid"].iter().flat_map(|key| data.texts(key)).map(ForeignUser::new).collect();
    people.dedup();
    vec![Heard::Directory(if people.is_empty() { DirectoryNews::Everything } else { news(people) })]
}

fn read(data: &Value, at: Timestamp) -> Option<Vec<Heard>> {
    let reader = ForeignUser::new(either(data, &["userId", "UserId"])?);
    let messages = candidates(data);
    (!messages.is_empty()).then(|| vec![Heard::Read { messages, reader, at }])
}

/// The ids under which the message may be known: the event does not tell a group from a direct conversation.
fn candidates(data: &Value) -> Vec<ForeignMessage> {
    let Some(key) = either(data, &["processQueryKey", "ProcessQueryKey"]) else { return Vec::new() };
    let in_group = either(data, &["openConversationId", "OpenConversationId"])
        .map(|group| SentMessage::Group { group, keys: vec![key.clone()] });
    in_group.into_iter().chain([SentMessage::Direct { keys: vec![key.clone()] }]).map(|message| message.id()).collect()
}
