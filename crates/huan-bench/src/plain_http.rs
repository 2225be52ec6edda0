//! The plainest program that takes signed callbacks over HTTP and keeps them: what the durable ingest is compared with
//! beside the raw limit, which knows neither HTTP nor cryptography.

use std::{net::SocketAddr, sync::Arc};

use aes::Aes256;
use anyhow::{Context as _, Result, ensure};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

use crate::{
    plain::{Groups, Plain, write_groups},
    world::ENCRYPT_KEY,
};

/// The program while it runs.
pub(crate) struct PlainHttp {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    plain: Plain,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
    writer: std::thread::JoinHandle<Result<()>>,
}

/// The event's id and its text.
type Kept = [String; 2];

#[derive(Clone)]
struct Keeper(Groups<Kept>);

#[derive(Deserialize)]
struct Sealed {
    encrypt: String,
}

#[derive(Deserialize)]
struct Event {
    header: Header,
}

#[derive(Deserialize)]
struct Header {
    event_id: String,
}

impl PlainHttp {
    /// Starts it on a file of its own: one table, whose key is the event's id.
    pub(crate) async fn start() -> Result<Self> {
        let plain = Plain::open("CREATE TABLE event (id TEXT PRIMARY KEY, payload TEXT NOT NULL)")?;
        let (sender, receiver) = mpsc::channel(1_024);
        let path = plain.path();
        let insert = "INSERT INTO event (id, payload) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING";
        let writer = std::thread::spawn(move || write_groups(&path, insert, receiver));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let router = Router::new().fallback(post(take)).with_state(Arc::new(Keeper(sender)));
        let stopped = stop.clone();
        let server = tokio::spawn(
            axum::serve(listener, router)
                .with_graceful_shutdown(async move { stopped.cancelled().await })
                .into_future(),
        );
        Ok(Self { address, plain, stop, server, writer })
    }

    /// Ends it. An error when it has not kept `count` events.
    pub(crate) async fn end(self, count: u32) -> Result<()> {
        self.stop.cancel();
        self.server.await??;
        self.writer.join().map_err(|_| anyhow::anyhow!("the writer ended early"))??;
        let kept: u32 = self.plain.conn.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
        ensure!(kept == count, "{kept} of {count} events were kept by the plain program");
        self.plain.remove()
    }
}

async fn take(
    State(keeper): State<Arc<Keeper>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<([(header::HeaderName, &'static str); 1], &'static str), StatusCode> {
    let kept = read(&headers, &body).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let (told, durable) = oneshot::channel();
    keeper.0.send((kept, told)).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    durable.await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], r#"{"msg":"success"}"#))
}

/// Checks the signature (Feishu §4.4), decrypts (§4.3) and finds the event's id.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<Kept> {
    let header = |name: &str| headers.get(name).context("a header").map(|value| value.as_bytes().to_vec());
    let mut hash = Sha256::new();
    hash.update(header("x-lark-request-timestamp")?);
    hash.update(header("x-lark-request-nonce")?);
    hash.update(ENCRYPT_KEY);
    hash.update(body);
    ensure!(hex::encode(hash.finalize()).as_bytes() == header("x-lark-signature")?, "the signature is wrong");
    let sealed: Sealed = serde_json::from_slice(body)?;
    let raw = STANDARD.decode(sealed.encrypt)?;
    let (iv, text) = raw.split_at_checked(16).context("a block")?;
    let key = Sha256::digest(ENCRYPT_KEY);
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key, iv)?;
    let clear = cipher.decrypt_padded_vec::<Pkcs7>(text).map_err(|_| anyhow::anyhow!("the padding is wrong"))?;
    let event: Event = serde_json::from_slice(&clear)?;
    Ok([event.header.event_id, String::from_utf8(clear)?])
}
