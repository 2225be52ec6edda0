//! A card as the client shows it, and what each part hands over when pressed.

use serde_json::Value;

use super::super::directory::Directory;
use super::markdown::with_names;
use super::version;
use crate::view::{Block, Button, CardView, Input, Tag};

/// Something in a card that can be pressed.
#[derive(Debug, Clone)]
pub(in super::super) struct Pressable {
    /// The key in the view.
    pub(in super::super) key: String,
    /// The text on it.
    pub(in super::super) text: String,
    /// The element as sent.
    pub(in super::super) element: Value,
    /// The form it stands in.
    pub(in super::super) form: Option<FormOf>,
}

/// A form and its inputs.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct FormOf {
    pub(in super::super) inputs: Vec<Input>,
}

/// Lays a card out.
pub(in super::super) fn layout(directory: &Directory, card: &Value) -> (CardView, Vec<Pressable>) {
    let mut builder = Builder { directory, pressables: Vec::new() };
    let elements = if version(card) == 2 { card.pointer("/body/elements") } else { card.get("elements") };
    let blocks = elements.and_then(Value::as_array).map(|list| builder.blocks(list, None)).unwrap_or_default();
    let header = card.get("header");
    let part =
        |name: &str| header.and_then(|header| header.get(name)).map(|text| builder.text(text)).unwrap_or_default();
    let tags = header.and_then(|header| header.get("text_tag_list")).and_then(Value::as_array);
    let view = CardView {
        title: part("title"),
        subtitle: part("subtitle"),
        colour: header.and_then(|header| header.get("template")).and_then(Value::as_str).unwrap_or_default().to_owned(),
        tags: tags.into_iter().flatten().map(|tag| builder.tag(tag)).collect(),
        blocks,
    };
    (view, builder.pressables)
}

struct Builder<'a> {
    directory: &'a Directory,
    pressables: Vec<Pressable>,
}

fn member<'a>(element: &'a Value, name: &str) -> &'a str {
    element.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Builder<'_> {
    /// A text object, in Chinese where there is a choice.
    fn text(&self, text: &Value) -> String {
        let chosen =
            text.pointer("/i18n_content/zh_cn").or_else(|| text.pointer("/i18n/zh_cn")).or_else(|| text.get("content"));
        let chosen = chosen.and_then(Value::as_str).unwrap_or_default();
        if member(text, "tag") == "plain_text" { chosen.to_owned() } else { with_names(self.directory, chosen) }
    }

    fn tag(&self, tag: &Value) -> Tag {
        Tag {
            text: tag.get("text").map(|text| self.text(text)).unwrap_or_default(),
            colour: member(tag, "color").to_owned(),
        }
    }

    fn blocks(&mut self, elements: &[Value], form: Option<&FormOf>) -> Vec<Block> {
        elements.iter().flat_map(|element| self.block(element, form)).collect()
    }

    fn inner(&mut self, element: &Value, name: &str, form: Option<&FormOf>) -> Vec<Block> {
        let list = element.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        self.blocks(&list, form)
    }

    fn block(&mut self, element: &Value, form: Option<&FormOf>) -> Vec<Block> {
        match member(element, "tag") {
            "hr" => vec![Block::Divider],
            "markdown" => vec![Block::Markdown { text: with_names(self.directory, member(element, "content")) }],
            "div" => self.div(element),
            "note" => {
                let texts =
                    element.get("elements").and_then(Value::as_array).into_iter().flatten().map(|text| self.text(text));
                vec![Block::Note { text: texts.collect::<Vec<_>>().join(" ") }]
            }
            "action" => {
                let blocks = self.inner(element, "actions", form);
                vec![Block::Columns { columns: blocks.into_iter().map(|block| vec![block]).collect() }]
            }
            "column_set" => {
                let columns = element.get("columns").and_then(Value::as_array).cloned().unwrap_or_default();
                vec![Block::Columns {
                    columns: columns.iter().map(|column| self.inner(column, "elements", form)).collect(),
                }]
            }
            "form" => {
                let form = FormOf { inputs: inputs_in(self, element) };
                vec![Block::Form {
                    name: member(element, "name").to_owned(),
                    blocks: self.inner(element, "elements", Some(&form)),
                }]
            }
            "collapsible_panel" | "interactive_container" | "column" => {
                let mut blocks = Vec::new();
                if let Some(title) = element.pointer("/header/title") {
                    blocks.push(Block::Text { text: self.text(title) });
                }
                blocks.extend(self.inner(element, "elements", form));
                blocks
            }
            "button" => vec![self.button(element, form)],
            "person" => {
                let id = member(element, "user_id");
                let name = self.directory.by_any_id(id).map_or(id, |member| &member.person.name);
                vec![Block::Text { text: name.to_owned() }]
            }
            _ => match self.input(element) {
                Some(mut input) => {
                    if form.is_none() {
                        let key = format!("i{}", self.pressables.len());
                        if input.name.is_empty() {
                            input.name.clone_from(&key);
                        }
                        self.pressables.push(Pressable {
                            key: input.name.clone(),
                            text: input.label.clone(),
                            element: element.clone(),
                            form: None,
                        });
                    }
                    vec![Block::Input(input)]
                }
                None => vec![Block::Other { label: format!("[{}]", member(element, "tag")) }],
            },
        }
    }

    fn div(&self, element: &Value) -> Vec<Block> {
        let mut blocks = Vec::new();
        let block = |text: &Value| match member(text, "tag") {
            "lark_md" => Block::Markdown { text: self.text(text) },
            _ => Block::Text { text: self.text(text) },
        };
        if let Some(text) = element.get("text") {
            blocks.push(block(text));
        }
        let fields: Vec<Vec<Block>> = element
            .get("fields")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|field| field.get("text"))
            .map(|text| vec![block(text)])
            .collect();
        if !fields.is_empty() {
            blocks.push(Block::Columns { columns: fields });
        }
        blocks
    }

    fn button(&mut self, element: &Value, form: Option<&FormOf>) -> Block {
        let text = element.get("text").map(|text| self.text(text)).unwrap_or_default();
        let confirm = element.get("confirm").map(|confirm| {
            let part = |name: &str| confirm.get(name).map(|text| self.text(text)).unwrap_or_default();
            format!("{}\n{}", part("title"), part("text")).trim().to_owned()
        });
        let submits =
            member(element, "form_action_type") == "submit" || member(element, "action_type") == "form_submit";
        let key = format!("b{}", self.pressables.len());
        let button = Button {
            key: key.clone(),
            text: text.clone(),
            style: match member(element, "type") {
                "primary" | "primary_filled" => "primary",
                "danger" | "danger_filled" | "danger_text" => "danger",
                "text" | "primary_text" => "text",
                _ => "default",
            }
            .to_owned(),
            disabled: element.get("disabled") == Some(&Value::Bool(true)),
            confirm,
            url: link_of(element),
            submits,
        };
        self.pressables.push(Pressable {
            key,
            text,
            element: element.clone(),
            form: form.filter(|_| submits).cloned(),
        });
        Block::Button(button)
    }

    fn input(&self, element: &Value) -> Option<Input> {
        let kind = match member(element, "tag") {
            "input" => "text",
            "date_picker" => "date",
            "picker_datetime" => "datetime",
            "picker_time" => "time",
            "select_static" | "overflow" => "select",
            "select_person" => "person",
            "checker" => "checker",
            _ => return None,
        };
        let text = |name: &str| element.get(name).map(|text| self.text(text)).unwrap_or_default();
        let first = ["default_value", "initial_option", "initial_date", "initial_datetime", "initial_time"];
        let options: Vec<(String, String)> = match kind {
            "person" if element.get("options").is_none() => self
                .directory
                .all()
                .iter()
                .map(|member| (member.ids.open_id.clone(), member.person.name.clone()))
                .collect(),
            _ => element
                .get("options")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(|option| self.option(option))
                .collect(),
        };
        Some(Input {
            name: member(element, "name").to_owned(),
            label: text("label"),
            placeholder: text("placeholder"),
            value: first
                .iter()
                .map(|name| member(element, name))
                .find(|value| !value.is_empty())
                .unwrap_or_default()
                .to_owned(),
            required: element.get("required") == Some(&Value::Bool(true)),
            multiline: member(element, "input_type") == "multiline_text",
            max_length: element.get("max_length").and_then(Value::as_u64).and_then(|length| u32::try_from(length).ok()),
            input: kind.to_owned(),
            options,
        })
    }

    fn option(&self, option: &Value) -> (String, String) {
        let value = member(option, "value").to_owned();
        let label = match option.get("text") {
            Some(text) => self.text(text),
            None => self.directory.by_any_id(&value).map_or(value.clone(), |member| member.person.name.clone()),
        };
        (value, label)
    }
}

/// The inputs below `element`, at any depth.
fn inputs_in(builder: &Builder<'_>, element: &Value) -> Vec<Input> {
    let mut found: Vec<Input> = builder.input(element).into_iter().collect();
    for name in ["elements", "columns", "actions"] {
        for inner in element.get(name).and_then(Value::as_array).into_iter().flatten() {
            found.extend(inputs_in(builder, inner));
        }
    }
    found
}

/// Where a button leads, if it is a link.
fn link_of(button: &Value) -> Option<String> {
    let behaviors = button.get("behaviors").and_then(Value::as_array);
    let opens = behaviors.into_iter().flatten().find(|behavior| member(behavior, "type") == "open_url");
    let url = opens.map(|behavior| member(behavior, "default_url")).unwrap_or_else(|| member(button, "url"));
    let url =
        if url.is_empty() { button.pointer("/multi_url/url").and_then(Value::as_str).unwrap_or_default() } else { url };
    (!url.is_empty()).then(|| url.to_owned())
}
