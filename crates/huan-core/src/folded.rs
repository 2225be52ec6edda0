//! A text made even for parsing: full-width signs, letters and digits become half-width, capitals small and traditional
//! forms of the words the parsers know simplified, while every character remembers its place in the original.

use std::ops::Range;

/// The folded text with a way back to the original bytes.
#[derive(Debug)]
pub(crate) struct Folded {
    chars: Vec<char>,
    starts: Vec<usize>,
    ends: Vec<usize>,
    has_chinese: bool,
}

/// What [`Folded::at`] gives beyond the end; no folded character is NUL.
pub(crate) const END: char = '\0';

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        let mut folded = Self {
            chars: Vec::with_capacity(text.len() / 2),
            starts: Vec::with_capacity(text.len() / 2),
            ends: Vec::with_capacity(text.len() / 2),
            has_chinese: false,
        };
        for (start, original) in text.char_indices() {
            let Some(char) = fold(original) else { continue };
            folded.has_chinese |= is_chinese(char);
            folded.chars.push(char);
            folded.starts.push(start);
            folded.ends.push(start + original.len_utf8());
        }
        folded
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// Whether any Chinese character stands in the text.
    pub(crate) fn has_chinese(&self) -> bool {
        self.has_chinese
    }

    /// The character at `at`, or [`END`].
    pub(crate) fn at(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or(END)
    }

    /// The character before `at`, or [`END`] at the beginning.
    pub(crate) fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or(END, |at| self.at(at))
    }

    /// The place behind `literal` when it stands at `at`.
    pub(crate) fn literal(&self, at: usize, literal: &str) -> Option<usize> {
        let mut next = at;
        for char in literal.chars() {
            if self.at(next) != char {
                return None;
            }
            next += 1;
        }
        Some(next)
    }

    /// The first entry of `table` whose word stands at `at`. Longer words must come before their own beginnings.
    pub(crate) fn one_of<T: Copy>(&self, at: usize, table: &[(&str, T)]) -> Option<(T, usize)> {
        table.iter().find_map(|(literal, value)| Some((*value, self.literal(at, literal)?)))
    }

    /// The place behind the first of `words` that stands at `at`.
    pub(crate) fn any(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| self.literal(at, word))
    }

    /// Like [`Self::any`], but a word of Latin letters must end where it ends.
    pub(crate) fn any_word(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().find_map(|word| self.word(at, word))
    }

    /// The place behind `word` when it stands at `at` and no Latin letter follows it.
    pub(crate) fn word(&self, at: usize, word: &str) -> Option<usize> {
        let next = self.literal(at, word)?;
        let latin = word.chars().last().is_some_and(|last| last.is_ascii_alphanumeric());
        (!latin || !self.at(next).is_ascii_alphanumeric()).then_some(next)
    }

    /// The first place at or behind `at` that holds no space.
    pub(crate) fn skip_spaces(&self, mut at: usize) -> usize {
        while self.at(at) == ' ' {
            at += 1;
        }
        at
    }

    /// The original bytes of the folded characters `from..to`; empty at the end when there are none.
    pub(crate) fn bytes(&self, from: usize, to: usize) -> Range<usize> {
        match (self.starts.get(from), to.checked_sub(1).and_then(|last| self.ends.get(last))) {
            (Some(start), Some(end)) if start < end => *start..*end,
            (Some(start), _) => *start..*start,
            _ => {
                let end = self.ends.last().copied().unwrap_or(0);
                end..end
            }
        }
    }

    /// The first folded character that begins at or behind the byte `byte`.
    pub(crate) fn place_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start < byte)
    }

    /// The bytes of one folded character with the marks without room that follow it.
    pub(crate) fn bytes_with_marks(&self, at: usize) -> Range<usize> {
        let start = self.starts.get(at).copied().unwrap_or(0);
        let end = self.starts.get(at + 1).or(self.ends.get(at)).copied().unwrap_or(start);
        start..end
    }

    /// The folded characters `from..to` as text.
    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to.min(self.len())).unwrap_or_default().iter().collect()
    }
}

/// Whether `char` is a Chinese character.
pub(crate) fn is_chinese(char: char) -> bool {
    matches!(char, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}' | '〇')
}

/// The folded form of a character; `None` for marks that take no room.
fn fold(char: char) -> Option<char> {
    Some(match char {
        '\0' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => return None,
        // Line ends stay: they part records and follow-ups.
        '\n' => '\n',
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
        char if char.is_whitespace() => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            let half = char::from_u32(char as u32 - 0xfee0).unwrap_or(char);
            half.to_ascii_lowercase()
        }
        '︰' | '∶' => ':',
        '–' | '—' | '−' | '‐' | '‑' => '-',
        '’' | '‘' => '\'',
        '﹫' => '@',
        '﹟' => '#',
        '〜' => '~',
        '點' => '点',
        '號' => '号',
        '週' => '周',
        '後' => '后',
        '兩' => '两',
        '內' => '内',
        '個' => '个',
        '時' => '时',
        '鐘' | '鍾' => '钟',
        '禮' => '礼',
        '這' => '这',
        '間' => '间',
        '務' => '务',
        '進' => '进',
        '幫' => '帮',
        '記' => '记',
        '錄' => '录',
        '絕' => '绝',
        '議' => '议',
        '暫' => '暂',
        '協' => '协',
        '緊' => '紧',
        '級' => '级',
        '準' => '准',
        '驗' => '验',
        '標' => '标',
        '報' => '报',
        char => char.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_signs_keep_their_place() {
        let text = "＠李强　１２：００";
        let folded = Folded::new(text);
        assert_eq!(folded.text(0, folded.len()), "@李强 12:00");
        let time = folded.bytes(4, 9);
        assert_eq!(&text[time], "１２：００");
    }

    #[test]
    fn marks_without_room_do_not_part_words() {
        let folded = Folded::new("周\u{200b}五");
        assert_eq!(folded.literal(0, "周五"), Some(2));
        assert_eq!(folded.bytes(0, 2), 0.."周\u{200b}五".len());
    }

    #[test]
    fn spans_beyond_the_end_are_empty() {
        let folded = Folded::new("");
        assert_eq!(folded.bytes(0, 3), 0..0);
        assert_eq!(folded.at(7), END);
        assert_eq!(folded.before(0), END);
    }
}
