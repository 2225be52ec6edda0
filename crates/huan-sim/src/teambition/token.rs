//! The app's own tokens: JWT with HS256 (Teambition §2.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadToken {
    #[error("the token is not a JWT")]
    Malformed,
    #[error("the token's alg is not HS256")]
    Algorithm,
    #[error("the token's signature is wrong")]
    Signature,
    #[error("the token has expired")]
    Expired,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// What a token claims.
#[derive(Debug, Deserialize)]
struct Claims {
    #[serde(rename = "_appId")]
    app_id: String,
    exp: i64,
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, BadToken> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadToken::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| BadToken::Malformed)
}

/// HMAC-SHA256 over `message`.
pub(super) fn mac(secret: &str, message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(message);
    Some(mac)
}

/// Checks a token against each of the secrets, as the official verifier does, and gives the app that signed it.
pub(super) fn verified(token: &str, secrets: &[String], now_seconds: i64) -> Result<String, BadToken> {
    let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(BadToken::Malformed)?;
    if part::<Header>(header)?.alg != "HS256" {
        return Err(BadToken::Algorithm);
    }
    let claims: Claims = part(claims)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadToken::Malformed)?;
    let right =
        |secret: &String| mac(secret, signed.as_bytes()).is_some_and(|mac| mac.verify_slice(&signature).is_ok());
    if !secrets.iter().any(right) {
        return Err(BadToken::Signature);
    }
    if claims.exp <= now_seconds { Err(BadToken::Expired) } else { Ok(claims.app_id) }
}

/// A token as `POST /appToken` gives it (Teambition §2.2).
pub(super) fn issued(app_id: &str, secret: &str, now_seconds: i64, lifetime: i64) -> String {
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "typ": "JWT"}).to_string());
    let claims = json!({"_appId": app_id, "iat": now_seconds, "exp": now_seconds + lifetime});
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = mac(secret, signed.as_bytes()).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    format!("{signed}.{}", signature.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "5f0426cac1183f001a6f10c7";
    /// Worked vector A of §2.1: the hour form of the official Node client.
    const HOUR_FORM: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3NjczMjI4MDAsImV4cCI6MTc2NzMyNjc2MCwiX2FwcElkIjoiNWYwNDI2Y2FjMTE4M2YwMDFhNmYxMGM3In0.QrqPKtPRA7qpWf4xOxx_mUnApBtDdCGYPcBJ93a8bKA";
    /// Worked vector B of §2.1: the form of the official Go client.
    const NOW_FORM: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3NjczMjMwNDUsImV4cCI6MTc2NzMyNjY0NSwiX2FwcElkIjoiNWYwNDI2Y2FjMTE4M2YwMDFhNmYxMGM3In0.CjPZBuoZxx53XgWPzSVffg1uQD_TCRtBx_kRfucsk1c";

    fn secrets(all: &[&str]) -> Vec<String> {
        all.iter().map(|secret| (*secret).to_owned()).collect()
    }

    #[test]
    fn both_worked_vectors_are_accepted_until_they_expire() {
        let known = secrets(&["example-app-secret"]);
        assert_eq!(verified(HOUR_FORM, &known, 1_767_323_045), Ok(APP.to_owned()));
        assert_eq!(verified(NOW_FORM, &known, 1_767_323_045), Ok(APP.to_owned()));
        assert_eq!(verified(HOUR_FORM, &known, 1_767_326_759), Ok(APP.to_owned()));
        assert_eq!(verified(HOUR_FORM, &known, 1_767_326_760), Err(BadToken::Expired));
        assert_eq!(verified(NOW_FORM, &known, 1_767_326_645), Err(BadToken::Expired));
    }

    #[test]
    fn while_a_secret_is_changed_both_hold() {
        let rotating = secrets(&["a-newer-secret", "example-app-secret"]);
        assert_eq!(verified(HOUR_FORM, &rotating, 1_767_323_045), Ok(APP.to_owned()));
        assert_eq!(verified(HOUR_FORM, &secrets(&["a-newer-secret"]), 1_767_323_045), Err(BadToken::Signature));
    }

    #[test]
    fn a_token_without_signature_or_with_another_algorithm_is_refused() {
        let known = secrets(&["example-app-secret"]);
        let (signed, _) = HOUR_FORM.rsplit_once('.').unwrap();
        assert_eq!(verified(&format!("{signed}."), &known, 1_767_323_045), Err(BadToken::Signature));
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), signed.split_once('.').unwrap().1);
        assert_eq!(verified(&none, &known, 1_767_323_045), Err(BadToken::Algorithm));
        assert_eq!(verified("abc", &known, 0), Err(BadToken::Malformed));
    }

    #[test]
    fn an_issued_token_is_one_that_is_accepted() {
        let token = issued(APP, "example-app-secret", 1_767_323_045, 3600);
        assert_eq!(verified(&token, &secrets(&["example-app-secret"]), 1_767_323_046), Ok(APP.to_owned()));
    }
}
