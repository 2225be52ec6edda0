//! Which of the times in a message is the deadline.

use jiff::Zoned;

use crate::{
    folded::is_chinese,
    time_expression::{Finding, Meaning, Precision},
};

use super::{
    Question,
    sheet::{Piece, Sheet},
};

/// A deadline that was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// An instant.
    At {
        /// The instant, in the speaker's zone.
        when: Zoned,
        /// How exactly it was said; a date alone carries a default time.
        precision: Precision,
    },
    /// So many working days from now, by the owner's calendar.
    WorkingDays {
        /// How many.
        count: u32,
    },
}

impl Due {
    /// The deadline of a meaning that is clear.
    pub(crate) fn of(meaning: &Meaning) -> Option<Self> {
        match meaning {
            Meaning::Found { when, precision } => Some(Self::At { when: when.clone(), precision: *precision }),
            Meaning::WorkingDays { count } => Some(Self::WorkingDays { count: *count }),
            Meaning::Ambiguous { .. } | Meaning::Past { .. } => None,
        }
    }
}

/// The question that a meaning leaves open.
pub(super) fn question(finding: &Finding) -> Option<Question> {
    match &finding.meaning {
        Meaning::Ambiguous { candidates, reason } => {
            Some(Question::DueAmbiguous { candidates: candidates.clone(), reason: *reason, span: finding.span.clone() })
        }
        Meaning::Past { when, next } => {
            Some(Question::DuePast { when: when.clone(), next: next.clone(), span: finding.span.clone() })
        }
        Meaning::Found { .. } | Meaning::WorkingDays { .. } => None,
    }
}

/// The deadline within a stretch of the message.
pub(super) struct Picked {
    pub(super) due: Option<Due>,
    /// Its places, to be left out of the words around it.
    pub(super) place: Option<(usize, usize)>,
}

/// Picks the deadline in `from..to` and asks what is not clear about it. `required`: ask when there is none.
pub(super) fn pick(sheet: &Sheet<'_>, from: usize, to: usize, required: bool, questions: &mut Vec<Question>) -> Picked {
    let times = sheet.times(from, to);
    let marked: Vec<_> = times.iter().filter(|(_, finding)| finding.is_deadline).collect();
    let free: Vec<_> = times.iter().filter(|(piece, _)| !is_part_of_words(sheet, piece)).collect();
    let not_past: Vec<_> =
        free.iter().filter(|(_, finding)| !matches!(finding.meaning, Meaning::Past { .. })).collect();
    let candidates: Vec<&(&Piece, &Finding)> = if !marked.is_empty() {
        marked
    } else if not_past.len() == 1 {
        not_past.into_iter().copied().collect()
    } else {
        free
    };
    match candidates.as_slice() {
        [(piece, finding)] => {
            questions.extend(question(finding));
            Picked { due: Due::of(&finding.meaning), place: Some((piece.from, piece.to)) }
        }
        [] => {
            if required {
                let within: Vec<_> = times.iter().filter_map(|(_, finding)| Due::of(&finding.meaning)).collect();
                let suggestion = match <[Due; 1]>::try_from(within) {
                    Ok([due]) => Some(due),
                    Err(_) => None,
                };
                questions.push(Question::DueMissing { suggestion });
            }
            Picked { due: None, place: None }
        }
        several => {
            questions.push(Question::SeveralDues {
                candidates: several.iter().filter_map(|(_, finding)| Due::of(&finding.meaning)).collect(),
                spans: several.iter().map(|(_, finding)| finding.span.clone()).collect(),
            });
            Picked { due: None, place: None }
        }
    }
}

/// 「明天的会议」, 「准备明天会议材料」: a time that belongs to the words around it.
fn is_part_of_words(sheet: &Sheet<'_>, piece: &Piece) -> bool {
    let next = sheet.folded.at(piece.to);
    next == '的' || (is_chinese(next) && is_chinese(sheet.folded.before(piece.from)) && !sheet.word_begins(piece.from))
}
