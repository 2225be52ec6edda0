//! How to use the commands.

use super::Kind;
use crate::i18n::{Language, text};

/// The help on every command.
pub fn help_text(language: Language) -> String {
    let mut lines = vec![text(language, "command.help.title", &[])];
    lines.extend(Kind::ALL.into_iter().map(|kind| line(kind, language)));
    lines.push(text(language, "command.help.hint", &[]));
    lines.join("\n")
}

/// The help on one command.
pub fn help_text_of(kind: Kind, language: Language) -> String {
    line(kind, language)
}

fn line(kind: Kind, language: Language) -> String {
    text(
        language,
        "command.help.line",
        &[
            ("usage", &text(language, &format!("command.usage.{}", kind.name()), &[])),
            ("purpose", &text(language, &format!("command.purpose.{}", kind.name()), &[])),
        ],
    )
}
