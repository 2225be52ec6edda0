//! Pushing over HTTP: encryption, signature, and the check of an address (Feishu §4.2–4.4).

use std::time::Duration;

use serde_json::{Value, json};
use url::Url;

use super::crypto::{encrypt, push_signature};
use crate::outgoing::{Answer, Outgoing, PushError};
use crate::platform::{HttpDelivery, SimError};
use crate::shell::Shell;

/// How long the platform waits for the answer to a challenge.
const CHALLENGE_LIMIT: Duration = Duration::from_secs(1);

/// A push, ready to be sent.
pub(super) struct Push {
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Wraps `body` as a push; encrypted and signed when an Encrypt Key is set.
pub(super) fn sealed(shell: &Shell, body: &[u8], encrypted: bool) -> Push {
    let mut headers = vec![
        ("Content-Type", "application/json;charset=utf-8".to_owned()),
        ("User-Agent", "Go-http-client/1.1".to_owned()),
        ("X-Request-Id", shell.random.hex::<16>()),
    ];
    if !encrypted {
        return Push { headers, body: body.to_vec() };
    }
    let key = super::encrypt_key();
    let body = json!({"encrypt": encrypt(&key, shell.random.bytes(), body)}).to_string().into_bytes();
    let (timestamp, nonce) = (shell.clock.seconds().to_string(), shell.random.hex::<8>());
    let signature = push_signature(&timestamp, &nonce, &key, &body);
    headers.extend([
        ("X-Lark-Request-Timestamp", timestamp),
        ("X-Lark-Request-Nonce", nonce),
        ("X-Lark-Signature", signature),
    ]);
    Push { headers, body }
}

impl Push {
    pub(super) async fn send(self, outgoing: &Outgoing, url: &Url, limit: Duration) -> Result<Answer, PushError> {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        outgoing.post(url, &headers, self.body, limit).await
    }
}

/// What happens when the addresses are saved in the console: each must answer a challenge.
pub(super) async fn verify(shell: &Shell, delivery: &HttpDelivery) -> Result<(), SimError> {
    for url in [Some(&delivery.events), delivery.cards.as_ref()].into_iter().flatten() {
        let challenge = shell.random.hex::<16>();
        let body = json!({"challenge": challenge, "token": super::verification_token(), "type": "url_verification"});
        let push = sealed(shell, body.to_string().as_bytes(), delivery.encrypted);
        let answer = push
            .send(&shell.outgoing, url, CHALLENGE_LIMIT)
            .await
            .map_err(|error| SimError::CallbackCheck(error.to_string()))?;
        if answer.status != 200 {
            return Err(SimError::CallbackCheck(format!("the answer to the challenge has status {}", answer.status)));
        }
        let echoed = serde_json::from_slice::<Value>(&answer.body).ok();
        if echoed.as_ref().and_then(|body| body.get("challenge")).and_then(Value::as_str) != Some(&challenge) {
            return Err(SimError::CallbackCheck("the answer does not repeat the challenge".into()));
        }
    }
    Ok(())
}
