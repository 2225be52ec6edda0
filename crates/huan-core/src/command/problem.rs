//! 问题, 紧急, 答复, 已解决: raising a problem and bringing it to its end (E1–E3).

use std::ops::Range;

use super::{
    Command, NewProblem, Question,
    sheet::{PieceKind, Sheet, is_sign},
    words::{Found, Kind},
};
use crate::{
    folded::Folded,
    problem::{Severity, Urgency},
    task::Priority,
};

/// How the severity of an urgent problem is written; each longer word before its own end.
const SEVERITIES: &[(&str, Severity)] = &[
    ("iii级", Severity::Three),
    ("ii级", Severity::Two),
    ("i级", Severity::One),
    ("Ⅲ级", Severity::Three),
    ("Ⅱ级", Severity::Two),
    ("Ⅰ级", Severity::One),
    ("三级", Severity::Three),
    ("二级", Severity::Two),
    ("一级", Severity::One),
    ("3级", Severity::Three),
    ("2级", Severity::Two),
    ("1级", Severity::One),
    ("severity 3", Severity::Three),
    ("severity 2", Severity::Two),
    ("severity 1", Severity::One),
    ("sev3", Severity::Three),
    ("sev2", Severity::Two),
    ("sev1", Severity::One),
];

/// The number of the problem that a message names, 「P3」, 「P-3」, 「问题3」, and the bytes it stands in.
pub fn problem_number(message: &str) -> Option<(i64, Range<usize>)> {
    let folded = Folded::new(message);
    let (number, from, to) = (0..folded.len()).find_map(|at| reference(&folded, at))?;
    Some((number, folded.bytes(from, to)))
}

/// The reference that begins at `at`.
fn reference(folded: &Folded, at: usize) -> Option<(i64, usize, usize)> {
    let digits_at = if let Some(behind) = folded.literal(at, "问题") {
        let behind = folded.skip_spaces(behind);
        folded.any(behind, &["p-", "p"]).unwrap_or(behind)
    } else {
        if folded.before(at).is_ascii_alphanumeric() {
            return None;
        }
        let behind = folded.literal(at, "p")?;
        folded.literal(behind, "-").unwrap_or(behind)
    };
    let end = (digits_at..folded.len()).find(|place| !folded.at(*place).is_ascii_digit()).unwrap_or(folded.len());
    // 「问题3个」 counts problems and names none.
    let closed = end == folded.len() || is_sign(folded.at(end)) || folded.at(at) == 'p';
    let number = folded.text(digits_at, end).parse::<i64>().ok().filter(|number| *number > 0)?;
    (closed && !folded.at(end).is_ascii_alphanumeric()).then_some((number, at, end))
}

/// The word 「紧急」 at the beginning, where no other command stands behind it.
pub(super) fn urgent_word(sheet: &Sheet<'_>) -> Option<Found> {
    let mut at = 0;
    loop {
        let piece = sheet.pieces(0, sheet.len()).find(|piece| piece.from == at);
        match piece.map(|piece| (&piece.kind, piece.to)) {
            Some((PieceKind::Priority(Priority::Urgent), to)) => {
                let rest = (to..sheet.len()).find(|at| !is_sign(sheet.folded.at(*at))).unwrap_or(sheet.len());
                let from = if matches!(sheet.folded.before(at), '【' | '[') { at - 1 } else { at };
                return Some(Found { kind: Kind::Urgent, from, to, rest });
            }
            Some((PieceKind::Robot | PieceKind::Person(_) | PieceKind::Everyone, to)) => at = to.max(at + 1),
            None if at < sheet.len() && is_sign(sheet.folded.at(at)) => at += 1,
            _ => return None,
        }
    }
}

/// 「问题 P3 已解决」, 「问题3 明天修好」: about a problem, and raises none.
pub(super) fn behind_reference(sheet: &Sheet<'_>, found: &Found) -> Option<Found> {
    let (_, _, to) = reference(&sheet.folded, found.rest).or_else(|| reference(&sheet.folded, found.from))?;
    let rest = (to..sheet.len()).find(|at| !is_sign(sheet.folded.at(*at))).unwrap_or(sheet.len());
    let inner = super::words::at(sheet, rest).filter(|inner| {
        matches!(inner.kind, Kind::Solved | Kind::AnswerProblem | Kind::Done | Kind::Progress | Kind::Change)
    });
    Some(inner.unwrap_or(Found { kind: Kind::AnswerProblem, from: found.from, to, rest }))
}

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Command {
    match found.kind {
        Kind::Solved => Command::Solved { words: words(sheet, found) },
        Kind::AllClear => Command::AllClear { words: words(sheet, found) },
        Kind::StageReport => Command::StageReport { words: words(sheet, found) },
        Kind::Checklist => Command::Checklist { point: point(&words(sheet, found)) },
        Kind::AnswerProblem => {
            let words = words(sheet, found);
            if words.is_empty() {
                questions.push(Question::AnswerMissing);
            }
            Command::AnswerProblem { words }
        }
        _ => Command::NewProblem(raised(sheet, found, questions)),
    }
}

/// What is said behind the word, without the reference to the problem.
pub(super) fn words(sheet: &Sheet<'_>, found: &Found) -> String {
    let is_address = |kind: &PieceKind| matches!(kind, PieceKind::Robot);
    let mut without: Vec<(usize, usize)> = sheet
        .pieces(0, sheet.len())
        .filter(|piece| is_address(&piece.kind))
        .map(|piece| (piece.from, piece.to))
        .collect();
    without
        .extend((found.rest..sheet.len()).find_map(|at| reference(&sheet.folded, at)).map(|(_, from, to)| (from, to)));
    sheet.text(found.rest, sheet.len(), &without)
}

/// The first number in these words: 「3 已完成」.
fn point(words: &str) -> Option<usize> {
    let digits = words.split(|sign: char| !sign.is_ascii_digit()).find(|digits| !digits.is_empty())?;
    digits.parse().ok().filter(|point| *point > 0)
}

/// How one says that telephones are really to ring in a drill.
const REAL_CALLS: &[(&str, ())] = &[("真实呼叫", ()), ("真实电话", ()), ("真打电话", ()), ("real calls", ())];

fn raised(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> NewProblem {
    let end = sheet.len();
    let mut without = vec![(found.from, found.rest)];
    let drill = found.kind == Kind::Drill;
    let mut urgent = drill || found.kind == Kind::Urgent;
    for piece in sheet.pieces(0, end) {
        match &piece.kind {
            PieceKind::Robot | PieceKind::Everyone | PieceKind::Person(_) | PieceKind::Task(_) => {
                without.push((piece.from, piece.to));
            }
            PieceKind::Priority(Priority::Urgent) => {
                urgent = true;
                without.push((piece.from, piece.to));
            }
            PieceKind::Priority(_) | PieceKind::Time(_) => {}
        }
    }
    let severity = (0..end).filter(|at| sheet.word_begins(*at)).find_map(|at| {
        let (severity, to) = sheet.folded.one_of(at, SEVERITIES)?;
        Some((severity, at, to))
    });
    let calls = (0..end).filter(|_| drill).find_map(|at| {
        let ((), to) = sheet.folded.one_of(at, REAL_CALLS)?;
        Some((at, to))
    });
    without.extend(calls);
    let urgency = match severity {
        Some((severity, from, to)) if urgent => {
            without.push((from, to));
            Urgency::Urgent { severity }
        }
        _ if urgent => Urgency::Urgent { severity: Severity::default() },
        _ => Urgency::Ordinary,
    };
    let mut people: Vec<_> = sheet.people(0, end).into_iter().map(|(_, person)| person.clone()).collect();
    people.extend(sheet.unshown.iter().cloned());
    let text = sheet.text(0, end, &without);
    let (title, detail) = text.split_once('\n').unwrap_or((&text, ""));
    if title.is_empty() {
        questions.push(Question::ProblemMissing);
    }
    let owner = if people.is_empty() { None } else { Some(people.remove(0)) };
    // An emergency waits for no question: whom it is asked of then follows from the call list.
    if owner.is_none() && !urgent {
        questions.push(Question::OwnerMissing);
    }
    NewProblem {
        title: title.to_owned(),
        detail: detail.to_owned(),
        urgency,
        owner,
        others: people,
        task: sheet.task(),
        drill,
        calls: calls.is_some(),
    }
}
