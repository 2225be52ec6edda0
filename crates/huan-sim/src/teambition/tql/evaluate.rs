//! Whether a task fits a condition.

use jiff::Timestamp;

use super::Field;
use super::parser::{Condition, Test, Value};
use super::time;
use crate::teambition::task::Task;

/// What a query depends on besides the task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) me: Option<&'a str>,
    pub(super) now: Timestamp,
}

/// What a field of a task holds.
enum Held<'a> {
    /// Ids or texts; empty for nothing.
    Texts(Vec<&'a str>),
    Truth(bool),
    Number(Option<f64>),
    Instant(Option<Timestamp>),
}

/// Whether the task fits; the error says which comparison makes no sense.
pub(super) fn fits(condition: &Condition, task: &Task, around: Around<'_>) -> Result<bool, String> {
    match condition {
        Condition::All(parts) => parts.iter().try_fold(true, |all, part| Ok(fits(part, task, around)? && all)),
        Condition::Any(parts) => parts.iter().try_fold(false, |any, part| Ok(fits(part, task, around)? || any)),
        Condition::Is { field, test, value } => is(&held(field, task), *test, value, around, field),
    }
}

fn held<'a>(field: &Field, task: &'a Task) -> Held<'a> {
    let one = |text: &'a str| Held::Texts(if text.is_empty() { Vec::new() } else { vec![text] });
    let many = |texts: &'a [String]| Held::Texts(texts.iter().map(String::as_str).collect());
    match field {
        Field::Project => one(&task.project),
        Field::Executor => one(task.executor.as_deref().unwrap_or_default()),
        Field::Creator => one(&task.creator),
        Field::Involved => many(&task.involved),
        Field::Done => Held::Truth(task.done),
        Field::Archived => Held::Truth(task.archived),
        Field::Priority => Held::Number(Some(task.priority as f64)),
        Field::StoryPoint => Held::Number(task.story_point.parse().ok()),
        Field::Number => Held::Number(Some(task.number as f64)),
        Field::Title => one(&task.content),
        Field::Text => Held::Texts(vec![&task.content, &task.note]),
        Field::Tag => many(&task.tags),
        Field::Stage => one(&task.stage),
        Field::Tasklist => one(&task.tasklist),
        Field::Sprint => one(&task.sprint),
        Field::Status => one(&task.status),
        Field::TaskType => one(&task.task_type),
        Field::Custom(id) => {
            let values = task.fields.get(id).into_iter().flatten();
            Held::Texts(values.flat_map(|value| [value.title.as_str(), value.id.as_str()]).collect())
        }
        instant => Held::Instant(instant.instant(task).flatten()),
    }
}

fn is(held: &Held<'_>, test: Test, value: &Value, around: Around<'_>, field: &Field) -> Result<bool, String> {
    let negated = match test {
        Test::NotEqual => Some(Test::Equal),
        Test::NotLike => Some(Test::Like),
        Test::NotIn => Some(Test::In),
        _ => None,
    };
    if let Some(positive) = negated {
        return Ok(!is(held, positive, value, around, field)?);
    }
    if let Value::List(values) = value {
        return values.iter().try_fold(false, |any, one| Ok(is(held, Test::Equal, one, around, field)? || any));
    }
    if matches!(value, Value::Null) {
        let nothing = match held {
            Held::Texts(texts) => texts.is_empty(),
            Held::Truth(_) => false,
            Held::Number(number) => number.is_none(),
            Held::Instant(instant) => instant.is_none(),
        };
        return if test == Test::Equal { Ok(nothing) } else { Err(nonsense(field)) };
    }
    match held {
        Held::Texts(texts) => of_texts(texts, test, value, around, field),
        Held::Truth(truth) => match (test, value) {
            (Test::Equal, Value::Truth(wanted)) => Ok(truth == wanted),
            _ => Err(nonsense(field)),
        },
        Held::Number(number) => {
            let Value::Number(wanted) = value else { return Err(nonsense(field)) };
            compared(number.as_ref(), wanted, test).ok_or_else(|| nonsense(field))
        }
        Held::Instant(instant) => {
            let wanted = match value {
                Value::Text(text) => time::instant(text).ok_or_else(|| format!("不是合法的日期 {text}"))?,
                Value::Edge(edge) => time::edge(*edge, around.now).ok_or_else(|| nonsense(field))?,
                _ => return Err(nonsense(field)),
            };
            compared(instant.as_ref(), &wanted, test).ok_or_else(|| nonsense(field))
        }
    }
}

fn of_texts(texts: &[&str], test: Test, value: &Value, around: Around<'_>, field: &Field) -> Result<bool, String> {
    let wanted = match value {
        Value::Text(text) => text.as_str(),
        Value::Me => around.me.ok_or_else(|| "me() 需要操作者".to_owned())?,
        _ => return Err(nonsense(field)),
    };
    match test {
        Test::Equal => Ok(texts.contains(&wanted)),
        Test::Like => {
            let wanted = wanted.to_lowercase();
            Ok(texts.iter().any(|text| text.to_lowercase().contains(&wanted)))
        }
        _ => Err(nonsense(field)),
    }
}

/// `None` for a comparison that the type does not have. Nothing is neither more nor less than anything.
fn compared<T: PartialOrd>(held: Option<&T>, wanted: &T, test: Test) -> Option<bool> {
    let holds = |is: fn(&T, &T) -> bool| held.is_some_and(|held| is(held, wanted));
    Some(match test {
        Test::Equal => holds(|a, b| a == b),
        Test::Greater => holds(|a, b| a > b),
        Test::AtLeast => holds(|a, b| a >= b),
        Test::Less => holds(|a, b| a < b),
        Test::AtMost => holds(|a, b| a <= b),
        _ => return None,
    })
}

fn nonsense(field: &Field) -> String {
    format!("字段 {field:?} 不支持这样的比较")
}
