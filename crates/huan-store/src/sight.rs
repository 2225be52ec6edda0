//! What of a list somebody may see. Who may see what is decided in `huan_core::permission`; here it only becomes a condition,
//! so that pages and counts are right.

use huan_core::{id::PersonId, level::Level};

/// The rows of a collaboration that somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// Who looks: sees every row they have a part in.
    pub person: PersonId,
    /// The levels of which they see every row.
    pub levels: Vec<Level>,
}
