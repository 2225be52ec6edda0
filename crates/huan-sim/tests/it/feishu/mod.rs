//! Simulated Feishu, called as a program would call it.

mod cards;
mod drive;
mod faults;
mod http_push;
mod limits;
mod long_connection;
mod messages;
mod webhook;

use std::time::Duration;

use huan_sim::{ClockMode, Connection, MessageView, PlatformName, Press, Pressed, Sim, SimError, SimOptions};
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const FEISHU: PlatformName = PlatformName::Feishu;
pub(crate) const GROUP: &str = "product_v2_dev";

/// A running simulator and a program with a token.
pub(crate) struct Tenant {
    pub(crate) sim: Sim,
    pub(crate) connection: Connection,
    http: reqwest::Client,
    pub(crate) token: String,
}

/// Status, headers and body of an answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The `data` of an answer that must be a success.
    pub(crate) fn data(self) -> Value {
        assert_eq!(self.body["code"], 0, "{}", self.body);
        self.body["data"].clone()
    }
}

#[allow(clippy::disallowed_methods)] // the tests' own door for HTTP
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap()
}

impl Tenant {
    /// With a clock that stands still until it is advanced.
    pub(crate) async fn standing() -> Self {
        let start: Timestamp = "2026-11-23T01:00:00Z".parse().unwrap();
        Self::start(SimOptions { clock: ClockMode::Standing(start), ..SimOptions::default() }).await
    }

    pub(crate) async fn start(options: SimOptions) -> Self {
        let sim = Sim::start(options).await.unwrap();
        let connection = sim.connection();
        let mut tenant = Self { sim, connection, http: client(), token: String::new() };
        tenant.token = tenant.new_token().await["tenant_access_token"].as_str().unwrap().to_owned();
        tenant
    }

    pub(crate) async fn new_token(&self) -> Value {
        let feishu = &self.connection.feishu;
        let body = json!({"app_id": feishu.app_id, "app_secret": feishu.app_secret});
        self.post("/open-apis/auth/v3/tenant_access_token/internal", body).await.body
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        self.try_call(method, path, body).await.expect("no answer")
    }

    /// Nothing when the connection is cut.
    pub(crate) async fn try_call(&self, method: &str, path: &str, body: Option<Value>) -> Option<Reply> {
        let url = format!("{}{path}", self.connection.feishu.base_url);
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.ok()?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.json().await.unwrap_or(Value::Null);
        Some(Reply { status, headers, body })
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body)).await
    }

    pub(crate) fn open_id(&self, key: &str) -> String {
        let person = self.connection.people.iter().find(|known| known.person.key == key).unwrap();
        person.feishu.as_ref().unwrap().open_id.clone()
    }

    pub(crate) fn chat_id(&self, key: &str) -> String {
        self.connection.groups.iter().find(|group| group.key == key).unwrap().id.clone()
    }

    /// Sends to a group of the seed.
    pub(crate) async fn send(&self, group: &str, kind: &str, content: Value) -> Reply {
        let body = json!({"receive_id": self.chat_id(group), "msg_type": kind, "content": content.to_string()});
        self.post("/open-apis/im/v1/messages?receive_id_type=chat_id", body).await
    }

    pub(crate) async fn send_card(&self, group: &str, card: Value) -> String {
        self.send(group, "interactive", card).await.data()["message_id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn shown(&self, group: &str) -> Vec<MessageView> {
        self.sim.messages(FEISHU, group, None)
    }

    pub(crate) async fn press(&self, person: &str, message: &str, button: &str) -> Result<Pressed, SimError> {
        let press =
            Press { person: person.into(), message: message.into(), button: button.into(), form: Default::default() };
        self.sim.press(FEISHU, press).await
    }
}

/// A card of schema 2.0 with one button.
pub(crate) fn card(title: &str) -> Value {
    let button = json!({"tag": "button", "text": {"tag": "plain_text", "content": "承接"},
        "behaviors": [{"type": "callback", "value": {"action": "accept"}}]});
    json!({"schema": "2.0", "header": {"title": {"tag": "plain_text", "content": title}}, "body": {"elements": [button]}})
}

/// Waits until `condition` holds; fails after a few seconds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not happen");
}
