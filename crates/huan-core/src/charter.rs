//! What a collaboration agrees on when it starts: its milestones (C1), who answers for which duty (B2), and which tool is used
//! for what (B3).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    i18n::{Language, text},
    id::PersonId,
    names::names,
    platform::PlatformKey,
};

/// What was agreed on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Charter {
    /// The milestones, in order.
    pub milestones: Vec<Milestone>,
    /// The duties.
    pub duties: Vec<Duty>,
    /// Which tool is used for what; what is left out has its usual tool.
    pub tools: BTreeMap<Content, Tool>,
}

/// A milestone 「里程碑」.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Milestone {
    /// What is reached.
    pub name: String,
    /// By which day.
    pub on: Option<Date>,
}

/// A duty: one of the things that somebody answers for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Duty {
    /// Its name: 「提出需求」.
    pub name: String,
    /// The duty boundary 「职责边界」: what belongs to it and what does not.
    pub boundary: String,
    /// Who answers for it.
    pub person: Option<PersonId>,
}

names! {
    /// What a tool is chosen for. `start.content.<name>` is its text.
    Content {
        /// Daily talk 「日常沟通」.
        DailyTalk = "daily_talk",
        /// Documents 「文档」.
        Documents = "documents",
        /// Tasks 「任务」.
        Tasks = "tasks",
        /// Decisions and minutes 「决定与纪要」.
        Minutes = "minutes",
        /// Daily progress and weekly reports 「进展与周报」.
        Reports = "reports",
    }
}

names! {
    /// Where something is done or put. `start.tool.<name>` is its text.
    Tool {
        /// The groups of a collaboration, on all platforms.
        Groups = "groups",
        /// DingTalk 「钉钉」.
        Dingtalk = "dingtalk",
        /// Feishu 「飞书」.
        Feishu = "feishu",
        /// Teambition.
        Teambition = "teambition",
        /// Huan itself 「协作中心」.
        Huan = "huan",
    }
}

names! {
    /// What is still to be set up before something goes where it was agreed that it goes. `start.missing.<name>` is its text.
    Missing {
        /// A group on the platform.
        Group = "group",
        /// A Teambition project with which the tasks are kept in step.
        Project = "project",
        /// The mirror in Feishu.
        Mirror = "mirror",
    }
}

/// What a collaboration is connected with.
#[derive(Debug, Clone, Default)]
pub struct Connected {
    /// The platforms of its groups.
    pub groups: Vec<PlatformKey>,
    /// Whether its tasks are kept in step with a project.
    pub project: bool,
    /// Whether it has a mirror.
    pub mirror: bool,
}

impl Content {
    /// The tools that can be chosen for it, the usual one first.
    pub fn tools(self) -> &'static [Tool] {
        match self {
            Self::DailyTalk => &[Tool::Dingtalk, Tool::Feishu],
            Self::Documents => &[Tool::Feishu, Tool::Huan],
            Self::Tasks => &[Tool::Teambition, Tool::Huan],
            Self::Minutes | Self::Reports => &[Tool::Groups, Tool::Dingtalk, Tool::Feishu],
        }
    }

    /// The tool that is used unless another is chosen.
    pub fn usual(self) -> Tool {
        match self {
            Self::DailyTalk => Tool::Dingtalk,
            Self::Documents => Tool::Feishu,
            Self::Tasks => Tool::Teambition,
            Self::Minutes | Self::Reports => Tool::Groups,
        }
    }
}

impl Charter {
    /// The tool for something.
    pub fn tool(&self, content: Content) -> Tool {
        self.tools.get(&content).copied().unwrap_or_else(|| content.usual())
    }

    /// Which of these groups something is posted in, each with its platform: those on the platform that was chosen for it. Where
    /// the collaboration has no group there, all of them: nothing stays unsaid.
    pub fn groups_for<G>(&self, content: Content, groups: Vec<(G, PlatformKey)>) -> Vec<G> {
        let tool = self.tool(content);
        let fits = |platform: &PlatformKey| tool == Tool::Groups || platform.as_str() == tool.name();
        let some = groups.iter().any(|(_, platform)| fits(platform));
        groups.into_iter().filter(|(_, platform)| !some || fits(platform)).map(|(group, _)| group).collect()
    }

    /// What is still to be set up before something goes to the tool that was chosen for it.
    pub fn missing(&self, content: Content, connected: &Connected) -> Option<Missing> {
        match (content, self.tool(content)) {
            (_, Tool::Huan) => None,
            (_, Tool::Teambition) => (!connected.project).then_some(Missing::Project),
            (Content::Documents, _) => (!connected.mirror).then_some(Missing::Mirror),
            (_, Tool::Groups) => connected.groups.is_empty().then_some(Missing::Group),
            (_, tool) => {
                let there = connected.groups.iter().any(|platform| platform.as_str() == tool.name());
                (!there).then_some(Missing::Group)
            }
        }
    }

    /// What is wrong with it: a milestone without a name or a day to come, a duty for which nobody answers, or two people, or
    /// somebody who takes no part.
    pub fn review(&self, goal_on: Option<Date>, today: Date, members: &[PersonId]) -> Vec<CharterFinding> {
        let mut findings = Vec::new();
        for (place, milestone) in self.milestones.iter().enumerate() {
            let flaw = match milestone.on {
                _ if milestone.name.trim().is_empty() => Some(Flaw::MilestoneUnnamed),
                None => Some(Flaw::MilestoneUndated),
                Some(on) if on < today => Some(Flaw::MilestonePast),
                Some(on) if goal_on.is_some_and(|goal_on| on > goal_on) => Some(Flaw::MilestoneAfterGoal),
                Some(_) => None,
            };
            findings.extend(flaw.map(|flaw| CharterFinding { flaw, place }));
        }
        for (place, duty) in self.duties.iter().enumerate() {
            let same = |other: &&Duty| key(&other.name) == key(&duty.name) && other.person.is_some();
            let flaw = match &duty.person {
                _ if duty.name.trim().is_empty() => Some(Flaw::DutyUnnamed),
                None => Some(Flaw::Hole),
                Some(person) if !members.contains(person) => Some(Flaw::Stranger),
                Some(_) if self.duties.iter().filter(same).count() > 1 => Some(Flaw::Double),
                Some(_) => None,
            };
            findings.extend(flaw.map(|flaw| CharterFinding { flaw, place }));
        }
        findings
    }

    /// The names of the duties that somebody answers for.
    pub fn duties_of(&self, person: &PersonId) -> Vec<&str> {
        self.duties.iter().filter(|duty| duty.person.as_ref() == Some(person)).map(|duty| duty.name.as_str()).collect()
    }
}

/// What makes two names the same duty.
fn key(name: &str) -> String {
    name.chars().filter(|char| !char.is_whitespace()).flat_map(char::to_lowercase).collect()
}

names! {
    /// What can be wrong with a charter. `start.flaw.<name>` is its text.
    Flaw {
        /// A milestone has no name.
        MilestoneUnnamed = "milestone_unnamed",
        /// A milestone has no day.
        MilestoneUndated = "milestone_undated",
        /// The day of a milestone has passed.
        MilestonePast = "milestone_past",
        /// A milestone comes after the goal's day.
        MilestoneAfterGoal = "milestone_after_goal",
        /// A duty has no name.
        DutyUnnamed = "duty_unnamed",
        /// Nobody answers for a duty.
        Hole = "hole",
        /// A duty is there twice.
        Double = "double",
        /// Whoever answers for a duty takes no part.
        Stranger = "stranger",
    }
}

impl Flaw {
    /// Whether it is about a milestone, and not about a duty.
    pub fn is_of_a_milestone(self) -> bool {
        matches!(self, Self::MilestoneUnnamed | Self::MilestoneUndated | Self::MilestonePast | Self::MilestoneAfterGoal)
    }
}

/// Something wrong with a charter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharterFinding {
    /// What.
    pub flaw: Flaw,
    /// The place of the milestone or duty, from 0.
    pub place: usize,
}

impl CharterFinding {
    /// What is wrong, in words.
    pub fn describe(&self, language: Language) -> String {
        text(language, &format!("start.flaw.{}", self.flaw), &[])
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::i18n::has;

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn duty(name: &str, who: Option<u128>) -> Duty {
        Duty { name: name.into(), boundary: String::new(), person: who.map(person) }
    }

    #[test]
    fn b2_holes_and_double_duties_are_found() {
        let charter = Charter {
            duties: vec![
                duty("提出需求", Some(1)),
                duty("评估技术", None),
                duty("设计原型", Some(2)),
                duty("设计 原型", Some(1)),
                duty("验收", Some(9)),
                duty(" ", Some(1)),
            ],
            ..Charter::default()
        };
        let found = charter.review(None, date(2026, 11, 25), &[person(1), person(2)]);
        let found: Vec<(Flaw, usize)> = found.into_iter().map(|finding| (finding.flaw, finding.place)).collect();
        let expected =
            [(Flaw::Hole, 1), (Flaw::Double, 2), (Flaw::Double, 3), (Flaw::Stranger, 4), (Flaw::DutyUnnamed, 5)];
        assert_eq!(found, expected);
        assert_eq!(charter.duties_of(&person(2)), ["设计原型"]);
    }

    #[test]
    fn c1_each_milestone_has_a_day_to_come_before_the_goal() {
        let milestone = |name: &str, on| Milestone { name: name.into(), on };
        let charter = Charter {
            milestones: vec![
                milestone("初稿", Some(date(2026, 12, 1))),
                milestone("评审", None),
                milestone("", Some(date(2026, 12, 1))),
                milestone("调研", Some(date(2026, 11, 24))),
                milestone("发布", Some(date(2027, 1, 1))),
            ],
            ..Charter::default()
        };
        let found = charter.review(Some(date(2026, 12, 18)), date(2026, 11, 25), &[]);
        let found: Vec<(Flaw, usize)> = found.into_iter().map(|finding| (finding.flaw, finding.place)).collect();
        let expected = [
            (Flaw::MilestoneUndated, 1),
            (Flaw::MilestoneUnnamed, 2),
            (Flaw::MilestonePast, 3),
            (Flaw::MilestoneAfterGoal, 4),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn b3_the_choice_of_tools_says_where_things_are_posted() {
        let groups = || {
            vec![(1, PlatformKey::new("dingtalk")), (2, PlatformKey::new("feishu")), (3, PlatformKey::new("feishu"))]
        };
        let mut charter = Charter::default();
        assert_eq!(charter.groups_for(Content::Minutes, groups()), [1, 2, 3], "everywhere, unless one is chosen");
        charter.tools.insert(Content::Minutes, Tool::Feishu);
        assert_eq!(charter.groups_for(Content::Minutes, groups()), [2, 3]);
        assert_eq!(charter.groups_for(Content::Reports, groups()), [1, 2, 3]);
        let only_dingtalk = vec![(1, PlatformKey::new("dingtalk"))];
        assert_eq!(charter.groups_for(Content::Minutes, only_dingtalk), [1], "no group there: nothing stays unsaid");
    }

    #[test]
    fn b3_what_was_agreed_on_and_goes_nowhere_yet_is_known() {
        let mut charter = Charter::default();
        let nothing = Connected::default();
        let missing = |charter: &Charter, connected: &Connected| {
            Content::ALL.iter().map(|content| charter.missing(*content, connected)).collect::<Vec<_>>()
        };
        let group = Some(Missing::Group);
        assert_eq!(
            missing(&charter, &nothing),
            [group, Some(Missing::Mirror), Some(Missing::Project), group, group],
            "daily talk, documents, tasks, minutes, reports"
        );
        let feishu = Connected { groups: vec![PlatformKey::new("feishu")], project: true, mirror: true };
        assert_eq!(missing(&charter, &feishu), [group, None, None, None, None], "daily talk belongs to DingTalk");
        charter.tools.insert(Content::DailyTalk, Tool::Feishu);
        charter.tools.insert(Content::Minutes, Tool::Dingtalk);
        assert_eq!(missing(&charter, &feishu), [None, None, None, group, None]);
        charter.tools.insert(Content::Documents, Tool::Huan);
        charter.tools.insert(Content::Tasks, Tool::Huan);
        let groups = Connected { groups: vec![PlatformKey::new("dingtalk")], ..Connected::default() };
        assert_eq!(missing(&charter, &groups), [group, None, None, None, None]);
    }

    #[test]
    fn every_name_has_its_words() {
        let contents = Content::ALL.iter().map(|content| format!("start.content.{content}"));
        let tools = Tool::ALL.iter().map(|tool| format!("start.tool.{tool}"));
        let missing = Missing::ALL.iter().map(|missing| format!("start.missing.{missing}"));
        let flaws = Flaw::ALL.iter().map(|flaw| format!("start.flaw.{flaw}"));
        for key in contents.chain(tools).chain(missing).chain(flaws) {
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
        for content in Content::ALL {
            assert!(content.tools().contains(&content.usual()), "{content}");
        }
    }
}
