//! The app's access token (§2).

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use huan_connect::{Certainty, SendError, http::Http};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Mutex;

use super::{
    failure,
    settings::{AppSettings, TokenForm},
    signature,
};
use crate::{lenient::Lenient, secret::Secret};

/// Tokens begin at the full hour, as those of the official client do: the same token all hour long.
const HOUR: i64 = 3600;
/// They hold a little longer than the hour.
const LIFE: i64 = 3960;
/// A token that was asked for is renewed this long before its end.
const EARLY: SignedDuration = SignedDuration::from_secs(60);

/// The token in use.
#[derive(Debug, Default)]
pub(super) struct TokenKeeper(Mutex<Option<Held>>);

#[derive(Debug)]
struct Held {
    token: Arc<Secret>,
    renew_at: Timestamp,
}

impl TokenKeeper {
    /// The token to use now. Callers that come while one is being asked for wait for that one answer.
    pub(super) async fn token(
        &self,
        http: &Http,
        now: Timestamp,
        settings: &AppSettings,
    ) -> Result<Arc<Secret>, SendError> {
        let mut held = self.0.lock().await;
        if let Some(current) = held.as_ref().filter(|current| now < current.renew_at) {
            return Ok(Arc::clone(&current.token));
        }
        let (token, renew_at) = match settings.token {
            TokenForm::SelfSigned => self_signed(settings, now),
            TokenForm::Asked => ask(http, settings, now).await?,
        };
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

/// The token of this hour, and when the next one begins.
pub(super) fn self_signed(settings: &AppSettings, now: Timestamp) -> (Secret, Timestamp) {
    let begins = now.as_second().div_euclid(HOUR) * HOUR;
    let claims = format!(r#"{{"iat":{begins},"exp":{},"_appId":"{}"}}"#, begins + LIFE, settings.app_id);
    let token = jwt(r#"{"typ":"JWT","alg":"HS256"}"#, &claims, settings.app_secret.reveal());
    (Secret::new(token), Timestamp::from_second(begins + HOUR).unwrap_or(now))
}

/// A JSON web token with these very bytes as header and claims, signed with HS256.
fn jwt(header: &str, claims: &str, secret: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    // HMAC takes a key of any length.
    let signature = signature::hmac(secret.as_bytes(), signed.as_bytes()).unwrap_or_default();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Asks for a token (§2.2). Whether that call itself needs a token is not documented: it is sent with a self-signed
/// one, which a server that needs none does not mind.
async fn ask(http: &Http, settings: &AppSettings, now: Timestamp) -> Result<(Secret, Timestamp), SendError> {
    let (bearer, _) = self_signed(settings, now);
    let response = http
        .post(&format!("{}/appToken", settings.base))
        .header("authorization", &format!("Bearer {}", bearer.reveal()))
        .json(&json!({"appId": settings.app_id, "appSecret": settings.app_secret.reveal()}))
        .send()
        .await
        .map_err(|error| nothing_done(failure::unanswered(&error)))?;
    let answer = failure::read(&response).map_err(nothing_done)?;
    let result = answer.member("result");
    let token = result.member("appToken").as_str().filter(|token| !token.is_empty());
    let Some(token) = token else {
        return Err(nothing_done(failure::unreadable(&response)));
    };
    let lasts = SignedDuration::from_secs(result.integer("expire").unwrap_or(HOUR).clamp(0, 24 * HOUR));
    let early = EARLY.min(lasts / 4);
    Ok((Secret::new(token), now.saturating_add(lasts - early).unwrap_or(now)))
}

/// The call that needed the token was not made.
fn nothing_done(error: SendError) -> SendError {
    let reason_key = match error.reason_key {
        "delivery.reason.answer_lost" => "delivery.reason.platform_busy",
        other => other,
    };
    SendError { certainty: Certainty::NotSent, reason_key, ..error }
}

#[cfg(test)]
mod tests {
    use super::{super::settings::tests::vectors, *};

    fn settings() -> AppSettings {
        AppSettings::read(&vectors()).unwrap()
    }

    fn claims(token: &str) -> serde_json::Value {
        let claims = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }

    #[test]
    fn s2_1_worked_vector_a_is_the_token_of_the_hour() {
        let expected = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3NjczMjI4MDAsImV4cCI6MTc2NzMyNjc2MCwiX2FwcElkIjoiNWYwNDI2Y2FjMTE4M2YwMDFhNmYxMGM3In0.QrqPKtPRA7qpWf4xOxx_mUnApBtDdCGYPcBJ93a8bKA";
        for second in [1_767_322_800, 1_767_323_045, 1_767_326_399] {
            let (token, next) = self_signed(&settings(), Timestamp::from_second(second).unwrap());
            assert_eq!(token.reveal(), expected);
            assert_eq!(next.as_second(), 1_767_326_400);
        }
        let (token, _) = self_signed(&settings(), Timestamp::from_second(1_767_326_400).unwrap());
        assert_ne!(token.reveal(), expected);
        assert_eq!(claims(token.reveal())["exp"], 1_767_326_400 + 3960);
    }

    #[test]
    fn s2_1_worked_vector_b_is_signed_the_same_way() {
        let claims = r#"{"iat":1767323045,"exp":1767326645,"_appId":"5f0426cac1183f001a6f10c7"}"#;
        assert_eq!(
            jwt(r#"{"alg":"HS256","typ":"JWT"}"#, claims, "example-app-secret"),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3NjczMjMwNDUsImV4cCI6MTc2NzMyNjY0NSwiX2FwcElkIjoiNWYwNDI2Y2FjMTE4M2YwMDFhNmYxMGM3In0.CjPZBuoZxx53XgWPzSVffg1uQD_TCRtBx_kRfucsk1c"
        );
    }
}
