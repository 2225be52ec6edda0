//! Who a follow-up names.

use std::sync::LazyLock;

use crate::{
    command::sheet::{PieceKind, Sheet},
    folded::{Folded, is_chinese},
    word_table::WordTable,
};

use super::segment::{Segment, has_verb, verb_at};

pub(super) enum Found {
    Person { words: String, place: (usize, usize) },
    Group { place: (usize, usize) },
}

/// Words before a person to whom something is done: 「反馈给市场经理」.
const NOT_DOING: &[&str] = &[
    "给", "向", "对", "与", "和", "跟", "同", "通知", "告知", "联系", "提醒", "帮", "为", "被", "找", "to ", "with ",
    "inform ", "call ",
];

/// Ends of job roles; whether they are one alone (「经理」) or need more before them (「销售代表」).
const ROLES: &[(&str, bool)] = &[
    ("总经理", true),
    ("经理", true),
    ("组长", true),
    ("队长", true),
    ("店长", true),
    ("部长", true),
    ("科长", true),
    ("处长", true),
    ("主任", true),
    ("主管", true),
    ("总监", true),
    ("总裁", true),
    ("助理", true),
    ("秘书", true),
    ("专员", true),
    ("工程师", true),
    ("设计师", true),
    ("架构师", true),
    ("分析师", true),
    ("讲师", true),
    ("顾问", true),
    ("负责人", true),
    ("发起人", true),
    ("协助人", true),
    ("接口人", true),
    ("对接人", true),
    ("代表", false),
    ("专家", false),
    ("会计", false),
    ("出纳", false),
    ("老师", false),
    ("律师", false),
    ("同学", false),
    ("先生", false),
    ("女士", false),
];

/// Verbs that roles are named after: 「设计专员」.
const VERBS_OF_ROLES: &[&str] = &[
    "设计", "测试", "审核", "采购", "培训", "分析", "监控", "统计", "评审", "验收", "调研", "推进", "部署", "沟通",
    "协调", "对接",
];

/// Departments and the like: answerable in a sense, but nobody.
const GROUPS: &[&str] = &["事业部", "部门", "项目组", "小组", "团队", "中心", "部"];
const NO_GROUP: &[&str] = &["全部", "内部", "外部", "局部", "大部", "相关部门", "有关部门", "各部门", "数据中心"];

/// Characters at which a role or a department begins anew.
const STOPS: &str = "请由让给向对与和跟的需在将把为被各及是同待等如若后前内";

/// The most frequent surnames, for names that no directory gave.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙胡朱郭何罗宋郑谢韩唐冯董萧曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪姜范姚谭廖邹熊陆郝孔崔康邱秦史顾侯邵孟龙段钱汤尹黎乔贺赖龚";

/// Words that begin like a surname and are no name.
const NO_NAMES: &[&str] = &[
    "周报", "周会", "周期", "周边", "顾客", "钱款", "段落", "龙头", "夏季", "许可", "余款", "余下", "陈列", "何时",
    "康复",
];

/// Words before a colon that are labels and no names.
const LABELS: &[&str] = &[
    "负责", "截止", "动作", "时间", "备注", "说明", "内容", "事项", "后续", "目标", "状态", "行动", "注意", "结论",
    "背景",
];

pub(super) fn find(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    let found = who(sheet, segment)?;
    if let Found::Person { place: (from, to), .. } = &found
        && let Some(next) = sheet.folded.any(sheet.folded.skip_spaces(*to), &["和", "与", "及", "、", "&"])
    {
        // 「市场经理和销售代表」: nobody answers for it when two do (I3).
        let rest = Segment { from: sheet.folded.skip_spaces(next), ..*segment };
        if let Some(Found::Person { place: (begin, end), .. }) = who(sheet, &rest)
            && begin == rest.from
        {
            return Some(Found::Group { place: (*from, end) });
        }
    }
    Some(match found {
        // 「由张三提交」: the word before the name goes with it.
        Found::Person { words, place: (from, to) } if matches!(sheet.folded.before(from), '由' | '请' | '让') => {
            Found::Person { words, place: (from - 1, to) }
        }
        found => found,
    })
}

fn who(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    mentioned(sheet, segment)
        .or_else(|| known(sheet, segment))
        .or_else(|| role(sheet, segment))
        .or_else(|| asked(sheet, segment))
        .or_else(|| named(sheet, segment))
        .or_else(|| english(sheet, segment))
        .or_else(|| group(sheet, segment))
}

fn person(sheet: &Sheet<'_>, from: usize, to: usize) -> Found {
    Found::Person { words: sheet.text(from, to, &[]), place: (from, to) }
}

/// Whether nothing from `from` to `at` makes the one named there someone to whom a thing is done.
pub(super) fn is_doing(text: &Folded, from: usize, at: usize) -> bool {
    !NOT_DOING.iter().any(|word| {
        let length = word.chars().count();
        at.checked_sub(length).is_some_and(|before| before >= from && text.literal(before, word).is_some())
    })
}

/// 「@李强 周五前…」
fn mentioned(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    sheet.pieces(segment.from, segment.to).find_map(|piece| match &piece.kind {
        PieceKind::Person(person) if is_doing(&sheet.folded, segment.from, piece.from) => {
            Some(Found::Person { words: person.words.clone(), place: (piece.from, piece.to) })
        }
        _ => None,
    })
}

/// A name or role from the directory; the longest at the earliest place.
fn known(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    let text = &sheet.folded;
    (segment.from..segment.to).find_map(|at| {
        let ends = sheet.context.names.iter().flat_map(|called| called.ends_at(text, at)).filter(|end| {
            let latin = text.before(*end).is_ascii_alphanumeric();
            let apart = !latin || (!text.at(*end).is_ascii_alphanumeric() && !text.before(at).is_ascii_alphanumeric());
            *end <= segment.to && apart
        });
        let end = ends.max()?;
        is_doing(text, segment.from, at).then(|| person(sheet, at, end))
    })
}

/// The characters before `at` that belong to one role or department.
fn reach_back(sheet: &Sheet<'_>, from: usize, at: usize) -> usize {
    let text = &sheet.folded;
    let belongs = |place: usize| {
        let char = text.at(place);
        let in_time = sheet.times(from, at).iter().any(|(piece, _)| (piece.from..piece.to).contains(&place));
        (is_chinese(char) || char.is_ascii_alphanumeric()) && !STOPS.contains(char) && !in_time
    };
    let mut start = at;
    while start > from && at - start < 6 && belongs(start - 1) {
        start -= 1;
    }
    // 「确认销售代表」: a verb is no part of a role, unless roles are named after it.
    (start..at)
        .rev()
        .filter(|place| text.any(*place, VERBS_OF_ROLES).is_none())
        .find_map(|place| verb_at(text, place).filter(|end| *end <= at))
        .unwrap_or(start)
}

/// 「销售代表」, 「市场经理」, 「李总」
fn role(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    static TABLE: LazyLock<WordTable<bool>> = LazyLock::new(|| WordTable::new(ROLES));
    let text = &sheet.folded;
    (segment.from..segment.to).find_map(|at| {
        let (alone, end) = TABLE.standing_at(text, at)?;
        let start = reach_back(sheet, segment.from, at);
        // 「相关负责人」 is nobody.
        let vague = ["相关", "有关", "各", "某"].iter().any(|word| text.literal(start, word).is_some());
        let fits = end <= segment.to && (alone || start < at) && !vague && is_doing(text, segment.from, start);
        fits.then(|| person(sheet, start, end))
    })
}

/// 「请张三确认…」, 「由李强负责」: the two to four characters up to the time or the verb.
fn asked(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    let text = &sheet.folded;
    (segment.from..segment.to).find_map(|at| {
        let begin = text.any(at, &["请", "由", "让", "安排", "指派"])?;
        let end = name_end(sheet, begin, segment.to)?;
        is_name(text, begin, end).then(|| person(sheet, begin, end))
    })
}

/// 「张三周五前…」, 「张三：…」, 「张三负责…」: a name at the beginning.
fn named(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    let text = &sheet.folded;
    let begin = segment.from;
    if let Some(end) = (begin..segment.to).find(|at| text.at(*at) == ':')
        && (2..=4).contains(&(end - begin))
        && (begin..end).all(|at| is_chinese(text.at(at)))
        && !has_verb(text, begin, end)
        && text.any(begin, LABELS).is_none()
    {
        return Some(person(sheet, begin, end));
    }
    let joined = (begin + 2..segment.to.min(begin + 4)).find(|at| matches!(text.at(*at), '和' | '与' | '及' | '、'));
    let end = joined.filter(|end| is_name(text, begin, *end)).or_else(|| name_end(sheet, begin, segment.to))?;
    is_name(text, begin, end).then(|| person(sheet, begin, end))
}

/// Where a name that begins at `from` must end: at a time, 「负责」 or a verb.
fn name_end(sheet: &Sheet<'_>, from: usize, to: usize) -> Option<usize> {
    let text = &sheet.folded;
    (from + 2..to.min(from + 5)).find(|at| {
        let time =
            sheet.times(from, to).iter().any(|(piece, _)| piece.from == *at || text.skip_spaces(*at) == piece.from);
        time || text.literal(*at, "负责").is_some() || verb_at(text, *at).is_some()
    })
}

fn is_name(text: &Folded, from: usize, to: usize) -> bool {
    (2..=3).contains(&(to - from))
        && SURNAMES.contains(text.at(from))
        && (from..to).all(|at| is_chinese(text.at(at)))
        && text.any(from, NO_NAMES).is_none()
}

/// "Alice to confirm …", "The marketing manager will …"
fn english(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    const NOBODY: &[&str] = &[
        "need",
        "needs",
        "have",
        "has",
        "want",
        "try",
        "plan",
        "going",
        "remember",
        "please",
        "we",
        "i",
        "you",
        "it",
        "they",
        "this",
        "someone",
        "somebody",
        "everyone",
        "everybody",
        "anyone",
        "team",
        "follow",
        "to",
        "that",
        "there",
        "who",
        "confirm",
        "send",
    ];
    let text = &sheet.folded;
    let start = text.word(segment.from, "the").map_or(segment.from, |next| text.skip_spaces(next));
    let mut at = start;
    for words in 0..4 {
        let end = (at..segment.to).find(|at| !text.at(*at).is_ascii_alphabetic()).unwrap_or(segment.to);
        if end == at {
            return None;
        }
        let word = text.text(at, end);
        if words > 0 && matches!(word.as_str(), "to" | "will" | "shall" | "must" | "should") {
            let person_end = (start..at).rev().find(|at| text.at(*at) != ' ').map_or(at, |at| at + 1);
            let place = (segment.from, end);
            return Some(Found::Person { words: sheet.text(start, person_end, &[]), place });
        }
        let verb = words > 0 && verb_at(text, at).is_some();
        if NOBODY.contains(&word.as_str()) || verb || (words == 0 && verb_at(text, at) == Some(end)) {
            return None;
        }
        if words > 0 && text.at(end) == ':' {
            return Some(person(sheet, start, end));
        }
        at = text.skip_spaces(end);
    }
    None
}

/// 「研发部3日内…」: a department where a person should stand.
fn group(sheet: &Sheet<'_>, segment: &Segment) -> Option<Found> {
    let text = &sheet.folded;
    (segment.from..segment.to).find_map(|at| {
        let end = text.any(at, GROUPS)?;
        let start = reach_back(sheet, segment.from, at);
        let none = (start..=at).any(|place| text.any(place, NO_GROUP).is_some());
        let role = ROLES.iter().any(|(role, _)| text.literal(at, role).is_some()) || text.at(end) == '署';
        let fits = end <= segment.to && start < at && !none && !role && is_doing(text, segment.from, start);
        fits.then_some(Found::Group { place: (start, end) })
    })
}
