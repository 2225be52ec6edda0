//! What an organisation or the platform decides. Tests turn these knobs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::uncertain::Uncertain;

/// Which way the simulated platform goes where the real one differs between organisations or changes with time. In
/// JSON all waits are seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Calls per second of the app to one API (standard edition: 20).
    pub calls_per_second: usize,
    /// Calls that the organisation has left this month, not counting tokens and contacts; `None` is no limit.
    pub calls_left_this_month: Option<u32>,
    /// Permission points that the app lacks, e.g. `Card.Instance.Write`.
    pub missing_permissions: BTreeSet<String>,
    /// DING text messages the organisation has left; `None` is no limit.
    pub ding_texts_left: Option<u32>,
    /// DING telephone calls the organisation has left; `None` is no limit.
    pub ding_calls_left: Option<u32>,
    /// People to whom direct messages are throttled at the moment, by key in the seed.
    pub flow_controlled: BTreeSet<String>,
    /// Words of which custom robots demand one; empty for none.
    pub robot_keywords: Vec<String>,
    /// Whether custom robots demand a signature.
    pub robot_signature: bool,
    /// How long a session webhook works.
    #[serde(with = "seconds")]
    pub session_lifetime: Duration,
    /// How long the platform waits for the answer to a stream frame before it sends it again (§15 number 20).
    #[serde(with = "seconds")]
    pub redeliver_after: Duration,
    /// How often a stream frame is sent in all. 1: robot messages are never repeated, as the protocol page says.
    pub stream_attempts: u32,
    /// Whether what happens while the program has no connection waits for the next connection, or is lost (§5.7).
    pub keep_while_offline: bool,
    /// How often the platform pings an idle connection.
    #[serde(with = "seconds")]
    pub ping_every: Duration,
    /// Waits before each retry of an HTTP push (§6.6).
    #[serde(with = "seconds_list")]
    pub http_retries: Vec<Duration>,
    /// Whether the sender of a message is told to the program. It is not, until the robot's version is published.
    pub tell_sender: bool,
    /// Whether the inbound quota is used up: robot messages come without text (§7.5).
    pub inbound_quota_used_up: bool,
    /// Whether our address is banned: every call is answered with a page of the firewall instead of JSON (§0.4).
    pub banned: bool,
    /// Where the sources disagree.
    pub uncertain: Uncertain,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            calls_per_second: 20,
            calls_left_this_month: None,
            missing_permissions: BTreeSet::new(),
            ding_texts_left: None,
            ding_calls_left: None,
            flow_controlled: BTreeSet::new(),
            robot_keywords: Vec::new(),
            robot_signature: true,
            session_lifetime: Duration::from_millis(5_400_000),
            redeliver_after: Duration::from_secs(60),
            stream_attempts: 5,
            keep_while_offline: true,
            ping_every: Duration::from_secs(60),
            http_retries: vec![Duration::from_secs(10), Duration::from_secs(30)],
            tell_sender: true,
            inbound_quota_used_up: false,
            banned: false,
            uncertain: Uncertain::default(),
        }
    }
}

impl Settings {
    /// These settings with some members changed; the error says which member is wrong.
    pub(crate) fn changed(&self, members: Value) -> Result<Self, serde_json::Error> {
        let mut all = serde_json::to_value(self)?;
        if let (Value::Object(all), Value::Object(members)) = (&mut all, members) {
            all.extend(members);
        }
        serde_json::from_value(all)
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(wait.as_secs_f64())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

mod seconds_list {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(waits: &[Duration], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(waits.iter().map(Duration::as_secs_f64))
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(deserializer: D) -> Result<Vec<Duration>, D::Error> {
        let seconds = Vec::<f64>::deserialize(deserializer)?;
        seconds.into_iter().map(|wait| Duration::try_from_secs_f64(wait).map_err(serde::de::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn some_members_can_be_changed_and_unknown_ones_are_refused() {
        let changed = Settings::default().changed(json!({"redeliver_after": 1.5, "http_retries": [1]})).unwrap();
        assert_eq!(changed.redeliver_after, Duration::from_millis(1500));
        assert_eq!(changed.http_retries, [Duration::from_secs(1)]);
        assert_eq!(changed.calls_per_second, 20);
        assert!(Settings::default().changed(json!({"redeliver": 1})).is_err());
        assert!(Settings::default().changed(json!({"ping_every": -1})).is_err());
    }
}
