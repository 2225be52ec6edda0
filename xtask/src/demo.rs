//! The demo and the benchmarks.

use anyhow::Result;

use crate::{
    postgres::{Durability, Postgres},
    run::{command, run, say},
    web,
};

/// Builds everything and runs the hub with the simulated platforms.
pub(crate) fn demo(port: u16) -> Result<()> {
    web::build()?;
    say("building the program");
    // Programs are chosen by name, not by package: so all builds of the workspace have the same features, and share.
    run(&mut command("cargo", ".", &["build", "--bin", "huan"]))?;
    let port = port.to_string();
    run(&mut command("cargo", ".", &["run", "--quiet", "--bin", "huan", "--", "demo", "--port", &port]))
}

/// Runs the benchmarks.
pub(crate) fn bench(filter: Option<&str>) -> Result<()> {
    web::build()?;
    say("building the program for speed");
    run(&mut command("cargo", ".", &["build", "--release", "--bin", "huan", "--bin", "huan-bench"]))?;
    let postgres = Postgres::start(Durability::Full)?;
    say("measuring");
    let mut arguments = vec!["run", "--quiet", "--release", "--bin", "huan-bench", "--"];
    arguments.extend(filter);
    run(command("cargo", ".", &arguments).env("HUAN_TEST_POSTGRES", postgres.url()))
}
