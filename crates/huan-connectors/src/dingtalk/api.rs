//! Calls to both API families with the app's token.

use std::sync::Arc;

use huan_connect::http::{Http, Request};
use huan_core::ambient::TimeSource;
use serde_json::{Value, json};
use url::Url;

use super::{
    fault::{Fault, read_new, read_old},
    settings::Config,
    token::{Examined, Tokens},
};

/// The HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// The door to DingTalk for one app.
#[derive(Debug)]
pub(super) struct Api {
    http: Http,
    tokens: Tokens,
    api_base: String,
    oapi_base: String,
}

impl Api {
    pub(super) fn new(http: Http, time: Arc<dyn TimeSource>, config: &Config) -> Self {
        let api_base = without_slash(&config.api_base);
        Self {
            tokens: Tokens::new(
                http.clone(),
                time,
                format!("{api_base}/v1.0/oauth2/accessToken"),
                config.client_id.clone(),
                config.client_secret.clone(),
            ),
            oapi_base: without_slash(&config.oapi_base),
            api_base,
            http,
        }
    }

    /// A call of the new API; the token goes into a header (DingTalk, the two API families §0.2).
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &Value,
    ) -> Result<Value, Fault> {
        self.call_with(method, path, query, body, &[]).await
    }

    /// As [`Self::call`], with more headers.
    pub(super) async fn call_with(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &Value,
        headers: &[(&str, &str)],
    ) -> Result<Value, Fault> {
        let url = format!("{}{path}", self.api_base);
        let mut tried_again = false;
        loop {
            let token = self.tokens.get().await?;
            let request = match method {
                Method::Get => self.http.get(&url),
                Method::Post => self.http.post(&url).json(body),
                Method::Put => self.http.put(&url).json(body),
                Method::Delete => self.http.delete(&url),
            };
            let request = if query.is_empty() { request } else { request.query(query) };
            let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
            let response = accepting_json(request).header("x-acs-dingtalk-access-token", token.reveal()).send().await?;
            match read_new(&response) {
                Err(fault) if fault.is_invalid_token() => {
                    self.tokens.forget(&token).await;
                    if tried_again {
                        return Err(fault);
                    }
                    tried_again = true;
                }
                result => return result,
            }
        }
    }

    /// A POST to the new API.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        self.call(Method::Post, path, &[], body).await
    }

    /// A POST to the old API; the token goes into the query (DingTalk, §0.2). Returns `result`.
    pub(super) async fn post_old(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        let url = format!("{}{path}", self.oapi_base);
        let mut tried_again = false;
        loop {
            let token = self.tokens.get().await?;
            let request = self.http.post(&url).query(&[("access_token", token.reveal())]).json(body);
            match read_old(&accepting_json(request).send().await?) {
                Err(fault) if fault.is_invalid_token() => {
                    self.tokens.forget(&token).await;
                    if tried_again {
                        return Err(fault);
                    }
                    tried_again = true;
                }
                Ok(mut answer) => return Ok(answer.get_mut("result").map(Value::take).unwrap_or_default()),
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Asks for the address and ticket of a stream connection; no token is needed (DingTalk, stream mode §5.1).
    pub(super) async fn open_stream(&self, body: &Value) -> Result<Value, Fault> {
        let request = self.http.post(&format!("{}/v1.0/gateway/connections/open", self.api_base)).json(body);
        read_new(&accepting_json(request).send().await?)
    }

    /// Sends a message to the webhook of a session or of a custom robot (DingTalk, §1.1 and §3.7).
    pub(super) async fn post_webhook(
        http: &Http,
        address: &str,
        query: &[(&str, &str)],
        body: &Value,
    ) -> Result<(), Fault> {
        let request = http.post(address).json(body);
        let request = if query.is_empty() { request } else { request.query(query) };
        read_old(&accepting_json(request).send().await?).map(drop)
    }

    /// Whether a token can be had with the credentials.
    pub(super) async fn examine(&self) -> Result<Examined, Fault> {
        self.tokens.examine().await
    }

    /// The pool of connections.
    pub(super) fn http(&self) -> &Http {
        &self.http
    }

    /// Tells DingTalk where card callbacks go over HTTP, replacing an earlier address (DingTalk, cards §8.6).
    pub(super) async fn register_card_callback(&self, route: &str, url: &str, secret: &str) -> Result<(), Fault> {
        let body = json!({"callbackRouteKey": route, "callbackUrl": url, "apiSecret": secret, "forceUpdate": true});
        self.post("/v1.0/card/callbacks/register", &body).await.map(drop)
    }
}

/// Without this header the gateway answers in XML (DingTalk, stream mode §5.1).
fn accepting_json(request: Request) -> Request {
    request.header("accept", "application/json")
}

fn without_slash(base: &Url) -> String {
    base.as_str().trim_end_matches('/').to_owned()
}
