//! The words that say nothing, as data.

use std::sync::LazyLock;

use crate::{command::sheet::Sheet, word_table::WordTable};

/// What a vague word stands in the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Time,
    Person,
    /// An action, when nothing else is said: 「跟进」 alone is vague, 「跟进客户反馈」 is not.
    Action,
    /// An action put off, whatever else is said: 「再看」, 「待定」.
    Undecided,
    /// A commitment taken back, whatever else is said: 「争取」.
    Hedge,
    /// Words that carry nothing and are left out: 「需」, 「请」.
    Filler,
}

use Slot::{Action, Filler, Hedge, Person, Time, Undecided};

/// Longer words stand before their own beginnings.
const WORDS: &[(&str, Slot)] = &[
    ("越快越好", Time),
    ("尽快", Time),
    ("尽早", Time),
    ("及时", Time),
    ("抓紧时间", Time),
    ("抓紧", Time),
    ("有空的时候", Time),
    ("有空时", Time),
    ("有空", Time),
    ("有时间", Time),
    ("适时", Time),
    ("近期", Time),
    ("近日", Time),
    ("最近", Time),
    ("不久", Time),
    ("稍后", Time),
    ("晚点", Time),
    ("回头", Time),
    ("改天", Time),
    ("过几天", Time),
    ("过两天", Time),
    ("这几天", Time),
    ("这两天", Time),
    ("过段时间", Time),
    ("择期", Time),
    ("择日", Time),
    ("马上", Time),
    ("立即", Time),
    ("立刻", Time),
    ("第一时间", Time),
    ("后续", Time),
    ("后面", Time),
    ("之后", Time),
    ("以后", Time),
    ("到时候", Time),
    ("届时", Time),
    ("适当", Time),
    ("as soon as possible", Time),
    ("asap", Time),
    ("soon", Time),
    ("shortly", Time),
    ("later on", Time),
    ("later", Time),
    ("in due course", Time),
    ("when possible", Time),
    ("when you have time", Time),
    ("eventually", Time),
    ("promptly", Time),
    ("in a timely manner", Time),
    ("timely", Time),
    ("immediately", Time),
    ("at some point", Time),
    ("sometime", Time),
    ("相关负责人", Person),
    ("相关人员", Person),
    ("相关同事", Person),
    ("相关同学", Person),
    ("相关部门", Person),
    ("相关方", Person),
    ("有关人员", Person),
    ("有关部门", Person),
    ("各部门", Person),
    ("各相关方", Person),
    ("各方", Person),
    ("各位", Person),
    ("大家", Person),
    ("双方", Person),
    ("专人", Person),
    ("有人", Person),
    ("某人", Person),
    ("我们", Person),
    ("咱们", Person),
    ("团队", Person),
    ("relevant people", Person),
    ("people concerned", Person),
    ("the team", Person),
    ("someone", Person),
    ("somebody", Person),
    ("everyone", Person),
    ("everybody", Person),
    ("anyone", Person),
    ("we", Person),
    ("再说", Undecided),
    ("再看看", Undecided),
    ("再看", Undecided),
    ("再议", Undecided),
    ("再定", Undecided),
    ("看情况", Undecided),
    ("视情况", Undecided),
    ("酌情", Undecided),
    ("待定", Undecided),
    ("to be decided", Undecided),
    ("to be determined", Undecided),
    ("tbd", Undecided),
    ("跟进一下", Action),
    ("跟进", Action),
    ("关注一下", Action),
    ("关注", Action),
    ("推进一下", Action),
    ("推进", Action),
    ("处理一下", Action),
    ("处理", Action),
    ("沟通一下", Action),
    ("沟通", Action),
    ("落实", Action),
    ("看一下", Action),
    ("看看", Action),
    ("了解一下", Action),
    ("注意", Action),
    ("follow up", Action),
    ("look into it", Action),
    ("look into this", Action),
    ("deal with it", Action),
    ("handle it", Action),
    ("take care of it", Action),
    ("keep an eye on it", Action),
    ("争取", Hedge),
    ("尽量", Hedge),
    ("力争", Hedge),
    ("尽可能", Hedge),
    ("原则上", Hedge),
    ("如有可能", Hedge),
    ("hopefully", Hedge),
    ("try to", Hedge),
    ("if possible", Hedge),
    ("maybe", Hedge),
    ("需要", Filler),
    ("需", Filler),
    ("务必", Filler),
    ("请", Filler),
    ("应该", Filler),
    ("应", Filler),
    ("负责", Filler),
    ("need to", Filler),
    ("needs to", Filler),
    ("must", Filler),
    ("should", Filler),
    ("shall", Filler),
    ("will", Filler),
    ("please", Filler),
];

/// Words that have a vague one in them and are none: 「及时率」, 「处理器」, 「需求」, 「供应商」, 「申请」.
const OTHER_WORDS: &[&str] = &[
    "及时率",
    "后续版本",
    "后面板",
    "近期货",
    "双方合同",
    "团队建设",
    "需求",
    "供需",
    "所需",
    "必需",
    "急需",
    "刚需",
    "应用",
    "应急",
    "应收",
    "应付",
    "应对",
    "应答",
    "供应",
    "响应",
    "反应",
    "回应",
    "对应",
    "相应",
    "适应",
    "效应",
    "申请",
    "邀请",
    "聘请",
    "请示",
    "请求",
    "请假",
    "请款",
    "负责人",
    "处理器",
    "注意事项",
    "推进器",
    "沟通会",
    "跟进表",
    "跟进人",
    "大家电",
    "最近邻",
    "处理结果",
    "处理方案",
    "处理流程",
    "处理意见",
    "关注度",
    "关注点",
    "沟通记录",
    "沟通纪要",
];

/// The vague words within `from..to`, outside of `covered`, in order.
pub(super) fn find(
    sheet: &Sheet<'_>,
    from: usize,
    to: usize,
    covered: &[(usize, usize)],
) -> Vec<(Slot, (usize, usize))> {
    static VAGUE: LazyLock<WordTable<Slot>> = LazyLock::new(|| WordTable::new(WORDS));
    static OTHERS: LazyLock<WordTable<()>> = LazyLock::new(|| WordTable::of(OTHER_WORDS));
    let text = &sheet.folded;
    let free = |start: usize, end: usize| covered.iter().all(|(from, to)| end <= *from || *to <= start);
    let mut found: Vec<(Slot, (usize, usize))> = Vec::new();
    let mut at = from;
    while at < to {
        if let Some((_, end)) = OTHERS.standing_at(text, at) {
            at = end;
            continue;
        }
        let inside_word = text.at(at).is_ascii_alphabetic() && text.before(at).is_ascii_alphanumeric();
        let word = VAGUE.beginning_with(text.at(at)).find_map(|(word, slot)| Some((slot, text.word(at, word)?)));
        match word.filter(|(_, end)| !inside_word && *end <= to && free(at, *end)) {
            Some((slot, end)) => {
                found.push((slot, (at, end)));
                at = end;
            }
            None => at += 1,
        }
    }
    // 「跟进客户反馈」 is an action: its verb stays.
    let left = |found: &[(Slot, (usize, usize))]| {
        let all: Vec<_> = covered.iter().copied().chain(found.iter().map(|(_, place)| *place)).collect();
        let text = sheet.text(from, to, &all);
        text.chars().filter(|char| char.is_alphanumeric()).count()
    };
    if left(&found) >= 2 {
        found.retain(|(slot, _)| *slot != Action);
    }
    found
}
