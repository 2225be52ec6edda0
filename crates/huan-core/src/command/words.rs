//! The command words and where one stands in a message.

use serde::{Deserialize, Serialize};

use crate::folded::{Folded, is_chinese};

use super::sheet::{PieceKind, Sheet, is_sign};

/// The commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// [`super::Command::NewTask`]
    NewTask,
    /// [`super::Command::NewRecord`]
    NewRecord,
    /// [`super::Command::Accept`]
    Accept,
    /// [`super::Command::Decline`]
    Decline,
    /// [`super::Command::Agree`]
    Agree,
    /// [`super::Command::Insist`]
    Insist,
    /// [`super::Command::Change`]
    Change,
    /// [`super::Command::Progress`]
    Progress,
    /// [`super::Command::Done`]
    Done,
    /// [`super::Command::Blocked`]
    Blocked,
    /// [`super::Command::NewProblem`]
    NewProblem,
    /// [`super::Command::NewProblem`], an urgent one
    Urgent,
    /// [`super::Command::AnswerProblem`]
    AnswerProblem,
    /// [`super::Command::Solved`]
    Solved,
    /// [`super::Command::NewProblem`], an emergency drill
    Drill,
    /// [`super::Command::StageReport`]
    StageReport,
    /// [`super::Command::Checklist`]
    Checklist,
    /// [`super::Command::AllClear`]
    AllClear,
    /// [`super::Command::NewMinutes`] of a decision
    Decision,
    /// [`super::Command::NewMinutes`] of a meeting
    Meeting,
    /// [`super::Command::ConfirmRules`]
    ConfirmRules,
    /// [`super::Command::Sign`]
    Sign,
    /// [`super::Command::Refuse`]
    Refuse,
    /// [`super::Command::FileEntry`]
    FileEntry,
    /// [`super::Command::Silence`]
    Silence,
    /// [`super::Command::Unsilence`]
    Unsilence,
    /// [`super::Command::Mine`]
    Mine,
    /// [`super::Command::Help`]
    Help,
}

impl Kind {
    /// Every command, in the order of the help.
    pub const ALL: [Self; 28] = [
        Self::NewTask,
        Self::NewRecord,
        Self::Accept,
        Self::Decline,
        Self::Agree,
        Self::Change,
        Self::Insist,
        Self::Progress,
        Self::Done,
        Self::Blocked,
        Self::NewProblem,
        Self::Urgent,
        Self::AnswerProblem,
        Self::Solved,
        Self::Drill,
        Self::StageReport,
        Self::Checklist,
        Self::AllClear,
        Self::Decision,
        Self::Meeting,
        Self::ConfirmRules,
        Self::Sign,
        Self::Refuse,
        Self::FileEntry,
        Self::Silence,
        Self::Unsilence,
        Self::Mine,
        Self::Help,
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewTask => "new_task",
            Self::NewRecord => "new_record",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Agree => "agree",
            Self::Insist => "insist",
            Self::Change => "change",
            Self::Progress => "progress",
            Self::Done => "done",
            Self::Blocked => "blocked",
            Self::NewProblem => "new_problem",
            Self::Urgent => "urgent",
            Self::AnswerProblem => "answer_problem",
            Self::Solved => "solved",
            Self::Drill => "drill",
            Self::StageReport => "stage_report",
            Self::Checklist => "checklist",
            Self::AllClear => "all_clear",
            Self::Decision => "decision",
            Self::Meeting => "meeting",
            Self::ConfirmRules => "confirm_rules",
            Self::Sign => "sign",
            Self::Refuse => "refuse",
            Self::FileEntry => "file_entry",
            Self::Silence => "silence",
            Self::Unsilence => "unsilence",
            Self::Mine => "mine",
            Self::Help => "help",
        }
    }
}

/// How closely other words may follow a command word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glue {
    /// Anything may follow: 「新任务评估…」.
    Free,
    /// A sign, a space, a piece or the end must follow.
    Parted,
    /// Like [`Glue::Parted`], or anything when the message names a person: 「任务评估… @李强」.
    WithPerson,
    /// Nothing but signs and a task's number may follow: "done", 「我的」.
    Alone,
}

use Glue::{Alone, Free, Parted, WithPerson};

/// The words, each longer one before its own beginnings.
const WORDS: &[(&str, Kind, Glue)] = &[
    ("任务列表", Kind::Mine, Free),
    ("任务清单", Kind::Mine, Free),
    ("任务进展", Kind::Progress, Parted),
    ("任务进度", Kind::Progress, Parted),
    ("任务完成", Kind::Done, Parted),
    ("任务阻塞", Kind::Blocked, Parted),
    ("任务受阻", Kind::Blocked, Parted),
    ("紧急任务", Kind::NewTask, Free),
    ("新建任务", Kind::NewTask, Free),
    ("新增任务", Kind::NewTask, Free),
    ("创建任务", Kind::NewTask, Free),
    ("布置任务", Kind::NewTask, Free),
    ("分配任务", Kind::NewTask, Free),
    ("指派任务", Kind::NewTask, Free),
    ("安排任务", Kind::NewTask, Free),
    ("派个任务", Kind::NewTask, Free),
    ("建任务", Kind::NewTask, Free),
    ("新任务", Kind::NewTask, Free),
    ("派任务", Kind::NewTask, Free),
    ("任务", Kind::NewTask, WithPerson),
    ("新增记录", Kind::NewRecord, Free),
    ("新建记录", Kind::NewRecord, Free),
    ("新记录", Kind::NewRecord, Free),
    ("记一条", Kind::NewRecord, Free),
    ("记录一下", Kind::NewRecord, Free),
    ("登记一下", Kind::NewRecord, Free),
    ("记录", Kind::NewRecord, Parted),
    ("登记", Kind::NewRecord, Parted),
    ("不接受调整", Kind::Insist, Free),
    ("不同意", Kind::Insist, Parted),
    ("接受调整", Kind::Agree, Parted),
    ("接受建议", Kind::Agree, Parted),
    ("接受方案", Kind::Agree, Parted),
    ("同意签字", Kind::Sign, Parted),
    ("同意调整", Kind::Agree, Parted),
    ("同意建议", Kind::Agree, Parted),
    ("同意", Kind::Agree, Parted),
    ("暂不承接", Kind::Decline, Free),
    ("暂时不承接", Kind::Decline, Free),
    ("无法承接", Kind::Decline, Free),
    ("不能承接", Kind::Decline, Free),
    ("不承接", Kind::Decline, Free),
    ("不接受", Kind::Decline, Parted),
    ("拒绝承接", Kind::Decline, Free),
    ("拒绝", Kind::Decline, Parted),
    ("婉拒", Kind::Decline, Parted),
    ("收到,承接", Kind::Accept, Parted),
    ("收到 承接", Kind::Accept, Parted),
    ("收到承接", Kind::Accept, Parted),
    ("可以承接", Kind::Accept, Parted),
    ("确认承接", Kind::Accept, Parted),
    ("我来承接", Kind::Accept, Parted),
    ("我承接", Kind::Accept, Parted),
    ("已承接", Kind::Accept, Parted),
    ("承接任务", Kind::Accept, Parted),
    ("接受任务", Kind::Accept, Parted),
    ("承接", Kind::Accept, Parted),
    ("接受", Kind::Accept, Parted),
    ("坚持原计划", Kind::Insist, Free),
    ("维持原计划", Kind::Insist, Free),
    ("按原计划", Kind::Insist, Parted),
    ("坚持", Kind::Insist, Parted),
    ("维持", Kind::Insist, Parted),
    ("改派给", Kind::Change, Free),
    ("改派", Kind::Change, Free),
    ("转派给", Kind::Change, Free),
    ("转派", Kind::Change, Free),
    ("转给", Kind::Change, Free),
    ("改为", Kind::Change, Free),
    ("改到", Kind::Change, Free),
    ("改成", Kind::Change, Free),
    ("调整为", Kind::Change, Free),
    ("调整到", Kind::Change, Free),
    ("延期到", Kind::Change, Free),
    ("延期至", Kind::Change, Free),
    ("推迟到", Kind::Change, Free),
    ("推迟至", Kind::Change, Free),
    ("延期", Kind::Change, Free),
    ("推迟", Kind::Change, Free),
    ("延后", Kind::Change, Free),
    ("顺延", Kind::Change, Free),
    ("更新进展", Kind::Progress, Parted),
    ("更新进度", Kind::Progress, Parted),
    ("汇报进展", Kind::Progress, Parted),
    ("汇报进度", Kind::Progress, Parted),
    ("今日进展", Kind::Progress, Parted),
    ("今日进度", Kind::Progress, Parted),
    ("进展", Kind::Progress, Parted),
    ("进度", Kind::Progress, Parted),
    ("已经完成", Kind::Done, Parted),
    ("已完成", Kind::Done, Parted),
    ("完成", Kind::Done, Parted),
    ("做完", Kind::Done, Parted),
    ("已搞定", Kind::Done, Parted),
    ("搞定", Kind::Done, Parted),
    ("遇到困难", Kind::Blocked, Parted),
    ("遇到问题", Kind::Blocked, Parted),
    ("需要帮助", Kind::Blocked, Parted),
    ("需要支持", Kind::Blocked, Parted),
    ("卡住", Kind::Blocked, Parted),
    ("受阻", Kind::Blocked, Parted),
    ("阻塞", Kind::Blocked, Parted),
    ("求助", Kind::Blocked, Parted),
    ("有困难", Kind::Blocked, Parted),
    ("困难", Kind::Blocked, Parted),
    ("提个问题", Kind::NewProblem, Free),
    ("提一个问题", Kind::NewProblem, Free),
    ("有个问题", Kind::NewProblem, Free),
    ("提问题", Kind::NewProblem, Free),
    ("报问题", Kind::NewProblem, Free),
    ("上报问题", Kind::NewProblem, Free),
    ("新建问题", Kind::NewProblem, Free),
    ("新增问题", Kind::NewProblem, Free),
    ("新问题", Kind::NewProblem, Free),
    ("问题已解决", Kind::Solved, Parted),
    ("问题", Kind::NewProblem, WithPerson),
    ("应急演练", Kind::Drill, Free),
    ("紧急演练", Kind::Drill, Free),
    ("演练", Kind::Drill, WithPerson),
    ("阶段报告", Kind::StageReport, Parted),
    ("应急清单", Kind::Checklist, Parted),
    ("清单", Kind::Checklist, Parted),
    ("解除警报", Kind::AllClear, Parted),
    ("解除紧急", Kind::AllClear, Parted),
    ("解除", Kind::AllClear, Parted),
    ("紧急事件", Kind::Urgent, Free),
    ("紧急情况", Kind::Urgent, Free),
    ("紧急问题", Kind::Urgent, Free),
    ("紧急故障", Kind::Urgent, Free),
    ("紧急求助", Kind::Urgent, Free),
    ("紧急", Kind::Urgent, WithPerson),
    ("应急", Kind::Urgent, Parted),
    ("答复", Kind::AnswerProblem, Parted),
    ("回复", Kind::AnswerProblem, Parted),
    ("已经解决", Kind::Solved, Parted),
    ("已解决", Kind::Solved, Parted),
    ("解决了", Kind::Solved, Parted),
    ("解决", Kind::Solved, Parted),
    ("关闭问题", Kind::Solved, Parted),
    ("决定", Kind::Decision, Parted),
    ("决议", Kind::Decision, Parted),
    ("会议纪要", Kind::Meeting, Parted),
    ("会议结束", Kind::Meeting, Parted),
    ("会议", Kind::Meeting, Parted),
    ("我已阅读使用规则", Kind::ConfirmRules, Alone),
    ("已阅读使用规则", Kind::ConfirmRules, Alone),
    ("确认使用规则", Kind::ConfirmRules, Alone),
    ("我已阅读规则", Kind::ConfirmRules, Alone),
    ("已阅读规则", Kind::ConfirmRules, Alone),
    ("我已阅读", Kind::ConfirmRules, Alone),
    ("确认已阅读", Kind::ConfirmRules, Alone),
    ("确认阅读", Kind::ConfirmRules, Alone),
    ("已阅读", Kind::ConfirmRules, Alone),
    ("签字确认", Kind::Sign, Parted),
    ("确认签字", Kind::Sign, Parted),
    ("验收通过", Kind::Sign, Parted),
    ("签字", Kind::Sign, Parted),
    ("不予验收", Kind::Refuse, Parted),
    ("驳回验收", Kind::Refuse, Parted),
    ("驳回", Kind::Refuse, Parted),
    ("沉淀到", Kind::FileEntry, Free),
    ("沉淀一下", Kind::FileEntry, Free),
    ("沉淀", Kind::FileEntry, Parted),
    ("收录到", Kind::FileEntry, Free),
    ("收录", Kind::FileEntry, Parted),
    ("取消免打扰", Kind::Unsilence, Alone),
    ("解除免打扰", Kind::Unsilence, Alone),
    ("关闭免打扰", Kind::Unsilence, Alone),
    ("恢复通知", Kind::Unsilence, Alone),
    ("开启免打扰", Kind::Silence, Free),
    ("免打扰", Kind::Silence, Free),
    ("暂停通知", Kind::Silence, Free),
    ("我的任务", Kind::Mine, Free),
    ("我的待办", Kind::Mine, Free),
    ("查看任务", Kind::Mine, Alone),
    ("待办事项", Kind::Mine, Alone),
    ("待办", Kind::Mine, Alone),
    ("我的", Kind::Mine, Alone),
    ("使用说明", Kind::Help, Alone),
    ("怎么用", Kind::Help, Alone),
    ("帮助", Kind::Help, Parted),
    ("命令", Kind::Help, Alone),
    ("指令", Kind::Help, Alone),
    ("菜单", Kind::Help, Alone),
    ("new task", Kind::NewTask, Parted),
    ("task", Kind::NewTask, Parted),
    ("assign", Kind::NewTask, Parted),
    ("new record", Kind::NewRecord, Parted),
    ("record", Kind::NewRecord, Parted),
    ("log", Kind::NewRecord, Parted),
    ("accept the proposal", Kind::Agree, Alone),
    ("accept proposal", Kind::Agree, Alone),
    ("accepted", Kind::Accept, Alone),
    ("accept", Kind::Accept, Alone),
    ("i'll take it", Kind::Accept, Alone),
    ("i will take it", Kind::Accept, Alone),
    ("decline", Kind::Decline, Parted),
    ("reject", Kind::Decline, Parted),
    ("cannot take", Kind::Decline, Parted),
    ("can't take", Kind::Decline, Parted),
    ("agreed", Kind::Agree, Alone),
    ("agree", Kind::Agree, Alone),
    ("approve", Kind::Agree, Alone),
    ("insist", Kind::Insist, Parted),
    ("keep the plan", Kind::Insist, Parted),
    ("keep original plan", Kind::Insist, Parted),
    ("keep the original plan", Kind::Insist, Parted),
    ("change to", Kind::Change, Parted),
    ("reassign to", Kind::Change, Parted),
    ("reassign", Kind::Change, Parted),
    ("reschedule to", Kind::Change, Parted),
    ("postpone to", Kind::Change, Parted),
    ("postpone until", Kind::Change, Parted),
    ("postpone", Kind::Change, Parted),
    ("progress", Kind::Progress, Parted),
    ("update", Kind::Progress, Parted),
    ("status update", Kind::Progress, Parted),
    ("done", Kind::Done, Parted),
    ("finished", Kind::Done, Parted),
    ("completed", Kind::Done, Parted),
    ("complete", Kind::Done, Alone),
    ("blocked", Kind::Blocked, Parted),
    ("stuck", Kind::Blocked, Parted),
    ("need help", Kind::Blocked, Parted),
    ("help me", Kind::Blocked, Parted),
    ("raise a problem", Kind::NewProblem, Parted),
    ("new problem", Kind::NewProblem, Parted),
    ("problem", Kind::NewProblem, Parted),
    ("issue", Kind::NewProblem, Parted),
    ("drill", Kind::Drill, Parted),
    ("stage report", Kind::StageReport, Parted),
    ("checklist", Kind::Checklist, Parted),
    ("all clear", Kind::AllClear, Parted),
    ("all-clear", Kind::AllClear, Parted),
    ("emergency", Kind::Urgent, Parted),
    ("reply", Kind::AnswerProblem, Parted),
    ("answer", Kind::AnswerProblem, Parted),
    ("solved", Kind::Solved, Parted),
    ("resolved", Kind::Solved, Parted),
    ("fixed", Kind::Solved, Parted),
    ("decision", Kind::Decision, Parted),
    ("decided", Kind::Decision, Parted),
    ("meeting", Kind::Meeting, Parted),
    ("i have read the rules", Kind::ConfirmRules, Alone),
    ("i have read them", Kind::ConfirmRules, Alone),
    ("rules read", Kind::ConfirmRules, Alone),
    ("sign off", Kind::Sign, Parted),
    ("signed", Kind::Sign, Parted),
    ("sign", Kind::Sign, Parted),
    ("refuse", Kind::Refuse, Parted),
    ("file under", Kind::FileEntry, Parted),
    ("file this", Kind::FileEntry, Parted),
    ("file", Kind::FileEntry, Parted),
    ("do not disturb", Kind::Silence, Parted),
    ("mute me", Kind::Silence, Parted),
    ("unmute me", Kind::Unsilence, Alone),
    ("my tasks", Kind::Mine, Alone),
    ("my todos", Kind::Mine, Alone),
    ("my todo", Kind::Mine, Alone),
    ("mine", Kind::Mine, Alone),
    ("todos", Kind::Mine, Alone),
    ("todo", Kind::Mine, Alone),
    ("list", Kind::Mine, Alone),
    ("commands", Kind::Help, Alone),
    ("usage", Kind::Help, Alone),
    ("help", Kind::Help, Parted),
    ("?", Kind::Help, Alone),
];

/// What may stand between a command word and its end: 「完成了」, 「承接一下」.
const PARTICLES: &[&str] = &["了", "啦", "吧", "一下", "哈"];

/// What politeness puts before a command, without a sign: 「请…」.
const COURTESIES: &[&str] = &["麻烦", "请帮忙", "请帮我", "帮我", "请", "please"];

/// What may stand before a command with a sign between: 「好的，承接」; 「收到任务」 is none.
const ACKNOWLEDGEMENTS: &[&str] = &["好的", "好", "行", "嗯", "收到", "没问题", "okay", "ok", "yes", "sure"];

/// A command word in a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) kind: Kind,
    /// The word's first character.
    pub(super) from: usize,
    /// Behind the word.
    pub(super) to: usize,
    /// Where what it is about begins.
    pub(super) rest: usize,
}

/// Whether a command word stands at `at`, whatever follows it.
pub(super) fn is_word(text: &Folded, at: usize) -> bool {
    WORDS.iter().any(|(word, _, _)| text.word(at, word).is_some())
}

/// The words with their commands, for suggestions.
pub(super) fn all() -> impl Iterator<Item = (&'static str, Kind)> {
    WORDS.iter().map(|(word, kind, _)| (*word, *kind))
}

/// The command word of a message.
pub(super) fn locate(sheet: &Sheet<'_>) -> Option<Found> {
    let first = first_word(sheet, 0);
    at_place(sheet, first)
        .or_else(|| {
            let polite = COURTESIES.iter().find_map(|word| sheet.folded.word(first, word));
            let acknowledged = ACKNOWLEDGEMENTS.iter().find_map(|word| sheet.folded.word(first, word));
            let next = polite.or_else(|| acknowledged.filter(|end| sheet.word_ends(*end)))?;
            let polite = at_place(sheet, first_word(sheet, next))?;
            Some(Found { from: first, ..polite })
        })
        .or_else(|| task_word_apart(sheet))
}

/// The command word at or behind `place`, with nothing but pieces and signs before it.
pub(super) fn at(sheet: &Sheet<'_>, place: usize) -> Option<Found> {
    at_place(sheet, first_word(sheet, place))
}

/// The first character of plain words at or behind `at`.
fn first_word(sheet: &Sheet<'_>, mut at: usize) -> usize {
    loop {
        let char = sheet.folded.at(at);
        if let Some(end) = sheet.piece_end(at) {
            at = end.max(at + 1);
        } else if matches!(char, ' ' | '\n' | ',' | '/' | '、' | '。' | ':' | '!' | ';' | '【' | '[') {
            at += 1;
        } else {
            return at;
        }
    }
}

fn at_place(sheet: &Sheet<'_>, at: usize) -> Option<Found> {
    WORDS.iter().find_map(|(word, kind, glue)| {
        let to = sheet.folded.word(at, word)?;
        let end = PARTICLES.iter().find_map(|particle| sheet.folded.literal(to, particle)).unwrap_or(to);
        let (to, parted) = match (sheet.word_ends(end), sheet.word_ends(to)) {
            (true, _) => (end, true),
            (false, parted) => (to, parted || sheet.folded.at(to).is_ascii_digit()),
        };
        let found = Found { kind: *kind, from: at, to, rest: rest_of(sheet, to) };
        let fits = match glue {
            Free => true,
            Parted => parted,
            WithPerson => parted || names_person(sheet),
            Alone => parted && nothing_follows(sheet, to),
        };
        fits.then_some(found)
    })
}

fn names_person(sheet: &Sheet<'_>) -> bool {
    !sheet.people(0, sheet.len()).is_empty() || !sheet.unshown.is_empty()
}

fn nothing_follows(sheet: &Sheet<'_>, from: usize) -> bool {
    let rest = sheet.text_without(from, sheet.len(), |kind| {
        matches!(kind, PieceKind::Task(_) | PieceKind::Robot | PieceKind::Person(_))
    });
    rest.chars().all(|char| is_sign(char) || char.is_ascii_digit())
}

fn rest_of(sheet: &Sheet<'_>, mut at: usize) -> usize {
    while matches!(sheet.folded.at(at), ' ' | '\n' | ':' | ',' | '-' | '、' | '。' | ']' | '】' | '|') {
        at += 1;
    }
    at
}

/// 「评估数据导出 任务 @李强」: the word standing apart, behind other words, with a person named.
fn task_word_apart(sheet: &Sheet<'_>) -> Option<Found> {
    if !names_person(sheet) {
        return None;
    }
    (0..sheet.len()).find_map(|at| {
        let apart = sheet.word_begins(at) && sheet.piece_end(at).is_none();
        let to = ["新任务", "派任务", "任务", "new task"].iter().find_map(|word| sheet.folded.word(at, word))?;
        (apart && sheet.word_ends(to)).then(|| Found { kind: Kind::NewTask, from: at, to, rest: rest_of(sheet, to) })
    })
}

/// 「任务 #12 完成」: the command behind a task's number that follows the word 任务 at once.
pub(super) fn behind_reference(sheet: &Sheet<'_>, found: &Found) -> Option<Found> {
    let task = sheet.task()?;
    let place = sheet.folded.place_of(task.span.start);
    if place != found.rest {
        return None;
    }
    at_place(sheet, first_word(sheet, place)).filter(|inner| !matches!(inner.kind, Kind::NewTask | Kind::NewRecord))
}

/// The command that help is asked about.
pub(super) fn topic(sheet: &Sheet<'_>, found: &Found) -> Option<Kind> {
    let at = first_word(sheet, found.rest);
    WORDS.iter().find_map(|(word, kind, _)| {
        let to = sheet.folded.word(at, word)?;
        (!is_chinese(sheet.folded.at(to)) && *kind != Kind::Help).then_some(*kind)
    })
}
