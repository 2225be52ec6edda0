//! Custom fields of tasks (Teambition §4.2).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::Teambition;
use super::super::answer::{Refusal, Reply};
use super::super::call::Call;
use super::super::change::{Change, Quietly};
use super::super::project::{Field, FieldKind, Project, by_id, by_name};
use super::super::task::{FieldValue, written};
use super::super::tenant::Tenant;
use super::create::objects;
use super::task;

/// The fields that are given when a task is made: by `cfId`, name or alias.
pub(super) fn given(project: &Project, call: &Call) -> Result<BTreeMap<String, Vec<FieldValue>>, Refusal> {
    let mut found = BTreeMap::new();
    let Some(list) = call.body.get("customfields").filter(|list| !list.is_null()) else { return Ok(found) };
    for entry in objects(list, "customfields")? {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let field = named(project, text("cfId"), text("customfieldName").or(text("customfieldAlias")))?;
        let values = values(field, entry.get("value").unwrap_or(&Value::Null), false)?;
        if !values.is_empty() {
            found.insert(field.id.clone(), values);
        }
    }
    Ok(found)
}

/// `POST /v3/task/{taskId}/customfield/update` and the form with the field in the path
pub(super) fn update(sim: &Teambition, tenant: &mut Tenant, call: &Call) -> Result<Reply, Refusal> {
    let task = task(tenant, call)?;
    let id = task.id.clone();
    let project = tenant.project_of(task).ok_or_else(|| Refusal::bad("该任务没有自定义字段"))?;
    let by_path = Some(call.id("customfieldId")).filter(|id| !id.is_empty());
    let field_id = match by_path {
        Some(id) => Some(id),
        None => call.text("customfieldId")?.or(call.text("customfieldInstanceId")?),
    };
    let field = named(project, field_id, call.text("customfieldName")?.or(call.text("customfieldAlias")?))?;
    let mut all = task.fields.get(&field.id).cloned().unwrap_or_default();
    if let Some(value) = call.body.get("value").filter(|value| !value.is_null()) {
        all = values(field, value, true)?;
    } else if !call.gives("addValues") && !call.gives("delValues") {
        return Err(Refusal::bad("缺少参数 value"));
    }
    let list = |name: &str| values(field, call.body.get(name).unwrap_or(&Value::Null), true);
    let (added, removed) = (list("addValues")?, list("delValues")?);
    let same = |a: &FieldValue, b: &FieldValue| a.id == b.id && a.title == b.title;
    all.retain(|value| !removed.iter().any(|gone| same(gone, value)));
    for value in added {
        if !all.iter().any(|known| same(known, &value)) {
            all.push(value);
        }
    }
    if !matches!(field.kind, FieldKind::MultiSelect | FieldKind::Member) && all.len() > 1 {
        return Err(Refusal::bad(format!("字段「{}」只能有一个值", field.name)));
    }
    let quietly = Quietly { no_activity: call.flag("disableActivity") };
    let change = Change::Field(field.id.clone(), all);
    let task = sim.change(tenant, &id, change, &call.by, quietly)?;
    Ok(Reply::of(json!({"updated": written(task.updated)})))
}

fn named<'a>(project: &'a Project, id: Option<&str>, name: Option<&str>) -> Result<&'a Field, Refusal> {
    let found = match (id, name) {
        (Some(id), _) => project.field(id),
        (None, Some(name)) => project.fields.iter().find(|field| field.name == name),
        (None, None) => return Err(Refusal::bad("缺少参数 customfieldId")),
    };
    found.ok_or_else(|| Refusal::missing("自定义字段"))
}

/// The values as they are kept. On an update every value must have an `id`, if need be an empty one.
fn values(field: &Field, given: &Value, ids_needed: bool) -> Result<Vec<FieldValue>, Refusal> {
    if given.is_null() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for entry in objects(given, "value")? {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if ids_needed && text("id").is_none() {
            return Err(Refusal::bad("value 中每一项都必须有 id"));
        }
        let value = FieldValue {
            id: text("id").unwrap_or_default().to_owned(),
            title: text("title").ok_or_else(|| Refusal::bad("value 中缺少 title"))?.to_owned(),
            meta: text("metaString").or(text("meta")).unwrap_or_default().to_owned(),
        };
        // A text without anything in it clears the field.
        if value.id.is_empty() && value.title.is_empty() {
            continue;
        }
        all.push(checked(field, value)?);
    }
    Ok(all)
}

fn checked(field: &Field, mut value: FieldValue) -> Result<FieldValue, Refusal> {
    let wrong = |what: &str| Refusal::bad(format!("字段「{}」的值{what}：{}", field.name, value.title));
    match field.kind {
        FieldKind::Select | FieldKind::MultiSelect => {
            let choice = by_id(&field.choices, &value.id);
            let choice = choice.or_else(|| by_name(&field.choices, &value.title).filter(|_| value.id.is_empty()));
            let choice = choice.ok_or_else(|| wrong("不在选项中"))?;
            value = FieldValue { id: choice.id.clone(), title: choice.name.clone(), meta: value.meta };
        }
        FieldKind::Date => {
            let instant: Timestamp = value.title.parse().map_err(|_| wrong("不是合法的日期"))?;
            value.title = written(instant);
        }
        FieldKind::Number => {
            value.title.parse::<f64>().map_err(|_| wrong("不是数字"))?;
        }
        FieldKind::Member => {
            if value.id.is_empty() {
                value.id.clone_from(&value.title);
            }
        }
        FieldKind::Text => {}
    }
    Ok(value)
}
