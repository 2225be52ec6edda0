//! Feishu's ids of the seeded tenant (Feishu §0.6 for their shapes). They follow from the seed's keys.

use crate::connection::FeishuIds;
use crate::organisation::derived_hex;

/// The ids of a person.
pub fn person(key: &str) -> FeishuIds {
    FeishuIds {
        open_id: format!("ou_{}", derived_hex("feishu open_id", key, 32)),
        user_id: derived_hex("feishu user_id", key, 8),
        union_id: format!("on_{}", derived_hex("feishu union_id", key, 32)),
    }
}

/// The chat_id of a seeded group.
pub fn chat(key: &str) -> String {
    format!("oc_{}", derived_hex("feishu chat", key, 32))
}

/// The chat_id of a person's conversation with the robot.
pub fn direct_chat(key: &str) -> String {
    format!("oc_{}", derived_hex("feishu direct chat", key, 32))
}

/// The open_department_id of a department.
pub fn department(key: &str) -> String {
    format!("od-{}", derived_hex("feishu department", key, 32))
}

/// The department_id (the tenant's own id) of a department.
pub fn tenant_department(key: &str) -> String {
    derived_hex("feishu tenant department", key, 16)
}

/// The app's id.
pub fn app() -> String {
    format!("cli_{}", derived_hex("feishu app", "huan", 16))
}

/// open_id of the app's robot.
pub fn robot() -> String {
    format!("ou_{}", derived_hex("feishu robot", "huan", 32))
}

/// The tenant.
pub fn tenant() -> String {
    derived_hex("feishu tenant", "yunfan", 16)
}
