//! The Teambition simulator, called as a program calls it. Comments name the sections of the platform's description.

mod errors;
mod people;
mod reading;
mod receiver;
mod relay;
mod signing_in;
mod webhook;
mod writing;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use huan_sim::{ClockMode, Connection, Sim, SimOptions, TaskView};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

/// The instant at which the clocks of these tests stand.
const START: &str = "2026-11-20T08:00:00Z";

/// A running simulator and somebody who calls it.
pub(crate) struct Desk {
    pub(crate) sim: Sim,
    pub(crate) connection: Connection,
    pub(crate) http: reqwest::Client,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    /// The `result` of an answer that must be a success.
    pub(crate) fn result(self) -> Value {
        assert_eq!((self.status, self.body["code"].as_i64()), (200, Some(200)), "{}", self.body);
        assert!(self.body["requestId"].as_str().is_some_and(|id| !id.is_empty()));
        assert_eq!(self.body["errorMessage"], "");
        self.body["result"].clone()
    }

    /// The code of a refusal, which stands in the status as well.
    pub(crate) fn refusal(self) -> u16 {
        assert_eq!(self.body["code"].as_u64(), Some(u64::from(self.status)), "{}", self.body);
        assert!(self.body["errorMessage"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.body);
        assert_eq!(self.body.get("result"), None);
        self.status
    }
}

/// A token of the app, signed as the official clients do (§2.1).
pub(crate) fn signed(app: &str, secret: &str, issued: i64, expires: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"typ": "JWT", "alg": "HS256"}));
    let claims = part(json!({"iat": issued, "exp": expires, "_appId": app}));
    let signed = format!("{header}.{claims}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
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
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { connection: sim.connection(), sim, http }
    }

    pub(crate) fn token(&self) -> String {
        let app = &self.connection.teambition;
        let now = self.sim.now().as_second();
        signed(&app.app_id, &app.app_secret, now, now + 3600)
    }

    pub(crate) fn user(&self, key: &str) -> String {
        let person = self.connection.people.iter().find(|person| person.person.key == key).unwrap();
        person.teambition.as_ref().unwrap().user_id.clone()
    }

    pub(crate) fn project(&self) -> &str {
        &self.connection.teambition.project_id
    }

    pub(crate) fn status(&self, name: &str) -> &str {
        &self.connection.teambition.statuses[name]
    }

    pub(crate) fn field(&self, name: &str) -> &str {
        &self.connection.teambition.custom_fields[name]
    }

    /// A request to the public prefix with token and organisation.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let app = &self.connection.teambition;
        self.http
            .request(method, format!("{}{path}", app.base_url))
            .bearer_auth(self.token())
            .header("X-Tenant-Id", &app.organization_id)
            .header("X-Tenant-Type", "organization")
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    /// GET with parameters that need encoding.
    pub(crate) async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Reply {
        self.send(self.request(Method::GET, path).query(query)).await
    }

    /// A write on behalf of a person.
    pub(crate) async fn write(&self, person: &str, method: Method, path: &str, body: Value) -> Reply {
        self.send(self.request(method, path).header("X-Operator-Id", self.user(person)).json(&body)).await
    }

    pub(crate) async fn put(&self, task: &str, what: &str, body: Value) -> Reply {
        self.write("hejing", Method::PUT, &format!("/v3/task/{task}/{what}"), body).await
    }

    pub(crate) async fn post(&self, task: &str, what: &str, body: Value) -> Reply {
        self.write("hejing", Method::POST, &format!("/v3/task/{task}/{what}"), body).await
    }

    /// Makes a task in the project on behalf of 何静 and gives its id.
    pub(crate) async fn task(&self, content: &str) -> String {
        let body = json!({"projectId": self.project(), "content": content});
        let made = self.write("hejing", Method::POST, "/v3/task/create", body).await.result();
        made["id"].as_str().unwrap().to_owned()
    }

    /// A task as the API shows it.
    pub(crate) async fn read(&self, task: &str) -> Value {
        self.get(&format!("/v3/task/query?taskId={task}")).await.result()[0].clone()
    }

    /// A task as the clients show it.
    pub(crate) fn seen(&self, task: &str) -> TaskView {
        self.sim.teambition().task(task).unwrap()
    }

    /// A person changes a task in the client.
    pub(crate) fn by_hand(&self, person: &str, task: &str, what: &str, body: Value) -> Value {
        self.sim.teambition().as_person(person, "PUT", &format!("/v3/task/{task}/{what}"), body).unwrap()
    }
}
