//! Card templates: what the card builder knows about a `cardTemplateId`, and how variables become a picture.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::view::{self, Block, CardView};

/// Variables of a card: names to strings, as in `cardParamMap` (DingTalk, cards §8.1).
pub(crate) type Variables = BTreeMap<String, String>;

/// One template of the tenant.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Template {
    #[serde(rename = "cardTemplateId")]
    pub(crate) id: String,
    pub(crate) published: bool,
    layout: Layout,
}

/// Which variable is drawn where.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    title: String,
    #[serde(default)]
    tone: Option<String>,
    markdown: Vec<String>,
    #[serde(default)]
    facts: Option<String>,
    #[serde(default)]
    buttons_variable: Option<String>,
    /// The list is a member of the JSON object in the variable, not the whole of it.
    #[serde(default)]
    buttons_key: Option<String>,
    #[serde(default)]
    inputs: Vec<InputSlot>,
    #[serde(default)]
    submit_variable: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct InputSlot {
    id: String,
    label: String,
    placeholder: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Fact {
    label: String,
    value: String,
}

/// A button as the variables describe it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Button {
    #[serde(default)]
    pub(crate) id: String,
    text: String,
    #[serde(default)]
    style: String,
    #[serde(default)]
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// Whether it hands over the inputs.
    #[serde(skip)]
    pub(crate) submits: bool,
}

/// All templates of the seeded tenant: Huan's own first, then the standard ones of the official stream client.
pub(crate) fn seeded() -> Result<Vec<Template>, serde_json::Error> {
    let mut templates: Vec<Template> = serde_json::from_str(include_str!("templates/standard.json"))?;
    templates.insert(0, serde_json::from_str(include_str!("templates/huan.json"))?);
    Ok(templates)
}

impl Template {
    /// Draws the card. A variable that does not hold what the layout expects is drawn as nothing.
    pub(crate) fn draw(&self, variables: &Variables) -> CardView {
        let layout = &self.layout;
        let mut blocks = Vec::new();
        for name in &layout.markdown {
            let text = text(variables, name);
            if !text.is_empty() {
                blocks.push(Block::Markdown { text: highlighted(text) });
            }
        }
        let facts: Vec<Fact> = serde_json::from_str(optional(variables, &layout.facts)).unwrap_or_default();
        blocks.extend(facts.into_iter().map(|fact| Block::Text { text: format!("{}：{}", fact.label, fact.value) }));
        let buttons = self.plain_buttons(variables).into_iter().map(|button| vec![Block::Button(button.view())]);
        let buttons: Vec<Vec<Block>> = buttons.collect();
        if !buttons.is_empty() {
            blocks.push(Block::Columns { columns: buttons });
        }
        if let Some(submit) = self.submit(variables) {
            let mut form: Vec<Block> = self.inputs(variables).into_iter().map(Block::Input).collect();
            form.push(Block::Button(submit.view()));
            blocks.push(Block::Form { name: "form".to_owned(), blocks: form });
        }
        let note = optional(variables, &layout.note);
        if !note.is_empty() {
            blocks.push(Block::Note { text: note.to_owned() });
        }
        CardView {
            title: text(variables, &layout.title).to_owned(),
            colour: optional(variables, &layout.tone).to_owned(),
            blocks,
            ..CardView::default()
        }
    }

    /// The visible inputs.
    pub(crate) fn inputs(&self, variables: &Variables) -> Vec<view::Input> {
        let slots = self.layout.inputs.iter().map(|slot| view::Input {
            name: slot.id.clone(),
            label: text(variables, &slot.label).to_owned(),
            placeholder: text(variables, &slot.placeholder).to_owned(),
            multiline: true,
            input: "text".to_owned(),
            ..view::Input::default()
        });
        slots.filter(|input| !input.label.is_empty()).collect()
    }

    /// The button with this id or text.
    pub(crate) fn button(&self, variables: &Variables, wanted: &str) -> Option<Button> {
        let mut buttons = self.plain_buttons(variables);
        buttons.extend(self.submit(variables));
        let by_id = buttons.iter().position(|button| button.id == wanted);
        let found = by_id.or_else(|| buttons.iter().position(|button| button.text == wanted))?;
        Some(buttons.swap_remove(found))
    }

    fn plain_buttons(&self, variables: &Variables) -> Vec<Button> {
        let Ok(mut list) = serde_json::from_str::<Value>(optional(variables, &self.layout.buttons_variable)) else {
            return Vec::new();
        };
        if let Some(key) = &self.layout.buttons_key {
            list = list.get(key).cloned().unwrap_or_default();
        }
        let mut buttons: Vec<Button> = serde_json::from_value(list).unwrap_or_default();
        for (number, button) in buttons.iter_mut().enumerate() {
            button.name(number);
        }
        buttons
    }

    fn submit(&self, variables: &Variables) -> Option<Button> {
        let mut button: Button = serde_json::from_str(optional(variables, &self.layout.submit_variable)).ok()?;
        button.name(0);
        button.submits = true;
        Some(button)
    }
}

impl Button {
    /// A button that only opens a page may lack an id.
    fn name(&mut self, number: usize) {
        if self.id.is_empty() {
            self.id = format!("button{}", number + 1);
        }
    }

    fn view(self) -> view::Button {
        view::Button {
            key: self.id,
            text: self.text,
            style: if self.style.is_empty() { "default".to_owned() } else { self.style },
            url: self.url,
            submits: self.submits,
            ..view::Button::default()
        }
    }
}

/// The text with mentions as the client shows them: `<a atId=USERID>name</a>` becomes `@name`. The documentation writes
/// the closing tag with and without its stroke (§15 number 34).
fn highlighted(text: &str) -> String {
    const OPENING: &str = "<a atId=";
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, mention)) = rest.split_once(OPENING) {
        let named = mention.split_once('>').and_then(|(_, named)| {
            let (name, after) = named.split_once('<')?;
            Some((name, after.strip_prefix("/a>").or_else(|| after.strip_prefix("a>"))?))
        });
        let Some((name, after)) = named else { break };
        shown.push_str(before);
        shown.push('@');
        shown.push_str(name);
        rest = after;
    }
    shown + rest
}

fn text<'a>(variables: &'a Variables, name: &str) -> &'a str {
    variables.get(name).map(String::as_str).unwrap_or_default()
}

fn optional<'a>(variables: &'a Variables, name: &Option<String>) -> &'a str {
    name.as_deref().map(|name| text(variables, name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_huan_template_draws_buttons_facts_and_a_form() {
        let huan = &seeded().unwrap()[0];
        let plain = variables(&[
            ("title", "任务 #42"),
            ("tone", "orange"),
            ("facts", r#"[{"label":"截止","value":"周五 12:00"}]"#),
            ("buttons", r#"[{"id":"task.accept","text":"承接","style":"primary","value":"tsk_42"}]"#),
        ]);
        let drawn = huan.draw(&plain);
        assert!(drawn.inputs().is_empty());
        assert_eq!(drawn.plain_text(), "任务 #42\n截止：周五 12:00\n[承接]");
        assert_eq!(huan.button(&plain, "承接").unwrap().value.as_deref(), Some("tsk_42"));
        assert_eq!(huan.button(&plain, "task.accept").unwrap().value.as_deref(), Some("tsk_42"));
        let asking = variables(&[
            ("input1_label", "理由"),
            ("input2_label", ""),
            ("submit", r#"{"id":"task.decline","text":"提交","style":"danger","value":"tsk_42"}"#),
        ]);
        let drawn = huan.draw(&asking);
        assert_eq!(drawn.inputs().iter().map(|input| input.name.as_str()).collect::<Vec<_>>(), ["input1"]);
        assert!(drawn.buttons()[0].submits);
    }

    #[test]
    fn the_template_file_declares_every_variable_its_layout_uses() {
        let file: Value = serde_json::from_str(include_str!("templates/huan.json")).unwrap();
        let declared = file["variables"].as_object().unwrap();
        let layout = &file["layout"];
        let mut used: Vec<&str> = ["title", "tone", "facts", "buttonsVariable", "submitVariable", "note"]
            .iter()
            .filter_map(|place| layout[place].as_str())
            .collect();
        used.extend(layout["markdown"].as_array().unwrap().iter().filter_map(Value::as_str));
        for input in layout["inputs"].as_array().unwrap() {
            used.extend(["label", "placeholder"].iter().filter_map(|place| input[place].as_str()));
        }
        used.sort_unstable();
        let mut declared: Vec<&str> = declared.keys().map(String::as_str).collect();
        declared.sort_unstable();
        assert_eq!(used, declared);
    }

    #[test]
    fn the_standard_button_card_reads_the_system_object() {
        let templates = seeded().unwrap();
        let standard = templates.iter().find(|template| template.id.starts_with("1366a1eb")).unwrap();
        let drawing = standard.draw(&variables(&[
            ("markdown", "**hi**"),
            ("sys_full_json_obj", r#"{"msgButtons":[{"text":"打开","url":"https://example.com/","color":"gray"}]}"#),
        ]));
        assert_eq!(drawing.buttons()[0].url.as_deref(), Some("https://example.com/"));
    }

    #[test]
    fn mentions_are_shown_by_name_whichever_way_the_tag_is_closed() {
        assert_eq!(highlighted("请 <a atId=u1>何静</a> 看，<a atId=u2>王晓<a> 也看"), "请 @何静 看，@王晓 也看");
        assert_eq!(highlighted("1 < 2 and <a atId=u1"), "1 < 2 and <a atId=u1");
    }

    #[test]
    fn a_broken_list_draws_nothing() {
        let huan = &seeded().unwrap()[0];
        assert!(huan.draw(&variables(&[("buttons", "not json")])).blocks.is_empty());
    }
}
