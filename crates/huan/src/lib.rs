//! The program: subcommands, configuration, wiring.

pub mod cli;
mod config;
mod demo;
mod doctor;
pub mod hub;
mod install;
mod language;
mod logging;
mod open;
mod output;
pub mod platforms;
mod secret_key;
mod serve;
mod sim;
pub mod simulated_company;
mod stop;
mod token;
mod user;

pub use config::{Config, ConfigError, Hidden, LogFormat};
pub use demo::{DemoOptions, RunningDemo};
pub use hub::Hub;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::FromArgMatches as _;

use crate::cli::{Cli, Command};

/// Reads the command line and does what it asks.
pub fn main() -> ExitCode {
    let language = language::of_process();
    let matches = cli::command(language).get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    if let Err(error) = install::crypto() {
        output::problem(&error);
        return ExitCode::FAILURE;
    }
    let serves = matches!(cli.command, Command::Serve(_) | Command::Demo(_) | Command::Sim(_));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime");
    match runtime.and_then(|runtime| runtime.block_on(run(cli, language))) {
        Ok(code) => code,
        Err(error) if !serves && output::reader_has_gone(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::problem(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli, language: huan_core::i18n::Language) -> anyhow::Result<ExitCode> {
    let config = || Config::load(cli.config.as_deref());
    match cli.command {
        Command::Serve(options) => serve::run(config()?.with(options), language).await?,
        Command::Demo(options) => demo::run(options, language).await?,
        Command::Sim(options) => sim::run(options).await?,
        Command::Migrate { check } => return open::migrate(&config()?, check, language).await,
        Command::Doctor => return doctor::run(&config, language).await,
        Command::Token { action } => token::run(&config()?, action, language).await?,
        Command::User { action } => user::run(&config()?, action, language).await?,
        Command::Openapi => output::line(&huan_web::openapi_json()?)?,
        Command::Config { what } => config::print(what, &config)?,
    }
    Ok(ExitCode::SUCCESS)
}
