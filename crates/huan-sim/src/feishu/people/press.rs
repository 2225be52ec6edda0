//! Pressing: what is handed over, and what the answer changes (Feishu §4.7).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::feishu::card::{self, FormOf, Pressable};
use crate::feishu::delivery::{Answer, NoAnswer};
use crate::feishu::directory::Member;
use crate::feishu::model::CardToken;
use crate::feishu::{Feishu, ids};
use crate::lock::lock;
use crate::platform::{Press, PressError, Pressed, SimError, Toast};
use crate::view::Input;

impl Feishu {
    pub(in crate::feishu) async fn person_presses(self: &Arc<Self>, press: Press) -> Result<Pressed, SimError> {
        let member = self.member(&press.person)?;
        let (pressed, seen, chat) = {
            let model = lock(&self.model);
            let message =
                model.messages.get(&press.message).ok_or_else(|| SimError::unknown("message", &press.message))?;
            let visible = model.chats.get(&message.chat).is_some_and(|chat| chat.members.contains(&member.person.key));
            if !visible || message.recalled {
                return Err(SimError::NotPossible(format!("{} does not see this card", member.person.name)));
            }
            let shown =
                message.card.as_ref().ok_or_else(|| SimError::NotPossible("this message is not a card".into()))?;
            let seen = shown.as_seen_by(Some(&member.person.key)).clone();
            let (_, pressables) = card::layout(&self.directory(), &seen);
            let found = pressables
                .iter()
                .find(|part| part.key == press.button)
                .or_else(|| pressables.iter().find(|part| part.text == press.button));
            let found = found.cloned().ok_or_else(|| SimError::unknown("button", &press.button))?;
            (found, seen, message.chat.clone())
        };
        if pressed.element.get("disabled") == Some(&Value::Bool(true)) {
            return Err(SimError::NotPossible("the button is disabled".into()));
        }
        let action = action_of(&pressed, &press)?;
        let behaviors = behaviors_of(&pressed.element);
        let Some(value) = behaviors.callback.or_else(|| (behaviors.url.is_none()).then(|| json!({}))) else {
            return Ok(Pressed { open_url: behaviors.url, ..Pressed::default() });
        };
        let token = format!("c-{}", self.shell.random.hex::<20>());
        let now = self.shell.clock.millis();
        let given = CardToken { message: press.message.clone(), given_at: now, uses: 0, answered: false };
        lock(&self.model).card_tokens.insert(token.clone(), given);
        let mut action = action;
        action.insert("value".into(), value);
        let event = json!({
            "operator": {"tenant_key": ids::tenant(), "user_id": member.ids.user_id, "open_id": member.ids.open_id, "union_id": member.ids.union_id},
            "token": token, "action": action, "host": "im_message",
            "context": {"open_message_id": press.message, "open_chat_id": chat},
        });
        let parcel = self.parcel("card.action.trigger", event, true);
        let outcome = self.call_back(&parcel).await;
        if let Some(known) = lock(&self.model).card_tokens.get_mut(&token) {
            known.answered = true;
        }
        let mut result = match outcome {
            Ok(Answer(body)) => self.apply_answer(&press.message, &member, &seen, &body),
            Err(why) => Pressed { error: Some(complaint(why)), ..Pressed::default() },
        };
        result.open_url = behaviors.url;
        self.shell.changed();
        Ok(result)
    }

    /// Shows the toast and the new card of an answer (Feishu §4.7).
    fn apply_answer(&self, message: &str, member: &Member, seen: &Value, body: &[u8]) -> Pressed {
        let failed = |code: i64, text: &str| Pressed {
            error: Some(PressError { code, text: text.to_owned() }),
            ..Pressed::default()
        };
        if body.is_empty() {
            return Pressed::default();
        }
        let Some(answer) = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object) else {
            return failed(200672, "返回了错误的响应体");
        };
        let toast = answer.get("toast").filter(|toast| toast.is_object()).map(|toast| Toast {
            kind: toast.get("type").and_then(Value::as_str).unwrap_or("info").to_owned(),
            text: toast
                .pointer("/i18n/zh_cn")
                .or_else(|| toast.get("content"))
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        });
        let Some(new) = answer.get("card").filter(|card| !card.is_null()) else {
            return Pressed { toast, ..Pressed::default() };
        };
        let new = match new.get("type").and_then(Value::as_str) {
            Some("raw") => new.get("data").cloned().unwrap_or_default(),
            Some(_) => return failed(200673, "返回的卡片有误: 模板不存在"),
            None => return failed(200672, "返回了错误的响应体"),
        };
        if let Some((code, text)) = card::replacement_problem(&self.directory(), seen, &new) {
            return failed(code, &text);
        }
        let mut model = lock(&self.model);
        if let Some(message) = model.messages.get_mut(message)
            && let Some(shown) = &mut message.card
        {
            if card::is_shared(&shown.shared) {
                shown.shared = new.clone();
                shown.own.clear();
                message.content = new;
            } else {
                shown.own.insert(member.person.key.clone(), new);
            }
        }
        Pressed { toast, ..Pressed::default() }
    }
}

#[derive(Default)]
struct Behaviors {
    /// What the callback hands over as `value`.
    callback: Option<Value>,
    url: Option<String>,
}

/// What happens on a press: `behaviors` of 2.0, or `value` and `url` of 1.0.
fn behaviors_of(element: &Value) -> Behaviors {
    let mut found = Behaviors::default();
    for behavior in element.get("behaviors").and_then(Value::as_array).into_iter().flatten() {
        match behavior.get("type").and_then(Value::as_str) {
            Some("callback") => found.callback = Some(behavior.get("value").cloned().unwrap_or_else(|| json!({}))),
            Some("open_url") => found.url = behavior.get("default_url").and_then(Value::as_str).map(str::to_owned),
            _ => {}
        }
    }
    if found.callback.is_none() {
        found.callback = element.get("value").filter(|value| !value.is_null()).cloned();
    }
    if found.url.is_none() {
        let url = element.get("url").or_else(|| element.pointer("/multi_url/url")).and_then(Value::as_str);
        found.url = url.filter(|url| !url.is_empty()).map(str::to_owned);
    }
    found
}

/// The `action` member of the callback, without `value`.
fn action_of(pressed: &Pressable, press: &Press) -> Result<Map<String, Value>, SimError> {
    let element = &pressed.element;
    let tag = element.get("tag").and_then(Value::as_str).unwrap_or_default();
    let mut action = Map::new();
    action.insert("tag".into(), json!(tag));
    action.insert("timezone".into(), json!("Asia/Shanghai"));
    if let Some(name) = element.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) {
        action.insert("name".into(), json!(name));
    }
    if let Some(form) = &pressed.form {
        action.insert("form_value".into(), filled_in(form, &press.form)?);
    } else if tag != "button" {
        let value = press.form.get(&pressed.key).cloned().unwrap_or_else(|| json!(""));
        let member = match tag {
            "input" => "input_value",
            "checker" => "checked",
            _ => "option",
        };
        action.insert(member.into(), value);
    }
    Ok(action)
}

/// Every input of the form with its value; the client insists on what is required and on lengths.
fn filled_in(form: &FormOf, typed: &BTreeMap<String, Value>) -> Result<Value, SimError> {
    let mut values = Map::new();
    for Input { name, required, max_length, value, label, .. } in &form.inputs {
        let typed = typed.get(name).cloned().unwrap_or_else(|| json!(value));
        let empty = typed.as_str().is_some_and(|text| text.trim().is_empty());
        let called = if label.is_empty() { name } else { label };
        if *required && empty {
            return Err(SimError::NotPossible(format!("请填写「{called}」")));
        }
        let length = typed.as_str().map_or(0, |text| text.chars().count());
        if max_length.is_some_and(|most| length > most as usize) {
            return Err(SimError::NotPossible(format!("「{called}」 is too long")));
        }
        values.insert(name.clone(), typed);
    }
    Ok(Value::Object(values))
}

/// What the client says when the program did not answer well (Feishu §4.7).
fn complaint(why: NoAnswer) -> PressError {
    let (code, text) = match why {
        NoAnswer::TooSlow | NoAnswer::Lost => (200341, "目标回调服务超时未响应，请稍后重试"),
        NoAnswer::NotConnected | NoAnswer::ConnectionLost | NoAnswer::Unreachable => {
            (200342, "目标回调服务连接失败，请稍后重试")
        }
        NoAnswer::Refused(_) => (200671, "目标回调服务返回了错误的状态码"),
    };
    PressError { code, text: text.to_owned() }
}
