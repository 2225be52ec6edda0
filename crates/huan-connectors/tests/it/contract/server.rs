//! A server that gives tokens, and behaves with messages as the test says, down to the connection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What it does with a message.
#[derive(Debug, Clone)]
pub(super) enum Behaviour {
    /// Answers: status, more header lines, body.
    Answer(u16, &'static str, String),
    /// Reads the whole request and closes the connection.
    HangUp,
    /// Begins an answer and closes the connection.
    HalfAnAnswer,
    /// Reads the whole request and says nothing.
    Silence,
}

pub(super) struct Server {
    pub(super) base: String,
    messages: Arc<AtomicUsize>,
}

impl Server {
    /// Gives tokens, and behaves so with everything else.
    pub(super) async fn start(with_messages: Behaviour) -> Self {
        Self::with(None, with_messages).await
    }

    /// Behaves so when asked for a token.
    pub(super) async fn refusing_tokens(with_tokens: Behaviour) -> Self {
        Self::with(Some(with_tokens), Behaviour::HangUp).await
    }

    async fn with(with_tokens: Option<Behaviour>, with_messages: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let messages = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&messages);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tokens, behaviour) = (with_tokens.clone(), with_messages.clone());
                tokio::spawn(serve(stream, tokens, behaviour, Arc::clone(&counted)));
            }
        });
        Self { base, messages }
    }

    /// How many messages were posted.
    pub(super) fn messages(&self) -> usize {
        self.messages.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, tokens: Option<Behaviour>, messages: Behaviour, counted: Arc<AtomicUsize>) {
    let Some(path) = request(&mut stream).await else { return };
    // The tokens carry a mark too: they are secrets.
    let token = json!({
        "code": 0, "msg": "ok", "tenant_access_token": "t-tok3n", "expire": 7200,
        "accessToken": "tok3n", "expireIn": 7200,
    });
    let behaviour = if path.contains("oken") && !path.contains("access_token=") {
        tokens.unwrap_or_else(|| Behaviour::Answer(200, "", token.to_string()))
    } else {
        if path.contains("/messages") || path.contains("essages/send") || path.contains("/robot/send") {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        messages
    };
    match behaviour {
        Behaviour::Answer(status, headers, body) => {
            let head =
                format!("HTTP/1.1 {status} x\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
        Behaviour::HalfAnAnswer => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"code\":0,").await;
        }
        Behaviour::HangUp => {}
        Behaviour::Silence => std::future::pending().await,
    }
    let _ = stream.shutdown().await;
}

/// Reads one request to its end and gives its path with the query.
async fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                let first = String::from_utf8_lossy(&bytes[..end]).into_owned();
                return first.split(' ').nth(1).map(str::to_owned);
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}
