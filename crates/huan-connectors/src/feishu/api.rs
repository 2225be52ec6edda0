//! Calls to Feishu's REST interface (Feishu §0).

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use huan_connect::{
    SendError, Surroundings,
    http::{Request, Response},
};
use serde_json::Value;

use super::{documents::DrivePace, failure, settings::AppSettings, token::TokenKeeper};
use crate::pace::{Limit, Pace};

/// Codes at which the token is dropped and the call made once more (§0.7).
const TOKEN_REFUSED: [i64; 4] = [99_991_663, 99_991_664, 99_991_665, 99_991_671];
/// The most pages that are read of a list, as a guard against a page token that never ends.
const MOST_PAGES: usize = 200;
/// The tier of the contact interface, 50 a second and 1000 a minute (§0.4, §9), with room for single look-ups beside.
const DIRECTORY: &[Limit] =
    &[Limit { calls: 45, within: Duration::from_secs(1) }, Limit { calls: 950, within: Duration::from_secs(60) }];

/// The REST interface with the app's credentials.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) settings: AppSettings,
    pub(super) surroundings: Surroundings,
    tokens: TokenKeeper,
    robot: OnceLock<String>,
    /// How fast lists of the directory are read.
    pub(super) directory_pace: Pace,
    /// How fast documents and tables are read and written.
    pub(super) drive_pace: DrivePace,
}

/// The verb of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// A call that can be made again.
#[derive(Debug)]
pub(super) struct Call {
    verb: Verb,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Call {
    /// A call of `path` (after `/open-apis/`).
    pub(super) fn new(verb: Verb, path: impl Into<String>) -> Self {
        Self { verb, path: path.into(), query: Vec::new(), body: None }
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
}

impl Api {
    /// The interface for an account.
    pub(super) fn new(settings: AppSettings, surroundings: Surroundings) -> Self {
        Self {
            settings,
            surroundings,
            tokens: TokenKeeper::default(),
            robot: OnceLock::new(),
            directory_pace: Pace::new(DIRECTORY),
            drive_pace: DrivePace::default(),
        }
    }

    /// Makes a call and gives the whole answer, whose `code` is 0.
    pub(super) async fn call(&self, call: &Call) -> Result<Value, SendError> {
        self.answered(call).await.map(|(_, answer)| answer)
    }

    /// As [`Self::call`], with the HTTP answer too.
    pub(super) async fn answered(&self, call: &Call) -> Result<(Response, Value), SendError> {
        let mut again = true;
        loop {
            let Surroundings { http, time, .. } = &self.surroundings;
            let token = self.tokens.token(http, time.as_ref(), &self.settings).await?;
            let request = self.request(call).header("authorization", &format!("Bearer {}", token.reveal()));
            let response = request.send().await.map_err(|error| failure::unanswered(&error))?;
            let answer: Value = response.json().map_err(|_| failure::unreadable(&response))?;
            match answer.get("code").and_then(Value::as_i64) {
                Some(0) if response.status < 300 => return Ok((response, answer)),
                Some(code) if again && TOKEN_REFUSED.contains(&code) => {
                    self.tokens.forget(&token).await;
                    again = false;
                }
                Some(code) if code != 0 => return Err(failure::refused(&response, code, &answer)),
                _ => return Err(failure::unreadable(&response)),
            }
        }
    }

    fn request(&self, call: &Call) -> Request {
        let http = &self.surroundings.http;
        let url = format!("{}/open-apis/{}", self.settings.base, call.path);
        let request = match call.verb {
            Verb::Get => http.get(&url),
            Verb::Post => http.post(&url),
            Verb::Patch => http.patch(&url),
            Verb::Delete => http.delete(&url),
        };
        let pairs: Vec<(&str, &str)> = call.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = if pairs.is_empty() { request } else { request.query(&pairs) };
        match &call.body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Every item of a list that comes in pages (§0.5).
    pub(super) async fn list(&self, make: impl Fn() -> Call) -> Result<Vec<Value>, SendError> {
        let mut items = Vec::new();
        let mut page: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let call = match &page {
                Some(token) => make().query("page_token", token.clone()),
                None => make(),
            };
            let mut answer = self.call(&call).await?;
            if let Some(Value::Array(more)) = answer.pointer_mut("/data/items").map(Value::take) {
                items.extend(more);
            }
            let next = answer.pointer("/data/page_token").and_then(Value::as_str).filter(|token| !token.is_empty());
            let more = answer.pointer("/data/has_more").and_then(Value::as_bool).unwrap_or(false);
            match next {
                Some(next) if more => page = Some(next.to_owned()),
                _ => break,
            }
        }
        Ok(items)
    }

    /// The robot's `open_id`, if it is known already.
    pub(super) fn known_robot(&self) -> Option<&str> {
        self.robot.get().map(String::as_str)
    }

    /// The robot's `open_id` (§2.4), asked once.
    pub(super) async fn robot(&self) -> Result<Option<&str>, SendError> {
        if self.robot.get().is_none() {
            let answer = self.call(&Call::new(Verb::Get, "bot/v3/info")).await?;
            self.learn_robot(&answer);
        }
        Ok(self.known_robot())
    }

    /// Keeps the robot's `open_id` from an answer of `bot/v3/info`.
    pub(super) fn learn_robot(&self, answer: &Value) {
        if let Some(id) = answer.pointer("/bot/open_id").and_then(Value::as_str).filter(|id| !id.is_empty()) {
            // Asked twice at once, both answers are the same.
            let _ = self.robot.set(id.to_owned());
        }
    }

    /// A time between nothing and `most`, evenly spread.
    pub(super) fn random_up_to(&self, most: Duration) -> Duration {
        let mut bytes = [0; 4];
        self.surroundings.entropy.fill(&mut bytes);
        most.mul_f64(f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
    }
}

/// An `Api` shared by the parts of an account.
pub(super) type SharedApi = Arc<Api>;

/// Ids go into a path; anything that is not an id's character is written as `%..`.
pub(super) fn segment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        assert_eq!(segment("om_dc13264520392913993dd051dba21dcf"), "om_dc13264520392913993dd051dba21dcf");
        assert_eq!(segment("../x?y#z"), "..%2Fx%3Fy%23z");
    }
}
