//! A program that takes Teambition's webhook, with the signature of §9.3 written down again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// Takes events on a free port.
pub(crate) struct Receiver {
    pub(crate) url: String,
    desk: Desk,
}

/// One push.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

impl Heard {
    pub(crate) fn event(&self) -> &str {
        self.body["event"].as_str().unwrap()
    }
}

#[derive(Clone)]
struct Desk {
    secret: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    /// Statuses for the next answers; 200 afterwards.
    script: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    pub(crate) async fn start(secret: &str) -> Self {
        let desk = Desk { secret: secret.to_owned(), heard: Arc::default(), script: Arc::default() };
        let router = Router::new().route("/hook", post(hook)).with_state(desk.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, desk }
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.desk.heard.lock().unwrap().clone()
    }

    pub(crate) fn answer(&self, statuses: impl IntoIterator<Item = u16>) {
        self.desk.script.lock().unwrap().extend(statuses);
    }

    /// Waits for so many pushes and gives them.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Heard> {
        for _ in 0..2000 {
            if self.heard().len() >= count {
                return self.heard();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("only {} of {count} pushes came: {:?}", self.heard().len(), self.heard());
    }
}

async fn hook(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let headers: BTreeMap<String, String> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let encoded = headers.get("content-transfer-encoding").is_some_and(|value| value == "base64");
    let plain = if encoded { STANDARD.decode(&body).unwrap() } else { body.to_vec() };
    let right = [&plain[..], &body[..]].into_iter().any(|signed| {
        let mut mac = Hmac::<Sha256>::new_from_slice(desk.secret.as_bytes()).unwrap();
        mac.update(signed);
        hex::encode(mac.finalize().into_bytes()) == headers["x-signature"]
    });
    assert!(right, "the signature is wrong");
    let body = serde_json::from_slice(&plain).unwrap();
    desk.heard.lock().unwrap().push(Heard { headers, body });
    let status = desk.script.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}
