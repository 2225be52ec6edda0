//! Opening what the configuration names: the database and the application.

use std::{net::SocketAddr, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use huan_app::{App, Leases, Setup};
use huan_connect::http::Http;
use huan_core::{
    ambient::{SystemEntropy, SystemTime, TimeSource as _},
    i18n::{Language, text},
};
use huan_store::Db;

use crate::{config::Config, logging, output, platforms, secret_key};

/// The database of the configuration.
pub(crate) async fn database(config: &Config) -> anyhow::Result<Db> {
    Db::open(config.database.reveal()).await.context("opening the database")
}

/// What the application is made of, with the database brought up to date.
pub(crate) async fn setup(config: &Config, address: SocketAddr) -> anyhow::Result<Setup> {
    let db = database(config).await?;
    db.migrate(SystemTime.now()).await.context("bringing the database up to date")?;
    Ok(Setup {
        secrets: secret_key::open(config, &SystemEntropy)?,
        time: Arc::new(SystemTime),
        entropy: Arc::new(SystemEntropy),
        http: Http::new()?,
        public_url: config.public_url_at(address)?,
        leases: Leases::default(),
        platforms: platforms::all(),
        db,
    })
}

/// The application, for a command that does one thing and ends.
pub(crate) async fn app(config: &Config) -> anyhow::Result<Arc<App>> {
    logging::begin(config.log_format, "warn")?;
    App::open(setup(config, config.listen).await?).await.context("opening the application")
}

/// Brings the schema up to date, or only says what is missing; then a missing step is a failure.
pub(crate) async fn migrate(config: &Config, check: bool, language: Language) -> anyhow::Result<ExitCode> {
    logging::begin(config.log_format, "warn")?;
    let db = database(config).await?;
    let steps = if check { db.pending().await? } else { db.migrate(SystemTime.now()).await? };
    let key = if check { "program.migrate.pending" } else { "program.migrate.applied" };
    for step in &steps {
        output::line(&text(language, key, &[("version", &step.version), ("name", &step.name)]))?;
    }
    if steps.is_empty() {
        output::line(&text(language, "program.migrate.current", &[]))?;
    }
    db.close().await;
    Ok(if check && !steps.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
