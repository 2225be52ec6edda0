//! What an error of Feishu means for a message (Feishu §0.3, §0.4, §0.7, §1.5, §2.3, §3.10, §9.5).

use std::time::Duration;

use huan_connect::{
    Certainty, Retry, SendError,
    http::{HttpError, Response},
};
use serde_json::Value;

/// The longest rest that a platform's word is believed for.
const LONGEST_REST: u64 = 3600;
/// The longest detail that is kept, in characters.
const LONGEST_DETAIL: usize = 600;

/// A person or a group got more than 5 messages in a second (§0.4).
const TARGET_THROTTLED: i64 = 230_020;

/// No answer came.
pub(super) fn unanswered(error: &HttpError) -> SendError {
    let reason_key = match error.certainty {
        Certainty::NotSent => "delivery.reason.unreachable",
        Certainty::Unknown => "delivery.reason.answer_lost",
    };
    SendError { certainty: error.certainty, retry: Retry::Transient, reason_key, detail: shortened(&error.problem) }
}

/// The answer is not Feishu's JSON.
pub(super) fn unreadable(response: &Response) -> SendError {
    let status = response.status;
    let detail = format!("HTTP {status} without Feishu's JSON");
    let (certainty, retry, reason_key) = match status {
        429 => (Certainty::NotSent, rest(response).unwrap_or(Retry::Transient), "delivery.reason.throttled"),
        400..=499 if status != 408 => (Certainty::NotSent, Retry::Never, "delivery.reason.rejected"),
        500..=599 => (Certainty::Unknown, Retry::Transient, "delivery.reason.platform_busy"),
        _ => (Certainty::Unknown, Retry::Transient, "delivery.reason.answer_lost"),
    };
    SendError { certainty, retry, reason_key, detail }
}

/// Feishu answered with a code other than 0.
pub(super) fn refused(response: &Response, code: i64, answer: &Value) -> SendError {
    let (certainty, retry, reason_key) = match meaning(code) {
        Some(Meaning::Never(reason)) => (Certainty::NotSent, Retry::Never, reason),
        Some(Meaning::Later(reason)) => (Certainty::NotSent, Retry::Transient, reason),
        Some(Meaning::Throttled) => {
            let otherwise =
                if code == TARGET_THROTTLED { Retry::After(Duration::from_secs(1)) } else { Retry::Transient };
            (Certainty::NotSent, rest(response).unwrap_or(otherwise), "delivery.reason.throttled")
        }
        Some(Meaning::Uncertain(reason)) => (Certainty::Unknown, Retry::Transient, reason),
        None if response.status == 429 => {
            (Certainty::NotSent, rest(response).unwrap_or(Retry::Transient), "delivery.reason.throttled")
        }
        None if response.status >= 500 => (Certainty::Unknown, Retry::Transient, "delivery.reason.platform_busy"),
        None => (Certainty::NotSent, Retry::Never, "delivery.reason.rejected"),
    };
    SendError { certainty, retry, reason_key, detail: detail(response, code, answer) }
}

/// A request that is wrong before it is made.
pub(super) fn never(reason_key: &'static str, detail: impl Into<String>) -> SendError {
    SendError { certainty: Certainty::NotSent, retry: Retry::Never, reason_key, detail: detail.into() }
}

enum Meaning {
    Never(&'static str),
    Later(&'static str),
    Throttled,
    Uncertain(&'static str),
}

fn meaning(code: i64) -> Option<Meaning> {
    use Meaning::{Later, Never, Throttled, Uncertain};
    Some(match code {
        99_991_400 | 11_232 | 11_233 | 232_019 | TARGET_THROTTLED => Throttled,
        99_991_403 => Never("delivery.reason.quota_used_up"),
        99_991_401 | 19_022 => Never("delivery.reason.address_denied"),
        // A token can be had again: the next attempt may go.
        99_991_661 | 99_991_663 | 99_991_664 | 99_991_665 | 99_991_668 | 99_991_671 | 99_991_677 => {
            Later("delivery.reason.credentials")
        }
        10_003 | 10_012 | 10_014 | 10_015 | 19_001 | 19_021 => Never("delivery.reason.credentials"),
        99_991_672 | 99_991_676 | 99_991_679 | 230_027 | 40_004 | 40_014 => Never("delivery.reason.permission_missing"),
        99_991_662 | 99_991_673 | 230_006 | 212_100 => Never("delivery.reason.app_disabled"),
        99_992_351 | 99_992_354 | 99_992_355 | 99_992_356 | 99_992_360 | 99_992_361 | 99_992_363 | 230_034 | 41_012
        | 232_006 | 232_043 => Never("delivery.reason.recipient_unknown"),
        230_013 | 230_038 | 41_050 | 232_024 => Never("delivery.reason.recipient_out_of_range"),
        230_029 => Never("delivery.reason.recipient_left"),
        230_035 | 230_053 => Never("delivery.reason.recipient_declines"),
        230_002 | 232_011 => Never("delivery.reason.not_in_group"),
        232_009 => Never("delivery.reason.group_gone"),
        230_018 => Never("delivery.reason.group_settings"),
        230_025 | 19_036 => Never("delivery.reason.too_long"),
        230_022 | 230_028 | 19_024 => Never("delivery.reason.content_refused"),
        230_099 | 200_621 | 200_861 | 200_830 => Never("delivery.reason.card_refused"),
        230_011 | 230_019 | 230_050 | 230_110 | 230_111 => Never("delivery.reason.message_gone"),
        230_009 | 230_031 | 230_033 | 230_072 | 230_075 => Never("delivery.reason.too_late"),
        230_012 | 230_026 | 230_071 => Never("delivery.reason.not_ours"),
        230_023 => Never("delivery.reason.too_many_buzzes"),
        230_024 => Never("delivery.reason.buzz_quota"),
        230_052 | 230_098 => Never("delivery.reason.buzz_not_allowed"),
        // Calendars (§11.1).
        190_004 | 190_005 | 190_010 => Throttled,
        190_003 => Uncertain("delivery.reason.platform_busy"),
        190_006 | 191_002 | 191_004 | 193_002 => Never("delivery.reason.permission_missing"),
        190_007 => Never("delivery.reason.app_disabled"),
        191_000 | 191_003 | 193_000 | 193_001 | 193_003 => Never("meeting.reason.gone"),
        195_100 => Never("delivery.reason.recipient_left"),
        // Documents and tables (§6.1, §6.2, §7.5).
        131_006 | 1_770_032 | 1_770_040 | 91_403 | 1_254_302 | 1_254_304 | 1_063_002 => {
            Never("mirror.reason.no_access")
        }
        131_005 | 1_770_002 | 1_770_003 | 91_402 | 1_254_003 | 1_254_004 | 1_254_040 | 1_254_041 => {
            Never("mirror.reason.gone")
        }
        131_003 | 1_254_100 | 1_254_103 | 1_254_105 | 1_254_306 | 1_770_004 | 1_770_007 => Never("mirror.reason.full"),
        1_254_015 | 1_254_060..=1_254_072 | 1_254_130 => Never("mirror.reason.cell_refused"),
        1_254_044 | 1_254_045 | 1_254_043 | 1_254_006 | 1_254_009 | 1_254_014 => {
            Later("mirror.reason.changed_meanwhile")
        }
        1_254_290 => Throttled,
        131_009 | 1_254_036 | 1_254_291 | 1_254_607 => Later("delivery.reason.platform_busy"),
        131_001 | 131_007 | 1_255_001..=1_255_005 | 1_255_040 | 1_771_001..=1_771_006 => {
            Uncertain("delivery.reason.platform_busy")
        }
        1_254_608 | 1_255_006 => Uncertain("delivery.reason.in_progress"),
        230_049 => Uncertain("delivery.reason.in_progress"),
        2_200 => Uncertain("delivery.reason.platform_busy"),
        _ => return None,
    })
}

/// How long the sender is told to rest (§0.4).
fn rest(response: &Response) -> Option<Retry> {
    let seconds: u64 = response.header("x-ogw-ratelimit-reset")?.trim().parse().ok()?;
    Some(Retry::After(Duration::from_secs(seconds.clamp(1, LONGEST_REST))))
}

/// The platform's words: code, message, what it says is missing, and the number for its support.
fn detail(response: &Response, code: i64, answer: &Value) -> String {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = text(answer.get("msg").or_else(|| answer.get("StatusMessage")));
    let mut words = format!("code {code}: {message}");
    let error = answer.get("error").unwrap_or(&Value::Null);
    for violation in list(error, "permission_violations") {
        let scope = text(violation.get("subject").or_else(|| violation.get("scope")));
        words.push_str(&format!("; scope {scope}"));
    }
    for violation in list(error, "field_violations") {
        let (field, problem) = (text(violation.get("field")), text(violation.get("description")));
        words.push_str(&format!("; field {field}: {problem}"));
    }
    let log = error.get("log_id").or_else(|| error.get("logid")).and_then(Value::as_str);
    if let Some(log) = log.or_else(|| response.header("x-tt-logid")) {
        words.push_str(&format!(" (log {log})"));
    }
    shortened(&words)
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_DETAIL).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::i18n::{Language, has};
    use serde_json::json;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: Vec::new() }
    }

    #[test]
    fn s0_4_a_throttled_app_rests_as_long_as_told() {
        let response = answer(429, &[("x-ogw-ratelimit-limit", "100"), ("x-ogw-ratelimit-reset", "52")]);
        let error =
            refused(&response, 99_991_400, &json!({"code": 99991400, "msg": "request trigger frequency limit"}));
        assert_eq!(error.retry, Retry::After(Duration::from_secs(52)));
        assert_eq!(error.certainty, Certainty::NotSent);
        assert_eq!(error.reason_key, "delivery.reason.throttled");
    }

    #[test]
    fn s0_4_older_endpoints_throttle_with_400() {
        let response = answer(400, &[("x-ogw-ratelimit-reset", "7")]);
        assert_eq!(refused(&response, 99_991_400, &json!({})).retry, Retry::After(Duration::from_secs(7)));
        assert_eq!(refused(&answer(400, &[]), 99_991_400, &json!({})).retry, Retry::Transient);
    }

    #[test]
    fn an_absurd_rest_is_cut() {
        let response = answer(429, &[("x-ogw-ratelimit-reset", "99999999")]);
        assert_eq!(refused(&response, 99_991_400, &json!({})).retry, Retry::After(Duration::from_secs(LONGEST_REST)));
    }

    #[test]
    fn s0_3_the_detail_says_what_the_platform_says() {
        let body = json!({"code": 99992402, "msg": "field validation failed", "error": {
            "field_violations": [{"field": "receive_id", "value": "", "description": "receive_id is required"}],
            "permission_violations": [{"type": "action_privilege_required", "subject": "im:message"}],
            "log_id": "202407260711088FB107A76E0100002087"}});
        let error = refused(&answer(400, &[]), 99_992_402, &body);
        assert_eq!(
            error.detail,
            "code 99992402: field validation failed; scope im:message; field receive_id: receive_id is required \
             (log 202407260711088FB107A76E0100002087)"
        );
        assert_eq!(error.retry, Retry::Never);
    }

    #[test]
    fn what_may_have_been_taken_is_uncertain() {
        assert_eq!(unreadable(&answer(502, &[])).certainty, Certainty::Unknown);
        assert_eq!(refused(&answer(500, &[]), 2_200, &json!({})).certainty, Certainty::Unknown);
        assert_eq!(refused(&answer(400, &[]), 230_049, &json!({})).certainty, Certainty::Unknown);
        assert_eq!(unreadable(&answer(200, &[])).certainty, Certainty::Unknown);
        assert_eq!(unreadable(&answer(404, &[])).certainty, Certainty::NotSent);
    }

    #[test]
    fn every_reason_has_words() {
        for code in 0..300_000 {
            let error = refused(&answer(400, &[]), code, &json!({}));
            assert!(Language::ALL.iter().all(|language| has(*language, error.reason_key)), "{}", error.reason_key);
        }
        for code in (1_063_000..1_064_000).chain(1_254_000..1_256_000).chain(1_770_000..1_772_000) {
            let error = refused(&answer(400, &[]), code, &json!({}));
            assert!(Language::ALL.iter().all(|language| has(*language, error.reason_key)), "{}", error.reason_key);
        }
        for code in 99_991_000..99_993_000 {
            let error = refused(&answer(400, &[]), code, &json!({}));
            assert!(Language::ALL.iter().all(|language| has(*language, error.reason_key)), "{}", error.reason_key);
        }
    }
}
