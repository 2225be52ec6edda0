//! Which cards the platform takes.

use std::collections::HashSet;

use serde_json::Value;

use super::super::directory::Directory;
use super::super::error::ApiError;
use super::super::ids;
use super::markdown::at_tags;

/// Most elements of a 2.0 card.
const MOST_ELEMENTS: usize = 200;

const PARSE_ERROR: &str = "parse card json err, please check whether the card json is correct";

/// The version of a card's language: 1 or 2.
pub(in super::super) fn version(card: &Value) -> u8 {
    if card.get("schema").and_then(Value::as_str) == Some("2.0") { 2 } else { 1 }
}

/// Whether everybody sees an update: always in 2.0, by choice in 1.0.
pub(in super::super) fn is_shared(card: &Value) -> bool {
    version(card) == 2 || card.pointer("/config/update_multi") == Some(&Value::Bool(true))
}

/// Refuses a card as the platform does.
pub(in super::super) fn check(directory: &Directory, card: &Value) -> Result<(), ApiError> {
    let Some(members) = card.as_object() else { return Err(ApiError::card(200621, PARSE_ERROR, "not an object")) };
    if members.is_empty() {
        return Ok(());
    }
    let mut checker =
        Checker { directory, version: version(card), names: HashSet::new(), element_ids: HashSet::new(), elements: 0 };
    if let Some(header) = members.get("header") {
        let title = header.get("title");
        if title.is_none_or(|title| {
            title.get("content").is_none() && title.get("i18n").is_none() && title.get("i18n_content").is_none()
        }) {
            return Err(ApiError::card(200621, PARSE_ERROR, "header.title is required"));
        }
    }
    if checker.version == 1 {
        return match members.get("elements") {
            Some(elements) => checker.elements(elements, "elements", false),
            None => Ok(()),
        };
    }
    const ROOT: [&str; 6] = ["schema", "config", "card_link", "header", "body", "i18n_header"];
    if let Some(unknown) = members.keys().find(|name| !ROOT.contains(&name.as_str())) {
        return Err(ApiError::card(200621, PARSE_ERROR, format!("unknown property, property: {unknown}")));
    }
    if card.pointer("/config/update_multi") == Some(&Value::Bool(false)) {
        return Err(ApiError::card(200621, PARSE_ERROR, "config.update_multi must be true in schema 2.0"));
    }
    match card.pointer("/body/elements") {
        Some(elements) => checker.elements(elements, "body.elements", false),
        None => Ok(()),
    }
}

/// Why a pressed card can not be replaced by `new`: the code and text that the person sees (Feishu §4.7).
pub(in super::super) fn replacement_problem(directory: &Directory, old: &Value, new: &Value) -> Option<(i64, String)> {
    if version(old) == 2 && version(new) == 1 && new.as_object().is_some_and(|members| !members.is_empty()) {
        return Some((200830, "不支持将 2.0 卡片更新为 1.0 卡片".into()));
    }
    check(directory, new).err().map(|error| (200673, format!("返回的卡片有误: {}", error.msg)))
}

struct Checker<'a> {
    directory: &'a Directory,
    version: u8,
    names: HashSet<String>,
    element_ids: HashSet<String>,
    elements: usize,
}

const TAGS_1: [&str; 29] = [
    "div",
    "markdown",
    "hr",
    "action",
    "note",
    "img",
    "column_set",
    "column",
    "form",
    "button",
    "input",
    "select_static",
    "select_person",
    "multi_select_static",
    "multi_select_person",
    "overflow",
    "date_picker",
    "picker_time",
    "picker_datetime",
    "checker",
    "table",
    "chart",
    "person",
    "person_list",
    "img_combination",
    "collapsible_panel",
    "interactive_container",
    "plain_text",
    "lark_md",
];
const TAGS_2: [&str; 26] = [
    "div",
    "markdown",
    "hr",
    "img",
    "column_set",
    "column",
    "form",
    "button",
    "input",
    "select_static",
    "select_person",
    "multi_select_static",
    "multi_select_person",
    "overflow",
    "date_picker",
    "picker_time",
    "picker_datetime",
    "checker",
    "table",
    "chart",
    "person",
    "person_list",
    "img_combination",
    "collapsible_panel",
    "interactive_container",
    "select_img",
];
const INTERACTIVE: [&str; 12] = [
    "button",
    "input",
    "select_static",
    "select_person",
    "multi_select_static",
    "multi_select_person",
    "date_picker",
    "picker_time",
    "picker_datetime",
    "checker",
    "select_img",
    "overflow",
];

impl Checker<'_> {
    fn elements(&mut self, elements: &Value, path: &str, in_form: bool) -> Result<(), ApiError> {
        let Some(list) = elements.as_array() else {
            return Err(ApiError::card(200621, PARSE_ERROR, format!("{path} must be a list")));
        };
        for (index, element) in list.iter().enumerate() {
            self.element(element, &format!("{path}[{index}]"), in_form)?;
        }
        Ok(())
    }

    fn element(&mut self, element: &Value, path: &str, in_form: bool) -> Result<(), ApiError> {
        self.elements += 1;
        if self.version == 2 && self.elements > MOST_ELEMENTS {
            return Err(ApiError::card(11310, "element exceeds the limit", self.elements));
        }
        let tag = element.get("tag").and_then(Value::as_str).unwrap_or_default();
        let known = if self.version == 2 { TAGS_2.contains(&tag) } else { TAGS_1.contains(&tag) };
        if !known {
            return Err(match self.version {
                2 => ApiError::card(
                    200861,
                    format!("cards of schema V2 no longer support this capability; unsupported tag {tag}"),
                    path,
                ),
                _ => ApiError::card(200621, PARSE_ERROR, format!("unknown tag «{tag}» at {path}")),
            });
        }
        let at_root =
            self.version == 1 && tag == "button" && !in_form && path.starts_with("elements[") && !path.contains('.');
        if at_root {
            return Err(ApiError::card(
                200621,
                PARSE_ERROR,
                format!("a button must sit in an action element, at {path}"),
            ));
        }
        self.element_id(element, path)?;
        if in_form && INTERACTIVE.contains(&tag) {
            self.name_in_form(element, path)?;
        }
        if tag == "button" && element.get("text").is_none() && element.get("icon").is_none() {
            return Err(ApiError::card(200621, PARSE_ERROR, format!("button without text at {path}")));
        }
        self.people(element)?;
        let in_form = in_form || tag == "form";
        for name in ["elements", "actions", "columns"] {
            if let Some(inner) = element.get(name) {
                self.elements(inner, &format!("{path}.{name}"), in_form)?;
            }
        }
        Ok(())
    }

    fn element_id(&mut self, element: &Value, path: &str) -> Result<(), ApiError> {
        let Some(id) = element.get("element_id").and_then(Value::as_str) else { return Ok(()) };
        let well_formed = id.len() <= 20
            && id.starts_with(|c: char| c.is_ascii_alphabetic())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed || !self.element_ids.insert(id.to_owned()) {
            return Err(ApiError::card(
                200621,
                PARSE_ERROR,
                format!("element_id «{id}» is malformed or used twice, at {path}"),
            ));
        }
        Ok(())
    }

    fn name_in_form(&mut self, element: &Value, path: &str) -> Result<(), ApiError> {
        let name = element.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.is_empty() {
            return Err(ApiError::card(200530, "name of an interactive element in a form is empty", path));
        }
        if !self.names.insert(name.to_owned()) {
            return Err(ApiError::card(200530, "name of an interactive element in a form is used twice", name));
        }
        Ok(())
    }

    /// Everybody mentioned or shown must exist for this app.
    fn people(&self, element: &Value) -> Result<(), ApiError> {
        let texts = [element.get("content"), element.pointer("/text/content")];
        let mentioned = texts.into_iter().flatten().filter_map(Value::as_str).flat_map(at_tags);
        let shown = element.get("user_id").and_then(Value::as_str);
        for id in mentioned.chain(shown) {
            let unknown = id.starts_with("ou_") && id != ids::robot() && self.directory.by_any_id(id).is_none();
            if unknown {
                return Err(ApiError::card(100290, "invalid user resource", id));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::organisation::Organisation;

    fn refusal(card: Value) -> Option<String> {
        check(&Directory::new(&Organisation::seeded().unwrap()), &card).err().map(|error| error.msg)
    }

    #[test]
    fn the_sample_cards_of_the_reference_pass() {
        let one = json!({"config": {"update_multi": true}, "header": {"title": {"tag": "plain_text", "content": "t"}, "template": "red"}, "elements": [
            {"tag": "div", "text": {"tag": "lark_md", "content": "x"}, "fields": [{"is_short": true, "text": {"tag": "lark_md", "content": "y"}}]},
            {"tag": "hr"},
            {"tag": "action", "actions": [{"tag": "button", "text": {"tag": "plain_text", "content": "接受"}, "type": "primary", "value": {"a": 1}}]},
            {"tag": "note", "elements": [{"tag": "plain_text", "content": "备注"}]}]});
        assert_eq!(refusal(one), None);
        let two = json!({"schema": "2.0", "body": {"elements": [
            {"tag": "column_set", "columns": [{"tag": "column", "width": "auto", "elements": [{"tag": "button", "element_id": "b_1", "text": {"tag": "plain_text", "content": "接受"}}]}]},
            {"tag": "form", "name": "f", "elements": [{"tag": "input", "name": "reason"}, {"tag": "button", "name": "ok", "text": {"tag": "plain_text", "content": "提交"}, "form_action_type": "submit"}]}]}});
        assert_eq!(refusal(two), None);
        assert_eq!(refusal(json!({})), None);
    }

    #[test]
    fn broken_cards_are_refused_with_the_sub_codes_of_the_reference() {
        let two = |elements: Value| json!({"schema": "2.0", "body": {"elements": elements}});
        let has = |card: Value, code: &str| refusal(card).unwrap().contains(code);
        assert!(has(two(json!([{"tag": "action", "actions": []}])), "ErrCode: 200861;"));
        assert!(has(two(json!([{"tag": "note", "elements": []}])), "ErrCode: 200861;"));
        assert!(has(
            two(json!([{"tag": "markdown", "content": "<at id=ou_00000000000000000000000000000000></at>"}])),
            "ErrCode: 100290;"
        ));
        assert!(has(two(json!([{"tag": "form", "name": "f", "elements": [{"tag": "input"}]}])), "ErrCode: 200530;"));
        assert!(has(two(Value::Array(vec![json!({"tag": "hr"}); 201])), "element exceeds the limit"));
        assert!(has(json!({"schema": "2.0", "elements": []}), "ErrCode: 200621;"));
        assert!(has(json!({"elements": [{"tag": "button", "text": {"content": "x"}}]}), "ErrCode: 200621;"));
    }
}
