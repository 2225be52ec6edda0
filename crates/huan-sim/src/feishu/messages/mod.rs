//! Messages (Feishu §3.2–3.4, §3.6).

mod change;
mod read;
mod send;

use serde_json::Value;

use super::Feishu;
use super::directory::IdType;
use super::error::ApiError;
use super::limits::Limit;
use super::model::{Message, Model, Sender};
use super::request::text;
use crate::lock::lock;

pub(super) use self::change::{edit, recall, update_card};
pub(super) use self::read::{get, list, read_users};
pub(super) use self::send::{reply, send};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

impl Feishu {
    fn message_limit(&self, what: &str) -> Result<(), ApiError> {
        let now = self.shell.clock.millis();
        let limit = Limit::per_second(lock(&self.options).messages_per_second);
        let taken = lock(&self.limits).take(what, &[limit], now);
        taken.map_err(|_| ApiError::new(230020, "This operation triggers the frequency limit."))
    }

    fn message_object(&self, model: &Model, id: &str) -> Value {
        model
            .messages
            .get(id)
            .map(|message| message.object(&self.directory(), IdType::Open, &message.content))
            .unwrap_or_default()
    }
}

/// The platform's complaint about an id that nobody has.
pub(super) fn unknown_id(kind: IdType, id: &str) -> ApiError {
    let foreign = kind == IdType::Open && id.starts_with("ou_") && id.len() == 35;
    if foreign {
        ApiError::new(99992361, "open_id cross app")
    } else {
        ApiError::new(99992351, format!("not a valid {{{}}}: {id}", kind.name()))
    }
}

/// `content` must be a string that holds JSON; an object is the mistake of many callers.
fn content_text(body: &Value) -> Result<&str, ApiError> {
    match body.get("content") {
        Some(Value::Object(_) | Value::Array(_)) => {
            Err(ApiError::field("content", "", "content must be a string in json format"))
        }
        _ => text(body, "content"),
    }
}

/// The robot's own message, not recalled.
pub(super) fn own_message<'a>(model: &'a Model, id: &str, not_own: ApiError) -> Result<&'a Message, ApiError> {
    let message = existing(model, id)?;
    if message.sender != Sender::Robot {
        return Err(not_own);
    }
    if message.recalled {
        return Err(ApiError::new(230011, "The message is recalled."));
    }
    Ok(message)
}

fn existing<'a>(model: &'a Model, id: &str) -> Result<&'a Message, ApiError> {
    model.messages.get(id).ok_or_else(|| ApiError::im_parameter(format!("invalid message_id {id}")))
}
