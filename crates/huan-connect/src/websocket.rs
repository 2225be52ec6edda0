//! The one door for outgoing WebSockets: time limit, the same trust as [`crate::http`], no address in an error.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpStream;
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{Error, protocol::WebSocketConfig},
};

/// How long the connection and its upgrade may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The largest message that is read, in bytes.
const LARGEST_MESSAGE: usize = 8 * 1024 * 1024;

/// An open WebSocket.
pub type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// No WebSocket was opened. The words never hold the address, which can hold a ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebSocketError {
    /// The other side answered the upgrade with an HTTP status.
    #[error("the WebSocket was refused with HTTP {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The headers of the answer, names in lower case.
        headers: Vec<(String, String)>,
    },
    /// No connection was made.
    #[error("no WebSocket connection: {0}")]
    Failed(String),
}

/// Opens a WebSocket at `url` (`ws://` or `wss://`).
///
/// # Errors
/// When no connection is made within ten seconds or the other side refuses it.
pub async fn open(url: &str) -> Result<WebSocket, WebSocketError> {
    let tls = crate::tls::client().map_err(|error| WebSocketError::Failed(error.to_string()))?;
    let limits = WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE));
    let connecting = connect_async_tls_with_config(url, Some(limits), true, Some(Connector::Rustls(Arc::new(tls))));
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(Error::Http(answer))) => Err(WebSocketError::Refused {
            status: answer.status().as_u16(),
            headers: answer
                .headers()
                .iter()
                .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
                .collect(),
        }),
        // The library's words for a bad address repeat it.
        Ok(Err(Error::Url(_))) => Err(WebSocketError::Failed("the address cannot be used".into())),
        Ok(Err(error)) => Err(WebSocketError::Failed(error.to_string())),
        Err(_) => Err(WebSocketError::Failed("timed out".into())),
    }
}
