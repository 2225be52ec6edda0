//! Plain words as DingTalk's markdown (DingTalk, custom robot §1.3).

/// Keeps markup apart without being seen.
const INVISIBLE: char = '\u{200b}';

/// Plain text so that nothing in it is taken for markup. A line break needs spaces around it.
pub(super) fn plain(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain_line).collect();
    lines.join("  \n  ")
}

fn plain_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let start = line.trim_start();
    let numbered = start.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if start.starts_with(['#', '>', '-', '+', '*', '=', '|'])
        || (numbered.len() < start.len() && numbered.starts_with('.'))
    {
        out.push(INVISIBLE);
    }
    let mut before = ' ';
    for letter in line.chars() {
        let joins = matches!((before, letter), (']', '(') | ('!', '[') | ('*', '*') | ('_', '_') | ('~', '~'))
            || (before == '<' && (letter.is_ascii_alphabetic() || letter == '/'));
        if joins {
            out.push(INVISIBLE);
        }
        out.push(letter);
        before = letter;
    }
    out
}

/// Words that open a page.
pub(super) fn link(label: &str, url: &str) -> String {
    let label: String = label.chars().filter(|letter| !"[]".contains(*letter)).collect();
    format!("[{label}]({})", url.replace(' ', "%20").replace('(', "%28").replace(')', "%29"))
}

/// `text` in at most `bytes` bytes, with `…` where something was cut.
pub(super) fn fit(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let mut end = bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_in_words_is_kept_apart() {
        assert_eq!(plain("第一行\n第二行"), "第一行  \n  第二行");
        assert_eq!(plain("# 不是标题"), "\u{200b}# 不是标题");
        assert_eq!(plain("1. 不是列表"), "\u{200b}1. 不是列表");
        assert_eq!(plain("12:00 前"), "12:00 前");
        assert_eq!(plain("[a](b)"), "[a]\u{200b}(b)");
        assert_eq!(plain("<a atId=x>y</a>"), "<\u{200b}a atId=x>y<\u{200b}/a>");
        assert_eq!(link("打开[1]", "https://x/(y)"), "[打开1](https://x/%28y%29)");
    }

    proptest! {
        #[test]
        fn only_invisible_letters_and_spaces_are_added(text in "\\PC{0,60}") {
            let shown: String = plain(&text).chars().filter(|letter| *letter != INVISIBLE).collect();
            prop_assert_eq!(shown, text.lines().collect::<Vec<_>>().join("  \n  ").replace(INVISIBLE, ""));
        }

        #[test]
        fn what_is_fitted_fits(text in any::<String>(), bytes in 3_usize..100) {
            prop_assert!(fit(&text, bytes).len() <= bytes.max(3));
        }
    }
}
