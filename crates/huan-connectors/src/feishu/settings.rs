//! The settings of a Feishu app account, read once.

use huan_connect::{Setting, SettingKind, Settings, SettingsError};
use url::Url;

use crate::secret::Secret;

/// The open platform of Feishu in China (§0.1).
const FEISHU: &str = "https://open.feishu.cn";
/// Where links open the Feishu client.
const FEISHU_LINKS: &str = "https://applink.feishu.cn";
/// The same for Lark, the international version.
const LARK_LINKS: &str = "https://applink.larksuite.com";

/// Events come over a connection that we make.
const LONG_CONNECTION: &str = "long_connection";
/// Events are pushed to our address.
const HTTP_CALLBACK: &str = "http_callback";

/// The form of a Feishu account.
pub(super) const FORM: &[Setting] = &[
    Setting {
        key: "app_id",
        label_key: "feishu.setting.app_id",
        kind: SettingKind::Text,
        required: true,
        default: None,
    },
    Setting {
        key: "app_secret",
        label_key: "feishu.setting.app_secret",
        kind: SettingKind::Secret,
        required: true,
        default: None,
    },
    Setting {
        key: "mode",
        label_key: "feishu.setting.mode",
        kind: SettingKind::Choice(&[LONG_CONNECTION, HTTP_CALLBACK]),
        required: false,
        default: Some(LONG_CONNECTION),
    },
    Setting {
        key: "verification_token",
        label_key: "feishu.setting.verification_token",
        kind: SettingKind::Secret,
        required: false,
        default: None,
    },
    Setting {
        key: "encrypt_key",
        label_key: "feishu.setting.encrypt_key",
        kind: SettingKind::Secret,
        required: false,
        default: None,
    },
    Setting {
        key: "base_url",
        label_key: "feishu.setting.base_url",
        kind: SettingKind::Url,
        required: false,
        default: Some(FEISHU),
    },
    Setting {
        key: "link_url",
        label_key: "feishu.setting.link_url",
        kind: SettingKind::Url,
        required: false,
        default: None,
    },
];

/// How events arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Over a connection that we make.
    LongConnection,
    /// Pushed to our address.
    HttpCallback,
}

/// The settings of an account.
#[derive(Debug, Clone)]
pub(super) struct AppSettings {
    /// `cli_…`.
    pub(super) app_id: String,
    /// Its secret.
    pub(super) app_secret: Secret,
    /// How events arrive.
    pub(super) mode: Mode,
    /// What an unencrypted callback must carry.
    pub(super) verification_token: Option<Secret>,
    /// What callbacks are encrypted and signed with.
    pub(super) encrypt_key: Option<Secret>,
    /// The open platform, without a slash at the end.
    pub(super) base: String,
    /// Where links open the client, without a slash at the end.
    pub(super) links: String,
}

impl AppSettings {
    /// Where pages of the wiki are opened, without a slash at the end. They also stand at the tenant's own address, which no call
    /// tells; this one leads there.
    pub(super) fn pages(&self) -> &str {
        match &self.base {
            base if base.contains("larksuite.com") => "https://www.larksuite.com",
            base if base.contains("feishu.cn") => "https://feishu.cn",
            base => base,
        }
    }

    /// Reads the settings.
    pub(super) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let app_id = settings.get("app_id").ok_or(SettingsError::Missing("app_id"))?.to_owned();
        let app_secret = settings.get("app_secret").map(Secret::new).ok_or(SettingsError::Missing("app_secret"))?;
        let mode = match settings.get("mode").unwrap_or(LONG_CONNECTION) {
            LONG_CONNECTION => Mode::LongConnection,
            HTTP_CALLBACK => Mode::HttpCallback,
            _ => {
                let problem = format!("it is neither {LONG_CONNECTION} nor {HTTP_CALLBACK}");
                return Err(SettingsError::Malformed { key: "mode", problem });
            }
        };
        let base = address("base_url", settings.get("base_url").unwrap_or(FEISHU))?;
        let links = match settings.get("link_url") {
            Some(text) => address("link_url", text)?,
            None if base.contains("larksuite.com") => LARK_LINKS.to_owned(),
            None => FEISHU_LINKS.to_owned(),
        };
        Ok(Self {
            app_id,
            app_secret,
            mode,
            verification_token: settings.get("verification_token").map(Secret::new),
            encrypt_key: settings.get("encrypt_key").map(Secret::new),
            base,
            links,
        })
    }
}

/// The address of a service, without a slash at the end.
pub(super) fn address(key: &'static str, text: &str) -> Result<String, SettingsError> {
    let malformed = |problem: &str| SettingsError::Malformed { key, problem: problem.to_owned() };
    let url = Url::parse(text).map_err(|_| malformed("it is not an address"))?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(malformed("it is not an http or https address"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(malformed("it has something after the path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimal() -> Settings {
        [("app_id", "cli_0123456789abcdef"), ("app_secret", "s3cret")].into_iter().collect()
    }

    #[test]
    fn what_is_not_given_has_a_default() {
        let settings = AppSettings::read(&minimal()).unwrap();
        assert_eq!(settings.base, "https://open.feishu.cn");
        assert_eq!(settings.links, "https://applink.feishu.cn");
        assert_eq!(settings.mode, Mode::LongConnection);
        assert!(settings.encrypt_key.is_none());
    }

    #[test]
    fn an_empty_required_setting_is_missing() {
        let mut settings = minimal();
        settings.set("app_secret", "  ");
        assert_eq!(AppSettings::read(&settings).unwrap_err(), SettingsError::Missing("app_secret"));
    }

    #[test]
    fn unusable_values_are_named_without_being_repeated() {
        for (key, value) in [("mode", "pigeon"), ("base_url", "open.feishu.cn"), ("base_url", "ftp://x.example")] {
            let mut settings = minimal();
            settings.set(key, value);
            let error = AppSettings::read(&settings).unwrap_err();
            assert!(matches!(&error, SettingsError::Malformed { key: named, .. } if *named == key), "{error}");
            assert!(!error.to_string().contains(value), "{error}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", AppSettings::read(&minimal()).unwrap());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
