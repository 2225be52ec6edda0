//! Whether what was said in a chat looks like a decision, so that it can be asked whether the centre should have it (I1).
//!
//! The rule reads sentence by sentence. A sentence looks like a decision when it says so – 「决定」, 「确定」, 「定了」, 「就按」 … – and
//! neither asks, nor denies it, nor makes it depend on something, nor puts it off. What is listed too much costs a click on
//! 「不是决定」; what is missed can be taken in by hand.

use crate::folded::Folded;

/// What says that something was decided, and what must not follow it.
const SAYS: &[(&str, &[&str])] = &[
    ("决定", &["权", "性", "因素", "不了", "不下", "后", "以后", "之后", "一下"]),
    ("确定", &["性", "不了", "不下", "后", "以后", "之后", "一下", "无误"]),
    ("就这么定", &[]),
    ("就这样定", &[]),
    ("定了", &["吗", "没"]),
    ("定下来", &["后", "再", "吗"]),
    ("就按", &[]),
    ("敲定", &["后", "一下"]),
    ("拍板", &["的人", "后"]),
    ("一致同意", &[]),
    ("达成一致", &["后"]),
    ("最终方案", &["是什么"]),
    ("we decided", &[]),
    ("decided to", &[]),
    ("decided on", &[]),
    ("decided that", &[]),
    ("it's decided", &[]),
    ("it is decided", &[]),
    ("we agreed", &[]),
    ("agreed that", &[]),
    ("let's go with", &[]),
    ("we'll go with", &[]),
    ("we will go with", &[]),
    ("it's settled", &[]),
    ("final decision is", &[]),
];

/// Said right before it, these deny it or put it off.
const DENIES: &[&str] = &["不", "没", "没有", "未", "待", "再"];

/// Said before it in the same clause, these deny it, put it off, or ask for it.
const PUTS_OFF: &[&str] = &[
    "还没",
    "尚未",
    "不能",
    "无法",
    "没法",
    "难以",
    "谁",
    "怎么",
    "如何",
    "何时",
    "什么时候",
    "由你",
    "你来",
    "尽快",
    "需要",
    "请",
    "not ",
    "n't ",
    "haven't",
    "yet to",
    "who ",
    "when ",
    "how ",
    "to be ",
];

/// Said before it anywhere in the sentence, these make it depend on something, or only ask for it.
const DEPENDS: &[&str] = &[
    "如果",
    "要是",
    "假如",
    "若",
    "是否",
    "能否",
    "要不要",
    "可否",
    "建议",
    "希望",
    "可能",
    "也许",
    "或许",
    "好像",
    "听说",
    "等客户",
    "只要",
    "if ",
    "whether",
    "maybe",
    "perhaps",
    "should we",
    "shall we",
    "suggest",
    "unless",
    "once ",
];

/// Fewer characters than this say nothing that could be kept: 「定了！」.
const SHORTEST: usize = 5;

/// Whether `message` looks like a decision.
pub fn looks_decided(message: &str) -> bool {
    let folded = Folded::new(message);
    let text = folded.text(0, folded.len());
    sentences(&text).any(|(sentence, asks)| !asks && says_so(sentence))
}

/// The sentences of a text, and whether each asks something.
fn sentences(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let ends = |char: char| matches!(char, '。' | '!' | '?' | ';' | '\n');
    text.split_inclusive(ends).map(move |sentence| {
        let words = sentence.trim_end_matches([' ', '。', '!', ';', '\n', '~', '.']);
        (words, words.ends_with(['?', '吗', '呢', '么']))
    })
}

fn says_so(sentence: &str) -> bool {
    let enough = sentence.chars().filter(|char| char.is_alphanumeric()).count() >= SHORTEST;
    enough
        && SAYS.iter().any(|(word, not_followed_by)| {
            sentence.match_indices(word).any(|(at, _)| {
                let (before, behind) = (&sentence[..at], &sentence[at + word.len()..]);
                let clause = before.rsplit([',', '、', ':']).next().unwrap_or(before);
                let denied = DENIES.iter().any(|word| clause.trim_end().ends_with(word))
                    || PUTS_OFF.iter().any(|word| clause.contains(word));
                let depends = DEPENDS.iter().any(|word| before.contains(word));
                let goes_on = not_followed_by.iter().any(|word| behind.starts_with(word));
                !denied && !depends && !goes_on
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i1_what_looks_like_a_decision_and_what_does_not() {
        let decisions = [
            "首版只支持 CSV 导出，就这么定了",
            "那就按方案二做吧",
            "决定首版不做 Excel 导出",
            "刚和客户确定：下周三上线",
            "刚和客户确定下周三上线",
            "为了不影响上线我们决定分两期",
            "时间定了，下周三 15:00 评审",
            "主视觉已经敲定",
            "大家一致同意推迟发布",
            "大家有问题吗？没有的话我们决定周五上线。",
            "首版不支持 Excel，就按 CSV 做",
            "We decided to ship CSV only",
            "OK, let's go with plan B.",
        ];
        for message in decisions {
            assert!(looks_decided(message), "{message}");
        }
        let others = [
            "确定",
            "定了！",
            "还没决定用哪个方案",
            "不确定能不能赶上",
            "确定下周三上线吗？",
            "这个定了吗",
            "等客户决定后再说",
            "谁来决定这个事",
            "如果客户同意，就按方案二做",
            "建议就按方案二做",
            "请尽快确定上线时间",
            "明天再决定用哪个方案",
            "决定权在客户那边",
            "是否就按方案二做",
            "上线时间待确定",
            "今天的会议室在三楼",
            "We have not decided to ship it",
            "Should we go? Maybe let's go with plan B",
            "",
        ];
        for message in others {
            assert!(!looks_decided(message), "{message}");
        }
    }
}
