//! The query language of tasks, as far as its documentation is certain (Teambition §5.1). Anything else is refused,
//! never guessed.

mod evaluate;
mod lexer;
mod parser;
mod time;

use std::cmp::Ordering;

use jiff::Timestamp;

use self::evaluate::{Around, fits};
use self::parser::{Condition, parse};
use super::answer::Refusal;
use super::task::Task;

/// A query that was understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    /// Everything fits when there is none.
    condition: Option<Condition>,
    order: Vec<Order>,
}

/// One key of the order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    field: Field,
    descending: bool,
}

/// What can be asked of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    Project,
    Executor,
    Creator,
    Involved,
    Done,
    Archived,
    Due,
    Start,
    Accomplished,
    Created,
    Updated,
    Priority,
    Title,
    /// Title and note.
    Text,
    Tag,
    Stage,
    Tasklist,
    Sprint,
    Status,
    TaskType,
    StoryPoint,
    Number,
    Custom(String),
}

impl Field {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "projectId" => Self::Project,
            "executorId" => Self::Executor,
            "creatorId" => Self::Creator,
            "involveMembers" => Self::Involved,
            "isDone" => Self::Done,
            "isArchived" => Self::Archived,
            "dueDate" => Self::Due,
            "startDate" => Self::Start,
            "accomplished" => Self::Accomplished,
            "created" => Self::Created,
            "updated" => Self::Updated,
            "priority" => Self::Priority,
            "title" => Self::Title,
            "text" => Self::Text,
            "tagId" => Self::Tag,
            "stageId" => Self::Stage,
            "tasklistId" => Self::Tasklist,
            "sprintId" => Self::Sprint,
            "taskflowstatusId" | "tfsId" => Self::Status,
            "scenarioId" | "sfcId" | "scenariofieldconfigId" => Self::TaskType,
            "storyPoint" => Self::StoryPoint,
            "uniqueId" => Self::Number,
            _ => Self::Custom(name.strip_prefix("cf:").filter(|id| !id.is_empty())?.to_owned()),
        })
    }

    fn instant(&self, task: &Task) -> Option<Option<Timestamp>> {
        match self {
            Self::Due => Some(task.due),
            Self::Start => Some(task.start),
            Self::Accomplished => Some(task.accomplished),
            Self::Created => Some(Some(task.created)),
            Self::Updated => Some(Some(task.updated)),
            _ => None,
        }
    }
}

impl Query {
    /// Reads a query; an empty one lets everything through.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        parse(text).map_err(|why| Refusal::bad(format!("TQL 语法错误：{why}")))
    }

    /// Whether a condition names this field, by the name of the documentation.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        let wanted = Field::named(name);
        fn within(condition: &Condition, wanted: &Option<Field>) -> bool {
            match condition {
                Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| within(part, wanted)),
                Condition::Is { field, .. } => Some(field) == wanted.as_ref(),
            }
        }
        self.condition.as_ref().is_some_and(|condition| within(condition, &wanted))
    }

    /// Whether a task fits. `me` is the operator.
    pub(super) fn fits(&self, task: &Task, me: Option<&str>, now: Timestamp) -> Result<bool, Refusal> {
        let Some(condition) = &self.condition else { return Ok(true) };
        fits(condition, task, Around { me, now }).map_err(|why| Refusal::bad(format!("TQL 语法错误：{why}")))
    }

    /// Puts what was found into the order asked for; else it stays as it was made.
    pub(super) fn sort(&self, found: &mut [&Task]) {
        found.sort_by(|a, b| {
            self.order.iter().map(|key| key.compare(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }
}

impl Order {
    fn compare(&self, a: &Task, b: &Task) -> Ordering {
        let order = match &self.field {
            Field::Priority => a.priority.cmp(&b.priority),
            Field::Title => a.content.cmp(&b.content),
            Field::Number => a.number.cmp(&b.number),
            Field::Done => a.done.cmp(&b.done),
            instant => instant.instant(a).cmp(&instant.instant(b)),
        };
        if self.descending { order.reverse() } else { order }
    }
}

#[cfg(test)]
mod tests;
