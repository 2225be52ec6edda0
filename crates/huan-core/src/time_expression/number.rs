//! Numbers in digits and in Chinese numerals.

use crate::folded::Folded;

/// A number at `at` and the place behind it: `12`, 「十二」, 「二十一」, 「两」, 「二〇二六」. At most six digits.
pub(super) fn number(text: &Folded, at: usize) -> Option<(u32, usize)> {
    digits(text, at).or_else(|| chinese(text, at))
}

/// A number in ASCII digits, at most six.
pub(super) fn digits(text: &Folded, at: usize) -> Option<(u32, usize)> {
    let mut next = at;
    let mut value = 0;
    while let Some(digit) = text.at(next).to_digit(10) {
        if next - at == 6 {
            return None;
        }
        value = value * 10 + digit;
        next += 1;
    }
    (next > at).then_some((value, next))
}

/// Exactly two ASCII digits not followed by a third.
pub(super) fn two_digits(text: &Folded, at: usize) -> Option<(u32, usize)> {
    digits(text, at).filter(|(_, next)| next - at == 2)
}

/// The value of one Chinese digit.
pub(super) fn chinese_digit(char: char) -> Option<u32> {
    Some(match char {
        '〇' | '零' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Whether `char` can stand in a number.
pub(super) fn is_numeral(char: char) -> bool {
    char.is_ascii_digit() || chinese_digit(char).is_some() || matches!(char, '十' | '廿' | '卅' | '百' | '千' | '半')
}

fn chinese(text: &Folded, at: usize) -> Option<(u32, usize)> {
    let mut end = at;
    let mut positional = true;
    while end - at < 8 && is_numeral(text.at(end)) && !text.at(end).is_ascii_digit() && text.at(end) != '半' {
        positional &= chinese_digit(text.at(end)).is_some();
        end += 1;
    }
    if end == at {
        return None;
    }
    // 「二〇二六」 is read digit by digit; 「二三」 alone is "two or three" and no number.
    if positional && end - at > 1 {
        if end - at != 4 {
            return None;
        }
        let value =
            (at..end).filter_map(|place| chinese_digit(text.at(place))).fold(0, |value, digit| value * 10 + digit);
        return Some((value, end));
    }
    let mut total = 0;
    let mut pending = None;
    for place in at..end {
        let unit = match text.at(place) {
            '十' => 10,
            '廿' => 20,
            '卅' => 30,
            '百' => 100,
            '千' => 1000,
            char => {
                let digit = chinese_digit(char)?;
                // Two digits in a row inside 「二十一二」 are no number; a zero may lead (「一百零五」).
                if pending.is_some_and(|digit| digit != 0) {
                    return None;
                }
                pending = Some(digit);
                continue;
            }
        };
        total += match (unit, pending.take()) {
            (20 | 30, None) => unit,
            (20 | 30, Some(_)) => return None,
            (_, digit) => unit * digit.unwrap_or(1),
        };
    }
    Some((total + pending.unwrap_or(0), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_and_numerals() {
        for (text, expected) in [
            ("12", Some(12)),
            ("１２", Some(12)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十一", Some(21)),
            ("廿三", Some(23)),
            ("两", Some(2)),
            ("一百二十", Some(120)),
            ("一百零五", Some(105)),
            ("二〇二六", Some(2026)),
            ("三十", Some(30)),
            ("二三", None),
            ("1234567", None),
            ("前", None),
        ] {
            assert_eq!(number(&Folded::new(text), 0).map(|(value, _)| value), expected, "{text}");
        }
    }
}
