//! A card as the variables of Huan's template: every value a string of at most 1 KB, every variable always present, so
//! that an edit leaves nothing old behind (DingTalk, interactive cards §8.1, §8.8).

use std::collections::BTreeMap;

use huan_connect::SendError;
use huan_core::card::{Block, Button, ButtonStyle, Card, Fact, Form, Press, Tone};
use serde::Serialize;

use super::value::{PressValue, SLOTS};
use crate::dingtalk::{
    fault::impossible,
    markdown::{fit, link, plain},
};

/// The longest value, in bytes.
const LONGEST: usize = 1024;
/// The lengths to which the values of facts are cut, in characters, until they fit together.
const FACT_LENGTHS: [usize; 6] = [400, 200, 100, 60, 30, 15];

/// `cardParamMap`.
pub(in crate::dingtalk) type Variables = BTreeMap<&'static str, String>;

#[derive(Debug, Clone, Serialize)]
struct TemplateButton<'a> {
    id: &'a str,
    text: &'a str,
    style: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// The variables of `card`; `mentions` (markup that calls on people) goes before the body.
///
/// # Errors
/// When the card has buttons or inputs that the template has no room for.
pub(in crate::dingtalk) fn variables(card: &Card, mentions: &str) -> Result<Variables, SendError> {
    let mut parts = Parts::default();
    for block in &card.blocks {
        match block {
            Block::Text(text) => parts.paragraphs.push(plain(text)),
            Block::Facts(facts) => parts.facts.extend(facts),
            Block::Divider => {}
            Block::Note(text) => parts.notes.push(plain(text)),
            Block::Buttons(buttons) => parts.buttons.extend(buttons.iter().map(template_button)),
            Block::Form(form) => parts.form(form)?,
        }
    }
    let mut variables = parts.inputs();
    // Pages that do not fit as buttons stay reachable as words.
    while json(&parts.buttons).len() > LONGEST {
        let Some(place) = parts.buttons.iter().rposition(|button| button.url.is_some()) else {
            return Err(impossible("delivery.reason.too_long", "the buttons do not fit into the card template"));
        };
        let button = parts.buttons.remove(place);
        parts.paragraphs.push(link(button.text, button.url.unwrap_or_default()));
    }
    let mut body = parts.paragraphs;
    if !mentions.is_empty() {
        body.insert(0, mentions.to_owned());
    }
    variables.extend([
        ("title", fit(&card.title, LONGEST)),
        ("tone", tone(card.tone).to_owned()),
        ("body", fit(&body.join("\n\n"), LONGEST)),
        ("facts", facts(&parts.facts)),
        ("buttons", json(&parts.buttons)),
        ("note", fit(&parts.notes.join("  \n  "), LONGEST)),
    ]);
    Ok(variables)
}

#[derive(Debug, Default)]
struct Parts<'a> {
    paragraphs: Vec<String>,
    facts: Vec<&'a Fact>,
    notes: Vec<String>,
    buttons: Vec<TemplateButton<'a>>,
    form: Option<(&'a Form, TemplateButton<'a>)>,
}

impl<'a> Parts<'a> {
    /// The template has one form of three inputs; what is more is done in the browser.
    fn form(&mut self, form: &'a Form) -> Result<(), SendError> {
        match (&form.submit.press, &form.page) {
            (Press::Answer(answer), _) if form.inputs.len() <= SLOTS.len() && self.form.is_none() => {
                let value = Some(PressValue::of_form(&answer.subject, &form.inputs));
                self.form = Some((form, TemplateButton { value, ..template_button(&form.submit) }));
            }
            (Press::Open { .. }, _) => self.buttons.push(template_button(&form.submit)),
            (_, Some(page)) => {
                self.buttons.push(TemplateButton {
                    id: "open",
                    value: None,
                    url: Some(page),
                    ..template_button(&form.submit)
                });
            }
            (_, None) => {
                return Err(impossible("delivery.reason.unsupported", "the form does not fit into the card template"));
            }
        }
        Ok(())
    }

    fn inputs(&self) -> Variables {
        const LABELS: [(&str, &str); 3] = [
            ("input1_label", "input1_placeholder"),
            ("input2_label", "input2_placeholder"),
            ("input3_label", "input3_placeholder"),
        ];
        let inputs = self.form.as_ref().map(|(form, _)| form.inputs.as_slice()).unwrap_or_default();
        let mut variables = Variables::new();
        for (place, (label, placeholder)) in LABELS.into_iter().enumerate() {
            let input = inputs.get(place);
            variables.insert(label, input.map(|input| fit(&input.label, LONGEST)).unwrap_or_default());
            variables.insert(placeholder, input.map(|input| fit(&input.placeholder, LONGEST)).unwrap_or_default());
        }
        variables.insert("submit", self.form.as_ref().map(|(_, submit)| json(submit)).unwrap_or_default());
        variables
    }
}

fn template_button(button: &Button) -> TemplateButton<'_> {
    let style = match button.style {
        ButtonStyle::Primary => "primary",
        ButtonStyle::Default => "default",
        ButtonStyle::Danger => "danger",
    };
    let (id, value, url) = match &button.press {
        Press::Answer(answer) => (answer.action.as_str(), Some(answer.subject.clone()), None),
        Press::Open { url } => ("open", None, Some(url.as_str())),
    };
    TemplateButton { id, text: &button.label, style, value, url }
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Action => "blue",
        Tone::Good => "green",
        Tone::Warning => "orange",
        Tone::Urgent => "red",
        Tone::Quiet => "grey",
    }
}

fn facts(facts: &[&Fact]) -> String {
    for length in FACT_LENGTHS {
        let short: Vec<Fact> = facts
            .iter()
            .map(|fact| Fact { label: shorten(&fact.label, length), value: shorten(&fact.value, length) })
            .collect();
        let text = json(&short);
        if text.len() <= LONGEST {
            return text;
        }
    }
    // More facts than fit even in a few letters each: the first ones.
    facts.split_last().map_or_else(|| "[]".to_owned(), |(_, fewer)| self::facts(fewer))
}

fn shorten(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huan_core::card::{CardAnswer, Input};
    use serde_json::{Value, json};

    fn answer(action: &str, label: &str) -> Button {
        Button {
            label: label.into(),
            style: ButtonStyle::Primary,
            press: Press::Answer(CardAnswer { action: action.into(), subject: "tsk_1".into() }),
        }
    }

    fn open(label: &str, url: &str) -> Button {
        Button { label: label.into(), style: ButtonStyle::Default, press: Press::Open { url: url.into() } }
    }

    fn input(name: &str) -> Input {
        Input {
            name: name.into(),
            label: format!("{name}?"),
            placeholder: "例".into(),
            required: true,
            multiline: false,
            max_length: 100,
        }
    }

    fn form(names: &[&str], page: Option<&str>) -> Form {
        Form {
            name: "f".into(),
            inputs: names.iter().map(|name| input(name)).collect(),
            submit: answer("task.decline", "暂不承接"),
            page: page.map(str::to_owned),
        }
    }

    fn card(blocks: Vec<Block>) -> Card {
        Card { reference: "dlv_1".into(), title: "新任务".into(), tone: Tone::Action, blocks }
    }

    #[test]
    fn a_task_card_fills_every_variable_of_the_template() {
        let fact = Fact { label: "截止".into(), value: "周五 12:00".into() };
        let variables = variables(
            &card(vec![
                Block::Text("评估数据导出".into()),
                Block::Facts(vec![fact]),
                Block::Buttons(vec![answer("task.accept", "承接"), open("详情", "https://h/t")]),
                Block::Form(form(&["reason", "proposal"], Some("https://h/d"))),
                Block::Note("两小时内回复".into()),
            ]),
            "",
        )
        .unwrap();
        // The variables are those of the template's public description, nothing less and nothing more.
        let contract: Value =
            serde_json::from_str(include_str!("../../../../huan-sim/src/dingtalk/card/templates/huan.json")).unwrap();
        let promised: Vec<&str> = contract["variables"].as_object().unwrap().keys().map(String::as_str).collect();
        let mut given: Vec<&str> = variables.keys().copied().collect();
        given.sort_unstable();
        let mut promised = promised;
        promised.sort_unstable();
        assert_eq!(given, promised);
        let parsed = |name: &str| serde_json::from_str::<Value>(&variables[name]).unwrap();
        assert_eq!(parsed("facts"), json!([{"label": "截止", "value": "周五 12:00"}]));
        assert_eq!(
            parsed("buttons"),
            json!([
                {"id": "task.accept", "text": "承接", "style": "primary", "value": "tsk_1"},
                {"id": "open", "text": "详情", "style": "default", "url": "https://h/t"},
            ])
        );
        assert_eq!(parsed("submit")["id"], "task.decline");
        assert_eq!(variables["input2_label"], "proposal?");
        assert_eq!(variables["input3_label"], "");
        assert_eq!(variables["tone"], "blue");
    }

    #[test]
    fn a_form_value_gives_the_inputs_their_names_back() {
        let text = PressValue::of_form("tsk_1", &[input("reason"), input("proposal")]);
        let value = PressValue::read(&text);
        assert_eq!(value.subject, "tsk_1");
        let params = json!({"input1": " 忙 ", "input2": "下周一", "input3": "x"});
        let expected = [("reason".to_owned(), "忙".to_owned()), ("proposal".to_owned(), "下周一".to_owned())];
        assert_eq!(value.inputs(&params), expected);
        assert_eq!(PressValue::read("tsk_9").subject, "tsk_9");
    }

    #[test]
    fn nothing_is_longer_than_a_kilobyte() {
        let long = "长".repeat(2000);
        let many = (0..40).map(|n| Fact { label: format!("第{n}"), value: long.clone() }).collect();
        let variables = variables(
            &card(vec![
                Block::Text(long.clone()),
                Block::Facts(many),
                Block::Note(long.clone()),
                Block::Buttons((0..8).map(|n| open("页", &format!("https://h/{n}/{}", "x".repeat(150)))).collect()),
            ]),
            "",
        )
        .unwrap();
        assert!(variables.values().all(|value| value.len() <= 1024));
        assert!(serde_json::from_str::<Vec<Value>>(&variables["facts"]).unwrap().len() > 5);
    }

    #[test]
    fn a_form_without_room_becomes_a_page_or_is_refused() {
        let four = ["a", "b", "c", "d"];
        let variables = variables(&card(vec![Block::Form(form(&four, Some("https://h/d")))]), "").unwrap();
        assert_eq!(variables["submit"], "");
        assert!(variables["buttons"].contains("https://h/d"));
        let refused = super::variables(&card(vec![Block::Form(form(&four, None))]), "").unwrap_err();
        assert_eq!(refused.reason_key, "delivery.reason.unsupported");
    }

    #[test]
    fn too_many_answers_are_refused_rather_than_dropped() {
        let buttons = (0..20).map(|n| answer(&format!("task.action{n}"), "按钮")).collect();
        let refused = variables(&card(vec![Block::Buttons(buttons)]), "").unwrap_err();
        assert_eq!(refused.reason_key, "delivery.reason.too_long");
    }
}
