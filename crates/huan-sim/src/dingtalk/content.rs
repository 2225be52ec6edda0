//! What a message says, read from the two dialects in which programs write it: the body of a webhook (§1.3) and the
//! `msgKey`/`msgParam` pair of an app robot (§3.3).

use serde::Serialize;
use serde_json::{Map, Value};

/// A button or an entry that opens a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Link {
    pub(crate) title: String,
    pub(crate) url: String,
}

/// The content of one message, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Content {
    Text { text: String },
    Markdown { title: String, text: String },
    Link { title: String, text: String, url: String },
    ActionCard { title: String, text: String, links: Vec<Link> },
    FeedCard { links: Vec<Link> },
    Media { media: String, name: String },
    Card { out_track_id: String },
}

/// What is wrong with a message body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ContentError {
    /// The kind of message is not known here.
    UnknownKind(String),
    /// A field which this kind needs is absent or empty.
    Missing(&'static str),
}

impl Content {
    /// Every text a reader sees: what keyword rules look at, and mentions are searched in.
    pub(crate) fn visible_text(&self) -> String {
        match self {
            Self::Text { text } => text.clone(),
            Self::Markdown { title, text } | Self::Link { title, text, .. } => format!("{title}\n{text}"),
            Self::ActionCard { title, text, links } => {
                let links: Vec<&str> = links.iter().map(|link| link.title.as_str()).collect();
                format!("{title}\n{text}\n{}", links.join("\n"))
            }
            Self::FeedCard { links } => links.iter().map(|link| link.title.as_str()).collect::<Vec<_>>().join("\n"),
            Self::Media { name, .. } => name.clone(),
            Self::Card { .. } => String::new(),
        }
    }

    /// Whether `at` has an effect: links and feed cards mention nobody (§1.3).
    pub(crate) fn may_mention(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Markdown { .. } | Self::ActionCard { .. })
    }

    /// Replaces a piece of the running text; tells whether it was there.
    pub(crate) fn replace(&mut self, from: &str, to: &str) -> bool {
        let (Self::Text { text } | Self::Markdown { text, .. } | Self::ActionCard { text, .. }) = self else {
            return false;
        };
        let found = text.contains(from);
        if found {
            *text = text.replace(from, to);
        }
        found
    }

    /// Reads a webhook body. Field spelling is case-sensitive and not consistent between the kinds.
    pub(crate) fn from_webhook(body: &Value) -> Result<Self, ContentError> {
        let kind = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        let part = |name: &'static str| body.get(name).and_then(Value::as_object).ok_or(ContentError::Missing(name));
        match kind {
            "text" => Ok(Self::Text { text: needed(part("text")?, "content")? }),
            "markdown" => {
                let markdown = part("markdown")?;
                Ok(Self::Markdown { title: needed(markdown, "title")?, text: needed(markdown, "text")? })
            }
            "link" => {
                let link = part("link")?;
                Ok(Self::Link {
                    title: needed(link, "title")?,
                    text: needed(link, "text")?,
                    url: needed(link, "messageUrl")?,
                })
            }
            "actionCard" => {
                let card = part("actionCard")?;
                // A single link wins over independent buttons (§1.3).
                let links = if card.contains_key("singleTitle") || card.contains_key("singleURL") {
                    vec![Link { title: needed(card, "singleTitle")?, url: needed(card, "singleURL")? }]
                } else {
                    links_of(card, "btns", "actionURL")?
                };
                Ok(Self::ActionCard { title: needed(card, "title")?, text: needed(card, "text")?, links })
            }
            "feedCard" => Ok(Self::FeedCard { links: links_of(part("feedCard")?, "links", "messageURL")? }),
            other => Err(ContentError::UnknownKind(other.to_owned())),
        }
    }

    /// Reads the message of an app robot. `None` for a `msgKey` that does not exist.
    pub(crate) fn from_template(msg_key: &str, param: &Map<String, Value>) -> Option<Result<Self, ContentError>> {
        let vertical = |count: usize| -> Result<Self, ContentError> {
            let mut links = Vec::with_capacity(count);
            for number in 1..=count {
                links.push(Link {
                    title: needed_numbered(param, "actionTitle", number)?,
                    url: needed_numbered(param, "actionURL", number)?,
                });
            }
            Ok(Self::ActionCard { title: needed(param, "title")?, text: needed(param, "text")?, links })
        };
        Some(match msg_key {
            "sampleText" => needed(param, "content").map(|text| Self::Text { text }),
            "sampleMarkdown" => pair(param, "title", "text").map(|(title, text)| Self::Markdown { title, text }),
            "sampleLink" => pair(param, "title", "text")
                .and_then(|(title, text)| Ok(Self::Link { title, text, url: needed(param, "messageUrl")? })),
            "sampleActionCard" => pair(param, "title", "text").and_then(|(title, text)| {
                let (link_title, url) = pair(param, "singleTitle", "singleURL")?;
                Ok(Self::ActionCard { title, text, links: vec![Link { title: link_title, url }] })
            }),
            "sampleActionCard2" => vertical(2),
            "sampleActionCard3" => vertical(3),
            "sampleActionCard4" => vertical(4),
            "sampleActionCard5" => vertical(5),
            // The horizontal one spells its fields differently.
            "sampleActionCard6" => pair(param, "title", "text").and_then(|(title, text)| {
                let (first, first_url) = pair(param, "buttonTitle1", "buttonUrl1")?;
                let (second, second_url) = pair(param, "buttonTitle2", "buttonUrl2")?;
                let links = vec![Link { title: first, url: first_url }, Link { title: second, url: second_url }];
                Ok(Self::ActionCard { title, text, links })
            }),
            "sampleImageMsg" => media(param, "photoURL", "photoURL"),
            "sampleAudio" => media(param, "mediaId", "duration"),
            "sampleFile" => media(param, "mediaId", "fileName"),
            "sampleVideo" => media(param, "videoMediaId", "videoType"),
            _ => return None,
        })
    }
}

fn needed(object: &Map<String, Value>, name: &'static str) -> Result<String, ContentError> {
    match object.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ContentError::Missing(name)),
    }
}

fn needed_numbered(object: &Map<String, Value>, name: &'static str, number: usize) -> Result<String, ContentError> {
    match object.get(&format!("{name}{number}")).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(ContentError::Missing(name)),
    }
}

fn pair(
    object: &Map<String, Value>,
    first: &'static str,
    second: &'static str,
) -> Result<(String, String), ContentError> {
    Ok((needed(object, first)?, needed(object, second)?))
}

fn media(object: &Map<String, Value>, media: &'static str, name: &'static str) -> Result<Content, ContentError> {
    pair(object, media, name).map(|(media, name)| Content::Media { media, name })
}

fn links_of(object: &Map<String, Value>, list: &'static str, url: &'static str) -> Result<Vec<Link>, ContentError> {
    let entries = object.get(list).and_then(Value::as_array).ok_or(ContentError::Missing(list))?;
    if entries.is_empty() {
        return Err(ContentError::Missing(list));
    }
    entries
        .iter()
        .map(|entry| {
            let entry = entry.as_object().ok_or(ContentError::Missing(list))?;
            Ok(Link { title: needed(entry, "title")?, url: needed(entry, url)? })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(key: &str, param: Value) -> Option<Result<Content, ContentError>> {
        Content::from_template(key, param.as_object().unwrap())
    }

    #[test]
    fn reads_the_webhook_samples_of_section_1_3() {
        let single = json!({"msgtype":"actionCard","actionCard":{"title":"标题","text":"正文","singleTitle":"查看详情",
            "singleURL":"https://example.com/","btns":[{"title":"被忽略","actionURL":"https://example.com/x"}]}});
        let Content::ActionCard { links, .. } = Content::from_webhook(&single).unwrap() else { panic!() };
        assert_eq!(links, [Link { title: "查看详情".into(), url: "https://example.com/".into() }]);

        let buttons = json!({"msgtype":"actionCard","actionCard":{"title":"标题","text":"正文","btnOrientation":"1",
            "btns":[{"title":"接受","actionURL":"https://example.com/a"},{"title":"拒绝","actionURL":"https://example.com/d"}]}});
        let Content::ActionCard { links, .. } = Content::from_webhook(&buttons).unwrap() else { panic!() };
        assert_eq!(links.len(), 2);

        let feed = json!({"msgtype":"feedCard","feedCard":{"links":[
            {"title":"t","messageURL":"https://example.com/","picURL":"https://example.com/p.png"}]}});
        assert!(!Content::from_webhook(&feed).unwrap().may_mention());
    }

    #[test]
    fn the_spelling_of_urls_is_case_sensitive() {
        let link = json!({"msgtype":"link","link":{"title":"t","text":"x","messageURL":"https://example.com/"}});
        assert_eq!(Content::from_webhook(&link), Err(ContentError::Missing("messageUrl")));
        let two =
            json!({"title":"t","text":"x","buttonTitle1":"a","buttonURL1":"u","buttonTitle2":"b","buttonURL2":"v"});
        assert_eq!(template("sampleActionCard6", two), Some(Err(ContentError::Missing("buttonUrl1"))));
    }

    #[test]
    fn an_unknown_kind_is_told_apart_from_a_missing_field() {
        assert_eq!(Content::from_webhook(&json!({"msgtype":"card"})), Err(ContentError::UnknownKind("card".into())));
        assert_eq!(template("sampleNothing", json!({})), None);
        assert_eq!(template("sampleText", json!({})), Some(Err(ContentError::Missing("content"))));
    }

    #[test]
    fn vertical_buttons_are_counted() {
        let three =
            json!({"title":"t","text":"x","actionTitle1":"a","actionURL1":"u","actionTitle2":"b","actionURL2":"v"});
        assert!(matches!(template("sampleActionCard2", three.clone()), Some(Ok(_))));
        assert_eq!(template("sampleActionCard3", three), Some(Err(ContentError::Missing("actionTitle"))));
    }
}
