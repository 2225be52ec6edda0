//! Rows of the record table 「协作信息记录表」 (H1–H3).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{CollaborationId, FollowUpId, MessageId, PersonId, RecordId, TaskId},
    level::Level,
    status::Status,
};

/// A row: eight columns and what belongs to them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The id.
    pub id: RecordId,
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// 部门-年份-序号, such as `产品部-2026-0012`. Unique in the workspace.
    pub number: String,
    /// 沟通主题.
    pub topic: String,
    /// 参与人员（部门/角色）.
    pub participants: Vec<Participant>,
    /// 主要平台: platform keys, `telephone` among them, or a name of the team's own.
    pub platforms: Vec<String>,
    /// 核心信息摘要.
    pub summary: String,
    /// 负责人: one, never none (I3).
    pub owner: PersonId,
    /// 任务/反馈截止时间, to the minute.
    pub due_at: Option<Timestamp>,
    /// 当前状态.
    pub status: Status,
    /// 备注/后续行动.
    pub follow_up: String,
    /// Why a vague follow-up was left as it is.
    pub follow_up_excuse: Option<String>,
    /// Who may see it.
    pub level: Level,
    /// The task that was made with it.
    pub task: Option<TaskId>,
    /// The message it came from.
    pub message: Option<MessageId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}

/// Someone who takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Participant {
    /// A known person.
    Person {
        /// Who.
        person: PersonId,
    },
    /// A name, role or department that is nobody's in the directory.
    Named {
        /// The words.
        text: String,
    },
}

/// The columns, in the order of H1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// 沟通主题.
    Topic,
    /// 参与人员（部门/角色）.
    Participants,
    /// 主要平台.
    Platforms,
    /// 核心信息摘要.
    Summary,
    /// 负责人.
    Owner,
    /// 任务/反馈截止时间.
    Due,
    /// 当前状态.
    Status,
    /// 备注/后续行动.
    FollowUp,
}

impl Column {
    /// Every column, in order.
    pub const ALL: [Self; 8] = [
        Self::Topic,
        Self::Participants,
        Self::Platforms,
        Self::Summary,
        Self::Owner,
        Self::Due,
        Self::Status,
        Self::FollowUp,
    ];

    /// The stable name; the heading is the text `domain.column.<name>`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Participants => "participants",
            Self::Platforms => "platforms",
            Self::Summary => "summary",
            Self::Owner => "owner",
            Self::Due => "due",
            Self::Status => "status",
            Self::FollowUp => "follow_up",
        }
    }
}

/// A concrete follow-up, tracked by itself; a finished row can still have an open one (H3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The id.
    pub id: FollowUpId,
    /// The row.
    pub record: RecordId,
    /// Who.
    pub person: PersonId,
    /// What.
    pub action: String,
    /// Until when.
    pub due_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

/// The number of a row.
pub fn number(department: &str, year: i16, sequence: i64) -> String {
    format!("{department}-{year}-{sequence:04}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, text};

    #[test]
    fn h1_eight_columns_in_order() {
        let headings: Vec<String> = Column::ALL
            .iter()
            .map(|column| text(Language::Chinese, &format!("domain.column.{}", column.name()), &[]))
            .collect();
        assert_eq!(
            headings,
            [
                "沟通主题",
                "参与人员（部门/角色）",
                "主要平台",
                "核心信息摘要",
                "负责人",
                "任务/反馈截止时间",
                "当前状态",
                "备注/后续行动"
            ]
        );
    }

    #[test]
    fn h5_numbers_sort_within_a_year() {
        assert_eq!(number("产品部", 2026, 12), "产品部-2026-0012");
    }
}
