//! 决定, 会议: a decision was taken or a meeting ended, and minutes are owed (F3).

use super::{
    Command, NewMinutes, Question,
    sheet::{PieceKind, Sheet},
    words::{Found, Kind},
};
use crate::minutes::Occasion;

/// How one says who writes the minutes, before the name.
const RECORDER: &[&str] = &["会议记录人", "记录人", "记录", "recorder", "minutes by"];

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Command {
    let end = sheet.len();
    let mut without = vec![(found.from, found.rest)];
    let mut recorder = None;
    let mut people = Vec::new();
    for piece in sheet.pieces(0, end) {
        match &piece.kind {
            PieceKind::Robot | PieceKind::Everyone => without.push((piece.from, piece.to)),
            PieceKind::Person(person) => match recorder_word(sheet, piece.from) {
                Some(from) if recorder.is_none() => {
                    without.push((from, piece.to));
                    recorder = Some(person.clone());
                }
                // A name may be part of what was decided; it stays where it is.
                _ => people.push(person.clone()),
            },
            PieceKind::Time(_) | PieceKind::Priority(_) | PieceKind::Task(_) => {}
        }
    }
    people.extend(sheet.unshown.iter().cloned());
    let text = sheet.text(0, end, &without);
    let (title, detail) = text.split_once('\n').unwrap_or((&text, ""));
    if title.is_empty() {
        questions.push(Question::MinutesMissing);
    }
    Command::NewMinutes(NewMinutes {
        occasion: if found.kind == Kind::Meeting { Occasion::Meeting } else { Occasion::Decision },
        title: title.to_owned(),
        detail: detail.to_owned(),
        recorder,
        people,
    })
}

/// Where the word for the recorder begins that stands right before the name at `at`.
fn recorder_word(sheet: &Sheet<'_>, at: usize) -> Option<usize> {
    let mut end = at;
    while end > 0 && matches!(sheet.folded.before(end), ' ' | ':') {
        end -= 1;
    }
    RECORDER.iter().find_map(|word| {
        let from = end.checked_sub(word.chars().count())?;
        sheet.folded.literal(from, word).map(|_| from)
    })
}
