//! Answering in place by the address that came with a message (DingTalk, session webhook §3.7).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::lenient::Lenient;

/// Not used any more when it would end within this time.
const MARGIN: SignedDuration = SignedDuration::from_secs(60);

/// A session's address and how long it lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Session {
    url: String,
    until: Timestamp,
}

impl Session {
    /// The session of a message, if it has one.
    pub(super) fn read(data: &Value) -> Option<Self> {
        Some(Self { url: data.text("sessionWebhook")?, until: data.millis("sessionWebhookExpiredTime")? })
    }

    /// The route as given out.
    pub(super) fn route(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The address of a route, if it still lasts and belongs to the host of the old API: a forged message must not make
    /// Huan call elsewhere.
    pub(super) fn usable(route: &str, oapi_base: &Url, now: Timestamp) -> Option<String> {
        let session: Self = serde_json::from_str(route).ok()?;
        let url = Url::parse(&session.url).ok()?;
        let lasts = now.saturating_add(MARGIN).is_ok_and(|soon| soon < session.until);
        (lasts && url.origin() == oapi_base.origin()).then_some(session.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_session_lasts_as_told_and_stays_on_its_host() {
        let data = json!({
            "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=76da36b4",
            "sessionWebhookExpiredTime": "1690367502152",
        });
        let route = Session::read(&data).unwrap().route();
        let base = Url::parse("https://oapi.dingtalk.com").unwrap();
        let at = |millis| Timestamp::from_millisecond(millis).unwrap();
        assert!(Session::usable(&route, &base, at(1_690_362_101_894)).is_some());
        assert_eq!(Session::usable(&route, &base, at(1_690_367_500_000)), None);
        let elsewhere = Url::parse("https://example.com").unwrap();
        assert_eq!(Session::usable(&route, &elsewhere, at(1_690_362_101_894)), None);
        assert_eq!(Session::usable("rubbish", &base, at(0)), None);
        assert_eq!(Session::read(&json!({"sessionWebhook": "x"})), None);
    }
}
