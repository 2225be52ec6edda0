//! A project and what it is made of: workflow, columns, task types, custom fields (Teambition §6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids;

/// A project.
#[derive(Debug, Clone)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) creator: String,
    /// `project` (members only) or `organization`.
    pub(super) visibility: &'static str,
    pub(super) created: Timestamp,
    /// userIds with their role: 0 member, 1 admin, 2 owner.
    pub(super) members: Vec<(String, i64)>,
    pub(super) taskflow: String,
    pub(super) statuses: Vec<Status>,
    pub(super) tasklist: String,
    pub(super) stages: Vec<Named>,
    pub(super) task_types: Vec<Named>,
    pub(super) fields: Vec<Field>,
    pub(super) tags: Vec<Named>,
    pub(super) sprints: Vec<Named>,
    /// openConversationIds of the DingTalk groups bound to the project.
    pub(super) groups: Vec<String>,
}

/// Something with an id and a name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

/// A status of the workflow (Teambition §4.3).
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: StatusKind,
    /// Statuses to which one cannot go from here.
    pub(super) rejected: Vec<String>,
}

/// The phase of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusKind {
    /// Not begun.
    Start,
    /// Running.
    Process,
    /// Finished.
    End,
}

/// A custom field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: FieldKind,
    /// Of a select.
    pub(super) choices: Vec<Named>,
}

/// What a custom field holds (Teambition §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// One of the choices.
    Select,
    /// Several of the choices.
    MultiSelect,
    /// A text.
    Text,
    /// A number.
    Number,
    /// An instant.
    Date,
    /// People.
    Member,
}

impl FieldKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::MultiSelect => "multiselect",
            Self::Text => "text",
            Self::Number => "number",
            Self::Date => "date",
            Self::Member => "member",
        }
    }
}

const STATUSES: [(&str, StatusKind); 5] = [
    ("待处理", StatusKind::Start),
    ("已承接", StatusKind::Process),
    ("进行中", StatusKind::Process),
    ("待验收", StatusKind::Process),
    ("已完成", StatusKind::End),
];

const FIELDS: [(&str, FieldKind, &[&str]); 6] = [
    ("承接", FieldKind::Select, &["待承接", "已承接", "已拒绝"]),
    ("环任务编号", FieldKind::Text, &[]),
    ("验收标准", FieldKind::Text, &[]),
    ("承诺日期", FieldKind::Date, &[]),
    ("预计工时", FieldKind::Number, &[]),
    ("验收人", FieldKind::Member, &[]),
];

impl Project {
    /// A project with the usual workflow, columns and fields. Their ids follow from the project's.
    pub(super) fn new(id: String, name: &str, creator: &str, created: Timestamp) -> Self {
        let named = |kind: &str, name: &str| Named { id: ids::part(&id, kind, name), name: name.to_owned() };
        Self {
            name: name.to_owned(),
            creator: creator.to_owned(),
            visibility: "project",
            created,
            members: vec![(creator.to_owned(), 2)],
            taskflow: ids::part(&id, "taskflow", "default"),
            statuses: STATUSES
                .iter()
                .map(|(name, kind)| {
                    let Named { id, name } = named("status", name);
                    Status { id, name, kind: *kind, rejected: Vec::new() }
                })
                .collect(),
            tasklist: ids::part(&id, "tasklist", "default"),
            stages: ["待办", "本周", "已归档"].map(|name| named("stage", name)).to_vec(),
            task_types: ["任务", "缺陷"].map(|name| named("task type", name)).to_vec(),
            fields: FIELDS
                .iter()
                .map(|(name, kind, choices)| Field {
                    id: ids::part(&id, "field", name),
                    name: (*name).to_owned(),
                    kind: *kind,
                    choices: choices
                        .iter()
                        .map(|choice| Named {
                            id: ids::part(&id, "choice", &format!("{name}/{choice}")),
                            name: (*choice).to_owned(),
                        })
                        .collect(),
                })
                .collect(),
            tags: ["客户反馈", "风险"].map(|name| named("tag", name)).to_vec(),
            sprints: [named("sprint", "第一迭代")].to_vec(),
            groups: Vec::new(),
            id,
        }
    }

    pub(super) fn has_member(&self, user_id: &str) -> bool {
        self.members.iter().any(|(known, _)| known == user_id)
    }

    pub(super) fn status(&self, id: &str) -> Option<&Status> {
        self.statuses.iter().find(|status| status.id == id)
    }

    /// The status in which a task begins.
    pub(super) fn first_status(&self) -> Option<&Status> {
        self.statuses.iter().find(|status| status.kind == StatusKind::Start)
    }

    pub(super) fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

/// The entry with this id.
pub(super) fn by_id<'a>(all: &'a [Named], id: &str) -> Option<&'a Named> {
    all.iter().find(|entry| entry.id == id)
}

/// The entry with this name.
pub(super) fn by_name<'a>(all: &'a [Named], name: &str) -> Option<&'a Named> {
    all.iter().find(|entry| entry.name == name)
}
