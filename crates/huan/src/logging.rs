//! The log: on standard error, so that standard output belongs to results.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// Begins to log.
///
/// # Errors
/// When the level cannot be read.
pub(crate) fn begin(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level).context("log.level: such as info, or info,huan_app=debug")?;
    let colours = std::io::stderr().is_terminal();
    let log = fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    let begun = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    begun.map_err(|error| anyhow::anyhow!("the log cannot be set up: {error}"))
}
