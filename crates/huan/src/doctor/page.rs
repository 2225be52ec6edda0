//! The address under which people and platforms reach the hub.

use url::Host;

use super::report::Report;
use crate::config::Config;

/// Looks whether links in messages can lead anywhere.
pub(super) fn look(config: &Config, report: &mut Report) {
    let Some(url) = &config.public_url else {
        report.warning("program.doctor.public_url_missing", &[]);
        return;
    };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unspecified(),
        None => {
            report.problem("program.doctor.public_url_bad", &[("url", url)]);
            return;
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.query().is_some() || url.fragment().is_some() {
        report.problem("program.doctor.public_url_bad", &[("url", url)]);
    } else if loopback {
        report.warning("program.doctor.public_url_local", &[("url", url)]);
    } else if url.scheme() == "http" {
        report.warning("program.doctor.public_url_plain", &[("url", url)]);
    } else {
        report.good("program.doctor.public_url", &[("url", url)]);
    }
}
