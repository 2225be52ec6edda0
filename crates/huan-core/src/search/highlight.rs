//! Marking what was found.

use std::ops::Range;

use super::{
    cut::{Script, Sign, signs},
    query::{Phrase, Query},
};

/// How many characters a snippet shows before the first hit.
const BEFORE: usize = 24;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The words.
    pub text: String,
    /// Whether they were looked for.
    pub hit: bool,
}

/// The part of `text`, of `most` characters at most, in which the first hit stands, with every hit in it marked; the
/// beginning where there is no hit. Line ends become spaces.
pub fn snippet(text: &str, query: &Query, most: usize) -> Vec<Segment> {
    let chars: Vec<char> = text.trim().chars().map(|char| if char.is_whitespace() { ' ' } else { char }).collect();
    let hits = hits(&chars, query);
    let first = hits.first().map_or(0, |hit| hit.start);
    let from = match first.saturating_sub(BEFORE) {
        _ if chars.len() <= most => 0,
        from => from.min(chars.len() - most),
    };
    let to = chars.len().min(from + most);
    let mut segments = Vec::new();
    let mut add = |range: Range<usize>, hit| {
        let text: String = chars.get(range).unwrap_or_default().iter().collect();
        if !text.is_empty() {
            segments.push(Segment { text, hit });
        }
    };
    let mut at = from;
    for hit in hits.into_iter().filter(|hit| hit.start < to && hit.end > from) {
        let hit = hit.start.max(from)..hit.end.min(to);
        add(at..hit.start, false);
        at = hit.end;
        add(hit, true);
    }
    add(at..to, false);
    if from > 0 {
        segments.insert(0, Segment { text: "…".to_owned(), hit: false });
    }
    if to < chars.len() {
        segments.push(Segment { text: "…".to_owned(), hit: false });
    }
    segments
}

/// Where the phrases stand, in order and without overlap.
fn hits(chars: &[char], query: &Query) -> Vec<Range<usize>> {
    let signs = signs(&chars.iter().collect::<String>());
    let mut all: Vec<Range<usize>> = query.phrases.iter().flat_map(|phrase| found(&signs, phrase)).collect();
    all.sort_by_key(|hit| hit.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for hit in all {
        match joined.last_mut() {
            Some(last) if hit.start <= last.end => last.end = last.end.max(hit.end),
            _ => joined.push(hit),
        }
    }
    joined
}

/// The places of one phrase, by the rule of the index: runs follow each other, a word is found by how it begins.
fn found<'a>(signs: &'a [Sign], phrase: &'a Phrase) -> impl Iterator<Item = Range<usize>> + 'a {
    signs.windows(phrase.signs.len().max(1)).filter_map(|window| {
        let (first, last) = (window.first()?, window.last()?);
        let begins_well = first.begins || first.script == Script::Ideograph;
        let is_same = window
            .iter()
            .zip(&phrase.signs)
            .enumerate()
            .all(|(at, (sign, wanted))| sign.char == wanted.char && (at == 0 || sign.begins == wanted.begins));
        (begins_well && is_same).then_some(first.place..last.place + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str, most: usize) -> String {
        let segments = snippet(text, &Query::read(query), most);
        segments.into_iter().map(|part| if part.hit { format!("[{}]", part.text) } else { part.text }).collect()
    }

    #[test]
    fn every_hit_is_marked_as_it_was_written() {
        assert_eq!(marked("先导出，再导出ＣＳＶ", "导出 csv", 100), "先[导出]，再[导出ＣＳＶ]");
        assert_eq!(marked("Export exports, reexport", "export", 100), "[Export] [export]s, reexport");
        assert_eq!(marked("产品V2.0需求", "v2.0", 100), "产品[V2.0]需求");
        assert_eq!(marked("𠮷野家", "野", 100), "𠮷[野]家");
        assert_eq!(marked("一二一二一", "一二一", 100), "[一二一二一]");
    }

    #[test]
    fn a_long_text_is_shown_around_the_first_hit() {
        let text = format!("{}白屏{}", "前".repeat(100), "后".repeat(100));
        let shown = marked(&text, "白屏", 40);
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("前[白屏]后"));
        assert_eq!(shown.chars().filter(|char| "前白屏后".contains(*char)).count(), 40);
        assert_eq!(marked(&text, "白屏", 400), format!("{}[白屏]{}", "前".repeat(100), "后".repeat(100)));
    }

    #[test]
    fn without_a_hit_the_beginning_is_shown() {
        assert_eq!(marked("一\n二", "三", 10), "一 二");
        assert_eq!(marked("一二三四五", "", 3), "一二三…");
        assert_eq!(marked("", "三", 3), "");
    }

    #[test]
    fn a_hit_at_the_end_of_the_snippet_is_cut_with_it() {
        assert_eq!(marked("一二三四", "三四", 3), "一二[三]…");
        assert_eq!(marked("一二三四", "一二三四", 3), "[一二三]…");
    }
}
