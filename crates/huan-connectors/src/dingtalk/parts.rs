//! Cutting a long text into messages that a platform takes.

/// `text` in pieces of at most `bytes` bytes as measured by `size`, cut at line breaks where possible, then anywhere.
/// The size of a text must be the sum of the sizes of its letters. There is always at least one piece.
pub(super) fn split(text: &str, bytes: usize, size: impl Fn(&str) -> usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        let length = size(line);
        if used + length <= bytes {
            piece.push_str(line);
            used += length;
            continue;
        }
        if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
            used = 0;
        }
        for letter in line.chars() {
            let length = size(letter.encode_utf8(&mut [0; 4]));
            if !piece.is_empty() && used + length > bytes {
                pieces.push(std::mem::take(&mut piece));
                used = 0;
            }
            piece.push(letter);
            used += length;
        }
    }
    if !piece.is_empty() || pieces.is_empty() {
        pieces.push(piece);
    }
    for piece in &mut pieces {
        let kept = piece.trim_end_matches('\n').len();
        piece.truncate(kept);
    }
    pieces
}

/// How many bytes `text` has as a JSON string inside a JSON string, as `msgParam` is (DingTalk, §3.1), at most.
pub(super) fn encoded_twice(text: &str) -> usize {
    text.chars()
        .map(|letter| match letter {
            '"' | '\\' => 4,
            letter if letter.is_control() => 8,
            letter => letter.len_utf8(),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_at_lines_first() {
        assert_eq!(split("一二\n三四\n五六", 14, str::len), ["一二\n三四", "五六"]);
        assert_eq!(split("一二三四五", 6, str::len), ["一二", "三四", "五"]);
        assert_eq!(split("", 6, str::len), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_everything_fits(text in "[a-z\"\\\\一二三\n]{0,300}", bytes in 8_usize..60) {
            let pieces = split(&text, bytes, encoded_twice);
            let without_breaks = |text: &str| text.replace('\n', "");
            prop_assert_eq!(without_breaks(&pieces.concat()), without_breaks(&text));
            for piece in &pieces {
                prop_assert!(encoded_twice(piece) <= bytes, "{}", piece);
            }
        }
    }
}
