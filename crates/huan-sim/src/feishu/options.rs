//! What can be set differently from the real platform, for tests.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of simulated Feishu.
#[derive(Debug, Clone)]
pub struct FeishuOptions {
    /// How long after each unanswered delivery an event is sent again, on the simulator's clock (Feishu §4.5).
    pub redelivery: Vec<Duration>,
    /// What clients of the long connection are told to do.
    pub client_config: ClientConfig,
    /// Payloads longer than this many bytes are split into several frames.
    pub split_frames_at: usize,
}

impl Default for FeishuOptions {
    fn default() -> Self {
        Self {
            redelivery: [15, 5 * 60, 3600, 6 * 3600].map(Duration::from_secs).to_vec(),
            client_config: ClientConfig::default(),
            split_frames_at: 64 * 1024,
        }
    }
}

/// The `ClientConfig` of the long connection, in seconds (Feishu §5.1).
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
