//! The guided start of a collaboration 「新建协作」: everything that is asked, kept while it is unfinished, from a template of the
//! five situations or from a collaboration that was archived (A1, B1–B4).

mod template;

use jiff::{Timestamp, Zoned, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    charter::{Charter, CharterFinding},
    clock::ServiceLevels,
    collaboration::Role,
    goal::{self, GoalFinding},
    id::{AccountId, ChannelId, CollaborationId, PersonId, StartId},
    situation::Situation,
};

pub use template::{Template, templates};

/// A start that is not finished.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedStart {
    /// The id.
    pub id: StartId,
    /// Whose it is: nobody else sees it.
    pub person: PersonId,
    /// What was entered.
    pub start: Start,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When something was entered.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// What is entered for a collaboration to be started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// What it starts from.
    pub from: StartFrom,
    /// A short name.
    pub name: String,
    /// The core goal.
    pub goal: String,
    /// The day by which it is to be reached.
    pub goal_on: Option<Date>,
    /// Whether the goal stays as it is, though it was questioned.
    pub goal_as_it_is: bool,
    /// Milestones, duties and tools.
    pub charter: Charter,
    /// Who takes part beside the initiator, who is whoever starts it.
    pub members: Vec<StartMember>,
    /// The usage rules.
    pub rules: String,
    /// How long each kind of matter may take, and the rhythm.
    pub levels: ServiceLevels,
    /// Its groups.
    pub groups: Vec<StartGroup>,
}

/// What a collaboration starts from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum StartFrom {
    /// A situation.
    Situation {
        /// Which.
        situation: Situation,
    },
    /// A collaboration that was archived.
    Collaboration {
        /// Which.
        collaboration: CollaborationId,
    },
}

/// Somebody who will take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartMember {
    /// Who.
    pub person: PersonId,
    /// As what; there is one initiator, whoever starts it.
    pub role: Role,
}

/// A group of the collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum StartGroup {
    /// One that exists is bound.
    Bind {
        /// Which.
        channel: ChannelId,
    },
    /// One is made on a platform.
    Make {
        /// By which account.
        account: AccountId,
        /// Its name.
        title: String,
    },
}

/// What keeps a start from being carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartFinding {
    /// It has no name.
    Unnamed,
    /// The goal is doubtful.
    Goal(GoalFinding),
    /// Something is wrong with milestones or duties.
    Charter(CharterFinding),
    /// There are no usage rules.
    NoRules,
}

impl Start {
    /// What keeps it from being carried out by `initiator`; nothing when it is complete.
    pub fn review(&self, initiator: &PersonId, now: &Zoned) -> Vec<StartFinding> {
        let mut findings = Vec::new();
        if self.name.trim().is_empty() {
            findings.push(StartFinding::Unnamed);
        }
        if !self.goal_as_it_is || self.goal.trim().is_empty() {
            findings.extend(goal::review(&self.goal, self.goal_on, now).into_iter().map(StartFinding::Goal));
        }
        let people: Vec<PersonId> =
            self.members.iter().map(|member| &member.person).chain([initiator]).cloned().collect();
        let of_charter = self.charter.review(self.goal_on, now.date(), &people);
        findings.extend(of_charter.into_iter().map(StartFinding::Charter));
        if self.rules.trim().is_empty() {
            findings.push(StartFinding::NoRules);
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::{HolidayCalendar, WorkingHours, WorkingTime},
        charter::Flaw,
        goal::Doubt,
        i18n::Language,
    };

    fn now() -> Zoned {
        "2026-09-25T10:00:00+08:00[Asia/Shanghai]".parse().unwrap()
    }

    fn from_template(situation: Situation) -> Start {
        let (hours, holidays) = (WorkingHours::office_in_china(), HolidayCalendar::shipped());
        let time = WorkingTime::new(&hours, &holidays);
        let template = templates(Language::Chinese).iter().find(|template| template.situation == situation).unwrap();
        template.start(situation.levels(), now().date(), time)
    }

    #[test]
    fn a1_each_situation_starts_with_milestones_duties_tools_and_rules() {
        for language in Language::ALL {
            let situations: Vec<Situation> = templates(language).iter().map(|template| template.situation).collect();
            assert_eq!(situations, Situation::ALL);
        }
        for situation in Situation::ALL {
            let start = from_template(*situation);
            assert!(start.charter.milestones.len() >= 3, "{situation}");
            assert!(start.charter.duties.len() >= 3, "{situation}");
            assert!(start.rules.contains("@全体"), "{situation}");
            let days: Vec<Option<Date>> = start.charter.milestones.iter().map(|milestone| milestone.on).collect();
            assert!(days.is_sorted() && days.iter().all(Option::is_some), "{situation}: {days:?}");
            let json = serde_json::to_value(&start).unwrap();
            assert_eq!(serde_json::from_value::<Start>(json).unwrap(), start);
        }
        // Over National Day, ten working days are more than two weeks.
        let holidays = jiff::civil::date(2026, 10, 1)..=jiff::civil::date(2026, 10, 7);
        let start = from_template(Situation::JointProject);
        assert!(
            start.charter.milestones.iter().filter_map(|milestone| milestone.on).all(|day| !holidays.contains(&day))
        );
    }

    #[test]
    fn b1_b2_a_start_is_carried_out_when_nothing_is_doubtful() {
        let me = PersonId::from_bits(1);
        let mut start = from_template(Situation::JointProject);
        let findings = start.review(&me, &now());
        assert!(findings.contains(&StartFinding::Unnamed), "{findings:?}");
        assert!(
            findings
                .iter()
                .any(|finding| matches!(finding, StartFinding::Goal(doubt) if doubt.doubt == Doubt::Missing))
        );
        let hole = |finding: &StartFinding| matches!(finding, StartFinding::Charter(found) if found.flaw == Flaw::Hole);
        assert_eq!(findings.iter().filter(|finding| hole(finding)).count(), start.charter.duties.len());
        start.name = "产品V2.0".into();
        start.goal = "推进需求".into();
        start.goal_on = start.charter.milestones.last().unwrap().on;
        for duty in &mut start.charter.duties {
            duty.person = Some(me.clone());
        }
        let findings = start.review(&me, &now());
        assert!(matches!(findings.as_slice(), [StartFinding::Goal(_)]), "{findings:?}");
        start.goal_as_it_is = true;
        assert_eq!(start.review(&me, &now()), [], "questioned, and kept all the same");
    }
}
