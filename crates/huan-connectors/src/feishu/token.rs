//! The life of the app's access token (Feishu §2.1).

use std::{sync::Arc, time::Duration};

use huan_connect::{
    SendError,
    http::{Http, Response},
};
use huan_core::ambient::TimeSource;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{failure, settings::AppSettings};
use crate::secret::Secret;

/// A token is renewed this long before its end; with less than 30 minutes left Feishu gives a new one, and both hold.
const EARLY: Duration = Duration::from_secs(600);

/// The app's access token, fetched when first needed and renewed early. Callers that come while it is being fetched
/// wait for that one fetch.
#[derive(Debug, Default)]
pub(super) struct TokenKeeper(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    token: Arc<Secret>,
    renew_at: Timestamp,
}

impl TokenKeeper {
    /// The token to use now.
    pub(super) async fn token(
        &self,
        http: &Http,
        time: &dyn TimeSource,
        settings: &AppSettings,
    ) -> Result<Arc<Secret>, SendError> {
        let mut held = self.0.lock().await;
        if let Some(current) = held.as_ref().filter(|current| time.now() < current.renew_at) {
            return Ok(Arc::clone(&current.token));
        }
        let response = ask(http, settings).await?;
        let (token, lifetime) = read(&response)?;
        // A short-lived token is still used for most of its life.
        let early = EARLY.min(lifetime / 4);
        let renew_at = time.now().saturating_add(lifetime - early).unwrap_or(Timestamp::MAX);
        let token = Arc::new(token);
        *held = Some(Held { token: Arc::clone(&token), renew_at });
        Ok(token)
    }

    /// Drops `refused`, unless another caller has replaced it already.
    pub(super) async fn forget(&self, refused: &Arc<Secret>) {
        let mut held = self.0.lock().await;
        if held.as_ref().is_some_and(|current| Arc::ptr_eq(&current.token, refused)) {
            *held = None;
        }
    }
}

/// Asks for a token; whatever comes of it, no message was sent.
pub(super) async fn ask(http: &Http, settings: &AppSettings) -> Result<Response, SendError> {
    http.post(&format!("{}/open-apis/auth/v3/tenant_access_token/internal", settings.base))
        .json(&json!({"app_id": settings.app_id, "app_secret": settings.app_secret.reveal()}))
        .send()
        .await
        .map_err(|error| nothing_sent(failure::unanswered(&error)))
}

/// Reads the token and its remaining life.
pub(super) fn read(response: &Response) -> Result<(Secret, Duration), SendError> {
    let answer: Value = response.json().map_err(|_| nothing_sent(failure::unreadable(response)))?;
    match answer.get("code").and_then(Value::as_i64) {
        Some(0) => {}
        Some(code) => return Err(nothing_sent(failure::refused(response, code, &answer))),
        None => return Err(nothing_sent(failure::unreadable(response))),
    }
    let token = answer.get("tenant_access_token").and_then(Value::as_str).filter(|token| !token.is_empty());
    let Some(token) = token else {
        return Err(nothing_sent(failure::unreadable(response)));
    };
    let seconds = answer.get("expire").and_then(Value::as_u64).unwrap_or(0).min(7200);
    Ok((Secret::new(token), Duration::from_secs(seconds)))
}

fn nothing_sent(error: SendError) -> SendError {
    let reason_key = match error.reason_key {
        "delivery.reason.answer_lost" => "delivery.reason.platform_busy",
        other => other,
    };
    SendError { certainty: huan_connect::Certainty::NotSent, reason_key, ..error }
}
