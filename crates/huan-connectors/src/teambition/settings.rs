//! The settings of a Teambition app account, read once.

use huan_connect::{Setting, SettingKind, Settings, SettingsError};
use huan_core::platform::ForeignUser;
use url::Url;

use crate::secret::Secret;

/// The public cloud (§1.1). A private deployment is at `https://<its host>/gateway`.
const PUBLIC: &str = "https://open.teambition.com/api";
/// Where task pages of the public cloud are.
const PUBLIC_LINKS: &str = "https://www.teambition.com";

/// The token is signed here; the secret never leaves the process.
const SELF_SIGNED: &str = "self_signed";
/// The token is asked for at `POST /appToken`.
const APP_TOKEN: &str = "app_token";

const fn text(key: &'static str, label_key: &'static str, required: bool) -> Setting {
    Setting { key, label_key, kind: SettingKind::Text, required, default: None }
}

/// The form of a Teambition account.
pub(super) const FORM: &[Setting] = &[
    text("app_id", "teambition.setting.app_id", true),
    Setting {
        key: "app_secret",
        label_key: "teambition.setting.app_secret",
        kind: SettingKind::Secret,
        required: true,
        default: None,
    },
    text("organization_id", "teambition.setting.organization_id", true),
    text("operator_id", "teambition.setting.operator_id", true),
    Setting {
        key: "base_url",
        label_key: "teambition.setting.base_url",
        kind: SettingKind::Url,
        required: false,
        default: Some(PUBLIC),
    },
    Setting {
        key: "link_url",
        label_key: "teambition.setting.link_url",
        kind: SettingKind::Url,
        required: false,
        default: Some(PUBLIC_LINKS),
    },
    Setting {
        key: "token",
        label_key: "teambition.setting.token",
        kind: SettingKind::Choice(&[SELF_SIGNED, APP_TOKEN]),
        required: false,
        default: Some(SELF_SIGNED),
    },
    text("relay", "teambition.setting.relay", false),
];

/// How the app's token is had (§2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenForm {
    /// Signed here (§2.1).
    SelfSigned,
    /// Asked for (§2.2).
    Asked,
}

/// The settings of an account.
#[derive(Debug, Clone)]
pub(super) struct AppSettings {
    /// The app's id.
    pub(super) app_id: String,
    /// Its secret: signs tokens, proves webhooks.
    pub(super) app_secret: Secret,
    /// The organisation.
    pub(super) organization: String,
    /// On whose behalf writes are made that have no author of their own.
    pub(super) operator: ForeignUser,
    /// The interface, without a slash at the end.
    pub(super) base: String,
    /// Where pages are, without a slash at the end.
    pub(super) links: String,
    /// How the token is had.
    pub(super) token: TokenForm,
    /// The DingTalk account that passes events on.
    pub(super) relay: Option<String>,
}

impl AppSettings {
    /// Reads the settings.
    pub(super) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let required = |key: &'static str| settings.get(key).map(str::to_owned).ok_or(SettingsError::Missing(key));
        let token = match settings.get("token").unwrap_or(SELF_SIGNED) {
            SELF_SIGNED => TokenForm::SelfSigned,
            APP_TOKEN => TokenForm::Asked,
            _ => {
                let problem = format!("it is neither {SELF_SIGNED} nor {APP_TOKEN}");
                return Err(SettingsError::Malformed { key: "token", problem });
            }
        };
        Ok(Self {
            app_id: identifier("app_id", required("app_id")?)?,
            app_secret: Secret::new(required("app_secret")?),
            organization: identifier("organization_id", required("organization_id")?)?,
            operator: ForeignUser::new(identifier("operator_id", required("operator_id")?)?),
            base: address("base_url", settings.get("base_url").unwrap_or(PUBLIC))?,
            links: address("link_url", settings.get("link_url").unwrap_or(PUBLIC_LINKS))?,
            token,
            relay: settings.get("relay").map(str::to_owned),
        })
    }
}

/// Ids go into headers and paths: they are plain letters and digits (§1.1).
fn identifier(key: &'static str, text: String) -> Result<String, SettingsError> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        Ok(text)
    } else {
        Err(SettingsError::Malformed { key, problem: "it is not an id".to_owned() })
    }
}

/// The address of a service, without a slash at the end.
fn address(key: &'static str, text: &str) -> Result<String, SettingsError> {
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
pub(super) mod tests {
    use super::*;

    /// The settings of the worked vectors.
    pub(in super::super) fn vectors() -> Settings {
        [
            ("app_id", "5f0426cac1183f001a6f10c7"),
            ("app_secret", "example-app-secret"),
            ("organization_id", "5f59d997a41fa40016891500"),
            ("operator_id", "65e0f1a2b3c4d5e6f7a8b9a1"),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn s1_1_the_public_cloud_is_meant_unless_told_otherwise() {
        let settings = AppSettings::read(&vectors()).unwrap();
        assert_eq!(settings.base, "https://open.teambition.com/api");
        assert_eq!(settings.links, "https://www.teambition.com");
        assert_eq!(settings.token, TokenForm::SelfSigned);
        let mut private = vectors();
        private.set("base_url", "https://tb.example.cn/gateway/");
        assert_eq!(AppSettings::read(&private).unwrap().base, "https://tb.example.cn/gateway");
    }

    #[test]
    fn unusable_values_are_named_without_being_repeated() {
        let bad =
            [("base_url", "tb.example"), ("token", "pigeon"), ("organization_id", "5f59\r\nX: y"), ("app_id", "a/b")];
        for (key, value) in bad {
            let mut settings = vectors();
            settings.set(key, value);
            let error = AppSettings::read(&settings).unwrap_err();
            assert!(matches!(&error, SettingsError::Malformed { key: named, .. } if *named == key), "{error}");
            assert!(!error.to_string().contains(value), "{error}");
        }
        let mut settings = vectors();
        settings.set("operator_id", "");
        assert_eq!(AppSettings::read(&settings).unwrap_err(), SettingsError::Missing("operator_id"));
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", AppSettings::read(&vectors()).unwrap());
        assert!(!shown.contains("example-app-secret"), "{shown}");
    }
}
