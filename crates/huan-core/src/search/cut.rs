//! Cutting text into pieces.

/// Letters and digits of a word beyond so many are not looked at: nobody types them, and PostgreSQL keeps no piece over 2 KB.
const LONGEST_WORD: usize = 40;
/// Stands between two texts of one thing, so that no row of pieces reaches from one into the other.
const BREAK: &str = "_";

/// What a character is to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Of a script without spaces between words: Chinese, and the Japanese and Korean ones.
    Ideograph,
    /// A letter.
    Letter,
    /// A digit.
    Digit,
}

/// A character that counts, folded: half-width and small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) char: char,
    pub(super) script: Script,
    /// Whether a run of its script begins with it.
    pub(super) begins: bool,
    /// Which character of the text it is.
    pub(super) place: usize,
}

/// The characters of a text that count. All others, such as spaces, punctuation and emoji, only part runs.
pub(super) fn signs(text: &str) -> Vec<Sign> {
    let mut signs: Vec<Sign> = Vec::with_capacity(text.len() / 2);
    for (place, char) in text.chars().map(fold).enumerate() {
        let Some(script) = script(char) else { continue };
        let goes_on = signs.last().is_some_and(|last| last.script == script && last.place + 1 == place);
        signs.push(Sign { char, script, begins: !goes_on, place });
    }
    signs
}

/// The runs of one script among some signs.
pub(super) fn runs(signs: &[Sign]) -> impl Iterator<Item = &[Sign]> {
    signs.chunk_by(|_, next| !next.begins)
}

/// One character for one character, so that hits can be marked in the text as it is.
fn fold(char: char) -> char {
    let half = match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(char as u32 - 0xfee0).unwrap_or(char),
        char => char,
    };
    half.to_lowercase().next().unwrap_or(half)
}

fn script(char: char) -> Option<Script> {
    match char {
        '〇'
        | '々'
        | '\u{3041}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => char.is_alphanumeric().then_some(Script::Ideograph),
        char if char.is_numeric() => Some(Script::Digit),
        char if char.is_alphabetic() => Some(Script::Letter),
        _ => None,
    }
}

/// A run of letters or digits as a piece.
pub(super) fn word(run: &[Sign]) -> String {
    run.iter().take(LONGEST_WORD).map(|sign| sign.char).collect()
}

/// The pieces of the texts of one thing, each followed by a space, in order.
///
/// A run of ideographs gives every two neighbours and, last, its last character alone, so that each character begins a piece. A
/// number written with zeros before it can also be found without them.
pub fn pieces<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut pieces = String::new();
    let mut plain_numbers = String::new();
    for text in texts {
        if !pieces.is_empty() {
            pieces.push_str(BREAK);
            pieces.push(' ');
        }
        for run in runs(&signs(text)) {
            match run {
                [Sign { script: Script::Ideograph, .. }, ..] => {
                    for (at, sign) in run.iter().enumerate() {
                        pieces.push(sign.char);
                        pieces.extend(run.get(at + 1).map(|next| next.char));
                        pieces.push(' ');
                    }
                }
                _ => {
                    let word = word(run);
                    pieces.push_str(&word);
                    pieces.push(' ');
                    let plain = word.trim_start_matches('0');
                    if plain.len() < word.len() && !plain.is_empty() {
                        plain_numbers.extend([BREAK, " ", plain, " "]);
                    }
                }
            }
        }
    }
    pieces + &plain_numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        pieces([text]).trim_end().to_owned()
    }

    #[test]
    fn chinese_is_cut_into_neighbours_and_the_last_character() {
        assert_eq!(cut("数据导出"), "数据 据导 导出 出");
        assert_eq!(cut("数据，导出"), "数据 据 导出 出");
        assert_eq!(cut("好"), "好");
        assert_eq!(cut(""), "");
        assert_eq!(cut("！？ —— 🚀"), "");
    }

    #[test]
    fn words_and_numbers_among_chinese_are_pieces_of_their_own() {
        assert_eq!(cut("产品V2.0需求"), "产品 品 v 2 0 需求 求");
        assert_eq!(cut("Data_Export接口"), "data export 接口 口");
        assert_eq!(cut("Ünïcode ДАТА"), "ünïcode дата");
    }

    #[test]
    fn full_width_signs_are_cut_like_half_width_ones() {
        assert_eq!(cut("ＡＰＩ　１２３"), cut("api 123"));
        assert_eq!(cut("导出（ＣＳＶ）"), "导出 出 csv");
    }

    #[test]
    fn characters_beyond_the_basic_plane_are_characters() {
        assert_eq!(cut("𠮷野家"), "𠮷野 野家 家");
        assert_eq!(cut("𠮷𠮷"), "𠮷𠮷 𠮷");
    }

    #[test]
    fn a_number_is_found_without_its_zeros() {
        assert_eq!(cut("研发部-2026-0012"), "研发 发部 部 2026 0012 _ 12");
        assert_eq!(cut("00"), "00");
    }

    #[test]
    fn two_texts_of_a_thing_do_not_touch() {
        assert_eq!(pieces(["导出", "接口"]), "导出 出 _ 接口 口 ");
        assert_eq!(pieces([""; 3]), "");
    }

    #[test]
    fn a_word_without_end_is_cut_off() {
        assert_eq!(cut(&"x".repeat(5_000)).len(), LONGEST_WORD);
    }
}
