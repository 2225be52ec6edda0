//! Checking and storing the `content` of a message (Feishu §3.11).

use serde_json::{Value, json};

use super::card;
use super::directory::Directory;
use super::error::ApiError;
use super::ids;
use super::model::{Card, Mention};

/// Longest body of a text message.
const TEXT_LIMIT: usize = 150 * 1024;
/// Longest body of a post or a card.
const RICH_LIMIT: usize = 30 * 1024;

/// A content that passed the checks.
#[derive(Debug, Clone)]
pub(super) struct Content {
    /// The received form.
    pub(super) value: Value,
    pub(super) card: Option<Card>,
    pub(super) mentions: Vec<Mention>,
    pub(super) mentions_all: bool,
}

/// Checks `content`, which must be JSON serialised into a string.
pub(super) fn check(directory: &Directory, kind: &str, content: &str) -> Result<Content, ApiError> {
    let limit = if matches!(kind, "post" | "interactive") { RICH_LIMIT } else { TEXT_LIMIT };
    if content.len() > limit {
        return Err(ApiError::new(230025, "The length of the message content reaches its limit."));
    }
    let value: Value = match serde_json::from_str(content) {
        Ok(value) => value,
        Err(error) if kind == "interactive" => {
            return Err(ApiError::card(
                200621,
                "parse card json err, please check whether the card json is correct",
                error,
            ));
        }
        Err(_) => return Err(ApiError::im_parameter("content is not a string in json format")),
    };
    if !value.is_object() {
        return Err(ApiError::im_parameter("content is not a string in json format"));
    }
    match kind {
        "text" => text(directory, &value),
        "post" => post(directory, &value),
        "interactive" => interactive(directory, value),
        "image" => plain(value, &["image_key"]),
        "file" | "audio" | "sticker" => plain(value, &["file_key"]),
        "media" => plain(value, &["file_key"]),
        "share_chat" => plain(value, &["chat_id"]),
        "share_user" => plain(value, &["user_id"]),
        "system" => plain(value, &["type", "params"]),
        _ => Err(ApiError::im_parameter(format!("invalid msg_type: {kind}"))),
    }
}

fn plain(value: Value, required: &[&str]) -> Result<Content, ApiError> {
    for name in required {
        if value.get(name).is_none_or(|member| member.as_str() == Some("")) {
            return Err(ApiError::im_parameter(format!("{name} is required in content")));
        }
    }
    Ok(Content { value, card: None, mentions: Vec::new(), mentions_all: false })
}

fn interactive(directory: &Directory, value: Value) -> Result<Content, ApiError> {
    match value.get("type").and_then(Value::as_str) {
        Some("template") => {
            return Err(ApiError::card(200380, "template does not exist", &value["data"]["template_id"]));
        }
        Some("card") => return Err(ApiError::card(11310, "card entity does not exist", &value["data"]["card_id"])),
        _ => {}
    }
    card::check(directory, &value)?;
    Ok(Content {
        card: Some(Card { shared: value.clone(), own: Default::default() }),
        value,
        mentions: Vec::new(),
        mentions_all: false,
    })
}

fn text(directory: &Directory, value: &Value) -> Result<Content, ApiError> {
    let Some(text) = value.get("text").and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return Err(ApiError::im_parameter("text is required in content"));
    };
    let mut found = Mentions::default();
    let text = found.replace_at_tags(directory, text);
    Ok(Content { value: json!({"text": text}), card: None, mentions: found.list, mentions_all: found.all })
}

const POST_TAGS: [&str; 9] = ["text", "a", "at", "img", "media", "emotion", "hr", "code_block", "md"];

/// What is kept has the form in which it is received: one language, and mentions by placeholder.
fn post(directory: &Directory, value: &Value) -> Result<Content, ApiError> {
    let body = ["zh_cn", "en_us", "ja_jp"].iter().find_map(|language| value.get(language));
    let Some(body) = body else { return Err(ApiError::im_parameter("post content needs zh_cn or en_us")) };
    let Some(paragraphs) = body.get("content").and_then(Value::as_array) else {
        return Err(ApiError::im_parameter("post content must be a list of paragraphs"));
    };
    let mut found = Mentions::default();
    let mut kept = Vec::new();
    for paragraph in paragraphs {
        let Some(elements) = paragraph.as_array() else {
            return Err(ApiError::im_parameter("a paragraph of post content must be a list"));
        };
        let mut line = Vec::new();
        for element in elements {
            let tag = element.get("tag").and_then(Value::as_str).unwrap_or_default();
            if !POST_TAGS.contains(&tag) {
                return Err(ApiError::im_parameter(format!("unknown tag «{tag}» in post content")));
            }
            let mut element = element.clone();
            if tag == "at" {
                let id = element.get("user_id").and_then(Value::as_str).unwrap_or_default().to_owned();
                let placeholder = found.placeholder(directory, &id);
                element = json!({"tag": "at", "user_id": placeholder.unwrap_or(id), "user_name": ""});
            } else if tag == "md" {
                let text = element.get("text").and_then(Value::as_str).unwrap_or_default();
                element["text"] = json!(found.replace_at_tags(directory, text));
            }
            line.push(element);
        }
        kept.push(Value::Array(line));
    }
    let title = body.get("title").cloned().unwrap_or_else(|| json!(""));
    Ok(Content {
        value: json!({"title": title, "content": kept}),
        card: None,
        mentions: found.list,
        mentions_all: found.all,
    })
}

/// The mentions found so far.
#[derive(Debug, Default)]
struct Mentions {
    list: Vec<Mention>,
    all: bool,
}

impl Mentions {
    /// The placeholder of an id, or nothing if nobody has it.
    fn placeholder(&mut self, directory: &Directory, id: &str) -> Option<String> {
        if id == "all" {
            self.all = true;
            return Some("@_all".into());
        }
        let person = match directory.by_any_id(id) {
            Some(member) => Some(member.person.key.clone()),
            None if id == ids::robot() => None,
            None => return None,
        };
        let placeholder = format!("@_user_{}", self.list.len() + 1);
        self.list.push(Mention { placeholder: placeholder.clone(), person });
        Some(placeholder)
    }

    /// Replaces `<at user_id="ou_…">Tom</at>` by placeholders; of an unknown id only the name stays.
    fn replace_at_tags(&mut self, directory: &Directory, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("<at ") {
            out.push_str(&rest[..start]);
            let Some(tag) = AtTag::read(&rest[start..]) else {
                out.push_str("<at ");
                rest = &rest[start + 4..];
                continue;
            };
            match self.placeholder(directory, tag.id) {
                Some(placeholder) => out.push_str(&placeholder),
                None => out.push_str(tag.label),
            }
            rest = &rest[start + tag.length..];
        }
        out.push_str(rest);
        out
    }
}

/// One `<at …>…</at>` at the beginning of a text.
pub(super) struct AtTag<'a> {
    /// Value of `user_id=`, `id=` or `email=`.
    pub(super) id: &'a str,
    pub(super) label: &'a str,
    /// Bytes from `<` to the end of the closing tag.
    pub(super) length: usize,
}

impl<'a> AtTag<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let open_end = text.find('>')?;
        let attributes = text.get(3..open_end)?;
        let (_, id) = attributes.split_once('=')?;
        let id = id.trim().trim_end_matches('/').trim().trim_matches(['"', '\'']);
        let after = &text[open_end + 1..];
        let (label, length) = match after.find("</at>") {
            Some(at) if !after[..at].contains("<at ") => (&after[..at], open_end + 1 + at + "</at>".len()),
            _ => ("", open_end + 1),
        };
        Some(Self { id, label, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Organisation;

    fn directory() -> Directory {
        Directory::new(&Organisation::seeded().unwrap())
    }

    #[test]
    fn mentions_in_a_text_become_placeholders() {
        let id = ids::person("liqiang").open_id;
        let content = json!({"text": format!("<at user_id=\"{id}\">李强</at> 看 <at user_id=\"all\">所有人</at> <at user_id=\"ou_x\">Tom</at>")});
        let checked = check(&directory(), "text", &content.to_string()).unwrap();
        assert_eq!(checked.value, json!({"text": "@_user_1 看 @_all Tom"}));
        assert_eq!(checked.mentions, [Mention { placeholder: "@_user_1".into(), person: Some("liqiang".into()) }]);
        assert!(checked.mentions_all);
    }

    #[test]
    fn content_that_is_not_json_in_a_string_is_refused_with_230001() {
        assert_eq!(check(&directory(), "text", "hello").unwrap_err().code, 230001);
        assert_eq!(check(&directory(), "text", "\"hello\"").unwrap_err().code, 230001);
        assert_eq!(check(&directory(), "interactive", "{").unwrap_err().code, 230099);
        assert_eq!(check(&directory(), "shout", "{}").unwrap_err().code, 230001);
        assert_eq!(
            check(&directory(), "text", &json!({"text": "x".repeat(151 * 1024)}).to_string()).unwrap_err().code,
            230025
        );
    }
}
