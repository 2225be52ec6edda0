//! A running hub: application, engine and web side, and how they end without losing anything.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use huan_app::{App, Setup, engine::Engine};
use huan_web::{Options, Web};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A running hub.
pub struct Hub {
    /// The application.
    pub app: Arc<App>,
    /// Where it listens.
    pub address: SocketAddr,
    engine: Engine,
    web: JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
}

impl Hub {
    /// Starts a hub that answers on `listener`. The database must have the current schema.
    ///
    /// # Errors
    /// When the application cannot be opened.
    pub async fn start(listener: TcpListener, setup: Setup, options: Options) -> anyhow::Result<Self> {
        let app = App::open(setup).await.context("opening the application")?;
        Self::start_with(listener, app, options)
    }

    /// As [`Hub::start`], for an application that is open already.
    ///
    /// # Errors
    /// When the listening address cannot be told.
    pub fn start_with(listener: TcpListener, app: Arc<App>, options: Options) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let engine = Engine::start(&app);
        let web = Web::new(Arc::clone(&app), options, stop.clone());
        let web = tokio::spawn(huan_web::serve(listener, web));
        Ok(Self { app, address, engine, web, stop })
    }

    /// Returns when the web side has ended by itself, which it does only when its socket fails.
    ///
    /// # Errors
    /// Why it ended.
    pub async fn failed(&mut self) -> anyhow::Result<()> {
        (&mut self.web).await.context("the web side ended badly")?.context("answering requests")
    }

    /// Ends: no new requests are taken and those in hand are finished; every worker finishes what it has in hand; then the
    /// database is closed. What was acknowledged to anybody is durable by then.
    pub async fn stop(self) {
        self.stop.cancel();
        if !self.web.is_finished() {
            match self.web.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "answering requests ended badly"),
                Err(error) => tracing::error!(%error, "the web side ended badly"),
            }
        }
        self.engine.stop().await;
        self.app.db.close().await;
    }
}
