//! DingTalk's ids and secrets of the seeded tenant (DingTalk §0.5 for their shapes). They follow from the seed's keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::connection::DingtalkIds;
use crate::organisation::{derived, derived_hex};

/// The ids of a person.
pub fn person(key: &str) -> DingtalkIds {
    let digits = number("dingtalk userId", key) % 10_000_000_000_000_000;
    let union_id: String = STANDARD
        .encode(derived("dingtalk unionId", key))
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(22)
        .collect();
    DingtalkIds { user_id: format!("{digits:016}"), union_id: format!("{union_id}iE") }
}

/// The openConversationId of a seeded group. It may hold `+` and `/`, as the real ones do.
pub fn conversation(key: &str) -> String {
    conversation_of("dingtalk conversation", key)
}

/// The organisation.
pub fn corp() -> String {
    format!("ding{}", derived_hex("dingtalk corp", "yunfan", 32))
}

/// Client ID, which is also AppKey and robot code.
pub fn client() -> String {
    format!("ding{}", derived_hex("dingtalk client", "huan", 16))
}

/// Client Secret, which is also the AppSecret.
pub(crate) fn client_secret() -> String {
    derived_hex("dingtalk client secret", "huan", 64)
}

/// Token of event pushes.
pub(crate) fn callback_token() -> String {
    derived_hex("dingtalk callback token", "huan", 32)
}

/// AES key of event pushes: 43 letters and digits.
pub(crate) fn callback_aes_key() -> String {
    derived_hex("dingtalk callback aes key", "huan", 43)
}

/// Agent id for work notifications.
pub(crate) const AGENT: u64 = 2_020_010_001;

/// The legacy id of a group.
pub(crate) fn chat(key: &str) -> String {
    format!("chat{}", derived_hex("dingtalk chat", key, 32))
}

/// conversationId of a person's chat with the robot.
pub(crate) fn robot_chat(person: &str) -> String {
    conversation_of("dingtalk robot chat", person)
}

/// Number of a department; the root is 1.
pub(crate) fn department(key: &str) -> u64 {
    100_000_000 + number("dingtalk department", key) % 900_000_000
}

/// The encrypted form of an id, as callbacks carry it.
pub(crate) fn encrypted(key: &str) -> String {
    let bytes: [u8; 16] = first(derived("dingtalk encrypted", key));
    format!("$:LWCP_v1:${}", STANDARD.encode(bytes))
}

/// access_token of the custom robot of a group.
pub(crate) fn custom_robot_token(group: &str) -> String {
    derived_hex("dingtalk custom robot", group, 64)
}

/// Signing secret of the custom robot of a group.
pub(crate) fn custom_robot_secret(group: &str) -> String {
    format!("SEC{}", derived_hex("dingtalk custom robot secret", group, 61))
}

fn conversation_of(kind: &str, key: &str) -> String {
    let bytes: [u8; 16] = first(derived(kind, key));
    format!("cid{}", STANDARD.encode(bytes))
}

fn number(kind: &str, key: &str) -> u64 {
    u64::from_be_bytes(first(derived(kind, key)))
}

fn first<const N: usize>(bytes: [u8; 32]) -> [u8; N] {
    let mut head = [0; N];
    head.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    head
}
