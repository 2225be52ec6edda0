//! `huan doctor`: looks for what is wrong and says what to do.

mod accounts;
mod calendar;
mod database;
mod page;
mod report;

use std::{process::ExitCode, sync::Arc};

use huan_app::{App, Leases, Setup};
use huan_connect::http::Http;
use huan_core::{
    ambient::{SystemEntropy, SystemTime},
    i18n::Language,
};

use crate::{
    config::{Config, ConfigError},
    output, platforms, secret_key,
};
use report::Report;

/// Looks at everything and prints what was found. It fails when something will not work.
pub(crate) async fn run(
    config: &dyn Fn() -> Result<Config, ConfigError>,
    language: Language,
) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(language);
    match config() {
        Ok(config) => look(&config, &mut report).await?,
        Err(error) => report.problem("program.doctor.configuration", &[("detail", &error)]),
    }
    for line in report.lines() {
        output::line(line)?;
    }
    Ok(if report.is_well() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn look(config: &Config, report: &mut Report) -> anyhow::Result<()> {
    match &config.file {
        Some(file) => report.good("program.doctor.configuration_file", &[("file", &file.display())]),
        None => report.good("program.doctor.configuration_defaults", &[]),
    }
    page::look(config, report);
    let Some(db) = database::look(config, report).await else { return Ok(()) };
    let secrets = match secret_key::open(config, &SystemEntropy) {
        Ok(secrets) => secrets,
        Err(error) => {
            report.problem("program.doctor.secret_key", &[("detail", &format!("{error:#}"))]);
            return Ok(());
        }
    };
    let app = App::open(Setup {
        db,
        secrets,
        time: Arc::new(SystemTime),
        entropy: Arc::new(SystemEntropy),
        http: Http::new()?,
        public_url: config.public_url_at(config.listen)?,
        leases: Leases::default(),
        platforms: platforms::all(),
    })
    .await?;
    calendar::look(&app, report);
    accounts::look(&app, report).await?;
    app.db.close().await;
    Ok(())
}
