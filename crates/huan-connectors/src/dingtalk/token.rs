//! The app's access token: fetched once for all who wait, renewed early, thrown away when DingTalk refuses it.

use std::sync::Arc;

use huan_connect::http::Http;
use huan_core::ambient::TimeSource;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::Mutex;

use super::fault::{Fault, read_new};
use crate::{lenient::Lenient, secret::Secret};

/// A token is renewed this long before it ends, as the official clients do (DingTalk, access tokens §2.1).
const EARLY: SignedDuration = SignedDuration::from_mins(5);
/// How long a token lasts when the answer does not say.
const USUAL: i64 = 7200;

/// The token of one app; the same one serves both API families (DingTalk, §2.3).
#[derive(Debug)]
pub(super) struct Tokens {
    http: Http,
    time: Arc<dyn TimeSource>,
    url: String,
    client_id: String,
    client_secret: Secret,
    current: Mutex<Option<Token>>,
}

#[derive(Debug, Clone)]
struct Token {
    text: Secret,
    until: Timestamp,
}

/// What a fresh token's answer told beside the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Examined {
    /// DingTalk's idea of the time.
    pub(super) date: Option<Timestamp>,
}

impl Tokens {
    pub(super) fn new(
        http: Http,
        time: Arc<dyn TimeSource>,
        url: String,
        client_id: String,
        client_secret: Secret,
    ) -> Self {
        Self { http, time, url, client_id, client_secret, current: Mutex::new(None) }
    }

    /// A token that is good for some minutes more.
    pub(super) async fn get(&self) -> Result<Secret, Fault> {
        // Whoever comes while a token is being fetched waits here and finds it.
        let mut current = self.current.lock().await;
        let now = self.time.now();
        if let Some(token) = current.as_ref().filter(|token| now < earlier(token.until)) {
            return Ok(token.text.clone());
        }
        match self.fetch().await {
            Ok((token, _)) => {
                let text = token.text.clone();
                *current = Some(token);
                Ok(text)
            }
            // An early renewal that fails is no harm while the old token lasts.
            Err(fault) => match current.as_ref().filter(|token| now < token.until) {
                Some(token) if !fault.is_credentials_refused() => Ok(token.text.clone()),
                _ => Err(Fault::BeforeSending(Box::new(fault))),
            },
        }
    }

    /// Throws `refused` away, unless it has been replaced already.
    pub(super) async fn forget(&self, refused: &Secret) {
        let mut current = self.current.lock().await;
        if current.as_ref().is_some_and(|token| token.text == *refused) {
            *current = None;
        }
    }

    /// Fetches a token to see whether that works.
    pub(super) async fn examine(&self) -> Result<Examined, Fault> {
        let mut current = self.current.lock().await;
        let (token, examined) = self.fetch().await?;
        *current = Some(token);
        Ok(examined)
    }

    async fn fetch(&self) -> Result<(Token, Examined), Fault> {
        let body = json!({"appKey": self.client_id, "appSecret": self.client_secret.reveal()});
        let response = self.http.post(&self.url).header("accept", "application/json").json(&body).send().await?;
        let date =
            response.header("date").and_then(|text| jiff::fmt::rfc2822::parse(text).ok()).map(|date| date.timestamp());
        let answer = read_new(&response)?;
        let text = answer.text("accessToken").ok_or(Fault::Unreadable { status: response.status })?;
        let seconds = answer.integer("expireIn").filter(|seconds| *seconds > 0).unwrap_or(USUAL);
        let until = self.time.now().saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
        Ok((Token { text: Secret::new(text), until }, Examined { date }))
    }
}

fn earlier(until: Timestamp) -> Timestamp {
    until.saturating_sub(EARLY).unwrap_or(Timestamp::MIN)
}
