//! What an account of a DingTalk app is told, and what an administrator ticks in the console.

use std::collections::BTreeMap;

use huan_connect::{Permission, Setting, SettingKind, Settings, SettingsError};
use url::Url;

use super::{hook::Hook, sealed::Seal, signature};
use crate::secret::Secret;

/// Host of the new API (DingTalk, hosts §0.1).
const API: &str = "https://api.dingtalk.com";
/// Host of the old API (DingTalk, hosts §0.1).
const OAPI: &str = "https://oapi.dingtalk.com";
/// Opens a conversation in the client. Seen in the field, not promised by DingTalk.
const CONVERSATION_LINK: &str = "dingtalk://dingtalkclient/page/conversation?cid={conversation}";

/// The form of an app account.
pub(super) const SETTINGS: &[Setting] = &[
    setting("client_id", "dingtalk.setting.client_id", SettingKind::Text).required(),
    setting("client_secret", "dingtalk.setting.client_secret", SettingKind::Secret).required(),
    setting("mode", "dingtalk.setting.mode", SettingKind::Choice(&["stream", "http"])).default("stream"),
    setting("robot_code", "dingtalk.setting.robot_code", SettingKind::Text).optional(),
    setting("corp_id", "dingtalk.setting.corp_id", SettingKind::Text).optional(),
    setting("card_template", "dingtalk.setting.card_template", SettingKind::Text).optional(),
    setting("callback_token", "dingtalk.setting.callback_token", SettingKind::Secret).optional(),
    setting("callback_aes_key", "dingtalk.setting.callback_aes_key", SettingKind::Secret).optional(),
    setting("card_callback_url", "dingtalk.setting.card_callback_url", SettingKind::Url).optional(),
    setting("card_secret", "dingtalk.setting.card_secret", SettingKind::Secret).optional(),
    setting("group_hooks", "dingtalk.setting.group_hooks", SettingKind::Secret).optional(),
    setting("api_base", "dingtalk.setting.api_base", SettingKind::Url).default(API),
    setting("oapi_base", "dingtalk.setting.oapi_base", SettingKind::Url).default(OAPI),
    setting("conversation_link", "dingtalk.setting.conversation_link", SettingKind::Text).default(CONVERSATION_LINK),
];

/// The permission points to tick (DingTalk, permission points §13.3).
pub(super) const PERMISSIONS: &[Permission] = &[
    permission("qyapi_base", "dingtalk.permission.base"),
    permission("qyapi_robot_sendmsg", "dingtalk.permission.robot_send"),
    permission("Card.Instance.Write", "dingtalk.permission.card"),
    permission("qyapi_chat_manage", "dingtalk.permission.chat_manage"),
    permission("qyapi_chat_read", "dingtalk.permission.chat_read"),
    permission("qyapi_get_member", "dingtalk.permission.member"),
    permission("qyapi_get_member_by_mobile", "dingtalk.permission.mobile"),
    permission("qyapi_get_department_list", "dingtalk.permission.departments"),
    permission("qyapi_get_department_member", "dingtalk.permission.department_members"),
    permission("Premium.Ding.Write", "dingtalk.permission.ding"),
    permission("Calendar.Event.Write", "dingtalk.permission.calendar"),
];

/// A setting under construction: [`Setting`] without the noise of its unused parts.
pub(super) struct Draft(Setting);

pub(super) const fn setting(key: &'static str, label_key: &'static str, kind: SettingKind) -> Draft {
    Draft(Setting { key, label_key, kind, required: false, default: None })
}

impl Draft {
    pub(super) const fn required(self) -> Setting {
        Setting { required: true, ..self.0 }
    }

    pub(super) const fn optional(self) -> Setting {
        self.0
    }

    pub(super) const fn default(self, value: &'static str) -> Setting {
        Setting { default: Some(value), ..self.0 }
    }
}

const fn permission(scope: &'static str, reason_key: &'static str) -> Permission {
    Permission { scope, reason_key }
}

/// How events come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Over a WebSocket that Huan opens.
    Stream,
    /// DingTalk calls an address of Huan's.
    Http,
}

/// The settings of an app account, read and checked.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) corp_id: Option<String>,
    pub(super) robot_code: String,
    pub(super) mode: Mode,
    /// Opens events pushed over HTTP.
    pub(super) seal: Option<Seal>,
    /// Signs card callbacks over HTTP.
    pub(super) card_secret: Secret,
    pub(super) card_callback_url: Option<Url>,
    pub(super) card_template: Option<String>,
    /// Custom robots by the group they are in, for mentions.
    pub(super) group_hooks: BTreeMap<String, Hook>,
    pub(super) api_base: Url,
    pub(super) oapi_base: Url,
    pub(super) conversation_link: String,
}

impl Config {
    /// Reads the settings.
    pub(super) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let required = |key| settings.get(key).map(str::to_owned).ok_or(SettingsError::Missing(key));
        let client_id = required("client_id")?;
        let client_secret = Secret::new(required("client_secret")?);
        let mode = match settings.get("mode").unwrap_or("stream") {
            "stream" => Mode::Stream,
            "http" => Mode::Http,
            _ => return Err(malformed("mode", "stream or http")),
        };
        let seal = match (settings.get("callback_token"), settings.get("callback_aes_key")) {
            (Some(token), Some(key)) => {
                Some(Seal::new(token, key).map_err(|error| malformed("callback_aes_key", error))?)
            }
            (None, None) => None,
            (Some(_), None) => return Err(SettingsError::Missing("callback_aes_key")),
            (None, Some(_)) => return Err(SettingsError::Missing("callback_token")),
        };
        // Huan registers the callback itself, so any secret will do that only the two sides know.
        let card_secret = settings
            .get("card_secret")
            .map_or_else(|| Secret::new(signature::of_timestamp("card callback", client_secret.reveal())), Secret::new);
        Ok(Self {
            robot_code: settings.get("robot_code").unwrap_or(&client_id).to_owned(),
            client_id,
            client_secret,
            corp_id: settings.get("corp_id").map(str::to_owned),
            mode,
            seal,
            card_secret,
            card_callback_url: settings
                .get("card_callback_url")
                .map(|text| address("card_callback_url", text))
                .transpose()?,
            card_template: settings.get("card_template").map(str::to_owned),
            group_hooks: group_hooks(settings.get("group_hooks").unwrap_or_default())?,
            api_base: address("api_base", settings.get("api_base").unwrap_or(API))?,
            oapi_base: address("oapi_base", settings.get("oapi_base").unwrap_or(OAPI))?,
            conversation_link: settings.get("conversation_link").unwrap_or(CONVERSATION_LINK).to_owned(),
        })
    }

    /// The template of interactive cards, if their buttons can be heard.
    pub(super) fn usable_template(&self) -> Option<&str> {
        let template = self.card_template.as_deref()?;
        (self.mode == Mode::Stream || self.card_callback_url.is_some()).then_some(template)
    }
}

/// A setting's value that cannot be used; the value itself is not repeated.
pub(super) fn malformed(key: &'static str, problem: impl ToString) -> SettingsError {
    SettingsError::Malformed { key, problem: problem.to_string() }
}

/// An `http` or `https` address.
pub(super) fn address(key: &'static str, text: &str) -> Result<Url, SettingsError> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        Ok(_) => Err(malformed(key, "not an http or https address")),
        Err(error) => Err(malformed(key, error)),
    }
}

/// One group per line: conversation id, webhook address, signing secret (optional).
fn group_hooks(text: &str) -> Result<BTreeMap<String, Hook>, SettingsError> {
    let mut hooks = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.split_whitespace();
        let (Some(group), Some(webhook)) = (words.next(), words.next()) else {
            return Err(malformed("group_hooks", "each line needs a conversation id and a webhook address"));
        };
        hooks.insert(group.to_owned(), Hook::new("group_hooks", webhook, words.next(), None)?);
    }
    Ok(hooks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::i18n::{Language, has};

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        [("client_id", "dingapp"), ("client_secret", "s3cret")].iter().chain(pairs).copied().collect()
    }

    #[test]
    fn two_settings_are_enough() {
        let config = Config::read(&settings(&[])).unwrap();
        assert_eq!(config.robot_code, "dingapp");
        assert_eq!(config.mode, Mode::Stream);
        assert_eq!(config.api_base.as_str(), "https://api.dingtalk.com/");
        assert!(config.usable_template().is_none());
    }

    #[test]
    fn what_is_missing_or_malformed_is_named_without_its_value() {
        let missing = Config::read(&Settings::default()).unwrap_err();
        assert_eq!(missing, SettingsError::Missing("client_id"));
        let half = Config::read(&settings(&[("callback_token", "t")])).unwrap_err();
        assert_eq!(half, SettingsError::Missing("callback_aes_key"));
        let short = settings(&[("callback_token", "t"), ("callback_aes_key", "topsecret")]);
        let text = Config::read(&short).unwrap_err().to_string();
        assert!(text.contains("callback_aes_key") && !text.contains("topsecret"), "{text}");
        assert!(Config::read(&settings(&[("api_base", "ftp://x")])).is_err());
        assert!(Config::read(&settings(&[("group_hooks", "cidA")])).is_err());
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let config = Config::read(&settings(&[
            ("callback_token", "tokenvalue"),
            ("callback_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"),
            ("card_secret", "cardvalue"),
            ("group_hooks", "cidA https://oapi.dingtalk.com/robot/send?access_token=hookvalue SECvalue"),
        ]))
        .unwrap();
        let shown = format!("{config:?}");
        for secret in ["s3cret", "tokenvalue", "abcdefgh", "cardvalue", "hookvalue", "SECvalue"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }

    #[test]
    fn cards_over_http_need_a_callback_address() {
        let http = settings(&[("mode", "http"), ("card_template", "x.schema")]);
        assert_eq!(Config::read(&http).unwrap().usable_template(), None);
        let mut with_address = http;
        with_address.set("card_callback_url", "https://huan.example.com/callback/acc/card");
        assert_eq!(Config::read(&with_address).unwrap().usable_template(), Some("x.schema"));
    }

    #[test]
    fn every_label_help_and_reason_has_a_text() {
        let mut keys = Vec::new();
        for setting in SETTINGS.iter().chain(super::super::hook::SETTINGS) {
            keys.push(setting.label_key.to_owned());
            keys.push(format!("{}_help", setting.label_key));
            if let SettingKind::Choice(choices) = setting.kind {
                keys.extend(choices.iter().map(|choice| format!("{}_{choice}", setting.label_key)));
            }
        }
        keys.extend(PERMISSIONS.iter().map(|permission| permission.reason_key.to_owned()));
        for key in keys {
            assert!(Language::ALL.iter().all(|language| has(*language, &key)), "{key}");
        }
    }
}
