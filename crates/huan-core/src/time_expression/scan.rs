//! Finds expressions in a text: lead-in, date, time of day, 「前」.

use jiff::{Timestamp, Zoned};

use super::{
    Finding, Meaning, Precision,
    clock::{self, ClockPart},
    date::{self, DatePart},
    duration, english,
    resolve::resolve,
};
use crate::folded::{END, Folded};

pub(super) fn find(text: &str, now: &Zoned) -> Vec<Finding> {
    let text = Folded::new(text);
    let mut findings = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if let Some(next) = recurring(&text, at) {
            at = next;
        } else if let Some(found) = expression(&text, at, now, false) {
            findings.push(Finding {
                span: text.bytes(found.start, found.end),
                meaning: found.meaning,
                is_deadline: found.is_deadline,
            });
            at = found.end.max(at + 1);
        } else {
            at += 1;
        }
    }
    findings
}

pub(super) fn parse_whole(text: &str, now: &Zoned) -> Option<Meaning> {
    let text = Folded::new(text);
    let is_space = |char: char| matches!(char, ' ' | '\n');
    let start = (0..text.len()).find(|at| !is_space(text.at(*at)))?;
    let found = expression(&text, start, now, true)?;
    let rest = text.text(found.end, text.len());
    rest.chars()
        .all(|char| is_space(char) || matches!(char, '.' | '。' | '!' | ',' | '、' | ';'))
        .then_some(found.meaning)
}

struct Expression {
    start: usize,
    end: usize,
    meaning: Meaning,
    is_deadline: bool,
}

/// Whether an expression can begin with `char`; what keeps a long text fast.
fn begins(char: char) -> bool {
    char.is_ascii_digit()
        || matches!(
            char,
            '一' | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '两'
                | '半'
                | '廿'
                | '卅'
                | '百'
                | '第'
                | '今'
                | '明'
                | '后'
                | '大'
                | '昨'
                | '前'
                | '去'
                | '本'
                | '这'
                | '当'
                | '上'
                | '下'
                | '周'
                | '星'
                | '礼'
                | '月'
                | '季'
                | '年'
                | '凌'
                | '清'
                | '早'
                | '中'
                | '正'
                | '午'
                | '傍'
                | '晚'
                | '夜'
                | '深'
                | '截'
                | '最'
                | '不'
                | '在'
                | '于'
                | '赶'
        )
}

fn expression(text: &Folded, start: usize, now: &Zoned, whole: bool) -> Option<Expression> {
    let first = text.at(start);
    let english_word = first.is_ascii_alphabetic() && !text.before(start).is_ascii_alphanumeric();
    if !begins(first) && !english_word {
        return None;
    }
    let (lead, at) = lead_in(text, start);
    let marked = lead == Lead::Deadline;
    let sure = marked || whole;
    if let Some((meaning, end)) = instant(text, at, now) {
        return Some(Expression { start, end, meaning, is_deadline: marked });
    }
    let measured = duration::duration(text, at, now)
        .map(|(meaning, end)| (meaning, !matches!(text.before(end), '后' | '过'), end))
        .or_else(|| english::duration(text, at, now));
    if let Some((meaning, within, end)) = measured {
        let start = if lead == Lead::Soft && !within { at } else { start };
        return Some(Expression { start, end, meaning, is_deadline: marked || within });
    }
    let (date, clock, next) = parts(text, at, now, sure)?;
    let suffixed = suffix(text, next);
    let is_deadline = marked || suffixed.is_some();
    let meaning = resolve(date, clock, now)?;
    // 「在」 belongs to 「在周五前」, not to 「在周五的会上」.
    let start = if lead == Lead::Soft && !is_deadline { at } else { start };
    Some(Expression { start, end: suffixed.unwrap_or(next), meaning, is_deadline })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// 「截止：」, "by"
    Deadline,
    /// 「在」, "on"
    Soft,
    None,
}

const LEADS: &[(&str, Lead)] = &[
    ("截止时间", Lead::Deadline),
    ("截止日期", Lead::Deadline),
    ("截止到", Lead::Deadline),
    ("截止至", Lead::Deadline),
    ("截止", Lead::Deadline),
    ("截至", Lead::Deadline),
    ("最晚", Lead::Deadline),
    ("最迟", Lead::Deadline),
    ("不晚于", Lead::Deadline),
    ("不迟于", Lead::Deadline),
    ("赶在", Lead::Soft),
    ("在", Lead::Soft),
    ("于", Lead::Soft),
    ("no later than", Lead::Deadline),
    ("not later than", Lead::Deadline),
    ("due by", Lead::Deadline),
    ("due on", Lead::Deadline),
    ("due", Lead::Deadline),
    ("ddl", Lead::Deadline),
    ("deadline", Lead::Deadline),
    ("before", Lead::Deadline),
    ("until", Lead::Deadline),
    ("till", Lead::Deadline),
    ("by the", Lead::Deadline),
    ("by", Lead::Deadline),
    ("on", Lead::Soft),
    ("at", Lead::Soft),
];

fn lead_in(text: &Folded, at: usize) -> (Lead, usize) {
    let found = LEADS.iter().find_map(|(word, lead)| Some((*lead, text.word(at, word)?)));
    let Some((lead, next)) = found else { return (Lead::None, at) };
    let next = text.skip_spaces(next);
    (lead, text.literal(next, ":").map_or(next, |next| text.skip_spaces(next)))
}

/// An instant with its offset: `2026-03-05T17:00:00+08:00`.
fn instant(text: &Folded, at: usize, now: &Zoned) -> Option<(Meaning, usize)> {
    if text.at(at + 4) != '-' || !matches!(text.at(at + 10), 't' | ' ') || !date::starts_number(text, at) {
        return None;
    }
    let belongs = |char: char| char.is_ascii_digit() || matches!(char, 't' | ':' | '.' | '-' | '+' | 'z');
    let end = (at + 11..text.len()).find(|place| !belongs(text.at(*place))).unwrap_or(text.len());
    let when = text.text(at, end).to_ascii_uppercase().parse::<Timestamp>().ok()?;
    let when = when.to_zoned(now.time_zone().clone());
    let meaning = if when.timestamp() >= now.timestamp() {
        Meaning::Found { when, precision: Precision::Minute }
    } else {
        Meaning::Past { when, next: None }
    };
    Some((meaning, end))
}

type Parts = (Option<DatePart>, Option<ClockPart>, usize);

fn any_date(text: &Folded, at: usize, now: &Zoned, sure: bool) -> Option<(DatePart, usize)> {
    date::date(text, at, now.date()).or_else(|| english::date(text, at, now.date(), sure))
}

fn any_clock(text: &Folded, at: usize, dated: bool) -> Option<(ClockPart, usize)> {
    clock::clock(text, at, dated).or_else(|| english::clock(text, at, dated))
}

/// A date, a time of day, or both in either order.
fn parts(text: &Folded, at: usize, now: &Zoned, sure: bool) -> Option<Parts> {
    if let Some((date, next)) = any_date(text, at, now, sure) {
        let clock = joint(text, next).into_iter().find_map(|at| any_clock(text, at, true));
        return Some(match clock {
            Some((clock, next)) => (Some(date), Some(clock), next),
            None => (Some(date), None, next),
        });
    }
    let (clock, next) = any_clock(text, at, sure)?;
    // "5pm tomorrow", 「12:00 周五」; but 「17:00前 周五开会」 is two.
    let date = joint(text, next).into_iter().find_map(|at| any_date(text, at, now, true));
    Some(match date {
        // The date may have its own time: 「9:00 明天10:00」.
        Some((date, next)) if joint(text, next).into_iter().all(|at| any_clock(text, at, true).is_none()) => {
            (Some(date), Some(clock), next)
        }
        _ => (None, Some(clock), next),
    })
}

/// The places where the second half of an expression may begin.
fn joint(text: &Folded, at: usize) -> [usize; 2] {
    let near = text.skip_spaces(at);
    let word = match text.at(near) {
        't' if near == at && text.at(near + 1).is_ascii_digit() => Some(near + 1),
        ',' | '的' => Some(near + 1),
        _ => text.any_word(near, &["at", "by", "before", "on", "of"]),
    };
    [near, word.map_or(near, |next| text.skip_spaces(next))]
}

/// 「前」 and 「内」 begin other words too: 「前端」, 「前后」, 「内部」.
const NOT_BEFORE: &[&str] =
    &["前端", "前台", "前后", "前期", "前置", "前往", "前瞻", "前景", "前沿", "前任", "前言", "前来", "前夕"];
const NOT_WITHIN: &[&str] = &["内容", "内存", "内部", "内测", "内网"];
const YET_WITHIN: &[&str] = &["内部署", "内测试", "内网络"];

/// The place behind 「前」 at `at`, spaces allowed.
fn before_word(text: &Folded, at: usize) -> Option<usize> {
    let at = text.skip_spaces(at);
    if text.any(at, NOT_BEFORE).is_some() {
        return None;
    }
    text.any(at, &["之前", "以前", "前"])
}

/// Whether 「前」 stands at `at`, spaces allowed.
pub(super) fn is_before(text: &Folded, at: usize) -> bool {
    before_word(text, at).is_some()
}

/// The place behind 「前」 that makes a length of time lie in the past.
pub(super) fn ago(text: &Folded, at: usize) -> Option<usize> {
    before_word(text, at)
}

fn inside(text: &Folded, at: usize) -> Option<usize> {
    let at = text.skip_spaces(at);
    if text.any(at, NOT_WITHIN).is_some() && text.any(at, YET_WITHIN).is_none() {
        return None;
    }
    text.any(at, &["之内", "以内", "内"])
}

/// The place behind 「内」 or 「后」.
pub(super) fn is_within(text: &Folded, at: usize) -> Option<usize> {
    if let Some(next) = inside(text, at) {
        return Some(next);
    }
    let at = text.skip_spaces(at);
    if text.any(at, &["后端", "后台", "后勤", "后期"]).is_some() {
        return None;
    }
    text.any(at, &["之后", "以后", "后", "过后"])
}

fn suffix(text: &Folded, at: usize) -> Option<usize> {
    let spaced = text.skip_spaces(at);
    before_word(text, at)
        .or_else(|| inside(text, at))
        .or_else(|| text.any(spaced, &["为止", "截止"]))
        // 「周五止」, not 「周五止损」
        .or_else(|| {
            text.literal(spaced, "止").filter(|next| matches!(text.at(*next), ' ' | ',' | '。' | ';' | '\n' | END))
        })
}

/// The place behind a recurring time, which is no deadline: 「每周五17:00」, "every Friday".
fn recurring(text: &Folded, at: usize) -> Option<usize> {
    let next = if text.at(at) == '每' {
        let next = text.any(at + 1, &["个", "逢", "隔"]).unwrap_or(at + 1);
        let next = text.any(next, &["天", "日", "晚", "早", "周", "星期", "礼拜", "月", "年", "工作日", "季度"])?;
        let is_weekday = |char: char| "一二三四五六日末天".contains(char);
        let mut next = if is_weekday(text.at(next)) { next + 1 } else { next };
        while matches!(text.at(next), '、' | '和' | '到' | '至') && is_weekday(text.at(next + 1)) {
            next += 2;
        }
        match super::number::number(text, next) {
            Some((_, behind)) if matches!(text.at(behind), '日' | '号') => behind + 1,
            _ => next,
        }
    } else if text.at(at) == 'e' && !text.before(at).is_ascii_alphanumeric() {
        let next = text.skip_spaces(text.any_word(at, &["every", "each"])?);
        let end = (next..text.len()).find(|place| !text.at(*place).is_ascii_alphabetic()).unwrap_or(text.len());
        (end > next).then_some(end)?
    } else {
        return None;
    };
    let clock = joint(text, next).into_iter().find_map(|at| any_clock(text, at, true));
    let end = clock.map_or(next, |(_, next)| next);
    Some(suffix(text, end).unwrap_or(end))
}
