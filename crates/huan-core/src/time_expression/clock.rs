//! Times of day in Chinese and in digits.

use super::{
    END_OF_DAY, Precision,
    date::starts_number,
    number::{digits, is_numeral, number, two_digits},
    scan::is_before,
};
use crate::folded::Folded;

/// A time of day as said.
#[derive(Debug, Clone)]
pub(super) struct ClockPart {
    /// Minutes since midnight of the date; beyond 24 h it is in the night that follows.
    pub(super) minutes: Vec<i32>,
    /// The evening reading of an hour that is plainly the morning's while that lies ahead (「9点」).
    pub(super) evening: Option<i32>,
    pub(super) precision: Precision,
    /// Without a date, a time that has passed is tomorrow's: 「凌晨1点」 said in the evening.
    pub(super) rolls: bool,
}

impl ClockPart {
    pub(super) fn at(minutes: i32) -> Self {
        Self { minutes: vec![minutes], evening: None, precision: Precision::Minute, rolls: false }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayPart {
    Dawn,
    Morning,
    Noon,
    Afternoon,
    Dusk,
    Evening,
    Night,
}

const DAY_PARTS: &[(&str, DayPart)] = &[
    ("凌晨", DayPart::Dawn),
    ("清晨", DayPart::Morning),
    ("早晨", DayPart::Morning),
    ("早上", DayPart::Morning),
    ("上午", DayPart::Morning),
    ("早", DayPart::Morning),
    ("晨", DayPart::Morning),
    ("中午", DayPart::Noon),
    ("正午", DayPart::Noon),
    ("下午", DayPart::Afternoon),
    ("午后", DayPart::Afternoon),
    ("傍晚", DayPart::Dusk),
    ("晚上", DayPart::Evening),
    ("晚间", DayPart::Evening),
    ("晚", DayPart::Evening),
    ("夜里", DayPart::Evening),
    ("夜间", DayPart::Evening),
    ("半夜", DayPart::Night),
    ("午夜", DayPart::Night),
    ("深夜", DayPart::Night),
    ("夜", DayPart::Evening),
    ("午", DayPart::Noon),
];

const HOUR: i32 = 60;
const DAY: i32 = 24 * HOUR;

impl DayPart {
    /// The deadline that a part of the day alone means: its end, within working hours where they overlap.
    fn end(self) -> i32 {
        match self {
            Self::Dawn => 6 * HOUR,
            Self::Morning | Self::Noon => 12 * HOUR,
            Self::Afternoon => 18 * HOUR,
            Self::Dusk => 19 * HOUR,
            Self::Evening => 21 * HOUR,
            Self::Night => DAY,
        }
    }

    /// The hour of the day when `hour` was said with this part of it.
    fn hour(self, hour: i32) -> i32 {
        match (self, hour) {
            (Self::Dawn, 12) => 0,
            (Self::Noon, 1..=3) | (Self::Afternoon, 1..=11) | (Self::Dusk, 4..=8) => hour + 12,
            (Self::Evening, 5..=11) | (Self::Night, 8..=11) => hour + 12,
            (Self::Evening, 0..=4) | (Self::Night, 0..=7) => hour + 24,
            (Self::Evening | Self::Night, 12) => 24,
            _ => hour,
        }
    }
}

/// A time of day at `at`. `dated`: a date stands before it, so that an hour is surely a time.
pub(super) fn clock(text: &Folded, at: usize, dated: bool) -> Option<(ClockPart, usize)> {
    if let Some(next) = text.any(at, &["下班"]) {
        let named = dated || is_before(text, next);
        let part = ClockPart { precision: Precision::EndOfWork, ..ClockPart::at(minutes_of(END_OF_DAY)) };
        return named.then_some((part, next));
    }
    if let Some((part, behind)) = text.one_of(at, DAY_PARTS) {
        let hour_at = text.skip_spaces(behind);
        if starts_hour(text, hour_at)
            && let Some((hour, minute, next)) = hour_and_minute(text, hour_at)
        {
            let part_of = |hour: i32| part.hour(hour) * HOUR + minute;
            let rolls = matches!(part, DayPart::Dawn | DayPart::Night) || part.hour(hour) == 24;
            return Some((ClockPart { rolls, ..ClockPart::at(part_of(hour)) }, next));
        }
        // 「早」, 「晚」 and the like are too short to stand without a day; 「下午茶」 is no time.
        let single = behind - at == 1;
        let alone = is_before(text, behind) && !single;
        if !(dated || alone) || matches!(text.at(behind), '茶' | '餐' | '饭' | '班' | '会' | '报' | '安' | '点')
        {
            return None;
        }
        return Some((ClockPart { precision: Precision::DayPart, ..ClockPart::at(part.end()) }, behind));
    }
    if !starts_hour(text, at) {
        return None;
    }
    let (hour, minute, next) = hour_and_minute(text, at)?;
    let digital = text.at(at).is_ascii_digit() && text.literal(digits(text, at)?.1, ":").is_some();
    if let Some((afternoon, next)) = meridiem(text, next) {
        return Some((ClockPart::at(twelve_hour(hour, afternoon)? * HOUR + minute), next));
    }
    if !digital && !dated && is_count(text, at, next) {
        return None;
    }
    let time = hour * HOUR + minute;
    let exact = digital && digits(text, at)?.1 - at == 2;
    let part = match hour {
        1..=7 if !exact => ClockPart { minutes: vec![time, time + DAY / 2], ..ClockPart::at(time) },
        8..=11 if !exact => ClockPart { evening: Some(time + DAY / 2), ..ClockPart::at(time) },
        0 | 24 => ClockPart { rolls: true, ..ClockPart::at(time) },
        _ => ClockPart::at(time),
    };
    Some((part, next))
}

/// Minutes since midnight.
pub(super) fn minutes_of(time: jiff::civil::Time) -> i32 {
    i32::from(time.hour()) * HOUR + i32::from(time.minute())
}

/// The hour 0–23 of "5 pm", when there is one.
pub(super) fn twelve_hour(hour: i32, afternoon: bool) -> Option<i32> {
    match (hour, afternoon) {
        (12, false) => Some(0),
        (1..=11, false) | (12..=23, true) => Some(hour),
        (1..=11, true) => Some(hour + 12),
        _ => None,
    }
}

/// "am" or "pm" at `at`, spaces before it allowed.
pub(super) fn meridiem(text: &Folded, at: usize) -> Option<(bool, usize)> {
    let at = text.skip_spaces(at);
    [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)]
        .into_iter()
        .find_map(|(word, afternoon)| Some((afternoon, text.word(at, word)?)))
}

fn starts_hour(text: &Folded, at: usize) -> bool {
    // A part of the day or a date may stand directly before it, a number or a name may not.
    starts_number(text, at)
        || (text.at(at).is_ascii_digit() && matches!(text.before(at), ':' | 't' | '-') && !is_numeral(text.before(at)))
}

/// `17:00`, with the place behind it.
pub(super) fn digital(text: &Folded, at: usize) -> Option<(i32, i32, usize)> {
    let (hour, next) = digits(text, at).filter(|(hour, next)| *hour <= 24 && next - at <= 2)?;
    let next = text.literal(text.skip_spaces(next), ":")?;
    let (minute, mut next) = two_digits(text, text.skip_spaces(next))?;
    if let Some(seconds) = text.literal(next, ":")
        && let Some((_, behind)) = two_digits(text, seconds)
    {
        next = behind;
    }
    valid(hour, minute).map(|(hour, minute)| (hour, minute, next))
}

fn valid(hour: u32, minute: u32) -> Option<(i32, i32)> {
    let fits = hour < 24 && minute < 60 || (hour, minute) == (24, 0);
    let (hour, minute) = (i32::try_from(hour).ok()?, i32::try_from(minute).ok()?);
    fits.then_some((hour, minute))
}

/// `17:00`, 「5点半」, 「十点三十分」, 「17时」.
fn hour_and_minute(text: &Folded, at: usize) -> Option<(i32, i32, usize)> {
    if let Some(time) = digital(text, at) {
        return Some(time);
    }
    let (hour, next) = number(text, at).filter(|(hour, _)| *hour <= 24)?;
    let next = text.skip_spaces(next);
    let next = text.any(next, &["点钟", "点整", "点", "时整", "时"])?;
    // 「2点5倍」 is a decimal read aloud; minutes have two digits, a zero before them or 「分」 behind.
    let (minute, next) = if let Some(next) = text.literal(next, "半") {
        (30, next)
    } else if let Some(next) = text.any(next, &["一刻", "1刻"]) {
        (15, next)
    } else if let Some(next) = text.any(next, &["三刻", "3刻"]) {
        (45, next)
    } else {
        let minutes_at = text.literal(next, "过").unwrap_or(next);
        let zero = text.any(minutes_at, &["零", "〇"]).unwrap_or(minutes_at);
        match number(text, zero) {
            Some((minute, behind)) if minute < 60 => match text.literal(behind, "分") {
                Some(end) if text.literal(end, "钟").is_none() => (minute, end),
                None if behind - minutes_at >= 2 && !is_numeral(text.at(behind)) && !is_measure(text.at(behind)) => {
                    (minute, behind)
                }
                _ => (0, next),
            },
            _ => (0, next),
        }
    };
    valid(hour, minute).map(|(hour, minute)| (hour, minute, next))
}

fn is_measure(char: char) -> bool {
    matches!(
        char,
        '个' | '人' | '份' | '条' | '次' | '项' | '天' | '页' | '家' | '名' | '%' | '.' | '倍' | '日' | '号' | '月'
    )
}

/// 「三点建议」, 「有一点」, 「一时」: an hour that counts or names something, when no date stands before it.
fn is_count(text: &Folded, at: usize, next: usize) -> bool {
    const COUNTED: &[&str] = &[
        "建议", "意见", "要求", "问题", "原因", "内容", "改进", "经验", "总结", "说明", "理由", "结论", "优势", "不足",
        "感想", "注意", "需求", "疑问", "好处", "思考", "变化", "功能", "都", "也", "儿", "点", "五", "二", "几",
    ];
    if text.any(next, COUNTED).is_some()
        || matches!(text.before(at), '有' | '这' | '那' | '差' | '早' | '快' | '慢' | '几' | '及')
    {
        return true;
    }
    let exact = matches!(text.before(next), '分' | '钟' | '整' | '半' | '刻') || is_before(text, next);
    // A numeral alone (「一点」, 「三点」) is more often a count: it needs a sign of being a time.
    !text.at(at).is_ascii_digit() && !exact && (matches!(text.at(at), '一') || crate::folded::is_chinese(text.at(next)))
}
