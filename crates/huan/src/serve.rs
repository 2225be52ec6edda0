//! `huan serve`.

use anyhow::Context as _;
use huan_app::actions::setup::first_link;
use huan_core::i18n::{Language, text};
use huan_web::Options;
use tokio::net::TcpListener;

use crate::{config::Config, hub::Hub, logging, open, output, stop};

/// Runs the hub until it is told to stop.
pub(crate) async fn run(config: Config, language: Language) -> anyhow::Result<()> {
    logging::begin(config.log_format, &config.log_level)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listening on {}; is the port taken by another program?", config.listen))?;
    let setup = open::setup(&config, listener.local_addr()?).await?;
    let options = Options { frame_ancestors: config.frame_ancestors.clone() };
    let mut hub = Hub::start(listener, setup, options).await?;
    tracing::info!(address = %hub.address, database = ?hub.app.db, "listening");
    output::line(&text(language, "program.serve.ready", &[("url", &hub.app.public_url)]))?;
    if let Some(link) = first_link(&hub.app).await.context("making the first link")? {
        output::line(&text(language, "program.serve.first", &[("link", &link)]))?;
    }
    let ended = tokio::select! {
        told = stop::told() => told.context("waiting for signals"),
        failed = hub.failed() => failed,
    };
    tracing::info!("stopping");
    hub.stop().await;
    tracing::info!("stopped");
    ended
}
