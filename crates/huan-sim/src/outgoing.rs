//! The door by which the simulator sends HTTP: event pushes and callbacks to the program under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use url::Url;

/// What came back for a push.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body as received.
    pub body: Vec<u8>,
}

/// Why a push got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// Nothing listens there, or the connection broke.
    #[error("the receiver could not be reached")]
    Unreachable,
    /// The platform's time limit passed.
    #[error("the receiver did not answer in time")]
    TooSlow,
}

/// The HTTP client of the simulator. It never follows a redirect, as the platforms do not.
#[derive(Debug, Clone)]
pub struct Outgoing {
    client: reqwest::Client,
    /// The program is off: nothing that is pushed arrives.
    nobody_there: Arc<AtomicBool>,
}

impl Outgoing {
    /// Builds the client.
    #[allow(clippy::disallowed_methods)] // this is the simulator's door for outgoing HTTP
    pub fn new() -> Result<Self, reqwest::Error> {
        // Another part of the process may have installed the provider already; either one serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(2))
            .no_proxy()
            .build()?;
        Ok(Self { client, nobody_there: Arc::default() })
    }

    /// Whether what is pushed arrives; when not, it is as if the program were off.
    pub fn set_reachable(&self, reachable: bool) {
        self.nobody_there.store(!reachable, Ordering::Relaxed);
    }

    /// POSTs `body` and reads the whole answer within `limit`.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        limit: Duration,
    ) -> Result<Answer, PushError> {
        if self.nobody_there.load(Ordering::Relaxed) {
            return Err(PushError::Unreachable);
        }
        let mut request = self.client.post(url.clone()).timeout(limit).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let failed = |error: reqwest::Error| {
            if error.is_timeout() { PushError::TooSlow } else { PushError::Unreachable }
        };
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(failed)?.to_vec();
        Ok(Answer { status, body })
    }
}
