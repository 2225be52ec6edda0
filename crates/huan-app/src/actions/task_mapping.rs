//! What in a project of a task platform means what in Huan (D5): what is most likely meant, and whether what was chosen
//! is there.

use huan_connect::{CustomField, CustomFieldKind, Phase, PriorityLevel, ProjectSetUp, TaskStatus};
use huan_core::{
    task::{Priority, Stage},
    task_sync::{Acceptance, Choice, MappedPriority, MappedStatus, Mapping},
};

use crate::error::ActionError;

/// Words in the names that people give to statuses and choices.
const DECLINED: &[&str] = &["拒绝", "暂不", "驳回", "declin", "reject"];
const BLOCKED: &[&str] = &["受阻", "阻塞", "卡住", "挂起", "搁置", "block", "hold"];
const CANCELLED: &[&str] = &["取消", "关闭", "废弃", "cancel", "abandon"];
const WAITING: &[&str] = &["待", "未", "wait", "pending"];
const ACCEPTED: &[&str] = &["承接", "接受", "accept", "taken"];
/// Words in the names of levels of urgency.
const MOST_URGENT: &[&str] = &["非常", "特急", "最高", "critical"];
const URGENT: &[&str] = &["紧急", "urgent"];
const HIGH: &[&str] = &["高", "重要", "high"];
const LOW: &[&str] = &["低", "low"];
/// Words in the name of the text field that is to hold the id of Huan's task.
const REFERENCE: &[&str] = &["环任务", "huan"];

fn has(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// What of a project most likely means what.
pub fn suggestion(read: &ProjectSetUp) -> Mapping {
    let statuses = read.statuses.iter().map(|status| MappedStatus {
        id: status.id.clone(),
        name: status.name.clone(),
        workflow: status.workflow.clone(),
        stage: stage(status),
    });
    let text = |field: &&CustomField| field.kind == CustomFieldKind::Text && has(&field.name, REFERENCE);
    Mapping {
        statuses: statuses.collect(),
        acceptance: read.fields.iter().find_map(acceptance).unwrap_or_default(),
        priorities: priorities(&read.priorities),
        reference: read.fields.iter().find(text).map(|field| field.id.clone()),
    }
}

fn stage(status: &TaskStatus) -> Stage {
    match status.phase {
        Phase::End if has(&status.name, CANCELLED) => Stage::Cancelled,
        Phase::End => Stage::Done,
        _ if has(&status.name, DECLINED) => Stage::Declined,
        Phase::Start => Stage::Offered,
        Phase::Process if has(&status.name, BLOCKED) => Stage::Blocked,
        Phase::Process => Stage::InProgress,
    }
}

/// A field of choices that asks for 「承接」.
fn acceptance(field: &CustomField) -> Option<Acceptance> {
    if field.kind != CustomFieldKind::Select || !has(&field.name, ACCEPTED) {
        return None;
    }
    let named = |fits: &dyn Fn(&str) -> bool| {
        let choice = field.choices.iter().find(|choice| fits(&choice.name))?;
        Some(Choice { id: choice.id.clone(), name: choice.name.clone() })
    };
    let accepted = named(&|name| has(name, ACCEPTED) && !has(name, WAITING) && !has(name, DECLINED))?;
    Some(Acceptance::Field {
        field: field.id.clone(),
        waiting: named(&|name| has(name, WAITING) && !has(name, DECLINED)),
        accepted,
        declined: named(&|name| has(name, DECLINED)),
    })
}

/// By what the levels are called; the order of their values differs from organisation to organisation. Where a name says
/// nothing, the level is taken for a plain one.
fn priorities(levels: &[PriorityLevel]) -> Vec<MappedPriority> {
    let some_is_most = levels.iter().any(|level| has(&level.name, MOST_URGENT));
    let all = levels.iter().map(|level| MappedPriority {
        value: level.value,
        name: level.name.clone(),
        priority: match &level.name {
            name if has(name, MOST_URGENT) => Priority::Urgent,
            name if has(name, URGENT) && !some_is_most => Priority::Urgent,
            name if has(name, URGENT) || has(name, HIGH) => Priority::High,
            name if has(name, LOW) => Priority::Low,
            _ => Priority::Normal,
        },
    });
    all.collect()
}

/// The mapping with the names that the platform tells; everything in it must be there.
///
/// # Errors
/// When something in it is not there, or a stage has no status.
pub(super) fn checked(mut mapping: Mapping, read: &ProjectSetUp) -> Result<Mapping, ActionError> {
    let unknown = || ActionError::field("mapping", "unknown_choice");
    for mapped in &mut mapping.statuses {
        let status = read.statuses.iter().find(|status| status.id == mapped.id).ok_or_else(unknown)?;
        mapped.name.clone_from(&status.name);
        mapped.workflow.clone_from(&status.workflow);
    }
    if mapping.lacks().is_some() {
        return Err(ActionError::field("statuses", "required"));
    }
    for mapped in &mut mapping.priorities {
        let level = read.priorities.iter().find(|level| level.value == mapped.value).ok_or_else(unknown)?;
        mapped.name.clone_from(&level.name);
    }
    if let Acceptance::Field { field, waiting, accepted, declined } = &mut mapping.acceptance {
        let field = read.fields.iter().find(|known| known.id == *field).ok_or_else(unknown)?;
        for choice in waiting.iter_mut().chain([accepted]).chain(declined) {
            let known = field.choices.iter().find(|known| known.id == choice.id).ok_or_else(unknown)?;
            choice.name.clone_from(&known.name);
        }
    }
    if mapping.reference.as_ref().is_some_and(|id| !read.fields.iter().any(|field| field.id == *id)) {
        return Err(unknown());
    }
    Ok(mapping)
}

#[cfg(test)]
mod tests {
    use huan_connect::FieldChoice;
    use huan_core::platform::ForeignProject;

    use super::*;

    fn read() -> ProjectSetUp {
        let status = |name: &str, phase| TaskStatus { id: name.into(), name: name.into(), workflow: None, phase };
        let choices = ["待承接", "已承接", "已拒绝"];
        ProjectSetUp {
            id: ForeignProject::new("p"),
            name: "产品V2.0".into(),
            statuses: vec![
                status("待处理", Phase::Start),
                status("进行中", Phase::Process),
                status("已挂起", Phase::Process),
                status("已完成", Phase::End),
                status("已取消", Phase::End),
            ],
            priorities: [(-10, "较低"), (0, "普通"), (1, "紧急"), (2, "非常紧急")]
                .map(|(value, name)| PriorityLevel { value, name: name.into() })
                .to_vec(),
            fields: vec![
                CustomField {
                    id: "n".into(), name: "环任务编号".into(), kind: CustomFieldKind::Text, choices: vec![]
                },
                CustomField {
                    id: "a".into(),
                    name: "承接".into(),
                    kind: CustomFieldKind::Select,
                    choices: choices.map(|name| FieldChoice { id: name.into(), name: name.into() }).to_vec(),
                },
            ],
        }
    }

    #[test]
    fn d5_what_a_project_calls_things_suggests_what_they_mean() {
        let suggested = suggestion(&read());
        let stages: Vec<Stage> = suggested.statuses.iter().map(|status| status.stage).collect();
        assert_eq!(stages, [Stage::Offered, Stage::InProgress, Stage::Blocked, Stage::Done, Stage::Cancelled]);
        let choice = |name: &str| Choice { id: name.into(), name: name.into() };
        let (waiting, declined) = (Some(choice("待承接")), Some(choice("已拒绝")));
        let field = Acceptance::Field { field: "a".into(), waiting, accepted: choice("已承接"), declined };
        assert_eq!(suggested.acceptance, field);
        let priorities: Vec<Priority> = suggested.priorities.iter().map(|mapped| mapped.priority).collect();
        assert_eq!(priorities, [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent]);
        assert_eq!(suggested.reference.as_deref(), Some("n"));
        assert!(checked(suggested, &read()).is_ok(), "what is suggested can be used");
    }

    #[test]
    fn d5_what_the_project_does_not_have_is_refused() {
        let code = |mapping| checked(mapping, &read()).map(drop).map_err(|error| error.code());
        let fits = suggestion(&read());
        let mut wrong = fits.clone();
        wrong.statuses[0].id = "x".into();
        assert_eq!(code(wrong), Err("invalid_input"));
        let mut wrong = fits.clone();
        wrong.statuses.retain(|status| status.stage != Stage::Done);
        assert_eq!(code(wrong), Err("invalid_input"), "a finished task must have somewhere to go");
        let mut wrong = fits.clone();
        wrong.priorities[0].value = 9;
        assert_eq!(code(wrong), Err("invalid_input"));
        let mut wrong = fits;
        wrong.reference = Some("x".into());
        assert_eq!(code(wrong), Err("invalid_input"));
    }
}
