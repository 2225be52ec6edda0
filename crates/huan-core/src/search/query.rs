//! Reading what people look for.

use super::cut::{Script, Sign, runs, signs, word};

/// So many characters that count are looked at.
const LONGEST: usize = 200;

/// What somebody looks for: every phrase must be found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The phrases.
    pub phrases: Vec<Phrase>,
}

/// Characters that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Pieces that follow each other in the index.
    pub pieces: Vec<String>,
    /// Whether the last of them may also be the beginning of a longer one.
    pub open: bool,
    pub(super) signs: Vec<Sign>,
}

impl Phrase {
    /// Reads the whole text as one phrase; none when nothing in it counts.
    pub fn read(text: &str) -> Option<Self> {
        let mut signs = signs(text);
        signs.truncate(LONGEST);
        let mut pieces = Vec::new();
        let mut open = false;
        let runs: Vec<&[Sign]> = runs(&signs).collect();
        for (at, run) in runs.iter().enumerate() {
            let is_last = at + 1 == runs.len();
            match run {
                // What is looked for may go on in the text, so its last character alone is a piece only where another run
                // follows, or when there is no other character.
                [Sign { script: Script::Ideograph, .. }, ..] => {
                    pieces.extend(run.windows(2).map(|pair| pair.iter().map(|sign| sign.char).collect::<String>()));
                    if run.len() == 1 || !is_last {
                        pieces.extend(run.last().map(|sign| sign.char.to_string()));
                    }
                    open = run.len() == 1;
                }
                _ => {
                    pieces.push(word(run));
                    open = true;
                }
            }
        }
        (!pieces.is_empty()).then_some(Self { pieces, open, signs })
    }

    /// Whether it begins with a word, of which the text may hold what stands before it.
    pub fn begins_with_a_word(&self) -> bool {
        self.signs.first().is_some_and(|first| first.script != Script::Ideograph)
    }
}

impl Query {
    /// Reads what was typed: words are parted by spaces, and what stands between quotation marks stays together.
    pub fn read(text: &str) -> Self {
        let mut phrases: Vec<Phrase> = Vec::new();
        let mut quoted = false;
        for part in text.split(['"', '“', '”', '＂']) {
            if quoted {
                phrases.extend(Phrase::read(part));
            } else {
                phrases.extend(part.split_whitespace().filter_map(Phrase::read));
            }
            quoted = !quoted;
        }
        let mut left = LONGEST;
        phrases.retain(|phrase| {
            let fits = phrase.signs.len() <= left;
            left = left.saturating_sub(phrase.signs.len());
            fits
        });
        Self { phrases }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let phrases = Query::read(text).phrases;
        phrases.into_iter().map(|phrase| phrase.pieces.join(" ") + if phrase.open { "*" } else { "" }).collect()
    }

    #[test]
    fn words_are_parted_by_spaces_and_joined_by_quotation_marks() {
        assert_eq!(read("数据导出 接口"), ["数据 据导 导出", "接口"]);
        assert_eq!(read("数据　导出"), ["数据", "导出"]);
        assert_eq!(read("“数据 导出” API"), ["数据 据 导出", "api*"]);
        assert_eq!(read("\"never closed"), ["never closed*"]);
        assert!(read(" ！ 🚀 ").is_empty());
    }

    #[test]
    fn a_single_character_and_a_word_may_go_on() {
        assert_eq!(read("出"), ["出*"]);
        assert_eq!(read("Exp"), ["exp*"]);
        assert_eq!(read("V2.0需"), ["v 2 0 需*"]);
        assert_eq!(read("部-2026"), ["部 2026*"]);
        assert_eq!(read("品部-20"), ["品部 部 20*"]);
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        assert_eq!(Query::read(&"长".repeat(1_000)).phrases.len(), 1);
        let words = "abcd ".repeat(1_000);
        assert_eq!(Query::read(&words).phrases.len(), LONGEST / 4);
    }
}
