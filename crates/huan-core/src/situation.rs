//! The situations that work out of the box (A1): what a collaboration starts from.

use crate::{
    clock::{AcceptanceLevel, ProblemLevel, RemindedLevel, ServiceLevels, Span, UrgentLevel},
    names::names,
};

names! {
    /// What kind of collaboration it is. `domain.situation.<name>` is its text, `domain.situation.<name>.text` says more.
    Situation {
        /// 「多部门联合项目」: people of several departments with one project.
        JointProject = "joint_project",
        /// 「远程/混合办公」: people who are seldom in one room.
        RemoteTeam = "remote_team",
        /// 「跨地域客户对接」: a client or supplier in another region.
        RemoteClient = "remote_client",
        /// 「紧急事务协同」: a system failure or a sudden demand.
        Emergency = "emergency",
        /// 「工具信息整合」: keeping Teambition, Feishu documents and DingTalk groups in step.
        ToolIntegration = "tool_integration",
    }
}

const HOUR: u32 = 60;

impl Situation {
    /// The service levels that it starts from until somebody sets others (I4).
    pub fn levels(self) -> ServiceLevels {
        let defaults = ServiceLevels::default();
        match self {
            Self::JointProject | Self::ToolIntegration => defaults,
            // Whoever works at other hours needs half a day to come across a question.
            Self::RemoteTeam | Self::RemoteClient => ServiceLevels {
                acceptance: AcceptanceLevel {
                    answer_within: Span::working(4 * HOUR),
                    escalate_every: Span::working(4 * HOUR),
                },
                ..defaults
            },
            // «urgent 15–30 min» (I4): nothing waits for working time.
            Self::Emergency => ServiceLevels {
                acceptance: AcceptanceLevel { answer_within: Span::elapsed(30), escalate_every: Span::elapsed(15) },
                ordinary_problem: ProblemLevel {
                    answer_within: Span::elapsed(2 * HOUR),
                    escalate_every: Span::elapsed(HOUR),
                },
                urgent_problem: UrgentLevel { ring_every_minutes: 3, repeat_every_minutes: 10 },
                minutes: RemindedLevel {
                    remind_after: Span::elapsed(8 * HOUR),
                    escalate_after: Span::elapsed(12 * HOUR),
                    escalate_every: Span::elapsed(12 * HOUR),
                },
                ..defaults
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, has};

    #[test]
    fn a1_each_of_the_five_situations_has_its_text_and_possible_levels() {
        assert_eq!(Situation::ALL.len(), 5);
        for situation in Situation::ALL {
            assert_eq!(situation.levels().check(), Ok(()), "{situation}");
            assert_eq!(Situation::from_name(situation.name()), Some(*situation));
            for key in [format!("domain.situation.{situation}"), format!("domain.situation.{situation}.text")] {
                assert!(Language::ALL.into_iter().all(|language| has(language, &key)), "{key}");
            }
        }
    }
}
