//! Dates in Chinese and in digits.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::{
    Ambiguity, Precision,
    number::{chinese_digit, digits, is_numeral, number},
    scan::is_before,
};
use crate::folded::{Folded, is_chinese};

/// A date as said, before its time of day is known.
#[derive(Debug, Clone)]
pub(super) struct DatePart {
    /// What it can be, at least one.
    pub(super) options: Vec<Date>,
    /// Why there are several.
    pub(super) ambiguity: Option<Ambiguity>,
    /// The next date that the same words could mean, when the first has passed.
    pub(super) next: Option<Date>,
    /// [`Precision::Day`] or [`Precision::Period`].
    pub(super) precision: Precision,
    /// A bare weekday that is today's.
    pub(super) same_weekday: bool,
}

impl DatePart {
    pub(super) fn day(date: Date) -> Self {
        Self { options: vec![date], ambiguity: None, next: None, precision: Precision::Day, same_weekday: false }
    }

    pub(super) fn period(date: Date) -> Self {
        Self { precision: Precision::Period, ..Self::day(date) }
    }

    pub(super) fn several(options: Vec<Date>, ambiguity: Ambiguity) -> Option<Self> {
        let first = *options.first()?;
        Some(Self { options, ambiguity: Some(ambiguity), ..Self::day(first) })
    }

    fn or_next(self, next: Option<Date>) -> Self {
        Self { next, ..self }
    }
}

/// A date within this many days before today is taken as passed, an earlier one as next year's.
const RECENT_DAYS: i32 = 90;

pub(super) fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

fn plus_months(date: Date, months: i64) -> Option<Date> {
    date.checked_add(months.months()).ok()
}

/// A date in Chinese or in digits at `at`, and the place behind it, with the weekday that may follow: 「3月5日（周四）」.
pub(super) fn date(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    let (part, next) = relative_day(text, at, today)
        .or_else(|| week(text, at, today))
        .or_else(|| month(text, at, today))
        .or_else(|| quarter(text, at, today))
        .or_else(|| year(text, at, today))
        .or_else(|| numeric(text, at, today))?;
    Some(with_weekday(text, part, next))
}

const DAYS: &[(&str, i64)] = &[
    ("大后天", 3),
    ("后天", 2),
    ("明天", 1),
    ("明日", 1),
    ("明儿", 1),
    ("今天", 0),
    ("今日", 0),
    ("今儿", 0),
    ("昨天", -1),
    ("昨日", -1),
    ("大前天", -3),
    ("前天", -2),
];

/// 「今」, 「明」 and 「昨」 stand for the day before a part of the day: 「今晚」, 「明早」, 「明上午」.
const SHORT_DAYS: &[(&str, i64)] = &[("今", 0), ("明", 1), ("昨", -1)];
const AFTER_SHORT_DAY: &[&str] = &["晚", "早", "晨", "夜", "上午", "下午", "中午", "午"];

fn relative_day(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    if let Some((days, next)) = text.one_of(at, DAYS) {
        // 「说明天气」, 「先天后天」, 「后天性」, 「3天前天…」
        let part_of_word = match text.at(at) {
            '明' => {
                matches!(text.before(at), '说' | '证' | '声' | '表' | '发' | '阐' | '标' | '注' | '透' | '申')
                    && matches!(text.at(next), '气' | '数' | '然' | '期' | '志' | '程' | '线' | '价')
            }
            '后' => matches!(text.before(at), '先' | '天') || text.at(next) == '性',
            '前' => is_numeral(text.before(at)) || text.before(at) == '天',
            _ => false,
        };
        return if part_of_word { None } else { Some((DatePart::day(plus_days(today, days)?), next)) };
    }
    let (days, next) = text.one_of(at, SHORT_DAYS)?;
    text.any(next, AFTER_SHORT_DAY)?;
    // 「说明早…」
    if text.at(at) == '明' && matches!(text.before(at), '说' | '证' | '声' | '表' | '发') {
        return None;
    }
    Some((DatePart::day(plus_days(today, days)?), next))
}

/// Which week, month or quarter: 「本」 is 0, 「下」 is 1.
const WHICH: &[(&str, i64)] = &[
    ("下下个", 2),
    ("下下", 2),
    ("下一个", 1),
    ("下个", 1),
    ("下", 1),
    ("这个", 0),
    ("这一", 0),
    ("这", 0),
    ("本", 0),
    ("当", 0),
    ("上上个", -2),
    ("上上", -2),
    ("上一个", -1),
    ("上个", -1),
    ("上", -1),
];

const WEEK_WORDS: &[&str] = &["周", "星期", "礼拜"];

fn weekday_at(text: &Folded, at: usize) -> Option<(Weekday, usize)> {
    let weekday = match text.at(at) {
        '一' | '1' => Weekday::Monday,
        '二' | '2' => Weekday::Tuesday,
        '三' | '3' => Weekday::Wednesday,
        '四' | '4' => Weekday::Thursday,
        '五' | '5' => Weekday::Friday,
        '六' | '6' => Weekday::Saturday,
        '日' | '天' | '7' => Weekday::Sunday,
        _ => return None,
    };
    let next = at + 1;
    // 「一周一次」, 「周三轮」, 「周12」, 「周一个」
    let counts = matches!(text.at(next), '次' | '个' | '轮' | '遍' | '回' | '期' | '百' | '十' | '千');
    let longer = text.at(at).is_ascii_digit() && text.at(next).is_ascii_digit();
    (!counts && !longer).then_some((weekday, next))
}

fn monday_of(date: Date) -> Option<Date> {
    plus_days(date, -i64::from(date.weekday().to_monday_zero_offset()))
}

fn in_week(date: Date, weeks: i64, weekday: Weekday) -> Option<Date> {
    plus_days(monday_of(date)?, weeks * 7 + i64::from(weekday.to_monday_zero_offset()))
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn week(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    let (which, word_at) = match text.one_of(at, WHICH) {
        Some((which, next)) => (Some(which), next),
        None => (None, at),
    };
    let next = text.any(word_at, WEEK_WORDS)?;
    if let Some((weekday, next)) = weekday_at(text, next) {
        let part = match which {
            None => {
                // 「三周五天」, 「隔周五」
                let counted = chinese_digit(text.before(at)).is_some() && text.at(next) == '天';
                if counted || matches!(text.before(at), '几' | '数' | '隔' | '单' | '双') {
                    return None;
                }
                coming_weekday(today, weekday)?
            }
            Some(0) => DatePart::day(in_week(today, 0, weekday)?).or_next(in_week(today, 1, weekday)),
            Some(weeks) if weeks < 0 => DatePart::day(in_week(today, weeks, weekday)?),
            Some(weeks) => {
                let date = in_week(today, weeks, weekday)?;
                // Some count Sunday as the first day; at the weekend "next week" may be the one that begins or the one after.
                if weekday == Weekday::Sunday {
                    DatePart::several(vec![in_week(today, weeks - 1, weekday)?, date], Ambiguity::WhichWeek)?
                } else if is_weekend(today) && weekday != Weekday::Monday {
                    DatePart::several(vec![date, in_week(today, weeks + 1, weekday)?], Ambiguity::WhichWeek)?
                } else {
                    DatePart::day(date)
                }
            }
        };
        return Some((part, next));
    }
    let ends_with = |from, days: [Weekday; 2], weeks| {
        let dates = days.map(|weekday| in_week(today, weeks, weekday));
        let [Some(first), Some(second)] = dates else { return None };
        DatePart::several(vec![first, second], Ambiguity::NoDay).map(|part| (part, from))
    };
    let weeks = which.unwrap_or(0);
    if let Some(next) = text.literal(next, "末") {
        // Before the weekend is the end of Friday or, for some, of Sunday.
        let days = if is_before(text, next) {
            [Weekday::Friday, Weekday::Sunday]
        } else {
            [Weekday::Saturday, Weekday::Sunday]
        };
        return ends_with(next, days, weeks);
    }
    // A week without a day: 「下周」, 「本周内」.
    which?;
    if matches!(text.at(next), '年' | '期' | '边' | '围' | '刊' | '报' | '会') {
        return None;
    }
    if let Some(next) = text.literal(next, "初") {
        return ends_with(next, [Weekday::Monday, Weekday::Tuesday], weeks);
    }
    if let Some(next) = text.literal(next, "中") {
        return Some((DatePart::period(in_week(today, weeks, Weekday::Wednesday)?), next));
    }
    // 「下周前」 is before that week begins.
    let ends = if is_before(text, next) { weeks - 1 } else { weeks };
    ends_with(text.literal(next, "底").unwrap_or(next), [Weekday::Friday, Weekday::Sunday], ends)
}

/// The coming such weekday, today included.
pub(super) fn coming_weekday(today: Date, weekday: Weekday) -> Option<DatePart> {
    let days = i64::from(today.weekday().until(weekday));
    let date = plus_days(today, days)?;
    Some(DatePart { same_weekday: days == 0, next: plus_days(date, 7), ..DatePart::day(date) })
}

const MONTH_EDGES: &[(&str, Edge)] = &[
    ("底", Edge::Last),
    ("末", Edge::Last),
    ("下旬", Edge::Last),
    ("中旬", Edge::Day(20)),
    ("上旬", Edge::Day(10)),
    ("初", Edge::Day(1)),
    ("中", Edge::Day(15)),
];

#[derive(Clone, Copy)]
enum Edge {
    Last,
    Day(i8),
}

impl Edge {
    fn of(self, month: Date) -> Option<Date> {
        match self {
            Self::Last => Some(month.last_of_month()),
            Self::Day(day) => Date::new(month.year(), month.month(), day).ok(),
        }
    }
}

/// The edge of a month at `at`; 「内」 and 「前」 stay for the suffix.
fn month_edge(text: &Folded, at: usize) -> Option<(Edge, usize)> {
    text.one_of(at, MONTH_EDGES).or_else(|| text.any(at, &["内", "之内", "以内"]).map(|_| (Edge::Last, at)))
}

fn month(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    let (which, word_at) = match text.one_of(at, WHICH) {
        Some((which, next)) => (Some(which), next),
        None => (None, at),
    };
    let next = text.literal(word_at, "月")?;
    if which.is_none() && (is_numeral(text.before(at)) || matches!(text.before(at), '个' | '每' | '数' | '几')) {
        return None;
    }
    let month = plus_months(today.first_of_month(), which.unwrap_or(0))?;
    if let Some((edge, end)) = month_edge(text, next) {
        let date = edge.of(month)?;
        let following = plus_months(month, 1).and_then(|month| edge.of(month));
        // 「月初」 said late in a month is the next one's.
        let part = match following {
            Some(following) if which.is_none() && date < today => DatePart::period(following),
            _ => DatePart::period(date).or_next(following),
        };
        return Some((part, end));
    }
    which?;
    if let Some((day, end)) = day_number(text, next) {
        let part = exact(month.year(), i16::from(month.month()), day)?;
        let following = plus_months(month, 1).and_then(|month| Date::new(month.year(), month.month(), day).ok());
        return Some((part.or_next(following), end));
    }
    if is_before(text, next) {
        let end = plus_days(month, -1)?;
        return Some((DatePart::period(end), next));
    }
    None
}

fn quarter(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    const NAMED: &[(&str, i8)] = &[
        ("第一", 1),
        ("第二", 2),
        ("第三", 3),
        ("第四", 4),
        ("一", 1),
        ("二", 2),
        ("三", 3),
        ("四", 4),
        ("q1", 1),
        ("q2", 2),
        ("q3", 3),
        ("q4", 4),
    ];
    let this = (today.month() - 1) / 3 + 1;
    let end_of = |year: i16, quarter: i8| Some(Date::new(year, quarter * 3, 1).ok()?.last_of_month());
    if let Some((named, next)) = text.one_of(at, NAMED) {
        let next = match (text.at(at), text.literal(next, "季度")) {
            ('q', behind) => behind.unwrap_or(next),
            (_, Some(behind)) => behind,
            (_, None) => return None,
        };
        let next = text.any(next, &["末", "底"])?;
        let date = end_of(today.year(), named)?;
        let following = end_of(today.year() + 1, named);
        let part = match following {
            Some(following) if days_since(date, today) > RECENT_DAYS => DatePart::period(following),
            _ => DatePart::period(date).or_next(following),
        };
        return Some((part, next));
    }
    let (which, word_at) = match text.one_of(at, WHICH) {
        Some((which, next)) => (which, next),
        None => (0, at),
    };
    let next = text.literal(word_at, "季度").or_else(|| text.literal(word_at, "季"))?;
    let next = text.any(next, &["末", "底"]).or_else(|| text.any(next, &["内", "之内", "以内"]).map(|_| next))?;
    let first = Date::new(today.year(), this * 3 - 2, 1).ok()?;
    let date = plus_months(first, which * 3 + 2)?.last_of_month();
    Some((DatePart::period(date).or_next(plus_months(date.first_of_month(), 3).map(Date::last_of_month)), next))
}

fn year(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    const YEARS: &[(&str, i16)] =
        &[("今年", 0), ("本年", 0), ("明年", 1), ("后年", 2), ("去年", -1), ("前年", -2), ("年", 0)];
    if let Some((years, next)) = text.one_of(at, YEARS) {
        let bare = text.at(at) == '年';
        // 「青年中」, 「周年内」, 「百年…」; 「2026年底」 is read at its digits.
        let word = matches!(
            text.before(at),
            '青' | '周' | '成' | '学' | '新' | '少' | '中' | '老' | '往' | '近' | '常' | '多' | '每'
        );
        if bare && (word || is_numeral(text.before(at))) {
            return None;
        }
        return in_year(text, next, today.year().checked_add(years)?, bare, today);
    }
    let (value, next) = number(text, at)?;
    if !starts_number(text, at) {
        return None;
    }
    let next = text.literal(text.skip_spaces(next), "年")?;
    let year = i16::try_from(value).ok()?;
    let year = match year {
        2000..=2999 => year,
        20..=99 => 2000 + year,
        _ => return None,
    };
    in_year(text, next, year, false, today)
}

/// What follows a year: an edge of it or a month.
fn in_year(text: &Folded, at: usize, year: i16, bare: bool, today: Date) -> Option<(DatePart, usize)> {
    let edges = text.literal(at, "年").unwrap_or(at);
    let edge = text
        .one_of(edges, &[("底", (12, 31)), ("末", (12, 31)), ("初", (1, 1)), ("中", (6, 30))])
        .or_else(|| text.any(at, &["内", "之内", "以内"]).map(|_| ((12, 31), at)));
    if let Some(((month, day), next)) = edge {
        let date = Date::new(year, month, day).ok()?;
        let following = Date::new(year.checked_add(1)?, month, day).ok();
        let part = match following {
            Some(following) if bare && date < today => DatePart::period(following),
            _ => DatePart::period(date).or_next(following),
        };
        return Some((part, next));
    }
    if bare {
        return None;
    }
    let (month, next) = number(text, text.skip_spaces(at))?;
    let next = text.literal(text.skip_spaces(next), "月")?;
    month_with(text, next, Some(year), month, today)
}

/// A day of the month with its 「日」 or 「号」.
fn day_number(text: &Folded, at: usize) -> Option<(i8, usize)> {
    let (day, next) = number(text, text.skip_spaces(at))?;
    let next = text.any(text.skip_spaces(next), &["日", "号"])?;
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    Some((day, next))
}

/// Behind 「M月」: a day or an edge.
fn month_with(text: &Folded, at: usize, year: Option<i16>, month: u32, today: Date) -> Option<(DatePart, usize)> {
    let month = i16::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    let first = |year: i16| Date::new(year, month as i8, 1).ok();
    if let Some((day, next)) = day_number(text, at) {
        return Some((year_or_coming(year, month, day, today)?, next));
    }
    // 「3月5前」, 「3月5 下午」: the sign left out.
    if let Some((day, next)) = number(text, at) {
        let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
        let follows = text.at(next);
        let bounded = !is_chinese(follows) && !follows.is_ascii_alphanumeric() && follows != '.' && follows != '%';
        if bounded || is_before(text, next) || text.any(next, &["上午", "下午", "中午", "晚上"]).is_some() {
            return Some((year_or_coming(year, month, day, today)?, next));
        }
        return None;
    }
    let base = match year {
        Some(year) => first(year)?,
        None => {
            let this = first(today.year())?;
            if days_since(this.last_of_month(), today) > RECENT_DAYS {
                first(today.year().checked_add(1)?)?
            } else {
                this
            }
        }
    };
    let following = base.year().checked_add(1).and_then(first);
    if let Some((edge, next)) = month_edge(text, at) {
        let part = DatePart::period(edge.of(base)?);
        let following = following.and_then(|month| edge.of(month));
        return Some((if year.is_some() { part } else { part.or_next(following) }, next));
    }
    is_before(text, at).then_some(())?;
    // 「3月前」: before it begins, or before it has ended.
    let part = DatePart::several(vec![plus_days(base, -1)?, base.last_of_month()], Ambiguity::NoDay)?;
    Some((part, at))
}

fn days_since(date: Date, today: Date) -> i32 {
    // Both dates are within the calendar; a difference always exists.
    date.until(today).map_or(0, |span| span.get_days())
}

/// The date in that year, or both neighbours of one that does not exist.
fn exact(year: i16, month: i16, day: i8) -> Option<DatePart> {
    let month = i8::try_from(month).ok()?;
    if let Ok(date) = Date::new(year, month, day) {
        return Some(DatePart::day(date));
    }
    let last = Date::new(year, month, 1).ok()?.last_of_month();
    (1..=31).contains(&day).then_some(())?;
    DatePart::several(vec![last, plus_days(last, 1)?], Ambiguity::NoSuchDay)
}

/// A month and a day, in `year` or where none was said in the year that makes it lie ahead.
pub(super) fn year_or_coming(year: Option<i16>, month: i16, day: i8, today: Date) -> Option<DatePart> {
    if let Some(year) = year {
        return exact(year, month, day);
    }
    let this = exact(today.year(), month, day)?;
    let following = exact(today.year().checked_add(1)?, month, day);
    let passed = this.options.last().map_or(0, |date| days_since(*date, today));
    if passed > RECENT_DAYS {
        return following;
    }
    let next = following.and_then(|part| part.options.first().copied());
    Some(this.or_next(next))
}

/// Whether a number at `at` begins there, and is no part of a version, a reference or a longer number.
pub(super) fn starts_number(text: &Folded, at: usize) -> bool {
    let before = text.before(at);
    if text.at(at).is_ascii_digit() {
        !(before.is_ascii_alphanumeric() || matches!(before, '.' | '#' | '-' | '/' | ':' | '_' | '$' | '¥' | '第'))
    } else {
        !(is_numeral(before) || before == '第')
    }
}

fn numeric(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    if !starts_number(text, at) {
        return None;
    }
    if let Some(found) = with_separators(text, at, today) {
        return Some(found);
    }
    let (value, next) = number(text, at)?;
    let next = text.skip_spaces(next);
    match text.at(next) {
        '月' => month_with(text, next + 1, None, value, today),
        '日' | '号' => {
            let day = i8::try_from(value).ok().filter(|day| (1..=31).contains(day))?;
            if is_label(text, at, next + 1) {
                return None;
            }
            Some((day_of_month(day, today)?, next + 1))
        }
        _ => None,
    }
}

/// 「5号楼」, 「近7日」, 「30日留存」: a number that names or measures something.
fn is_label(text: &Folded, at: usize, next: usize) -> bool {
    const NAMED: &[&str] = &[
        "楼", "线", "机", "门", "馆", "会议", "库", "服务", "文", "环境", "方案", "店", "厅", "车", "仓", "院", "桌",
        "位", "选手", "游", "留存", "活跃", "均", "元", "房", "间", "码", "站", "节点", "产品", "版", "令", "段", "柜",
        "池", "称", "召", "外",
    ];
    matches!(text.before(at), '近' | '去' | '前' | '续' | '最' | '共') && text.at(at) != '前'
        || text.any(next, NAMED).is_some()
}

/// The coming such day of a month.
pub(super) fn day_of_month(day: i8, today: Date) -> Option<DatePart> {
    let mut month = today.first_of_month();
    if day < today.day() {
        month = plus_months(month, 1)?;
    }
    let following = plus_months(month, 1)?;
    match Date::new(month.year(), month.month(), day) {
        Ok(date) => Some(DatePart::day(date).or_next(Date::new(following.year(), following.month(), day).ok())),
        Err(_) => {
            // No 31st in this month: its last day, or the next month's 31st (two short months never follow each other
            // but for a February, which the month behind it makes good).
            let later = (1..=2)
                .filter_map(|months| plus_months(month, months))
                .find_map(|month| Date::new(month.year(), month.month(), day).ok())?;
            DatePart::several(vec![month.last_of_month(), later], Ambiguity::NoSuchDay)
        }
    }
}

/// `2026-03-05`, `2026/3/5`, `2026.3.5`, `03-05`, `3/5`.
fn with_separators(text: &Folded, at: usize, today: Date) -> Option<(DatePart, usize)> {
    let (first, next) = digits(text, at)?;
    let separator = text.at(next);
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let (second, end) = digits(text, next + 1)?;
    let small = |value: u32| i8::try_from(value).ok();
    if next - at == 4 {
        if text.at(end) != separator {
            return None;
        }
        let (third, end) = digits(text, end + 1)?;
        if text.at(end).is_ascii_digit() || (text.at(end).is_ascii_alphabetic() && text.at(end) != 't') {
            return None;
        }
        let year = i16::try_from(first).ok().filter(|year| (2000..=2999).contains(year))?;
        (1..=12).contains(&second).then_some(())?;
        return Some((exact(year, i16::from(small(second)?), small(third)?)?, end));
    }
    let follows = text.at(end);
    if follows.is_ascii_alphanumeric()
        || matches!(follows, '-' | '/' | '.' | '%' | ':' | '_')
        || next - at > 2
        || end - next > 3
    {
        return None;
    }
    const MEASURES: &[char] = &[
        '天', '周', '月', '年', '个', '人', '页', '份', '条', '次', '项', '小', '分', '时', '元', '万', '千', '百',
        '名', '家', '位', '台', '套', '版', '的', '倍', '轮', '期', '日', '号', '点', '季',
    ];
    let behind = text.skip_spaces(end);
    if MEASURES.contains(&text.at(behind)) {
        return None;
    }
    let (month, day) = (first, second);
    match separator {
        '-' => {
            let full = next - at == 2 && end - next == 3;
            let clear = is_before(text, behind) || super::clock::digital(text, behind).is_some();
            if !full && !clear {
                return None;
            }
        }
        '/' => {}
        _ => return None,
    }
    if (first, second) == (24, 7) {
        return None;
    }
    let valid = |month: u32, day: u32| (1..=12).contains(&month) && (1..=31).contains(&day);
    let read = |month: u32, day: u32| year_or_coming(None, i16::from(small(month)?), small(day)?, today);
    // In English both orders are in use.
    if separator == '/' && !text.has_chinese() && valid(month, day) && valid(day, month) && month != day {
        let (Some(first), Some(second)) = (read(month, day), read(day, month)) else { return None };
        let options = first.options.into_iter().chain(second.options).collect();
        return Some((DatePart::several(options, Ambiguity::DayOrMonthFirst)?, end));
    }
    if valid(month, day) {
        return Some((read(month, day)?, end));
    }
    if separator == '/' && !text.has_chinese() && valid(day, month) {
        return Some((read(day, month)?, end));
    }
    None
}

/// Takes the weekday behind a date; one that contradicts it makes the date ambiguous.
fn with_weekday(text: &Folded, part: DatePart, at: usize) -> (DatePart, usize) {
    let open = text.skip_spaces(at);
    let bracket = text.at(open) == '(';
    let word_at = if bracket { text.skip_spaces(open + 1) } else { open };
    let Some(weekday_place) = text.any(word_at, WEEK_WORDS) else { return (part, at) };
    let Some((weekday, mut end)) = weekday_at(text, weekday_place) else { return (part, at) };
    if part.precision != Precision::Day || part.ambiguity.is_some() {
        return (part, at);
    }
    if bracket {
        match text.literal(text.skip_spaces(end), ")") {
            Some(next) => end = next,
            None => return (part, at),
        }
    }
    let Some(date) = part.options.first().copied() else { return (part, at) };
    if date.weekday() == weekday {
        return (DatePart { same_weekday: false, ..part }, end);
    }
    // The nearest day that is the weekday said.
    let ahead = i64::from(date.weekday().until(weekday));
    let days = if ahead > 3 { ahead - 7 } else { ahead };
    let Some(other) = plus_days(date, days) else { return (part, at) };
    let mut options = vec![date, other];
    options.sort_unstable();
    match DatePart::several(options, Ambiguity::WeekdayContradicts) {
        Some(contradiction) => (contradiction, end),
        None => (part, at),
    }
}
