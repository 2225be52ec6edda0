//! What a situation brings along: data, shipped in both languages.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use serde::Deserialize;

use super::{Start, StartFrom};
use crate::{
    calendar::WorkingTime,
    charter::{Charter, Content, Duty, Milestone, Tool},
    clock::ServiceLevels,
    i18n::Language,
    situation::Situation,
};

/// The template of a situation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The situation.
    pub situation: Situation,
    /// A goal that would do.
    pub goal: String,
    milestones: Vec<TemplateMilestone>,
    duties: Vec<TemplateDuty>,
    #[serde(default)]
    tools: BTreeMap<Content, Tool>,
    rules: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateMilestone {
    name: String,
    /// How many working days after the start.
    after: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateDuty {
    name: String,
    boundary: String,
}

impl Template {
    /// A start with what the template brings along; its milestones come so many working days after `today`.
    pub fn start(&self, levels: ServiceLevels, today: Date, time: WorkingTime<'_>) -> Start {
        let milestones = self.milestones.iter().map(|milestone| Milestone {
            name: milestone.name.clone(),
            on: Some(time.add_working_days(today, milestone.after).date),
        });
        let duties = self.duties.iter().map(|duty| Duty {
            name: duty.name.clone(),
            boundary: duty.boundary.clone(),
            person: None,
        });
        Start {
            from: StartFrom::Situation { situation: self.situation },
            name: String::new(),
            goal: String::new(),
            goal_on: None,
            goal_as_it_is: false,
            charter: Charter { milestones: milestones.collect(), duties: duties.collect(), tools: self.tools.clone() },
            members: Vec::new(),
            rules: self.rules.clone(),
            levels,
            groups: Vec::new(),
        }
    }
}

static CHINESE: LazyLock<Vec<Template>> = LazyLock::new(|| read(include_str!("templates/zh-CN.json")));
static ENGLISH: LazyLock<Vec<Template>> = LazyLock::new(|| read(include_str!("templates/en.json")));

// The files are part of the program and a test reads each one.
fn read(file: &str) -> Vec<Template> {
    serde_json::from_str(file).unwrap_or_default()
}

/// The templates of all situations, in their order.
pub fn templates(language: Language) -> &'static [Template] {
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}
