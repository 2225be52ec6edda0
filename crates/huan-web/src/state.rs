//! What every handler has at hand.

use std::{ops::Deref, sync::Arc};

use huan_app::{App, Caller, Work, actions::session::Known, queries::Look};
use tokio_util::sync::CancellationToken;

use crate::{attempts::Attempts, live::Live, metrics::Metrics};

/// How the web side of an installation is set up.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Origins that may show the page in a frame, beside its own: `https://*.dingtalk.com`.
    pub frame_ancestors: Vec<String>,
}

/// What every handler has at hand; cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

/// The parts of [`Web`].
pub struct Inner {
    /// The application.
    pub app: Arc<App>,
    /// The settings.
    pub options: Options,
    /// What the browsers are told of.
    pub(crate) live: Live,
    /// What is counted.
    pub(crate) metrics: Metrics,
    /// Failed attempts to sign in.
    pub(crate) attempts: Attempts,
    /// Ends open streams when the program stops.
    pub stop: CancellationToken,
}

impl Deref for Web {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Web {
    /// The web side of `app`. Streams of live updates end with `stop`. Must be called within a runtime: it starts the
    /// task that reads the live feed.
    pub fn new(app: Arc<App>, options: Options, stop: CancellationToken) -> Self {
        let live = Live::start(Arc::clone(&app), stop.clone());
        Self(Arc::new(Inner { app, options, live, metrics: Metrics::default(), attempts: Attempts::default(), stop }))
    }

    /// Whether browsers reach the page over TLS.
    pub fn is_secure(&self) -> bool {
        self.app.public_url.scheme() == "https"
    }
}

/// A write on behalf of somebody who is signed in.
pub(crate) struct Write<'a> {
    /// The unit of work.
    pub(crate) work: Work<'a>,
    caller: Caller,
    key: Option<String>,
}

impl<'a> Write<'a> {
    pub(crate) fn new(work: Work<'a>, known: &Known, key: Option<String>) -> Self {
        Self { work, caller: known.caller.clone(), key }
    }

    /// A look at what the write has made of things.
    pub(crate) fn look(&mut self) -> Look<'_> {
        Look::at(self.work.app, &mut self.work.tx, &self.caller, self.work.now)
    }

    pub(crate) fn into_parts(self) -> (Work<'a>, Caller, Option<String>) {
        (self.work, self.caller, self.key)
    }
}
