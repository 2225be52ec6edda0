//! The core goal 「核心目标」 is an outcome that can be checked, by a day (B1). One without an outcome or a day is questioned, with
//! words that would do.
//!
//! ```
//! use huan_core::goal::{Doubt, review};
//! let now: jiff::Zoned = "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse()?;
//! let day = Some(jiff::civil::date(2026, 12, 18));
//! assert!(review("完成产品V2.0需求文档评审", day, &now).is_empty());
//! let doubted = review("推进产品V2.0需求评审", day, &now);
//! assert_eq!(doubted[0].doubt, Doubt::OutcomeMissing);
//! assert_eq!(doubted[0].proposal.as_ref().unwrap().goal, "完成产品V2.0需求评审，并通过验收");
//! # Ok::<(), jiff::Error>(())
//! ```

use jiff::{
    ToSpan, Zoned,
    civil::{Date, Weekday},
};

use crate::{
    i18n::{Language, text},
    names::names,
    time_expression::{self, Meaning},
};

/// A goal for whose day nothing better is known is proposed for the Friday after so many days.
const USUAL_DAYS: i64 = 28;

/// Words by which a goal says what will be there in the end.
const OUTCOMES: &[&str] = &[
    "完成",
    "落地",
    "上线",
    "发布",
    "交付",
    "通过",
    "达成",
    "签订",
    "签署",
    "签约",
    "签字",
    "验收",
    "建成",
    "解决",
    "恢复",
    "修复",
    "关闭",
    "投产",
    "开业",
    "开通",
    "切换",
    "迁移",
    "定稿",
    "达到",
    "提交",
    "实现",
    "归档",
    "降到",
    "降至",
    "提升到",
    "提升至",
    "提高到",
    "提高至",
    "减少到",
    "减少至",
    "缩短到",
    "缩短至",
    "增加到",
    "增加至",
    "complete",
    "finish",
    "deliver",
    "launch",
    "release",
    "ship",
    "sign",
    "reach",
    "pass",
    "approve",
    "publish",
    "go live",
    "close",
    "resolve",
    "restore",
    "migrate",
    "fix",
];

/// Words of change: with a number they are an outcome, without one nobody can tell when they are done.
const CHANGES: &[&str] = &[
    "提升",
    "提高",
    "改善",
    "优化",
    "降低",
    "减少",
    "缩短",
    "增加",
    "加强",
    "促进",
    "深化",
    "improve",
    "increase",
    "reduce",
    "raise",
    "lower",
    "strengthen",
    "optimize",
    "optimise",
];

/// Words that say that something is being done, and not what comes of it.
const EFFORTS: &[&str] = &[
    "推进",
    "推动",
    "跟进",
    "做好",
    "搞好",
    "抓好",
    "支持",
    "配合",
    "协助",
    "关注",
    "探索",
    "研究",
    "讨论",
    "沟通",
    "准备",
    "开展",
    "进行",
    "负责",
    "work on",
    "follow up on",
    "follow up",
    "push",
    "support",
    "discuss",
    "look into",
    "help with",
    "explore",
    "prepare",
];

names! {
    /// What is doubtful about a goal. `start.goal.<name>` is its text.
    Doubt {
        /// Nothing is said.
        Missing = "missing",
        /// No outcome: nobody can check whether it is reached.
        OutcomeMissing = "outcome_missing",
        /// No day by which it is to be reached.
        DayMissing = "day_missing",
        /// The day has passed.
        DayPast = "day_past",
    }
}

/// Something doubtful about a goal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalFinding {
    /// What.
    pub doubt: Doubt,
    /// The goal and its day as they would do; none when nothing is known to propose.
    pub proposal: Option<GoalProposal>,
}

impl GoalFinding {
    /// The question in words.
    pub fn describe(&self, language: Language) -> String {
        text(language, &format!("start.goal.{}", self.doubt), &[])
    }
}

/// A goal as it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalProposal {
    /// The words.
    pub goal: String,
    /// The day.
    pub on: Option<Date>,
}

/// What is doubtful about a goal that is to be reached by `on`; nothing when it can be checked.
pub fn review(goal: &str, on: Option<Date>, now: &Zoned) -> Vec<GoalFinding> {
    let goal = goal.trim();
    if goal.is_empty() {
        return vec![GoalFinding { doubt: Doubt::Missing, proposal: None }];
    }
    let mut findings = Vec::new();
    if !has_outcome(goal) {
        let proposal = with_outcome(goal).map(|goal| GoalProposal { goal, on });
        findings.push(GoalFinding { doubt: Doubt::OutcomeMissing, proposal });
    }
    let doubt = match on {
        None => Some(Doubt::DayMissing),
        Some(on) if on < now.date() => Some(Doubt::DayPast),
        Some(_) => None,
    };
    if let Some(doubt) = doubt {
        let on = day_in(goal, now).or_else(|| usual_day(now.date()));
        findings.push(GoalFinding { doubt, proposal: Some(GoalProposal { goal: goal.to_owned(), on }) });
    }
    findings
}

fn has_outcome(goal: &str) -> bool {
    let folded = goal.to_lowercase();
    let contains = |words: &[&str]| words.iter().any(|word| says(&folded, word));
    contains(OUTCOMES) || (contains(CHANGES) && folded.chars().any(|char| char.is_ascii_digit() || char == '%'))
}

/// Whether a text has this word, which does not begin in the middle of another: no «sign» in «design».
fn says(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        !(word.is_ascii() && before.is_some_and(|char| char.is_ascii_alphabetic()))
    })
}

/// The goal with an outcome: what is worked on is completed and accepted, a change has a plan that is approved.
fn with_outcome(goal: &str) -> Option<String> {
    let goal = goal.trim_end_matches(['。', '.', '！', '!']);
    let is_chinese = goal.chars().any(crate::folded::is_chinese);
    let language = if is_chinese { Language::Chinese } else { Language::English };
    if let Some((word, what)) = after(goal, CHANGES) {
        let words: [(&str, &dyn std::fmt::Display); 2] = [("what", &what), ("change", &word.to_lowercase())];
        return (!what.is_empty()).then(|| text(language, "start.goal.propose.change", &words));
    }
    let what = after(goal, EFFORTS).map_or(goal, |(_, what)| what);
    (!what.is_empty()).then(|| text(language, "start.goal.propose.outcome", &[("what", &what)]))
}

/// The word that the goal begins with, and what stands behind it.
fn after<'g>(goal: &'g str, words: &[&str]) -> Option<(&'g str, &'g str)> {
    words.iter().find_map(|word| {
        let (start, rest) = goal.split_at_checked(word.len())?;
        start.to_lowercase().eq(word).then(|| (start, rest.trim()))
    })
}

/// The day that the goal itself names: 「12月18日前」, 「Q1」.
fn day_in(goal: &str, now: &Zoned) -> Option<Date> {
    let named = time_expression::find(goal, now).into_iter().find_map(|finding| match finding.meaning {
        Meaning::Found { when, .. } => Some(when.date()),
        _ => None,
    });
    named.or_else(|| end_of_quarter(goal, now.date())).filter(|day| *day >= now.date())
}

/// The last day of the quarter that the goal names, of this year or else the next.
fn end_of_quarter(goal: &str, today: Date) -> Option<Date> {
    let at = goal.find(['Q', 'q'])?;
    let quarter = goal.get(at + 1..at + 2)?.parse::<i8>().ok().filter(|quarter| (1..=4).contains(quarter))?;
    let of = |year: i16| Some(Date::new(year, quarter * 3, 1).ok()?.last_of_month());
    of(today.year()).filter(|day| *day >= today).or_else(|| of(today.year() + 1))
}

fn usual_day(today: Date) -> Option<Date> {
    let day = today.checked_add(USUAL_DAYS.days()).ok()?;
    if day.weekday() == Weekday::Friday { Some(day) } else { day.nth_weekday(1, Weekday::Friday).ok() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn now() -> Zoned {
        "2026-11-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap()
    }

    fn doubts(goal: &str, on: Option<Date>) -> Vec<Doubt> {
        review(goal, on, &now()).into_iter().map(|finding| finding.doubt).collect()
    }

    #[test]
    fn b1_a_goal_that_can_be_checked_is_accepted() {
        let day = Some(date(2026, 12, 18));
        for goal in [
            "完成产品V2.0需求文档评审",
            "推动Q3营销活动落地",
            "支付模块上线",
            "新版APP上线",
            "把首次响应时间降到30分钟",
            "客户满意度提升5%",
            "Launch the new site",
            "Reduce churn by 3 points",
        ] {
            assert_eq!(doubts(goal, day), [], "{goal}");
        }
    }

    #[test]
    fn b1_a_goal_without_an_outcome_is_questioned_with_words_that_would_do() {
        let day = Some(date(2026, 12, 18));
        for (goal, proposed) in [
            ("推进产品V2.0需求评审。", Some("完成产品V2.0需求评审，并通过验收")),
            ("产品V2.0", Some("完成产品V2.0，并通过验收")),
            ("加强客户沟通", Some("完成客户沟通的加强方案，并通过评审")),
            ("提升效率", Some("完成效率的提升方案，并通过评审")),
            ("跟进", None),
            ("Design of the checkout", Some("Complete Design of the checkout and have it accepted")),
            ("work on the website", Some("Complete the website and have it accepted")),
            ("Improve onboarding", Some("Complete a plan to improve onboarding and have it approved")),
        ] {
            let findings = review(goal, day, &now());
            assert_eq!(findings.len(), 1, "{goal}: {findings:?}");
            assert_eq!(findings[0].doubt, Doubt::OutcomeMissing, "{goal}");
            let proposal = findings[0].proposal.as_ref();
            assert_eq!(
                proposal.map(|proposal| proposal.goal.to_lowercase()),
                proposed.map(str::to_lowercase),
                "{goal}"
            );
            if let Some(proposal) = proposal {
                assert_eq!(review(&proposal.goal, proposal.on, &now()), [], "what is proposed would do: {proposal:?}");
            }
        }
    }

    #[test]
    fn b1_a_goal_without_a_day_is_questioned_with_one() {
        for (goal, on, doubt, proposed) in [
            ("完成需求评审", None, Doubt::DayMissing, date(2026, 12, 25)),
            ("12月18日前完成需求评审", None, Doubt::DayMissing, date(2026, 12, 18)),
            ("推动Q1营销活动落地", None, Doubt::DayMissing, date(2027, 3, 31)),
            ("推动Q4营销活动落地", None, Doubt::DayMissing, date(2026, 12, 31)),
            ("完成需求评审", Some(date(2026, 11, 24)), Doubt::DayPast, date(2026, 12, 25)),
        ] {
            let findings = review(goal, on, &now());
            assert_eq!(findings.len(), 1, "{goal}");
            assert_eq!(findings[0].doubt, doubt, "{goal}");
            assert_eq!(findings[0].proposal.as_ref().unwrap().on, Some(proposed), "{goal}");
        }
        assert_eq!(doubts("完成需求评审", Some(date(2026, 11, 25))), [], "today is still ahead");
        assert_eq!(doubts("  ", None), [Doubt::Missing]);
        assert_eq!(doubts("跟进", None), [Doubt::OutcomeMissing, Doubt::DayMissing]);
    }

    #[test]
    fn every_doubt_has_its_words() {
        for doubt in Doubt::ALL {
            let key = format!("start.goal.{doubt}");
            assert!(Language::ALL.into_iter().all(|language| crate::i18n::has(language, &key)), "{key}");
        }
    }
}
