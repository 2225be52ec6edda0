//! The one door for outgoing HTTP.
//!
//! It sets time limits, follows no redirects, never shows an address in an error (addresses can hold tokens), and
//! tells whether a failed request can have reached the other side.

use std::{fmt, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

use crate::Certainty;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a whole exchange may take.
pub const EXCHANGE: Duration = Duration::from_secs(15);
/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A pool of connections.
#[derive(Clone)]
pub struct Http(reqwest::Client);

/// A request being put together.
#[derive(Debug)]
#[must_use]
pub struct Request(reqwest::RequestBuilder);

/// An answer, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct HttpError {
    /// Whether the request can have reached the other side.
    pub certainty: Certainty,
    /// What happened, without the address.
    pub problem: String,
}

impl Http {
    /// A pool with Huan's time limits. TLS certificates are checked against the Mozilla roots.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub fn new() -> Result<Self, HttpError> {
        let tls = crate::tls::client()
            .map_err(|error| HttpError { certainty: Certainty::NotSent, problem: error.to_string() })?;
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .connect_timeout(CONNECT)
            .timeout(EXCHANGE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("huan/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
            .map_err(|error| HttpError { certainty: Certainty::NotSent, problem: plain(error) })
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> Request {
        Request(self.0.get(url))
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> Request {
        Request(self.0.post(url))
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> Request {
        Request(self.0.put(url))
    }

    /// A PATCH request.
    pub fn patch(&self, url: &str) -> Request {
        Request(self.0.patch(url))
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> Request {
        Request(self.0.delete(url))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

impl Request {
    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// Adds query parameters, encoded once.
    pub fn query(self, pairs: &[(&str, &str)]) -> Self {
        Self(self.0.query(pairs))
    }

    /// Sets a JSON body.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        Self(self.0.json(body))
    }

    /// Sets a form body.
    pub fn form(self, pairs: &[(&str, &str)]) -> Self {
        Self(self.0.form(pairs))
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    /// When no answer came; the status of an answer is not an error here.
    pub async fn send(self) -> Result<Response, HttpError> {
        let mut answer = self.0.send().await.map_err(|error| HttpError {
            certainty: if error.is_connect() || error.is_builder() { Certainty::NotSent } else { Certainty::Unknown },
            problem: plain(error),
        })?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_ANSWER => {
                    return Err(HttpError { certainty: Certainty::Unknown, problem: "the answer is too long".into() });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(Response { status, headers, body }),
                Err(error) => return Err(HttpError { certainty: Certainty::Unknown, problem: plain(error) }),
            }
        }
    }
}

impl Response {
    /// The first value of header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When it is not JSON of that form; the outcome of the request is then unknown.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| HttpError {
            certainty: Certainty::Unknown,
            problem: format!("HTTP {}: the answer is not the expected JSON: {error}", self.status),
        })
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The error in words, with its causes and without the address.
fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut words = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        words.push_str(": ");
        words.push_str(&cause.to_string());
        source = cause.source();
    }
    words
}
