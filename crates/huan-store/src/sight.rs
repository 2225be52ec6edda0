//! What of a list somebody may see. Who may see what is decided in `huan_core::permission`; here it only becomes a condition,
//! so that pages and counts are right.

use huan_core::{
    id::{CollaborationId, PersonId},
    level::Level,
};

use crate::select::Select;

/// The rows of a collaboration that somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Who looks: sees every row they have a part in.
    pub person: PersonId,
    /// The levels of which they see every row.
    pub levels: Vec<Level>,
    /// Collaborations of which they see every row of more levels.
    pub also: Vec<(Vec<CollaborationId>, Vec<Level>)>,
}

impl Select {
    /// Begins the condition that a row is within sight: by its level, or for another reason that the caller adds before
    /// closing the parenthesis.
    pub(crate) fn within_sight(&mut self, sight: &Sight) -> &mut Self {
        self.and("(level IN ").list(sight.levels.iter().copied());
        for (collaborations, levels) in &sight.also {
            self.push(" OR (collaboration IN ").list(collaborations);
            self.push(" AND level IN ").list(levels.iter().copied()).push(")");
        }
        self
    }
}
