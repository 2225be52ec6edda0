//! 免打扰: ordinary notices wait for a while (I5).

use super::{Command, Question, due, sheet::Sheet, words::Found};
use crate::time_expression::length_of_time;

/// 「免打扰到18:00」, 「免打扰 2小时」, or nothing behind it.
pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Command {
    let end = sheet.len();
    let span = (found.rest..end).find_map(|at| length_of_time(&sheet.folded, at)).map(|(span, _)| span.fieldwise());
    let until = match span {
        Some(_) => None,
        None => due::pick(sheet, found.rest, end, false, questions).due,
    };
    Command::Silence { until, span }
}
