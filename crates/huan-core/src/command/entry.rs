//! 沉淀: what was said goes into the centre (F1).

use super::{
    Command,
    sheet::{PieceKind, Sheet},
    words::Found,
};

/// Everything behind the word is kept as it was said, people and times too; only the robot's name is not part of it.
pub(super) fn read(sheet: &Sheet<'_>, found: &Found) -> Command {
    let is_robot = |kind: &PieceKind| matches!(kind, PieceKind::Robot);
    Command::FileEntry { words: sheet.text_without(found.rest, sheet.len(), is_robot) }
}
