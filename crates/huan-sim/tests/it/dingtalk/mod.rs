//! The DingTalk simulator, called as a program calls it. Comments name the sections of the platform's description.

mod cards;
mod contacts;
mod ding;
mod errors;
mod faults;
mod limits;
mod messages;
mod push;
pub(crate) mod receiver;
mod stream;
mod tokens;
mod uncertain;
mod webhook;

use std::time::Duration;

use huan_sim::{ClockMode, Connection, MessageView, PlatformName, Press, Pressed, Sim, SimOptions};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

/// The instant at which the clocks of these tests stand.
const START: &str = "2026-11-20T08:00:00Z";

/// A running simulator and somebody who calls it.
pub(crate) struct Desk {
    pub(crate) sim: Sim,
    pub(crate) connection: Connection,
    http: reqwest::Client,
}

impl Desk {
    /// With a clock that stands.
    pub(crate) async fn standing() -> Self {
        let clock = ClockMode::Standing(START.parse().unwrap());
        // Patient, for machines that are busy.
        let answer_limit = Some(Duration::from_secs(30));
        Self::with(SimOptions { clock, answer_limit, ..SimOptions::default() }).await
    }

    #[allow(clippy::disallowed_methods)] // a test may have its own HTTP client
    pub(crate) async fn with(options: SimOptions) -> Self {
        let sim = Sim::start(options).await.unwrap();
        Self { connection: sim.connection(), sim, http: reqwest::Client::new() }
    }

    /// Any request; the answer is status and JSON.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> (u16, Value) {
        let response = self.request(method, path, token, body).await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
    }

    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&str>,
    ) -> reqwest::Result<reqwest::Response> {
        let mut request = self.http.request(method, format!("{}{path}", self.connection.dingtalk.api_base_url));
        request = request.header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("x-acs-dingtalk-access-token", token);
        }
        request.body(body.unwrap_or_default().to_owned()).send().await
    }

    /// POST without a token.
    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, None, Some(&body.to_string())).await
    }

    /// POST to the new API as the app.
    pub(crate) async fn app(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(&self.token().await), Some(&body.to_string())).await
    }

    /// PUT to the new API as the app.
    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, Some(&self.token().await), Some(&body.to_string())).await
    }

    /// POST to the old API as the app; its status is always 200.
    pub(crate) async fn old(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(&format!("{path}?access_token={}", self.token().await), body).await;
        assert_eq!(status, 200);
        answer
    }

    /// The app's token. Asking often is not what a program should do, but does not count against other limits.
    pub(crate) async fn token(&self) -> String {
        let dingtalk = &self.connection.dingtalk;
        let body = json!({"appKey": dingtalk.client_id, "appSecret": dingtalk.client_secret});
        loop {
            let (status, answer) = self.post("/v1.0/oauth2/accessToken", body.clone()).await;
            if status == 200 {
                return answer["accessToken"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(crate) fn user(&self, key: &str) -> String {
        let person = self.connection.people.iter().find(|person| person.person.key == key).unwrap();
        person.dingtalk.as_ref().unwrap().user_id.clone()
    }

    pub(crate) fn group(&self, key: &str) -> String {
        self.connection.groups.iter().find(|group| group.key == key).unwrap().id.clone()
    }

    pub(crate) fn robot(&self) -> &str {
        &self.connection.dingtalk.robot_code
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.sim.now().as_millisecond()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.sim.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn messages(&self, conversation: &str, viewer: Option<&str>) -> Vec<MessageView> {
        self.sim.messages(PlatformName::Dingtalk, conversation, viewer)
    }

    pub(crate) fn last(&self, conversation: &str, viewer: Option<&str>) -> MessageView {
        self.messages(conversation, viewer).pop().unwrap()
    }

    /// Sends a text to a group as the app's robot and gives the processQueryKey.
    pub(crate) async fn send_text(&self, group: &str, text: &str) -> String {
        let body = json!({"robotCode": self.robot(), "openConversationId": self.group(group), "msgKey": "sampleText",
            "msgParam": json!({"content": text}).to_string()});
        let (status, answer) = self.app("/v1.0/robot/groupMessages/send", body).await;
        assert_eq!(status, 200, "{answer}");
        answer["processQueryKey"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn press(&self, person: &str, message: &str, button: &str) -> Pressed {
        let press =
            Press { person: person.into(), message: message.into(), button: button.into(), form: Default::default() };
        self.sim.press(PlatformName::Dingtalk, press).await.unwrap()
    }
}

/// Waits until `condition` holds; real time, because other tasks work meanwhile.
pub(crate) async fn eventually(mut condition: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within twenty seconds");
}

/// Checks code and status of a refusal of the new API.
pub(crate) fn refused((status, body): (u16, Value), expected_status: u16, code: &str) {
    assert_eq!((status, body["code"].as_str()), (expected_status, Some(code)), "{body}");
    assert!(body["requestid"].as_str().is_some_and(|id| !id.is_empty()), "{body}");
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}
