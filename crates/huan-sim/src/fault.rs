//! Fault switches: what the platform does wrong, where, and how often.

use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::lock::lock;
use crate::platform::PlatformName;

/// A fault that is switched on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Number by which it is cleared; given by the simulator.
    #[serde(default)]
    pub id: u64,
    /// The platform it strikes; both when absent.
    #[serde(default)]
    pub platform: Option<PlatformName>,
    /// Which operations, with `*` for anything. A request is called `POST /open-apis/im/v1/messages`, an event delivery
    /// `event im.message.receive_v1`, a card callback `callback card.action.trigger`.
    pub operation: String,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// How often it still strikes; for ever when absent.
    #[serde(default)]
    pub times: Option<u32>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// The answer, or the delivery, comes late.
    Delay {
        /// Real milliseconds.
        millis: u64,
    },
    /// A request: the connection is cut before anything is done. A delivery: it gets lost and counts as unanswered.
    Drop,
    /// A delivery arrives twice.
    Duplicate,
    /// A delivery arrives after the next one (or after two seconds, if none follows).
    Reorder,
    /// A request is refused with the platform's real body for «too many».
    RateLimit,
    /// A request fails at the platform.
    ServerError {
        /// HTTP status, e.g. 502.
        status: u16,
    },
    /// The program's open connections are cut instead of the delivery.
    Disconnect,
    /// A request is carried out, but the connection is cut before the answer.
    AnswerLost,
}

impl FaultKind {
    fn strikes_request(&self) -> bool {
        !matches!(self, Self::Duplicate | Self::Reorder | Self::Disconnect)
    }

    fn strikes_delivery(&self) -> bool {
        matches!(self, Self::Delay { .. } | Self::Drop | Self::Duplicate | Self::Reorder | Self::Disconnect)
    }

    /// The delay, for a [`FaultKind::Delay`].
    pub fn delay(&self) -> Option<Duration> {
        match self {
            Self::Delay { millis } => Some(Duration::from_millis(*millis)),
            _ => None,
        }
    }
}

/// All fault switches.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<(u64, Vec<Fault>)>,
}

impl Faults {
    /// Switches a fault on and gives its number.
    pub fn set(&self, mut fault: Fault) -> u64 {
        let mut state = lock(&self.state);
        state.0 += 1;
        fault.id = state.0;
        state.1.push(fault);
        state.0
    }

    /// Switches one fault off, or all. The answer is how many were on.
    pub fn clear(&self, id: Option<u64>) -> usize {
        let mut state = lock(&self.state);
        let before = state.1.len();
        state.1.retain(|fault| id.is_some_and(|id| id != fault.id));
        before - state.1.len()
    }

    /// The faults that are on.
    pub fn list(&self) -> Vec<Fault> {
        lock(&self.state).1.clone()
    }

    /// The fault that strikes this request, if any, using up one of its times.
    pub fn on_request(&self, platform: PlatformName, operation: &str) -> Option<FaultKind> {
        self.take(platform, operation, FaultKind::strikes_request)
    }

    /// The fault that strikes this delivery, if any, using up one of its times.
    pub fn on_delivery(&self, platform: PlatformName, operation: &str) -> Option<FaultKind> {
        self.take(platform, operation, FaultKind::strikes_delivery)
    }

    fn take(&self, platform: PlatformName, operation: &str, applies: impl Fn(&FaultKind) -> bool) -> Option<FaultKind> {
        let faults = &mut lock(&self.state).1;
        let at = faults.iter().position(|fault| {
            fault.platform.is_none_or(|only| only == platform)
                && matches(&fault.operation, operation)
                && applies(&fault.kind)
        })?;
        let fault = &mut faults[at];
        let kind = fault.kind.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                faults.remove(at);
            }
        }
        Some(kind)
    }
}

/// Whether `text` fits `pattern`, in which `*` stands for anything.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*", "GET /x"));
        assert!(matches("POST /a/*/reply", "POST /a/om_1/reply"));
        assert!(!matches("POST /a/*/reply", "POST /a/om_1"));
        assert!(matches("GET /x", "GET /x"));
        assert!(!matches("GET /x", "GET /xy"));
        assert!(!matches("ab*ba", "aba"));
    }

    #[test]
    fn a_counted_fault_goes_away_after_its_times() {
        let faults = Faults::default();
        let fault = Fault {
            id: 0,
            platform: Some(PlatformName::Feishu),
            operation: "POST *".into(),
            kind: FaultKind::RateLimit,
            times: Some(2),
        };
        faults.set(fault);
        assert_eq!(faults.on_request(PlatformName::Dingtalk, "POST /x"), None);
        assert_eq!(faults.on_request(PlatformName::Feishu, "POST /x"), Some(FaultKind::RateLimit));
        assert_eq!(faults.on_delivery(PlatformName::Feishu, "POST /x"), None);
        assert_eq!(faults.on_request(PlatformName::Feishu, "POST /x"), Some(FaultKind::RateLimit));
        assert_eq!(faults.on_request(PlatformName::Feishu, "POST /x"), None);
        assert!(faults.list().is_empty());
    }
}
