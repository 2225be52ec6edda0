//! 任务: a new task.

use super::{
    NewTask, PersonRef, Question, due,
    labels::{LabelWord, Labelled, bare, labels, with_colon},
    sheet::{PieceKind, Sheet},
    words::Found,
};
use crate::task::Priority;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Title,
    Owner,
    Helpers,
    Due,
    Criteria,
    Description,
}

const LABELS: &[LabelWord<Label>] = &[
    with_colon("验收标准", Label::Criteria),
    with_colon("完成标准", Label::Criteria),
    with_colon("验收", Label::Criteria),
    with_colon("标准", Label::Criteria),
    with_colon("acceptance criteria", Label::Criteria),
    with_colon("acceptance", Label::Criteria),
    with_colon("criteria", Label::Criteria),
    with_colon("done when", Label::Criteria),
    with_colon("任务名称", Label::Title),
    with_colon("名称", Label::Title),
    with_colon("标题", Label::Title),
    with_colon("内容", Label::Title),
    with_colon("title", Label::Title),
    with_colon("负责人", Label::Owner),
    with_colon("owner", Label::Owner),
    with_colon("assignee", Label::Owner),
    with_colon("协助人", Label::Helpers),
    with_colon("协助", Label::Helpers),
    with_colon("helpers", Label::Helpers),
    with_colon("helper", Label::Helpers),
    with_colon("截止时间", Label::Due),
    with_colon("截止日期", Label::Due),
    with_colon("截止", Label::Due),
    with_colon("时间", Label::Due),
    with_colon("ddl", Label::Due),
    with_colon("deadline", Label::Due),
    with_colon("due", Label::Due),
    with_colon("任务说明", Label::Description),
    with_colon("说明", Label::Description),
    with_colon("描述", Label::Description),
    with_colon("备注", Label::Description),
    with_colon("description", Label::Description),
    with_colon("note", Label::Description),
];

/// Words that make the people next to them helpers.
const HELPING: &[LabelWord<()>] = &[
    bare("协助人员", ()),
    bare("协助人", ()),
    bare("协助", ()),
    bare("协同", ()),
    bare("配合", ()),
    bare("helped by", ()),
    bare("assisted by", ()),
    bare("with help from", ()),
    bare("helpers", ()),
    bare("helper", ()),
];

/// Words that hand the task to the person behind them: 「交给 @李强」, "for @ann".
const HANDING: &[&str] = &["交给", "派给", "分配给", "指派给", "安排给", "给", "让", "请", "由", "for", "to"];

/// Words that make the person next to them the owner.
const OWNING: &[&str] = &["负责人", "负责", "owner", "assigned to"];

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> NewTask {
    let end = sheet.len();
    let mut without = vec![(found.from, found.rest)];
    let labels = labels(sheet, 0, end, LABELS);
    without.extend(labels.iter().map(|label| (label.from, label.value)));

    let (owners, helpers) = people(sheet, found, &labels, &mut without);
    let due = due::pick(sheet, 0, end, true, questions);
    without.extend(due.place);
    let mut priority =
        (found.from..found.to).any(|at| sheet.folded.literal(at, "紧急").is_some()).then_some(Priority::Urgent);
    for piece in sheet.pieces(0, end) {
        match &piece.kind {
            PieceKind::Priority(said) => {
                priority = Some(priority.map_or(*said, |before| before.min(*said)));
                without.push((piece.from, piece.to));
            }
            PieceKind::Robot | PieceKind::Everyone => without.push((piece.from, piece.to)),
            PieceKind::Person(_) | PieceKind::Time(_) | PieceKind::Task(_) => {}
        }
    }

    let value = |wanted: Label| {
        let values = labels.iter().filter(|label| label.label == wanted);
        let texts: Vec<String> = values.map(|label| sheet.text(label.value, label.to, &without)).collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let criteria = value(Label::Criteria);
    let mut description = value(Label::Description);
    let mut title = value(Label::Title);
    if title.is_empty() {
        let aside: Vec<_> = labels
            .iter()
            .filter(|label| matches!(label.label, Label::Criteria | Label::Description))
            .map(|label| (label.from, label.to))
            .collect();
        let all: Vec<_> = without.iter().copied().chain(aside).collect();
        let text = sheet.text(0, end, &all);
        let (first, further) = text.split_once('\n').unwrap_or((&text, ""));
        title = first.to_owned();
        if !further.is_empty() {
            description = if description.is_empty() { further.to_owned() } else { format!("{further}\n{description}") };
        }
    }

    if title.is_empty() {
        questions.insert(0, Question::TitleMissing);
    }
    match owners.as_slice() {
        [] => questions.push(Question::OwnerMissing),
        [_] => {}
        several => questions.push(Question::SeveralOwners { people: several.to_vec() }),
    }
    NewTask { title, description, owner: owners.into_iter().next(), helpers, due: due.due, priority, criteria }
}

/// Owners and helpers; their words join `without`.
fn people(
    sheet: &Sheet<'_>,
    found: &Found,
    labels: &[Labelled<Label>],
    without: &mut Vec<(usize, usize)>,
) -> (Vec<PersonRef>, Vec<PersonRef>) {
    let people = sheet.people(0, sheet.len());
    let mut owners: Vec<PersonRef> = Vec::new();
    let mut helpers: Vec<PersonRef> = Vec::new();
    let helping = super::labels::labels(sheet, 0, sheet.len(), HELPING);
    let gap = |from: usize, to: usize| {
        let ends = (from..to).any(|at| matches!(sheet.folded.at(at), ';' | '；' | '。'));
        !ends && matches!(sheet.text(from, to, &[]).as_str(), "" | "和" | "与" | "及" | "and" | "&")
    };
    let mut helper_places: Vec<usize> = Vec::new();
    for word in &helping {
        // 「协助 @王五、@赵六」: the run of people behind the word …
        let mut at = word.value;
        let mut run = Vec::new();
        for (piece, _) in people.iter().filter(|(piece, _)| piece.from >= word.value) {
            if !gap(at, piece.from) {
                break;
            }
            run.push(piece.from);
            without.push((at, piece.from));
            at = piece.to;
        }
        // … or 「@王五 协助」: the one before it.
        let before = people.iter().rev().find(|(piece, _)| piece.to <= word.from && gap(piece.to, word.from));
        if let (true, Some((piece, _)), true) = (run.is_empty(), before, sheet.word_ends(word.value)) {
            run.push(piece.from);
        }
        if !run.is_empty() {
            without.push((word.from, word.value));
            helper_places.extend(run);
        }
    }
    let mut explicit = None;
    for (piece, person) in &people {
        without.push((piece.from, piece.to));
        if helper_places.contains(&piece.from) || labelled(labels, piece.from, Label::Helpers) {
            helpers.push((*person).clone());
            continue;
        }
        // 「负责人 @李强」, 「@李强 负责」, 「交给 @李强」
        let before = |words: &[&str]| word_before(sheet, words, piece.from, found.rest);
        let behind = sheet.folded.skip_spaces(piece.to);
        let owned = sheet.folded.literal(behind, "负责").filter(|to| sheet.word_ends(*to)).map(|to| (behind, to));
        for place in [before(OWNING), owned].into_iter().flatten() {
            without.push(place);
            explicit.get_or_insert(owners.len());
        }
        without.extend(before(HANDING));
        // "assign @ann to review …"
        without.extend(sheet.folded.word(behind, "to").map(|to| (behind, to)));
        if labelled(labels, piece.from, Label::Owner) {
            explicit.get_or_insert(owners.len());
        }
        owners.push((*person).clone());
    }
    if let Some(index) = explicit.filter(|index| *index < owners.len()) {
        owners.swap(0, index);
    }
    for label in labels {
        let named = match label.label {
            Label::Owner | Label::Helpers => named_without_sign(sheet, label),
            _ => Vec::new(),
        };
        for (place, person) in named {
            without.push(place);
            if label.label == Label::Owner { owners.insert(0, person) } else { helpers.push(person) }
        }
    }
    if owners.is_empty() {
        owners.extend(sheet.unshown.iter().cloned());
    }
    (owners, helpers)
}

/// The word that stands directly before `at`, spaces allowed; `rest` is where a word may begin without a sign before it.
fn word_before(sheet: &Sheet<'_>, words: &[&str], at: usize, rest: usize) -> Option<(usize, usize)> {
    let mut end = at;
    while sheet.folded.before(end) == ' ' {
        end -= 1;
    }
    words.iter().find_map(|word| {
        let from = end.checked_sub(word.chars().count())?;
        let stands = from == rest || sheet.word_begins(from);
        (stands && sheet.folded.literal(from, word).is_some()).then_some((from, end))
    })
}

fn labelled(labels: &[Labelled<Label>], at: usize, wanted: Label) -> bool {
    labels.iter().any(|label| label.label == wanted && (label.value..label.to).contains(&at))
}

/// 「负责人：李强」: the first words behind the label, when no mention stands there.
fn named_without_sign(sheet: &Sheet<'_>, label: &Labelled<Label>) -> Vec<((usize, usize), PersonRef)> {
    if !sheet.people(label.value, label.to).is_empty() {
        return Vec::new();
    }
    let mut named = Vec::new();
    let mut at = label.value;
    loop {
        let end = (at..label.to).find(|place| sheet.word_ends(*place)).unwrap_or(label.to);
        if end > at {
            let words = sheet.text(at, end, &[]);
            named.push(((at, end), PersonRef { words, mention: None, span: sheet.bytes(at, end) }));
        }
        // Further names follow a list sign only.
        if label.label == Label::Helpers && matches!(sheet.folded.at(end), '、' | ',') && end < label.to {
            at = sheet.folded.skip_spaces(end + 1);
        } else {
            return named;
        }
    }
}
