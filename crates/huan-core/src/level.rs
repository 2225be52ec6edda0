//! Sensitivity: who may see a thing at all.

use serde::{Deserialize, Serialize};

/// The sensitivity of a record or task (I2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 公开: everybody in the workspace, and the guests of the collaboration.
    Public,
    /// 内部: the members of the collaboration, not its guests.
    #[default]
    Internal,
    /// 机密: only those who have a part in the matter.
    Confidential,
}
