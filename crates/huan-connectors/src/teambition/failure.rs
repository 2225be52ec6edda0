//! How calls fail (§1.3, §1.4). The true status of an answer stands in one of three places.

use std::time::Duration;

use huan_connect::{
    Certainty, Retry, SendError,
    http::{HttpError, Response},
};
use serde_json::Value;

use crate::lenient::Lenient;

/// The longest detail that is kept, in characters.
const LONGEST_DETAIL: usize = 600;
/// The longest rest that the server's word is believed for, in seconds.
const LONGEST_REST: u64 = 3600;

/// The reason of a refused token.
pub(super) const CREDENTIALS: &str = "delivery.reason.credentials";
/// The reason of an object that is not there.
pub(super) const GONE: &str = "delivery.reason.task_gone";

/// No answer came.
pub(super) fn unanswered(error: &HttpError) -> SendError {
    let reason_key = match error.certainty {
        Certainty::NotSent => "delivery.reason.unreachable",
        Certainty::Unknown => "delivery.reason.answer_lost",
    };
    SendError { certainty: error.certainty, retry: Retry::Transient, reason_key, detail: shortened(&error.problem) }
}

/// The answer is not Teambition's JSON.
pub(super) fn unreadable(response: &Response) -> SendError {
    let status = true_status(response);
    if (200..300).contains(&status) {
        return SendError {
            certainty: Certainty::Unknown,
            retry: Retry::Transient,
            reason_key: "delivery.reason.answer_lost",
            detail: format!("HTTP {status} without Teambition's JSON"),
        };
    }
    refused(response, status, &Value::Null)
}

/// Reads an answer: it is good when HTTP status, `x-http-status` and the body's `code` all say so (§1.3, rules 1–3).
pub(super) fn read(response: &Response) -> Result<Value, SendError> {
    let status = true_status(response);
    let good = (200..300).contains(&status);
    let body = match serde_json::from_slice::<Value>(&response.body) {
        Ok(body) => body,
        // 204 has no body.
        Err(_) if good && response.body.is_empty() => return Ok(Value::Null),
        Err(_) => return Err(unreadable(response)),
    };
    match body.integer("code") {
        Some(200 | 201 | 204) | None if good && body.get("error").is_none_or(Value::is_null) => Ok(body),
        Some(200 | 201 | 204) | None if !good => Err(refused(response, status, &body)),
        Some(code) if code != 200 && code != 201 && code != 204 => Err(refused(response, code, &body)),
        // The gateway's own form (rule 6) with a good status.
        _ => Err(refused(response, 400, &body)),
    }
}

/// The HTTP status, unless a header tells another (§1.3, rule 2).
fn true_status(response: &Response) -> i64 {
    response
        .header("x-http-status")
        .and_then(|text| text.trim().parse::<i64>().ok())
        .filter(|status| *status > 0)
        .unwrap_or_else(|| i64::from(response.status))
}

fn refused(response: &Response, code: i64, body: &Value) -> SendError {
    let (certainty, retry, reason_key) = match code {
        401 => (Certainty::NotSent, Retry::Never, CREDENTIALS),
        403 | 10_133 => (Certainty::NotSent, Retry::Never, "delivery.reason.permission_missing"),
        404 => (Certainty::NotSent, Retry::Never, GONE),
        408 => (Certainty::Unknown, Retry::Transient, "delivery.reason.answer_lost"),
        429 => (Certainty::NotSent, Retry::After(rest(response)), "delivery.reason.throttled"),
        500..=599 => (Certainty::Unknown, Retry::Transient, "delivery.reason.platform_busy"),
        // A code that is not documented, from a server in trouble.
        _ if true_status(response) >= 500 => (Certainty::Unknown, Retry::Transient, "delivery.reason.platform_busy"),
        _ => (Certainty::NotSent, Retry::Never, "delivery.reason.rejected"),
    };
    SendError { certainty, retry, reason_key, detail: detail(response, code, body) }
}

/// A request that is wrong before it is made, or of which something is missing.
pub(super) fn never(reason_key: &'static str, detail: &str) -> SendError {
    SendError { certainty: Certainty::NotSent, retry: Retry::Never, reason_key, detail: shortened(detail) }
}

/// No header for it is documented; if there is one it is believed.
fn rest(response: &Response) -> Duration {
    let seconds = response.header("retry-after").and_then(|text| text.trim().parse::<u64>().ok()).unwrap_or(1);
    Duration::from_secs(seconds.clamp(1, LONGEST_REST))
}

/// The platform's words and the number for its support.
fn detail(response: &Response, code: i64, body: &Value) -> String {
    let either = |keys: &[&str]| keys.iter().find_map(|key| body.text(key)).unwrap_or_default();
    let mut words = format!("code {code}: {}", either(&["errorMessage", "message", "error", "errorCode"]));
    let request = either(&["requestId"]);
    let request = if request.is_empty() { response.header("x-request-id").unwrap_or_default() } else { &request };
    if !request.is_empty() {
        words.push_str(&format!(" (request {request})"));
    }
    shortened(&words)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_DETAIL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::i18n::{Language, has};

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn s1_3_all_three_places_are_looked_at() {
        let good = r#"{"code":200,"errorMessage":"","requestId":"r","result":{}}"#;
        let bad = r#"{"code":403,"errorMessage":"tb-core:task:update","requestId":"r1"}"#;
        assert!(read(&answer(200, &[], good)).is_ok());
        assert!(read(&answer(201, &[], r#"{"result":[]}"#)).is_ok(), "code may be absent");
        assert!(read(&answer(204, &[], "")).is_ok());
        assert!(read(&answer(500, &[("x-http-status", "200")], good)).is_ok(), "the header wins");
        let by_body = read(&answer(200, &[], bad)).unwrap_err();
        assert_eq!(by_body.reason_key, "delivery.reason.permission_missing");
        assert_eq!(by_body.detail, "code 403: tb-core:task:update (request r1)");
        assert_eq!(by_body.retry, Retry::Never);
        let by_header = read(&answer(200, &[("x-http-status", "404"), ("x-request-id", "r2")], good)).unwrap_err();
        assert_eq!((by_header.reason_key, by_header.detail.contains("r")), (GONE, true));
        let by_status = read(&answer(401, &[], good)).unwrap_err();
        assert_eq!(by_status.reason_key, CREDENTIALS);
    }

    #[test]
    fn s1_3_the_gateways_own_form_is_understood() {
        let body = r#"{"error":"MisdirectedRequest","message":"no such route"}"#;
        for status in [421, 200] {
            let error = read(&answer(status, &[("x-request-id", "r9")], body)).unwrap_err();
            assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::Never));
            assert!(error.detail.contains("no such route") && error.detail.contains("r9"), "{}", error.detail);
        }
    }

    #[test]
    fn s1_5_a_throttled_call_rests_and_was_not_taken() {
        let error = read(&answer(429, &[], "{}")).unwrap_err();
        assert_eq!((error.certainty, error.retry), (Certainty::NotSent, Retry::After(Duration::from_secs(1))));
        let error = read(&answer(200, &[("retry-after", "7")], r#"{"code":429}"#)).unwrap_err();
        assert_eq!(error.retry, Retry::After(Duration::from_secs(7)));
    }

    #[test]
    fn what_may_have_been_taken_is_uncertain() {
        for (status, body) in [(500, "{}"), (502, "<html>"), (200, "<html>"), (200, r#"{"code":503}"#), (408, "")] {
            assert_eq!(read(&answer(status, &[], body)).unwrap_err().certainty, Certainty::Unknown, "{status} {body}");
        }
        assert_eq!(read(&answer(400, &[], "<html>")).unwrap_err().certainty, Certainty::NotSent);
    }

    #[test]
    fn every_reason_has_words() {
        for code in 0..11_000 {
            let error = refused(&answer(200, &[], ""), code, &Value::Null);
            assert!(Language::ALL.iter().all(|language| has(*language, error.reason_key)), "{}", error.reason_key);
        }
    }
}
