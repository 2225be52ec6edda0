//! The words of a message, whatever its type (Feishu §3.11, §4.6).

use std::fmt::Display;

use huan_core::i18n::{Language, text};
use serde_json::Value;

/// A placeholder of a message and what stands in its place: `@_user_1`, `@李强`.
pub(super) type Names<'a> = [(&'a str, &'a str)];

/// What the message says. `content` is the JSON text of the message.
pub(super) fn of(message_type: &str, content: &str, names: &Names<'_>) -> String {
    // Content that is not JSON is shown as it came.
    let Ok(content) = serde_json::from_str::<Value>(content) else {
        return with_names(content, names);
    };
    let member = |key: &str| content.get(key).and_then(Value::as_str).unwrap_or_default();
    match message_type {
        "text" => with_names(member("text"), names),
        "post" => post(&content, names),
        "image" => word("image", ""),
        "file" | "folder" => word("file", member("file_name")),
        "audio" => word("audio", ""),
        "media" | "video" => word("media", ""),
        "sticker" => word("sticker", ""),
        "share_chat" => word("share_chat", ""),
        "share_user" => word("share_user", ""),
        "location" => word("location", member("name")),
        "merge_forward" => word("merge_forward", ""),
        "interactive" => word("card", card_title(&content)),
        other => {
            let said = member("text");
            if said.is_empty() { word("other", other) } else { with_names(said, names) }
        }
    }
}

/// `text` with every placeholder replaced by its name.
fn with_names(text: &str, names: &Names<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("@_") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let found = names
            .iter()
            .filter(|(key, _)| !key.is_empty() && from.starts_with(key) && !continues(&from[key.len()..]))
            .max_by_key(|(key, _)| key.len());
        rest = match found {
            Some((key, name)) => {
                out.push_str(name);
                &from[key.len()..]
            }
            None => match from.strip_prefix("@_all") {
                Some(after) => {
                    out.push('@');
                    out.push_str(&chinese("feishu.everybody", &[]));
                    after
                }
                None => {
                    out.push_str("@_");
                    &from[2..]
                }
            },
        };
    }
    out.push_str(rest);
    out
}

/// `@_user_1` is not the beginning of `@_user_12`.
fn continues(after: &str) -> bool {
    after.starts_with(|next: char| next.is_ascii_digit())
}

fn post(content: &Value, names: &Names<'_>) -> String {
    // Received posts have no language around them; sent ones have.
    let body = ["zh_cn", "en_us", "ja_jp"].iter().find_map(|language| content.get(language)).unwrap_or(content);
    let mut lines = Vec::new();
    if let Some(title) = body.get("title").and_then(Value::as_str).filter(|title| !title.is_empty()) {
        lines.push(with_names(title, names));
    }
    for paragraph in body.get("content").and_then(Value::as_array).into_iter().flatten() {
        let elements = paragraph.as_array().into_iter().flatten();
        lines.push(elements.map(|element| post_element(element, names)).collect::<String>());
    }
    lines.join("\n")
}

fn post_element(element: &Value, names: &Names<'_>) -> String {
    let member = |key: &str| element.get(key).and_then(Value::as_str).unwrap_or_default();
    match member("tag") {
        "at" => at(member("user_id"), member("user_name"), names),
        "a" => match (member("text"), member("href")) {
            (text, "") => text.to_owned(),
            (text, href) if text.is_empty() || text == href => href.to_owned(),
            (text, href) => format!("{text} ({href})"),
        },
        "img" => word("image", ""),
        "media" => word("media", ""),
        "emotion" => word("emotion", member("emoji_type")),
        "hr" => "---".to_owned(),
        _ => with_names(member("text"), names),
    }
}

fn at(id: &str, name: &str, names: &Names<'_>) -> String {
    match names.iter().find(|(key, _)| *key == id) {
        Some((_, name)) => (*name).to_owned(),
        None if id == "@_all" || id == "all" => format!("@{}", chinese("feishu.everybody", &[])),
        None if name.is_empty() => String::new(),
        None => format!("@{name}"),
    }
}

fn card_title(content: &Value) -> &str {
    content
        .pointer("/header/title/content")
        .or_else(|| content.get("title"))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn word(key: &str, name: &str) -> String {
    chinese(&format!("feishu.words.{key}"), &[("name", &name)]).trim_end().to_owned()
}

/// A message belongs to nobody's language: Chinese, the language of most who read it.
fn chinese(key: &str, arguments: &[(&str, &dyn Display)]) -> String {
    text(Language::Chinese, key, arguments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAMES: &Names<'static> = &[("@_user_1", "@环"), ("@_user_12", "@李强"), ("@_user_2", "@王 芳")];

    #[test]
    fn placeholders_become_names() {
        let said = of("text", r#"{"text":"@_user_1任务 @_user_12 周五前 @_user_2@_all @_user_3 a@_b"}"#, NAMES);
        assert_eq!(said, "@环任务 @李强 周五前 @王 芳@所有人 @_user_3 a@_b");
    }

    #[test]
    fn a_name_that_looks_like_a_placeholder_is_not_replaced_again() {
        assert_eq!(with_names("@_user_1", &[("@_user_1", "@_user_2"), ("@_user_2", "@x")]), "@_user_2");
    }

    #[test]
    fn s4_6_a_received_post() {
        let content = r#"{"title":"周报","content":[[{"tag":"text","text":"请 "},{"tag":"at","user_id":"@_user_1","user_name":""},
            {"tag":"a","text":"看","href":"https://x.example"}],[{"tag":"img","image_key":"img_1"}],
            [{"tag":"emotion","emoji_type":"SMILE"},{"tag":"code_block","text":"a();"}],[{"tag":"hr"}],[]]}"#;
        assert_eq!(of("post", content, NAMES), "周报\n请 @环看 (https://x.example)\n[图片]\n[SMILE]a();\n---\n");
    }

    #[test]
    fn other_types_are_put_in_words() {
        for (kind, content, expected) in [
            ("image", r#"{"image_key":"img_1"}"#, "[图片]"),
            ("file", r#"{"file_key":"f","file_name":"方案.docx"}"#, "[文件] 方案.docx"),
            ("audio", r#"{"file_key":"f"}"#, "[语音]"),
            ("interactive", r#"{"title":"请确认","elements":[]}"#, "[卡片] 请确认"),
            ("share_user", r#"{"user_id":"ou_1"}"#, "[个人名片]"),
            ("hongbao", r#"{"text":"[红包]"}"#, "[红包]"),
            ("vote", r#"{"topic":"?"}"#, "[vote 类型的消息]"),
            ("text", "not json", "not json"),
            ("text", "[1]", ""),
        ] {
            assert_eq!(of(kind, content, NAMES), expected);
        }
    }

    proptest! {
        #[test]
        fn any_content_has_words(kind in "text|post|image|file|interactive|x", content in ".*") {
            let _ = of(&kind, &content, NAMES);
        }

        #[test]
        fn any_text_survives_placeholders(text in "(@_user_1|@_user_|@_|@|_all|2|中)*") {
            let _ = with_names(&text, NAMES);
        }
    }
}
