//! The platform accounts: credentials, permissions, and whether the platform's clock agrees with ours.

use huan_app::{App, actions::accounts::check_account};
use huan_connect::{SettingKind, Severity};
use huan_store::PlatformAccount;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use super::report::Report;

/// Signatures of platforms are good for minutes; more than this is a warning long before that.
const LARGEST_SKEW: SignedDuration = SignedDuration::from_secs(30);

/// Looks at every enabled account.
pub(super) async fn look(app: &App, report: &mut Report) -> anyhow::Result<()> {
    let accounts = app.db.read().await?.accounts(&app.workspace).await?;
    let enabled: Vec<_> = accounts.into_iter().filter(|account| account.enabled).collect();
    if enabled.is_empty() {
        report.warning("program.doctor.no_accounts", &[]);
    }
    for account in &enabled {
        match check_account(app, account).await {
            Ok(findings) => {
                for finding in findings {
                    report.add(finding.severity, Some(&account.name), finding.key, &[("detail", &finding.detail)]);
                }
            }
            Err(error) => {
                report.add(Severity::Problem, Some(&account.name), "program.doctor.account", &[("detail", &error)]);
            }
        }
        clock(app, account, report).await;
    }
    Ok(())
}

/// Compares our clock with that of the platform, which every answer of a web server tells.
async fn clock(app: &App, account: &PlatformAccount, report: &mut Report) {
    let Some(address) = address_of(app, account) else { return };
    let before = app.now();
    let Ok(answer) = app.http.get(&address).send().await else {
        report.add(Severity::Warning, Some(&account.name), "program.doctor.clock_unknown", &[]);
        return;
    };
    let after = app.now();
    let date = answer.headers.iter().find(|(name, _)| name == "date").map(|(_, value)| value.as_str());
    let Some(theirs) = date.and_then(read_date) else {
        report.add(Severity::Warning, Some(&account.name), "program.doctor.clock_unknown", &[]);
        return;
    };
    let skew = skew(before, after, theirs);
    let seconds = skew.as_secs();
    if skew.abs() <= LARGEST_SKEW {
        report.add(Severity::Good, Some(&account.name), "program.doctor.clock", &[("seconds", &seconds)]);
    } else {
        report.add(Severity::Problem, Some(&account.name), "program.doctor.clock_skewed", &[("seconds", &seconds)]);
    }
}

/// How far their clock is ahead of ours; the middle of the exchange is when they looked at it.
fn skew(before: Timestamp, after: Timestamp, theirs: Timestamp) -> SignedDuration {
    let middle = before + after.duration_since(before) / 2;
    theirs.duration_since(middle)
}

fn read_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// The first address among the account's settings.
fn address_of(app: &App, account: &PlatformAccount) -> Option<String> {
    let settings = huan_app::engine::accounts::settings(app, account).ok()?;
    let descriptor = app.platform(&account.platform)?.descriptor();
    let setting = descriptor.settings.iter().find(|setting| setting.kind == SettingKind::Url)?;
    settings.get(setting.key).or(setting.default).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_skew_is_counted_from_the_middle_of_the_exchange() {
        let at = |second| Timestamp::from_second(second).unwrap();
        assert_eq!(skew(at(100), at(104), at(162)), SignedDuration::from_secs(60));
        assert_eq!(skew(at(100), at(104), at(42)), SignedDuration::from_secs(-60));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(read_date("Sun, 06 Nov 1994 08:49:37 GMT"), Timestamp::from_second(784_111_777).ok());
        assert_eq!(read_date("yesterday"), None);
    }
}
