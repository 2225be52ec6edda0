//! Whether the credentials, the robot, the permissions and the callback settings suffice.

use std::collections::BTreeSet;

use huan_connect::{Finding, SendError, Severity, http::Response};
use jiff::{Timestamp, fmt::rfc2822};
use serde_json::Value;

use super::{
    api::{Api, Call, Verb},
    bootstrap::{self, NoConnection, Pauses},
    descriptor,
    settings::{AppSettings, Mode},
    token,
};

/// More than this and signatures and deadlines suffer, in seconds.
const SKEW_WARNING: i64 = 30;
/// More than this and they break, in seconds.
const SKEW_PROBLEM: i64 = 300;
/// `activate_status` of an enabled robot (§2.4).
const ENABLED: i64 = 2;
/// `grant_status` of a granted permission.
const GRANTED: i64 = 1;

/// Every check, in the order in which one would mend things.
pub(super) async fn examine(api: &Api) -> Vec<Finding> {
    let mut findings = Vec::new();
    let response = match token::ask(&api.surroundings.http, &api.settings).await {
        Ok(response) => response,
        Err(error) => {
            findings.push(finding(Severity::Problem, "feishu.doctor.unreachable", error.detail));
            findings.extend(callbacks(&api.settings));
            return findings;
        }
    };
    findings.extend(clock(&response, api.surroundings.time.now()));
    match token::read(&response) {
        Ok(_) => findings.push(finding(Severity::Good, "feishu.doctor.credentials_good", &api.settings.app_id)),
        Err(error) => {
            let key = match error.reason_key {
                "delivery.reason.platform_busy" | "delivery.reason.throttled" => "feishu.doctor.unreachable",
                _ => "feishu.doctor.credentials_refused",
            };
            findings.push(finding(Severity::Problem, key, error.detail));
            findings.extend(callbacks(&api.settings));
            return findings;
        }
    }
    findings.push(robot(api).await);
    findings.extend(scopes(api).await);
    if api.settings.mode == Mode::LongConnection {
        findings.push(long_connection(api).await);
    }
    findings.extend(callbacks(&api.settings));
    findings
}

fn finding(severity: Severity, key: &'static str, detail: impl Into<String>) -> Finding {
    Finding { severity, key, detail: detail.into() }
}

/// Compares our clock with the one that Feishu's answer carries.
fn clock(response: &Response, now: Timestamp) -> Option<Finding> {
    let theirs = rfc2822::DateTimeParser::new().parse_timestamp(response.header("date")?).ok()?;
    let skew = now.duration_since(theirs).as_secs();
    let severity = match skew.abs() {
        0..=SKEW_WARNING => Severity::Good,
        ..=SKEW_PROBLEM => Severity::Warning,
        _ => Severity::Problem,
    };
    let key = if severity == Severity::Good { "feishu.doctor.clock_good" } else { "feishu.doctor.clock_skewed" };
    Some(finding(severity, key, format!("{skew:+} s")))
}

async fn robot(api: &Api) -> Finding {
    match api.call(&Call::new(Verb::Get, "bot/v3/info")).await {
        Ok(answer) => {
            api.learn_robot(&answer);
            let name = answer.pointer("/bot/app_name").and_then(Value::as_str).unwrap_or_default();
            // Not told at all counts as enabled: the call would have failed otherwise.
            match answer.pointer("/bot/activate_status").and_then(Value::as_i64).unwrap_or(ENABLED) {
                ENABLED => finding(Severity::Good, "feishu.doctor.robot_good", name),
                status => finding(Severity::Problem, "feishu.doctor.robot_disabled", format!("{name} ({status})")),
            }
        }
        Err(error) => failed("feishu.doctor.robot_disabled", error),
    }
}

/// A call that failed for a passing reason says nothing about the settings.
fn failed(key: &'static str, error: SendError) -> Finding {
    let key = match error.retry {
        huan_connect::Retry::Never => key,
        _ => "feishu.doctor.unreachable",
    };
    finding(Severity::Problem, key, error.detail)
}

/// Which permissions were granted (`GET application/v6/scopes`, which itself needs none).
async fn scopes(api: &Api) -> Vec<Finding> {
    match api.call(&Call::new(Verb::Get, "application/v6/scopes")).await {
        Ok(answer) => compare(&answer),
        Err(error) => vec![finding(Severity::Warning, "feishu.doctor.scopes_unknown", error.detail)],
    }
}

fn compare(answer: &Value) -> Vec<Finding> {
    let list = answer.pointer("/data/scopes").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let granted: BTreeSet<&str> = list
        .iter()
        .filter(|scope| scope.get("grant_status").and_then(Value::as_i64) == Some(GRANTED))
        .filter_map(|scope| scope.get("scope_name").and_then(Value::as_str))
        .collect();
    if granted.is_empty() {
        return vec![finding(Severity::Warning, "feishu.doctor.scopes_unknown", "no scopes are listed")];
    }
    let has = |scope: &str| {
        let instead = descriptor::INSTEAD.iter().find(|(narrow, _)| *narrow == scope).map_or(&[][..], |(_, b)| b);
        granted.contains(scope) || instead.iter().any(|broad| granted.contains(broad))
    };
    let mut findings: Vec<Finding> = descriptor::APP
        .permissions
        .iter()
        .filter(|permission| !has(permission.scope))
        .map(|permission| {
            let needed = descriptor::NEEDED.iter().any(|needed| needed.scope == permission.scope);
            if needed {
                finding(Severity::Problem, "feishu.doctor.scope_missing", permission.scope)
            } else {
                finding(Severity::Warning, "feishu.doctor.scope_optional_missing", permission.scope)
            }
        })
        .collect();
    if findings.is_empty() {
        findings.push(finding(Severity::Good, "feishu.doctor.scopes_good", ""));
    }
    findings
}

async fn long_connection(api: &Api) -> Finding {
    match bootstrap::endpoint(&api.surroundings.http, &api.settings, Pauses::default()).await {
        Ok(_) => finding(Severity::Good, "feishu.doctor.long_connection_good", ""),
        Err(NoConnection::TryAgain(reason)) => finding(Severity::Problem, "feishu.doctor.unreachable", reason),
        Err(NoConnection::Refused(reason)) => {
            finding(Severity::Problem, "feishu.doctor.long_connection_refused", reason)
        }
    }
}

/// Whether what protects callbacks over HTTP is set.
fn callbacks(settings: &AppSettings) -> Option<Finding> {
    if settings.mode != Mode::HttpCallback {
        return None;
    }
    Some(match (&settings.encrypt_key, &settings.verification_token) {
        (Some(_), _) => finding(Severity::Good, "feishu.doctor.callback_signed", ""),
        (None, Some(_)) => finding(Severity::Warning, "feishu.doctor.callback_unsigned", ""),
        (None, None) => finding(Severity::Problem, "feishu.doctor.callback_unprotected", ""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::i18n::{Language, has};
    use serde_json::json;

    const PREFIX: &str = "feishu.doctor.";

    #[test]
    fn every_finding_has_words_and_advice() {
        for file in [include_str!("doctor.rs"), include_str!("hook.rs")] {
            for key in file.split('"').filter(|part| part.len() > PREFIX.len() && part.starts_with(PREFIX)) {
                for language in Language::ALL {
                    assert!(has(language, key) && has(language, &format!("{key}_advice")), "{key}");
                }
            }
        }
    }

    #[test]
    fn a_wrong_clock_is_told() {
        let headers = vec![("date".to_owned(), "Sun, 22 Nov 2026 10:00:00 GMT".to_owned())];
        let response = Response { status: 200, headers, body: Vec::new() };
        let at = |text: &str| clock(&response, text.parse().unwrap()).unwrap();
        assert_eq!(at("2026-11-22T10:00:20Z").severity, Severity::Good);
        assert_eq!(at("2026-11-22T09:58:00Z"), finding(Severity::Warning, "feishu.doctor.clock_skewed", "-120 s"));
        assert_eq!(at("2026-11-22T10:10:00Z").severity, Severity::Problem);
    }

    #[test]
    fn missing_permissions_are_named_and_broad_ones_count() {
        let granted = |names: &[&str]| {
            let scopes: Vec<Value> = names.iter().map(|n| json!({"scope_name": n, "grant_status": 1})).collect();
            compare(&json!({"data": {"scopes": scopes}}))
        };
        let findings = granted(&["im:message", "im:message.p2p_msg", "im:message.group_msg"]);
        assert!(findings.iter().all(|finding| finding.severity == Severity::Warning), "{findings:?}");
        let findings = granted(&["im:message:send_as_bot", "im:message.p2p_msg:readonly"]);
        let problems: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Problem)
            .map(|finding| finding.detail.as_str())
            .collect();
        assert_eq!(problems, ["im:message.group_at_msg:readonly"]);
        let all: Vec<&str> = descriptor::APP.permissions.iter().map(|permission| permission.scope).collect();
        assert_eq!(granted(&all)[0].key, "feishu.doctor.scopes_good");
        let refused = compare(&json!({"data": {"scopes": [{"scope_name": "im:message", "grant_status": 2}]}}));
        assert_eq!(refused[0].key, "feishu.doctor.scopes_unknown");
    }
}
