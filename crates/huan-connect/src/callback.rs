//! Events that a platform pushes over HTTP.

use crate::Envelope;

/// A request as it came, before anything about it is believed.
#[derive(Debug, Clone)]
pub struct CallbackRequest {
    /// What follows the account's callback address: empty, or `card`, `robot`, `event`.
    pub route: String,
    /// The query's pairs, decoded.
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl CallbackRequest {
    /// The first value of header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        first(&self.headers, name)
    }

    /// The first value of query parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        first(&self.query, name)
    }
}

fn first<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A request that proved genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// What to store; none for a handshake.
    pub envelopes: Vec<Envelope>,
    /// What to answer once it is stored.
    pub answer: Answer,
}

/// The answer to a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The content type.
    pub content_type: &'static str,
    /// The body; the status is 200.
    pub body: String,
}

impl Answer {
    /// A JSON answer.
    pub fn json(body: impl Into<String>) -> Self {
        Self { content_type: "application/json", body: body.into() }
    }
}

/// A request that is not believed. The answer to the caller says no more than the code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// Not of the form the platform uses (400).
    #[error("malformed callback: {0}")]
    Malformed(String),
    /// The signature, token or age is wrong (401).
    #[error("callback not genuine: {0}")]
    NotGenuine(&'static str),
    /// The account is not set up for callbacks over HTTP (409).
    #[error("the account has no setting «{0}», which callbacks over HTTP need")]
    NotConfigured(&'static str),
}
