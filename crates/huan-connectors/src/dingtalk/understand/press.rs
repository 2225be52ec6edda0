//! Presses on cards (DingTalk, interactive cards §8.5).

use std::collections::BTreeMap;

use huan_connect::{CardPressed, Heard, NotUnderstood, Speaker};
use huan_core::platform::ForeignUser;
use serde_json::Value;

use super::needed;
use crate::{
    dingtalk::{card::PressValue, ids, received::Received},
    lenient::Lenient,
};

/// Reads a press. The parameters stand inside `cardPrivateData` or, in an older form, beside it.
pub(super) fn press(received: &Received) -> Result<Vec<Heard>, NotUnderstood> {
    let data = &received.data;
    let mut content = data.embedded("content");
    if content.is_null() {
        content = data.embedded("value");
    }
    let private = content.member("cardPrivateData");
    let params = match private.member("params") {
        Value::Object(_) => private.member("params"),
        _ => content.member("params"),
    };
    let Some(action) = params.text("action").or_else(|| private.texts("actionIds").into_iter().next()) else {
        return Ok(vec![Heard::Other { kind: "card_without_action".to_owned() }]);
    };
    let value = PressValue::read(&params.text("value").unwrap_or_default());
    let inputs = value.inputs(params);
    let clicker = needed(data, "userId")?;
    let user = if data.integer("userIdType") == Some(2) { ids::union(&clicker) } else { ForeignUser::new(clicker) };
    Ok(vec![Heard::CardPressed(CardPressed {
        reference: data.text("outTrackId"),
        message: None,
        speaker: Speaker { user, aliases: Vec::new(), name: None },
        action,
        subject: value.subject,
        inputs: inputs.into_iter().collect::<BTreeMap<_, _>>(),
        at: received.at,
    })])
}
