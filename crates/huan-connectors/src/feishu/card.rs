//! Huan's cards as Feishu's card JSON 2.0 (Feishu §3.13).

use std::collections::BTreeMap;

use huan_connect::Mentions;
use huan_core::card::{Block, Button, ButtonStyle, Card, CardAnswer, Fact, Form, Input, Press, Tone};
use serde_json::{Value, json};

use super::markup;

/// Feishu takes at most this many characters in an input.
const LONGEST_INPUT: u16 = 1000;
/// Above this, facts are folded into one element: a card has 200 elements at most.
const MOST_FACT_ROWS: usize = 20;

/// Whether pressed buttons can come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// To the app that sent the card.
    ComeBack,
    /// Not at all (custom group robots): only buttons that open pages are shown.
    Cannot,
}

/// The card in Feishu's form. `mentions` stand in its first line.
pub(super) fn render(card: &Card, mentions: &Mentions, answers: Answers) -> Value {
    let mut elements = Vec::new();
    if let Some(line) = markup::card_mentions(mentions) {
        elements.push(json!({"tag": "markdown", "content": line}));
    }
    let names = Names::of(card);
    for block in &card.blocks {
        match block {
            Block::Text(text) => elements.push(text_element(text)),
            Block::Note(text) => elements.push(note_element(text)),
            Block::Divider => elements.push(json!({"tag": "hr"})),
            Block::Facts(facts) => elements.extend(fact_elements(facts)),
            Block::Buttons(buttons) => elements.extend(button_row(buttons, &card.reference, answers)),
            Block::Form(form) => match answers {
                Answers::ComeBack => elements.push(form_element(form, &card.reference, &names)),
                Answers::Cannot => elements.extend(form_page(form)),
            },
        }
    }
    json!({
        "schema": "2.0",
        "config": {"update_multi": true, "summary": {"content": card.title}},
        "header": {"title": plain_text(&card.title), "template": colour(card.tone)},
        "body": {"direction": "vertical", "elements": elements},
    })
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Action => "blue",
        Tone::Good => "green",
        Tone::Warning => "orange",
        Tone::Urgent => "red",
        Tone::Quiet => "grey",
    }
}

/// Text that Feishu does not read as markup.
fn plain_text(text: &str) -> Value {
    json!({"tag": "plain_text", "content": text})
}

fn text_element(text: &str) -> Value {
    json!({"tag": "div", "text": plain_text(text)})
}

fn note_element(text: &str) -> Value {
    json!({"tag": "div", "text": {"tag": "plain_text", "content": text, "text_size": "notation", "text_color": "grey"}})
}

fn fact_elements(facts: &[Fact]) -> Vec<Value> {
    if facts.len() > MOST_FACT_ROWS {
        let lines: Vec<String> = facts.iter().map(|fact| format!("{}  {}", fact.label, fact.value)).collect();
        return vec![text_element(&lines.join("\n"))];
    }
    facts.iter().map(fact_row).collect()
}

fn fact_row(fact: &Fact) -> Value {
    let label = json!({"tag": "plain_text", "content": fact.label, "text_color": "grey"});
    json!({"tag": "column_set", "flex_mode": "none", "columns": [
        {"tag": "column", "width": "weighted", "weight": 1, "elements": [{"tag": "div", "text": label}]},
        {"tag": "column", "width": "weighted", "weight": 3, "elements": [text_element(&fact.value)]},
    ]})
}

fn button_row(buttons: &[Button], reference: &str, answers: Answers) -> Option<Value> {
    let columns: Vec<Value> = buttons
        .iter()
        .filter_map(|button| behaviour(&button.press, reference, answers, None).map(|what| (button, what)))
        .map(|(button, behaviour)| {
            json!({"tag": "column", "width": "auto", "elements": [button_element(button, behaviour)]})
        })
        .collect();
    (!columns.is_empty()).then(|| json!({"tag": "column_set", "flex_mode": "flow", "columns": columns}))
}

fn button_element(button: &Button, behaviour: Value) -> Value {
    json!({
        "tag": "button",
        "text": plain_text(&button.label),
        "type": look(button.style),
        "behaviors": [behaviour],
    })
}

fn look(style: ButtonStyle) -> &'static str {
    match style {
        ButtonStyle::Primary => "primary_filled",
        ButtonStyle::Default => "default",
        ButtonStyle::Danger => "danger",
    }
}

/// What pressing does; none for a press that cannot come back. `form` is the prefix of the inputs' names.
fn behaviour(press: &Press, reference: &str, answers: Answers, form: Option<&str>) -> Option<Value> {
    match press {
        Press::Open { url } => Some(json!({"type": "open_url", "default_url": url})),
        Press::Answer(_) if answers == Answers::Cannot => None,
        Press::Answer(CardAnswer { action, subject }) => {
            let mut value = json!({"action": action, "subject": subject, "reference": reference});
            if let Some(prefix) = form {
                value["prefix"] = json!(prefix);
            }
            Some(json!({"type": "callback", "value": value}))
        }
    }
}

fn form_element(form: &Form, reference: &str, names: &Names) -> Value {
    let prefix = names.prefix(form);
    let mut elements = Vec::new();
    for input in &form.inputs {
        elements.push(input_element(input, &format!("{prefix}{}", input.name)));
    }
    let behaviours: Vec<Value> =
        behaviour(&form.submit.press, reference, Answers::ComeBack, Some(&prefix)).into_iter().collect();
    elements.push(json!({
        "tag": "button",
        "name": format!("{}_submit", form.name),
        "text": plain_text(&form.submit.label),
        "type": look(form.submit.style),
        "form_action_type": "submit",
        "behaviors": behaviours,
    }));
    json!({"tag": "form", "name": form.name, "elements": elements})
}

fn input_element(input: &Input, name: &str) -> Value {
    let mut element = json!({
        "tag": "input",
        "name": name,
        "label": plain_text(&input.label),
        "label_position": "top",
        "placeholder": plain_text(&input.placeholder),
        "required": input.required,
        "max_length": input.max_length.clamp(1, LONGEST_INPUT),
        "width": "fill",
    });
    if input.multiline {
        element["input_type"] = json!("multiline_text");
        element["rows"] = json!(3);
    }
    element
}

/// Where inputs do not work: a button that opens the page on which the same can be done.
fn form_page(form: &Form) -> Option<Value> {
    let press = Press::Open { url: form.page.clone()? };
    let button = Button { label: form.submit.label.clone(), style: form.submit.style, press };
    button_row(std::slice::from_ref(&button), "", Answers::Cannot)
}

/// Names of inputs are unique in a Feishu card, but only in the form in Huan's.
struct Names<'a>(BTreeMap<&'a str, usize>);

impl<'a> Names<'a> {
    fn of(card: &'a Card) -> Self {
        let mut counts = BTreeMap::new();
        for block in &card.blocks {
            if let Block::Form(form) = block {
                for input in &form.inputs {
                    *counts.entry(input.name.as_str()).or_default() += 1;
                }
            }
        }
        Self(counts)
    }

    /// What stands before the names of this form's inputs: nothing, unless another form has an input of that name.
    fn prefix(&self, form: &Form) -> String {
        let shared = form.inputs.iter().any(|input| self.0.get(input.name.as_str()).is_some_and(|count| *count > 1));
        if shared { format!("{}__", form.name) } else { String::new() }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use huan_core::platform::ForeignUser;

    pub(crate) fn button(label: &str, style: ButtonStyle, action: &str) -> Button {
        let press = Press::Answer(CardAnswer { action: action.to_owned(), subject: "tsk_1".to_owned() });
        Button { label: label.to_owned(), style, press }
    }

    pub(crate) fn input(name: &str) -> Input {
        Input {
            name: name.to_owned(),
            label: "理由".to_owned(),
            placeholder: "例如：本周已排满".to_owned(),
            required: true,
            multiline: true,
            max_length: 200,
        }
    }

    pub(crate) fn sample() -> Card {
        let open = Press::Open { url: "https://huan.example/t/1".to_owned() };
        Card {
            reference: "card_1".to_owned(),
            title: "请确认承接".to_owned(),
            tone: Tone::Urgent,
            blocks: vec![
                Block::Text("评估数据导出的*技术*可行性 <at id=all></at>".to_owned()),
                Block::Facts(vec![Fact { label: "截止".to_owned(), value: "周五 12:00".to_owned() }]),
                Block::Divider,
                Block::Buttons(vec![
                    button("承接", ButtonStyle::Primary, "task.accept"),
                    Button { label: "详情".to_owned(), style: ButtonStyle::Default, press: open },
                ]),
                Block::Form(Form {
                    name: "decline".to_owned(),
                    inputs: vec![input("reason"), input("proposal")],
                    submit: button("暂不承接", ButtonStyle::Danger, "task.decline"),
                    page: Some("https://huan.example/p/1".to_owned()),
                }),
                Block::Note("两小时内未答复将提醒上级".to_owned()),
            ],
        }
    }

    #[test]
    fn s3_13_a_whole_card() {
        let mentions = Mentions { everybody: false, people: vec![(ForeignUser::new("ou_1"), "李强".to_owned())] };
        let card = render(&sample(), &mentions, Answers::ComeBack);
        let expected: Value = serde_json::from_str(include_str!("payloads/card_sent.json")).unwrap();
        assert_eq!(card, expected);
    }

    #[test]
    fn every_name_and_shape_is_one_that_feishu_knows() {
        // Schema 2.0 has no `action` and no `note`, and forms want a name in each interactive element.
        let card = render(&sample(), &Mentions::default(), Answers::ComeBack).to_string();
        for tag in ["\"tag\":\"action\"", "\"tag\":\"note\""] {
            assert!(!card.contains(tag), "{card}");
        }
        assert!(card.contains("\"update_multi\":true"));
    }

    #[test]
    fn inputs_of_the_same_name_in_two_forms_are_told_apart() {
        let form = |name: &str| {
            Block::Form(Form {
                name: name.to_owned(),
                inputs: vec![input("reason")],
                submit: button("提交", ButtonStyle::Default, "task.decline"),
                page: None,
            })
        };
        let card = Card { blocks: vec![form("a"), form("b")], ..sample() };
        let elements = render(&card, &Mentions::default(), Answers::ComeBack)["body"]["elements"].clone();
        assert_eq!(elements[0]["elements"][0]["name"], "a__reason");
        assert_eq!(elements[1]["elements"][0]["name"], "b__reason");
        assert_eq!(elements[1]["elements"][1]["behaviors"][0]["value"]["prefix"], "b__");
    }

    #[test]
    fn a_group_robot_shows_only_buttons_that_open_pages() {
        let card = render(&sample(), &Mentions::default(), Answers::Cannot).to_string();
        assert!(
            !card.contains("callback") && !card.contains("\"form\"") && !card.contains("承接\"},\"type\":\"primary")
        );
        assert!(card.contains("https://huan.example/t/1") && card.contains("https://huan.example/p/1"));
    }

    #[test]
    fn many_facts_stay_within_the_element_limit() {
        let facts = (0..150).map(|n| Fact { label: n.to_string(), value: "x".to_owned() }).collect();
        let card = Card { blocks: vec![Block::Facts(facts)], ..sample() };
        let elements = render(&card, &Mentions::default(), Answers::ComeBack)["body"]["elements"].clone();
        assert_eq!(elements.as_array().unwrap().len(), 1);
    }
}
