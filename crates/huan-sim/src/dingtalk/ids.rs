//! DingTalk's ids of the seeded tenant (DingTalk §0.5 for their shapes). They follow from the seed's keys.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::connection::DingtalkIds;
use crate::organisation::{derived, derived_hex};

/// The ids of a person.
pub fn person(key: &str) -> DingtalkIds {
    let digits =
        u64::from_be_bytes(first(derived("dingtalk userId", key))) % 10_000_000_000_000_000;
    let union_id: String = STANDARD
        .encode(derived("dingtalk unionId", key))
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(22)
        .collect();
    DingtalkIds {
        user_id: format!("{digits:016}"),
        union_id: format!("{union_id}iE"),
    }
}

/// The openConversationId of a seeded group.
pub fn conversation(key: &str) -> String {
    let bytes: [u8; 16] = first(derived("dingtalk conversation", key));
    format!("cid{}", STANDARD.encode(bytes))
}

/// The organisation.
pub fn corp() -> String {
    format!("ding{}", derived_hex("dingtalk corp", "yunfan", 32))
}

/// Client ID, which is also AppKey and robot code.
pub fn client() -> String {
    format!("ding{}", derived_hex("dingtalk client", "huan", 16))
}

fn first<const N: usize>(bytes: [u8; 32]) -> [u8; N] {
    let mut head = [0; N];
    head.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    head
}
