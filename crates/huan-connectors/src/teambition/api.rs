//! Calls to Teambition's interface (§1).

use std::sync::Arc;

use huan_connect::{SendError, Surroundings, http::Request};
use huan_core::platform::ForeignUser;
use serde_json::Value;

use super::{
    failure::{self, CREDENTIALS},
    pace::Pace,
    settings::AppSettings,
    token::TokenKeeper,
};
use crate::{lenient::Lenient, secret::Secret};

/// How many are asked for at once: the largest number is not published (§5).
pub(super) const AT_ONCE: usize = 50;
/// The most pages that are read of a list, as a guard against a page token that never ends.
const MOST_PAGES: usize = 2_000;

/// The interface with the app's credentials.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) settings: AppSettings,
    pub(super) surroundings: Surroundings,
    tokens: TokenKeeper,
    pace: Pace,
}

/// A call that can be made again.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// Verb and path, `{}` for each id: `PUT /v3/task/{}/content`. Limits are counted by it.
    route: &'static str,
    ids: Vec<&'a str>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    operator: Option<&'a ForeignUser>,
}

impl<'a> Call<'a> {
    /// A call of `route`, with `ids` in its places.
    pub(super) fn new(route: &'static str, ids: &[&'a str]) -> Self {
        Self { route, ids: ids.to_vec(), query: Vec::new(), body: None, operator: None }
    }

    /// Adds a query parameter.
    pub(super) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Sets the body.
    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// Makes it on behalf of somebody, as every write must be (§1.2).
    pub(super) fn by(mut self, operator: &'a ForeignUser) -> Self {
        self.operator = Some(operator);
        self
    }

    fn parts(&self) -> (&'static str, String) {
        let (verb, template) = self.route.split_once(' ').unwrap_or(("GET", self.route));
        let mut ids = self.ids.iter();
        let mut pieces = template.split("{}");
        let mut path = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            path.push_str(&segment(ids.next().copied().unwrap_or_default()));
            path.push_str(piece);
        }
        (verb, path)
    }
}

impl Api {
    /// The interface for an account.
    pub(super) fn new(settings: AppSettings, surroundings: Surroundings) -> Self {
        Self { settings, surroundings, tokens: TokenKeeper::default(), pace: Pace::default() }
    }

    /// Makes a call and gives the whole answer. A refused token is signed anew once.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Value, SendError> {
        let mut again = true;
        loop {
            let Surroundings { http, time, .. } = &self.surroundings;
            let token = self.tokens.token(http, time.now(), &self.settings).await?;
            self.pace.turn(call.route).await;
            let response = self.request(call, &token).send().await.map_err(|error| failure::unanswered(&error))?;
            match failure::read(&response) {
                Err(error) if again && error.reason_key == CREDENTIALS => {
                    self.tokens.forget(&token).await;
                    again = false;
                }
                answered => return answered,
            }
        }
    }

    fn request(&self, call: &Call<'_>, token: &Secret) -> Request {
        let http = &self.surroundings.http;
        let (verb, path) = call.parts();
        let url = format!("{}{path}", self.settings.base);
        let request = match verb {
            "POST" => http.post(&url),
            "PUT" => http.put(&url),
            "DELETE" => http.delete(&url),
            _ => http.get(&url),
        };
        let mut request = request
            .header("authorization", &format!("Bearer {}", token.reveal()))
            .header("x-tenant-id", &self.settings.organization)
            .header("x-tenant-type", "organization");
        if let Some(operator) = call.operator {
            request = request.header("x-operator-id", operator.as_str());
        }
        let pairs: Vec<(&str, &str)> = call.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if !pairs.is_empty() {
            request = request.query(&pairs);
        }
        match &call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Every item of a list that comes in pages (§1.3, rule 5), until `enough` says so of a page.
    pub(super) async fn list_until<'a>(
        &self,
        make: impl Fn() -> Call<'a>,
        enough: impl Fn(&[Value]) -> bool,
    ) -> Result<Vec<Value>, SendError> {
        let mut items = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut call = make().query("pageSize", AT_ONCE.to_string());
            if let Some(token) = &page {
                call = call.query("pageToken", token.clone());
            }
            let mut answer = self.call(&call).await?;
            let more = match answer.get_mut("result").map(Value::take) {
                Some(Value::Array(more)) => more,
                _ => Vec::new(),
            };
            let last = more.is_empty() || enough(&more);
            items.extend(more);
            match answer.text("nextPageToken") {
                Some(next) if !last && page.as_ref() != Some(&next) => page = Some(next),
                _ => break,
            }
        }
        Ok(items)
    }

    /// Every item of a list that comes in pages.
    pub(super) async fn list<'a>(&self, make: impl Fn() -> Call<'a>) -> Result<Vec<Value>, SendError> {
        self.list_until(make, |_| false).await
    }
}

/// An `Api` shared by the parts of an account.
pub(super) type SharedApi = Arc<Api>;

/// Ids go into a path; anything that is not an id's character is written as `%..`.
fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_take_their_places_and_cannot_leave_them() {
        assert_eq!(Call::new("PUT /v3/task/{}/content", &["65e0"]).parts(), ("PUT", "/v3/task/65e0/content".into()));
        assert_eq!(Call::new("GET /v3/task/{}/x", &["../a?b"]).parts().1, "/v3/task/%2E%2E%2Fa%3Fb/x");
        assert_eq!(Call::new("GET /org/info", &[]).parts().1, "/org/info");
    }
}
