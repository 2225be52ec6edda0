//! The situations that collaborations start from, as pages show them.

use huan_core::{clock::ServiceLevels, i18n::text, situation::Situation};
use serde::Serialize;
use utoipa::ToSchema;

use super::Look;
use crate::{actions::situations, error::ActionError};

/// A situation that works out of the box.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SituationView {
    /// The stable name.
    pub key: &'static str,
    /// The name in the reader's language.
    pub name: String,
    /// For whom it is, in the reader's language.
    pub text: String,
    /// The service levels that its collaborations start from.
    #[schema(value_type = Object)]
    pub levels: ServiceLevels,
    /// Whether an administrator set them; otherwise they come with the program.
    pub changed: bool,
}

/// All situations.
///
/// # Errors
/// When the database fails.
pub async fn list(look: &mut Look<'_>) -> Result<Vec<SituationView>, ActionError> {
    let mut views = Vec::with_capacity(Situation::ALL.len());
    for situation in Situation::ALL {
        views.push(one(look, *situation).await?);
    }
    Ok(views)
}

/// One situation.
///
/// # Errors
/// When the database fails.
pub async fn one(look: &mut Look<'_>, situation: Situation) -> Result<SituationView, ActionError> {
    let own = situations::own_levels(look.conn, &look.app.workspace, situation).await?;
    let language = look.caller.language;
    Ok(SituationView {
        key: situation.name(),
        name: text(language, &format!("domain.situation.{situation}"), &[]),
        text: text(language, &format!("domain.situation.{situation}.text"), &[]),
        changed: own.is_some(),
        levels: own.unwrap_or_else(|| situation.levels()),
    })
}
