//! Texts that a person reads, in their language.
//!
//! The files under `locales/` are the one home of user-visible text; the web page imports the same files.
//! A key is `area.name`, a placeholder is `{name}`.

use std::{
    collections::HashMap,
    fmt::{self, Write as _},
    sync::LazyLock,
};

use serde::{Deserialize, Serialize};

/// A language that Huan speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Simplified Chinese, the default.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The BCP 47 tag, which is also the folder's name under `locales/`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language a BCP 47 tag means; anything that is not English is answered in Chinese.
    pub fn from_tag(tag: &str) -> Self {
        if tag.trim_start().to_ascii_lowercase().starts_with("en") { Self::English } else { Self::Chinese }
    }
}

// Every file of `locales/`, as (language, area, contents); `build.rs` writes the list.
include!(concat!(env!("OUT_DIR"), "/locale_files.rs"));

static TEXTS: LazyLock<HashMap<(Language, String), String>> = LazyLock::new(|| {
    let mut texts = HashMap::new();
    for (language, _, file) in FILES {
        // The files are part of the program and a test reads each one.
        let entries: HashMap<String, String> = serde_json::from_str(file).unwrap_or_default();
        for (key, text) in entries {
            texts.insert((*language, key), text);
        }
    }
    texts
});

/// The text of `key` in `language`, with `{name}` placeholders filled from `arguments`.
///
/// A missing key yields the key itself, so that a mistake is seen and never stops the program.
pub fn text(language: Language, key: &str, arguments: &[(&str, &dyn fmt::Display)]) -> String {
    let Some(template) = TEXTS.get(&(language, key.to_owned())) else {
        return key.to_owned();
    };
    fill(template, arguments)
}

/// Whether `key` has a text in `language`.
pub fn has(language: Language, key: &str) -> bool {
    TEXTS.contains_key(&(language, key.to_owned()))
}

fn fill(template: &str, arguments: &[(&str, &dyn fmt::Display)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (before, from_open) = rest.split_at(open);
        out.push_str(before);
        let filled = from_open.find('}').and_then(|close| {
            let name = &from_open[1..close];
            let (_, value) = arguments.iter().find(|(argument, _)| *argument == name)?;
            Some((close, value))
        });
        match filled {
            Some((close, value)) => {
                // Writing into a String cannot fail.
                let _ = write!(out, "{value}");
                rest = &from_open[close + 1..];
            }
            None => {
                out.push('{');
                rest = &from_open[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(language: Language, area: &str) -> BTreeSet<String> {
        let file = FILES.iter().find(|file| file.0 == language && file.1 == area).unwrap().2;
        let entries: HashMap<String, String> = serde_json::from_str(file).unwrap();
        entries.into_keys().collect()
    }

    #[test]
    fn both_languages_are_complete() {
        for (_, area, _) in FILES.iter().filter(|file| file.0 == Language::Chinese) {
            assert_eq!(keys(Language::Chinese, area), keys(Language::English, area), "{area}");
            for key in keys(Language::Chinese, area) {
                assert!(key.starts_with(&format!("{area}.")), "{key} lives in {area}.json");
            }
        }
    }

    #[test]
    fn placeholders_are_the_same_in_both_languages() {
        fn placeholders(text: &str) -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
        }
        for ((language, key), chinese) in TEXTS.iter().filter(|((language, _), _)| *language == Language::Chinese) {
            assert_eq!(*language, Language::Chinese);
            let english = &TEXTS[&(Language::English, key.clone())];
            assert_eq!(placeholders(chinese), placeholders(english), "{key}");
        }
    }

    #[test]
    fn fills_placeholders_and_leaves_unknown_braces() {
        assert_eq!(fill("{a} 与 {b}{", &[("a", &1)]), "1 与 {b}{");
    }
}
