//! What a kick-off meeting is about, put into words from what the collaboration agreed on (C1): goal and milestones with their
//! days, who has which role, duty and tool, what goes where, the rhythm, the rules. A person edits it before anybody is invited.

use jiff::civil::Date;

use super::MeetingKind;
use crate::{
    charter::{Charter, Content, Duty},
    clock::ServiceLevels,
    i18n::{Language, text},
    id::PersonId,
    time_text,
};

/// What is known of a collaboration.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Its name.
    pub name: &'a str,
    /// The core goal.
    pub goal: &'a str,
    /// The day by which it is to be reached.
    pub goal_on: Option<Date>,
    /// Milestones, duties and tools.
    pub charter: &'a Charter,
    /// Everybody who takes part, in the order in which they are named.
    pub members: Vec<MemberFacts>,
    /// The groups: the platform's name and the group's.
    pub groups: Vec<(String, String)>,
    /// The rhythm.
    pub levels: &'a ServiceLevels,
    /// The usage rules.
    pub rules: &'a str,
    /// The present day: a day of another year is told with it.
    pub today: Date,
    /// The language of the words.
    pub language: Language,
}

/// What is known of somebody who takes part.
#[derive(Debug, Clone)]
pub struct MemberFacts {
    /// Who.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// The job, else the role in the collaboration.
    pub role: String,
    /// The duty as it stands with the member, for whom the charter names none.
    pub duty: String,
    /// The name of the platform on which they are reached; empty where there is none.
    pub tool: String,
}

/// The words of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What people call it.
    pub title: String,
    /// What is said to those who are invited.
    pub invitation: String,
    /// What is gone through.
    pub agenda: String,
    /// What is agreed on if nobody objects: goal, milestones and duties, for the minutes.
    pub conclusions: String,
}

/// Drafts a meeting.
pub fn draft(kind: MeetingKind, facts: &Facts<'_>) -> Draft {
    match kind {
        MeetingKind::KickOff => kick_off(facts),
    }
}

fn kick_off(facts: &Facts<'_>) -> Draft {
    let say = |key: &str| text(facts.language, &format!("meeting.draft.{key}"), &[("name", &facts.name)]);
    let goal = goal_lines(facts);
    let duties = duty_lines(facts);
    let mut points = vec![("goal", goal.clone()), ("duties", duties.clone()), ("tools", tool_lines(facts))];
    points.extend([("rhythm", rhythm_lines(facts)), ("rules", rule_lines(facts)), ("questions", Vec::new())]);
    points.retain(|(name, lines)| *name == "questions" || !lines.is_empty());
    let mut agenda = Vec::new();
    for (place, (name, lines)) in points.into_iter().enumerate() {
        if place > 0 {
            agenda.push(String::new());
        }
        agenda.push(format!("{}. {}", place + 1, say(&format!("part.{name}"))));
        agenda.extend(lines.into_iter().map(|line| format!("· {line}")));
    }
    let mut conclusions = goal;
    conclusions.extend(duties);
    Draft {
        title: say("title"),
        invitation: say("invitation"),
        agenda: agenda.join("\n"),
        conclusions: conclusions.join("\n"),
    }
}

fn day(facts: &Facts<'_>, on: Date) -> String {
    time_text::date(on, facts.today, facts.language)
}

fn goal_lines(facts: &Facts<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if !facts.goal.trim().is_empty() {
        let goal = facts.goal.trim();
        lines.push(match facts.goal_on {
            Some(on) => text(facts.language, "meeting.draft.goal_by", &[("goal", &goal), ("day", &day(facts, on))]),
            None => text(facts.language, "meeting.draft.goal", &[("goal", &goal)]),
        });
    }
    for milestone in &facts.charter.milestones {
        lines.push(match milestone.on {
            Some(on) => {
                text(facts.language, "meeting.draft.milestone", &[("name", &milestone.name), ("day", &day(facts, on))])
            }
            None => milestone.name.clone(),
        });
    }
    lines
}

/// One line for everybody: role, duties, tool.
fn duty_lines(facts: &Facts<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for member in &facts.members {
        let named: Vec<String> = facts
            .charter
            .duties
            .iter()
            .filter(|duty| duty.person.as_ref() == Some(&member.person))
            .map(with_boundary)
            .collect();
        let duty = if named.is_empty() { one_line(&member.duty) } else { named.join("；") };
        let who =
            if member.role.is_empty() { member.name.clone() } else { format!("{}（{}）", member.name, member.role) };
        let parts = [who, duty, member.tool.clone()];
        lines.push(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" | "));
    }
    for duty in facts.charter.duties.iter().filter(|duty| duty.person.is_none()) {
        lines.push(text(facts.language, "meeting.draft.nobodys", &[("duty", &with_boundary(duty))]));
    }
    lines
}

fn with_boundary(duty: &Duty) -> String {
    let boundary = one_line(&duty.boundary);
    if boundary.is_empty() { duty.name.clone() } else { format!("{}（{boundary}）", duty.name) }
}

fn one_line(words: &str) -> String {
    words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn tool_lines(facts: &Facts<'_>) -> Vec<String> {
    let say = |key: String| text(facts.language, &key, &[]);
    let tool = |content: &Content| {
        let chosen = facts.charter.tool(*content);
        format!("{} → {}", say(format!("start.content.{content}")), say(format!("start.tool.{chosen}")))
    };
    let mut lines: Vec<String> = Content::ALL.iter().map(tool).collect();
    for (platform, title) in &facts.groups {
        lines.push(text(facts.language, "meeting.draft.group", &[("platform", platform), ("title", title)]));
    }
    lines
}

fn rhythm_lines(facts: &Facts<'_>) -> Vec<String> {
    let (progress, digest) = (&facts.levels.daily_progress, &facts.levels.digest);
    let clock = |at: jiff::civil::Time| format!("{:02}:{:02}", at.hour(), at.minute());
    let mut lines = Vec::new();
    if digest.daily {
        lines.push(text(facts.language, "meeting.draft.daily", &[("at", &clock(progress.digest_at))]));
    }
    if let Some(on) = digest.weekly_on {
        let weekday = text(facts.language, &format!("digest.weekday.{on}"), &[]);
        let at = clock(digest.weekly_at);
        lines.push(text(facts.language, "meeting.draft.weekly", &[("weekday", &weekday), ("at", &at)]));
    }
    lines
}

fn rule_lines(facts: &Facts<'_>) -> Vec<String> {
    facts.rules.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::charter::{Milestone, Tool};

    #[test]
    fn c1_the_draft_says_goal_milestones_duties_tools_and_rhythm() {
        let person = PersonId::from_bits;
        let mut charter = Charter {
            milestones: vec![Milestone { name: "初稿".into(), on: Some(date(2026, 12, 1)) }],
            duties: vec![
                Duty { name: "提出需求".into(), boundary: "只写首版".into(), person: Some(person(1)) },
                Duty { name: "验收".into(), boundary: String::new(), person: None },
            ],
            ..Charter::default()
        };
        charter.tools.insert(Content::Documents, Tool::Huan);
        let member = |bits: u128, name: &str, role: &str, duty: &str, tool: &str| MemberFacts {
            person: person(bits),
            name: name.into(),
            role: role.into(),
            duty: duty.into(),
            tool: tool.into(),
        };
        let levels = ServiceLevels::default();
        let facts = Facts {
            name: "产品V2.0需求评审",
            goal: "完成产品V2.0需求文档评审",
            goal_on: Some(date(2026, 12, 18)),
            charter: &charter,
            members: vec![
                member(1, "王晓", "产品经理", "别的", "钉钉"),
                member(2, "李强", "研发组长", "评估技术\n可行性", "飞书"),
                member(3, "客户", "", "", ""),
            ],
            groups: vec![("飞书".into(), "V2.0 研发".into())],
            levels: &levels,
            rules: "紧急事项：@全体\n\n非紧急事项：只 @相关人",
            today: date(2026, 11, 25),
            language: Language::Chinese,
        };
        let drafted = draft(MeetingKind::KickOff, &facts);
        assert_eq!(drafted.title, "「产品V2.0需求评审」启动会");
        let agenda: Vec<&str> = drafted.agenda.lines().collect();
        for line in [
            "1. 核心目标与关键里程碑",
            "· 目标：完成产品V2.0需求文档评审（12月18日（周五）前）",
            "· 里程碑：初稿，12月1日（周二）",
            "2. 角色、职责与工具",
            "· 王晓（产品经理） | 提出需求（只写首版） | 钉钉",
            "· 李强（研发组长） | 评估技术 可行性 | 飞书",
            "· 客户",
            "· 验收：还没有人负责",
            "3. 什么内容放在哪里",
            "· 文档 → 协作中心",
            "· 飞书群「V2.0 研发」",
            "4. 同步节奏",
            "· 每个工作日 17:00 汇总进展",
            "5. 使用规则",
            "· 紧急事项：@全体",
            "6. 问题与确认",
        ] {
            assert!(agenda.contains(&line), "{line} is missing in {agenda:#?}");
        }
        assert!(drafted.conclusions.contains("里程碑：初稿") && drafted.conclusions.contains("王晓"));
        assert!(!drafted.conclusions.contains("17:00"));
        let english = draft(MeetingKind::KickOff, &Facts { language: Language::English, ..facts });
        assert!(english.agenda.contains("Rhythm"), "{}", english.agenda);
    }
}
