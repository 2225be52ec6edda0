//! The templates that are shipped: pages that are often needed, to be copied and filled in.

use crate::i18n::{Language, text};

/// A shipped template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The stable key.
    pub key: &'static str,
    /// What the page is called.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// The text, in Markdown.
    pub text: &'static str,
}

macro_rules! templates {
    ($($key:literal),*) => {
        &[$((
            $key,
            include_str!(concat!("templates/zh-CN/", $key, ".md")),
            include_str!(concat!("templates/en/", $key, ".md")),
        )),*]
    };
}

/// Key, Chinese text, English text.
const SHIPPED: &[(&str, &str, &str)] = templates!["background", "review", "weekly", "fault", "acceptance", "interface"];

/// The shipped templates in a language.
pub fn shipped(language: Language) -> Vec<Template> {
    let template = |(key, chinese, english): &(&'static str, &'static str, &'static str)| Template {
        key,
        title: text(language, &format!("documents.template.{key}"), &[]),
        summary: text(language, &format!("documents.template.{key}.text"), &[]),
        text: match language {
            Language::Chinese => chinese,
            Language::English => english,
        },
    };
    SHIPPED.iter().map(template).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::html;

    #[test]
    fn c3_every_shipped_template_has_its_words_and_can_be_shown() {
        for language in Language::ALL {
            let all = shipped(language);
            assert!(all.len() >= 4);
            for template in all {
                assert!(!template.title.contains("documents."), "{}", template.title);
                assert!(!template.summary.contains("documents."), "{}", template.summary);
                assert!(template.text.starts_with(&format!("# {}\n", template.title)), "{}", template.key);
                let html = html(template.text);
                assert!(html.contains("<h2>") && !html.contains("<p>|"), "a table is broken: {html}");
            }
        }
    }
}
