//! What is known about a platform without being connected to it.

use std::{collections::BTreeMap, fmt};

use huan_core::platform::PlatformKey;

/// A platform as the page and the documents describe it.
#[derive(Debug, Clone)]
pub struct Descriptor {
    /// The short name: `dingtalk`.
    pub key: PlatformKey,
    /// The key of its name in the translation files.
    pub name_key: &'static str,
    /// What an account must be told, in the order of the form.
    pub settings: &'static [Setting],
    /// What an administrator must tick in the platform's console.
    pub permissions: &'static [Permission],
}

/// One input of an account's configuration form.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key under which the value is kept.
    pub key: &'static str,
    /// The key of the label in the translation files; `…_help` beside it explains where to find the value.
    pub label_key: &'static str,
    /// What kind of value it is.
    pub kind: SettingKind,
    /// Whether the account cannot be opened without it.
    pub required: bool,
    /// The value when none is given.
    pub default: Option<&'static str>,
}

/// What kind of value a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// Plain text.
    Text,
    /// Text that is encrypted at rest and never shown again.
    Secret,
    /// The address of a service.
    Url,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// A permission point of a platform's console.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// The platform's own name of it: `im:message:send_as_bot`.
    pub scope: &'static str,
    /// The key of the text that says what Huan needs it for.
    pub reason_key: &'static str,
}

/// The values of an account's settings. `Debug` shows only which are present.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// The value of `key`; an empty one counts as absent.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Sets `key` to `value`.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.insert(key.into(), value.into());
    }

    /// Every key and value; the values may be secret.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Settings {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
