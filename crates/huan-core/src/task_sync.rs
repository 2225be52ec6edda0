//! Keeping a task in step with a task platform (D5): the rule, without any I/O.
//!
//! Each field is judged by itself, against the value that both sides had when they last agreed. What changed on one side
//! goes to the other. What changed on both is a conflict: the later change stands, the other one is kept in the history.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{AccountId, BindingId, CollaborationId, PersonId, TaskId, TaskLinkId},
    platform::{ForeignProject, ForeignTaskId},
    task::{Priority, Stage},
};

/// A field that is kept in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncField {
    /// Who answers for it. Comes first: another owner starts the matter anew.
    Owner,
    /// The name.
    Name,
    /// The description.
    Description,
    /// When it is due.
    Due,
    /// How pressing it is.
    Priority,
    /// Who helps.
    Helpers,
    /// Where it stands. Comes last: the other fields may move it.
    Status,
}

impl SyncField {
    /// Every field, in the order in which they are brought into step.
    pub const ALL: [Self; 7] =
        [Self::Owner, Self::Name, Self::Description, Self::Due, Self::Priority, Self::Helpers, Self::Status];

    /// The stable name, the same as in the history of changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Name => "name",
            Self::Description => "description",
            Self::Due => "due",
            Self::Priority => "priority",
            Self::Helpers => "helpers",
            Self::Status => "status",
        }
    }
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Huan.
    Here,
    /// The task platform.
    There,
}

/// A value as Huan holds it, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The value, in the neutral form of the history.
    pub value: String,
    /// Since when.
    pub at: Timestamp,
    /// Who set it.
    pub by: Option<PersonId>,
}

/// The values both sides had when they last agreed. Each is in its side's own form, since not every value has exactly one
/// counterpart: several statuses there can mean the same here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// Huan's.
    pub here: String,
    /// The platform's.
    pub there: String,
}

/// A field as it stands on both sides.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// What both last agreed on; none when they never did.
    pub common: Option<&'a Common>,
    /// Huan's value.
    pub here: &'a str,
    /// Since when.
    pub here_at: Timestamp,
    /// Huan's value in the platform's form; none where it has none.
    pub here_as_there: Option<&'a str>,
    /// The platform's value.
    pub there: &'a str,
    /// When the platform says that the task last changed.
    pub there_at: Timestamp,
    /// The platform's value in Huan's form; none where it has none.
    pub there_as_here: Option<&'a str>,
    /// Whose value stands where the two never agreed: that of the side on which the task was made.
    pub origin: Side,
}

/// What is to be done about a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Settled,
    /// Both have the same value now: note it.
    Agreed,
    /// Huan's value goes to the platform.
    Send,
    /// The platform's value comes to Huan.
    Take,
    /// Both changed it: the value of this side stands.
    Conflict(Side),
}

/// Judges one field.
pub fn judge(standing: &Standing<'_>) -> Verdict {
    let Standing { common, here, there, .. } = *standing;
    let same = standing.here_as_there == Some(there) || standing.there_as_here == Some(here);
    let Some(common) = common else {
        return match standing.origin {
            _ if same => Verdict::Agreed,
            Side::Here => Verdict::Send,
            Side::There => Verdict::Take,
        };
    };
    match (here != common.here, there != common.there) {
        (false, false) => Verdict::Settled,
        _ if same => Verdict::Agreed,
        (true, false) => Verdict::Send,
        (false, true) => Verdict::Take,
        (true, true) if standing.there_at > standing.here_at => Verdict::Conflict(Side::There),
        (true, true) => Verdict::Conflict(Side::Here),
    }
}

/// A collaboration's bond with a project of a task platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The id.
    pub id: BindingId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// The account.
    pub account: AccountId,
    /// The project.
    pub project: ForeignProject,
    /// Its name.
    pub project_name: String,
    /// What there means what here.
    pub mapping: Mapping,
    /// Whether it is at work.
    pub running: bool,
    /// Whether the tasks that were there before are taken over.
    pub take_existing: bool,
    /// Who set it up: they answer for tasks of which nobody here does.
    pub responsible: PersonId,
    /// When.
    pub created_at: Timestamp,
    /// Up to where the platform's changes were read.
    pub read_to: Option<Timestamp>,
    /// When all linked tasks were last looked at.
    pub looked_through_at: Option<Timestamp>,
    /// When the platform is asked again what changed.
    pub next_at: Option<Timestamp>,
    /// How often asking failed in a row.
    pub attempts: u32,
    /// What is in the way.
    pub problem: Option<SyncProblem>,
    /// Grows with each change of the set-up.
    pub version: i64,
}

/// What of a project means what in Huan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// The statuses, in the order of the board.
    pub statuses: Vec<MappedStatus>,
    /// How 「承接」 shows.
    pub acceptance: Acceptance,
    /// The priorities.
    pub priorities: Vec<MappedPriority>,
    /// The text field that holds the id of Huan's task.
    pub reference: Option<String>,
}

/// A status of the project and the stage it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappedStatus {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The workflow that it belongs to.
    pub workflow: Option<String>,
    /// The stage.
    pub stage: Stage,
}

/// A priority of the organisation and the one it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MappedPriority {
    /// Its value.
    pub value: i64,
    /// Its name.
    pub name: String,
    /// The priority.
    pub priority: Priority,
}

/// How 「承接」 shows on the platform.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Acceptance {
    /// By the status alone: whoever moves the task on has taken it.
    #[default]
    Status,
    /// By a choice in a field of the project's own.
    Field {
        /// The field.
        field: String,
        /// Not answered; none for the empty field.
        waiting: Option<Choice>,
        /// 「承接」.
        accepted: Choice,
        /// 「暂不承接」.
        declined: Option<Choice>,
    },
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Where a task stands on the platform, as far as it is kept in step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusThere {
    /// The status.
    pub status: Option<String>,
    /// The choice in the field for 「承接」.
    pub choice: Option<String>,
    /// Whether the platform counts it as done; told only where the status is not known.
    pub done: bool,
    /// Whether it is in the recycle bin.
    pub archived: bool,
}

impl StatusThere {
    /// In one text, for comparing.
    pub fn code(&self) -> String {
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        let flags = [(self.done, "done"), (self.archived, "archived")];
        let flags: Vec<&str> = flags.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect();
        format!("{}|{}|{}", text(&self.status), text(&self.choice), flags.join(","))
    }
}

impl Mapping {
    fn status(&self, id: &str) -> Option<&MappedStatus> {
        self.statuses.iter().find(|status| status.id == id)
    }

    /// Whether this status is mapped.
    pub fn knows(&self, status: &str) -> bool {
        self.status(status).is_some()
    }

    /// The stage that a status there means; none for one that is not mapped.
    pub fn stage(&self, there: &StatusThere) -> Option<Stage> {
        if there.archived {
            return Some(Stage::Cancelled);
        }
        let mapped = there.status.as_deref().and_then(|id| self.status(id)).map(|status| status.stage);
        let stage = match (mapped, there.done) {
            (Some(stage), _) => stage,
            (None, true) => Stage::Done,
            (None, false) => return None,
        };
        let Acceptance::Field { accepted, declined, .. } = &self.acceptance else { return Some(stage) };
        let chosen = |choice: &Choice| there.choice.as_ref() == Some(&choice.id);
        Some(match stage {
            Stage::Offered if chosen(accepted) => Stage::InProgress,
            Stage::Offered | Stage::InProgress if declined.as_ref().is_some_and(chosen) => Stage::Declined,
            other => other,
        })
    }

    /// How a stage is to show there for a task that stands at `now`; none where the project has no status for it.
    pub fn there(&self, stage: Stage, now: &StatusThere) -> Option<StatusThere> {
        if stage == Stage::Cancelled {
            return Some(StatusThere { archived: true, ..now.clone() });
        }
        let current = now.status.as_deref().and_then(|id| self.status(id));
        // What the project has no status for shows as what comes closest.
        let substitutes: &[Stage] = match stage {
            Stage::Declined => &[Stage::Declined, Stage::Offered],
            Stage::Blocked => &[Stage::Blocked, Stage::InProgress],
            _ => &[stage],
        };
        let status = substitutes.iter().find_map(|stage| {
            if current.is_some_and(|current| current.stage == *stage) {
                return current;
            }
            let in_workflow = |status: &&MappedStatus| {
                status.stage == *stage && current.is_none_or(|current| current.workflow == status.workflow)
            };
            self.statuses.iter().find(in_workflow)
        })?;
        let choice = match &self.acceptance {
            Acceptance::Status => now.choice.clone(),
            Acceptance::Field { waiting, accepted, declined, .. } => match stage {
                Stage::Offered => waiting.as_ref().map(|choice| choice.id.clone()),
                Stage::Declined => declined.as_ref().or(waiting.as_ref()).map(|choice| choice.id.clone()),
                _ => Some(accepted.id.clone()),
            },
        };
        Some(StatusThere { status: Some(status.id.clone()), choice, done: false, archived: false })
    }

    /// The priority that a value there means.
    pub fn priority(&self, value: i64) -> Option<Priority> {
        self.priorities.iter().find(|mapped| mapped.value == value).map(|mapped| mapped.priority)
    }

    /// The value there that a priority means, or the closest there is.
    pub fn priority_there(&self, priority: Priority) -> Option<i64> {
        let rank = |priority: Priority| match priority {
            Priority::Urgent => 0_i32,
            Priority::High => 1,
            Priority::Normal => 2,
            Priority::Low => 3,
        };
        self.priorities
            .iter()
            .min_by_key(|mapped| (rank(mapped.priority) - rank(priority)).abs())
            .map(|mapped| mapped.value)
    }

    /// The choice with this id in the field for 「承接」.
    pub fn choice(&self, id: &str) -> Option<&Choice> {
        let Acceptance::Field { waiting, accepted, declined, .. } = &self.acceptance else { return None };
        waiting.iter().chain([accepted]).chain(declined).find(|choice| choice.id == id)
    }

    /// What the set-up lacks: a stage that must have a status.
    pub fn lacks(&self) -> Option<Stage> {
        [Stage::Offered, Stage::InProgress, Stage::Done]
            .into_iter()
            .find(|stage| !self.statuses.iter().any(|status| status.stage == *stage))
    }
}

/// A task here and a task there that are one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskLink {
    /// The id.
    pub id: TaskLinkId,
    /// The binding.
    pub binding: BindingId,
    /// The task here; none before one is made of it.
    pub task: Option<TaskId>,
    /// The task there; none before one is made of it.
    pub foreign: Option<ForeignTaskId>,
    /// What it is called, for a list of troubles.
    pub title: String,
    /// On which side it was made.
    pub origin: Side,
    /// Huan's values, as of its last change.
    pub here: BTreeMap<SyncField, Held>,
    /// What both last agreed on.
    pub common: BTreeMap<SyncField, Common>,
    /// The platform's time of its last change, as far as it was read.
    pub there_at: Option<Timestamp>,
    /// Up to where its activities were read.
    pub heard_to: Option<Timestamp>,
    /// The platform's time of its last change as it was read before writing to it was begun, until it is read again: what
    /// others did after that may have been written over.
    pub writing_from: Option<Timestamp>,
    /// When making it there was begun, while it is not known whether that succeeded.
    pub making_at: Option<Timestamp>,
    /// Since when it is missing there.
    pub missing_at: Option<Timestamp>,
    /// Whether it is at its end there: removed, or put into the recycle bin.
    pub gone: bool,
    /// When it was last changed on both sides at once.
    pub conflicted_at: Option<Timestamp>,
    /// What could not be brought into step, by field; `task` for the whole.
    pub problems: BTreeMap<String, SyncProblem>,
    /// When it is looked at again.
    pub next_at: Option<Timestamp>,
    /// How often in a row that failed.
    pub attempts: u32,
    /// Grows each time somebody asks for it to be looked at.
    pub wakes: i64,
}

/// Why something could not be brought into step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncProblem {
    /// The reason: a key of the translation files, with `{detail}`.
    pub key: String,
    /// A name, a value, or the platform's words.
    pub detail: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether it is tried again by itself.
    pub retried: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn standing<'a>(common: Option<&'a Common>, here: &'a str, there: &'a str) -> Standing<'a> {
        Standing {
            common,
            here,
            here_at: at(10),
            here_as_there: Some(here),
            there,
            there_at: at(20),
            there_as_here: Some(there),
            origin: Side::There,
        }
    }

    #[test]
    fn d5_what_changed_on_one_side_goes_to_the_other() {
        let common = Common { here: "a".into(), there: "a".into() };
        let of = |here, there| judge(&standing(Some(&common), here, there));
        assert_eq!(of("a", "a"), Verdict::Settled);
        assert_eq!(of("b", "a"), Verdict::Send);
        assert_eq!(of("a", "b"), Verdict::Take);
        assert_eq!(of("b", "b"), Verdict::Agreed);
    }

    #[test]
    fn d5_of_two_changes_the_later_stands_and_at_the_same_moment_ours() {
        let common = Common { here: "a".into(), there: "a".into() };
        let later_there = standing(Some(&common), "b", "c");
        assert_eq!(judge(&later_there), Verdict::Conflict(Side::There));
        assert_eq!(judge(&Standing { here_at: at(30), ..later_there }), Verdict::Conflict(Side::Here));
        assert_eq!(judge(&Standing { here_at: at(20), ..later_there }), Verdict::Conflict(Side::Here));
    }

    #[test]
    fn d5_before_they_ever_agreed_the_side_that_made_it_is_right() {
        assert_eq!(judge(&standing(None, "b", "c")), Verdict::Take);
        assert_eq!(judge(&Standing { origin: Side::Here, ..standing(None, "b", "c") }), Verdict::Send);
        assert_eq!(judge(&standing(None, "b", "b")), Verdict::Agreed);
    }

    fn mapping(acceptance: Acceptance) -> Mapping {
        let status =
            |id: &str, stage: Stage| MappedStatus { id: id.into(), name: id.into(), workflow: Some("w".into()), stage };
        Mapping {
            statuses: vec![
                status("todo", Stage::Offered),
                status("doing", Stage::InProgress),
                status("testing", Stage::InProgress),
                status("done", Stage::Done),
            ],
            acceptance,
            priorities: [(-10, Priority::Urgent), (0, Priority::Normal)]
                .map(|(value, priority)| MappedPriority { value, name: String::new(), priority })
                .to_vec(),
            reference: None,
        }
    }

    fn field() -> Acceptance {
        let choice = |id: &str| Choice { id: id.into(), name: id.into() };
        Acceptance::Field { field: "cf".into(), waiting: None, accepted: choice("yes"), declined: Some(choice("no")) }
    }

    fn there(status: &str, choice: Option<&str>) -> StatusThere {
        StatusThere { status: Some(status.into()), choice: choice.map(Into::into), ..StatusThere::default() }
    }

    #[test]
    fn d5_acceptance_can_be_the_status() {
        let mapping = mapping(Acceptance::Status);
        assert_eq!(mapping.stage(&there("todo", None)), Some(Stage::Offered));
        assert_eq!(mapping.stage(&there("testing", None)), Some(Stage::InProgress));
        assert_eq!(mapping.stage(&there("unknown", None)), None);
        let finished = StatusThere { done: true, ..there("unknown", None) };
        assert_eq!(mapping.stage(&finished), Some(Stage::Done));
        assert_eq!(mapping.there(Stage::InProgress, &there("todo", None)), Some(there("doing", None)));
        assert_eq!(
            mapping.there(Stage::InProgress, &there("testing", None)),
            Some(there("testing", None)),
            "a status that means the same already is left alone"
        );
        assert_eq!(mapping.there(Stage::Blocked, &there("testing", None)), Some(there("testing", None)));
        assert_eq!(mapping.there(Stage::Declined, &there("doing", None)), Some(there("todo", None)));
    }

    #[test]
    fn d5_acceptance_can_be_a_field() {
        let mapping = mapping(field());
        assert_eq!(mapping.stage(&there("todo", None)), Some(Stage::Offered));
        assert_eq!(mapping.stage(&there("todo", Some("yes"))), Some(Stage::InProgress));
        assert_eq!(mapping.stage(&there("todo", Some("no"))), Some(Stage::Declined));
        assert_eq!(mapping.stage(&there("done", Some("no"))), Some(Stage::Done));
        assert_eq!(mapping.there(Stage::InProgress, &there("todo", None)), Some(there("doing", Some("yes"))));
        assert_eq!(mapping.there(Stage::Declined, &there("todo", None)), Some(there("todo", Some("no"))));
        assert_eq!(mapping.there(Stage::Offered, &there("doing", Some("yes"))), Some(there("todo", None)));
    }

    #[test]
    fn d5_the_recycle_bin_means_given_up() {
        let mapping = mapping(Acceptance::Status);
        let archived = StatusThere { archived: true, ..there("doing", None) };
        assert_eq!(mapping.stage(&archived), Some(Stage::Cancelled));
        assert_eq!(mapping.there(Stage::Cancelled, &there("doing", None)), Some(archived));
    }

    #[test]
    fn d5_priorities_take_the_closest_there_is() {
        let mapping = mapping(Acceptance::Status);
        assert_eq!(mapping.priority_there(Priority::Low), Some(0));
        assert_eq!(mapping.priority_there(Priority::Urgent), Some(-10));
        assert_eq!(mapping.priority(7), None);
        assert_eq!(mapping.lacks(), None);
        assert_eq!(Mapping::default().lacks(), Some(Stage::Offered));
    }

    proptest! {
        /// Whatever happens on both sides in whatever order, once judged and carried out both have the same value, and a
        /// value that did not prevail was a conflict's.
        #[test]
        fn d5_judging_brings_both_sides_together(edits in proptest::collection::vec((any::<bool>(), 0_u8..4), 1..20)) {
            let (mut here, mut there) = ("0".to_owned(), "0".to_owned());
            let (mut here_at, mut there_at) = (at(0), at(0));
            let mut common = Common { here: here.clone(), there: there.clone() };
            for (round, (on_here, value)) in edits.iter().enumerate() {
                let now = at(i64::try_from(round).unwrap() + 1);
                if *on_here {
                    (here, here_at) = (value.to_string(), now);
                } else {
                    (there, there_at) = (value.to_string(), now);
                }
                if round % 3 != 0 {
                    continue;
                }
                let verdict = judge(&Standing {
                    common: Some(&common), here: &here, here_at, here_as_there: Some(&here),
                    there: &there, there_at, there_as_here: Some(&there), origin: Side::Here,
                });
                match verdict {
                    Verdict::Settled | Verdict::Agreed => prop_assert_eq!(&here, &there),
                    Verdict::Send => there = here.clone(),
                    Verdict::Take => here = there.clone(),
                    Verdict::Conflict(Side::Here) => {
                        prop_assert!(here != common.here && there != common.there);
                        there = here.clone();
                    }
                    Verdict::Conflict(Side::There) => {
                        prop_assert!(here != common.here && there != common.there);
                        here = there.clone();
                    }
                }
                common = Common { here: here.clone(), there: there.clone() };
            }
        }
    }
}
