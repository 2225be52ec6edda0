//! What an administrator of the tenant decides, what the platform's documentation leaves open (§14), and what tests
//! want shorter than it is.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Settings of simulated Feishu. They can be changed while it runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeishuOptions {
    /// How long after each unanswered delivery an event is sent again, on the simulator's clock (§4.5). In JSON: seconds.
    #[serde(with = "seconds_list")]
    pub redelivery: Vec<Duration>,
    /// What clients of the long connection are told to do.
    pub client_config: ClientConfig,
    /// Payloads longer than this many bytes are split into several frames.
    pub split_frames_at: usize,
    /// Calls per minute and per second to one endpoint (§0.4, tier 4).
    pub calls: (usize, usize),
    /// Messages per second to one chat, and edits per second of one message (§0.4).
    pub messages_per_second: usize,
    /// HTTP status of im calls over the gateway's limit: 400 as the older endpoints, or 429.
    pub im_limit_status: u16,
    /// HTTP status of a custom robot's refusals (§14: 200 was seen).
    pub webhook_failure_status: u16,
    /// Whether a repeated `uuid` is refused with 230049 instead of answered with the first message (§14).
    pub repeated_uuid_is_refused: bool,
    /// Whether `create_time` of events is in microseconds instead of milliseconds (§14).
    pub event_time_in_microseconds: bool,
    /// Whether the app hears all messages of its groups (`im:message.group_msg`), or only those that mention it.
    pub hears_all_group_messages: bool,
    /// People outside the app's contact range and availability, by key in the seed.
    pub out_of_range: BTreeSet<String>,
    /// Urgent text messages the tenant has left; `None` is no limit.
    pub urgent_texts_left: Option<u32>,
    /// Urgent telephone calls the tenant has left; `None` is no limit.
    pub urgent_calls_left: Option<u32>,
    /// What a `client_token` does that was used before (§6.1, §7.1).
    pub repeated_client_token: RepeatedClientToken,
    /// Whether an edit of a document that names an older revision is refused, or made on the latest one (§6.1).
    pub old_revision_is_refused: bool,
    /// Edits per second of one document (§6.1).
    pub edits_per_document: usize,
    /// Whether the limits of calls to documents, tables and the wiki are kept (§6, §7). On a clock that stands still nothing is ever let
    /// through again, so tests on such a clock switch them off.
    pub drive_limits: bool,
    /// Whether the app lacks the permission for calendars (§11.1).
    pub calendar_denied: bool,
    /// The most rows of a table (§7.1: 20 000 by the error's text; plans differ).
    pub rows_per_table: usize,
}

impl Default for FeishuOptions {
    fn default() -> Self {
        Self {
            redelivery: [15, 5 * 60, 3600, 6 * 3600].map(Duration::from_secs).to_vec(),
            client_config: ClientConfig::default(),
            split_frames_at: 64 * 1024,
            calls: (1000, 50),
            messages_per_second: 5,
            im_limit_status: 400,
            webhook_failure_status: 200,
            repeated_uuid_is_refused: false,
            event_time_in_microseconds: false,
            hears_all_group_messages: true,
            out_of_range: BTreeSet::new(),
            urgent_texts_left: None,
            urgent_calls_left: None,
            repeated_client_token: RepeatedClientToken::AnsweredAgain,
            old_revision_is_refused: true,
            edits_per_document: 3,
            drive_limits: true,
            calendar_denied: false,
            rows_per_table: 20_000,
        }
    }
}

impl FeishuOptions {
    /// These settings with some members changed; the error says which member is wrong.
    pub(super) fn changed(&self, members: Value) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let (Value::Object(all), Value::Object(members)) = (&mut all, members) {
            all.extend(members);
        }
        serde_json::from_value(all)
    }
}

/// What a `client_token` does that was used before: documented is that nothing is made again, not how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RepeatedClientToken {
    /// The first answer is given again.
    AnsweredAgain,
    /// The call is refused.
    Refused,
    /// It is not known any more, and the call is carried out again.
    Unknown,
}

/// The `ClientConfig` of the long connection, in seconds (§5.1).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ClientConfig {
    /// How often to try again; -1 for ever.
    pub reconnect_count: i32,
    /// Pause between tries.
    pub reconnect_interval: u32,
    /// Longest random wait before the first try.
    pub reconnect_nonce: u32,
    /// Pause between pings.
    pub ping_interval: u32,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self { reconnect_count: -1, reconnect_interval: 120, reconnect_nonce: 30, ping_interval: 120 }
    }
}

mod seconds_list {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(waits: &[Duration], serializer: S) -> Result<S::Ok, S::Error> {
        waits.iter().map(Duration::as_secs_f64).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
        let waits = Vec::<f64>::deserialize(deserializer)?;
        waits.into_iter().map(|wait| Duration::try_from_secs_f64(wait).map_err(serde::de::Error::custom)).collect()
    }
}
