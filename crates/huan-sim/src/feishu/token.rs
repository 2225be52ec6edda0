//! Access tokens (Feishu §2) and the check every other call passes (Feishu §0.7).

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::error::{ApiError, ApiResult, ok_with};
use super::limits::Limit;
use super::request::JsonBody;
use super::{Feishu, drive, ids};
use crate::lock::lock;

/// A tenant token lives two hours.
const LIFE_SECONDS: i64 = 7200;
/// With at least this much left, the same token is given again.
const RENEW_SECONDS: i64 = 1800;

/// A token given out.
#[derive(Debug, Clone)]
pub(super) struct Token {
    text: String,
    /// Seconds since the epoch.
    expires_at: i64,
}

impl Feishu {
    fn tenant_token(&self) -> Token {
        let now = self.shell.clock.seconds();
        let mut tokens = lock(&self.tokens);
        tokens.retain(|token| token.expires_at > now);
        if let Some(token) = tokens.last().filter(|token| token.expires_at - now >= RENEW_SECONDS) {
            return token.clone();
        }
        let token = Token { text: format!("t-{}", self.shell.random.hex::<21>()), expires_at: now + LIFE_SECONDS };
        tokens.push(token.clone());
        token
    }

    /// Older endpoints answer 400 to a caller over the limits, newer ones 429 (Feishu §0.4).
    pub(super) fn limit_status(&self, path: &str) -> StatusCode {
        let im = path.starts_with("/open-apis/im/v1/messages");
        let status = if im { lock(&self.options).im_limit_status } else { 429 };
        StatusCode::from_u16(status).unwrap_or(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Makes every token given out worthless at once, as the platform may do.
    pub fn revoke_tokens(&self) {
        lock(&self.tokens).clear();
    }

    pub(super) fn credentials_are_right(&self, app_id: &str, app_secret: &str) -> bool {
        let secret = super::app_secret();
        app_id == ids::app() && bool::from(secret.as_bytes().ct_eq(app_secret.as_bytes()))
    }

    fn check_app(&self, body: &Value) -> Result<Token, ApiError> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (Some(app_id), Some(app_secret)) = (text("app_id"), text("app_secret")) else {
            return Err(ApiError::with_status_200(10003, "invalid param"));
        };
        if app_id != ids::app() {
            return Err(ApiError::with_status_200(10003, "invalid param"));
        }
        if !self.credentials_are_right(app_id, app_secret) {
            return Err(ApiError::with_status_200(10014, "app secret invalid"));
        }
        Ok(self.tenant_token())
    }
}

/// `POST /open-apis/auth/v3/tenant_access_token/internal`
pub(super) async fn tenant_access_token(State(feishu): State<Arc<Feishu>>, JsonBody(body): JsonBody) -> ApiResult {
    let token = feishu.check_app(&body)?;
    ok_with(json!({"tenant_access_token": token.text, "expire": token.expires_at - feishu.shell.clock.seconds()}))
}

/// `POST /open-apis/auth/v3/app_access_token/internal`
pub(super) async fn app_access_token(State(feishu): State<Arc<Feishu>>, JsonBody(body): JsonBody) -> ApiResult {
    let token = feishu.check_app(&body)?;
    let left = token.expires_at - feishu.shell.clock.seconds();
    ok_with(json!({"app_access_token": token.text, "tenant_access_token": token.text, "expire": left}))
}

/// Proof that the caller holds a valid tenant token and is below the endpoint's limits.
pub(super) struct Caller;

impl FromRequestParts<Arc<Feishu>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, feishu: &Arc<Feishu>) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = header.strip_prefix("Bearer ").unwrap_or_default().trim();
        if token.is_empty() {
            return Err(ApiError::new(
                99991661,
                "Missing access token for authorization. Please make a request with token attached.",
            ));
        }
        if token.starts_with("u-") || token.starts_with("eyJ") {
            return Err(ApiError::new(
                99991668,
                "Invalid access token for authorization. Please make a request with token attached.",
            ));
        }
        if !token.starts_with("t-") {
            return Err(ApiError::new(
                99991671,
                "Invalid access token for authorization, the token must start with t- or u-.",
            ));
        }
        let now = feishu.shell.clock.seconds();
        if !lock(&feishu.tokens).iter().any(|known| known.text == token && known.expires_at > now) {
            return Err(ApiError::new(
                99991663,
                "Invalid access token for authorization. Please make a request with token attached.",
            ));
        }
        let path = parts.extensions.get::<MatchedPath>().map_or(parts.uri.path(), |path| path.as_str());
        let (per_minute, per_second) = lock(&feishu.options).calls;
        let kept = lock(&feishu.options).drive_limits;
        let (limits, status) = match drive::limits_of(parts.method.as_str(), path) {
            Some(_) if !kept => return Ok(Self),
            Some(own) => own,
            None if path.ends_with("/users/basic_batch") => (vec![Limit::per_second(5)], feishu.limit_status(path)),
            None => (vec![Limit::per_minute(per_minute), Limit::per_second(per_second)], feishu.limit_status(path)),
        };
        let what = format!("{} {path}", parts.method);
        let now = feishu.shell.clock.millis();
        let taken = lock(&feishu.limits).take(&what, &limits, now);
        if let Err(wait) = taken {
            return Err(ApiError::rate_limited(status, wait.unsigned_abs().div_ceil(1000)));
        }
        Ok(Self)
    }
}
