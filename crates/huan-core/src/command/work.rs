//! 进展, 完成, 阻塞: the owner's word on the work (D4).

use super::{
    Command, Question, TaskRef,
    sheet::{PieceKind, Sheet},
    words::{Found, Kind},
};

/// The task a command is about, from its number or from a bare number behind the word; asked for when nothing tells it.
pub(super) fn task_of(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Option<TaskRef> {
    let task = sheet.task().or_else(|| bare_number(sheet, found));
    if task.is_none() && !sheet.context.about_a_task {
        questions.push(Question::WhichTask);
    }
    task
}

/// 「承接 12」: a number and nothing else.
fn bare_number(sheet: &Sheet<'_>, found: &Found) -> Option<TaskRef> {
    let end = (found.rest..sheet.len()).find(|at| !sheet.folded.at(*at).is_ascii_digit()).unwrap_or(sheet.len());
    let alone = (end..sheet.len()).all(|at| matches!(sheet.folded.at(at), ' ' | '。' | '.' | '!' | '\n'));
    let number = sheet.folded.text(found.rest, end).parse::<i64>().ok().filter(|number| *number > 0)?;
    alone.then(|| TaskRef { number, span: sheet.bytes(found.rest, end) })
}

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Command {
    let (percent, without) = percent(sheet, found);
    // 「进展 50」 is a share, 「完成 12」 a task.
    let task = match found.kind {
        Kind::Progress => {
            let task = sheet.task();
            if task.is_none() && !sheet.context.about_a_task {
                questions.push(Question::WhichTask);
            }
            task
        }
        _ => task_of(sheet, found, questions),
    };
    let mut left_out: Vec<_> = sheet
        .pieces(0, sheet.len())
        .filter(|piece| matches!(piece.kind, PieceKind::Robot | PieceKind::Task(_)))
        .map(|piece| (piece.from, piece.to))
        .collect();
    if let Some(task) = &task {
        left_out.push((sheet.folded.place_of(task.span.start), sheet.folded.place_of(task.span.end)));
    }
    let text = |left_out: &[(usize, usize)]| sheet.text(found.rest, sheet.len(), left_out);
    let share = |questions: &mut Vec<Question>| match percent {
        Some(value) if value > 100 => {
            questions.push(Question::PercentOutOfRange { said: value });
            None
        }
        value => value.and_then(|value| u8::try_from(value).ok()),
    };
    match found.kind {
        Kind::Blocked => {
            let people = sheet.people(0, sheet.len()).into_iter().map(|(_, person)| person.clone()).collect();
            let reason = text(&left_out);
            if reason.is_empty() {
                questions.push(Question::DifficultyMissing);
            }
            Command::Blocked { task, reason, people }
        }
        // 「完成 50%」 is not done.
        Kind::Done if percent.is_none_or(|percent| percent == 100) => {
            left_out.extend(without);
            Command::Done { task, note: text(&left_out) }
        }
        _ => {
            left_out.extend(without);
            let text = text(&left_out);
            let percent = share(questions);
            if text.is_empty()
                && percent.is_none()
                && questions.iter().all(|question| question.code() != "percent_out_of_range")
            {
                questions.push(Question::ProgressMissing);
            }
            Command::Progress { task, text, percent }
        }
    }
}

/// A share of the work, with its place: `50%`, 「百分之五十」 in digits, or a bare number directly behind 进度.
fn percent(sheet: &Sheet<'_>, found: &Found) -> (Option<u32>, Option<(usize, usize)>) {
    let folded = &sheet.folded;
    let mut at = found.rest;
    while at < sheet.len() {
        let begin = folded.literal(at, "百分之").unwrap_or(at);
        let end = (begin..sheet.len()).find(|place| !folded.at(*place).is_ascii_digit()).unwrap_or(sheet.len());
        if end == begin || end - begin > 6 {
            at = end.max(at + 1);
            continue;
        }
        let sign = folded.literal(folded.skip_spaces(end), "%");
        let words = begin > at;
        let starts = !matches!(folded.before(at), '.' | '#' | '-') && !folded.before(at).is_ascii_alphanumeric();
        let bare = found.kind == Kind::Progress
            && at == found.rest
            && sheet.word_ends(end)
            && !matches!(folded.at(end), '.' | '/' | '-' | ':');
        if starts && sheet.piece_end(at).is_none() && (sign.is_some() || words || bare) {
            let value = folded.text(begin, end).parse().ok();
            return (value, Some((at, sign.unwrap_or(end))));
        }
        at = end;
    }
    (None, None)
}
