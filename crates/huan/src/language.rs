//! The language in which the program speaks to whoever runs it.

use huan_core::i18n::Language;

/// `HUAN_LANGUAGE`, else the locale of the process; Chinese unless that is English.
pub(crate) fn of_process() -> Language {
    let said = ["HUAN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    Language::from_tag(said.as_deref().unwrap_or_default())
}
