//! Teambition's official Node client, which judges the simulator.

use std::fs;

use anyhow::Result;

use crate::run::{command, root, run, say};

const DIRECTORY: &str = "crates/huan-sim/tests/sdk";

/// Installs the client beside the scripts that use it.
pub(crate) fn ensure() -> Result<()> {
    let installed = root().join(DIRECTORY).join("node_modules/.installed-lock");
    let lock = fs::read(root().join(DIRECTORY).join("package-lock.json"))?;
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say("installing Teambition's official Node client");
    run(&mut command("npm", DIRECTORY, &["ci", "--no-audit", "--no-fund"]))?;
    Ok(fs::write(installed, lock)?)
}
