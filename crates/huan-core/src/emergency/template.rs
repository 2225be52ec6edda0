//! Templates of emergency plans: data, shipped in both languages, editable by an administrator.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ChecklistItem, Emergency, ItemState, PlanRole};
use crate::{
    clock::ServiceLevels,
    i18n::Language,
    id::{ChecklistItemId, EmergencyId, PersonId},
    problem::Severity,
};

/// A day: nothing in an emergency is asked for less often, and no point of a checklist takes longer.
const LONGEST: u32 = 24 * 60;
/// The longest text of a template, in characters.
const LONGEST_TEXT: usize = 500;
/// More roles, points or people at once than this are a slip of the pen.
const MOST: usize = 50;

/// A template of an emergency plan 「应急预案」.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanTemplate {
    /// Its stable name.
    pub key: String,
    /// Its name: 系统故障应急预案.
    pub name: String,
    /// When it is used.
    pub summary: String,
    /// Its roles; the first one leads.
    pub roles: Vec<TemplateRole>,
    /// What is to be done.
    pub checklist: Vec<TemplateItem>,
    /// Whom it calls and how often it asks, by severity.
    pub paces: Paces,
    /// Whether a group is made as war room 「新建作战群」, on the platform that reaches most of those with a role.
    #[serde(default)]
    pub new_group: bool,
    /// Whether it is out of use: no emergency is raised with it any more, and it stays to be read.
    #[serde(default)]
    pub retired: bool,
}

/// A role of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateRole {
    /// Its stable name.
    pub key: String,
    /// Its name: 总指挥.
    pub name: String,
    /// What it answers for.
    #[serde(default)]
    pub duty: String,
    /// Who has it at first.
    pub fill: Fill,
}

/// Who has a role at first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Fill {
    /// The owner of the problem.
    Owner,
    /// Whoever raised it.
    Raiser,
    /// The owner's nearest superior.
    Superior,
    /// A project assistant of the collaboration.
    Assistant,
    /// Whoever has this place on the call list, from 0.
    CallList {
        /// The place.
        place: u32,
    },
    /// This person.
    Person {
        /// Who.
        person: PersonId,
    },
}

/// A point of a template's checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateItem {
    /// What is to be done.
    pub text: String,
    /// The key of the role that answers for it; without one the first role does.
    #[serde(default)]
    pub role: Option<String>,
    /// Minutes after the start by which it is to be done.
    pub after_minutes: u32,
    /// The least severity at which it is asked for; [`Severity::Three`] means always.
    #[serde(default = "always")]
    pub from: Severity,
}

fn always() -> Severity {
    Severity::Three
}

/// The pace of each severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paces {
    /// I 级.
    pub one: Pace,
    /// II 级.
    pub two: Pace,
    /// III 级.
    pub three: Pace,
}

/// Whom an emergency calls, and how often it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    /// How many people of the call list are rung at once when it is raised.
    pub ring_at_once: u32,
    /// Minutes until the next person is rung; without it the service level of the collaboration.
    #[serde(default)]
    pub ring_every_minutes: Option<u32>,
    /// Minutes from one stage report to the next; without it the service level of the collaboration.
    #[serde(default)]
    pub report_every_minutes: Option<u32>,
    /// Whether everybody in the groups is called on 「@全体」.
    pub everybody: bool,
}

impl Pace {
    /// The service levels under which the clocks of an emergency of this pace run.
    #[must_use]
    pub fn over(&self, levels: &ServiceLevels) -> ServiceLevels {
        let mut levels = levels.clone();
        if let Some(minutes) = self.ring_every_minutes {
            levels.urgent_problem.ring_every_minutes = minutes;
        }
        if let Some(minutes) = self.report_every_minutes {
            levels.stage_report.report_every_minutes = minutes;
        }
        levels
    }
}

impl Paces {
    /// The pace of a severity.
    pub fn of(&self, severity: Severity) -> Pace {
        match severity {
            Severity::One => self.one.clone(),
            Severity::Two => self.two.clone(),
            Severity::Three => self.three.clone(),
        }
    }
}

/// Who is there to fill roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The owner of the problem.
    pub owner: PersonId,
    /// Whoever raised it.
    pub raiser: PersonId,
    /// The owner's nearest superior.
    pub superior: Option<PersonId>,
    /// A project assistant.
    pub assistant: Option<PersonId>,
    /// The call list, the owner first.
    pub call_list: Vec<PersonId>,
}

/// What is wrong with a template that somebody edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {code}")]
pub struct TemplateError {
    /// The field: `checklist.2.role`.
    pub field: String,
    /// The stable name of what is wrong.
    pub code: &'static str,
}

impl PlanTemplate {
    /// Gives every role to somebody: where whoever is meant is not there, to the owner of the problem (I3).
    pub fn fill(&self, candidates: &Candidates) -> Vec<PlanRole> {
        let person = |fill: &Fill| match fill {
            Fill::Owner => None,
            Fill::Raiser => Some(candidates.raiser.clone()),
            Fill::Superior => candidates.superior.clone(),
            Fill::Assistant => candidates.assistant.clone(),
            Fill::CallList { place } => {
                usize::try_from(*place).ok().and_then(|place| candidates.call_list.get(place)).cloned()
            }
            Fill::Person { person } => Some(person.clone()),
        };
        let role = |role: &TemplateRole| PlanRole {
            key: role.key.clone(),
            name: role.name.clone(),
            duty: role.duty.clone(),
            person: person(&role.fill).unwrap_or_else(|| candidates.owner.clone()),
        };
        self.roles.iter().map(role).collect()
    }

    /// The checklist of an emergency that starts now, in the order in which its points are due.
    pub fn checklist(
        &self,
        emergency: &EmergencyId,
        severity: Severity,
        start: Timestamp,
        mut id: impl FnMut() -> ChecklistItemId,
    ) -> Vec<ChecklistItem> {
        // I 级 is the gravest and sorts first.
        let mut points: Vec<&TemplateItem> = self.checklist.iter().filter(|item| severity <= item.from).collect();
        points.sort_by_key(|item| item.after_minutes);
        let item = |(place, point): (u32, &TemplateItem)| ChecklistItem {
            id: id(),
            emergency: emergency.clone(),
            place,
            text: point.text.clone(),
            role: point.role.clone(),
            due_at: after(start, point.after_minutes),
            state: ItemState::Open,
            version: 1,
        };
        (0_u32..).zip(points).map(item).collect()
    }

    /// Checks a template that a person edited.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), TemplateError> {
        let wrong = |field: String, code| Err(TemplateError { field, code });
        let bad = |text: &str| match text.trim() {
            "" => Some("required"),
            text if text.chars().count() > LONGEST_TEXT => Some("too_long"),
            _ => None,
        };
        let mark = |text: &str| {
            !text.is_empty()
                && text.len() <= 40
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if !mark(&self.key) {
            return wrong("key".into(), "unknown");
        }
        if let Some(code) = bad(&self.name) {
            return wrong("name".into(), code);
        }
        if self.summary.chars().count() > LONGEST_TEXT {
            return wrong("summary".into(), "too_long");
        }
        if self.roles.is_empty() {
            return wrong("roles".into(), "required");
        }
        if self.roles.len() > MOST {
            return wrong("roles".into(), "too_long");
        }
        if self.checklist.len() > MOST {
            return wrong("checklist".into(), "too_long");
        }
        let mut keys = BTreeSet::new();
        for (number, role) in self.roles.iter().enumerate() {
            if !mark(&role.key) || !keys.insert(role.key.as_str()) {
                return wrong(format!("roles.{number}.key"), "unknown");
            }
            if let Some(code) = bad(&role.name) {
                return wrong(format!("roles.{number}.name"), code);
            }
            if role.duty.chars().count() > LONGEST_TEXT {
                return wrong(format!("roles.{number}.duty"), "too_long");
            }
        }
        for (number, item) in self.checklist.iter().enumerate() {
            if let Some(code) = bad(&item.text) {
                return wrong(format!("checklist.{number}.text"), code);
            }
            if item.role.as_deref().is_some_and(|role| !keys.contains(role)) {
                return wrong(format!("checklist.{number}.role"), "unknown");
            }
            if item.after_minutes > LONGEST {
                return wrong(format!("checklist.{number}.after_minutes"), "out_of_range");
            }
        }
        for severity in Severity::ALL {
            let pace = self.paces.of(severity);
            let every = [pace.ring_every_minutes, pace.report_every_minutes];
            let in_range = |minutes: u32| (1..=LONGEST).contains(&minutes);
            if !every.into_iter().flatten().all(in_range) || !(1..=10).contains(&pace.ring_at_once) {
                return wrong(format!("paces.{}", severity.name()), "out_of_range");
            }
        }
        Ok(())
    }
}

impl Emergency {
    /// A point of the checklist that somebody adds while the plan runs.
    pub fn new_item(
        &self,
        id: ChecklistItemId,
        place: u32,
        text: String,
        role: Option<String>,
        due_at: Timestamp,
    ) -> ChecklistItem {
        ChecklistItem { id, emergency: self.id.clone(), place, text, role, due_at, state: ItemState::Open, version: 1 }
    }
}

fn after(start: Timestamp, minutes: u32) -> Timestamp {
    start.saturating_add(SignedDuration::from_mins(i64::from(minutes))).unwrap_or(Timestamp::MAX)
}

/// The templates that come with the program; the first is used where none is named.
pub fn shipped(language: Language) -> Vec<PlanTemplate> {
    let file = match language {
        Language::Chinese => include_str!("templates/zh-CN.json"),
        Language::English => include_str!("templates/en.json"),
    };
    // The files are part of the program and a test reads each one.
    serde_json::from_str(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates() -> Candidates {
        Candidates {
            owner: PersonId::from_bits(1),
            raiser: PersonId::from_bits(2),
            superior: None,
            assistant: Some(PersonId::from_bits(3)),
            call_list: vec![PersonId::from_bits(1), PersonId::from_bits(4)],
        }
    }

    #[test]
    fn e2_the_shipped_templates_are_sound_and_the_same_in_both_languages() {
        let (chinese, english) = (shipped(Language::Chinese), shipped(Language::English));
        assert!(chinese.len() >= 2);
        let shape = |templates: &[PlanTemplate]| {
            let one = |template: &PlanTemplate| {
                let roles: Vec<_> = template.roles.iter().map(|role| (role.key.clone(), role.fill.clone())).collect();
                let points = template.checklist.iter();
                let points: Vec<_> =
                    points.map(|point| (point.role.clone(), point.after_minutes, point.from)).collect();
                (template.key.clone(), roles, points, template.paces.clone())
            };
            templates.iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(shape(&chinese), shape(&english));
        for template in chinese.iter().chain(&english) {
            assert_eq!(template.check(), Ok(()), "{}", template.name);
        }
    }

    #[test]
    fn e2_the_graver_the_more_is_asked_and_the_more_often() {
        for template in shipped(Language::Chinese) {
            let points = |severity| {
                let ids = || ChecklistItemId::from_bits(1);
                template.checklist(&EmergencyId::from_bits(1), severity, Timestamp::UNIX_EPOCH, ids).len()
            };
            assert!(points(Severity::One) >= points(Severity::Two) && points(Severity::Two) >= points(Severity::Three));
            assert!(points(Severity::One) > points(Severity::Three), "{}", template.name);
            let pace = |severity| template.paces.of(severity).over(&ServiceLevels::default());
            let every = |severity| {
                let levels = pace(severity);
                (levels.urgent_problem.ring_every_minutes, levels.stage_report.report_every_minutes)
            };
            assert!(every(Severity::One) < every(Severity::Two) && every(Severity::Two) < every(Severity::Three));
        }
    }

    #[test]
    fn e2_points_are_due_in_order_and_measured_from_the_start() {
        let template = shipped(Language::Chinese).remove(0);
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        let mut next = 0;
        let items = template.checklist(&EmergencyId::from_bits(1), Severity::One, start, || {
            next += 1;
            ChecklistItemId::from_bits(next)
        });
        assert!(items.is_sorted_by_key(|item| (item.place, item.due_at)));
        assert_eq!(items[0].due_at, after(start, template.checklist[0].after_minutes));
    }

    #[test]
    fn i3_where_nobody_is_there_the_owner_has_the_role() {
        let template = shipped(Language::Chinese).remove(0);
        for role in template.fill(&candidates()) {
            let superior = template.roles.iter().any(|one| one.key == role.key && one.fill == Fill::Superior);
            assert!(!superior || role.person == PersonId::from_bits(1), "{role:?}");
        }
        let of = |fill| {
            let role = TemplateRole { key: "a".into(), name: "a".into(), duty: String::new(), fill };
            let template = PlanTemplate { roles: vec![role], ..shipped(Language::Chinese).remove(0) };
            template.fill(&candidates()).remove(0).person
        };
        assert_eq!(of(Fill::Raiser), PersonId::from_bits(2));
        assert_eq!(of(Fill::Superior), PersonId::from_bits(1), "there is none");
        assert_eq!(of(Fill::Assistant), PersonId::from_bits(3));
        assert_eq!(of(Fill::CallList { place: 1 }), PersonId::from_bits(4));
        assert_eq!(of(Fill::CallList { place: 7 }), PersonId::from_bits(1));
    }

    #[test]
    fn e2_what_cannot_be_is_refused_with_its_field() {
        let sound = || shipped(Language::Chinese).remove(0);
        let wrong = |change: &dyn Fn(&mut PlanTemplate)| {
            let mut template = sound();
            change(&mut template);
            template.check().unwrap_err().field
        };
        assert_eq!(wrong(&|template| template.name = " ".into()), "name");
        assert_eq!(wrong(&|template| template.key = "../x".into()), "key");
        assert_eq!(wrong(&|template| template.roles.clear()), "roles");
        assert_eq!(wrong(&|template| template.roles[1].key = template.roles[0].key.clone()), "roles.1.key");
        assert_eq!(wrong(&|template| template.checklist[2].role = Some("nobody".into())), "checklist.2.role");
        assert_eq!(wrong(&|template| template.checklist[0].after_minutes = 9_999), "checklist.0.after_minutes");
        assert_eq!(wrong(&|template| template.paces.two.report_every_minutes = Some(0)), "paces.two");
        assert_eq!(wrong(&|template| template.paces.one.ring_at_once = 0), "paces.one");
    }
}
