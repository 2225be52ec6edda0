//! A card without a template: an ActionCard whose buttons open pages (DingTalk, cards §8.9). What comes back to Huan
//! on a press has no place here; a form is done on its page, and for other answers the caller says in words what to
//! reply in the chat.

use huan_core::card::{Block, Card, Press};
use serde_json::{Map, Value, json};

use crate::dingtalk::markdown::{link, plain};

/// The most links that the app robot's ActionCards hold (DingTalk, §3.3).
const MOST_LINKS: usize = 5;

/// A card in the plain form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::dingtalk) struct SimpleCard {
    title: String,
    text: String,
    links: Vec<(String, String)>,
}

impl SimpleCard {
    /// The plain form of `card`.
    pub(in crate::dingtalk) fn of(card: &Card) -> Self {
        let mut paragraphs = vec![format!("#### {}", plain(&card.title))];
        let mut links = Vec::new();
        for block in &card.blocks {
            match block {
                Block::Text(text) => paragraphs.push(plain(text)),
                Block::Facts(facts) => paragraphs.push(
                    facts
                        .iter()
                        .map(|fact| format!("- **{}**：{}", plain(&fact.label), plain(&fact.value)))
                        .collect::<Vec<_>>()
                        .join("\n"),
                ),
                Block::Divider => paragraphs.push("---".to_owned()),
                Block::Note(text) => paragraphs.push(format!("> {}", plain(text))),
                Block::Buttons(buttons) => {
                    for button in buttons {
                        if let Press::Open { url } = &button.press {
                            links.push((button.label.clone(), url.clone()));
                        }
                    }
                }
                Block::Form(form) => match (&form.submit.press, &form.page) {
                    (Press::Open { url }, _) | (Press::Answer(_), Some(url)) => {
                        links.push((form.submit.label.clone(), url.clone()));
                    }
                    (Press::Answer(_), None) => {}
                },
            }
        }
        for (label, url) in links.split_off(links.len().min(MOST_LINKS)) {
            paragraphs.push(link(&label, &url));
        }
        Self { title: card.title.clone(), text: paragraphs.join("\n\n"), links }
    }

    /// Puts words before the card.
    pub(in crate::dingtalk) fn with_words(mut self, words: &str) -> Self {
        if !words.is_empty() {
            self.text = format!("{words}\n\n{}", self.text);
        }
        self
    }

    /// `msgKey` and `msgParam` for the app robot (DingTalk, §3.3).
    pub(in crate::dingtalk) fn for_app(&self) -> (String, Value) {
        let mut param = Map::new();
        param.insert("title".into(), json!(self.title));
        param.insert("text".into(), json!(self.text));
        let key = match self.links.as_slice() {
            [] => "sampleMarkdown".to_owned(),
            [(label, url)] => {
                param.insert("singleTitle".into(), json!(label));
                param.insert("singleURL".into(), json!(url));
                "sampleActionCard".to_owned()
            }
            links => {
                for (number, (label, url)) in (1..).zip(links) {
                    param.insert(format!("actionTitle{number}"), json!(label));
                    param.insert(format!("actionURL{number}"), json!(url));
                }
                format!("sampleActionCard{}", links.len())
            }
        };
        (key, Value::Object(param))
    }

    /// The body for a webhook (DingTalk, §1.3).
    pub(in crate::dingtalk) fn for_webhook(&self) -> Value {
        match self.links.as_slice() {
            [] => json!({"msgtype": "markdown", "markdown": {"title": self.title, "text": self.text}}),
            [(label, url)] => json!({"msgtype": "actionCard", "actionCard": {
                "title": self.title, "text": self.text, "singleTitle": label, "singleURL": url,
            }}),
            links => {
                let buttons: Vec<Value> =
                    links.iter().map(|(label, url)| json!({"title": label, "actionURL": url})).collect();
                json!({"msgtype": "actionCard", "actionCard": {
                    "title": self.title, "text": self.text, "btnOrientation": "0", "btns": buttons,
                }})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::card::{Button, ButtonStyle, CardAnswer, Fact, Form, Tone};

    fn open(n: usize) -> Button {
        let press = Press::Open { url: format!("https://h/{n}") };
        Button { label: format!("页{n}"), style: ButtonStyle::Default, press }
    }

    fn card(buttons: Vec<Button>) -> Card {
        Card {
            reference: "dlv_1".into(),
            title: "新任务".into(),
            tone: Tone::Action,
            blocks: vec![
                Block::Facts(vec![Fact { label: "截止".into(), value: "周五".into() }]),
                Block::Buttons(buttons),
            ],
        }
    }

    #[test]
    fn the_number_of_links_chooses_the_form_of_dingtalk_3_3() {
        let keys: Vec<String> =
            [0, 1, 2, 5, 7].map(|count| SimpleCard::of(&card((0..count).map(open).collect())).for_app().0).into();
        let expected =
            ["sampleMarkdown", "sampleActionCard", "sampleActionCard2", "sampleActionCard5", "sampleActionCard5"];
        assert_eq!(keys, expected);
        let seven = SimpleCard::of(&card((0..7).map(open).collect()));
        assert!(seven.text.contains("[页6](https://h/6)"));
        let (_, param) = SimpleCard::of(&card(vec![open(1), open(2)])).for_app();
        assert_eq!(param["actionURL2"], "https://h/2");
    }

    #[test]
    fn a_webhook_takes_one_jump_or_several_buttons_of_dingtalk_1_3() {
        assert_eq!(SimpleCard::of(&card(vec![])).for_webhook()["msgtype"], "markdown");
        assert_eq!(SimpleCard::of(&card(vec![open(1)])).for_webhook()["actionCard"]["singleURL"], "https://h/1");
        let two = SimpleCard::of(&card(vec![open(1), open(2)])).for_webhook();
        assert_eq!(two["actionCard"]["btns"][1]["actionURL"], "https://h/2");
    }

    #[test]
    fn a_form_is_its_page_and_an_answer_has_no_place() {
        let answer = Button {
            label: "暂不承接".into(),
            style: ButtonStyle::Danger,
            press: Press::Answer(CardAnswer { action: "task.decline".into(), subject: "tsk_1".into() }),
        };
        let mut card = card(vec![answer.clone()]);
        assert!(SimpleCard::of(&card).links.is_empty());
        card.blocks.push(Block::Form(Form {
            name: "decline".into(),
            inputs: Vec::new(),
            submit: answer,
            page: Some("https://h/decline".into()),
        }));
        assert_eq!(SimpleCard::of(&card).links, [("暂不承接".to_owned(), "https://h/decline".to_owned())]);
    }
}
