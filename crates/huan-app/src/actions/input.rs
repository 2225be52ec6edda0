//! The edge: what is accepted from outside, the same for every way in.

use huan_core::{
    id::{CollaborationId, PersonId},
    person::{Person, Standing},
};

use crate::{
    error::{ActionError, FieldProblem},
    work::Work,
};

/// The longest title or name, in characters.
pub const SHORT: usize = 200;
/// The longest description or summary, in characters.
pub const LONG: usize = 5_000;

/// A text that must be there. Surrounding white space is cut off and control characters are dropped.
///
/// # Errors
/// When it is empty or longer than `longest` characters.
pub fn text(field: &'static str, given: &str, longest: usize) -> Result<String, ActionError> {
    let text = optional_text(field, given, longest)?;
    if text.is_empty() { Err(ActionError::field(field, "required")) } else { Ok(text) }
}

/// A text that may be empty.
///
/// # Errors
/// When it is longer than `longest` characters.
pub fn optional_text(field: &'static str, given: &str, longest: usize) -> Result<String, ActionError> {
    let text: String = given.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.chars().count() > longest {
        return Err(ActionError::Invalid(vec![FieldProblem { field, code: "too_long", limit: Some(longest) }]));
    }
    Ok(text)
}

/// A person who belongs to the organisation and to the collaboration.
///
/// # Errors
/// When there is no such person, they have left, or they are not in the collaboration.
pub async fn active_member(
    work: &mut Work<'_>,
    collaboration: &CollaborationId,
    person: &PersonId,
    field: &'static str,
) -> Result<Person, ActionError> {
    let person = work.person(person, field).await?;
    match person.standing {
        Standing::Active => {}
        Standing::Guest { until } if work.now < until => {}
        Standing::Guest { .. } | Standing::Left { .. } => return Err(ActionError::field(field, "unknown")),
    }
    if work.tx.role(&work.app.workspace, collaboration, &person.id).await?.is_none() {
        return Err(ActionError::field(field, "not_member"));
    }
    Ok(person)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_measured_in_characters() {
        assert_eq!(text("name", "  评估\u{7}数据 ", 4).unwrap(), "评估数据");
        assert_eq!(text("name", "评估数据导出", 4).unwrap_err().code(), "too_long");
        assert_eq!(text("name", " \n ", 4).unwrap_err().code(), "invalid_input");
    }
}
