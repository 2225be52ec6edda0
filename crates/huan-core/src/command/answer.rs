//! 承接, 暂不承接, 同意, 坚持, 改为: answers to a task and to a proposal (D2).

use jiff::Span;

use crate::time_expression::length_of_time;

use super::{
    Command, PersonRef, Proposal, Question, due,
    labels::{LabelWord, Labelled, bare, labels, with_colon},
    sheet::{PieceKind, Sheet},
    words::{Found, Kind},
    work::task_of,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Reason,
    Proposal,
    /// A word that is itself the beginning of the proposal: 「改为下周一」.
    Change,
}

const LABELS: &[LabelWord<Label>] = &[
    bare("建议调整", Label::Proposal),
    bare("调整建议", Label::Proposal),
    bare("建议", Label::Proposal),
    bare("提议", Label::Proposal),
    bare("proposal", Label::Proposal),
    bare("i propose", Label::Proposal),
    bare("propose", Label::Proposal),
    bare("i suggest", Label::Proposal),
    bare("suggestion", Label::Proposal),
    bare("suggest", Label::Proposal),
    bare("原因是", Label::Reason),
    bare("原因", Label::Reason),
    bare("理由是", Label::Reason),
    bare("理由", Label::Reason),
    bare("因为", Label::Reason),
    bare("由于", Label::Reason),
    bare("reason", Label::Reason),
    bare("because", Label::Reason),
    with_colon("说明", Label::Reason),
    bare("改派", Label::Change),
    bare("转派", Label::Change),
    bare("转给", Label::Change),
    bare("改为", Label::Change),
    bare("改到", Label::Change),
    bare("改成", Label::Change),
    bare("调整为", Label::Change),
    bare("推迟", Label::Change),
    bare("延期", Label::Change),
    bare("延后", Label::Change),
    bare("顺延", Label::Change),
    bare("请改", Label::Change),
];

pub(super) fn read(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> Command {
    let task = task_of(sheet, found, questions);
    let words = |from: usize, to: usize| sheet.text_without(from, to, is_address);
    match found.kind {
        Kind::Decline => {
            let (reason, proposal) = refusal(sheet, found, questions);
            if reason.is_empty() {
                questions.push(Question::ReasonMissing);
            }
            if proposal.is_empty() {
                questions.push(Question::ProposalMissing);
            }
            Command::Decline { task, reason, proposal }
        }
        Kind::Agree => Command::Agree { task },
        Kind::Insist => Command::Insist { task, words: words(found.rest, sheet.len()) },
        Kind::Change => {
            // The word itself says what kind of change it is: 「改派李强」.
            let proposal = proposal(sheet, found.from, found.rest, sheet.len(), questions);
            let said = words(found.rest, sheet.len());
            if said.is_empty() && proposal.owner.is_none() && proposal.due.is_none() && proposal.later.is_none() {
                questions.push(Question::ChangeMissing);
            }
            Command::Change { task, proposal: Proposal { words: said, ..proposal } }
        }
        _ => Command::Accept { task },
    }
}

fn is_address(kind: &PieceKind) -> bool {
    matches!(kind, PieceKind::Robot | PieceKind::Task(_))
}

fn refusal(sheet: &Sheet<'_>, found: &Found, questions: &mut Vec<Question>) -> (String, Proposal) {
    let end = sheet.len();
    let all = labels(sheet, found.rest, end, LABELS);
    let named = all.iter().any(|label| label.label == Label::Proposal);
    let mut parts: Vec<Labelled<Label>> = Vec::new();
    for label in all {
        let last = parts.last_mut();
        // 「原因：延期风险大 建议：改派@李强，改为下周一」: where 「建议」 stands, no other word opens a proposal.
        let joins = match label.label {
            Label::Reason => false,
            Label::Proposal => last.as_ref().is_some_and(|last| last.label == Label::Proposal),
            Label::Change => named || last.as_ref().is_some_and(|last| last.label == Label::Change),
        };
        match last {
            Some(last) if joins => last.to = label.to,
            _ if joins => {}
            _ => parts.push(label),
        }
    }
    let text = |from: usize, to: usize| sheet.text_without(from, to, is_address);
    let before = text(found.rest, parts.first().map_or(end, |part| part.from));
    let reasons = parts.iter().filter(|part| part.label == Label::Reason).map(|part| text(part.value, part.to));
    let reason = std::iter::once(before).chain(reasons).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("；");
    let part = parts.iter().find(|part| part.label != Label::Reason);
    let proposal = part.map_or_else(Proposal::default, |part| {
        let from = if part.label == Label::Change { part.from } else { part.value };
        Proposal { words: text(from, part.to), ..proposal(sheet, from, from, part.to, questions) }
    });
    (reason, proposal)
}

/// Owner and date in `from..to`; `word` is where the words that introduce them begin.
fn proposal(sheet: &Sheet<'_>, word: usize, from: usize, to: usize, questions: &mut Vec<Question>) -> Proposal {
    let mentioned = sheet.people(from, to).first().map(|(_, person)| (*person).clone());
    let owner = mentioned.or_else(|| named_owner(sheet, word, to));
    let due = due::pick(sheet, from, to, false, questions);
    // Within a proposal a time among other words is still the date proposed.
    let due = due.due.or_else(|| match sheet.times(from, to).as_slice() {
        [(_, finding)] if due.place.is_none() => {
            questions.extend(due::question(finding));
            due::Due::of(&finding.meaning)
        }
        _ => None,
    });
    let later = if due.is_none() { postponed(sheet, word, to) } else { None };
    Proposal { owner, due, later, words: String::new() }
}

/// 「延期两天」, "postpone by 2 days": later than the task's own deadline.
fn postponed(sheet: &Sheet<'_>, from: usize, to: usize) -> Option<Span> {
    const WORDS: &[&str] = &[
        "延期",
        "推迟",
        "延后",
        "顺延",
        "延迟",
        "延长",
        "宽限",
        "再给我",
        "再给",
        "再要",
        "晚",
        "postpone",
        "delay",
        "extend",
    ];
    const BETWEEN: &[&str] = &["by", "for", "it by", "us", "me", "约", "大约"];
    (from..to).find_map(|at| {
        let next = sheet.folded.skip_spaces(sheet.folded.any(at, WORDS)?);
        let next = sheet.folded.any_word(next, BETWEEN).map_or(next, |next| sheet.folded.skip_spaces(next));
        length_of_time(&sheet.folded, next).map(|(span, _)| span)
    })
}

/// 「改派李强」, 「由李强负责」, 「转给运维」: a person without `@`.
fn named_owner(sheet: &Sheet<'_>, from: usize, to: usize) -> Option<PersonRef> {
    const BEFORE: &[&str] =
        &["改派给", "改派", "转派给", "转派", "转交给", "转给", "交给", "改由", "由", "reassign to", "reassign"];
    const BEHIND: &[&str] = &["负责", "来", "处理", "承接", "跟进", "接手", "完成"];
    (from..to).find_map(|at| {
        let behind = BEFORE.iter().find_map(|word| sheet.folded.word(at, word))?;
        let begin = sheet.folded.skip_spaces(behind);
        let end = (begin..to)
            .find(|place| {
                sheet.word_ends(*place) || BEHIND.iter().any(|word| sheet.folded.literal(*place, word).is_some())
            })
            .unwrap_or(to);
        // 「由于」, 「由此」: no person follows a bare 「由」 that nothing closes.
        let closed = sheet.folded.text(at, behind) != "由"
            || BEHIND.iter().any(|word| sheet.folded.literal(end, word).is_some());
        let fits = (1..=12).contains(&(end.saturating_sub(begin))) && closed;
        fits.then(|| PersonRef { words: sheet.text(begin, end, &[]), mention: None, span: sheet.bytes(begin, end) })
    })
}
