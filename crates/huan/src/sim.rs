//! `huan sim`: the simulated platforms alone.

use anyhow::Context as _;
use huan_sim::{Sim, SimOptions as Start};

use crate::{cli::SimOptions, config::LogFormat, logging, output, stop};

/// Runs the simulated platforms until told to stop. One line of JSON on standard output says how to connect.
pub(crate) async fn run(options: SimOptions) -> anyhow::Result<()> {
    logging::begin(LogFormat::Text, "info")?;
    let sim = Sim::start(Start {
        bind: options.bind,
        feishu_port: options.feishu_port,
        dingtalk_port: options.dingtalk_port,
        teambition_port: options.teambition_port,
        ..Start::default()
    })
    .await?;
    output::line(&serde_json::to_string(&sim.connection())?)?;
    stop::told().await.context("waiting for signals")?;
    sim.stop().await;
    Ok(())
}
