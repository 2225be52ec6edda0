//! What `huan doctor` finds out about an app account.

use huan_connect::{Finding, Severity};
use jiff::SignedDuration;
use serde_json::json;

use super::{account::App, fault::Fault, settings::Mode, stream};

/// A clock that is further off than this endangers signatures and the answering of callbacks.
const SKEW: SignedDuration = SignedDuration::from_mins(1);
/// A person who cannot exist: asking for them shows whether one may ask.
const NOBODY: &str = "huan-doctor-asks-for-nobody";

impl App {
    /// Looks at credentials, robot, permissions, clock and settings.
    pub(super) async fn look(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        match self.api.examine().await {
            Ok(examined) => {
                findings.push(good("dingtalk.doctor.credentials"));
                if let Some(date) = examined.date {
                    let off = self.time.now().duration_since(date);
                    findings.push(if off.abs() > SKEW {
                        finding(Severity::Problem, "dingtalk.doctor.clock_skewed", format!("{off:#}"))
                    } else {
                        good("dingtalk.doctor.clock")
                    });
                }
            }
            Err(fault) => {
                let key = match &fault {
                    fault if fault.is_credentials_refused() => "dingtalk.doctor.credentials_refused",
                    Fault::NoAnswer(_) => "dingtalk.doctor.unreachable",
                    _ => "dingtalk.doctor.unclear",
                };
                findings.push(finding(Severity::Problem, key, fault.to_string()));
                return findings;
            }
        }
        findings.push(self.look_at_robot().await);
        findings.extend(self.look_at_contacts().await);
        findings.push(self.look_at_calendar().await);
        findings.extend(self.look_at_settings().await);
        findings
    }

    /// Asking for the robot's groups needs both the robot and its permission.
    async fn look_at_robot(&self) -> Finding {
        let body = json!({"robotCode": self.config.robot_code, "maxResult": 1});
        match self.api.post("/v1.0/robot/installed/groups/query", &body).await {
            Ok(_) => good("dingtalk.doctor.robot"),
            Err(Fault::Refused(refusal)) if refusal.code.contains("obotCode") => {
                finding(Severity::Problem, "dingtalk.doctor.robot_unusable", refusal.to_string())
            }
            Err(fault) => permission(fault, Severity::Warning),
        }
    }

    /// Contacts are looked up for superiors and for joining identities.
    async fn look_at_contacts(&self) -> Vec<Finding> {
        let asked = [
            ("qyapi_get_member", "/topapi/v2/user/get", json!({"userid": NOBODY, "language": "zh_CN"})),
            ("qyapi_get_department_list", "/topapi/v2/department/get", json!({"dept_id": 1, "language": "zh_CN"})),
        ];
        let mut findings = Vec::new();
        for (scope, path, body) in asked {
            let finding = match self.api.post_old(path, &body).await {
                Ok(_) => finding(Severity::Good, "dingtalk.doctor.permission", scope.to_owned()),
                // «No such person» is said to those who may ask.
                Err(Fault::Refused(refusal)) if matches!(refusal.code.as_str(), "33012" | "60121" | "60003") => {
                    finding(Severity::Good, "dingtalk.doctor.permission", scope.to_owned())
                }
                Err(fault) => {
                    let mut found = permission(fault, Severity::Warning);
                    found.detail = format!("{scope}: {}", found.detail);
                    found
                }
            };
            findings.push(finding);
        }
        findings
    }

    /// An event without a name is refused to whoever may make events (§12.1), and made for nobody.
    async fn look_at_calendar(&self) -> Finding {
        let scope = "Calendar.Event.Write";
        let path = format!("/v1.0/calendar/users/{NOBODY}/calendars/primary/events");
        match self.api.post(&path, &json!({"summary": ""})).await {
            Err(Fault::Refused(refusal))
                if refusal.scopes.is_empty() && refusal.status < 500 && refusal.status != 403 =>
            {
                finding(Severity::Good, "dingtalk.doctor.permission", scope.to_owned())
            }
            Err(fault) => {
                let mut found = permission(fault, Severity::Warning);
                found.detail = format!("{scope}: {}", found.detail);
                found
            }
            Ok(_) => finding(Severity::Good, "dingtalk.doctor.permission", scope.to_owned()),
        }
    }

    async fn look_at_settings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.config.card_template.is_none() {
            findings.push(finding(Severity::Warning, "dingtalk.doctor.no_card_template", String::new()));
        }
        if self.config.mode == Mode::Stream {
            findings.push(match stream::register(self).await {
                Ok(_) => good("dingtalk.doctor.stream"),
                Err(problem) => finding(Severity::Problem, "dingtalk.doctor.stream_refused", problem.words),
            });
        }
        if self.config.mode == Mode::Http {
            if self.config.seal.is_none() {
                findings.push(finding(
                    Severity::Warning,
                    "dingtalk.doctor.callback_not_configured",
                    "callback_token, callback_aes_key".to_owned(),
                ));
            }
            if self.config.card_template.is_some() {
                findings.push(match (&self.config.card_callback_url, self.tell_card_callback().await) {
                    (Some(_), Ok(())) => good("dingtalk.doctor.card_callback"),
                    (Some(_), Err(fault)) => {
                        finding(Severity::Problem, "dingtalk.doctor.card_callback_missing", fault.to_string())
                    }
                    (None, _) => finding(
                        Severity::Problem,
                        "dingtalk.doctor.card_callback_missing",
                        "card_callback_url".to_owned(),
                    ),
                });
            }
        }
        findings
    }
}

fn permission(fault: Fault, severity: Severity) -> Finding {
    let denied = matches!(&fault, Fault::Refused(refusal)
        if refusal.code.contains("AccessDenied") || refusal.code == "60011" || !refusal.scopes.is_empty());
    let key = if denied { "dingtalk.doctor.permission_missing" } else { "dingtalk.doctor.unclear" };
    finding(severity, key, fault.to_string())
}

fn good(key: &'static str) -> Finding {
    finding(Severity::Good, key, String::new())
}

fn finding(severity: Severity, key: &'static str, detail: String) -> Finding {
    Finding { severity, key, detail }
}

#[cfg(test)]
mod tests {
    use huan_core::i18n::{Language, has};

    #[test]
    fn every_finding_has_words_and_advice() {
        let sources = [include_str!("check.rs"), include_str!("hook.rs")].concat();
        let keys: Vec<&str> = sources
            .split('"')
            .filter(|text| text.starts_with("dingtalk.doctor.") && text.len() > "dingtalk.doctor.".len())
            .collect();
        assert!(keys.len() > 12);
        for key in keys {
            assert!(
                Language::ALL.iter().all(|language| has(*language, key) && has(*language, &format!("{key}_advice"))),
                "{key}"
            );
        }
    }
}
