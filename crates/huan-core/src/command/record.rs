//! 记录: a row of the record table.

use super::{
    NewRecord, PersonRef, Question, due,
    labels::{LabelWord, labels, with_colon},
    sheet::{PieceKind, Sheet, tidy},
    words::Found,
};
use crate::{record::Column, status::Status};

const LABELS: &[LabelWord<Column>] = &[
    with_colon("沟通主题", Column::Topic),
    with_colon("主题", Column::Topic),
    with_colon("topic", Column::Topic),
    with_colon("参与人员", Column::Participants),
    with_colon("参与人", Column::Participants),
    with_colon("参与", Column::Participants),
    with_colon("participants", Column::Participants),
    with_colon("主要平台", Column::Platforms),
    with_colon("平台", Column::Platforms),
    with_colon("platforms", Column::Platforms),
    with_colon("platform", Column::Platforms),
    with_colon("核心信息摘要", Column::Summary),
    with_colon("核心信息", Column::Summary),
    with_colon("信息摘要", Column::Summary),
    with_colon("摘要", Column::Summary),
    with_colon("内容", Column::Summary),
    with_colon("summary", Column::Summary),
    with_colon("负责人", Column::Owner),
    with_colon("owner", Column::Owner),
    with_colon("任务/反馈截止时间", Column::Due),
    with_colon("截止时间", Column::Due),
    with_colon("截止日期", Column::Due),
    with_colon("截止", Column::Due),
    with_colon("deadline", Column::Due),
    with_colon("due", Column::Due),
    with_colon("当前状态", Column::Status),
    with_colon("状态", Column::Status),
    with_colon("status", Column::Status),
    with_colon("备注/后续行动", Column::FollowUp),
    with_colon("后续行动", Column::FollowUp),
    with_colon("后续", Column::FollowUp),
    with_colon("备注", Column::FollowUp),
    with_colon("follow-up", Column::FollowUp),
    with_colon("follow up", Column::FollowUp),
];

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> NewRecord {
    let end = sheet.len();
    let mut record = NewRecord::default();
    let labels = labels(sheet, found.rest, end, LABELS);
    let first_label = labels.first().map_or(end, |label| label.from);
    let mut columns: Vec<(Column, usize, usize)> =
        labels.iter().map(|label| (label.label, label.value, label.to)).collect();

    // What stands before the first label goes by position.
    let cells = cells(sheet, found.rest, first_label);
    let lone = cells.len() == 1;
    if !lone || labels.is_empty() || !sheet.text(found.rest, first_label, &[]).is_empty() {
        for (column, (from, to)) in Column::ALL.into_iter().zip(&cells) {
            if !columns.iter().any(|(known, _, _)| *known == column) {
                columns.push((column, *from, *to));
            }
        }
    }
    for (column, from, to) in columns {
        fill(sheet, &mut record, column, from, to, lone, questions);
    }

    if record.owner.is_none() && lone {
        record.owner = sheet.people(0, end).first().map(|(_, person)| (*person).clone());
    }
    if record.topic.is_empty() {
        questions.insert(0, Question::TopicMissing);
    }
    if record.owner.is_none() {
        questions.push(Question::OwnerMissing);
    }
    record
}

/// The cells between `|`, else between `；`, else the one cell.
fn cells(sheet: &Sheet<'_>, from: usize, to: usize) -> Vec<(usize, usize)> {
    let sign = ['|', ';', '；'].into_iter().find(|sign| (from..to).any(|at| sheet.folded.at(at) == *sign));
    let Some(sign) = sign else { return vec![(from, to)] };
    let mut cells = Vec::new();
    let mut start = from;
    for at in from..to {
        if sheet.folded.at(at) == sign {
            cells.push((start, at));
            start = at + 1;
        }
    }
    if start < to && !sheet.text(start, to, &[]).is_empty() {
        cells.push((start, to));
    }
    cells
}

fn fill(
    sheet: &Sheet<'_>,
    record: &mut NewRecord,
    column: Column,
    from: usize,
    to: usize,
    lone: bool,
    questions: &mut Vec<Question>,
) {
    let text = sheet.text(from, to, &[]);
    if text.is_empty() {
        return;
    }
    match column {
        // A row in one breath: 「记录 客户要求导出 @李强 周五12:00前」.
        Column::Topic if lone => {
            let due = due::pick(sheet, from, to, false, questions);
            let mut without: Vec<_> = sheet.people(from, to).iter().map(|(piece, _)| (piece.from, piece.to)).collect();
            without.extend(due.place);
            record.due = record.due.take().or(due.due);
            record.topic = sheet.text(from, to, &without);
        }
        Column::Topic => record.topic = text,
        Column::Participants => record.participants = people(sheet, from, to),
        Column::Platforms => record.platforms = list(&text),
        Column::Summary => record.summary = text,
        Column::Owner => {
            let named = people(sheet, from, to);
            if named.len() > 1 {
                questions.push(Question::SeveralOwners { people: named.clone() });
            }
            record.owner = named.into_iter().next();
        }
        Column::Due => {
            let due = due::pick(sheet, from, to, false, questions);
            if due.place.is_none() && sheet.times(from, to).is_empty() {
                questions.push(Question::DueNotUnderstood { written: text, span: sheet.bytes(from, to) });
            }
            record.due = due.due;
        }
        Column::Status => match Status::read(&text) {
            Some(status) => record.status = Some(status),
            None => questions.push(Question::StatusUnknown { written: text, span: sheet.bytes(from, to) }),
        },
        Column::FollowUp => record.follow_up = text,
    }
}

fn is_list_sign(char: char) -> bool {
    matches!(char, '、' | ',' | '，' | '/' | '+' | ';' | '；' | '\n')
}

fn list(text: &str) -> Vec<String> {
    text.split(is_list_sign).map(tidy).filter(|entry| !entry.is_empty()).collect()
}

/// Mentions and names in a list, in order.
fn people(sheet: &Sheet<'_>, from: usize, to: usize) -> Vec<PersonRef> {
    let mut people = Vec::new();
    let mut start = from;
    for at in from..=to {
        let mention = sheet.pieces(at, to).find(|piece| piece.from == at).and_then(|piece| match &piece.kind {
            PieceKind::Person(person) => Some((piece.to, person)),
            _ => None,
        });
        let ends = at == to || mention.is_some() || is_list_sign(sheet.folded.at(at));
        if at < start || !ends {
            continue;
        }
        let words = sheet.text(start, at, &[]);
        if !words.is_empty() {
            people.push(PersonRef { words, mention: None, span: sheet.bytes(start, at) });
        }
        start = match mention {
            Some((end, person)) => {
                people.push(person.clone());
                end
            }
            None => at + 1,
        };
    }
    people
}
