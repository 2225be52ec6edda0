//! How much may be sent how fast (Feishu §0.4, §1.1).

use std::time::Duration;

use huan_connect::{Lane, LaneUse, Limit, Outgoing, Recipient};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Sending has tier 4.
const APP: &[Limit] = &[Limit { count: 50, per: SECOND }, Limit { count: 1000, per: MINUTE }];
/// One person, or one group shared by all its robots.
const TARGET: &[Limit] = &[Limit { count: 5, per: SECOND }];
/// A custom group robot.
const HOOK: &[Limit] = &[Limit { count: 5, per: SECOND }, Limit { count: 100, per: MINUTE }];

/// The lanes of a message of the app.
pub(super) fn app(message: &Outgoing) -> LaneUse {
    let key = match &message.to {
        Recipient::Conversation { id, .. } => format!("group:{id}"),
        Recipient::Person(user) => format!("user:{user}"),
    };
    LaneUse {
        sender: Lane { key: "app".to_owned(), limits: APP },
        target: Some(Lane { key, limits: TARGET }),
        // `uuid` (§3.2).
        idempotent: true,
    }
}

/// The lanes of a custom group robot.
pub(super) fn hook() -> LaneUse {
    LaneUse { sender: Lane { key: "hook".to_owned(), limits: HOOK }, target: None, idempotent: false }
}
