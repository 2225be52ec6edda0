//! The five states that the record table and the board know (H2).

use serde::{Deserialize, Serialize};

/// 当前状态.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 待处理.
    Pending,
    /// 进行中.
    InProgress,
    /// 待反馈.
    AwaitingFeedback,
    /// 阻塞.
    Blocked,
    /// 已完成.
    Done,
}

/// A status read from a spreadsheet or a chat line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadStatus {
    /// The status it means.
    pub status: Status,
    /// Whether the word was another one (已解决): the follow-up then stays open.
    pub renamed: bool,
}

impl Status {
    /// Every status, in the order of the board.
    pub const ALL: [Self; 5] = [Self::Pending, Self::InProgress, Self::AwaitingFeedback, Self::Blocked, Self::Done];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::AwaitingFeedback => "awaiting_feedback",
            Self::Blocked => "blocked",
            Self::Done => "done",
        }
    }

    /// The status with this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// The status that a person's word means.
    pub fn read(word: &str) -> Option<ReadStatus> {
        let (status, renamed) = match word.trim() {
            "待处理" => (Self::Pending, false),
            "进行中" => (Self::InProgress, false),
            "待反馈" => (Self::AwaitingFeedback, false),
            "阻塞" => (Self::Blocked, false),
            "已完成" => (Self::Done, false),
            "已解决" | "完成" | "已关闭" | "解决" => (Self::Done, true),
            "未开始" | "新建" => (Self::Pending, true),
            "处理中" | "推进中" => (Self::InProgress, true),
            "等待反馈" | "待确认" => (Self::AwaitingFeedback, true),
            "受阻" | "卡住" | "暂停" => (Self::Blocked, true),
            other => (Self::from_name(&other.to_ascii_lowercase().replace([' ', '-'], "_"))?, false),
        };
        Some(ReadStatus { status, renamed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2_solved_becomes_done_and_says_that_it_was_renamed() {
        assert_eq!(Status::read("已解决"), Some(ReadStatus { status: Status::Done, renamed: true }));
        assert_eq!(Status::read(" 已完成 "), Some(ReadStatus { status: Status::Done, renamed: false }));
        assert_eq!(Status::read("In progress").map(|read| read.status), Some(Status::InProgress));
        assert_eq!(Status::read("也许"), None);
    }

    #[test]
    fn h2_names_read_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
    }
}
