//! What a cell takes, and how it is read (Feishu §7.2, §7.3).

use serde_json::{Value, json};

use super::{Field, Table};
use crate::feishu::Feishu;
use crate::feishu::directory::IdType;
use crate::feishu::error::ApiError;

/// The longest text of a cell (§7.1).
const LONGEST_TEXT: usize = 100_000;

fn refused(code: i64, msg: &str) -> ApiError {
    ApiError::with_status_200(code, msg)
}

/// The name a kind of column goes by.
pub(super) fn ui_type(kind: i64) -> Option<&'static str> {
    Some(match kind {
        1 => "Text",
        2 => "Number",
        3 => "SingleSelect",
        4 => "MultiSelect",
        5 => "DateTime",
        7 => "Checkbox",
        11 => "User",
        15 => "Url",
        _ => return None,
    })
}

/// Checks a written value and gives it as it is kept; none for an empty cell. A choice that is new is added to the column.
pub(super) fn take(feishu: &Feishu, field: &mut Field, value: &Value) -> Result<Option<Value>, ApiError> {
    if value.is_null() {
        return Ok(None);
    }
    let kept = match field.kind {
        1 => {
            let text = value.as_str().ok_or_else(|| refused(1254060, "TextFieldConvFail"))?;
            if text.chars().count() > LONGEST_TEXT {
                return Err(refused(1254130, "TooLargeCell"));
            }
            json!(text)
        }
        2 => match value.is_number() {
            true => value.clone(),
            false => return Err(refused(1254061, "NumberFieldConvFail")),
        },
        3 => {
            let name = value.as_str().ok_or_else(|| refused(1254062, "SingleSelectFieldConvFail"))?;
            add_option(feishu, field, name);
            json!(name)
        }
        4 => {
            let names: Option<Vec<&str>> = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
            let names = names.ok_or_else(|| refused(1254063, "MultiSelectFieldConvFail"))?;
            for name in &names {
                add_option(feishu, field, name);
            }
            json!(names)
        }
        5 => match value.as_i64() {
            Some(millis) => json!(millis),
            None => return Err(refused(1254064, "DatetimeFieldConvFail")),
        },
        7 => match value.is_boolean() {
            true => value.clone(),
            false => return Err(refused(1254065, "CheckboxFieldConvFail")),
        },
        11 => {
            let fail = || refused(1254066, "UserFieldConvFail");
            let list = value.as_array().ok_or_else(fail)?;
            let directory = feishu.directory();
            let mut people = Vec::new();
            for entry in list {
                let id = entry.get("id").and_then(Value::as_str).ok_or_else(fail)?;
                people.push(directory.by_id(IdType::Open, id).ok_or_else(fail)?.person.key.clone());
            }
            json!(people)
        }
        15 => {
            let link = value.get("link").and_then(Value::as_str).ok_or_else(|| refused(1254068, "URLFieldConvFail"))?;
            let text = value.get("text").and_then(Value::as_str).unwrap_or(link);
            json!({"text": text, "link": link})
        }
        _ => return Err(refused(1254015, "Field types do not match.")),
    };
    let empty = kept.as_str().is_some_and(str::is_empty) || kept.as_array().is_some_and(Vec::is_empty);
    Ok((!empty).then_some(kept))
}

fn add_option(feishu: &Feishu, field: &mut Field, name: &str) {
    if !field.property["options"].is_array() {
        field.property["options"] = json!([]);
    }
    if let Some(options) = field.property["options"].as_array_mut()
        && !options.iter().any(|option| option["name"] == name)
    {
        let color = options.len() % 55;
        options.push(json!({"id": format!("opt{}", feishu.shell.random.hex::<5>()), "name": name, "color": color}));
    }
}

/// A kept value as searches give it.
pub(super) fn read(feishu: &Feishu, field: &Field, value: &Value) -> Value {
    match field.kind {
        1 => json!([{"text": value, "type": "text"}]),
        11 => {
            let directory = feishu.directory();
            let keys = value.as_array().into_iter().flatten().filter_map(Value::as_str);
            let people = keys.filter_map(|key| directory.by_key(key)).map(|member| {
                json!({"id": member.ids.open_id, "name": member.person.name, "en_name": member.person.name,
                    "email": member.person.email, "avatar_url": ""})
            });
            people.collect()
        }
        _ => value.clone(),
    }
}

/// All cells of a row by the columns' names, as searches give them.
pub(super) fn row(feishu: &Feishu, table: &Table, cells: &std::collections::BTreeMap<String, Value>) -> Value {
    let mut fields = json!({});
    for field in &table.fields {
        if let Some(value) = cells.get(&field.id) {
            fields[&field.name] = read(feishu, field, value);
        }
    }
    fields
}
