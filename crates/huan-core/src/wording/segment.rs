//! Several actions in one follow-up.

use std::sync::LazyLock;

use crate::{
    command::sheet::Sheet,
    folded::{END, Folded},
    word_table::WordTable,
};

/// The place of one action, in folded characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether it follows another in the same sentence, and so shares its person and time.
    pub(super) continues: bool,
}

/// Verbs that begin an action of their own.
const VERBS: &[&str] = &[
    "确认", "反馈", "提交", "输出", "开展", "评估", "完成", "发送", "发布", "更新", "修复", "联系", "通知", "告知",
    "整理", "编写", "撰写", "制定", "审核", "审批", "评审", "测试", "部署", "上线", "跟进", "组织", "召开", "安排",
    "准备", "汇报", "回复", "答复", "核对", "核实", "提供", "协调", "沟通", "处理", "解决", "排查", "优化", "设计",
    "收集", "汇总", "签署", "签订", "采购", "验收", "复盘", "推进", "落实", "检查", "补充", "修改", "调整", "拜访",
    "培训", "交付", "对接", "申请", "采集", "分析", "调研", "统计", "归档", "备份", "恢复", "扩容", "监控", "演练",
    "宣讲", "同步", "复核", "复查", "签字", "讨论", "牵头", "支持", "回访", "给出", "发出", "转交", "移交", "盘点",
    "走查", "验证", "定稿", "报送", "上报", "confirm", "send", "write", "review", "update", "fix", "prepare", "report",
    "deliver", "call", "test", "check", "submit", "publish", "schedule", "arrange", "collect", "draft", "share",
    "finish", "complete", "run", "contact", "inform", "notify", "resolve", "deploy",
];

/// A part that begins so belongs to the one that follows: 「如客户同意，…」.
const CONDITIONS: &[&str] = &[
    "如果",
    "如",
    "若",
    "待",
    "等",
    "因为",
    "由于",
    "因",
    "根据",
    "为了",
    "为",
    "鉴于",
    "考虑到",
    "if ",
    "when ",
    "once ",
    "after ",
    "because ",
];

/// A part that begins so belongs to the one before: 「…，供评审」.
const ADDITIONS: &[&str] = &[
    "供",
    "以便",
    "便于",
    "用于",
    "包括",
    "包含",
    "含",
    "并",
    "以确保",
    "确保",
    "避免",
    "以免",
    "且",
    "及",
    "其中",
    "即",
    "including ",
    "so that ",
    "and ",
    "for ",
];

/// Beginnings of parts that say something is done or not needed, and ask for nothing.
const NOTHING_TO_DO: &[&str] = &["已经", "已", "无需", "不需", "不用", "no need", "no further"];
const YET_TO_DO: &[&str] = &["已知", "已有"];

/// Words that say there is no follow-up.
const NONE: &[&str] = &["无", "暂无", "没有", "无后续", "none", "n/a", "na", "nil", "no"];

pub(super) fn split(sheet: &Sheet<'_>) -> Vec<Segment> {
    let text = &sheet.folded;
    let mut segments = Vec::new();
    for (from, to) in sentences(sheet) {
        let mut start = from;
        let mut continues = false;
        let mut at = from;
        while at < to {
            let comma = matches!(text.at(at), ',' | '，') && !sheet.in_piece(at);
            let next = text.skip_spaces(at + 1);
            if comma && parts_actions(text, start, at, next, to) {
                push(sheet, &mut segments, start, at, continues);
                (start, continues) = (next, true);
            }
            at += 1;
        }
        push(sheet, &mut segments, start, to, continues);
    }
    segments
}

fn push(sheet: &Sheet<'_>, segments: &mut Vec<Segment>, mut from: usize, mut to: usize, continues: bool) {
    let text = &sheet.folded;
    // A list's own numbers: 「1、」, 「2.」, 「（3）」, 「- 」.
    from = text.skip_spaces(from);
    let number =
        (from..to).find(|at| !matches!(text.at(*at), '0'..='9' | '(' | ')' | '-' | '*' | '•' | '·')).unwrap_or(to);
    let listed = number > from
        && (matches!(text.at(number), '、')
            || (text.at(number) == '.' && text.at(number + 1) != END)
            || text.before(number) == ')'
            || matches!(text.at(from), '-' | '*' | '•' | '·'));
    if listed && sheet.piece_end(from).is_none() {
        let signed = matches!(text.at(number), '、' | '.');
        from = text.skip_spaces(if signed { number + 1 } else { number });
    }
    while to > from && matches!(text.before(to), ' ' | ',' | '.' | '!') {
        to -= 1;
    }
    let words = sheet.text(from, to, &[]).to_lowercase();
    let nothing = text.any(from, NOTHING_TO_DO).is_some() && text.any(from, YET_TO_DO).is_none();
    if nothing || words.is_empty() || NONE.contains(&words.as_str()) || !words.chars().any(char::is_alphanumeric) {
        return;
    }
    segments.push(Segment { from, to, continues });
}

fn sentences(sheet: &Sheet<'_>) -> Vec<(usize, usize)> {
    let text = &sheet.folded;
    let mut sentences = Vec::new();
    let mut start = 0;
    for at in 0..text.len() {
        let stop = text.at(at) == '.' && matches!(text.at(at + 1), ' ' | END) && !text.before(at).is_ascii_digit();
        if stop || matches!(text.at(at), ';' | '；' | '。' | '\n' | '|') {
            sentences.push((start, at));
            start = at + 1;
        }
    }
    sentences.push((start, text.len()));
    sentences
}

/// Whether the comma between `start..comma` and `next..end` parts two actions.
fn parts_actions(text: &Folded, start: usize, comma: usize, next: usize, end: usize) -> bool {
    let next_comma = (next..end).find(|at| matches!(text.at(*at), ',' | '，')).unwrap_or(end);
    has_verb(text, start, comma)
        && has_verb(text, next, next_comma)
        && text.any(start, CONDITIONS).is_none()
        && text.any(next, ADDITIONS).is_none()
}

/// Whether a verb of the table stands within `from..to`.
pub(super) fn has_verb(text: &Folded, from: usize, to: usize) -> bool {
    (from..to).any(|at| verb_at(text, at).is_some_and(|end| end <= to))
}

/// The place behind a verb at `at`.
pub(super) fn verb_at(text: &Folded, at: usize) -> Option<usize> {
    static TABLE: LazyLock<WordTable<()>> = LazyLock::new(|| WordTable::of(VERBS));
    let begins = !text.at(at).is_ascii_alphabetic() || !text.before(at).is_ascii_alphanumeric();
    if begins { TABLE.standing_at(text, at).map(|((), end)| end) } else { None }
}
