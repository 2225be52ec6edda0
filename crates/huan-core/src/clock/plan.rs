//! What each kind of clock does and when, as data.

use super::{ServiceLevels, Span, SubjectFacts};
use crate::names::names;

names! {
    /// What a clock waits for.
    ClockKind {
        /// The owner's answer whether a task can be taken on 「承接确认」.
        Acceptance = "acceptance",
        /// The initiator's answer to a refusal and its proposal 「调整建议」.
        Proposal = "proposal",
        /// The day's progress of a task.
        DailyProgress = "daily_progress",
        /// An answer to an ordinary problem.
        OrdinaryProblem = "ordinary_problem",
        /// Somebody to acknowledge an urgent problem.
        UrgentProblem = "urgent_problem",
        /// The minutes 「会议纪要」 of a decision or meeting.
        Minutes = "minutes",
        /// The participants' word on filed minutes.
        Confirmation = "confirmation",
        /// A member's confirmation of having read the usage rules.
        RulesRead = "rules_read",
        /// A follow-up 「后续行动」 to be done.
        FollowUp = "follow_up",
        /// A signature under an acceptance 「签字确认」.
        SignOff = "sign_off",
        /// The next stage report of an emergency.
        StageReport = "stage_report",
        /// A point of an emergency's checklist.
        ChecklistItem = "checklist_item",
        /// The fault report 「故障报告」 of an emergency.
        FaultReport = "fault_report",
    }
}

names! {
    /// A stage of a clock. `clock.stage.<kind>.<stage>` is its text.
    StageName {
        /// The answer is awaited.
        Reminder = "reminder",
        /// The moment itself has come, nothing is late yet by more than that.
        Due = "due",
        /// The time is up and the nearest superior is called on.
        Overdue = "overdue",
        /// The next superior up the line is called on.
        NextSuperior = "next_superior",
        /// The line of superiors is exhausted; the matter comes up again every working day.
        Unanswered = "unanswered",
        /// Named as missing in the digest.
        Missing = "missing",
        /// The next person is rung.
        NextPerson = "next_person",
        /// Everybody is told.
        Everybody = "everybody",
    }
}

/// When a stage comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// This long after the clock started.
    AfterStart(Span),
    /// This many minutes before the clock's due time.
    BeforeDue(u32),
    /// At the clock's due time.
    AtDue,
    /// This long after the stage before it.
    AfterPrevious(Span),
    /// When work begins this many working days after the stage before it.
    WorkingDaysLater(u32),
}

/// What a stage asks to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Remind the owner.
    RemindOwner,
    /// Remind everybody whose word is waited for.
    RemindWaiting,
    /// Call on the owner once more.
    CallOwnerAgain,
    /// Tell the initiator.
    TellInitiator,
    /// Tell the assistants.
    TellAssistants,
    /// Call on the superior at the stage's level.
    Escalate,
    /// Name the owner as missing in the day's digest.
    NameAsMissing,
    /// Ring the person at the stage's place in the call list.
    RingNext,
    /// Mention everybody.
    TellEverybody,
}

/// What becomes of a stage whose moment was missed, when the moment of the next one is past as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missed {
    /// It merges into the next one: two reminders at once say no more than one.
    Merge,
    /// It happens late, and the next one follows with its full interval: nobody in the line is passed over.
    Keep,
}

/// One stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: StageName,
    /// When it comes.
    pub moment: Moment,
    /// What it asks to be done.
    pub asks: &'static [Ask],
    /// What becomes of it when it was missed.
    pub missed: Missed,
}

/// People who are called on one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The owner's superiors; level 1 is the nearest.
    Superiors,
    /// The call list; level 0 was rung when the matter was raised.
    CallList,
}

/// A stage repeated along a line of people, and what follows when the line is exhausted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Who is called on.
    pub line: Line,
    /// The level of the first rung of a call list; up the superiors it is whoever has not been called on yet.
    pub first_level: u32,
    /// The stage of each rung.
    pub rung: Stage,
    /// The first stage after the last rung.
    pub exhausted: Stage,
    /// Every stage after that.
    pub repeat: Stage,
}

/// What follows the fixed stages of a plan. None of it ends: an open question never falls silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Up a line of people.
    Ladder(Ladder),
    /// The same stage again and again.
    Repeat(Stage),
    /// The same plan on the next working day, as a new generation.
    NextWorkingDay,
}

/// Whether a stage may come outside working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfHours {
    /// It goes out when work begins.
    WhenWorkBegins,
    /// It goes out at its moment.
    AtOnce,
}

/// All stages of a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The fixed stages in order.
    pub stages: Vec<Stage>,
    /// What follows them.
    pub then: Then,
    /// Whether stages measured in elapsed time wait for working time.
    pub out_of_hours: OutOfHours,
}

const ASK_OWNER: &[Ask] = &[Ask::RemindOwner];
const OWNER_INITIATOR_SUPERIOR: &[Ask] = &[Ask::CallOwnerAgain, Ask::TellInitiator, Ask::Escalate];
const SUPERIOR: &[Ask] = &[Ask::Escalate];
const NOBODY_ABOVE: &[Ask] = &[Ask::TellInitiator, Ask::TellAssistants];

impl ClockKind {
    /// Whether what its stages tell people may wait until they are at work: nobody is woken for an ordinary matter (I8).
    pub fn waits_for_work(self) -> bool {
        Plan::of(self, &ServiceLevels::default()).out_of_hours == OutOfHours::WhenWorkBegins
    }
}

impl Plan {
    /// The plan of a kind of clock under `levels`: the one table of all clocks.
    pub fn of(kind: ClockKind, levels: &ServiceLevels) -> Self {
        match kind {
            // A refusal is an answer that asks back: it may wait as long as the question might, and no longer.
            ClockKind::Acceptance | ClockKind::Proposal => {
                let level = &levels.acceptance;
                Self::up_the_line(
                    vec![
                        reminder(Moment::AfterStart(level.answer_within.half())),
                        overdue(Moment::AfterStart(level.answer_within)),
                    ],
                    level.escalate_every,
                )
            }
            ClockKind::DailyProgress => Self {
                stages: vec![
                    reminder(Moment::BeforeDue(levels.daily_progress.remind_before_minutes)),
                    Stage {
                        name: StageName::Missing,
                        moment: Moment::AtDue,
                        asks: &[Ask::NameAsMissing],
                        missed: Missed::Merge,
                    },
                ],
                then: Then::NextWorkingDay,
                // The digest's time is a setting; it lies on a working day.
                out_of_hours: OutOfHours::AtOnce,
            },
            ClockKind::OrdinaryProblem => {
                let level = &levels.ordinary_problem;
                Self::up_the_line(vec![overdue(Moment::AfterStart(level.answer_within))], level.escalate_every)
            }
            ClockKind::UrgentProblem => {
                let level = &levels.urgent_problem;
                let next = Moment::AfterPrevious(Span::elapsed(level.ring_every_minutes));
                let again = Moment::AfterPrevious(Span::elapsed(level.repeat_every_minutes));
                let everybody = |moment| Stage {
                    name: StageName::Everybody,
                    moment,
                    asks: &[Ask::TellEverybody],
                    missed: Missed::Merge,
                };
                Self {
                    stages: Vec::new(),
                    then: Then::Ladder(Ladder {
                        line: Line::CallList,
                        first_level: 1,
                        rung: Stage {
                            name: StageName::NextPerson,
                            moment: next,
                            asks: &[Ask::RingNext],
                            // Urgent: after an outage the widest call that is due goes out at once.
                            missed: Missed::Merge,
                        },
                        exhausted: everybody(next),
                        repeat: everybody(again),
                    }),
                    out_of_hours: OutOfHours::AtOnce,
                }
            }
            ClockKind::Minutes => Self::reminded(&levels.minutes),
            ClockKind::Confirmation => Self {
                stages: Vec::new(),
                then: Then::Repeat(Stage { asks: &[Ask::RemindWaiting], ..reminder(Moment::WorkingDaysLater(1)) }),
                out_of_hours: OutOfHours::WhenWorkBegins,
            },
            ClockKind::RulesRead => Self {
                stages: Vec::new(),
                then: Then::Repeat(reminder(Moment::WorkingDaysLater(levels.rules_read.remind_every_days))),
                out_of_hours: OutOfHours::WhenWorkBegins,
            },
            ClockKind::FollowUp => {
                let level = &levels.follow_up;
                let due = Stage {
                    name: StageName::Due,
                    moment: Moment::AtDue,
                    asks: &[Ask::CallOwnerAgain],
                    missed: Missed::Keep,
                };
                Self::up_the_line(
                    vec![
                        reminder(Moment::BeforeDue(level.remind_before_minutes)),
                        due,
                        overdue(Moment::AfterPrevious(level.escalate_after)),
                    ],
                    level.escalate_every,
                )
            }
            ClockKind::SignOff => Self::reminded(&levels.sign_off),
            ClockKind::StageReport => {
                let every = Span::elapsed(levels.stage_report.report_every_minutes);
                let due =
                    |moment| Stage { name: StageName::Due, moment, asks: &[Ask::TellEverybody], missed: Missed::Merge };
                Self {
                    stages: vec![due(Moment::AfterStart(every))],
                    then: Then::Repeat(due(Moment::AfterPrevious(every))),
                    out_of_hours: OutOfHours::AtOnce,
                }
            }
            ClockKind::ChecklistItem => {
                let again = Moment::AfterPrevious(Span::elapsed(levels.checklist_item.remind_every_minutes));
                let late = Stage {
                    name: StageName::Overdue,
                    moment: again,
                    asks: &[Ask::CallOwnerAgain, Ask::TellInitiator],
                    missed: Missed::Merge,
                };
                Self {
                    stages: vec![Stage {
                        name: StageName::Due,
                        moment: Moment::AtDue,
                        asks: &[Ask::CallOwnerAgain],
                        missed: Missed::Merge,
                    }],
                    then: Then::Repeat(late),
                    out_of_hours: OutOfHours::AtOnce,
                }
            }
            ClockKind::FaultReport => Self::reminded(&levels.fault_report),
        }
    }

    fn reminded(level: &super::RemindedLevel) -> Self {
        Self::up_the_line(
            vec![reminder(Moment::AfterStart(level.remind_after)), overdue(Moment::AfterStart(level.escalate_after))],
            level.escalate_every,
        )
    }

    /// The fixed stages, of which the last calls on the nearest superior, then the others up the line.
    fn up_the_line(stages: Vec<Stage>, every: Span) -> Self {
        let unanswered = Stage {
            name: StageName::Unanswered,
            moment: Moment::WorkingDaysLater(1),
            asks: NOBODY_ABOVE,
            missed: Missed::Merge,
        };
        Self {
            stages,
            then: Then::Ladder(Ladder {
                line: Line::Superiors,
                first_level: 2,
                rung: Stage {
                    name: StageName::NextSuperior,
                    moment: Moment::AfterPrevious(every),
                    asks: SUPERIOR,
                    missed: Missed::Keep,
                },
                exhausted: unanswered,
                repeat: unanswered,
            }),
            out_of_hours: OutOfHours::WhenWorkBegins,
        }
    }

    /// The stage with this number and the level it calls on; `None` when the plan begins anew on the next working day.
    pub(super) fn stage(&self, number: u32, facts: &SubjectFacts) -> Option<(&Stage, u32)> {
        let fixed = u32::try_from(self.stages.len()).unwrap_or(u32::MAX);
        if let Some(stage) = usize::try_from(number).ok().and_then(|index| self.stages.get(index)) {
            return Some((stage, 1));
        }
        match &self.then {
            Then::Ladder(ladder) => {
                let level = match ladder.line {
                    // Whoever is next, whatever happened to the line since the clock started.
                    Line::Superiors => facts.superiors.next_level(),
                    Line::CallList => (number - fixed).saturating_add(ladder.first_level),
                };
                let stage = match ladder.line.len(facts) {
                    reach if level <= reach => &ladder.rung,
                    reach if level == reach.saturating_add(1) => &ladder.exhausted,
                    _ => &ladder.repeat,
                };
                Some((stage, level))
            }
            Then::Repeat(stage) => Some((stage, 1)),
            Then::NextWorkingDay => None,
        }
    }
}

impl Line {
    /// The highest level there is.
    fn len(self, facts: &SubjectFacts) -> u32 {
        let length = match self {
            Self::Superiors => facts.superiors.as_slice().len(),
            Self::CallList => facts.call_list.len().saturating_sub(1),
        };
        u32::try_from(length).unwrap_or(u32::MAX)
    }
}

fn reminder(moment: Moment) -> Stage {
    Stage { name: StageName::Reminder, moment, asks: ASK_OWNER, missed: Missed::Merge }
}

fn overdue(moment: Moment) -> Stage {
    Stage { name: StageName::Overdue, moment, asks: OWNER_INITIATOR_SUPERIOR, missed: Missed::Keep }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, has};
    use std::collections::BTreeSet;

    fn stages(plan: &Plan) -> Vec<Stage> {
        let mut stages = plan.stages.clone();
        match &plan.then {
            Then::Ladder(ladder) => stages.extend([ladder.rung, ladder.exhausted, ladder.repeat]),
            Then::Repeat(stage) => stages.push(*stage),
            Then::NextWorkingDay => {}
        }
        stages
    }

    /// The table of the requirements, «Clocks, exactly».
    #[test]
    fn d2_d4_i4_every_kind_of_clock_is_registered_with_its_stages() {
        use StageName::*;
        let table: &[(ClockKind, &[StageName])] = &[
            (ClockKind::Acceptance, &[Reminder, Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::Proposal, &[Reminder, Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::DailyProgress, &[Reminder, Missing]),
            (ClockKind::OrdinaryProblem, &[Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::UrgentProblem, &[NextPerson, Everybody, Everybody]),
            (ClockKind::Minutes, &[Reminder, Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::Confirmation, &[Reminder]),
            (ClockKind::RulesRead, &[Reminder]),
            (ClockKind::FollowUp, &[Reminder, Due, Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::SignOff, &[Reminder, Overdue, NextSuperior, Unanswered, Unanswered]),
            (ClockKind::StageReport, &[Due, Due]),
            (ClockKind::ChecklistItem, &[Due, Overdue]),
            (ClockKind::FaultReport, &[Reminder, Overdue, NextSuperior, Unanswered, Unanswered]),
        ];
        assert_eq!(table.iter().map(|row| row.0).collect::<Vec<_>>(), ClockKind::ALL);
        for (kind, expected) in table {
            let plan = Plan::of(*kind, &ServiceLevels::default());
            assert_eq!(stages(&plan).iter().map(|stage| stage.name).collect::<Vec<_>>(), *expected, "{kind}");
            let urgent = matches!(kind, ClockKind::UrgentProblem | ClockKind::StageReport | ClockKind::ChecklistItem);
            let at_once = plan.out_of_hours == OutOfHours::AtOnce;
            assert_eq!(at_once, urgent || *kind == ClockKind::DailyProgress, "{kind}");
        }
    }

    /// What the catching up relies on: after a stage that is never skipped, the next is measured from it.
    #[test]
    fn a_stage_after_a_kept_one_is_measured_from_it() {
        for kind in ClockKind::ALL {
            let stages = stages(&Plan::of(*kind, &ServiceLevels::default()));
            for pair in stages.windows(2).filter(|pair| pair[0].missed == Missed::Keep) {
                assert!(matches!(pair[1].moment, Moment::AfterPrevious(_) | Moment::WorkingDaysLater(_)), "{kind}");
            }
        }
    }

    #[test]
    fn every_kind_stage_and_effect_has_its_text() {
        let mut keys = BTreeSet::new();
        for kind in ClockKind::ALL {
            keys.insert(format!("clock.kind.{kind}"));
            for stage in stages(&Plan::of(*kind, &ServiceLevels::default())) {
                keys.insert(format!("clock.stage.{kind}.{}", stage.name));
            }
        }
        keys.extend(super::super::Effect::NAMES.map(|name| format!("clock.effect.{name}")));
        keys.extend(super::super::StopReason::ALL.iter().map(|reason| format!("clock.stopped.{reason}")));
        for key in keys {
            assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
        }
    }

    #[test]
    fn names_read_back() {
        for kind in ClockKind::ALL {
            assert_eq!(ClockKind::from_name(kind.name()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(ClockKind::from_name("nonsense"), None);
    }
}
