//! Reading what a binding must know of a project (§6).

use huan_connect::{
    CustomField, CustomFieldKind, FieldChoice, ForeignMember, Phase, PriorityLevel, ProjectOutline, ProjectSetUp,
    SendError, TaskStatus,
};
use huan_core::platform::{ForeignProject, ForeignUser};
use serde_json::{Value, json};

use super::{
    api::{AT_ONCE, Api, Call},
    failure,
};
use crate::lenient::Lenient;

/// The projects that are in use.
pub(super) async fn all(api: &Api) -> Result<Vec<ProjectOutline>, SendError> {
    let found = api.list(|| Call::new("GET /v3/project/query", &[])).await?;
    Ok(found
        .iter()
        .filter(|project| !["isArchived", "isTemplate", "isSuspended"].iter().any(|key| project.flag(key)))
        .filter_map(outline)
        .collect())
}

fn outline(project: &Value) -> Option<ProjectOutline> {
    Some(ProjectOutline {
        id: ForeignProject::new(project.text("id").or_else(|| project.text("projectId"))?),
        name: project.text("name").unwrap_or_default(),
    })
}

/// Statuses, priorities and fields of a project.
pub(super) async fn set_up(api: &Api, project: &ForeignProject) -> Result<ProjectSetUp, SendError> {
    let id = project.as_str();
    let found = api.call(&Call::new("GET /v3/project/query", &[]).query("projectIds", id)).await?;
    let name = found
        .list("result")
        .into_iter()
        .filter_map(outline)
        .find(|outline| outline.id == *project)
        .map(|outline| outline.name)
        .ok_or_else(|| failure::never(failure::GONE, "the project was not found"))?;
    let mut statuses = api.list(|| Call::new("GET /v3/project/{}/taskflowstatus/search", &[id])).await?;
    statuses.sort_by_key(|status| status.integer("pos").unwrap_or(i64::MAX));
    let priorities = api
        .call(
            &Call::new("GET /v3/project/priority/list", &[]).query("organizationId", api.settings.organization.clone()),
        )
        .await?;
    let fields = api.list(|| Call::new("GET /v3/project/{}/customfield/search", &[id])).await?;
    Ok(ProjectSetUp {
        id: project.clone(),
        name,
        statuses: statuses.iter().filter(|status| !status.flag("isDeleted")).filter_map(status).collect(),
        priorities: levels(priorities.member("result")),
        fields: fields.iter().filter_map(field).collect(),
    })
}

fn status(value: &Value) -> Option<TaskStatus> {
    Some(TaskStatus {
        id: value.text("id")?,
        name: value.text("name").unwrap_or_default(),
        workflow: value.text("taskflowId"),
        phase: match value.text("kind").as_deref() {
            Some("end") => Phase::End,
            Some("process") => Phase::Process,
            _ => Phase::Start,
        },
    })
}

/// The list itself, or an object that holds it: both can be read out of the description (§6, 3).
fn levels(result: &Value) -> Vec<PriorityLevel> {
    let list = match result {
        Value::Array(list) => list.iter().collect(),
        other => ["options", "priorities", "list"]
            .iter()
            .map(|key| other.list(key))
            .find(|l| !l.is_empty())
            .unwrap_or_default(),
    };
    list.into_iter()
        .filter_map(|level| {
            Some(PriorityLevel { value: level.integer("priority")?, name: level.text("name").unwrap_or_default() })
        })
        .collect()
}

fn field(value: &Value) -> Option<CustomField> {
    let either = |value: &Value, keys: &[&str]| keys.iter().find_map(|key| value.text(key));
    let kind = match either(value, &["type", "fieldType"]).as_deref() {
        Some("select" | "dropDown") => CustomFieldKind::Select,
        Some("text") => CustomFieldKind::Text,
        _ => CustomFieldKind::Other,
    };
    let choices = ["choices", "options", "advancedCustomfieldChoices"]
        .iter()
        .map(|key| value.list(key))
        .find(|choices| !choices.is_empty())
        .unwrap_or_default();
    Some(CustomField {
        id: either(value, &["id", "customfieldId", "cfId"])?,
        name: either(value, &["name", "displayName"]).unwrap_or_default(),
        kind,
        choices: choices
            .into_iter()
            .filter_map(|choice| {
                Some(FieldChoice {
                    id: either(choice, &["id", "choiceId"])?,
                    name: either(choice, &["value", "title", "name"]).unwrap_or_default(),
                })
            })
            .collect(),
    })
}

/// The people of a project with their names (§6, 2; §7).
pub(super) async fn members(api: &Api, project: &ForeignProject) -> Result<Vec<ForeignMember>, SendError> {
    let found = api.list(|| Call::new("GET /v3/project/{}/member", &[project.as_str()])).await?;
    let mut ids: Vec<String> = found.iter().filter_map(|member| member.text("userId")).collect();
    ids.sort_unstable();
    ids.dedup();
    names(api, ids).await
}

/// People with their names, as far as the organisation knows them.
pub(super) async fn names(api: &Api, ids: Vec<String>) -> Result<Vec<ForeignMember>, SendError> {
    let mut members = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let call = Call::new("POST /org/member/batchGet", &[]).body(json!({"userIds": some}));
        let answer = api.call(&call).await?;
        let known = answer.list("result");
        members.extend(some.iter().map(|id| {
            ForeignMember {
                user: ForeignUser::new(id),
                name: known
                    .iter()
                    .find(|member| member.text("userId").as_ref() == Some(id))
                    .and_then(|member| member.text("name"))
                    .unwrap_or_default(),
            }
        }));
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_3_statuses_have_a_phase() {
        let read = status(&json!({"id": "1", "name": "进行中", "kind": "process", "taskflowId": "f"})).unwrap();
        assert_eq!((read.phase, read.workflow.as_deref()), (Phase::Process, Some("f")));
        assert!(status(&json!({"name": "x"})).is_none());
    }

    #[test]
    fn s6_priorities_are_what_the_organisation_made_of_them() {
        let list = json!([{"id": "a", "name": "紧急", "priority": -10}, {"id": "b", "name": "普通", "priority": 0}]);
        let expected =
            vec![PriorityLevel { value: -10, name: "紧急".into() }, PriorityLevel { value: 0, name: "普通".into() }];
        assert_eq!(levels(&list), expected);
        assert_eq!(levels(&json!({"options": list, "defaultOptionId": "b"})), expected);
        assert!(levels(&Value::Null).is_empty());
    }

    #[test]
    fn s6_a_select_field_has_choices() {
        let read = field(&json!({"id": "f", "name": "承接", "type": "select",
            "choices": [{"id": "c1", "value": "已承接"}, {"id": "c2", "value": "暂不承接"}]}))
        .unwrap();
        assert_eq!(read.kind, CustomFieldKind::Select);
        assert_eq!(read.choices[1], FieldChoice { id: "c2".into(), name: "暂不承接".into() });
    }
}
