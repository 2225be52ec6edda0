//! Where the long connection is made, and with what pauses (Feishu §5.1, §5.2).

use std::time::Duration;

use huan_connect::{
    http::{Http, Response},
    websocket::WebSocketError,
};
use serde_json::{Value, json};
use url::Url;

use super::settings::AppSettings;
use crate::secret::Secret;

/// Codes of the bootstrap at which another attempt can succeed.
const TRY_AGAIN: [i64; 2] = [1, 1_000_040_343];
/// Too many connections of the app.
const TOO_MANY: &str = "1000040350";

/// Where to connect.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The address of the socket; a short-lived credential.
    pub(super) url: Secret,
    /// What our frames carry.
    pub(super) service: i32,
    /// The pauses that the server wants.
    pub(super) pauses: Pauses,
}

/// The pauses that the server wants. The number of attempts that it also names is not kept: Huan never stops trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pauses {
    /// The longest pause between attempts.
    pub(super) reconnect: Duration,
    /// After a loss, the first attempt is made within this time, at random.
    pub(super) nonce: Duration,
    /// Between pings.
    pub(super) ping: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        let (reconnect, ping) = (Duration::from_secs(120), Duration::from_secs(120));
        Self { reconnect, nonce: Duration::from_secs(30), ping }
    }
}

impl Pauses {
    /// The pauses that a `ClientConfig` names, within sensible bounds; what it does not name stays.
    pub(super) fn adopt(self, config: &Value) -> Self {
        let seconds = |key: &str, range: std::ops::RangeInclusive<u64>, now: Duration| {
            let named = config.get(key).and_then(Value::as_u64);
            named.map_or(now, |named| Duration::from_secs(named.clamp(*range.start(), *range.end())))
        };
        Self {
            reconnect: seconds("ReconnectInterval", 1..=600, self.reconnect),
            nonce: seconds("ReconnectNonce", 0..=300, self.nonce),
            ping: seconds("PingInterval", 1..=300, self.ping),
        }
    }
}

/// Why there is no connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoConnection {
    /// Another attempt can succeed.
    TryAgain(String),
    /// Feishu refuses this app.
    Refused(String),
}

/// Asks where to connect.
pub(super) async fn endpoint(http: &Http, settings: &AppSettings, pauses: Pauses) -> Result<Endpoint, NoConnection> {
    let response = http
        .post(&format!("{}/callback/ws/endpoint", settings.base))
        .header("locale", "zh")
        .json(&json!({"AppID": settings.app_id, "AppSecret": settings.app_secret.reveal()}))
        .send()
        .await
        .map_err(|error| NoConnection::TryAgain(error.problem))?;
    read(&response, pauses)
}

fn read(response: &Response, pauses: Pauses) -> Result<Endpoint, NoConnection> {
    if response.status != 200 {
        return Err(NoConnection::TryAgain(format!("HTTP {}", response.status)));
    }
    let unusable = |what: &str| NoConnection::TryAgain(format!("the answer has no usable {what}"));
    let answer: Value = serde_json::from_slice(&response.body).map_err(|_| unusable("JSON"))?;
    let code = answer.get("code").and_then(Value::as_i64).ok_or_else(|| unusable("code"))?;
    if code != 0 {
        let message = answer.get("msg").and_then(Value::as_str).unwrap_or_default();
        let words = format!("code {code}: {message}");
        return Err(if TRY_AGAIN.contains(&code) {
            NoConnection::TryAgain(words)
        } else {
            NoConnection::Refused(words)
        });
    }
    let data = answer.get("data").unwrap_or(&Value::Null);
    let text = data.get("URL").and_then(Value::as_str).ok_or_else(|| unusable("address"))?;
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ws" | "wss"));
    let url = url.ok_or_else(|| unusable("address"))?;
    let service = url.query_pairs().find(|(name, _)| name == "service_id").and_then(|(_, id)| id.parse().ok());
    let pauses = pauses.adopt(data.get("ClientConfig").unwrap_or(&Value::Null));
    Ok(Endpoint { url: Secret::new(text), service: service.unwrap_or(0), pauses })
}

/// What a refused upgrade means.
pub(super) fn upgrade(error: WebSocketError) -> NoConnection {
    let WebSocketError::Refused { status, headers } = error else {
        return NoConnection::TryAgain(error.to_string());
    };
    let header = |name: &str| {
        let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let (code, message) = (header("handshake-status"), header("handshake-msg"));
    let words = format!("HTTP {status}, handshake {code}: {message}");
    match (code, header("handshake-autherrcode")) {
        ("403", _) | ("514", TOO_MANY) => NoConnection::Refused(words),
        _ => NoConnection::TryAgain(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Response {
        Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn s5_1_a_good_answer() {
        let body = r#"{"code":0,"msg":"","data":{
            "URL":"wss://msg-frontier.feishu.cn/ws/v2?fpid=493&aid=552564&device_id=7300000000000000000&access_key=0123456789abcdef0123456789abcdef&service_id=33554678&ticket=5e3702a8-4e84-7582-be8d-b7fb73283c02",
            "ClientConfig":{"ReconnectCount":-1,"ReconnectInterval":90,"ReconnectNonce":20,"PingInterval":100}}}"#;
        let endpoint = read(&answer(200, body), Pauses::default()).unwrap();
        assert_eq!(endpoint.service, 33_554_678);
        let seconds = Duration::from_secs;
        let expected = Pauses { reconnect: seconds(90), nonce: seconds(20), ping: seconds(100) };
        assert_eq!(endpoint.pauses, expected);
        assert!(!format!("{endpoint:?}").contains("ticket"));
    }

    #[test]
    fn s5_1_refusals_and_troubles_are_told_apart() {
        for code in [403, 514, 1_000_040_345, 1_000_040_350, 77] {
            let body = format!(r#"{{"code":{code},"msg":"no"}}"#);
            let refused = read(&answer(200, &body), Pauses::default()).unwrap_err();
            assert_eq!(refused, NoConnection::Refused(format!("code {code}: no")));
        }
        for (status, body) in [
            (503, ""),
            (200, r#"{"code":1,"msg":"system busy"}"#),
            (200, r#"{"code":1000040343}"#),
            (200, "<html>"),
            (200, r#"{"code":0,"data":{"URL":"http://x.example"}}"#),
            (200, r#"{"code":0}"#),
        ] {
            let trouble = read(&answer(status, body), Pauses::default());
            assert!(matches!(trouble, Err(NoConnection::TryAgain(_))), "{body} {trouble:?}");
        }
    }

    #[test]
    fn s5_2_refused_upgrades() {
        let refused = |headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            upgrade(WebSocketError::Refused { status: 400, headers })
        };
        assert!(matches!(refused(&[("handshake-status", "403")]), NoConnection::Refused(_)));
        let too_many = [("Handshake-Status", "514"), ("Handshake-Autherrcode", "1000040350")];
        assert!(matches!(refused(&too_many), NoConnection::Refused(_)));
        assert!(matches!(refused(&[("handshake-status", "514")]), NoConnection::TryAgain(_)));
        assert!(matches!(refused(&[]), NoConnection::TryAgain(_)));
    }

    #[test]
    fn s5_4_absurd_pauses_are_bounded_and_absent_ones_stay() {
        let pauses =
            Pauses::default().adopt(&json!({"PingInterval": 0, "ReconnectNonce": -5, "ReconnectInterval": 99999}));
        let seconds = Duration::from_secs;
        assert_eq!(pauses, Pauses { reconnect: seconds(600), nonce: seconds(30), ping: seconds(1) });
    }
}
