//! Whether credentials, permissions, the operator and the way in suffice.

use huan_connect::{Finding, Severity, Tasks};

use super::{account::AppAccount, api::Call, failure, project, settings::AppSettings};

/// Every check, in the order in which one would mend things.
pub(super) async fn examine(account: &AppAccount) -> Vec<Finding> {
    let settings = &account.api.settings;
    let mut findings = Vec::new();
    match account.note(account.api.call(&Call::new("GET /org/info", &[])).await) {
        Ok(_) => findings.push(finding(Severity::Good, "teambition.doctor.credentials_good", &settings.app_id)),
        Err(error) => {
            let key = match error.reason_key {
                failure::CREDENTIALS => "teambition.doctor.credentials_refused",
                "delivery.reason.permission_missing" => "teambition.doctor.permission_missing",
                _ => "teambition.doctor.unreachable",
            };
            let ends = error.reason_key != "delivery.reason.permission_missing";
            findings.push(finding(Severity::Problem, key, error.detail));
            if ends {
                return findings;
            }
        }
    }
    findings.push(operator(account).await);
    findings.push(match account.projects().await {
        Ok(projects) if projects.is_empty() => finding(Severity::Warning, "teambition.doctor.no_projects", ""),
        Ok(projects) => finding(Severity::Good, "teambition.doctor.projects_good", projects.len().to_string()),
        Err(error) => finding(Severity::Problem, "teambition.doctor.permission_missing", error.detail),
    });
    findings.push(match account.ask_for_events().await {
        Ok(()) => finding(Severity::Good, "teambition.doctor.events_good", ""),
        Err(error) => finding(Severity::Warning, "teambition.doctor.events_refused", error.detail),
    });
    findings.push(way_in(settings));
    findings
}

async fn operator(account: &AppAccount) -> Finding {
    let settings = &account.api.settings;
    match project::names(&account.api, vec![settings.operator.to_string()]).await {
        Ok(found) => match found.into_iter().find(|member| !member.name.is_empty()) {
            Some(member) => finding(Severity::Good, "teambition.doctor.operator_good", member.name),
            None => finding(Severity::Problem, "teambition.doctor.operator_unknown", settings.operator.to_string()),
        },
        Err(error) => finding(Severity::Warning, "teambition.doctor.operator_unread", error.detail),
    }
}

fn way_in(settings: &AppSettings) -> Finding {
    match &settings.relay {
        Some(relay) => finding(Severity::Good, "teambition.doctor.relay", relay),
        None => finding(Severity::Good, "teambition.doctor.webhook", ""),
    }
}

fn finding(severity: Severity, key: &'static str, detail: impl Into<String>) -> Finding {
    Finding { severity, key, detail: detail.into() }
}
