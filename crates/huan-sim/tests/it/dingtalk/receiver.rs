//! A program that takes HTTP callbacks, with the event crypto of §6.3 written down again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use aes::Aes256;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use huan_sim::connection::DingtalkConnection;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

/// What is answered next: `None` is the right answer.
type Script = Arc<Mutex<VecDeque<Option<Value>>>>;

/// Takes callbacks on a free port.
pub(crate) struct Receiver {
    pub(crate) address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
    script: Script,
}

/// One callback.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Value,
}

#[derive(Clone)]
struct Desk {
    secrets: Arc<Secrets>,
    heard: Arc<Mutex<Vec<Heard>>>,
    script: Script,
}

struct Secrets {
    token: String,
    key: [u8; 32],
    owner: String,
}

impl Receiver {
    pub(crate) async fn start(dingtalk: &DingtalkConnection) -> Self {
        let lenient = GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let lenient = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient);
        let secrets = Secrets {
            token: dingtalk.callback_token.clone(),
            key: lenient.decode(&dingtalk.callback_aes_key).unwrap().try_into().unwrap(),
            owner: dingtalk.client_id.clone(),
        };
        let desk = Desk { secrets: Arc::new(secrets), heard: Arc::default(), script: Arc::default() };
        let (heard, script) = (desk.heard.clone(), desk.script.clone());
        let router = Router::new().route("/events", post(events)).route("/plain", post(plain)).with_state(desk);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, heard, script }
    }

    /// What the next callbacks are answered; `None` is the right answer, which is also given afterwards.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Option<Value>>) {
        self.script.lock().unwrap().extend(answers);
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}

async fn events(
    State(desk): State<Desk>,
    Query(query): Query<BTreeMap<String, String>>,
    Json(body): Json<Value>,
) -> Response {
    let encrypt = body["encrypt"].as_str().unwrap();
    assert_eq!(query["msg_signature"], desk.secrets.sign(&query["timestamp"], &query["nonce"], encrypt));
    let event = serde_json::from_str(&desk.secrets.decrypt(encrypt)).unwrap();
    desk.heard.lock().unwrap().push(Heard { headers: BTreeMap::new(), body: event });
    let scripted = desk.script.lock().unwrap().pop_front().flatten();
    Json(scripted.unwrap_or_else(|| desk.secrets.success())).into_response()
}

async fn plain(State(desk): State<Desk>, request: Request) -> Response {
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    desk.heard.lock().unwrap().push(Heard { headers, body: serde_json::from_slice(&body).unwrap() });
    match desk.script.lock().unwrap().pop_front().flatten() {
        Some(Value::Number(status)) => {
            axum::http::StatusCode::from_u16(u16::try_from(status.as_u64().unwrap()).unwrap()).unwrap().into_response()
        }
        Some(answer) => Json(answer).into_response(),
        None => ().into_response(),
    }
}

impl Secrets {
    fn sign(&self, timestamp: &str, nonce: &str, encrypt: &str) -> String {
        let mut parts = [self.token.as_str(), timestamp, nonce, encrypt];
        parts.sort_unstable();
        hex::encode(Sha1::digest(parts.concat()))
    }

    fn decrypt(&self, encrypt: &str) -> String {
        let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&self.key, &self.key[..16]).unwrap();
        let plain = cipher.decrypt_padded_vec::<NoPadding>(&STANDARD.decode(encrypt).unwrap()).unwrap();
        let end = plain.len() - usize::from(*plain.last().unwrap());
        let length = u32::from_be_bytes(plain[16..20].try_into().unwrap()) as usize;
        assert_eq!(&plain[20 + length..end], self.owner.as_bytes());
        String::from_utf8(plain[20..20 + length].to_vec()).unwrap()
    }

    fn success(&self) -> Value {
        let mut plain = b"0123456789abcdef\0\0\0\x07success".to_vec();
        plain.extend_from_slice(self.owner.as_bytes());
        let pad = 32 - plain.len() % 32;
        plain.extend(std::iter::repeat_n(pad as u8, pad));
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&self.key, &self.key[..16]).unwrap();
        let encrypt = STANDARD.encode(cipher.encrypt_padded_vec::<NoPadding>(&plain));
        let signature = self.sign("1700000000", "nonce123", &encrypt);
        json!({"msg_signature": signature, "timeStamp": "1700000000", "nonce": "nonce123", "encrypt": encrypt})
    }
}
