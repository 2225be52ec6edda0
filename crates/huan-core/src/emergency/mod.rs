//! Emergencies 「紧急」: the emergency plan 「应急预案」 that runs for an urgent problem (E2).
//!
//! An urgent problem is what is raised, acknowledged and solved ([`crate::problem`]); the emergency is what goes on
//! around it: roles, a checklist with times, a war room, stage reports and the fault report 「故障报告」.
//!
//! ```text
//!            all-clear                report filed
//!  Running ────────────▶ AllClear ────────────────▶ (nothing owed)
//!   │  ▲                    │
//!   │  └──── reopened ──────┘
//!   └── no emergency after all ──▶ StoodDown
//! ```
//! While it runs a clock asks for stage reports and each open point of the checklist has its own; after the all-clear one
//! asks for the fault report. A drill 「演练」 is the same plan, with everything marked; nobody's telephone rings in it
//! unless that was chosen.

mod checklist;
mod fault_report;
mod stage_report;
mod template;
mod timeline;

pub use checklist::{ChecklistItem, ItemState};
pub use fault_report::{FaultReport, Filed, Gap, Measure, ReportFacts, ReportLine, draft};
pub use stage_report::{StageFacts, stage_report};
pub use template::{Candidates, Fill, Pace, Paces, PlanTemplate, TemplateError, TemplateItem, TemplateRole, shipped};
pub use timeline::{TimelineKind, kind_of};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    clock::Trigger,
    id::{ChannelId, CollaborationId, EmergencyId, PersonId, ProblemId},
    names::names,
    problem::Severity,
};

/// An emergency: the plan that runs for an urgent problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// The id.
    pub id: EmergencyId,
    /// The urgent problem. One emergency each.
    pub problem: ProblemId,
    /// Its collaboration.
    pub collaboration: CollaborationId,
    /// The template's key.
    pub plan: String,
    /// The template's name when it started.
    pub plan_name: String,
    /// How severe it is.
    pub severity: Severity,
    /// Whom it calls and how often it asks, by its severity.
    pub pace: Pace,
    /// Where it stands.
    pub phase: Phase,
    /// The roles, each with exactly one person (I3).
    pub roles: Vec<PlanRole>,
    /// Whether this is a drill 「演练」.
    pub drill: bool,
    /// Whether telephones ring and everybody is called on. Always, but in a drill only when that was chosen.
    pub calls: bool,
    /// The group that serves as war room.
    pub war_room: Option<ChannelId>,
    /// The address of a conference, where there is one.
    pub meeting: Option<String>,
    /// Who has acknowledged, the first one first.
    pub acknowledged: Vec<Acknowledgement>,
    /// The fault report, from its first draft on.
    pub report: Option<FaultReport>,
    /// When it started.
    pub started_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// Where an emergency stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Phase {
    /// 处置中.
    Running,
    /// 已解除.
    AllClear {
        /// What was said.
        words: String,
        /// Who gave it.
        by: PersonId,
        /// When.
        at: Timestamp,
    },
    /// 已撤销: it turned out to be no emergency, or goes on as another.
    StoodDown {
        /// When.
        at: Timestamp,
    },
}

names! {
    /// Where an emergency stands, without the particulars.
    PhaseName {
        /// The plan runs.
        Running = "running",
        /// The all-clear was given.
        AllClear = "all_clear",
        /// It was none.
        StoodDown = "stood_down",
    }
}

impl Phase {
    /// Its name.
    pub fn name(&self) -> PhaseName {
        match self {
            Self::Running => PhaseName::Running,
            Self::AllClear { .. } => PhaseName::AllClear,
            Self::StoodDown { .. } => PhaseName::StoodDown,
        }
    }
}

/// A role of the plan and who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRole {
    /// Its key in the template.
    pub key: String,
    /// Its name: 总指挥.
    pub name: String,
    /// What it answers for.
    pub duty: String,
    /// Who has it.
    pub person: PersonId,
}

/// Somebody acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// Who.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A step that an emergency does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmergencyError {
    /// It is not in a phase in which this can be done.
    #[error("the emergency is {0}: this cannot be done now")]
    WrongPhase(PhaseName),
    /// The plan has no such role.
    #[error("the plan has no such role")]
    UnknownRole,
    /// An all-clear, a note or a reason without a word.
    #[error("words are missing")]
    WordsMissing,
    /// The point of the checklist is done or left out already, or open.
    #[error("the point is not in a state in which this can be done")]
    WrongItemState,
    /// The fault report is filed: it is changed no more.
    #[error("the fault report is filed")]
    ReportFiled,
    /// The fault report lacks something.
    #[error("the fault report lacks {}", .0.name())]
    ReportIncomplete(Gap),
}

impl Emergency {
    /// Whether the plan runs.
    pub fn is_running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// When the all-clear was given, or it was stood down.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::Running => None,
            Phase::AllClear { at, .. } | Phase::StoodDown { at } => Some(*at),
        }
    }

    /// The clock that runs for the emergency itself; points of the checklist have their own.
    pub fn clock(&self) -> Option<Trigger> {
        match &self.phase {
            Phase::Running => Some(Trigger::StageReport),
            Phase::AllClear { .. } if !self.is_filed() => Some(Trigger::FaultReport),
            Phase::AllClear { .. } | Phase::StoodDown { .. } => None,
        }
    }

    /// Whether the fault report is filed.
    pub fn is_filed(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.filed.is_some())
    }

    /// Who leads: whoever has the first role, which every plan has.
    pub fn commander(&self) -> Option<&PersonId> {
        self.roles.first().map(|role| &role.person)
    }

    /// Who has a role; the commander for a role that is named nowhere.
    pub fn holder(&self, role: Option<&str>) -> Option<&PersonId> {
        let named = role.and_then(|key| self.roles.iter().find(|role| role.key == key));
        named.map(|role| &role.person).or_else(|| self.commander())
    }

    /// Whether a person has a role.
    pub fn has_role(&self, person: &PersonId) -> bool {
        self.roles.iter().any(|role| role.person == *person)
    }

    fn require_running(&self) -> Result<(), EmergencyError> {
        if self.is_running() { Ok(()) } else { Err(EmergencyError::WrongPhase(self.phase.name())) }
    }

    /// Gives a role to somebody. Says whether that changed anything.
    ///
    /// # Errors
    /// When it does not run, or has no such role.
    pub fn fill_role(&mut self, key: &str, person: PersonId) -> Result<bool, EmergencyError> {
        self.require_running()?;
        let role = self.roles.iter_mut().find(|role| role.key == key).ok_or(EmergencyError::UnknownRole)?;
        let changed = role.person != person;
        role.person = person;
        Ok(changed)
    }

    /// Gives every role that `from` has to `to`: `from` leaves (I7). Says whether there was one.
    pub fn hand_over(&mut self, from: &PersonId, to: &PersonId) -> bool {
        let mut any = false;
        for role in self.roles.iter_mut().filter(|role| role.person == *from) {
            role.person = to.clone();
            any = true;
        }
        any
    }

    /// Notes that somebody acknowledged. Says whether they had not before.
    pub fn acknowledge(&mut self, person: &PersonId, at: Timestamp) -> bool {
        if !self.is_running() || self.acknowledged.iter().any(|earlier| earlier.person == *person) {
            return false;
        }
        self.acknowledged.push(Acknowledgement { person: person.clone(), at });
        true
    }

    /// It is more or less severe than was thought.
    ///
    /// # Errors
    /// When it does not run.
    pub fn set_severity(&mut self, severity: Severity, pace: Pace) -> Result<(), EmergencyError> {
        self.require_running()?;
        self.severity = severity;
        self.pace = pace;
        Ok(())
    }

    /// The all-clear.
    ///
    /// # Errors
    /// When it does not run, or nothing is said.
    pub fn all_clear(&mut self, words: String, by: PersonId, at: Timestamp) -> Result<(), EmergencyError> {
        self.require_running()?;
        if words.trim().is_empty() {
            return Err(EmergencyError::WordsMissing);
        }
        self.phase = Phase::AllClear { words, by, at };
        Ok(())
    }

    /// It was no emergency, or goes on as another one.
    ///
    /// # Errors
    /// When it does not run.
    pub fn stand_down(&mut self, at: Timestamp) -> Result<(), EmergencyError> {
        self.require_running()?;
        self.phase = Phase::StoodDown { at };
        Ok(())
    }

    /// It is not over after all. A report that was filed is a draft again: it tells of half the matter.
    ///
    /// # Errors
    /// When it runs.
    pub fn resume(&mut self) -> Result<(), EmergencyError> {
        if self.is_running() {
            return Err(EmergencyError::WrongPhase(self.phase.name()));
        }
        self.phase = Phase::Running;
        if let Some(report) = &mut self.report {
            report.filed = None;
        }
        Ok(())
    }

    /// Writes the fault report, as far as it has come.
    ///
    /// # Errors
    /// When it is filed, or there was no emergency.
    pub fn write_report(&mut self, report: FaultReport) -> Result<(), EmergencyError> {
        if self.is_filed() {
            return Err(EmergencyError::ReportFiled);
        }
        if let Phase::StoodDown { .. } = self.phase {
            return Err(EmergencyError::WrongPhase(self.phase.name()));
        }
        self.report = Some(FaultReport { filed: None, ..report });
        Ok(())
    }

    /// Files the fault report.
    ///
    /// # Errors
    /// Before the all-clear, when it is filed already, or when it lacks something.
    pub fn file_report(&mut self, by: PersonId, at: Timestamp) -> Result<(), EmergencyError> {
        let Phase::AllClear { .. } = self.phase else {
            return Err(EmergencyError::WrongPhase(self.phase.name()));
        };
        if self.is_filed() {
            return Err(EmergencyError::ReportFiled);
        }
        let report = self.report.as_mut().ok_or(EmergencyError::ReportIncomplete(Gap::Summary))?;
        if let Some(gap) = report.gap() {
            return Err(EmergencyError::ReportIncomplete(gap));
        }
        report.filed = Some(Filed { by, at });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    fn person(bits: u128) -> PersonId {
        PersonId::from_bits(bits)
    }

    fn running() -> Emergency {
        let template = shipped(Language::Chinese).remove(0);
        let candidates = Candidates {
            owner: person(1),
            raiser: person(2),
            superior: Some(person(3)),
            assistant: None,
            call_list: vec![person(1), person(4)],
        };
        Emergency {
            id: EmergencyId::from_bits(1),
            problem: ProblemId::from_bits(1),
            collaboration: CollaborationId::from_bits(1),
            plan: template.key.clone(),
            plan_name: template.name.clone(),
            severity: Severity::One,
            pace: template.paces.of(Severity::One),
            phase: Phase::Running,
            roles: template.fill(&candidates),
            drill: false,
            calls: true,
            war_room: None,
            meeting: None,
            acknowledged: Vec::new(),
            report: None,
            started_at: at(0),
            updated_at: at(0),
            version: 1,
        }
    }

    fn report() -> FaultReport {
        FaultReport {
            summary: "支付失败".into(),
            cause: "服务器负载".into(),
            measures: vec![Measure { what: "压测".into(), owner: Some(person(1)), due: Some(at(9_000)), task: None }],
            ..FaultReport::default()
        }
    }

    #[test]
    fn e2_from_the_start_to_the_filed_report_exactly_what_is_owed_has_a_clock() {
        let mut emergency = running();
        assert_eq!(emergency.clock(), Some(Trigger::StageReport));
        assert_eq!(emergency.file_report(person(1), at(1)), Err(EmergencyError::WrongPhase(PhaseName::Running)));
        assert_eq!(emergency.all_clear(" ".into(), person(1), at(1)), Err(EmergencyError::WordsMissing));
        emergency.all_clear("已恢复".into(), person(1), at(30)).unwrap();
        assert_eq!((emergency.clock(), emergency.ended_at()), (Some(Trigger::FaultReport), Some(at(30))));
        assert_eq!(
            emergency.fill_role("commander", person(9)),
            Err(EmergencyError::WrongPhase(PhaseName::AllClear)),
            "what is over is not led any more"
        );
        emergency.write_report(report()).unwrap();
        emergency.file_report(person(1), at(60)).unwrap();
        assert_eq!(emergency.clock(), None);
        assert_eq!(emergency.write_report(report()), Err(EmergencyError::ReportFiled));
        emergency.resume().unwrap();
        assert_eq!(emergency.clock(), Some(Trigger::StageReport));
        assert!(!emergency.is_filed(), "it tells of half the matter");
        emergency.stand_down(at(90)).unwrap();
        assert_eq!(emergency.clock(), None);
        assert_eq!(emergency.write_report(report()), Err(EmergencyError::WrongPhase(PhaseName::StoodDown)));
    }

    #[test]
    fn e2_a_report_without_cause_or_with_a_measure_that_nobody_owns_is_not_filed() {
        let mut emergency = running();
        emergency.all_clear("已恢复".into(), person(1), at(30)).unwrap();
        let refused = |emergency: &mut Emergency, report: FaultReport| {
            emergency.write_report(report).unwrap();
            emergency.file_report(person(1), at(60)).unwrap_err()
        };
        let incomplete = EmergencyError::ReportIncomplete;
        let without = FaultReport { cause: " ".into(), ..report() };
        assert_eq!(refused(&mut emergency, without), incomplete(Gap::Cause));
        let without = FaultReport { measures: Vec::new(), ..report() };
        assert_eq!(refused(&mut emergency, without), incomplete(Gap::Measures));
        let mut without = report();
        without.measures[0].owner = None;
        assert_eq!(refused(&mut emergency, without), incomplete(Gap::MeasureOwner));
        let mut without = report();
        without.measures[0].due = None;
        assert_eq!(refused(&mut emergency, without), incomplete(Gap::MeasureDue));
    }

    #[test]
    fn i3_every_role_has_one_person_and_none_is_left_with_somebody_who_leaves() {
        let mut emergency = running();
        assert!(emergency.roles.len() > 2);
        assert!(!emergency.fill_role("commander", person(3)).unwrap(), "the owner's superior leads already");
        assert!(emergency.fill_role("commander", person(9)).unwrap());
        assert_eq!(emergency.commander(), Some(&person(9)));
        assert_eq!(emergency.holder(Some("nonsense")), Some(&person(9)));
        assert_eq!(emergency.fill_role("nonsense", person(9)), Err(EmergencyError::UnknownRole));
        assert!(emergency.hand_over(&person(9), &person(4)));
        assert!(!emergency.hand_over(&person(9), &person(4)));
        assert!(emergency.has_role(&person(4)) && !emergency.has_role(&person(9)));
    }

    #[test]
    fn e2_who_acknowledges_twice_counts_once() {
        let mut emergency = running();
        assert!(emergency.acknowledge(&person(1), at(1)));
        assert!(!emergency.acknowledge(&person(1), at(2)));
        assert!(emergency.acknowledge(&person(4), at(3)));
        assert_eq!(emergency.acknowledged.iter().map(|one| one.at).collect::<Vec<_>>(), [at(1), at(3)]);
        emergency.all_clear("已恢复".into(), person(1), at(30)).unwrap();
        assert!(!emergency.acknowledge(&person(2), at(31)));
    }
}
