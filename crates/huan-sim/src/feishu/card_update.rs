//! Updating a card later, by the token of the press (Feishu §3.14).

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::error::{ApiError, ApiResult, ok_with};
use super::request::{JsonBody, text};
use super::token::Caller;
use super::{Feishu, card};
use crate::lock::lock;

const LIFE_MILLIS: i64 = 30 * 60_000;
const MOST_USES: u32 = 2;

/// `POST /open-apis/interactive/v1/card/update`
pub(super) async fn update(State(feishu): State<Arc<Feishu>>, _: Caller, JsonBody(body): JsonBody) -> ApiResult {
    let token = text(&body, "token")?;
    let Some(new) = body.get("card").filter(|card| card.is_object()) else {
        return Err(ApiError::new(11311, "card is required and must be an object"));
    };
    let mut new = new.clone();
    let open_ids = new.as_object_mut().and_then(|members| members.remove("open_ids"));
    card::check(&feishu.directory(), &new).map_err(|error| ApiError::new(10002, error.msg))?;
    {
        let now = feishu.shell.clock.millis();
        let mut model = lock(&feishu.model);
        let Some(known) = model.card_tokens.get_mut(token) else {
            return Err(ApiError::new(300020, "the token has a wrong format"));
        };
        if now - known.given_at > LIFE_MILLIS {
            return Err(ApiError::new(300030, "the token is expired"));
        }
        if known.uses >= MOST_USES {
            return Err(ApiError::new(300040, "the token has been used up"));
        }
        let (message, answered) = (known.message.clone(), known.answered);
        let uses = &mut known.uses;
        let viewers: Option<Vec<String>> = open_ids.as_ref().and_then(Value::as_array).map(|ids| {
            let directory = feishu.directory();
            let members = ids.iter().filter_map(Value::as_str).filter_map(|id| directory.by_any_id(id));
            members.map(|member| member.person.key.clone()).collect()
        });
        let shared = card::is_shared(&new);
        if !shared && viewers.as_ref().is_none_or(Vec::is_empty) {
            return Err(ApiError::new(300090, "open_ids is missing for a card that is not shared"));
        }
        *uses += 1;
        if !answered {
            return ok_with(json!({})); // accepted, and undone by the answer to the press (§3.14)
        }
        let Some(message) = model.messages.get_mut(&message).filter(|message| !message.recalled) else {
            return Err(ApiError::new(200000, "the message is recalled"));
        };
        let Some(shown) = &mut message.card else { return Err(ApiError::new(11311, "the message is not a card")) };
        if card::version(&shown.shared) == 2 && card::version(&new) == 1 {
            return Err(ApiError::new(200830, "a card of schema 2.0 can not be updated to schema 1.0"));
        }
        match viewers.filter(|_| !shared) {
            Some(viewers) => viewers.into_iter().for_each(|viewer| {
                shown.own.insert(viewer, new.clone());
            }),
            None => {
                shown.shared = new.clone();
                shown.own.clear();
                message.content = new;
            }
        }
        message.edits += 1;
        message.updated_at = now;
    }
    feishu.shell.changed();
    ok_with(json!({}))
}
